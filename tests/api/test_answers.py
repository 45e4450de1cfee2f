"""Hostile answers: decompression bombs, endless bodies, odd headers; missing proxies and certificates."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
import warnings
import zlib
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from changing_rows import rows_of
from effort import times
from fake_time import FakeTime
from hypothesis import given, settings
from hypothesis import strategies as st
from tls import TlsFront

import galtea_frames as gf
from galtea_frames import sample
from galtea_frames.api.bodies import CHUNK, BodyTooLargeError, BrokenBodyError, ShortBodyError, decode_body
from galtea_frames.api.refusals import retry_after_seconds
from galtea_frames.api.transport import Transport
from galtea_frames.sample import Answer, Hangup, Message, RawPage, Reply, Request, SampleApi

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from galtea_frames.sample.answers import Move

MB = 1_000_000
BLANKS = b" " * MB


# Bodies


@cache
def compressed(size: int, layout: int = 31) -> bytes:
    """So many megabytes of blanks."""
    packing = zlib.compressobj(wbits=layout)
    return b"".join(packing.compress(BLANKS) for _ in range(size)) + packing.flush()


class Sends:
    """An answer made anew for each request, of parts that may be without end.

    Args:
        parts: makes the body as it goes over the wire.
        headers: what is said of it.
        status: the status.
    """

    def __init__(self, parts: Callable[[], Iterator[bytes]], *headers: str, status: int = 200) -> None:
        self._parts = parts
        self._head = "\r\n".join([f"HTTP/1.1 {status} Said", "Content-Type: application/json", *headers, "", ""])

    def moves(self, normal: Message) -> Iterator[Move]:
        """What goes over the wire."""
        del normal
        yield self._head.encode()
        yield from self._parts()
        yield Hangup(reset=False)


def chunks(part: bytes, count: int) -> Callable[[], Iterator[bytes]]:
    """A body in so many chunks."""
    framed = f"{len(part):x}\r\n".encode() + part + b"\r\n"
    return lambda: iter([framed] * count)


GZIP, CHUNKED = "Content-Encoding: gzip", "Transfer-Encoding: chunked"
BOMB, PART = compressed(150), compressed(10)

#: Bodies of some hundred megabytes, most of them from a few kilobytes.
BOMBS: dict[str, tuple[Callable[[], Iterator[bytes]], list[str]]] = {
    "gzip": (lambda: iter([BOMB]), [GZIP]),
    "gzip in gzip": (lambda: iter([gzip.compress(BOMB)]), ["Content-Encoding: gzip, gzip"]),
    "deflate": (lambda: iter([compressed(150, 15)]), ["Content-Encoding: deflate"]),
    "bare deflate": (lambda: iter([compressed(150, -15)]), ["Content-Encoding: Deflate"]),
    "parts of gzip": (lambda: iter([PART] * 15), ["Content-Encoding: x-gzip"]),
    "chunks": (chunks(BLANKS[:50_000], 3_000), [CHUNKED]),
    "chunks of gzip": (chunks(PART, 15), [CHUNKED, GZIP]),
    "chunks of nothing": (chunks(gzip.compress(b"") * 2_000, 6_000), [CHUNKED, GZIP]),
    "a true length": (lambda: iter([BLANKS] * 150), [f"Content-Length: {150 * MB}"]),
    "no length": (lambda: iter([BLANKS] * 150), []),
}

#: Loads whatever it is told to by a line; says what came of it, and how many megabytes more memory it took at its peak.
LOADS = """
import resource
import sys

import galtea_frames as gf

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1_000

resource.setrlimit(resource.RLIMIT_AS, (6_000_000_000,) * 2)
client = gf.Client(max_workers=2, max_attempts=1, page_size=8, max_response_bytes=10_000_000)
gf.load_versions(client=client)
for line in sys.stdin:
    before = peak()
    try:
        came = str(len(gf.load_sessions(custom_ids=line.strip(), client=client)))
    except gf.GalteaFramesError as error:
        came = f"{type(error).__name__} {error}"
    print(peak() - before, came, flush=True)
"""


def test_no_answer_takes_more_memory_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a body grows to, with whatever status: pages are halved, or there is one error; memory stays small."""
    cases = [f"{name}|{status}" for name in BOMBS for status in (200, 302, 401, 503)]

    def answer(request: Request) -> Answer | None:
        if request.path == "/versions":
            return None
        name, _, status = request.values("customIds")[0].partition("|")
        parts, headers = BOMBS[name]
        location = [f"Location: /sessions?{request.query_string}"] if status == "302" else []
        return Sends(parts, *headers, *location, status=int(status))

    said = {
        "200": "ResponseError /sessions answered more than 10,000,000 bytes for one row: raise max_response_bytes=",
        "302": "RequestError cannot use .*: more than 5 redirects",
        "401": "AuthenticationError /sessions answered 401 .*",
        "503": "RequestError /sessions answered 503 .* after 1 attempt",
    }
    with sample.serve([], 3, answers=answer) as api:
        monkeypatch.setenv("GALTEA_API_KEY", api.api_key)
        monkeypatch.setenv("GALTEA_API_URL", api.url)
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", LOADS]
        done = subprocess.run(  # noqa: S603 - our own
            command, input="\n".join(cases), capture_output=True, text=True, check=True, env=environment
        )
        asked = [request.values("limit") for request in api.requests if request.values("customIds") == ["gzip|200"]]
    lines = done.stdout.splitlines()
    assert len(cases) == len(lines)
    for case, line in zip(cases, lines, strict=True):
        megabytes, _, came = line.partition(" ")
        assert re.match(said[case.partition("|")[2]], came), (case, came)
        assert len(came) < 500
        assert int(megabytes) < 60, (case, line)
    assert [["8"], ["4"], ["2"], ["1"]] == asked


def test_a_page_that_is_too_large_is_asked_for_in_halves() -> None:
    """All rows come, though not as many at once as were asked for."""
    records = [each | {"context": {"value": "x" * 50_000}} for each in rows_of([1] * 40 + [9])]
    with (
        sample.serve(records, []) as api,
        gf.Client(api.api_key, api.url, page_size=32, max_workers=1, max_response_bytes=600_000) as client,
    ):
        frame = gf.load_sessions(client=client)
        by_id = gf.load_sessions(client=client, ids=frame["id"])
        sizes = [int(request.values("limit")[0]) for request in api.requests if request.values("limit")]
    assert sorted(each["id"] for each in records) == sorted(frame["id"]) == sorted(by_id["id"])
    assert [32, 16, 8] == sizes[:3]
    assert max(sizes[2:]) == 16


@pytest.mark.parametrize("most", [6_000, 5_999])
def test_the_bound_is_of_the_bytes_that_are_read(most: int) -> None:
    """Just as many bytes are fine, one more is an error, in however few they were sent."""
    page = json.dumps([{"id": "a", "createdAt": "2026-01-01T00:00:00Z"}]).encode().ljust(6_000)
    end = RawPage(b"[]")
    answers: Callable[[Request], Answer] = lambda request: end if request.values("offset") else RawPage(page)  # noqa: E731
    with (
        sample.serve([], [], answers=answers) as api,
        gf.Client(api.api_key, api.url, page_size=1, max_response_bytes=most) as client,
    ):
        if most == len(page):
            assert ["a"] == gf.load_sessions(client=client)["id"].tolist()
        else:
            with pytest.raises(gf.ResponseError, match="more than 5,999 bytes"):
                gf.load_sessions(client=client)


LAYOUTS = {"gzip": 31, "x-gzip": 31, "deflate": 15, "bare": -15}


def packed(body: bytes, coding: str, parts: int) -> bytes:
    """A body as a server sends it; of gzip, one part may follow another."""
    size = -(-len(body) // parts) or 1 if "gzip" in coding else len(body) or 1
    made = b""
    for first in range(0, len(body) or 1, size):
        packing = zlib.compressobj(wbits=LAYOUTS[coding])
        made += packing.compress(body[first : first + size]) + packing.flush()
    return made


@settings(max_examples=times(100))
@given(
    text=st.binary(min_size=1, max_size=40),
    size=st.integers(0, 3 * CHUNK),
    codings=st.lists(st.sampled_from([*LAYOUTS, "identity"]), max_size=3),
    cut=st.integers(1, 5_000),
    parts=st.integers(1, 3),
)
def test_a_body_comes_as_it_was(text: bytes, size: int, codings: list[str], cut: int, parts: int) -> None:
    """However it is compressed and cut into chunks, it comes whole; a byte that is missing or too many is an error."""
    body = sent = (text * size)[:size]
    most = size
    for coding in codings:
        if coding in LAYOUTS:
            sent = packed(sent, coding, parts)
        most = max(most, len(sent))
    header = ", ".join("deflate" if each == "bare" else each for each in codings)

    def read(whole: bytes, bound: int) -> bytes:
        return b"".join(decode_body((whole[at : at + cut] for at in range(0, len(whole), cut)), header, bound))

    assert body == read(sent, most)
    if most:
        with pytest.raises(BodyTooLargeError):
            read(sent, most - 1)
    if codings and codings[-1] in LAYOUTS:
        with pytest.raises(BrokenBodyError):
            read(sent[:-1], most)


@pytest.mark.parametrize(
    ("coding", "body", "error", "words"),
    [
        ("gzip", b"[]", BrokenBodyError, "broken"),
        ("gzip", gzip.compress(b"[]", mtime=0)[:-3], ShortBodyError, "ends in the middle"),
        ("gzip", gzip.compress(b"[]", mtime=0)[:-5] + b"abcde", BrokenBodyError, "broken"),
        ("deflate", b"\x78\x9c\xff", BrokenBodyError, "broken"),
        ("br", b"[]", BrokenBodyError, "not asked for"),
        ("zstd", b"[]", BrokenBodyError, "not asked for"),
        ("gzip, odd", b"[]", BrokenBodyError, "not asked for"),
    ],
)
def test_a_body_that_is_not_what_is_said_of_it(coding: str, body: bytes, error: type[Exception], words: str) -> None:
    """It is an error, never a part."""
    with pytest.raises(error, match=words):
        b"".join(decode_body([body], coding, 1_000))


def test_padding_behind_a_compressed_body_is_no_part_of_it() -> None:
    """Some servers send some; of deflate nothing follows the end."""
    assert [b"[]"] * 2 == [
        b"".join(decode_body([packed + b"\0\0", b"\0"], coding, 1_000))
        for coding, packed in (("gzip", gzip.compress(b"[]", mtime=0)), ("deflate", zlib.compress(b"[]")))
    ]


@pytest.mark.parametrize(
    "broken", [sample.Cut("body"), sample.Truncated(), sample.TruncatedGzip(), sample.Stall(6_000, "body")], ids=repr
)
def test_a_refusal_that_is_cut_is_asked_for_again(broken: Answer) -> None:
    """What a 404 means stands in its body: half of one is not taken for that of a wrong address."""

    @dataclass(frozen=True)
    class CutRefusal:
        def moves(self, normal: Message) -> Iterator[Move]:
            """The refusal, on its way to which something happens."""
            said = json.dumps({"message": "no such row", "more": "x" * 2_000}).encode()
            return broken.moves(replace(normal.with_body(said), status=404))

    clock, answers = FakeTime(), [CutRefusal(), CutRefusal()]
    limits: dict[str, Any] = {"read_timeout": 0.2, "max_attempts": 100, "max_elapsed": 1_000_000}
    with (
        sample.serve([], 0, answers=answers, gzip=False) as api,
        gf.Client(api.api_key, api.url, **limits) as client,
    ):
        client.transport = Transport(client.settings, sleep=clock.sleep, clock=clock.clock)
        assert 0 == len(gf.load_sessions(client=client))
        assert len(api.requests) >= 3


# Words and headers


@pytest.mark.parametrize(
    "body",
    [
        b"<h1" * 70_000,
        b"<title>" * 30_000,
        b"<" * 200_000,
        b"<h1>" + b"</h2" * 50_000,
        b"<title " + b"a=b " * 50_000,
        b'{"message": ' + b"[" * 100_000,
        b'{"message": ' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"message": ' + b"9" * 100_000 + b"}",
        b'{"message": "' + b"\\u0000" * 30_000 + b'"}',
        b"\xff" * 200_000,
        b"[" * 200_000,
        b'{"a":' * 100_000,
    ],
    ids=lambda body: repr(body[:20]),
)
@pytest.mark.parametrize("status", [400, 401, 404, 503])
def test_words_made_to_hurt_are_one_short_line(status: int, body: bytes) -> None:
    """Whatever an error's body is, it is gone through once, and said in one error of the package."""
    with (
        sample.serve(3, 1, answers=lambda _: Sends(lambda: iter([body]), status=status)) as api,
        gf.Client(api.api_key, api.url, max_attempts=1) as client,
        pytest.raises(gf.RequestError, match=f"answered {status}") as caught,
    ):
        gf.load_sessions(client=client)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("9" * 400, 1e9),
        ("9" * 5_000, 1e9),
        ("Sun, 01 Mar 999999999999999999 10:00:07 GMT", None),
        ("Sun, 01 Mar 9999 10:00:07 GMT", 1e9),
        ("Sun, 01 Mar 0001 10:00:07 GMT", 0.0),
        ("Sun, 01 Mar 2026 10:00:07 +9999", None),
        ("Sun, 01 Mar 2026 99999999999999999999:00:07 GMT", None),
        ("1 " * 10_000, None),
        ("٣", 3.0),
    ],
)
def test_a_wait_that_nobody_can_count(header: str, expected: float | None) -> None:
    """A time to come back in an odd year is as good as never, or no time at all."""
    assert expected == retry_after_seconds(header, 1_772_359_200.0)


@settings(max_examples=times(300))
@given(
    st.text(max_size=60)
    | st.from_regex(r"(Sun, )?\d{1,9} (Mar|Feb) -?\d{1,25} \d{1,9}:\d{1,9}(:\d{1,9})?( [+-]\d{1,9}| GMT)?")
)
def test_any_time_to_come_back_is_a_number_or_none(header: str) -> None:
    """No header is an error of some library."""
    found = retry_after_seconds(header, 1_772_359_200.0)
    assert found is None or 0 <= found <= 1e9


def test_a_limit_for_ever_is_told_in_few_digits() -> None:
    """A client that is to come back in some thousand years says so at once, and the next time too."""
    clock = FakeTime()
    with sample.serve(3, 1, answers=[Reply(429, b"", {"Retry-After": "9" * 300})]) as api:
        with gf.Client(api.api_key, api.url) as client:
            client.transport = Transport(client.settings, sleep=clock.sleep, clock=clock.clock)
            for words in ("asks to wait 1e[+]09 s", "asks to wait 1000000000 s"):
                with pytest.raises(gf.RequestError, match=words):
                    gf.load_versions(client=client)
        assert 1 == len(api.requests)


# Proxies and certificates


def refusal(url: str, **more: Any) -> str:  # noqa: ANN401 - settings are of several types
    """The words of the error that a load ends with, which is one of the package."""
    with (
        gf.Client(sample.server.API_KEY, url, max_attempts=1, **more) as client,
        pytest.raises(gf.RequestError) as caught,
    ):
        gf.load_versions(client=client)
    return str(caught.value)


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that names no proxy and no certificates."""
    for name in ("HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        for each in (name, name.lower()):
            monkeypatch.delenv(each, raising=False)
    return monkeypatch


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_dead_proxy_is_named(plain: pytest.MonkeyPatch, variable: str) -> None:
    """With host and port, and without the name and password that stand before them."""
    plain.setenv(variable, "http://someone:s3cret%21@127.0.0.1:9/")
    words = refusal("https://galtea.example")
    assert re.fullmatch(
        r"https://galtea.example/versions failed \(.*refused through the proxy 127\.0\.0\.1:9/\) after 1 attempt: check"
        r" the network, and the proxy \(HTTPS_PROXY, NO_PROXY\)",
        words,
    )
    assert "s3cret" not in words
    assert "someone" not in words


@pytest.mark.parametrize(
    "proxy",
    [
        "http://someone:s3cret@127.0.0.1:99999",
        "http://someone:s3cret@[bad",
        "http://someone:s3/cret@127.0.0.1:9",
        "someone:s3cret@127.0.0.1:9",
        "ftp://someone:s3cret@127.0.0.1:9",
        "socks5://someone:s3cret@127.0.0.1:9",
        "http://someone:s3cret@a..b:9",
        "http://someone:s3cret@a b:9",
        "http://someone:s3cret@127.0.0.1:abc",
        "http://someone:s3cret@",
        f"http://someone:s3cret@{'a' * 300}:9",
    ],
)
def test_a_proxy_that_is_none_is_one_line_without_its_password(plain: pytest.MonkeyPatch, proxy: str) -> None:
    """Whatever the variable holds, the error is the package's, and says that it is the proxy."""
    plain.setenv("HTTPS_PROXY", proxy)
    words = refusal("https://galtea.example")
    assert re.search("through the proxy|names a proxy with what is no address", words)
    assert "\n" not in words
    assert [] == [each for each in ("s3cret", "someone", "s3/cret", "cret@") if each in words]


def test_a_proxy_that_lets_nobody_through_is_named(plain: pytest.MonkeyPatch) -> None:
    """A proxy that answers, but not with a tunnel."""
    with sample.serve(1, 1) as proxy:
        plain.setenv("HTTPS_PROXY", proxy.url.replace("//", "//someone:s3cret@"))
        words = refusal("https://galtea.example")
    assert f"through the proxy {proxy.url.removeprefix('http://')}" in words
    assert "s3cret" not in words


def test_no_proxy_no_word_of_one(plain: pytest.MonkeyPatch) -> None:
    """An API on this machine is asked directly, whatever the environment names, and one that is exempt as well."""
    plain.setenv("ALL_PROXY", "http://127.0.0.1:9")
    plain.setenv("NO_PROXY", "localhost")
    assert ["proxy" in refusal(url) for url in ("http://127.0.0.1:9", "https://localhost:9")] == [False, False]


#: What a file of certificates may hold; None for no such file.
BUNDLES: dict[str, bytes | None] = {
    "nothing": b"",
    "words": b"certificates!",
    "bytes": bytes(range(256)) * 99,
    "half of one": b"-----BEGIN CERTIFICATE-----\nMIIB",
    "no file": None,
    "a folder": None,
    "a name too long": None,
}
PLACES = {"no file": "gone.pem", "a folder": "", "a name too long": "x" * 5_000}


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
@pytest.mark.parametrize("bundle", BUNDLES)
def test_certificates_that_are_none_are_one_line(
    plain: pytest.MonkeyPatch, tmp_path: Path, bundle: str, variable: str, api: SampleApi
) -> None:
    """Whatever the file is that the environment names, the error is the package's, and names the variable."""
    with TlsFront(api.url) as front:
        file = tmp_path / PLACES.get(bundle, "bundle.pem")
        if (held := BUNDLES[bundle]) is not None:
            file.write_bytes(held)
        plain.setenv(variable, str(file))
        words = refusal(front.url)
    assert re.match(f"cannot use {front.url}: .*certificates are those of {variable}", words), words
    assert len(words) < 600


@pytest.fixture(scope="module")
def api() -> Iterator[SampleApi]:
    """An API for tests that only need one to be there."""
    with sample.serve(1, 1) as serving:
        yield serving


# Values of any length


LONG = "ab" * 1_000_000
DATED = "2026-01-01T00:00:00Z"

#: Rows with one value of two megabytes each.
ROWS: dict[str, dict[str, Any]] = {
    "createdAt": {"id": "a", "createdAt": LONG},
    "createdAt that is almost one": {"id": "a", "createdAt": f"{DATED[:-1]}.{'1' * 2_000_000}Z"},
    "id": {"id": LONG, "createdAt": DATED},
    "status": {"id": "a", "createdAt": DATED, "status": LONG},
    "deletedAt": {"id": "a", "createdAt": DATED, "deletedAt": LONG},
    "a key": {"id": "a", "createdAt": DATED, "metadata": {LONG: 1}},
    "a field": {"id": "a", "createdAt": DATED, LONG: 1},
    "a field of two types": {"id": "a", "createdAt": DATED, "metadata": {LONG: [1, "a"]}},
    "versionId": {"id": "a", "createdAt": DATED, "versionId": LONG},
    "no row": {"id": "a", "createdAt": [LONG]},
}

CALLS: dict[str, Callable[..., object]] = {
    "all": gf.load_sessions,
    "by id": lambda **more: gf.load_sessions(ids=[LONG, "b"], **more),
    "with versions": gf.load_sessions_with_versions,
    "parse_dates": lambda **more: gf.load_sessions(parse_dates=[LONG], **more),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("name", ROWS)
def test_no_message_quotes_a_value_at_length(name: str, call: str) -> None:
    """Neither an error nor a warning is as long as what it is about."""
    page, end = RawPage(json.dumps([ROWS[name]]).encode()), RawPage(b"[]")

    def answer(request: Request) -> Answer | None:
        return None if request.path == "/versions" else end if request.values("offset") else page

    said: list[str] = []
    with (
        warnings.catch_warnings(record=True) as warned,
        sample.serve([], 1, answers=answer) as api,
        gf.Client(api.api_key, api.url, max_attempts=1) as client,
    ):
        warnings.simplefilter("always")
        try:
            CALLS[call](client=client)
        except gf.GalteaFramesError as error:
            said.append(str(error))
    said += [str(each.message) for each in warned]
    assert [] == [each[:2_000] for each in said if len(each) > 1_000]
