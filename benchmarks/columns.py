"""Bytes of pages in memory to a frame of chosen columns, some of them with pinned dtypes."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.contender import Contender, installed, problems, take_turns
from benchmarks.decode import DROPPED, KEPT, Bodies, frame_under, of_frame
from benchmarks.rows import pages
from benchmarks.table import Table, ratio, seconds
from galtea_frames.api.resources import SESSIONS
from galtea_frames.decoding.contract import Contract

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.contender import Outcome
    from benchmarks.plan import Plan
    from benchmarks.rows import Kind

#: Five declared columns and four nested ones.
NINE = (
    "id",
    "version_id",
    "status",
    "error",
    "created_at",
    "metadata.latency_ms",
    "metadata.cost_usd",
    "metadata.model",
    "metadata.user.tier",
)
DTYPES = {
    "metadata.latency_ms": "Int64",
    "metadata.cost_usd": "Float64",
    "metadata.model": "category",
    "metadata.user.tier": "string",
}
_NEEDED = frozenset({"id", "created_at"})

CONTENDERS = (
    KEPT,
    DROPPED,
    Contender("nine columns", partial(frame_under, Contract(SESSIONS, NINE, needed=_NEEDED)), of_frame),
    Contender("nine columns, pinned", partial(frame_under, Contract(SESSIONS, NINE, DTYPES, needed=_NEEDED)), of_frame),
    Contender("all columns", partial(frame_under, Contract(SESSIONS)), of_frame),
    Contender("all columns, four pinned", partial(frame_under, Contract(SESSIONS, dtypes=DTYPES)), of_frame),
)


def tables(plan: Plan) -> Iterator[Table]:
    """Yield a table for rows without type conflicts, and one for mixed rows."""
    for kind in ("plain", "mixed"):
        yield _table(kind, _measure(kind, plan), plan)


def _measure(kind: Kind, plan: Plan) -> list[Outcome]:
    able, _ = installed(CONTENDERS)
    with tempfile.TemporaryDirectory() as folder:
        given = Bodies(list(pages(plan.rows, kind)), Path(folder))
        return take_turns(able, [each for each in (KEPT, DROPPED) if not each.missing], given, plan.rounds)


def _table(kind: Kind, outcomes: Sequence[Outcome], plan: Plan) -> Table:
    bases = [each.name for each in (KEPT, DROPPED) if not each.missing]
    _, missing = installed(CONTENDERS)
    return Table(
        f"Columns: {plan.rows:,} {kind} rows, bytes in memory to a frame of chosen columns",
        ["", *(f"of {name}" for name in bases), "seconds", "columns"],
        [
            [each.name, *(ratio(each.ratio(base)) for base in bases), seconds(each.median_seconds()), _count(each)]
            for each in outcomes
        ],
        [*missing, *problems(outcomes)],
    )


def _count(outcome: Outcome) -> str:
    return "-" if outcome.shape[1] is None else f"{outcome.shape[1]:,}"
