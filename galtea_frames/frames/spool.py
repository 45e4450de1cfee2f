"""Column batches, kept until the last one has arrived, then returned as tables in the order of creation."""

from __future__ import annotations

import mmap
import pickle
import tempfile
from contextlib import contextmanager, suppress
from itertools import zip_longest
from typing import IO, TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from galtea_frames.errors import GalteaFramesError
from galtea_frames.frames.frame import sorted_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from galtea_frames.decoding.column_batch import ColumnBatch
    from galtea_frames.decoding.schema import TableSchema

_CREATED = "createdAt"

#: The first creation time of a batch without any: rows without one come last.
_NEVER = 2**63 - 1

#: Batches converted together, which spreads the fixed cost of each column.
_TOGETHER = 8


class _Entry:
    """One batch: its first creation time, and the batch itself or its byte range in the file."""

    def __init__(self, first: int, kept: ColumnBatch | range) -> None:
        self.first = first
        self.kept: ColumnBatch | range | None = kept


class Spool:
    """Batches in memory or in a temporary file, which is removed when the spool is closed.

    Args:
        on_disk: keep them in a file; it has no name that another program could open.

    Raises:
        GalteaFramesError: there is no folder for temporary files or, later, no space in it.
    """

    def __init__(self, *, on_disk: bool) -> None:
        self._file: IO[bytes] | None = None
        if on_disk:
            with _errors():
                self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the spool
        self._entries: list[_Entry] = []

    def append(self, batch: ColumnBatch) -> None:
        """Keep a batch, unless it has no rows."""
        if not batch.rows:
            return
        first = pc.min(batch.declared[_CREATED].cast(pa.int64())).as_py()
        first = _NEVER if first is None else first
        if self._file is None:
            self._entries.append(_Entry(first, batch))
        else:
            with _errors():
                begin = self._file.tell()
                pickle.dump(batch, self._file, protocol=5)
                self._file.flush()
                self._entries.append(_Entry(first, range(begin, self._file.tell())))

    def tables(self, schema: TableSchema) -> Iterator[pa.Table]:
        """Yield all rows by `created_at`, then `id`, in tables of several batches each; at least one table.

        Batches in memory are released once yielded, so this works once; from a file, it works repeatedly.
        """
        entries = sorted(self._entries, key=lambda entry: entry.first)
        groups = [entries[start : start + _TOGETHER] for start in range(0, len(entries), _TOGETHER)]
        rest = schema.table([])
        for group, following in zip_longest(groups, groups[1:]):
            rest = pa.concat_tables([rest, schema.table(map(self._take, group))])
            # Rows before the next batch's first row can be put in their final position; later ones cannot.
            ready = rest.num_rows if following is None else _count_before(rest, following[0].first)
            # Sorting copies all rows, so it waits until half of them are ready: batches may overlap in time.
            if following is None or ready >= rest.num_rows / 2:
                rest = sorted_table(rest, ())
                yield rest.slice(0, ready)
                rest = rest.slice(ready)
        yield rest

    def _take(self, entry: _Entry) -> ColumnBatch:
        if isinstance(entry.kept, range) and self._file is not None:
            return _unpacked(self._file, entry.kept)
        kept, entry.kept = entry.kept, None
        assert kept is not None  # noqa: S101 - each batch is taken once
        assert not isinstance(kept, range)  # noqa: S101 - in memory
        return kept

    def close(self) -> None:
        """Remove the file."""
        if self._file is not None:
            with suppress(OSError):  # data that a full disk rejected is no longer needed
                self._file.close()


def _unpacked(file: IO[bytes], where: range) -> ColumnBatch:
    """Return the batch in a byte range of a file, without moving its position, which forked processes share."""
    begin = where.start - where.start % mmap.ALLOCATIONGRANULARITY
    with (
        mmap.mmap(file.fileno(), where.stop - begin, access=mmap.ACCESS_READ, offset=begin) as mapped,
        memoryview(mapped)[where.start - begin :] as packed,
    ):
        batch: ColumnBatch = pickle.loads(packed)  # noqa: S301 - written above, to a file that no one else can reach
    return batch


@contextmanager
def _errors() -> Iterator[None]:
    """Turn errors of the file into one line that says what to do."""
    try:
        yield
    except OSError as problem:
        folder = tempfile.tempdir or "the folder for temporary files"
        raise GalteaFramesError(
            f"cannot store rows temporarily in {folder}: {problem.strerror or problem}; make room"
            " there, or set TMPDIR to another folder"
        ) from problem


def _count_before(table: pa.Table, moment: int) -> int:
    """Return the number of rows of a sorted table created before a time."""
    return pc.sum(pc.less(table.column("created_at").cast(pa.int64()), moment)).as_py() or 0
