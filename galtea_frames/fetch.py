"""A query to pages: every walk and look-up that it takes, their rows united and each given once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from galtea_frames.decode import open_page
from galtea_frames.errors import NotFoundError
from galtea_frames.pages import PageSize, Slice, Walk, look_up, sort_pairs, time_pairs
from galtea_frames.query import split_ids, split_lists
from galtea_frames.transport import Tally

if TYPE_CHECKING:
    from collections.abc import Iterator

    from galtea_frames.query import Pairs, Query
    from galtea_frames.transport import Transport

_NAMED = 10

#: An offset that every database can count to; beyond it no list has rows.
_DEEPEST = 2**31 - 1


@dataclass
class Fetch:
    """The fetching of one query.

    Args:
        transport: sends the requests.
        query: what is asked for.
        page_size: how many rows to ask for at a time.
        missing_ok: ids that do not exist are left out, and no error.

    Attributes:
        tally: what it cost so far.
        pages: how many pages brought rows so far.
    """

    transport: Transport
    query: Query
    page_size: int
    missing_ok: bool = False
    tally: Tally = field(default_factory=Tally)
    pages: int = 0

    def __post_init__(self) -> None:
        self._size = PageSize(self.page_size)
        self._seen: set[str] = set()

    def slices(self) -> Iterator[Slice]:
        """Yield pages whose new rows, together, are all rows that the query selects, before `offset` and `limit`.

        Where `limit` and the order allow it, only the rows that can be among the first are fetched.

        Raises:
            NotFoundError: ids that were asked for do not exist; the message names them.
            RequestError: a request failed for good.
            ResponseError: the answers cannot be trusted to be whole.
        """
        if self.query.selects_nothing:
            return
        for each in self._by_id() if self.query.ids else self._by_filter():
            if each.rows:
                self.pages += 1
                yield each

    def _by_id(self) -> Iterator[Slice]:
        """Yield the rows asked for by id. With other filters only those that pass: the API would answer 404."""
        ids = self.query.ids
        assert ids is not None  # noqa: S101 - the caller asked
        batches = split_ids(ids)
        found, missing = [], []
        for batch in batches:
            slices, without = look_up(self.transport, self.query.resource.path, batch, (), self.tally)
            found += slices
            missing += without
        if missing and not self.missing_ok:
            raise self._not_found(missing)
        passing = self._passing() if self.query.narrows_ids else None
        for each in found:
            yield each if passing is None else each.only(passing)

    def _passing(self) -> set[str]:
        """Return the ids among those asked for that pass the other filters."""
        passing: set[str] = set()
        for selection in split_lists(self.query):
            matches = [self._matching(selection.ids, filters) for filters in selection.alternatives]
            passing |= set.intersection(*matches)
        return passing

    def _matching(self, ids: tuple[str, ...], filters: Pairs) -> set[str]:
        filters = (*filters, *time_pairs(self.query.start, self.query.end))
        slices, _ = look_up(self.transport, self.query.resource.path, ids, filters, self.tally)
        return {each for found in slices for each in found.ids()}

    def _by_filter(self) -> Iterator[Slice]:
        selections = split_lists(self.query)
        for selection in selections:
            first, *others = selection.alternatives
            common = [{each for found in self._walk(filters) for each in found.ids()} for filters in others]
            slices = self._first_rows(first) if not common else self._walk(first)
            for found in slices:
                each = found.only(set.intersection(*common)) if common else found
                yield self._once(each) if len(selections) > 1 else each

    def _first_rows(self, filters: Pairs) -> Iterator[Slice]:
        """Yield the rows of a selection, or just enough of them where `limit` asks for the oldest or the newest."""
        query = self.query
        by_time = not query.sort or query.sort[0][0] == "created_at"
        if query.limit is None or not by_time:
            return self._walk(filters)
        wanted = query.offset + query.limit
        descending = bool(query.sort) and query.sort[0][1]
        return self._newest(filters, wanted) if descending else self._oldest(filters, wanted)

    def _oldest(self, filters: Pairs, wanted: int) -> Iterator[Slice]:
        """Yield the first rows, and all that share the last one's creation time, for they are sorted by id."""
        rows, reached, sharing = 0, None, 0
        for each in self._walk(filters):
            yield each
            rows += each.rows
            last, count = each.tail()
            sharing = count + (sharing if last == reached else 0)
            reached = last
            if rows - sharing >= wanted:
                return

    def _newest(self, filters: Pairs, wanted: int) -> Iterator[Slice]:
        """Yield at least the last rows: the API says where they begin, and the walk is the usual one from there."""
        params = [
            *filters,
            *time_pairs(self.query.start, self.query.end),
            *sort_pairs(descending=True),
            ("limit", "1"),
            ("offset", str(min(wanted - 1, _DEEPEST))),
        ]
        hint = self.transport.get(self.query.resource.path, params, open_page, self.tally)
        if not hint.ids:
            yield from self._walk(filters)
            return
        newest: set[str] = set()
        for each in self._walk(filters, start=hint.created[0]):
            newest.update(each.ids())
            yield each
        if len(newest) < wanted:  # rows vanished since the hint
            yield from (each.only(set(each.ids()) - newest) for each in self._walk(filters))

    def _walk(self, filters: Pairs, start: str | None = None) -> Iterator[Slice]:
        walk = Walk(
            self.transport,
            self.query.resource.path,
            filters,
            start=start or self.query.start,
            end=self.query.end,
            size=self._size,
            tally=self.tally,
        )
        return walk.slices()

    def _once(self, found: Slice) -> Slice:
        """Return a slice without the rows that another selection has brought."""
        fresh = found.only(set(found.ids()) - self._seen)
        self._seen.update(fresh.ids())
        return fresh

    def _not_found(self, missing: list[str]) -> NotFoundError:
        named = ", ".join(missing[:_NAMED]) + (f" and {len(missing) - _NAMED:,} more" if missing[_NAMED:] else "")
        path = self.query.resource.path
        return NotFoundError(
            f"no {self.query.resource.name} with these ids: {named}",
            status=404,
            attempts=self.tally.requests,
            path=path,
        )
