"""Writes the loaders and the mirror's readers from the table of resources: `python -m tools.write_loaders`.

Signatures are written out, and not made when the package is imported, because only then do editors, `help()`, type
checkers and the site all show every argument with its type and its meaning. A test holds that the files are what this
writes.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from galtea_frames.api.resources import RESOURCES, SESSIONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from galtea_frames.api.resource import ColumnKind, Filter, FilterKind, Resource

ROOT = Path(__file__).parents[1]
WIDTH = 120

#: The type of the argument of each kind of filter.
TYPES: dict[FilterKind, str] = {
    "texts": "str | Iterable[str] | None",
    "text": "str | None",
    "flag": "bool | None",
    "time": "str | date | np.datetime64 | None",
}

#: What columns of each kind are; objects become several.
DTYPES: dict[ColumnKind, str] = {
    "string": "(`string`)",
    "status": "(category)",
    "time": "(`datetime64[us, UTC]`)",
}


@dataclass(frozen=True)
class Argument:
    """One argument of a written function."""

    name: str
    type: str
    meaning: str
    default: str = "None"

    @property
    def declared(self) -> str:
        """The line of the signature."""
        return f"{self.name}: {self.type} = {self.default},"

    @property
    def explained(self) -> str:
        """The line of the docstring."""
        return f"{self.name}: {self.meaning}."


PAGING = (
    Argument(
        "sort",
        "Sort | None",
        'a column, a pair ("created_at", "desc") or a list; then, and by default, `created_at` and `id`',
    ),
    Argument("limit", "int | None", "how many rows in all; every row by default"),
    Argument("offset", "int | None", "how many rows of the sorted result to leave out first"),
)
PARAMS = Argument(
    "params", "Mapping[str, Any] | None", 'any further filter of the API, by its API name: {"userIds": ["user_1"]}'
)
FORM = (
    Argument(
        "nested",
        "Nested",
        '"columns" (typed, as `metadata.user.tier`), "json" (JSON text, exactly as sent) or "both"',
        '"columns"',
    ),
    Argument("parse_dates", "str | Sequence[str] | None", "text columns to read as times"),
    Argument("dtype_backend", "DtypeBackend", '"numpy_nullable" or "pyarrow"', '"numpy_nullable"'),
)
CLIENT = Argument(
    "client", "Client | None", "a Client to share between calls; by default one is made from the settings, and closed"
)
SELECTION = (
    Argument(
        "include_removed",
        "bool",
        "also rows that the API serves no longer, told by `removed_at`: when a sync found that out",
        "False",
    ),
    Argument("as_of", "int | str | date | None", "read the mirror as it was at a time, or at a version of the table"),
    Argument("allow_incomplete", "bool", "read what is there, though the first sync has not come to its end", "False"),
)

LOADER_ERRORS = """
QueryError: an argument is unknown, or its value cannot be asked for; before any request.
SettingsError: there is no key, or the address cannot be used; before any request.
AuthenticationError: the API refused the key.
NotFoundError: some of `ids` do not exist.
RequestError: the API could not be reached within the retry budget.
ResponseError: the API's answers cannot be trusted to be whole.
""".strip().splitlines()
READER_ERRORS = """
QueryError: an argument is unknown, or cannot be used.
MirrorError: there is no mirror, it is not complete, was not there yet, or cannot be read.
""".strip().splitlines()

#: Sentences of docstrings.
_ATTRS = 'What the load cost and how the columns came about stands in `frame.attrs["galtea_frames"]`.'
_BESIDE = (
    "Versions come as columns `version.name`, `version.created_at`, …; only those that occur are fetched. A session"
    " whose version is null or no longer exists keeps its row, with nulls, and is counted in"
    ' `frame.attrs["galtea_frames"]["join"]`.'
)
_STORED = (
    '`frame.attrs["galtea_frames"]` says when the last sync began (`fetched_at`) and which version of the table this is'
    " (`mirror`). Files that hold no row that the filters select are not read."
)
_STORED_BESIDE = (
    "Columns are those of `galtea_frames.load_sessions_with_versions`. A version number as `as_of` is one of the table"
    " of sessions; versions are read as they were when that was committed."
)


def main() -> None:
    """Write both files."""
    for path, text in written().items():
        (ROOT / path).write_text(text, encoding="utf-8")


def written() -> dict[str, str]:
    """Return what is written, by path."""
    return {"galtea_frames/frames/loaders.py": _loaders(), "galtea_frames/mirror/readers.py": _readers()}


# -- loaders --


def _loaders() -> str:
    names = ", ".join(sorted(each.name.upper() for each in RESOURCES.values()))
    functions = [loader(each) for each in RESOURCES.values()]
    functions += [iterator(each) for each in RESOURCES.values()]
    functions += [_joined_loader()]
    return f'''"""The loaders, which users call; each names its arguments, so that editors and `help()` show them.

Written by `python -m tools.write_loaders`; what is changed here by hand is lost.
"""

# Annotations are values here, not text: it is these that `help()` prints.
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from galtea_frames.api.arguments import Sort, names_checked
from galtea_frames.api.client import Client
from galtea_frames.api.resources import {names}
from galtea_frames.decoding.gatherer import Nested
from galtea_frames.frames.frame import DtypeBackend
from galtea_frames.frames.load import iterate, load
from galtea_frames.frames.load_joined import load_joined
''' + "".join(f"\n\n{each}" for each in functions)


def loader(resource: Resource) -> str:
    """Return the source of the loader of a list."""
    one = resource.singular
    words = [
        f"Return every {one} that the filters select: one row a {one}, by `created_at`, then `id`.",
        f"Columns are {_columns(resource)}, and any further field that the API sends. {_ATTRS}",
    ]
    call = f"load({resource.name.upper()}, locals())"
    return _function(
        f"load_{resource.name}", _asked(resource), returns="pd.DataFrame", words=words, errors=LOADER_ERRORS, call=call
    )


def iterator(resource: Resource) -> str:
    """Return the source of its iterator."""
    words = [
        f"Yield the rows of `load_{resource.name}` in frames of up to 10,000, all with the same columns and dtypes."
    ]
    errors = [f"GalteaFramesError: as `load_{resource.name}` does."]
    call = f"iterate({resource.name.upper()}, locals())"
    return _function(
        f"iter_{resource.name}",
        _asked(resource),
        returns="Iterator[pd.DataFrame]",
        words=words,
        errors=errors,
        call=call,
    )


def _joined_loader() -> str:
    words = [
        "Return every session that the filters select, each beside its version: one row a session.",
        _BESIDE,
    ]
    errors = ["GalteaFramesError: as `load_sessions` does."]
    call = "load_joined(locals())"
    return _function(
        "load_sessions_with_versions", _asked(SESSIONS), returns="pd.DataFrame", words=words, errors=errors, call=call
    )


def _asked(resource: Resource) -> list[Argument]:
    return [*map(_argument, resource.filters), *PAGING, PARAMS, *FORM, CLIENT]


def _argument(wanted: Filter) -> Argument:
    return Argument(wanted.name, TYPES[wanted.kind], wanted.meaning)


def _columns(resource: Resource) -> str:
    """Return the columns of a list in words: by what they are, each kind in the order of the table."""
    parts = []
    for kind, dtype in DTYPES.items():
        names = [f"`{each.name}`" for each in resource.columns if each.kind == kind]
        if names:
            parts.append(f"{', '.join(names)} {dtype}")
    objects = [f"`{each.name}`" for each in resource.columns if each.kind == "object"]
    if objects:
        parts.append(f"the nested columns of {' and '.join(objects)}")
    return ", ".join(parts)


# -- the mirror's readers --


def _readers() -> str:
    names = ", ".join(sorted(each.name.upper() for each in RESOURCES.values()))
    methods = [_reader(each) for each in RESOURCES.values()] + [_joined_reader()]
    return f'''"""The readers of a mirror: stored rows as the loaders' frames, by what their columns can answer.

Written by `python -m tools.write_loaders`; what is changed here by hand is lost.
"""

# Annotations are values here, not text: it is these that `help()` prints.
from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
import pandas as pd

from galtea_frames.api.arguments import Sort, names_checked
from galtea_frames.api.resources import {names}
from galtea_frames.decoding.gatherer import Nested
from galtea_frames.frames.frame import DtypeBackend
from galtea_frames.mirror.location import Location
from galtea_frames.mirror.reading import read, read_joined


class Readers:
    """What `Mirror` reads, list by list."""

    _location: Location
''' + "".join(f"\n{textwrap.indent(each, ' ' * 4, lambda line: line.strip() != '')}" for each in methods)


def _reader(resource: Resource) -> str:
    words = [
        f"Return the stored {resource.name}: one row a {resource.singular}, by `created_at`, then `id`.",
        f"Columns, dtypes and warnings are those of `galtea_frames.load_{resource.name}`. {_STORED}",
    ]
    call = f"read(self._location, {resource.name.upper()}, locals())"
    return _method(f"load_{resource.name}", resource, words, call)


def _joined_reader() -> str:
    words = [
        "Return the stored sessions, each beside its version: one row a session.",
        _STORED_BESIDE,
    ]
    return _method("join", SESSIONS, words, "read_joined(self._location, locals())")


def _method(name: str, resource: Resource, words: list[str], call: str) -> str:
    filters = [_stored_argument(each) for each in resource.filters if each.column is not None]
    arguments = [*filters, *PAGING, *SELECTION, *FORM]
    whose = f'"a mirror of {resource.name}"'
    return _function(name, arguments, returns="pd.DataFrame", words=words, errors=READER_ERRORS, call=call, whose=whose)


def _stored_argument(wanted: Filter) -> Argument:
    if wanted.name == "ids":  # asked of other rows, they mean another error
        return Argument(wanted.name, TYPES[wanted.kind], "these rows; one that is not stored raises MirrorError")
    return _argument(wanted)


# -- text --


def _function(
    name: str,
    arguments: list[Argument],
    *,
    returns: str,
    words: list[str],
    errors: list[str],
    call: str,
    whose: str | None = None,
) -> str:
    """Return the source of a function, or of a method where it is known whose; wrapped as in a module of its own."""
    indent = 4 if whose is None else 8
    first, *further = words
    paragraphs = [_wrapped(each, indent) for each in further]
    sections = [("Args", [each.explained for each in arguments]), ("Raises", errors)]
    blocks = [f"{title}:\n{textwrap.indent(_lines(lines), ' ' * 4)}" for title, lines in sections]
    docstring = "\n\n".join([first, *paragraphs, *blocks])
    body = textwrap.indent(f'"""{docstring}\n"""\nreturn {call}\n', " " * 4, lambda line: line.strip() != "")
    own = ["*,"] if whose is None else ["self,", "*,"]
    head = "".join(f"    {line}\n" for line in [*own, *(each.declared for each in arguments)])
    return f"@names_checked({whose or ''})\ndef {name}(\n{head}) -> {returns}:\n{body}"


def _wrapped(words: str, indent: int) -> str:
    return textwrap.fill(words, WIDTH - indent, break_long_words=False, break_on_hyphens=False)


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(lines)


if __name__ == "__main__":
    main()
