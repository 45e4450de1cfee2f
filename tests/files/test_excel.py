"""Frames written as Excel workbooks: what a sheet shows, what it cannot hold, and what is refused."""

from __future__ import annotations

import datetime as dt
import sys
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from folder_contents import all_of
from page_frames import frame_of

import galtea_frames as gf
from galtea_frames.files import excel
from galtea_frames.files.exports import check_export, kind_of, write_export

if TYPE_CHECKING:
    from pathlib import Path


def write(frames: list[pd.DataFrame], path: Path | str) -> None:
    """Write frames as an export does, with the attrs of a load."""
    kind = kind_of(str(path))
    assert kind is excel.EXCEL
    check_export(str(path), kind, None)
    for frame in frames:
        frame.attrs["galtea_frames"] = {"resource": "sessions", "rows": sum(map(len, frames))}
    write_export(iter(frames), str(path), kind)


def sheet_of(path: Path) -> Any:  # noqa: ANN401 - openpyxl has no types
    """The one sheet of a workbook."""
    book = openpyxl.load_workbook(path)
    assert ["sessions"] == book.sheetnames
    return book["sessions"]


def cells_of(path: Path, name: str) -> list[Any]:
    """The values below a name."""
    (column,) = [each for each in sheet_of(path).iter_cols(values_only=True) if each[0] == name]
    return list(column[1:])


@pytest.mark.parametrize("backend", ["numpy_nullable", "pyarrow"])
def test_a_sheet_holds_the_values(tmp_path: Path, backend: str) -> None:
    """Each as Excel's own type; nulls are empty cells."""
    rows = [
        {
            "id": "a",
            "createdAt": "2026-03-01T12:00:00.123Z",
            "status": "FAILED",
            "metadata": {"n": 5, "l": ["x", None]},
        },
        {"id": "b", "createdAt": "1850-03-01T12:00:00.000Z", "metadata": {"n": 2**60, "f": 0.5, "ok": True}},
    ]
    frame = frame_of(rows, dtype_backend=backend)
    write([frame[:1], frame[1:]], path := tmp_path / "x.XLSX")
    assert frame.columns.tolist() == [cell.value for cell in next(sheet_of(path).iter_rows())]
    assert "A2" == sheet_of(path).freeze_panes
    assert ["a", "b"] == cells_of(path, "id")
    assert ["FAILED", None] == cells_of(path, "status")
    assert [5, str(2**60)] == cells_of(path, "metadata.n")
    assert [None, 0.5] == cells_of(path, "metadata.f")
    assert [None, True] == cells_of(path, "metadata.ok")
    assert ['["x",null]', None] == cells_of(path, "metadata.l")
    assert [dt.datetime(2026, 3, 1, 12, 0, 0, 123_000), "1850-03-01T12:00:00+00:00"] == cells_of(path, "created_at")  # noqa: DTZ001 - Excel's


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", "#N/A", "#REF!", "=", "12", "TRUE", "2026-03-01", " a\n"])
def test_text_stays_text(tmp_path: Path, text: str) -> None:
    """Also the name of a column; no formula, error, number or date."""
    write([pd.DataFrame({text: [text, None]})], path := tmp_path / "x.xlsx")
    cells = [row[0] for row in sheet_of(path).iter_rows(max_row=2)]
    assert [(text, "s"), (text, "s")] == [(cell.value, cell.data_type) for cell in cells]


@pytest.mark.parametrize(("value", "expected"), [(np.inf, "inf"), (1e300, 1e300), (2**53, 2**53), (-(2**53) - 1, None)])
def test_numbers_are_exact(tmp_path: Path, value: float, expected: object) -> None:
    """Those that Excel would round or cannot hold are text."""
    write([pd.DataFrame({"x": [value]})], path := tmp_path / "x.xlsx")
    assert [str(value) if expected is None else expected] == cells_of(path, "x")


def test_text_that_no_cell_can_hold(tmp_path: Path) -> None:
    """Is replaced or cut, with one warning that counts them."""
    texts = ["a\x00b", "\uffff", "x" * 32_768, "\U0001f600" * 16_384, "\U0001f600" * 16_383 + "y", "a\tb\nc"]
    with pytest.warns(gf.GalteaFramesWarning) as caught:
        write([pd.DataFrame({"x": texts})], path := tmp_path / "x.xlsx")
    expected = ["a\ufffdb", "\ufffd", "x" * 32_767, "\U0001f600" * 16_383, texts[4], texts[5]]
    assert expected == cells_of(path, "x")
    words = "texts that an Excel cell cannot hold: 2 with control characters, which are now U+FFFD, 2 cut to 32,767"
    assert [f"{words} characters"] == [str(each.message) for each in caught]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        write([pd.DataFrame({"x": texts[4:]})], path)


@pytest.mark.parametrize(("shape", "words"), [((3, 1), "2 rows, not 3"), ((1, 3), "2 columns, not 3")])
def test_a_sheet_has_bounds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shape: tuple[int, int], words: str
) -> None:
    """What is beyond them is refused, and the old file stays."""
    monkeypatch.setattr(excel, "_MOST_ROWS", 2)
    monkeypatch.setattr(excel, "_MOST_COLUMNS", 2)
    write([pd.DataFrame({"x": [1, 2], "y": [1, 2]})], path := tmp_path / "x.xlsx")
    before = all_of(tmp_path)
    with pytest.raises(gf.ParquetError, match=rf"^an Excel sheet holds {words}; write \.csv or \.parquet instead$"):
        write([pd.DataFrame(np.zeros(shape), columns=[f"c{number}" for number in range(shape[1])])], path)
    assert before == all_of(tmp_path)


def test_a_limit_beyond_a_sheet_is_refused_at_once(tmp_path: Path) -> None:
    """As is a lack of openpyxl."""
    check_export(str(tmp_path / "x.xlsx"), excel.EXCEL, 1_048_575)
    with pytest.raises(gf.ParquetError, match=r"^an Excel sheet holds 1,048,575 rows, not 1,048,576; write"):
        check_export(str(tmp_path / "x.xlsx"), excel.EXCEL, 1_048_576)


def test_without_openpyxl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line says what to install."""
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    words = r"^Excel workbooks need openpyxl: pip install 'galtea-frames\[excel\]'$"
    with pytest.raises(gf.ParquetError, match=words):
        check_export(str(tmp_path / "x.xlsx"), excel.EXCEL, None)
