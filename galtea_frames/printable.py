"""Foreign text made safe to print: one line, without characters that hide or reorder the text around them; pure."""

from __future__ import annotations

import html
import re
import reprlib
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

T = TypeVar("T")

#: Characters that are invisible, act on a terminal, reorder text or cannot be encoded: control and format characters
#: (Unicode categories Cc, Cf, Cs, Zl, Zp), blank fillers, and supplementary variation selectors, which can hide whole
#: sentences.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
#: Variation selectors choose the look of the character before them, mostly an emoji, and can be dropped.
_SELECTORS = re.compile("[\ufe00-\ufe0f]")
#: White space, except the no-break space between a number and its unit.
_SPACE = re.compile(r"[^\S\u00a0]+")


def printable(text: str) -> str:
    """Return text on one line, with U+FFFD for each unsafe character."""
    return printable_line(_SPACE.sub(" ", text))


def printable_line(line: str) -> str:
    """Return a line with unsafe characters replaced and spaces kept, because they may align it with other lines."""
    return _UNPRINTABLE.sub("\ufffd", _SELECTORS.sub("", line))


#: Maximum length of a name in a list.
_LONGEST = 60

#: Elements of a list or dictionary to quote.
_ELEMENTS = 20


class _Short(reprlib.Repr):
    """Representations of limited length, for values of any size."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.maxlevel = 4
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = self.maxdeque = _ELEMENTS
        self.maxstring = self.maxother = most

    def repr_dict(self, x: dict[Any, Any], level: int) -> str:
        """Return a dictionary in insertion order; `reprlib` sorts it."""
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
        """Return only the type's name for values with several lines, such as tables and arrays."""
        text = "\n" if getattr(x, "ndim", 0) else super().repr_instance(x, level)
        return _with_article(type(x).__name__) if "\n" in text else text


def html_table(rows: Mapping[str, object]) -> str:
    """Return names and values as a table for notebooks, all escaped."""
    cells = (f"<tr><th>{html.escape(name)}</th><td>{html.escape(str(value))}</td></tr>" for name, value in rows.items())
    return f"<table>{''.join(cells)}</table>"


def quoted(value: object, most: int = 100) -> str:
    """Return the repr of a value for a message: one printable line of about `most` characters.

    Tables and arrays are named by their type. Large values are never formatted in full.
    """
    if isinstance(value, str):
        return printable(repr(value[:most])) + ("…" if len(value) > most else "")
    try:
        text = printable(_Short(most).repr(value))
    except ValueError:  # Python does not format integers with thousands of digits
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
