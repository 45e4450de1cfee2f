"""The set of ids seen so far, in sixteen bytes each, because iterators must not keep all ids in memory."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

#: Appended to an id for its second hash. Two ids that share both 64-bit hashes, keyed randomly per process, are less
#: likely than a hardware fault.
_SECOND = "\0"


class Seen:
    """A thread-safe set of ids.

    Hashes are kept in sorted arrays, each at least twice as long as the next, so that few are searched and sorting is
    rare.
    """

    def __init__(self) -> None:
        self._runs: list[NDArray[np.int64]] = []
        self._lock = threading.Lock()

    def fresh(self, ids: Collection[str]) -> set[str]:
        """Add the ids, and return those that are new."""
        order = list(ids)
        hashes = np.array([[hash(each) for each in order], [hash(each + _SECOND) for each in order]], np.int64)
        with self._lock:
            known = np.zeros(len(order), np.bool_)
            for run in self._runs:
                known |= _are_in(run, hashes)
            self._add(hashes[:, ~known])
        return {each for each, was in zip(order, known.tolist(), strict=True) if not was}

    def _add(self, hashes: NDArray[np.int64]) -> None:
        if not hashes.size:
            return
        self._runs.append(_sorted(hashes))
        while len(self._runs) > 1 and self._runs[-2].shape[1] < 2 * self._runs[-1].shape[1]:
            self._runs[-2:] = [_sorted(np.concatenate(self._runs[-2:], axis=1))]


def _sorted(hashes: NDArray[np.int64]) -> NDArray[np.int64]:
    return hashes[:, np.argsort(hashes[0], kind="stable")]


def _are_in(run: NDArray[np.int64], hashes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which of the hashes are in a run."""
    positions = np.minimum(np.searchsorted(run[0], hashes[0]), run.shape[1] - 1)
    same: NDArray[np.bool_] = (run[:, positions] == hashes).all(axis=0)
    return same
