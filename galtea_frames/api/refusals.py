"""What an answer that is no page says: its words, how long to wait, and the error that it comes to."""

from __future__ import annotations

import email.utils
import re
from datetime import UTC
from http import HTTPStatus

import msgspec

from galtea_frames.errors import AuthenticationError, NotFoundError, RequestError

#: Characters of what others say that are shown, and that are looked at for it.
_LONGEST_WORDS, _LOOKED_AT = 300, 3_000

#: A tag, or text between tags. No branch overlaps another, so a page is gone through once, whatever is in it.
_HTML = re.compile(r"<(?P<name>/?[a-z0-9]*)[^<>]*>|[^<>]+|[<>]", re.IGNORECASE)

#: Seconds, some thirty years: what a server may ask to wait at the most, for more is as good as for ever.
_FOR_EVER = 1e9


class IdsNotFoundError(NotFoundError):
    """The API itself says, in JSON, that a row does not exist; any other 404 says that the address is wrong."""


def refusal_error(status: int, words: str, body: bytes, attempts: int, path: str) -> RequestError:
    """Return the error of an answer that is not worth asking for again, with what to do about it."""
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


def api_words(content_type: str, body: bytes) -> str:
    """Return what an error answer says, on one line: its message, or the title of its HTML page.

    Args:
        content_type: what the body is said to be.
        body: the beginning of it at the least; whatever it holds, the time that this takes grows with its length only.
    """
    text = body.decode("utf-8", "replace")
    if _is_html(body) or "html" in content_type:
        return one_line(_html_words(text)) or "an HTML page"
    try:
        value = msgspec.json.decode(body)
        if isinstance(value, dict):
            said = dict.fromkeys(str(value[key]) for key in ("message", "error") if value.get(key))
            text = "; ".join(said)
    # Not JSON, or such that Python has no room for it: nested too deep, a number of thousands of digits.
    except (msgspec.MsgspecError, ValueError, RecursionError):
        pass
    return one_line(text) or "no message"


def _html_words(page: str) -> str:
    """Return the title of a page, or its first heading, or all its text, in one pass."""
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
    """Return text from elsewhere as a short line."""
    # What a server says may be meant for the terminal that shows it: no control characters.
    start = text[:_LOOKED_AT]
    line = " ".join("".join(c if c.isprintable() else " " for c in start).split())
    return line if len(line) <= _LONGEST_WORDS and start == text else f"{line[:_LONGEST_WORDS]}…"


def retry_after_seconds(header: str | None, now: float) -> float | None:
    """Return the seconds that a `Retry-After` header asks for, given as seconds or as a date.

    Args:
        header: the header's value, or None.
        now: seconds since 1970, against which a date is measured.
    """
    if header is None:
        return None
    if re.fullmatch(r"\s*\d+(\.\d+)?\s*", header):
        return min(float(header), _FOR_EVER)
    try:
        moment = email.utils.parsedate_to_datetime(header)
    except (ValueError, OverflowError):  # no date, or in a year of many digits
        return None
    if moment.tzinfo is None:  # the oldest form of the header's date, which is in GMT too
        moment = moment.replace(tzinfo=UTC)
    return min(max(0.0, moment.timestamp() - now), _FOR_EVER)


def _is_html(body: bytes) -> bool:
    return body.lstrip()[:1] == b"<"


def _is_object(body: bytes) -> bool:
    return body.lstrip()[:1] == b"{"
