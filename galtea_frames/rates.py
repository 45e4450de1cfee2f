"""Rates, means and their differences, with 95 % confidence intervals; pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum, sqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

#: The level of the upper end of all intervals, which are two-sided 95 % ones.
_UPPER = 0.975

#: The normal distribution's point of that level.
_Z = 1.959963984540054

#: A common rule of thumb: a rate or a mean of fewer cases is marked and never ranked.
ENOUGH = 30

#: The fewest values with a spread.
_SPREAD = 2


@dataclass(frozen=True)
class Rate:
    """A rate with its 95 % Wilson score interval; value, low and high are None if `n` is 0.

    Source: E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", Journal of the
    American Statistical Association 22 (1927), 209-212.

    Attributes:
        count: number of cases with the property.
        n: total number of cases.
        value: count / n.
        low: lower end of the interval.
        high: upper end of the interval.
    """

    count: int
    n: int
    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Mean:
    """A mean with its 95 % interval by Student's t.

    The interval is None if it is undefined: for fewer than two values, and for values that are all equal, whose spread
    says nothing about further ones.

    Attributes:
        n: number of values.
        value: their mean; None if there are none.
        low: lower end of the interval.
        high: upper end of the interval.
        deviation: standard deviation of the sample; None for fewer than two values.
    """

    n: int
    value: float | None
    low: float | None
    high: float | None
    deviation: float | None


@dataclass(frozen=True)
class Difference:
    """The difference of two rates or means with its 95 % interval; all values are None if either has no cases.

    Of rates, by R. G. Newcombe, "Interval estimation for the difference between independent proportions: comparison of
    eleven methods", Statistics in Medicine 17 (1998), 873-890; its method 10, the hybrid of two Wilson intervals. Of
    means, by B. L. Welch, "The generalization of Student's problem when several different population variances are
    involved", Biometrika 34 (1947), 28-35; the ends are None if either mean is of one value, or if all values of both
    are equal.

    Attributes:
        value: the difference; that of rates is a fraction: 0.02 is two percentage points.
        low: lower end of the interval.
        high: upper end of the interval.
    """

    value: float | None
    low: float | None
    high: float | None


def rate(count: int, n: int) -> Rate:
    """Return `count` / `n` with its 95 % confidence interval.

    Args:
        count: number of cases with the property, such as failed sessions; at most `n`.
        n: total number of cases; with fewer than `ENOUGH`, the interval is wide.
    """
    if not n:
        return Rate(count, n, None, None, None)
    share = count / n
    centre = share + _Z**2 / (2 * n)
    reach = _Z * sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    scale = 1 + _Z**2 / n
    # At the ends, the formula gives 0 and 1 up to rounding.
    low = 0.0 if count == 0 else (centre - reach) / scale
    high = 1.0 if count == n else (centre + reach) / scale
    return Rate(count, n, share, low, high)


def difference(now: Rate, before: Rate) -> Difference:
    """Return `now` minus `before`; if the interval contains 0, chance alone may explain the difference.

    Args:
        now: the rate of interest.
        before: the rate to compare with, of other sessions: the two must be independent.
    """
    if now.value is None or now.low is None or now.high is None:
        return Difference(None, None, None)
    if before.value is None or before.low is None or before.high is None:
        return Difference(None, None, None)
    between = now.value - before.value
    down = sqrt((now.value - now.low) ** 2 + (before.high - before.value) ** 2)
    up = sqrt((now.high - now.value) ** 2 + (before.value - before.low) ** 2)
    return Difference(between, between - down, between + up)


def mean(values: Collection[float]) -> Mean:
    """Return the mean of values with its 95 % confidence interval, whatever their order.

    Args:
        values: finite numbers, one per case; cases must be independent. With fewer than `ENOUGH`, the interval relies
            on their distribution being close to normal.
    """
    n = len(values)
    if not n:
        return Mean(0, None, None, None, None)
    value = fsum(values) / n
    if n < _SPREAD:
        return Mean(n, value, None, None, None)
    deviation = sqrt(fsum((each - value) ** 2 for each in values) / (n - 1)) if min(values) < max(values) else 0.0
    reach = _t(n - 1) * deviation / sqrt(n)
    return Mean(n, value, value - reach, value + reach, deviation) if reach else Mean(n, value, None, None, deviation)


def mean_difference(now: Mean, before: Mean) -> Difference:
    """Return `now` minus `before`, which need not have the same spread.

    Args:
        now: the mean of interest.
        before: the mean to compare with, of other cases: the two must be independent.
    """
    if now.value is None or before.value is None:
        return Difference(None, None, None)
    between = now.value - before.value
    if now.deviation is None or before.deviation is None:
        return Difference(between, None, None)
    variances = now.deviation**2 / now.n, before.deviation**2 / before.n
    if not sum(variances):
        return Difference(between, None, None)
    shares = [each / sum(variances) for each in variances]
    degrees = 1 / (shares[0] ** 2 / (now.n - 1) + shares[1] ** 2 / (before.n - 1))
    reach = _t(degrees) * sqrt(sum(variances))
    return Difference(between, between - reach, between + reach)


def _t(degrees: float) -> float:
    """Return the upper point of Student's t distribution."""
    from scipy.special import stdtrit  # noqa: PLC0415 - only means need it

    return float(stdtrit(degrees, _UPPER))
