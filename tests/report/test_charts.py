"""What the charts of a report show: scales that fit most versions, and where the period begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from report_frames import report_on, sessions, two_weeks

from galtea_frames.pages.pictures import LIGHT
from galtea_frames.report.pages.charts import charts

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

    import galtea_frames as gf


def drawn(report: gf.Report, name: str) -> Axes:
    """Return the axes of a chart."""
    (chart,) = (each for each in charts(report.findings) if each.name == name)
    axes = Figure().add_subplot()
    chart.draw(axes, LIGHT)
    return axes


def texts_of(axes: Axes) -> list[str]:
    """Return the texts within axes."""
    return [each.get_text() for each in axes.texts]


def note_below(axes: Axes) -> str:
    """Return what is written below a chart."""
    figure = axes.get_figure()
    assert isinstance(figure, Figure)
    return figure.get_supxlabel()


def across(line: Line2D) -> list[float]:
    """Return the x coordinates of a line."""
    return [float(each) for each in np.asarray(line.get_xdata())]


def two_versions(*, failed: int, of: int, few: list[dict[str, Any]]) -> gf.Report:
    """Return a report on a version with many sessions and one with few."""
    world = [*sessions(of - failed, "2026-03-24"), *sessions(failed, "2026-03-24", "FAILED"), *few]
    return report_on(world, thresholds=[])


def test_versions_with_few_sessions_do_not_stretch_the_failure_rates() -> None:
    """One failure in one is written at the edge; the note says that such an interval goes on."""
    few = sessions(1, "2026-03-24", "FAILED", "v2")
    report = two_versions(failed=10, of=200, few=few)
    axes = drawn(report, "failure_rate_by_version")
    high = report.findings.versions[0].failure_rate.high
    assert high is not None
    assert 0 == axes.get_xlim()[0]
    assert pytest.approx(106 * high) == axes.get_xlim()[1]
    assert ["100.0\u00a0% ▸"] == texts_of(axes)
    assert "▸ goes on" in note_below(axes)
    assert max(x for line in axes.lines for x in across(line)) <= 106 * high


def test_a_rate_within_the_edge_has_its_mark() -> None:
    """Only its interval is cut."""
    axes = drawn(
        two_versions(failed=10, of=200, few=sessions(3, "2026-03-24", version="v2")), "failure_rate_by_version"
    )
    assert ["▸"] == texts_of(axes)
    assert 2 == sum(line.get_marker() == "o" for line in axes.lines)


@pytest.mark.parametrize(("failed", "of", "edge"), [(0, 4_000, 5.3), (100, 100, 100), (1, 2, 96.0)])
def test_the_edge_is_no_closer_than_five_percent_and_no_further_than_all(failed: int, of: int, edge: float) -> None:
    """If all versions have few sessions, their intervals have room; nothing goes on then."""
    axes = drawn(two_versions(failed=failed, of=of, few=[]), "failure_rate_by_version")
    assert pytest.approx(edge, abs=0.06) == axes.get_xlim()[1]
    assert [] == texts_of(axes)
    assert "goes on" not in note_below(axes)


def test_a_version_of_which_no_session_has_ended_has_a_row_without_a_mark() -> None:
    """There is nothing to divide by."""
    axes = drawn(
        two_versions(failed=1, of=40, few=sessions(2, "2026-03-24", "PENDING", "v2")), "failure_rate_by_version"
    )
    assert 2 == len(axes.get_yticks())
    assert 1 == sum(line.get_marker() == "o" for line in axes.lines)


@pytest.mark.parametrize(("period", "codes"), [("week", ["2026-W12", "2026-W13"]), ("month", ["2026-01", "2026-02"])])
def test_a_line_marks_where_the_period_begins(period: str, codes: list[str]) -> None:
    """Between two days, with the codes of the periods above; the alternative text says it too."""
    world = [*two_weeks(), *sessions(3, "2026-01-05"), *sessions(3, "2026-02-05")]
    report = report_on(world, period=period)
    axes = drawn(report, "sessions_by_day")
    assert codes == texts_of(axes)
    first = report.findings.by_day.axis.index(report.findings.scope.period.first_day)
    assert [[first - 0.5] * 2] == [across(line) for line in axes.lines]
    alt = next(each.alt for each in charts(report.findings) if each.name == "sessions_by_day")
    assert alt.endswith(f" {codes[1]} begins on {report.findings.scope.period.first_day}.")


@pytest.mark.parametrize("options", [{"period": "day"}, {}])
def test_there_is_no_line_where_nothing_is_divided(options: dict[str, Any]) -> None:
    """Days are periods themselves, and a report may have one period only."""
    attrs = {} if options else {"filters": {"from_created_at": "2026-03-23T00:00:00+00:00"}}
    report = report_on(sessions(9, "2026-03-29"), attrs=attrs, **options)
    axes = drawn(report, "sessions_by_day")
    assert [] == texts_of(axes)
    assert [] == list(axes.lines)
