"""What charts can write: the letters of the fonts there are, and what stands for a name of other letters.

matplotlib sets one letter after the other, from left to right. What needs more than that, because letters are joined,
or run from right to left, would be wrong without looking so; and a letter that no font has would be a box.
"""

from __future__ import annotations

import logging
import threading
import unicodedata
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING

from galtea_frames.per_process import PerProcess
from galtea_frames.printable import printable
from galtea_frames.report.wording import cut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Comes with matplotlib, so that no machine has another one.
PLAIN = "DejaVu Sans"

#: What is looked for besides, for Chinese, Japanese and Korean: all that are installed are used, in this order.
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

#: Letters that run from right to left, and numbers among them.
_LEFTWARD = frozenset({"R", "AL", "AN"})

#: As many letters as there is room for, and as much of an id; a wide letter takes the room of two.
_ROOM, _TAIL = 26, 12

_LOCK = PerProcess(threading.RLock)


@contextmanager
def matplotlib_alone() -> Iterator[None]:
    """Keep matplotlib to one thread, for its settings and fonts are the process's, and its notices off stderr.

    It tells of its own cache: that it takes a while to be made, or lies in a folder for temporary files.
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
    """Return what a chart calls each of some things, no two alike.

    Args:
        labels: what each is called, and its id, the end of which stands for a name that cannot be written.
        what: what one of them is, which stands with its number for those without an id too.
    """
    found: list[str] = []
    for number, (label, id_) in enumerate(labels, 1):
        choices = (_short(printable(label)), None if id_ is None else f"…{printable(id_)[-_TAIL:]}")
        usable = (each for each in choices if each and can_write(each) and each not in found)
        found.append(next(usable, f"{what} {number}"))
    return found


def can_write(text: str) -> bool:
    """Tell whether a chart can show this text as it is."""
    plain, wide = letters()
    return all(
        unicodedata.bidirectional(each) not in _LEFTWARD and (each in plain or (_is_wide(each) and each in wide))
        for each in text
    )


@cache
def fonts() -> tuple[str, ...]:
    """Return the names of the fonts that are used, in the order in which they are asked for a letter."""
    from matplotlib.font_manager import fontManager  # noqa: PLC0415

    installed = {each.name for each in fontManager.ttflist}
    return (PLAIN, *(each for each in WIDE if each in installed))


@cache
def letters() -> tuple[frozenset[str], frozenset[str]]:
    """Return the letters of the font that is always there, and those of the others."""
    from matplotlib.font_manager import FontProperties, findfont  # noqa: PLC0415
    from matplotlib.ft2font import FT2Font  # noqa: PLC0415

    plain, *others = (
        frozenset(map(chr, FT2Font(findfont(FontProperties(family=[name]))).get_charmap())) for name in fonts()
    )
    return plain, frozenset().union(*others)


def _short(text: str) -> str:
    """Return as much of a text as there is room for."""
    wide = sum(map(_is_wide, text[:_ROOM]))
    return cut(text, _ROOM - wide // 2)


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in ("W", "F")
