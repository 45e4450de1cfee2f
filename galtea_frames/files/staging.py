"""Staging: a hidden folder beside a target in which the new file or folder is made before it replaces the old one.

    .NAME.1a2b3c4d.new/
        galtea_frames     marks the folder as ours; a folder without it is left alone
        whole             the new file or folder
        old-0             the replaced one, until everything in it is known to be ours
        gone-0            the same while it is deleted

A killed write leaves such a folder. If it was killed between its two renames, the target is missing, and its old
content is read from here (`waiting`) until the next write puts it back.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import stat
import time
import uuid
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from galtea_frames.errors import GalteaFramesError
from galtea_frames.files.ownership import is_ours
from galtea_frames.permissions import copy_permissions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_MARK = "galtea_frames"
_WORDS = "Here galtea_frames makes what stands beside this folder. A write that was killed has left it.\n"

_WHOLE, _OLD, _GONE = "whole", "old-", "gone-"

#: After this many seconds without a change, the writer must have been killed: a running one keeps changing its file.
#: (A process id would say nothing about a writer on another machine.)
_ABANDONED = 24 * 3600

#: How a swap fails if another process does the same or takes this one for killed; and how often it is tried.
_OVERTAKEN = {errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST}
_SWAPS = 100

#: The longest name of a target that the folder's name can contain: file systems allow 255 bytes.
_LONGEST_STEM = 200


class StagingFolder:
    """A staging folder.

    Attributes:
        whole: the path at which to make the file or folder.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.whole: Path = path / _WHOLE

    @classmethod
    @contextmanager
    def beside(cls, target: Path) -> Iterator[StagingFolder]:
        """Make one beside a target, so that renaming moves no bytes, and remove it at the end."""
        path = target.with_name(f".{_stem(target.name)}.{uuid.uuid4().hex[:8]}.new")
        path.mkdir(mode=0o700)
        staging = cls(path)
        try:
            (path / _MARK).write_text(_WORDS, encoding="utf-8")
            yield staging
        finally:
            staging._clean()

    def put_file(self, target: Path) -> bool:
        """Replace a target with the new file; tell whether it kept mode and owner."""
        kept = not target.exists() or copy_permissions(self.whole, target)
        self.whole.replace(target)
        _sync_folder(target.parent)
        return kept

    def put_folder(self, target: Path, refuse: Callable[[Path], None]) -> bool:
        """Replace a target with the new folder; nothing that `refuse` refuses is deleted.

        Other processes may do the same at the same time; the last one wins. Tell whether modes and owners were kept.
        """
        kept = True
        if target.exists():
            refuse(target)
            with suppress(FileNotFoundError):  # another write is between its renames
                kept = copy_permissions(self.whole, target)
        for number in range(_SWAPS):  # pragma: no branch - the last one raises, if it fails
            try:
                self._swap(target, self._path / f"{_OLD}{number}")
            except OSError as problem:
                if problem.errno not in _OVERTAKEN or number == _SWAPS - 1:
                    raise
            else:
                break
        _sync_folder(target.parent)
        for old in _named(self._path, _OLD):
            self._discard(old, target, refuse)
        return kept

    def _swap(self, target: Path, old: Path) -> None:
        if target.exists():
            target.rename(old)
        try:
            # If killed here, the target is missing, and the old folder waits in this one.
            self.whole.rename(target)
        except BaseException:
            with suppress(OSError):  # another one is there by now
                old.rename(target)
            raise

    def _discard(self, old: Path, target: Path, refuse: Callable[[Path], None]) -> None:
        """Delete the replaced folder, unless somebody put a file of their own there at the last moment."""
        try:
            refuse(old)
        except GalteaFramesError:
            target.rename(self.whole)
            old.rename(target)
            raise
        # The new name says that nothing in it need be kept, whichever process deletes it.
        with suppress(FileNotFoundError):  # another write has put it back, and then its own in its place
            old.rename(gone := old.with_name(old.name.replace(_OLD, _GONE)))
            shutil.rmtree(gone, ignore_errors=True)

    def _clean(self) -> None:
        if not self._path.exists():  # another process was faster
            return
        for each in [self.whole, *_named(self._path, _GONE)]:
            _remove(each)
        if not _named(self._path, _OLD):
            _remove(self._path)


def waiting(target: Path) -> Path | None:
    """Return the old content of a target that is missing because a write was killed between its two renames."""
    if os.path.lexists(target):
        return None
    return next((old for path in _staging_folders(target) for old in _named(path, _OLD)), None)


def put_back(target: Path) -> None:
    """Put back the old content of a target that is missing because a write was killed."""
    # Another process may do the same, or permissions forbid it; whoever needs the target reports that it is missing.
    with suppress(OSError):
        if (old := waiting(target)) is not None:
            old.rename(target)


def remove_abandoned(target: Path) -> None:
    """Remove what killed writes of a target have left, so that the disk does not fill up unnoticed."""
    latest = time.time() - _ABANDONED
    for path in _staging_folders(target):
        # Another process may be removing it, or permissions forbid it; it does no harm.
        with suppress(OSError):
            if max(inner.lstat().st_mtime for inner in (path, *path.rglob("*"))) > latest:
                continue
            if all(map(is_ours, _named(path, _OLD))):
                shutil.rmtree(path)


def _staging_folders(target: Path) -> list[Path]:
    """Return the staging folders beside a target: those that are marked, whatever the names of others."""
    pattern = re.compile(rf"\.{re.escape(_stem(target.name))}\.[0-9a-f]{{8}}\.new")
    try:
        return sorted(each for each in target.parent.iterdir() if pattern.fullmatch(each.name) and _is_marked(each))
    except OSError:  # no such folder, or no permission
        return []


def _is_marked(path: Path) -> bool:
    try:
        mark = path / _MARK
        if not stat.S_ISDIR(path.lstat().st_mode) or not stat.S_ISREG(mark.lstat().st_mode):
            return False
        known = all(each.name.startswith((_MARK, _WHOLE, _OLD, _GONE)) for each in path.iterdir())
        return known and mark.stat().st_size == len(_WORDS) and mark.read_text(encoding="utf-8") == _WORDS
    except (OSError, ValueError):
        return False


def _named(path: Path, prefix: str) -> list[Path]:
    return sorted(each for each in path.iterdir() if each.name.startswith(prefix))


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _stem(name: str) -> str:
    """Return a name, or its digest if it is too long to be part of another name."""
    encoded = os.fsencode(name)
    return name if len(encoded) <= _LONGEST_STEM else hashlib.sha256(encoded).hexdigest()


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut, where the system can sync folders."""
    if os.name == "posix":  # pragma: no branch - Windows cannot sync folders
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
