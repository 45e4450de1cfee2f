"""`export` to CSV, JSON lines and Excel: the rows of the loader, whatever the source, and what is refused."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from command_line import LOADERS
from folder_contents import all_of

import galtea_frames as gf
from galtea_frames.cli import main as cli
from galtea_frames.frames import assembly

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Run = Callable[..., tuple[int, str, str]]

FORMATS = ("x.csv", "x.csv.gz", "x.jsonl", "x.xlsx")


@pytest.fixture(scope="module")
def api() -> Iterator[gf.sample.SampleApi]:
    """The stand-in."""
    with gf.sample.serve(120, 4) as api:
        yield api


@pytest.fixture
def run(
    api: gf.sample.SampleApi, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Run:
    """A function that runs an export in an empty folder, and gives its exit code and what it printed."""
    api.reset()
    monkeypatch.setenv("GALTEA_API_URL", api.url)
    monkeypatch.setenv("GALTEA_API_KEY", api.api_key)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["galtea-frames", "export", *map(str, arguments)])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with pytest.raises(SystemExit) as ended:
                cli.main()
        return int(str(ended.value.code)), *capsys.readouterr()

    return run


def ids_in(name: str) -> list[str]:
    """The ids of the rows of a file, in their order."""
    if name.endswith("jsonl"):
        lines = [json.loads(line) for line in Path(name).read_text("utf-8").splitlines()]
        return [line.get("session", line)["id"] for line in lines]
    frame = pd.read_excel(name) if name.endswith("xlsx") else pd.read_csv(name)
    ids: list[str] = frame["id"].tolist()
    return ids


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("kind", ["sessions", "versions", "joined"])
def test_every_row_is_written(run: Run, monkeypatch: pytest.MonkeyPatch, kind: str, name: str) -> None:
    """In many frames or in one, from the API or from a mirror, over the file of the last time."""
    monkeypatch.setattr(assembly, "_ROWS_A_FRAME", 50)
    with gf.Client() as client, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = LOADERS[kind](client=client)
        gf.Mirror("mirror").sync(client)
    columns = pd.read_csv if "csv" in name else pd.read_excel if name.endswith("xlsx") else None
    for options in ([], ["--limit", 60], ["--mirror", "mirror"]):
        code, out, err = run(kind, "--out", name, *options)
        assert 0 == code, err
        assert f"{len(ids_in(name))} " in out
        assert expected["id"].tolist()[: 60 if "--limit" in options else None] == ids_in(name)
        if columns and "--limit" not in options:
            assert expected.columns.tolist() == columns(name).columns.tolist()


@pytest.mark.parametrize("kind", ["sessions", "versions"])
def test_lines_are_what_was_sent(run: Run, api: gf.sample.SampleApi, kind: str) -> None:
    """Exactly, as nested fields are not made into columns first; unless that is asked for."""
    sent = {row["id"]: row for row in (api.sessions if kind == "sessions" else api.versions)}
    assert 0 == run(kind, "--out", "x.jsonl")[0]
    lines = [json.loads(line) for line in Path("x.jsonl").read_text("utf-8").splitlines()]
    assert sorted(sent) == sorted(line["id"] for line in lines)
    for line in lines:
        assert sent[line["id"]] == {key: value for key, value in line.items() if key in sent[line["id"]]}
    assert 0 == run(kind, "--out", "x.jsonl", "--nested", "columns")[0]
    assert len(sent) == len(ids_in("x.jsonl"))


REFUSED: list[tuple[list[Any], str]] = [
    (["--out", "x.csv", "--compression", "gzip"], "--compression is for Parquet, and x.csv is a CSV file"),
    (
        ["--out", "x.jsonl", "--max-partitions", 5],
        "--max-partitions is for Parquet, and x.jsonl is a file of",
    ),
    (["--out", "x.csv", "--partition-by", "status"], "x.csv is no name of a dataset; name a folder"),
    (["--out", "x.xlsx", "--limit", 1_048_576], "an Excel sheet holds 1,048,575 rows, not 1,048,576"),
    (["--out", "nowhere://x.csv"], "Protocol not known"),
]


@pytest.mark.parametrize(("arguments", "words"), REFUSED)
def test_what_is_refused_before_any_request(
    run: Run, api: gf.sample.SampleApi, arguments: list[Any], words: str
) -> None:
    """With one line and exit code 2."""
    code, out, err = run("sessions", *arguments)
    assert (2, "", 1, 0) == (code, out, len(err.splitlines()), len(api.requests)), err
    assert words in err
    assert {} == all_of(Path())


def test_a_missing_extra(run: Run, api: gf.sample.SampleApi, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is named before any request."""
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    code, _, err = run("sessions", "--out", "x.xlsx")
    assert (2, 0) == (code, len(api.requests))
    assert "pip install 'galtea-frames[excel]'" in err
