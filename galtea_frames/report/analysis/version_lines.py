"""A period version by version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galtea_frames.rates import ENOUGH, Rate, difference, rate
from galtea_frames.report.analysis.counts import Counts
from galtea_frames.report.findings import VersionLine

if TYPE_CHECKING:
    from galtea_frames.report.analysis.known_versions import Entry, Roster
    from galtea_frames.report.analysis.sessions import ObservedSessions
    from galtea_frames.report.analysis.stacks import Colours


def version_lines(observed: ObservedSessions, entries: Roster, colours: Colours) -> tuple[VersionLine, ...]:
    """Return a line for each version with sessions in the last period, and one for sessions without a version.

    Lines are sorted by the lower end of the failure rate's interval, highest first, so that a few unlucky sessions do
    not lead; versions with fewer than 30 ended sessions follow, by number of sessions.

    Args:
        observed: the sessions of all periods.
        entries: what is known of the versions.
        colours: the versions' colours in the charts.
    """
    current = [id_ for id_, sessions in zip(observed.version_ids, observed.by_version[-1], strict=True) if sessions]
    return tuple(sorted((_line(entries[id_], observed, colours.get(id_)) for id_ in current), key=_rank))


def _rank(line: VersionLine) -> tuple[bool, float, int, str]:
    low = 0.0 if line.few or line.failure_rate.low is None else line.failure_rate.low
    return line.few, -low, -line.sessions, line.id or ""


def _line(entry: Entry, observed: ObservedSessions, colour: int | None) -> VersionLine:
    history = [Counts.of(each) for each in observed.by_status[:, observed.version_index[entry.id]]]
    now, previous = history[-1], history[-2].failure_rate if observed.has_previous else rate(0, 0)
    return VersionLine(
        id=entry.id,
        label=entry.label,
        name=entry.name,
        created=None if entry.created is None else entry.created.isoformat(),
        model=entry.model,
        product=entry.product,
        known=entry.known,
        is_new=entry.made_in(observed.periods[-1]),
        few=now.failure_rate.n < ENOUGH,
        colour=colour,
        sessions=now.sessions,
        share=now.sessions / int(observed.is_current.sum()),
        completed=now.completed,
        failed=now.failed,
        pending=now.pending,
        failure_rate=now.failure_rate,
        change=difference(now.failure_rate, previous),
        previous=previous,
        trend=_trend(history, observed.loaded),
    )


def _trend(history: list[Counts], loaded: int) -> tuple[Rate | None, ...]:
    missing = len(history) - loaded
    return (None,) * missing + tuple(each.failure_rate for each in history[missing:])
