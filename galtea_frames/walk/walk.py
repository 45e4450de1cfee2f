"""The page loop: every row of a selection once, whatever page size the server honors and whatever changes meanwhile.

A walk ascends in `createdAt`. Each page starts at the last creation time seen, inclusive, and rows already seen are
dropped, so rows added or deleted elsewhere shift nothing. The difficulty is rows that share a creation time: if they
fill a page, there is no later time to continue from, and only `offset` advances, which deleted rows do shift.
`TieGroup` decides when such a group is complete. All rows of a list without creation times are one such group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic

from galtea_frames.api.page import Rows
from galtea_frames.api.refusals import one_line
from galtea_frames.api.times import instant
from galtea_frames.api.transport import PageTooLarge
from galtea_frames.errors import ResponseError
from galtea_frames.walk.seen import Seen
from galtea_frames.walk.slices import Slice, slice_of
from galtea_frames.walk.source import Source, sort_pairs, time_pairs
from galtea_frames.walk.ties import TieGroup
from galtea_frames.walk.window import GRAIN

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from galtea_frames.api.page import Page
    from galtea_frames.walk.ties import Boundary
    from galtea_frames.walk.window import Window

#: Passes over one tie group before giving up: its rows change faster than they can be read.
_MOST_PASSES = 60

#: Consecutive pages without new rows before giving up: the server ignores `offset`, or keeps changing times.
_MOST_BARREN = 100


class Walk(Generic[Rows]):
    """One walk through one window.

    Args:
        source: requests the pages.
        window: the window to walk; its end may be moved forward in time meanwhile.
        seen: ids yielded by walks of the same selection, because a row whose creation time changes can come again.
        by_time: rows are selected by creation time; otherwise, the whole selection is read by `offset`.
    """

    def __init__(self, source: Source[Rows], window: Window, seen: Seen | None = None, *, by_time: bool = True) -> None:
        self._source = source
        self._window = window
        self._seen = seen or Seen()
        self._barren = 0
        # A row's stored time may have more digits than the API shows.
        self._earliest = None if window.start is None else instant(window.start) // GRAIN * GRAIN
        self._longest = 0
        self._by_time = by_time

    def slices(self) -> Iterator[Slice[Rows]]:
        """Yield the pages in ascending order of creation; each row is new in exactly one of them.

        Raises:
            RequestError: a request failed after all retries.
            ResponseError: the answers cannot be trusted to be complete.
        """
        start, reached, group = self._window.start, None, TieGroup()
        while True:
            page, short = self._fetch(start)
            if not page.ids:
                return
            if not self._by_time:
                yield from self._read_ties(page, start, None, group)
                return
            self._check_order(page, self._earliest if reached is None else reached)
            # The group is empty if its time was taken from the page after a tie group.
            if reached is None or not group.seen or page.last > reached:
                end = self._window.advance(page.first, page.last, short=short)
                yield self._new(page, _ids_before(page, end) - group.seen)
                if end is not None and page.last >= end:
                    return
                start, reached = page.created[-1], page.last
                group = TieGroup(_last_ids(page))
                if short:
                    self._probe_end(start, group)
                continue
            boundary = yield from self._read_ties(page, start, reached, group)
            if boundary.beyond is None or not self._window.holds(instant(boundary.beyond)):
                return
            start, reached, group = boundary.beyond, instant(boundary.beyond), TieGroup()

    def _new(self, page: Page[Rows], wanted: set[str]) -> Slice[Rows]:
        """Return the page with the wanted rows that have not been yielded before."""
        fresh = self._seen.fresh(wanted)
        self._barren = 0 if fresh else self._barren + 1
        if self._barren == _MOST_BARREN:
            raise ResponseError(
                f"{self._source.path} makes no progress at {one_line(page.created[-1])}: the same rows keep"
                " coming back with other creation times"
            )
        return slice_of(page, fresh)

    def _probe_end(self, start: str | None, group: TieGroup) -> None:
        """Request what follows a page that looks like the last one, to confirm that nothing does."""
        page, _ = self._fetch(start, offset=len(group.seen))
        if not page.ids:
            group.reach_end(len(group.seen), beyond=None)

    def _read_ties(
        self, page: Page[Rows], start: str | None, time: int | None, group: TieGroup
    ) -> Generator[Slice[Rows], None, Boundary]:
        """Yield the new rows of a creation time that fills pages, and return the boundary at which it is complete.

        Without a time, all rows belong to the group.
        """
        offset, barren = 0, 0
        while True:
            ids = list(page.ids) if time is None else _ids_at(page, time)
            fresh = group.observe(ids)
            if fresh:
                yield self._new(page, fresh)
            # An offset beyond the known rows should bring new ones.
            barren = 0 if fresh or offset < len(group.seen) else barren + 1
            if ids and len(ids) == len(page.ids):
                offset += len(ids)
            else:
                group.reach_end(offset + len(ids), page.created[len(ids)] if page.ids else None)
                offset = 0
            if boundary := group.resolved:
                return boundary
            if barren == _MOST_BARREN or len(group.boundaries) == _MOST_PASSES:
                where = "" if time is None else f" at {one_line(str(start))}"
                rows = "its rows" if time is None else "rows of this creation time"
                raise ResponseError(
                    f"{self._source.path} makes no progress{where}: {rows} never end; a larger page_size may hold them"
                    " all"
                )
            page, _ = self._fetch(start, offset)
            self._check_order(page, time)

    def _fetch(self, start: str | None, offset: int = 0) -> tuple[Page[Rows], bool]:
        """Return a page, and whether it is shorter than earlier pages."""
        while True:
            asked = self._source.size.rows
            try:
                page = self._source.get(self._params(start, offset, asked), shrinkable=asked > 1)
            except PageTooLarge:
                self._source.size.shrink(asked)
                continue
            self._source.size.succeeded()
            short = len(page.ids) < min(asked, self._longest or asked)
            self._longest = max(self._longest, len(page.ids))
            return page, short

    def _params(self, start: str | None, offset: int, limit: int) -> list[tuple[str, str]]:
        return [
            *self._window.filters,
            *time_pairs(start, self._source.end),
            *sort_pairs(descending=False),
            ("limit", str(limit)),
            *((("offset", str(offset)),) if offset else ()),
        ]

    def _check_order(self, page: Page[Rows], reached: int | None) -> None:
        if not page.ordered or (page.ids and reached is not None and page.first < reached):
            raise ResponseError(
                f"{self._source.path} ignores sort or fromCreatedAt, so the last page cannot be recognized"
            )


def _ids_at(page: Page[Rows], time: int) -> list[str]:
    """Return the ids of the rows created at a time."""
    return [each for each, created in zip(page.ids, page.created, strict=True) if instant(created) == time]


def _ids_before(page: Page[Rows], end: int | None) -> set[str]:
    """Return the ids of the rows created before a time; of all rows if it is None."""
    if end is None or page.last < end:
        return set(page.ids)
    return {each for each, created in zip(page.ids, page.created, strict=True) if instant(created) < end}


def _last_ids(page: Page[Rows]) -> set[str]:
    """Return the ids of the rows created at the page's last time."""
    ids = set()
    for each, created in zip(reversed(page.ids), reversed(page.created), strict=True):
        if created != page.created[-1] and instant(created) != page.last:
            break
        ids.add(each)
    return ids
