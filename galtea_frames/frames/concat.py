"""Several loads of one list as one frame: the frame that one load of all their rows would have given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from galtea_frames.api.query import build_query
from galtea_frames.api.times import TIME, instant
from galtea_frames.decoding.column_names import OVERFLOW, split_name
from galtea_frames.decoding.gatherer import Gatherer
from galtea_frames.decoding.kinds import EXACT
from galtea_frames.errors import QueryError
from galtea_frames.frames.assembly import build_frame, column_attrs
from galtea_frames.frames.cells import arrow_array
from galtea_frames.frames.coverage import LoadedRows, combined_attrs, to_json
from galtea_frames.frames.options import LoadOptions
from galtea_frames.frames.origin import Origin, attrs_of
from galtea_frames.frames.reparse import parsed_batches
from galtea_frames.printable import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from galtea_frames.decoding.gatherer import Nested
    from galtea_frames.decoding.schema import Notes
    from galtea_frames.frames.frame import DtypeBackend


def concat(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Return several loads of one list as one frame: each row once, by `created_at`, then `id`.

    Columns, dtypes and categories are those of one load of all the rows: a column that is of numbers in one frame and
    of text in another is JSON text. Of rows with the same id the one that was fetched last is kept.

    `frame.attrs["galtea_frames"]` has `complete: True` only if nothing can be missing between the first frame's
    beginning and the last one's end: each frame proves to hold all rows of its load (or frames together all parts of
    one, as `iter_sessions` yields them), the filters are the same but for the time, and the spans leave no gap. No load
    covers what was created after it. Else `problem` says in words why not.

    Args:
        frames: what `load_sessions`, `load_versions`, `iter_sessions`, `iter_versions` or a mirror gave, of one list,
            with one `nested`; or what `concat` made of these. Rows may have been left out, columns not added.

    Raises:
        QueryError: these are no such frames.
    """
    parts = [_Part.of(number, frame) for number, frame in enumerate(_as_list(frames), start=1)]
    first = parts[0]
    for part in parts[1:]:
        _check_alike(first, part)
    loads = _by_load(parts)
    kept = _each_id_once([part for load in loads for part in _with_whole_numbers(load)])
    resource = first.origin.resource
    gatherer = Gatherer(resource, first.nested)
    parsed = chain.from_iterable(parsed_batches(part.frame, part.origin) for part in kept)
    about = combined_attrs(list(map(_load, loads)))
    rows = sum(len(part.frame) for part in kept)

    def attrs(notes: Notes) -> dict[str, Any]:
        return {"resource": resource.name, **about, "rows": rows, "nested": first.nested, **column_attrs(notes)}

    options = LoadOptions(first.nested, _dates(kept), first.backend, None)
    return build_frame(gatherer, map(gatherer.gather_batch, parsed), build_query(resource, {}), options, attrs)


@dataclass(frozen=True)
class _Part:
    """One of the frames.

    Attributes:
        display: what a message calls it.
        frame: the frame.
        origin: where it comes from.
        nested: how nested fields came.
        created: the creation times of its rows, in microseconds.
    """

    display: str
    frame: pd.DataFrame
    origin: Origin
    nested: Nested
    created: NDArray[np.int64]

    @classmethod
    def of(cls, number: int, frame: object) -> _Part:
        """Return a frame, checked.

        Raises:
            QueryError: it is none of a load.
        """
        display = f"frame {number}"
        if not isinstance(frame, pd.DataFrame):
            raise QueryError(f"concat takes frames returned by loaders; {display} is {quoted(frame)}")
        try:
            origin = _origin(frame)
            _check_columns(frame, origin)
            ids, created = arrow_array(frame["id"]), arrow_array(frame["created_at"])
        except QueryError as problem:
            raise QueryError(f"{display}: {problem}") from None
        is_whole = _is_text(ids.type) and pa.types.is_timestamp(created.type)
        if not is_whole or ids.null_count or created.null_count:
            raise QueryError(f"{display} has rows without an id or a creation time; load them again")
        moments = np.asarray(created.cast(TIME).cast(pa.int64()))
        return cls(display, frame, origin, origin.nested or "columns", moments)

    @property
    def backend(self) -> DtypeBackend:
        """How its columns are held."""
        return "pyarrow" if isinstance(self.frame["id"].dtype, pd.ArrowDtype) else "numpy_nullable"

    @property
    def fetched(self) -> int:
        """When it was fetched; the beginning of time where it does not say."""
        try:
            return instant(attrs_of(self.frame)["fetched_at"])
        except (KeyError, TypeError, ValueError):
            return -(2**63)

    def rows(self, kept: NDArray[np.bool_]) -> _Part:
        """Return it with some of its rows, without columns that only the others needed."""
        if kept.all():
            return self
        declared = {column.name for column in self.origin.resource.columns}
        frame = self.frame[kept]
        gone = [
            name
            for name in frame.columns
            if name not in declared and frame[name].isna().all() and self.frame[name].notna().any()
        ]
        return replace(self, frame=frame.drop(columns=gone), created=self.created[kept])


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _as_list(frames: object) -> list[Any]:
    if isinstance(frames, pd.DataFrame | pd.Series | str | bytes | Mapping) or not _is_list(frames):
        raise QueryError(f"concat takes a list of frames, not {quoted(frames)}")
    listed = list(frames)
    if not listed:
        raise QueryError("concat takes at least one frame; the list is empty")
    return listed


def _is_list(frames: object) -> TypeGuard[Iterable[Any]]:
    return isinstance(frames, Iterable) and getattr(frames, "ndim", 1) == 1


def _origin(frame: pd.DataFrame) -> Origin:
    origin = Origin.of(frame)
    if origin is None and quoted(attrs_of(frame).get("resource")) == "'joined'":
        raise QueryError("joined frames cannot be concatenated; concatenate the sessions, then join")
    if origin is None:
        raise QueryError("its attrs do not name the list it was loaded from; pass frames returned by loaders")
    return replace(origin, nested=origin.nested or _guess_nested(frame, origin))


def _guess_nested(frame: pd.DataFrame, origin: Origin) -> Nested:
    """Return how nested fields came, in a frame of a release that did not say so: objects came whole."""
    roots = [name for name in origin.fields if name in origin.json_columns and name in frame]
    whole = any(str(text).startswith("{") and text != "{}" for name in roots for text in frame[name].dropna())
    return "json" if whole else "columns"


def _check_columns(frame: pd.DataFrame, origin: Origin) -> None:
    """Refuse columns that no load gives, and declared ones that are not there."""
    names: list[Any] = list(frame.columns)
    own = [name for name in names if not isinstance(name, str) or not _is_loaded(name, origin)]
    if own:
        raise QueryError(f"the column {quoted(own[0])} is not a field of the API; drop it and add it to the result")
    if repeated := next((name for name in names if names.count(name) > 1), None):
        raise QueryError(f"the column {quoted(repeated)} occurs twice")
    declared = origin.resource.columns
    needed = [each.name for each in declared if each.kind != "object" or origin.has_whole_fields]
    if missing := [name for name in needed if name not in names]:
        raise QueryError(f"the column {missing[0]!r} was dropped; drop columns from the result instead")


def _is_loaded(name: str, origin: Origin) -> bool:
    return name == OVERFLOW or split_name(name)[0] in origin.fields


def _check_alike(first: _Part, part: _Part) -> None:
    if part.origin.resource is not first.origin.resource:
        names = (first.origin.resource.name, part.origin.resource.name)
        raise QueryError(
            f"concat takes frames of one list: {first.display} is of {names[0]}, {part.display} of {names[1]}"
        )
    if part.nested != first.nested:
        raise QueryError(
            f"concat takes frames with the same nested: {first.display} has {first.nested!r},"
            f" {part.display} {part.nested!r}"
        )


def _each_id_once(parts: Sequence[_Part]) -> list[_Part]:
    """Return the parts, each id in one of them: in the one fetched last, and of its rows the last."""
    # A stable sort: of frames as old as each other, the one given last wins.
    by_age = sorted(parts, key=lambda part: part.fetched)
    ids = pd.Index(np.concatenate([np.asarray(part.frame["id"], dtype=object) for part in by_age]))
    kept = ~ids.duplicated(keep="last")
    ends = np.cumsum([len(part.frame) for part in by_age])
    return [part.rows(each) for part, each in zip(by_age, np.split(kept, ends[:-1]), strict=True)]


def _by_load(parts: Sequence[_Part]) -> list[list[_Part]]:
    """Return the parts of each load together; what all of them say of it is the same."""
    loads: dict[str, list[_Part]] = {}
    for part in parts:
        about = {
            name: attrs_of(part.frame).get(name)
            for name in ("fetched_at", "filters", "fingerprint", "rows", "requests")
        }
        loads.setdefault(to_json(about), []).append(part)
    return list(loads.values())


def _with_whole_numbers(load: Sequence[_Part]) -> list[_Part]:
    """Return the parts of a load with those columns of numbers in which every integer was sent as one.

    Where no number has a fraction, some were sent as `2.0`, for else it would be a column of integers; which of them
    cannot be told, so that all of them stay as they are.
    """
    known = frozenset(
        name
        for part in load
        for name in part.origin.whole_numbers
        if name in part.frame and _has_fraction(part.frame[name])
    )
    return [replace(part, origin=replace(part.origin, whole_numbers=known)) for part in load]


def _has_fraction(values: pd.Series[Any]) -> bool:
    """Tell whether a column holds a number that was surely sent as one: no integer, or too large for one."""
    numbers = arrow_array(values)
    if pa.types.is_list(numbers.type):
        numbers = numbers.flatten()
    if not pa.types.is_floating(numbers.type):
        return False
    sure = pc.or_(pc.not_equal(numbers, pc.floor(numbers)), pc.greater(pc.abs(numbers), float(EXACT)))
    return pc.any(sure).as_py() is True


def _load(parts: Sequence[_Part]) -> LoadedRows:
    ids = np.concatenate([np.asarray(part.frame["id"], dtype=object) for part in parts])
    created = np.concatenate([part.created for part in parts])
    once = ~pd.Index(ids).duplicated()
    return LoadedRows(parts[0].display, attrs_of(parts[0].frame), list(ids[once]), created[once])


def _dates(parts: Sequence[_Part]) -> tuple[str, ...]:
    """Return the columns of text that were read as times in every frame that has a value in them."""
    read: dict[str, bool] = {}
    for part in parts:
        times = {column.name for column in part.origin.resource.columns if column.kind == "time"}
        for name in part.frame.columns:
            if name not in times and part.frame[name].notna().any():
                read[name] = read.get(name, True) and pa.types.is_timestamp(arrow_array(part.frame[name]).type)
    return tuple(name for name, is_time in read.items() if is_time)
