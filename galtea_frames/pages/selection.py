"""What a caller says of the rows that were selected on purpose, checked; pure."""

from __future__ import annotations

from galtea_frames.errors import QueryError
from galtea_frames.printable import printable, quoted

#: The longest selection, in characters.
_LONGEST = 200


def parse_selection(given: object, what: str) -> str:
    """Return a selection on one line.

    Args:
        given: which rows a page is about.
        what: what the rows are, as in "sessions".

    Raises:
        QueryError: it is not a line of text.
    """
    if not isinstance(given, str) or not given.strip():
        raise QueryError(
            f"selection must say which {what} these are, such as 'voice channel only', not {quoted(given)}"
        )
    text = " ".join(given.split())
    if len(text) > _LONGEST:
        raise QueryError(f"selection must have at most {_LONGEST} characters, not {len(text):,}")
    if printable(text).count("\ufffd") > text.count("\ufffd"):
        raise QueryError(f"selection contains a character that cannot be displayed: {quoted(text)}")
    return text
