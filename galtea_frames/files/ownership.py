"""Whose a folder is: ours if all in it, at any depth, is one dataset, report or demo as this package wrote it.

Nothing else is ever replaced. Names prove nothing, contents do. A file of a dataset says which dataset it is of, which
rows it holds and in which folder it belongs; a report's and a demo's Parquet file lists all others; and each is sealed
(`seals`), so that a file which was changed since is not taken for what was written. Files of releases that sealed
nothing yet are known by what they say of their dataset, and a report's by what only a report holds.
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

#: How often a folder is looked at that other processes replace meanwhile.
_TRIES = 100

_PART = re.compile(r"part-\d+\.parquet")

#: What reports of releases without seals hold; the last file that they wrote is the one with the rows.
_UNSEALED_REPORT = re.compile(r"report\.(html|md|json)|rows\.parquet|charts/[a-z_]+\.png")
_UNSEALED_ROWS = {"id", "created_at", "period", "day", "version_id", "version", "status", "production"}


@dataclass(frozen=True)
class Kind:
    """What takes the place of its like only.

    Attributes:
        name: what it is.
        closing: the file whose seal lists all others; none if each file speaks for itself.
        error: what is raised where something else stands.
        words: how that is told.
    """

    name: str
    closing: str | None
    error: type[GalteaFramesError]
    words: str


DATASET = Kind("dataset", None, ParquetError, "holds what is not of one dataset that galtea_frames wrote")
REPORT = Kind("report", "rows.parquet", ReportError, "holds files that are no report's")
DEMO = Kind("demo", "sessions.parquet", ParquetError, "holds files that are not the demo's")


def check_replaceable(folder: Path, kind: Kind, display: str) -> None:
    """Refuse to replace a folder in which there is anything but what this package wrote there.

    Raises:
        ParquetError, ReportError: there is.
    """
    if (found := foreign_entry(folder, kind)) is not None:
        raise kind.error(f"{display} {kind.words} ({found}, …): name another folder")


def is_ours(folder: Path) -> bool:
    """Tell whether all in a folder is one dataset, report or demo of ours."""
    return any(foreign_entry(folder, kind) is None for kind in (DATASET, REPORT, DEMO))


def foreign_entry(folder: Path, kind: Kind) -> str | None:
    """Return the first thing in a folder that is no part of one dataset, report or demo of ours; None if all is."""
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
    """Return by what a folder is told from another that a write has put in its place meanwhile."""
    found = folder.stat()
    return found.st_ino, found.st_mtime_ns


def _foreign_entry(folder: Path, kind: Kind) -> str | None:
    files, folders, odd = _walk(folder)
    ours = _parts_of_one_dataset(folder, files) if kind.closing is None else _listed(folder, files, kind)
    needed = {above.as_posix() for path in ours for above in Path(path).parents}
    return min(odd | (files - ours) | (folders - needed), default=None)


def _walk(folder: Path) -> tuple[set[str], set[str], set[str]]:
    """Return the files, the folders and all else in a folder, at any depth; links are not followed."""
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
    place: str
    rows: NDArray[np.int64] = field(repr=False)


def _parts_of_one_dataset(folder: Path, files: Iterable[str]) -> set[str]:
    """Return the files that are parts of one dataset, each in its place and each with rows of its own."""
    parts = {path: part for path in sorted(files) if (part := _part(folder / path)) is not None}
    parts = {path: part for path, part in parts.items() if _in_place(path, part)}
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


def _in_place(path: str, part: _Part) -> bool:
    above, _, name = path.rpartition("/")
    return bool(_PART.fullmatch(name)) and above == part.place


def _part(path: Path) -> _Part | None:
    """Return which part of which dataset of ours a file is; None if of none, or if it was changed since."""
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
        place = "/".join(folder_of(name, stored) for name, stored in description["partition"].items())
    except (KeyError, ValueError, TypeError, OverflowError, pa.ArrowException, ParquetError):
        return None
    return _Part(description["dataset"], place if description["total"] else "", rows)


def _footer(path: Path) -> tuple[pq.FileMetaData, dict[str, Any]] | None:
    """Return what a Parquet file says of itself, and what it says of its frame; None if it is none of ours."""
    try:
        metadata = pq.read_metadata(path)
        return metadata, parse_description((metadata.metadata or {})[KEY])
    except (pa.ArrowException, OSError, KeyError, DamagedError, NewerError):
        return None


# -- reports and demos --


def _listed(folder: Path, files: set[str], kind: Kind) -> set[str]:
    """Return the files that the closing one lists, as far as they are as they were, and itself."""
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
    """Return the files of a report that was written before there were seals: nobody has touched them after its end."""
    if not description["columns"].keys() >= _UNSEALED_ROWS:
        return set()
    written = (folder / "rows.parquet").stat().st_mtime_ns
    named = {path for path in files if _UNSEALED_REPORT.fullmatch(path)}
    return {path for path in named if (folder / path).stat().st_mtime_ns <= written}
