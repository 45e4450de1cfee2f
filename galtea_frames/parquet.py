"""Frames to Parquet files and back: whole or absent, and what is read equals what was written.

Every file is plain Parquet that any engine reads. What pandas knows and Parquet does not (exact dtypes, categories,
the index, `attrs`, and in a dataset the order of rows) stands beside the schema, under the key `galtea_frames`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from galtea_frames.errors import ParquetError
from galtea_frames.frames import to_frame
from galtea_frames.partitions import partitions, positions_from_text, positions_to_text, repeated
from galtea_frames.targets import Target

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from galtea_frames.targets import File

_KEY = b"galtea_frames"
_FORMAT = 1
_INDEX = "__index_level_{}__"
_TIME = pa.timestamp("us")

#: Rows a row group: enough to compress well, few enough for engines to read groups in parallel.
_ROW_GROUP = 100_000


def write_parquet(
    frame: pd.DataFrame,
    path: str | PathLike[str],
    *,
    partition_by: str | Sequence[str] | None = None,
    compression: str = "zstd",
) -> None:
    """Write a frame as one Parquet file, or as a Hive-partitioned dataset; an old one at the path is replaced.

    The file appears when it is whole: a write that fails or is killed leaves the old one as it was. Times are stored
    as microseconds in UTC, categories as text. Missing parent folders are made.

    Args:
        frame: any frame whose columns have distinct text names.
        path: a local path, or a URL that fsspec knows: `s3://`, `gs://`, `abfs://`, `memory://`.
        partition_by: columns whose values become folders (`version_id=…/`) of a dataset at `path`; in each folder lies
            one file, all of one schema. In object stores the dataset must not exist yet.
        compression: a codec of Parquet: "zstd", "snappy", "gzip", "lz4", "brotli" or "none".

    Raises:
        ParquetError: the frame cannot be stored as it is, or the path cannot be written.
    """
    table, description = _describe(frame)
    target = Target.at(path)
    if partition_by is None:
        with target.new_file() as file:
            _write(table, description, file, compression)
        return
    names = [partition_by] if isinstance(partition_by, str) else list(partition_by)
    parts = partitions(table, names)
    rest = table.drop_columns(names)
    with target.new_folder() as folder:
        for part in parts:
            own = description | {"partition": part.values, "rows": positions_to_text(part.rows)}
            with folder.new_file(part.path) as file:
                _write(rest.take(part.rows), own, file, compression)


def read_parquet(path: str | PathLike[str]) -> pd.DataFrame:
    """Return the frame that `write_parquet` wrote: its rows in their order, its dtypes, its index and its attrs.

    Other Parquet files are read too, with nullable dtypes.

    Args:
        path: a file or a dataset's folder; a local path or a URL.

    Raises:
        ParquetError: there is no such file, or it is not whole Parquet.
    """
    tables = [_read(file) for file in Target.at(path).files()]
    described = [_description(table) for table in tables]
    parts = [each for each in described if each is not None]
    if not parts:
        return to_frame(pa.concat_tables(tables, promote_options="default"), {})
    if len(parts) == len(tables) and all("rows" in part for part in parts):
        return _restore(_whole_dataset(tables, parts), parts[0])
    if len(tables) > 1:
        raise ParquetError(f"{path} holds files that were not written together; read them one by one")
    return _restore(tables[0], parts[0])


# -- pandas to Arrow --


def _describe(frame: pd.DataFrame) -> tuple[pa.Table, dict[str, Any]]:
    """Return the frame as Arrow, and what Arrow does not say of it."""
    names = list(frame.columns)
    if not all(isinstance(name, str) for name in names):
        raise ParquetError(f"column names must be text: {[name for name in names if not isinstance(name, str)][:5]}")
    if not frame.columns.is_unique:
        raise ParquetError(f"columns occur twice: {sorted(set(frame.columns[frame.columns.duplicated()]))[:5]}")
    index, levels = _describe_index(frame.index)
    columns = {name: frame[name] for name in names} | levels
    arrays = {name: _to_arrow(name, values) for name, values in columns.items()}
    description = {
        "format": _FORMAT,
        "columns": {name: _dtype_text(name, values) for name, values in columns.items()},
        "index": index,
        "attrs": _json_attrs(frame),
    }
    table = pa.table(arrays) if arrays else pa.table({}).select([])
    return table.replace_schema_metadata({b"pandas": _pandas_metadata(columns)}), description


def _describe_index(index: pd.Index[Any]) -> tuple[dict[str, Any], dict[str, pd.Series[Any]]]:
    if isinstance(index, pd.RangeIndex):
        return {"range": [index.start, index.stop, index.step], "names": [index.name]}, {}
    levels = {
        _INDEX.format(number): pd.Series(index.get_level_values(number), index=range(len(index)))
        for number in range(index.nlevels)
    }
    return {"names": list(index.names)}, levels


def _to_arrow(name: str, values: pd.Series[Any]) -> pa.ChunkedArray:
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(values.cat.categories.dtype)
    try:
        array = pa.Array.from_pandas(values)
        if pa.types.is_timestamp(array.type):
            array = array.cast(pa.timestamp("us", "UTC") if array.type.tz else _TIME)
    except (pa.ArrowException, TypeError, ValueError) as problem:
        raise ParquetError(f"column {name!r} cannot be stored: {problem}") from None
    if pa.types.is_null(array.type):  # engines disagree on columns without a type
        array = array.cast(pa.string())
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])


def _dtype_text(name: str, values: pd.Series[Any]) -> dict[str, Any]:
    dtype = values.dtype
    if isinstance(dtype, pd.ArrowDtype):
        return {"kind": "arrow"}
    if isinstance(dtype, pd.StringDtype):
        return {"kind": "string", "storage": dtype.storage, "nan": getattr(dtype, "na_value", pd.NA) is not pd.NA}
    if isinstance(dtype, pd.CategoricalDtype):
        members = dtype.categories
        if not all(isinstance(member, str | int | float | bool) for member in members.tolist()):
            raise ParquetError(f"column {name!r} cannot be stored: categories must be text, numbers or truth values")
        own = _dtype_text(name, pd.Series(members))
        return {"kind": "category", "members": members.tolist(), "of": own, "ordered": bool(dtype.ordered)}
    return {"kind": "pandas", "name": str(dtype)}


def _json_attrs(frame: pd.DataFrame) -> dict[str, Any]:
    try:
        attrs: dict[str, Any] = json.loads(json.dumps(frame.attrs))
    except (TypeError, ValueError) as problem:
        raise ParquetError(f"frame.attrs cannot be stored as JSON: {problem}") from None
    return attrs


def _pandas_metadata(columns: dict[str, pd.Series[Any]]) -> bytes:
    """Return what lets `pandas.read_parquet` give the same dtypes, for all that it can name."""
    plain = {name: pd.Series([], dtype=_nameable(values.dtype)) for name, values in columns.items()}
    metadata: bytes = pa.Schema.from_pandas(pd.DataFrame(plain)).metadata[b"pandas"]
    return metadata


def _nameable(dtype: Any) -> Any:  # noqa: ANN401 - pandas' dtypes share no typed protocol
    """Return a dtype if pandas finds it by its name, else object: lists have none, categories are stored as text."""
    if isinstance(dtype, pd.CategoricalDtype):
        return object
    try:
        return pd.api.types.pandas_dtype(str(dtype))
    except (TypeError, NotImplementedError):
        return object


def _write(table: pa.Table, description: dict[str, Any], file: Any, compression: str) -> None:  # noqa: ANN401 - binary file
    metadata = {**(table.schema.metadata or {}), _KEY: json.dumps(description).encode()}
    table = table.replace_schema_metadata(metadata)
    try:
        pq.write_table(table, file, compression=compression, row_group_size=_ROW_GROUP)
    except (pa.ArrowException, TypeError, ValueError) as problem:
        raise ParquetError(f"the frame cannot be stored as Parquet: {problem}") from None


# -- Arrow to pandas --


def _read(file: File) -> pa.Table:
    try:
        with file.open() as opened:
            return pq.ParquetFile(opened).read()
    except (pa.ArrowException, OSError) as problem:
        raise ParquetError(f"{file.path} is not a whole Parquet file: {problem}") from None


def _description(table: pa.Table) -> dict[str, Any] | None:
    text = (table.schema.metadata or {}).get(_KEY)
    description: dict[str, Any] | None = None if text is None else json.loads(text)
    if description is not None and description["format"] != _FORMAT:
        raise ParquetError("the file was written by a newer galtea_frames; update it to read this file")
    return description


def _whole_dataset(tables: list[pa.Table], parts: list[dict[str, Any]]) -> pa.Table:
    """Return the rows of a dataset's files in the order in which they stood in the frame."""
    filled = []
    for table, part in zip(tables, parts, strict=True):
        columns = {name: table.column(name) for name in table.column_names}
        columns |= {name: repeated(stored, table.num_rows) for name, stored in part["partition"].items()}
        filled.append(pa.table({name: columns[name] for name in part["columns"]}))
    rows = np.concatenate([positions_from_text(part["rows"]) for part in parts])
    if not np.array_equal(np.sort(rows), np.arange(len(rows))):
        raise ParquetError("the dataset is not whole: files of it are missing, or of two datasets")
    return pa.concat_tables(filled).take(np.argsort(rows))


def _restore(table: pa.Table, description: dict[str, Any]) -> pd.DataFrame:
    columns = {name: _series(table.column(name), dtype) for name, dtype in description["columns"].items()}
    index = description["index"]
    if "range" in index:
        restored: pd.Index[Any] = pd.RangeIndex(*index["range"], name=index["names"][0])
    else:
        levels = [columns.pop(_INDEX.format(number)) for number in range(len(index["names"]))]
        restored = pd.MultiIndex.from_arrays(levels, names=index["names"]) if len(levels) > 1 else pd.Index(levels[0])
        restored.names = index["names"]
    frame = pd.DataFrame(columns, copy=False)
    frame.index = restored
    frame.attrs = description["attrs"]
    return frame


def _series(values: pa.ChunkedArray, dtype: dict[str, Any]) -> pd.Series[Any]:
    kind = dtype["kind"]
    if kind == "arrow":
        return pd.Series(pd.arrays.ArrowExtensionArray(values), copy=False)
    if kind == "category":
        members = _series(pa.chunked_array([pa.array(dtype["members"])]), dtype["of"])
        return _series(values, dtype["of"]).astype(pd.CategoricalDtype(pd.Index(members), dtype["ordered"]))
    if kind == "string":
        text = pd.StringDtype(dtype["storage"], na_value=np.nan) if dtype["nan"] else pd.StringDtype(dtype["storage"])
        return pd.Series(text.__from_arrow__(values), copy=False)
    if dtype["name"] == "object":
        return pd.Series(values.to_pylist(), dtype=object)
    wanted = pd.api.types.pandas_dtype(dtype["name"])
    if hasattr(wanted, "__from_arrow__"):
        return pd.Series(wanted.__from_arrow__(values), copy=False)
    return values.to_pandas().astype(wanted)
