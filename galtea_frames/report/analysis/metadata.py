"""The columns of metadata, looked up apart from the sessions that a report counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from pandas.api.types import is_bool_dtype, is_numeric_dtype

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    import pandas as pd

    from galtea_frames.report.periods import Period

#: What the names of these columns start with.
METADATA = "metadata."

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Metadata:
    """The columns of metadata in the last period.

    Attributes:
        new: columns that no earlier period has values in.
        numeric: columns of numbers.
    """

    new: tuple[str, ...]
    numeric: tuple[str, ...]


def survey(load: Callable[[datetime, datetime, list[str]], pd.DataFrame], periods: Sequence[Period]) -> Metadata:
    """Look up which columns of metadata only the last period has.

    Nearly all of them are found in the day before it, so the time before is rarely read, and then only for the columns
    that are still missing.

    Args:
        load: returns the sessions from one time up to, but not including, another, with the columns of these names.
        periods: oldest first; at least two.
    """
    start, end = periods[-1].start, periods[-1].end
    last = load(start, end, [METADATA.rstrip(".")])
    new = [str(name) for name in last.columns if str(name).startswith(METADATA) and last[name].notna().any()]
    for since in (max(start - _DAY, periods[-2].start), periods[-2].start, periods[0].start):
        if new:
            found = load(since, start, new)
            new = [name for name in new if name not in found or not found[name].notna().any()]
    return Metadata(tuple(new), numeric_columns(last))


def numeric_columns(frame: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns of numbers."""
    kinds = zip(map(str, frame.columns), frame.dtypes, strict=True)
    return tuple(name for name, kind in kinds if is_numeric_dtype(kind) and not is_bool_dtype(kind))
