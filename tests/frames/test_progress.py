"""Progress: where it is shown, what it shows, and that it disappears at the end."""

from __future__ import annotations

import io
import re
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Literal

import nbformat
import pytest
from nbclient import NotebookClient

import galtea_frames as gf
from galtea_frames.api import transport
from galtea_frames.frames import progress

if TYPE_CHECKING:
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
#: Those of notebooks elsewhere: Google Colab's, Databricks', and one made from Jupyter's.
COLAB = type("Shell", (), {"__module__": "google.colab._shell"})()
DATABRICKS = type("DatabricksShell", (), {})()
DERIVED = type("InProcessInteractiveShell", (type(KERNEL),), {})()


class Display:
    """A notebook's display: what was shown, one text after the other."""

    def __init__(self) -> None:
        self.shown: list[str | None] = []

    def __call__(self, bundle: dict[str, str], *, raw: bool, display_id: bool) -> Display:
        """Show a line that can be changed."""
        assert raw
        assert display_id
        return self.update(bundle, raw=raw)

    def update(self, bundle: dict[str, str], *, raw: bool) -> Display:
        """Change the line."""
        assert raw
        self.shown.append(bundle.get("text/plain"))
        return self


@pytest.fixture
def display(monkeypatch: pytest.MonkeyPatch) -> Display:
    """The display of IPython."""
    display = Display()
    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(display=display))
    return display


def set_shell(monkeypatch: pytest.MonkeyPatch, shell: object) -> None:
    """Run in this shell of IPython, or in none."""
    if shell is None:
        monkeypatch.delitem(sys.modules, "IPython", raising=False)
    else:
        monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))


@pytest.mark.parametrize(
    ("wanted", "terminal", "shell", "expected"),
    [
        pytest.param("auto", False, None, None, id="auto: in a pipe"),
        pytest.param("auto", True, None, "terminal", id="auto: on a terminal"),
        pytest.param("auto", False, KERNEL, "notebook", id="auto: in a notebook"),
        pytest.param("auto", False, COLAB, "notebook", id="auto: in Google Colab"),
        pytest.param("auto", False, DATABRICKS, "notebook", id="auto: in Databricks"),
        pytest.param("auto", True, DERIVED, "notebook", id="auto: in a shell made from Jupyter's"),
        pytest.param("auto", False, TERMINAL, None, id="auto: IPython in a pipe"),
        pytest.param("auto", True, TERMINAL, "terminal", id="auto: IPython on a terminal"),
        pytest.param(True, False, None, "terminal", id="True: in a pipe"),
        pytest.param(True, False, KERNEL, "notebook", id="True: in a notebook"),
        pytest.param(False, True, KERNEL, None, id="False: on a terminal"),
    ],
)
def test_it_is_shown_where_wanted(  # noqa: PLR0917 - a truth table
    monkeypatch: pytest.MonkeyPatch,
    display: Display,
    wanted: Shown,
    terminal: bool,
    shell: object,
    expected: str | None,
) -> None:
    """True and False are obeyed; "auto" asks whether stderr is a terminal or the shell a notebook's."""
    stream = Stream(terminal)
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=iter(range(100)).__next__))
    set_shell(monkeypatch, shell)
    with progress.show_progress(wanted, "sessions") as line:
        line.count(10, 1)
    shown = "terminal" if stream.getvalue().strip() else "notebook" if display.shown else None
    assert expected == shown


def test_a_notebook_shows_slow_loads_only_and_clears_its_line(
    monkeypatch: pytest.MonkeyPatch, display: Display
) -> None:
    """A load of under a second leaves no output at all; a longer one shows a line now and then, nothing at the end."""
    set_shell(monkeypatch, KERNEL)
    clock = [0.0]
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    with progress.show_progress("auto", "sessions") as line:
        clock[0] = 0.9
        line.count(100, 1)
    assert [] == display.shown
    with progress.show_progress("auto", "sessions") as line:
        for clock[0] in (1.0, 2.0, 2.1, 2.5):
            line.count(100, 1)
    assert ["sessions 100 rows  1 pages  91 rows/s", "sessions 100 rows  1 pages  62 rows/s", None] == display.shown


class Watched(NotebookClient):
    """A notebook that runs in a Jupyter kernel, and the texts that it displayed, one after the other."""

    displayed: list[str]

    def process_message(self, msg: Any, *arguments: Any) -> Any:  # noqa: ANN401 - a message of Jupyter
        """Keep a displayed text."""
        if msg["msg_type"] in ("display_data", "update_display_data"):
            self.displayed.append(msg["content"]["data"].get("text/plain", ""))
        return super().process_message(msg, *arguments)


SLOW_LOADS = """
import galtea_frames as gf
with gf.sample.serve(600, 3, latency=0.12, cap=50) as api, gf.Client(api.api_key, api.url, max_workers=1) as client:
    print("before")
    gf.load_sessions(nested="json", client=client)
    print("between")
    last = len(api.requests) + 14
    api.answers = lambda request: gf.sample.Reply(401) if request.number > last else None
    try:
        gf.load_sessions(nested="json", client=client)
    except gf.AuthenticationError:
        print("after")
"""


@pytest.mark.filterwarnings("default")  # jupyter's own
def test_a_kernel_keeps_nothing_of_it() -> None:
    """In Jupyter a slow load shows rows as they come; done or failed, what is left has no content, prints are kept."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(SLOW_LOADS)])
    kernel = Watched(notebook, kernel_name="python3", coalesce_streams=True)
    kernel.displayed = []
    kernel.execute()
    displayed = kernel.displayed
    lines = [line for line in displayed if re.fullmatch(r"sessions [\d,]+ rows  \d+ pages  [\d,]+ rows/s", line)]
    assert len(lines) > 2
    assert 2 == displayed.count("")
    assert len(displayed) == len(lines) + 2
    outputs = notebook.cells[0].outputs
    assert "before\nbetween\nafter\n" == "".join(each.get("text", "") for each in outputs)
    assert [{}, {}] == [each.data for each in outputs if each.output_type != "stream"]


def test_it_says_rows_pages_and_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is loaded, how many rows of it, in how many pages, and how fast."""
    stream = Stream(terminal=True)
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=iter([100.0, 102.0]).__next__))
    with progress.show_progress(True, "sessions") as line:
        line.count(12_345, 13)
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


def test_it_says_what_is_waited_for(monkeypatch: pytest.MonkeyPatch, display: Display) -> None:
    """Before the first row: which address is asked, and when it does not answer, why, and which attempt comes next."""
    set_shell(monkeypatch, KERNEL)
    monkeypatch.setattr(progress, "_NOTEBOOK_PATIENCE", 0)
    monkeypatch.setattr(progress, "_NOTEBOOK_PERIOD", 0)
    monkeypatch.setattr(transport, "_FIRST_WAIT", 0.001)
    with gf.sample.serve(1, 1) as api:
        address = api.url
    with gf.Client("gsk_0123456789abcdef", address, max_attempts=3) as client, pytest.raises(gf.RequestError):
        gf.load_versions(client=client)
    expected = [
        f"versions: asking {address}",
        *(rf"versions: {address}: .*[Cc]onnection refused; attempt {number} of 3 in 0\.0 s" for number in (2, 3)),
    ]
    shown = [each for each in display.shown if each]
    assert len(expected) == len(shown)
    assert all(re.fullmatch(pattern, line) for pattern, line in zip(expected, shown, strict=True)), shown


def test_words_of_others_are_shown_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a server says is no markup, no emoji and no control sequence."""
    stream = Stream(terminal=True)
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with progress.show_progress(True, "sessions") as line:
        line.tell("[/red] :smile: [bold]\x1b]0;x\x07 http://me:pw@host/")
    assert "sessions: [/red] :smile: [bold]\ufffd]0;x\ufffd http://…@host/" in stream.getvalue()
