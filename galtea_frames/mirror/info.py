"""What is in a mirror: how much, of which time, how fresh and how large."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from galtea_frames.api.resource import STATUS
from galtea_frames.api.resources import RESOURCES, SESSIONS, VERSIONS
from galtea_frames.api.times import as_datetime
from galtea_frames.mirror.lists import DEFAULT_LISTS
from galtea_frames.mirror.rows import PRESENT, REMOVED_AT, pending_in
from galtea_frames.printable import html_table, printable

if TYPE_CHECKING:
    from datetime import datetime

    from galtea_frames.api.resource import Resource
    from galtea_frames.mirror.delta import StoredTable
    from galtea_frames.mirror.location import Location


_MEGABYTE = 1_000_000


@dataclass(frozen=True)
class ListInfo:
    """What is stored of one list.

    Attributes:
        rows: rows, without those removed.
        pending: those of them that each sync fetches again, because their status is not final.
        removed: rows that the API no longer serves.
        version: the version of the table, for `as_of`.
    """

    rows: int
    pending: int
    removed: int
    version: int


@dataclass(frozen=True)
class MirrorInfo:
    """What is in a mirror.

    Attributes:
        product_ids: the products that it holds; None for all that its key may see.
        complete: whether the first sync of each list has finished.
        synced_at: when the last sync began that has finished for all lists.
        rows: sessions, without those removed.
        pending: sessions that each sync fetches again, because they are neither COMPLETED nor FAILED.
        removed: sessions that the API no longer serves.
        versions: versions, without those removed.
        oldest: when the first session began.
        newest: when the last session began.
        files: how many files hold the rows.
        bytes: the size of these files.
        sessions_version: the version of the table of sessions, for `as_of`.
        versions_version: the version of the table of versions.
        lists: what is stored of each list, by its name.
    """

    product_ids: tuple[str, ...] | None
    complete: bool
    synced_at: datetime | None
    rows: int
    pending: int
    removed: int
    versions: int
    oldest: datetime | None
    newest: datetime | None
    files: int
    bytes: int
    sessions_version: int
    versions_version: int
    lists: dict[str, ListInfo]

    def _repr_html_(self) -> str:
        return html_table(described(self))


def described(info: MirrorInfo) -> dict[str, str]:
    """Return what is in a mirror in words, each under its title."""
    span = "none yet" if info.oldest is None else f"{_seconds(info.oldest)} to {_seconds(info.newest)}"
    synced = _seconds(info.synced_at) if info.complete else "not complete: the first sync did not finish; run it again"
    others = [name for name in info.lists if name not in DEFAULT_LISTS]
    versions = {"sessions": info.sessions_version, "versions": info.versions_version}
    versions |= {name: info.lists[name].version for name in others}
    return {
        "sessions": f"{info.rows:,}, of which {info.pending:,} are not final; {info.removed:,} more were removed",
        "span": span,
        "versions": f"{info.versions:,}",
        **{name: _counts(info.lists[name], RESOURCES[name]) for name in others},
        "products": "all" if info.product_ids is None else printable(", ".join(info.product_ids)),
        "synced": synced,
        "size": f"{info.bytes / _MEGABYTE:,.1f} MB in {info.files:,} files",
        "tables": ", ".join(f"{name} at version {number}" for name, number in versions.items()),
    }


def _counts(info: ListInfo, resource: Resource) -> str:
    pending = f", of which {info.pending:,} are not final" if resource.final_statuses else ""
    return f"{info.rows:,}{pending}; {info.removed:,} more were removed"


def _seconds(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def collect_info(location: Location) -> MirrorInfo:
    """Return what is in the mirror at a location.

    Raises:
        MirrorError: there is no mirror, or it cannot be read.
    """
    tables = {each.resource.name: each for each in location.stored_tables()}
    for each in (SESSIONS, VERSIONS):
        if each.name not in tables:
            raise location.without(each)
    table = tables[SESSIONS.name]
    synced = [moment for each in tables.values() if (moment := each.synced_at) is not None]
    files = [size for each in tables.values() for size in each.files()]
    found = {name: _list_info(each) for name, each in tables.items()}
    lists = {name: each for name, (each, _) in found.items()}
    moments = found[SESSIONS.name][1]
    sessions, versions = lists[SESSIONS.name], lists[VERSIONS.name]
    return MirrorInfo(
        product_ids=table.scope,
        complete=len(synced) == len(tables),
        synced_at=as_datetime(min(synced)) if synced else None,
        rows=sessions.rows,
        pending=sessions.pending,
        removed=sessions.removed,
        versions=versions.rows,
        oldest=min(moments, default=None),
        newest=max(moments, default=None),
        files=len(files),
        bytes=sum(files),
        sessions_version=sessions.version,
        versions_version=versions.version,
        lists=lists,
    )


def _list_info(table: StoredTable) -> tuple[ListInfo, list[datetime]]:
    """Return what is stored of a list, and creation times that include the first and the last; in one scan."""
    rows = pending = removed = 0
    moments: list[datetime] = []
    is_pending = pending_in(table.resource)
    status = [each.name for each in table.resource.columns if each.api == STATUS]
    for batch in table.batches(None, ["created_at", REMOVED_AT, *status]):
        stored = pa.Table.from_batches([batch])
        present = stored.filter(PRESENT)
        rows += present.num_rows
        removed += stored.num_rows - present.num_rows
        pending += 0 if is_pending is None else stored.filter(is_pending).num_rows
        bounds = pc.min_max(present.column("created_at")).as_py()
        moments += [each for each in bounds.values() if each is not None]
    return ListInfo(rows, pending, removed, table.version), moments
