"""Free-form values to columns: every path gets one column, typed over all rows.

This happens in two steps, because the type of a column is only known when all rows were seen. `Survey.gather` takes
the values of one batch apart, key by key, each key's values into one Arrow array of the narrowest type, and notes what
kinds of values each path holds. When all batches were gathered, `Survey.settle` gives each path its type, and
`Column.values` makes a batch's arrays of it. Values are looked at a list at a time, never a cell at a time.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from galtea_frames.decode import ABSENT
from galtea_frames.kinds import TEXT, arrow_type, convert, has_utf8, is_mixed, json_text, kinds_of, to_array
from galtea_frames.scan import RawJson

if TYPE_CHECKING:
    from collections.abc import Sequence

Path = tuple[str, ...]

#: Columns of one nested field, at most (design: guarantee 3).
MAX_COLUMNS = 500

#: Objects nested deeper stay JSON text: nobody names a column so long.
MAX_DEPTH = 32

#: A key that less than one object in this many has is gathered object by object, not by asking each one for it.
_SPARSE = 8

_NOTHING = {type(None), type(ABSENT)}
_EMPTY = RawJson("{}")


@dataclass(frozen=True, slots=True)
class Chunk:
    """The values of one path in one batch.

    Attributes:
        rows: at which rows of the batch; None for all of them.
        values: as `kinds.to_array` holds them.
        kinds: what kinds of values they are.
    """

    rows: Sequence[int] | None
    values: pa.Array
    kinds: frozenset[str]


Chunks = dict[Path, Chunk]


@dataclass(frozen=True)
class Column:
    """One column of free-form values.

    Attributes:
        path: the path; empty for values that are no objects.
        kinds: the kinds of all its values.
    """

    path: Path
    kinds: frozenset[str]

    @property
    def type(self) -> pa.DataType:
        """The Arrow type that holds all its values."""
        return arrow_type(self.kinds) or TEXT

    @property
    def is_json(self) -> bool:
        """Whether it is JSON text."""
        return arrow_type(self.kinds) is None

    @property
    def is_mixed(self) -> bool:
        """Whether it is JSON text because its values share no type."""
        return is_mixed(self.kinds)

    def values(self, chunks: Chunks, size: int) -> pa.Array:
        """Return its values in a batch of so many rows."""
        chunk = chunks.get(self.path)
        if chunk is None:
            return pa.nulls(size, self.type)
        values = convert(chunk.values, chunk.kinds, arrow_type(self.kinds))
        if chunk.rows is None:
            return values
        indices = np.full(size, -1, dtype=np.int64)
        indices[np.asarray(chunk.rows)] = np.arange(len(values))
        return values.take(pa.array(indices, mask=indices < 0))


@dataclass(frozen=True)
class Settled:
    """What the columns are, once all batches were gathered.

    Attributes:
        columns: in the order of their paths.
        overflow: the paths with values that have no column of their own.
    """

    columns: list[Column]
    overflow: list[Path]

    def overflow_objects(self, chunks: Chunks) -> dict[int, dict[str, Any]]:
        """Return, by row of a batch, an object of what the paths without a column hold there."""
        rows: dict[int, dict[str, Any]] = defaultdict(dict)
        for path in self.overflow:
            if (chunk := chunks.get(path)) is not None:
                texts = convert(chunk.values, chunk.kinds, None).to_pylist()
                for row, text in zip(chunk.rows or range(len(texts)), texts, strict=True):
                    if text is not None:
                        _place(rows[row], path, RawJson(text))
        return rows


class Survey:
    """What was seen of free-form values, batch by batch.

    Args:
        flatten: whether objects are taken apart; else they are JSON text.

    Attributes:
        objects: the paths at which objects were seen.
    """

    def __init__(self, *, flatten: bool = True) -> None:
        self._flatten = flatten
        self._kinds: dict[Path, frozenset[str]] = {}
        self._present: Counter[Path] = Counter()
        self._common: dict[Path, tuple[str, ...]] = {}
        self.objects: set[Path] = set()

    def gather(self, values: Sequence[Any], into: Chunks, path: Path = ()) -> None:
        """Put the values at a path, one a row of a batch, into chunks; None where null, ABSENT where not sent."""
        self._gather(path, values, None, into)

    def settle(self, budget: int = MAX_COLUMNS) -> Settled:
        """Return the columns; beyond the budget, the paths with the fewest values share one."""
        parents = {path[:length] for path in self._kinds for length in range(len(path))}
        # A path that is only ever null where others hold objects needs no column: its nulls are theirs.
        paths = [path for path in self._kinds if self._present[path] or (path and path not in parents)]
        ranked = sorted(paths, key=lambda path: (-self._present[path], path))
        columns = [Column(path, self._kinds[path]) for path in sorted(ranked[:budget])]
        return Settled(columns, sorted(path for path in ranked[budget:] if self._present[path]))

    def _gather(self, path: Path, values: Sequence[Any], rows: Sequence[int] | None, into: Chunks) -> None:
        types = set(map(type, values))
        if type(ABSENT) in types:
            values = [None if value is ABSENT else value for value in values]
        if dict in types:
            self.objects.add(path)
            values = self._take_apart(path, values, rows, types, into)
            types = set(map(type, values))
        types -= _NOTHING
        kinds = self._kinds.setdefault(path, frozenset())
        if types:
            into[path] = chunk = _chunk(rows, values, types)
            self._present[path] += len(chunk.values) - chunk.values.null_count
            if not chunk.kinds <= kinds:
                self._kinds[path] = kinds | chunk.kinds

    def _take_apart(
        self, path: Path, values: Sequence[Any], rows: Sequence[int] | None, types: set[type], into: Chunks
    ) -> Sequence[Any]:
        """Gather what the objects among the values hold; return the values without them."""
        if len(path) >= MAX_DEPTH or not self._flatten:
            return [RawJson(json_text(value)) if type(value) is dict else value for value in values]
        if types == {dict} and all(values):
            self._gather_objects(path, values, rows, into)
            return ()
        if at := [index for index, value in enumerate(values) if value and type(value) is dict]:
            within = at if rows is None else [rows[index] for index in at]
            self._gather_objects(path, [values[index] for index in at], within, into)
        return [value if type(value) is not dict else None if value else _EMPTY for value in values]

    def _gather_objects(
        self, path: Path, objects: Sequence[dict[str, Any]], rows: Sequence[int] | None, into: Chunks
    ) -> None:
        common = self._common.get(path, ())
        lists = _by_key(objects, common)
        larger = range(len(objects)) if lists is None else _larger_than(objects, len(common))
        if larger:
            counts = Counter(chain.from_iterable(objects[at] for at in larger))
            if lists is None or len(objects) in counts.values():
                self._common[path] = common = tuple(key for key, count in counts.items() if count == len(objects))
                lists = _by_key(objects, common)
            others = {key: count for key, count in counts.items() if key not in common}
            self._gather_others(path, objects, rows, larger, counts=others, into=into)
        for key, values in (lists or {}).items():
            self._gather((*path, key), values, rows, into)

    def _gather_others(
        self,
        path: Path,
        objects: Sequence[dict[str, Any]],
        rows: Sequence[int] | None,
        larger: Sequence[int],
        *,
        counts: dict[str, int],
        into: Chunks,
    ) -> None:
        """Gather the keys that only some of the objects have, the larger ones of them."""
        sparse: dict[str, tuple[list[Any], list[int]]] = {}
        for key, count in counts.items():
            if count * _SPARSE >= len(objects):
                self._gather((*path, key), [each.get(key) for each in objects], rows, into)
            else:
                sparse[key] = ([], [])
        for at in larger if sparse else ():
            for key in objects[at].keys() & sparse.keys():
                sparse[key][0].append(objects[at][key])
                sparse[key][1].append(at if rows is None else rows[at])
        for key, (values, within) in sparse.items():
            self._gather((*path, key), values, within, into)


def _larger_than(objects: Sequence[dict[str, Any]], size: int) -> Sequence[int]:
    """Return the positions of objects with more keys: having all the common ones, the others have no more."""
    if sum(map(len, objects)) == size * len(objects):
        return ()
    return [at for at, each in enumerate(objects) if len(each) > size]


def _by_key(objects: Sequence[dict[str, Any]], keys: tuple[str, ...]) -> dict[str, Sequence[Any]] | None:
    """Return the values of keys that all objects have, a list a key; None where one lacks a key."""
    try:
        if len(keys) == 1:
            return {keys[0]: list(map(itemgetter(*keys), objects))}
        # One call an object, and one to turn rows into columns, instead of one a cell.
        return dict(zip(keys, zip(*map(itemgetter(*keys), objects), strict=True), strict=True)) if keys else {}
    except KeyError:
        return None


def _chunk(rows: Sequence[int] | None, values: Sequence[Any], types: set[type]) -> Chunk:
    kinds = kinds_of(values, types)
    try:
        return Chunk(rows, to_array(values, kinds), kinds)
    except UnicodeEncodeError:  # lone surrogates: only JSON has a text for them
        values = [_escaped(value) for value in values]
    # Their own kinds count as well, for a batch that is JSON text anyhow never comes here.
    kinds |= kinds_of(values, set(map(type, values)) - _NOTHING)
    return Chunk(rows, to_array(values, kinds), kinds)


def _place(target: dict[str, Any], path: Path, value: RawJson) -> None:
    *parents, last = path
    for key in parents:
        target = target.setdefault(key, {})
    target[last] = value


def _escaped(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Return a value with lone surrogates as its JSON text, and any other as it is."""
    return RawJson(json_text(value)) if type(value) in (str, list) and not has_utf8(value) else value
