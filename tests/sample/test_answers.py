"""Faulty answers of the sample API."""

import http.client
import time
from collections.abc import Callable
from itertools import repeat
from typing import Any, Literal, NoReturn
from urllib.parse import urlsplit

import pytest
import requests

from galtea_frames.sample import (
    Answer,
    Cut,
    Garbled,
    HtmlPage,
    RawPage,
    Redirect,
    Reply,
    Request,
    SampleApi,
    Stall,
    Trickle,
    Truncated,
    TruncatedGzip,
    serve,
)


def fetch(api: SampleApi, *, seconds: float = 600, encoding: str = "gzip", stream: bool = False) -> requests.Response:
    """What a client gets for a page of sessions."""
    return requests.get(
        f"{api.url}/sessions",
        headers={"Authorization": f"Bearer {api.api_key}", "Accept-Encoding": encoding},
        timeout=seconds,
        allow_redirects=False,
        stream=stream,
    )


WHOLE: list[Any] = [
    pytest.param(Reply(429, {"message": "slow"}, {"Retry-After": "1"}), 429, b'{"message": "slow"}', id="object"),
    pytest.param(Reply(503, "down for maintenance"), 503, b"down for maintenance", id="text"),
    pytest.param(Reply(500, b"\xff"), 500, b"\xff", id="bytes"),
    pytest.param(Reply(500), 500, b"", id="empty"),
    pytest.param(Reply(599, []), 599, b"[]", id="status without a name"),
    pytest.param(RawPage(b'{"data": []}'), 200, b'{"data": []}', id="raw page"),
    pytest.param(Redirect("http://127.0.0.1:9/sessions"), 302, b"", id="redirect"),
    pytest.param(None, 200, b"[]", id="the API's own"),
]


@pytest.mark.parametrize(("answer", "status", "body"), WHOLE)
def test_whole_answers_arrive_as_programmed(answer: Answer | None, status: int, body: bytes) -> None:
    """Status and body are the programmed ones, and the request after them gets the API's own answer."""
    with serve(0, 0, answers=[answer]) as api:
        received = fetch(api)
        assert (status, body) == (received.status_code, received.content)
        assert (200, []) == (fetch(api).status_code, fetch(api).json())
        assert [status, 200, 200] == [request.status for request in api.requests]


def test_headers_arrive_as_programmed() -> None:
    """Headers of one's own are sent; they win over those the answer would have."""
    answers: list[Answer] = [
        Reply(429, b"", {"Retry-After": "7", "Content-Type": "x/y"}),
        Redirect("/elsewhere", 307),
    ]
    with serve(0, 0, answers=answers) as api:
        slow, moved = fetch(api), fetch(api)
        assert ("7", "x/y") == (slow.headers["Retry-After"], slow.headers["Content-Type"])
        assert (307, "/elsewhere") == (moved.status_code, moved.headers["Location"])


@pytest.mark.parametrize("status", [200, 502])
def test_html_pages_are_html(status: int) -> None:
    """A proxy's page says that it is HTML, whatever its status."""
    with serve(0, 0, answers=[HtmlPage(status)]) as api:
        received = fetch(api)
        assert (status, "text/html; charset=utf-8") == (
            received.status_code,
            received.headers["Content-Type"],
        )
        assert received.text.startswith("<!DOCTYPE html>")


def test_garbled_is_no_json() -> None:
    """The status is 200, the type JSON, and no JSON can be read."""
    with serve(0, 0, answers=[Garbled()]) as api:
        received = fetch(api)
        assert (200, "application/json") == (received.status_code, received.headers["Content-Type"])
        with pytest.raises(requests.JSONDecodeError):
            received.json()


CUTS: list[Any] = [
    pytest.param(Cut("before"), (requests.ConnectionError,), None, id="before"),
    pytest.param(Cut("headers"), (requests.ConnectionError,), 200, id="headers"),
    pytest.param(Cut("body"), (requests.ConnectionError, requests.exceptions.ChunkedEncodingError), 200, id="body"),
]


@pytest.mark.parametrize(("answer", "errors", "status"), CUTS)
def test_cuts_reset_the_connection(answer: Cut, errors: tuple[type[Exception], ...], status: int | None) -> None:
    """The client sees a reset, not an orderly end, and can connect again."""
    with serve(50, answers=[answer]) as api:
        with pytest.raises(errors, match=r"[Rr]eset by peer"):
            fetch(api)
        assert status == api.requests[0].status
        assert 50 == len(fetch(api).json())


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_truncated_breaks_its_promise(encoding: str) -> None:
    """The headers name the whole length, and the body ends before it."""
    with serve(50, answers=[Truncated(keep=0.9)]) as api:
        with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
            fetch(api, encoding=encoding)
        assert 50 == len(fetch(api, encoding=encoding).json())


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_truncated_gzip_is_whole_as_http_goes(encoding: str) -> None:
    """Every byte promised arrives, and what comes out of the decompression is a part of the page."""
    with serve(50, answers=[None, TruncatedGzip()]) as api:
        whole = fetch(api).content
        part = fetch(api, encoding=encoding, stream=True)
        assert "gzip" == part.headers["Content-Encoding"]
        assert int(part.headers["Content-Length"]) == len(part.raw.read(decode_content=False)) < len(whole)


@pytest.mark.parametrize("at", ["before", "body"])
def test_stalls_delay_the_answer(at: Literal["before", "body"]) -> None:
    """The answer is the API's own, and it takes its time."""
    with serve(50, answers=[Stall(0.2, at)]) as api:
        begin = time.monotonic()
        assert 50 == len(fetch(api).json())
        assert time.monotonic() - begin >= 0.2


@pytest.mark.parametrize(("at", "error"), [("before", requests.ReadTimeout), ("body", requests.ConnectionError)])
def test_stalls_outlast_an_impatient_client(at: Literal["before", "body"], error: type[Exception]) -> None:
    """A client that waits less long sees a timeout of reading; the next request is answered."""
    with serve(50, answers=[Stall(6_000, at)]) as api:
        with pytest.raises(error, match="timed out"):
            fetch(api, seconds=0.1)
        assert 50 == len(fetch(api).json())


@pytest.mark.parametrize(("at", "least"), [("headers", 0.2), ("body", 0.02)])
def test_trickles_are_whole_in_the_end(at: Literal["headers", "body"], least: float) -> None:
    """The answer is the API's own, and each byte takes its time."""
    with serve(0, 0, answers=[Trickle(0.01, at)]) as api:
        begin = time.monotonic()
        assert [] == fetch(api).json()
        assert time.monotonic() - begin >= least


def test_answers_can_be_told_from_the_request() -> None:
    """A function decides on each request, and sees its parameters."""

    def answer(request: Request) -> Answer | None:
        return Reply(418) if request.values("limit") == ["3"] else None

    with serve(50, answers=answer) as api:
        headers = {"Authorization": f"Bearer {api.api_key}"}
        statuses = [
            requests.get(f"{api.url}/sessions?limit={limit}", headers=headers, timeout=600).status_code
            for limit in (2, 3)
        ]
        assert [200, 418] == statuses
        assert answer is api.answers


def test_answers_can_be_set_again() -> None:
    """New answers count from the next request; an endless supply is fine."""
    with serve(0, 0, answers=[Reply(500), Reply(501)]) as api:
        assert 500 == fetch(api).status_code
        api.answers = repeat(Reply(502))
        assert [502, 502] == [fetch(api).status_code for _ in range(2)]
        api.answers = ()
        assert 200 == fetch(api).status_code


def test_answers_stand_before_authorization() -> None:
    """A proxy in front of the API answers also those who have no key."""
    with serve(0, 0, answers=[Reply(502)]) as api:
        assert [502, 401] == [requests.get(f"{api.url}/sessions", timeout=600).status_code for _ in range(2)]


@pytest.mark.parametrize(
    "answer",
    [Reply(500), HtmlPage(), Garbled(), RawPage(b"[]"), Redirect("/"), TruncatedGzip(), Stall(0.01)],
    ids=lambda answer: type(answer).__name__,
)
def test_whole_answers_keep_the_connection(answer: Answer) -> None:
    """What is whole as HTTP goes leaves the connection open for the next request."""
    with serve(50, answers=[answer]) as api:
        connection = http.client.HTTPConnection(urlsplit(api.url).netloc, timeout=600)
        ports = []
        for _ in range(2):
            connection.request("GET", "/sessions", headers={"Authorization": f"Bearer {api.api_key}"})
            connection.getresponse().read()
            ports.append(connection.sock.getsockname())
        connection.close()
        assert ports[0] == ports[1]


def failing(*_: object) -> NoReturn:
    """A caller's function with a mistake in it."""
    raise LookupError("mistake")


@pytest.mark.parametrize(
    "serving",
    [
        lambda: serve(0, 0, answers=failing),
        lambda: serve(0, 0, on_request=failing),
        lambda: serve(0, 0, latency=failing),
        lambda: serve(0, 0, answers=[Reply(200, object())]),
    ],
    ids=["answers", "on_request", "latency", "body"],
)
def test_mistakes_in_functions_of_the_caller_are_shown(serving: Callable[[], SampleApi]) -> None:
    """The client gets a status it does not try again on, with the mistake in its body."""
    with serving() as api:
        received = fetch(api)
        assert (400, True) == (received.status_code, "failed" in received.json()["message"])
