"""One table of a mirror in the Delta Lake format: opening, reading and committing; the only user of deltalake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from importlib import import_module
from operator import itemgetter, or_
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pads
from pyarrow.fs import FileSelector, FileSystem, LocalFileSystem, PyFileSystem, SubTreeFileSystem

from galtea_frames.api.resource import STATUS
from galtea_frames.api.times import as_datetime
from galtea_frames.errors import MirrorError
from galtea_frames.mirror.damage import mirror_errors
from galtea_frames.mirror.description import check_columns, describe_scope, parse_scope
from galtea_frames.mirror.local_folder import check_file
from galtea_frames.mirror.rows import REMOVED_AT, stored_schema
from galtea_frames.mirror.table_files import check_plain, once_named
from galtea_frames.mirror.time_spans import spans, sql_of, times_of_files, within

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import ModuleType

    from galtea_frames.api.resource import Resource
    from galtea_frames.mirror.changes import Changes

#: The transaction in the log that records when the last finished sync began, in microseconds since 1970. It is part of
#: a commit and survives checkpoints, so each version of a table says how fresh it is, and whether it was ever complete.
_SYNCED = "galtea-frames/synced_at"

#: The rows of a row group, of which readers skip those of other times.
ROWS_A_GROUP = 25_000

#: Commits between checkpoints: a reader reads every commit since the last one.
_CHECKPOINT_INTERVAL = 20

#: A file with fewer rows and bytes is small; a sync merges small files once there are this many.
_SMALL_ROWS, _SMALL_BYTES, _MOST_SMALL = 10_000, 8_000_000, 20

#: The creation time assumed for the oldest row of a file without statistics.
_NO_TIME = datetime.min.replace(tzinfo=UTC)

#: Hours for which obsolete files are kept for running readers: Delta's default, a week.
RETENTION_HOURS = 7 * 24

#: Microseconds; Delta's log counts milliseconds.
_MILLISECOND = 1_000


@dataclass
class StoredTable:
    """The stored rows of one resource, at one version.

    Attributes:
        resource: whose rows these are.
        display: the path of the mirror, for messages.
        scope: the ids of the products that the mirror holds; None for all that its key may see.
    """

    resource: Resource
    display: str
    scope: tuple[str, ...] | None
    _address: str
    _delta: Any = None

    @classmethod
    def at(cls, address: str, display: str, resource: Resource) -> StoredTable | None:
        """Return the table at an address; None if there is none.

        Raises:
            MirrorError: it cannot be read, or is not a mirror's.
        """
        deltalake = _deltalake()
        with mirror_errors(display):
            try:
                delta = deltalake.DeltaTable(address)
            except deltalake.exceptions.TableNotFoundError:
                return None
            about = delta.metadata()
            scope = parse_scope(about.description, display)
            if delta.protocol().min_reader_version != 1 or about.partition_columns:
                raise MirrorError(
                    f"{display} was changed by another program and cannot be read; sync into a new folder"
                )
            check_columns(pa.schema(delta.schema().to_arrow(as_large_types=True)), resource, display)
            return cls(resource, display, scope, address, delta)

    def is_blank(self) -> bool:
        """Tell whether the address, a URL, is empty; folders are checked elsewhere."""
        if self._delta is not None:
            return True
        with mirror_errors(self.display):
            found = PyFileSystem(_handler(self._address)).get_file_info(FileSelector("", allow_not_found=True))
        return not found

    def make(self, scope: tuple[str, ...] | None) -> None:
        """Create the table if there is none yet, or give an empty one another scope.

        Raises:
            MirrorError: it cannot be created there.
        """
        if self._delta is None:
            self._delta = self._created(scope)
        elif self.scope != scope:
            # First mark it as incomplete: it has never held the new products.
            self.mark(0)
            with mirror_errors(self.display):
                self._delta.alter.set_table_description(describe_scope(scope))
        self.scope = scope

    def _created(self, scope: tuple[str, ...] | None) -> Any:  # noqa: ANN401 - deltalake's own type
        schema = stored_schema(self.resource)
        configuration = {
            "delta.dataSkippingStatsColumns": ",".join(_with_statistics(self.resource)),
            "delta.checkpointInterval": str(_CHECKPOINT_INTERVAL),
            "delta.enableExpiredLogCleanup": "false",  # or `as_of` would end a month ago without `compact`
        }
        with mirror_errors(self.display):
            return _deltalake().DeltaTable.create(
                self._address,
                schema,
                name=self.resource.name,
                description=describe_scope(scope),
                configuration=configuration,
            )

    # -- metadata --

    @property
    def version(self) -> int:
        """The version of the table; each commit increments it."""
        with mirror_errors(self.display):
            version: int = self._delta.version()
        return version

    @property
    def synced_at(self) -> int | None:
        """When the last finished sync began, in microseconds since 1970; None if none has finished."""
        with mirror_errors(self.display):
            moment: int | None = self._delta.transaction_version(_SYNCED)
            if moment is not None:
                as_datetime(moment)  # raises unless it is a valid time
        return moment or None

    def files(self) -> list[int]:
        """Return the sizes in bytes of the files that hold the rows."""
        with mirror_errors(self.display):
            return list(self._actions().column("size_bytes").to_pylist())

    def _actions(self) -> pa.Table:
        """Return the log's entry of each file; files that are not the table's own are refused."""
        actions = pa.table(self._delta.get_add_actions(flatten=True))
        paths = actions.column("path").to_pylist()
        check_plain(paths, self.display)
        if (folder := self._folder) is not None:
            for path, size in zip(paths, actions.column("size_bytes").to_pylist(), strict=True):
                check_file(folder / path, size, self.display)
        return actions

    def as_of(self, moment: int | datetime) -> None:
        """Go back to a version, or to the last one committed by a time.

        Raises:
            MirrorError: there was none, or it is no longer kept.
        """
        with mirror_errors(self.display):
            version = moment if isinstance(moment, int) else self._version_at(moment)
            if not 0 <= version <= self.version:
                raise MirrorError(
                    f"{self.display}: no version {version} of {self.resource.name}, but 0 to {self.version}"
                )
            self._delta.load_as_version(version)

    def _version_at(self, moment: datetime) -> int:
        # Not Delta's own search: it uses the modification times of the log's files, which change when a mirror is
        # copied, and returns the oldest version for any time before it.
        milliseconds = moment.timestamp() * 1000
        known: list[int] = [each["version"] for each in self._delta.history() if each["timestamp"] <= milliseconds]
        if not known:
            raise MirrorError(f"{self.display}: no {self.resource.name} were stored yet at {moment.astimezone(UTC)}")
        return max(known)

    def committed_at(self) -> datetime:
        """Return when this version was committed."""
        with mirror_errors(self.display):
            # Not the history of an older version, whose commits deltalake 1.6.6 counts from the newest one.
            history = _deltalake().DeltaTable(self._delta.table_uri).history()
            (commit,) = (each for each in history if each["version"] == self.version)
            return as_datetime(commit["timestamp"] * _MILLISECOND)

    # -- reading --

    def rows(self, wanted: pc.Expression | None = None, columns: list[str] | None = None) -> pa.Table:
        """Return stored rows; files that cannot hold any according to the log's statistics are not opened."""
        with mirror_errors(self.display):
            return self._dataset().to_table(columns=columns, filter=wanted)

    def batches(
        self, wanted: pc.Expression | None, columns: list[str] | None = None, *, ahead: bool = True
    ) -> Iterator[pa.RecordBatch]:
        """Yield stored rows as they are read; unless reading ahead is allowed, file by file, in little memory."""
        with mirror_errors(self.display):
            if ahead:
                batches = self._dataset().to_batches(columns=columns, filter=wanted)
            else:
                how = {"schema": self.empty().schema, "columns": columns, "filter": wanted}
                files = (file for _, file in self._by_age(wanted))
                batches = (each for file in files for each in file.to_batches(batch_readahead=1, **how))
            yield from (batch for batch in batches if batch.num_rows)

    def first_rows(self, wanted: pc.Expression | None, columns: list[str], count: int) -> pa.Table:
        """Return stored rows that include the first `count` by creation time; newer row groups are not read.

        Args:
            wanted: the condition that rows meet; None for all.
            columns: the columns to read, `created_at` among them.
            count: the number of rows.
        """
        found = [self.empty().select(columns)]

        def is_enough(before: datetime) -> bool:
            return sum(pc.sum(pc.less(each["created_at"], before)).as_py() or 0 for each in found) >= count

        with mirror_errors(self.display):
            for oldest, file in self._by_age(wanted):
                if is_enough(oldest):
                    break
                for group in file.split_by_row_group(filter=wanted):
                    statistics = group.row_groups[0].statistics or {}
                    if not is_enough(statistics.get("created_at", {}).get("min", _NO_TIME)):
                        found.append(group.to_table(schema=self.empty().schema, columns=columns, filter=wanted))
        return pa.concat_tables(found)

    def count(self, wanted: pc.Expression) -> int:
        """Return how many stored rows meet a condition."""
        with mirror_errors(self.display):
            rows: int = self._dataset().count_rows(filter=wanted)
        return rows

    def fragments(self, wanted: pc.Expression | None) -> list[Any]:
        """Return the files that may hold such rows, oldest rows first, for reading elsewhere."""
        with mirror_errors(self.display):
            return [fragment for _, fragment in self._by_age(wanted)]

    def _by_age(self, wanted: pc.Expression | None) -> list[tuple[datetime, Any]]:
        """Return the files that may hold such rows, each after the creation time of its oldest row, oldest first."""
        found = list(self._dataset().get_fragments(filter=wanted))
        oldest = {each["path"]: each.get("min.created_at") or _NO_TIME for each in self._actions().to_pylist()}
        return sorted(((oldest[each.path], each) for each in found), key=itemgetter(0))

    def empty(self) -> pa.Table:
        """Return a table without rows."""
        return stored_schema(self.resource).empty_table()

    def _dataset(self) -> Any:  # noqa: ANN401 - pyarrow has no types
        if self._delta is None:
            return pads.dataset(self.empty())
        self._actions()
        return self._delta.to_pyarrow_dataset(as_large_types=True, filesystem=self._files())

    @property
    def _folder(self) -> Path | None:
        """The folder of the table; None at a URL."""
        address = self._delta.table_uri
        return Path(FileSystem.from_uri(address)[1]) if address.startswith("file:") else None

    def _files(self) -> SubTreeFileSystem | None:
        """Return Arrow's own file system of a local table; None for deltalake's.

        deltalake's is a Python object. Arrow's threads may release it while the interpreter shuts down, which aborts
        the process after all work is done.
        """
        folder = self._folder
        return None if folder is None else SubTreeFileSystem(str(folder), LocalFileSystem())

    # -- writing --

    def commit(self, changes: Changes) -> None:
        """Write all changes in one commit. Files without a row to replace stay as they are.

        Raises:
            MirrorError: another process has committed since this one read, or the rows cannot be written.
        """
        rows = _sorted(changes.rows)
        if not rows.num_rows:
            return
        if not len(changes.replaced):
            self._write(rows, mode="append")
            return
        # Not Delta's MERGE: deltalake 1.6.6 then writes files with string_view columns, which pyarrow cannot compare
        # and so cannot filter. Whole spans of time are replaced instead.
        times = pa.chunked_array([*changes.replaced.chunks, *rows.column("created_at").chunks])
        with mirror_errors(self.display):
            files = self._actions()
        cut = spans(times, times_of_files(files))
        stored = self.rows(reduce(or_, map(within, cut)))
        kept = stored.filter(pc.invert(pc.is_in(stored.column("id"), rows.column("id").combine_chunks())))
        size = _file_size(files)
        self._write(
            _sorted(pa.concat_tables([kept, rows])), mode="overwrite", predicate=sql_of(cut), target_file_size=size
        )

    def mark(self, synced_at: int) -> None:
        """Record that a sync that began at this time has finished: the rows are those that the API had then."""
        notes = [_deltalake().Transaction(_SYNCED, synced_at)]
        self._write(self.empty(), mode="append", notes=notes)

    def _write(self, rows: pa.Table, *, notes: Sequence[Any] = (), **how: Any) -> None:  # noqa: ANN401 - deltalake's arguments
        deltalake = _deltalake()
        # No retry on top of another process's commit: rows were compared without it.
        commit = deltalake.CommitProperties(max_commit_retries=0, app_transactions=list(notes))
        with mirror_errors(self.display):
            deltalake.write_deltalake(
                self._delta, rows, writer_properties=_properties(), commit_properties=commit, **how
            )

    def merge_small(self) -> None:
        """Merge small files once there are many; larger ones stay, and nothing is deleted that `as_of` may need.

        Raises:
            MirrorError: a file cannot be read or written, or another process has committed meanwhile.
        """
        with mirror_errors(self.display):
            files = self._actions()
            sizes = files.filter(
                (pc.field("num_records") < _SMALL_ROWS) & (pc.field("size_bytes") < _SMALL_BYTES)
            ).column("size_bytes")
            if len(sizes) >= _MOST_SMALL:
                # Files larger than the target are left alone.
                self._delta.optimize.compact(target_size=pc.sum(sizes).as_py() + 1, writer_properties=_properties())

    def compact(self) -> None:
        """Merge small files, and delete those that no reader of the last week can need.

        Raises:
            MirrorError: a file cannot be read, written or deleted.
        """
        with mirror_errors(self.display):
            self._actions()
            self._delta.optimize.compact(writer_properties=_properties())
            # deltalake would delete every file that no log names, including those that a user has put there.
            listed = self._delta.vacuum(RETENTION_HOURS, dry_run=True, full=True)
            files = self._files() or PyFileSystem(_handler(self._delta.table_uri))
            for name in sorted(once_named(files).intersection(listed)) if listed else ():
                files.delete_file(name)
            # Afterwards, as the log says which files are the table's own.
            self._delta.cleanup_metadata()


def _with_statistics(resource: Resource) -> list[str]:
    """Return the columns whose minimum and maximum the log keeps for each file; those of long text would bloat it."""
    keys = {each.name for each in resource.columns if each.references or each.api in ("id", STATUS)}
    filtered = {each.column for each in resource.filters} & keys
    return [*(each.name for each in resource.columns if each.name in filtered), "created_at", REMOVED_AT]


def _deltalake() -> ModuleType:
    """Return the library, which is imported only when a mirror is used."""
    return import_module("deltalake")


def _handler(address: str) -> Any:  # noqa: ANN401 - deltalake's own type
    return import_module("deltalake.fs").DeltaStorageHandler(address)


def _properties() -> Any:  # noqa: ANN401 - deltalake's own type
    return _deltalake().WriterProperties(compression="ZSTD", max_row_group_size=ROWS_A_GROUP)


def _file_size(files: pa.Table) -> int:
    """Return the bytes of a file that is just not small, so that rewriting the newest rows never costs much more."""
    rows, size = (pc.sum(files.column(name)).as_py() or 0 for name in ("num_records", "size_bytes"))
    return max(1, size * _SMALL_ROWS * 5 // 4 // max(1, rows))


def _sorted(rows: pa.Table) -> pa.Table:
    return rows.sort_by([("created_at", "ascending"), ("id", "ascending")])
