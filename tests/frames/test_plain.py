"""`to_plain`: a frame of NumPy dtypes, from columns of every kind."""

from __future__ import annotations

import datetime as dt
import json
import uuid
import warnings
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from page_frames import frame_of
from pandas.testing import assert_frame_equal, assert_index_equal, assert_series_equal

import galtea_frames as gf

if TYPE_CHECKING:
    from collections.abc import Iterator

Backend = Literal["numpy_nullable", "pyarrow"]
BACKENDS: tuple[Backend, ...] = ("numpy_nullable", "pyarrow")


@pytest.fixture(scope="module")
def joined() -> Iterator[dict[str, pd.DataFrame]]:
    """Sessions with their versions, by backend."""
    with gf.sample.serve(300, 5) as api, gf.Client(api.api_key, api.url) as client, warnings.catch_warnings():
        warnings.simplefilter("ignore", gf.MixedTypesWarning)
        yield {each: gf.load_sessions_with_versions(dtype_backend=each, client=client) for each in BACKENDS}


@pytest.fixture(params=BACKENDS)
def plain(request: pytest.FixtureRequest, joined: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """A plain frame of either backend."""
    return gf.to_plain(joined[request.param])


def test_both_backends_give_the_same(joined: dict[str, pd.DataFrame]) -> None:
    """NumPy dtypes alone, no `pd.NA`, and what is plain stays as it is."""
    plain = gf.to_plain(joined["numpy_nullable"])
    assert_frame_equal(plain, gf.to_plain(joined["pyarrow"]))
    assert_frame_equal(plain, gf.to_plain(plain))
    assert all(isinstance(dtype, np.dtype) for dtype in plain.dtypes)
    kinds = {type(cell) for name in plain for cell in plain[name] if plain[name].dtype == object}
    assert kinds <= {str, bool, type(None)}
    assert {} == plain.attrs
    assert not any(plain[name].to_numpy().base is joined["numpy_nullable"][name].to_numpy() for name in plain)


def test_values_are_those_of_the_frame(joined: dict[str, pd.DataFrame], plain: pd.DataFrame) -> None:
    """Column by column."""
    frame = joined["numpy_nullable"]
    assert frame.columns.tolist() == plain.columns.tolist()
    for name in frame.columns:
        assert frame[name].isna().tolist() == plain[name].isna().tolist()
    there = frame["metadata.tags"].notna()
    assert [list(each) for each in frame["metadata.tags"][there]] == plain["metadata.tags"][there].map(
        json.loads
    ).tolist()
    assert frame["status"].astype(object).dropna().tolist() == plain["status"].dropna().tolist()
    assert_series_equal(frame["created_at"].dt.tz_localize(None), plain["created_at"], check_dtype=False)
    numbers = ["metadata.latency_ms", "metadata.cost_usd", "metadata.cached"]
    for name in numbers:
        assert frame[name].dropna().tolist() == plain[name].dropna().tolist()


# -- kinds of columns --

NOON = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)

COLUMNS = [
    pytest.param(pd.array([1, 2], "Int64"), "int64", [1, 2], id="integers"),
    pytest.param(pd.array([1, None], "Int64"), "float64", [1.0, None], id="integers with nulls"),
    pytest.param(pd.array([2**53, None], "Int64"), "float64", [2.0**53, None], id="integers up to the exact"),
    pytest.param(pd.array([-(2**53) - 1, None], "Int64"), "object", ["-9007199254740993", None], id="large integers"),
    pytest.param(pd.array([None], "Int64"), "float64", [None], id="no integers"),
    pytest.param(pd.array([], "Int64"), "int64", [], id="integers of no rows"),
    pytest.param(pd.array([0.5, None], "Float64"), "float64", [0.5, None], id="numbers"),
    pytest.param(pd.array([True, False], "boolean"), "bool", [True, False], id="truth values"),
    pytest.param(pd.array([True, None], "boolean"), "object", [True, None], id="truth values with nulls"),
    pytest.param(pd.array(["a", None, ""], "string"), "object", ["a", None, ""], id="text"),
    pytest.param(pd.array([], "string"), "object", [], id="text of no rows"),
    pytest.param(pd.Categorical(["a", None]), "object", ["a", None], id="categories"),
    pytest.param(pd.Categorical([1, 2]), "int64", [1, 2], id="categories of numbers"),
    pytest.param(
        pd.array(pd.to_datetime(["2026-03-01T13:00+01:00"]).as_unit("us")),
        "datetime64[us]",
        [pd.Timestamp("2026-03-01 12:00")],
        id="times of another zone",
    ),
    pytest.param(
        pd.arrays.ArrowExtensionArray(pa.array([["a", "b"], [], None])),
        "object",
        ['["a","b"]', "[]", None],
        id="Arrow lists",
    ),
    pytest.param(
        pd.arrays.ArrowExtensionArray(pa.array([{"a": [1]}, None])), "object", ['{"a":[1]}', None], id="Arrow structs"
    ),
    pytest.param(
        pd.Series([{"a": 1}, {"b": None}, None]), "object", ['{"a":1}', '{"b":null}', None], id="dicts as they are"
    ),
    pytest.param(
        pd.Series([[1, "a"], (2,), np.array([3]), {"t": NOON}, {"c": 1j}, True, 5, 0.5, "x", None, np.nan]),
        "object",
        ['[1,"a"]', "[2]", "[3]", '{"t":"2026-03-01T12:00:00Z"}', "{'c': 1j}", "true", "5", "0.5", "x", None, None],
        id="objects of several types",
    ),
    pytest.param(pd.Series([uuid.UUID(int=1), "a"]), "object", [str(uuid.UUID(int=1)), "a"], id="other objects"),
    pytest.param(pd.Series([Decimal("0.5"), None]), "float64", [0.5, None], id="decimals"),
    pytest.param(
        pd.Series([dt.date(2026, 3, 1), None]), "datetime64[ms]", [pd.Timestamp("2026-03-01"), None], id="dates"
    ),
    pytest.param(pd.Series([None, None], dtype=object), "object", [None, None], id="nothing but nulls"),
    pytest.param(pd.period_range("2026", periods=1, freq="Y").array, "object", ["2026"], id="periods"),
    pytest.param(np.array([1.5, np.nan], "float32"), "float32", [1.5, None], id="NumPy's own"),
]


@pytest.mark.parametrize(("values", "dtype", "expected"), COLUMNS)
def test_a_column(values: Any, dtype: str, expected: list[Any]) -> None:  # noqa: ANN401 - any array
    """Its dtype and its values, under another name and index as well."""
    frame = pd.DataFrame({"x": values})
    plain = gf.to_plain(frame)
    assert dtype == plain["x"].dtype
    assert expected == [None if pd.isna(each) else each for each in plain["x"]]
    if len(frame):
        plain.iloc[:1, 0] = plain.iloc[:1, 0]  # it can be written to
    level = gf.to_plain(frame.set_index("x")).index
    assert expected == [None if pd.isna(each) else each for each in level]


def test_nulls_of_text_are_none_and_those_of_numbers_are_nan() -> None:
    """As NumPy has them."""
    plain = gf.to_plain(pd.DataFrame({"a": pd.array([None], "string"), "b": pd.array([None], "Float64")}))
    assert plain.loc[0, "a"] is None
    assert isinstance(plain.loc[0, "b"], float)


def test_the_index_is_plain_too() -> None:
    """Its levels like columns, under their names."""
    times = pd.DatetimeIndex(["2026-03-01T12:00Z"], name="t")
    frame = pd.DataFrame({"x": [1]}, index=times)
    assert_index_equal(times.tz_localize(None), gf.to_plain(frame).index)
    levels = pd.MultiIndex.from_arrays([pd.array(["a"], "string"), times], names=["s", "t"])
    found = gf.to_plain(frame.set_index(levels)).index
    assert (["s", "t"], [("a", pd.Timestamp("2026-03-01 12:00"))]) == (list(found.names), found.tolist())
    assert gf.to_plain(frame.reset_index(drop=True)).index.equals(pd.RangeIndex(1))


def test_hostile_text_is_unchanged() -> None:
    """Names and values with anything in them."""
    rows = [{"id": "=1+1", "metadata": {"a.b": "\x00", "A.B": "\u2028", "": [""]}}, {"id": "\ufffd"}]
    plain = gf.to_plain(frame_of(rows))
    assert ["=1+1", "\ufffd"] == plain["id"].tolist()
    assert ["\x00", None] == plain[r"metadata.a\.b"].tolist()
    assert ['[""]', None] == plain["metadata."].tolist()


@pytest.mark.parametrize("columns", [[], ["a"], pd.MultiIndex.from_tuples([("a", 1)]), [3]])
@pytest.mark.parametrize("rows", [0, 2])
def test_any_columns(columns: Any, rows: int) -> None:  # noqa: ANN401 - any labels
    """Also none, of several levels, and of numbers."""
    frame = pd.DataFrame(0, index=range(rows), columns=columns)
    assert_frame_equal(frame, gf.to_plain(frame))


@pytest.mark.parametrize("function", [gf.to_plain, gf.describe])
def test_what_is_refused(function: Any) -> None:  # noqa: ANN401 - either
    """Something else than a frame, and names that occur twice."""
    with pytest.raises(gf.QueryError, match=f"^{function.__name__} takes a DataFrame, not 'x'$"):
        function("x")
    with pytest.raises(gf.QueryError, match=r"^the column 'a' occurs twice; rename or drop one of them first$"):
        function(pd.DataFrame([[1, 2]], columns=["a", "a"]))
