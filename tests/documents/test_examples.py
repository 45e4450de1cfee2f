"""The examples are what their programs accept, and the commands in them work."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import galtea_frames as gf

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.uncounted

EXAMPLES = Path(__file__).parents[2] / "examples"

#: Minute, hour, day of the month, month, day of the week, and a command.
CRON_LINE = re.compile(r"(?:(?:\*|\d+(?:-\d+)?)\s+){5}(?P<command>\S.*)")

#: What a unit of systemd may hold of what ours hold.
KNOWN = {
    "Unit": {"Description", "Wants", "After"},
    "Service": {
        *("Type", "ExecStart", "Restart", "RestartSec", "UMask", "ReadWritePaths", "ProtectSystem", "ProtectHome"),
        *("PrivateTmp", "PrivateUsers", "ProtectKernelTunables", "ProtectControlGroups", "NoNewPrivileges"),
        *("RestrictAddressFamilies", "RestrictNamespaces", "RestrictSUIDSGID", "RestrictRealtime", "LockPersonality"),
        "SystemCallArchitectures",
    },
    "Timer": {"OnCalendar", "Persistent", "RandomizedDelaySec"},
    "Install": {"WantedBy"},
}


def workflow(path: Path) -> dict[str, Any]:
    """A workflow, read as YAML; `on` is a truth value to YAML."""
    read: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return read


def unit(path: Path) -> configparser.ConfigParser:
    """A unit of systemd."""
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign] # keys keep their case
    parser.read_string(path.read_text(encoding="utf-8"))
    return parser


def scripts(path: Path) -> list[str]:
    """The commands that an example runs."""
    if path.suffix == ".yml":
        steps = [step for job in workflow(path)["jobs"].values() for step in job["steps"]]
        return [line for step in steps for line in str(step.get("run", "")).splitlines()]
    if path.suffix == ".service":
        return [unit(path)["Service"]["ExecStart"]]
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return [match.group("command") for line in lines if (match := CRON_LINE.fullmatch(line))]


def commands(path: Path) -> Iterator[str]:
    """The parts of them that are ours, without what the shell does around them."""
    for line in scripts(path):
        if match := re.search(r"galtea-frames (?!\[)(.+?)( >> .*)?$", line):
            yield match.group(1).strip()


COMMANDS = [
    (path.name, each) for path in sorted(EXAMPLES.iterdir()) if path.suffix != ".timer" for each in commands(path)
]


@pytest.mark.parametrize(("name", "command"), COMMANDS)
def test_commands_work(name: str, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command of an example ends well, with a mirror that is there already."""
    del name
    here = (
        command.replace("s3://your-bucket", str(tmp_path)).replace("$HOME", str(tmp_path)).replace("%h", str(tmp_path))
    )
    with gf.sample.serve(200, 4) as api:
        with gf.Client(api.api_key, api.url) as client:
            gf.Mirror(tmp_path / "galtea").sync(client)
        monkeypatch.setenv("GALTEA_API_URL", api.url)
        monkeypatch.setenv("GALTEA_API_KEY", api.api_key)
        words = [sys.executable, "-m", "galtea_frames", *shlex.split(here)]
        done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=tmp_path)  # noqa: S603
    assert (0, "") == (done.returncode, done.stderr)


def test_each_example_has_a_command() -> None:
    """None is passed over because it was not understood."""
    assert {path.name for path in EXAMPLES.iterdir()} == {name for name, _ in COMMANDS} | {"galtea-sync.timer"}
    lines = [line for line in (EXAMPLES / "crontab").read_text().splitlines() if line and not line.startswith("#")]
    assert len(lines) == len(scripts(EXAMPLES / "crontab"))


def crontab_lines() -> list[str]:
    """All lines of a crontab that documents, notebooks and examples show."""
    root = EXAMPLES.parent
    notebooks = [cell["source"] for path in root.glob("notebooks/*.ipynb") for cell in cells(path)]
    pages = [*root.glob("*.md"), *root.glob("docs/**/*.md"), EXAMPLES / "crontab"]
    texts = ["".join(source) for source in notebooks] + [path.read_text(encoding="utf-8") for path in pages]
    return [line.strip() for text in texts for line in text.splitlines() if CRON_LINE.fullmatch(line.strip())]


def cells(path: Path) -> list[dict[str, Any]]:
    """The cells of a notebook."""
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return found


def test_no_crontab_line_has_a_percent_sign() -> None:
    """Cron takes it for the end of the command, unless a backslash stands before it."""
    assert len(crontab_lines()) > 4
    assert [line for line in crontab_lines() if re.search(r"(?<!\\)%", line)] == []


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("galtea-sync.*")), ids=lambda path: path.name)
def test_units_hold_what_systemd_knows(path: Path) -> None:
    """Sections and keys are spelled as systemd spells them; it passes over others with a mere warning."""
    read = unit(path)
    unknown = [f"{section}.{key}" for section in read.sections() for key in read[section] if key not in KNOWN[section]]
    assert unknown == []


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yml")), ids=lambda path: path.name)
def test_workflows_take_their_secrets_from_the_host(path: Path) -> None:
    """A workflow has a schedule and steps, and no secret stands in it."""
    read = workflow(path)
    assert re.fullmatch(r"(\S+ ){4}\S+", read[True]["schedule"][0]["cron"])  # type: ignore[index]
    for job in read["jobs"].values():
        for step in [job, *job["steps"]]:
            assert step is job or ("uses" in step) != ("run" in step)
            keys = {name: value for name, value in step.get("env", {}).items() if "KEY" in name}
            assert {name: f"${{{{ secrets.{name} }}}}" for name in keys} == keys


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yml")), ids=lambda path: path.name)
def test_workflows_trust_no_more_than_they_must(path: Path) -> None:
    """Actions are pinned to a commit, beside its version; no permission is left; only our own commands see a secret."""
    text = path.read_text(encoding="utf-8")
    used = re.findall(r"^ *- uses: (.*)$|^ *uses: (.*)$", text, re.MULTILINE)
    pinned = re.compile(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
    assert used
    assert [] == [each for pair in used for each in pair if each and not pinned.fullmatch(each)]
    read = workflow(path)
    assert {} == read["permissions"]
    for job in read["jobs"].values():
        assert {"env", "permissions"}.isdisjoint(job)
        assert job["timeout-minutes"] <= 60
        for step in job["steps"]:
            assert "secrets." not in str(step) or step["run"].startswith("galtea-frames ")
            assert "secrets." not in str({**step, "env": None})


def test_no_rows_are_uploaded() -> None:
    """What everyone can load who sees the repository: the report, and not the sessions behind it."""
    (upload,) = (
        step
        for job in workflow(EXAMPLES / "weekly-report.yml")["jobs"].values()
        for step in job["steps"]
        if "upload-artifact" in step.get("uses", "")
    )
    assert ["report", "!report/rows.parquet"] == upload["with"]["path"].split()
    with gf.sample.serve(20, 2) as api, gf.Client(api.api_key, api.url) as client:
        report = gf.build_report(gf.load_sessions(client=client), gf.load_versions(client=client), as_of="2026-03-30")
    with tempfile.TemporaryDirectory() as folder:
        report.write(Path(folder) / "report")
        assert ["rows.parquet"] == [each.name for each in (Path(folder) / "report").rglob("*.parquet")]


def test_services_write_for_themselves() -> None:
    """A unit and each line of the crontab hide what they write from others; the unit may write to the mirror alone."""
    service = unit(EXAMPLES / "galtea-sync.service")["Service"]
    wanted = {"UMask": "0077", "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ReadWritePaths": "%h/galtea"}
    assert wanted == {name: service[name] for name in wanted}
    assert service["ExecStart"].endswith(f" {service['ReadWritePaths']}")
    assert [] == [line for line in scripts(EXAMPLES / "crontab") if not line.startswith("umask 077; ")]
