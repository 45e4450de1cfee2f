"""The API's times: ISO 8601 text there, microseconds since 1970 here; pure."""

from __future__ import annotations

import re
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from galtea_frames.printable import printable, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: Time columns: microseconds, in UTC.
TIME = pa.timestamp("us", "UTC")

#: Digits after the second in the API's times (docs/api.md, "Rows").
USUAL_DIGITS = 3

#: The formats of `render`: digits after the second, and the unit's name in Python and in Arrow.
LAYOUTS = {USUAL_DIGITS: ("milliseconds", "ms"), 0: ("seconds", "s"), 6: ("microseconds", "us")}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY = timedelta(days=1) // _MICROSECOND

#: ISO 8601: a day, optionally with a time and a zone. Python's own parser accepts more, depending on the release: any
#: letter before the zone, and a fraction of an hour as one of a second.
_ISO = re.compile(
    r"(?:\d{4}-\d\d-\d\d|\d{8}|\d{4}-?W\d\d(?:-?\d)?)"
    r"(?:[Tt ](?:\d\d(?::\d\d(?::\d\d(?:[.,]\d+)?)?)?|\d{4}(?:\d\d(?:[.,]\d+)?)?)"
    r" ?(?:[Zz]|[+-]\d\d(?::?[0-5]\d(?::?[0-5]\d(?:\.\d+)?)?)?)?)?",
    re.ASCII,
)

#: The format of nearly all times, which every Python release parses alike.
_USUAL = re.compile(r"\d{4}-\d\d-\d\dT(?:[01]\d|2[0-3]):\d\d:\d\d(?:\.\d+)?Z", re.ASCII)

#: Characters of an error to quote in another one.
_QUOTED = 100

#: Midnight as the end of a day, which Python parses since 3.14.
_DAYS_END = re.compile(r"(?<=[T ])24(?=:?00(?::?00(?:[.,]0*)?)?(?:[Z+-]|$))")

#: Units of numpy times that do not name a day.
_NO_DAY = ("Y", "M", "W", "generic")


def instant(text: str) -> int:
    """Return the microseconds since 1970 of an ISO 8601 time; further digits are truncated.

    A time without an offset is UTC.

    Raises:
        ValueError: the text is not an ISO 8601 time, or it is outside the years 1 to 9999 in UTC.
    """
    moment = _moment(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        return (moment.astimezone(UTC) - _EPOCH) // _MICROSECOND
    except OverflowError:
        raise ValueError(f"not between the years 1 and 9999 in UTC: {quoted(text)}") from None


def _moment(text: str) -> datetime:
    """Parse ISO 8601 text; the result is naive if the text has no zone."""
    try:
        if _USUAL.fullmatch(text):
            return datetime.fromisoformat(text)
        if _ISO.fullmatch(text) is None:
            raise ValueError("no form of ISO 8601")  # noqa: TRY301 - one message for all problems
        usual = text.upper().replace(" Z", "Z").replace(" +", "+").replace(" -", "-")
        midnight = _DAYS_END.sub("00", usual)
        moment = datetime.fromisoformat(midnight)
        return moment if midnight == usual else moment + timedelta(days=1)
    except (ValueError, OverflowError) as problem:
        raise ValueError(f"Invalid isoformat string: {quoted(text)} ({printable(str(problem)[:_QUOTED])})") from None


def wire_text(value: str | date | np.datetime64) -> str:
    """Return a caller's time in the API's format: in UTC, with a `Z`. Naive times are UTC, and dates mean midnight.

    Raises:
        ValueError: the value cannot be parsed as a time, or it is NaT.
    """
    return _written(_day_or_moment(value), time.min)


def end_of_day(value: str | date | np.datetime64) -> str:
    """Return the end of a span of time in the API's format: as `wire_text`, but dates mean their last microsecond.

    The API compares inclusively and most likely stores milliseconds. The last microsecond is still within the day if it
    truncates digits, and loses no rows if it keeps them.
    """
    return _written(_day_or_moment(value), time.max)


def _day_or_moment(value: str | date | np.datetime64) -> date:
    """Return a datetime, or a date if the value has no time."""
    if isinstance(value, np.datetime64):
        return _of_numpy(value)
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        return _moment(value.strip())


def _of_numpy(value: np.datetime64) -> date:
    unit = np.datetime_data(value.dtype)[0]
    if np.isnat(value) or unit in _NO_DAY:
        raise ValueError(f"neither a time nor a day: {value!r}")
    if not MINYEAR <= int(value.astype("datetime64[Y]").astype(np.int64)) + _EPOCH.year <= MAXYEAR:
        raise ValueError(f"not between the years {MINYEAR} and {MAXYEAR}: {value!r}")
    day_or_moment: date = value.astype("datetime64[D]" if unit == "D" else "datetime64[us]").item()
    return day_or_moment


def _written(moment: date, of_day: time) -> str:
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, of_day)
    if moment != moment:  # noqa: PLR0124 - only NaT is unequal to itself
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
        ValueError: one of them is not an ISO 8601 time.
    """
    moments = _parse_all(texts)
    return np.array([instant(text) for text in texts], dtype=np.int64) if moments is None else moments


def arrow_times(texts: pa.Array) -> pa.Array | None:
    """Return texts as times if Arrow parses all of them as `instant` would, else None; nulls stay null."""
    try:
        times = pc.cast(texts, TIME)
    except pa.ArrowInvalid:  # no zone, too many digits, or not a time
        return None
    return times if _within_calendar(times) else None


def _within_calendar(times: pa.Array) -> bool:
    """Return whether all times are certainly within the years of `instant`: Arrow also accepts year 0."""
    bounds = pc.min_max(times.cast(pa.int64())).as_py()
    least, most = bounds["min"], bounds["max"]
    return least is None or (least >= FIRST_INSTANT + _DAY and most <= LAST_INSTANT)


def _parse_all(texts: Sequence[str]) -> NDArray[np.int64] | None:
    """Return the instants if Arrow can parse all times, which is twenty times faster than one by one; else None."""
    try:
        times = arrow_times(pa.array(texts, pa.string()))
    except UnicodeEncodeError:
        return None
    return None if times is None else times.cast(pa.int64()).to_numpy()


#: The years 1 to 9999.
FIRST_INSTANT = instant("0001-01-01T00:00:00Z")
LAST_INSTANT = instant("9999-12-31T23:59:59.999999Z")
