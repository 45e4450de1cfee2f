"""One sync of a mirror: what is asked for, compared with what is stored, and committed, step by step.

Each run walks creation time from some moment to its end, in steps of about 50,000 rows. The rows of a step are
fetched, compared with the stored rows of the same time, and committed at once; so a run that is killed loses one step,
and memory does not grow with the rows. The walk finds each row that exists from its beginning to its end
(`walk.py`), so a stored row that it does not find is gone.

Where a run begins is read off the stored rows, and nothing is noted beside them: with none, at the beginning of time;
else `lookback` before the newest one. For a run that goes on after one that was killed this is earlier than needed,
and right in any case. So is it for one that was made long ago: the newest stored row is older than today.
"""

from __future__ import annotations

import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from galtea_frames.api.query import build_query
from galtea_frames.api.resources import SESSIONS, VERSIONS
from galtea_frames.api.splitting import askable_ids, split_lists
from galtea_frames.api.times import instant, render
from galtea_frames.api.transport import Tally
from galtea_frames.frames import progress
from galtea_frames.mirror.changes import compare
from galtea_frames.mirror.delta import created_between
from galtea_frames.mirror.rows import REMOVED_AT, open_stored, record_schema
from galtea_frames.mirror.same_account import all_gone, another_account, newest_ids, share_values
from galtea_frames.walk.fetch import Fetch
from galtea_frames.walk.source import PageSize, Source, sort_pairs, time_pairs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from galtea_frames.api.client import Client
    from galtea_frames.api.query import Query
    from galtea_frames.api.resource import Resource
    from galtea_frames.mirror.delta import StoredTable
    from galtea_frames.walk.slices import Slice

#: Rows that a step is to hold, about: some tens of megabytes.
STEP_ROWS = 50_000

#: An offset that every database can count to.
_DEEPEST = 2**31 - 1

#: Steps begin at whole milliseconds, and are asked for from one earlier: the API may keep more digits of a time than it
#: shows (docs/api.md: "milliseconds (likely)"), and compare with those.
_MILLISECOND = 1_000

#: What `fromCreatedAt` cannot name.
_EARLIEST = instant("0001-01-01T00:00:00.001Z")

#: Statuses that nothing follows, but for a reopening, which `lookback` is for.
FINAL = ("COMPLETED", "FAILED")

#: Stored rows that the API served when last asked.
PRESENT = pc.field(REMOVED_AT).is_null()

#: Those of them that are to be asked for again, however old.
PENDING = PRESENT & (pc.field("status").is_null() | ~pc.field("status").isin(FINAL))


@dataclass(frozen=True)
class SyncResult:
    """What a sync did.

    Attributes:
        new: sessions that were not stored.
        changed: sessions that were stored otherwise, or as removed.
        removed: sessions that the API does not serve any more.
        rows: sessions stored now, without those removed.
        versions: versions stored now, without those removed.
        requests: requests sent, repeated ones included.
        seconds: how long it took.
    """

    new: int
    changed: int
    removed: int
    rows: int
    versions: int
    requests: int
    seconds: float


class Sync:
    """One run.

    Args:
        sessions: the stored sessions.
        versions: the stored versions.
        client: asks the API.
        scope: the products that the mirror shall hold; None for all.
        lookback: how far before the newest stored session to compare all, in microseconds; None for everything.
        allow_all_gone: whether rows are marked as removed where none that is stored is served.
    """

    def __init__(
        self,
        sessions: StoredTable,
        versions: StoredTable,
        client: Client,
        scope: tuple[str, ...] | None,
        lookback: int | None,
        *,
        allow_all_gone: bool,
    ) -> None:
        self._sessions = sessions
        self._versions = versions
        self._client = client
        self._scope = scope
        self._lookback = lookback
        self._allow_all_gone = allow_all_gone
        self._products = {} if scope is None else {"product_ids": list(scope)}
        self._started = time.monotonic()
        self._now = int(datetime.now(UTC).timestamp() * 1_000_000)
        self._tally = Tally()
        self._counts: Counter[str] = Counter()
        self._named: set[str | None] = set()
        self._rows = self._pages = 0
        self._update: Callable[[int, int], None] = lambda _rows, _pages: None

    def run(self) -> SyncResult:
        """Bring the tables up to date.

        Raises:
            MirrorError: a table cannot be read or written, or the API serves another account, or nothing any more.
            RequestError: a request failed for good; steps that were committed stay.
            ResponseError: the answers cannot be trusted to be whole; steps that were committed stay.
        """
        self._sync_versions()
        self._sync_sessions()
        if self._names_unknown_versions():
            self._sync_versions()
        self._sessions.mark(self._now)
        return SyncResult(
            new=self._counts["new"],
            changed=self._counts["changed"],
            removed=self._counts["removed"],
            rows=self._sessions.count(PRESENT),
            versions=self._versions.count(PRESENT),
            requests=self._tally.requests,
            seconds=time.monotonic() - self._started,
        )

    # -- versions --

    def _sync_versions(self) -> None:
        """Compare all versions: they are few."""
        with self._counted(VERSIONS):
            fetched = self._fetch(build_query(VERSIONS, self._products))
        stored = self._versions.rows()
        if not self._allow_all_gone:
            self._check_account(fetched, stored)
        # Only now: a folder in which nothing is stored shall not be bound to the scope of a sync that was refused.
        for table in (self._versions, self._sessions):
            table.make(self._scope)
        self._versions.commit(compare(VERSIONS, fetched, stored, stored.slice(0, 0), self._now))
        self._versions.mark(self._now)

    def _check_account(self, fetched: pa.Table, stored: pa.Table) -> None:
        """Refuse versions by which all that is stored would be marked as removed, though it is but another key's.

        A version that is known tells that the account is the same one. Where all were replaced, a session does; where
        none is stored, a product.
        """
        if share_values(fetched, stored, "id"):
            return
        present = stored.filter(PRESENT).num_rows
        if present and not fetched.num_rows:
            raise all_gone(self._versions.display, VERSIONS.name, present)
        sessions = self._sessions.rows(PRESENT, ["id", "created_at"]) if fetched.num_rows else ()
        if len(sessions):
            same = self._fetch(build_query(SESSIONS, {"ids": newest_ids(sessions)})).num_rows > 0
        else:
            same = not present or share_values(fetched, stored, "product_id")
        if not same:
            raise another_account(self._versions.display)

    def _names_unknown_versions(self) -> bool:
        """Tell whether rows of this run name versions made since the versions were fetched, or gone before."""
        known = set(self._versions.rows(columns=["id"]).column("id").to_pylist())
        return bool(self._named - known - {None})

    # -- sessions --

    def _sync_sessions(self) -> None:
        with self._counted(SESSIONS):
            begin = self._begin()
            for start, end in self._steps(begin):
                self._compare_span(start, end)
            if begin is not None:
                self._ask_for_pending(begin)

    def _begin(self) -> int | None:
        """Return the time from which on all sessions are compared; None for all of them."""
        newest = pc.max(self._sessions.rows(columns=["created_at"]).column("created_at")).cast(pa.int64()).as_py()
        if newest is None or self._lookback is None:
            return None
        # A session dated in the future by mistake must not hide those of today.
        begin = _whole(min(newest, self._now) - self._lookback)
        return begin if begin > _EARLIEST else None

    def _steps(self, start: int | None) -> Iterator[tuple[int | None, int | None]]:
        """Yield spans of time from a moment on, each begun where the last one ends; the last one has no end."""
        while True:
            end = self._step_end(start)
            yield start, end
            if end is None:
                return
            start = end

    def _step_end(self, start: int | None) -> int | None:
        """Ask for where a step should end; no more than a hint, since rows come and go meanwhile."""
        query = self._query(start, None)
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
        """Return the creation time of the row after so many; None if there is none."""
        pairs = (*filters, *time_pairs(query.start, None), *sort_pairs(descending=False))
        page = self._source(SESSIONS).get([*pairs, ("limit", "1"), ("offset", str(offset))], shrinkable=False)
        return page.first if page.ids else None

    def _compare_span(self, start: int | None, end: int | None) -> None:
        fetched = self._fetch(self._query(start, end))
        span = created_between(start, end)
        fetched = fetched if span is None else fetched.filter(span)
        self._commit(fetched, self._sessions.rows(span))

    def _ask_for_pending(self, before: int) -> None:
        """Ask by id for sessions that were not final when last seen, and lie before what is compared."""
        pending = self._sessions.rows(PENDING & created_between(None, before))
        # One that no request can name stays as it is until all are compared.
        askable = askable_ids(pending.column("id").to_pylist())
        pending = pending.filter(pc.is_in(pending.column("id"), pa.array(askable, pending.schema.field("id").type)))
        for first in range(0, pending.num_rows, STEP_ROWS):
            asked = pending.slice(first, STEP_ROWS)
            fetched = self._fetch(build_query(SESSIONS, {"ids": asked.column("id").to_pylist()}))
            self._commit(fetched, asked)

    def _commit(self, fetched: pa.Table, served: pa.Table) -> None:
        """Store what was fetched, beside the stored rows that are served no longer if they were not fetched."""
        if not self._allow_all_gone and not self._rows and served.filter(PRESENT).num_rows:
            self._check_any_is_served()
        changes = compare(SESSIONS, fetched, served, self._elsewhere(fetched, served), self._now)
        self._sessions.commit(changes)
        self._counts.update({"new": changes.new, "changed": changes.changed, "removed": changes.removed})
        self._named.update(changes.rows.column("version_id").unique().to_pylist())

    def _check_any_is_served(self) -> None:
        """Refuse to mark sessions as removed where no session at all is served."""
        query = self._query(None, None)
        if all(self._row_at(query, each.alternatives[0], 0) is None for each in split_lists(query)):
            raise all_gone(self._sessions.display, SESSIONS.name, self._sessions.count(PRESENT))

    def _elsewhere(self, fetched: pa.Table, served: pa.Table) -> pa.Table:
        """Return rows stored at another creation time under an id that was fetched, so that no id is stored twice."""
        unknown = pc.invert(pc.is_in(fetched.column("id"), served.column("id").combine_chunks()))
        ids = pc.field("id").isin(fetched.column("id").filter(unknown).combine_chunks())
        # First the ids alone: other columns are larger by far, and mostly there is no such row.
        found = self._sessions.rows(ids, ["created_at"]).column("created_at")
        if not len(found):
            return served.slice(0, 0)
        created, bounds = pc.field("created_at"), pc.min_max(found).as_py()
        return self._sessions.rows(ids & (created >= bounds["min"]) & (created <= bounds["max"]))

    # -- fetching --

    def _query(self, start: int | None, end: int | None) -> Query:
        times = {
            "from_created_at": None if start is None else render(start - _MILLISECOND, 6),
            "to_created_at": None if end is None else render(end, 6),
        }
        return build_query(SESSIONS, self._products | times)

    def _source(self, resource: Resource) -> Source[pa.Table]:
        opened = partial(open_stored, resource)
        return Source(self._client.transport, resource.path, opened, None, PageSize(1), self._tally)

    def _fetch(self, query: Query) -> pa.Table:
        """Return the rows of a query that exist."""
        settings = self._client.settings
        fetch = Fetch(
            self._client.transport,
            query,
            partial(open_stored, query.resource),
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

    @contextmanager
    def _counted(self, resource: Resource) -> Iterator[None]:
        """Show what is fetched inside as rows of one list."""
        self._rows = self._pages = 0
        with progress.show_progress(self._client.settings.progress, resource.name) as line:
            self._update, self._tally.tell = line.count, line.tell
            yield
        self._update, self._tally.tell = lambda _rows, _pages: None, lambda _: None


def _whole(moment: int) -> int:
    return moment // _MILLISECOND * _MILLISECOND


def _new_rows(found: Slice[pa.Table]) -> pa.Table:
    rows = found.page.rows
    return rows.take(np.setdiff1d(np.arange(len(found.page.ids)), list(found.skip))) if found.skip else rows
