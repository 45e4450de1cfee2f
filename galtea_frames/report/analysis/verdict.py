"""Thresholds judged on a period's numbers, and the verdict that follows; pure."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from galtea_frames.report.checks import Check, Reading, ThresholdResult
from galtea_frames.report.findings import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from galtea_frames.report.analysis.subjects import Subject
    from galtea_frames.report.checks import Outcome
    from galtea_frames.report.conditions import Threshold, Value

#: What it means that a condition is true, false or unknown, the worst first.
_OUTCOMES: dict[bool | None, Outcome] = {True: "broken", False: "held", None: "n/a"}


def judge(threshold: Threshold, subjects: Iterable[Subject]) -> ThresholdResult:
    """Judge a threshold on each of its subjects.

    It is broken if any check breaks it, and "n/a" if no check could be judged.

    Args:
        threshold: the condition.
        subjects: what it is judged on.
    """
    checks = [_check(threshold, each) for each in subjects]
    by_outcome = {wanted: tuple(each for each in checks if each.outcome == wanted) for wanted in _OUTCOMES.values()}
    without_versions: Outcome = "n/a"
    outcome = next((each for each in _OUTCOMES.values() if by_outcome[each]), without_versions)
    return ThresholdResult(
        level=threshold.level,
        text=threshold.text,
        per_version=threshold.per_version,
        outcome=outcome,
        broken=by_outcome["broken"],
        held=by_outcome["held"],
        not_judged=by_outcome["n/a"],
    )


def verdict(results: Sequence[ThresholdResult], *, complete: bool, sessions: int) -> Verdict:
    """Return the verdict: incomplete data never passes, and anything that could not be judged is a warning.

    Args:
        results: the judged thresholds.
        complete: whether all sessions of the period were loaded.
        sessions: how many these are; none at all is a warning.
    """
    if not complete:
        return Verdict.INCOMPLETE
    broken = {each.level for each in results if each.outcome == "broken"}
    if "fail" in broken:
        return Verdict.FAIL
    unclear = any(each.outcome == "n/a" and not each.per_version for each in results)
    return Verdict.WARN if broken or unclear or not sessions else Verdict.OK


def _check(threshold: Threshold, on: Subject) -> Check:
    readings = tuple(
        Reading(each.figure, _plain(on.numbers[each.figure]), each.operator, float(each.limit))
        for each in threshold.comparisons
    )
    return Check(on.version_id, on.label, on.place, on.revisions, readings, _OUTCOMES[threshold.broken(on.numbers)])


def _plain(value: Value) -> float | None:
    """Return a number as JSON has it."""
    return float(value) if isinstance(value, Fraction) else value
