"""The counts of one group of sessions, and the numbers that thresholds compare; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from galtea_frames.rates import Rate, difference, rate
from galtea_frames.report.analysis.sessions import COMPLETED, FAILED, PENDING
from galtea_frames.report.conditions import Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

#: The numbers that thresholds compare, by name.
Numbers = Mapping[str, Value]


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

    @classmethod
    def of(cls, by_status: NDArray[np.int64] | Sequence[int]) -> Counts:
        """Return the counts of a group from its number of sessions by status."""
        total = int(sum(by_status))
        return cls(total, int(by_status[COMPLETED]), int(by_status[FAILED]), int(by_status[PENDING]))

    @property
    def failure_rate(self) -> Rate:
        """Failed / (completed + failed): sessions of any other status have not ended."""
        return rate(self.failed, self.completed + self.failed)


def share(count: int, of: int) -> Fraction | None:
    """Return an exact share; None of nothing."""
    return Fraction(count, of) if of else None


def numbers_of(now: Counts, before: Counts | None) -> dict[str, Value]:
    """Return the numbers of a group in a period; `before` is None without a previous period.

    All but the ends of intervals are exact.
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
        "sessions_change": None if before is None else share(now.sessions - before.sessions, before.sessions),
    }
