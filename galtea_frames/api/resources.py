"""The table of resources: each list of the API with its path, columns and filters.

A new list is one entry, from which `tools/write_loaders.py` writes its loaders. All names come from the API's reference
pages (docs/api.md).
"""

from __future__ import annotations

from galtea_frames.api.lists.evaluations import EVALUATIONS, METRICS, SPECIFICATIONS
from galtea_frames.api.lists.products import MODELS, PRODUCTS
from galtea_frames.api.lists.sessions import SESSIONS, VERSIONS
from galtea_frames.api.lists.test_runs import RUNS, TEST_CASES, TESTS
from galtea_frames.api.lists.turns import INFERENCE_RESULTS, SPANS

__all__ = [
    "EVALUATIONS",
    "INFERENCE_RESULTS",
    "METRICS",
    "MODELS",
    "PRODUCTS",
    "RESOURCES",
    "RUNS",
    "SESSIONS",
    "SPANS",
    "SPECIFICATIONS",
    "TESTS",
    "TEST_CASES",
    "VERSIONS",
]

RESOURCES = {
    resource.name: resource
    for resource in (
        SESSIONS,
        VERSIONS,
        EVALUATIONS,
        INFERENCE_RESULTS,
        SPANS,
        TEST_CASES,
        TESTS,
        METRICS,
        SPECIFICATIONS,
        RUNS,
        PRODUCTS,
        MODELS,
    )
}
