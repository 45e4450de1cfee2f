"""One load: check the arguments, fetch and gather the rows, build one frame or several."""

from __future__ import annotations

from contextlib import closing, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from galtea_frames.api.client import Client
from galtea_frames.api.query import build_query
from galtea_frames.api.splitting import sendable_ids
from galtea_frames.api.transport import Tally
from galtea_frames.decoding.gatherer import Gatherer
from galtea_frames.decoding.reader import id_parser, values_of
from galtea_frames.frames import assembly
from galtea_frames.frames.limit_offset import RowSelector
from galtea_frames.frames.options import parse_arguments
from galtea_frames.frames.progress import show_progress
from galtea_frames.walk.crew import Crew
from galtea_frames.walk.fetch import Fetch
from galtea_frames.walk.window import Window

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence

    import pandas as pd

    from galtea_frames.api.query import Query
    from galtea_frames.api.resource import Resource
    from galtea_frames.decoding.column_batch import ColumnBatch
    from galtea_frames.decoding.notes import Notes
    from galtea_frames.decoding.reader import Rows
    from galtea_frames.frames.options import LoadOptions


def load(resource: Resource, arguments: Mapping[str, Any]) -> pd.DataFrame:
    """Return the rows of a resource that a loader's arguments select.

    Raises:
        GalteaFramesError: as in `load_sessions`.
    """
    query, options = parse_arguments(resource, arguments)
    with client_context(options.client) as client:
        return fetch_frame(query, options, client)


def iterate(resource: Resource, arguments: Mapping[str, Any]) -> Iterator[pd.DataFrame]:
    """Yield the rows of `load` in frames of up to 10,000, all with the same columns and dtypes.

    Raises:
        GalteaFramesError: as in `load_sessions`.
    """
    query, options = parse_arguments(resource, arguments)  # here, so that invalid arguments raise at the call
    return stream_frames(query, options)


def client_context(client: Client | None) -> Client | nullcontext[Client]:
    """Return the caller's client, which stays open, or a new one that is closed on exit."""
    return Client() if client is None else nullcontext(client)


@dataclass(frozen=True)
class Wanted:
    """Rows that other rows refer to.

    Attributes:
        query: what to fetch.
        options: how to build the frame.
        ids: the rows to keep; None keeps all.
        looks_up: whether to ask by id for those of them that the query does not return, because lists hide some.
    """

    query: Query
    options: LoadOptions
    ids: Collection[str] | None
    looks_up: bool = False


class _Load:
    """One load: its fetch, and the gatherer that sees every row.

    Args:
        query: what to fetch.
        options: how to build the frames.
        client: sends the requests.
        only_ids: keep only the rows with these ids; None keeps all.
        looks_up: whether to ask by id for those of them that the query does not return.
        workers: maximum number of concurrent requests; None is the client's.
    """

    def __init__(
        self,
        query: Query,
        options: LoadOptions,
        client: Client,
        only_ids: Collection[str] | None = None,
        *,
        looks_up: bool = False,
        workers: int | None = None,
    ) -> None:
        self.query = query
        self.options = options
        self.gatherer = Gatherer(query.resource, options.nested, options.contract)
        self._client = client
        self._only_ids = None if only_ids is None else set(only_ids)
        self._looks_up = looks_up
        self._workers = workers or client.settings.max_workers
        # Loads side by side would write over each other's line.
        self._progress = client.settings.progress if workers is None else False
        self._started = datetime.now(UTC)
        self._fetch = self._fetch_of(query)

    def _fetch_of(self, query: Query, tally: Tally | None = None) -> Fetch[Rows]:
        return Fetch(
            self._client.transport,
            query,
            self.gatherer.reader.open_unread if query.cuts else self.gatherer.reader.open,
            id_parser,
            values_of,
            self._client.settings.page_size,
            self._workers,
            missing_ok=self._only_ids is not None,
            tally=tally or Tally(),
        )

    def has_row_at(self, place: int) -> bool:
        """Tell whether the query has a row after this many others, in one request."""
        return self._fetch.has_row_at(place)

    def abandon(self) -> None:
        """End the load: its requests are not repeated."""
        self._fetch.tally.abandoned.set()

    def batches(self) -> Generator[ColumnBatch, None, None]:
        """Yield the rows of the result, batch by batch, in no particular order.

        Callers must close it: notebooks keep the error that ended a load, which would keep its threads alive.
        """
        with show_progress(self._progress, self.query.resource.name) as line:
            self._fetch.tally.tell = line.tell
            fetched = 0
            for rows, skip, new in self._selected() if self.query.cuts else self._all():
                yield from self.gatherer.gather(rows, skip)
                fetched += new
                line.count(fetched, self._fetch.pages)

    def _all(self) -> Iterator[tuple[Rows, Collection[int], int]]:
        """Yield rows, the numbers of those to skip, and how many were fetched with them."""
        left = set(self._only_ids or ())
        for each in self._fetch.slices():
            if self._only_ids is None:
                yield each.page.rows, each.skip, each.rows
                continue
            found = self._only_ids.intersection(each.ids())
            left -= found
            wanted = each.only(found)
            yield wanted.page.rows, wanted.skip, each.rows
        if self._looks_up and (ids := sendable_ids(sorted(left))):
            hidden = self._fetch_of(build_query(self.query.resource, {"ids": ids}), self._fetch.tally)
            for each in hidden.slices():
                self._fetch.pages += 1
                yield each.page.rows, each.skip, each.rows

    def _selected(self) -> Iterator[tuple[Rows, Collection[int], int]]:
        """Yield the same for the rows within `limit` and `offset`."""
        selector, unread = RowSelector(self.query, ascending=self._fetch.ascending), self.gatherer.reader.unread
        for each in self._fetch.slices():
            yield unread(selector.add(each.page, each.skip)), (), each.rows
        yield unread(selector.rest()), (), 0

    def attrs(self, notes: Notes) -> dict[str, Any]:
        """Return the attrs of the frame, or of each frame of the load."""
        return {
            "resource": self.query.resource.name,
            "filters": self.query.given,
            "fetched_at": self._started.isoformat(timespec="milliseconds"),
            "rows": self.gatherer.rows,
            "pages": self._fetch.pages,
            "requests": self._fetch.tally.requests,
            "retries": self._fetch.tally.retries,
            "complete": True,
            "nested": self.options.nested,
            **assembly.column_attrs(notes, self.options.contract),
        }


def fetch_frame(
    query: Query, options: LoadOptions, client: Client, only_ids: Collection[str] | None = None
) -> pd.DataFrame:
    """Return the rows of a query as a frame; with `only_ids`, those with one of these ids."""
    load = _Load(query, options, client, only_ids)
    with closing(load.batches()) as batches:
        return assembly.build_frame(load.gatherer, batches, query, options, load.attrs)


def fetch_side_by_side(asked: Sequence[Wanted], client: Client) -> list[pd.DataFrame]:
    """Return the rows wanted of several lists, fetched at the same time with the client's number of workers."""
    most = client.settings.max_workers
    workers = max(1, most // max(1, len(asked)))
    loads = [
        _Load(each.query, each.options, client, each.ids, looks_up=each.looks_up, workers=workers) for each in asked
    ]
    gathered = _gather_side_by_side(loads, most)
    # Frames are built here, so that warnings name the caller's line.
    return [
        assembly.build_frame(load.gatherer, batches, load.query, load.options, load.attrs)
        for load, batches in zip(loads, gathered, strict=True)
    ]


def _gather_side_by_side(loads: Sequence[_Load], workers: int) -> list[list[ColumnBatch]]:
    """Return the rows of each load."""
    numbers = {Window((("load", str(number)),)): number for number in range(len(loads))}

    def walk(window: Window) -> Iterator[tuple[int, ColumnBatch]]:
        number = numbers[window]
        with closing(loads[number].batches()) as batches:
            for batch in batches:
                yield number, batch

    def abandon() -> None:
        for load in loads:
            load.abandon()

    gathered: list[list[ColumnBatch]] = [[] for _ in loads]
    with closing(Crew(numbers, workers, walk, lambda _: None, abandon).slices()) as found:
        for number, batch in found:
            gathered[number].append(batch)
    return gathered


def has_row_at(place: int, query: Query, options: LoadOptions, client: Client) -> bool:
    """Tell whether a query has a row after this many others, in one request for each of its parts."""
    return _Load(query, options, client).has_row_at(place)


def stream_frames(
    query: Query, options: LoadOptions, version_ids: Counter[str | None] | None = None
) -> Iterator[pd.DataFrame]:
    """Yield the result in frames; rows wait on disk until the last one has determined the columns.

    Args:
        query: what to fetch.
        options: how to build the frames.
        version_ids: counts the version ids of all rows, before the first frame is yielded.
    """
    with client_context(options.client) as client:
        load = _Load(query, options, client)
        with closing(load.batches()) as batches:
            counted = batches if version_ids is None else _counted(batches, version_ids)
            yield from assembly.build_frames(load.gatherer, counted, query, options, load.attrs)


def _counted(batches: Iterable[ColumnBatch], version_ids: Counter[str | None]) -> Iterator[ColumnBatch]:
    """Yield the batches, counting the version ids of their rows."""
    for batch in batches:
        counts = pc.value_counts(batch.declared["versionId"]).to_pylist()
        version_ids.update({each["values"]: each["counts"] for each in counts})
        yield batch
