"""No command prints, logs or writes the API key, whatever the API does."""

from __future__ import annotations

import http.client
import os
import re
import subprocess
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest
from key_search import files_that_hold, secrets_of

import galtea_frames as gf
from galtea_frames.cli import main as cli
from galtea_frames.cli import serve
from galtea_frames.sample import Answer, Cut, Reply, Stall

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY = "gsk_sentinel_7Qm2xV9rTz4Lw8Kd1Hs6"
SECRETS = secrets_of(KEY)

SYNC = ["sync", "mirror"]
REPORT = ["report", "--out", "report", "--as-of", "2026-03-30", "--metric", "metadata.latency_ms", "--include-text"]

#: Every command, in an order in which each finds what it needs.
COMMANDS: dict[str, list[str]] = {
    "help": ["--help"],
    "check": ["check"],
    "check, for machines": ["check", "--json"],
    "export sessions": ["export", "sessions", "--out", "sessions.parquet", "--nested", "both"],
    "export versions": ["export", "versions", "--out", "versions.parquet", "--json"],
    "export joined": ["export", "joined", "--out", "joined.parquet", "--page-size", "20", "--progress"],
    "export sorted": ["export", "sessions", "--out", "sorted.parquet", "--sort", "id", "--limit", "9"],
    "export a dataset": ["export", "sessions", "--out", "dataset", "--partition-by", "status"],
    "sync": SYNC,
    "sync again": [*SYNC, "--full", "--json"],
    "mirror": ["mirror", "mirror", "--compact"],
    "export a mirror": ["export", "joined", "--mirror", "mirror", "--out", "mirrored.parquet"],
    "report": REPORT,
    "report of a mirror": [*REPORT, "--mirror", "mirror", "--json", "--last-report", "report/report.json"],
    "serve-sample": ["serve-sample", "--sessions", "3"],
    "demo": ["demo"],
}

#: Those of them that ask the API.
ASKING = [
    *("check", "check, for machines", "export sessions", "export versions", "export joined", "export sorted"),
    *("export a dataset", "sync", "sync again", "report"),
]

#: What the API may do instead of serving.
TROUBLE: dict[str, Answer | None] = {
    "down": None,
    "401": Reply(401, {"message": f"unknown key {KEY}"}),
    "403": Reply(403, {"error": f"Bearer {KEY} may not see this"}),
    "400": Reply(400, f"<h1>{KEY}</h1>".encode(), {"Content-Type": "text/html"}),
    "500": Reply(500, f"panic: {KEY}"),
    "200": Reply(200, {"key": KEY}),
    "reset": Cut("before"),
}


class NoInput:
    """Standard input that nobody may read: a key that is typed there would be seen."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever is asked for
        raise AssertionError(f"stdin.{name}")


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> Callable[..., tuple[object, str]]:
    """A function that runs a command in this process; returns its code and all that it printed, warned of and logged.

    All levels of all loggers are on, `http.client` prints what it sends, and so does the library under the mirror.
    """
    caplog.set_level(0)
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    monkeypatch.setattr(sys, "stdin", NoInput())
    monkeypatch.setattr(serve, "_wait_for_interrupt", lambda: None)

    def run(*words: str) -> tuple[object, str]:
        monkeypatch.setattr(sys, "argv", ["galtea-frames", *words])
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            with pytest.raises(SystemExit) as ended:
                cli.main()
        logged = "".join(f"{record.levelname} {record.getMessage()} {record.args}" for record in caplog.records)
        caplog.clear()
        return ended.value.code, "".join(capfd.readouterr()) + logged

    return run


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[gf.sample.SampleApi]:
    """A stand-in that knows the key, which is in the environment; all that is written goes below one folder."""
    for name in ("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "MPLCONFIGDIR"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GALTEA_API_KEY", KEY)
    with gf.sample.serve(60, 3, api_key=KEY) as api:
        monkeypatch.setenv("GALTEA_API_URL", api.url)
        yield api


def options_of(command: click.Command) -> Iterator[click.Parameter]:
    """The options of a command and of those below it."""
    yield from command.params
    for each in command.commands.values() if isinstance(command, click.Group) else ():
        yield from options_of(each)


def test_no_command_takes_a_key_or_asks_for_one() -> None:
    """On the command line all who list processes would see it, at a prompt all who look on."""
    options = list(options_of(cli.commands))
    assert len(options) > 100
    assert [] == [each.name for each in options if re.search("key|token|secret|auth|password", str(each.opts))]
    assert [] == [each.name for each in options if isinstance(each, click.Option) and each.prompt]


MISUSED = {
    "option": ["check", "--api-key", KEY],
    "option with =": ["check", f"--api-key={KEY}"],
    "option of a group": [f"--key={KEY}", "check"],
    "short option": ["check", f"-k{KEY}"],
    "argument": ["check", KEY],
    "command": [KEY],
    "command of a group": ["export", KEY, "--out", "f"],
    "number": ["check", "--page-size", KEY],
    "choice": ["export", "sessions", "--out", "f", "--nested", KEY],
    "address": ["check", "--base-url", f"https://{KEY}.example"],
    "address's path": ["check", "--base-url", f"https://api.galtea.ai/{KEY}"],
    "filter": ["export", "sessions", "--out", "f", "--version-id", KEY],
    "further filter": ["export", "sessions", "--out", "f", "--param", f"apiKey={KEY}"],
    "further filter without a name": ["export", "sessions", "--out", "f", "--param", KEY],
    "order": ["export", "sessions", "--out", "f", "--sort", KEY],
    "time": ["export", "sessions", "--out", "f", "--from-created-at", KEY],
    "codec": ["export", "versions", "--out", "f", "--compression", KEY],
    "column": ["export", "versions", "--out", "f", "--partition-by", KEY],
    "no mirror": ["mirror", KEY],
    "span": ["sync", "mirror", "--lookback", KEY],
    "condition": ["report", "--out", "r", "--fail-if", KEY],
    "time zone": ["report", "--out", "r", "--timezone", KEY],
    "thresholds": ["report", "--out", "r", "--thresholds", KEY],
}


@pytest.mark.usefixtures("api")
@pytest.mark.parametrize("name", MISUSED)
def test_a_key_on_the_command_line_is_not_quoted(
    run: Callable[..., tuple[object, str]], tmp_path: Path, name: str
) -> None:
    """A key that was given where none belongs is an error that does not show it, and no file is made of it."""
    code, shown = run(*MISUSED[name])
    assert code in {1, 2}
    assert "galtea-frames: " in shown or "Error: " in shown
    assert [] == [line for line in shown.splitlines() if any(secret in line for secret in SECRETS)]
    assert [] == files_that_hold(SECRETS, tmp_path)[0]


def test_a_key_as_an_option_is_told_its_place(run: Callable[..., tuple[object, str]]) -> None:
    """Whoever looks for an option reads where a key belongs."""
    assert "set GALTEA_API_KEY, or write ~/.galtea/api-key" in run("check", "--api-key", KEY)[1]
    assert "GALTEA_API_KEY" not in run("check", "--color", "x")[1]


@pytest.mark.uncounted
def test_no_command_shows_or_writes_the_key(
    api: gf.sample.SampleApi, run: Callable[..., tuple[object, str]], tmp_path: Path
) -> None:
    """Each does its work with the key, and no output, log of any level, name or content of a file holds it."""
    for name, words in COMMANDS.items():
        before = len(api.requests)
        code, shown = run(*words)
        assert (name, 0) == (name, code), shown
        assert [] == [(name, line) for line in shown.splitlines() if any(secret in line for secret in SECRETS)]
        assert (name in ASKING) == (len(api.requests) > before)
    assert {f"Bearer {KEY}"} == {request.header("Authorization") for request in api.requests}
    found, searched = files_that_hold(SECRETS, tmp_path)
    assert [] == found
    assert searched > 30


@pytest.mark.uncounted
@pytest.mark.parametrize("trouble", TROUBLE)
def test_no_failing_command_shows_or_writes_the_key(
    api: gf.sample.SampleApi, run: Callable[..., tuple[object, str]], tmp_path: Path, trouble: str
) -> None:
    """The same where the API refuses or fails, and quotes the key: a code that says so, and no key."""
    api.answers = lambda _: TROUBLE[trouble]
    if trouble == "down":
        api.close()
    for name in ASKING:
        code, shown = run(*COMMANDS[name], "--max-elapsed", "0.1")
        assert (name, 3) == (name, code), shown
        assert [] == [(name, line) for line in shown.splitlines() if any(secret in line for secret in SECRETS)]
    assert [] == files_that_hold(SECRETS, tmp_path)[0]
    assert (len(api.requests) >= len(ASKING)) == (trouble != "down")


def test_a_key_file_that_others_may_read_is_one_line(
    api: gf.sample.SampleApi, run: Callable[..., tuple[object, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key is used; the line says what mends it, not what is in it."""
    monkeypatch.delenv("GALTEA_API_KEY")
    file = Path.home() / ".galtea" / "api-key"
    file.parent.mkdir()
    file.write_text(f"{KEY}\n")
    file.chmod(0o644)
    code, shown = run("check")
    assert 0 == code
    assert [f"warning: others can read the key file: chmod 600 {file}"] == re.findall(
        "^warning:.*$", shown, re.MULTILINE
    )
    assert [] == [line for line in shown.splitlines() if any(secret in line for secret in SECRETS)]
    assert api.requests


CRASH = """
import faulthandler, logging, sys, threading, time
import galtea_frames as gf

logging.basicConfig(level=0)
client = gf.Client(max_workers=3)

class Dropped:
    def __del__(self):
        gf.load_sessions(client=gf.Client(base_url="http://localhost:9", max_attempts=1))

def fail():
    own = gf.Client()
    gf.load_versions(client=own) and own.nothing

def stall():
    gf.load_sessions(client=client)

threading.Thread(target=fail).start()
threading.Thread(target=stall, daemon=True).start()
Dropped()
try:
    gf.Client(base_url="http://example.com")
except gf.GalteaFramesError:
    logging.exception("no client")
open(__import__("os").devnull)
time.sleep(0.5)
faulthandler.dump_traceback()
if sys.argv[1] == "abort":
    __import__("os").abort()
raise RuntimeError(client, client.settings, vars(client), sys.argv)
"""


@pytest.mark.skipif(os.name != "posix", reason="needs signals")
@pytest.mark.parametrize(
    ("end", "words"), [("abort", "Fatal Python error: Aborted"), ("raise", "RuntimeError: (Client")]
)
def test_a_crash_shows_no_key(api: gf.sample.SampleApi, tmp_path: Path, end: str, words: str) -> None:
    """Dumps of all threads, unhandled errors in threads and finalizers, warnings of development mode: without it."""
    api.answers = lambda request: Stall(30) if request.path == "/sessions" else None
    command = [sys.executable, "-X", "dev", "-c", CRASH, end]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600, env=environment)  # noqa: S603 - our own
    assert done.returncode != 0
    shown = done.stdout + done.stderr
    expected = [words, "ResourceWarning", "Exception in thread", "Exception ignored in", "no client", "Current thread"]
    assert [] == [each for each in expected if each not in shown], shown
    assert [] == [line for line in shown.splitlines() if any(secret in line for secret in SECRETS)]
    assert [] == files_that_hold(SECRETS, tmp_path)[0]
