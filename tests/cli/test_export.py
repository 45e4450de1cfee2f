"""`galtea-frames export`: its requests, output, files and exit codes."""

from __future__ import annotations

import json
import os
import re
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from command_line import LOADERS, Api, Run, posix, start
from pandas.testing import assert_frame_equal

import galtea_frames as gf
from galtea_frames.cli.export import KINDS

if TYPE_CHECKING:
    from galtea_frames.api.resource import Filter


def queries(api: Api) -> list[tuple[str, list[tuple[str, str]]]]:
    """Path and parameters of each request so far."""
    return [(request.path, request.query) for request in api.requests]


# -- export --


@pytest.mark.parametrize("kind", LOADERS)
def test_export_writes_what_loaders_load(run: Run, api: Api, kind: str) -> None:
    """The file is the loader's frame, and stdout has one line on it."""
    done = run("export", kind, "--out", "f.parquet")
    with gf.Client() as client, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = LOADERS[kind](client=client)
    frame = gf.read_parquet("f.parquet")
    assert_frame_equal(expected, frame)
    what = "sessions with their versions" if kind == "joined" else kind.replace("_", " ")
    words = rf"{len(frame)} {what}, {frame.shape[1]} columns, in \d+\.\d s: f\.parquet\n"
    assert 0 == done.code
    assert re.fullmatch(words, done.out)
    assert api.api_key not in repr(done) + repr(frame.attrs)
    assert api.api_key.encode() not in Path("f.parquet").read_bytes()


FURTHER: dict[str, tuple[list[str], dict[str, Any]]] = {
    "sort": (["--sort", "status:desc", "--sort", "id"], {"sort": [("status", "desc"), "id"]}),
    "limit": (["--limit", "3"], {"limit": 3}),
    "offset": (["--offset", "3", "--limit", "2", "--sort", "created_at:desc"], {}),
    "one param": (["--param", "note=a=b"], {"params": {"note": "a=b"}}),
    "param of a list": (["--param", "userIds[]=a"], {"params": {"userIds": ["a"]}}),
    "param twice": (["--param", "userIds=a", "--param", "userIds=b"], {"params": {"userIds": ["a", "b"]}}),
    "nested": (["--nested", "json"], {"nested": "json"}),
}
FURTHER["offset"][1].update(offset=3, limit=2, sort=("created_at", "desc"))


def option_and_argument(wanted: Filter) -> tuple[list[str], dict[str, Any]]:
    """A filter as the command line takes it, and as the loaders do."""
    option = f"--{wanted.name.replace('_', '-')}"
    if wanted.kind == "flag":
        return [option], {wanted.name: True}
    if wanted.kind == "texts":
        single = {"--names": "--names", "--statuses": "--status"}.get(option, option.removesuffix("s"))
        return [single, "a b", single, "ü&="], {wanted.name: ["a b", "ü&="]}
    value = "2026-02-03T04:05:06+01:00" if wanted.kind == "time" else "x"
    return [option, value], {wanted.name: value}


OPTIONS = [
    pytest.param(resource.name, *option_and_argument(each), id=f"{resource.name}: {each.name}")
    for resource in (KINDS["sessions"], KINDS["versions"])
    for each in resource.filters
    if each.name != "ids"  # which must exist: below
] + [
    pytest.param(kind, *FURTHER[name], id=f"{kind}: {name}")
    for kind in ("sessions", "versions")
    for name in FURTHER
    if (kind, name) != ("versions", "sort")
]


@pytest.mark.filterwarnings("ignore::galtea_frames.GalteaFramesWarning")
@pytest.mark.parametrize(("kind", "options", "arguments"), OPTIONS)
def test_options_ask_what_arguments_ask(
    run: Run,
    api: Api,
    kind: str,
    options: list[str],
    arguments: dict[str, Any],
) -> None:
    """Every filter is an option: the requests are those of the loader's call, and so is the frame."""
    with gf.Client(max_workers=1) as client:  # several race, and which of them ask once more is left to chance
        expected = LOADERS[kind](**arguments, client=client)
    asked = queries(api)
    api.reset()
    assert 0 == run("export", kind, "--out", "f", "--max-workers", 1, *options).code
    assert asked == queries(api)
    assert_frame_equal(expected, gf.read_parquet("f"))


@pytest.mark.parametrize("option", ["--id", "--ids"])
def test_ids_are_repeatable(run: Run, api: Api, option: str) -> None:
    """Under the filter's own name or its singular."""
    wanted = sorted(row["id"] for row in list(api.versions)[:2])
    assert 0 == run("export", "versions", "--out", "f", option, wanted[0], option, wanted[1]).code
    assert wanted == sorted(gf.read_parquet("f")["id"])


def test_a_flag_can_be_denied(run: Run, api: Api) -> None:
    """`--no-…` asks for the rows that have none; without the option nothing is asked."""
    for options, expected in (
        (["--has-inference-results"], {"true"}),
        (["--no-has-inference-results"], {"false"}),
        ([], set()),
    ):
        api.reset()
        assert 0 == run("export", "versions", "--out", "f", *options).code
        assert expected == {
            value for _, query in queries(api) for name, value in query if name == "hasInferenceResults"
        }


@pytest.mark.parametrize("kind", LOADERS)
def test_every_filter_is_an_option(run: Run, kind: str) -> None:
    """The help names them all, with what they mean."""
    done = run("export", kind, "--help")
    assert (0, "") == (done.code, done.err)
    for each in KINDS[kind].filters:
        assert f"--{each.name.replace('_', '-')}" in done.out
    for name in ("--sort", "--limit", "--offset", "--param", "--nested", "--partition-by", "--json", "--page-size"):
        assert name in done.out


@pytest.mark.usefixtures("api")
def test_json_is_for_machines(run: Run) -> None:
    """One object on stdout that says what was done."""
    done = run("export", "sessions", "--out", "f", "--json", "--no-progress")
    said = json.loads(done.out)
    frame = gf.read_parquet("f")
    expected = {"rows": 200, "columns": frame.shape[1], "out": "f", "retries": 0, "complete": True}
    assert expected == {name: said[name] for name in expected}
    for name in ("requests", "mixed_columns"):
        assert frame.attrs["galtea_frames"][name] == said[name]
    assert [] == said["overflow_columns"]
    assert 0 < said["seconds"]


@pytest.mark.usefixtures("api")
def test_warnings_are_one_line(run: Run) -> None:
    """On stderr, without the line of code that a developer would look for."""
    done = run("export", "sessions", "--out", "f")
    assert re.fullmatch(r"warning: mixed types, kept as JSON text: .*\n", done.err)


def test_client_options_reach_the_client(run: Run, api: Api) -> None:
    """Address, page size and limits on the command line."""
    assert (
        0 == run("export", "versions", "--out", "f", "--base-url", api.url, "--page-size", 3, "--max-workers", 1).code
    )
    assert {"3"} == {value for _, query in queries(api) for name, value in query if name == "limit"}
    api.answers = lambda _: gf.sample.Stall(6_000)  # which nobody waits for
    done = run("export", "versions", "--out", "f", "--read-timeout", 0.1, "--max-elapsed", 0.2)
    assert (3, "") == (done.code, done.out)


@pytest.mark.usefixtures("api")
def test_export_makes_datasets(run: Run) -> None:
    """`--partition-by`, repeatable, and another codec."""
    options = ["--partition-by", "version_id", "--partition-by", "status", "--compression", "snappy"]
    assert 0 == run("export", "sessions", "--out", "d", *options).code
    assert all(each.name.startswith("version_id=") for each in Path("d").iterdir())
    assert 200 == len(gf.read_parquet("d"))
    assert {"SNAPPY"} == {
        pq.read_metadata(each).row_group(0).column(0).compression for each in Path("d").rglob("*.parquet")
    }


# -- errors and codes --


@pytest.mark.parametrize(
    ("missing", "arguments"),
    [
        ("deltalake", ["sync", "copy"]),
        ("filelock", ["mirror", "copy"]),
        ("deltalake", ["export", "sessions", "--out", "f", "--mirror", "copy"]),
        ("deltalake", ["report", "--out", "r", "--mirror", "copy"]),
        ("jinja2", ["report", "--out", "r"]),
    ],
)
def test_an_extra_is_missed_before_anything_is_asked(
    run: Run, api: Api, monkeypatch: pytest.MonkeyPatch, missing: str, arguments: list[str]
) -> None:
    """One line that says what to install, the code of wrong usage, and no file."""
    monkeypatch.setitem(sys.modules, missing, None)
    done = run(*arguments)
    written = {each.name for each in Path().iterdir()} - {"home"}  # where matplotlib puts its cache
    assert (2, "", 0, set()) == (done.code, done.out, len(api.requests), written)
    assert re.fullmatch(rf"galtea-frames: .*{missing}: pip install 'galtea-frames\[\w+\]'\n", done.err)


ADDRESS = "://me:s3cr3t@host/x?sig=s3cr3t"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["export", "versions", "--out", f"memory{ADDRESS}.parquet"], 0),
        (["export", "versions", "--out", f"memory{ADDRESS}.parquet", "--json"], 0),
        (["export", "versions", "--out", f"zzz{ADDRESS}.parquet"], 2),
        (["export", "versions", "--out", "f", "--mirror", f"zzz{ADDRESS}"], None),
        (["sync", f"zzz{ADDRESS}"], None),
        (["mirror", f"zzz{ADDRESS}"], None),
        (["report", "--out", f"zzz{ADDRESS}"], 2),
        (["report", "--out", "r", "--mirror", f"zzz{ADDRESS}"], None),
        (["report", "--out", "r", "--last-report", f"http{ADDRESS}"], 2),
        (["report", "--out", "r", "--thresholds", f"http{ADDRESS}"], 2),
        (["check", "--base-url", f"https{ADDRESS}"], 2),
        (["check", "--product-id", f"https{ADDRESS}", "--json"], 0),
        (["expo\x1b]0;rt", f"https{ADDRESS}"], 2),
    ],
)
def test_passwords_in_addresses_are_masked(run: Run, api: Api, arguments: list[str], code: int | None) -> None:
    """Wherever an address is quoted: name, password and the query's values are not shown; nor is any control."""
    del api
    done = run(*arguments)
    assert 2 > len(done.err.splitlines()), done.err
    assert (code if code is not None else done.code, False) == (done.code, "s3cr3t" in done.out + done.err)
    assert all(each.isprintable() for each in (done.out + done.err).replace("\n", ""))


def test_the_report_does_not_tell_passwords(run: Run, api: Api) -> None:
    """Nor does the command that makes it again; the name of a mirror masks what it holds as well."""
    del api
    assert 0 == run("report", "--out", "r", "--as-of", "2026-03-30").code
    Path("r/report.json").rename("last?token=s3cr3t")
    assert 0 == run("report", "--out", "r", "--as-of", "2026-03-30", "--last-report", "last?token=s3cr3t").code
    assert [] == [each for each in Path("r").iterdir() if each.is_file() and b"s3cr3t" in each.read_bytes()]
    assert "Mirror('s3://…@host/x?sig=…')" == repr(gf.Mirror(f"s3{ADDRESS}"))


# -- as a process of its own --


@posix
def test_progress_is_shown_on_a_terminal_and_wiped(api: Api, tmp_path: Path) -> None:
    """On a pseudo terminal: rows and pages while it loads; the line is empty again when it is done."""
    del api
    import pty  # noqa: PLC0415 - not on every system

    master, terminal = pty.openpty()
    process = start("export", "versions", "--out", tmp_path / "f", stderr=terminal)
    os.close(terminal)
    shown = b""
    while chunk := read(master):
        shown += chunk
    os.close(master)
    out, _ = process.communicate(timeout=600)
    assert 0 == process.returncode
    assert "5 versions" in out
    text = shown.decode()
    assert re.search(r"versions .*5 rows .*pages .*rows/s", text)
    # After the bar's last picture: the line is erased, and the cursor shown again.
    assert re.search(r"rows/s[^\n]*\r?\n?.*\x1b\[2K$", text, re.DOTALL)
    assert "\x1b[?25h" in text


def read(terminal: int) -> bytes:
    """What a terminal shows next; nothing when its last writer is gone."""
    try:
        return os.read(terminal, 65_536)
    except OSError:
        return b""
