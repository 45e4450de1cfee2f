"""Kills `galtea-frames sync` at random moments: `python killed_syncs.py SECONDS FOLDER…`.

For each FOLDER a child of this process runs the command for the mirror in it, again and again, with and without
`--full`, for evaluations too, in small steps, until it is killed at a random moment of the first SECONDS. Importing
once and forking makes a kill cost a few milliseconds.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from itertools import cycle
from pathlib import Path

import deltalake  # noqa: F401 - before forking, as it takes long
import filelock  # noqa: F401

from galtea_frames.cli import main as cli
from galtea_frames.mirror import delta, sync


def sync_for_ever(folder: Path, begun: int) -> None:
    """Sync, having said so."""
    os.chdir(folder)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    sync.STEP_ROWS = 40
    delta._MOST_SMALL = 3  # noqa: SLF001 - so that each sync merges files
    os.write(begun, b".")
    for options in cycle([["--list", "evaluations"], ["--full"]]):
        sys.argv = ["galtea-frames", "sync", "mirror", "--page-size", "25", *options]
        try:
            cli.main()
        except SystemExit as end:
            if end.code:
                os._exit(1)


def killed(seconds: float, folder: Path) -> None:
    """Let a child sync a mirror until it is dead."""
    begins, begun = os.pipe()
    child = os.fork()
    if not child:
        sync_for_ever(folder, begun)
    os.read(begins, 1)
    time.sleep(random.uniform(0, seconds))
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
        raise SystemExit(f"a sync in {folder} failed before it was killed")


if __name__ == "__main__":
    for each in sys.argv[2:]:
        killed(float(sys.argv[1]), Path(each))
