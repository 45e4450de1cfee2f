"""`galtea-frames sync` and `mirror`, and exports and reports from a mirror."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import deltalake
import pandas as pd
import pytest
from mirror_helpers import small_steps

import galtea_frames as gf

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from command_line import Run


Api = gf.sample.SampleApi


@pytest.fixture(autouse=True)
def api(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Api]:
    """The stand-in, in the environment; the tests run in an empty folder."""
    with gf.sample.serve(60, 3) as api:
        monkeypatch.setenv("GALTEA_API_KEY", api.api_key)
        monkeypatch.setenv("GALTEA_API_URL", api.url)
        monkeypatch.chdir(tmp_path)
        yield api


def test_sync_says_what_it_did(run: Run, api: Api) -> None:
    """One line for people; the second time there is nothing new."""
    code, out, err = run("sync", "mirror")
    assert (0, "") == (code, err)
    assert out.startswith("60 new, 0 changed, 0 removed; now 60 sessions and 3 versions, in ")
    assert out.endswith(" s: mirror\n")
    api.sessions.delete([each["id"] for each in api.sessions][-1])
    assert run("sync", "mirror", "--lookback", "36h")[1].startswith("0 new, 0 changed, 1 removed; now 59 sessions")
    api.sessions.delete(next(each["id"] for each in api.sessions))
    assert run("sync", "mirror")[1].startswith("0 new, 0 changed, 0 removed; now 59 sessions")
    assert run("sync", "mirror", "--full")[1].startswith("0 new, 0 changed, 1 removed; now 58 sessions")


def test_sync_says_it_as_json(run: Run, api: Api) -> None:
    """The numbers of the result, for machines."""
    code, out, err = run("sync", "mirror", "--json", "--page-size", 50)
    done = json.loads(out)
    assert (0, "") == (code, err)
    assert {"new": 60, "changed": 0, "removed": 0, "rows": 60, "versions": 3, "mirror": "mirror"} == {
        name: value for name, value in done.items() if name not in ("requests", "seconds", "lists")
    }
    assert {
        "sessions": {"new": 60, "changed": 0, "removed": 0, "rows": 60},
        "versions": {"new": 3, "changed": 0, "removed": 0, "rows": 3},
    } == done["lists"]
    assert len(api.requests) == done["requests"]
    assert 0 < done["seconds"]


def test_sync_of_some_products(run: Run, api: Api) -> None:
    """The option may be repeated; the mirror shows it; another scope is refused."""
    products = sorted({each["productId"] for each in api.versions})
    options = [option for product in products for option in ("--product-id", product)]
    assert 0 == run("sync", "mirror", *options)[0]
    assert f"products  {', '.join(products)}\n" in run("mirror", "mirror")[1]
    code, out, err = run("sync", "mirror", "--product-id", "other")
    assert (1, "", 1) == (code, out, err.count("\n"))
    assert "not the products other" in err


def test_lists_are_added_and_shown(run: Run) -> None:
    """A line for each further list, by every sync; `mirror` shows them too."""
    code, out, err = run("sync", "mirror", "--list", "metrics", "--list", "evaluations")
    assert (0, "") == (code, err)
    counts = {name: len(getattr(gf.Mirror("mirror"), f"load_{name}")(nested="json")) for name in ("metrics",)}
    assert f"metrics: {counts['metrics']} new, 0 changed, 0 removed; now {counts['metrics']}" in out.splitlines()
    assert 3 == out.count("\n")
    again = run("sync", "mirror")[1].splitlines()
    assert ["metrics", "evaluations"] == [line.split(":")[0] for line in again[1:]]
    lines = dict(line.split(maxsplit=1) for line in run("mirror", "mirror")[1].splitlines())
    assert f"{counts['metrics']}; 0 more were removed" == lines["metrics"]
    assert " are not final; 0 more were removed" in lines["evaluations"]
    assert lines["tables"].startswith("sessions at version ")
    assert ", evaluations at version " in lines["tables"]


@pytest.mark.parametrize("name", ["spans", "metric"])
def test_a_list_that_cannot_be_mirrored_is_one_line(run: Run, api: Api, name: str) -> None:
    """Before any request."""
    code, out, err = run("sync", "mirror", "--list", name)
    assert (2, "", 1) == (code, out, err.count("\n"))
    assert [] == api.requests


@pytest.mark.parametrize("kind", ["evaluations", "metrics", "test_cases", "scores"])
def test_further_lists_are_exported(run: Run, api: Api, kind: str) -> None:
    """The same file as from the API; a list that is not stored is one line that says how to add it."""
    run("sync", "mirror", "--list", "all")
    assert 0 == run("export", kind, "--out", "api.parquet")[0]
    api.requests.clear()
    assert 0 == run("export", kind, "--mirror", "mirror", "--out", "mirror.parquet")[0]
    assert [] == api.requests
    pd.testing.assert_frame_equal(gf.read_parquet("api.parquet"), gf.read_parquet("mirror.parquet"))
    run("sync", "other")
    code, out, err = run("export", kind, "--mirror", "other", "--out", "none.parquet")
    assert (1, "", 1) == (code, out, err.count("\n"))
    assert "run `galtea-frames sync other --list " in err


def test_mirror_says_what_is_in_it(run: Run, api: Api) -> None:
    """How much, of which time, how fresh and how large."""
    run("sync", "mirror")
    rows = list(api.sessions)
    code, out, err = run("mirror", "mirror")
    lines = dict(line.split(maxsplit=1) for line in out.splitlines())
    assert (0, "") == (code, err)
    pending = sum(each["status"] == "PENDING" for each in rows)
    assert f"60, of which {pending} are not final; 0 more were removed" == lines["sessions"]
    first, last = (f"{each['createdAt'][:19].replace('T', ' ')} UTC" for each in (rows[0], rows[-1]))
    assert f"{first} to {last}" == lines["span"]
    assert ("3", "all", "0.0 MB in 2 files") == (lines["versions"], lines["products"], lines["size"])
    info = gf.Mirror("mirror").info()
    assert (
        f"sessions at version {info.sessions_version}, versions at version {info.versions_version}" == lines["tables"]
    )
    assert pd.Timestamp(lines["synced"].removesuffix(" UTC")) <= pd.Timestamp.now("UTC").tz_localize(None)


def test_mirror_shows_no_control_characters(run: Run) -> None:
    """The names of products stand in its tables, which others may have written."""
    run("sync", "mirror")
    for name in ("sessions", "versions"):
        table = deltalake.DeltaTable(f"mirror/{name}")
        table.alter.set_table_description('{"galtea_frames": 1, "product_ids": ["\\u001b[31mevil\\n", "b"]}')
    code, out, err = run("mirror", "mirror")
    assert (0, "") == (code, err)
    assert "products  \ufffd[31mevil , b\n" in out
    assert 1 == run("sync", "mirror", "--product-id", "c")[2].count("\n")


def test_mirror_says_it_as_json(run: Run) -> None:
    """Times as ISO text; compacting first joins the files of several syncs."""
    run("sync", "mirror")
    code, out, err = run("mirror", "mirror", "--compact", "--json")
    info = json.loads(out)
    assert (0, "") == (code, err)
    assert (True, 60, 3, None, "mirror") == tuple(
        info[name] for name in ("complete", "rows", "versions", "product_ids", "mirror")
    )
    assert pd.Timestamp(info["oldest"]) < pd.Timestamp(info["newest"]) < pd.Timestamp(info["synced_at"])


def test_mirror_says_that_it_is_not_complete(run: Run, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a first sync that was cut off, also before its first session; export refuses such a mirror."""
    small_steps(monkeypatch, 10)
    api.answers = lambda request: gf.sample.Reply(400, "no") if request.path == "/sessions" else None
    assert 3 == run("sync", "mirror")[0]
    out = run("mirror", "mirror")[1]
    assert "span      none yet\n" in out
    assert "synced    not complete: the first sync did not finish; run it again\n" in out
    code, out, err = run("export", "sessions", "--mirror", "mirror", "--out", "f.parquet")
    assert (1, "") == (code, out)
    assert "not complete" in err


@pytest.mark.parametrize("kind", ["sessions", "versions", "joined"])
def test_export_reads_from_a_mirror(run: Run, api: Api, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """The file is the one that the API's rows make; no key is needed, and nothing is asked for."""
    run("sync", "mirror")
    run("export", kind, "--out", "api.parquet", "--nested", "both")
    api.reset()
    monkeypatch.delenv("GALTEA_API_KEY")
    monkeypatch.setenv("HOME", "/nowhere")
    monkeypatch.setenv("USERPROFILE", "/nowhere")
    code, out, _ = run("export", kind, "--mirror", "mirror", "--out", "mirror.parquet", "--nested", "both", "--json")
    assert (0, 0) == (code, json.loads(out)["requests"])
    assert [] == api.requests
    pd.testing.assert_frame_equal(gf.read_parquet("api.parquet"), gf.read_parquet("mirror.parquet"))


def test_export_from_a_mirror_reads_it_in_parts(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not as one frame, which would take memory for all rows."""
    run("sync", "mirror")
    whole = gf.Mirror("mirror").load_sessions()
    monkeypatch.setattr("galtea_frames.frames.assembly._ROWS_A_FRAME", 25)
    monkeypatch.delattr("galtea_frames.mirror.readers.Readers.load_sessions")
    assert 0 == run("export", "sessions", "--mirror", "mirror", "--out", "file")[0]
    pd.testing.assert_frame_equal(whole, gf.read_parquet("file"))


def test_export_from_a_mirror_takes_its_filters(run: Run, api: Api) -> None:
    """Those that stored columns answer; `--partition-by` as ever."""
    run("sync", "mirror")
    filters: list[Any] = ["--from-created-at", "2026-02-01", "--status", "COMPLETED"]
    options = ["--mirror", "mirror", "--out", "data", "--partition-by", "status"]
    assert 0 == run("export", "sessions", *options, *filters)[0]
    expected = [each["id"] for each in api.sessions if each["createdAt"] >= "2026-02" and each["status"] == "COMPLETED"]
    assert sorted(expected) == sorted(gf.read_parquet("data")["id"])
    assert 0 == run("export", "sessions", "--mirror", "mirror", "--out", "file", "--sort", "id:desc", "--limit", "3")[0]
    assert sorted(each["id"] for each in api.sessions)[:-4:-1] == list(gf.read_parquet("file")["id"])


def test_export_from_a_mirror_takes_statuses_by_param_too(run: Run, api: Api) -> None:
    """As before there was an option, but not twice."""
    run("sync", "mirror")
    options = ["--mirror", "mirror", "--out", "file", "--param", "statuses[]=FAILED"]
    assert 0 == run("export", "sessions", *options)[0]
    assert sum(each["status"] == "FAILED" for each in api.sessions) == len(gf.read_parquet("file"))
    code, out, err = run("export", "sessions", *options, "--status", "PENDING")
    assert (2, "", "galtea-frames: statuses is given twice\n") == (code, out, err)


@pytest.mark.parametrize(
    "option",
    [["--test-id", "x"], ["--product-id", "x"], ["--param", "userIds=x"]],
    ids=lambda each: each[0],
)
def test_export_from_a_mirror_refuses_other_filters(run: Run, option: list[str]) -> None:
    """One line that names those it takes, and the code of wrong usage."""
    run("sync", "mirror")
    code, out, err = run("export", "sessions", "--mirror", "mirror", "--out", "f", *option)
    assert (2, "", 1) == (code, out, err.count("\n"))
    assert "a mirror of sessions takes no " in err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["mirror", "nowhere"], 1, "nowhere is not a mirror; `galtea-frames sync nowhere` makes one"),
        (["sync", "new", "--lookback", "soon"], 2, "lookback must be a span of time"),
        (["sync"], 2, "Missing argument 'DIRECTORY'"),
    ],
    ids=["no mirror", "bad lookback", "no folder"],
)
def test_errors_are_one_line(run: Run, tmp_path: Path, arguments: list[str], code: int, words: str) -> None:
    """On stderr, with the code of their kind; no folder is left."""
    ended, out, err = run(*arguments)
    assert (code, "") == (ended, out)
    assert words in err
    assert "Traceback" not in err
    assert [] == list(tmp_path.iterdir())
