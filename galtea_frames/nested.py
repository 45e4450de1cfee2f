"""Free-form values to columns: every path gets one column, typed over all rows.

Values come batch by batch, one list a field. Objects are taken apart key by key, each key's values gathered into one
list, so that types are looked at a list at a time and never a cell at a time. A batch keeps its values as Arrow
arrays of the narrowest type; `NestedColumns.columns` settles the type of each path over all batches.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from galtea_frames.decode import ABSENT
from galtea_frames.kinds import TEXT, arrow_type, convert, has_utf8, is_mixed, json_text, kinds_of, to_array
from galtea_frames.scan import RawJson

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Path = tuple[str, ...]

#: Columns of one nested field, at most (design: guarantee 3).
MAX_COLUMNS = 500

#: Objects nested deeper stay JSON text: nobody names a column so long.
MAX_DEPTH = 32

#: A key that less than one object in this many has is gathered object by object, not by asking each one for it.
_SPARSE = 8

_NOTHING = {type(None), type(ABSENT)}
_EMPTY = RawJson("{}")


@dataclass(frozen=True)
class NestedColumn:
    """One column of free-form values.

    Attributes:
        keys: the path; empty for values that are no objects, None for what has no column of its own.
        values: one value a row.
        mixed: whether it is JSON text because its values share no type.
        json: whether it is JSON text.
    """

    keys: Path | None
    values: pa.ChunkedArray
    mixed: bool
    json: bool


@dataclass(frozen=True)
class _Chunk:
    """The values of one path in one batch, at these rows of it, or at all of them."""

    batch: int
    rows: Sequence[int] | None
    values: pa.Array
    kinds: frozenset[str]


@dataclass
class _Path:
    chunks: list[_Chunk] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    present: int = 0

    def add(self, batch: int, rows: Sequence[int] | None, values: list[Any], types: set[type]) -> None:
        kinds = kinds_of(values, types)
        try:
            array = to_array(values, kinds)
        except UnicodeEncodeError:  # lone surrogates: only JSON has a text for them
            values = [_escaped(value) for value in values]
            # Their own kinds count as well, for a batch that is JSON text anyhow never comes here.
            kinds |= kinds_of(values, set(map(type, values)) - _NOTHING)
            array = to_array(values, kinds)
        self.chunks.append(_Chunk(batch, rows, array, kinds))
        self.kinds |= kinds
        self.present += len(array) - array.null_count


class NestedColumns:
    """The columns of free-form values.

    Args:
        flatten: whether objects are taken apart; else they are JSON text.

    Attributes:
        objects: the paths at which objects were seen.
    """

    def __init__(self, *, flatten: bool = True) -> None:
        self._flatten = flatten
        self._paths: dict[Path, _Path] = defaultdict(_Path)
        self.objects: set[Path] = set()

    def add(self, batch: int, values: list[Any], path: Path = ()) -> None:
        """Add the values at a path in one batch, one a row; None where null, ABSENT where not sent."""
        self._add(path, values, None, batch)

    def columns(self, sizes: Sequence[int], budget: int = MAX_COLUMNS) -> Iterator[NestedColumn]:
        """Yield the columns in the order of their names, then the one for what exceeds the budget.

        Args:
            sizes: the rows of every batch.
            budget: columns at most; the paths with the fewest values beyond them share one of JSON text.
        """
        parents = {path[:length] for path in self._paths for length in range(len(path))}
        # A path that is only ever null where others hold objects needs no column: its nulls are theirs.
        paths = [path for path, seen in self._paths.items() if seen.present or (path and path not in parents)]
        ranked = sorted(paths, key=lambda path: (-self._paths[path].present, path))
        for path in sorted(ranked[:budget]):
            yield self._column(path, sizes)
        if len(ranked) > budget:
            yield self._overflow(ranked[budget:], sizes)

    def _add(self, path: Path, values: list[Any], rows: Sequence[int] | None, batch: int) -> None:
        types = set(map(type, values))
        if type(ABSENT) in types:
            values = [None if value is ABSENT else value for value in values]
        types -= _NOTHING
        if dict in types:
            self.objects.add(path)
            values, types = self._take_apart(path, values, rows, batch)
        if types:
            self._paths[path].add(batch, rows, values, types)
        else:
            self._paths[path]

    def _take_apart(
        self, path: Path, values: list[Any], rows: Sequence[int] | None, batch: int
    ) -> tuple[list[Any], set[type]]:
        """Add what the objects among the values hold; return the values without them."""
        if len(path) >= MAX_DEPTH or not self._flatten:
            rest = [RawJson(json_text(value)) if type(value) is dict else value for value in values]
            return rest, set(map(type, rest)) - _NOTHING
        at = [index for index, value in enumerate(values) if type(value) is dict and value]
        if len(at) == len(values):
            self._add_objects(path, values, rows, batch)
            return [None] * len(values), set()
        if at:
            within = at if rows is None else [rows[index] for index in at]
            self._add_objects(path, [values[index] for index in at], within, batch)
        rest = [value if type(value) is not dict else None if value else _EMPTY for value in values]
        return rest, set(map(type, rest)) - _NOTHING

    def _add_objects(self, path: Path, objects: list[dict[str, Any]], rows: Sequence[int] | None, batch: int) -> None:
        counts = Counter(chain.from_iterable(objects))
        sparse: dict[str, tuple[list[Any], list[int]]] = {}
        for key, count in counts.items():
            if count == len(objects):
                self._add((*path, key), list(map(itemgetter(key), objects)), rows, batch)
            elif count * _SPARSE >= len(objects):
                self._add((*path, key), [each.get(key) for each in objects], rows, batch)
            else:
                sparse[key] = ([], [])
        if not sparse:
            return
        for row, each in zip(range(len(objects)) if rows is None else rows, objects, strict=True):
            for key in each.keys() & sparse.keys():
                sparse[key][0].append(each[key])
                sparse[key][1].append(row)
        for key, (values, within) in sparse.items():
            self._add((*path, key), values, within, batch)

    def _column(self, path: Path, sizes: Sequence[int]) -> NestedColumn:
        seen = self._paths.pop(path)
        wanted = arrow_type(seen.kinds)
        kind = wanted or TEXT
        chunks = {chunk.batch: chunk for chunk in seen.chunks}
        seen.chunks.clear()
        arrays = []
        for batch, size in enumerate(sizes):
            chunk = chunks.pop(batch, None)
            arrays.append(pa.nulls(size, kind) if chunk is None else _spread(chunk, wanted, size))
        values = pa.chunked_array(arrays, kind)
        return NestedColumn(path, values, mixed=is_mixed(seen.kinds), json=wanted is None)

    def _overflow(self, paths: Sequence[Path], sizes: Sequence[int]) -> NestedColumn:
        """Return one column of JSON text with, for each row, an object of what these paths hold."""
        rows: dict[tuple[int, int], dict[str, Any]] = defaultdict(dict)
        for path in sorted(paths):
            seen = self._paths.pop(path)
            for chunk in seen.chunks:
                texts = convert(chunk.values, chunk.kinds, None).to_pylist()
                within = range(len(texts)) if chunk.rows is None else chunk.rows
                for row, text in zip(within, texts, strict=True):
                    if text is not None:
                        _place(rows[chunk.batch, row], path, RawJson(text))
        arrays = []
        for batch, size in enumerate(sizes):
            cells = (rows.pop((batch, row), None) for row in range(size))
            arrays.append(pa.array([None if cell is None else json_text(cell) for cell in cells], TEXT))
        return NestedColumn(None, pa.chunked_array(arrays, TEXT), mixed=False, json=True)


def _spread(chunk: _Chunk, wanted: pa.DataType | None, size: int) -> pa.Array:
    """Return a chunk's values at their rows of the batch, null elsewhere."""
    values = convert(chunk.values, chunk.kinds, wanted)
    if chunk.rows is None:
        return values
    indices = np.full(size, -1, dtype=np.int64)
    indices[np.asarray(chunk.rows)] = np.arange(len(values))
    return values.take(pa.array(indices, mask=indices < 0))


def _place(target: dict[str, Any], path: Path, value: RawJson) -> None:
    *parents, last = path
    for key in parents:
        target = target.setdefault(key, {})
    target[last] = value


def _escaped(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Return a value with lone surrogates as its JSON text, and any other as it is."""
    return RawJson(json_text(value)) if type(value) in (str, list) and not has_utf8(value) else value
