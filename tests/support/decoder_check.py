"""Checks what the decoder makes of any bytes against the standard library's JSON reader and the slow reference.

What must hold: bytes that are no JSON list of objects are a ValueError, which the page walk turns into another attempt
and at last a ResponseError; any others become a table that agrees with `slow_reference.py` cell by cell, and records
that are what was sent. Any other exception is a finding.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any, get_args

import pyarrow as pa
import slow_reference
from page_frames import TableBuilder, build, framed, open_page

from galtea_frames.api.resources import SESSIONS
from galtea_frames.decoding.exact import unmarked
from galtea_frames.decoding.gatherer import Nested
from galtea_frames.decoding.raw_rows import split_page
from galtea_frames.frames.records import to_records

if TYPE_CHECKING:
    from galtea_frames.decoding.notes import Notes

Record = dict[str, Any]

NESTED: tuple[Nested, ...] = get_args(Nested)

#: Python's own reader of JSON gives up on longer integers and on deeper values; the package says where it does.
LONGEST_INTEGER = 4_000
DEEPEST = 500

NO_DECLARED: Record = dict.fromkeys(column.api for column in SESSIONS.columns)


class TooDeepError(Exception):
    """The page holds values that are kept as text, and that the reference cannot read."""


def check(content: bytes) -> bool:
    """Compare what the decoder makes of a page with the reference; return whether it was one.

    Raises:
        AssertionError: they differ.
    """
    try:
        rows = read(content)
    except TooDeepError:
        return _survives(content)
    if rows is None:
        _refused(content)
        return False
    for pages in ([content], _cut(rows)):
        table, notes = build(pages)
        _agrees(table, notes, rows)
        for nested in NESTED[1:]:
            _comes_back(pages, nested, rows)
    _agrees(*_read_later(content), rows)
    _opens(content, rows)
    return True


def read(content: bytes) -> list[Record] | None:
    """Return the records of a page by the standard library; None for what is none.

    Raises:
        TooDeepError: it may be one, but has values that are nested too deep.
    """
    try:
        text = content.decode("utf-8").removeprefix("\ufeff")
        rows = json.loads(text, parse_float=_number, parse_int=_integer, parse_constant=_refuse)
    except RecursionError:
        raise TooDeepError from None
    except ValueError:
        return None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return None
    if text.count("[") + text.count("{") > DEEPEST and _depth(rows) > DEEPEST:
        raise TooDeepError
    return rows


def column_of(table: pa.Table, notes: Notes, name: str) -> slow_reference.Column:
    """Return a column as the reference describes it."""
    values = table.column(name)
    kind = str(values.type).replace("large_string", "string").replace("item: ", "").replace("element: ", "")
    if pa.types.is_dictionary(values.type):
        return slow_reference.Column("category", values.cast(pa.large_string()).to_pylist())
    if pa.types.is_timestamp(values.type):
        return slow_reference.Column("time", values.cast(pa.int64()).to_pylist())
    if name in notes.json:
        cells = [None if text is None else _parse(text) for text in values.to_pylist()]
        return slow_reference.Column("json", cells, mixed=name in notes.mixed)
    return slow_reference.Column(kind, values.to_pylist())


def _agrees(table: pa.Table, notes: Notes, rows: list[Record]) -> None:
    expected = slow_reference.table(rows, SESSIONS)
    assert table.num_rows == len(rows), "rows"
    assert sorted(expected.columns) == sorted(table.column_names), "columns"
    for name, column in expected.columns.items():
        actual = column_of(table, notes, name)
        assert (column.type, column.mixed) == (actual.type, actual.mixed), f"type of {name!r}"
        assert slow_reference.tagged(column.cells) == slow_reference.tagged(actual.cells), f"cells of {name!r}"
    assert (expected.mixed, expected.overflow) == (set(notes.mixed), set(notes.overflow)), "notes"
    assert expected.replaced == notes.replaced, "replaced text"


def _read_later(content: bytes) -> tuple[pa.Table, Notes]:
    """Return the table of a page whose rows waited unread, as those do of which `limit` leaves some."""
    builder = TableBuilder(SESSIONS)
    builder.batches += builder.gatherer.gather(builder.gatherer.reader.unread(split_page(unmarked(content))))
    return builder.finish()


def _comes_back(pages: list[bytes], nested: Nested, rows: list[Record]) -> None:
    back = to_records(framed(*build(pages, nested)))
    expected = [slow_reference.plain(NO_DECLARED | row) for row in rows]
    assert expected == [slow_reference.plain(row) for row in back], f"records of {nested!r}"


def _opens(content: bytes, rows: list[Record]) -> None:
    """Check that the walk takes the page exactly when each row has an id and a time, and knows its rows."""
    ids = [row.get("id") for row in rows]
    moments = [
        slow_reference.microseconds(time) if isinstance(time := row.get("createdAt"), str) else None for row in rows
    ]
    trusted = all(isinstance(each, str) for each in ids) and None not in moments
    try:
        page = open_page(content)
    except ValueError:
        assert not trusted, "refused a page"
        return
    assert trusted, "opened a page"
    in_order = moments == sorted(moments, key=str) or page.ordered
    pairs = list(zip(moments, ids, strict=True))
    assert page.ordered == all(first <= second for first, second in pairwise(m or 0 for m in moments)), "order"
    if page.ordered:
        pairs.sort(key=lambda pair: (pair[0] or 0, str(pair[1])))
    assert [each for _, each in pairs] == list(page.ids) or not in_order, "ids"


def _refused(content: bytes) -> None:
    for nested in NESTED:
        try:
            build([content], nested)
        except ValueError:
            continue
        raise AssertionError(f"{nested}: rows from what is no page")


def _survives(content: bytes) -> bool:
    """Check that whatever the reference cannot read is rows or a ValueError, the same in each way of reading."""
    counts = set()
    for nested in NESTED:
        try:
            counts.add(build([content], nested)[0].num_rows)
        except ValueError:
            counts.add(-1)
    assert len(counts) == 1, "rows of a deep page"
    return counts != {-1}


def _cut(rows: list[Record]) -> list[bytes]:
    """Return the rows as pages of one row each, so that each meets a shape that others taught."""
    return [slow_reference.page([row]) for row in rows]


def _parse(text: str) -> slow_reference.Json:
    return json.loads(text, parse_float=_number, parse_int=_integer, parse_constant=_refuse)


def _number(text: str) -> float | slow_reference.Odd:
    value = float(text)
    return slow_reference.Odd(text) if value in (float("inf"), float("-inf")) else value


def _integer(text: str) -> int | slow_reference.Odd:
    return int(text) if len(text) <= LONGEST_INTEGER else slow_reference.Odd(text)


def _refuse(text: str) -> None:
    raise ValueError(f"{text} is no JSON")


def _depth(value: slow_reference.Json) -> int:
    """Return how deep a value is nested, level by level, without a stack."""
    level, depth = [value], 0
    while level := [each for each in level if isinstance(each, (list, dict))]:
        depth += 1
        level = [inner for each in level for inner in (each.values() if isinstance(each, dict) else each)]
    return depth
