"""The filters of sessions and versions: the API's parameters, as data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from galtea_frames.sample.records import has_evaluations, has_inference_results, owning_test

_SCALARS = frozenset({"limit", "offset", "fromCreatedAt", "toCreatedAt"})


@dataclass(frozen=True)
class Resource:
    """One list of the API.

    Attributes:
        name: Its path.
        includes: Array parameters that select rows, with the column to compare.
        excludes: Array parameters that exclude rows.
        empty_means_none: Array parameters in which the empty string matches rows without a value.
        flags: Boolean parameters.
        scalars: Parameters that take a single value.
        derived: Columns that are not fields, with functions that derive them from a row.
    """

    name: str
    includes: Mapping[str, str]
    excludes: Mapping[str, str]
    empty_means_none: frozenset[str]
    flags: Mapping[str, str] = field(default_factory=dict)
    scalars: frozenset[str] = _SCALARS
    derived: Mapping[str, Callable[[Mapping[str, Any]], str | None]] = field(default_factory=dict)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns that are kept of each row beside its JSON."""
        names = (*self.includes.values(), *self.excludes.values(), *self.flags.values())
        return tuple(dict.fromkeys(names))

    def values(self, record: Mapping[str, Any]) -> tuple[str | None, ...]:
        """A row's value in each of `columns`; None for values that are not text, which no filter selects."""
        return tuple(_text(self._value(column, record)) for column in self.columns)

    def _value(self, column: str, record: Mapping[str, Any]) -> object:
        return self.derived[column](record) if column in self.derived else record.get(column)


def _test_id(session: Mapping[str, Any]) -> str | None:
    test_case_id = _text(session.get("testCaseId"))
    return None if test_case_id is None else owning_test(test_case_id)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


SESSIONS = Resource(
    name="sessions",
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
    derived={"testId": _test_id},
)

VERSIONS = Resource(
    name="versions",
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
    flags={"existentInEvaluations": "hasEvaluations", "hasInferenceResults": "hasInferenceResults"},
    scalars=_SCALARS | {"name", "existentInEvaluations", "hasInferenceResults"},
    derived={
        "hasEvaluations": lambda version: str(has_evaluations(version["id"])).lower(),
        "hasInferenceResults": lambda version: str(has_inference_results(version["id"])).lower(),
    },
)
