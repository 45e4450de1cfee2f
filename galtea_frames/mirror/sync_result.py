"""What a sync changed, list by list."""

from __future__ import annotations

from dataclasses import dataclass

from galtea_frames.printable import html_table


@dataclass(frozen=True)
class ListChanges:
    """What a sync did to one list.

    Attributes:
        new: rows that were not stored before.
        changed: rows whose values have changed, or that were marked as removed.
        removed: rows that the API no longer serves.
        rows: rows stored now, without those removed.
    """

    new: int
    changed: int
    removed: int
    rows: int


@dataclass(frozen=True)
class SyncResult:
    """What a sync did.

    Attributes:
        new: sessions that were not stored before.
        changed: sessions whose values have changed, or that were marked as removed.
        removed: sessions that the API no longer serves.
        rows: sessions stored now, without those removed.
        versions: versions stored now, without those removed.
        requests: requests sent, repeated ones included.
        seconds: how long it took.
        lists: the changes of each list, by its name.
    """

    new: int
    changed: int
    removed: int
    rows: int
    versions: int
    requests: int
    seconds: float
    lists: dict[str, ListChanges]

    def _repr_html_(self) -> str:
        rows: dict[str, object] = {
            name: f"{each.new:,} new, {each.changed:,} changed, {each.removed:,} removed; now {each.rows:,}"
            for name, each in self.lists.items()
        }
        return html_table(rows | {"requests": f"{self.requests:,} in {self.seconds:.1f} s"})
