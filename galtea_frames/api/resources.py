"""What the API serves, as data: each resource with its path, its columns and its filters.

A new resource is one entry here, from which `tools/write_loaders.py` writes its loaders. Source of every
name: the API's reference pages "Get sessions" and "Get versions".
"""

from __future__ import annotations

from galtea_frames.api.resource import DeclaredColumn, Filter, Resource

_CREATED = (
    Filter("fromCreatedAt", "time", "created at or after this time", column="created_at"),
    Filter("toCreatedAt", "time", "created at or before this time", column="created_at"),
)

SESSIONS = Resource(
    name="sessions",
    path="/sessions",
    statuses=("PENDING", "COMPLETED", "FAILED"),
    columns=(
        DeclaredColumn("id", "string", "the session's id"),
        DeclaredColumn("customId", "string", "the caller's own id of the session; unique per version only"),
        DeclaredColumn("versionId", "string", "the version that held the session"),
        DeclaredColumn("userId", "string", "the user who launched the session"),
        DeclaredColumn("testCaseId", "string", "the test case it ran; null in production"),
        DeclaredColumn("context", "object", 'what the session was given; plain text is {"value": …}'),
        DeclaredColumn("stoppingReason", "string", "why it ended, as free text"),
        DeclaredColumn("error", "string", "what went wrong, as free text"),
        DeclaredColumn("status", "status", "PENDING, COMPLETED or FAILED"),
        DeclaredColumn("metadata", "object", "whatever the product's endpoint reported"),
        DeclaredColumn("createdAt", "time", "when it began"),
        DeclaredColumn("deletedAt", "time", "when it was deleted; null in practice"),
    ),
    filters=(
        Filter("ids", "texts", "these sessions; one that does not exist raises NotFoundError", column="id"),
        Filter("customIds", "texts", "these ids of your own", column="custom_id"),
        Filter("productIds", "texts", "sessions of these products"),
        Filter("testIds", "texts", 'sessions of these tests; "" selects those without a test', allows_empty=True),
        Filter(
            "excludeTestIds",
            "texts",
            'all but the sessions of these tests; "" leaves out those without a test',
            excludes=True,
            allows_empty=True,
        ),
        Filter("versionIds", "texts", "sessions of these versions", column="version_id"),
        Filter("testCaseIds", "texts", "sessions of these test cases", column="test_case_id"),
        Filter(
            "statuses", "texts", "sessions with these statuses", column="status", told_by="status", was_further=True
        ),
        *_CREATED,
    ),
)

VERSIONS = Resource(
    name="versions",
    path="/versions",
    columns=(
        DeclaredColumn("id", "string", "the version's id"),
        DeclaredColumn("productId", "string", "the product it is a release of"),
        DeclaredColumn("userId", "string", "the user who made it"),
        DeclaredColumn("name", "string", "its name; not unique"),
        DeclaredColumn("description", "string", "its description"),
        DeclaredColumn("modelId", "string", "the model it runs"),
        DeclaredColumn("systemPrompt", "string", "the system prompt it runs with"),
        DeclaredColumn("datasetUri", "string", "where its training data lies"),
        DeclaredColumn("datasetDescription", "string", "what its training data is"),
        DeclaredColumn("guardrails", "string", "its safety guidelines"),
        DeclaredColumn("initializationEndpointConnectionId", "string", "the connection that opens a session"),
        DeclaredColumn("conversationEndpointConnectionId", "string", "the connection that holds the conversation"),
        DeclaredColumn("finalizationEndpointConnectionId", "string", "the connection that closes a session"),
        DeclaredColumn("createdAt", "time", "when it was made"),
        DeclaredColumn("deletedAt", "time", "when it was deleted; null in practice"),
    ),
    filters=(
        Filter("ids", "texts", "these versions; one that does not exist raises NotFoundError", column="id"),
        Filter("productIds", "texts", "versions of these products", column="product_id"),
        Filter(
            "conversationEndpointConnectionIds",
            "texts",
            'versions with these; "" selects those without one',
            allows_empty=True,
        ),
        Filter(
            "excludeConversationEndpointConnectionIds",
            "texts",
            'all but the versions with these; "" leaves out those without one',
            excludes=True,
            allows_empty=True,
        ),
        Filter("names", "texts", "versions with exactly these names", column="name"),
        Filter("name", "text", "versions whose name contains this"),
        Filter("existentInEvaluations", "flag", "versions that have evaluations, or have none"),
        Filter("hasInferenceResults", "flag", "versions that have inference results, or have none"),
        *_CREATED,
    ),
)

RESOURCES = {resource.name: resource for resource in (SESSIONS, VERSIONS)}
