"""Scores by metric and version, compared with the previous period; production and tests apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from galtea_frames.rates import ENOUGH, difference, mean, mean_difference, rate
from galtea_frames.report.conditions import PLACES
from galtea_frames.report.scored import LeftOut, Scored, ScoredMetric, ScoreLine, Scores

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from galtea_frames.rates import Difference, Mean
    from galtea_frames.report.analysis.evaluations import Group, ObservedScores
    from galtea_frames.report.analysis.known_versions import Roster
    from galtea_frames.report.conditions import Place, Value

#: Why evaluations do not count, in the order of the page.
_MEANINGS = {
    "pending": "not scored yet",
    "pending_human": "waiting for a reviewer",
    "skipped": "could not be judged",
    "failed": "the evaluation failed",
    "outdated": "the session changed after it was scored",
    "cancelled": "cancelled",
    "long_input": "the input was too long for the classifier to trust",
    "no_score": "no score",
    "not_counted": "not counted, for no stated reason",
    "excluded": "the metric is excluded from analytics",
    "no_session": "the session is not among those of this report",
}

#: No scores.
_NOWHERE: NDArray[np.int64] = np.empty(0, dtype=np.int64)


def score_findings(scores: ObservedScores, version_ids: tuple[str | None, ...], entries: Roster) -> Scores:
    """Return the scores of the last period next to those of the previous one.

    Args:
        scores: the scores of both periods.
        version_ids: the id of each version's index.
        entries: what is known of the versions.
    """
    table = _Table(scores, version_ids, entries)
    return Scores(
        metrics=tuple(each for place in PLACES for each in table.of_place(place)),
        evaluations=int(scores.evaluations[scores.current].sum()),
        sessions=len(np.unique(scores.session[scores.current])),
        left_out=_left_out(scores),
        excluded=tuple(scores.metrics[index].label for index in scores.excluded),
        no_previous=scores.no_previous,
    )


def scored(scores: ObservedScores, metric: int, place: Place, version: int | None, *, current: bool) -> Scored:
    """Return the scores of a metric in a place and a period, of one version or of all."""
    comparable = current or scores.no_previous is None
    positions = scores.groups.get((metric, place, version, current), _NOWHERE) if comparable else _NOWHERE
    passed = int(scores.passed[positions].sum())
    return Scored(
        evaluations=int(scores.evaluations[positions].sum()),
        mean=_clipped(mean(scores.value[positions].tolist())),
        pass_rate=rate(passed, len(positions)),
    )


def score_numbers(scores: ObservedScores, metric: int, place: Place, version: int | None) -> dict[str, Value]:
    """Return the numbers of a metric that thresholds compare; all but the ends of intervals are exact."""
    now, before = (scored(scores, metric, place, version, current=each) for each in (True, False))
    earlier = _exact(scores, (metric, place, version, False), before)
    found: dict[str, Value] = {
        "scored": now.pass_rate.n,
        "score_low": now.mean.low,
        "score_high": now.mean.high,
        "pass_rate_low": now.pass_rate.low,
        "pass_rate_high": now.pass_rate.high,
        "previous_scored": before.pass_rate.n if scores.no_previous is None else None,
    }
    values = zip(_exact(scores, (metric, place, version, True), now), earlier, _changes(now, before), strict=True)
    for name, (value, previous, change) in zip(("score", "pass_rate"), values, strict=True):
        found[name] = value
        found[f"{name}_change"] = None if value is None or previous is None else value - previous
        found[f"{name}_change_low"], found[f"{name}_change_high"] = change.low, change.high
    return found


@dataclass(frozen=True, eq=False)
class _Table:
    """Makes the lines of the page."""

    scores: ObservedScores
    version_ids: tuple[str | None, ...]
    entries: Roster

    def of_place(self, place: Place) -> list[ScoredMetric]:
        """Return the metrics with scores in a place, regressions first."""
        metrics = [
            index for index in range(len(self.scores.metrics)) if (index, place, None, True) in self.scores.groups
        ]
        return sorted((self._metric(each, place) for each in metrics), key=_metric_rank)

    def _metric(self, metric: int, place: Place) -> ScoredMetric:
        entry, groups = self.scores.metrics[metric], self.scores.groups
        scored_here = [key[2] for key in groups if key[:2] == (metric, place) and key[2] is not None and key[3]]
        family = {key[0] for key in groups if self.scores.metrics[key[0]].family == entry.family}
        return ScoredMetric(
            place=place,
            metric_id=entry.id,
            family=entry.family,
            name=entry.name,
            label=entry.label,
            created=entry.created,
            revisions=len(family),
            total=self._line(metric, place, None),
            versions=tuple(sorted((self._line(metric, place, each) for each in scored_here), key=_rank)),
        )

    def _line(self, metric: int, place: Place, version: int | None) -> ScoreLine:
        now, before = (scored(self.scores, metric, place, version, current=each) for each in (True, False))
        changes = _changes(now, before)
        version_id = None if version is None else self.version_ids[version]
        return ScoreLine(
            version_id=version_id,
            label="All versions" if version is None else self.entries[version_id].label,
            few=now.pass_rate.n < ENOUGH,
            now=now,
            before=before,
            mean_change=changes[0],
            pass_rate_change=changes[1],
        )


def _changes(now: Scored, before: Scored) -> tuple[Difference, Difference]:
    """Return the changes of the mean and of the pass rate."""
    return mean_difference(now.mean, before.mean), difference(now.pass_rate, before.pass_rate)


def _drop(line: ScoreLine) -> float:
    """Return the least drop that chance does not explain; 0 without one, and for few sessions."""
    highs = (line.mean_change.high, line.pass_rate_change.high)
    return 0.0 if line.few else min([0.0, *(each for each in highs if each is not None)])


def _rank(line: ScoreLine) -> tuple[bool, float, float, str]:
    return line.few, _drop(line), line.now.pass_rate.value or 0.0, line.version_id or ""


def _metric_rank(metric: ScoredMetric) -> tuple[bool, float, float, str]:
    few, _, value, _ = _rank(metric.total)
    return few, min(map(_drop, (metric.total, *metric.versions))), value, metric.metric_id


def _clipped(found: Mean) -> Mean:
    """Return a mean of scores, which are between 0 and 1, with an interval that is too."""
    if found.value is None or found.low is None or found.high is None or not 0 <= found.value <= 1:
        return found
    return replace(found, low=max(0.0, found.low), high=min(1.0, found.high))


def _exact(scores: ObservedScores, group: Group, found: Scored) -> tuple[Fraction | None, Fraction | None]:
    """Return the exact mean of scores, as the decimal numbers that they were sent as, and their exact pass rate."""
    n = found.pass_rate.n
    if not n:
        return None, None
    values, counts = np.unique(scores.value[scores.groups[group]], return_counts=True)
    total = sum(Fraction(repr(value)) * count for value, count in zip(values.tolist(), counts.tolist(), strict=True))
    return total / Fraction(n), Fraction(found.pass_rate.count, n)


def _left_out(scores: ObservedScores) -> tuple[LeftOut, ...]:
    """Return the evaluations that do not count, by reason: the declared reasons first."""
    others = sorted({reason for reason, _ in scores.left_out} - set(_MEANINGS))
    lines = (
        LeftOut(
            reason,
            _MEANINGS.get(reason, "a status unknown to this release"),
            *(scores.left_out.get((reason, each), 0) for each in (True, False)),
        )
        for reason in (*_MEANINGS, *others)
    )
    return tuple(each for each in lines if each.now or each.before)
