"""Sums of columns and groups of sessions in a report, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from galtea_frames.rates import Difference, Rate
    from galtea_frames.report.conditions import Place


@dataclass(frozen=True)
class Amount:
    """The sum of a column over a group of sessions.

    Attributes:
        total: the sum of all values; None without any, and if it is larger than numbers can be.
        n: how many values there are; sessions have several if these are their turns'.
        with_value: how many sessions have one.
        sessions: how many sessions there are.
    """

    total: float | None
    n: int
    with_value: int
    sessions: int

    @property
    def per_session(self) -> float | None:
        """The sum by session with a value."""
        return None if self.total is None else self.total / self.with_value


@dataclass(frozen=True)
class SumLine:
    """A sum for one version, or for all (`label` is "All versions"), in this period and the previous one.

    `relative` is the change as a fraction; None if there is nothing to divide by.
    """

    version_id: str | None
    label: str
    now: Amount
    before: Amount
    relative: float | None


@dataclass(frozen=True)
class ColumnSum:
    """The sums of a column in total and by version, the largest first; without numbers, columns that have some."""

    column: str
    total: SumLine
    versions: tuple[SumLine, ...]
    numeric: tuple[str, ...]


@dataclass(frozen=True)
class GroupScore:
    """The pass rate of a group's sessions by a metric in a place."""

    place: Place
    metric_id: str
    label: str
    pass_rate: Rate


@dataclass(frozen=True)
class GroupLine:
    """The sessions that have one value in a column.

    Attributes:
        kind: "value", "other" (all rarer values) or "none" (no value).
        value: the value as text; None unless `kind` is "value".
        sessions: how many have it in this period.
        share: their share of all sessions.
        before: how many have it in the previous one.
        few: whether fewer than 30 of them have ended.
        failure_rate: their failure rate.
        change: its change since the previous period.
        scores: their pass rates, in the order of the report's metrics.
    """

    kind: Literal["value", "other", "none"]
    value: str | None
    sessions: int
    share: float
    before: int
    few: bool
    failure_rate: Rate
    change: Difference
    scores: tuple[GroupScore, ...]


@dataclass(frozen=True)
class Breakdown:
    """The sessions of the period by the values of a column, the most frequent first; `found` is whether it exists."""

    column: str
    found: bool
    groups: tuple[GroupLine, ...]
