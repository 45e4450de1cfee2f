"""Parquet tables to frames: the original frame if the files are ours, else the tables as they are; pure.

A description is applied only if it matches the table: its columns, their types, the number of rows. Other programs may
have filtered or changed a file of ours and kept its description; such a file is read like one that is not ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from galtea_frames.errors import ParquetError
from galtea_frames.files.descriptions import KEY, DamagedError, NewerError, parse_description
from galtea_frames.files.dtypes import fits, from_arrow
from galtea_frames.files.hive import with_folders
from galtea_frames.files.partitions import positions_from_text, repeated
from galtea_frames.frames.frame import to_frame

if TYPE_CHECKING:
    from collections.abc import Sequence

    from galtea_frames.files.descriptions import Described

_MOST_NAMED = 5


def restored(tables: Sequence[pa.Table], names: Sequence[str], display: str) -> pd.DataFrame:
    """Return the frame of the tables of one file, or of the files of a folder.

    Args:
        tables: the files' tables.
        names: the paths of the files below that folder.
        display: the path as given by the caller.

    Raises:
        ParquetError: the files do not form one frame, or hold something that a frame cannot.
    """
    for table in tables:
        _check_names(table, display)
    described = [_description(table, display) for table in tables]
    parts = [each for each in described if each is not None]
    if len(parts) == len(tables) and all("rows" in part for part in parts):
        return _restored(_whole_dataset(tables, parts, display), parts[0] | {"length": parts[0]["total"]}, display)
    if parts and len(tables) > 1:
        raise ParquetError(f"{display} holds files that were not written together; read them one by one")
    if parts and "rows" not in parts[0] and _is_of(tables[0], parts[0]):
        return _restored(tables[0], parts[0], display)
    return _as_they_are(with_folders(tables, names), display)


def _check_names(table: pa.Table, display: str) -> None:
    if twice := sorted({name for name in table.column_names if table.column_names.count(name) > 1}):
        raise ParquetError(f"{display} has columns of one name: {', '.join(map(repr, twice[:_MOST_NAMED]))}")


def _description(table: pa.Table, display: str) -> Described | None:
    text = (table.schema.metadata or {}).get(KEY)
    try:
        return None if text is None else parse_description(text)
    except NewerError:
        raise ParquetError("the file was written by a newer galtea_frames; update it to read this file") from None
    except DamagedError as problem:
        raise ParquetError(
            f"{display}: what it says of its frame is damaged ({problem}); pandas reads the rest"
        ) from None


# -- ours --


def _is_of(table: pa.Table, description: Described) -> bool:
    """Tell whether a description matches a table, which another program may have changed."""
    columns, index = description["columns"], description["index"]
    if set(table.column_names) != columns.keys() or not set(index.get("levels", ())) <= columns.keys():
        return False
    # A table without columns does not know its number of rows.
    wanted = {description.get("length", table.num_rows)} | (
        {len(range(*index["range"]))} if "range" in index else set()
    )
    if columns and wanted != {table.num_rows}:
        return False
    return all(fits(table.column(name), about) for name, about in columns.items())


def _restored(table: pa.Table, description: Described, display: str) -> pd.DataFrame:
    if not _is_of(table, description):
        raise _changed(display)
    columns = {name: from_arrow(table.column(name), about) for name, about in description["columns"].items()}
    index = _index(description["index"], columns)
    frame = pd.DataFrame(columns, copy=False)
    frame.index = index
    frame.columns = _header(description["header"], frame.columns)
    frame.attrs = description["attrs"]
    return frame


def _changed(display: str) -> ParquetError:
    return ParquetError(f"{display}: a file of the dataset was changed since it was written; read its files one by one")


def _whole_dataset(tables: Sequence[pa.Table], parts: Sequence[Described], display: str) -> pa.Table:
    """Return the rows of a dataset's files in the order of the original frame."""
    first = parts[0]
    not_whole = ParquetError("the dataset is not whole: files of it are missing, or of two datasets")
    one = all(each["dataset"] == first["dataset"] and each["total"] == first["total"] for each in parts)
    if not one or sum(table.num_rows for table in tables) != first["total"]:
        raise not_whole
    try:
        rows = [positions_from_text(part["rows"], table.num_rows) for table, part in zip(tables, parts, strict=True)]
        positions = np.concatenate(rows)
        filled = [_filled(table, part) for table, part in zip(tables, parts, strict=True)]
    except (KeyError, ValueError, TypeError, OverflowError, pa.ArrowException):
        raise not_whole from None
    if not np.array_equal(np.sort(positions), np.arange(first["total"])):
        raise not_whole
    if any(not each.schema.equals(filled[0].schema) for each in filled) or any(
        set(table.column_names) & part["partition"].keys() for table, part in zip(tables, parts, strict=True)
    ):
        raise _changed(display)
    return pa.concat_tables(filled).take(np.argsort(positions))


def _filled(table: pa.Table, part: Described) -> pa.Table:
    """Return a file's rows with the columns of its folders added, in the order of the frame."""
    columns = {name: table.column(name) for name in table.column_names}
    columns |= {name: repeated(stored, table.num_rows) for name, stored in part["partition"].items()}
    # Columns added by another program come last, and are detected later.
    order = [*part["columns"], *(name for name in columns if name not in part["columns"])]
    return pa.table({name: columns[name] for name in order})


def _index(stored: Described, columns: dict[str, pd.Series[Any]]) -> pd.Index[Any]:
    """Return the index, removing its levels from the columns."""
    if "range" in stored:
        return _range(stored["range"], stored["names"][0])
    levels = [columns.pop(name) for name in stored["levels"]]
    if stored["multi"]:
        return pd.MultiIndex.from_arrays(levels, names=stored["names"])
    index: pd.Index[Any] = pd.Index(levels[0]).rename(stored["names"][0])
    if "steps" in stored:
        steps = _range(stored["steps"], stored["names"][0])
        return steps if steps.equals(index) else index
    return index


def _range(steps: Sequence[int], name: Any) -> pd.RangeIndex:  # noqa: ANN401 - text, a number, or none
    start, stop, step = steps
    return pd.RangeIndex(start, stop, step, name=name)


def _header(stored: Described, columns: pd.Index[Any]) -> pd.Index[Any]:
    if stored["of"] is None:
        return columns.rename(stored["names"][0])
    names = from_arrow(pa.chunked_array([pa.array(list(columns), pa.string())]), stored["of"])
    header: pd.Index[Any] = pd.Index(names).rename(stored["names"][0])
    return header


# -- others --


def _as_they_are(tables: Sequence[pa.Table], display: str) -> pd.DataFrame:
    """Return the rows of files without a description, with nullable dtypes."""
    try:
        table = pa.concat_tables(tables, promote_options="default").unify_dictionaries()
    except pa.ArrowException as problem:
        raise ParquetError(f"{display} holds files of different types: {problem}; read them one by one") from None
    columns = {name: _plain(name, table.column(name), display) for name in table.column_names}
    ordered = [name for name, values in columns.items() if getattr(values.type, "ordered", False)]
    naive = [name for name, values in columns.items() if values.type == pa.timestamp("us")]
    frame = to_frame(pa.table(columns), {})
    for name in ordered:
        frame[name] = frame[name].cat.as_ordered()
    for name in naive:  # without a zone, not in UTC
        frame[name] = frame[name].dt.tz_localize(None)
    return frame


def _plain(name: str, values: pa.ChunkedArray, display: str) -> pa.ChunkedArray:
    """Return a column written by any program in a form that `to_frame` accepts."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        return _signed(values) if values.num_chunks else values.cast(kind.value_type)
    if pa.types.is_timestamp(kind):
        try:
            return values.cast(pa.timestamp("us", "UTC" if kind.tz else None))
        except pa.ArrowInvalid:
            raise ParquetError(f"{display}: column {name!r} has times finer than a microsecond") from None
    return values


def _signed(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return dictionary values with signed indices, since pandas uses -1 for null; Polars' are unsigned."""
    chunks = [
        pa.DictionaryArray.from_arrays(each.indices.cast(pa.int32()), each.dictionary, ordered=each.type.ordered)
        for each in values.chunks
    ]
    return pa.chunked_array(chunks)
