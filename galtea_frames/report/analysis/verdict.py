"""Thresholds held against the figures, and the verdict that follows; pure."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from galtea_frames.report.findings import Check, Reading, ThresholdResult, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from galtea_frames.report.thresholds import Threshold, Value

    Figures = Mapping[str, Value]

Outcome = Literal["broken", "held", "n/a"]

_OUTCOMES: dict[bool | None, Outcome] = {True: "broken", False: "held", None: "n/a"}


def judge(threshold: Threshold, total: Figures, versions: Iterable[tuple[str | None, str, Figures]]) -> ThresholdResult:
    """Return what comes of a threshold.

    It is broken if the total, or any version, breaks it. It could not be judged if the total could not be, or none of
    the versions.

    Args:
        threshold: the condition.
        total: the figures of all sessions.
        versions: id, label and figures of each version.
    """
    if threshold.per_version:
        checks = [_check(threshold, id_, label, figures) for id_, label, figures in versions]
    else:
        checks = [_check(threshold, None, None, total)]
    by_outcome = {wanted: tuple(each for each in checks if each.outcome == wanted) for wanted in _OUTCOMES.values()}
    nothing: Outcome = "n/a"  # where there are no versions to hold it against
    outcome = next((each for each in _OUTCOMES.values() if by_outcome[each]), nothing)
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
    """Return what a report comes to: incomplete data never passes, and what was not judged is worth a look.

    Args:
        results: what came of each threshold.
        complete: whether all sessions of the period were seen.
        sessions: how many these are; a period of none is worth a look, whatever was asked for.
    """
    if not complete:
        return Verdict.INCOMPLETE
    broken = {each.level for each in results if each.outcome == "broken"}
    if "fail" in broken:
        return Verdict.FAIL
    unclear = any(each.outcome == "n/a" and not each.per_version for each in results)
    return Verdict.WARN if broken or unclear or not sessions else Verdict.OK


def _check(threshold: Threshold, version_id: str | None, label: str | None, figures: Figures) -> Check:
    readings = tuple(
        Reading(each.figure, _plain(figures[each.figure]), each.operator, float(each.limit))
        for each in threshold.comparisons
    )
    return Check(version_id, label, readings, _OUTCOMES[threshold.broken(figures)])


def _plain(value: Value) -> float | None:
    """Return a figure as JSON has it."""
    return float(value) if isinstance(value, Fraction) else value
