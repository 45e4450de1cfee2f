"""The sessions that charts stack, and the versions that get a colour there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galtea_frames.report.findings import Series, Stack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from galtea_frames.report.analysis.known_versions import Roster
    from galtea_frames.report.analysis.sessions import Observations


#: Versions with a colour of their own; more than seven could not be told apart by everyone.
COLOURED = 7

Colours = dict[str | None, int]


def colours(seen: Observations) -> Colours:
    """Return the colour's number of each version that gets one: those with most sessions in all periods."""
    totals = seen.by_status().sum(axis=(0, 2))
    ids = [id_ for id_, total in zip(seen.version_ids, totals, strict=True) if id_ is not None and total]
    order = sorted(ids, key=lambda id_: (-totals[seen.version_ids.index(id_)], id_))
    return {id_: number for number, id_ in enumerate(order[:COLOURED])}


def stack(axis: Sequence[str], sessions: NDArray[np.int64], seen: Observations, entries: Roster) -> Stack:
    """Return sessions at each place of an axis, by the versions that have a colour, and all others together.

    Args:
        axis: the name of each place.
        sessions: how many there are, by place and version.
        seen: the sessions of all periods.
        entries: what is known of the versions.
    """
    painted = colours(seen)
    series = [
        Series(entries[id_].label, id_, colour, _values(sessions[:, seen.version_ids.index(id_)]))
        for id_, colour in painted.items()
    ]
    own = [seen.version_ids.index(id_) for id_ in painted]
    rest = np.delete(sessions, own, axis=1).sum(axis=1)
    if rest.any():
        series.append(Series("Other", None, None, _values(rest)))
    shown = [each for each in series if any(each.values)]
    return Stack(tuple(axis), tuple(shown), _values(sessions.sum(axis=1)))


def _values(numbers: NDArray[np.int64]) -> tuple[int, ...]:
    return tuple(int(each) for each in numbers)
