"""`to_records`: frames back to the records that the API sent."""

from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
import slow_reference
from direct_transport import DirectTransport
from page_frames import build, frame_of, framed

import galtea_frames as gf
from galtea_frames.api.resources import SESSIONS, VERSIONS
from galtea_frames.decoding.gatherer import Nested
from galtea_frames.frames.records import to_records

BLANK: dict[str, Any] = dict.fromkeys(column.api for column in SESSIONS.columns)
NOON = "2026-03-01T12:00:00.000Z"

CASES = [
    pytest.param([{"id": "a", "createdAt": NOON, "status": "FAILED"}], id="declared fields"),
    pytest.param(
        [{"context": "text"}, {"context": {"value": "text"}}, {"context": {}}, {}], id="context of every kind"
    ),
    pytest.param([{"metadata": {"a.b": 1, "": {"": 2}, "*": 3, "\\": 4, "id": 5}}], id="odd keys"),
    pytest.param([{"metadata": {"a": {"b": 1}}}, {"metadata": {"a": 5}}, {"metadata": {"a": {}}}], id="object or not"),
    pytest.param([{"metadata": {}}, {"metadata": {"a": {"b": [1, None]}}}], id="an empty object beside another"),
    pytest.param([{"metadata": {"x": 1}}, {"metadata": {"x": 0.5}}], id="numbers that widen"),
    pytest.param([{"metadata": {"x": 2**64}}, {"metadata": {"x": -(10**30)}}], id="large integers"),
    pytest.param([{"metadata": {"x": slow_reference.Odd("1e400")}}], id="more than a double"),
    pytest.param([{"metadata": {f"k{at}": {"x": at} for at in range(600)}}], id="more keys than columns"),
    pytest.param([{"facts": {f"k{at}": at for at in range(600)}}], id="more keys than columns in an unknown field"),
    pytest.param([{"facts": {"a": {"b": 1}}, "isSeed": True}, {"facts": "text"}, {"facts": {}}], id="unknown fields"),
    pytest.param([{"runId": "a", "run_id": "b", "a.b": {"c.d": 1}, "*": 5, "": "x"}], id="odd names"),
    pytest.param([{"customId": 5, "status": 7, "createdAt": "nonsense"}, {"customId": "5"}], id="misfits"),
    pytest.param([{"error": "\ud800", "metadata": {"\ud800": "\udfff"}}], id="lone surrogates"),
]


@pytest.mark.parametrize("nested", ["json", "both"])
@pytest.mark.parametrize("rows", CASES)
def test_records_are_what_was_sent(rows: list[dict[str, Any]], nested: Nested) -> None:
    """From JSON text a record comes back as it was sent; a declared field that was absent is None."""
    back = to_records(frame_of(rows, nested))
    assert [slow_reference.plain(BLANK | row) for row in rows] == [slow_reference.plain(each) for each in back]


@pytest.mark.parametrize("rows", CASES)
@pytest.mark.parametrize("backend", ["numpy_nullable", "pyarrow"])
def test_columns_give_records_but_for_nulls(rows: list[dict[str, Any]], backend: str) -> None:
    """From nested columns a record comes back as it was sent, but for keys that were null."""
    back = to_records(frame_of(rows, dtype_backend=backend))
    expected = [slow_reference.plain(slow_reference.without_nulls(row) or {}) for row in rows]
    assert expected == [slow_reference.plain(slow_reference.without_nulls(each) or {}) for each in back]


def test_columns_do_not_tell_null_keys_from_absent_ones() -> None:
    """From nested columns, null and absent keys come back absent, and an object of nothing else as None."""
    rows: list[dict[str, Any]] = [{"metadata": {"a": None, "b": 1}}, {"metadata": {"a": None}}, {"metadata": {"a": 2}}]
    assert [{"b": 1}, None, {"a": 2}] == [record["metadata"] for record in to_records(frame_of(rows))]


def test_null_and_absence_of_unknown_fields_are_told_apart() -> None:
    """A field that is not declared comes back null where it was null and absent where it was absent."""
    rows: list[dict[str, Any]] = [{"some": None, "all": None}, {"some": 1, "all": 1}, {"all": 2}]
    modes: tuple[Nested, ...] = ("json", "both")
    for nested in modes:
        assert [BLANK | row for row in rows] == to_records(frame_of(rows, nested))
    assert [{"all": None}, {"some": 1, "all": 1}, {"all": 2}] == [
        {key: value for key, value in record.items() if key not in BLANK} for record in to_records(frame_of(rows))
    ]


@pytest.mark.parametrize(
    "times",
    [
        pytest.param([NOON, "2026-03-01T12:00:00.123Z"], id="milliseconds"),
        pytest.param(["2026-03-01T12:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"], id="seconds"),
        pytest.param(["2026-03-01T12:00:00.123456Z", "1969-12-31T23:59:59.000000Z"], id="microseconds"),
        pytest.param(["2026-03-01T12:00:00.1Z", "2026-03-01T14:00:00+02:00", "2026-03-01", NOON], id="all sorts"),
        pytest.param(["2026-03-01T12:00:00.123456789Z", "2026-03-01T12:00:00", "0000-01-01T00:00:00Z"], id="odd ones"),
    ],
)
@pytest.mark.parametrize("backend", ["numpy_nullable", "pyarrow"])
def test_times_come_back_letter_by_letter(times: list[str], backend: str) -> None:
    """From JSON text a time comes back as it was written, in a part of the frame as well."""
    rows = [{"createdAt": time, "deletedAt": other} for time, other in zip(times, [None, *times], strict=False)]
    frame = frame_of(rows, "json", dtype_backend=backend)
    assert [BLANK | row for row in rows] == to_records(frame)
    assert [BLANK | rows[-1]] == to_records(frame.iloc[-1:])
    assert [BLANK | row for row in reversed(rows)] == to_records(frame.iloc[::-1])


def test_from_columns_times_come_back_in_milliseconds() -> None:
    """Without JSON text a time comes back as the same instant in the API's usual layout."""
    (record,) = to_records(frame_of([{"createdAt": "2026-03-01T13:00:00+01:00"}]))
    assert record["createdAt"] == NOON


def test_from_columns_times_keep_their_microseconds() -> None:
    """An instant between two milliseconds comes back as it is."""
    times = ["2026-03-01T12:00:00.123456Z", "2026-03-01T12:00:00Z"]
    records = to_records(frame_of([{"deletedAt": time} for time in times]))
    assert [times[0], NOON] == [record["deletedAt"] for record in records]


def test_numbers_beyond_a_float_come_back_as_decimals() -> None:
    """A number that no Python float holds is a Decimal of the same value."""
    rows = [{"metadata": {"x": [slow_reference.Odd("1e400")]}, "customId": slow_reference.Odd("-1E+999")}]
    modes: tuple[Nested, ...] = ("columns", "json", "both")
    for nested in modes:
        (record,) = to_records(frame_of(rows, nested))
        assert record["metadata"] == {"x": [Decimal("1e400")]}
        assert record["customId"] == Decimal("-1e999")


def test_columns_that_a_user_added_are_left_out() -> None:
    """A column that is no field of the API does not come back, and a column that was dropped is absent or null."""
    frame = frame_of([{"id": "a", "metadata": {"x": 1}, "new": 5, "error": "e"}])
    mine: dict[str, Any] = {"mine": 1, "latency.s": 2, "mine.*": 3, "metadata.*": "4", "": 5, ".": 6}
    frame = frame.assign(**mine)
    frame[7] = frame[("a", "b")] = [[8]]
    frame.insert(0, "mine", pd.Timedelta(9), allow_duplicates=True)
    (record,) = to_records(frame.drop(columns=["new", "error"]))
    assert BLANK | {"id": "a", "metadata": {"x": 1}} == {key: each for key, each in record.items() if key != "new"}
    assert record.get("new") is None


def test_columns_stand_in_where_the_json_text_was_dropped() -> None:
    """With "both", a field whose JSON text was dropped comes back from its columns."""
    frame = frame_of([{"metadata": {"x": {"y": 1}}}, {}], "both").drop(columns="metadata")
    assert [{"x": {"y": 1}}, None] == [record["metadata"] for record in to_records(frame)]


def test_a_field_of_both_comes_back_once() -> None:
    """With "both", the JSON text wins over columns that a widened type has changed."""
    rows: list[dict[str, Any]] = [{"metadata": {"x": 1}}, {"metadata": {"x": 0.5}}]
    back = [record["metadata"] for record in to_records(frame_of(rows, "both"))]
    assert slow_reference.tagged([{"x": 1}, {"x": 0.5}]) == slow_reference.tagged(back)


def test_versions_come_back_as_well() -> None:
    """A frame of versions gives versions."""
    row = {"id": "v", "name": "n", "facts": {"a": "b"}, "number": 3}
    blank: dict[str, Any] = dict.fromkeys(column.api for column in VERSIONS.columns)
    assert [blank | row] == to_records(frame_of([row], "both", VERSIONS))


def test_an_empty_frame_gives_no_records() -> None:
    """No rows, no records."""
    assert to_records(frame_of([])) == []


@pytest.mark.parametrize(
    "attrs",
    [
        pytest.param({}, id="none"),
        pytest.param({"galtea_frames": {}}, id="of no resource"),
        pytest.param({"galtea_frames": {"resource": "joined"}}, id="of a join"),
    ],
)
def test_a_frame_that_is_not_ours_is_refused(attrs: dict[str, Any]) -> None:
    """Without the attrs of a load there is no telling which fields the columns are."""
    frame = pd.DataFrame({"id": ["a"]})
    frame.attrs.update(attrs)
    with pytest.raises(gf.QueryError, match="load_sessions or load_versions"):
        to_records(frame)


def test_odd_fields_of_later_pages_come_back_in_their_rows() -> None:
    """Nulls of unknown fields, misfits and times of another layout come back in the row and page that sent them."""
    rows: list[dict[str, Any]] = [{"id": each, "createdAt": NOON} for each in "abcd"]
    rows[2] |= {"some": None, "customId": 5}
    rows[3] |= {"some": 1, "createdAt": "2026-03-01T12:00:01Z"}
    table, notes = build([slow_reference.page(rows[:2]), slow_reference.page(rows[2:])], "json")
    assert [BLANK | row for row in rows] == to_records(framed(table, notes))


def test_records_keep_the_order_of_the_frame() -> None:
    """Records stand in the frame's order, whatever its index."""
    table, notes = build([slow_reference.page([{"id": each} for each in "abc"])])
    frame = framed(table, notes).sort_values("id", ascending=False)
    assert ["c", "b", "a"] == [record["id"] for record in to_records(frame)]


def test_beside_the_whole_field_columns_of_ones_own_say_nothing() -> None:
    """Where `metadata` is there as JSON text, `metadata.mine` is nothing that was sent, also where it was null."""
    rows: list[dict[str, Any]] = [{"id": "a", "metadata": None}, {"id": "b", "metadata": {"x": 1}}]
    mine: dict[str, Any] = {"metadata.mine": 5, "metadata.*": "{}"}
    modes: tuple[Nested, ...] = ("json", "both")
    for nested in modes:
        table, notes = build([slow_reference.page(rows)], nested)
        frame = framed(table, notes)
        frame.attrs["galtea_frames"]["nested"] = nested
        assert [BLANK | row for row in rows] == to_records(frame.assign(**mine))


def attrs_of(**changes: object) -> dict[str, Any]:
    """The attrs of a frame, changed."""
    return {"resource": "sessions", "fields": {}, "json_columns": [], "null_fields": [], "time_digits": {}, **changes}


@pytest.mark.parametrize(
    ("frame", "attrs", "message"),
    [
        pytest.param(
            [{"id": "a"}], {}, "to_records takes a DataFrame of load_sessions or load_versions, not", id="list"
        ),
        pytest.param(None, {}, "to_records takes a DataFrame of load_sessions or load_versions, not None", id="None"),
        pytest.param(
            pd.Series(["a"]),
            {},
            "to_records takes a DataFrame of load_sessions or load_versions, not a Series",
            id="Series",
        ),
        pytest.param(
            pd.DataFrame({"id": ["a"]}), ["sessions"], "to_records takes a frame of load_sessions", id="attrs as a list"
        ),
        pytest.param(
            pd.DataFrame({"id": ["a"]}),
            {"resource": ["sessions"]},
            "to_records takes a frame of",
            id="resource as a list",
        ),
        pytest.param(
            pd.DataFrame({"id": ["a"]}),
            attrs_of(fields={"facts": 5}),
            "the attrs of the frame were changed: fields is {'facts': 5}; load the rows again",
            id="fields of numbers",
        ),
        pytest.param(
            pd.DataFrame({"id": ["a"]}),
            attrs_of(null_fields=5),
            "the attrs of the frame were changed: null_fields is 5; load the rows again",
            id="null_fields as a number",
        ),
        pytest.param(
            pd.DataFrame({"id": ["a"]}),
            attrs_of(json_columns="x" * 10_000),
            f"the attrs of the frame were changed: json_columns is '{'x' * 100}'…; load the rows again",
            id="json_columns as a long text",
        ),
        pytest.param(
            pd.DataFrame({"id": ["a"]}),
            attrs_of(time_digits={"created_at": True}),
            "the attrs of the frame were changed: time_digits is {'created_at': True}; load the rows again",
            id="digits as a truth",
        ),
        pytest.param(
            pd.DataFrame({"mine": [1], "latency.s": [2]}),
            attrs_of(),
            "to_records takes a frame returned by a loader; none of these columns is a field of the API",
            id="no column of a load",
        ),
        pytest.param(
            pd.DataFrame([["a", "b"]], columns=["id", "id"]),
            attrs_of(),
            "the column 'id' occurs twice; drop one of them first",
            id="a field twice",
        ),
        pytest.param(
            pd.DataFrame({"id": [pd.Timedelta(1)]}),
            attrs_of(),
            "column 'id' has values that no loader returns (timedelta64[",
            id="a span of time",
        ),
        pytest.param(
            pd.DataFrame({"id": [object()]}),
            attrs_of(),
            "column 'id' has values that no loader returns (object",
            id="objects",
        ),
        pytest.param(
            pd.DataFrame({"metadata": ["{"]}),
            attrs_of(json_columns=["metadata"]),
            "column 'metadata' holds text that is not JSON; load the rows again",
            id="no JSON",
        ),
        pytest.param(
            pd.DataFrame({"metadata": [5]}),
            attrs_of(json_columns=["metadata"]),
            "column 'metadata' holds text that is not JSON; load the rows again",
            id="no text",
        ),
        pytest.param(
            pd.DataFrame({"*": ["[1]"], "id": ["a"]}),
            attrs_of(json_columns=["*"]),
            "column '*' holds text that is not a JSON object; load the rows again",
            id="no object",
        ),
    ],
)
def test_what_is_no_frame_of_a_load_is_refused(frame: Any, attrs: Any, message: str) -> None:  # noqa: ANN401
    """One line that says what is wrong, whatever was made of the frame or of its attrs."""
    if isinstance(frame, pd.DataFrame):
        frame = frame.copy()
        frame.attrs["galtea_frames"] = attrs
    with pytest.raises(gf.QueryError) as caught:
        to_records(frame)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


def test_attrs_that_are_not_needed_may_be_missing() -> None:
    """A frame that says its resource and nothing else is read as it stands."""
    frame = pd.DataFrame({"id": ["a"], "created_at": pd.to_datetime(["2026-03-01"], utc=True)})
    frame.attrs["galtea_frames"] = {"resource": "sessions", "nested": 5, "null_fields": ["unknown"]}
    assert [BLANK | {"id": "a", "createdAt": "2026-03-01T00:00:00.000Z"}] == to_records(frame)


def pinned(rows: list[dict[str, Any]], **options: Any) -> pd.DataFrame:  # noqa: ANN401 - any option of a loader
    """The frame of these sessions under `columns` and `dtype`."""
    records = [{"id": f"s{index}", "createdAt": NOON, **row} for index, row in enumerate(rows)]
    return gf.load_sessions(client=DirectTransport(records).client(), **options)


@pytest.mark.filterwarnings("ignore::galtea_frames.GalteaFramesWarning")
def test_pinned_columns_give_back_what_was_sent() -> None:
    """Numbers of times, whole numbers, JSON and misfits; what a pin took for something else comes back as that."""
    sent: list[dict[str, Any]] = [
        {"at": 1_772_359_200, "ms": 1_772_359_200_123, "json": {"b": 1, "a": None}, "n": 1, "text": "x"},
        {"at": 1_772_359_200.25, "ms": "1772359200123", "json": [1], "n": 2.5, "text": {"b": 1}},
        {"at": "soon", "n": "3", "text": 5},
    ]
    dtypes = {"at": "epoch_s", "ms": "epoch_ms", "json": "json", "n": "Float64", "text": "string"}
    frame = pinned(
        [{"metadata": each} for each in sent], dtype={f"metadata.{name}": dtype for name, dtype in dtypes.items()}
    )
    back = [record["metadata"] for record in to_records(frame)]
    assert [sent[0], sent[1] | {"ms": 1_772_359_200_123}, sent[2] | {"n": 3, "text": "5"}] == back
    assert [int, float, int] == [type(each["n"]) for each in back]


def test_fields_that_were_not_selected_are_absent() -> None:
    """They are unknown, not null."""
    frame = pinned([{"metadata": {"a": 1}, "runId": None}], columns=["id", "error", "metadata.a"])
    assert [{"id": "s0", "error": None, "metadata": {"a": 1}}] == to_records(frame)
