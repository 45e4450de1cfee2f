"""Quantiles of numeric columns, by version and in total."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from galtea_frames.errors import ReportError
from galtea_frames.findings import Metric, MetricLine, Quantiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from galtea_frames.observations import Observations
    from galtea_frames.roster import Roster

_LEVELS = (0.5, 0.9, 0.95)
_SHOWN = 8
_NONE = Quantiles(0, None, None, None)


def check_metrics(sessions: pd.DataFrame, metrics: Sequence[str]) -> None:
    """Refuse names that are no numeric columns; a frame without rows has no nested columns to compare with.

    Raises:
        ReportError: a column is missing, or not of numbers.
    """
    numeric = [str(name) for name in sessions.columns if _is_numeric(sessions[name])]
    for name in metrics:
        if name not in numeric and len(sessions):
            what = "not a column of numbers" if name in sessions.columns else "no column of these sessions"
            listed = ", ".join(numeric[:_SHOWN]) or "there is none"
            raise ReportError(f"metric {name!r} is {what}; columns of numbers are: {listed}")


def measure(column: str, seen: Observations, entries: Roster) -> Metric:
    """Return the quantiles of a column in the last two periods, those versions first that have most values.

    Quantiles are interpolated linearly between two values, as pandas, NumPy and Excel do by default.
    """
    if column not in seen.rows:
        return Metric(column, MetricLine(None, "All versions", _NONE, _NONE), ())
    values = pd.Series(seen.rows[column].to_numpy(dtype="float64", na_value=np.nan))
    now, before = (values.where(seen.period == place) for place in (seen.current, seen.current - 1))
    total = MetricLine(None, "All versions", *(_all(each) for each in (now, before)))
    of_now, of_before = (_by_version(each, seen.version) for each in (now, before))
    lines = [
        MetricLine(seen.version_ids[place], entries[seen.version_ids[place]].label, found, of_before.get(place, _NONE))
        for place, found in of_now.items()
    ]
    return Metric(column, total, tuple(sorted(lines, key=lambda line: (-line.now.n, line.version_id or ""))))


def _all(values: pd.Series[float]) -> Quantiles:
    return _by_version(values, np.zeros(len(values), dtype=np.int64)).get(0, _NONE)


def _by_version(values: pd.Series[float], version: NDArray[np.int64]) -> dict[int, Quantiles]:
    present = values.notna().to_numpy()
    groups = values[present].groupby(version[present])
    sizes, levels = groups.size(), [groups.quantile(level) for level in _LEVELS]
    return {
        int(place): Quantiles(int(sizes[place]), *(float(level[place]) for level in levels)) for place in sizes.index
    }


def _is_numeric(values: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
