"""What `report` loads: only the columns that a report counts, from the API or a mirror."""

from __future__ import annotations

import warnings
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import galtea_frames as gf
from galtea_frames.api.resources import SESSIONS
from galtea_frames.cli.options import before_asking
from galtea_frames.cli.report_scores import PREFIXES, check_metric_names, load_scores, load_turns
from galtea_frames.decoding.column_names import OVERFLOW
from galtea_frames.errors import AbsentColumnsWarning, MixedTypesWarning, QueryError
from galtea_frames.frames.column_arguments import parse_contract
from galtea_frames.frames.frame import ATTRS
from galtea_frames.report.analysis.known_versions import COLUMNS as VERSION_COLUMNS
from galtea_frames.report.analysis.metadata import survey
from galtea_frames.report.analysis.sessions import COLUMNS
from galtea_frames.report.inputs import Inputs
from galtea_frames.report.terms import TURNS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    import pandas as pd

    from galtea_frames.report.analysis.metadata import Metadata
    from galtea_frames.report.terms import Terms

#: What the names of columns start with that sessions do not have.
_OF_OTHERS = (TURNS, *PREFIXES)

#: The API's `toCreatedAt` is inclusive, and times have microseconds at the most.
_INSTANT = timedelta(microseconds=1)


def load_inputs(
    mirror: str | None, settings: dict[str, Any], terms: Terms, products: list[str], *, scores: bool
) -> Inputs:
    """Load the sessions of all periods, the versions, and scores and turns of two periods if they are asked for.

    From the API, `metadata` comes along, to find its new keys. From a mirror, these are looked up on their own, since
    decoding the metadata of all periods would take longer than all else.
    """
    pins = pins_of(terms)
    columns, given = columns_of(terms, pins), _span(terms.periods[0].start, terms.periods[-1].end) | {"dtype": pins}
    scope: dict[str, Any] = {"product_ids": products} if products else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AbsentColumnsWarning)  # a report says itself what is missing
        if mirror is not None:
            return _from_mirror(mirror, given, scope, columns, terms, scores=scores)
        with gf.Client(**settings) as client:
            every: dict[str, Any] = {"include_legacy": True, "include_excluded_from_analytics": True}
            check_metric_names(terms, partial(gf.load_metrics, **every, client=client))
            wanted = None if columns is None else [*columns, "metadata"]
            sessions = _load(lambda names: gf.load_sessions(**given, **scope, columns=names, client=client), wanted)
            return Inputs(
                sessions,
                gf.load_versions(**scope, columns=VERSION_COLUMNS, client=client),
                load_scores(terms, partial(gf.load_scores, client=client), **scope) if scores else None,
                load_turns(terms, partial(gf.load_inference_results, client=client), **scope),
            )


def pins_of(terms: Terms) -> dict[str, str]:
    """Return dtypes that make numbers of the metrics, so that one odd value does not make text of a nested column."""
    pins: dict[str, str] = {}
    for name in (*terms.metrics, *terms.sums):
        with suppress(QueryError):  # a declared column, or a name that no column has
            pins |= parse_contract(SESSIONS, "columns", {"dtype": {name: "Float64"}}).dtypes
    return pins


def columns_of(terms: Terms, pins: Mapping[str, str]) -> list[str] | None:
    """Return the columns of sessions that a report reads; None for all, if a metric cannot be selected by its name."""
    texts = ("context",) if terms.include_text else ()
    further = [each for each in (*terms.metrics, *terms.sums, *terms.by) if not each.startswith(_OF_OTHERS)]
    names = list(dict.fromkeys([*COLUMNS, *further, *texts]))
    try:
        parse_contract(SESSIONS, "columns", {"columns": names, "dtype": pins})
    except QueryError:
        return None
    return names


def _from_mirror(
    mirror: str,
    given: dict[str, Any],
    scope: dict[str, Any],
    columns: list[str] | None,
    terms: Terms,
    *,
    scores: bool,
) -> Inputs:
    with before_asking():
        copy = gf.Mirror(mirror)
        check_metric_names(terms, partial(copy.load_metrics, allow_incomplete=True))
    # If the first sync did not finish, the attrs say so, which makes the report INCOMPLETE.
    versions = copy.load_versions(**scope, columns=VERSION_COLUMNS, allow_incomplete=True)
    # Sessions have no product id, only a version id.
    given |= {"allow_incomplete": True} | ({"version_ids": list(versions["id"])} if scope else {})
    metadata = None if columns is None else _survey(copy, given, terms)
    sessions = _load(lambda names: copy.load_sessions(**given, columns=names), columns)
    attrs = sessions.attrs[ATTRS]
    if scope:  # these are all of their sessions
        filters = attrs["filters"]
        del filters["version_ids"]
        attrs["filters"] = scope | filters
    return Inputs(
        sessions,
        versions,
        load_scores(terms, partial(copy.load_scores, allow_incomplete=True)) if scores else None,
        load_turns(terms, partial(copy.load_inference_results, allow_incomplete=True)),
        metadata,
    )


def _survey(copy: gf.Mirror, given: dict[str, Any], terms: Terms) -> Metadata:
    """Look up the columns of metadata; loads after the first one read the same rows, if a sync commits meanwhile.

    This comes before the sessions are loaded, which take most of the memory.
    """

    def load(start: datetime, end: datetime, names: list[str]) -> pd.DataFrame:
        found = copy.load_sessions(**(given | _span(start, end)), columns=names)
        given["as_of"] = found.attrs[ATTRS]["mirror"]["version"]
        return found

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MixedTypesWarning)  # only the names of these columns matter
        return survey(load, terms.periods)


def _load(load: Callable[[list[str] | None], pd.DataFrame], columns: list[str] | None) -> pd.DataFrame:
    """Load sessions; once more if the API sent values of an undeclared type, to count them."""
    sessions = load(columns)
    if columns is not None and any(name in columns for name in sessions.attrs[ATTRS]["misfits"]):
        sessions = load([*columns, OVERFLOW])
    absent = set(sessions.attrs[ATTRS]["absent_columns"]) - set(sessions.attrs[ATTRS]["dtype"])
    return sessions[[name for name in sessions.columns if name not in absent]]


def _span(start: datetime, end: datetime) -> dict[str, Any]:
    return {"from_created_at": start, "to_created_at": end - _INSTANT}
