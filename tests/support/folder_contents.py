"""What a folder holds: everything in it, or a digest of each file."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def contents(folder: Path) -> dict[str, str]:
    """Return a digest of each file below a folder."""
    files = sorted(each for each in folder.rglob("*") if each.is_file())
    return {str(each.relative_to(folder)): hashlib.sha256(each.read_bytes()).hexdigest() for each in files}


def all_of(folder: Path) -> dict[str, object]:
    """Everything in a folder, by its path: a file's bytes, a link's target, a folder's nothing."""
    found: dict[str, object] = {}
    for each in sorted(folder.rglob("*")):
        content = each.readlink() if each.is_symlink() else each.read_bytes() if each.is_file() else None
        found[str(each.relative_to(folder))] = content
    return found
