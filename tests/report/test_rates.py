"""Rates and their differences against published values."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from galtea_frames.rates import Difference, Rate, difference, rate

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
