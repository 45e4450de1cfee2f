"""Quantiles of numeric columns, by version and in total."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from galtea_frames.report.analysis.fields import numbers
from galtea_frames.report.analysis.metadata import numeric_columns
from galtea_frames.report.findings import Metric, MetricLine, Quantiles

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from galtea_frames.report.analysis.known_versions import Roster
    from galtea_frames.report.analysis.metadata import Metadata
    from galtea_frames.report.analysis.sessions import ObservedSessions

_LEVELS = (0.5, 0.9, 0.95)
_HINTS = 8
_NONE = Quantiles(0, None, None, None)

#: Larger numbers are scaled down before interpolation, by a power of two, which rounds nothing.
_LARGE, _SCALE = 2.0**1000, 2.0**30


def measure(column: str, observed: ObservedSessions, entries: Roster, *, is_json: bool) -> Metric:
    """Return the quantiles of a column in the last two periods, versions with the most values first.

    Quantiles are interpolated linearly, the default of pandas, NumPy and Excel. Values that are not numbers are left
    out and counted.

    Args:
        column: the name of any column.
        observed: the sessions of all periods.
        entries: what is known of the versions.
        is_json: whether its text is JSON, as in columns of mixed types.
    """
    total = MetricLine(None, "All versions", _NONE, _NONE)
    sessions = int(observed.is_current.sum())
    if column not in observed.rows:
        return Metric(column, total, (), 0, sessions, ())
    read = numbers(observed.rows[column], is_json=is_json)
    values = read.found.reset_index(drop=True)
    now, before = (values.where(mask) for mask in (observed.is_current, observed.is_previous))
    total = MetricLine(None, "All versions", *(_all(each) for each in (now, before)))
    of_now, of_before = (_by_version(each, observed.version) for each in (now, before))
    ids = {index: observed.version_ids[index] for index in of_now}
    lines = [
        MetricLine(ids[index], entries[ids[index]].label, found, of_before.get(index, _NONE))
        for index, found in of_now.items()
    ]
    lines.sort(key=lambda line: (-line.now.n, line.version_id or ""))
    present = total.now.n + int(read.strange[observed.is_current].sum())
    return Metric(column, total, tuple(lines), present, sessions, ())


def with_hint(metric: Metric, sessions: pd.DataFrame, metadata: Metadata | None) -> Metric:
    """Return a metric without numbers with the names of numeric columns: its own may be misspelt."""
    if metric.total.now.n:
        return metric
    names = numeric_columns(sessions) + (() if metadata is None else metadata.numeric)
    numeric = sorted({name for name in names if name != metric.column})
    return replace(metric, numeric=tuple(numeric[:_HINTS]))


def _all(values: pd.Series[float]) -> Quantiles:
    return _by_version(values, np.zeros(len(values), dtype=np.int64)).get(0, _NONE)


def _by_version(values: pd.Series[float], version: NDArray[np.int64]) -> dict[int, Quantiles]:
    present = values.notna().to_numpy()
    scale = _SCALE if values.abs().max() > _LARGE else 1.0
    groups = (values[present] / scale).groupby(version[present])
    sizes, levels = groups.size(), [groups.quantile(level) for level in _LEVELS]
    return {
        int(index): Quantiles(int(sizes[index]), *(float(level[index]) * scale for level in levels))
        for index in sizes.index
    }
