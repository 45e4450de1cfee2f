"""Frames to a file of the format that its name says: CSV, JSON lines or Excel."""

from __future__ import annotations

import gzip
from contextlib import AbstractContextManager, nullcontext
from typing import IO, TYPE_CHECKING, cast

from galtea_frames.errors import ParquetError
from galtea_frames.files.csv import CSV, write_csv
from galtea_frames.files.excel import EXCEL, check_excel, write_excel
from galtea_frames.files.json_lines import JSON_LINES, write_json_lines
from galtea_frames.files.targets import PARQUET, Target

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from galtea_frames.files.targets import FileKind

_WRITERS = {CSV: write_csv, JSON_LINES: write_json_lines, EXCEL: write_excel}


def kind_of(path: str) -> FileKind | None:
    """Return the kind of file that a path names; None for Parquet.

    Raises:
        ParquetError: no kind of file has such a name.
    """
    kind = next((kind for kind in _WRITERS if kind.has_name(path)), None)
    if kind is None and not PARQUET.has_name(path):
        raise ParquetError(f"{path} is no name of a file; name one that ends in .parquet, .csv, .jsonl or .xlsx")
    return kind


def check_export(path: str, kind: FileKind, limit: int | None) -> None:
    """Refuse, before anything is fetched, what `write_export` would refuse.

    Args:
        path: a local path or a URL.
        kind: the kind of file that it names.
        limit: the number of rows at most, if that is known.

    Raises:
        ParquetError: nothing can be written there, or an extra is missing, or the file cannot hold the rows.
    """
    if kind is EXCEL:
        check_excel(limit)
    Target.at(path).check_file(kind)


def write_export(frames: Iterator[pd.DataFrame], path: str, kind: FileKind) -> None:
    """Write frames of one load to a file, which appears when it is whole.

    Args:
        frames: at least one, with the same columns, dtypes and attrs.
        path: a local path or a URL; a name that ends in `.gz` compresses the file.
        kind: the kind of file that it names.

    Raises:
        ParquetError: the path cannot be written, or the file cannot hold the rows.
    """
    with Target.at(path).new_file(kind) as file, _compressed(file, path) as stream:
        _WRITERS[kind](frames, stream)


def _compressed(file: IO[bytes], path: str) -> AbstractContextManager[IO[bytes]]:
    if path.lower().endswith(".gz"):
        return cast("IO[bytes]", gzip.GzipFile("", "wb", fileobj=file, mtime=0))
    return nullcontext(file)
