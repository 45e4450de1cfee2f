"""The standard streams as they really are: absent, closed, full, or in an encoding that lacks what is written."""

from __future__ import annotations

import io
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

_STANDARD = (0, 1, 2)


def is_terminal(stream: object) -> bool:
    """Tell whether a stream is a terminal; it may be None, closed, or anything that a program put in its place."""
    try:
        return bool(stream.isatty())  # type: ignore[attr-defined] # that is the question
    except (AttributeError, OSError, ValueError):
        return False


class Stream(io.TextIOBase):
    """A stream to write to that fails nobody.

    Characters that its encoding lacks are written as escapes. What cannot be written is dropped.

    Attributes:
        problem: why something could not be written, if so.
    """

    def __init__(self, inner: TextIO | None) -> None:
        self._inner = inner
        self.problem: str | None = None

    @property
    def encoding(self) -> str:  # type: ignore[override] # a plain attribute there, and read-only in C
        """The encoding of what is written."""
        return getattr(self._inner, "encoding", None) or "utf-8"

    def isatty(self) -> bool:
        """Tell whether it is a terminal."""
        return is_terminal(self._inner)

    def fileno(self) -> int:
        """Return the number of the file that it writes to."""
        if self._inner is None:
            raise io.UnsupportedOperation("there is no file")
        return self._inner.fileno()

    def writable(self) -> bool:
        """Tell that it can be written to."""
        return True

    def write(self, text: str) -> int:
        """Write text, at once."""
        fitting = text.encode(self.encoding, "backslashreplace").decode(self.encoding)
        if self._inner is not None and self.problem is None:
            try:
                self._inner.write(fitting)
                if hasattr(self._inner, "flush"):
                    self._inner.flush()
            except (AttributeError, OSError, ValueError) as problem:
                self.problem = getattr(problem, "strerror", None) or str(problem)
                _empty(self._inner)
        return len(text)


@contextmanager
def standard_streams() -> Iterator[Stream]:
    """Have the standard streams fail nobody while inside; give stdout, which knows whether all was written."""
    _open_closed()
    plain = sys.stdout, sys.stderr
    out = Stream(sys.stdout)
    sys.stdout, sys.stderr = cast("TextIO", out), cast("TextIO", Stream(sys.stderr))
    try:
        yield out
    finally:
        sys.stdout, sys.stderr = plain


def _open_closed() -> None:
    """Open what the process was started without, or the next file would be taken for the stream by libraries."""
    for number in _STANDARD:
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _empty(stream: TextIO) -> None:
    """Have a stream forget what it could not write: Python would try it once more at its end, and complain."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
        stream.flush()
    except (AttributeError, OSError, ValueError):  # no file behind it, or closed
        pass
