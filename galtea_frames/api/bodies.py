"""Decompression of bodies, chunk by chunk and up to a limit: a kilobyte can unpack to gigabytes."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Bytes of a body to hold at once while reading it, besides the result.
CHUNK = 65_536

#: Value of the `Accept-Encoding` header.
CODINGS = "gzip, deflate"

_GZIP, _ZLIB, _BARE = 31, 15, -15


class BodyTooLargeError(Exception):
    """A body is larger than the limit."""


class BrokenBodyError(Exception):
    """A compressed body cannot be decompressed."""


class ShortBodyError(BrokenBodyError):
    """A compressed body ends in the middle."""


def decode_body(chunks: Iterable[bytes], codings: str, most: int) -> Iterator[bytes]:
    """Yield the bytes of a body, decompressed.

    Args:
        chunks: the body as sent.
        codings: the `Content-Encoding` header: the codings in the order in which they were applied.
        most: maximum number of bytes, before and after decompression.

    Raises:
        BodyTooLargeError: the body has more than `most` bytes.
        BrokenBodyError: the body does not match the header.
    """
    chunks = _bounded(chunks, most)
    for coding in reversed(codings.lower().split(",")):
        chunks = _bounded(_decoded(chunks, coding.strip()), most)
    yield from chunks


def _bounded(chunks: Iterable[bytes], most: int) -> Iterator[bytes]:
    for chunk in chunks:
        most -= len(chunk)
        if most < 0:
            raise BodyTooLargeError
        yield chunk


def _decoded(chunks: Iterable[bytes], coding: str) -> Iterable[bytes]:
    if coding in ("", "identity"):
        return chunks
    if coding in ("gzip", "x-gzip"):
        return _inflated(chunks, _GZIP)
    if coding == "deflate":
        return _inflated(chunks, _ZLIB)
    raise BrokenBodyError("its Content-Encoding was not asked for")


def _inflated(chunks: Iterable[bytes], layout: int) -> Iterator[bytes]:
    """Yield the decompressed bytes, at most a chunk at a time."""
    decoder: zlib._Decompress | None = None
    for chunk in chunks:
        left = chunk
        while left:
            if decoder is None:
                decoder = zlib.decompressobj(_layout(layout, left[0]))
            elif decoder.eof:
                # A gzip member may be followed by another one; anything else after the end is padding.
                if layout != _GZIP or left[:1] != b"\x1f":
                    return
                decoder = zlib.decompressobj(layout)
            yield from _pieces(decoder, left)
            left = decoder.unused_data
    if decoder is not None and not decoder.eof:
        raise ShortBodyError("its compressed body ends in the middle")


def _pieces(decoder: zlib._Decompress, compressed: bytes) -> Iterator[bytes]:
    try:
        while True:
            piece = decoder.decompress(compressed, CHUNK)
            compressed = decoder.unconsumed_tail
            yield piece
            # A full piece may not be all that these bytes unpack to.
            if decoder.eof or (not compressed and len(piece) < CHUNK):
                return
    except zlib.error as problem:
        raise BrokenBodyError(f"its compressed body is broken: {problem}") from None


def _layout(layout: int, first: int) -> int:
    """Return the layout of a stream: servers send deflate with and without the zlib header."""
    return _BARE if layout == _ZLIB and first & 0x0F != zlib.DEFLATED else layout
