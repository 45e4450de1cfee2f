"""Nested columns with their values: a chunk for each batch, one type for all of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from galtea_frames.decoding.json_text import RawJson
from galtea_frames.decoding.kinds import TEXT, arrow_type, convert, is_mixed, is_text
from galtea_frames.decoding.wanted import Path

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from galtea_frames.decoding.pins import Pin


@dataclass(frozen=True, slots=True)
class Chunk:
    """The values of one path in one batch.

    Attributes:
        rows: the row numbers of the values; None for all rows.
        values: the array of `kinds.narrow`.
        kinds: the kinds of the values.
        exact: by position, the JSON text of values with U+FFFD in place of lone surrogates.
        misfits: by position, the JSON text of values that do not fit their pinned column.
    """

    rows: Sequence[int] | None
    values: pa.Array
    kinds: frozenset[str]
    exact: Mapping[int, str] = field(default_factory=dict)
    misfits: Mapping[int, str] = field(default_factory=dict)

    def converted(self, wanted: pa.DataType | None) -> pa.Array:
        """Return the values converted to the type of their column; None means JSON text, which is exact."""
        values = convert(self.values, self.kinds, wanted)
        if wanted is not None or not self.exact:
            return values
        return pa.array([self.exact.get(index, text) for index, text in enumerate(values.to_pylist())], TEXT)

    def exact_rows(self) -> dict[int, RawJson]:
        """Return `exact` and `misfits` by row number."""
        texts = {**self.exact, **self.misfits}
        return {index if self.rows is None else self.rows[index]: RawJson(text) for index, text in texts.items()}


Chunks = dict[Path, Chunk]


@dataclass(frozen=True)
class InferredColumn:
    """One column of free-form values.

    Attributes:
        path: the path below the field; empty for values that are not objects.
        kinds: the kinds of all its values.
        inexact: the number of values with lone surrogates.
        pin: the pinned dtype.
        misfits: the number of values that do not fit it.
        has_integers: whether a pinned float column has integers among its values.
        members: the members of a pinned category.
        is_seen: whether a row has the path.
    """

    path: Path
    kinds: frozenset[str]
    inexact: int = 0
    pin: Pin | None = None
    misfits: int = 0
    has_integers: bool = False
    members: tuple[str, ...] = ()
    is_seen: bool = True

    @property
    def type(self) -> pa.DataType:
        """The Arrow type."""
        return arrow_type(self.kinds) or TEXT

    @property
    def is_json(self) -> bool:
        """Whether the column is JSON text."""
        return arrow_type(self.kinds) is None

    @property
    def is_widened(self) -> bool:
        """Whether it is a float column with integers among its values."""
        return self.has_integers or (not self.is_json and is_text(self.kinds))

    @property
    def is_mixed(self) -> bool:
        """Whether it is JSON text because its values share no type."""
        return is_mixed(self.kinds)

    @property
    def replaced(self) -> int:
        """The number of values with U+FFFD in place of lone surrogates; JSON text escapes them instead."""
        return 0 if self.is_json else self.inexact

    def arrays(self, batches: Iterable[tuple[Chunks, int]]) -> list[pa.Array]:
        """Return its arrays, given the chunks and sizes of batches; batches with few values share an array."""
        arrays: list[pa.Array] = []
        few: list[tuple[int, Chunk]] = []
        rows = 0
        for chunks, size in batches:
            chunk = chunks.get(self.path)
            if chunk is None or chunk.rows is not None:
                few += [] if chunk is None else [(rows, chunk)]
                rows += size
                continue
            arrays += [self._spread(few, rows)] if rows else []
            arrays.append(chunk.converted(arrow_type(self.kinds)))
            few, rows = [], 0
        return [*arrays, self._spread(few, rows)] if rows else arrays

    def _spread(self, chunks: Sequence[tuple[int, Chunk]], size: int) -> pa.Array:
        """Return an array of this size: the values of chunks, each with the offset of its rows, and null elsewhere."""
        if not chunks:
            return pa.nulls(size, self.type)
        values = pa.concat_arrays([chunk.converted(arrow_type(self.kinds)) for _, chunk in chunks])
        indices = np.full(size, -1, dtype=np.int64)
        positions = np.concatenate([np.asarray(chunk.rows) + first for first, chunk in chunks])
        indices[positions] = np.arange(len(values))
        return values.take(pa.array(indices, mask=indices < 0))


@dataclass(frozen=True)
class ResolvedColumns:
    """The columns of all batches.

    Attributes:
        columns: the columns, sorted by path.
        overflow: the paths without a column of their own.
    """

    columns: list[InferredColumn]
    overflow: list[Path]

    @property
    def inexact(self) -> list[Path]:
        """The paths below the field whose columns do not hold every value exactly."""
        return [each.path for each in self.columns if (each.replaced or each.misfits) and each.path]

    def leftovers(self, chunks: Chunks) -> dict[int, dict[str, Any]]:
        """Return by row the values of a batch that no column holds exactly, as an object."""
        rows: dict[int, dict[str, Any]] = defaultdict(dict)
        for path in self.overflow:
            if (chunk := chunks.get(path)) is not None:
                texts = chunk.converted(None).to_pylist()
                for row, text in zip(chunk.rows or range(len(texts)), texts, strict=True):
                    if text is not None:
                        _insert(rows[row], path, RawJson(text))
        for path in self.inexact:
            if (chunk := chunks.get(path)) is not None:
                for row, exact in chunk.exact_rows().items():
                    _insert(rows[row], path, exact)
        return rows


def _insert(target: dict[str, Any], path: Path, value: RawJson) -> None:
    *parents, last = path
    for key in parents:
        target = target.setdefault(key, {})
    target[last] = value
