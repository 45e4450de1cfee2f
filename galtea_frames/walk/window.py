"""Many walks at once: spans of creation time that workers take, and take over from each other.

A window is a span that one walk goes through in ascending order. Where it ends is the walk's business at every page, so
that an idle worker can cut off the far part of a busy one's window at any moment and walk it instead: traffic that is
dense in places keeps all workers busy, and not only the one that happens upon the dense place.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from galtea_frames.api.times import USUAL_DIGITS, render

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from galtea_frames.api.query import Pairs


Page = TypeVar("Page")

#: Windows are cut at whole milliseconds: the API shows no more of a time than that, so a finer cut would split rows
#: that look alike.
GRAIN = 1_000

#: How many pages ahead of a busy worker its window is cut, at most: how dense traffic is further on is not known.
_PAGES_LEFT = 8

#: A window with fewer pages left is not worth the requests that cutting it costs.
_FEWEST_PAGES = 2.0

#: Seconds to wait for workers whose pages nobody wants any more: Ctrl-C must not seem stuck.
_PATIENCE = 0.5


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


class Crew(Generic[Page]):
    """Workers that walk windows side by side, and hand over pages as they come.

    Args:
        windows: where to begin.
        workers: how many walks at once, at most.
        walk: gives the pages of a window.
        newest: asks for the newest creation time of a window's selection; None where it has no rows.
        abandon: is called when the reader stops before the end, or a walk fails.
    """

    def __init__(
        self,
        windows: Iterable[Window],
        workers: int,
        walk: Callable[[Window], Iterator[Page]],
        newest: Callable[[Window], int | None],
        abandon: Callable[[], object],
    ) -> None:
        self._waiting = deque(windows)
        self._active: list[Window] = []
        self._measured: set[Window] = set()
        self._workers = workers
        self._walk = walk
        self._newest = newest
        self._abandon = abandon
        # One condition for all that changes: windows, pages, the end.
        self._changed = threading.Condition()
        self._pages: deque[Page] = deque()
        self._error: BaseException | None = None
        self._stopped = False

    def slices(self) -> Generator[Page, None, None]:
        """Yield the pages of all windows, in the order in which they come.

        Raises:
            GalteaFramesError: what one walk raised; the others stop.
        """
        threads: list[threading.Thread] = []
        try:
            for _ in range(self._workers):
                # A daemon: a program that ends waits for no answer that is still under way.
                thread = threading.Thread(target=self._work, daemon=True)
                thread.start()
                threads.append(thread)
            while (page := self._take()) is not None:
                yield page
        except BaseException:
            self._abandon()
            raise
        finally:
            self._stop()
            patience = time.monotonic() + _PATIENCE
            for thread in threads:
                thread.join(max(0.0, patience - time.monotonic()))

    def _take(self) -> Page | None:
        with self._changed:
            self._changed.wait_for(lambda: self._pages or self._error or not (self._waiting or self._active))
            if self._error is not None:
                raise self._error
            self._changed.notify_all()
            return self._pages.popleft() if self._pages else None

    def _stop(self, error: BaseException | None = None) -> None:
        with self._changed:
            self._stopped = True
            self._error = self._error or error
            self._changed.notify_all()

    def _work(self) -> None:
        try:
            while (window := self._next()) is not None:
                for page in self._walk(window):
                    if not self._put(page):
                        return
                with self._changed:
                    self._active.remove(window)
                    self._changed.notify_all()
        except BaseException as error:  # noqa: BLE001 - whatever it is, the reader must see it
            self._stop(error)

    def _put(self, page: Page) -> bool:
        """Hand over a page; wait while the reader is behind, so that pages pile up on the wire and not in memory."""
        with self._changed:
            self._pages.append(page)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._stopped or len(self._pages) <= self._workers)
            return not self._stopped

    def _next(self) -> Window | None:
        """Return a window to walk: one that waits, or a part of one that is being walked; None when all is done."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._stopped or self._waiting or not self._active or self._can_help())
                if self._stopped or not (self._waiting or self._active):
                    return None
                if self._waiting:
                    self._active.append(self._waiting.popleft())
                    return self._active[-1]
                unmeasured = self._unmeasured()
                assert unmeasured is not None  # noqa: S101 - that is how it can help
                self._measured.add(unmeasured)
            newest = self._newest(unmeasured)
            with self._changed:
                unmeasured.newest = newest
                self._waiting.extend(unmeasured.split(self._workers))
                self._changed.notify_all()

    def _can_help(self) -> bool:
        """Cut off a part of the longest window, or tell whether asking for its newest row would allow that."""
        longest = max(self._active, key=Window.pages_left)
        self._waiting.extend(longest.split(2))
        return bool(self._waiting) or self._unmeasured() is not None

    def _unmeasured(self) -> Window | None:
        """Return a window whose density is known, but not how far it goes."""
        open_ended = (each for each in self._active if each.end is None and each.page_span and each.newest is None)
        return next((each for each in open_ended if each not in self._measured), None)
