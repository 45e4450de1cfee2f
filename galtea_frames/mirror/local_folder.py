"""The local folder of a mirror: which paths can be used, and what may lie there; looks, and writes nothing."""

from __future__ import annotations

import os
import re
import stat
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from galtea_frames.errors import MirrorError, QueryError
from galtea_frames.paths import KINDS, real
from galtea_frames.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Held while a sync is at work. The system lets go of it when the process dies, however it dies.
LOCK = ".sync.lock"

#: Where Delta Lake keeps the log of a table.
_LOG = "_delta_log"

#: A commit in it, and what one that was killed has left before the first: the log's own names for unfinished files.
_COMMIT = re.compile(r"\d{20}\.json")
_UNFINISHED = re.compile(r"_commit_[0-9a-f-]{36}\.json\.tmp(#\d+)?|\d{20}\.json#\d+")

#: What deltalake 1.6.6 fails at in the path of a folder, with a panic or a file that it does not find again.
_UNUSABLE = re.compile(r"[\[\]]|%[0-9A-Fa-f]{2}")

#: The longest name in a table, and the longest below its folder, so that a path that is too long is known at once.
_LONGEST_NAME = f"{_LOG}/_commit_{'0' * 36}.json.tmp#0000"


class LocationError(MirrorError, QueryError):
    """A mirror cannot lie there: the path is at fault, or what is there already; nothing was written or asked for."""


def folder_at(display: str, tables: Iterable[str]) -> Path:
    """Return the folder that a path names.

    Raises:
        LocationError: no system, or not Delta Lake's library, can use such a path.
    """
    if not display:
        raise LocationError("a mirror needs the path of a folder, or a URL, and this one is empty")
    try:
        folder = Path(display).expanduser().absolute()
        str(folder).encode()
        where = real(str(folder))
        with suppress(FileNotFoundError, NotADirectoryError):  # told when it is used, as what it is
            (folder / max(tables, key=len) / _LONGEST_NAME).lstat()
    except (RuntimeError, ValueError) as problem:  # no such user; a null character, half a surrogate pair
        raise LocationError(f"no folder can be called {display!a}: {printable(str(problem))}") from None
    except OSError as problem:
        raise LocationError(f"{display} cannot be used: {problem.strerror}") from None
    if _UNUSABLE.search(where):
        raise LocationError(f"{where}: Delta Lake's library takes no [, ] or %20 in a path; name another folder")
    return folder


def check_folder(folder: Path, display: str) -> bool:
    """Refuse what is there and is no folder; tell whether there is one.

    Raises:
        LocationError: it is a file, a pipe, a socket or a device, or it cannot be looked at.
    """
    try:
        kind = stat.S_IFMT(folder.stat().st_mode)
    except FileNotFoundError:
        if folder.is_symlink():
            raise LocationError(f"{display} is a link to nothing; name a folder") from None
        return False
    except OSError as problem:
        raise LocationError(f"{display} cannot be written: {problem.strerror}") from None
    if kind != stat.S_IFDIR:
        raise LocationError(f"{display} is {KINDS.get(kind, 'no folder')}; name a folder")
    return True


def check_lock(folder: Path, display: str) -> None:
    """Refuse a lock file that no sync has made: to lock it would empty it, or what it points to.

    Raises:
        LocationError: it is a link, no file, or one with something in it.
    """
    try:
        found = (folder / LOCK).lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISREG(found.st_mode) or found.st_size:
        raise LocationError(f"{display}/{LOCK} is not the lock of a mirror; remove it, or name another folder")


def check_table(folder: Path, display: str) -> bool:
    """Refuse a table's folder that Delta Lake's library must not touch; tell whether there is a table in it.

    Whose table it is, its log says.

    Raises:
        LocationError: what is there is no folder of its own, or none that was made for a table.
        MirrorError: the log holds what no log can hold.
    """
    display = f"{display}/{folder.name}"
    try:
        kind = stat.S_IFMT(folder.lstat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
    if kind != stat.S_IFDIR:
        raise LocationError(
            f"{display} is {KINDS.get(kind, 'no folder')}, where a mirror has a folder; name another place"
        )
    commits = _commits(folder / _LOG, display)
    if not commits and any(_strangers(folder)):
        raise LocationError(f"{display} is not a mirror's, but not empty either; name a new folder")
    return commits


def check_file(path: Path, size: int, display: str) -> None:
    """Refuse a file of a table that leads out of it, that reading would wait at, or that is not as long as it was.

    Raises:
        MirrorError: it is a link, a pipe, a socket, a device or a folder, or its size is another one.
    """
    try:
        found = path.lstat()
    except FileNotFoundError:
        return  # told by who reads it
    kind = stat.S_IFMT(found.st_mode)
    if kind != stat.S_IFREG:
        raise MirrorError(f"{display}: {path.name} is {KINDS.get(kind, 'a folder')}, and so no file of a mirror")
    if found.st_size != size:
        raise MirrorError(
            f"{display} cannot be read or written: {path.name} has {found.st_size:,} bytes, and {size:,} were written;"
            " restore it, or sync into a new folder"
        )


def _commits(log: Path, display: str) -> bool:
    """Tell whether a log has commits.

    Raises:
        MirrorError: the log is no folder of its own, or one of its files is none, or an empty one.
    """
    if log.is_symlink() or (log.exists() and not log.is_dir()):
        raise LocationError(f"{display}/{_LOG} is no folder, and so no log of a mirror")
    if not log.exists():
        return False
    found = False
    with os.scandir(log) as entries:
        for each in entries:
            commit = _COMMIT.fullmatch(each.name) is not None
            if _UNFINISHED.fullmatch(each.name) or (each.is_dir(follow_symlinks=False) and not commit):
                continue  # of no reader's concern
            # An empty one would be passed over, and the table read without what was committed there.
            if not each.is_file(follow_symlinks=False) or (commit and not each.stat().st_size):
                raise MirrorError(
                    f"{display}/{_LOG}/{printable(each.name)} is damaged: restore the mirror, or sync anew"
                )
            found |= commit
    return found


def _strangers(folder: Path) -> Iterator[Path]:
    """Yield whatever lies below a folder and was not left by the making of a table."""
    for each in folder.rglob("*"):
        if each.is_symlink() or not (each.is_dir() or _UNFINISHED.fullmatch(each.name)):
            yield each
