"""Days, ISO weeks and months in a time zone; pure."""

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

# Not strftime's, which depend on the machine's language.
_MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905

#: Years for which all periods of a report are within the calendar.
_YEARS = range(1971, 9998)

_DAY = timedelta(days=1)

#: Names in the zone database that depend on the machine, count leap seconds or are not zones.
_LOCAL = frozenset({"localtime", "posixrules", "posix", "right", "factory"})


@dataclass(frozen=True)
class Period:
    """One day, ISO week or month, from local midnight to local midnight.

    A week in which clocks change has 167 or 169 hours.

    Attributes:
        unit: "day", "week" or "month".
        first: its first local day.
        zone: the time zone.
    """

    unit: Unit
    first: date
    zone: ZoneInfo

    @property
    def following(self) -> Period:
        """The next period."""
        if self.unit == "month":
            return Period("month", (self.first + 31 * _DAY).replace(day=1), self.zone)
        return Period(self.unit, self.first + (7 * _DAY if self.unit == "week" else _DAY), self.zone)

    @property
    def previous(self) -> Period:
        """The previous period."""
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
        """Its ISO 8601 code: 2026-03-29, 2026-W13 or 2026-03."""
        if self.unit == "week":
            year, week, _ = self.first.isocalendar()
            return f"{year}-W{week:02}"
        return self.first.isoformat() if self.unit == "day" else self.first.isoformat()[:7]

    @property
    def title(self) -> str:
        """Its title: "Week 13, 23 to 29 March 2026"."""
        if self.unit == "month":
            return f"{_MONTHS[self.first.month - 1]} {self.first.year}"
        if self.unit == "day":
            return day_title(self.first)
        same_month, same_year = (self.first.month == self.last.month, self.first.year == self.last.year)
        begin = f"{self.first.day}" if same_month else day_title(self.first, with_year=not same_year)
        return f"Week {self.first.isocalendar().week}, {begin} to {day_title(self.last)}"


def day_title(day: date, *, with_year: bool = True) -> str:
    """Format a day: "29 March 2026"."""
    return f"{day.day} {_MONTHS[day.month - 1]}" + (f" {day.year}" if with_year else "")


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the start of a local day, in UTC; if clocks skip midnight, the instant they skip to."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def last_closed(as_of: datetime, unit: Unit, zone: ZoneInfo) -> Period:
    """Return the last period that was over at an instant.

    Raises:
        QueryError: the unit is unknown, or the year is out of range.
    """
    if unit not in UNITS:
        raise QueryError(f"period must be {', '.join(map(repr, UNITS[:-1]))} or {UNITS[-1]!r}, not {quoted(unit)}")
    if as_of.year not in _YEARS:
        raise QueryError(f"as_of must be in the years {_YEARS[0]} to {_YEARS[-1]}, not {as_of.isoformat()}")
    holding = _holding(as_of.astimezone(zone).date(), unit, zone)
    return holding if holding.end <= as_of else holding.previous


def up_to(period: Period, count: int) -> tuple[Period, ...]:
    """Return consecutive periods, oldest first, ending with this one."""
    periods = [period]
    while len(periods) < count:
        periods.append(periods[-1].previous)
    return tuple(reversed(periods))


def parse_zone(given: Any) -> ZoneInfo:  # noqa: ANN401 - a name or a `ZoneInfo`, or an invalid value
    """Return the time zone with an IANA name, such as Europe/Madrid.

    Raises:
        QueryError: there is none, or the name depends on the machine.
    """
    name = given.key if isinstance(given, ZoneInfo) else given
    try:
        if not isinstance(name, str) or name.lower().partition("/")[0] in _LOCAL:
            raise TypeError  # noqa: TRY301 - one message for all invalid values
        return ZoneInfo(name)
    except (KeyError, ValueError, TypeError, OSError):  # depending on what is wrong
        raise QueryError(f"timezone must be an IANA name such as 'Europe/Madrid', not {quoted(given)}") from None


def parse_moment(value: str | date | np.datetime64, zone: ZoneInfo) -> datetime:
    """Return a time as an instant in UTC; times without a zone are local, dates are midnight.

    Raises:
        QueryError: the value is not a time.
    """
    try:
        value = pd.Timestamp(value) if isinstance(value, np.datetime64) else value
        if not isinstance(value, str | date):
            raise TypeError  # noqa: TRY301 - one message for all invalid values
        moment = datetime.fromisoformat(value.strip()) if isinstance(value, str) else value
        if not isinstance(moment, datetime):
            moment = datetime.combine(moment, time())
        moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
        # Drops a Timestamp's nanoseconds, and raises for NaT.
        return datetime.fromisoformat(datetime.isoformat(moment, timespec="microseconds")).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise QueryError(f"as_of must be a time such as '2026-03-30T08:00', not {quoted(value)}") from None


def _holding(day: date, unit: Unit, zone: ZoneInfo) -> Period:
    """Return the period that contains a local day."""
    if unit == "week":
        return Period(unit, day - day.weekday() * _DAY, zone)
    return Period(unit, day.replace(day=1) if unit == "month" else day, zone)
