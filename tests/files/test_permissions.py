"""Owner and permissions survive a rewrite; links of other users are not followed."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from report_frames import report_on, two_weeks

import galtea_frames as gf
from galtea_frames import permissions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows has other rights")

OLDER = pd.DataFrame({"key": ["a", "b"], "n": [1, 2]})
NEWER = pd.DataFrame({"key": ["a", "c"], "n": [3, 4]})

#: Two users of nobody's, and their groups.
ANN, BOB = 54_001, 54_002


def rights_of(path: Path) -> tuple[str, int, int]:
    """Mode, owner and group."""
    found = path.stat()
    return stat.filemode(found.st_mode), found.st_uid, found.st_gid


def mine(mode: int, kind: int = stat.S_IFREG) -> tuple[str, int, int]:
    """Mode, owner and group of what this process owns."""
    return stat.filemode(kind | mode), os.geteuid(), os.getegid()


@pytest.fixture
def masked() -> Iterator[None]:
    """A mask that lets others read, and its group write nothing."""
    before = os.umask(0o027)
    yield
    os.umask(before)


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder where everybody may write, and delete what is theirs, as /tmp."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o1777)
        yield Path(folder)


def as_root() -> None:
    """Go on only where owners can be changed."""
    if os.geteuid() != 0:
        pytest.skip("giving files to others takes an administrator")


# -- what this process may keep --


@pytest.mark.usefixtures("masked")
def test_new_files_are_as_private_as_the_mask_says(tmp_path: Path) -> None:
    """Files, folders, and those above."""
    gf.write_parquet(OLDER, tmp_path / "above" / "f.parquet")
    gf.write_parquet(OLDER, tmp_path / "d", partition_by="key")
    report_on(two_weeks()).write(tmp_path / "r")
    for each in tmp_path.rglob("*"):
        folder = each.is_dir()
        assert mine(0o750 if folder else 0o640, stat.S_IFDIR if folder else stat.S_IFREG) == rights_of(each)


@pytest.mark.usefixtures("masked")
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o444, 0o755])
def test_a_file_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    """Whatever the mask."""
    gf.write_parquet(OLDER, tmp_path / "f.parquet")
    (tmp_path / "f.parquet").chmod(mode)
    gf.write_parquet(NEWER, tmp_path / "f.parquet")
    assert mine(mode) == rights_of(tmp_path / "f.parquet")
    assert_frame_equal(NEWER, gf.read_parquet(tmp_path / "f.parquet"))


@pytest.mark.usefixtures("masked")
def test_folders_keep_their_modes(tmp_path: Path) -> None:
    """The folder, what is in it, and what was in it before; what is new there follows the mask."""
    gf.write_parquet(OLDER, folder := tmp_path / "d", partition_by="key")
    for path, mode in (("", 0o700), ("key=a", 0o711), ("key=a/part-0.parquet", 0o600)):
        (folder / path).chmod(mode)
    gf.write_parquet(NEWER, folder, partition_by="key")
    modes = {str(each.relative_to(folder)): stat.S_IMODE(each.stat().st_mode) for each in (folder, *folder.rglob("*"))}
    assert {
        ".": 0o700,
        "key=a": 0o711,
        "key=a/part-0.parquet": 0o600,
        "key=c": 0o750,
        "key=c/part-1.parquet": 0o640,
    } == modes


def test_a_report_keeps_its_modes(tmp_path: Path) -> None:
    """Rows that only their owner may read stay so, week by week."""
    for _ in range(2):
        report_on(two_weeks()).write(tmp_path / "r")
        (tmp_path / "r").chmod(0o750)
        (tmp_path / "r" / "rows.parquet").chmod(0o600)
    report_on(two_weeks()).write(tmp_path / "r")
    assert mine(0o750, stat.S_IFDIR) == rights_of(tmp_path / "r")
    assert mine(0o600) == rights_of(tmp_path / "r" / "rows.parquet")


def test_nobody_reads_what_is_being_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until it is in its place, with its rights, it lies in a folder that is closed to others."""
    seen = []

    def keep(new: Path, _: Path) -> bool:
        seen.append(stat.S_IMODE(new.parent.stat().st_mode))
        return True

    monkeypatch.setattr("galtea_frames.files.staging.copy_permissions", keep)
    for _ in range(2):
        gf.write_parquet(OLDER, tmp_path / "f.parquet")
        gf.write_parquet(OLDER, tmp_path / "d", partition_by="key")
    assert [0o700, 0o700] == seen


def test_owners_are_kept(tmp_path: Path) -> None:
    """By whoever may give files away; what is new in a folder is its owner's."""
    as_root()
    gf.write_parquet(OLDER, file := tmp_path / "f.parquet")
    gf.write_parquet(OLDER, folder := tmp_path / "d", partition_by="key")
    for each in (file, folder, folder / "key=a"):
        os.chown(each, ANN, BOB)
    os.chown(folder / "key=a" / "part-0.parquet", BOB, ANN)
    gf.write_parquet(NEWER, file)
    gf.write_parquet(NEWER, folder, partition_by="key")
    owners = {str(each.relative_to(tmp_path)): rights_of(each)[1:] for each in tmp_path.rglob("*")}
    assert owners.pop("d/key=a/part-0.parquet") == (BOB, ANN)
    assert {(ANN, BOB)} == set(owners.values())


# -- what it may not --


@pytest.mark.parametrize("by", [None, "key"], ids=["file", "dataset"])
def test_an_owner_that_cannot_be_kept_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by: str | None) -> None:
    """With a warning; and no other group may do what the old one might."""
    gf.write_parquet(OLDER, path := tmp_path / "x", partition_by=by)
    path.chmod(0o775 if by else 0o664)
    monkeypatch.setattr(permissions, "_owned", lambda *_: False)
    with pytest.warns(gf.GalteaFramesWarning, match=r"x has another owner or group than before") as caught:
        gf.write_parquet(NEWER, path, partition_by=by)
    assert [__file__] == [each.filename for each in caught]
    assert (0o705 if by else 0o604) == stat.S_IMODE(path.stat().st_mode)
    assert_frame_equal(NEWER, gf.read_parquet(path))


@pytest.mark.parametrize(("refused", "mode"), [(2, 0o604), (1, 0o664)], ids=["neither", "group alone"])
def test_a_group_that_can_be_kept_keeps_its_rights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: int, mode: int
) -> None:
    """Though the owner cannot: where somebody may give files to the group, but not away."""
    (tmp_path / "new").touch()
    left = [refused]

    def chown(*_: object) -> None:
        left[0] -= 1
        if left[0] >= 0:
            raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "chown", chown)
    wanted = os.stat_result((stat.S_IFREG | 0o664, 0, 0, 1, ANN, BOB, 0, 0, 0, 0))
    assert not permissions._give(tmp_path / "new", wanted, with_mode=True)  # noqa: SLF001 - a stat of no real file
    assert mode == stat.S_IMODE((tmp_path / "new").stat().st_mode)


BY_ANOTHER = """
import os, sys, warnings
import pandas as pd
import galtea_frames as gf
# What is imported when it is first needed may lie where that user may not read.
gf.read_parquet({warm!r})
gf.write_parquet(pd.DataFrame({{"n": [1]}}), {warm!r})
gf.write_parquet(pd.DataFrame({{"n": [1], "m": [2]}}), {warm!r}.removesuffix(".parquet"), partition_by="n")
os.setgroups([]); os.setresgid({bob}, {bob}, {bob}); os.setresuid({bob}, {bob}, {bob})
warnings.simplefilter("always")
try:
    {act}
except gf.ParquetError as problem:
    print(problem)
"""


def by_another(act: str) -> tuple[str, str]:
    """What a process of another user prints that writes or reads; it has imported all before."""
    with TemporaryDirectory() as folder:
        gf.write_parquet(OLDER, warm := f"{folder}/warm.parquet")
        done = subprocess.run(  # noqa: S603 - our own
            [sys.executable, "-c", BY_ANOTHER.format(bob=BOB, act=act, warm=warm)],
            capture_output=True,
            text=True,
            check=True,
            timeout=600,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            cwd="/",
        )
    return done.stdout, done.stderr


def test_another_user_cannot_keep_the_owner(shared: Path) -> None:
    """In a folder where both may write: the file is the other's then, and its old group may not read it."""
    as_root()
    shared.chmod(0o777)
    gf.write_parquet(OLDER, path := shared / "f.parquet")
    os.chown(path, ANN, ANN)
    path.chmod(0o660)
    out, err = by_another(f"gf.write_parquet(pd.DataFrame({{'n': [5]}}), {str(path)!r})")
    assert "" == out
    assert "has another owner or group than before" in err
    assert ("-rw-------", BOB, BOB) == rights_of(path)


# -- links of others --


def test_links_of_others_in_shared_folders_are_not_followed(shared: Path, tmp_path: Path) -> None:
    """By nobody, for writing or reading, as the kernel sees to it elsewhere; what they point to stays."""
    as_root()
    gf.write_parquet(OLDER, precious := tmp_path / "precious.parquet")
    gf.write_parquet(OLDER, dataset := tmp_path / "d", partition_by="key")
    for name, to in (("f.parquet", precious), ("d", dataset), ("above", tmp_path)):
        (shared / name).symlink_to(to)
        os.chown(shared / name, BOB, BOB, follow_symlinks=False)
    (tmp_path / "way.parquet").symlink_to(shared / "above" / "precious.parquet")
    before = {each: each.lstat().st_mtime_ns for each in tmp_path.rglob("*")}
    acts: list[Callable[[], object]] = [
        lambda: gf.write_parquet(NEWER, shared / "f.parquet"),
        lambda: gf.write_parquet(NEWER, shared / "above" / "new.parquet"),
        lambda: gf.write_parquet(NEWER, tmp_path / "way.parquet"),
        lambda: gf.write_parquet(NEWER, shared / "d", partition_by="key"),
        lambda: report_on(two_weeks()).write(shared / "above" / "r"),
        lambda: gf.read_parquet(shared / "f.parquet"),
        lambda: gf.read_parquet(shared / "d"),
    ]
    for act in acts:
        with pytest.raises(gf.ParquetError, match=r"the link .* belongs to another user and is in a world-writable"):
            act()
    assert before == {each: each.lstat().st_mtime_ns for each in tmp_path.rglob("*")}


def test_links_that_can_be_trusted_are_followed(shared: Path, tmp_path: Path) -> None:
    """One's own, those of the folder's owner, and any where not everybody may write."""
    as_root()
    os.chown(shared, ANN, ANN)
    (tmp_path / "private").mkdir()
    for link, owner in ((shared / "mine", 0), (shared / "owners", ANN), (tmp_path / "private" / "bobs", BOB)):
        link.symlink_to("target.parquet")
        os.chown(link, owner, owner, follow_symlinks=False)
        gf.write_parquet(NEWER, link)
        assert link.is_symlink()
        assert_frame_equal(NEWER, gf.read_parquet(link.parent / "target.parquet"))


@pytest.mark.parametrize(
    "path", ["a/b/c.parquet", "./x/../a/b/c.parquet", "l/c.parquet", "l/../b/c.parquet", "m/b/c.parquet"]
)
def test_links_lead_where_the_system_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """Relative, absolute, and with a parent's name behind them."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "x").mkdir()
    (tmp_path / "l").symlink_to("a/../a/b")
    (tmp_path / "m").symlink_to(tmp_path / "a")
    monkeypatch.chdir(tmp_path)
    gf.write_parquet(NEWER, path)
    assert_frame_equal(NEWER, gf.read_parquet(os.path.realpath(path)))


def test_links_that_go_round_are_refused(tmp_path: Path) -> None:
    """In one line."""
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    for act in (lambda path: gf.write_parquet(NEWER, path), gf.read_parquet):
        with pytest.raises(gf.ParquetError, match=r"a: Too many levels of symbolic links$"):
            act(tmp_path / "a")
