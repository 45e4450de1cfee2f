"""Standard streams that are not what a program expects: none decides how a command ends, but for lost output."""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import subprocess
import sys
import warnings
from typing import TYPE_CHECKING, Any

import pytest
from subprocess_coverage import PROCESSES

import galtea_frames as gf
from galtea_frames import streams
from galtea_frames.cli import main as cli
from galtea_frames.streams import Stream, is_terminal, standard_streams

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

Api = gf.sample.SampleApi


class Done:
    """How a process ended, and what its streams held."""

    def __init__(self, code: int, out: bytes, err: bytes) -> None:
        self.code, self.out, self.err = code, out.decode("utf-8", "replace"), err.decode("utf-8", "replace")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a process that asks a stand-in."""
    rows = [
        {"id": "v", "createdAt": "2026-03-01T00:00:00Z", "name": "模型 \U0001f600 1", "productId": "p"},
    ]
    with gf.sample.serve(30, rows) as api:
        home = str(tmp_path_factory.mktemp("home"))
        ours = {"GALTEA_API_KEY": api.api_key, "GALTEA_API_URL": api.url, "HOME": home, "USERPROFILE": home}
        further = {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONWARNINGS": "ignore"}
        # What counts lines writes files of its own, also where there is no room for any.
        yield {name: text for name, text in os.environ.items() if name != PROCESSES} | ours | further


def run(
    arguments: Sequence[object],
    environment: dict[str, str],
    folder: Path,
    *,
    before: Callable[[], None] | None = None,
    out: int = subprocess.PIPE,
    err: int = subprocess.PIPE,
) -> Done:
    """Run a command line as a process, after a change to the process."""
    done = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-m", "galtea_frames", *map(str, arguments)],
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=out,
        stderr=err,
        check=False,
        timeout=60,
        preexec_fn=before,
    )
    return Done(done.returncode, done.stdout or b"", done.stderr or b"")


def close(*numbers: int) -> Callable[[], None]:
    """Return what closes streams, as `2>&-` does."""

    def closed() -> None:
        for number in numbers:
            os.close(number)

    return closed


COMMANDS: dict[str, list[object]] = {
    "version": ["--version"],
    "check": ["check"],
    "export": ["export", "sessions", "--out", "f.parquet", "--progress"],
    "sync": ["sync", "copy", "--json", "--progress"],
    "demo": ["demo", "--out", "d"],
}


@pytest.mark.parametrize(
    ("name", "closed"),
    [
        ("version", (1, 2)),
        ("check", (1,)),
        ("export", (2,)),
        ("export", (0, 1, 2)),
        ("sync", (1, 2)),
        ("demo", (0, 1, 2)),
        ("demo", (2,)),
    ],
)
def test_closed_streams_change_nothing(
    environment: dict[str, str], tmp_path: Path, name: str, closed: tuple[int, ...]
) -> None:
    """As for a service, or `2>&-`: files are written as ever, and no library takes one of them for the stream."""
    done = run(COMMANDS[name], environment, tmp_path, before=close(*closed))
    assert (0, 1 not in closed) == (done.code, bool(done.out))
    if name == "export":
        assert 30 == len(gf.read_parquet(tmp_path / "f.parquet"))


@pytest.mark.parametrize("closed", [(2,), (1, 2)], ids=str)
def test_closed_streams_do_not_hide_a_failure(
    environment: dict[str, str], tmp_path: Path, closed: tuple[int, ...]
) -> None:
    """Codes are what they are, where words cannot be seen."""
    wrong = environment | {"GALTEA_API_KEY": "gsk_wrong"}
    assert 3 == run(["check"], wrong, tmp_path, before=close(*closed)).code


@pytest.mark.parametrize(("name", "encoding"), [("check", "utf-16"), ("export", "cp932"), ("demo", "cp1252:strict")])
def test_an_encoding_that_lacks_characters(
    environment: dict[str, str], tmp_path: Path, name: str, encoding: str
) -> None:
    """What cannot be shown is shown as an escape."""
    done = run(COMMANDS[name], environment | {"PYTHONIOENCODING": encoding}, tmp_path)
    assert 0 == done.code, done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8"])
def test_names_in_another_script(environment: dict[str, str], tmp_path: Path, encoding: str) -> None:
    """A folder in Chinese, with an emoji: as an escape where need be; `--json` is ASCII, and so valid anywhere."""
    folder = "模型 \U0001f600"
    further = {"PYTHONIOENCODING": encoding, "PYTHONUTF8": "1"}
    done = run(["sync", folder], environment | further, tmp_path)
    assert (0, "") == (done.code, done.err)
    shown = folder if encoding == "utf-8" else r"\u6a21\u578b \U0001f600"
    assert done.out.endswith(f": {shown}\n")
    done = run(["mirror", folder, "--json"], environment | further, tmp_path)
    assert (0, True) == (done.code, done.out.isascii())
    assert folder == json.loads(done.out)["mirror"]


def limit_files() -> None:
    """Have no file of this process grow: a full disk."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


@pytest.mark.parametrize("arguments", [["--help"], ["check", "--json"]], ids=" ".join)
def test_a_full_disk_behind_the_output_is_no_success(
    environment: dict[str, str], tmp_path: Path, arguments: list[object]
) -> None:
    """What should have been printed is lost: one line says so, and Python adds nothing."""
    with (tmp_path / "out").open("wb") as out:
        done = run(arguments, environment, tmp_path, before=limit_files, out=out.fileno())
    expected = "galtea-frames: cannot write to standard output: File too large\n"
    assert (1, expected, b"") == (done.code, done.err, (tmp_path / "out").read_bytes())


@pytest.mark.parametrize("name", ["version", "export", "demo"])
def test_a_reader_that_has_gone_is_no_success(environment: dict[str, str], tmp_path: Path, name: str) -> None:
    """As of `| head -0`; what was to be written to files is there."""
    reader, writer = os.pipe()
    os.close(reader)
    done = run([each for each in COMMANDS[name] if each != "--progress"], environment, tmp_path, out=writer)
    os.close(writer)
    expected = "galtea-frames: cannot write to standard output: Broken pipe\n"
    assert (1, expected) == (done.code, done.err)
    if name == "export":
        assert 30 == len(gf.read_parquet(tmp_path / "f.parquet"))


def test_lost_output_does_not_hide_another_code(environment: dict[str, str], tmp_path: Path) -> None:
    """A report whose threshold is broken ends with 10, however little could be said of it."""
    broken = ["report", "--out", "r", "--as-of", "2026-03-02", "--period", "day", "--fail-if", "sessions < 1000000"]
    reader, writer = os.pipe()
    os.close(reader)
    done = run(broken, environment, tmp_path, out=writer)
    os.close(writer)
    assert (10, True) == (done.code, (tmp_path / "r" / "report.html").exists())


def test_progress_that_cannot_be_written_stops_no_load(environment: dict[str, str], tmp_path: Path) -> None:
    """A log on a full disk."""
    with (tmp_path / "log").open("wb") as log:
        done = run(["check", "--progress"], environment, tmp_path, before=limit_files, err=log.fileno())
    assert (0, True) == (done.code, "OK, the API" in done.out)


# -- in a program of one's own --


class Mute:
    """What a program put in place of stderr: it takes text, and knows nothing else."""

    def __init__(self) -> None:
        self.written = ""

    def write(self, text: str) -> None:
        """Keep the text."""
        self.written += text


def closed_stream() -> io.StringIO:
    """Return a stream that was closed."""
    stream = io.StringIO()
    stream.close()
    return stream


@pytest.mark.parametrize("stream", [None, Mute(), closed_stream(), object()], ids=["None", "mute", "closed", "object"])
@pytest.mark.parametrize("progress", ["auto", True, False])
def test_a_load_needs_no_stderr(monkeypatch: pytest.MonkeyPatch, stream: object, progress: Any) -> None:  # noqa: ANN401
    """None under pythonw, and whatever else a program put there, before and after."""
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(sys, "stdout", None)
    with gf.sample.serve(20, 3) as api, gf.Client(api.api_key, api.url, progress=progress) as client:
        assert 3 == len(gf.load_versions(client=client))
    assert [None, stream] == [sys.stdout, sys.stderr]
    if isinstance(stream, Mute):
        assert (progress is True) == ("versions" in stream.written)
        stream.written = ""


@pytest.mark.parametrize(
    ("stream", "expected"), [(None, False), (Mute(), False), (closed_stream(), False), (io.StringIO(), False)]
)
def test_what_is_a_terminal(stream: object, expected: bool) -> None:
    """Nothing that cannot say so."""
    assert expected is is_terminal(stream)


def test_a_stream_has_the_number_of_its_file(tmp_path: Path) -> None:
    """Where there is one."""
    with (tmp_path / "f").open("w", encoding="latin-1") as file:
        assert (file.fileno(), "latin-1", True) == (
            Stream(file).fileno(),
            Stream(file).encoding,
            Stream(file).writable(),
        )
    with pytest.raises(io.UnsupportedOperation):
        Stream(None).fileno()
    assert "utf-8" == Stream(None).encoding


class Full(io.StringIO):
    """A stream without a file that takes nothing."""

    def write(self, text: str) -> int:
        """Fail."""
        raise OSError(28, "No space left on device", text)


def test_the_first_fault_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes after it is dropped; afterwards the streams are what they were."""
    full = Full()
    monkeypatch.setattr(sys, "stdout", full)
    with standard_streams() as out, contextlib.suppress(OSError):
        print("a\nb")  # noqa: T201 - that is the point
        print("c")  # noqa: T201
    assert ("No space left on device", full) == (out.problem, sys.stdout)


def test_a_command_whose_output_is_lost_is_no_success(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its code is that of the unexpected, and stderr says what happened."""
    monkeypatch.setattr(sys, "argv", ["galtea-frames", "--version"])
    monkeypatch.setattr(sys, "stdout", Full())
    monkeypatch.setattr(warnings, "showwarning", warnings.showwarning)  # as it was, afterwards
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = "galtea-frames: cannot write to standard output: No space left on device\n"
    assert (1, said) == (ended.value.code, capsys.readouterr().err)


def test_closed_numbers_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a file can get one of them."""
    closed = os.dup(1)
    os.close(closed)
    monkeypatch.setattr(streams, "_STANDARD", (1, closed))
    with standard_streams():
        os.close(closed)  # which fails if it is not open


def test_what_could_not_be_written_is_forgotten() -> None:
    """It does not come up once more when the stream is closed."""
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as inner:
        stream = Stream(inner)
        assert 5 == stream.write("lost\n")
    assert "Broken pipe" == stream.problem
