"""The columns of a table: declared, nested and undeclared fields, misfits and overflow."""

import json
from typing import Any, get_args

import pyarrow as pa
import pytest
import slow_reference
from page_frames import TableBuilder, build, frame_of

from galtea_frames.api.resource import Resource
from galtea_frames.api.resources import SESSIONS, VERSIONS
from galtea_frames.api.times import TIME
from galtea_frames.decoding.gatherer import Nested
from galtea_frames.frames.records import to_records

NESTED: tuple[Nested, ...] = get_args(Nested)
SECOND = 1_772_359_200_000_000  # 2026-03-01T10:00:00Z in microseconds since 1970
TYPES = {"string": pa.large_string(), "time": TIME, "category": pa.dictionary(pa.int32(), pa.large_string())}

FULL = {
    "sessions": {
        "id": "s",
        "status": "FAILED",
        "createdAt": "2026-03-01T10:00:00.000Z",
        "context": {"value": "c"},
        "metadata": {"a": 1},
    },
    "versions": {"id": "v", "name": "n", "createdAt": "2026-03-01T10:00:00.000Z"},
}


@pytest.mark.parametrize("rows", [0, 1, 3])
@pytest.mark.parametrize("nested", NESTED)
@pytest.mark.parametrize("resource", [SESSIONS, VERSIONS], ids=lambda each: each.name)
def test_declared_columns_are_always_there(resource: Resource, nested: Nested, rows: int) -> None:
    """Each declared field is a column of its own type, in the declared order, however many rows there are."""
    table, _ = build([slow_reference.page([FULL[resource.name]] * rows)], nested, resource)
    expected = {c.name: TYPES.get(c.kind, pa.large_string()) for c in resource.columns}
    if nested == "columns":
        expected = {c.name: expected[c.name] for c in resource.columns if c.kind != "object"}
    assert rows == table.num_rows
    assert list(expected.items()) == [(each.name, each.type) for each in table.schema if "." not in each.name]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("2026-03-01T10:00:00Z", SECOND, id="no fraction"),
        *(
            pytest.param(
                f"2026-03-01T10:00:00.{'123456789'[:n]}Z",
                SECOND + int("123456000"[:n].ljust(6, "0")[:6]),
                id=f"{n} digits",
            )
            for n in range(1, 10)
        ),
        pytest.param("2026-03-01T12:00:00+02:00", SECOND, id="an offset ahead"),
        pytest.param("2026-03-01T04:30:00.5-0530", SECOND + 500_000, id="an offset behind"),
        pytest.param("2026-03-01T10:00:00", SECOND, id="no zone is UTC"),
        pytest.param("2026-03-01 10:00:00Z", SECOND, id="a blank between"),
        pytest.param("2026-03-01T10:00Z", SECOND, id="no seconds"),
        pytest.param("2026-03-01", SECOND - 36_000_000_000, id="a day"),
        pytest.param("0001-01-01T00:00:00Z", -62_135_596_800_000_000, id="year 1"),
        pytest.param("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999, id="year 9999"),
        pytest.param("1500-06-01T00:00:00.000Z", -14_818_723_200_000_000, id="before nanoseconds begin"),
        pytest.param(None, None, id="null"),
    ],
)
def test_times_of_every_form_are_exact(text: str | None, expected: int | None) -> None:
    """A time is the same instant alone, and beside times of any other precision."""
    beside = "2026-03-01T10:00:00.123Z"
    for others in ([], [beside], [beside, "2026-03-01T10:00:00", "nonsense"]):
        table, _ = build([slow_reference.page([{"deletedAt": each} for each in [*others, text]])])
        assert expected == table["deleted_at"].cast(pa.int64()).to_pylist()[-1]


@pytest.mark.parametrize(
    ("api", "value"),
    [
        pytest.param("customId", 5, id="a number as text"),
        pytest.param("customId", ["a"], id="a list as text"),
        pytest.param("error", {"message": None}, id="an object as text"),
        pytest.param("error", {}, id="an empty object as text"),
        pytest.param("id", True, id="a truth value as id"),
        pytest.param("status", 7, id="a number as status"),
        pytest.param("createdAt", "nonsense", id="text that is no time"),
        pytest.param("createdAt", "", id="empty text as time"),
        pytest.param("createdAt", 1_772_359_200, id="a number as time"),
        pytest.param("createdAt", "0000-01-01T00:00:00Z", id="a time in year 0"),
        pytest.param("createdAt", "0001-01-01T00:00:00+01:00", id="a time before year 1"),
        pytest.param("deletedAt", "9999-12-31T23:59:59-01:00", id="a time after year 9999"),
        pytest.param("deletedAt", slow_reference.Odd("1e400"), id="more than a double"),
        pytest.param("deletedAt", "2026-03-01\ud800", id="a time with half a character behind it"),
    ],
)
@pytest.mark.parametrize("nested", NESTED)
def test_a_value_of_another_type_is_kept_apart(api: str, value: slow_reference.Json, nested: Nested) -> None:
    """What a declared column cannot hold is null there, stands in column `*`, is counted, and comes back."""
    rows = [{"id": "a", api: value}, {"id": "b"}, {"id": "c", api: value}]
    table, notes = build([slow_reference.page(rows[:1]), slow_reference.page(rows[1:])], nested)
    (name,) = [column.name for column in SESSIONS.columns if column.api == api]
    assert [None, None, None] == [table[name].to_pylist()[row] if row != 1 else None for row in range(3)]
    cells = [None if text is None else slow_reference.parse(text) for text in table["*"].to_pylist()]
    assert [{api: value}, None, {api: value}] == cells
    assert {name: 2} == dict(notes.misfits)
    assert ["*"] == notes.overflow
    back = [record[api] for record in to_records(frame_of(rows, nested))]
    assert [slow_reference.plain(row.get(api)) for row in rows] == [slow_reference.plain(each) for each in back]


@pytest.mark.parametrize(
    ("statuses", "unknown"),
    [
        pytest.param(["COMPLETED", None, "PENDING"], [], id="declared"),
        pytest.param([None], [], id="null"),
        pytest.param(["ZOMBIE", "FAILED", "ARCHIVED", "ZOMBIE", ""], ["", "ARCHIVED", "ZOMBIE"], id="unknown"),
        pytest.param(["completed"], ["completed"], id="in small letters"),
        pytest.param(list("hgfedcba"), list("abcdefgh"), id="many unknown"),
    ],
)
def test_unknown_statuses_are_appended(statuses: list[str | None], unknown: list[str]) -> None:
    """The members of the status are the three declared ones, then any other, sorted, over all pages."""
    table, notes = build([slow_reference.page([{"status": each}]) for each in statuses])
    assert statuses == table["status"].to_pylist()
    assert unknown == notes.unknown_statuses
    for chunk in table["status"].chunks:
        assert ["PENDING", "COMPLETED", "FAILED", *unknown] == chunk.dictionary.to_pylist()


@pytest.mark.parametrize(
    ("times", "digits", "kept"),
    [
        pytest.param(["10:00:00.000Z", "10:00:00.123Z"], None, {}, id="milliseconds"),
        pytest.param(["10:00:00Z", "10:00:01Z"], 0, {}, id="seconds"),
        pytest.param(["10:00:00.000000Z"], 6, {}, id="microseconds"),
        pytest.param(["10:00:00Z", "10:00:00.000Z", "10:00:01Z"], 0, {1: "10:00:00.000Z"}, id="most are seconds"),
        pytest.param(["10:00:00.000Z", "10:00:00Z"], None, {1: "10:00:00Z"}, id="a draw is for milliseconds"),
        pytest.param(["10:00:00.123456789Z"], None, {0: "10:00:00.123456789Z"}, id="finer than microseconds"),
        pytest.param(["12:00:00+02:00"], None, {0: "12:00:00+02:00"}, id="an offset"),
        pytest.param(["10:00:00"], None, {0: "10:00:00"}, id="no zone"),
    ],
)
def test_the_layout_of_times_is_noted(times: list[str], digits: int | None, kept: dict[int, str]) -> None:
    """With JSON text the usual layout of a time column is noted, and a time in another one is kept as it was sent."""
    rows = [{"createdAt": f"2026-03-01T{each}"} for each in times]
    table, notes = build([slow_reference.page(rows)], "json")
    assert ({} if digits is None else {"created_at": digits}) == notes.time_digits
    expected = [{"createdAt": f"2026-03-01T{kept[row]}"} if row in kept else None for row in range(len(times))]
    cells = table["*"].to_pylist() if "*" in table.column_names else [None] * len(times)
    assert expected == [text and json.loads(text) for text in cells]


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        pytest.param([{"isSeed": True}, {}], {"is_seed": [True, None]}, id="a scalar"),
        pytest.param([{"n": 1}, {"n": None}], {"n": [1, None]}, id="an integer beside null"),
        pytest.param(
            [{"facts": {"commitHash": "a", "env": {"os": "x"}}}],
            {"facts.commitHash": ["a"], "facts.env.os": ["x"]},
            id="an object",
        ),
        pytest.param([{"facts": {}}], {"facts": ["{}"]}, id="an empty object"),
        pytest.param([{"facts": None}], {"facts": [None]}, id="a null"),
        pytest.param([{"runId": "a", "run_id": "b"}], {"run_id": ["a"], r"run\_id": ["b"]}, id="two names for one"),
        pytest.param([{"version_id": "a"}], {r"version\_id": ["a"]}, id="a declared name"),
        pytest.param(
            [{"context.a": 1, "context": {"a": 2}}], {r"context\.a": [1], "context.a": [2]}, id="a declared path"
        ),
        pytest.param([{"*": 1}], {r"\*": [1]}, id="a star"),
    ],
)
def test_unknown_fields_become_typed_columns(rows: list[dict[str, Any]], columns: dict[str, list[Any]]) -> None:
    """A field that is not declared is a typed column, objects among them flattened."""
    table, _ = build([slow_reference.page(rows)])
    declared = {column.name for column in SESSIONS.columns}
    assert columns == {name: table[name].to_pylist() for name in table.column_names if name not in declared}


def test_both_gives_an_unknown_object_whole_and_in_columns() -> None:
    """With "both", a field that is an object somewhere is JSON text, and each path below it a column as well."""
    rows = [{"facts": {"a": {"b": 1}}}, {"facts": {"a": 5}}, {"facts": {"a": {}}}, {"facts": "text"}, {"n": 1}]
    table, notes = build([slow_reference.page(rows)], "both")
    assert ['{"a":{"b":1}}', '{"a":5}', '{"a":{}}', '"text"', None] == table["facts"].to_pylist()
    assert [1, None, None, None, None] == table["facts.a.b"].to_pylist()
    assert [None, "5", "{}", None, None] == table["facts.a"].to_pylist()
    assert [None, None, None, None, 1] == table["n"].to_pylist()
    assert {"context", "metadata", "facts", "facts.a"} == set(notes.json)


@pytest.mark.uncounted
@pytest.mark.parametrize("nested", NESTED)
@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([{f"field{at}": at for at in range(700)}], id="700 fields"),
        pytest.param([{f"field{at}": {"x": at} for at in range(700)}], id="700 objects"),
        pytest.param([{"facts": {f"k{at}": at for at in range(600)}, "zzz": 1}], id="an object of 600 keys"),
        pytest.param(
            [{"facts": {f"k{at}": at for at in range(600)}}, {"zzz": 1}, {"facts": None}, {"zzz": None}],
            id="an object of 600 keys, absences and nulls",
        ),
        pytest.param([{f"field{row}-{at}": None for at in range(300)} for row in range(3)], id="900 nulls"),
        pytest.param(
            [{"customId": 5, **{f"field{at}": at for at in range(501)}}, {"customId": 6, "field500": None}],
            id="beside a misfit",
        ),
    ],
)
def test_more_than_500_paths_of_unknown_fields_lose_nothing(rows: list[dict[str, Any]], nested: Nested) -> None:
    """Unknown fields beyond 500 columns stand in column `*`, and the records come back whole."""
    table, notes = build([slow_reference.page(rows)], nested)
    assert len(table.column_names) <= 500 + len(SESSIONS.columns) + (701 if nested == "both" else 1)
    if nested == "columns":
        assert (["*"] if any(each is not None for row in rows for each in row.values()) else []) == notes.overflow
    blank: dict[str, Any] = dict.fromkeys(column.api for column in SESSIONS.columns)
    back = to_records(frame_of(rows, nested))
    if nested == "columns":
        assert [slow_reference.without_nulls(row) for row in rows] == [
            slow_reference.without_nulls(row) for row in back
        ]
    else:
        assert [blank | row for row in rows] == back


def test_a_builder_counts_its_rows() -> None:
    """The number of rows is known while pages still come."""
    builder = TableBuilder(SESSIONS)
    builder.add(slow_reference.page([{"id": "a"}, {"id": "b"}]))
    builder.add(slow_reference.page([]))
    builder.add(slow_reference.page([{"id": "c"}]), skip={0})
    assert builder.gatherer.rows == 2
