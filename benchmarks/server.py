"""The stand-in API with the benchmark's rows, in a process of its own: `python -m benchmarks.server --rows 1000`.

The rows lie in a file, so that a million of them take no memory, and a page is one read of it. What the stand-in itself
would do for a page, filter and compress, would be measured too, and is the same for every client.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import threading
from array import array
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, get_args

from benchmarks.rows import VERSION_IDS, Day, Kind, Traffic, account, encode, records
from galtea_frames.sample import RawPage, serve, version_records

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from benchmarks.rows import Record
    from galtea_frames.sample import Request, SampleApi

ROOT = Path(__file__).parent.parent

#: Rows of an answer to a request that does not say how many, as the API has it.
_DEFAULT_LIMIT = 10_000


# -- the handle --


@dataclass(frozen=True)
class Tally:
    """What the server has seen: requests, and the highest number of them at once."""

    requests: int
    at_once: int


class Server:
    """A running server; a context manager that ends it.

    Args:
        rows: how many sessions it has.
        kind: which rows.
        traffic: how their creation times spread.
        latency: seconds before each answer.
        day: instead of rows of a kind, an account as it is on that day.

    Attributes:
        url: where it listens.
        api_key: the key it accepts.
    """

    def __init__(
        self,
        rows: int,
        kind: Kind = "mixed",
        traffic: Traffic = "uniform",
        latency: float = 0.0,
        *,
        day: Day | None = None,
    ) -> None:
        wanted = ["--rows", str(rows), "--kind", kind, "--traffic", traffic, "--latency", str(latency)]
        wanted += [] if day is None else ["--day", day]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.server", *wanted],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        try:
            where = self._heard()
        except BaseException:
            self.close()
            raise
        self.url: str = where["url"]
        self.api_key: str = where["api_key"]

    def tally(self) -> Tally:
        """Return what it has seen since it was last asked."""
        assert self._process.stdin is not None  # noqa: S101 - a pipe, as asked above
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return Tally(**self._heard())

    def close(self) -> None:
        """End it: it stops when its input does, so it ends too when this process is killed."""
        self._process.communicate()

    def _heard(self) -> dict[str, Any]:
        assert self._process.stdout is not None  # noqa: S101 - a pipe, as asked above
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the server ended before it said anything; its own words are above")
        heard: dict[str, Any] = json.loads(line)
        return heard

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


# -- the process --


class Listing:
    """The rows, oldest first, as JSON in a file: what the API's list of sessions answers from."""

    def __init__(self, of_all: Iterable[Record]) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        self._lock = threading.Lock()
        self._times: list[str] = []
        self._ends = array("Q", [0])
        for record in of_all:
            self._times.append(record["createdAt"])
            self._ends.append(self._ends[-1] + self._file.write(encode(record) + b","))

    def answer(self, request: Request) -> RawPage | None:
        """Return the page asked for; None for any other path, which the stand-in answers itself."""
        if request.path != "/sessions":
            return None
        # Times are all of one spelling, so they sort as text does.
        first = bisect_left(self._times, _scalar(request, "fromCreatedAt", ""))
        end = bisect_right(self._times, _scalar(request, "toCreatedAt", "9999"))
        limit = int(_scalar(request, "limit", str(_DEFAULT_LIMIT)))
        offset = int(_scalar(request, "offset", "0"))
        if request.values("sort") == ["createdAt", "asc"]:
            wanted = range(first, end)[offset : offset + limit]
            return RawPage(b"[" + self._read(wanted.start, wanted.stop) + b"]")
        wanted = range(first, end)[::-1][offset : offset + limit]
        return RawPage(b"[" + b",".join(self._read(row, row + 1) for row in wanted) + b"]")

    def _read(self, first: int, end: int) -> bytes:
        """Return rows that follow each other, without the comma after the last."""
        if first >= end:
            return b""
        with self._lock:
            self._file.seek(self._ends[first])
            return self._file.read(self._ends[end] - self._ends[first] - 1)


def _scalar(request: Request, name: str, default: str) -> str:
    return next(iter(request.values(name)), default)


def main() -> None:
    """Serve until standard input ends; a line of it is answered with what was seen since the last."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.server", description=main.__doc__)
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--kind", choices=get_args(Kind), default="mixed")
    parser.add_argument("--traffic", choices=get_args(Traffic), default="uniform")
    parser.add_argument("--latency", type=float, default=0.0)
    parser.add_argument("--day", choices=get_args(Day))
    asked = parser.parse_args()
    of_day = account(asked.rows, asked.day) if asked.day else None
    listing = Listing(of_day or records(asked.rows, asked.kind, asked.traffic))
    versions = [
        version | {"id": version_id}
        for version, version_id in zip(version_records(len(VERSION_IDS)), VERSION_IDS, strict=True)
    ]
    with serve(0, versions, answers=listing.answer, latency=asked.latency, gzip=False) as api:
        _say(url=api.url, api_key=api.api_key)
        for _ in sys.stdin:
            _say(requests=len(api.requests), at_once=api.max_concurrent)
            _forget(api)


def _forget(api: SampleApi) -> None:
    answers = api.answers
    api.reset()
    api.answers = answers


def _say(**said: object) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
