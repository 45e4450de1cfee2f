"""The mirror: a local copy of an account's lists that each sync brings up to date with the API."""

# Annotations are values here, not text: it is these that `help()` prints.
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from os import PathLike
from typing import TYPE_CHECKING

import numpy as np

from galtea_frames.api.arguments import reject_unknown_arguments
from galtea_frames.api.client import Client
from galtea_frames.api.query import build_query
from galtea_frames.api.resources import SESSIONS, VERSIONS
from galtea_frames.errors import MirrorError, QueryError, masked
from galtea_frames.frames.column_arguments import OnMisfit
from galtea_frames.frames.load import client_context
from galtea_frames.frames.schema import Schema
from galtea_frames.mirror.arguments import parse_span
from galtea_frames.mirror.info import MirrorInfo, collect_info, described
from galtea_frames.mirror.lazy import dask_frame
from galtea_frames.mirror.lazy_columns import lazy_columns
from galtea_frames.mirror.lists import parse_lists
from galtea_frames.mirror.location import Location
from galtea_frames.mirror.readers import Readers
from galtea_frames.mirror.reading import condition_of, selected
from galtea_frames.mirror.sync import Sync
from galtea_frames.mirror.sync_result import SyncResult
from galtea_frames.printable import html_table

if TYPE_CHECKING:
    import dask.dataframe


class Mirror(Readers):
    """A local copy of the sessions and versions of an account, or of some products, as Delta Lake tables.

    It can hold all other lists but spans too: `sync(lists=…)` adds them.

    Any engine that supports Delta Lake can read the tables below the path, which have the names of the lists:
    `sessions`, `versions`, `evaluations`, … Each has one row per row of the list: the declared fields as typed columns,
    objects such as `context` and `metadata` as JSON text exactly as sent, all other fields as JSON text in `extra`,
    `synced_at` (when the row was last written) and `removed_at` (when a sync found that the API no longer serves it,
    else null).

    Readers see the state before or after a commit, never one in between, and may run during a sync.

    Args:
        path: a local folder, or a URL such as `s3://bucket/name`, whose credentials come from the environment as
            Delta Lake's own library reads them (`AWS_ACCESS_KEY_ID`, …).

    Raises:
        MirrorError: the path cannot be used, or a package that mirrors need is not installed.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self._location = Location(path)

    def __repr__(self) -> str:
        return f"Mirror({masked(self._location.display)!r})"

    def _repr_html_(self) -> str:
        try:
            rows = described(self.info())
        except MirrorError as problem:
            rows = {"problem": str(problem)}
        return html_table({"mirror": masked(self._location.display)} | rows)

    # -- bringing it up to date --

    def sync(
        self,
        client: Client | None = None,
        *,
        product_ids: str | Iterable[str] | None = None,
        lists: str | Iterable[str] | None = None,
        lookback: str | timedelta | np.timedelta64 = "7D",
        full: bool = False,
        allow_all_gone: bool = False,
    ) -> SyncResult:
        """Bring the mirror up to date with the API, and return what has changed.

        A mirror holds the sessions and versions, and each list that a sync has named in `lists`. All of them are synced
        each time; a list that is added later is fetched whole.

        The first sync fetches everything, oldest first, and commits about every 50,000 rows; if it is killed, the next
        one continues from there. Each later sync

        - compares all sessions, evaluations and inference results created since `lookback` before the newest one of
          their list: new rows are added, others updated or marked as removed;
        - fetches by id each older one whose status was not final when last seen: sessions that were neither COMPLETED
          nor FAILED, evaluations that were PENDING or PENDING_HUMAN, inference results that were PENDING, and rows
          without a status or with one that is unknown;
        - compares all rows of the other lists, twice if another row references one that was not there the first time.

        At the end it merges small files if there are many; `as_of` still reads every earlier version.

        It misses sessions, evaluations and inference results older than `lookback` that were final when last seen and
        have been changed, reopened or deleted since, and those added with an old creation time. Evaluations do change
        late: a reviewer scores them, a session goes on and they become OUTDATED, their metric or test case is
        superseded. Use `full=True` to catch these, or a longer `lookback`.

        A mirror of some products holds their versions, sessions, evaluations, specifications and runs, as the API
        filters them; their tests and global ones; the test cases of these tests, and the inference results of their
        sessions, which are found among all that the key may see; the products themselves; and all metrics and models,
        which belong to no product.

        Without further lists, a later sync sends p + ⌈n / 50⌉ + v + c requests: p pages of sessions since `lookback`,
        n older pending sessions (fewer than 50 per request if ids are long, and up to 12 more requests for each one
        that was deleted), v pages of versions, and c, which does not depend on how much is stored: 5 with one worker,
        1 more for each 50,000 sessions compared, and a few by which several workers share a walk. Evaluations and
        inference results add such a sum, without v; another list adds its pages and 1.

        Args:
            client: the Client to use; by default one is created from the settings, and closed.
            product_ids: store these products only. A mirror with rows keeps its scope, which need not be repeated.
            lists: lists to hold besides sessions and versions from now on, such as ["evaluations", "metrics"], or
                "all". Test cases bring their tests along. Spans cannot be mirrored.
            lookback: how far before the newest stored row of a list to compare, such as "7D", "36h" or a timedelta.
            full: compare everything.
            allow_all_gone: continue if the API serves none of the stored versions, or no row of another list at all,
                and mark the stored rows as removed. By default this is taken for a wrong key, and nothing is changed.

        Raises:
            QueryError: an argument is invalid; before any request.
            MirrorError: another sync is running, the mirror has another scope or belongs to another account, the API
                serves none of the stored rows, or the mirror cannot be read or written.
            GalteaFramesError: as for `load_sessions`; committed steps stay, and the next sync continues from there.
        """
        scope = _scope(product_ids)
        names = parse_lists(lists)
        microseconds = None if full else parse_span(lookback)
        if client is not None and not isinstance(client, Client):
            raise QueryError(f"client is a galtea_frames.Client, not {type(client).__name__}")
        with client_context(client) as asking:
            self._location.tables(scope, names)  # a refused folder is left as it is, without a lock file
            with self._location.lock():
                tables, scope = self._location.tables(scope, names)
                return Sync(tables, asking, scope, microseconds, allow_all_gone=allow_all_gone).run()

    def compact(self) -> None:
        """Merge small files, and delete files that no reader of the last 7 days can need.

        The log of more than 30 days ago is deleted too.

        Reading returns the same rows as before, and so does `as_of` within these 7 days; `as_of` an earlier time may
        fail. Only files named by the mirror's own log are deleted; other files in the folder stay.

        Raises:
            MirrorError: there is no mirror, a sync is running, or a file cannot be read, written or deleted.
        """
        self._location.check_synced()
        with self._location.lock():
            for table in self._location.stored_tables():
                table.compact()

    # -- reading it --

    @reject_unknown_arguments("a mirror of sessions, read lazily,")
    def to_dask(
        self,
        *,
        custom_ids: str | Iterable[str] | None = None,
        version_ids: str | Iterable[str] | None = None,
        test_case_ids: str | Iterable[str] | None = None,
        from_created_at: str | date | np.datetime64 | None = None,
        to_created_at: str | date | np.datetime64 | None = None,
        statuses: str | Iterable[str] | None = None,
        include_removed: bool = False,
        as_of: int | str | date | None = None,
        allow_incomplete: bool = False,
        columns: str | Sequence[str] | None = None,
        dtype: Mapping[str, str] | None = None,
        schema: Schema | str | PathLike[str] | None = None,
        on_misfit: OnMisfit = "null",
    ) -> "dask.dataframe.DataFrame":
        """Return the stored sessions as a lazy Dask DataFrame, one row per session; other lists cannot be read so.

        Columns and dtypes are those of `load_sessions(nested="json")`, except that all undeclared fields are JSON text
        in the column `extra`. Each file of the table is one partition, sorted by `created_at`, then `id`; files that
        cannot contain selected rows are skipped, and so are stored columns that are not needed.

        The types of a lazy frame are known before its rows are read, so nested columns must be pinned:
        `dtype={"metadata.latency_ms": "Int64"}`. They follow the other columns, unless `columns` names an order. Values
        that do not fit are null; they are neither counted nor kept. `status` and pinned categories have members that
        are unknown until Dask computes.

        Args:
            custom_ids: sessions with these custom ids.
            version_ids: sessions of these versions.
            test_case_ids: sessions of these test cases.
            from_created_at: created at or after this time.
            to_created_at: created at or before this time.
            statuses: sessions with these statuses.
            include_removed: also return rows that the API no longer serves; `removed_at` is when a sync noticed.
            as_of: read the mirror as of a time, or at a version number of the table.
            allow_incomplete: read what is stored even if the first sync has not finished.
            columns: the columns to return, in this order; a name also selects every column below it ("metadata.user").
            dtype: dtypes of nested columns, {"metadata.latency_ms": "Int64"}; misfits are null.
            schema: a Schema or its file: columns and dtypes in one.
            on_misfit: "null", or "raise" SchemaError at a value that does not fit its column.

        Raises:
            QueryError: an argument is unknown or invalid, or `columns` names a nested column that is not pinned.
            MirrorError: Dask is not installed, or there is no mirror, it is not complete, or cannot be read.
        """
        given = locals()
        about = {name: given.pop(name) for name in ("columns", "dtype", "schema", "on_misfit")}
        lazy = lazy_columns(about, include_removed=include_removed)
        table, query, _ = selected(self._location, SESSIONS, given)
        condition = condition_of(query, include_removed=include_removed)
        frame: dask.dataframe.DataFrame = dask_frame(table, condition, lazy)
        return frame

    def info(self) -> MirrorInfo:
        """Return what the mirror holds: how many rows, of which time, how fresh and how large.

        Raises:
            MirrorError: there is no mirror, or it cannot be read.
        """
        return collect_info(self._location)


def _scope(product_ids: str | Iterable[str] | None) -> tuple[str, ...] | None:
    """Return the scope given by the caller; None means the one that the mirror has."""
    if product_ids is None:
        return None
    query = build_query(VERSIONS, {"product_ids": product_ids})
    if query.selects_nothing:
        raise QueryError("product_ids is empty; name at least one product, or omit it")
    return tuple(sorted(value for _, value in query.lists[0].pairs()))
