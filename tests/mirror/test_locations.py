"""Locations of a mirror: anything else that is there is refused before any write, and left untouched."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import deltalake
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from direct_transport import DirectTransport
from mirror_helpers import ids, session, version

import galtea_frames as gf
from galtea_frames.cli import main as cli

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[[Path], object]

posix = pytest.mark.skipif(os.name != "posix", reason="needs pipes, sockets and links")


@pytest.fixture
def api() -> DirectTransport:
    """An account of five sessions."""
    return DirectTransport([session(number, number) for number in range(5)], [version("a")])


def contents(folder: Path) -> dict[str, bytes | str]:
    """What lies below a folder: files by their bytes, all else by what it is."""
    found: dict[str, bytes | str] = {}
    for each in sorted(folder.rglob("*")):
        name = each.relative_to(folder).as_posix()
        if each.is_symlink():
            found[name] = f"link to {each.readlink()}"
        else:
            found[name] = each.read_bytes() if each.is_file() else "folder" if each.is_dir() else "special"
    return found


def pipe(path: Path) -> None:
    """A pipe that nobody writes to."""
    os.mkfifo(path)


def bound_socket(path: Path) -> None:
    """A socket's file; bound by its name alone, since a whole path may be too long for one."""
    before = Path.cwd()
    os.chdir(path.parent)
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(before)


def file(path: Path) -> None:
    """A user's file."""
    path.write_text("mine")


def nested_file(path: Path) -> None:
    """A user's file deep below."""
    (path / "deep" / "er").mkdir(parents=True)
    (path / "deep" / "er" / "thesis.txt").write_text("mine")


def dataset(path: Path) -> None:
    """An export of this package's."""
    frame = pd.DataFrame({"id": ["a", "b"], "status": ["FAILED", "COMPLETED"]})
    gf.write_parquet(frame, path, partition_by="status")


def delta_table(path: Path) -> None:
    """Another program's table, with files of its own that are old enough to be vacuumed."""
    deltalake.write_deltalake(str(path), pa.table({"id": ["a"]}))
    deltalake.write_deltalake(str(path), pa.table({"id": ["b"]}), mode="overwrite")


def link_to_folder(path: Path) -> None:
    """A link to a folder elsewhere."""
    elsewhere = path.with_name("elsewhere")
    elsewhere.mkdir()
    path.symlink_to(elsewhere)


def link_to_nothing(path: Path) -> None:
    """A link whose target is gone."""
    path.symlink_to(path.with_name("gone"))


def linked_log(path: Path) -> None:
    """A table whose log is a link."""
    path.mkdir()
    (path / "_delta_log").symlink_to(path.parent)


def log_and_file(path: Path) -> None:
    """What looks like a table that was just begun, beside a user's file."""
    (path / "_delta_log").mkdir(parents=True)
    (path / "_delta_log" / "notes.json").write_text("mine")


STRANGERS: dict[str, tuple[Make, str]] = {
    "a file": (file, "sessions is a file, not the folder of a table"),
    "a pipe": (pipe, "sessions is a pipe"),
    "a socket": (bound_socket, "sessions is a socket"),
    "a user's file, deep below": (nested_file, "sessions is neither a mirror's nor empty"),
    "an export": (dataset, "sessions is neither a mirror's nor empty"),
    "another program's table": (delta_table, "holds other Delta tables, not a mirror"),
    "a link to a folder": (link_to_folder, "sessions is a link"),
    "a link to nothing": (link_to_nothing, "sessions is a link"),
    "a linked log": (linked_log, "_delta_log is not a folder"),
    "a log with a user's file": (log_and_file, "sessions is neither a mirror's nor empty"),
}


@posix
@pytest.mark.parametrize("with_versions", [False, True], ids=["a new mirror", "beside our table of versions"])
@pytest.mark.parametrize("name", STRANGERS)
def test_a_table_of_strangers_is_left_alone(
    tmp_path: Path, api: DirectTransport, name: str, *, with_versions: bool
) -> None:
    """Where a table would lie there is something else: neither used, nor read, nor compacted, nor written beside."""
    folder = tmp_path / "data"
    mirror = gf.Mirror(folder)
    folder.mkdir()
    if with_versions:
        mirror.sync(api.client())
        shutil.rmtree(folder / "sessions")
    make, words = STRANGERS[name]
    make(folder / "sessions")
    before, asked = contents(tmp_path), len(api.requests)
    for attempt in (lambda: mirror.sync(api.client()), lambda: mirror.sync(api.client(), full=True), mirror.compact):
        with pytest.raises(gf.MirrorError, match=words) as caught:
            attempt()
        assert "\n" not in str(caught.value)
    assert before == contents(tmp_path)
    assert asked == len(api.requests)


@posix
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (file, "is a file"),
        (pipe, "is a pipe"),
        (bound_socket, "is a socket"),
        (link_to_nothing, "is a link to nothing"),
    ],
    ids=["a file", "a pipe", "a socket", "a link to nothing"],
)
def test_what_is_no_folder_is_refused(tmp_path: Path, api: DirectTransport, make: Make, words: str) -> None:
    """Before any request, and it stays what it was."""
    make(tmp_path / "data")
    before = contents(tmp_path)
    with pytest.raises(gf.MirrorError, match=rf"data {words}; name a folder"):
        gf.Mirror(tmp_path / "data").sync(api.client())
    with pytest.raises(gf.MirrorError, match="is not a mirror"):
        gf.Mirror(tmp_path / "data").load_sessions()
    assert (before, []) == (contents(tmp_path), api.requests)


@posix
@pytest.mark.parametrize("kind", ["a link to a file", "a link to nothing", "a pipe", "a folder", "a user's file"])
def test_only_a_lock_is_locked(tmp_path: Path, api: DirectTransport, kind: str) -> None:
    """Locking empties a file, or the one that a link points to, or makes it."""
    mirror, lock = gf.Mirror(tmp_path / "data"), tmp_path / "data" / ".sync.lock"
    mirror.sync(api.client())
    lock.unlink()
    (tmp_path / "mine").write_text("mine")
    if kind.startswith("a link"):
        lock.symlink_to(tmp_path / ("mine" if kind == "a link to a file" else "gone"))
    elif kind == "a pipe":
        os.mkfifo(lock)
    elif kind == "a folder":
        lock.mkdir()
    else:
        lock.write_text("mine")
    before = contents(tmp_path)
    for attempt in (lambda: mirror.sync(api.client()), mirror.compact):
        with pytest.raises(gf.MirrorError, match=r"data/\.sync\.lock is not a mirror's lock file; remove it, or name"):
            attempt()
    assert before == contents(tmp_path)


def test_empty_folders_are_nobodys(tmp_path: Path, api: DirectTransport) -> None:
    """Nothing can be lost in them, and the making of a table that was killed leaves no more."""
    (tmp_path / "data" / "sessions" / "_delta_log").mkdir(parents=True)
    (tmp_path / "data" / "sessions" / "_delta_log" / f"{0:020}.json#1").write_text("half a comm")
    (tmp_path / "data" / "versions").mkdir()
    mirror = gf.Mirror(tmp_path / "data")
    assert (5, 5) == (mirror.sync(api.client()).new, len(mirror.load_sessions()))


@posix
def test_a_link_to_a_mirrors_folder_is_the_mirror(tmp_path: Path, api: DirectTransport) -> None:
    """Whoever moves a mirror to another disk may leave a link."""
    gf.Mirror(tmp_path / "data").sync(api.client())
    (tmp_path / "link").symlink_to(tmp_path / "data")
    api.sessions.insert(session(9, 9))
    assert 1 == gf.Mirror(tmp_path / "link").sync(api.client()).new
    assert 6 == len(gf.Mirror(tmp_path / "data").load_sessions())


# -- files that users put into a mirror's folder --


def old(folder: Path) -> None:
    """Give everything the times of a month ago, so that it is old enough to be deleted."""
    for each in folder.rglob("*"):
        os.utime(each, (each.lstat().st_mtime - 31 * 86_400,) * 2)


def outdate(table: Path) -> None:
    """Let a table's log say that all that was removed was so a month ago."""
    for commit in (table / "_delta_log").glob("*.json"):
        text = commit.read_text()
        for line in text.splitlines():
            if '"deletionTimestamp":' in line:
                stamp = line.split('"deletionTimestamp":')[1].split(",")[0].rstrip("}")
                text = text.replace(stamp, str(int(stamp) - 31 * 86_400_000))
        commit.write_text(text)


def test_compacting_deletes_files_of_the_mirror_alone(tmp_path: Path, api: DirectTransport) -> None:
    """What the log has named and needs no longer goes; whatever else lies there, however deep and old, stays."""
    mirror, table = gf.Mirror(tmp_path / "data"), tmp_path / "data" / "sessions"
    mirror.sync(api.client())
    (outdated,) = table.glob("*.parquet")
    api.sessions.update("session_0001", status="FAILED")
    mirror.sync(api.client(), full=True)
    kept = {table / "notes.txt", table / "backup" / "old.parquet", tmp_path / "data" / "readme.md"}
    kept |= {table / f"copy of {outdated.name}", table / "backup" / outdated.name, table / "part-00000-mine.parquet"}
    for each in kept:
        each.parent.mkdir(exist_ok=True)
        each.write_bytes(b"mine")
    old(tmp_path / "data")
    outdate(table)
    mirror.compact()
    assert not outdated.exists()
    assert {b"mine"} == {each.read_bytes() for each in kept}
    assert ["FAILED"] == mirror.load_sessions(ids="session_0001")["status"].tolist()
    assert 5 == len(mirror.load_sessions())


def test_compacting_at_a_url_deletes_files_of_the_mirror_alone(
    tmp_path: Path, api: DirectTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There the way to the files is deltalake's."""
    monkeypatch.setattr("galtea_frames.mirror.delta.StoredTable._folder", None)
    test_compacting_deletes_files_of_the_mirror_alone(tmp_path, api)


@pytest.mark.parametrize("partition_by", [None, "status"])
def test_no_export_replaces_a_table_of_a_mirror(tmp_path: Path, api: DirectTransport, partition_by: str | None) -> None:
    """Neither the mirror's folder nor what is in it is a dataset that may be replaced."""
    mirror = gf.Mirror(tmp_path / "data")
    mirror.sync(api.client())
    before = contents(tmp_path)
    frame = mirror.load_sessions()
    for place in ("data", "data/sessions", "data/sessions/_delta_log"):
        with pytest.raises(gf.GalteaFramesError, match="data"):
            gf.write_parquet(frame, tmp_path / place, partition_by=partition_by)
    assert before == contents(tmp_path)


# -- paths --


@pytest.mark.parametrize(
    ("path", "words"),
    [
        pytest.param("", "path of the mirror is empty", id="empty"),
        pytest.param("~no-such-user-here/data", "no folder can be named '~no-such-user-here/data'", id="nobody's home"),
        pytest.param("da\0ta", r"no folder can be named 'da\\x00ta'", id="NUL"),
        pytest.param("\ud83d", r"no folder can be named '\\ud83d'", id="half an emoji"),
        pytest.param("x" * 256, "cannot be used: File name too long", id="a long name"),
        pytest.param(5, "text or a Path, not 5", id="a number"),
        pytest.param(None, "text or a Path, not None", id="None"),
        pytest.param(b"data", "text or a Path, not b'data'", id="bytes"),
    ],
)
def test_a_path_that_no_system_can_use_is_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    path: Any,  # noqa: ANN401 - anything
    words: str,
) -> None:
    """Before anything is written, or asked for."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(gf.MirrorError, match=words) as caught:
        gf.Mirror(path)
    assert "\n" not in str(caught.value)
    assert [] == list(tmp_path.iterdir())


@posix
def test_a_path_that_is_too_long_with_a_table_is_one_line(tmp_path: Path) -> None:
    """The folder itself could be made, and not what goes into it."""
    deep = tmp_path / "/".join(["x" * 99] * 40)
    folder = str(deep)[:4_050].rstrip("/")
    with pytest.raises(gf.MirrorError, match="cannot be used: File name too long"):
        gf.Mirror(folder)


@posix
def test_a_circle_of_links_is_one_line(tmp_path: Path) -> None:
    """As any path that leads nowhere."""
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(gf.MirrorError, match="a cannot be used: Too many levels"):
        gf.Mirror(tmp_path / "a")


@posix
def test_a_link_of_somebody_else_is_not_followed_where_everybody_may_write(tmp_path: Path) -> None:
    """The kernel would not do so either; one's own link there is fine, and so is any in a folder of one's own."""
    if os.geteuid():
        return  # only root can give a link to somebody else
    shared, data = tmp_path / "shared", tmp_path / "data"
    shared.mkdir()
    shared.chmod(0o1777)
    for each in (shared, tmp_path):
        (each / "theirs").symlink_to(data)
        os.lchown(each / "theirs", 12_345, 12_345)
        (each / "ours").symlink_to(data)
    for name in ("theirs", "theirs/below"):
        with pytest.raises(gf.MirrorError, match=f"{name} cannot be used: the link .*theirs belongs to another user"):
            gf.Mirror(shared / name)
    for allowed in (shared / "ours", tmp_path / "theirs", tmp_path / "ours"):
        gf.Mirror(allowed)


@posix
def test_a_folder_that_is_gone_under_ones_feet_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path leads nowhere then."""
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(gf.MirrorError, match="data cannot be used: No such file or directory"):
        gf.Mirror("data")


@pytest.mark.parametrize("name", ["notes.txt", ".hidden", "sessions.parquet", "folder/"])
def test_a_folder_with_other_things_is_as_it_was(tmp_path: Path, api: DirectTransport, name: str) -> None:
    """Not even a lock is left there."""
    (tmp_path / name).mkdir() if name.endswith("/") else (tmp_path / name).touch()
    for attempt in (lambda: gf.Mirror(tmp_path).sync(api.client()), gf.Mirror(tmp_path).compact):
        with pytest.raises(gf.MirrorError, match=r"is (not|neither) a mirror"):
            attempt()
    assert ([name.rstrip("/")], []) == ([each.name for each in tmp_path.iterdir()], api.requests)


def test_a_place_that_may_not_be_written_is_one_line(
    tmp_path: Path, api: DirectTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As root may write anywhere, it is simulated."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(gf.MirrorError, match="data cannot be written: Permission denied"):
        gf.Mirror(tmp_path / "data").sync(api.client())
    assert [] == api.requests


@posix
@pytest.mark.parametrize("umask", [0o077, 0o027])
def test_new_files_are_as_private_as_the_umask_says(tmp_path: Path, api: DirectTransport, umask: int) -> None:
    """Rows and log, of first and later syncs and of compacting; older releases of filelock let all read the lock."""
    before = os.umask(umask)
    try:
        mirror = gf.Mirror(tmp_path / "new" / "data")
        mirror.sync(api.client())
        api.sessions.update("session_0001", status="FAILED")
        mirror.sync(api.client(), full=True)
        deltalake.DeltaTable(str(tmp_path / "new" / "data" / "sessions")).create_checkpoint()
        mirror.compact()
    finally:
        os.umask(before)
    modes = {each: each.stat().st_mode & 0o777 for each in (tmp_path / "new").rglob("*") if each.name != ".sync.lock"}
    assert {(0o777 if each.is_dir() else 0o666) & ~umask for each in modes} == set(modes.values())
    assert all(mode & umask == 0 for mode in modes.values())


def test_folders_that_other_engines_keep_in_the_log_are_no_harm(tmp_path: Path, api: DirectTransport) -> None:
    """Spark has some there."""
    mirror = gf.Mirror(tmp_path / "data")
    mirror.sync(api.client())
    (tmp_path / "data" / "sessions" / "_delta_log" / "_staged_commits").mkdir()
    assert 5 == len(mirror.load_sessions())


def test_compacting_nothing_makes_nothing(tmp_path: Path) -> None:
    """No folder, and no lock in it."""
    with pytest.raises(gf.MirrorError, match="is not a mirror"):
        gf.Mirror(tmp_path / "nothing").compact()
    assert [] == list(tmp_path.iterdir())


@posix
@pytest.mark.parametrize(
    ("place", "make"), [("data", pipe), ("data/sessions", nested_file), ("data/versions", bound_socket)]
)
def test_the_command_line_says_that_it_was_called_wrongly(
    tmp_path: Path, place: str, make: Make, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Code 2, one line, and no request: the address is one where nothing answers."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GALTEA_API_KEY", "gsk_direct_0123456789abcdef")
    monkeypatch.setenv("GALTEA_API_URL", "http://127.0.0.1:9")
    Path(place).parent.mkdir(exist_ok=True)
    make(Path(place))
    monkeypatch.setattr(sys, "argv", ["galtea-frames", "sync", "data"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    out, err = capsys.readouterr()
    assert (2, "", 1) == (ended.value.code, out, err.count("\n"))
    assert f"{place} is " in err


# -- spans of time --


@pytest.mark.parametrize(
    "lookback",
    [
        *(
            "30",
            "7",
            "1e3",
            " ",
            "",
            "0",
            "7.5",
            "-7D",
            "7D 5",
            "5 7D",
            "D",
            "NaT",
            "nan",
            "inf",
            "٣D",
            "1e3D",
            "7 fortnights",
        ),
        *(30, 7.0, 0, True, None, [], ["7D"], b"7D"),
        *(pd.NaT, pd.Timedelta(-1, "D"), timedelta(-1), np.zeros(1, "m8")[0], np.timedelta64("NaT", "D")),
    ],
    ids=repr,
)
def test_a_span_without_a_unit_is_refused(tmp_path: Path, api: DirectTransport, lookback: Any) -> None:  # noqa: ANN401
    """30 might be days, hours, or nanoseconds as pandas has it; nothing is asked for or made."""
    with pytest.raises(gf.QueryError, match='lookback must be a span of time with a unit, such as "7D" or "36h", not '):
        gf.Mirror(tmp_path / "data").sync(api.client(), lookback=lookback)
    assert ([], []) == (api.requests, list(tmp_path.iterdir()))


@pytest.mark.parametrize(
    "lookback",
    [
        *(
            "2D",
            "2 days",
            "48h",
            " 48 hours ",
            "1D24h",
            "1 day, 24 hours",
            "P2D",
            "2880min",
            "2 days, 0:00:00",
            "48:00:00",
        ),
        *(timedelta(2), pd.Timedelta("2D"), np.timedelta64(2, "D"), np.timedelta64(48, "h")),
    ],
    ids=repr,
)
def test_a_span_is_written_in_any_usual_way(tmp_path: Path, api: DirectTransport, lookback: Any) -> None:  # noqa: ANN401
    """All of these are two days."""
    mirror = gf.Mirror(tmp_path / "data")
    mirror.sync(api.client())
    for number in range(5):
        api.sessions.update(f"session_{number:04}", status="FAILED")
    assert 3 == mirror.sync(api.client(), lookback=lookback).changed


def test_a_span_of_a_million_years_is_everything(tmp_path: Path, api: DirectTransport) -> None:
    """Beyond what pandas can hold, too."""
    mirror = gf.Mirror(tmp_path / "data")
    mirror.sync(api.client())
    api.sessions.update("session_0000", status="FAILED")
    assert 1 == mirror.sync(api.client(), lookback=timedelta(365 * 1_000_000)).changed
    assert ["0000"] == ids(mirror.load_sessions(statuses="FAILED"))
