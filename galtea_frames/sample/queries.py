"""Parses query strings as the API does: pairs of parameters in, a `Selection` or a `Refusal` out."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TypeVar

from galtea_frames.sample.resources import Resource

T = TypeVar("T")
Pairs = Sequence[tuple[str, str]]

#: A firewall in front of the API rejects longer queries.
MAX_MEMBERS = 50
MAX_QUERY_BYTES = 2_300

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DATE_TIME = re.compile(
    r"(?P<whole>\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?)([.,](?P<fraction>\d+))?(?P<offset>[Zz]|[+-]\d\d(:?\d\d)?)"
)


class Refusal(Exception):  # noqa: N818 - an answer of the API, not an error of this program
    """An error answer of the API."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass(frozen=True)
class Filter:
    """The values that a row must have in a column or, if not ``wanted``, must not have."""

    column: int
    values: frozenset[str | None]
    wanted: bool = True


@dataclass(frozen=True)
class Selection:
    """The rows that a request selects. Times are in nanoseconds since 1970, both ends inclusive."""

    ids: tuple[str, ...] | None = None
    filters: tuple[Filter, ...] = ()
    name: str = ""
    since: int | None = None
    until: int | None = None
    sort: tuple[tuple[str, bool], ...] = ()
    limit: int | None = None
    offset: int = 0

    @property
    def is_time_range(self) -> bool:
        """Whether rows are selected and ordered by creation time only."""
        by_time = all(name == "createdAt" for name, _ in self.sort)
        return by_time and self.ids is None and not self.filters and not self.name


def parse_selection(pairs: Pairs, resource: Resource, sortable: Sequence[str]) -> Selection:
    """Parse a query string for a resource. Parameters that the API does not know are ignored.

    Raises:
        Refusal: 400, a value is invalid.
    """
    members = _by_name(pairs)
    scalars = {name: _single(name, values) for name, values in members.items() if name in resource.scalars}
    ids = members.get("ids")
    return Selection(
        ids=None if ids is None else tuple(dict.fromkeys(ids)),
        filters=(*_array_filters(members, resource), *_flag_filters(scalars, resource)),
        name=scalars.get("name", "").casefold(),
        since=_read(scalars, "fromCreatedAt", instant),
        until=_read(scalars, "toCreatedAt", instant),
        sort=_sort(members.get("sort", []), sortable),
        limit=_read(scalars, "limit", _count),
        offset=_read(scalars, "offset", _count) or 0,
    )


def with_versions(selection: Selection, column: int, version_ids: Iterable[str]) -> Selection:
    """The selection, restricted to rows of these versions."""
    return replace(selection, filters=(*selection.filters, Filter(column, frozenset(version_ids))))


def is_too_long(query: str, pairs: Pairs, resource: Resource) -> bool:
    """Whether the firewall rejects the query: too many bytes, or array members (``sort`` does not count)."""
    arrays = {*resource.includes, *resource.excludes, "productIds"}
    members = sum(name.endswith("[]") or name in arrays for name, _ in pairs if name not in {"sort", "sort[]"})
    return len(query) > MAX_QUERY_BYTES or members > MAX_MEMBERS


def instant(text: str) -> int:
    """Nanoseconds since 1970 of an ISO 8601 time with ``Z`` or an offset.

    Raises:
        ValueError: The text is not such a time.
    """
    match = _DATE_TIME.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not an ISO 8601 time with an offset")
    offset = match["offset"].upper()
    whole = datetime.fromisoformat(match["whole"] + offset)
    return (whole - _EPOCH) // timedelta(seconds=1) * 10**9 + int((match["fraction"] or "0").ljust(9, "0")[:9])


def _by_name(pairs: Pairs) -> dict[str, list[str]]:
    """The values of each parameter; ``name[]`` and ``name`` are one parameter."""
    members: dict[str, list[str]] = {}
    for name, value in pairs:
        members.setdefault(name.removesuffix("[]"), []).append(value)
    return members


def product_ids(pairs: Pairs) -> list[str] | None:
    """The requested products; a session belongs to a product only through its version."""
    return _by_name(pairs).get("productIds")


def _single(name: str, values: Sequence[str]) -> str:
    if len(values) > 1:
        raise Refusal(HTTPStatus.BAD_REQUEST, f"{name} must be given once")
    return values[0]


def _read(scalars: dict[str, str], name: str, read: Callable[[str], T]) -> T | None:
    if name not in scalars:
        return None
    try:
        return read(scalars[name])
    except ValueError:
        raise Refusal(HTTPStatus.BAD_REQUEST, f"Invalid {name}: {scalars[name]!r}") from None


def _count(text: str) -> int:
    """A number of rows. `int` alone would also accept " 1", "1_000" and "-1"."""
    if not re.fullmatch("[0-9]+", text):
        raise ValueError(text)
    return int(text)


def _array_filters(members: dict[str, list[str]], resource: Resource) -> Iterable[Filter]:
    """A filter for each array parameter."""
    for parameters, wanted in ((resource.includes, True), (resource.excludes, False)):
        for parameter, column in parameters.items():
            if parameter in members:
                empty = None if parameter in resource.empty_means_none else ""
                values = frozenset(value or empty for value in members[parameter])
                yield Filter(resource.columns.index(column), values, wanted)


def _flag_filters(scalars: dict[str, str], resource: Resource) -> Iterable[Filter]:
    for parameter, column in resource.flags.items():
        if parameter in scalars:
            if scalars[parameter] not in {"true", "false"}:
                raise Refusal(HTTPStatus.BAD_REQUEST, f"{parameter} must be true or false")
            yield Filter(resource.columns.index(column), frozenset({scalars[parameter]}))


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
