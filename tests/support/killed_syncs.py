"""Syncs that are killed, as a process of its own: `python killed_syncs.py URL KEY SECONDS FOLDER…`.

For each FOLDER a child of this process syncs the mirror in it, again and again, in small steps, until it is killed at a
random moment of the first SECONDS. Importing once and forking makes a kill cost a few milliseconds.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path

import deltalake  # noqa: F401 - before forking, as it takes long
import filelock  # noqa: F401

import galtea_frames as gf
from galtea_frames.mirror import sync


def sync_for_ever(url: str, key: str, folder: Path, begun: int) -> None:
    """Sync, having said so; all of it each time, so that there is always something to compare."""
    sync.STEP_ROWS = 40
    with gf.Client(key, url, page_size=25, progress=False) as client:
        os.write(begun, b".")
        while True:
            gf.Mirror(folder / "mirror").sync(client, full=True)


def killed(url: str, key: str, seconds: float, folder: Path) -> None:
    """Let a child sync a mirror until it is dead."""
    begins, begun = os.pipe()
    child = os.fork()
    if not child:
        sync_for_ever(url, key, folder, begun)
    os.read(begins, 1)
    time.sleep(random.uniform(0, seconds))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


if __name__ == "__main__":
    for each in sys.argv[4:]:
        killed(sys.argv[1], sys.argv[2], float(sys.argv[3]), Path(each))
