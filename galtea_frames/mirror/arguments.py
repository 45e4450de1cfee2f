"""Arguments that only mirrors take: `as_of`, `lookback`, and `removed_at` among the columns."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from galtea_frames.api.times import as_datetime, instant, wire_text
from galtea_frames.errors import QueryError
from galtea_frames.mirror.rows import REMOVED_AT
from galtea_frames.printable import quoted

if TYPE_CHECKING:
    from collections.abc import Collection

#: A span as text, each number with a unit: "7D", "1 day 12 hours", "7 days, 12:00:00"; or in ISO 8601.
_SPAN = re.compile(
    r"\s*((\d+(\.\d*)?\s*[a-zµμ]+[,\s]*)+(\d+:\d\d:\d\d(\.\d+)?)?|\d+:\d\d:\d\d(\.\d+)?|P\S+)\s*",
    re.IGNORECASE | re.ASCII,
)


def parse_moment(as_of: object) -> int | datetime | None:
    """Return the version, or the time in UTC, that `as_of` names.

    Raises:
        QueryError: the value is neither.
    """
    if as_of is None or (isinstance(as_of, int) and not isinstance(as_of, bool)):
        return as_of
    try:
        if not isinstance(as_of, str | date | np.datetime64):
            raise TypeError  # noqa: TRY301 - one message for every invalid value
        return as_datetime(instant(wire_text(as_of)))
    except (TypeError, ValueError, OverflowError):
        raise QueryError(
            f'as_of must be a version of the table or a time such as "2026-03-01", not {quoted(as_of)}'
        ) from None


def check_removed_at(columns: Collection[str], *, include_removed: bool, prefix: str = "") -> None:
    """Check that `columns` names `removed_at` only for frames that have removed rows.

    Raises:
        QueryError: it does for others.
    """
    if REMOVED_AT in columns and not include_removed:
        raise QueryError(f"columns: {prefix + REMOVED_AT!r} needs include_removed=True")


def parse_span(lookback: object) -> int:
    """Return a span of time in microseconds.

    Raises:
        QueryError: the value is not a span, has no unit, or is negative.
    """
    try:
        span = _span(lookback)
        if not span >= timedelta(0):  # false for NaT too
            raise ValueError  # noqa: TRY301 - as above
    except (TypeError, ValueError, OverflowError):
        raise QueryError(
            f'lookback must be a span of time with a unit, such as "7D" or "36h", not {quoted(lookback)}'
        ) from None
    return span // timedelta(microseconds=1)


def _span(lookback: object) -> timedelta:
    # pandas reads a number without a unit as nanoseconds.
    if isinstance(lookback, str) and not _SPAN.fullmatch(lookback):
        raise ValueError
    if isinstance(lookback, np.timedelta64) and np.datetime_data(lookback)[0] == "generic":
        raise ValueError
    if not isinstance(lookback, str | timedelta | np.timedelta64):
        raise TypeError
    return lookback if isinstance(lookback, timedelta) else pd.Timedelta(lookback)
