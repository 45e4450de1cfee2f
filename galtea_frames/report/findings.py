"""The content of a report as plain values; HTML, Markdown and JSON are made from them.

Field names are the keys of report.json. Shares and their differences are fractions (0.02 is two percentage points),
times are ISO 8601 text, and None means that there was nothing to divide by or to compare with.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from galtea_frames.pages.links import Links
    from galtea_frames.rates import Difference, Rate
    from galtea_frames.report.checks import ThresholdResult
    from galtea_frames.report.groups import Breakdown, ColumnSum
    from galtea_frames.report.scored import Scores


class Verdict(StrEnum):
    """The verdict of a report."""

    OK = "OK"
    WARN = "WARN"
    FAIL = "FAIL"
    INCOMPLETE = "INCOMPLETE"

    @property
    def exit_code(self) -> int:
        """The exit code of the command line: 0, 3 if data is incomplete, 10 if a `fail_if` threshold is broken."""
        return {Verdict.FAIL: 10, Verdict.INCOMPLETE: 3}.get(self, 0)


@dataclass(frozen=True)
class Span:
    """A period: its ISO 8601 code, title, first and last local day, first instant and the first instant after it."""

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
        timezone: the time zone of the days.
        as_of: the instant it is made for.
        period, previous: the period, and the one it is compared with.
        no_previous: why there is nothing to compare with; None if there is.
        selection: which sessions these are, if the author says so.
        products: the products of the versions.
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
    """Whether all sessions were loaded, and why not."""

    complete: bool
    sessions: int
    statement: str
    problems: tuple[str, ...]


@dataclass(frozen=True)
class TotalLine:
    """A count, or a share of `n`, in this period and the previous one.

    `change` is the difference of counts or shares; `relative` is that of counts as a fraction, if `before` is 30 or
    more.
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
class VersionLine:
    """One version with sessions in the period.

    Attributes:
        id: its id; None for sessions without a version.
        label: its unique label.
        name: its name; None if the version is not known.
        created: when it was created.
        model: the model it runs.
        product: the product it belongs to.
        known: whether the frame of versions has it.
        is_new: whether it was created in the period.
        few: whether fewer than 30 of its sessions have ended, so that it is not ranked by its failure rate.
        colour: the number of its colour in the charts; None if it is part of "Other".
        sessions: its sessions in the period.
        share: their share of all sessions.
        completed: those completed.
        failed: those failed.
        pending: those pending.
        failure_rate: its failure rate.
        change: the change of the failure rate since the previous period.
        previous: the previous period's failure rate.
        trend: the failure rates of all periods, oldest first; None for periods that were not loaded.
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
    """Sessions of one version, or of all others (`colour` is None), along an axis."""

    label: str
    version_id: str | None
    colour: int | None
    values: tuple[int, ...]


@dataclass(frozen=True)
class Stack:
    """Sessions along an axis by version; `totals` are the sums."""

    axis: tuple[str, ...]
    series: tuple[Series, ...]
    totals: tuple[int, ...]


@dataclass(frozen=True)
class Reason:
    """A stopping reason (None: all rarer ones) with its sessions and their share."""

    text: str | None
    sessions: int
    share: float
    before: int


@dataclass(frozen=True)
class Quantiles:
    """Quantiles of a numeric column over the sessions that have a number."""

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
    """A column's quantiles in total and by version, versions with the most numbers first.

    `present` is how many of the period's `sessions` have a value; if none is a number, `numeric` names columns with
    numbers.
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
    """Errors that differ only in numbers, ids and quoted parts.

    Attributes:
        shape: what they have in common.
        sessions: how many sessions have them in this period.
        before: how many in the previous one.
        trend: how many in each period, oldest first.
        is_new: whether no earlier period has any.
        examples: ids of the latest sessions.
        message: the latest message, if raw text was asked for.
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
    """What is new or gone compared with earlier periods; `keys` is None if it was not checked."""

    new_versions: tuple[Change, ...]
    silent_versions: tuple[Change, ...]
    statuses: tuple[str, ...]
    keys: tuple[str, ...] | None
    errors: tuple[ErrorShape, ...]
    other_errors: int


@dataclass(frozen=True)
class QualityLine:
    """Something readers should know about the data: how many sessions, out of how many, and what it means."""

    label: str
    sessions: int
    of: int | None
    meaning: str


@dataclass(frozen=True)
class LateChange:
    """A count in an earlier report, and the same count now."""

    label: str
    said: int
    now: int


@dataclass(frozen=True)
class Quality:
    """How far the numbers can be trusted.

    Attributes:
        lines: what was counted.
        mixed_columns: columns of mixed types, which hold JSON text, among those that the report reads.
        partial_day: what is left out because the period of `as_of` is not over.
        late_period: the period of the earlier report; None without one.
        late_changes: the counts that have changed since.
    """

    lines: tuple[QualityLine, ...]
    mixed_columns: tuple[str, ...]
    partial_day: str
    late_period: str | None
    late_changes: tuple[LateChange, ...]


@dataclass(frozen=True)
class NextStep:
    """Something to look at next, and the command that shows more; None if none does."""

    text: str
    command: str | None


@dataclass(frozen=True)
class Reproduction:
    """How to reproduce the report: the call or command, the filters, and the libraries."""

    command: str
    query: tuple[tuple[str, str], ...]
    libraries: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Findings:
    """The content of a report."""

    verdict: Verdict
    headline: str
    links: Links
    scope: Scope
    completeness: Completeness
    thresholds: tuple[ThresholdResult, ...]
    figures: tuple[TotalLine, ...]
    versions: tuple[VersionLine, ...]
    trend_axis: tuple[str, ...]
    by_day: Stack
    by_period: Stack
    stopping_reasons: tuple[Reason, ...]
    metrics: tuple[Metric, ...]
    scores: Scores | None
    sums: tuple[ColumnSum, ...]
    breakdowns: tuple[Breakdown, ...]
    changes: Changes
    quality: Quality
    reproduction: Reproduction
    next_steps: tuple[NextStep, ...] = ()
