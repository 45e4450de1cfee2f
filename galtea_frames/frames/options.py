"""The arguments of a loader, checked and split into a query and options for the frame."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from galtea_frames.api.client import Client
from galtea_frames.api.query import build_query
from galtea_frames.api.values import plain
from galtea_frames.decoding.column_names import split_name
from galtea_frames.decoding.gatherer import Nested
from galtea_frames.errors import QueryError
from galtea_frames.frames.frame import DtypeBackend
from galtea_frames.printable import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from galtea_frames.api.query import Query
    from galtea_frames.api.resource import Resource

#: The similarity to a declared column above which a name is a typo: about one letter. Any other name may belong to a
#: field that the API adds later.
_TYPO_SIMILARITY = 0.92

#: How many characters of a name are compared.
_LONGEST = 100


@dataclass(frozen=True)
class LoadOptions:
    """How to build the frame.

    Attributes:
        nested: how to represent nested fields.
        parse_dates: columns to parse as times.
        dtype_backend: pandas' nullable dtypes or Arrow's.
        client: the caller's client; None to create one and close it after the load.
        prefix: prefix of the column names in the caller's frame.
    """

    nested: Nested
    parse_dates: tuple[str, ...]
    dtype_backend: DtypeBackend
    client: Client | None
    prefix: str = ""


def parse_arguments(resource: Resource, arguments: Mapping[str, Any]) -> tuple[Query, LoadOptions]:
    """Return the query and the options.

    Raises:
        QueryError: an argument is invalid.
    """
    filters = dict(arguments)
    nested = filters.pop("nested", "columns")
    backend = filters.pop("dtype_backend", "numpy_nullable")
    dates = filters.pop("parse_dates", None)
    client = filters.pop("client", None)
    for name, value, allowed in (("nested", nested, Nested), ("dtype_backend", backend, DtypeBackend)):
        if not isinstance(value, str) or value not in get_args(allowed):
            raise QueryError(f"{name} is {' or '.join(map(repr, get_args(allowed)))}, not {quoted(value)}")
    if client is not None and not isinstance(client, Client):
        raise QueryError(f"client is a galtea_frames.Client, not {type(client).__name__}")
    return build_query(resource, filters), LoadOptions(nested, checked_dates(resource, dates, nested), backend, client)


# -- parse_dates --


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
    value = plain(value)
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
    close = difflib.get_close_matches(root[:_LONGEST], declared.values(), n=1, cutoff=_TYPO_SIMILARITY)
    return declared.get(root) or (close[0] if close else None)
