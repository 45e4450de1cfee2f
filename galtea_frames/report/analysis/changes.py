"""What is new or gone in a period compared with the earlier ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galtea_frames.pages.wording import cut
from galtea_frames.printable import printable
from galtea_frames.report.analysis.metadata import METADATA
from galtea_frames.report.analysis.sessions import count_combinations
from galtea_frames.report.findings import Change, Changes, ErrorShape

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd
    from numpy.typing import NDArray

    from galtea_frames.report.analysis.known_versions import Entry, Roster
    from galtea_frames.report.analysis.metadata import Metadata
    from galtea_frames.report.analysis.sessions import ObservedSessions

_EXAMPLES = 3
_ERRORS = 12
_LONGEST_MESSAGE = 500


def find_changes(
    observed: ObservedSessions,
    sessions: pd.DataFrame,
    entries: Roster,
    metadata: Metadata | None,
    *,
    include_text: bool,
) -> Changes:
    """Return what changed.

    Args:
        observed: the sessions of all periods.
        sessions: the frame they came from.
        entries: what is known of the versions.
        metadata: the columns of metadata; None if `sessions` has them.
        include_text: whether errors are quoted.
    """
    statuses = [observed.statuses[index] for index in _appeared(observed.totals)] if observed.has_previous else []
    errors, other_errors = _error_shapes(observed, include_text=include_text)
    return Changes(
        new_versions=_new_versions(observed, entries),
        silent_versions=_silent_versions(observed, entries) if observed.has_previous else (),
        statuses=tuple(each for each in statuses if each),
        keys=_new_keys(observed, sessions, metadata),
        errors=errors,
        other_errors=other_errors,
    )


def _appeared(by_period: NDArray[np.int64]) -> list[int]:
    """Return the columns that have sessions in the last period and in no earlier one."""
    found = np.flatnonzero((by_period[-1] > 0) & (by_period[:-1].sum(axis=0) == 0))
    return [int(each) for each in found]


def _new_versions(observed: ObservedSessions, entries: Roster) -> tuple[Change, ...]:
    ids = {each.id for each in entries.values() if each.made_in(observed.periods[-1])}
    if observed.has_previous:
        ids |= {observed.version_ids[index] for index in _appeared(observed.by_version)} - observed.earlier_ids
    return _changes(ids, observed, entries)


def _silent_versions(observed: ObservedSessions, entries: Roster) -> tuple[Change, ...]:
    silent = np.flatnonzero((observed.by_version[-1] == 0) & (observed.by_version[-2] > 0))
    return _changes((observed.version_ids[index] for index in silent), observed, entries)


def _changes(ids: Iterable[str | None], observed: ObservedSessions, entries: Roster) -> tuple[Change, ...]:
    found = [_change(entries[each], observed) for each in ids if each is not None]
    return tuple(sorted(found, key=lambda each: (-each.sessions, -each.before, each.version_id)))


def _change(entry: Entry, observed: ObservedSessions) -> Change:
    index = observed.version_index.get(entry.id)
    before, now = (0, 0) if index is None else map(int, observed.by_version[-2:, index])
    created = None if entry.created is None else entry.created.isoformat()
    return Change(str(entry.id), entry.label, created, now, before)


def _new_keys(observed: ObservedSessions, sessions: pd.DataFrame, metadata: Metadata | None) -> tuple[str, ...] | None:
    """Return the columns of metadata that only this period has values in; None if metadata is JSON text."""
    if metadata is not None:
        return metadata.new if observed.has_previous else ()
    columns = [str(name) for name in sessions.columns if str(name).startswith(METADATA)]
    if not columns and "metadata" in sessions and sessions["metadata"].notna().any():
        return None
    if not observed.has_previous:
        return ()
    now, earlier = observed.positions[observed.is_current], observed.positions[~observed.is_current]
    return tuple(name for name in columns if _any(sessions[name], now) and not _any(sessions[name], earlier))


def _any(values: pd.Series, positions: NDArray[np.int64]) -> bool:
    return bool(values.notna().to_numpy(dtype=bool)[positions].any())


def _error_shapes(observed: ObservedSessions, *, include_text: bool) -> tuple[tuple[ErrorShape, ...], int]:
    """Return the most frequent shapes of this period's errors, and how many sessions have others."""
    shape, names = np.asarray(observed.error_shape.codes, dtype=np.int64), list(observed.error_shape.categories)
    rows = np.flatnonzero(shape >= 0)
    by_shape = count_combinations((shape[rows], observed.period[rows]), (len(names), len(observed.periods)))
    order = sorted(np.flatnonzero(by_shape[:, -1]), key=lambda index: (-by_shape[index, -1], names[index]))
    found = []
    for index in order[:_ERRORS]:
        latest = _latest(observed, np.flatnonzero((shape == index) & observed.is_current))
        message = cut(printable(str(latest["error"].iloc[0])), _LONGEST_MESSAGE) if include_text else None
        trend = tuple(int(each) for each in by_shape[index])
        found.append(
            ErrorShape(
                shape=names[index],
                sessions=trend[-1],
                before=trend[-2],
                trend=trend,
                is_new=observed.has_previous and not any(trend[:-1]),
                examples=tuple(str(each) for each in latest["id"]),
                message=message,
            )
        )
    return tuple(found), int(by_shape[order[_ERRORS:], -1].sum())


def _latest(observed: ObservedSessions, rows: NDArray[np.int64]) -> pd.DataFrame:
    """Return the latest of some sessions, whatever their order."""
    return observed.rows.iloc[rows].sort_values(["created_at", "id"], ascending=False).head(_EXAMPLES)
