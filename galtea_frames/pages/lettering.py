"""Names that charts can draw with the installed fonts, and substitutes for all others.

matplotlib draws character by character, from left to right. Scripts that join characters or run from right to left
would come out wrong, and characters that no font has would be boxes.
"""

from __future__ import annotations

import logging
import threading
import unicodedata
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from galtea_frames.pages.wording import cut
from galtea_frames.per_process import PerProcess
from galtea_frames.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Comes with matplotlib, so it is the same on all machines.
PLAIN = "DejaVu Sans"

#: Fonts for Chinese, Japanese and Korean; those installed are used in this order.
WIDE = (
    *(f"Noto Sans CJK {each}" for each in ("SC", "JP", "KR", "TC", "HK")),
    *(f"Noto Sans {each}" for each in ("SC", "JP", "KR", "TC", "HK")),
    "Source Han Sans SC",
    "Source Han Sans",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
    "Droid Sans Fallback",
    "Microsoft YaHei",
    "Yu Gothic",
    "Malgun Gothic",
    "PingFang SC",
    "Hiragino Sans",
    "Arial Unicode MS",
)

#: Bidirectional classes of right-to-left characters.
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})

#: The longest name and the longest end of an id, in characters; wide characters count twice.
_ROOM, _TAIL = 26, 12

_LOCK = PerProcess(threading.RLock)


@contextmanager
def matplotlib_alone() -> Iterator[None]:
    """Use matplotlib from one thread at a time, since its settings are global, and silence its log.

    It logs that building its font cache takes a while, or that the cache is in a temporary folder.
    """
    logger = logging.getLogger("matplotlib")
    with _LOCK.get():
        level = logger.level
        logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            logger.setLevel(level)


def names(labels: Iterable[tuple[str, str | None]], what: str) -> list[str]:
    """Return a unique name for each label that a chart can draw.

    Args:
        labels: labels and ids; the end of the id is used if the label cannot be drawn.
        what: the noun used with a number if the id cannot be drawn either.
    """
    found: list[str] = []
    for number, (label, id_) in enumerate(labels, 1):
        choices = (_short(printable(label)), None if id_ is None else f"…{printable(id_)[-_TAIL:]}")
        usable = (each for each in choices if each and can_draw(each) and each not in found)
        found.append(next(usable, f"{what} {number}"))
    return found


def can_draw(text: str) -> bool:
    """Tell whether a chart can draw a text."""
    plain, wide = letters()
    return all(
        unicodedata.bidirectional(each) not in _RIGHT_TO_LEFT and (each in plain or (_is_wide(each) and each in wide))
        for each in text
    )


@cache
def fonts() -> tuple[str, ...]:
    """Return the names of the fonts to use, in order of preference."""
    from matplotlib.font_manager import fontManager  # noqa: PLC0415

    installed = {each.name for each in fontManager.ttflist}
    return (PLAIN, *(each for each in WIDE if each in installed))


@cache
def letters() -> tuple[frozenset[str], frozenset[str]]:
    """Return the characters of the font that is always there, and those of all others."""
    from matplotlib.font_manager import FontProperties, findfont  # noqa: PLC0415
    from matplotlib.ft2font import FT2Font  # noqa: PLC0415

    plain, *others = (
        frozenset(map(chr, FT2Font(findfont(FontProperties(family=[name]))).get_charmap())) for name in fonts()
    )
    return plain, frozenset().union(*others)


def _short(text: str) -> str:
    """Shorten a text to the room there is."""
    wide = sum(map(_is_wide, text[:_ROOM]))
    return cut(text, _ROOM - wide // 2)


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in ("W", "F")
