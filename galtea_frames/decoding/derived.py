"""Derived columns: text out of a field that the API sends as text or as an object; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from galtea_frames.decoding.exact import parted_value
from galtea_frames.decoding.kinds import TEXT, replaced
from galtea_frames.decoding.wanted import Wanted

if TYPE_CHECKING:
    from galtea_frames.api.resource import DerivedColumn
    from galtea_frames.decoding.column_batch import ColumnBatch
    from galtea_frames.decoding.inferred import Chunk


def source_of(column: DerivedColumn) -> Wanted:
    """Return what a derived column needs of the values of its field."""
    return Wanted(own=True, rest=False, named={column.key: Wanted(rest=False)})


def derived_texts(column: DerivedColumn, batch: ColumnBatch) -> pa.Array:
    """Return the text of each row: the field itself if it is text, else the text of its key, else null."""
    if (sent := batch.declared.get(column.source)) is not None:
        return pa.array([_text(column.key, text) for text in sent.to_pylist()], TEXT)
    chunks = batch.objects.get(column.source, {})
    own, below = (_texts(chunks.get(path), batch.rows) for path in ((), (column.key,)))
    return pc.coalesce(own, below)


def _text(key: str, sent: str | None) -> str | None:
    """Return the text in the JSON text of a field."""
    value: Any = None if sent is None else parted_value(sent, 1)
    found = value.get(key) if isinstance(value, dict) else value
    return replaced(found) if isinstance(found, str) else None


def _texts(chunk: Chunk | None, rows: int) -> pa.Array:
    """Return the values of a chunk that are text, one per row."""
    if chunk is None or chunk.values.type != TEXT:
        return pa.nulls(rows, TEXT)
    values = chunk.values
    if "string" not in chunk.kinds:
        values = pa.nulls(len(values), TEXT)
    elif chunk.kinds != {"string"}:  # next to values of other kinds, text is JSON text
        values = pa.array([_text("", text) for text in values.to_pylist()], TEXT)
    if chunk.rows is None:
        return values
    spread: list[str | None] = [None] * rows
    for row, value in zip(chunk.rows, values.to_pylist(), strict=True):
        spread[row] = value
    return pa.array(spread, TEXT)
