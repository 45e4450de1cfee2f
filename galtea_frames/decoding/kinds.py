"""The typing rule: the kinds of values in a column, and the Arrow type that represents all of them exactly; pure.

The rule, applied to all rows of a column (nulls are ignored):

| values | column |
|---|---|
| true, false | bool |
| integers within 64 bits | int64 |
| numbers, integers among them within ±2^53 | float64 |
| text | string |
| lists whose elements fit one of the rows above | list of that type |
| anything else | JSON text |
"""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from galtea_frames.api.times import TIME
from galtea_frames.decoding.json_text import json_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: The largest integer up to which every integer is exact as a double.
EXACT = 2**53

#: The number of values from which numpy is faster.
_MANY = 50

_LIST = "list of "
_ENCODER = msgspec.json.Encoder()
_NONE = type(None)

#: The kinds of text columns and of columns of lists of text.
TEXT_KINDS = {frozenset({"string"}), frozenset({"list of string"}), frozenset({"list of ", "list of string"})}

#: The type of text columns and of all-null columns. Large, because a million rows may exceed 2 GB.
TEXT = pa.large_string()

#: Half of a surrogate pair. JSON escapes can contain it, but valid Unicode text cannot, and no file can store it.
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

_BY_TYPE: dict[type, str] = {bool: "bool", str: "string", float: "float"}


def text_array(values: Sequence[Any], kind: pa.DataType = TEXT) -> pa.Array | None:
    """Return values as an array of text, or of lists of text; None if one is of another type or has a lone surrogate.

    Arrow accepts no other type as text, so the types of the values need no check; but it accepts text as a list of its
    characters.
    """
    if kind != TEXT and str in map(type, values):
        return None
    try:
        return pa.array(values, kind)
    except (pa.ArrowException, TypeError, UnicodeEncodeError):
        return None


def narrow(values: Sequence[Any], types: set[type]) -> tuple[pa.Array, frozenset[str]]:
    """Return the array of `to_array`, and the kinds of the values.

    Args:
        values: the values; some may be None.
        types: the types of the others.
    """
    if types == {int} and len(values) >= _MANY and (integers := _integers(values)) is not None:
        return pa.array(integers), frozenset(_integer_kinds(int(integers.min()), int(integers.max())))
    kinds = kinds_of(values, types)
    return to_array(values, kinds), kinds


def _integers(values: Sequence[int | None]) -> NDArray[np.int64] | None:
    """Return the values as int64 if none is null or beyond 64 bits; three times as fast as Arrow."""
    try:
        return np.fromiter(values, np.int64, len(values))
    except (TypeError, OverflowError):
        return None


def kinds_of(values: Sequence[Any], types: set[type]) -> frozenset[str]:
    """Return the kinds among values, given their types.

    Kinds are "bool", "string", "float", "json" and three sizes of integer: "int" is exact as a double, "long" fits in
    64 bits, "huge" fits no column type. A list has the kinds of its elements with the prefix "list of ".
    """
    kinds = {_BY_TYPE[each] for each in types if each in _BY_TYPE}
    if int in types:
        integers = [value for value in values if type(value) is int]
        kinds |= _integer_kinds(min(integers), max(integers))
    if list in types:
        kinds |= _list_kinds([value for value in values if type(value) is list])
    if not types <= {*_BY_TYPE, int, list, _NONE}:
        kinds.add("json")
    return frozenset(kinds)


@cache
def arrow_type(kinds: frozenset[str]) -> pa.DataType | None:
    """Return the type that represents values of all these kinds exactly; None means JSON text."""
    lists = {kind for kind in kinds if kind.startswith(_LIST)}
    if not lists:
        return _scalar_type(kinds)
    if lists != kinds:
        return None
    element = _scalar_type(frozenset(kind.removeprefix(_LIST) for kind in lists) - {""})
    # Lists hold plain strings: their 32-bit offsets only span one page's text, not a whole column's.
    return None if element is None else pa.list_(pa.string() if element == TEXT else element)


def is_mixed(kinds: frozenset[str]) -> bool:
    """Tell whether values of these kinds, scalars or lists, share no column type."""
    return arrow_type(kinds) is None and kinds - {_LIST} != {"json"}


def to_array(values: Sequence[Any], kinds: frozenset[str]) -> pa.Array:
    """Return the values as an array: typed if all are of one kind, otherwise the JSON text of each.

    Values that share a type only after widening stay text for now: later pages may rule the widening out.
    """
    kind = arrow_type(kinds)
    if kind is None or not _same(kinds):
        return json_array(values)
    return pa.array(values, kind)


@cache
def is_text(kinds: frozenset[str]) -> bool:
    """Tell whether `to_array` leaves values of these kinds as JSON text."""
    return arrow_type(kinds) is None or not _same(kinds)


def convert(array: pa.Array, kinds: frozenset[str], wanted: pa.DataType | None) -> pa.Array:
    """Convert an array of `to_array` to the type of its column; None means JSON text."""
    text = is_text(kinds)
    if wanted is None:
        if text:
            return array
        return json_array(array.to_pylist())
    if text and pa.types.is_list(wanted):
        return pa.array([None if value is None else json.loads(value) for value in array.to_pylist()], wanted)
    return array if array.type == wanted else pc.cast(array, wanted)


def json_array(values: Sequence[Any]) -> pa.Array:
    """Return the JSON text of each value, null for None."""
    try:
        # All at once, one line each: compact JSON has no line breaks. `RawJson` may, and raises TypeError here.
        lines = _ENCODER.encode_lines(values).decode().split("\n")
    except (UnicodeEncodeError, RecursionError, TypeError):
        return pa.array([None if value is None else json_text(value) for value in values], TEXT)
    return pa.array([None if value is None else line for value, line in zip(values, lines, strict=False)], TEXT)


def replaced(value: Any) -> Any:  # noqa: ANN401 - returns what it is given
    """Replace each lone surrogate in text, or in a list of texts, with U+FFFD; return other values unchanged."""
    if isinstance(value, list):
        return [replaced(each) for each in value]
    return _LONE_SURROGATE.sub("\ufffd", value) if isinstance(value, str) else value


def _same(kinds: frozenset[str]) -> bool:
    """Tell whether Arrow accepts the values without widening any of them."""
    return not ("float" in kinds or _LIST + "float" in kinds) or len(kinds - {_LIST}) == 1


def _scalar_type(kinds: frozenset[str]) -> pa.DataType | None:
    """Apply the typing rule to scalars."""
    if not kinds or kinds == {"string"}:
        return TEXT
    if kinds == {"bool"}:
        return pa.bool_()
    if kinds == {"time"}:  # of a pinned column: nothing that JSON holds is a time by itself
        return TIME
    if kinds <= {"int", "long"}:
        return pa.int64()
    if kinds <= {"int", "float"}:
        return pa.float64()
    return None


def _integer_kinds(least: int, most: int) -> set[str]:
    if least >= -EXACT and most <= EXACT:
        return {"int"}
    return {"long"} if least >= -(2**63) and most < 2**63 else {"huge"}


def _list_kinds(lists: Sequence[list[Any]]) -> set[str]:
    elements = list(chain.from_iterable(lists))
    types = set(map(type, elements)) - {_NONE}
    nested = types & {list, dict}
    kinds = kinds_of(elements, types - nested) | ({"json"} if nested else set())
    return {kind if kind == "json" else _LIST + kind for kind in kinds or {""}}
