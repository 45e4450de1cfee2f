"""Bytes of a page to the values of its fields: fast where rows fit what was seen before, exact everywhere; pure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec

from galtea_frames.scan import exact_value, scan_page
from galtea_frames.times import instants

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from galtea_frames.resources import Resource

#: Fields of a row that the fast reader learns; a page with more of them is read the exact way.
_MOST_FIELDS = 256

#: What a field holds in a row that does not have it.
ABSENT = msgspec.UNSET


class _Head(msgspec.Struct, gc=False):
    id: str
    createdAt: str  # noqa: N815 - the API's own name


_HEADS = msgspec.json.Decoder(list[_Head])
_KEYS = msgspec.json.Decoder(list[dict[str, msgspec.Raw]])


@dataclass(frozen=True)
class Page:
    """One answer of the API, unread but for what the walk needs.

    Attributes:
        content: the body, a JSON list of objects.
        ids: the id of each row.
        created: the creation time of each row, as sent.
        ordered: whether the creation times never go backwards.
        first: the first creation time, in microseconds since 1970; 0 for an empty page.
        last: the last one.
    """

    content: bytes
    ids: tuple[str, ...]
    created: tuple[str, ...]
    ordered: bool
    first: int
    last: int


@dataclass(frozen=True)
class Batch:
    """The values of some rows, field by field.

    Attributes:
        rows: how many rows there are.
        fields: by API name, one value a row; ABSENT where a row lacks the field.
        texts: the JSON text of the fields that were read as text, None for null or absent.
    """

    rows: int
    fields: dict[str, list[Any]]
    texts: dict[str, list[str | None]]


def open_page(content: bytes) -> Page:
    """Return a page with the id and creation time of each row.

    Raises:
        ValueError: not a JSON list of objects that each have an `id` and a `createdAt`.
    """
    content.decode("utf-8")  # the fast readers leave unread text unchecked
    try:
        heads = [(head.id, head.createdAt) for head in _HEADS.decode(content)]
    except (msgspec.DecodeError, RecursionError):
        heads = [_exact_head(row) for row in scan_page(content)]
    if not heads:
        return Page(content, (), (), ordered=True, first=0, last=0)
    ids, created = zip(*heads, strict=True)
    ordered, first, last = instants(created)
    return Page(content, ids, created, ordered, first, last)


def _exact_head(row: dict[str, str]) -> tuple[str, str]:
    identity, created = (exact_value(row.get(name, "null")) for name in ("id", "createdAt"))
    if not isinstance(identity, str) or not isinstance(created, str):
        raise ValueError("a row has no id or no createdAt")  # noqa: TRY004 - the page is bad, not the call
    return identity, created


class RowReader:
    """Reads pages of one resource, learning the fields that rows have from the rows themselves.

    Args:
        resource: whose rows these are.
        as_text: whether the documented objects are wanted as JSON text, exactly as sent.
        as_values: whether they are wanted as Python values.
    """

    def __init__(self, resource: Resource, *, as_text: bool, as_values: bool) -> None:
        self._objects = tuple(column.api for column in resource.columns if column.kind == "object")
        self._as_text = as_text
        self._as_values = as_values
        self._learn(column.api for column in resource.columns)

    def read(self, content: bytes, skip: Collection[int] = ()) -> Batch:
        """Return the values of a page's rows, but for the rows numbered in `skip`."""
        try:
            rows = self._read_fast(content)
        except (msgspec.DecodeError, RecursionError):
            return self._read_exactly(content, skip)
        if skip:
            rows = [row for number, row in enumerate(rows) if number not in skip]
        columns = {name: list(map(get, rows)) for name, get in self._getters.items()}
        texts: dict[str, list[str | None]] = {}
        if self._as_text:
            raw = {name: columns.pop(name) for name in self._objects}
            texts = {name: [_raw_text(value) for value in values] for name, values in raw.items()}
            if self._as_values:
                columns |= {name: [_parsed(text) for text in values] for name, values in texts.items()}
        return Batch(len(rows), columns, texts)

    def _read_fast(self, content: bytes) -> list[Any]:
        try:
            return self._decoder.decode(content)
        except msgspec.ValidationError:
            names = dict.fromkeys(chain(self._getters, chain.from_iterable(_KEYS.decode(content))))
            if len(names) == len(self._getters) or len(names) > _MOST_FIELDS:
                raise
        self._learn(names)
        return self._decoder.decode(content)

    def _learn(self, names: Iterable[str]) -> None:
        """Make the reader of rows that have these fields, and no others: an unknown one must not be dropped."""
        renamed = {f"f{number}": name for number, name in enumerate(names)}
        raw = self._objects if self._as_text else ()
        kinds: list[Any] = [
            (field, msgspec.Raw if name in raw else Any, ABSENT if name not in raw else msgspec.Raw(b"null"))
            for field, name in renamed.items()
        ]
        try:
            row = msgspec.defstruct("Row", kinds, rename=renamed, forbid_unknown_fields=True, gc=False)
        except ValueError as problem:  # a key that msgspec cannot name: quotes, control characters
            raise msgspec.DecodeError(str(problem)) from None
        self._decoder: msgspec.json.Decoder[list[Any]] = msgspec.json.Decoder(list[row])  # type: ignore[valid-type]
        self._getters: dict[str, Callable[[Any], Any]] = {name: attrgetter(field) for field, name in renamed.items()}

    def _read_exactly(self, content: bytes, skip: Collection[int]) -> Batch:
        rows = [row for number, row in enumerate(scan_page(content)) if number not in skip]
        names = dict.fromkeys(chain(self._getters, chain.from_iterable(rows)))
        texts: dict[str, list[str | None]] = {}
        if self._as_text:
            texts = {name: [_null_as_none(row.get(name)) for row in rows] for name in self._objects}
        wanted = [name for name in names if self._as_values or name not in texts]
        return Batch(len(rows), {name: [_exact_field(row, name) for row in rows] for name in wanted}, texts)


def _exact_field(row: dict[str, str], name: str) -> Any:  # noqa: ANN401 - whatever JSON can hold
    return exact_value(row[name]) if name in row else ABSENT


def _null_as_none(text: str | None) -> str | None:
    return None if text == "null" else text


def _raw_text(raw: msgspec.Raw) -> str | None:
    return _null_as_none(bytes(raw).decode("utf-8"))


def _parsed(text: str | None) -> Any:  # noqa: ANN401 - whatever JSON can hold
    return None if text is None else exact_value(text)
