"""The mirror: a local copy of sessions and versions that each sync makes equal to the API again."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Unpack

import pyarrow.compute as pc

from galtea_frames.arguments import (
    StoredOptions,
    StoredSessionArguments,
    StoredSessionFilters,
    StoredVersionArguments,
    moment_of,
    names_of,
    span_of,
    takes_stored,
)
from galtea_frames.client import Client
from galtea_frames.daskframe import NestedColumn, dask_frame
from galtea_frames.errors import MirrorError, QueryError
from galtea_frames.joins import join_sessions_versions
from galtea_frames.loaders import checked, shared
from galtea_frames.mirrored import condition_of, load_stored
from galtea_frames.place import Place
from galtea_frames.query import build_query
from galtea_frames.resources import SESSIONS, VERSIONS
from galtea_frames.sync import PENDING, PRESENT, Sync, SyncResult
from galtea_frames.times import as_datetime

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta
    from os import PathLike

    import dask.dataframe
    import pandas as pd

    from galtea_frames.arguments import Texts
    from galtea_frames.delta import StoredTable
    from galtea_frames.loaders import LoadOptions
    from galtea_frames.query import Query
    from galtea_frames.resources import Resource


@dataclass(frozen=True)
class MirrorInfo:
    """What is in a mirror.

    Attributes:
        product_ids: the products that it holds; None for all that its key may see.
        complete: whether its first sync came to an end.
        synced_at: when the last sync that came to its end began.
        rows: sessions, without those removed.
        pending: those of them that each sync asks for again, because they are neither COMPLETED nor FAILED.
        removed: sessions that the API served once.
        versions: versions, without those removed.
        oldest: when the first of the sessions began.
        newest: when the last of them began.
        files: how many files hold the rows.
        bytes: how large these are.
        sessions_version: the version of the table of sessions, for `as_of`.
        versions_version: the version of the table of versions.
    """

    product_ids: tuple[str, ...] | None
    complete: bool
    synced_at: datetime | None
    rows: int
    pending: int
    removed: int
    versions: int
    oldest: datetime | None
    newest: datetime | None
    files: int
    bytes: int
    sessions_version: int
    versions_version: int


class Mirror:
    """A copy of an account's sessions and versions, or of some products', as two Delta Lake tables.

    Any engine that knows Delta Lake reads the tables `sessions` and `versions` below the path: one row a session or
    version, the documented fields as typed columns, `context` and `metadata` as JSON text exactly as sent, all else
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
        self._shown = str(path)
        self._place = Place(os.fspath(path))

    def __repr__(self) -> str:
        return f"Mirror({self._shown!r})"

    # -- bringing it up to date --

    def sync(
        self,
        client: Client | None = None,
        *,
        product_ids: Texts | None = None,
        lookback: str | timedelta = "7D",
        full: bool = False,
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
            product_ids: hold these products only. A mirror keeps the scope it was made with; it need not be repeated.
            lookback: how far before the newest stored session to compare, such as "7D" or "36h".
            full: compare everything.

        Raises:
            QueryError: an argument cannot be used; before any request.
            MirrorError: another sync is at work, the scope is another one, or the mirror cannot be read or written.
            GalteaFramesError: as `load_sessions` does; what was committed stays, and the next sync goes on from it.
        """
        scope = _scope(product_ids)
        microseconds = None if full else span_of(lookback)
        if client is not None and not isinstance(client, Client):
            raise QueryError(f"client is a galtea_frames.Client, not {type(client).__name__}")
        with shared(client) as asking, self._place.lock():
            sessions, versions = self._place.tables(scope)
            return Sync(sessions, versions, asking, microseconds).run()

    def compact(self) -> None:
        """Join small files to large ones, and delete files that no reader of the last 7 days can need.

        Reading and `as_of` within these 7 days give what they gave before; `as_of` an earlier time may fail.

        Raises:
            MirrorError: there is no mirror, a sync is at work, or a file cannot be read, written or deleted.
        """
        with self._place.lock():
            for resource in (SESSIONS, VERSIONS):
                self._place.table(resource).compact()

    # -- reading it --

    @takes_stored(SESSIONS, StoredSessionArguments)
    def load_sessions(self, **arguments: Unpack[StoredSessionArguments]) -> pd.DataFrame:
        """Return the stored sessions: one row a session, by `created_at`, then `id`.

        Columns, dtypes and warnings are those of `galtea_frames.load_sessions`. `frame.attrs["galtea_frames"]` says
        when the last sync began (`fetched_at`) and which version of the table this is (`mirror`). Files that hold no
        row that the filters select are not read.

        Raises:
            QueryError: an argument is unknown, or cannot be used.
            MirrorError: there is no mirror, it is not complete, was not there yet, or cannot be read.
        """
        return self._load(SESSIONS, StoredSessionArguments, arguments)

    @takes_stored(VERSIONS, StoredVersionArguments)
    def load_versions(self, **arguments: Unpack[StoredVersionArguments]) -> pd.DataFrame:
        """Return the stored versions: one row a version, by `created_at`, then `id`.

        Columns, dtypes and warnings are those of `galtea_frames.load_versions`.

        Raises:
            QueryError: an argument is unknown, or cannot be used.
            MirrorError: there is no mirror, it is not complete, was not there yet, or cannot be read.
        """
        return self._load(VERSIONS, StoredVersionArguments, arguments)

    @takes_stored(SESSIONS, StoredSessionArguments)
    def join(self, **arguments: Unpack[StoredSessionArguments]) -> pd.DataFrame:
        """Return the stored sessions, each beside its version: one row a session.

        Columns are those of `galtea_frames.load_sessions_with_versions`. A version number as `as_of` is one of the
        table of sessions; versions are read as they were when that was committed.

        Raises:
            QueryError: an argument is unknown, or cannot be used.
            MirrorError: there is no mirror, it is not complete, was not there yet, or cannot be read.
        """
        sessions = self.load_sessions(**arguments)
        options: dict[str, Any] = {name: each for name, each in arguments.items() if name in names_of(StoredOptions)}
        if isinstance(options.get("as_of"), int):
            options["as_of"] = self._place.table(SESSIONS, options["as_of"]).committed_at()
        options["ids"] = list(sessions["version_id"].dropna().unique())
        versions = self._load(VERSIONS, StoredVersionArguments, options, missing_ok=True)
        return join_sessions_versions(sessions, versions)

    def to_dask(
        self, nested: Mapping[str, str] | None = None, **filters: Unpack[StoredSessionFilters]
    ) -> dask.dataframe.DataFrame:
        """Return the stored sessions as a Dask DataFrame: one row a session, nothing read yet.

        Columns and dtypes are those of `load_sessions(nested="json")`: the documented columns, `context` and
        `metadata` as JSON text. Fields that are not documented stand together in `extra`, as JSON text. `status` is a
        category whose members Dask does not know before it computes. Each file of the table is a partition, whose
        rows stand by `created_at`, then `id`; files without a row that the filters select are left out.

        Args:
            nested: nested columns wanted besides, as `load_sessions` names them, each with its dtype: "string",
                "Int64", "Float64", "boolean", or "json" for the JSON text of any value, as in
                `{"metadata.latency_ms": "Int64"}`. Computing raises a MirrorError where a value is of another type.
            filters: those of `load_sessions` but `ids`, with `include_removed`, `as_of` and `allow_incomplete`.

        Raises:
            QueryError: an argument is unknown, or cannot be used.
            MirrorError: Dask is not installed, or there is no mirror, it is not complete, or cannot be read.
        """
        named = [NestedColumn.named(*each) for each in (nested or {}).items()]
        table, query, _, include_removed = self._selected(SESSIONS, StoredSessionFilters, filters)
        condition = condition_of(query, include_removed=include_removed)
        frame: dask.dataframe.DataFrame = dask_frame(table, condition, named, include_removed=include_removed)
        return frame

    def info(self) -> MirrorInfo:
        """Return what is in the mirror: how much, of which time, how fresh and how large.

        Raises:
            MirrorError: there is no mirror, or it cannot be read.
        """
        sessions, versions = self._place.table(SESSIONS), self._place.table(VERSIONS)
        span = pc.min_max(sessions.rows(PRESENT, ["created_at"]).column("created_at")).as_py()
        files = sessions.files() + versions.files()
        return MirrorInfo(
            product_ids=sessions.scope,
            complete=sessions.synced_at is not None,
            synced_at=None if sessions.synced_at is None else as_datetime(sessions.synced_at),
            rows=sessions.count(PRESENT),
            pending=sessions.count(PENDING),
            removed=sessions.count(~PRESENT),
            versions=versions.count(PRESENT),
            oldest=span["min"],
            newest=span["max"],
            files=len(files),
            bytes=sum(files),
            sessions_version=sessions.version,
            versions_version=versions.version,
        )

    def _load(
        self, resource: Resource, allowed: type, arguments: Mapping[str, Any], *, missing_ok: bool = False
    ) -> pd.DataFrame:
        table, query, options, include_removed = self._selected(resource, allowed, arguments)
        return load_stored(table, query, options, include_removed=include_removed, missing_ok=missing_ok)

    def _selected(
        self, resource: Resource, allowed: type, arguments: Mapping[str, Any]
    ) -> tuple[StoredTable, Query, LoadOptions, bool]:
        """Return the table as it was asked for, what to select of it and how to give it back."""
        given = dict(arguments)
        if unknown := given.keys() - names_of(allowed):
            named, answered = (", ".join(sorted(names)) for names in (unknown, names_of(allowed)))
            raise QueryError(f"a mirror of {resource.name} takes no {named}; it takes {answered}")
        include_removed = given.pop("include_removed", False)
        as_of, allow_incomplete = moment_of(given.pop("as_of", None)), given.pop("allow_incomplete", False)
        if (statuses := given.pop("statuses", None)) is not None:
            given["params"] = {"statuses": [statuses] if isinstance(statuses, str) else statuses}
        query, options = checked(resource, given)
        table = self._place.table(resource, as_of)
        if table.synced_at is None and not allow_incomplete:
            raise MirrorError(
                f"{self._place.shown} is not complete: its first sync has not come to an end; run it again"
            )
        return table, query, options, include_removed


def _scope(product_ids: Texts | None) -> tuple[str, ...] | None:
    """Return the scope that a caller gave, None for the one that the mirror has."""
    if product_ids is None:
        return None
    query = build_query(VERSIONS, {"product_ids": product_ids})
    if query.selects_nothing:
        raise QueryError("product_ids is empty, which is no scope for a mirror")
    return tuple(sorted(value for _, value in query.lists[0].pairs()))
