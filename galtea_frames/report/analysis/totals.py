"""A period in total, compared with the previous one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from galtea_frames.rates import ENOUGH, Difference, Rate, difference, rate
from galtea_frames.report.analysis.counts import Counts, numbers_of, share
from galtea_frames.report.analysis.sessions import KNOWN
from galtea_frames.report.findings import Reason, TotalLine

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from galtea_frames.report.analysis.sessions import ObservedSessions
    from galtea_frames.report.conditions import Value

    Mask = NDArray[np.bool_]

_NO_DIFFERENCE = Difference(None, None, None)
_REASONS = 8


def total_numbers(observed: ObservedSessions) -> dict[str, Value]:
    """Return the numbers that thresholds compare, of all sessions of the last period."""
    now, before = (Counts.of(each) for each in observed.totals[[-1, -2]])
    production = _part(observed.production, observed.is_current)
    return numbers_of(now, before if observed.has_previous else None) | {
        "production_rate": share(production.count, production.n),
        "users": _distinct(observed, "user_id", observed.is_current),
        "active_versions": _distinct(observed, "version_id", observed.is_current),
    }


def total_lines(observed: ObservedSessions) -> tuple[TotalLine, ...]:
    """Return the last period's totals next to the previous one's, in reading order."""
    of_now, of_before = observed.totals[[-1, -2]]
    now, before = Counts.of(of_now), Counts.of(of_before)
    masks = (observed.is_current, observed.is_previous)
    lines = [
        _count("sessions", "Sessions", now.sessions, before.sessions),
        _share("production", "in production", *(_part(observed.production, mask) for mask in masks)),
        _share("tests", "in tests", *(_part(~observed.production, mask) for mask in masks)),
        _count("completed", "Completed", now.completed, before.completed),
        _count("failed", "Failed", now.failed, before.failed),
        _share("failure_rate", "failure rate", now.failure_rate, before.failure_rate),
        _count("pending", "Still pending", now.pending, before.pending),
    ]
    others = zip(observed.statuses[len(KNOWN) :], of_now[len(KNOWN) :], of_before[len(KNOWN) :], strict=True)
    for status, its_now, its_before in others:
        if its_now or its_before:
            label = "No status" if status is None else f"Status {status}"
            lines.append(_count(f"status:{status}", label, int(its_now), int(its_before)))
    distinct = (("users", "Distinct users", "user_id"), ("active_versions", "Active versions", "version_id"))
    for name, label, column in distinct:
        lines.append(_count(name, label, *(_distinct(observed, column, mask) for mask in masks)))
    return tuple(lines) if observed.has_previous else tuple(_alone(line) for line in lines)


def stopping_reasons(observed: ObservedSessions) -> tuple[Reason, ...]:
    """Return the most frequent stopping reasons of the last period, and the rest as one."""
    if "stopping_reason" not in observed.rows:
        return ()
    now, before = (_reasons(observed, mask) for mask in (observed.is_current, observed.is_previous))
    order = sorted(now.index, key=lambda reason: (-now[reason], reason))
    total = int(now.sum())
    found = [_reason(str(each), int(now[each]), total, int(before.get(each, 0))) for each in order[:_REASONS]]
    if order[_REASONS:]:
        kept = sum(each.sessions for each in found), sum(each.before for each in found)
        found.append(_reason(None, total - kept[0], total, int(before.sum()) - kept[1]))
    return tuple(found)


def _reason(text: str | None, sessions: int, total: int, before: int) -> Reason:
    return Reason(text, sessions, sessions / total, before)


def _reasons(observed: ObservedSessions, mask: Mask) -> pd.Series[int]:
    found: pd.Series[int] = observed.rows["stopping_reason"][mask].dropna().value_counts()
    return found


def _count(name: str, label: str, now: int, before: int) -> TotalLine:
    change = Difference(now - before, None, None)
    relative = now / before - 1 if before >= ENOUGH else None
    return TotalLine(name, label, "count", now, None, before, None, change, relative)


def _share(name: str, label: str, now: Rate, before: Rate) -> TotalLine:
    return TotalLine(name, label, "share", now.value, now.n, before.value, before.n, difference(now, before), None)


def _alone(line: TotalLine) -> TotalLine:
    """Return a line without a previous period."""
    return TotalLine(line.name, line.label, line.unit, line.now, line.n, None, None, _NO_DIFFERENCE, None)


def _part(mask: Mask, of: Mask) -> Rate:
    return rate(int((mask & of).sum()), int(of.sum()))


def _distinct(observed: ObservedSessions, column: str, mask: Mask) -> int:
    if column not in observed.rows:
        return 0
    values: Any = observed.rows[column][mask]
    return int(values.nunique())
