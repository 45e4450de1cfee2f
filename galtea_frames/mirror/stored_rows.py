"""Stored rows, parsed like those of a page: declared columns stay Arrow arrays, and only their objects are parsed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from galtea_frames.decoding.reader import ParsedBatch
from galtea_frames.mirror.rows import EXTRA, declared_page, may_replace_declared, objects_page

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    import pyarrow as pa

    from galtea_frames.api.resource import DeclaredColumn, Resource
    from galtea_frames.decoding.reader import PageReader

#: Bytes of stored rows that are parsed together, about.
_PART = 4_000_000


@dataclass(frozen=True)
class StoredRows:
    """Stored rows of one list.

    Attributes:
        resource: the list.
        reader: parses their JSON text.
        stored: the rows, with at least the columns that the reader wants, and `extra`.
    """

    resource: Resource
    reader: PageReader
    stored: pa.RecordBatch

    def batches(self, skip: Collection[int]) -> Iterator[ParsedBatch]:
        """Yield the rows except those numbered in `skip`; those that columns cannot say exactly come last."""
        rows = self.stored
        if skip:
            rows = rows.take(np.setdiff1d(np.arange(rows.num_rows), list(skip)))
        inexact = may_replace_declared(self.resource, rows.column(EXTRA))
        for part in _parts(rows.filter(pc.invert(inexact))):
            yield from self._columnar(part)
        for part in _parts(rows.filter(inexact)):
            yield from self.reader.read(declared_page(self._declared, part)).batches(())

    @property
    def _declared(self) -> tuple[DeclaredColumn, ...]:
        """The declared columns that are wanted; no other ones need to be there."""
        return tuple(each for each in self.resource.columns if self.reader.wants(each.api))

    def _columnar(self, rows: pa.RecordBatch) -> Iterator[ParsedBatch]:
        """Yield rows of which the columns say all declared fields exactly."""
        declared = self._declared
        objects = tuple(each for each in declared if each.kind == "object")
        arrays = {
            each.api: rows.column(each.name)
            for each in declared
            if each not in objects or each.api in self.reader.texts
        }
        parsed_columns = objects if self.reader.as_values else ()
        has_others = self.reader.wanted.rest and rows.column(EXTRA).null_count < rows.num_rows
        if not parsed_columns and not has_others:
            yield ParsedBatch(rows.num_rows, {}, {}, arrays=arrays)
            return
        left_out = {each.api for each in self.resource.columns} - {each.api for each in parsed_columns}
        start = 0
        for parsed in self.reader.read(objects_page(parsed_columns, rows, with_extra=has_others)).batches(()):
            fields = {name: values for name, values in parsed.fields.items() if name not in left_out}
            part = {name: array.slice(start, parsed.rows) for name, array in arrays.items()}
            yield replace(parsed, fields=fields, texts={}, arrays=part)
            start += parsed.rows
        if start != rows.num_rows:
            raise ValueError("a stored object is not JSON")


def _parts(rows: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """Yield rows in parts of a few megabytes, which become one page each."""
    size = max(1, rows.num_rows * _PART // max(1, rows.nbytes))
    yield from (rows.slice(start, size) for start in range(0, rows.num_rows, size))
