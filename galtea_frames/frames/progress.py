"""Progress of a load: rows, pages and rate, on a terminal or in a notebook, removed at the end."""

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

#: Seconds before a notebook shows progress: it leaves an empty output in the saved notebook.
_NOTEBOOK_PATIENCE = 1.0

#: Seconds between updates in a notebook; each is a message to the browser.
_NOTEBOOK_PERIOD = 0.25


#: Class names of notebook shells: Jupyter, Google Colab and Databricks. A terminal has a different one.
_NOTEBOOKS = frozenset({"ZMQInteractiveShell", "Shell", "DatabricksShell"})


class Progress:
    """The progress line of a load.

    Args:
        what: what the rows are.
        show: replaces the line shown.
    """

    def __init__(self, what: str, show: Callable[[str], None]) -> None:
        self._what = what
        self._show = show
        self._started = time.monotonic()

    def count(self, rows: int, pages: int) -> None:
        """Show the number of rows and pages so far, and the rate."""
        seconds = max(time.monotonic() - self._started, 1e-3)
        self._show(f"{self._what} {rows:,} rows  {pages:,} pages  {rows / seconds:,.0f} rows/s")

    def tell(self, words: str) -> None:
        """Show what the load is waiting for, until more rows arrive."""
        self._show(printable(masked(f"{self._what}: {words}")))


@contextmanager
def show_progress(wanted: bool | Literal["auto"], what: str) -> Iterator[Progress]:
    """Show progress inside the context, on stderr or in the notebook; return the progress line to update.

    Args:
        wanted: True or False, or "auto": only in notebooks and on terminals.
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
    """Tell whether this process is a notebook kernel."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return not _NOTEBOOKS.isdisjoint(each.__name__ for each in type(shell).__mro__)


@contextmanager
def _terminal_line() -> Iterator[Callable[[str], None]]:
    # Imported here, so that loads without progress do not pay for it.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    # A closed terminal, or a log on a full disk, must not fail the load.
    console = Console(file=cast("TextIO", Stream(sys.stderr)), emoji=False)
    # A log keeps the last line.
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
            # Empty data, because an empty text would show as an empty line, and clearing the cell would remove what
            # the user has printed.
            handle.update({}, raw=True)
