"""Rows as a mirror stores them, JSON text, and what is read back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pytest
import slow_reference
from effort import times
from hypothesis import example, given, settings
from hypothesis import strategies as st
from page_frames import build, framed
from random_pages import BATCHES, NESTED, records

from galtea_frames.api.resources import EVALUATIONS, SESSIONS, VERSIONS
from galtea_frames.mirror.rows import open_stored, record_schema, stored_schema, to_page, to_stored

if TYPE_CHECKING:
    from galtea_frames.api.resource import Resource
    from galtea_frames.decoding.gatherer import Nested

Record = dict[str, Any]

CREATED = "2026-03-01T10:00:00.000Z"


def stored(*records: Record, resource: Resource = SESSIONS) -> list[Record]:
    """Return the stored rows of records, without the columns that are null."""
    rows = [{"id": f"row_{number}", "createdAt": CREATED} | record for number, record in enumerate(records)]
    table = to_stored(resource, slow_reference.page(rows))
    kept = [{name: value for name, value in row.items() if value is not None} for row in table.to_pylist()]
    return [{name: row[name] for name in row.keys() - {"id", "created_at"}} for row in kept]


def test_numbers_that_no_double_holds_are_kept_as_sent() -> None:
    """They are null in their column, and stay in `extra`."""
    (row,) = stored({"score": slow_reference.Odd("1e400"), "humanScore": 0.5}, resource=EVALUATIONS)
    assert {"human_score": 0.5, "extra": '{"score":1e400}'} == row


def again(content: bytes, resource: Resource = SESSIONS) -> bytes:
    """Return a page that was stored and given back."""
    return to_page(resource, to_stored(resource, content))


def same_frames(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Compare columns, dtypes, cells and attrs."""
    pd.testing.assert_frame_equal(one, other)
    assert one.attrs == other.attrs


def with_ids(rows: list[Record]) -> list[Record]:
    """Return records that a mirror can hold: each with an id of its own."""
    return [row | {"id": f"row_{number}"} for number, row in enumerate(rows)]


@pytest.mark.uncounted
@settings(max_examples=times(150))
@given(BATCHES, st.sampled_from(NESTED), st.booleans())
@example(
    [{"context": "bare"}, {"context": {}}, {"metadata": None}, {"metadata": slow_reference.Odd("1e999")}], "both", False
)
@example([{"facts": None}, {}, {"facts": {"a": "\ud800"}}], "json", True)
@example([{"metadata": {"a": [slow_reference.Odd("1e400")]}, "customId": 5, "status": "\ud800"}], "columns", False)
@example([{"createdAt": "2026-03-01T10:00:00.123456789Z", "deletedAt": "nonsense"}], "both", False)
def test_a_stored_page_makes_the_frame_of_the_page_that_was_sent(
    rows: list[Record], nested: Nested, double: bool
) -> None:
    """Whatever JSON the API sends, storing it changes no column, type, cell or note of the frame made of it."""
    page = slow_reference.page(with_ids(rows), double=double)
    sent, kept = (framed(*build([content], nested)) for content in (page, again(page)))
    same_frames(sent, kept)


@settings(max_examples=times(100))
@given(st.lists(records(), min_size=1, max_size=4))
def test_what_was_stored_once_is_stored_alike_again(rows: list[Record]) -> None:
    """Storing a page that comes from stored rows gives the same rows: nothing wears off."""
    once = to_stored(SESSIONS, slow_reference.page(with_ids(rows)))
    assert once.equals(to_stored(SESSIONS, to_page(SESSIONS, once)))


@pytest.mark.parametrize("resource", [SESSIONS, VERSIONS], ids=lambda each: each.name)
def test_the_schema_is_one_for_ever(resource: Resource) -> None:
    """A stored row has each declared column, `extra` and two times, whatever the records hold."""
    schema = stored_schema(resource)
    declared = [column.name for column in resource.columns]
    assert [*declared, "extra", "synced_at", "removed_at"] == schema.names
    assert record_schema(resource) == to_stored(resource, b"[]").schema
    assert record_schema(resource) == to_stored(resource, b'[{"id":"a","x":{"y":1},"createdAt":5}]').schema
    times = {field.name for field in schema if field.type == pa.timestamp("us", "UTC")}
    assert {"created_at", "deleted_at", "synced_at", "removed_at"} == times
    assert {pa.large_string()} == {field.type for field in schema if field.name not in times}
    assert ["id"] == [field.name for field in schema if not field.nullable]


def test_declared_objects_are_kept_exactly_as_sent() -> None:
    """The JSON text of `context` and `metadata` is the API's own, blanks, digits and escapes included."""
    metadata = r'{ "a" : 1.00, "b":"é", "a":2 }'
    page = f'[{{"id":"a","createdAt":"{CREATED}","metadata":{metadata},"context":"bare"}}]'.encode()
    assert [{"metadata": metadata, "context": '"bare"'}] == [
        {name: row[name] for name in ("metadata", "context")} for row in to_stored(SESSIONS, page).to_pylist()
    ]


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        pytest.param({"customId": "c", "status": "PENDING"}, {"custom_id": "c", "status": "PENDING"}, id="text"),
        pytest.param({"customId": None, "metadata": None}, {}, id="declared nulls"),
        pytest.param({"facts": None}, {"extra": '{"facts":null}'}, id="an unknown null"),
        pytest.param({"n": 1, "facts": {"a": 1.5}}, {"extra": '{"n":1,"facts":{"a": 1.5}}'}, id="unknown fields"),
        pytest.param({"customId": 5}, {"extra": '{"customId":5}'}, id="another type"),
        pytest.param(
            {"customId": "a\ud800"},
            {"custom_id": "a\ufffd", "extra": r'{"customId":"a\ud800"}'},
            id="text that is no Unicode",
        ),
        pytest.param(
            {"deletedAt": "2026-03-01\ud800"},
            {"extra": r'{"deletedAt":"2026-03-01\ud800"}'},
            id="a time with half a character behind it",
        ),
        pytest.param({"\ud800é": 1}, {"extra": r'{"\ud800\u00e9":1}'}, id="a key that is no Unicode"),
        pytest.param({"createdAt": "2026-03-01T10:00:00.001Z"}, {}, id="the usual writing of a time"),
        pytest.param({"createdAt": "2026-03-01T10:00Z"}, {"extra": '{"createdAt":"2026-03-01T10:00Z"}'}, id="other"),
        pytest.param({"deletedAt": "soon"}, {"extra": '{"deletedAt":"soon"}'}, id="no time"),
        pytest.param({"deletedAt": 7}, {"extra": '{"deletedAt":7}'}, id="a number for a time"),
    ],
)
def test_what_a_column_cannot_say_stands_in_extra(record: Record, expected: Record) -> None:
    """`extra` holds what is not declared, and what is of another type or writing, and nothing else."""
    assert [expected] == stored(record)


def test_a_time_in_other_writing_is_stored_as_a_time_too() -> None:
    """The column holds the instant to the microsecond, so that filters and sorting need no `extra`."""
    row = {"id": "a", "createdAt": "2026-03-01T12:00:00.123456789+02:00"}
    created = to_stored(SESSIONS, slow_reference.page([row])).column("created_at")[0].as_py()
    assert pd.Timestamp("2026-03-01T10:00:00.123456Z") == created


def test_a_page_knows_what_a_walk_needs() -> None:
    """An opened page has the ids and creation times in their order, beside the table of its rows."""
    rows = [{"id": "b", "createdAt": CREATED}, {"id": "a", "createdAt": "2026-03-02"}]
    page = open_stored(SESSIONS, slow_reference.page(rows))
    assert (["b", "a"], [CREATED, "2026-03-02"], True) == (page.ids, page.created, page.ordered)
    assert to_stored(SESSIONS, slow_reference.page(rows)).equals(page.rows)


@pytest.mark.parametrize(
    "row",
    [
        pytest.param({"createdAt": CREATED}, id="no id"),
        pytest.param({"id": 5, "createdAt": CREATED}, id="a number as id"),
        pytest.param({"id": "\ud800", "createdAt": CREATED}, id="an id that is no Unicode"),
        pytest.param({"id": "a"}, id="no createdAt"),
        pytest.param({"id": "a", "createdAt": "soon"}, id="a createdAt that is no time"),
    ],
)
def test_a_row_that_no_mirror_can_find_again_is_refused(row: Record) -> None:
    """Without an id of text and a time the page is an error, as for the walk."""
    with pytest.raises(ValueError, match=r"id|isoformat"):
        open_stored(SESSIONS, slow_reference.page([row]))


def test_bytes_that_are_no_utf_8_are_refused() -> None:
    """What lies in a field that is kept as text is checked all the same."""
    with pytest.raises(UnicodeDecodeError):
        to_stored(SESSIONS, b'[{"id":"a","metadata":"\xff"}]')


def test_the_page_of_stored_rows_is_json() -> None:
    """Any JSON reader can read it, whatever was odd about the rows."""
    rows = [{"id": "a", "createdAt": "2026-03-01T10:00Z", "x": "\ud800", "customId": [1]}]
    assert rows == json.loads(again(slow_reference.page(rows)))
