"""`parse_dates`: the columns to parse as times; pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from galtea_frames.api.values import lasting
from galtea_frames.decoding.column_names import split_name
from galtea_frames.errors import QueryError
from galtea_frames.printable import quoted

if TYPE_CHECKING:
    from galtea_frames.api.resource import Resource
    from galtea_frames.decoding.gatherer import Nested

#: The similarity to a declared column above which a name is a typo: about one letter. Any other name may belong to a
#: field that the API adds later.
_SLIP = 0.92

#: How many characters of a name are compared.
_LONGEST = 100


def checked_dates(resource: Resource, value: object, nested: Nested, prefix: str = "") -> tuple[str, ...]:
    """Return the columns named in `parse_dates`, each once.

    Args:
        resource: the resource.
        value: one name or several.
        nested: how nested fields are represented.
        prefix: the prefix of the column names in the caller's frame.

    Raises:
        QueryError: no load can return a column of that name.
    """
    names = _names(value)
    for name in names:
        _check(resource, name, nested, prefix)
    return names


def split_dates(value: object, prefix: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split the column names of a joined frame into those of the left and of the right frame, without the prefix.

    Raises:
        QueryError: the value is not a name or a list of names.
    """
    names = _names(value)
    right = tuple(name.removeprefix(prefix) for name in names if name.startswith(prefix))
    left = (name for name in names if not name.startswith(prefix))
    # The join escapes left columns that start with the prefix.
    escaped = prefix.replace(".", "\\.")
    return tuple(prefix + name.removeprefix(escaped) if name.startswith(escaped) else name for name in left), right


def _names(value: object) -> tuple[str, ...]:
    value = lasting(value)
    names = () if value is None else [value] if isinstance(value, str) else value
    if isinstance(names, Iterable):
        listed = tuple(dict.fromkeys(each if isinstance(each, str) else None for each in names))
        if None not in listed:
            return tuple(each for each in listed if each is not None)
    raise QueryError(f"parse_dates is a column or a list of columns, not {quoted(value)}")


def _check(resource: Resource, name: str, nested: Nested, prefix: str) -> None:
    root, keys, _ = split_name(name)
    declared = {column.name: column for column in resource.columns}
    display = quoted(prefix + name)
    if root not in declared:
        if suggestion := _suggestion(root, {column.api: column.name for column in resource.columns}):
            meaning = quoted(prefix + suggestion + name.removeprefix(root))
            raise QueryError(f"parse_dates: unknown column {display}: did you mean {meaning}?")
    elif keys and declared[root].kind != "object":
        raise QueryError(f"parse_dates: {prefix}{root} is one column, so there is no column {display}")
    elif keys and nested == "json":
        raise QueryError(f'parse_dates: with nested="json" there is no column {display}, only {prefix}{root}')


def _suggestion(root: str, declared: dict[str, str]) -> str | None:
    """Return the declared column that was probably meant."""
    if "\\" in root:  # an escaped name belongs to an undeclared field with a similar name
        return None
    close = difflib.get_close_matches(root[:_LONGEST], declared.values(), n=1, cutoff=_SLIP)
    return declared.get(root) or (close[0] if close else None)
