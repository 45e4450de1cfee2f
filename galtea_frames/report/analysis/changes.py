"""What a period has that earlier ones had not, and the other way round."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from galtea_frames.error_shapes import shapes
from galtea_frames.printable import printable
from galtea_frames.report.analysis.sessions import counted
from galtea_frames.report.findings import Change, Changes, ErrorShape
from galtea_frames.report.wording import cut

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from galtea_frames.report.analysis.known_versions import Entry, Roster
    from galtea_frames.report.analysis.sessions import Observations

_EXAMPLES = 3
_ERRORS = 12
_LONGEST_MESSAGE = 500
_METADATA = "metadata."


def find_changes(
    seen: Observations, sessions: pd.DataFrame, entries: Roster, *, first: bool, include_text: bool
) -> Changes:
    """Return what changed.

    Args:
        seen: the sessions of all periods.
        sessions: the frame that they came from.
        entries: what is known of the versions.
        first: whether there is nothing to compare with.
        include_text: whether errors are quoted.
    """
    by_status = seen.by_status()
    by_version, by_kind = by_status.sum(axis=2), by_status.sum(axis=1)
    errors, other_errors = _error_shapes(seen, first=first, include_text=include_text)
    return Changes(
        new_versions=_new_versions(seen, by_version, entries, first=first),
        silent_versions=() if first else _silent_versions(seen, by_version, entries),
        statuses=() if first else tuple(str(seen.statuses[at]) for at in _appeared(by_kind) if seen.statuses[at]),
        keys=_new_keys(seen, sessions, first=first),
        errors=errors,
        other_errors=other_errors,
    )


def _appeared(by_period: NDArray[np.int64]) -> list[int]:
    """Return the places that the last period has and none of the earlier ones."""
    found = np.flatnonzero((by_period[-1] > 0) & (by_period[:-1].sum(axis=0) == 0))
    return [int(each) for each in found]


def _new_versions(
    seen: Observations, by_version: NDArray[np.int64], entries: Roster, *, first: bool
) -> tuple[Change, ...]:
    period = seen.periods[-1]
    ids = {each.id for each in entries.values() if each.made_in(period)}
    if not first:
        ids |= {seen.version_ids[place] for place in _appeared(by_version)} - seen.earlier_ids
    return _ordered([_change(entries[each], seen, by_version) for each in ids if each is not None])


def _silent_versions(seen: Observations, by_version: NDArray[np.int64], entries: Roster) -> tuple[Change, ...]:
    silent = np.flatnonzero((by_version[-1] == 0) & (by_version[-2] > 0))
    ids = (seen.version_ids[place] for place in silent)
    return _ordered([_change(entries[each], seen, by_version) for each in ids if each is not None])


def _ordered(found: list[Change]) -> tuple[Change, ...]:
    return tuple(sorted(found, key=lambda each: (-each.sessions, -each.before, each.version_id)))


def _change(entry: Entry, seen: Observations, by_version: NDArray[np.int64]) -> Change:
    place = seen.version_ids.index(entry.id) if entry.id in seen.version_ids else None
    now, before = (0, 0) if place is None else (int(by_version[-1, place]), int(by_version[-2, place]))
    created = None if entry.created is None else entry.created.isoformat()
    return Change(str(entry.id), entry.label, created, now, before)


def _new_keys(seen: Observations, sessions: pd.DataFrame, *, first: bool) -> tuple[str, ...] | None:
    """Return the columns of metadata that only this period has values in; None where metadata is JSON text."""
    columns = [str(name) for name in sessions.columns if str(name).startswith(_METADATA)]
    if not columns and "metadata" in sessions and sessions["metadata"].notna().any():
        return None
    if first:
        return ()
    now = seen.places[seen.period == seen.current]
    earlier = seen.places[seen.period < seen.current]
    return tuple(name for name in columns if _any(sessions[name], now) and not _any(sessions[name], earlier))


def _any(values: pd.Series, places: NDArray[np.int64]) -> bool:
    return bool(values.notna().to_numpy(dtype=bool)[places].any())


def shapes_of_rows(seen: Observations) -> pd.Categorical:
    """Return the shape of each session's error."""
    place, names = _shapes(seen)
    return pd.Categorical.from_codes(place, categories=pd.Index(names, dtype=object))


def _shapes(seen: Observations) -> tuple[NDArray[np.int64], list[str]]:
    """Return the place of each session's error among the shapes, -1 without an error, and the shapes, sorted."""
    if "error" not in seen.rows:
        return np.full(len(seen.rows), -1), []
    # Shapes are taken of each message once: many sessions share one.
    code, messages = pd.factorize(seen.rows["error"])
    found = shapes(pa.array([str(each) for each in messages], pa.string())).to_numpy(zero_copy_only=False)
    names, place = np.unique(found.astype(object), return_inverse=True)
    # The code of no error is -1, which is the last place of this table.
    return np.append(place, -1)[code], [str(each) for each in names]


def _error_shapes(seen: Observations, *, first: bool, include_text: bool) -> tuple[tuple[ErrorShape, ...], int]:
    """Return the most frequent shapes of this period's errors, and how many sessions have others."""
    shape, names = _shapes(seen)
    rows = np.flatnonzero(shape >= 0)
    counts = counted((shape[rows], seen.period[rows]), (len(names), len(seen.periods)))
    order = sorted(np.flatnonzero(counts[:, -1]), key=lambda place: (-counts[place, -1], names[place]))
    found = []
    for place in order[:_ERRORS]:
        latest = _latest(seen, np.flatnonzero((shape == place) & (seen.period == seen.current)))
        words = cut(printable(str(latest["error"].iloc[0])), _LONGEST_MESSAGE) if include_text else None
        found.append(_error_shape(names[place], counts[place], latest, words, first=first))
    return tuple(found), int(counts[order[_ERRORS:], -1].sum())


def _error_shape(
    name: str, by_period: NDArray[np.int64], latest: pd.DataFrame, words: str | None, *, first: bool
) -> ErrorShape:
    trend = tuple(int(each) for each in by_period)
    return ErrorShape(
        shape=name,
        sessions=trend[-1],
        before=trend[-2],
        trend=trend,
        is_new=not first and not any(trend[:-1]),
        examples=tuple(str(each) for each in latest["id"]),
        message=words,
    )


def _latest(seen: Observations, rows: NDArray[np.int64]) -> pd.DataFrame:
    """Return the latest of some sessions, whatever order they stand in."""
    return seen.rows.iloc[rows].sort_values(["created_at", "id"], ascending=False).head(_EXAMPLES)
