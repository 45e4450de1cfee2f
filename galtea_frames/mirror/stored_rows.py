"""Stored rows, parsed like those of a page: declared columns stay Arrow arrays, and only their objects are parsed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from galtea_frames.decoding.kinds import TEXT
from galtea_frames.decoding.pins import DECLARED_PINS
from galtea_frames.decoding.reader import PageReader, ParsedBatch
from galtea_frames.mirror.rows import EXTRA, declared_page, may_replace_declared, objects_page

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from galtea_frames.api.resource import DeclaredColumn, Resource

#: Bytes of stored rows that are parsed together, about.
_PART = 4_000_000


class StoredReader:
    """Reads the stored rows of one list.

    Args:
        resource: the list.
        reader: what is wanted; parses the rows that columns cannot say exactly.
    """

    def __init__(self, resource: Resource, reader: PageReader) -> None:
        self.resource = resource
        self.reader = reader
        #: The declared columns that are wanted; no other ones need to be there.
        self.declared: tuple[DeclaredColumn, ...] = tuple(each for each in resource.columns if reader.wants(each.api))
        objects = tuple(each for each in self.declared if each.kind == "object")
        #: The columns that are taken as they are, and those that are parsed.
        self.taken: tuple[DeclaredColumn, ...] = tuple(
            each for each in self.declared if each not in objects or each.api in reader.texts
        )
        self.parsed: tuple[DeclaredColumn, ...] = objects if reader.as_values else ()
        left_out = {each.api for each in resource.columns} - {each.api for each in self.parsed}
        named = {name: each for name, each in reader.wanted.named.items() if name not in left_out}
        self.objects: PageReader = PageReader(
            replace(resource, columns=self.parsed),
            as_text=reader.as_text,
            as_values=reader.as_values,
            wanted=replace(reader.wanted, named=named),
        )

    def rows(self, stored: pa.RecordBatch) -> StoredRows:
        """Return stored rows that can be parsed."""
        return StoredRows(self, _with_our_types(stored))


@dataclass(frozen=True)
class StoredRows:
    """Stored rows of one list.

    Attributes:
        reader: their reader.
        stored: the rows.
    """

    reader: StoredReader
    stored: pa.RecordBatch

    def batches(self, skip: Collection[int]) -> Iterator[ParsedBatch]:
        """Yield the rows except those numbered in `skip`; those that columns cannot say exactly come last."""
        reader, rows = self.reader, self.stored
        if skip:
            rows = rows.take(np.setdiff1d(np.arange(rows.num_rows), list(skip)))
        inexact = may_replace_declared(reader.resource, rows.column(EXTRA))
        exact = rows.filter(pc.invert(inexact)) if pc.any(inexact).as_py() else rows
        for part in _parts(exact):
            yield from self._columnar(part)
        for part in _parts(rows.filter(inexact)) if exact is not rows else ():
            yield from reader.reader.read(declared_page(reader.declared, part)).batches(())

    def _columnar(self, rows: pa.RecordBatch) -> Iterator[ParsedBatch]:
        """Yield rows of which the columns say all declared fields exactly."""
        reader = self.reader
        arrays = {each.api: rows.column(each.name) for each in reader.taken}
        has_others = reader.reader.wanted.rest and rows.column(EXTRA).null_count < rows.num_rows
        if not reader.parsed and not has_others:
            yield ParsedBatch(rows.num_rows, {}, {}, arrays=arrays)
            return
        start = 0
        for parsed in reader.objects.read(objects_page(reader.parsed, rows, with_extra=has_others)).batches(()):
            part = {name: array.slice(start, parsed.rows) for name, array in arrays.items()}
            yield replace(parsed, texts={}, arrays=part)
            start += parsed.rows
        if start != rows.num_rows:
            raise ValueError("a stored object is not JSON")


def _with_our_types(rows: pa.RecordBatch) -> pa.RecordBatch:
    """Return rows with the types of our columns: what a file gives depends on the release of Arrow."""
    arrays = [each.cast(_our_type(each.type)) for each in rows.columns]
    return pa.RecordBatch.from_arrays(arrays, names=rows.schema.names)


def _our_type(stored: pa.DataType) -> pa.DataType:
    if pa.types.is_nested(stored):
        return DECLARED_PINS["texts"].type
    return TEXT if pa.types.is_string(stored) else stored


def _parts(rows: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """Yield rows in parts of a few megabytes, which become one page each."""
    size = max(1, rows.num_rows * _PART // max(1, rows.nbytes))
    yield from (rows.slice(start, size) for start in range(0, rows.num_rows, size))
