"""What a report is asked for, checked before anything is fetched."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any

from galtea_frames.errors import QueryError
from galtea_frames.printable import printable, quoted
from galtea_frames.report.periods import last_closed, parse_moment, parse_zone, up_to
from galtea_frames.report.thresholds import parse_thresholds
from galtea_frames.small_files import SmallFileError, read_small_file

if TYPE_CHECKING:
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    import numpy as np

    from galtea_frames.report.periods import Period, Unit
    from galtea_frames.report.thresholds import Threshold, Thresholds

#: A line of trend needs two ends; and five years of weeks is more than anyone can see in a small picture.
_TREND = range(2, 261)

#: Characters of a selection, at the most.
_SELECTION = 200


#: What an earlier report says of its period, as `Report.to_dict` gives it, or the path of its report.json.
LastReport = dict[str, Any] | str | PathLike[str]

#: Bytes of a report.json, at the most: one with ten thousand versions has a tenth.
_LARGEST = 100_000_000


@dataclass(frozen=True)
class Terms:
    """What a report is asked for.

    Attributes:
        as_of: the instant that it is made for, in UTC.
        unit: whether it is about a day, a week or a month.
        zone: whose days they are.
        thresholds: the conditions to hold the figures against.
        metrics: numeric columns.
        trend_periods: how many periods trends go back, the last one included.
        include_text: whether raw text of the data may be shown.
        last_report: what an earlier report says, to find late changes.
        selection: which sessions these are, if whoever asks says so.
    """

    as_of: datetime
    unit: Unit
    zone: ZoneInfo
    thresholds: tuple[Threshold, ...]
    metrics: tuple[str, ...]
    trend_periods: int
    include_text: bool
    last_report: dict[str, Any] | None
    selection: str | None

    @property
    def periods(self) -> tuple[Period, ...]:
        """The periods that are looked at, oldest first."""
        return up_to(last_closed(self.as_of, self.unit, self.zone), self.trend_periods)


def read_last(last: LastReport) -> dict[str, Any]:
    """Return what an earlier report says.

    Raises:
        QueryError: its file cannot be read.
    """
    if isinstance(last, dict):
        return last
    if not isinstance(last, str | PathLike):
        raise QueryError(f"last_report is the path of a report.json or what to_dict returned, not {quoted(last)}")
    path = fspath(last)
    try:
        said = json.loads(read_small_file(path, _LARGEST))
    except SmallFileError as problem:
        raise QueryError(f"cannot read the last report {path}: {problem}") from None
    except (ValueError, RecursionError):
        said = None
    if not isinstance(said, dict):
        raise QueryError(f"{path} is no report.json of a report")
    return said


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
) -> Terms:
    """Return what a caller asks for, checked: nothing of it can fail once sessions have been fetched.

    Raises:
        QueryError: an argument cannot be used.
    """
    zone = parse_zone(timezone)
    if isinstance(trend_periods, bool) or trend_periods not in _TREND:
        raise QueryError(f"trend_periods is a number from {_TREND[0]} to {_TREND[-1]}, not {trend_periods!r}")
    terms = Terms(
        as_of=parse_moment(as_of, zone),
        unit=period,
        zone=zone,
        thresholds=parse_thresholds(thresholds),
        metrics=_metrics(metrics),
        trend_periods=trend_periods,
        include_text=include_text,
        last_report=None if last_report is None else read_last(last_report),
        selection=None if selection is None else _selection(selection),
    )
    last_closed(terms.as_of, terms.unit, zone)
    return terms


def _metrics(given: object) -> tuple[str, ...]:
    """Return the columns that a caller names, each once."""
    metrics = [given] if isinstance(given, str) else given
    if not isinstance(metrics, Sequence) or not all(isinstance(each, str) for each in metrics):
        raise QueryError(f"metrics is a column or a list of columns, not {quoted(given)}")
    return tuple(dict.fromkeys(metrics))


def _selection(given: object) -> str:
    """Return what a caller says of the rows, on one line."""
    if not isinstance(given, str) or not given.strip():
        raise QueryError(f"selection says which sessions these are, such as 'voice channel only', not {quoted(given)}")
    text = " ".join(given.split())
    if len(text) > _SELECTION:
        raise QueryError(f"selection is a text of at most {_SELECTION} characters, not of {len(text):,}")
    if printable(text).count("\ufffd") > text.count("\ufffd"):
        raise QueryError(f"selection holds a character that cannot be shown: {quoted(text)}")
    return text
