"""One row per metric revision, or per group of test cases and metric revision: how much its scores differ; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from galtea_frames.compare.columns import table
from galtea_frames.compare.scores import KEY, passes
from galtea_frames.compare.statistics import ALPHA, holm, paired_difference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from galtea_frames.compare.scores import TwoSides

#: With fewer pairs, nothing is said about a metric.
ENOUGH = 10

BETTER, WORSE, SAME, FEW = "better", "worse", "no difference shown", "too few"

#: The verdicts in the order of their lines.
VERDICTS = (WORSE, BETTER, SAME, FEW)

METRICS: Mapping[str, Any] = {
    "metric_id": "string",
    "metric": "string",
    "pairs": "Int64",
    "baseline_mean": "Float64",
    "candidate_mean": "Float64",
    "difference": "Float64",
    "low": "Float64",
    "high": "Float64",
    "p_value": "Float64",
    "p_adjusted": "Float64",
    "baseline_pass_rate": "Float64",
    "candidate_pass_rate": "Float64",
    "fixed": "Int64",
    "broken": "Int64",
    "verdict": pd.CategoricalDtype(list(VERDICTS)),
}

GROUPS: Mapping[str, Any] = {
    "by": "string",
    "group": "string",
    "metric_id": "string",
    "metric": "string",
    "pairs": "Int64",
    "baseline_mean": "Float64",
    "candidate_mean": "Float64",
    "difference": "Float64",
    "low": "Float64",
    "high": "Float64",
}


def metrics_table(two: TwoSides) -> pd.DataFrame:
    """Return the columns of `METRICS`, one row per metric revision that has pairs: worse ones first."""
    names = two.metric_names
    found = [(str(id_), pairs) for id_, pairs in two.pairs.groupby(level="metric_id", sort=True)]
    tests = [paired_difference(pairs["difference"].to_numpy()) for _, pairs in found]
    adjusted = holm([test.p_value for test in tests])
    lines = []
    for (id_, pairs), test, p_adjusted in zip(found, tests, adjusted, strict=True):
        before, after = passes(pairs, "baseline"), passes(pairs, "candidate")
        means = pairs["baseline"].mean(), pairs["candidate"].mean()
        effect = test.pairs, *means, test.value, test.low, test.high, test.p_value, p_adjusted
        flips = before.mean(), after.mean(), int((after & ~before).sum()), int((before & ~after).sum())
        lines.append((id_, names[id_], *effect, *flips, verdict_of(test.pairs, test.value, p_adjusted)))
    lines.sort(key=lambda line: (VERDICTS.index(line[-1]), line[5], line[1] or "", line[0]))
    return table(METRICS, lines)


def verdict_of(pairs: int, difference: float | None, p_adjusted: float | None) -> str:
    """Return what may be said of a metric: better, worse, no difference shown, or too few pairs to say anything."""
    if pairs < ENOUGH or difference is None:
        return FEW
    if p_adjusted is None or p_adjusted >= ALPHA:
        return SAME
    return BETTER if difference > 0 else WORSE


def groups_table(two: TwoSides, by: Sequence[str]) -> pd.DataFrame:
    """Return the columns of `GROUPS`, one row per column, group of test cases and metric revision.

    Differences of groups are not tested: with many groups, some differ by chance.
    """
    names = two.metric_names
    return table(GROUPS, [line for name in by for line in _groups(two, name, names)])


def _groups(two: TwoSides, name: str, names: Mapping[str, str | None]) -> Iterator[tuple[Any, ...]]:
    group = group_of_pairs(two, name)
    for (value, id_), pairs in two.pairs.groupby([group, two.pairs.index.get_level_values(0)], dropna=False, sort=True):
        found = paired_difference(pairs["difference"].to_numpy())
        means = pairs["baseline"].mean(), pairs["candidate"].mean()
        effect = found.pairs, *means, found.value, found.low, found.high
        yield name, value if isinstance(value, str) else None, id_, names[str(id_)], *effect


def group_of_pairs(two: TwoSides, name: str) -> pd.Series[Any]:
    """Return the value of a column for each pair; null if its evaluations have none, or several."""
    used = two.used[two.used[name].notna()]
    values = used[name].groupby([used[key].astype(object) for key in KEY])
    first: pd.Series[Any] = values.first()
    return first.where(values.nunique().lt(2)).astype(object).reindex(two.pairs.index)
