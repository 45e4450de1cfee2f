"""Columns of any frame as a report reads them: text, truth values, numbers, and what is of another kind; pure.

The API may send a field as something else tomorrow, and callers add and change columns. A report counts whatever it
cannot read as unknown, and says how many that are.
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
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

#: Halves of characters, which no column of text can hold.
_HALVES = re.compile("[\ud800-\udfff]")

#: Whole numbers of more digits are no measurements, and Python refuses to read them.
_DIGITS = 400


@dataclass(frozen=True, eq=False)
class Field:
    """A column's values of one kind.

    Attributes:
        found: the column, null where it has no value of the kind.
        strange: tells of each row whether it has a value of another kind.
    """

    found: pd.Series[Any]
    strange: NDArray[np.bool_]


def texts(column: pd.Series[Any]) -> Field:
    """Return the texts of a column, as `string`."""
    if isinstance(column.dtype, pd.CategoricalDtype) and all(isinstance(each, str) for each in column.cat.categories):
        return Field(column.astype("string"), _none(column))
    if pd.api.types.is_string_dtype(column.dtype) and column.dtype != object:
        return Field(column.astype("string"), _none(column))
    return _picked(column, lambda value: _HALVES.sub("\ufffd", value) if isinstance(value, str) else None, "string")


def flags(column: pd.Series[Any], *, is_json: bool) -> Field:
    """Return the truth values of a column, as `boolean`.

    Args:
        column: any column.
        is_json: whether its text is JSON, as in columns of several types.
    """
    if pd.api.types.is_bool_dtype(column.dtype) and column.dtype != object:
        return Field(column.astype("boolean"), _none(column))
    return _picked(_read(column) if is_json else column, _truth, "boolean")


def numbers(column: pd.Series[Any], *, is_json: bool) -> Field:
    """Return the finite numbers of a column, as `float64`; null is NaN.

    Args:
        column: any column.
        is_json: whether its text is JSON, as in columns of several types.
    """
    if _is_real(column):
        found = column.to_numpy(dtype="float64", na_value=np.nan)
        values = pd.Series(np.where(np.isfinite(found), found, np.nan), index=column.index)
        return Field(values, (values.isna() & column.notna()).to_numpy(dtype=bool))
    return _picked(_read(column) if is_json else column, _number, "float64")


def json_columns(attrs: Mapping[str, Any]) -> frozenset[str]:
    """Return the columns whose text is JSON, as far as a frame's attrs say so."""
    return frozenset(named("json_columns", attrs) + named("mixed_columns", attrs))


def named(list_of: str, attrs: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names in a list of a frame's attrs; none where that is no list."""
    found = attrs.get(list_of)
    return tuple(map(str, found)) if isinstance(found, list | tuple) else ()


def _is_real(column: pd.Series[Any]) -> bool:
    kinds = pd.api.types
    return kinds.is_numeric_dtype(column) and not kinds.is_bool_dtype(column) and not kinds.is_complex_dtype(column)


def _none(column: pd.Series[Any]) -> NDArray[np.bool_]:
    return np.zeros(len(column), dtype=bool)


def _picked(column: pd.Series[Any], pick: Callable[[Any], Any], dtype: Any) -> Field:  # noqa: ANN401 - a dtype
    """Return what a function finds in each value that is not null."""
    present = column.notna().to_numpy(dtype=bool)
    cells = column.astype(object).to_numpy(dtype=object)
    found = [pick(value) if there else None for value, there in zip(cells, present, strict=True)]
    values = pd.Series(found, index=column.index, dtype="Float64" if dtype == "float64" else dtype).astype(dtype)
    return Field(values, present & values.isna().to_numpy(dtype=bool))


def _truth(value: Any) -> bool | None:  # noqa: ANN401 - any value of a frame
    return bool(value) if isinstance(value, bool | np.bool_) else None


def _number(value: Any) -> float | None:  # noqa: ANN401 - any value of a frame
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.integer | np.floating):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def _read(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return the values that JSON texts stand for; objects and lists stay text, which is neither number nor truth."""
    return column.astype(object).map(_scalar, na_action="ignore")


def _scalar(text: Any) -> Any:  # noqa: ANN401 - any value of a frame
    if not isinstance(text, str) or text[:1] in ("{", "[", '"') or len(text) > _DIGITS:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
