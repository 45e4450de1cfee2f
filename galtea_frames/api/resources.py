"""What the API serves, as data: each resource with its path, its columns and its filters.

A new resource is one entry here, from which `tools/write_loaders.py` writes its loaders. Source of every
name: the API's reference pages "Get sessions" and "Get versions".
"""

from __future__ import annotations

from galtea_frames.api.resource import Column, Filter, Resource

_CREATED = (
    Filter("fromCreatedAt", "time", "created at or after this time", column="created_at"),
    Filter("toCreatedAt", "time", "created at or before this time", column="created_at"),
)

SESSIONS = Resource(
    name="sessions",
    path="/sessions",
    statuses=("PENDING", "COMPLETED", "FAILED"),
    columns=(
        Column("id", "string", "the session's id"),
        Column("customId", "string", "the caller's own id of the session; unique per version only"),
        Column("versionId", "string", "the version that held the session"),
        Column("userId", "string", "the user who launched the session"),
        Column("testCaseId", "string", "the test case it ran; null in production"),
        Column("context", "object", 'what the session was given; plain text is {"value": …}'),
        Column("stoppingReason", "string", "why it ended, as free text"),
        Column("error", "string", "what went wrong, as free text"),
        Column("status", "status", "PENDING, COMPLETED or FAILED"),
        Column("metadata", "object", "whatever the product's endpoint reported"),
        Column("createdAt", "time", "when it began"),
        Column("deletedAt", "time", "when it was deleted; null in practice"),
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
        Column("id", "string", "the version's id"),
        Column("productId", "string", "the product it is a release of"),
        Column("userId", "string", "the user who made it"),
        Column("name", "string", "its name; not unique"),
        Column("description", "string", "its description"),
        Column("modelId", "string", "the model it runs"),
        Column("systemPrompt", "string", "the system prompt it runs with"),
        Column("datasetUri", "string", "where its training data lies"),
        Column("datasetDescription", "string", "what its training data is"),
        Column("guardrails", "string", "its safety guidelines"),
        Column("initializationEndpointConnectionId", "string", "the connection that opens a session"),
        Column("conversationEndpointConnectionId", "string", "the connection that holds the conversation"),
        Column("finalizationEndpointConnectionId", "string", "the connection that closes a session"),
        Column("createdAt", "time", "when it was made"),
        Column("deletedAt", "time", "when it was deleted; null in practice"),
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
