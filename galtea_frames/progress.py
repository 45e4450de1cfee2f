"""How far a load is: rows, pages and rate, on a terminal or in a notebook, gone when the load is done."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Progress


@contextmanager
def shown(wanted: bool | Literal["auto"], what: str) -> Iterator[Callable[[int, int], None]]:
    """Show progress on stderr while inside; give the function to call with the rows and pages so far.

    Args:
        wanted: True or False, or "auto": where a person looks on.
        what: what the rows are.
    """
    if not (_someone_looks() if wanted == "auto" else wanted):
        yield _silent
        return
    with _bar() as bar:
        task = bar.add_task(what, total=None, pages=0, rate=0.0)
        started = time.monotonic()

        def update(rows: int, pages: int) -> None:
            seconds = max(time.monotonic() - started, 1e-3)
            bar.update(task, completed=rows, pages=pages, rate=rows / seconds)

        yield update


def _silent(_rows: int, _pages: int) -> None:
    """Show nothing."""


def _someone_looks() -> bool:
    return sys.stderr.isatty() or (_in_notebook() and find_spec("ipywidgets") is not None)


def _in_notebook() -> bool:
    """Tell whether a Jupyter kernel runs this process; IPython on a terminal has another shell class."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return type(shell).__name__ == "ZMQInteractiveShell"


def _bar() -> Progress:
    # Imported here: a load that shows nothing should not pay for it.
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.completed:,} rows  {task.fields[pages]:,} pages  {task.fields[rate]:,.0f} rows/s"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
