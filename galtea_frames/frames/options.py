"""The arguments of a loader, checked and split into a query and options for the frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from galtea_frames.api.client import Client
from galtea_frames.api.query import build_query
from galtea_frames.api.resource import snake_case
from galtea_frames.decoding.gatherer import Nested
from galtea_frames.errors import QueryError
from galtea_frames.frames.column_arguments import checked_dates, parse_contract
from galtea_frames.frames.frame import DtypeBackend
from galtea_frames.frames.schema import schema_arguments
from galtea_frames.printable import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from galtea_frames.api.query import Query
    from galtea_frames.api.resource import Resource
    from galtea_frames.decoding.contract import Contract


@dataclass(frozen=True)
class LoadOptions:
    """How to build the frame.

    Attributes:
        nested: how to represent nested fields.
        parse_dates: columns to parse as times.
        dtype_backend: pandas' nullable dtypes or Arrow's.
        client: the caller's client; None to create one and close it after the load.
        contract: which columns to build, and with which dtypes.
        prefix: prefix of the column names in the caller's frame.
    """

    nested: Nested
    parse_dates: tuple[str, ...]
    dtype_backend: DtypeBackend
    client: Client | None
    contract: Contract
    prefix: str = ""


def parse_arguments(resource: Resource, arguments: Mapping[str, Any], prefix: str = "") -> tuple[Query, LoadOptions]:
    """Return the query and the options.

    Args:
        resource: what to load.
        arguments: the loader's arguments, by name.
        prefix: prefix of the column names in the caller's frame.

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
    contract = _contract(resource, nested, filters, prefix)
    query = build_query(resource, filters)
    if resource.required and not any(filters.get(name) is not None for name in resource.required):
        raise QueryError(f"{resource.words} are loaded by id: pass {' or '.join(resource.required[1:])}")
    contract = contract.with_needed([*(name for name, _ in query.sort), *map(snake_case, query.checked_fields)])
    dates = checked_dates(resource, dates, nested, prefix)
    _check_dates(dates, contract, prefix)
    return query, LoadOptions(nested, dates, backend, client, contract, prefix)


def _contract(resource: Resource, nested: Nested, filters: dict[str, Any], prefix: str) -> Contract:
    """Take the arguments about columns out of the filters, and return the contract."""
    names = ("columns", "dtype", "schema", "on_misfit", "is_exact", "known_statuses")
    given: dict[str, Any] = {name: filters.pop(name) for name in names if name in filters}
    if nested != "columns" and given.get("schema") is not None:
        raise QueryError(f"schema names typed columns, which nested={nested!r} does not give; leave out nested")
    return parse_contract(resource, nested, with_schema(resource, given), prefix)


def with_schema(resource: Resource, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments about columns with `columns` and `dtype` in place of `schema`.

    Raises:
        QueryError: both are given.
    """
    arguments = dict(given)
    schema = arguments.pop("schema", None)
    if schema is None:
        return arguments
    if other := next((name for name in ("columns", "dtype") if arguments.get(name) is not None), None):
        raise QueryError(f"schema names the columns and their dtypes; leave out {other}")
    return arguments | schema_arguments(schema, resource.name)


def _check_dates(dates: Iterable[str], contract: Contract, prefix: str) -> None:
    for name in dates:
        if not contract.has(name):
            raise QueryError(f"parse_dates: columns leaves out {quoted(prefix + name)}")
        if name in contract.dtypes:
            raise QueryError(f"parse_dates: {quoted(prefix + name)} is pinned; leave it out of one of the two")
