"""Pinned dtypes: what each takes, value by value, in both readers and however a page is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
import slow_pins
import slow_reference
from page_frames import build
from slow_reference import Odd

from galtea_frames.api.resources import SESSIONS
from galtea_frames.decoding import raw_rows, reader
from galtea_frames.decoding.contract import Contract
from galtea_frames.decoding.pins import PINS
from galtea_frames.errors import SchemaError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from galtea_frames.decoding.notes import Notes

MISFIT = object()
DAY = 1_772_323_200_000_000  # 2026-03-01 in microseconds
LAST_SECOND = 253_402_300_799

#: Values, each with the cell that it becomes.
Cases = list[tuple[Any, Any]]


def _misfits(*values: slow_reference.Json) -> Cases:
    return [(value, MISFIT) for value in values]


NO_TEXT: Cases = [([], MISFIT), ({}, MISFIT), ({"a": 1}, MISFIT), (["a"], MISFIT), (None, None)]

TEXT_CASES: Cases = [("a", "a"), ("", ""), ("null", "null"), ("a\ud800b", "a�b"), ("x\x00", "x\x00"), ("漢", "漢")]
NOT_INTEGERS: Cases = [
    (text, MISFIT)
    for text in (
        *(
            "",
            " 12",
            "12 ",
            "+1",
            "-",
            "-0",
            "01",
            "0x1",
            "1.0",
            "1e5",
            "1_0",
            "\N{FULLWIDTH DIGIT ONE}2",
            "\N{ARABIC-INDIC DIGIT ONE}",
            "12\n",
        ),
        *("9223372036854775808", "-9223372036854775809", "9" * 5_000, "true", "NaN", "1,000", "a\ud800"),
    )
]
NOT_NUMBERS: Cases = [
    (text, MISFIT)
    for text in (
        *("", " 1.5", "1.50", "+1.5", ".5", "1.", "-0", "01", "1e5", "1E22", "1_0.5", "0x1p3", "1e400", "-1e400"),
        *("NaN", "nan", "inf", "Infinity", "-Infinity", "null", "true", "\N{FULLWIDTH DIGIT ONE}.5", "1.5\n"),
    )
]

CASES: dict[str, Cases] = {
    "string": [
        *TEXT_CASES,
        *NO_TEXT,
        *((5, "5"), (-5, "-5"), (10**30, str(10**30)), (1.5, "1.5"), (2.0, "2.0"), (-0.0, "-0.0"), (1e22, "1e22")),
        *((True, "true"), (False, "false"), (Odd("1e400"), "1e400"), (Odd("-0"), "0"), (Odd("1E2"), "100.0")),
    ],
    "category": [*TEXT_CASES, *NO_TEXT, (5, MISFIT), (1.5, MISFIT), (True, MISFIT), (Odd("1e400"), MISFIT)],
    "Int64": [
        *((0, 0), (-1, -1), (2**63 - 1, 2**63 - 1), (-(2**63), -(2**63)), (2**63, MISFIT), (-(2**63) - 1, MISFIT)),
        *((10**30, MISFIT), (2.0, 2), (-0.0, 0), (2.0**53, 2**53), (2.0**53 + 2, MISFIT), (1.5, MISFIT)),
        *((1e22, MISFIT), (Odd("1e400"), MISFIT), (Odd("1e2"), 100), (True, MISFIT), (False, MISFIT)),
        *(("12", 12), ("-12", -12), ("0", 0), ("9223372036854775807", 2**63 - 1), ("-9223372036854775808", -(2**63))),
        *NOT_INTEGERS,
        *NO_TEXT,
    ],
    "Float64": [
        *((1.5, 1.5), (-0.0, -0.0), (5e-324, 5e-324), (1e300, 1e300), (2, 2.0), (2**53, 2.0**53), (2**53 + 1, MISFIT)),
        *((2**53 + 2, MISFIT), (10**30, MISFIT), (Odd("1e400"), MISFIT), (Odd("-1E999"), MISFIT), (True, MISFIT)),
        *(("1.5", 1.5), ("1.0", 1.0), ("12", 12.0), ("-0.0", -0.0), ("1e22", 1e22), ("9007199254740993", MISFIT)),
        *NOT_NUMBERS,
        *NO_TEXT,
    ],
    "boolean": [
        *((True, True), (False, False), ("true", True), ("false", False)),
        *_misfits(0, 1, 0.0, 1.0, "True", "TRUE", "1", "0", "yes", "", " true", "null"),
        *NO_TEXT,
    ],
    "datetime64[us, UTC]": [
        *((text, DAY) for text in ("2026-03-01T00:00:00.000Z", "2026-03-01", "2026-03-01T02:00:00+02:00")),
        *((text, DAY) for text in ("2026-03-01T00:00:00", "20260301", "2026-02-28T24:00:00Z", "2026-03-01 00:00Z")),
        *((("2026-03-01T00:00:00.123456789Z"), DAY + 123_456), ("0001-01-01T00:00:00Z", slow_pins.FIRST)),
        ("9999-12-31T23:59:59.999999Z", slow_pins.LAST),
        *(
            (text, MISFIT)
            for text in ("0000-01-01T00:00:00Z", "0001-01-01T00:00:00+01:00", "10000-01-01", "2026-02-30")
        ),
        *_misfits("", " 2026-03-01", "2026-3-1", "now", "1772323200", "2026-03-01T00:00:00\ud800"),
        *_misfits(1_772_323_200, 1.5, True, Odd("1e400")),
        *NO_TEXT,
    ],
    "epoch_s": [
        *((1_772_323_200, DAY), (1_772_323_200.0, DAY), ("1772323200", DAY), (0, 0), (-1, -1_000_000)),
        *((1_772_323_200.123456, DAY + 123_456), ("1772323200.5", DAY + 500_000), (-0.5, -500_000)),
        *((LAST_SECOND, LAST_SECOND * 1_000_000), (LAST_SECOND + 1, MISFIT), (-62_135_596_800, slow_pins.FIRST)),
        *_misfits(-62_135_596_801, 10**30, 1e300, Odd("1e400"), True, "2026-03-01", "", "01"),
        *NO_TEXT,
    ],
    "epoch_ms": [
        *((1_772_323_200_000, DAY), (1_772_323_200_000.5, DAY + 500), ("1772323200000", DAY), (0, 0), (-1, -1_000)),
        *((LAST_SECOND * 1_000 + 999, slow_pins.LAST - 999), (LAST_SECOND * 1_000 + 1_000, MISFIT)),
        *_misfits(-62_135_596_800_001, 2**63, False, "1e5", "nonsense"),
        *NO_TEXT,
    ],
    "list[string]": [
        *(([], []), (["a", None], ["a", None]), ([1, True, "x"], ["1", "true", "x"]), (["a\ud800"], ["a�"])),
        *_misfits("a", 1, {}, [["a"]], [{}], ["a", []]),
        (None, None),
    ],
    "list[Int64]": [
        *(([], []), ([1, None], [1, None]), ([1, 2.0, "3"], [1, 2, 3]), ([None], [None])),
        *_misfits([2**63], [1.5], [True], ["01"], [[1]], [{"a": 1}], "1", 1),
        (None, None),
    ],
    "list[Float64]": [
        *(([], []), ([1.5, None], [1.5, None]), ([1, "2.5", 3.5], [1.0, 2.5, 3.5]), ([-0.0], [-0.0])),
        *_misfits([2**53 + 1], [Odd("1e400")], [False], ["x"], [[]], 1.5),
        (None, None),
    ],
    "list[boolean]": [
        *(([], []), ([True, None, "false"], [True, None, False])),
        *_misfits([0], [1], ["True"], [[True]], True, "true"),
        (None, None),
    ],
    "json": [
        *((each, each) for each in ("a", "", "a\ud800", 5, 10**30, 1.5, True, [], {}, [1, None], {"a": {"b": None}})),
        (Odd("1e400"), Odd("1e400")),
        (None, None),
    ],
}


def read(values: Sequence[Any], dtype: str, *, exactly: bool = False) -> tuple[list[Any], pa.Table, Notes]:
    """Return the cells of a pinned column, with the table and its notes.

    Args:
        values: one per row.
        dtype: the pinned dtype.
        exactly: add a field that only the exact reader reads.
    """
    rows: list[dict[str, Any]] = [{"id": f"s{number}", "metadata": {"x": each}} for number, each in enumerate(values)]
    odd = [{"id": "odd", "\ud800": 1}] if exactly else []
    table, notes = build([slow_reference.page([*rows, *odd])], contract=Contract(SESSIONS, None, {"metadata.x": dtype}))
    column = table.column("metadata.x").slice(0, len(rows))
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.int64())
    if pa.types.is_dictionary(column.type):
        column = column.cast(pa.large_string())
    cells: list[Any] = column.to_pylist()
    if dtype == "json":
        cells = [None if text is None else slow_reference.parse(text) for text in cells]
    return cells, table, notes


def tagged(cells: Sequence[Any]) -> slow_reference.Json:
    """Return cells such that == tells 1, 1.0, True and -0.0 apart."""
    return slow_reference.tagged(list(cells))


def test_every_dtype_has_a_table() -> None:
    """The table leaves out no dtype, nor does the reference."""
    assert set(CASES) == set(PINS) == set(slow_pins.DTYPES)


@pytest.mark.parametrize("exactly", [False, True], ids=["fast", "exactly"])
@pytest.mark.parametrize("dtype", CASES)
def test_each_value_becomes_its_cell(dtype: str, exactly: bool) -> None:
    """All values together, and each by itself, are taken, coerced, or null and kept as they were sent."""
    values = [value for value, _ in CASES[dtype]]
    expected = [None if each is MISFIT else each for _, each in CASES[dtype]]
    misfits = [each is MISFIT for _, each in CASES[dtype]]
    cells, table, notes = read(values, dtype, exactly=exactly)
    assert tagged(expected) == tagged(cells)
    assert notes.pinned_misfits == ({"metadata.x": sum(misfits)} if any(misfits) else {})
    for number, value in enumerate(values):
        if misfits[number]:
            kept = slow_reference.parse(table.column("metadata.*")[number].as_py())
            assert tagged([{"x": slow_reference.parse(slow_reference.dump(value))}]) == tagged([kept])
        alone, _, alone_notes = read([value], dtype, exactly=exactly)
        assert tagged([expected[number]]) == tagged(alone), value
        assert bool(alone_notes.pinned_misfits) == misfits[number]


@pytest.mark.parametrize("dtype", CASES)
def test_the_reference_agrees_with_the_table(dtype: str) -> None:
    """What the laws compare with says the same as the table."""
    for value, expected in CASES[dtype]:
        sent = slow_reference.parse(slow_reference.dump(value))
        try:
            cell = slow_pins.cell(sent, dtype)
        except slow_pins.MisfitError:
            cell = MISFIT
        assert cell is expected if MISFIT in (cell, expected) else tagged([expected]) == tagged([cell]), value


@pytest.mark.parametrize("dtype", CASES)
def test_a_page_in_parts_gives_the_same_column(dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page above the size at which it is read in parts becomes the same column."""
    values = [value for value, _ in CASES[dtype]] * 3
    whole = read(values, dtype)
    monkeypatch.setattr(reader, "_LARGE", 1)
    monkeypatch.setattr(raw_rows, "_PART", 200)
    parts = read(values, dtype)
    assert tagged(whole[0]) == tagged(parts[0])
    assert whole[1].schema == parts[1].schema
    assert whole[1].to_pylist() == parts[1].to_pylist()
    assert whole[2] == parts[2]


def test_a_page_of_nine_megabytes_is_pinned() -> None:
    """The real size at which pages are read in parts."""
    cells, _, notes = read([*range(60_000), "x" * 6_000_000, "12"], "Int64")
    assert cells == [*range(60_000), None, 12]
    assert notes.pinned_misfits == {"metadata.x": 1}


@pytest.mark.parametrize("dtype", CASES)
def test_a_column_that_no_row_has_has_its_dtype(dtype: str) -> None:
    """For no rows, for rows without the path and for nulls only, the type is the pinned one."""
    rows: list[list[dict[str, Any]]] = [[], [{"id": "a"}], [{"id": "a", "metadata": {"x": None}}], [{"metadata": 5}]]
    contract = Contract(SESSIONS, None, {"metadata.x": dtype, "facts.x": dtype})
    tables = [build([slow_reference.page(each)], contract=contract) for each in rows]
    types = {str(table.schema.field(name).type) for table, _ in tables for name in ("metadata.x", "facts.x")}
    assert len(types) == 1
    assert [notes.absent for _, notes in tables] == [
        ["metadata.x", "facts.x"],
        ["metadata.x", "facts.x"],
        ["facts.x"],
        ["metadata.x", "facts.x"],
    ]


def test_integers_in_float_columns_are_noted() -> None:
    """Records then get integers back, as they were sent."""
    for dtype, values in (("Float64", [1, 2.5]), ("list[Float64]", [[1], [2.5]])):
        assert read(values, dtype)[2].whole_numbers == ["metadata.x"]
        assert read(values[1:], dtype)[2].whole_numbers == []
    assert read(["x", 1], "Float64")[2].whole_numbers == ["metadata.x"]
    assert read([[True], [1]], "list[Float64]")[2].whole_numbers == ["metadata.x"]


# -- objects --


@pytest.mark.parametrize(
    ("dtypes", "metadata", "expected", "kept"),
    [
        ({"metadata.a": "Int64"}, {"a": {"b": 1}}, {"metadata.a": None}, '{"a":{"b":1}}'),
        ({"metadata.a": "json"}, {"a": {"b": 1}}, {"metadata.a": '{"b":1}'}, None),
        ({"metadata.a": "Int64", "metadata.a.b": "Int64"}, {"a": {"b": 1}}, {"metadata.a.b": 1}, None),
        ({"metadata.a": "Int64", "metadata.a.b": "Int64"}, {"a": {}}, {"metadata.a": None}, '{"a":{}}'),
        ({"metadata.a": "Int64", "metadata.a.b": "Int64"}, {"a": 5}, {"metadata.a": 5, "metadata.a.b": None}, None),
        ({"metadata": "string"}, {"a": 1}, {"metadata": None, "metadata.a": 1}, None),
        ({"metadata": "string"}, 5, {"metadata": "5"}, None),
        ({"metadata": "json"}, {"a": 1}, {"metadata": '{"a":1}'}, None),
        ({"metadata": "json", "metadata.a": "Int64"}, {"a": 1, "b": 2}, {"metadata.a": 1, "metadata.b": 2}, None),
    ],
)
def test_objects_at_pinned_paths(
    dtypes: dict[str, str], metadata: slow_reference.Json, expected: dict[str, Any], kept: str | None
) -> None:
    """An object at a pinned path is a misfit, unless columns below it are named; a field's own object never is."""
    table, notes = build([slow_reference.page([{"metadata": metadata}])], contract=Contract(SESSIONS, None, dtypes))
    (row,) = table.to_pylist()
    assert expected == {name: row[name] for name in expected}
    assert row.get("metadata.*") == kept
    assert bool(notes.pinned_misfits) == (kept is not None)


# -- rivals --


RIVALS = [{"runId": 1, "run_id": "x", "runID": 2.5}]


def test_a_pin_concerns_the_field_of_that_name_only() -> None:
    """Of fields whose names differ in capitals and underscores only, one is pinned."""
    whole, _ = build([slow_reference.page(RIVALS)])
    pinned, notes = build([slow_reference.page(RIVALS)], contract=Contract(SESSIONS, None, {"run_id": "string"}))
    names = ["run_id", "runID", r"run\_id"]
    assert [whole.column(name)[0].as_py() for name in names] == [1, 2.5, "x"]
    assert [pinned.column(name)[0].as_py() for name in names] == ["1", 2.5, "x"]
    assert notes.pinned_misfits == {}
    assert notes.absent == []


@pytest.mark.parametrize("cut", [False, True])
def test_two_rivals_are_pinned_to_two_dtypes(cut: bool) -> None:
    """Which name a field has is known after the last page only; until then, it is read as either."""
    rows = [{"run_id": "7"}, {"runId": [1]}, {"run_id": [2]}]
    pages = [slow_reference.page([row]) for row in rows] if cut else [slow_reference.page(rows)]
    dtypes = {"run_id": "string", r"run\_id": "Int64"}
    table, notes = build(pages, contract=Contract(SESSIONS, None, dtypes))
    assert table.column("run_id").to_pylist() == [None, None, None]
    assert table.column(r"run\_id").to_pylist() == [7, None, None]
    assert notes.pinned_misfits == {"run_id": 1, r"run\_id": 1}
    kept = [None, '{"runId":[1]}', '{"run_id":[2]}']
    assert table.column("*").to_pylist() == kept
    alone, _ = build(pages[:1] if cut else [slow_reference.page(rows[:1])], contract=Contract(SESSIONS, None, dtypes))
    assert alone.column("run_id").to_pylist() == ["7"]
    assert alone.column(r"run\_id").to_pylist() == [None]


@pytest.mark.parametrize("nested", ["columns", "json", "both"])
def test_a_rival_is_chosen_by_its_own_name(nested: Any) -> None:  # noqa: ANN401 - one of three texts
    """`columns=` takes the one field, with or without the other."""
    for rows in (RIVALS, [{"run_id": "x"}], [{"runID": {"b": 1}, "runId": None}]):
        whole, _ = build([slow_reference.page(rows)], nested)
        for name in [name for name in whole.column_names if name.startswith("run")]:
            contract = Contract(SESSIONS, (name,), keeps_objects=nested != "columns")
            table, _ = build([slow_reference.page(rows)], nested, contract=contract)
            assert table.column(name).equals(whole.column(name))


# -- misfits that end a load --


@pytest.mark.parametrize(
    ("dtypes", "row", "words"),
    [
        ({"metadata.x": "Int64"}, {"metadata": {"x": "a"}}, "metadata.x of the session 's' is not Int64: 'a'"),
        ({"metadata.x": "Int64"}, {"metadata": {"x": [1]}}, "metadata.x of the session 's' is not Int64: [1]"),
        (
            {"metadata.x": "Int64"},
            {"metadata": {"x": Odd("1e400")}},
            "metadata.x of the session 's' is not Int64: 1e400",
        ),
        ({"metadata": "Int64"}, {"metadata": "a"}, "metadata of the session 's' is not Int64: 'a'"),
        ({r"a\.b": "Int64"}, {"a.b": "x"}, r"a\.b of the session 's' is not Int64: 'x'"),
        ({r"\*": "Int64"}, {"*": "x"}, r"\* of the session 's' is not Int64: 'x'"),
        ({r"created\_at": "Int64"}, {"created_at": "x"}, r"created\_at of the session 's' is not Int64: 'x'"),
        ({r"\ud800.x": "Int64"}, {"\ud800": {"x": True}}, r"\ud800.x of the session 's' is not Int64: true"),
        ({"tool_calls": "Int64"}, {"toolCalls": [{}]}, "tool_calls of the session 's' is not Int64: [{}]"),
        ({r"run\_id": "Int64"}, {"run_id": "x"}, r"run\_id of the session 's' is not Int64: 'x'"),
        ({"run_id": "Int64"}, {"run_id": "x"}, "run_id of the session 's' is not Int64: 'x'"),
        ({}, {"error": 5}, "error of the session 's' is not text: 5"),
        ({}, {"status": ["a"]}, """status of the session 's' is not text: ["a"]"""),
        ({}, {"deletedAt": "soon"}, "deleted_at of the session 's' is not an ISO 8601 time: 'soon'"),
    ],
)
@pytest.mark.parametrize("others", [0, 20], ids=["alone", "among others"])
def test_a_misfit_names_column_row_and_value(
    dtypes: dict[str, str], row: dict[str, Any], words: str, others: int
) -> None:
    """The load ends with one line."""
    rows = [{"id": f"o{number}", "metadata": {"x": 1}} for number in range(others)]
    page = slow_reference.page([*rows, {"id": "s", **row}])
    with pytest.raises(SchemaError) as caught:
        build([page], contract=Contract(SESSIONS, None, dtypes, raises=True))
    assert str(caught.value) == words


def test_replaced_text_and_nulls_are_no_misfits() -> None:
    """Half an emoji is shown as U+FFFD, which is no reason to end a load."""
    rows = [{"id": "s", "error": "\ud800", "metadata": {"x": "\ud800", "y": None, "z": 2.0}, "status": None}]
    dtypes = {"metadata.x": "string", "metadata.y": "Int64", "metadata.z": "Int64"}
    table, _ = build([slow_reference.page(rows)], contract=Contract(SESSIONS, None, dtypes, raises=True))
    assert table.column("metadata.x").to_pylist() == ["�"]


def test_columns_that_are_left_out_end_no_load() -> None:
    """Only what the frame has is checked."""
    rows = [{"id": "s", "error": 5, "metadata": {"x": "a", "y": 1}, "facts": "x"}]
    dtypes = {"metadata.x": "Int64", "metadata.y": "Int64", "facts": "Int64"}
    contract = Contract(SESSIONS, ("id", "metadata.y"), dtypes, raises=True)
    table, _ = build([slow_reference.page(rows)], contract=contract)
    assert table.column("metadata.y").to_pylist() == [1]
