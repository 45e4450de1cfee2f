"""The filters and columns that many lists share."""

from __future__ import annotations

from galtea_frames.api.resource import DeclaredColumn, Filter

#: The time span of creation.
CREATED: tuple[Filter, ...] = (
    Filter("fromCreatedAt", "time", "created at or after this time", column="created_at"),
    Filter("toCreatedAt", "time", "created at or before this time", column="created_at"),
)

#: The last columns of most lists.
CREATED_COLUMNS: tuple[DeclaredColumn, ...] = (
    DeclaredColumn("createdAt", "time", "when it was created"),
    DeclaredColumn("deletedAt", "time", "when it was deleted; null in practice"),
)


def ids_filter(words: str) -> Filter:
    """Return the filter of a list's own ids."""
    return Filter("ids", "texts", f"{words} with these ids; one that does not exist is an error", column="id")


def names_filters(words: str) -> tuple[Filter, Filter]:
    """Return the two filters of names."""
    return (
        Filter("names", "texts", f"{words} with exactly these names", column="name"),
        Filter("name", "text", f"{words} whose name contains this text"),
    )


def comparisons(api: str, words: str) -> tuple[Filter, ...]:
    """Return the four filters that compare a number from 0 to 1."""
    signs = {"Gt": "above", "Gte": "at or above", "Lt": "below", "Lte": "at or below"}
    return tuple(
        Filter(f"{api}{sign}", "number", f"{words} {side} this number, from 0 to 1", between=(0, 1))
        for sign, side in signs.items()
    )
