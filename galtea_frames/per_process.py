"""What each process must have for itself, however it came to be."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class PerProcess(Generic[T]):
    """One thing for each process, made when that process first asks for it.

    A forked process has copies of its parent's objects, but not its threads. Over a shared connection it would read
    the answers to its parent's requests; a lock that another thread held would stay locked for ever.

    Args:
        make: makes the thing.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        # A parent's thing stays here, untouched: even to close it may take one of its locks.
        self._made: dict[int, T] = {}

    def get(self) -> T:
        """Return what belongs to this process."""
        process = os.getpid()
        try:
            return self._made[process]
        except KeyError:
            # No lock, for that too might be held in a fork; of several threads, the first one's thing counts.
            return self._made.setdefault(process, self._make())
