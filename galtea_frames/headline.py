"""A report in one sentence; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galtea_frames.findings import Verdict
from galtea_frames.printable import printable
from galtea_frames.wording import cut, percent, plural

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from galtea_frames.findings import Completeness, Scope, ThresholdResult

_NAMED = 3
_LABEL = 40
_PROBLEM = 200


def headline(
    outcome: Verdict,
    results: Sequence[ThresholdResult],
    completeness: Completeness,
    total: Mapping[str, float | None],
    scope: Scope,
) -> str:
    """Return the verdict with its reason, and the two figures that everyone asks for first."""
    if outcome is Verdict.INCOMPLETE:
        first, *others = completeness.problems
        more = f", and {plural(len(others), 'more reason')}" if others else ""
        return f"The data is incomplete, so that nothing can pass: {cut(printable(first), _PROBLEM)}{more}."
    return f"{_reason(outcome, results)}: {_figures(completeness.sessions, total, scope)}."


def _reason(outcome: Verdict, results: Sequence[ThresholdResult]) -> str:
    level = "fail" if outcome is Verdict.FAIL else "warn"
    broken = [each for each in results if each.outcome == "broken" and each.level == level]
    if broken:
        rest = len(broken) - 1
        more = f", and so {'is' if rest == 1 else 'are'} {plural(rest, 'more threshold')}" if rest else ""
        return f"“{printable(broken[0].text)}” is broken{_where(broken[0])}{more}"
    unclear = sum(each.outcome == "n/a" and not each.per_version for each in results)
    if unclear:
        return f"{plural(unclear, 'threshold')} could not be judged"
    return f"No threshold is broken, of {len(results)}" if results else "No thresholds were set"


def _where(broken: ThresholdResult) -> str:
    if not broken.per_version:
        return ""
    names = [cut(printable(str(each.label)), _LABEL) for each in broken.broken]
    more = f" and {len(names) - _NAMED} more" if names[_NAMED:] else ""
    return f" by {', '.join(names[:_NAMED])}{more}"


def _figures(sessions: int, total: Mapping[str, float | None], scope: Scope) -> str:
    value, change = total["failure_rate"], total["failure_rate_change"]
    seen = plural(sessions, "session")
    if value is None:
        return f"{seen}, none of which has ended" if sessions else "there were no sessions"
    interval = f"{percent(total['failure_rate_low'])} to {percent(total['failure_rate_high'])}"
    rate = f"{seen}, {percent(value)} of those ended failed (95 % interval {interval})"
    if change is None:
        return f"{rate}; {scope.no_previous or f'nothing ended in the {scope.unit} before'}"
    if round(abs(change), 3) == 0:
        return f"{rate}, as in the {scope.unit} before"
    direction = "above" if change > 0 else "below"
    return f"{rate}, {abs(100 * change):.1f} points {direction} the {scope.unit} before"
