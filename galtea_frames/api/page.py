"""One page: the rows of one answer, with the ids and times that a walk needs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

from galtea_frames.api.times import instants

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


#: The parsed rows: an object that gives their values, or a table.
Rows = TypeVar("Rows")


@dataclass(frozen=True)
class Page(Generic[Rows]):
    """The rows of one answer.

    Attributes:
        rows: the rows.
        ids: the id of each row.
        created: the creation time of each row, as sent.
        ordered: whether the creation times are ascending; True for a list without creation times.
        first: the first creation time, in microseconds since 1970; 0 for an empty page, or without creation times.
        last: the last one.
    """

    rows: Rows
    ids: Sequence[str]
    created: Sequence[str]
    ordered: bool
    first: int
    last: int


def page_of(rows: Rows, ids: Sequence[Any], created: Sequence[Any]) -> Page[Rows]:
    """Return a page of rows with these values of `id` and `createdAt`.

    Raises:
        ValueError: a value is missing, not text, or not a time.
    """
    return dated_page(rows, ids, created, moments_of(ids, created))


def dated_page(rows: Rows, ids: Sequence[str], created: Sequence[str], moments: NDArray[np.int64]) -> Page[Rows]:
    """Return a page of rows whose creation times are already parsed."""
    if not ids:
        return Page(rows, (), (), ordered=True, first=0, last=0)
    ordered = bool((np.diff(moments) >= 0).all())
    return Page(rows, ids, created, ordered, int(moments[0]), int(moments[-1]))


def undated_page(rows: Rows, ids: Sequence[Any], created: Sequence[Any]) -> Page[Rows]:
    """Return a page of a list whose rows may lack a creation time, and are not selected by it.

    Raises:
        ValueError: a row has no id.
    """
    if not set(map(type, ids)) <= {str}:
        raise ValueError("a row has no id")
    return Page(rows, ids, created, ordered=True, first=0, last=0)


def moments_of(ids: Sequence[Any], created: Sequence[Any]) -> NDArray[np.int64]:
    """Return the creation times, in microseconds since 1970.

    Raises:
        ValueError: a row has no id or no creation time.
    """
    if not set(map(type, chain(ids, created))) <= {str}:
        raise ValueError("a row has no id or no createdAt")
    return instants(created)
