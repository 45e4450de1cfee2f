"""Frames of scores for comparisons, from evaluations written out by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

import galtea_frames as gf
from galtea_frames.compare.columns import SCORES, SESSIONS, TURNS, VERSIONS, table
from galtea_frames.frames.fingerprint import Proof
from galtea_frames.frames.frame import ATTRS
from galtea_frames.frames.unchanged import microseconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: The value of any field.
Field = Any

#: When the frames say that they were loaded, and when their rows were created.
FETCHED, CREATED = "2026-12-01T00:00:00.000+00:00", "2026-11-01T12:00:00Z"

#: Two versions of one product.
A, B = "version_a", "version_b"
NAMES = {A: "v1", B: "v2"}


def evaluation(
    version: str, case: str | None, score: float | None, metric: str = "m1", **fields: Field
) -> dict[str, Any]:
    """Return an evaluation of a session of its own, joined with the rest; names of columns have `__` for dots."""
    session = f"session_{version}_{case}"
    row = {
        "id": f"evaluation_{version}_{case}_{metric}",
        "metric_id": metric,
        "session_id": session,
        "test_case_id": case,
        "reported_score": score,
        "counts": score is not None,
        "why_not": None if score is not None else "no_score",
        "created_at": CREATED,
        "metric.metric_group_id": f"family of {metric}",
        "metric.name": f"Metric {metric}",
        "session.version_id": version,
        "version.id": version,
        "version.name": NAMES.get(version),
        "version.product_id": "product_1",
    }
    return row | {name.replace("__", "."): value for name, value in fields.items()}


def frame_of(
    rows: Iterable[Mapping[str, Any]], dtypes: dict[str, Any], resource: str, /, **attrs: Field
) -> pd.DataFrame:
    """Return rows as a frame that proves to be complete, except for these attrs."""
    given = list(rows)
    further = {name: "string" for row in given for name in row if name not in dtypes}
    known = dtypes | further | {"created_at": pd.DatetimeTZDtype("us", "UTC")}
    frame = table(known, [tuple({"created_at": CREATED, **row}.get(name) for name in known) for row in given])
    proof = Proof()
    proof.add(frame["id"], microseconds(frame["created_at"]))
    whole = {"resource": resource, "complete": True, "filters": {}, "fetched_at": FETCHED, "rows": len(frame)}
    frame.attrs[ATTRS] = whole | proof.attrs() | attrs
    return frame


def scores_of(rows: Iterable[Mapping[str, Any]], /, **attrs: Field) -> pd.DataFrame:
    """Return evaluations as `load_scores` does."""
    return frame_of(rows, SCORES | {"test_case.language_code": "string"}, "scores", **attrs)


def sessions_of(rows: Iterable[Mapping[str, Any]], **attrs: Field) -> pd.DataFrame:
    """Return sessions as `load_sessions` does."""
    return frame_of(rows, SESSIONS, "sessions", **attrs)


def turns_of(rows: Iterable[Mapping[str, Any]], **attrs: Field) -> pd.DataFrame:
    """Return turns as `load_inference_results` does."""
    return frame_of(rows, TURNS, "inference_results", **attrs)


def versions_of(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return versions as `load_versions` does."""
    return frame_of(rows, VERSIONS, "versions")


def paired(
    before: Iterable[float], after: Iterable[float], metric: str = "m1", **fields: Field
) -> list[dict[str, Any]]:
    """Return one evaluation per version and test case."""
    sides = zip((A, B), (list(before), list(after)), strict=True)
    return [
        evaluation(version, f"case_{place:03}", score, metric, **fields)
        for version, scores in sides
        for place, score in enumerate(scores)
    ]


def compared(
    rows: Iterable[Mapping[str, Any]], baseline: str = A, candidate: str = B, **options: Field
) -> gf.Comparison:
    """Return the comparison of two versions on these evaluations."""
    known: dict[str, Any] = {"versions": versions_of({"id": id_, "name": name} for id_, name in NAMES.items())}
    return gf.compare_versions(baseline, candidate, scores=scores_of(rows), **known | options)
