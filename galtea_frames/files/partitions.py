"""Partitions: a table split by the values of some columns into the folders of a Hive dataset; pure."""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np
import pyarrow as pa

from galtea_frames.errors import ParquetError
from galtea_frames.files.settings import MAX_PARTITIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: The folder name for nulls in Hive and all engines since.
NULL = "__HIVE_DEFAULT_PARTITION__"

#: The longest file name in common file systems.
_LONGEST_NAME = 255


_TIMES = (pa.timestamp("us"), pa.timestamp("us", "UTC"))
_SIGNED = (pa.int8(), pa.int16(), pa.int32(), pa.int64())
_NUMBERS = (*_SIGNED, pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64(), pa.float64())

#: The types whose values can be folder names, by their name in the metadata of files.
_STORED = {str(kind): kind for kind in (pa.string(), pa.large_string(), pa.bool_(), pa.date32(), *_TIMES, *_NUMBERS)}

#: The types as which JSON stores values that it cannot express.
_PLAIN = {pa.date32(): pa.int32(), **dict.fromkeys(_TIMES, pa.int64())}


@dataclass(frozen=True)
class Partition:
    """The rows that share the values of the partition columns.

    Attributes:
        path: the file's path below the dataset: one folder per column, then a file name unique to the partition.
        stored: the values and types of the partition columns, as JSON.
        rows: the positions of the rows in the whole table, ascending.
    """

    path: str
    stored: dict[str, Any]
    rows: NDArray[np.int64]


def partitions(table: pa.Table, names: Sequence[str], most: int = MAX_PARTITIONS) -> list[Partition]:
    """Return the partitions of a table; one empty partition if it has no rows.

    Raises:
        ParquetError: a column is missing or cannot be a folder name, or there would be too many folders.
    """
    _check(table, names)
    if type(most) is not int or most < 1:
        raise ParquetError(f"max_partitions is a whole number from 1 on, not {most!r}")
    if not table.num_rows:
        nulls = {name: _stored(pa.scalar(None, table.schema.field(name).type)) for name in names}
        return [Partition("part-0.parquet", nulls, np.arange(0))]
    encoded = [table.column(name).combine_chunks().dictionary_encode("encode") for name in names]
    codes = np.zeros(table.num_rows, dtype=np.int64)
    for each in encoded:
        codes = codes * len(each.dictionary) + each.indices.to_numpy(zero_copy_only=False)
        codes = np.unique(codes, return_inverse=True)[1]
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    if len(starts) > most:
        raise ParquetError(
            f"{' and '.join(names)} would make {len(starts):,} folders, more than {most:,}, and small files are slow"
            f" everywhere; if you want them, say max_partitions={len(starts)}"
        )
    rows = np.split(order, starts[1:])
    return [_partition(number, part, names, encoded) for number, part in enumerate(rows)]


def positions_to_text(rows: NDArray[np.int64]) -> str:
    """Return ascending row numbers as short text: their differences, compressed."""
    steps = np.diff(rows, prepend=0).astype("<i4")
    return base64.b64encode(zlib.compress(steps.tobytes(), 6)).decode()


def positions_from_text(text: str, count: int) -> NDArray[np.int64]:
    """Return the `count` row numbers that `positions_to_text` packed.

    Raises:
        ValueError: the text is invalid.
    """
    unpacking = zlib.decompressobj()
    try:
        # No more than expected: a megabyte can decompress to gigabytes.
        packed = unpacking.decompress(base64.b64decode(text, validate=True), 4 * count + 1)
    except zlib.error as problem:
        raise ValueError(str(problem)) from None
    steps = np.frombuffer(packed[: len(packed) // 4 * 4], dtype="<i4").astype(np.int64)
    if len(packed) != 4 * count or (steps[1:] <= 0).any() or (steps[:1] < 0).any():
        raise ValueError("these are not the numbers of the file's rows")
    return np.cumsum(steps)


def folder_of(name: str, stored: dict[str, Any]) -> str:
    """Return the folder of a column's value, as `Partition.stored` holds it.

    Raises:
        ParquetError: the value is too long for a folder name.
    """
    return _folder(name, repeated(stored, 1)[0])


def repeated(stored: dict[str, Any], rows: int) -> pa.Array:
    """Return a column of one value, as `Partition.stored` holds it."""
    kind = _STORED[stored["type"]]
    if stored["value"] is None:
        return pa.nulls(rows, kind)
    return pa.repeat(pa.scalar(stored["value"], _PLAIN.get(kind, kind)).cast(kind), rows)


def _check(table: pa.Table, names: Sequence[str]) -> None:
    if not names or len(set(names)) < len(names):
        raise ParquetError("partition_by names one or more columns, each once")
    for name in names:
        if name not in table.column_names:
            there = ", ".join(table.column_names)
            raise ParquetError(f"there is no column {name!r} to partition by; there are {there}")
        kind = table.schema.field(name).type
        if str(kind) not in _STORED:
            raise ParquetError(f"column {name!r} is of type {kind}, which cannot be folders' names")
    if len(names) == table.num_columns:
        raise ParquetError("partition_by must leave a column for the files")


def _partition(
    number: int, rows: NDArray[np.int64], names: Sequence[str], encoded: Sequence[pa.DictionaryArray]
) -> Partition:
    values = [each.dictionary[each.indices[int(rows[0])].as_py()] for each in encoded]
    folders = [_folder(name, value) for name, value in zip(names, values, strict=True)]
    stored = {name: _stored(value) for name, value in zip(names, values, strict=True)}
    return Partition("/".join([*folders, f"part-{number}.parquet"]), stored, rows)


def _folder(name: str, value: pa.Scalar) -> str:
    text = NULL if not value.is_valid else quote(_text(value), safe=" ")
    if value.is_valid and text == NULL:
        text = f"%5F{text[1:]}"
    if text.endswith((".", " ")):  # Windows would drop them
        text = f"{text[:-1]}%{ord(text[-1]):02X}"
    folder = f"{_column(name)}={text}"
    if len(folder) > _LONGEST_NAME:
        raise ParquetError(f"a value of {name!r} is too long for a folder's name: {text[:40]}…")
    return folder


def _column(name: str) -> str:
    quoted = quote(name, safe=" ")
    # Engines ignore folders that begin with a dot or an underscore.
    return f"%{ord(quoted[0]):02X}{quoted[1:]}" if quoted.startswith((".", "_")) else quoted


def _text(value: pa.Scalar) -> str:
    plain = value.cast(pa.string()).as_py() if not pa.types.is_boolean(value.type) else str(value.as_py()).lower()
    return str(plain)


def _stored(value: pa.Scalar) -> dict[str, Any]:
    plain = value.cast(_PLAIN.get(value.type, value.type)).as_py()
    return {"type": str(value.type), "value": plain}
