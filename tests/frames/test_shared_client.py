"""Many threads share one client for a long time: correct results, no growth of memory or connections."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import threading
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from effort import EFFORT
from pandas.testing import assert_frame_equal

import galtea_frames as gf

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    Work = Callable[[], pd.DataFrame]

pytestmark = [
    pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs Linux's account of a process"),
    pytest.mark.uncounted,
]

THREADS = 16

#: Loads of each thread: of every kind at least one, and some minutes of them at an effort of 15.
LOADS = max(7, round(14 * EFFORT))

#: Megabytes by which memory in use may differ after the warm-up, free memory having been given back to the system: the
#: C library keeps it in an arena for each of some forty threads, up to a hundred megabytes, now more and now less. One
#: leaked frame a load would be a hundred megabytes a minute.
MEMORY = 40


def megabytes() -> float:
    """Memory in use by this process."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    pa.default_memory_pool().release_unused()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def handles() -> int:
    """Open files and sockets of this process, the stand-in's ends included."""
    return len(list(Path("/proc/self/fd").iterdir()))


def works(client: gf.Client, sessions: pd.DataFrame) -> list[Work]:
    """Loads of every kind."""
    some = list(sessions["id"].iloc[:120:2])
    given: dict[str, Any] = {"client": client, "nested": "json"}
    return [
        lambda: gf.load_sessions(**given),
        lambda: gf.load_sessions(client=client, params={"statuses": ["FAILED"]}),
        lambda: gf.load_sessions(version_ids=sessions["version_id"].dropna().iloc[:40], **given),
        lambda: gf.load_sessions(ids=some, **given),
        lambda: gf.load_sessions(sort=("created_at", "desc"), limit=50, **given),
        lambda: gf.load_versions(**given),
        lambda: gf.load_sessions_with_versions(from_created_at=sessions["created_at"].iloc[150], **given),
    ]


def serving() -> gf.sample.SampleApi:
    """The stand-in, which remembers no requests: in a minute they would be some forty megabytes."""
    return gf.sample.serve(300, 5, cap=100, on_request=lambda api, _: api.requests.clear())


def test_sixteen_threads_share_a_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every frame is the one that a thread alone gets; connections are no more than workers, memory is as before."""
    unclosed: list[str] = []
    threads = set(threading.enumerate())
    monkeypatch.setattr("sys.unraisablehook", lambda problem: unclosed.append(str(problem.exc_value)))
    with serving() as api, gf.Client(api.api_key, api.url, max_workers=8) as client:
        with warnings.catch_warnings():
            # Once, for all threads: the filters are the process's. An unclosed socket is an error and so unraisable.
            warnings.simplefilter("ignore", gf.MixedTypesWarning)
            warnings.simplefilter("error", ResourceWarning)
            todo = works(client, gf.load_sessions(nested="json", client=client))
            expected = [load() for load in todo]
            work(7, todo, expected)
            before, opened = megabytes(), handles()
            work(LOADS, todo, expected)
            after, open_now = megabytes(), handles()
            gc.collect()
        at_once = api.max_concurrent
    sys.stdout.write(
        f"{THREADS * LOADS} loads; {before:.0f} MB before, {after:.0f} after;"
        f" {opened} handles before, {open_now} after\n"
    )
    assert at_once <= 8
    assert open_now <= max(opened, 16 + opened), "two ends for each of eight connections that had closed meanwhile"
    assert after - before < MEMORY
    assert [] == unclosed
    assert threads >= set(threading.enumerate()), "all threads have ended, the stand-in's too"


def work(loads: int, todo: list[Work], expected: list[pd.DataFrame]) -> None:
    """Have all threads load so often, each beginning with another kind, and compare each frame."""
    problems: list[BaseException] = []

    def go_on(thread: int) -> None:
        try:
            for turn in range(thread, thread + loads):
                if problems:
                    return
                number = turn % len(todo)
                # A copy, because pandas notes every comparison in what is compared.
                assert_frame_equal(expected[number].copy(), todo[number]())
        except BaseException as problem:  # noqa: BLE001 - for the test to raise
            problems.append(problem)

    threads = [threading.Thread(target=go_on, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for problem in problems:
        raise problem
