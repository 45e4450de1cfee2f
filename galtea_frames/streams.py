"""Standard streams that never fail: absent, closed, full, or with an encoding that lacks characters."""

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
    """Return whether a stream is a terminal. It may be None, closed, or replaced by any object."""
    try:
        return bool(stream.isatty())  # type: ignore[attr-defined] # caught below
    except (AttributeError, OSError, ValueError):
        return False


class Stream(io.TextIOBase):
    """An output stream that never raises on write.

    Characters that its encoding lacks are escaped, and text that cannot be written is dropped.

    Attributes:
        problem: why text could not be written; None if all was.
    """

    def __init__(self, inner: TextIO | None) -> None:
        self._inner = inner
        self.problem: str | None = None

    @property
    def encoding(self) -> str:  # type: ignore[override] # a plain attribute there, and read-only in C
        """The encoding of the output."""
        return getattr(self._inner, "encoding", None) or "utf-8"

    def isatty(self) -> bool:
        """Return whether it is a terminal."""
        return is_terminal(self._inner)

    def fileno(self) -> int:
        """Return the file descriptor."""
        if self._inner is None:
            raise io.UnsupportedOperation("there is no file")
        return self._inner.fileno()

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, text: str) -> int:
        """Write and flush text."""
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
    """Replace stdout and stderr with streams that never raise; yield stdout, whose `problem` tells of lost output."""
    _open_closed()
    plain = sys.stdout, sys.stderr
    out = Stream(sys.stdout)
    sys.stdout, sys.stderr = cast("TextIO", out), cast("TextIO", Stream(sys.stderr))
    try:
        yield out
    finally:
        sys.stdout, sys.stderr = plain


def _open_closed() -> None:
    """Open missing descriptors 0 to 2, so that the next opened file is not taken for a standard stream."""
    for number in _STANDARD:
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


def _empty(stream: TextIO) -> None:
    """Discard a stream's buffer, which Python would otherwise try to flush at exit and report an error."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
        stream.flush()
    except (AttributeError, OSError, ValueError):  # no file descriptor, or closed
        pass
