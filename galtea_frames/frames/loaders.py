"""The public loaders.

Written by `python -m tools.write_loaders`; changes made here by hand are lost.
"""

# No `from __future__ import annotations`: `help()` prints annotations that are objects more readably.
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from os import PathLike
from typing import Any

import numpy as np
import pandas as pd

from galtea_frames.api.arguments import Sort, reject_unknown_arguments
from galtea_frames.api.client import Client
from galtea_frames.api.resources import SESSIONS, VERSIONS
from galtea_frames.decoding.gatherer import Nested
from galtea_frames.frames.column_arguments import OnMisfit
from galtea_frames.frames.frame import DtypeBackend
from galtea_frames.frames.load import iterate, load
from galtea_frames.frames.load_joined import load_joined
from galtea_frames.frames.schema import Schema


@reject_unknown_arguments()
def load_sessions(
    *,
    ids: str | Iterable[str] | None = None,
    custom_ids: str | Iterable[str] | None = None,
    product_ids: str | Iterable[str] | None = None,
    test_ids: str | Iterable[str] | None = None,
    exclude_test_ids: str | Iterable[str] | None = None,
    version_ids: str | Iterable[str] | None = None,
    test_case_ids: str | Iterable[str] | None = None,
    statuses: str | Iterable[str] | None = None,
    from_created_at: str | date | np.datetime64 | None = None,
    to_created_at: str | date | np.datetime64 | None = None,
    sort: Sort | None = None,
    limit: int | None = None,
    offset: int | None = None,
    params: Mapping[str, Any] | None = None,
    columns: str | Iterable[str] | None = None,
    dtype: Mapping[str, str] | None = None,
    schema: Schema | str | PathLike[str] | None = None,
    on_misfit: OnMisfit = "null",
    nested: Nested = "columns",
    parse_dates: str | Sequence[str] | None = None,
    dtype_backend: DtypeBackend = "numpy_nullable",
    client: Client | None = None,
) -> pd.DataFrame:
    """Load every session that matches the filters, one row per session.

    Declared columns are `id`, `custom_id`, `version_id`, `user_id`, `test_case_id`, `stopping_reason`, `error`
    (`string`), `status` (`category`), `created_at`, `deleted_at` (`datetime64[us, UTC]`); they are present even if no
    row matches. `context` and `metadata` become nested columns, and further fields that the API sends become columns
    too. Rows are sorted by `sort` if given, then by `created_at` and `id`.

    `frame.attrs["galtea_frames"]` records the filters, when the rows were fetched, the number of requests, and how
    columns were typed.

    Args:
        ids: sessions with these ids; one that does not exist is an error.
        custom_ids: sessions with these custom ids.
        product_ids: sessions of these products.
        test_ids: sessions of these tests; "" selects sessions without a test.
        exclude_test_ids: leave out sessions of these tests; "" leaves out sessions without a test.
        version_ids: sessions of these versions.
        test_case_ids: sessions of these test cases.
        statuses: sessions with these statuses.
        from_created_at: created at or after this time.
        to_created_at: created at or before this time.
        sort: a column, a ("created_at", "desc") pair or a list of these; by default `created_at`, then `id`.
        limit: maximum number of rows in total; by default, all rows.
        offset: number of rows to skip at the start of the sorted result.
        params: further filters of the API by API name, such as {"userIds": ["user_1"]}.
        columns: the columns to return, in this order; a name also selects every column below it ("metadata.user").
        dtype: dtypes of nested columns, {"metadata.latency_ms": "Int64"}; misfits are null.
        schema: a Schema or its file: columns and dtypes in one.
        on_misfit: "null", or "raise" SchemaError at a value that does not fit its column.
        nested: nested fields as typed "columns" (`metadata.user.tier`), as "json" text exactly as sent, or "both".
        parse_dates: text columns to parse as times.
        dtype_backend: dtypes of the frame, "numpy_nullable" or "pyarrow".
        client: Client to reuse; by default, one is created from the settings and closed afterwards.

    Raises:
        QueryError: an argument is unknown or invalid; raised before any request.
        SettingsError: no API key was found, or a setting is invalid; raised before any request.
        AuthenticationError: the API rejected the key.
        NotFoundError: some of `ids` do not exist.
        RequestError: the API rejected a request, or could not be reached within the retry budget.
        ResponseError: the API's answers are invalid, or cannot be trusted to be complete.
    """
    return load(SESSIONS, locals())


@reject_unknown_arguments()
def load_versions(
    *,
    ids: str | Iterable[str] | None = None,
    product_ids: str | Iterable[str] | None = None,
    conversation_endpoint_connection_ids: str | Iterable[str] | None = None,
    exclude_conversation_endpoint_connection_ids: str | Iterable[str] | None = None,
    names: str | Iterable[str] | None = None,
    name: str | None = None,
    existent_in_evaluations: bool | None = None,
    has_inference_results: bool | None = None,
    from_created_at: str | date | np.datetime64 | None = None,
    to_created_at: str | date | np.datetime64 | None = None,
    sort: Sort | None = None,
    limit: int | None = None,
    offset: int | None = None,
    params: Mapping[str, Any] | None = None,
    columns: str | Iterable[str] | None = None,
    dtype: Mapping[str, str] | None = None,
    schema: Schema | str | PathLike[str] | None = None,
    on_misfit: OnMisfit = "null",
    nested: Nested = "columns",
    parse_dates: str | Sequence[str] | None = None,
    dtype_backend: DtypeBackend = "numpy_nullable",
    client: Client | None = None,
) -> pd.DataFrame:
    """Load every version that matches the filters, one row per version.

    Declared columns are `id`, `product_id`, `user_id`, `name`, `description`, `model_id`, `system_prompt`,
    `dataset_uri`, `dataset_description`, `guardrails`, `initialization_endpoint_connection_id`,
    `conversation_endpoint_connection_id`, `finalization_endpoint_connection_id` (`string`), `created_at`, `deleted_at`
    (`datetime64[us, UTC]`); they are present even if no row matches. Further fields that the API sends become columns
    too. Rows are sorted by `sort` if given, then by `created_at` and `id`.

    `frame.attrs["galtea_frames"]` records the filters, when the rows were fetched, the number of requests, and how
    columns were typed.

    Args:
        ids: versions with these ids; one that does not exist is an error.
        product_ids: versions of these products.
        conversation_endpoint_connection_ids: versions with these; "" selects versions without one.
        exclude_conversation_endpoint_connection_ids: leave out versions with these; "" leaves out those without one.
        names: versions with exactly these names.
        name: versions whose name contains this text.
        existent_in_evaluations: only versions with evaluations, or only those without.
        has_inference_results: only versions with inference results, or only those without.
        from_created_at: created at or after this time.
        to_created_at: created at or before this time.
        sort: a column, a ("created_at", "desc") pair or a list of these; by default `created_at`, then `id`.
        limit: maximum number of rows in total; by default, all rows.
        offset: number of rows to skip at the start of the sorted result.
        params: further filters of the API by API name, such as {"userIds": ["user_1"]}.
        columns: the columns to return, in this order; a name also selects every column below it ("metadata.user").
        dtype: dtypes of nested columns, {"metadata.latency_ms": "Int64"}; misfits are null.
        schema: a Schema or its file: columns and dtypes in one.
        on_misfit: "null", or "raise" SchemaError at a value that does not fit its column.
        nested: nested fields as typed "columns" (`metadata.user.tier`), as "json" text exactly as sent, or "both".
        parse_dates: text columns to parse as times.
        dtype_backend: dtypes of the frame, "numpy_nullable" or "pyarrow".
        client: Client to reuse; by default, one is created from the settings and closed afterwards.

    Raises:
        QueryError: an argument is unknown or invalid; raised before any request.
        SettingsError: no API key was found, or a setting is invalid; raised before any request.
        AuthenticationError: the API rejected the key.
        NotFoundError: some of `ids` do not exist.
        RequestError: the API rejected a request, or could not be reached within the retry budget.
        ResponseError: the API's answers are invalid, or cannot be trusted to be complete.
    """
    return load(VERSIONS, locals())


@reject_unknown_arguments()
def iter_sessions(
    *,
    ids: str | Iterable[str] | None = None,
    custom_ids: str | Iterable[str] | None = None,
    product_ids: str | Iterable[str] | None = None,
    test_ids: str | Iterable[str] | None = None,
    exclude_test_ids: str | Iterable[str] | None = None,
    version_ids: str | Iterable[str] | None = None,
    test_case_ids: str | Iterable[str] | None = None,
    statuses: str | Iterable[str] | None = None,
    from_created_at: str | date | np.datetime64 | None = None,
    to_created_at: str | date | np.datetime64 | None = None,
    sort: Sort | None = None,
    limit: int | None = None,
    offset: int | None = None,
    params: Mapping[str, Any] | None = None,
    columns: str | Iterable[str] | None = None,
    dtype: Mapping[str, str] | None = None,
    schema: Schema | str | PathLike[str] | None = None,
    on_misfit: OnMisfit = "null",
    nested: Nested = "columns",
    parse_dates: str | Sequence[str] | None = None,
    dtype_backend: DtypeBackend = "numpy_nullable",
    client: Client | None = None,
) -> Iterator[pd.DataFrame]:
    """Iterate over the rows of `load_sessions`, in frames of up to 10,000 rows.

    All frames have the same columns and dtypes. Types are decided over all rows, so rows are kept on disk until the
    last page has arrived; memory use stays low.

    Args:
        ids: sessions with these ids; one that does not exist is an error.
        custom_ids: sessions with these custom ids.
        product_ids: sessions of these products.
        test_ids: sessions of these tests; "" selects sessions without a test.
        exclude_test_ids: leave out sessions of these tests; "" leaves out sessions without a test.
        version_ids: sessions of these versions.
        test_case_ids: sessions of these test cases.
        statuses: sessions with these statuses.
        from_created_at: created at or after this time.
        to_created_at: created at or before this time.
        sort: a column, a ("created_at", "desc") pair or a list of these; by default `created_at`, then `id`.
        limit: maximum number of rows in total; by default, all rows.
        offset: number of rows to skip at the start of the sorted result.
        params: further filters of the API by API name, such as {"userIds": ["user_1"]}.
        columns: the columns to return, in this order; a name also selects every column below it ("metadata.user").
        dtype: dtypes of nested columns, {"metadata.latency_ms": "Int64"}; misfits are null.
        schema: a Schema or its file: columns and dtypes in one.
        on_misfit: "null", or "raise" SchemaError at a value that does not fit its column.
        nested: nested fields as typed "columns" (`metadata.user.tier`), as "json" text exactly as sent, or "both".
        parse_dates: text columns to parse as times.
        dtype_backend: dtypes of the frame, "numpy_nullable" or "pyarrow".
        client: Client to reuse; by default, one is created from the settings and closed afterwards.

    Raises:
        GalteaFramesError: for the same reasons as `load_sessions`.
    """
    return iterate(SESSIONS, locals())


@reject_unknown_arguments()
def iter_versions(
    *,
    ids: str | Iterable[str] | None = None,
    product_ids: str | Iterable[str] | None = None,
    conversation_endpoint_connection_ids: str | Iterable[str] | None = None,
    exclude_conversation_endpoint_connection_ids: str | Iterable[str] | None = None,
    names: str | Iterable[str] | None = None,
    name: str | None = None,
    existent_in_evaluations: bool | None = None,
    has_inference_results: bool | None = None,
    from_created_at: str | date | np.datetime64 | None = None,
    to_created_at: str | date | np.datetime64 | None = None,
    sort: Sort | None = None,
    limit: int | None = None,
    offset: int | None = None,
    params: Mapping[str, Any] | None = None,
    columns: str | Iterable[str] | None = None,
    dtype: Mapping[str, str] | None = None,
    schema: Schema | str | PathLike[str] | None = None,
    on_misfit: OnMisfit = "null",
    nested: Nested = "columns",
    parse_dates: str | Sequence[str] | None = None,
    dtype_backend: DtypeBackend = "numpy_nullable",
    client: Client | None = None,
) -> Iterator[pd.DataFrame]:
    """Iterate over the rows of `load_versions`, in frames of up to 10,000 rows.

    All frames have the same columns and dtypes. Types are decided over all rows, so rows are kept on disk until the
    last page has arrived; memory use stays low.

    Args:
        ids: versions with these ids; one that does not exist is an error.
        product_ids: versions of these products.
        conversation_endpoint_connection_ids: versions with these; "" selects versions without one.
        exclude_conversation_endpoint_connection_ids: leave out versions with these; "" leaves out those without one.
        names: versions with exactly these names.
        name: versions whose name contains this text.
        existent_in_evaluations: only versions with evaluations, or only those without.
        has_inference_results: only versions with inference results, or only those without.
        from_created_at: created at or after this time.
        to_created_at: created at or before this time.
        sort: a column, a ("created_at", "desc") pair or a list of these; by default `created_at`, then `id`.
        limit: maximum number of rows in total; by default, all rows.
        offset: number of rows to skip at the start of the sorted result.
        params: further filters of the API by API name, such as {"userIds": ["user_1"]}.
        columns: the columns to return, in this order; a name also selects every column below it ("metadata.user").
        dtype: dtypes of nested columns, {"metadata.latency_ms": "Int64"}; misfits are null.
        schema: a Schema or its file: columns and dtypes in one.
        on_misfit: "null", or "raise" SchemaError at a value that does not fit its column.
        nested: nested fields as typed "columns" (`metadata.user.tier`), as "json" text exactly as sent, or "both".
        parse_dates: text columns to parse as times.
        dtype_backend: dtypes of the frame, "numpy_nullable" or "pyarrow".
        client: Client to reuse; by default, one is created from the settings and closed afterwards.

    Raises:
        GalteaFramesError: for the same reasons as `load_versions`.
    """
    return iterate(VERSIONS, locals())


@reject_unknown_arguments()
def load_sessions_with_versions(
    *,
    ids: str | Iterable[str] | None = None,
    custom_ids: str | Iterable[str] | None = None,
    product_ids: str | Iterable[str] | None = None,
    test_ids: str | Iterable[str] | None = None,
    exclude_test_ids: str | Iterable[str] | None = None,
    version_ids: str | Iterable[str] | None = None,
    test_case_ids: str | Iterable[str] | None = None,
    statuses: str | Iterable[str] | None = None,
    from_created_at: str | date | np.datetime64 | None = None,
    to_created_at: str | date | np.datetime64 | None = None,
    sort: Sort | None = None,
    limit: int | None = None,
    offset: int | None = None,
    params: Mapping[str, Any] | None = None,
    columns: str | Iterable[str] | None = None,
    dtype: Mapping[str, str] | None = None,
    schema: Schema | str | PathLike[str] | None = None,
    on_misfit: OnMisfit = "null",
    nested: Nested = "columns",
    parse_dates: str | Sequence[str] | None = None,
    dtype_backend: DtypeBackend = "numpy_nullable",
    client: Client | None = None,
) -> pd.DataFrame:
    """Load every session that matches the filters together with its version, one row per session.

    Session columns are those of `load_sessions`. Version columns are prefixed (`version.name`, `version.created_at`,
    …), and only versions that occur are kept. A session whose version is null or no longer exists keeps its row, with
    nulls; `frame.attrs["galtea_frames"]["join"]` counts these sessions.

    Args:
        ids: sessions with these ids; one that does not exist is an error.
        custom_ids: sessions with these custom ids.
        product_ids: sessions of these products.
        test_ids: sessions of these tests; "" selects sessions without a test.
        exclude_test_ids: leave out sessions of these tests; "" leaves out sessions without a test.
        version_ids: sessions of these versions.
        test_case_ids: sessions of these test cases.
        statuses: sessions with these statuses.
        from_created_at: created at or after this time.
        to_created_at: created at or before this time.
        sort: a column, a ("created_at", "desc") pair or a list of these; by default `created_at`, then `id`.
        limit: maximum number of rows in total; by default, all rows.
        offset: number of rows to skip at the start of the sorted result.
        params: further filters of the API by API name, such as {"userIds": ["user_1"]}.
        columns: the columns to return, in this order; a name also selects every column below it ("metadata.user").
        dtype: dtypes of nested columns, {"metadata.latency_ms": "Int64"}; misfits are null.
        schema: a Schema or its file: columns and dtypes in one.
        on_misfit: "null", or "raise" SchemaError at a value that does not fit its column.
        nested: nested fields as typed "columns" (`metadata.user.tier`), as "json" text exactly as sent, or "both".
        parse_dates: text columns to parse as times.
        dtype_backend: dtypes of the frame, "numpy_nullable" or "pyarrow".
        client: Client to reuse; by default, one is created from the settings and closed afterwards.

    Raises:
        GalteaFramesError: for the same reasons as `load_sessions`.
    """
    return load_joined(locals())
