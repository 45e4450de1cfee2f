"""How far the numbers of a period can be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from galtea_frames.errors import QueryError
from galtea_frames.report.analysis.counts import counts
from galtea_frames.report.analysis.fields import named
from galtea_frames.report.analysis.sessions import FAILED, KNOWN, PENDING
from galtea_frames.report.findings import LateChange, Quality, QualityLine
from galtea_frames.report.periods import day_title

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from numpy.typing import NDArray

    from galtea_frames.report.analysis.known_versions import Roster
    from galtea_frames.report.analysis.sessions import Observations
    from galtea_frames.report.findings import Scope


_COMPARED = ("sessions", "completed", "failed", "pending")
_COUNTS = range(2**53)

#: Filters in which reports of the same sessions differ.
_SPAN = frozenset({"from_created_at", "to_created_at", "sort"})


def assess(
    seen: Observations,
    entries: Roster,
    attrs: Mapping[str, Any],
    *,
    as_of: datetime,
    scope: Scope,
    query: Mapping[str, str],
    last: dict[str, Any] | None,
) -> Quality:
    """Return what readers should know of the data of the last period.

    Args:
        seen: the sessions of all periods.
        entries: what is known of the versions.
        attrs: what the frame of sessions says of itself.
        as_of: the instant that the report is made for.
        scope: what it is about.
        query: the filters that the frames were loaded with.
        last: what an earlier report says.

    Raises:
        QueryError: the earlier report is none.
    """
    late_period, late_changes = (None, ()) if last is None else _late_changes(seen, scope, query, last)
    return Quality(
        lines=_lines(seen, entries),
        mixed_columns=named("mixed_columns", attrs),
        partial_day=_partial_day(seen, as_of),
        late_period=late_period,
        late_changes=late_changes,
    )


def _lines(seen: Observations, entries: Roster) -> tuple[QualityLine, ...]:
    current = seen.period == seen.current
    total = int(current.sum())
    no_version = seen.version == len(seen.version_ids) - 1
    unknown = [place for place, id_ in enumerate(seen.version_ids) if id_ is not None and not entries[id_].known]
    strange = (seen.status >= len(KNOWN)) & (seen.status < len(seen.statuses) - 1)
    failed = seen.status == FAILED
    lines = [
        ("No version", current & no_version, total, "counted in the totals, in no version"),
        (
            "Unknown version",
            current & np.isin(seen.version, unknown),
            total,
            "their version was deleted, or was not loaded",
        ),
        ("No status", current & (seen.status == len(seen.statuses) - 1), total, "in no rate"),
        ("Status unknown to this release", current & strange, total, "counted as they are, in no rate"),
        ("No user", current & _null(seen, "user_id"), total, "not among the distinct users"),
        ("Failed without a message", current & failed & _null(seen, "error"), int((current & failed).sum()), ""),
        ("Error, but not failed", current & ~failed & ~_null(seen, "error"), total, "among the errors, in no rate"),
        (
            "Pending since the previous period",
            (seen.period == seen.current - 1) & (seen.status == PENDING),
            int((seen.period == seen.current - 1).sum()),
            "its figures change when they end",
        ),
    ]
    found = [QualityLine(label, int(mask.sum()), of, meaning) for label, mask, of, meaning in lines]
    if seen.undated:
        found.append(QualityLine("No creation time", seen.undated, None, "in no period, so not counted"))
    if seen.repeated:
        found.append(QualityLine("Rows that repeat a session", seen.repeated, None, "each session is counted once"))
    if seen.strange:
        columns = ", ".join(sorted(seen.strange))
        rows = np.logical_or.reduce(list(seen.strange.values())) & current
        meaning = f"counted as unknown: {columns}"
        found.append(QualityLine("Values of another type than documented", int(rows.sum()), total, meaning))
    return tuple(found)


def _null(seen: Observations, column: str) -> NDArray[np.bool_]:
    """Tell of each session whether it has no value in a column."""
    return seen.rows[column].isna().to_numpy(dtype=bool) if column in seen.rows else seen.period >= 0


def _partial_day(seen: Observations, as_of: datetime) -> str:
    """Return in words what is left out because the day, or the period, of `as_of` is not over."""
    period = seen.periods[-1]
    if as_of == period.end:
        return "The period ends at the as-of time; nothing is left out."
    begin, now = day_title(period.following.first), as_of.astimezone(period.zone)
    loaded = f", {seen.after:,} of which were loaded" if seen.after else ""
    return (
        f"Left out: sessions from {begin} on{loaded}; at the as-of time, {now:%H:%M}, that {period.unit} is not over."
    )


def _late_changes(
    seen: Observations, scope: Scope, query: Mapping[str, str], said: dict[str, Any]
) -> tuple[str | None, tuple[LateChange, ...]]:
    """Return the period of an earlier report, if it is among these, and the figures that have changed since.

    Figures of other products, of other filters or of another selection are not compared.
    """
    if said.get("figures") == []:  # of a load that failed
        return None, ()
    try:
        then = said["scope"]
        span = (then["period"]["start"], then["period"]["end"])
        figures = {each["name"]: each["now"] for each in said["figures"]}
        counted = {name: _whole(figures[name]) for name in _COMPARED}
        same = [*then["products"]] == [*scope.products] and then.get("selection") == scope.selection
        same = same and _asked(dict(said["reproduction"]["query"])) == _asked(query)
    except (KeyError, TypeError, ValueError, AttributeError):
        raise QueryError("the last report is no report.json of a report") from None
    spans = [(period.start.isoformat(), period.end.isoformat()) for period in seen.periods]
    if not same or span not in spans:
        return None, ()
    place = spans.index(span)
    now = counts(seen.by_status()[place].sum(axis=0))
    changed = [(name, said_then, getattr(now, name)) for name, said_then in counted.items()]
    late = tuple(LateChange(name.capitalize(), old, new) for name, old, new in changed if old != new)
    return seen.periods[place].code, late


def _asked(query: Mapping[str, str]) -> dict[str, str]:
    """Return the filters that say which sessions of a period there are."""
    return {
        name: value
        for name, value in query.items()
        if name.startswith("sessions: ") and name.removeprefix("sessions: ") not in _SPAN
    }


def _whole(value: Any) -> int:  # noqa: ANN401 - whatever a file may hold
    """Return a count that a file holds.

    Raises:
        TypeError: it is none.
    """
    if type(value) is not int or value not in _COUNTS:
        raise TypeError
    return value
