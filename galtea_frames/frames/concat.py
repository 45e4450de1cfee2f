"""Combines several loads of one list into the frame that one load of all rows would return."""

from __future__ import annotations

from collections import Counter
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
from galtea_frames.decoding.column_names import OVERFLOW, overflow_name, split_name
from galtea_frames.decoding.gatherer import Gatherer
from galtea_frames.decoding.kinds import EXACT
from galtea_frames.errors import QueryError
from galtea_frames.frames.assembly import build_frame, column_attrs
from galtea_frames.frames.cells import arrow_array
from galtea_frames.frames.coverage import LoadedRows, combined_attrs, to_json
from galtea_frames.frames.join_keys import JOINED, SCORES, list_of_rows, words_for
from galtea_frames.frames.options import LoadOptions
from galtea_frames.frames.origin import NEEDED, Origin, attrs_of
from galtea_frames.frames.reparse import parsed_batches
from galtea_frames.printable import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from galtea_frames.decoding.gatherer import Nested
    from galtea_frames.decoding.notes import Notes
    from galtea_frames.frames.frame import DtypeBackend


def concat(frames: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Combine several loads of one list into one frame: each row once, by `created_at`, then `id`.

    Columns, dtypes and categories are those of one load of all rows: a column with numbers in one frame and text in
    another becomes JSON text. Of rows with the same id, the one fetched last is kept.

    `frame.attrs["galtea_frames"]` has `complete: True` only if no row can be missing between the start of the first
    load and the end of the last: each load has all its rows (in one frame, or in several as `iter_sessions` yields
    them), the filters differ only in time, and the time spans leave no gap. The span of a load ends no later than when
    it was fetched. Otherwise `problem` explains why rows may be missing.

    Args:
        frames: frames of one list with the same `nested`, `columns` and `dtype`, returned by `load_sessions`,
            `load_versions`, `iter_sessions`, `iter_versions`, a mirror or `concat`. You may drop rows, but not add
            columns.

    Raises:
        QueryError: the frames cannot be combined.
    """
    parts = [_Part.of(number, frame) for number, frame in enumerate(_as_list(frames), start=1)]
    first = parts[0]
    for part in parts[1:]:
        _check_alike(first, part)
    loads = _by_load(parts)
    kept = _each_id_once([part for load in loads for part in _with_whole_numbers(load)])
    resource = first.origin.resource
    contract = first.origin.contract(is_exact=all(part.has_named_columns for part in parts))
    gatherer = Gatherer(resource, first.nested, contract)
    parsed = chain.from_iterable(parsed_batches(part.frame, part.origin) for part in kept)
    about = combined_attrs(list(map(_load, loads)))
    rows = sum(len(part.frame) for part in kept)

    def attrs(notes: Notes) -> dict[str, Any]:
        return {
            "resource": resource.name,
            **about,
            "rows": rows,
            "nested": first.nested,
            **_with_lost_counts(column_attrs(notes, contract), loads),
        }

    options = LoadOptions(first.nested, _dates(kept), first.backend, None, contract)
    return build_frame(gatherer, map(gatherer.gather_batch, parsed), build_query(resource, {}), options, attrs)


@dataclass(frozen=True)
class _Part:
    """One of the frames.

    Attributes:
        display: its name in messages.
        frame: the frame.
        origin: its origin.
        nested: how nested fields are represented.
        created: the creation times of its rows, in microseconds.
        has_named_columns: whether its columns are those that the load named, and no others below them.
    """

    display: str
    frame: pd.DataFrame
    origin: Origin
    nested: Nested
    created: NDArray[np.int64]
    has_named_columns: bool

    @classmethod
    def of(cls, number: int, frame: object) -> _Part:
        """Return a checked frame.

        Raises:
            QueryError: it was not returned by a loader.
        """
        display = f"frame {number}"
        if not isinstance(frame, pd.DataFrame):
            raise QueryError(f"concat takes frames returned by loaders; {display} is {quoted(frame)}")
        try:
            origin = _origin(frame)
            names = list(frame.columns)
            is_named = names == list(origin.names or ())
            frame = _without_absent(frame, origin)
            _check_columns(frame, origin, names)
            ids, created = arrow_array(frame["id"]), arrow_array(frame["created_at"])
        except QueryError as problem:
            raise QueryError(f"{display}: {problem}") from None
        is_whole = _is_text(ids.type) and pa.types.is_timestamp(created.type)
        if not is_whole or ids.null_count or (created.null_count and origin.resource.has_times):
            raise QueryError(f"{display} has rows without an id or a creation time; load them again")
        # Nulls as a load's proof counts them.
        moments = np.asarray(created.cast(TIME).cast(pa.int64()).fill_null(pd.NaT.value))
        return cls(display, frame, origin, origin.nested or "columns", moments, is_named)

    @property
    def backend(self) -> DtypeBackend:
        """The dtype backend."""
        return "pyarrow" if isinstance(self.frame["id"].dtype, pd.ArrowDtype) else "numpy_nullable"

    @property
    def fetched(self) -> int:
        """When it was fetched; the earliest time if unknown."""
        try:
            return instant(attrs_of(self.frame)["fetched_at"])
        except (KeyError, TypeError, ValueError):
            return -(2**63)

    def rows(self, kept: NDArray[np.bool_]) -> _Part:
        """Return it with some of its rows, without columns that are only set in the others."""
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
    attrs = attrs_of(frame)
    if origin is None and quoted(attrs.get("resource")) == repr(SCORES):
        raise QueryError("scores cannot be concatenated; load them with one call of load_scores")
    if origin is None and quoted(attrs.get("resource")) == repr(JOINED):
        rows = words_for(list_of_rows(attrs), "rows")
        raise QueryError(f"joined frames cannot be concatenated; concatenate the {rows}, then join")
    if origin is None:
        raise QueryError("its attrs do not name the list it was loaded from; pass frames returned by loaders")
    return replace(origin, nested=origin.nested or _guess_nested(frame, origin))


def _guess_nested(frame: pd.DataFrame, origin: Origin) -> Nested:
    """Guess `nested` for a frame of a release that did not record it: "json" keeps objects whole."""
    roots = [name for name in origin.fields if name in origin.json_columns and name in frame]
    whole = any(str(text).startswith("{") and text != "{}" for name in roots for text in frame[name].dropna())
    return "json" if whole else "columns"


def _check_columns(frame: pd.DataFrame, origin: Origin, given: Sequence[str]) -> None:
    """Reject columns that no loader returns, and missing columns; `given` has also those that no row had."""
    names: list[Any] = list(frame.columns)
    own = [name for name in names if not isinstance(name, str) or not _is_loaded(name, origin)]
    if own:
        raise QueryError(f"the column {quoted(own[0])} is not a field of the API; drop it and add it to the result")
    if repeated := next((name for name in names if names.count(name) > 1), None):
        raise QueryError(f"the column {quoted(repeated)} occurs twice")
    if origin.names is not None and (left_out := NEEDED - set(names)):
        raise QueryError(f"columns left out {' and '.join(sorted(left_out))}; select id and created_at to concatenate")
    if missing := [name for name in _expected(origin) if not _has(given, name)]:
        raise QueryError(f"the column {missing[0]!r} was dropped; drop columns from the result instead")


def _expected(origin: Origin) -> list[str]:
    """Return the columns that a frame must have."""
    if origin.names is not None:
        return list(origin.names)
    declared = origin.resource.columns
    return [each.name for each in declared if each.kind != "object" or origin.has_whole_fields]


def _has(names: Sequence[str], name: str) -> bool:
    """Tell whether there is a column of a name, or one below it."""
    return name in names or any(each.startswith(f"{name}.") for each in names)


def _without_absent(frame: pd.DataFrame, origin: Origin) -> pd.DataFrame:
    """Return a frame without the columns that no row had; the result has them again if no other frame does."""
    absent = [name for name in frame.columns if name in origin.absent and frame[name].isna().to_numpy().all()]
    return frame.drop(columns=absent)


def _is_loaded(name: str, origin: Origin) -> bool:
    root = split_name(name)[0]
    return name == OVERFLOW or root in origin.fields or root in origin.resource.column_names


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
    for argument, one, other in (
        ("columns", first.origin.names, part.origin.names),
        ("dtype", first.origin.dtypes, part.origin.dtypes),
    ):
        if one != other:
            raise QueryError(
                f"concat takes frames loaded with the same {argument}: {first.display} has {_shown(one)},"
                f" {part.display} {_shown(other)}"
            )


def _shown(columns: object) -> str:
    return "all columns" if columns is None else quoted(list(columns) if isinstance(columns, tuple) else columns)


def _each_id_once(parts: Sequence[_Part]) -> list[_Part]:
    """Return the parts with each id once: the last row with it in the part fetched last."""
    # A stable sort: of frames fetched at the same time, the last one wins.
    by_age = sorted(parts, key=lambda part: part.fetched)
    ids = pd.Index(np.concatenate([np.asarray(part.frame["id"], dtype=object) for part in by_age]))
    kept = ~ids.duplicated(keep="last")
    ends = np.cumsum([len(part.frame) for part in by_age])
    return [part.rows(each) for part, each in zip(by_age, np.split(kept, ends[:-1]), strict=True)]


def _by_load(parts: Sequence[_Part]) -> list[list[_Part]]:
    """Group the parts by load; all parts of a load have the same attrs."""
    loads: dict[str, list[_Part]] = {}
    for part in parts:
        about = {
            name: attrs_of(part.frame).get(name)
            for name in ("fetched_at", "filters", "fingerprint", "rows", "requests")
        }
        loads.setdefault(to_json(about), []).append(part)
    return list(loads.values())


def _with_whole_numbers(load: Sequence[_Part]) -> list[_Part]:
    """Return the parts of a load with the float columns in which every whole number was sent as an integer.

    If no number in a column has a fraction, some were sent as `2.0`, or it would be an integer column, unless it is
    pinned. Which ones is unknown, so all of them stay floats.
    """
    known = frozenset(
        name
        for part in load
        for name in part.origin.whole_numbers
        if name in part.frame and (name in part.origin.dtypes or _has_fraction(part.frame[name]))
    )
    return [replace(part, origin=replace(part.origin, whole_numbers=known)) for part in load]


def _has_fraction(values: pd.Series[Any]) -> bool:
    """Tell whether a column holds a number that was certainly sent as a float: with a fraction, or very large."""
    numbers = arrow_array(values)
    if pa.types.is_list(numbers.type):
        numbers = pc.list_flatten(numbers)
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
    """Return the text columns parsed as times in every frame that has values in them."""
    read: dict[str, bool] = {}
    for part in parts:
        times = {column.name for column in part.origin.resource.columns if column.kind == "time"}
        for name in part.frame.columns:
            if name not in {*times, *part.origin.dtypes} and part.frame[name].notna().any():
                read[name] = read.get(name, True) and pa.types.is_timestamp(arrow_array(part.frame[name]).type)
    return tuple(name for name, is_time in read.items() if is_time)


def _with_lost_counts(about: dict[str, Any], loads: Sequence[Sequence[_Part]]) -> dict[str, Any]:
    """Return the attrs of columns with the counts of values that the frames do not hold, as `columns` left them out.

    Which rows they were in is unknown, so those of rows that were dropped since are counted too.
    """
    for key in ("misfits", "replaced_text"):
        counts = Counter(about[key])
        for part, *_ in loads:
            counted = attrs_of(part.frame).get(key)
            for name, count in counted.items() if isinstance(counted, Mapping) else ():
                if isinstance(name, str) and type(count) is int and not _keeps_inexact(part, name):
                    counts[name] += count
        about[key] = dict(sorted(counts.items()))
    return about


def _keeps_inexact(part: _Part, name: str) -> bool:
    """Tell whether a frame keeps the values that one of its columns does not hold."""
    root, keys, _ = split_name(name)
    origin, is_below_object = part.origin, bool(keys) and root not in part.origin.undeclared
    if origin.has_whole_fields and (is_below_object or root in origin.json_columns):
        return root in part.frame.columns  # the JSON text of the field holds everything
    return (overflow_name(root) if is_below_object else OVERFLOW) in part.frame.columns
