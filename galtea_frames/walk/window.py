"""Windows: spans of creation time that are walked in parallel.

One walk goes through a window in ascending order, and checks its end at every page. So an idle worker can split off the
far part of a busy worker's window at any moment, and dense traffic keeps all workers busy instead of a single one.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from galtea_frames.api.times import USUAL_DIGITS, render

if TYPE_CHECKING:
    from galtea_frames.api.query import Pairs


#: Windows are split at whole milliseconds, in microseconds: the API shows no finer times (docs/api.md, "Rows"), so a
#: finer split would separate rows with equal times.
GRAIN = 1_000

#: Maximum pages to leave to a busy worker: the density further ahead is unknown.
_PAGES_LEFT = 8

#: A window with fewer pages left is not worth the extra requests of a split.
_FEWEST_PAGES = 2.0


@dataclass(eq=False)
class Window:
    """A span of creation time of one selection, walked in ascending order.

    Times are microseconds since 1970.

    Attributes:
        filters: the query parameters of the selection.
        start: the start, inclusive, in the API's format; None if unbounded.
        end: the end, exclusive; None if unbounded.
        newest: the newest known creation time, for a window without an end.
        reached: the last creation time walked so far.
        page_span: the time span of the latest page.
    """

    filters: Pairs
    start: str | None = None
    end: int | None = None
    newest: int | None = None
    reached: int | None = None
    page_span: int | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def advance(self, first: int, last: int, *, short: bool = False) -> int | None:
        """Record a page from `first` to `last`, and return the window's current end.

        A short page is likely the last one, and so says nothing about the density.
        """
        with self._lock:
            self.reached = last
            self.page_span = None if short else max(last - first, 1)
            return self.end

    def holds(self, moment: int) -> bool:
        """Return whether rows of this creation time belong to the window."""
        return self.end is None or moment < self.end

    def pages_left(self) -> float:
        """Estimate the number of pages left from the density of the last one; 0 if unknown."""
        last = self.newest if self.end is None else self.end
        if self.reached is None or self.page_span is None or last is None:
            return 0.0
        return (last - self.reached) / self.page_span

    def split(self, parts: int) -> list[Window]:
        """Keep the nearest part of the rest and return the other parts; empty if a split is not worth it."""
        with self._lock:
            pages = self.pages_left()
            if pages < _FEWEST_PAGES or self.reached is None or self.page_span is None:
                return []
            last = self.newest if self.end is None else self.end
            assert last is not None  # noqa: S101 - or `pages_left` would be 0
            near = self.reached + self.page_span * min(pages / parts, _PAGES_LEFT)
            far = (last - near) / (parts - 1)
            cuts = sorted({_whole(near + far * number) for number in range(parts - 1)})
            cuts = [cut for cut in cuts if self.reached < cut < last]
            if not cuts:
                return []
            ends, self.end = [*cuts[1:], self.end], cuts[0]
        return [self._from(cut, end) for cut, end in zip(cuts, ends, strict=True)]

    def _from(self, start: int, end: int | None) -> Window:
        text = render(start, USUAL_DIGITS)
        # Its density, and so whether to split it again, is known after its first page.
        return Window(self.filters, text, end, self.newest)


def _whole(moment: float) -> int:
    return round(moment / GRAIN) * GRAIN
