"""What thresholds are judged on: all sessions or each version, in all places or apart, with their numbers."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from galtea_frames.report.analysis.counts import Counts, numbers_of
from galtea_frames.report.analysis.scores import score_numbers
from galtea_frames.report.analysis.sessions import count_combinations
from galtea_frames.report.analysis.totals import total_numbers
from galtea_frames.report.conditions import PLACES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from galtea_frames.report.analysis.counts import Numbers
    from galtea_frames.report.analysis.evaluations import ObservedScores
    from galtea_frames.report.analysis.known_versions import Roster
    from galtea_frames.report.analysis.sessions import ObservedSessions
    from galtea_frames.report.conditions import Place, Threshold, Value


@dataclass(frozen=True)
class Subject:
    """What a threshold is judged on.

    Attributes:
        version_id: the version's id; None for all versions and for sessions without one.
        label: the version's label; None for all versions.
        place: where the sessions run; None for all places.
        metrics: the index of each metric that the threshold names; None for one without scores here.
        revisions: labels of those whose name or id several revisions share.
        numbers: the numbers that it compares.
    """

    version_id: str | None
    label: str | None
    place: Place | None
    metrics: tuple[int | None, ...]
    revisions: tuple[str, ...]
    numbers: Numbers


@dataclass(frozen=True, eq=False)
class Subjects:
    """The subjects of a report's thresholds.

    Attributes:
        observed: the sessions of all periods.
        entries: what is known of the versions.
        scores: the scores; None without.
        total: the numbers of all sessions, by place; None is all places.
        versions: the numbers of each version with sessions, by place.
    """

    observed: ObservedSessions
    entries: Roster
    scores: ObservedScores | None
    total: Mapping[Place | None, Numbers]
    versions: Mapping[Place | None, Mapping[str | None, Numbers]]

    def of(self, threshold: Threshold) -> list[Subject]:
        """Return what a threshold is judged on."""
        found = [each for place in threshold.places or (None,) for each in self._in_place(threshold, place)]
        if threshold.per_version or not threshold.metrics:
            return found
        # A place without a score by any of these metrics is not what the condition is about.
        return [each for each in found if any(metric is not None for metric in each.metrics)] or found[:1]

    def revisions(self, name: str) -> list[int]:
        """Return the metrics with a name or id that have scores in the last period."""
        if self.scores is None:
            return []
        metrics = self.scores.metrics
        return [each for each in self.scores.current_metrics if name in (metrics[each].name, metrics[each].id)]

    def _in_place(self, threshold: Threshold, place: Place | None) -> Iterator[Subject]:
        if not threshold.per_version:
            yield from self._subjects(threshold, place, None, None, self.total[place])
            return
        for id_, numbers in self.versions[place].items():
            yield from self._subjects(threshold, place, id_, self.observed.version_index[id_], numbers)

    def _subjects(
        self, threshold: Threshold, place: Place | None, id_: str | None, version: int | None, numbers: Numbers
    ) -> Iterator[Subject]:
        """Yield a subject for each combination of revisions of the metrics that a threshold names."""
        label = None if version is None else self.entries[id_].label
        choices = [self._scored(name, place, version) or [None] for name in threshold.metrics]
        for metrics in product(*choices):
            own = dict(zip(threshold.metrics, metrics, strict=True))
            inner = {**numbers, **self._of_metrics(threshold, own, place, version, numbers)}
            yield Subject(id_, label, place, metrics, self._labels(own), inner)

    def _labels(self, metrics: Mapping[str, int | None]) -> tuple[str, ...]:
        """Return the labels of metrics whose names have several revisions."""
        if self.scores is None:
            return ()
        shared = [metric for name, metric in metrics.items() if len(self.revisions(name)) > 1]
        return tuple(self.scores.metrics[metric].label for metric in shared if metric is not None)

    def _scored(self, name: str, place: Place | None, version: int | None) -> list[int | None]:
        groups = {} if self.scores is None else self.scores.groups
        return [each for each in self.revisions(name) if place and (each, place, version, True) in groups]

    def _of_metrics(
        self,
        threshold: Threshold,
        metrics: Mapping[str, int | None],
        place: Place | None,
        version: int | None,
        numbers: Numbers,
    ) -> dict[str, Value]:
        """Return the numbers of metrics, and the smallest of their samples as `n`."""
        own: dict[str, Mapping[str, Value]] = {}
        for name, metric in metrics.items():
            if metric is None or place is None or self.scores is None:
                own[name] = _NO_NUMBERS
            else:
                own[name] = score_numbers(self.scores, metric, place, version)
        found = {
            each.figure: own[each.metric].get(each.name) for each in threshold.comparisons if each.metric is not None
        }
        if own:
            rates = any(each.name.startswith("failure_rate") for each in threshold.comparisons)
            for sample, of_metric in (("n", "scored"), ("previous_n", "previous_scored")):
                samples = [each[of_metric] for each in own.values()] + ([numbers[sample]] if rates else [])
                found[sample] = None if None in samples else min(each for each in samples if each is not None)
        return found


_NO_NUMBERS: Mapping[str, Value] = {"scored": 0, "previous_scored": None}


def subjects(observed: ObservedSessions, entries: Roster, scores: ObservedScores | None) -> Subjects:
    """Return the subjects of a report's thresholds."""
    by_status = {place: _by_status(observed, place) for place in (None, *PLACES)}
    return Subjects(
        observed=observed,
        entries=entries,
        scores=scores,
        total={None: total_numbers(observed)} | {place: _total(by_status[place], observed) for place in PLACES},
        versions={place: _versions(each, observed) for place, each in by_status.items()},
    )


def _by_status(observed: ObservedSessions, place: Place | None) -> NDArray[np.int64]:
    """Return the number of sessions in a place by period, version and status."""
    if place is None:
        return observed.by_status
    mask = observed.production if place == "production" else ~observed.production
    arrays = (observed.period[mask], observed.version[mask], observed.status[mask])
    return count_combinations(arrays, observed.by_status.shape)


def _total(by_status: NDArray[np.int64], observed: ObservedSessions) -> Numbers:
    before, now = (Counts.of(each) for each in by_status[-2:].sum(axis=1))
    return numbers_of(now, before if observed.has_previous else None)


def _versions(by_status: NDArray[np.int64], observed: ObservedSessions) -> Mapping[str | None, Numbers]:
    """Return the numbers of each version with sessions in the last period, by its id."""
    found: dict[str | None, Numbers] = {}
    for index, id_ in enumerate(observed.version_ids[:-1]):
        before, now = (Counts.of(each) for each in by_status[-2:, index])
        if now.sessions:
            found[id_] = numbers_of(now, before if observed.has_previous else None)
    return found
