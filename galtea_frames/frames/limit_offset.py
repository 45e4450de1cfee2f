"""`limit` and `offset`: selects the rows of the result before they are parsed.

A frame only has the columns of its own rows. So each row is kept as raw bytes until its position in the order is known,
and is parsed only if that position is in the result.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from galtea_frames.api.times import instant
from galtea_frames.decoding.gatherer import declared_arrays
from galtea_frames.frames.frame import sorted_table

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from galtea_frames.api.page import Page
    from galtea_frames.api.query import Query
    from galtea_frames.decoding.raw_rows import Raw

#: The column with the number of a pending row.
_NUMBER = "#"

#: How many surplus rows may be pending before they are pruned.
_SPARE = 10_000


class RowSelector:
    """Takes the rows that a query selects, and returns those within `limit` and `offset`.

    Args:
        query: defines the order, `limit` and `offset`.
        ascending: rows arrive by creation time and the result is in the same order; then positions are known as rows
            arrive, and few rows are pending.
    """

    def __init__(self, query: Query, *, ascending: bool) -> None:
        self._query = query
        self._ascending = ascending
        self._keys: list[pa.Table] = []
        self._raws: dict[int, bytes] = {}
        self._came = 0
        self._passed = 0

    def add(self, page: Page[Any], skip: Collection[int]) -> list[Raw]:
        """Take the rows of a page except those numbered in `skip`; return the rows now known to be in the result.

        Args:
            page: a page with `RawRows`.
            skip: numbers of the rows to skip; not of all.
        """
        kept = [number for number in range(len(page.ids)) if number not in skip]
        numbers = range(self._came, self._came + len(kept))
        self._came += len(kept)
        raws = page.rows.raws  # the page was opened unread
        self._raws.update({number: bytes(raws[index]) for number, index in zip(numbers, kept, strict=True)})
        keys = pa.table(declared_arrays(self._query.resource, self._sorted_by(page)))
        self._keys.append(keys.take(pa.array(kept, pa.int64())).append_column(_NUMBER, pa.array(numbers)))
        if self._ascending:
            # Not those up to the page's last row: rows of that time may be skipped now, and come with a later page.
            return self._release(instant(page.created[kept[-1]]))
        return self._drop_beyond() if len(self._raws) > 2 * self._most + _SPARE else []

    def rest(self) -> list[Raw]:
        """Return the pending rows that are in the result, after the last page."""
        return self._release(None) if self._keys else []

    @property
    def _most(self) -> int:
        """The number of leading positions that matter."""
        return self._query.offset + (self._query.limit or 0)

    def _sorted_by(self, page: Page[Any]) -> dict[str, Sequence[Any]]:
        """Return the fields that the rows are sorted by."""
        fields: dict[str, Sequence[Any]] = {"id": page.ids, "createdAt": page.created}
        wanted = {name for name, _ in self._query.sort}
        further = [each.api for each in self._query.resource.columns if each.name in wanted and each.api not in fields]
        return fields | dict(zip(further, page.rows.values(*further), strict=True)) if further else fields

    def _sorted(self) -> pa.Table:
        return sorted_table(pa.concat_tables(self._keys), self._query.sort)

    def _release(self, before: int | None) -> list[Raw]:
        """Release the rows created before a time, given that no earlier row will arrive; None releases all rows."""
        table = self._sorted()
        going = table.num_rows
        if before is not None:
            going = pc.sum(pc.less(table.column("created_at").cast(pa.int64()), before)).as_py() or 0
        start = min(going, max(0, self._query.offset - self._passed))
        left = going if self._query.limit is None else max(0, self._most - self._passed)
        self._passed += going
        self._keys = [table.slice(going)]
        return self._taken(table.slice(0, going), start, min(going, left))

    def _drop_beyond(self) -> list[Raw]:
        """Release the rows beyond the leading positions; the rows at these are not final yet."""
        table = self._sorted()
        self._keys = [table.slice(0, self._most)]
        beyond = table.slice(self._most)
        return self._taken(beyond, 0, beyond.num_rows if self._query.limit is None else 0)

    def _taken(self, table: pa.Table, start: int, end: int) -> list[Raw]:
        """Return the rows from one position to another, and discard the whole table."""
        raws = [self._raws.pop(number) for number in table.column(_NUMBER).to_pylist()]
        return list(raws[start:end])
