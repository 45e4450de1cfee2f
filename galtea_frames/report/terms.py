"""The terms of a report, checked before anything is fetched."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from galtea_frames.errors import QueryError
from galtea_frames.pages.links import Links, parse_template
from galtea_frames.pages.selection import parse_selection
from galtea_frames.printable import quoted
from galtea_frames.report.periods import last_closed, parse_moment, parse_zone, up_to
from galtea_frames.report.thresholds import parse_thresholds
from galtea_frames.small_files import SmallFileError, read_small_file

if TYPE_CHECKING:
    from datetime import date
    from zoneinfo import ZoneInfo

    import numpy as np

    from galtea_frames.report.conditions import Threshold
    from galtea_frames.report.periods import Period, Unit
    from galtea_frames.report.thresholds import Thresholds

#: A trend needs two points, and a sparkline cannot show more than five years of weeks.
_TREND = range(2, 261)

#: An earlier report, as returned by `Report.to_dict`, or the path of its report.json.
LastReport = dict[str, Any] | str | PathLike[str]

#: What the names of columns of turns start with.
TURNS = "turns."

#: The largest report.json, in bytes: ten times that of ten thousand versions.
_LARGEST = 100_000_000

#: Counts compared with those of an earlier report, and their range.
_COMPARED = ("sessions", "completed", "failed", "pending")
_COUNTS = range(2**53)


@dataclass(frozen=True)
class EarlierReport:
    """What is compared of an earlier report.

    Attributes:
        span: the first instant of its period, and the first one after it.
        products: the products of its versions.
        selection: which sessions it is about, if stated.
        query: the filters of its frames.
        counts: its sessions by status, and in total.
    """

    span: tuple[datetime, datetime]
    products: tuple[str, ...]
    selection: str | None
    query: dict[str, str]
    counts: dict[str, int]


@dataclass(frozen=True)
class Terms:
    """What a report is to be about.

    Attributes:
        as_of: the instant it is made for, in UTC.
        unit: "day", "week" or "month".
        zone: the time zone of the days.
        thresholds: the conditions that make it fail or warn.
        metrics: numeric columns.
        trend_periods: how many periods trends cover, including the last.
        include_text: whether raw text of the data may be shown.
        last_report: an earlier report, to find late changes.
        selection: which sessions these are, if the caller says so.
        sums: numeric columns of sessions, or of turns if their names start with "turns.".
        by: columns whose values divide the sessions into groups.
        links: where sessions and versions can be looked at.
    """

    as_of: datetime
    unit: Unit
    zone: ZoneInfo
    thresholds: tuple[Threshold, ...]
    metrics: tuple[str, ...]
    trend_periods: int
    include_text: bool
    last_report: EarlierReport | None
    selection: str | None
    sums: tuple[str, ...]
    by: tuple[str, ...]
    links: Links

    @property
    def periods(self) -> tuple[Period, ...]:
        """The periods it covers, oldest first."""
        return up_to(last_closed(self.as_of, self.unit, self.zone), self.trend_periods)


def parse_last_report(given: LastReport) -> EarlierReport | None:
    """Return what is compared of an earlier report; None if its load failed, so that it has no numbers.

    Raises:
        QueryError: it cannot be read, or is not a report.
    """
    if isinstance(given, dict):
        report, problem = given, "last_report must be the result of Report.to_dict"
    elif isinstance(given, str | PathLike):
        report, problem = _read_json(fspath(given)), f"{fspath(given)} is not a report.json"
    else:
        raise QueryError(f"last_report must be the path of a report.json or the result of to_dict, not {quoted(given)}")
    try:
        if report["figures"] == []:
            return None
        scope, period = report["scope"], report["scope"]["period"]
        numbers = {each["name"]: each["now"] for each in report["figures"]}
        return EarlierReport(
            span=(datetime.fromisoformat(period["start"]), datetime.fromisoformat(period["end"])),
            products=(*scope["products"],),
            selection=scope.get("selection"),
            query={str(name): value for name, value in dict(report["reproduction"]["query"]).items()},
            counts={name: _count(numbers[name]) for name in _COMPARED},
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise QueryError(f"{problem}: use one written by build_report or galtea-frames report") from None


def _read_json(path: str) -> Any:  # noqa: ANN401 - any JSON
    """Return the content of a JSON file; None if it is not JSON."""
    try:
        return json.loads(read_small_file(path, _LARGEST))
    except SmallFileError as problem:
        raise QueryError(f"cannot read the last report {path}: {problem}") from None
    except (ValueError, RecursionError):
        return None


def _count(value: Any) -> int:  # noqa: ANN401 - any JSON
    """Check a count."""
    if type(value) is not int or value not in _COUNTS:
        raise TypeError
    return value


def parse_terms(
    *,
    as_of: str | date | np.datetime64,
    period: Unit,
    timezone: str | ZoneInfo,
    thresholds: Thresholds | None,
    metrics: str | Sequence[str],
    trend_periods: int,
    include_text: bool,
    last_report: LastReport | None,
    selection: str | None = None,
    sums: str | Sequence[str] = (),
    by: str | Sequence[str] = (),
    session_url: str | None = None,
    version_url: str | None = None,
) -> Terms:
    """Check and return the terms, so that none of them can fail once sessions have been fetched.

    Raises:
        QueryError: an argument is invalid.
    """
    zone = parse_zone(timezone)
    if isinstance(trend_periods, bool) or trend_periods not in _TREND:
        raise QueryError(f"trend_periods must be a number from {_TREND[0]} to {_TREND[-1]}, not {trend_periods!r}")
    terms = Terms(
        as_of=parse_moment(as_of, zone),
        unit=period,
        zone=zone,
        thresholds=parse_thresholds(thresholds),
        metrics=_columns("metrics", metrics),
        trend_periods=trend_periods,
        include_text=include_text,
        last_report=None if last_report is None else parse_last_report(last_report),
        selection=None if selection is None else parse_selection(selection, "sessions"),
        sums=_columns("sums", sums),
        by=_columns("by", by),
        links=Links(
            session=None if session_url is None else parse_template("session_url", session_url),
            version=None if version_url is None else parse_template("version_url", version_url),
        ),
    )
    last_closed(terms.as_of, terms.unit, zone)
    return terms


def check_turns(sums: Sequence[str], *, has_turns: bool) -> None:
    """Check that there are turns if their columns are to be summed.

    Raises:
        QueryError: there are none.
    """
    named = [each for each in sums if each.startswith(TURNS)]
    if named and not has_turns:
        raise QueryError(
            f"the sum of {quoted(named[0])} needs turns: pass turns=, as returned by load_inference_results"
        )


def _columns(name: str, given: object) -> tuple[str, ...]:
    """Return the names of columns, each once."""
    columns = [given] if isinstance(given, str) else given
    if not isinstance(columns, Sequence) or not all(isinstance(each, str) for each in columns):
        raise QueryError(f"{name} must be a column or a list of columns, not {quoted(given)}")
    return tuple(dict.fromkeys(columns))
