"""The filters and times of a load as a report needs them; pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from galtea_frames.errors import QueryError
from galtea_frames.frames.load_attrs import filters_of
from galtea_frames.report.periods import parse_moment

if TYPE_CHECKING:
    from collections.abc import Mapping

_UTC = ZoneInfo("UTC")


def filter_texts(attrs: Mapping[str, Any]) -> dict[str, str]:
    """Return the filters a frame was loaded with as text, sorted by name."""
    return {str(name): str(value) for name, value in sorted(filters_of(attrs).items(), key=lambda pair: str(pair[0]))}


def loaded_since(attrs: Mapping[str, Any]) -> datetime | None:
    """Return the creation time from which on a frame has sessions; None if it has them from the first one on."""
    return moment_of(filters_of(attrs).get("from_created_at"))


def moment_of(value: Any) -> datetime | None:  # noqa: ANN401 - attrs hold plain values
    """Return an attr's value as an instant, or None if it is not a time."""
    try:
        return None if value is None else parse_moment(value, _UTC).astimezone(UTC)
    except QueryError:
        return None
