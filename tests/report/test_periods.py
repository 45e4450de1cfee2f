"""Periods: which one is the last, where its days begin, its code and title."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any, get_args
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import galtea_frames as gf
from galtea_frames.report.periods import Period, Unit, last_closed, midnight, parse_moment, parse_zone, up_to

MADRID = ZoneInfo("Europe/Madrid")
ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Madrid", "America/Sao_Paulo", "Pacific/Apia", "America/St_Johns")]
HOUR = timedelta(hours=1)

moments = st.datetimes(datetime(1975, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - strategies want naive bounds
units = st.sampled_from(get_args(Unit))
zones = st.sampled_from(ZONES)


@settings(deadline=None)
@given(moments, units, zones)
def test_the_last_period_is_over_and_the_next_is_not(as_of: datetime, unit: Unit, zone: ZoneInfo) -> None:
    """For any instant, unit and zone."""
    period = last_closed(as_of, unit, zone)
    assert period.end <= as_of < period.following.end


@settings(deadline=None)
@given(moments, units, zones, st.integers(2, 15))
def test_periods_follow_each_other_without_a_gap(as_of: datetime, unit: Unit, zone: ZoneInfo, count: int) -> None:
    """Each begins where the previous one ends, and so do its days."""
    periods = up_to(last_closed(as_of, unit, zone), count)
    assert count == len(periods)
    for earlier, later in pairwise(periods):
        assert earlier.end == later.start
        assert (earlier.following, later.previous) == (later, earlier)
        assert earlier.last + timedelta(days=1) == later.first
    for period in periods:
        assert (period.first, period.last) == (period.days[0], period.days[-1])
        begins = [midnight(day, zone) for day in period.days]
        assert begins == sorted(begins)
        assert begins[0] == period.start


HOURS = [
    pytest.param("2026-03-30", "week", 167, id="clocks go forward"),
    pytest.param("2026-10-26", "week", 169, id="clocks go back"),
    pytest.param("2026-03-23", "week", 168, id="a usual week"),
    pytest.param("2026-03-30", "day", 23, id="the day on which they go forward"),
    pytest.param("2026-10-26", "day", 25, id="the day on which they go back"),
    pytest.param("2024-03-01", "month", 29 * 24, id="February of a leap year"),
    pytest.param("2026-03-01", "month", 28 * 24, id="February"),
    pytest.param("2026-04-01", "month", 31 * 24 - 1, id="March, with the change"),
]


@pytest.mark.parametrize(("as_of", "unit", "hours"), HOURS)
def test_a_period_is_as_long_as_its_local_days(as_of: str, unit: Unit, hours: int) -> None:
    """In Madrid, where clocks change on the last Sundays of March and October."""
    period = last_closed(parse_moment(as_of, MADRID), unit, MADRID)
    assert hours * HOUR == period.end - period.start


NAMES = [
    ("2026-03-30T08:00", "week", "2026-W13", "Week 13, 23 to 29 March 2026"),
    ("2026-04-06", "week", "2026-W14", "Week 14, 30 March to 5 April 2026"),
    ("2027-01-06", "week", "2026-W53", "Week 53, 28 December 2026 to 3 January 2027"),
    ("2024-03-01", "day", "2024-02-29", "29 February 2024"),
    ("2024-03-01", "month", "2024-02", "February 2024"),
    ("2026-01-31T23:59:59", "month", "2025-12", "December 2025"),
]


@pytest.mark.parametrize(("as_of", "unit", "code", "title"), NAMES)
def test_periods_have_a_code_and_a_title(as_of: str, unit: Unit, code: str, title: str) -> None:
    """ISO 8601 for programs, English for people, whatever the machine's language."""
    period = last_closed(parse_moment(as_of, MADRID), unit, MADRID)
    assert (code, title) == (period.code, period.title)


def test_the_zone_decides_which_week_is_over() -> None:
    """At half past eleven on a Sunday night in UTC it is Monday in Madrid, and Sunday still in New York."""
    as_of = datetime(2026, 3, 29, 23, 30, tzinfo=UTC)
    found = {name: last_closed(as_of, "week", ZoneInfo(name)).code for name in ("Europe/Madrid", "America/New_York")}
    assert {"Europe/Madrid": "2026-W13", "America/New_York": "2026-W12"} == found


def test_a_day_that_has_no_midnight_begins_when_clocks_skip_it() -> None:
    """In São Paulo, 4 November 2018 began at one o'clock."""
    zone = ZoneInfo("America/Sao_Paulo")
    assert datetime(2018, 11, 4, 3, tzinfo=UTC) == midnight(date(2018, 11, 4), zone)
    assert 23 * HOUR == Period("day", date(2018, 11, 4), zone).end - Period("day", date(2018, 11, 4), zone).start


MOMENTS = [
    ("2026-03-30T08:00", "2026-03-30T06:00:00+00:00"),
    ("2026-03-30T08:00Z", "2026-03-30T08:00:00+00:00"),
    (date(2026, 3, 30), "2026-03-29T22:00:00+00:00"),
    (datetime(2026, 3, 30, 8), "2026-03-30T06:00:00+00:00"),  # noqa: DTZ001 - that it is naive is the point
    (pd.Timestamp("2026-03-30T08:00:00.123456789", tz="UTC"), "2026-03-30T08:00:00.123456+00:00"),
]


@pytest.mark.filterwarnings("ignore:Discarding nonzero nanoseconds")
@pytest.mark.parametrize(("given_as", "expected"), MOMENTS)
def test_a_time_without_a_zone_is_local(given_as: str | date, expected: str) -> None:
    """Monday in Madrid begins at Madrid's midnight."""
    assert expected == parse_moment(given_as, MADRID).isoformat()


@pytest.mark.parametrize("value", ["soon", "", None, 7, pd.NaT, "0001-01-01T00:00+14:00"])
def test_invalid_times_are_refused(value: Any) -> None:  # noqa: ANN401 - anything
    """The error shows what a time looks like."""
    with pytest.raises(gf.QueryError, match="as_of must be a time"):
        parse_moment(value, MADRID)


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "Europe", None, "Europe/Madrid\0"])
def test_invalid_zones_are_refused(name: Any) -> None:  # noqa: ANN401 - anything
    """Whatever is wrong with the name."""
    with pytest.raises(gf.QueryError, match="IANA name such as 'Europe/Madrid'"):
        parse_zone(name)


@pytest.mark.parametrize("year", [1970, 9999])
def test_the_ends_of_the_calendar_are_refused(year: int) -> None:
    """There the periods of a report would leave the calendar."""
    with pytest.raises(gf.QueryError, match="as_of must be in the years 1971 to 9997"):
        last_closed(datetime(year, 1, 5, tzinfo=UTC), "week", MADRID)


def test_other_units_are_refused() -> None:
    """The error names the valid ones."""
    unit: Any = "year"
    with pytest.raises(gf.QueryError, match="period must be 'day', 'week' or 'month', not 'year'"):
        last_closed(datetime(2026, 1, 5, tzinfo=UTC), unit, MADRID)
