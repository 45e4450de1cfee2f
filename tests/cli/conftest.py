"""How tests run a command line in their own process."""

from __future__ import annotations

import sys
import warnings
from typing import TYPE_CHECKING, Literal

import pytest
from command_line import Done

from galtea_frames.cli import main as cli

if TYPE_CHECKING:
    from command_line import Run


@pytest.fixture
def warned() -> Literal["default", "ignore"]:
    """What becomes of warnings: they are shown, unless a module says otherwise."""
    return "default"


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], warned: Literal["default", "ignore"]
) -> Run:
    """A function that runs a command line up to its exit code."""

    def run(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["galtea-frames", *map(str, arguments)])
        with warnings.catch_warnings():  # the command line sets how warnings are shown, for a process of its own
            warnings.simplefilter(warned)
            with pytest.raises(SystemExit) as ended:
                cli.main()
        return Done(ended.value.code, *capsys.readouterr())

    return run
