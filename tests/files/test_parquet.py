"""Frames survive a Parquet file unchanged; those that would not are refused in one line."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from effort import times
from fsspec.implementations.local import LocalFileSystem
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import galtea_frames as gf
from galtea_frames.files.parquet import write_frames

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

UTC = dt.UTC
Frame = pd.DataFrame


def assert_same(expected: Frame, actual: Frame) -> None:
    """The frames are equal in all that `write_parquet` promises to keep."""
    assert_frame_equal(expected, actual, check_exact=True, check_freq=False, check_index_type=True)
    assert expected.dtypes.tolist() == actual.dtypes.tolist()
    assert expected.columns.dtype == actual.columns.dtype
    assert expected.columns.names == actual.columns.names
    assert type(expected.index) is type(actual.index)
    assert expected.index.names == actual.index.names
    assert levels(expected.index) == levels(actual.index)
    assert expected.attrs == actual.attrs


def levels(index: pd.Index[Any]) -> list[Any]:
    """The dtypes of an index, level by level."""
    return [index.get_level_values(number).dtype for number in range(index.nlevels)]


def stored(frame: Frame, path: Path) -> Frame:
    """The frame after a way through a file."""
    gf.write_parquet(frame, path / "frame.parquet")
    return gf.read_parquet(path / "frame.parquet")


def of(*values: Any, dtype: Any = None) -> Frame:  # noqa: ANN401 - whatever a cell can hold
    """A frame of one column."""
    return pd.DataFrame({"a": pd.Series(list(values), dtype=dtype)})


def with_attrs(**attrs: object) -> Frame:
    """A frame that says something of itself."""
    frame = of(1)
    frame.attrs |= attrs
    return frame


def indexed(index: Any) -> Frame:  # noqa: ANN401 - whatever pandas takes for an index
    """A frame of three rows under an index."""
    return pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", None]}).set_axis(index)


# -- frames of the loaders --


@pytest.fixture(scope="module")
def client() -> Iterator[gf.Client]:
    """A client of a stand-in with enough rows for every shape."""
    with gf.sample.serve(300, 5) as api, gf.Client(api.api_key, api.url) as client:
        yield client


LOADERS: dict[str, Callable[..., Frame]] = {
    "sessions": gf.load_sessions,
    "versions": gf.load_versions,
    "joined": gf.load_sessions_with_versions,
}


@pytest.mark.filterwarnings("ignore::galtea_frames.MixedTypesWarning")
@pytest.mark.parametrize("dtype_backend", ["numpy_nullable", "pyarrow"])
@pytest.mark.parametrize("nested", ["columns", "json", "both"])
@pytest.mark.parametrize("kind", LOADERS)
def test_loaded_frames_come_back(client: gf.Client, tmp_path: Path, kind: str, nested: Any, dtype_backend: Any) -> None:  # noqa: ANN401 - literals
    """A frame of every loader, nested mode and dtype backend is the same after a way through a file."""
    frame = LOADERS[kind](nested=nested, dtype_backend=dtype_backend, client=client)
    assert_same(frame, stored(frame, tmp_path))


@pytest.fixture(scope="module")
def sessions(client: gf.Client) -> Frame:
    """Sessions as they are loaded."""
    with pytest.warns(gf.MixedTypesWarning):
        return gf.load_sessions(client=client)


TRANSFORMATIONS = {
    "filtered": lambda frame: frame[frame["status"] == "FAILED"],
    "one row": lambda frame: frame.iloc[7:8],
    "no rows": lambda frame: frame.iloc[:0],
    "slice": lambda frame: frame.iloc[10:40],
    "backwards": lambda frame: frame.iloc[::-1],
    "sorted": lambda frame: frame.sort_values("metadata.latency_ms"),
    "by id": lambda frame: frame.set_index("id"),
    "by two": lambda frame: frame.set_index(["version_id", "created_at"]),
    "by category": lambda frame: frame.set_index(["status", "id"]),
    "by time": lambda frame: frame.set_index("created_at"),
    "unused members": lambda frame: frame.assign(status=frame["status"].cat.add_categories(["ZZ", "AA"])),
    "ordered": lambda frame: frame.assign(status=frame["status"].cat.as_ordered()),
    "local time": lambda frame: frame.assign(local=frame["created_at"].dt.tz_convert("Europe/Madrid")),
    "naive time": lambda frame: frame.assign(naive=frame["created_at"].dt.tz_localize(None)),
    "dates": lambda frame: frame.assign(day=frame["created_at"].dt.date),
    "periods": lambda frame: frame.assign(week=frame["created_at"].dt.tz_localize(None).dt.to_period("W")),
    "numpy": lambda frame: frame.assign(words=np.arange(len(frame)), ratio=np.linspace(0, 1, len(frame))),
    "no columns": lambda frame: frame[[]],
    "column order": lambda frame: frame[frame.columns[::-1]],
    "renamed": lambda frame: frame.rename(columns=str.upper).rename_axis("row").rename_axis(columns="column"),
}


@pytest.mark.parametrize("name", TRANSFORMATIONS)
def test_worked_on_frames_come_back(sessions: Frame, tmp_path: Path, name: str) -> None:
    """A frame that was filtered, sorted, indexed or extended is the same, its attrs too."""
    frame = TRANSFORMATIONS[name](sessions)
    assert frame.attrs
    assert_same(frame, stored(frame, tmp_path))


# -- columns and indexes of users --

COLUMNS = {
    "small numbers": pd.DataFrame({name: np.array([1, 0], name) for name in ("int8", "uint64", "float32", "float16")}),
    "float and NaN": of(1.5, np.nan),
    "nullable float and NaN": pd.DataFrame({"a": pd.arrays.FloatingArray(np.array([1.5, 0]), np.array([False, True]))}),
    "infinite": of(np.inf, -np.inf, -0.0),
    "nullable integers": of(2**62, None, dtype="Int64"),
    "truth": of(True, False),
    "nullable truth": of(True, None, dtype="boolean"),
    "text": of("x", ""),
    "text and None": of("x", None, dtype=object),
    "text and NA": of("x", pd.NA, dtype=object),
    "text and NaN": of("x", np.nan, dtype=object),
    "only None": of(None, None, dtype=object),
    "only NaT as objects": of(pd.NaT, pd.NaT, dtype=object),
    "text of python": of("x", None, dtype="string[python]"),
    "text of arrow": of("x", None, dtype="string[pyarrow]"),
    "lists": of([1, None], [], None, dtype=object),
    "lists of lists": of([[1], []], None, dtype=object),
    "objects": of({"x": 1, "y": "é"}, None, dtype=object),
    "integers as objects": of(1, 2, None, dtype=object),
    "numpy integers as objects": of(np.int64(1), np.int64(2), dtype=object),
    "bytes": of(b"\xff\x00", None, dtype=object),
    "decimals": of(Decimal("1.10"), Decimal("-2.25"), dtype=object),
    "dates": of(dt.date(2026, 1, 31), None, dtype=object),
    "times of day": of(dt.time(1, 2, 3, 4), None, dtype=object),
    "datetimes as objects": of(dt.datetime(2026, 1, 1, tzinfo=UTC), None, dtype=object),
    "naive": of("2026-01-01", None, dtype="datetime64[us]"),
    "seconds": of("2026-01-01", None, dtype="datetime64[s]"),
    "nanoseconds": of("2026-01-01T00:00:00.000001", None, dtype="datetime64[ns]"),
    "nanoseconds UTC": of("2026-01-01T00:00:00.000001Z", None, dtype="datetime64[ns, UTC]"),
    "Madrid, clocks forward": of("2026-03-29T01:30:00Z", None, dtype="datetime64[us, Europe/Madrid]"),
    "fixed offset": pd.DataFrame({"a": [pd.Timestamp("2026-03-29 03:30+05:30")]}),
    "durations": pd.DataFrame({"a": pd.to_timedelta(["1D", "2h"])}),
    "durations in seconds": pd.DataFrame({"a": np.array([1, 2], "timedelta64[s]")}),
    "periods": pd.DataFrame({"a": pd.period_range("2026-01", periods=2, freq="M")}),
    "intervals": pd.DataFrame({"a": pd.interval_range(0, 2)}),
    "category of text": pd.DataFrame({"a": pd.Categorical(["x", None], ["y", "x"], ordered=True)}),
    "category of objects": pd.DataFrame({"a": pd.Categorical(["x", None], pd.Index(["y", "x"], dtype=object))}),
    "category of integers": pd.DataFrame({"a": pd.Categorical([3, None], [5, 3])}),
    "category of int8": pd.DataFrame({"a": pd.Categorical([3, None], pd.Index([5, 3], dtype="int8"))}),
    "category of Int64": pd.DataFrame({"a": pd.Categorical([3, None], pd.Index([5, 3], dtype="Int64"))}),
    "category of floats": pd.DataFrame({"a": pd.Categorical([3.5, None], [np.inf, 3.5])}),
    "category of truth": pd.DataFrame({"a": pd.Categorical([True, None, False], [True, False])}),
    "category without rows": pd.DataFrame({"a": pd.Categorical([], ["b", "a"])}),
    "category without members": pd.DataFrame({"a": pd.Categorical([None, None], pd.Index([], dtype=object))}),
    "no columns, no rows": pd.DataFrame(),
    "no columns, three rows": pd.DataFrame(index=pd.RangeIndex(3)),
    "no columns, index": pd.DataFrame(index=["x", "y"]),
    "no rows": of(dtype=object),
}
ARROW = {
    "int8": (pa.int8(), [1, None]),
    "float16": (pa.float16(), [np.float16(1), None]),
    "large_string": (pa.large_string(), ["a", None]),
    "binary": (pa.binary(), [b"a", None]),
    "timestamp[ns]": (pa.timestamp("ns"), [1_000, None]),
    "timestamp[s]": (pa.timestamp("s"), [1, None]),
    "timestamp[us, Europe/Madrid]": (pa.timestamp("us", "Europe/Madrid"), [1, None]),
    "date32": (pa.date32(), [1, None]),
    "date64": (pa.date64(), [86_400_000, None]),
    "time64": (pa.time64("ns"), [1, None]),
    "duration": (pa.duration("s"), [1, None]),
    "decimal": (pa.decimal128(5, 2), [Decimal("1.20"), None]),
    "list": (pa.list_(pa.int64()), [[1, None], None]),
    "list of timestamp[s]": (pa.list_(pa.timestamp("s")), [[1], None]),
    "large_list": (pa.large_list(pa.string()), [["a"], None]),
    "struct": (pa.struct([("x", pa.int8())]), [{"x": 1}, None]),
    "dictionary": (pa.dictionary(pa.int8(), pa.string()), ["a", None]),
}
COLUMNS |= {
    f"arrow {name}": pd.DataFrame({"a": pd.arrays.ArrowExtensionArray(pa.chunked_array([pa.array(values, kind)]))})
    for name, (kind, values) in ARROW.items()
}
NAMES = [
    *("a.b", "a\\b", 'say "x"', "it's", "ünï → 版", "\0", "*", "", "a\nb", " ", "a/b", "a=b", "%41"),
    *("__index_level_0__", "galtea_frames", "__HIVE_DEFAULT_PARTITION__"),
]
INDEXES = {
    "range": pd.RangeIndex(10, 4, -2, name="r"),
    "repeated integers": [5, 5, 1],
    "text": pd.Index(list("xyz"), name="a"),  # a column has this name too
    "text as objects": pd.Index(list("xyz"), dtype=object),
    "nullable": pd.Index([1, 2, None], dtype="Int64"),
    "floats": [1.5, np.nan, 2],
    "times": pd.date_range("2026-01-01", periods=3, tz="Europe/Madrid"),
    "durations": pd.to_timedelta([1, 2, 3], unit="h"),
    "periods": pd.period_range("2026", periods=3, freq="D"),
    "intervals": pd.interval_range(0, 3),
    "category": pd.CategoricalIndex(["a", "b", "a"], ["b", "a", "c"], ordered=True, name="k"),
    "two levels": pd.MultiIndex.from_tuples([("a", 1), ("a", 2), (None, 1)], names=["k", None]),
    "one level of many": pd.MultiIndex.from_arrays([list("xyz")], names=["k"]),
    "name is a number": pd.Index([1, 2, 4], name=7),
}
FRAMES = (
    COLUMNS
    | {f"name {name!r}": pd.DataFrame({name: [1, 2], "b": ["x", None]}, index=[4, 2]) for name in NAMES}
    | {f"index of {name}": indexed(index) for name, index in INDEXES.items()}
    | {
        "names as objects": pd.DataFrame([[1, 2]], columns=pd.Index(["a", "b"], dtype=object, name="names")),
        "names as string": pd.DataFrame([[1, 2]], columns=pd.Index(["a", "b"], dtype="string")),
        "attrs": with_attrs(text="é\ud800", number=2**80, nothing=None, more=[1.5, {"x": True}]),
    }
)


@pytest.mark.parametrize("name", FRAMES)
def test_frames_come_back(tmp_path: Path, name: str) -> None:
    """Any column, name, index and attrs that can be stored come back as they were."""
    assert_same(FRAMES[name], stored(FRAMES[name], tmp_path))


@pytest.mark.parametrize("name", ["text and None", "text and NA", "text and NaN", "only NaT as objects", "objects"])
def test_nulls_of_objects_come_back(tmp_path: Path, name: str) -> None:
    """Pandas has four nulls; an object column comes back with the one that it had."""
    expected = [repr(value) for value in FRAMES[name]["a"]]
    assert expected == [repr(value) for value in stored(FRAMES[name], tmp_path)["a"]]


REFUSED = {
    "mixed": (of(1, "x", dtype=object), "column 'a' cannot be stored: "),
    "integer and float": (of(1, 2.5, dtype=object), "column 'a' cannot be stored: 1 would come back as 1.0"),
    "truth and integer": (of(1, True, dtype=object), "column 'a' cannot be stored: "),
    "bytes and text": (of(b"a", "b", dtype=object), "column 'a' cannot be stored: 'b' would come back as b'b'"),
    "long integers": (of(2**70, 1, dtype=object), "column 'a' cannot be stored: "),
    "tuples": (of((1, 2), dtype=object), r"column 'a' cannot be stored: \(1, 2\) would come back as \[1, 2\]"),
    "sets": (of({1}, dtype=object), r"column 'a' cannot be stored: \{1\} would come back as \[1\]"),
    "different objects": (of({"x": 1}, {"y": 1}, dtype=object), "column 'a' cannot be stored: .* come back as"),
    "empty objects": (of({}, dtype=object), "cannot be stored as Parquet"),
    "NaN in a list": (of([np.nan], dtype=object), r"column 'a' cannot be stored: \[nan\] would come back as \[None\]"),
    "different nulls": (of("x", pd.NA, None, dtype=object), "column 'a' cannot be stored: .* nulls: NA, None; "),
    "None and NaN": (of("x", None, np.nan, dtype=object), "column 'a' cannot be stored: .* nulls: None, nan; "),
    "timestamps as objects": (of(pd.Timestamp(0), dtype=object), "column 'a' cannot be stored: .* come back as"),
    "half an emoji": (of("\ud800", dtype=object), "column 'a' cannot be stored: .* surrogates not allowed"),
    "complex": (of(1j), "column 'a' cannot be stored: "),
    "sparse": (pd.DataFrame({"a": pd.arrays.SparseArray([0, 1])}), "column 'a' cannot be stored: "),
    "a nanosecond": (of(pd.Timestamp(1)).astype("datetime64[ns]"), "column 'a' cannot be stored: .* would lose data"),
    "too far": (of(np.datetime64(2**60, "s")), "column 'a' cannot be stored: .* out of bounds"),
    "categories of times": (of(pd.Timestamp(0)).astype("category"), "column 'a' cannot be stored: categories must be"),
    "categories mixed": (pd.DataFrame({"a": pd.Categorical([1, "x"])}), "column 'a' cannot be stored: "),
    "no type at all": (of(None, dtype=pd.ArrowDtype(pa.null())), "column 'a' cannot be stored: "),
    "number as name": (pd.DataFrame({"a": [1], 0: [1]}), r"column names must be text: \[0\]"),
    "two rows of names": (pd.DataFrame({("a", "x"): [1]}), r"column names must be text: \[\('a', 'x'\)\]"),
    "categories as names": (
        pd.DataFrame({"a": [1]}).set_axis(pd.CategoricalIndex(["a"]), axis=1),
        "must be plain text",
    ),
    "name twice": (pd.DataFrame([[1, 2, 3]], columns=["a", "b", "a"]), r"columns occur twice: \['a'\]"),
    "half an emoji as name": (
        pd.DataFrame([[1]], columns=pd.Index(["\ud800"], dtype=object)),
        "a column's name cannot",
    ),
    "index of tuples' name": (indexed(pd.Index([1, 2, 3], name=("a", 1))), r"names of an index .*: \[\('a', 1\)\]"),
    "index of objects": (indexed(pd.Index([1, "x", 2.5], dtype=object)), "column '__index_level_0__' cannot be stored"),
    "attrs of sets": (with_attrs(x={1}), "frame.attrs cannot be stored as JSON: .*set"),
    "attrs of NaN": (with_attrs(x=np.nan), "frame.attrs cannot be stored as JSON: "),
    "attrs of infinity": (with_attrs(x=np.inf), "frame.attrs cannot be stored as JSON: "),
    "attrs of tuples": (with_attrs(x=(1, 2)), "frame.attrs cannot be stored as JSON: tuples"),
    "attrs of numpy": (with_attrs(x=np.int64(1)), "frame.attrs cannot be stored as JSON: .*int64"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_change_is_refused(tmp_path: Path, name: str) -> None:
    """A frame that would not come back as it is raises one line that says why, and leaves no file."""
    frame, words = REFUSED[name]
    with pytest.raises(gf.ParquetError, match=words) as caught:
        gf.write_parquet(frame, tmp_path / "frame.parquet")
    assert 1 == len(str(caught.value).splitlines())
    assert [] == list(tmp_path.iterdir())


# -- any frame --

names = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), unique=True, max_size=4)
moments = st.datetimes(dt.datetime(1700, 1, 1), dt.datetime(2250, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - its bounds
CELLS: dict[str, tuple[st.SearchStrategy[Any], Any]] = {
    "text": (st.text(st.characters(exclude_categories=["Cs"])), "string"),
    "integers": (st.integers(-(2**63), 2**63 - 1), "Int64"),
    "floats": (st.floats(allow_nan=False), "Float64"),
    "truth": (st.booleans(), "boolean"),
    "times": (moments, "datetime64[us, UTC]"),
    "categories": (st.sampled_from("abc"), pd.CategoricalDtype(["c", "b", "a", "z"])),
    "lists": (st.lists(st.integers(-(2**63), 2**63 - 1)), pd.ArrowDtype(pa.list_(pa.int64()))),
    "objects": (st.text(st.characters(exclude_categories=["Cs"])), object),
}


@st.composite
def frames(draw: st.DrawFn) -> Frame:
    """Frames of any size, names and dtypes that loaders give, nulls among the values."""
    rows = draw(st.integers(0, 6))
    columns = {}
    for name in draw(names):
        cells, dtype = CELLS[draw(st.sampled_from(sorted(CELLS)))]
        values = draw(st.lists(cells | st.none(), min_size=rows, max_size=rows))
        columns[name] = pd.Series(values, dtype=dtype)
    frame = pd.DataFrame(columns, index=pd.RangeIndex(rows))
    return frame.sample(frac=1, random_state=draw(st.integers(0, 9))) if draw(st.booleans()) else frame


@settings(max_examples=times(100), deadline=None)
@given(frames())
def test_any_frame_comes_back(tmp_path_factory: pytest.TempPathFactory, frame: Frame) -> None:
    """Written and read, whatever the names, values and order of rows."""
    assert_same(frame, stored(frame, tmp_path_factory.mktemp("any", numbered=True)))


# -- the file itself --


def test_times_are_microseconds_in_utc(tmp_path: Path) -> None:
    """Whatever unit and zone a time has in pandas, engines meet one kind of it."""
    frame = pd.DataFrame(
        {
            "utc": of("2026-01-01T00:00Z", dtype="datetime64[ns, UTC]")["a"],
            "local": of("2026-01-01T00:00Z", dtype="datetime64[s, Asia/Tokyo]")["a"],
            "arrow": pd.Series([0], dtype=pd.ArrowDtype(pa.timestamp("ns", "Asia/Tokyo"))),
        }
    )
    gf.write_parquet(frame, tmp_path / "times")
    assert [pa.timestamp("us", "UTC")] * 3 == pq.read_schema(tmp_path / "times").types


@pytest.mark.parametrize(("given_", "expected"), [({}, "ZSTD"), ({"compression": "snappy"}, "SNAPPY")])
def test_files_are_compressed(tmp_path: Path, given_: dict[str, Any], expected: str) -> None:
    """With zstd, or as asked."""
    gf.write_parquet(of(1, 2), tmp_path / "f", **given_)
    assert expected == pq.read_metadata(tmp_path / "f").row_group(0).column(0).compression


def test_unknown_compression_is_refused(tmp_path: Path) -> None:
    """With one line, and without a file."""
    with pytest.raises(gf.ParquetError, match="zip"):
        gf.write_parquet(of(1), tmp_path / "f", compression="zip")
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("codec", [5, ["zstd"], "", "lzo", {"a": "zstd"}])
def test_a_codec_of_no_sense_is_refused(tmp_path: Path, codec: Any) -> None:  # noqa: ANN401 - wrong on purpose
    """With one line that names those there are."""
    for write in (gf.write_parquet, lambda frame, path, **given: write_frames(iter([frame]), 1, path, **given)):
        with pytest.raises(
            gf.ParquetError, match=r"^compression is one of zstd, snappy, gzip, lz4, brotli, none, not "
        ):
            write(of(1), tmp_path / "f", compression=codec)
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("frame", [None, [1], {"a": [1]}, pd.Series([1]), pa.table({"a": [1]}), "frame.parquet"])
def test_only_frames_are_written(tmp_path: Path, frame: Any) -> None:  # noqa: ANN401 - wrong on purpose
    """Anything else is named in one line."""
    with pytest.raises(gf.ParquetError, match=rf"takes a pandas DataFrame, not {type(frame).__name__}$"):
        gf.write_parquet(frame, tmp_path / "f")
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("path", [None, 5, b"f.parquet", "", ["f.parquet"]])
def test_only_paths_are_written_to(path: Any) -> None:  # noqa: ANN401 - wrong on purpose
    """And read from."""
    for act in (lambda: gf.write_parquet(of(1), path), lambda: gf.read_parquet(path)):
        with pytest.raises(gf.ParquetError, match=r"^a path is text or a pathlib\.Path, not "):
            act()


CASES = {
    "two": (["userId", "userid", "x"], r"mix up: 'userId' and 'userid'; rename"),
    "three": (["A", "a.b", "a", "A.B"], r"mix up: 'A' and 'a', 'a\.b' and 'A\.B'; rename"),
    "other scripts": (["Ω", "ω"], "'Ω' and 'ω'"),
    "many": ([f"{letter}{number}" for letter in "xX" for number in range(9)], r"'x4' and 'X4' and 4 more; rename"),
}


@pytest.mark.parametrize("by", [None, "key"])
@pytest.mark.parametrize("name", CASES)
def test_names_that_differ_in_case_only_are_warned_of(tmp_path: Path, name: str, by: str | None) -> None:
    """Once a write, which keeps both."""
    names, words = CASES[name]
    frame = pd.DataFrame([range(len(names))], columns=names).assign(key="x")
    with pytest.warns(gf.CaseCollisionWarning, match=words) as caught:
        gf.write_parquet(frame, tmp_path / "f", partition_by=by)
    assert [__file__] == [each.filename for each in caught]
    assert_same(frame, gf.read_parquet(tmp_path / "f"))


def test_a_stream_warns_once_of_names_that_differ_in_case_only(tmp_path: Path) -> None:
    """However many frames come."""
    frame = pd.DataFrame({"a": [1], "A": [2]})
    with pytest.warns(gf.CaseCollisionWarning) as caught:
        write_frames(iter([frame] * 3), 3, tmp_path / "f")
    assert 1 == len(caught)


def test_a_key_to_partition_by_may_differ_in_case_only(tmp_path: Path) -> None:
    """From a column that is in the files: engines would take one for the other."""
    frame = pd.DataFrame({"Status": ["x"], "status": ["y"]})
    with pytest.warns(gf.CaseCollisionWarning, match="'Status' and 'status'"):
        gf.write_parquet(frame, tmp_path / "d", partition_by="status")
    assert_same(frame, gf.read_parquet(tmp_path / "d"))


def test_many_rows_make_several_groups(tmp_path: Path) -> None:
    """Large frames are cut so that engines read in parallel, and come back in order."""
    frame = pd.DataFrame({"a": np.arange(250_000)[::-1]})
    assert_same(frame, stored(frame, tmp_path))
    assert 5 == pq.read_metadata(tmp_path / "frame.parquet").num_row_groups


def test_indexes_never_hide_a_column(tmp_path: Path) -> None:
    """The index is stored beside the columns, also when a column has the name that it would take."""
    frame = pd.DataFrame({"__index_level_0__": [1, 2], "___index_level_0__": [3, 4]}, index=["x", "y"])
    assert_same(frame, stored(frame, tmp_path))
    assert 3 == len(pq.read_schema(tmp_path / "frame.parquet").names)


# -- reading --


def test_other_files_are_read(tmp_path: Path) -> None:
    """A file that other tools wrote has nullable dtypes."""
    table = pa.table({"n": [1, None], "x": [0.5, None], "s": ["a", None], "b": [True, None]})
    pq.write_table(table, tmp_path / "f.parquet")
    frame = gf.read_parquet(tmp_path / "f.parquet")
    assert ["Int64", "Float64", "string", "boolean"] == [str(dtype) for dtype in frame.dtypes]
    assert [1, pd.NA] == frame["n"].tolist()


def test_local_files_are_read_without_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Arrow's threads are given no file of Python's: letting go of one late would abort an interpreter that ends."""
    frame = pd.DataFrame({"key": ["a", "b"], "value": [1, 2]})
    gf.write_parquet(frame, tmp_path / "file.parquet")
    gf.write_parquet(frame, tmp_path / "dataset", partition_by="key")
    monkeypatch.setattr(LocalFileSystem, "_open", None)
    monkeypatch.setattr(LocalFileSystem, "open", None)
    for name in ("file.parquet", "dataset"):
        assert_frame_equal(frame, gf.read_parquet(tmp_path / name))


def test_other_folders_are_read(tmp_path: Path) -> None:
    """A folder of files that other tools wrote is one frame, its columns united."""
    pq.write_table(pa.table({"a": [1]}), tmp_path / "1.parquet")
    pq.write_table(pa.table({"a": [2], "b": ["x"]}), tmp_path / "2.parquet")
    frame = gf.read_parquet(tmp_path)
    assert [[1, pd.NA], [2, "x"]] == frame.to_numpy().tolist()


@pytest.mark.parametrize("others", [0, 1], ids=["two frames", "a frame and a foreign_entry"])
def test_files_of_different_writes_are_not_mixed(tmp_path: Path, others: int) -> None:
    """Frames that were written one by one are read one by one."""
    gf.write_parquet(of(1), tmp_path / "1.parquet")
    if others:
        pq.write_table(pa.table({"a": [1]}), tmp_path / "2.parquet")
    else:
        gf.write_parquet(of(2), tmp_path / "2.parquet")
    with pytest.raises(gf.ParquetError, match="files that were not written together"):
        gf.read_parquet(tmp_path)
    assert_same(of(1), gf.read_parquet(tmp_path / "1.parquet"))


def test_files_of_the_future_are_refused(tmp_path: Path) -> None:
    """A format that this release does not know is not guessed at."""
    gf.write_parquet(of(1), tmp_path / "f.parquet")
    rewritten(tmp_path / "f.parquet", format=2)
    with pytest.raises(gf.ParquetError, match="newer galtea_frames"):
        gf.read_parquet(tmp_path / "f.parquet")


def rewritten(path: Path, **changes: object) -> None:
    """Change what a file says of its frame."""
    table = pq.read_table(path)
    metadata = dict(table.schema.metadata)
    metadata[b"galtea_frames"] = json.dumps(json.loads(metadata[b"galtea_frames"]) | changes).encode()
    pq.write_table(table.replace_schema_metadata(metadata), path)


def test_text_of_pandas_3_is_read_by_pandas_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Text whose null is NaN comes as pandas' other text where this pandas has no such dtype."""

    class StringDtype(pd.StringDtype):  # as in pandas 2.2
        def __init__(self, storage: Any) -> None:  # noqa: ANN401 - a literal
            super().__init__(storage)  # type: ignore[call-arg] # unknown to the stubs

    gf.write_parquet(of("x", None, dtype="string[pyarrow]"), tmp_path / "f")
    rewritten(tmp_path / "f", columns={"a": {"kind": "string", "storage": "pyarrow", "nan": True}})
    monkeypatch.setattr(pd, "StringDtype", StringDtype)
    assert ["x", pd.NA] == gf.read_parquet(tmp_path / "f")["a"].tolist()


@pytest.mark.parametrize("length", [0, 3, 100, -1], ids=["empty", "three bytes", "beginning", "all but one byte"])
def test_broken_files_are_refused(tmp_path: Path, length: int) -> None:
    """Less than a whole file is an error that names it."""
    gf.write_parquet(of(1, 2), tmp_path / "f.parquet")
    whole = (tmp_path / "f.parquet").read_bytes()
    (tmp_path / "f.parquet").write_bytes(whole[:length])
    with pytest.raises(gf.ParquetError, match=r"f\.parquet is not a whole Parquet file"):
        gf.read_parquet(tmp_path / "f.parquet")


def test_frames_are_left_as_they_were(tmp_path: Path) -> None:
    """Writing changes nothing of the frame."""
    frame = FRAMES["category of text"].rename_axis("k")
    before = frame.copy(deep=True)
    stored(frame, tmp_path)
    assert_same(before, frame)


def test_frames_are_written_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream of frames makes the file that one frame of all their rows would, in row groups of their own size."""
    monkeypatch.setattr("galtea_frames.files.parquet._ROW_GROUP", 25)
    whole = pd.DataFrame({"n": pd.array(range(100), "Int64"), "text": pd.array(["a", None] * 50, "string")})
    whole.attrs = {"of": "all"}
    frames = [whole.iloc[at : at + 10] for at in range(0, 100, 10)]
    write_frames(iter(frames), 100, tmp_path / "streamed.parquet")
    assert_same(whole, gf.read_parquet(tmp_path / "streamed.parquet"))
    assert [30, 30, 30, 10] == row_groups(tmp_path / "streamed.parquet")
    write_frames(iter(frames[:3]), 30, tmp_path / "streamed.parquet")
    assert [30] == row_groups(tmp_path / "streamed.parquet")


def test_a_stream_that_breaks_leaves_the_old_file(tmp_path: Path) -> None:
    """Frames that stop coming leave nothing behind, and the old file as it was."""
    old = pd.DataFrame({"n": [1, 2]})
    gf.write_parquet(old, tmp_path / "f.parquet")

    def frames() -> Iterator[pd.DataFrame]:
        yield old
        raise gf.ResponseError("the walk broke")

    with pytest.raises(gf.ResponseError, match="the walk broke"):
        write_frames(frames(), 4, tmp_path / "f.parquet")
    assert_same(old, gf.read_parquet(tmp_path / "f.parquet"))
    assert ["f.parquet"] == [each.name for each in tmp_path.iterdir()]


def row_groups(path: Path) -> list[int]:
    """How many rows each row group of a file has."""
    metadata = pq.read_metadata(path)
    return [metadata.row_group(number).num_rows for number in range(metadata.num_row_groups)]
