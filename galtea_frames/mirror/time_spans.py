"""Spans of creation times, and the conditions that select the rows in them; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from galtea_frames.api.times import TIME, render

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The first and the last microsecond of a span; None for the rows that have no creation time.
Span = tuple[int, int] | None

#: The most spans of creation time that a commit replaces: together they form one condition.
_MOST_SPANS = 50

#: Delta's statistics have millisecond precision.
_MILLISECOND = 1_000


def spans(times: pa.ChunkedArray) -> list[Span]:
    """Return a few spans of time that cover all times; cut at the widest gaps."""
    moments = np.unique(times.drop_null().cast(pa.int64()).to_numpy())
    found: list[Span] = [None] if times.null_count else []
    if not len(moments):
        return found
    cuts = np.sort(np.argsort(np.diff(moments), kind="stable")[::-1][: _MOST_SPANS - 1])
    first, last = moments[np.r_[0, cuts + 1]], moments[np.r_[cuts, -1]]
    # From whole milliseconds: statistics truncated to them would exclude a file whose last row is meant.
    return [*zip((first // _MILLISECOND * _MILLISECOND).tolist(), last.tolist(), strict=True), *found]


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
