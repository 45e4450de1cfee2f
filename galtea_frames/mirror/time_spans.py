"""Spans of creation times, and the conditions that select the rows in them; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from galtea_frames.api.times import TIME, render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: The first and the last microsecond of a span; None for the rows that have no creation time.
Span = tuple[int, int] | None

#: The most spans of creation time that a commit replaces: together they form one condition.
_MOST_SPANS = 50

#: The most rows of gaps that a commit covers, about: they are read into memory.
_MOST_ROWS = 50_000

#: Delta's statistics have millisecond precision.
_MILLISECOND = 1_000


@dataclass(frozen=True)
class TimesOfFile:
    """Of a file of a table: its first and last creation time in microseconds, and its number of rows."""

    first: int
    last: int
    rows: int


def times_of_files(actions: pa.Table) -> list[TimesOfFile]:
    """Return what the log says of the files of a table; those of which it does not say all are left out."""
    names = ("min.created_at", "max.created_at", "num_records")
    if not set(names) <= set(actions.column_names):
        return []
    columns = [actions.column(name).cast(pa.int64()).to_pylist() for name in names]
    return [TimesOfFile(*each) for each in zip(*columns, strict=True) if None not in each]


def spans(times: pa.ChunkedArray, files: Sequence[TimesOfFile] = ()) -> list[Span]:
    """Return a few spans of time that cover all times.

    A commit rewrites each file that holds any of the times: first its rows outside the spans, then those within. So
    gaps between times are covered too where that concerns no further file. Older rows are then written apart from
    newer ones, into files that the next commits leave alone. Of other gaps, the widest are left out.

    Args:
        times: creation times of the rows to replace.
        files: those of the table.
    """
    moments = np.unique(times.drop_null().cast(pa.int64()).to_numpy())
    found: list[Span] = [None] if times.null_count else []
    if not len(moments):
        return found
    widths = np.diff(moments)
    widths[_closed(moments, files)] = 0
    widest = np.argsort(widths, kind="stable")[::-1][: _MOST_SPANS - 1]
    cuts = np.sort(widest[widths[widest] > 0])
    first, last = moments[np.r_[0, cuts + 1]], moments[np.r_[cuts, -1]]
    # From whole milliseconds: statistics truncated to them would exclude a file whose last row is meant.
    return [*zip((first // _MILLISECOND * _MILLISECOND).tolist(), last.tolist(), strict=True), *found]


def _closed(moments: NDArray[np.int64], files: Sequence[TimesOfFile]) -> NDArray[np.bool_]:
    """Tell of each gap between moments whether to cover it: its rows are few, and their files rewritten anyway."""
    closed = np.ones(max(0, len(moments) - 1), dtype=bool)
    rows = np.zeros(len(closed))
    begins, ends = moments[:-1], moments[1:]
    for file in files:
        within = np.minimum(ends, file.last) - np.maximum(begins, file.first)
        if not ((moments >= file.first) & (moments <= file.last)).any():
            closed &= within < 0
        rows += file.rows * np.maximum(within, 0) / max(1, file.last - file.first)
    by_rows = np.argsort(rows, kind="stable")
    closed[by_rows[np.cumsum(rows[by_rows]) > _MOST_ROWS]] = False
    return closed & bool(files)


def within(span: Span) -> pc.Expression:
    """Return the condition that rows were created within a span, both ends included."""
    created = pc.field("created_at")
    return created.is_null() if span is None else (created >= _time(span[0])) & (created <= _time(span[1]))


def sql_of(cut: Sequence[Span]) -> str:
    """Return the same condition for several spans, as Delta Lake takes it."""
    return " OR ".join(
        "created_at IS NULL"
        if span is None
        else f"created_at BETWEEN '{render(span[0], 6)}' AND '{render(span[1], 6)}'"
        for span in cut
    )


def created_between(start: int | None, end: int | None) -> pc.Expression | None:
    """Return the condition that rows were created at or after one time and before another; each may be None."""
    created = pc.field("created_at")
    bounds = [None if start is None else created >= _time(start), None if end is None else created < _time(end)]
    given = [each for each in bounds if each is not None]
    return given[0] & given[-1] if given else None


def _time(moment: int) -> pa.Scalar:
    return pa.scalar(moment, pa.int64()).cast(TIME)
