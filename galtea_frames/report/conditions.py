"""Conditions on a report's numbers: what they may name, and whether they are true, false or unknown; pure."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Level = Literal["fail", "warn"]

LEVELS: tuple[Level, ...] = get_args(Level)

#: The numbers a condition may name, per version or in total, with their meaning.
OF_VERSIONS = {
    "sessions": "sessions of the period",
    "completed": "sessions with the status COMPLETED",
    "failed": "sessions with the status FAILED",
    "pending": "sessions with the status PENDING",
    "n": "completed + failed, the denominator of the failure rate",
    "failure_rate": "failed / (completed + failed)",
    "failure_rate_low": "lower end of its 95 % interval",
    "failure_rate_high": "upper end of its 95 % interval",
    "failure_rate_change": "failure rate minus that of the previous period, as a fraction",
    "failure_rate_change_low": "lower end of its 95 % interval",
    "failure_rate_change_high": "upper end of its 95 % interval",
    "pending_rate": "pending sessions / sessions",
    "previous_sessions": "sessions of the previous period",
    "previous_n": "completed and failed sessions of the previous period",
    "sessions_change": "sessions / sessions of the previous period - 1",
}
IN_TOTAL = OF_VERSIONS | {
    "production_rate": "sessions in production / sessions",
    "users": "distinct users",
    "active_versions": "versions with a session",
}

#: The numbers of a metric, per version or in total, with their meaning.
OF_METRICS = {
    "scored": "sessions with a score by the metric",
    "score": "mean of their scores",
    "score_low": "lower end of its 95 % interval",
    "score_high": "upper end of its 95 % interval",
    "score_change": "mean score minus that of the previous period",
    "score_change_low": "lower end of its 95 % interval",
    "score_change_high": "upper end of its 95 % interval",
    "pass_rate": "sessions whose score reaches the metric's threshold / sessions with a score",
    "pass_rate_low": "lower end of its 95 % interval",
    "pass_rate_high": "upper end of its 95 % interval",
    "pass_rate_change": "pass rate minus that of the previous period, as a fraction",
    "pass_rate_change_low": "lower end of its 95 % interval",
    "pass_rate_change_high": "upper end of its 95 % interval",
}

#: Where sessions run: in production, or in tests.
Place = Literal["production", "tests"]
PLACES: tuple[Place, ...] = get_args(Place)

#: Shares, scores and their differences, which cannot exceed 1.
SHARES = frozenset(name for name in IN_TOTAL if "rate" in name) | (frozenset(OF_METRICS) - {"scored"})

#: A number's value; None if there is nothing to divide by or to compare with.
Value = Fraction | float | None

#: The operators of comparisons.
OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True)
class Comparison:
    """The name of a number, an operator and a limit; for a metric's numbers, also the metric's name or id."""

    name: str
    operator: str
    limit: Fraction
    metric: str | None = None

    @property
    def figure(self) -> str:
        """The number as it is written: `failure_rate`, `score("Accuracy")`."""
        return self.name if self.metric is None else f'{self.name}("{self.metric}")'

    def of(self, value: Value) -> bool | None:
        """Tell whether it is true of a value; None without a value."""
        return None if value is None else OPERATORS[self.operator](value, self.limit)


@dataclass(frozen=True)
class Threshold:
    """A condition that makes a report fail or warn.

    Attributes:
        level: "fail" or "warn".
        text: the condition as it was written.
        comparisons: all of them must be true.
        per_version: whether it is judged per version, not in total.
        place: where the sessions run that it is about; None for all.
    """

    level: Level
    text: str
    comparisons: tuple[Comparison, ...]
    per_version: bool
    place: Place | None = None

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics that it names, each once."""
        return tuple(dict.fromkeys(each.metric for each in self.comparisons if each.metric is not None))

    @property
    def places(self) -> tuple[Place, ...]:
        """The places that it is judged in apart; none if it is judged on the sessions of all places together."""
        if self.place is not None:
            return (self.place,)
        return PLACES if self.metrics else ()

    def broken(self, numbers: Mapping[str, Value]) -> bool | None:
        """Tell whether numbers break it; None if a number that matters is missing."""
        outcomes = [each.of(numbers[each.figure]) for each in self.comparisons]
        if False in outcomes:
            return False
        return None if None in outcomes else True
