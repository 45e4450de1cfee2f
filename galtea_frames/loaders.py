"""The loaders: one query, one fetch, one frame."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Unpack, get_args

from galtea_frames import progress
from galtea_frames.arguments import SessionArguments, VersionArguments, takes
from galtea_frames.client import Client
from galtea_frames.errors import QueryError
from galtea_frames.fetch import Fetch
from galtea_frames.frames import DtypeBackend, sorted_table, to_frame, warn_of
from galtea_frames.joins import join_sessions_versions
from galtea_frames.query import build_query
from galtea_frames.resources import SESSIONS, VERSIONS
from galtea_frames.table import Nested, TableBuilder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from galtea_frames.query import Query
    from galtea_frames.resources import Resource
    from galtea_frames.table import Notes

_ROWS_A_FRAME = 10_000


@dataclass(frozen=True)
class _Options:
    """How a caller wants the frame."""

    nested: Nested
    parse_dates: tuple[str, ...]
    dtype_backend: DtypeBackend
    client: Client | None


@takes(SESSIONS, SessionArguments)
def load_sessions(**arguments: Unpack[SessionArguments]) -> pd.DataFrame:
    """Return every session that the filters select: one row a session, by `created_at`, then `id`.

    Columns are `id`, `custom_id`, `version_id`, `user_id`, `test_case_id`, `stopping_reason`, `error` (`string`),
    `status` (category), `created_at`, `deleted_at` (`datetime64[us, UTC]`), the nested columns of `context` and
    `metadata`, and any further field that the API sends. What the load cost and how the columns came about stands in
    `frame.attrs["galtea_frames"]`.

    Raises:
        QueryError: an argument is unknown, or its value cannot be asked for; before any request.
        SettingsError: there is no key, or the address cannot be used; before any request.
        AuthenticationError: the API refused the key.
        NotFoundError: some of `ids` do not exist.
        RequestError: the API could not be reached within the retry budget.
        ResponseError: the API's answers cannot be trusted to be whole.
    """
    return _load(SESSIONS, arguments)


@takes(VERSIONS, VersionArguments)
def load_versions(**arguments: Unpack[VersionArguments]) -> pd.DataFrame:
    """Return every version that the filters select: one row a version, by `created_at`, then `id`.

    Columns are the documented fields in snake_case (`id`, `product_id`, `name`, `model_id`, …) as `string`,
    `created_at` and `deleted_at` as `datetime64[us, UTC]`, and any further field that the API sends, objects among
    them flattened (`facts.commit_hash`).

    Raises:
        QueryError: an argument is unknown, or its value cannot be asked for; before any request.
        SettingsError: there is no key, or the address cannot be used; before any request.
        AuthenticationError: the API refused the key.
        NotFoundError: some of `ids` do not exist.
        RequestError: the API could not be reached within the retry budget.
        ResponseError: the API's answers cannot be trusted to be whole.
    """
    return _load(VERSIONS, arguments)


@takes(SESSIONS, SessionArguments)
def iter_sessions(**arguments: Unpack[SessionArguments]) -> Iterator[pd.DataFrame]:
    """Yield the rows of `load_sessions` in frames of up to 10,000, all with the same columns and dtypes.

    Raises:
        GalteaFramesError: as `load_sessions` does.
    """
    return _iterate(SESSIONS, arguments)


@takes(VERSIONS, VersionArguments)
def iter_versions(**arguments: Unpack[VersionArguments]) -> Iterator[pd.DataFrame]:
    """Yield the rows of `load_versions` in frames of up to 10,000, all with the same columns and dtypes.

    Raises:
        GalteaFramesError: as `load_versions` does.
    """
    return _iterate(VERSIONS, arguments)


@takes(SESSIONS, SessionArguments)
def load_sessions_with_versions(**arguments: Unpack[SessionArguments]) -> pd.DataFrame:
    """Return every session that the filters select, each beside its version: one row a session.

    Versions come as columns `version.name`, `version.created_at`, …; only those that occur are fetched. A session
    whose version is null or no longer exists keeps its row, with nulls, and is counted in
    `frame.attrs["galtea_frames"]["join"]`.

    Raises:
        GalteaFramesError: as `load_sessions` does.
    """
    query, options = _checked(SESSIONS, arguments)
    with _shared(options.client) as client:
        sessions = _fetched(query, options, client)
        versions = _fetched_versions(sessions, query, options, client)
    return join_sessions_versions(sessions, versions)


def _load(resource: Resource, arguments: Mapping[str, Any]) -> pd.DataFrame:
    query, options = _checked(resource, arguments)
    with _shared(options.client) as client:
        return _fetched(query, options, client)


def _iterate(resource: Resource, arguments: Mapping[str, Any]) -> Iterator[pd.DataFrame]:
    frame = _load(resource, arguments)
    return (frame.iloc[start : start + _ROWS_A_FRAME] for start in range(0, max(len(frame), 1), _ROWS_A_FRAME))


def _checked(resource: Resource, arguments: Mapping[str, Any]) -> tuple[Query, _Options]:
    """Return what to ask for and how to give it back; whatever is wrong with it is raised here."""
    filters = dict(arguments)
    nested: Nested = filters.pop("nested", "columns")
    backend: DtypeBackend = filters.pop("dtype_backend", "numpy_nullable")
    dates = filters.pop("parse_dates", None) or ()
    client = filters.pop("client", None)
    for name, value, allowed in (("nested", nested, Nested), ("dtype_backend", backend, DtypeBackend)):
        if value not in get_args(allowed):
            raise QueryError(f"{name} is {' or '.join(map(repr, get_args(allowed)))}, not {value!r}")
    if client is not None and not isinstance(client, Client):
        raise QueryError(f"client is a galtea_frames.Client, not {type(client).__name__}")
    dates = [dates] if isinstance(dates, str) else dates
    if not isinstance(dates, Iterable) or not all(isinstance(each, str) for each in dates):
        raise QueryError(f"parse_dates is a column or a list of columns, not {dates!r}")
    return build_query(resource, filters), _Options(nested, tuple(dates), backend, client)


def _shared(client: Client | None) -> Client | nullcontext[Client]:
    """Return the caller's client, which stays open, or one that is closed after use."""
    return Client() if client is None else nullcontext(client)


def _fetched(query: Query, options: _Options, client: Client, *, missing_ok: bool = False) -> pd.DataFrame:
    fetch = Fetch(client.transport, query, client.settings.page_size, missing_ok)
    builder = TableBuilder(query.resource, options.nested)
    started = datetime.now(UTC)
    with progress.shown(client.settings.progress, query.resource.name) as update:
        for each in fetch.slices():
            builder.add(each.page.content, each.skip)
            update(builder.rows, fetch.pages)
    table, notes = builder.finish()
    table = sorted_table(table, query.sort).slice(query.offset, query.limit)
    warn_of(notes)
    attrs = _attrs(fetch, notes, started, table.num_rows)
    return to_frame(table, attrs, dtype_backend=options.dtype_backend, parse_dates=options.parse_dates)


def _fetched_versions(sessions: pd.DataFrame, query: Query, options: _Options, client: Client) -> pd.DataFrame:
    """Return the versions that occur in the sessions, as far as they still exist."""
    occurring = sessions["version_id"].dropna().unique()
    products = query.given.get("product_ids")
    filters = {"product_ids": products} if products else {"ids": list(occurring)}
    versions = _fetched(build_query(VERSIONS, filters), options, client, missing_ok=True)
    return versions[versions["id"].isin(occurring)].reset_index(drop=True)


def _attrs(fetch: Fetch, notes: Notes, started: datetime, rows: int) -> dict[str, Any]:
    return {
        "resource": fetch.query.resource.name,
        "filters": fetch.query.given,
        "fetched_at": started.isoformat(timespec="milliseconds"),
        "rows": rows,
        "pages": fetch.pages,
        "requests": fetch.tally.requests,
        "retries": fetch.tally.retries,
        "complete": True,
        "mixed_columns": notes.mixed,
        "overflow_columns": notes.overflow,
        "json_columns": notes.json,
        "fields": notes.fields,
        "null_fields": notes.null_fields,
        "time_digits": notes.time_digits,
    }
