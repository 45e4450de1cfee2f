"""Whether frames hold all that a period needs, as far as they say where they come from; pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from galtea_frames.periods import read_moment
from galtea_frames.wording import plural

if TYPE_CHECKING:
    from collections.abc import Mapping

    from galtea_frames.periods import Period

_UTC = ZoneInfo("UTC")

#: The API's times have milliseconds: a filter up to the last one of a period leaves nothing out.
_TICK = timedelta(milliseconds=1)


def problems(attrs: Mapping[str, Any], period: Period) -> tuple[str, ...]:
    """Return why sessions of a period may be missing from a frame; nothing if none are, or if it does not say.

    Args:
        attrs: what the frame says of itself, `frame.attrs["galtea_frames"]`.
        period: the period that is reported on.
    """
    filters = attrs.get("filters", {})
    found = []
    if attrs.get("complete") is False:
        found.append(str(attrs.get("problem", "the load did not come to its end")))
    if cut := [f"{name}={filters[name]}" for name in ("limit", "offset") if filters.get(name)]:
        found.append(f"loaded with {' and '.join(cut)}, so rows may be missing")
    since, until = _moment(filters.get("from_created_at")), _moment(filters.get("to_created_at"))
    if since and since > period.start:
        found.append(f"loaded from {since.isoformat()} on, after the period begins")
    if until and until < period.end - _TICK:
        found.append(f"loaded up to {until.isoformat()}, before the period ends")
    fetched = _moment(attrs.get("fetched_at"))
    if fetched and fetched < period.end:
        found.append(f"fetched at {fetched.isoformat(timespec='seconds')}, before the period was over")
    return tuple(found)


def loaded_since(attrs: Mapping[str, Any]) -> datetime | None:
    """Return from which creation time on a frame has sessions; None if from the first one on."""
    return _moment(attrs.get("filters", {}).get("from_created_at"))


def statement(sessions: int, attrs: Mapping[str, Any], found: tuple[str, ...]) -> str:
    """Return in words how complete the sessions are: "4,812 sessions, all fetched"."""
    seen = plural(sessions, "session")
    if found:
        return f"{seen}, not all that there may be"
    if attrs.get("complete") is not True:
        return f"{seen}; the frame does not say whether that is all"
    return f"{seen}, all fetched"


def _moment(value: Any) -> datetime | None:  # noqa: ANN401 - attrs hold plain values
    return None if value is None else read_moment(value, _UTC).astimezone(UTC)
