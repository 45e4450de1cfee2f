"""Which ids were seen, in sixteen bytes each: a load that keeps no rows must not keep their ids either."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

#: What is put behind an id for its second hash. Two of 64 bits, under the random key of this process, are alike for two
#: ids with a probability that no machine is as reliable as.
_SECOND = "\0"


class Seen:
    """Ids that were seen; safe to share between threads.

    Their hashes stand in sorted arrays, each at least twice as long as the one after it: few to look into, and seldom
    sorted anew.
    """

    def __init__(self) -> None:
        self._runs: list[NDArray[np.int64]] = []
        self._lock = threading.Lock()

    def fresh(self, ids: Collection[str]) -> set[str]:
        """Return those of the ids that are seen for the first time."""
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
    """Tell which of some hashes stand in a run."""
    places = np.minimum(np.searchsorted(run[0], hashes[0]), run.shape[1] - 1)
    same: NDArray[np.bool_] = (run[:, places] == hashes).all(axis=0)
    return same
