"""Answers other than 200: their message, how long to wait, and the error to raise."""

from __future__ import annotations

import email.utils
import re
from datetime import UTC
from http import HTTPStatus

import msgspec

from galtea_frames.errors import AuthenticationError, NotFoundError, RequestError

#: Characters of a foreign message to show, and to read for that.
_LONGEST_WORDS, _LOOKED_AT = 300, 3_000

#: A tag, or text between tags. The alternatives do not overlap, so scanning takes linear time on any input.
_HTML = re.compile(r"<(?P<name>/?[a-z0-9]*)[^<>]*>|[^<>]+|[<>]", re.IGNORECASE)

#: Longest wait to report, in seconds: some thirty years, which is as good as forever.
_FOR_EVER = 1e9


class IdsNotFoundError(NotFoundError):
    """A 404 with JSON: the API itself says that a row does not exist. Any other 404 means that the address is wrong."""


def refusal_error(status: int, words: str, body: bytes, attempts: int, path: str) -> RequestError:
    """Return the error for an answer that is not retried, with advice on what to do."""
    kind: type[RequestError] = RequestError
    advice = ""
    if status == HTTPStatus.UNAUTHORIZED:
        kind = AuthenticationError
        advice = ": check the key; it comes from api_key=, GALTEA_API_KEY or ~/.galtea/api-key"
    elif status == HTTPStatus.FORBIDDEN:
        kind = AuthenticationError
        advice = ": a firewall refused the query as too long" if _is_html(body) else ": the key has no access to this"
    elif status == HTTPStatus.NOT_FOUND and _is_object(body):
        kind = IdsNotFoundError
    elif status == HTTPStatus.NOT_FOUND:
        kind = NotFoundError
        advice = ": check the API's address (base_url=, GALTEA_API_URL)"
    return kind(f"{path} answered {status} ({words}){advice}", status=status, attempts=attempts, path=path)


def api_message(content_type: str, body: bytes) -> str:
    """Return the message of an error answer, or the title of its HTML page, on one line and in linear time.

    Args:
        content_type: the `Content-Type` header.
        body: the body, or its beginning.
    """
    text = body.decode("utf-8", "replace")
    if _is_html(body) or "html" in content_type:
        return one_line(_html_words(text)) or "an HTML page"
    try:
        value = msgspec.json.decode(body)
        if isinstance(value, dict):
            said = dict.fromkeys(str(value[key]) for key in ("message", "error") if value.get(key))
            text = "; ".join(said)
    # Not JSON, or JSON that Python cannot hold: nested too deeply, or a number with thousands of digits.
    except (msgspec.MsgspecError, ValueError, RecursionError):
        pass
    return one_line(text) or "no message"


def _html_words(page: str) -> str:
    """Return the title of a page, else its first heading, else all its text, in one pass."""
    title: list[str] = []
    words: list[str] = []
    inside = ""
    for token in _HTML.finditer(page):
        name = (token["name"] or "").lower()
        if inside and name == f"/{inside}":
            return " ".join(title)
        if token["name"] is None:
            words.append(token[0])
            if inside:
                title.append(token[0])
        elif not inside and name in ("title", "h1"):
            inside = name
    return " ".join(words)


def one_line(text: str) -> str:
    """Return foreign text as one short line, without control characters, which could act on a terminal."""
    start = text[:_LOOKED_AT]
    line = " ".join("".join(c if c.isprintable() else " " for c in start).split())
    return line if len(line) <= _LONGEST_WORDS and start == text else f"{line[:_LONGEST_WORDS]}…"


def retry_after_seconds(header: str | None, now: float) -> float | None:
    """Return the seconds that a `Retry-After` header, in seconds or as a date, asks to wait.

    Args:
        header: the header's value, or None.
        now: the current time, in seconds since 1970.
    """
    if header is None:
        return None
    if re.fullmatch(r"\s*\d+(\.\d+)?\s*", header):
        return min(float(header), _FOR_EVER)
    try:
        moment = email.utils.parsedate_to_datetime(header)
    except (ValueError, OverflowError):  # not a date, or one beyond the calendar
        return None
    if moment.tzinfo is None:  # the obsolete asctime format, also in GMT
        moment = moment.replace(tzinfo=UTC)
    return min(max(0.0, moment.timestamp() - now), _FOR_EVER)


def _is_html(body: bytes) -> bool:
    return body.lstrip()[:1] == b"<"


def _is_object(body: bytes) -> bool:
    return body.lstrip()[:1] == b"{"
