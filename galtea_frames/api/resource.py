"""The description of one list of the API: its columns and filters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

ColumnKind = Literal["string", "category", "time", "number", "integer", "flag", "texts", "json", "object"]
FilterKind = Literal["texts", "text", "flag", "number", "integer", "time"]

#: Kinds of columns that have no order to sort rows by.
_UNSORTABLE = ("object", "texts", "json")

#: The category whose members say how far a row has come; unknown ones are warned of.
STATUS = "status"

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
        kind: "string", "category", "time" (`datetime64[us, UTC]`), "number" (`Float64`), "integer" (`Int64`), "flag"
            (`boolean`), "texts" (a list of strings), "json" (JSON text, as sent), or "object", which becomes nested
            columns.
        meaning: one line for the reference.
        members: the known members of a category; the API may send others.
        references: the list whose ids the column holds.
    """

    api: str
    kind: ColumnKind
    meaning: str
    members: tuple[str, ...] = ()
    references: str | None = None

    @property
    def name(self) -> str:
        """The column's name in a frame."""
        return snake_case(self.api)


@dataclass(frozen=True)
class DerivedColumn:
    """A column of text out of a declared field that the API sends as text or as an object.

    Attributes:
        name: the column's name in a frame.
        source: the field's name in the API.
        key: the key of the object.
        meaning: one line for the reference.
    """

    name: str
    source: str
    key: str
    meaning: str

    @property
    def source_name(self) -> str:
        """The name of the field's column."""
        return snake_case(self.source)


@dataclass(frozen=True)
class Filter:
    """A query parameter that narrows what a loader returns.

    Attributes:
        api: the parameter's name in the API.
        kind: "texts" (one or many strings), "text", "flag" (True or False), "number", "integer" or "time".
        meaning: one line for the reference.
        column: the stored column that tells whether a row matches; None if no column does.
        excludes: matching rows are left out instead of kept.
        allows_empty: the empty string is a valid member and matches rows without such an id.
        checked_by: the field that shows whether the server applied the filter; older servers ignore it.
        allowed_in_params: also accepted in `params`, where callers passed it before it became an argument.
        between: the smallest and the largest number that the API takes.
        most: the maximum number of members that the API takes.
        default: the flag to send if the caller gives none, so that no row is hidden.
        skips_null: the API leaves out rows without a value in `column`, though they belong to all members.
        through: another filter of the list, by API name. The API has no such filter, so the ids for that one are looked
            up first, in the list that they reference.
    """

    api: str
    kind: FilterKind
    meaning: str
    column: str | None = None
    excludes: bool = False
    allows_empty: bool = False
    checked_by: str | None = None
    allowed_in_params: bool = False
    between: tuple[float, float] | None = None
    most: int | None = None
    default: bool | None = None
    skips_null: bool = False
    through: str | None = None

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
        row: what one row is.
        columns: the declared columns, in the order of the API's reference page.
        derived: columns made from declared ones, next to which they stand.
        filters: the documented filters, besides `sort`, `limit` and `offset`, which every list takes.
        final_statuses: members of the column `status` that do not change any more, except when a row is reopened.
        few: an account has so few rows that a sync of a mirror compares all of them.
        further: undeclared fields that the API is known to send (docs/api.md, "Rows").
        required: filters of which a load needs one, by argument name.
        page_rows: the maximum number of rows to request at a time, for lists whose rows are large.
        batch: the maximum number of `required` ids in one request: smaller batches are shared among more workers.
        has_times: rows can be selected by `createdAt`; otherwise, pages follow each other by `offset`.
    """

    name: str
    path: str
    row: str
    columns: tuple[DeclaredColumn, ...]
    filters: tuple[Filter, ...]
    derived: tuple[DerivedColumn, ...] = ()
    final_statuses: tuple[str, ...] = ()
    few: bool = False
    further: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    page_rows: int | None = None
    batch: int | None = None
    has_times: bool = True

    @property
    def singular(self) -> str:
        """The name of one row, which prefixes its columns in joins: `test_case`."""
        return self.name.removesuffix("s")

    @property
    def words(self) -> str:
        """The name of the list in sentences: `test cases`."""
        return self.name.replace("_", " ")

    @property
    def statuses(self) -> tuple[str, ...]:
        """The known members of the column `status`; empty if the list has none."""
        return next((each.members for each in self.columns if each.api == STATUS), ())

    @property
    def is_mirrored(self) -> bool:
        """Whether a mirror can hold the list: one that is read by id only has no rows to compare with."""
        return not self.required

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of the declared and the derived columns."""
        return (*(each.name for each in self.columns), *(each.name for each in self.derived))

    @property
    def sortable(self) -> list[str]:
        """The declared columns that rows can be sorted by."""
        return [each.name for each in self.columns if each.kind not in _UNSORTABLE]

    def referenced_by(self, api: str) -> str:
        """Return the list whose ids a filter takes, by the filter's name in the API."""
        column = next(each.column for each in self.filters if each.api == api)
        return next(each.references for each in self.columns if each.references and each.name == column)

    def takes(self, argument: str) -> bool:
        """Tell whether a loader's argument is one of the filters."""
        return any(each.name == argument for each in self.filters)
