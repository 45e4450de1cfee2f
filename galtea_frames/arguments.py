"""The arguments of loaders and mirrors: as types, as what `help()` shows, and the values of some."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypedDict, TypeVar

import pandas as pd

from galtea_frames.errors import QueryError
from galtea_frames.times import as_datetime, instant, wire_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from galtea_frames.client import Client
    from galtea_frames.frames import DtypeBackend
    from galtea_frames.gather import Nested
    from galtea_frames.resources import Resource

Texts = str | Iterable[str]
Time = str | date
SortPair = tuple[str, Literal["asc", "desc"]]
Sort = str | SortPair | Sequence[str | SortPair]

Loader = TypeVar("Loader", bound="Callable[..., Any]")


class Options(TypedDict, total=False):
    """What every loader takes besides filters."""

    nested: Nested
    parse_dates: str | Sequence[str] | None
    dtype_backend: DtypeBackend
    client: Client | None


class Paging(TypedDict, total=False):
    """What every list of the API takes besides its own filters."""

    sort: Sort | None
    limit: int | None
    offset: int | None
    from_created_at: Time | None
    to_created_at: Time | None
    params: Mapping[str, Any] | None


class SessionFilters(Paging, total=False):
    """The filters of sessions."""

    ids: Texts | None
    custom_ids: Texts | None
    product_ids: Texts | None
    test_ids: Texts | None
    exclude_test_ids: Texts | None
    version_ids: Texts | None
    test_case_ids: Texts | None


class VersionFilters(Paging, total=False):
    """The filters of versions."""

    ids: Texts | None
    product_ids: Texts | None
    conversation_endpoint_connection_ids: Texts | None
    exclude_conversation_endpoint_connection_ids: Texts | None
    names: Texts | None
    name: str | None
    existent_in_evaluations: bool | None
    has_inference_results: bool | None


class SessionArguments(SessionFilters, Options, total=False):
    """All arguments of the loaders of sessions."""


class VersionArguments(VersionFilters, Options, total=False):
    """All arguments of the loaders of versions."""


class StoredSelection(TypedDict, total=False):
    """What every reader of a mirror takes besides filters, to say which rows are meant."""

    include_removed: bool
    as_of: int | Time | None
    allow_incomplete: bool


class StoredOptions(StoredSelection, total=False):
    """What every reader of a mirror that gives a frame takes besides filters."""

    nested: Nested
    parse_dates: str | Sequence[str] | None
    dtype_backend: DtypeBackend


class StoredSessionFilters(StoredSelection, total=False):
    """The filters of a mirror's sessions: what can be told from the stored columns."""

    custom_ids: Texts | None
    version_ids: Texts | None
    test_case_ids: Texts | None
    from_created_at: Time | None
    to_created_at: Time | None
    statuses: Texts | None


class StoredPaging(TypedDict, total=False):
    """What says which of the selected rows a mirror gives, and in which order."""

    sort: Sort | None
    limit: int | None
    offset: int | None


class StoredSessionArguments(StoredSessionFilters, StoredPaging, StoredOptions, total=False):
    """All arguments of a mirror's readers of sessions."""

    ids: Texts | None


class StoredVersionArguments(StoredPaging, StoredOptions, total=False):
    """All arguments of a mirror's readers of versions."""

    ids: Texts | None
    product_ids: Texts | None
    names: Texts | None
    from_created_at: Time | None
    to_created_at: Time | None


_DEFAULTS: dict[str, Any] = {
    "nested": "columns",
    "dtype_backend": "numpy_nullable",
    "include_removed": False,
    "allow_incomplete": False,
}

_PAGING_DOC = {
    "sort": 'a column, a pair ("created_at", "desc"), or a list of pairs; rows that are equal in them, and all rows by '
    "default, stand by `created_at`, then `id`",
    "limit": "how many rows in all; every row by default",
    "offset": "how many rows of the sorted result to leave out first",
    "params": 'any further filter of the API, by its API name: {"statuses": ["FAILED"]}',
}

_OPTIONS_DOC = {
    "nested": '"columns" makes typed columns of nested fields (`metadata.user.tier`), "json" keeps each as JSON text, '
    'exactly as sent, "both" gives both',
    "parse_dates": "text columns to read as times",
    "dtype_backend": '"numpy_nullable" or "pyarrow"',
    "client": "a Client to share between calls; by default one is made from the settings, and closed",
}

_STORED_DOC = {
    "ids": "these rows; one that is not stored raises MirrorError",
    "statuses": "sessions with these statuses",
    "include_removed": "also rows that the API serves no longer, told by `removed_at`: when a sync found that out",
    "as_of": "read the mirror as it was at a time, or at a version of the table",
    "allow_incomplete": "read what is there, though the first sync has not come to its end",
}


def takes(resource: Resource, arguments: type) -> Callable[[Loader], Loader]:
    """Return a decorator that gives a loader the signature and the argument docs of a resource."""
    order = [each.name for each in resource.filters] + [*_PAGING_DOC, *_OPTIONS_DOC]
    docs = {each.name: each.meaning for each in resource.filters} | _PAGING_DOC | _OPTIONS_DOC
    return partial(_documented, order, arguments, docs)


def takes_stored(resource: Resource, arguments: type) -> Callable[[Loader], Loader]:
    """Return a decorator that gives a mirror's reader the signature and the argument docs of a resource."""
    own, options = inspect.get_annotations(arguments), inspect.get_annotations(StoredOptions)
    docs = {each.name: each.meaning for each in resource.filters} | _PAGING_DOC | _OPTIONS_DOC | _STORED_DOC
    order = [*(name for name in own if name not in options), *options]
    return partial(_documented, order, arguments, docs)


def names_of(arguments: type) -> frozenset[str]:
    """Return the names of a TypedDict's arguments."""
    return frozenset(arguments.__annotations__)


def _documented(order: Sequence[str], arguments: type, docs: Mapping[str, str], loader: Loader) -> Loader:
    kinds = inspect.get_annotations(arguments)
    parameters = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=_DEFAULTS.get(name), annotation=kinds[name])
        for name in order
    ]
    bound = [each for each in inspect.signature(loader).parameters.values() if each.name == "self"]
    returned = loader.__annotations__.get("return")
    # What `help()` and editors read at run time; type checkers read the TypedDict.
    loader.__signature__ = inspect.Signature([*bound, *parameters], return_annotation=returned)  # type: ignore[attr-defined]
    listed = "\n".join(f"    {name}: {docs[name]}." for name in order)
    loader.__doc__ = inspect.cleandoc(loader.__doc__ or "").replace("Raises:", f"Args:\n{listed}\n\nRaises:")
    return loader


def moment_of(as_of: object) -> int | datetime | None:
    """Return the version, or the time in UTC, that a caller named.

    Raises:
        QueryError: the value is neither.
    """
    if as_of is None or (isinstance(as_of, int) and not isinstance(as_of, bool)):
        return as_of
    try:
        if not isinstance(as_of, str | date):
            raise TypeError  # noqa: TRY301 - one message for every value that is no time
        return as_datetime(instant(wire_text(as_of)))
    except (TypeError, ValueError, OverflowError):
        raise QueryError(f'as_of is a version of the table or a time such as "2026-03-01", not {as_of!r}') from None


def span_of(lookback: object) -> int:
    """Return the microseconds of a span of time that a caller gave.

    Raises:
        QueryError: the value is no span, or a negative one.
    """
    try:
        if not isinstance(lookback, str | timedelta):
            raise TypeError  # noqa: TRY301 - one message for every value that is no span
        span = pd.Timedelta(lookback)
        if not span >= pd.Timedelta(0):  # NaT is none either
            raise ValueError  # noqa: TRY301
    except (TypeError, ValueError, OverflowError):
        raise QueryError(f'lookback is a span of time such as "7D" or "36h", not {lookback!r}') from None
    return span // pd.Timedelta(1, "us")
