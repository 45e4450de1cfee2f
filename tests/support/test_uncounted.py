"""Tests marked `uncounted` run without coverage."""

import os
import sys
import threading

import pytest


@pytest.mark.uncounted
def test_no_lines_are_counted_here_nor_in_what_is_started() -> None:
    """Neither in this thread, nor in others, nor in other processes."""
    tracers = [type(each()).__module__.partition(".")[0] for each in (sys.gettrace, threading.gettrace)]
    assert "coverage" not in tracers
    assert not [name for name in os.environ if name.startswith("COVERAGE_PROCESS")]
