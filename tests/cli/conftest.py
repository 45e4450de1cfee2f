"""An API for the command line, and how tests run one in their own process."""

from __future__ import annotations

import sys
import warnings
from typing import TYPE_CHECKING, Literal

import pytest
from command_line import Done

import galtea_frames as gf
from galtea_frames.cli import main as cli

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from command_line import Api, Run


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


@pytest.fixture(scope="module")
def shared_api() -> Iterator[Api]:
    """A stand-in with enough rows for every shape."""
    with gf.sample.serve(200, 5) as api:
        yield api


@pytest.fixture
def api(shared_api: Api, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Api:
    """The stand-in, its key and address in the environment, and nothing else there."""
    shared_api.reset()
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    monkeypatch.setenv("GALTEA_API_KEY", shared_api.api_key)
    monkeypatch.setenv("GALTEA_API_URL", shared_api.url)
    monkeypatch.chdir(tmp_path)
    return shared_api
