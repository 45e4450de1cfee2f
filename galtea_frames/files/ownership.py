"""Decides whether a folder is ours: whether all in it is one dataset, report, comparison or demo of this package.

Nothing else is ever replaced. Contents decide, not names. A file of a dataset names its dataset, its rows and its
folder; the Parquet file of a report or demo lists all other files; and each file is sealed (`seals`), so that a changed
file is not mistaken for ours. Files of older releases without seals are recognised by the description of their dataset,
and those of a report by columns that only a report has.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from galtea_frames.errors import ParquetError, ReportError
from galtea_frames.files.descriptions import KEY, DamagedError, NewerError, parse_description
from galtea_frames.files.partitions import folder_of, positions_from_text
from galtea_frames.files.seals import matching, unbroken

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from galtea_frames.errors import GalteaFramesError

#: How many times to inspect a folder that other processes replace at the same time.
_TRIES = 100

_PART = re.compile(r"part-\d+\.parquet")

#: The files of a report of a release without seals; the one with the rows was written last.
_UNSEALED_REPORT = re.compile(r"report\.(html|md|json)|rows\.parquet|charts/[a-z_]+\.png")
_UNSEALED_ROWS = {"id", "created_at", "period", "day", "version_id", "version", "status", "production"}


@dataclass(frozen=True)
class Kind:
    """A kind of folder, which only replaces folders of the same kind.

    Attributes:
        name: its name.
        closing: the file whose seal lists all others; None if each file describes itself.
        error: the error raised if the folder holds anything else.
        words: the message of that error.
    """

    name: str
    closing: str | None
    error: type[GalteaFramesError]
    words: str


DATASET = Kind("dataset", None, ParquetError, "holds what is not of one dataset that galtea_frames wrote")
REPORT = Kind("report", "rows.parquet", ReportError, "holds files that are not part of a report")
COMPARISON = Kind("comparison", "cases.parquet", ReportError, "holds files that are not part of a comparison")
DEMO = Kind("demo", "sessions.parquet", ParquetError, "holds files that are not the demo's")


def check_replaceable(folder: Path, kind: Kind, display: str) -> None:
    """Refuse to replace a folder that holds anything that this package did not write there.

    Raises:
        ParquetError, ReportError: it does.
    """
    if (found := foreign_entry(folder, kind)) is not None:
        raise kind.error(f"{display} {kind.words} ({found}, …): name another folder")


def is_ours(folder: Path) -> bool:
    """Tell whether everything in a folder is one dataset, report, comparison or demo of ours."""
    return any(foreign_entry(folder, kind) is None for kind in (DATASET, REPORT, COMPARISON, DEMO))


def foreign_entry(folder: Path, kind: Kind) -> str | None:
    """Return the first entry of a folder that is not part of one folder of ours, of a kind; None if all are."""
    for _ in range(_TRIES):
        with suppress(FileNotFoundError):
            before = _state(folder)
            found = _foreign_entry(folder, kind)
            if _state(folder) == before:
                return found
        if not folder.exists():
            return None
    raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(folder))


def _state(folder: Path) -> tuple[int, int]:
    """Return values by which a folder differs from one that has replaced it."""
    found = folder.stat()
    return found.st_ino, found.st_mtime_ns


def _foreign_entry(folder: Path, kind: Kind) -> str | None:
    files, folders, odd = _walk(folder)
    ours = _parts_of_one_dataset(folder, files) if kind.closing is None else _listed(folder, files, kind)
    needed = {above.as_posix() for path in ours for above in Path(path).parents}
    return min(odd | (files - ours) | (folders - needed), default=None)


def _walk(folder: Path) -> tuple[set[str], set[str], set[str]]:
    """Return the files, folders and other entries in a folder, at any depth, without following links."""
    found: tuple[set[str], set[str], set[str]] = set(), set(), set()
    ahead = [folder]
    while ahead:
        for each in ahead.pop().iterdir():
            mode = each.lstat().st_mode
            found[0 if stat.S_ISREG(mode) else 1 if stat.S_ISDIR(mode) else 2].add(each.relative_to(folder).as_posix())
            if stat.S_ISDIR(mode):
                ahead.append(each)
    return found


# -- datasets --


@dataclass(frozen=True)
class _Part:
    dataset: str
    folder: str
    rows: NDArray[np.int64] = field(repr=False)


def _parts_of_one_dataset(folder: Path, files: Iterable[str]) -> set[str]:
    """Return the files that are parts of one dataset, each in its folder and each with its own rows."""
    parts = {path: part for path in sorted(files) if (part := _part(folder / path)) is not None}
    parts = {path: part for path, part in parts.items() if _is_in_its_folder(path, part)}
    if not parts:
        return set()
    ((dataset, _),) = Counter(part.dataset for part in parts.values()).most_common(1)
    of_one = {path: part for path, part in parts.items() if part.dataset == dataset}
    rows = np.concatenate([part.rows for part in of_one.values()])
    owners = np.repeat(np.arange(len(of_one)), [len(part.rows) for part in of_one.values()])
    firsts = np.zeros(len(rows), dtype=bool)
    firsts[np.unique(rows, return_index=True)[1]] = True
    copies = set(owners[~firsts])
    return {path for number, path in enumerate(of_one) if number not in copies}


def _is_in_its_folder(path: str, part: _Part) -> bool:
    above, _, name = path.rpartition("/")
    return bool(_PART.fullmatch(name)) and above == part.folder


def _part(path: Path) -> _Part | None:
    """Return which part of which dataset a file is; None if it is not ours or has been changed."""
    found = _footer(path)
    if found is None or "dataset" not in found[1]:
        return None
    metadata, description = found
    if description.get("sealed") and unbroken(path, metadata) is None:
        return None
    held, named = set(metadata.schema.to_arrow_schema().names), set(description["partition"])
    if held | named != {*description["columns"]} or held & named:
        return None
    try:
        rows = positions_from_text(description["rows"], metadata.num_rows)
        inner = "/".join(folder_of(name, stored) for name, stored in description["partition"].items())
    except (KeyError, ValueError, TypeError, OverflowError, pa.ArrowException, ParquetError):
        return None
    return _Part(description["dataset"], inner if description["total"] else "", rows)


def _footer(path: Path) -> tuple[pq.FileMetaData, dict[str, Any]] | None:
    """Return the metadata of a Parquet file and the description of its frame; None if it is not ours."""
    try:
        metadata = pq.read_metadata(path)
        return metadata, parse_description((metadata.metadata or {})[KEY])
    except (pa.ArrowException, OSError, KeyError, DamagedError, NewerError):
        return None


# -- reports, comparisons and demos --


def _listed(folder: Path, files: set[str], kind: Kind) -> set[str]:
    """Return the closing file and the unchanged files that it lists."""
    if kind.closing not in files or (found := _footer(folder / kind.closing)) is None:
        return set()
    metadata, description = found
    if not description.get("sealed"):
        return _unsealed_report(folder, files, description) if kind is REPORT else set()
    seal = unbroken(folder / kind.closing, metadata)
    if seal is None or seal.get("closes") != kind.name or not isinstance(seal.get("files"), dict):
        return set()
    return {kind.closing} | matching(folder, files, seal["files"])


def _unsealed_report(folder: Path, files: set[str], description: dict[str, Any]) -> set[str]:
    """Return the files of a report without seals: those not modified after it was finished."""
    if not description["columns"].keys() >= _UNSEALED_ROWS:
        return set()
    written = (folder / "rows.parquet").stat().st_mtime_ns
    named = {path for path in files if _UNSEALED_REPORT.fullmatch(path)}
    return {path for path in named if (folder / path).stat().st_mtime_ns <= written}
