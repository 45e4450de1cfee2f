"""Finds the key in whatever a value shows of itself: what no output of the package may hold."""

import urllib.parse
from collections.abc import Iterator

from galtea_frames import sample

KEY = sample.server.API_KEY

#: The key, and as much of it as would help whoever finds it: what the mask shows is shorter.
SECRETS = (KEY, KEY[4:-4], KEY[:14], KEY[-14:], urllib.parse.quote(KEY))


def texts_of(value: object, seen: set[int] | None = None) -> Iterator[str]:
    """Every text that can be read off a value: str, repr, attributes, members, causes, contexts."""
    seen = seen if seen is not None else set()
    if id(value) in seen:
        return
    seen.add(id(value))
    yield from (str(value), repr(value))
    if isinstance(value, bytes):
        yield value.decode("latin-1")
    for part in parts_of(value):
        yield from texts_of(part, seen)


def parts_of(value: object) -> list[object]:
    """What hangs on a value."""
    if isinstance(value, dict):
        return [*value.keys(), *value.values()]
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    parts: list[object] = list(getattr(value, "__dict__", {}).values())
    if isinstance(value, BaseException):
        parts += [*value.args, value.__cause__, value.__context__, getattr(value, "__notes__", None)]
        parts += [getattr(value, name, None) for name in ("request", "response", "reason", "object", "doc")]
    return parts


def leaks(*values: object) -> list[str]:
    """The texts among these values' that hold the key or a good part of it."""
    texts = (text for value in values for text in texts_of(value))
    return [text for text in texts if any(secret in text for secret in SECRETS)]
