"""The shape of rows: which keys the objects in them have, learned from the rows, as struct types to decode them into.

A struct costs half of what a dictionary does, and gives up its values all at once. Its type knows every key that it may
meet, so that a row with another one is told apart; such rows are fitted by hand, and when many rows have the same new
key, the shape grows by it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Path = tuple[str, ...]

#: What a field holds in an object that does not have it.
ABSENT = msgspec.UNSET

#: A key joins the shape when one row in this many has it; rarer ones are cheaper row by row.
ONE_IN = 8

#: Keys of a shape, at most; every one costs each row a little.
MOST_KEYS = 1_000

#: Objects nested deeper are JSON text: nobody names a column so long.
MAX_DEPTH = 32

#: What a field may hold besides an object; an object there makes the row one that is fitted by hand.
PLAIN = bool | int | float | str | list[Any] | None


class Struct(msgspec.Struct, gc=False):
    """An object of a learned shape.

    Attributes:
        keys: its keys, in the order of its values.
        blank: an object without any of them.
    """

    keys: ClassVar[tuple[str, ...]]
    blank: ClassVar[tuple[Any, ...]]


@dataclass(frozen=True)
class Shape:
    """The keys of an object, each with the shape of the objects that it holds, or None where it holds none."""

    keys: Mapping[str, Shape | None]

    @property
    def size(self) -> int:
        """How many keys there are, at all depths."""
        return len(self.keys) + sum(inner.size for inner in self.keys.values() if inner)

    def grown(self, objects: Sequence[Mapping[str, Any]], rows: int, depth: int) -> Shape:
        """Return the shape with those keys of some objects, so deep in the rows, that an eighth of the rows have."""
        counts = Counter(key for each in objects for key in each)
        keys = dict(self.keys)
        for key in [*keys, *(key for key, count in counts.items() if count * ONE_IN >= rows and key not in keys)]:
            if not _nameable(key):
                continue
            held = [value for each in objects if type(value := each.get(key)) is dict]
            inner = keys.get(key)
            if inner or (len(held) * ONE_IN >= rows and held and depth < MAX_DEPTH):
                inner = (inner or NO_KEYS).grown(held, rows, depth + 1)
            keys[key] = inner
        return Shape(keys)


NO_KEYS = Shape({})


class Layout:
    """A shape as types, and what decodes rows into them.

    Args:
        shape: of the rows.
        fixed: types and defaults of fields whose objects, if they hold some, stay as they are.
        plain: the type of any other field that holds no objects of a known shape.

    Attributes:
        shape: as given.
        names: the rows' fields.
        many: reads a list of rows.
        one: reads one row.
    """

    def __init__(self, shape: Shape, fixed: Mapping[str, tuple[Any, Any]], plain: Any = PLAIN) -> None:  # noqa: ANN401 - types of types
        self.shape = shape
        self._node = _Node(shape, fixed, plain)
        self.names: tuple[str, ...] = self._node.type.keys
        self.many: msgspec.json.Decoder[list[Any]] = msgspec.json.Decoder(list[self._node.type])  # type: ignore[name-defined]
        self.one: msgspec.json.Decoder[Any] = msgspec.json.Decoder(self._node.type)

    def fitted(self, record: dict[str, Any], strays: dict[Path, Any]) -> Any:  # noqa: ANN401 - a struct of this layout
        """Return a row as its struct, and put what the shape does not know among the strays, by its path."""
        return self._node.fitted(record, (), strays)


class _Node:
    """The struct type of one shape, with those of the shapes within."""

    def __init__(self, shape: Shape, fixed: Mapping[str, tuple[Any, Any]], plain: Any) -> None:  # noqa: ANN401 - as above
        self.inner = {key: _Node(inner, {}, plain) for key, inner in shape.keys.items() if inner and key not in fixed}
        kinds = [fixed.get(key) or (self._kind(key, plain), ABSENT) for key in shape.keys]
        self._defaults = tuple(default for _, default in kinds)
        # Fields are numbered: keys need not be names of Python.
        self.type: type[Struct] = msgspec.defstruct(  # type: ignore[assignment] # it has the base given
            "Object",
            [(f"f{number}", *kind) for number, kind in enumerate(kinds)],
            bases=(Struct,),
            namespace={"keys": tuple(shape.keys), "blank": self._defaults},
            rename={f"f{number}": key for number, key in enumerate(shape.keys)},
            forbid_unknown_fields=True,
            gc=False,
        )

    def _kind(self, key: str, plain: Any) -> Any:  # noqa: ANN401 - as above
        return plain | self.inner[key].type if key in self.inner else plain

    def fitted(self, record: dict[str, Any], path: Path, strays: dict[Path, Any]) -> Any:  # noqa: ANN401 - a struct
        """Return an object as its struct; None where none of what it holds has a place there."""
        known = list(map(record.pop, self.type.keys, self._defaults))
        for key, value in record.items():
            if path:  # a field of the row is counted as sent, and so stays whole
                _scatter(value, (*path, key), strays)
            else:
                strays[*path, key] = value
        for number, key in enumerate(self.type.keys):
            if key in self.inner and type(known[number]) is dict:
                known[number] = self.inner[key].fitted(known[number], (*path, key), strays)
        # As a struct without values it would pass for an empty object.
        return None if path and record and tuple(known) == self._defaults else self.type(*known)


def _scatter(value: Any, path: Path, strays: dict[Path, Any]) -> None:  # noqa: ANN401 - whatever JSON can hold
    """Put what an object holds among the strays, key by key: it will be taken apart, and here that costs least."""
    if type(value) is not dict or not value or len(path) >= MAX_DEPTH:
        strays[path] = value
        return
    for key, inner in value.items():
        _scatter(inner, (*path, key), strays)


def _nameable(key: str) -> bool:
    """Tell whether a struct's field can have this key: msgspec would have to escape the others."""
    return key.isprintable() and not set('"\\') & set(key)
