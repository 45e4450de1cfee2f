"""Pictures as PNG, for light and for dark pages; the same values give the same bytes."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from galtea_frames.pages import lettering
from galtea_frames.pages.wording import cut
from galtea_frames.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

_LABEL = 26
_WIDTH, _DPI = 3.9, 240


@dataclass(frozen=True)
class Look:
    """Colours of a page: background, text, grid, up to seven versions, and all others.

    The light ones are Okabe and Ito's from "Color Universal Design" (2008), which colour-blind readers can tell apart,
    except for their yellow, which is too pale on white. The dark ones are lighter shades of them.
    """

    ground: str
    text: str
    grid: str
    colours: tuple[str, ...]
    other: str

    def colour(self, number_of: int | None) -> str:
        """Return the colour of a series."""
        return self.other if number_of is None else self.colours[number_of]


LIGHT = Look(
    ground="#ffffff",
    text="#3d4450",
    grid="#e4e7ec",
    colours=("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#882255"),
    other="#a4acb8",
)
DARK = Look(
    ground="#171b22",
    text="#c3cad5",
    grid="#2c333e",
    colours=("#4ba3e3", "#e69f00", "#1dbf92", "#dd9ac0", "#9bd3f5", "#f07a3a", "#f0e442"),
    other="#717a88",
)


@dataclass(frozen=True)
class Chart:
    """A chart: the name of its file, title, alternative text, height, and a function that draws it."""

    name: str
    title: str
    alt: str
    height: float
    draw: Callable[[Axes, Look], None]

    def png(self, look: Look) -> bytes:
        """Return the picture as PNG."""
        # Imported here: importing matplotlib takes longer than building a report.
        from matplotlib import rc_context, rcdefaults  # noqa: PLC0415
        from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
        from matplotlib.figure import Figure  # noqa: PLC0415

        with rc_context():
            rcdefaults()  # the user's settings must not change the picture
            with rc_context(_settings(look)):
                figure = Figure(figsize=(_WIDTH, self.height), dpi=_DPI, layout="constrained", facecolor=look.ground)
                canvas = FigureCanvasAgg(figure)
                self.draw(figure.add_subplot(), look)
                file = io.BytesIO()
                # Not `savefig`, which lays out the figure twice. Without the name and version of matplotlib, so that
                # its updates do not change the bytes.
                canvas.print_png(file, metadata={"Software": None})  # type: ignore[no-untyped-call]
        return file.getvalue()


def _settings(look: Look) -> dict[Any, Any]:
    return {
        "font.family": [*lettering.fonts()],
        "font.size": 8,
        "text.parse_math": False,  # a dollar sign in a version's name is a dollar sign
        "text.color": look.text,
        "axes.facecolor": look.ground,
        "axes.edgecolor": look.grid,
        "axes.labelcolor": look.text,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "grid.color": look.grid,
        "xtick.color": look.text,
        "ytick.color": look.text,
        "xtick.major.size": 0,
        "ytick.major.size": 0,
        "legend.frameon": False,
        "legend.fontsize": 7.5,
    }


def label_rows(axes: Axes, names: list[str]) -> None:
    """Label the rows, the first at the top."""
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(axis="x")
    axes.spines["left"].set_visible(False)


def write_below(axes: Axes, words: str) -> None:
    """Write below the chart, centred in the whole picture, since the axes may be narrow."""
    axes.figure.supxlabel(words, fontsize=8)


def height_of(rows: int) -> float:
    """Return the height of a picture with a number of rows, in inches."""
    return 0.9 + 0.27 * max(rows, 3)


def shortened(text: str) -> str:
    """Shorten text for a title or an alternative text."""
    return cut(printable(text), _LABEL)
