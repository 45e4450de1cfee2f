"""Columns of plain values: a frame for tools that know neither nullable dtypes nor lists, and its columns as Arrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from galtea_frames.decoding.json_text import json_text
from galtea_frames.errors import QueryError
from galtea_frames.printable import quoted

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: The largest integer up to which every integer is a double.
EXACT = 2**53


def to_plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a copy of a frame that any other tool takes: NumPy dtypes, with None and NaN for nulls.

    Same rows, columns and index. The copy is for `to_sql`, `to_csv`, `to_excel`, `to_parquet`, scikit-learn,
    statsmodels and methods such as `drop_duplicates`, which fail on lists, nullable dtypes or times with a zone.

    | column | becomes |
    |---|---|
    | text | `object`: `str`, null is None |
    | category | the same as its members: text |
    | list, object | `object`: JSON text, null is None |
    | time | `datetime64` without a zone, in UTC; null is NaT |
    | integer | `int64`; with nulls `float64`, or decimal text if a value is beyond 2**53 |
    | number | `float64`; null is NaN |
    | truth value | `bool`; with nulls `object`: True, False and None |
    | object of values of several types | `object`: text |

    Columns that have a NumPy dtype other than `object` keep it. A level of the index is converted like a column. The
    copy has no `attrs`: it is no longer the frame of a load. Text is unchanged, so `to_excel` takes text that begins
    with `=` for a formula and refuses control characters; `galtea-frames export --out x.xlsx` handles both.

    Args:
        frame: any DataFrame, of a loader or not.

    Raises:
        QueryError: this is not a DataFrame, or a column name occurs twice.
    """
    check_frame(frame, "to_plain")
    columns = [frame.iloc[:, number] for number in range(frame.shape[1])]
    plain = pd.DataFrame(dict(enumerate(map(_plain_series, columns))), index=frame.index)
    plain.columns = frame.columns
    plain.index = _plain_index(frame.index)
    return plain


def check_frame(frame: object, function: str) -> None:
    """Check an argument that must be a DataFrame with distinct column names.

    Raises:
        QueryError: it is not.
    """
    if not isinstance(frame, pd.DataFrame):
        raise QueryError(f"{function} takes a DataFrame, not {quoted(frame)}")
    if frame.columns.has_duplicates:
        repeated = frame.columns[frame.columns.duplicated()][0]
        raise QueryError(f"the column {quoted(repeated)} occurs twice; rename or drop one of them first")


def plain_table(frame: pd.DataFrame) -> pa.Table:
    """Return a frame as Arrow columns without an inner structure; the frame has distinct text names."""
    frame = frame.copy(deep=False)
    frame.attrs = {}  # pandas would copy them with each column accessed
    return pa.table({name: plain_array(frame[name]) for name in frame.columns})


def plain_array(values: pd.Series[Any]) -> pa.ChunkedArray:
    """Return a column as Arrow values without an inner structure.

    Lists and objects become JSON text, categories their members, and objects that Arrow has no type for their text.
    """
    array = arrow_or_text(values)
    if not pa.types.is_nested(array.type):
        return array
    # Python's own objects as they are: Arrow gives every dict the keys of all of them.
    cells = values.tolist() if values.dtype == object else array.to_pylist()
    return pa.chunked_array([pa.array([cell_text(cell) for cell in cells], pa.string())])


def arrow_or_text(values: pd.Series[Any]) -> pa.ChunkedArray:
    """Return a column as Arrow, categories as their members; values that Arrow has no common type for as text."""
    try:
        array = pa.Array.from_pandas(values)
        if pa.types.is_dictionary(array.type):
            array = array.cast(array.type.value_type)
        is_known = not isinstance(array.type, pa.BaseExtensionType)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        is_known = False
    if not is_known:
        array = pa.array([cell_text(cell) for cell in values.tolist()], pa.string())
    if pa.types.is_null(array.type):
        array = array.cast(pa.string())
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])


def _plain_series(values: pd.Series[Any]) -> pd.Series[Any]:
    if isinstance(values.dtype, np.dtype) and values.dtype != object:
        return values.copy()
    array = _to_numpy(plain_array(values))
    # With its dtype: pandas 3 takes objects that are text for `str`.
    return pd.Series(array, index=values.index, dtype=array.dtype)


def _plain_index(index: pd.Index[Any]) -> pd.Index[Any]:
    if isinstance(index, pd.MultiIndex):
        levels = [_plain_index(index.get_level_values(number)) for number in range(index.nlevels)]
        return pd.MultiIndex.from_arrays(levels, names=index.names)
    if isinstance(index.dtype, np.dtype) and index.dtype != object:
        return index
    plain = _plain_series(pd.Series(index.array, dtype=index.dtype))
    converted: pd.Index[Any] = pd.Index(plain.to_numpy(), dtype=plain.dtype, name=index.name)
    return converted


def _to_numpy(array: pa.ChunkedArray) -> NDArray[Any]:
    kind = array.type
    if pa.types.is_integer(kind) and array.null_count and not _is_exact_as_float(array):
        array = array.cast(pa.string())
    elif pa.types.is_decimal(kind):
        array = array.cast(pa.float64())
    elif pa.types.is_date(kind):
        array = array.cast(pa.timestamp("ms"))
    found: NDArray[Any] = array.to_numpy()
    return found if found.flags.writeable else found.copy()


def _is_exact_as_float(integers: pa.ChunkedArray) -> bool:
    ends = pc.min_max(integers).as_py()
    return all(each is None or abs(each) <= EXACT for each in ends.values())


def cell_text(cell: Any) -> str | None:  # noqa: ANN401 - any object
    """Return a value as text: text as it is, JSON text of what JSON has, else what `str` says; None for a null."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, np.ndarray):
        cell = cell.tolist()
    if not isinstance(cell, list | tuple | dict | bool):
        return None if pd.isna(cell) is True else str(cell)
    try:
        return json_text(cell)
    except (TypeError, ValueError):
        return str(cell)
