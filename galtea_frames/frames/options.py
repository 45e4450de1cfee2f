"""The arguments of a loader, checked and split into a query and options for the frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from galtea_frames.api.client import Client
from galtea_frames.api.query import build_query
from galtea_frames.decoding.gatherer import Nested
from galtea_frames.errors import QueryError
from galtea_frames.frames.dates import checked_dates
from galtea_frames.frames.frame import DtypeBackend
from galtea_frames.printable import quoted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from galtea_frames.api.query import Query
    from galtea_frames.api.resource import Resource


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
