"""What an error says of a name that is not known: the one that was meant, or those there are."""

from __future__ import annotations

import difflib

from galtea_frames.api.resources import snake_case
from galtea_frames.printable import quoted

#: Characters of a name that are compared with others.
_MOST = 100


def unknown(what: str, name: str, known: list[str]) -> str:
    """Return what an error says of a name that is not among the known ones."""
    return f"unknown {what} {quoted(name)}: {meant(name, known)}"


def meant(name: str, known: list[str]) -> str:
    """Return which of the known names was meant, or all of them."""
    short = name[:_MOST]
    close = difflib.get_close_matches(short, known, n=1) or difflib.get_close_matches(snake_case(short), known, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"there are {', '.join(known)}"
    if "params" in known and not close:
        hint += "; a filter of the API that is not among them goes into params={…}, by its API name"
    return hint
