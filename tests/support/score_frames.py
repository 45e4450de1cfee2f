"""Frames of scores for reports, from evaluations written out by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
from report_frames import AS_OF, FETCHED, framed, sessions, vouched

import galtea_frames as gf
from galtea_frames.frames.frame import ATTRS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Record = dict[str, Any]

#: The value of any field of a record.
Field = Any

#: The columns of a frame of scores that a report reads, and some more, with their dtypes.
DTYPES = {
    "id": "string",
    "metric_id": "string",
    "session_id": "string",
    "inference_result_id": "string",
    "test_case_id": "string",
    "status": "category",
    "score": "Float64",
    "human_score": "Float64",
    "passed": "boolean",
    "metric_pass_threshold": "Float64",
    "long_input": "boolean",
    "created_at": "datetime64[us, UTC]",
    "reported_score": "Float64",
    "counts": "boolean",
    "why_not": "category",
    "metric.id": "string",
    "metric.metric_group_id": "string",
    "metric.name": "string",
    "metric.pass_threshold": "Float64",
    "metric.excluded_from_analytics_at": "datetime64[us, UTC]",
    "metric.created_at": "datetime64[us, UTC]",
    "session.id": "string",
    "session.version_id": "string",
    "session.created_at": "datetime64[us, UTC]",
    "test_case.variant": "string",
}


def evaluations(
    scored: Iterable[Record],
    values: Sequence[float | None],
    metric: str = "m1",
    name: str | None = "Accuracy",
    **more: Field,
) -> list[Record]:
    """Return an evaluation of each session by a metric, with these scores in turn; None is one that does not count."""
    found = []
    for number, session in enumerate(scored):
        value = values[number % len(values)]
        found.append(
            {
                "id": f"evaluation-{metric}-{session['id']}-{len(more)}",
                "metric_id": metric,
                "session_id": session["id"],
                "status": "PENDING" if value is None else "SUCCESS",
                "score": value,
                "reported_score": value,
                "counts": value is not None,
                "why_not": "pending" if value is None else None,
                "created_at": session["createdAt"],
                "metric.id": metric,
                "metric.metric_group_id": f"family of {metric}",
                "metric.name": name,
                "metric.pass_threshold": 0.5,
                "metric.created_at": "2026-01-01T00:00:00Z",
                "session.id": session["id"],
                "session.version_id": session["versionId"],
                "session.created_at": session["createdAt"],
            }
            | more
        )
    return found


def scores_frame(records: Iterable[Record], **attrs: Field) -> pd.DataFrame:
    """Return the frame of these evaluations, which proves to be complete, except for these attrs."""
    rows = list(records)
    columns = {name: [row.get(name) for row in rows] for name in DTYPES}
    frame = pd.DataFrame({name: pd.Series(values, dtype="object") for name, values in columns.items()})
    dtype: Any
    for name, dtype in DTYPES.items():
        values = pd.to_datetime(frame[name], utc=True, format="ISO8601") if dtype.startswith("date") else frame[name]
        frame[name] = values.astype(dtype)
    frame.attrs[ATTRS] = {"resource": "scores", "fetched_at": FETCHED}
    return vouched(frame, **attrs)


def report_with_scores(*, fell: bool = True, few: bool = False) -> gf.Report:
    """Return a report with a metric in production and four in tests, one of which fell if wanted."""
    world, records = [], []
    for day in ("2026-03-18", "2026-03-25"):
        production = sessions(40, day)
        tests = sessions(20 if few else 40, day, testCaseId="c")
        world += [*production, *tests]
        records += evaluations(production, [0.8], "m1", "Accuracy")
        records += evaluations(tests, [0.9, 0.3] if fell and day == "2026-03-25" else [0.9], "m2", "Tone")
        for number in (3, 4, 5):
            records += evaluations(tests, [0.9], f"m{number}", f"metric {number}")
    return gf.build_report(*framed(world), scores=scores_frame(records), as_of=AS_OF, thresholds=[])
