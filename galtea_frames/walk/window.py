"""Many walks at once: spans of creation time that workers take, and take over from each other.

A window is a span that one walk goes through in ascending order. Where it ends is the walk's business at every page, so
that an idle worker can cut off the far part of a busy one's window at any moment and walk it instead: traffic that is
dense in places keeps all workers busy, and not only the one that happens upon the dense place.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from galtea_frames.api.times import USUAL_DIGITS, render

if TYPE_CHECKING:
    from galtea_frames.api.query import Pairs


#: Windows are cut at whole milliseconds: the API shows no more of a time than that, so a finer cut would split rows
#: that look alike.
GRAIN = 1_000

#: How many pages ahead of a busy worker its window is cut, at most: how dense traffic is further on is not known.
_PAGES_LEFT = 8

#: A window with fewer pages left is not worth the requests that cutting it costs.
_FEWEST_PAGES = 2.0


@dataclass(eq=False)
class Window:
    """A span of creation time of one selection, walked in ascending order.

    Times are microseconds since 1970.

    Attributes:
        filters: the selection's wire parameters.
        start: where it begins, as wire text; None for the beginning of time.
        end: where it ends, exclusive; None for what is newest.
        newest: the newest creation time known, in a window without an end.
        reached: the last creation time walked so far.
        page_span: how much time a page took lately.
    """

    filters: Pairs
    start: str | None = None
    end: int | None = None
    newest: int | None = None
    reached: int | None = None
    page_span: int | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def advance(self, first: int, last: int, *, short: bool = False) -> int | None:
        """Note a page from `first` to `last`; return where the window ends now.

        A short page says nothing of how dense traffic is, for it is likely the last one.
        """
        with self._lock:
            self.reached = last
            self.page_span = None if short else max(last - first, 1)
            return self.end

    def holds(self, moment: int) -> bool:
        """Tell whether rows of this creation time are the window's."""
        return self.end is None or moment < self.end

    def pages_left(self) -> float:
        """Return how many pages are left, as far as is known, at the density of the last one."""
        last = self.newest if self.end is None else self.end
        if self.reached is None or self.page_span is None or last is None:
            return 0.0
        return (last - self.reached) / self.page_span

    def split(self, parts: int) -> list[Window]:
        """Keep the nearest part of what is left; return the others, or none if it is not worth it."""
        with self._lock:
            pages = self.pages_left()
            if pages < _FEWEST_PAGES or self.reached is None or self.page_span is None:
                return []
            last = self.newest if self.end is None else self.end
            assert last is not None  # noqa: S101 - or no pages would be known to be left
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
        # How dense traffic is there, and so whether cutting it again is worth it, its first page will tell.
        return Window(self.filters, text, end, self.newest)


def _whole(moment: float) -> int:
    return round(moment / GRAIN) * GRAIN
