"""How a report writes its numbers; pure."""

from __future__ import annotations

import re

#: What stands where there is nothing to divide, or nothing to compare with.
NOTHING = "n/a"

_MINUS = "\u2212"


def count(value: float | None) -> str:
    """Return a number with its thousands apart: "4,812"."""
    return NOTHING if value is None else f"{value:,.0f}".replace("-", _MINUS)


def signed_count(value: float | None) -> str:
    """Return a difference of counts: "+412"."""
    return NOTHING if value is None else _signed(f"{value:+,.0f}")


def percent(value: float | None) -> str:
    """Return a share: "7.9 %"."""
    return NOTHING if value is None else f"{100 * value:.1f}\u00a0%"


def signed_percent(value: float | None) -> str:
    """Return a relative change: "+9.4 %"."""
    return NOTHING if value is None else f"{_signed(f'{100 * value:+.1f}')}\u00a0%"


def points(value: float | None) -> str:
    """Return a difference of shares in percentage points: "+2.1"."""
    return NOTHING if value is None else _signed(f"{100 * value:+.1f}")


def number(value: float | None) -> str:
    """Return a measured value, with three digits at least and no more than it needs: "1,276", "0.0167"."""
    if value is None:
        return NOTHING
    text = f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.3g}"  # noqa: PLR2004 - below, three digits are needed
    return text.replace("-", _MINUS)


def cut(text: str, length: int) -> str:
    """Return the beginning of a text that is longer than this, with an ellipsis."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def plural(number_of: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun: "1 session", "4,812 sessions"."""
    return f"{number_of:,} {one if number_of == 1 else many or one + 's'}"


def _signed(text: str) -> str:
    """Return a number that has its sign with a minus as wide as the plus; what rounds to nothing has none."""
    return text.replace("-", _MINUS) if re.search(r"[1-9]", text) else text.lstrip("+-")
