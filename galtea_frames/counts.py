"""Sessions of one group counted by status, and the figures that thresholds may name; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from galtea_frames.observations import COMPLETED, FAILED, PENDING
from galtea_frames.rates import Rate, difference, rate

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray


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


def figures(now: Counts, before: Counts | None) -> dict[str, float | None]:
    """Return the figures of a group in a period beside the previous one; None stands for no previous period."""
    failing = now.failure_rate
    earlier = rate(0, 0) if before is None else before.failure_rate
    change = difference(failing, earlier)
    growth = now.sessions / before.sessions - 1 if before is not None and before.sessions else None
    return {
        "sessions": now.sessions,
        "completed": now.completed,
        "failed": now.failed,
        "pending": now.pending,
        "n": failing.n,
        "failure_rate": failing.value,
        "failure_rate_low": failing.low,
        "failure_rate_high": failing.high,
        "failure_rate_change": change.value,
        "failure_rate_change_low": change.low,
        "failure_rate_change_high": change.high,
        "pending_rate": now.pending / now.sessions if now.sessions else None,
        "previous_sessions": None if before is None else before.sessions,
        "previous_n": None if before is None else earlier.n,
        "sessions_change": growth,
    }
