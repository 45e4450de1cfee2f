"""Frames to findings: what a period was like beside the one before, version by version."""

from __future__ import annotations

import platform
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from galtea_frames._version import __version__
from galtea_frames.errors import masked
from galtea_frames.frames.origin import attrs_of
from galtea_frames.report.analysis.changes import find_changes, shapes_of_rows
from galtea_frames.report.analysis.completeness import filters_of, loaded_since, problems, statement
from galtea_frames.report.analysis.counts import counts, figures
from galtea_frames.report.analysis.fields import json_columns, numbers, texts
from galtea_frames.report.analysis.headline import headline
from galtea_frames.report.analysis.known_versions import roster
from galtea_frames.report.analysis.metrics import measure, with_hint
from galtea_frames.report.analysis.quality import assess
from galtea_frames.report.analysis.sessions import observe
from galtea_frames.report.analysis.stacks import colours, stack
from galtea_frames.report.analysis.totals import figure_lines, stopping_reasons, total_figures
from galtea_frames.report.analysis.verdict import judge, verdict
from galtea_frames.report.analysis.version_lines import version_lines
from galtea_frames.report.findings import Changes, Completeness, Findings, Reproduction, Scope, Span, Stack

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from galtea_frames.report.analysis.known_versions import Roster
    from galtea_frames.report.analysis.sessions import Observations
    from galtea_frames.report.periods import Period
    from galtea_frames.report.terms import Terms
    from galtea_frames.report.thresholds import Value

    #: The figures of each version, by its id.
    OfVersions = Mapping[str | None, Mapping[str, Value]]

_LIBRARIES = ("pandas", "pyarrow", "numpy", "jinja2", "matplotlib")

#: Raw text of conversations, as far as sessions hold any; kept among a report's rows only if that was asked for.
_TEXTS = ("error", "context", "context.value")


def analyse(
    sessions: pd.DataFrame, versions: pd.DataFrame, terms: Terms, command: str
) -> tuple[Findings, pd.DataFrame]:
    """Return what the frames say, and the sessions behind it: one row a session of the periods that were looked at.

    Args:
        sessions: as `load_sessions` returns them.
        versions: as `load_versions` returns them.
        terms: what is asked for.
        command: how to get the same.

    Raises:
        QueryError: the terms cannot be met.
        ReportError: the frames are not such as the loaders return.
    """
    words = _TEXTS if terms.include_text else ()
    seen = observe(sessions, terms.periods, [*terms.metrics, *words])
    entries = roster(versions, seen.version_ids)
    scope = _scope(seen, versions, attrs_of(sessions), terms)
    completeness = _completeness(seen, sessions, versions, entries, terms)
    made = Reproduction(masked(command), _query(sessions, versions), _libraries())
    found = _findings(seen, sessions, entries, scope=scope, completeness=completeness, terms=terms, made=made)
    if not found.completeness.complete and sessions.empty:
        found = _without_figures(found)
    return found, _rows(seen, entries, terms.metrics, words, json_columns(attrs_of(sessions)))


def _findings(
    seen: Observations,
    sessions: pd.DataFrame,
    entries: Roster,
    *,
    scope: Scope,
    completeness: Completeness,
    terms: Terms,
    made: Reproduction,
) -> Findings:
    attrs = attrs_of(sessions)
    first, loaded = scope.no_previous is not None, _loaded(seen.periods, attrs)
    total, versions = total_figures(seen, first=first), _figures_of_versions(seen, first=first)
    judged = [(id_, entries[id_].label, its) for id_, its in versions.items()]
    results = tuple(judge(each, total, judged) for each in terms.thresholds)
    outcome = verdict(results, complete=completeness.complete, sessions=completeness.sessions)
    is_json = json_columns(attrs)
    by_period = seen.by_status().sum(axis=2)
    return Findings(
        verdict=outcome,
        headline=headline(outcome, results, completeness, scope, total=total, versions=versions),
        scope=scope,
        completeness=completeness,
        thresholds=results,
        figures=figure_lines(seen, first=first),
        versions=version_lines(seen, entries, colours(seen), loaded=loaded, first=first),
        trend_axis=tuple(period.code for period in seen.periods),
        by_day=_by_day(seen, entries, loaded),
        by_period=stack([period.code for period in seen.periods[-loaded:]], by_period[-loaded:], seen, entries),
        stopping_reasons=stopping_reasons(seen),
        metrics=tuple(
            with_hint(measure(name, seen, entries, is_json=name in is_json), sessions) for name in terms.metrics
        ),
        changes=find_changes(seen, sessions, entries, first=first, include_text=terms.include_text),
        quality=assess(
            seen,
            entries,
            attrs,
            as_of=terms.as_of,
            scope=scope,
            query=dict(made.query),
            last=terms.last_report,
        ),
        reproduction=made,
    )


def _scope(seen: Observations, versions: pd.DataFrame, attrs: Mapping[str, Any], terms: Terms) -> Scope:
    period, previous = seen.periods[-1], seen.periods[-2]
    products = texts(versions["product_id"]).found.dropna().unique() if "product_id" in versions else ()
    return Scope(
        unit=terms.unit,
        timezone=terms.zone.key,
        as_of=terms.as_of.astimezone(terms.zone).isoformat(timespec="seconds"),
        period=_span(period),
        previous=_span(previous),
        no_previous=_no_previous(seen, attrs),
        selection=terms.selection,
        products=tuple(sorted(map(str, products))),
    )


def _span(period: Period) -> Span:
    return Span(
        code=period.code,
        title=period.title,
        first_day=period.first.isoformat(),
        last_day=period.last.isoformat(),
        start=period.start.isoformat(),
        end=period.end.isoformat(),
    )


def _loaded(periods: tuple[Period, ...], attrs: Mapping[str, Any]) -> int:
    """Return how many of the periods, the last ones, the frame has all sessions of; one at least."""
    since = loaded_since(attrs)
    return max(1, sum(since is None or since <= period.start for period in periods))


def _no_previous(seen: Observations, attrs: Mapping[str, Any]) -> str | None:
    """Return why the last period has nothing to be compared with, or None if it has."""
    unit, loaded, since = seen.periods[-1].unit, _loaded(seen.periods, attrs), loaded_since(attrs)
    if loaded == 1:
        return f"no previous period: the {unit} before was not loaded"
    if not seen.before and not (seen.period < seen.current).any():
        earlier = f"before this {unit}" if since is None else f"in the {loaded - 1} {unit}s before"
        return f"no previous period: there are no sessions {earlier}"
    return None


def _completeness(
    seen: Observations, sessions: pd.DataFrame, versions: pd.DataFrame, entries: Roster, terms: Terms
) -> Completeness:
    known = np.array([id_ is None or entries[id_].known for id_ in seen.version_ids])
    current = seen.period == seen.current
    unknown = int((current & ~known[seen.version]).sum())
    found = problems(sessions, versions, seen.periods[-1], unknown=unknown, selection=terms.selection)
    found = tuple(map(masked, found))
    number = int(current.sum())
    return Completeness(not found, number, statement(number, found, terms.selection), found)


def _figures_of_versions(seen: Observations, *, first: bool) -> OfVersions:
    """Return the figures of each version with sessions in the last period."""
    by_status = seen.by_status()
    return {
        id_: figures(counts(by_status[-1, at]), None if first else counts(by_status[-2, at]))
        for at, id_ in enumerate(seen.version_ids)
        if id_ is not None and by_status[-1, at].any()
    }


def _by_day(seen: Observations, entries: Roster, loaded: int) -> Stack:
    """Return the days of the last two periods; of all of them, where a period is a day."""
    wanted = min(loaded, 2) if seen.periods[-1].unit != "day" else loaded
    days = sum(len(period.days) for period in seen.periods[-wanted:])
    return stack([day.isoformat() for day in seen.days[-days:]], seen.by_day()[-days:], seen, entries)


def _without_figures(found: Findings) -> Findings:
    """Return the findings of a load that failed: no sessions were seen, which is not the same as none."""
    nothing = Stack((), (), ())
    changes = Changes((), (), (), None, (), 0)
    quality = replace(found.quality, lines=(), late_period=None, late_changes=())
    return replace(
        found,
        figures=(),
        versions=(),
        by_day=nothing,
        by_period=nothing,
        stopping_reasons=(),
        metrics=(),
        changes=changes,
        quality=quality,
    )


def _query(sessions: pd.DataFrame, versions: pd.DataFrame) -> tuple[tuple[str, str], ...]:
    """Return the filters that the frames say they were loaded with."""
    found = []
    for name, frame in (("sessions", sessions), ("versions", versions)):
        found += [(f"{name}: {key}", masked(value)) for key, value in filters_of(attrs_of(frame)).items()]
    return tuple(found)


def _libraries() -> tuple[tuple[str, str], ...]:
    found = [("galtea_frames", __version__), ("Python", platform.python_version())]
    for name in _LIBRARIES:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return tuple(found)


def _rows(
    seen: Observations, entries: Roster, metrics: Sequence[str], words: Sequence[str], is_json: frozenset[str]
) -> pd.DataFrame:
    """Return the sessions as they were counted."""
    labels = [entries[id_].label for id_ in seen.version_ids]
    columns: dict[str, Any] = {
        "id": seen.rows["id"],
        "created_at": seen.rows["created_at"].astype(pd.DatetimeTZDtype("us", "UTC")),
        "period": _named(seen.period, [period.code for period in seen.periods]),
        "day": _named(seen.day, [day.isoformat() for day in seen.days]),
        "version_id": seen.rows["version_id"],
        "version": pd.array(np.array(labels, dtype=object)[seen.version], dtype="string"),
        "status": seen.rows["status"],
        "production": pd.array(seen.production, dtype="boolean"),
    }
    further = ("user_id", "test_case_id", "stopping_reason", *metrics, *words)
    for name in (each for each in further if each in seen.rows and each not in columns):
        values = seen.rows[name]
        if values.dtype == object:  # anything at all, of which only this was counted
            values = numbers(values, is_json=name in is_json).found if name in metrics else texts(values).found
        columns[name] = values
    return pd.DataFrame(columns | {"error_shape": shapes_of_rows(seen)})


def _named(places: Any, names: list[str]) -> pd.Categorical:  # noqa: ANN401 - an array of places
    return pd.Categorical.from_codes(places, categories=pd.Index(names, dtype=object))
