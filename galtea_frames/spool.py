"""Gathered batches on disk, for results that are larger than memory should hold."""

from __future__ import annotations

import pickle
import tempfile
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Self

import pyarrow as pa
import pyarrow.compute as pc

from galtea_frames.frames import sorted_table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from galtea_frames.gather import Batch
    from galtea_frames.table import TableSchema

_CREATED = "createdAt"


@dataclass(frozen=True)
class _Entry:
    """Where a batch lies in the file, and the first creation time in it; None where it has a row without one."""

    first: int | None
    position: int


class Spool:
    """Batches in a file of the system's folder for temporary files, which goes when the spool is closed.

    The file has no name that another program could open.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the spool
        self._entries: list[_Entry] = []

    def append(self, batch: Batch) -> None:
        """Put a batch at the end."""
        self._entries.append(_Entry(_first(batch), self._file.tell()))
        pickle.dump(batch, self._file, protocol=5)

    def tables(self, schema: TableSchema) -> Iterator[pa.Table]:
        """Yield all rows by `created_at`, then `id`, in tables of about a batch each; at least one table."""
        entries = sorted(self._entries, key=lambda entry: entry.first or 0)
        rest = schema.table([])
        for entry, following in zip_longest(entries, entries[1:]):
            rest = sorted_table(pa.concat_tables([rest, schema.table([self._read(entry)])]), ())
            # What lies before the next batch's first row is in its place; later rows may have others among them.
            ready = rest.num_rows if following is None else _count_before(rest, following.first)
            yield rest.slice(0, ready)
            rest = rest.slice(ready)
        yield rest

    def _read(self, entry: _Entry) -> Batch:
        self._file.seek(entry.position)
        batch: Batch = pickle.load(self._file)  # noqa: S301 - written above, to a file that no one else can reach
        return batch

    def close(self) -> None:
        """Remove the file."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _first(batch: Batch) -> int | None:
    times = batch.documented[_CREATED].cast(pa.int64())
    return None if times.null_count else pc.min(times).as_py()


def _count_before(table: pa.Table, time: int | None) -> int:
    """Return how many rows of a sorted table were created before a time; none where the time is not known."""
    if time is None:
        return 0
    return pc.sum(pc.less(table.column("created_at").cast(pa.int64()), time)).as_py() or 0
