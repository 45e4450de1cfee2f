"""Commands that are killed, as a process of its own: `python killed_commands.py SEED ARGUMENTS FOLDER…`.

In each FOLDER a child of this process runs `galtea-frames` with the ARGUMENTS, a JSON list, until it is killed: at a
random moment of the time that the command takes when it is left alone, which a child in the first folder finds out;
more often towards the end, where it writes.
Importing once and forking makes a kill cost little more than what the command has done by then.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

# Before forking, as they take long.
import deltalake  # noqa: F401
import filelock  # noqa: F401
import jinja2  # noqa: F401
import matplotlib.pyplot as plt  # noqa: F401
from undrawn import PIXEL

from galtea_frames.cli import main as cli
from galtea_frames.pages.pictures import Chart


def command(arguments: list[str], folder: Path, begun: int) -> None:
    """Run the command in a folder, having said so, and end this process."""
    os.chdir(folder)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    sys.argv = ["galtea-frames", *arguments]
    os.write(begun, b".")
    try:
        cli.main()
    except SystemExit as end:
        os._exit(end.code if isinstance(end.code, int) else 1)


def started(arguments: list[str], folder: Path) -> int:
    """Return the process of a command that has just begun."""
    begins, begun = os.pipe()
    child = os.fork()
    if not child:
        command(arguments, folder, begun)
    os.read(begins, 1)
    os.close(begins)
    os.close(begun)
    return child


def killed(arguments: list[str], folder: Path, seconds: float) -> None:
    """Kill a command so long after its beginning, if it still is at work."""
    child = started(arguments, folder)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def left_alone(arguments: list[str], folder: Path) -> float:
    """Return how many seconds the command takes."""
    begin = time.monotonic()
    _, status = os.waitpid(started(arguments, folder), 0)
    if code := os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{arguments} ended with {code}")
    return time.monotonic() - begin


if __name__ == "__main__":
    Chart.png = lambda _chart, _look: PIXEL  # type: ignore[method-assign, assignment] # as the fixture `undrawn_charts` does
    dice = random.Random(sys.argv[1])
    asked = json.loads(sys.argv[2])
    first, *others = map(Path, sys.argv[3:])
    whole = left_alone(asked, first)
    for each in others:
        killed(asked, each, whole * dice.random() ** 0.3)
