"""One table of a mirror in the Delta Lake format: opened, read and committed to; the only user of deltalake."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from importlib import import_module
from itertools import takewhile
from operator import or_
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow.fs import FileSystem, SubTreeFileSystem

from galtea_frames.errors import MirrorError
from galtea_frames.stored import REMOVED_AT, stored_schema
from galtea_frames.times import TIME, render

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import ModuleType

    from galtea_frames.changes import Changes
    from galtea_frames.resources import Resource

#: The layout of tables that this release writes; a higher one is a later release's.
FORMAT = 1

#: The log's own note of the last sync that came to its end, in microseconds since 1970. It is part of a commit and
#: outlasts checkpoints, so each version of a table says how fresh it is, and whether it was ever whole.
_SYNCED = "galtea-frames/synced_at"

#: Columns whose least and greatest values the log keeps for each file. Those of JSON text would only swell it.
_STATISTICS = ("id", "version_id", "status", "created_at", REMOVED_AT)

#: Spans of creation time that a commit replaces, at most: together they are one condition.
_MOST_SPANS = 50

#: Delta's statistics keep milliseconds.
_MILLISECOND = 1_000

#: What deltalake's messages are set with: colours, an arrow before each cause, and the lines of a trace.
_ORNAMENT = re.compile("\x1b\\[[0-9;]*m|↳")
_TRACE = re.compile(r"\d+: ")

#: Hours for which files that are not needed any more stay, for readers that are at work: Delta's own default, a week.
RETENTION_HOURS = 7 * 24


@dataclass
class StoredTable:
    """The stored rows of one resource, at one version.

    Attributes:
        resource: whose rows these are.
        shown: the mirror's path, for messages.
        scope: the ids of the products that the mirror holds; None for all that its key may see.
    """

    resource: Resource
    shown: str
    scope: tuple[str, ...] | None
    _delta: Any

    @classmethod
    def at(cls, address: str, shown: str, resource: Resource) -> StoredTable | None:
        """Return the table at an address, None if there is none.

        Raises:
            MirrorError: there is one, but it cannot be read, or is none of a mirror.
        """
        deltalake = _deltalake()
        with _errors(shown):
            try:
                delta = deltalake.DeltaTable(address)
            except deltalake.exceptions.TableNotFoundError:
                return None
            return cls(resource, shown, _scope(delta.metadata().description, shown), delta)

    @classmethod
    def create(cls, address: str, shown: str, resource: Resource, scope: tuple[str, ...] | None) -> StoredTable:
        """Make an empty table.

        Raises:
            MirrorError: it cannot be made there.
        """
        schema = stored_schema(resource)
        description = json.dumps({"galtea_frames": FORMAT, "product_ids": scope})
        configuration = {
            "delta.dataSkippingStatsColumns": ",".join(name for name in _STATISTICS if name in schema.names),
            "delta.enableExpiredLogCleanup": "false",  # or `as_of` would end a month ago
        }
        with _errors(shown):
            delta = _deltalake().DeltaTable.create(
                address, schema, name=resource.name, description=description, configuration=configuration
            )
        return cls(resource, shown, scope, delta)

    # -- what it says of itself --

    @property
    def version(self) -> int:
        """The version of the table, which each commit counts up."""
        version: int = self._delta.version()
        return version

    @property
    def synced_at(self) -> int | None:
        """When the last sync that came to its end began, in microseconds since 1970; None: none has."""
        moment: int | None = self._delta.transaction_version(_SYNCED)
        return moment

    def files(self) -> list[int]:
        """Return the sizes in bytes of the files that hold the rows."""
        sizes = pa.table(self._delta.get_add_actions(flatten=True)).column("size_bytes")
        return list(sizes.to_pylist())

    def as_of(self, moment: int | datetime) -> None:
        """Go back to a version, or to the last one that was committed by a time.

        Raises:
            MirrorError: there was none then, or it is kept no longer.
        """
        with _errors(self.shown):
            version = moment if isinstance(moment, int) else self._version_at(moment)
            if not 0 <= version <= self.version:
                raise MirrorError(
                    f"{self.shown}: no version {version} of {self.resource.name}, but 0 to {self.version}"
                )
            self._delta.load_as_version(version)

    def _version_at(self, moment: datetime) -> int:
        # Not Delta's own search: that goes by the times of the log's files, which copying a mirror changes, and
        # takes the oldest version for any time before it.
        milliseconds = moment.timestamp() * 1000
        known: list[int] = [each["version"] for each in self._delta.history() if each["timestamp"] <= milliseconds]
        if not known:
            raise MirrorError(f"{self.shown}: there were no {self.resource.name} yet at {moment.astimezone(UTC)}")
        return max(known)

    def committed_at(self) -> datetime:
        """Return when this version was committed."""
        with _errors(self.shown):
            newest = self._delta.history(1)[0]
        return datetime.fromtimestamp(newest["timestamp"] / 1000, UTC)

    # -- reading --

    def rows(self, wanted: pc.Expression | None = None, columns: list[str] | None = None) -> pa.Table:
        """Return stored rows; files that cannot hold any, by the log's statistics, are not opened."""
        with _errors(self.shown):
            return self._dataset().to_table(columns=columns, filter=wanted)

    def batches(self, wanted: pc.Expression | None) -> Iterator[pa.RecordBatch]:
        """Yield stored rows as they are read."""
        with _errors(self.shown):
            yield from (batch for batch in self._dataset().to_batches(filter=wanted) if batch.num_rows)

    def count(self, wanted: pc.Expression) -> int:
        """Return how many stored rows there are."""
        with _errors(self.shown):
            rows: int = self._dataset().count_rows(filter=wanted)
        return rows

    def fragments(self, wanted: pc.Expression | None) -> list[Any]:
        """Return the files that may hold rows, the oldest rows first, to be read elsewhere."""
        with _errors(self.shown):
            found = list(self._dataset().get_fragments(filter=wanted))
            actions = pa.table(self._delta.get_add_actions(flatten=True)).select(["path", "min.created_at"])
        oldest = {str(each["path"]): each["min.created_at"] for each in actions.to_pylist()}
        return sorted(found, key=lambda fragment: oldest[fragment.path])

    def empty(self) -> pa.Table:
        """Return a table without rows."""
        return stored_schema(self.resource).empty_table()

    def _dataset(self) -> Any:  # noqa: ANN401 - pyarrow has no types
        return self._delta.to_pyarrow_dataset(as_large_types=True, filesystem=self._files())

    def _files(self) -> SubTreeFileSystem | None:
        """Return Arrow's own way to the files; None where deltalake's has to do.

        That one is written in Python. Arrow's threads let go of it at times when an interpreter that is about to end no
        longer lets them, which aborts the process after all is done.
        """
        address = self._delta.table_uri
        if not address.startswith("file:"):
            return None
        local, folder = FileSystem.from_uri(address)
        return SubTreeFileSystem(folder, local)

    # -- writing --

    def commit(self, changes: Changes) -> None:
        """Write changes in one commit: all of them, or none. Files without a row to replace stay as they are.

        Raises:
            MirrorError: another process has committed since this one read, or the rows cannot be written.
        """
        rows = _sorted(changes.rows)
        if not rows.num_rows:
            return
        if not len(changes.replaced):
            self._write(rows, mode="append")
            return
        # Not Delta's MERGE: the files that deltalake 1.6.6 writes for it declare text as string_view, for which pyarrow
        # has no comparisons, so that no one could filter them. Whole spans of time are replaced instead.
        cut = spans(pa.chunked_array([*changes.replaced.chunks, *rows.column("created_at").chunks]))
        stored = self.rows(reduce(or_, (_between(*span) for span in cut)))
        kept = stored.filter(pc.invert(pc.is_in(stored.column("id"), rows.column("id").combine_chunks())))
        self._write(_sorted(pa.concat_tables([kept, rows])), mode="overwrite", predicate=_sql(cut))

    def mark(self, synced_at: int) -> None:
        """Note that a sync which began at this time has come to its end: the rows are those the API had then."""
        notes = [_deltalake().Transaction(_SYNCED, synced_at)]
        self._write(self.empty(), mode="append", notes=notes)

    def _write(self, rows: pa.Table, *, notes: Sequence[Any] = (), **how: str) -> None:
        deltalake = _deltalake()
        # Never again on top of what another process has committed meanwhile: rows were compared without that.
        commit = deltalake.CommitProperties(max_commit_retries=0, app_transactions=list(notes))
        with _errors(self.shown):
            deltalake.write_deltalake(
                self._delta, rows, writer_properties=_compressed(), commit_properties=commit, **how
            )

    def compact(self) -> None:
        """Join small files, and delete those that no reader of the last week can need.

        Raises:
            MirrorError: a file cannot be read, written or deleted.
        """
        with _errors(self.shown):
            self._delta.optimize.compact(writer_properties=_compressed())
            # In full: what writes that were killed have left stands in no log.
            self._delta.vacuum(RETENTION_HOURS, dry_run=False, full=True)


def _deltalake() -> ModuleType:
    """Return the library, which is imported when a mirror is used and not before."""
    return import_module("deltalake")


def _compressed() -> Any:  # noqa: ANN401 - deltalake's own type
    return _deltalake().WriterProperties(compression="ZSTD")


def _sorted(rows: pa.Table) -> pa.Table:
    return rows.sort_by([("created_at", "ascending"), ("id", "ascending")])


def spans(times: pa.ChunkedArray) -> list[tuple[int, int]]:
    """Return few spans of time, first and last microsecond, that hold all the times: cut at the widest gaps."""
    moments = np.unique(times.cast(pa.int64()).to_numpy())
    cuts = np.sort(np.argsort(np.diff(moments), kind="stable")[::-1][: _MOST_SPANS - 1])
    first, last = moments[np.r_[0, cuts + 1]], moments[np.r_[cuts, -1]]
    # From whole milliseconds, or statistics that are cut to them would rule out a file whose last row is meant.
    return list(zip((first // _MILLISECOND * _MILLISECOND).tolist(), last.tolist(), strict=True))


def _between(first: int, last: int) -> pc.Expression:
    return (pc.field("created_at") >= _time(first)) & (pc.field("created_at") <= _time(last))


def _sql(cut: list[tuple[int, int]]) -> str:
    return " OR ".join(f"created_at BETWEEN '{render(first, 6)}' AND '{render(last, 6)}'" for first, last in cut)


def _scope(description: str | None, shown: str) -> tuple[str, ...] | None:
    """Return the scope that a table's description names."""
    try:
        said = json.loads(description or "")
        version, products = said["galtea_frames"], said["product_ids"]
    except (ValueError, TypeError, KeyError):
        raise MirrorError(f"{shown} is not a mirror, but holds other Delta tables; name another folder") from None
    if version > FORMAT:
        raise MirrorError(f"{shown} was made by a newer galtea-frames: pip install --upgrade galtea-frames")
    return None if products is None else tuple(products)


@contextmanager
def _errors(shown: str) -> Iterator[None]:
    """Turn what goes wrong with a table into one line that says what to do."""
    exceptions = _deltalake().exceptions
    try:
        yield
    except exceptions.CommitFailedError:
        raise MirrorError(f"{shown}: another sync has written meanwhile, so this one stopped; run it again") from None
    except FileNotFoundError as problem:
        raise MirrorError(
            f"{shown}: a file of this version is gone: if it is an old one, by compacting; else restore the mirror, or"
            " sync into a new folder"
        ) from problem
    except (exceptions.DeltaError, pa.ArrowException, OSError) as problem:
        raise MirrorError(f"{shown} cannot be read or written: {_one_line(problem)}") from problem


def _one_line(problem: Exception) -> str:
    """Return an error's own words: deltalake tells causes in lines of their own, and then where in its code it was."""
    lines = filter(None, (_ORNAMENT.sub("", line).strip() for line in str(problem).splitlines()))
    return ": ".join(takewhile(lambda line: not _TRACE.match(line), lines)) or type(problem).__name__


def created_between(start: int | None, end: int | None) -> pc.Expression | None:
    """Return the condition that rows were created from a time on, and before another, where they are given."""
    created = pc.field("created_at")
    bounds = [None if start is None else created >= _time(start), None if end is None else created < _time(end)]
    given = [each for each in bounds if each is not None]
    return given[0] & given[-1] if given else None


def _time(moment: int) -> pa.Scalar:
    return pa.scalar(moment, pa.int64()).cast(TIME)
