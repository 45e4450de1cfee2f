"""`demo`: the main job on sample data, over real HTTP."""

from __future__ import annotations

import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

import galtea_frames as gf
from galtea_frames.cli.options import before_asking, program, variable
from galtea_frames.compare.comparison import require as require_statistics
from galtea_frames.errors import masked
from galtea_frames.files.ownership import DEMO
from galtea_frames.files.parquet import close_folder
from galtea_frames.files.targets import Target
from galtea_frames.pages.labels import labels
from galtea_frames.printable import printable
from galtea_frames.report.report import require

if TYPE_CHECKING:
    import pandas as pd

_PAGE_SIZE = 100
_DATASET, _COMPARISON, _REPORT = "sessions_by_version", "comparison", "report"

#: The day after the last sample session, so that the report covers the last week of data.
_AS_OF = "2026-03-30"
_WARN_IF = "failure_rate > 25% and n >= 30 per version"
_LATENCY, _COST = "metadata.latency_ms", "metadata.cost_usd"

#: Word and colour of a failure rate, by whether it is significantly above or below that of the other versions.
_JUDGED = {(True, False): ("worse", "red"), (False, True): ("better", "green"), (False, False): ("", "default")}
_COLOURS = {"OK": "green", "WARN": "yellow", "FAIL": "red", "INCOMPLETE": "red"}


def run(out: str) -> None:
    """Load sample rows in small pages, write files, a comparison and a report to `out`, and print what they show."""
    with before_asking():
        require()
        require_statistics()
        target = Target.at(out)
        target.check_folder(DEMO)
    # rich must not interpret brackets, colons or numbers in plain text.
    console = Console(markup=False, emoji=False, highlight=False)
    started = time.monotonic()
    console.print("Sample data from a stand-in for the Galtea API, over HTTP: no API key needed\n")
    with warnings.catch_warnings(), gf.sample.serve() as api:
        for category in (gf.MixedTypesWarning, gf.DanglingKeysWarning):
            warnings.simplefilter("ignore", category)
        with gf.Client(api.api_key, api.url, page_size=_PAGE_SIZE) as client:
            sessions, versions = gf.load_sessions(client=client), gf.load_versions(client=client)
            baseline, candidate = _latest(versions)
            scores = gf.load_scores(version_ids=[baseline, candidate], client=client)
            turns = gf.load_inference_results(version_ids=[baseline, candidate], client=client)
    frame = gf.join_sessions_versions(sessions, versions)
    attrs = frame.attrs["galtea_frames"]
    requests = attrs["requests"] + attrs["join"]["versions"]["requests"]
    deleted = attrs["join"]["unknown_version_ids"]
    console.print(f"Loaded  {len(sessions):,} sessions and {len(versions)} versions in {requests} requests")
    console.print(f"Joined  {len(frame):,} rows, {frame.shape[1]} typed columns; {deleted} are of deleted versions")
    console.print(f"Scores  {len(scores):,} evaluations and {len(turns):,} turns of the two versions to compare\n")
    console.print(_by_version(frame))
    console.print("\nWriting Parquet files, a comparison and a report …\n")
    comparison = gf.compare_versions(
        baseline,
        candidate,
        scores=scores,
        sessions=sessions[sessions["version_id"].isin([baseline, candidate])],
        versions=versions,
        turns=turns,
        selection="the newest version of a product, and the one before",
        command=f"galtea-frames compare {baseline} {candidate} --out comparison",
    )
    report = gf.build_report(
        sessions,
        versions,
        as_of=_AS_OF,
        thresholds={"warn_if": _WARN_IF},
        metrics=_LATENCY,
        command=f'galtea-frames report --out report --as-of {_AS_OF} --metric {_LATENCY} --warn-if "{_WARN_IF}"',
    )
    with target.new_folder(DEMO) as folder:
        gf.write_parquet(frame, folder.path / _DATASET, partition_by="version_id")
        comparison.write(folder.path / _COMPARISON)
        report.write(folder.path / _REPORT)
        close_folder(frame, folder, DEMO)
    label = labels(zip(versions["id"], versions["name"], strict=True))
    console.print(f"{label[candidate]} compared with {label[baseline]}", style="bold")
    console.print(f"{comparison.verdict}: {comparison.headline}\n")
    console.print(report.findings.scope.period.title, style="bold")
    console.print(Text.assemble((str(report.verdict), _COLOURS[report.verdict]), f": {report.findings.headline}\n"))
    console.print(f"Files (all of this took {time.monotonic() - started:.1f} s)", style="bold")
    files = {
        Path(out, _REPORT, "report.html"): "the report: open it in a browser",
        Path(out, _COMPARISON, "comparison.html"): "the comparison of the two newest versions",
        Path(out, str(DEMO.closing)): "sessions with their versions",
        Path(out, _DATASET): "the same, one folder per version",
    }
    shown = {path: printable(masked(str(path))) for path in files}
    for path, what in files.items():  # never wrapped, so that paths can be copied
        name = f"  {shown[path]:{max(map(len, shown.values()))}}  "
        console.print(Text.assemble((name, "cyan"), what), soft_wrap=True)
    console.print("\nNext, with your own API key", style="bold")
    for command in (
        variable("GALTEA_API_KEY", "gsk_…"),
        f"{program()} check",
        f"{program()} export joined --out sessions.parquet",
        f"{program()} compare BASELINE CANDIDATE --out comparison",
        f"{program()} report --out report",
    ):
        console.print(f"  {command}", style="cyan", soft_wrap=True)


def _latest(versions: pd.DataFrame) -> tuple[str, str]:
    """Return the ids of the newest version and of the one before it, of the same product."""
    product = versions["product_id"].iloc[-1]
    before, newest = versions.loc[versions["product_id"] == product, "id"].iloc[-2:]
    return before, newest


def _by_version(frame: pd.DataFrame) -> Table:
    """Return the versions side by side, oldest first, each compared with all others."""
    table = Table(
        title="Versions side by side",
        title_justify="left",
        title_style="bold",
        caption="worse, better: than the other versions, beyond chance (95 % interval)",
        caption_justify="left",
        box=SIMPLE_HEAD,
        padding=0,
        show_edge=False,
    )
    table.add_column("version")
    for title in ("created", "sessions", "failed"):
        table.add_column(title, justify="right")
    table.add_column("")
    for title in ("median\nlatency_ms", "mean\ncost_usd"):
        table.add_column(title, justify="right")
    known = frame.dropna(subset=["version.id"])
    versions = {str(id_): rows for id_, rows in known.groupby("version.id")}
    label = labels((id_, rows["version.name"].iloc[0]) for id_, rows in versions.items())
    for id_, rows in sorted(versions.items(), key=lambda each: _created(each[1])):
        rate, others = _failure_rate(rows), _failure_rate(known[known["version.id"] != id_])
        change = gf.rates.difference(rate, others)
        verdict, colour = _JUDGED[(change.low or 0) > 0, (change.high or 0) < 0]
        table.add_row(
            label[id_],
            f"{_created(rows):%Y-%m-%d}",
            f"{len(rows):,}",
            Text(f"{rate.value:.1%}", colour),
            Text(verdict, colour),
            f"{rows[_LATENCY].median():,.0f}",
            f"{rows[_COST].mean():.4f}",
        )
    return table


def _failure_rate(rows: pd.DataFrame) -> gf.rates.Rate:
    counts = rows["status"].value_counts()
    return gf.rates.rate(int(counts["FAILED"]), int(counts["FAILED"] + counts["COMPLETED"]))


def _created(rows: pd.DataFrame) -> pd.Timestamp:
    created: pd.Timestamp = rows["version.created_at"].iloc[0]
    return created
