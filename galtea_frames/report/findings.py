"""What a report says, as plain values: HTML, Markdown and JSON all come from these.

Shares and differences of shares are fractions (0.02 is two percentage points), times ISO 8601 text, and None stands
where there is nothing to divide or to compare with.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from galtea_frames.rates import Difference, Rate


class Verdict(StrEnum):
    """What a report comes to."""

    OK = "OK"
    WARN = "WARN"
    FAIL = "FAIL"
    INCOMPLETE = "INCOMPLETE"

    @property
    def exit_code(self) -> int:
        """What the command line ends with: 0; 3 if data is incomplete; 10 if a threshold to fail on is broken."""
        return {Verdict.FAIL: 10, Verdict.INCOMPLETE: 3}.get(self, 0)


@dataclass(frozen=True)
class Span:
    """A period: its ISO 8601 code, its name for people, its local days, its first instant and the first after it."""

    code: str
    title: str
    first_day: str
    last_day: str
    start: str
    end: str


@dataclass(frozen=True)
class Scope:
    """What the report is about.

    Attributes:
        unit: "day", "week" or "month".
        timezone: whose days they are.
        as_of: the instant that it is made for.
        period, previous: what it is about, and compared with.
        no_previous: why there is nothing to compare with, if so.
        selection: which sessions these are, if its maker says so.
        products: those of the versions.
    """

    unit: str
    timezone: str
    as_of: str
    period: Span
    previous: Span
    no_previous: str | None
    selection: str | None
    products: tuple[str, ...]


@dataclass(frozen=True)
class Completeness:
    """Whether all that there was has been seen; else why not."""

    complete: bool
    sessions: int
    statement: str
    problems: tuple[str, ...]


@dataclass(frozen=True)
class Figure:
    """A count, or a share of `n`, in this period and the previous one.

    `change` is a difference of counts, or of shares; `relative` a count's, as a fraction of at least 30.
    """

    name: str
    label: str
    unit: Literal["count", "share"]
    now: float | None
    n: int | None
    before: float | None
    before_n: int | None
    change: Difference
    relative: float | None


@dataclass(frozen=True)
class Reading:
    """The value of a figure that a threshold names, beside its limit."""

    figure: str
    value: float | None
    operator: str
    limit: float


@dataclass(frozen=True)
class Check:
    """A threshold held against the total (`version_id` and `label` are None) or a version; "n/a" was not judged."""

    version_id: str | None
    label: str | None
    readings: tuple[Reading, ...]
    outcome: Literal["broken", "held", "n/a"]


@dataclass(frozen=True)
class ThresholdResult:
    """A threshold with all its checks; it is broken if one of them is."""

    level: Literal["fail", "warn"]
    text: str
    per_version: bool
    outcome: Literal["broken", "held", "n/a"]
    broken: tuple[Check, ...]
    held: tuple[Check, ...]
    not_judged: tuple[Check, ...]


@dataclass(frozen=True)
class VersionLine:
    """One version with sessions in the period; `id` is None for the sessions without one.

    Attributes:
        id: its id.
        label: its name, told apart from others of the same name.
        name: its name; None if the version is not known.
        created: when it was made.
        model: the model it runs.
        product: the product it is of.
        known: whether it is among the versions.
        is_new: whether it was made in the period.
        few: whether fewer than 30 of its sessions have ended, so that it is not ranked by its failure rate.
        colour: its place among the colours of the charts; None if it is part of "other".
        sessions: its sessions of the period.
        share: their share of all.
        completed: those completed.
        failed: those failed.
        pending: those pending.
        failure_rate: its failure rate.
        change: the failure rate's difference to the previous period.
        previous: the previous period's failure rate.
        trend: failure rates of all periods that were loaded, oldest first; None for one that was not.
    """

    id: str | None
    label: str
    name: str | None
    created: str | None
    model: str | None
    product: str | None
    known: bool
    is_new: bool
    few: bool
    colour: int | None
    sessions: int
    share: float | None
    completed: int
    failed: int
    pending: int
    failure_rate: Rate
    change: Difference
    previous: Rate
    trend: tuple[Rate | None, ...]


@dataclass(frozen=True)
class Series:
    """Sessions of one version, or of all others (`colour` is None), at each place of an axis."""

    label: str
    version_id: str | None
    colour: int | None
    values: tuple[int, ...]


@dataclass(frozen=True)
class Stack:
    """Sessions at each place of an axis, by version; `totals` are the sums."""

    axis: tuple[str, ...]
    series: tuple[Series, ...]
    totals: tuple[int, ...]


@dataclass(frozen=True)
class Reason:
    """A stopping reason (None: those that are rarer than the ones listed) with its sessions and their share."""

    text: str | None
    sessions: int
    share: float
    before: int


@dataclass(frozen=True)
class Quantiles:
    """Quantiles of a numeric column among the sessions that have a value."""

    n: int
    median: float | None
    p90: float | None
    p95: float | None


@dataclass(frozen=True)
class MetricLine:
    """A metric of one version, in this period and the previous one."""

    version_id: str | None
    label: str
    now: Quantiles
    before: Quantiles


@dataclass(frozen=True)
class Metric:
    """A column's numbers by version, those with most of them first, and in total.

    Of the period's `sessions` so many have a value `present`; if none is a number, `numeric` are columns with some.
    """

    column: str
    total: MetricLine
    versions: tuple[MetricLine, ...]
    present: int
    sessions: int
    numeric: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """A version that is new or has gone silent."""

    version_id: str
    label: str
    created: str | None
    sessions: int
    before: int


@dataclass(frozen=True)
class ErrorShape:
    """Errors that differ in numbers, ids and quoted parts only.

    Attributes:
        shape: what they have in common.
        sessions: how many in this period.
        before: how many in the previous one.
        trend: how many in each period, oldest first.
        is_new: whether none of the earlier periods has any.
        examples: ids of the latest ones.
        message: the latest one's own words, if raw text was asked for.
    """

    shape: str
    sessions: int
    before: int
    trend: tuple[int, ...]
    is_new: bool
    examples: tuple[str, ...]
    message: str | None


@dataclass(frozen=True)
class Changes:
    """What this period has that earlier ones had not, and the other way round; `keys` is None if not looked for."""

    new_versions: tuple[Change, ...]
    silent_versions: tuple[Change, ...]
    statuses: tuple[str, ...]
    keys: tuple[str, ...] | None
    errors: tuple[ErrorShape, ...]
    other_errors: int


@dataclass(frozen=True)
class QualityLine:
    """Something that readers should know of the data: how many sessions, of how many, and what it means."""

    label: str
    sessions: int
    of: int | None
    meaning: str


@dataclass(frozen=True)
class LateChange:
    """A figure of an earlier report beside what it is now for the same period."""

    label: str
    said: int
    now: int


@dataclass(frozen=True)
class Quality:
    """How far the numbers can be trusted.

    Attributes:
        lines: what was counted.
        mixed_columns: columns that hold several types, as JSON text.
        partial_day: what of the day of `as_of` is left out, since it is not over.
        late_period: the period of the earlier report; None without one.
        late_changes: what has changed in it since.
    """

    lines: tuple[QualityLine, ...]
    mixed_columns: tuple[str, ...]
    partial_day: str
    late_period: str | None
    late_changes: tuple[LateChange, ...]


@dataclass(frozen=True)
class Reproduction:
    """How to get the same report: the call or command, the query, and what it was computed with."""

    command: str
    query: tuple[tuple[str, str], ...]
    libraries: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Findings:
    """All that a report says; `unit` and `timezone` hold for all of it."""

    verdict: Verdict
    headline: str
    scope: Scope
    completeness: Completeness
    thresholds: tuple[ThresholdResult, ...]
    figures: tuple[Figure, ...]
    versions: tuple[VersionLine, ...]
    trend_axis: tuple[str, ...]
    by_day: Stack
    by_period: Stack
    stopping_reasons: tuple[Reason, ...]
    metrics: tuple[Metric, ...]
    changes: Changes
    quality: Quality
    reproduction: Reproduction
