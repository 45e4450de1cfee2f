"""Bad input: whether twice as much of it costs twice as much, and how much memory it takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.http import Api
from benchmarks.probe import take
from benchmarks.rows import PAGE_ROWS, encode, records
from benchmarks.server import Server
from benchmarks.table import Table, megabytes, ratio, seconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.plan import Plan
    from benchmarks.probe import Reading
    from benchmarks.rows import Kind


@dataclass(frozen=True)
class Case:
    """One kind of bad input.

    Attributes:
        name: what it is at its full size.
        kind: of the rows.
        rows: at its full size.
        page_rows: rows of a page.
    """

    name: str
    kind: Kind
    rows: int
    page_rows: int = PAGE_ROWS


CASES = (
    Case("a page of 50 MB", "large_page", 10_000, page_rows=10_000),
    Case("one row of 20 MB", "large_row", 1_000),
    Case("100,000 distinct keys", "many_keys", 10_000),
)


def tables(plan: Plan) -> Iterator[Table]:
    """Yield the table."""
    table = Table(
        "Hard cases: export to one Parquet file" + ("" if plan.hard_share == 1 else f", at {plan.hard_share:.0%}"),
        ["", "seconds a byte, of half of it", "seconds", "JSON, MB", "peak, MB", "rows"],
    )
    for case in CASES:
        rows = round(case.rows * plan.hard_share)
        size, half_size = _bytes(case, rows), _bytes(case, rows // 2)
        whole, half = _measured(case, rows), _measured(case, rows // 2)
        grown = (whole.seconds / size) / (half.seconds / half_size)
        line = [case.name, ratio(grown), seconds(whole.seconds), megabytes(size), megabytes(whole.peak)]
        table.rows.append([*line, f"{whole.rows:,}"])
    yield table


def _bytes(case: Case, rows: int) -> int:
    return sum(len(encode(record)) + 1 for record in records(rows, case.kind))


def _measured(case: Case, rows: int) -> Reading:
    with Server(rows, case.kind) as server:
        return take("export", Api(server.url, server.api_key, case.page_rows))
