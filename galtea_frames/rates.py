"""Rates and differences between rates, with 95 % confidence intervals; pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

#: The normal distribution's 97.5 % point: both intervals are two-sided 95 % ones.
_Z = 1.959963984540054

#: A common rule of thumb: a rate of fewer cases is marked and never ranked.
ENOUGH = 30


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
class Difference:
    """The difference of two rates with its 95 % interval; all values are None if either rate has no cases.

    Source: R. G. Newcombe, "Interval estimation for the difference between independent proportions: comparison of
    eleven methods", Statistics in Medicine 17 (1998), 873-890; its method 10, the hybrid of two Wilson intervals.

    Attributes:
        value: the difference, as a fraction: 0.02 is two percentage points.
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
