"""The values of a frame's columns as the API sent them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from galtea_frames.api.times import TIME, USUAL_DIGITS, render
from galtea_frames.decoding.kinds import EXACT
from galtea_frames.decoding.pins import MICROSECONDS
from galtea_frames.errors import QueryError
from galtea_frames.printable import quoted

if TYPE_CHECKING:
    import pandas as pd

#: The types of values in the columns of a load.
_KINDS = (pa.types.is_string, pa.types.is_large_string, pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating)


def json_values(values: pd.Series[Any], digits: int = USUAL_DIGITS, dtype: str | None = None) -> list[Any]:
    """Return a column's values as JSON values: None for nulls, times as text, or as numbers if these were sent.

    Args:
        values: the column.
        digits: the number of digits after the second in times; finer times are written with microseconds.
        dtype: the pinned dtype.

    Raises:
        QueryError: the column has values that no loader returns.
    """
    array = arrow_array(values)
    if pa.types.is_timestamp(array.type):
        moments = array.cast(TIME).cast(pa.int64()).to_pylist()
        if unit := MICROSECONDS.get(dtype or ""):
            return [None if each is None else _number(each, unit) for each in moments]
        return [None if each is None else _time_text(each, digits) for each in moments]
    plain: list[Any] = array.to_pylist()
    return plain


def arrow_array(values: pd.Series[Any]) -> pa.Array | pa.ChunkedArray:
    """Return a column as an Arrow array.

    Raises:
        QueryError: the column has values that no loader returns.
    """
    try:
        array = pa.Array.from_pandas(values)
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        raise _foreign(values) from None
    kind = array.type.value_type if pa.types.is_dictionary(array.type) else array.type
    inner = kind.value_type if pa.types.is_list(kind) or pa.types.is_large_list(kind) else kind
    if not (pa.types.is_timestamp(kind) or pa.types.is_null(inner) or any(fits(inner) for fits in _KINDS)):
        raise _foreign(values)
    return array


def _foreign(values: pd.Series[Any]) -> QueryError:
    return QueryError(f"column {quoted(values.name)} has values that no loader returns ({values.dtype}); drop it first")


def _number(microseconds: int, unit: int) -> int | float:
    """Return a time as a number of units since 1970."""
    return microseconds / unit if microseconds % unit else microseconds // unit


def _time_text(microseconds: int, digits: int) -> str:
    """Return a time as text, with six digits if fewer would change it."""
    return render(microseconds, digits if microseconds % 10 ** (6 - digits) == 0 else 6)


def plain_number(value: Any) -> Any:  # noqa: ANN401 - a number, a list of them, or None
    """Return a number without a fraction as an integer, as it was sent."""
    if isinstance(value, list):
        return list(map(plain_number, value))
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) <= EXACT else value
