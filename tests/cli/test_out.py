"""Invalid `--out` values fail before any request: exit code 2, one line, and nothing on disk changes."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pandas as pd
import pytest
from folder_contents import all_of

import galtea_frames as gf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from command_line import Run


pytestmark = pytest.mark.usefixtures("undrawn_charts")

EXPORTS = {
    "sessions": ["export", "sessions"],
    "versions": ["export", "versions"],
    "joined": ["export", "joined"],
    "sorted": ["export", "sessions", "--sort", "id", "--limit", "9"],
}
DATASET = ["export", "joined", "--partition-by", "version_id"]
REPORT = ["report", "--as-of", "2026-03-30"]
DEMO = ["demo"]
FOLDERS = {"dataset": DATASET, "report": REPORT, "demo": DEMO}


@pytest.fixture(scope="module")
def api() -> Iterator[gf.sample.SampleApi]:
    """The stand-in."""
    with gf.sample.serve(200, 4) as api:
        yield api


@pytest.fixture
def warned() -> Literal["ignore"]:
    """Warnings are not what these tests are about."""
    return "ignore"


@pytest.fixture(autouse=True)
def here(api: gf.sample.SampleApi, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The stand-in in the environment, and an empty folder to work in."""
    api.reset()
    monkeypatch.setenv("GALTEA_API_URL", api.url)
    monkeypatch.setenv("GALTEA_API_KEY", api.api_key)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


def assert_refused(done: tuple[int, str, str], api: gf.sample.SampleApi, words: str, before: dict[str, object]) -> None:
    """The command ended with 2 and one line, and neither asked nor changed anything."""
    code, out, err = done
    assert (2, "", 1, 0) == (code, out, len(err.splitlines()), len(api.requests)), err
    assert words in err
    assert before == all_of(Path())


def a_project(name: str) -> None:
    """Make a folder of the user's."""
    Path(name).mkdir(exist_ok=True)
    Path(name, "notes.txt").write_text("mine")


def a_link_to_another_kind(name: str) -> None:
    """Make a link to a file of the user's."""
    Path("notes.txt").write_text("mine")
    Path(name).symlink_to("notes.txt")


def a_place_in_a_file(name: str) -> None:
    """Make a file where a folder would have to be."""
    Path(name).parent.write_text("mine")


@pytest.mark.parametrize("kind", FOLDERS)
@pytest.mark.parametrize(
    ("make", "out", "words"),
    [
        pytest.param(a_project, "project", "notes.txt", id="folder of the user's"),
        pytest.param(a_project, ".", "notes.txt", id="current folder of the user's"),
        pytest.param(lambda _: None, ".", "current folder", id="current folder"),
        pytest.param(lambda name: Path(name).write_text("mine"), "file", "is a file; a", id="file"),
        pytest.param(os.mkfifo, "pipe", "pipe is a pipe", id="pipe"),
        pytest.param(a_place_in_a_file, "file/below", "Not a directory", id="below a file"),
        pytest.param(lambda _: None, "x" * 300, "File name too long", id="long name"),
        pytest.param(lambda _: None, "s3://bucket/x", "pip install 'galtea-frames[s3]'", id="missing extra"),
        pytest.param(lambda _: None, "nosuch://x/y", "Protocol not known", id="unknown kind of URL"),
        pytest.param(lambda _: None, "-", "- is no name of a", id="standard output"),
    ],
)
def test_no_folder_is_written_there(  # noqa: PLR0917 - three fixtures and a table
    run: Run,
    api: gf.sample.SampleApi,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    make: Callable[[str], object],
    out: str,
    words: str,
) -> None:
    """Where a dataset, a report or the demo cannot go."""
    monkeypatch.setitem(sys.modules, "s3fs", None)
    monkeypatch.delitem(sys.modules["fsspec.registry"]._registry, "s3", raising=False)  # noqa: SLF001 - what was imported
    make(out)
    before = all_of(Path())
    assert_refused(run(*FOLDERS[kind], "--out", out), api, words, before)


@pytest.mark.parametrize("kind", EXPORTS)
@pytest.mark.parametrize(
    ("make", "out", "words"),
    [
        pytest.param(a_project, "project", "is a folder; name a file, or columns to partition by", id="folder"),
        pytest.param(lambda _: None, "data/", "is a folder; name a file", id="folder's name"),
        pytest.param(os.mkfifo, "x.parquet", "x.parquet is a pipe", id="pipe"),
        pytest.param(a_place_in_a_file, "file/x.parquet", "Not a directory", id="below a file"),
        pytest.param(lambda name: Path(name).write_text("mine"), "Makefile", "of another kind", id="other file"),
        *(
            pytest.param(lambda _: None, name, f"{name} is no name of a file; name one that ends in", id=name)
            for name in ("thesis.txt", "x.json", "x.csv.zip", "x.xls")
        ),
        pytest.param(lambda _: None, "-", "- is no name of a Parquet file", id="standard output"),
        *(
            pytest.param(make, f"{place}{name}", words, id=f"{words}: {name}")
            for name in ("x.csv", "x.csv.gz", "x.jsonl", "x.ndjson")
            for place, make, words in (
                ("", a_project, "is a folder; name a file"),
                ("", os.mkfifo, "is a pipe"),
                ("file/", a_place_in_a_file, "Not a directory"),
                ("", a_link_to_another_kind, "is a file of another kind; name one that ends in"),
            )
        ),
    ],
)
def test_no_file_is_written_there(  # noqa: PLR0917 - two fixtures and a table
    run: Run, api: gf.sample.SampleApi, kind: str, make: Callable[[str], object], out: str, words: str
) -> None:
    """Where a single file cannot go."""
    make(out)
    before = all_of(Path())
    assert_refused(run(*EXPORTS[kind], "--out", out), api, words, before)


@pytest.mark.parametrize("kind", FOLDERS)
def test_what_a_command_wrote_the_next_one_replaces(run: Run, kind: str) -> None:
    """Into an empty folder, too."""
    Path("target").mkdir()
    for _ in range(2):
        code, _, err = run(*FOLDERS[kind], "--out", "target")
        assert 0 == code, err
    Path("target", "mine").mkdir()
    assert 2 == run(*FOLDERS[kind], "--out", "target")[0]
    assert Path("target", "mine").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["versions", "--partition-by", "nmae"], "no column 'nmae' to partition by; did you mean 'name'?"),
        (["sessions", "--partition-by", "status", "--partition-by", "Status"], "did you mean 'status'?"),
        (["joined", "--partition-by", "version.nmae"], "did you mean 'version.name'?"),
        (["joined", "--partition-by", "version_name"], "no column 'version_name'"),
        (["sessions", "--partition-by", "metadata.model", "--nested", "json"], "no column 'metadata.model'"),
        (["joined", "--partition-by", "version.*"], "no column 'version.*'"),
    ],
)
def test_no_column_has_such_a_name(run: Run, api: gf.sample.SampleApi, arguments: list[str], words: str) -> None:
    """What the API documents is known before it is asked."""
    assert_refused(run("export", *arguments, "--out", "d"), api, words, {})


@pytest.mark.parametrize(
    ("kind", "column"),
    [("sessions", "metadata.tier"), ("joined", "version.name"), ("sessions", "context.value"), ("joined", "status")],
)
def test_a_column_that_may_be_there_is_looked_for(run: Run, api: gf.sample.SampleApi, kind: str, column: str) -> None:
    """Nested ones are known when they have come."""
    code, _, err = run("export", kind, "--partition-by", column, "--out", "d")
    there = not err.splitlines()
    assert (0 if there else 1) == code
    assert api.requests
    if there:
        assert isinstance(gf.read_parquet("d"), pd.DataFrame)


def test_many_folders_take_a_word(run: Run) -> None:
    """More than a thousand are refused, unless they are asked for."""
    arguments = ["export", "sessions", "--partition-by", "id", "--out", "d", "--max-partitions"]
    code, _, err = run(*arguments, 199)
    assert (1, True) == (code, err.endswith("say --max-partitions 200\n"))
    assert not Path("d").exists()
    assert 0 == run(*arguments, 200)[0]
    assert 200 == sum(each.is_dir() for each in Path("d").iterdir())
