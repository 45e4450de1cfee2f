"""Progress is shown where a person looks on, on stderr, and is gone when the load is done."""

from __future__ import annotations

import io
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Literal

import pytest

import galtea_frames as gf
from galtea_frames import progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.progress import Progress

    Shown = bool | Literal["auto"]


class Stream(io.StringIO):
    """A stream that is a terminal, or not."""

    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        """Whether it is."""
        return self.terminal


#: Shells of IPython: of a Jupyter kernel, and of a terminal.
KERNEL = type("ZMQInteractiveShell", (), {})()
TERMINAL = type("TerminalInteractiveShell", (), {})()


@pytest.mark.parametrize(
    ("wanted", "terminal", "shell", "widgets", "expected"),
    [
        pytest.param("auto", False, None, True, False, id="auto: in a pipe"),
        pytest.param("auto", True, None, False, True, id="auto: on a terminal"),
        pytest.param("auto", False, KERNEL, True, True, id="auto: in a notebook"),
        pytest.param("auto", False, KERNEL, False, False, id="auto: in a notebook without widgets"),
        pytest.param("auto", False, TERMINAL, True, False, id="auto: IPython in a pipe"),
        pytest.param("auto", True, TERMINAL, False, True, id="auto: IPython on a terminal"),
        pytest.param(True, False, None, False, True, id="True: in a pipe"),
        pytest.param(False, True, KERNEL, True, False, id="False: on a terminal"),
    ],
)
def test_it_is_shown_where_wanted(  # noqa: PLR0917 - a truth table
    monkeypatch: pytest.MonkeyPatch,
    wanted: Shown,
    terminal: bool,
    shell: object,
    widgets: bool,
    expected: bool,
) -> None:
    """True and False are obeyed; "auto" asks whether stderr is a terminal or the shell a notebook's."""
    monkeypatch.setattr(sys, "stderr", Stream(terminal))
    if shell is None:
        monkeypatch.delitem(sys.modules, "IPython", raising=False)
    else:
        monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    spec: Callable[[str], object] = lambda name: object() if widgets and name == "ipywidgets" else None  # noqa: E731
    monkeypatch.setattr(progress, "find_spec", spec)
    bars: list[Progress] = []
    real = progress._bar  # noqa: SLF001 - whether there is a bar at all is what this is about

    def bar() -> Progress:
        bars.append(real())
        return bars[-1]

    monkeypatch.setattr(progress, "_bar", bar)
    with progress.shown(wanted, "sessions") as update:
        update(10, 1)
    assert expected == bool(bars)


def test_it_says_rows_pages_and_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is loaded, how many rows of it, in how many pages, and how fast."""
    stream = Stream(terminal=True)
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=iter([100.0, 102.0]).__next__))
    with progress.shown(True, "sessions") as update:
        update(12_345, 13)
    assert "sessions 12,345 rows  13 pages  6,172 rows/s" in stream.getvalue()


@pytest.mark.parametrize("wanted", [False, "auto"])
def test_loads_are_silent_in_a_pipe(capfd: pytest.CaptureFixture[str], wanted: Shown) -> None:
    """Nothing is printed, neither to stdout nor to stderr."""
    with gf.sample.serve(20, 3) as api, gf.Client(api.api_key, api.url, progress=wanted) as client:
        gf.load_versions(client=client)
    assert ("", "") == tuple(capfd.readouterr())


def test_nothing_of_it_goes_to_stdout(capfd: pytest.CaptureFixture[str]) -> None:
    """Stdout is for data."""
    with gf.sample.serve(20, 3) as api, gf.Client(api.api_key, api.url, progress=True) as client:
        gf.load_versions(client=client)
    assert "" == capfd.readouterr().out
