"""The main job on sample data, over real HTTP: what `galtea-frames demo` shows."""

from __future__ import annotations

import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from galtea_frames import sample
from galtea_frames.api.client import Client
from galtea_frames.cli.options import before_asking, program
from galtea_frames.errors import MixedTypesWarning, masked
from galtea_frames.files.ownership import DEMO
from galtea_frames.files.parquet import close_folder, read_parquet, write_parquet
from galtea_frames.files.targets import Target
from galtea_frames.frames.loaders import load_sessions_with_versions
from galtea_frames.printable import printable

if TYPE_CHECKING:
    import pandas as pd

_PAGE_SIZE = 100
_DATASET = "sessions_by_version"


def run(out: str) -> None:
    """Load sample sessions with their versions in small pages, write them under `out`, and print what they say."""
    with before_asking():
        target = Target.at(out)
        target.check_folder(DEMO)
    # What is printed is text: brackets and colons in a path are not for rich to read.
    console = Console(markup=False, emoji=False)
    started = time.monotonic()
    with sample.serve() as api, Client(api.api_key, api.url, page_size=_PAGE_SIZE) as client:
        console.print(
            f"A stand-in for the API serves sample rows at {api.url}.\nLoading them {_PAGE_SIZE} at a time …\n"
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", MixedTypesWarning)
            frame = load_sessions_with_versions(client=client)
    with target.new_folder(DEMO) as folder:
        write_parquet(frame, folder.path / _DATASET, partition_by="version_id")
        close_folder(frame, folder, DEMO)
    file, dataset = Path(out) / str(DEMO.closing), Path(out) / _DATASET
    attrs = frame.attrs["galtea_frames"]
    console.print(_by_version(frame))
    rows = len(read_parquet(file))
    console.print(
        f"\n{rows:,} sessions, each once, in {attrs['requests']} requests; {frame.shape[1]} typed columns;\n"
        f"{attrs['join']['unknown_version_ids']} sessions are of versions that no longer exist."
    )
    if attrs["mixed_columns"]:
        console.print(f"Values of several types, kept as JSON text: {printable(', '.join(attrs['mixed_columns']))}")
    console.print(f"\nWritten in {time.monotonic() - started:.1f} s:", highlight=False)
    for path in (file, dataset / "version_id=…"):  # whole, for copying, however narrow the terminal
        console.print(f"  {printable(masked(str(path)))}", highlight=False, soft_wrap=True)
    console.print(
        f"\nWith your own key:  export GALTEA_API_KEY=gsk_…  and then  {program()} check",
        highlight=False,
        soft_wrap=True,
    )


def _by_version(frame: pd.DataFrame) -> Table:
    table = Table(title="Sessions by version", title_justify="left", box=SIMPLE_HEAD, padding=0, show_edge=False)
    table.add_column("version.name")
    # Two lines a title, so that the table fits a terminal of 80 columns.
    for title in ("created", "sessions", "failed", "metadata.latency_ms\nmedian", "metadata.cost_usd\nmean"):
        table.add_column(title, justify="right")
    for _, rows in sorted(frame.dropna(subset=["version.id"]).groupby("version.id"), key=lambda pair: _first(pair[1])):
        ended = rows[rows["status"].isin(["COMPLETED", "FAILED"])]
        table.add_row(
            printable(rows["version.name"].iloc[0]),
            f"{_first(rows):%Y-%m-%d}",
            f"{len(rows):,}",
            f"{(ended['status'] == 'FAILED').mean():.1%}",
            f"{rows['metadata.latency_ms'].median():,.0f}",
            f"{rows['metadata.cost_usd'].mean():.4f}",
        )
    return table


def _first(rows: pd.DataFrame) -> pd.Timestamp:
    created: pd.Timestamp = rows["version.created_at"].iloc[0]
    return created
