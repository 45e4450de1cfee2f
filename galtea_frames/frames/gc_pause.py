"""Python's garbage collector, which has nothing to find among rows and yet would walk over all of them."""

from __future__ import annotations

import gc
import os
import threading

#: Batches between two looks at what is young, so that the garbage of other threads does not wait for the end of a load.
_PERIOD = 50

#: Loads that end between two looks at everything: with many threads one always is, and what
#: has outlived its youth would never be found.
_LOADS = 50


class _GCPause:
    """Keeps the collector from walking over rows while there are some: none is part of a cycle."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._was_on = False
        self._ended = 0
        # Systems without it do not fork.
        getattr(os, "register_at_fork", dict)(after_in_child=self._end)

    def __enter__(self) -> None:
        with self._lock:
            first = not self._inside
            if first:
                self._was_on = gc.isenabled()
            # Counted before it is off, and until it is on again: at no moment may a fork leave it off for ever.
            self._inside += 1
            if first:
                gc.disable()

    def __exit__(self, *_: object) -> None:
        with self._lock:
            if self._was_on and self._inside <= 1:
                gc.enable()
            self._inside = max(0, self._inside - 1)
            self._ended += 1
            due = self._was_on and self._ended % _LOADS == 0
        if due:
            gc.collect()

    def _end(self) -> None:
        """End the pause in a process that was just forked: the loads of its parent go on in the parent alone."""
        if self._was_on and self._inside:
            gc.enable()
        self._lock = threading.Lock()
        self._inside = 0

    def collect_young(self, number: int) -> None:
        """Collect what is young, every so many calls, if the collector was on."""
        if self._was_on and number % _PERIOD == 0:
            gc.collect(0)


#: The collector is the process's, and so is its pause.
GC_PAUSE = _GCPause()
