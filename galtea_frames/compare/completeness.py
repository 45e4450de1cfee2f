"""Whether the frames of a comparison prove that they have all rows of the two versions; pure.

As in a report, rows are *missing* if a load failed or was cut short, *selected* if a filter left some out, and
*unproved* if they changed after the load, or have no attrs. Callers can answer for the last two by stating which rows
these are, but not for the first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from galtea_frames.frames.coverage import cut_by
from galtea_frames.frames.load_attrs import filters_of, mapping_in
from galtea_frames.frames.origin import attrs_of
from galtea_frames.frames.unchanged import changed_since_load
from galtea_frames.pages.wording import cut

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

#: Filters that leave out no row of a version, or that are checked one by one.
_HARMLESS = frozenset(
    {"sort", "limit", "offset", "product_ids", "version_ids", "session_ids", "include_excluded_from_analytics"}
)

_VALUE = 60
_ANSWER = "; if this is intended, pass selection= to say which rows these are"


def problems(frames: Mapping[str, pd.DataFrame | None], sides: Sequence[str], selection: str | None) -> tuple[str, ...]:
    """Return why rows of the two versions may be missing; nothing if none can be.

    Args:
        frames: the frames by name, "scores", "sessions" and "turns"; None for those that were not given.
        sides: the ids of the two versions.
        selection: which rows these are, if the caller says so.
    """
    given = {name: frame for name, frame in frames.items() if frame is not None}
    return tuple(each for name, frame in given.items() for each in _problems(name, frame, sides, selection))


def _problems(name: str, frame: pd.DataFrame, sides: Sequence[str], selection: str | None) -> Iterator[str]:
    attrs = attrs_of(frame)
    if not attrs:
        if selection is None:
            yield f"{name}: the frame does not say how it was loaded, so rows may be missing{_ANSWER}"
        return
    filters = filters_of(attrs)
    if attrs.get("complete") is not True:
        yield f"{name}: {cut(str(attrs.get('problem') or 'the load did not finish'), 400)}"
        return
    if cutting := [f"{each}={filters[each]}" for each in cut_by(filters)]:
        yield f"{name}: loaded with {' and '.join(cutting)}, so rows may be missing"
    if absent := [id_ for id_ in sides if not _has(filters.get("version_ids"), id_)]:
        yield f"{name}: loaded with version_ids that do not include {cut(absent[0], _VALUE)}"
    if selection is None:
        yield from _selected(name, filters, attrs)
        if problem := changed_since_load(frame, attrs):
            yield f"{name}: {problem}{_ANSWER}"


def _has(version_ids: Any, id_: str) -> bool:  # noqa: ANN401 - attrs may hold anything
    """Tell whether a filter lets a version through, as far as it says; long lists are stated by count and hash."""
    if isinstance(version_ids, str):
        return version_ids == id_
    return id_ in version_ids if isinstance(version_ids, list | tuple) else True


def _selected(name: str, filters: Mapping[Any, Any], attrs: Mapping[str, Any]) -> Iterator[str]:
    kept = {key: value for key, value in filters.items() if key not in _HARMLESS and value not in (None, [], {}, "")}
    if kept:
        text = ", ".join(f"{key}={cut(str(value), _VALUE)}" for key, value in sorted(kept.items(), key=str))
        yield f"{name}: loaded with {text}, so other rows of the versions are not in the frame{_ANSWER}"
    if mapping_in("mirror", attrs).get("include_removed"):
        yield f"{name}: loaded with include_removed=True, so rows that the API no longer returns are counted{_ANSWER}"
