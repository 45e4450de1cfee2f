"""A column's texts, booleans or numbers, whatever else it holds; pure.

The API may change a field's type, and callers add and change columns. A report treats values of any other type as
missing, and says how many there are.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

#: Lone surrogates, which Arrow text cannot hold.
_SURROGATES = re.compile("[\ud800-\udfff]")

#: Integers with more digits are not measurements, and Python refuses to parse them.
_DIGITS = 400


@dataclass(frozen=True, eq=False)
class Field:
    """A column's values of one type.

    Attributes:
        found: the column, null where it has no value of this type.
        strange: whether each row has a value of another type.
    """

    found: pd.Series[Any]
    strange: NDArray[np.bool_]


def texts(column: pd.Series[Any]) -> Field:
    """Return the texts in a column, as `string`."""
    if isinstance(column.dtype, pd.CategoricalDtype) and all(isinstance(each, str) for each in column.cat.categories):
        return Field(column.astype("string"), _none(column))
    if pd.api.types.is_string_dtype(column.dtype) and column.dtype != object:
        return Field(column.astype("string"), _none(column))
    return _picked(column, lambda value: _SURROGATES.sub("\ufffd", value) if isinstance(value, str) else None, "string")


def flags(column: pd.Series[Any], *, is_json: bool) -> Field:
    """Return the booleans in a column, as `boolean`.

    Args:
        column: any column.
        is_json: whether its text is JSON, as in columns of mixed types.
    """
    if pd.api.types.is_bool_dtype(column.dtype) and column.dtype != object:
        return Field(column.astype("boolean"), _none(column))
    return _picked(_parsed(column) if is_json else column, _boolean, "boolean")


def numbers(column: pd.Series[Any], *, is_json: bool) -> Field:
    """Return the finite numbers in a column, as `float64`; null is NaN.

    Args:
        column: any column.
        is_json: whether its text is JSON, as in columns of mixed types.
    """
    if _is_real(column):
        found = column.to_numpy(dtype="float64", na_value=np.nan)
        values = pd.Series(np.where(np.isfinite(found), found, np.nan), index=column.index)
        return Field(values, (values.isna() & column.notna()).to_numpy(dtype=bool))
    return _picked(_parsed(column) if is_json else column, _number, "float64")


def _is_real(column: pd.Series[Any]) -> bool:
    kinds = pd.api.types
    return kinds.is_numeric_dtype(column) and not kinds.is_bool_dtype(column) and not kinds.is_complex_dtype(column)


def _none(column: pd.Series[Any]) -> NDArray[np.bool_]:
    return np.zeros(len(column), dtype=bool)


def _picked(column: pd.Series[Any], pick: Callable[[Any], Any], dtype: Any) -> Field:  # noqa: ANN401 - a dtype
    """Apply a function to each value that is not null; where it returns None, the value is strange."""
    present = column.notna().to_numpy(dtype=bool)
    cells = column.astype(object).to_numpy(dtype=object)
    found = [pick(value) if there else None for value, there in zip(cells, present, strict=True)]
    values = pd.Series(found, index=column.index, dtype="Float64" if dtype == "float64" else dtype).astype(dtype)
    return Field(values, present & values.isna().to_numpy(dtype=bool))


def _boolean(value: Any) -> bool | None:  # noqa: ANN401 - any value of a frame
    return bool(value) if isinstance(value, bool | np.bool_) else None


def _number(value: Any) -> float | None:  # noqa: ANN401 - any value of a frame
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.integer | np.floating):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def _parsed(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return the values of JSON scalars; the text of objects, lists and strings stays as it is."""
    return column.astype(object).map(_scalar, na_action="ignore")


def _scalar(text: Any) -> Any:  # noqa: ANN401 - any value of a frame
    if not isinstance(text, str) or text[:1] in ("{", "[", '"') or len(text) > _DIGITS:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
