"""Sample versions and sessions, the same for the same arguments on every machine.

They resemble the rows of a real product: versions with different failure rates, twelve weeks of growing traffic, test
runs whose sessions share one ``createdAt``, and nested fields that differ from row to row.
"""

import hashlib
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any

from galtea_frames.sample.dice import SYMBOLS, Dice
from galtea_frames.sample.nested import context, metadata
from galtea_frames.sample.phrases import (
    DESCRIPTIONS,
    ERRORS,
    FRAME,
    GUARDRAILS,
    MODELS,
    STOPPING_REASONS,
    SYSTEM_PROMPTS,
)
from galtea_frames.sample.times import stamp
from galtea_frames.sample.traffic import DAYS, END, START, moments

Record = dict[str, Any]

SEED = 20260105

#: Fields that the API added in mid January; older rows are sent without them.
NEW_FIELDS_SINCE = datetime(2026, 1, 15, tzinfo=UTC)

_FAILURE_RATES = (0.06, 0.05, 0.08, 0.04, 0.12, 0.03, 0.07)
_WORST_FAILURE_RATE = 0.25
LATENCIES_MS = (1800, 1500, 900, 2400, 1200, 700, 1000)
_USERS = 5
_TESTS = 6
_SHARE_IN_RUNS = 0.36
_LARGEST_RUN = 40
_RECENT = timedelta(days=3)


def version_records(count: int, seed: int = SEED) -> list[Record]:
    """Versions of two products, oldest first.

    Args:
        count: Number of versions.
        seed: Another seed gives other ids and texts.
    """
    dice = Dice(seed)
    products = [f"product_{dice.code()}" for _ in range(2)]
    users = [f"user_{dice.code()}" for _ in range(_USERS)]
    records: list[Record] = []
    for index in range(count):
        parent = records[index - 2]["id"] if index > 1 else None
        product, user = products[index % 2], dice.pick(users)
        records.append(_version(index, count, dice, product=product, parent=parent, user=user))
    return records


def _version(index: int, count: int, dice: Dice, *, product: str, parent: str | None, user: str) -> Record:
    """One version; the first is older than all traffic, the others are released while it grows."""
    created = START + timedelta(days=DAYS * index // count - 3, hours=9, milliseconds=dice.between(0, 9_999_999))
    endpoint = f"endpointConnection_{dice.code()}" if dice.chance(0.75) else None
    record: Record = {
        "id": f"version_{dice.code()}",
        "productId": product,
        "userId": user,
        "name": _version_name(index),
        "description": dice.pick(DESCRIPTIONS),
        "modelId": dice.pick(MODELS),
        "systemPrompt": dice.pick(SYSTEM_PROMPTS),
        "datasetUri": f"https://example.com/datasets/{index}.csv" if dice.chance(0.5) else None,
        "datasetDescription": "Bookings of 2025" if dice.chance(0.5) else None,
        "guardrails": dice.pick(GUARDRAILS),
        "initializationEndpointConnectionId": endpoint if dice.chance(0.3) else None,
        "conversationEndpointConnectionId": endpoint,
        "finalizationEndpointConnectionId": endpoint if dice.chance(0.3) else None,
        "createdAt": stamp(created),
        "deletedAt": None,
    }
    return record | _new_version_fields(index, parent, dice) if created >= NEW_FIELDS_SINCE else record


def _version_name(index: int) -> str:
    """Names count up, but one name is used twice, because names do not identify a version."""
    minor = 3 if index == 5 else index  # noqa: PLR2004 - the sixth version repeats the name of the fourth
    return f"{1 + minor // 10}.{minor % 10}.0"


def _new_version_fields(index: int, parent: str | None, dice: Dice) -> Record:
    """Fields that the API sends but does not document."""
    facts = {"commit_hash": dice.code(40), "prompt_sha": dice.code(12)}
    return {
        "number": index // 2 + 1,
        "parentVersionId": parent,
        "phoneConnectionId": f"phoneConnection_{dice.code()}" if dice.chance(0.2) else None,
        "webRtcConnectionId": None,
        "facts": facts if dice.chance(0.8) else {},
        "otelInputSourceRule": None,
        "otelOutputSourceRule": {"path": "$[0].message.content", "predicate": {"equals": "assistant"}}
        if dice.chance(0.4)
        else None,
    }


def session_records(count: int, versions: int | Sequence[Mapping[str, Any]] = 8, seed: int = SEED) -> list[Record]:
    """Sessions of the versions, oldest first.

    Args:
        count: Number of sessions.
        versions: The versions that they belong to, in order of release; or a number of `version_records`.
        seed: Another seed gives other sessions.
    """
    if isinstance(versions, int):
        versions = version_records(versions, seed)
    return list(iter_session_records(count, versions, seed))


def iter_session_records(count: int, versions: Sequence[Mapping[str, Any]], seed: int = SEED) -> Iterator[Record]:
    """The same sessions one by one, for numbers that do not fit into memory."""
    return _Sessions(versions, seed + 1).records(count)


def owning_test(test_case_id: str) -> str:
    """The id of the test that a test case belongs to; sessions only have the test case's id."""
    return _test_id(test_case_id.partition("_")[2][:12])


def has_evaluations(version_id: str) -> bool:
    """Whether a version has evaluations: four of five do, depending on the id alone."""
    return zlib.crc32(f"scores {version_id}".encode()) % 5 != 0


def has_inference_results(version_id: str) -> bool:
    """Whether a version has inference results: six of seven do, depending on the id alone."""
    return zlib.crc32(f"turns {version_id}".encode()) % 7 != 0


def sample_tests(seed: int = SEED) -> list[str]:
    """The beginnings of the ids of the six sample tests, and of their cases."""
    return _Sessions((), seed + 1).tests


def cases_of_test(head: str) -> list[str]:
    """The ids of all cases of a sample test."""
    return [_test_case_id(head, symbol) for symbol in SYMBOLS]


def _test_case_id(test: str, code: str) -> str:
    """One of the test's 36 cases, which recur from run to run; the code's first character selects it."""
    return f"testCase_{test}{hashlib.sha256(f'{test}{code[0]}'.encode()).hexdigest()[:12]}"


def _test_id(head: str) -> str:
    return f"test_{head}{hashlib.sha256(head.encode()).hexdigest()[:12]}"


@dataclass(frozen=True, slots=True)
class _Run:
    """A test run, whose sessions are written in one transaction and so share one time."""

    version: int
    test: str
    user: str
    id: str


class _Sessions:
    """Generates sessions one after the other, with the state that is needed between them."""

    def __init__(self, versions: Sequence[Mapping[str, Any]], seed: int) -> None:
        self.dice = dice = Dice(seed)
        self.versions = versions
        self.released = [str(version.get("createdAt", "")) for version in versions]
        self.gone = [f"version_{dice.code()}" for _ in range(2)]
        self.tests = [dice.code(12) for _ in range(_TESTS)]
        self.users = [f"user_{dice.code()}" for _ in range(_USERS)]
        self.written = Counter[str]()

    def records(self, count: int) -> Iterator[Record]:
        """Sessions, oldest first."""
        sizes = self.run_sizes(int(count * _SHARE_IN_RUNS))
        times: list[tuple[datetime, _Run | None]]
        times = [(moment, None) for moment in moments(count - sum(sizes), self.dice)]
        for moment, size in zip(moments(len(sizes), self.dice), sizes, strict=True):
            times += [(moment, self.run_at(moment))] * size
        return (self.record(moment, run) for moment, run in sorted(times, key=itemgetter(0)))

    def run_sizes(self, total: int) -> list[int]:
        """Sizes of runs, two to forty sessions each, that add up to a total."""
        sizes: list[int] = []
        while total > 0:
            sizes.append(min(self.dice.between(2, _LARGEST_RUN), total))
            total -= sizes[-1]
        return sizes

    def run_at(self, moment: datetime) -> _Run:
        """A run at a moment."""
        dice = self.dice
        version, test, user = self.version_at(moment), dice.pick(self.tests), dice.pick(self.users)
        return _Run(version, test, user, f"run_{dice.code()}")

    def version_at(self, moment: datetime) -> int:
        """Mostly the newest version at a moment, sometimes an older one; -1 for a deleted version."""
        if not self.versions or self.dice.chance(0.01):
            return -1
        newest = sum(released <= stamp(moment) for released in self.released) - 1
        return max(newest - int(3.3 * self.dice.roll() * self.dice.roll()), 0)

    def record(self, moment: datetime, run: _Run | None) -> Record:
        """One session, in production or in a run."""
        dice = self.dice
        index = self.version_at(moment) if run is None else run.version
        version_id = dice.pick(self.gone) if index < 0 else self.versions[index]["id"]
        status = self.status(moment, index)
        record: Record = {
            "id": f"session_{dice.code()}",
            "customId": self.custom_id(version_id),
            "versionId": version_id,
            "userId": run.user if run else None,
            "testCaseId": _test_case_id(run.test, dice.code(12)) if run else None,
            "context": context(moment, dice),
            "stoppingReason": dice.pick(STOPPING_REASONS) if status == "COMPLETED" else None,
            "error": _error(status, dice),
            "status": status,
            "metadata": metadata(LATENCIES_MS[index % len(LATENCIES_MS)], dice),
            "createdAt": stamp(moment),
            "deletedAt": None,
        }
        return record | _new_session_fields(record["id"], run, dice) if moment >= NEW_FIELDS_SINCE else record

    def custom_id(self, version_id: str) -> str | None:
        """The caller's own number for the conversation; each version counts from one."""
        if self.dice.chance(0.3):
            return None
        self.written[version_id] += 1
        return f"conversation-{self.written[version_id]:05}"

    def status(self, moment: datetime, index: int) -> str:
        """PENDING mostly in the last days; FAILED at the version's own rate, which is highest for the last one."""
        if self.dice.chance(0.4 if END - moment < _RECENT else 0.004):
            return "PENDING"
        last = index == len(self.versions) - 1
        rate = _WORST_FAILURE_RATE if last else _FAILURE_RATES[index % len(_FAILURE_RATES)]
        return "FAILED" if self.dice.chance(rate) else "COMPLETED"


def _error(status: str, dice: Dice) -> str | None:
    """Why a session failed; a few pending ones have an error too."""
    if status == "COMPLETED" or dice.chance(0.8 if status == "PENDING" else 0.05):
        return None
    if dice.chance(0.04):
        return "Traceback (most recent call last):\n" + "".join(FRAME.format(line=line) for line in range(40))
    return dice.pick(ERRORS)


def _new_session_fields(session_id: str, run: _Run | None, dice: Dice) -> Record:
    """Fields that the API sends but does not document."""
    recording = f"s3://recordings/{session_id}.wav" if run is None and dice.chance(0.03) else None
    return {
        "isProduction": run is None,
        "isSeed": run is not None and dice.chance(0.05),
        "recordingUri": recording,
        "runId": run.id if run else None,
    }
