"""Findings to HTML and Markdown, with all text escaped."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from galtea_frames.pages import wording
from galtea_frames.pages.rendering import environment, html_page, image, unlinked
from galtea_frames.report.pages import sparklines
from galtea_frames.report.pages.score_charts import score_chart_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jinja2 import Environment

    from galtea_frames.pages.pictures import Chart, Look
    from galtea_frames.pages.rendering import Pictures
    from galtea_frames.report.checks import ThresholdResult
    from galtea_frames.report.findings import Findings, VersionLine

#: Versions on a page; report.json has them all.
_VERSIONS = 60

#: Metrics in each place, and versions of each.
_METRICS, _VERSIONS_OF_METRIC = 30, 10

#: Versions of each sum.
_VERSIONS_OF_SUM = 20

#: The smallest upper end of a scale, so that a rate of 0.2 % does not look alarming.
_LEAST_TOP = 0.05


def html(findings: Findings, pictures: Pictures, *, contents: bool = True) -> str:
    """Return the report as one HTML page without scripts or requests.

    Args:
        findings: the content.
        pictures: each chart's PNG for light and for dark pages.
        contents: whether it begins with a table of contents.
    """
    names = _names(findings) | {"show_contents": contents}
    return html_page(_environment(markdown=False), "report.html.j2", names, pictures)


def markdown(findings: Findings, charts: Iterable[Chart] = (), folder: str = "") -> str:
    """Return the report as GitHub Flavored Markdown, whose tables fit the width of a page there.

    Args:
        findings: the content.
        charts: charts to show as images.
        folder: the folder of their files, relative to that of the Markdown.
    """
    images = [image(f"{folder}/{chart.name}.png", chart.alt) for chart in charts]
    return _environment(markdown=True).get_template("report.md.j2").render(_names(findings), images=images)


def email_body(findings: Findings, sources: Mapping[Chart, str], look: Look) -> str:
    """Return a short page for email, with all styles inline, since readers of email remove others.

    Args:
        findings: the content.
        sources: the URL of each chart to show.
        look: the colours.
    """
    made = _environment(markdown=False)
    return made.get_template("email.html.j2").render(_names(findings), sources=sources, look=look)


@cache
def _environment(*, markdown: bool) -> Environment:
    """Return what renders the report's templates."""
    made = environment("galtea_frames.report.pages", markdown=markdown)
    made.filters |= {"lines": sparklines.lines, "across": sparklines.across, "unlinked": unlinked, "checks": _checks}
    return made


def _names(findings: Findings) -> dict[str, Any]:
    """Return the variables of the templates."""
    versions = findings.versions[:_VERSIONS]
    return {
        "found": findings,
        "versions": versions,
        "more_versions": findings.versions[_VERSIONS:],
        "top": max([_LEAST_TOP, *(line.failure_rate.high or 0.0 for line in versions if not line.few)]),
        "trend_top": max([_LEAST_TOP, *(value for line in versions if not line.few for value in _trend(line))]),
        "version_colours": {line.id: line.colour for line in findings.versions if line.colour is not None},
        "score_charts": score_chart_names(findings),
        "score_room": _METRICS,
        "version_room": _VERSIONS_OF_METRIC,
        "group_room": _VERSIONS_OF_SUM,
        "points": wording.points,
        "signed_score": wording.signed_score,
        "totals": {line.name: line for line in findings.figures},
        "value": wording.named_value,
        "limit": wording.limit,
        "outcome": _outcome,
        "contents": [],  # filled by the headings as they are rendered
    }


def _outcome(level: str, outcome: str) -> str:
    """Return the outcome of a threshold in words: next to "fail if", "held" could be read as its opposite."""
    broken = {"fail": "failed", "warn": "warning"}[level]
    return {"broken": broken, "held": "passed"}.get(outcome, wording.NOTHING)


def _checks(result: ThresholdResult) -> str:
    """Say how many versions did not break a threshold, or how many checks if versions have several."""
    rest = result.held + result.not_judged
    noun = "check" if any(each.where for each in rest) else "version"
    return wording.plural(len(rest), f"other {noun}" if result.broken else noun)


def _trend(line: VersionLine) -> list[float]:
    return [each.value for each in line.trend if each is not None and each.value is not None]
