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
from galtea_frames.api.resources import (
    EVALUATIONS,
    INFERENCE_RESULTS,
    METRICS,
    MODELS,
    PRODUCTS,
    RUNS,
    SESSIONS,
    SPANS,
    SPECIFICATIONS,
    TEST_CASES,
    TESTS,
    VERSIONS,
)
from galtea_frames.decoding.gatherer import Nested
from galtea_frames.frames.column_arguments import OnMisfit
from galtea_frames.frames.frame import DtypeBackend
from galtea_frames.frames.load import iterate, load
from galtea_frames.frames.load_joined import load_joined
from galtea_frames.frames.load_scores import fetch_scores
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

    A row is one conversation with a version of a product.

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

    A row is one release of a product.

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
def load_evaluations(
    *,
    ids: str | Iterable[str] | None = None,
    product_ids: str | Iterable[str] | None = None,
    version_ids: str | Iterable[str] | None = None,
    session_ids: str | Iterable[str] | None = None,
    inference_result_ids: str | Iterable[str] | None = None,
    test_case_ids: str | Iterable[str] | None = None,
    test_ids: str | Iterable[str] | None = None,
    exclude_test_ids: str | Iterable[str] | None = None,
    metric_ids: str | Iterable[str] | None = None,
    metric_group_ids: str | Iterable[str] | None = None,
    specification_ids: str | Iterable[str] | None = None,
    run_ids: str | Iterable[str] | None = None,
    monitor_ids: str | Iterable[str] | None = None,
    monitor_alert_ids: str | Iterable[str] | None = None,
    user_ids: str | Iterable[str] | None = None,
    statuses: str | Iterable[str] | None = None,
    can_retry: bool | None = None,
    passed: bool | None = None,
    score_gt: float | None = None,
    score_gte: float | None = None,
    score_lt: float | None = None,
    score_lte: float | None = None,
    human_score_gt: float | None = None,
    human_score_gte: float | None = None,
    human_score_lt: float | None = None,
    human_score_lte: float | None = None,
    confidence_gt: float | None = None,
    confidence_gte: float | None = None,
    confidence_lt: float | None = None,
    confidence_lte: float | None = None,
    include_excluded_from_analytics: bool | None = None,
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
    """Load every evaluation that matches the filters, one row per evaluation.

    A row is one score of a session, or of one of its turns, by one metric.

    Declared columns are `id`, `metric_id`, `session_id`, `inference_result_id`, `test_case_id`, `product_id`, `run_id`,
    `user_id`, `reason`, `error`, `human_reason`, `human_evaluator_id`, `conversation_simulator_version` (`string`),
    `status` (`category`), `score`, `human_score`, `metric_pass_threshold`, `confidence` (`Float64`),
    `judge_input_tokens`, `judge_output_tokens`, `judge_reasoning_tokens`, `credits_used`, `retries_attempted`
    (`Int64`), `passed`, `long_input`, `can_retry` (`boolean`), `failed_turns` (lists of strings), `score_breakdown`
    (JSON text, as sent), `human_evaluator_started_at`, `human_evaluator_finished_at`, `metric_legacy_at`,
    `metric_disabled_at`, `test_case_legacy_at`, `created_at`, `evaluated_at`, `deleted_at` (`datetime64[us, UTC]`);
    they are present even if no row matches. Further fields that the API sends become columns too. Rows are sorted by
    `sort` if given, then by `created_at` and `id`.

    `frame.attrs["galtea_frames"]` records the filters, when the rows were fetched, the number of requests, and how
    columns were typed.

    Args:
        ids: evaluations with these ids; one that does not exist is an error.
        product_ids: evaluations of these products' sessions.
        version_ids: evaluations of these versions' sessions.
        session_ids: evaluations of these sessions.
        inference_result_ids: evaluations of these turns.
        test_case_ids: evaluations of these test cases.
        test_ids: evaluations of these tests; "" selects those without a test.
        exclude_test_ids: leave out evaluations of these tests; "" leaves out those without a test.
        metric_ids: evaluations by these metrics.
        metric_group_ids: evaluations by any revision of these metric families.
        specification_ids: evaluations by metrics of these specifications.
        run_ids: evaluations of these runs.
        monitor_ids: evaluations of these monitors.
        monitor_alert_ids: evaluations of sessions that these alerts link, at most 10.
        user_ids: evaluations that these users launched.
        statuses: evaluations with these statuses.
        can_retry: only evaluations that can be run again, or only others.
        passed: only evaluations that passed, or only those that did not.
        score_gt: judge's score above this number, from 0 to 1.
        score_gte: judge's score at or above this number, from 0 to 1.
        score_lt: judge's score below this number, from 0 to 1.
        score_lte: judge's score at or below this number, from 0 to 1.
        human_score_gt: reviewer's score above this number, from 0 to 1.
        human_score_gte: reviewer's score at or above this number, from 0 to 1.
        human_score_lt: reviewer's score below this number, from 0 to 1.
        human_score_lte: reviewer's score at or below this number, from 0 to 1.
        confidence_gt: classifier's confidence above this number, from 0 to 1.
        confidence_gte: classifier's confidence at or above this number, from 0 to 1.
        confidence_lt: classifier's confidence below this number, from 0 to 1.
        confidence_lte: classifier's confidence at or below this number, from 0 to 1.
        include_excluded_from_analytics: also evaluations by metrics taken out of analytics; on by default.
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
    return load(EVALUATIONS, locals())


@reject_unknown_arguments()
def load_inference_results(
    *,
    ids: str | Iterable[str] | None = None,
    session_ids: str | Iterable[str] | None = None,
    evaluation_ids: str | Iterable[str] | None = None,
    version_ids: str | Iterable[str] | None = None,
    product_ids: str | Iterable[str] | None = None,
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
    """Load every inference result that matches the filters, one row per inference result.

    A row is one turn of a conversation: what the user said and what the product answered.

    Declared columns are `id`, `session_id`, `user_id`, `error`, `retrieval_context`, `conversation_simulator_version`,
    `trace_id` (`string`), `status` (`category`), `latency`, `cost_per_input_token`, `cost_per_output_token`,
    `cost_per_cache_read_input_token`, `cost` (`Float64`), `index`, `input_tokens`, `output_tokens`,
    `cache_read_input_tokens`, `tokens`, `credits_used`, `dropped_span_count` (`Int64`), `actual_output` (JSON text, as
    sent), `created_at`, `deleted_at` (`datetime64[us, UTC]`); they are present even if no row matches. `input` become
    nested columns, and further fields that the API sends become columns too. Rows are sorted by `sort` if given, then
    by `created_at` and `id`.

    `version_ids` and `product_ids` are not filters of the API. The ids of the sessions that match are loaded first, in
    pages of whole sessions; then the rows of up to 50 sessions at a time, with three or more requests each, by all
    workers.

    `frame.attrs["galtea_frames"]` records the filters, when the rows were fetched, the number of requests, and how
    columns were typed.

    Args:
        ids: turns with these ids; one that does not exist is an error.
        session_ids: turns of these sessions.
        evaluation_ids: turns that these evaluations scored.
        version_ids: turns of these versions' sessions.
        product_ids: turns of these products' sessions.
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
    return load(INFERENCE_RESULTS, locals())


@reject_unknown_arguments()
def load_spans(
    *,
    ids: str | Iterable[str] | None = None,
    inference_result_ids: str | Iterable[str] | None = None,
    session_ids: str | Iterable[str] | None = None,
    types: str | Iterable[str] | None = None,
    names: str | Iterable[str] | None = None,
    from_start_time: str | date | np.datetime64 | None = None,
    to_start_time: str | date | np.datetime64 | None = None,
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
    """Load every span that matches the filters, one row per span.

    A row is one step inside a turn, such as a model call, a tool call or a retrieval.

    Declared columns are `id`, `inference_result_id`, `parent_trace_id`, `name`, `description`, `error` (`string`),
    `type` (`category`), `latency_ms` (`Float64`), `input_data`, `output_data`, `metadata` (JSON text, as sent),
    `start_time`, `end_time`, `created_at`, `deleted_at` (`datetime64[us, UTC]`); they are present even if no row
    matches. Further fields that the API sends become columns too. Rows are sorted by `sort` if given, then by
    `created_at` and `id`.

    Not all rows can be selected by creation time, so pages follow each other by offset, and rows are requested twice:
    only a second pass shows that changes in the meantime hid none.

    Rows can be large: a request asks for at most 25 of them, and for fewer if the server fails or the answer exceeds
    the client's `max_response_bytes`. If `columns` leaves out `input_data`, `output_data` and `metadata`, these are
    neither decoded nor kept in memory.

    `frame.attrs["galtea_frames"]` records the filters, when the rows were fetched, the number of requests, and how
    columns were typed.

    Args:
        ids: spans with these ids; one that does not exist is an error.
        inference_result_ids: spans of these turns.
        session_ids: spans of these sessions' turns.
        types: spans of these types.
        names: spans with exactly these names.
        from_start_time: begun at or after this time; leaves out spans without a start.
        to_start_time: begun at or before this time; leaves out spans without a start.
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
    return load(SPANS, locals())


@reject_unknown_arguments()
def load_test_cases(
    *,
    ids: str | Iterable[str] | None = None,
    test_ids: str | Iterable[str] | None = None,
    product_ids: str | Iterable[str] | None = None,
    reviewed: bool | None = None,
    user_score: int | None = None,
    variants: str | Iterable[str] | None = None,
    strategies: str | Iterable[str] | None = None,
    languages: str | Iterable[str] | None = None,
    source_files: str | Iterable[str] | None = None,
    expected_tools: str | Iterable[str] | None = None,
    is_augmented: bool | None = None,
    input: str | None = None,
    include_legacy: bool | None = None,
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
    """Load every test case that matches the filters, one row per test case.

    A row is one case of a test; editing its content makes a new row.

    Declared columns are `id`, `test_id`, `test_case_group_id`, `parent_test_case_id`, `expected_output`, `variant`,
    `strategy`, `language_code`, `user_persona`, `scenario`, `goal`, `seed_session_id`, `source`, `source_file`,
    `source_test_case_id`, `confidence_reason`, `reviewed_by_id`, `user_score_reason`, `user_id` (`string`), `gender`,
    `background_noise_profile`, `background_noise_level` (`category`), `confidence` (`Float64`), `max_iterations`,
    `user_score`, `credits_used` (`Int64`), `is_augmented` (`boolean`), `expected_tools`, `stopping_criterias` (lists of
    strings), `legacy_at`, `created_at`, `deleted_at` (`datetime64[us, UTC]`); they are present even if no row matches.
    `input` and `context` become nested columns, and further fields that the API sends become columns too. Rows are
    sorted by `sort` if given, then by `created_at` and `id`.

    `product_ids` is not a filter of the API. The ids of the tests that match are loaded first, in pages of whole tests;
    then the rows of up to 50 tests at a time, with three or more requests each, by all workers.

    `frame.attrs["galtea_frames"]` records the filters, when the rows were fetched, the number of requests, and how
    columns were typed.

    Args:
        ids: test cases with these ids; one that does not exist is an error.
        test_ids: test cases of these tests.
        product_ids: test cases of these products' tests.
        reviewed: only test cases that a user has reviewed, or only others.
        user_score: test cases with this verdict: -1, 0 or 1.
        variants: test cases of these variants.
        strategies: test cases of these strategies.
        languages: test cases in these languages.
        source_files: test cases generated from these files.
        expected_tools: test cases that expect all of these tools.
        is_augmented: only test cases generated from others, or only the rest.
        input: test cases whose input contains this text.
        include_legacy: whether to include superseded test cases, as the API does by default.
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
    return load(TEST_CASES, locals())


@reject_unknown_arguments()
def load_tests(
    *,
    ids: str | Iterable[str] | None = None,
    product_ids: str | Iterable[str] | None = None,
    test_case_ids: str | Iterable[str] | None = None,
    version_ids: str | Iterable[str] | None = None,
    names: str | Iterable[str] | None = None,
    name: str | None = None,
    types: str | Iterable[str] | None = None,
    specification_ids: str | Iterable[str] | None = None,
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
    """Load every test that matches the filters, one row per test.

    A row is one test, which the dashboard calls a dataset: a set of test cases.

    Declared columns are `id`, `product_id`, `user_id`, `name`, `error`, `language_code`, `custom_variant_description`,
    `custom_user_persona`, `few_shot`, `ground_truth_uri`, `uri`, `data_catalog_uri`, `source_test_id`,
    `specification_id` (`string`), `type`, `status`, `background_noise_profile`, `background_noise_level` (`category`),
    `max_test_cases`, `max_iterations` (`Int64`), `is_extendable` (`boolean`), `variants`, `strategies`, `models`,
    `specification_ids` (lists of strings), `metadata` (JSON text, as sent), `created_at`, `deleted_at` (`datetime64[us,
    UTC]`); they are present even if no row matches. Further fields that the API sends become columns too. Rows are
    sorted by `sort` if given, then by `created_at` and `id`.

    `frame.attrs["galtea_frames"]` records the filters, when the rows were fetched, the number of requests, and how
    columns were typed.

    Args:
        ids: tests with these ids; one that does not exist is an error.
        product_ids: tests of these products; leaves out global tests.
        test_case_ids: tests that these test cases belong to.
        version_ids: tests that these versions ran.
        names: tests with exactly these names.
        name: tests whose name contains this text.
        types: tests of these types.
        specification_ids: tests of these specifications.
        existent_in_evaluations: only tests with evaluations, or only those without.
        has_inference_results: only tests with inference results, or only those without.
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
    return load(TESTS, locals())


@reject_unknown_arguments()
def load_metrics(
    *,
    ids: str | Iterable[str] | None = None,
    organization_ids: str | Iterable[str] | None = None,
    product_ids: str | Iterable[str] | None = None,
    names: str | Iterable[str] | None = None,
    name: str | None = None,
    description: str | None = None,
    tags: str | Iterable[str] | None = None,
    sources: str | Iterable[str] | None = None,
    specification_ids: str | Iterable[str] | None = None,
    user_group_ids: str | Iterable[str] | None = None,
    include_default_entities: bool | None = None,
    include_own_entities: bool | None = None,
    include_legacy: bool | None = None,
    include_excluded_from_analytics: bool | None = None,
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
    """Load every metric that matches the filters, one row per metric.

    A row is one revision of a metric; editing a metric makes a new row.

    Declared columns are `id`, `metric_group_id`, `parent_metric_id`, `name`, `organization_id`, `user_id`,
    `description`, `documentation_url`, `judge_prompt`, `evaluator_model_name`, `excluded_by_user_id` (`string`),
    `source`, `applicability_scope` (`category`), `pass_threshold`, `applicability_threshold` (`Float64`),
    `are_eval_params_top`, `is_being_optimized` (`boolean`), `evaluation_params`, `tags`, `user_group_ids`,
    `specification_ids` (lists of strings), `classifier_question` (JSON text, as sent), `excluded_from_analytics_at`,
    `legacy_at`, `disabled_at`, `created_at`, `deleted_at` (`datetime64[us, UTC]`); they are present even if no row
    matches. `judge_generation_settings` become nested columns, and further fields that the API sends become columns
    too. Rows are sorted by `sort` if given, then by `created_at` and `id`.

    `frame.attrs["galtea_frames"]` records the filters, when the rows were fetched, the number of requests, and how
    columns were typed.

    Args:
        ids: metrics with these ids; one that does not exist is an error.
        organization_ids: metrics of these organizations.
        product_ids: metrics with evaluations of these products' sessions.
        names: metrics with exactly these names.
        name: metrics whose name contains this text.
        description: metrics whose description contains this text.
        tags: metrics with any of these tags.
        sources: metrics with these sources.
        specification_ids: metrics of these specifications.
        user_group_ids: metrics that these groups of users review.
        include_default_entities: whether to include metrics of the platform.
        include_own_entities: whether to include metrics of your organization.
        include_legacy: whether to include superseded revisions, as the API does by default.
        include_excluded_from_analytics: also metrics taken out of analytics; on by default.
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
    return load(METRICS, locals())


@reject_unknown_arguments()
def load_specifications(
    *,
    ids: str | Iterable[str] | None = None,
    product_ids: str | Iterable[str] | None = None,
    types: str | Iterable[str] | None = None,
    test_types: str | Iterable[str] | None = None,
    name: str | None = None,
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
    """Load every specification that matches the filters, one row per specification.

    A row is one statement about what a product must, must not or cannot do.

    Declared columns are `id`, `product_id`, `user_id`, `name`, `description`, `test_type`, `test_variant` (`string`),
    `type` (`category`), `use_for_test_alignment` (`boolean`), `metric_ids` (lists of strings), `created_at`,
    `deleted_at` (`datetime64[us, UTC]`); they are present even if no row matches. Further fields that the API sends
    become columns too. Rows are sorted by `sort` if given, then by `created_at` and `id`.

    `frame.attrs["galtea_frames"]` records the filters, when the rows were fetched, the number of requests, and how
    columns were typed.

    Args:
        ids: specifications with these ids; one that does not exist is an error.
        product_ids: specifications of these products.
        types: specifications of these types.
        test_types: specifications that tests of these types check.
        name: specifications whose name contains this text.
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
    return load(SPECIFICATIONS, locals())


@reject_unknown_arguments()
def load_runs(
    *,
    ids: str | Iterable[str] | None = None,
    product_ids: str | Iterable[str] | None = None,
    version_ids: str | Iterable[str] | None = None,
    custom_ids: str | Iterable[str] | None = None,
    search: str | None = None,
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
    """Load every run that matches the filters, one row per run.

    A row is one launch of a test, of evaluations or of a replay.

    Declared columns are `id`, `product_id`, `version_id`, `user_id`, `custom_id`, `relaunched_from_run_id`, `job_id`,
    `error` (`string`), `opened_by`, `status`, `kind` (`category`), `ordinal`, `evaluation_count`, `session_count`
    (`Int64`), `request`, `resolved_inputs` (JSON text, as sent), `created_at`, `finished_at`, `deleted_at`
    (`datetime64[us, UTC]`); they are present even if no row matches. Further fields that the API sends become columns
    too. Rows are sorted by `sort` if given, then by `created_at` and `id`.

    Not all rows can be selected by creation time, so pages follow each other by offset, and rows are requested twice:
    only a second pass shows that changes in the meantime hid none.

    `frame.attrs["galtea_frames"]` records the filters, when the rows were fetched, the number of requests, and how
    columns were typed.

    Args:
        ids: runs with these ids; one that does not exist is an error.
        product_ids: runs of these products.
        version_ids: runs of these versions.
        custom_ids: runs with these custom ids.
        search: runs that contain this text.
        statuses: runs with these statuses.
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
    return load(RUNS, locals())


@reject_unknown_arguments()
def load_products(
    *,
    ids: str | Iterable[str] | None = None,
    organization_ids: str | Iterable[str] | None = None,
    names: str | Iterable[str] | None = None,
    name: str | None = None,
    tags: str | Iterable[str] | None = None,
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
    """Load every product that matches the filters, one row per product.

    A row is one AI product.

    Declared columns are `id`, `organization_id`, `user_id`, `name`, `description`, `capabilities`, `inabilities`,
    `policies`, `security_boundaries` (`string`), `risk_level`, `operator_type`, `interaction_mode`, `primary_task`,
    `auto_close_scope`, `closed_session_inference_creation_policy` (`category`), `auto_close_inactivity_minutes`
    (`Int64`), `tags`, `otel_product_key`, `otel_version_attributes` (lists of strings), `created_at`, `deleted_at`
    (`datetime64[us, UTC]`); they are present even if no row matches. `otel_output_source_rule` and
    `otel_input_source_rule` and `otel_product_key_values` become nested columns, and further fields that the API sends
    become columns too. Rows are sorted by `sort` if given, then by `created_at` and `id`.

    `frame.attrs["galtea_frames"]` records the filters, when the rows were fetched, the number of requests, and how
    columns were typed.

    Args:
        ids: products with these ids; one that does not exist is an error.
        organization_ids: products of these organizations.
        names: products with exactly these names.
        name: products whose name contains this text.
        tags: products with any of these tags.
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
    return load(PRODUCTS, locals())


@reject_unknown_arguments()
def load_models(
    *,
    ids: str | Iterable[str] | None = None,
    organization_ids: str | Iterable[str] | None = None,
    names: str | Iterable[str] | None = None,
    name: str | None = None,
    include_default_entities: bool | None = None,
    include_own_entities: bool | None = None,
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
    """Load every model that matches the filters, one row per model.

    A row is one language model, with its prices.

    Declared columns are `id`, `organization_id`, `user_id`, `name`, `tokenizer_provider` (`string`), `source`
    (`category`), `input_cost_per_token`, `output_cost_per_token`, `cache_read_input_token_cost`,
    `cache_creation_input_token_cost`, `input_cost_per_token_above128k_tokens`, `output_cost_per_token_above128k_tokens`
    (`Float64`), `created_at`, `deleted_at` (`datetime64[us, UTC]`); they are present even if no row matches. Further
    fields that the API sends become columns too. Rows are sorted by `sort` if given, then by `created_at` and `id`.

    Not all rows can be selected by creation time, so pages follow each other by offset, and rows are requested twice:
    only a second pass shows that changes in the meantime hid none.

    `frame.attrs["galtea_frames"]` records the filters, when the rows were fetched, the number of requests, and how
    columns were typed.

    Args:
        ids: models with these ids; one that does not exist is an error.
        organization_ids: models of these organizations.
        names: models with exactly these names.
        name: models whose name contains this text.
        include_default_entities: whether to include models of the platform.
        include_own_entities: whether to include models of your organization.
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
    return load(MODELS, locals())


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
def iter_evaluations(
    *,
    ids: str | Iterable[str] | None = None,
    product_ids: str | Iterable[str] | None = None,
    version_ids: str | Iterable[str] | None = None,
    session_ids: str | Iterable[str] | None = None,
    inference_result_ids: str | Iterable[str] | None = None,
    test_case_ids: str | Iterable[str] | None = None,
    test_ids: str | Iterable[str] | None = None,
    exclude_test_ids: str | Iterable[str] | None = None,
    metric_ids: str | Iterable[str] | None = None,
    metric_group_ids: str | Iterable[str] | None = None,
    specification_ids: str | Iterable[str] | None = None,
    run_ids: str | Iterable[str] | None = None,
    monitor_ids: str | Iterable[str] | None = None,
    monitor_alert_ids: str | Iterable[str] | None = None,
    user_ids: str | Iterable[str] | None = None,
    statuses: str | Iterable[str] | None = None,
    can_retry: bool | None = None,
    passed: bool | None = None,
    score_gt: float | None = None,
    score_gte: float | None = None,
    score_lt: float | None = None,
    score_lte: float | None = None,
    human_score_gt: float | None = None,
    human_score_gte: float | None = None,
    human_score_lt: float | None = None,
    human_score_lte: float | None = None,
    confidence_gt: float | None = None,
    confidence_gte: float | None = None,
    confidence_lt: float | None = None,
    confidence_lte: float | None = None,
    include_excluded_from_analytics: bool | None = None,
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
    """Iterate over the rows of `load_evaluations`, in frames of up to 10,000 rows.

    All frames have the same columns and dtypes. Types are decided over all rows, so rows are kept on disk until the
    last page has arrived; memory use stays low.

    Args:
        ids: evaluations with these ids; one that does not exist is an error.
        product_ids: evaluations of these products' sessions.
        version_ids: evaluations of these versions' sessions.
        session_ids: evaluations of these sessions.
        inference_result_ids: evaluations of these turns.
        test_case_ids: evaluations of these test cases.
        test_ids: evaluations of these tests; "" selects those without a test.
        exclude_test_ids: leave out evaluations of these tests; "" leaves out those without a test.
        metric_ids: evaluations by these metrics.
        metric_group_ids: evaluations by any revision of these metric families.
        specification_ids: evaluations by metrics of these specifications.
        run_ids: evaluations of these runs.
        monitor_ids: evaluations of these monitors.
        monitor_alert_ids: evaluations of sessions that these alerts link, at most 10.
        user_ids: evaluations that these users launched.
        statuses: evaluations with these statuses.
        can_retry: only evaluations that can be run again, or only others.
        passed: only evaluations that passed, or only those that did not.
        score_gt: judge's score above this number, from 0 to 1.
        score_gte: judge's score at or above this number, from 0 to 1.
        score_lt: judge's score below this number, from 0 to 1.
        score_lte: judge's score at or below this number, from 0 to 1.
        human_score_gt: reviewer's score above this number, from 0 to 1.
        human_score_gte: reviewer's score at or above this number, from 0 to 1.
        human_score_lt: reviewer's score below this number, from 0 to 1.
        human_score_lte: reviewer's score at or below this number, from 0 to 1.
        confidence_gt: classifier's confidence above this number, from 0 to 1.
        confidence_gte: classifier's confidence at or above this number, from 0 to 1.
        confidence_lt: classifier's confidence below this number, from 0 to 1.
        confidence_lte: classifier's confidence at or below this number, from 0 to 1.
        include_excluded_from_analytics: also evaluations by metrics taken out of analytics; on by default.
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
        GalteaFramesError: for the same reasons as `load_evaluations`.
    """
    return iterate(EVALUATIONS, locals())


@reject_unknown_arguments()
def iter_inference_results(
    *,
    ids: str | Iterable[str] | None = None,
    session_ids: str | Iterable[str] | None = None,
    evaluation_ids: str | Iterable[str] | None = None,
    version_ids: str | Iterable[str] | None = None,
    product_ids: str | Iterable[str] | None = None,
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
    """Iterate over the rows of `load_inference_results`, in frames of up to 10,000 rows.

    All frames have the same columns and dtypes. Types are decided over all rows, so rows are kept on disk until the
    last page has arrived; memory use stays low.

    Args:
        ids: turns with these ids; one that does not exist is an error.
        session_ids: turns of these sessions.
        evaluation_ids: turns that these evaluations scored.
        version_ids: turns of these versions' sessions.
        product_ids: turns of these products' sessions.
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
        GalteaFramesError: for the same reasons as `load_inference_results`.
    """
    return iterate(INFERENCE_RESULTS, locals())


@reject_unknown_arguments()
def iter_spans(
    *,
    ids: str | Iterable[str] | None = None,
    inference_result_ids: str | Iterable[str] | None = None,
    session_ids: str | Iterable[str] | None = None,
    types: str | Iterable[str] | None = None,
    names: str | Iterable[str] | None = None,
    from_start_time: str | date | np.datetime64 | None = None,
    to_start_time: str | date | np.datetime64 | None = None,
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
    """Iterate over the rows of `load_spans`, in frames of up to 10,000 rows.

    All frames have the same columns and dtypes. Types are decided over all rows, so rows are kept on disk until the
    last page has arrived; memory use stays low.

    Args:
        ids: spans with these ids; one that does not exist is an error.
        inference_result_ids: spans of these turns.
        session_ids: spans of these sessions' turns.
        types: spans of these types.
        names: spans with exactly these names.
        from_start_time: begun at or after this time; leaves out spans without a start.
        to_start_time: begun at or before this time; leaves out spans without a start.
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
        GalteaFramesError: for the same reasons as `load_spans`.
    """
    return iterate(SPANS, locals())


@reject_unknown_arguments()
def iter_test_cases(
    *,
    ids: str | Iterable[str] | None = None,
    test_ids: str | Iterable[str] | None = None,
    product_ids: str | Iterable[str] | None = None,
    reviewed: bool | None = None,
    user_score: int | None = None,
    variants: str | Iterable[str] | None = None,
    strategies: str | Iterable[str] | None = None,
    languages: str | Iterable[str] | None = None,
    source_files: str | Iterable[str] | None = None,
    expected_tools: str | Iterable[str] | None = None,
    is_augmented: bool | None = None,
    input: str | None = None,
    include_legacy: bool | None = None,
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
    """Iterate over the rows of `load_test_cases`, in frames of up to 10,000 rows.

    All frames have the same columns and dtypes. Types are decided over all rows, so rows are kept on disk until the
    last page has arrived; memory use stays low.

    Args:
        ids: test cases with these ids; one that does not exist is an error.
        test_ids: test cases of these tests.
        product_ids: test cases of these products' tests.
        reviewed: only test cases that a user has reviewed, or only others.
        user_score: test cases with this verdict: -1, 0 or 1.
        variants: test cases of these variants.
        strategies: test cases of these strategies.
        languages: test cases in these languages.
        source_files: test cases generated from these files.
        expected_tools: test cases that expect all of these tools.
        is_augmented: only test cases generated from others, or only the rest.
        input: test cases whose input contains this text.
        include_legacy: whether to include superseded test cases, as the API does by default.
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
        GalteaFramesError: for the same reasons as `load_test_cases`.
    """
    return iterate(TEST_CASES, locals())


@reject_unknown_arguments()
def iter_tests(
    *,
    ids: str | Iterable[str] | None = None,
    product_ids: str | Iterable[str] | None = None,
    test_case_ids: str | Iterable[str] | None = None,
    version_ids: str | Iterable[str] | None = None,
    names: str | Iterable[str] | None = None,
    name: str | None = None,
    types: str | Iterable[str] | None = None,
    specification_ids: str | Iterable[str] | None = None,
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
    """Iterate over the rows of `load_tests`, in frames of up to 10,000 rows.

    All frames have the same columns and dtypes. Types are decided over all rows, so rows are kept on disk until the
    last page has arrived; memory use stays low.

    Args:
        ids: tests with these ids; one that does not exist is an error.
        product_ids: tests of these products; leaves out global tests.
        test_case_ids: tests that these test cases belong to.
        version_ids: tests that these versions ran.
        names: tests with exactly these names.
        name: tests whose name contains this text.
        types: tests of these types.
        specification_ids: tests of these specifications.
        existent_in_evaluations: only tests with evaluations, or only those without.
        has_inference_results: only tests with inference results, or only those without.
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
        GalteaFramesError: for the same reasons as `load_tests`.
    """
    return iterate(TESTS, locals())


@reject_unknown_arguments()
def iter_metrics(
    *,
    ids: str | Iterable[str] | None = None,
    organization_ids: str | Iterable[str] | None = None,
    product_ids: str | Iterable[str] | None = None,
    names: str | Iterable[str] | None = None,
    name: str | None = None,
    description: str | None = None,
    tags: str | Iterable[str] | None = None,
    sources: str | Iterable[str] | None = None,
    specification_ids: str | Iterable[str] | None = None,
    user_group_ids: str | Iterable[str] | None = None,
    include_default_entities: bool | None = None,
    include_own_entities: bool | None = None,
    include_legacy: bool | None = None,
    include_excluded_from_analytics: bool | None = None,
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
    """Iterate over the rows of `load_metrics`, in frames of up to 10,000 rows.

    All frames have the same columns and dtypes. Types are decided over all rows, so rows are kept on disk until the
    last page has arrived; memory use stays low.

    Args:
        ids: metrics with these ids; one that does not exist is an error.
        organization_ids: metrics of these organizations.
        product_ids: metrics with evaluations of these products' sessions.
        names: metrics with exactly these names.
        name: metrics whose name contains this text.
        description: metrics whose description contains this text.
        tags: metrics with any of these tags.
        sources: metrics with these sources.
        specification_ids: metrics of these specifications.
        user_group_ids: metrics that these groups of users review.
        include_default_entities: whether to include metrics of the platform.
        include_own_entities: whether to include metrics of your organization.
        include_legacy: whether to include superseded revisions, as the API does by default.
        include_excluded_from_analytics: also metrics taken out of analytics; on by default.
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
        GalteaFramesError: for the same reasons as `load_metrics`.
    """
    return iterate(METRICS, locals())


@reject_unknown_arguments()
def iter_specifications(
    *,
    ids: str | Iterable[str] | None = None,
    product_ids: str | Iterable[str] | None = None,
    types: str | Iterable[str] | None = None,
    test_types: str | Iterable[str] | None = None,
    name: str | None = None,
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
    """Iterate over the rows of `load_specifications`, in frames of up to 10,000 rows.

    All frames have the same columns and dtypes. Types are decided over all rows, so rows are kept on disk until the
    last page has arrived; memory use stays low.

    Args:
        ids: specifications with these ids; one that does not exist is an error.
        product_ids: specifications of these products.
        types: specifications of these types.
        test_types: specifications that tests of these types check.
        name: specifications whose name contains this text.
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
        GalteaFramesError: for the same reasons as `load_specifications`.
    """
    return iterate(SPECIFICATIONS, locals())


@reject_unknown_arguments()
def iter_runs(
    *,
    ids: str | Iterable[str] | None = None,
    product_ids: str | Iterable[str] | None = None,
    version_ids: str | Iterable[str] | None = None,
    custom_ids: str | Iterable[str] | None = None,
    search: str | None = None,
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
    """Iterate over the rows of `load_runs`, in frames of up to 10,000 rows.

    All frames have the same columns and dtypes. Types are decided over all rows, so rows are kept on disk until the
    last page has arrived; memory use stays low.

    Args:
        ids: runs with these ids; one that does not exist is an error.
        product_ids: runs of these products.
        version_ids: runs of these versions.
        custom_ids: runs with these custom ids.
        search: runs that contain this text.
        statuses: runs with these statuses.
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
        GalteaFramesError: for the same reasons as `load_runs`.
    """
    return iterate(RUNS, locals())


@reject_unknown_arguments()
def iter_products(
    *,
    ids: str | Iterable[str] | None = None,
    organization_ids: str | Iterable[str] | None = None,
    names: str | Iterable[str] | None = None,
    name: str | None = None,
    tags: str | Iterable[str] | None = None,
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
    """Iterate over the rows of `load_products`, in frames of up to 10,000 rows.

    All frames have the same columns and dtypes. Types are decided over all rows, so rows are kept on disk until the
    last page has arrived; memory use stays low.

    Args:
        ids: products with these ids; one that does not exist is an error.
        organization_ids: products of these organizations.
        names: products with exactly these names.
        name: products whose name contains this text.
        tags: products with any of these tags.
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
        GalteaFramesError: for the same reasons as `load_products`.
    """
    return iterate(PRODUCTS, locals())


@reject_unknown_arguments()
def iter_models(
    *,
    ids: str | Iterable[str] | None = None,
    organization_ids: str | Iterable[str] | None = None,
    names: str | Iterable[str] | None = None,
    name: str | None = None,
    include_default_entities: bool | None = None,
    include_own_entities: bool | None = None,
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
    """Iterate over the rows of `load_models`, in frames of up to 10,000 rows.

    All frames have the same columns and dtypes. Types are decided over all rows, so rows are kept on disk until the
    last page has arrived; memory use stays low.

    Args:
        ids: models with these ids; one that does not exist is an error.
        organization_ids: models of these organizations.
        names: models with exactly these names.
        name: models whose name contains this text.
        include_default_entities: whether to include models of the platform.
        include_own_entities: whether to include models of your organization.
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
        GalteaFramesError: for the same reasons as `load_models`.
    """
    return iterate(MODELS, locals())


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


@reject_unknown_arguments()
def load_scores(
    *,
    ids: str | Iterable[str] | None = None,
    product_ids: str | Iterable[str] | None = None,
    version_ids: str | Iterable[str] | None = None,
    session_ids: str | Iterable[str] | None = None,
    inference_result_ids: str | Iterable[str] | None = None,
    test_case_ids: str | Iterable[str] | None = None,
    test_ids: str | Iterable[str] | None = None,
    exclude_test_ids: str | Iterable[str] | None = None,
    metric_ids: str | Iterable[str] | None = None,
    metric_group_ids: str | Iterable[str] | None = None,
    specification_ids: str | Iterable[str] | None = None,
    run_ids: str | Iterable[str] | None = None,
    monitor_ids: str | Iterable[str] | None = None,
    monitor_alert_ids: str | Iterable[str] | None = None,
    user_ids: str | Iterable[str] | None = None,
    statuses: str | Iterable[str] | None = None,
    can_retry: bool | None = None,
    passed: bool | None = None,
    score_gt: float | None = None,
    score_gte: float | None = None,
    score_lt: float | None = None,
    score_lte: float | None = None,
    human_score_gt: float | None = None,
    human_score_gte: float | None = None,
    human_score_lt: float | None = None,
    human_score_lte: float | None = None,
    confidence_gt: float | None = None,
    confidence_gte: float | None = None,
    confidence_lt: float | None = None,
    confidence_lte: float | None = None,
    include_excluded_from_analytics: bool | None = None,
    from_created_at: str | date | np.datetime64 | None = None,
    to_created_at: str | date | np.datetime64 | None = None,
    sort: Sort | None = None,
    limit: int | None = None,
    offset: int | None = None,
    params: Mapping[str, Any] | None = None,
    columns: str | Iterable[str] | None = None,
    dtype: Mapping[str, str] | None = None,
    on_misfit: OnMisfit = "null",
    nested: Nested = "columns",
    parse_dates: str | Sequence[str] | None = None,
    dtype_backend: DtypeBackend = "numpy_nullable",
    client: Client | None = None,
) -> pd.DataFrame:
    """Load every evaluation that matches the filters, with its score and what explains it.

    Columns are those of `load_evaluations`, followed by `reported_score` (`Float64`), the reviewer's score if there is
    one, else the judge's; `counts` (`boolean`), whether it may be averaged; `why_not` (`category`), why it may not be;
    and the columns of the metric, the session, its version, the test case and its test, with their prefixes:
    `metric.name`, `session.version_id`, `version.name`, `test_case.language_code`, `test.name`, …

    A reviewer's score counts whatever the status is. A judge's counts if the status is SUCCESS and the input was not
    too long. `why_not` is null for these; for others it is `pending`, `pending_human`, `skipped`, `failed`, `outdated`,
    `cancelled`, `long_input`, `no_score`, or another status in lower case. `reported_score` is null, never 0, if there
    is neither score.

    Each list is requested once, with metrics that it hides, and only rows that occur are kept. What the API does not
    return, such as a deleted metric, is null; a warning says so, and `frame.attrs["galtea_frames"]["joins"]` has the
    number of rows that are `matched`, `null` or `dangling` in each list.

    Args:
        ids: evaluations with these ids; one that does not exist is an error.
        product_ids: evaluations of these products' sessions.
        version_ids: evaluations of these versions' sessions.
        session_ids: evaluations of these sessions.
        inference_result_ids: evaluations of these turns.
        test_case_ids: evaluations of these test cases.
        test_ids: evaluations of these tests; "" selects those without a test.
        exclude_test_ids: leave out evaluations of these tests; "" leaves out those without a test.
        metric_ids: evaluations by these metrics.
        metric_group_ids: evaluations by any revision of these metric families.
        specification_ids: evaluations by metrics of these specifications.
        run_ids: evaluations of these runs.
        monitor_ids: evaluations of these monitors.
        monitor_alert_ids: evaluations of sessions that these alerts link, at most 10.
        user_ids: evaluations that these users launched.
        statuses: evaluations with these statuses.
        can_retry: only evaluations that can be run again, or only others.
        passed: only evaluations that passed, or only those that did not.
        score_gt: judge's score above this number, from 0 to 1.
        score_gte: judge's score at or above this number, from 0 to 1.
        score_lt: judge's score below this number, from 0 to 1.
        score_lte: judge's score at or below this number, from 0 to 1.
        human_score_gt: reviewer's score above this number, from 0 to 1.
        human_score_gte: reviewer's score at or above this number, from 0 to 1.
        human_score_lt: reviewer's score below this number, from 0 to 1.
        human_score_lte: reviewer's score at or below this number, from 0 to 1.
        confidence_gt: classifier's confidence above this number, from 0 to 1.
        confidence_gte: classifier's confidence at or above this number, from 0 to 1.
        confidence_lt: classifier's confidence below this number, from 0 to 1.
        confidence_lte: classifier's confidence at or below this number, from 0 to 1.
        include_excluded_from_analytics: also evaluations by metrics taken out of analytics; on by default.
        from_created_at: created at or after this time.
        to_created_at: created at or before this time.
        sort: a column, a ("created_at", "desc") pair or a list of these; by default `created_at`, then `id`.
        limit: maximum number of rows in total; by default, all rows.
        offset: number of rows to skip at the start of the sorted result.
        params: further filters of the API by API name, such as {"userIds": ["user_1"]}.
        columns: the columns to return, in this order; a name also selects every column below it ("metadata.user").
        dtype: dtypes of nested columns, {"metadata.latency_ms": "Int64"}; misfits are null.
        on_misfit: "null", or "raise" SchemaError at a value that does not fit its column.
        nested: nested fields as typed "columns" (`metadata.user.tier`), as "json" text exactly as sent, or "both".
        parse_dates: text columns to parse as times.
        dtype_backend: dtypes of the frame, "numpy_nullable" or "pyarrow".
        client: Client to reuse; by default, one is created from the settings and closed afterwards.

    Raises:
        GalteaFramesError: for the same reasons as `load_evaluations`.
    """
    return fetch_scores(locals())
