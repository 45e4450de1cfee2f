"""Page bytes to field values: fast for rows of a known layout, exact for all others."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import chain
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
import numpy as np
import pyarrow as pa

from galtea_frames.api.page import Page, dated_page, moments_of, undated_page
from galtea_frames.api.times import TIME
from galtea_frames.decoding.exact import exact_value, parted_value, scan_page, unmarked
from galtea_frames.decoding.raw_rows import REFUSED, RawRows, split_page
from galtea_frames.decoding.shapes import ABSENT, MAX_DEPTH, MOST_KEYS, ONE_IN, PLAIN, Layout, Shape
from galtea_frames.decoding.wanted import EVERYTHING, NOTHING, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from galtea_frames.api.query import Query
    from galtea_frames.api.resource import Resource
    from galtea_frames.decoding.raw_rows import Raw
    from galtea_frames.decoding.wanted import Path

#: Pages with more bytes are parsed in parts: as Python objects they take several times as much memory.
_LARGE = 8_000_000

#: How many rows a layout is learned from, about.
_SAMPLE = 1_000

_CREATED = "createdAt"

_RAWS = msgspec.json.Decoder(list[msgspec.Raw])
_RECORD = msgspec.json.Decoder(dict[str, Any])
_RAW_RECORD = msgspec.json.Decoder(dict[str, msgspec.Raw])


@dataclass(frozen=True)
class ParsedBatch:
    """The values of some rows, by field.

    Attributes:
        rows: the number of rows.
        fields: by API name, one value per row; ABSENT where a row lacks the field.
        texts: the JSON text of the fields kept as text; None for null or absent.
        strays: by path, values outside the layout: the numbers of the rows that have them, and the values.
        arrays: by API name, declared fields that are Arrow arrays already: text, or times that were sent in
            milliseconds, or whose text nobody asks for.
        leaves: by path, the values within fields of which only some keys are read, one per row.
    """

    rows: int
    fields: dict[str, Sequence[Any]]
    texts: dict[str, list[str | None]]
    strays: Mapping[Path, tuple[Sequence[int], Sequence[Any]]] = field(default_factory=dict)
    arrays: Mapping[str, pa.Array] = field(default_factory=dict)
    leaves: Mapping[Path, Sequence[Any]] = field(default_factory=dict)


class BatchedRows(Protocol):
    """Rows that can be parsed: those of a page, or stored ones."""

    def batches(self, skip: Collection[int]) -> Iterator[ParsedBatch]:
        """Yield the rows except those numbered in `skip`."""


class Rows(BatchedRows, Protocol):
    """The rows of a page, as parsed by one of the readers."""

    def values(self, *names: str) -> list[list[Any]]:
        """Return the values of some fields, one list per field."""

    def reordered(self, order: Sequence[int]) -> Rows:
        """Return the rows in another order."""


class PageReader:
    """Parses the pages of one resource, learning the shape of the rows as it goes. Thread-safe.

    Args:
        resource: the resource.
        as_text: return declared objects as JSON text, exactly as sent.
        as_values: return declared objects as Python values.
        wanted: which fields to read, and what of them.
    """

    def __init__(self, resource: Resource, *, as_text: bool, as_values: bool, wanted: Wanted | None = None) -> None:
        kinds = {column.api: column.kind for column in resource.columns}
        self.wanted: Wanted = wanted or Wanted(named=dict.fromkeys(kinds, EVERYTHING))
        objects = {name for name in kinds if kinds[name] == "object" and self.wants(name)}
        #: The fields whose JSON text is kept, and those of them that are also parsed.
        self.texts: set[str] = {name for name in kinds if kinds[name] == "json" and self.wants(name)}
        self.texts |= objects if as_text else set()
        self.parsed_texts: set[str] = objects & self.texts if as_values else set()
        self._has_times = resource.has_times
        self.as_text = as_text
        self.as_values = as_values
        # With `as_text`, objects in other fields must stay whole too: fitting them to a shape loses the order of keys.
        self._plain: Any = Any if as_text else PLAIN
        self._depth = MAX_DEPTH if as_text else 1
        self._fixed: dict[str, tuple[Any, Any]] = {
            name: (Any, None) for name in kinds if kinds[name] != "object" and self.wants(name)
        }
        self._fixed |= {name: (msgspec.Raw, msgspec.Raw(b"null")) for name in self.texts}
        self._layout = Layout(Shape.of(self.wanted), self._fixed, self._plain, self.wanted)

    def wants(self, name: str) -> bool:
        """Tell whether a field is wanted."""
        return self.wanted.below(name) not in (None, NOTHING)

    def read(self, content: bytes) -> Rows:
        """Return the rows of a page.

        Raises:
            ValueError: not a JSON list of objects.
        """
        content = unmarked(content)
        if len(content) > _LARGE:
            return self.unread(split_page(content))
        if self.texts or not self.wanted.needs_every_key:
            content.decode("utf-8")  # msgspec does not check the text of raw and skipped values
        try:
            return self._read_together(content)
        except REFUSED:
            return self._read_exactly(content)

    def unread(self, raws: Sequence[Raw]) -> RawRows:
        """Return rows that are parsed in parts, on demand."""
        return RawRows(raws, self._read_part)

    def _read_part(self, raws: Sequence[Raw]) -> Iterator[ParsedBatch]:
        try:
            return self._read_apart(raws).batches(())
        except REFUSED:
            return self._read_exactly(b"[" + b",".join(raws) + b"]").batches(())

    def open(self, content: bytes) -> Page[Rows]:
        """Return the page with the metadata that a walk needs; rows with the same creation time are ordered by id.

        Raises:
            ValueError: not a JSON list of objects that each have an `id` and, unless rows of this list may lack it, a
                `createdAt`.
        """
        return self._opened(self.read(content))

    def open_unread(self, content: bytes) -> Page[Rows]:
        """Return the page as `open` does, but with unparsed rows."""
        return self._opened(self.unread(split_page(unmarked(content))))

    def _opened(self, rows: Rows) -> Page[Rows]:
        return _open_page(rows) if self._has_times else undated_page(rows, *rows.values("id", _CREATED))

    def _read_together(self, content: bytes) -> Rows:
        layout = self._layout
        try:
            return _Structs(self, layout, layout.many.decode(content), {})
        except msgspec.ValidationError:
            return self._read_apart(_RAWS.decode(content))

    def _read_apart(self, raws: Sequence[Raw]) -> Rows:
        """Parse rows of which some may not match the layout; if many do not, extend the layout first."""
        layout = self._layout
        rows, unmatched = _decoded(layout, raws)
        if len(unmatched) * ONE_IN >= len(raws):
            step = max(1, len(unmatched) // _SAMPLE)
            records = [self._record(raws[number]) for number in unmatched[::step]]
            shape = layout.shape.grown(records, len(raws) // step, self._depth, self.wanted)
            if shape != layout.shape and shape.size <= MOST_KEYS:
                self._layout = layout = Layout(shape, self._fixed, self._plain, self.wanted)
                rows, unmatched = _decoded(layout, raws)
        strays: dict[int, dict[Path, Any]] = {}
        for number in unmatched:
            strays[number] = {}
            rows[number] = layout.fitted(self._record(raws[number]), strays[number])
        return _Structs(self, layout, rows, strays)

    def _record(self, raw: Raw) -> dict[str, Any]:
        if not self.texts:
            return _RECORD.decode(raw)
        fields = _RAW_RECORD.decode(raw)
        return {name: each if name in self.texts else msgspec.json.decode(each) for name, each in fields.items()}

    def _read_exactly(self, content: bytes) -> Rows:
        return _ExactRows(self, self._layout.names, scan_page(content))


def id_parser(query: Query) -> Callable[[bytes], Page[Any]]:
    """Return what parses the pages of a query of whose rows only the ids are needed, and what a walk checks."""
    wanted = Wanted(own=False, rest=False, named=dict.fromkeys(("id", _CREATED, *query.checked_fields), EVERYTHING))
    return PageReader(query.resource, as_text=False, as_values=False, wanted=wanted).open


def values_of(rows: Rows, name: str) -> list[Any]:
    """Return the values of a field of the rows of a page."""
    return rows.values(name)[0]


def _open_page(rows: Rows) -> Page[Rows]:
    ids, created = rows.values("id", "createdAt")
    moments = moments_of(ids, created)
    # Reordered while they are Python objects: reordering a finished table would copy every cell.
    if order := _order(moments, ids):
        in_order = itemgetter(*order)
        rows, ids, created = rows.reordered(order), in_order(ids), in_order(created)
    if isinstance(rows, _Structs):  # which spares the gatherer parsing them again
        rows = replace(rows, created=moments)
    return dated_page(rows, ids, created, moments)


def _order(moments: NDArray[np.int64], ids: Sequence[str]) -> list[int] | None:
    """Return the order that sorts rows of one creation time by id; None if they are sorted, or times go backwards."""
    steps = np.diff(moments)
    edges = np.diff(steps == 0, prepend=False, append=False)
    if (steps < 0).any() or not edges.any():
        return None
    order = list(range(len(ids)))
    # Where ties begin and end, in turn.
    for first, last in np.flatnonzero(edges).reshape(-1, 2).tolist():
        if last - first > 1:
            order[first : last + 1] = sorted(order[first : last + 1], key=ids.__getitem__)
        elif ids[first] > ids[last]:
            order[first : last + 1] = [last, first]
    return order


def _decoded(layout: Layout, raws: Sequence[Raw]) -> tuple[list[Any], list[int]]:
    """Return the rows that match a layout, with None for unmatched rows, and the numbers of the unmatched rows."""
    rows: list[Any] = []
    unmatched = []
    left = iter(raws)
    while len(rows) < len(raws):
        try:
            rows.extend(map(layout.one.decode, left))
        except msgspec.ValidationError:  # the rows before it are in the list, and the iterator is past it
            unmatched.append(len(rows))
            rows.append(None)
    return rows, unmatched


@dataclass(frozen=True)
class _Structs:
    """Rows as structs of one layout.

    Attributes:
        reader: the reader that parsed them.
        layout: their layout.
        rows: one struct per row.
        strays: by row, the values outside the layout.
    """

    reader: PageReader
    layout: Layout
    rows: list[Any]
    strays: dict[int, dict[Path, Any]]
    created: NDArray[np.int64] | None = None

    def values(self, *names: str) -> list[list[Any]]:
        fields = [attrgetter(f"f{self.layout.names.index(name)}") for name in names]
        return [list(map(each, self.rows)) for each in fields]

    def reordered(self, order: Sequence[int]) -> Rows:
        strays = {new: self.strays[old] for new, old in enumerate(order) if old in self.strays}
        return _Structs(self.reader, self.layout, list(itemgetter(*order)(self.rows)), strays)

    def batches(self, skip: Collection[int]) -> Iterator[ParsedBatch]:
        kept = [number for number in range(len(self.rows)) if number not in skip] if skip else None
        rows = self.rows if kept is None else [self.rows[number] for number in kept]
        found = {path: values for path, values in self.layout.columns(rows).items() if self.reader.wants(path[0])}
        fields = {path[0]: values for path, values in found.items() if len(path) == 1}
        leaves = {path: values for path, values in found.items() if len(path) > 1}
        texts = {name: [_raw_text(raw) for raw in fields.pop(name)] for name in self.reader.texts}
        fields |= {name: [_value(text) for text in texts[name]] for name in self.reader.parsed_texts}
        arrays: dict[str, pa.Array] = {}
        if self.created is not None and not self.reader.as_text:
            fields.pop(_CREATED)
            arrays[_CREATED] = pa.array(self.created if kept is None else self.created[kept]).cast(TIME)
        yield ParsedBatch(len(rows), fields, texts, self._strays(kept), arrays, leaves)

    def _strays(self, kept: Sequence[int] | None) -> Mapping[Path, tuple[list[int], list[Any]]]:
        by_path: dict[Path, tuple[list[int], list[Any]]] = defaultdict(lambda: ([], []))
        # In the order of the rows, whatever order they were parsed in.
        numbers = sorted(self.strays) if kept is None else kept
        for row, number in zip(numbers if kept is None else range(len(kept)), numbers, strict=True):
            for path, value in self.strays.get(number, {}).items():
                by_path[path][0].append(row)
                by_path[path][1].append(value)
        return by_path


@dataclass(frozen=True)
class _ExactRows:
    """Rows as the JSON text of each field."""

    reader: PageReader
    names: tuple[str, ...]
    rows: list[dict[str, str]]

    def values(self, *names: str) -> list[list[Any]]:
        return [[exact_value(row.get(name, "null")) for row in self.rows] for name in names]

    def reordered(self, order: Sequence[int]) -> Rows:
        return _ExactRows(self.reader, self.names, [self.rows[index] for index in order])

    def batches(self, skip: Collection[int]) -> Iterator[ParsedBatch]:
        rows = [row for number, row in enumerate(self.rows) if number not in skip]
        texts = {name: [_null_as_none(row.get(name)) for row in rows] for name in self.reader.texts}
        names = dict.fromkeys(chain(self.names, chain.from_iterable(rows)))
        parsed = self.reader.parsed_texts
        wanted = [name for name in names if self.reader.wants(name) and (name in parsed or name not in texts)]
        yield ParsedBatch(len(rows), {name: [_exact(row, name) for row in rows] for name in wanted}, texts)


def _exact(row: dict[str, str], name: str) -> Any:  # noqa: ANN401 - any JSON value
    return _value(row[name]) if name in row else ABSENT


def _value(text: str | None) -> Any:  # noqa: ANN401 - as above
    """Return a value as the fast reader does: objects are dictionaries down to the deepest column."""
    return None if text is None else parted_value(text, MAX_DEPTH)


def _null_as_none(text: str | None) -> str | None:
    return None if text == "null" else text


def _raw_text(raw: msgspec.Raw) -> str | None:
    return _null_as_none(bytes(raw).decode("utf-8"))
