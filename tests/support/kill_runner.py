"""Runs the scripts `killed_*.py`, which kill their own child processes."""

import os
import subprocess
import sys
from pathlib import Path


def run(script: str, *arguments: object) -> None:
    """Run a script that stands beside this file, unmeasured: who is killed leaves half a file of coverage.

    It has seconds for each argument, most of which are folders in each of which a process is killed.
    """
    command = [sys.executable, str(Path(__file__).parent / script), *map(str, arguments)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    subprocess.run(command, check=True, timeout=600 + 60 * len(arguments), env=environment)  # noqa: S603 - our own scripts
