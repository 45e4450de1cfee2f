"""Sessions with their versions: two loads and a join."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from galtea_frames.api.query import build_query
from galtea_frames.api.resources import SESSIONS, VERSIONS
from galtea_frames.api.splitting import sendable_ids
from galtea_frames.frames.frame import ATTRS
from galtea_frames.frames.joined_arguments import split_arguments
from galtea_frames.frames.joins import PREFIX, join_sessions_versions
from galtea_frames.frames.load import client_context, fetch_frame, stream_frames
from galtea_frames.frames.options import parse_arguments

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from galtea_frames.api.client import Client
    from galtea_frames.api.query import Query
    from galtea_frames.frames.joined_arguments import JoinedArguments
    from galtea_frames.frames.options import LoadOptions


def load_joined(arguments: Mapping[str, Any]) -> pd.DataFrame:
    """Return the sessions that a loader's arguments select, each with its version.

    Raises:
        GalteaFramesError: as in `load_sessions`.
    """
    given, query, options, version_options = _parse_arguments(arguments)
    with client_context(options.client) as client:
        sessions = fetch_frame(query, options, client)
        version_ids = list(sessions["version_id"].dropna().unique())
        versions = _fetch_versions(version_ids, query, version_options, client)
    return given.select(join_sessions_versions(sessions, versions))


def iterate_joined(arguments: Mapping[str, Any]) -> Iterator[pd.DataFrame]:
    """Yield the rows of `load_joined` in frames of up to 10,000, each with the attrs of the whole load."""
    given, query, options, version_options = _parse_arguments(arguments)
    counts: Counter[str | None] = Counter()
    with client_context(options.client) as client:
        versions: pd.DataFrame | None = None
        for sessions in stream_frames(query, replace(options, client=client), counts):
            if versions is None:
                version_ids = [each for each in counts if each is not None]
                versions = _fetch_versions(version_ids, query, version_options, client)
            joined = join_sessions_versions(sessions, versions)
            joined.attrs[ATTRS] |= {"rows": counts.total(), "join": _join_totals(joined, versions, counts)}
            yield given.select(joined)


def _parse_arguments(arguments: Mapping[str, Any]) -> tuple[JoinedArguments, Query, LoadOptions, LoadOptions]:
    """Return the arguments, the query, and the options for sessions and for versions."""
    given = split_arguments(arguments)
    query, options = parse_arguments(SESSIONS, {**arguments, **given.left})
    _, version_options = parse_arguments(VERSIONS, {**_options(arguments), **given.right}, PREFIX)
    return given, query, options, version_options


def _options(arguments: Mapping[str, Any]) -> dict[str, Any]:
    names = ("nested", "dtype_backend", "on_misfit", "client")
    return {name: arguments[name] for name in names if name in arguments}


def _join_totals(joined: pd.DataFrame, versions: pd.DataFrame, counts: Counter[str | None]) -> dict[str, Any]:
    """Return the `join` attrs of one frame, with the totals of the whole load."""
    known = set(versions["id"])
    matched = sum(count for each, count in counts.items() if each in known)
    unknown = counts.total() - matched - counts[None]
    totals = {"matched": matched, "null_version_ids": counts[None], "unknown_version_ids": unknown}
    return {**joined.attrs[ATTRS]["join"], **totals}


def _fetch_versions(version_ids: list[str], query: Query, options: LoadOptions, client: Client) -> pd.DataFrame:
    """Return the versions with these ids that still exist."""
    products = query.members_of("productIds")
    filters = {"product_ids": products} if products else {"ids": sendable_ids(version_ids)}
    return fetch_frame(build_query(VERSIONS, filters), options, client, version_ids)
