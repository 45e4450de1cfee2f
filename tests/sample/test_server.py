"""The sample server: requests, latency, concurrency and shutdown."""

import builtins
import gc
import re
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

import galtea_frames.sample
from galtea_frames.sample import Request, SampleApi, Stall, serve, wire


def fetch(api: SampleApi, query: str = "", client: requests.Session | None = None) -> requests.Response:
    """What the API answers."""
    headers = {"Authorization": f"Bearer {api.api_key}"}
    get = requests.get if client is None else client.get
    return get(f"{api.url}/sessions{query}", headers=headers, timeout=600)


def test_requests_are_recorded() -> None:
    """Path, parameters, headers, times, status and rows of each request can be looked up."""
    with serve(5) as api:
        begin = time.monotonic()
        fetch(api, "?sort[]=createdAt&sort[]=asc&testIds[]=&limit=2")
        (request,) = api.requests
        assert ("GET", "/sessions", 1, 200, 2) == (
            request.method,
            request.path,
            request.number,
            request.status,
            request.rows,
        )
        expected = [("sort[]", "createdAt"), ("sort[]", "asc"), ("testIds[]", ""), ("limit", "2")]
        assert expected == request.query
        assert ["createdAt", "asc"] == request.values("sort")
        assert f"Bearer {api.api_key}" == request.header("authorization") == request.headers["Authorization"]
        assert "" == request.header("X-Unknown")
        assert begin <= request.started <= (request.ended or 0) <= time.monotonic()


def test_reset_forgets_requests_and_answers() -> None:
    """Numbers begin anew, answers to come are dropped, rows stay."""
    with serve(5) as api:
        fetch(api)
        api.answers = [Stall(30)]
        api.reset()
        assert ([], 0) == (api.requests, api.max_concurrent)
        assert 5 == len(fetch(api).json())
        assert [1] == [request.number for request in api.requests]


def test_connections_are_kept() -> None:
    """Many requests of one client need one connection."""
    with serve(5) as api, requests.Session() as client:
        for _ in range(50):
            assert 200 == fetch(api, client=client).status_code
        connections = [one for one in threading.enumerate() if "process_request_thread" in one.name]
        assert 1 == len(connections)


def test_parts_of_an_answer_are_sent_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second part of an answer does not wait until the client has acknowledged the first."""
    sent: list[int] = []

    class Watched(wire.Handler):
        def setup(self) -> None:
            super().setup()
            sent.append(self.connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    monkeypatch.setattr(wire, "Handler", Watched)
    with serve(5) as api:
        fetch(api)
    assert [True] == [bool(each) for each in sent]


def test_concurrency_is_measured() -> None:
    """The most requests that were under way at the same time."""
    together = threading.Barrier(3)

    def wait(_: SampleApi, number: int) -> None:
        if number <= 3:
            together.wait(600)

    with serve(5, on_request=wait) as api:
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda _: fetch(api), range(3)))
        assert 3 == api.max_concurrent
        fetch(api)
        assert 3 == api.max_concurrent


def test_latency_can_depend_on_the_request() -> None:
    """Big pages can be made slow: the function sees how many rows an answer holds."""
    asked = []

    def latency(request: Request) -> float:
        asked.append(request.rows)
        return 0.2 if (request.rows or 0) > 3 else 0

    with serve(5, latency=latency) as api:
        fetch(api), fetch(api, "?limit=3")
        slow, _ = ((request.ended or 0) - request.started for request in api.requests)
    assert slow >= 0.2
    assert asked == [5, 3]


def test_on_request_is_called_with_each_number() -> None:
    """It runs before the rows are chosen, so it can change them."""

    def delete_one(api: SampleApi, number: int) -> None:
        api.sessions.delete(f"s{number}")

    rows = [{"id": f"s{number}"} for number in range(1, 4)]
    with serve(rows, 0, on_request=delete_one) as api:
        assert [2, 1, 0] == [len(fetch(api).json()) for _ in range(3)]


def test_the_key_is_not_in_a_repr() -> None:
    """What is shown is the address and the counts; a request's headers are not."""
    with serve(5, 2, api_key="gsk_secret") as api:
        fetch(api)
        assert f"<SampleApi {api.url}: 5 sessions, 2 versions>" == repr(api)
        assert "gsk_secret" not in repr(api) + repr(api.requests) + repr(vars(api)["behaviour"])


def test_closing_ends_stalls_and_idle_connections() -> None:
    """It does not take as long as a client waits, and no thread remains."""
    before = set(threading.enumerate())
    with requests.Session() as idle, ThreadPoolExecutor(1) as pool:
        api = serve(5)
        fetch(api, client=idle)
        api.answers = [Stall(6_000, "body")]
        waiting = pool.submit(fetch, api)
        while len(api.requests) < 2 or api.requests[1].status is None:
            time.sleep(0.01)
        begin = time.monotonic()
        api.close()
        assert time.monotonic() - begin < 3_000
        assert isinstance(waiting.exception(timeout=600), requests.RequestException)
    assert set() == set(threading.enumerate()) - before


def test_closing_twice_is_fine_and_frees_the_port() -> None:
    """After closing nobody listens, and the port can be taken again."""
    with serve(5) as api:
        api.close()
    with pytest.raises(requests.ConnectionError):
        fetch(api)
    port = int(api.url.rpartition(":")[2])
    with serve(0, 0, port=port) as again:
        assert api.url == again.url
    gc.collect()  # a socket left open would warn here


def test_a_port_that_is_taken_is_an_os_error() -> None:
    """Neither a word on the screen nor an exit of the program."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        serve(0, 0, port=taken.getsockname()[1])


def test_clients_that_leave_do_not_disturb() -> None:
    """A connection closed before its answer is no error, nor is one that says nothing."""
    with serve(5, latency=0.1) as api:
        address = ("127.0.0.1", int(api.url.rpartition(":")[2]))
        socket.create_connection(address).close()
        with socket.create_connection(address) as impatient:
            impatient.sendall(b"GET /versions HTTP/1.1\r\n\r\n" * 3)
            impatient.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        assert 200 == fetch(api).status_code


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    """Serving is silent: no start-up banner, no log of requests."""
    with serve(5) as api:
        fetch(api)
        requests.post(api.url, timeout=600)
    assert ("", "") == tuple(capfd.readouterr())


def test_importing_needs_no_werkzeug() -> None:
    """The module costs little to import; werkzeug comes with the first server."""
    code = "import galtea_frames.sample.server, sys; print('werkzeug' in sys.modules)"
    path = Path(galtea_frames.sample.__path__[0]).parents[1]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, cwd=path)  # noqa: S603 - our own interpreter
    assert b"False" == done.stdout.strip()


def test_a_missing_werkzeug_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, with the extra's name."""
    monkeypatch.delitem(sys.modules, "galtea_frames.sample.wire", raising=False)
    monkeypatch.setitem(sys.modules, "werkzeug.serving", None)
    with pytest.raises(ImportError) as caught:
        serve(0, 0)
    assert "serving the sample API needs werkzeug: pip install 'galtea-frames[sample]'" == str(caught.value)


def test_public_names_are_sorted_and_exist() -> None:
    """What ``__all__`` promises is there."""
    names = galtea_frames.sample.__all__
    assert sorted(names, key=lambda name: (not name[0].isupper(), name)) == names
    assert all(hasattr(galtea_frames.sample, name) for name in names)
    assert not set(names) & set(dir(builtins))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"sessions": -1}, "sessions must be a number from 0, or the records themselves, not -1"),
        ({"versions": -8}, "versions must be a number from 0, or the records themselves, not -8"),
        ({"cap": 0}, "cap must be a whole number from 1, not 0"),
        ({"default_limit": -1}, "default_limit must be a whole number from 0, not -1"),
        ({"latency": -0.1}, "latency must be a number of seconds from 0, not -0.1"),
        ({"latency": float("nan")}, "latency must be a number of seconds from 0, not nan"),
        ({"latency": float("inf")}, "latency must be a number of seconds from 0, not inf"),
    ],
)
def test_what_cannot_be_served_is_refused(arguments: dict[str, Any], words: str) -> None:
    """At once, and in one line."""
    with pytest.raises(ValueError, match=re.escape(words)):
        serve(**arguments)
