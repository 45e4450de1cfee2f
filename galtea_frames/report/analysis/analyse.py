"""Frames to findings: a period compared with the previous one, version by version."""

from __future__ import annotations

import platform
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import numpy as np

from galtea_frames._version import __version__
from galtea_frames.errors import masked
from galtea_frames.frames.load_attrs import json_columns
from galtea_frames.frames.origin import attrs_of
from galtea_frames.report.analysis.breakdowns import break_down
from galtea_frames.report.analysis.changes import find_changes
from galtea_frames.report.analysis.completeness import further_problems, problems, statement
from galtea_frames.report.analysis.evaluations import observe_scores
from galtea_frames.report.analysis.fields import texts
from galtea_frames.report.analysis.headline import headline
from galtea_frames.report.analysis.known_versions import roster
from galtea_frames.report.analysis.load_attrs import filter_texts
from galtea_frames.report.analysis.metrics import measure, with_hint
from galtea_frames.report.analysis.next_steps import next_steps
from galtea_frames.report.analysis.quality import assess
from galtea_frames.report.analysis.rows import TEXTS, further_columns, score_rows, session_rows
from galtea_frames.report.analysis.scores import score_findings
from galtea_frames.report.analysis.sessions import observe
from galtea_frames.report.analysis.stacks import colours_of, stack
from galtea_frames.report.analysis.subjects import subjects
from galtea_frames.report.analysis.sums import add_up, values_of
from galtea_frames.report.analysis.totals import stopping_reasons, total_lines
from galtea_frames.report.analysis.verdict import judge, verdict
from galtea_frames.report.analysis.version_lines import version_lines
from galtea_frames.report.findings import Changes, Completeness, Findings, Reproduction, Scope, Span, Stack

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from galtea_frames.report.analysis.evaluations import ObservedScores
    from galtea_frames.report.analysis.known_versions import Roster
    from galtea_frames.report.analysis.sessions import ObservedSessions
    from galtea_frames.report.inputs import Inputs
    from galtea_frames.report.periods import Period
    from galtea_frames.report.terms import Terms

_LIBRARIES = ("pandas", "pyarrow", "numpy", "jinja2", "matplotlib")


def analyse(inputs: Inputs, terms: Terms, command: str) -> tuple[Findings, pd.DataFrame, pd.DataFrame | None]:
    """Return the findings, the sessions behind them, and the scores behind them, if there are any.

    Args:
        inputs: the frames.
        terms: what the report is to be about.
        command: how to reproduce it.

    Raises:
        ReportError: the frames are not as the loaders return them.
    """
    texts_kept = TEXTS if terms.include_text else ()
    observed = observe(inputs.sessions, terms.periods, [*terms.metrics, *terms.sums, *terms.by, *texts_kept])
    entries = roster(inputs.versions, observed.version_ids)
    scores = None if inputs.scores is None or _unseen(inputs.scores) else observe_scores(inputs.scores, observed)
    completeness = _completeness(observed, inputs, entries, terms)
    found = _findings(
        observed,
        entries,
        scores,
        inputs=inputs,
        completeness=completeness,
        terms=terms,
        reproduction=Reproduction(masked(command), _query(inputs), _libraries()),
    )
    if not completeness.complete and inputs.sessions.empty:
        found = _without_numbers(found)
    found = replace(found, next_steps=next_steps(found))
    is_json = json_columns(attrs_of(inputs.sessions))
    rows = session_rows(observed, entries, [*terms.metrics, *terms.sums], [*terms.by, *texts_kept], is_json)
    rows = rows.assign(**further_columns(set(terms.sums + terms.by) - set(rows), observed, inputs))
    return found, rows, None if scores is None else score_rows(scores, observed, entries)


def _unseen(frame: pd.DataFrame) -> bool:
    """Tell whether a load failed: it saw no rows, which does not mean that there were none."""
    return frame.empty and attrs_of(frame).get("complete") is False


def _findings(
    observed: ObservedSessions,
    entries: Roster,
    scores: ObservedScores | None,
    *,
    inputs: Inputs,
    completeness: Completeness,
    terms: Terms,
    reproduction: Reproduction,
) -> Findings:
    scope, attrs = _scope(observed, inputs.versions, terms), attrs_of(inputs.sessions)
    judged = subjects(observed, entries, scores)
    results = tuple(judge(each, judged.of(each)) for each in terms.thresholds)
    outcome = verdict(results, complete=completeness.complete, sessions=completeness.sessions)
    is_json, colours = json_columns(attrs), colours_of(observed)
    codes = [period.code for period in observed.periods]
    days, by_day = _last_days(observed)
    shown = None if scores is None else score_findings(scores, observed.version_ids, entries)
    return Findings(
        verdict=outcome,
        headline=headline(outcome, results, completeness, scope, total=judged.total, versions=judged.versions),
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
            with_hint(measure(name, observed, entries, is_json=name in is_json), inputs.sessions, inputs.metadata)
            for name in terms.metrics
        ),
        scores=shown,
        sums=tuple(add_up(each, values_of(each, observed, inputs), observed, entries, inputs) for each in terms.sums),
        breakdowns=tuple(break_down(each, observed, inputs, scores, shown) for each in terms.by),
        changes=find_changes(observed, inputs.sessions, entries, inputs.metadata, include_text=terms.include_text),
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


def _completeness(observed: ObservedSessions, inputs: Inputs, entries: Roster, terms: Terms) -> Completeness:
    known = np.array([id_ is None or entries[id_].known for id_ in observed.version_ids])
    unknown = int((observed.is_current & ~known[observed.version]).sum())
    sessions, period, selection = inputs.sessions, observed.periods[-1], terms.selection
    found = problems(sessions, inputs.versions, period, unknown=unknown, selection=selection)
    for name, frame in inputs.frames.items():
        if name in ("scores", "turns"):
            found += further_problems(name, frame, sessions, period, selection=selection)
    found = tuple(map(masked, found))
    number = int(observed.is_current.sum())
    return Completeness(not found, number, statement(number, found, selection), found)


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
        scores=None,
        sums=(),
        breakdowns=(),
        changes=Changes((), (), (), None, (), 0),
        quality=replace(found.quality, lines=(), late_period=None, late_changes=()),
    )


def _query(inputs: Inputs) -> tuple[tuple[str, str], ...]:
    """Return the filters that the frames were loaded with."""
    found = []
    for name, frame in inputs.frames.items():
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
