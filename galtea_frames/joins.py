"""Sessions with their versions: every row kept, none doubled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from galtea_frames.errors import JoinError
from galtea_frames.frames import ATTRS

if TYPE_CHECKING:
    from numpy.typing import NDArray

How = Literal["left", "inner", "right", "outer"]

_PREFIX = "version."
_NAMED = 5


def join_sessions_versions(sessions: pd.DataFrame, versions: pd.DataFrame, *, how: How = "left") -> pd.DataFrame:
    """Return the sessions, each beside its version.

    Columns of versions come as `version.id`, `version.name`, `version.created_at`, … with their dtypes. A session
    whose `version_id` is null or names no version has nulls there. How many were matched stands in
    `frame.attrs["galtea_frames"]["join"]`.

    Args:
        sessions: one row a session, with a column `version_id`.
        versions: one row a version, with a column `id`.
        how: "left" keeps exactly the rows of `sessions`, in their order and with their index. "inner" leaves out
            those without a version. "right" and "outer" are these two, followed by the versions without a session.

    Raises:
        JoinError: a column is missing or would occur twice, a version id is repeated or null, or `how` is unknown.
    """
    _check(sessions, versions, how)
    # No version's id is null, so a null `version_id` is found nowhere.
    found = pd.Index(versions["id"].astype(object)).get_indexer(pd.Index(sessions["version_id"].astype(object)))
    joined = _side_by_side(sessions, versions.add_prefix(_PREFIX), found, how)
    joined.attrs = dict(sessions.attrs) | {ATTRS: _attrs(sessions, versions, found, how, len(joined))}
    return joined


def _check(sessions: pd.DataFrame, versions: pd.DataFrame, how: str) -> None:
    if how not in ("left", "inner", "right", "outer"):
        raise JoinError(f'how is "left", "inner", "right" or "outer", not {how!r}')
    for name, frame, column in (("sessions", sessions, "version_id"), ("versions", versions, "id")):
        if column not in frame.columns:
            raise JoinError(f"{name} have no column {column!r}; their columns are {_listed(frame.columns)}")
    ids = versions["id"]
    if ids.isna().any():
        raise JoinError("a version without an id cannot be joined; drop it first")
    if ids.duplicated().any():
        repeated = ids[ids.duplicated()].unique()
        raise JoinError(f"version ids occur twice, which would double sessions: {_listed(repeated)}")
    if taken := {f"{_PREFIX}{column}" for column in versions.columns} & set(map(str, sessions.columns)):
        raise JoinError(f"sessions already have the columns {_listed(sorted(taken))}; rename or drop them first")


def _side_by_side(sessions: pd.DataFrame, versions: pd.DataFrame, found: NDArray[np.intp], how: How) -> pd.DataFrame:
    if how == "left":
        return pd.concat([sessions, _rows(versions, found).set_axis(sessions.index)], axis=1)
    kept = np.flatnonzero(found >= 0) if how in ("inner", "right") else np.arange(len(sessions))
    if how == "inner":
        return pd.concat([sessions.iloc[kept], _rows(versions, found[kept]).set_axis(sessions.index[kept])], axis=1)
    alone = np.setdiff1d(np.arange(len(versions)), found)
    left = _rows(sessions, np.concatenate([kept, np.full(len(alone), -1)]))
    return pd.concat([left, _rows(versions, np.concatenate([found[kept], alone]))], axis=1)


def _rows(frame: pd.DataFrame, positions: NDArray[np.intp]) -> pd.DataFrame:
    """Return the rows at these positions, a row of nulls at each -1, with a RangeIndex."""
    plain = frame.set_axis(pd.RangeIndex(len(frame)))
    return plain.reindex(positions).set_axis(pd.RangeIndex(len(positions)))


def _attrs(
    sessions: pd.DataFrame, versions: pd.DataFrame, found: NDArray[np.intp], how: How, rows: int
) -> dict[str, Any]:
    nulls = int(sessions["version_id"].isna().sum())
    matched = int((found >= 0).sum())
    return {
        **sessions.attrs.get(ATTRS, {}),
        "resource": "joined",
        "rows": rows,
        "join": {
            "how": how,
            "matched": matched,
            "null_version_ids": nulls,
            "unknown_version_ids": len(found) - matched - nulls,
            "versions": versions.attrs.get(ATTRS, {}),
        },
    }


def _listed(names: Any) -> str:  # noqa: ANN401 - any iterable of names: an index, an array, a list
    names = [str(name) for name in names]
    return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if names[_NAMED:] else "")
