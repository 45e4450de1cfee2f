"""What a sync has to write, found by comparing fetched rows with stored ones; pure."""

from __future__ import annotations

from dataclasses import dataclass
from operator import eq
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from galtea_frames.api.times import TIME
from galtea_frames.mirror.rows import REMOVED_AT, SYNCED_AT, record_schema, stored_schema

if TYPE_CHECKING:
    from galtea_frames.api.resource import Resource


@dataclass(frozen=True)
class Changes:
    """Rows to write into a table.

    Attributes:
        rows: the rows to store.
        replaced: the creation times of the stored rows that they replace.
        new: how many were not stored before.
        changed: how many have other values than stored, or were marked as removed.
        removed: how many the API no longer serves.
    """

    rows: pa.Table
    replaced: pa.ChunkedArray
    new: int
    changed: int
    removed: int


def compare(resource: Resource, fetched: pa.Table, served: pa.Table, elsewhere: pa.Table, now: int) -> Changes:
    """Return the changes that make stored rows equal to fetched ones. A removed row keeps its values.

    Args:
        resource: whose rows these are.
        fetched: all rows that the API has in the compared range, with the columns of `record_schema`.
        served: all rows that are stored in that range.
        elsewhere: rows with fetched ids that are stored outside it.
        now: the time to store, in microseconds since 1970.
    """
    stored = pa.concat_tables([served, elsewhere])
    positions = pc.index_in(fetched.column("id"), stored.column("id"))
    known = pc.is_valid(positions)
    found = stored.take(positions.filter(known))
    differs = _differs(fetched.filter(known), found, record_schema(resource).names)
    new, changed = fetched.filter(pc.invert(known)), fetched.filter(known).filter(differs)
    gone = served.filter(pc.and_(pc.is_null(served.column(REMOVED_AT)), pc.invert(_among(served, fetched))))
    noted = pa.scalar(now, pa.int64()).cast(TIME)
    rows = [_noting(new, noted, None), _noting(changed, noted, None), _noting(gone, noted, noted)]
    schema = stored_schema(resource)
    return Changes(
        rows=pa.concat_tables(each.select(schema.names).cast(schema) for each in rows),
        replaced=pa.concat_tables([found.filter(differs), gone]).column("created_at"),
        new=new.num_rows,
        changed=changed.num_rows,
        removed=gone.num_rows,
    )


def _differs(fetched: pa.Table, stored: pa.Table, names: list[str]) -> pa.ChunkedArray:
    """Tell for each pair of rows whether they differ, or the stored one is marked as removed."""
    differs = pc.is_valid(stored.column(REMOVED_AT))
    for name in names:
        one, other = fetched.column(name), stored.column(name)
        differs = pc.or_(differs, pc.invert(_same_values(one, other)))
    return differs


def _same_values(one: pa.ChunkedArray, other: pa.ChunkedArray) -> pa.ChunkedArray:
    """Tell for each pair of values whether they are equal, or both null."""
    if pa.types.is_nested(one.type):  # Arrow compares no lists
        return pa.chunked_array([pa.array(map(eq, one.to_pylist(), other.to_pylist()), pa.bool_())])
    same = pc.or_kleene(pc.equal(one, other), pc.and_(pc.is_null(one), pc.is_null(other)))
    return pc.fill_null(same, fill_value=False)


def _among(rows: pa.Table, others: pa.Table) -> pa.ChunkedArray:
    return pc.is_in(rows.column("id"), others.column("id").combine_chunks())


def _noting(rows: pa.Table, synced: pa.Scalar, removed: pa.Scalar | None) -> pa.Table:
    """Return the rows with the times at which they were fetched and found to be removed."""
    kept = rows.drop_columns([name for name in (SYNCED_AT, REMOVED_AT) if name in rows.column_names])
    times = ((SYNCED_AT, synced), (REMOVED_AT, removed))
    for name, moment in times:
        kept = kept.append_column(name, pa.repeat(moment or pa.scalar(None, TIME), rows.num_rows))
    return kept
