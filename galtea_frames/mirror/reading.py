"""Stored rows to frames, on the same path as fetched rows, so that the frames are equal."""

from __future__ import annotations

from functools import reduce
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
from galtea_frames.frames.assembly import build_frame, column_attrs
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
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from galtea_frames.api.query import Members, Query
    from galtea_frames.api.resource import Resource
    from galtea_frames.decoding.column_batch import ColumnBatch
    from galtea_frames.decoding.reader import PageReader
    from galtea_frames.decoding.schema import Notes
    from galtea_frames.frames.options import LoadOptions
    from galtea_frames.mirror.delta import StoredTable
    from galtea_frames.mirror.location import Location
    from galtea_frames.mirror.stored_rows import StoredRows


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
    includes_removed = arguments["include_removed"]
    names = selected_names(arguments["columns"])
    has_removed_at = includes_removed and (arguments["schema"] is None if names is None else REMOVED_AT in names)
    arguments = _of_the_api(arguments, prefix)
    table, query, options = selected(location, resource, arguments, prefix)
    frame, rows = read_frame(table, query, options, include_removed=includes_removed, missing_ok=missing_ok)
    if not has_removed_at:
        return frame
    frame = _with_removals(frame, table, rows, options)
    if names is None:
        return frame
    frame.attrs[ATTRS]["columns"] = list(names)
    return frame[select_columns(names, list(frame.columns), is_exact=False)]


def read_joined(location: Location, arguments: Mapping[str, Any]) -> pd.DataFrame:
    """Return the stored sessions that the arguments select, each beside its version as it was at the same time.

    Raises:
        QueryError: an argument cannot be used.
        MirrorError: as `read` does.
    """
    given = split_arguments(arguments)
    names = ("nested", "dtype_backend", "on_misfit", "include_removed", "as_of", "allow_incomplete")
    options = {name: arguments[name] for name in names} | given.right
    # So that a wrong name raises before sessions are read.
    parse_arguments(VERSIONS, _loader_arguments(_of_the_api(options, PREFIX)), PREFIX)
    sessions = read(location, SESSIONS, {**arguments, **given.left})
    if isinstance(options["as_of"], int):
        options["as_of"] = location.table(SESSIONS, options["as_of"]).committed_at()
    occurring = [each for each in sessions["version_id"].dropna().unique() if each]
    versions = read(location, VERSIONS, {"ids": occurring, **options}, missing_ok=True, prefix=PREFIX)
    return given.select(join_sessions_versions(sessions, versions))


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


def read_frame(
    table: StoredTable, query: Query, options: LoadOptions, *, include_removed: bool, missing_ok: bool
) -> tuple[pd.DataFrame, pc.Expression | None]:
    """Return the stored rows that a query selects, as a loader would, and the condition that they meet.

    Args:
        table: the stored rows.
        query: filters on stored columns only.
        options: the options of the frame.
        include_removed: include rows that the API no longer serves.
        missing_ok: leave out ids that are not stored instead of raising.

    Raises:
        MirrorError: rows cannot be read, or some of the ids are not stored.
    """
    wanted = condition_of(query, include_removed=include_removed)
    if query.ids is not None and not missing_ok:
        _check_all_found(table, query.ids, wanted)
    if query.cuts:
        wanted = _of_result(table, query, wanted)
    gatherer = Gatherer(query.resource, options.nested, options.contract)
    columns = stored_columns(query.resource, gatherer.reader)
    reader = StoredReader(query.resource, gatherer.reader)
    batches = (
        batch for stored in table.batches(wanted, columns) for batch in _gathered(gatherer, table, reader.rows(stored))
    )
    frame = build_frame(
        gatherer, batches, query, options, lambda notes: _attrs(table, query, options, notes, gatherer.rows)
    )
    if include_removed:  # more rows than the API serves
        frame.attrs[ATTRS]["mirror"]["include_removed"] = True
    return frame, wanted


def stored_columns(resource: Resource, reader: PageReader) -> list[str]:
    """Return the columns that must be read for what a reader is to return."""
    return [*(each.name for each in resource.columns if reader.wants(each.api)), EXTRA]


def _gathered(gatherer: Gatherer, table: StoredTable, rows: StoredRows) -> Iterable[ColumnBatch]:
    """Return stored rows, which may be damaged, as column batches."""
    with mirror_errors(table.display):
        return list(gatherer.gather(rows))


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
    names = dict.fromkeys(["created_at", "id", *(name for name, _ in query.sort)])
    kept = sorted_table(table.rows(wanted, list(names)), query.sort).slice(query.offset, query.limit)
    bounds, created = pc.min_max(kept.column("created_at")), pc.field("created_at")
    conditions = [pc.field("id").isin(kept.column("id").combine_chunks())]
    if kept.num_rows:  # skips files of other times
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


def _with_removals(
    frame: pd.DataFrame, table: StoredTable, wanted: pc.Expression | None, options: LoadOptions
) -> pd.DataFrame:
    """Return the frame with the column `removed_at` appended."""
    stored = table.rows(wanted, ["id", REMOVED_AT])
    positions = pc.index_in(pa.array(frame["id"], TEXT), stored.column("id").combine_chunks())
    removed = to_frame(stored.select([REMOVED_AT]).take(positions), {}, dtype_backend=options.dtype_backend)
    return frame.assign(**{REMOVED_AT: removed[REMOVED_AT]})


def _attrs(table: StoredTable, query: Query, options: LoadOptions, notes: Notes, rows: int) -> dict[str, Any]:
    synced = None if table.synced_at is None else as_datetime(table.synced_at).isoformat(timespec="milliseconds")
    return {
        "resource": query.resource.name,
        "filters": query.given,
        "fetched_at": synced,
        "rows": rows,
        "pages": 0,
        "requests": 0,
        "retries": 0,
        "complete": table.synced_at is not None,
        "nested": options.nested,
        **column_attrs(notes, options.contract),
        "mirror": {"version": table.version},
    }
