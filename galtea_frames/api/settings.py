"""The key, the address and the limits: from arguments, else the environment, else the key file."""

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

#: The API returns at most this many rows without `limit`, so larger pages are not requested (docs/api.md, "Answers").
MAX_PAGE_SIZE = 10_000

#: Maximum size of a key file in bytes; a key has about forty.
_LONGEST_FILE = 4_096

#: Quotation marks that may surround a key, straight and typographic.
_QUOTES = frozenset("\"'`\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb")

#: Integer settings and their maximum. An answer of a gigabyte already leaves no memory for its rows.
_COUNTS = {"page_size": MAX_PAGE_SIZE, "max_workers": 64, "max_attempts": 100, "max_response_bytes": 2_000_000_000}

#: Longest timeout, in seconds: eleven days. Systems differ in the largest timeout that they support.
_LONGEST = 1_000_000

_VISIBLE = 4
_LONG_ENOUGH_TO_SHOW = 16


class ApiKey:
    """An API key whose text only `reveal()` returns.

    Attributes:
        source: where the key was found.
    """

    __slots__ = ("_text", "source")

    def __init__(self, text: str, source: str = "") -> None:
        self._text = text
        self.source: str = source

    def reveal(self) -> str:
        """Return the text of the key, for the one header that carries it."""
        return self._text

    def is_in(self, text: str) -> bool:
        """Return whether a text contains the key; False for keys so short that they may occur by chance."""
        return len(self._text) >= _LONG_ENOUGH_TO_SHOW and self._text.lower() in text.lower()

    def __repr__(self) -> str:
        tail = self._text[-_VISIBLE:] if len(self._text) >= _LONG_ENOUGH_TO_SHOW else ""
        return f"{self._text[:_VISIBLE]}…{tail}" if tail else "…"

    __str__ = __repr__

    def __reduce__(self) -> tuple[object, ...]:
        """Raise TypeError: a key that is pickled to a file is no longer secret."""
        raise TypeError("an API key cannot be pickled; create the client in each process")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one client; times in seconds.

    Attributes:
        api_key: the key, masked in every repr.
        base_url: address of the API without a trailing slash.
        page_size: rows to request per page; the API may return fewer.
        max_workers: maximum number of concurrent requests.
        connect_timeout: time to wait for a connection.
        read_timeout: time to wait for the next byte of an answer.
        max_attempts: maximum number of attempts per request.
        max_elapsed: maximum time for one request, with all attempts and waits.
        max_response_bytes: maximum size of an answer, decompressed.
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
        """Return foreign text without the key, which an API may quote when it rejects it."""
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
        SettingsError: no key was found, or it contains characters that a header cannot carry.
    """
    found = _first_key(argument)
    # Tools that print tracebacks with local variables would show the key.
    del argument
    if isinstance(found, SettingsError):
        raise found
    return found


def find_url(argument: str | None, key: ApiKey) -> str:
    """Return the API's address from the argument, else `GALTEA_API_URL`, else the public one.

    Raises:
        SettingsError: not an http(s) address, plain http to another machine, or an address that contains the key.
    """
    if not isinstance(argument, str | None):
        said = f"base_url must be the API's address as a string, not {masked(quoted(argument))}"
        del argument  # as above: a wrong argument may hold the key
        raise SettingsError(said)
    address = (argument or os.environ.get(URL_VARIABLE) or DEFAULT_URL).strip().rstrip("/")
    flaw = _flaw(address, key)
    if flaw is not None:
        del argument, address  # as above
        raise SettingsError(flaw)
    return address


def _first_key(argument: object) -> ApiKey | SettingsError:
    """Return the first key, or the error to raise elsewhere, because local variables here hold the key."""
    for source, key in _keys(argument):
        if key is not None and not isinstance(key, str):
            return SettingsError(f"the key in {source} is not a string")
        if key is not None and (text := key.strip()):
            # Never quote a key in a message: apart from one flaw, it may be valid.
            flaw = _flaw_of_key(text)
            return ApiKey(text, source) if flaw is None else SettingsError(f"the key in {source} {flaw}")
    return SettingsError(
        f"no API key: pass api_key=, set {KEY_VARIABLE}, or write the key to ~/.galtea/api-key"
        " (keys begin with gsk_ and are made on the Galtea platform;"
        f" `read -rs {KEY_VARIABLE}; export {KEY_VARIABLE}` takes one without showing it)"
    )


def _flaw_of_key(text: str) -> str | None:
    """Return what is wrong with a key: text that was copied along with it, or characters that a header cannot carry."""
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
    """Return why the key must not, or cannot, be sent to an address; None if it can."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urlsplit(""), None
    # Programs parse blanks, control characters and backslashes differently, and may see another host.
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
    """Yield each source of a key with its value, lazily: the file is only opened if the others have no key."""
    yield "the api_key argument", argument
    yield KEY_VARIABLE, os.environ.get(KEY_VARIABLE)
    if (file := _key_file()) is not None:
        yield str(file), _read_key_file(file)


def _key_file() -> Path | None:
    try:
        return Path.home() / ".galtea" / "api-key"
    except RuntimeError:  # no home directory, as in some containers
        return None


def _read_key_file(file: Path) -> str | None:
    try:
        # As an ApiKey, so that tracebacks with local variables do not show the text.
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
    # Windows editors and shells write such byte order marks. Undecodable bytes are replaced, and the key is rejected.
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
    """Return an integer of any type as an int."""
    if isinstance(value, SupportsIndex) and not isinstance(value, bool):
        with suppress(TypeError):  # arrays have the method too
            count = operator.index(value)
            if 1 <= count <= most:
                return count
    raise SettingsError(f"{name} must be a whole number from 1 to {most:,}, not {quoted(value)}")


def _seconds(name: str, value: Any) -> float:  # noqa: ANN401 - anything that a caller passes
    """Return a real number of any type as a float."""
    real: Any = numbers.Real  # type checkers do not know its order
    if isinstance(value, real) and not isinstance(value, bool) and 0 < value <= _LONGEST:
        return float(value)
    raise SettingsError(f"{name} must be a number of seconds above 0, up to {_LONGEST:,}, not {quoted(value)}")
