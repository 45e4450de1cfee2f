"""Other engines read our files as we do: the same rows, columns, types and values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from engine_rows import Rows, frame_of_each_type, of_pandas, rows  # noqa: F401 - a fixture

import galtea_frames as gf

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

duckdb = pytest.importorskip("duckdb")
polars = pytest.importorskip("polars")


def of_duckdb(path: str) -> Rows:
    """The rows that DuckDB reads."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        relation = connection.sql(f"SELECT * FROM read_parquet('{path}', hive_partitioning = true)")  # noqa: S608 - our own path
        to_arrow = getattr(relation, "to_arrow_table", None) or relation.fetch_arrow_table  # newer, older
        return rows(to_arrow().to_pydict())


def of_polars(frame: Any) -> Rows:  # noqa: ANN401 - polars may be missing
    """The rows of a frame of Polars."""
    return rows(frame.to_dict(as_series=False))


#: By default pandas reads folders' values as categories, among which pyarrow cannot bear a null.
HIVE: dict[str, Any] = {"partitioning": ds.partitioning(flavor="hive")}

READERS: dict[str, tuple[str, Callable[[str], Rows]]] = {
    "pandas": ("", lambda path: of_pandas(pd.read_parquet(path, **HIVE))),
    "pandas, nullable": ("", lambda path: of_pandas(pd.read_parquet(path, dtype_backend="numpy_nullable", **HIVE))),
    "pandas, arrow": ("", lambda path: of_pandas(pd.read_parquet(path, dtype_backend="pyarrow"))),
    "pyarrow": ("", lambda path: rows(pq.read_table(path).to_pydict())),
    "pyarrow dataset": ("", lambda path: rows(ds.dataset(path, partitioning="hive").to_table().to_pydict())),
    "duckdb": ("/**/*.parquet", of_duckdb),
    "polars": ("/**/*.parquet", lambda path: of_polars(polars.read_parquet(path, hive_partitioning=True))),
    "polars, lazy": ("", lambda path: of_polars(polars.scan_parquet(path).collect())),
}
readers = pytest.mark.parametrize("reader", READERS)


@pytest.fixture(scope="module")
def file(frame: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The frame in one file."""
    path = tmp_path_factory.mktemp("engines") / "frame.parquet"
    gf.write_parquet(frame, path)
    return path


@pytest.fixture(scope="module")
def dataset(frame: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The frame as a dataset, which some folders of nulls are part of."""
    path = tmp_path_factory.mktemp("engines") / "frame"
    gf.write_parquet(frame, path, partition_by=["version.id", "status"])
    return path


def test_the_frame_has_every_type(frame: pd.DataFrame) -> None:
    """What is compared below are lists, numbers, times, texts, truth values, categories and nulls."""
    found = {str(dtype) for dtype in frame.dtypes}
    expected = {"string", "Int64", "Float64", "boolean", "category", "list<item: string>[pyarrow]", "object"}
    assert expected <= found
    assert {"datetime64[us, UTC]", "datetime64[us, Asia/Tokyo]", "datetime64[us]", "int64", "float64"} <= found
    assert frame["version.id"].isna().any()


@readers
def test_engines_read_the_file(frame: pd.DataFrame, file: Path, reader: str) -> None:
    """Every cell of every row, and the columns in their order."""
    found = READERS[reader][1](str(file))
    expected = of_pandas(frame)
    assert expected == found
    assert list(frame.columns) == list(next(iter(found.values())))


@readers
def test_engines_read_the_dataset(frame: pd.DataFrame, dataset: Path, reader: str) -> None:
    """Every cell of every row, those that are named by folders too."""
    below, read = READERS[reader]
    assert of_pandas(frame) == read(f"{dataset}{below}")


def test_pandas_alone_reads_a_dataset(frame: pd.DataFrame, tmp_path: Path) -> None:
    """Without any option, where no value is null."""
    gf.write_parquet(frame, tmp_path / "d", partition_by="version_id")
    assert of_pandas(frame) == of_pandas(pd.read_parquet(tmp_path / "d"))


def test_pandas_alone_gives_the_same_dtypes(frame: pd.DataFrame, file: Path) -> None:
    """Who reads our file with pandas has our dtypes, but for categories, lists, and zones other than UTC."""
    kept, plain_ = frame.dtypes.astype(str), pd.read_parquet(file).dtypes.astype(str)
    assert ["status", "metadata.tags", "local"] == [name for name in frame.columns[:-1] if kept[name] != plain_[name]]


TYPES = {
    "id": ("VARCHAR", "String"),
    "status": ("VARCHAR", "String"),
    "created_at": ("TIMESTAMP WITH TIME ZONE", "Datetime(time_unit='us', time_zone='UTC')"),
    "naive": ("TIMESTAMP", "Datetime(time_unit='us', time_zone=None)"),
    "local": ("TIMESTAMP WITH TIME ZONE", "Datetime(time_unit='us', time_zone='UTC')"),
    "day": ("DATE", "Date"),
    "metadata.latency_ms": ("BIGINT", "Int64"),
    "metadata.cost_usd": ("DOUBLE", "Float64"),
    "is_production": ("BOOLEAN", "Boolean"),
    "nothing": ("VARCHAR", "String"),
}


@pytest.mark.parametrize("name", TYPES)
def test_engines_see_types(file: Path, name: str) -> None:
    """A time is a time and a number a number, to the engines as to us."""
    with duckdb.connect() as connection:
        described = connection.sql(f"DESCRIBE SELECT * FROM '{file}'").fetchall()  # noqa: S608 - our own path
    of_column = {row[0]: row[1] for row in described}
    assert TYPES[name] == (of_column[name], str(polars.read_parquet_schema(file)[name]))


#: Text that engines take for numbers, dates and truth values if nobody tells them otherwise, by a name for each set.
GUESSED: dict[str, list[str | None]] = {
    "fractions": ["1.1", "1.10", "2", None],
    "whole numbers": ["7", "007", "-7"],
    "days": ["2026-01-01", "2026-01-02"],
    "times": ["2026-01-01 10:00:00", "2026-01-01 10:00:00.000"],
    "powers": ["1e3", "1000.0"],
    "truth": ["true", "True", "1"],
}


def as_text(path: str) -> dict[str, list[tuple[Any, int]]]:
    """The keys and numbers of a dataset's rows, as engines read them that were told what the guide says."""
    schema = ds.partitioning(pa.schema([("key.x", pa.string())]), flavor="hive")
    with duckdb.connect() as connection:
        in_duckdb = connection.sql(
            f"SELECT \"key.x\", row FROM read_parquet('{path}/**/*.parquet', hive_partitioning = true,"  # noqa: S608
            " hive_types_autocast = false)"
        ).fetchall()
    tables = {
        "pyarrow": pq.read_table(path, partitioning=schema),
        "pandas": pa.Table.from_pandas(pd.read_parquet(path, partitioning=schema), preserve_index=False),
        "polars": polars.scan_parquet(path, hive_schema={"key.x": polars.String}).collect().to_arrow(),
    }
    read = {
        name: zip(*table.select(["key.x", "row"]).to_pydict().values(), strict=True) for name, table in tables.items()
    }
    return {name: sorted(found, key=lambda pair: pair[1]) for name, found in {**read, "duckdb": in_duckdb}.items()}


@pytest.mark.parametrize("name", GUESSED)
def test_text_that_looks_like_something_else_stays_text(tmp_path: Path, name: str) -> None:
    """In every engine that is told so, as the guide shows; ours needs no telling."""
    frame = pd.DataFrame({"key.x": pd.Series(GUESSED[name], dtype="string"), "row": range(len(GUESSED[name]))})
    gf.write_parquet(frame, tmp_path / "d", partition_by="key.x")
    expected = [(value, row) for row, value in enumerate(GUESSED[name])]
    assert dict.fromkeys(["pyarrow", "pandas", "polars", "duckdb"], expected) == as_text(str(tmp_path / "d"))
    assert frame.equals(gf.read_parquet(tmp_path / "d"))


def test_engines_guess_as_the_guide_says(tmp_path: Path) -> None:
    """The table of the guide: what becomes of 1.1 and 1.10."""
    frame = pd.DataFrame({"key": ["1.1", "1.10"], "row": [0, 1]})
    gf.write_parquet(frame, path := tmp_path / "d", partition_by="key")
    assert {"1.1", "1.10"} == set(pq.read_table(path)["key"].to_pylist()) == set(pd.read_parquet(path)["key"])
    assert {1.1} == set(polars.read_parquet(path)["key"])
    with duckdb.connect() as connection:
        found = connection.sql(f"SELECT key FROM '{path}/*/*.parquet'").fetchall()  # noqa: S608 - our own path
    assert {("1.1",), ("1.10",)} == set(found)
