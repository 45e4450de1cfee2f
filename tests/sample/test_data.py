"""The sample files in `data/` match what the package writes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from galtea_frames.sample.__main__ import main, sample_files

DATA = Path(__file__).parents[2] / "data"


def test_files_are_what_the_generator_writes() -> None:
    """The pages in ``data`` match the generator byte for byte, and none is left over."""
    written = {path.name: path.read_bytes() for path in DATA.glob("*.json")}
    assert sample_files() == written


def test_files_are_small() -> None:
    """All pages together stay under a megabyte."""
    assert sum(map(len, sample_files().values())) < 1_000_000


def test_readme_names_every_file() -> None:
    """A reader finds each kind of file explained."""
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    assert [] == [
        name for name in sample_files() if f"`{name}`" not in readme and not name.startswith("sessions_page_2")
    ]


def test_pages_hold_the_rows_in_order() -> None:
    """Three full pages of sessions and one of each other list, oldest rows first."""
    pages = {name: json.loads(body) for name, body in sample_files().items()}
    expected = {"sessions_page_1.json": 100, "sessions_page_2.json": 100, "sessions_page_3.json": 100}
    expected |= {"versions_page_1.json": 8, "evaluations_page_1.json": 100, "inference_results_page_1.json": 100}
    expected |= {"test_cases_page_1.json": 100, "metrics_page_1.json": 14}
    assert expected == {name: len(rows) for name, rows in pages.items()}
    times = [row["createdAt"] for number in (1, 2, 3) for row in pages[f"sessions_page_{number}.json"]]
    assert sorted(times) == times
    for rows in pages.values():
        assert sorted(row["createdAt"] for row in rows) == [row["createdAt"] for row in rows]


def test_main_writes_the_files(tmp_path: Path) -> None:
    """The directory is made if there is none."""
    main([str(tmp_path / "new")])
    assert sample_files() == {path.name: path.read_bytes() for path in (tmp_path / "new").iterdir()}


@pytest.mark.parametrize("argument", ["--help"])
def test_module_can_be_run(argument: str) -> None:
    """``python -m galtea_frames.sample`` says what it does."""
    environment = {**os.environ, "PYTHONPATH": str(DATA.parent)}
    command = [sys.executable, "-m", "galtea_frames.sample", argument]
    done = subprocess.run(command, capture_output=True, check=True, env=environment)  # noqa: S603 - our own interpreter
    assert b"Write sample pages" in done.stdout
