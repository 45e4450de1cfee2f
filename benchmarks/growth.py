"""Growth: whether a row of a large result costs as much as one of a small result."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from multiprocessing import get_context
from time import perf_counter
from typing import TYPE_CHECKING

from benchmarks.rows import pages
from benchmarks.table import Table, ratio, seconds
from galtea_frames.api.resources import SESSIONS
from galtea_frames.decoding.gatherer import Gatherer
from galtea_frames.decoding.schema import TableSchema
from galtea_frames.frames.frame import sorted_table, to_frame
from galtea_frames.frames.gc_pause import GC_PAUSE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.plan import Plan
    from galtea_frames.decoding.column_batch import ColumnBatch

_MICRO = 1_000_000


@dataclass(frozen=True)
class Cost:
    """Seconds of one size: ours, and the floor's of the same pages; None where that is not installed."""

    rows: int
    ours: float
    floor: float | None


def tables(plan: Plan) -> Iterator[Table]:
    """Yield the table."""
    table = Table(
        "Growth: decode of mixed rows, by how many there are",
        ["", "row of the first", "of orjson.loads", "orjson's row of the first", "µs a row", "seconds"],
        notes=["orjson.loads: page by page, the collector off; pages are made as they are needed, outside the clock"],
    )
    costs = [measured(rows) for rows in (plan.rows // 10, plan.rows, plan.rows * 10)]
    for cost in costs:
        table.rows.append(_row(cost, costs[0]))
    yield table


def measured(rows: int) -> Cost:
    """Return the cost of so many rows, measured in a process of its own, so that no size finds another's memory."""
    # "spawn": the same on every system, and nothing is inherited.
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(cost_of, (rows,))


def cost_of(rows: int) -> Cost:
    """Return the cost of so many rows, page by page: a page is thrown away before the next one is made."""
    loads = import_module("orjson").loads if find_spec("orjson") else None
    gatherer = Gatherer(SESSIONS)
    batches: list[ColumnBatch] = []
    ours = floor = 0.0
    with GC_PAUSE:  # as a load has it; orjson is measured without the collector anyway
        for page in pages(rows):
            if loads is not None:
                begin = perf_counter()
                loads(page)
                floor += perf_counter() - begin
            begin = perf_counter()
            batches.extend(gatherer.gather(gatherer.reader.open(page).rows))
            ours += perf_counter() - begin
    begin = perf_counter()
    frame = to_frame(sorted_table(TableSchema(gatherer).table(batches), ()), {})
    ours += perf_counter() - begin
    return Cost(len(frame), ours, floor if loads is not None else None)


def _row(cost: Cost, first: Cost) -> list[str]:
    a_row, of_first = cost.ours / cost.rows, first.ours / first.rows
    floor = None if cost.floor is None or first.floor is None else (cost.floor, first.floor)
    return [
        f"{cost.rows:,} rows",
        ratio(a_row / of_first),
        ratio(None if floor is None else cost.ours / floor[0]),
        ratio(None if floor is None else floor[0] / cost.rows / (floor[1] / first.rows)),
        f"{a_row * _MICRO:.2f}",
        seconds(cost.ours),
    ]
