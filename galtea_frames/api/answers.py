"""One request and its answer: how far it is followed, and how much of it is read."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

import requests

from galtea_frames.api.bodies import CHUNK, OverlongBodyError, read_body
from galtea_frames.api.proxies import proxy_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from galtea_frames.api.connections import Session

#: Bytes of an error's body that are read: its words stand at its beginning.
_MOST_OF_AN_ERROR = 65_536

_MOST_REDIRECTS = 5


@dataclass(frozen=True)
class Answer:
    """What came back; the request that it answers, which holds the key, is not part of it.

    Attributes:
        status: the HTTP status.
        content_type: what the body is said to be.
        retry_after: the header of that name, if it was sent.
        body: the body, decompressed; the beginning of it where the status is not 200, and nothing of a redirect's.
    """

    status: int
    # What a server says may be the key.
    content_type: str = field(repr=False)
    retry_after: str | None = field(repr=False)
    body: bytes = field(repr=False)


def ask(session: Session, url: str, timeout: tuple[float, float], most: int) -> Answer:
    """Return the answer to a GET, redirects within its origin followed.

    Args:
        session: sends it.
        url: the address with its query.
        timeout: seconds to wait for a connection, and for the next byte.
        most: bytes that the body may have.

    Raises:
        requests.RequestException: there is no answer, or not all of one.
        ElsewhereError: it is a redirect to another origin.
        OverlongBodyError: the body has more bytes.
        BrokenBodyError: the body cannot be decompressed.
        ValueError: a redirect to what is no address, or a proxy that is none.
    """
    for _ in range(1 + _MOST_REDIRECTS):
        # One for each scheme, "" for none, or `requests` would look for more.
        proxies = dict.fromkeys(("http", "https"), proxy_for(url) or "")
        with session.get(url, timeout=timeout, proxies=proxies, stream=True, allow_redirects=False) as answer:
            target = session.next_address(answer)
            if target is None:
                return _read(answer, most)
        url = target
    raise requests.TooManyRedirects(f"more than {_MOST_REDIRECTS} redirects")


def _read(answer: requests.Response, most: int) -> Answer:
    codings = answer.headers.get("Content-Encoding", "")
    # Taken away, so that chunks come as they were sent: decompressed, one may be of any size.
    answer.raw.headers.pop("Content-Encoding", None)
    chunks = answer.iter_content(CHUNK)
    if answer.status_code == HTTPStatus.OK:
        body = b"".join(read_body(chunks, codings, most))
    elif answer.is_redirect:
        body = b""
    else:
        body = _beginning(chunks, codings)
    headers = answer.headers
    return Answer(answer.status_code, headers.get("Content-Type", ""), headers.get("Retry-After"), body)


def _beginning(chunks: Iterable[bytes], codings: str) -> bytes:
    """Return an error's body, or the beginning of a long one; one that is cut on its way is asked for again."""
    body = bytearray()
    with suppress(OverlongBodyError):
        for chunk in read_body(chunks, codings, _MOST_OF_AN_ERROR):
            body += chunk
    return bytes(body)
