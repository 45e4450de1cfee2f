"""JSON text of Python values, and values kept as text because no type represents them exactly."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator


class RawJson:
    """A value kept as its JSON text, because no column type and no Python object represents it exactly.

    Not a dataclass: msgspec would encode that as an object with a key `text`.
    """

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text: str = text


_COMMA = RawJson(",")


def json_text(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return the JSON text of a value, without spaces; a `RawJson` gives its own text."""
    try:
        return msgspec.json.encode(value, enc_hook=_raw).decode()
    except (UnicodeEncodeError, RecursionError):
        return "".join(_pieces(value))


def _raw(value: object) -> msgspec.Raw:
    if isinstance(value, RawJson):
        return msgspec.Raw(value.text.encode())
    raise TypeError(f"{type(value).__name__} is not a JSON value")


def _pieces(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Yield the JSON text of a value piece by piece: lone surrogates as escapes, any depth without recursion."""
    todo: list[Any] = [value]
    while todo:
        each = todo.pop()
        if isinstance(each, list):
            parts = [part for element in each for part in (_COMMA, element)]
            todo += [RawJson("]"), *reversed(parts[1:]), RawJson("[")]
        elif isinstance(each, dict):
            parts = [part for key, held in each.items() for part in (_COMMA, key, RawJson(":"), held)]
            todo += [RawJson("}"), *reversed(parts[1:]), RawJson("{")]
        else:
            yield json.dumps(each) if isinstance(each, str) else json_text(each)
