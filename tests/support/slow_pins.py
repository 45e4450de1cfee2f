"""The rules of pinned dtypes once more, slow and plain: one value, one rule at a time."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import msgspec
import slow_reference

if TYPE_CHECKING:
    from collections.abc import Iterable

Json = Any
Record = dict[str, Any]

#: Each dtype that a column can be pinned to.
SCALARS = ("string", "Int64", "Float64", "boolean")
DTYPES = (
    *SCALARS,
    *("category", "datetime64[us, UTC]", "epoch_s", "epoch_ms", "json"),
    *(f"list[{each}]" for each in SCALARS),
)

FIRST, LAST = -62_135_596_800_000_000, 253_402_300_799_999_999

_UNITS = {"epoch_s": 10**6, "epoch_ms": 10**3}


class MisfitError(Exception):
    """A dtype does not take a value."""


def cell(value: Json, dtype: str) -> Json:
    """Return what a value becomes in a column: times as microseconds, JSON as what its text says.

    Raises:
        MisfitError: the dtype does not take it.
    """
    if value is None or dtype == "json":
        return value
    if dtype.startswith("list["):
        _check(isinstance(value, list))
        return [cell(each, dtype[5:-1]) for each in value]
    _check(not isinstance(value, (list, dict)))
    if dtype == "string":
        return scalar_text(value)
    if isinstance(value, str):
        return _of_text(value, dtype)
    if dtype == "boolean":
        _check(isinstance(value, bool))
        return value
    _check(isinstance(value, (int, float)) and not isinstance(value, bool))
    return _of_number(value, dtype)


def scalar_text(value: Json) -> str:
    """Return a scalar as text, with U+FFFD for lone surrogates."""
    if isinstance(value, slow_reference.Odd):
        return value.text
    if isinstance(value, str):
        return re.sub("[\ud800-\udfff]", "\ufffd", value)
    return str(value) if type(value) is int else msgspec.json.encode(value).decode()


def _of_text(text: str, dtype: str) -> Json:
    if dtype == "category":
        return scalar_text(text)
    if dtype == "boolean":
        _check(text in ("true", "false"))
        return text == "true"
    if dtype == "datetime64[us, UTC]":
        moment = slow_reference.microseconds(text)
        _check(moment is not None)
        return moment
    try:
        number = json.loads(text)
    except ValueError:
        raise MisfitError from None
    _check(type(number) is int or (dtype != "Int64" and type(number) is float))
    _check(scalar_text(number) == text)
    return _of_number(number, dtype)


def _of_number(value: float, dtype: str) -> Json:
    if dtype == "Float64":
        _check(isinstance(value, float) or abs(value) <= 2**53)
        return float(value)
    if dtype == "Int64":
        _check(value == int(value))
        _check(-(2**63) <= value < 2**63 if isinstance(value, int) else abs(value) <= 2**53)
        return int(value)
    _check(dtype in _UNITS)
    moment = round(Fraction(value) * _UNITS[dtype])
    _check(FIRST <= moment <= LAST)
    return moment


def _check(fits: bool) -> None:
    if not fits:
        raise MisfitError


def value_at(record: Json, path: Iterable[str]) -> Json:
    """Return the value at a path of keys; None where there is none."""
    for key in path:
        record = record.get(key) if isinstance(record, dict) else None
    return record
