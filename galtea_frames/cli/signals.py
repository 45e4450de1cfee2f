"""Ctrl-C, and SIGTERM of `kill`, systemd or `timeout`: both stop a command, and what is half written goes."""

from __future__ import annotations

import math
import signal
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

#: Seconds in which a further signal is one with the first: a second Ctrl-C must not cut off the removal of what is half
#: written. One that comes later stops again, should the first have been lost in a library's own code.
_PATIENCE = 2.0


class _Stop:
    """Raises `KeyboardInterrupt`, with the signal's number, on the first signal of several at once."""

    def __init__(self) -> None:
        self._last = -math.inf

    def __call__(self, number: int, _: FrameType | None) -> None:
        now = time.monotonic()
        if now - self._last > _PATIENCE:
            self._last = now
            raise KeyboardInterrupt(number)


def stop_on_signals() -> None:
    """Have Ctrl-C and SIGTERM raise `KeyboardInterrupt` in this process, but for one that it was started to ignore."""
    stop = _Stop()
    for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGTERM, signal.SIG_DFL)):
        if signal.getsignal(number) is usual:
            signal.signal(number, stop)


def stop_code(stop: BaseException) -> int:
    """Return what the shell gets for it, as shells have it: 130 for Ctrl-C, 143 for SIGTERM."""
    # click raises another error in its place.
    numbers = (stop.__cause__ or stop).args
    return 128 + (numbers[0] if numbers else signal.SIGINT)
