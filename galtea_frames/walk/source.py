"""One list of the API as a walk asks for it: page by page, in pages as large as the server manages."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic

from galtea_frames.api.page import Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from galtea_frames.api.page import Page
    from galtea_frames.api.query import Pairs
    from galtea_frames.api.transport import Tally, Transport


#: Good pages after which a page size that had to shrink grows again.
_GOOD_BEFORE_GROWTH = 4


class PageSize:
    """How many rows to ask for: half as many after the server failed at more, again more after it did well.

    All walks of a load share one, and so learn from each other.
    """

    def __init__(self, rows: int) -> None:
        self.rows: int = rows
        self._most = rows
        self._good = 0
        self._lock = threading.Lock()

    def shrink(self, failed: int) -> None:
        """Halve the page that the server failed at, unless another walk has done so."""
        with self._lock:
            self._good = 0
            self.rows = min(self.rows, max(1, failed // 2))

    def succeeded(self) -> None:
        """Note a good page, growing after some."""
        with self._lock:
            self._good += 1
            if self._good == _GOOD_BEFORE_GROWTH:
                self._good = 0
                self.rows = min(self.rows * 2, self._most)


@dataclass
class Source(Generic[Rows]):
    """One list of the API, and how to ask for its pages.

    Attributes:
        transport: sends the requests.
        path: the path of the list.
        open: reads an answer's body.
        end: only rows up to this time, as wire text.
        size: how many rows to ask for.
        tally: counts the requests.
    """

    transport: Transport
    path: str
    open: Callable[[bytes], Page[Rows]]
    end: str | None
    size: PageSize
    tally: Tally

    def get(self, params: Iterable[tuple[str, str]], *, shrinkable: bool) -> Page[Rows]:
        """Return the page of one request."""
        return self.transport.get(self.path, list(params), self.open, self.tally, shrinkable=shrinkable)


def time_pairs(start: str | None, end: str | None) -> Pairs:
    """Return the wire parameters of a span of time, open where None."""
    pairs = (("fromCreatedAt", start), ("toCreatedAt", end))
    return tuple((name, text) for name, text in pairs if text is not None)


def sort_pairs(*, descending: bool) -> Pairs:
    """Return the wire parameters that sort by creation time: field and direction, flat (docs/api.md, "Requests")."""
    return (("sort[]", "createdAt"), ("sort[]", "desc" if descending else "asc"))
