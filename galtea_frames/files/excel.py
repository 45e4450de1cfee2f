"""Frames to an Excel workbook of one sheet."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import Counter
from typing import IO, TYPE_CHECKING, Any

from galtea_frames.errors import GalteaFramesWarning, ParquetError, warn
from galtea_frames.files.targets import FileKind
from galtea_frames.frames.origin import attrs_of
from galtea_frames.frames.plain import EXACT, plain_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    import pyarrow as pa

EXCEL = FileKind("Excel workbook", (".xlsx",))

#: What a sheet holds at most, below the row of names.
_MOST_ROWS = 1_048_575
_MOST_COLUMNS = 16_384

#: UTF-16 units in a cell, at most.
_LONGEST = 32_767

#: Characters that the XML of a workbook cannot hold.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

#: The first day that Excel's calendar counts correctly.
_FIRST_DAY = dt.datetime(1900, 3, 1)  # noqa: DTZ001 - Excel's times have no zone


def check_excel(rows: int | None) -> None:
    """Check, before any request, that a workbook can be written and that a sheet holds this many rows.

    Raises:
        ParquetError: openpyxl is not installed, or there are too many rows.
    """
    try:
        import openpyxl  # noqa: F401, PLC0415 - the extra [excel]
    except ImportError:
        raise ParquetError("Excel workbooks need openpyxl: pip install 'galtea-frames[excel]'") from None
    if rows is not None and rows > _MOST_ROWS:
        raise ParquetError(f"an Excel sheet holds {_MOST_ROWS:,} rows, not {rows:,}; write .csv or .parquet instead")


def write_excel(frames: Iterator[pd.DataFrame], file: IO[bytes]) -> None:
    """Write frames of one schema as one sheet, below a row of names.

    Text is never a formula, whatever it begins with. Times are Excel's, in UTC; lists and objects are JSON text.
    Numbers that Excel would round, and times before its calendar, are text.

    Raises:
        ParquetError: a sheet holds fewer rows or columns.

    Warns:
        GalteaFramesWarning: text was changed, because a cell cannot hold it.
    """
    from openpyxl import Workbook  # noqa: PLC0415 - the extra [excel]

    first = next(frames)
    check_excel(attrs_of(first)["rows"])
    if first.shape[1] > _MOST_COLUMNS:
        raise ParquetError(
            f"an Excel sheet holds {_MOST_COLUMNS:,} columns, not {first.shape[1]:,}; write .csv or .parquet instead"
        )
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(str(attrs_of(first)["resource"]))
    sheet.freeze_panes = "A2"
    cells = _Cells(sheet)
    sheet.append([cells.of(name) for name in first.columns])
    for table in _tables(first, frames):
        for row in zip(*(table[name].to_pylist() for name in table.column_names), strict=True):
            sheet.append([cells.of(value) for value in row])
    workbook.save(file)
    cells.warn_of_changes()


def _tables(first: pd.DataFrame, frames: Iterator[pd.DataFrame]) -> Iterator[pa.Table]:
    yield plain_table(first)
    for frame in frames:
        yield plain_table(frame)


def _cut(text: str) -> str:
    return text.encode("utf-16-le")[: 2 * _LONGEST].decode("utf-16-le", "ignore")


class _Cells:
    """Values as a sheet holds them, and how many texts were changed for it."""

    def __init__(self, sheet: Any) -> None:  # noqa: ANN401 - openpyxl has no types
        self._sheet = sheet
        self._changed: Counter[str] = Counter()

    def of(self, value: Any) -> Any:  # noqa: ANN401 - any value of a column
        """Return a value, or a cell of text."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, dt.datetime):
            moment = value.replace(tzinfo=None)
            return moment if moment >= _FIRST_DAY else self._text(value.isoformat())
        is_rounded = isinstance(value, int) and abs(value) > EXACT
        is_infinite = isinstance(value, float) and not math.isfinite(value)
        return str(value) if is_rounded or is_infinite else value

    def _text(self, text: str) -> Any:  # noqa: ANN401 - openpyxl has no types
        from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - the extra [excel]

        legal, replaced = _ILLEGAL.subn("\ufffd", text)
        short = legal if len(legal) <= _LONGEST // 2 else _cut(legal)
        self._changed["replaced"] += bool(replaced)
        self._changed["cut"] += len(short) < len(legal)
        if not short.startswith(("=", "#")):
            return short
        cell = WriteOnlyCell(self._sheet, short)
        cell.data_type = "s"  # otherwise text such as =1+1 is a formula, and #N/A an error
        return cell

    def warn_of_changes(self) -> None:
        """Warn if text was changed."""
        said = {
            "replaced": "{:,} with control characters, which are now U+FFFD",
            "cut": f"{{:,}} cut to {_LONGEST:,} characters",
        }
        if changes := [words.format(self._changed[key]) for key, words in said.items() if self._changed[key]]:
            warn(f"texts that an Excel cell cannot hold: {', '.join(changes)}", GalteaFramesWarning)
