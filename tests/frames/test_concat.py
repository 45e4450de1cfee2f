"""`concat`: rows, columns, completeness, and the frames it rejects."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from direct_transport import DirectTransport

import galtea_frames as gf
from galtea_frames import sample
from galtea_frames.frames.schema import Schema

pytestmark = pytest.mark.filterwarnings("ignore::galtea_frames.GalteaFramesWarning")

#: Of three months of 2026, long before any clock that runs these tests.
VERSIONS = sample.version_records(4)
SESSIONS = sample.session_records(120, VERSIONS)


def load(rows: list[dict[str, Any]] | None = None, **arguments: Any) -> pd.DataFrame:  # noqa: ANN401
    """What a load of these rows gives."""
    return gf.load_sessions(client=DirectTransport(SESSIONS if rows is None else rows).client(), **arguments)


def about(frame: pd.DataFrame) -> dict[str, Any]:
    """What a frame says of itself."""
    attrs: dict[str, Any] = frame.attrs["galtea_frames"]
    return attrs


def aged(frame: pd.DataFrame, fetched_at: str) -> pd.DataFrame:
    """A frame as if it had been fetched at another time."""
    frame.attrs["galtea_frames"] = about(frame) | {"fetched_at": fetched_at}
    return frame


def record(number: int, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever JSON can hold
    """A session of one second each."""
    return {"id": f"s{number}", "createdAt": f"2026-03-01T10:00:{number:02}.000Z", **fields}


@pytest.mark.parametrize("nested", ["columns", "json", "both"])
@pytest.mark.parametrize("backend", ["numpy_nullable", "pyarrow"])
def test_weeks_together_are_one_load(nested: str, backend: str) -> None:
    """Given in any order, overlapping or not: its rows, columns, dtypes and records, and complete as it is."""
    options: dict[str, Any] = {"nested": nested, "dtype_backend": backend}
    frames = [
        load(from_created_at="2026-02-20", **options),
        load(to_created_at="2026-01-31", **options),
        load(from_created_at="2026-02-01", to_created_at="2026-02-22", **options),
    ]
    found, expected = gf.concat(frames), load(**options)
    pd.testing.assert_frame_equal(expected, found)
    assert gf.to_records(expected) == gf.to_records(found)
    assert (True, {}, 120) == tuple(about(found)[name] for name in ("complete", "filters", "rows"))
    told = set(about(expected)) - {"fetched_at", "pages", "requests"}
    assert {name: about(expected)[name] for name in told} == {name: about(found)[name] for name in told}
    assert about(found)["requests"] == sum(about(each)["requests"] for each in frames)
    assert 3 == about(found)["loads"]["count"]


def test_parts_of_one_load_are_that_load() -> None:
    """An iterator of them is taken as it is; with a part missing, nobody can say that it is whole."""
    rows = [record(number % 60, id=f"s{number:05}", metadata={"n": number, "x": None}) for number in range(20_500)]
    client = DirectTransport(rows).client(page_size=10_000)
    whole = gf.load_sessions(client=client)
    found = gf.concat(gf.iter_sessions(client=client))
    pd.testing.assert_frame_equal(whole, found)
    assert about(found)["complete"]
    assert about(whole)["fingerprint"] == about(found)["fingerprint"]
    first, _, last = gf.iter_sessions(client=client)
    partly = about(gf.concat([first, last]))
    assert not partly["complete"]
    assert partly["problem"] == ("frame 1 does not match the rows that were loaded: 20,500 loaded, 10,500 present")
    assert about(gf.concat([first, *gf.iter_sessions(client=client)]))["problem"].startswith("frame 1 does not match")


MIXTURES: list[Any] = [
    pytest.param([1, 2], ["x", None], ["1", "2", '"x"', None], "string", id="numbers, then text"),
    pytest.param([1, 2.5], ["x", None], ["1", "2.5", '"x"', None], "string", id="widened numbers, then text"),
    pytest.param([2.0, 0.5], ["x", None], ["2.0", "0.5", '"x"', None], "string", id="numbers with points, then text"),
    pytest.param([[1]], ["x"], ["[1]", '"x"'], "string", id="a list and text"),
    pytest.param([[1]], [[0.5]], [[1.0], [0.5]], "list<item: double>[pyarrow]", id="lists that widen"),
    pytest.param([[1], [0.5]], ["x"], ["[1]", "[0.5]", '"x"'], "string", id="widened lists, then text"),
    pytest.param([[]], [["a"]], [[], ["a"]], "list<item: string>[pyarrow]", id="an empty list"),
    pytest.param([1], [2.5], [1.0, 2.5], "Float64", id="integers and numbers"),
    pytest.param([2**60], [2.5], [str(2**60), "2.5"], "string", id="an integer that no double holds"),
    pytest.param([True], [1], ["true", "1"], "string", id="truth and number"),
    pytest.param([None], [True], [None, True], "boolean", id="null and truth"),
    pytest.param([2**70], [1], [str(2**70), "1"], "string", id="beyond 64 bits"),
    pytest.param([1, "a"], [2], ["1", '"a"', "2"], "string", id="JSON text already"),
    pytest.param([{"a": 1}], [2], [None, 2], "Int64", id="an object is taken apart"),
    pytest.param(["wave \ud83d"], ["b"], ["wave \ufffd", "b"], "string", id="half a character"),
    pytest.param(["wave \ud83d"], [1], ['"wave \\ud83d"', "1"], "string", id="half a character, and a number"),
    pytest.param([{}], [{"a": 1}], ["{}", None], "string", id="an empty object"),
]


@pytest.mark.parametrize(("one", "other", "cells", "dtype"), MIXTURES)
@pytest.mark.parametrize("field", ["metadata", "facts"])
def test_types_are_united(one: list[Any], other: list[Any], cells: list[Any], dtype: str, field: str) -> None:
    """By the rule of a load, over all rows, in declared objects and other fields alike."""
    rows = [record(number, **{field: {"k": value}}) for number, value in enumerate([*one, *other])]
    found = gf.concat([load(rows[: len(one)]), load(rows[len(one) :])])
    column = found[f"{field}.k"]
    assert (cells, dtype) == (
        [None if pd.api.types.is_scalar(each) and pd.isna(each) else each for each in column.array.tolist()],
        str(column.dtype),
    )
    pd.testing.assert_frame_equal(load(rows), found)
    assert about(load(rows))["mixed_columns"] == about(found)["mixed_columns"]


def test_columns_that_one_load_did_not_have_are_null_there() -> None:
    """Nested ones, other fields, statuses beyond the known ones, and what stands in `*`."""
    rows = [
        record(1, metadata={"a": 1}, status="ODD", runId="r"),
        record(2, metadata={"b": {"c": "x"}}, status="FAILED", error=5),
    ]
    found = gf.concat([load(rows[:1]), load(rows[1:])])
    pd.testing.assert_frame_equal(load(rows), found)
    assert ["PENDING", "COMPLETED", "FAILED", "ODD"] == found["status"].cat.categories.tolist()
    assert gf.to_records(load(rows)) == gf.to_records(found)


def test_the_row_fetched_last_wins() -> None:
    """Whatever the order of the frames; what only older rows held has no column any more."""
    old = aged(
        load([record(1, status="PENDING", metadata={"k": "waiting", "n": 1}), record(2)]), "2026-04-01T00:00:00Z"
    )
    new = aged(load([record(1, status="COMPLETED", metadata={"n": 2})]), "2026-04-02T00:00:00Z")
    for frames in ([old, new], [new, old]):
        found = gf.concat(frames)
        assert ["COMPLETED", None] == found["status"].astype(object).where(found["status"].notna(), None).tolist()
        assert [2, pd.NA] == found["metadata.n"].tolist()
        assert "metadata.k" not in found


def test_a_column_of_numbers_stays_one_where_no_one_can_tell_integers() -> None:
    """`1` beside `2.0`: which of them had a point is known to nobody, so both stay numbers."""
    found = gf.concat([load([record(1, metadata={"k": 1}), record(2, metadata={"k": 2.0})])])
    assert "Float64" == str(found["metadata.k"].dtype)


def test_odd_attrs_of_numbers_change_nothing() -> None:
    """A column that is said to hold numbers, and holds text."""
    frame = load()
    expected = frame.copy()
    about(frame)["whole_numbers"] = ["error", "metadata.unknown"]
    pd.testing.assert_frame_equal(expected, gf.concat([frame]))


def test_frames_from_files_and_indexes_of_ones_own(tmp_path: Any) -> None:  # noqa: ANN401 - a path
    """What was saved and read again counts as loaded, and so does a frame that was sorted or indexed anew."""
    first, second = load(to_created_at="2026-02-10"), load(from_created_at="2026-02-11")
    gf.write_parquet(first, tmp_path / "first")
    shuffled = second.sample(frac=1, random_state=1).set_axis(pd.RangeIndex(5, 5 + len(second)))
    found = gf.concat([gf.read_parquet(tmp_path / "first"), shuffled])
    pd.testing.assert_frame_equal(load(), found)
    assert about(found)["complete"]


def test_versions_are_concatenated_as_well() -> None:
    """Each version once."""
    client = DirectTransport([], VERSIONS).client()
    versions = gf.load_versions(client=client)
    pd.testing.assert_frame_equal(versions, gf.concat([versions, gf.load_versions(names=["1.0.0"], client=client)]))


def test_loads_without_rows_have_all_columns() -> None:
    """As one load without rows."""
    found = gf.concat([load([]), load([])])
    pd.testing.assert_frame_equal(load([]), found)
    assert about(found)["complete"]


def test_columns_read_as_times_stay_times() -> None:
    """Where every frame that has a value there read it as times; else they are text again."""
    rows = [
        record(1, metadata={"at": "2026-03-01T10:00:00.000Z"}),
        record(2, metadata={"at": "2026-03-02T10:00:00.000Z"}),
    ]
    read = [load([row], parse_dates="metadata.at") for row in rows]
    pd.testing.assert_frame_equal(load(rows, parse_dates="metadata.at"), gf.concat([*read, load([record(3)])])[:2])
    pd.testing.assert_frame_equal(load(rows), gf.concat([read[0], load(rows[1:])]))


def test_a_frame_of_an_earlier_release_is_taken() -> None:
    """It does not say how nested fields came; JSON text of whole fields shows it. Nor does it prove anything."""
    for nested in ("columns", "json"):
        frame = load(nested=nested)
        for name in ("nested", "whole_numbers", "fingerprint", "dated_fingerprint"):
            del about(frame)[name]
        found = gf.concat([frame])
        pd.testing.assert_frame_equal(frame, found)
        assert not about(found)["complete"]


# -- whether it is complete --


def span(start: str | None, end: str | None, **options: Any) -> pd.DataFrame:  # noqa: ANN401
    """The load of a span of time."""
    return load(from_created_at=start, to_created_at=end, **options)


COMPLETE: list[Any] = [
    pytest.param([(None, "2026-02-10"), ("2026-02-11", None)], {}, id="two days that follow each other"),
    pytest.param(
        [("2026-02-01", "2026-02-10T23:59:59.999Z"), ("2026-02-11", "2026-02-20")],
        {"from_created_at": "2026-02-01T00:00:00.000Z", "to_created_at": "2026-02-20T23:59:59.999999Z"},
        id="a millisecond between them, and times in milliseconds",
    ),
    pytest.param(
        [("2026-02-05", "2026-02-10"), ("2026-02-01", "2026-02-28")],
        {"from_created_at": "2026-02-01T00:00:00.000Z", "to_created_at": "2026-02-28T23:59:59.999999Z"},
        id="one within the other",
    ),
    pytest.param([(None, None), ("2026-02-01", "2026-02-02")], {}, id="all, and some again"),
    pytest.param(
        [("2026-02-01", "2026-02-01"), ("2026-02-03", "2026-02-03"), ("2026-02-02", "2026-02-02")],
        {"from_created_at": "2026-02-01T00:00:00.000Z", "to_created_at": "2026-02-03T23:59:59.999999Z"},
        id="three days in disorder",
    ),
]


@pytest.mark.parametrize(("spans", "filters"), COMPLETE)
def test_spans_without_a_gap_are_complete(spans: list[tuple[str | None, str | None]], filters: dict[str, str]) -> None:
    """The frame then says which span it covers, as one load of it would, and can be concatenated again."""
    found = gf.concat([span(*each) for each in spans])
    assert (True, filters) == (about(found)["complete"], about(found)["filters"])
    assert "problem" not in about(found)
    again = gf.concat([found, found.copy()])
    pd.testing.assert_frame_equal(found, again)
    assert (True, filters) == (about(again)["complete"], about(again)["filters"])


def changed(**attrs: Any) -> Callable[[pd.DataFrame], pd.DataFrame]:  # noqa: ANN401 - whatever attrs hold
    """Return what gives a frame other attrs."""

    def change(frame: pd.DataFrame) -> pd.DataFrame:
        frame.attrs["galtea_frames"] = about(frame) | attrs
        return frame

    return change


DOUBTS: list[Any] = [
    pytest.param(
        lambda: [span(None, "2026-02-10"), span("2026-02-12", None)],
        "no load covers the time from 2026-02-10T23:59:59.999999Z to 2026-02-12T00:00:00.000Z",
        id="a gap",
    ),
    pytest.param(
        lambda: [
            load([record(1) | {"createdAt": "2026-02-10T00:00:00.000001Z"}], to_created_at="2026-02-10T23:59:59.999Z"),
            span("2026-02-11", None),
        ],
        "no load covers the time from 2026-02-10T23:59:59.999Z to 2026-02-11T00:00:00.000Z",
        id="a millisecond between them, and times in microseconds",
    ),
    pytest.param(
        lambda: [
            aged(span(None, None), "2026-02-10T00:00:00.000+00:00"),
            aged(span("2026-02-12", None), "2026-04-10T00:00:00.000+00:00"),
        ],
        "no load covers the time from 2026-02-10T00:00:00.000Z to 2026-02-12T00:00:00.000Z",
        id="no load covers what came after it",
    ),
    pytest.param(
        lambda: [span(None, "2026-02-10"), span("2026-02-11", None, statuses="FAILED")],
        "frame 2 was loaded with different statuses than frame 1",
        id="another filter",
    ),
    pytest.param(
        lambda: [load(product_ids="a"), load(product_ids=["a", "b"], params={"userIds": ["u"]})],
        "frame 2 was loaded with different product_ids and user_ids than frame 1",
        id="other filters",
    ),
    pytest.param(
        lambda: [load(custom_ids=[f"a{n}" for n in range(30)]), load(custom_ids=[f"b{n}" for n in range(30)])],
        "frame 2 was loaded with different custom_ids than frame 1",
        id="other long lists",
    ),
    pytest.param(
        lambda: [changed(mirror={"version": 3, "include_removed": True})(load()), load()],
        "frame 2 was loaded with different mirror include_removed than frame 1",
        id="removed ones too",
    ),
    pytest.param(lambda: [load(limit=0), load(offset=0, limit=0)], "frame 1 was loaded with limit=0", id="limit of 0"),
    pytest.param(lambda: [load(limit=5), load()], "frame 1 was loaded with limit=5", id="limit"),
    pytest.param(
        lambda: [load(), load(limit=5, offset=2)], "frame 2 was loaded with limit=5 and offset=2", id="limit, offset"
    ),
    pytest.param(
        lambda: [span(None, "2026-02-10"), span("2026-02-11", None).iloc[1:]],
        r"frame 2 does not match the rows that were loaded: (\d+) loaded, \d+ present",
        id="a row less",
    ),
    pytest.param(
        lambda: [changed(complete=False, problem="cut off")(load())], "frame 1 is not complete: cut off", id="cut off"
    ),
    pytest.param(
        lambda: [changed(complete="yes")(load())],
        "frame 1 is not complete: its load did not finish",
        id="complete is no truth",
    ),
    pytest.param(
        lambda: [changed(fetched_at="yesterday")(load())],
        "frame 1 does not say when and with which filters it was loaded",
        id="no time",
    ),
    pytest.param(
        lambda: [changed(filters=["a"])(load())],
        "frame 1 does not say when and with which filters it was loaded",
        id="no filters",
    ),
    pytest.param(
        lambda: [changed(rows="all", fingerprint=5)(load())],
        "frame 1 does not match the rows that were loaded: 120 present",
        id="no fingerprint",
    ),
]


@pytest.mark.parametrize(("frames", "words"), DOUBTS)
def test_what_does_not_prove_to_be_whole_is_not_complete(frames: Callable[[], list[pd.DataFrame]], words: str) -> None:
    """The frame is made, and says why rows may be missing."""
    found = gf.concat(frames())
    assert about(found)["complete"] is False
    assert pd.Series([about(found)["problem"]]).str.fullmatch(words).all(), about(found)["problem"]
    again = gf.concat([found])
    assert (False, f"frame 1 is not complete: {about(found)['problem']}") == (
        about(again)["complete"],
        about(again)["problem"],
    )


def test_filters_are_equal_however_they_were_given() -> None:
    """One text is a list of it, order and repetition do not count, nor does how rows were sorted."""
    frames = [
        load(statuses=["FAILED", "PENDING"], to_created_at="2026-02-10"),
        load(params={"statuses[]": ["PENDING", "FAILED"]}, from_created_at="2026-02-11", sort="id"),
    ]
    found = gf.concat(frames)
    assert about(found)["complete"]
    pd.testing.assert_frame_equal(load(statuses=["FAILED", "PENDING"]), found)
    assert {"statuses": ["FAILED", "PENDING"]} == about(found)["filters"]


def test_only_what_all_loads_were_filtered_by_is_stated() -> None:
    """Where filters differ, none of them is true of the whole."""
    found = gf.concat([load(statuses="FAILED", product_ids="a"), load(statuses="PENDING", product_ids="a")])
    assert {"product_ids": "a"} == about(found)["filters"]
    found = gf.concat([load(params={"userIds": ["u"]}), load()])
    assert {} == about(found)["filters"]


def test_the_age_is_that_of_the_load_that_reaches_furthest() -> None:
    """Up to when there are rows depends on it; how old rows may be is said besides."""
    frames = [
        aged(span(None, "2026-02-10"), "2026-04-02T00:00:00.000+00:00"),
        aged(span("2026-02-11", None), "2026-04-01T00:00:00.000+00:00"),
        aged(span("2026-02-10", "2026-02-12"), "2026-03-31T00:00:00.000+00:00"),
    ]
    found = about(gf.concat(frames))
    assert "2026-04-01T00:00:00.000+00:00" == found["fetched_at"]
    assert {"count": 3, "first_fetched_at": "2026-03-31T00:00:00.000Z"} == found["loads"]


def test_a_span_of_the_future_has_no_rows_yet() -> None:
    """It adds nothing to what is covered, and takes nothing away; but nothing is covered up to its end."""
    beyond = datetime.now(UTC).year + 2
    found = about(gf.concat([load(), span(f"{beyond}-01-01", f"{beyond}-12-31")]))
    assert (True, {}) == (found["complete"], found["filters"])


# -- what is refused --

ODD = [5, "x", None, [1], {"a": {5: 1, "b": 2}}, pd.NA, pd.Series([1, 2]), np.array([1, 2]), object]


@pytest.mark.parametrize("value", ODD, ids=lambda value: type(value).__name__)
def test_attrs_of_any_kind_are_refused_or_prove_nothing(value: object) -> None:
    """Attrs go through files and other hands; none of them breaks anything."""
    frame = load([record(1)])
    for name in about(frame):
        try:
            found = about(gf.concat([changed(**{name: value})(frame.copy())]))
        except gf.QueryError:
            names = ("resource", "fields", "json_columns", "null_fields", "whole_numbers", "time_digits")
            assert name in (*names, "columns", "dtype", "absent_columns")
        else:
            assert isinstance(found["complete"], bool)
            assert not found["complete"] or name not in ("complete", "fetched_at", "fingerprint")


REFUSED: list[Any] = [
    pytest.param(list, "concat takes at least one frame; the list is empty", id="empty list"),
    pytest.param(lambda: iter(()), "concat takes at least one frame; the list is empty", id="empty iterator"),
    pytest.param(load, "concat takes a list of frames, not a DataFrame", id="one frame"),
    pytest.param(lambda: {"a": load()}, "concat takes a list of frames, not {'a': a DataFrame}", id="mapping"),
    pytest.param(lambda: None, "concat takes a list of frames, not None", id="None"),
    pytest.param(lambda: "frames", "concat takes a list of frames, not 'frames'", id="text"),
    pytest.param(lambda: [load(), None], "concat takes frames returned by loaders; frame 2 is None", id="None in it"),
    pytest.param(
        lambda: [load()["id"]], "concat takes frames returned by loaders; frame 1 is a Series", id="Series in it"
    ),
    pytest.param(
        lambda: [pd.DataFrame({"id": ["a"]})],
        "frame 1: its attrs do not name the list it was loaded from; pass frames returned by loaders",
        id="no attrs",
    ),
    pytest.param(
        lambda: [load(), changed(resource=["sessions"])(load())],
        "frame 2: its attrs do not name the list it was loaded from; pass frames returned by loaders",
        id="a resource that is none",
    ),
    pytest.param(
        lambda: [load(), gf.load_versions(client=DirectTransport([], VERSIONS).client())],
        "concat takes frames of one list: frame 1 is of sessions, frame 2 of versions",
        id="two lists",
    ),
    pytest.param(
        lambda: [gf.load_sessions_with_versions(client=DirectTransport(SESSIONS, VERSIONS).client())],
        "frame 1: joined frames cannot be concatenated; concatenate the sessions, then join",
        id="joined",
    ),
    pytest.param(
        lambda: [load(), load(nested="json")],
        "concat takes frames with the same nested: frame 1 has 'columns', frame 2 'json'",
        id="two ways of nested",
    ),
    pytest.param(
        lambda: [load().assign(week=1)],
        "frame 1: the column 'week' is not a field of the API; drop it and add it to the result",
        id="a column of one's own",
    ),
    pytest.param(
        lambda: [load().assign(**{"latency.s": 1})],
        "frame 1: the column 'latency.s' is not a field of the API; drop it and add it to the result",
        id="a column of one's own with a dot",
    ),
    pytest.param(
        lambda: [load().rename(columns={"error": 5})],
        "frame 1: the column 5 is not a field of the API; drop it and add it to the result",
        id="a number as a name",
    ),
    pytest.param(
        lambda: [load().rename(columns={"custom_id": "error"})],
        "frame 1: the column 'error' occurs twice",
        id="a name twice",
    ),
    pytest.param(
        lambda: [load().drop(columns="error")],
        "frame 1: the column 'error' was dropped; drop columns from the result instead",
        id="a column less",
    ),
    pytest.param(
        lambda: [load(nested="json").drop(columns="metadata")],
        "frame 1: the column 'metadata' was dropped; drop columns from the result instead",
        id="JSON text less",
    ),
    pytest.param(
        lambda: [load().assign(id=None)],
        "frame 1 has rows without an id or a creation time; load them again",
        id="no ids",
    ),
    pytest.param(
        lambda: [load().assign(created_at=pd.Series(pd.NaT, range(120)))],
        "frame 1 has rows without an id or a creation time; load them again",
        id="no times",
    ),
    pytest.param(
        lambda: [load().assign(created_at="2026")],
        "frame 1 has rows without an id or a creation time; load them again",
        id="text for times",
    ),
    pytest.param(
        lambda: [load().assign(id=5)],
        "frame 1 has rows without an id or a creation time; load them again",
        id="numbers for ids",
    ),
    pytest.param(lambda: np.array(3), "concat takes a list of frames, not array(3)", id="a number of numpy"),
    pytest.param(
        lambda: [load().assign(error=np.array([1, "a"] * 60, dtype=object))],
        "column 'error' has values that no loader returns (object); drop it first",
        id="objects",
    ),
    pytest.param(
        lambda: [load().assign(error=pd.Timedelta(1))],
        "column 'error' has values that no loader returns (",
        id="spans of time",
    ),
    pytest.param(
        lambda: [load(nested="both").assign(metadata="{")],
        "column 'metadata' holds text that is not JSON; load the rows again",
        id="no JSON",
    ),
    pytest.param(
        lambda: [load(nested="both").assign(metadata=5)],
        "column 'metadata' holds text that is not JSON; load the rows again",
        id="no text",
    ),
    pytest.param(
        lambda: [load([record(1, error=5)]).assign(**{"*": "5"})],
        "column '*' holds text that is not a JSON object; load the rows again",
        id="no object",
    ),
    pytest.param(
        lambda: [changed(fields=["facts"])(load())],
        "frame 1: the attrs of the frame were changed: fields is ['facts']; load the rows again",
        id="fields of a wrong kind",
    ),
    pytest.param(
        lambda: [changed(json_columns="all")(load())],
        "frame 1: the attrs of the frame were changed: json_columns is 'all'; load the rows again",
        id="names of a wrong kind",
    ),
    pytest.param(
        lambda: [changed(time_digits={"created_at": 4})(load())],
        "frame 1: the attrs of the frame were changed: time_digits is {'created_at': 4}; load the rows again",
        id="digits that no layout has",
    ),
]


@pytest.mark.parametrize(("frames", "words"), REFUSED)
def test_what_cannot_be_concatenated(frames: Callable[[], Any], words: str) -> None:
    """One line says which frame, and what to do."""
    with pytest.raises(gf.QueryError) as caught:
        gf.concat(frames())
    assert str(caught.value).startswith(words)
    assert "\n" not in str(caught.value)


PINNED: dict[str, Any] = {"columns": ["id", "created_at", "metadata.a"], "dtype": {"metadata.a": "Int64"}}


def test_misfits_that_columns_left_out_are_still_counted() -> None:
    """Once a load, also where it comes in several frames; `metadata.*` is not among the columns."""
    rows = [record(1, metadata={"a": "x"}), record(2, metadata={"a": 2}), record(3, metadata={"a": []}, error="\ud800")]
    frames = [load(rows[:1], **PINNED), load(rows[1:], **PINNED)]
    found = gf.concat([*frames, frames[1].copy()])
    assert {"metadata.a": 2} == about(found)["misfits"]
    assert ["id", "created_at", "metadata.a"] == about(found)["columns"] == list(found.columns)
    assert {"error": 1} == about(gf.concat([load(rows, columns=["id", "created_at", "error"])]))["replaced_text"]
    odd = changed(misfits={"metadata.a": "x", 5: 5}, replaced_text=[1])(frames[0])
    assert {} == about(gf.concat([odd]))["misfits"]


def test_frames_under_a_schema_keep_its_columns() -> None:
    """A column of a field itself does not draw in those below it."""
    columns = {"metadata": "string", "id": "string", "metadata.a": "Int64", "created_at": "datetime64[us, UTC]"}
    schema = Schema("sessions", columns)
    rows = [record(1, metadata={"a": 1, "b": 2}), record(2, metadata="x")]
    found = gf.concat([load(rows[:1], schema=schema), load(rows[1:], schema=schema)])
    pd.testing.assert_frame_equal(load(rows, schema=schema), found)


def test_misfits_that_json_text_keeps_are_counted_from_it() -> None:
    """With "both", the text of the field says what its pinned column does not hold."""
    rows = [record(1, metadata={"a": 0}), record(2, metadata={"a": True})]
    pinned: dict[str, Any] = {"nested": "both", "dtype": {"metadata.a": "boolean"}}
    whole = gf.concat([load(rows[:1], **pinned), load(rows[1:], **pinned)])
    assert {"metadata.a": 1} == about(whole)["misfits"]
    part = {"columns": ["id", "created_at", "metadata.a"], **pinned}
    alone = gf.concat([load(rows[:1], **part), load(rows[1:], **part)])
    # `metadata` selects the text too, and a name below it does not.
    assert {"metadata.a": 1} == about(alone)["misfits"]


@pytest.mark.parametrize("nested", ["columns", "json"])
def test_frames_of_a_part_of_the_fields(nested: str) -> None:
    """Objects that were not chosen stay away, and `*` still says what it said of undeclared fields."""
    rows = [record(1, context={"a": 1}, metadata={"a": 1}, runId="\ud800"), record(2, context={"a": "x"}, error=5)]
    arguments: dict[str, Any] = {"columns": ["id", "created_at", "context", "*"], "nested": nested}
    found = gf.concat([load(rows[:1], **arguments), load(rows[1:], **arguments)])
    pd.testing.assert_frame_equal(load(rows, **arguments), found)


CONTRACTS: list[Any] = [
    pytest.param(
        [{"columns": ["id", "status"]}] * 2,
        "frame 1: columns left out created_at; select id and created_at to concatenate",
        id="no time",
    ),
    pytest.param(
        [{"columns": "status"}],
        "frame 1: columns left out created_at and id; select id and created_at to concatenate",
        id="no id",
    ),
    pytest.param(
        [PINNED, {}],
        "concat takes frames loaded with the same columns: frame 1 has ['id', 'created_at', 'metadata.a'], frame 2 all"
        " columns",
        id="columns",
    ),
    pytest.param(
        [PINNED, {**PINNED, "dtype": {"metadata.a": "string"}}],
        "concat takes frames loaded with the same dtype: frame 1 has {'metadata.a': 'Int64'}, frame 2 {'metadata.a':"
        " 'string'}",
        id="dtype",
    ),
]


@pytest.mark.parametrize(("options", "words"), CONTRACTS)
def test_frames_of_different_columns_are_refused(options: list[dict[str, Any]], words: str) -> None:
    """One line says in what they differ."""
    with pytest.raises(gf.QueryError) as caught:
        gf.concat([load([record(1)], **each) for each in options])
    assert words == str(caught.value)


def test_a_selected_column_that_was_dropped_is_named() -> None:
    """A name that selects columns below it has one of them at least."""
    frame = load([record(1, metadata={"a": {"b": 1}})], columns=["id", "created_at", "metadata.a"])
    assert ["id", "created_at", "metadata.a.b"] == list(gf.concat([frame]).columns)
    with pytest.raises(gf.QueryError, match=r"frame 1: the column 'metadata\.a' was dropped"):
        gf.concat([frame.drop(columns="metadata.a.b")])
    with pytest.raises(gf.QueryError, match=r"changed: dtype is {'metadata\.a': 'int'}; load"):
        gf.concat([changed(dtype={"metadata.a": "int"})(frame)])


@pytest.mark.filterwarnings("ignore::galtea_frames.errors.MisfitsWarning")
def test_a_field_whose_values_did_not_fit_its_pin_was_not_null() -> None:
    """Rows without the field stay without it."""
    sent: list[dict[str, Any]] = [{"facts": {}}, {}, {"facts": {}}]
    rows = [{"id": f"s{at}", "createdAt": f"2026-03-01T10:00:0{at}.000Z", **each} for at, each in enumerate(sent)]
    frames = [
        gf.load_sessions(dtype={"facts": "string"}, client=DirectTransport(part).client())
        for part in (rows[:1], rows[1:])
    ]
    assert [True, False, True] == ["facts" in each for each in gf.to_records(gf.concat(frames))]
