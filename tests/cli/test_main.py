"""The command line apart from exports: what it prints, and its exit codes."""

from __future__ import annotations

import inspect
import json
import os
import re
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest
from click.shell_completion import ShellComplete
from command_line import LOADERS, Api, Done, Run, parse, posix, start

import galtea_frames as gf
from galtea_frames.cli import main as cli
from galtea_frames.cli.export import EXPORT
from galtea_frames.cli.options import client_options, program

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_check_says_what_a_key_gives_access_to(run: Run, api: Api) -> None:
    """The masked key and the address with their sources, and how much is visible, for a few small requests."""
    done = run("check")
    newest = {
        name: str(max(row["createdAt"] for row in store))[:19].replace("T", " ")
        for name, store in (("sessions", api.sessions), ("versions", api.versions))
    }
    assert (0, "") == (done.code, done.err)
    expected = [
        f"key       {api.api_key[:4]}…{api.api_key[-4:]}, from GALTEA_API_KEY",
        f"address   {api.url}, from GALTEA_API_URL",
        f"products  {len({row['productId'] for row in api.versions})}",
        f"versions  5, the newest created at {newest['versions']} UTC",
        f"sessions  more than 100, the newest created at {newest['sessions']} UTC",
    ]
    assert expected == done.out.splitlines()[:-1]
    assert re.fullmatch(r"OK, the API answered in \d+\.\d s", done.out.splitlines()[-1])
    assert api.api_key not in done.out
    assert 20 > len(api.requests)


def test_check_speaks_json(run: Run, api: Api) -> None:
    """The same as one object; a product without rows has no newest one."""
    product = next(iter(api.versions))["productId"]
    said = json.loads(run("check", "--product-id", product, "--json").out)
    assert (api.url, "GALTEA_API_URL", "GALTEA_API_KEY") == tuple(
        said[name] for name in ("base_url", "base_url_from", "key_from")
    )
    assert {"base_url", "base_url_from", "key", "key_from", "products", "versions"} < set(said)
    assert {"sessions", "more_sessions", "newest", "seconds"} < set(said)
    assert all(said["newest"].values())
    assert {(product,)} == {tuple(request.values("productIds")) for request in api.requests}
    nothing = json.loads(run("check", "--product-id", "no", "--json").out)
    assert {"versions": None, "sessions": None} == nothing["newest"]
    assert [0, 0, 0, False] == [nothing[name] for name in ("products", "versions", "sessions", "more_sessions")]
    assert 3 == run("check", "--product-id", "no").out.count("none visible to this key")


@pytest.mark.parametrize("source", ["--base-url", "GALTEA_API_URL", "the default"])
def test_check_says_where_key_and_address_come_from(
    run: Run, api: Api, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    """The key file is named by its path."""
    monkeypatch.setattr("galtea_frames.api.settings.DEFAULT_URL", api.url)
    monkeypatch.setenv("GALTEA_API_URL", api.url if source == "GALTEA_API_URL" else "")
    monkeypatch.delenv("GALTEA_API_KEY")
    file = Path("home/.galtea/api-key")
    file.parent.mkdir(parents=True)
    file.write_text(api.api_key)
    file.chmod(0o600)
    done = run("check", *([source, api.url] if source == "--base-url" else []))
    assert f", from {file.absolute()}\n" in done.out
    assert f"address   {api.url}, from {source}\n" in done.out


TROUBLE: dict[str, tuple[dict[str, str], list[Any], int, str]] = {
    "no key": ({"GALTEA_API_KEY": ""}, [], 2, "no API key: set GALTEA_API_KEY, or write .*api-key"),
    "wrong key": ({"GALTEA_API_KEY": "gsk_wrong"}, [], 3, "401.*key|key.*401"),
    "no such place": ({"GALTEA_API_URL": "http://127.0.0.1:9"}, ["--max-elapsed", 0.1], 3, "refused.*: check the net"),
    "wrong path": ({}, ["--base-url", "URL/v9"], 3, "404"),
    "no address": ({"GALTEA_API_URL": "galtea"}, [], 2, "the API's address must look like https://api.galtea.ai"),
    "not encrypted": ({"GALTEA_API_URL": "http://example.com"}, [], 2, "use https://"),
    "bad setting": ({}, ["--page-size", 0], 2, "--page-size must be a whole number"),
    "not a number": ({}, ["--page-size", "many"], 2, "Invalid value for '--page-size'"),
}


@pytest.mark.parametrize("name", TROUBLE)
def test_check_says_what_is_wrong(run: Run, api: Api, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """In plain words on stderr, with the code of its kind, and nothing on stdout."""
    environment, options, code, words = TROUBLE[name]
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    done = run("check", *(str(each).replace("URL", api.url) for each in options))
    assert (code, "") == (done.code, done.out)
    assert re.search(words, done.err)
    assert "Traceback" not in done.err
    assert "gsk_" not in done.err.replace("begin with gsk_", "")
    assert 1 == len(done.err.splitlines())


def test_the_apis_own_words_are_shown(run: Run, api: Api) -> None:
    """An old deployment that wants a filter says so, and so do we."""
    api.answers = [gf.sample.Reply(400, {"message": "A filter is required"})]
    done = run("check")
    assert (3, "", 1) == (done.code, done.out, len(done.err.splitlines()))
    assert "A filter is required" in done.err


WRONG: dict[str, tuple[list[str], int, str]] = {
    "unknown option": (["export", "sessions", "--out", "f", "--versoin-id", "x"], 2, "No such option.*--versoin-id"),
    "unknown command": (["exprot"], 2, "No such command"),
    "no out": (["export", "sessions"], 2, "Missing option '--out'"),
    "unknown column to sort by": (["export", "sessions", "--out", "f", "--sort", "created"], 2, "created_at"),
    "unknown direction": (["export", "sessions", "--out", "f", "--sort", "id:up"], 2, "COLUMN:desc, not 'id:up'"),
    "bad time": (["export", "sessions", "--out", "f", "--from-created-at", "soon"], 2, "created-at must be a time"),
    "bad limit": (["export", "sessions", "--out", "f", "--limit", "-1"], 2, "limit must be a whole number"),
    "param twice in two spellings": (
        ["export", "sessions", "--out", "f", "--param", "userIds=a", "--param", "userIds[]=b"],
        2,
        r"--param holds 'userIds' and 'userIds\[\]', which are the same parameter",
    ),
    "a status twice in two spellings": (
        ["export", "sessions", "--out", "f", "--param", "statuses=FAILED", "--status", "PENDING"],
        2,
        "--param holds 'statuses', which is",
    ),
    "bad param": (["export", "sessions", "--out", "f", "--param", "x"], 2, "--param takes NAME=VALUE, not 'x'"),
    "unknown codec": (
        ["export", "versions", "--out", "f", "--compression", "zip"],
        2,
        "'--compression': 'zip' is not one of",
    ),
    "unknown id": (["export", "sessions", "--out", "f", "--id", "nobody"], 3, "no sessions with these ids: nobody"),
    "unknown column to partition by": (["export", "sessions", "--out", "f", "--partition-by", "x"], 2, "no column 'x'"),
    "no place to write": (["export", "versions", "--out", "file/f"], 2, "cannot use file/f: "),
    "port taken": (
        ["serve-sample", "--port", "PORT"],
        1,
        "cannot serve at .* in use.*: choose another port, or 0",
    ),
    "no port": (["serve-sample", "--port", "80000"], 2, "80000 is not in the range 0<=x<=65535"),
    "fewer than no sessions": (["serve-sample", "--sessions", "-1"], 2, "'--sessions': -1 is not in the range x>=0"),
    "fewer than no versions": (["serve-sample", "--versions", "-8"], 2, "'--versions': -8 is not in the range x>=0"),
    "pages without rows": (["serve-sample", "--cap", "0"], 2, "'--cap': 0 is not in the range x>=1"),
    "answers before questions": (
        ["serve-sample", "--latency", "-1"],
        2,
        "-1.0 is not a number of seconds from 0 to 3,600",
    ),
    "answers without time": (["serve-sample", "--latency", "nan"], 2, "nan is not a number of seconds from 0 to 3,600"),
    "answers without end": (["serve-sample", "--latency", "inf"], 2, "inf is not a number of seconds from 0 to 3,600"),
    "no folder": (["sync"], 2, r"Missing argument 'DIRECTORY' \(see .* sync --help\)"),
    "a slip in a command": (["exprot"], 2, "Did you mean|No such command"),
    "no mirror": (["mirror", "nowhere"], 1, "nowhere is not a mirror; `galtea-frames sync nowhere` makes one"),
}


@pytest.mark.parametrize("name", WRONG)
def test_errors_end_with_their_code(run: Run, api: Api, name: str) -> None:
    """One line on stderr, nothing on stdout, no file, and the code of the error's kind."""
    Path("file").touch()
    arguments, code, words = WRONG[name]
    done = run(*(each.replace("PORT", api.url.rpartition(":")[2]) for each in arguments))
    assert (code, "") == (done.code, done.out)
    assert re.search(words, done.err)
    (line,) = [line for line in done.err.splitlines() if not line.startswith("warning: ")]
    assert line.startswith("galtea-frames: ")
    assert ["file"] == [each.name for each in Path().iterdir()]


def test_a_missing_extra_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What to install, and the code of wrong usage."""
    monkeypatch.setitem(sys.modules, "galtea_frames.sample.wire", None)
    expected = "galtea-frames: serving the sample API needs werkzeug: pip install 'galtea-frames[sample]'\n"
    assert Done(2, "", expected) == run("serve-sample")


@pytest.mark.parametrize("group", [[], ["export"]], ids=["galtea-frames", "export"])
def test_without_arguments_it_says_what_there_is(run: Run, group: list[str]) -> None:
    """The help, whole, with a line for each command that is not cut off."""
    done = run(*group)
    shown = done.out + done.err  # which of them, and with which code, click has changed
    assert shown.startswith("Usage: ")
    assert "..." not in shown.partition("Commands:")[2]
    assert all(f"  {name} " in shown for name in (EXPORT.commands if group else cli.commands.commands))


def every_command(command: click.Command, *name: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield a command and those below it, each with the words that call it."""
    yield name, command
    for each, inner in command.commands.items() if isinstance(command, click.Group) else ():
        yield from every_command(inner, *name, each)


@pytest.mark.parametrize(("name", "command"), list(every_command(cli.commands)), ids=str)
def test_help_has_examples_that_can_be_copied(run: Run, name: tuple[str, ...], command: click.Command) -> None:
    """Each is a command line that parses; nothing in the text is Python's."""
    text = run(*name, "--help").out
    lines = re.findall(r"^    galtea-frames (.*)$", text.partition("Examples:")[2], re.MULTILINE)
    assert lines
    for line in lines:
        parse(line)
    assert not re.search(r"\b(None|True|False|str|int|float|INTEGER|FLOAT|kwargs|tuple|dict|DataFrame)\b", text)
    assert all(each.metavar for each in command.params if each.type in (click.INT, click.FLOAT))


def test_help_shows_the_clients_defaults(run: Run) -> None:
    """They are those of the class, which help does not import."""
    parameters = inspect.signature(gf.Client).parameters
    options = {each.name: each for each in client_options()}
    names = [name for name in options if name not in ("base_url", "progress")]
    assert [parameters[str(name)].default for name in names] == [options[name].default for name in names]
    assert "[default: 1000]" in run("check", "--help").out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_has_a_script_for_each_shell(run: Run, shell: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is printed by the command that the help names."""
    monkeypatch.setenv("_GALTEA_FRAMES_COMPLETE", f"{shell}_source")
    done = run()
    assert (0, True) == (done.code, f"_GALTEA_FRAMES_COMPLETE={shell}_complete" in done.out)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["sy"], ["sync"]),
        (["export", "sess"], ["sessions"]),
        (["export", "sessions", "--stat"], ["--status", "--statuses"]),
        (["export", "sessions", "--status", "F"], ["FAILED"]),
        (["export", "versions", "--sort", "cre"], ["created_at"]),
    ],
    ids=" ".join,
)
def test_values_are_completed(words: list[str], expected: list[str]) -> None:
    """Also those that come from the table of resources."""
    complete = ShellComplete(cli.commands, {}, "galtea-frames", "_GALTEA_FRAMES_COMPLETE")
    assert expected == [each.value for each in complete.get_completions(words[:-1], words[-1])]


HINTS = [
    (["--status", "FALED"], "unknown status 'FALED': did you mean FAILED?"),
    (["--status", "failed"], "unknown status 'failed': did you mean FAILED?"),
    (["--status", "x"], "unknown status 'x': known are PENDING, COMPLETED, FAILED"),
    (["--param", "statuse=FAILED"], "unknown filter 'statuse', which the API may ignore: did you mean --status?"),
    (
        ["--param", "versionId[]=x"],
        "unknown filter 'versionId[]', which the API may ignore: did you mean --version-id?",
    ),
]


@pytest.mark.parametrize(("options", "hint"), HINTS)
def test_what_the_api_may_not_know_is_hinted_at(run: Run, api: Api, options: list[str], hint: str) -> None:
    """The API is asked all the same: it may be newer than this release."""
    done = run("export", "sessions", "--out", "f", *options)
    assert (0, f"warning: {hint}") == (done.code, done.err.splitlines()[0])
    assert api.requests


def test_further_filters_are_no_typos(run: Run, api: Api) -> None:
    """Those that the API takes beyond its reference pass without a word."""
    del api
    for name in ("userIds", "runIds", "involvedInRunIds", "commentLabels"):
        assert "unknown" not in run("export", "sessions", "--out", "f", "--param", f"{name}[]=x").err


@pytest.mark.parametrize("option", ["--help", "-h", "--version"])
def test_help_and_version_are_no_errors(run: Run, option: str) -> None:
    """They go to stdout, with code 0."""
    done = run(option)
    assert (0, "") == (done.code, done.err)
    assert ("Usage" in done.out) or (f"galtea-frames, version {gf.__version__}\n" == done.out)


def test_the_commands_are_those_of_the_design(run: Run) -> None:
    """Each has a line of help."""
    names = ["check", "compare", "demo", "export", "mirror", "report", "schema", "serve-sample", "sync"]
    assert names == sorted(cli.commands.commands)
    assert isinstance(EXPORT, click.Group)
    assert sorted([*LOADERS, "scores", "spans"]) == sorted(EXPORT.commands)
    for name, command in cli.commands.commands.items():
        assert command.help
        assert name in run("--help").out


def test_bugs_are_not_hidden(run: Run, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the package does not foresee shows its traceback, for whoever has to mend it."""
    del api
    monkeypatch.setattr("galtea_frames.files.parquet.write_frames", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run("export", "versions", "--out", "f")


def test_demo_is_a_command(run: Run, tmp_path: Path) -> None:
    """It writes where `--out` says."""
    done = run("demo", "--out", tmp_path / "d")
    assert (0, "") == (done.code, done.err)
    assert 2_000 == len(gf.read_parquet(tmp_path / "d" / "sessions.parquet"))
    assert done.out.endswith("galtea-frames report --out report\n")


def test_it_runs_as_a_module(api: Api) -> None:
    """`python -m galtea_frames`: data on stdout, and nothing on stderr in a pipe, not even progress."""
    out, err = start("export", "versions", "--out", "f", "--json").communicate(timeout=600)
    assert "" == err
    assert len(api.versions) == json.loads(out)["rows"]


def test_errors_are_one_line_of_a_process(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a traceback, with its code."""
    del api
    monkeypatch.setenv("GALTEA_API_KEY", "gsk_wrong")
    process = start("check")
    out, err = process.communicate(timeout=600)
    assert (3, "", 1) == (process.returncode, out, len(err.splitlines()))
    assert err.startswith("galtea-frames: ")
    assert "gsk_wrong" not in err


@pytest.mark.parametrize(("path", "shown"), [("", ".venv/bin/galtea-frames"), ("bin", "galtea-frames")])
def test_what_it_tells_to_type_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, path: str, shown: str) -> None:
    """Before the environment is activated, the program is named by the path that it was started with."""
    file = tmp_path / "bin" / ("galtea-frames.exe" if os.name == "nt" else "galtea-frames")
    file.parent.mkdir()
    file.touch(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / path))
    monkeypatch.setattr(sys, "argv", [".venv/bin/galtea-frames"])
    assert shown == program()


@posix
def test_serve_sample_serves_until_ctrl_c(monkeypatch: pytest.MonkeyPatch) -> None:
    """It prints how to connect, in the shell and in Python; both work; Ctrl-C is its usual end."""
    process = start("serve-sample", "--sessions", 30, "--versions", 3, "--cap", 7)
    assert process.stdout is not None
    printed = ""
    while "Press Ctrl-C to stop." not in printed:
        printed += process.stdout.readline()
    for name, value in re.findall(r"(GALTEA_API_\w+)=(\S+)", printed):
        monkeypatch.setenv(name, value)
    with gf.Client() as client:
        assert 30 == len(gf.load_sessions(nested="json", client=client))
    names: dict[str, Any] = {"gf": gf}
    (line,) = re.findall(r"^  (client = .*)$", printed, re.MULTILINE)
    exec(line, names)  # noqa: S102 - what it tells users to type
    with names["client"] as client:
        assert 3 == len(gf.load_versions(client=client))
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=600)
    assert (0, "", "stopped\n") == (process.returncode, out, err)


def test_ctrl_c_is_one_line(monkeypatch: pytest.MonkeyPatch, run: Run) -> None:
    """An interrupt ends with the usual code and a line, and no traceback."""

    def interrupted(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli.commands, "main", interrupted)
    assert Done(130, "", "stopped\n") == run("check")
