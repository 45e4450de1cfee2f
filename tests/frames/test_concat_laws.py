"""Laws of `concat`: for any rows, split in any way, the frame equals one load of all rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import slow_reference
from effort import times
from hypothesis import example, given, settings
from hypothesis import strategies as st
from page_frames import build
from random_pages import BATCHES, NESTED

import galtea_frames as gf
from galtea_frames.api.resources import SESSIONS
from galtea_frames.decoding.contract import Contract
from galtea_frames.frames.assembly import column_attrs
from galtea_frames.frames.frame import sorted_table, to_frame

if TYPE_CHECKING:
    from galtea_frames.decoding.gatherer import Nested
    from galtea_frames.frames.frame import DtypeBackend

pytestmark = [pytest.mark.uncounted, pytest.mark.filterwarnings("ignore::galtea_frames.GalteaFramesWarning")]

Record = dict[str, Any]


def loaded(records: list[Record], nested: Nested, backend: DtypeBackend, fetched: int) -> pd.DataFrame:
    """The frame of one load of these records."""
    table, notes = build([slow_reference.page(records)], nested)
    about = {"resource": "sessions", "nested": nested, "fetched_at": f"2026-04-01T00:00:00.{fetched:06}Z"}
    return to_frame(sorted_table(table, ()), about | column_attrs(notes, Contract(SESSIONS)), dtype_backend=backend)


def pointed(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """A value without numbers such as 2.0: beside a 2, a column of numbers does not tell which of them had a point."""
    if isinstance(value, dict):
        return {key: pointed(each) for key, each in value.items()}
    if isinstance(value, list):
        return list(map(pointed, value))
    return 0.5 if isinstance(value, float) and value.is_integer() and abs(value) <= 2**53 else value


def told(frame: pd.DataFrame) -> dict[str, Any]:
    """What a frame says of its columns."""
    names = ("mixed_columns", "overflow_columns", "json_columns", "fields", "null_fields", "whole_numbers")
    return {name: frame.attrs["galtea_frames"][name] for name in (*names, "time_digits", "replaced_text")}


CREATED = (
    "2026-03-01T10:00:00.005Z",
    "2026-03-01T10:00:00.000Z",
    "2026-03-01T10:00:00Z",
    "2026-03-01T11:00:00.0000001+01:00",
)


def named(records: list[Record]) -> list[Record]:
    """The records, each with an id of its own and a creation time that it may share with others."""
    return [each | {"id": f"s{at}", "createdAt": CREATED[at % len(CREATED)]} for at, each in enumerate(records)]


@pytest.mark.parametrize("nested", NESTED)
@settings(max_examples=times(60))
@given(records=BATCHES, parts=st.lists(st.integers(0, 2), min_size=6, max_size=6), arrow=st.booleans())
@example(records=[{"metadata": {"a": 2.0}}, {"metadata": {"a": "x"}}], parts=[0, 1, 0, 0, 0, 0], arrow=False)
@example(
    records=[{"metadata": {"a": {"b": None}}}, {"metadata": {"a": {"b": "\ud800"}}}],
    parts=[0, 1, 0, 0, 0, 0],
    arrow=True,
)
@example(
    records=[{"facts": {"b": 2}}, {"facts": {"b": 2.5}}, {"facts": {"b": [2]}}], parts=[0, 0, 1, 0, 0, 0], arrow=False
)
@example(records=[{"metadata": {f"k{n}": {"a": n}}} for n in range(600)], parts=[0, 1, 2, 0, 1, 2], arrow=False)
def test_frames_together_are_one_load(nested: Nested, records: list[Record], parts: list[int], *, arrow: bool) -> None:
    """Cell by cell, dtype by dtype, in columns, order and what is said of them; and records come back as from one."""
    backend: DtypeBackend = "pyarrow" if arrow else "numpy_nullable"
    rows = named(pointed(records))
    shares = [[row for at, row in enumerate(rows) if parts[at % 6] == n] for n in range(3)]
    frames = [loaded(share, nested, backend, n) for n, share in enumerate(shares) if share or n == 2]
    expected = loaded(rows, nested, backend, 9)
    found = gf.concat(frames)
    pd.testing.assert_frame_equal(expected, found)
    assert told(expected) == told(found)
    records_back = [slow_reference.plain(each) for each in gf.to_records(found)]
    assert [slow_reference.plain(each) for each in gf.to_records(expected)] == records_back


@pytest.mark.parametrize("nested", NESTED)
@settings(max_examples=times(40))
@given(old=BATCHES, new=BATCHES, swapped=st.booleans())
def test_of_rows_with_one_id_the_last_one_is_kept(
    nested: Nested, old: list[Record], new: list[Record], *, swapped: bool
) -> None:
    """What only the older rows held is gone with them: columns, types and all, but for columns of nothing but nulls."""
    before, after = named(pointed(old)), named(pointed(new))
    frames = [loaded(rows, nested, "numpy_nullable", age) for age, rows in enumerate((before, after))]
    expected = loaded([*after, *before[len(after) :]], nested, "numpy_nullable", 9)
    found = gf.concat(frames[::-1] if swapped else frames)
    declared = [column.name for column in SESSIONS.columns]
    kept = [name for name in expected if name in declared or expected[name].notna().any()]
    assert kept == [name for name in found if name in declared or found[name].notna().any()]
    pd.testing.assert_frame_equal(expected[kept], found[kept])
