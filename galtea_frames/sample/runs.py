"""The runs of the sample sessions."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from galtea_frames.sample.catalog import USER
from galtea_frames.sample.evaluations import is_deleted_run, replay_of
from galtea_frames.sample.resource import Value
from galtea_frames.sample.story import Conversation, share_of
from galtea_frames.sample.times import stamp

Record = dict[str, Any]


def run_records(conversations: Iterable[Conversation], evaluations: Mapping[Value, int]) -> Iterator[Record]:
    """The runs that made or scored sessions.

    Args:
        conversations: The sessions.
        evaluations: The number of evaluations by the run's id.
    """
    ordinals = Counter[str | None]()
    latest: dict[object, str] = {}
    for run_id, made in _by_run(conversations).items():
        first = made[0]
        ordinals[first.product_id] += 1
        ordinal = ordinals[first.product_id]
        topic = first.case.topic.name
        yield _run(run_id, first, ordinal) | {
            "relaunchedFromRunId": latest.get(topic) if share_of(run_id, "relaunch") < 0.25 else None,  # noqa: PLR2004
            "evaluationCount": evaluations.get(run_id, 0),
            "sessionCount": len(made),
            "resolvedInputs": {"testCaseIds": [each.test_case_id for each in made]},
        }
        latest[topic] = run_id
        replay = replay_of(run_id)
        if replay is not None and replay in evaluations:
            ordinals[first.product_id] += 1
            yield _replay(replay, first, ordinals[first.product_id]) | {"evaluationCount": evaluations[replay]}


def _by_run(conversations: Iterable[Conversation]) -> dict[str, list[Conversation]]:
    """The sessions of each run that has not been deleted."""
    made: dict[str, list[Conversation]] = {}
    for each in conversations:
        run_id = each.record.get("runId")
        if isinstance(run_id, str) and not is_deleted_run(run_id):
            made.setdefault(run_id, []).append(each)
    return made


def _run(run_id: str, first: Conversation, ordinal: int) -> Record:
    by_caller = share_of(run_id, "caller") < 0.2  # noqa: PLR2004 - a share
    return {
        "id": run_id,
        "productId": first.product_id,
        "versionId": first.record.get("versionId"),
        "userId": first.record.get("userId"),
        "customId": f"build-{800 + ordinal}" if by_caller else None,
        "ordinal": ordinal,
        "relaunchedFromRunId": None,
        "openedBy": "CALLER" if by_caller else "LAUNCH",
        "status": "COMPLETED",
        "kind": None if by_caller else "GENERATE_INFERENCES",
        "evaluationCount": 0,
        "sessionCount": 0,
        "jobId": None if by_caller else run_id.replace("run_", "job_"),
        "error": None,
        "request": {"versionId": first.record.get("versionId")},
        "resolvedInputs": None,
        "createdAt": stamp(first.at(timedelta(seconds=-30))),
        "finishedAt": stamp(first.at(timedelta(minutes=6))),
        "deletedAt": None,
    }


def _replay(run_id: str, first: Conversation, ordinal: int) -> Record:
    """A run that scored existing sessions once more."""
    return _run(run_id, first, ordinal) | {
        "versionId": None,
        "userId": USER,
        "customId": None,
        "openedBy": "LAUNCH",
        "kind": "REPLAY_METRIC",
        "jobId": run_id.replace("run_", "job_"),
        "request": {"metric": "Refund policy"},
        "createdAt": stamp(first.at(timedelta(days=2))),
        "finishedAt": stamp(first.at(timedelta(days=2, minutes=9))),
    }
