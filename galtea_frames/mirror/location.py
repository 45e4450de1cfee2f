"""Where a mirror lies: a folder or a URL with its two tables, and the lock that one sync at a time holds."""

from __future__ import annotations

import os
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

from galtea_frames.api.resources import SESSIONS, VERSIONS
from galtea_frames.errors import MirrorError
from galtea_frames.mirror.damage import mirror_errors
from galtea_frames.mirror.delta import StoredTable
from galtea_frames.mirror.local_folder import LOCK, LocationError, check_folder, check_lock, check_table, folder_at
from galtea_frames.printable import listed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from galtea_frames.api.resource import Resource

_TABLES = (VERSIONS, SESSIONS)

_NAMED = 10


class Location:
    """A mirror's folder or URL.

    Args:
        path: as the caller gave it.

    Attributes:
        display: the path as messages show it.

    Raises:
        MirrorError: the path cannot be used, or a package that mirrors need is not installed.
    """

    def __init__(self, path: object) -> None:
        if not isinstance(path, str | os.PathLike) or not isinstance(os.fspath(path), str):
            raise LocationError(f"a mirror lies in a folder or at a URL, which is text or a Path, not {path!r}")
        self.display: str = os.fspath(path)
        names = [each.name for each in _TABLES]
        self._folder = None if "://" in self.display else folder_at(self.display, names)
        # A folder that is named by a URL is looked at, but not locked.
        local = self.display.startswith("file://")
        self._seen = folder_at(url2pathname(urlsplit(self.display).path), names) if local else self._folder
        _require("deltalake", "filelock")

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other syncs away. At a URL there is no such lock: of two, the first to commit stops the other.

        Raises:
            MirrorError: another sync is at work, or the folder cannot be written.
        """
        if self._folder is None:
            yield
            return
        filelock = import_module("filelock")
        check_lock(self._folder, self.display)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = filelock.FileLock(self._folder / LOCK, timeout=0)
            lock.acquire()
        except filelock.Timeout:
            raise MirrorError(f"{self.display}: another sync is at work; wait for its end") from None
        except OSError as problem:
            raise MirrorError(f"{self.display} cannot be written: {problem.strerror}") from problem
        try:
            yield
        finally:
            lock.release()

    def check_synced(self) -> None:
        """Refuse a place where no sync has been or is at work, so that no lock is left there.

        Raises:
            MirrorError: there is no mirror, nor the lock of one that is being made.
        """
        if self._folder is None or not (self._folder / LOCK).exists():
            for each in (SESSIONS, VERSIONS):
                self.table(each)

    def table(self, resource: Resource, as_of: int | datetime | None = None) -> StoredTable:
        """Return a table as it is, or as it was.

        Raises:
            MirrorError: there is no mirror, it was not there yet, or it cannot be read.
        """
        table = self._found(resource)
        if table is None and self._is_just_begun():
            raise self.incomplete()
        if table is None:
            raise MirrorError(f"{self.display} is not a mirror; `galtea-frames sync {self.display}` makes one")
        if as_of is not None:
            table.as_of(as_of)
        return table

    def tables(self, scope: tuple[str, ...] | None) -> tuple[StoredTable, StoredTable, tuple[str, ...] | None]:
        """Return the tables of sessions and versions, of which any may not be made yet, and the scope they shall have.

        Raises:
            MirrorError: the mirror has another scope, the folder holds other things, or it cannot be read or written.
        """
        there = self._seen is not None and check_folder(self._seen, self.display)
        found = [self._found(each) for each in _TABLES]
        stored = [each for each in found if each is not None]
        if there and not stored:
            self._check_empty()
        wanted = stored[0].scope if stored and scope is None else scope
        others = [each.scope for each in stored if each.scope != wanted]
        # A first sync that found nothing, mostly of a product whose id was mistyped, binds the mirror to nothing.
        if others and any(each.rows(columns=["id"]).num_rows for each in stored):
            raise MirrorError(f"{self.display} holds {_products(others[0])}, not {_products(wanted)}")
        versions, sessions = (
            table or StoredTable(each, self.display, wanted, self._address(each))
            for table, each in zip(found, _TABLES, strict=True)
        )
        for each in () if self._seen else (versions, sessions):
            if not each.is_blank():
                raise LocationError(
                    f"{self.display}/{each.resource.name} is not a mirror's, but not empty either; name another URL"
                )
        return sessions, versions, wanted

    def incomplete(self) -> MirrorError:
        """Return the error that the first sync has not come to its end."""
        return MirrorError(f"{self.display} is not complete: its first sync has not come to an end; run it again")

    def _is_just_begun(self) -> bool:
        """Tell whether a sync has been there that came to store nothing."""
        folder = self._folder
        return (
            folder is not None
            and (folder / LOCK).exists()
            and not any((folder / each.name).exists() for each in _TABLES)
        )

    def _found(self, resource: Resource) -> StoredTable | None:
        """Return a table, None if there is none; what must not be opened is refused."""
        with mirror_errors(self.display):
            if self._seen is not None and not check_table(self._seen / resource.name, self.display):
                return None
        return StoredTable.at(self._address(resource), self.display, resource)

    def _check_empty(self) -> None:
        """Refuse a folder with other things in it: a slip in the path must not strew tables there."""
        assert self._seen is not None  # noqa: S101 - the caller looked
        known = {LOCK, *(each.name for each in _TABLES)}
        if any(each.name not in known for each in self._seen.iterdir()):
            raise LocationError(f"{self.display} is not a mirror, but not empty either; name a new folder")

    def _address(self, resource: Resource) -> str:
        root = self.display.rstrip("/") if self._folder is None else self._folder
        return f"{root}/{resource.name}"


def _products(scope: tuple[str, ...] | None) -> str:
    if scope is None:
        return "all products"
    return f"the products {listed(scope, _NAMED)}"


def _require(*packages: str) -> None:
    """Refuse to begin without a package of the extra."""
    for name in packages:
        try:
            import_module(name)
        except ImportError:
            raise MirrorError(f"a mirror needs {name}: pip install 'galtea-frames[mirror]'") from None
