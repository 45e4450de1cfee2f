"""Differences, intervals and p-values against other implementations, and in the cases that have none."""

from __future__ import annotations

from itertools import pairwise
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.weightstats import DescrStatsW

from galtea_frames.compare.statistics import Median, holm, median, median_difference, paired_difference

DIFFERENCES = st.lists(st.integers(-100, 100).map(lambda each: each / 100), min_size=2, max_size=60)


@given(DIFFERENCES)
def test_a_paired_difference_is_that_of_the_t_test(values: list[float]) -> None:
    """Interval and p-value are those of statsmodels, which computes them on its own."""
    found = paired_difference(np.array(values))
    assert (len(values), np.mean(values)) == pytest.approx((found.pairs, found.value))
    if len(set(values)) > 1:
        other = DescrStatsW(values)
        assert other.tconfint_mean() == pytest.approx((found.low, found.high))
        assert other.ttest_mean()[1] == pytest.approx(found.p_value)


@given(DIFFERENCES)
def test_swapping_the_versions_mirrors_a_difference(values: list[float]) -> None:
    """Signs change, p-values do not: to the last bit."""
    one, other = paired_difference(np.array(values)), paired_difference(-np.array(values))
    assert (one.value, one.low, one.high) == (-(other.value or 0.0), -(other.high or 0.0), -(other.low or 0.0))
    assert one.p_value == other.p_value


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([], (None, None, None, None), id="no pairs"),
        pytest.param([0.25], (0.25, None, None, None), id="one pair"),
        pytest.param([0.0] * 12, (0.0, 0.0, 0.0, None), id="no difference at all"),
        pytest.param([-1.0] * 10, (-1.0, -1.0, -1.0, 2 / 2**10), id="all worse by the same amount: the sign test"),
        pytest.param([0.5] * 3, (0.5, 0.5, 0.5, 2 / 2**3), id="three better by the same amount"),
    ],
)
def test_where_the_t_test_is_undefined(values: list[float], expected: tuple[float | None, ...]) -> None:
    """There is no division by zero, and no number without a meaning."""
    found = paired_difference(np.array(values))
    assert expected == (found.value, found.low, found.high, found.p_value)


@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), max_size=12))
def test_adjusted_p_values_are_holms(values: list[float | None]) -> None:
    """They are those of statsmodels; a test that was not made counts for nothing."""
    made = [each for each in values if each is not None]
    expected = iter(multipletests(made, method="holm")[1] if made else [])
    assert [None if each is None else pytest.approx(next(expected)) for each in values] == holm(values)


def test_a_median_is_resampled() -> None:
    """With one turn per session, the interval is that of an ordinary bootstrap, up to its chance."""
    values = np.random.default_rng(1).lognormal(size=300)
    found = median(values, np.arange(300), seed=0)
    assert (300, np.median(values)) == (found.n, found.value)
    other = stats.bootstrap((values,), np.median, method="percentile", n_resamples=2000, random_state=7)
    assert tuple(other.confidence_interval) == pytest.approx((found.low, found.high), rel=0.05)
    assert found.low is not None
    assert found == median(values[::-1].copy(), np.arange(300), seed=0) or found.low < np.median(values)


def exact_median_interval(values: list[float]) -> tuple[float, float]:
    """Return the percentile interval of the exact bootstrap of a median of an odd number of values."""
    n, ordered = len(values), sorted(values)
    below = [
        sum(comb(n, k) * (i / n) ** k * (1 - i / n) ** (n - k) for k in range(n // 2 + 1, n + 1)) for i in range(n + 1)
    ]
    chances = [high - low for low, high in pairwise(below)]
    total = np.cumsum(chances)
    return ordered[int(np.searchsorted(total, 0.025))], ordered[int(np.searchsorted(total, 0.975))]


def test_a_bootstrap_interval_is_near_the_exact_one() -> None:
    """The chances of each value to be the median of a resample are known: they are binomial."""
    values = [float(each) for each in range(101)]
    found = median(np.array(values), np.arange(101), seed=3)
    assert exact_median_interval(values) == pytest.approx((found.low, found.high), abs=2)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 20)), min_size=1, max_size=40), st.integers(0, 3))
def test_resamples_are_medians_of_whole_sessions(turns: list[tuple[int, int]], seed: int) -> None:
    """Each lies between the extremes, and a session alone has no interval."""
    sessions, values = np.array([each for each, _ in turns]), np.array([float(each) for _, each in turns])
    found = median(values, sessions, seed)
    assert np.median(values) == found.value
    if len(set(sessions)) == 1:
        assert (None, None, None) == (found.low, found.high, found.resampled)
    else:
        assert found.low is not None
        assert found.high is not None
        assert found.resampled is not None
        assert values.min() <= found.low <= found.high <= values.max()
        possible = {float(np.median(values[np.isin(sessions, [each])])) for each in set(sessions)}
        assert len(set(sessions)) > 2 or set(found.resampled) <= possible | {float(np.median(values))}
        again = median(values, sessions, seed)
        assert (found.low, found.high) == (again.low, again.high)


def test_the_difference_of_medians_has_an_interval_of_its_own() -> None:
    """It is mirrored when the versions are swapped, and missing where a median has none."""
    rng = np.random.default_rng(5)
    slow = median(rng.normal(10, 1, 200), np.arange(200), seed=0)
    fast = median(rng.normal(8, 1, 200), np.arange(200), seed=1)
    value, low, high = median_difference(fast, slow)
    assert value is not None
    assert low is not None
    assert high is not None
    assert value == pytest.approx(-2, abs=0.4)
    assert low < value < high < 0
    assert (-value, -high, -low) == pytest.approx(median_difference(slow, fast))
    nothing = Median(0, None, None, None, None)
    assert (None, None, None) == median_difference(fast, nothing)
    assert (None, None, None) == median_difference(nothing, slow)
    alone = median_difference(median(np.array([9.0]), np.array([0]), seed=0), slow)
    assert (None, None) == alone[1:]
    assert 9.0 - float(np.median(slow.value or 0)) == alone[0]
