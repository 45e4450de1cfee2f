"""Mirrors of single products, read as one: the rows and cells of one mirror of all products."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dask.dataframe as dd
import duckdb
import pandas as pd
import pytest
from deltalake import DeltaTable

import galtea_frames as gf

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = ["id", "version_id", "status", "created_at", "metadata", "removed_at"]


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Path], Path]:
    """Two mirrors, each of some products, and one of all; a session was deleted since the first sync."""
    folder = tmp_path_factory.mktemp("mirrors")
    with gf.sample.serve(400, 6) as api, gf.Client(api.api_key, api.url) as client:
        products = sorted(gf.load_versions(client=client)["product_id"].unique())
        assert len(products) > 1
        parts = {"a": products[:1], "b": products[1:], "all": products}
        for _ in range(2):
            for name, scope in parts.items():
                gf.Mirror(folder / name).sync(client, product_ids=scope)
            api.sessions.delete(next(reversed(list(api.sessions)))["id"])
    return [folder / "a", folder / "b"], folder / "all"


def rows(mirrors: list[Path]) -> list[tuple[object, ...]]:
    """Return what DuckDB reads of the files that the mirrors' logs name."""
    files = [file for each in mirrors for file in DeltaTable(each / "sessions").file_uris()]
    listed = ", ".join(f'"{name}"' for name in COLUMNS[:-1])
    query = f"SELECT {listed} FROM read_parquet({files}) WHERE removed_at IS NULL ORDER BY created_at, id"  # noqa: S608
    return duckdb.execute(query).fetchall()


def test_duckdb_reads_them_as_one(places: tuple[list[Path], Path]) -> None:
    """Without rows that the API no longer serves."""
    parts, whole = places
    assert rows(parts) == rows([whole])
    assert len(rows(parts)) > len(rows(parts[:1])) > 0


def test_dask_reads_them_as_one(places: tuple[list[Path], Path]) -> None:
    """With the dtypes that each of them has."""
    parts, whole = places
    lazy = dd.concat([gf.Mirror(each).to_dask(columns=COLUMNS[:-1]) for each in parts])
    found = lazy.compute(scheduler="synchronous").sort_values(["created_at", "id"], ignore_index=True)
    expected = gf.Mirror(whole).load_sessions(columns=COLUMNS[:-1], nested="json")
    assert len(expected) == len(found)
    pd.testing.assert_frame_equal(expected.astype({"status": "string"}), found.astype({"status": "string"}))
