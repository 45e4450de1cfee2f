"""Fetching a query: all its walks and lookups, with each row yielded once."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cached_property
from http import HTTPStatus
from itertools import chain, islice
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
from galtea_frames.walk.through import narrowed
from galtea_frames.walk.walk import Walk
from galtea_frames.walk.window import Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from galtea_frames.api.page import Page
    from galtea_frames.api.query import Members, Pairs, Query
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
        parse_ids: returns the same for a query of another list, of whose rows only the ids are needed.
        values: returns the values of a field of parsed rows.
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
    parse_ids: Callable[[Query], Callable[[bytes], Page[Any]]]
    values: Callable[[Rows, str], Sequence[Any]]
    page_size: int
    workers: int = 1
    missing_ok: bool = False
    tally: Tally = field(default_factory=Tally)
    pages: int = 0

    def __post_init__(self) -> None:
        resource = self.query.resource
        size = PageSize(min(self.page_size, resource.page_rows or self.page_size))
        self._source = Source(self.transport, resource.path, self.parse, self.query.end, size, self.tally)
        self._seen = Seen()

    def slices(self) -> Iterator[Slice[Rows]]:
        """Yield pages whose new rows together are all rows of the query, before `offset` and `limit` are applied.

        If `limit` and the order allow it, only rows that can be part of the result are fetched.

        Raises:
            NotFoundError: some of `ids` do not exist; the message names them.
            RequestError: a request failed after all retries.
            ResponseError: the answers cannot be trusted to be complete.
        """
        if self.query.through and not self.query.selects_nothing:
            self.query = narrowed(self.query, self._ids_of)
        if self.query.selects_nothing:
            return
        for each in self._by_id(self.query.ids) if self.query.ids else self._by_filter():
            if each.rows:
                self._check_applied(each)
                self.pages += 1
                yield each

    def has_row_at(self, place: int) -> bool:
        """Tell whether any walk of the query has a row after this many others, in one request each."""
        walks = (filters for each in split_lists(self.query) for filters in each.alternatives)
        return any(self._newest_row(filters, self.query.start, min(place, _DEEPEST)).ids for filters in walks)

    def _ids_of(self, query: Query) -> Iterator[str]:
        """Yield the ids of the rows of another query."""
        parse = self.parse_ids(query)
        fetch = replace(self, query=query, parse=parse, missing_ok=False, pages=0)
        return chain.from_iterable(each.ids() for each in fetch.slices())

    def _check_applied(self, found: Slice[Rows]) -> None:
        """Raise ResponseError for rows that do not match a filter: older servers ignore filters unknown to them."""
        for members, field_name in self._checked.items():
            if others := [each for each in self._values(found, field_name) if each not in members.as_set]:
                raise ResponseError(
                    f"{self.query.resource.path} ignores {members.api}: it sent {quoted(others[0])}; load"
                    " without this filter, and filter the frame"
                )

    @cached_property
    def _checked(self) -> dict[Members, str]:
        """The list filters whose effect a field of the rows shows, with that field."""
        checked_by = {each.api: each.checked_by for each in self.query.resource.filters if each.checked_by}
        return {each: checked_by[each.api] for each in self.query.lists if each.api in checked_by}

    def _values(self, found: Slice[Rows], field_name: str) -> list[Any]:
        """Return the values of a field in the new rows."""
        values = self.values(found.page.rows, field_name)
        return [each for row, each in enumerate(values) if row not in found.skip]

    def _by_id(self, ids: Members) -> Iterator[Slice[Rows]]:
        """Yield the rows requested by id. Other filters are applied separately, or the API would answer 404."""
        found, missing = [], []
        batches = split_ids(ids, self.query.resource.page_rows)
        for slices, without in self._look_up_all([(batch, ()) for batch in batches]):
            found += slices
            missing += without
        if missing and not self.missing_ok:
            raise self._not_found(missing)
        passing = self._passing(ids, found) if self.query.narrows_ids else None
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

    def _passing(self, ids: Members, found: Sequence[Slice[Rows]]) -> set[str]:
        """Return the ids of the rows found that also pass the other filters."""
        passing = {row_id for each in found for row_id in each.ids()}
        for members, field_name in self._checked.items():
            for each in found:
                values = zip(each.ids(), self._values(each, field_name), strict=True)
                passing -= {row_id for row_id, value in values if value not in members.as_set}
        others = tuple(each for each in self.query.lists if each not in self._checked)
        query = replace(self.query, ids=ids.only(passing), lists=others)
        return self._admitted(query) if passing and query.narrows_ids else passing

    def _admitted(self, query: Query) -> set[str]:
        """Return which of a query's ids the server finds among the rows that its other filters select."""
        span = time_pairs(query.start, query.end)
        selections = split_lists(query)
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
        slices: Iterator[Slice[Rows]]
        if any(len(each.alternatives) > 1 for each in selections):
            slices = chain.from_iterable(map(self._in_all, selections))
        else:
            filters = [each.alternatives[0] for each in selections]
            slices = self._first_of_all(filters) if self._by_time else self._walk_all(filters)
        return map(self._once, slices) if len(selections) > 1 else slices

    def _in_all(self, selection: Selection) -> Iterator[Slice[Rows]]:
        """Yield the rows that all alternatives of a selection find."""
        first, *others = selection.alternatives
        found = [{each for page in self._walk_all([filters]) for each in page.ids()} for filters in others]
        common = set.intersection(*found)
        return (page.only(common) for page in self._walk_all([first]))

    @property
    def _by_time(self) -> bool:
        """Whether only the oldest or the newest rows are wanted."""
        query = self.query
        by_creation = not query.sort or query.sort[0][0] == "created_at"
        return query.resource.has_times and query.limit is not None and by_creation

    @property
    def ascending(self) -> bool:
        """Whether rows arrive in ascending order of creation."""
        if self.query.ids or self.query.through or not self._by_time or (self.query.sort and self.query.sort[0][1]):
            return False
        selections = split_lists(self.query)
        return len(selections) == 1 and len(selections[0].alternatives) == 1

    @property
    def _wanted(self) -> int:
        """How many of the oldest or newest rows the result is taken from."""
        return self.query.offset + (self.query.limit or 0)

    def _first_of_all(self, selections: list[Pairs]) -> Iterator[Slice[Rows]]:
        """Yield just enough rows of each selection, with all workers if there are several."""
        if len(selections) == 1:
            return self._first_rows(selections[0])
        return self._crew(map(Window, selections), lambda each: self._first_rows(each.filters)).slices()

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

        by_time = self.query.resource.has_times
        return self._crew(
            windows, lambda each: Walk(self._source, each, seen[each.filters], by_time=by_time).slices()
        ).slices()

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
