"""Rows of megabytes, and pages read in parts of which some have no new rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pytest
from changing_rows import Record, rows_of

import galtea_frames as gf
from galtea_frames import sample
from galtea_frames.api.resources import SESSIONS
from galtea_frames.decoding.gatherer import Gatherer
from galtea_frames.decoding.schema import TableSchema
from galtea_frames.frames.spool import Spool

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("ignore::galtea_frames.GalteaFramesWarning")


def heavy(sizes: list[int], weight: int) -> list[Record]:
    """Sessions in groups of one time each, each with so many bytes of context."""
    return [
        each | {"versionId": f"v{number}", "context": {"value": f"{number:06}" + "x" * weight}}
        for number, each in enumerate(rows_of(sizes))
    ]


#: Groups of one creation time, bytes a row, and rows a page: each page is larger than what is read at once.
CASES = {
    "nine large rows": ([1] * 9, 2_500_000, 4),
    "a bulk import": ([60], 300_000, 40),
    "a bulk import amid others": ([3, 50, 3], 300_000, 30),
    "one row a page": ([2, 1, 2], 9_000_000, 1),
}


@pytest.mark.parametrize("nested", ["columns", "json", "both"])
@pytest.mark.parametrize("case", CASES)
def test_large_rows_come_once_and_whole(case: str, nested: Any) -> None:  # noqa: ANN401 - one of three
    """Whole, in parts, by id and from a mirror's page, though parts of a page hold only rows that were seen before."""
    sizes, weight, page_size = CASES[case]
    records = heavy(sizes, weight)
    with sample.serve(records, [], gzip=False) as api, gf.Client(api.api_key, api.url, page_size=page_size) as client:
        frame = gf.load_sessions(client=client, nested=nested)
        parts = list(gf.iter_sessions(client=client, nested=nested))
        some = gf.load_sessions(client=client, nested=nested, ids=[each["id"] for each in records[:3]])
    expected = sorted(records, key=lambda each: (each["createdAt"], each["id"]))
    name = "context" if nested == "json" else "context.value"
    values = [each["context"]["value"] for each in expected]
    for each in (frame, pd.concat(parts)):
        assert [row["id"] for row in expected] == each["id"].tolist()
        assert values == [text[10:-2] if nested == "json" else text for text in each[name]]
    assert 3 == len(some)


def test_a_mirror_takes_large_rows(tmp_path: Path) -> None:
    """A sync whose pages are that large stores each row once."""
    records = heavy([30], 300_000)
    versions = [{"id": f"v{number}", "createdAt": "2026-01-01T00:00:00.000Z"} for number in range(30)]
    with sample.serve(records, versions, gzip=False) as api, gf.Client(api.api_key, api.url, page_size=20) as client:
        mirror = gf.Mirror(tmp_path / "mirror")
        mirror.sync(client)
        frame = gf.load_sessions(client=client)
    assert frame["context.value"].tolist() == mirror.load_sessions()["context.value"].tolist()


@pytest.mark.parametrize("on_disk", [True, False])
@pytest.mark.parametrize("nested", ["columns", "json", "both"])
def test_batches_of_no_rows_are_nothing(nested: Any, *, on_disk: bool) -> None:  # noqa: ANN401 - one of three
    """Wherever they come, first, last, or alone."""
    page = b'[{"id":"a","createdAt":"2026-01-01T00:00:00Z","context":{"k":1},"extra":{"x":[1]}}]'
    for orders in ([()], [(0,)], [(0,), (), (0,)], [(), (0,), ()]):
        gatherer = Gatherer(SESSIONS, nested)
        spool = Spool(on_disk=on_disk)
        for skip in orders:
            for read in gatherer.reader.open(page).rows.batches(skip):
                spool.append(gatherer.gather_batch(read))
        table = pa.concat_tables(spool.tables(TableSchema(gatherer)))
        assert gatherer.rows == table.num_rows == sum(not skip for skip in orders)
        spool.close()
