"""Checks on the local folder of a mirror: whether its path can be used, and what is in it; writes nothing."""

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

#: Locked during a sync. The system releases the lock when the process dies, however it dies.
LOCK = ".sync.lock"

#: Where Delta Lake keeps the log of a table.
_LOG = "_delta_log"

#: A commit in the log, and the unfinished files that a killed commit leaves behind.
_COMMIT = re.compile(r"\d{20}\.json")
_UNFINISHED = re.compile(r"_commit_[0-9a-f-]{36}\.json\.tmp(#\d+)?|\d{20}\.json#\d+")

#: Parts of a path with which deltalake 1.6.6 panics, or does not find its own files.
_UNUSABLE = re.compile(r"[\[\]]|%[0-9A-Fa-f]{2}")

#: The longest name below the folder of a table, by which a path that is too long is found at once.
_LONGEST_NAME = f"{_LOG}/_commit_{'0' * 36}.json.tmp#0000"


class LocationError(MirrorError, QueryError):
    """A mirror cannot be at this location; nothing was written or requested."""


def folder_at(display: str, tables: Iterable[str]) -> Path:
    """Return the folder that a path names.

    Raises:
        LocationError: the system or Delta Lake's library cannot use the path.
    """
    if not display:
        raise LocationError("the path of the mirror is empty; name a folder or a URL")
    try:
        folder = Path(display).expanduser().absolute()
        str(folder).encode()
        where = real(str(folder))
        with suppress(FileNotFoundError, NotADirectoryError):  # reported when it is used
            (folder / max(tables, key=len) / _LONGEST_NAME).lstat()
    except (RuntimeError, ValueError) as problem:  # no such user; a null character, half a surrogate pair
        raise LocationError(f"no folder can be named {display!a}: {printable(str(problem))}") from None
    except OSError as problem:
        raise LocationError(f"{display} cannot be used: {problem.strerror}") from None
    if _UNUSABLE.search(where):
        raise LocationError(
            f"{where}: Delta Lake's library does not support [, ] or %20 in a path; name another folder"
        )
    return folder


def check_folder(folder: Path, display: str) -> bool:
    """Refuse anything that is not a folder; tell whether the folder exists.

    Raises:
        LocationError: it is a file, a pipe, a socket or a device, or cannot be accessed.
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
    """Refuse a lock file that no sync has made: locking would empty it, or the file it links to.

    Raises:
        LocationError: it is a link, not a file, or not empty.
    """
    try:
        found = (folder / LOCK).lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISREG(found.st_mode) or found.st_size:
        raise LocationError(f"{display}/{LOCK} is not a mirror's lock file; remove it, or name another folder")


def check_table(folder: Path, display: str) -> bool:
    """Refuse a folder that Delta Lake's library must not touch; tell whether there is a table in it.

    Whether the table is a mirror's follows from its log.

    Raises:
        LocationError: it is a link, not a folder, or holds other things than a table.
        MirrorError: the log is damaged.
    """
    display = f"{display}/{folder.name}"
    try:
        kind = stat.S_IFMT(folder.lstat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False
    if kind != stat.S_IFDIR:
        raise LocationError(
            f"{display} is {KINDS.get(kind, 'no folder')}, not the folder of a table; name another folder"
        )
    commits = _commits(folder / _LOG, display)
    if not commits and any(_strangers(folder)):
        raise LocationError(f"{display} is neither a mirror's nor empty; name a new folder")
    return commits


def check_file(path: Path, size: int, display: str) -> None:
    """Refuse a file of a table that leads out of it, would block a reader, or has changed its size.

    Raises:
        MirrorError: it is a link, a pipe, a socket, a device or a folder, or its size has changed.
    """
    try:
        found = path.lstat()
    except FileNotFoundError:
        return  # the reader reports it
    kind = stat.S_IFMT(found.st_mode)
    if kind != stat.S_IFREG:
        raise MirrorError(
            f"{display}: {path.name} is {KINDS.get(kind, 'a folder')}, not a file of a mirror; restore it,"
            " or sync into a new folder"
        )
    if found.st_size != size:
        raise MirrorError(
            f"{display} cannot be read or written: {path.name} has {found.st_size:,} bytes, and {size:,} were written;"
            " restore it, or sync into a new folder"
        )


def _commits(log: Path, display: str) -> bool:
    """Tell whether a log has commits.

    Raises:
        MirrorError: the log is a link or not a folder, or one of its commits is not a file, or is empty.
    """
    if log.is_symlink() or (log.exists() and not log.is_dir()):
        raise LocationError(f"{display}/{_LOG} is not a folder; name another folder")
    if not log.exists():
        return False
    found = False
    with os.scandir(log) as entries:
        for each in entries:
            commit = _COMMIT.fullmatch(each.name) is not None
            if _UNFINISHED.fullmatch(each.name) or (each.is_dir(follow_symlinks=False) and not commit):
                continue  # readers ignore it
            # Readers would skip an empty commit and miss its rows.
            if not each.is_file(follow_symlinks=False) or (commit and not each.stat().st_size):
                raise MirrorError(
                    f"{display}/{_LOG}/{printable(each.name)} is damaged; restore the mirror, or sync into a new folder"
                )
            found |= commit
    return found


def _strangers(folder: Path) -> Iterator[Path]:
    """Yield whatever lies below a folder and was not left by the making of a table."""
    for each in folder.rglob("*"):
        if each.is_symlink() or not (each.is_dir() or _UNFINISHED.fullmatch(each.name)):
            yield each
