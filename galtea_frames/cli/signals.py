"""Ctrl-C and SIGTERM stop a command, which then removes what it has half written."""

from __future__ import annotations

import math
import signal
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

#: Seconds in which further signals are ignored: a second Ctrl-C must not interrupt the removal of half-written files.
#: A later one stops again, in case a library swallowed the first.
_PATIENCE = 2.0


class _Stop:
    """Raises `KeyboardInterrupt` with the signal's number, once for signals in quick succession."""

    def __init__(self) -> None:
        self._last = -math.inf

    def __call__(self, number: int, _: FrameType | None) -> None:
        now = time.monotonic()
        if now - self._last > _PATIENCE:
            self._last = now
            raise KeyboardInterrupt(number)


def stop_on_signals() -> None:
    """Have Ctrl-C and SIGTERM raise `KeyboardInterrupt`, unless the process was started to ignore them."""
    stop = _Stop()
    for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGTERM, signal.SIG_DFL)):
        if signal.getsignal(number) is usual:
            signal.signal(number, stop)


def stop_code(stop: BaseException) -> int:
    """Return the usual exit code: 130 for Ctrl-C, 143 for SIGTERM."""
    # click replaces the KeyboardInterrupt with an error of its own.
    numbers = (stop.__cause__ or stop).args
    return 128 + (numbers[0] if numbers else signal.SIGINT)
