"""Columns that datasets of other programs keep in folder names such as `year=2026`; pure."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pyarrow as pa

from galtea_frames.files.partitions import NULL

if TYPE_CHECKING:
    from collections.abc import Sequence

_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,17}")


def with_folders(tables: Sequence[pa.Table], names: Sequence[str]) -> list[pa.Table]:
    """Return the tables with a column for each folder `name=value` in their path.

    Folder names have no type. A column is int64 if its values are canonical integers in every folder and pandas did not
    record it as text; any other is text, so that `1.10` does not become 1.1, nor `007` 7.

    Args:
        tables: one table per file.
        names: the paths of the files below the folder that is read.
    """
    values = [_values(name) for name in names]
    keys = dict.fromkeys(key for each in values for key in each)
    types = {key: _type([each.get(key) for each in values], key, tables[0]) for key in keys}
    return [_with(table, each, types) for table, each in zip(tables, values, strict=True)]


def _values(name: str) -> dict[str, str | None]:
    folders = [folder.partition("=") for folder in name.split("/")[:-1] if "=" in folder]
    return {unquote(key): None if value == NULL else unquote(value) for key, _, value in folders}


def _type(values: Sequence[str | None], key: str, table: pa.Table) -> pa.DataType:
    there = [value for value in values if value is not None]
    whole = bool(there) and all(_WHOLE.fullmatch(value) for value in there)
    return pa.int64() if whole and not _was_text(key, table) else pa.string()


def _was_text(key: str, table: pa.Table) -> bool:
    """Tell whether the pandas metadata of the dataset says that a column is not a number."""
    try:
        columns = json.loads((table.schema.metadata or {})[b"pandas"])["columns"]
        kinds = [each["numpy_type"] for each in columns if each["name"] == key]
    except (KeyError, TypeError, ValueError):
        return False
    return any("int" not in str(kind) for kind in kinds)


def _with(table: pa.Table, values: dict[str, Any], types: dict[str, pa.DataType]) -> pa.Table:
    for key, kind in types.items():
        if key in table.column_names:  # more reliable than the folder
            continue
        value = values.get(key)
        plain = int(value) if value is not None and pa.types.is_integer(kind) else value
        table = table.append_column(key, pa.repeat(pa.scalar(plain, kind), table.num_rows))
    return table
