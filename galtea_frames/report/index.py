"""The index page of the reports in a folder, newest first."""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from galtea_frames.errors import ReportError
from galtea_frames.files.ownership import REPORT, foreign_entry
from galtea_frames.pages.rendering import environment, html_page
from galtea_frames.printable import more, printable
from galtea_frames.report.findings import Verdict
from galtea_frames.small_files import SmallFileError, check_replaceable_text, read_small_file, write_small_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

#: The file's name.
NAME = "index.html"

#: The largest index and the largest report.json, in bytes.
_LARGEST, _LARGEST_REPORT = 20_000_000, 100_000_000

#: Numbers of sessions.
_COUNTS = range(2**53)

#: The end of an index of ours: a digest of all before it.
_SEAL = re.compile(r"<!-- galtea_frames: index of reports, sha256 ([0-9a-f]{64}) -->\n\Z")


@dataclass(frozen=True)
class IndexEntry:
    """A report in the index.

    Attributes:
        folder: the name of its folder.
        address: the relative URL of its page.
        verdict: its verdict.
        title: the title of its period.
        start: the first instant of its period.
        as_of: the instant it was made for.
        selection: which sessions it is about, if stated.
        headline: its verdict's reason.
        sessions: how many sessions there were; None if they could not be loaded.
        failure_rate: their failure rate; None if none ended.
    """

    folder: str
    address: str
    verdict: Verdict
    title: str
    start: datetime
    as_of: datetime
    selection: str | None
    headline: str
    sessions: int | None
    failure_rate: float | None


@dataclass(frozen=True)
class Index:
    """What an index lists, and the names of folders whose reports have changed since they were written."""

    entries: tuple[IndexEntry, ...]
    changed: tuple[str, ...]

    @property
    def warning(self) -> str | None:
        """What is left out; None if nothing is."""
        if not self.changed:
            return None
        names = ", ".join(map(printable, self.changed[:3])) + more(self.changed, 3)
        return f"left out of the index, because files there are not as the report was written: {names}"


def check_index(directory: str | PathLike[str]) -> None:
    """Refuse a folder whose index cannot be written, before anything is fetched.

    Raises:
        ReportError: it cannot, or something else is there.
    """
    path = _path(directory)
    try:
        check_replaceable_text(path, _LARGEST, _is_ours)
    except SmallFileError as problem:
        raise ReportError(f"cannot write {path}: {problem}") from None


def write_index(directory: str | PathLike[str]) -> Index:
    """Write index.html, which lists the reports in the folders of a directory, newest first, and return what it lists.

    Only an index of ours that has not changed since is replaced, and only unchanged reports are listed.

    Args:
        directory: a local folder.

    Raises:
        ReportError: there are no reports, or the file cannot be written.
    """
    path, found = _path(directory), find_reports(directory)
    if not found.entries:
        raise ReportError(f"no folder in {os.fspath(directory)} holds a report; name the folder above the reports")
    templates = environment("galtea_frames.report.pages", markdown=False)
    page = html_page(templates, "index.html.j2", {"entries": found.entries}, {})
    digest = hashlib.sha256(page.encode()).hexdigest()
    try:
        write_small_text(path, f"{page}<!-- galtea_frames: index of reports, sha256 {digest} -->\n", _LARGEST, _is_ours)
    except SmallFileError as problem:
        raise ReportError(f"cannot write {path}: {problem}") from None
    return found


def find_reports(directory: str | PathLike[str]) -> Index:
    """Return the reports in the folders of a directory, the newest period first, and of one period the latest report.

    Raises:
        ReportError: the directory cannot be read.
    """
    entries, changed = [], []
    for folder in _folders(directory):
        if not (folder / "report.json").is_file():
            continue
        if (entry := _entry(folder)) is None:
            changed.append(folder.name)
        else:
            entries.append(entry)
    return Index(
        tuple(sorted(entries, key=lambda each: (each.start, each.as_of, each.folder), reverse=True)), tuple(changed)
    )


def _path(directory: str | PathLike[str]) -> Path:
    if not os.fspath(directory) or "://" in os.fspath(directory):
        raise ReportError(f"an index is written to a local folder, not to {os.fspath(directory)!r}")
    return Path(directory, NAME)


def _folders(directory: str | PathLike[str]) -> Iterator[Path]:
    """Yield the folders in a directory, by name, without following links."""
    try:
        found = sorted(Path(directory).iterdir())
    except OSError as problem:
        raise ReportError(f"cannot read {os.fspath(directory)}: {str(problem.strerror).lower()}") from None
    yield from (each for each in found if each.is_dir() and not each.is_symlink())


def _entry(folder: Path) -> IndexEntry | None:
    """Return the entry of a report; None if the folder is not as we wrote it."""
    try:
        if not (folder / str(REPORT.closing)).is_file() or foreign_entry(folder, REPORT) is not None:
            return None
        return _parsed(folder.name, json.loads(read_small_file(folder / "report.json", _LARGEST_REPORT)))
    except (OSError, SmallFileError, KeyError, TypeError, ValueError, IndexError, AttributeError, RecursionError):
        return None


def _parsed(folder: str, report: Any) -> IndexEntry:  # noqa: ANN401 - any JSON
    """Return the entry of a report.json; whatever is not as we write it raises."""
    scope, totals = report["scope"], {each["name"]: each["now"] for each in report["figures"]}
    sessions, rate = totals.get("sessions"), totals.get("failure_rate")
    return IndexEntry(
        folder=folder,
        address=f"{quote(folder, safe='')}/report.html",
        verdict=Verdict(report["verdict"]),
        title=str(scope["period"]["title"]),
        start=_instant(scope["period"]["start"]),
        as_of=_instant(scope["as_of"]),
        selection=None if scope.get("selection") is None else str(scope["selection"]),
        headline=str(report["headline"]),
        sessions=None if sessions is None else _COUNTS[sessions],
        failure_rate=None if rate is None else float(rate),
    )


def _instant(text: str) -> datetime:
    """Return an instant; a time without a zone raises, since it cannot be compared with others."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError
    return found


def _is_ours(text: str) -> bool:
    """Tell whether a text is an index as we wrote it."""
    found = _SEAL.search(text)
    return found is not None and hashlib.sha256(text[: found.start()].encode()).hexdigest() == found[1]
