"""Charts of pass rates by metric, one for production and one for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galtea_frames.pages import lettering
from galtea_frames.pages.pictures import Chart, height_of, label_rows, shortened, write_below
from galtea_frames.pages.wording import percent
from galtea_frames.report.conditions import PLACES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes

    from galtea_frames.pages.pictures import Look
    from galtea_frames.report.conditions import Place
    from galtea_frames.report.findings import Findings
    from galtea_frames.report.scored import ScoredMetric, ScoreLine

#: Metrics in a chart; the tables have more.
_ROOM = 14


def score_charts(findings: Findings) -> Iterator[Chart]:
    """Yield a chart for each place with scores."""
    for place, metrics in _by_place(findings).items():
        yield _pass_rates(place, metrics[:_ROOM], findings.scope.period.code, findings.scope.previous.code)


def score_chart_names(findings: Findings) -> list[str]:
    """Return the names of these charts."""
    return [_name(place) for place in _by_place(findings)]


def _by_place(findings: Findings) -> dict[Place, list[ScoredMetric]]:
    metrics = () if findings.scores is None else findings.scores.metrics
    found = {place: [each for each in metrics if each.place == place] for place in PLACES}
    return {place: each for place, each in found.items() if each}


def _name(place: Place) -> str:
    return f"pass_rates_in_{place}"


def _pass_rates(place: Place, metrics: Sequence[ScoredMetric], period: str, previous: str) -> Chart:
    parts = (f"{shortened(each.label)} {_words(each.total)}" for each in metrics)
    alt = f"Pass rate by metric in {place} with its 95 % interval, before and now: {'; '.join(parts)}."

    def draw(axes: Axes, look: Look) -> None:
        for row, metric in enumerate(metrics):
            _draw_row(axes, look, row, metric.total)
        names = lettering.names([(each.label, each.metric_id) for each in metrics], "metric")
        few = [" *" if each.total.few else "" for each in metrics]
        label_rows(axes, [name + mark for name, mark in zip(names, few, strict=True)])
        axes.set_xlim(-2, 102)
        note = "\n* fewer than 30 scored sessions" if any(few) else ""
        write_below(axes, f"pass rate, %, with 95 % interval\n● {period}   ○ {previous}{note}")

    return Chart(_name(place), f"Pass rate in {place}", alt, height_of(len(metrics)) + 0.1, draw)


def _draw_row(axes: Axes, look: Look, row: int, line: ScoreLine) -> None:
    """Draw the pass rate of this period with its interval, and above it that of the previous one."""
    now, before = line.now.pass_rate, line.before.pass_rate
    colour = look.other if line.few else look.colours[0]
    if before.value is not None:
        axes.plot([100 * before.value], [row - 0.22], "o", color=look.other, markerfacecolor=look.ground, markersize=5)
    # Whatever is drawn has a score in this period.
    low, value, high = (100 * (each or 0.0) for each in (now.low, now.value, now.high))
    axes.plot([low, high], [row, row], color=colour, linewidth=2.2, alpha=0.55)
    axes.plot([value], [row], "o", color=colour, markersize=6)


def _words(line: ScoreLine) -> str:
    now, before = line.now.pass_rate, line.before.pass_rate
    return f"{percent(before.value)}, {percent(now.value)} of {now.n:,}"
