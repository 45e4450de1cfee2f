"""The shape of rows: the keys of their objects, learned from the rows, as struct types to decode into.

A struct costs half as much as a dictionary and returns all values at once. Its type lists every known key, so a row
with any other key is unmatched; unmatched rows are fitted one by one, and if many share a new key, the shape grows.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Path = tuple[str, ...]

#: The value of a field that an object lacks.
ABSENT = msgspec.UNSET

#: A key joins the shape if at least one row in this many has it; rarer keys are cheaper row by row.
ONE_IN = 8

#: The most keys of a shape; each key costs every row a little.
MOST_KEYS = 1_000

#: Objects nested deeper are JSON text: nobody uses column names that long.
MAX_DEPTH = 32

#: The types of a field without a known shape; a row with an object in such a field is unmatched.
PLAIN = bool | int | float | str | list[Any] | None


class Struct(msgspec.Struct, gc=False):
    """An object of a learned shape.

    Attributes:
        keys: its keys, in the order of its values.
        blank: the values of an object with none of them.
    """

    keys: ClassVar[tuple[str, ...]]
    blank: ClassVar[tuple[Any, ...]]


@dataclass(frozen=True)
class Shape:
    """The keys of an object, each with the shape of the objects in it; None for a key without objects."""

    keys: Mapping[str, Shape | None]

    @property
    def size(self) -> int:
        """The number of keys at all depths."""
        return len(self.keys) + sum(inner.size for inner in self.keys.values() if inner)

    def grown(self, objects: Sequence[Mapping[str, Any]], rows: int, depth: int) -> Shape:
        """Return the shape extended by the keys of some objects, at a depth, that an eighth of the rows have."""
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
    """A shape as struct types, with decoders for rows.

    Args:
        shape: the shape of the rows.
        fixed: types and defaults of fields whose objects are not fitted to a shape.
        plain: the type of all other fields without a known shape.

    Attributes:
        shape: the shape of the rows.
        names: the fields of the rows.
        many: decodes a list of rows.
        one: decodes one row.
    """

    def __init__(self, shape: Shape, fixed: Mapping[str, tuple[Any, Any]], plain: Any = PLAIN) -> None:  # noqa: ANN401 - types of types
        self.shape = shape
        self._node = _Node(shape, fixed, plain)
        self.names: tuple[str, ...] = self._node.type.keys
        self.many: msgspec.json.Decoder[list[Any]] = msgspec.json.Decoder(list[self._node.type])  # type: ignore[name-defined]
        self.one: msgspec.json.Decoder[Any] = msgspec.json.Decoder(self._node.type)

    def fitted(self, record: dict[str, Any], strays: dict[Path, Any]) -> Any:  # noqa: ANN401 - a struct of this layout
        """Return a row as its struct; values outside the shape go to the strays, by path."""
        return self._node.fitted(record, (), strays)


class _Node:
    """The struct type of one shape, with those of its inner shapes."""

    def __init__(self, shape: Shape, fixed: Mapping[str, tuple[Any, Any]], plain: Any) -> None:  # noqa: ANN401 - as above
        self.inner = {key: _Node(inner, {}, plain) for key, inner in shape.keys.items() if inner and key not in fixed}
        kinds = [fixed.get(key) or (self._kind(key, plain), ABSENT) for key in shape.keys]
        self._defaults = tuple(default for _, default in kinds)
        # Fields are numbered, because keys need not be Python identifiers.
        self.type: type[Struct] = msgspec.defstruct(  # type: ignore[assignment] # a subclass of its base
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
        """Return an object as its struct; None if all its values are strays."""
        known = list(map(record.pop, self.type.keys, self._defaults))
        for key, value in record.items():
            if path:  # top-level fields stay whole, because they are counted as sent
                _scatter(value, (*path, key), strays)
            else:
                strays[*path, key] = value
        for number, key in enumerate(self.type.keys):
            if key in self.inner and type(known[number]) is dict:
                known[number] = self.inner[key].fitted(known[number], (*path, key), strays)
        # A struct without values would look like an empty object.
        return None if path and record and tuple(known) == self._defaults else self.type(*known)


def _scatter(value: Any, path: Path, strays: dict[Path, Any]) -> None:  # noqa: ANN401 - any JSON value
    """Add the values of an object to the strays, key by key: they will be flattened anyway, and here it is cheapest."""
    if type(value) is not dict or not value or len(path) >= MAX_DEPTH:
        strays[path] = value
        return
    for key, inner in value.items():
        _scatter(inner, (*path, key), strays)


def _nameable(key: str) -> bool:
    """Tell whether a struct field can have this key; msgspec rejects names that need escapes."""
    return key.isprintable() and not set('"\\') & set(key)
