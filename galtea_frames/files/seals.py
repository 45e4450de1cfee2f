"""Seals: checksums in our Parquet files by which files that this package wrote are recognised.

A seal is metadata in the file's footer: a digest of all bytes before the footer and, in the file that closes a folder
(`rows.parquet` of a report), size and digest of every other file there. It detects changes made by accident or by
another program; it does not protect against forgery.
"""

from __future__ import annotations

import hashlib
import json
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pyarrow.parquet as pq

_KEY = b"galtea_frames.seal"

#: A Parquet file ends with the length of its footer in four bytes, and a magic number of four.
_TAIL = 8

_CHUNK = 2**20


class Sealed:
    """A binary file being written, with the digest of what has been written so far."""

    #: Required by pyarrow.
    closed = False

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._digest = hashlib.sha256()

    def write(self, content: bytes) -> int:
        """Write some bytes."""
        self._digest.update(content)
        return self._file.write(content)

    def close(self) -> None:
        """Do nothing; the caller closes the file."""

    def seal(self, **more: object) -> dict[bytes, bytes]:
        """Return the metadata to add once all row groups are written."""
        return {_KEY: json.dumps({"sha256": self._digest.hexdigest(), **more}).encode()}


def unbroken(path: Path, metadata: pq.FileMetaData) -> dict[str, Any] | None:
    """Return the content of a file's seal; None if it has none or its bytes have changed."""
    text = (metadata.metadata or {}).get(_KEY)
    try:
        seal = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None
    length = path.stat().st_size - _TAIL - metadata.serialized_size
    if not isinstance(seal, dict) or seal.get("sha256") != digest(path, length):
        return None
    return seal


def listed(folder: Path, paths: set[str]) -> dict[str, list[int | str]]:
    """Return size and digest of files in a folder, as stored in a seal."""
    return {path: [(folder / path).stat().st_size, digest(folder / path)] for path in sorted(paths)}


def matching(folder: Path, paths: set[str], files: Mapping[str, Any]) -> set[str]:
    """Return the files of a folder that match the list in a seal."""
    known = (path for path in paths if path in files)
    return {path for path in known if listed(folder, {path})[path] == files[path]}


def digest(path: Path, length: int | None = None) -> str:
    """Return the digest of a file, or of its first `length` bytes."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        left = path.stat().st_size if length is None else length
        while left > 0 and (chunk := file.read(min(left, _CHUNK))):
            found.update(chunk)
            left -= len(chunk)
    return found.hexdigest()
