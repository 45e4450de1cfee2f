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
└── UnknownStatusWarning         a session status that this release does not know
```
"""

from __future__ import annotations

import re

#: What looks like a key (api.md: keys begin with gsk_ or gsk-).
_KEY = re.compile(r"(gsk[_-])[A-Za-z0-9_-]{12,}", re.IGNORECASE)


def masked(message: str) -> str:
    """Return a message without what looks like a key: one that was passed in the wrong place would be quoted back."""
    return _KEY.sub(r"\1…", message)


class GalteaFramesError(Exception):
    """Any failure that the package foresees; its message is one line that says what to do, and quotes no key."""

    def __init__(self, message: str = "") -> None:
        super().__init__(masked(message))


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
    """Any warning of the package."""


class MixedTypesWarning(GalteaFramesWarning):
    """A column holds values of more than one type, and so is JSON text."""


class ColumnBudgetWarning(GalteaFramesWarning):
    """A field has more nested paths than columns; the rarest are in one JSON text column."""


class UnknownStatusWarning(GalteaFramesWarning):
    """The API sent a session status that this release does not know; it was appended to the category."""
