"""Commands run as processes, and how they ended."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

import galtea_frames as gf

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd


Api = gf.sample.SampleApi

posix = pytest.mark.skipif(os.name != "posix", reason="needs signals and pseudo terminals")


class Done:
    """How a command ended, and what it printed."""

    def __init__(self, code: Any, out: str, err: str) -> None:  # noqa: ANN401 - an exit code may be anything
        self.code, self.out, self.err = code, out, err

    def __repr__(self) -> str:
        return f"Done({self.code}, {self.out!r}, {self.err!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Done) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment] # compared, never kept in a set


def start(*arguments: object, stderr: int = subprocess.PIPE) -> subprocess.Popen[str]:
    """Start a command line as a process of its own, in the environment and the folder of this one."""
    command = [sys.executable, "-m", "galtea_frames", *map(str, arguments)]
    further = {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONIOENCODING": "utf-8", "COLUMNS": "100", "TERM": "xterm"}
    return subprocess.Popen(  # noqa: S603 - our own
        command, stdout=subprocess.PIPE, stderr=stderr, text=True, encoding="utf-8", env=os.environ | further
    )


LOADERS: dict[str, Callable[..., pd.DataFrame]] = {
    "sessions": gf.load_sessions,
    "versions": gf.load_versions,
    "joined": gf.load_sessions_with_versions,
}
