import logging
import pickle
import traceback
import warnings
from typing import Any

import pytest
from leaks import KEY, leaks

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
        with pytest.raises(gf.GalteaFramesError) as caught:
            gf.load_sessions(**arguments, client=client)
        assert api.requests[0].header("Authorization") == f"Bearer {KEY}"
    error = caught.value
    shown = "".join(traceback.format_exception(error))
    logged = [(record.getMessage(), record.args, record.exc_info) for record in caplog.records]
    assert [] == leaks(error, shown, logged, caplog.text, [str(each.message) for each in warned], capfd.readouterr())
    assert logged, "urllib3 logs its requests at DEBUG"


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
        vars(client.transport._session),  # noqa: SLF001 - what a debugger shows
        vars(client.transport._session.auth),  # noqa: SLF001
        client.transport._session.headers,  # noqa: SLF001
    ]
    assert [] == [text for each in shown for text in (str(each), repr(each), f"{each}") if KEY[4:-4] in text]
    assert "gsk_…cdef" in repr(client)


def test_a_frame_in_a_traceback_shows_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `find_key` raises quotes nothing, wherever the bad key came from."""
    monkeypatch.setenv("GALTEA_API_KEY", f"{KEY} and more")
    with pytest.raises(gf.SettingsError) as caught:
        gf.Client()
    assert [] == leaks(caught.value)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_another_origin_gets_no_key(status: int) -> None:
    """Through the loader: a redirect to another origin is followed without the key, in no header and no query."""
    with (
        sample.serve(3, 1) as elsewhere,
        sample.serve(3, 1, answers=lambda _: Redirect(f"{elsewhere.url}/sessions?limit=2", status)) as api,
        gf.Client(KEY, api.url) as client,
    ):
        with pytest.raises(gf.AuthenticationError):
            gf.load_sessions(client=client)
        assert len(elsewhere.requests) == 1
        assert [] == leaks([(request.headers, request.query_string) for request in elsewhere.requests])
