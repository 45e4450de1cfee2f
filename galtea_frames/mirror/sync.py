"""One sync of a mirror: fetches each list, compares it with the stored rows and commits the difference.

A list of few rows is compared whole. Any other is compared along creation time, in steps of about 50,000 rows: each
step fetches the rows of a span, compares them with the stored rows of that span and commits at once. A sync that is
killed therefore loses one step, and memory does not grow with the number of rows. A walk finds every row that exists
from its beginning to its end (`walk/walk.py`), so a stored row that it does not find is gone.

Where a sync begins follows from the stored rows alone: at the beginning of time if there are none, else `lookback`
before the newest one. After a killed sync that is earlier than needed, but correct, and so it is for a mirror that has
not been synced for a long time.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from galtea_frames.api.query import build_query
from galtea_frames.api.resources import SESSIONS, VERSIONS
from galtea_frames.api.splitting import sendable_ids, split_lists
from galtea_frames.api.times import instant, render
from galtea_frames.api.transport import Tally
from galtea_frames.decoding.reader import id_parser
from galtea_frames.frames import progress
from galtea_frames.mirror.changes import compare
from galtea_frames.mirror.lists import in_scope, product_arguments, references, revealing_filter
from galtea_frames.mirror.rows import PRESENT, open_stored, pending_in, record_schema, stored_values
from galtea_frames.mirror.same_account import (
    all_gone,
    another_account,
    may_be_same,
    newest_ids,
    own_columns,
    own_rows,
    share_rows,
)
from galtea_frames.mirror.sync_result import ListChanges, SyncResult
from galtea_frames.mirror.time_spans import created_between
from galtea_frames.walk.fetch import Fetch
from galtea_frames.walk.source import PageSize, Source, sort_pairs, time_pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from galtea_frames.api.client import Client
    from galtea_frames.api.query import Query
    from galtea_frames.api.resource import Resource
    from galtea_frames.mirror.delta import StoredTable
    from galtea_frames.walk.slices import Slice

#: About how many rows a step holds: some tens of megabytes.
STEP_ROWS = 50_000

#: An offset that every database can count to.
_DEEPEST = 2**31 - 1

#: Steps begin at whole milliseconds, and are fetched from one earlier: the API may keep more digits of a time than it
#: shows (docs/api.md: "milliseconds (likely)"), and compare with those.
_MILLISECOND = 1_000

#: The earliest time that `fromCreatedAt` can name.
_EARLIEST = instant("0001-01-01T00:00:00.001Z")


class Sync:
    """One run.

    Args:
        tables: the lists to sync, in this order.
        client: asks the API.
        scope: the products that the mirror holds; None for all.
        lookback: how far before the newest stored row to compare, in microseconds; None for everything.
        allow_all_gone: whether to mark rows as removed even if the API serves none of those stored.
    """

    def __init__(
        self,
        tables: Sequence[StoredTable],
        client: Client,
        scope: tuple[str, ...] | None,
        lookback: int | None,
        *,
        allow_all_gone: bool,
    ) -> None:
        self._tables = tables
        self._client = client
        self._scope = scope
        self._lookback = lookback
        self._allow_all_gone = allow_all_gone
        self._started = time.monotonic()
        self._now = int(datetime.now(UTC).timestamp() * 1_000_000)
        self._is_proven = False  # that the API serves the account that is stored
        self._tally = Tally()
        self._counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        self._referenced: defaultdict[str, set[str | None]] = defaultdict(set)
        self._rows = self._pages = 0
        self._update: Callable[[int, int], None] = lambda _rows, _pages: None

    def run(self) -> SyncResult:
        """Bring the tables up to date.

        Raises:
            MirrorError: a table cannot be read or written, or the API serves another account, or nothing any more.
            RequestError: a request failed for good; committed steps stay.
            ResponseError: the answers cannot be trusted to be complete; committed steps stay.
        """
        few = [each for each in self._tables if each.resource.few]
        many = [each for each in self._tables if not each.resource.few]
        for table in few:
            self._sync_all(table)
        for table in many:
            self._sync_by_time(table)
        for table in few:
            if self._has_unknown_references(table):
                self._sync_all(table)
        for table in many:
            table.mark(self._now)
        for table in self._tables:
            table.merge_small()
        return self._result()

    def _result(self) -> SyncResult:
        lists = {}
        for table in self._tables:
            counts = self._counts[table.resource.name]
            rows = table.count(PRESENT)
            lists[table.resource.name] = ListChanges(counts["new"], counts["changed"], counts["removed"], rows)
        sessions = lists[SESSIONS.name]
        return SyncResult(
            new=sessions.new,
            changed=sessions.changed,
            removed=sessions.removed,
            rows=sessions.rows,
            versions=lists[VERSIONS.name].rows,
            requests=self._tally.requests,
            seconds=time.monotonic() - self._started,
            lists=lists,
        )

    # -- lists of few rows --

    def _sync_all(self, table: StoredTable) -> None:
        """Compare all rows of a list."""
        with self._counted(table.resource):
            fetched = self._in_scope(table, self._fetch(self._query(table.resource)))
        stored = table.rows()
        if not self._allow_all_gone:
            self._check_account(table, fetched, stored)
        # Only now: a refused sync must not bind an empty folder to its scope.
        for each in self._tables:
            each.make(self._scope)
        self._commit(table, fetched, stored, stored.slice(0, 0))
        table.mark(self._now)

    def _check_account(self, table: StoredTable, fetched: pa.Table, stored: pa.Table) -> None:
        """Refuse rows that would mark everything stored as removed, though the key is merely another account's."""
        if stored.filter(PRESENT).num_rows and not fetched.num_rows:
            raise all_gone(table.display, table.resource.name, stored.filter(PRESENT).num_rows)
        if self._is_proven:
            return
        served = share_rows(table.resource, fetched, stored)
        if not served and fetched.num_rows:
            served = self._serves_another_list(table)
        self._is_proven = bool(served)
        if served is False or (served is None and not may_be_same(table.resource, fetched, stored)):
            raise another_account(table.display)

    def _serves_another_list(self, table: StoredTable) -> bool | None:
        """Tell whether the API serves any of the newest stored rows of other lists; None if none is stored."""
        answer = None
        for other in self._tables:
            if other is table or not other.resource.takes("ids"):
                continue
            stored = own_rows(other.resource, other.rows(PRESENT, own_columns(other.resource)))
            if stored.num_rows:
                if self._fetch(build_query(other.resource, {"ids": newest_ids(stored)})).num_rows:
                    return True
                answer = False
        return answer

    def _has_unknown_references(self, table: StoredTable) -> bool:
        """Tell whether rows of this run reference rows made since the table was compared, or gone before."""
        known = set(table.rows(columns=["id"]).column("id").to_pylist())
        return bool(self._referenced[table.resource.name] - known - {None})

    # -- lists of many rows --

    def _sync_by_time(self, table: StoredTable) -> None:
        with self._counted(table.resource):
            begin = self._begin(table)
            for start, end in self._steps(table.resource, begin):
                self._compare_span(table, start, end)
            if begin is not None:
                self._sync_pending(table, begin)

    def _begin(self, table: StoredTable) -> int | None:
        """Return the time from which all rows are compared; None to compare all of them."""
        newest = pc.max(table.rows(columns=["created_at"]).column("created_at")).cast(pa.int64()).as_py()
        if newest is None or self._lookback is None:
            return None
        # A row dated in the future by mistake must not hide those of today.
        begin = _whole(min(newest, self._now) - self._lookback)
        return begin if begin > _EARLIEST else None

    def _steps(self, resource: Resource, start: int | None) -> Iterator[tuple[int | None, int | None]]:
        """Yield adjoining spans of time; the last one has no end."""
        while True:
            end = self._step_end(resource, start)
            yield start, end
            if end is None:
                return
            start = end

    def _step_end(self, resource: Resource, start: int | None) -> int | None:
        """Ask where a step should end; no more than a hint, since rows come and go meanwhile."""
        query = self._query(resource, start)
        offset = STEP_ROWS
        while offset <= _DEEPEST:
            moments = [self._row_at(query, each.alternatives[0], offset) for each in split_lists(query)]
            if all(moment is None for moment in moments):
                return None
            end = _whole(min(moment for moment in moments if moment is not None))
            if start is None or end > start:
                return end
            offset *= 2  # one moment with more rows than a step
        return None

    def _row_at(self, query: Query, filters: tuple[tuple[str, str], ...], offset: int) -> int | None:
        """Return the creation time of the row at an offset; None if there is none."""
        pairs = (*filters, *time_pairs(query.start, None), *sort_pairs(descending=False))
        page = self._source(query.resource).get([*pairs, ("limit", "1"), ("offset", str(offset))], shrinkable=False)
        return page.first if page.ids else None

    def _compare_span(self, table: StoredTable, start: int | None, end: int | None) -> None:
        fetched = self._in_scope(table, self._fetch(self._query(table.resource, start, end)))
        span = created_between(start, end)
        fetched = fetched if span is None else fetched.filter(span)
        self._store(table, fetched, table.rows(span))

    def _sync_pending(self, table: StoredTable, before: int) -> None:
        """Fetch, by id, the rows that were not final when last seen and are older than what is compared."""
        wanted = pending_in(table.resource)
        if wanted is None:
            return
        pending = table.rows(wanted & created_between(None, before))
        # A row whose id fits in no request stays as it is until all rows are compared.
        askable = sendable_ids(pending.column("id").to_pylist())
        pending = pending.filter(pc.is_in(pending.column("id"), pa.array(askable, pending.schema.field("id").type)))
        for first in range(0, pending.num_rows, STEP_ROWS):
            asked = pending.slice(first, STEP_ROWS)
            fetched = self._fetch(build_query(table.resource, {"ids": asked.column("id").to_pylist()}))
            missing = asked.filter(pc.invert(pc.is_in(asked.column("id"), fetched.column("id").combine_chunks())))
            self._store(table, pa.concat_tables([fetched, self._hidden(table.resource, missing)]), asked)

    def _hidden(self, resource: Resource, missing: pa.Table) -> pa.Table:
        """Return those of missing rows that the API has hidden: by id, it may not find what it leaves out of lists."""
        found = record_schema(resource).empty_table()
        if missing.num_rows and (selects := revealing_filter(resource)):
            values = sendable_ids(missing.column(selects.column).drop_null().unique().to_pylist())
            found = self._fetch(build_query(resource, {selects.name: values}))
        return found.filter(pc.is_in(found.column("id"), missing.column("id").combine_chunks()))

    def _store(self, table: StoredTable, fetched: pa.Table, stored: pa.Table) -> None:
        """Store fetched rows, and mark the given stored rows as removed that were not fetched."""
        if not self._allow_all_gone and not self._rows and stored.filter(PRESENT).num_rows:
            self._check_any_is_served(table)
        self._commit(table, fetched, stored, _stored_elsewhere(table, fetched, stored))

    def _check_any_is_served(self, table: StoredTable) -> None:
        """Refuse to mark rows as removed if the API serves no row of the list at all."""
        query = self._query(table.resource)
        if all(self._row_at(query, each.alternatives[0], 0) is None for each in split_lists(query)):
            raise all_gone(table.display, table.resource.name, table.count(PRESENT))

    # -- fetching and committing --

    def _commit(self, table: StoredTable, fetched: pa.Table, stored: pa.Table, elsewhere: pa.Table) -> None:
        changes = compare(table.resource, fetched, stored, elsewhere, self._now)
        table.commit(changes)
        counts = {"new": changes.new, "changed": changes.changed, "removed": changes.removed}
        self._counts[table.resource.name].update(counts)
        for other in self._tables:
            for name in references(table.resource, other.resource) if other.resource.few else ():
                self._referenced[other.resource.name].update(changes.rows.column(name).unique().to_pylist())

    def _query(self, resource: Resource, start: int | None = None, end: int | None = None) -> Query:
        """Return the query for the rows of a span, of the mirror's products if the API can select them."""
        arguments = product_arguments(resource, self._scope)
        if start is not None:
            arguments["from_created_at"] = render(start - _MILLISECOND, 6)
        if end is not None:
            arguments["to_created_at"] = render(end, 6)
        return build_query(resource, arguments)

    def _source(self, resource: Resource) -> Source[pa.Table]:
        opened = partial(open_stored, resource)
        return Source(self._client.transport, resource.path, opened, None, PageSize(1), self._tally)

    def _fetch(self, query: Query) -> pa.Table:
        """Return the rows of a query; ids that do not exist are left out."""
        settings = self._client.settings
        fetch = Fetch(
            self._client.transport,
            query,
            partial(open_stored, query.resource),
            id_parser,
            stored_values,
            settings.page_size,
            settings.max_workers,
            missing_ok=True,
            tally=self._tally,
        )
        tables = [record_schema(query.resource).empty_table()]
        for each in fetch.slices():
            tables.append(_new_rows(each))
            self._rows += each.rows
            self._update(self._rows, self._pages + fetch.pages)
        self._pages += fetch.pages
        return pa.concat_tables(tables)

    def _in_scope(self, table: StoredTable, fetched: pa.Table) -> pa.Table:
        """Return the fetched rows without those of other products, which the API may not be able to leave out."""
        tables = {each.resource.name: each for each in self._tables}
        return in_scope(table.resource, fetched, self._scope, lambda name: tables[name].rows(columns=["id"]))

    @contextmanager
    def _counted(self, resource: Resource) -> Iterator[None]:
        """Show the progress of one list."""
        self._rows = self._pages = 0
        with progress.show_progress(self._client.settings.progress, resource.name) as line:
            self._update, self._tally.tell = line.count, line.tell
            yield
        self._update, self._tally.tell = lambda _rows, _pages: None, lambda _: None


def _stored_elsewhere(table: StoredTable, fetched: pa.Table, stored: pa.Table) -> pa.Table:
    """Return rows stored at another creation time under an id that was fetched, so that no id is stored twice."""
    unknown = pc.invert(pc.is_in(fetched.column("id"), stored.column("id").combine_chunks()))
    ids = pc.field("id").isin(fetched.column("id").filter(unknown).combine_chunks())
    # First only the times: other columns are far larger, and there is rarely such a row.
    found = table.rows(ids, ["created_at"]).column("created_at")
    if not len(found):
        return stored.slice(0, 0)
    created, bounds = pc.field("created_at"), pc.min_max(found).as_py()
    return table.rows(ids & (created >= bounds["min"]) & (created <= bounds["max"]))


def _whole(moment: int) -> int:
    return moment // _MILLISECOND * _MILLISECOND


def _new_rows(found: Slice[pa.Table]) -> pa.Table:
    rows = found.page.rows
    return rows.take(np.setdiff1d(np.arange(len(found.page.ids)), list(found.skip))) if found.skip else rows
