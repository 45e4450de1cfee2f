"""The key search finds a key in every kind of file and value."""

from __future__ import annotations

import base64
import gzip
import zlib
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from key_search import KEY, SECRETS, files_that_hold

import galtea_frames as gf

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def as_text(file: Path) -> None:
    """In plain sight."""
    file.write_text(f"key: {KEY}")


def as_utf_16(file: Path) -> None:
    """As Windows writes text."""
    file.write_text(KEY, encoding="utf-16")


def as_gzip(file: Path) -> None:
    """Compressed."""
    file.write_bytes(b"x" + gzip.compress(KEY.encode()))


def as_basic_auth(file: Path) -> None:
    """As another kind of header would carry it."""
    file.write_bytes(b"Authorization: Basic" + base64.b64encode(f"me:{KEY}".encode()))


def as_picture_text(file: Path) -> None:
    """Among what a picture says of itself."""
    file.write_bytes(b"zTXtTitle\0\0" + zlib.compress(KEY.encode()))


def as_picture_in_a_page(file: Path) -> None:
    """The same, within a page."""
    picture = base64.b64encode(b"zTXtTitle\0\0" + zlib.compress(KEY.encode())).decode()
    file.write_text(f'<img src="data:image/png;base64,{picture}">')


def as_value(file: Path) -> None:
    """In one row of a column."""
    gf.write_parquet(pd.DataFrame({"a": ["x"] * 1_000 + [KEY]}), file.with_suffix(".parquet"))


def as_category(file: Path) -> None:
    """In a category."""
    gf.write_parquet(pd.DataFrame({"a": pd.Categorical(["x"] * 1_000 + [KEY])}), file.with_suffix(".parquet"))


def as_attrs(file: Path) -> None:
    """In what Parquet says of the frame."""
    frame = pd.DataFrame({"a": ["x"]})
    frame.attrs = {"filters": {"name": KEY}}
    gf.write_parquet(frame, file.with_suffix(".parquet"))


def as_schema(file: Path) -> None:
    """In Arrow's own schema, which Parquet holds in base64."""
    field = pa.field("a", pa.string(), metadata={"key": KEY})
    pq.write_table(pa.table([["x"]], pa.schema([field])), file.with_suffix(".parquet"))


def as_name(file: Path) -> None:
    """As the name of a folder."""
    file.with_name(KEY).mkdir()


HIDERS = [as_text, as_utf_16, as_gzip, as_basic_auth, as_picture_text, as_picture_in_a_page]
HIDERS += [as_value, as_category, as_attrs, as_schema, as_name]


@pytest.mark.parametrize("hide", HIDERS)
def test_a_key_in_a_file_would_be_found(tmp_path: Path, hide: Callable[[Path], None]) -> None:
    """Before it is hidden nothing is found, and afterwards one file or folder."""
    (tmp_path / "folder").mkdir()
    assert [] == files_that_hold(SECRETS, tmp_path)[0]
    hide(tmp_path / "folder" / "file")
    assert 1 == len(files_that_hold(SECRETS, tmp_path)[0])
