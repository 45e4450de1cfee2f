"""The errors and warnings of the package, sorted by what the caller can do about them.

```
GalteaFramesError
├── SettingsError (ValueError)   no key, a bad address: mend the settings
├── QueryError (ValueError)      unknown filter, bad value: mend the call; raised before any request
├── RequestError                 the API refused, or could not be reached: .status .attempts .path
│   ├── AuthenticationError      401, 403: mend the key
│   └── NotFoundError            404: an id that does not exist, or a wrong address
├── ResponseError                the API answered what is not a list of records, or a walk made no progress
├── JoinError (ValueError)       the frames cannot be joined without losing or doubling rows
├── ParquetError                 a file could not be written or read
├── MirrorError                  a mirror could not be read or brought up to date
└── ReportError                  a report could not be built

GalteaFramesWarning (UserWarning)
├── MixedTypesWarning            a column holds values of several types, and so is JSON text
├── ColumnBudgetWarning          more nested paths than columns: the rarest are in one JSON text column
├── UnknownStatusWarning         a session status that this release does not know
├── AbsentColumnsWarning         a column that was named is in no row
└── CaseCollisionWarning         names of columns differ in case only, which other engines take for one
```
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import warnings
from pathlib import Path

from galtea_frames.printable import printable

#: Files whose code is between a caller's and a warning: the package's own, and what its context managers run through.
_INNER = (str(Path(__file__).parent) + os.sep, contextlib.__file__)


#: What looks like a key (docs/api.md: keys begin with gsk_ or gsk-).
_KEY = re.compile(r"(gsk[_-])[A-Za-z0-9_-]{12,}", re.IGNORECASE)

#: Names and passwords in an address: up to the last @ before the path, or, where a password with a slash in it was not
#: written as %2F, up to the last @ of the word. Repetitions are bounded, so that no text takes long to look through.
_USER = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]{1,30}:)/{1,3}|//)"
    r"(?P<who>[^\s/?#@:]{0,300}:(?!\d+(?:[/?#\s]|$))\S{0,300}|[^\s/?#]{0,300})@",
    re.IGNORECASE,
)
#: The same without a scheme, as a proxy may be given.
_BARE_USER = re.compile(r"(?<![\w/.%+-])[\w.%+-]{1,64}:[^\s@/:\\'\"]{1,300}@(?=[\w\[])")
#: In Azure's addresses it is a container that stands there.
_CONTAINERS = frozenset({"abfs:", "abfss:", "wasb:", "wasbs:"})

#: The query of an address, whose values are signatures more often than not, ...
_QUERY = re.compile(r"(?<=//)[^\s?#]{1,2000}\?\S+")
_VALUE = re.compile(r"(?<=[?&;])(?P<name>[^\s=&;#?]{1,100}=)[^\s&;#'\"<>]+")
#: ... and what names itself a secret, anywhere.
_SECRET = re.compile(
    r"(?<!\w)(?P<name>[\w-]{0,40}(?:sig|signature|token|secret|password|passwd|pwd|credential|sas"
    r"|(?:api|access|account|secret)[_-]?key)=['\"]?)[\w%/+.~$!-][^\s&;,'\"(){}<>]*",
    re.IGNORECASE,
)
_BEARER = re.compile(r"(?P<name>\b(?:bearer|basic) )[\w.~+/=-]{16,}", re.IGNORECASE)

#: Characters of a message, at the most: what was to be quoted may be of any length.
_LONGEST = 1_000
_LOOKED_AT = 20 * _LONGEST


def masked(message: str) -> str:
    """Return text without keys, passwords and signatures, which what went wrong would quote back.

    In addresses these are user names, passwords, and the values of their queries.
    """
    message = _KEY.sub(r"\1…", message)
    message = _USER.sub(lambda found: found[0] if _is_container(found) else f"{_start(found)}…@", message)
    message = _BARE_USER.sub("…@", message)
    message = _QUERY.sub(lambda found: _VALUE.sub(r"\g<name>…", found[0]), message)
    return _BEARER.sub(r"\g<name>…", _SECRET.sub(r"\g<name>…", message))


def presentable(message: str) -> str:
    """Return a message as it may be shown to anyone, anywhere: one line of bounded length, no secrets, no controls."""
    text = printable(masked(_cut(message, _LOOKED_AT)))
    return _cut(text, _LONGEST)


def _is_container(found: re.Match[str]) -> bool:
    return (found["scheme"] or "").lower() in _CONTAINERS and ":" not in found["who"]


def _start(found: re.Match[str]) -> str:
    """Return what stands before the user: the scheme, with as many slashes as there were."""
    return found[0][: found.start("who") - found.start()]


def _cut(text: str, most: int) -> str:
    """Return text with its middle left out if it is too long: what happened stands first, and what to do last."""
    head = most * 2 // 3
    return text if len(text) <= most else f"{text[:head]} … {text[len(text) - (most - head - 3) :]}"


class GalteaFramesError(Exception):
    """Any failure that the package foresees; its message is one line that says what to do, and quotes no secret."""

    def __init__(self, message: str = "") -> None:
        super().__init__(presentable(message))


class SettingsError(GalteaFramesError, ValueError):
    """The key, the address or another setting is missing or unusable."""


class QueryError(GalteaFramesError, ValueError):
    """A filter is unknown, or its value cannot be asked for. Raised before any request."""


class RequestError(GalteaFramesError):
    """The API refused a request, or could not be reached within the retry budget.

    Attributes:
        status: HTTP status of the last answer; None when there was none.
        attempts: how many times the request was sent.
        path: path of the request, without its query string.
    """

    def __init__(self, message: str, *, status: int | None, attempts: int, path: str) -> None:
        super().__init__(message)
        self.status = status
        self.attempts = attempts
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle with the keyword-only arguments, so that worker processes can raise it."""
        return _rebuild, (type(self), str(self), self.status, self.attempts, self.path)


def _rebuild(kind: type[RequestError], message: str, status: int | None, attempts: int, path: str) -> RequestError:
    return kind(message, status=status, attempts=attempts, path=path)


class AuthenticationError(RequestError):
    """The key is missing, wrong, or may not see what was asked for (401, 403)."""


class NotFoundError(RequestError):
    """An id that was asked for does not exist, or the address is not the API's (404)."""


class ResponseError(GalteaFramesError):
    """The API's answers cannot be trusted to be whole: not JSON, not a list of records, or no progress."""


class JoinError(GalteaFramesError, ValueError):
    """Two frames cannot be joined without losing or doubling rows."""


class ParquetError(GalteaFramesError):
    """A Parquet file or dataset could not be written or read."""


class MirrorError(GalteaFramesError):
    """A mirror could not be read or brought up to date."""


class ReportError(GalteaFramesError):
    """A report could not be built."""


class GalteaFramesWarning(UserWarning):
    """Any warning of the package; one line that quotes no secret, as errors are."""

    def __init__(self, message: str = "") -> None:
        super().__init__(presentable(message))


class MixedTypesWarning(GalteaFramesWarning):
    """A column holds values of more than one type, and so is JSON text."""


class ColumnBudgetWarning(GalteaFramesWarning):
    """A field has more nested paths than columns; the rarest are in one JSON text column."""


class UnknownStatusWarning(GalteaFramesWarning):
    """The API sent a session status that this release does not know; it was appended to the category."""


class CaseCollisionWarning(GalteaFramesWarning):
    """Columns that were written to Parquet have names that differ in case only; engines such as DuckDB mix them up."""


class AbsentColumnsWarning(GalteaFramesWarning):
    """A column that the caller named is in none of the rows that came."""


def warn(message: str, kind: type[GalteaFramesWarning]) -> None:
    """Warn at the line of the caller's code that called the package."""
    level, frame = 1, sys._getframe()  # noqa: SLF001 - the only way to the callers, as pandas does
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_INNER):
        frame = frame.f_back
        level += 1
    warnings.warn(message, kind, stacklevel=level)
