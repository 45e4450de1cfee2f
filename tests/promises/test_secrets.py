"""The API key appears in no message, representation, log or file."""

import copy
import dataclasses
import http.client
import logging
import pickle
import traceback
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import requests
from key_search import KEY, error_of, leaks, shown_with_locals

import galtea_frames as gf
from galtea_frames import sample
from galtea_frames.sample import Answer, Cut, Garbled, HtmlPage, RawPage, Redirect, Reply, Stall, Truncated


def test_a_leak_would_be_found() -> None:
    """The search below finds a key in a nested place, or the tests that use it would prove nothing."""
    error = ValueError("outer")
    error.__context__ = RuntimeError({"headers": [f"Bearer {KEY}"]})
    assert leaks(error)
    assert leaks([{"a": KEY.encode()}])
    assert leaks(KEY[:20])
    assert not leaks("gsk_…cdef")


ANSWERS = [
    pytest.param(Reply(401, {"message": f"Unknown key {KEY}"}), id="401 that quotes the key"),
    pytest.param(Reply(403, {"error": f"Bearer {KEY}"}), id="403 that quotes the header"),
    pytest.param(Reply(403, f"<title>No {KEY}</title>".encode(), {"Content-Type": "text/html"}), id="HTML that quotes"),
    pytest.param(Reply(400, "x" * 280 + f" {KEY}"), id="quoted where the words are cut"),
    pytest.param(Reply(422, {"message": KEY * 40}), id="quoted many times"),
    pytest.param(Reply(400, {"message": [KEY, {"key": KEY}]}), id="quoted deep inside"),
    pytest.param(Reply(404, {"message": f"No such row {KEY}"}), id="404 that quotes the key"),
    pytest.param(Reply(500, f"panic: {KEY}"), id="500 that quotes the key"),
    pytest.param(Reply(429, {"message": KEY}, {"Retry-After": "3600"}), id="429 that quotes the key"),
    pytest.param(RawPage(f'[{{"id": "{KEY}", "createdAt": "{KEY}"}}]'.encode()), id="page that quotes the key"),
    pytest.param(RawPage(f'{{"{KEY}": 1}}'.encode()), id="object that quotes the key"),
    pytest.param(RawPage(f"{KEY}".encode()), id="page that is the key"),
    pytest.param(HtmlPage(200), id="HTML page"),
    pytest.param(Garbled(), id="broken JSON"),
    pytest.param(Cut("before"), id="reset"),
    pytest.param(Cut("body"), id="reset in the body"),
    pytest.param(Truncated(), id="truncated"),
    pytest.param(Stall(5), id="stall"),
    pytest.param(Stall(5, "body"), id="stall in the body"),
    pytest.param(Redirect("/sessions"), id="redirect loop"),
    pytest.param(Redirect(f"/sessions?key={KEY}"), id="redirect that quotes the key"),
    pytest.param(Redirect(f"/%67{KEY[1:]}"), id="redirect that quotes the key in other letters"),
    pytest.param(Redirect(f"ftp://{KEY}/"), id="redirect to another scheme"),
    pytest.param(Redirect(f"http://[{KEY}"), id="redirect to no address"),
    pytest.param(Redirect("http://a..b/"), id="redirect to no host"),
]


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("arguments", [{}, {"ids": ["a", "b"]}], ids=["walk", "ids"])
def test_no_error_holds_the_key(
    answer: Answer, arguments: dict[str, Any], caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither the error, nor anything in its chain, nor a log at DEBUG, nor a warning holds the key."""
    caplog.set_level(logging.DEBUG)
    with (
        warnings.catch_warnings(record=True) as warned,
        sample.serve(30, 1, answers=lambda _: answer) as api,
        gf.Client(KEY, api.url, max_attempts=2, read_timeout=0.1, page_size=1, progress=True) as client,
    ):
        warnings.simplefilter("always")
        error = error_of(lambda: gf.load_sessions(**arguments, client=client))
        assert isinstance(error, gf.GalteaFramesError)
        assert api.requests[0].header("Authorization") == f"Bearer {KEY}"
    shown = "".join(traceback.format_exception(error)) + shown_with_locals(error)
    logged = [(record.getMessage(), record.args, record.exc_info) for record in caplog.records]
    assert [] == leaks(error, shown, logged, caplog.text, [str(each.message) for each in warned], capfd.readouterr())
    assert logged, "urllib3 logs its requests at DEBUG"


@pytest.mark.parametrize("key", ["another-kind-of-key", KEY.upper(), "k" * 16])
@pytest.mark.parametrize(
    "words",
    [
        pytest.param(lambda key: Reply(401, {"message": f"unknown key {key}"}), id="message"),
        pytest.param(lambda key: Reply(403, f"<h1>{key}</h1>".encode()), id="HTML"),
        pytest.param(lambda key: Reply(400, "x" * 290 + f" {key}"), id="quoted where the words are cut"),
        pytest.param(lambda key: Reply(400, {"message": [f"{key}{key}"]}), id="quoted twice"),
        pytest.param(lambda key: RawPage(f'[{{"id": "a", "createdAt": "{key}"}}]'.encode()), id="page"),
        pytest.param(lambda key: Redirect(f"ftp://{key}/"), id="redirect"),
    ],
)
def test_a_key_of_any_form_is_not_quoted(words: Callable[[str], Answer], key: str) -> None:
    """Also one that does not begin as keys do: it is taken out of whatever the API says."""
    with sample.serve(3, 1, api_key=key, answers=lambda _: words(key)) as api:
        client = gf.Client(key, api.url, max_attempts=1)
        error = error_of(lambda: gf.load_sessions(client=client))
        assert isinstance(error, gf.GalteaFramesError)
        assert key[:8].lower() not in "".join(traceback.format_exception(error)).lower()


@pytest.mark.filterwarnings("ignore::galtea_frames.MixedTypesWarning")
def test_no_frame_holds_the_key(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    """After a good load the key is in no attribute of the frame, no log, and nothing that was printed."""
    caplog.set_level(logging.DEBUG)
    with sample.serve(50, 3) as api, gf.Client(KEY, api.url, page_size=20, progress=True) as client:
        frames = [gf.load_sessions(client=client), gf.load_sessions_with_versions(client=client)]
    assert [] == leaks([frame.attrs for frame in frames], caplog.text, capfd.readouterr())
    assert KEY.encode() not in b"".join(pickle.dumps(frame) for frame in frames)


def test_no_repr_holds_the_key() -> None:
    """A client shows at most the ends of its key, however deep one looks by printing."""
    client = gf.Client(KEY, "http://localhost:1")
    shown = [
        client,
        client.settings,
        client.settings.api_key,
        client.transport,
        vars(client),
        vars(client.settings),
        vars(client.transport),
        vars(client.transport._connections.get().session),  # noqa: SLF001 - what a debugger shows
        vars(client.transport._connections.get().session.auth),  # noqa: SLF001
        client.transport._connections.get().session.headers,  # noqa: SLF001
    ]
    assert [] == [text for each in shown for text in (str(each), repr(each), f"{each}") if KEY[4:-4] in text]
    assert "gsk_…cdef" in repr(client)
    assert KEY[4:-4] not in client._repr_html_()
    assert "gsk_…cdef" in client._repr_html_()


@pytest.mark.filterwarnings("ignore::galtea_frames.MixedTypesWarning")
def test_http_client_prints_no_key(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    """`http.client` prints what it sends when its `debuglevel` is set, as many do who look for an error; not for us."""
    with sample.serve(3, 1) as api, gf.Client(KEY, api.url) as client:
        monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
        requests.get(api.url, timeout=5)
        assert "send:" in capfd.readouterr().out
        gf.load_sessions(client=client)
        assert "" == capfd.readouterr().out


@pytest.mark.parametrize("variable", ["http_proxy", "all_proxy", "HTTP_PROXY"])
def test_plain_http_goes_through_no_proxy(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    """A proxy that the environment names is another machine: this machine is asked without it, also when redirected."""
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with sample.serve(3, 1) as proxy, sample.serve(3, 1) as api, gf.Client(KEY, api.url) as client:
        monkeypatch.setenv(variable, proxy.url)
        api.answers = [Redirect("/versions?limit=1")]
        assert 1 == len(gf.load_versions(client=client))
        assert [] == proxy.requests


COPIERS: dict[str, Callable[[Any], object]] = {
    "pickle": pickle.dumps,
    "deepcopy": copy.deepcopy,
    "asdict": lambda client: dataclasses.asdict(client.settings),
}


@pytest.mark.parametrize("name", COPIERS)
def test_a_client_is_not_written_down(name: str) -> None:
    """What would carry the key to a file or another process is refused, with a line that says what to do."""
    error = error_of(lambda: COPIERS[name](gf.Client(KEY, "http://localhost:1")))
    assert isinstance(error, TypeError)
    assert "an API key cannot be pickled; create the client in each process" == str(error)
    assert [] == leaks(error, "".join(traceback.format_exception(error)))


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_another_origin_gets_no_key(status: int) -> None:
    """Through the loader: a redirect to another origin is an error that names it, and nobody there is asked."""
    with (
        sample.serve(3, 1) as elsewhere,
        sample.serve(3, 1, answers=lambda _: Redirect(f"{elsewhere.url}/sessions?limit=2", status)) as api,
        gf.Client(KEY, api.url) as client,
    ):
        with pytest.raises(gf.RequestError, match=f"redirects to another origin, {elsewhere.url}, which"):
            gf.load_sessions(client=client)
        assert [] == elsewhere.requests
