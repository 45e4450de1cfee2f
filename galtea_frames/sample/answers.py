"""Answers of one's own choosing: what goes wrong between an API and its client.

An answer says, from the answer the API would give, what goes over the wire, as a sequence of moves: bytes to
send, a `Pause`, or a `Hangup`.
"""

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """A whole HTTP answer."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def head(self) -> bytes:
        """The status line and the headers, as they go over the wire."""
        phrase = HTTPStatus(self.status).phrase if self.status in _STATUSES else "Unknown"
        lines = [f"HTTP/1.1 {self.status} {phrase}", *(f"{name}: {value}" for name, value in self.headers)]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def with_body(self, body: bytes, **headers: str) -> "Message":
        """The same with another body and the headers that follow from it."""
        changed = {"Content-Length": str(len(body))} | {name.replace("_", "-"): headers[name] for name in headers}
        kept = tuple((name, value) for name, value in self.headers if name not in changed)
        return Message(self.status, (*kept, *changed.items()), body)


@dataclass(frozen=True, slots=True)
class Pause:
    """Nothing is sent for this many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Hangup:
    """The connection ends: in order, or (``reset``) as when the server's process was killed."""

    reset: bool


Move = bytes | Pause | Hangup

_STATUSES = frozenset(HTTPStatus)


class Answer(Protocol):
    """What takes the place of the API's own answer."""

    def moves(self, normal: Message) -> Iterator[Move]:
        """What goes over the wire instead of the normal answer."""
        ...


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer: its status, body and headers.

    A body of bytes is sent as it is, of text as UTF-8, of anything else as JSON.
    """

    status: int = 200
    body: object = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def moves(self, normal: Message) -> Iterator[Move]:
        """The reply, and the connection stays."""
        del normal
        message = self.message()
        yield message.head + message.body

    def message(self) -> Message:
        """The reply as it goes over the wire."""
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
    """A page of a proxy or a login form where JSON was expected."""

    status: int = 200
    title: str = "Just a moment..."

    def moves(self, normal: Message) -> Iterator[Move]:
        """The page, and the connection stays."""
        return Reply(self.status, html(self.title), {"Content-Type": "text/html; charset=utf-8"}).moves(normal)


def html(title: str) -> bytes:
    """A page as proxies write it."""
    head, body = f"<head><title>{title}</title></head>", f"<body><h1>{title}</h1></body>"
    return f"<!DOCTYPE html>\n<html>{head}{body}</html>\n".encode()


@dataclass(frozen=True, slots=True)
class Cut:
    """The connection is reset: before anything, amid the headers, or amid the body."""

    at: Literal["before", "headers", "body"] = "before"

    def moves(self, normal: Message) -> Iterator[Move]:
        """The first part of the normal answer, and the reset."""
        end = {
            "before": 0,
            "headers": len(normal.head) // 2,
            "body": len(normal.head) + len(normal.body) // 2,
        }
        yield (normal.head + normal.body)[: end[self.at]]
        yield Hangup(reset=True)


@dataclass(frozen=True, slots=True)
class Truncated:
    """The headers promise the whole body, and it ends early: this share of it comes."""

    keep: float = 0.5

    def moves(self, normal: Message) -> Iterator[Move]:
        """The whole head, a part of the body, and the end of the connection."""
        yield normal.head + normal.body[: int(len(normal.body) * self.keep)]
        yield Hangup(reset=False)


@dataclass(frozen=True, slots=True)
class TruncatedGzip:
    """The headers keep their promise, but the compressed data in the body is incomplete."""

    keep: float = 0.5

    def moves(self, normal: Message) -> Iterator[Move]:
        """A part of the compressed body under headers that fit it, and the connection stays."""
        is_gzip = ("Content-Encoding", "gzip") in normal.headers
        body = normal.body if is_gzip else gzip.compress(normal.body, mtime=0)
        message = normal.with_body(body[: int(len(body) * self.keep)], Content_Encoding="gzip")
        yield message.head + message.body


@dataclass(frozen=True, slots=True)
class Stall:
    """The normal answer, but nothing comes for a while: before it, or amid its body."""

    seconds: float
    at: Literal["before", "body"] = "before"

    def moves(self, normal: Message) -> Iterator[Move]:
        """The normal answer in two parts with a pause between them."""
        end = len(normal.head) + len(normal.body) // 2 if self.at == "body" else 0
        wire = normal.head + normal.body
        yield wire[:end]
        yield Pause(self.seconds)
        yield wire[end:]


@dataclass(frozen=True, slots=True)
class Trickle:
    """The normal answer a byte at a time, with a pause before each: from its first byte on, or from its body on."""

    seconds: float
    at: Literal["headers", "body"] = "body"

    def moves(self, normal: Message) -> Iterator[Move]:
        """The normal answer, slowly."""
        start = len(normal.head) if self.at == "body" else 0
        wire = normal.head + normal.body
        yield wire[:start]
        for place in range(start, len(wire)):
            yield Pause(self.seconds)
            yield wire[place : place + 1]


@dataclass(frozen=True, slots=True)
class Redirect:
    """The API is elsewhere."""

    location: str
    status: int = 302

    def moves(self, normal: Message) -> Iterator[Move]:
        """The redirect, and the connection stays."""
        return Reply(self.status, b"", {"Location": self.location}).moves(normal)


@dataclass(frozen=True, slots=True)
class Garbled:
    """Status 200, whole as HTTP goes, and the JSON in it is broken."""

    def moves(self, normal: Message) -> Iterator[Move]:
        """The broken body, and the connection stays."""
        return Reply(200, b'[{"id": "session_1", "context": {"value": ').moves(normal)


@dataclass(frozen=True, slots=True)
class RawPage:
    """Status 200 and this body, whatever it is."""

    body: bytes

    def moves(self, normal: Message) -> Iterator[Move]:
        """The body as JSON, and the connection stays."""
        return Reply(200, self.body).moves(normal)
