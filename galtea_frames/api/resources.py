"""What the API serves, as data: each resource with its path, its columns and its filters.

A new resource is one entry here and its two loader functions. Source of every name: the API's reference pages
"Get sessions" and "Get versions".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

ColumnKind = Literal["string", "status", "time", "object"]
FilterKind = Literal["texts", "text", "flag", "time"]

#: Where a word begins: at a capital after anything but a capital, and at the last of several capitals before small
#: letters; but the `s` of a plural belongs to the capitals before it.
_WORD_START = re.compile(r"(?<=[^\WA-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z](?!(?<=s)(?![a-z])))")


def snake_case(api_name: str) -> str:
    """Return the Python name of an API name: `versionIds` becomes `version_ids`, `modelIDs` `model_ids`.

    Capitals in a row are one word, but for the last one where small letters follow: `HTTPStatus` is `http_status`.
    """
    return _WORD_START.sub("_", api_name).lower()


@dataclass(frozen=True)
class Column:
    """A field that the API documents, and so a column that every frame has.

    Attributes:
        api: the field's name on the wire.
        kind: "string", "status" (a category), "time" (`datetime64[us, UTC]`), or "object", which is
            flattened into nested columns.
        meaning: one line for the reference.
    """

    api: str
    kind: ColumnKind
    meaning: str

    @property
    def name(self) -> str:
        """The column's name in a frame."""
        return snake_case(self.api)


@dataclass(frozen=True)
class Filter:
    """A query parameter that narrows what a loader returns.

    Attributes:
        api: the parameter's name on the wire.
        kind: "texts" (one or many strings), "text", "flag" (True or False) or "time".
        meaning: one line for the reference.
        excludes: the rows named are left out instead of kept.
        allows_empty: the empty string is a member with a meaning: rows without such an id.
        told_by: the field by which rows show whether a server knows the filter; older ones ignore it.
        was_further: callers may also give it in `params`, where it was before it had an argument.
    """

    api: str
    kind: FilterKind
    meaning: str
    excludes: bool = False
    allows_empty: bool = False
    told_by: str | None = None
    was_further: bool = False

    @property
    def name(self) -> str:
        """The filter's name as a loader's argument."""
        return snake_case(self.api)


@dataclass(frozen=True)
class Resource:
    """One list of the API.

    Attributes:
        name: what its rows are called, in the plural.
        path: the path of its GET request.
        columns: the documented fields, in the order of the reference page.
        filters: the documented filters, besides `sort`, `limit` and `offset`, which every list takes.
        statuses: the known members of its "status" column.
    """

    name: str
    path: str
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...]
    statuses: tuple[str, ...] = ()

    @property
    def singular(self) -> str:
        """What one row is called."""
        return self.name.removesuffix("s")


_CREATED = (
    Filter("fromCreatedAt", "time", "created at or after this time"),
    Filter("toCreatedAt", "time", "created at or before this time"),
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
        Filter("ids", "texts", "these sessions; one that does not exist raises NotFoundError"),
        Filter("customIds", "texts", "these ids of your own"),
        Filter("productIds", "texts", "sessions of these products"),
        Filter("testIds", "texts", 'sessions of these tests; "" selects those without a test', allows_empty=True),
        Filter(
            "excludeTestIds",
            "texts",
            'all but the sessions of these tests; "" leaves out those without a test',
            excludes=True,
            allows_empty=True,
        ),
        Filter("versionIds", "texts", "sessions of these versions"),
        Filter("testCaseIds", "texts", "sessions of these test cases"),
        Filter("statuses", "texts", "sessions with these statuses", told_by="status", was_further=True),
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
        Filter("ids", "texts", "these versions; one that does not exist raises NotFoundError"),
        Filter("productIds", "texts", "versions of these products"),
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
        Filter("names", "texts", "versions with exactly these names"),
        Filter("name", "text", "versions whose name contains this"),
        Filter("existentInEvaluations", "flag", "versions that have evaluations, or have none"),
        Filter("hasInferenceResults", "flag", "versions that have inference results, or have none"),
        *_CREATED,
    ),
)

RESOURCES = {resource.name: resource for resource in (SESSIONS, VERSIONS)}
