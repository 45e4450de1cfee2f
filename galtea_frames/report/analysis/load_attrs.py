"""What a frame's attrs say about its load: filters, times, columns of JSON text; pure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from galtea_frames.errors import QueryError
from galtea_frames.report.periods import parse_moment

if TYPE_CHECKING:
    from collections.abc import Mapping

_UTC = ZoneInfo("UTC")


def filters_of(attrs: Mapping[str, Any]) -> Mapping[Any, Any]:
    """Return the filters a frame was loaded with."""
    return mapping_in("filters", attrs)


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


def json_columns(attrs: Mapping[str, Any]) -> frozenset[str]:
    """Return the columns whose text is JSON."""
    return frozenset(names_in("json_columns", attrs) + names_in("mixed_columns", attrs))


def mapping_in(name: str, attrs: Mapping[str, Any]) -> Mapping[Any, Any]:
    """Return a mapping in the attrs; an empty one if it is not a mapping."""
    found = attrs.get(name)
    return found if isinstance(found, dict) else {}


def names_in(list_name: str, attrs: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names in a list of the attrs; none if it is not a list."""
    found = attrs.get(list_name)
    return tuple(map(str, found)) if isinstance(found, list | tuple) else ()
