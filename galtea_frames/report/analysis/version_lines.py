"""A period version by version, and the sessions that charts stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from galtea_frames.rates import ENOUGH, Rate, difference, rate
from galtea_frames.report.analysis.counts import Counts, counts
from galtea_frames.report.findings import VersionLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from galtea_frames.report.analysis.known_versions import Entry, Roster
    from galtea_frames.report.analysis.sessions import Observations
    from galtea_frames.report.analysis.stacks import Colours


def version_lines(
    seen: Observations, entries: Roster, painted: Colours, *, loaded: int, first: bool
) -> tuple[VersionLine, ...]:
    """Return a line for each version with sessions in the last period, and for those sessions without one.

    Those with the highest failure rates come first, by the lower end of the rate's interval, so that a few unlucky
    sessions do not lead; those of which fewer than 30 sessions have ended come after them, by their sessions.

    Args:
        seen: the sessions of all periods.
        entries: what is known of the versions.
        painted: the colours of the charts.
        loaded: how many of the periods, the last ones, were loaded.
        first: whether there is nothing to compare with.
    """
    by_status = seen.by_status()
    total = int(by_status[-1].sum())
    lines = [
        _line(entries[id_], by_status[:, place], seen, painted.get(id_), total=total, loaded=loaded, first=first)
        for place, id_ in enumerate(seen.version_ids)
        if by_status[-1, place].any()
    ]
    return tuple(sorted(lines, key=_rank))


def _rank(line: VersionLine) -> tuple[bool, float, int, str]:
    low = 0.0 if line.few or line.failure_rate.low is None else line.failure_rate.low
    return line.few, -low, -line.sessions, line.id or ""


def _line(
    entry: Entry,
    by_period: NDArray[np.int64],
    seen: Observations,
    colour: int | None,
    *,
    total: int,
    loaded: int,
    first: bool,
) -> VersionLine:
    history = [counts(each) for each in by_period]
    now, previous = history[-1], rate(0, 0) if first else history[-2].failure_rate
    return VersionLine(
        id=entry.id,
        label=entry.label,
        name=entry.name,
        created=None if entry.created is None else entry.created.isoformat(),
        model=entry.model,
        product=entry.product,
        known=entry.known,
        is_new=entry.made_in(seen.periods[-1]),
        few=now.failure_rate.n < ENOUGH,
        colour=colour,
        sessions=now.sessions,
        share=now.sessions / total,
        completed=now.completed,
        failed=now.failed,
        pending=now.pending,
        failure_rate=now.failure_rate,
        change=difference(now.failure_rate, previous),
        previous=previous,
        trend=_trend(history, loaded),
    )


def _trend(history: Sequence[Counts], loaded: int) -> tuple[Rate | None, ...]:
    missing = len(history) - loaded
    return (None,) * missing + tuple(each.failure_rate for each in history[missing:])
