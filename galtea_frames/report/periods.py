"""Equal, closed spans of time in a time zone: days, ISO weeks, months; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from galtea_frames.errors import QueryError
from galtea_frames.printable import quoted

Unit = Literal["day", "week", "month"]

UNITS: tuple[str, ...] = get_args(Unit)

# Not strftime's: those follow the machine's language, and a report says the same everywhere.
_MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905

#: Years within which every span that a report looks at is in the calendar.
_YEARS = range(1971, 9998)

_DAY = timedelta(days=1)

#: What lies beside the zones, but is another one on each machine, counts leap seconds, or is no zone at all.
_LOCAL = frozenset({"localtime", "posixrules", "posix", "right", "factory"})


@dataclass(frozen=True)
class Period:
    """One day, ISO week or month, from local midnight to local midnight.

    It is as long as its local days are: a week in which clocks change has 167 or 169 hours.

    Attributes:
        unit: "day", "week" or "month".
        first: its first local day.
        zone: whose days they are.
    """

    unit: Unit
    first: date
    zone: ZoneInfo

    @property
    def following(self) -> Period:
        """The one after it."""
        if self.unit == "month":
            return Period("month", (self.first + 31 * _DAY).replace(day=1), self.zone)
        return Period(self.unit, self.first + (7 * _DAY if self.unit == "week" else _DAY), self.zone)

    @property
    def previous(self) -> Period:
        """The one before it."""
        return _holding(self.first - _DAY, self.unit, self.zone)

    @property
    def last(self) -> date:
        """Its last local day."""
        return self.following.first - _DAY

    @property
    def start(self) -> datetime:
        """Its first instant, in UTC."""
        return midnight(self.first, self.zone)

    @property
    def end(self) -> datetime:
        """The first instant after it, in UTC."""
        return midnight(self.following.first, self.zone)

    @property
    def days(self) -> tuple[date, ...]:
        """Its local days."""
        return tuple(self.first + index * _DAY for index in range((self.following.first - self.first).days))

    @property
    def code(self) -> str:
        """Its ISO 8601 name: 2026-03-29, 2026-W13 or 2026-03."""
        if self.unit == "week":
            year, week, _ = self.first.isocalendar()
            return f"{year}-W{week:02}"
        return self.first.isoformat() if self.unit == "day" else self.first.isoformat()[:7]

    @property
    def title(self) -> str:
        """Its name for people: "Week 13, 23 to 29 March 2026"."""
        if self.unit == "month":
            return f"{_MONTHS[self.first.month - 1]} {self.first.year}"
        if self.unit == "day":
            return day_title(self.first)
        same_month, same_year = (self.first.month == self.last.month, self.first.year == self.last.year)
        begin = f"{self.first.day}" if same_month else day_title(self.first, with_year=not same_year)
        return f"Week {self.first.isocalendar().week}, {begin} to {day_title(self.last)}"


def day_title(day: date, *, with_year: bool = True) -> str:
    """Return a day for people: "29 March 2026"."""
    return f"{day.day} {_MONTHS[day.month - 1]}" + (f" {day.year}" if with_year else "")


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant at which a local day begins, in UTC; where clocks skip midnight, the one they skip to."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def last_closed(as_of: datetime, unit: Unit, zone: ZoneInfo) -> Period:
    """Return the last period that was over at an instant.

    Raises:
        QueryError: the unit is none, or the instant is too far from today for the calendar.
    """
    if unit not in UNITS:
        raise QueryError(f"period is {', '.join(map(repr, UNITS[:-1]))} or {UNITS[-1]!r}, not {quoted(unit)}")
    if as_of.year not in _YEARS:
        raise QueryError(f"as_of is a time of the years {_YEARS[0]} to {_YEARS[-1]}, not {as_of.isoformat()}")
    holding = _holding(as_of.astimezone(zone).date(), unit, zone)
    return holding if holding.end <= as_of else holding.previous


def up_to(period: Period, count: int) -> tuple[Period, ...]:
    """Return so many periods in a row, oldest first, of which this is the last."""
    periods = [period]
    while len(periods) < count:
        periods.append(periods[-1].previous)
    return tuple(reversed(periods))


def parse_zone(given: Any) -> ZoneInfo:  # noqa: ANN401 - a name or a `ZoneInfo`, or what has to be refused
    """Return the time zone of an IANA name, such as Europe/Madrid.

    Raises:
        QueryError: there is none of that name, or it is whichever the machine is in.
    """
    name = given.key if isinstance(given, ZoneInfo) else given
    try:
        if not isinstance(name, str) or name.lower().partition("/")[0] in _LOCAL:
            raise TypeError  # noqa: TRY301 - one message for every value that is no zone
        return ZoneInfo(name)
    except (KeyError, ValueError, TypeError, OSError):  # what it raises depends on how the name is no name
        raise QueryError(f"timezone is an IANA name such as 'Europe/Madrid', not {quoted(given)}") from None


def parse_moment(value: str | date | np.datetime64, zone: ZoneInfo) -> datetime:
    """Return a caller's time as an instant in UTC; what names no zone is local, and a date its midnight.

    Raises:
        QueryError: no time can be read from the value.
    """
    try:
        value = pd.Timestamp(value) if isinstance(value, np.datetime64) else value
        if not isinstance(value, str | date):
            raise TypeError  # noqa: TRY301 - one message for every value that is no time
        moment = datetime.fromisoformat(value.strip()) if isinstance(value, str) else value
        if not isinstance(moment, datetime):
            moment = datetime.combine(moment, time())
        moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        # Through the standard library's own type: a Timestamp knows nanoseconds, and NaT is refused here.
        return datetime.fromisoformat(datetime.isoformat(moment, timespec="microseconds")).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise QueryError(f"as_of is a time such as '2026-03-30T08:00', not {quoted(value)}") from None


def _holding(day: date, unit: Unit, zone: ZoneInfo) -> Period:
    """Return the period that a local day lies in."""
    if unit == "week":
        return Period(unit, day - day.weekday() * _DAY, zone)
    return Period(unit, day.replace(day=1) if unit == "month" else day, zone)
