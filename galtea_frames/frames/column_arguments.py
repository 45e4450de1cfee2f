"""`columns`, `dtype`, `schema` and `on_misfit`: a caller's arguments, checked against the table of resources."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd

from galtea_frames.api.values import plain
from galtea_frames.decoding.column_names import OVERFLOW, OWN, canonical_root, column_name, overflow_name, split_name
from galtea_frames.decoding.contract import Contract, known_names
from galtea_frames.decoding.pins import PINS
from galtea_frames.decoding.shapes import MAX_DEPTH
from galtea_frames.errors import QueryError
from galtea_frames.printable import listed, quoted

if TYPE_CHECKING:
    from galtea_frames.api.resource import Resource
    from galtea_frames.decoding.gatherer import Nested

#: What becomes of values that do not fit their column.
OnMisfit = Literal["null", "raise"]

#: The similarity to a declared column above which a name is a typo: about one letter. Any other name may belong to a
#: field that the API adds later.
_TYPO_SIMILARITY = 0.92

#: The similarity from which on an error suggests another name.
_HINT_SIMILARITY = 0.7

#: Characters of a name that are compared with others.
_LONGEST = 100

#: What callers write for our dtypes, as pandas, numpy and Python name them.
_OTHER_NAMES = {
    "str": "string",
    "text": "string",
    "object": "string",
    "int": "Int64",
    "int64": "Int64",
    "integer": "Int64",
    "float": "Float64",
    "float64": "Float64",
    "number": "Float64",
    "bool": "boolean",
    "datetime": "datetime64[us, UTC]",
    "datetime64[ns, utc]": "datetime64[us, UTC]",
    "timestamp": "datetime64[us, UTC]",
    "list": "list[string]",
    "dict": "json",
}


def parse_contract(resource: Resource, nested: Nested, arguments: Mapping[str, Any], prefix: str = "") -> Contract:
    """Return the contract for `columns`, `dtype` and `on_misfit`.

    Args:
        resource: whose columns they are.
        nested: how to represent nested fields.
        arguments: these three, as the caller gave them; and `is_exact` and `known_statuses`, if they are a schema's.
        prefix: prefix of the column names in the caller's frame.

    Raises:
        QueryError: an argument is invalid.
    """
    on_misfit = arguments.get("on_misfit", "null")
    if not isinstance(on_misfit, str) or on_misfit not in get_args(OnMisfit):
        raise QueryError(f"on_misfit is 'null' or 'raise', not {quoted(on_misfit)}")
    is_exact = bool(arguments.get("is_exact"))
    dtypes = dtype_mapping(arguments.get("dtype"))
    for name, dtype in dtypes.items():
        check_column("dtype", resource, name, nested, prefix, is_exact=is_exact)
        _check_pin(resource, name, dtype, nested, prefix)
    names = selected_names(arguments.get("columns"))
    for name in names or ():
        check_column("columns", resource, name, nested, prefix, is_exact=is_exact)
        _check_known(resource, name, dtypes, prefix)
    return Contract(
        resource,
        names,
        dtypes,
        is_exact=is_exact,
        raises=on_misfit == "raise",
        needed=frozenset({"id", "created_at"}),
        keeps_objects=nested != "columns",
        statuses=arguments.get("known_statuses", ()),
    )


def selected_names(value: object) -> tuple[str, ...] | None:
    """Return the names in `columns`, each once; None for all columns.

    Raises:
        QueryError: the value is neither a name nor a list of names, or it is empty.
    """
    if value is None:
        return None
    if isinstance(value, AbstractSet):
        raise QueryError(f"columns is a list, because a set has no order, not {quoted(value)}")
    if names := column_list("columns", value):
        return names
    raise QueryError("columns is empty; name at least one column, or leave it out to get all of them")


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
    names = column_list("parse_dates", value)
    for name in names:
        check_column("parse_dates", resource, name, nested, prefix)
    return names


def split_names(names: Iterable[str], prefix: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split the column names of a joined frame into those of the left and of the right frame, without the prefix."""
    listed = tuple(names)
    right = tuple(name.removeprefix(prefix) for name in listed if name.startswith(prefix))
    left = (name for name in listed if not name.startswith(prefix))
    # The join escapes left columns that start with the prefix.
    escaped = prefix.replace(".", "\\.")
    return tuple(prefix + name.removeprefix(escaped) if name.startswith(escaped) else name for name in left), right


def column_list(argument: str, value: object) -> tuple[str, ...]:
    """Return the names that a caller gave, each once.

    Raises:
        QueryError: the value is neither a name nor a list of names.
    """
    value = plain(value)
    if value is None:
        return ()
    names = [value] if isinstance(value, str) else value
    is_list = isinstance(names, Iterable) and not isinstance(names, Mapping | bytes) and getattr(names, "ndim", 1) == 1
    members = list(names) if is_list and isinstance(names, Iterable) else [None]
    texts = [str(each) for each in members if isinstance(each, str)]
    if len(texts) < len(members):
        raise QueryError(f"{argument} is a column or a list of columns, not {quoted(value)}")
    return tuple(dict.fromkeys(texts))


def check_column(
    argument: str, resource: Resource, name: str, nested: Nested, prefix: str = "", *, is_exact: bool = False
) -> None:
    """Check that a frame can have a column of this name; if it is exact, it is no typo.

    Raises:
        QueryError: no record can lead to such a column.
    """
    root, keys, is_overflow = split_name(name)
    declared = {column.name: column for column in resource.columns}
    display = quoted(prefix + name)
    if (canonical := _canonical(name)) != name or not (name or is_exact):
        hint = f"; did you mean {quoted(prefix + canonical)}?" if name else ""
        raise QueryError(
            f"{argument}: {display} is not a column name: a backslash escapes a dot, a backslash or *{hint}"
        )
    if len(keys) > MAX_DEPTH:
        raise QueryError(f"{argument}: {display} has more than {MAX_DEPTH} keys")
    if is_overflow and name != OVERFLOW and (keys or root not in declared):
        below = column_name(root, keys)
        raise QueryError(f"{argument}: there is no column {display}; {quoted(prefix + below)} selects all below it")
    if any(each.name == root for each in resource.derived):
        if keys or is_overflow:
            raise QueryError(f"{argument}: {prefix}{root} is one column, so there is no column {display}")
    elif root not in declared:
        if not is_exact and (suggestion := _suggestion(root, {column.api: column.name for column in resource.columns})):
            meaning = quoted(prefix + suggestion + name.removeprefix(root))
            raise QueryError(f"{argument}: unknown column {display}; did you mean {meaning}?")
    elif (keys or is_overflow) and declared[root].kind != "object":
        raise QueryError(f"{argument}: {prefix}{root} is one column, so there is no column {display}")
    elif (keys or is_overflow) and nested == "json":
        raise QueryError(f'{argument}: with nested="json" there is no column {display}, only {prefix}{root}')


def _canonical(name: str) -> str:
    """Return a name with the escapes that its keys need, and no others."""
    root, keys, is_overflow = split_name(name)
    head = OVERFLOW if name == OVERFLOW else canonical_root(root)
    below = column_name(head, keys)
    return overflow_name(below) if is_overflow and name != OVERFLOW else below


def _suggestion(root: str, declared: dict[str, str]) -> str | None:
    """Return the declared column that was most likely meant."""
    if "\\" in root:  # an escaped name belongs to a field whose name is almost that of another
        return None
    return declared.get(root) or _closest(root, declared.values(), _TYPO_SIMILARITY)


def _closest(name: str, names: Iterable[str], similarity: float) -> str | None:
    return next(iter(difflib.get_close_matches(name[:_LONGEST], names, n=1, cutoff=similarity)), None)


def _check_known(resource: Resource, name: str, dtypes: Mapping[str, str], prefix: str) -> None:
    """Check that a column without a dot is declared, known to be sent, or pinned: any other is a slip."""
    root, keys, is_overflow = split_name(name)
    known = known_names(resource)
    if keys or is_overflow or root in known or any(split_name(each)[0] == root for each in dtypes):
        return
    if suggestion := _closest(root.lower(), known, _HINT_SIMILARITY):
        meaning = quoted(prefix + suggestion)
        raise QueryError(f"columns: unknown column {quoted(prefix + name)}; did you mean {meaning}?")
    nested = [f"{prefix}{column.name}.{root}" for column in resource.columns if column.kind == "object"]
    hint = f"nested columns are named {quoted(nested[-1])}, and " if nested else ""
    raise QueryError(
        f"columns: {resource.words} have no column {quoted(prefix + name)}; {hint}a field that the API does not"
        f" document is selected by pinning it: dtype={{{quoted(prefix + name)}: 'string'}}"
    )


# -- dtypes --


def dtype_mapping(value: object) -> dict[str, str]:
    """Return the dtypes that a caller gave, by column.

    Raises:
        QueryError: the value is not a dict of columns and known dtypes.
    """
    if value is None:
        return {}
    if isinstance(value, pd.Series):
        if not value.index.is_unique:
            raise QueryError(f"dtype names {quoted(value.index[value.index.duplicated()][0])} twice")
        value = value.to_dict()
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise QueryError(f"dtype is a dict of columns and dtypes, not {quoted(value)}")
    return {str(name): _dtype(name, each) for name, each in value.items()}


def _dtype(name: str, value: object) -> str:
    text = value.__name__ if isinstance(value, type) else str(value) if _is_dtype(value) else value
    if isinstance(text, str) and text in PINS:
        return str(text)
    allowed = f"dtype: {quoted(name)} is one of {listed(list(PINS), len(PINS))}, not {quoted(value)}"
    meant = _OTHER_NAMES.get(text.lower()) if isinstance(text, str) else None
    if meant is None and isinstance(text, str):
        known = {name.lower(): name for name in PINS}
        meant = known.get(_closest(text.lower(), known, _HINT_SIMILARITY) or "")
    raise QueryError(f"{allowed}; did you mean {meant!r}?" if meant else allowed)


def _is_dtype(value: object) -> bool:
    return isinstance(value, pd.api.extensions.ExtensionDtype | np.dtype)


def _check_pin(resource: Resource, name: str, dtype: str, nested: Nested, prefix: str) -> None:
    root, keys, is_overflow = split_name(name)
    declared = {column.name: column for column in resource.columns}
    display = quoted(prefix + name)
    if is_overflow:
        raise QueryError(f"dtype: {display} is always JSON text")
    if root in OWN:
        raise QueryError(f"dtype: {display} is a mirror's own column, whose dtype is fixed; pin nested columns only")
    if (root in resource.column_names and root not in declared) or (
        root in declared and declared[root].kind != "object"
    ):
        raise QueryError(f"dtype: {display} is a declared column, whose dtype is fixed; pin nested columns only")
    if nested == "json" and not (root in declared and dtype == "json"):
        raise QueryError(f'dtype: with nested="json" there is no column {display} to pin; leave out nested')
    if nested == "both" and (root not in declared or not keys):
        raise QueryError(f'dtype: with nested="both" {display} is JSON text; pin columns below {prefix}metadata only')
