"""The sessions that stacked charts show, and which versions get a colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from galtea_frames.report.findings import Series, Stack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from galtea_frames.report.analysis.known_versions import Roster
    from galtea_frames.report.analysis.sessions import ObservedSessions


#: Versions with a colour of their own; readers could not tell more than seven apart.
COLOURED = 7

#: The number of each version's colour.
Colours = dict[str | None, int]


def colours_of(observed: ObservedSessions) -> Colours:
    """Return the colours of the versions with the most sessions in all periods."""
    totals = dict(zip(observed.version_ids, observed.by_version.sum(axis=0), strict=True))
    ids = [id_ for id_, total in totals.items() if id_ is not None and total]
    order = sorted(ids, key=lambda id_: (-totals[id_], id_))
    return {id_: number for number, id_ in enumerate(order[:COLOURED])}


def stack(
    axis: Sequence[str], by_version: NDArray[np.int64], observed: ObservedSessions, entries: Roster, colours: Colours
) -> Stack:
    """Return sessions along an axis by version; versions without a colour are one series.

    Args:
        axis: the labels of the axis.
        by_version: how many sessions there are, by label and version.
        observed: the sessions of all periods.
        entries: what is known of the versions.
        colours: the versions' colours.
    """
    own = [observed.version_index[id_] for id_ in colours]
    series = [
        Series(entries[id_].label, id_, colour, _values(by_version[:, index]))
        for (id_, colour), index in zip(colours.items(), own, strict=True)
    ]
    rest = np.delete(by_version, own, axis=1).sum(axis=1)
    if rest.any():
        series.append(Series("Other", None, None, _values(rest)))
    return Stack(tuple(axis), tuple(each for each in series if any(each.values)), _values(by_version.sum(axis=1)))


def _values(numbers: NDArray[np.int64]) -> tuple[int, ...]:
    return tuple(int(each) for each in numbers)
