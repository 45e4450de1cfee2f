"""Sessions of one group counted by status, and the figures that thresholds may name; pure."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from galtea_frames.rates import Rate, difference, rate
from galtea_frames.report.analysis.sessions import COMPLETED, FAILED, PENDING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from galtea_frames.report.thresholds import Value


@dataclass(frozen=True)
class Counts:
    """How many sessions a group has.

    Attributes:
        sessions: all of them, whatever their status.
        completed: those COMPLETED.
        failed: those FAILED.
        pending: those PENDING.
    """

    sessions: int
    completed: int
    failed: int
    pending: int

    @property
    def failure_rate(self) -> Rate:
        """Failed / (completed + failed): what is pending or of a status unknown to us has not ended yet."""
        return rate(self.failed, self.completed + self.failed)


def counts(by_status: NDArray[np.int64] | Sequence[int]) -> Counts:
    """Return the counts of a group from how many sessions have each status."""
    total = int(sum(by_status))
    return Counts(total, int(by_status[COMPLETED]), int(by_status[FAILED]), int(by_status[PENDING]))


def share(count: int, of: int) -> Fraction | None:
    """Return a share exactly, so that it can be held against a limit; None of nothing."""
    return Fraction(count, of) if of else None


def figures(now: Counts, before: Counts | None) -> dict[str, Value]:
    """Return the figures of a group in a period beside the previous one; None stands for no previous period.

    They are exact, but for the ends of intervals.
    """
    failing = now.failure_rate
    earlier = rate(0, 0) if before is None else before.failure_rate
    change = difference(failing, earlier)
    exactly, exactly_before = share(failing.count, failing.n), share(earlier.count, earlier.n)
    return {
        "sessions": now.sessions,
        "completed": now.completed,
        "failed": now.failed,
        "pending": now.pending,
        "n": failing.n,
        "failure_rate": exactly,
        "failure_rate_low": failing.low,
        "failure_rate_high": failing.high,
        "failure_rate_change": None if exactly is None or exactly_before is None else exactly - exactly_before,
        "failure_rate_change_low": change.low,
        "failure_rate_change_high": change.high,
        "pending_rate": share(now.pending, now.sessions),
        "previous_sessions": None if before is None else before.sessions,
        "previous_n": None if before is None else earlier.n,
        "sessions_change": None if before is None else _growth(now.sessions, before.sessions),
    }


def _growth(now: int, before: int) -> Fraction | None:
    return Fraction(now - before, before) if before else None
