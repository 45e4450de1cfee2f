"""The index of reports: which folders it lists, in which order, and which file it replaces."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from report_frames import report_on, sessions, two_weeks

import galtea_frames as gf
from galtea_frames.report.index import check_index, find_reports, write_index

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("undrawn_charts")


def write(folder: Path, as_of: str = "2026-03-30", **options: Any) -> None:  # noqa: ANN401 - any option
    """Write a report."""
    report_on(two_weeks(), as_of=as_of, **options).write(folder)


def rewrite(folder: Path, change: dict[str, Any]) -> None:
    """Write a report whose findings, as they are written down, have other values."""
    report = report_on(two_weeks())
    said = report.to_dict()
    for path, value in change.items():
        *above, last = path.split(".")
        place = said
        for name in above:
            place = place[name]
        place[last] = value
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gf.Report, "to_dict", lambda _: said)
        report.write(folder)


def links(directory: Path) -> list[str]:
    """Return the links of an index, from top to bottom."""
    return re.findall(r'<a href="([^"]*)"', (directory / "index.html").read_text("utf-8"))


def test_reports_are_listed_newest_first(tmp_path: Path) -> None:
    """By their period, then by when they were made; with verdict, period, numbers and the way to the page."""
    write(tmp_path / "b", "2026-03-30T08:00", selection="voice only")
    write(tmp_path / "a", "2026-03-30T09:00", thresholds="n > 1")
    write(tmp_path / "c", "2026-03-23")
    write(tmp_path / "d", "2026-04-06")
    found = write_index(tmp_path)
    assert ["d", "a", "b", "c"] == [each.folder for each in found.entries]
    assert ["d/report.html", "a/report.html", "b/report.html", "c/report.html"] == links(tmp_path)
    assert ((), None) == (found.changed, found.warning)
    assert [0, 128, 128, 125] == [each.sessions for each in found.entries]
    assert found.entries[0].failure_rate is None
    page = (tmp_path / "index.html").read_text("utf-8")
    for words in ("4 reports, newest first", "Week 13, 23 to 29 March 2026", "FAIL", "voice only", "20.2\u00a0%"):
        assert words in page
    assert (tmp_path / links(tmp_path)[0]).is_file()


def test_what_is_no_report_is_not_listed(tmp_path: Path) -> None:
    """Other folders and files, links, empty folders; reports that were changed are named."""
    write(tmp_path / "r")
    for number in range(5):
        write(tmp_path / f"changed {number}")
    (tmp_path / "changed 0" / "report.html").write_text("mine")
    (tmp_path / "changed 1" / "notes.txt").touch()
    (tmp_path / "changed 2" / "rows.parquet").unlink()
    (tmp_path / "changed 3" / "report.json").write_text("{}")
    (tmp_path / "changed 4" / "report.json").write_text("[")
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "report.html").touch()
    (tmp_path / "link").symlink_to(tmp_path / "r")
    found = write_index(tmp_path)
    assert ["r/report.html"] == links(tmp_path)
    assert tuple(f"changed {number}" for number in range(5)) == found.changed
    named = "changed 0, changed 1, changed 2 and 2 more"
    assert f"left out of the index, because files there are not as the report was written: {named}" == found.warning


ODD: list[dict[str, Any]] = [
    {"verdict": "FINE"},
    {"figures": [{"name": "sessions", "now": 2**60}]},
    {"figures": [{"name": "sessions", "now": "many"}]},
    {"figures": [{"name": "failure_rate", "now": []}]},
    {"figures": 7},
    {"scope.as_of": "2026-03-30T08:00:00"},
    {"scope.as_of": "soon"},
    {"scope.period": None},
    {"scope": []},
]


@pytest.mark.parametrize("change", ODD)
def test_a_report_that_says_what_we_never_write_is_left_out(tmp_path: Path, change: dict[str, Any]) -> None:
    """Whoever wrote it; the others are listed."""
    write(tmp_path / "r")
    rewrite(tmp_path / "odd", change)
    assert ("odd",) == write_index(tmp_path).changed
    assert ["r/report.html"] == links(tmp_path)


def test_a_report_of_a_failed_load_has_no_numbers(tmp_path: Path) -> None:
    """They are n/a, not 0."""
    report_on([], attrs={"complete": False, "problem": "no access"}).write(tmp_path / "r")
    (entry,) = write_index(tmp_path).entries
    assert ("INCOMPLETE", None, None) == (entry.verdict, entry.sessions, entry.failure_rate)
    assert 2 == (tmp_path / "index.html").read_text("utf-8").count(">n/a<")


@pytest.mark.parametrize(
    "name", ["javascript:alert(1)", '"><img src=x>', "a b?c#d%", "..x", "目标", "\u202e", "x" * 200]
)
def test_folders_may_have_any_name(tmp_path: Path, name: str) -> None:
    """The link leads to the folder, and to nothing else."""
    write(tmp_path / name)
    rewrite(tmp_path / "z", {"headline": name, "scope.selection": name, "scope.period.title": name})
    write_index(tmp_path)
    for address in links(tmp_path):
        assert re.fullmatch(r"[A-Za-z0-9%._~-]+/report\.html", address)
    page = (tmp_path / "index.html").read_text("utf-8")
    assert not re.search("<img|\u202e", page)


def test_the_same_reports_give_the_same_bytes(tmp_path: Path) -> None:
    """And the index of more reports replaces the old one."""
    write(tmp_path / "a")
    write_index(tmp_path)
    before = (tmp_path / "index.html").read_bytes()
    write_index(tmp_path)
    assert before == (tmp_path / "index.html").read_bytes()
    write(tmp_path / "b", "2026-03-23")
    write_index(tmp_path)
    assert ["a/report.html", "b/report.html"] == links(tmp_path)


@pytest.mark.parametrize(
    "change", [lambda _: "mine", lambda text: f"{text}\n", lambda text: text.replace("Week", "Month")]
)
def test_an_index_that_is_not_ours_is_left_alone(tmp_path: Path, change: Any) -> None:  # noqa: ANN401 - a function
    """Somebody's home page, or an index that somebody edited."""
    write(tmp_path / "r")
    write_index(tmp_path)
    file = tmp_path / "index.html"
    file.write_text(change(file.read_text("utf-8")), encoding="utf-8")
    before = file.read_bytes()
    for refuse in (check_index, write_index):
        with pytest.raises(gf.ReportError, match=r"index\.html: is a file of another kind; delete it first"):
            refuse(tmp_path)
    assert before == file.read_bytes()


def test_a_folder_without_reports_gets_no_index(tmp_path: Path) -> None:
    """It may be the wrong one."""
    with pytest.raises(gf.ReportError, match="holds a report; name the folder above the reports"):
        write_index(tmp_path)
    assert [] == list(tmp_path.iterdir())
    with pytest.raises(gf.ReportError, match=r"cannot read .*none: no such file or directory"):
        find_reports(tmp_path / "none")


@pytest.mark.parametrize("name", ["s3://bucket/reports", ""])
def test_an_index_is_a_local_file(name: str) -> None:
    """Object stores have no folders to read."""
    with pytest.raises(gf.ReportError, match="an index is written to a local folder, not to "):
        check_index(name)


def test_a_report_may_be_larger_than_its_neighbours(tmp_path: Path) -> None:
    """The order does not depend on the order of the folders; JSON is read as it was written."""
    report_on([*two_weeks(), *sessions(300, "2026-03-27", version="v7")]).write(tmp_path / "z")
    write(tmp_path / "a", "2026-03-23")
    assert ["z", "a"] == [each.folder for each in find_reports(tmp_path).entries]
    assert 428 == json.loads((tmp_path / "z" / "report.json").read_text())["figures"][0]["now"]
