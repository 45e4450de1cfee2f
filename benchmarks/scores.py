"""Scores: what the joins of `load_scores` cost beside its loads, and many evaluations to a frame and to a file."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

from benchmarks.probe import memory
from benchmarks.score_rows import pages_of
from benchmarks.table import Table, megabytes, ratio, seconds
from galtea_frames.api.query import build_query
from galtea_frames.api.resources import RESOURCES
from galtea_frames.decoding.gatherer import Gatherer
from galtea_frames.files.parquet import write_frames
from galtea_frames.frames.assembly import build_frame, build_frames, column_attrs
from galtea_frames.frames.options import parse_arguments
from galtea_frames.frames.scores import LISTS, assemble_scores

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

    from benchmarks.plan import Plan
    from galtea_frames.decoding.column_batch import ColumnBatch
    from galtea_frames.decoding.notes import Notes

_GROWTH = 10


@dataclass(frozen=True)
class Cost:
    """What many evaluations cost.

    Attributes:
        seconds: that they took, without making the rows.
        floor: the seconds of `orjson.loads` of the same pages; None where it is not installed.
        peak: bytes of memory above those of the idle interpreter; None where the system does not tell.
    """

    seconds: float
    floor: float | None
    peak: int | None


def tables(plan: Plan) -> Iterator[Table]:
    """Yield a table of the joins, and one of the evaluations alone."""
    yield _joins(plan)
    yield _alone(plan)


def _joins(plan: Plan) -> Table:
    table = Table(
        f"Scores: {plan.rows:,} evaluations with metric, session, version, test case and test",
        ["", "of the loads", "seconds"],
        notes=["loads: bytes in memory to the six frames; the network would come on top, and the joins do not use it"],
    )
    costs = [_in_a_process(cost_of_joins, plan.rows) for _ in range(plan.rounds)]
    loads, joins = (median(each[place] for each in costs) for place in (0, 1))
    table.rows += [["loads", ratio(1), seconds(loads)]]
    table.rows += [["joins", ratio(median(each[1] / each[0] for each in costs)), seconds(joins)]]
    return table


def _alone(plan: Plan) -> Table:
    rows = plan.rows * _GROWTH
    table = Table(
        f"Evaluations: {rows:,} rows, bytes in memory to a frame and to one Parquet file",
        ["", "of orjson.loads", "seconds", "peak, MB"],
        notes=["orjson.loads: page by page, the collector off; pages are made as they are needed, outside the clock"],
    )
    for name, measure in (("frame", cost_of_frame), ("Parquet", cost_of_file)):
        cost: Cost = _in_a_process(measure, rows)
        times = None if cost.floor is None else cost.seconds / cost.floor
        table.rows.append([name, ratio(times), seconds(cost.seconds), megabytes(cost.peak)])
    return table


def _in_a_process(measure: Any, rows: int) -> Any:  # noqa: ANN401 - any of the measurements below
    """Return a cost measured in a process of its own, so that none finds another's memory."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(measure, (rows,))


# -- in a process of its own --


def cost_of_joins(rows: int) -> tuple[float, float]:
    """Return the seconds of the loads of all lists, and of what `load_scores` does with their frames."""
    bodies = {name: list(pages_of(name, rows)) for name in ("evaluations", *(each.name for each in LISTS))}
    begin = perf_counter()
    frames = {name: frame_of(name, pages) for name, pages in bodies.items()}
    loaded = perf_counter()
    assemble_scores(frames)
    return loaded - begin, perf_counter() - loaded


def cost_of_frame(rows: int) -> Cost:
    """Return the cost of a frame of so many evaluations."""
    return _cost(rows, lambda pages: frame_of("evaluations", pages))


def cost_of_file(rows: int) -> Cost:
    """Return the cost of one file of so many evaluations, as `galtea-frames export evaluations` writes it."""
    with tempfile.TemporaryDirectory() as folder:
        return _cost(rows, lambda pages: write_frames(frames_of("evaluations", pages), rows, Path(folder, "f.parquet")))


def frame_of(name: str, pages: Iterable[bytes]) -> pd.DataFrame:
    """Return the frame that a load makes of pages."""
    gatherer, *rest = _parts(name)
    return build_frame(gatherer, _batches(gatherer, pages), *rest)


def frames_of(name: str, pages: Iterable[bytes]) -> Iterator[pd.DataFrame]:
    """Yield the frames that an iterator makes of pages."""
    gatherer, *rest = _parts(name)
    return build_frames(gatherer, _batches(gatherer, pages), *rest)


def _parts(name: str) -> tuple[Gatherer, Any, Any, Any]:
    resource = RESOURCES[name]
    _, options = parse_arguments(resource, {})
    gatherer = Gatherer(resource, options.nested, options.contract)

    def attrs(notes: Notes) -> dict[str, Any]:
        return {"resource": name, "filters": {}, "complete": True, **column_attrs(notes, options.contract)}

    return gatherer, build_query(resource, {}), options, attrs


def _batches(gatherer: Gatherer, pages: Iterable[bytes]) -> Iterator[ColumnBatch]:
    for page in pages:
        yield from gatherer.gather(gatherer.reader.open(page).rows)


class _Pages:
    """Pages, timed: how long it took to make them, and to parse them with orjson."""

    def __init__(self, rows: int) -> None:
        self._rows = rows
        self._loads = import_module("orjson").loads if find_spec("orjson") else None
        self.made = 0.0
        self.floor = 0.0

    def __iter__(self) -> Iterator[bytes]:
        begin = perf_counter()
        for page in pages_of("evaluations", self._rows):
            if self._loads is not None:
                start = perf_counter()
                self._loads(page)
                self.floor += perf_counter() - start
            self.made += perf_counter() - begin
            yield page
            begin = perf_counter()


def _cost(rows: int, run: Any) -> Cost:  # noqa: ANN401 - what becomes of the pages
    idle = memory("VmRSS")
    pages = _Pages(rows)
    begin = perf_counter()
    kept = run(pages)
    spent = perf_counter() - begin - pages.made
    peak = memory("VmHWM")
    del kept
    above = None if peak is None or idle is None else peak - idle
    return Cost(spent, pages.floor or None, above)
