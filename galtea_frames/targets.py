"""Where files go: local paths and URLs, written so that a reader meets a whole file or the old one."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import shutil
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import fsspec
import pyarrow as pa
from fsspec.implementations.local import LocalFileSystem

from galtea_frames.errors import ParquetError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

_EXTRAS = {"s3": "s3", "s3a": "s3", "gs": "gcs", "gcs": "gcs", "abfs": "azure", "abfss": "azure", "az": "azure"}

#: Names of what is not finished, or not needed any more; hidden, and next to the target, so that renaming is enough.
_NEW = ".{name}.{unique}.new"
_OLD = ".{name}.old"

#: After so many seconds without a change, what is not finished never will be: its writer was killed. One at work
#: changes its file all the time. (A process number would say nothing of a writer on another machine.)
_ABANDONED = 24 * 3600

#: How a swap fails if another process does the same, or reads and takes the swap for one that was killed; and how often
#: it is tried then.
_OVERTAKEN = {errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST}
_SWAPS = 100

#: How a disk without room, or with none for this user, says so.
_FULL = {errno.ENOSPC, errno.EDQUOT}

#: The longest name of a target that theirs can hold whole: file systems allow 255 bytes.
_LONGEST_STEM = 200


@dataclass(frozen=True)
class File:
    """One file that can be read."""

    system: Any
    path: str

    @contextlib.contextmanager
    def open(self) -> Iterator[Any]:
        """Open it for reading; a local one by Arrow itself.

        Raises:
            ParquetError: it cannot be read.
        """
        with _errors(self.system, self.path):
            local = isinstance(self.system, LocalFileSystem)
            with pa.OSFile(self.path) if local else self.system.open(self.path, "rb") as opened:
                yield opened


@dataclass(frozen=True)
class Folder:
    """A folder that is being filled: its files are whole once the folder is in its place."""

    path: Path

    @contextlib.contextmanager
    def new_file(self, name: str) -> Iterator[IO[bytes]]:
        """Open a file of the folder for writing; the name may hold folders."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            yield file
            _sync(file)

    def files(self) -> set[str]:
        """Return the names of its files, as the file system spells them."""
        return {each.relative_to(self.path).as_posix() for each in self.path.rglob("*") if each.is_file()}


@dataclass(frozen=True)
class Target:
    """A local path or a URL to write to or read from.

    Attributes:
        system: the fsspec file system.
        path: the path within it.
        shown: the path as the caller gave it.
    """

    system: Any
    path: str
    shown: str

    @classmethod
    def at(cls, path: str | PathLike[str]) -> Target:
        """Return the target that a path or URL names.

        Raises:
            ParquetError: no such kind of URL is known, or its extra is not installed.
        """
        shown = os.fspath(path)
        scheme = shown.partition("://")[0] if "://" in shown else ""
        try:
            system, inner = fsspec.core.url_to_fs(shown)
        except ImportError:
            extra = _EXTRAS.get(scheme)
            advice = f": pip install 'galtea-frames[{extra}]'" if extra else ""
            raise ParquetError(f"{scheme}:// needs a package that is not installed{advice}") from None
        except ValueError as problem:
            raise ParquetError(f"cannot use {shown}: {problem}") from None
        if isinstance(system, LocalFileSystem):
            inner = _real(inner, shown)
            _finish_swap(Path(inner))
        else:
            # What fsspec remembers of a listing may be older than what another process has written since.
            system.invalidate_cache()
        return cls(system, inner, shown)

    @contextlib.contextmanager
    def new_file(self) -> Iterator[IO[bytes]]:
        """Open a file for writing that takes the target's place when all went well."""
        with _errors(self.system, self.shown):
            if self.system.isdir(self.path):
                raise ParquetError(f"{self.shown} is a folder; name a file")
            with self._workplace() as folder:
                new = folder / _NEW.format(name=_stem(self._name), unique=uuid.uuid4().hex[:8])
                try:
                    with new.open("wb") as file:
                        yield file
                        _sync(file)
                    self._put_file(new)
                finally:
                    new.unlink(missing_ok=True)

    @contextlib.contextmanager
    def new_folder(self) -> Iterator[Folder]:
        """Make a folder to fill that takes the target's place when all went well."""
        with _errors(self.system, self.shown):
            if self.system.isfile(self.path):
                raise ParquetError(f"{self.shown} is a file; a dataset needs a folder")
            if not self._is_local and self.system.exists(self.path) and self.system.find(self.path):
                # An object store renames nothing: for a while, readers would meet rows of both datasets.
                raise ParquetError(f"{self.shown} exists; delete it first, or write to another place")
            with self._workplace() as folder:
                new = folder / _NEW.format(name=_stem(self._name), unique=uuid.uuid4().hex[:8])
                new.mkdir()
                try:
                    yield Folder(new)
                    self._put_folder(new)
                finally:
                    shutil.rmtree(new, ignore_errors=True)

    def files(self) -> list[File]:
        """Return the Parquet files at the target: itself, or those below it.

        Raises:
            ParquetError: there are none.
        """
        with _errors(self.system, self.shown):
            if self.system.isfile(self.path):
                return [File(self.system, self.path)]
            found = sorted(each for each in self.system.find(self.path) if each.endswith(".parquet"))
        if not found:
            raise ParquetError(f"there is no Parquet file at {self.shown}")
        return [File(self.system, each) for each in found]

    @property
    def _is_local(self) -> bool:
        return isinstance(self.system, LocalFileSystem)

    @property
    def _name(self) -> str:
        return self.path.rstrip("/").rpartition("/")[2] or "root"

    @contextlib.contextmanager
    def _workplace(self) -> Iterator[Path]:
        """Give the folder in which to make what is new: next to a local target, so that renaming moves no bytes."""
        if self._is_local:
            parent = Path(self.path).parent
            parent.mkdir(parents=True, exist_ok=True)
            _remove_abandoned(parent, _stem(self._name))
            yield parent
        else:
            with tempfile.TemporaryDirectory() as folder:
                yield Path(folder)

    def _put_file(self, new: Path) -> None:
        if self._is_local:
            new.replace(self.path)
            _sync_folder(new.parent)
        else:
            # One upload of a whole file: object stores show it when it has come to its end.
            self.system.put_file(str(new), self.path)

    def _put_folder(self, new: Path) -> None:
        if not self._is_local:
            for file in sorted(each for each in new.rglob("*") if each.is_file()):
                self.system.put_file(str(file), f"{self.path.rstrip('/')}/{file.relative_to(new).as_posix()}")
            return
        target = Path(self.path)
        _swap_in_turn(new, target)
        _sync_folder(target.parent)
        shutil.rmtree(_old(target), ignore_errors=True)


@contextlib.contextmanager
def _errors(system: Any, shown: str) -> Iterator[None]:  # noqa: ANN401 - fsspec has no types
    """Turn what goes wrong at a place into one line that names it."""
    try:
        yield
    except ParquetError:
        raise
    except Exception as problem:
        # Stores fail with their libraries' own errors: no credentials, no such host.
        if isinstance(system, LocalFileSystem) and not isinstance(problem, OSError):
            raise
        reason = getattr(problem, "strerror", None) or str(problem) or type(problem).__name__
        if not isinstance(system, LocalFileSystem) and getattr(problem, "errno", None) in _FULL:
            # Not the store's disk: here, files are made before they are sent there.
            reason += f" in {tempfile.gettempdir()}; make room there, or name another folder in TMPDIR"
        raise ParquetError(f"cannot use {shown}: {reason}") from problem


def _real(path: str, shown: str) -> str:
    """Return a local path with its links followed, so that what they point to is replaced, not they."""
    try:
        real = os.path.realpath(path)
    except ValueError as problem:  # a null character
        raise ParquetError(f"cannot use {shown!r}: {problem}") from None
    if not Path(real).name:
        raise ParquetError(f"{shown} is no place for a file or a dataset")
    return real


def _stem(name: str) -> str:
    """Return a name, or what stands for it alone, short enough to be part of another."""
    encoded = name.encode()
    return name if len(encoded) <= _LONGEST_STEM else hashlib.sha256(encoded).hexdigest()


def _old(target: Path) -> Path:
    return target.with_name(_OLD.format(name=_stem(target.name)))


def _swap_in_turn(new: Path, target: Path) -> None:
    """Put a folder in the place of another, though other processes may be doing so at the same time."""
    for _ in range(_SWAPS - 1):
        with _only_overtaken():
            return _swap(new, target)
    return _swap(new, target)


@contextlib.contextmanager
def _only_overtaken() -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        if problem.errno not in _OVERTAKEN:
            raise


def _swap(new: Path, target: Path) -> None:
    """Put a folder in the place of another, which is then beside it."""
    if target.exists():
        old = _old(target)
        shutil.rmtree(old, ignore_errors=True)  # left by a write that was killed after its swap
        target.rename(old)
    # Killed between these two, the target is missing and the old folder waits beside it: `_finish_swap`.
    new.rename(target)


def _finish_swap(target: Path) -> None:
    """Put an old folder back in its place after a write that was killed between two renames."""
    old = _old(target)
    # Another process may be doing the same, or not allow it: whoever needs the target will say that it is missing.
    with contextlib.suppress(OSError):
        if old.is_dir() and not target.exists():
            old.rename(target)


def _remove_abandoned(folder: Path, stem: str) -> None:
    """Remove what killed writes of a target have left, so that a disk does not fill up unseen."""
    latest = time.time() - _ABANDONED
    new = re.compile(re.escape(_NEW.format(name=stem, unique="UNIQUE")).replace("UNIQUE", "[0-9a-f]{8}"))
    for each in [each for each in folder.iterdir() if new.fullmatch(each.name)]:
        # Another process may be removing it, or not allow it; it is in nobody's way.
        with contextlib.suppress(OSError):
            if max(inner.lstat().st_mtime for inner in (each, *each.rglob("*"))) > latest:
                continue
            shutil.rmtree(each) if each.is_dir() else each.unlink()


def _sync(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make a rename last through a power cut, where the system lets a folder be synced."""
    if os.name == "posix":  # pragma: no branch - Windows syncs no folders
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
