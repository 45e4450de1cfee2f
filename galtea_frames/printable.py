"""Text from elsewhere, made safe to print: one line, with nothing that hides or moves what is around it; pure."""

from __future__ import annotations

import re
import reprlib
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")

#: Characters that are invisible, act on a terminal, turn the text around them, or cannot be written: controls, format
#: characters (Unicode's categories Cc, Cf, Cs, Zl, Zp), fillers that look like nothing, and supplementary selectors,
#: in which whole sentences can be hidden.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
#: They choose between two looks of the character before them, mostly an emoji: nothing is lost without them.
_SELECTORS = re.compile("[\ufe00-\ufe0f]")
#: Spaces and line ends, but not the space that holds a number and its unit together.
_SPACE = re.compile(r"[^\S\u00a0]+")


def printable(text: str) -> str:
    """Return text on one line, with U+FFFD for each character that would hide or turn what stands around it."""
    return printable_line(_SPACE.sub(" ", text))


def printable_line(line: str) -> str:
    """Return a line with such characters replaced, but spaces as they are: they align it with the lines around it."""
    return _UNPRINTABLE.sub("\ufffd", _SELECTORS.sub("", line))


#: Characters of a name among others.
_LONGEST = 60

#: Elements of a list, or pairs of a dictionary, that are quoted.
_ELEMENTS = 20


class _Short(reprlib.Repr):
    """Representations that stop early, however much a value holds."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.maxlevel = 4
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = self.maxdeque = _ELEMENTS
        self.maxstring = self.maxother = most

    def repr_dict(self, x: dict[Any, Any], level: int) -> str:
        """Return a dictionary in its own order, which `reprlib` would sort."""
        pairs = [
            f"{self.repr1(key, level - 1)}: {self.repr1(each, level - 1)}"
            for key, each in islice(x.items(), _ELEMENTS if level > 0 else 0)
        ]
        return "{" + ", ".join([*pairs, *(["..."] if len(x) > len(pairs) else [])]) + "}"

    def repr_bytes(self, x: bytes, level: int) -> str:
        """Return the first bytes."""
        del level
        return repr(x[: self.maxother])

    def repr_instance(self, x: object, level: int) -> str:
        """Return the name of the type of what has many lines: a table, an array."""
        text = "\n" if getattr(x, "ndim", 0) else super().repr_instance(x, level)
        return _with_article(type(x).__name__) if "\n" in text else text


def quoted(value: object, most: int = 100) -> str:
    """Return a value as a message quotes it: as Python writes it, on one printable line of about so many characters.

    A longer text is cut, a table or an array named by its type; nothing large is written out in order to be cut.
    """
    if isinstance(value, str):
        return printable(repr(value[:most])) + ("…" if len(value) > most else "")
    try:
        text = printable(_Short(most).repr(value))
    except ValueError:  # Python writes no integers of thousands of digits
        return _with_article(type(value).__name__)
    return text if len(text) <= most else text[:most] + "…"


def _shortened(name: object) -> str:
    text = str(name)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def listed(items: Sequence[T], most: int, show: Callable[[T], str] = _shortened) -> str:
    """Return the first items on one line, separated by commas, and how many more there are."""
    return printable(", ".join(map(show, items[:most]))) + more(items, most)


def more(items: Sequence[object], most: int) -> str:
    """Return " and 3 more" if there are more items than are listed."""
    return f" and {len(items) - most:,} more" if len(items) > most else ""


def _with_article(name: str) -> str:
    return f"an {name}" if name.startswith(tuple("AEIOUaeio")) or name == "ndarray" else f"a {name}"
