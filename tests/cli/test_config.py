"""The settings file of commands: where it is found, what it sets, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest
from click.shell_completion import ShellComplete
from snippets import blocks

from galtea_frames.cli import main as cli
from galtea_frames.cli.config import parse_config

if TYPE_CHECKING:
    from command_line import Api, Run

pytestmark = pytest.mark.usefixtures("undrawn_charts", "api")

NAME = "galtea-frames.toml"

AS_OF = ("--as-of", "2026-03-30")

WHOLE = """
timezone = "Europe/Madrid"
product = "PRODUCT"
metrics = ["metadata.latency_ms", "metadata.cost_usd"]

[thresholds]
fail_if = "failure_rate > 90%"
warn_if = ["n > 1", "n > 2"]
"""


@pytest.fixture
def warned() -> Literal["ignore"]:
    """Warnings are not what these tests are about."""
    return "ignore"


def said(folder: str = "r") -> dict[str, Any]:
    """Return the JSON of a report that was written."""
    found: dict[str, Any] = json.loads(Path(folder, "report.json").read_text())
    return found


def test_a_file_in_the_current_folder_sets_what_the_command_line_does_not(run: Run, api: Api) -> None:
    """Time zone, product, metrics and thresholds; stderr names the file."""
    product = next(iter(api.versions))["productId"]
    Path(NAME).write_text(WHOLE.replace("PRODUCT", product))
    ended, _, err = run("report", "--out", "r", *AS_OF)
    assert (0, f"settings from {NAME}\n") == (ended, err)
    found = said()
    assert ("Europe/Madrid", [product]) == (found["scope"]["timezone"], found["scope"]["products"])
    assert ["metadata.latency_ms", "metadata.cost_usd"] == [each["column"] for each in found["metrics"]]
    levels = [(each["level"], each["text"]) for each in found["thresholds"]]
    assert [("fail", "failure_rate > 90%"), ("warn", "n > 1"), ("warn", "n > 2")] == levels
    assert "--metric metadata.cost_usd --fail-if 'failure_rate > 90%'" in found["reproduction"]["command"]


def test_options_win(run: Run, api: Api) -> None:
    """Each replaces the file's value; conditions replace all conditions, as they replace the default ones."""
    Path(NAME).write_text(WHOLE.replace("PRODUCT", "elsewhere"))
    product = next(iter(api.versions))["productId"]
    own = ["--timezone", "UTC", "--product-id", product, "--metric", "metadata.score", "--fail-if", "n > 1e6"]
    assert 0 == run("report", "--out", "r", *AS_OF, *own)[0]
    found = said()
    assert ("UTC", [product]) == (found["scope"]["timezone"], found["scope"]["products"])
    assert ["metadata.score"] == [each["column"] for each in found["metrics"]]
    assert ["n > 1e6"] == [each["text"] for each in found["thresholds"]]


def test_a_file_of_thresholds_wins_too(run: Run) -> None:
    """The conditions of the settings file are not mixed with it."""
    Path(NAME).write_text('thresholds.fail_if = "n > 1"\n')
    Path("limits.toml").write_text('warn_if = "n > 2"\n')
    assert 0 == run("report", "--out", "r", *AS_OF, "--thresholds", "limits.toml")[0]
    assert ["n > 2"] == [each["text"] for each in said()["thresholds"]]
    assert 10 == run("report", "--out", "r", *AS_OF)[0]


def test_a_file_may_be_named(run: Run) -> None:
    """It is read instead of the one in the current folder, with a byte order mark too."""
    Path(NAME).write_text("no TOML")
    Path("other").mkdir()
    Path("other/own.toml").write_bytes('\ufefftimezone = "Asia/Tokyo"\n'.encode())
    ended, _, err = run("report", "--out", "r", *AS_OF, "--config", "other/own.toml")
    assert (0, "settings from other/own.toml\n", "Asia/Tokyo") == (ended, err, said()["scope"]["timezone"])


def test_a_sync_takes_the_product(run: Run, api: Api) -> None:
    """What a command has no option for is left to other commands."""
    product = next(iter(api.versions))["productId"]
    Path(NAME).write_text(WHOLE.replace("PRODUCT", product))
    assert 0 == run("sync", "m")[0]
    assert {(product,)} == {tuple(request.values("productIds")) for request in api.requests}


REFUSED = [
    ("timezne = 'UTC'", "unknown key 'timezne': did you mean 'timezone'?"),
    ("products = 'p'", "unknown key 'products': did you mean 'product'?"),
    ("colour = 'red'", "unknown key 'colour': use timezone, product, metrics, thresholds, links"),
    ("fail-if = 'n > 1'", "unknown key 'fail-if': write it as 'fail_if' below [thresholds]"),
    ("[links]\ntimezone = 'UTC'", "unknown key 'links.timezone': write timezone above the first [table]"),
    ("[links]\nsession_link = 'x'", "unknown key 'links.session_link': did you mean 'session_url'?"),
    ("[links]\nfail_if = 'x'", "unknown key 'links.fail_if': write it as 'fail_if' below [thresholds]"),
    ("[client]\nbase_url = 'x'", "unknown key 'client': use timezone"),
    ("timezone = 3", "'timezone' must be text, not 3"),
    ("timezone = ['UTC']", "'timezone' must be text, not ['UTC']"),
    ("metrics = [1]", "'metrics' must be text or a list of texts, not [1]"),
    ("product = ' '", "'product' must be text or a list of texts, not ' '"),
    ("links = 'https://x'", "'links' must be a table: write [links] above its keys"),
    ("[thresholds]\nwarn_if = {}", "'thresholds.warn_if' must be text or a list of texts, not {}"),
    ("no TOML", "it is not valid TOML: "),
    ("x" * 3_000 + " = 1", "it has a line of more than 2,500 characters"),
    ("#" + "\n" * 60_000, "is larger than 50,000 bytes"),
    ("timezone = 'Mars'", "timezone must be an IANA name"),
    ("[thresholds]\nfail_if = 'n >'", "expected a number"),
]


@pytest.mark.parametrize(("text", "words"), REFUSED)
def test_what_is_wrong_is_told_before_any_request(run: Run, api: Api, text: str, words: str) -> None:
    """In one line, with code 2."""
    Path(NAME).write_text(text)
    ended, out, err = run("report", "--out", "r", *AS_OF)
    assert (2, "", []) == (ended, out, api.requests)
    assert words in err.splitlines()[-1]


@pytest.mark.parametrize("name", ["api_key", "API-KEY", "links.key", "password"])
def test_a_key_in_the_file_is_refused(run: Run, api: Api, name: str) -> None:
    """It is not printed; the message says where a key belongs."""
    Path(NAME).write_text(f'{name} = "{api.api_key}"\n')
    ended, out, err = run("report", "--out", "r", *AS_OF)
    assert (2, "") == (ended, out)
    assert "the API key is never in this file; set GALTEA_API_KEY, or write ~/.galtea/api-key" in err
    assert api.api_key not in err


def test_a_file_that_is_named_must_be_there(run: Run) -> None:
    """Unlike the one in the current folder."""
    expected = "galtea-frames: cannot use the settings file none.toml: no such file or directory\n"
    assert (2, "", expected) == run("report", "--out", "r", "--config", "none.toml")


def test_help_and_completion_read_no_file(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Help tells how to repair the file; a line on stderr would disturb completion."""
    Path(NAME).write_text("no TOML")
    ended, out, err = run("report", "--help")
    assert (0, "") == (ended, err)
    assert "galtea-frames.toml in the current folder, if there is one" in " ".join(out.split())
    Path(NAME).write_text("timezone = 'UTC'")
    names = ShellComplete(cli.commands, {}, "galtea-frames", "X").get_completions(["report"], "--time")
    assert ["--timezone"] == [each.value for each in names]
    assert "" == capsys.readouterr().err


def test_the_file_in_the_guide_is_one(run: Run) -> None:
    """It has every key, and the report takes it."""
    page = (Path(__file__).parents[2] / "docs" / "guide" / "settings.md").read_text("utf-8")
    (text,) = (block for kind, block in blocks(page) if kind == "toml")
    found = parse_config(text)
    expected = {"timezone", "product_ids", "metrics", "fail_if", "warn_if", "session_url", "version_url"}
    assert expected == {name for values in found.values() for name in values}
    Path(NAME).write_text(text)
    assert 0 == run("report", "--out", "r", *AS_OF)[0]
    assert "--session-url 'https://example.com/sessions/{id}'" in said()["reproduction"]["command"]
