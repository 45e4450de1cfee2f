"""The API's times: ISO 8601 text on the wire, instants in microseconds here; pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

#: How the API writes times: with milliseconds (api.md, "Rows").
USUAL_DIGITS = 3

#: The layouts that `render` gives: by digits after the second, their names for Python and for Arrow.
LAYOUTS = {USUAL_DIGITS: ("milliseconds", "ms"), 0: ("seconds", "s"), 6: ("microseconds", "us")}

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def instant(text: str) -> int:
    """Return the microseconds since 1970 of an ISO 8601 time; digits beyond them are cut off.

    A time without an offset is UTC.

    Raises:
        ValueError: the text is no ISO 8601 time, or one outside the years 1 to 9999 in UTC.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        return (moment.astimezone(UTC) - _EPOCH) // _MICROSECOND
    except OverflowError:
        raise ValueError(f"not between the years 1 and 9999 in UTC: {text!r}") from None


def wire_text(value: str | date) -> str:
    """Return a caller's time as the API takes it: UTC, with a `Z`; what names no zone is UTC.

    A date stands for its midnight.

    Raises:
        ValueError: no time can be read from the value, or it is NaT.
    """
    moment = datetime.fromisoformat(value.strip()) if isinstance(value, str) else value
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    if moment != moment:  # noqa: PLR0124 - only NaT differs from itself
        raise ValueError("NaT is no time")
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    digits = "milliseconds" if moment.microsecond % 1000 == 0 else "microseconds"
    return datetime.isoformat(moment, timespec=digits).replace("+00:00", "Z")


def render(microseconds: int, digits: int) -> str:
    """Return an instant as ISO 8601 text in UTC with a `Z` and 0, 3 or 6 digits after the second."""
    moment = _EPOCH + timedelta(microseconds=microseconds)
    return moment.isoformat(timespec=LAYOUTS[digits][0]).replace("+00:00", "Z")


def instants(texts: Sequence[str]) -> tuple[bool, int, int]:
    """Return whether the times never go backwards, and the first and the last instant.

    Raises:
        ValueError: one of them is no ISO 8601 time.
    """
    width = len(texts[0])
    if set(map(len, texts)) == {width} and set("".join(texts)[width - 1 :: width]) == {"Z"}:
        # One layout, so text sorts as time does: parsing each would cost as much as reading the page.
        return sorted(texts) == list(texts), instant(texts[0]), instant(texts[-1])
    parsed = [instant(text) for text in texts]
    return all(a <= b for a, b in pairwise(parsed)), parsed[0], parsed[-1]
