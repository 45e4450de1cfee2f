"""Turns of conversations (`/inferenceResults`) and the spans inside them (`/traces`)."""

from __future__ import annotations

from galtea_frames.api.lists.filters import CREATED, CREATED_COLUMNS, ids_filter
from galtea_frames.api.resource import DeclaredColumn, DerivedColumn, Filter, Resource

INFERENCE_RESULTS = Resource(
    name="inference_results",
    path="/inferenceResults",
    final_statuses=("GENERATED", "FAILED", "SKIPPED"),
    columns=(
        DeclaredColumn("id", "string", "the turn's id"),
        DeclaredColumn("sessionId", "string", "the session that it belongs to", references="sessions"),
        DeclaredColumn("userId", "string", "the user who started the session"),
        DeclaredColumn("index", "integer", "its position in the session, from 0"),
        DeclaredColumn(
            "status",
            "category",
            "PENDING, GENERATED, FAILED or SKIPPED",
            members=("PENDING", "GENERATED", "FAILED", "SKIPPED"),
        ),
        DeclaredColumn("error", "string", "why the product did not answer"),
        DeclaredColumn("input", "object", "what the product was sent; old rows have plain text"),
        DeclaredColumn("actualOutput", "json", "what the product answered: text, or an object with parts"),
        DeclaredColumn("retrievalContext", "string", "what the product had retrieved; null in newer rows"),
        DeclaredColumn("latency", "number", "how long the product took, in milliseconds"),
        DeclaredColumn("inputTokens", "integer", "tokens that the product's model read"),
        DeclaredColumn("outputTokens", "integer", "tokens that it wrote"),
        DeclaredColumn("cacheReadInputTokens", "integer", "tokens that it read from its cache"),
        DeclaredColumn("tokens", "integer", "tokens in all; may be null though its parts are not"),
        DeclaredColumn("costPerInputToken", "number", "price of a token read, in USD"),
        DeclaredColumn("costPerOutputToken", "number", "price of a token written, in USD"),
        DeclaredColumn("costPerCacheReadInputToken", "number", "price of a token read from the cache, in USD"),
        DeclaredColumn("cost", "number", "cost of the turn, in USD"),
        DeclaredColumn("creditsUsed", "integer", "credits of the platform that it cost"),
        DeclaredColumn("conversationSimulatorVersion", "string", "the simulator that held the conversation"),
        DeclaredColumn("traceId", "string", "the W3C id of its trace in your own tools; the key of no list here"),
        DeclaredColumn("droppedSpanCount", "integer", "spans that were refused for their size or number"),
        *CREATED_COLUMNS,
    ),
    derived=(
        DerivedColumn("user_message", "input", "user_message", "the user's message"),
        DerivedColumn("assistant_message", "actualOutput", "assistant_message", "the product's answer"),
    ),
    filters=(
        ids_filter("turns"),
        Filter("sessionIds", "texts", "turns of these sessions", column="session_id", checked_by="sessionId"),
        Filter("evaluationIds", "texts", "turns that these evaluations scored"),
        Filter("versionIds", "texts", "turns of these versions' sessions", through="sessionIds"),
        Filter("productIds", "texts", "turns of these products' sessions", through="sessionIds"),
        *CREATED,
    ),
)

SPANS = Resource(
    name="spans",
    path="/traces",
    required=("ids", "session_ids", "inference_result_ids"),
    page_rows=25,
    has_times=False,
    columns=(
        DeclaredColumn("id", "string", "the span's id"),
        DeclaredColumn("inferenceResultId", "string", "the turn that it belongs to", references="inference_results"),
        DeclaredColumn("parentTraceId", "string", "the span around it; null for the outermost one", references="spans"),
        DeclaredColumn("name", "string", "its name"),
        DeclaredColumn(
            "type",
            "category",
            "what it is: a generation, a tool call, a retrieval, …",
            members=(
                "SPAN",
                "GENERATION",
                "EVENT",
                "AGENT",
                "TOOL",
                "CHAIN",
                "RETRIEVER",
                "EVALUATOR",
                "EMBEDDING",
                "GUARDRAIL",
            ),
        ),
        DeclaredColumn("description", "string", "its description, up to 1 MB"),
        DeclaredColumn("inputData", "json", "what it was given, up to 10 MB"),
        DeclaredColumn("outputData", "json", "what it returned, up to 10 MB"),
        DeclaredColumn("metadata", "json", "what the product says about it, up to 10 MB"),
        DeclaredColumn("error", "string", "what went wrong"),
        DeclaredColumn("latencyMs", "number", "how long it took, in milliseconds"),
        DeclaredColumn("startTime", "time", "when it began, by the product's clock; may be null"),
        DeclaredColumn("endTime", "time", "when it ended, by the product's clock"),
        *CREATED_COLUMNS,
    ),
    filters=(
        ids_filter("spans"),
        Filter(
            "inferenceResultIds",
            "texts",
            "spans of these turns",
            column="inference_result_id",
            checked_by="inferenceResultId",
        ),
        Filter("sessionIds", "texts", "spans of these sessions' turns"),
        Filter("types", "texts", "spans of these types", column="type", checked_by="type"),
        Filter("names", "texts", "spans with exactly these names", column="name", checked_by="name"),
        Filter("fromStartTime", "time", "begun at or after this time; leaves out spans without a start"),
        Filter("toStartTime", "time", "begun at or before this time; leaves out spans without a start"),
    ),
)
