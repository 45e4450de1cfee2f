"""The rows as the mirror stores them: a page to an Arrow table with a fixed schema, and back; pure.

The schema never depends on the data. Each declared field has a column; declared objects are JSON text exactly as sent.
`extra` is a JSON object with everything that these columns do not say: undeclared fields, and declared fields, as sent,
whose value is of another type, is not valid Unicode (the column shows U+FFFD) or is a time in an unusual format. So the
page that `to_page` returns parses like the page that was sent, and makes the same frame.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from galtea_frames.api.page import page_of, undated_page
from galtea_frames.api.resource import STATUS, snake_case
from galtea_frames.api.times import TIME, arrow_times, instant
from galtea_frames.decoding.exact import exact_value, scan_page, unmarked
from galtea_frames.decoding.gatherer import time_texts
from galtea_frames.decoding.kinds import TEXT, replaced
from galtea_frames.decoding.pins import DECLARED_PINS
from galtea_frames.decoding.raw_rows import object_text
from galtea_frames.frames.cells import plain_number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from galtea_frames.api.page import Page
    from galtea_frames.api.resource import DeclaredColumn, Resource
    from galtea_frames.decoding.pins import Pin

#: The columns beside the declared ones: the rest of the record, when it was fetched, and when it was found removed.
EXTRA, SYNCED_AT, REMOVED_AT = "extra", "synced_at", "removed_at"

#: The JSON text of each field of a row; of a repeated key, the last.
_RawRow = dict[str, bytes]

#: By row, the fields that `extra` holds.
_Extras = list[_RawRow]

#: The condition of stored rows that the API served when last asked.
PRESENT = pc.field(REMOVED_AT).is_null()

_ROWS = msgspec.json.Decoder(list[dict[str, msgspec.Raw]])
_VALUES = msgspec.json.Decoder(list[Any])
_TEXTS = msgspec.json.Decoder(list[str | None])
_ENCODER = msgspec.json.Encoder()
_NULL = b"null"
_BYTES = pa.large_binary()

#: Lists of text, as a Delta table has them.
_TEXTS_TYPE = pa.large_list(pa.field("element", TEXT))

#: Kinds of columns that are stored as the JSON text that was sent.
_AS_SENT = ("object", "json")


def record_schema(resource: Resource) -> pa.Schema:
    """Return the columns of a record: the declared ones by their names in frames, then `extra`."""
    declared = [pa.field(column.name, _type(column), nullable=column.name != "id") for column in resource.columns]
    return pa.schema([*declared, pa.field(EXTRA, TEXT)])


def _type(column: DeclaredColumn) -> pa.DataType:
    if column.kind == "time":
        return TIME
    if column.kind == "texts":
        return _TEXTS_TYPE
    pin = DECLARED_PINS.get(column.kind)
    return pin.type if pin else TEXT


def stored_schema(resource: Resource) -> pa.Schema:
    """Return the columns of a stored row: those of a record, `synced_at` and `removed_at`."""
    return pa.schema([*record_schema(resource), pa.field(SYNCED_AT, TIME), pa.field(REMOVED_AT, TIME)])


def pending_in(resource: Resource) -> pc.Expression | None:
    """Return the condition of rows that each sync fetches again, however old; None if rows of the list do not end."""
    if not resource.final_statuses:
        return None
    status = pc.field(STATUS)
    return PRESENT & (status.is_null() | ~status.isin(resource.final_statuses))


def open_stored(resource: Resource, content: bytes) -> Page[pa.Table]:
    """Return a page whose `rows` are a table of `record_schema`.

    Raises:
        ValueError: not a JSON list of objects that each have an `id` and, unless rows of this list may lack it, a
            `createdAt`.
    """
    rows = _raw_rows(content)
    table = _table(resource, rows)
    created = _texts([row.get("createdAt", _NULL) for row in rows])
    paged = page_of if resource.has_times else undated_page
    return paged(table, table.column("id").to_pylist(), created)


def stored_values(rows: pa.Table, api_name: str) -> list[Any]:
    """Return the values of a declared field of the rows of such a page."""
    values: list[Any] = rows.column(snake_case(api_name)).to_pylist()
    return values


def to_stored(resource: Resource, content: bytes) -> pa.Table:
    """Return the rows of a page as a table of `record_schema`.

    Raises:
        ValueError: not a JSON list of objects, or an `id` that no column of text can hold.
    """
    return _table(resource, _raw_rows(content))


def to_page(resource: Resource, rows: pa.Table | pa.RecordBatch) -> bytes:
    """Return the page that the rows came from; only blanks, the order of keys and nulls may differ."""
    return declared_page(resource.columns, rows)


def declared_page(columns: tuple[DeclaredColumn, ...], rows: pa.Table | pa.RecordBatch) -> bytes:
    """Return a page of some declared columns and of `extra`, whose values replace those of the columns."""
    fragments = [_fragments(each, rows.column(each.name)) for each in columns]
    # Of a repeated key the last one counts.
    texts = [
        record if extra is None else record[:-1] + (b"," if len(record) > len(b"{}") else b"") + extra.encode()[1:]
        for record, extra in zip(
            map(_ENCODER.encode, map(_row_type(columns), *fragments)), rows.column(EXTRA).to_pylist(), strict=True
        )
    ]
    return b"[" + b",".join(texts) + b"]"


def objects_page(columns: tuple[DeclaredColumn, ...], rows: pa.RecordBatch, *, with_extra: bool) -> bytes:
    """Return a page of some declared objects and, if wanted, of `extra`, whose JSON texts stay as they are stored."""
    parts: list[Any] = []
    for each in columns:
        parts += [f'{"," if parts else "{"}"{each.api}":', pc.fill_null(rows.column(each.name).cast(_BYTES), b"null")]
    if with_extra:
        extra = rows.column(EXTRA).cast(_BYTES)
        rest = pc.binary_replace_slice(extra, start=0, stop=1, replacement="," if parts else "{")
        parts += [pc.fill_null(rest, b"}" if parts else b"{}"), ","]
    else:
        parts.append("},")
    columns_of_bytes = [each if isinstance(each, pa.Array) else pa.scalar(each.encode(), _BYTES) for each in parts]
    records = pc.binary_join_element_wise(*columns_of_bytes, pa.scalar(b"", _BYTES))
    # The bytes of an array lie one after the other: this is the page, but for its brackets and the last comma.
    _, offsets, content = records.buffers()
    return b"".join((b"[", memoryview(content)[: int(np.frombuffer(offsets, np.int64)[len(records)]) - 1], b"]"))


def may_replace_declared(resource: Resource, extra: pa.Array) -> pa.Array:
    """Tell for each row whether its `extra` may hold declared fields; a nested key of such a name looks the same."""
    names = "|".join(re.escape(column.api) for column in resource.columns)
    return pc.fill_null(pc.match_substring_regex(extra, f'"(?:{names})":'), fill_value=False)


# -- page to table --


def _raw_rows(content: bytes) -> list[_RawRow]:
    content = unmarked(content)
    content.decode("utf-8")  # msgspec does not check the text of raw values
    try:
        return [{name: bytes(raw) for name, raw in row.items()} for row in _ROWS.decode(content)]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return [{name: text.encode() for name, text in row.items()} for row in scan_page(content)]


def _table(resource: Resource, rows: list[_RawRow]) -> pa.Table:
    declared = {column.api for column in resource.columns}
    extras: _Extras = [{name: raw for name, raw in row.items() if name not in declared} for row in rows]
    columns = [_column(column, rows, extras) for column in resource.columns]
    schema = record_schema(resource)
    # Rows are identified by this column, so it must hold each id exactly.
    if columns[schema.get_field_index("id")].null_count or any("id" in each for each in extras):
        raise ValueError("a row has an id that is no text")
    return pa.table([*columns, pa.array(map(_extra, extras), TEXT)], schema=schema)


def _column(column: DeclaredColumn, rows: list[_RawRow], extras: _Extras) -> pa.Array:
    """Return the values of a column; those that it cannot hold exactly are added to the extras."""
    raws = [row.get(column.api, _NULL) for row in rows]
    if column.kind in _AS_SENT:
        return pa.array([None if raw == _NULL else raw.decode() for raw in raws], TEXT)
    if (pin := DECLARED_PINS.get(column.kind)) is not None:
        return _pinned(column, pin, raws, extras)
    texts, odd = _replaced(_texts(raws))
    odd += [row for row, sent in enumerate(texts.is_valid().to_pylist()) if not sent and raws[row] != _NULL]
    values = texts
    if column.kind == "time":
        values = _times(texts)
        as_usual = pc.fill_null(pc.equal(time_texts(values), texts), fill_value=False)
        odd += pc.indices_nonzero(pc.and_(pc.is_valid(texts), pc.invert(as_usual))).to_pylist()
    for row in odd:
        extras[row][column.api] = raws[row]
    return values


def _pinned(column: DeclaredColumn, pin: Pin, raws: Sequence[bytes], extras: _Extras) -> pa.Array:
    """Return numbers, truth values or lists of text; those that are not sent as such are added to the extras too."""
    sent = _values(raws)
    taken = pin.take(sent, set(map(type, sent)) - {type(None)})
    if not taken.is_plain:
        for row, (value, held) in enumerate(zip(sent, taken.values.to_pylist(), strict=True)):
            if value != held:
                extras[row][column.api] = raws[row]
    return taken.values.cast(_type(column))


def _values(raws: Sequence[bytes]) -> list[Any]:
    try:
        return _VALUES.decode(b"[" + b",".join(raws) + b"]")
    except (msgspec.DecodeError, RecursionError):
        return [exact_value(raw.decode()) for raw in raws]


def _texts(raws: Sequence[bytes]) -> list[str | None]:
    """Return the values that are text; None for the others."""
    try:
        return _TEXTS.decode(b"[" + b",".join(raws) + b"]")
    except msgspec.DecodeError:  # another type, or a lone surrogate
        values = [exact_value(raw.decode()) for raw in raws]
        return [value if isinstance(value, str) else None for value in values]


def _replaced(texts: list[str | None]) -> tuple[pa.Array, list[int]]:
    """Return texts as a column, and the rows whose text it cannot hold exactly."""
    try:
        return pa.array(texts, TEXT), []
    except UnicodeEncodeError:
        stored = replaced(texts)
    return pa.array(stored, TEXT), [row for row, text in enumerate(texts) if text != stored[row]]


def _times(texts: pa.Array) -> pa.Array:
    """Return texts as times; null for text that is not a time."""
    if (times := arrow_times(texts)) is not None:
        return times
    return pa.array(map(_moment, texts.to_pylist()), pa.int64()).cast(TIME)


def _moment(text: str | None) -> int | None:
    try:
        return None if text is None else instant(text)
    except ValueError:
        return None


def _extra(fields: _RawRow) -> str | None:
    return object_text({name: raw.decode() for name, raw in fields.items()}) if fields else None


# -- table to page --


@cache
def _row_type(columns: tuple[DeclaredColumn, ...]) -> type[msgspec.Struct]:
    renamed = {f"f{number}": column.api for number, column in enumerate(columns)}
    fields = [(name, Any, None) for name in renamed]
    return msgspec.defstruct("Row", fields, rename=renamed, omit_defaults=True, gc=False)


def _fragments(column: DeclaredColumn, values: pa.ChunkedArray) -> list[Any]:
    """Return the values of a column for the encoder: text, or raw JSON for objects."""
    if column.kind in _AS_SENT:
        return [None if text is None else msgspec.Raw(text.encode()) for text in values.to_pylist()]
    if column.kind in DECLARED_PINS:
        plain: list[Any] = list(map(plain_number, values.to_pylist()))
        return plain
    texts: list[str | None] = (time_texts(values) if column.kind == "time" else values).to_pylist()
    return texts
