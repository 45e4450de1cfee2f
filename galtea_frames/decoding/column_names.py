r"""Column names of nested paths: keys joined by dots, escaped so that no two paths share a name; pure.

A dot in a key is written `\.`, a backslash `\\`, and the key `*` becomes `\*`, because a final `*` marks an overflow
column. A lone surrogate, which files cannot store, is written `\udXXX`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from galtea_frames.api.resource import snake_case

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

#: The last part of the name of an overflow column: JSON text of values that have no column of their own.
OVERFLOW = "*"

#: Columns added by a mirror. Loaders reserve these names too, so that both return the same columns.
OWN = frozenset({"removed_at"})

_PIECE = re.compile(r"\\u[0-9a-f]{4}|\\.|.", re.DOTALL)


def column_name(root: str, keys: Iterable[str] = ()) -> str:
    """Return the column name for a path of keys below a field."""
    return ".".join([root, *map(_escape, keys)])


def overflow_name(root: str | None) -> str:
    """Return the name of the overflow column of a field; None means the whole record."""
    return OVERFLOW if root is None else f"{root}.{OVERFLOW}"


def split_name(name: str) -> tuple[str, list[str], bool]:
    """Return the root of a column name, the unescaped keys below it, and whether it is an overflow column."""
    raw = _parts(name)
    overflow = raw[-1] == OVERFLOW
    root, *keys = raw[:-1] if overflow and len(raw) > 1 else raw
    return root, [_unescape(key) for key in keys], overflow


def _parts(name: str) -> list[str]:
    """Split a name at its unescaped dots."""
    ends = [piece.start() for piece in _PIECE.finditer(name) if piece.group() == "."]
    return [name[start:end] for start, end in zip([0, *(end + 1 for end in ends)], [*ends, len(name)], strict=True)]


def root_names(fields: Iterable[str], declared: Mapping[str, str]) -> dict[str, str]:
    """Return the column name of each undeclared field: its name in snake_case if that is free.

    A name is taken if a declared field or a mirror column has it; such fields keep the API's name (`removedAt`).

    If two fields share a snake_case name (`runId`, `run_id`), the camelCase one gets it; the others keep the API's
    name, with underscores escaped.

    Args:
        fields: API names of the fields.
        declared: the declared fields' column names, by API name.
    """
    wanting: dict[str, list[str]] = defaultdict(list)
    for field in fields:
        wanting[snake_case(field)].append(field)
    names = {}
    for name, rivals in wanting.items():
        ranked = sorted(rivals, key=lambda field: (_camel_case(name) != field, field))
        for rank, field in enumerate(ranked):
            names[field] = possible_names(field, declared.values())[-1 if rank else 0]
    return names


def possible_names(field: str, declared: Collection[str]) -> tuple[str, ...]:
    """Return the names that the column of an undeclared field may have: the usual one, and the one beside a rival."""
    name, in_full = snake_case(field), _escape(field).replace("_", r"\_")
    if name in declared or name in OWN:
        return (in_full,)
    return (_escape(name),) if _camel_case(name) == field else (_escape(name), in_full)


def canonical_root(root: str) -> str:
    """Return the root of a column name with the escapes that `root_names` writes, and no others."""
    name = _escape(_unescape(root))
    in_full = name.replace("_", r"\_")
    return in_full if root == in_full else name


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
    """Return the character of an escape sequence."""
    is_code = len(piece) == len("\\u0000")
    return chr(int(piece.removeprefix("\\u"), 16)) if is_code else piece[-1]
