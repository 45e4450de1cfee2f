"""Frames split into the folders of a Hive-partitioned dataset, and put together again."""

from __future__ import annotations

import datetime as dt
import shutil
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

import duckdb
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from effort import times
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

import galtea_frames as gf
from galtea_frames.files.targets import Folder

if TYPE_CHECKING:
    from pathlib import Path

Frame = pd.DataFrame

NULL = "__HIVE_DEFAULT_PARTITION__"

#: Values that a careless writer would put outside the dataset, lose, or take for another.
TEXTS: list[str | None] = [
    *(None, "", " ", ".", "..", "../../x", "/etc/x", "a/b", "a\\b", "C:\\x", "50%", "%2F", NULL, "null", "NaN"),
    *("1", "001", "x=y", "A", "a", "ünï → 版", "🦆", "\0", "a\nb", "*", "?", "~", "it's", 'say "x"', "x" * 200),
    # Names that Windows keeps for devices, or cuts; one letter in two spellings; text that turns the line around.
    *("CON", "nul", "C:", "a.", "a ", " a", "\u00e9", "e\u0301", "\u202eabc", "\ufeff", "\u2028", "\x7f", "\r\n"),
    *("=", "%", "%%", "-rf", "--", "$HOME", "`id`", "a|b", "<a>", "&", ";", "#", "?a=1", "None", "NULL", "true"),
    *("key=x", f"%5F{NULL[1:]}", NULL.lower(), "part-0.parquet", ".parquet", "_a", ".a", "2026-01-01", "x" * 251),
]


def assert_same(expected: Frame, actual: Frame) -> None:
    """The frames are equal, dtypes, order of rows and columns, index and attrs included."""
    assert_frame_equal(expected, actual, check_exact=True)
    assert expected.dtypes.tolist() == actual.dtypes.tolist()
    assert expected.attrs == actual.attrs


def files(folder: Path) -> list[str]:
    """The files below a folder, by their path in it."""
    return sorted(str(each.relative_to(folder).as_posix()) for each in folder.rglob("*") if each.is_file())


def dataset(frame: Frame, path: Path, *by: str) -> Path:
    """The folder of a dataset that was written."""
    gf.write_parquet(frame, path / "dataset", partition_by=list(by))
    return path / "dataset"


def numbered(**columns: Any) -> Frame:  # noqa: ANN401 - whatever a column can hold
    """A frame of these columns and the rows' numbers."""
    frame = pd.DataFrame(columns)
    frame.attrs = {"of": "a test"}
    return frame.assign(row=np.arange(len(frame)))


def by_text() -> Frame:
    """A frame with each odd text in two rows, far from each other."""
    return numbered(key=pd.Series(TEXTS * 2, dtype="string"))


def test_folders_are_named_as_hive_does(tmp_path: Path) -> None:
    """A folder a value of a column, in the order of the columns, and a file in the last."""
    frame = numbered(a=["x", "y", "x"], b=[1, 2, 3])
    assert ["a=x/b=1", "a=x/b=3", "a=y/b=2"] == sorted(
        each.rpartition("/")[0] for each in files(dataset(frame, tmp_path, "a", "b"))
    )


def test_any_text_names_a_folder(tmp_path: Path) -> None:
    """Each value has a folder of its own right below the dataset, and nothing is written beside it."""
    folder = dataset(by_text(), tmp_path, "key")
    assert ["dataset"] == [each.name for each in tmp_path.iterdir()]
    found = files(folder)
    assert len(TEXTS) == len(found)
    assert {2} == {each.count("/") + 1 for each in found}
    assert len(TEXTS) == len({each.partition("/")[0] for each in found})
    values = [unquote(each.partition("/")[0].removeprefix("key=")) for each in found]
    assert sorted(NULL if text is None else text for text in TEXTS) == sorted(values)


def test_any_text_comes_back(tmp_path: Path) -> None:
    """The rows in their order, the column in its place, null and the empty string apart."""
    frame = by_text()
    assert_same(frame, gf.read_parquet(dataset(frame, tmp_path, "key")))


def in_duckdb(folder: Path) -> list[tuple[str | None, int]]:
    """What DuckDB reads of a dataset: keys as text and numbers of rows, in the order of these."""
    files = f"'{folder}/*/*.parquet', hive_partitioning = true, hive_types = {{'key': varchar}}"
    return duckdb.execute(f"SELECT key, row FROM read_parquet({files}) ORDER BY row").fetchall()  # noqa: S608 - our own path


def test_any_text_comes_back_in_duckdb(tmp_path: Path) -> None:
    """Another engine reads each key off its folder's name as it was, null and the text of its folder apart."""
    frame = by_text()
    read = in_duckdb(dataset(frame, tmp_path, "key"))
    assert list(zip(TEXTS * 2, frame["row"], strict=True)) == read


#: Text as an attacker would put it together, and any other; longer than a name may be, and what is no text at all.
KEYS_OF_DATA = st.one_of(
    st.lists(st.sampled_from(["..", ".", "/", "\\", "%2e", "%2F", "%", "=", "~", "\0", "\n", "key=", NULL, "a"])).map(
        "".join
    ),
    st.text(max_size=20),
    st.text(st.sampled_from("ab/.%é🦆\ud800"), min_size=30, max_size=300),
)


def refusal(frame: Frame, folder: Path) -> str:
    """Why a dataset is not written; nothing when it is."""
    try:
        dataset(frame, folder, "key")
    except gf.ParquetError as problem:
        return str(problem)
    return ""


def fits(text: str | None) -> bool:
    """Whether a text can name a folder: it is text, and no longer than file systems allow."""
    try:
        return text is None or len(quote(text, safe=" ")) + 2 * text.endswith((".", " ")) <= 255 - len("key=")
    except UnicodeEncodeError:
        return False


@settings(max_examples=times(100), deadline=None)
@given(st.lists(KEYS_OF_DATA | st.none(), min_size=1, max_size=6))
def test_data_stays_inside_the_dataset(tmp_path_factory: pytest.TempPathFactory, texts: list[str | None]) -> None:
    """Any text comes back equal, to DuckDB too, from files right below the target; or nothing at all is written."""
    folder = tmp_path_factory.mktemp("any")
    frame = numbered(key=pd.Series(texts, dtype=object))
    refused = refusal(frame, folder)
    assert all(map(fits, texts)) == (refused == "")
    if refused:
        assert (1, []) == (len(refused.splitlines()), list(folder.iterdir()))
        return
    assert ["dataset"] == [each.name for each in folder.iterdir()]
    assert {2} == {each.count("/") + 1 for each in files(folder / "dataset")}
    assert_same(frame, gf.read_parquet(folder / "dataset"))
    assert list(zip(texts, frame["row"], strict=True)) == in_duckdb(folder / "dataset")


def test_no_two_files_have_one_name(tmp_path: Path) -> None:
    """Folders that a file system takes for one, such as `A` and `a`, still hold files of different names."""
    names = [each.rpartition("/")[2] for each in files(dataset(by_text(), tmp_path, "key"))]
    assert len(TEXTS) == len({name.lower() for name in names})


def test_folders_end_as_windows_lets_them(tmp_path: Path) -> None:
    """It cuts blanks and dots off the ends of names, and so would make one folder of three."""
    found = files(dataset(numbered(key=["a", "a.", "a ", ".."]), tmp_path, "key"))
    assert ["key=.%2E", "key=a", "key=a%20", "key=a%2E"] == sorted(each.partition("/")[0] for each in found)


def test_folders_that_the_file_system_takes_for_one_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where `A` and `a` are one folder, another engine would read one for the other: nothing is written."""
    new_file = Folder.new_file
    monkeypatch.setattr(Folder, "new_file", lambda folder, name: new_file(folder, name.lower()))
    dataset(numbered(key=["a", "b"]), tmp_path, "key")
    with pytest.raises(gf.ParquetError, match=r"values of key differ in case only, and folders of .*dataset cannot"):
        dataset(numbered(key=["a", "A"]), tmp_path, "key")
    assert ["key=a/part-0.parquet", "key=b/part-1.parquet"] == files(tmp_path / "dataset")


KEYS: dict[str, Any] = {
    "text": pd.Series(["b", None, "a", "b"], dtype="string"),
    "text as objects": pd.Series(["b", None, "a", "b"], dtype=object),
    "category": pd.Categorical(["b", None, "a", "b"], ["c", "b", "a"], ordered=True),
    "category of integers": pd.Categorical([2, None, 1, 2], [3, 2, 1]),
    "truth": [True, False, True, True],
    "nullable truth": pd.Series([True, None, False, True], dtype="boolean"),
    "integers": [2**62, -1, 0, 2**62],
    "int8": np.array([1, 2, 1, -3], "int8"),
    "unsigned": np.array([1, 2, 2**64 - 1, 1], "uint64"),
    "weeks": pd.Series(pd.to_datetime(["2026-01-01", "2026-06-01", "2027-01-01", "2026-06-02"])).dt.isocalendar().week,
    "nullable uint8": pd.Series([1, None, 255, 1], dtype="UInt8"),
    "nullable integers": pd.Series([1, None, -3, 1], dtype="Int64"),
    "floats": [0.1, np.nan, np.inf, 0.1],
    "nullable floats": pd.Series([0.1, None, 1e300, 0.1], dtype="Float64"),
    "dates": [dt.date(2026, 1, 31), None, dt.date(1969, 1, 1), dt.date(2026, 1, 31)],
    "times": pd.DatetimeIndex(["2026-01-31T12:00:00.000001", None, "1900-01-01T00:00:00.000000", None], tz="UTC"),
    "local times": pd.date_range("2026-10-25", periods=4, freq="h", tz="Europe/Madrid"),
    "naive times": pd.date_range("2026-10-25", periods=4, freq="h"),
}


@pytest.mark.parametrize("name", KEYS)
def test_keys_of_any_type_come_back(tmp_path: Path, name: str) -> None:
    """A column of any type that can name folders has its dtype and values again."""
    frame = numbered(first=[1.5, 2, 3, 4], key=KEYS[name])
    assert_same(frame, gf.read_parquet(dataset(frame, tmp_path, "key")))


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        pytest.param([True, False], ["key=false", "key=true"], id="truth"),
        pytest.param([dt.date(2026, 1, 31), None], ["key=2026-01-31", f"key={NULL}"], id="dates"),
        pytest.param([1, -2], ["key=-2", "key=1"], id="integers"),
        pytest.param(pd.to_datetime(["2026-01-31T12:00Z"] * 2), ["key=2026-01-31 12%3A00%3A00.000000Z"], id="times"),
    ],
)
def test_values_are_spelled_as_engines_read_them(tmp_path: Path, key: Any, expected: list[str]) -> None:  # noqa: ANN401
    """Dates, times, numbers and truth values name folders in the spelling that engines take for such a type."""
    found = files(dataset(numbered(key=key), tmp_path, "key"))
    assert expected == [each.partition("/")[0] for each in found]


@pytest.mark.parametrize("name", ["_a", ".a", "a.b", "a b", "a/b", "a=b", "..", "é", "\0", "*", '"'])
def test_any_column_names_a_folder(tmp_path: Path, name: str) -> None:
    """Folders stay inside the dataset, and none begins as those do which engines pass over."""
    frame = numbered(**{name: ["x", "y"]})
    folder = dataset(frame, tmp_path, name)
    assert_same(frame, gf.read_parquet(folder))
    assert {2} == {each.count("/") + 1 for each in files(folder)}
    assert not [each for each in files(folder) if each.startswith((".", "_"))]
    assert 2 == pq.read_table(folder).num_rows


def test_every_file_has_one_schema(tmp_path: Path) -> None:
    """Names and types are the same in all files, also where a column holds nothing but nulls in one."""
    frame = numbered(
        key=["x", "y"],
        text=pd.Series([None, "a"], dtype="string"),
        count=pd.Series([1, None], dtype="Int64"),
        kind=pd.Categorical(["b", None]),
        when=pd.DatetimeIndex([None, "2026-01-01"], tz="UTC"),
    )
    folder = dataset(frame, tmp_path, "key")
    first, second = (pq.read_schema(folder / each) for each in files(folder))
    assert first.equals(second, check_metadata=False)
    assert ["text", "count", "kind", "when", "row"] == first.names


def test_an_index_comes_back(tmp_path: Path) -> None:
    """Every file holds its rows' part of the index."""
    frame = numbered(key=["x", "y", "x"]).set_axis(pd.MultiIndex.from_tuples([("b", 2), ("a", 1), ("c", 3)]))
    assert_same(frame, gf.read_parquet(dataset(frame, tmp_path, "key")))


def test_no_rows_are_a_dataset_too(tmp_path: Path) -> None:
    """An empty frame is one file without rows, and comes back with all its columns."""
    frame = by_text().iloc[:0]
    folder = dataset(frame, tmp_path, "key")
    assert ["part-0.parquet"] == files(folder)
    assert_same(frame, gf.read_parquet(folder))


def test_one_column_may_be_named_alone(tmp_path: Path) -> None:
    """`partition_by="key"` is `partition_by=["key"]`."""
    gf.write_parquet(numbered(key=["x"]), tmp_path / "d", partition_by="key")
    assert ["key=x/part-0.parquet"] == files(tmp_path / "d")


REFUSED: dict[str, tuple[Any, Any, str]] = {
    "unknown": (numbered(a=[1]), "b", "there is no column 'b' to partition by; there are a, row"),
    "index": (numbered(a=[1]).set_axis(["x"]), "__index_level_0__", "there is no column '__index_level_0__'"),
    "none": (numbered(a=[1]), [], "one or more columns"),
    "twice": (numbered(a=[1]), ["a", "a"], "each once"),
    "all": (numbered(a=[1]), ["a", "row"], "must leave a column"),
    "all, indexed": (numbered(a=[1]).set_axis(["x"]), ["a", "row"], "must leave a column"),
    "lists": (numbered(a=pd.Series([[1]], dtype=object)), "a", "column 'a' is of type list.*, which cannot be folders"),
    "too many": (numbered(a=range(1_001)), "a", "a would make 1,001 folders, more than 1,000, .*max_partitions=1001"),
    "too many of two": (numbered(a=range(101), b=0).merge(numbered(b=[0] * 101), on="b"), ["row_x", "row_y"], "10,201"),
    "no name": (numbered(a=[1]), 5, "partition_by is the name of a column, or a list of them, not 5"),
    "no names": (numbered(a=[1]), [5], "there is no column 5"),
    "too long": (numbered(a=["x" * 254]), "a", "a value of 'a' is too long for a folder's name: xxx"),
    "too long in bytes": (numbered(a=["版" * 90]), "a", "a value of 'a' is too long"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_makes_no_folders_is_refused(tmp_path: Path, name: str) -> None:
    """With one line that says why, and without a trace on the disk."""
    frame, by, words = REFUSED[name]
    with pytest.raises(gf.ParquetError, match=words):
        gf.write_parquet(frame, tmp_path / "d", partition_by=by)
    assert [] == list(tmp_path.iterdir())


def test_many_folders_take_a_word(tmp_path: Path) -> None:
    """A thousand are made; one more is refused before anything is written, unless it is asked for."""
    frame = numbered(a=np.arange(1_001))
    gf.write_parquet(frame[:1_000], tmp_path / "d", partition_by="a")
    with pytest.raises(gf.ParquetError, match=r"1,001 folders, more than 1,000, .* say max_partitions=1001$"):
        gf.write_parquet(frame, tmp_path / "d", partition_by="a")
    assert 1_000 == len(files(tmp_path / "d"))
    gf.write_parquet(frame, tmp_path / "d", partition_by="a", max_partitions=1_001)
    assert_same(frame, gf.read_parquet(tmp_path / "d"))


@pytest.mark.parametrize("most", [0, -1, True, 1.5, "5", None])
def test_a_bound_of_no_sense_is_refused(tmp_path: Path, most: Any) -> None:  # noqa: ANN401 - wrong on purpose
    """With one line."""
    with pytest.raises(gf.ParquetError, match="max_partitions is a whole number from 1 on, not "):
        gf.write_parquet(numbered(a=[1]), tmp_path / "d", partition_by="a", max_partitions=most)


@pytest.mark.parametrize("which", [0, 1, 2], ids=["first", "middle", "last"])
def test_a_missing_file_is_noticed(tmp_path: Path, which: int) -> None:
    """A dataset that has lost one of its files is refused, whichever it is."""
    folder = dataset(numbered(key=["x", "y", "z"]), tmp_path, "key")
    (folder / files(folder)[which]).unlink()
    with pytest.raises(gf.ParquetError, match="the dataset is not whole: files of it are missing"):
        gf.read_parquet(folder)


def test_a_file_twice_is_noticed(tmp_path: Path) -> None:
    """A copy within the dataset would double its rows."""
    folder = dataset(numbered(key=["x", "y"]), tmp_path, "key")
    shutil.copy(folder / files(folder)[0], folder / "copy.parquet")
    with pytest.raises(gf.ParquetError, match="the dataset is not whole"):
        gf.read_parquet(folder)


def test_files_of_two_datasets_are_noticed(tmp_path: Path) -> None:
    """A file of an older write in the place of a newer one fits by its rows' numbers, and is still refused."""
    for name in ("old", "new"):
        gf.write_parquet(numbered(key=["x", "y"], of=name), tmp_path / name, partition_by="key")
    shutil.copy(tmp_path / "old/key=x/part-0.parquet", tmp_path / "new/key=x/part-0.parquet")
    with pytest.raises(gf.ParquetError, match="or of two datasets"):
        gf.read_parquet(tmp_path / "new")


def test_one_file_of_many_is_no_dataset(tmp_path: Path) -> None:
    """A single file of a dataset does not pass for the whole."""
    folder = dataset(numbered(key=["x", "y"]), tmp_path, "key")
    with pytest.raises(gf.ParquetError, match="the dataset is not whole"):
        gf.read_parquet(folder / files(folder)[0])


def test_other_files_do_not_disturb(tmp_path: Path) -> None:
    """What is no Parquet file, as systems and engines leave it in folders, is passed over."""
    frame = numbered(key=["x", "y"])
    folder = dataset(frame, tmp_path, "key")
    (folder / "_SUCCESS").touch()
    (folder / "key=x" / ".DS_Store").write_bytes(b"\0")
    assert_same(frame, gf.read_parquet(folder))


@settings(max_examples=times(50), deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.none(),
            st.booleans() | st.none(),
            st.integers(-3, 3),
        ),
        max_size=20,
    )
)
def test_any_rows_come_back(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, ...]]) -> None:
    """Whatever the values and however the rows are spread over files, the frame is the same."""
    frame = pd.DataFrame(rows, columns=["text", "flag", "count"])
    frame = frame.astype({"text": "string", "flag": "boolean", "count": "Int64"})
    folder = dataset(numbered(**frame), tmp_path_factory.mktemp("any"), "flag", "text")
    assert_same(numbered(**frame), gf.read_parquet(folder))
