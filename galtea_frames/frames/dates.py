"""`parse_dates`: which columns a caller wants read as times; pure."""

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

#: How alike a name must be to that of a declared column to be taken for a slip: about one letter. Any other name may
#: be that of a field which the API sends tomorrow.
_SLIP = 0.92

#: Characters of a name that are compared with others.
_LONGEST = 100


def checked_dates(resource: Resource, value: object, nested: Nested, prefix: str = "") -> tuple[str, ...]:
    """Return the columns that a caller named, each once.

    Args:
        resource: whose columns they are.
        value: a name, or several.
        nested: what becomes of nested fields.
        prefix: what stands before the names in the caller's frame.

    Raises:
        QueryError: no rows whatever could have a column of such a name.
    """
    names = _names(value)
    for name in names:
        _check(resource, name, nested, prefix)
    return names


def split_dates(value: object, prefix: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of a joined frame's columns that are the left frame's, and the right frame's own names.

    Raises:
        QueryError: the value is no name and no names.
    """
    names = _names(value)
    right = tuple(name.removeprefix(prefix) for name in names if name.startswith(prefix))
    left = (name for name in names if not name.startswith(prefix))
    # So a join calls a left column that begins with the prefix itself.
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
    """Return the declared column that was most likely meant."""
    if "\\" in root:  # an escaped name is that of a field which is nearly called so
        return None
    close = difflib.get_close_matches(root[:_LONGEST], declared.values(), n=1, cutoff=_SLIP)
    return declared.get(root) or (close[0] if close else None)
