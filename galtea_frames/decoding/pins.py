"""The dtypes a caller can pin a nested column to, and the values each of them takes; pure.

A pin takes the values of its dtype, and text, numbers and truth values whose meaning is beyond doubt:

| dtype | takes besides |
|---|---|
| string | numbers and truth values, as their JSON text |
| Int64 | whole numbers written as `2.0`, integers written as text (`"12"`) |
| Float64 | integers that a double holds exactly, numbers written as text (`"1.5"`) |
| boolean | `"true"` and `"false"` |
| category | |
| datetime64[us, UTC] | it is ISO 8601 text |
| epoch_s, epoch_ms | they are numbers, also written as text |
| list[…] | lists whose elements are null or taken by the dtype in brackets |
| json | everything |

Any other value but null is a misfit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from galtea_frames.api.times import FIRST_INSTANT, LAST_INSTANT, arrow_times, instant
from galtea_frames.decoding.json_text import RawJson, json_text
from galtea_frames.decoding.kinds import EXACT, TEXT, arrow_type, json_array, replaced, text_array

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

#: The longest integer that text may hold: 64 bits take 19 digits and a sign.
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,18})", re.ASCII)

#: The microseconds of one unit of the numbers that are times.
MICROSECONDS = {"epoch_s": 1_000_000, "epoch_ms": 1_000}

_NONE = type(None)


#: Types of Python values.
Types = set[type]


class Misfit(Exception):  # noqa: N818 - it is a finding, which no caller ever sees
    """A value that a dtype does not take."""


@dataclass(frozen=True)
class PinnedValues:
    """The values of a pinned column.

    Attributes:
        values: as the column holds them.
        misfits: the JSON text of each value that it does not take, by index.
        replaced: the JSON text of each value in which U+FFFD stands for half of a surrogate pair, by index.
        widened: whether integers were taken as floats.
        is_plain: whether each value is of the column's own type, or an integer in a column of floats.
    """

    values: pa.Array
    misfits: Mapping[int, str] = field(default_factory=dict)
    replaced: Mapping[int, str] = field(default_factory=dict)
    widened: bool = False
    is_plain: bool = False


@dataclass(frozen=True)
class Pin:
    """The dtype of a pinned column.

    Attributes:
        dtype: its name.
        kinds: the kinds of value that make an inferred column have this type (`kinds.py`).
        together: returns all values as an array, or None where they have to be looked at one by one.
        single: returns a value as the column holds it.
    """

    dtype: str
    kinds: frozenset[str]
    together: Callable[[Sequence[Any], Types], pa.Array | None]
    single: Callable[[Any], Any]

    @property
    def type(self) -> pa.DataType:
        """The Arrow type of the column; a category's members are text."""
        return arrow_type(self.kinds) or TEXT

    @property
    def takes_objects(self) -> bool:
        """Whether objects are values of the column."""
        return self.dtype == "json"

    def take(self, values: Sequence[Any], types: Types) -> PinnedValues:
        """Return values as the column holds them.

        Args:
            values: as they were sent; some may be None.
            types: the types of the others.
        """
        if (array := self.together(values, types)) is not None:
            return PinnedValues(array, widened=self._widens(values, types), is_plain=True)
        return self._one_by_one(values)

    def _one_by_one(self, values: Sequence[Any]) -> PinnedValues:
        taken: list[Any] = []
        misfits, inexact = {}, {}
        for index, value in enumerate(values):
            try:
                found = None if value is None else self.single(value)
            except Misfit:
                found, misfits[index] = None, json_text(value)
            shown = replaced(found)
            if shown != found:
                inexact[index] = json_text(value)
            taken.append(shown)
        fitting = [value for index, value in enumerate(values) if index not in misfits]
        is_widened = self._widens(fitting, set(map(type, fitting)))
        return PinnedValues(self._array(taken), misfits, inexact, is_widened)

    def _widens(self, values: Sequence[Any], types: Types) -> bool:
        """Tell whether there are integers among values that the column holds as floats."""
        if self.kinds == {"list of float"}:
            return int in map(type, chain.from_iterable(value for value in values if value))
        return self.kinds == {"float"} and int in types

    def _array(self, taken: Sequence[Any]) -> pa.Array:
        return (
            pa.array(taken, pa.int64()).cast(self.type)
            if pa.types.is_timestamp(self.type)
            else pa.array(taken, self.type)
        )


# -- values one by one --


def _text(value: Any) -> str:  # noqa: ANN401 - whatever JSON can hold
    if isinstance(value, str):
        return value
    raise Misfit


def _scalar_text(value: Any) -> str:  # noqa: ANN401 - as above
    if isinstance(value, str):
        return value
    text = json_text(value) if isinstance(value, bool | int | float | RawJson) else "["
    if text[0] in "[{":  # what is nested too deeply is kept as text
        raise Misfit
    return text


def _integer(value: Any) -> int:  # noqa: ANN401 - as above
    if isinstance(value, float) and value.is_integer() and abs(value) <= EXACT:
        return int(value)
    if isinstance(value, str) and _INTEGER.fullmatch(value) and value != "-0":
        value = int(value)
    if type(value) is int and -(2**63) <= value < 2**63:
        return value
    raise Misfit


def _float(value: Any) -> float:  # noqa: ANN401 - as above
    if isinstance(value, str):
        value = _number(value)
    if isinstance(value, float) or (type(value) is int and abs(value) <= EXACT):
        return float(value)
    raise Misfit


def _number(text: str) -> int | float:
    """Return the number that text writes in its canonical form, which is how JSON encoders write it."""
    if _INTEGER.fullmatch(text) and text != "-0":
        return int(text)
    try:
        number = float(text)
    except ValueError:
        raise Misfit from None
    if json_text(number) != text:
        raise Misfit
    return number


def _boolean(value: Any) -> bool:  # noqa: ANN401 - as above
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in ("true", "false"):
        return value == "true"
    raise Misfit


def _time(value: Any) -> int:  # noqa: ANN401 - as above
    try:
        return instant(_text(value))
    except ValueError:
        raise Misfit from None


def _since_epoch(value: Any, unit: int) -> int:  # noqa: ANN401 - as above
    if isinstance(value, str):
        value = _number(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Misfit
    moment = round(Decimal(value) * unit) if isinstance(value, float) else value * unit
    if FIRST_INSTANT <= moment <= LAST_INSTANT:
        return moment
    raise Misfit


def _list(value: Any, single: Callable[[Any], Any]) -> list[Any]:  # noqa: ANN401 - as above
    if not isinstance(value, list):
        raise Misfit
    return [None if each is None else single(each) for each in value]


# -- values together --


def _texts(values: Sequence[Any], types: set[type]) -> pa.Array | None:
    return text_array(values) if types <= {str} else None


def _integers(values: Sequence[Any], types: set[type]) -> pa.Array | None:
    return _plain_array(values, pa.int64()) if types <= {int} else None


def _floats(values: Sequence[Any], types: set[type]) -> pa.Array | None:
    # Arrow refuses integers that a double does not hold exactly.
    return _plain_array(values, pa.float64()) if types <= {int, float} else None


def _booleans(values: Sequence[Any], types: set[type]) -> pa.Array | None:
    return pa.array(values, pa.bool_()) if types <= {bool} else None


def _times(values: Sequence[Any], types: set[type]) -> pa.Array | None:
    texts = _texts(values, types)
    return None if texts is None else arrow_times(texts)


def _since_epoch_together(values: Sequence[Any], types: set[type], unit: int) -> pa.Array | None:
    if not types <= {int} or (integers := _plain_array(values, pa.int64())) is None:
        return None
    numbers = integers.fill_null(0).to_numpy(zero_copy_only=False)
    if len(numbers) and (numbers.min() < FIRST_INSTANT // unit or numbers.max() > LAST_INSTANT // unit):
        return None
    mask = np.asarray(integers.is_null())
    return pa.array(numbers * unit, mask=mask).cast(arrow_type(frozenset({"time"})))


def _lists(values: Sequence[Any], types: set[type], element: pa.DataType, wanted: set[type]) -> pa.Array | None:
    if not types <= {list}:
        return None
    elements = chain.from_iterable(value for value in values if value)
    return _plain_array(values, pa.list_(element)) if set(map(type, elements)) - {_NONE} <= wanted else None


def _json(values: Sequence[Any], _: set[type]) -> pa.Array:
    return json_array(values)


def _plain_array(values: Sequence[Any], kind: pa.DataType) -> pa.Array | None:
    try:
        return pa.array(values, kind)
    except (pa.ArrowException, OverflowError, UnicodeEncodeError):
        return None


def _scalar_pins() -> dict[str, Pin]:
    return {
        "string": Pin("string", frozenset({"string"}), _texts, _scalar_text),
        "Int64": Pin("Int64", frozenset({"long"}), _integers, _integer),
        "Float64": Pin("Float64", frozenset({"float"}), _floats, _float),
        "boolean": Pin("boolean", frozenset({"bool"}), _booleans, _boolean),
    }


def _other_pins() -> dict[str, Pin]:
    times = frozenset({"time"})
    since_epoch = {
        name: Pin(name, times, partial(_since_epoch_together, unit=unit), partial(_since_epoch, unit=unit))
        for name, unit in MICROSECONDS.items()
    }
    return {
        "category": Pin("category", frozenset({"string"}), _texts, _text),
        "datetime64[us, UTC]": Pin("datetime64[us, UTC]", times, _times, _time),
        **since_epoch,
        "json": Pin("json", frozenset({"json"}), _json, json_text),
    }


_ELEMENTS: dict[str, tuple[pa.DataType, set[type]]] = {
    "string": (pa.string(), {str}),
    "Int64": (pa.int64(), {int}),
    "Float64": (pa.float64(), {int, float}),
    "boolean": (pa.bool_(), {bool}),
}


def _list_pin(name: str, element: Pin) -> Pin:
    kind, wanted = _ELEMENTS[name]
    kinds = frozenset(f"list of {each}" for each in element.kinds)
    return Pin(
        f"list[{name}]", kinds, partial(_lists, element=kind, wanted=wanted), partial(_list, single=element.single)
    )


#: Every pin by the name of its dtype.
PINS: dict[str, Pin] = {
    **_scalar_pins(),
    **_other_pins(),
    **{f"list[{name}]": _list_pin(name, each) for name, each in _scalar_pins().items()},
}

#: The dtypes of declared columns, by kind; those of text, times and objects are read otherwise.
DECLARED_PINS: dict[str, Pin] = {
    "number": PINS["Float64"],
    "integer": PINS["Int64"],
    "flag": PINS["boolean"],
    "texts": PINS["list[string]"],
}
