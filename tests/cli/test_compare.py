"""`galtea-frames compare`: its requests, files, output and exit codes."""

from __future__ import annotations

import json
import shlex
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest
from comparison_frames import A, B, evaluation, paired, scores_of, versions_of
from folder_contents import contents

import galtea_frames as gf

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from command_line import Run

Api = gf.sample.SampleApi

#: What a mirror needs for a comparison.
LISTS = ["sessions", "versions", "evaluations", "metrics", "test_cases", "tests", "inference_results"]


@pytest.fixture
def warned() -> Literal["ignore"]:
    """Warnings are not what these tests are about."""
    return "ignore"


@pytest.fixture(scope="module")
def shared_api() -> Iterator[Api]:
    """A stand-in with versions that share test cases."""
    with gf.sample.serve(1200, 4) as api:
        yield api


@pytest.fixture
def api(shared_api: Api, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Api:
    """The stand-in, its key and address in the environment, and an empty folder to work in."""
    shared_api.reset()
    monkeypatch.setenv("GALTEA_API_KEY", shared_api.api_key)
    monkeypatch.setenv("GALTEA_API_URL", shared_api.url)
    monkeypatch.chdir(tmp_path)
    return shared_api


@pytest.fixture
def names(api: Api) -> tuple[str, str]:
    """The names of two versions of one product, which share test cases."""
    del api
    return "1.0.0", "1.2.0"


def said(folder: str = "c") -> dict[str, Any]:
    """Return the JSON of a comparison that was written."""
    found: dict[str, Any] = json.loads(Path(folder, "comparison.json").read_text())
    return found


def test_a_comparison_of_the_api(api: Api, names: tuple[str, str], run: Run) -> None:
    """It is written to a folder, summed up in one line, and the same again by the command that it shows."""
    arguments = ("compare", *names, "--by", "test_case.language_code", "--fail-if-worse", "Tone")
    done = run(*arguments, "--out", "c")
    found = said()
    assert (0, f"{found['verdict']}: {found['headline']} Written to c\n") == (done.code, done.out)
    assert names == (found["baseline"]["name"], found["candidate"]["name"])
    assert found["complete"]
    assert found["groups"]
    assert any(each["measure"] == "latency per turn" for each in found["sessions"])
    assert {"comparison.html", "comparison.md", "comparison.json", "cases.parquet"} == set(contents(Path("c")))
    again = run(*shlex.split(found["command"])[1:])
    assert (0, found | {"command": ""}) == (again.code, said("comparison") | {"command": ""})
    with gf.Client(api_key=api.api_key, base_url=api.url) as client, warnings.catch_warnings(action="ignore"):
        loaded = gf.compare_versions(*names, by="test_case.language_code", client=client).to_dict()
    assert found | {"command": ""} == loaded | {"command": ""}


@pytest.mark.usefixtures("names")
def test_a_comparison_of_a_mirror(api: Api, names: tuple[str, str], run: Run) -> None:
    """It is that of the API, without a request."""
    with gf.Client(api_key=api.api_key, base_url=api.url) as client, warnings.catch_warnings(action="ignore"):
        gf.Mirror("mirror").sync(client, lists=LISTS)
        loaded = gf.compare_versions(*names, by="session.status", client=client).to_dict()
    api.reset()
    done = run("compare", *names, "--out", "c", "--mirror", "mirror", "--by", "session.status", "--json")
    assert 0 == done.code
    assert [] == list(api.requests)
    assert loaded | {"command": ""} == said() | {"command": ""}
    assert {"verdict", "exit_code", "headline", "worse", "metrics", "out"} <= json.loads(done.out).keys()
    assert "--mirror mirror --by session.status" in said()["command"]


def test_turns_are_left_out_on_request(names: tuple[str, str], run: Run) -> None:
    """Without them there are no answers, and fewer requests."""
    done = run("compare", *names, "--out", "c", "--no-turns", "--selection", "all of them")
    assert 0 == done.code
    found = said()
    assert not any(each["unit"] != "share" for each in found["sessions"])
    assert ("all of them", True) == (found["selection"], "--no-turns" in found["command"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("a", "b"), "Missing option '--out'"),
        (("a", "b", "--out", "c", "--by", "test_case.nope"), "test_case.nope"),
        (("a", "b", "--out", "taken"), "holds files that are not part of a comparison"),
        (("a", "b", "--out", "c", "--fail-if-worse", " "), "--fail-if-worse takes the name or id of a metric, or any"),
        (("a", "b", "--out", "c", "--selection", " "), "selection must say which rows these are"),
        ((" ", "b", "--out", "c"), "baseline must be the id or name of a version"),
    ],
)
def test_wrong_usage_sends_no_request(api: Api, run: Run, arguments: tuple[str, ...], message: str) -> None:
    """Everything that can be checked is checked first."""
    Path("taken").mkdir()
    Path("taken", "mine.txt").write_text("mine")
    done = run("compare", *arguments)
    assert (2, "") == (done.code, done.out)
    assert message in done.err
    assert [] == list(api.requests)
    assert "mine" == Path("taken", "mine.txt").read_text()


def test_links_come_from_the_settings_file(names: tuple[str, str], run: Run) -> None:
    """Arguments win over it."""
    Path("galtea-frames.toml").write_text(
        '[links]\nsession_url = "https://a.example/{id}"\nversion_url = "https://b.example/{id}"\n'
    )
    done = run("compare", *names, "--out", "c", "--no-turns", "--version-url", "https://c.example/{id}")
    assert 0 == done.code
    assert "--session-url 'https://a.example/{id}' --version-url 'https://c.example/{id}'" in said()["command"]
    assert f"https://c.example/{said()['baseline']['id']}" in Path("c", "comparison.html").read_text()


def test_an_unknown_version_is_wrong_usage(names: tuple[str, str], run: Run) -> None:
    """It can only be found after versions are loaded."""
    done = run("compare", names[0], "no such version", "--out", "c")
    assert (2, False) == (done.code, Path("c").exists())
    assert "there is no version 'no such version'" in done.err


@pytest.fixture
def frames(monkeypatch: pytest.MonkeyPatch, api: Api) -> dict[str, pd.DataFrame]:
    """What the command loads, to be changed by a test."""
    del api
    versions = versions_of([{"id": A, "name": "v1"}, {"id": B, "name": "v2"}])
    lone = evaluation(A, "c1", 0.5, "m9", metric__name="Lonely")
    made = {"scores": scores_of([*paired([0.9] * 12, [0.1] * 12), lone]), "versions": versions}
    monkeypatch.setattr("galtea_frames.compare.loading.load_frames", lambda *_, **__: made)
    return made


@pytest.mark.usefixtures("frames")
@pytest.mark.parametrize(
    ("wanted", "code", "worse"),
    [
        pytest.param([], 0, [], id="not asked"),
        pytest.param(["any"], 10, ["m1"], id="any"),
        pytest.param(["Metric m1"], 10, ["m1"], id="by name"),
        pytest.param(["m1", "any"], 10, ["m1"], id="by id, and any"),
        pytest.param(["Lonely"], 0, [], id="another metric"),
    ],
)
def test_a_metric_that_got_worse_fails(run: Run, wanted: list[str], code: int, worse: list[str]) -> None:
    """The comparison is written all the same."""
    options = [word for each in wanted for word in ("--fail-if-worse", each)]
    done = run("compare", "v1", "v2", "--out", "c", "--json", *options)
    assert (code, worse) == (done.code, json.loads(done.out)["worse"])
    assert "WORSE" == said()["verdict"]
    assert ("was not judged" in done.err) == (wanted == ["Lonely"])


@pytest.mark.usefixtures("frames")
def test_an_unknown_metric_is_wrong_usage(run: Run) -> None:
    """A gate with a typo must not stay open."""
    done = run("compare", "v1", "v2", "--out", "c", "--fail-if-worse", "Metric m2")
    assert 2 == done.code
    message = "--fail-if-worse 'Metric m2': neither version has such scores; there are Lonely, Metric m1"
    assert message in done.err


def test_incomplete_data_goes_before_a_metric(run: Run, frames: dict[str, pd.DataFrame]) -> None:
    """Its exit code is 3, as for a report."""
    frames["scores"].attrs["galtea_frames"]["complete"] = False
    done = run("compare", "v1", "v2", "--out", "c", "--fail-if-worse", "any")
    assert (3, "INCOMPLETE") == (done.code, said()["verdict"])
