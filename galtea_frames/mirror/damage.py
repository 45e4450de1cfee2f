"""What goes wrong with a mirror's files, whoever finds it, as one MirrorError of one line."""

from __future__ import annotations

import re
from contextlib import contextmanager
from itertools import takewhile
from typing import TYPE_CHECKING

from galtea_frames.errors import GalteaFramesError, MirrorError
from galtea_frames.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What deltalake's messages are set with: colours, an arrow before each cause, and the lines of a trace.
_ORNAMENT = re.compile("\x1b\\[[0-9;]*m|↳")
_TRACE = re.compile(r"\d+: ")

#: How much of another library's words is told: some quote whole log entries.
_LONGEST = 300

#: deltalake's errors by their names, since workers that only read have no need of it: a commit that came too late, and
#: what Rust's panics are in Python, which is no Exception.
_OVERTAKEN = "CommitFailedError"
_PANIC = "PanicException"


@contextmanager
def mirror_errors(display: str) -> Iterator[None]:
    """Turn whatever goes wrong with a mirror's files into a MirrorError that names the mirror.

    Damage makes the libraries that read them fail in any way: with their own errors, Python's, or a panic.
    """
    try:
        yield
    except (GalteaFramesError, MemoryError):
        raise
    except FileNotFoundError as problem:
        raise MirrorError(
            f"{display}: a file of this version is gone: if it is an old one, by compacting; else restore the mirror,"
            " or sync into a new folder"
        ) from problem
    except BaseException as problem:
        if not isinstance(problem, Exception) and type(problem).__name__ != _PANIC:
            raise
        if type(problem).__name__ == _OVERTAKEN:
            raise MirrorError(
                f"{display}: another sync has written meanwhile, so this one stopped; run it again"
            ) from None
        raise MirrorError(f"{display} cannot be read or written: {_one_line(problem)}") from problem


def _one_line(problem: BaseException) -> str:
    """Return an error's own words: deltalake tells causes in lines of their own, and then where in its code it was."""
    if isinstance(problem, KeyError):
        return f"{printable(str(problem))} is missing"
    lines = filter(None, (_ORNAMENT.sub("", line).strip() for line in str(problem).splitlines()))
    words = printable(": ".join(takewhile(lambda line: not _TRACE.match(line), lines)))
    return f"{words[:_LONGEST]}…" if len(words) > _LONGEST else words or type(problem).__name__
