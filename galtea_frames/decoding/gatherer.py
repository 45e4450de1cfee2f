"""Parsed rows to narrow Arrow arrays, batch by batch, recording what the columns of all rows will have to hold."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
import pyarrow.compute as pc

from galtea_frames.api.times import LAYOUTS, TIME, USUAL_DIGITS, arrow_times, instant
from galtea_frames.decoding.column_batch import ColumnBatch
from galtea_frames.decoding.contract import Contract
from galtea_frames.decoding.kinds import TEXT, replaced, text_array
from galtea_frames.decoding.misfits import refuse_misfits
from galtea_frames.decoding.pins import DECLARED_PINS
from galtea_frames.decoding.reader import PageReader
from galtea_frames.decoding.shapes import ABSENT
from galtea_frames.decoding.survey import Survey

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from galtea_frames.api.resource import DeclaredColumn, Resource
    from galtea_frames.decoding.pins import Pin
    from galtea_frames.decoding.reader import BatchedRows, ParsedBatch
    from galtea_frames.decoding.wanted import Path

Nested = Literal["columns", "json", "both"]


class Gatherer:
    """Gathers the pages of one resource.

    Args:
        resource: the resource.
        nested: whether nested fields become typed columns, JSON text, or both.
        contract: which columns are wanted, and with which dtypes; by default all of them, with inferred ones.

    Attributes:
        reader: parses the pages.
        rows: the number of rows gathered.
        objects: by API name, what is known of the values in declared objects.
        others: what is known of the values of undeclared fields.
        rivals: the same of fields of which something else is wanted if another field has their usual name.
        others_whole: what is known of the values of undeclared fields, with objects as JSON text.
        sent: by API name, the number of rows that have an undeclared field.
        sent_as_null: by API name, the number of those in which it is null.
        members: by API name, the members of categories seen.
        misfits: by API name, the number of values of declared fields that have another type.
        replaced: by API name, the number of texts of declared fields with U+FFFD in place of lone surrogates.
        rewritten: by API name, the number of values of declared fields that their column holds in another form.
        layouts: by API name and digits, the number of times written with that many digits after the second.
    """

    def __init__(self, resource: Resource, nested: Nested = "columns", contract: Contract | None = None) -> None:
        self.resource = resource
        self.contract: Contract = contract or Contract(resource)
        self.flatten: bool = nested != "json"
        self.as_text: bool = nested != "columns"
        self.reader: PageReader = PageReader(
            resource, as_text=self.as_text, as_values=self.flatten, wanted=self.contract.record
        )
        self._declared = {column.api: column for column in resource.columns}
        self.rows: int = 0
        self.objects: dict[str, Survey] = {each.api: Survey() for each in resource.columns if each.kind == "object"}
        self.others: Survey = Survey()
        self.rivals: Survey = Survey()
        self.others_whole: Survey = Survey(flatten=False)
        self.sent: Counter[str] = Counter()
        self.sent_as_null: Counter[str] = Counter()
        self.members: dict[str, set[str]] = defaultdict(set)
        self.misfits: Counter[str] = Counter()
        self.replaced: Counter[str] = Counter()
        self.rewritten: Counter[str] = Counter()
        self.layouts: dict[str, Counter[int]] = defaultdict(Counter)

    def gather(self, rows: BatchedRows, skip: Collection[int] = ()) -> Iterator[ColumnBatch]:
        """Yield the rows of a page except those numbered in `skip`: in one batch, unless the page is large."""
        return (self.gather_batch(parsed) for parsed in rows.batches(skip) if parsed.rows)

    def gather_batch(self, parsed: ParsedBatch) -> ColumnBatch:
        """Return parsed rows as a column batch."""
        batch = ColumnBatch(parsed.rows)
        self.rows += parsed.rows
        for api, texts in parsed.texts.items():
            batch.declared[api] = pa.array(texts, TEXT)
        for api, array in parsed.arrays.items():
            self._gather_array(self._declared[api], array, batch)
        for api, values in parsed.fields.items():
            self._gather_field(api, values, batch)
        for path, values in parsed.leaves.items():
            self._gather_objects(path[0], path[1:], values, batch)
        for path, (numbers, values) in parsed.strays.items():
            self._gather_stray(path, numbers, values, batch)
        if self.contract.raises:
            refuse_misfits(self.contract, batch)
        return batch

    def _gather_field(self, api: str, values: Sequence[Any], batch: ColumnBatch) -> None:
        column = self._declared.get(api)
        if column is None:
            self._gather_other(api, values, batch)
        elif column.kind == "object":
            self._gather_objects(api, (), values, batch)
        else:
            self.gather_declared(column, values, batch)

    def gather_declared(self, column: DeclaredColumn, values: Sequence[Any], batch: ColumnBatch) -> None:
        """Add the values of a declared field, other than an object, to a batch."""
        if (pin := DECLARED_PINS.get(column.kind)) is not None:
            batch.declared[column.api] = self._pinned(column, pin, values, batch)
            return
        texts = self._texts(column, values, batch)
        if column.kind == "time":
            self._gather_times(column, self._times(column, texts, batch), texts, batch)
        else:
            self._gather_array(column, texts, batch)

    def _gather_array(self, column: DeclaredColumn, array: pa.Array, batch: ColumnBatch) -> None:
        """Add a declared field to a batch: text, or times that were sent in milliseconds."""
        if column.kind == "time" and self.as_text:
            counts = dict.fromkeys(LAYOUTS, array.null_count) | {USUAL_DIGITS: len(array)}
            self.layouts[column.api].update(counts)
        if column.kind == "category":
            array = array.dictionary_encode()
            self.members[column.api].update(array.dictionary.to_pylist())
        batch.declared[column.api] = array

    def _gather_times(self, column: DeclaredColumn, times: pa.Array, texts: pa.Array, batch: ColumnBatch) -> None:
        batch.declared[column.api] = times
        if self.as_text:
            batch.sent_times[column.api] = texts
            counts = {digits: pc.sum(written_alike(times, texts, digits)).as_py() or 0 for digits in LAYOUTS}
            self.layouts[column.api].update(counts)

    def _texts(self, column: DeclaredColumn, values: Sequence[Any], batch: ColumnBatch) -> pa.Array:
        texts = text_array(values)
        if texts is None:
            texts = pa.array([self._text(column, row, value, batch) for row, value in enumerate(values)], TEXT)
        return texts

    def _text(self, column: DeclaredColumn, row: int, value: object, batch: ColumnBatch) -> str | None:
        if value is None or value is ABSENT:
            return None
        text: str | None = replaced(value) if isinstance(value, str) else None
        if text == value:
            return text
        if text is None or column.kind == "time":
            self._keep_misfit(column, row, value, batch)
            return None
        batch.exact[row][column.api] = value
        self.replaced[column.api] += 1
        return text

    def _pinned(self, column: DeclaredColumn, pin: Pin, values: Sequence[Any], batch: ColumnBatch) -> pa.Array:
        """Return numbers, truth values or lists of text."""
        sent = [None if value is ABSENT else value for value in values]
        types = set(map(type, sent)) - {type(None)}
        taken = pin.take(sent, types)
        if not taken.is_plain:
            for row in taken.misfits:
                self._keep_misfit(column, row, sent[row], batch)
            self.replaced += Counter({column.api: len(taken.replaced)})
            for row, (value, held) in enumerate(zip(sent, taken.values.to_pylist(), strict=True)):
                if value != held:
                    batch.exact[row][column.api] = value
                    self.rewritten[column.api] += 1
        return taken.values

    def _keep_misfit(self, column: DeclaredColumn, row: int, value: object, batch: ColumnBatch) -> None:
        batch.exact[row][column.api] = value
        batch.misfits.append((row, column.api))
        self.misfits[column.api] += 1

    def _times(self, column: DeclaredColumn, texts: pa.Array, batch: ColumnBatch) -> pa.Array:
        if (times := arrow_times(texts)) is not None:
            return times
        moments = [self._moment(column, row, text, batch) for row, text in enumerate(texts.to_pylist())]
        return pa.array(moments, pa.int64()).cast(TIME)

    def _moment(self, column: DeclaredColumn, row: int, text: str | None, batch: ColumnBatch) -> int | None:
        try:
            return None if text is None else instant(text)
        except ValueError:
            self._keep_misfit(column, row, text, batch)
            return None

    def _gather_stray(self, path: Path, rows: Sequence[int], values: Sequence[Any], batch: ColumnBatch) -> None:
        api, *keys = path
        if api in self.objects:
            self._gather_objects(api, tuple(keys), values, batch, rows)
        elif keys:
            self._gather_others(path, values, batch, rows)
        else:
            self._gather_other(api, values, batch, rows)

    def _gather_objects(
        self, api: str, path: Path, values: Sequence[Any], batch: ColumnBatch, rows: Sequence[int] | None = None
    ) -> None:
        if wanted := self.contract.record.at((api, *path)):
            self.objects[api].gather(values, batch.objects.setdefault(api, {}), path, rows, wanted)

    def _gather_others(self, path: Path, values: Sequence[Any], batch: ColumnBatch, rows: Sequence[int] | None) -> None:
        kept = ((self.others, batch.others), (self.rivals, batch.rivals))
        for name, (survey, chunks) in zip(self.contract.other_names(path[0]), kept, strict=False):
            of_field = self.contract.other(name)
            if of_field and (wanted := of_field.at(path[1:])):
                survey.gather(values, chunks, path, rows, wanted)

    def _gather_other(
        self, api: str, values: Sequence[Any], batch: ColumnBatch, rows: Sequence[int] | None = None
    ) -> None:
        sent = len(values) - values.count(ABSENT)
        if not sent:  # a field of other pages, or of a skipped row
            return
        self.sent[api] += sent
        if self.flatten:
            self._gather_others((api,), values, batch, rows)
        if self.as_text and any(map(self.contract.other, self.contract.other_names(api))):
            self.others_whole.gather(values, batch.others_whole, (api,), rows)
            numbered = zip(range(len(values)) if rows is None else rows, values, strict=True)
            batch.nulls[api] = [row for row, value in numbered if value is None]
            self.sent_as_null[api] += len(batch.nulls[api])


def declared_arrays(resource: Resource, fields: Mapping[str, Sequence[Any]]) -> dict[str, pa.Array]:
    """Return the values of declared fields by column, as in a frame but with statuses as text."""
    gatherer, batch = Gatherer(resource), ColumnBatch(0)
    columns = [column for column in resource.columns if column.api in fields]
    for column in columns:
        gatherer.gather_declared(column, fields[column.api], batch)
    arrays = {column.name: batch.declared[column.api] for column in columns}
    return {
        name: array.dictionary_decode() if pa.types.is_dictionary(array.type) else array
        for name, array in arrays.items()
    }


def written_alike(times: pa.Array, sent: pa.Array, digits: int) -> pa.Array:
    """Tell for each time whether it was sent with this many digits after the second and a `Z`; true for nulls."""
    written = time_texts(times, digits)
    return pc.or_kleene(pc.is_null(sent), pc.fill_null(pc.equal(written, sent), fill_value=False))


def time_texts(times: pa.Array | pa.ChunkedArray, digits: int = USUAL_DIGITS) -> pa.Array | pa.ChunkedArray:
    """Return times as the API writes them: with this many digits after the second and a `Z`."""
    return pc.strftime(times.cast(pa.timestamp(LAYOUTS[digits][1]), safe=False), "%Y-%m-%dT%H:%M:%SZ").cast(TEXT)
