"""Whether the lines of processes that tests start are counted."""

from __future__ import annotations

PROCESSES = "COVERAGE_PROCESS_CONFIG"  # by which a process that a test starts learns that its lines are counted
