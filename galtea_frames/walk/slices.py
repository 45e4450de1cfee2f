"""Slices: pages with the rows of them that are new."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Generic

from galtea_frames.api.page import Rows
from galtea_frames.api.times import instant

if TYPE_CHECKING:
    from galtea_frames.api.page import Page


@dataclass(frozen=True)
class Slice(Generic[Rows]):
    """A page, and which of its rows are new.

    Attributes:
        page: the page.
        skip: positions of the rows that were seen before.
    """

    page: Page[Rows]
    skip: frozenset[int]

    @property
    def rows(self) -> int:
        """The number of new rows."""
        return len(self.page.ids) - len(self.skip)

    def tail(self) -> tuple[int, int]:
        """Return the last creation time of the new rows, and how many new rows have it."""
        created = self.page.created
        times = (instant(created[row]) for row in reversed(range(len(created))) if row not in self.skip)
        last = next(times)
        return last, 1 + sum(1 for _ in takewhile(last.__eq__, times))

    def ids(self) -> list[str]:
        """Return the ids of the new rows."""
        return [each for number, each in enumerate(self.page.ids) if number not in self.skip]

    def only(self, wanted: set[str]) -> Slice[Rows]:
        """Return the slice reduced to the wanted rows among its new ones."""
        return slice_of(self.page, wanted & set(self.ids()))


def slice_of(page: Page[Rows], wanted: set[str]) -> Slice[Rows]:
    """Return the page with each wanted row once as new."""
    if len(wanted) == len(page.ids):
        return Slice(page, frozenset())
    left = set(wanted)
    skip = []
    for number, each in enumerate(page.ids):
        if each in left:
            left.remove(each)
        else:
            skip.append(number)
    return Slice(page, frozenset(skip))
