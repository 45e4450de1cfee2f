"""The arguments of a joined load: split into those of its two lists, and the columns of the result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from galtea_frames.decoding.contract import select_columns
from galtea_frames.errors import QueryError
from galtea_frames.frames.column_arguments import column_list, dtype_mapping, selected_names, split_names
from galtea_frames.frames.frame import ATTRS
from galtea_frames.frames.joins import PREFIX
from galtea_frames.frames.schema import schema_arguments
from galtea_frames.frames.schema_columns import JOINED

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

#: What selects every column of versions.
_ALL_RIGHT = PREFIX.removesuffix(".")


@dataclass(frozen=True)
class JoinedArguments:
    """The arguments of a joined load.

    Attributes:
        left: the arguments about columns for sessions.
        right: the same for versions.
        names: the columns of the result; None for all.
        is_exact: whether a name selects one column only.
    """

    left: dict[str, Any]
    right: dict[str, Any]
    names: tuple[str, ...] | None
    is_exact: bool

    def select(self, joined: pd.DataFrame) -> pd.DataFrame:
        """Return the joined frame with the columns that the caller selected, and attrs that cover both lists."""
        attrs = joined.attrs[ATTRS]
        versions = attrs["join"]["versions"]
        for key in ("dtype", "misfits"):
            attrs[key] = attrs.get(key, {}) | {PREFIX + name: each for name, each in versions.get(key, {}).items()}
        attrs["absent_columns"] = [
            *attrs.get("absent_columns", []),
            *map(PREFIX.__add__, versions.get("absent_columns", [])),
        ]
        attrs["columns"] = None if self.names is None else list(self.names)
        if self.names is None:
            return joined
        columns = list(joined.columns)
        right = [name for name in columns if name.startswith(PREFIX)]
        expands = not self.is_exact
        names = [each for name in self.names for each in (right if expands and name == _ALL_RIGHT else [name])]
        return joined[select_columns(names, columns, is_exact=self.is_exact)]


def split_arguments(arguments: Mapping[str, Any]) -> JoinedArguments:
    """Return the arguments of a joined load, split.

    Raises:
        QueryError: an argument is neither a name nor a list of names, or a dict of dtypes.
    """
    given = dict(arguments)
    is_exact = given.get("schema") is not None
    if is_exact:
        if other := next((name for name in ("columns", "dtype") if given.get(name) is not None), None):
            raise QueryError(f"schema names the columns and their dtypes; leave out {other}")
        given |= schema_arguments(given["schema"], JOINED)
    known = given.get("known_statuses", ())
    left: dict[str, Any] = {"schema": None, "is_exact": is_exact, "known_statuses": known}
    right: dict[str, Any] = {"schema": None, "is_exact": is_exact}
    dates = split_names(column_list("parse_dates", given.get("parse_dates")), PREFIX)
    left["parse_dates"], right["parse_dates"] = dates
    left["dtype"], right["dtype"] = _split_dtypes(given.get("dtype"))
    names = selected_names(given.get("columns"))
    left["columns"], right["columns"] = (None, None) if names is None else _split_columns(names, is_exact=is_exact)
    return JoinedArguments(left, right, names, is_exact)


def _split_dtypes(value: object) -> tuple[dict[str, str], dict[str, str]]:
    dtypes = dtype_mapping(value)
    left, right = split_names(dtypes, PREFIX)
    own = [name for name in dtypes if not name.startswith(PREFIX)]
    return {name: dtypes[each] for name, each in zip(left, own, strict=True)}, {
        name: dtypes[PREFIX + name] for name in right
    }


def _split_columns(names: tuple[str, ...], *, is_exact: bool) -> tuple[list[str], list[str] | None]:
    """Return the columns to load of sessions and of versions, those among them by which they are joined."""
    takes_all = not is_exact and _ALL_RIGHT in names
    left, right = split_names((name for name in names if not (takes_all and name == _ALL_RIGHT)), PREFIX)
    of_versions = None if takes_all else list(dict.fromkeys([*right, "id"]))
    return list(dict.fromkeys([*left, "version_id"])), of_versions
