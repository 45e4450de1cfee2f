"""Sessions and versions, as on the API's reference pages "Get sessions" and "Get versions"."""

from __future__ import annotations

from galtea_frames.api.lists.filters import CREATED
from galtea_frames.api.resource import DeclaredColumn, Filter, Resource

SESSIONS = Resource(
    name="sessions",
    path="/sessions",
    row="one conversation with a version of a product",
    final_statuses=("COMPLETED", "FAILED"),
    further=("isProduction", "isSeed", "recordingUri", "runId"),
    columns=(
        DeclaredColumn("id", "string", "the session's id"),
        DeclaredColumn("customId", "string", "your own id for the session; unique only within a version"),
        DeclaredColumn("versionId", "string", "the version that the session ran on", references="versions"),
        DeclaredColumn("userId", "string", "the user who started the session"),
        DeclaredColumn("testCaseId", "string", "the test case it ran; null in production", references="test_cases"),
        DeclaredColumn("context", "object", 'input given to the session; plain text becomes {"value": …}'),
        DeclaredColumn("stoppingReason", "string", "why it ended, as free text"),
        DeclaredColumn("error", "string", "what went wrong, as free text"),
        DeclaredColumn(
            "status", "category", "PENDING, COMPLETED or FAILED", members=("PENDING", "COMPLETED", "FAILED")
        ),
        DeclaredColumn("metadata", "object", "data reported by the product's endpoint"),
        DeclaredColumn("createdAt", "time", "when the session started"),
        DeclaredColumn("deletedAt", "time", "when it was deleted; null in practice"),
    ),
    filters=(
        Filter("ids", "texts", "sessions with these ids; one that does not exist is an error", column="id"),
        Filter("customIds", "texts", "sessions with these custom ids", column="custom_id"),
        Filter("productIds", "texts", "sessions of these products"),
        Filter("testIds", "texts", 'sessions of these tests; "" selects sessions without a test', allows_empty=True),
        Filter(
            "excludeTestIds",
            "texts",
            'leave out sessions of these tests; "" leaves out sessions without a test',
            excludes=True,
            allows_empty=True,
        ),
        Filter("versionIds", "texts", "sessions of these versions", column="version_id"),
        Filter("testCaseIds", "texts", "sessions of these test cases", column="test_case_id"),
        Filter(
            "statuses",
            "texts",
            "sessions with these statuses",
            column="status",
            checked_by="status",
            allowed_in_params=True,
        ),
        *CREATED,
    ),
)

VERSIONS = Resource(
    name="versions",
    path="/versions",
    row="one release of a product",
    few=True,
    further=(
        "number",
        "parentVersionId",
        "phoneConnectionId",
        "webRtcConnectionId",
        "facts",
        "otelInputSourceRule",
        "otelOutputSourceRule",
    ),
    columns=(
        DeclaredColumn("id", "string", "the version's id"),
        DeclaredColumn("productId", "string", "the product that it belongs to", references="products"),
        DeclaredColumn("userId", "string", "the user who created it"),
        DeclaredColumn("name", "string", "its name; not unique"),
        DeclaredColumn("description", "string", "its description"),
        DeclaredColumn("modelId", "string", "the model it runs; null if unknown", references="models"),
        DeclaredColumn("systemPrompt", "string", "the system prompt it runs with"),
        DeclaredColumn("datasetUri", "string", "where its training data is stored"),
        DeclaredColumn("datasetDescription", "string", "description of its training data"),
        DeclaredColumn("guardrails", "string", "its safety guidelines"),
        DeclaredColumn("initializationEndpointConnectionId", "string", "the connection that opens a session"),
        DeclaredColumn("conversationEndpointConnectionId", "string", "the connection that holds the conversation"),
        DeclaredColumn("finalizationEndpointConnectionId", "string", "the connection that closes a session"),
        DeclaredColumn("createdAt", "time", "when it was created"),
        DeclaredColumn("deletedAt", "time", "when it was deleted; null in practice"),
    ),
    filters=(
        Filter("ids", "texts", "versions with these ids; one that does not exist is an error", column="id"),
        Filter("productIds", "texts", "versions of these products", column="product_id"),
        Filter(
            "conversationEndpointConnectionIds",
            "texts",
            'versions with these; "" selects versions without one',
            allows_empty=True,
        ),
        Filter(
            "excludeConversationEndpointConnectionIds",
            "texts",
            'leave out versions with these; "" leaves out those without one',
            excludes=True,
            allows_empty=True,
        ),
        Filter("names", "texts", "versions with exactly these names", column="name"),
        Filter("name", "text", "versions whose name contains this text"),
        Filter("existentInEvaluations", "flag", "only versions with evaluations, or only those without"),
        Filter("hasInferenceResults", "flag", "only versions with inference results, or only those without"),
        *CREATED,
    ),
)
