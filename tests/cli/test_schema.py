"""`galtea-frames schema`, and `export` with chosen columns: output, files, requests and exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

import galtea_frames as gf
from galtea_frames.cli.export import split_columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from command_line import Api, Run

KINDS = ["sessions", "versions", "joined"]


@pytest.fixture
def warned() -> str:
    """Warnings about the columns of the sample are of no interest."""
    return "ignore"


@pytest.fixture(scope="module")
def shared_api() -> Iterator[Api]:
    """A sample API of a few rows."""
    with gf.sample.serve(60, 3) as api:
        yield api


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("source", ["API", "mirror"])
def test_a_schema_is_written_printed_and_checked(run: Run, api: Api, kind: str, source: str) -> None:
    """From either source, the file has the columns of the list, and the same rows do not drift from it."""
    if source == "mirror":
        run("sync", "mirror")
        api.reset()
    options = ["--mirror", "mirror"] if source == "mirror" else []
    written = run("schema", kind, "--out", "schema.toml", *options)
    schema = gf.Schema.read("schema.toml")
    rows = 3 if kind == "versions" else 60
    assert (0, f"schema of {kind}: {len(schema.columns)} columns, from {rows} rows: schema.toml\n") == written[:2]
    printed = run("schema", kind, *options)
    assert [["path", "type", "filled", "example"], *(["id", "string", "100", "%"] for _ in range(1))] == [
        line.split()[:4] for line in printed.out.splitlines()[:2]
    ]
    assert list(schema.columns) == [line.split("  ")[0] for line in printed.out.splitlines()[1:]]
    assert [*schema.columns.items()] == [
        (each["path"], each["type"]) for each in json.loads(run("schema", kind, "--json", *options).out)["columns"]
    ]
    assert (0, f"No drift from the schema of {kind} in {rows} rows\n", "") == run(
        "schema", kind, "--check", "schema.toml", "--no-progress", *options
    )
    assert bool(api.requests) == (source == "API")


def test_drift_has_an_exit_code_of_its_own(run: Run, api: Api) -> None:
    """New paths, vanished ones, misfits and statuses are printed, and are a document for machines."""
    del api
    run("schema", "sessions", "--out", "schema.toml", "--json")
    text = Path("schema.toml").read_text("utf-8")
    text = text.replace('"metadata.model" = "string"', '"metadata.modell" = "string"')
    Path("schema.toml").write_text(
        text.replace('ncy_ms" = "Int64"', 'ncy_ms" = "boolean"').replace('"FAILED"', '"OFF"')
    )
    done = run("schema", "sessions", "--check", "schema.toml", "--no-progress")
    assert (4, "") == (done.code, done.err)
    kinds = [line[:15].strip() for line in done.out.splitlines()]
    assert ["Drift from the", "new path", "vanished path", "misfits", "new status"] == kinds
    assert "metadata.latency_ms" in done.out
    found = run("schema", "sessions", "--check", "schema.toml", "--json", "--no-progress")
    assert 4 == found.code
    drift = json.loads(found.out)
    assert {"metadata.model": "string"} == drift["new_paths"]
    assert ["metadata.modell"] == drift["vanished_paths"]
    assert "boolean" == drift["misfits"]["metadata.latency_ms"]["dtype"]
    assert ["FAILED"] == list(drift["new_statuses"])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("schema sessions --out a.toml --check b.toml", "--out writes a schema and --check compares with one; use one"),
        ("schema sessions --check none.toml", "cannot read the schema none.toml: no such file or directory"),
        ("schema sessions --check versions.toml", "this is a schema of versions; sessions need one of sessions"),
        ("schema joined --check versions.toml", "of versions; sessions with their versions need one of joined"),
        ("schema sessions --out notes.txt", "cannot write the schema notes.txt: is a file of another kind; delete"),
        ("schema sessions --out .", "cannot write the schema .: is a folder, not a regular file"),
        ("export sessions --out a.parquet --schema versions.toml", "this is a schema of versions; sessions need one"),
        ("export sessions --out a.parquet --schema none.toml", "cannot read the schema none.toml: no such file"),
        ("export versions --out a.parquet --schema versions.toml --column id", "--schema names the columns; leave out"),
        ("export versions --out a.parquet --column ,", "--column is empty; name at least one column"),
        ("export versions --out a.parquet --column nmae", "columns: unknown column 'nmae'; did you mean 'name'?"),
        (
            "export versions --out a --partition-by name --column id",
            "--column leaves out 'name', which --partition-by needs",
        ),
        (
            "export versions --out a --partition-by name --schema versions.toml",
            "the schema leaves out 'name', which --partition-by needs",
        ),
    ],
)
def test_what_cannot_be_done_is_said_before_any_request(run: Run, api: Api, words: str, message: str) -> None:
    """Wrong usage, in one line."""
    gf.Schema("versions", {"id": "string"}).write("versions.toml")
    Path("notes.txt").write_text("mine")
    done = run(*words.split())
    assert (2, "", 1) == (done.code, done.out, done.err.count("\n"))
    assert message in done.err
    assert [] == api.requests
    assert "mine" == Path("notes.txt").read_text("utf-8")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("source", ["API", "mirror"])
def test_export_with_chosen_columns_or_a_schema(run: Run, api: Api, kind: str, source: str) -> None:
    """Only these columns are in the file, in this order, and a schema fixes their types."""
    del api
    options = ["--out", "file.parquet"]
    if source == "mirror":
        run("sync", "mirror")
        options += ["--mirror", "mirror"]
    more = {"sessions": "metadata.user", "versions": "number", "joined": "version.name"}[kind]
    assert 0 == run("export", kind, "--column", f"created_at,{more}", "--column", "id", *options).code
    names = pq.read_schema("file.parquet").names
    below = ["metadata.user.country", "metadata.user.tier"]
    assert ["created_at", *(below if kind == "sessions" else [more]), "id"] == names
    columns = {"id": "string", ("version.nope" if kind == "joined" else "nope"): "list[Int64]"}
    schema = gf.Schema(kind, columns)
    schema.write("schema.toml")
    assert 0 == run("export", kind, "--schema", "schema.toml", *options).code
    assert schema.to_arrow().equals(pq.read_schema("file.parquet"))


def test_a_partitioned_export_has_the_chosen_columns(run: Run, api: Api) -> None:
    """The columns to partition by are among them, or lie below one of them."""
    del api
    done = run(
        "export",
        "sessions",
        "--column",
        "id,metadata.user,status",
        "--partition-by",
        "metadata.user.tier",
        "--out",
        "a",
    )
    assert 0 == done.code
    assert {"id", "status", "metadata.user.country", "metadata.user.tier"} == set(gf.read_parquet("a").columns)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], None),
        (["id"], ["id"]),
        (["id,status", "name"], ["id", "status", "name"]),
        (["id,", ",status"], ["id", "status"]),
        ([r"metadata.a\,b,id"], ["metadata.a,b", "id"]),
        ([r"metadata.user\.tier,id"], [r"metadata.user\.tier", "id"]),
        (["metadata.a\\\\,id"], ["metadata.a\\\\", "id"]),
        (["id\\"], ["id\\"]),
    ],
)
def test_commas_separate_columns(given: list[str], expected: list[str] | None) -> None:
    """A comma in a name is escaped; other escapes are those of column names."""
    assert expected == split_columns(given)
