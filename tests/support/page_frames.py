"""Builds tables and frames from pages without a server, as the loaders do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import slow_reference

from galtea_frames.api.resources import SESSIONS
from galtea_frames.decoding.contract import Contract
from galtea_frames.decoding.gatherer import Gatherer, Nested
from galtea_frames.decoding.reader import PageReader
from galtea_frames.decoding.schema import TableSchema
from galtea_frames.frames.assembly import column_attrs
from galtea_frames.frames.frame import all_times, to_frame

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import pandas as pd
    import pyarrow as pa

    from galtea_frames.api.page import Page
    from galtea_frames.api.resource import Resource
    from galtea_frames.decoding.column_batch import ColumnBatch
    from galtea_frames.decoding.notes import Notes

Record = dict[str, Any]

#: An argument of `to_frame`.
Option = Any


class TableBuilder:
    """Pages to one table, as a loader gathers and settles them."""

    def __init__(self, resource: Resource, nested: Nested = "columns", contract: Contract | None = None) -> None:
        self.gatherer = Gatherer(resource, nested, contract)
        self.batches: list[ColumnBatch] = []

    def add(self, content: bytes, skip: Collection[int] = ()) -> None:
        """Add the rows of a page, but for those numbered in `skip`."""
        self.batches.extend(self.gatherer.gather(self.gatherer.reader.read(content), skip))

    def finish(self) -> tuple[pa.Table, Notes]:
        """Return the table and its notes."""
        schema = TableSchema(self.gatherer)
        return schema.table(self.batches), schema.notes


def open_page(content: bytes) -> Page[Any]:
    """Return a page of sessions."""
    return PageReader(SESSIONS, as_text=False, as_values=True).open(content)


def build(
    pages: Sequence[bytes],
    nested: Nested = "columns",
    resource: Resource = SESSIONS,
    contract: Contract | None = None,
) -> tuple[pa.Table, Notes]:
    """Return the table of pages and its notes."""
    builder = TableBuilder(resource, nested, contract)
    for content in pages:
        builder.add(content)
    return builder.finish()


def framed(table: pa.Table, notes: Notes, resource: Resource = SESSIONS, **options: Option) -> pd.DataFrame:
    """Return the frame of a table, with what `to_records` needs in its attrs."""
    attrs = {"resource": resource.name, **column_attrs(notes, Contract(resource))}
    dates = [name for name in options.pop("parse_dates", ()) if all_times(name, [table])]
    return to_frame(table, attrs, parse_dates=dates, **options)


def frame_of(
    records: Sequence[Any], nested: Nested = "columns", resource: Resource = SESSIONS, **options: Option
) -> pd.DataFrame:
    """Return the frame of one page with these records."""
    return framed(*build([slow_reference.page(records)], nested, resource), resource, **options)


def metadata_of(*values: slow_reference.Json) -> tuple[dict[str, list[Any]], dict[str, str], Notes]:
    """Return the cells and the types of the columns that `metadata` with these values has, and the notes."""
    table, notes = build([slow_reference.page([{"metadata": value} for value in values])])
    names = [name for name in table.column_names if name.split(".")[0] == "metadata"]
    types = {name: str(table.schema.field(name).type).replace("large_string", "string") for name in names}
    return {name: table.column(name).to_pylist() for name in names}, types, notes
