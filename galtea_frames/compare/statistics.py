"""Differences with their 95 % intervals and p-values, by scipy; pure.

scipy is imported where it is used: it takes a second, and only comparisons need it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: The confidence level of all intervals, and the level of significance.
LEVEL, ALPHA = 0.95, 0.05

#: Decimals of a score that count. Averages of equal scores differ in the 16th, which is not a difference of versions.
DECIMALS = 12

#: Resamples of a bootstrap, and the most numbers to hold at a time.
_RESAMPLES, _AT_ONCE = 1_000, 2_000_000


@dataclass(frozen=True)
class PairedDifference:
    """The mean of paired differences; values that are undefined are None.

    Attributes:
        pairs: number of pairs.
        value: mean difference; None without pairs.
        low: lower end of the interval by Student's t; None for a single pair.
        high: upper end of the interval.
        p_value: two-sided p-value of no difference; None for a single pair, and if all differences are zero.
    """

    pairs: int
    value: float | None
    low: float | None
    high: float | None
    p_value: float | None


@dataclass(frozen=True, eq=False)
class Median:
    """A median with its percentile bootstrap interval; values that are undefined are None.

    Attributes:
        n: number of values.
        value: their median; None without values.
        low: lower end of the interval; None for values of fewer than two sessions.
        high: upper end of the interval.
        resampled: the medians of the resamples.
    """

    n: int
    value: float | None
    low: float | None
    high: float | None
    resampled: Floats | None


def paired_difference(differences: Floats) -> PairedDifference:
    """Return the mean of paired differences with its interval and p-value, by the paired t-test.

    If all differences are equal, their variance says nothing, so that the t-test is undefined. The interval is then
    that one difference, and the p-value is the sign test's, which needs no variance.

    Args:
        differences: candidate minus baseline, one per pair.
    """
    from scipy import stats  # noqa: PLC0415 - see above

    pairs = len(differences)
    if not pairs:
        return PairedDifference(0, None, None, None, None)
    mean = float(np.mean(differences))
    if pairs == 1:
        return PairedDifference(1, mean, None, None, None)
    if np.ptp(differences) == 0.0:
        same = float(differences[0])
        sign = float(stats.binomtest(pairs, pairs).pvalue) if same else None
        return PairedDifference(pairs, same, same, same, sign)
    found = stats.ttest_1samp(differences, 0.0)
    low, high = found.confidence_interval(LEVEL)
    return PairedDifference(pairs, mean, float(low), float(high), float(found.pvalue))


def holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Return p-values adjusted for all tests made, by Holm's step-down method; None stays None and counts as no test.

    Source: S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6
    (1979), 65-70.
    """
    given = sorted((value, place) for place, value in enumerate(p_values) if value is not None)
    adjusted: list[float | None] = [None] * len(p_values)
    largest = 0.0
    for rank, (value, place) in enumerate(given):
        largest = max(largest, min(1.0, value * (len(given) - rank)))
        adjusted[place] = largest
    return adjusted


def median(values: Floats, sessions: NDArray[np.int64], seed: int) -> Median:
    """Return a median with its bootstrap interval, from resamples of whole sessions.

    Turns of one session depend on each other, so that resamples of turns would give too narrow an interval.

    Args:
        values: the values of all turns.
        sessions: the session of each turn, as any number.
        seed: medians to be compared need different ones.
    """
    from scipy import stats  # noqa: PLC0415 - see above

    if not len(values):
        return Median(0, None, None, None, None)
    middle = float(np.median(values))
    order = np.argsort(values, kind="stable")
    ascending = values[order]
    ids, session = np.unique(sessions[order], return_inverse=True)
    if len(ids) == 1:
        return Median(len(values), middle, None, None, None)

    def medians(drawn: NDArray[np.int64], axis: int) -> Floats:  # noqa: ARG001 - the last one, as scipy has it
        return _medians(ascending, session, np.atleast_2d(drawn), len(ids))

    found = stats.bootstrap(
        (np.arange(len(ids)),),
        medians,
        vectorized=True,
        n_resamples=_RESAMPLES,
        batch=max(1, _AT_ONCE // len(values)),
        confidence_level=LEVEL,
        method="percentile",
        random_state=np.random.default_rng(seed),
    )
    low, high = found.confidence_interval
    return Median(len(values), middle, float(low), float(high), found.bootstrap_distribution)


def _medians(ascending: Floats, session: NDArray[np.int64], drawn: NDArray[np.int64], sessions: int) -> Floats:
    """Return the median of all turns of the sessions drawn, one for each row of `drawn`."""
    rows = len(drawn)
    times = np.bincount((drawn + sessions * np.arange(rows)[:, None]).ravel(), minlength=rows * sessions)
    reached = times.reshape(rows, sessions)[:, session].cumsum(axis=1)
    total = reached[:, -1:]
    middle = [(reached <= rank).sum(axis=1) for rank in ((total - 1) // 2, total // 2)]
    found: Floats = (ascending[middle[0]] + ascending[middle[1]]) / 2
    return found


def median_difference(candidate: Median, baseline: Median) -> tuple[float | None, float | None, float | None]:
    """Return the difference of two medians and its percentile bootstrap interval."""
    value = None if candidate.value is None or baseline.value is None else candidate.value - baseline.value
    if candidate.resampled is None or baseline.resampled is None:
        return value, None, None
    tail = 50 * (1 - LEVEL)
    low, high = np.percentile(candidate.resampled - baseline.resampled, [tail, 100 - tail])
    return value, float(low), float(high)
