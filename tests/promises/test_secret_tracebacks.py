"""No error message and no local variable in a traceback holds the API key."""

import http.client
import logging
import os
import re
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import urllib3
from key_search import KEY, error_of, leaks, locals_of, shown_with_locals
from rich.pretty import pretty_repr

import galtea_frames as gf
from galtea_frames import sample
from galtea_frames.api.answers import Answer
from galtea_frames.api.transport import Tally
from galtea_frames.sample import Redirect, Reply


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place for a key file, and an environment without settings."""
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    for name in ("GALTEA_API_KEY", "GALTEA_API_URL"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / ".galtea").mkdir()
    return tmp_path


def key_file(home: Path, text: str, mode: int) -> None:
    """Write a key file."""
    file = home / ".galtea" / "api-key"
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)


def from_environment(_: Path) -> None:
    """Two keys in the variable."""
    os.environ["GALTEA_API_KEY"] = f"{KEY} {KEY}"
    gf.Client()


def from_environments_address(_: Path) -> None:
    """A key in the address, as other APIs take it."""
    os.environ["GALTEA_API_URL"] = f"https://api.galtea.ai/{KEY}"
    gf.Client(KEY)


def from_file(home: Path) -> None:
    """A file that holds more than a key."""
    key_file(home, f"key = {KEY}", 0o600)
    gf.Client()


def from_readable_file(home: Path) -> None:
    """A file that others may read, where a warning is an error."""
    key_file(home, KEY, 0o644)
    gf.Client()


#: Clients that cannot be made, each with what the error must say.
UNMADE: dict[str, tuple[Callable[[Path], object], str]] = {
    "key with spaces": (lambda _: gf.Client(f"{KEY} and more"), "holds spaces"),
    "key on two lines": (lambda _: gf.Client(f"{KEY}\n{KEY}"), "several lines"),
    "key beyond ASCII": (lambda _: gf.Client(f"{KEY}\u200b"), "non-ASCII"),
    "key as bytes": (lambda _: gf.Client(KEY.encode()), "is not a string"),  # type: ignore[arg-type] # that is the point
    "key with spaces in the environment": (from_environment, "the key in GALTEA_API_KEY holds spaces"),
    "key in the environment's address": (from_environments_address, "contains the key"),
    "key with spaces in the file": (from_file, "api-key holds spaces"),
    "key in a file for all": (from_readable_file, "chmod 600"),
    "key as the address": (lambda _: gf.Client(KEY, KEY), "must look like"),
    "key and address swapped": (lambda _: gf.Client("https://api.galtea.ai", KEY), "must look like"),
    "key as the host": (lambda _: gf.Client(KEY, f"https://{KEY}"), "contains the key"),
    "key as the host, plain": (lambda _: gf.Client(KEY, f"http://{KEY}"), "contains the key"),
    "another key as the host": (lambda _: gf.Client("gsk_another_one", f"http://{KEY}/"), "unencrypted to gsk_…"),
    "key in the path": (lambda _: gf.Client(KEY, f"http://localhost/{KEY}/v1"), "contains the key"),
    "key as user name": (lambda _: gf.Client(KEY, f"https://{KEY}@api.galtea.ai"), "must not contain a user name"),
    "key as password": (lambda _: gf.Client(KEY, f"https://me:{KEY}@api.galtea.ai"), "must not contain a user name"),
    "key in the query": (lambda _: gf.Client(KEY, f"https://api.galtea.ai?key={KEY}"), "must not contain .*query"),
    "bad address": (lambda _: gf.Client(KEY, "galtea"), "must look like"),
    "plain address": (lambda _: gf.Client(KEY, "http://api.galtea.ai"), "unencrypted to api.galtea.ai"),
    "bad limit": (lambda _: gf.Client(KEY, page_size=0), "page_size"),
    "bad progress": (lambda _: gf.Client(KEY, progress="no"), "progress"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("name", UNMADE)
def test_a_client_that_cannot_be_made_shows_no_key(home: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Neither the error nor any local variable of a frame that it came through holds the key, wherever that was."""
    for variable in ("GALTEA_API_KEY", "GALTEA_API_URL"):
        monkeypatch.setenv(variable, "")  # so that what a case sets is taken back
    action, words = UNMADE[name]
    error = error_of(lambda: action(home))
    assert isinstance(error, gf.SettingsError | gf.GalteaFramesWarning)
    assert re.search(words, str(error))
    assert [] == leaks(error, *locals_of(error))
    assert [] == leaks("".join(traceback.format_exception(error)), *map(pretty_repr, locals_of(error)))


#: Calls with a key where none belongs, each with what the error must say. Their own arguments are the caller's.
MISPLACED: dict[str, tuple[Callable[[gf.Client], object], str]] = {
    "as an argument": (lambda _: gf.load_sessions(api_key=KEY), "unknown argument 'api_key'"),  # type: ignore[call-arg]
    "as the client": (lambda _: gf.load_sessions(client=KEY), "client is a"),  # type: ignore[arg-type]
    "as a mirror's client": (lambda _: gf.Mirror("m").sync(KEY), "client is a"),  # type: ignore[arg-type]
    "as an order": (lambda client: gf.load_sessions(sort=KEY, client=client), "sort by 'gsk_…'"),
    "as a time": (lambda client: gf.load_versions(from_created_at=KEY, client=client), "not 'gsk_…'"),
    "as a limit": (lambda client: gf.load_versions(limit=KEY, client=client), "not 'gsk_…'"),  # type: ignore[arg-type]
    "as a page size": (lambda _: gf.Client(page_size=KEY), "not 'gsk_…'"),  # type: ignore[arg-type]
    "as a filter": (lambda client: gf.load_sessions(version_ids=KEY, client=client), "a filter contains the API key"),
    "within a filter": (
        lambda client: gf.load_versions(name=f"is {KEY}", client=client),
        "a filter contains the API key",
    ),
    "as an id": (lambda client: gf.load_versions(ids=["a", KEY], client=client), "a filter contains the API key"),
    "as a further filter": (
        lambda client: next(gf.iter_sessions(params={"apiKey": KEY}, client=client)),
        "a filter contains the API key",
    ),
    "as a file": (lambda _: gf.read_parquet(KEY), "no Parquet file at gsk_…"),
    "as a mirror": (lambda _: gf.Mirror(KEY).info(), "gsk_… is not a mirror"),
}


@pytest.mark.parametrize("name", MISPLACED)
def test_a_misplaced_key_is_not_quoted_and_not_sent(
    name: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that was passed where none belongs is in no message, no log and no query."""
    caplog.set_level(logging.DEBUG)
    action, words = MISPLACED[name]
    with sample.serve(3, 1) as api, gf.Client(KEY, api.url) as client:
        monkeypatch.setenv("GALTEA_API_KEY", KEY)
        monkeypatch.setenv("GALTEA_API_URL", api.url)
        error = error_of(lambda: action(client))
        assert isinstance(error, gf.GalteaFramesError)
        assert re.search(words, str(error))
        assert [] == leaks("".join(traceback.format_exception(error)).partition("Error: ")[2], error.args, caplog.text)
        assert [] == leaks([request.query_string for request in api.requests])


@pytest.mark.parametrize("problem", [ZeroDivisionError, KeyboardInterrupt, MemoryError])
@pytest.mark.parametrize("place", ["endheaders", "putheader", "getresponse", "send"])
@pytest.mark.parametrize("arguments", [{}, {"ids": ["a"]}], ids=["walk", "ids"])
def test_an_unforeseen_error_shows_no_key(
    monkeypatch: pytest.MonkeyPatch, problem: type[BaseException], place: str, arguments: dict[str, Any]
) -> None:
    """A bug or a Ctrl-C below, where the header lies in local variables: those are gone, the lines stay."""

    def fail(*_: object, **__: object) -> None:
        raise problem

    with sample.serve(3, 1) as api, gf.Client(KEY, api.url) as client:
        monkeypatch.setattr(http.client.HTTPConnection, place, fail)
        error = error_of(lambda: gf.load_sessions(**arguments, client=client))
    assert problem is type(error)
    assert "urlopen" in "".join(traceback.format_exception(error))
    assert [] == leaks(error, shown_with_locals(error), *locals_of(error))


def test_an_unforeseen_error_on_top_of_another_shows_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug in what handles a lost connection: the frames that the lost connection came through are emptied too."""

    def lose(*_: object, **__: object) -> None:
        raise ConnectionResetError

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with sample.serve(3, 1) as api, gf.Client(KEY, api.url) as client:
        monkeypatch.setattr(http.client.HTTPConnection, "endheaders", lose)
        monkeypatch.setattr(urllib3.Retry, "increment", fail)
        error = error_of(lambda: gf.load_sessions(client=client))
    assert isinstance(error.__context__, urllib3.exceptions.ProtocolError | ConnectionResetError)
    assert [] == leaks(error, shown_with_locals(error), *locals_of(error))


def test_an_unforeseen_error_leaves_the_callers_frames_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a caller was handling when the load failed keeps its local variables, for whoever debugs it."""

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    def compute() -> None:
        mine = "kept"
        raise ValueError(mine)

    def handle(client: gf.Client) -> None:
        try:
            compute()
        except ValueError:
            gf.load_versions(ids=["a"], client=client)

    with sample.serve(3, 1) as api, gf.Client(KEY, api.url) as client:
        monkeypatch.setattr(http.client.HTTPConnection, "endheaders", fail)
        error = error_of(lambda: handle(client))
    assert isinstance(error.__context__, ValueError)
    frames = [frame for frame, _ in traceback.walk_tb(error.__context__.__traceback__)]
    assert "kept" == frames[-1].f_locals["mine"]


@pytest.mark.parametrize("status", [200, 401, 500])
def test_no_local_variable_holds_the_key_after_an_answer(status: int) -> None:
    """An answer has the request that it answers, and that the key: an error through there does not lead to it."""

    def fail(_: bytes) -> None:
        raise ZeroDivisionError

    answer = Redirect("/versions") if status == 200 else Reply(status, {"message": "no"})
    with sample.serve(3, 1, answers=[answer]) as api, gf.Client(KEY, api.url, max_attempts=1) as client:
        error = error_of(lambda: client.transport.get("/sessions", [], fail, Tally()))
    assert isinstance(error, gf.RequestError | ZeroDivisionError)
    assert any(isinstance(value, Answer) for value in locals_of(error)) or status == 500
    assert [] == leaks(error, *locals_of(error))


def taken() -> object:
    """A stand-in at a port that another has."""
    with sample.serve(1, 1) as api:
        return sample.serve(1, 1, port=int(api.url.rpartition(":")[2]))


@pytest.mark.parametrize("make", [lambda: gf.Client("a b"), lambda: gf.Mirror("a[b]"), taken])
def test_what_could_not_be_made_can_be_shown(make: Callable[[], object]) -> None:
    """A traceback with local variables shows the object that was being made: that must not fail."""
    assert shown_with_locals(error_of(make))
