"""The API's times: ISO 8601 text on the wire, instants in microseconds here; pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: Time columns: microseconds, in UTC.
TIME = pa.timestamp("us", "UTC")

#: How the API writes times: with milliseconds (api.md, "Rows").
USUAL_DIGITS = 3

#: The layouts that `render` gives: by digits after the second, their names for Python and for Arrow.
LAYOUTS = {USUAL_DIGITS: ("milliseconds", "ms"), 0: ("seconds", "s"), 6: ("microseconds", "us")}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1) // _MICROSECOND

#: Units of numpy's times that name no day.
_NO_DAY = ("Y", "M", "W", "generic")


def instant(text: str) -> int:
    """Return the microseconds since 1970 of an ISO 8601 time; digits beyond them are cut off.

    A time without an offset is UTC.

    Raises:
        ValueError: the text is no ISO 8601 time, or one outside the years 1 to 9999 in UTC.
    """
    if "\0" in text:  # Python would stop reading there
        raise ValueError(f"Invalid isoformat string: {text!r}")
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        return (moment.astimezone(UTC) - _EPOCH) // _MICROSECOND
    except OverflowError:
        raise ValueError(f"not between the years 1 and 9999 in UTC: {text!r}") from None


def wire_text(value: str | date | np.datetime64) -> str:
    """Return a caller's time as the API takes it: UTC, with a `Z`; what names no zone is UTC.

    A date stands for its midnight.

    Raises:
        ValueError: no time can be read from the value, or it is NaT.
    """
    return _written(_day_or_moment(value), time.min)


def end_of_day(value: str | date | np.datetime64) -> str:
    """Return the same of the end of a span of time: a date without a time stands for its last microsecond.

    The API compares inclusively and most likely stores milliseconds: this is the latest time that is of the day for
    whoever cuts digits off, and one millisecond less would lose rows of whoever has them.
    """
    return _written(_day_or_moment(value), time.max)


def _day_or_moment(value: str | date | np.datetime64) -> date:
    """Return a datetime, or the date that a value is without a time."""
    if isinstance(value, np.datetime64):
        return _of_numpy(value)
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        return datetime.fromisoformat(value.strip())


def _of_numpy(value: np.datetime64) -> date:
    unit = np.datetime_data(value.dtype)[0]
    if np.isnat(value) or unit in _NO_DAY:
        raise ValueError(f"neither a time nor a day: {value!r}")
    moment = value.item() if unit == "D" else value.astype("datetime64[us]").item()
    if not isinstance(moment, date):  # numpy counts further than a calendar
        raise ValueError(f"not between the years 1 and 9999: {value!r}")  # noqa: TRY004 - a value, not a type
    return moment


def _written(moment: date, of_day: time) -> str:
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, of_day)
    if moment != moment:  # noqa: PLR0124 - only NaT differs from itself
        raise ValueError("NaT is no time")
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    digits = "milliseconds" if moment.microsecond % 1000 == 0 else "microseconds"
    return datetime.isoformat(moment, timespec=digits).replace("+00:00", "Z")


def render(microseconds: int, digits: int) -> str:
    """Return an instant as ISO 8601 text in UTC with a `Z` and 0, 3 or 6 digits after the second."""
    return as_datetime(microseconds).isoformat(timespec=LAYOUTS[digits][0]).replace("+00:00", "Z")


def as_datetime(microseconds: int) -> datetime:
    """Return an instant as a datetime in UTC."""
    return _EPOCH + timedelta(microseconds=microseconds)


def instants(texts: Sequence[str]) -> NDArray[np.int64]:
    """Return the microseconds since 1970 of ISO 8601 times.

    Raises:
        ValueError: one of them is no ISO 8601 time.
    """
    moments = _read_together(texts)
    return np.array([instant(text) for text in texts], dtype=np.int64) if moments is None else moments


def arrow_times(texts: pa.Array) -> pa.Array | None:
    """Return the times that texts are, if Arrow can read all of them, and as `instant` does; nulls stay nulls."""
    try:
        times = pc.cast(texts, TIME)
    except pa.ArrowInvalid:  # no zone, more digits than it reads, or no time at all
        return None
    return times if _within_calendar(times) else None


def _within_calendar(times: pa.Array) -> bool:
    """Tell whether all times are surely of the years that `instant` reads: Arrow knows a year 0, also with offsets."""
    bounds = pc.min_max(times.cast(pa.int64())).as_py()
    least, most = bounds["min"], bounds["max"]
    return least is None or (least >= _FIRST_INSTANT + _DAY and most <= _LAST_INSTANT)


def _read_together(texts: Sequence[str]) -> NDArray[np.int64] | None:
    """Return the instants if Arrow can read all the times, which costs a twentieth of reading them one by one."""
    try:
        times = arrow_times(pa.array(texts, pa.string()))
    except UnicodeEncodeError:
        return None
    return None if times is None else times.cast(pa.int64()).to_numpy()


#: The years 1 to 9999.
_FIRST_INSTANT = instant("0001-01-01T00:00:00Z")
_LAST_INSTANT = instant("9999-12-31T23:59:59.999999Z")
