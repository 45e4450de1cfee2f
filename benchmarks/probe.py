"""One measurement in a fresh process, where nothing that ran before counts: `python -m benchmarks.probe load`."""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import json
import os
import subprocess
import sys
import tempfile
import warnings
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import galtea_frames  # noqa: F401 - an idle interpreter has the package imported

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from benchmarks.http import Api

_ROOT = Path(__file__).parent.parent
_STATUS = Path("/proc/self/status")


class ProbeError(Exception):
    """A probe failed."""


@dataclass(frozen=True)
class Reading:
    """What a probe measured.

    Attributes:
        rows: of the result.
        seconds: that it took.
        peak: the most bytes of memory held meanwhile, above those of the idle interpreter; None where the system does
            not tell.
        frame: bytes of the frame that came of it; None where there is none.
    """

    rows: int
    seconds: float
    peak: int | None
    frame: int | None = None

    @property
    def peak_of_frame(self) -> float | None:
        """How many times the frame's size the peak is."""
        return None if self.peak is None or not self.frame else self.peak / self.frame


def take(case: str, api: Api) -> Reading:
    """Return what a probe of this case measures of an API.

    Raises:
        ProbeError: it failed, for the reason that is given.
    """
    command = [sys.executable, "-m", "benchmarks.probe", case, "--page-rows", str(api.page_rows)]
    environment = os.environ | {"GALTEA_API_URL": api.url, "GALTEA_API_KEY": api.api_key}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=_ROOT, env=environment)
    if done.returncode:
        reasons = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise ProbeError(f"{case} of {api.url}: {reasons[-1]}")
    return Reading(**json.loads(done.stdout))


# -- in the fresh process --


def main() -> None:
    """Measure one case and print it as JSON."""
    idle = memory("VmRSS")
    parser = argparse.ArgumentParser(prog="python -m benchmarks.probe", description=main.__doc__)
    parser.add_argument("case", choices=["export", "load", "load_nine", "normalize", "vendor"])
    parser.add_argument("--page-rows", type=int, required=True)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")  # of mixed types
    with contextlib.redirect_stdout(io.StringIO()):
        reading = _export(idle, asked.page_rows) if asked.case == "export" else _load(idle, asked.case, asked.page_rows)
    sys.stdout.write(json.dumps(asdict(reading)))


def _export(idle: int | None, page_rows: int) -> Reading:
    """Write the one file that `galtea-frames export` writes."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "sessions.parquet")
        command: Any = import_module("galtea_frames.cli.main").commands
        begin = perf_counter()
        arguments = ["export", "sessions", "--out", str(file), "--page-size", str(page_rows), "--no-progress"]
        command.main(arguments, standalone_mode=False)
        spent, peak = perf_counter() - begin, _above(idle)
        return Reading(import_module("pyarrow.parquet").read_metadata(file).num_rows, spent, peak)


def _load(idle: int | None, case: str, page_rows: int) -> Reading:
    """Load a frame; the memory that it takes to measure the frame does not count."""
    http = import_module("benchmarks.http")
    run: Callable[[Api], pd.DataFrame] = getattr(http, case)
    begin = perf_counter()
    frame = run(http.Api(os.environ["GALTEA_API_URL"], os.environ["GALTEA_API_KEY"], page_rows))
    spent, peak = perf_counter() - begin, _above(idle)
    gc.collect()
    return Reading(len(frame), spent, peak, int(frame.memory_usage(deep=True).sum()))


def _above(idle: int | None) -> int | None:
    peak = memory("VmHWM")
    return None if peak is None or idle is None else peak - idle


def memory(field: str) -> int | None:
    """Return the bytes of this process that are in memory now (VmRSS), or were at the most (VmHWM).

    Linux tells both. Of `getrusage` it would give the maximum of the process that started this one as well. Elsewhere
    that is all there is, and it serves for both: an idle interpreter has just been at its most.
    """
    if _STATUS.exists():
        line = next(line for line in _STATUS.read_text().splitlines() if line.startswith(field))
        return int(line.split()[1]) * 1_024
    try:
        resource: Any = import_module("resource")
    except ImportError:  # Windows
        return None
    most: int = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1_024


if __name__ == "__main__":
    main()
