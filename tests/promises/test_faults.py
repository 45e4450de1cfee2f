"""Every fault at every point of a load, with one worker and with eight: the whole frame or a named error."""

from __future__ import annotations

import contextlib
import gzip
import json
import logging
import socket
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pandas as pd
import pytest
from changing_rows import rows_of
from effort import EFFORT
from fake_time import FakeTime
from key_search import KEY, leaks
from requests.adapters import HTTPAdapter
from tls import TlsFront

import galtea_frames as gf
from galtea_frames import sample
from galtea_frames.api.answers import ask
from galtea_frames.api.transport import Transport
from galtea_frames.sample import (
    Answer,
    Cut,
    Garbled,
    Hangup,
    HtmlPage,
    Message,
    Pause,
    RawPage,
    Redirect,
    Reply,
    Request,
    SampleApi,
    Stall,
    Truncated,
    TruncatedGzip,
)

if TYPE_CHECKING:
    import requests

    from galtea_frames.api.connections import Session
    from galtea_frames.sample.answers import Move

pytestmark = pytest.mark.uncounted

UNKNOWN_HOST = "no-such-host.invalid"

#: How often a fault happens that passes.
TWICE = 2

#: Seconds: after which a case that has not ended never will, on the busiest machine; and the timeout that keeps stalls
#: short.
EVER, READ_TIMEOUT = 600, 0.15

#: Amid rows that each have their own time stands a group of one time that is larger than a page.
PAGE_SIZE = 7
SESSIONS = [
    # Ids so long that no single request can ask for all of them.
    each | {"id": f"{each['id']}_{'0' * 52}", "versionId": f"version_{number % 5}", "context": {"value": f"№ {number}"}}
    for number, each in enumerate(rows_of([1] * 9 + [9] + [1] * 9))
]
VERSIONS = [
    {"id": f"version_{number}", "name": f"1.{number}", "createdAt": f"2026-01-01T0{number}:00:00.000Z"}
    for number in range(5)
]
TIMES = [each["createdAt"] for each in SESSIONS]
TIE = TIMES[9]

IDS = [each["id"] for each in SESSIONS]

Load = Callable[[gf.Client], pd.DataFrame]


# Places


def first(request: Request, name: str) -> str:
    """The value of a parameter, or nothing."""
    return next(iter(request.values(name)), "")


def start(request: Request) -> str:
    """Where in time a page begins."""
    return first(request, "fromCreatedAt")


def is_page(request: Request) -> bool:
    """Whether a request is one of the walk through sessions."""
    return request.path == "/sessions" and "asc" in request.values("sort")


def everything(client: gf.Client) -> pd.DataFrame:
    """All sessions."""
    return gf.load_sessions(client=client, nested="json")


def joined(client: gf.Client) -> pd.DataFrame:
    """All sessions with their versions."""
    return gf.load_sessions_with_versions(client=client, nested="json")


def by_id(client: gf.Client) -> pd.DataFrame:
    """All sessions, by their ids."""
    return gf.load_sessions(client=client, nested="json", ids=IDS)


@dataclass(frozen=True)
class Place:
    """A place in a load.

    Attributes:
        load: the load.
        holds: whether a request is at this place; each load makes such requests, whatever its workers do.
    """

    load: Load
    holds: Callable[[Request], bool]


PLACES = {
    "first page": Place(everything, lambda each: is_page(each) and not start(each)),
    "middle": Place(everything, lambda each: is_page(each) and TIMES[0] < start(each) < TIE),
    "tie group": Place(everything, lambda each: is_page(each) and start(each) == TIE and first(each, "offset") > "0"),
    "last page": Place(everything, lambda each: is_page(each) and TIMES[-PAGE_SIZE - 1] < start(each) < TIMES[-1]),
    "end": Place(everything, lambda each: is_page(each) and start(each) == TIMES[-1]),
    "version fetch": Place(joined, lambda each: each.path == "/versions"),
    "ids batch": Place(by_id, lambda each: IDS[-1] in each.values("ids")),
}


# Faults


@dataclass(frozen=True)
class Sends:
    """An answer made of the normal one."""

    made: Callable[[Message], list[Move]]

    def moves(self, normal: Message) -> Iterator[Move]:
        """What goes over the wire."""
        return iter(self.made(normal))


@dataclass(frozen=True)
class Elsewhere:
    """The request goes to another address, one of `addresses`, and not to the API."""

    name: str


@dataclass(frozen=True)
class StallInHeaders:
    """Some of the headers, and then nothing for a while."""

    def moves(self, normal: Message) -> Iterator[Move]:
        """A part of the headers, and a pause."""
        yield normal.head[:40]
        yield Pause(60)
        yield b""


@dataclass(frozen=True)
class TooSlow:
    """The answer of which something comes every now and then, until the client's clock has run out."""

    def moves(self, normal: Message) -> Iterator[Move]:
        """A part of the headers, and a pause."""
        yield normal.head[:40]
        yield Pause(EVER)
        yield b""


class Clocks:
    """Clocks of the threads that ask: each stands still until an answer to its request is too slow."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._asking = threading.local()
        self.slow: set[str] = set()
        patch.setattr("galtea_frames.api.connections.time", SimpleNamespace(monotonic=self._now))
        patch.setattr("galtea_frames.api.transport.ask", self._ask)

    def _now(self) -> float:
        return 1e9 if getattr(self._asking, "url", "") in self.slow else 0.0

    def _ask(self, session: Session, url: str, *limits: Any) -> Any:  # noqa: ANN401 - as its own
        _, _, path, query, _ = urlsplit(url)
        self._asking.url = f"{path}?{query}"
        try:
            return ask(session, url, *limits)
        finally:
            self.slow.discard(self._asking.url)
            self._asking.url = ""


def headed(**headers: str) -> Sends:
    """The normal body under other headers."""
    return Sends(lambda normal: [(changed := normal.with_body(normal.body, **headers)).head + changed.body])


def chunked(*chunks: bytes) -> Sends:
    """A body in chunks, as a proxy sends it."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    return Sends(lambda _: [head + b"".join(chunks), Hangup(reset=False)])


def with_half_a_length(normal: Message) -> list[Move]:
    """The whole body under a header that promises less."""
    changed = normal.with_body(normal.body, Content_Length=str(len(normal.body) // 2))
    return [changed.head + changed.body]


def with_wrong_checksum(normal: Message) -> list[Move]:
    """The body compressed, and in it a bit that fell over."""
    body = gzip.compress(normal.body * 2)
    changed = normal.with_body(body[:-8] + bytes([body[-8] ^ 1]) + body[-7:], Content_Encoding="gzip")
    return [changed.head + changed.body]


def to_itself(request: Request) -> Answer:
    """A redirect to the same request."""
    return Redirect(f"{request.path}?{request.query_string}")


def to_another_origin(request: Request) -> Answer | None:
    """A redirect to the same server by another name."""
    host = request.header("Host")
    target = f"http://{host.replace('127.0.0.1', 'localhost')}{request.path}?{request.query_string}"
    return None if host.startswith("localhost") else Redirect(target)


Outcome = type[gf.GalteaFramesError] | None


@dataclass(frozen=True)
class Fault:
    """What goes wrong, and what comes of it: an error, or None for the whole frame.

    Attributes:
        happens: the answer, or where the request goes instead.
        lasting: what comes of it when it happens to every request from some place on.
        passing: what comes of it when it happens twice at that place.
        but: both of these, at places where they differ.
    """

    happens: Answer | Elsewhere | Callable[[Request], Answer | None]
    lasting: Outcome
    passing: Outcome = None
    but: Mapping[str, tuple[Outcome, Outcome]] = field(default_factory=dict)

    def outcome(self, place: str, *, lasting: bool) -> Outcome:
        """What comes of it at a place."""
        of_lasting, of_passing = self.but.get(place, (self.lasting, self.passing))
        return of_lasting if lasting else of_passing

    def limits(self, *, lasting: bool) -> dict[str, Any]:
        """Limits of the client: no fault of time that a slow machine adds may end a load."""
        if isinstance(self.happens, Stall | StallInHeaders):
            # Good answers that come late are asked for again; the waits between are not real.
            often = 2 if lasting else 100
            return {"read_timeout": READ_TIMEOUT, "max_attempts": often, "max_elapsed": 1_000_000}
        return {"read_timeout": EVER, "max_attempts": 2 if lasting else 6}


def refused(kind: Outcome = gf.RequestError) -> tuple[Outcome, Outcome]:
    """What comes of a fault after which nothing is tried again, lasting or passing."""
    return kind, kind


#: All of the matrix, unless less is asked for than a check of a change.
WORKERS = [1, 8] if EFFORT >= 1 else [8]
SPARING = 1 if EFFORT >= 1 else 3

FAULTS = {
    # No connection
    "DNS failure": Fault(Elsewhere("unknown host"), gf.RequestError),
    "refused": Fault(Elsewhere("closed port"), gf.RequestError),
    "certificate error": Fault(Elsewhere("unknown authority"), *refused()),
    "TLS handshake cut": Fault(Elsewhere("cut handshake"), gf.RequestError),
    # An answer that does not arrive
    "reset before": Fault(Cut("before"), gf.RequestError),
    "reset in the headers": Fault(Cut("headers"), gf.RequestError),
    "reset in the body": Fault(Cut("body"), gf.RequestError),
    "closed before": Fault(Sends(lambda _: [Hangup(reset=False)]), gf.RequestError),
    "closed in the headers": Fault(Sends(lambda normal: [normal.head[:40], Hangup(reset=False)]), gf.ResponseError),
    "stall before": Fault(Stall(60), gf.RequestError),
    "stall in the headers": Fault(StallInHeaders(), gf.RequestError),
    "stall in the body": Fault(Stall(60, "body"), gf.RequestError),
    # Pages and ids are asked for in halves then.
    "trickle": Fault(TooSlow(), gf.RequestError),
    # An answer that is not HTTP, or not whole
    "not HTTP": Fault(
        Sends(lambda _: [f"SSH-2.0-{'x' * 262} Bearer {KEY}\r\n".encode(), Hangup(reset=False)]), gf.RequestError
    ),
    "a header without end": Fault(
        Sends(lambda _: [b"HTTP/1.1 200 OK\r\nA: " + b"a" * 70_000, Hangup(reset=False)]), gf.RequestError
    ),
    "content length too long": Fault(Truncated(), gf.RequestError),
    "content length too short": Fault(Sends(with_half_a_length), gf.ResponseError),
    "chunked, cut": Fault(chunked(b'1000\r\n[{"id": '), gf.RequestError),
    "truncated gzip": Fault(TruncatedGzip(), gf.ResponseError),
    "gzip with a wrong checksum": Fault(Sends(with_wrong_checksum), gf.RequestError),
    # An answer that is not a page
    "wrong content type": Fault(headed(Content_Type="text/html"), None),
    "HTML with 200": Fault(HtmlPage(200), gf.ResponseError),
    "broken JSON": Fault(Garbled(), gf.ResponseError),
    "empty body": Fault(RawPage(b""), gf.ResponseError),
    "null": Fault(RawPage(b"null"), gf.ResponseError),
    "an object": Fault(RawPage(b'{"data": []}'), gf.ResponseError),
    "a list of non-objects": Fault(RawPage(b"[1, 2]"), gf.ResponseError),
    "rows without id": Fault(RawPage(b'[{"createdAt": "2026-01-01T00:00:00.000Z"}]'), gf.ResponseError),
    "rows without createdAt": Fault(RawPage(b'[{"id": "session_1"}]'), gf.ResponseError),
    # What the first request asks for is no fault in answer to it.
    "the same page for ever": Fault(
        RawPage(json.dumps(SESSIONS[:PAGE_SIZE], ensure_ascii=False, separators=(",", ":")).encode()),
        *refused(gf.ResponseError),
        but={"first page": (gf.ResponseError, None)},
    ),
    # Elsewhere
    "redirect to itself": Fault(to_itself, gf.RequestError),
    "redirect to another origin": Fault(to_another_origin, *refused()),
    # Refusals
    "206": Fault(Reply(206, []), *refused()),
    "304": Fault(Reply(304), *refused()),
    "400": Fault(Reply(400, {"message": "bad"}), *refused()),
    "401": Fault(Reply(401, {"message": "who?"}), *refused(gf.AuthenticationError)),
    "403": Fault(Reply(403, {"error": "not yours"}), *refused(gf.AuthenticationError)),
    "403 in HTML": Fault(HtmlPage(403), *refused(gf.AuthenticationError)),
    # Ids are asked for in halves then, until each has an answer of its own.
    "404": Fault(
        Reply(404, {"message": "no such row"}),
        *refused(gf.NotFoundError),
        but=dict.fromkeys(("version fetch", "ids batch"), (gf.NotFoundError, None)),
    ),
    "404 in HTML": Fault(HtmlPage(404), *refused(gf.NotFoundError)),
    "404 without words": Fault(Reply(404), *refused(gf.NotFoundError)),
    # So they are here.
    "413": Fault(Reply(413), gf.RequestError),
    "429": Fault(Reply(429, {"message": "slow down"}, {"Retry-After": "7"}), gf.RequestError),
    "429 for an hour": Fault(Reply(429, b"", {"Retry-After": "3600"}), *refused()),
    "500": Fault(Reply(500, "panic"), gf.RequestError),
    "502 in HTML": Fault(HtmlPage(502, "Bad Gateway"), gf.RequestError),
    "503 for an hour": Fault(Reply(503, b"", {"Retry-After": "3600"}), *refused()),
    "504": Fault(Reply(504), gf.RequestError),
}


# The run of one case


class Strikes:
    """Says which requests the fault happens to.

    Attributes:
        struck: how many it has happened to.
    """

    def __init__(self, place: Place, *, lasting: bool) -> None:
        self._place = place
        self._lasting = lasting
        self._lock = threading.Lock()
        self.struck = 0

    def __call__(self, request: Request) -> bool:
        """Whether it happens to this one: twice at its place, or to all from there on."""
        with self._lock:
            begins = self.struck < TWICE and self._place.holds(request)
            happens = begins or (self._lasting and self.struck > 0)
            self.struck += happens
            return happens


@pytest.fixture(scope="module")
def api() -> Iterator[SampleApi]:
    """One API for all cases."""
    with sample.serve(SESSIONS, VERSIONS) as serving:
        yield serving


@contextlib.contextmanager
def hanging_up() -> Iterator[str]:
    """An address at which each connection ends as soon as it is made."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    listening.accept()[0].close()

        threading.Thread(target=accept, daemon=True).start()
        yield f"https://localhost:{listening.getsockname()[1]}"
        listening.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="module")
def addresses(api: SampleApi) -> Iterator[dict[str, str]]:
    """Addresses at which no answer is to be had."""
    # Bound, so that nobody else gets the port, and not listening.
    with TlsFront(api.url) as front, hanging_up() as cut, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        yield {
            "unknown host": f"http://{UNKNOWN_HOST}",
            "closed port": f"http://127.0.0.1:{closed.getsockname()[1]}",
            "unknown authority": front.url,
            "cut handshake": cut,
        }


@pytest.fixture(scope="module")
def truth(api: SampleApi) -> dict[Load, pd.DataFrame]:
    """What each load returns where nothing goes wrong."""
    with gf.Client(api.api_key, api.url) as client:
        return {load: load(client) for load in {place.load for place in PLACES.values()}}


def resolve(host: str, *arguments: Any, _resolve: Callable[..., Any] = socket.getaddrinfo) -> Any:  # noqa: ANN401 - as its own
    """Resolve a name, but not that one: a name server that is slow to say no would be none of the test's business."""
    if host == UNKNOWN_HOST:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    return _resolve(host, *arguments)


def make_happen(
    fault: Fault, strikes: Strikes, api: SampleApi, addresses: dict[str, str], patch: pytest.MonkeyPatch
) -> None:
    """Let the API answer as the fault has it, or requests go astray before they reach it."""
    happens = fault.happens
    if isinstance(happens, Elsewhere):
        address, send = addresses[happens.name], HTTPAdapter.send

        def send_astray(adapter: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # noqa: ANN401 - as its own
            _, _, path, query, _ = urlsplit(str(request.url))
            if strikes(Request(0, "GET", path, query, {})):
                request.url = f"{address}{path}?{query}"
            return send(adapter, request, **options)

        patch.setattr(HTTPAdapter, "send", send_astray)
        patch.setattr(socket, "getaddrinfo", resolve)
    else:
        clocks = Clocks(patch) if isinstance(happens, TooSlow) else None
        answer = happens if callable(happens) else lambda _: happens

        def struck(request: Request) -> Answer | None:
            if not strikes(request):
                return None
            if clocks:
                clocks.slow.add(f"{request.path}?{request.query_string}")
            return answer(request)

        api.answers = struck


def in_time(load: Load, client: gf.Client) -> pd.DataFrame | gf.GalteaFramesError:
    """What a load comes to; it is an error of the test when it takes too long."""
    came: list[pd.DataFrame | gf.GalteaFramesError] = []

    def run() -> None:
        try:
            came.append(load(client))
        except gf.GalteaFramesError as error:
            came.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(EVER)
    assert came, "neither a frame nor an error of the package in time"
    return came[0]


@pytest.fixture
def shown(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Callable[[], object]:
    """All that was logged and printed until it is called."""
    caplog.set_level(logging.DEBUG)
    return lambda: (caplog.text, capfd.readouterr())


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("place", list(PLACES)[::SPARING])
@pytest.mark.parametrize("lasting", [False, True], ids=["passing", "lasting"])
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_leaves_the_whole_frame_or_a_named_error(
    *,
    name: str,
    lasting: bool,
    place: str,
    workers: int,
    api: SampleApi,
    addresses: dict[str, str],
    truth: dict[Load, pd.DataFrame],
    shown: Callable[[], object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever goes wrong, wherever, once or for good: all rows or the error of the table, soon, without the key."""
    fault, at = FAULTS[name], PLACES[place]
    strikes = Strikes(at, lasting=lasting)
    api.reset()
    make_happen(fault, strikes, api, addresses, monkeypatch)
    clock = FakeTime()
    with (
        warnings.catch_warnings(record=True) as warned,
        gf.Client(
            KEY,
            api.url,
            page_size=PAGE_SIZE,
            max_workers=workers,
            progress=False,
            **fault.limits(lasting=lasting),
        ) as client,
    ):
        client.transport = Transport(client.settings, sleep=clock.sleep, clock=clock.clock)
        came = in_time(at.load, client)
    assert strikes.struck
    expected = fault.outcome(place, lasting=lasting)
    if expected is None:
        assert isinstance(came, pd.DataFrame), came
        pd.testing.assert_frame_equal(truth[at.load], came)
    else:
        assert isinstance(came, expected), came
    told = (came, traceback.format_exception(came)) if isinstance(came, Exception) else came.attrs
    assert [] == leaks(told, shown(), [str(each.message) for each in warned])
    assert [] == warned


@pytest.mark.parametrize("load", [everything, joined, by_id], ids=lambda load: load.__name__)
def test_the_truth_is_what_the_api_holds(load: Load, truth: dict[Load, pd.DataFrame]) -> None:
    """What the cases above compare with are the very rows of the stand-in, so that they prove something."""
    frame = truth[load]
    expected = sorted(SESSIONS, key=lambda each: (each["createdAt"], each["id"]))
    columns = frame["id"], frame["version_id"], [json.loads(each)["value"] for each in frame["context"]]
    assert [(each["id"], each["versionId"], each["context"]["value"]) for each in expected] == list(
        zip(*columns, strict=True)
    )
    if load is joined:
        names = {each["id"]: each["name"] for each in VERSIONS}
        assert [names[each["versionId"]] for each in expected] == frame["version.name"].tolist()


@pytest.mark.parametrize("status", range(400, 600, SPARING))
def test_each_status_is_tried_again_or_a_named_error(status: int, api: SampleApi) -> None:
    """Of all statuses from 400 to 599 those that may pass are tried again, and the others are an error at once."""
    api.reset()
    api.answers = [Reply(status, {"message": "no"}), None]
    clock = FakeTime()
    with gf.Client(KEY, api.url, page_size=PAGE_SIZE, max_workers=1) as client:
        client.transport = Transport(client.settings, sleep=clock.sleep, clock=clock.clock)
        came = in_time(lambda client: gf.load_sessions(client=client, sort="created_at", limit=2), client)
    if status in {408, 413, 425, 429, 500, 502, 503, 504}:
        assert isinstance(came, pd.DataFrame), came
        assert IDS[:2] == came["id"].tolist()
    else:
        named = {401: gf.AuthenticationError, 403: gf.AuthenticationError, 404: gf.NotFoundError}
        assert isinstance(came, named.get(status, gf.RequestError)), came
        assert f"answered {status} (no)" in str(came)
