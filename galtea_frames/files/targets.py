"""Targets of reads and writes: local paths and URLs, written so that readers see the old or the complete new file."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any

import fsspec
import pyarrow as pa
from fsspec.implementations.local import LocalFileSystem

from galtea_frames.errors import GalteaFramesError, GalteaFramesWarning, ParquetError, warn
from galtea_frames.files.ownership import DATASET, check_replaceable
from galtea_frames.files.seals import listed
from galtea_frames.files.staging import StagingFolder, put_back, remove_abandoned, waiting
from galtea_frames.paths import check_writable, contains_cwd, real, special
from galtea_frames.printable import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from os import PathLike

    from galtea_frames.files.ownership import Kind

_EXTRAS = {"s3": "s3", "s3a": "s3", "gs": "gcs", "gcs": "gcs", "abfs": "azure", "abfss": "azure", "az": "azure"}

#: The errors of a full disk or an exceeded quota.
_FULL = {errno.ENOSPC, errno.EDQUOT}


@dataclass(frozen=True)
class FileKind:
    """A kind of file, which replaces only files of the same kind.

    Attributes:
        name: what messages call it.
        suffixes: the endings of its file names; the first is the one that messages suggest.
        magic: the first bytes of its files, if they identify the kind; then a name may also have no suffix.
    """

    name: str
    suffixes: tuple[str, ...]
    magic: bytes | None = None

    def has_name(self, name: str) -> bool:
        """Return whether a file of this kind may have this name."""
        last = PurePosixPath(name)
        return last.name.lower().endswith(self.suffixes) or (self.magic is not None and not last.suffix)

    def may_replace(self, file: Path) -> bool:
        """Return whether the file is of this kind by its suffix or content, or is empty or missing."""
        if not file.exists() or file.name.lower().endswith(self.suffixes):
            return True
        with file.open("rb") as opened:
            return opened.read(len(self.magic or b" ")) in {b"", self.magic}


PARQUET = FileKind("Parquet file", (".parquet", ".pq"), b"PAR1")


@dataclass(frozen=True)
class File:
    """A file to read.

    Attributes:
        system: the fsspec file system.
        path: the path within it.
        name: the path below the target if that is a folder, else empty.
    """

    system: Any
    path: str
    name: str

    @contextlib.contextmanager
    def open(self) -> Iterator[Any]:
        """Open the file for reading; local ones with Arrow's own reader.

        Raises:
            ParquetError: it cannot be read.
        """
        with _errors(self.system, self.path):
            local = isinstance(self.system, LocalFileSystem)
            with pa.OSFile(self.path) if local else self.system.open(self.path, "rb") as opened:
                yield opened


@dataclass(frozen=True)
class Folder:
    """A folder being filled; it replaces its target when all files are complete."""

    path: Path

    @contextlib.contextmanager
    def new_file(self, name: str) -> Iterator[IO[bytes]]:
        """Open a file of the folder for writing; the name may contain folders."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            yield file
            _sync(file)

    def files(self) -> set[str]:
        """Return the paths of its files, as the file system spells them."""
        return {each.relative_to(self.path).as_posix() for each in self.path.rglob("*") if each.is_file()}

    def listed(self) -> dict[str, list[int | str]]:
        """Return the size and digest of each of its files."""
        return listed(self.path, self.files())


@dataclass(frozen=True)
class Target:
    """A local path or a URL to write to or read from.

    Attributes:
        system: the fsspec file system.
        path: the path within it.
        display: the path as given by the caller, for messages.
    """

    system: Any
    path: str
    display: str

    @classmethod
    def at(cls, path: str | PathLike[str]) -> Target:
        """Return the target that a path or URL names.

        Raises:
            ParquetError: the kind of URL is unknown, or its extra is not installed.
        """
        display = _text(path)
        scheme = display.partition("://")[0] if "://" in display else ""
        try:
            system, inner = fsspec.core.url_to_fs(display)
        except ImportError:
            extra = _EXTRAS.get(scheme)
            advice = f": pip install 'galtea-frames[{extra}]'" if extra else ""
            raise ParquetError(f"{scheme}:// needs a package that is not installed{advice}") from None
        except ValueError as problem:
            raise ParquetError(f"cannot use {display}: {problem}") from None
        if isinstance(system, LocalFileSystem):
            inner = _local(inner, display)
        else:
            # fsspec's cached listing may be older than what another process has written since.
            system.invalidate_cache()
        return cls(system, inner, display)

    def check_file(self, kind: FileKind = PARQUET) -> None:
        """Refuse a target that no file of this kind can be written to, before anything is fetched.

        Raises:
            ParquetError: the name has another suffix, something else is there, or it cannot be written.
        """
        advice = f"name one that ends in {kind.suffixes[0]}"
        self._check_name(kind.has_name(self.display), f"{kind.name}; {advice}")
        with _errors(self.system, self.display):
            if self.system.isdir(self.path) or self.display.endswith(("/", os.sep)):
                raise ParquetError(f"{self.display} is a folder; name a file, or columns to partition by")
            if self._is_local:
                check_writable(Path(self.path))
                if not kind.may_replace(Path(self.path)):
                    raise ParquetError(f"{self.display} is a file of another kind; {advice}")

    def check_folder(self, kind: Kind) -> None:
        """Refuse a target whose replacement would lose anything of the user's, before anything is fetched.

        Raises:
            ParquetError, ReportError: it holds anything other than a folder of this kind that this package wrote, it
                is the current folder or above it, or it cannot be written.
        """
        if kind is DATASET or self.display == "-":
            self._check_name(PARQUET.has_name(self.display), f"{kind.name}; name a folder")
        with _errors(self.system, self.display):
            if self.system.isfile(self.path):
                raise ParquetError(f"{self.display} is a file; a {kind.name} needs a folder")
            if self._is_local:
                self._check_replaceable(Path(self.path), kind)
            elif self.system.exists(self.path) and self.system.find(self.path):
                # Object stores cannot rename: for a while, readers would see rows of both datasets.
                raise ParquetError(f"{self.display} exists; delete it first, or write to another place")

    @contextlib.contextmanager
    def new_file(self, kind: FileKind = PARQUET) -> Iterator[IO[bytes]]:
        """Open a file for writing that replaces the target if all goes well."""
        self.check_file(kind)
        with _errors(self.system, self.display), self._staging() as staging:
            with staging.whole.open("wb") as file:
                yield file
                _sync(file)
            if self._is_local:
                self._warn(kept=staging.put_file(Path(self.path)))
            else:
                # One upload of a whole file: object stores show it when it has come to its end.
                self.system.put_file(str(staging.whole), self.path)

    @contextlib.contextmanager
    def new_folder(self, kind: Kind) -> Iterator[Folder]:
        """Make a folder to fill that replaces the target if all goes well."""
        if self._is_local:
            put_back(Path(self.path))
        self.check_folder(kind)
        with _errors(self.system, self.display), self._staging() as staging:
            staging.whole.mkdir()
            folder = Folder(staging.whole)
            yield folder
            if self._is_local:
                self._warn(kept=staging.put_folder(Path(self.path), self._refusal(kind)))
                return
            for name in sorted(folder.files()):
                self.system.put_file(str(staging.whole / name), f"{self.path.rstrip('/')}/{name}")

    def files(self) -> list[File]:
        """Return the Parquet files at the target: itself, or those below it that engines do not ignore.

        Raises:
            ParquetError: there are none.
        """
        with _errors(self.system, self.display):
            if self.system.isfile(self.path):
                return [File(self.system, self.path, "")]
            # A write that was killed between its two renames has left the old folder beside the target.
            root = str((self._is_local and waiting(Path(self.path))) or self.path).rstrip("/")
            below = [(each, each[len(root) + 1 :]) for each in sorted(self.system.find(root))]
            found = [
                File(self.system, each, name)
                for each, name in below
                if name.endswith((".parquet", ".pq")) and not _passed_over(name) and self.system.isfile(each)
            ]
        if not found:
            raise ParquetError(f"there is no Parquet file at {self.display}")
        return found

    @property
    def _is_local(self) -> bool:
        return isinstance(self.system, LocalFileSystem)

    def _check_name(self, is_possible: bool, wanted: str) -> None:
        if self.display == "-" or not is_possible:
            raise ParquetError(f"{self.display} is no name of a {wanted}")

    def _check_replaceable(self, folder: Path, kind: Kind) -> None:
        check_writable(folder)
        if folder.is_dir():
            check_replaceable(folder, kind, self.display)
            if contains_cwd(folder):
                raise kind.error(f"{self.display} is the current folder, or one above it; name another folder")

    def _warn(self, *, kept: bool) -> None:
        if not kept:
            warn(
                f"{self.display} has another owner or group than before, for only its owner may give it back;"
                " rights of the old group were not given to another",
                GalteaFramesWarning,
            )

    def _refusal(self, kind: Kind) -> Callable[[Path], None]:
        """Return the function that refuses a folder with anything that is not of this kind."""
        return lambda folder: check_replaceable(folder, kind, self.display)

    @contextlib.contextmanager
    def _staging(self) -> Iterator[StagingFolder]:
        """Yield a staging folder: beside a local target, so that renaming moves no bytes."""
        if self._is_local:
            target = Path(self.path)
            target.parent.mkdir(parents=True, exist_ok=True)
            remove_abandoned(target)
            with StagingFolder.beside(target) as staging:
                yield staging
        else:
            with tempfile.TemporaryDirectory() as folder:
                yield StagingFolder(Path(folder))


@contextlib.contextmanager
def _errors(system: Any, display: str) -> Iterator[None]:  # noqa: ANN401 - fsspec has no types
    """Turn any error at a target into a ParquetError of one line that names it."""
    try:
        yield
    except GalteaFramesError:
        raise
    except Exception as problem:
        # Object stores raise errors of their own libraries: no credentials, no such host.
        if isinstance(system, LocalFileSystem) and not isinstance(problem, OSError):
            raise
        reason = getattr(problem, "strerror", None) or str(problem) or type(problem).__name__
        if not isinstance(system, LocalFileSystem) and getattr(problem, "errno", None) in _FULL:
            # Not the store's disk: files are written here before they are uploaded.
            reason += f" in {tempfile.gettempdir()}; make room there, or name another folder in TMPDIR"
        raise ParquetError(f"cannot use {display}: {reason}") from problem


def _text(path: Any) -> str:  # noqa: ANN401 - checked here
    display = os.fspath(path) if isinstance(path, str | os.PathLike) else None
    if not isinstance(display, str) or not display:
        raise ParquetError(f"a path is text or a pathlib.Path, not {quoted(path)}")
    return display


def _local(path: str, display: str) -> str:
    """Return a local path with its links resolved, if it can be that of a file or folder."""
    if (what := special(path)) is not None:
        raise ParquetError(f"{display} is {what}; name a file or a folder")
    try:
        found = real(path)
    except OSError as problem:
        raise ParquetError(f"cannot use {display}: {problem.strerror}") from None
    except ValueError as problem:  # a null character, or half a surrogate pair
        raise ParquetError(f"cannot use {display!r}: {problem}") from None
    if not Path(found).name:
        raise ParquetError(f"{display} is no place for a file or a dataset")
    return found


def _passed_over(name: str) -> bool:
    """Tell whether engines ignore a path below a dataset: logs, checksums, unfinished files."""
    return any(part.startswith(".") or (part.startswith("_") and "=" not in part) for part in name.split("/"))


def _sync(file: IO[bytes]) -> None:
    file.flush()
    os.fsync(file.fileno())
