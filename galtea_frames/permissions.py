"""Keeps mode and owner of what is replaced, as far as the system permits."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def copy_permissions(new: Path, old: Path) -> bool:
    """Give a file, or a folder and its contents, the mode and owner of what it replaces; tell whether all were kept.

    New entries of a folder get the folder's owner, and the mode that the umask gives. If the group cannot be kept,
    another group gets no permissions instead.
    """
    if os.name != "posix":  # pragma: no cover - not on Windows
        return True
    above = old.stat()
    kept = True
    for each in [new, *new.rglob("*")]:
        before = old / each.relative_to(new)
        known = before.is_file() or before.is_dir()
        kept &= _give(each, before.stat() if known else above, with_mode=known)
    return kept


def _give(path: Path, wanted: os.stat_result, *, with_mode: bool) -> bool:
    """Set owner and group, and optionally the mode; tell whether all could be set."""
    owned = _owned(path, wanted.st_uid, wanted.st_gid)
    grouped = owned or _owned(path, -1, wanted.st_gid)
    if with_mode:
        mode = stat.S_IMODE(wanted.st_mode)
        path.chmod(mode if grouped else mode & ~stat.S_IRWXG)
    return owned


def _owned(path: Path, owner: int, group: int) -> bool:
    now = path.stat()
    if now.st_gid == group and owner in {-1, now.st_uid}:
        return True
    try:
        os.chown(path, owner, group)
    except OSError:
        return False
    return True
