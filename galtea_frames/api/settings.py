"""Where the key, the address and the limits come from: argument, else environment, else key file."""

from __future__ import annotations

import ipaddress
import numbers
import operator
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, SupportsIndex
from urllib.parse import urlsplit

from galtea_frames.errors import GalteaFramesWarning, SettingsError, masked, warn
from galtea_frames.printable import quoted
from galtea_frames.small_files import SmallFileError, read_private_file

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY_VARIABLE = "GALTEA_API_KEY"
URL_VARIABLE = "GALTEA_API_URL"
DEFAULT_URL = "https://api.galtea.ai"

#: Rows come back without `limit` only up to this many, so a larger page is never worth asking (docs/api.md).
MAX_PAGE_SIZE = 10_000

#: Bytes of a key file: a key has some forty.
_LONGEST_FILE = 4_096

#: Characters that are put around a key, plain ones and those of word processors.
_QUOTES = frozenset("\"'`\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb")

#: What can be counted, and up to where. Not even an answer of a gigabyte leaves memory for the rows in it.
_COUNTS = {"page_size": MAX_PAGE_SIZE, "max_workers": 64, "max_attempts": 100, "max_response_bytes": 2_000_000_000}

#: Seconds to wait for anything, at the most: eleven days. Systems differ in how far they can count.
_LONGEST = 1_000_000

_SHOWN = 4
_LONG_ENOUGH_TO_SHOW = 16


class ApiKey:
    """An API key that does not show itself: its text is read by `reveal()` and by nothing else."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the key itself, for the one header that carries it."""
        return self._text

    def is_in(self, text: str) -> bool:
        """Tell whether a text holds the key; one so short that it may stand there by chance is not looked for."""
        return len(self._text) >= _LONG_ENOUGH_TO_SHOW and self._text.lower() in text.lower()

    def __repr__(self) -> str:
        tail = self._text[-_SHOWN:] if len(self._text) >= _LONG_ENOUGH_TO_SHOW else ""
        return f"{self._text[:_SHOWN]}…{tail}" if tail else "…"

    __str__ = __repr__

    def __reduce__(self) -> tuple[object, ...]:
        """Refuse to be pickled: a key that is written to a file is no longer secret."""
        raise TypeError("an API key is not pickled; make the client in each process")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one client; times in seconds.

    Attributes:
        api_key: the key, masked in every repr.
        base_url: address of the API without a trailing slash.
        page_size: rows asked for a page; the API may return fewer.
        max_workers: requests under way at once, at most.
        connect_timeout: how long to wait for a connection.
        read_timeout: how long to wait for the next byte of an answer.
        max_attempts: how often one request is sent, at most.
        max_elapsed: how long one request may take with all its attempts and waits; no attempt begins later, and none
            takes longer.
        max_response_bytes: bytes that one answer may have, decompressed.
        progress: whether to show progress; "auto" shows it on a terminal or in a notebook.
    """

    api_key: ApiKey
    base_url: str
    page_size: int
    max_workers: int
    connect_timeout: float
    read_timeout: float
    max_attempts: int
    max_elapsed: float
    progress: bool | Literal["auto"]
    max_response_bytes: int = 100_000_000

    def without_key(self, words: str) -> str:
        """Return words of others without the key, which an API may quote when it refuses it."""
        return words.replace(self.api_key.reveal(), "...")

    def __post_init__(self) -> None:
        for name, most in _COUNTS.items():
            object.__setattr__(self, name, _count(name, getattr(self, name), most))
        for name in ("connect_timeout", "read_timeout", "max_elapsed"):
            object.__setattr__(self, name, _seconds(name, getattr(self, name)))
        if not isinstance(self.progress, bool) and str(self.progress) != "auto":
            raise SettingsError(f'progress must be True, False or "auto", not {quoted(self.progress)}')


def find_key(argument: str | None) -> ApiKey:
    """Return the key from the argument, else `GALTEA_API_KEY`, else `~/.galtea/api-key`.

    Raises:
        SettingsError: there is no key, or it holds characters that no header can carry.
    """
    found = _first_key(argument)
    # A traceback may be shown with the local variables of its frames.
    del argument
    if isinstance(found, SettingsError):
        raise found
    return found


def find_url(argument: str | None, key: ApiKey) -> str:
    """Return the API's address from the argument, else `GALTEA_API_URL`, else the public one.

    Raises:
        SettingsError: not an http(s) address, plain http beyond this machine, or an address that holds the key.
    """
    if not isinstance(argument, str | None):
        said = f"base_url must be the API's address as a string, not {masked(quoted(argument))}"
        del argument  # as above: who sees where requests go sees what is in an address
        raise SettingsError(said)
    address = (argument or os.environ.get(URL_VARIABLE) or DEFAULT_URL).strip().rstrip("/")
    flaw = _flaw(address, key)
    if flaw is not None:
        del argument, address  # likewise
        raise SettingsError(flaw)
    return address


def _first_key(argument: object) -> ApiKey | SettingsError:
    """Return the key that counts, or why there is none: not raised here, where local variables hold it."""
    for source, key in _keys(argument):
        if key is not None and not isinstance(key, str):
            return SettingsError(f"the key in {source} is not a string")
        if key is not None and (text := key.strip()):
            # Never quoted in the message: what is wrong with a key may be all that is wrong with it.
            flaw = _flaw_of_key(text)
            return ApiKey(text) if flaw is None else SettingsError(f"the key in {source} {flaw}")
    return SettingsError(
        f"no API key: pass api_key=, set {KEY_VARIABLE}, or write the key to ~/.galtea/api-key"
        " (keys begin with gsk_ and are made on the Galtea platform;"
        f" `read -rs {KEY_VARIABLE}; export {KEY_VARIABLE}` takes one without showing it)"
    )


def _flaw_of_key(text: str) -> str | None:
    """Return what is wrong with the text of a key: what was copied along with it, or what no header can carry."""
    if len(text.splitlines()) > 1:
        return "has several lines: write the key alone"
    if re.match(rf"(export\s+|set\s+)?(\$env:)?{KEY_VARIABLE}\s*[=:]", text, re.IGNORECASE):
        return f"begins with {KEY_VARIABLE}=: write the key alone"
    if re.match(r"(authorization\s*:|bearer\s)", text, re.IGNORECASE):
        return "begins with the name of a header: write the key alone"
    if text[0] in _QUOTES or text[-1] in _QUOTES:
        return "has quotes around it: write it without them"
    if not all("!" <= character <= "~" for character in text):
        return "holds spaces, line breaks or non-ASCII characters"
    return None


def _flaw(address: str, key: ApiKey) -> str | None:
    """Return why the key must not be sent to an address, or cannot."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    # Programs differ in how they read blanks, control characters and backslashes, and so in where the host ends.
    readable = all("!" <= each != "\\" and each.isprintable() for each in address)
    if parts.scheme not in ("http", "https") or not host or not readable:
        return f"the API's address must look like {DEFAULT_URL}; set base_url or {URL_VARIABLE}"
    if parts.username is not None or parts.password is not None or "?" in address or "#" in address:
        return "the API's address must not contain a user name, password, query or fragment"
    if key.is_in(address):
        return "the API's address contains the key, which would then appear in logs; pass it as api_key"
    if parts.scheme == "http" and not _is_loopback(host):
        return f"plain http would send the key unencrypted to {masked(host)}: use https://"
    return None


def _keys(argument: object) -> Iterator[tuple[str, object]]:
    """Yield each place of a key with what it holds; the file is not opened for a caller who needs no key from it."""
    yield "the api_key argument", argument
    yield KEY_VARIABLE, os.environ.get(KEY_VARIABLE)
    if (file := _key_file()) is not None:
        yield str(file), _read_key_file(file)


def _key_file() -> Path | None:
    try:
        return Path.home() / ".galtea" / "api-key"
    except RuntimeError:  # a user without a home, as in some containers
        return None


def _read_key_file(file: Path) -> str | None:
    try:
        # In an object that does not show itself, for tracebacks that show the variables of their frames.
        key, hidden = _private_key(file)
    except SmallFileError as problem:
        if problem.missing:
            return None
        raise SettingsError(f"cannot use the key file {file}: {problem}") from None
    if not hidden:
        warn(f"others can read the key file: chmod 600 {file}", GalteaFramesWarning)
    return key.reveal()


def _private_key(file: Path) -> tuple[ApiKey, bool]:
    content, hidden = read_private_file(file, _LONGEST_FILE)
    # Windows' own editors and shells begin files so. Replaced, what is neither is refused with the key.
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    return ApiKey(content.decode(encoding, "replace")), hidden


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _count(name: str, value: object, most: int) -> int:
    """Return a whole number of any type as Python's own."""
    if isinstance(value, SupportsIndex) and not isinstance(value, bool):
        with suppress(TypeError):  # an array has the method too
            count = operator.index(value)
            if 1 <= count <= most:
                return count
    raise SettingsError(f"{name} must be a whole number from 1 to {most:,}, not {quoted(value)}")


def _seconds(name: str, value: Any) -> float:  # noqa: ANN401 - anything, to be refused
    """Return a number of any type as Python's own."""
    real: Any = numbers.Real  # which has an order, though not for type checkers
    if isinstance(value, real) and not isinstance(value, bool) and 0 < value <= _LONGEST:
        return float(value)
    raise SettingsError(f"{name} must be a number of seconds above 0, up to {_LONGEST:,}, not {quoted(value)}")
