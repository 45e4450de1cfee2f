"""The filters of every list: the API's parameters, as data."""

import json
from collections.abc import Mapping
from typing import Any

from galtea_frames.sample.records import has_evaluations, has_inference_results, owning_test
from galtea_frames.sample.resource import Derive, Resource, Switch, Through, Value, flag, text
from galtea_frames.sample.times import instant_or_none

Row = Mapping[str, Any]


def _owning_test(row: Row) -> Value:
    test_case_id = text(row.get("testCaseId"))
    return None if test_case_id is None else owning_test(test_case_id)


def _is_set(column: str) -> Derive:
    return lambda row: flag(row.get(column) is not None)


def monitor_of(evaluation: Row) -> Value:
    """The monitor that made an evaluation: each product has one, and what no launch made comes from it."""
    product = text(evaluation.get("productId"))
    if product is None or evaluation.get("userId") is not None or evaluation.get("testCaseId") is not None:
        return None
    return product.replace("product_", "monitor_")


def alert_of(evaluation: Row) -> Value:
    """The alert that linked an evaluation's session: the monitor sends one a month."""
    monitor = monitor_of(evaluation)
    return f"{monitor}_{evaluation['createdAt'][:7]}".replace("monitor_", "monitorAlert_") if monitor else None


SESSIONS = Resource(
    name="sessions",
    noun="Session",
    includes={
        "ids": "id",
        "customIds": "customId",
        "testIds": "testId",
        "versionIds": "versionId",
        "testCaseIds": "testCaseId",
        "statuses": "status",
        "userIds": "userId",
        "runIds": "runId",
    },
    excludes={"excludeTestIds": "testId"},
    empty_means_none=frozenset({"testIds", "excludeTestIds"}),
    through={"productIds": Through("versionId", "versions", "productId")},
    derived={"testId": _owning_test},
)

VERSIONS = Resource(
    name="versions",
    noun="Version",
    includes={
        "ids": "id",
        "productIds": "productId",
        "conversationEndpointConnectionIds": "conversationEndpointConnectionId",
        "names": "name",
        "modelIds": "modelId",
        "parentVersionIds": "parentVersionId",
    },
    excludes={"excludeConversationEndpointConnectionIds": "conversationEndpointConnectionId"},
    empty_means_none=frozenset({"conversationEndpointConnectionIds", "excludeConversationEndpointConnectionIds"}),
    contains={"name": "name"},
    flags={"existentInEvaluations": "hasEvaluations", "hasInferenceResults": "hasInferenceResults"},
    derived={
        "hasEvaluations": lambda version: flag(has_evaluations(version["id"])),
        "hasInferenceResults": lambda version: flag(has_inference_results(version["id"])),
    },
)

EVALUATIONS = Resource(
    name="evaluations",
    noun="Evaluation",
    includes={
        "ids": "id",
        "sessionIds": "sessionId",
        "inferenceResultIds": "inferenceResultId",
        "testCaseIds": "testCaseId",
        "testIds": "testId",
        "metricIds": "metricId",
        "runIds": "runId",
        "userIds": "userId",
        "monitorIds": "monitorId",
        "monitorAlertIds": "monitorAlertId",
        "statuses": "status",
    },
    excludes={"excludeTestIds": "testId"},
    empty_means_none=frozenset({"testIds", "excludeTestIds"}),
    most={"monitorAlertIds": 10},
    flags={"canRetry": "canRetry", "passed": "passed"},
    numbers={"score": "score", "humanScore": "humanScore", "confidence": "confidence"},
    switches={"includeExcludedFromAnalytics": Switch("isExcluded", is_on=False, key="metricId", list="metrics")},
    through={
        "productIds": Through("sessionId", "sessions", "productIds"),
        "versionIds": Through("sessionId", "sessions", "versionId"),
        "metricGroupIds": Through("metricId", "metrics", "family"),
        "specificationIds": Through("metricId", "metrics", "specificationIds"),
    },
    sortable=("score", "confidence"),
    indexed=frozenset({"sessionId", "inferenceResultId"}),
    derived={"testId": _owning_test, "monitorId": monitor_of, "monitorAlertId": alert_of},
)

INFERENCE_RESULTS = Resource(
    name="inference_results",
    path="inferenceResults",
    noun="Trace",
    includes={"ids": "id", "sessionIds": "sessionId"},
    through={"evaluationIds": Through("id", "evaluations", "id", "inferenceResultId")},
    indexed=frozenset({"sessionId"}),
)

SPANS = Resource(
    name="spans",
    path="traces",
    noun="Span",
    includes={"ids": "id", "inferenceResultIds": "inferenceResultId", "types": "type", "names": "name"},
    through={"sessionIds": Through("inferenceResultId", "inference_results", "sessionId")},
    since="fromStartTime",
    until="toStartTime",
    time="startTime",
    sortable=("startTime",),
    indexed=frozenset({"inferenceResultId"}),
    derived={"startTime": lambda span: instant_or_none(span.get("startTime"))},
)

TEST_CASES = Resource(
    name="test_cases",
    path="testCases",
    noun="Test case",
    includes={
        "ids": "id",
        "testIds": "testId",
        "variants": "variant",
        "strategies": "strategy",
        "languages": "languageCode",
        "sourceFiles": "sourceFile",
    },
    holds_all={"expectedTools": "expectedTools"},
    flags={"reviewed": "isReviewed", "isAugmented": "isAugmented"},
    integers={"userScore": "userScore"},
    switches={"includeLegacy": Switch("isLegacy", is_on=True)},
    contains={"input": "inputText"},
    lists=frozenset({"expectedTools"}),
    derived={
        "isReviewed": _is_set("reviewedById"),
        "isLegacy": _is_set("legacyAt"),
        "inputText": lambda case: json.dumps(case.get("input"), ensure_ascii=False),
    },
)

TESTS = Resource(
    name="tests",
    noun="Dataset",
    includes={
        "ids": "id",
        "productIds": "productId",
        "names": "name",
        "types": "type",
        "specificationIds": "specificationIds",
    },
    contains={"name": "name"},
    exists={
        "existentInEvaluations": Through("id", "evaluations", taken="testId"),
        "hasInferenceResults": Through("id", "sessions", taken="testId"),
    },
    through={
        "testCaseIds": Through("id", "test_cases", "id", "testId"),
        "versionIds": Through("id", "sessions", "versionId", "testId"),
    },
    lists=frozenset({"specificationIds"}),
)

METRICS = Resource(
    name="metrics",
    noun="Metric",
    includes={
        "ids": "id",
        "organizationIds": "organizationId",
        "names": "name",
        "tags": "tags",
        "sources": "source",
        "specificationIds": "specificationIds",
        "userGroupIds": "userGroupIds",
    },
    contains={"name": "name", "description": "description"},
    switches={
        "includeLegacy": Switch("isLegacy", is_on=True),
        "includeExcludedFromAnalytics": Switch("isExcluded", is_on=False),
        "includeDefaultEntities": Switch("isDefault", is_on=True),
        "includeOwnEntities": Switch("isOwn", is_on=True),
    },
    through={"productIds": Through("id", "evaluations", "productIds", "metricId")},
    lists=frozenset({"tags", "specificationIds", "userGroupIds"}),
    kept=("family",),
    derived={
        "family": lambda metric: text(metric.get("metricGroupId")) or text(metric.get("id")),
        "isLegacy": _is_set("legacyAt"),
        "isExcluded": _is_set("excludedFromAnalyticsAt"),
        "isDefault": lambda metric: flag(metric.get("organizationId") is None),
        "isOwn": _is_set("organizationId"),
    },
)

SPECIFICATIONS = Resource(
    name="specifications",
    noun="Specification",
    includes={"ids": "id", "productIds": "productId", "types": "type", "testTypes": "testType"},
    contains={"name": "name"},
)

RUNS = Resource(
    name="runs",
    noun="Run",
    includes={
        "ids": "id",
        "productIds": "productId",
        "versionIds": "versionId",
        "customIds": "customId",
        "statuses": "status",
    },
    contains={"search": "searched"},
    derived={"searched": lambda run: f"{run.get('customId') or ''} #{run.get('ordinal')}"},
)

PRODUCTS = Resource(
    name="products",
    noun="Product",
    includes={"ids": "id", "organizationIds": "organizationId", "names": "name", "tags": "tags"},
    contains={"name": "name"},
    lists=frozenset({"tags"}),
)

MODELS = Resource(
    name="models",
    noun="Model",
    includes={"ids": "id", "organizationIds": "organizationId", "names": "name"},
    contains={"name": "name"},
    switches={
        "includeDefaultEntities": Switch("isDefault", is_on=True),
        "includeOwnEntities": Switch("isOwn", is_on=True),
    },
    derived={"isDefault": lambda model: flag(model.get("organizationId") is None), "isOwn": _is_set("organizationId")},
)

#: Every list that the sample API serves, by name.
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
