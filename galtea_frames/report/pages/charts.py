"""Charts as PNG, for light and for dark pages; the same findings give the same bytes."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from galtea_frames.printable import printable
from galtea_frames.report.pages import lettering
from galtea_frames.report.wording import cut, number, percent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from matplotlib.axes import Axes

    from galtea_frames.report.findings import Findings, Metric, Stack

#: Versions in a chart; the tables have them all.
_ROOM = 14
_LABEL = 26
_DRAWABLE = 1e200
_WIDTH, _DPI = 3.9, 240


@dataclass(frozen=True)
class Look:
    """Colours of a page: background, text, grid, up to seven versions, and all others.

    The light ones are Okabe and Ito's from "Color Universal Design" (2008), which colour-blind readers can tell apart,
    except for their yellow, which is too pale on white. The dark ones are lighter shades of them.
    """

    ground: str
    text: str
    grid: str
    colours: tuple[str, ...]
    other: str

    def colour(self, number_of: int | None) -> str:
        """Return the colour of a series."""
        return self.other if number_of is None else self.colours[number_of]


LIGHT = Look(
    ground="#ffffff",
    text="#3d4450",
    grid="#e4e7ec",
    colours=("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#882255"),
    other="#a4acb8",
)
DARK = Look(
    ground="#171b22",
    text="#c3cad5",
    grid="#2c333e",
    colours=("#4ba3e3", "#e69f00", "#1dbf92", "#dd9ac0", "#9bd3f5", "#f07a3a", "#f0e442"),
    other="#717a88",
)


@dataclass(frozen=True)
class Chart:
    """A chart: the name of its file, title, alternative text, height, and a function that draws it."""

    name: str
    title: str
    alt: str
    height: float
    draw: Callable[[Axes, Look], None]

    def png(self, look: Look) -> bytes:
        """Return the picture as PNG."""
        # Imported here: importing matplotlib takes longer than building a report.
        from matplotlib import rc_context, rcdefaults  # noqa: PLC0415
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
        from matplotlib.figure import Figure  # noqa: PLC0415

        with rc_context():
            rcdefaults()  # the user's settings must not change the picture
            with rc_context(_settings(look)):
                figure = Figure(figsize=(_WIDTH, self.height), dpi=_DPI, layout="constrained", facecolor=look.ground)
                canvas = FigureCanvasAgg(figure)
                self.draw(figure.add_subplot(), look)
                file = io.BytesIO()
                # Not `savefig`, which lays out the figure twice. Without the name and version of matplotlib, so that
                # its updates do not change the bytes.
                canvas.print_png(file, metadata={"Software": None})  # type: ignore[no-untyped-call]
        return file.getvalue()


def charts(findings: Findings) -> tuple[Chart, ...]:
    """Return the charts that have something to draw."""
    return tuple(_charts(findings))


def _charts(findings: Findings) -> Iterator[Chart]:
    if any(findings.by_day.totals):
        yield _sessions_by_day(findings.by_day)
    if findings.versions:
        yield _failure_rates(findings)
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


def _settings(look: Look) -> dict[Any, Any]:
    return {
        "font.family": [*lettering.fonts()],
        "font.size": 8,
        "text.parse_math": False,  # a dollar sign in a version's name is a dollar sign
        "text.color": look.text,
        "axes.facecolor": look.ground,
        "axes.edgecolor": look.grid,
        "axes.labelcolor": look.text,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "grid.color": look.grid,
        "xtick.color": look.text,
        "ytick.color": look.text,
        "xtick.major.size": 0,
        "ytick.major.size": 0,
        "legend.frameon": False,
        "legend.fontsize": 7.5,
    }


# -- charts --


def _sessions_by_day(stack: Stack) -> Chart:
    busiest = max(range(len(stack.axis)), key=stack.totals.__getitem__)
    alt = (
        f"Stacked bars: sessions per day by version, {stack.axis[0]} to {stack.axis[-1]}, {sum(stack.totals):,} in all;"
        f" busiest day {stack.axis[busiest]} with {stack.totals[busiest]:,}."
    )

    def draw(axes: Axes, look: Look) -> None:
        _bars(axes, look, stack, [1.0] * len(stack.axis))
        axes.set_ylabel("sessions per day")
        _ticks(axes, [label[5:] for label in stack.axis])
        _whole_numbers(axes)

    return Chart("sessions_by_day", "Sessions per day by version", alt, 3.0, draw)


def _shares(stack: Stack) -> Chart:
    last = sorted(stack.series, key=lambda series: (-series.values[-1], series.label))
    total = stack.totals[-1]
    parts = (f"{_name(each.label)} {percent(each.values[-1] / total)}" for each in last if each.values[-1])
    alt = f"Stacked bars: share of sessions by version in each period. In the last one: {', '.join(parts)}."

    def draw(axes: Axes, look: Look) -> None:
        _bars(axes, look, stack, [100 / total if total else 0.0 for total in stack.totals])
        axes.set_ylim(0, 100)
        axes.set_ylabel("% of sessions")
        _ticks(axes, [label.partition("-")[2] or label for label in stack.axis])

    return Chart("share_of_versions", "Share of sessions by version", alt, 3.0, draw)


def _failure_rates(findings: Findings) -> Chart:
    lines = findings.versions[:_ROOM]
    parts = (f"{_name(line.label)} {percent(line.failure_rate.value)} of {line.failure_rate.n:,}" for line in lines)
    alt = f"Failure rate by version with its 95 % interval: {'; '.join(parts)}."

    def draw(axes: Axes, look: Look) -> None:
        for row, line in enumerate(lines):
            found = line.failure_rate
            if found.value is not None and found.low is not None and found.high is not None:
                colour = look.colour(line.colour)
                axes.plot([100 * found.low, 100 * found.high], [row, row], color=colour, linewidth=2.2, alpha=0.55)
                fill = look.ground if line.few else colour
                axes.plot([100 * found.value], [row], "o", color=colour, markerfacecolor=fill, markersize=6)
        names = lettering.names([(line.label, line.id) for line in lines], "version")
        _rows(axes, [name + (" *" if line.few else "") for name, line in zip(names, lines, strict=True)])
        axes.set_xlim(left=0)
        few = "\n* fewer than 30 ended sessions" if any(line.few for line in lines) else ""
        _below(axes, f"failure rate, %, with 95 % interval{few}")

    return Chart("failure_rate_by_version", "Failure rate by version", alt, _height(len(lines)), draw)


def _stopping_reasons(findings: Findings) -> Chart:
    reasons = findings.stopping_reasons
    names = ["all others" if each.text is None else _name(each.text) for each in reasons]
    parts = (f"{name} {each.sessions:,}" for name, each in zip(names, reasons, strict=True))
    alt = f"Bars: sessions by stopping reason: {'; '.join(parts)}."

    drawn = ["all others" if each.text is None else each.text for each in reasons]

    def draw(axes: Axes, look: Look) -> None:
        colours = [look.other if each.text is None else look.colours[0] for each in reasons]
        axes.barh(range(len(reasons)), [each.sessions for each in reasons], height=0.62, color=colours)
        _rows(axes, lettering.names([(each, None) for each in drawn], "reason"))
        _below(axes, "sessions")

    return Chart("stopping_reasons", "Stopping reasons", alt, _height(len(reasons)), draw)


def _quantiles(metric: Metric, number_of: int) -> Chart:
    lines = metric.versions[:_ROOM]
    parts = (f"{_name(line.label)} {number(line.now.median)}, {number(line.now.p95)}" for line in lines)
    name = _name(metric.column)
    alt = f"Median and 95th percentile of {name} by version: {'; '.join(parts)}."

    def draw(axes: Axes, look: Look) -> None:
        for row, line in enumerate(lines):
            levels = [level for level in (line.now.median, line.now.p90, line.now.p95) if level is not None]
            axes.plot(levels, [row] * len(levels), color=look.other, linewidth=2.2, alpha=0.6)
            for level, sign in zip(levels, "oD|", strict=True):
                axes.plot([level], [row], sign, color=look.colours[0], markersize=6, markeredgewidth=1.6)
        _rows(axes, lettering.names([(line.label, line.version_id) for line in lines], "version"))
        written = name if lettering.can_draw(name) else f"metric {number_of}"
        _below(axes, f"{written}\n● median   ◆ 90th   | 95th percentile")

    return Chart(f"metric_{number_of}", f"{name} by version", alt, _height(len(lines)), draw)


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


def _rows(axes: Axes, names: list[str]) -> None:
    """Label the rows, the first at the top."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(axis="x")
    axes.spines["left"].set_visible(False)


def _below(axes: Axes, words: str) -> None:
    """Write below the chart, centred in the whole picture, since the axes may be narrow."""
    axes.figure.supxlabel(words, fontsize=8)


def _ticks(axes: Axes, labels: list[str]) -> None:
    """Label as many ticks as there is room for, including the last."""
    step = max(1, -(-len(labels) // 8))
    ticks = range((len(labels) - 1) % step, len(labels), step)
    axes.set_xticks(list(ticks), [labels[tick] for tick in ticks])


def _whole_numbers(axes: Axes) -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))


def _height(rows: int) -> float:
    return 0.9 + 0.27 * max(rows, 3)


def _name(text: str) -> str:
    """Shorten text for a title or an alternative text."""
    return cut(printable(text), _LABEL)
