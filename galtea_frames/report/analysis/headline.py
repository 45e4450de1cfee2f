"""A report in one sentence; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galtea_frames.pages.wording import count, cut, named_value, percent, plural
from galtea_frames.printable import listed, printable
from galtea_frames.report.findings import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from galtea_frames.report.checks import Check, ThresholdResult
    from galtea_frames.report.conditions import Place, Value
    from galtea_frames.report.findings import Completeness, Scope

    Numbers = Mapping[str, Value]

_NAMED = 3
_LABEL = 40
_SELECTION = 80
_PROBLEM = 200

#: Sample sizes, which conditions name only as guards.
_GUARDS = frozenset({"n", "previous_n"})


def headline(
    outcome: Verdict,
    results: Sequence[ThresholdResult],
    completeness: Completeness,
    scope: Scope,
    *,
    total: Mapping[Place | None, Numbers],
    versions: Mapping[Place | None, Mapping[str | None, Numbers]],
) -> str:
    """Return the verdict's reason, the number of sessions and their failure rate.

    Args:
        outcome: the verdict.
        results: the judged thresholds.
        completeness: whether all sessions of the period were loaded.
        scope: which period, and which sessions.
        total: the numbers of all of them, by place; None is all places.
        versions: the numbers of each version, by place and by its id.
    """
    if outcome is Verdict.INCOMPLETE:
        first, *others = completeness.problems
        more = f" ({plural(len(others), 'more reason')} below)" if others else ""
        return f"The data is incomplete: {cut(printable(first), _PROBLEM)}{more}."
    broken = _first_broken(outcome, results)
    in_total = _in_total(completeness.sessions, total[None], scope)
    if broken is None:
        sentence = f"{_reason(results)}: {in_total}" if completeness.sessions else in_total
        return f"{sentence[0].upper()}{sentence[1:]}."
    rest = sum(each.outcome == "broken" and each.level == broken.level for each in results) - 1
    more = f", and so {'is' if rest == 1 else 'are'} {plural(rest, 'more threshold')}" if rest else ""
    then = "; in total " if broken.per_version else ": "
    return f"“{printable(broken.text)}” is broken{_where(broken, total, versions)}{more}{then}{in_total}."


def _first_broken(outcome: Verdict, results: Sequence[ThresholdResult]) -> ThresholdResult | None:
    level = "fail" if outcome is Verdict.FAIL else "warn"
    return next((each for each in results if each.outcome == "broken" and each.level == level), None)


def _reason(results: Sequence[ThresholdResult]) -> str:
    unclear = sum(each.outcome == "n/a" and not each.per_version for each in results)
    if unclear:
        return f"{plural(unclear, 'threshold')} could not be judged"
    held = sum(each.outcome == "held" for each in results)
    if held < len(results):
        return f"{held} of {plural(len(results), 'threshold')} passed, the rest had nothing to judge"
    return f"all thresholds passed ({held})" if results else "no thresholds were set"


def _where(
    broken: ThresholdResult,
    total: Mapping[Place | None, Numbers],
    versions: Mapping[Place | None, Mapping[str | None, Numbers]],
) -> str:
    """Say which versions break a threshold, and where, each with its own numbers."""
    if not any(each.label or each.where for each in broken.broken):
        return ""

    def show(check: Check) -> str:
        subject = cut(printable(str(check.label)), _LABEL) if broken.per_version else ""
        own = versions[check.place][check.version_id] if broken.per_version else total[check.place]
        return f"{subject}{printable(check.where)} ({_own(check, own)})".strip()

    return f" {'by ' if broken.per_version else ''}{listed(broken.broken, _NAMED, show)}"


def _own(check: Check, numbers: Numbers) -> str:
    """Return the numbers that a condition is about: "27.3 % of 154 failed"."""
    about = [each for each in check.readings if each.figure not in _GUARDS] or [*check.readings]
    rate = f"{percent(numbers['failure_rate'])} of {count(numbers['n'])} failed"
    parts = [rate] if any(each.figure.startswith("failure_rate") for each in about) else []
    others = (each for each in about if each.figure != "failure_rate")
    parts += [f"{printable(each.figure)} {named_value(each.figure, each.value)}" for each in others]
    return ", ".join(dict.fromkeys(parts))


def _in_total(sessions: int, total: Numbers, scope: Scope) -> str:
    value, change, before = total["failure_rate"], total["failure_rate_change"], total["previous_sessions"]
    selection = "" if scope.selection is None else f" ({cut(printable(scope.selection), _SELECTION)})"
    if not sessions:
        earlier = scope.no_previous or f"the {scope.unit} before had {count(before)}"
        return f"no sessions in this period{selection}; {earlier}"
    number = f"{plural(sessions, 'session')}{selection}"
    if value is None:
        return f"{number}, {'not ended yet' if sessions == 1 else 'none ended yet'}"
    interval = f"{percent(total['failure_rate_low'])} to {percent(total['failure_rate_high'])}"
    rate = f"{number}, failure rate {percent(value)} (95 % interval {interval})"
    if change is None:
        return f"{rate}; {scope.no_previous or f'no sessions ended in the {scope.unit} before'}"
    if round(abs(float(change)), 3) == 0:
        return f"{rate}, unchanged from the {scope.unit} before"
    direction = "above" if change > 0 else "below"
    return f"{rate}, {abs(100 * float(change)):.1f} points {direction} the {scope.unit} before"
