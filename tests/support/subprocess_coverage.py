"""The environment variable by which coverage follows subprocesses."""

from __future__ import annotations

PROCESSES = "COVERAGE_PROCESS_CONFIG"
