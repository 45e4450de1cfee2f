"""Parses query strings as the API does: pairs of parameters in, a `Selection` or a `Refusal` out."""

import math
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from operator import ge, gt, le, lt
from typing import TypeVar

from galtea_frames.sample.resource import Resource, Through, Value
from galtea_frames.sample.times import instant

T = TypeVar("T")
Pairs = Sequence[tuple[str, str]]

#: A firewall in front of the API rejects longer queries.
MAX_MEMBERS = 50
MAX_QUERY_BYTES = 2_300


class Refusal(Exception):  # noqa: N818 - an answer of the API, not an error of this program
    """An error answer of the API."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True)
class Filter:
    """What a row must have in a column.

    Attributes:
        column: The column's number.
        admits: Whether a value is selected.
        values: All values that are selected, if they can be listed.
    """

    column: int
    admits: Callable[[Value], bool]
    values: Collection[Value] | None = None


#: The values of a column in those rows of another list that one of its columns or filters selects.
Elsewhere = Callable[[Through, Collection[Value] | None], Collection[Value]]


@dataclass(frozen=True)
class Selection:
    """The rows that a request selects. Times are in nanoseconds since 1970, both ends inclusive."""

    ids: tuple[str, ...] | None = None
    filters: tuple[Filter, ...] = ()
    since: int | None = None
    until: int | None = None
    sort: tuple[tuple[str, bool], ...] = ()
    limit: int | None = None
    offset: int = 0

    @property
    def is_time_range(self) -> bool:
        """Whether rows are selected and ordered by creation time only."""
        return all(name == "createdAt" for name, _ in self.sort) and self.ids is None and not self.filters


def parse_selection(pairs: Pairs, resource: Resource, sortable: Sequence[str], elsewhere: Elsewhere) -> Selection:
    """Parse a query string for a resource. Parameters that the API does not know are ignored.

    Raises:
        Refusal: 400, a value is invalid.
    """
    members = _by_name(pairs)
    scalars = {name: _single(name, values) for name, values in members.items() if name in resource.scalars}
    ids = members.get("ids")
    since, until = _read(scalars, resource.since, instant), _read(scalars, resource.until, instant)
    by_creation = resource.time == "createdAt"
    filters = [
        *_array_filters(members, resource, elsewhere),
        *_scalar_filters(scalars, resource, elsewhere),
        *_switches(scalars, resource, elsewhere, asked_by_id=ids is not None),
    ]
    if not by_creation and (since, until) != (None, None):
        filters.append(Filter(resource.columns.index(resource.time), _between(since, until)))
    return Selection(
        ids=None if ids is None else tuple(dict.fromkeys(ids)),
        filters=tuple(filters),
        since=since if by_creation else None,
        until=until if by_creation else None,
        sort=_sort(members.get("sort", []), (*sortable, *resource.sortable)),
        limit=_read(scalars, "limit", _count),
        offset=_read(scalars, "offset", _count) or 0,
    )


def any_of(resource: Resource, column: str, values: Collection[Value]) -> Filter:
    """A filter for one of these values or, of a column that holds a list, for a list with one of them."""
    at = resource.columns.index(column)
    wanted = frozenset(values)
    if column in resource.lists:
        return Filter(at, lambda held: isinstance(held, tuple) and not wanted.isdisjoint(held))
    return Filter(at, wanted.__contains__, wanted)


def is_too_long(query: str, pairs: Pairs, resource: Resource) -> bool:
    """Whether the firewall rejects the query: too many bytes, or array members (``sort`` does not count)."""
    members = sum(name.endswith("[]") or name in resource.arrays for name, _ in pairs if name not in {"sort", "sort[]"})
    return len(query) > MAX_QUERY_BYTES or members > MAX_MEMBERS


def _by_name(pairs: Pairs) -> dict[str, list[str]]:
    """The values of each parameter; ``name[]`` and ``name`` are one parameter."""
    members: dict[str, list[str]] = {}
    for name, value in pairs:
        members.setdefault(name.removesuffix("[]"), []).append(value)
    return members


def _single(name: str, values: Sequence[str]) -> str:
    if len(values) > 1:
        raise Refusal(HTTPStatus.BAD_REQUEST, f"{name} must be given once")
    return values[0]


def _read(scalars: dict[str, str], name: str, read: Callable[[str], T]) -> T | None:
    return _parsed(name, scalars[name], read) if name in scalars else None


def _parsed(name: str, text: str, read: Callable[[str], T]) -> T:
    try:
        return read(text)
    except ValueError:
        raise Refusal(HTTPStatus.BAD_REQUEST, f"Invalid {name}: {text!r}") from None


def _count(text: str) -> int:
    """A number of rows. `int` alone would also accept " 1", "1_000" and "-1"."""
    if not re.fullmatch("[0-9]+", text):
        raise ValueError(text)
    return int(text)


def _integer(text: str) -> int:
    if not re.fullmatch("-?[0-9]+", text):
        raise ValueError(text)
    return int(text)


def _array_filters(members: dict[str, list[str]], resource: Resource, elsewhere: Elsewhere) -> Iterator[Filter]:
    """A filter for each array parameter."""
    for parameter, values in members.items():
        if len(values) > resource.most.get(parameter, len(values)):
            most = resource.most[parameter]
            raise Refusal(HTTPStatus.BAD_REQUEST, f"{parameter} must have at most {most} members")
        empty = None if parameter in resource.empty_means_none else ""
        wanted = frozenset(value or empty for value in values)
        if parameter in resource.includes:
            yield any_of(resource, resource.includes[parameter], wanted)
        elif parameter in resource.excludes:
            yield _none_of(resource, resource.excludes[parameter], wanted)
        elif parameter in resource.holds_all:
            yield _all_of(resource, resource.holds_all[parameter], wanted)
        elif parameter in resource.through:
            through = resource.through[parameter]
            yield any_of(resource, through.column, elsewhere(through, wanted))


def _none_of(resource: Resource, column: str, values: Collection[Value]) -> Filter:
    return Filter(resource.columns.index(column), lambda value: value not in values)


def _all_of(resource: Resource, column: str, values: frozenset[Value]) -> Filter:
    return Filter(resource.columns.index(column), lambda held: isinstance(held, tuple) and values.issubset(held))


def _scalar_filters(scalars: dict[str, str], resource: Resource, elsewhere: Elsewhere) -> Iterator[Filter]:
    """A filter for each parameter that takes one value."""
    at = resource.columns.index
    for parameter, value in scalars.items():
        if parameter in resource.flags:
            yield any_of(resource, resource.flags[parameter], (str(_flag(scalars, parameter)).lower(),))
        elif parameter in resource.exists:
            through = resource.exists[parameter]
            select = any_of if _flag(scalars, parameter) else _none_of
            yield select(resource, through.column, elsewhere(through, None))
        elif parameter in resource.integers:
            yield any_of(resource, resource.integers[parameter], (_parsed(parameter, value, _integer),))
        elif parameter in resource.bounds:
            column, end = resource.bounds[parameter]
            yield Filter(at(column), partial(_ENDS[end], _parsed(parameter, value, _share)))
        elif parameter in resource.contains:
            part = value.casefold()
            yield Filter(at(resource.contains[parameter]), partial(_holds, part))


def _switches(
    scalars: dict[str, str], resource: Resource, elsewhere: Elsewhere, *, asked_by_id: bool
) -> Iterator[Filter]:
    """A filter for each kind of rows that is not shown; ``ids`` alone finds every row."""
    for parameter, switch in resource.switches.items():
        is_on = _flag(scalars, parameter) if parameter in scalars else switch.is_on or asked_by_id
        if is_on:
            continue
        if switch.key:
            hidden = elsewhere(Through(switch.key, switch.list, switch.column), {"true"})
            yield _none_of(resource, switch.key, hidden)
        else:
            yield _none_of(resource, switch.column, {"true"})


def _flag(scalars: dict[str, str], parameter: str) -> bool:
    if scalars[parameter] not in {"true", "false"}:
        raise Refusal(HTTPStatus.BAD_REQUEST, f"{parameter} must be true or false")
    return scalars[parameter] == "true"


def _holds(part: str, value: Value) -> bool:
    return isinstance(value, str) and part in value.casefold()


def _between(since: int | None, until: int | None) -> Callable[[Value], bool]:
    """Whether a time is in a range; a row without a time is in none."""
    first, last = -math.inf if since is None else since, math.inf if until is None else until
    return lambda value: isinstance(value, int) and first <= value <= last


def _share(text: str) -> float:
    """A number from 0 to 1. NaN is none."""
    if not 0 <= (share := float(text)) <= 1:
        raise ValueError(text)
    return share


def _compared(compare: Callable[[float, float], bool]) -> Callable[[float, Value], bool]:
    return lambda bound, value: isinstance(value, int | float) and compare(value, bound)


_ENDS = {"Gt": _compared(gt), "Gte": _compared(ge), "Lt": _compared(lt), "Lte": _compared(le)}


def _sort(members: Sequence[str], sortable: Sequence[str]) -> tuple[tuple[str, bool], ...]:
    """The field of each pair of members, and whether it is descending."""
    fields, directions = members[::2], members[1::2]
    if len(fields) != len(directions):
        raise Refusal(HTTPStatus.BAD_REQUEST, "sort must be pairs of field and direction")
    for field, direction in zip(fields, directions, strict=True):
        if field not in sortable:
            raise Refusal(HTTPStatus.BAD_REQUEST, f"Cannot sort by {field!r}")
        if direction not in {"asc", "desc"}:
            raise Refusal(HTTPStatus.BAD_REQUEST, f"Sort direction must be asc or desc, not {direction!r}")
    return tuple((field, direction == "desc") for field, direction in zip(fields, directions, strict=True))
