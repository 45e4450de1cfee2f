"""One load: one query, one fetch, one frame, or frames one after the other."""

from __future__ import annotations

from contextlib import closing, nullcontext
from copy import deepcopy
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow.compute as pc

from galtea_frames.api.client import Client
from galtea_frames.decoding.gatherer import Gatherer, Nested
from galtea_frames.frames import progress
from galtea_frames.frames.chosen import Chooser
from galtea_frames.frames.fingerprint import Proof
from galtea_frames.frames.frame import to_frame
from galtea_frames.frames.framing import (
    LoadOptions,
    checked,
    dates_of,
    fill,
    framed,
    noted,
    parts,
    prove,
    resolve_schema,
)
from galtea_frames.frames.spool import Spool
from galtea_frames.walk.fetch import Fetch

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Collection, Generator, Iterable, Iterator, Mapping

    from galtea_frames.api.query import Query
    from galtea_frames.api.resource import Resource
    from galtea_frames.decoding.gatherer import ColumnBatch
    from galtea_frames.decoding.reader import Rows
    from galtea_frames.decoding.schema import Notes


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

    def batches(self) -> Generator[ColumnBatch, None, None]:
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
            fill(spool, _noting(batches, proof, occurring))
        schema = resolve_schema(load.gatherer)
        attrs = load.attrs(schema.notes) | proof.attrs()
        dates = dates_of(options, schema, load.gatherer.rows, lambda: spool.tables(schema))
        given = 0
        for table in parts(spool, schema, query):
            frame = to_frame(table, deepcopy(attrs), dtype_backend=options.dtype_backend, parse_dates=dates)
            frame.index = pd.RangeIndex(given, given + len(frame))
            given += len(frame)
            yield frame


def _noting(
    batches: Iterable[ColumnBatch], proof: Proof, occurring: Counter[str | None] | None
) -> Iterator[ColumnBatch]:
    """Yield the batches, noting which rows there are and, where wanted, of which versions."""
    for batch in batches:
        prove(proof, batch.declared["id"], batch.declared["createdAt"])
        if occurring is not None:
            counts = pc.value_counts(batch.declared["versionId"]).to_pylist()
            occurring.update({each["values"]: each["counts"] for each in counts})
        yield batch


def _attrs(fetch: Fetch[Any], notes: Notes, started: datetime, rows: int, nested: Nested) -> dict[str, Any]:
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
