"""The package's public names, imported on first use, so that `galtea-frames --help` does not import pandas."""

import sys
from importlib import import_module
from typing import Any

#: The public modules.
MODULES = ("error_shapes", "errors", "rates", "sample")

#: The public names by module; `__init__` repeats them for type checkers.
NAMES = {
    "api.client": ("Client",),
    "compare.comparison": ("Comparison", "compare_versions"),
    "errors": (
        "AbsentColumnsWarning",
        "AuthenticationError",
        "CaseCollisionWarning",
        "ColumnBudgetWarning",
        "DanglingKeysWarning",
        "GalteaFramesError",
        "GalteaFramesWarning",
        "JoinError",
        "MirrorError",
        "MisfitsWarning",
        "MixedTypesWarning",
        "NotFoundError",
        "ParquetError",
        "QueryError",
        "ReportError",
        "RequestError",
        "ResponseError",
        "SchemaError",
        "SettingsError",
        "UnknownStatusWarning",
    ),
    "files.parquet": ("read_parquet", "write_parquet"),
    "frames.concat": ("concat",),
    "frames.describe": ("describe",),
    "frames.joins": ("join", "join_sessions_versions"),
    "frames.loaders": (
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
    ),
    "frames.plain": ("to_plain",),
    "frames.records": ("to_records",),
    "frames.schema": ("Schema",),
    "frames.schema_drift": ("SchemaDrift",),
    "mirror.info": ("MirrorInfo",),
    "mirror.mirror": ("Mirror",),
    "mirror.sync_result": ("SyncResult",),
    "report.report": ("Report", "build_report"),
}

_HOMES = {name: module for module, names in NAMES.items() for name in names}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - any public object
    """Import and return a public object of the package."""
    if name in MODULES:
        return import_module(f"galtea_frames.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module 'galtea_frames' has no attribute {name!r}")
    value = getattr(import_module(f"galtea_frames.{_HOMES[name]}"), name)
    setattr(sys.modules["galtea_frames"], name, value)
    return value


def __dir__() -> list[str]:
    """Return the public names, without internal modules."""
    return sorted([*_HOMES, *MODULES, "__version__"])
