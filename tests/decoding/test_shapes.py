"""Rows that match the learned layout, unmatched rows, and pages parsed in parts."""

import json
from typing import Any

import pytest
from page_frames import TableBuilder, build, open_page

from galtea_frames.api.resources import SESSIONS
from galtea_frames.decoding import raw_rows, reader
from galtea_frames.decoding.gatherer import Nested
from galtea_frames.decoding.reader import PageReader
from galtea_frames.decoding.shapes import MOST_KEYS, NO_KEYS, Shape

Record = dict[str, Any]
KEYS = {"a": 1, "b": {"c": "x", "d": [1]}}


def page_of(*rows: Record) -> bytes:
    """A page of sessions that were created one after the other."""
    return json.dumps(
        [{"id": f"id{at:04}", "createdAt": f"2026-03-01T10:00:00.{at:03}Z"} | row for at, row in enumerate(rows)]
    ).encode()


@pytest.mark.parametrize(
    ("objects", "rows", "expected"),
    [
        pytest.param([{"a": 1}], 8, {"a": None}, id="a key of one row in eight"),
        pytest.param([{"a": 1}], 9, {}, id="a key of fewer"),
        pytest.param([{"a": 1}, {"a": {"b": 2}}], 2, {"a": Shape({"b": None})}, id="an object in some rows"),
        pytest.param([{"a": {}}], 1, {"a": NO_KEYS}, id="an empty object"),
        pytest.param([{"a": [{"b": 1}]}], 1, {"a": None}, id="objects in a list stay there"),
        pytest.param([{'a"': 1, "a\\": 1, "\n": 1, "\ud800": 1}], 1, {}, id="keys that no field can have"),
        pytest.param([{"": 1, "é": 1, "a b": 1}], 1, {"": None, "é": None, "a b": None}, id="odd keys that can"),
    ],
)
def test_a_shape_grows_by_the_keys_of_many_rows(objects: list[Record], rows: int, expected: dict[str, Any]) -> None:
    """A key that at least one row in eight has becomes a part of the shape."""
    assert Shape(expected) == NO_KEYS.grown(objects, rows, 1)


def test_a_shape_keeps_what_it_has() -> None:
    """Keys that later pages lack stay, and objects at them go on growing."""
    shape = NO_KEYS.grown([KEYS], 1, 1).grown([{"b": {"e": 1}}] * 2, 8, 1)
    assert Shape({"a": None, "b": Shape({"c": None, "d": None, "e": None})}) == shape


def test_a_shape_ends_where_columns_end() -> None:
    """Objects below the 32nd level are no part of it."""
    deep: Record = {"k": 1}
    for _ in range(40):
        deep = {"k": deep}
    assert 32 == NO_KEYS.grown([deep], 1, 1).size


RARE: list[Record] = [
    {"metadata": KEYS | {"rare": {"x": 1}}},
    {"metadata": KEYS | {"rare": 2.5}},
    {"metadata": {"rare": {}}},
    {"metadata": {"b": {"rare": None}}},
    {"metadata": {"b": {}, "a": "text"}},
    {"metadata": {"b": {"c": {"deep": 1}}}},
    {"metadata": {}},
    {"metadata": None},
    {"metadata": "bare"},
    {"metadata": [KEYS]},
    {"context": KEYS},
    {"customId": {"no": "text"}},
    {"facts": {"commit": "1"}},
    {"facts": None},
    {"status": 5, "extra": [1]},
]


@pytest.mark.parametrize("nested", ["columns", "json", "both"])
@pytest.mark.parametrize("rare", RARE, ids=str)
def test_a_row_unlike_the_others_is_read_as_if_it_were_alone(rare: Record, nested: Nested) -> None:
    """One row in twenty that has other keys, or other things at them, comes out as from a page of its own."""
    usual: list[Record] = [{"metadata": KEYS, "isSeed": True}] * 20
    rows = [*usual[:7], rare, *usual[7:]]
    whole, notes = build([page_of(*usual), page_of(*rows)], nested)
    pages = [json.dumps([row]).encode() for row in [*json.loads(page_of(*usual)), *json.loads(page_of(*rows))]]
    apart, notes_apart = build(pages, nested)
    assert apart.schema == whole.schema
    assert apart.to_pylist() == whole.to_pylist()
    assert notes_apart == notes


@pytest.mark.parametrize("skip", [{3}, {7}, {0, 6, 8}, set(range(28))])
def test_skipped_rows_do_not_shift_what_rare_rows_hold(skip: set[int]) -> None:
    """What a row holds stays with it when rows before it are skipped."""
    rows: list[Record] = [{"metadata": KEYS} for _ in range(30)]
    rows[7], rows[29] = {"metadata": KEYS | {"rare": 7}}, {"metadata": KEYS | {"rare": 29}}
    builder = TableBuilder(SESSIONS)
    builder.add(page_of(*[{"metadata": KEYS}] * 8))
    builder.add(page_of(*rows), skip)
    table = builder.finish()[0].slice(8)
    expected = [row["metadata"].get("rare") for at, row in enumerate(rows) if at not in skip]
    assert expected == table["metadata.rare"].to_pylist()


def test_more_keys_than_a_shape_takes_are_read_all_the_same() -> None:
    """Rows with more keys than are learned come whole, page after page."""
    row = {"metadata": {f"k{number}": number for number in range(MOST_KEYS + 1)}}
    table, _ = build([page_of(row), page_of(row)])
    assert [0, 0] == table["metadata.k0"].to_pylist()
    kept = {key for text in table["metadata.*"].to_pylist() for key in json.loads(text)}
    columns = {name.removeprefix("metadata.") for name in table.column_names if name.startswith("metadata.k")}
    assert row["metadata"].keys() == kept | columns


@pytest.mark.parametrize("more", ["", "1e400"], ids=["read fast", "read exactly"])
def test_ties_stand_by_their_ids(more: str) -> None:
    """Rows of one creation time come in the order of their ids, however the page is read."""
    rows = ",".join(f'{{"id":"{each}","createdAt":"2026-03-01T10:00:00Z","x":{more or 1}}}' for each in "cab")
    page = open_page(f"[{rows}]".encode())
    (batch,) = page.rows.batches({1})
    assert (["a", "b", "c"], ["a", "c"]) == (list(page.ids), list(batch.fields["id"]))


def test_what_belongs_to_a_tie_moves_with_it() -> None:
    """Values that the shape does not know stay with their rows when these are put in order."""
    created = {"createdAt": "2026-03-01T10:00:00.500Z"}
    rows: list[Record] = [{"id": "z", **created, "metadata": {"a": 1}}] + [
        {"id": f"id{9 - at}", **created, "metadata": {"a": at, "rare": at} if at == 3 else {"a": at}} for at in range(9)
    ]
    page = open_page(json.dumps(rows).encode())
    assert sorted(row["id"] for row in rows) == list(page.ids)
    assert [created["createdAt"]] * 10 == list(page.created)
    (batch,) = page.rows.batches(())
    assert list(page.ids) == list(batch.fields["id"])
    assert {("metadata", "rare"): ([5], [3])} == dict(batch.strays)


@pytest.mark.parametrize("nested", ["columns", "json", "both"])
@pytest.mark.parametrize("part", [1, 300, 100_000])
def test_a_large_page_is_read_in_parts(nested: Nested, part: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However a page is cut into parts, and whichever rows are skipped, the table is the same."""
    rows = [each | {"error": "x" * (at * 7 % 90)} for at, each in enumerate([*RARE, {"metadata": KEYS}] * 3)]
    odd = json.dumps([{"metadata": "ODD"}])[1:-1].replace('"ODD"', "1e400").encode()
    page = page_of(*rows)[:-1] + b"," + odd + b"]"
    skip = {0, 5, 6, len(rows)}
    tables = []
    for large in (10**9, 10):
        monkeypatch.setattr(reader, "_LARGE", large)
        monkeypatch.setattr(raw_rows, "_PART", part)
        builder = TableBuilder(SESSIONS, nested)
        builder.add(page, skip)
        builder.add(page)
        tables.append(builder.finish())
    (whole, notes), (parts, notes_of_parts) = tables
    assert whole.schema == parts.schema
    assert whole.to_pylist() == parts.to_pylist()
    assert notes == notes_of_parts


def test_a_large_page_is_opened_like_any_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its ids and times are known at once, and a part of it that is damaged is an error at once."""
    page = page_of(*[{"metadata": KEYS}] * 9)
    whole = open_page(page)
    monkeypatch.setattr(reader, "_LARGE", 10)
    monkeypatch.setattr(raw_rows, "_PART", 200)
    opened = open_page(page)
    assert (list(whole.ids), list(whole.created)) == (list(opened.ids), list(opened.created))
    with pytest.raises(ValueError, match=r"."):
        open_page(page.replace(b'"id0007"', b'"id\xff0007"'))
    with pytest.raises(ValueError, match="list of objects"):
        open_page(page[:-1] + b",5]")


@pytest.mark.parametrize("part", [0.5, 1.0, 1.5, 2.0, 3.0, 4.0], ids="{} rows".format)
def test_no_part_of_a_large_page_is_left_out(part: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first row and the last come out, wherever in them a part ends."""
    rows = [{"id": each, "createdAt": "2026-03-01T10:00:00.000Z"} for each in "abc"]
    monkeypatch.setattr(reader, "_LARGE", 10)
    monkeypatch.setattr(raw_rows, "_PART", int(len(json.dumps(rows[0])) * part))
    page = PageReader(SESSIONS, as_text=False, as_values=True).open(json.dumps(rows).encode())
    assert list("abc") == [each for batch in page.rows.batches(()) for each in batch.fields["id"]]


def test_a_tie_in_a_large_page_is_put_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that are read later are moved as those that were read, and ids and rows stay together."""
    monkeypatch.setattr(reader, "_LARGE", 10)
    rows = [{"id": each, "createdAt": "2026-03-01T10:00:00.000Z"} for each in "ba"]
    page = PageReader(SESSIONS, as_text=False, as_values=True).open(json.dumps(rows).encode())
    (batch,) = page.rows.batches(())
    assert ["a", "b"] == list(page.ids) == list(batch.fields["id"])
