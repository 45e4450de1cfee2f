"""Exact parsing of any JSON page: the text of each field of each row, exactly as sent.

The fast readers reject some valid JSON: lone surrogates, numbers beyond a double, objects nested a thousand levels
deep. This parser is slow but iterative and lossless: values that no Python object can represent stay text.
"""

from __future__ import annotations

import codecs
import json
import math
import re
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import msgspec

from galtea_frames.decoding.json_text import RawJson

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TOKEN = re.compile(
    r"[ \t\n\r]*("
    r'"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*"'
    r"|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
    r"|true|false|null|[\[\]{},:]"
    r")"
)
_BLANK = re.compile(r"[ \t\n\r]*")

#: Values nested deeper than this stay text. The fast readers recurse, and their depth limit depends on the Python
#: version and the caller; the result must not.
_DEEPEST = 500

#: Python refuses to parse longer integers, because that takes quadratic time (sys.int_info).
_LONGEST_INTEGER = 4_000


def unmarked(content: bytes) -> bytes:
    """Return a page without the byte order mark that some gateways prepend."""
    return content.removeprefix(codecs.BOM_UTF8)


def scan_page(content: bytes) -> list[dict[str, str]]:
    """Return the JSON text of each field of each row; of repeated keys, the last one wins.

    Raises:
        ValueError: the page is not a JSON list of objects.
    """
    text = content.decode("utf-8")
    tokens = _tokens(text)
    if next(tokens, ("", 0, 0))[0] != "[":
        raise ValueError("not a JSON list")
    rows: list[dict[str, str]] = []
    kind, _, _ = _take(tokens)
    while kind != "]":
        if kind != "{":
            raise ValueError("not a list of objects")
        rows.append(_scan_object(text, tokens))
        kind, _, _ = _take(tokens)
        if kind == ",":
            kind, _, _ = _take(tokens)
            if kind == "]":
                raise ValueError("a comma before the end of the list")
        elif kind != "]":
            raise ValueError("rows without a comma between them")
    if next(tokens, None) is not None:
        raise ValueError("text after the list")
    return rows


def exact_value(text: str, odd: Callable[[str], Any] = RawJson) -> Any:  # noqa: ANN401 - any JSON value
    """Return the Python value of a JSON text.

    Args:
        text: valid JSON.
        odd: converts the text of parts that no Python value represents exactly: numbers beyond a double or with
            thousands of digits, and values nested too deep.
    """
    if _is_deep(text):
        return odd(text)
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        pass

    def exact_float(number: str) -> Any:  # noqa: ANN401 - the result of `odd`
        value = float(number)
        return odd(number) if math.isinf(value) else value

    def exact_integer(number: str) -> Any:  # noqa: ANN401 - the result of `odd`
        return int(number) if len(number) <= _LONGEST_INTEGER else odd(number)

    return json.loads(text, parse_float=exact_float, parse_int=exact_integer)


def parted_value(text: str, levels: int) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value of a JSON text as `exact_value` does, but parse the outer objects however deep it is nested.

    Args:
        text: valid JSON.
        levels: how many levels of objects become dictionaries; values nested too deep below them stay text.
    """
    return _parted(text, _tokens(text), levels) if text[0] == "{" and _is_deep(text) else exact_value(text)


def _parted(text: str, tokens: Iterator[tuple[str, int, int]], levels: int) -> Any:  # noqa: ANN401 - as above
    """Return the next value, in one pass over its text."""
    kind, start, end = next(tokens)
    if kind != "{" or not levels:
        return exact_value(text[start : _end(kind, end, tokens)])
    fields = {}
    while (token := next(tokens))[0] != "}":
        if token[0] == '"':
            key = json.loads(text[token[1] : token[2]])
            next(tokens)  # the colon
            fields[key] = _parted(text, tokens, levels - 1)
    return fields


def _end(kind: str, end: int, tokens: Iterator[tuple[str, int, int]]) -> int:
    """Return the end of the value that starts with this token."""
    depth = int(kind in "[{")
    while depth:
        kind, _, end = next(tokens)
        depth += (kind in "[{") - (kind in "]}")
    return end


def _is_deep(text: str) -> bool:
    if text.count("[") + text.count("{") <= _DEEPEST:  # the quick answer, for nearly all values
        return False
    steps = ((kind in "[{") - (kind in "]}") for kind, _, _ in _tokens(text))
    return any(depth > _DEEPEST for depth in accumulate(steps))


def _tokens(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the first character of each token, its start and its end."""
    position = 0
    while match := _TOKEN.match(text, position):
        start, position = match.span(1)
        yield text[start], start, position
    if _BLANK.fullmatch(text, position) is None:
        raise ValueError(f"not JSON at character {position}")


def _take(tokens: Iterator[tuple[str, int, int]]) -> tuple[str, int, int]:
    token = next(tokens, None)
    if token is None:
        raise ValueError("the page is truncated")
    return token


def _scan_object(text: str, tokens: Iterator[tuple[str, int, int]]) -> dict[str, str]:
    fields: dict[str, str] = {}
    kind, start, end = _take(tokens)
    while kind != "}":
        if kind != '"' or _take(tokens)[0] != ":":
            raise ValueError("an object without a key")
        key = json.loads(text[start:end])
        fields[key] = _scan_value(text, tokens)
        kind, start, end = _take(tokens)
        if kind == ",":
            kind, start, end = _take(tokens)
            if kind == "}":
                raise ValueError("a comma before the end of an object")
        elif kind != "}":
            raise ValueError("fields without a comma between them")
    return fields


def _scan_value(text: str, tokens: Iterator[tuple[str, int, int]]) -> str:
    """Return the text of the next value, checking its grammar without recursion."""
    kind, start, end = _take(tokens)
    if kind in "]},:":
        raise ValueError("a value is missing")
    if kind not in "[{":
        return text[start:end]
    grammar = _Grammar()
    grammar.open(kind)
    while grammar.depth:
        kind, _, end = _take(tokens)
        grammar.accept(kind)
    return text[start:end]


class _Grammar:
    """The parser state inside a nested value: a stack of open brackets and the expected next token."""

    def __init__(self) -> None:
        self._closing: list[str] = []
        self._next = ""

    @property
    def depth(self) -> int:
        return len(self._closing)

    def open(self, bracket: str) -> None:
        self._closing.append("]" if bracket == "[" else "}")
        self._next = "value or end" if bracket == "[" else "key or end"

    def accept(self, kind: str) -> None:
        closing = self._closing[-1]
        if kind == closing and self._next in ("comma or end", "value or end", "key or end"):
            self._closing.pop()
            self._next = "comma or end"
        elif kind == "," and self._next == "comma or end":
            self._next = "value" if closing == "]" else "key"
        elif kind == ":" and self._next == "colon":
            self._next = "value"
        elif kind == '"' and self._next.startswith("key"):
            self._next = "colon"
        elif kind in "[{" and self._next.startswith("value"):
            self.open(kind)
        elif kind not in "[]{},:" and self._next.startswith("value"):
            self._next = "comma or end"
        else:
            raise ValueError(f"{kind!r} where a {self._next} was due")
