"""Frames written as CSV and JSON lines: what readers get, and that a file is whole or as it was."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd
import polars as pl
import pytest
import slow_reference
from folder_contents import all_of
from page_frames import frame_of
from pandas.testing import assert_frame_equal

import galtea_frames as gf
from galtea_frames.api.resources import SESSIONS, VERSIONS
from galtea_frames.files.exports import check_export, kind_of, write_export

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOON = "2026-03-01T12:00:00.123Z"
BLANK: dict[str, Any] = dict.fromkeys(column.api for column in SESSIONS.columns)
ROWS: list[dict[str, Any]] = [
    {"id": "=1+1", "createdAt": NOON, "status": "FAILED", "metadata": {"n": 2**60, "f": 0.1, "l": ["a", None]}},
    {"id": "", "error": 'a "b"\r\n,;', "metadata": {"n": 1, "ok": True, "mix": {"x": [1]}}},
    {"id": "ü\U0001f600", "customId": "NULL", "metadata": {"mix": "text"}},
]


def write(frames: list[pd.DataFrame], path: Path | str) -> None:
    """Write frames as an export does."""
    kind = kind_of(str(path))
    assert kind is not None
    check_export(str(path), kind, None)
    write_export(iter(frames), str(path), kind)


def lines_of(path: Path) -> list[Any]:
    """The values of a file of JSON lines."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    assert content.endswith(b"\n") or not content
    return [json.loads(line) for line in content.decode().split("\n")[:-1]]


# -- CSV --


def test_csv_is_what_it_is(tmp_path: Path) -> None:
    """To the byte: quoted text, empty nulls, times in UTC, lists and objects as JSON text, line feeds."""
    frame = frame_of(ROWS)[["id", "error", "status", "created_at", *(f"metadata.{each}" for each in "nfl")]]
    write([frame], tmp_path / "x.csv")
    expected = [
        '"id","error","status","created_at","metadata.n","metadata.f","metadata.l"',
        '"=1+1",,"FAILED","2026-03-01T12:00:00.123000Z",1152921504606846976,0.1,"[""a"",null]"',
        '"","a ""b""\r\n,;",,,1,,',
        '"ü\U0001f600",,,,,,',
    ]
    assert "".join(f"{line}\n" for line in expected).encode() == (tmp_path / "x.csv").read_bytes()


@pytest.mark.parametrize("backend", ["numpy_nullable", "pyarrow"])
@pytest.mark.parametrize("name", ["x.csv", "X.CSV", "x.csv.gz"])
def test_csv_is_read_by_others(tmp_path: Path, name: str, backend: str) -> None:
    """By pandas, DuckDB and Polars, each of which gets the values."""
    frame = frame_of(ROWS, dtype_backend=backend)
    path = tmp_path / name
    write([frame], path)
    back = pd.read_csv(path, parse_dates=["created_at"], keep_default_na=False, na_values={"metadata.n": ""})
    assert frame.columns.tolist() == back.columns.tolist()
    assert ["=1+1", "", "ü\U0001f600"] == back["id"].tolist()
    assert back["created_at"][0] == pd.Timestamp(NOON)
    rows = duckdb.read_csv(str(path), header=True).project('id, "metadata.n"').fetchall()
    assert [("=1+1", 2**60), ("", 1), ("ü\U0001f600", None)] == [(text or "", number) for text, number in rows]
    assert [2**60, 1, None] == pl.read_csv(path)["metadata.n"].to_list()


def test_frames_become_one_file(tmp_path: Path) -> None:
    """One row of names, whatever is null in one of the frames; the same file as that of one frame."""
    frame = frame_of(ROWS)
    for name in ("x.csv", "x.jsonl", "x.csv.gz"):
        write([frame[:1], frame[1:1], frame[1:]], tmp_path / f"parts-{name}")
        write([frame], tmp_path / name)
        read = gzip.decompress if name.endswith("gz") else bytes
        assert read((tmp_path / name).read_bytes()) == read((tmp_path / f"parts-{name}").read_bytes())


def test_no_rows(tmp_path: Path) -> None:
    """The names alone; no lines."""
    write([frame_of([])], tmp_path / "x.csv")
    assert frame_of([]).columns.tolist() == pd.read_csv(tmp_path / "x.csv").columns.tolist()
    write([frame_of([])], tmp_path / "x.jsonl")
    assert [] == lines_of(tmp_path / "x.jsonl")


# -- JSON lines --

HOSTILE: list[dict[str, Any]] = [
    *ROWS,
    {"id": "\ud800", "metadata": {"\ud800": 1, "a.b": "\u2028\n", "big": 10**30, "deep": None}, "runId": {"x": []}},
    {"context": {}, "metadata": {"": {"": 1}, "n": slow_reference.Odd("1e400")}},
]


@pytest.mark.parametrize("name", ["x.jsonl", "x.ndjson", "x.jsonl.gz", "x.NDJSON.GZ"])
def test_lines_are_the_records(tmp_path: Path, name: str) -> None:
    """As they were sent, one per line."""
    write([frame_of(ROWS, "json")], path := tmp_path / name)
    content = gzip.decompress(path.read_bytes()) if name.lower().endswith("gz") else path.read_bytes()
    lines = content.decode().split("\n")
    assert [*(BLANK | row for row in ROWS), None] == [json.loads(line) if line else None for line in lines]


def test_lines_of_hostile_records(tmp_path: Path) -> None:
    """Text that is no Unicode comes back escaped, and numbers as they were written."""
    write([frame_of(HOSTILE, "json")], tmp_path / "x.jsonl")
    text = (tmp_path / "x.jsonl").read_text("utf-8")
    assert r'"id":"\ud800"' in text
    assert '"n":1e400' in text
    back = lines_of(tmp_path / "x.jsonl")
    assert len(HOSTILE) == len(back)
    assert HOSTILE[3]["metadata"] == back[3]["metadata"]
    assert {"x": []} == back[3]["runId"]


def test_lines_of_columns(tmp_path: Path) -> None:
    """Nested columns become objects again; keys that were null are absent."""
    write([frame_of(ROWS)], tmp_path / "x.jsonl")
    assert {"n": 2**60, "f": 0.1, "l": ["a", None]} == lines_of(tmp_path / "x.jsonl")[0]["metadata"]


@pytest.mark.parametrize("nested", ["columns", "json"])
def test_lines_of_a_join(tmp_path: Path, nested: Any) -> None:  # noqa: ANN401 - a literal
    """Two records a line, also where a session has a field `version`; null where nothing matched."""
    sessions: list[dict[str, Any]] = [
        {"id": "a", "versionId": "v", "version": {"name": 1}},
        {"id": "b", "versionId": "gone"},
        {"id": "c"},
    ]
    versions = [{"id": "v", "name": "1.0", "facts": {"x": 1}}]
    joined = gf.join_sessions_versions(frame_of(sessions, nested), frame_of(versions, nested, VERSIONS))
    write([joined], tmp_path / "x.jsonl")
    lines = lines_of(tmp_path / "x.jsonl")
    assert [{"session", "version"}] * 3 == [set(line) for line in lines]
    assert [row["id"] for row in sessions] == [line["session"]["id"] for line in lines]
    assert {"name": 1} == lines[0]["session"]["version"]
    assert ("1.0", {"x": 1}) == (lines[0]["version"]["name"], lines[0]["version"]["facts"])
    assert [None, None] == [line["version"] for line in lines[1:]]


SELECTIONS = [
    (["id"], {"id"}),
    (["metadata", "status"], {"metadata", "status"}),
    (["metadata.model"], {"metadata"}),
]


@pytest.mark.filterwarnings("ignore::galtea_frames.GalteaFramesWarning")
@pytest.mark.parametrize(("columns", "fields"), SELECTIONS)
def test_lines_of_selected_columns(tmp_path: Path, columns: list[str], fields: set[str]) -> None:
    """Have the fields that were loaded, and no others."""
    with gf.sample.serve(20, 2) as api, gf.Client(api.api_key, api.url) as client:
        write([gf.load_sessions(columns=columns, client=client)], tmp_path / "x.jsonl")
        assert [fields] * 20 == [set(line) for line in lines_of(tmp_path / "x.jsonl")]
        for others in ([], ["version.name"], ["version"]):
            joined = gf.load_sessions_with_versions(columns=[*columns, *others], client=client)
            write([joined], tmp_path / "x.jsonl")
            assert [fields] * 20 == [set(line["session"]) for line in lines_of(tmp_path / "x.jsonl")]
            names = {line["version"]["name"] for line in lines_of(tmp_path / "x.jsonl") if line["version"]}
            assert bool(others) == bool(names)


# -- whole or as it was --


@pytest.mark.parametrize("name", ["x.csv", "x.csv.gz", "x.jsonl"])
def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path, name: str) -> None:
    """And nothing beside it."""
    frame = frame_of(ROWS)
    write([frame], tmp_path / name)
    before = all_of(tmp_path)

    def frames() -> Iterator[pd.DataFrame]:
        yield frame
        raise gf.ResponseError("no more")

    kind = kind_of(name)
    assert kind is not None
    with pytest.raises(gf.ResponseError):
        write_export(frames(), str(tmp_path / name), kind)
    assert before == all_of(tmp_path)
    write([frame[:1]], tmp_path / name)
    assert before.keys() == all_of(tmp_path).keys()
    assert before != all_of(tmp_path)


def test_files_of_other_kinds_stay(tmp_path: Path) -> None:
    """A link that leads to one does not make it replaceable; an empty file is."""
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "x.csv").symlink_to("notes.txt")
    with pytest.raises(gf.ParquetError, match=r"is a file of another kind; name one that ends in \.csv$"):
        write([frame_of(ROWS)], tmp_path / "x.csv")
    (tmp_path / "notes.txt").write_text("")
    write([frame_of(ROWS)], tmp_path / "x.csv")
    assert (tmp_path / "notes.txt").read_text("utf-8").startswith('"id"')


def test_urls(tmp_path: Path) -> None:
    """The name of a URL says the format as well."""
    write([frame_of(ROWS)], "memory://exports/x.csv")
    write([frame_of(ROWS)], tmp_path / "x.csv")
    assert_frame_equal(pd.read_csv("memory://exports/x.csv"), pd.read_csv(tmp_path / "x.csv"))


@pytest.mark.parametrize(("name", "kind"), [("x.parquet", None), ("folder", None), ("s3://b/x.pq", None)])
def test_names_of_parquet(name: str, kind: None) -> None:
    """Are not taken for those of other formats."""
    assert kind_of(name) is kind


@pytest.mark.parametrize("name", ["x.json", "x.xls", "x.csv.zip", "x.gz", "x.txt"])
def test_names_of_no_format(name: str) -> None:
    """Are refused with the names that are possible."""
    words = rf"^{name} is no name of a file; name one that ends in \.parquet, \.csv, \.jsonl or \.xlsx$"
    with pytest.raises(gf.ParquetError, match=words):
        kind_of(name)
