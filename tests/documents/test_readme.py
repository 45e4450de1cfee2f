"""The README's Python prints what it shows, and its commands work."""

import shlex
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from snippets import blocks, commands, run

import galtea_frames as gf

pytestmark = pytest.mark.uncounted

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = blocks(README)
COMMANDS = [command for kind, text in BLOCKS if kind == "sh" for command in commands(text)]


@pytest.fixture
def _api(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Serve the sample rows at the address in the environment, and work in an empty folder."""
    with gf.sample.serve() as api:
        monkeypatch.setenv("GALTEA_API_URL", api.url)
        monkeypatch.setenv("GALTEA_API_KEY", api.api_key)
        monkeypatch.chdir(tmp_path)
        yield


@pytest.mark.printed
@pytest.mark.usefixtures("_api")
def test_python_blocks_print_what_the_readme_shows() -> None:
    """The Python blocks, run in order, print the text blocks after them."""
    for shown, printed in run([block for block in BLOCKS if block[0] != "sh"]):
        assert shown == printed


@pytest.mark.printed
@pytest.mark.usefixtures("_api")
def test_the_first_block_alone_gives_a_frame_at_once() -> None:
    """It also works as a program of its own, in an empty folder."""
    code, expected = next((code, text) for (kind, code), (_, text) in pairwise(BLOCKS) if kind == "python")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)  # noqa: S603
    assert (expected, 0) == (done.stdout, done.returncode), done.stderr


@pytest.mark.usefixtures("_api")
def test_commands_work() -> None:
    """The commands of the README succeed when they run in order in one folder."""
    for command in COMMANDS:
        words = [sys.executable, "-m", "galtea_frames", *shlex.split(command)[1:]]
        done = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603
        assert (command, 0) == (command, done.returncode), done.stderr
        assert done.stderr == "" or "warning:" in done.stderr


def test_set_up_commands_are_run_by_ci() -> None:
    """`.ci/run` runs both set-up commands of the README in clean environments."""
    commands = [text.strip() for kind, text in BLOCKS if kind == "sh" and "python3 -m venv" in text]
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert len(commands) == 2
    assert [command for command in commands if command not in script] == []


def test_the_readme_is_an_overview() -> None:
    """It fits in about 140 lines; details belong in the guide."""
    assert len(README.splitlines()) <= 150


def test_every_python_block_is_followed_by_its_output_or_stands_alone() -> None:
    """Text blocks follow Python blocks only."""
    before = [kind for (kind, _), (following, _) in pairwise(BLOCKS) if following == "text"]
    assert set(before) == {"python"}
