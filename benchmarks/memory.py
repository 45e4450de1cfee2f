"""Peak memory: of an export to one file, and of a load beside the frame that comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.contender import Contender, installed
from benchmarks.http import CONTENDERS, Api
from benchmarks.probe import ProbeError, take
from benchmarks.server import Server
from benchmarks.table import Table, megabytes, ratio, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.plan import Plan
    from benchmarks.probe import Reading

_GROWTH = 10

Readings = dict[int, dict[str, "Reading"]]


def tables(plan: Plan) -> Iterator[Table]:
    """Yield a table of the export, and one of loads."""
    able, notes = installed(CONTENDERS)
    first, second = plan.rows, plan.rows * _GROWTH
    readings = {
        first: _readings(first, ["export", "load_nine", *(each.run.__name__ for each in able)], notes),
        # The others' memory grows with the rows; a machine on which ours fits may have no room for theirs.
        second: _readings(second, ["export", "load", "load_nine"], notes),
    }
    yield _exports(readings)
    yield _loads(readings, able, notes)


def _readings(rows: int, cases: Sequence[str], notes: list[str]) -> dict[str, Reading]:
    """Return what was measured of each case; one that fails is told in a note."""
    readings = {}
    with Server(rows) as server:
        for case in cases:
            try:
                readings[case] = take(case, Api.of(server))
            except ProbeError as problem:
                notes.append(f"{rows:,} rows: {problem}")
    return readings


def _exports(readings: Readings) -> Table:
    exports = {rows: read["export"] for rows, read in readings.items() if "export" in read}
    table = Table(
        "Memory: mixed rows to one Parquet file, peak above an idle interpreter with the package imported",
        ["galtea-frames export", "peak of the first", "peak, MB", "seconds", "rows written"],
    )
    for rows, export in exports.items():
        first = exports[min(exports)].peak
        grown = export.peak / first if export.peak and first else None
        line = [f"{rows:,} rows", ratio(grown), megabytes(export.peak), seconds(export.seconds), f"{export.rows:,}"]
        table.rows.append(line)
    return table


def _loads(readings: Readings, able: Sequence[Contender[Api]], notes: list[str]) -> Table:
    names = {each.run.__name__: each.name for each in able} | {"load_nine": "galtea_frames, nine columns"}
    table = Table(
        "Memory: mixed rows to a frame, peak above an idle interpreter",
        ["", "peak of the frame", "peak, MB", "frame, MB", "seconds", "rows"],
        notes=[*notes, "frame: memory_usage(deep=True), which leaves out most of what nested Python objects hold"],
    )
    for rows, read in readings.items():
        for case, one in read.items():
            if case in names:
                line = [ratio(one.peak_of_frame), megabytes(one.peak), megabytes(one.frame), seconds(one.seconds)]
                table.rows.append([f"{names[case]}, {rows:,}", *line, f"{one.rows:,}"])
    return table
