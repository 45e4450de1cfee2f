"""The only page walk: every row of a selection once, whatever the server's page size and whatever changes meanwhile.

The walk is ascending in `createdAt`. Each page is asked for from the last creation time seen, inclusive, and rows that
were seen are dropped; so rows that come or go elsewhere shift nothing. Rows of one creation time are the difficulty:
when they fill a page there is no later time to go on from, and only `offset` leads on, which rows that vanish do shift.
`TieGroup` says when such a group is known to be whole.
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

#: Passes over one tie group before the walk gives up: the server's order changes faster than it can be read.
_MOST_PASSES = 60

#: Pages in a row that bring no new row before the walk gives up: the server ignores `offset`, or changes the times.
_MOST_BARREN = 100


class Walk(Generic[Rows]):
    """One walk through one window.

    Args:
        source: where the pages come from.
        window: what to walk through; its end may move nearer meanwhile.
        seen: ids that walks of the same selection have brought: a row whose creation time changes comes again later.
    """

    def __init__(self, source: Source[Rows], window: Window, seen: Seen | None = None) -> None:
        self._source = source
        self._window = window
        self._seen = seen or Seen()
        self._barren = 0
        # A row's time may be finer than what the API shows of it.
        self._earliest = None if window.start is None else instant(window.start) // GRAIN * GRAIN
        self._longest = 0

    def slices(self) -> Iterator[Slice[Rows]]:
        """Yield the pages in ascending order of creation, each row new in exactly one of them.

        Raises:
            RequestError: a request failed for good.
            ResponseError: the answers cannot be trusted to be whole.
        """
        start, reached, group = self._window.start, None, TieGroup()
        while True:
            page, short = self._fetch(start)
            if not page.ids:
                return
            self._check_order(page, self._earliest if reached is None else reached)
            # An empty group: rows of the time that the last group led to are yet to come.
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
            settled = yield from self._read_ties(page, start, reached, group)
            if settled.beyond is None or not self._window.holds(instant(settled.beyond)):
                return
            start, reached, group = settled.beyond, instant(settled.beyond), TieGroup()

    def _new(self, page: Page[Rows], wanted: set[str]) -> Slice[Rows]:
        """Return the page with those of the wanted rows that have not come before."""
        fresh = self._seen.fresh(wanted)
        self._barren = 0 if fresh else self._barren + 1
        if self._barren == _MOST_BARREN:
            raise ResponseError(
                f"{self._source.path} makes no progress at {one_line(page.created[-1])}: the same rows keep"
                " coming back with other creation times"
            )
        return slice_of(page, fresh)

    def _probe_end(self, start: str | None, group: TieGroup) -> None:
        """Ask for what follows a page that looks like the last: nothing, and it is, once its rows are confirmed."""
        page, _ = self._fetch(start, offset=len(group.seen))
        if not page.ids:
            group.reach_end(len(group.seen), beyond=None)

    def _read_ties(
        self, page: Page[Rows], start: str | None, time: int, group: TieGroup
    ) -> Generator[Slice[Rows], None, Boundary]:
        """Yield the new rows of a creation time that fills pages; return what is known of its end."""
        offset, barren = 0, 0
        while True:
            ids = [each for each, created in zip(page.ids, page.created, strict=True) if instant(created) == time]
            fresh = group.observe(ids)
            if fresh:
                yield self._new(page, fresh)
            # Beyond as many rows as are known, one that is not new has come before.
            barren = 0 if fresh or offset < len(group.seen) else barren + 1
            if ids and len(ids) == len(page.ids):
                offset += len(ids)
            else:
                group.reach_end(offset + len(ids), page.created[len(ids)] if page.ids else None)
                offset = 0
            if settled := group.settled:
                return settled
            if barren == _MOST_BARREN or len(group.boundaries) == _MOST_PASSES:
                raise ResponseError(
                    f"{self._source.path} makes no progress at {one_line(str(start))}: rows of this creation time"
                    " never end; a larger page_size may hold them all"
                )
            page, _ = self._fetch(start, offset)
            self._check_order(page, time)

    def _fetch(self, start: str | None, offset: int = 0) -> tuple[Page[Rows], bool]:
        """Return a page, and whether it is shorter than pages were until now."""
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


def _ids_before(page: Page[Rows], end: int | None) -> set[str]:
    """Return the ids of the rows created before a time; all of them where there is none."""
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
