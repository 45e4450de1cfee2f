"""A pause of Python's garbage collector, which would traverse all rows of a load and find nothing."""

from __future__ import annotations

import gc
import os
import threading

#: Batches between collections of young objects, so that garbage of other threads need not wait for the load to end.
_PERIOD = 50

#: Finished loads between full collections: with many threads there is always a load running, and old objects would
#: never be collected.
_LOADS = 50


class _GCPause:
    """Disables the collector while any load runs: rows are never part of a cycle."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._was_on = False
        self._ended = 0
        # Systems without this function do not fork.
        getattr(os, "register_at_fork", dict)(after_in_child=self._end)

    def __enter__(self) -> None:
        with self._lock:
            first = not self._inside
            if first:
                self._was_on = gc.isenabled()
            # Counted before disabling and until enabled again, so that a fork at any moment re-enables it in the child.
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
        """End the pause in a forked child: the loads of its parent continue in the parent only."""
        if self._was_on and self._inside:
            gc.enable()
        self._lock = threading.Lock()
        self._inside = 0

    def collect_young(self, number: int) -> None:
        """Collect young objects every `_PERIOD` batches, if the collector was enabled."""
        if self._was_on and number % _PERIOD == 0:
            gc.collect(0)


#: One per process, as is the collector.
GC_PAUSE = _GCPause()
