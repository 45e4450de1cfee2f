"""Where a file or a folder is made before it takes its place: a hidden folder beside it, which says whose it is.

    .NAME.1a2b3c4d.new/
        galtea_frames     says that this folder is ours; whoever stands there without it is left alone
        whole             what is being made
        old-0             what it has taken the place of, until all of that is known to be ours
        gone-0            that, on its way out

A write that is killed leaves such a folder. If it was killed between its two renamings, the target is missing, and its
old content is read where it is (`waiting`) until the next write puts it back.
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
from galtea_frames.files.permissions import copy_permissions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_MARK = "galtea_frames"
_WORDS = "Here galtea_frames makes what stands beside this folder. A write that was killed has left it.\n"

_WHOLE, _OLD, _GONE = "whole", "old-", "gone-"

#: After so many seconds without a change, what is not finished never will be: its writer was killed. One at work
#: changes its file all the time. (A process number would say nothing of a writer on another machine.)
_ABANDONED = 24 * 3600

#: How a swap fails if another process does the same, or takes it for one that was killed; and how often it is tried.
_OVERTAKEN = {errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST}
_SWAPS = 100

#: The longest name of a target that theirs can hold whole: file systems allow 255 bytes.
_LONGEST_STEM = 200


class StagingFolder:
    """Such a folder.

    Attributes:
        whole: where to make the file or the folder.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.whole: Path = path / _WHOLE

    @classmethod
    @contextmanager
    def beside(cls, target: Path) -> Iterator[StagingFolder]:
        """Make one next to a target, so that renaming moves no bytes; at the end nothing is left of it."""
        path = target.with_name(f".{_stem(target.name)}.{uuid.uuid4().hex[:8]}.new")
        path.mkdir(mode=0o700)
        staging = cls(path)
        try:
            (path / _MARK).write_text(_WORDS, encoding="utf-8")
            yield staging
        finally:
            staging._clean()

    def put_file(self, target: Path) -> bool:
        """Put the file that was made in the place of another; tell whether it has its mode and owner."""
        kept = not target.exists() or copy_permissions(self.whole, target)
        self.whole.replace(target)
        _sync_folder(target.parent)
        return kept

    def put_folder(self, target: Path, refuse: Callable[[Path], None]) -> bool:
        """Put the folder that was made in the place of another, of which nothing is deleted that `refuse` refuses.

        Other processes may be doing so at the same time; whoever comes last wins. Tell whether it has modes and owners
        of the other.
        """
        kept = True
        if target.exists():
            refuse(target)
            with suppress(FileNotFoundError):  # another write is between its renamings
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
            # Killed before this, the target is missing, and the old folder waits in this one.
            self.whole.rename(target)
        except BaseException:
            with suppress(OSError):  # another one stands there by now
                old.rename(target)
            raise

    def _discard(self, old: Path, target: Path, refuse: Callable[[Path], None]) -> None:
        """Delete what was replaced, unless somebody put a file of his own there in the last moment."""
        try:
            refuse(old)
        except GalteaFramesError:
            target.rename(self.whole)
            old.rename(target)
            raise
        # From now on it is known that nothing in it need be kept, whoever removes it.
        with suppress(FileNotFoundError):  # another write has put it back, and then its own in its place
            old.rename(gone := old.with_name(old.name.replace(_OLD, _GONE)))
            shutil.rmtree(gone, ignore_errors=True)

    def _clean(self) -> None:
        if not self._path.exists():  # somebody was quicker
            return
        for each in [self.whole, *_named(self._path, _GONE)]:
            _remove(each)
        if not _named(self._path, _OLD):
            _remove(self._path)


def waiting(target: Path) -> Path | None:
    """Return the old content of a target that is missing, because a write was killed between its two renamings."""
    if os.path.lexists(target):
        return None
    return next((old for path in _staging_folders(target) for old in _named(path, _OLD)), None)


def put_back(target: Path) -> None:
    """Put the old content of a target back that is missing, because a write was killed."""
    # Another process may be doing the same, or not allow it: whoever needs the target will say that it is missing.
    with suppress(OSError):
        if (old := waiting(target)) is not None:
            old.rename(target)


def remove_abandoned(target: Path) -> None:
    """Remove what killed writes of a target have left, so that a disk does not fill up unseen."""
    latest = time.time() - _ABANDONED
    for path in _staging_folders(target):
        # Another process may be removing it, or not allow it; it is in nobody's way.
        with suppress(OSError):
            if max(inner.lstat().st_mtime for inner in (path, *path.rglob("*"))) > latest:
                continue
            if all(map(is_ours, _named(path, _OLD))):
                shutil.rmtree(path)


def _staging_folders(target: Path) -> list[Path]:
    """Return the staging folders beside a target: those that say they are, whatever others are called."""
    pattern = re.compile(rf"\.{re.escape(_stem(target.name))}\.[0-9a-f]{{8}}\.new")
    try:
        return sorted(each for each in target.parent.iterdir() if pattern.fullmatch(each.name) and _is_marked(each))
    except OSError:  # no such folder, or nobody may look at it
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
    """Return a name, or what stands for it alone, short enough to be part of another."""
    encoded = os.fsencode(name)
    return name if len(encoded) <= _LONGEST_STEM else hashlib.sha256(encoded).hexdigest()


def _sync_folder(folder: Path) -> None:
    """Make a rename last through a power cut, where the system lets a folder be synced."""
    if os.name == "posix":  # pragma: no branch - Windows syncs no folders
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
