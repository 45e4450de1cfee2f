"""What the figures were measured on: figures without a machine and a date say nothing."""

from __future__ import annotations

import os
import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_PACKAGES = ("galtea-frames", "pandas", "pyarrow", "msgspec", "orjson", "polars", "galtea", "dlt", "duckdb")
_CPUS = Path("/proc/cpuinfo")


def machine() -> str:
    """Return machine, system, Python, versions and date in two lines."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    date = datetime.now(UTC).date().isoformat()
    here = f"{os.cpu_count()} cores of {_processor()}{_memory()}, {platform.system()}, {python}, {date}"
    return f"{here}\n{', '.join(filter(None, map(_versioned, _PACKAGES)))}"


def _processor() -> str:
    if _CPUS.exists():
        names = (line.partition(":")[2].strip() for line in _CPUS.read_text().splitlines() if "model name" in line)
        return next(names, platform.machine())
    return platform.processor() or platform.machine()


def _memory() -> str:
    if sys.platform == "win32":
        return ""
    return f", {os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1_000_000_000:.0f} GB"


def _versioned(package: str) -> str | None:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return None
