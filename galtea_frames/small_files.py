"""Safe reading and atomic writing of small local files, which someone else may have written before."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from galtea_frames.paths import KINDS, check_writable, real
from galtea_frames.permissions import copy_permissions

if TYPE_CHECKING:
    from collections.abc import Callable
    from os import PathLike

#: Never block on a pipe, never acquire a controlling terminal, never inherit. Windows has other flags.
_FLAGS = os.O_RDONLY
for _name in ("O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"):
    _FLAGS |= getattr(os, _name, 0)

_ROOT = 0


class SmallFileError(Exception):
    """A file that cannot or must not be read or replaced. The message says why, without naming the file.

    Attributes:
        missing: whether the file does not exist.
    """

    def __init__(self, reason: str, *, missing: bool = False) -> None:
        super().__init__(reason)
        self.missing = missing


def read_small_file(path: str | PathLike[str], most: int) -> bytes:
    """Return the contents of a regular file of at most `most` bytes. Links are followed.

    Raises:
        SmallFileError: the file does not exist, is not a regular file, is too large, or cannot be read.
    """
    return _read(path, most)[0]


def read_private_file(path: str | PathLike[str], most: int) -> tuple[bytes, bool]:
    """Return the contents of a file owned by this user or root, and whether other users cannot access it.

    Raises:
        SmallFileError: as in `read_small_file`, or the file belongs to another user.
    """
    content, status = _read(path, most)
    if os.name != "posix":
        return content, True
    if status.st_uid not in (os.geteuid(), _ROOT):
        raise SmallFileError(f"belongs to another user (number {status.st_uid}); only yours and root's are read")
    return content, not status.st_mode & (stat.S_IRWXG | stat.S_IRWXO)


def read_small_text(path: str | PathLike[str], most: int) -> str:
    """Return the text of a UTF-8 file, with or without a byte order mark; errors are those of `read_small_file`."""
    try:
        return read_small_file(path, most).decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise SmallFileError(f"is not UTF-8 text: byte {problem.start + 1:,} cannot be read") from None


def check_replaceable_text(path: str | PathLike[str], most: int, is_ours: Callable[[str], bool]) -> Path:
    """Return the path, links resolved, of a text file that can be written: there is none yet, an empty one, or ours.

    Raises:
        SmallFileError: something else is there, or the path cannot be written.
    """
    name = os.fsdecode(path)
    if "://" in name or name in ("", "-"):
        raise SmallFileError("is not the name of a local file")
    try:
        text = read_small_text(name, most)
    except SmallFileError as problem:
        if not problem.missing:
            raise
    else:
        if text and not is_ours(text):
            raise SmallFileError("is a file of another kind; delete it first, or name another file")
    try:
        target = Path(real(name))
        check_writable(target)
    except OSError as problem:
        raise SmallFileError(_reason(problem)) from None
    return target


def write_small_text(path: str | PathLike[str], text: str, most: int, is_ours: Callable[[str], bool]) -> None:
    """Write a UTF-8 text file atomically, with the mode and owner of the file that it replaces.

    Raises:
        SmallFileError: as in `check_replaceable_text`.
    """
    target = check_replaceable_text(path, most, is_ours)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".galtea_frames.", suffix=".new", dir=target.parent) as folder:
            new = Path(folder) / "new"
            with new.open("wb") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
            if target.exists():
                copy_permissions(new, target)
            new.replace(target)
    except OSError as problem:
        raise SmallFileError(_reason(problem)) from None


def _read(path: str | PathLike[str], most: int) -> tuple[bytes, os.stat_result]:
    try:
        opened = os.open(path, _FLAGS)
        try:
            status = os.fstat(opened)
            if not stat.S_ISREG(status.st_mode):
                raise SmallFileError(f"is {KINDS.get(stat.S_IFMT(status.st_mode), 'no file')}, not a regular file")
            if status.st_size > most:
                raise _too_large(most)
            with os.fdopen(opened, "rb", closefd=False) as file:
                # Files of the kernel, and growing ones, are larger than their reported size.
                content = file.read(most + 1)
        finally:
            os.close(opened)
    except OSError as problem:
        raise SmallFileError(_reason(problem), missing=isinstance(problem, FileNotFoundError)) from None
    except ValueError:  # a null character or a lone surrogate
        raise SmallFileError("no file can have this name") from None
    if len(content) > most:
        raise _too_large(most)
    return content, status


def _too_large(most: int) -> SmallFileError:
    return SmallFileError(f"is larger than {most:,} bytes")


def _reason(problem: OSError) -> str:
    return (problem.strerror or type(problem).__name__).lower()
