"""Laws of the declared columns of every list, with rows that hold anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import slow_reference
from decoder_check import column_of
from effort import times
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from page_frames import build, framed
from random_pages import LISTED, NESTED

from galtea_frames.api.resources import RESOURCES
from galtea_frames.frames.records import to_records

if TYPE_CHECKING:
    from galtea_frames.api.resource import Resource
    from galtea_frames.decoding.gatherer import Nested

Record = dict[str, Any]
Listed = tuple[str, list[Record]]

pytestmark = pytest.mark.uncounted

settings.register_profile("lists", deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
settings.load_profile("lists")


@settings(max_examples=times(60))
@given(LISTED)
@example(("evaluations", [{"score": 1}, {"score": "0.5"}, {"score": 2**53 + 1}, {"passed": "true"}]))
@example(("evaluations", [{"retriesAttempted": 2.0}, {"retriesAttempted": "2"}]))
@example(("evaluations", [{"failedTurns": ["\ud800", None]}, {"failedTurns": [5]}, {"failedTurns": [[]]}]))
@example(("inference_results", [{"input": "a"}, {"input": {"user_message": 5}}]))
@example(("inference_results", [{"actualOutput": {"assistant_message": "b"}}]))
def test_every_cell_is_what_the_reference_says(listed: Listed) -> None:
    """Each column has the type, the values and the notes that the slow reference gives it."""
    resource, rows = RESOURCES[listed[0]], listed[1]
    table, notes = build([slow_reference.page(rows)], resource=resource)
    expected = slow_reference.table(rows, resource)
    assert sorted(expected.columns) == sorted(table.column_names)
    for name, column in expected.columns.items():
        actual = column_of(table, notes, name)
        assert (name, column.type, column.mixed) == (name, actual.type, actual.mixed)
        assert slow_reference.tagged(column.cells) == slow_reference.tagged(actual.cells), name
    assert (expected.mixed, expected.overflow) == (set(notes.mixed), set(notes.overflow))
    assert expected.replaced == notes.replaced


@settings(max_examples=times(60))
@given(LISTED, st.sampled_from(NESTED))
def test_pages_of_one_row_give_the_same_table(listed: Listed, nested: Nested) -> None:
    """Columns, types, values and notes do not depend on where pages end."""
    resource, rows = RESOURCES[listed[0]], listed[1]
    whole, notes = build([slow_reference.page(rows)], nested, resource)
    parts, part_notes = build([slow_reference.page([row]) for row in rows], nested, resource)
    assert (whole.schema, whole.to_pylist(), notes) == (parts.schema, parts.to_pylist(), part_notes)


@settings(max_examples=times(60))
@given(LISTED, st.sampled_from(["json", "both"]))
def test_records_come_back_as_sent(listed: Listed, nested: Nested) -> None:
    """From JSON text, and from both."""
    resource, rows = RESOURCES[listed[0]], listed[1]
    frame = framed(*build([slow_reference.page(rows)], nested, resource), resource)
    declared = dict.fromkeys(column.api for column in resource.columns)
    assert [slow_reference.plain(declared | row) for row in rows] == [
        slow_reference.plain(row) for row in to_records(frame)
    ]


@pytest.mark.parametrize("resource", [*RESOURCES.values()], ids=lambda each: each.name)
@pytest.mark.parametrize("nested", NESTED)
def test_types_do_not_depend_on_rows(resource: Resource, nested: Nested) -> None:
    """Without rows, with an empty one, and with one of misfits, the declared columns are the same."""
    misfits = {column.api: {"odd": [1]} for column in resource.columns}
    samples: list[list[Record]] = [[], [{}], [misfits] * 3]
    tables = [build([slow_reference.page(rows)], nested, resource)[0] for rows in samples]
    objects = {column.name for column in resource.columns if column.kind == "object" and nested == "columns"}
    names = tables[0].column_names
    assert set(resource.column_names) - objects == set(names)
    assert all(table.select(names).schema == tables[0].schema for table in tables)
