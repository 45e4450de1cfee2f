"""Which values of a record are wanted, path by path, and which of them have a pinned dtype; pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from galtea_frames.decoding.pins import Pin


#: The keys that lead to a value.
Path = tuple[str, ...]


@dataclass(frozen=True)
class Wanted:
    """What is wanted of the values at one path.

    Attributes:
        own: whether values other than objects are.
        pin: their dtype, where it is pinned.
        rest: whether keys of objects are that `named` does not have.
        named: what is wanted of the values of some keys.
        is_closed: whether objects are values of this path, like any other.
    """

    own: bool = True
    pin: Pin | None = None
    rest: bool = True
    named: Mapping[str, Wanted] = field(default_factory=dict)
    is_closed: bool = False

    @property
    def takes_apart(self) -> bool:
        """Whether objects become columns of their own, or are left out; else they are values of this path."""
        return self.rest or bool(self.named) or (self.own and not self.is_closed)

    @cached_property
    def needs_every_key(self) -> bool:
        """Whether keys that are not wanted have to be read too.

        An object is empty only if it has no key at all, and a key that a struct cannot name is only found among all.
        """
        return self.rest or (self.own and self.takes_apart) or not all(map(is_nameable, self.named))

    def below(self, key: str) -> Wanted | None:
        """Return what is wanted of the values of a key; None for nothing."""
        return self.named.get(key) or (EVERYTHING if self.rest else None)

    def at(self, path: Path) -> Wanted | None:
        """Return what is wanted of the values at a path below; None for nothing."""
        found: Wanted | None = self
        for key in path:
            found = found.below(key) if found else None
        return found


def is_nameable(key: str) -> bool:
    """Tell whether a struct field can have this key; msgspec rejects names that need escapes."""
    return key.isprintable() and not set('"\\') & set(key)


EVERYTHING = Wanted()
NOTHING = Wanted(own=False, rest=False)
#: Of a field that is only partly wanted, or pinned, but whose column name is not known before its rivals are.
AS_A_WHOLE = Wanted(rest=False, is_closed=True)


def wanted(paths: Iterable[Path] | None, pins: Mapping[Path, Pin], *, is_exact: bool = False) -> Wanted:
    """Return what is wanted of the values of a field.

    Args:
        paths: the paths within it that are; None for everything.
        pins: dtypes by path. A pinned path that is not wanted has no effect.
        is_exact: whether a path stands for its own values; else for all below it as well.
    """
    selection = _Selection(None if paths is None else frozenset(paths), is_exact)
    return _wanted((), selection, {path: pin for path, pin in pins.items() if selection.has(path)})


def merged(one: Wanted, other: Wanted) -> Wanted:
    """Return what either wants of the same values; of what both name, the pinned dtype is the first one's."""
    keys = one.named.keys() | other.named.keys()
    named = {key: merged(one.below(key) or NOTHING, other.below(key) or NOTHING) for key in sorted(keys)}
    return Wanted(one.own or other.own, one.pin, one.rest or other.rest, named, one.is_closed)


@dataclass(frozen=True)
class _Selection:
    """The paths that are wanted."""

    paths: frozenset[Path] | None
    is_exact: bool

    def has(self, path: Path) -> bool:
        """Tell whether the values at a path are wanted."""
        if self.paths is None or path in self.paths:
            return True
        return not self.is_exact and any(path[:length] in self.paths for length in range(len(path)))


def _wanted(path: Path, selection: _Selection, pins: Mapping[Path, Pin]) -> Wanted:
    depth = len(path)
    below = (each for each in (*(selection.paths or ()), *pins) if len(each) > depth and each[:depth] == path)
    named = {each[depth] for each in below}
    own, pin = selection.has(path), pins.get(path)
    # An object at a pinned path is a value like any other, unless paths in it are named; a field's own objects are its
    # columns, unless it is JSON text as a whole.
    is_closed = pin is not None and not named and (bool(path) or pin.takes_objects)
    rest = own and not is_closed and not (selection.is_exact and selection.paths is not None)
    return Wanted(own, pin, rest, {key: _wanted((*path, key), selection, pins) for key in sorted(named)}, is_closed)
