"""Where a mirror lies: a folder or a URL with a table for each list, and the lock that one sync at a time holds."""

from __future__ import annotations

import os
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

from galtea_frames.api.resources import RESOURCES
from galtea_frames.errors import MirrorError
from galtea_frames.mirror.damage import mirror_errors
from galtea_frames.mirror.delta import StoredTable
from galtea_frames.mirror.lists import DEFAULT_LISTS, mirrored_lists
from galtea_frames.mirror.local_folder import LOCK, LocationError, check_folder, check_lock, check_table, folder_at
from galtea_frames.printable import listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from galtea_frames.api.resource import Resource

_NAMED = 10


class Location:
    """A mirror's folder or URL.

    Args:
        path: as the caller gave it.

    Attributes:
        display: the path, for messages.

    Raises:
        MirrorError: the path cannot be used, or a package that mirrors need is not installed.
    """

    def __init__(self, path: object) -> None:
        if not isinstance(path, str | os.PathLike) or not isinstance(os.fspath(path), str):
            raise LocationError(f"the path of a mirror must be text or a Path, not {path!r}")
        self.display: str = os.fspath(path)
        names = list(RESOURCES)
        self._folder = None if "://" in self.display else folder_at(self.display, names)
        # A folder named by a URL is checked, but not locked.
        local = self.display.startswith("file://")
        self._seen = folder_at(url2pathname(urlsplit(self.display).path), names) if local else self._folder
        _require("deltalake", "filelock")

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other syncs away. There is no lock at a URL: of two syncs, the first to commit stops the other.

        Raises:
            MirrorError: another sync is running, or the folder cannot be written.
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
            raise MirrorError(f"{self.display}: another sync is running; wait until it finishes") from None
        except OSError as problem:
            raise MirrorError(f"{self.display} cannot be written: {problem.strerror}") from problem
        try:
            yield
        finally:
            lock.release()

    def check_synced(self) -> None:
        """Refuse a location without a mirror, so that no lock file is left there.

        Raises:
            MirrorError: there is no mirror, nor one that is being made.
        """
        if self._folder is None or not (self._folder / LOCK).exists():
            self.stored_tables()

    def table(self, resource: Resource, as_of: int | datetime | None = None) -> StoredTable:
        """Return a table as it is, or as it was at a version or time.

        Raises:
            MirrorError: there is no mirror, it did not exist yet, or it cannot be read.
        """
        table = self._found(resource)
        if table is None:
            self.stored_tables()
            raise self.without(resource)
        if as_of is not None:
            table.as_of(as_of)
        return table

    def stored_tables(self) -> list[StoredTable]:
        """Return the tables that exist.

        Raises:
            MirrorError: there is none, or one cannot be read.
        """
        stored = [each for each in map(self._found, mirrored_lists()) if each is not None]
        if not stored and self._is_just_begun():
            raise self.incomplete()
        if not stored:
            raise MirrorError(f"{self.display} is not a mirror; `galtea-frames sync {self.display}` makes one")
        return stored

    def tables(
        self, scope: tuple[str, ...] | None, lists: Collection[str] = ()
    ) -> tuple[list[StoredTable], tuple[str, ...] | None]:
        """Return the tables to sync, made or not, and the scope that they are to have.

        Args:
            scope: the products that the caller names; None if none.
            lists: the lists that the mirror is to hold too.

        Raises:
            MirrorError: the mirror has another scope, the folder holds other things, or it cannot be read or written.
        """
        there = self._seen is not None and check_folder(self._seen, self.display)
        found = {each.name: self._found(each) for each in mirrored_lists()}
        stored = [each for each in found.values() if each is not None]
        if there and not stored:
            self._check_empty()
        wanted = stored[0].scope if stored and scope is None else scope
        others = [each.scope for each in stored if each.scope != wanted]
        # A first sync that found nothing, usually because a product id was mistyped, does not fix the scope.
        if others and any(each.rows(columns=["id"]).num_rows for each in stored):
            raise MirrorError(f"{self.display} holds {_products(others[0])}, not {_products(wanted)}")
        tables = [
            found[each.name] or StoredTable(each, self.display, wanted, self._address(each))
            for each in mirrored_lists()
            if found[each.name] or each.name in (*DEFAULT_LISTS, *lists)
        ]
        for each in () if self._seen else tables:
            if not each.is_blank():
                raise LocationError(
                    f"{self.display}/{each.resource.name} is neither a mirror's nor empty; name another URL"
                )
        return tables, wanted

    def incomplete(self) -> MirrorError:
        """Return the error for a mirror whose first sync has not finished."""
        return MirrorError(f"{self.display} is not complete: its first sync has not finished; run the sync again")

    def check_holds(self, resources: Sequence[Resource]) -> None:
        """Check that lists are stored.

        Raises:
            MirrorError: there is no mirror, or it does not hold all of them; the message says how to add them.
        """
        held = {each.resource.name for each in self.stored_tables()}
        if missing := [each for each in resources if each.name not in held]:
            raise self.without(*missing)

    def without(self, *resources: Resource) -> MirrorError:
        """Return the error for lists that are not stored, though others are."""
        names = [each.name for each in resources]
        added = "".join(f" --list {name}" for name in names if name not in DEFAULT_LISTS)
        return MirrorError(
            f"{self.display} holds no {', '.join(names)} yet; run `galtea-frames sync {self.display}{added}`"
        )

    def _is_just_begun(self) -> bool:
        """Tell whether a sync has started here but has not stored anything yet."""
        folder = self._folder
        return (
            folder is not None and (folder / LOCK).exists() and not any((folder / name).exists() for name in RESOURCES)
        )

    def _found(self, resource: Resource) -> StoredTable | None:
        """Return a table, None if there is none; a folder that must not be opened is refused."""
        with mirror_errors(self.display):
            if self._seen is not None and not check_table(self._seen / resource.name, self.display):
                return None
        return StoredTable.at(self._address(resource), self.display, resource)

    def _check_empty(self) -> None:
        """Refuse a folder that holds other things: a mistyped path must not scatter tables there."""
        assert self._seen is not None  # noqa: S101 - the caller has checked
        known = {LOCK, *RESOURCES}
        if any(each.name not in known for each in self._seen.iterdir()):
            raise LocationError(f"{self.display} is neither a mirror nor empty; name a new folder")

    def _address(self, resource: Resource) -> str:
        root = self.display.rstrip("/") if self._folder is None else self._folder
        return f"{root}/{resource.name}"


def _products(scope: tuple[str, ...] | None) -> str:
    if scope is None:
        return "all products"
    return f"the products {listed(scope, _NAMED)}"


def _require(*packages: str) -> None:
    """Raise if a package of the extra is not installed."""
    for name in packages:
        try:
            import_module(name)
        except ImportError:
            raise MirrorError(f"a mirror needs {name}: pip install 'galtea-frames[mirror]'") from None
