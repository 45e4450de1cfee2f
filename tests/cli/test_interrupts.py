"""Commands and scripts stopped by Ctrl-C, once or twice, or by SIGTERM."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from itertools import product
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from effort import times

import galtea_frames as gf
from galtea_frames.cli import signals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Api = gf.sample.SampleApi
    Request = gf.sample.request.Request

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="needs signals"),
    pytest.mark.filterwarnings("ignore::galtea_frames.GalteaFramesWarning"),
]

#: Seconds after which what has not happened never will, on the busiest machine; and those that a process would have to
#: wait if it did not end at a signal. So that it ends at all shows that it did not wait.
EVER, LONGER = 600, 60_000

COMMANDS = {
    "export": ["export", "joined", "--out", "target"],
    "dataset": ["export", "sessions", "--out", "target", "--partition-by", "status"],
    "sync": ["sync", "mirror"],
    "report": ["report", "--out", "target", "--as-of", "2026-03-30"],
}

#: Every write takes very long to reach the disk, and the removal of a file a little.
SLOW_DISK = """
import os, pathlib, time
from galtea_frames.cli import signals
from galtea_frames.cli.main import main

signals._PATIENCE = 60_000  # however late the next one comes

def fsync(_):
    pathlib.Path("writing").touch()
    time.sleep(60_000)

def unlink(path, missing_ok=False):
    pathlib.Path("removing").touch()
    deadline = time.monotonic() + 60_000
    while pathlib.Path("wait").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    os.unlink(path)

os.fsync, pathlib.Path.unlink = fsync, unlink
main()
"""

SCRIPT = """
import threading
import time
import galtea_frames as gf

with gf.Client(max_workers=8, max_elapsed=600_000) as client:
    try:
        gf.load_sessions(client=client)
    except KeyboardInterrupt:
        latest = time.monotonic() + 600
        while threading.active_count() > 1 and time.monotonic() < latest:
            time.sleep(0.01)
        print("stopped;", threading.active_count(), "thread", flush=True)
    print(len(gf.load_versions(client=client)), "versions")
"""


def stalled(request: Request) -> float:
    """Answers that are not to come, from the third on."""
    return LONGER if request.number > 2 else 0


def busy(request: Request) -> gf.sample.Reply | None:
    """What the API says when it cannot, from the third answer on; it names a time to come back."""
    return gf.sample.Reply(503, {"message": "busy"}, {"Retry-After": str(LONGER)}) if request.number > 2 else None


#: How the API behaves, and how many requests have come when the signal does.
SERVERS: dict[str, tuple[dict[str, Any], int]] = {
    "stalled": ({"latency": stalled}, 3),
    "slow": ({"latency": 0.05}, 8),
    "waiting for the next attempt": ({"answers": busy}, 3),
}


@contextlib.contextmanager
def serving(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """Serve so many rows that no command ends by itself before the signal, and name the API in the environment."""
    with gf.sample.serve(1_000, 5, cap=10, **SERVERS[server][0]) as api:
        monkeypatch.setenv("GALTEA_API_KEY", api.api_key)
        monkeypatch.setenv("GALTEA_API_URL", api.url)
        yield api


@contextlib.contextmanager
def running(*command: object) -> Iterator[subprocess.Popen[str]]:
    """Run Python with arguments, in the environment and the folder of this process, until the test is done with it."""
    with subprocess.Popen(  # noqa: S603 - our own
        [sys.executable, *map(str, command)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_until(true: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait for what another process does, as long as it is there."""
    end = time.monotonic() + EVER
    while not true():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.02)


def stopped(process: subprocess.Popen[str], ready: Callable[[], bool], sent: signal.Signals) -> tuple[str, str]:
    """Send a signal to a process once it is where that is to meet it; return what it printed until its end."""
    wait_until(ready, process)
    process.send_signal(sent)
    return process.communicate(timeout=EVER)


#: Every command, every server, both numbers of workers, with the least processes; then every other combination.
CASES = [
    ("export", "stalled", 1),
    ("dataset", "waiting for the next attempt", 8),
    ("sync", "slow", 8),
    ("report", "waiting for the next attempt", 1),
]
CASES += sorted(set(product(COMMANDS, SERVERS, (1, 8))) - set(CASES))


@pytest.fixture
def temporary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder for temporary files, in the one where commands are at work."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    return tmp_path / "temporary"


@pytest.mark.uncounted
@pytest.mark.parametrize(("name", "server", "workers"), CASES[: times(4)])
def test_ctrl_c_ends_a_command_at_once(
    monkeypatch: pytest.MonkeyPatch, temporary: Path, name: str, server: str, workers: int
) -> None:
    """Wherever it is: with one line, the usual code, and nothing left where its results and temporary files go."""
    command = ("-m", "galtea_frames", *COMMANDS[name], "--max-workers", workers, "--max-elapsed", 10 * LONGER)
    with serving(server, monkeypatch) as api, running(*command) as process:
        out, err = stopped(process, lambda: len(api.requests) >= SERVERS[server][1], signal.SIGINT)
    assert (130, "", "stopped") == (process.returncode, out, err.strip())
    assert [] == list(temporary.iterdir())
    # A mirror is whole at any time: what kills leave is tested elsewhere.
    assert {"temporary", "mirror"} >= {each.name for each in temporary.parent.iterdir()}


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ([signal.SIGINT, signal.SIGINT], 130),
        ([signal.SIGTERM], 143),
        ([signal.SIGTERM, signal.SIGINT], 143),
    ],
    ids=lambda each: "-".join(one.name for one in each) if isinstance(each, list) else None,
)
def test_signals_in_the_middle_of_writing_leave_the_old_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, sent: list[signal.Signals], code: int
) -> None:
    """Alone, and with no traceback; also if a second one comes while what was half written is removed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "target.parquet").write_text("precious")
    with gf.sample.serve(30, 3) as api:
        monkeypatch.setenv("GALTEA_API_KEY", api.api_key)
        monkeypatch.setenv("GALTEA_API_URL", api.url)
        with running("-W", "ignore", "-c", SLOW_DISK, "export", "versions", "--out", "target.parquet") as process:
            (tmp_path / "wait").touch()
            wait_until((tmp_path / "writing").exists, process)
            process.send_signal(sent[0])
            # The next one meets it while it removes what is half written.
            wait_until((tmp_path / "removing").exists, process)
            for each in sent[1:]:
                process.send_signal(each)
            (tmp_path / "wait").unlink()
            out, err = process.communicate(timeout=EVER)
    assert (code, "", "stopped") == (process.returncode, out, err.strip())
    for name in ("writing", "removing"):
        (tmp_path / name).unlink()
    assert [tmp_path / "target.parquet"] == list(tmp_path.iterdir())
    assert "precious" == (tmp_path / "target.parquet").read_text()


def test_ctrl_c_ends_a_load_in_a_script(monkeypatch: pytest.MonkeyPatch) -> None:
    """With `KeyboardInterrupt`; its threads end, and the client is good for another load."""
    command = ("-W", "ignore", "-c", SCRIPT)
    with serving("waiting for the next attempt", monkeypatch) as api, running(*command) as process:
        wait_until(lambda: len(api.requests) >= 3, process)
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        assert "stopped; 1 thread\n" == process.stdout.readline()
        api.answers = ()
        assert ("5 versions\n", "") == process.communicate(timeout=EVER)


# -- in this process --


@pytest.fixture
def usual_signals() -> Iterator[None]:
    """What Python does on signals when it starts; afterwards, what was done before."""
    usual: dict[signal.Signals, Any] = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
    before = {number: signal.signal(number, handler) for number, handler in usual.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("usual_signals")
def test_another_ctrl_c_stops_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """At once it is one with the first; later it may be that the first was lost."""
    clock = [0.0]
    monkeypatch.setattr(signals, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    signals.stop_on_signals()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    clock[0] = 1.9
    signal.raise_signal(signal.SIGINT)
    clock[0] = 2.1
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


@pytest.mark.usefixtures("usual_signals")
def test_an_ignored_signal_stays_ignored() -> None:
    """As by a shell that starts a command in the background."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signals.stop_on_signals()
    assert signal.SIG_IGN is signal.getsignal(signal.SIGINT)
