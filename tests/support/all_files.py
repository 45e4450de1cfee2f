"""All that lies in a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def all_of(folder: Path) -> dict[str, object]:
    """Everything in a folder, by its path: a file's bytes, a link's target, a folder's nothing."""
    found: dict[str, object] = {}
    for each in sorted(folder.rglob("*")):
        content = each.readlink() if each.is_symlink() else each.read_bytes() if each.is_file() else None
        found[str(each.relative_to(folder))] = content
    return found
