"""Where a mirror lies: a folder or a URL with its two tables, and the lock that one sync at a time holds."""

from __future__ import annotations

import re
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from galtea_frames.delta import StoredTable
from galtea_frames.errors import MirrorError
from galtea_frames.resources import SESSIONS, VERSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from galtea_frames.resources import Resource

#: Held while a sync is at work. The system lets go of it when the process dies, however it dies.
_LOCK = ".sync.lock"

#: What deltalake 1.6.6 fails at in the path of a folder, with a panic or a file that it does not find again.
_UNUSABLE = re.compile(r"[\[\]]|%[0-9A-Fa-f]{2}")


class Place:
    """A mirror's folder or URL.

    Args:
        shown: as the caller gave it, and as messages show it.

    Raises:
        MirrorError: the path cannot be used, or a package that mirrors need is not installed.
    """

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self._folder = None if "://" in shown else Path(shown).expanduser().absolute()
        if self._folder is not None and _UNUSABLE.search(str(self._folder)):
            raise MirrorError(
                f"{self._folder}: Delta Lake's library takes no [, ] or %20 in a path; name another folder"
            )
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
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            lock = filelock.FileLock(self._folder / _LOCK, timeout=0)
            lock.acquire()
        except filelock.Timeout:
            raise MirrorError(f"{self.shown}: another sync is at work; wait for its end") from None
        except OSError as problem:
            raise MirrorError(f"{self.shown} cannot be written: {problem.strerror}") from problem
        try:
            yield
        finally:
            lock.release()

    def table(self, resource: Resource, as_of: int | datetime | None = None) -> StoredTable:
        """Return a table as it is, or as it was.

        Raises:
            MirrorError: there is no mirror, it was not there yet, or it cannot be read.
        """
        table = StoredTable.at(self._address(resource), self.shown, resource)
        if table is None:
            raise MirrorError(f"{self.shown} is not a mirror; `galtea-frames sync {self.shown}` makes one")
        if as_of is not None:
            table.as_of(as_of)
        return table

    def tables(self, scope: tuple[str, ...] | None) -> tuple[StoredTable, StoredTable]:
        """Return the tables of sessions and versions, having made those that are missing.

        Raises:
            MirrorError: the mirror has another scope, the folder holds other things, or it cannot be read or written.
        """
        found = {each: StoredTable.at(self._address(each), self.shown, each) for each in (VERSIONS, SESSIONS)}
        stored = [each for each in found.values() if each is not None]
        if not stored:
            self._check_empty()
        elif scope is not None and scope != stored[0].scope:
            raise MirrorError(f"{self.shown} holds {_products(stored[0].scope)}, not {_products(scope)}")
        scope = stored[0].scope if stored else scope
        versions, sessions = (
            table or StoredTable.create(self._address(each), self.shown, each, scope) for each, table in found.items()
        )
        return sessions, versions

    def _check_empty(self) -> None:
        """Refuse a folder with other things in it: a slip in the path must not strew tables there."""
        known = {_LOCK, SESSIONS.name, VERSIONS.name}
        if self._folder is not None and any(each.name not in known for each in self._folder.iterdir()):
            raise MirrorError(f"{self.shown} is not a mirror, but not empty either; name a new folder")

    def _address(self, resource: Resource) -> str:
        root = self.shown.rstrip("/") if self._folder is None else self._folder
        return f"{root}/{resource.name}"


def _products(scope: tuple[str, ...] | None) -> str:
    return "all products" if scope is None else f"the products {', '.join(scope)}"


def _require(*packages: str) -> None:
    """Refuse to begin without a package of the extra."""
    for name in packages:
        try:
            import_module(name)
        except ImportError:
            raise MirrorError(f"a mirror needs {name}: pip install 'galtea-frames[mirror]'") from None
