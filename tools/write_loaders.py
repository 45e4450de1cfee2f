"""Writes the loaders and the mirror's readers from the table of resources: `python -m tools.write_loaders`.

Signatures are written out instead of built at import time, because only then do editors, `help()`, type checkers and
the docs site all show every argument with its type and meaning. A test checks that the files are up to date.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from galtea_frames.api.resources import EVALUATIONS, RESOURCES, SESSIONS
from galtea_frames.api.splitting import MAX_MEMBERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from galtea_frames.api.resource import ColumnKind, Filter, FilterKind, Resource

ROOT = Path(__file__).parents[1]
WIDTH = 120

#: The argument type of each kind of filter.
TYPES: dict[FilterKind, str] = {
    "texts": "str | Iterable[str] | None",
    "text": "str | None",
    "flag": "bool | None",
    "number": "float | None",
    "integer": "int | None",
    "time": "str | date | np.datetime64 | None",
}

#: The dtype of each kind of column; objects become several columns.
DTYPES: dict[ColumnKind, str] = {
    "string": "`string`",
    "category": "`category`",
    "number": "`Float64`",
    "integer": "`Int64`",
    "flag": "`boolean`",
    "texts": "lists of strings",
    "json": "JSON text, as sent",
    "time": "`datetime64[us, UTC]`",
}


@dataclass(frozen=True)
class Argument:
    """One argument of a generated function."""

    name: str
    type: str
    meaning: str
    default: str = "None"

    @property
    def parameter(self) -> str:
        """The line in the signature."""
        return f"{self.name}: {self.type} = {self.default},"

    @property
    def description(self) -> str:
        """The line in the docstring."""
        return f"{self.name}: {self.meaning}."


PAGING = (
    Argument(
        "sort",
        "Sort | None",
        'a column, a ("created_at", "desc") pair or a list of these; by default `created_at`, then `id`',
    ),
    Argument("limit", "int | None", "maximum number of rows in total; by default, all rows"),
    Argument("offset", "int | None", "number of rows to skip at the start of the sorted result"),
)
PARAMS = Argument(
    "params", "Mapping[str, Any] | None", 'further filters of the API by API name, such as {"userIds": ["user_1"]}'
)
CONTRACT = (
    Argument(
        "columns",
        "str | Iterable[str] | None",
        'the columns to return, in this order; a name also selects every column below it ("metadata.user")',
    ),
    Argument(
        "dtype",
        "Mapping[str, str] | None",
        'dtypes of nested columns, {"metadata.latency_ms": "Int64"}; misfits are null',
    ),
    Argument("schema", "Schema | str | PathLike[str] | None", "a Schema or its file: columns and dtypes in one"),
    Argument(
        "on_misfit", "OnMisfit", '"null", or "raise" SchemaError at a value that does not fit its column', '"null"'
    ),
)
FORM = (
    Argument(
        "nested",
        "Nested",
        'nested fields as typed "columns" (`metadata.user.tier`), as "json" text exactly as sent, or "both"',
        '"columns"',
    ),
    Argument("parse_dates", "str | Sequence[str] | None", "text columns to parse as times"),
    Argument("dtype_backend", "DtypeBackend", 'dtypes of the frame, "numpy_nullable" or "pyarrow"', '"numpy_nullable"'),
)
CLIENT = Argument(
    "client", "Client | None", "Client to reuse; by default, one is created from the settings and closed afterwards"
)
SELECTION = (
    Argument(
        "include_removed",
        "bool",
        "also return rows that the API no longer serves; `removed_at` is when a sync noticed",
        "False",
    ),
    Argument("as_of", "int | str | date | None", "read the mirror as of a time, or at a version number of the table"),
    Argument("allow_incomplete", "bool", "read what is stored even if the first sync has not finished", "False"),
)

LOADER_ERRORS = """
QueryError: an argument is unknown or invalid; raised before any request.
SettingsError: no API key was found, or a setting is invalid; raised before any request.
AuthenticationError: the API rejected the key.
NotFoundError: some of `ids` do not exist.
RequestError: the API rejected a request, or could not be reached within the retry budget.
ResponseError: the API's answers are invalid, or cannot be trusted to be complete.
""".strip().splitlines()
READER_ERRORS = """
QueryError: an argument is unknown or invalid.
MirrorError: the mirror does not exist, is incomplete, has nothing as of that time, or cannot be read.
""".strip().splitlines()

#: Sentences of docstrings.
_ORDER = "Rows are sorted by `sort` if given, then by `created_at` and `id`."
_ATTRS = (
    '`frame.attrs["galtea_frames"]` records the filters, when the rows were fetched, the number of requests, and how'
    " columns were typed."
)
_SPOOLED = (
    "All frames have the same columns and dtypes. Types are decided over all rows, so rows are kept on disk until the"
    " last page has arrived; memory use stays low."
)
_VERSION_COLUMNS = (
    "Version columns are prefixed (`version.name`, `version.created_at`, …), and only versions that occur are kept. A"
    " session whose version is null or no longer exists keeps its row, with nulls;"
    ' `frame.attrs["galtea_frames"]["join"]` counts these sessions.'
)
_SCORES = (
    "Columns are those of `load_evaluations`, followed by `reported_score` (`Float64`), the reviewer's score if there"
    " is one, else the judge's; `counts` (`boolean`), whether it may be averaged; `why_not` (`category`), why it may"
    " not be; and the columns of the metric, the session, its version, the test case and its test, with their prefixes:"
    " `metric.name`, `session.version_id`, `version.name`, `test_case.language_code`, `test.name`, …"
)
_WHAT_COUNTS = (
    "A reviewer's score counts whatever the status is. A judge's counts if the status is SUCCESS and the input was not"
    " too long. `why_not` is null for these; for others it is `pending`, `pending_human`, `skipped`, `failed`,"
    " `outdated`, `cancelled`, `long_input`, `no_score`, or another status in lower case. `reported_score` is null,"
    " never 0, if there is neither score."
)
_EXPLAINED = (
    "Each list is requested once, with metrics that it hides, and only rows that occur are kept. What the API does not"
    " return, such as a deleted metric, is null; a warning says so, and"
    ' `frame.attrs["galtea_frames"]["joins"]` has the number of rows that are `matched`, `null` or `dangling` in each'
    " list."
)
_STORED = (
    '`frame.attrs["galtea_frames"]` also records when the last sync began (`fetched_at`) and which version of the table'
    " was read (`mirror`). Files without matching rows are skipped."
)
_STORED_SCORES = (
    "Columns, dtypes, warnings and the order of rows match `galtea_frames.load_scores`. The mirror must hold the lists"
    " whose columns are wanted; `sync(lists=…)` adds them. What is not stored, such as a deleted metric, is null; a"
    ' warning says so, and `frame.attrs["galtea_frames"]["joins"]` counts. A version number passed as `as_of` refers to'
    " the table of evaluations; other lists are read as of the time of its commit."
)
_STORED_VERSIONS = (
    "Columns match `galtea_frames.load_sessions_with_versions`. A version number passed as `as_of` refers to the"
    " sessions table; versions are read as of the time of its commit."
)


def main() -> None:
    """Write both files."""
    for path, text in written().items():
        (ROOT / path).write_text(text, encoding="utf-8")


def written() -> dict[str, str]:
    """Return the contents of both files by path."""
    return {"galtea_frames/frames/loaders.py": _loaders(), "galtea_frames/mirror/readers.py": _readers()}


# -- loaders --


def _loaders() -> str:
    functions = [loader(each) for each in RESOURCES.values()]
    functions += [iterator(each) for each in RESOURCES.values()]
    functions += [_joined_loader(), _scores_loader()]
    return f'''"""The public loaders.

Written by `python -m tools.write_loaders`; changes made here by hand are lost.
"""

# No `from __future__ import annotations`: `help()` prints annotations that are objects more readably.
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from os import PathLike
from typing import Any

import numpy as np
import pandas as pd

from galtea_frames.api.arguments import Sort, reject_unknown_arguments
from galtea_frames.api.client import Client
from galtea_frames.api.resources import {_names(RESOURCES.values())}
from galtea_frames.decoding.gatherer import Nested
from galtea_frames.frames.column_arguments import OnMisfit
from galtea_frames.frames.frame import DtypeBackend
from galtea_frames.frames.load import iterate, load
from galtea_frames.frames.load_joined import load_joined
from galtea_frames.frames.load_scores import fetch_scores
from galtea_frames.frames.schema import Schema
''' + "".join(f"\n\n{each}" for each in functions)


def _names(resources: Iterable[Resource]) -> str:
    """Return what to import for some resources, one name per line."""
    names = sorted((each.name.upper() for each in resources), key=lambda name: name.replace("_", " "))
    return "(\n" + "".join(f"    {name},\n" for name in names) + ")"


def loader(resource: Resource) -> str:
    """Return the source of a resource's `load_*` function."""
    one = resource.singular.replace("_", " ")
    paragraphs = [
        f"Load every {one} that matches the filters, one row per {one}.",
        f"A row is {resource.row}.",
        f"{_columns(resource)} {_ORDER}",
        *_costs(resource),
        _ATTRS,
    ]
    call = f"load({resource.name.upper()}, locals())"
    return _loader(f"load_{resource.name}", resource, paragraphs, LOADER_ERRORS, call)


def iterator(resource: Resource) -> str:
    """Return the source of a resource's `iter_*` function."""
    paragraphs = [f"Iterate over the rows of `load_{resource.name}`, in frames of up to 10,000 rows.", _SPOOLED]
    errors = [f"GalteaFramesError: for the same reasons as `load_{resource.name}`."]
    call = f"iterate({resource.name.upper()}, locals())"
    return _loader(f"iter_{resource.name}", resource, paragraphs, errors, call)


def _joined_loader() -> str:
    paragraphs = [
        "Load every session that matches the filters together with its version, one row per session.",
        f"Session columns are those of `load_sessions`. {_VERSION_COLUMNS}",
    ]
    errors = ["GalteaFramesError: for the same reasons as `load_sessions`."]
    return _loader("load_sessions_with_versions", SESSIONS, paragraphs, errors, "load_joined(locals())")


def _scores_loader() -> str:
    summary = "Load every evaluation that matches the filters, with its score and what explains it."
    errors = ["GalteaFramesError: for the same reasons as `load_evaluations`."]
    paragraphs = [summary, _SCORES, _WHAT_COUNTS, _EXPLAINED]
    return _loader("load_scores", EVALUATIONS, paragraphs, errors, "fetch_scores(locals())")


def _loader(name: str, resource: Resource, paragraphs: list[str], errors: list[str], call: str) -> str:
    arguments = [*map(_argument, resource.filters), *PAGING, PARAMS, *_contract(name), *FORM, CLIENT]
    return _function(name, arguments, returns=_returns(name), paragraphs=paragraphs, errors=errors, call=call)


def _contract(name: str) -> list[Argument]:
    """Return the arguments about columns; a schema is of one list, or of sessions with their versions."""
    return [each for each in CONTRACT if name != "load_scores" or each.name != "schema"]


def _returns(name: str) -> str:
    return "Iterator[pd.DataFrame]" if name.startswith("iter_") else "pd.DataFrame"


def _argument(wanted: Filter) -> Argument:
    return Argument(wanted.name, TYPES[wanted.kind], wanted.meaning)


def _columns(resource: Resource) -> str:
    """Return sentences about the columns: the declared ones, by dtype in the table's order, and the others."""
    parts = []
    for kind, dtype in DTYPES.items():
        names = [f"`{each.name}`" for each in resource.columns if each.kind == kind]
        if names:
            parts.append(f"{', '.join(names)} ({dtype})")
    objects = [f"`{each.name}`" for each in resource.columns if each.kind == "object"]
    nested = f"{' and '.join(objects)} become nested columns, and further" if objects else "Further"
    return (
        f"Declared columns are {', '.join(parts)}; they are present even if no row matches. {nested} fields that the"
        " API sends become columns too."
    )


def _costs(resource: Resource) -> list[str]:
    """Return paragraphs about the requests of a load, where they are more than pages."""
    paragraphs = []
    for api in dict.fromkeys(each.through for each in resource.filters if each.through):
        names = " and ".join(f"`{each.name}`" for each in resource.filters if each.through == api)
        verb = "are not filters" if " and " in names else "is not a filter"
        listed = resource.referenced_by(api)
        paragraphs.append(
            f"{names} {verb} of the API. The ids of the {listed} that match are loaded first, in pages of whole"
            f" {listed}; then the rows of up to {MAX_MEMBERS} {listed} at a time, with three or more requests each, by"
            " all workers."
        )
    if not resource.has_times:
        paragraphs.append(
            "Not all rows can be selected by creation time, so pages follow each other by offset, and rows are"
            " requested twice: only a second pass shows that changes in the meantime hid none."
        )
    if resource.page_rows:
        *most, last = (f"`{each.name}`" for each in resource.columns if each.kind == "json")
        large = f"{', '.join(most)} and {last}"
        paragraphs.append(
            f"Rows can be large: a request asks for at most {resource.page_rows} of them, and for fewer if the server"
            f" fails or the answer exceeds the client's `max_response_bytes`. If `columns` leaves out {large}, these"
            " are neither decoded nor kept in memory."
        )
    return paragraphs


# -- the mirror's readers --


def _readers() -> str:
    mirrored = [each for each in RESOURCES.values() if each.is_mirrored]
    methods = [*map(reader, mirrored), *map(stored_iterator, mirrored), _joined_reader(), _scores_reader()]
    return f'''"""The readers of a mirror, with the filters that stored columns can answer.

Written by `python -m tools.write_loaders`; changes made here by hand are lost.
"""

# No `from __future__ import annotations`: `help()` prints annotations that are objects more readably.
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from os import PathLike

import numpy as np
import pandas as pd

from galtea_frames.api.arguments import Sort, reject_unknown_arguments
from galtea_frames.api.resources import {_names(mirrored)}
from galtea_frames.decoding.gatherer import Nested
from galtea_frames.frames.column_arguments import OnMisfit
from galtea_frames.frames.frame import DtypeBackend
from galtea_frames.frames.schema import Schema
from galtea_frames.mirror.location import Location
from galtea_frames.mirror.reading import iterate, read, read_joined
from galtea_frames.mirror.reading_scores import read_scores


class Readers:
    """The reading methods of `Mirror`."""

    _location: Location
''' + "".join(f"\n{textwrap.indent(each, ' ' * 4, lambda line: line.strip() != '')}" for each in methods)


def reader(resource: Resource) -> str:
    """Return the source of a mirror's reader of a list."""
    paragraphs = [
        f"Read the stored {resource.words}, one row per {resource.singular.replace('_', ' ')}.",
        f"Columns, dtypes, warnings and the order of rows match `galtea_frames.load_{resource.name}`. {_STORED}",
    ]
    call = f"read(self._location, {resource.name.upper()}, locals())"
    return _method(f"load_{resource.name}", resource, paragraphs, call)


def stored_iterator(resource: Resource) -> str:
    """Return the source of a mirror's iterator over a list."""
    paragraphs = [
        f"Iterate over the rows of `load_{resource.name}`, in frames of up to 10,000 rows.",
        _SPOOLED.replace("until the last page has arrived", "until the last one has been read"),
    ]
    call = f"iterate(self._location, {resource.name.upper()}, locals())"
    return _method(f"iter_{resource.name}", resource, paragraphs, call)


def _joined_reader() -> str:
    paragraphs = ["Read the stored sessions together with their versions, one row per session.", _STORED_VERSIONS]
    return _method("join", SESSIONS, paragraphs, "read_joined(self._location, locals())")


def _scores_reader() -> str:
    summary = "Read every stored evaluation that matches the filters, with its score and what explains it."
    paragraphs = [summary, _SCORES, _WHAT_COUNTS, _STORED_SCORES]
    return _method("load_scores", EVALUATIONS, paragraphs, "read_scores(self._location, locals())")


def _method(name: str, resource: Resource, paragraphs: list[str], call: str) -> str:
    filters = [_stored_argument(each) for each in resource.filters if each.column is not None]
    arguments = [*filters, *PAGING, *SELECTION, *_contract(name), *FORM]
    return _function(
        name,
        arguments,
        returns=_returns(name),
        paragraphs=paragraphs,
        errors=READER_ERRORS,
        call=call,
        owner=f'"a mirror of {resource.name}"',
    )


def _stored_argument(wanted: Filter) -> Argument:
    if wanted.name == "ids":  # a mirror raises another error for a missing id
        return Argument(wanted.name, TYPES[wanted.kind], "rows with these ids; one that is not stored is an error")
    return _argument(wanted)


# -- text --


def _function(
    name: str,
    arguments: list[Argument],
    *,
    returns: str,
    paragraphs: list[str],
    errors: list[str],
    call: str,
    owner: str | None = None,
) -> str:
    """Return the source of a function, or of a method if it has an owner, without the indentation of its class."""
    indent = 4 if owner is None else 8
    summary, *details = paragraphs
    sections = [("Args", [each.description for each in arguments]), ("Raises", errors)]
    blocks = [f"{title}:\n{textwrap.indent(_lines(lines), ' ' * 4)}" for title, lines in sections]
    docstring = "\n\n".join([summary, *(_wrapped(each, indent) for each in details), *blocks])
    body = textwrap.indent(f'"""{docstring}\n"""\nreturn {call}\n', " " * 4, lambda line: line.strip() != "")
    own = ["*,"] if owner is None else ["self,", "*,"]
    head = "".join(f"    {line}\n" for line in [*own, *(each.parameter for each in arguments)])
    return f"@reject_unknown_arguments({owner or ''})\ndef {name}(\n{head}) -> {returns}:\n{body}"


def _wrapped(paragraph: str, indent: int) -> str:
    return textwrap.fill(paragraph, WIDTH - indent, break_long_words=False, break_on_hyphens=False)


def _lines(lines: Iterable[str]) -> str:
    return "\n".join(lines)


if __name__ == "__main__":
    main()
