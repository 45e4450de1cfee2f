"""What is in a mirror: how much, of which time, how fresh and how large."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from galtea_frames.api.resources import SESSIONS, VERSIONS
from galtea_frames.api.times import as_datetime
from galtea_frames.mirror.sync import PENDING, PRESENT

if TYPE_CHECKING:
    from datetime import datetime

    from galtea_frames.mirror.location import Location


@dataclass(frozen=True)
class MirrorInfo:
    """What is in a mirror.

    Attributes:
        product_ids: the products that it holds; None for all that its key may see.
        complete: whether its first sync came to an end.
        synced_at: when the last sync that came to its end began.
        rows: sessions, without those removed.
        pending: those of them that each sync asks for again, because they are neither COMPLETED nor FAILED.
        removed: sessions that the API served once.
        versions: versions, without those removed.
        oldest: when the first of the sessions began.
        newest: when the last of them began.
        files: how many files hold the rows.
        bytes: how large these are.
        sessions_version: the version of the table of sessions, for `as_of`.
        versions_version: the version of the table of versions.
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


def collect_info(location: Location) -> MirrorInfo:
    """Return what is in the mirror at a location.

    Raises:
        MirrorError: there is no mirror, or it cannot be read.
    """
    sessions, versions = location.table(SESSIONS), location.table(VERSIONS)
    span = pc.min_max(sessions.rows(PRESENT, ["created_at"]).column("created_at")).as_py()
    files = sessions.files() + versions.files()
    return MirrorInfo(
        product_ids=sessions.scope,
        complete=sessions.synced_at is not None,
        synced_at=None if sessions.synced_at is None else as_datetime(sessions.synced_at),
        rows=sessions.count(PRESENT),
        pending=sessions.count(PENDING),
        removed=sessions.count(~PRESENT),
        versions=versions.count(PRESENT),
        oldest=span["min"],
        newest=span["max"],
        files=len(files),
        bytes=sum(files),
        sessions_version=sessions.version,
        versions_version=versions.version,
    )
