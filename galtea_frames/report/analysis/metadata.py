"""The columns of metadata, looked up apart from the sessions that a report counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pandas.api.types import is_bool_dtype, is_numeric_dtype

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from galtea_frames.report.periods import Period

#: What the names of these columns start with.
METADATA = "metadata."


@dataclass(frozen=True)
class Metadata:
    """The columns of metadata in the last period.

    Attributes:
        new: columns that no earlier period has values in.
        numeric: columns of numbers.
    """

    new: tuple[str, ...]
    numeric: tuple[str, ...]


def survey(load: Callable[[Sequence[Period], list[str]], pd.DataFrame], periods: Sequence[Period]) -> Metadata:
    """Look up which columns of metadata only the last period has.

    Nearly all of them are found in the period before, so older ones are rarely read, and then only for the columns that
    are still missing.

    Args:
        load: returns the sessions of some periods with the columns of these names.
        periods: oldest first; at least two.
    """
    last = load(periods[-1:], [METADATA.rstrip(".")])
    new = [str(name) for name in last.columns if str(name).startswith(METADATA) and last[name].notna().any()]
    for earlier in (periods[-2:-1], periods[:-2]):
        if new and earlier:
            found = load(earlier, new)
            new = [name for name in new if name not in found or not found[name].notna().any()]
    return Metadata(tuple(new), numeric_columns(last))


def numeric_columns(frame: pd.DataFrame) -> tuple[str, ...]:
    """Return the columns of numbers."""
    kinds = zip(map(str, frame.columns), frame.dtypes, strict=True)
    return tuple(name for name, kind in kinds if is_numeric_dtype(kind) and not is_bool_dtype(kind))
