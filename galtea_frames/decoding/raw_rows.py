"""Rows kept as raw bytes, parsed only when they are needed.

As Python objects they would take several times the memory in the meantime.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from galtea_frames.decoding.exact import exact_value, scan_page

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

#: One row, as JSON.
Raw = bytes | msgspec.Raw

#: The approximate number of bytes of a part.
_PART = 2_000_000

_RAWS = msgspec.json.Decoder(list[msgspec.Raw])

#: What the fast reader raises for invalid or unusual JSON.
REFUSED = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def split_page(content: bytes) -> Sequence[Raw]:
    """Return the rows of a page.

    Raises:
        ValueError: not a JSON list of objects.
    """
    content.decode("utf-8")  # msgspec does not check the text of raw values
    try:
        raws: list[msgspec.Raw] = _RAWS.decode(content)
        if all(bytes(memoryview(raw)[:1]) == b"{" for raw in raws):
            return raws
    except REFUSED:
        pass
    return [object_text(row).encode() for row in scan_page(content)]


def object_text(fields: Mapping[str, str]) -> str:
    """Return the JSON text of an object, given the JSON text of each field."""
    return "{" + ",".join(f"{_key(name)}:{text}" for name, text in fields.items()) + "}"


@lru_cache
def _key(name: str) -> str:
    return json.dumps(name)


@dataclass(frozen=True)
class RawRows:
    """Rows that are not parsed yet.

    Attributes:
        raws: the rows.
        read: parses some of them into batches.
    """

    raws: Sequence[Raw]
    read: Callable[[Sequence[Raw]], Iterator[Any]]

    def values(self, *names: str) -> list[list[Any]]:
        """Return the values of some fields, one list per field."""
        read = _reader(names)
        rows = [_values(raw, names, read) for raw in self.raws]
        return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in names]

    def reordered(self, order: Sequence[int]) -> RawRows:
        """Return the rows in another order."""
        return RawRows([self.raws[index] for index in order], self.read)

    def batches(self, skip: Collection[int]) -> Iterator[Any]:
        """Yield the rows except those numbered in `skip`, parsing one part at a time."""
        raws = [raw for number, raw in enumerate(self.raws) if number not in skip] if skip else self.raws
        for part in _grouped(raws) if raws else ():
            yield from self.read(part)


@cache
def _reader(names: tuple[str, ...]) -> Callable[[Raw], tuple[Any, ...]]:
    """Return a parser for these fields of a row; it skips the others."""
    renamed = {f"f{number}": name for number, name in enumerate(names)}
    struct = msgspec.defstruct("Fields", [(field, Any, None) for field in renamed], rename=renamed, gc=False)
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(struct)
    return lambda raw: msgspec.structs.astuple(decoder.decode(raw))


def _values(raw: Raw, names: Sequence[str], read: Callable[[Raw], tuple[Any, ...]]) -> tuple[Any, ...]:
    try:
        return read(raw)
    except REFUSED:
        row = scan_page(b"[" + bytes(raw) + b"]")[0]
    return tuple(exact_value(row.get(name, "null")) for name in names)


def _grouped(raws: Sequence[Raw]) -> Iterator[Sequence[Raw]]:
    """Yield the rows in parts of about `_PART` bytes; a larger row is a part of its own."""
    ends = np.cumsum([len(memoryview(raw)) for raw in raws]) // _PART
    cuts: list[int] = np.flatnonzero(np.diff(ends, prepend=-1, append=-1)).tolist()
    return (raws[start:end] for start, end in pairwise(cuts))
