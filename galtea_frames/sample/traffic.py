"""Creation times of sample sessions: twelve weeks of growing traffic, with nights and weekends."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from galtea_frames.sample.dice import Dice

START = datetime(2026, 1, 5, tzinfo=UTC)
DAYS = 84
END = START + timedelta(days=DAYS)

_HOUR = timedelta(hours=1)
_BY_WEEKDAY = (1.0, 1.05, 1.1, 1.05, 0.95, 0.35, 0.3)
_BY_HOUR = (1, 1, 1, 1, 1, 2, 4, 8, 14, 18, 20, 19, 15, 16, 19, 20, 18, 14, 10, 8, 6, 4, 3, 2)


def _weight(hour: int) -> float:
    """The relative traffic of an hour, counted from the start."""
    day = hour // 24
    return (1 + 2 * day / DAYS) * _BY_WEEKDAY[day % 7] * _BY_HOUR[hour % 24]


#: Cumulative traffic at the end of each hour. Not with ``sum``, which rounds floats differently since Python 3.12.
_ARRIVED = tuple(accumulate(_weight(hour) for hour in range(DAYS * 24)))


def moments(count: int, dice: Dice) -> Iterator[datetime]:
    """The times of a number of sessions, ascending, in whole milliseconds."""
    for index in range(count):
        arrived = (index + dice.roll()) / count * _ARRIVED[-1]
        # `hi` keeps a fraction that rounds up to 1 within the last hour.
        hour = bisect_right(_ARRIVED, arrived, hi=len(_ARRIVED) - 1)
        left = min((_ARRIVED[hour] - arrived) / _weight(hour), 1.0)
        yield START + hour * _HOUR + timedelta(milliseconds=3_599_999 - int(left * 3_599_999))
