"""A loader's arguments, checked and as the API's parameters; pure."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeGuard

from galtea_frames.api import values
from galtea_frames.api.arguments import unknown
from galtea_frames.api.resource import snake_case
from galtea_frames.api.times import instant
from galtea_frames.errors import QueryError
from galtea_frames.printable import quoted

if TYPE_CHECKING:
    from collections.abc import Collection

    from galtea_frames.api.resource import Filter, Resource


_PAGING = ("sort", "limit", "offset")

#: The filters that bound the creation time.
_TIMES = ("fromCreatedAt", "toCreatedAt")

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Members:
    """The members of one list filter, each once.

    Attributes:
        api: the parameter's name in the API.
        values: the members; an empty tuple selects nothing (or excludes nothing).
        excludes: whether matching rows are left out.
    """

    api: str
    values: tuple[str, ...]
    excludes: bool = False

    @cached_property
    def as_set(self) -> frozenset[str]:
        """The members, for tests of membership."""
        return frozenset(self.values)

    def only(self, wanted: Collection[object]) -> Members:
        """Return the filter with only those members that are wanted too."""
        return replace(self, values=tuple(each for each in self.values if each in wanted))

    def pairs(self) -> Pairs:
        """Return the query parameters: the bracketed name, once per member."""
        return tuple((f"{self.api}[]", value) for value in self.values)


@dataclass(frozen=True)
class Query:
    """A checked query.

    Attributes:
        resource: the list of the API.
        ids: the ids of the wanted rows; None if `ids` was not given.
        lists: the other list filters.
        scalars: single-valued parameters, in the API's format.
        defaults: parameters that are sent unless rows are looked up by id.
        through: list filters that the API does not have, with the filter that takes the ids they select.
        start: earliest creation time, inclusive, in the API's format.
        end: latest creation time, inclusive, in the API's format.
        sort: pairs of a column and whether it is descending; empty for the default order.
        limit: maximum number of rows in total; None for all rows.
        offset: number of rows to skip at the start of the sorted result.
        given: the caller's filters by argument name, as plain values for `frame.attrs`.
    """

    resource: Resource
    ids: Members | None
    lists: tuple[Members, ...]
    scalars: Pairs
    start: str | None
    end: str | None
    sort: tuple[tuple[str, bool], ...]
    limit: int | None
    offset: int
    given: dict[str, Any]
    defaults: Pairs = ()
    through: tuple[tuple[Members, str], ...] = ()

    @property
    def selects_nothing(self) -> bool:
        """Whether the result is empty without any request."""
        lists = (self.ids, *self.lists, *(members for members, _ in self.through))
        kept = [members for members in lists if members and not members.excludes]
        return self.limit == 0 or any(not members.values for members in kept)

    @property
    def cuts(self) -> bool:
        """Whether `offset` or `limit` may drop some of the selected rows."""
        return self.limit is not None or self.offset > 0

    def members_of(self, api: str) -> tuple[str, ...]:
        """Return the members of a list filter; empty if it was not given."""
        return next((each.values for each in self.lists if each.api == api), ())

    @property
    def checked_fields(self) -> list[str]:
        """The fields, by API name, that show whether the server applied the list filters."""
        sent = {*(each.api for each in self.lists), *(own for _, own in self.through)}
        return [each.checked_by for each in self.resource.filters if each.api in sent and each.checked_by]

    @property
    def narrows_ids(self) -> bool:
        """Whether rows requested by id must also pass other filters."""
        return bool(self.lists or self.through or self.scalars or self.start or self.end)


def build_query(resource: Resource, arguments: Mapping[str, Any]) -> Query:
    """Return the checked query of a loader's arguments; arguments that are None are ignored.

    Raises:
        QueryError: an argument is unknown, invalid, or contradicts another one.
    """
    filters = {each.name: each for each in resource.filters}
    given = {name: values.plain(value) for name, value in arguments.items() if value is not None}
    for name in given:
        if name not in filters and name not in (*_PAGING, "params"):
            raise QueryError(unknown("argument", name, [*filters, *_PAGING, "params"]))
    wanted = [_checked(filters[name], name, value) for name, value in given.items() if name in filters]
    wanted += _extra_parameters(resource, given)
    through = {each.api: each.through for each in resource.filters if each.through}
    members = [each for each in wanted if isinstance(each, Members) and each.api not in through]
    pairs = [each for each in wanted if isinstance(each, tuple)]
    sent = {snake_case(name) for name, _ in pairs}
    _check_spans(resource, pairs)
    start, end = (next((text for name, text in pairs if name == api), None) for api in _TIMES)
    return Query(
        resource=resource,
        ids=next((each for each in members if each.api == "ids"), None),
        lists=tuple(each for each in members if each.api != "ids"),
        scalars=tuple(pair for pair in pairs if pair[0] not in _TIMES),
        start=start,
        end=end,
        sort=_sort_pairs(resource, given.get("sort", ())),
        limit=values.count("limit", given.get("limit")),
        offset=values.count("offset", given.get("offset")) or 0,
        defaults=tuple(
            (each.api, values.flag(each.name, each.default))
            for each in resource.filters
            if each.default is not None and each.name not in sent
        ),
        through=tuple(
            (each, through[each.api]) for each in wanted if isinstance(each, Members) and each.api in through
        ),
        given={name: values.attrs_value(value) for name, value in given.items()}
        | {snake_case(name): text for name, text in pairs if name in _TIMES},
    )


def _check_spans(resource: Resource, pairs: list[tuple[str, str]]) -> None:
    """Check that no time span of the list's filters ends before it begins."""
    given = dict(pairs)
    times = [each for each in resource.filters if each.kind == "time" and each.api in given]
    for first, last in itertools.permutations(times, 2):
        is_span = first.api.removeprefix("from") == last.api.removeprefix("to")
        if is_span and instant(given[first.api]) > instant(given[last.api]):
            raise QueryError(f"{first.name} {given[first.api]} is after {last.name} {given[last.api]}")


def _checked(wanted: Filter, name: str, value: object) -> Members | tuple[str, str]:
    """Return a filter's value in the API's format: the members of a list, or a single parameter.

    Args:
        wanted: the filter.
        name: its name in error messages.
        value: the caller's value.
    """
    if wanted.kind == "texts":
        members = values.texts(name, value, allows_empty=wanted.allows_empty, most=wanted.most)
        return Members(wanted.api, members, wanted.excludes)
    if wanted.kind == "time":
        return (wanted.api, values.time(name, value, is_end=wanted.api.startswith("to")))
    if wanted.kind in ("number", "integer"):
        return (wanted.api, values.number(name, value, wanted.between, is_whole=wanted.kind == "integer"))
    return (wanted.api, values.flag(name, value) if wanted.kind == "flag" else values.text(name, value))


def _sort_pairs(resource: Resource, value: object) -> tuple[tuple[str, bool], ...]:
    pairs = [value] if isinstance(value, str) or _is_pair(value) else value
    if not isinstance(pairs, list | tuple):
        raise QueryError(
            f'sort must be a column, a pair ("created_at", "desc") or a list of pairs, not {quoted(value)}'
        )
    checked = tuple(_sort_pair(resource, pair) for pair in pairs)
    columns = [column for column, _ in checked]
    for column in columns:
        if columns.count(column) > 1:
            raise QueryError(f"sort holds {column!r} twice")
    return checked


def _is_pair(value: object) -> TypeGuard[tuple[str, str]]:
    match value:
        case (str(), str(direction)):
            return direction.lower() in ("asc", "desc")
    return False


def _sort_pair(resource: Resource, pair: object) -> tuple[str, bool]:
    if not isinstance(pair, str) and not _is_pair(pair):
        raise QueryError(f'sort takes pairs of a column and "asc" or "desc", not {quoted(pair)}')
    column, direction = (pair, "asc") if isinstance(pair, str) else pair
    if column not in resource.sortable:
        raise QueryError(unknown("column to sort by", column, resource.sortable))
    return column, direction.lower() == "desc"


def _extra_parameters(resource: Resource, given: Mapping[str, Any]) -> list[Members | tuple[str, str]]:
    """Return the parameters given in `params=`, for filters that this release does not know yet."""
    params = given.get("params", {})
    if not isinstance(params, Mapping):
        raise QueryError(f'params must be a mapping such as {{"userIds": ["user_1"]}}, not {quoted(params)}')
    filters = {each.name: each for each in resource.filters}
    seen: dict[str, str] = {}
    extra: list[Members | tuple[str, str]] = []
    for key, value in params.items():
        api = _parameter_name(key)
        name = snake_case(api)
        if other := seen.get(name):
            raise QueryError(f"params holds {quoted(other)} and {quoted(key)}, which are the same parameter")
        if name in given or name in _PAGING or (name in filters and not filters[name].allowed_in_params):
            raise QueryError(f"params holds {quoted(api)}, which is the argument {name}=")
        seen[name] = key
        display = f"params[{quoted(key)}]"
        extra.append(
            _checked(filters[name], display, value) if name in filters else _extra_parameter(api, display, value)
        )
    return extra


def _parameter_name(key: object) -> str:
    name = key.removesuffix("[]") if isinstance(key, str) else ""
    if not name.strip():
        raise QueryError(f"params holds {quoted(key)}, which is not a parameter name")
    return values.text("params", name)


def _extra_parameter(api: str, display: str, value: object) -> Members | tuple[str, str]:
    plain = values.extra_parameter(display, value)
    return (api, plain) if isinstance(plain, str) else Members(api, plain, excludes=api.startswith("exclude"))
