"""Frames to CSV, one after the other."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from galtea_frames.files.targets import FileKind
from galtea_frames.frames.plain import plain_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

CSV = FileKind("CSV file", (".csv", ".csv.gz"))


def write_csv(frames: Iterator[pd.DataFrame], file: IO[bytes]) -> None:
    r"""Write frames of one schema as one CSV file: UTF-8, commas, `\n`.

    Text is quoted, so that nulls (nothing between the commas) differ from empty text (`""`). Times are ISO 8601 text
    in UTC, lists and objects JSON text. Text is never changed: a spreadsheet may take it for a formula, but programs
    read what was sent.
    """
    first = _table(next(frames))
    with pa_csv.CSVWriter(file, first.schema) as writer:
        writer.write_table(first)
        for frame in frames:
            writer.write_table(_table(frame))


def _table(frame: pd.DataFrame) -> pa.Table:
    table = plain_table(frame)
    return pa.table({name: _with_time_text(table[name]) for name in table.column_names})


def _with_time_text(array: pa.ChunkedArray) -> pa.ChunkedArray:
    if not pa.types.is_timestamp(array.type):
        return array
    return pc.strftime(array.cast(pa.timestamp("us")), format="%Y-%m-%dT%H:%M:%SZ")
