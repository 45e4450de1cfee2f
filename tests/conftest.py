"""How every test is run."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from subprocess_coverage import PROCESSES
from undrawn import PIXEL

from galtea_frames.frames.column_warnings import WARNED_OF_MIXED

if TYPE_CHECKING:
    from collections.abc import Generator


# How long an example takes is a matter of what else the machine does.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

# Shells start background jobs with Ctrl-C ignored, and a process that a test starts would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """Exempt what stays for good, thousands of tests and all libraries, from garbage collection."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _unwarned() -> None:
    """No column was warned about: a process warns of mixed types once a column, and tests share one."""
    WARNED_OF_MIXED.forget()


@pytest.fixture
def undrawn_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Charts of one pixel, for tests that do not look at them: drawing takes most of a report's time."""
    monkeypatch.setattr("galtea_frames.pages.pictures.Chart.png", lambda _chart, _look: PIXEL)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Run a test marked `uncounted` without counting the lines that run, which takes as long again as the test."""
    here, elsewhere = sys.gettrace(), threading.gettrace()
    if item.get_closest_marker("uncounted") is None or type(here).__module__.partition(".")[0] != "coverage":
        return (yield)
    processes = os.environ.pop(PROCESSES, None)
    sys.settrace(None)
    threading.settrace(None)
    try:
        return (yield)
    finally:
        threading.settrace(elsewhere)
        sys.settrace(here)
        if processes is not None:
            os.environ[PROCESSES] = processes
