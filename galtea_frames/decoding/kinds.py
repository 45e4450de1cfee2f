"""The typing rule: what kinds of values a column holds, and the one Arrow type that holds them all exactly; pure.

The ladder, over all rows of a column (nulls do not count):

| values | column |
|---|---|
| true, false | bool |
| integers within 64 bits | int64 |
| numbers, integers among them within ±2^53 | float64 |
| text | string |
| lists whose elements fit one rung above | list of it |
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

from galtea_frames.decoding.json_text import json_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: The largest integer up to which every integer is exact as a double.
EXACT = 2**53

#: Values from which on it pays to have numpy look at them.
_MANY = 50

_LIST = "list of "
_ENCODER = msgspec.json.Encoder()
_NONE = type(None)

#: Columns of text, and of lists of it, by their kinds.
TEXT_KINDS = {frozenset({"string"}), frozenset({"list of string"}), frozenset({"list of ", "list of string"})}

#: Text columns, and columns of nulls only. Large, because a column of a million rows may exceed 2 GB.
TEXT = pa.large_string()

#: Half of a surrogate pair, as JSON's escapes can name it: no Unicode text has it, and no file can hold it.
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")

_BY_TYPE: dict[type, str] = {bool: "bool", str: "string", float: "float"}


def text_array(values: Sequence[Any], kind: pa.DataType = TEXT) -> pa.Array | None:
    """Return values that are all text, or all lists of text, or null; None where one is not, or has a lone surrogate.

    Arrow takes nothing else for text, as it takes truth values for numbers; so this needs no look at the values' types.
    But it takes text for a list of its letters.
    """
    if kind != TEXT and str in map(type, values):
        return None
    try:
        return pa.array(values, kind)
    except (pa.ArrowException, TypeError, UnicodeEncodeError):
        return None


def narrow(values: Sequence[Any], types: set[type]) -> tuple[pa.Array, frozenset[str]]:
    """Return values as `to_array` does, and their kinds.

    Args:
        values: some of them may be None.
        types: the types of the others.
    """
    if types == {int} and len(values) >= _MANY and (integers := _integers(values)) is not None:
        return pa.array(integers), frozenset(_integer_kinds(int(integers.min()), int(integers.max())))
    kinds = kinds_of(values, types)
    return to_array(values, kinds), kinds


def _integers(values: Sequence[int | None]) -> NDArray[np.int64] | None:
    """Return values if none is null or beyond 64 bits: three times as fast as Arrow takes them."""
    try:
        return np.fromiter(values, np.int64, len(values))
    except (TypeError, OverflowError):
        return None


def kinds_of(values: Sequence[Any], types: set[type]) -> frozenset[str]:
    """Return the kinds among values, whose types are given because the caller has them at hand.

    Besides "bool", "string", "float" and "json" there are three sizes of integer: "int" is exact as a double, "long"
    fits 64 bits, "huge" fits no column type. Lists are "list of " their elements' kinds.
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
    """Return the type that holds values of all these kinds exactly, or None where only JSON text does."""
    lists = {kind for kind in kinds if kind.startswith(_LIST)}
    if not lists:
        return _scalar_type(kinds)
    if lists != kinds:
        return None
    element = _scalar_type(frozenset(kind.removeprefix(_LIST) for kind in lists) - {""})
    # Lists hold plain strings: their offsets count one page's text, not a whole column's.
    return None if element is None else pa.list_(pa.string() if element == TEXT else element)


def is_mixed(kinds: frozenset[str]) -> bool:
    """Tell whether values of these kinds, scalars or lists of them, share no column type."""
    return arrow_type(kinds) is None and kinds - {_LIST} != {"json"}


def to_array(values: Sequence[Any], kinds: frozenset[str]) -> pa.Array:
    """Return the values as Arrow holds them: typed where all are of one kind, else each as its JSON text.

    Values whose kinds share a type only by widening stay text for now: other pages may hold a kind that forbids it.
    """
    kind = arrow_type(kinds)
    if kind is None or not _same(kinds):
        return _json_array(values)
    return pa.array(values, kind)


@cache
def is_text(kinds: frozenset[str]) -> bool:
    """Tell whether `to_array` leaves values of these kinds as JSON text."""
    return arrow_type(kinds) is None or not _same(kinds)


def convert(array: pa.Array, kinds: frozenset[str], wanted: pa.DataType | None) -> pa.Array:
    """Return an array of `to_array` as the type that its whole column has; None stands for JSON text."""
    text = is_text(kinds)
    if wanted is None:
        if text:
            return array
        return _json_array(array.to_pylist())
    if text and pa.types.is_list(wanted):
        return pa.array([None if value is None else json.loads(value) for value in array.to_pylist()], wanted)
    return array if array.type == wanted else pc.cast(array, wanted)


def _json_array(values: Sequence[Any]) -> pa.Array:
    """Return the JSON text of each value; null where there is none."""
    try:
        # All at once, a line each: no JSON text without spaces holds a line break. What is kept as text may.
        lines = _ENCODER.encode_lines(values).decode().split("\n")
    except (UnicodeEncodeError, RecursionError, TypeError):
        return pa.array([None if value is None else json_text(value) for value in values], TEXT)
    return pa.array([None if value is None else line for value, line in zip(values, lines, strict=False)], TEXT)


def replaced(value: Any) -> Any:  # noqa: ANN401 - text or a list of texts gives the same
    """Return text, or a list of texts, with U+FFFD for each lone surrogate; anything else as it is."""
    if isinstance(value, list):
        return [replaced(each) for each in value]
    return _LONE_SURROGATE.sub("\ufffd", value) if isinstance(value, str) else value


def _same(kinds: frozenset[str]) -> bool:
    """Tell whether Arrow takes the values as they are, without widening one of them."""
    return not ("float" in kinds or _LIST + "float" in kinds) or len(kinds - {_LIST}) == 1


def _scalar_type(kinds: frozenset[str]) -> pa.DataType | None:
    """The ladder itself."""
    if not kinds or kinds == {"string"}:
        return TEXT
    if kinds == {"bool"}:
        return pa.bool_()
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
