"""No lower bound admits a known hole that matters here, and no advisory goes unseen."""

from __future__ import annotations

import importlib.util
import json
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

if TYPE_CHECKING:
    from types import ModuleType

pytestmark = pytest.mark.uncounted

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = [PROJECT["optional-dependencies"][name] for name in ("sample", "mirror", "report")]
NEEDED = [Requirement(each) for group in (PROJECT["dependencies"], *EXTRAS) for each in group]

#: The release that mended what could be reached through this package, and what that was.
MENDED = {
    "requests": ("2.32.4", "CVE-2024-47081: credentials of .netrc sent to another host"),
    "urllib3": ("2.6.3", "CVE-2025-66418, CVE-2025-66471, CVE-2026-21441: small answers that unpack to any size"),
    "jinja2": ("3.1.6", "CVE-2024-22195, CVE-2024-34064, CVE-2025-27516: attributes made of keys; the sandbox"),
    "werkzeug": ("3.1.6", "CVE-2023-46136, CVE-2024-34069, CVE-2024-49767, CVE-2026-27199: forms, the debugger, paths"),
    "filelock": ("3.20.3", "CVE-2025-68146, CVE-2026-22701: empties the file that a link in place of the lock names"),
    "pyarrow": ("14.0.1", "CVE-2023-47248: a file that runs code when it is read"),
}


def lowest(requirement: Requirement) -> Version:
    """The lowest release that a requirement admits."""
    (bound,) = (Version(each.version) for each in requirement.specifier if each.operator == ">=")
    return bound


@pytest.mark.parametrize("name", MENDED)
def test_no_release_with_a_known_hole_is_admitted(name: str) -> None:
    """The lower bound is the release that mended it, or a later one."""
    (requirement,) = (each for each in NEEDED if each.name == name)
    assert Version(MENDED[name][0]) <= lowest(requirement), MENDED[name][1]


def test_lower_bounds_are_those_that_are_tested() -> None:
    """What the tests run with as the lowest versions is what `pyproject.toml` admits."""
    lines = (ROOT / "tests" / "lowest-versions.txt").read_text(encoding="utf-8").splitlines()
    tested = {name: version for name, equals, version in (line.partition("==") for line in lines) if equals}
    assert {each.name: lowest(each) for each in NEEDED} == {each.name: Version(tested[each.name]) for each in NEEDED}


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    """The script that asks for advisories."""
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


HOLE = {"id": "CVE-1", "fix_versions": ["1.1", "2.0"]}
CLEAN = {"name": "a", "version": "1.0", "vulns": []}
SKIPPED = {"name": "b", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("dependencies", "code", "line"),
    [
        ([CLEAN, SKIPPED], 0, "no known hole in 1 packages"),
        ([CLEAN, CLEAN | {"vulns": [HOLE]}], 1, "a 1.0: CVE-1, mended in 1.1, 2.0"),
        ([CLEAN | {"vulns": [HOLE | {"fix_versions": []}]}, SKIPPED], 1, "a 1.0: CVE-1, mended in no release"),
        ([SKIPPED, SKIPPED], 0, "skipped: the source of advisories knows none of the packages"),
        ([], 0, "skipped: the source of advisories knows none of the packages"),
    ],
)
def test_advisories_are_judged(audit: ModuleType, dependencies: list[Any], code: int, line: str) -> None:
    """A hole ends the checks; that nobody could be asked is said, and is no proof that there is none."""
    assert (code, line) == audit.judged(json.dumps({"dependencies": dependencies, "fixes": []}))


@pytest.mark.parametrize("report", ["", "Traceback", "[]", "{}", "null"])
def test_no_source_of_advisories_is_no_failure(audit: ModuleType, report: str) -> None:
    """A machine without a network passes, with a line."""
    assert (0, "skipped: no source of advisories can be reached") == audit.judged(report)


def test_the_checks_ask_for_advisories() -> None:
    """`.ci/run` does so, with an end."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "due advisories" in script
    assert re.search(r"timeout \d+ .*pip-audit", script)
