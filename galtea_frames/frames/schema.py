"""A schema: the columns of a list, with their dtypes, as a contract for every load."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from galtea_frames.decoding.column_names import split_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from galtea_frames.api.resource import Resource


@dataclass(frozen=True)
class Schema:
    """The columns of a list, in order, with their dtypes.

    Attributes:
        resource: the list.
        columns: the dtype of each column, by name.
        statuses: the known members of the status column.
    """

    resource: str
    columns: Mapping[str, str] = field(default_factory=dict)
    statuses: tuple[str, ...] = ()


def schema_arguments(schema: Schema, resource: Resource) -> dict[str, Any]:
    """Return the `columns` and `dtype` that a schema stands for."""
    declared = {column.name for column in resource.columns if column.kind != "object"}
    pins = {name: dtype for name, dtype in schema.columns.items() if name not in declared and not _is_overflow(name)}
    return {"columns": list(schema.columns), "dtype": pins, "is_exact": True}


def joined_schema_arguments(schema: Schema) -> dict[str, Any]:
    """Return the same for sessions with their versions."""
    raise NotImplementedError


def _is_overflow(name: str) -> bool:
    return split_name(name)[2]
