"""Commands run as processes, and how they ended."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import click
import pytest

import galtea_frames as gf
from galtea_frames.api.resources import RESOURCES
from galtea_frames.cli.main import commands

if TYPE_CHECKING:
    import pandas as pd


Api = gf.sample.SampleApi

posix = pytest.mark.skipif(os.name != "posix", reason="needs signals and pseudo terminals")


class Done(NamedTuple):
    """How a command ended, and what it printed."""

    code: Any
    out: str
    err: str


#: Runs a command line, given its words, in the process of the test.
Run = Callable[..., Done]


def start(*arguments: object, stderr: int = subprocess.PIPE) -> subprocess.Popen[str]:
    """Start a command line as a process of its own, in the environment and the folder of this one."""
    command = [sys.executable, "-m", "galtea_frames", *map(str, arguments)]
    further = {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONIOENCODING": "utf-8", "COLUMNS": "100", "TERM": "xterm"}
    return subprocess.Popen(  # noqa: S603 - our own
        command, stdout=subprocess.PIPE, stderr=stderr, text=True, encoding="utf-8", env=os.environ | further
    )


def parse(line: str) -> None:
    """Parse a command line without running it; click raises at what it does not know."""
    command: click.Command = commands
    arguments = [each for each in shlex.split(line) if each != "--help"]
    while isinstance(command, click.Group) and arguments:
        command = command.commands[arguments.pop(0)]
    if "--help" not in line:
        command.make_context("galtea-frames", arguments)


#: What can be exported whole, with its loader.
LOADERS: dict[str, Callable[..., pd.DataFrame]] = {
    name: getattr(gf, f"load_{name}") for name, resource in RESOURCES.items() if not resource.required
} | {"joined": gf.load_sessions_with_versions}
