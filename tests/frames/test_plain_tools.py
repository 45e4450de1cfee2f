"""`to_plain`, tried with the tools that take its frames."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pandas as pd
import pytest
import statsmodels.formula.api as smf
from pandas.testing import assert_frame_equal
from sklearn.preprocessing import OneHotEncoder

import galtea_frames as gf

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module", params=["numpy_nullable", "pyarrow"])
def plain(request: pytest.FixtureRequest) -> pd.DataFrame:
    """Sessions with their versions, loaded with either backend."""
    with gf.sample.serve(300, 5) as api, gf.Client(api.api_key, api.url) as client, pytest.warns(gf.MixedTypesWarning):
        return gf.to_plain(gf.load_sessions_with_versions(dtype_backend=request.param, client=client))


def test_sql(plain: pd.DataFrame) -> None:
    """A table of SQLite gives back every value."""
    with closing(sqlite3.connect(":memory:")) as database:
        assert len(plain) == plain.to_sql("sessions", database, index=False)
        back = pd.read_sql("SELECT * FROM sessions", database, parse_dates=["created_at"])
    assert plain["metadata.tags"].dropna().tolist() == back["metadata.tags"].dropna().tolist()
    assert plain["created_at"].tolist() == back["created_at"].tolist()
    assert plain.isna().sum().tolist() == back.isna().sum().tolist()


def test_csv(plain: pd.DataFrame, tmp_path: Path) -> None:
    """Lists are JSON text, not what NumPy prints."""
    plain.to_csv(tmp_path / "f.csv", index=False)
    back = pd.read_csv(tmp_path / "f.csv", parse_dates=["created_at"])
    assert plain["metadata.tags"].dropna().tolist() == back["metadata.tags"].dropna().tolist()
    assert plain["metadata.latency_ms"].dropna().tolist() == back["metadata.latency_ms"].dropna().tolist()
    assert plain["created_at"].tolist() == back["created_at"].tolist()


def test_excel(plain: pd.DataFrame, tmp_path: Path) -> None:
    """A sheet gives back values, times to the millisecond."""
    plain.to_excel(tmp_path / "f.xlsx", index=False)
    back = pd.read_excel(tmp_path / "f.xlsx")
    assert plain.columns.tolist() == back.columns.tolist()
    assert plain["metadata.tags"].dropna().tolist() == back["metadata.tags"].dropna().tolist()
    assert plain["created_at"].dt.round("ms").tolist() == back["created_at"].dt.round("ms").tolist()
    assert plain["metadata.latency_ms"].dropna().tolist() == back["metadata.latency_ms"].dropna().tolist()


def test_parquet(plain: pd.DataFrame, tmp_path: Path) -> None:
    """What pandas writes, it reads."""
    plain.to_parquet(tmp_path / "f.parquet")
    back = pd.read_parquet(tmp_path / "f.parquet")
    assert_frame_equal(plain, gf.to_plain(back))


def test_methods_of_pandas(plain: pd.DataFrame) -> None:
    """Those that hash values or sum them up."""
    assert len(plain) == len(plain.drop_duplicates())
    assert len(plain) == len(pd.concat([plain, plain]).drop_duplicates())
    assert plain["id"].nunique() == plain.nunique()["id"]
    assert plain.shape[1] == plain.describe(include="all").shape[1]
    assert len(plain) == plain.groupby("metadata.tags", dropna=False).size().sum()


def test_scikit_learn(plain: pd.DataFrame) -> None:
    """Categories, lists, truth values and numbers, with their nulls."""
    names = ["status", "metadata.user.tier", "metadata.tags", "metadata.cached", "is_production", "metadata.latency_ms"]
    encoder = OneHotEncoder(sparse_output=False)
    encoded = encoder.fit_transform(plain[names])
    assert (len(plain), sum(map(len, encoder.categories_))) == encoded.shape
    assert (encoded.sum(axis=1) == len(names)).all()
    decoded = encoder.inverse_transform(encoded)
    assert plain["status"].tolist() == decoded[:, 0].tolist()


def test_statsmodels(plain: pd.DataFrame) -> None:
    """Numbers, text and truth values of a formula; rows with nulls are left out."""
    formula = "Q('metadata.cost_usd') ~ Q('metadata.latency_ms') + C(Q('metadata.user.tier')) + C(Q('metadata.cached'))"
    names = ["metadata.cost_usd", "metadata.latency_ms", "metadata.user.tier", "metadata.cached"]
    model = smf.ols(formula, data=plain).fit()
    assert len(plain[names].dropna()) == model.nobs
