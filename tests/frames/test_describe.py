"""`describe`: one row per column, also of frames of hostile rows and of no load."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from page_frames import frame_of
from pandas.testing import assert_frame_equal, assert_index_equal

import galtea_frames as gf

NOON = "2026-03-01T12:00:00.000Z"
ROWS: list[dict[str, Any]] = [
    {"id": "a", "createdAt": NOON, "status": "FAILED", "metadata": {"n": 3, "tags": ["x"], "mix": 1, "ok": True}},
    {"id": "b", "createdAt": "2026-03-02T12:00:00.000Z", "metadata": {"n": 1, "tags": ["x", None], "mix": "a"}},
    {"id": "c", "error": "\ud800", "status": "FAILED", "metadata": {"tags": ["x"], "list": [[1]]}},
]


def rows_of(frame: pd.DataFrame) -> dict[Any, dict[Any, Any]]:
    """What is said of each column, without what is null or empty."""
    described = gf.describe(frame)
    return {
        name: {key: value for key, value in row.items() if not pd.isna(value) and value != ""}
        for name, row in zip(described.index, described.to_dict("records"), strict=True)
    }


@pytest.mark.parametrize("backend", ["numpy_nullable", "pyarrow"])
def test_a_load(backend: Literal["numpy_nullable", "pyarrow"]) -> None:
    """Types, shares, distinct values, examples, ends and what the load says."""
    frame = frame_of(ROWS, dtype_backend=backend)
    assert_index_equal(frame.columns.rename("column"), gf.describe(frame).index)
    found = rows_of(frame)
    dtypes = {name: row.pop("dtype") for name, row in found.items()}
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == dtypes
    third = pytest.approx(1 / 3)
    two = pytest.approx(2 / 3)
    assert {"filled": 1.0, "distinct": 3, "example": "a", "min": "a", "max": "c"} == found["id"]
    assert {"filled": 0.0, "distinct": 0} == found["custom_id"]
    assert {"filled": two, "distinct": 1, "example": "FAILED", "min": "FAILED", "max": "FAILED"} == found["status"]
    first, last = "2026-03-01 12:00:00+00:00", "2026-03-02 12:00:00+00:00"
    assert {"filled": two, "distinct": 2, "example": first, "min": first, "max": last} == found["created_at"]
    assert {"filled": two, "distinct": 2, "example": "3", "min": "1", "max": "3"} == found["metadata.n"]
    assert {"filled": 1.0, "distinct": 2, "example": '["x"]'} == found["metadata.tags"]
    assert {"filled": third, "distinct": 1, "example": "true", "min": "true", "max": "true"} == found["metadata.ok"]
    mixed = "values of several types, JSON text"
    assert {"filled": two, "distinct": 2, "example": "1", "notes": mixed} == found["metadata.mix"]
    assert {"filled": third, "distinct": 1, "example": "[[1]]", "notes": "JSON text"} == found["metadata.list"]
    assert "1 texts with U+FFFD" == found["error"]["notes"]


def test_its_dtypes() -> None:
    """Are the same for any frame, also one without rows or columns."""
    dtypes = gf.describe(frame_of(ROWS)).dtypes.astype(str).to_dict()
    texts = dict.fromkeys(["dtype", "example", "min", "max", "notes"], "string")
    assert {**texts, "filled": "Float64", "distinct": "Int64"} == dtypes
    for frame in (frame_of([]), pd.DataFrame(), pd.DataFrame(index=[1, 2])):
        described = gf.describe(frame)
        assert dtypes == described.dtypes.astype(str).to_dict()
        assert (len(frame.columns), "column") == (len(described), described.index.name)
    assert {"dtype": "string", "distinct": 0} == rows_of(frame_of([]))["id"]


def test_notes_of_every_kind() -> None:
    """Also those of versions beside sessions, under the names that columns have there."""
    many = {f"k{number}": number for number in range(501)}
    sessions = frame_of([{"versionId": "v", "metadata": many, "version": {"x": "\ud800"}}])
    versions = pd.DataFrame({"id": ["v"], "facts": ["{}"], "gone": [None]})
    versions.attrs["galtea_frames"] = {
        "json_columns": ["facts"],
        "misfits": {"facts": 1_200},
        "absent_columns": ["gone"],
    }
    found = rows_of(gf.join_sessions_versions(sessions, versions))
    assert "rare paths, JSON text" == found["metadata.*"]["notes"]
    assert "JSON text, 1200 misfits" == found["version.facts"]["notes"]
    assert "in no row" == found["version.gone"]["notes"]
    assert "1 texts with U+FFFD" == found[r"version\.x"]["notes"]


@pytest.mark.parametrize(
    "attrs",
    [5, {"json_columns": 5}, {"json_columns": [5, None]}, {"misfits": [1]}, {"join": 5}, {"join": {"versions": "x"}}],
)
def test_attrs_that_were_changed(attrs: object) -> None:
    """Are passed over, as is their lack."""
    frame = pd.DataFrame({"x": [1]})
    expected = gf.describe(frame)
    frame.attrs["galtea_frames"] = attrs
    assert_frame_equal(expected, gf.describe(frame))
    assert {"galtea_frames": attrs} == frame.attrs


DISTINCT = [
    pytest.param(pd.Series([[1], [1, 2], [1], [], None, [None], [None]]), 4, id="lists"),
    pytest.param(pd.Series([[[1, 2], [3]], [[1], [2, 3]], [[1, 2], [3]]]), 2, id="lists of lists"),
    pytest.param(pd.Series([["1,2"], ["1", "2"], ["null"], [None]]), 4, id="lists of text like codes"),
    pytest.param(pd.Series([{"a": 1}, {"a": 1, "b": 2}, {"a": 1}, None]), 2, id="objects"),
    pytest.param(pd.Series([{"a": [1]}, {"a": [2]}, {"a": None}, {"a": []}]), 4, id="objects of lists"),
    pytest.param(pd.Series([{}, {}, None]), 1, id="empty objects"),
    pytest.param(pd.Series([[1, "a"], [1, "a"], ["a"], 5, None]), 3, id="values of several types"),
    pytest.param(pd.Series([np.array([1, 2]), np.array([1, 2])]), 1, id="arrays"),
    pytest.param(pd.Series([None, None], dtype=object), 0, id="nulls"),
    pytest.param(pd.Series([0.5, np.nan, 0.5]), 1, id="NaN is null"),
    pytest.param(pd.Series([1j, 2j, 2j]), 2, id="values without an order"),
    pytest.param(pd.Series(pd.Categorical(["a", "a", None])), 1, id="categories"),
    pytest.param(
        pd.Series(pd.arrays.ArrowExtensionArray(pa.array([[("a", 1)], [("a", 2)], None], pa.map_("str", pa.int8())))),
        2,
        id="maps",
    ),
    pytest.param(
        pd.Series(
            pd.arrays.ArrowExtensionArray(
                pa.chunked_array([[["a"], None], [["b"], ["a"]]], pa.large_list(pa.string())).slice(1)
            )
        ),
        2,
        id="pieces of lists",
    ),
    pytest.param(pd.Series(pd.arrays.ArrowExtensionArray(pa.chunked_array([], pa.list_(pa.int8())))), 0, id="no lists"),
]


@pytest.mark.parametrize(("values", "distinct"), DISTINCT)
def test_distinct_values(values: pd.Series[Any], distinct: int) -> None:
    """Of any column."""
    row = rows_of(values.to_frame("x"))["x"]
    assert (str(values.dtype), distinct) == (row["dtype"], row["distinct"])


@pytest.mark.parametrize(
    ("value", "example"),
    [
        ("x" * 32, "x" * 32),
        ("x" * 33, "x" * 31 + "…"),
        ("a\nb\u202e", "a b\ufffd"),
        ({"a": [1]}, '{"a":[1]}'),
        (list(range(50)), "[0,1,2,3,4,5,6,7,8,9,10,11,12,1…"),
        (0.1, "0.1"),
        (10**30, str(10**30)),
        (pd.Timestamp("2026-03-01"), "2026-03-01 00:00:00"),
    ],
)
def test_examples_are_short_and_printable(value: object, example: str) -> None:
    """Whatever stands in the first row that is not null."""
    frame = pd.DataFrame({"x": pd.Series([None, value, None], dtype=object)})
    assert example == gf.describe(frame).loc["x", "example"]


def test_any_names_of_columns() -> None:
    """Numbers, and several levels, which keep their names."""
    assert [3] == gf.describe(pd.DataFrame({3: [1]})).index.tolist()
    levels = pd.MultiIndex.from_tuples([("a", 1), ("a", 2)], names=["x", "y"])
    assert_index_equal(levels, gf.describe(pd.DataFrame([[1, 2]], columns=levels)).index)
