"""The description of one list of the API: its columns and filters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

ColumnKind = Literal["string", "status", "time", "object"]
FilterKind = Literal["texts", "text", "flag", "time"]

#: Where a word begins: at a capital after anything but a capital, and at the last of several capitals before lower
#: case; but the `s` of a plural belongs to the capitals before it.
_WORD_START = re.compile(r"(?<=[^\WA-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z](?!(?<=s)(?![a-z])))")


def snake_case(api_name: str) -> str:
    """Return the Python name of an API name: `versionIds` becomes `version_ids`, `modelIDs` `model_ids`.

    Consecutive capitals are one word, except the last one before lower case: `HTTPStatus` becomes `http_status`.
    """
    return _WORD_START.sub("_", api_name).lower()


@dataclass(frozen=True)
class DeclaredColumn:
    """A field that the API documents, and so a column of every frame.

    Attributes:
        api: the field's name in the API.
        kind: "string", "status" (a category), "time" (`datetime64[us, UTC]`), or "object", which becomes
            nested columns.
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
        api: the parameter's name in the API.
        kind: "texts" (one or many strings), "text", "flag" (True or False) or "time".
        meaning: one line for the reference.
        column: the stored column that tells whether a row matches; None if no column does.
        excludes: matching rows are left out instead of kept.
        allows_empty: the empty string is a valid member and matches rows without such an id.
        checked_by: the field that shows whether the server applied the filter; older servers ignore it.
        allowed_in_params: also accepted in `params`, where callers passed it before it became an argument.
    """

    api: str
    kind: FilterKind
    meaning: str
    column: str | None = None
    excludes: bool = False
    allows_empty: bool = False
    checked_by: str | None = None
    allowed_in_params: bool = False

    @property
    def name(self) -> str:
        """The filter's name as a loader's argument."""
        return snake_case(self.api)


@dataclass(frozen=True)
class Resource:
    """One list of the API.

    Attributes:
        name: its name, in the plural.
        path: path of its GET request.
        columns: the declared columns, in the order of the API's reference page.
        filters: the documented filters, besides `sort`, `limit` and `offset`, which every list takes.
        statuses: the known members of its "status" column.
        final_statuses: those of them that do not change any more, except when a row is reopened.
        few: an account has so few rows that a sync of a mirror compares all of them.
        further: undeclared fields that the API is known to send (docs/api.md, "Rows").
    """

    name: str
    path: str
    columns: tuple[DeclaredColumn, ...]
    filters: tuple[Filter, ...]
    statuses: tuple[str, ...] = ()
    final_statuses: tuple[str, ...] = ()
    few: bool = False
    further: tuple[str, ...] = ()

    @property
    def singular(self) -> str:
        """The name of one row."""
        return self.name.removesuffix("s")

    def takes(self, argument: str) -> bool:
        """Tell whether a loader's argument is one of the filters."""
        return any(each.name == argument for each in self.filters)
