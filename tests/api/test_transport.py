"""Transport: retries, waits, timeouts, redirects and errors of one request."""

import email.utils
import math
import pickle
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import pytest
import requests
import requests_mock
from fake_time import FakeTime
from page_frames import open_page
from tls import TlsFront

import galtea_frames as gf
from galtea_frames import sample
from galtea_frames._version import __version__
from galtea_frames.api.page import Page
from galtea_frames.api.refusals import api_message, retry_after_seconds
from galtea_frames.api.settings import ApiKey, Settings
from galtea_frames.api.transport import LoadAbandonedError, PageTooLarge, Tally, Transport, wait_seconds
from galtea_frames.sample import (
    Answer,
    Cut,
    Garbled,
    HtmlPage,
    RawPage,
    Redirect,
    Reply,
    SampleApi,
    Stall,
    Trickle,
    Truncated,
    TruncatedGzip,
)

ROWS = sample.session_records(120)


@pytest.fixture
def fake_time() -> FakeTime:
    """A clock of its own for each test."""
    return FakeTime()


@pytest.fixture(scope="module")
def shared_api() -> Iterator[SampleApi]:
    """One API for the module; `api` wipes its slate for each test."""
    with sample.serve(ROWS, []) as api:
        yield api


@pytest.fixture
def api(shared_api: SampleApi) -> SampleApi:
    """An API that has seen no request and answers as it should."""
    shared_api.reset()
    return shared_api


def transport_to(
    url: str,
    fake_time: FakeTime | None = None,
    **settings: Any,  # noqa: ANN401 - settings are of several types
) -> Transport:
    """A transport with small limits, on a fake clock where one is given."""
    limits: dict[str, Any] = {
        "page_size": 1000,
        "max_workers": 4,
        "connect_timeout": 5.0,
        "read_timeout": 5.0,
        "max_attempts": 6,
        "max_elapsed": 300.0,
        "progress": False,
    }
    made = Settings(api_key=ApiKey(sample.server.API_KEY), base_url=url, **(limits | settings))
    if fake_time is None:
        return Transport(made)
    return Transport(made, sleep=fake_time.sleep, clock=fake_time.clock)


def get(transport: Transport, tally: Tally | None = None, **options: bool) -> Page[Any]:
    """The first page of sessions."""
    return transport.get("/sessions", [("limit", "100")], open_page, tally or Tally(), **options)


# Proxies


def test_a_proxy_is_used_while_the_environment_names_it(
    api: SampleApi, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Which proxy to use, and for which hosts, is looked up for each request; none is kept from an earlier one."""
    with TlsFront(api.url) as front:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(front.trust(tmp_path)))
        transport = transport_to(front.url, max_attempts=1)
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
        with pytest.raises(gf.RequestError, match="refused"):
            get(transport)
        monkeypatch.setenv("NO_PROXY", "localhost")
        assert len(get(transport).ids) == 100


# Waits


@pytest.mark.parametrize(
    ("attempt", "retry_after", "chance", "expected"),
    [
        pytest.param(1, None, 0.0, 0.25, id="first, shortest"),
        pytest.param(1, None, 1.0, 0.5, id="first, longest"),
        pytest.param(2, None, 1.0, 1.0, id="second"),
        pytest.param(5, None, 0.5, 6.0, id="fifth, middle"),
        pytest.param(7, None, 1.0, 30.0, id="no longer than this"),
        pytest.param(100, None, 1.0, 30.0, id="never longer"),
        pytest.param(1, 2.0, 0.0, 2.025, id="asked for"),
        pytest.param(1, 2.0, 1.0, 2.05, id="asked for, with jitter"),
        pytest.param(7, 0.0, 1.0, 3.0, id="asked for none"),
        pytest.param(1, 3600.0, 0.0, 3600.025, id="asked for an hour"),
    ],
)
def test_wait_seconds(attempt: int, retry_after: float | None, chance: float, expected: float) -> None:
    """Waits double from half a second up to thirty, and never undercut what the server asks for."""
    assert pytest.approx(expected) == wait_seconds(attempt, retry_after, chance)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param(None, None, id="none"),
        pytest.param("2", 2.0, id="seconds"),
        pytest.param(" 2.5 ", 2.5, id="fraction, with blanks"),
        pytest.param("0", 0.0, id="at once"),
        pytest.param("-2", None, id="negative"),
        pytest.param("1e3", None, id="exponent"),
        pytest.param("", None, id="empty"),
        pytest.param("soon", None, id="words"),
        pytest.param("Sun, 01 Mar 2026 10:00:07 GMT", 7.0, id="date"),
        pytest.param("Sun, 01 Mar 2026 11:00:07 +0100", 7.0, id="date with an offset"),
        pytest.param("Sun Mar  1 10:00:07 2026", 7.0, id="date without a zone is GMT"),
        pytest.param("Sun, 01 Mar 2026 09:00:00 GMT", 0.0, id="date in the past"),
        pytest.param("Sun, 99 Foo 2026 09:00:00 GMT", None, id="no date"),
    ],
)
def test_retry_after_seconds(header: str | None, expected: float | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both forms of the header are read, wherever this machine stands; what is neither is not guessed at."""
    monkeypatch.setenv("TZ", "America/New_York")
    if hasattr(time, "tzset"):
        time.tzset()
    try:
        assert expected == retry_after_seconds(header, 1_772_359_200.0)
    finally:
        monkeypatch.undo()
        if hasattr(time, "tzset"):
            time.tzset()


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        pytest.param("application/json", b'{"message": "No such\\nproduct"}', "No such product", id="message"),
        pytest.param("application/json", b'{"error": "Forbidden"}', "Forbidden", id="error"),
        pytest.param("application/json", b'{"message": "a", "error": "b"}', "a; b", id="both"),
        pytest.param("application/json", b'{"message": "a", "error": "a"}', "a", id="both the same"),
        pytest.param("application/json", b'{"message": ["a", "b"], "error": null}', "['a', 'b']", id="a list"),
        pytest.param("application/json", b'{"code": 7}', "no message", id="neither"),
        pytest.param("application/json", b'"just text"', '"just text"', id="text as JSON"),
        pytest.param("text/plain", b"Too Many Requests\n", "Too Many Requests", id="plain text"),
        pytest.param("text/plain", b"caf\xe9", "caf�", id="not UTF-8"),
        pytest.param("application/json", b'{"message": "caf\xe9"}', '{"message": "caf�"}', id="JSON not in UTF-8"),
        pytest.param("", b"", "no message", id="nothing"),
        pytest.param("text/plain", b"\x1b[31mred\x07", "[31mred", id="control characters"),
        pytest.param("text/plain", b"x" * 301, "x" * 300 + "…", id="long"),
        pytest.param("text/html", b"<html><title>Just a\nmoment</title>..", "Just a moment", id="title"),
        pytest.param("application/json", b" <h1 class='x'>502 <b>Bad</b></h1>", "502 Bad", id="heading, mislabelled"),
        pytest.param("text/html", b"<p>Nothing to <i>see</i></p>", "Nothing to see", id="no title"),
        pytest.param("text/html", b"<br>", "an HTML page", id="no words at all"),
    ],
)
def test_api_words(content_type: str, body: bytes, expected: str) -> None:
    """Whatever an error's body is, its words come out on one line, short and printable."""
    assert expected == api_message(content_type, body)


# What a request carries


def test_headers(api: SampleApi) -> None:
    """A request carries the key, says who asks, takes gzip, and nothing else of note."""
    get(transport_to(api.url))
    (request,) = api.requests
    assert request.header("Authorization") == f"Bearer {api.api_key}"
    assert request.header("User-Agent").startswith(f"galtea-frames/{__version__} python/3.")
    assert request.header("Accept") == "application/json"
    assert "gzip" in request.header("Accept-Encoding")
    assert request.path == "/sessions"
    assert request.query == [("limit", "100")]


def test_no_question_mark_without_parameters(api: SampleApi) -> None:
    """A request without parameters has no query string."""
    transport_to(api.url).get("/sessions", [], open_page, Tally())
    assert [("/sessions", "")] == [(request.path, request.query_string) for request in api.requests]


def test_a_base_address_with_a_path(api: SampleApi) -> None:
    """The path of the request follows that of the address, with one slash."""
    with pytest.raises(gf.NotFoundError, match=r"check the API's address \(base_url=, GALTEA_API_URL\)"):
        get(transport_to(f"{api.url}/v1"))
    assert ["/v1/sessions"] == [request.path for request in api.requests]


def test_cookies_are_not_kept(api: SampleApi) -> None:
    """What a proxy sets as a cookie is not sent back: requests do not depend on those before."""
    api.answers = [Reply(503, b"", {"Set-Cookie": "session=1; Path=/"}), None]
    transport = transport_to(api.url, FakeTime())
    get(transport)
    assert ["", ""] == [request.header("Cookie") for request in api.requests]


def test_netrc_does_not_replace_the_key(api: SampleApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A .netrc entry for the API's host is left alone, on the first request and after a redirect."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    api.answers = [Redirect("/sessions?limit=5"), None]
    get(transport_to(api.url))
    expected = f"Bearer {api.api_key}"
    assert [expected, expected] == [request.header("Authorization") for request in api.requests]


# Trying again


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_statuses_worth_another_attempt(api: SampleApi, fake_time: FakeTime, status: int) -> None:
    """These are asked again, waiting longer each time, and both requests and retries are counted."""
    api.answers = [Reply(status, {"message": "later"}), Reply(status, b""), None]
    tally = Tally()
    assert len(get(transport_to(api.url, fake_time), tally).ids) == 100
    assert (tally.requests, tally.retries) == (3, 2)
    assert [0.25 <= fake_time.sleeps[0] <= 0.5, 0.5 <= fake_time.sleeps[1] <= 1] == [True, True]


@pytest.mark.parametrize("status", [400, 402, 405, 409, 410, 413, 414, 418, 422, 431, 451, 501, 505, 204, 304])
def test_statuses_not_worth_another_attempt(api: SampleApi, fake_time: FakeTime, status: int) -> None:
    """Any other status is one request and an error with the API's words."""
    api.answers = lambda _: Reply(status, {"message": "no use"})
    if status in (204, 304):
        api.answers = lambda _: Reply(status, b"")
    with pytest.raises(gf.RequestError, match=rf"/sessions answered {status}") as caught:
        get(transport_to(api.url, fake_time))
    assert type(caught.value) is gf.RequestError
    assert (caught.value.status, caught.value.attempts, caught.value.path) == (status, 1, "/sessions")
    assert (len(api.requests), fake_time.sleeps) == (1, [])


GOES_WRONG = [
    pytest.param(Cut("before"), id="reset before anything"),
    pytest.param(Cut("headers"), id="reset in the headers"),
    pytest.param(Cut("body"), id="reset in the body"),
    pytest.param(Truncated(), id="truncated body"),
    pytest.param(Truncated(0.0), id="no body at all"),
    pytest.param(TruncatedGzip(), id="truncated gzip"),
    pytest.param(Reply(200, b"[]" * 600, {"Content-Encoding": "gzip"}), id="gzip that is none"),
    pytest.param(HtmlPage(200), id="HTML page"),
    pytest.param(Garbled(), id="broken JSON"),
    pytest.param(RawPage(b""), id="empty body"),
    pytest.param(RawPage(b'{"message": "ok"}'), id="object"),
    pytest.param(RawPage(b"null"), id="null"),
    pytest.param(RawPage(b"[1, 2]"), id="list of numbers"),
    pytest.param(RawPage(b'[{"id": "a"}]'), id="row without createdAt"),
    pytest.param(RawPage(b'[{"id": "a", "createdAt": "soon"}]'), id="createdAt that is no time"),
    pytest.param(RawPage(b'[{"id": "\xe9"}]'), id="not UTF-8"),
    pytest.param(Stall(6_000, "before"), id="stall before anything"),
    pytest.param(Stall(6_000, "body"), id="stall in the body"),
]


def impatience(answer: Answer) -> dict[str, Any]:
    """Settings by which a stalled answer ends soon; a good one that a busy machine makes late is asked for again."""
    soon = {"read_timeout": 0.15, "max_attempts": 100, "max_elapsed": 1_000_000}
    return soon if isinstance(answer, Stall) else {}


@pytest.mark.parametrize("answer", GOES_WRONG)
def test_an_answer_that_goes_wrong_is_asked_for_again(api: SampleApi, fake_time: FakeTime, answer: Answer) -> None:
    """Whatever happens to an answer on its way, the next one is read whole."""
    api.answers = [answer, answer, None]
    tally = Tally()
    page = get(transport_to(api.url, fake_time, **impatience(answer)), tally)
    assert len(page.ids) == 100
    assert tally.requests - 1 == tally.retries == len(fake_time.sleeps)
    assert tally.requests == 3 or impatience(answer)


@pytest.mark.parametrize(
    ("answer", "expected", "words"),
    [
        pytest.param(Reply(503, {"error": "busy"}), (gf.RequestError, 503), r"answered 503 \(busy\) after 3", id="503"),
        pytest.param(
            Cut("before"), (gf.RequestError, None), r"failed \(.+\) after 3 attempts: check the network", id="reset"
        ),
        pytest.param(
            Truncated(), (gf.RequestError, None), r"failed \(.+\) after 3 attempts: check the network", id="truncated"
        ),
        pytest.param(
            Stall(6_000),
            (gf.RequestError, None),
            r"\(no data arrived for 0.15 s\) after 3 .*: raise read_timeout=$",
            id="stall",
        ),
        pytest.param(
            Stall(6_000, "body"), (gf.RequestError, None), r"failed \(.*timed out.*\) after 3", id="stalled body"
        ),
        pytest.param(Garbled(), (gf.ResponseError, None), r"list of records, after 3 attempts: .", id="JSON"),
        pytest.param(HtmlPage(200), (gf.ResponseError, None), r"list of records, after 3 attempts: .", id="HTML"),
    ],
)
def test_past_the_attempts(
    api: SampleApi, fake_time: FakeTime, answer: Answer, expected: tuple[type[Exception], int | None], words: str
) -> None:
    """When the last attempt fails too, the error says what happened, how often, and where, but not the query."""
    api.answers = lambda _: answer
    kind, status = expected
    with pytest.raises(kind, match=words) as caught:
        get(transport_to(api.url, fake_time, **(impatience(answer) | {"max_attempts": 3})))
    assert (len(api.requests), len(fake_time.sleeps)) == (3, 2)
    assert "limit" not in str(caught.value)
    if isinstance(caught.value, gf.RequestError):
        assert (caught.value.status, caught.value.attempts, caught.value.path) == (status, 3, "/sessions")


@pytest.mark.parametrize("at", ["headers", "body"])
def test_an_answer_that_trickles_ends_with_the_budget(api: SampleApi, at: Literal["headers", "body"]) -> None:
    """A server that sends a byte now and then, each within the timeout of reading, is not waited for for ever."""
    api.answers = lambda _: Trickle(0.02, at)
    words = r"/sessions failed \(the answer was incomplete after 0.3 s\) after 1 attempt: raise max_elapsed=$"
    with pytest.raises(gf.RequestError, match=words):
        get(transport_to(api.url, read_timeout=5.0, max_elapsed=0.3))
    # Nothing else ends it: whole it would be after minutes.
    assert len(api.requests) == 1


def test_an_answer_that_is_late_with_every_byte_at_hand_is_late() -> None:
    """A server that never pauses is not read for ever either; it may not have begun when the client has given up."""
    words = "the answer was incomplete after 1e-06 s"
    with sample.serve(ROWS, []) as api, pytest.raises(gf.RequestError, match=words):
        get(transport_to(api.url, max_elapsed=1e-6))


def test_a_page_that_trickles_is_asked_for_in_parts(api: SampleApi, fake_time: FakeTime) -> None:
    """A line too slow for a page may do for a smaller one."""
    api.answers = [Trickle(0.02)]
    with pytest.raises(PageTooLarge):
        get(transport_to(api.url, fake_time, max_elapsed=0.3), shrinkable=True)


def test_the_budget_of_one_answer_does_not_end_the_next(
    api: SampleApi, fake_time: FakeTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a connection that is used again, each answer has a time of its own."""
    monkeypatch.setattr("galtea_frames.api.connections.time", SimpleNamespace(monotonic=fake_time.clock))
    transport = transport_to(api.url, max_elapsed=1.5)
    for _ in range(3):
        assert 100 == len(get(transport).ids)
        fake_time.now += 1


def test_one_attempt_is_one_attempt(api: SampleApi, fake_time: FakeTime) -> None:
    """With max_attempts=1 nothing is asked twice, and the message counts in the singular."""
    api.answers = lambda _: Reply(500, b"")
    with pytest.raises(gf.RequestError, match=r"answered 500 \(no message\) after 1 attempt$"):
        get(transport_to(api.url, fake_time, max_attempts=1))
    assert fake_time.sleeps == []


def test_past_the_time(api: SampleApi, fake_time: FakeTime) -> None:
    """A wait that would end after max_elapsed is not begun."""
    api.answers = lambda _: Reply(500, b"")
    with pytest.raises(gf.RequestError) as caught:
        get(transport_to(api.url, fake_time, max_attempts=100, max_elapsed=20.0))
    assert 4 <= caught.value.attempts <= 8
    assert sum(fake_time.sleeps) <= 20


def test_no_server_at_all(fake_time: FakeTime) -> None:
    """A refused connection is tried again, and the error names the reason without the address's query."""
    with sample.serve(0, 0) as gone:
        url = gone.url
    with pytest.raises(
        gf.RequestError, match=r"/sessions failed \(.*refused.*\) after 6 attempts: .*GALTEA_API_URL"
    ) as caught:
        get(transport_to(url, fake_time))
    assert (caught.value.status, caught.value.attempts) == (None, 6)
    assert "limit" not in str(caught.value)


def test_no_connection_in_time(fake_time: FakeTime) -> None:
    """A host that does not answer counts against connect_timeout."""
    with requests_mock.Mocker() as mock:
        mock.get("https://galtea.example/sessions", exc=requests.ConnectTimeout)
        with pytest.raises(gf.RequestError, match=r"no connection within 5 s"):
            get(transport_to("https://galtea.example", fake_time))
    assert mock.call_count == 6


def test_a_bad_certificate_is_not_tried_again(fake_time: FakeTime) -> None:
    """No attempt mends a certificate: one request, and the error names the address."""
    problem = requests.exceptions.SSLError("certificate verify failed")
    with requests_mock.Mocker() as mock:
        mock.get("https://galtea.example/sessions", exc=problem)
        with pytest.raises(gf.RequestError, match=r"cannot use https://galtea.example: certificate verify failed"):
            get(transport_to("https://galtea.example", fake_time))
    assert mock.call_count == 1


def test_headers_that_cannot_be_read_are_asked_for_again(fake_time: FakeTime) -> None:
    """An answer with two lengths is one that went wrong on its way, not an address that cannot be used."""
    problem = requests.exceptions.InvalidHeader("Content-Length contained multiple unmatching values (9, 10)")
    with requests_mock.Mocker() as mock:
        mock.get("https://galtea.example/sessions", [{"exc": problem}, {"text": "[]"}])
        assert [] == list(get(transport_to("https://galtea.example", fake_time)).ids)
    assert mock.call_count == 2


def test_a_reason_without_words_is_called_by_its_name(fake_time: FakeTime) -> None:
    """An error that says nothing is still told from others."""
    with requests_mock.Mocker() as mock:
        mock.get("https://galtea.example/sessions", exc=requests.ConnectionError)
        with pytest.raises(gf.RequestError, match=r"failed \(ConnectionError\)"):
            get(transport_to("https://galtea.example", fake_time))


# Retry-After


def in_seconds(seconds: int) -> str:
    """The header as a number."""
    return str(seconds)


def as_date(seconds: int) -> str:
    """The header as the date that is not earlier: it has no fractions."""
    return email.utils.formatdate(math.ceil(time.time()) + seconds, usegmt=True)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("header", [in_seconds, as_date])
def test_retry_after_is_never_undercut(
    api: SampleApi, fake_time: FakeTime, status: int, header: Callable[[int], str]
) -> None:
    """Where the server names a time, the next attempt comes after it, and not long after it."""
    api.answers = [Reply(status, {"message": "slow down"}, {"Retry-After": header(20)}), None]
    get(transport_to(api.url, fake_time))
    assert 20 <= sum(fake_time.sleeps) <= 21.1
    assert len(api.requests) == 2


@pytest.mark.parametrize("header", [in_seconds, as_date])
def test_retry_after_on_a_real_clock(api: SampleApi, header: Callable[[int], str]) -> None:
    """From the moment at which the server names it to the next request it is two seconds or more."""
    before = time.monotonic()
    api.answers = [Reply(429, b"", {"Retry-After": header(2)}), None]
    get(transport_to(api.url))
    _, second = api.requests
    assert 2 <= second.started - before


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_beyond_the_budget_fails_at_once(api: SampleApi, fake_time: FakeTime, status: int) -> None:
    """Waiting for less would be no use, so the error comes at once and names both times."""
    api.answers = lambda _: Reply(status, b"", {"Retry-After": "3600"})
    with pytest.raises(gf.RequestError, match=r"it asks to wait 3600 s, and the budget is max_elapsed=300 s") as caught:
        get(transport_to(api.url, fake_time))
    assert (caught.value.status, caught.value.attempts) == (status, 1)
    assert fake_time.sleeps == []


def test_a_call_after_such_a_failure_does_not_wait_for_hours(api: SampleApi, fake_time: FakeTime) -> None:
    """While the limit of the key is known to last beyond the budget, the next call fails at once too, unasked."""
    api.answers = [Reply(429, b"", {"Retry-After": "3600"})]
    transport = transport_to(api.url, fake_time)
    with pytest.raises(gf.RequestError):
        get(transport)
    fake_time.now += 100
    with pytest.raises(gf.RequestError, match=r"asks to wait 3500 s, and the budget is max_elapsed=300 s") as caught:
        get(transport)
    assert (caught.value.status, caught.value.attempts) == (429, 0)
    assert (len(api.requests), fake_time.sleeps) == (1, [])
    fake_time.now += 3_501
    assert len(get(transport).ids) == 100


def test_a_limit_holds_back_other_threads(api: SampleApi) -> None:
    """After a 429 nobody who shares the client asks before its time has come."""
    api.answers = [Reply(429, b"", {"Retry-After": "1"})]
    transport = transport_to(api.url)
    first = threading.Thread(target=get, args=[transport])
    first.start()
    while not transport._held_until:  # noqa: SLF001 - from when on others are to wait
        time.sleep(0.005)
    others = [threading.Thread(target=get, args=[transport]) for _ in range(3)]
    for thread in others:
        thread.start()
    for thread in [first, *others]:
        thread.join()
    limited, *rest = api.requests
    assert len(rest) == 4
    assert min(request.started for request in rest) - limited.started >= 1


def test_a_limit_that_grows_while_waiting_is_kept(api: SampleApi, fake_time: FakeTime) -> None:
    """One who waits for a limit looks again afterwards, for another request may have met a longer one."""
    transport = transport_to(api.url, fake_time)
    transport._held_until = fake_time.now + 10  # noqa: SLF001 - what one thread meets
    naps = []

    def nap(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 1:
            transport._held_until = fake_time.now + 50  # noqa: SLF001 - what another meets meanwhile
        fake_time.sleep(seconds)

    transport._sleep = nap  # noqa: SLF001 - to see it wait
    get(transport)
    assert naps == [10, 40]


def test_a_server_error_holds_nobody_else_back(api: SampleApi, fake_time: FakeTime) -> None:
    """A 503 is about one request: another one goes out at once."""
    api.answers = [Reply(503, b"", {"Retry-After": "3600"})]
    transport = transport_to(api.url, fake_time)
    with pytest.raises(gf.RequestError):
        get(transport)
    get(transport)
    assert (len(api.requests), fake_time.sleeps) == (2, [])


# Refusals


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        pytest.param(
            Reply(401, {"message": "Invalid API key"}),
            gf.AuthenticationError,
            r"answered 401 \(Invalid API key\): check the key; it comes from .*GALTEA_API_KEY or ~/.galtea/api-key$",
            id="401",
        ),
        pytest.param(
            Reply(403, {"error": "Not your product"}),
            gf.AuthenticationError,
            r"answered 403 \(Not your product\): the key has no access to this",
            id="403 in JSON",
        ),
        pytest.param(
            HtmlPage(403, "403 Forbidden"),
            gf.AuthenticationError,
            r"answered 403 \(403 Forbidden\): a firewall refused the query as too long",
            id="403 in HTML",
        ),
        pytest.param(
            Reply(404, {"message": "Not found: a"}),
            gf.NotFoundError,
            r"answered 404 \(Not found: a\)$",
            id="404 in JSON",
        ),
        pytest.param(
            HtmlPage(404, "Cannot GET /sessions"),
            gf.NotFoundError,
            r"answered 404 \(Cannot GET /sessions\): check the API's address",
            id="404 in HTML",
        ),
        pytest.param(
            Reply(404, "default backend"),
            gf.NotFoundError,
            r"answered 404 \(default backend\): check the API's address",
            id="404 in plain text",
        ),
    ],
)
def test_refusals_say_what_to_do(api: SampleApi, answer: Answer, kind: type[gf.RequestError], words: str) -> None:
    """The error quotes the API and adds what the caller can do, after one request."""
    api.answers = lambda _: answer
    with pytest.raises(kind, match=words) as caught:
        get(transport_to(api.url))
    assert "\n" not in str(caught.value)
    assert (caught.value.attempts, len(api.requests)) == (1, 1)


def test_errors_survive_pickling(api: SampleApi) -> None:
    """A worker process can hand its error to the one that waits for it."""
    api.answers = lambda _: Reply(404, {"message": "Not found: a"})
    with pytest.raises(gf.NotFoundError) as caught:
        get(transport_to(api.url))
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own bytes
    assert (type(again), str(again), vars(again)) == (type(caught.value), str(caught.value), vars(caught.value))


# Pages that are too large


@pytest.mark.parametrize(
    "answer",
    [Reply(413, b""), Reply(504, b""), HtmlPage(504), Stall(6_000), Stall(6_000, "body")],
    ids=["413", "504", "504 in HTML", "read timeout", "read timeout in the body"],
)
def test_too_large_for_the_server(api: SampleApi, fake_time: FakeTime, answer: Answer) -> None:
    """Where a smaller page may help the caller is told at once; where none is possible it counts as any failure."""
    transport = transport_to(api.url, fake_time, **(impatience(answer) | {"max_attempts": 2}))
    api.answers = lambda _: answer
    tally = Tally()
    with pytest.raises(PageTooLarge):
        get(transport, tally, shrinkable=True)
    assert (tally.requests, fake_time.sleeps) == (1, [])
    with pytest.raises(gf.RequestError):
        get(transport, tally)


@pytest.mark.parametrize("answer", [Reply(503, b""), Reply(429, b""), Cut("before"), Truncated(), Garbled()])
def test_not_too_large(api: SampleApi, fake_time: FakeTime, answer: Answer) -> None:
    """Other failures are no matter of size: the same request is sent again."""
    api.answers = [answer, None]
    assert len(get(transport_to(api.url, fake_time), shrinkable=True).ids) == 100


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("absolute", [True, False], ids=["absolute", "relative"])
def test_a_redirect_to_the_same_origin_keeps_the_key(api: SampleApi, status: int, absolute: bool) -> None:
    """Within one origin a redirect is followed with the key."""
    target = "/sessions?limit=3"
    api.answers = [Redirect(api.url + target if absolute else target, status), None]
    assert len(get(transport_to(api.url)).ids) == 3
    assert [f"Bearer {api.api_key}"] * 2 == [request.header("Authorization") for request in api.requests]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_another_origin_is_refused_by_name(api: SampleApi, fake_time: FakeTime, status: int) -> None:
    """Another port is another origin already; its rows could only be someone else's, so it is not asked."""
    with sample.serve(3, 1) as elsewhere:
        api.answers = lambda _: Redirect(f"{elsewhere.url}/sessions", status)
        words = f"/sessions redirects to another origin, {elsewhere.url}, which is not sent the key: .*set base_url="
        with pytest.raises(gf.RequestError, match=words) as caught:
            get(transport_to(api.url, fake_time))
        assert [] == elsewhere.requests
    assert (caught.value.status, caught.value.attempts, fake_time.sleeps) == (status, 1, [])


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        pytest.param("https://galtea.example:443/moved", None, id="the default port, spelled out"),
        pytest.param("https://GALTEA.example/moved", None, id="another case"),
        pytest.param("https://galtea.example:8443/moved", "https://galtea.example:8443", id="another port"),
        pytest.param("https://eu.galtea.example/moved", "https://eu.galtea.example:443", id="a subdomain"),
        pytest.param(
            "https://galtea.example.evil.example/",
            "https://galtea.example.evil.example:443",
            id="begins alike",
        ),
        pytest.param("//evil.example/moved", "https://evil.example:443", id="no scheme"),
        pytest.param("http://galtea.example/moved", "http://galtea.example:80", id="plain http"),
        pytest.param("https://me:pw@evil.example/moved", "https://evil.example:443", id="with a password"),
        pytest.param("ftp://galtea.example/", "ftp://galtea.example", id="another scheme"),
        pytest.param(f"https://{'e' * 2_000}.example/", f"https://{'e' * 292}…", id="a long name"),
    ],
)
def test_origins(location: str, expected: str | None, fake_time: FakeTime) -> None:
    """The key goes to the origin it was set for, and nothing to any other, however like it that looks."""
    with requests_mock.Mocker() as mock:
        mock.get(requests_mock.ANY, text="[]")
        mock.get("https://galtea.example/sessions", status_code=302, headers={"Location": location})
        if expected is None:
            get(transport_to("https://galtea.example", fake_time))
        else:
            with pytest.raises(gf.RequestError, match=f"redirects to another origin, {expected}, which"):
                get(transport_to("https://galtea.example", fake_time))
    keys = [request.headers["Authorization"].partition(" ")[0] for request in mock.request_history]
    assert keys == ["Bearer"] * (2 if expected is None else 1)


def test_a_redirect_loop_ends(api: SampleApi, fake_time: FakeTime) -> None:
    """A server that redirects for ever is left after a few, without waiting."""
    api.answers = lambda _: Redirect("/sessions")
    with pytest.raises(gf.RequestError, match=r"cannot use .*redirects"):
        get(transport_to(api.url, fake_time))
    assert (len(api.requests), fake_time.sleeps) == (6, [])


@pytest.mark.parametrize("location", ["http://[bad", "ftp://galtea.example/", "http://", "http://a..b/"])
def test_a_redirect_to_nowhere_is_an_error_of_the_package(api: SampleApi, fake_time: FakeTime, location: str) -> None:
    """An address that nothing can be asked of does not escape as an error of some library."""
    api.answers = lambda _: Redirect(location)
    with pytest.raises(gf.RequestError):
        get(transport_to(api.url, fake_time, max_attempts=2))


# Threads


def test_a_transport_is_shared_by_threads() -> None:
    """Many threads ask, as many at once as there are workers; each gets its own answer, and each request counts."""
    tally = Tally()
    found: dict[int, int] = {}

    def ask(limit: int) -> None:
        page = transport.get("/sessions", [("limit", str(limit))], open_page, tally)
        found[limit] = len(page.ids)

    four = threading.Barrier(4)

    def wait(_: SampleApi, _number: int) -> None:
        four.wait(600)

    with sample.serve(ROWS, [], on_request=wait) as api:
        transport = transport_to(api.url)
        threads = [threading.Thread(target=ask, args=[limit]) for limit in range(1, 33)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert api.max_concurrent == 4
        transport.close()
    assert {limit: limit for limit in range(1, 33)} == found
    assert tally.requests == 32


def test_an_abandoned_load_sends_nothing_more(fake_time: FakeTime) -> None:
    """Once nobody waits for a load, its requests end before they are sent, and its waits at once."""
    tally = Tally()
    tally.abandoned.set()
    with sample.serve(1, 0) as api:
        with pytest.raises(LoadAbandonedError):
            get(transport_to(api.url, fake_time), tally)
        assert ([], 0) == (api.requests, tally.requests)
        started = time.monotonic()
        api.answers = [Reply(503, b"", {"Retry-After": "60000"})]
        tally.abandoned.clear()
        threading.Timer(0.2, tally.abandoned.set).start()
        with pytest.raises(LoadAbandonedError):
            get(transport_to(api.url, max_elapsed=600_000), tally)
        assert (1, True) == (len(api.requests), time.monotonic() - started < 30_000)
