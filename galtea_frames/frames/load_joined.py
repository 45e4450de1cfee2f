"""Sessions with their versions, loaded: two loads, and a join of what came."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from galtea_frames.api.query import build_query
from galtea_frames.api.resources import SESSIONS, VERSIONS
from galtea_frames.api.splitting import askable_ids
from galtea_frames.frames.dates import checked_dates, split_dates
from galtea_frames.frames.frame import ATTRS
from galtea_frames.frames.framing import checked
from galtea_frames.frames.joins import PREFIX, join_sessions_versions
from galtea_frames.frames.load import fetched, shared, streamed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from galtea_frames.api.client import Client
    from galtea_frames.api.query import Query
    from galtea_frames.frames.framing import LoadOptions


def load_joined(arguments: Mapping[str, Any]) -> pd.DataFrame:
    """Return the sessions that a loader's arguments select, each beside its version.

    Raises:
        GalteaFramesError: as `load_sessions` does.
    """
    query, options, of_versions = _checked(arguments)
    with shared(options.client) as client:
        sessions = fetched(query, options, client)
        occurring = list(sessions["version_id"].dropna().unique())
        versions = _versions(occurring, query, of_versions, client)
    return join_sessions_versions(sessions, versions)


def iterate_joined(arguments: Mapping[str, Any]) -> Iterator[pd.DataFrame]:
    """Yield the rows of `load_joined` in frames of up to 10,000, all with the attrs of the whole."""
    query, options, of_versions = _checked(arguments)
    occurring: Counter[str | None] = Counter()
    with shared(options.client) as client:
        sharing = replace(options, client=client)
        versions: pd.DataFrame | None = None
        for sessions in streamed(query, sharing, occurring):
            if versions is None:
                versions = _versions([each for each in occurring if each is not None], query, of_versions, client)
            joined = join_sessions_versions(sessions, versions)
            joined.attrs[ATTRS] |= {"rows": occurring.total(), "join": _totals(joined, versions, occurring)}
            yield joined


def _checked(arguments: Mapping[str, Any]) -> tuple[Query, LoadOptions, LoadOptions]:
    """Return what to ask for, and how sessions and versions are wanted; `parse_dates` names the joined columns."""
    own, others = split_dates(arguments.get("parse_dates"), PREFIX)
    query, options = checked(SESSIONS, {**arguments, "parse_dates": own})
    dates = checked_dates(VERSIONS, others, options.nested, PREFIX)
    return query, options, replace(options, parse_dates=dates, prefix=PREFIX)


def _totals(joined: pd.DataFrame, versions: pd.DataFrame, occurring: Counter[str | None]) -> dict[str, Any]:
    """Return what a join says of itself, with the counts of all parts instead of one's."""
    known = set(versions["id"])
    matched = sum(count for each, count in occurring.items() if each in known)
    unknown = occurring.total() - matched - occurring[None]
    counts = {"matched": matched, "null_version_ids": occurring[None], "unknown_version_ids": unknown}
    return {**joined.attrs[ATTRS]["join"], **counts}


def _versions(occurring: list[str], query: Query, options: LoadOptions, client: Client) -> pd.DataFrame:
    """Return the versions with the ids that occur in sessions, as far as they still exist."""
    products = query.members_of("productIds")
    filters = {"product_ids": products} if products else {"ids": askable_ids(occurring)}
    return fetched(build_query(VERSIONS, filters), options, client, occurring)
