"""Fetching a query: all its walks and lookups, with each row yielded once."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from galtea_frames.api.page import Rows
from galtea_frames.api.splitting import split_ids, split_lists
from galtea_frames.api.transport import Tally
from galtea_frames.errors import NotFoundError, RequestError, ResponseError
from galtea_frames.printable import listed, quoted
from galtea_frames.walk.crew import Crew
from galtea_frames.walk.lookup import look_up
from galtea_frames.walk.seen import Seen
from galtea_frames.walk.source import PageSize, Source, sort_pairs, time_pairs
from galtea_frames.walk.walk import Walk
from galtea_frames.walk.window import Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from galtea_frames.api.page import Page
    from galtea_frames.api.query import Pairs, Query
    from galtea_frames.api.splitting import Selection
    from galtea_frames.api.transport import Transport
    from galtea_frames.walk.slices import Slice

T = TypeVar("T")

_NAMED = 10

#: Rows to request beyond a limit, mostly enough to see past those that share the last one's creation time.
_BEYOND_LIMIT = 100

#: The largest offset that every database supports; no list has more rows.
_DEEPEST = 2**31 - 1


@dataclass
class Fetch(Generic[Rows]):
    """Fetches the rows of one query.

    Args:
        transport: sends the requests.
        query: the query.
        parse: parses the body of an answer.
        page_size: number of rows to request at a time.
        workers: maximum number of concurrent walks.
        missing_ok: whether to skip ids that do not exist instead of raising.

    Attributes:
        tally: the requests so far.
        pages: number of pages with new rows so far.
    """

    transport: Transport
    query: Query
    parse: Callable[[bytes], Page[Rows]]
    page_size: int
    workers: int = 1
    missing_ok: bool = False
    tally: Tally = field(default_factory=Tally)
    pages: int = 0

    def __post_init__(self) -> None:
        path, end, size = self.query.resource.path, self.query.end, PageSize(self.page_size)
        self._source = Source(self.transport, path, self.parse, end, size, self.tally)
        self._seen = Seen()

    def slices(self) -> Iterator[Slice[Rows]]:
        """Yield pages whose new rows together are all rows of the query, before `offset` and `limit` are applied.

        If `limit` and the order allow it, only rows that can be part of the result are fetched.

        Raises:
            NotFoundError: some of `ids` do not exist; the message names them.
            RequestError: a request failed after all retries.
            ResponseError: the answers cannot be trusted to be complete.
        """
        if self.query.selects_nothing:
            return
        for each in self._by_id() if self.query.ids else self._by_filter():
            if each.rows:
                self._check_applied(each)
                self.pages += 1
                yield each

    def _check_applied(self, found: Slice[Any]) -> None:
        """Raise ResponseError for rows that do not match a filter: older servers ignore filters unknown to them."""
        checked_by = {each.api: each.checked_by for each in self.query.resource.filters if each.checked_by}
        for members in self.query.lists:
            if field_name := checked_by.get(members.api):
                values = found.page.rows.values(field_name)[0]
                others = [
                    each for row, each in enumerate(values) if row not in found.skip and each not in members.values
                ]
                if others:
                    raise ResponseError(
                        f"{self.query.resource.path} ignores {members.api}: it sent {quoted(others[0])}; load"
                        " without this filter, and filter the frame"
                    )

    def _by_id(self) -> Iterator[Slice[Rows]]:
        """Yield the rows requested by id. Other filters are applied separately, or the API would answer 404."""
        ids = self.query.ids
        assert ids is not None  # noqa: S101 - checked by the caller
        found, missing = [], []
        for slices, without in self._look_up_all([(batch, ()) for batch in split_ids(ids)]):
            found += slices
            missing += without
        if missing and not self.missing_ok:
            raise self._not_found(missing)
        passing = self._passing() if self.query.narrows_ids else None
        if missing or (passing is not None and len(passing) < sum(each.rows for each in found)):
            self._check_reachable()
        for each in found:
            yield each if passing is None else each.only(passing)

    def _check_reachable(self) -> None:
        """Request any row: a server that answers 404 to everything says nothing about ids.

        Raises:
            RequestError: the server rejects this request too.
        """
        try:
            self._newest_row((), None)
        except RequestError as error:
            if error.status != HTTPStatus.BAD_REQUEST:  # old deployments require a filter; this answer is theirs
                raise

    def _passing(self) -> set[str]:
        """Return the requested ids that also pass the other filters."""
        span = time_pairs(self.query.start, self.query.end)
        selections = split_lists(self.query)
        asked = [(each.ids, (*filters, *span)) for each in selections for filters in each.alternatives]
        matches = ({each for found in slices for each in found.ids()} for slices, _ in self._look_up_all(asked))
        passing: set[str] = set()
        for each in selections:
            passing |= set.intersection(*islice(matches, len(each.alternatives)))
        return passing

    def _look_up_all(self, asked: Sequence[tuple[tuple[str, ...], Pairs]]) -> list[tuple[list[Slice[Rows]], list[str]]]:
        """Return the result of `look_up` for each of these ids and filters, in order, requested in parallel."""
        # Windows of unknown density, and so never split.
        numbers = {Window(filters): number for number, (_, filters) in enumerate(asked)}

        def walk(window: Window) -> Iterator[tuple[int, tuple[list[Slice[Rows]], list[str]]]]:
            ids, filters = asked[numbers[window]]
            yield numbers[window], look_up(self._source, ids, filters)

        with closing(self._crew(numbers, walk).slices()) as answers:
            return [answer for _, answer in sorted(answers, key=itemgetter(0))]

    def _by_filter(self) -> Iterator[Slice[Rows]]:
        selections = split_lists(self.query)
        if all(len(each.alternatives) == 1 for each in selections) and not self._by_time:
            slices = self._walk_all([each.alternatives[0] for each in selections])
        else:
            slices = (found for each in selections for found in self._in_all(each))
        return map(self._once, slices) if len(selections) > 1 else slices

    def _in_all(self, selection: Selection) -> Iterator[Slice[Rows]]:
        """Yield the rows that all alternatives of a selection find."""
        first, *others = selection.alternatives
        if not others:
            return self._first_rows(first)
        found = [{each for page in self._walk_all([filters]) for each in page.ids()} for filters in others]
        common = set.intersection(*found)
        return (page.only(common) for page in self._walk_all([first]))

    @property
    def _by_time(self) -> bool:
        """Whether only the oldest or the newest rows are wanted."""
        query = self.query
        return query.limit is not None and (not query.sort or query.sort[0][0] == "created_at")

    @property
    def ascending(self) -> bool:
        """Whether rows arrive in ascending order of creation."""
        if self.query.ids or not self._by_time or (self.query.sort and self.query.sort[0][1]):
            return False
        selections = split_lists(self.query)
        return len(selections) == 1 and len(selections[0].alternatives) == 1

    @property
    def _wanted(self) -> int:
        """How many of the oldest or newest rows the result is taken from."""
        return self.query.offset + (self.query.limit or 0)

    def _first_rows(self, filters: Pairs) -> Iterator[Slice[Rows]]:
        """Yield just enough rows of a selection for a `limit` on the oldest or the newest."""
        sort, wanted = self.query.sort, self._wanted
        return self._newest(filters, wanted) if sort and sort[0][1] else self._oldest(filters, wanted)

    def _oldest(self, filters: Pairs, wanted: int) -> Iterator[Slice[Rows]]:
        """Yield the first rows and all that share the last one's creation time, because those are sorted by id."""
        rows, reached, sharing = 0, None, 0
        for each in self._walk(filters):
            if not each.rows:
                continue
            yield each
            rows += each.rows
            last, count = each.tail()
            sharing = count + (sharing if last == reached else 0)
            reached = last
            if rows - sharing >= wanted:
                return

    def _newest(self, filters: Pairs, wanted: int) -> Iterator[Slice[Rows]]:
        """Yield at least the last rows: a request finds where they begin, and an ordinary walk starts there."""
        hint = self._newest_row(filters, self.query.start, min(wanted - 1, _DEEPEST))
        if not hint.ids:
            yield from self._walk(filters)
            return
        newest: set[str] = set()
        for each in self._walk(filters, start=hint.created[0]):
            newest.update(each.ids())
            yield each
        if len(newest) < wanted:  # rows were deleted since then
            yield from (each.only(set(each.ids()) - newest) for each in self._walk(filters))

    def _newest_row(self, filters: Pairs, start: str | None, offset: int = 0) -> Page[Rows]:
        """Return a page with one row: the newest one after skipping `offset` rows."""
        pairs = (*filters, *time_pairs(start, self.query.end), *sort_pairs(descending=True))
        params = [*pairs, ("limit", "1"), *([("offset", str(offset))] if offset else [])]
        return self._source.get(params, shrinkable=False)

    def _walk(self, filters: Pairs, start: str | None = None) -> Iterator[Slice[Rows]]:
        """Yield the pages of a selection in ascending order, with pages not much larger than needed."""
        size = PageSize(min(self.page_size, self._wanted + _BEYOND_LIMIT))
        return Walk(replace(self._source, size=size), Window(filters, start or self.query.start)).slices()

    def _walk_all(self, selections: list[Pairs]) -> Iterator[Slice[Rows]]:
        """Yield the pages of several selections in order of arrival, requested ahead of the reader."""
        windows = [Window(filters, self.query.start) for filters in selections]
        seen = {filters: Seen() for filters in selections}
        return self._crew(windows, lambda each: Walk(self._source, each, seen[each.filters]).slices()).slices()

    def _crew(self, windows: Iterable[Window], walk: Callable[[Window], Iterator[T]]) -> Crew[T]:
        return Crew(windows, self.workers, walk, self._newest_time, self.tally.abandoned.set)

    def _newest_time(self, window: Window) -> int | None:
        newest = self._newest_row(window.filters, window.start)
        return newest.last if newest.ids else None

    def _once(self, found: Slice[Rows]) -> Slice[Rows]:
        """Return a slice without rows that another selection has already yielded."""
        return found.only(self._seen.fresh(found.ids()))

    def _not_found(self, missing: list[str]) -> NotFoundError:
        named = listed(missing, _NAMED)
        path = self.query.resource.path
        return NotFoundError(
            f"no {self.query.resource.name} with these ids: {named}",
            status=404,
            attempts=self.tally.requests,
            path=path,
        )
