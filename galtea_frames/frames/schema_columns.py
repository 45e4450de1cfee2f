"""The columns of a loaded frame, as a schema names them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from galtea_frames.api.resource import STATUS
from galtea_frames.api.resources import RESOURCES, SESSIONS, VERSIONS
from galtea_frames.decoding.column_names import split_name
from galtea_frames.decoding.pins import DECLARED_PINS
from galtea_frames.errors import QueryError, SchemaError
from galtea_frames.frames.cells import arrow_array
from galtea_frames.frames.column_arguments import split_names
from galtea_frames.frames.describe import attrs_sources, mapping_in, names_in
from galtea_frames.frames.join_keys import describe_joined, is_sessions_with_versions
from galtea_frames.frames.joins import PREFIX
from galtea_frames.frames.origin import attrs_of
from galtea_frames.printable import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from galtea_frames.api.resource import Resource

#: Sessions with their versions.
JOINED = "joined"

_TIME = "datetime64[us, UTC]"
_DECLARED: dict[str, str] = {
    "string": "string",
    "category": "category",
    "time": _TIME,
    "json": "json",
    **{kind: pin.dtype for kind, pin in DECLARED_PINS.items()},
}

#: The dtypes of columns that are pinned to another.
_GIVEN = {"epoch_s": _TIME, "epoch_ms": _TIME}


def lists() -> tuple[str, ...]:
    """Return what has a schema."""
    return (*RESOURCES, JOINED)


def list_of(name: str, resource: str) -> tuple[Resource, str]:
    """Return the list that a column belongs to, and its name there."""
    if resource != JOINED:
        return RESOURCES[resource], name
    left, right = split_names([name], PREFIX)
    return (VERSIONS, right[0]) if right else (SESSIONS, left[0])


def declared_dtype(name: str, resource: str) -> str | None:
    """Return the fixed dtype of a column; None if it is a nested column."""
    of, own = list_of(name, resource)
    if any(each.name == own for each in of.derived):
        return "string"
    kind = next((each.kind for each in of.columns if each.name == own), "object")
    return _DECLARED.get(kind)


def status_column(resource: str) -> str | None:
    """Return the column of statuses; None if the list has none."""
    return STATUS if STATUS in list_of("", resource)[0].column_names else None


def is_overflow(name: str) -> bool:
    """Tell whether a column holds what no other column holds."""
    return split_name(name)[2]


class LoadedColumns:
    """The columns of a loaded frame.

    Attributes:
        resource: the list, or "joined".
        frame: the frame, without attrs, which pandas copies with each column.
        json: the columns of JSON text.
        pinned: dtypes of pinned columns.
        misfits: the number of misfits by column.
        absent: the columns that no row has.
        fields: the API name of each undeclared field, by column.

    Raises:
        SchemaError: this is not a loaded frame with typed columns.
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        if not isinstance(frame, pd.DataFrame):
            raise SchemaError(f"a schema is of a DataFrame, not {quoted(frame)}")
        attrs = attrs_of(frame)
        resource = attrs.get("resource")
        joined = describe_joined(attrs)
        if joined and not is_sessions_with_versions(attrs):
            raise SchemaError(
                f"a schema is of one list, or of sessions with their versions, not of {joined}; take one of each list"
            )
        if not isinstance(resource, str) or resource not in lists():
            raise SchemaError("the frame does not say which list it is of; pass a frame of a load, with its attrs")
        if (nested := quoted(attrs.get("nested", "columns"))) != "'columns'":
            raise SchemaError(f'the frame has nested={nested}; load it with nested="columns"')
        if not frame.columns.is_unique or not all(isinstance(name, str) for name in frame.columns):
            raise SchemaError("columns need distinct names of text; rename or drop the others")
        self.resource: str = resource
        self.frame: pd.DataFrame = frame.copy(deep=False)
        self.frame.attrs = {}
        json: set[str] = set()
        self.pinned: dict[str, Any] = {}
        self.misfits: dict[str, int] = {}
        self.absent: set[str] = set()
        self.fields: dict[str, str] = {}
        for prefix, source in attrs_sources(attrs):
            json.update(prefix + name for name in names_in(source, "json_columns"))
            self.absent.update(prefix + name for name in names_in(source, "absent_columns"))
            self.pinned |= _prefixed(prefix, mapping_in(source, "dtype"))
            counts = _prefixed(prefix, mapping_in(source, "misfits"))
            self.misfits |= {name: count for name, count in counts.items() if type(count) is int and count > 0}
            self.fields |= _prefixed(prefix, mapping_in(source, "fields"))
        self.json: frozenset[str] = frozenset({*json, *filter(is_overflow, self.names)})

    @property
    def names(self) -> list[str]:
        """The names of the columns, in order."""
        return list(self.frame.columns)

    def dtype(self, name: str) -> str:
        """Return the dtype of a column, as a schema writes it.

        Raises:
            SchemaError: no load gives such a column.
        """
        values = self.frame[name]
        try:
            # An object column says nothing of its values.
            kind = arrow_array(values if values.dtype == object else values.iloc[:0]).type
        except QueryError as problem:
            raise SchemaError(str(problem)) from None
        found = _dtype(kind)
        if found == "string" and name in self.json:
            return "json"
        pinned = self.pinned.get(name)
        return pinned if isinstance(pinned, str) and _GIVEN.get(pinned, pinned) == found else found


def _prefixed(prefix: str, values: Mapping[Any, Any]) -> dict[str, Any]:
    return {f"{prefix}{name}": value for name, value in values.items()}


def _dtype(kind: pa.DataType) -> str:
    if pa.types.is_dictionary(kind):
        return "category"
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return f"list[{_dtype(kind.value_type)}]"
    if pa.types.is_timestamp(kind):
        return _TIME
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_integer(kind):
        return "Int64"
    return "Float64" if pa.types.is_floating(kind) else "string"
