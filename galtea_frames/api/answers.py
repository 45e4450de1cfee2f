"""One request and its answer: following redirects, and reading the body up to a limit."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

import requests

from galtea_frames.api.bodies import CHUNK, BodyTooLargeError, decode_body
from galtea_frames.api.proxies import proxy_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from galtea_frames.api.connections import Session

#: Bytes of an error's body to read; the message is at its beginning.
_MOST_OF_AN_ERROR = 65_536

_MOST_REDIRECTS = 5


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, without the request that it answers, which holds the key.

    Attributes:
        status: the HTTP status.
        content_type: the `Content-Type` header.
        retry_after: the `Retry-After` header, if it was sent.
        body: the decompressed body; only its beginning if the status is not 200, and empty for a redirect.
    """

    status: int
    # A server may echo the key.
    content_type: str = field(repr=False)
    retry_after: str | None = field(repr=False)
    body: bytes = field(repr=False)


def ask(session: Session, url: str, timeout: tuple[float, float], most: int) -> Answer:
    """Send a GET request and return the answer, following redirects within its origin.

    Args:
        session: sends the request.
        url: the URL, including the query.
        timeout: seconds to wait for a connection, and for the next byte.
        most: maximum size of the body, in bytes.

    Raises:
        requests.RequestException: no answer arrived, or only a part of one.
        CrossOriginError: the answer redirects to another origin.
        BodyTooLargeError: the body is larger than `most`.
        BrokenBodyError: the body cannot be decompressed.
        ValueError: the URL of a redirect or of the proxy is invalid.
    """
    for _ in range(1 + _MOST_REDIRECTS):
        # One entry for each scheme, even if empty: otherwise `requests` looks up proxies itself.
        proxies = dict.fromkeys(("http", "https"), proxy_for(url) or "")
        with session.get(url, timeout=timeout, proxies=proxies, stream=True, allow_redirects=False) as answer:
            target = session.next_address(answer)
            if target is None:
                return _read(answer, most)
        url = target
    raise requests.TooManyRedirects(f"more than {_MOST_REDIRECTS} redirects")


def _read(answer: requests.Response, most: int) -> Answer:
    codings = answer.headers.get("Content-Encoding", "")
    # Removed so that chunks stay compressed: a decompressed chunk could have any size.
    answer.raw.headers.pop("Content-Encoding", None)
    chunks = answer.iter_content(CHUNK)
    if answer.status_code == HTTPStatus.OK:
        body = b"".join(decode_body(chunks, codings, most))
    elif answer.is_redirect:
        body = b""
    else:
        body = _beginning(chunks, codings)
    headers = answer.headers
    return Answer(answer.status_code, headers.get("Content-Type", ""), headers.get("Retry-After"), body)


def _beginning(chunks: Iterable[bytes], codings: str) -> bytes:
    """Return the beginning of an error's body; a body that is cut off on the way raises, and the request is retried."""
    body = bytearray()
    with suppress(BodyTooLargeError):
        for chunk in decode_body(chunks, codings, _MOST_OF_AN_ERROR):
            body += chunk
    return bytes(body)
