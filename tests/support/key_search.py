"""Searches values, tracebacks and files, packed ones too, for an API key."""

from __future__ import annotations

import base64
import contextlib
import re
import traceback
import urllib.parse
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
from rich.pretty import pretty_repr

from galtea_frames import sample

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KEY = sample.server.API_KEY


def secrets_of(key: str) -> tuple[str, ...]:
    """A key, and as much of it as would help whoever finds it: what the mask shows is shorter."""
    return key, key[4:-4], key[:14], key[-14:], urllib.parse.quote(key)


SECRETS = secrets_of(KEY)


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


# -- tracebacks --


def error_of(action: Callable[[], object]) -> BaseException:
    """What an action raises, its traceback beginning here: the frame of a test holds the key by right."""
    try:
        action()
    except BaseException as error:  # noqa: BLE001 - Ctrl-C too
        return error
    raise AssertionError("nothing was raised")


def shown_with_locals(error: BaseException) -> str:
    """An error as tools show it that print local variables of all frames: the standard library's, and rich's."""
    plain = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "".join(plain.format()) + "".join(pretty_repr(value) for value in locals_of(error))


#: Whose local variables may hold the key.
TESTS, STAND_IN = Path(__file__).parents[1], Path(sample.__file__).parent


def locals_of(error: BaseException | None) -> Iterator[object]:
    """The local variables of the frames that an error came through, and of those that led to it, but for the tests'."""
    while error is not None:
        for frame, _ in traceback.walk_tb(error.__traceback__):
            file = Path(frame.f_code.co_filename)
            if not any(file.is_relative_to(folder) for folder in (TESTS, STAND_IN)):
                yield from frame.f_locals.values()
        error = error.__cause__ or error.__context__


# -- files --


def unpacked(content: bytes, depth: int = 2) -> Iterator[bytes]:
    """The bytes of a file, and those that are packed in them: deflated, in gzip, in base64."""
    yield content
    for packed in (*_inflated(content), *_decoded(content)) if depth else ():
        yield from unpacked(packed, depth - 1)


def _inflated(content: bytes) -> Iterator[bytes]:
    for start in re.finditer(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]", content):
        with contextlib.suppress(zlib.error):
            yield zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(content[start.start() :])


def _decoded(content: bytes) -> Iterator[bytes]:
    for run in re.finditer(rb"[A-Za-z0-9+/_-]{24,}", content):
        text = run.group().replace(b"-", b"+").replace(b"_", b"/")
        # Letters before it may belong to the run: of four beginnings, one is its own.
        yield from (base64.b64decode(text[start:][: (len(text) - start) // 4 * 4]) for start in range(4))


def contents_of(file: Path) -> Iterator[bytes]:
    """All that a file says: its bytes, what is packed in them, and of Parquet the values of all columns."""
    yield from unpacked(file.read_bytes())
    if file.suffix == ".parquet":
        sink = pa.BufferOutputStream()
        table = pq.ParquetFile(file).read()
        with pa.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table.unify_dictionaries())
        yield sink.getvalue().to_pybytes()


def files_that_hold(secrets: tuple[str, ...], folder: Path) -> tuple[list[str], int]:
    """The files below a folder, names included, that hold one of the secrets; and how many were searched."""
    wanted = [text.encode(coding) for text in secrets for coding in ("utf-8", "utf-16-le", "utf-16-be")]
    files = [each for each in folder.rglob("*") if each.is_file()]
    found = [
        str(each) for each in folder.rglob("*") if any(secret in str(each.relative_to(folder)) for secret in secrets)
    ]
    found += [str(file) for file in files if any(each in text for text in contents_of(file) for each in wanted)]
    return found, len(files)
