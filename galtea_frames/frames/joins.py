"""Joins sessions with their versions, without losing or duplicating rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from galtea_frames.errors import JoinError
from galtea_frames.frames.frame import ATTRS
from galtea_frames.frames.origin import attrs_of
from galtea_frames.printable import listed, quoted

if TYPE_CHECKING:
    from numpy.typing import NDArray

How = Literal["left", "inner", "right", "outer"]

#: The prefix of version columns.
PREFIX = "version."

_NAMED = 5


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
    _check(sessions, versions, how)
    positions = _positions(sessions["version_id"], versions["id"])
    renamed = _escaped_names(sessions)
    left, right = sessions.rename(columns=renamed), versions.add_prefix(PREFIX)
    left.attrs, right.attrs = {}, {}  # pandas compares them, and not all values can be compared
    joined = _side_by_side(left, right, positions, how)
    about = {"how": how, **_counts(sessions, positions), "versions": dict(attrs_of(versions))}
    about |= {"renamed_columns": renamed} if renamed else {}
    attrs = _about_columns(sessions, renamed) | {"resource": "joined", "rows": len(joined), "join": about}
    joined.attrs = dict(sessions.attrs) | {ATTRS: attrs}
    return joined


def split_joined(joined: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the two sides of a join, row by row, with the column names and attrs that they had before it."""
    attrs = attrs_of(joined)
    original = {new: old for old, new in attrs["join"].get("renamed_columns", {}).items()}
    is_version = joined.columns.str.startswith(PREFIX)
    sessions = joined.loc[:, ~is_version].rename(columns=original)
    sessions.attrs = {ATTRS: {**_about_columns(joined, original), "resource": "sessions"}}
    versions = joined.loc[:, is_version].rename(columns=lambda name: name.removeprefix(PREFIX))
    versions.attrs = {ATTRS: {**attrs["join"]["versions"], "columns": attrs.get("columns")}}
    return sessions, versions


def _check(sessions: object, versions: object, how: object) -> None:
    if not isinstance(how, str) or how not in ("left", "inner", "right", "outer"):
        raise JoinError(f'how is "left", "inner", "right" or "outer", not {quoted(how)}')
    for name, frame, column in (("sessions", sessions, "version_id"), ("versions", versions, "id")):
        if not isinstance(frame, pd.DataFrame):
            raise JoinError(f"{name} must be a pandas DataFrame with a column {column!r}, not {quoted(frame)}")
        if column not in frame.columns:
            raise JoinError(
                f"{name} have no column {column!r}; their columns are {listed(frame.columns.tolist(), _NAMED)}"
            )
        if frame.columns.tolist().count(column) > 1:
            raise JoinError(f"{name} have the column {column!r} twice; drop one of them first")


def _positions(wanted: pd.Series[Any], ids: pd.Series[Any]) -> NDArray[np.intp]:
    """Return the position of each wanted id among the ids, -1 if it is null or unknown."""
    if ids.isna().any():
        raise JoinError("a version without an id cannot be joined; drop it first")
    try:
        if (again := ids.duplicated()).any():
            raise JoinError(
                f"duplicate version ids would duplicate sessions: {listed(ids[again].unique().tolist(), _NAMED)}"
            )
        # No version id is null, so a null `version_id` is never found.
        found: NDArray[np.intp] = pd.Index(ids.astype(object)).get_indexer(pd.Index(wanted.astype(object)))
    except TypeError:
        raise JoinError("ids must be text, not lists or other objects") from None
    return found


def _escaped_names(sessions: pd.DataFrame) -> dict[str, str]:
    """Return the new names of session columns that start with the prefix of version columns.

    All of them are renamed, even if versions have no such column yet: the meaning of `version.region` must not change
    when versions get a field `region`.
    """
    names: list[Any] = sessions.columns.tolist()
    taken = {name for name in names if isinstance(name, str)}
    renamed: dict[str, str] = {}
    for name in sorted(name for name in taken if name.startswith(PREFIX)):
        escaped = name.replace(".", "\\.", 1)
        while escaped in taken:
            escaped = escaped.replace(".", "\\.", 1)
        taken.add(escaped)
        renamed[name] = escaped
    return renamed


def _side_by_side(
    sessions: pd.DataFrame, versions: pd.DataFrame, positions: NDArray[np.intp], how: How
) -> pd.DataFrame:
    if how == "left":
        return pd.concat([sessions, _rows(versions, positions).set_axis(sessions.index)], axis=1)
    kept = np.flatnonzero(positions >= 0) if how in ("inner", "right") else np.arange(len(sessions))
    if how == "inner":
        return pd.concat([sessions.iloc[kept], _rows(versions, positions[kept]).set_axis(sessions.index[kept])], axis=1)
    alone = np.setdiff1d(np.arange(len(versions)), positions)
    left = _rows(sessions, np.concatenate([kept, np.full(len(alone), -1)]))
    return pd.concat([left, _rows(versions, np.concatenate([positions[kept], alone]))], axis=1)


def _rows(frame: pd.DataFrame, positions: NDArray[np.intp]) -> pd.DataFrame:
    """Return the rows at these positions, a row of nulls at each -1, with a RangeIndex."""
    plain = frame.set_axis(pd.RangeIndex(len(frame)))
    return plain.reindex(positions).set_axis(pd.RangeIndex(len(positions)))


def _counts(sessions: pd.DataFrame, positions: NDArray[np.intp]) -> dict[str, int]:
    nulls = int(sessions["version_id"].isna().sum())
    matched = int((positions >= 0).sum())
    return {"matched": matched, "null_version_ids": nulls, "unknown_version_ids": len(positions) - matched - nulls}


def _about_columns(sessions: pd.DataFrame, renamed: dict[str, str]) -> dict[str, Any]:
    """Return the attrs of the sessions, with renamed columns under their new names."""
    return {name: _with_new_names(value, renamed) for name, value in attrs_of(sessions).items()}


def _with_new_names(value: Any, renamed: dict[str, str]) -> Any:  # noqa: ANN401 - any value of attrs
    if isinstance(value, list):
        return [renamed.get(each, each) if isinstance(each, str) else each for each in value]
    if isinstance(value, dict):
        return {renamed.get(name, name): each for name, each in value.items()}
    return value
