"""Spans of creation times, and the conditions that select the rows in them; pure."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from galtea_frames.api.times import TIME, render

#: The most spans of creation time that a commit replaces: together they form one condition.
_MOST_SPANS = 50

#: Delta's statistics have millisecond precision.
_MILLISECOND = 1_000


def spans(times: pa.ChunkedArray) -> list[tuple[int, int]]:
    """Return a few spans of time, as first and last microsecond, that cover all times; cut at the widest gaps."""
    moments = np.unique(times.cast(pa.int64()).to_numpy())
    cuts = np.sort(np.argsort(np.diff(moments), kind="stable")[::-1][: _MOST_SPANS - 1])
    first, last = moments[np.r_[0, cuts + 1]], moments[np.r_[cuts, -1]]
    # From whole milliseconds: statistics truncated to them would exclude a file whose last row is meant.
    return list(zip((first // _MILLISECOND * _MILLISECOND).tolist(), last.tolist(), strict=True))


def within(first: int, last: int) -> pc.Expression:
    """Return the condition that rows were created within a span, both ends included."""
    return (pc.field("created_at") >= _time(first)) & (pc.field("created_at") <= _time(last))


def sql_of(cut: list[tuple[int, int]]) -> str:
    """Return the same condition for several spans, as Delta Lake takes it."""
    return " OR ".join(f"created_at BETWEEN '{render(first, 6)}' AND '{render(last, 6)}'" for first, last in cut)


def created_between(start: int | None, end: int | None) -> pc.Expression | None:
    """Return the condition that rows were created at or after one time and before another; each may be None."""
    created = pc.field("created_at")
    bounds = [None if start is None else created >= _time(start), None if end is None else created < _time(end)]
    given = [each for each in bounds if each is not None]
    return given[0] & given[-1] if given else None


def _time(moment: int) -> pa.Scalar:
    return pa.scalar(moment, pa.int64()).cast(TIME)
