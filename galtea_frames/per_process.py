"""Objects that each process, forked ones included, must have for itself."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class PerProcess(Generic[T]):
    """One object per process, created on first use.

    A forked process inherits its parent's objects, but not its threads. On a shared connection it would read answers to
    its parent's requests, and a lock held by another thread would stay locked forever.

    Args:
        make: creates the object.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        # The parent's object is kept untouched: even closing it may need one of its locks.
        self._made: dict[int, T] = {}

    def get(self) -> T:
        """Return the object of this process."""
        process = os.getpid()
        try:
            return self._made[process]
        except KeyError:
            # Without a lock, which a fork might inherit locked; if threads race, the first object is kept.
            return self._made.setdefault(process, self._make())
