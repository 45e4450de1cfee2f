"""Worker threads that walk windows in parallel and split each other's work."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Generic, TypeVar

from galtea_frames.walk.window import Window

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator


Page = TypeVar("Page")

#: Seconds to wait for workers after the reader has stopped: Ctrl-C must not seem stuck.
_PATIENCE = 0.5


class Crew(Generic[Page]):
    """Worker threads that walk windows in parallel and hand over pages as they arrive.

    Args:
        windows: the initial windows.
        workers: maximum number of concurrent walks.
        walk: yields the pages of a window.
        newest: requests the newest creation time of a window's selection; None if it has no rows.
        abandon: called when the reader stops early, or a walk fails.
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
        # One condition for all changes: windows, pages, the end.
        self._changed = threading.Condition()
        self._pages: deque[Page] = deque()
        self._error: BaseException | None = None
        self._stopped = False

    def slices(self) -> Generator[Page, None, None]:
        """Yield the pages of all windows in order of arrival.

        Raises:
            GalteaFramesError: a walk failed; the others stop.
        """
        threads: list[threading.Thread] = []
        try:
            for _ in range(self._workers):
                # A daemon thread, so that a program can exit without waiting for answers.
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
        except BaseException as error:  # noqa: BLE001 - raised again in the reader's thread
            self._stop(error)

    def _put(self, page: Page) -> bool:
        """Hand over a page, waiting while the reader is behind so that pages do not pile up in memory."""
        with self._changed:
            self._pages.append(page)
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._stopped or len(self._pages) <= self._workers)
            return not self._stopped

    def _next(self) -> Window | None:
        """Return the next window to walk, possibly a part of one being walked; None when all work is done."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._stopped or self._waiting or not self._active or self._can_help())
                if self._stopped or not (self._waiting or self._active):
                    return None
                if self._waiting:
                    self._active.append(self._waiting.popleft())
                    return self._active[-1]
                unmeasured = self._unmeasured()
                assert unmeasured is not None  # noqa: S101 - or `_can_help` would be False
                self._measured.add(unmeasured)
            newest = self._newest(unmeasured)
            with self._changed:
                unmeasured.newest = newest
                self._waiting.extend(unmeasured.split(self._workers))
                self._changed.notify_all()

    def _can_help(self) -> bool:
        """Split the longest window; return whether that worked, or would after requesting a newest row."""
        longest = max(self._active, key=Window.pages_left)
        self._waiting.extend(longest.split(2))
        return bool(self._waiting) or self._unmeasured() is not None

    def _unmeasured(self) -> Window | None:
        """Return a window whose density is known, but not its end."""
        open_ended = (each for each in self._active if each.end is None and each.page_span and each.newest is None)
        return next((each for each in open_ended if each not in self._measured), None)
