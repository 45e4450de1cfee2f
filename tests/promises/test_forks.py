"""Forked processes, as in worker pools and web servers: each uses a client of its own."""

from __future__ import annotations

import contextlib
import gc
import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

import galtea_frames as gf
from galtea_frames.frames import gc_pause
from galtea_frames.per_process import PerProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

VERSIONS = [f"version_{number}" for number in range(6)]
SESSIONS = [
    {
        "id": f"session_{number:04}",
        "versionId": VERSIONS[number % 6],
        "createdAt": f"2026-01-01T{number // 60:02}:{number % 60:02}:00.000Z",
    }
    for number in range(900)
]

#: Loads by filter through one client, in four workers and in their parent; prints what is wrong with any of them.
POOL = """
import multiprocessing

import galtea_frames as gf

CLIENT = gf.Client(page_size=20, max_workers=2)

def wrong(number):
    version = f"version_{number % 6}"
    frame = gf.load_sessions(version_ids=version, client=CLIENT)
    found = frame["version_id"].tolist()
    return [] if found == [version] * 150 and frame["id"].is_unique else [found]

if __name__ == "__main__":
    print(wrong(0))
    pool = multiprocessing.get_context("fork").Pool(4)
    jobs = pool.map_async(wrong, range(24), chunksize=1)
    print([wrong(number) for number in range(6)])
    print(jobs.get())
    pool.close()
    pool.join()
    print(wrong(1))
"""

#: Forks while a thread loads whose answer does not come, as soon as a line is read; the child loads something else.
BESIDE = """
import gc
import os
import sys
import threading

import galtea_frames as gf

client = gf.Client(max_workers=1)
held = threading.Thread(target=gf.load_sessions, kwargs={"client": client})
held.start()
sys.stdin.readline()
assert not gc.isenabled()
child = os.fork()
if not child:
    print("in the child:", gc.isenabled(), len(gf.load_versions(client=client)), gc.isenabled(), flush=True)
    client.close()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
print("the child has ended", flush=True)
held.join()
print("in the parent:", len(gf.load_sessions(client=client)), gc.isenabled())
"""

#: Goes on with one iterator in four processes at once; says how many of them got all rows.
ITERATOR = """
import os

import galtea_frames as gf
from galtea_frames.frames import assembly

assembly._ROWS_A_FRAME = 20
client = gf.Client(page_size=100)
rows = gf.load_sessions(client=client)["id"].tolist()
right = 0
for _ in range(5):
    parts = gf.iter_sessions(client=client)
    first = next(parts)["id"].tolist()
    children = []
    for _ in range(3):
        child = os.fork()
        if not child:
            try:
                os._exit(first + [each for part in parts for each in part["id"]] != rows)
            finally:
                os._exit(2)
        children.append(child)
    right += first + [each for part in parts for each in part["id"]] == rows
    right += sum(os.waitpid(child, 0)[1] == 0 for child in children)
print(right)
"""


@contextlib.contextmanager
def program(code: str, monkeypatch: pytest.MonkeyPatch, api: gf.sample.SampleApi) -> Iterator[subprocess.Popen[str]]:
    """Run a program beside the API that its environment names."""
    monkeypatch.setenv("GALTEA_API_KEY", api.api_key)
    monkeypatch.setenv("GALTEA_API_URL", api.url)
    # That there are threads is what is tried here; and what a fork does to their locks is what Python warns of.
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", code]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(  # noqa: S603 - our own
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def test_workers_of_a_pool_get_their_own_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forked after the client has connections, each worker gets the rows of its own query, and so does the parent."""
    with gf.sample.serve(SESSIONS, []) as api, program(POOL, monkeypatch, api) as process:
        printed = process.communicate(timeout=600)
    assert ("\n".join([str([]), str([[]] * 6), str([[]] * 24), str([]), ""]), "") == printed


def test_a_fork_beside_a_load_hangs_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that is forked while a thread holds the only slot loads at once; the thread's load ends well."""
    asked, released = threading.Event(), threading.Event()

    def hold(_: object, number: int) -> None:
        if number == 1:
            asked.set()
            released.wait(600)

    with (
        gf.sample.serve(SESSIONS, 3, on_request=hold) as api,
        program(BESIDE, monkeypatch, api) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        assert asked.wait(600)
        process.stdin.write("now\n")
        process.stdin.flush()
        said = [process.stdout.readline(), process.stdout.readline()]
        released.set()
        printed = process.communicate(timeout=600)
    assert ["in the child: True 3 True\n", "the child has ended\n"] == said
    assert ("in the parent: 900 True\n", "") == printed


def test_an_iterator_goes_on_in_each_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forked in the middle of a stream of frames, parent and children each get all that follows."""
    with gf.sample.serve(SESSIONS, []) as api, program(ITERATOR, monkeypatch, api) as process:
        printed = process.communicate(timeout=600)
    assert ("20\n", "") == printed


# -- in this process --


def test_a_process_that_is_another_makes_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once a process, whichever of its threads asks; what the parent made is neither used nor lost."""
    made: list[object] = []

    def make() -> object:
        made.append(object())
        return made[-1]

    thing = PerProcess(make)
    assert [thing.get()] * 2 == [made[0], thing.get()]
    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert thing.get() is thing.get() is made[1]
    monkeypatch.undo()
    assert thing.get() is made[0]
    assert len(made) == 2


@pytest.mark.parametrize("was_on", [True, False])
def test_a_fork_ends_the_pause_of_the_collector(*, was_on: bool) -> None:
    """In a child no load of its parent is under way, so the collector is as it was; a pause may end there too."""
    pause = gc_pause._GCPause()  # noqa: SLF001 - the process's own is at work
    (gc.enable if was_on else gc.disable)()
    try:
        with pause:
            assert not gc.isenabled()
            pause._end()  # noqa: SLF001 - what a fork calls
            assert was_on == gc.isenabled()
            with pause:
                assert not gc.isenabled()
        assert was_on == gc.isenabled()
    finally:
        gc.enable()


def test_a_forked_stand_in_serves_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child that leaves the block of its parent's server neither waits for threads that it has not, nor ends it."""
    with gf.sample.serve(3, 1) as api, gf.Client(api.api_key, api.url) as client:
        monkeypatch.setattr(os, "getpid", lambda: -1)
        api._server.stop()  # noqa: SLF001 - what leaving the block does
        monkeypatch.undo()
        assert 3 == len(gf.load_sessions(client=client))
