"""Turns whatever goes wrong with a mirror's files into a MirrorError of one line."""

from __future__ import annotations

import re
from contextlib import contextmanager
from itertools import takewhile
from typing import TYPE_CHECKING

from galtea_frames.errors import GalteaFramesError, MirrorError
from galtea_frames.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Decoration of deltalake's messages: colours, an arrow before each cause, and the lines of a trace.
_ORNAMENT = re.compile("\x1b\\[[0-9;]*m|↳")
_TRACE = re.compile(r"\d+: ")

#: The most characters quoted of another library's message: some contain whole log entries.
_LONGEST = 300

#: deltalake's errors by name, so that workers that only read need not import it: a commit that lost a race, and a Rust
#: panic, which is not an Exception in Python.
_OVERTAKEN = "CommitFailedError"
_PANIC = "PanicException"


@contextmanager
def mirror_errors(display: str) -> Iterator[None]:
    """Turn any error in a mirror's files into a MirrorError that names the mirror.

    Damaged files make the libraries that read them fail in any way: with their own errors, Python's, or a panic.
    """
    try:
        yield
    except (GalteaFramesError, MemoryError):
        raise
    except FileNotFoundError as problem:
        raise MirrorError(
            f"{display}: a file of this version is missing; if it is an old version, compacting deleted it; otherwise"
            " restore the mirror, or sync into a new folder"
        ) from problem
    except BaseException as problem:
        if not isinstance(problem, Exception) and type(problem).__name__ != _PANIC:
            raise
        if type(problem).__name__ == _OVERTAKEN:
            raise MirrorError(
                f"{display}: another sync committed at the same time, so this one stopped; run it again"
            ) from None
        raise MirrorError(f"{display} cannot be read or written: {_one_line(problem)}") from problem


def _one_line(problem: BaseException) -> str:
    """Return an error's message on one line: deltalake puts each cause on a line, followed by a trace."""
    if isinstance(problem, KeyError):
        return f"{printable(str(problem))} is missing"
    lines = filter(None, (_ORNAMENT.sub("", line).strip() for line in str(problem).splitlines()))
    words = printable(": ".join(takewhile(lambda line: not _TRACE.match(line), lines)))
    return f"{words[:_LONGEST]}…" if len(words) > _LONGEST else words or type(problem).__name__
