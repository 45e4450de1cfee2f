"""`galtea-frames demo`, as a new user without an API key sees it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from command_line import parse
from pandas.testing import assert_frame_equal

import galtea_frames as gf
from galtea_frames.cli import demo

if TYPE_CHECKING:
    from pathlib import Path

WITHOUT_A_KEY = {name: value for name, value in os.environ.items() if not name.startswith("GALTEA_")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the demo was run, its home empty."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def printed(folder: Path) -> str:
    """What a new user sees, on a terminal of 80 columns."""
    environment = WITHOUT_A_KEY | {"HOME": str(folder / "home"), "COLUMNS": "80", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-m", "galtea_frames", "demo", "--out", "out"],
        cwd=folder,
        env=environment | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=600,
    )
    assert (0, "") == (done.returncode, done.stderr)
    return done.stdout


ROW = r"^(\d\.\d\.\d(?: \(….{6}\))?) +(\d{4}-\d\d-\d\d) +(\d+) +([\d.]+)% (worse|better|) +([\d,]+) +(0\.\d{4})$"


def test_it_shows_the_versions_side_by_side(printed: str) -> None:
    """One row per version, oldest first, each under a name of its own, with no cell cut off."""
    for title in ("version", "created", "sessions", "failed", "median", "latency_ms", "mean", "cost_usd"):
        assert title in printed
    rows = re.findall(ROW, printed, re.MULTILINE)
    assert 8 == len({row[0] for row in rows}) == len(rows)
    assert sorted(row[1] for row in rows) == [row[1] for row in rows]
    assert {"worse", "better", ""} == {row[4] for row in rows}


def test_it_fits_a_terminal(printed: str) -> None:
    """No line is longer than 80 columns."""
    assert 80 >= max(map(len, printed.splitlines()))


def test_its_numbers_are_those_of_the_file(printed: str, folder: Path) -> None:
    """What it prints of a version is what a user computes from the file."""
    frame = gf.read_parquet(folder / "out" / "sessions.parquet")
    rows = re.findall(ROW, printed, re.MULTILINE)
    groups = frame.groupby("version.created_at")
    assert groups["id"].count().tolist() == [int(row[2]) for row in rows]
    ended = frame[(frame["status"] != "PENDING") & frame["version.id"].notna()]
    rates = (ended["status"] == "FAILED").groupby(ended["version.created_at"]).mean()
    assert [f"{rate:.1%}" for rate in rates] == [f"{row[3]}%" for row in rows]
    assert [f"{value:,.0f}" for value in groups["metadata.latency_ms"].median()] == [row[5] for row in rows]
    assert [f"{value:.4f}" for value in groups["metadata.cost_usd"].mean()] == [row[6] for row in rows]
    deleted = frame["version.id"].isna().sum()
    assert f"Joined  2,000 rows, {frame.shape[1]} typed columns; {deleted} are of deleted versions\n" in printed


def test_its_files_are_where_it_says(printed: str, folder: Path) -> None:
    """Report, comparison, and a file and a dataset of the same sessions; only words follow a path on its line."""
    names = {"report/report.html", "comparison/comparison.html", "sessions.parquet", "sessions_by_version"}
    paths = {f"out/{name}".replace("/", os.sep) for name in names}
    assert paths == set(re.findall(r"^  (out\S+)  +[a-z ,:]+$", printed, re.MULTILINE))
    assert all((folder / path).exists() for path in paths)
    file = gf.read_parquet(folder / "out" / "sessions.parquet")
    dataset = gf.read_parquet(folder / "out" / "sessions_by_version")
    assert 2_000 == file["id"].nunique() == len(file)
    assert_frame_equal(file, dataset)


def test_it_ends_with_commands_to_type(printed: str) -> None:
    """They are commands of this package, with the options that they are shown with."""
    shown = re.findall(r"^  \S*galtea-frames (.*)$", printed, re.MULTILINE)
    assert ["check", "export", "compare", "report"] == [line.split()[0] for line in shown]
    for line in shown:
        parse(line)


def test_its_comparison_is_of_the_two_newest_versions(printed: str, folder: Path) -> None:
    """Of one product; the verdict and headline are the comparison's own, and the page shows a command that makes it."""
    comparison = json.loads((folder / "out" / "comparison" / "comparison.json").read_text(encoding="utf-8"))
    assert f"{comparison['verdict']}: {comparison['headline']}" in " ".join(printed.split(" \n")).replace("\n", " ")
    baseline, candidate = (comparison[side] for side in ("baseline", "candidate"))
    assert ("1.3.0", "1.7.0") == (baseline["name"], candidate["name"])
    assert baseline["product_id"] == candidate["product_id"]
    assert comparison["command"] == f"galtea-frames compare {baseline['id']} {candidate['id']} --out comparison"


def test_its_report_is_that_of_its_last_week(printed: str, folder: Path) -> None:
    """The verdict and headline are the report's own, and the report shows a command that makes it."""
    report = json.loads((folder / "out" / "report" / "report.json").read_text(encoding="utf-8"))
    assert f"{report['verdict']}: {report['headline']}" in " ".join(printed.split(" \n")).replace("\n", " ")
    assert "2026-W13" == report["scope"]["period"]["code"]
    command = report["reproduction"]["command"]
    assert command.startswith("galtea-frames report ")
    parse(command.removeprefix("galtea-frames "))


def test_no_file_holds_the_key(printed: str, folder: Path) -> None:
    """The key is in nothing that was printed or written."""
    key = gf.sample.server.API_KEY
    assert key not in printed
    files = [each for each in (folder / "out").rglob("*") if each.is_file()]
    assert 9 < len(files)
    assert [] == [each for each in files if key.encode() in each.read_bytes()]


def test_it_needs_its_extra_before_it_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line that says what to install, and no file."""
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(gf.QueryError, match=r"pip install 'galtea-frames\[report\]'"):
        demo.run(str(tmp_path / "out"))
    assert [] == list(tmp_path.iterdir())
