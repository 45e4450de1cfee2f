"""How far the numbers of a period can be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from galtea_frames.frames.load_attrs import mapping_in, names_in
from galtea_frames.report.analysis.counts import Counts
from galtea_frames.report.analysis.sessions import FAILED, KNOWN, PENDING
from galtea_frames.report.findings import LateChange, Quality, QualityLine
from galtea_frames.report.periods import day_title

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from numpy.typing import NDArray

    from galtea_frames.report.analysis.known_versions import Roster
    from galtea_frames.report.analysis.sessions import ObservedSessions
    from galtea_frames.report.findings import Scope
    from galtea_frames.report.terms import EarlierReport

#: Filters that may differ between reports of the same sessions.
_SPAN = frozenset({"from_created_at", "to_created_at", "sort"})


def assess(
    observed: ObservedSessions,
    entries: Roster,
    attrs: Mapping[str, Any],
    *,
    as_of: datetime,
    scope: Scope,
    query: Mapping[str, str],
    last: EarlierReport | None,
) -> Quality:
    """Return what readers should know about the data of the last period.

    Args:
        observed: the sessions of all periods.
        entries: what is known of the versions.
        attrs: the attrs of the frame of sessions.
        as_of: the instant that the report is made for.
        scope: what it is about.
        query: the filters that the frames were loaded with.
        last: an earlier report.
    """
    late_period, late_changes = (None, ()) if last is None else _late_changes(observed, scope, query, last)
    return Quality(
        lines=(*_lines(observed, entries), *_misfits(attrs)),
        mixed_columns=tuple(name for name in names_in("mixed_columns", attrs) if name in observed.rows),
        partial_day=_partial_day(observed, as_of),
        late_period=late_period,
        late_changes=late_changes,
    )


def _lines(observed: ObservedSessions, entries: Roster) -> tuple[QualityLine, ...]:
    current, previous = observed.is_current, observed.is_previous
    status, last_status = observed.status, len(observed.statuses) - 1
    unknown = [index for index, id_ in enumerate(observed.version_ids) if not entries[id_].known and id_ is not None]
    undeclared = (status >= len(KNOWN)) & (status < last_status)
    failed, no_error = current & (status == FAILED), _null(observed, "error")
    masks = [
        ("No version", observed.version == observed.version_index[None], "counted under “No version”"),
        ("Unknown version", np.isin(observed.version, unknown), "the version was deleted or not loaded"),
        ("No status", status == last_status, "not counted in any rate"),
        ("Status unknown to this release", undeclared, "counted by status, but not in any rate"),
        ("No user", _null(observed, "user_id"), "not counted as distinct users"),
        ("Failed without a message", failed & no_error, "not listed among the errors"),
        ("Error, but not failed", ~failed & ~no_error, "listed among the errors, not counted as failed"),
    ]
    sizes = {"Failed without a message": int(failed.sum())}
    total, pending = int(current.sum()), int((previous & (status == PENDING)).sum())
    found = [QualityLine(name, int((current & mask).sum()), sizes.get(name, total), text) for name, mask, text in masks]
    late = "that period's numbers change when these sessions end"
    found.append(QualityLine("Pending since the previous period", pending, int(previous.sum()), late))
    if observed.undated:
        found.append(QualityLine("No creation time", observed.undated, None, "not counted in any period"))
    if observed.repeated:
        found.append(QualityLine("Duplicate rows", observed.repeated, None, "each session is counted once"))
    if observed.strange:
        rows = np.logical_or.reduce(list(observed.strange.values())) & current
        meaning = f"treated as missing: {', '.join(sorted(observed.strange))}"
        found.append(QualityLine("Values of an undeclared type", int(rows.sum()), total, meaning))
    return tuple(found)


def _misfits(attrs: Mapping[str, Any]) -> Iterator[QualityLine]:
    """Yield a line on values that do not fit their pinned dtype, which are null, in the sessions of all periods."""
    pinned = mapping_in("dtype", attrs)
    counts = {str(name): count for name, count in mapping_in("misfits", attrs).items() if name in pinned}
    counted = {name: count for name, count in sorted(counts.items()) if type(count) is int and count > 0}
    if counted:
        named = ", ".join(f"{name} ({count:,})" for name, count in counted.items())
        meaning = f"treated as missing, in all periods: {named}"
        yield QualityLine("Values that do not fit their dtype", sum(counted.values()), None, meaning)


def _null(observed: ObservedSessions, column: str) -> NDArray[np.bool_]:
    """Tell whether each session has no value in a column."""
    return observed.rows[column].isna().to_numpy(dtype=bool) if column in observed.rows else observed.period >= 0


def _partial_day(observed: ObservedSessions, as_of: datetime) -> str:
    """Say what is left out because the period of `as_of` is not over."""
    period = observed.periods[-1]
    if as_of == period.end:
        return "The period ends at the as-of time, so nothing is left out."
    begin, now = day_title(period.following.first), as_of.astimezone(period.zone)
    loaded = f" ({observed.after:,} loaded)" if observed.after else ""
    ended = f"that {period.unit} was not over at the as-of time, {now:%H:%M}"
    return f"Sessions from {begin} on{loaded} are left out: {ended}."


def _late_changes(
    observed: ObservedSessions, scope: Scope, query: Mapping[str, str], last: EarlierReport
) -> tuple[str | None, tuple[LateChange, ...]]:
    """Return the period of an earlier report, if it is one of these, and the counts that have changed since.

    Reports of other products, filters or another selection are not compared.
    """
    same = last.products == scope.products and last.selection == scope.selection
    index = {(period.start, period.end): index for index, period in enumerate(observed.periods)}.get(last.span)
    if not same or index is None or _asked(last.query) != _asked(query):
        return None, ()
    now = Counts.of(observed.totals[index])
    changed = [(name, old, getattr(now, name)) for name, old in last.counts.items()]
    late = tuple(LateChange(name.capitalize(), old, new) for name, old, new in changed if old != new)
    return observed.periods[index].code, late


def _asked(query: Mapping[str, str]) -> dict[str, str]:
    """Return the filters that decide which sessions of a period were loaded."""
    return {
        name: value
        for name, value in query.items()
        if name.startswith("sessions: ") and name.removeprefix("sessions: ") not in _SPAN
    }
