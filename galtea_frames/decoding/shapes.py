"""The shape of rows: the keys of their objects, learned from the rows, as struct types to decode into.

A struct costs half as much as a dictionary and returns all values at once. Its type lists every known key, so a row
with any other key is unmatched; unmatched rows are fitted one by one, and if many share a new key, the shape grows.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
from msgspec.structs import astuple

from galtea_frames.decoding.wanted import EVERYTHING, NOTHING, is_nameable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from galtea_frames.decoding.wanted import Path, Wanted

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

    @classmethod
    def of(cls, wanted: Wanted) -> Shape:
        """Return the shape of the keys that a caller names."""
        return cls(
            {key: cls.of(each) if each.named else None for key, each in wanted.named.items() if is_nameable(key)}
        )

    def grown(self, objects: Sequence[Mapping[str, Any]], rows: int, depth: int, wanted: Wanted = EVERYTHING) -> Shape:
        """Return the shape extended by the keys of some objects, at a depth, that an eighth of the rows have."""
        counts = Counter(key for each in objects for key in each)
        keys = dict(self.keys)
        for key in [*keys, *(key for key, count in counts.items() if count * ONE_IN >= rows and key not in keys)]:
            below = wanted.below(key) or NOTHING
            if not is_nameable(key) or not (wanted.needs_every_key or key in keys):
                continue
            held = [value for each in objects if type(value := each.get(key)) is dict]
            inner = keys.get(key)
            if inner or (below.takes_apart and len(held) * ONE_IN >= rows and held and depth < MAX_DEPTH):
                inner = (inner or NO_KEYS).grown(held, rows, depth + 1, below)
            keys[key] = inner
        return Shape(keys)


NO_KEYS = Shape({})


class Layout:
    """A shape as struct types, with decoders for rows.

    Args:
        shape: the shape of the rows.
        fixed: types and defaults of fields whose objects are not fitted to a shape.
        plain: the type of all other fields without a known shape.
        wanted: what to read of the rows.

    Attributes:
        shape: the shape of the rows.
        names: the fields of the rows.
        many: decodes a list of rows.
        one: decodes one row.
    """

    def __init__(
        self,
        shape: Shape,
        fixed: Mapping[str, tuple[Any, Any]],
        plain: Any = PLAIN,  # noqa: ANN401 - a type of types
        wanted: Wanted = EVERYTHING,
    ) -> None:
        self.shape = shape
        self._node = _Node(shape, fixed, plain, wanted)
        self.names: tuple[str, ...] = self._node.type.keys
        self.many: msgspec.json.Decoder[list[Any]] = msgspec.json.Decoder(list[self._node.type])  # type: ignore[name-defined]
        self.one: msgspec.json.Decoder[Any] = msgspec.json.Decoder(self._node.type)

    def columns(self, rows: Sequence[Any]) -> dict[Path, Sequence[Any]]:
        """Return the values of the fields, one per row; where only some keys of a field are wanted, of these."""
        return self._node.columns(rows)

    def fitted(self, record: dict[str, Any], strays: dict[Path, Any]) -> Any:  # noqa: ANN401 - a struct of this layout
        """Return a row as its struct; values outside the shape go to the strays, by path."""
        return self._node.fitted(record, (), strays)


class _Node:
    """The struct type of one shape, with those of its inner shapes."""

    def __init__(self, shape: Shape, fixed: Mapping[str, tuple[Any, Any]], plain: Any, wanted: Wanted) -> None:  # noqa: ANN401 - as above
        self._wanted = wanted
        self.inner = {
            key: _Node(inner, {}, plain, wanted.below(key) or NOTHING)
            for key, inner in shape.keys.items()
            if inner and key not in fixed
        }
        self._partial = {
            key: inner for key, inner in self.inner.items() if not (wanted.below(key) or NOTHING).needs_every_key
        }
        kinds = [fixed.get(key) or (self._kind(key, plain), ABSENT) for key in shape.keys]
        self._defaults = tuple(default for _, default in kinds)
        # Fields are numbered, because keys need not be Python identifiers.
        self.type: type[Struct] = msgspec.defstruct(  # type: ignore[assignment] # a subclass of its base
            "Object",
            [(f"f{number}", *kind) for number, kind in enumerate(kinds)],
            bases=(Struct,),
            namespace={"keys": tuple(shape.keys), "blank": self._defaults},
            rename={f"f{number}": key for number, key in enumerate(shape.keys)},
            forbid_unknown_fields=wanted.needs_every_key,
            gc=False,
        )

    def _kind(self, key: str, plain: Any) -> Any:  # noqa: ANN401 - as above
        if key in self.inner:
            return plain | self.inner[key].type
        below = self._wanted.below(key)
        if below is None or not (below.own or below.takes_apart):
            return msgspec.Raw  # which costs next to nothing
        return plain if below.takes_apart else Any

    def columns(self, structs: Sequence[Any], path: Path = ()) -> dict[Path, Sequence[Any]]:
        """Return the values of each key, one per struct; where only some keys of objects are wanted, of these."""
        # One call per struct and one for all, instead of one per cell.
        columns: Iterable[Sequence[Any]] = zip(*map(astuple, structs), strict=True) if structs else repeat(())
        found: dict[Path, Sequence[Any]] = {}
        for key, values in zip(self.type.keys, columns, strict=False):
            inner = self._partial.get(key)
            found |= {(*path, key): values} if inner is None else inner.columns(inner.completed(values), (*path, key))
        return found

    def completed(self, values: Sequence[Any]) -> Sequence[Any]:
        """Return a struct for each value: one without keys for what is not an object."""
        if list(map(type, values)).count(self.type) == len(values):
            return values
        nothing = self.type()
        return [value if type(value) is self.type else nothing for value in values]

    def fitted(self, record: dict[str, Any], path: Path, strays: dict[Path, Any]) -> Any:  # noqa: ANN401 - a struct
        """Return an object as its struct; None if all its values are strays."""
        known = list(map(record.pop, self.type.keys, self._defaults))
        for key, value in record.items() if self._wanted.needs_every_key else ():
            if path:  # top-level fields stay whole, because they are counted as sent
                _scatter(value, (*path, key), strays, self._wanted.below(key))
            else:
                strays[*path, key] = value
        for number, key in enumerate(self.type.keys):
            if key in self.inner and type(known[number]) is dict:
                known[number] = self.inner[key].fitted(known[number], (*path, key), strays)
        # A struct without values would look like an empty object.
        return None if path and record and tuple(known) == self._defaults else self.type(*known)


def _scatter(value: Any, path: Path, strays: dict[Path, Any], wanted: Wanted | None) -> None:  # noqa: ANN401 - any JSON value
    """Add the values of an object to the strays, key by key: they will be flattened anyway, and here it is cheapest."""
    if wanted is None:
        return
    if type(value) is not dict or not value or len(path) >= MAX_DEPTH or not wanted.takes_apart:
        strays[path] = value
        return
    for key, inner in value.items():
        _scatter(inner, (*path, key), strays, wanted.below(key))
