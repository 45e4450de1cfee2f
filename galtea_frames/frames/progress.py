"""How far a load is: rows, pages and rate, on a terminal or in a notebook, gone when the load is done."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, cast

from galtea_frames.errors import masked
from galtea_frames.printable import printable
from galtea_frames.streams import Stream, is_terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TextIO

#: Seconds before a notebook shows anything: what is shown leaves an output without content in the saved notebook.
_NOTEBOOK_PATIENCE = 1.0

#: Seconds between two lines shown in a notebook, each of which is a message to the browser.
_NOTEBOOK_PERIOD = 0.25


#: Shells of notebooks, by their classes' names: Jupyter's, Google Colab's and Databricks'; on a terminal it is another.
_NOTEBOOKS = frozenset({"ZMQInteractiveShell", "Shell", "DatabricksShell"})


class Progress:
    """The line that says how far a load is.

    Args:
        what: what the rows are.
        show: shows a line in place of the one before.
    """

    def __init__(self, what: str, show: Callable[[str], None]) -> None:
        self._what = what
        self._show = show
        self._started = time.monotonic()

    def count(self, rows: int, pages: int) -> None:
        """Show how many rows came so far, in how many pages, and how fast."""
        seconds = max(time.monotonic() - self._started, 1e-3)
        self._show(f"{self._what} {rows:,} rows  {pages:,} pages  {rows / seconds:,.0f} rows/s")

    def tell(self, words: str) -> None:
        """Show what is waited for, until further rows come."""
        self._show(printable(masked(f"{self._what}: {words}")))


@contextmanager
def show_progress(wanted: bool | Literal["auto"], what: str) -> Iterator[Progress]:
    """Show progress while inside, on stderr or in the notebook; give what to tell rows and pages so far.

    Args:
        wanted: True or False, or "auto": where a person looks on.
        what: what the rows are.
    """
    notebook = _in_notebook()
    somewhere = notebook or (sys.stderr is not None if wanted is True else is_terminal(sys.stderr))
    if wanted is False or not somewhere:
        yield Progress(what, _silent)
        return
    with _notebook_line() if notebook else _terminal_line() as show:
        yield Progress(what, show)


def _silent(_text: str) -> None:
    """Show nothing."""


def _in_notebook() -> bool:
    """Tell whether a notebook's kernel runs this process."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return not _NOTEBOOKS.isdisjoint(each.__name__ for each in type(shell).__mro__)


@contextmanager
def _terminal_line() -> Iterator[Callable[[str], None]]:
    # Imported here: a load that shows nothing should not pay for it.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    # A terminal that goes away, or a log on a full disk, is no reason for a load to fail.
    console = Console(file=cast("TextIO", Stream(sys.stderr)), emoji=False)
    # Whoever wants progress in a log gets its last line.
    transient, of_prints = is_terminal(sys.stderr), sys.stdout is not None
    with Bar(*columns, console=console, transient=transient, redirect_stdout=of_prints) as bar:
        task = bar.add_task("", total=None)
        yield lambda text: bar.update(task, description=text)


@contextmanager
def _notebook_line() -> Iterator[Callable[[str], None]]:
    display: Any = import_module("IPython.display").display

    handle: Any = None
    due = time.monotonic() + _NOTEBOOK_PATIENCE

    def show(text: str) -> None:
        nonlocal handle, due
        if time.monotonic() < due:
            return
        due = time.monotonic() + _NOTEBOOK_PERIOD
        if handle is None:
            handle = display({"text/plain": text}, raw=True, display_id=True)
        else:
            handle.update({"text/plain": text}, raw=True)

    try:
        yield show
    finally:
        if handle is not None:
            # Nothing that could be shown: an empty text would be an empty line. To clear the cell would take away what
            # its user has printed.
            handle.update({}, raw=True)
