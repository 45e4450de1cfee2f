"""The tables of a comparison as lines of a page: labels, written numbers and coordinates; pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log10
from typing import TYPE_CHECKING, Any

import pandas as pd

from galtea_frames.compare.cases import BROKEN, FIXED
from galtea_frames.compare.coverage import CASES
from galtea_frames.compare.metrics import FEW
from galtea_frames.compare.sessions import ERRORS, MEASURES, STOPPED
from galtea_frames.pages.labels import labels
from galtea_frames.pages.wording import NOTHING, number, percent, plural, points, signed_number

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    Row = dict[Hashable, Any]

#: Lines on a page; comparison.json and cases.parquet have all.
METRICS, GROUPS, FLIPS, VALUES = 60, 6, 10, 8

#: The smallest reach of a scale, so that a difference of 0.002 does not look large.
_LEAST_REACH = 0.05

#: Half the width of a drawing, and its margin.
_HALF, _MARGIN = 50.0, 3.0

#: Steps of colour in either direction.
_STEPS = 4


def rows_of(frame: pd.DataFrame) -> list[Row]:
    """Return the rows of a table; null is None."""
    columns = {name: [None if pd.isna(each) else each for each in frame[name].tolist()] for name in frame.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def metric_labels(metrics: Iterable[tuple[str, str | None]]) -> dict[str, str]:
    """Return a unique label for each metric revision, given pairs of its id and its name."""
    return labels({(id_, name or id_) for id_, name in metrics})


def reach_of(metrics: Iterable[Row]) -> float:
    """Return how far the scale of differences reaches to both sides: a round number that holds all intervals.

    Metrics with too few pairs are left out: their intervals are wide, and would make all others look narrow.
    """
    wide = [
        abs(each)
        for line in metrics
        if line["verdict"] != FEW
        for each in (line["difference"], line["low"], line["high"])
        if each is not None
    ]
    most = max([_LEAST_REACH, *wide])
    unit = 10.0 ** floor(log10(most))
    return min(1.0, next(step * unit for step in (1, 2, 5, 10) if step * unit >= most - 1e-9))


def place(value: float, reach: float) -> str:
    """Return the x coordinate of a difference in a drawing 100 wide, whose middle is zero."""
    part = max(-1.0, min(1.0, value / reach))
    return f"{_HALF + (_HALF - _MARGIN) * part:.1f}"


def shade(value: float, reach: float) -> str:
    """Return the class of colour of a difference: "up1" to "up4", "down1" to "down4", or "even"."""
    step = round(_STEPS * min(1.0, abs(value) / reach))
    return "even" if not step else f"{'up' if value > 0 else 'down'}{step}"


@dataclass(frozen=True)
class Heat:
    """Differences by metric and group of test cases.

    Attributes:
        by: the column.
        groups: the groups with the most pairs, at most six; None for test cases without a value.
        lines: each metric's label, and its row of `groups`, or None, by group.
        others: how many groups are left out.
    """

    by: str
    groups: tuple[str | None, ...]
    lines: tuple[tuple[str, tuple[Row | None, ...]], ...]
    others: int


def heats(groups: pd.DataFrame, called: Mapping[str, str]) -> list[Heat]:
    """Return a heat map for each column that test cases are grouped by."""
    found = []
    for name, rows in groups.groupby("by", sort=False):
        lines = rows_of(rows)
        sizes: dict[str | None, int] = {}
        for line in lines:
            sizes[line["group"]] = sizes.get(line["group"], 0) + line["pairs"]
        order = sorted(sizes, key=lambda group: (group is None, -sizes[group], group or ""))
        shown = tuple(order[:GROUPS])
        cells = {(line["metric_id"], line["group"]): line for line in lines}
        ids = [id_ for id_ in called if any((id_, group) in cells for group in shown)]
        table = tuple((called[id_], tuple(cells.get((id_, group)) for group in shown)) for id_ in ids[:METRICS])
        found.append(Heat(str(name), shown, table, len(order) - len(shown)))
    return found


def flips(cases: pd.DataFrame) -> list[tuple[str, int, list[Row]]]:
    """Return the broken and the fixed cases: what they are, how many, and the first of them, largest change first."""
    found = []
    for kind, ordered in ((BROKEN, cases), (FIXED, cases.iloc[::-1])):
        rows = ordered[(ordered["flip"] == kind).fillna(value=False)]
        if len(rows):
            found.append((kind, len(rows), rows_of(rows.head(FLIPS))))
    return found


@dataclass(frozen=True)
class SessionLine:
    """A rate or median of sessions, written out.

    Attributes:
        label: what it is.
        baseline, candidate: each side's value, interval and number of cases.
        difference: the difference and its interval.
        sign: 1 or -1 if the interval excludes zero, else 0.
    """

    label: str
    baseline: tuple[str, str, str]
    candidate: tuple[str, str, str]
    difference: tuple[str, str]
    sign: int


@dataclass(frozen=True)
class Environment:
    """The sessions of production, or of tests.

    Attributes:
        name: "production" or "tests".
        levels: failure rate and medians per turn.
        shares: the most frequent stopping reasons and errors: title, lines, and how many more there are.
    """

    name: str
    levels: tuple[SessionLine, ...]
    shares: tuple[tuple[str, tuple[SessionLine, ...], int], ...]


def environments(sessions: pd.DataFrame) -> list[Environment]:
    """Return the sessions by environment, as lines of tables."""
    found = []
    for name, rows in sessions.groupby("environment", sort=True, observed=True):
        lines = rows_of(rows)
        by_kind = {kind: [line for line in lines if line["measure"] == kind] for kind in (STOPPED, ERRORS)}
        levels = tuple(_line(line) for line in lines if line["measure"] not in by_kind)
        titles = {STOPPED: "Why sessions stopped", ERRORS: "Errors by shape"}
        shares = tuple(
            (titles[kind], tuple(map(_line, rows[:VALUES])), max(0, len(rows) - VALUES))
            for kind, rows in by_kind.items()
            if rows
        )
        found.append(Environment(str(name), levels, shares))
    return found


def _line(row: Row) -> SessionLine:
    unit = row["unit"]
    is_share, noun = unit == "share", "session" if unit == "share" else "turn"
    written, change = (percent, points) if is_share else (number, signed_number)
    suffix = "pp" if is_share else unit

    def side(name: str) -> tuple[str, str, str]:
        value, low, high = row[name], row[f"{name}_low"], row[f"{name}_high"]
        level = written(value) if is_share or value is None else f"{written(value)}\u00a0{unit}"
        n = plural(row[f"{name}_n"], noun)
        counted = f"{row[f'{name}_count']:,} of {n}" if is_share else n
        return level, "" if low is None else f"{written(low)} to {written(high)}", counted

    low, high = row["low"], row["high"]
    value = NOTHING if row["difference"] is None else f"{change(row['difference'])}\u00a0{suffix}"
    interval = "" if low is None else f"{change(low)} to {change(high)}"
    sign = 0 if low is None or low <= 0 <= high else 1 if low > 0 else -1
    label = row["value"] or (row["measure"] if is_share else f"median {row['measure']}")
    return SessionLine(str(label), side("baseline"), side("candidate"), (value, interval), sign)


def coverage_lines(coverage: pd.DataFrame, called: Mapping[str, str]) -> list[tuple[str, str, Row]]:
    """Return the lines of the coverage: what is counted, its kind, and the row."""
    found = []
    for row in rows_of(coverage):
        what, id_ = row["what"], row["metric_id"]
        if what == CASES:
            name = "Test cases with a score" if id_ is None else called.get(id_, row["metric"] or id_)
            found.append((name, "total" if id_ is None else "part", row))
        else:
            name = "Evaluations" if row["why"] is None else f"Left out: {row['why'].replace('_', ' ')}"
            found.append((name, "total" if row["why"] is None else "part", row))
    return found


#: The names of measures whose growth is worse.
COSTLY = frozenset(name for _, name in MEASURES.values())
