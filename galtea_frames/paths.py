"""Local paths before anything is done there: links followed where they can be trusted, and what no one writes to."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

#: As many links as the kernel follows in one path.
_MOST_LINKS = 40

#: What a path can lead to, as messages call it.
KINDS = {
    stat.S_IFREG: "a file",
    stat.S_IFDIR: "a folder",
    stat.S_IFLNK: "a link",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def special(path: str | os.PathLike[str]) -> str | None:
    """Return what stands at a path, links followed, if it is neither a file nor a folder: "a pipe", "a device"."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - any path, in any system's spelling
    except (OSError, ValueError):  # nothing there, or nothing that could be: whoever uses the path says so
        return None
    return None if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else KINDS.get(stat.S_IFMT(mode), "a special file")


def real(path: str) -> str:
    """Return a path with its links followed, so that what they point to is replaced, not they.

    The kernel keeps programs from following a link that somebody else has put into a folder where everybody may write,
    such as /tmp. Whoever follows links by hand must do the same.

    Raises:
        OSError: a link cannot be trusted, or there are too many.
        ValueError: the path holds a null character.
    """
    if os.name == "posix":  # pragma: no branch - Windows has no such folders
        for link in _links(os.fspath(path)):
            _check_trusted(link)
    return os.path.realpath(path)


def _links(path: str) -> list[Path]:
    """Return the links that are followed on the way to a path."""
    found: list[Path] = []
    here, ahead = Path("/" if path.startswith("/") else os.getcwd()), path.split("/")[::-1]  # noqa: PTH109 - may be gone
    while ahead:
        step = here / ahead.pop()
        if step.name == ".." or not step.is_symlink():
            # `here` is free of links, so that its parent is the folder above it.
            here = here.parent if step.name == ".." else step
            continue
        found.append(step)
        if len(found) > _MOST_LINKS:
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
        to = str(step.readlink())
        here = Path("/") if to.startswith("/") else here
        ahead += to.split("/")[::-1]
    return found


def _check_trusted(link: Path) -> None:
    owner, folder = link.lstat().st_uid, link.parent.stat()
    shared = folder.st_mode & stat.S_ISVTX and folder.st_mode & stat.S_IWOTH
    if shared and owner not in {os.geteuid(), folder.st_uid}:
        raise PermissionError(
            errno.EACCES, f"the link {link} belongs to somebody else, in a folder where everybody may write"
        )


def contains_cwd(folder: Path) -> bool:
    """Tell whether this process works in a folder or below it; replacing it would leave a shell in a deleted one."""
    try:
        here = Path.cwd().resolve()
    except OSError:  # it is gone already
        return False
    return here.is_relative_to(folder)


def check_writable(path: Path) -> None:
    """Find out, leaving nothing behind, whether something can be made at a path, missing folders included.

    Raises:
        OSError: it cannot.
    """
    with suppress(FileNotFoundError):
        path.lstat()
    folder = path.parent
    while not folder.exists():
        folder = folder.parent
    with tempfile.TemporaryFile(dir=folder):
        pass
