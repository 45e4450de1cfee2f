"""Column batches to one Arrow table: one schema for all rows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from galtea_frames.api.resource import STATUS, snake_case
from galtea_frames.api.times import TIME, USUAL_DIGITS
from galtea_frames.decoding.column_names import column_name, overflow_name, root_names, split_name
from galtea_frames.decoding.derived import derived_texts
from galtea_frames.decoding.gatherer import time_texts, written_alike
from galtea_frames.decoding.json_text import json_text
from galtea_frames.decoding.kinds import TEXT
from galtea_frames.decoding.notes import Notes
from galtea_frames.decoding.pins import DECLARED_PINS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from galtea_frames.api.resource import DeclaredColumn, DerivedColumn
    from galtea_frames.decoding.column_batch import ColumnBatch
    from galtea_frames.decoding.gatherer import Gatherer
    from galtea_frames.decoding.inferred import Chunks, InferredColumn, ResolvedColumns


#: Categories: codes of members.
_CODES = pa.dictionary(pa.int32(), TEXT)


@dataclass(frozen=True)
class _TableColumn:
    """One column: its type, and a function that makes its arrays from batches."""

    type: pa.DataType
    make: Callable[[Sequence[ColumnBatch]], list[pa.Array]]


class TableSchema:
    """The columns of a table, resolved after the last batch.

    Declared columns come first, in the resource's order, with nested columns sorted by name in place of their field;
    then undeclared fields, by name; last `*`, the JSON text of what no column could hold.

    Args:
        gathered: the gatherer of all batches.

    Attributes:
        notes: what to report about the columns.
        names: the columns of the frame.
        schema: the names and types of these columns and of those needed to sort and join.
    """

    def __init__(self, gathered: Gatherer) -> None:
        self._gathered = gathered
        self._contract = gathered.contract
        self.notes: Notes = Notes(misfits=_by_column(gathered.misfits), replaced=_by_column(gathered.replaced))
        self._names = root_names(gathered.sent, {name: name for name in gathered.resource.column_names})
        self._resolved_others: list[tuple[ResolvedColumns, Callable[[ColumnBatch], Chunks]]] = []
        self._inexact_fields: list[str] = []
        self._digits = {api: max(counts, key=counts.__getitem__) for api, counts in gathered.layouts.items()}
        columns: dict[str, _TableColumn] = {}
        for column in gathered.resource.columns:
            if not gathered.reader.wants(column.api):
                continue
            columns |= self._object(column) if column.kind == "object" else {column.name: self._scalar(column)}
            columns |= {each.name: _derived(each) for each in gathered.resource.derived if each.source == column.api}
        others = self._others()
        columns |= dict(sorted((self._unseen(columns | others) | others).items()))
        if self._has_leftovers():
            name = self._noted(overflow_name(None), overflow=True)
            columns[name] = _TableColumn(TEXT, lambda batches: list(map(self._leftover_texts, batches)))
        self.names: list[str] = self._contract.selected(list(columns))
        columns |= {name: self._absent(name) for name in self.names if name not in columns}
        kept = dict.fromkeys([*self.names, *(name for name in columns if name in self._contract.needed)])
        self._columns = {name: columns[name] for name in kept}
        self.schema: pa.Schema = pa.schema([(name, column.type) for name, column in self._columns.items()])
        self._note_fields()
        self.notes.keep(self.names)
        if STATUS not in self.names:
            self.notes.unknown_statuses = []  # rows are sorted by a column that the frame does not have

    def table(self, batches: Iterable[ColumnBatch]) -> pa.Table:
        """Return the rows of the batches in order; without batches, an empty table with all columns."""
        given = list(batches)
        arrays = [pa.chunked_array(column.make(given), column.type) for column in self._columns.values()]
        return pa.Table.from_arrays(arrays, schema=self.schema)

    # -- declared columns --

    def _scalar(self, column: DeclaredColumn) -> _TableColumn:
        if column.kind == "category":
            return self._category(column)
        if column.kind == "json":
            self._noted(column.name)
        pin = DECLARED_PINS.get(column.kind)
        return _declared(pin.type if pin else TIME if column.kind == "time" else TEXT, column)

    def _category(self, column: DeclaredColumn) -> _TableColumn:
        """Return a category as codes into one dictionary: the declared members, then any others by name."""
        is_status = column.api == STATUS
        declared = list(dict.fromkeys([*column.members, *(self._contract.statuses if is_status else ())]))
        unknown = sorted(self._gathered.members[column.api] - set(declared))
        if is_status:
            self.notes.unknown_statuses = unknown
        members = pa.array([*declared, *unknown], TEXT)

        def make(batches: Sequence[ColumnBatch]) -> list[pa.Array]:
            return _coded(members, (batch.declared[column.api].dictionary_decode() for batch in batches))

        return _TableColumn(_CODES, make)

    def _object(self, column: DeclaredColumn) -> dict[str, _TableColumn]:
        columns = {}
        if self._gathered.as_text:
            columns[self._noted(column.name)] = _declared(TEXT, column)
        if not self._gathered.flatten:
            return columns

        def chunks(batch: ColumnBatch) -> Chunks:
            return batch.objects.get(column.api, {})

        resolved = self._gathered.objects[column.api].resolve(self._contract.pins_of(column.name))
        for each in resolved.columns:
            # Next to its JSON text, the field needs no column for values other than objects.
            if each.path or not self._gathered.as_text:
                columns[self._nested_name(each, column.name, each.path)] = _nested(each, chunks)
            if (each.replaced or each.misfits) and not each.path and not self._gathered.as_text:
                self._inexact_fields.append(column.api)
        if resolved.overflow or (resolved.inexact and not self._gathered.as_text):
            name = self._noted(overflow_name(column.name), overflow=True)
            columns[name] = _json(lambda batch: resolved.leftovers(chunks(batch)))
            self.notes.crowded += [name] if resolved.overflow else []
        return columns

    # -- undeclared fields --

    def _others(self) -> dict[str, _TableColumn]:
        columns = {}
        for each, chunks in self._other_columns():
            api, *keys = each.path
            columns[self._nested_name(each, self._names[api], keys)] = _nested(each, chunks)
        return columns

    def _other_columns(self) -> Iterator[tuple[InferredColumn, Callable[[ColumnBatch], Chunks]]]:
        """Yield the columns of undeclared fields: typed within the budget, otherwise or in addition as JSON text."""
        gathered = self._gathered
        pins = {
            (api, *path): pin for api, name in self._names.items() for path, pin in self._contract.pins_of(name).items()
        }
        rivals = {api for api, name in self._names.items() if name in self._contract.other_names(api)[1:]}
        typed: list[tuple[ResolvedColumns, Callable[[ColumnBatch], Chunks]]] = [
            (gathered.others.resolve(pins, fields=self._names.keys() - rivals), attrgetter("others")),
            (gathered.rivals.resolve(pins, fields=rivals), attrgetter("rivals")),
        ]
        whole = gathered.others_whole.resolve()
        objects = {
            path for path in gathered.others.objects | gathered.rivals.objects if len(path) == 1 and gathered.as_text
        }
        typed_paths = {each.path for resolved, _ in typed for each in resolved.columns} - objects
        for resolved, chunks in typed:
            for each in resolved.columns:
                if each.path in typed_paths:
                    yield each, chunks
        for each in whole.columns:
            if each.path not in typed_paths:
                yield each, attrgetter("others_whole")
        self._resolved_others = [(whole, attrgetter("others_whole"))] if gathered.as_text else typed

    def _note_fields(self) -> None:
        sent = self._gathered.sent
        self.notes.fields = {self._names[api]: api for api in sorted(sent)}
        always_sent = [self._names[api] for api in sorted(sent) if sent[api] == self._gathered.rows]
        # Of a field of which only a part is loaded, it is not known whether it was null.
        self.notes.null_fields = list(filter(self._contract.has, always_sent))
        self.notes.time_digits = {snake_case(api): n for api, n in self._digits.items() if n != USUAL_DIGITS}

    # -- what no column could hold --

    def _has_leftovers(self) -> bool:
        gathered = self._gathered
        odd_times = any(gathered.layouts[api][digits] < gathered.rows for api, digits in self._digits.items())
        odd_nulls = any(gathered.sent[api] < gathered.rows for api in +gathered.sent_as_null)
        inexact = gathered.misfits or gathered.replaced or gathered.rewritten or self._inexact_fields
        others = any(each.overflow or each.inexact for each, _ in self._resolved_others)
        return bool(inexact or others or odd_times or odd_nulls)

    def _leftover_texts(self, batch: ColumnBatch) -> pa.Array:
        """Return the JSON text of the leftovers of each row; most rows have only fields that were sent as null."""
        sent, rows = self._gathered.sent, self._leftovers(batch)
        nulls = {api: batch.nulls[api] for api in sorted(batch.nulls) if sent[api] < self._gathered.rows}
        for api, numbers in nulls.items() if rows else ():
            for row in rows.keys() & set(numbers):
                rows[row][api] = None
        texts = _null_texts(nulls, batch.rows)
        return pc.coalesce(_json_texts(rows, batch.rows), texts) if rows else texts

    def _leftovers(self, batch: ColumnBatch) -> dict[int, dict[str, Any]]:
        """Return by row what no column holds, except fields that were sent as null."""
        rows = self._other_leftovers(batch)
        for api, digits in self._digits.items():
            times, sent = batch.declared[api], batch.sent_times.get(api)
            if sent is None and digits == USUAL_DIGITS:
                continue
            texts = time_texts(times) if sent is None else sent
            for row in pc.indices_nonzero(pc.invert(written_alike(times, texts, digits))).to_pylist():
                rows[row][api] = texts[row].as_py()
        for api in self._inexact_fields:
            if (chunk := batch.objects[api].get(())) is not None:
                for row, exact in chunk.exact_rows().items():
                    rows[row][api] = exact
        for row, kept in batch.exact.items():
            rows[row] |= kept
        return rows

    def _other_leftovers(self, batch: ColumnBatch) -> dict[int, dict[str, Any]]:
        rows: dict[int, dict[str, Any]] = defaultdict(dict)
        for resolved, chunks in self._resolved_others:
            for row, kept in resolved.leftovers(chunks(batch)).items():
                rows[row] |= kept
        return rows

    # -- columns that no row has --

    def _unseen(self, columns: Mapping[str, _TableColumn]) -> dict[str, _TableColumn]:
        """Return the pinned columns of other fields that no row has."""
        unseen = {name: pin for name, pin in self._contract.pinned.items() if name not in columns}
        for name, pin in unseen.items():
            self.notes.absent.append(self._noted(name) if pin.takes_objects else name)
        return {name: _empty(pin.type if pin.dtype != "category" else _CODES) for name, pin in unseen.items()}

    def _absent(self, name: str) -> _TableColumn:
        """Return a selected column that no row has; an overflow column that nothing had to go to is as it should be."""
        if split_name(name)[2]:
            self._noted(name, overflow=True)
        else:
            self.notes.absent.append(name)
        return _empty(TEXT)

    # -- names --

    def _nested_name(self, column: InferredColumn, root: str, keys: Iterable[str]) -> str:
        name = column_name(root, keys)
        if column.pin is not None and not column.is_seen:
            self.notes.absent.append(name)
        if column.misfits:
            self.notes.pinned_misfits[name] = column.misfits
        if column.replaced:
            self.notes.replaced[name] = column.replaced
        if column.is_widened:
            self.notes.whole_numbers.append(name)
        return self._noted(name, mixed=column.is_mixed) if column.is_json else name

    def _noted(self, name: str, *, mixed: bool = False, overflow: bool = False) -> str:
        """Note a column of JSON text, and return its name."""
        self.notes.json.append(name)
        if mixed:
            self.notes.mixed.append(name)
        if overflow:
            self.notes.overflow.append(name)
        return name


def _by_column(counts: Mapping[str, int]) -> dict[str, int]:
    """Return counts of declared fields by column name."""
    return {snake_case(api): count for api, count in sorted(counts.items())}


def _declared(kind: pa.DataType, column: DeclaredColumn) -> _TableColumn:
    return _TableColumn(kind, lambda batches: [batch.declared[column.api] for batch in batches])


def _derived(column: DerivedColumn) -> _TableColumn:
    return _TableColumn(TEXT, lambda batches: [derived_texts(column, batch) for batch in batches])


def _empty(kind: pa.DataType) -> _TableColumn:
    return _TableColumn(kind, lambda batches: [pa.nulls(batch.rows, kind) for batch in batches])


def _coded(members: pa.Array, texts: Iterable[pa.Array]) -> list[pa.Array]:
    """Return texts as codes of members; one array at least, for it carries the members."""
    codes = [pc.index_in(each, members) for each in texts] or [pa.array([], pa.int32())]
    return [pa.DictionaryArray.from_arrays(each, members) for each in codes]


def _category(column: InferredColumn, chunks: Callable[[ColumnBatch], Chunks]) -> _TableColumn:
    members = pa.array(column.members, TEXT)
    return _TableColumn(
        _CODES, lambda batches: _coded(members, column.arrays((chunks(batch), batch.rows) for batch in batches))
    )


def _nested(column: InferredColumn, chunks: Callable[[ColumnBatch], Chunks]) -> _TableColumn:
    if column.pin is not None and column.pin.dtype == "category":
        return _category(column, chunks)
    return _TableColumn(column.type, lambda batches: column.arrays((chunks(batch), batch.rows) for batch in batches))


def _json(objects: Callable[[ColumnBatch], dict[int, dict[str, Any]]]) -> _TableColumn:
    """Return a column of JSON text, made from objects by row."""
    return _TableColumn(TEXT, lambda batches: [_json_texts(objects(batch), batch.rows) for batch in batches])


def _json_texts(objects: dict[int, dict[str, Any]], rows: int) -> pa.Array:
    cells = (objects.get(row) for row in range(rows))
    return pa.array([None if cell is None else json_text(dict(sorted(cell.items()))) for cell in cells], TEXT)


def _null_texts(nulls: Mapping[str, Sequence[int]], rows: int) -> pa.Array:
    """Return for each row the JSON text of an object of the fields that are null in it; null if there are none."""
    nothing, empty, opened, closed = (pa.scalar(text, TEXT) for text in (None, "", "{", "}"))
    fields = []
    for api, numbers in nulls.items():
        is_null = np.zeros(rows, dtype=bool)
        is_null[numbers] = True
        text = json_text({api: None}).removeprefix("{").removesuffix("}") + ","
        fields.append(pc.if_else(is_null, pa.scalar(text, TEXT), empty))
    if not fields:
        return pa.nulls(rows, TEXT)
    inner = pc.utf8_rtrim(pc.binary_join_element_wise(*fields, empty), ",")
    return pc.if_else(pc.equal(inner, empty), nothing, pc.binary_join_element_wise(opened, inner, closed, empty))
