"""Assembly: column batches to one frame, or to frames of 10,000 rows."""

from __future__ import annotations

from contextlib import closing
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from galtea_frames.decoding.schema import TableSchema
from galtea_frames.frames.column_warnings import warn_about_absent_dates, warn_about_columns
from galtea_frames.frames.fingerprint import Proof
from galtea_frames.frames.frame import all_times, sorted_table, to_frame
from galtea_frames.frames.gc_pause import GC_PAUSE
from galtea_frames.frames.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from galtea_frames.api.query import Query
    from galtea_frames.decoding.column_batch import ColumnBatch
    from galtea_frames.decoding.contract import Contract
    from galtea_frames.decoding.gatherer import Gatherer
    from galtea_frames.decoding.notes import Notes
    from galtea_frames.frames.options import LoadOptions


_ROWS_A_FRAME = 10_000


def build_frame(
    gatherer: Gatherer,
    batches: Iterable[ColumnBatch],
    query: Query,
    options: LoadOptions,
    attrs: Callable[[Notes], dict[str, Any]],
) -> pd.DataFrame:
    """Return column batches as one frame, and warn about irregular columns.

    Args:
        gatherer: produces the batches.
        batches: the rows of the result.
        query: defines the order of the rows.
        options: how to build the frame.
        attrs: returns the frame's attrs; called after the last batch.
    """
    with closing(Spool(on_disk=False)) as spool:
        fill_spool(spool, batches)
        schema = resolve_schema(gatherer, options.prefix)
        table = _in_order(spool, schema, query)
    dates = resolve_dates(options, schema, gatherer.rows, lambda: [table])
    proof = Proof()
    add_to_proof(proof, table["id"], table["created_at"])
    all_attrs = attrs(schema.notes) | proof.attrs()
    return to_frame(table.select(schema.names), all_attrs, dtype_backend=options.dtype_backend, parse_dates=dates)


def build_frames(
    gatherer: Gatherer,
    batches: Iterable[ColumnBatch],
    query: Query,
    options: LoadOptions,
    attrs: Callable[[Notes], dict[str, Any]],
) -> Iterator[pd.DataFrame]:
    """Yield column batches as frames of 10,000 rows; batches wait on disk until the last one decides the columns.

    Args:
        gatherer: produces the batches.
        batches: the rows of the result.
        query: defines the order of the rows.
        options: how to build the frames.
        attrs: returns the attrs of each frame; called after the last batch.
    """
    with closing(Spool(on_disk=True)) as spool:
        proof = Proof()
        fill_spool(spool, _recorded(batches, proof))
        schema = resolve_schema(gatherer, options.prefix)
        all_attrs = attrs(schema.notes) | proof.attrs()
        dates = resolve_dates(options, schema, gatherer.rows, lambda: spool.tables(schema))
        start = 0
        for table in frame_tables(spool, schema, query):
            frame = to_frame(
                table.select(schema.names), deepcopy(all_attrs), dtype_backend=options.dtype_backend, parse_dates=dates
            )
            frame.index = pd.RangeIndex(start, start + len(frame))
            start += len(frame)
            yield frame


def _recorded(batches: Iterable[ColumnBatch], proof: Proof) -> Iterator[ColumnBatch]:
    """Yield the batches, adding their rows to the proof."""
    for batch in batches:
        add_to_proof(proof, batch.declared["id"], batch.declared["createdAt"])
        yield batch


def add_to_proof(proof: Proof, ids: pa.Array | pa.ChunkedArray, created: pa.Array | pa.ChunkedArray) -> None:
    """Add rows to the proof that a frame is complete."""
    # Nulls as pandas encodes them, so that the frame's own column gives the same proof.
    proof.add(ids, np.asarray(created.cast(pa.int64()).fill_null(pd.NaT.value), dtype=np.int64))


def fill_spool(spool: Spool, batches: Iterable[ColumnBatch]) -> None:
    """Append batches to a spool, with the garbage collector paused."""
    with GC_PAUSE:
        for number, batch in enumerate(batches):
            spool.append(batch)
            GC_PAUSE.collect_young(number)


def resolve_schema(gatherer: Gatherer, prefix: str = "") -> TableSchema:
    """Return the schema of all gathered batches, and warn about irregular columns."""
    schema = TableSchema(gatherer)
    warn_about_columns(schema.notes, gatherer.contract, gatherer.rows, prefix)
    return schema


def resolve_dates(
    options: LoadOptions, schema: TableSchema, rows: int, tables: Callable[[], Iterable[pa.Table]]
) -> list[str]:
    """Return the columns to parse as times, and warn about those that are absent or hold other text."""
    if rows and (absent := [name for name in options.parse_dates if name not in schema.schema.names]):
        warn_about_absent_dates([options.prefix + name for name in absent])
    present = [name for name in options.parse_dates if name in schema.schema.names]
    return [name for name in present if all_times(name, tables(), options.prefix)]


def _in_order(spool: Spool, schema: TableSchema, query: Query) -> pa.Table:
    """Return all rows in the query's order."""
    table = pa.concat_tables(spool.tables(schema))
    return sorted_table(table, query.sort) if query.sort else table


def frame_tables(spool: Spool, schema: TableSchema, query: Query) -> Iterator[pa.Table]:
    """Yield all rows in the query's order, in tables of 10,000 rows; the last may be shorter. At least one table."""
    # Any order but the default one needs all rows in memory.
    tables: Iterable[pa.Table] = [_in_order(spool, schema, query)] if query.sort else spool.tables(schema)
    given, held = 0, schema.table([])
    for table in tables:
        held = pa.concat_tables([held, table])
        while held.num_rows >= _ROWS_A_FRAME:
            # Copied, so that a frame keeps no other frame's memory alive.
            yield held.slice(0, _ROWS_A_FRAME).combine_chunks()
            held = held.slice(_ROWS_A_FRAME)
            given += 1
    if held.num_rows or not given:
        yield held.combine_chunks()


def column_attrs(notes: Notes, contract: Contract) -> dict[str, Any]:
    """Return the attrs that describe a frame's columns."""
    return {
        "columns": None if contract.names is None else list(contract.names),
        "dtype": dict(contract.dtypes),
        "absent_columns": notes.absent,
        "misfits": notes.misfits | notes.pinned_misfits,
        "mixed_columns": notes.mixed,
        "overflow_columns": notes.overflow,
        "json_columns": notes.json,
        "fields": notes.fields,
        "null_fields": notes.null_fields,
        "whole_numbers": notes.whole_numbers,
        "time_digits": notes.time_digits,
        "replaced_text": notes.replaced,
    }
