"""The examples are valid for the programs that read them, and their commands work."""

from __future__ import annotations

import ast
import configparser
import importlib.util
import json
import re
import shlex
import subprocess
import sys
import tempfile
import tomllib
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

import pytest
import yaml

import galtea_frames as gf

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

pytestmark = pytest.mark.uncounted

EXAMPLES = Path(__file__).parents[2] / "examples"

#: Minute, hour, day of the month, month, day of the week, and a command.
CRON_LINE = re.compile(r"(?:(?:\*|\d+(?:-\d+)?)\s+){5}(?P<command>\S.*)")

#: The keys of systemd that our units use.
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
    """Parse a workflow; YAML reads the key `on` as True."""
    read: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return read


def unit(path: Path) -> configparser.ConfigParser:
    """Parse a systemd unit."""
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign] # keys keep their case
    parser.read_string(path.read_text(encoding="utf-8"))
    return parser


def scripts(path: Path) -> list[str]:
    """Return the commands that an example runs."""
    if path.suffix == ".py":
        tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        texts = [each.value for each in tree if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        return [text for text in texts if "; galtea-frames " in text]
    if path.name == "Dockerfile":
        comments = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("#   docker run")]
        return [line[line.index(" galtea-frames ") + 1 :] for line in comments]
    if path.suffix == ".yml":
        steps = [step for job in workflow(path)["jobs"].values() for step in job["steps"]]
        return [line for step in steps for line in str(step.get("run", "")).splitlines()]
    if path.suffix == ".service":
        return [unit(path)["Service"]["ExecStart"]]
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    return [match.group("command") for line in lines if (match := CRON_LINE.fullmatch(line))]


def commands(path: Path) -> Iterator[str]:
    """Our own commands among them, without the shell around them."""
    for line in scripts(path):
        if match := re.search(r"galtea-frames (?!\[)(.+?)( >> .*)?$", line):
            yield match.group(1).strip()


COMMANDS = [
    (path.name, each) for path in sorted(EXAMPLES.iterdir()) if path.suffix != ".timer" for each in commands(path)
]


@pytest.mark.parametrize(("name", "command"), COMMANDS)
def test_commands_work(name: str, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each command of an example succeeds on an existing mirror."""
    del name
    here = command.replace("{{ ds }}", "2026-03-30")
    for folder in ("s3://your-bucket", "$HOME", "%h", "/var/lib"):
        here = here.replace(folder, str(tmp_path))
    with gf.sample.serve(200, 4) as api:
        with gf.Client(api.api_key, api.url) as client:
            gf.Mirror(tmp_path / re.findall(r"(?:sync|--mirror|^mirror) (\S+)", here)[0]).sync(client)
        monkeypatch.setenv("GALTEA_API_URL", api.url)
        monkeypatch.setenv("GALTEA_API_KEY", api.api_key)
        words = [sys.executable, "-m", "galtea_frames", *shlex.split(here)]
        done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=tmp_path)  # noqa: S603
    assert (0, []) == (done.returncode, [line for line in done.stderr.splitlines() if not line.startswith("warning: ")])


def test_each_example_has_a_command() -> None:
    """Each example is understood: it has commands, a timer or functions that are tested."""
    others = {"galtea-sync.timer", "dagster_definitions.py", "prefect_flow.py"}
    assert {path.name for path in EXAMPLES.iterdir()} == {name for name, _ in COMMANDS} | others
    lines = [line for line in (EXAMPLES / "crontab").read_text().splitlines() if line and not line.startswith("#")]
    assert len(lines) == len(scripts(EXAMPLES / "crontab"))


def crontab_lines() -> list[str]:
    """Return all crontab lines in documents, notebooks and examples."""
    root = EXAMPLES.parent
    notebooks = [cell["source"] for path in root.glob("notebooks/*.ipynb") for cell in cells(path)]
    pages = [*root.glob("*.md"), *root.glob("docs/**/*.md"), EXAMPLES / "crontab"]
    texts = ["".join(source) for source in notebooks] + [path.read_text(encoding="utf-8") for path in pages]
    return [line.strip() for text in texts for line in text.splitlines() if CRON_LINE.fullmatch(line.strip())]


def cells(path: Path) -> list[dict[str, Any]]:
    """Return the cells of a notebook."""
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return found


def test_no_crontab_line_has_a_percent_sign() -> None:
    """A percent sign ends the command in a crontab, unless it is escaped."""
    assert len(crontab_lines()) > 4
    assert [line for line in crontab_lines() if re.search(r"(?<!\\)%", line)] == []


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("galtea-sync.*")), ids=lambda path: path.name)
def test_units_hold_what_systemd_knows(path: Path) -> None:
    """Sections and keys are known to systemd, which only warns about others."""
    read = unit(path)
    unknown = [f"{section}.{key}" for section in read.sections() for key in read[section] if key not in KNOWN[section]]
    assert unknown == []


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yml")), ids=lambda path: path.name)
def test_workflows_take_their_secrets_from_the_host(path: Path) -> None:
    """Workflows have a schedule and steps, and contain no secrets."""
    read = workflow(path)
    assert re.fullmatch(r"(\S+ ){4}\S+", read[True]["schedule"][0]["cron"])  # type: ignore[index]
    for job in read["jobs"].values():
        for step in [job, *job["steps"]]:
            assert step is job or ("uses" in step) != ("run" in step)
            keys = {name: value for name, value in step.get("env", {}).items() if "KEY" in name}
            assert {name: f"${{{{ secrets.{name} }}}}" for name in keys} == keys


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yml")), ids=lambda path: path.name)
def test_workflows_trust_no_more_than_they_must(path: Path) -> None:
    """Actions are pinned to commits, there are no permissions, and only our commands get secrets."""
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
    """The report is uploaded, the sessions behind it are not."""
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
    """The unit and each crontab line hide their files from others; the unit can write only to the mirror."""
    service = unit(EXAMPLES / "galtea-sync.service")["Service"]
    wanted = {"UMask": "0077", "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ReadWritePaths": "%h/galtea"}
    assert wanted == {name: service[name] for name in wanted}
    assert service["ExecStart"].endswith(f" {service['ReadWritePaths']}")
    assert [] == [line for line in scripts(EXAMPLES / "crontab") if not line.startswith("umask 077; ")]


# -- orchestrators --


class Anything:
    """Accepts any use: each attribute and each call is another one; as a decorator, it returns the function."""

    def __getattr__(self, name: str) -> Anything:
        return Anything()

    def __call__(self, *arguments: object, **options: Any) -> Any:  # noqa: ANN401
        """Return a decorated function, the metadata of a result, or another one."""
        if len(arguments) == 1 and callable(arguments[0]) and not isinstance(arguments[0], Anything):
            return arguments[0]
        return options.get("metadata") or Anything()


class FailureError(Exception):
    """What a task of Dagster raises to fail."""

    def __init__(self, message: str, **_: object) -> None:
        super().__init__(message)


def example(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Import an example without its orchestrator, with another folder for its files."""
    dagster = Anything()
    dagster.Failure = FailureError  # type: ignore[attr-defined]
    for package in ("prefect", "prefect.schedules"):
        monkeypatch.setitem(sys.modules, package, cast("ModuleType", Anything()))
    monkeypatch.setitem(sys.modules, "dagster", cast("ModuleType", dagster))
    spec = importlib.util.spec_from_file_location("example", EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "FOLDER", str(folder))
    return module


@pytest.fixture
def _api(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Serve the sample rows at the address in the environment."""
    with gf.sample.serve() as api:
        monkeypatch.setenv("GALTEA_API_URL", api.url)
        monkeypatch.setenv("GALTEA_API_KEY", api.api_key)
        yield


@pytest.mark.usefixtures("_api")
@pytest.mark.filterwarnings("ignore::galtea_frames.MixedTypesWarning")
def test_dagster_assets_sync_and_fail_on_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mirror's asset reports its counts; the report's asset writes the week's report, then fails."""
    module = example("dagster_definitions", tmp_path, monkeypatch)
    assert {"new": 2000, "changed": 0, "removed": 0} == module.galtea_mirror()
    window = SimpleNamespace(end=datetime(2026, 3, 30, tzinfo=ZoneInfo("Europe/Madrid")))
    with pytest.raises(FailureError, match="FAIL"):
        module.galtea_report(SimpleNamespace(partition_time_window=window, partition_key="2026-03-23"))
    assert (tmp_path / "report-2026-03-23" / "report.html").exists()


@pytest.mark.usefixtures("_api")
@pytest.mark.filterwarnings("ignore::galtea_frames.MixedTypesWarning")
def test_prefect_flows_sync_and_fail_on_a_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The flows sync the mirror, write the report, and fail with its headline."""
    module = example("prefect_flow", tmp_path, monkeypatch)
    module.galtea_sync()
    assert "2000 new, 0 changed, 0 removed\n" == capsys.readouterr().out
    with pytest.raises(RuntimeError, match=r"^FAIL: "):
        module.galtea_report(datetime(2026, 3, 30, tzinfo=ZoneInfo("Europe/Madrid")))
    assert (tmp_path / "report" / "report.html").exists()


# -- Docker --

#: The instructions of the Dockerfile.
INSTRUCTIONS = {"FROM", "COPY", "RUN", "USER", "WORKDIR", "VOLUME", "ENV", "ENTRYPOINT", "CMD"}


def test_the_dockerfile_is_well_formed() -> None:
    """Known instructions, lists in JSON, an unprivileged user, no key, and files that are in the project."""
    text = (EXAMPLES / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line and not line.startswith("#")]
    assert {name for name, _ in lines} == INSTRUCTIONS
    assert lines[0][0] == "FROM"
    values = dict(lines)
    assert ["galtea-frames"] == json.loads(values["ENTRYPOINT"])
    assert ["--help"] == json.loads(values["CMD"])
    assert values["USER"] == "galtea"
    assert "KEY" not in "".join(value for _, value in lines)
    subprocess.run(["bash", "-n"], input="\n".join(v for k, v in lines if k == "RUN"), text=True, check=True)  # noqa: S607
    extras = re.findall(r"/source\[(.+)\]", text)[0].split(",")
    project = tomllib.loads((EXAMPLES.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(extras) <= set(project["optional-dependencies"])
