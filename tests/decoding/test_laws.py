"""Laws of decoding: random records compared with `slow_reference.py`."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING, Any, get_args

import pandas as pd
import pyarrow as pa
import pytest
import slow_reference
from effort import times
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from page_frames import TableBuilder, build, framed, open_page
from random_pages import BATCHES, DECLARED, KEYS, NESTED, UNKNOWN, VALUES, Record, records

from galtea_frames.api.resources import SESSIONS, VERSIONS
from galtea_frames.decoding.column_names import column_name, root_names, split_name
from galtea_frames.decoding.exact import scan_page
from galtea_frames.decoding.reader import PageReader
from galtea_frames.frames.frame import sorted_table, to_frame
from galtea_frames.frames.joins import How, join_sessions_versions
from galtea_frames.frames.records import to_records

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from galtea_frames.decoding.gatherer import Nested
    from galtea_frames.decoding.notes import Notes

Reader = Callable[[bytes], object]

pytestmark = pytest.mark.uncounted


settings.register_profile("laws", deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
settings.load_profile("laws")

# -- what the API might send --


def column_of(table: pa.Table, notes: Notes, name: str) -> slow_reference.Column:
    """Return a column as the reference describes it."""
    values = table.column(name)
    kind = str(values.type).replace("large_string", "string").replace("item: ", "")
    if pa.types.is_dictionary(values.type):
        return slow_reference.Column("category", values.cast(pa.large_string()).to_pylist())
    if pa.types.is_timestamp(values.type):
        return slow_reference.Column("time", values.cast(pa.int64()).to_pylist())
    if name in notes.json:
        cells = [None if text is None else slow_reference.parse(text) for text in values.to_pylist()]
        return slow_reference.Column("json", cells, mixed=name in notes.mixed)
    return slow_reference.Column(kind, values.to_pylist())


def checked(column: slow_reference.Column) -> tuple[str, Any, bool]:
    """Return a column such that == compares every cell and its type."""
    kind = "string" if column.type == "string" else column.type
    return kind, slow_reference.tagged(column.cells), column.mixed


def agree(rows: Sequence[Record], *, double: bool = False) -> None:
    """Compare every cell of a table with the reference."""
    table, notes = build([slow_reference.page(rows, double=double)])
    expected = slow_reference.table(rows, SESSIONS)
    assert sorted(expected.columns) == sorted(table.column_names)
    for name, column in expected.columns.items():
        assert (name, *checked(column)) == (name, *checked(column_of(table, notes, name)))
    assert expected.mixed == set(notes.mixed)
    assert expected.overflow == set(notes.overflow)
    assert expected.replaced == notes.replaced


# -- the laws --


@settings(max_examples=times(200))
@given(BATCHES, st.booleans())
@example([{"metadata": {"a": {"b": 1}}}, {"metadata": {"a": 5}}, {"metadata": {"a": {}}}, {"metadata": {}}], False)
@example([{"metadata": {"a": 2**53, "b": 2**53 + 1}}, {"metadata": {"a": 0.5, "b": 0.5}}], False)
@example([{"facts": {"a": "\ud800"}}, {"facts": {"a": {}}}], False)
def test_every_cell_is_what_the_reference_says(rows: list[Record], double: bool) -> None:
    """Each path of any records has the column, the type and the value that the slow reference gives it."""
    agree(rows, double=double)


@settings(max_examples=times(100))
@given(st.lists(st.tuples(VALUES, VALUES), max_size=8))
def test_every_pair_of_values_shares_the_column_that_the_reference_says(pairs: list[tuple[Any, Any]]) -> None:
    """What two values at one path become does not depend on which comes first, and is what the ladder says."""
    values = [{str(at): value for at, value in enumerate(row)} for row in zip(*pairs, strict=True)]
    rows: list[Record] = [{"metadata": each} for each in values]
    agree(rows)
    agree(rows[::-1])


@settings(max_examples=times(100))
@given(BATCHES, st.data(), st.sampled_from(NESTED))
def test_any_cut_into_pages_gives_the_same_table(rows: list[Record], data: st.DataObject, nested: Nested) -> None:
    """Columns, types, values and notes do not depend on where one page ends and the next begins."""
    cuts = sorted({0, len(rows), *data.draw(st.lists(st.integers(0, len(rows)), max_size=3))})
    pages = [slow_reference.page(rows[start:end]) for start, end in pairwise(cuts)]
    whole, notes = build([slow_reference.page(rows)], nested)
    cut, cut_notes = build(pages, nested)
    assert whole.schema == cut.schema
    assert whole.to_pylist() == cut.to_pylist()
    assert notes == cut_notes


@settings(max_examples=times(100))
@given(BATCHES, st.data(), st.sampled_from(NESTED))
def test_any_order_of_pages_gives_the_same_sorted_table(
    rows: list[Record], data: st.DataObject, nested: Nested
) -> None:
    """After sorting, the order in which pages arrived is gone."""
    rows = [row | {"id": f"id{number}", "createdAt": row.get("createdAt")} for number, row in enumerate(rows)]
    pages = [slow_reference.page([row]) for row in rows]
    tables = [build(order, nested) for order in (pages, data.draw(st.permutations(pages)))]
    (first, notes), (second, second_notes) = tables
    assert first.schema == second.schema
    assert sorted_table(first, []).to_pylist() == sorted_table(second, []).to_pylist()
    assert (notes.mixed, notes.overflow, notes.json) == (
        second_notes.mixed,
        second_notes.overflow,
        second_notes.json,
    )


@settings(max_examples=times(100))
@given(st.lists(st.tuples(records(), st.booleans()), max_size=5), st.sampled_from(NESTED))
def test_skipped_rows_leave_no_trace(rows: list[tuple[Record, bool]], nested: Nested) -> None:
    """A page of which rows are skipped is the page without them."""
    builder = TableBuilder(SESSIONS, nested)
    builder.add(
        slow_reference.page([row for row, _ in rows]), skip={at for at, (_, skipped) in enumerate(rows) if skipped}
    )
    table, notes = builder.finish()
    expected, expected_notes = build([slow_reference.page([row for row, skipped in rows if not skipped])], nested)
    assert expected.schema == table.schema
    assert expected.to_pylist() == table.to_pylist()
    assert expected_notes == notes


NO_DECLARED: Record = dict.fromkeys(DECLARED)


@settings(max_examples=times(100))
@given(BATCHES, st.sampled_from(["json", "both"]), st.data())
@example([{"createdAt": "2026-03-01"}, {"createdAt": "nonsense"}, {"createdAt": 5, "x": None}, {}], "json", None)
def test_records_come_back_as_sent(rows: list[Record], nested: Nested, data: st.DataObject | None) -> None:
    """From JSON text, and from both, the records come back whole, also those of a filtered frame."""
    frame = framed(*build([slow_reference.page(rows)], nested))
    expected = [slow_reference.plain(NO_DECLARED | row) for row in rows]
    assert expected == [slow_reference.plain(row) for row in to_records(frame)]
    if data is not None and rows:
        kept = data.draw(st.lists(st.integers(0, len(rows) - 1), unique=True))
        filtered = frame.iloc[kept]
        assert [expected[row] for row in kept] == [slow_reference.plain(row) for row in to_records(filtered)]


@settings(max_examples=times(100))
@given(st.lists(records(times=st.just("2026-03-01T10:00:00.123Z")), max_size=6))
def test_records_come_back_from_columns_but_for_nulls(rows: list[Record]) -> None:
    """From typed columns the records come back whole, but that a null key is an absent one."""
    frame = framed(*build([slow_reference.page(rows)]))
    expected = [slow_reference.plain(slow_reference.without_nulls(row) or {}) for row in rows]
    assert expected == [slow_reference.plain(slow_reference.without_nulls(row) or {}) for row in to_records(frame)]


@given(st.sampled_from(NESTED), st.lists(records(), min_size=1, max_size=4))
def test_declared_columns_have_one_type_whatever_the_rows_hold(nested: Nested, rows: list[Record]) -> None:
    """The declared columns of any rows have the types that they have without rows."""
    wanted = build([], nested)[0].schema
    schema = build([slow_reference.page(rows)], nested)[0].schema
    assert {name: wanted.field(name).type for name in wanted.names} == {
        name: schema.field(name).type for name in wanted.names
    }


@settings(max_examples=times(100))
@given(BATCHES, st.booleans(), st.sampled_from([None, 1, 3]))
def test_the_scanner_agrees_with_the_standard_reader(rows: list[Record], double: bool, indent: int | None) -> None:
    """The text that the scanner finds for each field is the field's JSON, wherever blanks and repeated keys stand."""
    content = slow_reference.page(rows, double=double)
    if indent is not None and b"1e" not in content.lower():
        content = json.dumps(json.loads(content), indent=indent).encode()
    expected = [slow_reference.tagged(row) for row in slow_reference.parse(content.decode())]
    scanned = [{name: slow_reference.parse(text) for name, text in row.items()} for row in scan_page(content)]
    assert expected == [slow_reference.tagged(row) for row in scanned]


@settings(max_examples=times(200))
@given(st.text('[]{},:"\\ 01-+.eEtruefalsn/u\n\x01é', max_size=12).map(lambda text: f'[{{"a":{text}}}]'))
def test_the_scanner_refuses_what_the_standard_reader_refuses(text: str) -> None:
    """Any text that is not strictly JSON is an error, and any that is comes through."""
    assert slow_reference.is_page(text.encode()) == _accepts(scan_page, text.encode())


#: One of everything that JSON has.
ALL_OF_JSON = (
    '[{"id":"a","createdAt":"2026-03-01T10:00:00.000Z","context":{"value":"h\\u00e9\\n\\"q\\"","n":[1,2.5e3,-0,true,'
    'false,null,{"k":{}}]},"metadata":{"x":-1.25E-2,"é":"\\ud83d\\ude00"},"facts":{"t":"u"}},\n'
    ' {"id":"b","createdAt":"2026-03-01T10:00:01Z","customId":null,"metadata":null,"isSeed":true,"count":0}]'
).encode()


def _damaged() -> Iterator[bytes]:
    """Yield the page cut off at each byte, and with each byte left out, replaced, or preceded by another."""
    for at in range(len(ALL_OF_JSON)):
        yield ALL_OF_JSON[:at]
        yield ALL_OF_JSON[:at] + ALL_OF_JSON[at + 1 :]
        for other in (b'"', b"\\", b"}", b",", b"0", b"\x01", b"\xff"):
            yield ALL_OF_JSON[:at] + other + ALL_OF_JSON[at + 1 :]
            yield ALL_OF_JSON[:at] + other + ALL_OF_JSON[at:]


def _accepts(read: Reader, content: bytes) -> bool:
    try:
        read(content)
    except ValueError:
        return False
    return True


def _built_as(nested: Nested) -> Reader:
    return lambda content: build([content], nested)


@pytest.mark.parametrize(
    "read",
    [pytest.param(scan_page, id="scan"), *(pytest.param(_built_as(each), id=each) for each in NESTED)],
)
def test_a_damaged_page_never_yields_rows_silently(read: Reader) -> None:
    """Wherever a page is cut off or one byte of it is wrong, it is read exactly when it is still JSON."""
    assert slow_reference.is_page(ALL_OF_JSON)
    wrong = [content for content in set(_damaged()) if slow_reference.is_page(content) != _accepts(read, content)]
    assert wrong == []


def test_a_damaged_page_is_never_opened() -> None:
    """The page walk refuses a damaged page as well, and so asks for it again."""
    wrong = [
        content for content in set(_damaged()) if _accepts(open_page, content) and not slow_reference.is_page(content)
    ]
    assert wrong == []


def test_a_page_is_opened_unread_exactly_when_it_is_opened() -> None:
    """Rows that wait unread were checked when they came: no damage is found after the last answer."""
    reader = PageReader(SESSIONS, as_text=False, as_values=True)
    wrong = [each for each in set(_damaged()) if _accepts(open_page, each) != _accepts(reader.open_unread, each)]
    assert wrong == []


@given(st.lists(st.lists(KEYS, max_size=4).map(tuple), unique=True), st.sampled_from(["metadata", "run_id"]))
def test_two_paths_never_share_a_column(paths: list[tuple[str, ...]], root: str) -> None:
    """Names of different paths differ, are UTF-8, and lead back to the path."""
    names = [column_name(root, path) for path in paths]
    assert len(set(names)) == len(paths)
    assert [(root, list(path), False) for path in paths] == [split_name(name) for name in names]
    assert "".join(names) == "".join(names).encode().decode()


@given(st.lists(UNKNOWN | st.sampled_from(["customid", "Status", "statuS", "custom_Id"]), unique=True))
def test_two_fields_never_share_a_column(fields: list[str]) -> None:
    """Names of different fields differ from each other and from the declared ones, in any order of the fields."""
    declared = {column.api: column.name for column in SESSIONS.columns}
    names = root_names(fields, declared)
    assert slow_reference.field_names(fields, SESSIONS) == names
    assert len({*names.values(), *declared.values(), "*"}) == len(fields) + len(declared) + 1
    assert names == root_names(reversed(fields), declared)


VERSION_IDS = st.sampled_from(["v0", "v1", "v2", "v3", "gone"])


@settings(max_examples=times(100))
@given(
    st.lists(st.none() | VERSION_IDS, max_size=8),
    st.lists(VERSION_IDS, unique=True, max_size=4),
    st.sampled_from(get_args(How)),
)
def test_the_join_agrees_with_a_plain_dict(wanted: list[str | None], ids: list[str], how: How) -> None:
    """Every way of joining gives the rows that a loop over a dict of versions gives, in that order."""
    sessions = [{"id": f"s{at}", "versionId": version, "number": at} for at, version in enumerate(wanted)]
    versions = [{"id": version, "name": version.upper()} for version in ids]
    by_id = {version["id"]: version for version in versions}
    pairs: list[tuple[Record, Record]] = [
        (session, by_id.get(str(session["versionId"]), {}))
        for session in sessions
        if how in ("left", "outer") or session["versionId"] in by_id
    ]
    if how in ("right", "outer"):
        pairs += [({}, version) for version in versions if version["id"] not in wanted]
    expected = [(left.get("id"), left.get("number"), right.get("id"), right.get("name")) for left, right in pairs]

    joined = join_sessions_versions(
        framed(*build([slow_reference.page(sessions)])),
        to_frame(build([slow_reference.page(versions)], resource=VERSIONS)[0], {}),
        how=how,
    )
    if not sessions:
        joined["number"] = pd.Series([None] * len(joined), dtype="Int64")
    columns = joined[["id", "number", "version.id", "version.name"]].astype(object)
    actual = columns.where(columns.notna(), None).itertuples(index=False, name=None)
    assert expected == list(actual)
