"""Splits a long query into requests that the API accepts."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from galtea_frames.api.query import Members, Pairs, Query
from galtea_frames.api.resource import snake_case
from galtea_frames.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


#: The firewall in front of the API rejects queries from about 50 ids or 2.3 KB (docs/api.md, "Requests").
MAX_MEMBERS = 50
MAX_QUERY_BYTES = 2_000

#: Bytes reserved for the parameters that a walk adds: sort, limit, offset and two times.
_WALK_BYTES = 260


@dataclass(frozen=True)
class Selection:
    """Walks whose results are intersected: a single one, unless a long list of exclusions is split.

    Attributes:
        ids: the ids to look up, if the query has `ids`.
        alternatives: the query parameters of each walk; a row belongs to the result if every walk finds it.
    """

    ids: tuple[str, ...]
    alternatives: tuple[Pairs, ...]


def split_lists(query: Query) -> list[Selection]:
    """Return the selections whose union is the result of the query.

    Each request stays within 50 members and 2,000 bytes.

    Raises:
        QueryError: a single value is too long for a request.
    """
    lists = (query.ids or Members("ids", ()), *query.lists)
    scalars = query.scalars + query.defaults
    budget = MAX_QUERY_BYTES - _WALK_BYTES - _length(scalars)
    if budget < 0:
        raise QueryError("the query is too long for a request")
    resource = query.resource
    most = [resource.batch if snake_case(each.api) in resource.required else None for each in lists]
    ids, *chunked = _chunks(lists, budget, most)
    split = list(zip(query.lists, chunked, strict=True))
    kept = [chunks for members, chunks in split if not members.excludes]
    left_out = [chunks for members, chunks in split if members.excludes]
    return [
        Selection(
            batch.values,
            tuple(scalars + _joined(included) + _joined(each) for each in itertools.product(*left_out)),
        )
        for batch, *included in itertools.product(ids, *kept)
    ]


def split_ids(ids: Members, most: int | None = None) -> list[tuple[str, ...]]:
    """Return the ids in batches that each fit one request, of at most so many."""
    batches = _chunks((ids,), MAX_QUERY_BYTES - _WALK_BYTES, (most,))[0]
    return [batch.values for batch in batches]


def sendable_ids(ids: Iterable[str]) -> list[str]:
    """Return the ids that a request can hold: not empty, not too long, and printable as all ids of the API are."""
    most = MAX_QUERY_BYTES - _WALK_BYTES
    return [each for each in ids if each and each.isprintable() and _length((("ids[]", each),)) <= most]


def _chunks(lists: tuple[Members, ...], budget: int, most: Sequence[int | None]) -> list[list[Members]]:
    """Cut the lists into chunks so that one chunk of each list fits a request together.

    Args:
        lists: the lists.
        budget: the bytes of a request.
        most: the maximum number of members in a chunk of each list; None for as many as fit.
    """
    shares: dict[int, list[Members]] = {}
    members_left, bytes_left = MAX_MEMBERS, budget
    # Short lists first: what they leave of an even share goes to the long ones.
    by_length = sorted(range(len(lists)), key=lambda i: _length(lists[i].pairs()))
    for done, index in enumerate(by_length):
        share = len(lists) - done
        members = min(members_left // share, most[index] or MAX_MEMBERS)
        chunks = _cut(lists[index], members, bytes_left // share)
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
            raise QueryError(f"{snake_case(members.api)}: the query is too long for a request: {value[:40]!r}…")
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
