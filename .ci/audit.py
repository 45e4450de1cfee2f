"""Ask whether known holes are in what an interpreter has installed: `python audit.py PYTHON`.

A hole ends with 1. Where no advisory can be asked for, one line says so, and the end is 0: a machine without a network
can check everything else, and an answer that never comes keeps nobody waiting.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

#: Seconds for all of it, and for one answer.
_LONGEST, _ANSWER = 180, 10


def judged(report: str) -> tuple[int, str]:
    """Return the exit code and the line for what `pip-audit --format json` printed."""
    try:
        asked: list[dict[str, Any]] = json.loads(report)["dependencies"]
    except (ValueError, LookupError, TypeError):
        return 0, "skipped: no source of advisories can be reached"
    answered = [each for each in asked if "skip_reason" not in each]
    if not answered:
        return 0, "skipped: the source of advisories knows none of the packages"
    holes = [
        f"{each['name']} {each['version']}: {hole['id']}, mended in {', '.join(hole['fix_versions']) or 'no release'}"
        for each in answered
        for hole in each["vulns"]
    ]
    return (1, "\n".join(holes)) if holes else (0, f"no known hole in {len(answered)} packages")


def audited(python: str) -> str:
    """Return what pip-audit prints of an interpreter's packages; nothing, if it does not come to an end in time."""
    freeze = [python, "-m", "pip", "freeze", "--exclude", "galtea-frames"]
    packages = subprocess.run(freeze, capture_output=True, text=True, check=True, timeout=_LONGEST).stdout  # noqa: S603
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "requirements.txt"
        file.write_text(packages, encoding="utf-8")
        audit = [sys.executable, "-m", "pip_audit", "--requirement", str(file), "--no-deps", "--disable-pip"]
        audit += ["--format", "json", "--progress-spinner", "off", "--timeout", str(_ANSWER)]
        try:
            return subprocess.run(audit, capture_output=True, text=True, check=False, timeout=_LONGEST).stdout  # noqa: S603
        except subprocess.TimeoutExpired:
            return ""


if __name__ == "__main__":
    code, line = judged(audited(sys.argv[1]))
    print(line)
    sys.exit(code)
