"""Local paths: following trusted links, and checking what a path leads to before using it."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

#: Maximum number of links in a path, as in the kernel.
_MOST_LINKS = 40

#: Names of the file types in messages.
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
    """Return what a path leads to if it is neither a file nor a folder, such as "a pipe"; None otherwise."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - any path, in any system's spelling
    except (OSError, ValueError):  # missing or invalid: reported when the path is used
        return None
    return None if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else KINDS.get(stat.S_IFMT(mode), "a special file")


def real(path: str) -> str:
    """Return a path with all links resolved, so that a write replaces the target instead of the link.

    The kernel does not follow links that another user put into a world-writable folder such as /tmp. Resolving links
    here must apply the same rule.

    Raises:
        OSError: a link is not trusted, or there are too many.
        ValueError: the path contains a null character.
    """
    if os.name == "posix":  # pragma: no branch - Windows has no such folders
        for link in _links(os.fspath(path)):
            _check_trusted(link)
    return os.path.realpath(path)


def _links(path: str) -> list[Path]:
    """Return the links that lead to a path."""
    found: list[Path] = []
    here, ahead = Path("/" if path.startswith("/") else os.getcwd()), path.split("/")[::-1]  # noqa: PTH109 - it may be deleted
    while ahead:
        step = here / ahead.pop()
        if step.name == ".." or not step.is_symlink():
            # `here` contains no links, so its parent is the folder above it.
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
            errno.EACCES, f"the link {link} belongs to another user and is in a world-writable folder"
        )


def contains_cwd(folder: Path) -> bool:
    """Return whether the working directory is in a folder; replacing that would leave the shell in a deleted one."""
    try:
        here = Path.cwd().resolve()
    except OSError:  # already deleted
        return False
    return here.is_relative_to(folder)


def check_writable(path: Path) -> None:
    """Check that a file or folder can be created at a path, including missing parents, without leaving anything behind.

    Raises:
        OSError: it cannot be created.
    """
    with suppress(FileNotFoundError):
        path.lstat()
    folder = path.parent
    while not folder.exists():
        folder = folder.parent
    with tempfile.TemporaryFile(dir=folder):
        pass
