"""A pandas column as Arrow and back; a JSON description holds what Arrow cannot express; pure."""

from __future__ import annotations

import base64
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from numpy.typing import NDArray

Description = dict[str, Any]

_TIME = pa.timestamp("us")
_UTC_TIME = pa.timestamp("us", "UTC")

#: The Arrow types that survive Parquet unchanged; any other is recorded in the description.
_LASTING = (pa.string(), pa.large_string(), pa.int64(), pa.float64(), pa.bool_(), _UTC_TIME)

_NULLS: dict[str, Any] = {"None": None, "nan": np.nan, "NA": pd.NA, "NaT": pd.NaT}


def to_arrow(values: pd.Series[Any]) -> tuple[pa.ChunkedArray, Description]:
    """Return a column as Arrow, and the description from which `from_arrow` restores it.

    Times become microseconds in UTC, categories their members.

    Raises:
        ValueError: the column could not be restored exactly. Arrow's own errors mean the same.
    """
    dtype = values.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _category_to_arrow(values, dtype)
    description = _described(dtype)
    if isinstance(dtype, pd.Float64Dtype | pd.Float32Dtype):
        numbers = values.to_numpy(dtype.type, na_value=0)
        return pa.chunked_array([pa.array(numbers, mask=values.array.isna())]), description
    array = _stored(pa.Array.from_pandas(values))
    if isinstance(dtype, pd.StringDtype) or "type" in description:
        array = _large(array)
    if description == {"kind": "pandas", "name": "object"}:
        description |= {"null": _null_of(values)}
        _check_comes_back(values, from_arrow(array, description))
    elif "type" in description:
        _retyped(array.slice(0, 0), description["type"])  # raises now what reading would raise
    return array, description


def from_arrow(values: pa.ChunkedArray, description: Description) -> pd.Series[Any]:
    """Return the column that was passed to `to_arrow`."""
    match description:
        case {"kind": "category"}:
            return pd.Series(_category(values, description), copy=False)
        case {"kind": "arrow"}:
            return pd.Series(pd.arrays.ArrowExtensionArray(_retyped(values, description.get("type"))), copy=False)
        case {"kind": "string"}:
            return _extension(values, _string_dtype(description))
        case {"name": "object"}:
            null = _NULLS[description["null"]]
            return pd.Series([null if value is None else value for value in values.to_pylist()], dtype=object)
    return _named(values, pd.api.types.pandas_dtype(description["name"]))


def fits(values: pa.ChunkedArray, description: Description) -> bool:
    """Tell whether `from_arrow` restores these values exactly, and does not turn some into nulls.

    Another program may have changed a column of the file and kept the description.
    """
    try:
        return _is_stored_type(values.type, description) and _keeps(values, from_arrow(values, description))
    except (pa.ArrowException, TypeError, ValueError, OverflowError, NotImplementedError, KeyError):
        return False


def _is_stored_type(kind: pa.DataType, description: Description) -> bool:
    """Tell whether a column with this description is stored as this type."""
    match description:
        case {"kind": "category", "of": of}:
            return _is_stored_type(kind, of)
        case {"kind": "arrow", "type": text}:
            return bool(_read_type(_large(_stored(pa.nulls(0, _type_of(text)))).type) == kind)
        case {"kind": "arrow"}:
            return (kind.value_type if pa.types.is_list(kind) else kind) in _LASTING
        case {"kind": "string"}:
            return kind in {pa.string(), pa.large_string()}
        case {"name": "object"}:
            return True
    stored = to_arrow(pd.Series([], dtype=pd.api.types.pandas_dtype(description["name"])))[0].type
    return kind in {stored, getattr(stored, "storage_type", stored)} or {kind, stored} == {
        pa.string(),
        pa.large_string(),
    }


def _read_type(kind: pa.DataType) -> pa.DataType:
    """Return the type that Parquet returns for a type."""
    file = pa.BufferOutputStream()
    pq.write_table(pa.table({"": pa.nulls(0, kind)}), file)
    return pq.read_schema(pa.BufferReader(file.getvalue())).field(0).type


def _keeps(values: pa.ChunkedArray, restored: pd.Series[Any]) -> bool:
    """Tell whether pandas holds all values."""
    if values.null_count != int(restored.isna().sum()):
        # NaN is null to pandas, but distinct from null in the file.
        return pa.types.is_floating(values.type) and not isinstance(restored.dtype, pd.CategoricalDtype)
    times = isinstance(restored.dtype, np.dtype | pd.DatetimeTZDtype) and restored.dtype.kind in "mM"
    return not times or restored.dt.unit in {"us", "ns"} or bool(to_arrow(restored)[0].equals(values))


def _named(values: pa.ChunkedArray, dtype: Any) -> pd.Series[Any]:  # noqa: ANN401 - pandas' dtypes share no typed protocol
    """Return a column of a dtype that pandas finds by name."""
    if isinstance(dtype, pd.Float64Dtype | pd.Float32Dtype):
        return pd.Series(_floats(values, dtype.type), copy=False)
    if hasattr(dtype, "__from_arrow__"):
        return _extension(values, dtype)
    series: pd.Series[Any] = values.to_pandas().astype(dtype)
    return series


def _described(dtype: Any) -> Description:  # noqa: ANN401 - as above
    if isinstance(dtype, pd.ArrowDtype):
        kind = dtype.pyarrow_dtype
        if kind == pa.string():  # stored as `large_string`
            return {"kind": "arrow", "type": _type_text(kind)}
        inner = kind.value_type if pa.types.is_list(kind) else kind
        return {"kind": "arrow"} if inner in _LASTING else {"kind": "arrow", "type": _type_text(kind)}
    if isinstance(dtype, pd.StringDtype):
        nan = getattr(dtype, "na_value", pd.NA) is not pd.NA
        return {"kind": "string", "storage": dtype.storage, "nan": nan}
    return {"kind": "pandas", "name": str(dtype)}


def _large(array: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return text as one type, so that files do not depend on the dtypes of a frame; other values as they are."""
    return array.cast(pa.large_string()) if array.type == pa.string() else array


def _stored(array: pa.Array | pa.ChunkedArray) -> pa.ChunkedArray:
    """Return Arrow values as they are stored in files."""
    kind = array.type
    if pa.types.is_timestamp(kind):
        array = array.cast(_UTC_TIME if kind.tz else _TIME)
    if pa.types.is_dictionary(kind):
        array = array.cast(kind.value_type)
    if pa.types.is_null(kind):  # engines disagree about columns without a type
        array = array.cast(pa.string())
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])


# -- categories --


def _category_to_arrow(values: pd.Series[Any], dtype: pd.CategoricalDtype) -> tuple[pa.ChunkedArray, Description]:
    members = dtype.categories.tolist()
    if not all(isinstance(member, str | int | float | bool) for member in members):
        raise ValueError("categories must be text, numbers or truth values")
    array, of = to_arrow(pd.Series(dtype.categories))
    codes = values.cat.codes.to_numpy()
    array = array.take(pa.array(codes, mask=codes < 0))
    return array, {"kind": "category", "members": members, "of": of, "ordered": bool(dtype.ordered)}


def _category(values: pa.ChunkedArray, description: Description) -> pd.Categorical[Any]:
    members = pa.array(description["members"], values.type)
    codes = pc.index_in(values, value_set=members).fill_null(-1).to_numpy()
    index = pd.Index(from_arrow(pa.chunked_array([members]), description["of"]))
    return pd.Categorical.from_codes(codes, dtype=pd.CategoricalDtype(index, description["ordered"]))


# -- extension types --


def _extension(values: pa.ChunkedArray, dtype: Any) -> pd.Series[Any]:  # noqa: ANN401 - as above
    return pd.Series(dtype.__from_arrow__(values), copy=False)


def _string_dtype(description: Description) -> pd.StringDtype[Any]:
    """Return a string dtype; pandas 2.2 has none whose null is NaN, so it returns its own instead."""
    if description["nan"]:
        with suppress(TypeError):
            return pd.StringDtype(description["storage"], na_value=np.nan)
    return pd.StringDtype(description["storage"])


def _floats(values: pa.ChunkedArray, kind: type[np.floating[Any]]) -> pd.api.extensions.ExtensionArray:
    """Return nullable floats that keep NaN distinct from null."""
    mask: NDArray[np.bool_] = values.is_null().to_numpy()
    return pd.arrays.FloatingArray(values.fill_null(0).to_numpy().astype(kind), mask)


def _type_text(kind: pa.DataType) -> str:
    return base64.b64encode(pa.schema([pa.field("", kind)]).serialize()).decode()


def _retyped(values: pa.ChunkedArray, text: str | None) -> pa.ChunkedArray:
    if text is None:
        return values
    return values.cast(_type_of(text))


def _type_of(text: str) -> pa.DataType:
    return pa.ipc.read_schema(pa.py_buffer(base64.b64decode(text))).field(0).type


# -- objects --


def _null_of(values: pd.Series[Any]) -> str:
    """Return which of pandas' four nulls an object column contains; Parquet has only one."""
    kinds = {str(value).strip("<>") for value in values[values.isna()]}
    if len(kinds) > 1:
        raise ValueError(f"it holds different nulls: {', '.join(sorted(kinds))}; convert_dtypes() makes them one")
    return kinds.pop() if kinds else "None"


def _check_comes_back(values: pd.Series[Any], restored: pd.Series[Any]) -> None:
    """Raise for objects without a Parquet type, such as tuples and values of mixed types."""
    there = values.notna().to_numpy()
    for value, other in zip(values.array[there], restored.array[there], strict=True):
        plain = value.item() if isinstance(value, np.generic) else value
        if type(plain) is not type(other) or plain != other:
            raise ValueError(f"{value!r} would come back as {other!r}; give the column one plain type")
