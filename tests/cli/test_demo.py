"""The main job on sample data, as a stranger sees it who has no key."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from pandas.testing import assert_frame_equal

import galtea_frames as gf
from galtea_frames.cli import demo

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

WITHOUT_A_KEY = {name: value for name, value in os.environ.items() if not name.startswith("GALTEA_")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the demo was run, its home empty."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def printed(folder: Path) -> str:
    """What a stranger sees, on a terminal of 80 columns."""
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


def test_it_prints_a_row_a_version(printed: str) -> None:
    """Each version of the sample with its sessions, failure rate and nested columns, oldest first, nothing cut."""
    head = printed.index("version.name")
    header = printed[:head].splitlines()[-1] + printed[head:].splitlines()[0]
    for title in ("metadata.latency_ms", "metadata.cost_usd", "median", "mean", "created", "sessions", "failed"):
        assert title in header
    rows = re.findall(
        r"^(\d+\.\d+\.\d+) +(\d{4}-\d\d-\d\d) +(\d+) +([\d.]+)% +([\d,]+) +(0\.\d{4})$", printed, re.MULTILINE
    )
    assert 8 == len(rows)
    assert sorted(row[1] for row in rows) == [row[1] for row in rows]
    assert "…" not in printed[head : printed.index("Written")]


def test_it_fits_a_terminal(printed: str) -> None:
    """No line is longer than 80 columns."""
    assert 80 >= max(map(len, printed.splitlines()))


def test_its_numbers_are_those_of_the_file(printed: str, folder: Path) -> None:
    """What is printed of the versions is what a user computes from what was written."""
    frame = gf.read_parquet(folder / "out" / "sessions.parquet")
    printed_sessions = [int(count) for count in re.findall(r"^\d\.\d\.\d +[\d-]+ +(\d+) ", printed, re.MULTILINE)]
    assert frame.groupby("version.created_at")["id"].count().tolist() == printed_sessions
    ended = frame[frame["status"] != "PENDING"]
    rates = (ended["status"] == "FAILED").groupby(ended["version.created_at"]).mean()
    assert [f"{rate:.1%}" for rate in rates] == re.findall(r" ([\d.]+%) ", printed)
    unknown = frame["version.id"].isna().sum()
    requests = frame.attrs["galtea_frames"]["requests"]
    assert (
        f"2,000 sessions, each once, in {requests} requests; {frame.shape[1]} typed columns;\n{unknown} sessions"
        in printed
    )


def test_its_files_are_where_it_says(printed: str, folder: Path) -> None:
    """The file and the dataset hold the same sessions."""
    assert "Written in" in printed
    assert f"\n  {os.path.join('out', 'sessions.parquet')}\n" in printed  # noqa: PTH118 - as it is printed
    assert "sessions_by_version" in printed
    file = gf.read_parquet(folder / "out" / "sessions.parquet")
    dataset = gf.read_parquet(folder / "out" / "sessions_by_version")
    assert 2_000 == file["id"].nunique() == len(file)
    assert_frame_equal(file, dataset)
    assert ["sessions.parquet", "sessions_by_version"] == sorted(each.name for each in (folder / "out").iterdir())


def test_no_file_holds_the_key(printed: str, folder: Path) -> None:
    """The key is in nothing that was printed or written."""
    key = gf.sample.server.API_KEY
    assert key not in printed
    files = [each for each in (folder / "out").rglob("*") if each.is_file()]
    assert 9 < len(files)
    assert [] == [each for each in files if key.encode() in each.read_bytes()]


def test_columns_of_one_type_are_not_spoken_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line on values of several types is there only when there are some."""

    def without_mixed(client: gf.Client) -> pd.DataFrame:
        frame = gf.load_sessions_with_versions(client=client)
        frame.attrs["galtea_frames"]["mixed_columns"] = []
        return frame

    demo.run(str(tmp_path / "a"))
    assert "Values of several types, kept as JSON text: " in capsys.readouterr().out
    monkeypatch.setattr(demo, "load_sessions_with_versions", without_mixed)
    demo.run(str(tmp_path / "b"))
    assert "Values of several types" not in capsys.readouterr().out
