"""Joins two frames by reference, without losing or duplicating rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from galtea_frames.errors import JoinError
from galtea_frames.frames.frame import ATTRS
from galtea_frames.frames.join_keys import (
    ID,
    JOINED,
    SCORES,
    JoinKey,
    find_key,
    joined_attrs,
    list_of_rows,
    one_of,
    words_for,
)
from galtea_frames.frames.load_attrs import mapping_in
from galtea_frames.frames.origin import attrs_of
from galtea_frames.printable import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

How = Literal["left", "inner", "right", "outer"]

#: The prefix of version columns.
PREFIX = "version."

#: Key, list and prefix of a join of sessions with versions, which earlier releases noted in attrs of its own.
_OF_SESSIONS = ("version_id", "versions", "version")

_NAMED = 5


def join(
    left: pd.DataFrame, right: pd.DataFrame, *, on: str | None = None, how: How = "left", prefix: str | None = None
) -> pd.DataFrame:
    r"""Return rows of one list, each with the row of another list that it refers to.

    The key is found from the lists that the frames were loaded from: evaluations refer to metrics in `metric_id`, so
    each gets the metric with that `id`. The columns of `right` are named after one of its rows (`metric.name`,
    `test_case.language_code`) and keep their dtypes. They are null where the key is null, or where `right` has no such
    row.

    A joined frame can be joined again, with keys of its own columns or of those joined before:
    `gf.join(gf.join(evaluations, sessions), versions)` finds `session.version_id`.

    `frame.attrs["galtea_frames"]["joins"]` has an entry per join, by prefix (`"metric"`), with the list, the key, and
    how many rows are `matched`, have a `null` key, or a key that is `dangling`: no row of `right` has it.

    Columns of `left` whose name already starts with the prefix are kept under an escaped name, `metric\.name`; the
    entry lists them under `renamed_columns`.

    Args:
        left: one row per row of the result, with the key.
        right: one row per id, with a column `id`.
        on: the key, a column of `left`. Needed where several columns refer to the same list, and for frames that were
            not loaded.
        how: "left" keeps exactly the rows of `left`, with their order and index. "inner" drops rows without a match.
            "right" and "outer" equal "inner" and "left", followed by the rows of `right` that nothing refers to.
        prefix: what the names of the columns of `right` begin with, before the dot; by default, the name of one row, or
            the key without `_id`.

    Raises:
        JoinError: no key is found, or several; a column is missing; an id of `right` is repeated or null; the prefix is
            taken; or an argument is invalid.
    """
    _check_how(how)
    key = find_key(left, right, on, prefix)
    sides = _Sides.of(left, right, key)
    joined = sides.joined(how)
    before, attrs = attrs_of(left), sides.left_attrs()
    if before.get("resource") == "sessions" and (key.column, key.list, key.prefix) == _OF_SESSIONS:
        attrs["join"] = sides.about_versions(how)
    joins = {**mapping_in("joins", before), key.prefix: sides.about(how)}
    resource = SCORES if before.get("resource") == SCORES else JOINED
    attrs |= {"resource": resource, "left": list_of_rows(before), "rows": len(joined), "joins": joins}
    joined.attrs = dict(left.attrs) | {ATTRS: attrs}
    return joined


def join_sessions_versions(sessions: pd.DataFrame, versions: pd.DataFrame, *, how: How = "left") -> pd.DataFrame:
    r"""Return sessions joined with their versions.

    Version columns are named `version.id`, `version.name`, `version.created_at`, … and keep their dtypes. They are null
    for sessions whose `version_id` is null or unknown. `frame.attrs["galtea_frames"]["join"]` has the counts of matched
    and unmatched sessions.

    Session columns whose name starts with `version.`, such as those of an object field `version`, are kept under an
    escaped name, `version\.name`; `join` lists them under `renamed_columns`.

    Args:
        sessions: one row per session, with a column `version_id`.
        versions: one row per version, with a column `id`.
        how: "left" keeps exactly the rows of `sessions`, with their order and index. "inner" drops sessions without a
            version. "right" and "outer" equal "inner" and "left", followed by the versions without a session.

    Raises:
        JoinError: an argument is not a frame, a column is missing, a version id is repeated or null, or `how` is
            unknown.
    """
    _check_how(how)
    for name, frame, column in (("sessions", sessions, "version_id"), ("versions", versions, ID)):
        if not isinstance(frame, pd.DataFrame):
            raise JoinError(f"{name} must be a pandas DataFrame with a column {column!r}, not {quoted(frame)}")
    sides = _Sides.of(sessions, versions, JoinKey("version_id", "versions", "version", "sessions"))
    joined = sides.joined(how)
    attrs = sides.left_attrs() | {"resource": JOINED, "rows": len(joined), "join": sides.about_versions(how)}
    joined.attrs = dict(sessions.attrs) | {ATTRS: attrs}
    return joined


def split_joined(joined: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the parts of joined rows, with the column names and attrs that they had before the join.

    They are named after one row of their list, the left one first: `{"session": …, "version": …}`.
    """
    attrs, parts = attrs_of(joined), joined_attrs(attrs_of(joined))
    abouts = [mapping_in("join", attrs), *mapping_in("joins", attrs).values()]
    original = {new: old for about in abouts for old, new in mapping_in("renamed_columns", about).items()}
    own = list_of_rows(attrs)
    is_left = ~joined.columns.str.startswith(tuple(parts))
    left = joined.loc[:, is_left].rename(columns=original)
    left.attrs = {ATTRS: {**_about_columns(attrs, original), "resource": own}}
    found = {one_of(own, "row"): left}
    for prefix, of_part in parts.items():
        part = joined.loc[:, joined.columns.str.startswith(prefix)]
        part = part.set_axis([name.removeprefix(prefix) for name in part.columns], axis=1)
        part.attrs = {ATTRS: {**of_part, "columns": attrs.get("columns")}}
        found[prefix.removesuffix(".")] = part
    return found


@dataclass(frozen=True)
class _Sides:
    """The two frames of a join.

    Attributes:
        left: the rows, with the names of their columns in the result.
        right: what they refer to, likewise.
        key: how they are joined.
        positions: for each row, that of its match in `right`; -1 if it has none.
        nulls: how many rows have no key.
        renamed: new names of columns of `left`.
        attrs: the attrs of the load of `left`.
        right_attrs: those of `right`.
    """

    left: pd.DataFrame
    right: pd.DataFrame
    key: JoinKey
    positions: NDArray[np.intp]
    nulls: int
    renamed: dict[str, str]
    attrs: Mapping[str, Any]
    right_attrs: Mapping[str, Any]

    @classmethod
    def of(cls, left: pd.DataFrame, right: pd.DataFrame, key: JoinKey) -> _Sides:
        """Return the sides of a join.

        Raises:
            JoinError: they cannot be joined without losing or duplicating rows.
        """
        _check_column(key.left_words, left, key.column)
        _check_column(words_for(key.list, "right rows"), right, ID)
        keys, renamed = left[key.column], _escaped_names(left, f"{key.prefix}.")
        positions = _positions(keys, right[ID], key)
        ours, theirs = left.rename(columns=renamed), right.add_prefix(f"{key.prefix}.")
        attrs, right_attrs = attrs_of(left), attrs_of(right)
        ours.attrs, theirs.attrs = {}, {}  # pandas compares them, and not all values can be compared
        return cls(ours, theirs, key, positions, int(keys.isna().sum()), renamed, attrs, right_attrs)

    def joined(self, how: How) -> pd.DataFrame:
        """Return the joined rows, without attrs."""
        left, right, positions = self.left, self.right, self.positions
        if how == "left":
            return pd.concat([left, _rows(right, positions).set_axis(left.index)], axis=1)
        kept = np.flatnonzero(positions >= 0) if how in ("inner", "right") else np.arange(len(left))
        if how == "inner":
            return pd.concat([left.iloc[kept], _rows(right, positions[kept]).set_axis(left.index[kept])], axis=1)
        alone = np.setdiff1d(np.arange(len(right)), positions)
        ours = _rows(left, np.concatenate([kept, np.full(len(alone), -1)]))
        return pd.concat([ours, _rows(right, np.concatenate([positions[kept], alone]))], axis=1)

    def left_attrs(self) -> dict[str, Any]:
        """Return the attrs of the left frame, with renamed columns under their new names."""
        return _about_columns(self.attrs, self.renamed)

    def about(self, how: How) -> dict[str, Any]:
        """Return what the attrs of the result say of this join."""
        found: dict[str, Any] = {"list": self.key.list, "key": self.key.column, "how": how, "matched": self._matched}
        found |= {"dangling": self._dangling, "null": self.nulls, "attrs": dict(self.right_attrs)}
        return found | ({"renamed_columns": self.renamed} if self.renamed else {})

    def about_versions(self, how: How) -> dict[str, Any]:
        """Return the same of a join of sessions with versions, as earlier releases wrote it."""
        found: dict[str, Any] = {"how": how, "matched": self._matched, "null_version_ids": self.nulls}
        found |= {"unknown_version_ids": self._dangling, "versions": dict(self.right_attrs)}
        return found | ({"renamed_columns": self.renamed} if self.renamed else {})

    @property
    def _matched(self) -> int:
        return int((self.positions >= 0).sum())

    @property
    def _dangling(self) -> int:
        return len(self.positions) - self._matched - self.nulls


def _check_how(how: object) -> None:
    if not isinstance(how, str) or how not in ("left", "inner", "right", "outer"):
        raise JoinError(f'how is "left", "inner", "right" or "outer", not {quoted(how)}')


def _check_column(words: str, frame: pd.DataFrame, column: str) -> None:
    names = frame.columns.tolist()
    if column not in names:
        raise JoinError(f"{words} have no column {column!r}; their columns are {listed(names, _NAMED)}")
    if names.count(column) > 1:
        raise JoinError(f"{words} have the column {column!r} twice; drop one of them first")


def _positions(wanted: pd.Series[Any], ids: pd.Series[Any], key: JoinKey) -> NDArray[np.intp]:
    """Return the position of each wanted id among the ids, -1 if it is null or unknown."""
    if ids.isna().any():
        raise JoinError(f"a {key.one} without an id cannot be joined; drop it first")
    try:
        if (again := ids.duplicated()).any():
            repeated = listed(ids[again].unique().tolist(), _NAMED)
            raise JoinError(f"duplicate {key.one} ids would duplicate {key.left_words}: {repeated}")
        if _is_arrow_text(wanted) and _is_arrow_text(ids):
            known = pa.chunked_array(pa.array(ids)).combine_chunks()
            places = pc.index_in(pa.chunked_array(pa.array(wanted)).cast(known.type), value_set=known)
            return np.asarray(places.fill_null(-1)).astype(np.intp)
        # No id is null, so a null key is never found.
        found: NDArray[np.intp] = pd.Index(ids.astype(object)).get_indexer(pd.Index(wanted.astype(object)))
    except TypeError:
        raise JoinError("ids must be text, not lists or other objects") from None
    return found


def _is_arrow_text(values: pd.Series[Any]) -> bool:
    return isinstance(values.dtype, pd.StringDtype | pd.ArrowDtype) and pd.api.types.is_string_dtype(values.dtype)


def _escaped_names(left: pd.DataFrame, prefix: str) -> dict[str, str]:
    """Return the new names of left columns that start with the prefix of right columns.

    All of them are renamed, even if the right frame has no such column yet: the meaning of `version.region` must not
    change when versions get a field `region`.
    """
    names: list[Any] = left.columns.tolist()
    taken = {name for name in names if isinstance(name, str)}
    renamed: dict[str, str] = {}
    for name in sorted(name for name in taken if name.startswith(prefix)):
        escaped = name.replace(".", "\\.", 1)
        while escaped in taken:
            escaped = escaped.replace(".", "\\.", 1)
        taken.add(escaped)
        renamed[name] = escaped
    return renamed


def _rows(frame: pd.DataFrame, positions: NDArray[np.intp]) -> pd.DataFrame:
    """Return the rows at these positions, a row of nulls at each -1, with a RangeIndex."""
    plain = frame.set_axis(pd.RangeIndex(len(frame)))
    return plain.reindex(positions).set_axis(pd.RangeIndex(len(positions)))


def _about_columns(attrs: Mapping[str, Any], renamed: dict[str, str]) -> dict[str, Any]:
    """Return the attrs of a load, with renamed columns under their new names."""
    return {name: _with_new_names(value, renamed) for name, value in attrs.items()}


def _with_new_names(value: Any, renamed: dict[str, str]) -> Any:  # noqa: ANN401 - any value of attrs
    if isinstance(value, list):
        return [renamed.get(each, each) if isinstance(each, str) else each for each in value]
    if isinstance(value, dict):
        return {renamed.get(name, name): each for name, each in value.items()}
    return value
