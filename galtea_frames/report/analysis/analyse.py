"""Frames to findings: a period compared with the previous one, version by version."""

from __future__ import annotations

import platform
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from galtea_frames._version import __version__
from galtea_frames.errors import masked
from galtea_frames.frames.load_attrs import json_columns
from galtea_frames.frames.origin import attrs_of
from galtea_frames.report.analysis.changes import find_changes
from galtea_frames.report.analysis.completeness import problems, statement
from galtea_frames.report.analysis.counts import Counts, numbers_of
from galtea_frames.report.analysis.fields import numbers, texts
from galtea_frames.report.analysis.headline import headline
from galtea_frames.report.analysis.known_versions import roster
from galtea_frames.report.analysis.load_attrs import filter_texts
from galtea_frames.report.analysis.metrics import measure, with_hint
from galtea_frames.report.analysis.next_steps import next_steps
from galtea_frames.report.analysis.quality import assess
from galtea_frames.report.analysis.sessions import observe
from galtea_frames.report.analysis.stacks import colours_of, stack
from galtea_frames.report.analysis.totals import stopping_reasons, total_lines, total_numbers
from galtea_frames.report.analysis.verdict import judge, verdict
from galtea_frames.report.analysis.version_lines import version_lines
from galtea_frames.report.findings import Changes, Completeness, Findings, Reproduction, Scope, Span, Stack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from galtea_frames.report.analysis.counts import Numbers
    from galtea_frames.report.analysis.known_versions import Roster
    from galtea_frames.report.analysis.metadata import Metadata
    from galtea_frames.report.analysis.sessions import ObservedSessions
    from galtea_frames.report.periods import Period
    from galtea_frames.report.terms import Terms

_LIBRARIES = ("pandas", "pyarrow", "numpy", "jinja2", "matplotlib")

#: Raw text of conversations, kept in a report's rows only if asked for.
_TEXTS = ("error", "context", "context.value")


def analyse(
    sessions: pd.DataFrame, versions: pd.DataFrame, terms: Terms, command: str, metadata: Metadata | None = None
) -> tuple[Findings, pd.DataFrame]:
    """Return the findings and the sessions behind them, one row per session of all periods.

    Args:
        sessions: as returned by `load_sessions`.
        versions: as returned by `load_versions`.
        terms: what the report is to be about.
        command: how to reproduce it.
        metadata: the columns of metadata; None if `sessions` has them.

    Raises:
        ReportError: the frames are not as the loaders return them.
    """
    texts_kept = _TEXTS if terms.include_text else ()
    observed = observe(sessions, terms.periods, [*terms.metrics, *texts_kept])
    entries = roster(versions, observed.version_ids)
    completeness = _completeness(observed, sessions, versions, entries, terms)
    reproduction = Reproduction(masked(command), _query(sessions, versions), _libraries())
    found = _findings(
        observed,
        sessions,
        entries,
        metadata,
        scope=_scope(observed, versions, terms),
        completeness=completeness,
        terms=terms,
        reproduction=reproduction,
    )
    if not completeness.complete and sessions.empty:
        found = _without_numbers(found)
    found = replace(found, next_steps=next_steps(found))
    return found, _rows(observed, entries, terms.metrics, texts_kept, json_columns(attrs_of(sessions)))


def _findings(
    observed: ObservedSessions,
    sessions: pd.DataFrame,
    entries: Roster,
    metadata: Metadata | None,
    *,
    scope: Scope,
    completeness: Completeness,
    terms: Terms,
    reproduction: Reproduction,
) -> Findings:
    attrs, total, by_version = attrs_of(sessions), total_numbers(observed), _version_numbers(observed)
    judged = [(id_, entries[id_].label, its) for id_, its in by_version.items()]
    results = tuple(judge(each, total, judged) for each in terms.thresholds)
    outcome = verdict(results, complete=completeness.complete, sessions=completeness.sessions)
    is_json, colours = json_columns(attrs), colours_of(observed)
    codes = [period.code for period in observed.periods]
    days, by_day = _last_days(observed)
    return Findings(
        verdict=outcome,
        headline=headline(outcome, results, completeness, scope, total=total, versions=by_version),
        links=terms.links,
        scope=scope,
        completeness=completeness,
        thresholds=results,
        figures=total_lines(observed),
        versions=version_lines(observed, entries, colours),
        trend_axis=tuple(codes),
        by_day=stack(days, by_day, observed, entries, colours),
        by_period=stack(codes[-observed.loaded :], observed.by_version[-observed.loaded :], observed, entries, colours),
        stopping_reasons=stopping_reasons(observed),
        metrics=tuple(
            with_hint(measure(name, observed, entries, is_json=name in is_json), sessions, metadata)
            for name in terms.metrics
        ),
        changes=find_changes(observed, sessions, entries, metadata, include_text=terms.include_text),
        quality=assess(
            observed,
            entries,
            attrs,
            as_of=terms.as_of,
            scope=scope,
            query=dict(reproduction.query),
            last=terms.last_report,
        ),
        reproduction=reproduction,
    )


def _scope(observed: ObservedSessions, versions: pd.DataFrame, terms: Terms) -> Scope:
    products = texts(versions["product_id"]).found.dropna().unique() if "product_id" in versions else ()
    return Scope(
        unit=terms.unit,
        timezone=terms.zone.key,
        as_of=terms.as_of.astimezone(terms.zone).isoformat(timespec="seconds"),
        period=_span(observed.periods[-1]),
        previous=_span(observed.periods[-2]),
        no_previous=observed.no_previous,
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


def _completeness(
    observed: ObservedSessions, sessions: pd.DataFrame, versions: pd.DataFrame, entries: Roster, terms: Terms
) -> Completeness:
    known = np.array([id_ is None or entries[id_].known for id_ in observed.version_ids])
    unknown = int((observed.is_current & ~known[observed.version]).sum())
    found = problems(sessions, versions, observed.periods[-1], unknown=unknown, selection=terms.selection)
    found = tuple(map(masked, found))
    number = int(observed.is_current.sum())
    return Completeness(not found, number, statement(number, found, terms.selection), found)


def _version_numbers(observed: ObservedSessions) -> dict[str | None, Numbers]:
    """Return the numbers of each version with sessions in the last period, by its id."""
    found: dict[str | None, Numbers] = {}
    for index, id_ in enumerate(observed.version_ids[:-1]):
        before, now = (Counts.of(each) for each in observed.by_status[-2:, index])
        if now.sessions:
            found[id_] = numbers_of(now, before if observed.has_previous else None)
    return found


def _last_days(observed: ObservedSessions) -> tuple[list[str], NDArray[np.int64]]:
    """Return the days of the last two periods, or of all periods if these are days, and their sessions."""
    periods = observed.loaded if observed.periods[-1].unit == "day" else min(observed.loaded, 2)
    days = sum(len(period.days) for period in observed.periods[-periods:])
    return [day.isoformat() for day in observed.days[-days:]], observed.by_day[-days:]


def _without_numbers(found: Findings) -> Findings:
    """Return the findings of a load that failed: it saw no sessions, which does not mean that there were none."""
    nothing = Stack((), (), ())
    return replace(
        found,
        figures=(),
        versions=(),
        by_day=nothing,
        by_period=nothing,
        stopping_reasons=(),
        metrics=(),
        changes=Changes((), (), (), None, (), 0),
        quality=replace(found.quality, lines=(), late_period=None, late_changes=()),
    )


def _query(sessions: pd.DataFrame, versions: pd.DataFrame) -> tuple[tuple[str, str], ...]:
    """Return the filters that the frames were loaded with."""
    found = []
    for name, frame in (("sessions", sessions), ("versions", versions)):
        found += [(f"{name}: {key}", masked(value)) for key, value in filter_texts(attrs_of(frame)).items()]
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
    observed: ObservedSessions,
    entries: Roster,
    metrics: Sequence[str],
    texts_kept: Sequence[str],
    is_json: frozenset[str],
) -> pd.DataFrame:
    """Return the sessions as they were counted."""
    rows, labels = observed.rows, [entries[id_].label for id_ in observed.version_ids]
    columns: dict[str, Any] = {
        "id": rows["id"],
        "created_at": rows["created_at"].astype(pd.DatetimeTZDtype("us", "UTC")),
        "period": _categories(observed.period, [period.code for period in observed.periods]),
        "day": _categories(observed.day, [day.isoformat() for day in observed.days]),
        "version_id": rows["version_id"],
        "version": pd.array(np.array(labels, dtype=object)[observed.version], dtype="string"),
        "status": rows["status"],
        "production": pd.array(observed.production, dtype="boolean"),
    }
    further = ("user_id", "test_case_id", "stopping_reason", *metrics, *texts_kept)
    for name in (each for each in further if each in rows and each not in columns):
        values = rows[name]
        if values.dtype == object:  # any values, of which only those of one type were counted
            values = numbers(values, is_json=name in is_json).found if name in metrics else texts(values).found
        columns[name] = values
    return pd.DataFrame(columns | {"error_shape": observed.error_shape})


def _categories(codes: NDArray[np.int64], names: list[str]) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, categories=pd.Index(names, dtype=object))
