"""The origin of a frame, validated: attrs pass through files, and anyone can change them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from galtea_frames.api.resources import RESOURCES
from galtea_frames.api.times import LAYOUTS
from galtea_frames.decoding.contract import Contract
from galtea_frames.decoding.pins import PINS
from galtea_frames.errors import QueryError
from galtea_frames.frames.frame import ATTRS
from galtea_frames.printable import quoted

if TYPE_CHECKING:
    import pandas as pd

    from galtea_frames.api.resource import Resource
    from galtea_frames.decoding.gatherer import Nested

#: The columns that every load decodes.
NEEDED = frozenset({"id", "created_at"})

_NESTED: tuple[Nested, ...] = ("columns", "json", "both")


def attrs_of(frame: pd.DataFrame) -> Mapping[str, Any]:
    """Return the attrs of a load; empty if they are not a mapping."""
    attrs = frame.attrs.get(ATTRS)
    return attrs if isinstance(attrs, Mapping) else {}


@dataclass(frozen=True)
class Origin:
    """How the columns of a frame relate to the fields of records.

    Attributes:
        resource: the resource.
        fields: the API name of each field that has a column, by column name.
        undeclared: those of them that are undeclared.
        json_columns: the columns of JSON text.
        null_fields: the undeclared fields whose nulls were sent.
        whole_numbers: float columns in which numbers without a fraction are integers, as they were sent.
        time_digits: digits after the second of time columns with an unusual number of them.
        nested: how nested fields are represented; None for frames of earlier releases, which did not record it.
        names: the columns that the load selected; None for all.
        dtypes: the pinned dtypes, by column.
        absent: selected and pinned columns that no row had.
    """

    resource: Resource
    fields: Mapping[str, str]
    undeclared: Mapping[str, str]
    json_columns: frozenset[str] = frozenset()
    null_fields: frozenset[str] = frozenset()
    whole_numbers: frozenset[str] = frozenset()
    time_digits: Mapping[str, int] = field(default_factory=dict)
    nested: Nested | None = None
    names: tuple[str, ...] | None = None
    dtypes: Mapping[str, str] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Origin | None:
        """Return the origin of a frame of one list; None if its attrs do not name the list.

        Raises:
            QueryError: an attr has the wrong type.
        """
        attrs = attrs_of(frame)
        name = attrs.get("resource")
        resource = RESOURCES.get(name) if isinstance(name, str) else None
        if resource is None:
            return None
        undeclared = _mapping(attrs, "fields", str)
        digits = _mapping(attrs, "time_digits", int)
        if not set(digits.values()) <= LAYOUTS.keys():
            raise _wrong("time_digits", digits)
        dtypes = _mapping(attrs, "dtype", str)
        if not set(dtypes.values()) <= PINS.keys():
            raise _wrong("dtype", dtypes)
        nested = quoted(attrs.get("nested"))  # as text, because not all values can be compared
        return cls(
            resource,
            {column.name: column.api for column in resource.columns} | undeclared,
            undeclared,
            frozenset(_names(attrs, "json_columns")),
            frozenset(_names(attrs, "null_fields")) & undeclared.keys(),
            frozenset({*_names(attrs, "whole_numbers"), *_floats(resource)}),
            digits,
            next((each for each in _NESTED if nested == repr(each)), None),
            None if attrs.get("columns") is None else _names(attrs, "columns"),
            dtypes,
            frozenset(_names(attrs, "absent_columns")),
        )

    @property
    def has_whole_fields(self) -> bool:
        """Whether objects, declared or not, have a column with their whole JSON text."""
        return self.nested in ("json", "both")

    def contract(self, *, is_exact: bool = False) -> Contract:
        """Return the contract of the load."""
        keeps_objects = self.has_whole_fields
        return Contract(self.resource, self.names, self.dtypes, is_exact, needed=NEEDED, keeps_objects=keeps_objects)


def _floats(resource: Resource) -> list[str]:
    """Return the declared float columns: the API writes numbers without a fraction as integers."""
    return [each.name for each in resource.columns if each.kind == "number"]


def _names(attrs: Mapping[str, Any], key: str) -> tuple[str, ...]:
    names = attrs.get(key, [])
    if not isinstance(names, list | tuple) or not all(isinstance(each, str) for each in names):
        raise _wrong(key, names)
    return tuple(names)


def _mapping(attrs: Mapping[str, Any], key: str, kind: type) -> dict[str, Any]:
    found = attrs.get(key, {})
    if not isinstance(found, Mapping) or not all(
        isinstance(name, str) and type(value) is kind for name, value in found.items()
    ):
        raise _wrong(key, found)
    return dict(found)


def _wrong(key: str, value: object) -> QueryError:
    return QueryError(f"the attrs of the frame were changed: {key} is {quoted(value)}; load the rows again")
