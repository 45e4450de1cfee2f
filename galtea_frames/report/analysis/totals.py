"""A period in total beside the previous one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from galtea_frames.rates import ENOUGH, Difference, Rate, difference, rate
from galtea_frames.report.analysis.counts import counts, figures, share
from galtea_frames.report.analysis.sessions import KNOWN
from galtea_frames.report.findings import Figure, Reason

if TYPE_CHECKING:
    import pandas as pd

    from galtea_frames.report.analysis.sessions import Observations
    from galtea_frames.report.thresholds import Value

_NO_DIFFERENCE = Difference(None, None, None)
_REASONS = 8


def total_figures(seen: Observations, *, first: bool) -> dict[str, Value]:
    """Return the figures of all sessions of the last period, as thresholds name them."""
    now, before = (counts(each) for each in seen.by_status().sum(axis=1)[[-1, -2]])
    production = _in_production(seen, seen.current)
    return figures(now, None if first else before) | {
        "production_rate": share(production.count, production.n),
        "users": _distinct(seen, "user_id", seen.current),
        "active_versions": _versions(seen, seen.current),
    }


def figure_lines(seen: Observations, *, first: bool) -> tuple[Figure, ...]:
    """Return the figures of the last period beside the previous one, in the order in which they are read."""
    of_now, of_before = seen.by_status().sum(axis=1)[[-1, -2]]
    now, before = counts(of_now), counts(of_before)
    current = seen.current
    lines = [
        _count("sessions", "Sessions", now.sessions, before.sessions),
        _share("production", "in production", *(_in_production(seen, place) for place in (current, current - 1))),
        _share("tests", "in tests", *(_in_tests(seen, place) for place in (current, current - 1))),
        _count("completed", "Completed", now.completed, before.completed),
        _count("failed", "Failed", now.failed, before.failed),
        _share("failure_rate", "failure rate", now.failure_rate, before.failure_rate),
        _count("pending", "Still pending", now.pending, before.pending),
    ]
    others = zip(seen.statuses[len(KNOWN) :], of_now[len(KNOWN) :], of_before[len(KNOWN) :], strict=True)
    for status, its_now, its_before in others:
        if its_now or its_before:
            label = "No status" if status is None else f"Status {status}"
            lines.append(_count(f"status:{status}", label, int(its_now), int(its_before)))
    for name, label, of in (("users", "Distinct users", _users), ("active_versions", "Active versions", _versions)):
        lines.append(_count(name, label, of(seen, current), of(seen, current - 1)))
    return tuple(_alone(line) for line in lines) if first else tuple(lines)


def stopping_reasons(seen: Observations) -> tuple[Reason, ...]:
    """Return the most frequent stopping reasons of the last period, and all others together."""
    if "stopping_reason" not in seen.rows:
        return ()
    now, before = (_reasons(seen, place) for place in (seen.current, seen.current - 1))
    order = sorted(now.index, key=lambda reason: (-now[reason], reason))
    total = int(now.sum())
    found = [_reason(str(each), int(now[each]), total, int(before.get(each, 0))) for each in order[:_REASONS]]
    if order[_REASONS:]:
        kept = sum(each.sessions for each in found), sum(each.before for each in found)
        found.append(_reason(None, total - kept[0], total, int(before.sum()) - kept[1]))
    return tuple(found)


def _reason(text: str | None, sessions: int, total: int, before: int) -> Reason:
    return Reason(text, sessions, sessions / total, before)


def _reasons(seen: Observations, place: int) -> pd.Series[int]:
    found: pd.Series[int] = seen.rows["stopping_reason"][seen.period == place].dropna().value_counts()
    return found


def _count(name: str, label: str, now: int, before: int) -> Figure:
    change = Difference(now - before, None, None)
    relative = now / before - 1 if before >= ENOUGH else None
    return Figure(name, label, "count", now, None, before, None, change, relative)


def _share(name: str, label: str, now: Rate, before: Rate) -> Figure:
    return Figure(name, label, "share", now.value, now.n, before.value, before.n, difference(now, before), None)


def _alone(line: Figure) -> Figure:
    """Return a figure that has nothing to be compared with."""
    return Figure(line.name, line.label, line.unit, line.now, line.n, None, None, _NO_DIFFERENCE, None)


def _in_production(seen: Observations, place: int) -> Rate:
    mask = seen.period == place
    return rate(int((mask & seen.production).sum()), int(mask.sum()))


def _in_tests(seen: Observations, place: int) -> Rate:
    mask = seen.period == place
    return rate(int((mask & ~seen.production).sum()), int(mask.sum()))


def _users(seen: Observations, place: int) -> int:
    return _distinct(seen, "user_id", place)


def _versions(seen: Observations, place: int) -> int:
    return _distinct(seen, "version_id", place)


def _distinct(seen: Observations, column: str, place: int) -> int:
    if column not in seen.rows:
        return 0
    values: Any = seen.rows[column][seen.period == place]
    return int(values.nunique())
