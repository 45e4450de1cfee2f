"""Findings as about ten lines of plain text, for a chat or a terminal; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galtea_frames.pages.rendering import unlinked
from galtea_frames.pages.wording import count, cut, percent, points, signed_count, signed_percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from galtea_frames.rates import Difference, Rate
    from galtea_frames.report.findings import Findings, TotalLine, VersionLine
    from galtea_frames.report.scored import ScoredMetric, Scores

#: Versions, metrics and next steps that are named; the page has them all.
_VERSIONS, _METRICS, _STEPS = 3, 3, 3

#: The longest line and the longest name, in characters.
_LINE, _LABEL = 400, 40


def text(findings: Findings) -> str:
    """Return the report as about ten lines, without markup, mentions and links."""
    return "\n".join(cut(unlinked(line), _LINE) for line in _lines(findings))


def title(findings: Findings) -> str:
    """Return the verdict, the period and the selection on one line."""
    scope = findings.scope
    selection = "" if scope.selection is None else f", {scope.selection}"
    return f"{findings.verdict}: Galtea sessions, {scope.period.title}{selection}"


def _lines(findings: Findings) -> Iterator[str]:
    yield title(findings)
    yield findings.headline
    totals = {line.name: line for line in findings.figures}
    if totals:
        parts = (("sessions", "sessions"), ("failure_rate", "failure rate"), ("production", "in production"))
        yield "; ".join(_total(totals[name], words) for name, words in parts)
    for line in findings.versions[:_VERSIONS]:
        yield f"- {_version(line)}"
    if len(findings.versions) > _VERSIONS:
        yield f"- and {count(len(findings.versions) - _VERSIONS)} more"
    if findings.scores is not None:
        yield from _scores(findings.scores)
    for step in findings.next_steps[:_STEPS]:
        yield f"Next: {step.text}"
    yield f"{findings.completeness.statement}, as of {findings.scope.as_of} ({findings.scope.timezone})"


def _scores(scores: Scores) -> Iterator[str]:
    """Yield the pass rates of the metrics that matter most, in production and in tests."""
    for place, title in (("production", "Scores in production"), ("tests", "Scores in tests")):
        metrics = [each for each in scores.metrics if each.place == place and each.total.now.pass_rate.n]
        if metrics:
            more = f"; {count(len(metrics) - _METRICS)} more" if len(metrics) > _METRICS else ""
            yield f"{title}: {'; '.join(map(_metric, metrics[:_METRICS]))}{more}"


def _metric(metric: ScoredMetric) -> str:
    """Return a metric with its pass rate."""
    rate, change = metric.total.now.pass_rate, _moved(metric.total.pass_rate_change)
    few = ", few" if metric.total.few else ""
    return f"{cut(metric.label, _LABEL)} {percent(rate.value)} of {count(rate.n)} pass{_interval(rate)}{change}{few}"


def _total(line: TotalLine, words: str) -> str:
    """Return a total with its change."""
    if line.unit == "share":
        return f"{words} {percent(line.now)}{_moved(line.change)}"
    relative = "" if line.relative is None else f", {signed_percent(line.relative)}"
    change = "" if not line.change.value else f" ({signed_count(line.change.value)}{relative})"
    return f"{count(line.now)} {words}{change}"


def _moved(change: Difference) -> str:
    """Return a change of a share in percentage points."""
    if change.value is None:
        return ""
    return f", {points(change.value)} points" if round(abs(change.value), 3) else ", unchanged"


def _interval(rate: Rate) -> str:
    return f" ({percent(rate.low)} to {percent(rate.high)})"


def _version(line: VersionLine) -> str:
    """Return a version with its failure rate."""
    rate, label = line.failure_rate, cut(line.label, _LABEL)
    if rate.value is None:
        return f"{label}: {count(line.sessions)} sessions, none ended yet"
    few = ", few" if line.few else ""
    return f"{label}: {percent(rate.value)} of {count(rate.n)} failed{_interval(rate)}{_moved(line.change)}{few}"
