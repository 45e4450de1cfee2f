"""Frames to Parquet files and back: whole or absent, and what is read equals what was written.

Every file is plain Parquet that any engine reads. What pandas knows and Parquet does not (exact dtypes, categories,
the index, `attrs`, and in a dataset the order of rows) stands beside the schema, under the key `galtea_frames`.
"""

from __future__ import annotations

import json
import uuid
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from galtea_frames.dtypes import from_arrow, to_arrow
from galtea_frames.errors import ParquetError
from galtea_frames.frames import to_frame
from galtea_frames.partitions import partitions, positions_from_text, positions_to_text, repeated
from galtea_frames.targets import Target

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from os import PathLike

    from galtea_frames.dtypes import Description
    from galtea_frames.targets import File

_KEY = b"galtea_frames"
_FORMAT = 1
_INDEX = "__index_level_{}__"
_SHOWN = 5

#: Rows a row group: enough to compress well, few enough for engines to read groups in parallel.
_ROW_GROUP = 50_000


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
    parts = partitions(table.select(list(frame.columns)), names)
    rest = table.drop_columns(names)
    description |= {"dataset": uuid.uuid4().hex, "total": len(frame)}
    with target.new_folder() as folder:
        for part in parts:
            own = description | {"partition": part.stored, "rows": positions_to_text(part.rows)}
            with folder.new_file(part.path) as file:
                _write(rest.take(part.rows), own, file, compression)
        if folder.files() != {part.path for part in parts}:
            # Readers other than ours take a value from its folder's name.
            raise ParquetError(f"values of {' and '.join(names)} differ in case only, and folders of {path} cannot")


def write_frames(
    frames: Iterator[pd.DataFrame], rows: int, path: str | PathLike[str], *, compression: str = "zstd"
) -> None:
    """Write frames of one schema, one after the other, as `write_parquet` writes one frame of all their rows.

    Args:
        frames: at least one, with the same columns, dtypes and attrs, and without an index of their own.
        rows: how many rows they have in all.
        path: a local path or a URL.
        compression: a codec of Parquet.

    Raises:
        ParquetError: a frame cannot be stored as it is, or the path cannot be written.
    """
    target = Target.at(path)
    first, description = _describe(next(frames))
    description["index"]["range"] = [0, rows, 1]
    schema = _with_description(first, description).schema
    with target.new_file() as file, pq.ParquetWriter(file, schema, compression=compression) as writer:
        for group in _row_groups(chain([first], (_describe(frame)[0] for frame in frames))):
            writer.write_table(group.cast(schema), row_group_size=max(1, group.num_rows))


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
    names = _names(frame.columns)
    index, levels = _describe_index(frame)
    columns = {name: frame[name] for name in names} | levels
    stored = {name: _stored(name, values) for name, values in columns.items()}
    description = {
        "format": _FORMAT,
        "columns": {name: about for name, (_, about) in stored.items()},
        "index": index,
        "header": _describe_header(frame.columns),
        "attrs": _json_attrs(frame),
    }
    table = pa.table({name: array for name, (array, _) in stored.items()})
    return table.replace_schema_metadata({b"pandas": _pandas_metadata(columns)}), description


def _names(columns: pd.Index[Any]) -> list[str]:
    names: list[Any] = list(columns)
    if others := [name for name in names if not isinstance(name, str)]:
        raise ParquetError(f"column names must be text: {others[:_SHOWN]}")
    if isinstance(columns, pd.CategoricalIndex):
        raise ParquetError("column names must be plain text: frame.columns = list(frame.columns)")
    if not columns.is_unique:
        raise ParquetError(f"columns occur twice: {sorted(set(columns[columns.duplicated()]))[:_SHOWN]}")
    try:
        "".join(names).encode()
    except UnicodeEncodeError as problem:
        raise ParquetError(f"a column's name cannot be stored: {problem}") from None
    return names


def _describe_header(columns: pd.Index[Any]) -> dict[str, Any]:
    """Return what the names of the columns are as an index; that of no columns may be one of no numbers."""
    plain = isinstance(columns, pd.RangeIndex)
    return {"names": _labels([columns.name]), "of": None if plain else to_arrow(_series(columns))[1]}


def _describe_index(frame: pd.DataFrame) -> tuple[dict[str, Any], dict[str, pd.Series[Any]]]:
    """Return what the index is, and its levels as columns, under names that no column of the frame has."""
    index = frame.index
    if isinstance(index, pd.RangeIndex):
        return {"range": [index.start, index.stop, index.step], "names": _labels([index.name])}, {}
    stem = _INDEX
    while any(stem.format(number) in frame.columns for number in range(index.nlevels)):
        stem = f"_{stem}"
    levels = {stem.format(number): _series(index.get_level_values(number)) for number in range(index.nlevels)}
    multi = isinstance(index, pd.MultiIndex)
    return {"levels": list(levels), "multi": multi, "names": _labels(index.names)}, levels


def _series(values: pd.Index[Any]) -> pd.Series[Any]:
    # With its dtype: pandas 3 takes objects that are text for `str`.
    return pd.Series(values.array, dtype=values.dtype)


def _labels(names: Iterable[Any]) -> list[str | int | None]:
    """Return the names of an index, or of the columns as a whole, if JSON can hold them."""
    names = list(names)
    if others := [name for name in names if name is not None and type(name) not in (str, int)]:
        raise ParquetError(f"names of an index must be text or whole numbers: {others[:_SHOWN]}")
    return names


def _stored(name: str, values: pd.Series[Any]) -> tuple[pa.ChunkedArray, Description]:
    try:
        return to_arrow(values)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as problem:
        raise ParquetError(f"column {name!r} cannot be stored: {problem}") from None


def _json_attrs(frame: pd.DataFrame) -> dict[str, Any]:
    try:
        attrs: dict[str, Any] = json.loads(json.dumps(frame.attrs, allow_nan=False))
    except (TypeError, ValueError) as problem:
        raise ParquetError(f"frame.attrs cannot be stored as JSON: {problem}") from None
    if attrs != frame.attrs:
        raise ParquetError("frame.attrs cannot be stored as JSON: tuples and keys other than text would change")
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
    except (TypeError, ValueError, NotImplementedError):
        return object


def _with_description(table: pa.Table, description: dict[str, Any]) -> pa.Table:
    return table.replace_schema_metadata({**(table.schema.metadata or {}), _KEY: json.dumps(description).encode()})


def _row_groups(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Yield the rows in tables large enough for a row group, the last one as large as it is."""
    held: list[pa.Table] = []
    for table in tables:
        held.append(table)
        if sum(each.num_rows for each in held) >= _ROW_GROUP:
            yield pa.concat_tables(held)
            held = []
    if held:
        yield pa.concat_tables(held)


def _write(table: pa.Table, description: dict[str, Any], file: Any, compression: str) -> None:  # noqa: ANN401 - binary file
    table = _with_description(table, description)
    try:
        pq.write_table(table, file, compression=compression, row_group_size=_ROW_GROUP)
    except (pa.ArrowException, TypeError, ValueError) as problem:
        raise ParquetError(f"the frame cannot be stored as Parquet: {problem}") from None


# -- Arrow to pandas --


def _read(file: File) -> pa.Table:
    with file.open() as opened:
        try:
            # Arrow's threads let go of a file of Python's at times when an interpreter that is about to end no longer
            # lets them, which aborts the process after all is done.
            return pq.ParquetFile(opened).read(use_threads=isinstance(opened, pa.NativeFile))
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
    rows = np.concatenate([positions_from_text(part["rows"]) for part in parts])
    one = {part["dataset"] for part in parts} == {parts[0]["dataset"]}
    if not one or not np.array_equal(np.sort(rows), np.arange(parts[0]["total"])):
        raise ParquetError("the dataset is not whole: files of it are missing, or of two datasets")
    filled = []
    for table, part in zip(tables, parts, strict=True):
        columns = {name: table.column(name) for name in table.column_names}
        columns |= {name: repeated(stored, table.num_rows) for name, stored in part["partition"].items()}
        filled.append(pa.table({name: columns[name] for name in part["columns"]}))
    return pa.concat_tables(filled).take(np.argsort(rows))


def _restore(table: pa.Table, description: dict[str, Any]) -> pd.DataFrame:
    columns = {name: from_arrow(table.column(name), about) for name, about in description["columns"].items()}
    index = _index(description["index"], columns)
    frame = pd.DataFrame(columns, copy=False)
    frame.index = index
    frame.columns = _header(description["header"], frame.columns)
    frame.attrs = description["attrs"]
    return frame


def _index(stored: dict[str, Any], columns: dict[str, pd.Series[Any]]) -> pd.Index[Any]:
    """Return the index, taking its levels out of the columns."""
    if "range" in stored:
        start, stop, step = stored["range"]
        return pd.RangeIndex(start, stop, step, name=stored["names"][0])
    levels = [columns.pop(name) for name in stored["levels"]]
    if stored["multi"]:
        return pd.MultiIndex.from_arrays(levels, names=stored["names"])
    index: pd.Index[Any] = pd.Index(levels[0]).rename(stored["names"][0])
    return index


def _header(stored: dict[str, Any], columns: pd.Index[Any]) -> pd.Index[Any]:
    if stored["of"] is None:
        return columns.rename(stored["names"][0])
    names = from_arrow(pa.chunked_array([pa.array(list(columns), pa.string())]), stored["of"])
    header: pd.Index[Any] = pd.Index(names).rename(stored["names"][0])
    return header
