"""Python's garbage collector, which has nothing to find among rows and yet would walk over all of them."""

from __future__ import annotations

import gc
import threading

#: Batches between two looks at what is young, so that the garbage of other threads does not wait for the end of a load.
_PERIOD = 50

#: Loads that end between two looks at everything: with many threads one always is, and what
#: has outlived its youth would never be found.
_LOADS = 50


class _CollectorPause:
    """Keeps the collector from walking over rows while there are some: none is part of a cycle."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._was_on = False
        self._ended = 0

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._was_on = gc.isenabled()
                gc.disable()
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            self._ended += 1
            if self._was_on and not self._inside:
                gc.enable()
            due = self._was_on and self._ended % _LOADS == 0
        if due:
            gc.collect()

    def interrupt(self, number: int) -> None:
        """Collect what is young, every so many calls, if the collector was on."""
        if self._was_on and number % _PERIOD == 0:
            gc.collect(0)


#: The collector is the process's, and so is its pause.
COLLECTOR_PAUSE = _CollectorPause()
