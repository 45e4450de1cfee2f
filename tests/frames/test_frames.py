"""Frames: dtypes, order, `parse_dates`, attrs and warnings."""

import contextlib
import warnings
from collections.abc import Iterator
from typing import Any, get_args

import pandas as pd
import pyarrow as pa
import pytest
import slow_reference
from page_frames import build, frame_of, framed

import galtea_frames as gf
from galtea_frames.api.resource import Resource
from galtea_frames.api.resources import SESSIONS, VERSIONS
from galtea_frames.decoding.contract import Contract
from galtea_frames.decoding.gatherer import Nested
from galtea_frames.errors import warn
from galtea_frames.frames.column_warnings import warn_about_columns
from galtea_frames.frames.frame import DtypeBackend, sorted_table

NESTED: tuple[Nested, ...] = get_args(Nested)
BACKENDS: tuple[DtypeBackend, ...] = get_args(DtypeBackend)
STATUSES = ["PENDING", "COMPLETED", "FAILED"]
NOON = "2026-03-01T12:00:00.000Z"

ROW: dict[str, Any] = {
    "id": "a",
    "versionId": "v",
    "status": "FAILED",
    "createdAt": NOON,
    "context": {"value": "c"},
    "metadata": {
        "int": 1,
        "float": 1.5,
        "bool": True,
        "text": "x",
        "ints": [1, None],
        "floats": [1.5],
        "texts": ["x"],
        "objects": [{"a": 1}],
        "null": None,
    },
    "facts": {"commit": "c"},
    "isSeed": True,
}

DTYPES: dict[str, dict[str, Any]] = {
    "numpy_nullable": {
        "string": pd.StringDtype("pyarrow"),
        "time": pd.DatetimeTZDtype("us", "UTC"),
        "int": pd.Int64Dtype(),
        "float": pd.Float64Dtype(),
        "bool": pd.BooleanDtype(),
        "ints": pd.ArrowDtype(pa.list_(pa.int64())),
        "floats": pd.ArrowDtype(pa.list_(pa.float64())),
        "texts": pd.ArrowDtype(pa.list_(pa.string())),
    },
    "pyarrow": {
        "string": pd.ArrowDtype(pa.string()),
        "time": pd.ArrowDtype(pa.timestamp("us", "UTC")),
        "int": pd.ArrowDtype(pa.int64()),
        "float": pd.ArrowDtype(pa.float64()),
        "bool": pd.ArrowDtype(pa.bool_()),
        "ints": pd.ArrowDtype(pa.list_(pa.int64())),
        "floats": pd.ArrowDtype(pa.list_(pa.float64())),
        "texts": pd.ArrowDtype(pa.list_(pa.string())),
    },
}


@pytest.mark.parametrize("rows", [0, 1, 1_000])
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("nested", NESTED)
@pytest.mark.parametrize("resource", [SESSIONS, VERSIONS], ids=lambda each: each.name)
def test_declared_columns_have_one_dtype(resource: Resource, nested: Nested, backend: DtypeBackend, rows: int) -> None:
    """The dtypes of the declared columns are those of an empty frame, however many rows there are."""
    frame = frame_of([ROW] * rows, nested, resource, dtype_backend=backend)
    dtypes = DTYPES[backend]
    status = pd.CategoricalDtype(pd.Index(STATUSES, dtype=object), ordered=False)
    for column in resource.columns:
        if column.kind == "object" and nested == "columns":
            assert column.name not in frame.columns
            continue
        expected = {"category": status, "time": dtypes["time"]}.get(column.kind, dtypes["string"])
        assert expected == frame.dtypes[column.name]
    assert pd.RangeIndex(rows).equals(frame.index)


@pytest.mark.parametrize("backend", BACKENDS)
def test_nested_columns_have_the_dtype_of_their_values(backend: DtypeBackend) -> None:
    """Each kind of nested value has its dtype, and keeps it beside nulls."""
    frame = frame_of([ROW, {}], dtype_backend=backend)
    dtypes = DTYPES[backend]
    for name in ("int", "float", "bool", "ints", "floats", "texts"):
        assert dtypes[name] == frame.dtypes[f"metadata.{name}"]
    for name in ("metadata.text", "metadata.objects", "metadata.null", "context.value", "facts.commit"):
        assert dtypes["string"] == frame.dtypes[name]
    assert dtypes["bool"] == frame.dtypes["is_seed"]
    assert frame.iloc[1].isna().all()


@pytest.mark.parametrize("nested", NESTED)
def test_every_column_is_arrow_but_the_category(nested: Nested) -> None:
    """With dtype_backend="pyarrow" every column but the status is an Arrow dtype."""
    frame = frame_of([ROW, {**ROW, "customId": 5}], nested, dtype_backend="pyarrow")
    assert {"status"} == {name for name, dtype in frame.dtypes.items() if not isinstance(dtype, pd.ArrowDtype)}


@pytest.mark.parametrize("backend", BACKENDS)
def test_values_arrive_unchanged(backend: DtypeBackend) -> None:
    """The values of a frame are those of the record."""
    frame = frame_of([ROW], dtype_backend=backend)
    assert frame["status"].tolist() == ["FAILED"]
    assert frame["created_at"].tolist() == [pd.Timestamp(NOON)]
    assert frame["metadata.int"].tolist() == [1]
    assert frame["metadata.float"].tolist() == [1.5]
    assert frame["metadata.bool"].tolist() == [True]
    assert [list(each) for each in frame["metadata.ints"]] == [[1, None]]
    assert frame["metadata.objects"].tolist() == ['[{"a":1}]']


@pytest.mark.parametrize("backend", BACKENDS)
def test_times_beyond_nanoseconds_are_kept(backend: DtypeBackend) -> None:
    """Years that nanoseconds cannot count are exact to the microsecond."""
    frame = frame_of(
        [{"createdAt": "0001-01-01T00:00:00Z"}, {"createdAt": "9999-12-31T23:59:59.999999Z"}], dtype_backend=backend
    )
    assert ["0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59.999999+00:00"] == [
        each.isoformat() for each in frame["created_at"]
    ]


@pytest.mark.parametrize(
    ("start", "length"),
    [pytest.param(0, 0, id="none"), pytest.param(2, None, id="beyond the end"), pytest.param(1, 1, id="one")],
)
def test_a_slice_of_a_table_has_all_its_columns(start: int, length: int | None) -> None:
    """A limit or an offset that leaves few rows, or none, changes no dtype and no category."""
    table, notes = build([slow_reference.page([ROW, {**ROW, "status": "ZOMBIE"}])])
    whole, part = framed(table, notes), framed(table.slice(start, length), notes)
    pd.testing.assert_series_equal(whole.dtypes, part.dtypes)
    pd.testing.assert_frame_equal(
        whole.iloc[start : None if length is None else start + length].reset_index(drop=True), part
    )


# -- order --


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        pytest.param([], "cbda", id="by time, then id"),
        pytest.param([("created_at", True)], "dbca", id="by time, backwards"),
        pytest.param([("id", True)], "dcba", id="by id, backwards"),
        pytest.param([("status", False)], "bdca", id="by status"),
        pytest.param([("custom_id", False)], "dcba", id="nulls last, and ties by time"),
        pytest.param([("custom_id", False), ("id", False)], "dabc", id="by two columns"),
    ],
)
def test_rows_are_sorted(sort: list[tuple[str, bool]], expected: str) -> None:
    """Rows stand in the order asked for; equal ones by `created_at`, then `id`; nulls come last."""
    rows = [
        {"id": "a", "createdAt": None, "status": None},
        {"id": "c", "createdAt": "2026-03-01T09:00:00Z", "status": "PENDING"},
        {"id": "d", "createdAt": "2026-03-01T11:00:00.000Z", "status": "COMPLETED", "customId": "x"},
        {"id": "b", "createdAt": "2026-03-01T10:00:00.000Z", "status": "COMPLETED"},
    ]
    table, _ = build([slow_reference.page(rows)])
    assert list(expected) == sorted_table(table, sort)["id"].to_pylist()


def test_sorted_rows_are_not_copied() -> None:
    """A table that is in order already is given back as it is."""
    table, _ = build([slow_reference.page([{"id": "a", "createdAt": NOON}, {"id": "b", "createdAt": NOON}])])
    assert table is sorted_table(table, [])


# -- parse_dates --


@pytest.mark.parametrize("backend", BACKENDS)
def test_parse_dates_reads_text_as_times(backend: DtypeBackend) -> None:
    """A text column of ISO 8601 times becomes a time column like the declared ones."""
    rows = [{"metadata": {"at": "2026-03-01T13:00:00+01:00"}}, {"metadata": {"at": "2026-03-01"}}, {}]
    frame = frame_of(rows, parse_dates=["metadata.at", "created_at"], dtype_backend=backend)
    assert DTYPES[backend]["time"] == frame.dtypes["metadata.at"]
    assert [pd.Timestamp(NOON), pd.Timestamp("2026-03-01", tz="UTC")] == frame["metadata.at"].tolist()[:2]
    assert frame["metadata.at"].isna().tolist() == [False, False, True]


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(["2026-03-01", "yesterday"], id="other text"),
        pytest.param([5], id="numbers"),
        pytest.param([True], id="truth values"),
        pytest.param([["2026-03-01"]], id="lists"),
        pytest.param([{"a": {}}], id="JSON text"),
        pytest.param(["0001-01-01T00:00:00+01:00"], id="before year 1"),
    ],
)
def test_parse_dates_leaves_what_is_no_time(values: list[Any]) -> None:
    """A column that holds anything but times stays as it is, and a warning at the caller's line names it."""
    table, notes = build(
        [slow_reference.page([{"metadata": [each] if isinstance(each, dict) else {"at": each}} for each in values])]
    )
    (name,) = [each for each in table.column_names if each.startswith("metadata")]
    with pytest.warns(gf.GalteaFramesWarning, match=f"parse_dates: {name} is not converted") as caught:
        frame = framed(table, notes, parse_dates=[name])
    pd.testing.assert_frame_equal(framed(table, notes), frame)
    assert [each.filename.rpartition("/")[2] for each in caught] == ["page_frames.py"]


# -- warnings --


@pytest.mark.parametrize(
    ("rows", "kind", "message"),
    [
        pytest.param(
            [{"metadata": {"x": 1}}, {"metadata": {"x": "a"}}],
            gf.MixedTypesWarning,
            "mixed types, kept as JSON text: 'metadata.x'",
            id="mixed types",
        ),
        pytest.param(
            [{"metadata": {f"k{at}": 1 for at in range(7)}}, {"metadata": {f"k{at}": "a" for at in range(7)}}],
            gf.MixedTypesWarning,
            "'metadata.k4' and 2 more",
            id="many of mixed types",
        ),
        pytest.param(
            [{"customId": 5, "createdAt": "x"}, {"customId": 6}],
            gf.MixedTypesWarning,
            r"kept in column '\*' \(1 in created_at, 2 in custom_id\)",
            id="another type than documented",
        ),
        pytest.param(
            [{"metadata": {f"k{at}": at for at in range(501)}}],
            gf.ColumnBudgetWarning,
            r"the rarest paths are JSON text in 'metadata\.\*'",
            id="more paths than columns",
        ),
        pytest.param([{"status": "Z"}, {"status": "A"}], gf.UnknownStatusWarning, "'A', 'Z'", id="unknown statuses"),
    ],
)
def test_a_warning_names_what_is_not_as_usual(rows: list[dict[str, Any]], kind: type[Warning], message: str) -> None:
    """What a column's name does not tell is warned of once, at the line that called."""
    _, notes = build([slow_reference.page(rows)])
    with pytest.warns(kind, match=message) as caught:
        warn_about_columns(notes, Contract(SESSIONS), 1)
    assert [each.filename for each in caught] == [__file__]


@pytest.mark.parametrize("nested", NESTED)
def test_usual_rows_warn_of_nothing(nested: Nested) -> None:
    """Rows as the API documents them give no warning."""
    _, notes = build([slow_reference.page([ROW])], nested)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_about_columns(notes, Contract(SESSIONS), 1)


def test_a_warning_without_a_caller_outside_is_still_given() -> None:
    """A call from code that lies beside the package, in a folder whose name begins alike, is a caller's line."""
    path = gf.__file__.replace("__init__.py", "").rstrip("/") + "_reports/weekly.py"
    code = compile("warn('x', kind)", path, "exec")
    with pytest.warns(gf.GalteaFramesWarning) as caught:
        exec(code, {"warn": warn, "kind": gf.GalteaFramesWarning})  # noqa: S102 - the code stands above
    assert [each.filename for each in caught] == [path]


def test_warnings_quote_a_part_of_what_is_long() -> None:
    """A status or a key of a megabyte is told by its beginning; nothing in it can act on a terminal."""
    long = "\x1b[2J" + "x" * 1_000_000
    rows: list[Any] = [{"status": f"{at}{long}", "metadata": {f"{at}{long}": at and "text"}} for at in range(9)]
    rows += [{"metadata": {f"{at}{long}": True}} for at in range(9)]
    _, notes = build([slow_reference.page(rows)])
    with pytest.warns(gf.GalteaFramesWarning) as caught:
        warn_about_columns(notes, Contract(SESSIONS), 1)
    assert len(caught) == 2
    for each in caught:
        assert len(str(each.message)) < 1_000
        assert " and 4 more" in str(each.message)
        assert str(each.message).isprintable()


# -- the whole way --

ODD_ROWS: list[dict[str, Any]] = [
    {"id": "a", "createdAt": "2026-03-01T10:00:00Z", "status": "ZOMBIE", "metadata": {"x": 1, "when": "2026-03-01"}},
    {
        "id": "b",
        "createdAt": "2026-03-01T10:00:00.123456Z",
        "customId": 5,
        "metadata": {"x": "a", "when": "2026-03-02"},
    },
    {"id": "c", "createdAt": "2026-03-01T13:00:00+02:00", "metadata": {f"k{at}": at for at in range(600)}},
    {"id": "d", "createdAt": "2026-03-01T12:00:00.000Z", "error": "\ud800", "facts": {"a": None}, "isSeed": None},
]


@contextlib.contextmanager
def client_of(rows: list[dict[str, Any]]) -> Iterator[gf.Client]:
    """Give a client of a stand-in API with these sessions."""
    with gf.sample.serve(sessions=rows, versions=[]) as api, gf.Client(api.api_key, api.url, progress=False) as client:
        yield client


def test_each_warning_of_a_load_is_given_once_at_the_callers_line() -> None:
    """A load warns once of each thing, with the line of the user's file, and says the same in the attrs."""
    with client_of(ODD_ROWS) as client, pytest.warns(gf.GalteaFramesWarning) as caught:
        frame = gf.load_sessions(client=client, parse_dates=["metadata.x", "metadata.when"])
    kinds = [each.category.__name__ for each in caught]
    assert sorted(kinds) == [
        "ColumnBudgetWarning",
        "GalteaFramesWarning",
        "MixedTypesWarning",
        "MixedTypesWarning",
        "UnknownStatusWarning",
    ]
    assert {__file__} == {each.filename for each in caught}
    attrs = frame.attrs["galtea_frames"]
    assert attrs["mixed_columns"] == ["metadata.x"]
    assert attrs["overflow_columns"] == ["metadata.*", "*"]
    assert frame["id"].tolist() == list("abcd")
    assert frame["status"].cat.categories.tolist() == [*STATUSES, "ZOMBIE"]
    assert str(frame.dtypes["metadata.when"]) == "datetime64[us, UTC]"


@pytest.mark.parametrize("nested", ["json", "both"])
@pytest.mark.filterwarnings("ignore::galtea_frames.GalteaFramesWarning")
def test_a_load_gives_the_records_back(nested: Nested) -> None:
    """What was served comes back from the frame, over real HTTP."""
    blank = dict.fromkeys(column.api for column in SESSIONS.columns)
    with client_of(ODD_ROWS) as client:
        frame = gf.load_sessions(client=client, nested=nested)
    assert [blank | row for row in ODD_ROWS] == gf.to_records(frame)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("nested", NESTED)
def test_an_empty_load_has_all_columns(nested: Nested, backend: DtypeBackend) -> None:
    """A load without a row has the declared columns and dtypes."""
    with client_of([]) as client:
        frame = gf.load_sessions(client=client, nested=nested, dtype_backend=backend)
    expected = frame_of([], nested, dtype_backend=backend)
    pd.testing.assert_series_equal(expected.dtypes, frame.dtypes)
    assert len(frame) == 0
