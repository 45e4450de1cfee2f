"""How far a load is: rows, pages and rate, on a terminal or in a notebook, gone when the load is done."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Seconds before a notebook shows anything: what is shown leaves an output without content in the saved notebook.
_NOTEBOOK_PATIENCE = 1.0

#: Seconds between two lines shown in a notebook, each of which is a message to the browser.
_NOTEBOOK_PERIOD = 0.25


@contextmanager
def shown(wanted: bool | Literal["auto"], what: str) -> Iterator[Callable[[int, int], None]]:
    """Show progress while inside, on stderr or in the notebook; give the function to call with rows and pages so far.

    Args:
        wanted: True or False, or "auto": where a person looks on.
        what: what the rows are.
    """
    if wanted is False or (wanted == "auto" and not (sys.stderr.isatty() or _in_notebook())):
        yield _silent
        return
    with _notebook_line() if _in_notebook() else _terminal_line() as show:
        started = time.monotonic()

        def update(rows: int, pages: int) -> None:
            seconds = max(time.monotonic() - started, 1e-3)
            show(f"{what} {rows:,} rows  {pages:,} pages  {rows / seconds:,.0f} rows/s")

        yield update


def _silent(_rows: int, _pages: int) -> None:
    """Show nothing."""


def _in_notebook() -> bool:
    """Tell whether a Jupyter kernel runs this process; IPython on a terminal has another shell class."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return type(shell).__name__ == "ZMQInteractiveShell"


@contextmanager
def _terminal_line() -> Iterator[Callable[[str], None]]:
    # Imported here: a load that shows nothing should not pay for it.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    # Whoever wants progress in a log gets its last line.
    with Progress(*columns, console=Console(stderr=True), transient=sys.stderr.isatty()) as bar:
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
