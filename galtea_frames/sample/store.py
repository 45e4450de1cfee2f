"""The rows that the sample API serves, kept in memory as the bytes to send."""

import json
import threading
from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby, islice
from typing import Any

from galtea_frames.sample.queries import Filter, Selection
from galtea_frames.sample.records import Record
from galtea_frames.sample.resource import Resource, Value
from galtea_frames.sample.times import instant_or_none

#: Reorders rows of equal ``createdAt``.
Shuffle = Callable[[Sequence["Row"]], list["Row"]]

#: An index is used for at most as many values as a request can hold.
_FEW = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One record: its position in the list, the values that filters compare, and its JSON."""

    position: tuple[int, int]
    values: tuple[Value, ...]
    encoded: bytes

    @property
    def record(self) -> Record:
        """The record, decoded again."""
        record: Record = json.loads(self.encoded)
        return record


def encode(record: Mapping[str, Any]) -> bytes:
    """A record in the API's format: compact JSON in UTF-8."""
    try:
        return json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        # A lone surrogate has no UTF-8 form, but JSON can escape it, as the API does.
        return json.dumps(record, allow_nan=False, separators=(",", ":")).encode()


def encode_page(rows: Iterable[Row]) -> bytes:
    """A page in the API's format: a bare array."""
    return b"[" + b",".join(row.encoded for row in rows) + b"]"


class Store:
    """The rows of one resource, sorted by ``createdAt`` and then in order of insertion.

    All methods can be called from any thread while the API is serving.
    """

    def __init__(self, resource: Resource, records: Iterable[Mapping[str, Any]] = ()) -> None:
        self.resource = resource
        self._lock = threading.RLock()
        self._inserted = 0
        self._by_id: dict[str, Row] = {}
        self._indexes = {resource.columns.index(column): dict[Value, dict[str, Row]]() for column in resource.indexed}
        self._rows = sorted((self._new_row(record) for record in records), key=_position_of)

    def __repr__(self) -> str:
        return f"<Store of {len(self._rows)} {self.resource.name}>"

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Record]:
        """The current records, oldest first."""
        with self._lock:
            rows = list(self._rows)
        return (row.record for row in rows)

    def __contains__(self, row_id: object) -> bool:
        return row_id in self._by_id

    def __getitem__(self, row_id: str) -> Record:
        return self._by_id[row_id].record

    def insert(self, record: Mapping[str, Any]) -> None:
        """Add a record.

        A missing or invalid ``createdAt`` is served unchanged and sorts first. ``deletedAt`` is served unchanged
        too; to leave out a row, delete it.

        Raises:
            ValueError: A record with this id exists, or a value is not JSON.
        """
        with self._lock:
            insort(self._rows, self._new_row(record), key=_position_of)

    def delete(self, row_id: str) -> None:
        """Remove a record.

        Raises:
            KeyError: No record has this id.
        """
        with self._lock:
            row = self._by_id.pop(row_id)
            for column, index in self._indexes.items():
                index.get(row.values[column], {}).pop(row_id, None)
            del self._rows[bisect_left(self._rows, row.position, key=_position_of)]

    def update(self, row_id: str, **changes: object) -> None:
        """Change fields of a record, which moves if its ``createdAt`` changes.

        Raises:
            KeyError: No record has this id.
        """
        with self._lock:
            row = self._by_id[row_id]
            changed = self._row(row.record | changes, row.position[1])
            self.delete(row_id)
            self._keep(changed.record["id"], changed)
            insort(self._rows, changed, key=_position_of)

    def select(self, selection: Selection, limit: int, shuffle: Shuffle | None = None) -> list[Row]:
        """At most ``limit`` rows of a selection, in its order.

        The cost of a page of a time range depends only on its own rows.

        Args:
            selection: The rows to select. Without ``sort``, they are returned oldest first.
            limit: Maximum number of rows; the selection's own limit is ignored.
            shuffle: Reorders rows that are equal under the sort; None keeps the order of insertion.
        """
        window = slice(selection.offset, selection.offset + limit)
        with self._lock:
            positions = self._positions(selection)
            if selection.sort[:1] == (("createdAt", True),):
                positions = positions[::-1]
            if shuffle is None and selection.is_time_range:
                return [self._rows[position] for position in positions[window]]
            rows = (row for row in map(self._rows.__getitem__, positions) if self._matches(row, selection))
            return list(islice(_arranged(rows, selection.sort, shuffle), window.start, window.stop))

    def _positions(self, selection: Selection) -> Sequence[int]:
        """The positions of the rows in the time range, restricted to ``ids`` or to those of an index if possible."""
        first = 0 if selection.since is None else bisect_left(self._rows, selection.since, key=_moment_of)
        end = len(self._rows) if selection.until is None else bisect_right(self._rows, selection.until, key=_moment_of)
        found = self._found(selection)
        if found is None:
            return range(first, end)
        positions = (bisect_left(self._rows, key, key=_position_of) for key in sorted(row.position for row in found))
        return [position for position in positions if first <= position < end]

    def _found(self, selection: Selection) -> list[Row] | None:
        """The only rows that can match; None if all must be looked at."""
        if selection.ids is not None:
            return [self._by_id[row_id] for row_id in selection.ids if row_id in self._by_id]
        for one in selection.filters:
            index = self._indexes.get(one.column)
            if index is not None and one.values is not None and len(one.values) <= _FEW:
                return [row for value in one.values for row in index.get(value, {}).values()]
        return None

    def _matches(self, row: Row, selection: Selection) -> bool:
        return _admitted(row, selection.filters)

    def taken(self, filters: Sequence[Filter], column: str) -> frozenset[Value]:
        """The values of a column in the rows that pass the filters."""
        at = self.resource.columns.index(column)
        with self._lock:
            found = self._found(Selection(filters=tuple(filters)))
            rows = self._rows if found is None else found
            return frozenset(row.values[at] for row in rows if _admitted(row, filters)) - {None}

    def counted(self, column: str) -> Counter[Value]:
        """How many rows have each value of a column; values come in the order of the rows."""
        at = self.resource.columns.index(column)
        with self._lock:
            return Counter(row.values[at] for row in self._rows)

    def _new_row(self, record: Mapping[str, Any]) -> Row:
        if record["id"] in self._by_id:
            raise ValueError(f"the {self.resource.name} already have a record with the id {record['id']!r}")
        row = self._row(record, self._inserted)
        self._inserted += 1
        self._keep(record["id"], row)
        return row

    def _keep(self, row_id: str, row: Row) -> None:
        self._by_id[row_id] = row
        for column, index in self._indexes.items():
            if (value := row.values[column]) is not None:
                index.setdefault(value, {})[row_id] = row

    def _row(self, record: Mapping[str, Any], number: int) -> Row:
        return Row(
            (instant_or_none(record.get("createdAt")) or 0, number), self.resource.values(record), encode(record)
        )


def _moment_of(row: Row) -> int:
    return row.position[0]


def _position_of(row: Row) -> tuple[int, int]:
    return row.position


def _admitted(row: Row, filters: Iterable[Filter]) -> bool:
    return all(one.admits(row.values[one.column]) for one in filters)


def _arranged(rows: Iterable[Row], sort: Sequence[tuple[str, bool]], shuffle: Shuffle | None) -> Iterator[Row]:
    """Rows ordered by time in the requested order, holding one group of equal rows at a time."""
    by_time = bool(sort) and sort[0][0] == "createdAt"
    groups = (group for _, group in groupby(rows, key=_moment_of)) if by_time else iter([rows])
    for group in groups:
        equals = list(group) if shuffle is None else shuffle(list(group))
        for field, descending in reversed(sort[by_time:]):
            equals.sort(key=partial(_rank, field), reverse=descending)
            # Nulls come last in both directions.
            equals.sort(key=partial(_is_null, field))
        yield from equals


def _rank(field: str, row: Row) -> tuple[int, float, str]:
    """A sort key for values of any type: numbers and times, then texts."""
    value = row.position[0] if field == "createdAt" else row.record.get(field)
    if isinstance(value, int | float):
        return 0, value, ""
    moment = instant_or_none(value)
    return (1, 0, str(value)) if moment is None else (0, moment, "")


def _is_null(field: str, row: Row) -> bool:
    return field != "createdAt" and row.record.get(field) is None
