"""Commands killed at any moment leave either the old output or the complete new one."""

from __future__ import annotations

import contextlib
import filecmp
import json
import os
import shutil
import time
from typing import TYPE_CHECKING

import kill_runner
import pytest
from effort import times
from pandas.testing import assert_frame_equal

import galtea_frames as gf
from galtea_frames.files.staging import StagingFolder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from command_line import Run

    Finish = Callable[[list[str], Path], None]

pytestmark = [
    pytest.mark.usefixtures("undrawn_charts"),
    pytest.mark.skipif(os.name != "posix", reason="needs signals and forks"),
    pytest.mark.filterwarnings("ignore::galtea_frames.GalteaFramesWarning"),
]

#: Of each of the three commands below. Kills of syncs: `mirror/test_crashes.py`.
KILLS = times(10)

FILE = ["export", "joined", "--out", "target"]
DATASET = ["export", "sessions", "--out", "target", "--partition-by", "status"]
REPORT = ["report", "--out", "target", "--as-of", "2026-03-30", "--trend-periods", "2"]


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[gf.sample.SampleApi]:
    """The stand-in, which the environment names; its pages are small, so that there are many moments."""
    with gf.sample.serve(400, 5, cap=40) as api:
        monkeypatch.setenv("GALTEA_API_KEY", api.api_key)
        monkeypatch.setenv("GALTEA_API_URL", api.url)
        yield api


@pytest.fixture
def finish(run: Run, monkeypatch: pytest.MonkeyPatch) -> Finish:
    """Run a command in a folder, to its good end."""

    def finish(arguments: list[str], folder: Path) -> None:
        folder.mkdir(exist_ok=True, parents=True)
        monkeypatch.chdir(folder)
        done = run(*arguments)
        assert 0 == done.code, done.err

    return finish


def kill(arguments: list[str], before: Path, folders: Path) -> list[Path]:
    """Have a command killed in folders of their own, each with what was there before; return the folders."""
    made = [folders / str(number) for number in range(KILLS + 1)]
    for folder in made:
        shutil.copytree(before, folder)
    kill_runner.run("killed_commands.py", " ".join(arguments), json.dumps(arguments), *made)
    return made[1:]


def change(api: gf.sample.SampleApi) -> None:
    """Have the API serve other rows than before."""
    for number, each in enumerate(list(api.sessions)):
        if number % 3 == 0:
            api.sessions.update(each["id"], status="FAILED", error=f"changed {number}")
        elif number % 7 == 0:
            api.sessions.delete(each["id"])


def visible(folder: Path) -> list[str]:
    """The names in a folder that are not hidden."""
    return sorted(each.name for each in folder.iterdir() if not each.name.startswith("."))


def same_tree(one: Path, other: Path) -> bool:
    """Whether two folders hold the same files, byte by byte."""
    compared = filecmp.dircmp(one, other)
    if compared.left_only or compared.right_only or compared.funny_files:
        return False
    _, differing, unread = filecmp.cmpfiles(one, other, compared.common_files, shallow=False)
    return not differing and not unread and all(same_tree(one / each, other / each) for each in compared.common_dirs)


@pytest.mark.uncounted
@pytest.mark.parametrize("arguments", [FILE, DATASET], ids=["file", "dataset"])
def test_a_killed_export_leaves_the_old_rows_or_the_new(
    arguments: list[str], api: gf.sample.SampleApi, finish: Finish, tmp_path: Path
) -> None:
    """Never others, never a part; the next export works as ever, and nothing is seen beside it."""
    finish(arguments, tmp_path / "older")
    change(api)
    finish(arguments, tmp_path / "newer")
    older, newer = (gf.read_parquet(tmp_path / name / "target") for name in ("older", "newer"))
    assert len(older) > len(newer)
    for folder in kill(arguments, tmp_path / "older", tmp_path / "killed"):
        found = gf.read_parquet(folder / "target")
        assert_frame_equal(older if len(found) == len(older) else newer, found)
        assert visible(folder) in (["target"], [])
    finish(arguments, folder)
    assert_frame_equal(newer, gf.read_parquet(folder / "target"))


@pytest.mark.uncounted
def test_a_killed_report_leaves_the_old_one_or_the_new(
    api: gf.sample.SampleApi, finish: Finish, tmp_path: Path
) -> None:
    """All files of it, byte by byte; never some of one and some of the other."""
    finish(REPORT, tmp_path / "older")
    change(api)
    finish(REPORT, tmp_path / "newer")
    older, newer = (tmp_path / name / "target" for name in ("older", "newer"))
    assert not same_tree(older, newer)
    for folder in kill(REPORT, tmp_path / "older", tmp_path / "killed"):
        # As with any dataset: between two renames nothing is there, and the next command puts the old one back.
        target = folder / "target" if visible(folder) else next(folder.glob(".target.*.new/old-0"))
        assert same_tree(target, older) or same_tree(target, newer)
    finish(REPORT, folder)
    assert same_tree(folder / "target", newer)


@pytest.mark.parametrize("arguments", [FILE, DATASET, REPORT], ids=["file", "dataset", "report"])
def test_what_a_killed_write_left_is_removed_a_day_later(
    arguments: list[str], api: gf.sample.SampleApi, finish: Finish, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not at once: another process may be at work there. What is not ours stays, whatever it is called."""
    del api
    finish(arguments, tmp_path)
    with monkeypatch.context() as patched, contextlib.suppress(ZeroDivisionError):
        # As a kill would: nothing is cleared up.
        patched.setattr(StagingFolder, "_clean", lambda _: None)
        patched.setattr(StagingFolder, "put_file" if arguments is FILE else "_discard", lambda *_: 1 // 0)
        finish(arguments, tmp_path)
    (left,) = (each.name for each in tmp_path.iterdir() if each.name.endswith(".new"))
    kept = [tmp_path / name for name in (".target.89ef4567.new", ".target.notes.new", "x.new", ".target.old")]
    for each in kept:
        each.mkdir()
        (each / "galtea_frames").write_text("mine")
    finish(arguments, tmp_path)
    assert (tmp_path / left).exists()
    long_ago = time.time() - 25 * 3600
    for each in tmp_path.rglob("*"):
        os.utime(each, (long_ago, long_ago))
    finish(arguments, tmp_path)
    assert sorted(["target", *(each.name for each in kept)]) == sorted(each.name for each in tmp_path.iterdir())
