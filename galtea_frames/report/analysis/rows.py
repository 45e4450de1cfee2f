"""The rows behind a report: its sessions and their scores, as they were counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from galtea_frames.report.analysis.breakdowns import values_by
from galtea_frames.report.analysis.fields import numbers, texts
from galtea_frames.report.analysis.sums import by_session, values_of
from galtea_frames.report.terms import TURNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from galtea_frames.report.analysis.evaluations import ObservedScores
    from galtea_frames.report.analysis.known_versions import Roster
    from galtea_frames.report.analysis.sessions import ObservedSessions
    from galtea_frames.report.inputs import Inputs

#: Raw text of conversations, kept only if asked for.
TEXTS = ("error", "context", "context.value")


def session_rows(
    observed: ObservedSessions,
    entries: Roster,
    metrics: Sequence[str],
    texts_kept: Sequence[str],
    is_json: frozenset[str],
) -> pd.DataFrame:
    """Return the sessions as they were counted."""
    rows, labels = observed.rows, [entries[id_].label for id_ in observed.version_ids]
    columns: dict[str, Any] = {
        "id": rows["id"],
        "created_at": rows["created_at"].astype(pd.DatetimeTZDtype("us", "UTC")),
        "period": _categories(observed.period, [period.code for period in observed.periods]),
        "day": _categories(observed.day, [day.isoformat() for day in observed.days]),
        "version_id": rows["version_id"],
        "version": pd.array(np.array(labels, dtype=object)[observed.version], dtype="string"),
        "status": rows["status"],
        "production": pd.array(observed.production, dtype="boolean"),
    }
    further = ("user_id", "test_case_id", "stopping_reason", *metrics, *texts_kept)
    for name in (each for each in further if each in rows and each not in columns):
        values = rows[name]
        if values.dtype == object:  # any values, of which only those of one type were counted
            values = numbers(values, is_json=name in is_json).found if name in metrics else texts(values).found
        columns[name] = values
    return pd.DataFrame(columns | {"error_shape": observed.error_shape})


def further_columns(names: set[str], observed: ObservedSessions, inputs: Inputs) -> dict[str, Any]:
    """Return the sums of turns, and the columns of scores that group sessions, one value per session."""
    found: dict[str, Any] = {}
    for name in sorted(names):
        if name.startswith(TURNS):
            found[name] = by_session(values_of(name, observed, inputs), len(observed.rows))
        elif (values := values_by(name, observed, inputs)) is not None:
            found[name] = pd.array(values, dtype="string")
    return found


def score_rows(scores: ObservedScores, observed: ObservedSessions, entries: Roster) -> pd.DataFrame:
    """Return the scores as they were counted: one row per session of the last two periods and metric."""
    labels, metrics = [entries[id_].label for id_ in observed.version_ids], scores.metrics
    text = {
        "session_id": observed.rows["id"].to_numpy(dtype=object)[scores.session],
        "version_id": observed.rows["version_id"].to_numpy(dtype=object)[scores.session],
        "version": np.array(labels, dtype=object)[scores.version],
        "metric_id": np.array([each.id for each in metrics], dtype=object)[scores.metric],
        "metric": np.array([each.label for each in metrics], dtype=object)[scores.metric],
    }
    strings = {name: pd.array(values, dtype="string") for name, values in text.items()}
    period = _categories(observed.period[scores.session], [period.code for period in observed.periods])
    return pd.DataFrame(
        {
            "session_id": strings["session_id"],
            "period": period,
            "version_id": strings["version_id"],
            "version": strings["version"],
            "production": pd.array(scores.production, dtype="boolean"),
            "metric_id": strings["metric_id"],
            "metric": strings["metric"],
            "evaluations": pd.array(scores.evaluations, dtype="Int64"),
            "score": pd.array(scores.value, dtype="Float64"),
            "passed": pd.array(scores.passed, dtype="boolean"),
        }
    )


def _categories(codes: NDArray[np.int64], names: list[str]) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, categories=pd.Index(names, dtype=object))
