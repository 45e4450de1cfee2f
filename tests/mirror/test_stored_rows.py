"""Rows parsed from stored columns give the same tables and notes as rows parsed from a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
import slow_reference
from effort import times
from hypothesis import example, given, settings
from hypothesis import strategies as st
from page_frames import TableBuilder
from random_pages import LISTED, NESTED

from galtea_frames.api.resources import RESOURCES, SESSIONS, VERSIONS
from galtea_frames.frames.frame import sorted_table
from galtea_frames.mirror.rows import to_page, to_stored
from galtea_frames.mirror.stored_rows import StoredReader

if TYPE_CHECKING:
    from collections.abc import Collection

    from galtea_frames.api.resource import Resource
    from galtea_frames.decoding.gatherer import Nested
    from galtea_frames.decoding.notes import Notes
    from galtea_frames.decoding.reader import BatchedRows

Record = dict[str, Any]

CREATED = "2026-03-01T10:00:00.000Z"


def stored(resource: Resource, records: list[Record]) -> pa.RecordBatch:
    """Return records as stored rows, each with an id of its own."""
    rows = [record | {"id": f"row_{number}"} for number, record in enumerate(records)]
    table = to_stored(resource, slow_reference.page(rows)).combine_chunks()
    return (table.to_batches() or [pa.RecordBatch.from_pylist([], table.schema)])[0]


def tables(
    resource: Resource, records: list[Record], nested: Nested, skip: Collection[int] = ()
) -> list[tuple[pa.Table, Notes]]:
    """Return the tables of stored rows, by their ids, with the notes: parsed from a page, and from the columns."""
    made = []
    for columnar in (False, True):
        builder, rows = TableBuilder(resource, nested), stored(resource, records)
        reader = builder.gatherer.reader
        parsed: BatchedRows = (
            StoredReader(resource, reader).rows(rows) if columnar else reader.read(to_page(resource, rows))
        )
        builder.batches.extend(builder.gatherer.gather(parsed, skip))
        table, notes = builder.finish()
        made.append((sorted_table(table, [("id", False)]), notes))
    return made


@pytest.mark.uncounted
@settings(max_examples=times(150))
@given(LISTED, st.sampled_from(NESTED), st.sets(st.integers(0, 3)))
@example(("sessions", [{"context": {"a": 1}}, {"context": {"a": 1}, "runId": "r"}, {"customId": 5}]), "both", {0})
@example(("sessions", [{"run": {"id": 1, "createdAt": "x"}}, {"facts": {"a": "\ud800"}}]), "columns", set())
def test_columns_and_page_give_the_same_table(listed: tuple[str, list[Record]], nested: Nested, skip: set[int]) -> None:
    """Whatever the records hold, and whichever of them are skipped."""
    resource, records = RESOURCES[listed[0]], listed[1]
    (expected, expected_notes), (table, notes) = tables(resource, records, nested, skip)
    assert expected.schema == table.schema
    assert expected.to_pylist() == table.to_pylist()
    assert expected_notes == notes


def test_text_that_would_become_another_row_is_noticed() -> None:
    """A damaged file does not make up rows."""
    rows = stored(SESSIONS, [{"metadata": {"a": 1}}])
    position = rows.schema.get_field_index("metadata")
    damaged = rows.set_column(position, "metadata", pa.array(['{}},{"metadata":{}'], pa.large_string()))
    reader = TableBuilder(SESSIONS, "columns").gatherer.reader
    with pytest.raises(ValueError, match="a stored object is not JSON"):
        list(StoredReader(SESSIONS, reader).rows(damaged).batches(()))


@pytest.mark.parametrize("nested", NESTED)
@pytest.mark.parametrize("resource", [SESSIONS, VERSIONS], ids=lambda each: each.name)
def test_rows_of_every_kind(resource: Resource, nested: Nested) -> None:
    """Plain rows, rows with undeclared fields, and rows with values that the columns cannot hold; some are skipped."""
    records: list[Record] = [
        {"createdAt": CREATED, "context": {"value": "x"}, "name": "a"},
        {"createdAt": CREATED, "metadata": {"n": 1}, "runId": "r"},
        {"createdAt": CREATED, "userId": "\ud800", "runId": None},
        {"createdAt": "2026-03-01", "userId": 5},
    ]
    for kept in (records[:1], records):
        for skip in (set(), {0}):
            (expected, expected_notes), (table, notes) = tables(resource, kept, nested, skip)
            assert (expected.to_pylist(), expected_notes) == (table.to_pylist(), notes)


def test_a_large_batch_is_parsed_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each part has its own slice of the declared columns."""
    monkeypatch.setattr("galtea_frames.decoding.reader._LARGE", 1_000)
    monkeypatch.setattr("galtea_frames.decoding.raw_rows._PART", 500)
    records = [{"createdAt": CREATED, "customId": f"c{number}", "metadata": {"n": number}} for number in range(100)]
    rows = stored(SESSIONS, records)
    builder = TableBuilder(SESSIONS)
    parts = list(builder.gatherer.gather(StoredReader(SESSIONS, builder.gatherer.reader).rows(rows)))
    assert len(parts) > 3
    builder.batches.extend(parts)
    table = builder.finish()[0]
    assert [(f"c{number}", number) for number in range(100)] == list(
        zip(table.column("custom_id").to_pylist(), table.column("metadata.n").to_pylist(), strict=True)
    )


def test_columns_do_not_hold_the_text_of_unusual_times_and_nulls_that_were_sent() -> None:
    """Most times are sent without milliseconds, and fields are null in rows with and without further leftovers."""
    records: list[Record] = [
        {"createdAt": "2026-03-01T10:00:00Z", "runId": None, "isSeed": None},
        {"createdAt": "2026-03-01T10:00:01Z", "runId": "r"},
        {"createdAt": "2026-03-01T10:00:03Z"},
        {"createdAt": CREATED, "runId": None, "z,": None},
        {"createdAt": "2026-03-01T10:00:02.000Z", "isSeed": True},
    ]
    (expected, expected_notes), (table, notes) = tables(SESSIONS, records, "json")
    assert (expected.to_pylist(), expected_notes) == (table.to_pylist(), notes)
    assert table.column("*").to_pylist() == [
        '{"isSeed":null,"runId":null}',
        None,
        None,
        f'{{"createdAt":"{CREATED}","runId":null,"z,":null}}',
        '{"createdAt":"2026-03-01T10:00:02.000Z"}',
    ]
    assert tables(SESSIONS, records[4:], "json")[1][0].column_names[-1] == "is_seed"
