"""Arrow table to pandas DataFrame: order, dtypes, attrs, warnings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from galtea_frames.api.times import TIME, instant
from galtea_frames.errors import GalteaFramesWarning, warn

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: The key in `DataFrame.attrs` of a frame's origin.
ATTRS = "galtea_frames"

DtypeBackend = Literal["numpy_nullable", "pyarrow"]


def sorted_table(table: pa.Table, sort: Sequence[tuple[str, bool]]) -> pa.Table:
    """Return the rows in the order of the given columns, nulls last; equal rows by `created_at`, then `id`.

    Args:
        table: a table of one resource.
        sort: pairs of a column and whether it is descending.
    """
    if not sort and _is_sorted(table):
        return table
    keys = dict([*sort, *((name, False) for name in ("created_at", "id") if name not in dict(sort))])
    by = table.select(list(keys))
    for index, name in enumerate(keys):
        if pa.types.is_dictionary(by.schema.field(name).type):
            by = by.set_column(index, name, by.column(name).cast(pa.string()))
    orders = [(name, "descending" if descends else "ascending") for name, descends in keys.items()]
    # Nulls come last by default; older and newer Arrow spell that option differently.
    return table.take(pc.sort_indices(by, sort_keys=orders))


def _is_sorted(table: pa.Table) -> bool:
    """Tell whether rows are sorted by `created_at`, then `id`, as most are on arrival; sorting would copy them."""
    if table.column("created_at").null_count or table.column("id").null_count:
        return False
    steps = np.diff(table.column("created_at").cast(pa.int64()).to_numpy())
    ties = np.flatnonzero(steps == 0)
    ids = table.column("id")
    in_order = pc.all(pc.less_equal(ids.take(ties), ids.take(ties + 1))).as_py()
    return bool((steps >= 0).all() and in_order is not False)


def to_frame(
    table: pa.Table,
    attrs: dict[str, Any],
    *,
    dtype_backend: DtypeBackend = "numpy_nullable",
    parse_dates: Iterable[str] = (),
) -> pd.DataFrame:
    """Return a table as a DataFrame with a RangeIndex, one row per record.

    With "numpy_nullable", text is `string`, integers are `Int64`, floats `Float64`, booleans `boolean` and lists Arrow
    lists; with "pyarrow", all of these are Arrow dtypes. In both, times are in UTC with microseconds, and the status is
    a category.

    Args:
        table: the rows in order.
        attrs: stored under `frame.attrs["galtea_frames"]`.
        dtype_backend: "numpy_nullable" or "pyarrow".
        parse_dates: text columns to parse as times; columns with other text stay text.
    """
    columns = {}
    for name in table.column_names:
        values = table.column(name)
        times = _times(values) if name in parse_dates else None
        columns[name] = _series(values if times is None else times, dtype_backend)
    frame = pd.DataFrame(columns, index=pd.RangeIndex(table.num_rows), copy=False)
    frame.attrs[ATTRS] = attrs
    return frame


def _series(values: pa.ChunkedArray, backend: DtypeBackend) -> pd.Series[Any]:
    """Return a column as a Series."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        return pd.Series(_category(values), copy=False)
    if backend == "pyarrow":
        if pa.types.is_large_string(kind):
            values = values.cast(pa.string())
        return pd.Series(pd.arrays.ArrowExtensionArray(values), copy=False)
    dtype = _nullable_dtype(kind)
    return pd.Series(dtype.__from_arrow__(values), copy=False)


def _nullable_dtype(kind: pa.DataType) -> Any:  # noqa: ANN401 - pandas' dtypes share no typed protocol for this
    if pa.types.is_large_string(kind) or pa.types.is_string(kind):
        return pd.StringDtype("pyarrow")
    if pa.types.is_timestamp(kind):
        return pd.DatetimeTZDtype("us", "UTC")
    by_kind = {pa.int64(): pd.Int64Dtype(), pa.float64(): pd.Float64Dtype(), pa.bool_(): pd.BooleanDtype()}
    return by_kind.get(kind) or pd.ArrowDtype(kind)


def _category(values: pa.ChunkedArray) -> pd.Categorical:
    if not values.num_chunks:
        return pd.Categorical([], categories=pd.Index([], dtype=object))
    # All chunks share one dictionary, as schema.py ensures.
    codes = [chunk.indices.fill_null(-1).to_numpy(zero_copy_only=False) for chunk in values.chunks]
    members = values.chunk(0).dictionary.to_pylist()
    return pd.Categorical.from_codes(np.concatenate(codes), categories=pd.Index(members, dtype=object))


def all_times(name: str, tables: Iterable[pa.Table], prefix: str = "") -> bool:
    """Tell whether a column can be parsed as times in every part of a result, and warn if not."""
    if all(_times(table.column(name)) is not None for table in tables):
        return True
    warn(f"parse_dates: {prefix}{name} is not converted: not all values are ISO 8601 text", GalteaFramesWarning)
    return False


def _times(values: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """Return a text column as times, or None if it holds anything else."""
    if pa.types.is_timestamp(values.type):
        return values
    try:
        moments = [None if text is None else instant(text) for text in values.to_pylist()]
    except (TypeError, ValueError):
        return None
    return pa.chunked_array([pa.array(moments, pa.int64()).cast(TIME)])
