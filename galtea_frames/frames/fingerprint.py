"""The fingerprint of a set of rows, which shows whether a frame still has the rows it was loaded with; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

_ALL = 2**64

#: How many ids are hashed at a time.
_TOGETHER = 50_000


def fingerprint(ids: Iterable[Any]) -> str:
    """Return 16 hexadecimal digits that depend on the ids and how often each occurs, but not on their order.

    The sum of a hash of each id: cheap (0.3 s per million) and additive over parts of a load. It detects rows that were
    dropped, duplicated or replaced by accident, but not forgery.
    """
    return _written(int(hashes_of(ids).sum(dtype=np.uint64)))


class Proof:
    """The fingerprints in a frame's attrs, which show later whether it still has its rows; computed part by part."""

    def __init__(self) -> None:
        self._ids = 0
        self._dated = 0

    def add(self, ids: Iterable[Any], created: NDArray[np.int64]) -> None:
        """Add rows, given their ids and creation times in microseconds."""
        hashes = hashes_of(ids)
        # An odd factor, so that each time gives a different product.
        dated = hashes * (2 * created.astype(np.uint64) + np.uint64(1))
        self._ids += int(hashes.sum(dtype=np.uint64))
        self._dated += int(dated.sum(dtype=np.uint64))

    def attrs(self) -> dict[str, str]:
        """Return the fingerprint of the ids, and of the ids with their creation times."""
        return {"fingerprint": _written(self._ids), "dated_fingerprint": _written(self._dated)}


def hashes_of(ids: Iterable[Any]) -> NDArray[np.uint64]:
    """Return a hash of each id: equal ids have equal ones.

    They are made of a part of the ids at a time, because as Python objects these take much memory.
    """
    is_arrow = isinstance(ids, pa.Array | pa.ChunkedArray)
    values: Any = ids if is_arrow else (ids if isinstance(ids, pd.Series) else pd.Series(ids, dtype=object)).array
    hashes = np.zeros(len(values), dtype=np.uint64)
    for start in range(0, len(values), _TOGETHER):
        part = values[start : start + _TOGETHER]
        # Arrow's are text.
        texts = part.fill_null("") if is_arrow else pd.Series(part, dtype=object).fillna("").astype(str)
        hashes[start : start + _TOGETHER] = pd.util.hash_array(np.asarray(texts, dtype=object), categorize=False)
    return hashes


def _written(total: int) -> str:
    return f"{total % _ALL:016x}"
