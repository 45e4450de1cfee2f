"""Laws of `concat`: whatever rows loads bring, and however they are parted, the frame is that of one load of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import reference
from effort import times
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tables import build
from test_laws import BATCHES, NESTED

import galtea_frames as gf
from galtea_frames.frames import sorted_table, to_frame
from galtea_frames.load import noted

if TYPE_CHECKING:
    from galtea_frames.frames import DtypeBackend
    from galtea_frames.gather import Nested

pytestmark = [pytest.mark.uncounted, pytest.mark.filterwarnings("ignore::galtea_frames.GalteaFramesWarning")]

Record = dict[str, Any]


def loaded(records: list[Record], nested: Nested, backend: DtypeBackend, fetched: int) -> pd.DataFrame:
    """The frame of one load of these records."""
    table, notes = build([reference.page(records)], nested)
    about = {"resource": "sessions", "nested": nested, "fetched_at": f"2026-04-01T00:00:00.{fetched:06}Z"}
    return to_frame(sorted_table(table, ()), about | noted(notes), dtype_backend=backend)


def told(frame: pd.DataFrame) -> dict[str, Any]:
    """What a frame says of its columns."""
    names = ("mixed_columns", "overflow_columns", "json_columns", "fields", "null_fields", "whole_numbers")
    return {name: frame.attrs["galtea_frames"][name] for name in (*names, "time_digits")}


CREATED = ("2026-03-01T10:00:00.005Z", "2026-03-01T10:00:00.000Z", "2026-03-01T10:00:00Z", "2026-03-01T11:00:00.0000001+01:00")


def named(records: list[Record]) -> list[Record]:
    """The records, each with an id of its own and a creation time that it may share with others."""
    return [each | {"id": f"s{at}", "createdAt": CREATED[at % len(CREATED)]} for at, each in enumerate(records)]


@pytest.mark.parametrize("nested", NESTED)
@settings(max_examples=times(150))
@given(records=BATCHES, parts=st.lists(st.integers(0, 2), max_size=40), arrow=st.booleans())
def test_frames_together_are_one_load(nested: Nested, records: list[Record], parts: list[int], *, arrow: bool) -> None:
    """Cell by cell, dtype by dtype, in columns, order and what is said of them; and records come back as from one."""
    backend: DtypeBackend = "pyarrow" if arrow else "numpy_nullable"
    rows = named(records)
    shares = [[row for at, row in enumerate(rows) if (parts[at] if at < len(parts) else 0) == n] for n in range(3)]
    frames = [loaded(share, nested, backend, n) for n, share in enumerate(shares) if share or n == 2]
    expected = loaded(rows, nested, backend, 9)
    found = gf.concat(frames)
    pd.testing.assert_frame_equal(expected, found)
    assert told(expected) == told(found)
