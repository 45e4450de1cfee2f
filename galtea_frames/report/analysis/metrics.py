"""Quantiles of numeric columns, by version and in total."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from galtea_frames.report.analysis.fields import numbers
from galtea_frames.report.findings import Metric, MetricLine, Quantiles

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from galtea_frames.report.analysis.known_versions import Roster
    from galtea_frames.report.analysis.sessions import Observations

_LEVELS = (0.5, 0.9, 0.95)
_SHOWN = 8
_NONE = Quantiles(0, None, None, None)

#: Numbers beyond this are divided before they are interpolated, by a power of two, so that nothing is rounded.
_LARGE, _SCALE = 2.0**1000, 2.0**30


def measure(column: str, seen: Observations, entries: Roster, *, is_json: bool) -> Metric:
    """Return the quantiles of a column in the last two periods, those versions first that have most values.

    Quantiles are interpolated linearly between two values, as pandas, NumPy and Excel do by default. What is no number
    is left out, and counted.

    Args:
        column: the name of any column.
        seen: the sessions of all periods.
        entries: what is known of the versions.
        is_json: whether its text is JSON, as in columns of several types.
    """
    total = MetricLine(None, "All versions", _NONE, _NONE)
    current = seen.period == seen.current
    if column not in seen.rows:
        return Metric(column, total, (), 0, int(current.sum()), ())
    read = numbers(seen.rows[column], is_json=is_json)
    values = read.found.reset_index(drop=True)
    now, before = (values.where(seen.period == place) for place in (seen.current, seen.current - 1))
    total = MetricLine(None, "All versions", *(_all(each) for each in (now, before)))
    of_now, of_before = (_by_version(each, seen.version) for each in (now, before))
    lines = [
        MetricLine(seen.version_ids[place], entries[seen.version_ids[place]].label, found, of_before.get(place, _NONE))
        for place, found in of_now.items()
    ]
    lines.sort(key=lambda line: (-line.now.n, line.version_id or ""))
    values_of_any_kind = total.now.n + int(read.strange[current].sum())
    return Metric(column, total, tuple(lines), values_of_any_kind, int(current.sum()), ())


def with_hint(metric: Metric, sessions: pd.DataFrame) -> Metric:
    """Return a metric without any number with the columns that have some: its name may be misspelt."""
    if metric.total.now.n:
        return metric
    kinds = zip(map(str, sessions.columns), sessions.dtypes, strict=True)
    numeric = [name for name, kind in kinds if is_numeric_dtype(kind) and not is_bool_dtype(kind)]
    return replace(metric, numeric=tuple(dict.fromkeys(numeric))[:_SHOWN])


def _all(values: pd.Series[float]) -> Quantiles:
    return _by_version(values, np.zeros(len(values), dtype=np.int64)).get(0, _NONE)


def _by_version(values: pd.Series[float], version: NDArray[np.int64]) -> dict[int, Quantiles]:
    present = values.notna().to_numpy()
    scale = _SCALE if values.abs().max() > _LARGE else 1.0
    groups = (values[present] / scale).groupby(version[present])
    sizes, levels = groups.size(), [groups.quantile(level) for level in _LEVELS]
    return {
        int(place): Quantiles(int(sizes[place]), *(float(level[place]) * scale for level in levels))
        for place in sizes.index
    }
