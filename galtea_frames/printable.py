"""Text from elsewhere, made safe to print: one line, with nothing that hides or moves what is around it; pure."""

from __future__ import annotations

import re

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
    return _UNPRINTABLE.sub("\ufffd", _SELECTORS.sub("", _SPACE.sub(" ", text)))
