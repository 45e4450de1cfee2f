"""Warnings about the columns of a frame."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from galtea_frames.decoding.column_names import OVERFLOW
from galtea_frames.errors import (
    AbsentColumnsWarning,
    ColumnBudgetWarning,
    MisfitsWarning,
    MixedTypesWarning,
    UnknownStatusWarning,
    warn,
)
from galtea_frames.printable import listed, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from galtea_frames.decoding.contract import Contract
    from galtea_frames.decoding.notes import Notes


#: Names in a warning, at most.
_NAMED = 5


class WarnedColumns:
    """The columns that were already warned about in this process, by resource. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: set[tuple[str, str]] = set()

    def new(self, resource: str, columns: Sequence[str]) -> list[str]:
        """Return the columns that were not warned about, which from now on they were."""
        with self._lock:
            new = [name for name in columns if (resource, name) not in self._seen]
            self._seen.update((resource, name) for name in new)
        return new

    def forget(self) -> None:
        """Warn about every column again."""
        with self._lock:
            self._seen.clear()


#: A scheduled program loads the same columns again and again; what is mixed, it needs to hear once.
WARNED_OF_MIXED = WarnedColumns()


def warn_about_columns(notes: Notes, contract: Contract, rows: int, prefix: str = "") -> None:
    """Warn about columns that do not hold what their names or dtypes promise.

    Args:
        notes: what was seen of the columns.
        contract: what the caller asked for.
        rows: how many rows there are.
        prefix: prefix of the column names in the caller's frame.
    """
    if mixed := WARNED_OF_MIXED.new(contract.resource.name, notes.mixed):
        example = quoted(prefix + mixed[0])
        warn(
            f"mixed types, kept as JSON text: {_listed(mixed, prefix)}; pin a dtype to get one type:"
            f" dtype={{{example}: 'string'}}",
            MixedTypesWarning,
        )
    if notes.misfits:
        is_kept = contract.names is None or OVERFLOW in contract.names
        kept = f", kept in column {quoted(prefix + OVERFLOW)}" if is_kept else " are null"
        counted = _counted(notes.misfits, prefix)
        warn(f"values that do not match the declared type{kept} ({counted})", MixedTypesWarning)
    if notes.pinned_misfits:
        counted = _counted(notes.pinned_misfits, prefix)
        warn(f"values that do not fit their pinned dtype are null: {counted}", MisfitsWarning)
    if notes.absent and rows:
        warn(f"no row has {_listed(notes.absent, prefix)}", AbsentColumnsWarning)
    if notes.crowded:
        warn(
            f"too many nested columns; the rarest paths are JSON text in {_listed(notes.crowded, prefix)}",
            ColumnBudgetWarning,
        )
    if notes.unknown_statuses:
        one = contract.resource.singular.replace("_", " ")
        warn(f"unknown {one} statuses: {_listed(notes.unknown_statuses)}", UnknownStatusWarning)


def warn_about_absent_dates(names: Sequence[str]) -> None:
    """Warn about columns that `parse_dates` names and no row has."""
    warn(f"parse_dates: no row has {_listed(names)}", AbsentColumnsWarning)


def _listed(names: Sequence[str], prefix: str = "") -> str:
    return listed([prefix + name for name in names], _NAMED, quoted)


def _counted(counts: Mapping[str, int], prefix: str = "") -> str:
    return ", ".join(f"{count:,} in {prefix}{name}" for name, count in sorted(counts.items()))
