"""A long life: a mirror after a thousand syncs, beside one that was made afresh from the same account."""

from __future__ import annotations

import tempfile
import threading
from bisect import bisect_left, bisect_right
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import galtea_frames as gf
from benchmarks.rows import VERSION_IDS, encode, records
from benchmarks.table import Table, ratio
from galtea_frames.sample import RawPage, serve, version_records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from benchmarks.plan import Plan
    from benchmarks.rows import Record
    from galtea_frames.sample import Request

#: New sessions of each sync; as many older ones are completed.
_NEW = 50

#: A session is completed by one of so many syncs after its own.
_OPEN = 24

#: Syncs are an hour apart in the account's time, and compare a day.
_LOOKBACK = timedelta(hours=24)

#: What lies in a mirror's folder.
_SIZES = {"Parquet files, MB": "*/*.parquet", "log, MB": "*/_delta_log/*"}

_MEGABYTE = 1_000_000
_TIMES = 5


class _Account:
    """Sessions that come and are completed, hour by hour, as JSON; a fresh session is pending."""

    def __init__(self, rows: int, hours: int) -> None:
        self._coming: Iterator[Record] = map(_completed, records(rows + hours * _NEW))
        self._open: dict[int, list[tuple[int, Record]]] = {}
        self._lock = threading.Lock()
        self._times: list[str] = []
        self._bodies: list[bytes] = []
        self._positions: dict[str, int] = {}
        for _ in range(rows):
            self._add(next(self._coming))

    def pass_an_hour(self, hour: int) -> None:
        """Complete sessions, and add new ones."""
        with self._lock:
            for position, record in self._open.pop(hour, ()):
                self._bodies[position] = encode(record)
            for number in range(_NEW):
                record = next(self._coming)
                later = hour + 1 + number % _OPEN
                self._open.setdefault(later, []).append((len(self._times), record))
                self._add(record | {"status": "PENDING", "stoppingReason": None, "error": None})

    def _add(self, record: Record) -> None:
        self._positions[record["id"]] = len(self._times)
        self._times.append(record["createdAt"])
        self._bodies.append(encode(record))

    def answer(self, request: Request) -> RawPage | None:
        """Return the page asked for; None for any other path, which the stand-in answers itself."""
        if request.path != "/sessions":
            return None
        given = {name: next(iter(request.values(name)), None) for name in ("fromCreatedAt", "toCreatedAt")}
        limit = int(next(iter(request.values("limit")), "10000"))
        offset = int(next(iter(request.values("offset")), "0"))
        with self._lock:
            first = bisect_left(self._times, given["fromCreatedAt"] or "")
            end = bisect_right(self._times, given["toCreatedAt"] or "9999")
            wanted: Sequence[int] = range(first, end)
            if ids := request.values("ids"):
                wanted = sorted(self._positions[each] for each in ids)
            if request.values("sort") != ["createdAt", "asc"]:
                wanted = wanted[::-1]
            found = [self._bodies[position] for position in wanted[offset : offset + limit]]
        return RawPage(b"[" + b",".join(found) + b"]")


def _completed(record: Record) -> Record:
    """Return a session as it is at last."""
    return record | ({"status": "COMPLETED"} if record["status"] == "PENDING" else {})


def tables(plan: Plan) -> Iterator[Table]:
    """Yield one table: what reading, syncing and keeping an old mirror cost."""
    table = Table(
        f"Mirror: {plan.rows:,} sessions, then {plan.syncs:,} syncs of {2 * _NEW} changed rows each",
        ["", "of a fresh mirror", "fresh", "old"],
    )
    if find_spec("deltalake") is None:
        table.notes.append("not measured: deltalake is not installed (pip install 'galtea-frames[benchmarks]')")
    else:
        with tempfile.TemporaryDirectory() as folder:
            _measure(table, plan.rows, plan.syncs, Path(folder))
    yield table


def _measure(table: Table, rows: int, hours: int, folder: Path) -> None:
    account = _Account(rows, hours)
    versions = [
        version | {"id": version_id}
        for version, version_id in zip(version_records(len(VERSION_IDS)), VERSION_IDS, strict=True)
    ]
    with (
        serve(0, versions, answers=account.answer, gzip=False) as api,
        gf.Client(api.api_key, api.url, page_size=1_000, progress=False) as client,
    ):
        old, fresh = gf.Mirror(folder / "old"), gf.Mirror(folder / "fresh")
        spent = [old.sync(client).seconds]
        for hour in range(hours):
            account.pass_an_hour(hour)
            spent.append(old.sync(client, lookback=_LOOKBACK).seconds)
        fresh.sync(client)
        tasks: dict[str, Callable[[gf.Mirror], object]] = {
            'load_sessions(nested="json"), s': lambda mirror: mirror.load_sessions(nested="json"),
            "the last week, s": lambda mirror: mirror.load_sessions(from_created_at="2026-03-23", nested="json"),
            "a sync that finds nothing, s": lambda mirror: mirror.sync(client, lookback=_LOOKBACK),
            "info(), s": lambda mirror: mirror.info(),
        }
        for name, task in tasks.items():
            _line(table, name, _seconds(task, fresh, old), digits=3)
    sizes = {name: [_size(folder / kind, pattern) for kind in ("fresh", "old")] for name, pattern in _SIZES.items()}
    for name, found in sizes.items():
        _line(table, name, found, digits=1)
    about = [each.info() for each in (fresh, old)]
    _line(table, "files that are read", [each.files for each in about])
    _line(table, "sessions", [each.rows for each in about])
    table.notes.append(f"of the syncs, the median took {median(spent[1:]):.2f} s, the longest {max(spent[1:]):.2f} s")


def _seconds(task: Callable[[gf.Mirror], object], *mirrors: gf.Mirror) -> list[float]:
    """Return the median of what a task takes in each mirror, in turns."""
    spent: list[list[float]] = [[] for _ in mirrors]
    for _ in range(_TIMES):
        for mirror, times in zip(mirrors, spent, strict=True):
            begin = perf_counter()
            task(mirror)
            times.append(perf_counter() - begin)
    return [median(times) for times in spent]


def _size(mirror: Path, pattern: str) -> float:
    return sum(each.stat().st_size for each in mirror.glob(pattern)) / _MEGABYTE


def _line(table: Table, name: str, found: Sequence[float], digits: int = 0) -> None:
    fresh, old = found
    table.rows.append([name, ratio(old / fresh), f"{fresh:,.{digits}f}", f"{old:,.{digits}f}"])
