"""`galtea-frames report`: its requests, files, output and exit codes."""

from __future__ import annotations

import email
import email.policy
import json
import re
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest
from folder_contents import contents

import galtea_frames as gf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from command_line import Run


pytestmark = pytest.mark.usefixtures("undrawn_charts")

Api = gf.sample.SampleApi

AS_OF = ("--as-of", "2026-03-25T08:00", "--timezone", "Europe/Madrid")


@pytest.fixture
def warned() -> Literal["ignore"]:
    """Warnings are not what these tests are about."""
    return "ignore"


@pytest.fixture(scope="module")
def shared_api() -> Iterator[Api]:
    """A stand-in with twelve weeks of sessions."""
    with gf.sample.serve(600, 8) as api:
        yield api


@pytest.fixture
def api(shared_api: Api, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Api:
    """The stand-in, its key and address in the environment, and an empty folder to work in."""
    shared_api.reset()
    monkeypatch.setenv("GALTEA_API_KEY", shared_api.api_key)
    monkeypatch.setenv("GALTEA_API_URL", shared_api.url)
    monkeypatch.chdir(tmp_path)
    return shared_api


def said(folder: str = "r") -> dict[str, Any]:
    """Return the JSON of a report that was written."""
    found: dict[str, Any] = json.loads(Path(folder, "report.json").read_text())
    return found


CODES = [
    ([], "OK", 0),
    (["--warn-if", "n > 1"], "WARN", 0),
    (["--fail-if", "n > 1"], "FAIL", 10),
    (["--fail-if", "n > 1e6", "--fail-if", "sessions > 1 per version"], "FAIL", 10),
    (["--as-of", "2999-01-01"], "INCOMPLETE", 3),
]


@pytest.mark.usefixtures("api")
@pytest.mark.parametrize(("options", "verdict", "code"), CODES)
def test_the_code_is_the_verdicts_and_the_report_is_written(
    run: Run, options: list[str], verdict: str, code: int
) -> None:
    """Also when it fails; one line says what came of it."""
    ended, out, err = run("report", "--out", "r", *AS_OF, *options)
    assert (code, "") == (ended, err)
    assert (verdict, code) == (said()["verdict"], said()["exit_code"])
    assert f"{verdict}: {said()['headline']} Written to r\n" == out
    assert {"report.html", "report.md", "report.json", "rows.parquet"} <= {each.name for each in Path("r").iterdir()}


def test_it_fetches_what_it_needs(run: Run, api: Api) -> None:
    """The periods of the trend and nothing after the last one, of the products asked for."""
    product = next(iter(api.versions))["productId"]
    assert 0 == run("report", "--out", "r", *AS_OF, "--trend-periods", 3, "--product-id", product)[0]
    scope = said()["scope"]
    assert ("2026-W12", "Europe/Madrid", [product]) == (scope["period"]["code"], scope["timezone"], scope["products"])
    asked = [request for request in api.requests if request.path == "/sessions"]
    assert {(product,)} == {tuple(request.values("productIds")) for request in api.requests}
    assert "2026-03-01T23:00:00.000Z" == min(request.values("fromCreatedAt")[0] for request in asked)
    assert "2026-03-22T22:59:59.999999Z" == max(request.values("toCreatedAt")[0] for request in asked)
    rows = gf.read_parquet("r/rows.parquet")
    assert {"2026-W10", "2026-W11", "2026-W12"} == set(rows["period"])
    assert len(rows) == sum(said()["by_period"]["totals"])


@pytest.mark.usefixtures("api")
def test_options_reach_the_report(run: Run, tmp_path: Path) -> None:
    """Period, metric, thresholds from a file, raw text, the last report."""
    Path("limits.toml").write_text('fail_if = ["n > 1e6"]\nwarn_if = ["n > 1"]\n')
    assert 0 == run("report", "--out", "old", "--period", "month", "--as-of", "2026-03-01")[0]
    options = ["--period", "month", "--as-of", "2026-03-31T22:00Z", "--metric", "metadata.latency_ms", "--include-text"]
    options += [
        "--thresholds",
        "limits.toml",
        "--last-report",
        "old/report.json",
        "--timezone",
        "UTC",
        "--trend-periods",
        "2",
    ]
    ended, out, _ = run("report", "--out", tmp_path / "r", *options, "--json")
    found = said()
    assert (0, "WARN", "2026-02") == (ended, found["verdict"], found["scope"]["period"]["code"])
    assert ["fail", "warn"] == [each["level"] for each in found["thresholds"]]
    assert ["metadata.latency_ms"] == [each["column"] for each in found["metrics"]]
    assert "2026-02" == found["quality"]["late_period"]
    assert all(each["message"] for each in found["changes"]["errors"])
    summary = {"verdict": "WARN", "exit_code": 0, "headline": found["headline"], "out": str(tmp_path / "r")}
    assert summary | {"sessions": found["completeness"]["sessions"]} == json.loads(out)


def test_the_command_that_is_shown_gives_the_same_bytes(run: Run, api: Api) -> None:
    """Typed as the report says, into another folder; without the key, whatever was asked."""
    options = ["--metric", "metadata.latency_ms", "--fail-if", "failure_rate > 99% and n >= 30 per version"]
    options += ["--warn-if", "users > 3", "--product-id", next(iter(api.versions))["productId"]]
    assert 0 == run("report", "--out", "r", *AS_OF, *options)[0]
    words = shlex.split(said()["reproduction"]["command"])
    assert ["galtea-frames", "report", "--out", "report"] == words[:4]
    assert 0 == run(*words[1:])[0]
    assert contents(Path("r")) == contents(Path("report"))
    assert not [each for each in Path("r").rglob("*.*") if api.api_key.encode() in each.read_bytes()]


@pytest.mark.usefixtures("api")
def test_every_option_is_in_the_command_that_is_shown(run: Run) -> None:
    """Those of a mirror, a file and a last report too."""
    Path("t.toml").write_text("")
    assert 0 == run("report", "--out", "old", *AS_OF)[0]
    run("sync", "m")
    more = ["--mirror", "m", "--thresholds", "t.toml", "--include-text", "--last-report", "old/report.json"]
    assert 0 == run("report", "--out", "r", *AS_OF, *more)[0]
    shown = said()["reproduction"]["command"]
    assert "--mirror m --thresholds t.toml --include-text --last-report old/report.json" in shown


@pytest.mark.usefixtures("api")
def test_a_report_can_be_an_email_too(run: Run) -> None:
    """report.eml has the addresses that were given; the next report without it replaces both."""
    addresses = ["--sender", "Ada <ada@example.com>", "--to", "bob@example.com", "--to", "cy@example.com"]
    assert 0 == run("report", "--out", "r", *AS_OF, "--eml", *addresses)[0]
    message = email.message_from_bytes(Path("r/report.eml").read_bytes(), policy=email.policy.default)
    assert ("Ada <ada@example.com>", "bob@example.com, cy@example.com") == (message["From"], message["To"])
    assert "Galtea sessions, Week 12" in message["Subject"]
    assert "example.com" not in said()["reproduction"]["command"]
    assert 0 == run("report", "--out", "r", *AS_OF)[0]
    assert not Path("r/report.eml").exists()


@pytest.mark.usefixtures("api")
def test_reports_are_listed_in_an_index(run: Run) -> None:
    """With a report that is written, or on its own; folders that have changed are told on stderr."""
    ended, out, err = run("report", "--out", "all/a", *AS_OF, "--index", "all")
    assert (0, "") == (ended, err)
    assert out.endswith(" Written to all/a; index of 1 report: all/index.html\n")
    assert 0 == run("report", "--out", "all/b", *AS_OF, "--period", "day")[0]
    assert (0, "index of 2 reports: all/index.html\n", "") == run("report", "--index", "all")
    Path("all/a/report.md").write_text("mine")
    ended, out, err = run("report", "--index", "all", "--json")
    assert (0, {"index": "all/index.html", "reports": 1}) == (ended, json.loads(out))
    assert err == ("warning: left out of the index, because files there are not as the report was written: a\n")
    ended, out, _ = run("report", "--out", "all/c", *AS_OF, "--index", "all", "--fail-if", "n > 1", "--json")
    found = json.loads(out)
    assert (10, 2, "all/c", "FAIL") == (ended, found["reports"], found["out"], found["verdict"])


def test_now_is_the_time_if_none_is_given(run: Run, api: Api) -> None:
    """It is named in the report, so that the same one can be had again."""
    del api
    assert 0 == run("report", "--out", "r")[0]
    assert re.search(r"--as-of 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00 ", said()["reproduction"]["command"])


def test_a_mirror_gives_the_same_report_without_a_request(run: Run, api: Api) -> None:
    """Of all products, or of one; all but the way to get it again."""
    product = next(iter(api.versions))["productId"]
    run("sync", "m")
    api.reset()
    for scope in ([], ["--product-id", product]):
        assert 0 == run("report", "--out", "b", *AS_OF, *scope, "--mirror", "m")[0]
        assert [] == api.requests
        assert 0 == run("report", "--out", "a", *AS_OF, *scope)[0]
        api.reset()
        assert said("a") | {"reproduction": 0} == said("b") | {"reproduction": 0}
        assert said("a")["completeness"]["complete"]


def test_a_mirror_that_is_not_complete_never_passes(run: Run, api: Api) -> None:
    """Its report says so."""
    api.answers = lambda request: (
        gf.sample.Reply(400, "no") if request.path == "/sessions" and request.number > 3 else None
    )
    run("sync", "m", "--page-size", 50, "--max-workers", 1)
    ended, _, _ = run("report", "--out", "r", *AS_OF, "--mirror", "m")
    assert (3, "INCOMPLETE") == (ended, said()["verdict"])


def test_a_load_that_fails_is_reported(run: Run, api: Api) -> None:
    """Code 3, one line on stderr, and a page without figures in the place of last week's."""
    assert 0 == run("report", "--out", "r", *AS_OF)[0]
    api.answers = lambda _: gf.sample.Reply(403, {"message": f"no access, says {api.api_key}"})
    ended, out, err = run("report", "--out", "r", *AS_OF, "--fail-if", "n > 1")
    found = said()
    assert (3, "INCOMPLETE", [], 1) == (ended, found["verdict"], found["figures"], len(err.splitlines()))
    assert "no access" in err
    assert "no access" in out
    assert "no access" in Path("r/report.md").read_text()
    for each in (out, err, *(each.read_text(errors="replace") for each in Path("r").rglob("*.*"))):
        assert api.api_key not in each


WRONG = [
    (["--fail-if", "failure_rat > 1"], 2, "unknown name 'failure_rat'"),
    (["--fail-if", "n > 1", "--thresholds", "x.toml"], 2, "from a file or from --fail-if and --warn-if, not from both"),
    (["--thresholds", "x.toml"], 2, "cannot read thresholds from x.toml"),
    (["--timezone", "Mars"], 2, "timezone must be an IANA name"),
    (["--as-of", "soon"], 2, "--as-of must be a time"),
    (["--period", "year"], 2, "Invalid value for '--period'"),
    (["--trend-periods", "1"], 2, "--trend-periods must be a number from 2 to 260"),
    (["--last-report", "x.json"], 2, "cannot read the last report x.json"),
    (["--fail-if", "failure_rate > 5"], 2, "write 5% for a percentage"),
    (["--as-of", ""], 2, "--as-of must be a time"),
    (["--as-of", " "], 2, "--as-of must be a time"),
    (["--timezone", "localtime"], 2, "timezone must be an IANA name"),
    (["--timezone", ""], 2, "timezone must be an IANA name"),
    (["--mirror", "nowhere"], 1, "nowhere"),
    (["--to", "ada@example.com"], 2, "--sender and --to are for the email: add --eml"),
    (["--sender", "ada@example.com"], 2, "--sender and --to are for the email: add --eml"),
    (["--eml", "--to", "ada"], 2, "to must be an email address such as"),
    (["--eml", "--sender", "a@b.c\nBcc: d@e.f"], 2, "sender must be an email address such as"),
    (["--index", "."], 2, "cannot write index.html: is a file of another kind"),
    (["--out", "."], 2, "holds files that are not part of a report"),
]


@pytest.mark.parametrize(("options", "code", "words"), WRONG)
def test_errors_are_one_line_and_leave_no_report(run: Run, api: Api, options: list[str], code: int, words: str) -> None:
    """With the code of their kind, and before any request."""
    Path("index.html").write_text("mine")
    ended, out, err = run("report", "--out", "r", "--as-of", "2026-03-30", *options)
    assert (code, "") == (ended, out)
    assert words in err
    assert ["index.html"] == [each.name for each in Path().iterdir()]
    assert [] == api.requests


@pytest.mark.usefixtures("api")
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "name a folder for the report, --out FOLDER, or one with reports to list, --index DIRECTORY"),
        (["--index", "none"], "cannot read none: no such file or directory"),
        (["--index", "."], "no folder in . holds a report; name the folder above the reports"),
    ],
)
def test_a_command_without_a_report_lists_some(run: Run, options: list[str], words: str) -> None:
    """Or says what is missing."""
    assert (2, "", f"galtea-frames: {words}\n") == run("report", *options)


@pytest.mark.usefixtures("api")
def test_a_metric_that_no_session_has_is_written_down(run: Run) -> None:
    """The report is what it is without it; the page names the columns that have numbers."""
    assert 0 == run("report", "--out", "r", *AS_OF, "--metric", "metadata.nothing")[0]
    (metric,) = said()["metrics"]
    assert (0, 0) == (metric["present"], metric["total"]["now"]["n"])
    assert "metadata.latency_ms" in metric["numeric"]
    assert "metadata.nothing" not in metric["numeric"]


@pytest.mark.parametrize("source", ["API", "mirror"])
def test_one_odd_value_of_a_metric_is_counted(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, source: str
) -> None:
    """It does not make text of a column of numbers; a column that is no nested one is no dtype's matter."""
    rows = [
        {"id": f"s{index}", "createdAt": f"2026-03-18T10:00:{index:02}.000Z", "metadata": {"ms": value}}
        for index, value in enumerate([1, 2.5, "3", "slow", [4]])
    ]
    monkeypatch.chdir(tmp_path)
    with gf.sample.serve(rows, []) as api, gf.Client(api.api_key, api.url) as client:
        monkeypatch.setenv("GALTEA_API_KEY", api.api_key)
        monkeypatch.setenv("GALTEA_API_URL", api.url)
        gf.Mirror("copy").sync(client)
        options = ["--mirror", "copy"] if source == "mirror" else []
        metrics = ("--metric", "metadata.ms", "--metric", "status", "--metric", "metadata.none")
        run("report", "--out", "r", "--as-of", "2026-03-25", *metrics, *options)
    found = said()
    assert 3 == found["metrics"][0]["total"]["now"]["n"]
    line = found["quality"]["lines"][-1]
    assert ("Values that do not fit their dtype", 2, None) == (line["label"], line["sessions"], line["of"])
    assert "treated as missing, in all periods: metadata.ms (2)" == line["meaning"]
    assert line["meaning"] in Path("r/report.md").read_text().replace("\\", "")


@pytest.mark.usefixtures("api")
def test_a_missing_extra_is_told_before_anything_is_fetched(
    run: Run, monkeypatch: pytest.MonkeyPatch, api: Api
) -> None:
    """One line with what to install."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    expected = "galtea-frames: a report needs matplotlib: pip install 'galtea-frames[report]'\n"
    assert (2, "", expected) == run("report", "--out", "r")
    assert [] == api.requests


SCORES = (
    "--scores",
    "--sum",
    "turns.cost",
    "--sum",
    "metadata.latency_ms",
    "--by",
    "test_case.variant",
    "--by",
    "status",
)


def test_scores_sums_and_groups_are_fetched_for_two_periods(run: Run, api: Api) -> None:
    """Evaluations and turns since the previous period began; without these options, neither."""
    assert 0 == run("report", "--out", "r", *AS_OF, *SCORES)[0]
    found = said()
    assert {"production", "tests"} == {each["place"] for each in found["scores"]["metrics"]}
    assert found["scores"]["evaluations"] > 50
    assert found["sums"][0]["total"]["now"]["total"] > 0
    assert ["turns.cost", "metadata.latency_ms"] == [each["column"] for each in found["sums"]]
    assert [True, True] == [each["found"] for each in found["breakdowns"]]
    for path in ("/evaluations", "/inferenceResults"):
        asked = [request for request in api.requests if request.path == path]
        assert "2026-03-08T23:00:00.000Z" == min(request.values("fromCreatedAt")[0] for request in asked)
    assert found["reproduction"]["command"].endswith(
        "--scores --sum turns.cost --sum metadata.latency_ms --by test_case.variant --by status"
    )
    api.reset()
    assert 0 == run("report", "--out", "r", *AS_OF)[0]
    assert {"/sessions", "/versions"} == {request.path for request in api.requests}
    assert said()["scores"] is None


def test_metrics_that_thresholds_name_are_looked_up_first(run: Run, api: Api) -> None:
    """A name that does not exist is an error before sessions are fetched; one without --scores before anything is."""
    condition = ("--fail-if", 'score("Tne") < 0.99')
    ended, _, err = run("report", "--out", "r", *AS_OF, "--scores", *condition)
    assert (2, {"/metrics"}) == (ended, {request.path for request in api.requests})
    assert "galtea-frames: thresholds name a metric that does not exist, 'Tne', use 'Tone'\n" == err
    api.reset()
    ended, _, err = run("report", "--out", "r", *AS_OF, *condition)
    assert (2, []) == (ended, api.requests)
    assert "needs scores: pass scores=, or --scores on the command line" in err
    assert 10 == run("report", "--out", "r", *AS_OF, "--scores", "--fail-if", 'score("Tone") < 0.99')[0]
    assert "FAIL" == said()["verdict"]


@pytest.mark.parametrize("path", ["/evaluations", "/inferenceResults"])
def test_scores_that_cannot_be_fetched_make_the_report_incomplete(run: Run, api: Api, path: str) -> None:
    """With all that could be fetched."""
    api.answers = lambda request: gf.sample.Reply(403, {"message": "no access"}) if request.path == path else None
    ended, _, err = run("report", "--out", "r", *AS_OF, *SCORES, "--warn-if", 'score("Tone") < 1 per version')
    found = said()
    assert (path == "/evaluations") == (found["thresholds"][0]["outcome"] == "n/a")
    assert (3, "INCOMPLETE") == (ended, found["verdict"])
    assert "no access" in err
    assert "no access" in found["headline"]
    assert found["completeness"]["sessions"] > 0
    assert (path == "/evaluations") == (found["scores"] is None)
    assert (path == "/evaluations") == (found["sums"][0]["total"]["now"]["total"] is not None)


@pytest.mark.usefixtures("api")
def test_a_mirror_gives_the_same_scores(run: Run) -> None:
    """If it holds the lists; if not, the command says which one to sync."""
    assert 0 == run("sync", "m", "--list", "all")[0]
    condition = ("--fail-if", 'score("Tone") < 0.2')
    assert 0 == run("report", "--out", "r", *AS_OF, *SCORES, *condition)[0]
    expected = said()
    assert 0 == run("report", "--out", "r", *AS_OF, *SCORES, *condition, "--mirror", "m")[0]
    found = said()
    for part in ("scores", "sums", "breakdowns", "thresholds"):
        assert expected[part] == found[part]
    assert 0 == run("sync", "bare")[0]
    ended, _, err = run("report", "--out", "r", *AS_OF, "--scores", "--mirror", "bare")
    assert (1, 1) == (ended, len(err.splitlines()))
    assert "galtea-frames sync bare --list evaluations --list metrics" in err
