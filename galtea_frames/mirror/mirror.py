"""The mirror: a local copy of sessions and versions that each sync makes equal to the API again."""

# Annotations are values here, not text: it is these that `help()` prints.
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from os import PathLike
from typing import TYPE_CHECKING

import numpy as np

from galtea_frames.api.arguments import reject_unknown_arguments
from galtea_frames.api.client import Client
from galtea_frames.api.query import build_query
from galtea_frames.api.resources import SESSIONS, VERSIONS
from galtea_frames.decoding.contract import PinnedColumn
from galtea_frames.errors import MirrorError, QueryError, masked
from galtea_frames.frames.load import client_context
from galtea_frames.mirror.arguments import parse_span
from galtea_frames.mirror.info import MirrorInfo, collect_info, described
from galtea_frames.mirror.lazy import dask_frame
from galtea_frames.mirror.location import Location
from galtea_frames.mirror.readers import Readers
from galtea_frames.mirror.reading import condition_of, selected
from galtea_frames.mirror.rows import EXTRA, REMOVED_AT
from galtea_frames.mirror.sync import Sync, SyncResult
from galtea_frames.printable import html_table

if TYPE_CHECKING:
    import dask.dataframe


class Mirror(Readers):
    """A copy of an account's sessions and versions, or of some products', as two Delta Lake tables.

    Any engine that knows Delta Lake reads the tables `sessions` and `versions` below the path: one row a session or
    version, the declared fields as typed columns, `context` and `metadata` as JSON text exactly as sent, all else
    in `extra` as JSON text, `synced_at` (when the row was last written) and `removed_at` (when the API was found to
    serve it no longer; null for the others).

    Readers see the state before or after a commit, never one in between, and may be at work during a sync.

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
        lookback: str | timedelta | np.timedelta64 = "7D",
        full: bool = False,
        allow_all_gone: bool = False,
    ) -> SyncResult:
        """Make the mirror equal to the API, and return what that took.

        The first sync fetches everything, oldest first, and commits about every 50,000 sessions; one that was killed
        goes on from there. Any later one

        - compares all sessions created from `lookback` before the newest one on: new ones are added, others changed
          or marked as removed;
        - asks by id for each older session that was neither COMPLETED nor FAILED when last seen, however old;
        - compares all versions, twice if a session names one that was not there the first time.

        What it does not see is a session older than `lookback` that was final when last seen and was reopened,
        changed or deleted since, or one that was added with an old creation time: `full=True` compares everything.

        A later sync sends p + ⌈n / 50⌉ + v + c requests: p pages of the sessions in the looked-back time and after it,
        n pending older sessions (fewer than 50 a request where ids are long, and up to 12 requests more for each one
        that was deleted), v pages of versions, and c, which does not depend on how much is stored: 5 with one worker,
        1 more for each 50,000 sessions looked at, and a few by which several workers share a walk.

        Args:
            client: asks the API; by default one is made from the settings, and closed.
            product_ids: hold these products only. A mirror that has rows keeps its scope, which need not be repeated.
            lookback: how far before the newest stored session to compare, such as "7D", "36h" or a timedelta.
            full: compare everything.
            allow_all_gone: go on where the API serves none of the stored versions or not one session any more, and mark
                them as removed. By default that is taken for a wrong key, and nothing is changed.

        Raises:
            QueryError: an argument cannot be used; before any request.
            MirrorError: another sync is at work, the folder or the account is another one, the API serves nothing of
                what is stored, or the mirror cannot be read or written.
            GalteaFramesError: as `load_sessions` does; what was committed stays, and the next sync goes on from it.
        """
        scope = _scope(product_ids)
        microseconds = None if full else parse_span(lookback)
        if client is not None and not isinstance(client, Client):
            raise QueryError(f"client is a galtea_frames.Client, not {type(client).__name__}")
        with client_context(client) as asking:
            self._location.tables(scope)  # what is refused is left as it is, without a lock
            with self._location.lock():
                tables, scope = self._location.tables(scope)
                return Sync(tables, asking, scope, microseconds, allow_all_gone=allow_all_gone).run()

    def compact(self) -> None:
        """Join small files to large ones, and delete files that no reader of the last 7 days can need.

        Reading and `as_of` within these 7 days give what they gave before; `as_of` an earlier time may fail. Only files
        that the mirror's own log has named are deleted: what else lies in the folder stays.

        Raises:
            MirrorError: there is no mirror, a sync is at work, or a file cannot be read, written or deleted.
        """
        self._location.check_synced()
        with self._location.lock():
            for table in self._location.stored_tables():
                table.compact()

    # -- reading it --

    @reject_unknown_arguments("a mirror of sessions, read lazily,")
    def to_dask(
        self,
        nested: Mapping[str, str] | None = None,
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
    ) -> "dask.dataframe.DataFrame":
        """Return the stored sessions as a Dask DataFrame: one row a session, nothing read yet.

        Columns and dtypes are those of `load_sessions(nested="json")`: the declared columns, `context` and
        `metadata` as JSON text. Fields that are not declared stand together in `extra`, as JSON text. `status` is a
        category whose members Dask does not know before it computes. Each file of the table is a partition, whose
        rows stand by `created_at`, then `id`; files without a row that the filters select are left out.

        Nested columns come besides, as `load_sessions` names them, where they are asked for with their types, as in
        `{"metadata.latency_ms": "Int64"}`. Computing raises a MirrorError where a value is of another type; "json" is
        the JSON text of any value.

        Args:
            nested: nested columns and the dtype of each: "string", "Int64", "Float64", "boolean" or "json".
            custom_ids: sessions with these custom ids.
            version_ids: sessions of these versions.
            test_case_ids: sessions of these test cases.
            from_created_at: created at or after this time.
            to_created_at: created at or before this time.
            statuses: sessions with these statuses.
            include_removed: also return rows that the API no longer serves; `removed_at` is when a sync noticed.
            as_of: read the mirror as of a time, or at a version number of the table.
            allow_incomplete: read what is stored even if the first sync has not finished.

        Raises:
            QueryError: an argument is unknown, or cannot be used.
            MirrorError: Dask is not installed, or there is no mirror, it is not complete, or cannot be read.
        """
        given = locals()
        named = [
            PinnedColumn.named(*each, rest=EXTRA, own=(EXTRA, REMOVED_AT))
            for each in (given.pop("nested") or {}).items()
        ]
        table, query, _ = selected(self._location, SESSIONS, given)
        condition = condition_of(query, include_removed=include_removed)
        frame: dask.dataframe.DataFrame = dask_frame(table, condition, named, include_removed=include_removed)
        return frame

    def info(self) -> MirrorInfo:
        """Return what is in the mirror: how much, of which time, how fresh and how large.

        Raises:
            MirrorError: there is no mirror, or it cannot be read.
        """
        return collect_info(self._location)


def _scope(product_ids: str | Iterable[str] | None) -> tuple[str, ...] | None:
    """Return the scope that a caller gave, None for the one that the mirror has."""
    if product_ids is None:
        return None
    query = build_query(VERSIONS, {"product_ids": product_ids})
    if query.selects_nothing:
        raise QueryError("product_ids is empty, which is no scope for a mirror")
    return tuple(sorted(value for _, value in query.lists[0].pairs()))
