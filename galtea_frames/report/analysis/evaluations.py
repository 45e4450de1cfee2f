"""The evaluations of the sessions of two periods as arrays: one score per session and metric."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from galtea_frames.errors import ReportError
from galtea_frames.frames.origin import attrs_of
from galtea_frames.frames.unchanged import microseconds
from galtea_frames.pages.labels import labels
from galtea_frames.report.analysis.fields import flags, numbers, texts
from galtea_frames.report.analysis.load_attrs import loaded_since
from galtea_frames.report.analysis.sessions import check_unique
from galtea_frames.report.conditions import PLACES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from galtea_frames.report.analysis.sessions import ObservedSessions
    from galtea_frames.report.conditions import Place

    #: A metric's index, a place, a version's index (None for all), and whether the period is the last one.
    Group = tuple[int, Place, int | None, bool]

_REQUIRED = ("id", "session_id", "metric_id", "created_at", "reported_score", "counts")
_EXCLUDED = "metric.excluded_from_analytics_at"
_THRESHOLDS = ("metric_pass_threshold", "metric.pass_threshold")

#: The columns that a report reads.
COLUMNS = (
    *_REQUIRED,
    "why_not",
    *_THRESHOLDS,
    "metric.name",
    "metric.metric_group_id",
    "metric.created_at",
    _EXCLUDED,
    "session.created_at",
)

#: The threshold of older APIs, which sent none.
_USUAL_THRESHOLD = 0.5

#: Digits of an average of several scores, so that 0.7, 0.8 and 0.9 give 0.8.
_DIGITS = 12

_UNKNOWN = "Unknown metric"


@dataclass(frozen=True)
class MetricEntry:
    """One revision of a metric; unknown attributes are None.

    Attributes:
        id: its id.
        label: its unique label.
        name: its name.
        family: the id that its revisions share.
        created: when it was created.
        excluded: whether it is excluded from analytics.
    """

    id: str
    label: str
    name: str | None
    family: str
    created: str | None
    excluded: bool


@dataclass(frozen=True, eq=False)
class ObservedScores:
    """The scores of the sessions of the last two periods; arrays have one element per session and metric.

    Attributes:
        metrics: the metrics that occur, sorted by id.
        session: each score's session, as an index of the observed sessions.
        metric: each score's index in `metrics`.
        value: the score; several scores of a session by one metric are averaged.
        passed: whether it reaches its threshold.
        evaluations: how many scores were averaged.
        current: whether it belongs to the last period.
        version: the index of the session's version.
        production: whether the session was in production.
        left_out: how many evaluations do not count, by reason and whether their session is in the last period.
        no_previous: why there is nothing to compare with; None if there is.
        excluded: the indices of the metrics that are among them because they are excluded from analytics.
    """

    metrics: tuple[MetricEntry, ...]
    session: NDArray[np.int64]
    metric: NDArray[np.int64]
    value: NDArray[np.float64]
    passed: NDArray[np.bool_]
    evaluations: NDArray[np.int64]
    current: NDArray[np.bool_]
    version: NDArray[np.int64]
    production: NDArray[np.bool_]
    left_out: Mapping[tuple[str, bool], int]
    excluded: tuple[int, ...]
    no_previous: str | None

    @cached_property
    def current_metrics(self) -> tuple[int, ...]:
        """The indices of the metrics with scores in the last period."""
        return tuple(int(each) for each in np.unique(self.metric[self.current]))

    @cached_property
    def groups(self) -> Mapping[Group, NDArray[np.int64]]:
        """The positions of the scores of each metric, place, version (None for all) and period (True is the last)."""
        found: dict[Group, NDArray[np.int64]] = {}
        for versions in (np.full(len(self.version), -1), self.version):
            columns = {"m": self.metric, "p": self.production, "v": versions, "c": self.current}
            indices: dict[Any, Any] = pd.DataFrame(columns).groupby([*columns]).indices
            for (metric, production, version, current), positions in indices.items():
                place = PLACES[0] if production else PLACES[1]
                found[int(metric), place, None if version < 0 else int(version), bool(current)] = positions
        return found


def check_scores(scores: pd.DataFrame) -> None:
    """Check that a frame is one of scores.

    Raises:
        ReportError: a column is missing or occurs twice.
    """
    if missing := [name for name in _REQUIRED if name not in scores.columns]:
        raise ReportError(f"scores has no column {missing[0]!r}: load the frame with galtea_frames.load_scores")
    check_unique(scores, "scores", COLUMNS)


def metric_names(scores: pd.DataFrame) -> frozenset[str]:
    """Return the names and ids of the metrics of a frame of scores."""
    columns = [name for name in ("metric_id", "metric.name") if name in scores]
    return frozenset(str(each) for name in columns for each in texts(scores[name]).found.dropna().unique())


def observe_scores(scores: pd.DataFrame, observed: ObservedSessions) -> ObservedScores:
    """Return the scores of the sessions of the last two periods.

    Args:
        scores: one row per evaluation; the last row of each counts.
        observed: the sessions.
    """
    ids = texts(scores["id"]).found
    rows = scores[~(ids.notna() & ids.duplicated(keep="last")).to_numpy(dtype=bool)]
    metrics, metric = _metrics(rows)
    place = observed.positions_of(texts(rows["session_id"]).found)
    value = numbers(rows["reported_score"], is_json=False).found.to_numpy()
    reasons = _reasons(rows, np.array([each.excluded for each in metrics], dtype=bool)[metric], value)
    within = _within(place, observed)
    counted = within & (reasons == "")
    session, of_metric = place[counted], metric[counted]
    key, group, size = np.unique(session * max(1, len(metrics)) + of_metric, return_inverse=True, return_counts=True)
    own, of_session = key % max(1, len(metrics)), key // max(1, len(metrics))
    average = _averages(value[counted], group, size)
    return ObservedScores(
        metrics=metrics,
        session=of_session,
        metric=own,
        value=average,
        passed=average >= _averages(_thresholds(rows)[counted], group, size),
        evaluations=size,
        current=observed.is_current[of_session],
        version=observed.version[of_session],
        production=observed.production[of_session],
        left_out=_left_out(rows, place, reasons, within, observed),
        no_previous=_no_previous(scores, observed),
        excluded=tuple(int(each) for each in np.unique(metric[within & (reasons == "excluded")])),
    )


def _no_previous(scores: pd.DataFrame, observed: ObservedSessions) -> str | None:
    since, before = loaded_since(attrs_of(scores)), observed.periods[-2]
    if observed.no_previous is None and since is not None and since > before.start:
        return f"no previous period: evaluations of the {before.unit} before were not loaded"
    return observed.no_previous


def _metrics(rows: pd.DataFrame) -> tuple[tuple[MetricEntry, ...], NDArray[np.int64]]:
    """Return the metrics and each row's index; a row without a metric has one without a name."""
    ids = texts(rows["metric_id"]).found.fillna("")
    known = pd.DataFrame({"id": ids}, index=rows.index)
    for name in ("metric.name", "metric.metric_group_id"):
        known[name] = texts(rows[name]).found if name in rows else pd.Series(pd.NA, rows.index, "string")
    created = microseconds(rows["metric.created_at"]) if "metric.created_at" in rows else np.zeros(len(rows), np.int64)
    known["created"] = created
    known["excluded"] = rows[_EXCLUDED].notna() if _EXCLUDED in rows else False
    # The last row of a metric that has a value: names may be missing from some rows.
    of_metric = known.groupby("id", sort=True).agg(
        {"metric.name": "last", "metric.metric_group_id": "last", "created": "max", "excluded": "any"}
    )
    named = {str(id_): None if pd.isna(name) else str(name) for id_, name in of_metric["metric.name"].items()}
    called = labels([(id_, name if name and name.strip() else _UNKNOWN) for id_, name in named.items()])
    entries = tuple(
        MetricEntry(
            id=str(row.Index),
            label=called[str(row.Index)],
            name=named[str(row.Index)],
            family=str(row.Index) if pd.isna(row[2]) else str(row[2]),
            created=_moment(int(row[3])),
            excluded=bool(row[4]),
        )
        for row in of_metric.itertuples()
    )
    return entries, pd.Index(of_metric.index).get_indexer(pd.Index(ids)).astype(np.int64)


def _moment(microsecond: int) -> str | None:
    return pd.Timestamp(microsecond, unit="us", tz="UTC").isoformat() if microsecond > 0 else None


def _within(place: NDArray[np.int64], observed: ObservedSessions) -> NDArray[np.bool_]:
    """Tell whether the session of each row is of the last two periods."""
    found: NDArray[np.bool_] = np.append(observed.is_current | observed.is_previous, False)[place]
    return found


def _reasons(rows: pd.DataFrame, excluded: NDArray[np.bool_], value: NDArray[np.float64]) -> NDArray[np.object_]:
    """Return why each row does not count; an empty text if it does."""
    counts = flags(rows["counts"], is_json=False).found.fillna(False).to_numpy(dtype=bool)
    why = texts(rows["why_not"]).found if "why_not" in rows else pd.Series(pd.NA, rows.index, "string")
    reasons: NDArray[np.object_] = why.fillna("").replace("", "not_counted").to_numpy(dtype=object)
    reasons = np.where(counts, np.where(np.isnan(value), "no_score", ""), reasons)
    return np.where(excluded, "excluded", reasons)


def _thresholds(rows: pd.DataFrame) -> NDArray[np.float64]:
    """Return the threshold of each row, else of its metric, else the usual one."""
    found = np.full(len(rows), np.nan)
    for name in (each for each in _THRESHOLDS if each in rows):
        found = np.where(np.isnan(found), numbers(rows[name], is_json=False).found.to_numpy(), found)
    return np.where(np.isnan(found), _USUAL_THRESHOLD, found)


def _averages(values: NDArray[np.float64], group: NDArray[np.int64], size: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the average of each group; a single value stays as it is."""
    sums = np.bincount(group, weights=values, minlength=len(size))
    return np.where(size == 1, sums, np.round(sums / np.maximum(size, 1), _DIGITS))


def _left_out(
    rows: pd.DataFrame,
    place: NDArray[np.int64],
    reasons: NDArray[np.object_],
    within: NDArray[np.bool_],
    observed: ObservedSessions,
) -> Counter[tuple[str, bool]]:
    """Count the rows that do not count; those of unknown sessions by when these, or else they, were created."""
    dropped = np.flatnonzero(within & (reasons != ""))
    found = Counter(zip(reasons[dropped].tolist(), observed.is_current[place[dropped]].tolist(), strict=True))
    created = microseconds(rows["created_at"])
    if "session.created_at" in rows:
        known = rows["session.created_at"].notna().to_numpy(dtype=bool)
        created = np.where(known, microseconds(rows["session.created_at"]), created)
    for period, is_current in ((observed.periods[-1], True), (observed.periods[-2], False)):
        start, end = (round(each.timestamp() * 1_000_000) for each in (period.start, period.end))
        if unknown := int(((place < 0) & (created >= start) & (created < end)).sum()):
            found["no_session", is_current] = unknown
    return found
