"""Parquet that other programs wrote or changed is read as it is or refused, never with other values."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pandas.testing import assert_frame_equal

import galtea_frames as gf
from galtea_frames.files.partitions import positions_to_text

if TYPE_CHECKING:
    from collections.abc import Callable

Frame = pd.DataFrame


def cells(values: Any) -> list[Any]:  # noqa: ANN401 - a column of any kind
    """A column's values, each null as None."""
    return [None if pd.isna(value) else value for value in values]


# -- dictionaries --


TWO_WEEKS: list[list[Any]] = [["x", "y"], ["z", None, "y"]]


def row_groups(path: Path) -> None:
    """Write two row groups whose dictionaries differ, as a long stream does."""
    kind = pa.dictionary(pa.int32(), pa.string())
    with pq.ParquetWriter(path / "f.parquet", pa.schema([("a", kind)])) as writer:
        for values in TWO_WEEKS:
            writer.write_table(pa.table({"a": pa.array(values, pa.string()).dictionary_encode()}))


def files_of_pandas(path: Path) -> None:
    """Write two weeks, each with the categories that it has."""
    for number, values in enumerate(TWO_WEEKS):
        pd.DataFrame({"a": pd.Categorical(values)}).to_parquet(path / f"{number}.parquet")


def files_of_polars(path: Path) -> None:
    """The same with Polars."""
    for number, values in enumerate(TWO_WEEKS):
        pl.DataFrame({"a": pl.Series(values, dtype=pl.Categorical)}).write_parquet(path / f"{number}.parquet")


@pytest.mark.parametrize("write", [row_groups, files_of_pandas, files_of_polars])
def test_every_dictionary_is_read_with_its_own_members(tmp_path: Path, write: Callable[[Path], None]) -> None:
    """Whatever the first one holds."""
    write(tmp_path)
    assert ["x", "y", "z", None, "y"] == cells(gf.read_parquet(tmp_path)["a"])


@pytest.mark.parametrize("ordered", [True, False])
def test_dictionaries_are_categories_in_their_order(tmp_path: Path, ordered: bool) -> None:
    """With the members that they have."""
    members = pd.CategoricalDtype(["c", "a", "b"], ordered)
    pd.DataFrame({"a": pd.Series(["a", None, "c"], dtype=members)}).to_parquet(tmp_path / "f.parquet")
    found = gf.read_parquet(tmp_path / "f.parquet")["a"]
    assert (["c", "a", "b"], ordered) == (list(found.cat.categories), found.cat.ordered)
    assert ["a", None, "c"] == cells(found)


def test_a_dictionary_without_rows_is_read(tmp_path: Path) -> None:
    """An empty week."""
    pd.DataFrame({"a": pd.Categorical([]), "b": pd.Series([], dtype="Int64")}).to_parquet(tmp_path / "f.parquet")
    assert (0, 2) == gf.read_parquet(tmp_path / "f.parquet").shape


# -- files of ours that another program has written again --

WEEK = pd.DataFrame(
    {
        "id": pd.Series(["a", "b", "c", "d"], dtype="string"),
        "status": pd.Categorical(["x", "y", "x", None], ["y", "x", "w"]),
        "n": pd.Series([1, 2, None, 4], dtype="Int64"),
        "flag": [True, False, True, True],
        "small": np.array([1, 2, 3, 4], "int8"),
        "seconds": np.array([1, 2, 3, 4], "datetime64[s]"),
        "seen": pd.to_datetime(["2026-01-01T10:00Z"] * 4),
    }
)
WEEK.attrs = {"galtea_frames": {"rows": 4}, "note": "mine"}


def again(path: Path, change: Callable[[pa.Table], pa.Table]) -> pa.Table:
    """Have another program change a file of ours, and keep what was said of it; return what it wrote."""
    gf.write_parquet(WEEK, path)
    table = pq.read_table(path)
    changed = change(table).replace_schema_metadata(table.schema.metadata)
    pq.write_table(changed, path, compression="snappy")
    return changed


def with_column(name: str, values: Any) -> Callable[[pa.Table], pa.Table]:  # noqa: ANN401 - what Arrow takes
    """A change of one column."""
    return lambda table: table.set_column(table.column_names.index(name), name, values)


CHANGES: dict[str, Callable[[pa.Table], pa.Table]] = {
    "filtered": lambda table: table[1:3],
    "no rows": lambda table: table[:0],
    "doubled": lambda table: pa.concat_tables([table, table]),
    "sorted": lambda table: table.sort_by([("id", "descending")]),
    "column added": lambda table: table.append_column("more", pa.array(list("wxyz"))),
    "column dropped": lambda table: table.drop_columns(["n"]),
    "column renamed": lambda table: table.rename_columns(["key", *table.column_names[1:]]),
    "columns in another order": lambda table: table.select(table.column_names[::-1]),
    "other categories": with_column("status", pa.array(["x", "new", None, "y"])),
    "other categories, as a dictionary": with_column("status", pa.array(["x", "new", None, "y"]).dictionary_encode()),
    "categories as numbers": with_column("status", pa.array([1, 2, 3, None])),
    "numbers as text": with_column("n", pa.array(["1", "2", None, "4"])),
    "fractions": with_column("n", pa.array([1.5, 2, None, 4])),
    "nulls among truth": with_column("flag", pa.array([True, None, False, True])),
    "nulls among whole numbers": with_column("small", pa.array([1, None, 3, 4], pa.int8())),
    "larger numbers": with_column("small", pa.array([300, 2, 3, 4])),
    "larger numbers, unsigned": with_column("small", pa.array([255, 2, 3, 4], pa.uint8())),
    "finer times": with_column("seconds", pa.array([1_500_000, 2, 3, 4], pa.timestamp("us"))),
    "times of a zone": with_column("seen", pa.array([0, 1, 2, 3], pa.timestamp("us", "Asia/Tokyo"))),
    "times without a zone": with_column("seen", pa.array([0, 1, 2, 3], pa.timestamp("us"))),
    "compressed again": lambda table: table,
}


def plain(table: pa.Table) -> dict[str, list[Any]]:
    """A table's values, instants in UTC."""
    return {name: [in_utc(value) for value in values] for name, values in table.to_pydict().items()}


def in_utc(value: Any) -> Any:  # noqa: ANN401 - any value
    """A time in UTC, if it has a zone."""
    return value.astimezone(dt.UTC) if isinstance(value, dt.datetime) and value.tzinfo else value


@pytest.mark.parametrize("name", CHANGES)
def test_a_file_that_was_written_again_has_its_new_values(tmp_path: Path, name: str) -> None:
    """Every column that is in the file now, and every value."""
    changed = again(tmp_path / "f.parquet", CHANGES[name])
    found = gf.read_parquet(tmp_path / "f.parquet")
    expected = plain(changed)
    actual = {
        column: [value.to_pydatetime() if isinstance(value, pd.Timestamp) else value for value in cells(found[column])]
        for column in found.columns
    }
    assert expected == actual


def test_a_file_that_was_only_compressed_again_keeps_all(tmp_path: Path) -> None:
    """What we said of it still is what it holds."""
    again(tmp_path / "f.parquet", lambda table: table)
    found = gf.read_parquet(tmp_path / "f.parquet")
    assert_frame_equal(WEEK, found)
    assert WEEK.attrs == found.attrs


def test_a_filtered_file_does_not_claim_to_be_whole(tmp_path: Path) -> None:
    """What was said of all rows is not said of some."""
    again(tmp_path / "f.parquet", lambda table: table[:2])
    assert {"galtea_frames": {}} == gf.read_parquet(tmp_path / "f.parquet").attrs


def test_sorted_rows_keep_their_labels(tmp_path: Path) -> None:
    """Labels that are no plain numbering stand beside their rows."""
    gf.write_parquet(WEEK.iloc[::-2], path := tmp_path / "f.parquet")
    assert_frame_equal(WEEK.iloc[::-2], gf.read_parquet(path))
    assert isinstance(gf.read_parquet(path).index, pd.RangeIndex)
    table = pq.read_table(path)
    pq.write_table(table.sort_by("id"), path)
    assert {"b": 1, "d": 3} == dict(
        zip(*(gf.read_parquet(path).reset_index()[name] for name in ("id", "index")), strict=True)
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda table: table[:1], "the dataset is not whole"),
        (lambda table: table.append_column("more", pa.array(["x"] * len(table))), "was changed since it was written"),
        (lambda table: table.drop_columns(["id"]), "cannot be read|was changed|is not whole"),
        (
            lambda table: table.set_column(0, "id", pa.array([1] * len(table))),
            "of different types|was changed|cannot be",
        ),
        (lambda table: table.append_column("status", pa.array(["w"] * len(table))), "was changed since|is not whole"),
    ],
)
def test_a_dataset_of_which_a_file_was_written_again_is_refused(
    tmp_path: Path, change: Callable[[pa.Table], pa.Table], words: str
) -> None:
    """Its rows are one frame together only."""
    gf.write_parquet(WEEK, tmp_path / "d", partition_by="status")
    file = next((tmp_path / "d" / "status=x").iterdir())
    table = pq.read_table(file, partitioning=None)
    pq.write_table(change(table).replace_schema_metadata(table.schema.metadata), file)
    with pytest.raises(gf.ParquetError, match=words) as caught:
        gf.read_parquet(tmp_path / "d")
    assert 1 == len(str(caught.value).splitlines())


def test_a_dataset_of_which_every_file_was_written_again_is_refused(tmp_path: Path) -> None:
    """Alike, so that they still fit together."""
    gf.write_parquet(WEEK, tmp_path / "d", partition_by="status")
    for file in (tmp_path / "d").rglob("*.parquet"):
        table = pq.read_table(file, partitioning=None)
        changed = table.set_column(0, "id", pa.array([1] * len(table)))
        pq.write_table(changed.replace_schema_metadata(table.schema.metadata), file)
    with pytest.raises(gf.ParquetError, match="a file of the dataset was changed since it was written"):
        gf.read_parquet(tmp_path / "d")


# -- other programs' datasets --


def test_the_folders_of_other_programs_are_columns(tmp_path: Path) -> None:
    """Text as it was, whole numbers as numbers, nulls as nulls."""
    frame = pd.DataFrame(
        {
            "model": ["1.1", "1.10", None, "a b/c=d"],
            "code": ["7", "007", "7", "7"],
            "year": [2025, 2026, 2026, -1],
            "n": [1, 2, 3, 4],
        }
    )
    frame.to_parquet(tmp_path / "d", partition_cols=["model", "code", "year"])
    found = gf.read_parquet(tmp_path / "d").sort_values("n", ignore_index=True)[list(frame)]
    assert {name: cells(frame[name]) for name in frame} == {name: cells(found[name]) for name in found}
    assert ["string", "string", "Int64", "Int64"] == [str(dtype) for dtype in found.dtypes]


def test_text_of_pandas_that_is_whole_numbers_stays_text(tmp_path: Path) -> None:
    """Pandas says in each file what a folder's column was."""
    pd.DataFrame({"code": ["1", "2"], "n": [1, 2]}).to_parquet(tmp_path / "d", partition_cols=["code"])
    assert ["1", "2"] == sorted(gf.read_parquet(tmp_path / "d")["code"])


def test_the_folders_of_polars_are_columns(tmp_path: Path) -> None:
    """It says nothing of them: whole numbers are numbers."""
    pl.DataFrame({"year": [2025, 2026], "tier": ["a", "b"], "n": [1, 2]}).write_parquet(
        tmp_path / "d", partition_by=["year", "tier"]
    )
    found = gf.read_parquet(tmp_path / "d").sort_values("n")
    assert [[2025, "a", 1], [2026, "b", 2]] == found[["year", "tier", "n"]].to_numpy().tolist()


@pytest.mark.parametrize("metadata", [None, b"{", b"[]", b'{"columns": 5}', b'{"columns": [{"name": "year"}]}'])
def test_folders_of_various_depth_and_columns_in_the_file(tmp_path: Path, metadata: bytes | None) -> None:
    """A file's own column says it better; what a folder does not say is null; pandas' words may be damaged."""
    kept = {} if metadata is None else {b"pandas": metadata}
    for name, table in {
        "year=2025/f.parquet": pa.table({"n": [1]}),
        "year=2026/day=3/f.parquet": pa.table({"n": [2], "year": [1999]}),
        "f.parquet": pa.table({"n": [3]}),
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table.replace_schema_metadata(kept), tmp_path / name)
    found = gf.read_parquet(tmp_path).sort_values("n")
    assert [2025, 1999, None] == cells(found["year"])
    assert [None, 3, None] == cells(found["day"])


@pytest.mark.parametrize("name", [".hidden.parquet", "_temporary/0.parquet", "a/.tmp/x.parquet", "_metadata.parquet"])
def test_what_engines_pass_over_is_not_read(tmp_path: Path, name: str) -> None:
    """Logs, and files that are being written."""
    for each in (name, "_year=1/f.parquet"):
        (tmp_path / each).parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table({"n": [1]}), tmp_path / each)
    assert [[1, 1]] == gf.read_parquet(tmp_path)[["n", "_year"]].to_numpy().tolist()


def test_both_suffixes_are_read(tmp_path: Path) -> None:
    """As both are written."""
    pq.write_table(pa.table({"n": [1]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"n": [2]}), tmp_path / "b.pq")
    assert [1, 2] == gf.read_parquet(tmp_path)["n"].tolist()


# -- what a frame cannot hold --


def twice(path: Path) -> None:
    """Write two columns of one name."""
    pq.write_table(pa.table([[1], [2], [3]], names=["a", "b", "a"]), path / "f.parquet")


def too_fine(kind: pa.DataType) -> Callable[[Path], None]:
    """Write a nanosecond."""
    return lambda path: pq.write_table(pa.table({"a": pa.array([1_001], kind)}), path / "f.parquet")


def unlike(*columns: pa.Array) -> Callable[[Path], None]:
    """Write files of one column, of different types."""

    def write(path: Path) -> None:
        for number, values in enumerate(columns):
            pq.write_table(pa.table({"a": values}), path / f"{number}.parquet")

    return write


REFUSED: dict[str, tuple[Callable[[Path], None], str]] = {
    "a name twice": (twice, "has columns of one name: 'a'$"),
    "a nanosecond": (too_fine(pa.timestamp("ns")), "column 'a' has times finer than a microsecond"),
    "a nanosecond in UTC": (too_fine(pa.timestamp("ns", "UTC")), "column 'a' has times finer than a microsecond"),
    "text and numbers": (unlike(pa.array([1]), pa.array(["x"])), "holds files of different types: .*; read them one"),
    "dictionaries of unlike members": (
        unlike(pa.array([1]).dictionary_encode(), pa.array(["x"]).dictionary_encode()),
        "holds files of different types",
    ),
    "times and dates": (unlike(pa.array([1], pa.timestamp("us")), pa.array([1], pa.date32())), "of different types"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_frame_can_hold_is_refused(tmp_path: Path, name: str) -> None:
    """With one line of ours."""
    write, words = REFUSED[name]
    write(tmp_path)
    with pytest.raises(gf.ParquetError, match=words) as caught:
        gf.read_parquet(tmp_path)
    assert 1 == len(str(caught.value).splitlines())


def test_times_of_others_are_what_they_are(tmp_path: Path) -> None:
    """Those of a zone are instants; those of none stay so; whole microseconds are exact in any unit."""
    moments = pa.array([1_000_000], pa.int64())
    kinds = {"utc": pa.timestamp("us", "UTC"), "tokyo": pa.timestamp("us", "Asia/Tokyo"), "naive": pa.timestamp("us")}
    columns = {name: moments.cast(kind) for name, kind in kinds.items()}
    columns |= {"ns": pa.array([1_000_000_000], pa.timestamp("ns")), "s": pa.array([1], pa.timestamp("s"))}
    pq.write_table(pa.table(columns), tmp_path / "f.parquet")
    found = gf.read_parquet(tmp_path / "f.parquet")
    aware, naive = "datetime64[us, UTC]", "datetime64[us]"
    assert [aware, aware, naive, naive, naive] == [str(dtype) for dtype in found.dtypes]
    assert {pd.Timestamp(1, unit="s")} == {value.tz_localize(None) for value in found.iloc[0]}


# -- what our files say of themselves, damaged --


def described(**columns: Any) -> Callable[[dict[str, Any]], Any]:  # noqa: ANN401 - any JSON
    """Change what is said of columns."""
    return lambda said: said["columns"].update(columns)


def with_value(name: str, value: Any) -> Callable[[dict[str, Any]], Any]:  # noqa: ANN401 - any JSON
    """Change a part of the description."""
    return lambda said: said.update({name: value})


def without(name: str) -> Callable[[dict[str, Any]], Any]:
    """Drop a part of the description."""
    return lambda said: said.pop(name)


PARTS = ("format", "columns", "index", "header", "attrs")
NONSENSE: tuple[Any, ...] = (None, 5, "x", [], {}, [[]])

MUTATIONS: dict[str, Callable[[dict[str, Any]], Any]] = {
    **{f"no {name}": without(name) for name in PARTS},
    **{f"{name} is {value!r}": with_value(name, value) for name in PARTS for value in NONSENSE},
    **{f"length is {value!r}": with_value("length", value) for value in (*NONSENSE, -1, 10**12)},
    "a column of nothing": described(n={}),
    "a column of text": described(n="Int64"),
    "no such dtype": described(n={"kind": "pandas", "name": "nonsense"}),
    "a dtype of no name": described(n={"kind": "pandas", "name": 5}),
    "a sparse dtype": described(n={"kind": "pandas", "name": "Sparse[int]"}),
    "an object without its null": described(n={"kind": "pandas", "name": "object"}),
    "an object with a list for null": described(n={"kind": "pandas", "name": "object", "null": []}),
    "too small a dtype": described(n={"kind": "pandas", "name": "int8"}),
    "text as truth": described(id={"kind": "pandas", "name": "bool"}),
    "text as numbers": described(id={"kind": "pandas", "name": "Int64"}),
    "no storage": described(id={"kind": "string", "storage": "disk", "nan": False}),
    "categories of lists": described(
        status={"kind": "category", "members": [[]], "of": {"kind": "arrow"}, "ordered": True}
    ),
    "categories twice": described(
        status={"kind": "category", "members": ["x", "x", "y"], "of": {"kind": "arrow"}, "ordered": True}
    ),
    "categories of numbers": described(
        status={"kind": "category", "members": [1, 2], "of": {"kind": "pandas", "name": "int64"}, "ordered": False}
    ),
    "Arrow of no type": described(n={"kind": "arrow", "type": 5}),
    "Arrow of a damaged type": described(n={"kind": "arrow", "type": "AAAA"}),
    "Arrow of another type": described(n={"kind": "arrow"}),
    "one column less": lambda said: said["columns"].pop("n"),
    "one column more": described(more={"kind": "arrow"}),
    "a long range": lambda said: said.update(index={"range": [0, 10**12, 1], "names": [None]}),
    "a range of no step": lambda said: said.update(index={"range": [0, 4, 0], "names": [None]}),
    "a range of text": lambda said: said.update(index={"range": ["0", "4", "1"], "names": [None]}),
    "a huge range": lambda said: said.update(index={"range": [0, 10**30, 1], "names": [None]}),
    "two names of one index": lambda said: said.update(index={"range": [0, 4, 1], "names": [None, None]}),
    "a name that is a list": lambda said: said.update(index={"range": [0, 4, 1], "names": [[]]}),
    "no such level": lambda said: said.update(index={"levels": ["nowhere"], "multi": False, "names": [None]}),
    "a level twice": lambda said: said.update(index={"levels": ["id", "id"], "multi": True, "names": [None, None]}),
    "two levels of one index": lambda said: said.update(index={"levels": ["id", "n"], "multi": False, "names": [1, 2]}),
    "steps of many levels": lambda said: said.update(
        index={"levels": ["id", "n"], "multi": True, "names": [1, 2], "steps": [0, 4, 1]}
    ),
    "steps of text": lambda said: said.update(index={"levels": ["id"], "multi": False, "names": [1], "steps": "x"}),
    "a header of numbers": lambda said: said.update(
        header={"names": [None], "of": {"kind": "pandas", "name": "int64"}}
    ),
    "a header of two names": lambda said: said.update(header={"names": [1, 2], "of": None}),
    "half a dataset": lambda said: said.update(dataset="x"),
    "rows of nothing": lambda said: said.update(rows="AAAA"),
    "a negative total": lambda said: said.update(dataset="x", rows="", total=-1, partition={}),
    "a partition of text": lambda said: said.update(dataset="x", rows="", total=1, partition="x"),
    "a partition of lists": lambda said: said.update(dataset="x", rows="", total=1, partition={"k": {"type": 1}}),
}


def mutated(path: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    """Change what a file of ours says of its frame."""
    table = pq.read_table(path, partitioning=None)
    said = json.loads(table.schema.metadata[b"galtea_frames"])
    change(said)
    metadata = {**table.schema.metadata, b"galtea_frames": json.dumps(said).encode()}
    pq.write_table(table.replace_schema_metadata(metadata), path)


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_damaged_description_is_an_error_or_left_aside(tmp_path: Path, name: str) -> None:
    """Never another error, nor another value."""
    gf.write_parquet(WEEK, path := tmp_path / "f.parquet")
    mutated(path, MUTATIONS[name])
    found = WEEK
    with contextlib.suppress(gf.ParquetError):
        found = gf.read_parquet(path)
    assert {column: cells(WEEK[column]) for column in WEEK} == {column: cells(found[column]) for column in WEEK}


@pytest.mark.parametrize(
    "text", [b"", b"{", b"\xff", b"5", b"null", b"[" * 100_000, b'{"format": 1' + b"0" * 5_000 + b"}"]
)
def test_a_description_that_is_no_json_object_is_refused(tmp_path: Path, text: bytes) -> None:
    """With one line."""
    gf.write_parquet(WEEK, path := tmp_path / "f.parquet")
    pq.write_table(pq.read_table(path).replace_schema_metadata({b"galtea_frames": text}), path)
    with pytest.raises(gf.ParquetError, match=r"f\.parquet: what it says of its frame is damaged") as caught:
        gf.read_parquet(path)
    assert 1 == len(str(caught.value).splitlines())


IN_DATASETS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "other rows": lambda said: said.update(rows="AAAA"),
    "rows that others have": lambda said: said.update(rows=positions_to_text(np.arange(1))),
    "rows that are no base64": lambda said: said.update(rows="é"),
    "rows of another file": lambda said: said.update(total=10**12),
    "no total": lambda said: said.pop("total"),
    "another total": lambda said: said.update(total=3),
    "no partition": lambda said: said.pop("partition"),
    "another partition": lambda said: said.update(partition={}),
    "a partition of no type": lambda said: said["partition"]["status"].update(type="complex"),
    "a partition of another type": lambda said: said["partition"]["status"].update(type="int64"),
    "a partition of a long number": lambda said: said["partition"]["status"].update(type="int64", value=10**30),
    "no length": lambda said: said.update(length=-1),
}


@pytest.mark.parametrize("name", IN_DATASETS)
@pytest.mark.parametrize("every", [True, False], ids=["in every file", "in one"])
def test_a_damaged_description_of_a_dataset_is_an_error(tmp_path: Path, name: str, every: bool) -> None:
    """In one line."""
    gf.write_parquet(WEEK, tmp_path / "d", partition_by="status")
    files = sorted((tmp_path / "d").rglob("*.parquet"))
    for file in files if every else files[:1]:
        mutated(file, IN_DATASETS[name])
    with pytest.raises(gf.ParquetError) as caught:
        gf.read_parquet(tmp_path / "d")
    assert 1 == len(str(caught.value).splitlines())


# -- attrs of another kind --

SAID: dict[str, Any] = {
    "resource": "sessions",
    "complete": True,
    "rows": 2,
    "filters": {},
    "fields": {},
    "null_fields": [],
    "json_columns": [],
    "time_digits": {},
}

ATTRS: dict[str, Any] = {
    "text": "x",
    "a list": [1],
    "none": None,
    "a resource of no name": SAID | {"resource": 5},
    "filters of text": SAID | {"filters": "x"},
    "complete by text": SAID | {"complete": "true"},
    "fields of numbers": SAID | {"fields": {"a": 1}},
    "fields of a list": SAID | {"fields": ["a"]},
    "null fields of no name": SAID | {"null_fields": ["nowhere"]},
    "null fields of numbers": SAID | {"null_fields": [1]},
    "null fields of text": SAID | {"null_fields": "id"},
    "JSON columns of lists": SAID | {"json_columns": [[]]},
    "digits of text": SAID | {"time_digits": {"created_at": "3"}},
    "a join of text": SAID | {"join": "x"},
    "fetched at a number": SAID | {"fetched_at": 5},
    **{f"no {name}": {key: value for key, value in SAID.items() if key != name} for name in list(SAID)[4:]},
}

ROWS = pd.DataFrame(
    {
        "id": pd.Series(["a", "b"], dtype="string"),
        "version_id": pd.Series(["v", None], dtype="string"),
        "status": pd.Categorical(["FAILED", "COMPLETED"]),
        "created_at": pd.to_datetime(["2026-03-23T10:00Z", "2026-03-24T10:00Z"]).astype("datetime64[us, UTC]"),
    }
)


@pytest.mark.parametrize("name", ATTRS)
def test_attrs_of_another_kind_are_left_aside(tmp_path: Path, name: str) -> None:
    """A frame of which they were read says nothing of itself, which no one stumbles over; all else is kept."""
    frame = ROWS.copy()
    frame.attrs = {"galtea_frames": ATTRS[name], "note": "mine"}
    gf.write_parquet(frame, tmp_path / "f.parquet")
    found = gf.read_parquet(tmp_path / "f.parquet")
    assert {"note": "mine"} == found.attrs
    versions = pd.DataFrame({"id": pd.Series(["v"], dtype="string")})
    assert 2 == len(gf.join_sessions_versions(found, versions))
    assert 2 == gf.build_report(found, versions, as_of="2026-03-30").to_dict()["completeness"]["sessions"]
    with pytest.raises(gf.QueryError, match="to_records"):
        gf.to_records(found)


@pytest.mark.parametrize("said", [SAID, {}, {"complete": False, "more": [5]}, {"resource": "joined", "note": None}])
def test_attrs_of_the_right_kind_are_kept(tmp_path: Path, said: dict[str, Any]) -> None:
    """What nobody acts on may be of any kind."""
    frame = ROWS.copy()
    frame.attrs = {"galtea_frames": said}
    gf.write_parquet(frame, tmp_path / "f.parquet")
    assert {"galtea_frames": said} == gf.read_parquet(tmp_path / "f.parquet").attrs


# -- small files that would become large --

LIMITED = """
import base64, json, resource, sys, zlib
import galtea_frames as gf
import pyarrow.parquet as pq
folder, change = sys.argv[1:]
gf.read_parquet(folder)  # imports and pools of memory are there
packing = zlib.compressobj(9)
rows = base64.b64encode(b"".join(packing.compress(bytes(2**20)) for _ in range(1_500)) + packing.flush()).decode()
for part in (0, 1):
    file = f"{folder}/key={part}/part-{part}.parquet"
    table = pq.read_table(file, partitioning=None)
    said = json.loads(table.schema.metadata[b"galtea_frames"])
    said |= {"rows": rows} if change == "rows" else {"total": 10**9}
    pq.write_table(table.replace_schema_metadata({b"galtea_frames": json.dumps(said).encode()}), file)
del rows, packing, table, said
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 500_000_000, used + 500_000_000))
try:
    gf.read_parquet(folder)
except gf.ParquetError as problem:
    print(problem)
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux to say how much memory is used")
@pytest.mark.parametrize("change", ["rows", "total"])
def test_a_small_description_takes_little_memory(tmp_path: Path, change: str) -> None:
    """A megabyte that says it is of billions of rows is refused within 500 MB."""
    gf.write_parquet(pd.DataFrame({"key": [0, 1], "n": [1, 2]}), tmp_path / "d", partition_by="key")
    command = [sys.executable, "-c", LIMITED, str(tmp_path / "d"), change]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=environment)  # noqa: S603
    assert (0, "the dataset is not whole: files of it are missing, or of two datasets\n") == (
        done.returncode,
        done.stdout,
    ), done.stderr
