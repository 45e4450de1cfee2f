"""Snippets of the documents print what is shown, quoted messages are real, and no link is broken."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
import warnings
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pandas as pd
import pytest
from snippets import blocks, commands, pasted, run, timeless

import galtea_frames as gf
from galtea_frames.api.resources import RESOURCES, SESSIONS
from galtea_frames.cli.main import commands as program
from galtea_frames.cli.options import query_options
from galtea_frames.files.excel import check_excel
from galtea_frames.files.exports import kind_of
from galtea_frames.report import report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.uncounted

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
WITH_CODE = [page for page in PAGES if {"python", "sh"} & {kind for kind, _ in blocks(page.read_text("utf-8"))}]
RATES = ("Difference", "ENOUGH", "Mean", "Rate", "difference", "mean", "mean_difference", "rate")
ARITHMETIC = {"error_shapes.shapes", *(f"rates.{name}" for name in RATES)}
GENERATED = ("python", *RESOURCES, "command-line", "errors")


def name_of(page: Path) -> str:
    """Return the name of a page in test ids."""
    return page.relative_to(DOCS).as_posix()


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[gf.sample.SampleApi]:
    """Serve the sample rows at the address in the environment, without a key file, in an empty folder."""
    with gf.sample.serve() as serving:
        monkeypatch.setenv("GALTEA_API_URL", serving.url)
        monkeypatch.setenv("GALTEA_API_KEY", serving.api_key)
        monkeypatch.setenv("HOME", str(tmp_path / "home"))
        monkeypatch.chdir(tmp_path)
        yield serving


# -- snippets --


@pytest.mark.printed
@pytest.mark.usefixtures("api")
@pytest.mark.parametrize("page", WITH_CODE, ids=name_of)
def test_snippets_print_what_the_page_shows(page: Path) -> None:
    """The Python blocks and our commands on a page run in order and print the text blocks after them."""
    for shown, printed in run(blocks(page.read_text("utf-8"))):
        assert timeless(shown) == timeless(printed)


@pytest.mark.parametrize("page", WITH_CODE, ids=name_of)
def test_text_blocks_are_the_output_of_what_stands_before(page: Path) -> None:
    """Every output shown is compared by a test."""
    kinds = [kind for kind, _ in blocks(page.read_text("utf-8"))]
    before = {kinds[place - 1] for place, kind in enumerate(kinds) if kind == "text"}
    assert before <= {"python", "sh"}
    assert "text" in kinds


@pytest.mark.parametrize("page", [*WITH_CODE, ROOT / "README.md"], ids=lambda page: page.name)
def test_snippets_can_be_pasted_into_a_prompt(page: Path) -> None:
    """Indented blocks end with an empty line, which Python's prompt needs up to 3.12."""
    assert [] == [line for kind, code in blocks(page.read_text("utf-8")) if kind == "python" for line in pasted(code)]
    assert ["print(x)"] == pasted("for x in 1, 2:\n    pass\nprint(x)\n")
    assert ["(1,"] == pasted("(1,\n")[:1]


def test_every_guide_has_snippets() -> None:
    """Each guide shows code that runs."""
    assert {page for page in PAGES if page.parent.name == "guide"} <= set(WITH_CODE)
    assert len(commands("galtea-frames check\ngaltea-frames sync \\\n  mirror\nls\n")) == 2


# -- the site --


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site strictly: broken links, broken anchors and pages outside the navigation are errors."""
    folder = tmp_path_factory.mktemp("site")
    # Not --quiet: it does not count warnings, so nothing would be strict.
    words = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_every_page_is_built(site: Path) -> None:
    """All written and generated pages are built, and nothing else."""
    written = {name_of(page).removesuffix(".md") for page in PAGES} | {f"reference/{name}" for name in GENERATED}
    built = {path.relative_to(site).as_posix().removesuffix(".html") for path in site.rglob("*.html")}
    assert written | {"404"} == built


def test_the_site_asks_nobody_for_anything(site: Path) -> None:
    """No script, style, font or picture is loaded from another host."""
    for page in site.rglob("*.html"):
        text = page.read_text("utf-8")
        assert re.findall(r"<(?:script|img|iframe)[^>]+src=\"(?:https?:)?//[^\"]*", text) == []
        assert [each for each in re.findall(r"<link[^>]+>", text) if re.search(r'href="(https?:)?//', each)] == []
    for style in site.rglob("*.css"):
        assert re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", style.read_text("utf-8")) == []


def test_every_public_name_is_in_the_reference(site: Path) -> None:
    """Each name in `__all__`, and the report's arithmetic, has one entry."""
    pages = [(site / "reference" / f"{name}.html").read_text("utf-8") for name in ("python", "errors")]
    listed = Counter(re.findall(r'<h2 id="galtea_frames\.([\w.]+)"', "".join(pages)))
    public = set(gf.__all__) - {"sample", "__version__"} | {f"sample.{name}" for name in gf.sample.__all__}
    assert dict.fromkeys(public | ARITHMETIC, 1) == dict(listed)


#: The dtypes of columns whose name says less than these words.
SAID = {"texts": "list of strings", "json": "JSON text, as sent"}


def rows_of(site: Path, page: str) -> list[list[str]]:
    """Return the table rows of a page as text."""
    text = (site / "reference" / page).read_text("utf-8")
    rows = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in re.findall(r"<tr>.*?</tr>", text, re.DOTALL)]
    return [[html.unescape(re.sub(r"<[^>]+>", " ", cell)).strip() for cell in row] for row in rows if row]


@pytest.mark.usefixtures("api")
def test_columns_have_the_dtypes_that_the_reference_says(site: Path) -> None:
    """Each declared column, in its order, under the name and with the dtype of a real frame."""
    for name, resource in RESOURCES.items():
        loader = getattr(gf, f"load_{name}")
        dtypes = loader(limit=0, **({"ids": []} if resource.required else {})).dtypes.astype(str).to_dict()
        own = [(each.name, each.api, each.meaning, each.kind) for each in resource.columns]
        derived = [(each.name, "", f"{each.meaning}, from  {each.source}", "string") for each in resource.derived]
        expected = [
            [column, api, SAID.get(kind, dtypes.get(column, "nested columns")), meaning]
            for column, api, meaning, kind in [*own, *derived]
        ]
        assert expected == rows_of(site, f"{name}.html")[: len(expected)]


def test_filters_of_the_reference_are_those_of_the_table(site: Path) -> None:
    """Each filter and common argument, with its parameter and meaning."""
    for name, resource in RESOURCES.items():
        rows = rows_of(site, f"{name}.html")[len(resource.column_names) :]
        assert [*(each.name for each in resource.filters), "sort", "limit", "offset", "params"] == [
            row[0] for row in rows
        ]
        documented = {(row[0], row[1], row[4]) for row in rows}
        assert {(each.name, each.api, each.meaning) for each in resource.filters} <= documented
    rows = rows_of(site, "sessions.html")[len(SESSIONS.column_names) :]
    options = {name for option in query_options(SESSIONS) for name in (*option.opts, *option.secondary_opts)}
    assert options <= {name for row in rows for name in row[3].split()}


def test_every_command_is_in_the_reference(site: Path) -> None:
    """Each command, with all its options."""
    text = html.unescape((site / "reference" / "command-line.html").read_text("utf-8"))

    def check(name: str, command: click.Command) -> None:
        assert f"Usage: {name} [OPTIONS]" in text
        for option in command.params:
            assert option.opts[0] in text or isinstance(option, click.Argument)
        for each, inner in getattr(command, "commands", {}).items():
            check(f"{name} {each}", inner)

    check("galtea-frames", program)


# -- links and names outside the site --


@pytest.mark.parametrize("page", [*PAGES, *ROOT.glob("*.md"), *ROOT.glob("*/README.md")], ids=lambda page: page.name)
def test_files_that_are_named_exist(page: Path) -> None:
    """Relative links and named tests are files of the project."""
    text = page.read_text("utf-8")
    named = [page.parent / each for each in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", text)]
    named += [ROOT / each for each in re.findall(r"`(tests/[\w/]+\.(?:py|txt))`", text)]
    generated = {DOCS / "reference" / f"{name}.md" for name in GENERATED}
    assert [each for each in named if not each.exists() and each.resolve() not in generated] == []


def test_modules_named_in_contributing_exist() -> None:
    """Each module in CONTRIBUTING.md is one of the package, its tests or its tools."""
    named = re.findall(r"`([\w/]+\.py)`", (ROOT / "CONTRIBUTING.md").read_text("utf-8"))
    folders = [ROOT / "galtea_frames", ROOT / "tests", ROOT / "docs"]
    known = [path.as_posix() for folder in folders for path in folder.rglob("*.py")]
    assert len(named) > 30
    assert [each for each in named if not any(path.endswith(f"/{each}") for path in known)] == []


def test_times_of_the_comparison_are_those_of_the_benchmarks() -> None:
    """Each time in the comparison is in the results of the benchmarks."""
    measured = (ROOT / "benchmarks" / "README.md").read_text("utf-8")
    times = re.findall(r"([\d.]+) s\b", (DOCS / "compare.md").read_text("utf-8"))
    assert len(times) >= 15
    assert [each for each in times if not re.search(rf"(?<![\d.]){re.escape(each)}(?![\d.])", measured)] == []


def test_every_error_and_warning_is_explained() -> None:
    """Troubleshooting has a row for each public error and warning but the two base classes."""
    page = (DOCS / "troubleshooting.md").read_text("utf-8")
    rows = re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    public = [getattr(gf, name) for name in gf.__all__]
    kinds = {each.__name__ for each in public if isinstance(each, type) and issubclass(each, Exception)}
    assert sorted(kinds - {"GalteaFramesError", "GalteaFramesWarning"}) == sorted(rows)


@pytest.mark.parametrize("name", ["frame", "report", "terminal"])
def test_pictures_are_small(name: str) -> None:
    """Each picture of the documents is a PNG of less than 100 KB."""
    content = (DOCS / "pictures" / f"{name}.png").read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) < 100_000


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shell_completion_works_as_documented(shell: str) -> None:
    """The command on the page prints a script for the shell, and options complete."""
    page = (DOCS / "guide" / "command-line.md").read_text("utf-8")
    assert f"_GALTEA_FRAMES_COMPLETE={shell}_source galtea-frames" in page
    words = [str(Path(sys.executable).with_name("galtea-frames"))]
    environment = {**os.environ, "_GALTEA_FRAMES_COMPLETE": f"{shell}_source"}
    script = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert "galtea-frames" in script.stdout, script.stderr
    typed = {"COMP_WORDS": "galtea-frames export sessions --stat", "COMP_CWORD": "3" if shell != "fish" else "--stat"}
    environment |= {"_GALTEA_FRAMES_COMPLETE": f"{shell}_complete", **typed}
    completed = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    assert "--status" in completed.stdout, completed.stderr


# -- messages --


def said(call: Callable[[], object]) -> str:
    """Return the message of a failing call."""
    with pytest.raises((gf.GalteaFramesError, ImportError)) as caught:
        call()
    return str(caught.value)


def warned(call: Callable[[], object]) -> str:
    """Return the warnings of a call, one per line."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    return "\n".join(str(each.message) for each in caught if issubclass(each.category, gf.GalteaFramesWarning))


def load(**arguments: Any) -> Callable[[], object]:  # noqa: ANN401 - whatever a loader takes
    """Return a load to be called later."""
    return lambda: gf.load_sessions(**arguments)


def answered(*answers: Any, **settings: Any) -> str:  # noqa: ANN401 - any answers, any settings of a client
    """Return the message of a load from a server that only answers this."""
    with gf.sample.serve(3, 1, answers=lambda _: answers[0]) as api:
        client = gf.Client(api.api_key, api.url, **{"max_attempts": 2, "max_elapsed": 60, **settings})
        return said(load(client=client))


def unreached(monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the message of a load whose proxy does not exist."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    return said(load(client=gf.Client("gsk_a", "https://galtea.example", max_attempts=2)))


def of_records(*changes: dict[str, Any], **arguments: Any) -> str:  # noqa: ANN401 - whatever a loader takes
    """Return the warnings of a load of sessions with these fields."""
    records = list(gf.sample.session_records(len(changes), gf.sample.version_records(1)))
    with gf.sample.serve([old | new for old, new in zip(records, changes, strict=True)], 1) as api:
        return warned(load(client=gf.Client(api.api_key, api.url), **arguments))


def keyless(
    monkeypatch: pytest.MonkeyPatch, key: str | None = None, file: str | None = None, *, folder: bool = False
) -> str:
    """Return the message of a client without a key, with a bad key, or with one that others can read."""
    monkeypatch.delenv("GALTEA_API_KEY")
    path = Path.home() / ".galtea" / "api-key"
    if folder:
        path.mkdir(parents=True)
    if file is None:
        return said(lambda: gf.Client(key))
    path.parent.mkdir(parents=True)
    path.write_text(file)
    path.chmod(0o644)
    return warned(gf.Client)


def incomplete() -> str:
    """Return the message of a mirror whose first sync was interrupted."""
    with gf.sample.serve(60, 1) as api:
        api.on_request = lambda serving, number: setattr(serving, "api_key", "gsk_x") if number > 1 else None
        api.answers = lambda request: gf.sample.Reply(401) if request.number > 2 else None
        said(lambda: gf.Mirror("broken").sync(gf.Client(api.api_key, api.url, page_size=5, max_workers=1)))
    return said(gf.Mirror("broken").load_sessions)


def rescoped() -> str:
    """Return the message of a sync that narrows a mirror to one product."""
    gf.Mirror("scoped").sync()
    return said(lambda: gf.Mirror("scoped").sync(product_ids="product_1"))


def busy() -> str:
    """Return the message of a sync during another one."""
    from filelock import FileLock  # noqa: PLC0415 - an extra

    Path("busy").mkdir()
    with FileLock("busy/.sync.lock"):
        return said(gf.Mirror("busy").sync)


def strewn() -> str:
    """Return the message of a sync into a folder with other files."""
    Path("full").mkdir()
    Path("full/notes.txt").touch()
    return said(gf.Mirror("full").sync)


def lacking(monkeypatch: pytest.MonkeyPatch, package: str, call: Callable[[], object]) -> str:
    """Return the message of a call without a package."""
    monkeypatch.setitem(sys.modules, package, None)
    return said(call)


def twice(path: str) -> str:
    """Return the message of writing a dataset twice."""
    frame = gf.load_versions()
    gf.write_parquet(frame, path, partition_by="name")
    return said(lambda: gf.write_parquet(frame, path, partition_by="name"))


def among(name: str, write: Callable[[str], object]) -> str:
    """Return the message of a write into a folder with a user's file."""
    Path(name).mkdir()
    Path(name, "notes.txt").touch()
    return said(lambda: write(name))


def torn(path: str) -> str:
    """Return the message of reading half a file."""
    gf.write_parquet(gf.load_versions(), path)
    Path(path).write_bytes(Path(path).read_bytes()[:2_000])
    return said(lambda: gf.read_parquet(path))


def joining(change: Callable[[Any], Any]) -> str:
    """Return the message of a join with changed versions."""
    sessions = gf.load_sessions(limit=5, nested="json")
    versions = change(gf.load_versions())
    return said(lambda: gf.join_sessions_versions(sessions, versions))


def judged(threshold: str) -> str:
    """Return the message of a report with this threshold."""
    frames = gf.load_sessions(nested="json"), gf.load_versions()
    return said(lambda: gf.build_report(*frames, as_of="2026-03-30", thresholds={"fail_if": threshold}))


def reported(change: Callable[[Any], Any]) -> str:
    """Return the headline of a report on changed sessions."""
    frames = change(gf.load_sessions(nested="json")), gf.load_versions()
    return gf.build_report(*frames, as_of="2026-03-30").findings.headline


def naive(frame: Any) -> Any:  # noqa: ANN401 - a frame's column
    """Return the creation times of a frame without their time zone."""
    return frame["created_at"].dt.tz_localize(None)


def shell(*words: str) -> str:
    """Return the stderr of our program, without its name."""
    done = subprocess.run([sys.executable, "-m", "galtea_frames", *words], capture_output=True, text=True, check=False)  # noqa: S603
    return done.stderr.removeprefix("galtea-frames: ").strip()


def edited_index() -> str:
    """Return the stderr of an index in the place of a home page."""
    Path("index.html").write_text("<h1>Home</h1>")
    return shell("report", "--index", ".")


Patch = pytest.MonkeyPatch
FEW = pd.DataFrame({"a": ["x"], "b": [1]})
HTML = "<html><title>No</title></html>"

#: How to provoke each message, by its first words, in the order of the page.
PROVOKED: dict[str, Callable[[Patch, gf.sample.SampleApi], str]] = {
    "no API key": lambda patch, _: keyless(patch),
    "the key in": lambda patch, _: keyless(patch, key="gsk_a gsk_b"),
    "the key in … has": lambda patch, _: keyless(patch, key="'gsk_a'"),
    "cannot use the key file": lambda patch, _: keyless(patch, folder=True),
    "others can read": lambda patch, _: keyless(patch, file="gsk_a"),
    "the API's address": lambda *_: said(lambda: gf.Client("gsk_a", "api.galtea.ai")),
    "plain http": lambda *_: said(lambda: gf.Client("gsk_a", "http://api.galtea.ai")),
    "… answered 401": lambda _, api: said(load(client=gf.Client("gsk_wrong", api.url))),
    "… answered 403 (…): the key": lambda *_: answered(gf.sample.Reply(403, {"message": "No"})),
    "… answered 403 (…): a firewall": lambda *_: answered(gf.sample.Reply(403, HTML)),
    "… answered 404": lambda *_: answered(gf.sample.Reply(404, HTML)),
    "… redirects": lambda *_: answered(gf.sample.Redirect("https://galtea.example/sessions")),
    "cannot use": lambda _, api: said(load(client=gf.Client("gsk_a", api.url.replace("http:", "https:")))),
    "… failed": lambda *_: said(load(client=gf.Client("gsk_a", "http://127.0.0.1:9", max_attempts=2))),
    "… failed (… through": lambda patch, _: unreached(patch),
    "… failed (no data": lambda *_: answered(gf.sample.Stall(30), read_timeout=0.1),
    "… failed (the answer": lambda *_: answered(gf.sample.Trickle(0.05), max_elapsed=0.2),
    "… answered 503": lambda *_: answered(gf.sample.Reply(503)),
    "… answered 429": lambda *_: answered(gf.sample.Reply(429, headers={"Retry-After": "90"})),
    "… answered more": lambda *_: answered(gf.sample.Reply(200, "[{}]"), max_response_bytes=3),
    "… did not answer": lambda *_: answered(gf.sample.Reply(200, "[{")),
    "… ignores sort": lambda *_: answered(
        gf.sample.Reply(200, [{"id": str(day), "createdAt": f"2026-01-0{day}T00:00:00.000Z"} for day in (3, 1, 2)])
    ),
    "no sessions": lambda *_: said(load(ids="session_x")),
    "unknown argument": lambda *_: said(load(versoin_ids="x")),
    "params holds": lambda *_: said(load(params={"versionIds": "x"})),
    "… holds …, which": lambda *_: said(load(version_ids=["a", None])),
    "… must be a time": lambda *_: said(load(from_created_at="May")),
    "from_created_at": lambda *_: said(load(from_created_at="2026-03-02", to_created_at="2026-03-01")),
    "… must be a whole": lambda *_: said(load(limit=-1)),
    "mixed types": lambda *_: of_records({"metadata": {"a": 1}}, {"metadata": {"a": "1"}}),
    "values that do not": lambda *_: of_records({"customId": 7, "context": None, "metadata": None}),
    "too many nested": lambda *_: of_records({"context": None, "metadata": {f"key_{each}": 1 for each in range(600)}}),
    "unknown session": lambda *_: of_records({"status": "PAUSED", "metadata": None}),
    "parse_dates: …": lambda *_: of_records({"metadata": {"at": "May"}}, parse_dates="metadata.at"),
    "parse_dates: no": lambda *_: of_records({"metadata": {"at": "May"}}, parse_dates="metadata.on"),
    "parse_dates: unknown": lambda *_: said(load(parse_dates="creatd_at")),
    "duplicate version ids": lambda *_: joining(lambda versions: versions.loc[[0, 0]]),
    "versions must be a pandas": lambda *_: joining(lambda versions: versions["id"]),
    "there is no Parquet": lambda *_: said(lambda: gf.read_parquet("nowhere.parquet")),
    "… is not a whole": lambda *_: torn("torn.parquet"),
    "… holds what is not": lambda *_: among("mine", lambda to: gf.write_parquet(FEW, to, partition_by="a")),
    "… holds files that": lambda *_: among("mine", report.target_of),
    "… is no name of a Parquet": lambda *_: said(lambda: gf.write_parquet(FEW, "x.csv")),
    "… is no name of a file": lambda *_: said(lambda: kind_of("x.json")),
    "an Excel sheet": lambda *_: said(lambda: check_excel(2_000_000)),
    "Excel workbooks": lambda patch, _: lacking(patch, "openpyxl", lambda: check_excel(None)),
    "… exists": lambda *_: twice("memory://docs/dataset"),
    "…://": lambda patch, _: lacking(patch, "s3fs", lambda: gf.read_parquet("s3://bucket/a.parquet")),
    "… is not a mirror; …": lambda *_: said(gf.Mirror("nowhere").load_sessions),
    "… is neither a mirror": lambda *_: strewn(),
    "… is not complete": lambda *_: incomplete(),
    "…: another sync": lambda *_: busy(),
    "… holds …, not": lambda *_: rescoped(),
    "a mirror needs": lambda patch, _: lacking(patch, "deltalake", lambda: gf.Mirror("mirror")),
    "…unknown name": lambda *_: judged("cost > 5"),
    "…failure_rate ranges": lambda *_: judged("failure_rate > 5"),
    "created_at has no": lambda *_: said(lambda: reported(lambda frame: frame.assign(created_at=naive(frame)))),
    "The data is incomplete": lambda *_: reported(lambda frame: frame.head(100)),
    "… is only available": lambda *_: judged("users > 5 per version"),
    "cannot use the settings": lambda *_: shell("report", "--out", "r", "--config", "none.toml"),
    "name a folder for": lambda *_: shell("report"),
    "… is a file of another": lambda *_: edited_index(),
    "thresholds come": lambda *_: shell("report", "--out", "r", "--thresholds", "t.toml", "--fail-if", "n > 1"),
}

MESSAGES = re.findall(r"^### `(.+)`$", (DOCS / "troubleshooting.md").read_text("utf-8"), re.MULTILINE)


def test_every_message_is_provoked_once() -> None:
    """The page and the table above list the same messages in the same order."""
    assert len(MESSAGES) == len(PROVOKED)
    assert [(each, start) for each, start in zip(MESSAGES, PROVOKED, strict=True) if not each.startswith(start)] == []


@pytest.mark.parametrize(("shown", "start"), list(zip(MESSAGES, PROVOKED, strict=False)))
def test_messages_are_really_said(
    shown: str, start: str, monkeypatch: pytest.MonkeyPatch, api: gf.sample.SampleApi
) -> None:
    """The package says what the page quotes, word by word except for `…`."""
    text = PROVOKED[start](monkeypatch, api)
    pattern = ".*".join(re.escape(part) for part in re.split(" ?… ?", shown))
    assert any(re.fullmatch(pattern, line) for line in text.splitlines()), text
