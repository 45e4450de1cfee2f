"""A schema: the columns of a list with their dtypes, as a contract for every load."""

from __future__ import annotations

import html
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from galtea_frames.api.arguments import meant
from galtea_frames.decoding.pins import PINS
from galtea_frames.errors import QueryError, SchemaError
from galtea_frames.frames.column_arguments import check_column, dtype_mapping
from galtea_frames.frames.schema_columns import (
    JOINED,
    LoadedColumns,
    declared_dtype,
    is_overflow,
    list_of,
    lists,
    status_column,
)
from galtea_frames.frames.schema_drift import compared, example_of
from galtea_frames.frames.schema_text import SchemaText, is_schema_text, parse_schema, render_schema
from galtea_frames.printable import printable, quoted
from galtea_frames.small_files import SmallFileError, check_replaceable_text, read_small_text, write_small_text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    import pandas as pd

    from galtea_frames.frames.schema_drift import SchemaDrift

#: The largest file that is read: thousands of columns.
_LARGEST = 1_000_000

#: The columns of the printed table.
_HEAD = ("path", "type", "filled", "example")


@dataclass(frozen=True)
class SeenColumn:
    """What a frame held in a column.

    Attributes:
        filled: the share of rows that are not null; None for a frame without rows.
        example: the first value, shortened; None if there is none.
    """

    filled: float | None
    example: str | None

    @property
    def percent(self) -> str:
        """The share in words."""
        if self.filled is None:
            return ""
        if not self.filled:
            return "never"
        rounded = min(max(round(100 * self.filled), 1), 99)
        return "100 %" if self.filled == 1 else f"{rounded} %"

    @property
    def comment(self) -> str:
        """Both as the comment of a file."""
        example = f", e.g. {self.example}" if self.example else ""
        return f"{self.percent} filled{example}" if self.percent else ""


class Schema:
    """The columns of a list, in order, with their dtypes: a contract for every load.

    A load with `schema=` returns exactly these columns with these dtypes, whatever the rows hold. `Schema.of` takes
    the columns of a frame; `write` and `read` keep them in a file that people can edit.

    Args:
        resource: the list, such as "sessions", or "joined" for sessions with their versions.
        columns: the dtype of each column, by name.
        statuses: the known statuses; by default, those that the API documents.

    Attributes:
        resource: the list.
        columns: the dtype of each column, by name.
        statuses: the known statuses; empty without a column of statuses.
        seen: what the frame of `Schema.of` held, by column.

    Raises:
        SchemaError: a name or dtype is invalid, or a declared column has another dtype than its fixed one.
    """

    def __init__(self, resource: str, columns: Mapping[str, str], statuses: Sequence[str] | None = None) -> None:
        _check_list(resource)
        self.resource: str = resource
        self.columns: Mapping[str, str] = _checked_columns(columns, resource)
        documented = list_of("", resource)[0].statuses if status_column(resource) in self.columns else ()
        self.statuses: tuple[str, ...] = _checked_statuses(statuses, documented)
        self.seen: Mapping[str, SeenColumn] = {}

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Schema:
        """Return the schema of a frame: its columns in order, each with its dtype.

        Args:
            frame: a frame of a load, with its `attrs`; not with `nested="json"` or "both".

        Raises:
            SchemaError: no load gives such a frame.
        """
        loaded = LoadedColumns(frame)
        columns = {name: loaded.dtype(name) for name in loaded.names}
        schema = cls(loaded.resource, columns)
        if (name := status_column(loaded.resource)) in columns:
            members = loaded.frame[name].cat.categories.tolist()
            schema.statuses = tuple(dict.fromkeys([*schema.statuses, *members]))
        schema.seen = {name: _seen(loaded.frame[name]) for name in columns}
        return schema

    @classmethod
    def read(cls, path: str | PathLike[str]) -> Schema:
        """Read a schema from its TOML file.

        Raises:
            SchemaError: there is no such file, or it is not a schema that this release knows.
        """
        display = _display(path)
        try:
            contents = parse_schema(read_small_text(display, _LARGEST))
            return cls(contents.resource, contents.columns, contents.statuses)
        except SmallFileError as problem:
            raise SchemaError(f"cannot read the schema {display}: {problem}") from None
        except SchemaError as problem:
            raise SchemaError(f"{display}: {problem}") from None

    def write(self, path: str | PathLike[str]) -> None:
        """Write a TOML file that people can read and edit, with one line per column.

        A schema of a frame also states, as comments, how often each column was filled, and an example. Writes are
        atomic, and replace only a schema or an empty file.

        Raises:
            SchemaError: the path cannot be written, or holds something else.
        """
        display = _display(path)
        comments = {name: each.comment for name, each in self.seen.items()}
        text = render_schema(SchemaText(self.resource, self.columns, self.statuses), comments)
        try:
            write_small_text(display, text, _LARGEST, is_schema_text)
        except SmallFileError as problem:
            raise SchemaError(f"cannot write the schema {display}: {problem}") from None

    def to_arrow(self) -> pa.Schema:
        """Return the Arrow schema of all Parquet files and datasets of frames with this schema."""
        return pa.schema([(name, _arrow_type(dtype)) for name, dtype in self.columns.items()])

    def check(self, frame: pd.DataFrame) -> SchemaDrift:
        """Return how a frame differs from this schema: a `SchemaDrift`, which is false if it does not.

        A frame that was loaded with `schema=` has no other columns, so it shows no new paths. To see them too, load it
        without, or with `dtype=schema.dtype`, which also counts misfits as a load with the schema does.

        Raises:
            SchemaError: the frame is not of this list.
        """
        loaded = LoadedColumns(frame)
        if loaded.resource != self.resource:
            raise SchemaError(f"the schema is of {self.resource}, the frame of {loaded.resource}")
        return compared(self.columns, self.statuses, loaded)

    @property
    def dtype(self) -> dict[str, str]:
        """The pinned dtypes of the nested columns: the `dtype` of a load that returns all other columns too."""
        return {
            name: dtype
            for name, dtype in self.columns.items()
            if not is_overflow(name) and declared_dtype(name, self.resource) is None
        }

    def __eq__(self, other: object) -> bool:
        """Tell whether another schema has the same columns in the same order, dtypes and statuses."""
        return isinstance(other, Schema) and self._key() == other._key()

    def __hash__(self) -> int:
        """Return the hash of list, columns and statuses."""
        return hash(self._key())

    def __repr__(self) -> str:
        """Return the list and the number of columns."""
        return f"<Schema of {self.resource}: {len(self.columns)} columns>"

    def __str__(self) -> str:
        """Return the columns as a table: path, type, how often filled, and an example."""
        rows = [_HEAD, *self._rows()]
        widths = [max(len(row[number]) for row in rows) for number in range(len(_HEAD))]
        return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{each}</th>" for each in _HEAD)
        rows = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in self._rows())
        return f"<table><tr>{head}</tr>{rows}</table>"

    def to_dict(self) -> dict[str, Any]:
        """Return everything as values that JSON can hold."""
        columns = [
            {"path": name, "type": dtype, "filled": seen.filled, "example": seen.example}
            for name, dtype, seen in ((name, dtype, self._seen(name)) for name, dtype in self.columns.items())
        ]
        return {"list": self.resource, "statuses": list(self.statuses), "columns": columns}

    def _rows(self) -> list[tuple[str, ...]]:
        seen = {name: self._seen(name) for name in self.columns}
        return [
            (printable(name), dtype, seen[name].percent, seen[name].example or "")
            for name, dtype in self.columns.items()
        ]

    def _seen(self, name: str) -> SeenColumn:
        return self.seen.get(name, SeenColumn(None, None))

    def _key(self) -> tuple[object, ...]:
        return self.resource, tuple(self.columns.items()), self.statuses


def _seen(values: pd.Series[Any]) -> SeenColumn:
    return SeenColumn(float(values.notna().mean()) if len(values) else None, example_of(values))


def _check_list(resource: object) -> None:
    if not isinstance(resource, str) or resource not in lists():
        hint = f"; {meant(resource, list(lists()))}" if isinstance(resource, str) else ""
        raise SchemaError(f"a schema is of a list of the API or joined, not of {quoted(resource)}{hint}")


def _checked_statuses(statuses: object, documented: tuple[str, ...]) -> tuple[str, ...]:
    if statuses is None:
        return documented
    if isinstance(statuses, list | tuple) and all(isinstance(each, str) for each in statuses):
        return tuple(statuses)
    raise SchemaError(f"statuses is a list of text, not {quoted(statuses)}")


def _checked_columns(columns: object, resource: str) -> dict[str, str]:
    if not isinstance(columns, Mapping) or not columns:
        raise SchemaError("a schema has at least one column")
    try:
        checked = dtype_mapping(columns)
        for name in checked:
            of, own = list_of(name, resource)
            check_column("columns", of, own, "columns", name.removesuffix(own), is_exact=True)
    except QueryError as problem:
        raise SchemaError(str(problem)) from None
    for name, dtype in checked.items():
        fixed = "json" if is_overflow(name) else declared_dtype(name, resource)
        if dtype != (fixed or dtype):
            raise SchemaError(f"the dtype of {quoted(name)} is always {fixed}, not {dtype}")
    return checked


def _display(path: object) -> str:
    if not isinstance(path, str | os.PathLike):
        raise SchemaError(f"the path of a schema is text or a pathlib.Path, not {quoted(path)}")
    return os.fsdecode(path)


def _arrow_type(dtype: str) -> pa.DataType:
    # Categories are stored as their members, so that no number of them changes the type.
    return pa.string() if dtype == "category" else PINS[dtype].type


def check_schema_target(path: str | PathLike[str]) -> None:
    """Refuse a path that `Schema.write` would refuse, before anything is fetched.

    Raises:
        SchemaError: the path cannot be written, or holds something else.
    """
    display = _display(path)
    try:
        check_replaceable_text(display, _LARGEST, is_schema_text)
    except SmallFileError as problem:
        raise SchemaError(f"cannot write the schema {display}: {problem}") from None


# -- arguments of a load --


def schema_for(schema: object, resource: str) -> Schema:
    """Return a schema, or read its file.

    Raises:
        QueryError: this is neither.
        SchemaError: the file cannot be used, or the schema is of another list.
    """
    if not isinstance(schema, Schema | str | os.PathLike):
        raise QueryError(f"schema is a Schema or the path of its file, not {quoted(schema)}")
    found = schema if isinstance(schema, Schema) else Schema.read(schema)
    if found.resource != resource:
        wanted = "sessions with their versions" if resource == JOINED else resource
        raise SchemaError(f"this is a schema of {found.resource}; {wanted} need one of {resource}")
    return found


def schema_arguments(schema: object, resource: str) -> dict[str, Any]:
    """Return the arguments of a load that a schema, or the path of its file, replaces.

    Args:
        schema: the argument of the load.
        resource: the list that is loaded, or "joined".

    Raises:
        QueryError: it is neither.
        SchemaError: the file cannot be used, or the schema is of another list.
    """
    found = schema_for(schema, resource)
    return {
        "columns": list(found.columns),
        "dtype": found.dtype,
        "is_exact": True,
        "known_statuses": found.statuses,
    }
