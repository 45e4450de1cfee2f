"""Stored rows to frames, on the same path as fetched rows, so that the frames are equal."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial, reduce
from operator import and_
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from galtea_frames.api.resources import SESSIONS, VERSIONS
from galtea_frames.api.times import TIME, as_datetime, instant
from galtea_frames.decoding.contract import select_columns
from galtea_frames.decoding.gatherer import Gatherer
from galtea_frames.decoding.kinds import TEXT
from galtea_frames.errors import MirrorError
from galtea_frames.frames.assembly import build_frame, build_frames, column_attrs
from galtea_frames.frames.column_arguments import selected_names
from galtea_frames.frames.frame import ATTRS, sorted_table, to_frame
from galtea_frames.frames.joined_arguments import split_arguments
from galtea_frames.frames.joins import PREFIX, join_sessions_versions
from galtea_frames.frames.options import parse_arguments
from galtea_frames.mirror.arguments import check_removed_at, parse_moment
from galtea_frames.mirror.damage import mirror_errors
from galtea_frames.mirror.rows import EXTRA, PRESENT, REMOVED_AT
from galtea_frames.mirror.stored_rows import StoredReader
from galtea_frames.printable import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pandas as pd

    from galtea_frames.api.query import Members, Query
    from galtea_frames.api.resource import Resource
    from galtea_frames.decoding.column_batch import ColumnBatch
    from galtea_frames.decoding.notes import Notes
    from galtea_frames.decoding.reader import PageReader
    from galtea_frames.frames.options import LoadOptions
    from galtea_frames.mirror.delta import StoredTable
    from galtea_frames.mirror.location import Location


_NAMED = 10


def read(
    location: Location, resource: Resource, arguments: Mapping[str, Any], *, missing_ok: bool = False, prefix: str = ""
) -> pd.DataFrame:
    """Return the stored rows that a reader's arguments select, as a loader would.

    Args:
        location: the mirror.
        resource: the list to read.
        arguments: the reader's arguments.
        missing_ok: leave out ids that are not stored instead of raising.
        prefix: what stands before the columns' names in the caller's frame.

    Raises:
        QueryError: an argument cannot be used.
        MirrorError: there is no mirror, it is not complete, was not there yet, or cannot be read.
    """
    return _Selection.parse(location, resource, arguments, prefix, missing_ok=missing_ok).frame()


def iterate(location: Location, resource: Resource, arguments: Mapping[str, Any]) -> Iterator[pd.DataFrame]:
    """Yield the rows of `read` in frames of up to 10,000, all with the same columns and dtypes.

    Raises:
        QueryError: as `read` does.
        MirrorError: as `read` does.
    """
    return _Selection.parse(location, resource, arguments).frames()  # so that invalid arguments raise at the call


def read_joined(location: Location, arguments: Mapping[str, Any]) -> pd.DataFrame:
    """Return the stored sessions that the arguments select, each beside its version as it was at the same time.

    Raises:
        QueryError: an argument cannot be used.
        MirrorError: as `read` does.
    """
    given = split_arguments(arguments)
    names = ("nested", "dtype_backend", "on_misfit", "include_removed", "as_of", "allow_incomplete")
    options = {name: arguments[name] for name in names} | given.right
    check_arguments(VERSIONS, options, PREFIX)  # so that a wrong name raises before sessions are read
    sessions = read(location, SESSIONS, {**arguments, **given.left})
    if isinstance(options["as_of"], int):
        options["as_of"] = location.table(SESSIONS, options["as_of"]).committed_at()
    occurring = [each for each in sessions["version_id"].dropna().unique() if each]
    versions = read(location, VERSIONS, {"ids": occurring, **options}, missing_ok=True, prefix=PREFIX)
    return given.select(join_sessions_versions(sessions, versions))


def check_arguments(resource: Resource, arguments: Mapping[str, Any], prefix: str) -> None:
    """Check the arguments about the columns of a list that is joined to another.

    Raises:
        QueryError: an argument cannot be used.
    """
    parse_arguments(resource, _loader_arguments(_of_the_api(arguments, prefix)), prefix)


def selected(
    location: Location, resource: Resource, arguments: Mapping[str, Any], prefix: str = ""
) -> tuple[StoredTable, Query, LoadOptions]:
    """Return the table at the requested version, the query, and the options of the frame.

    Raises:
        QueryError: an argument cannot be used.
        MirrorError: there is no mirror, it is not complete, was not there yet, or cannot be read.
    """
    as_of = parse_moment(arguments["as_of"])
    query, options = parse_arguments(resource, _loader_arguments(arguments), prefix)
    table = location.table(resource, as_of)
    if table.synced_at is None and not arguments["allow_incomplete"]:
        raise location.incomplete()
    return table, query, options


def _of_the_api(arguments: Mapping[str, Any], prefix: str) -> Mapping[str, Any]:
    """Return the arguments with `id` in place of `removed_at` among the columns.

    Raises:
        QueryError: the frame has no rows that were removed.
    """
    names = selected_names(arguments["columns"]) or ()
    if REMOVED_AT not in names:
        return arguments
    check_removed_at(names, include_removed=arguments["include_removed"], prefix=prefix)
    return {**arguments, "columns": [*(name for name in names if name != REMOVED_AT), "id"]}


def _loader_arguments(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments that a loader of the API takes as well."""
    own = ("self", "include_removed", "as_of", "allow_incomplete")
    return {name: value for name, value in arguments.items() if name not in own}


@dataclass(frozen=True)
class _Selection:
    """The stored rows that a query selects, and how to return them.

    Attributes:
        table: the stored rows.
        query: filters on stored columns only.
        options: the options of the frames.
        wanted: the condition that the rows of the result meet.
        include_removed: whether rows that the API no longer serves are among them.
        names: the selected columns, `removed_at` among them; None for all.
        has_removed_at: whether the frames have the column `removed_at`.
    """

    table: StoredTable
    query: Query
    options: LoadOptions
    wanted: pc.Expression | None
    include_removed: bool
    names: tuple[str, ...] | None
    has_removed_at: bool

    @classmethod
    def parse(
        cls,
        location: Location,
        resource: Resource,
        arguments: Mapping[str, Any],
        prefix: str = "",
        *,
        missing_ok: bool = False,
    ) -> _Selection:
        """Check the arguments of a reader and find the rows of the result; arguments and errors as for `read`."""
        include_removed, names = arguments["include_removed"], selected_names(arguments["columns"])
        has_removed_at = include_removed and (arguments["schema"] is None if names is None else REMOVED_AT in names)
        arguments = _of_the_api(arguments, prefix)
        table, query, options = selected(location, resource, arguments, prefix)
        wanted = condition_of(query, include_removed=include_removed)
        if query.ids is not None and not missing_ok:
            _check_all_found(table, query.ids, wanted)
        if query.cuts:
            wanted = _of_result(table, query, wanted)
        return cls(table, query, options, wanted, include_removed, names, has_removed_at)

    def frame(self) -> pd.DataFrame:
        """Return the rows as a loader would."""
        gatherer = self._gatherer()
        batches = self._batches(gatherer, ahead=True)
        frame = build_frame(gatherer, batches, self.query, self.options, partial(self._attrs, gatherer))
        return next(self._with_removals([frame]))

    def frames(self) -> Iterator[pd.DataFrame]:
        """Yield the rows as an iterator over the API would."""
        gatherer = self._gatherer()
        batches = self._batches(gatherer, ahead=False)
        frames = build_frames(gatherer, batches, self.query, self.options, partial(self._attrs, gatherer))
        return self._with_removals(frames)

    def _gatherer(self) -> Gatherer:
        return Gatherer(self.query.resource, self.options.nested, self.options.contract)

    def _batches(self, gatherer: Gatherer, *, ahead: bool) -> Iterator[ColumnBatch]:
        """Yield the rows, which may be damaged, as column batches."""
        columns = stored_columns(self.query.resource, gatherer.reader)
        reader = StoredReader(self.query.resource, gatherer.reader)
        for stored in self.table.batches(self.wanted, columns, ahead=ahead):
            with mirror_errors(self.table.display):
                batches = list(gatherer.gather(reader.rows(stored)))
            yield from batches

    def _with_removals(self, frames: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        """Yield the frames with the column `removed_at`, if it is wanted."""
        removed: pa.Table | None = None
        for frame in frames:
            if not self.has_removed_at:
                yield frame
                continue
            if removed is None:
                gone = ~PRESENT if self.wanted is None else self.wanted & ~PRESENT
                removed = self.table.rows(gone, ["id", REMOVED_AT])
            positions = pc.index_in(pa.array(frame["id"], TEXT), removed.column("id").combine_chunks())
            times = removed.select([REMOVED_AT]).take(positions)
            column = to_frame(times, {}, dtype_backend=self.options.dtype_backend)[REMOVED_AT]
            whole = frame.assign(**{REMOVED_AT: column.set_axis(frame.index)})
            if self.names is not None:
                whole.attrs[ATTRS]["columns"] = list(self.names)
                whole = whole[select_columns(self.names, list(whole.columns), is_exact=False)]
            yield whole

    def _attrs(self, gatherer: Gatherer, notes: Notes) -> dict[str, Any]:
        synced, stored = self.table.synced_at, {"version": self.table.version}
        return {
            "resource": self.query.resource.name,
            "filters": self.query.given,
            "fetched_at": None if synced is None else as_datetime(synced).isoformat(timespec="milliseconds"),
            "rows": gatherer.rows,
            "pages": 0,
            "requests": 0,
            "retries": 0,
            "complete": synced is not None,
            "nested": self.options.nested,
            **column_attrs(notes, self.options.contract),
            # More rows than the API serves.
            "mirror": stored | ({"include_removed": True} if self.include_removed else {}),
        }


def stored_columns(resource: Resource, reader: PageReader) -> list[str]:
    """Return the columns that must be read for what a reader is to return."""
    return [*(each.name for each in resource.columns if reader.wants(each.api)), EXTRA]


def condition_of(query: Query, *, include_removed: bool) -> pc.Expression | None:
    """Return the condition that a stored row must meet; None if every row does."""
    columns = {each.api: each.column for each in query.resource.filters}
    lists = [each for each in (query.ids, *query.lists) if each is not None]
    conditions = [pc.field(columns[each.api]).isin(pa.array(each.values, TEXT)) for each in lists]
    if query.start is not None:
        conditions.append(pc.field("created_at") >= _time(query.start))
    if query.end is not None:
        conditions.append(pc.field("created_at") <= _time(query.end))
    if not include_removed:
        conditions.append(PRESENT)
    return reduce(and_, conditions) if conditions else None


def _of_result(table: StoredTable, query: Query, wanted: pc.Expression | None) -> pc.Expression:
    """Return the condition that selects exactly the rows of the result, so that its columns are theirs alone."""
    names = list(dict.fromkeys(["created_at", "id", *(name for name, _ in query.sort)]))
    if query.sort or query.limit is None:
        found = table.rows(wanted, names)
    else:
        found = table.first_rows(wanted, names, query.offset + query.limit)
    kept = sorted_table(found, query.sort).slice(query.offset, query.limit)
    bounds, created = pc.min_max(kept.column("created_at")), pc.field("created_at")
    conditions = [pc.field("id").isin(kept.column("id").combine_chunks())]
    if kept.num_rows and not kept.column("created_at").null_count:  # skips files of other times
        conditions += [created >= bounds["min"], created <= bounds["max"]]
    return reduce(and_, conditions if wanted is None else [wanted, *conditions])


def _time(text: str) -> pa.Scalar:
    return pa.scalar(instant(text), pa.int64()).cast(TIME)


def _check_all_found(table: StoredTable, ids: Members, wanted: pc.Expression | None) -> None:
    """Raise for ids that are not stored, as the loaders do for ids that do not exist."""
    missing = sorted(set(ids.values) - set(table.rows(wanted, ["id"]).column("id").to_pylist()))
    if missing:
        named = listed(missing, _NAMED)
        raise MirrorError(
            f"{table.display} stores no {table.resource.name} with these ids that match the filters: {named}"
        )
