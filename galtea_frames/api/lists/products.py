"""Products and the models that their versions run on."""

from __future__ import annotations

from galtea_frames.api.lists.filters import CREATED, CREATED_COLUMNS, ids_filter, names_filters
from galtea_frames.api.resource import DeclaredColumn, Filter, Resource

_SCOPES = ("NONE", "DEVELOPMENT", "PRODUCTION", "ALL")

PRODUCTS = Resource(
    name="products",
    path="/products",
    row="one AI product",
    few=True,
    columns=(
        DeclaredColumn("id", "string", "the product's id"),
        DeclaredColumn("organizationId", "string", "the organization that it belongs to"),
        DeclaredColumn("userId", "string", "the user who created it"),
        DeclaredColumn("name", "string", "its name"),
        DeclaredColumn("description", "string", "its description"),
        DeclaredColumn("tags", "texts", "its tags, in lower case"),
        DeclaredColumn("riskLevel", "category", "its level of risk"),
        DeclaredColumn("operatorType", "category", "who operates it"),
        DeclaredColumn(
            "interactionMode",
            "category",
            "who it interacts with",
            members=("CONVERSATIONAL", "HUMAN_DIRECT", "PROGRAMMATIC"),
        ),
        DeclaredColumn("primaryTask", "category", "its main task"),
        DeclaredColumn("autoCloseScope", "category", "which sessions close by themselves", members=_SCOPES),
        DeclaredColumn("autoCloseInactivityMinutes", "integer", "after how many quiet minutes they close"),
        DeclaredColumn(
            "closedSessionInferenceCreationPolicy",
            "category",
            "what happens to a turn of a closed session",
            members=("REJECT", "IGNORE", "REOPEN_AND_REEVALUATE"),
        ),
        DeclaredColumn("capabilities", "string", "what it can do; specifications have replaced this"),
        DeclaredColumn("inabilities", "string", "what it cannot do; specifications have replaced this"),
        DeclaredColumn("policies", "string", "its policies; specifications have replaced this"),
        DeclaredColumn("securityBoundaries", "string", "its security boundaries; specifications have replaced this"),
        DeclaredColumn("otelOutputSourceRule", "object", "where OpenTelemetry spans have the output"),
        DeclaredColumn("otelInputSourceRule", "object", "where OpenTelemetry spans have the input"),
        DeclaredColumn("otelProductKey", "texts", "the OpenTelemetry attributes that name the product"),
        DeclaredColumn("otelVersionAttributes", "texts", "the OpenTelemetry attributes that name the version"),
        DeclaredColumn("otelProductKeyValues", "object", "the values of those that name the product"),
        *CREATED_COLUMNS,
    ),
    filters=(
        ids_filter("products"),
        Filter("organizationIds", "texts", "products of these organizations", column="organization_id"),
        *names_filters("products"),
        Filter("tags", "texts", "products with any of these tags"),
        *CREATED,
    ),
)

MODELS = Resource(
    name="models",
    path="/models",
    row="one language model, with its prices",
    few=True,
    has_times=False,  # createdAt may be null
    columns=(
        DeclaredColumn("id", "string", "the model's id"),
        DeclaredColumn("organizationId", "string", "its organization; null for models of the platform"),
        DeclaredColumn("userId", "string", "the user who created it"),
        DeclaredColumn("name", "string", "its name"),
        DeclaredColumn("inputCostPerToken", "number", "price of a token read, in USD"),
        DeclaredColumn("outputCostPerToken", "number", "price of a token written, in USD"),
        DeclaredColumn("cacheReadInputTokenCost", "number", "price of a token read from the cache, in USD"),
        DeclaredColumn("cacheCreationInputTokenCost", "number", "price of a token put into the cache, in USD"),
        DeclaredColumn("inputCostPerTokenAbove128kTokens", "number", "price of a token read beyond 128,000, in USD"),
        DeclaredColumn(
            "outputCostPerTokenAbove128kTokens", "number", "price of a token written beyond 128,000, in USD"
        ),
        DeclaredColumn("tokenizerProvider", "string", "who provides its tokenizer"),
        DeclaredColumn("source", "category", "PREDEFINED or CUSTOM", members=("PREDEFINED", "CUSTOM")),
        *CREATED_COLUMNS,
    ),
    filters=(
        ids_filter("models"),
        Filter("organizationIds", "texts", "models of these organizations", column="organization_id"),
        *names_filters("models"),
        Filter("includeDefaultEntities", "flag", "whether to include models of the platform"),
        Filter("includeOwnEntities", "flag", "whether to include models of your organization"),
        *CREATED,
    ),
)
