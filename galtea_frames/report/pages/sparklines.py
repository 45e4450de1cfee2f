"""Coordinates of the small drawings in tables, which are 100 wide and 24 high; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDTH, _TOP, _BOTTOM = 100, 3, 21
_MARGIN = 3


def lines(values: Sequence[float | None], top: float) -> list[str]:
    """Return the points of a line through values, one text per stretch without gaps.

    Args:
        values: from left to right; None makes a gap.
        top: the value at the upper edge; zero is at the lower edge.
    """
    stretches: list[list[str]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            stretches.append([])
        else:
            across = _MARGIN + index * (_WIDTH - 2 * _MARGIN) / max(1, len(values) - 1)
            stretches[-1].append(f"{across:.1f},{_BOTTOM - (_BOTTOM - _TOP) * _part(value, top):.1f}")
    return [" ".join(stretch) for stretch in stretches if stretch]


def across(value: float, top: float) -> str:
    """Return the x coordinate of a value; zero is at the left edge, `top` at the right."""
    return f"{_MARGIN + (_WIDTH - 2 * _MARGIN) * _part(value, top):.1f}"


def _part(value: float, top: float) -> float:
    return min(value / top, 1.0) if top else 0.0
