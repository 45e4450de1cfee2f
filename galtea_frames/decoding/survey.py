"""Free-form values to columns: one column per path, typed over all rows.

This takes two steps, because the type of a column is only known after the last row. `Survey.gather` flattens the values
of one batch, puts the values of each path into an Arrow array of the narrowest type, and records the kinds of values of
each path. After the last batch, `Survey.resolve` gives each path its type, and
`InferredColumn.arrays` makes its arrays. Values are processed a list at a time, never a cell at a time.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import chain
from typing import TYPE_CHECKING, Any

from msgspec.structs import astuple

from galtea_frames.decoding.inferred import Chunk, Chunks, InferredColumn, ResolvedColumns
from galtea_frames.decoding.json_text import RawJson, json_text
from galtea_frames.decoding.kinds import (
    TEXT_KINDS,
    arrow_type,
    narrow,
    replaced,
    text_array,
)
from galtea_frames.decoding.shapes import ABSENT, MAX_DEPTH, ONE_IN, Struct
from galtea_frames.decoding.wanted import EVERYTHING, Path

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from galtea_frames.decoding.pins import Pin
    from galtea_frames.decoding.wanted import Wanted

#: The most columns of one nested field (docs/guarantees.md).
MAX_COLUMNS = 500

_NOTHING = {type(None), type(ABSENT)}
_PLAIN = {*_NOTHING, bool, int, float, str, list, RawJson}
_EMPTY = RawJson("{}")


class Survey:
    """What is known of the values of a field, batch by batch.

    Args:
        flatten: flatten objects; otherwise they become JSON text.

    Attributes:
        objects: the paths that hold objects.
    """

    def __init__(self, *, flatten: bool = True) -> None:
        self._flatten = flatten
        self._kinds: dict[Path, frozenset[str]] = {}
        self._present: Counter[Path] = Counter()
        self._inexact: Counter[Path] = Counter()
        self._misfits: Counter[Path] = Counter()
        self._with_integers: set[Path] = set()
        self._members: dict[Path, set[str]] = defaultdict(set)
        self.objects: set[Path] = set()

    def gather(
        self,
        values: Sequence[Any],
        into: Chunks,
        path: Path = (),
        rows: Sequence[int] | None = None,
        wanted: Wanted = EVERYTHING,
    ) -> None:
        """Add the values of a path to chunks.

        Args:
            values: one per row; None for null, ABSENT if the row lacks the path.
            into: the chunks of the batch.
            path: the path below the field.
            rows: the row numbers of the values; None for all rows of the batch.
            wanted: what to gather of the values.
        """
        self.objects.update(path[:length] for length in range(len(path)))
        self._gather(path, values, rows, into, wanted=wanted)

    def resolve(
        self,
        pins: Mapping[Path, Pin] | None = None,
        budget: int = MAX_COLUMNS,
        fields: Collection[str] | None = None,
    ) -> ResolvedColumns:
        """Return the columns; beyond the budget, the paths with the fewest values share one overflow column.

        Args:
            pins: the pinned columns, which are always there.
            budget: the most columns.
            fields: the first keys of the paths that get a column; None for all.
        """
        pins = {path: pin for path, pin in (pins or {}).items() if fields is None or path[0] in fields}
        parents = {path[:length] for path in self._kinds for length in range(len(path))}
        # A path that only holds nulls and objects needs no column: the columns below it represent both.
        paths = [
            path
            for path in {**self._kinds, **pins}
            if path in pins or self._present[path] or (path and path not in parents)
            if fields is None or path[0] in fields
        ]
        # The overflow column holds objects, so the field's own path needs a column however rare its values are.
        ranked = sorted(paths, key=lambda path: (path != () and path not in pins, -self._present[path], path))
        columns = [self._column(path, pins.get(path)) for path in sorted(ranked[: max(budget, len(pins))])]
        return ResolvedColumns(
            columns, sorted(path for path in ranked[max(budget, len(pins)) :] if self._present[path])
        )

    def _column(self, path: Path, pin: Pin | None) -> InferredColumn:
        return InferredColumn(
            path,
            self._kinds[path] if pin is None else pin.kinds,
            self._inexact[path],
            pin,
            self._misfits[path],
            path in self._with_integers,
            tuple(sorted(self._members[path])),
            path in self._kinds,
        )

    def _gather(
        self,
        path: Path,
        values: Sequence[Any],
        rows: Sequence[int] | None,
        into: Chunks,
        *,
        wanted: Wanted,
        missing: int = 0,
    ) -> None:
        """Add values to chunks; `missing` of them are None because a row lacks the parent object."""
        kinds = self._kinds.get(path) if wanted.own and wanted.pin is None else None
        # Most columns are text: try text first if the column has been text so far, without checking each value.
        if kinds in TEXT_KINDS and (texts := text_array(values, arrow_type(kinds))) is not None:
            self._add(path, Chunk(rows, texts, kinds), into)
            return
        types = set(map(type, values))
        if type(ABSENT) in types:
            if types <= _NOTHING and values.count(None) <= missing:
                return  # no row has the path
            values = [None if value is ABSENT else value for value in values]
        if not types <= _PLAIN and wanted.takes_apart:
            self.objects.add(path)
            values = self._take_apart(path, values, rows, types, into, wanted=wanted)
            types = set(map(type, values))
        if not wanted.own:
            return
        self._kinds.setdefault(path, frozenset())
        types -= _NOTHING
        if types:
            chunk = (
                _chunk(rows, values, types)
                if wanted.pin is None
                else self._pinned(path, rows, values, types, wanted.pin)
            )
            self._add(path, chunk, into)

    def _pinned(
        self, path: Path, rows: Sequence[int] | None, values: Sequence[Any], types: set[type], pin: Pin
    ) -> Chunk:
        """Return values as the dtype of their column has them."""
        taken = pin.take(values, types)
        self._misfits[path] += len(taken.misfits)
        if taken.widened:
            self._with_integers.add(path)
        if pin.dtype == "category":
            self._members[path].update(taken.values.unique().drop_null().to_pylist())
        return Chunk(rows, taken.values, pin.kinds, taken.replaced, taken.misfits)

    def _add(self, path: Path, chunk: Chunk, into: Chunks) -> None:
        into[path] = chunk
        self._present[path] += len(chunk.values) - chunk.values.null_count
        if chunk.exact:
            self._inexact[path] += len(chunk.exact)
        if not chunk.kinds <= self._kinds[path]:
            self._kinds[path] |= chunk.kinds

    def _take_apart(
        self,
        path: Path,
        values: Sequence[Any],
        rows: Sequence[int] | None,
        types: set[type],
        into: Chunks,
        *,
        wanted: Wanted,
    ) -> Sequence[Any]:
        """Gather the values in objects; return the other values."""
        if structs := [each for each in types if issubclass(each, Struct)]:
            return self._take_structs(path, values, rows, structs[0], into, wanted=wanted)
        if len(path) >= MAX_DEPTH or not self._flatten:
            return [RawJson(json_text(value)) if type(value) is dict else value for value in values]
        if positions := [index for index, value in enumerate(values) if value and type(value) is dict]:
            objects = [values[index] for index in positions]
            self._gather_objects(path, objects, _row_numbers(rows, positions), into, wanted)
        return [value if type(value) is not dict else None if value else _EMPTY for value in values]

    def _gather_objects(
        self, path: Path, objects: Sequence[dict[str, Any]], rows: Sequence[int], into: Chunks, wanted: Wanted
    ) -> None:
        sparse: dict[str, tuple[list[Any], list[int]]] = {}
        counts = Counter(chain.from_iterable(objects))
        keys = {key: below for key in counts if (below := wanted.below(key))}
        for key, below in keys.items():
            if counts[key] * ONE_IN >= len(objects):
                self._gather((*path, key), [each.get(key) for each in objects], rows, into, wanted=below)
            else:
                sparse[key] = ([], [])
        for each, row in zip(objects, rows, strict=True) if sparse else ():
            for key in each.keys() & sparse.keys():
                sparse[key][0].append(each[key])
                sparse[key][1].append(row)
        for key, (values, within) in sparse.items():
            self._gather((*path, key), values, within, into, wanted=keys[key])

    def _take_structs(
        self,
        path: Path,
        values: Sequence[Any],
        rows: Sequence[int] | None,
        kind: type[Struct],
        into: Chunks,
        *,
        wanted: Wanted,
    ) -> Sequence[Any]:
        """Do the same for structs of a known shape."""
        objects, rows, missing = _complete(values, rows, kind)
        tuples = list(map(astuple, objects))
        for key, column in zip(kind.keys, zip(*tuples, strict=True), strict=False):
            if below := wanted.below(key):
                self._gather((*path, key), column, rows, into, wanted=below, missing=missing)
        if not wanted.own:
            return ()
        if kind.blank in tuples:
            # An empty object is a value of this path; the values of all others are gathered elsewhere.
            return [
                value if type(value) is not kind else _EMPTY if astuple(value) == kind.blank else None
                for value in values
            ]
        if len(objects) == len(values) and not missing:
            return ()
        return [None if type(value) is kind else value for value in values]


def _complete(
    values: Sequence[Any], rows: Sequence[int] | None, kind: type[Struct]
) -> tuple[Sequence[Struct], Sequence[int] | None, int]:
    """Return one struct per value, empty where the value is not one; if few are, return only these.

    Also return their row numbers and the number of empty structs added.
    """
    held = list(map(type, values)).count(kind)
    if held == len(values):
        return values, rows, 0
    if held * ONE_IN < len(values):
        positions = [index for index, value in enumerate(values) if type(value) is kind]
        return [values[index] for index in positions], _row_numbers(rows, positions), 0
    nothing = kind(*(None,) * len(kind.keys))
    return [value if type(value) is kind else nothing for value in values], rows, len(values) - held


def _row_numbers(rows: Sequence[int] | None, positions: Sequence[int]) -> Sequence[int]:
    """Return the row numbers at some positions; None as `rows` means all rows."""
    return positions if rows is None else [rows[index] for index in positions]


def _chunk(rows: Sequence[int] | None, values: Sequence[Any], types: set[type]) -> Chunk:
    try:
        return Chunk(rows, *narrow(values, types))
    except UnicodeEncodeError:  # lone surrogates: only JSON text can represent them
        cleaned = replaced(values)
    exact = {index: json_text(value) for index, value in enumerate(values) if value != cleaned[index]}
    return Chunk(rows, *narrow(cleaned, types), exact)
