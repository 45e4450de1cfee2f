"""Writes that are killed, as a process of its own: `python killed_writes.py random|step file|dataset FOLDER…`.

Each FOLDER holds a target that the older frame was written to. A child of this process writes the newer and the older
frame there in turn, until it is killed: at a random moment, or before its n-th renaming or deletion, where n is the
folder's name. Importing pandas once and forking makes a kill cost a few milliseconds.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import time
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

import galtea_frames as gf

if TYPE_CHECKING:
    from collections.abc import Callable

OLDER = pd.DataFrame({"key": ["a", "b", "c", None] * 500, "value": range(2_000)})
NEWER = pd.DataFrame({"key": ["b", "d"] * 2_000, "value": range(4_000), "more": "x"})


def write(frame: pd.DataFrame, kind: str, folder: Path) -> None:
    """Write a frame to the target of a folder."""
    gf.write_parquet(frame, folder / "target", partition_by="key" if kind == "dataset" else None)


def write_for_ever(kind: str, folder: Path, begun: int) -> None:
    """Write one frame after the other, having said so."""
    os.write(begun, b".")
    for frame in cycle((NEWER, OLDER)):
        write(frame, kind, folder)


def die_at(step: int) -> None:
    """Have this process killed just before it renames or deletes for the n-th time."""
    left = step

    def dying(call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever the call takes
            nonlocal left
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **named)

        return counted

    for module, name in ((os, "rename"), (os, "replace"), (os, "unlink"), (shutil, "rmtree")):
        setattr(module, name, dying(getattr(module, name)))


def killed(how: str, kind: str, folder: Path) -> None:
    """Let a child write to a folder's target until it is dead."""
    begins, begun = os.pipe()
    child = os.fork()
    if not child:
        if how == "step":
            die_at(int(folder.name))
        write_for_ever(kind, folder, begun)
    os.read(begins, 1)
    if how == "random":
        time.sleep(random.uniform(0, 0.1))
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


if __name__ == "__main__":
    for each in sys.argv[3:]:
        killed(sys.argv[1], sys.argv[2], Path(each))
