"""A report in one sentence; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galtea_frames.printable import listed, printable
from galtea_frames.report.findings import Verdict
from galtea_frames.report.wording import count, cut, figure, percent, plural

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from galtea_frames.report.findings import Check, Completeness, Scope, ThresholdResult
    from galtea_frames.report.thresholds import Value

    Figures = Mapping[str, Value]

_NAMED = 3
_LABEL = 40
_SELECTION = 80
_PROBLEM = 200

#: Sizes of samples, which conditions name only as guards.
_GUARDS = frozenset({"n", "previous_n"})


def headline(
    outcome: Verdict,
    results: Sequence[ThresholdResult],
    completeness: Completeness,
    scope: Scope,
    *,
    total: Figures,
    versions: Mapping[str | None, Figures],
) -> str:
    """Return the verdict with its reason, and the two figures that everyone asks for first.

    Args:
        outcome: the verdict.
        results: what came of each threshold.
        completeness: whether all sessions of the period were seen.
        scope: which period, and which sessions.
        total: the figures of all of them.
        versions: the figures of each version, by its id.
    """
    if outcome is Verdict.INCOMPLETE:
        first, *others = completeness.problems
        more = f", and {plural(len(others), 'more reason')}" if others else ""
        return f"The data is incomplete, so that nothing can pass: {cut(printable(first), _PROBLEM)}{more}."
    broken = _first_broken(outcome, results)
    in_total = _figures(completeness.sessions, total, scope)
    if broken is None:
        reason = _reason(results)
        sentence = f"{reason}: {in_total}" if completeness.sessions else in_total
        return f"{sentence[0].upper()}{sentence[1:]}."
    rest = sum(each.outcome == "broken" and each.level == broken.level for each in results) - 1
    more = f", and so {'is' if rest == 1 else 'are'} {plural(rest, 'more threshold')}" if rest else ""
    return f"“{printable(broken.text)}” is broken{_where(broken, versions)}{more}{_then(broken)}{in_total}."


def _first_broken(outcome: Verdict, results: Sequence[ThresholdResult]) -> ThresholdResult | None:
    level = "fail" if outcome is Verdict.FAIL else "warn"
    return next((each for each in results if each.outcome == "broken" and each.level == level), None)


def _reason(results: Sequence[ThresholdResult]) -> str:
    unclear = sum(each.outcome == "n/a" and not each.per_version for each in results)
    if unclear:
        return f"{plural(unclear, 'threshold')} could not be judged"
    return f"no threshold is broken, of {len(results)}" if results else "no thresholds were set"


def _then(broken: ThresholdResult) -> str:
    """Return what leads from the versions' own figures to those of all sessions."""
    return "; in total " if broken.per_version else ": "


def _where(broken: ThresholdResult, versions: Mapping[str | None, Figures]) -> str:
    """Return which versions break a threshold, each with its own figures."""
    if not broken.per_version:
        return ""

    def show(check: Check) -> str:
        return f"{cut(printable(str(check.label)), _LABEL)} ({_own(check, versions[check.version_id])})"

    return f" by {listed(broken.broken, _NAMED, show)}"


def _own(check: Check, figures: Figures) -> str:
    """Return the figures of a version that a condition is about: "27.3 % of 154 failed"."""
    named = [each.figure for each in check.readings]
    about = [name for name in named if name not in _GUARDS] or named
    rate = f"{percent(figures['failure_rate'])} of {count(figures['n'])} failed"
    parts = [rate] if any(name.startswith("failure_rate") for name in about) else []
    parts += [f"{name} {figure(name, figures[name])}" for name in about if name != "failure_rate"]
    return ", ".join(dict.fromkeys(parts))


def _figures(sessions: int, total: Figures, scope: Scope) -> str:
    value, change, before = total["failure_rate"], total["failure_rate_change"], total["previous_sessions"]
    which = "" if scope.selection is None else f" ({cut(printable(scope.selection), _SELECTION)})"
    if not sessions:
        earlier = scope.no_previous or f"the {scope.unit} before had {count(before)}"
        return f"no sessions in this period{which}; {earlier}"
    seen = f"{plural(sessions, 'session')}{which}"
    if value is None:
        return f"{seen}, none of which has ended"
    interval = f"{percent(total['failure_rate_low'])} to {percent(total['failure_rate_high'])}"
    rate = f"{seen}, {percent(value)} of those ended failed (95 % interval {interval})"
    if change is None:
        return f"{rate}; {scope.no_previous or f'nothing ended in the {scope.unit} before'}"
    if round(abs(float(change)), 3) == 0:
        return f"{rate}, as in the {scope.unit} before"
    direction = "above" if change > 0 else "below"
    return f"{rate}, {abs(100 * float(change)):.1f} points {direction} the {scope.unit} before"
