"""The errors and warnings of the package, organized by what the caller can do about them.

```
GalteaFramesError
├── SettingsError (ValueError)   no key, or an invalid setting: fix the settings
├── QueryError (ValueError)      unknown filter or invalid value: fix the call; raised before any request
├── SchemaError (ValueError)     an unusable schema file, or a value that does not fit its pinned column
├── RequestError                 the API rejected the request or could not be reached: .status .attempts .path
│   ├── AuthenticationError      401, 403: check the key
│   └── NotFoundError            404: an id that does not exist, or a wrong address
├── ResponseError                the API's answers are not lists of records, or cannot be trusted to be complete
├── JoinError (ValueError)       the frames cannot be joined without losing or duplicating rows
├── ParquetError                 a file could not be written or read
├── MirrorError                  a mirror could not be read or synced
└── ReportError                  a report could not be built

GalteaFramesWarning (UserWarning)
├── MixedTypesWarning            a column has values of several types and is returned as JSON text
├── ColumnBudgetWarning          too many nested paths: the rarest are in one JSON text column
├── UnknownStatusWarning         a session status that this release does not know
├── MisfitsWarning               values that do not fit their pinned column, which is null there
├── AbsentColumnsWarning         a column that the caller named is in no row
├── DanglingKeysWarning          rows refer to others that the API does not return, whose columns are null there
└── CaseCollisionWarning         column names differ only in case, which some engines ignore
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

#: Files whose frames a warning skips to find the caller: the package's own, and that of its context managers.
_INNER = (str(Path(__file__).parent) + os.sep, contextlib.__file__)


#: Text that looks like a key (docs/api.md, "Requests").
_KEY = re.compile(r"(gsk[_-])[A-Za-z0-9_-]{12,}", re.IGNORECASE)

#: User names and passwords in a URL: up to the last @ before the path or, if a password contains an unescaped slash, up
#: to the last @ of the word. Repetitions are bounded, so that matching is fast on any text.
_USER = re.compile(
    r"(?:(?P<scheme>[a-z][a-z0-9+.-]{1,30}:)/{1,3}|//)"
    r"(?P<who>[^\s/?#@:]{0,300}:(?!\d+(?:[/?#\s]|$))\S{0,300}|[^\s/?#]{0,300})@",
    re.IGNORECASE,
)
#: The same without a scheme, as in proxy settings.
_BARE_USER = re.compile(r"(?<![\w/.%+-])[\w.%+-]{1,64}:[^\s@/:\\'\"]{1,300}@(?=[\w\[])")
#: Schemes of Azure URLs, in which a container stands in the place of the user.
_CONTAINERS = frozenset({"abfs:", "abfss:", "wasb:", "wasbs:"})

#: The query of a URL, whose values are often signatures, ...
_QUERY = re.compile(r"(?<=//)[^\s?#]{1,2000}\?\S+")
_VALUE = re.compile(r"(?<=[?&;])(?P<name>[^\s=&;#?]{1,100}=)[^\s&;#'\"<>]+")
#: ... and assignments to names of secrets, anywhere.
_SECRET = re.compile(
    r"(?<!\w)(?P<name>[\w-]{0,40}(?:sig|signature|token|secret|password|passwd|pwd|credential|sas"
    r"|(?:api|access|account|secret)[_-]?key)=['\"]?)[\w%/+.~$!-][^\s&;,'\"(){}<>]*",
    re.IGNORECASE,
)
_BEARER = re.compile(r"(?P<name>\b(?:bearer|basic) )[\w.~+/=-]{16,}", re.IGNORECASE)

#: Maximum length of a message, because quoted text can have any length.
_LONGEST = 1_000
_LOOKED_AT = 20 * _LONGEST


def masked(message: str) -> str:
    """Return text without keys, passwords and signatures; in URLs, without user names, passwords and query values."""
    message = _KEY.sub(r"\1…", message)
    message = _USER.sub(lambda found: found[0] if _is_container(found) else f"{_start(found)}…@", message)
    message = _BARE_USER.sub("…@", message)
    message = _QUERY.sub(lambda found: _VALUE.sub(r"\g<name>…", found[0]), message)
    return _BEARER.sub(r"\g<name>…", _SECRET.sub(r"\g<name>…", message))


def presentable(message: str) -> str:
    """Return a message that is safe to show: one line of limited length, without secrets and control characters."""
    text = printable(masked(_cut(message, _LOOKED_AT)))
    return _cut(text, _LONGEST)


def _is_container(found: re.Match[str]) -> bool:
    return (found["scheme"] or "").lower() in _CONTAINERS and ":" not in found["who"]


def _start(found: re.Match[str]) -> str:
    """Return the scheme and slashes in front of the user name."""
    return found[0][: found.start("who") - found.start()]


def _cut(text: str, most: int) -> str:
    """Return text shortened in the middle, because messages begin with the problem and end with the advice."""
    head = most * 2 // 3
    return text if len(text) <= most else f"{text[:head]} … {text[len(text) - (most - head - 3) :]}"


class GalteaFramesError(Exception):
    """Base class of all errors of the package. Messages are one line, say what to do, and contain no secrets."""

    def __init__(self, message: str = "") -> None:
        super().__init__(presentable(message))


class SettingsError(GalteaFramesError, ValueError):
    """The API key, the address or another setting is missing or invalid."""


class QueryError(GalteaFramesError, ValueError):
    """An argument is unknown or has an invalid value. Raised before any request."""


class SchemaError(GalteaFramesError, ValueError):
    """A schema file cannot be used, or, with `on_misfit="raise"`, a value does not fit its column."""


class RequestError(GalteaFramesError):
    """The API rejected a request, or could not be reached within the retry budget.

    Attributes:
        status: HTTP status of the last answer; None if there was none.
        attempts: number of times the request was sent.
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
    """The key is wrong, or has no access to the requested data (401, 403)."""


class NotFoundError(RequestError):
    """A requested id does not exist, or the address is not the API's (404)."""


class ResponseError(GalteaFramesError):
    """The API's answers are not lists of records, or cannot be trusted to be complete."""


class JoinError(GalteaFramesError, ValueError):
    """Two frames cannot be joined without losing or duplicating rows."""


class ParquetError(GalteaFramesError):
    """A Parquet file or dataset could not be written or read."""


class MirrorError(GalteaFramesError):
    """A mirror could not be read or synced."""


class ReportError(GalteaFramesError):
    """A report could not be built."""


class GalteaFramesWarning(UserWarning):
    """Base class of all warnings of the package. Messages are one line and contain no secrets."""

    def __init__(self, message: str = "") -> None:
        super().__init__(presentable(message))


class MixedTypesWarning(GalteaFramesWarning):
    """A column has values of several types and is returned as JSON text."""


class MisfitsWarning(GalteaFramesWarning):
    """A pinned column is null where rows hold values of another type."""


class ColumnBudgetWarning(GalteaFramesWarning):
    """A field has too many nested paths; the rarest are in one JSON text column."""


class UnknownStatusWarning(GalteaFramesWarning):
    """The API sent a session status that this release does not know; it was added to the categories."""


class CaseCollisionWarning(GalteaFramesWarning):
    """Column names written to Parquet differ only in case, which engines such as DuckDB ignore."""


class AbsentColumnsWarning(GalteaFramesWarning):
    """A column that the caller named is in none of the rows."""


class DanglingKeysWarning(GalteaFramesWarning):
    """Rows refer to others that the API does not return, such as a deleted metric; these columns are null there."""


def warn(message: str, kind: type[GalteaFramesWarning]) -> None:
    """Issue a warning at the line of the caller's code that called the package."""
    level, frame = 1, sys._getframe()  # noqa: SLF001 - as pandas does, to find the caller
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_INNER):
        frame = frame.f_back
        level += 1
    warnings.warn(message, kind, stacklevel=level)
