"""Which files belong to a mirror: those that its log names, by plain names, in the table's folder."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

import msgspec
from pyarrow.fs import FileSelector, FileType

from galtea_frames.errors import MirrorError
from galtea_frames.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pyarrow.fs import FileSystem

#: The names of the files of an unpartitioned table, whichever engine wrote them.
_PLAIN = re.compile(r"\w[\w.=+-]*", re.ASCII)

_COMMIT = re.compile(r"_delta_log/\d{20}\.json")


class _File(msgspec.Struct):
    path: str


class _Action(msgspec.Struct):
    """A line of the log; only actions that add or remove a file matter here."""

    add: _File | None = None
    remove: _File | None = None


_ACTION = msgspec.json.Decoder(_Action)


def check_plain(paths: Iterable[str], display: str) -> None:
    """Refuse a log with paths that might lead out of the table's folder.

    Raises:
        MirrorError: a path is not a plain file name.
    """
    for path in paths:
        if not _PLAIN.fullmatch(path):
            raise MirrorError(f"{display}: the log names a file outside the mirror: {printable(path)[:100]}")


def once_named(table: FileSystem) -> set[str]:
    """Return the names of all files that the commits of a table have added to it or removed from it.

    Args:
        table: the file system below the table's folder.
    """
    entries = table.get_file_info(FileSelector("_delta_log", allow_not_found=True))
    commits = sorted(each.path for each in entries if each.type == FileType.File and _COMMIT.fullmatch(each.path))
    return {name for commit in commits for name in _names_in(table, commit) if _PLAIN.fullmatch(name)}


def _names_in(table: FileSystem, commit: str) -> Iterable[str]:
    with table.open_input_file(commit) as file:
        actions = [_ACTION.decode(line) for line in file.read().splitlines() if line.strip()]
    return (unquote(each.path) for action in actions for each in (action.add, action.remove) if each is not None)
