"""Targets of writes: complete or unchanged, whatever stops a write; local paths, URLs and invalid paths."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fsspec
import kill_runner
import numpy as np
import pandas as pd
import pytest
from killed_writes import NEWER, OLDER, write
from pandas.testing import assert_frame_equal

import galtea_frames as gf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


posix = pytest.mark.skipif(os.name != "posix", reason="needs signals and forks")
kinds = pytest.mark.parametrize("kind", ["file", "dataset"])


def visible(folder: Path) -> list[str]:
    """The names in a folder that a user sees."""
    return sorted(each.name for each in folder.iterdir() if not each.name.startswith("."))


def everything(folder: Path) -> list[str]:
    """All names in a folder."""
    return sorted(each.name for each in folder.iterdir())


# -- writes that are killed --


def kill_writes(how: str, kind: str, folders: list[Path]) -> None:
    """Have writes to each folder's target killed, an older frame standing there."""
    for folder in folders:
        folder.mkdir()
        write(OLDER, kind, folder)
    kill_runner.run("killed_writes.py", how, kind, *folders)


def assert_whole(kind: str, folder: Path) -> None:
    """The target is the older frame or the newer one, and can be written and read as ever."""
    found = gf.read_parquet(folder / "target")
    assert_frame_equal(OLDER if len(found) == len(OLDER) else NEWER, found)
    assert visible(folder) in (["target"], [])
    for frame in (NEWER, OLDER):
        write(frame, kind, folder)
        assert_frame_equal(frame, gf.read_parquet(folder / "target"))
        assert ["target"] == visible(folder)


@posix
@kinds
def test_a_killed_write_leaves_old_or_new(tmp_path: Path, kind: str) -> None:
    """Killed at 25 random moments, a write over an older frame leaves that or the newer one, never anything else."""
    folders = [tmp_path / f"{number}" for number in range(25)]
    kill_writes("random", kind, folders)
    for folder in folders:
        assert_whole(kind, folder)


@posix
@kinds
def test_a_write_killed_between_two_steps_leaves_old_or_new(tmp_path: Path, kind: str) -> None:
    """Killed before each of the first twelve times that it renames or deletes: whole, and the next write clears up."""
    folders = [tmp_path / f"{step}" for step in range(1, 13)]
    kill_writes("step", kind, folders)
    for folder in folders:
        assert_whole(kind, folder)


@posix
def test_the_next_write_puts_a_killed_swap_right_too(tmp_path: Path) -> None:
    """Killed between two renames, a dataset is missing; writing there without reading first works as ever."""
    folders = [tmp_path / f"{step}" for step in range(1, 13)]
    kill_writes("step", "dataset", folders)
    assert [] in [visible(folder) for folder in folders]
    for folder in folders:
        write(NEWER, "dataset", folder)
        assert_frame_equal(NEWER, gf.read_parquet(folder / "target"))
        assert ["target"] == visible(folder)


@posix
def test_a_reader_of_a_killed_swap_writes_nothing(tmp_path: Path) -> None:
    """The old rows are read where the killed write has left them, however often."""
    kill_writes("step", "dataset", [tmp_path / "2"])
    before = sorted(tmp_path.rglob("*"))
    assert [] == visible(tmp_path / "2")
    for _ in range(2):
        assert_frame_equal(OLDER, gf.read_parquet(tmp_path / "2" / "target"))
    assert before == sorted(tmp_path.rglob("*"))


@posix
def test_a_file_of_the_user_keeps_a_left_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a killed write has left is removed later, but not with a file in it that somebody else put there."""
    kill_writes("step", "dataset", [folder := tmp_path / "2"])
    (old,) = folder.glob(".target.*.new/old-*")
    (mine := old / "mine.txt").write_text("mine")
    shutil.copytree(old, folder / "target", ignore=shutil.ignore_patterns("mine.txt"))
    monkeypatch.setattr("galtea_frames.files.staging._ABANDONED", -1e9)
    write(NEWER, "dataset", folder)
    assert_frame_equal(NEWER, gf.read_parquet(folder / "target"))
    assert "mine" == mine.read_text()
    mine.unlink()
    write(OLDER, "dataset", folder)
    assert ["target"] == sorted(each.name for each in folder.iterdir())


def test_left_overs_of_others_are_no_dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the user calls as killed writes call theirs is neither read in a dataset's place nor moved or deleted."""
    write(OLDER, "dataset", tmp_path)
    others = [tmp_path / name for name in (".target.old", ".target.0123abcd.new", ".target.0123abce.new")]
    for each in others:
        shutil.copytree(tmp_path / "target", each / "old-0")
    shutil.rmtree(tmp_path / "target")
    (others[1] / "galtea_frames").write_text("mine")
    (tmp_path / ".target.0123abcf.new").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(gf.ParquetError, match="there is no Parquet file"):
        gf.read_parquet(tmp_path / "target")
    monkeypatch.setattr("galtea_frames.files.staging._ABANDONED", -1e9)
    for frame in (OLDER, NEWER):
        write(frame, "dataset", tmp_path)
        assert_frame_equal(frame, gf.read_parquet(tmp_path / "target"))
    assert before == [each for each in sorted(tmp_path.rglob("*")) if tmp_path / "target" not in (each, *each.parents)]


@pytest.mark.parametrize("length", [150, 230])
def test_datasets_of_long_names_have_their_own_old_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    """Two names that differ at their ends only are never swapped for each other."""
    one, other = (tmp_path / ("n" * length + end) for end in "ab")
    gf.write_parquet(OLDER, one, partition_by="key")
    real, renamed = os.rename, []

    def rename_once(*paths: Any) -> None:  # noqa: ANN401 - as the original
        renamed.append(paths)
        if len(renamed) > 1:
            raise KeyboardInterrupt
        real(*paths)

    with monkeypatch.context() as patched:
        patched.setattr(os, "rename", rename_once)
        with pytest.raises(KeyboardInterrupt):
            gf.write_parquet(NEWER, one, partition_by="key")
    with pytest.raises(gf.ParquetError, match="there is no Parquet file"):
        gf.read_parquet(other)
    assert_frame_equal(OLDER, gf.read_parquet(one))


# -- writes that fail --


def failing(problem: BaseException, call: int) -> Callable[[int], None]:
    """A function in the place of `os.fsync` that raises at its n-th call."""
    calls = iter(range(1, 1_000))

    def sync(_: int) -> None:
        if next(calls) == call:
            raise problem

    return sync


FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(("call", "there"), [(1, True), (2, True), (3, True), (2, False)])
@pytest.mark.parametrize(
    ("problem", "raised"),
    [
        pytest.param(FULL, gf.ParquetError, id="disk full"),
        pytest.param(KeyboardInterrupt(), KeyboardInterrupt, id="Ctrl-C"),
        pytest.param(ZeroDivisionError(), ZeroDivisionError, id="a bug"),
    ],
)
def test_a_failed_dataset_leaves_the_old_one(  # noqa: PLR0917 - two fixtures and a truth table
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: Exception, raised: type[Exception], call: int, there: bool
) -> None:
    """Whatever fails while the files are written, the old dataset stays and nothing is left of the new."""
    if there:
        write(OLDER, "dataset", tmp_path)
    monkeypatch.setattr(os, "fsync", failing(problem, call))
    newer = NEWER.assign(key=["a", "b", "c", "d"] * 1_000)
    with pytest.raises(raised):
        write(newer, "dataset", tmp_path)
    monkeypatch.undo()
    assert ["target"] * there == everything(tmp_path)
    if there:
        assert_frame_equal(OLDER, gf.read_parquet(tmp_path / "target"))


@pytest.mark.parametrize("there", [True, False], ids=["over an older one", "where nothing was"])
def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    """One line that says so; the old file stays, and nothing is left of the new."""
    if there:
        write(OLDER, "file", tmp_path)
    monkeypatch.setattr(os, "fsync", failing(FULL, 1))
    with pytest.raises(gf.ParquetError, match="target: No space left on device"):
        write(NEWER, "file", tmp_path)
    monkeypatch.undo()
    assert ["target"] * there == everything(tmp_path)
    if there:
        assert_frame_equal(OLDER, gf.read_parquet(tmp_path / "target"))


TOO_LARGE = """
import resource, sys
import galtea_frames as gf
import numpy as np, pandas as pd
frame = pd.DataFrame({"key": ["a", "b"] * 100_000, "value": np.random.default_rng(0).random(200_000)})
resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))
try:
    gf.write_parquet(frame, sys.argv[1], partition_by=sys.argv[2:] or None)
except gf.ParquetError as problem:
    print(problem)
"""


@posix
@pytest.mark.parametrize("by", [[], ["key"]], ids=["file", "dataset"])
def test_a_file_that_may_not_grow_leaves_the_old_one(tmp_path: Path, by: list[str]) -> None:
    """A disk that really refuses more bytes in the middle of a file: one line, the old frame, no litter."""
    write(OLDER, "dataset" if by else "file", tmp_path)
    command = [sys.executable, "-c", TOO_LARGE, str(tmp_path / "target"), *by]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)  # noqa: S603 - our own
    assert f"cannot use {tmp_path}/target: File too large\n" == done.stdout
    assert ["target"] == everything(tmp_path)
    assert_frame_equal(OLDER, gf.read_parquet(tmp_path / "target"))


# -- local paths --


@kinds
def test_missing_folders_are_made(tmp_path: Path, kind: str) -> None:
    """Parents of the target that are not there yet."""
    write(NEWER, kind, tmp_path / "a" / "b")
    assert_frame_equal(NEWER, gf.read_parquet(tmp_path / "a" / "b" / "target"))


@kinds
def test_names_are_taken_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """A relative path, a URL of this machine and odd characters lead to the same place."""
    monkeypatch.chdir(tmp_path)
    by = "key" if kind == "dataset" else None
    gf.write_parquet(NEWER, "50% of ünï*[1] #?", partition_by=by)
    assert ["50% of ünï*[1] #?"] == everything(tmp_path)
    assert_frame_equal(NEWER, gf.read_parquet(tmp_path / "50% of ünï*[1] #?"))
    gf.write_parquet(OLDER, f"file://{tmp_path}/plain", partition_by=by)
    assert_frame_equal(OLDER, gf.read_parquet("./plain"))


@kinds
def test_links_are_followed(tmp_path: Path, kind: str) -> None:
    """What a link points to is replaced; the link stays."""
    (tmp_path / "real").mkdir()
    write(OLDER, kind, tmp_path / "real")
    (tmp_path / "target").symlink_to(tmp_path / "real" / "target")
    write(NEWER, kind, tmp_path)
    assert (tmp_path / "target").is_symlink()
    assert_frame_equal(NEWER, gf.read_parquet(tmp_path / "real" / "target"))


@posix
def test_files_have_the_usual_rights(tmp_path: Path) -> None:
    """Others may read what was written, as far as the user's mask lets them."""
    write(NEWER, "file", tmp_path)
    (tmp_path / "plain").touch()
    assert (tmp_path / "plain").stat().st_mode == (tmp_path / "target").stat().st_mode


def folder_there(path: Path) -> Path:
    """A folder that holds another."""
    (path / "x" / "y").mkdir(parents=True)
    return path / "x"


def file_there(path: Path) -> Path:
    """A file that somebody needs."""
    (path / "x").write_text("precious")
    return path / "x"


def file_for_a_folder(path: Path) -> Path:
    """A place below such a file."""
    (path / "x").write_text("precious")
    return path / "x" / "y"


def locked_folder(path: Path) -> Path:
    """A place in a folder that may not be written to."""
    if os.name != "posix" or os.geteuid() == 0:
        pytest.skip("whoever may do anything is not stopped")
    (path / "x").mkdir(mode=0o555)
    return path / "x" / "y"


def kernel_folder(_: Path) -> Path:
    """A place in a folder that not even an administrator writes to."""
    if not Path("/proc/self").exists():
        pytest.skip("there is no folder here that nobody may write to")
    return Path("/proc/x")


UNUSABLE: dict[str, tuple[Callable[[Path], Any], str | None, str]] = {
    "file to a folder": (folder_there, None, "x is a folder; name a file"),
    "dataset to a file": (file_there, "key", "x is a file; a dataset needs a folder"),
    "file below a file": (file_for_a_folder, None, "x/y: (Not a directory|File exists)"),
    "dataset below a file": (file_for_a_folder, "key", "x/y: (Not a directory|File exists)"),
    "file to a locked folder": (locked_folder, None, "x/y: Permission denied"),
    "dataset to a locked folder": (locked_folder, "key", "x/y: Permission denied"),
    "file to the kernel's folder": (kernel_folder, None, "x: (No such file|Permission denied)"),
    "name too long": (lambda path: path / ("x" * 300), None, "File name too long"),
    "the root": (lambda _: "/", None, "/ is no place for a file"),
    "null character": (lambda path: f"{path}/\0", None, "null byte|null character"),
    "unknown kind of URL": (lambda _: "nosuch://a/b", None, "cannot use nosuch://a/b: Protocol not known"),
}


@posix
@pytest.mark.parametrize("name", UNUSABLE)
def test_places_that_cannot_be_written_are_told(tmp_path: Path, name: str) -> None:
    """One line with the path and the reason; what stands there stays."""
    place, by, words = UNUSABLE[name]
    path = place(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(gf.ParquetError, match=words) as caught:
        gf.write_parquet(NEWER, path, partition_by=by)
    assert 1 == len(str(caught.value).splitlines())
    assert before == sorted(tmp_path.rglob("*"))
    assert {"precious"} >= {each.read_text() for each in tmp_path.rglob("*") if each.is_file()}


@pytest.mark.parametrize("make", [folder_there, lambda path: path / "x"], ids=["an empty folder", "nothing"])
def test_nothing_to_read_is_told(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    """A path without Parquet below it is an error that names it."""
    with pytest.raises(gf.ParquetError, match=rf"there is no Parquet file at {tmp_path}/x"):
        gf.read_parquet(make(tmp_path))


# -- URLs --


@pytest.fixture
def memory() -> Iterator[Any]:
    """The file system in this process's memory, empty."""
    system = fsspec.filesystem("memory")
    yield system
    system.store.clear()
    system.pseudo_dirs[:] = [""]


@pytest.mark.usefixtures("memory")
@pytest.mark.parametrize("by", [None, "key"])
def test_urls_are_written_and_read(by: str | None) -> None:
    """A file and a dataset come back from a URL as they do from a path."""
    gf.write_parquet(OLDER, "memory://a/target", partition_by=by)
    assert_frame_equal(OLDER, gf.read_parquet("memory://a/target"))


@pytest.mark.usefixtures("memory")
def test_a_file_at_a_url_is_replaced() -> None:
    """One upload, one file."""
    for frame in (OLDER, NEWER):
        gf.write_parquet(frame, "memory://a/target")
        assert_frame_equal(frame, gf.read_parquet("memory://a/target"))


def test_a_dataset_at_a_url_is_not_replaced(memory: Any) -> None:  # noqa: ANN401 - fsspec has no types
    """A store renames nothing at once, so that readers would meet rows of both."""
    gf.write_parquet(OLDER, "memory://a/target", partition_by="key")
    before = memory.find("a")
    with pytest.raises(gf.ParquetError, match="memory://a/target exists; delete it first"):
        gf.write_parquet(NEWER, "memory://a/target", partition_by="key")
    assert before == memory.find("a")


def test_a_failed_upload_is_told(memory: Any, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ANN401 - as above
    """Stores fail with errors of their own libraries; they come as one of ours, and the old file stays."""
    gf.write_parquet(OLDER, "memory://a/target")

    def fail(*_: object, **__: object) -> None:
        raise ConnectionError

    def refuse(*_: object, **__: object) -> None:
        raise LookupError("no credentials")

    for problem, words in ((fail, "ConnectionError"), (refuse, "no credentials")):
        monkeypatch.setattr(type(memory), "put_file", problem)
        with pytest.raises(gf.ParquetError, match=f"cannot use memory://a/target: {words}"):
            gf.write_parquet(NEWER, "memory://a/target")
    assert_frame_equal(OLDER, gf.read_parquet("memory://a/target"))


@pytest.mark.usefixtures("memory")
def test_a_file_that_vanishes_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between finding a remote file and reading it, anything may happen to it."""
    gf.write_parquet(OLDER, "memory://a/target")

    def refuse(*_: object, **__: object) -> None:
        raise LookupError("expired token")

    monkeypatch.setattr(fsspec.get_filesystem_class("memory"), "open", refuse)
    with pytest.raises(gf.ParquetError, match="expired token"):
        gf.read_parquet("memory://a/target")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("s3://bucket/x", "s3:// needs a package that is not installed: pip install 'galtea-frames[s3]'"),
        ("gs://bucket/x", "gs:// needs a package that is not installed: pip install 'galtea-frames[gcs]'"),
        ("gcs://bucket/x", "gcs:// needs a package that is not installed: pip install 'galtea-frames[gcs]'"),
        ("abfs://bucket/x", "abfs:// needs a package that is not installed: pip install 'galtea-frames[azure]'"),
        ("az://bucket/x", "az:// needs a package that is not installed: pip install 'galtea-frames[azure]'"),
        ("sftp://host/x", "sftp:// needs a package that is not installed"),
    ],
)
def test_missing_extras_are_named(monkeypatch: pytest.MonkeyPatch, url: str, expected: str) -> None:
    """One line that says what to install, for writing and for reading."""
    for name in ("s3fs", "gcsfs", "adlfs", "paramiko"):
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "fsspec.implementations.sftp", raising=False)
    known = sys.modules["fsspec.registry"]._registry  # noqa: SLF001 - what fsspec has imported in this process
    monkeypatch.delitem(known, url.partition(":")[0], raising=False)
    for act in (gf.read_parquet, lambda path: gf.write_parquet(NEWER, path)):
        with pytest.raises(gf.ParquetError) as caught:
            act(url)
        assert expected == str(caught.value)


def test_large_frames_are_uploaded_whole(memory: Any) -> None:  # noqa: ANN401 - as above
    """A file of several megabytes is one object."""
    frame = pd.DataFrame({"value": np.random.default_rng(0).random(500_000)})
    gf.write_parquet(frame, "memory://big")
    assert memory.size("big") > 2**21
    assert_frame_equal(frame, gf.read_parquet("memory://big"))
