"""From a loader's arguments to the wire: checked values, and the requests that a long query is split into; pure."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeGuard
from urllib.parse import urlencode

import numpy as np

from galtea_frames.errors import QueryError
from galtea_frames.hints import unknown
from galtea_frames.resources import snake_case
from galtea_frames.times import instant, wire_text

if TYPE_CHECKING:
    from galtea_frames.resources import Filter, Resource

#: The firewall before the API refuses queries of about 50 ids, about 2.3 KB (api.md, "Requests").
MAX_MEMBERS = 50
MAX_QUERY_BYTES = 2_000

#: Room kept for what the walk adds: sort, limit, offset and two times.
_WALK_BYTES = 260

#: What a table can count; only a slip of the pen asks for more.
_MOST_ROWS = 2**63 - 1

#: How the nulls of Python, numpy and pandas are written; comparing NA gives no truth value.
_NULLS = frozenset({"None", "nan", "NaT", "<NA>"})

_PAGING = ("sort", "limit", "offset")

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Members:
    """The members of one list filter, each once.

    Attributes:
        api: the parameter's name on the wire.
        values: the members; none at all selects nothing (or leaves out nothing).
        excludes: whether the rows named are left out.
    """

    api: str
    values: tuple[str, ...]
    excludes: bool = False

    def pairs(self) -> Pairs:
        """Return the wire parameters: the bracketed name, once a member."""
        return tuple((f"{self.api}[]", value) for value in self.values)


@dataclass(frozen=True)
class Query:
    """What a caller asked for, checked.

    Attributes:
        resource: which list of the API.
        ids: the rows asked for by id, or None.
        lists: the other list filters.
        scalars: single-valued parameters, as the API takes them.
        start: only rows created at or after this time, as wire text.
        end: only rows created at or before this time, as wire text.
        sort: pairs of column and whether it descends; empty for the default order.
        limit: how many rows in all, or None for every row.
        offset: how many rows of the sorted result to leave out first.
        given: the caller's filters by argument name, as plain values, for `frame.attrs`.
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

    @property
    def selects_nothing(self) -> bool:
        """Whether the answer is known to be empty without a request."""
        kept = [members for members in (self.ids, *self.lists) if members and not members.excludes]
        return self.limit == 0 or any(not members.values for members in kept)

    def rows_of(self, selected: int) -> int:
        """Return how many of so many selected rows are left after `offset` and `limit`."""
        rows = max(0, selected - self.offset)
        return rows if self.limit is None else min(rows, self.limit)

    @property
    def narrows_ids(self) -> bool:
        """Whether rows asked for by id must pass another filter as well."""
        return bool(self.lists or self.scalars or self.start or self.end)


@dataclass(frozen=True)
class Selection:
    """Filters of requests whose answers are intersected: one, but for a long list of exclusions.

    Attributes:
        ids: the ids among which to look, where the query has some.
        alternatives: the wire parameters of each walk; a row belongs when every walk finds it.
    """

    ids: tuple[str, ...]
    alternatives: tuple[Pairs, ...]


def build_query(resource: Resource, arguments: Mapping[str, Any]) -> Query:
    """Return the checked query of a loader's arguments; one that is None was not given.

    Raises:
        QueryError: an argument is unknown, has a bad value, or contradicts another.
    """
    filters = {each.name: each for each in resource.filters}
    given = {name: _lasting(value) for name, value in arguments.items() if value is not None}
    for name in given:
        if name not in filters and name not in (*_PAGING, "params"):
            raise QueryError(unknown("argument", name, [*filters, *_PAGING, "params"]))
    values = {name: _checked(filters[name], value) for name, value in given.items() if name in filters}
    further = _further_parameters(resource, given.get("params", {}))
    members = [value for value in [*values.values(), *further] if isinstance(value, Members)]
    scalars = [value for value in [*values.values(), *further] if isinstance(value, tuple)]
    times = {name: value for name, value in values.items() if isinstance(value, str)}
    start, end = times.get("from_created_at"), times.get("to_created_at")
    if start and end and instant(start) > instant(end):
        raise QueryError(f"from_created_at {start} lies after to_created_at {end}")
    return Query(
        resource=resource,
        ids=next((each for each in members if each.api == "ids"), None),
        lists=tuple(each for each in members if each.api != "ids"),
        scalars=tuple(scalars),
        start=start,
        end=end,
        sort=_sort_pairs(resource, given.get("sort", ())),
        limit=_count("limit", given.get("limit")),
        offset=_count("offset", given.get("offset")) or 0,
        given={name: _plain(value) for name, value in given.items()},
    )


def split_lists(query: Query) -> list[Selection]:
    """Return the selections whose answers, united, are the answer to the query.

    Each request stays within 50 members and 2,000 bytes.

    Raises:
        QueryError: a single value is too long to be asked for.
    """
    lists = (query.ids or Members("ids", ()), *query.lists)
    budget = MAX_QUERY_BYTES - _WALK_BYTES - _length(query.scalars)
    if budget < 0:
        raise QueryError("the query is too long to be asked for")
    ids, *chunked = _chunks(lists, budget)
    split = list(zip(query.lists, chunked, strict=True))
    kept = [chunks for members, chunks in split if not members.excludes]
    left_out = [chunks for members, chunks in split if members.excludes]
    return [
        Selection(
            batch.values,
            tuple(query.scalars + _joined(included) + _joined(each) for each in itertools.product(*left_out)),
        )
        for batch, *included in itertools.product(ids, *kept)
    ]


def split_ids(ids: Members) -> list[tuple[str, ...]]:
    """Return batches of ids, each short enough to be asked for in one request."""
    batches = _chunks((ids,), MAX_QUERY_BYTES - _WALK_BYTES)[0]
    return [batch.values for batch in batches]


def _chunks(lists: tuple[Members, ...], budget: int) -> list[list[Members]]:
    """Cut each list so that one chunk of each, together, fits a request."""
    shares: dict[int, list[Members]] = {}
    members_left, bytes_left = MAX_MEMBERS, budget
    # Short lists first: what they don't need of an even share is left to the long ones.
    by_length = sorted(range(len(lists)), key=lambda i: _length(lists[i].pairs()))
    for done, index in enumerate(by_length):
        share = len(lists) - done
        chunks = _cut(lists[index], members_left // share, bytes_left // share)
        shares[index] = chunks
        members_left -= max(len(chunk.values) for chunk in chunks)
        bytes_left -= max(_length(chunk.pairs()) for chunk in chunks)
    return [shares[index] for index in range(len(lists))]


def _cut(members: Members, most: int, most_bytes: int) -> list[Members]:
    chunks: list[list[str]] = [[]]
    size = 0
    for value in members.values:
        length = _length(((f"{members.api}[]", value),))
        if length > most_bytes or not most:
            raise QueryError(f"{snake_case(members.api)}: the query is too long to be asked for: {value[:40]!r}…")
        if len(chunks[-1]) == most or size + length > most_bytes:
            chunks.append([])
            size = 0
        chunks[-1].append(value)
        size += length
    return [Members(members.api, tuple(chunk), members.excludes) for chunk in chunks]


def _joined(members: Iterable[Members]) -> Pairs:
    return tuple(pair for each in members for pair in each.pairs())


def _length(pairs: Pairs) -> int:
    return len(urlencode(pairs)) + 1 if pairs else 0


def _checked(wanted: Filter, value: object) -> Members | str | tuple[str, str]:
    """Return a filter's value for the wire: members of a list, a time's text, or a parameter."""
    if wanted.kind == "texts":
        return Members(wanted.api, _texts(wanted.name, value, wanted.allows_empty), wanted.excludes)
    if wanted.kind == "time":
        return _time(wanted.name, value)
    if wanted.kind == "flag":
        if not isinstance(value, bool):
            raise QueryError(f"{wanted.name} is True or False, not {value!r}")
        return (wanted.api, str(value).lower())
    if not isinstance(value, str) or not value:
        raise QueryError(f"{wanted.name} is a text of at least one character, not {value!r}")
    return (wanted.api, value)


def _texts(name: str, value: object, allows_empty: bool) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [value]
    # Two dimensions are a table: what iterating a DataFrame gives are the names of its columns.
    if isinstance(value, Mapping | bytes) or not isinstance(value, Iterable) or getattr(value, "ndim", 1) != 1:
        raise QueryError(f"{name} is a string, a list of strings or a Series of them, not {value!r}")
    members = list(value)
    for member in members:
        if not isinstance(member, str):
            hint = "; drop nulls first (.dropna())" if str(member) in _NULLS else ""
            raise QueryError(f"{name} holds {member!r}, which is no string{hint}")
        if not member and not allows_empty:
            raise QueryError(f"{name} holds an empty string, which selects nothing there")
    return tuple(dict.fromkeys(members))


def _time(name: str, value: object) -> str:
    try:
        if not isinstance(value, str | date):
            raise TypeError  # noqa: TRY301 - one message for every value that is no time
        return wire_text(value)
    except (TypeError, ValueError, OverflowError):
        raise QueryError(
            f'{name} is a time such as "2026-03-01" or "2026-03-01T09:30:00+01:00", a datetime, a date'
            f" or a Timestamp, not {value!r}"
        ) from None


def _count(name: str, value: object) -> int | None:
    if value is None:
        return None
    try:
        # Older numpy takes its truth values for numbers, too.
        count = -1 if isinstance(value, bool | np.bool_) else operator.index(value)  # type: ignore[arg-type] # or TypeError
    except TypeError:
        count = -1
    if not 0 <= count <= _MOST_ROWS:
        raise QueryError(f"{name} is a whole number from 0, not {value!r}")
    return count


def _sort_pairs(resource: Resource, value: object) -> tuple[tuple[str, bool], ...]:
    pairs = [value] if isinstance(value, str) or _is_pair(value) else value
    if not isinstance(pairs, list | tuple):
        raise QueryError(f'sort is a column, a pair ("created_at", "desc") or a list of pairs, not {value!r}')
    checked = tuple(_sort_pair(resource, pair) for pair in pairs)
    columns = [column for column, _ in checked]
    for column in columns:
        if columns.count(column) > 1:
            raise QueryError(f"sort holds {column!r} twice")
    return checked


def _is_pair(value: object) -> TypeGuard[tuple[str, str]]:
    match value:
        case (str(), "asc" | "desc"):
            return True
    return False


def _sort_pair(resource: Resource, pair: object) -> tuple[str, bool]:
    if not isinstance(pair, str) and not _is_pair(pair):
        raise QueryError(f'sort takes pairs of a column and "asc" or "desc", not {pair!r}')
    column, direction = (pair, "asc") if isinstance(pair, str) else pair
    sortable = [each.name for each in resource.columns if each.kind != "object"]
    if column not in sortable:
        raise QueryError(unknown("column to sort by", column, sortable))
    return column, direction == "desc"


def _further_parameters(resource: Resource, params: object) -> list[Members | tuple[str, str]]:
    """Return the wire parameters of `params=`, which the API may know before this release does."""
    if not isinstance(params, Mapping):
        raise QueryError(f'params is a mapping such as {{"statuses": ["FAILED"]}}, not {params!r}')
    known = {name: each.name for each in resource.filters for name in (each.api, each.name)}
    known |= {name: name for name in _PAGING}
    further: list[Members | tuple[str, str]] = []
    for key, value in params.items():
        name = str(key).removesuffix("[]")
        if name in known:
            raise QueryError(f"params holds {name!r}, which is the argument {known[name]}=")
        further.append(_further_parameter(name, value))
    return further


def _further_parameter(name: str, value: object) -> Members | tuple[str, str]:
    if isinstance(value, bool):
        return (name, str(value).lower())
    if isinstance(value, str | int | float):
        return (name, str(value))
    if isinstance(value, datetime | date):
        return (name, _time(f"params[{name!r}]", value))
    texts = _texts(f"params[{name!r}]", value, allows_empty=True)
    return Members(name, texts, excludes=name.startswith("exclude"))


def _lasting(value: Any) -> Any:  # noqa: ANN401 - whatever a caller passes
    """Return a value that can be read more than once: what an iterator gives, as a list."""
    if isinstance(value, Mapping):
        return {key: _lasting(each) for key, each in value.items()}
    return list(value) if isinstance(value, Iterator) else value


def _plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Return a caller's value as JSON can hold it."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, date):
        return wire_text(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, Iterable):
        return [_plain(each) for each in value]
    return operator.index(value)  # type: ignore[arg-type] # the whole numbers of other libraries, checked before
