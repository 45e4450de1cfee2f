"""Gathered rows as the frame, or the frames, that a caller asked for."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import pandas as pd
import pyarrow as pa

from galtea_frames.api.client import Client
from galtea_frames.api.query import build_query
from galtea_frames.decoding.gatherer import Gatherer, Nested
from galtea_frames.decoding.schema import TableSchema
from galtea_frames.errors import QueryError
from galtea_frames.frames.dates import checked_dates
from galtea_frames.frames.fingerprint import Proof
from galtea_frames.frames.frame import DtypeBackend, all_times, sorted_table, to_frame, warn_of, warn_of_absent
from galtea_frames.frames.garbage import COLLECTOR_PAUSE
from galtea_frames.frames.spool import Spool
from galtea_frames.printable import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from galtea_frames.api.query import Query
    from galtea_frames.api.resource import Resource
    from galtea_frames.decoding.gatherer import ColumnBatch
    from galtea_frames.decoding.schema import Notes


_ROWS_A_FRAME = 10_000


@dataclass(frozen=True)
class LoadOptions:
    """How a caller wants the frame.

    Attributes:
        nested: what becomes of nested fields.
        parse_dates: columns to read as times.
        dtype_backend: pandas' own dtypes, or Arrow's.
        client: asks the API; None for one that is made and closed.
        prefix: what stands before the columns' names in the caller's frame.
    """

    nested: Nested
    parse_dates: tuple[str, ...]
    dtype_backend: DtypeBackend
    client: Client | None
    prefix: str = ""


def checked(resource: Resource, arguments: Mapping[str, Any]) -> tuple[Query, LoadOptions]:
    """Return what to ask for and how to give it back; whatever is wrong with it is raised here."""
    filters = dict(arguments)
    nested = filters.pop("nested", "columns")
    backend = filters.pop("dtype_backend", "numpy_nullable")
    dates = filters.pop("parse_dates", None)
    client = filters.pop("client", None)
    for name, value, allowed in (("nested", nested, Nested), ("dtype_backend", backend, DtypeBackend)):
        if not isinstance(value, str) or value not in get_args(allowed):
            raise QueryError(f"{name} is {' or '.join(map(repr, get_args(allowed)))}, not {quoted(value)}")
    if client is not None and not isinstance(client, Client):
        raise QueryError(f"client is a galtea_frames.Client, not {type(client).__name__}")
    return build_query(resource, filters), LoadOptions(nested, checked_dates(resource, dates, nested), backend, client)


def framed(
    gatherer: Gatherer,
    batches: Iterable[ColumnBatch],
    query: Query,
    options: LoadOptions,
    attrs: Callable[[Notes], dict[str, Any]],
) -> pd.DataFrame:
    """Return gathered batches as the frame that a query asks for, warning of columns that are not plain.

    Args:
        gatherer: gathers the batches.
        batches: the rows of the result.
        query: says the order.
        options: how the frame is wanted.
        attrs: what the frame says of itself, once all batches were gathered.
    """
    with closing(Spool(on_disk=False)) as spool:
        fill(spool, batches)
        schema = resolve_schema(gatherer)
        table = pa.concat_tables(parts(spool, schema, query))
    dates = dates_of(options, schema, gatherer.rows, lambda: [table])
    said = attrs(schema.notes) | _proof([table]).attrs()
    return to_frame(table, said, dtype_backend=options.dtype_backend, parse_dates=dates)


def _proof(tables: Iterable[pa.Table]) -> Proof:
    """Return what proves later that a frame still holds the rows of these tables."""
    proof = Proof()
    for table in tables:
        prove(proof, table["id"], table["created_at"])
    return proof


def prove(proof: Proof, ids: pa.Array | pa.ChunkedArray, created: pa.Array | pa.ChunkedArray) -> None:
    """Note rows by which the frame will prove to be whole."""
    # A null as pandas has it, so that the frame's own column gives the same.
    proof.add(ids.to_pylist(), np.asarray(created.cast(pa.int64()).fill_null(pd.NaT.value), dtype=np.int64))


def fill(spool: Spool, batches: Iterable[ColumnBatch]) -> None:
    """Keep batches in a spool, with garbage collected in between."""
    with COLLECTOR_PAUSE:
        for number, batch in enumerate(batches):
            spool.append(batch)
            COLLECTOR_PAUSE.interrupt(number)


def resolve_schema(gatherer: Gatherer) -> TableSchema:
    """Return the columns, all batches having been gathered, with a warning of those that are not plain."""
    schema = TableSchema(gatherer)
    warn_of(schema.notes)
    return schema


def dates_of(
    options: LoadOptions, schema: TableSchema, rows: int, tables: Callable[[], Iterable[pa.Table]]
) -> list[str]:
    """Return the columns to read as times, with a warning of those that are not there or hold other text."""
    if rows and (absent := [name for name in options.parse_dates if name not in schema.schema.names]):
        warn_of_absent([options.prefix + name for name in absent])
    there = [name for name in options.parse_dates if name in schema.schema.names]
    return [name for name in there if all_times(name, tables(), options.prefix)]


def parts(spool: Spool, schema: TableSchema, query: Query) -> Iterator[pa.Table]:
    """Yield all rows in the order wanted, in tables of 10,000, the last one shorter; at least one table."""
    tables: Iterable[pa.Table] = spool.tables(schema)
    if query.sort:  # any order but the usual one takes all rows in memory
        tables = [sorted_table(pa.concat_tables(tables), query.sort)]
    given, held = 0, schema.table([])
    for table in tables:
        held = pa.concat_tables([held, table])
        while held.num_rows >= _ROWS_A_FRAME:
            # Copied, so that a part holds on to no memory but its own.
            yield held.slice(0, _ROWS_A_FRAME).combine_chunks()
            held = held.slice(_ROWS_A_FRAME)
            given += 1
    if held.num_rows or not given:
        yield held.combine_chunks()


def noted(notes: Notes) -> dict[str, Any]:
    """Return what a frame's attrs say of its columns."""
    return {
        "mixed_columns": notes.mixed,
        "overflow_columns": notes.overflow,
        "json_columns": notes.json,
        "fields": notes.fields,
        "null_fields": notes.null_fields,
        "whole_numbers": notes.whole_numbers,
        "time_digits": notes.time_digits,
        "replaced_text": notes.replaced,
    }
