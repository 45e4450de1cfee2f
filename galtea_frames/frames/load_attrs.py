"""What a frame's attrs say about its load, validated: attrs pass through files, and anyone can change them; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def filters_of(attrs: Mapping[str, Any]) -> Mapping[Any, Any]:
    """Return the filters a frame was loaded with."""
    return mapping_in("filters", attrs)


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
