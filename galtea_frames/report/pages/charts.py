"""Charts as PNG, for light and for dark pages; the same findings give the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galtea_frames.pages import lettering
from galtea_frames.pages.pictures import Chart, height_of, label_rows, shortened, write_below
from galtea_frames.pages.wording import number, percent
from galtea_frames.report.pages.score_charts import score_charts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes

    from galtea_frames.pages.pictures import Look
    from galtea_frames.report.findings import Findings, Metric, Scope, Stack, VersionLine

#: Versions in a chart; the tables have them all.
_ROOM = 14
_DRAWABLE = 1e200

#: The part of the failure rates' axis beyond the longest interval, and the least that it shows.
_MARGIN, _LEAST = 1.06, 0.05


def charts(findings: Findings) -> tuple[Chart, ...]:
    """Return the charts that have something to draw."""
    return tuple(_charts(findings))


def _charts(findings: Findings) -> Iterator[Chart]:
    if any(findings.by_day.totals):
        yield _sessions_by_day(findings.by_day, findings.scope)
    if findings.versions:
        yield _failure_rates(findings)
    yield from score_charts(findings)
    if any(findings.by_period.totals):
        yield _shares(findings.by_period)
    if findings.stopping_reasons:
        yield _stopping_reasons(findings)
    for number_of, metric in enumerate(findings.metrics, 1):
        if metric.versions and _can_be_drawn(metric):
            yield _quantiles(metric, number_of)


def _can_be_drawn(metric: Metric) -> bool:
    """Tell whether matplotlib can draw the numbers: an axis reaches beyond them, and must end at numbers too."""
    levels = (level for line in metric.versions for level in (line.now.median, line.now.p90, line.now.p95))
    return all(abs(level) < _DRAWABLE for level in levels if level is not None)


# -- charts --


def _sessions_by_day(stack: Stack, scope: Scope) -> Chart:
    busiest = max(range(len(stack.axis)), key=stack.totals.__getitem__)
    first = None if scope.unit == "day" else stack.axis.index(scope.period.first_day)
    alt = (
        f"Stacked bars: sessions per day by version, {stack.axis[0]} to {stack.axis[-1]}, {sum(stack.totals):,} in all;"
        f" busiest day {stack.axis[busiest]} with {stack.totals[busiest]:,}."
        f"{f' {scope.period.code} begins on {stack.axis[first]}.' if first else ''}"
    )

    def draw(axes: Axes, look: Look) -> None:
        _bars(axes, look, stack, [1.0] * len(stack.axis))
        axes.set_ylabel("sessions per day")
        _ticks(axes, [label[5:] for label in stack.axis])
        _whole_numbers(axes)
        if first:
            _divide(axes, look, first, scope)

    return Chart("sessions_by_day", "Sessions per day by version", alt, 3.0, draw)


def _shares(stack: Stack) -> Chart:
    last = sorted(stack.series, key=lambda series: (-series.values[-1], series.label))
    total = stack.totals[-1]
    parts = (f"{shortened(each.label)} {percent(each.values[-1] / total)}" for each in last if each.values[-1])
    alt = f"Stacked bars: share of sessions by version in each period. In the last one: {', '.join(parts)}."

    def draw(axes: Axes, look: Look) -> None:
        _bars(axes, look, stack, [100 / total if total else 0.0 for total in stack.totals])
        axes.set_ylim(0, 100)
        axes.set_ylabel("% of sessions")
        _ticks(axes, [label.partition("-")[2] or label for label in stack.axis])

    return Chart("share_of_versions", "Share of sessions by version", alt, 3.0, draw)


def _failure_rates(findings: Findings) -> Chart:
    lines = findings.versions[:_ROOM]
    parts = (f"{shortened(line.label)} {percent(line.failure_rate.value)} of {line.failure_rate.n:,}" for line in lines)
    alt = f"Failure rate by version with its 95 % interval: {'; '.join(parts)}."

    edge = _edge(lines)
    beyond = any((line.failure_rate.high or 0) > edge for line in lines)

    def draw(axes: Axes, look: Look) -> None:
        for row, line in enumerate(lines):
            _interval(axes, look, row, line, edge)
        axes.set_xlim(0, 100 * edge)
        names = lettering.names([(line.label, line.id) for line in lines], "version")
        label_rows(axes, [name + (" *" if line.few else "") for name, line in zip(names, lines, strict=True)])
        few = "\n* fewer than 30 ended sessions" if any(line.few for line in lines) else ""
        write_below(axes, f"failure rate, %, with 95 % interval{few}{'   ▸ goes on' if beyond else ''}")

    return Chart("failure_rate_by_version", "Failure rate by version", alt, height_of(len(lines)), draw)


def _edge(lines: Sequence[VersionLine]) -> float:
    """Return where the axis ends: intervals of few sessions reach far, and would leave the others no room."""
    many = [line for line in lines if not line.few] or lines
    return min(1.0, _MARGIN * max(_LEAST, *(line.failure_rate.high or 0.0 for line in many)))


def _interval(axes: Axes, look: Look, row: int, line: VersionLine, edge: float) -> None:
    """Draw a failure rate and its interval, with a sign at the edge if they reach beyond it."""
    found = line.failure_rate
    if found.value is None or found.low is None or found.high is None:
        return
    colour = look.colour(line.colour)
    fill = look.ground if line.few else colour
    reach = [100 * min(found.low, edge), 100 * min(found.high, edge)]
    axes.plot(reach, [row, row], color=colour, linewidth=2.2, alpha=0.55)
    if found.value <= edge:
        axes.plot([100 * found.value], [row], "o", color=colour, markerfacecolor=fill, markersize=6, clip_on=False)
    if found.high > edge:
        words = f"{percent(found.value)} ▸" if found.value > edge else "▸"
        box = {"facecolor": look.ground, "edgecolor": "none", "pad": 1}
        axes.text(100 * edge, row, words, ha="right", va="center", fontsize=7.5, color=look.text, bbox=box)


def _stopping_reasons(findings: Findings) -> Chart:
    reasons = findings.stopping_reasons
    names = ["all others" if each.text is None else shortened(each.text) for each in reasons]
    parts = (f"{name} {each.sessions:,}" for name, each in zip(names, reasons, strict=True))
    alt = f"Bars: sessions by stopping reason: {'; '.join(parts)}."

    drawn = ["all others" if each.text is None else each.text for each in reasons]

    def draw(axes: Axes, look: Look) -> None:
        colours = [look.other if each.text is None else look.colours[0] for each in reasons]
        axes.barh(range(len(reasons)), [each.sessions for each in reasons], height=0.62, color=colours)
        label_rows(axes, lettering.names([(each, None) for each in drawn], "reason"))
        write_below(axes, "sessions")

    return Chart("stopping_reasons", "Stopping reasons", alt, height_of(len(reasons)), draw)


def _quantiles(metric: Metric, number_of: int) -> Chart:
    lines = metric.versions[:_ROOM]
    parts = (f"{shortened(line.label)} {number(line.now.median)}, {number(line.now.p95)}" for line in lines)
    name = shortened(metric.column)
    alt = f"Median and 95th percentile of {name} by version: {'; '.join(parts)}."

    def draw(axes: Axes, look: Look) -> None:
        for row, line in enumerate(lines):
            levels = [level for level in (line.now.median, line.now.p90, line.now.p95) if level is not None]
            axes.plot(levels, [row] * len(levels), color=look.other, linewidth=2.2, alpha=0.6)
            for level, sign in zip(levels, "oD|", strict=True):
                axes.plot([level], [row], sign, color=look.colours[0], markersize=6, markeredgewidth=1.6)
        label_rows(axes, lettering.names([(line.label, line.version_id) for line in lines], "version"))
        written = name if lettering.can_draw(name) else f"metric {number_of}"
        write_below(axes, f"{written}\n● median   ◆ 90th   | 95th percentile")

    return Chart(f"metric_{number_of}", f"{name} by version", alt, height_of(len(lines)), draw)


# -- drawing --


def _bars(axes: Axes, look: Look, stack: Stack, scale: list[float]) -> None:
    """Draw stacked bars, scaled per bar, with a legend below."""
    from matplotlib.collections import PolyCollection  # noqa: PLC0415

    floor = [0.0] * len(stack.axis)
    names = lettering.names([(series.label, series.version_id) for series in stack.series], "version")
    for series, name in zip(stack.series, names, strict=True):
        top = [low + value * factor for low, value, factor in zip(floor, series.values, scale, strict=True)]
        bars = [
            [(index - 0.4, low), (index - 0.4, high), (index + 0.4, high), (index + 0.4, low)]
            for index, (low, high) in enumerate(zip(floor, top, strict=True))
        ]
        axes.add_collection(  # much cheaper than `bar`, which adds an artist per bar
            PolyCollection(
                bars,
                facecolor=look.colour(series.colour),
                edgecolor=look.ground,
                linewidth=0.6,
                label=f" {name}",  # legends omit labels that begin with an underscore
            )
        )
        floor = top
    axes.autoscale_view()
    axes.set_ylim(bottom=0)
    axes.grid(axis="y")
    longest = max(map(len, names))
    axes.figure.legend(loc="outside lower center", ncols=max(1, 46 // (longest + 5)), handlelength=1, handleheight=1)


def _divide(axes: Axes, look: Look, first: int, scope: Scope) -> None:
    """Draw a line before the first day of the period, with the codes of both periods above."""
    axes.axvline(first - 0.5, color=look.text, linewidth=0.9, linestyle=(0, (3, 3)))
    last = axes.get_xlim()[1]
    for code, start, end in ((scope.previous.code, -0.5, first - 0.5), (scope.period.code, first - 0.5, last)):
        axes.text((start + end) / 2, 1.01, code, transform=axes.get_xaxis_transform(), ha="center", va="bottom")


def _ticks(axes: Axes, labels: list[str]) -> None:
    """Label as many ticks as there is room for, including the last."""
    step = max(1, -(-len(labels) // 8))
    ticks = range((len(labels) - 1) % step, len(labels), step)
    axes.set_xticks(list(ticks), [labels[tick] for tick in ticks])


def _whole_numbers(axes: Axes) -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
