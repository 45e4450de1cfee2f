"""Which column of a frame refers to the rows of another, as the table of resources says; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from galtea_frames.api.resources import RESOURCES
from galtea_frames.errors import JoinError
from galtea_frames.frames.load_attrs import mapping_in
from galtea_frames.frames.origin import attrs_of
from galtea_frames.printable import listed, quoted

#: The column of a row's own id.
ID = "id"

#: What joined frames, and those of scores, have in place of a list's name.
JOINED, SCORES = "joined", "scores"

_NAMED = 5


@dataclass(frozen=True)
class JoinKey:
    """How two frames are joined.

    Attributes:
        column: the column of the left frame that holds ids of the right one.
        list: the right frame's list; None if it is unknown.
        prefix: what the names of right columns begin with, before the dot.
        left_words: what the rows of the left frame are called in messages.
    """

    column: str
    list: str | None
    prefix: str
    left_words: str

    @property
    def one(self) -> str:
        """What a row of the right frame is called in messages."""
        return one_of(self.list, self.prefix).replace("_", " ")


def words_for(name: str | None, otherwise: str) -> str:
    """Return what the rows of a list are called in messages."""
    return RESOURCES[name].words if name else otherwise


def one_of(name: str | None, otherwise: str) -> str:
    """Return the name of one row of a list."""
    return RESOURCES[name].singular if name else otherwise


def list_of_rows(attrs: Mapping[str, Any]) -> str | None:
    """Return the list that a frame has one row for each row of; None if its attrs do not say."""
    name = attrs.get("resource")
    if name == SCORES:
        return "evaluations"
    if name == JOINED:
        name = attrs.get("left", "sessions")
    return name if isinstance(name, str) and name in RESOURCES else None


def lists_of_columns(attrs: Mapping[str, Any]) -> dict[str, str]:
    """Return the lists that a frame has columns of, by the prefix of these: `{"": "evaluations", "metric.": …}`."""
    own = list_of_rows(attrs)
    found = {"": own} if own else {}
    for prefix, joined in joined_attrs(attrs).items():
        found |= {prefix + below: name for below, name in lists_of_columns(joined).items()}
    return found


def joined_attrs(attrs: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the attrs of the frames that were joined to one, by the prefix of their columns."""
    before = mapping_in("join", attrs)
    found = {"version.": mapping_in("versions", before)} if before else {}
    for prefix, about in mapping_in("joins", attrs).items():
        found[f"{prefix}."] = mapping_in("attrs", about) if isinstance(about, Mapping) else {}
    return found


def describe_joined(attrs: Mapping[str, Any]) -> str | None:
    """Return what is joined in a frame, as messages name it: "evaluations with metric, session"; None if nothing is."""
    if attrs.get("resource") not in (JOINED, SCORES) or not (prefixes := joined_attrs(attrs)):
        return None
    beside = ", ".join(each.removesuffix(".") for each in prefixes)
    return f"{words_for(list_of_rows(attrs), 'rows')} with {beside}"


def is_sessions_with_versions(attrs: Mapping[str, Any]) -> bool:
    """Tell whether a frame is of sessions joined with their versions, and with nothing else."""
    return (
        attrs.get("resource") == JOINED and list_of_rows(attrs) == "sessions" and [*joined_attrs(attrs)] == ["version."]
    )


def find_key(left: object, right: object, on: object, prefix: object) -> JoinKey:
    """Return how two frames are joined.

    Raises:
        JoinError: these are no frames, no key or several are found, or the prefix is taken.
    """
    for name, frame in (("left", left), ("right", right)):
        if not isinstance(frame, pd.DataFrame):
            raise JoinError(f"{name} must be a pandas DataFrame, not {quoted(frame)}")
    assert isinstance(left, pd.DataFrame)  # noqa: S101 - checked above
    assert isinstance(right, pd.DataFrame)  # noqa: S101 - likewise
    attrs, right_list = attrs_of(left), list_of_rows(attrs_of(right))
    column = _found(left, attrs, right_list) if on is None else on
    if not isinstance(column, str):
        raise JoinError(f"on is a column of the left frame, not {quoted(column)}")
    checked = _checked_prefix(prefix, right_list, column)
    for taken in joined_attrs(attrs):
        if taken == f"{checked}." or taken.startswith(f"{checked}."):
            raise JoinError(f"columns named {taken}* are there from another join; pass another prefix=")
    return JoinKey(column, right_list, checked, words_for(list_of_rows(attrs), "left rows"))


def _checked_prefix(prefix: object, right_list: str | None, column: str) -> str:
    if prefix is None:
        if right_list is not None:
            return RESOURCES[right_list].singular
        if (name := column.rpartition(".")[2].removesuffix("_id")) in ("", column, ID):
            raise JoinError("the right frame does not say which list it is of; pass prefix= for its columns")
        return name
    if not isinstance(prefix, str) or not prefix.strip("."):
        raise JoinError(f'prefix is text such as "metric", not {quoted(prefix)}')
    return str(prefix).removesuffix(".")


def _found(left: pd.DataFrame, attrs: Mapping[str, Any], right_list: str | None) -> str:
    """Return the only column of the left frame that refers to a list, of its own columns first."""
    own = list_of_rows(attrs)
    if own is None or right_list is None:
        side = "left" if own is None else "right"
        raise JoinError(f"the {side} frame does not say which list it is of; pass on= with the key")
    referring = [
        (prefix, f"{prefix}{name}")
        for prefix, list_name in lists_of_columns(attrs).items()
        for name in _columns_that_refer(list_name, right_list)
    ]
    if not referring:
        raise JoinError(_no_key(own, right_list))
    names = set(left.columns.tolist())
    present = [each for each in referring if each[1] in names]
    if not present:
        needed = quoted(referring[0][1])
        raise JoinError(f"{words_for(own, '')} refer to {words_for(right_list, '')} in {needed}; load that column too")
    direct = [name for prefix, name in present if not prefix] or [name for _, name in present]
    if len(direct) > 1:
        named = listed(direct, _NAMED, quoted)
        raise JoinError(f"several columns refer to {words_for(right_list, '')}: {named}; pass on= with one of them")
    return direct[0]


def _columns_that_refer(left_list: str, right_list: str) -> list[str]:
    return [each.name for each in RESOURCES[left_list].columns if each.references == right_list]


def _no_key(left_list: str, right_list: str) -> str:
    left, right = words_for(left_list, ""), words_for(right_list, "")
    message = f"{left} have no column that refers to {right}"
    if names := _columns_that_refer(right_list, left_list):
        return f"{message}, but {right} refer to {left} in {quoted(names[0])}; swap the two frames"
    return f"{message}; pass on= with the key"
