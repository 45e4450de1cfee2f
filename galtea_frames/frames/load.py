"""One load: one query, one fetch, one frame, or frames one after the other."""

from __future__ import annotations

from contextlib import closing, nullcontext
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from galtea_frames.api.client import Client
from galtea_frames.api.query import build_query
from galtea_frames.decoding.gatherer import Gatherer, Nested
from galtea_frames.decoding.schema import TableSchema
from galtea_frames.errors import QueryError
from galtea_frames.frames import progress
from galtea_frames.frames.chosen import Chooser
from galtea_frames.frames.dates import checked_dates
from galtea_frames.frames.fingerprint import Proof
from galtea_frames.frames.frame import DtypeBackend, all_times, sorted_table, to_frame, warn_of, warn_of_absent
from galtea_frames.frames.garbage import COLLECTOR_PAUSE
from galtea_frames.frames.spool import Spool
from galtea_frames.printable import quoted
from galtea_frames.walk.fetch import Fetch

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping

    from galtea_frames.api.query import Query
    from galtea_frames.api.resource import Resource
    from galtea_frames.decoding.gatherer import Batch
    from galtea_frames.decoding.reader import Rows
    from galtea_frames.decoding.schema import Notes

_ROWS_A_FRAME = 10_000


@dataclass(frozen=True)
class LoadOptions:
    """How a caller wants the frame.

    Attributes:
        nested: what becomes of nested fields.
        parse_dates: columns to read as times.
        dtype_backend: pandas' own dtypes, or Arrow's.
        client: asks the API; None for one that is made and closed.
        prefix: what stands before the columns' names in the caller's frame.
    """

    nested: Nested
    parse_dates: tuple[str, ...]
    dtype_backend: DtypeBackend
    client: Client | None
    prefix: str = ""


def load(resource: Resource, arguments: Mapping[str, Any]) -> pd.DataFrame:
    """Return the rows of a resource that a loader's arguments select.

    Raises:
        GalteaFramesError: as `load_sessions` does.
    """
    query, options = checked(resource, arguments)
    with shared(options.client) as client:
        return fetched(query, options, client)


def iterate(resource: Resource, arguments: Mapping[str, Any]) -> Iterator[pd.DataFrame]:
    """Yield the rows of `load` in frames of up to 10,000, all with the same columns and dtypes.

    Raises:
        GalteaFramesError: as `load_sessions` does.
    """
    query, options = checked(resource, arguments)  # here, so that a wrong argument raises at the call
    return streamed(query, options)


def checked(resource: Resource, arguments: Mapping[str, Any]) -> tuple[Query, LoadOptions]:
    """Return what to ask for and how to give it back; whatever is wrong with it is raised here."""
    filters = dict(arguments)
    nested = filters.pop("nested", "columns")
    backend = filters.pop("dtype_backend", "numpy_nullable")
    dates = filters.pop("parse_dates", None)
    client = filters.pop("client", None)
    for name, value, allowed in (("nested", nested, Nested), ("dtype_backend", backend, DtypeBackend)):
        if not isinstance(value, str) or value not in get_args(allowed):
            raise QueryError(f"{name} is {' or '.join(map(repr, get_args(allowed)))}, not {quoted(value)}")
    if client is not None and not isinstance(client, Client):
        raise QueryError(f"client is a galtea_frames.Client, not {type(client).__name__}")
    return build_query(resource, filters), LoadOptions(nested, checked_dates(resource, dates, nested), backend, client)


def shared(client: Client | None) -> Client | nullcontext[Client]:
    """Return the caller's client, which stays open, or one that is closed after use."""
    return Client() if client is None else nullcontext(client)


class _Load:
    """One load: what is fetched, and what was seen of it so far.

    Args:
        query: what is asked for.
        options: how the rows are wanted.
        client: asks the API.
        occurring: only rows with these ids, whatever else the query selects; None for all.
    """

    def __init__(
        self, query: Query, options: LoadOptions, client: Client, occurring: Collection[str] | None = None
    ) -> None:
        settings = client.settings
        self.query = query
        self.options = options
        self.gatherer = Gatherer(query.resource, options.nested)
        self._occurring = None if occurring is None else set(occurring)
        self._progress = settings.progress
        self._started = datetime.now(UTC)
        self._fetch = Fetch(
            client.transport,
            query,
            self.gatherer.reader.open_unread if query.cuts else self.gatherer.reader.open,
            settings.page_size,
            settings.max_workers,
            missing_ok=occurring is not None,
        )

    def batches(self) -> Generator[Batch, None, None]:
        """Yield the rows of the result, batch by batch, in no certain order.

        Whoever reads it closes it: whoever keeps the error that ended the reading, as notebooks do, would keep its
        threads as well.
        """
        with progress.shown(self._progress, self.query.resource.name) as line:
            self._fetch.tally.tell = line.tell
            came = 0
            for rows, skip, new in self._chosen() if self.query.cuts else self._all():
                yield from self.gatherer.gather(rows, skip)
                came += new
                line.count(came, self._fetch.pages)

    def _all(self) -> Iterator[tuple[Rows, Collection[int], int]]:
        """Yield rows with the numbers of those to be skipped, and how many came with them."""
        for each in self._fetch.slices():
            wanted = each if self._occurring is None else each.only(self._occurring.intersection(each.ids()))
            yield wanted.page.rows, wanted.skip, each.rows

    def _chosen(self) -> Iterator[tuple[Rows, Collection[int], int]]:
        """Yield the same of the rows that `offset` and `limit` leave."""
        chooser, unread = Chooser(self.query, ascending=self._fetch.ascending), self.gatherer.reader.unread
        for each in self._fetch.slices():
            yield unread(chooser.add(each.page, each.skip)), (), each.rows
        yield unread(chooser.rest()), (), 0

    def attrs(self, notes: Notes) -> dict[str, Any]:
        """Return what the frame, or each of its parts, says of the whole."""
        return _attrs(self._fetch, notes, self._started, self.gatherer.rows, self.options.nested)


def fetched(
    query: Query, options: LoadOptions, client: Client, occurring: Collection[str] | None = None
) -> pd.DataFrame:
    """Return the rows of a query, or those of them with the ids that occur elsewhere, as a frame."""
    load = _Load(query, options, client, occurring)
    with closing(load.batches()) as batches:
        return framed(load.gatherer, batches, query, options, load.attrs)


def framed(
    gatherer: Gatherer,
    batches: Iterable[Batch],
    query: Query,
    options: LoadOptions,
    attrs: Callable[[Notes], dict[str, Any]],
) -> pd.DataFrame:
    """Return gathered batches as the frame that a query asks for, warning of columns that are not plain.

    Args:
        gatherer: gathers the batches.
        batches: the rows of the result.
        query: says the order.
        options: how the frame is wanted.
        attrs: what the frame says of itself, once all batches were gathered.
    """
    with closing(Spool(on_disk=False)) as spool:
        _fill(spool, batches)
        schema = _settled(gatherer)
        table = pa.concat_tables(_parts(spool, schema, query))
    dates = _dates(options, schema, gatherer.rows, lambda: [table])
    said = attrs(schema.notes) | _proof([table]).attrs()
    return to_frame(table, said, dtype_backend=options.dtype_backend, parse_dates=dates)


def _proof(tables: Iterable[pa.Table]) -> Proof:
    """Return what proves later that a frame still holds the rows of these tables."""
    proof = Proof()
    for table in tables:
        _prove(proof, table["id"], table["created_at"])
    return proof


def _prove(proof: Proof, ids: pa.Array | pa.ChunkedArray, created: pa.Array | pa.ChunkedArray) -> None:
    # A null as pandas has it, so that the frame's own column gives the same.
    proof.add(ids.to_pylist(), np.asarray(created.cast(pa.int64()).fill_null(pd.NaT.value), dtype=np.int64))


def _fill(spool: Spool, batches: Iterable[Batch]) -> None:
    with COLLECTOR_PAUSE:
        for number, batch in enumerate(batches):
            spool.append(batch)
            COLLECTOR_PAUSE.interrupt(number)


def _settled(gatherer: Gatherer) -> TableSchema:
    """Return the columns, all batches having been gathered, with a warning of those that are not plain."""
    schema = TableSchema(gatherer)
    warn_of(schema.notes)
    return schema


def _dates(options: LoadOptions, schema: TableSchema, rows: int, tables: Callable[[], Iterable[pa.Table]]) -> list[str]:
    """Return the columns to read as times, with a warning of those that are not there or hold other text."""
    if rows and (absent := [name for name in options.parse_dates if name not in schema.schema.names]):
        warn_of_absent([options.prefix + name for name in absent])
    there = [name for name in options.parse_dates if name in schema.schema.names]
    return [name for name in there if all_times(name, tables(), options.prefix)]


def streamed(
    query: Query, options: LoadOptions, occurring: Counter[str | None] | None = None
) -> Iterator[pd.DataFrame]:
    """Yield the result in parts; rows wait on disk until the last one has said what the columns are.

    Args:
        query: what is asked for.
        options: how the frames are wanted.
        occurring: counts the version ids of all rows, before the first part is yielded.
    """
    with shared(options.client) as client, closing(Spool(on_disk=True)) as spool:
        load = _Load(query, options, client)
        with closing(load.batches()) as batches:
            proof = Proof()
            _fill(spool, _noting(batches, proof, occurring))
        schema = _settled(load.gatherer)
        attrs = load.attrs(schema.notes) | proof.attrs()
        dates = _dates(options, schema, load.gatherer.rows, lambda: spool.tables(schema))
        given = 0
        for table in _parts(spool, schema, query):
            frame = to_frame(table, deepcopy(attrs), dtype_backend=options.dtype_backend, parse_dates=dates)
            frame.index = pd.RangeIndex(given, given + len(frame))
            given += len(frame)
            yield frame


def _noting(batches: Iterable[Batch], proof: Proof, occurring: Counter[str | None] | None) -> Iterator[Batch]:
    """Yield the batches, noting which rows there are and, where wanted, of which versions."""
    for batch in batches:
        _prove(proof, batch.documented["id"], batch.documented["createdAt"])
        if occurring is not None:
            counts = pc.value_counts(batch.documented["versionId"]).to_pylist()
            occurring.update({each["values"]: each["counts"] for each in counts})
        yield batch


def _parts(spool: Spool, schema: TableSchema, query: Query) -> Iterator[pa.Table]:
    """Yield all rows in the order wanted, in tables of 10,000, the last one shorter; at least one table."""
    tables: Iterable[pa.Table] = spool.tables(schema)
    if query.sort:  # any order but the usual one takes all rows in memory
        tables = [sorted_table(pa.concat_tables(tables), query.sort)]
    given, held = 0, schema.table([])
    for table in tables:
        held = pa.concat_tables([held, table])
        while held.num_rows >= _ROWS_A_FRAME:
            # Copied, so that a part holds on to no memory but its own.
            yield held.slice(0, _ROWS_A_FRAME).combine_chunks()
            held = held.slice(_ROWS_A_FRAME)
            given += 1
    if held.num_rows or not given:
        yield held.combine_chunks()


def _attrs(fetch: Fetch, notes: Notes, started: datetime, rows: int, nested: Nested) -> dict[str, Any]:
    return {
        "resource": fetch.query.resource.name,
        "filters": fetch.query.given,
        "fetched_at": started.isoformat(timespec="milliseconds"),
        "rows": rows,
        "pages": fetch.pages,
        "requests": fetch.tally.requests,
        "retries": fetch.tally.retries,
        "complete": True,
        "nested": nested,
        **noted(notes),
    }


def noted(notes: Notes) -> dict[str, Any]:
    """Return what a frame's attrs say of its columns."""
    return {
        "mixed_columns": notes.mixed,
        "overflow_columns": notes.overflow,
        "json_columns": notes.json,
        "fields": notes.fields,
        "null_fields": notes.null_fields,
        "whole_numbers": notes.whole_numbers,
        "time_digits": notes.time_digits,
        "replaced_text": notes.replaced,
    }
