"""Pages parsed to values: metadata of the page, layouts, skipped rows, raw text."""

import json
from operator import itemgetter
from typing import Any, get_args

import pyarrow as pa
import pytest
import slow_reference
from hypothesis import example, given
from hypothesis import strategies as st
from page_frames import TableBuilder, build, frame_of, open_page

from galtea_frames.api.resources import SESSIONS
from galtea_frames.decoding.gatherer import Nested
from galtea_frames.frames.records import to_records
from galtea_frames.mirror.rows import to_stored

NESTED: tuple[Nested, ...] = get_args(Nested)
NOON = '"createdAt":"2026-03-01T12:00:00.000Z"'
NOON_IN_MICROSECONDS = 1_772_366_400_000_000


@pytest.mark.parametrize(
    ("page", "ids", "ordered", "first", "last"),
    [
        pytest.param("[]", (), True, 0, 0, id="empty"),
        pytest.param(f'[{{"id":"a",{NOON}}}]', ("a",), True, 0, 0, id="one row"),
        pytest.param(f'[{{"id":"a",{NOON}}},{{"id":"b",{NOON}}}]', ("a", "b"), True, 0, 0, id="a tie"),
        pytest.param(
            f'[{{"id":"a",{NOON}}},{{"id":"b","createdAt":"2026-03-01T12:00:00.001Z"}}]',
            ("a", "b"),
            True,
            0,
            1_000,
            id="forwards",
        ),
        pytest.param(
            f'[{{"id":"a",{NOON}}},{{"id":"b","createdAt":"2026-03-01T11:59:59.999Z"}}]',
            ("a", "b"),
            False,
            0,
            -1_000,
            id="backwards",
        ),
        pytest.param(
            f'[{{"id":"a",{NOON}}},{{"id":"b","createdAt":"2026-03-01T14:00:00+02:00"}}]',
            ("a", "b"),
            True,
            0,
            0,
            id="two layouts of one instant",
        ),
        pytest.param(f'[{{"id":"a\\ud800",{NOON}}}]', ("a\ud800",), True, 0, 0, id="a lone surrogate"),
        pytest.param(f'[{{"id":"a","x":1e400,{NOON}}}]', ("a",), True, 0, 0, id="a number beyond a double"),
        pytest.param(f'[{{"id":"a","x":{"[" * 5_000}{"]" * 5_000},{NOON}}}]', ("a",), True, 0, 0, id="5,000 levels"),
        pytest.param(f'[{{"id":"x","id":"a",{NOON}}}]', ("a",), True, 0, 0, id="the last of a repeated key"),
    ],
)
def test_a_page_knows_its_rows(page: str, ids: tuple[str, ...], ordered: bool, first: int, last: int) -> None:
    """A page tells the ids of its rows, whether their times go forwards, and the first and the last of these."""
    opened = open_page(page.encode())
    offset = NOON_IN_MICROSECONDS if ids else 0
    assert (ids, ordered) == (tuple(opened.ids), opened.ordered)
    assert (offset + first, offset + last) == (opened.first, opened.last)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(b"{}", id="an object"),
        pytest.param(b"<html></html>", id="HTML"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"[1]", id="a list of numbers"),
        pytest.param(f"[{{{NOON}}}]".encode(), id="no id"),
        pytest.param(f'[{{"id":5,{NOON}}}]'.encode(), id="a number as id"),
        pytest.param(b'[{"id":"a"}]', id="no time"),
        pytest.param(b'[{"id":"a","createdAt":null}]', id="a null as time"),
        pytest.param(b'[{"id":"a","createdAt":"yesterday"}]', id="no time at all"),
        pytest.param(rb'[{"id":"a","createdAt":"2026-03-01\ud800"}]', id="a time with a lone surrogate"),
        pytest.param(f'[{{"id":"a","error":"\xff",{NOON}}}]'.encode("latin-1"), id="no UTF-8"),
        pytest.param(f'[{{"id":"a",{NOON}}}'.encode(), id="cut off"),
    ],
)
def test_a_page_that_cannot_be_trusted_is_refused(page: bytes) -> None:
    """What is no list of objects, each with an id and a time, is an error."""
    with pytest.raises(ValueError, match=r"."):
        open_page(page)


@pytest.mark.parametrize("more", ["1", "1e400"], ids=["read fast", "read exactly"])
def test_a_row_without_id_is_told_from_damaged_json(more: str) -> None:
    """The error says that a row lacks its id, however the page is read."""
    with pytest.raises(ValueError, match=r"^a row has no id or no createdAt$"):
        open_page(f'[{{"x":{more},{NOON}}}]'.encode())


ODD_TEXT = ' { "b" : 1.00,\t"a":"\\u00e9\\/", "a" : [ 1 ,2 ], "big": 18446744073709551617 } '


@pytest.mark.parametrize("nested", ["json", "both"])
@pytest.mark.parametrize(
    "beside",
    [
        pytest.param("", id="read fast"),
        pytest.param(',"error":"\\ud800"', id="read exactly"),
        pytest.param(',"a\\"b":1', id="beside a field with a quote"),
    ],
)
def test_json_is_the_text_that_was_sent(nested: Nested, beside: str) -> None:
    """`context` and `metadata` as JSON are byte for byte what stood in the page, but for the blanks around."""
    page = f'[{{"id":"a","metadata":{ODD_TEXT},"context":"é"{beside}}},{{"metadata": null }},{{}}]'
    table, _ = build([page.encode()], nested)
    assert [ODD_TEXT.strip(), None, None] == table["metadata"].to_pylist()
    assert ['"é"', None, None] == table["context"].to_pylist()


def test_a_rare_key_of_an_unknown_object_has_its_column() -> None:
    """Also one that a single row of many has, at any depth."""
    rows: list[Any] = [{"id": f"s{number}", "new": {"a": number}} for number in range(20)]
    rows[7]["new"] |= {"rare": {"x": 1}}
    table, _ = build([slow_reference.page(rows)])
    assert [1 if number == 7 else None for number in range(20)] == table["new.rare.x"].to_pylist()
    assert list(range(20)) == table["new.a"].to_pylist()


@pytest.mark.parametrize("nested", ["json", "both"])
def test_json_of_unknown_objects_keeps_the_order_of_their_keys(nested: Nested) -> None:
    """Also in a row that has what others have not, beside many whose objects have another order."""
    rows: list[Any] = [{"id": f"s{number}", "new": {"a": {"x": 1, "y": 2}, "b": 1}} for number in range(20)]
    rows.append({"id": "odd", "new": {"b": 1, "a": {"y": 2, "x": 1}}, "rare": 1})
    table, _ = build([slow_reference.page(rows)], nested)
    expected = [json.dumps(each["new"], separators=(",", ":")) for each in rows]
    assert expected == table["new"].to_pylist()


@pytest.mark.parametrize("nested", NESTED)
def test_json_of_objects_in_declared_fields_keeps_the_order_of_their_keys(nested: Nested) -> None:
    """Also where every row has an object in place of the text that is declared."""
    objects = [{"a": number, "b": 1} if number % 2 else {"b": 1, "a": number} for number in range(20)]
    rows: list[Any] = [{"id": f"s{number}", "customId": each} for number, each in enumerate(objects)]
    table, _ = build([slow_reference.page(rows)], nested)
    expected = [json.dumps({"customId": each}, separators=(",", ":")) for each in objects]
    assert expected == table["*"].to_pylist()


@pytest.mark.parametrize("nested", NESTED)
def test_a_page_that_is_read_exactly_gives_the_same_as_one_that_is_read_fast(nested: Nested) -> None:
    """What a row holds does not depend on an odd value in another row."""
    rows: list[Any] = [{"id": "a", "metadata": {"x": 1, "l": [1]}, "new": {"y": 2.5}}, {"id": "b", "context": "c"}]
    odd = {"id": "o", "error": "\ud800"}
    fast, _ = build([slow_reference.page(rows)], nested)
    exact, _ = build([slow_reference.page([*rows, odd])], nested)
    exact = exact.slice(0, 2)
    assert fast.to_pylist() == exact.select(fast.column_names).to_pylist()


@pytest.mark.parametrize("nested", NESTED)
@pytest.mark.parametrize("depth", [40, 600, 900, 3_000])
def test_columns_of_a_deep_value_do_not_depend_on_how_its_page_is_read(depth: int, nested: Nested) -> None:
    """An object has its 32 levels of columns however deep it is, and whatever another row of the page holds."""
    deep = '{"x":[1],"a":' * depth + '1,"{":"}"' + "}" * depth
    page = f'{{"metadata":{deep},"new":{deep}}}'
    fast, notes = build([f"[{page}]".encode()], nested)
    exact, exact_notes = build([f'[{page},{{"error":"\\ud800"}}]'.encode()], nested)
    names = [name for name in fast.column_names if name != "*"]
    assert names == [name for name in exact.column_names if name != "*"]
    assert [name for name in notes.json if name in names] == [name for name in exact_notes.json if name in names]
    assert (len(names) > 60) is (nested != "json")
    assert fast.select(names).to_pylist() == exact.select(names).to_pylist()[:1]


@pytest.mark.parametrize(
    ("names", "readable"),
    [
        pytest.param([f"field{at}" for at in range(100)], True, id="a hundred fields"),
        pytest.param([f"field{at}" for at in range(300)], True, id="more fields than the fast reader learns"),
        pytest.param(['a"b', "a\\b", "a\nb", "\x00", "", "é", "*"], True, id="odd names"),
        pytest.param(
            ["self", "class", "f0", "__init__", "__struct_fields__"], True, id="names with a meaning in Python"
        ),
    ],
)
@pytest.mark.parametrize("nested", NESTED)
def test_unknown_fields_are_kept_whatever_their_name(names: list[str], readable: bool, nested: Nested) -> None:
    """Every field of every row comes back, also one that only the last page has."""
    rows = [{"id": "first"}, *({"id": name, name: at} for at, name in enumerate(names))]
    table, notes = build(
        [slow_reference.page(rows[:1]), slow_reference.page(rows[1:]), slow_reference.page(rows[:1])], nested
    )
    assert set(names) == set(notes.fields.values())
    for at, name in enumerate(names):
        (column,) = [column for column, api in notes.fields.items() if api == name]
        expected = [at if row == at + 1 else None for row in range(len(rows) + 1)]
        assert (expected if readable else None) == table[column].to_pylist()


ROWS = st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 3)), max_size=8)


@example([("c", 0), ("b", 1), ("a", 1)])
@given(ROWS | ROWS.map(lambda rows: sorted(rows, key=itemgetter(1))))
def test_rows_of_one_time_stand_by_their_ids(rows: list[tuple[str, int]]) -> None:
    """Where times never go backwards; a page where they do is as it came, for the walk to refuse."""
    page = open_page(
        slow_reference.page([{"id": each, "createdAt": f"2026-03-01T12:00:0{at}.000Z"} for each, at in rows])
    )
    times = [at for _, at in rows]
    expected = sorted(rows, key=itemgetter(1, 0)) if times == sorted(times) else rows
    (batch,) = page.rows.batches(())
    assert [each for each, _ in expected] == list(page.ids) == list(batch.fields["id"])
    assert (len(rows), times == sorted(times)) == (batch.rows, page.ordered)


def test_skipped_rows_are_not_read() -> None:
    """Rows that an earlier page held are left out, in the fast and in the exact way of reading."""
    for odd in ("plain", "\ud800"):
        builder = TableBuilder(SESSIONS)
        builder.add(slow_reference.page([{"id": "a"}, {"id": "b", "error": odd, "new": 1}, {"id": "c"}]), skip={1})
        builder.add(slow_reference.page([{"id": "d"}]), skip={0})
        table, notes = builder.finish()
        assert ["a", "c"] == table["id"].to_pylist()
        assert "new" not in table.column_names
        assert {} == notes.fields


@pytest.mark.parametrize("nested", NESTED)
def test_a_page_that_is_no_list_of_objects_adds_nothing(nested: Nested) -> None:
    """A page that cannot be read raises, whatever its fields are wanted as."""
    builder = TableBuilder(SESSIONS, nested)
    with pytest.raises(ValueError, match=r"."):
        builder.add(b'[{"id":"a"},5]')
    assert builder.finish()[0].num_rows == 0


@pytest.mark.parametrize("row", [b'{"id":"b"}', b'{"createdAt":"2026-03-01"}'], ids=["no time", "no id"])
@pytest.mark.parametrize("odd", [b"", b',"error":"\\ud800"'], ids=["plain page", "page read the slow way"])
def test_rows_that_cannot_be_walked_make_no_page(row: bytes, odd: bytes) -> None:
    """A row without an id or a time is refused, whatever way the page is read."""
    with pytest.raises(ValueError, match="a row has no id or no createdAt"):
        open_page(b'[{"id":"a","createdAt":"2026-03-01"' + odd + b"}," + row + b"]")


def test_a_surrogate_pair_is_one_character() -> None:
    """An escaped pair of surrogates is the character that it stands for."""
    table, _ = build([b'[{"error":"\\ud83d\\ude00"}]'])
    assert ["\U0001f600"] == table["error"].to_pylist()
    assert table.schema.field("error").type == pa.large_string()


def test_deep_values_come_back_as_their_text() -> None:
    """A value too deep to be taken apart comes back from a frame as its JSON text."""
    deep = '{"a":' * 1_500 + "1" + "}" * 1_500
    (record,) = to_records(frame_of([{"metadata": slow_reference.Odd(deep)}], "json"))
    assert deep == record["metadata"]


@pytest.mark.parametrize("large", [10**9, 10], ids=["read together", "read in parts"])
@pytest.mark.parametrize("nested", NESTED)
def test_a_byte_order_mark_before_the_list_is_no_part_of_it(
    nested: Nested, large: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What some gateways put before a page changes nothing, however the page is read; stored rows are the same."""
    monkeypatch.setattr("galtea_frames.decoding.reader._LARGE", large)
    for odd in ("plain", "\ud800"):
        page = slow_reference.page(
            [{"id": "a", "createdAt": "2026-03-01T10:00:00.000Z", "error": odd, "metadata": {"x": 1}}]
        )
        assert build([page], nested)[0].to_pylist() == build([b"\xef\xbb\xbf" + page], nested)[0].to_pylist()
        assert ["a"] == list(open_page(b"\xef\xbb\xbf" + page).ids)
        assert to_stored(SESSIONS, page) == to_stored(SESSIONS, b"\xef\xbb\xbf" + page)


def test_an_unreadable_time_is_quoted_in_part() -> None:
    """An error says where to look, and does not hold megabytes."""
    for text in ("x" * 10_000_000, "9999-12-31T23:59:59." + "9" * 10_000 + "-01:00"):
        with pytest.raises(ValueError, match=r"isoformat|between") as caught:
            open_page(slow_reference.page([{"id": "a", "createdAt": text}]))
        assert len(str(caught.value)) < 200
