"""The mirror: what syncs cost, beside fetching everything again; and reading it, beside DuckDB and Arrow."""

from __future__ import annotations

import tempfile
import warnings
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import galtea_frames as gf
from benchmarks.contender import Contender, installed, problems, take_turns
from benchmarks.decode import of_frame
from benchmarks.http import Api, load
from benchmarks.server import Server
from benchmarks.table import Table, ratio, seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.plan import Plan

_GROWTH = 10
_MEGABYTE = 1_000_000


#: Four declared columns and three nested ones, with the types that DuckDB is told.
_SEVEN = {
    "id": "string",
    "version_id": "string",
    "status": "category",
    "created_at": "time",
    "metadata.latency_ms": "Int64",
    "metadata.cost_usd": "Float64",
    "metadata.model": "string",
}
_PINNED = {name: dtype for name, dtype in _SEVEN.items() if "." in name}
_QUERY = """
    SELECT id, version_id, status, created_at,
        TRY_CAST(metadata->>'$.latency_ms' AS BIGINT) AS "metadata.latency_ms",
        TRY_CAST(metadata->>'$.cost_usd' AS DOUBLE) AS "metadata.cost_usd",
        metadata->>'$.model' AS "metadata.model"
    FROM read_parquet($files) ORDER BY created_at, id
"""


@dataclass(frozen=True)
class _Stored:
    """A mirror, and the files of its sessions."""

    mirror: gf.Mirror
    delta: Any
    files: list[str]

    @classmethod
    def at(cls, path: Path) -> _Stored:
        """Return the mirror at a path."""
        delta = import_module("deltalake").DeltaTable(path / "sessions")
        return cls(gf.Mirror(path), delta, [str(path / "sessions" / Path(each).name) for each in delta.file_uris()])


def _duckdb(stored: _Stored) -> object:
    with import_module("duckdb").connect() as connection:
        return connection.execute(_QUERY, {"files": stored.files}).df()


def _arrow(stored: _Stored) -> object:
    return stored.delta.to_pyarrow_dataset().to_table().to_pandas()


_DUCKDB: Contender[_Stored] = Contender("DuckDB, seven columns", _duckdb, of_frame, needs="duckdb")
_ARROW: Contender[_Stored] = Contender("Arrow, all stored columns", _arrow, of_frame, needs="deltalake")
_READS: tuple[Contender[_Stored], ...] = (
    _DUCKDB,
    _ARROW,
    Contender("seven columns", lambda stored: stored.mirror.load_sessions(columns=list(_SEVEN)), of_frame),
    Contender(
        "seven columns, pinned",
        lambda stored: stored.mirror.load_sessions(columns=list(_SEVEN), dtype=_PINNED),
        of_frame,
    ),
    Contender('nested="json"', lambda stored: stored.mirror.load_sessions(nested="json"), of_frame),
    Contender("all columns", lambda stored: stored.mirror.load_sessions(), of_frame),
    Contender("a hundred rows", lambda stored: stored.mirror.load_sessions(limit=100), of_frame),
)


def tables(plan: Plan) -> Iterator[Table]:
    """Yield tables of an account of ten times the usual rows, of which a thousandth is new and half that changed."""
    rows = plan.rows * _GROWTH
    table = Table(
        f"Mirror: {rows:,} mixed rows, of which {rows // 1_000:,} are new today and {rows // 2_000:,} changed",
        ["", "of the first sync", "seconds", "requests", "MB written", "new", "changed", "removed"],
    )
    if find_spec("deltalake") is None:
        table.notes.append("not measured: deltalake is not installed (pip install 'galtea-frames[benchmarks]')")
    else:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "mirror")
            _measure(table, rows, path)
            yield table
            yield _reads(plan, rows, path)
        return
    yield table


def _reads(plan: Plan, rows: int, path: Path) -> Table:
    """Return the table of what reading the mirror costs."""
    able, missing = installed(_READS)
    bases = [each for each in (_DUCKDB, _ARROW) if each in able]
    outcomes = take_turns(able, bases, _Stored.at(path), plan.rounds)
    return Table(
        f"Mirror: {rows:,} stored rows to a frame",
        ["", *(f"of {each.name}" for each in bases), "seconds", "columns"],
        [
            [
                each.name,
                *(ratio(each.ratio(base.name)) for base in bases),
                seconds(each.median_seconds()),
                f"{each.shape[1] or 0:,}",
            ]
            for each in outcomes
        ],
        [*missing, *problems(outcomes)],
    )


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
