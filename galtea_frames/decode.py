"""Bytes of a page to the values of its fields: fast where rows fit what was seen before, exact everywhere."""

from __future__ import annotations

import gc
import threading
from dataclasses import dataclass
from itertools import chain, repeat
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from galtea_frames.scan import exact_value, scan_page
from galtea_frames.times import instants

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from galtea_frames.resources import Resource

#: Fields of a row that the fast reader learns; a page with more of them is read the exact way.
_MOST_FIELDS = 256

#: What a field holds in a row that does not have it.
ABSENT = msgspec.UNSET

_KEYS = msgspec.json.Decoder(list[dict[str, msgspec.Raw]])


@dataclass(frozen=True)
class Batch:
    """The values of some rows, field by field.

    Attributes:
        rows: how many rows there are.
        fields: by API name, one value a row; ABSENT where a row lacks the field.
        texts: the JSON text of the fields that were read as text, None for null or absent.
    """

    rows: int
    fields: dict[str, Sequence[Any]]
    texts: dict[str, list[str | None]]


class Rows(Protocol):
    """The rows of a page, as one of the two readers read them."""

    def values(self, name: str) -> list[Any]:
        """Return one field of every row."""

    def batch(self, skip: Collection[int]) -> Batch:
        """Return all fields of the rows, but for those numbered in `skip`."""


@dataclass(frozen=True)
class Page:
    """One answer of the API.

    Attributes:
        rows: the rows.
        ids: the id of each row.
        created: the creation time of each row, as sent.
        ordered: whether the creation times never go backwards.
        first: the first creation time, in microseconds since 1970; 0 for an empty page.
        last: the last one.
    """

    rows: Rows
    ids: Sequence[str]
    created: Sequence[str]
    ordered: bool
    first: int
    last: int


def page_of(rows: Rows, ids: Sequence[Any], created: Sequence[Any]) -> Page:
    """Return a page of rows with these values of `id` and `createdAt`.

    Raises:
        ValueError: one of them is missing, or no text, or no time.
    """
    if not set(map(type, chain(ids, created))) <= {str}:
        raise ValueError("a row has no id or no createdAt")
    if not ids:
        return Page(rows, (), (), ordered=True, first=0, last=0)
    ordered, first, last = instants(created)
    return Page(rows, ids, created, ordered, first, last)


@dataclass(frozen=True)
class _Layout:
    """A row type for rows with certain fields and no others: an unknown field must not be dropped unseen.

    Attributes:
        names: the fields' API names.
        decoder: reads a list of such rows.
    """

    names: tuple[str, ...]
    decoder: msgspec.json.Decoder[list[Any]]


class PageReader:
    """Reads pages of one resource, learning the fields that rows have from the rows themselves.

    Safe to share between threads.

    Args:
        resource: whose rows these are.
        as_text: whether the documented objects are wanted as JSON text, exactly as sent.
        as_values: whether they are wanted as Python values.
    """

    def __init__(self, resource: Resource, *, as_text: bool = False, as_values: bool = True) -> None:
        self._documented = {column.api for column in resource.columns}
        self._texts = {column.api for column in resource.columns if column.kind == "object"} if as_text else set()
        self._as_values = as_values
        self._layout = self._learn(column.api for column in resource.columns)

    def read(self, content: bytes) -> Rows:
        """Return the rows of a page.

        Raises:
            ValueError: not a JSON list of objects.
        """
        if self._texts:
            content.decode("utf-8")  # text that is left unread is left unchecked
        try:
            with COLLECTOR_PAUSE:
                return self._read_fast(content)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return _ExactRows(scan_page(content), self._layout.names, self._texts, self._as_values)

    def open(self, content: bytes) -> Page:
        """Return the page, with what a walk needs to know of it.

        Raises:
            ValueError: not a JSON list of objects that each have an `id` and a `createdAt`.
        """
        rows = self.read(content)
        return page_of(rows, rows.values("id"), rows.values("createdAt"))

    def _read_fast(self, content: bytes) -> _FastRows:
        layout = self._layout
        try:
            return _FastRows(layout.decoder.decode(content), layout.names, self._texts, self._as_values)
        except msgspec.ValidationError:
            names = dict.fromkeys(chain(layout.names, chain.from_iterable(_KEYS.decode(content))))
            if len(names) == len(layout.names) or len(names) > _MOST_FIELDS:
                raise
        self._layout = layout = self._learn(names)
        return _FastRows(layout.decoder.decode(content), layout.names, self._texts, self._as_values)

    def _learn(self, names: Iterable[str]) -> _Layout:
        renamed = {f"f{number}": name for number, name in enumerate(names)}
        kinds = [(field, *self._kind(name)) for field, name in renamed.items()]
        try:
            row = msgspec.defstruct("Row", kinds, rename=renamed, forbid_unknown_fields=True, gc=False)
        except ValueError as problem:  # a key that msgspec cannot name: quotes, control characters
            raise msgspec.DecodeError(str(problem)) from None
        return _Layout(tuple(renamed.values()), msgspec.json.Decoder(list[row]))  # type: ignore[valid-type]

    def _kind(self, name: str) -> tuple[Any, Any]:
        if name in self._texts:
            return msgspec.Raw, msgspec.Raw(b"null")
        # An absent field that is documented is null; of any other it is told apart.
        return Any, None if name in self._documented else ABSENT


@dataclass(frozen=True)
class _FastRows:
    """Rows as structs whose fields are numbered in the order of the names."""

    rows: list[Any]
    names: tuple[str, ...]
    as_text: set[str]
    as_values: bool

    def values(self, name: str) -> list[Any]:
        return list(map(attrgetter(f"f{self.names.index(name)}"), self.rows))

    def batch(self, skip: Collection[int]) -> Batch:
        rows = [row for number, row in enumerate(self.rows) if number not in skip] if skip else self.rows
        # One call a row and one for the whole, instead of one a cell.
        columns = zip(*map(msgspec.structs.astuple, rows), strict=True) if rows else repeat(())
        fields: dict[str, Sequence[Any]] = dict(zip(self.names, columns, strict=False))
        texts = {name: [_raw_text(raw) for raw in fields.pop(name, ())] for name in self.as_text}
        if self.as_values:
            fields |= {name: [None if text is None else exact_value(text) for text in texts[name]] for name in texts}
        return Batch(len(rows), fields, texts)


@dataclass(frozen=True)
class _ExactRows:
    """Rows as the JSON text of each field."""

    rows: list[dict[str, str]]
    names: tuple[str, ...]
    as_text: set[str]
    as_values: bool

    def values(self, name: str) -> list[Any]:
        return [exact_value(row.get(name, "null")) for row in self.rows]

    def batch(self, skip: Collection[int]) -> Batch:
        rows = [row for number, row in enumerate(self.rows) if number not in skip]
        texts = {name: [_null_as_none(row.get(name)) for row in rows] for name in self.as_text}
        names = dict.fromkeys(chain(self.names, chain.from_iterable(rows)))
        wanted = [name for name in names if self.as_values or name not in texts]
        return Batch(len(rows), {name: [_exact(row, name) for row in rows] for name in wanted}, texts)


def _exact(row: dict[str, str], name: str) -> Any:  # noqa: ANN401 - whatever JSON can hold
    return exact_value(row[name]) if name in row else ABSENT


def _null_as_none(text: str | None) -> str | None:
    return None if text == "null" else text


def _raw_text(raw: msgspec.Raw) -> str | None:
    return _null_as_none(bytes(raw).decode("utf-8"))


class _CollectorPause:
    """Keeps Python's garbage collector from walking over rows while they are made: no row is part of a cycle."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._was_on = False

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                self._was_on = gc.isenabled()
                gc.disable()
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._was_on and not self._inside:
                gc.enable()


#: The collector is the process's, and so is its pause.
COLLECTOR_PAUSE = _CollectorPause()
