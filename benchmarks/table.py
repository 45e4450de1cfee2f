"""A table of results, as text for a terminal or as Markdown for a README."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_GAP = "  "


@dataclass
class Table:
    """One table.

    Attributes:
        title: what was measured.
        header: the columns; the first names the row, ratios follow.
        rows: one text a cell.
        notes: lines below it.
    """

    title: str
    header: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Return it for a terminal."""
        widths = self._widths()
        lines = [self.title, "", *(_aligned(row, widths, _GAP) for row in (self.header, *self.rows))]
        lines.insert(3, _GAP.join("-" * width for width in widths))
        return "\n".join([*lines, *(f"  {note}" for note in self.notes)])

    def markdown(self) -> str:
        """Return it for a README."""
        widths = self._widths()
        header, *rows = (f"| {_aligned(row, widths, ' | ')} |" for row in (self.header, *self.rows))
        rule = "|".join(["-" * (widths[0] + 2), *("-" * (width + 1) + ":" for width in widths[1:])])
        lines = [f"### {self.title}", "", header, f"|{rule}|", *rows]
        return "\n".join(lines + (["", *(f"{note}  " for note in self.notes)] if self.notes else []))

    def _widths(self) -> list[int]:
        return [max(map(len, column)) for column in zip(self.header, *self.rows, strict=True)]


def _aligned(row: Sequence[str], widths: Sequence[int], gap: str) -> str:
    """Return a line with the name on the left and numbers on the right of their columns."""
    place: list[Callable[[str, int], str]] = [str.ljust, *[str.rjust] * (len(widths) - 1)]
    return gap.join(put(cell, width) for put, cell, width in zip(place, row, widths, strict=True)).rstrip()


def ratio(value: float | None) -> str:
    """Return how many times as much; a dash for what was not measured."""
    return "-" if value is None else f"{value:.2f}x"


def seconds(value: float | None) -> str:
    """Return seconds with three significant figures or so; a dash for what was not measured."""
    return "-" if value is None else f"{value:.3f}" if value < 1 else f"{value:.2f}"


def megabytes(value: float | None) -> str:
    """Return bytes as megabytes (10^6); a dash for what was not measured."""
    return "-" if value is None else f"{value / 1_000_000:,.0f}"
