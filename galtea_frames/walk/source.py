"""Requests for pages of one list, as large as the server can handle."""

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


#: Successful pages after which a reduced page size grows again.
_GOOD_BEFORE_GROWTH = 4


class PageSize:
    """The number of rows to request: halved when the server fails, and doubled again after some successful pages.

    All walks of a load share one instance, and so learn from each other.
    """

    def __init__(self, rows: int) -> None:
        self.rows: int = rows
        self._most = rows
        self._good = 0
        self._lock = threading.Lock()

    def shrink(self, failed: int) -> None:
        """Halve the size at which the server failed, unless another walk already has."""
        with self._lock:
            self._good = 0
            self.rows = min(self.rows, max(1, failed // 2))

    def succeeded(self) -> None:
        """Count a successful page; grow after some."""
        with self._lock:
            self._good += 1
            if self._good == _GOOD_BEFORE_GROWTH:
                self._good = 0
                self.rows = min(self.rows * 2, self._most)


@dataclass
class Source(Generic[Rows]):
    """Requests pages of one list of the API.

    Attributes:
        transport: sends the requests.
        path: path of the list.
        parse: parses the body of an answer.
        end: latest creation time, in the API's format; None for no limit.
        size: the number of rows to request.
        tally: counts the requests.
    """

    transport: Transport
    path: str
    parse: Callable[[bytes], Page[Rows]]
    end: str | None
    size: PageSize
    tally: Tally

    def get(self, params: Iterable[tuple[str, str]], *, shrinkable: bool) -> Page[Rows]:
        """Return the page of one request."""
        return self.transport.get(self.path, list(params), self.parse, self.tally, shrinkable=shrinkable)


def time_pairs(start: str | None, end: str | None) -> Pairs:
    """Return the query parameters of a time span; None leaves an end open."""
    pairs = (("fromCreatedAt", start), ("toCreatedAt", end))
    return tuple((name, text) for name, text in pairs if text is not None)


def sort_pairs(*, descending: bool) -> Pairs:
    """Return the query parameters that sort by creation time (docs/api.md, "Requests")."""
    return (("sort[]", "createdAt"), ("sort[]", "desc" if descending else "asc"))
