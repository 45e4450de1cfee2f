"""The readers of a mirror, with the filters that stored columns can answer.

Written by `python -m tools.write_loaders`; changes made here by hand are lost.
"""

# No `from __future__ import annotations`: `help()` prints annotations that are objects more readably.
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from os import PathLike

import numpy as np
import pandas as pd

from galtea_frames.api.arguments import Sort, reject_unknown_arguments
from galtea_frames.api.resources import (
    EVALUATIONS,
    INFERENCE_RESULTS,
    METRICS,
    MODELS,
    PRODUCTS,
    RUNS,
    SESSIONS,
    SPECIFICATIONS,
    TEST_CASES,
    TESTS,
    VERSIONS,
)
from galtea_frames.decoding.gatherer import Nested
from galtea_frames.frames.column_arguments import OnMisfit
from galtea_frames.frames.frame import DtypeBackend
from galtea_frames.frames.schema import Schema
from galtea_frames.mirror.location import Location
from galtea_frames.mirror.reading import iterate, read, read_joined
from galtea_frames.mirror.reading_scores import read_scores


class Readers:
    """The reading methods of `Mirror`."""

    _location: Location

    @reject_unknown_arguments("a mirror of sessions")
    def load_sessions(
        self,
        *,
        ids: str | Iterable[str] | None = None,
        custom_ids: str | Iterable[str] | None = None,
        version_ids: str | Iterable[str] | None = None,
        test_case_ids: str | Iterable[str] | None = None,
        statuses: str | Iterable[str] | None = None,
        from_created_at: str | date | np.datetime64 | None = None,
        to_created_at: str | date | np.datetime64 | None = None,
        sort: Sort | None = None,
        limit: int | None = None,
        offset: int | None = None,
        include_removed: bool = False,
        as_of: int | str | date | None = None,
        allow_incomplete: bool = False,
        columns: str | Iterable[str] | None = None,
        dtype: Mapping[str, str] | None = None,
        schema: Schema | str | PathLike[str] | None = None,
        on_misfit: OnMisfit = "null",
        nested: Nested = "columns",
        parse_dates: str | Sequence[str] | None = None,
        dtype_backend: DtypeBackend = "numpy_nullable",
    ) -> pd.DataFrame:
        """Read the stored sessions, one row per session.

        Columns, dtypes, warnings and the order of rows match `galtea_frames.load_sessions`.
        `frame.attrs["galtea_frames"]` also records when the last sync began (`fetched_at`) and which version of the
        table was read (`mirror`). Files without matching rows are skipped.

        Args:
            ids: rows with these ids; one that is not stored is an error.
            custom_ids: sessions with these custom ids.
            version_ids: sessions of these versions.
            test_case_ids: sessions of these test cases.
            statuses: sessions with these statuses.
            from_created_at: created at or after this time.
            to_created_at: created at or before this time.
            sort: a column, a ("created_at", "desc") pair or a list of these; by default `created_at`, then `id`.
            limit: maximum number of rows in total; by default, all rows.
            offset: number of rows to skip at the start of the sorted result.
            include_removed: also return rows that the API no longer serves; `removed_at` is when a sync noticed.
            as_of: read the mirror as of a time, or at a version number of the table.
            allow_incomplete: read what is stored even if the first sync has not finished.
            columns: the columns to return, in this order; a name also selects every column below it ("metadata.user").
            dtype: dtypes of nested columns, {"metadata.latency_ms": "Int64"}; misfits are null.
            schema: a Schema or its file: columns and dtypes in one.
            on_misfit: "null", or "raise" SchemaError at a value that does not fit its column.
            nested: nested fields as typed "columns" (`metadata.user.tier`), as "json" text exactly as sent, or "both".
            parse_dates: text columns to parse as times.
            dtype_backend: dtypes of the frame, "numpy_nullable" or "pyarrow".

        Raises:
            QueryError: an argument is unknown or invalid.
            MirrorError: the mirror does not exist, is incomplete, has nothing as of that time, or cannot be read.
        """
        return read(self._location, SESSIONS, locals())

    @reject_unknown_arguments("a mirror of versions")
    def load_versions(
        self,
        *,
        ids: str | Iterable[str] | None = None,
        product_ids: str | Iterable[str] | None = None,
        names: str | Iterable[str] | None = None,
        from_created_at: str | date | np.datetime64 | None = None,
        to_created_at: str | date | np.datetime64 | None = None,
        sort: Sort | None = None,
        limit: int | None = None,
        offset: int | None = None,
        include_removed: bool = False,
        as_of: int | str | date | None = None,
        allow_incomplete: bool = False,
        columns: str | Iterable[str] | None = None,
        dtype: Mapping[str, str] | None = None,
        schema: Schema | str | PathLike[str] | None = None,
        on_misfit: OnMisfit = "null",
        nested: Nested = "columns",
        parse_dates: str | Sequence[str] | None = None,
        dtype_backend: DtypeBackend = "numpy_nullable",
    ) -> pd.DataFrame:
        """Read the stored versions, one row per version.

        Columns, dtypes, warnings and the order of rows match `galtea_frames.load_versions`.
        `frame.attrs["galtea_frames"]` also records when the last sync began (`fetched_at`) and which version of the
        table was read (`mirror`). Files without matching rows are skipped.

        Args:
            ids: rows with these ids; one that is not stored is an error.
            product_ids: versions of these products.
            names: versions with exactly these names.
            from_created_at: created at or after this time.
            to_created_at: created at or before this time.
            sort: a column, a ("created_at", "desc") pair or a list of these; by default `created_at`, then `id`.
            limit: maximum number of rows in total; by default, all rows.
            offset: number of rows to skip at the start of the sorted result.
            include_removed: also return rows that the API no longer serves; `removed_at` is when a sync noticed.
            as_of: read the mirror as of a time, or at a version number of the table.
            allow_incomplete: read what is stored even if the first sync has not finished.
            columns: the columns to return, in this order; a name also selects every column below it ("metadata.user").
            dtype: dtypes of nested columns, {"metadata.latency_ms": "Int64"}; misfits are null.
            schema: a Schema or its file: columns and dtypes in one.
            on_misfit: "null", or "raise" SchemaError at a value that does not fit its column.
            nested: nested fields as typed "columns" (`metadata.user.tier`), as "json" text exactly as sent, or "both".
            parse_dates: text columns to parse as times.
            dtype_backend: dtypes of the frame, "numpy_nullable" or "pyarrow".

        Raises:
            QueryError: an argument is unknown or invalid.
            MirrorError: the mirror does not exist, is incomplete, has nothing as of that time, or cannot be read.
        """
        return read(self._location, VERSIONS, locals())

    @reject_unknown_arguments("a mirror of evaluations")
    def load_evaluations(
        self,
        *,
        ids: str | Iterable[str] | None = None,
        session_ids: str | Iterable[str] | None = None,
        inference_result_ids: str | Iterable[str] | None = None,
        test_case_ids: str | Iterable[str] | None = None,
        metric_ids: str | Iterable[str] | None = None,
        run_ids: str | Iterable[str] | None = None,
        user_ids: str | Iterable[str] | None = None,
        statuses: str | Iterable[str] | None = None,
        from_created_at: str | date | np.datetime64 | None = None,
        to_created_at: str | date | np.datetime64 | None = None,
        sort: Sort | None = None,
        limit: int | None = None,
        offset: int | None = None,
        include_removed: bool = False,
        as_of: int | str | date | None = None,
        allow_incomplete: bool = False,
        columns: str | Iterable[str] | None = None,
        dtype: Mapping[str, str] | None = None,
        schema: Schema | str | PathLike[str] | None = None,
        on_misfit: OnMisfit = "null",
        nested: Nested = "columns",
        parse_dates: str | Sequence[str] | None = None,
        dtype_backend: DtypeBackend = "numpy_nullable",
    ) -> pd.DataFrame:
        """Read the stored evaluations, one row per evaluation.

        Columns, dtypes, warnings and the order of rows match `galtea_frames.load_evaluations`.
        `frame.attrs["galtea_frames"]` also records when the last sync began (`fetched_at`) and which version of the
        table was read (`mirror`). Files without matching rows are skipped.

        Args:
            ids: rows with these ids; one that is not stored is an error.
            session_ids: evaluations of these sessions.
            inference_result_ids: evaluations of these turns.
            test_case_ids: evaluations of these test cases.
            metric_ids: evaluations by these metrics.
            run_ids: evaluations of these runs.
            user_ids: evaluations that these users launched.
            statuses: evaluations with these statuses.
            from_created_at: created at or after this time.
            to_created_at: created at or before this time.
            sort: a column, a ("created_at", "desc") pair or a list of these; by default `created_at`, then `id`.
            limit: maximum number of rows in total; by default, all rows.
            offset: number of rows to skip at the start of the sorted result.
            include_removed: also return rows that the API no longer serves; `removed_at` is when a sync noticed.
            as_of: read the mirror as of a time, or at a version number of the table.
            allow_incomplete: read what is stored even if the first sync has not finished.
            columns: the columns to return, in this order; a name also selects every column below it ("metadata.user").
            dtype: dtypes of nested columns, {"metadata.latency_ms": "Int64"}; misfits are null.
            schema: a Schema or its file: columns and dtypes in one.
            on_misfit: "null", or "raise" SchemaError at a value that does not fit its column.
            nested: nested fields as typed "columns" (`metadata.user.tier`), as "json" text exactly as sent, or "both".
            parse_dates: text columns to parse as times.
            dtype_backend: dtypes of the frame, "numpy_nullable" or "pyarrow".

        Raises:
            QueryError: an argument is unknown or invalid.
            MirrorError: the mirror does not exist, is incomplete, has nothing as of that time, or cannot be read.
        """
        return read(self._location, EVALUATIONS, locals())

    @reject_unknown_arguments("a mirror of inference_results")
    def load_inference_results(
        self,
        *,
        ids: str | Iterable[str] | None = None,
        session_ids: str | Iterable[str] | None = None,
        from_created_at: str | date | np.datetime64 | None = None,
        to_created_at: str | date | np.datetime64 | None = None,
        sort: Sort | None = None,
        limit: int | None = None,
        offset: int | None = None,
        include_removed: bool = False,
        as_of: int | str | date | None = None,
        allow_incomplete: bool = False,
        columns: str | Iterable[str] | None = None,
        dtype: Mapping[str, str] | None = None,
        schema: Schema | str | PathLike[str] | None = None,
        on_misfit: OnMisfit = "null",
        nested: Nested = "columns",
        parse_dates: str | Sequence[str] | None = None,
        dtype_backend: DtypeBackend = "numpy_nullable",
    ) -> pd.DataFrame:
        """Read the stored inference results, one row per inference result.

        Columns, dtypes, warnings and the order of rows match `galtea_frames.load_inference_results`.
        `frame.attrs["galtea_frames"]` also records when the last sync began (`fetched_at`) and which version of the
        table was read (`mirror`). Files without matching rows are skipped.

        Args:
            ids: rows with these ids; one that is not stored is an error.
            session_ids: turns of these sessions.
            from_created_at: created at or after this time.
            to_created_at: created at or before this time.
            sort: a column, a ("created_at", "desc") pair or a list of these; by default `created_at`, then `id`.
            limit: maximum number of rows in total; by default, all rows.
            offset: number of rows to skip at the start of the sorted result.
            include_removed: also return rows that the API no longer serves; `removed_at` is when a sync noticed.
            as_of: read the mirror as of a time, or at a version number of the table.
            allow_incomplete: read what is stored even if the first sync has not finished.
            columns: the columns to return, in this order; a name also selects every column below it ("metadata.user").
            dtype: dtypes of nested columns, {"metadata.latency_ms": "Int64"}; misfits are null.
            schema: a Schema or its file: columns and dtypes in one.
            on_misfit: "null", or "raise" SchemaError at a value that does not fit its column.
            nested: nested fields as typed "columns" (`metadata.user.tier`), as "json" text exactly as sent, or "both".
            parse_dates: text columns to parse as times.
            dtype_backend: dtypes of the frame, "numpy_nullable" or "pyarrow".

        Raises:
            QueryError: an argument is unknown or invalid.
            MirrorError: the mirror does not exist, is incomplete, has nothing as of that time, or cannot be read.
        """
        return read(self._location, INFERENCE_RESULTS, locals())

    @reject_unknown_arguments("a mirror of test_cases")
    def load_test_cases(
        self,
        *,
        ids: str | Iterable[str] | None = None,
        test_ids: str | Iterable[str] | None = None,
        variants: str | Iterable[str] | None = None,
        strategies: str | Iterable[str] | None = None,
        languages: str | Iterable[str] | None = None,
        source_files: str | Iterable[str] | None = None,
        from_created_at: str | date | np.datetime64 | None = None,
        to_created_at: str | date | np.datetime64 | None = None,
        sort: Sort | None = None,
        limit: int | None = None,
        offset: int | None = None,
        include_removed: bool = False,
        as_of: int | str | date | None = None,
        allow_incomplete: bool = False,
        columns: str | Iterable[str] | None = None,
        dtype: Mapping[str, str] | None = None,
        schema: Schema | str | PathLike[str] | None = None,
        on_misfit: OnMisfit = "null",
        nested: Nested = "columns",
        parse_dates: str | Sequence[str] | None = None,
        dtype_backend: DtypeBackend = "numpy_nullable",
    ) -> pd.DataFrame:
        """Read the stored test cases, one row per test case.

        Columns, dtypes, warnings and the order of rows match `galtea_frames.load_test_cases`.
        `frame.attrs["galtea_frames"]` also records when the last sync began (`fetched_at`) and which version of the
        table was read (`mirror`). Files without matching rows are skipped.

        Args:
            ids: rows with these ids; one that is not stored is an error.
            test_ids: test cases of these tests.
            variants: test cases of these variants.
            strategies: test cases of these strategies.
            languages: test cases in these languages.
            source_files: test cases generated from these files.
            from_created_at: created at or after this time.
            to_created_at: created at or before this time.
            sort: a column, a ("created_at", "desc") pair or a list of these; by default `created_at`, then `id`.
            limit: maximum number of rows in total; by default, all rows.
            offset: number of rows to skip at the start of the sorted result.
            include_removed: also return rows that the API no longer serves; `removed_at` is when a sync noticed.
            as_of: read the mirror as of a time, or at a version number of the table.
            allow_incomplete: read what is stored even if the first sync has not finished.
            columns: the columns to return, in this order; a name also selects every column below it ("metadata.user").
            dtype: dtypes of nested columns, {"metadata.latency_ms": "Int64"}; misfits are null.
            schema: a Schema or its file: columns and dtypes in one.
            on_misfit: "null", or "raise" SchemaError at a value that does not fit its column.
            nested: nested fields as typed "columns" (`metadata.user.tier`), as "json" text exactly as sent, or "both".
            parse_dates: text columns to parse as times.
            dtype_backend: dtypes of the frame, "numpy_nullable" or "pyarrow".

        Raises:
            QueryError: an argument is unknown or invalid.
            MirrorError: the mirror does not exist, is incomplete, has nothing as of that time, or cannot be read.
        """
        return read(self._location, TEST_CASES, locals())

    @reject_unknown_arguments("a mirror of tests")
    def load_tests(
        self,
        *,
        ids: str | Iterable[str] | None = None,
        product_ids: str | Iterable[str] | None = None,
        names: str | Iterable[str] | None = None,
        types: str | Iterable[str] | None = None,
        from_created_at: str | date | np.datetime64 | None = None,
        to_created_at: str | date | np.datetime64 | None = None,
        sort: Sort | None = None,
        limit: int | None = None,
        offset: int | None = None,
        include_removed: bool = False,
        as_of: int | str | date | None = None,
        allow_incomplete: bool = False,
        columns: str | Iterable[str] | None = None,
        dtype: Mapping[str, str] | None = None,
        schema: Schema | str | PathLike[str] | None = None,
        on_misfit: OnMisfit = "null",
        nested: Nested = "columns",
        parse_dates: str | Sequence[str] | None = None,
        dtype_backend: DtypeBackend = "numpy_nullable",
    ) -> pd.DataFrame:
        """Read the stored tests, one row per test.

        Columns, dtypes, warnings and the order of rows match `galtea_frames.load_tests`. `frame.attrs["galtea_frames"]`
        also records when the last sync began (`fetched_at`) and which version of the table was read (`mirror`). Files
        without matching rows are skipped.

        Args:
            ids: rows with these ids; one that is not stored is an error.
            product_ids: tests of these products; leaves out global tests.
            names: tests with exactly these names.
            types: tests of these types.
            from_created_at: created at or after this time.
            to_created_at: created at or before this time.
            sort: a column, a ("created_at", "desc") pair or a list of these; by default `created_at`, then `id`.
            limit: maximum number of rows in total; by default, all rows.
            offset: number of rows to skip at the start of the sorted result.
            include_removed: also return rows that the API no longer serves; `removed_at` is when a sync noticed.
            as_of: read the mirror as of a time, or at a version number of the table.
            allow_incomplete: read what is stored even if the first sync has not finished.
            columns: the columns to return, in this order; a name also selects every column below it ("metadata.user").
            dtype: dtypes of nested columns, {"metadata.latency_ms": "Int64"}; misfits are null.
            schema: a Schema or its file: columns and dtypes in one.
            on_misfit: "null", or "raise" SchemaError at a value that does not fit its column.
            nested: nested fields as typed "columns" (`metadata.user.tier`), as "json" text exactly as sent, or "both".
            parse_dates: text columns to parse as times.
            dtype_backend: dtypes of the frame, "numpy_nullable" or "pyarrow".

        Raises:
            QueryError: an argument is unknown or invalid.
            MirrorError: the mirror does not exist, is incomplete, has nothing as of that time, or cannot be read.
        """
        return read(self._location, TESTS, locals())

    @reject_unknown_arguments("a mirror of metrics")
    def load_metrics(
        self,
        *,
        ids: str | Iterable[str] | None = None,
        organization_ids: str | Iterable[str] | None = None,
        names: str | Iterable[str] | None = None,
        sources: str | Iterable[str] | None = None,
        from_created_at: str | date | np.datetime64 | None = None,
        to_created_at: str | date | np.datetime64 | None = None,
        sort: Sort | None = None,
        limit: int | None = None,
        offset: int | None = None,
        include_removed: bool = False,
        as_of: int | str | date | None = None,
        allow_incomplete: bool = False,
        columns: str | Iterable[str] | None = None,
        dtype: Mapping[str, str] | None = None,
        schema: Schema | str | PathLike[str] | None = None,
        on_misfit: OnMisfit = "null",
        nested: Nested = "columns",
        parse_dates: str | Sequence[str] | None = None,
        dtype_backend: DtypeBackend = "numpy_nullable",
    ) -> pd.DataFrame:
        """Read the stored metrics, one row per metric.

        Columns, dtypes, warnings and the order of rows match `galtea_frames.load_metrics`.
        `frame.attrs["galtea_frames"]` also records when the last sync began (`fetched_at`) and which version of the
        table was read (`mirror`). Files without matching rows are skipped.

        Args:
            ids: rows with these ids; one that is not stored is an error.
            organization_ids: metrics of these organizations.
            names: metrics with exactly these names.
            sources: metrics with these sources.
            from_created_at: created at or after this time.
            to_created_at: created at or before this time.
            sort: a column, a ("created_at", "desc") pair or a list of these; by default `created_at`, then `id`.
            limit: maximum number of rows in total; by default, all rows.
            offset: number of rows to skip at the start of the sorted result.
            include_removed: also return rows that the API no longer serves; `removed_at` is when a sync noticed.
            as_of: read the mirror as of a time, or at a version number of the table.
            allow_incomplete: read what is stored even if the first sync has not finished.
            columns: the columns to return, in this order; a name also selects every column below it ("metadata.user").
            dtype: dtypes of nested columns, {"metadata.latency_ms": "Int64"}; misfits are null.
            schema: a Schema or its file: columns and dtypes in one.
            on_misfit: "null", or "raise" SchemaError at a value that does not fit its column.
            nested: nested fields as typed "columns" (`metadata.user.tier`), as "json" text exactly as sent, or "both".
            parse_dates: text columns to parse as times.
            dtype_backend: dtypes of the frame, "numpy_nullable" or "pyarrow".

        Raises:
            QueryError: an argument is unknown or invalid.
            MirrorError: the mirror does not exist, is incomplete, has nothing as of that time, or cannot be read.
        """
        return read(self._location, METRICS, locals())

    @reject_unknown_arguments("a mirror of specifications")
    def load_specifications(
        self,
        *,
        ids: str | Iterable[str] | None = None,
        product_ids: str | Iterable[str] | None = None,
        types: str | Iterable[str] | None = None,
        test_types: str | Iterable[str] | None = None,
        from_created_at: str | date | np.datetime64 | None = None,
        to_created_at: str | date | np.datetime64 | None = None,
        sort: Sort | None = None,
        limit: int | None = None,
        offset: int | None = None,
        include_removed: bool = False,
        as_of: int | str | date | None = None,
        allow_incomplete: bool = False,
        columns: str | Iterable[str] | None = None,
        dtype: Mapping[str, str] | None = None,
        schema: Schema | str | PathLike[str] | None = None,
        on_misfit: OnMisfit = "null",
        nested: Nested = "columns",
        parse_dates: str | Sequence[str] | None = None,
        dtype_backend: DtypeBackend = "numpy_nullable",
    ) -> pd.DataFrame:
        """Read the stored specifications, one row per specification.

        Columns, dtypes, warnings and the order of rows match `galtea_frames.load_specifications`.
        `frame.attrs["galtea_frames"]` also records when the last sync began (`fetched_at`) and which version of the
        table was read (`mirror`). Files without matching rows are skipped.

        Args:
            ids: rows with these ids; one that is not stored is an error.
            product_ids: specifications of these products.
            types: specifications of these types.
            test_types: specifications that tests of these types check.
            from_created_at: created at or after this time.
            to_created_at: created at or before this time.
            sort: a column, a ("created_at", "desc") pair or a list of these; by default `created_at`, then `id`.
            limit: maximum number of rows in total; by default, all rows.
            offset: number of rows to skip at the start of the sorted result.
            include_removed: also return rows that the API no longer serves; `removed_at` is when a sync noticed.
            as_of: read the mirror as of a time, or at a version number of the table.
            allow_incomplete: read what is stored even if the first sync has not finished.
            columns: the columns to return, in this order; a name also selects every column below it ("metadata.user").
            dtype: dtypes of nested columns, {"metadata.latency_ms": "Int64"}; misfits are null.
            schema: a Schema or its file: columns and dtypes in one.
            on_misfit: "null", or "raise" SchemaError at a value that does not fit its column.
            nested: nested fields as typed "columns" (`metadata.user.tier`), as "json" text exactly as sent, or "both".
            parse_dates: text columns to parse as times.
            dtype_backend: dtypes of the frame, "numpy_nullable" or "pyarrow".

        Raises:
            QueryError: an argument is unknown or invalid.
            MirrorError: the mirror does not exist, is incomplete, has nothing as of that time, or cannot be read.
        """
        return read(self._location, SPECIFICATIONS, locals())

    @reject_unknown_arguments("a mirror of runs")
    def load_runs(
        self,
        *,
        ids: str | Iterable[str] | None = None,
        product_ids: str | Iterable[str] | None = None,
        version_ids: str | Iterable[str] | None = None,
        custom_ids: str | Iterable[str] | None = None,
        statuses: str | Iterable[str] | None = None,
        from_created_at: str | date | np.datetime64 | None = None,
        to_created_at: str | date | np.datetime64 | None = None,
        sort: Sort | None = None,
        limit: int | None = None,
        offset: int | None = None,
        include_removed: bool = False,
        as_of: int | str | date | None = None,
        allow_incomplete: bool = False,
        columns: str | Iterable[str] | None = None,
        dtype: Mapping[str, str] | None = None,
        schema: Schema | str | PathLike[str] | None = None,
        on_misfit: OnMisfit = "null",
        nested: Nested = "columns",
        parse_dates: str | Sequence[str] | None = None,
        dtype_backend: DtypeBackend = "numpy_nullable",
    ) -> pd.DataFrame:
        """Read the stored runs, one row per run.

        Columns, dtypes, warnings and the order of rows match `galtea_frames.load_runs`. `frame.attrs["galtea_frames"]`
        also records when the last sync began (`fetched_at`) and which version of the table was read (`mirror`). Files
        without matching rows are skipped.

        Args:
            ids: rows with these ids; one that is not stored is an error.
            product_ids: runs of these products.
            version_ids: runs of these versions.
            custom_ids: runs with these custom ids.
            statuses: runs with these statuses.
            from_created_at: created at or after this time.
            to_created_at: created at or before this time.
            sort: a column, a ("created_at", "desc") pair or a list of these; by default `created_at`, then `id`.
            limit: maximum number of rows in total; by default, all rows.
            offset: number of rows to skip at the start of the sorted result.
            include_removed: also return rows that the API no longer serves; `removed_at` is when a sync noticed.
            as_of: read the mirror as of a time, or at a version number of the table.
            allow_incomplete: read what is stored even if the first sync has not finished.
            columns: the columns to return, in this order; a name also selects every column below it ("metadata.user").
            dtype: dtypes of nested columns, {"metadata.latency_ms": "Int64"}; misfits are null.
            schema: a Schema or its file: columns and dtypes in one.
            on_misfit: "null", or "raise" SchemaError at a value that does not fit its column.
            nested: nested fields as typed "columns" (`metadata.user.tier`), as "json" text exactly as sent, or "both".
            parse_dates: text columns to parse as times.
            dtype_backend: dtypes of the frame, "numpy_nullable" or "pyarrow".

        Raises:
            QueryError: an argument is unknown or invalid.
            MirrorError: the mirror does not exist, is incomplete, has nothing as of that time, or cannot be read.
        """
        return read(self._location, RUNS, locals())

    @reject_unknown_arguments("a mirror of products")
    def load_products(
        self,
        *,
        ids: str | Iterable[str] | None = None,
        organization_ids: str | Iterable[str] | None = None,
        names: str | Iterable[str] | None = None,
        from_created_at: str | date | np.datetime64 | None = None,
        to_created_at: str | date | np.datetime64 | None = None,
        sort: Sort | None = None,
        limit: int | None = None,
        offset: int | None = None,
        include_removed: bool = False,
        as_of: int | str | date | None = None,
        allow_incomplete: bool = False,
        columns: str | Iterable[str] | None = None,
        dtype: Mapping[str, str] | None = None,
        schema: Schema | str | PathLike[str] | None = None,
        on_misfit: OnMisfit = "null",
        nested: Nested = "columns",
        parse_dates: str | Sequence[str] | None = None,
        dtype_backend: DtypeBackend = "numpy_nullable",
    ) -> pd.DataFrame:
        """Read the stored products, one row per product.

        Columns, dtypes, warnings and the order of rows match `galtea_frames.load_products`.
        `frame.attrs["galtea_frames"]` also records when the last sync began (`fetched_at`) and which version of the
        table was read (`mirror`). Files without matching rows are skipped.

        Args:
            ids: rows with these ids; one that is not stored is an error.
            organization_ids: products of these organizations.
            names: products with exactly these names.
            from_created_at: created at or after this time.
            to_created_at: created at or before this time.
            sort: a column, a ("created_at", "desc") pair or a list of these; by default `created_at`, then `id`.
            limit: maximum number of rows in total; by default, all rows.
            offset: number of rows to skip at the start of the sorted result.
            include_removed: also return rows that the API no longer serves; `removed_at` is when a sync noticed.
            as_of: read the mirror as of a time, or at a version number of the table.
            allow_incomplete: read what is stored even if the first sync has not finished.
            columns: the columns to return, in this order; a name also selects every column below it ("metadata.user").
            dtype: dtypes of nested columns, {"metadata.latency_ms": "Int64"}; misfits are null.
            schema: a Schema or its file: columns and dtypes in one.
            on_misfit: "null", or "raise" SchemaError at a value that does not fit its column.
            nested: nested fields as typed "columns" (`metadata.user.tier`), as "json" text exactly as sent, or "both".
            parse_dates: text columns to parse as times.
            dtype_backend: dtypes of the frame, "numpy_nullable" or "pyarrow".

        Raises:
            QueryError: an argument is unknown or invalid.
            MirrorError: the mirror does not exist, is incomplete, has nothing as of that time, or cannot be read.
        """
        return read(self._location, PRODUCTS, locals())

    @reject_unknown_arguments("a mirror of models")
    def load_models(
        self,
        *,
        ids: str | Iterable[str] | None = None,
        organization_ids: str | Iterable[str] | None = None,
        names: str | Iterable[str] | None = None,
        from_created_at: str | date | np.datetime64 | None = None,
        to_created_at: str | date | np.datetime64 | None = None,
        sort: Sort | None = None,
        limit: int | None = None,
        offset: int | None = None,
        include_removed: bool = False,
        as_of: int | str | date | None = None,
        allow_incomplete: bool = False,
        columns: str | Iterable[str] | None = None,
        dtype: Mapping[str, str] | None = None,
        schema: Schema | str | PathLike[str] | None = None,
        on_misfit: OnMisfit = "null",
        nested: Nested = "columns",
        parse_dates: str | Sequence[str] | None = None,
        dtype_backend: DtypeBackend = "numpy_nullable",
    ) -> pd.DataFrame:
        """Read the stored models, one row per model.

        Columns, dtypes, warnings and the order of rows match `galtea_frames.load_models`.
        `frame.attrs["galtea_frames"]` also records when the last sync began (`fetched_at`) and which version of the
        table was read (`mirror`). Files without matching rows are skipped.

        Args:
            ids: rows with these ids; one that is not stored is an error.
            organization_ids: models of these organizations.
            names: models with exactly these names.
            from_created_at: created at or after this time.
            to_created_at: created at or before this time.
            sort: a column, a ("created_at", "desc") pair or a list of these; by default `created_at`, then `id`.
            limit: maximum number of rows in total; by default, all rows.
            offset: number of rows to skip at the start of the sorted result.
            include_removed: also return rows that the API no longer serves; `removed_at` is when a sync noticed.
            as_of: read the mirror as of a time, or at a version number of the table.
            allow_incomplete: read what is stored even if the first sync has not finished.
            columns: the columns to return, in this order; a name also selects every column below it ("metadata.user").
            dtype: dtypes of nested columns, {"metadata.latency_ms": "Int64"}; misfits are null.
            schema: a Schema or its file: columns and dtypes in one.
            on_misfit: "null", or "raise" SchemaError at a value that does not fit its column.
            nested: nested fields as typed "columns" (`metadata.user.tier`), as "json" text exactly as sent, or "both".
            parse_dates: text columns to parse as times.
            dtype_backend: dtypes of the frame, "numpy_nullable" or "pyarrow".

        Raises:
            QueryError: an argument is unknown or invalid.
            MirrorError: the mirror does not exist, is incomplete, has nothing as of that time, or cannot be read.
        """
        return read(self._location, MODELS, locals())

    @reject_unknown_arguments("a mirror of sessions")
    def iter_sessions(
        self,
        *,
        ids: str | Iterable[str] | None = None,
        custom_ids: str | Iterable[str] | None = None,
        version_ids: str | Iterable[str] | None = None,
        test_case_ids: str | Iterable[str] | None = None,
        statuses: str | Iterable[str] | None = None,
        from_created_at: str | date | np.datetime64 | None = None,
        to_created_at: str | date | np.datetime64 | None = None,
        sort: Sort | None = None,
        limit: int | None = None,
        offset: int | None = None,
        include_removed: bool = False,
        as_of: int | str | date | None = None,
        allow_incomplete: bool = False,
        columns: str | Iterable[str] | None = None,
        dtype: Mapping[str, str] | None = None,
        schema: Schema | str | PathLike[str] | None = None,
        on_misfit: OnMisfit = "null",
        nested: Nested = "columns",
        parse_dates: str | Sequence[str] | None = None,
        dtype_backend: DtypeBackend = "numpy_nullable",
    ) -> Iterator[pd.DataFrame]:
        """Iterate over the rows of `load_sessions`, in frames of up to 10,000 rows.

        All frames have the same columns and dtypes. Types are decided over all rows, so rows are kept on disk until the
        last one has been read; memory use stays low.

        Args:
            ids: rows with these ids; one that is not stored is an error.
            custom_ids: sessions with these custom ids.
            version_ids: sessions of these versions.
            test_case_ids: sessions of these test cases.
            statuses: sessions with these statuses.
            from_created_at: created at or after this time.
            to_created_at: created at or before this time.
            sort: a column, a ("created_at", "desc") pair or a list of these; by default `created_at`, then `id`.
            limit: maximum number of rows in total; by default, all rows.
            offset: number of rows to skip at the start of the sorted result.
            include_removed: also return rows that the API no longer serves; `removed_at` is when a sync noticed.
            as_of: read the mirror as of a time, or at a version number of the table.
            allow_incomplete: read what is stored even if the first sync has not finished.
            columns: the columns to return, in this order; a name also selects every column below it ("metadata.user").
            dtype: dtypes of nested columns, {"metadata.latency_ms": "Int64"}; misfits are null.
            schema: a Schema or its file: columns and dtypes in one.
            on_misfit: "null", or "raise" SchemaError at a value that does not fit its column.
            nested: nested fields as typed "columns" (`metadata.user.tier`), as "json" text exactly as sent, or "both".
            parse_dates: text columns to parse as times.
            dtype_backend: dtypes of the frame, "numpy_nullable" or "pyarrow".

        Raises:
            QueryError: an argument is unknown or invalid.
            MirrorError: the mirror does not exist, is incomplete, has nothing as of that time, or cannot be read.
        """
        return iterate(self._location, SESSIONS, locals())

    @reject_unknown_arguments("a mirror of versions")
    def iter_versions(
        self,
        *,
        ids: str | Iterable[str] | None = None,
        product_ids: str | Iterable[str] | None = None,
        names: str | Iterable[str] | None = None,
        from_created_at: str | date | np.datetime64 | None = None,
        to_created_at: str | date | np.datetime64 | None = None,
        sort: Sort | None = None,
        limit: int | None = None,
        offset: int | None = None,
        include_removed: bool = False,
        as_of: int | str | date | None = None,
        allow_incomplete: bool = False,
        columns: str | Iterable[str] | None = None,
        dtype: Mapping[str, str] | None = None,
        schema: Schema | str | PathLike[str] | None = None,
        on_misfit: OnMisfit = "null",
        nested: Nested = "columns",
        parse_dates: str | Sequence[str] | None = None,
        dtype_backend: DtypeBackend = "numpy_nullable",
    ) -> Iterator[pd.DataFrame]:
        """Iterate over the rows of `load_versions`, in frames of up to 10,000 rows.

        All frames have the same columns and dtypes. Types are decided over all rows, so rows are kept on disk until the
        last one has been read; memory use stays low.

        Args:
            ids: rows with these ids; one that is not stored is an error.
            product_ids: versions of these products.
            names: versions with exactly these names.
            from_created_at: created at or after this time.
            to_created_at: created at or before this time.
            sort: a column, a ("created_at", "desc") pair or a list of these; by default `created_at`, then `id`.
            limit: maximum number of rows in total; by default, all rows.
            offset: number of rows to skip at the start of the sorted result.
            include_removed: also return rows that the API no longer serves; `removed_at` is when a sync noticed.
            as_of: read the mirror as of a time, or at a version number of the table.
            allow_incomplete: read what is stored even if the first sync has not finished.
            columns: the columns to return, in this order; a name also selects every column below it ("metadata.user").
            dtype: dtypes of nested columns, {"metadata.latency_ms": "Int64"}; misfits are null.
            schema: a Schema or its file: columns and dtypes in one.
            on_misfit: "null", or "raise" SchemaError at a value that does not fit its column.
            nested: nested fields as typed "columns" (`metadata.user.tier`), as "json" text exactly as sent, or "both".
            parse_dates: text columns to parse as times.
            dtype_backend: dtypes of the frame, "numpy_nullable" or "pyarrow".

        Raises:
            QueryError: an argument is unknown or invalid.
            MirrorError: the mirror does not exist, is incomplete, has nothing as of that time, or cannot be read.
        """
        return iterate(self._location, VERSIONS, locals())

    @reject_unknown_arguments("a mirror of evaluations")
    def iter_evaluations(
        self,
        *,
        ids: str | Iterable[str] | None = None,
        session_ids: str | Iterable[str] | None = None,
        inference_result_ids: str | Iterable[str] | None = None,
        test_case_ids: str | Iterable[str] | None = None,
        metric_ids: str | Iterable[str] | None = None,
        run_ids: str | Iterable[str] | None = None,
        user_ids: str | Iterable[str] | None = None,
        statuses: str | Iterable[str] | None = None,
        from_created_at: str | date | np.datetime64 | None = None,
        to_created_at: str | date | np.datetime64 | None = None,
        sort: Sort | None = None,
        limit: int | None = None,
        offset: int | None = None,
        include_removed: bool = False,
        as_of: int | str | date | None = None,
        allow_incomplete: bool = False,
        columns: str | Iterable[str] | None = None,
        dtype: Mapping[str, str] | None = None,
        schema: Schema | str | PathLike[str] | None = None,
        on_misfit: OnMisfit = "null",
        nested: Nested = "columns",
        parse_dates: str | Sequence[str] | None = None,
        dtype_backend: DtypeBackend = "numpy_nullable",
    ) -> Iterator[pd.DataFrame]:
        """Iterate over the rows of `load_evaluations`, in frames of up to 10,000 rows.

        All frames have the same columns and dtypes. Types are decided over all rows, so rows are kept on disk until the
        last one has been read; memory use stays low.

        Args:
            ids: rows with these ids; one that is not stored is an error.
            session_ids: evaluations of these sessions.
            inference_result_ids: evaluations of these turns.
            test_case_ids: evaluations of these test cases.
            metric_ids: evaluations by these metrics.
            run_ids: evaluations of these runs.
            user_ids: evaluations that these users launched.
            statuses: evaluations with these statuses.
            from_created_at: created at or after this time.
            to_created_at: created at or before this time.
            sort: a column, a ("created_at", "desc") pair or a list of these; by default `created_at`, then `id`.
            limit: maximum number of rows in total; by default, all rows.
            offset: number of rows to skip at the start of the sorted result.
            include_removed: also return rows that the API no longer serves; `removed_at` is when a sync noticed.
            as_of: read the mirror as of a time, or at a version number of the table.
            allow_incomplete: read what is stored even if the first sync has not finished.
            columns: the columns to return, in this order; a name also selects every column below it ("metadata.user").
            dtype: dtypes of nested columns, {"metadata.latency_ms": "Int64"}; misfits are null.
            schema: a Schema or its file: columns and dtypes in one.
            on_misfit: "null", or "raise" SchemaError at a value that does not fit its column.
            nested: nested fields as typed "columns" (`metadata.user.tier`), as "json" text exactly as sent, or "both".
            parse_dates: text columns to parse as times.
            dtype_backend: dtypes of the frame, "numpy_nullable" or "pyarrow".

        Raises:
            QueryError: an argument is unknown or invalid.
            MirrorError: the mirror does not exist, is incomplete, has nothing as of that time, or cannot be read.
        """
        return iterate(self._location, EVALUATIONS, locals())

    @reject_unknown_arguments("a mirror of inference_results")
    def iter_inference_results(
        self,
        *,
        ids: str | Iterable[str] | None = None,
        session_ids: str | Iterable[str] | None = None,
        from_created_at: str | date | np.datetime64 | None = None,
        to_created_at: str | date | np.datetime64 | None = None,
        sort: Sort | None = None,
        limit: int | None = None,
        offset: int | None = None,
        include_removed: bool = False,
        as_of: int | str | date | None = None,
        allow_incomplete: bool = False,
        columns: str | Iterable[str] | None = None,
        dtype: Mapping[str, str] | None = None,
        schema: Schema | str | PathLike[str] | None = None,
        on_misfit: OnMisfit = "null",
        nested: Nested = "columns",
        parse_dates: str | Sequence[str] | None = None,
        dtype_backend: DtypeBackend = "numpy_nullable",
    ) -> Iterator[pd.DataFrame]:
        """Iterate over the rows of `load_inference_results`, in frames of up to 10,000 rows.

        All frames have the same columns and dtypes. Types are decided over all rows, so rows are kept on disk until the
        last one has been read; memory use stays low.

        Args:
            ids: rows with these ids; one that is not stored is an error.
            session_ids: turns of these sessions.
            from_created_at: created at or after this time.
            to_created_at: created at or before this time.
            sort: a column, a ("created_at", "desc") pair or a list of these; by default `created_at`, then `id`.
            limit: maximum number of rows in total; by default, all rows.
            offset: number of rows to skip at the start of the sorted result.
            include_removed: also return rows that the API no longer serves; `removed_at` is when a sync noticed.
            as_of: read the mirror as of a time, or at a version number of the table.
            allow_incomplete: read what is stored even if the first sync has not finished.
            columns: the columns to return, in this order; a name also selects every column below it ("metadata.user").
            dtype: dtypes of nested columns, {"metadata.latency_ms": "Int64"}; misfits are null.
            schema: a Schema or its file: columns and dtypes in one.
            on_misfit: "null", or "raise" SchemaError at a value that does not fit its column.
            nested: nested fields as typed "columns" (`metadata.user.tier`), as "json" text exactly as sent, or "both".
            parse_dates: text columns to parse as times.
            dtype_backend: dtypes of the frame, "numpy_nullable" or "pyarrow".

        Raises:
            QueryError: an argument is unknown or invalid.
            MirrorError: the mirror does not exist, is incomplete, has nothing as of that time, or cannot be read.
        """
        return iterate(self._location, INFERENCE_RESULTS, locals())

    @reject_unknown_arguments("a mirror of test_cases")
    def iter_test_cases(
        self,
        *,
        ids: str | Iterable[str] | None = None,
        test_ids: str | Iterable[str] | None = None,
        variants: str | Iterable[str] | None = None,
        strategies: str | Iterable[str] | None = None,
        languages: str | Iterable[str] | None = None,
        source_files: str | Iterable[str] | None = None,
        from_created_at: str | date | np.datetime64 | None = None,
        to_created_at: str | date | np.datetime64 | None = None,
        sort: Sort | None = None,
        limit: int | None = None,
        offset: int | None = None,
        include_removed: bool = False,
        as_of: int | str | date | None = None,
        allow_incomplete: bool = False,
        columns: str | Iterable[str] | None = None,
        dtype: Mapping[str, str] | None = None,
        schema: Schema | str | PathLike[str] | None = None,
        on_misfit: OnMisfit = "null",
        nested: Nested = "columns",
        parse_dates: str | Sequence[str] | None = None,
        dtype_backend: DtypeBackend = "numpy_nullable",
    ) -> Iterator[pd.DataFrame]:
        """Iterate over the rows of `load_test_cases`, in frames of up to 10,000 rows.

        All frames have the same columns and dtypes. Types are decided over all rows, so rows are kept on disk until the
        last one has been read; memory use stays low.

        Args:
            ids: rows with these ids; one that is not stored is an error.
            test_ids: test cases of these tests.
            variants: test cases of these variants.
            strategies: test cases of these strategies.
            languages: test cases in these languages.
            source_files: test cases generated from these files.
            from_created_at: created at or after this time.
            to_created_at: created at or before this time.
            sort: a column, a ("created_at", "desc") pair or a list of these; by default `created_at`, then `id`.
            limit: maximum number of rows in total; by default, all rows.
            offset: number of rows to skip at the start of the sorted result.
            include_removed: also return rows that the API no longer serves; `removed_at` is when a sync noticed.
            as_of: read the mirror as of a time, or at a version number of the table.
            allow_incomplete: read what is stored even if the first sync has not finished.
            columns: the columns to return, in this order; a name also selects every column below it ("metadata.user").
            dtype: dtypes of nested columns, {"metadata.latency_ms": "Int64"}; misfits are null.
            schema: a Schema or its file: columns and dtypes in one.
            on_misfit: "null", or "raise" SchemaError at a value that does not fit its column.
            nested: nested fields as typed "columns" (`metadata.user.tier`), as "json" text exactly as sent, or "both".
            parse_dates: text columns to parse as times.
            dtype_backend: dtypes of the frame, "numpy_nullable" or "pyarrow".

        Raises:
            QueryError: an argument is unknown or invalid.
            MirrorError: the mirror does not exist, is incomplete, has nothing as of that time, or cannot be read.
        """
        return iterate(self._location, TEST_CASES, locals())

    @reject_unknown_arguments("a mirror of tests")
    def iter_tests(
        self,
        *,
        ids: str | Iterable[str] | None = None,
        product_ids: str | Iterable[str] | None = None,
        names: str | Iterable[str] | None = None,
        types: str | Iterable[str] | None = None,
        from_created_at: str | date | np.datetime64 | None = None,
        to_created_at: str | date | np.datetime64 | None = None,
        sort: Sort | None = None,
        limit: int | None = None,
        offset: int | None = None,
        include_removed: bool = False,
        as_of: int | str | date | None = None,
        allow_incomplete: bool = False,
        columns: str | Iterable[str] | None = None,
        dtype: Mapping[str, str] | None = None,
        schema: Schema | str | PathLike[str] | None = None,
        on_misfit: OnMisfit = "null",
        nested: Nested = "columns",
        parse_dates: str | Sequence[str] | None = None,
        dtype_backend: DtypeBackend = "numpy_nullable",
    ) -> Iterator[pd.DataFrame]:
        """Iterate over the rows of `load_tests`, in frames of up to 10,000 rows.

        All frames have the same columns and dtypes. Types are decided over all rows, so rows are kept on disk until the
        last one has been read; memory use stays low.

        Args:
            ids: rows with these ids; one that is not stored is an error.
            product_ids: tests of these products; leaves out global tests.
            names: tests with exactly these names.
            types: tests of these types.
            from_created_at: created at or after this time.
            to_created_at: created at or before this time.
            sort: a column, a ("created_at", "desc") pair or a list of these; by default `created_at`, then `id`.
            limit: maximum number of rows in total; by default, all rows.
            offset: number of rows to skip at the start of the sorted result.
            include_removed: also return rows that the API no longer serves; `removed_at` is when a sync noticed.
            as_of: read the mirror as of a time, or at a version number of the table.
            allow_incomplete: read what is stored even if the first sync has not finished.
            columns: the columns to return, in this order; a name also selects every column below it ("metadata.user").
            dtype: dtypes of nested columns, {"metadata.latency_ms": "Int64"}; misfits are null.
            schema: a Schema or its file: columns and dtypes in one.
            on_misfit: "null", or "raise" SchemaError at a value that does not fit its column.
            nested: nested fields as typed "columns" (`metadata.user.tier`), as "json" text exactly as sent, or "both".
            parse_dates: text columns to parse as times.
            dtype_backend: dtypes of the frame, "numpy_nullable" or "pyarrow".

        Raises:
            QueryError: an argument is unknown or invalid.
            MirrorError: the mirror does not exist, is incomplete, has nothing as of that time, or cannot be read.
        """
        return iterate(self._location, TESTS, locals())

    @reject_unknown_arguments("a mirror of metrics")
    def iter_metrics(
        self,
        *,
        ids: str | Iterable[str] | None = None,
        organization_ids: str | Iterable[str] | None = None,
        names: str | Iterable[str] | None = None,
        sources: str | Iterable[str] | None = None,
        from_created_at: str | date | np.datetime64 | None = None,
        to_created_at: str | date | np.datetime64 | None = None,
        sort: Sort | None = None,
        limit: int | None = None,
        offset: int | None = None,
        include_removed: bool = False,
        as_of: int | str | date | None = None,
        allow_incomplete: bool = False,
        columns: str | Iterable[str] | None = None,
        dtype: Mapping[str, str] | None = None,
        schema: Schema | str | PathLike[str] | None = None,
        on_misfit: OnMisfit = "null",
        nested: Nested = "columns",
        parse_dates: str | Sequence[str] | None = None,
        dtype_backend: DtypeBackend = "numpy_nullable",
    ) -> Iterator[pd.DataFrame]:
        """Iterate over the rows of `load_metrics`, in frames of up to 10,000 rows.

        All frames have the same columns and dtypes. Types are decided over all rows, so rows are kept on disk until the
        last one has been read; memory use stays low.

        Args:
            ids: rows with these ids; one that is not stored is an error.
            organization_ids: metrics of these organizations.
            names: metrics with exactly these names.
            sources: metrics with these sources.
            from_created_at: created at or after this time.
            to_created_at: created at or before this time.
            sort: a column, a ("created_at", "desc") pair or a list of these; by default `created_at`, then `id`.
            limit: maximum number of rows in total; by default, all rows.
            offset: number of rows to skip at the start of the sorted result.
            include_removed: also return rows that the API no longer serves; `removed_at` is when a sync noticed.
            as_of: read the mirror as of a time, or at a version number of the table.
            allow_incomplete: read what is stored even if the first sync has not finished.
            columns: the columns to return, in this order; a name also selects every column below it ("metadata.user").
            dtype: dtypes of nested columns, {"metadata.latency_ms": "Int64"}; misfits are null.
            schema: a Schema or its file: columns and dtypes in one.
            on_misfit: "null", or "raise" SchemaError at a value that does not fit its column.
            nested: nested fields as typed "columns" (`metadata.user.tier`), as "json" text exactly as sent, or "both".
            parse_dates: text columns to parse as times.
            dtype_backend: dtypes of the frame, "numpy_nullable" or "pyarrow".

        Raises:
            QueryError: an argument is unknown or invalid.
            MirrorError: the mirror does not exist, is incomplete, has nothing as of that time, or cannot be read.
        """
        return iterate(self._location, METRICS, locals())

    @reject_unknown_arguments("a mirror of specifications")
    def iter_specifications(
        self,
        *,
        ids: str | Iterable[str] | None = None,
        product_ids: str | Iterable[str] | None = None,
        types: str | Iterable[str] | None = None,
        test_types: str | Iterable[str] | None = None,
        from_created_at: str | date | np.datetime64 | None = None,
        to_created_at: str | date | np.datetime64 | None = None,
        sort: Sort | None = None,
        limit: int | None = None,
        offset: int | None = None,
        include_removed: bool = False,
        as_of: int | str | date | None = None,
        allow_incomplete: bool = False,
        columns: str | Iterable[str] | None = None,
        dtype: Mapping[str, str] | None = None,
        schema: Schema | str | PathLike[str] | None = None,
        on_misfit: OnMisfit = "null",
        nested: Nested = "columns",
        parse_dates: str | Sequence[str] | None = None,
        dtype_backend: DtypeBackend = "numpy_nullable",
    ) -> Iterator[pd.DataFrame]:
        """Iterate over the rows of `load_specifications`, in frames of up to 10,000 rows.

        All frames have the same columns and dtypes. Types are decided over all rows, so rows are kept on disk until the
        last one has been read; memory use stays low.

        Args:
            ids: rows with these ids; one that is not stored is an error.
            product_ids: specifications of these products.
            types: specifications of these types.
            test_types: specifications that tests of these types check.
            from_created_at: created at or after this time.
            to_created_at: created at or before this time.
            sort: a column, a ("created_at", "desc") pair or a list of these; by default `created_at`, then `id`.
            limit: maximum number of rows in total; by default, all rows.
            offset: number of rows to skip at the start of the sorted result.
            include_removed: also return rows that the API no longer serves; `removed_at` is when a sync noticed.
            as_of: read the mirror as of a time, or at a version number of the table.
            allow_incomplete: read what is stored even if the first sync has not finished.
            columns: the columns to return, in this order; a name also selects every column below it ("metadata.user").
            dtype: dtypes of nested columns, {"metadata.latency_ms": "Int64"}; misfits are null.
            schema: a Schema or its file: columns and dtypes in one.
            on_misfit: "null", or "raise" SchemaError at a value that does not fit its column.
            nested: nested fields as typed "columns" (`metadata.user.tier`), as "json" text exactly as sent, or "both".
            parse_dates: text columns to parse as times.
            dtype_backend: dtypes of the frame, "numpy_nullable" or "pyarrow".

        Raises:
            QueryError: an argument is unknown or invalid.
            MirrorError: the mirror does not exist, is incomplete, has nothing as of that time, or cannot be read.
        """
        return iterate(self._location, SPECIFICATIONS, locals())

    @reject_unknown_arguments("a mirror of runs")
    def iter_runs(
        self,
        *,
        ids: str | Iterable[str] | None = None,
        product_ids: str | Iterable[str] | None = None,
        version_ids: str | Iterable[str] | None = None,
        custom_ids: str | Iterable[str] | None = None,
        statuses: str | Iterable[str] | None = None,
        from_created_at: str | date | np.datetime64 | None = None,
        to_created_at: str | date | np.datetime64 | None = None,
        sort: Sort | None = None,
        limit: int | None = None,
        offset: int | None = None,
        include_removed: bool = False,
        as_of: int | str | date | None = None,
        allow_incomplete: bool = False,
        columns: str | Iterable[str] | None = None,
        dtype: Mapping[str, str] | None = None,
        schema: Schema | str | PathLike[str] | None = None,
        on_misfit: OnMisfit = "null",
        nested: Nested = "columns",
        parse_dates: str | Sequence[str] | None = None,
        dtype_backend: DtypeBackend = "numpy_nullable",
    ) -> Iterator[pd.DataFrame]:
        """Iterate over the rows of `load_runs`, in frames of up to 10,000 rows.

        All frames have the same columns and dtypes. Types are decided over all rows, so rows are kept on disk until the
        last one has been read; memory use stays low.

        Args:
            ids: rows with these ids; one that is not stored is an error.
            product_ids: runs of these products.
            version_ids: runs of these versions.
            custom_ids: runs with these custom ids.
            statuses: runs with these statuses.
            from_created_at: created at or after this time.
            to_created_at: created at or before this time.
            sort: a column, a ("created_at", "desc") pair or a list of these; by default `created_at`, then `id`.
            limit: maximum number of rows in total; by default, all rows.
            offset: number of rows to skip at the start of the sorted result.
            include_removed: also return rows that the API no longer serves; `removed_at` is when a sync noticed.
            as_of: read the mirror as of a time, or at a version number of the table.
            allow_incomplete: read what is stored even if the first sync has not finished.
            columns: the columns to return, in this order; a name also selects every column below it ("metadata.user").
            dtype: dtypes of nested columns, {"metadata.latency_ms": "Int64"}; misfits are null.
            schema: a Schema or its file: columns and dtypes in one.
            on_misfit: "null", or "raise" SchemaError at a value that does not fit its column.
            nested: nested fields as typed "columns" (`metadata.user.tier`), as "json" text exactly as sent, or "both".
            parse_dates: text columns to parse as times.
            dtype_backend: dtypes of the frame, "numpy_nullable" or "pyarrow".

        Raises:
            QueryError: an argument is unknown or invalid.
            MirrorError: the mirror does not exist, is incomplete, has nothing as of that time, or cannot be read.
        """
        return iterate(self._location, RUNS, locals())

    @reject_unknown_arguments("a mirror of products")
    def iter_products(
        self,
        *,
        ids: str | Iterable[str] | None = None,
        organization_ids: str | Iterable[str] | None = None,
        names: str | Iterable[str] | None = None,
        from_created_at: str | date | np.datetime64 | None = None,
        to_created_at: str | date | np.datetime64 | None = None,
        sort: Sort | None = None,
        limit: int | None = None,
        offset: int | None = None,
        include_removed: bool = False,
        as_of: int | str | date | None = None,
        allow_incomplete: bool = False,
        columns: str | Iterable[str] | None = None,
        dtype: Mapping[str, str] | None = None,
        schema: Schema | str | PathLike[str] | None = None,
        on_misfit: OnMisfit = "null",
        nested: Nested = "columns",
        parse_dates: str | Sequence[str] | None = None,
        dtype_backend: DtypeBackend = "numpy_nullable",
    ) -> Iterator[pd.DataFrame]:
        """Iterate over the rows of `load_products`, in frames of up to 10,000 rows.

        All frames have the same columns and dtypes. Types are decided over all rows, so rows are kept on disk until the
        last one has been read; memory use stays low.

        Args:
            ids: rows with these ids; one that is not stored is an error.
            organization_ids: products of these organizations.
            names: products with exactly these names.
            from_created_at: created at or after this time.
            to_created_at: created at or before this time.
            sort: a column, a ("created_at", "desc") pair or a list of these; by default `created_at`, then `id`.
            limit: maximum number of rows in total; by default, all rows.
            offset: number of rows to skip at the start of the sorted result.
            include_removed: also return rows that the API no longer serves; `removed_at` is when a sync noticed.
            as_of: read the mirror as of a time, or at a version number of the table.
            allow_incomplete: read what is stored even if the first sync has not finished.
            columns: the columns to return, in this order; a name also selects every column below it ("metadata.user").
            dtype: dtypes of nested columns, {"metadata.latency_ms": "Int64"}; misfits are null.
            schema: a Schema or its file: columns and dtypes in one.
            on_misfit: "null", or "raise" SchemaError at a value that does not fit its column.
            nested: nested fields as typed "columns" (`metadata.user.tier`), as "json" text exactly as sent, or "both".
            parse_dates: text columns to parse as times.
            dtype_backend: dtypes of the frame, "numpy_nullable" or "pyarrow".

        Raises:
            QueryError: an argument is unknown or invalid.
            MirrorError: the mirror does not exist, is incomplete, has nothing as of that time, or cannot be read.
        """
        return iterate(self._location, PRODUCTS, locals())

    @reject_unknown_arguments("a mirror of models")
    def iter_models(
        self,
        *,
        ids: str | Iterable[str] | None = None,
        organization_ids: str | Iterable[str] | None = None,
        names: str | Iterable[str] | None = None,
        from_created_at: str | date | np.datetime64 | None = None,
        to_created_at: str | date | np.datetime64 | None = None,
        sort: Sort | None = None,
        limit: int | None = None,
        offset: int | None = None,
        include_removed: bool = False,
        as_of: int | str | date | None = None,
        allow_incomplete: bool = False,
        columns: str | Iterable[str] | None = None,
        dtype: Mapping[str, str] | None = None,
        schema: Schema | str | PathLike[str] | None = None,
        on_misfit: OnMisfit = "null",
        nested: Nested = "columns",
        parse_dates: str | Sequence[str] | None = None,
        dtype_backend: DtypeBackend = "numpy_nullable",
    ) -> Iterator[pd.DataFrame]:
        """Iterate over the rows of `load_models`, in frames of up to 10,000 rows.

        All frames have the same columns and dtypes. Types are decided over all rows, so rows are kept on disk until the
        last one has been read; memory use stays low.

        Args:
            ids: rows with these ids; one that is not stored is an error.
            organization_ids: models of these organizations.
            names: models with exactly these names.
            from_created_at: created at or after this time.
            to_created_at: created at or before this time.
            sort: a column, a ("created_at", "desc") pair or a list of these; by default `created_at`, then `id`.
            limit: maximum number of rows in total; by default, all rows.
            offset: number of rows to skip at the start of the sorted result.
            include_removed: also return rows that the API no longer serves; `removed_at` is when a sync noticed.
            as_of: read the mirror as of a time, or at a version number of the table.
            allow_incomplete: read what is stored even if the first sync has not finished.
            columns: the columns to return, in this order; a name also selects every column below it ("metadata.user").
            dtype: dtypes of nested columns, {"metadata.latency_ms": "Int64"}; misfits are null.
            schema: a Schema or its file: columns and dtypes in one.
            on_misfit: "null", or "raise" SchemaError at a value that does not fit its column.
            nested: nested fields as typed "columns" (`metadata.user.tier`), as "json" text exactly as sent, or "both".
            parse_dates: text columns to parse as times.
            dtype_backend: dtypes of the frame, "numpy_nullable" or "pyarrow".

        Raises:
            QueryError: an argument is unknown or invalid.
            MirrorError: the mirror does not exist, is incomplete, has nothing as of that time, or cannot be read.
        """
        return iterate(self._location, MODELS, locals())

    @reject_unknown_arguments("a mirror of sessions")
    def join(
        self,
        *,
        ids: str | Iterable[str] | None = None,
        custom_ids: str | Iterable[str] | None = None,
        version_ids: str | Iterable[str] | None = None,
        test_case_ids: str | Iterable[str] | None = None,
        statuses: str | Iterable[str] | None = None,
        from_created_at: str | date | np.datetime64 | None = None,
        to_created_at: str | date | np.datetime64 | None = None,
        sort: Sort | None = None,
        limit: int | None = None,
        offset: int | None = None,
        include_removed: bool = False,
        as_of: int | str | date | None = None,
        allow_incomplete: bool = False,
        columns: str | Iterable[str] | None = None,
        dtype: Mapping[str, str] | None = None,
        schema: Schema | str | PathLike[str] | None = None,
        on_misfit: OnMisfit = "null",
        nested: Nested = "columns",
        parse_dates: str | Sequence[str] | None = None,
        dtype_backend: DtypeBackend = "numpy_nullable",
    ) -> pd.DataFrame:
        """Read the stored sessions together with their versions, one row per session.

        Columns match `galtea_frames.load_sessions_with_versions`. A version number passed as `as_of` refers to the
        sessions table; versions are read as of the time of its commit.

        Args:
            ids: rows with these ids; one that is not stored is an error.
            custom_ids: sessions with these custom ids.
            version_ids: sessions of these versions.
            test_case_ids: sessions of these test cases.
            statuses: sessions with these statuses.
            from_created_at: created at or after this time.
            to_created_at: created at or before this time.
            sort: a column, a ("created_at", "desc") pair or a list of these; by default `created_at`, then `id`.
            limit: maximum number of rows in total; by default, all rows.
            offset: number of rows to skip at the start of the sorted result.
            include_removed: also return rows that the API no longer serves; `removed_at` is when a sync noticed.
            as_of: read the mirror as of a time, or at a version number of the table.
            allow_incomplete: read what is stored even if the first sync has not finished.
            columns: the columns to return, in this order; a name also selects every column below it ("metadata.user").
            dtype: dtypes of nested columns, {"metadata.latency_ms": "Int64"}; misfits are null.
            schema: a Schema or its file: columns and dtypes in one.
            on_misfit: "null", or "raise" SchemaError at a value that does not fit its column.
            nested: nested fields as typed "columns" (`metadata.user.tier`), as "json" text exactly as sent, or "both".
            parse_dates: text columns to parse as times.
            dtype_backend: dtypes of the frame, "numpy_nullable" or "pyarrow".

        Raises:
            QueryError: an argument is unknown or invalid.
            MirrorError: the mirror does not exist, is incomplete, has nothing as of that time, or cannot be read.
        """
        return read_joined(self._location, locals())

    @reject_unknown_arguments("a mirror of evaluations")
    def load_scores(
        self,
        *,
        ids: str | Iterable[str] | None = None,
        session_ids: str | Iterable[str] | None = None,
        inference_result_ids: str | Iterable[str] | None = None,
        test_case_ids: str | Iterable[str] | None = None,
        metric_ids: str | Iterable[str] | None = None,
        run_ids: str | Iterable[str] | None = None,
        user_ids: str | Iterable[str] | None = None,
        statuses: str | Iterable[str] | None = None,
        from_created_at: str | date | np.datetime64 | None = None,
        to_created_at: str | date | np.datetime64 | None = None,
        sort: Sort | None = None,
        limit: int | None = None,
        offset: int | None = None,
        include_removed: bool = False,
        as_of: int | str | date | None = None,
        allow_incomplete: bool = False,
        columns: str | Iterable[str] | None = None,
        dtype: Mapping[str, str] | None = None,
        on_misfit: OnMisfit = "null",
        nested: Nested = "columns",
        parse_dates: str | Sequence[str] | None = None,
        dtype_backend: DtypeBackend = "numpy_nullable",
    ) -> pd.DataFrame:
        """Read every stored evaluation that matches the filters, with its score and what explains it.

        Columns are those of `load_evaluations`, followed by `reported_score` (`Float64`), the reviewer's score if there
        is one, else the judge's; `counts` (`boolean`), whether it may be averaged; `why_not` (`category`), why it may
        not be; and the columns of the metric, the session, its version, the test case and its test, with their
        prefixes: `metric.name`, `session.version_id`, `version.name`, `test_case.language_code`, `test.name`, …

        A reviewer's score counts whatever the status is. A judge's counts if the status is SUCCESS and the input was
        not too long. `why_not` is null for these; for others it is `pending`, `pending_human`, `skipped`, `failed`,
        `outdated`, `cancelled`, `long_input`, `no_score`, or another status in lower case. `reported_score` is null,
        never 0, if there is neither score.

        Columns, dtypes, warnings and the order of rows match `galtea_frames.load_scores`. The mirror must hold the
        lists whose columns are wanted; `sync(lists=…)` adds them. What is not stored, such as a deleted metric, is
        null; a warning says so, and `frame.attrs["galtea_frames"]["joins"]` counts. A version number passed as `as_of`
        refers to the table of evaluations; other lists are read as of the time of its commit.

        Args:
            ids: rows with these ids; one that is not stored is an error.
            session_ids: evaluations of these sessions.
            inference_result_ids: evaluations of these turns.
            test_case_ids: evaluations of these test cases.
            metric_ids: evaluations by these metrics.
            run_ids: evaluations of these runs.
            user_ids: evaluations that these users launched.
            statuses: evaluations with these statuses.
            from_created_at: created at or after this time.
            to_created_at: created at or before this time.
            sort: a column, a ("created_at", "desc") pair or a list of these; by default `created_at`, then `id`.
            limit: maximum number of rows in total; by default, all rows.
            offset: number of rows to skip at the start of the sorted result.
            include_removed: also return rows that the API no longer serves; `removed_at` is when a sync noticed.
            as_of: read the mirror as of a time, or at a version number of the table.
            allow_incomplete: read what is stored even if the first sync has not finished.
            columns: the columns to return, in this order; a name also selects every column below it ("metadata.user").
            dtype: dtypes of nested columns, {"metadata.latency_ms": "Int64"}; misfits are null.
            on_misfit: "null", or "raise" SchemaError at a value that does not fit its column.
            nested: nested fields as typed "columns" (`metadata.user.tier`), as "json" text exactly as sent, or "both".
            parse_dates: text columns to parse as times.
            dtype_backend: dtypes of the frame, "numpy_nullable" or "pyarrow".

        Raises:
            QueryError: an argument is unknown or invalid.
            MirrorError: the mirror does not exist, is incomplete, has nothing as of that time, or cannot be read.
        """
        return read_scores(self._location, locals())
