"""The columns of a lazy frame: stored ones, and nested columns with a pinned dtype."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from galtea_frames.api.resources import SESSIONS
from galtea_frames.decoding.column_names import split_name
from galtea_frames.decoding.contract import Contract, select_columns
from galtea_frames.errors import QueryError
from galtea_frames.frames.column_arguments import dtype_mapping, parse_contract, selected_names
from galtea_frames.frames.options import with_schema
from galtea_frames.mirror.arguments import check_removed_at
from galtea_frames.mirror.rows import EXTRA, REMOVED_AT
from galtea_frames.printable import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_DECLARED = {column.name: column for column in SESSIONS.columns}

#: Columns of the mirror, which no field of the API can have.
_OWN = (EXTRA, REMOVED_AT)


@dataclass(frozen=True)
class LazyColumns:
    """The columns of a lazy frame.

    Attributes:
        names: the columns, in order.
        contract: those of them that are decoded; all others are stored as they are.
    """

    names: tuple[str, ...]
    contract: Contract

    @property
    def categories(self) -> list[str]:
        """The columns that are categories."""
        pinned = self.contract.dtypes
        return [
            name
            for name in self.names
            if pinned.get(name) == "category" or (name in _DECLARED and _DECLARED[name].kind == "category")
        ]

    @property
    def stored(self) -> list[str]:
        """The stored columns that they are made of, and those by which rows are sorted."""
        roots = {split_name(name)[0] for name in self.names}
        names = [name for name in _DECLARED if name in roots or name in self.contract.needed]
        # Declared fields that are misfits are in `extra`, with all that is not declared.
        needs_extra = self.contract.raises or not roots <= {*_DECLARED, REMOVED_AT}
        return [*names, *([EXTRA] if needs_extra else []), *([REMOVED_AT] if REMOVED_AT in self.names else [])]


def lazy_columns(arguments: Mapping[str, Any], *, include_removed: bool) -> LazyColumns:
    """Return the columns that `columns`, `dtype`, `schema` and `on_misfit` select.

    Raises:
        QueryError: an argument is invalid, or a nested column is not pinned.
    """
    given = with_schema(SESSIONS, arguments)
    is_exact = bool(given.get("is_exact"))
    dtypes = dtype_mapping(given.get("dtype"))
    for name in dtypes:
        if name in _OWN:
            raise QueryError(f"dtype: {name!r} is a column of the mirror; a field of that name is in {EXTRA!r}")
    available = [*_DECLARED, EXTRA, *([REMOVED_AT] if include_removed else [])]
    available += [name for name in dtypes if name not in available]
    chosen = selected_names(given.get("columns"))
    # No row is read before the columns are known, so nothing can be left over.
    if is_exact and chosen:
        chosen = tuple(name for name in chosen if not split_name(name)[2])
    check_removed_at(chosen or (), include_removed=include_removed)
    others = [name for name in chosen or () if name not in _OWN]
    parse_contract(SESSIONS, "columns", given | {"columns": others or None})
    _check_pinned(name for name in others if name not in available)
    names = available if chosen is None else select_columns(chosen, available, is_exact=is_exact)
    decoded = [name for name in names if name in dtypes or (name in _DECLARED and _DECLARED[name].kind != "object")]
    contract = parse_contract(SESSIONS, "columns", given | {"columns": ["id", *decoded], "is_exact": True})
    return LazyColumns(tuple(names), contract)


def _check_pinned(names: Iterable[str]) -> None:
    for name in names:
        if split_name(name)[2]:
            raise QueryError(f"columns: a lazy frame has no column {quoted(name)}; select the whole field")
        raise QueryError(
            f"columns: pin {quoted(name)}, because the types of a lazy frame are known before its rows:"
            f" dtype={{{quoted(name)}: 'string'}}"
        )
