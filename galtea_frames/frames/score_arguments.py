"""The arguments about columns of a load of scores, split into those of its lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from galtea_frames.api.resources import EVALUATIONS
from galtea_frames.decoding.contract import select_columns
from galtea_frames.errors import QueryError
from galtea_frames.frames import scoring
from galtea_frames.frames.column_arguments import column_list, dtype_mapping, selected_names, split_names
from galtea_frames.frames.frame import ATTRS
from galtea_frames.frames.scores import LISTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

#: What attrs say of columns, by name.
_OF_COLUMNS = ("dtype", "misfits")


@dataclass(frozen=True)
class ScoreArguments:
    """The arguments about columns of a load of scores.

    Attributes:
        names: the columns of the result; None for all.
        lists: the lists to load, evaluations first, and for each `columns`, `dtype` and `parse_dates`.
    """

    names: tuple[str, ...] | None
    lists: dict[str, dict[str, Any]]

    @classmethod
    def of(cls, arguments: Mapping[str, Any]) -> ScoreArguments:
        """Return the arguments, split.

        Raises:
            QueryError: an argument is neither a name nor a list of names, or a dict of dtypes.
        """
        names = selected_names(arguments.get("columns"))
        dtypes = dtype_mapping(arguments.get("dtype"))
        if computed := next((name for name in dtypes if name in scoring.COMPUTED), None):
            raise QueryError(f"dtype: {computed!r} is computed, and its dtype is fixed")
        columns = None if names is None else _by_list(name for name in names if name not in scoring.COMPUTED)
        dates = _by_list(column_list("parse_dates", arguments.get("parse_dates")))
        pinned = {name: dict(each) for name, each in _by_list(dtypes).items()}
        needed = _needed(columns)
        return cls(
            names,
            {
                name: {
                    "columns": wanted,
                    "dtype": {own: dtypes[given] for own, given in pinned[name].items()},
                    "parse_dates": list(dates[name]),
                }
                for name, wanted in needed.items()
            },
        )

    def select(self, scores: pd.DataFrame) -> pd.DataFrame:
        """Return the scores with the columns that the caller selected, and attrs that cover all lists."""
        attrs = scores.attrs[ATTRS]
        for prefix, about in attrs["joins"].items():
            of_list = about["attrs"]
            for key in _OF_COLUMNS:
                named = {f"{prefix}.{name}": each for name, each in of_list.get(key, {}).items()}
                attrs[key] = attrs.get(key, {}) | named
            absent = [f"{prefix}.{name}" for name in of_list.get("absent_columns", [])]
            attrs["absent_columns"] = [*attrs.get("absent_columns", []), *absent]
        attrs["columns"] = None if self.names is None else list(self.names)
        return (
            scores
            if self.names is None
            else scores[select_columns(self.names, scores.columns.tolist(), is_exact=False)]
        )


def _by_list(names: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return names of columns by list: their names there, with those given."""
    given = tuple(names)
    found: dict[str, dict[str, str]] = {}
    for each in LISTS:
        prefix = f"{each.prefix}."
        whole = {"": each.prefix} if each.prefix in given else {}
        given = tuple(name for name in given if name != each.prefix)
        found[each.name] = whole | {name.removeprefix(prefix): name for name in given if name.startswith(prefix)}
        given = tuple(name for name in given if not name.startswith(prefix))
    own = given
    for each in LISTS:  # joins escape columns of evaluations that start with a prefix
        own = split_names(own, f"{each.prefix}.")[0]
    return found | {EVALUATIONS.name: dict(zip(own, given, strict=True))}


def _needed(columns: Mapping[str, Mapping[str, str]] | None) -> dict[str, list[str] | None]:
    """Return the lists to load and their columns, those by which they are joined included; None for all columns."""
    order = [EVALUATIONS.name, *(each.name for each in LISTS)]
    if columns is None:
        return dict.fromkeys(order)
    wanted = {name: list(own) for name, own in columns.items()}
    keys: dict[str, list[str]] = {EVALUATIONS.name: list(scoring.INPUTS)}
    for each in reversed(LISTS):
        if wanted[each.name] or each.name in keys:
            keys.setdefault(each.name, []).append("id")
            keys.setdefault(each.of, []).append(each.column)
    return {
        name: None if "" in wanted[name] else list(dict.fromkeys([*wanted[name], *keys[name]]))
        for name in order
        if name in keys
    }
