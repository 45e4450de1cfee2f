"""Pages to one Arrow table: documented columns with their fixed types, nested ones typed over all rows."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from galtea_frames.decode import ABSENT, RowReader
from galtea_frames.kinds import TEXT, has_utf8, json_text
from galtea_frames.names import column_name, overflow_name, root_names
from galtea_frames.nested import NestedColumns
from galtea_frames.scan import exact_value
from galtea_frames.times import instant

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from galtea_frames.nested import NestedColumn
    from galtea_frames.resources import Column, Resource

Nested = Literal["columns", "json", "both"]

TIME = pa.timestamp("us", "UTC")

#: How the API writes times: with milliseconds (api.md, "Rows").
USUAL_DIGITS = 3

_FIRST_INSTANT = instant("0001-01-01T00:00:00Z")
_LAST_INSTANT = instant("9999-12-31T23:59:59.999999Z")

_UNITS = {USUAL_DIGITS: "ms", 0: "s", 6: "us"}


@dataclass
class Notes:
    """What a frame must say about its columns.

    Attributes:
        mixed: columns of JSON text because their values share no type.
        overflow: columns of JSON text that hold what has no column of its own.
        json: every column of JSON text, these two kinds among them.
        fields: the API's name of each field that is not documented, by its column's name.
        null_fields: those of them whose nulls were sent as nulls; elsewhere a null field was not sent.
        time_digits: digits after the second in each time column whose times were not written with three.
        misfits: documented columns with values of another type than documented, and how many.
        unknown_statuses: members of the status column beyond the documented ones.
    """

    mixed: list[str] = field(default_factory=list)
    overflow: list[str] = field(default_factory=list)
    json: list[str] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    null_fields: list[str] = field(default_factory=list)
    time_digits: dict[str, int] = field(default_factory=dict)
    misfits: Counter[str] = field(default_factory=Counter)
    unknown_statuses: list[str] = field(default_factory=list)


class TableBuilder:
    """Gathers the pages of one resource into one Arrow table.

    Args:
        resource: whose rows these are.
        nested: whether nested fields become typed columns, JSON text, or both.
    """

    def __init__(self, resource: Resource, nested: Nested = "columns") -> None:
        self._resource = resource
        self._flatten = nested != "json"
        self._as_text = nested != "columns"
        self._reader = RowReader(resource, as_text=self._as_text, as_values=self._flatten)
        self._documented = {column.api: column for column in resource.columns}
        self._arrays: dict[str, list[pa.Array]] = {api: [] for api in self._documented}
        self._sent_times: dict[str, list[pa.Array]] = defaultdict(list)
        self._objects = {column.api: NestedColumns() for column in resource.columns if column.kind == "object"}
        self._others = NestedColumns()
        self._others_whole = NestedColumns(flatten=False)
        self._sent: Counter[str] = Counter()
        self._sent_as_null: dict[str, list[int]] = defaultdict(list)
        self._leftovers: dict[int, dict[str, Any]] = defaultdict(dict)
        self._sizes: list[int] = []
        self._notes = Notes()
        self.rows = 0

    def add(self, content: bytes, skip: Collection[int] = ()) -> None:
        """Add the rows of a page, but for those numbered in `skip`."""
        batch = self._reader.read(content, skip)
        if not batch.rows:
            return
        for api, texts in batch.texts.items():
            self._arrays[api].append(pa.array(texts, TEXT))
        for api, values in batch.fields.items():
            if api in self._objects:
                self._objects[api].add(len(self._sizes), values)
            elif api in self._documented:
                self._add_documented(self._documented[api], values)
            else:
                self._add_other(api, values)
        self._sizes.append(batch.rows)
        self.rows += batch.rows

    def finish(self) -> tuple[pa.Table, Notes]:
        """Return the table, one row a record in the order added, and what to say about it.

        Documented columns come first, in the resource's order, nested ones where their field stands, by name; then
        the other fields, by name; last `*`, the JSON text of what no column could hold. The builder is used up.
        """
        columns: dict[str, pa.ChunkedArray] = {}
        for column in self._resource.columns:
            columns |= self._object(column) if column.kind == "object" else {column.name: self._scalar(column)}
        columns |= self._other_columns()
        if self._leftovers:
            columns |= self._leftover_column()
        return pa.table(columns), self._notes

    # -- documented columns --

    def _add_documented(self, column: Column, values: list[Any]) -> None:
        if not set(map(type, values)) <= {str, type(None)}:
            values = [self._text(column, row, value) for row, value in enumerate(values)]
        try:
            texts = pa.array(values, TEXT)
        except UnicodeEncodeError:
            values = [v if has_utf8(v) else self._misfit(column, row, v) for row, v in enumerate(values)]
            texts = pa.array(values, TEXT)
        if column.kind == "time":
            self._arrays[column.api].append(self._times(column, texts))
            if self._as_text:
                self._sent_times[column.api].append(texts)
        else:
            self._arrays[column.api].append(texts.dictionary_encode() if column.kind == "status" else texts)

    def _text(self, column: Column, row: int, value: object) -> str | None:
        if value is None or value is ABSENT:
            return None
        return value if isinstance(value, str) else self._misfit(column, row, value)

    def _misfit(self, column: Column, row: int, value: object) -> Any:  # noqa: ANN401 - None, of any column's type
        """Keep a value that its documented column cannot hold; return the null that stands there instead."""
        self._leftovers[self.rows + row][column.api] = value
        self._notes.misfits[column.name] += 1

    def _times(self, column: Column, texts: pa.Array) -> pa.Array:
        try:
            times = pc.cast(texts, TIME)
        except pa.ArrowInvalid:  # no zone, more digits than Arrow reads, or no time at all
            pass
        else:
            if _within_calendar(times):
                return times
        moments = [self._moment(column, row, text) for row, text in enumerate(texts.to_pylist())]
        return pa.array(moments, pa.int64()).cast(TIME)

    def _moment(self, column: Column, row: int, text: str | None) -> int | None:
        try:
            return None if text is None else instant(text)
        except ValueError:
            self._misfit(column, row, text)
            return None

    def _scalar(self, column: Column) -> pa.ChunkedArray:
        arrays = self._arrays.pop(column.api)
        if column.kind == "status":
            return self._statuses(arrays)
        if column.kind == "string":
            return pa.chunked_array(arrays, TEXT)
        times = pa.chunked_array(arrays, TIME)
        if self._as_text:
            self._note_layout(column, times, pa.chunked_array(self._sent_times.pop(column.api, []), TEXT))
        return times

    def _statuses(self, arrays: list[pa.Array]) -> pa.ChunkedArray:
        """Return the statuses as codes of one list of members: the documented ones, then any other by name."""
        seen = {status for array in arrays for status in array.dictionary.to_pylist()}
        self._notes.unknown_statuses = sorted(seen - set(self._resource.statuses))
        members = pa.array([*self._resource.statuses, *self._notes.unknown_statuses], TEXT)
        codes = [pc.index_in(array.dictionary_decode(), members) for array in arrays]
        coded = [pa.DictionaryArray.from_arrays(each, members) for each in codes]
        return pa.chunked_array(coded, pa.dictionary(pa.int32(), TEXT)) if coded else _no_statuses(members)

    def _note_layout(self, column: Column, times: pa.ChunkedArray, sent: pa.ChunkedArray) -> None:
        """Note how times were written; one that was written unlike most is kept as it was sent."""
        alike = {digits: _written_alike(times, sent, unit) for digits, unit in _UNITS.items()}
        digits = max(alike, key=lambda each: pc.sum(alike[each]).as_py() or 0)
        if digits != USUAL_DIGITS:
            self._notes.time_digits[column.name] = digits
        for row in pc.indices_nonzero(pc.invert(alike[digits])).to_pylist():
            self._leftovers[row][column.api] = sent[row].as_py()

    def _object(self, column: Column) -> dict[str, pa.ChunkedArray]:
        columns = {}
        if self._as_text:
            columns[column.name] = pa.chunked_array(self._arrays.pop(column.api), TEXT)
            self._notes.json.append(column.name)
        for each in self._objects.pop(column.api).columns(self._sizes) if self._flatten else ():
            # Beside its JSON text the field needs no column for values that are no objects.
            if each.keys != () or not self._as_text:
                columns[self._note(each, column.name, each.keys)] = each.values
        return columns

    # -- other fields --

    def _add_other(self, api: str, values: list[Any]) -> None:
        batch = len(self._sizes)
        sent = len(values) - values.count(ABSENT)
        if not sent:  # known from other pages, or from a row that is skipped
            return
        self._sent[api] += sent
        if self._flatten:
            self._others.add(batch, values, (api,))
        if self._as_text:
            self._others_whole.add(batch, values, (api,))
            self._sent_as_null[api] += [self.rows + row for row, value in enumerate(values) if value is None]

    def _other_columns(self) -> dict[str, pa.ChunkedArray]:
        names = root_names(self._sent, {column.api: column.name for column in self._resource.columns})
        self._notes.fields = {names[api]: api for api in sorted(self._sent)}
        for api, count in sorted(self._sent.items()):
            if count == self.rows:
                self._notes.null_fields.append(names[api])
            for row in self._sent_as_null[api] if count < self.rows else ():
                self._leftovers[row][api] = None
        columns: dict[str, pa.ChunkedArray] = {}
        for each in self._other_parts():
            if each.keys is None:
                self._keep(each.values)
            else:
                api, *keys = each.keys
                columns[self._note(each, names[api], tuple(keys))] = each.values
        return dict(sorted(columns.items()))

    def _other_parts(self) -> Iterator[NestedColumn]:
        if not self._as_text:
            return self._others.columns(self._sizes)
        if not self._flatten:
            return self._others_whole.columns(self._sizes)
        return self._both_parts()

    def _both_parts(self) -> Iterator[NestedColumn]:
        """Yield typed columns as far as the budget goes, and as a whole the fields that they do not hold whole."""
        objects = {path for path in self._others.objects if len(path) == 1}
        typed = set()
        for each in self._others.columns(self._sizes):
            if each.keys is not None and each.keys not in objects:
                typed.add(each.keys)
                yield each
        for each in self._others_whole.columns(self._sizes):
            if each.keys not in typed:
                yield each

    def _keep(self, texts: pa.ChunkedArray) -> None:
        for row, text in enumerate(texts.to_pylist()):
            if text is not None:
                self._leftovers[row] |= exact_value(text)

    def _leftover_column(self) -> dict[str, pa.ChunkedArray]:
        name = overflow_name(None)
        self._notes.overflow.append(name)
        self._notes.json.append(name)
        cells = (self._leftovers.get(row) for row in range(self.rows))
        texts = pa.array((None if cell is None else json_text(dict(sorted(cell.items()))) for cell in cells), TEXT)
        return {name: pa.chunked_array([texts])}

    def _note(self, column: NestedColumn, root: str, keys: Iterable[str] | None) -> str:
        """Return the column's name, noting what a frame must say of it."""
        name = overflow_name(root) if keys is None else column_name(root, keys)
        if column.mixed:
            self._notes.mixed.append(name)
        if keys is None:
            self._notes.overflow.append(name)
        if column.json:
            self._notes.json.append(name)
        return name


def _no_statuses(members: pa.Array) -> pa.ChunkedArray:
    return pa.chunked_array([pa.DictionaryArray.from_arrays(pa.array([], pa.int32()), members)])


def _within_calendar(times: pa.Array) -> bool:
    """Tell whether all times lie in the years 1 to 9999, which is what `instant` reads: Arrow knows a year 0."""
    bounds = pc.min_max(times.cast(pa.int64())).as_py()
    least, most = bounds["min"], bounds["max"]
    return least is None or (least >= _FIRST_INSTANT and most <= _LAST_INSTANT)


def _written_alike(times: pa.ChunkedArray, sent: pa.ChunkedArray, unit: str) -> pa.ChunkedArray:
    """Tell for each time whether it was sent as `render` gives it back with this unit's digits; a null was."""
    written = pc.strftime(times.cast(pa.timestamp(unit), safe=False), "%Y-%m-%dT%H:%M:%SZ")
    return pc.or_kleene(pc.is_null(sent), pc.fill_null(pc.equal(written.cast(TEXT), sent), fill_value=False))
