"""Validation of single filter values, and their form in `frame.attrs`; pure."""

from __future__ import annotations

import hashlib
import json
import math
import operator
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import numpy as np

from galtea_frames.api.times import end_of_day, wire_text
from galtea_frames.errors import QueryError
from galtea_frames.printable import quoted

#: The largest number of rows that a table can count.
_MOST_ROWS = 2**63 - 1

#: No parameter takes integers that are longer.
_MOST_BITS = 64

#: The reprs of nulls in Python, numpy and pandas; comparing NA itself gives no truth value.
_NULLS = frozenset({"None", "nan", "NaT", "<NA>"})

#: Longer lists are stated by count and hash, because pandas copies attrs at every operation.
_MOST_STATED = 20
_FIRST = 3


def plain(value: Any) -> Any:  # noqa: ANN401 - whatever a caller passes
    """Return a value that can be iterated repeatedly, with numpy scalars as Python ones."""
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, Iterator):
        return list(value)
    single = isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0)
    if single and value.dtype.kind in "biufU":
        return value.item()
    return value


def texts(name: str, value: object, *, allows_empty: bool, most: int | None = None) -> tuple[str, ...]:
    """Return the distinct members of a list filter.

    Raises:
        QueryError: the value is neither a string nor a list of strings, or has too many members.
    """
    if isinstance(value, str):
        value = [value]
    # Iterating a two-dimensional value, such as a DataFrame, gives the names of its columns.
    if isinstance(value, Mapping | bytes) or not isinstance(value, Iterable) or getattr(value, "ndim", 1) != 1:
        raise QueryError(f"{name} must be a string, a list of strings or a Series of strings, not {quoted(value)}")
    members = list(value)
    for member in members:
        if not isinstance(member, str):
            hint = "; drop nulls first (.dropna())" if quoted(member) in _NULLS else ""
            raise QueryError(f"{name} holds {quoted(member)}, which is not a string{hint}")
        if not member and not allows_empty:
            raise QueryError(f"{name} holds an empty string, which selects nothing there")
    distinct = tuple(dict.fromkeys(_sendable(name, member) for member in members))
    if most is not None and len(distinct) > most:
        raise QueryError(f"{name} takes at most {most} members, not {len(distinct)}")
    return distinct


def text(name: str, value: object) -> str:
    """Return a non-empty string.

    Raises:
        QueryError: the value is not a non-empty string.
    """
    if not isinstance(value, str) or not value:
        raise QueryError(f"{name} must be a non-empty string, not {quoted(value)}")
    return _sendable(name, value)


def flag(name: str, value: object) -> str:
    """Return True or False in the API's format.

    Raises:
        QueryError: the value is neither.
    """
    if not isinstance(value, bool):
        raise QueryError(f"{name} must be True or False, not {quoted(value)}")
    return str(value).lower()


def number(name: str, value: object, between: tuple[float, float] | None, *, is_whole: bool) -> str:
    """Return a number in the API's format.

    Args:
        name: the argument's name.
        value: a number; text is none.
        between: the smallest and the largest number that the API takes.
        is_whole: whether only integers are taken.

    Raises:
        QueryError: the value is not such a number.
    """
    kind = "a whole number" if is_whole else "a number"
    wanted = kind if between is None else f"{kind} from {between[0]:g} to {between[1]:g}"
    least, most = between or (-math.inf, math.inf)
    kinds = int if is_whole else int | float
    if (
        not isinstance(value, kinds)
        or isinstance(value, bool)
        or not least <= value <= most
        or value in (-math.inf, math.inf)
    ):
        raise QueryError(f"{name} must be {wanted}, not {quoted(value)}")
    return _sendable(name, str(value))


def time(name: str, value: object, *, is_end: bool = False) -> str:
    """Return a time in the API's format.

    Args:
        name: the argument's name.
        value: a time or a date; UTC if it has no zone.
        is_end: whether a date means its end instead of its midnight.

    Raises:
        QueryError: the value is not a time.
    """
    try:
        if not isinstance(value, str | date | np.datetime64):
            raise TypeError  # noqa: TRY301 - one message for all values
        return end_of_day(value) if is_end else wire_text(value)
    except (TypeError, ValueError, OverflowError):
        raise QueryError(
            f'{name} must be a time such as "2026-03-01" or "2026-03-01T09:30:00+01:00", a datetime, a date'
            f" or a Timestamp, not {quoted(value)}"
        ) from None


def count(name: str, value: object) -> int | None:
    """Return a number of rows; None if it was not given.

    Raises:
        QueryError: the value is not a non-negative integer.
    """
    if value is None:
        return None
    try:
        number = -1 if isinstance(value, bool) else operator.index(value)  # type: ignore[arg-type] # or TypeError
    except TypeError:
        number = -1
    if not 0 <= number <= _MOST_ROWS:
        raise QueryError(f"{name} must be a whole number from 0, not {quoted(value)}")
    return number


def extra_parameter(name: str, value: object) -> str | tuple[str, ...]:
    """Return the value of a parameter that this release does not know: a single text, or the members of a list.

    Raises:
        QueryError: the value cannot be sent.
    """
    if isinstance(value, bool):
        return flag(name, value)
    if isinstance(value, str):
        return _sendable(name, value)
    if (isinstance(value, int) and value.bit_length() <= _MOST_BITS) or (
        isinstance(value, float) and math.isfinite(value)
    ):
        return str(value)
    if isinstance(value, date | np.datetime64):
        return time(name, value)
    return texts(name, value, allows_empty=True)


def attrs_value(value: object) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Return a checked value in the form of `frame.attrs`: JSON-compatible, long lists as a count and a hash."""
    if value is None or isinstance(value, str | bool | int | float):
        return str.__str__(value) if isinstance(value, str) else value
    if isinstance(value, date | np.datetime64):
        return wire_text(value)
    if isinstance(value, Mapping):
        return {str(key): attrs_value(each) for key, each in value.items()}
    if isinstance(value, Iterable):
        return _attrs_list([attrs_value(each) for each in value])
    return operator.index(value)  # type: ignore[arg-type] # integers of other libraries, already checked


def _attrs_list(members: list[Any]) -> Any:  # noqa: ANN401 - as above
    if len(members) <= _MOST_STATED or not all(isinstance(each, str) for each in members):
        return members
    distinct = sorted(set(members))
    digest = hashlib.sha256(json.dumps(distinct).encode()).hexdigest()
    return {"count": len(distinct), "sha256": digest, "first": distinct[:_FIRST]}


def _sendable(name: str, value: str) -> str:
    """Return text as a plain `str`; raise QueryError if it cannot be sent."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise QueryError(
            f"{name} contains a lone surrogate (half a character), which cannot be sent: {quoted(value)}"
        ) from None
    return str.__str__(value)
