"""Full and read-only disks, and occupied targets: a one-line error, existing data stays, and nothing is left behind.

The disk is a real one, 2 MB in memory, where this process may mount it. `test_targets.py` and `test_crashes.py` limit
the size of files instead, which works everywhere.
"""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from direct_transport import DirectTransport
from effort import times
from mirror_helpers import session, version
from pandas.testing import assert_frame_equal

import galtea_frames as gf
from galtea_frames.cli import main as cli

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Run = Callable[..., tuple[int, str]]

REPORT = ("report", "--as-of", "2026-03-30", "--out")

WRITES = {
    "file": ("export", "sessions", "--out"),
    "dataset": ("export", "sessions", "--partition-by", "status", "--out"),
    "sync": ("sync", "--full"),
    "report": REPORT,
}

writes = pytest.mark.parametrize("command", WRITES.values(), ids=WRITES)


@pytest.fixture(scope="module")
def api() -> Iterator[gf.sample.SampleApi]:
    """The stand-in."""
    with gf.sample.serve(400, 5) as api:
        yield api


@pytest.fixture
def run(api: gf.sample.SampleApi, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """A function that runs a command, and gives its exit code and its lines on stderr, without warnings."""
    monkeypatch.setenv("GALTEA_API_URL", api.url)
    monkeypatch.setenv("GALTEA_API_KEY", api.api_key)

    def run(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["galtea-frames", *map(str, arguments)])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with pytest.raises(SystemExit) as ended:
                cli.main()
        return int(str(ended.value.code)), capfd.readouterr().err

    return run


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    if mount("-t", "tmpfs", "-o", "size=2m", "tmpfs", place):
        pytest.skip("mounting a disk takes an administrator of Linux")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)  # noqa: S603, S607 - the system's own


def mount(*arguments: object) -> int:
    """Mount; the exit code, which is not 0 where this process may not, or where there is no such program."""
    try:
        return subprocess.run(["mount", *map(str, arguments)], capture_output=True, check=False).returncode  # noqa: S603, S607 - the system's own
    except FileNotFoundError:
        return 1


def fill(disk: Path, left: int) -> Path:
    """Fill a disk up to so many bytes."""
    filling = disk / "filling"
    with filling.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(4096)):
                pass
        except OSError:
            file.truncate(max(0, file.tell() - left))
    return filling


def contents(folder: Path) -> dict[str, bytes]:
    """All that a folder holds, but for what fills it and what only a sync in progress needs."""
    files = (each for each in folder.rglob("*") if each.is_file() and each.name not in {"filling", ".sync.lock"})
    return {str(each.relative_to(folder)): each.read_bytes() for each in files}


def state(disk: Path) -> object:
    """What a reader finds: a mirror's rows, or all bytes of anything else."""
    if not (disk / "target" / "sessions").exists():
        return contents(disk)
    return gf.to_records(gf.Mirror(disk / "target").load_sessions(nested="json"))


# -- full --


@pytest.mark.parametrize(
    ("name", "left"), [("file", 0), ("file", 4096), ("dataset", 4096), ("sync", 0), ("sync", 4096), ("report", 4096)]
)
def test_a_full_disk_leaves_the_old_target(
    api: gf.sample.SampleApi, run: Run, disk: Path, name: str, left: int
) -> None:
    """Exit code 1, one line that names the target and the reason, the old state; with room again it is written."""
    command = WRITES[name]
    target = disk / "target"
    assert 0 == run(*command, target)[0]
    api.sessions.update(next(iter(api.sessions))["id"], error=f"{command} {left}")
    before = state(disk)
    assert before
    filling = fill(disk, left)
    room = os.statvfs(disk).f_bavail
    code, err = run(*command, target)
    *_, last = err.splitlines()
    assert 1 == code
    assert f"galtea-frames: {'' if command[0] == 'sync' else 'cannot use '}{target}" in last
    assert "No space left on device" in last
    assert before == state(disk)
    # A sync may have committed what there was room for: that the versions are the same as before.
    assert name == "sync" or room == os.statvfs(disk).f_bavail, "no litter"
    filling.unlink()
    assert 0 == run(*command, target)[0]


def test_a_full_disk_for_temporary_files_is_told(
    run: Run, disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where rows wait for the last ones: exit code 1, one line that says what to do, and no target."""
    fill(disk, 4096)
    monkeypatch.setattr(tempfile, "tempdir", str(disk))
    code, err = run("export", "sessions", "--out", tmp_path / "target")
    assert (1, ["disk"]) == (code, [each.name for each in tmp_path.iterdir()])
    assert err == (
        f"galtea-frames: cannot store rows temporarily in {disk}: No space left on device; make room"
        " there, or set TMPDIR to another folder\n"
    )


def test_no_folder_for_temporary_files_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """An iterator says what to do where no file can be made at all."""
    api = DirectTransport([session(1, 1)], [version("a")])
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    with pytest.raises(gf.GalteaFramesError, match=r"temporarily in /nowhere: No such file.*TMPDIR"):
        next(gf.iter_sessions(client=api.client()))


def test_a_full_disk_for_files_to_upload_is_told(disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not the store that is full: one line names the folder, and nothing is left there."""
    fill(disk, 4096)
    monkeypatch.setattr(tempfile, "tempdir", str(disk))
    frame = pd.DataFrame({"a": [str(number) for number in range(9_999)]})
    with pytest.raises(gf.ParquetError, match=rf"^cannot use memory://x: No space left on device in {disk}; .* TMPDIR"):
        gf.write_parquet(frame, "memory://x")
    assert ["filling"] == [each.name for each in disk.iterdir()]


# -- read-only --


@writes
def test_a_disk_that_may_only_be_read_is_told(run: Run, disk: Path, command: tuple[str, ...]) -> None:
    """One line, for a new target and for an old one, which stays readable; found before anything is fetched."""
    assert 0 == run(*command, disk / "old")[0]
    before = contents(disk)
    assert 0 == mount("-o", "remount,ro", disk)
    for name in ("old", "new"):
        code, err = run(*command, disk / name)
        assert (1 if command[0] == "sync" else 2) == code
        assert [f"{disk / name}"] == [word.rstrip(":") for word in err.splitlines()[-1].split() if str(disk) in word]
        assert "Read-only file system" in err
    assert before == contents(disk)
    if command[0] == "sync":
        assert 400 == len(gf.Mirror(disk / "old").load_sessions(nested="json"))


# -- taken --

TAKEN = {
    "file where a folder is": ("export sessions --out", "folder", "is a folder; name a file"),
    "dataset where a file is": ("export sessions --partition-by status --out", "file", "is a file; a dataset needs"),
    "mirror where a file is": ("sync", "file", "is a file; name a folder"),
    "mirror among other files": ("sync", "folder", "is neither a mirror nor empty; name a new folder"),
    "report where a file is": (" ".join(REPORT), "file", "is a file; a report needs a folder"),
    "report among other files": (
        " ".join(REPORT),
        "folder",
        "holds files that are not part of a report (notes.txt, …)",
    ),
}


@pytest.mark.parametrize(("command", "there", "words"), TAKEN.values(), ids=TAKEN)
def test_a_place_that_is_taken_is_told(run: Run, tmp_path: Path, command: str, there: str, words: str) -> None:
    """One line, before anything is fetched; what stands there stays."""
    target = tmp_path / "target"
    if there == "folder":
        target.mkdir()
    (target / "notes.txt" if there == "folder" else target).write_text("precious")
    code, err = run(*command.split(), target)
    assert 2 == code
    assert words in err.splitlines()[-1]
    assert {"target/notes.txt" if there == "folder" else "target": b"precious"} == contents(tmp_path)


# -- two at once --


def at_once(*works: Callable[[], object]) -> None:
    """Do things in threads of their own; whatever one of them raises is raised."""
    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(work) for work in works]:
            done.result()


@pytest.mark.parametrize("by", [None, "status"], ids=["file", "dataset"])
def test_of_two_writes_to_one_target_one_is_read_whole(
    api: gf.sample.SampleApi, tmp_path: Path, by: str | None
) -> None:
    """Both end well and whoever comes last wins; the target is always one frame, and nothing else is left."""
    with gf.Client(api.api_key, api.url) as client:
        frames = [gf.load_sessions(limit=limit, nested="json", client=client) for limit in (100, 101)]
    by_length = {len(frame): frame for frame in frames}
    for _ in range(times(10)):
        at_once(*(lambda each=each: gf.write_parquet(each, tmp_path / "target", partition_by=by) for each in frames))
        found = gf.read_parquet(tmp_path / "target")
        assert_frame_equal(by_length[len(found)], found)
        assert ["target"] == [each.name for each in tmp_path.iterdir()]


def test_a_reader_between_the_two_renames_of_a_write_does_it_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes the swap for one that was killed, and reads the old rows; the write ends well nevertheless."""
    older, newer = (pd.DataFrame({"key": ["a", "b"], "n": [number, number]}) for number in range(2))
    target = tmp_path / "target"
    gf.write_parquet(older, target, partition_by="key")
    rename = Path.rename
    read: list[pd.DataFrame] = []

    def renamed(path: Path, place: Path) -> Path:
        done = rename(path, place)
        if path == target and not read:
            read.append(gf.read_parquet(target))
        return done

    monkeypatch.setattr(Path, "rename", renamed)
    gf.write_parquet(newer, target, partition_by="key")
    assert_frame_equal(older, read[0])
    assert_frame_equal(newer, gf.read_parquet(target))
    assert ["target"] == [each.name for each in tmp_path.iterdir()]


@pytest.mark.parametrize(("number", "tries"), [(errno.ENOTEMPTY, 100), (errno.EACCES, 1)])
def test_a_swap_that_always_fails_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, tries: int
) -> None:
    """Where another process puts a folder there again and again, or nobody may, the write ends with one line."""
    frame = pd.DataFrame({"key": ["a", "b"], "n": [1, 2]})
    (tmp_path / "target").mkdir()

    tried: list[Path] = []

    def refused(path: Path, _: Path) -> Path:
        tried.append(path)
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(gf.ParquetError, match=f"^cannot use .*/target: {os.strerror(number)}$"):
        gf.write_parquet(frame, tmp_path / "target", partition_by="key")
    assert tries == len(tried)
    assert ["target"] == [each.name for each in tmp_path.iterdir()]


def test_two_reports_to_one_folder_end_well(api: gf.sample.SampleApi, tmp_path: Path) -> None:
    """The folder holds all files of one of them, and none of the other."""
    with gf.Client(api.api_key, api.url) as client:
        frames = gf.load_sessions(nested="json", client=client), gf.load_versions(nested="json", client=client)
    reports = [gf.build_report(*frames, as_of=day, trend_periods=2) for day in ("2026-03-30", "2026-03-23")]
    for number, report in enumerate(reports):
        report.write(tmp_path / f"{number}")
    at_once(*(lambda each=each: each.write(tmp_path / "target") for each in reports))
    assert contents(tmp_path / "target") in [contents(tmp_path / f"{number}") for number in range(2)]
