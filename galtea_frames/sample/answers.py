"""Faulty answers: whatever can go wrong between an API and its client.

An answer turns the API's normal answer into the sequence of moves that is sent instead: bytes, a `Pause`, or a
`Hangup`.
"""

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """A complete HTTP response."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def head(self) -> bytes:
        """The status line and the headers, as sent."""
        phrase = HTTPStatus(self.status).phrase if self.status in _STATUSES else "Unknown"
        lines = [f"HTTP/1.1 {self.status} {phrase}", *(f"{name}: {value}" for name, value in self.headers)]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def with_body(self, body: bytes, **headers: str) -> "Message":
        """A copy with another body, and the headers that depend on it."""
        changed = {"Content-Length": str(len(body))} | {name.replace("_", "-"): headers[name] for name in headers}
        kept = tuple((name, value) for name, value in self.headers if name not in changed)
        return Message(self.status, (*kept, *changed.items()), body)


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing is sent for this many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Hangup:
    """The connection is closed normally or, with ``reset``, as if the server's process was killed."""

    reset: bool


Move = bytes | Pause | Hangup

_STATUSES = frozenset(HTTPStatus)


class Answer(Protocol):
    """An answer that replaces the API's own."""

    def moves(self, normal: Message) -> Iterator[Move]:
        """The moves to make instead of sending the normal answer."""
        ...


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete answer: status, body and headers.

    A body of bytes is sent unchanged, text as UTF-8, and anything else as JSON.
    """

    status: int = 200
    body: object = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def moves(self, normal: Message) -> Iterator[Move]:
        """The reply; the connection stays open."""
        del normal
        message = self.message()
        yield message.head + message.body

    def message(self) -> Message:
        """The reply as an HTTP response."""
        body, content_type = _encoded(self.body)
        headers = {"Content-Type": content_type, "Content-Length": str(len(body))} | dict(self.headers)
        return Message(self.status, tuple(headers.items()), body)


def _encoded(body: object) -> tuple[bytes, str]:
    if isinstance(body, bytes):
        return body, "application/json"
    if isinstance(body, str):
        return body.encode(), "text/plain; charset=utf-8"
    return json.dumps(body, ensure_ascii=False).encode(), "application/json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class HtmlPage:
    """An HTML page, as of a proxy or a login form, in place of JSON."""

    status: int = 200
    title: str = "Just a moment..."

    def moves(self, normal: Message) -> Iterator[Move]:
        """The page; the connection stays open."""
        return Reply(self.status, html(self.title), {"Content-Type": "text/html; charset=utf-8"}).moves(normal)


def html(title: str) -> bytes:
    """An HTML page such as proxies send."""
    head, body = f"<head><title>{title}</title></head>", f"<body><h1>{title}</h1></body>"
    return f"<!DOCTYPE html>\n<html>{head}{body}</html>\n".encode()


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection is reset: before the answer, within its headers, or within its body."""

    at: Literal["before", "headers", "body"] = "before"

    def moves(self, normal: Message) -> Iterator[Move]:
        """The first part of the normal answer, then a reset."""
        end = {
            "before": 0,
            "headers": len(normal.head) // 2,
            "body": len(normal.head) + len(normal.body) // 2,
        }
        yield (normal.head + normal.body)[: end[self.at]]
        yield Hangup(reset=True)


@dataclass(frozen=True, slots=True)
class Truncated:
    """The body ends early, although the headers announce all of it; ``keep`` is the share that is sent."""

    keep: float = 0.5

    def moves(self, normal: Message) -> Iterator[Move]:
        """All headers and a part of the body, then the connection is closed."""
        yield normal.head + normal.body[: int(len(normal.body) * self.keep)]
        yield Hangup(reset=False)


@dataclass(frozen=True, slots=True)
class TruncatedGzip:
    """The headers match the body, but its compressed data is incomplete."""

    keep: float = 0.5

    def moves(self, normal: Message) -> Iterator[Move]:
        """A part of the compressed body with matching headers; the connection stays open."""
        is_gzip = ("Content-Encoding", "gzip") in normal.headers
        body = normal.body if is_gzip else gzip.compress(normal.body, mtime=0)
        message = normal.with_body(body[: int(len(body) * self.keep)], Content_Encoding="gzip")
        yield message.head + message.body


@dataclass(frozen=True, slots=True)
class Stall:
    """The normal answer after a pause, or with a pause within its body."""

    seconds: float
    at: Literal["before", "body"] = "before"

    def moves(self, normal: Message) -> Iterator[Move]:
        """The normal answer in two parts, with a pause between them."""
        end = len(normal.head) + len(normal.body) // 2 if self.at == "body" else 0
        wire = normal.head + normal.body
        yield wire[:end]
        yield Pause(self.seconds)
        yield wire[end:]


@dataclass(frozen=True, slots=True)
class Trickle:
    """The normal answer, or only its body, one byte at a time with a pause before each."""

    seconds: float
    at: Literal["headers", "body"] = "body"

    def moves(self, normal: Message) -> Iterator[Move]:
        """The normal answer, slowly."""
        start = len(normal.head) if self.at == "body" else 0
        wire = normal.head + normal.body
        yield wire[:start]
        for index in range(start, len(wire)):
            yield Pause(self.seconds)
            yield wire[index : index + 1]


@dataclass(frozen=True, slots=True)
class Redirect:
    """A redirect to another URL."""

    location: str
    status: int = 302

    def moves(self, normal: Message) -> Iterator[Move]:
        """The redirect; the connection stays open."""
        return Reply(self.status, b"", {"Location": self.location}).moves(normal)


@dataclass(frozen=True, slots=True)
class Garbled:
    """A complete response with status 200 and broken JSON."""

    def moves(self, normal: Message) -> Iterator[Move]:
        """The broken body; the connection stays open."""
        return Reply(200, b'[{"id": "session_1", "context": {"value": ').moves(normal)


@dataclass(frozen=True, slots=True)
class RawPage:
    """A response with status 200 and any body."""

    body: bytes

    def moves(self, normal: Message) -> Iterator[Move]:
        """The body, declared as JSON; the connection stays open."""
        return Reply(200, self.body).moves(normal)
