"""Rates, means and their differences against published values and another library."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from galtea_frames.rates import Difference, Mean, Rate, difference, mean, mean_difference, rate

if TYPE_CHECKING:
    from random import Random

#: R. G. Newcombe, "Two-sided confidence intervals for the single proportion: comparison of seven methods",
#: Statistics in Medicine 17 (1998), 857-872, table I, method 3.
WILSON = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0000, 0.1611),
    (1, 29, 0.0061, 0.1718),
]

#: R. G. Newcombe, "Interval estimation for the difference between independent proportions", table II, method 10.
NEWCOMBE = [
    ((56, 70), (48, 80), 0.0524, 0.3339),
    ((9, 10), (3, 10), 0.1705, 0.8090),
    ((6, 7), (2, 7), 0.0582, 0.8062),
    ((5, 56), (0, 29), -0.0381, 0.1926),
    ((0, 10), (0, 20), -0.1611, 0.2775),
    ((0, 10), (0, 10), -0.2775, 0.2775),
    ((10, 10), (0, 20), 0.6791, 1.0000),
    ((10, 10), (0, 10), 0.6075, 1.0000),
]


@pytest.mark.parametrize(("count", "n", "low", "high"), WILSON)
def test_wilson_intervals_are_the_published_ones(count: int, n: int, low: float, high: float) -> None:
    """To the four digits that are printed."""
    found = rate(count, n)
    assert found.value == pytest.approx(count / n)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("now", "before", "low", "high"), NEWCOMBE)
def test_differences_have_the_published_intervals(
    now: tuple[int, int], before: tuple[int, int], low: float, high: float
) -> None:
    """To the four digits that are printed."""
    found = difference(rate(*now), rate(*before))
    assert found.value == pytest.approx(now[0] / now[1] - before[0] / before[1])
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_a_share_of_nothing_is_none() -> None:
    """Not 0 %; and nothing can be compared with it."""
    nothing = rate(0, 0)
    assert Rate(0, 0, None, None, None) == nothing
    assert Difference(None, None, None) == difference(nothing, rate(1, 2)) == difference(rate(1, 2), nothing)


@settings(deadline=None)
@given(st.integers(0, 10**7), st.integers(1, 10**7))
def test_intervals_hold_their_rate(count: int, n: int) -> None:
    """Within 0 and 1, at either end exactly."""
    count = min(count, n)
    found = rate(count, n)
    assert found.low is not None
    assert found.value is not None
    assert found.high is not None
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert (found.low == 0) == (count == 0)
    assert (found.high == 1) == (count == n)


#: Values, and those they are compared with.
SAMPLES = [
    ([0.2, 0.4, 0.9], [0.1, 0.1, 0.3, 0.8]),
    ([0.0, 1.0] * 20, [1.0] * 10),
    ([0.5, 0.5, 0.5000001], [0.2, 0.7]),
    ([-3.0, 1e6, 17.5], [2.0, 2.5, 2.25, 1.0, 9.0]),
    ([1e-90, 2e-90], [3e-90, 7e-90]),
]


@pytest.mark.parametrize(("now", "before"), SAMPLES)
def test_means_have_the_intervals_of_statsmodels(now: list[float], before: list[float]) -> None:
    """Student's t for one sample, Welch's for the difference of two."""
    found = mean(now)
    assert len(now) == found.n
    assert found.value == pytest.approx(statistics.fmean(now))
    assert found.deviation == pytest.approx(statistics.stdev(now))
    assert (found.low, found.high) == pytest.approx(DescrStatsW(now).tconfint_mean(), rel=1e-9)
    change = mean_difference(found, mean(before))
    assert change.value == pytest.approx(statistics.fmean(now) - statistics.fmean(before))
    expected = CompareMeans(DescrStatsW(now), DescrStatsW(before)).tconfint_diff(usevar="unequal")
    assert (change.low, change.high) == pytest.approx(expected, rel=1e-9)


def test_an_interval_that_is_undefined_is_none() -> None:
    """Of no values, of one, and of values that are all equal, even if their mean is rounded."""
    assert Mean(0, None, None, None, None) == mean([])
    assert Mean(1, 0.5, None, None, None) == mean([0.5])
    equal = mean([0.1] * 7)
    assert (7, None, None, 0.0) == (equal.n, equal.low, equal.high, equal.deviation)
    assert Difference(None, None, None) == mean_difference(mean([]), equal) == mean_difference(equal, mean([]))
    for other in (mean([0.5]), mean([0.5, 0.5])):
        found = mean_difference(other, equal)
        assert found.value == pytest.approx(0.4)
        assert (None, None) == (found.low, found.high)
    assert mean_difference(mean([0.5]), mean([0.1, 0.2])).low is None


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=2, max_size=20), st.randoms())
def test_a_mean_does_not_depend_on_the_order(values: list[float], random: Random) -> None:
    """To the last bit; it lies in its interval, if there is one."""
    found = mean(values)
    shuffled = random.sample(values, len(values))
    assert found == mean(shuffled)
    if found.low is not None:
        assert found.value is not None
        assert found.high is not None
        assert found.low <= found.value <= found.high
