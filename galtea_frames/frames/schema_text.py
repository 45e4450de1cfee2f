"""The file of a schema: TOML that people read and edit; pure."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from galtea_frames.decoding.pins import PINS
from galtea_frames.errors import SchemaError
from galtea_frames.printable import listed, printable_line, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: The format that this release writes.
FORMAT = 1

#: The first line of every file.
_HEADER = "# A schema of galtea_frames"

_KEYS = ("format", "list", "statuses", "columns")

_WIDTH = 100

_NAMED = 5


@dataclass(frozen=True)
class SchemaText:
    """The contents of a file.

    Attributes:
        resource: the list.
        columns: the dtype of each column, by name, in order.
        statuses: the known statuses, not checked; None if the file does not name them.
    """

    resource: str
    columns: Mapping[str, str]
    statuses: Any


def render_schema(contents: SchemaText, comments: Mapping[str, str]) -> str:
    """Return the text of a file.

    Args:
        contents: what it says.
        comments: a comment for some of the columns, of one printable line.
    """
    lines = [
        f"{_HEADER}: the columns of a list, in order, with their types.",
        '# Pass its path to a load: load_sessions(schema="…"). Edit it freely: delete, reorder or add lines.',
        *_types(),
        "# Values that do not fit their type are null and counted. To keep them as well, add the line",
        '#   "metadata.*" = "json"',
        "",
        f"format = {FORMAT}",
        f"list = {_text(contents.resource)}",
        f"statuses = [{', '.join(map(_text, contents.statuses or ()))}]",
        "",
        "[columns]",
    ]
    for name, dtype in contents.columns.items():
        comment = f"   # {comments[name]}" if comments.get(name) else ""
        lines.append(f"{_text(name)} = {_text(dtype)}{comment}")
    return "\n".join([*lines, ""])


def _types() -> Iterable[str]:
    line = "# Types:"
    for number, name in enumerate(PINS):
        word = f" {name}{',' if number < len(PINS) - 1 else '.'}"
        if len(line + word) > _WIDTH:
            yield line
            line = "#  "
        line += word
    yield line


def _text(value: str) -> str:
    """Return a string of TOML; characters that editors hide or reorder are escaped."""
    if "\\" in value and "'" not in value and printable_line(value) == value:
        return f"'{value}'"
    return f'"{"".join(map(_character, value))}"'


def _character(each: str) -> str:
    if each in '"\\':
        return f"\\{each}"
    return each if printable_line(each) == each else f"\\U{ord(each):08x}"


def is_schema_text(text: str) -> bool:
    """Tell whether this package wrote a file, though it may have been edited since."""
    if text.startswith(_HEADER):
        return True
    try:
        parse_schema(text)
    except SchemaError:
        return False
    return True


def parse_schema(text: str) -> SchemaText:
    """Return the contents of a file; names and dtypes of columns are not checked.

    Raises:
        SchemaError: the text is not TOML, or not a schema that this release knows.
    """
    try:
        found = tomllib.loads(text)
    except (ValueError, RecursionError) as problem:
        raise SchemaError(f"not valid TOML: {str(problem) or 'nested too deeply'}") from None
    written = found.get("format")
    if type(written) is not int or written < 1:
        raise SchemaError(f"not a schema: there is no line 'format = {FORMAT}'")
    if written > FORMAT:
        raise SchemaError(f"written by a newer release, in format {written}; update galtea_frames")
    if other := [name for name in found if name not in _KEYS]:
        raise SchemaError(f"unknown entry {listed(other, _NAMED, quoted)}; a schema has {', '.join(_KEYS)}")
    resource, columns = found.get("list"), found.get("columns")
    if not isinstance(resource, str):
        raise SchemaError('no list is named; add a line such as list = "sessions"')
    if not isinstance(columns, dict):
        raise SchemaError("there is no table [columns]")
    return SchemaText(resource, {name: _dtype(name, each) for name, each in columns.items()}, found.get("statuses"))


def _dtype(name: str, value: object) -> str:
    if isinstance(value, dict):
        below = quoted(f"{name}.{next(iter(value), '…')}").replace("'", '"')
        raise SchemaError(f"names with dots need quotes: {below}")
    if not isinstance(value, str):
        raise SchemaError(f'the type of {quoted(name)} is text such as "Int64", not {quoted(value)}')
    return value
