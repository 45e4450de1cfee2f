"""How a report writes numbers; pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fractions import Fraction

    Number = Fraction | float

#: What a missing number is written as.
NOTHING = "n/a"

_MINUS = "\u2212"

#: The smallest sum that two decimals are enough for.
_CENTS = 10

#: Smaller p-values say no more.
_SMALLEST_P = 0.001

#: The smallest number written with an exponent.
_LARGE = 1e15


def count(value: Number | None) -> str:
    """Format a count: "4,812"."""
    return NOTHING if value is None else f"{float(value):,.0f}".replace("-", _MINUS)


def signed_count(value: float | None) -> str:
    """Format a difference of counts: "+412"."""
    return NOTHING if value is None else _signed(f"{value:+,.0f}")


def percent(value: Number | None) -> str:
    """Format a share: "7.9 %"."""
    return NOTHING if value is None else f"{100 * float(value):.1f}\u00a0%"


def signed_percent(value: Number | None) -> str:
    """Format a relative change: "+9.4 %"."""
    return NOTHING if value is None else f"{_signed(f'{100 * float(value):+.1f}')}\u00a0%"


def points(value: Number | None) -> str:
    """Format a difference of shares in percentage points: "+2.1"."""
    return NOTHING if value is None else _signed(f"{100 * float(value):+.1f}")


def number(value: Number | None) -> str:
    """Format a measured value with three significant digits, or as an integer: "1,276", "0.0167"."""
    if value is None:
        return NOTHING
    found = float(value)
    if abs(found) >= _LARGE:
        return f"{found:.3g}".replace("-", _MINUS)
    text = f"{found:,.0f}" if abs(found) >= 1000 or found == int(found) else f"{found:.3g}"  # noqa: PLR2004 - smaller numbers need decimals for three digits
    return text.replace("-", _MINUS)


def score(value: Number | None) -> str:
    """Format a score between 0 and 1: "0.724"."""
    return NOTHING if value is None else f"{float(value):.3f}".replace("-", _MINUS)


def signed_score(value: Number | None) -> str:
    """Format a difference of scores: "+0.082"."""
    return NOTHING if value is None else _signed(f"{float(value):+.3f}")


def amount(value: Number | None) -> str:
    """Format a sum with all digits that matter: "1,276.45", "0.0167"."""
    if value is None or not _CENTS <= abs(float(value)) < _LARGE:
        return number(value)
    return f"{float(value):,.2f}".removesuffix(".00").replace("-", _MINUS)


def signed_number(value: Number | None) -> str:
    """Format a difference of measured values with three significant digits: "+1,276"."""
    if value is None:
        return NOTHING
    return _signed(f"{'-' if value < 0 else '+'}{number(abs(float(value)))}")


def p_value(value: Number | None) -> str:
    """Format a p-value: "0.013", "< 0.001"."""
    if value is None:
        return NOTHING
    return f"{float(value):.3f}" if value >= _SMALLEST_P else f"<\u00a0{_SMALLEST_P}"


def named_value(name: str, value: Number | None) -> str:
    """Format a number that thresholds name, as a count, share, score or difference."""
    name = name.partition("(")[0]  # a metric may have any name
    if name.startswith("score_") or name == "score":
        return score(value) if "change" not in name else signed_score(value)
    if "change" in name and "rate" in name:
        return NOTHING if value is None else f"{points(value)}\u00a0pp"
    if "rate" in name:
        return percent(value)
    return signed_percent(value) if "change" in name else number(value)


def limit(name: str, value: float) -> str:
    """Format a limit with all its digits, to tell it apart from the value: "2.95 %"."""
    name = name.partition("(")[0]
    if name.startswith("score") or ("rate" not in name and "change" not in name):
        return f"{value:,.15g}".replace("-", _MINUS)
    unit = "pp" if "rate" in name and "change" in name else "%"
    digits = f"{100 * value:.10g}"
    digits = digits if "." in digits or "e" in digits else f"{digits}.0"
    signed = digits if "change" not in name or value < 0 else f"+{digits}"
    return f"{signed.replace('-', _MINUS)}\u00a0{unit}"


def cut(text: str, length: int) -> str:
    """Shorten a text to a length, with an ellipsis."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def narrow(text: str, length: int, word: int = 26) -> str:
    """Shorten a text, and its words, so that a column of a table does not get wide."""
    return " ".join(cut(each, word) for each in cut(text, length).split(" "))


def plural(number_of: int, one: str, many: str | None = None) -> str:
    """Format a count with its noun: "1 session", "4,812 sessions"."""
    return f"{number_of:,} {one if number_of == 1 else many or one + 's'}"


def _signed(text: str) -> str:
    """Return a signed number with a minus as wide as the plus, and without a sign if it rounds to zero."""
    return text.replace("-", _MINUS) if re.search(r"[1-9]", text) else text.lstrip("+-")
