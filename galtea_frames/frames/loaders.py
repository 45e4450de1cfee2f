"""The loaders, which users call; each names its arguments, so that editors and `help()` show them.

Written by `python -m tools.write_loaders`; what is changed here by hand is lost.
"""

# Annotations are values here, not text: it is these that `help()` prints.
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from galtea_frames.api.arguments import Sort, names_checked
from galtea_frames.api.client import Client
from galtea_frames.api.resources import SESSIONS, VERSIONS
from galtea_frames.decoding.gatherer import Nested
from galtea_frames.frames.frame import DtypeBackend
from galtea_frames.frames.load import iterate, load
from galtea_frames.frames.load_joined import load_joined


@names_checked()
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
    nested: Nested = "columns",
    parse_dates: str | Sequence[str] | None = None,
    dtype_backend: DtypeBackend = "numpy_nullable",
    client: Client | None = None,
) -> pd.DataFrame:
    """Return every session that the filters select: one row a session, by `created_at`, then `id`.

    Columns are `id`, `custom_id`, `version_id`, `user_id`, `test_case_id`, `stopping_reason`, `error` (`string`),
    `status` (category), `created_at`, `deleted_at` (`datetime64[us, UTC]`), the nested columns of `context` and
    `metadata`, and any further field that the API sends. What the load cost and how the columns came about stands in
    `frame.attrs["galtea_frames"]`.

    Args:
        ids: these sessions; one that does not exist raises NotFoundError.
        custom_ids: these ids of your own.
        product_ids: sessions of these products.
        test_ids: sessions of these tests; "" selects those without a test.
        exclude_test_ids: all but the sessions of these tests; "" leaves out those without a test.
        version_ids: sessions of these versions.
        test_case_ids: sessions of these test cases.
        statuses: sessions with these statuses.
        from_created_at: created at or after this time.
        to_created_at: created at or before this time.
        sort: a column, a pair ("created_at", "desc") or a list; then, and by default, `created_at` and `id`.
        limit: how many rows in all; every row by default.
        offset: how many rows of the sorted result to leave out first.
        params: any further filter of the API, by its API name: {"userIds": ["user_1"]}.
        nested: "columns" (typed, as `metadata.user.tier`), "json" (JSON text, exactly as sent) or "both".
        parse_dates: text columns to read as times.
        dtype_backend: "numpy_nullable" or "pyarrow".
        client: a Client to share between calls; by default one is made from the settings, and closed.

    Raises:
        QueryError: an argument is unknown, or its value cannot be asked for; before any request.
        SettingsError: there is no key, or the address cannot be used; before any request.
        AuthenticationError: the API refused the key.
        NotFoundError: some of `ids` do not exist.
        RequestError: the API could not be reached within the retry budget.
        ResponseError: the API's answers cannot be trusted to be whole.
    """
    return load(SESSIONS, locals())


@names_checked()
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
    nested: Nested = "columns",
    parse_dates: str | Sequence[str] | None = None,
    dtype_backend: DtypeBackend = "numpy_nullable",
    client: Client | None = None,
) -> pd.DataFrame:
    """Return every version that the filters select: one row a version, by `created_at`, then `id`.

    Columns are `id`, `product_id`, `user_id`, `name`, `description`, `model_id`, `system_prompt`, `dataset_uri`,
    `dataset_description`, `guardrails`, `initialization_endpoint_connection_id`, `conversation_endpoint_connection_id`,
    `finalization_endpoint_connection_id` (`string`), `created_at`, `deleted_at` (`datetime64[us, UTC]`), and any
    further field that the API sends. What the load cost and how the columns came about stands in
    `frame.attrs["galtea_frames"]`.

    Args:
        ids: these versions; one that does not exist raises NotFoundError.
        product_ids: versions of these products.
        conversation_endpoint_connection_ids: versions with these; "" selects those without one.
        exclude_conversation_endpoint_connection_ids: all but the versions with these; "" leaves out those without one.
        names: versions with exactly these names.
        name: versions whose name contains this.
        existent_in_evaluations: versions that have evaluations, or have none.
        has_inference_results: versions that have inference results, or have none.
        from_created_at: created at or after this time.
        to_created_at: created at or before this time.
        sort: a column, a pair ("created_at", "desc") or a list; then, and by default, `created_at` and `id`.
        limit: how many rows in all; every row by default.
        offset: how many rows of the sorted result to leave out first.
        params: any further filter of the API, by its API name: {"userIds": ["user_1"]}.
        nested: "columns" (typed, as `metadata.user.tier`), "json" (JSON text, exactly as sent) or "both".
        parse_dates: text columns to read as times.
        dtype_backend: "numpy_nullable" or "pyarrow".
        client: a Client to share between calls; by default one is made from the settings, and closed.

    Raises:
        QueryError: an argument is unknown, or its value cannot be asked for; before any request.
        SettingsError: there is no key, or the address cannot be used; before any request.
        AuthenticationError: the API refused the key.
        NotFoundError: some of `ids` do not exist.
        RequestError: the API could not be reached within the retry budget.
        ResponseError: the API's answers cannot be trusted to be whole.
    """
    return load(VERSIONS, locals())


@names_checked()
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
    nested: Nested = "columns",
    parse_dates: str | Sequence[str] | None = None,
    dtype_backend: DtypeBackend = "numpy_nullable",
    client: Client | None = None,
) -> Iterator[pd.DataFrame]:
    """Yield the rows of `load_sessions` in frames of up to 10,000, all with the same columns and dtypes.

    Args:
        ids: these sessions; one that does not exist raises NotFoundError.
        custom_ids: these ids of your own.
        product_ids: sessions of these products.
        test_ids: sessions of these tests; "" selects those without a test.
        exclude_test_ids: all but the sessions of these tests; "" leaves out those without a test.
        version_ids: sessions of these versions.
        test_case_ids: sessions of these test cases.
        statuses: sessions with these statuses.
        from_created_at: created at or after this time.
        to_created_at: created at or before this time.
        sort: a column, a pair ("created_at", "desc") or a list; then, and by default, `created_at` and `id`.
        limit: how many rows in all; every row by default.
        offset: how many rows of the sorted result to leave out first.
        params: any further filter of the API, by its API name: {"userIds": ["user_1"]}.
        nested: "columns" (typed, as `metadata.user.tier`), "json" (JSON text, exactly as sent) or "both".
        parse_dates: text columns to read as times.
        dtype_backend: "numpy_nullable" or "pyarrow".
        client: a Client to share between calls; by default one is made from the settings, and closed.

    Raises:
        GalteaFramesError: as `load_sessions` does.
    """
    return iterate(SESSIONS, locals())


@names_checked()
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
    nested: Nested = "columns",
    parse_dates: str | Sequence[str] | None = None,
    dtype_backend: DtypeBackend = "numpy_nullable",
    client: Client | None = None,
) -> Iterator[pd.DataFrame]:
    """Yield the rows of `load_versions` in frames of up to 10,000, all with the same columns and dtypes.

    Args:
        ids: these versions; one that does not exist raises NotFoundError.
        product_ids: versions of these products.
        conversation_endpoint_connection_ids: versions with these; "" selects those without one.
        exclude_conversation_endpoint_connection_ids: all but the versions with these; "" leaves out those without one.
        names: versions with exactly these names.
        name: versions whose name contains this.
        existent_in_evaluations: versions that have evaluations, or have none.
        has_inference_results: versions that have inference results, or have none.
        from_created_at: created at or after this time.
        to_created_at: created at or before this time.
        sort: a column, a pair ("created_at", "desc") or a list; then, and by default, `created_at` and `id`.
        limit: how many rows in all; every row by default.
        offset: how many rows of the sorted result to leave out first.
        params: any further filter of the API, by its API name: {"userIds": ["user_1"]}.
        nested: "columns" (typed, as `metadata.user.tier`), "json" (JSON text, exactly as sent) or "both".
        parse_dates: text columns to read as times.
        dtype_backend: "numpy_nullable" or "pyarrow".
        client: a Client to share between calls; by default one is made from the settings, and closed.

    Raises:
        GalteaFramesError: as `load_versions` does.
    """
    return iterate(VERSIONS, locals())


@names_checked()
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
    nested: Nested = "columns",
    parse_dates: str | Sequence[str] | None = None,
    dtype_backend: DtypeBackend = "numpy_nullable",
    client: Client | None = None,
) -> pd.DataFrame:
    """Return every session that the filters select, each beside its version: one row a session.

    Versions come as columns `version.name`, `version.created_at`, …; only those that occur are fetched. A session whose
    version is null or no longer exists keeps its row, with nulls, and is counted in
    `frame.attrs["galtea_frames"]["join"]`.

    Args:
        ids: these sessions; one that does not exist raises NotFoundError.
        custom_ids: these ids of your own.
        product_ids: sessions of these products.
        test_ids: sessions of these tests; "" selects those without a test.
        exclude_test_ids: all but the sessions of these tests; "" leaves out those without a test.
        version_ids: sessions of these versions.
        test_case_ids: sessions of these test cases.
        statuses: sessions with these statuses.
        from_created_at: created at or after this time.
        to_created_at: created at or before this time.
        sort: a column, a pair ("created_at", "desc") or a list; then, and by default, `created_at` and `id`.
        limit: how many rows in all; every row by default.
        offset: how many rows of the sorted result to leave out first.
        params: any further filter of the API, by its API name: {"userIds": ["user_1"]}.
        nested: "columns" (typed, as `metadata.user.tier`), "json" (JSON text, exactly as sent) or "both".
        parse_dates: text columns to read as times.
        dtype_backend: "numpy_nullable" or "pyarrow".
        client: a Client to share between calls; by default one is made from the settings, and closed.

    Raises:
        GalteaFramesError: as `load_sessions` does.
    """
    return load_joined(locals())
