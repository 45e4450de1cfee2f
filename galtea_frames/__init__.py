"""Sessions, versions, scores and more of your Galtea products as typed pandas DataFrames and Parquet files."""

from typing import TYPE_CHECKING

from galtea_frames._version import __version__

if TYPE_CHECKING:
    from galtea_frames import sample
    from galtea_frames.api.client import Client
    from galtea_frames.compare.comparison import Comparison, compare_versions
    from galtea_frames.errors import (
        AbsentColumnsWarning,
        AuthenticationError,
        CaseCollisionWarning,
        ColumnBudgetWarning,
        DanglingKeysWarning,
        GalteaFramesError,
        GalteaFramesWarning,
        JoinError,
        MirrorError,
        MisfitsWarning,
        MixedTypesWarning,
        NotFoundError,
        ParquetError,
        QueryError,
        ReportError,
        RequestError,
        ResponseError,
        SchemaError,
        SettingsError,
        UnknownStatusWarning,
    )
    from galtea_frames.files.parquet import read_parquet, write_parquet
    from galtea_frames.frames.concat import concat
    from galtea_frames.frames.describe import describe
    from galtea_frames.frames.joins import join, join_sessions_versions
    from galtea_frames.frames.loaders import (
        iter_evaluations,
        iter_inference_results,
        iter_metrics,
        iter_models,
        iter_products,
        iter_runs,
        iter_sessions,
        iter_spans,
        iter_specifications,
        iter_test_cases,
        iter_tests,
        iter_versions,
        load_evaluations,
        load_inference_results,
        load_metrics,
        load_models,
        load_products,
        load_runs,
        load_scores,
        load_sessions,
        load_sessions_with_versions,
        load_spans,
        load_specifications,
        load_test_cases,
        load_tests,
        load_versions,
    )
    from galtea_frames.frames.plain import to_plain
    from galtea_frames.frames.records import to_records
    from galtea_frames.frames.schema import Schema
    from galtea_frames.frames.schema_drift import SchemaDrift
    from galtea_frames.mirror.info import MirrorInfo
    from galtea_frames.mirror.mirror import Mirror
    from galtea_frames.mirror.sync_result import SyncResult
    from galtea_frames.report.report import Report, build_report
else:
    from galtea_frames._names import __dir__, __getattr__  # noqa: F401 - which find the others

__all__ = [
    "AbsentColumnsWarning",
    "AuthenticationError",
    "CaseCollisionWarning",
    "Client",
    "ColumnBudgetWarning",
    "Comparison",
    "DanglingKeysWarning",
    "GalteaFramesError",
    "GalteaFramesWarning",
    "JoinError",
    "Mirror",
    "MirrorError",
    "MirrorInfo",
    "MisfitsWarning",
    "MixedTypesWarning",
    "NotFoundError",
    "ParquetError",
    "QueryError",
    "Report",
    "ReportError",
    "RequestError",
    "ResponseError",
    "Schema",
    "SchemaDrift",
    "SchemaError",
    "SettingsError",
    "SyncResult",
    "UnknownStatusWarning",
    "__version__",
    "build_report",
    "compare_versions",
    "concat",
    "describe",
    "iter_evaluations",
    "iter_inference_results",
    "iter_metrics",
    "iter_models",
    "iter_products",
    "iter_runs",
    "iter_sessions",
    "iter_spans",
    "iter_specifications",
    "iter_test_cases",
    "iter_tests",
    "iter_versions",
    "join",
    "join_sessions_versions",
    "load_evaluations",
    "load_inference_results",
    "load_metrics",
    "load_models",
    "load_products",
    "load_runs",
    "load_scores",
    "load_sessions",
    "load_sessions_with_versions",
    "load_spans",
    "load_specifications",
    "load_test_cases",
    "load_tests",
    "load_versions",
    "read_parquet",
    "sample",
    "to_plain",
    "to_records",
    "write_parquet",
]
