"""A real local Spark reads an exported, partitioned dataset as we do: the same rows, the same types."""

from __future__ import annotations

import datetime as dt
import os
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from engine_rows import of_pandas, rows

import galtea_frames as gf

deltalake = pytest.importorskip("deltalake")

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.uncounted

pyspark_sql = pytest.importorskip("pyspark.sql")

TYPES = {
    "id": "string",
    "status": "string",
    "created_at": "timestamp",
    "metadata.latency_ms": "bigint",
    "metadata.cost_usd": "double",
    "metadata.tags": "array<string>",
    "is_production": "boolean",
    "version_id": "string",
}


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """A session of two threads, without its web page."""
    session = (
        pyspark_sql.SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.sources.partitionColumnTypeInference.enabled", "false")
        .getOrCreate()
    )
    yield session
    session.stop()


def in_utc(value: Any) -> Any:  # noqa: ANN401 - whatever Spark gives
    """A time, which Spark gives in the machine's zone and without saying so, as a time of UTC."""
    return value.astimezone(dt.UTC) if isinstance(value, dt.datetime) else value


@pytest.mark.filterwarnings("ignore")  # Spark's own
def test_spark_reads_a_partitioned_export(spark: Any, tmp_path: Path) -> None:  # noqa: ANN401 - pyspark's types
    """Every cell of every row, and each type, the folders' column included."""
    assert "SPARK_HOME" not in os.environ, "another Spark than the one that was installed would be tried"
    with gf.sample.serve(600, 6) as api, gf.Client(api.api_key, api.url) as client, pytest.warns(gf.MixedTypesWarning):
        frame = gf.load_sessions(client=client)
    gf.write_parquet(frame, tmp_path / "sessions", partition_by="version_id")
    read = spark.read.parquet(str(tmp_path / "sessions"))
    types = dict(read.dtypes)
    assert {name: types[name] for name in TYPES} == TYPES
    assert set(types) == set(frame.columns)
    columns = [f"`{name}`" for name in frame.columns]
    collected = read.select(columns).collect()
    cells = {str(name): [in_utc(row[at]) for row in collected] for at, name in enumerate(frame)}
    assert of_pandas(frame) == rows(cells)


@pytest.mark.filterwarnings("ignore")  # Spark's own
@pytest.mark.parametrize(("inferred", "expected"), [("true", {1.1}), ("false", {"1.1", "1.10"})])
def test_spark_guesses_the_types_of_folders_unless_told_not_to(
    spark: Any,  # noqa: ANN401 - pyspark's types
    tmp_path: Path,
    inferred: str,
    expected: set[object],
) -> None:
    """As the guide says: two versions become one number."""
    gf.write_parquet(pd.DataFrame({"key": ["1.1", "1.10"], "row": [0, 1]}), tmp_path / "d", partition_by="key")
    name = "spark.sql.sources.partitionColumnTypeInference.enabled"
    spark.conf.set(name, inferred)
    found = {row["key"] for row in spark.read.parquet(str(tmp_path / "d")).collect()}
    spark.conf.set(name, "false")
    assert expected == found


@pytest.mark.filterwarnings("ignore")  # Spark's own
def test_spark_reads_the_mirrors_of_single_products_as_one(spark: Any, tmp_path: Path) -> None:  # noqa: ANN401 - as above
    """The files that their logs name hold the rows of one mirror of all products, each once."""
    with gf.sample.serve(300, 6) as api, gf.Client(api.api_key, api.url) as client:
        products = gf.load_versions(client=client)["product_id"].unique()
        assert len(products) > 1
        for product in products:
            gf.Mirror(tmp_path / product).sync(client, product_ids=product)
        gf.Mirror(tmp_path / "all").sync(client, product_ids=products)
    cells = []
    for names in (products, ["all"]):
        files = [file for name in names for file in deltalake.DeltaTable(tmp_path / name / "sessions").file_uris()]
        read = spark.read.parquet(*files).where("removed_at IS NULL").select("id", "status", "created_at", "metadata")
        cells.append(sorted(tuple(row) for row in read.collect()))
    assert cells[0] == cells[1]
    assert 250 < len(cells[0]) < 300, "sessions without a version belong to no product"
