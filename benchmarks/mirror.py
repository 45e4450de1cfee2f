"""The mirror: what a night's sync costs, beside the first one and beside fetching everything again."""

from __future__ import annotations

import tempfile
import warnings
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import galtea_frames as gf
from benchmarks.http import Api, load
from benchmarks.server import Server
from benchmarks.table import Table, ratio, seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.plan import Plan

_GROWTH = 10
_MEGABYTE = 1_000_000


def tables(plan: Plan) -> Iterator[Table]:
    """Yield the table: an account of ten times the usual rows, of which a thousandth is new and half that changed."""
    rows = plan.rows * _GROWTH
    table = Table(
        f"Mirror: {rows:,} mixed rows, of which {rows // 1_000:,} are new today and {rows // 2_000:,} changed",
        ["", "of the first sync", "seconds", "requests", "MB written", "new", "changed", "removed"],
    )
    if find_spec("deltalake") is None:
        table.notes.append("not measured: deltalake is not installed (pip install 'galtea-frames[benchmarks]')")
    else:
        with tempfile.TemporaryDirectory() as folder:
            _measure(table, rows, Path(folder, "mirror"))
    yield table


def _measure(table: Table, rows: int, path: Path) -> None:
    mirror = gf.Mirror(path)
    with Server(rows, day="yesterday") as server:
        first = _sync(table, "first sync", mirror, path, Api.of(server))
        _sync(table, "nothing changed", mirror, path, Api.of(server), first=first)
    with Server(rows, day="today") as server:
        _sync(table, "the next day", mirror, path, Api.of(server), first=first)
        _read(table, "load_sessions from the mirror", mirror.load_sessions, first)
        _read(table, "load_sessions from the API", lambda: load(Api.of(server)), first)
        _sync(table, "full=True", mirror, path, Api.of(server), first=first, full=True)


def _sync(
    table: Table, name: str, mirror: gf.Mirror, path: Path, api: Api, *, first: float | None = None, full: bool = False
) -> float:
    before = _files(path)
    with gf.Client(api.api_key, api.url, page_size=api.page_rows, max_workers=api.workers, progress=False) as client:
        done = mirror.sync(client, full=full)
    written = sum(size for file, size in _files(path).items() if file not in before) / _MEGABYTE
    counts = [f"{count:,}" for count in (done.requests, round(written), done.new, done.changed, done.removed)]
    table.rows.append([name, ratio(done.seconds / (first or done.seconds)), seconds(done.seconds), *counts])
    return done.seconds


def _files(path: Path) -> dict[Path, int]:
    return {file: file.stat().st_size for file in path.glob("*/*.parquet")}


def _read(table: Table, name: str, read: Callable[[], object], first: float) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of mixed types
        begin = perf_counter()
        read()
        spent = perf_counter() - begin
    table.rows.append([name, ratio(spent / first), seconds(spent), *["-"] * 5])
