"""The column contract: which columns a caller wants, in which order, and with which dtypes; pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from galtea_frames.api.resource import snake_case
from galtea_frames.decoding.column_names import OVERFLOW, possible_names, split_name
from galtea_frames.decoding.derived import source_of
from galtea_frames.decoding.pins import PINS
from galtea_frames.decoding.wanted import AS_A_WHOLE, EVERYTHING, NOTHING, Wanted, merged, wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from galtea_frames.api.resource import DerivedColumn, Resource
    from galtea_frames.decoding.pins import Pin
    from galtea_frames.decoding.wanted import Path


@dataclass(frozen=True)
class Contract:
    """Which columns a caller wants of a list.

    Attributes:
        resource: whose columns they are.
        names: the columns wanted, in order; None for all.
        dtypes: pinned dtypes, by column.
        is_exact: whether a name selects one column; else it also selects all below it.
        raises: whether a misfit ends the load.
        needed: declared columns that must be decoded besides, to sort or join rows.
        keeps_objects: whether fields come as JSON text, which needs all of a field.
        statuses: known statuses, besides those that the API documents.
    """

    resource: Resource
    names: tuple[str, ...] | None = None
    dtypes: Mapping[str, str] = field(default_factory=dict)
    is_exact: bool = False
    raises: bool = False
    needed: frozenset[str] = frozenset()
    keeps_objects: bool = False
    statuses: tuple[str, ...] = ()

    def with_needed(self, columns: Iterable[str]) -> Contract:
        """Return the contract with further columns that are decoded, though the frame does not have them."""
        return replace(self, needed=self.needed.union(columns))

    # -- what to decode --

    @cached_property
    def record(self) -> Wanted:
        """What is wanted of a record, field by field."""
        declared = {
            each.api: self._declared(each.name, is_object=each.kind == "object") for each in self.resource.columns
        }
        for each in self._derived:
            declared[each.source] = merged(declared[each.source], source_of(each))
        if self._takes_other_fields:
            return _Record(own=False, named=declared, contract=self)
        return Wanted(own=False, rest=False, named={api: each for api, each in declared.items() if each is not NOTHING})

    def other_names(self, api: str) -> tuple[str, ...]:
        """Return the names of an undeclared field: a second one, beside a rival, if something else is wanted of it."""
        if api not in self._other_names:
            first, *others = possible_names(api, self._declared_names)
            differing = [name for name in others if self.other(name) != self.other(first)]
            self._other_names[api] = (first, *differing)
        return self._other_names[api]

    def other(self, name: str) -> Wanted | None:
        """Return what is wanted of the undeclared field that has a column name; None for nothing."""
        if self.names is None and not self._pins:
            return EVERYTHING
        pins = self._pins.get(name, {})
        if self.names is None or OVERFLOW in self.names:
            return wanted(None, pins)
        paths = self._paths.get(name)
        return wanted(paths, pins, is_exact=self.is_exact) if paths else None

    def pins_of(self, name: str) -> Mapping[Path, Pin]:
        """Return the pinned dtypes of the columns of a field, by the paths below it."""
        return {path: pin for path, pin in self._pins.get(name, {}).items() if self._selects(name, path)}

    def _declared(self, name: str, *, is_object: bool) -> Wanted:
        if self.names is None or OVERFLOW in self.names:
            return wanted(None, self._pins.get(name, {})) if is_object else EVERYTHING
        paths = self._paths.get(name, [])
        if not paths:
            return EVERYTHING if name in self.needed else NOTHING
        if not is_object:
            return EVERYTHING
        if (OVERFLOW,) in paths or self.keeps_objects:
            return wanted(None, self._pins.get(name, {}))
        return wanted(paths, self._pins.get(name, {}), is_exact=self.is_exact)

    @cached_property
    def _takes_other_fields(self) -> bool:
        return self.names is None or bool(self._paths.keys() - self._declared_names)

    @cached_property
    def _declared_names(self) -> frozenset[str]:
        return frozenset(self.resource.column_names)

    @cached_property
    def _derived(self) -> list[DerivedColumn]:
        """The derived columns that are named, and so need their field."""
        return [each for each in self.resource.derived if each.name in (self.names or ())]

    @cached_property
    def _other_names(self) -> dict[str, tuple[str, ...]]:
        return {}

    @cached_property
    def _paths(self) -> dict[str, list[Path]]:
        """The paths wanted, by field; `*` stands for a field's overflow column."""
        paths: dict[str, list[Path]] = {}
        for name in self.names or ():
            root, keys, is_overflow = split_name(name)
            paths.setdefault(root, []).append((OVERFLOW,) if is_overflow else tuple(keys))
        return paths

    @cached_property
    def _pins(self) -> dict[str, dict[Path, Pin]]:
        pins: dict[str, dict[Path, Pin]] = {}
        for name, dtype in self.dtypes.items():
            root, keys, _ = split_name(name)
            pins.setdefault(root, {})[tuple(keys)] = PINS[dtype]
        return pins

    def _selects(self, name: str, path: Path) -> bool:
        if self.names is None:
            return True
        paths = self._paths.get(name, [])
        return path in paths or (not self.is_exact and any(path[:length] in paths for length in range(len(path))))

    # -- which columns to give --

    def has(self, name: str) -> bool:
        """Tell whether the frame may have a column."""
        root, path = _split(name)
        return self._selects(root, path)

    @cached_property
    def pinned(self) -> dict[str, Pin]:
        """The pinned columns that the frame has, by name."""
        return {name: PINS[dtype] for name, dtype in self.dtypes.items() if self._selects(*_split(name))}

    def selected(self, columns: Sequence[str]) -> list[str]:
        """Return the columns that the frame has, of all that there are and those that no row has."""
        return list(columns) if self.names is None else select_columns(self.names, columns, is_exact=self.is_exact)


def select_columns(names: Iterable[str], columns: Sequence[str], *, is_exact: bool) -> list[str]:
    """Return the columns that names select, each once: a column of that name, those below it, else the name itself."""
    existing = set(columns)
    found: dict[str, None] = {}
    for name in names:
        below = [] if is_exact else [each for each in columns if each.startswith(f"{name}.")]
        found |= dict.fromkeys([*([name] if name in existing or not below else []), *below])
    return list(found)


@dataclass(frozen=True)
class _Record(Wanted):
    """What is wanted of a record whose undeclared fields may be wanted too."""

    contract: Contract | None = None

    def below(self, key: str) -> Wanted | None:
        declared = self.named.get(key)
        if declared is not None or self.contract is None:
            return declared
        wanted_of = map(self.contract.other, self.contract.other_names(key))
        return EVERYTHING if all(each == EVERYTHING for each in wanted_of) else AS_A_WHOLE


def _split(name: str) -> tuple[str, Path]:
    root, keys, _ = split_name(name)
    return root, tuple(keys)


def known_names(resource: Resource) -> frozenset[str]:
    """Return the columns of all fields that the API is known to send."""
    return frozenset({OVERFLOW, *resource.column_names, *map(snake_case, resource.further)})
