"""The scores in a report as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from galtea_frames.rates import Difference, Mean, Rate
    from galtea_frames.report.conditions import Place


@dataclass(frozen=True)
class Scored:
    """The scores of a group of sessions by a metric; several scores of one session are averaged.

    Attributes:
        evaluations: how many scores there are.
        mean: their mean; its `n` is the number of sessions.
        pass_rate: the share of sessions whose score reaches the metric's threshold.
    """

    evaluations: int
    mean: Mean
    pass_rate: Rate


@dataclass(frozen=True)
class ScoreLine:
    """The scores of one version, or of all (`label` is "All versions"), in this period and the previous one.

    `few` tells whether fewer than 30 of its sessions have a score in this period.
    """

    version_id: str | None
    label: str
    few: bool
    now: Scored
    before: Scored
    mean_change: Difference
    pass_rate_change: Difference


@dataclass(frozen=True)
class ScoredMetric:
    """A revision of a metric in production or in tests: in total and by version, regressions first.

    Attributes:
        place: "production" or "tests".
        metric_id: its id.
        family: the id that its revisions share.
        name: its name; None if the metric is not known.
        label: its unique label.
        created: when it was created.
        revisions: how many revisions of its family have scores in the two periods.
        total: the scores of all versions.
        versions: the scores by version.
    """

    place: Place
    metric_id: str
    family: str
    name: str | None
    label: str
    created: str | None
    revisions: int
    total: ScoreLine
    versions: tuple[ScoreLine, ...]


@dataclass(frozen=True)
class LeftOut:
    """Evaluations that do not count, by reason, in this period and the previous one."""

    reason: str
    meaning: str
    now: int
    before: int


@dataclass(frozen=True)
class Scores:
    """The scores of a period's sessions, whenever they were evaluated.

    Attributes:
        metrics: revisions of metrics, regressions first; production before tests.
        evaluations: how many evaluations count in this period.
        sessions: how many sessions of this period have a score.
        left_out: evaluations that do not count.
        excluded: labels of metrics that are excluded from analytics.
        no_previous: why there is nothing to compare with; None if there is.
    """

    metrics: tuple[ScoredMetric, ...]
    evaluations: int
    sessions: int
    left_out: tuple[LeftOut, ...]
    excluded: tuple[str, ...]
    no_previous: str | None
