r"""Column names of nested paths: keys joined by dots, escaped so that two paths never share a name; pure.

A dot within a key is written `\.`, a backslash `\\`, and a key that is just `*` becomes `\*`, because a last part `*`
names the column of what has no column of its own. A lone surrogate, which no file can hold, is written `\udXXX`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from galtea_frames.api.resource import snake_case

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: The last part of the name of a column that holds, as JSON text, what has no column of its own.
OVERFLOW = "*"

#: Columns that a mirror adds. No field is called so in loaders' frames either: they have the same columns.
OWN = frozenset({"removed_at"})

_PIECE = re.compile(r"\\u[0-9a-f]{4}|\\.|.", re.DOTALL)


def column_name(root: str, keys: Iterable[str] = ()) -> str:
    """Return the column's name of the path of keys below a field's own column."""
    return ".".join([root, *map(_escape, keys)])


def overflow_name(root: str | None) -> str:
    """Return the name of the column of what has no column of its own: of one field, or of the whole record."""
    return OVERFLOW if root is None else f"{root}.{OVERFLOW}"


def split_name(name: str) -> tuple[str, list[str], bool]:
    """Return a column's root as it is written, the keys below it, and whether it is an overflow column."""
    raw = _parts(name)
    overflow = raw[-1] == OVERFLOW
    root, *keys = raw[:-1] if overflow and len(raw) > 1 else raw
    return root, [_unescape(key) for key in keys], overflow


def _parts(name: str) -> list[str]:
    """Return what stands between the dots that are not escaped."""
    ends = [piece.start() for piece in _PIECE.finditer(name) if piece.group() == "."]
    return [name[start:end] for start, end in zip([0, *(end + 1 for end in ends)], [*ends, len(name)], strict=True)]


def root_names(fields: Iterable[str], declared: Mapping[str, str]) -> dict[str, str]:
    """Return the column's name of each field that is not declared: its name in snake_case, where that is free.

    It is not where a declared field has it, or a column of our own (`removedAt` keeps the API's name).

    Two fields may share a snake_case name (`runId`, `run_id`). The one that the API's own spelling gives keeps it; the
    others keep the API's name, with its underscores escaped.

    Args:
        fields: the fields' API names.
        declared: the declared fields' column names, by API name.
    """
    wanting: dict[str, list[str]] = defaultdict(list)
    for field in fields:
        wanting[snake_case(field)].append(field)
    names = {}
    for name, rivals in wanting.items():
        free = name not in declared.values() and name not in OWN
        ranked = sorted(rivals, key=lambda field: (_camel_case(name) != field, field))
        for rank, field in enumerate(ranked):
            names[field] = _escape(name) if free and rank == 0 else _escape(field).replace("_", r"\_")
    return names


def _camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def _escape(key: str) -> str:
    escaped = re.sub(r"[\\.]", r"\\\g<0>", key)
    if escaped == OVERFLOW:
        escaped = "\\*"
    return "".join(f"\\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" else c for c in escaped)


def _unescape(key: str) -> str:
    return _PIECE.sub(lambda piece: _plain(piece.group()), key)


def _plain(piece: str) -> str:
    """Return the character that an escape stands for: the last of two, or the one with that code."""
    is_code = len(piece) == len("\\u0000")
    return chr(int(piece.removeprefix("\\u"), 16)) if is_code else piece[-1]
