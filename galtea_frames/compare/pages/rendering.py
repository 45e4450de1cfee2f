"""A comparison to HTML and Markdown, with all text escaped."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from galtea_frames.compare.pages import views
from galtea_frames.compare.summary import Verdict
from galtea_frames.pages import wording
from galtea_frames.pages.rendering import environment, html_page

if TYPE_CHECKING:
    from jinja2 import Environment

    from galtea_frames.compare.findings import Findings

#: The class and the sign of each verdict.
_LOOKS = {
    Verdict.INCOMPLETE: ("incomplete", "?"),
    Verdict.WORSE: ("down", "▼"),
    Verdict.MIXED: ("plain-verdict", "±"),
    Verdict.BETTER: ("up", "▲"),
    Verdict.NO_DIFFERENCE: ("plain-verdict", "="),
    Verdict.TOO_FEW: ("plain-verdict", "?"),
    Verdict.NOTHING_SHARED: ("plain-verdict", "0"),
}


def html(found: Findings) -> str:
    """Return the comparison as one HTML page without scripts or requests."""
    return html_page(_environment(markdown=False), "comparison.html.j2", _names(found), {})


def markdown(found: Findings) -> str:
    """Return the comparison as GitHub Flavored Markdown."""
    return _environment(markdown=True).get_template("comparison.md.j2").render(_names(found))


def _names(of: Findings) -> dict[str, Any]:
    """Return the variables of the templates."""
    known = pd.concat([of.metrics[["metric_id", "metric"]], of.coverage[["metric_id", "metric"]]]).dropna(
        subset=["metric_id"]
    )
    rows = views.rows_of(known.drop_duplicates("metric_id"))
    called = views.metric_labels((str(row["metric_id"]), row["metric"]) for row in rows)
    metrics = views.rows_of(of.metrics)
    total = views.rows_of(of.coverage)[0]
    return {
        "found": of,
        "look": _LOOKS[of.verdict],
        "called": called,
        "metrics": metrics[: views.METRICS],
        "more_metrics": len(metrics) - views.METRICS,
        "reach": views.reach_of(metrics),
        "heats": views.heats(of.groups, {str(row["metric_id"]): called[str(row["metric_id"])] for row in rows}),
        "flips": views.flips(of.cases),
        "cases": len(of.cases),
        "environments": views.environments(of.sessions),
        "coverage": views.coverage_lines(of.coverage, called),
        "total": total,
        "title": f"{of.candidate.label} compared with {of.baseline.label}",
    }


@cache
def _environment(*, markdown: bool) -> Environment:
    """Return what renders the templates of comparisons."""
    made = environment("galtea_frames.compare.pages", markdown=markdown)
    made.filters |= {name: getattr(wording, name) for name in ("score", "signed_score", "signed_number", "p_value")}
    made.filters |= {"place": views.place, "shade": views.shade}
    return made
