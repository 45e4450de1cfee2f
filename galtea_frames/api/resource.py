"""What a list of the API is: its columns, and the filters that it takes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

ColumnKind = Literal["string", "status", "time", "object"]
FilterKind = Literal["texts", "text", "flag", "time"]

#: Where a word begins: at a capital after anything but a capital, and at the last of several capitals before small
#: letters; but the `s` of a plural belongs to the capitals before it.
_WORD_START = re.compile(r"(?<=[^\WA-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z](?!(?<=s)(?![a-z])))")


def snake_case(api_name: str) -> str:
    """Return the Python name of an API name: `versionIds` becomes `version_ids`, `modelIDs` `model_ids`.

    Capitals in a row are one word, but for the last one where small letters follow: `HTTPStatus` is `http_status`.
    """
    return _WORD_START.sub("_", api_name).lower()


@dataclass(frozen=True)
class DeclaredColumn:
    """A field that the API documents, and so a column that every frame has.

    Attributes:
        api: the field's name on the wire.
        kind: "string", "status" (a category), "time" (`datetime64[us, UTC]`), or "object", which is
            flattened into nested columns.
        meaning: one line for the reference.
    """

    api: str
    kind: ColumnKind
    meaning: str

    @property
    def name(self) -> str:
        """The column's name in a frame."""
        return snake_case(self.api)


@dataclass(frozen=True)
class Filter:
    """A query parameter that narrows what a loader returns.

    Attributes:
        api: the parameter's name on the wire.
        kind: "texts" (one or many strings), "text", "flag" (True or False) or "time".
        meaning: one line for the reference.
        column: the column in which a stored row shows whether it passes; None where none does.
        excludes: the rows named are left out instead of kept.
        allows_empty: the empty string is a member with a meaning: rows without such an id.
        told_by: the field by which rows show whether a server knows the filter; older ones ignore it.
        was_further: callers may also give it in `params`, where it was before it had an argument.
    """

    api: str
    kind: FilterKind
    meaning: str
    column: str | None = None
    excludes: bool = False
    allows_empty: bool = False
    told_by: str | None = None
    was_further: bool = False

    @property
    def name(self) -> str:
        """The filter's name as a loader's argument."""
        return snake_case(self.api)


@dataclass(frozen=True)
class Resource:
    """One list of the API.

    Attributes:
        name: what its rows are called, in the plural.
        path: the path of its GET request.
        columns: the declared fields, in the order of the reference page.
        filters: the declared filters, besides `sort`, `limit` and `offset`, which every list takes.
        statuses: the known members of its "status" column.
        final_statuses: those of them that do not change any more, except when a row is reopened.
        few: an account has so few rows that a sync of a mirror compares all of them.
    """

    name: str
    path: str
    columns: tuple[DeclaredColumn, ...]
    filters: tuple[Filter, ...]
    statuses: tuple[str, ...] = ()
    final_statuses: tuple[str, ...] = ()
    few: bool = False

    @property
    def singular(self) -> str:
        """What one row is called."""
        return self.name.removesuffix("s")

    def takes(self, argument: str) -> bool:
        """Tell whether a loader's argument is one of the filters."""
        return any(each.name == argument for each in self.filters)
