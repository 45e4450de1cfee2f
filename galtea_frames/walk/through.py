"""Filters that a list of the API does not have, through the ids of another list that has them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from galtea_frames.api.query import Members, Query, build_query
from galtea_frames.api.resource import snake_case
from galtea_frames.api.resources import RESOURCES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def narrowed(query: Query, ids_of: Callable[[Query], Iterable[str]]) -> Query:
    """Return the query with ids in place of the filters that its list does not have.

    Args:
        query: the query.
        ids_of: returns the ids of the rows that a query of another list selects.
    """
    lists = {each.api: each for each in query.lists}
    for own in dict.fromkeys(own for _, own in query.through):
        asked = {snake_case(members.api): members.values for members, target in query.through if target == own}
        ids = dict.fromkeys(ids_of(build_query(RESOURCES[query.resource.referenced_by(own)], asked)))
        lists[own] = lists[own].only(ids) if own in lists else Members(own, tuple(ids))
    return replace(query, lists=tuple(lists.values()), through=())
