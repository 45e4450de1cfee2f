"""Laws of chosen and pinned columns: random records, compared with the frame of all inferred columns."""

from __future__ import annotations

import operator
from contextlib import contextmanager
from functools import reduce
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
import slow_pins
import slow_reference
from effort import times
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from page_frames import TableBuilder, build
from random_pages import BATCHES, EDGES, KEYS, NESTED, TIMES, VALUES, Record, records

from galtea_frames.api.resources import SESSIONS
from galtea_frames.decoding import raw_rows, reader
from galtea_frames.decoding.column_names import column_name, split_name
from galtea_frames.decoding.contract import Contract
from galtea_frames.decoding.exact import scan_page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from galtea_frames.decoding.gatherer import Nested
    from galtea_frames.decoding.notes import Notes

pytestmark = pytest.mark.uncounted

settings.register_profile("column laws", deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
settings.load_profile("column laws")

NEEDED = frozenset({"id", "created_at"})


def chosen(names: Iterable[str], dtypes: dict[str, str] | None = None) -> Contract:
    """Return a contract as a load makes it."""
    return Contract(SESSIONS, tuple(dict.fromkeys(names)), dtypes or {}, needed=NEEDED)


def below(name: str, columns: Sequence[str]) -> list[str]:
    """Return what a name selects: itself and the columns below it, or a column that no row has."""
    return [each for each in columns if each == name or each.startswith(f"{name}.")] or [name]


def names_of(columns: Sequence[str]) -> st.SearchStrategy[list[str]]:
    """Return names that select some columns, parents of columns, and columns that no row has."""
    parents = [
        column_name(root, keys[:length])
        for root, keys, _ in map(split_name, columns)
        for length in range(len(keys) + 1)
        if root
    ]
    absent = st.builds(column_name, st.sampled_from(["metadata", "context"]), st.lists(KEYS, min_size=1, max_size=2))
    names = [name for name in [*columns, *parents] if name]
    names += ["*", "metadata.*", "context.*"]
    return st.lists(st.sampled_from(names) | absent, min_size=1, max_size=5)


def cut(rows: Sequence[Record], data: st.DataObject) -> list[bytes]:
    """Return the rows as pages, cut anywhere."""
    cuts = sorted({0, len(rows), *data.draw(st.lists(st.integers(0, len(rows)), max_size=3))})
    return [slow_reference.page(rows[start:end]) for start, end in pairwise(cuts)]


def cells(table: pa.Table, name: str) -> slow_reference.Json:
    """Return the cells of a column such that == tells 1, 1.0, True and -0.0 apart."""
    return slow_reference.tagged(table.column(name).to_pylist())


def about(notes: Notes, names: Sequence[str]) -> dict[str, object]:
    """Return what notes say of some columns."""
    lists = ("mixed", "overflow", "json", "whole_numbers")
    counts = ("misfits", "replaced", "time_digits")
    return {
        **{key: {name for name in getattr(notes, key) if name in names} for key in lists},
        **{key: {name: each for name, each in getattr(notes, key).items() if name in names} for key in counts},
    }


NUMBERS = st.sampled_from(
    [
        *EDGES,
        2.0,
        -0.0,
        0.5,
        1e22,
        -1e300,
        5e-324,
        1_772_359_200,
        1_772_359_200_123,
        1_772_359_200.123456,
        253_402_300_800,
    ]
)
ODD_TEXTS = [
    "12",
    "-0",
    "-0.0",
    "01",
    "1.0",
    "1.5",
    "1e5",
    "1e22",
    " 12",
    "\N{FULLWIDTH DIGIT ONE}2",
    "1_0",
    "+1",
    "true",
]
TEXTS = st.sampled_from([*ODD_TEXTS, "null", "9007199254740993", "9223372036854775808", "1e400", "NaN", "a\ud800"])
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS | TIMES | NUMBERS.map(slow_pins.scalar_text)
#: What a pin takes, or nearly takes.
PINNABLE = SCALARS | st.lists(SCALARS, max_size=3) | VALUES
FEW_KEYS = st.sampled_from(["a", "b", "a.b", "*", "\ud800", ""])
OBJECTS = st.dictionaries(FEW_KEYS, PINNABLE | st.dictionaries(FEW_KEYS, PINNABLE, max_size=3), max_size=4)


HOSTILE = st.builds(
    operator.or_,
    records(),
    st.fixed_dictionaries({"metadata": OBJECTS | PINNABLE}, optional={"facts": OBJECTS | PINNABLE}),
)

USUAL = st.none() | st.integers(-3, 3) | st.sampled_from([True, 0.5, 2.0, "x", "12", "true", "2026-03-01", [1], [], {}])
USUAL_OBJECTS = st.dictionaries(FEW_KEYS.filter(lambda key: key != "\ud800"), USUAL, max_size=3)
#: What the fast reader reads: its layouts grow with the objects that many rows have.
PLAIN = st.fixed_dictionaries(
    {"id": st.text("abc"), "metadata": st.fixed_dictionaries({"a": USUAL, "b": USUAL_OBJECTS}) | USUAL_OBJECTS | USUAL},
    optional={
        "error": st.sampled_from(["x", 5]),
        "facts": st.fixed_dictionaries({"a": USUAL_OBJECTS}) | USUAL,
        "runId": USUAL,
        "context": st.fixed_dictionaries({"a": st.fixed_dictionaries({"b": USUAL})}) | USUAL,
    },
)

#: Sessions with values at the paths of `PATHS`, and anything besides.
SESSION_ROWS = st.lists(HOSTILE, max_size=6) | st.lists(PLAIN, min_size=4, max_size=20)


@contextmanager
def small_parts(wanted: bool) -> Iterator[None]:
    """Read pages in parts of a few rows, as large pages are."""
    with pytest.MonkeyPatch.context() as patch:
        if wanted:
            patch.setattr(reader, "_LARGE", 2)
            patch.setattr(raw_rows, "_PART", 300)
        yield


@settings(max_examples=times(80))
@given(BATCHES | SESSION_ROWS, st.data(), st.sampled_from(NESTED), st.booleans())
def test_chosen_columns_are_those_of_the_whole_frame(
    rows: list[Record], data: st.DataObject, nested: Nested, in_parts: bool
) -> None:
    """Each chosen column has the type, the cells and the notes that it has among all columns."""
    whole, whole_notes = build([slow_reference.page(rows)], nested)
    names = data.draw(names_of(whole.column_names))
    contract = chosen(names)
    if nested != "columns":
        contract = Contract(SESSIONS, contract.names, needed=NEEDED, keeps_objects=True)
    with small_parts(in_parts):
        table, notes = build(cut(rows, data), nested, contract=contract)
    expected = list(dict.fromkeys(each for name in names for each in below(name, whole.column_names)))
    absent = [name for name in expected if name not in whole.column_names]
    assert expected == table.select(expected).column_names
    assert set(table.column_names) - set(expected) <= NEEDED
    assert [name for name in absent if not split_name(name)[2]] == notes.absent
    for name in expected:
        if name in absent:
            assert str(table.schema.field(name).type) == "large_string"
            assert table.column(name).null_count == len(rows)
            continue
        assert (name, whole.schema.field(name).type) == (name, table.schema.field(name).type)
        assert (name, cells(whole, name)) == (name, cells(table, name))
    present = [name for name in expected if name not in absent]
    assert about(whole_notes, present) == about(notes, present)


# -- pinned columns --

PATHS = st.builds(
    lambda field, keys: (field, *keys), st.sampled_from(["metadata", "facts"]), st.lists(FEW_KEYS, max_size=2)
)
PINS = st.dictionaries(PATHS, st.sampled_from(slow_pins.DTYPES), min_size=1, max_size=3)

Pins = dict[tuple[str, ...], str]


def dtypes_of(pins: Pins) -> dict[str, str]:
    """Return pins by column name."""
    return {column_name(path[0], path[1:]): dtype for path, dtype in pins.items()}


def plain_cells(table: pa.Table, name: str, dtype: str) -> list[Any]:
    """Return the cells of a pinned column as `slow_pins.cell` does."""
    column = table.column(name)
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.int64())
    texts = column.cast(pa.large_string()) if dtype == "category" else column
    found: list[Any] = texts.to_pylist()
    return [None if text is None else slow_reference.parse(text) for text in found] if dtype == "json" else found


def expected_cell(row: Record, path: tuple[str, ...], pins: Pins) -> Any:  # noqa: ANN401 - any JSON value
    """Return the cell of a pinned column; `MISFIT` for a value that is kept elsewhere."""
    value, dtype = slow_pins.value_at(row, path), pins[path]
    is_open = any(other[: len(path)] == path != other for other in pins) or (len(path) == 1 and dtype != "json")
    if isinstance(value, dict) and value and is_open:
        return None  # the columns below hold it
    try:
        return slow_pins.cell(value, dtype)
    except slow_pins.MisfitError:
        return MISFIT


MISFIT = slow_reference.Odd("misfit")


def kept(table: pa.Table, row: int, path: tuple[str, ...]) -> Any:  # noqa: ANN401 - any JSON value
    """Return what an overflow column keeps of a value."""
    name, keys = ("metadata.*", path[1:]) if path[0] == "metadata" and path[1:] else ("*", path)
    text = table.column(name)[row].as_py()
    return reduce(operator.getitem, keys, slow_reference.parse(text))


@settings(max_examples=times(80))
@given(SESSION_ROWS, PINS, st.data(), st.booleans())
def test_a_pinned_column_holds_what_its_dtype_takes(
    rows: list[Record], pins: Pins, data: st.DataObject, in_parts: bool
) -> None:
    """Each value is in its column, as its dtype says, or it is null there, counted, and kept in an overflow column."""
    with small_parts(in_parts):
        table, notes = build(cut(rows, data), contract=Contract(SESSIONS, None, dtypes_of(pins)))
    misfits = {}
    for path, dtype in pins.items():
        name = column_name(path[0], path[1:])
        expected = [expected_cell(row, path, pins) for row in rows]
        misfits[name] = expected.count(MISFIT)
        shown = [None if each is MISFIT else each for each in expected]
        assert (name, slow_reference.tagged(shown)) == (name, slow_reference.tagged(plain_cells(table, name, dtype)))
        for number, row in enumerate(rows):
            if expected[number] is MISFIT:
                value = slow_pins.value_at(row, path)
                assert slow_reference.tagged(value) == slow_reference.tagged(kept(table, number, path))
    assert {name: count for name, count in misfits.items() if count} == notes.pinned_misfits


@settings(max_examples=times(60))
@given(SESSION_ROWS, PINS)
def test_pins_change_no_other_column(rows: list[Record], pins: Pins) -> None:
    """Columns that are neither pinned nor below a pinned one are those of the frame without pins."""
    page = slow_reference.page(rows)
    whole, _ = build([page])
    table, notes = build([page], contract=Contract(SESSIONS, None, dtypes_of(pins)))
    overflow = {"*", "metadata.*", "context.*"}
    for name in set(whole.column_names) - overflow:
        if not any(name == each or name.startswith(f"{each}.") for each in dtypes_of(pins)):
            assert (name, whole.schema.field(name).type) == (name, table.schema.field(name).type)
            assert (name, cells(whole, name)) == (name, cells(table, name))
    assert set(table.column_names) - set(whole.column_names) <= {*dtypes_of(pins), *overflow}
    assert set(notes.absent) <= set(dtypes_of(pins))


@settings(max_examples=times(60))
@given(SESSION_ROWS, PINS, st.booleans(), st.data())
def test_cuts_and_orders_make_no_difference(rows: list[Record], pins: Pins, some: bool, data: st.DataObject) -> None:
    """A frame with pins is the same for any cut into pages and any order of rows."""
    rows = [row | {"id": f"id{number}"} for number, row in enumerate(rows)]
    names = ("id", "created_at", *dtypes_of(pins), "metadata.a", "facts", "*") if some else None
    contract = Contract(SESSIONS, names, dtypes_of(pins), needed=NEEDED)
    results = [build(cut(order, data), contract=contract) for order in (rows, rows, data.draw(st.permutations(rows)))]
    (first, notes), *others = results
    for table, other in others:
        assert first.schema == table.schema
        assert first.sort_by("id").to_pylist() == table.sort_by("id").to_pylist()
        assert notes == other


@settings(max_examples=times(60))
@given(SESSION_ROWS, st.data(), st.booleans())
def test_columns_of_a_schema_are_one_column_each(rows: list[Record], data: st.DataObject, in_parts: bool) -> None:
    """With exact names, each is the column of the whole frame, without those below it."""
    whole, _ = build([slow_reference.page(rows)])
    names = data.draw(st.lists(st.sampled_from([name for name in whole.column_names if name]), min_size=1, unique=True))
    contract = Contract(SESSIONS, tuple(names), is_exact=True, needed=NEEDED)
    with small_parts(in_parts):
        table, notes = build(cut(rows, data), contract=contract)
    assert set(table.column_names) - set(names) <= NEEDED
    assert notes.absent == []
    for name in names:
        assert (name, whole.schema.field(name).type) == (name, table.schema.field(name).type)
        assert (name, cells(whole, name)) == (name, cells(table, name))


# -- what is not chosen --


def test_columns_that_are_not_chosen_never_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever other columns hold, short of half an emoji, the fast reader reads the rest, and only that is kept."""
    big, deep = slow_reference.Odd("1e400"), slow_reference.Odd("[" * 900 + "]" * 900)
    odd: list[Record] = [
        {"error": big, "metadata": {"a": 1, "b": [[big]], "c": 10**400}},
        {"context": deep, "status": 5, "metadata": {"a": 1, "b": {"a": [{}]}, "a.b": "\x00", "é": 1}},
        {"new": {"x": {"y": big}}, "metadata": {"a": 1, "b": {str(number): number for number in range(600)}}},
    ]
    day = "2026-03-01T10:00:00.000Z"
    rows: list[Record] = [{"id": f"s{number}", "createdAt": day} | each for number, each in enumerate(odd * 5)]
    calls: list[bytes] = []

    def spied(content: bytes) -> list[dict[str, str]]:
        calls.append(content)
        return scan_page(content)

    monkeypatch.setattr(reader, "scan_page", spied)
    builder = TableBuilder(SESSIONS, contract=chosen(["id", "metadata.a"]))
    builder.add(slow_reference.page(rows))
    assert calls == []
    (batch,) = builder.batches
    assert set(batch.declared) == {"id", "createdAt"}
    assert {api: set(chunks) for api, chunks in batch.objects.items()} == {"metadata": {("a",)}}
    assert not batch.others
    assert not batch.exact
    table, notes = builder.finish()
    assert table.column("metadata.a").to_pylist() == [1] * len(rows)
    assert notes.fields == {}
