"""The reference pages, generated from the package when the site is built."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from mkdocs.structure.files import File

import galtea_frames as gf
from galtea_frames import errors
from galtea_frames.api.resources import RESOURCES
from galtea_frames.cli.main import commands
from galtea_frames.cli.options import query_options

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

    from galtea_frames.api.resource import ColumnKind, DeclaredColumn, Filter, FilterKind, Resource

_DTYPES: dict[ColumnKind, str] = {
    "string": "`string`",
    "category": "`category`",
    "time": "`datetime64[us, UTC]`",
    "number": "`Float64`",
    "integer": "`Int64`",
    "flag": "`boolean`",
    "texts": "list of strings",
    "json": "JSON text, as sent",
    "object": "[nested columns](../guide/nested-columns.md)",
}

_VALUES: dict[FilterKind, str] = {
    "texts": "text, list or Series",
    "text": "text",
    "flag": "`True` or `False`",
    "number": "number",
    "integer": "whole number",
    "time": "text, date, datetime, Timestamp or datetime64",
}

#: The arithmetic of the report and of comparisons.
_ARITHMETIC = (
    "galtea_frames.rates.rate",
    "galtea_frames.rates.difference",
    "galtea_frames.rates.mean",
    "galtea_frames.rates.mean_difference",
    "galtea_frames.rates.Rate",
    "galtea_frames.rates.Mean",
    "galtea_frames.rates.Difference",
    "galtea_frames.rates.ENOUGH",
    "galtea_frames.error_shapes.shapes",
)

_TERMINAL = 100


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages to the site."""
    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files


def pages() -> dict[str, str]:
    """Return the text of each generated page by its path."""
    return {
        "reference/python.md": _python(),
        **{f"reference/{each.name}.md": _list(each) for each in RESOURCES.values()},
        "reference/command-line.md": _command_line(),
        "reference/errors.md": _errors(),
    }


# -- Python --


def _python() -> str:
    own = [name for name in gf.__all__ if not hasattr(errors, name) and name not in ("sample", "__version__")]
    documented = [f"galtea_frames.{name}" for name in sorted(own, key=lambda name: (name[0].isupper(), name))]
    documented += [f"galtea_frames.sample.{name}" for name in gf.sample.__all__]
    return f"""# Python

All public names: `import galtea_frames as gf`. Errors and warnings have [their own page](errors.md);
`gf.__version__` is the installed version. `gf.sample` is the sample API: `serve` starts it, and the other names are the
rows it serves and the faults it can simulate. For your own comparisons, the report's arithmetic is in the modules
`galtea_frames.rates` and `galtea_frames.error_shapes`, at the end of this page.

{_directives(documented)}

{_directives(_ARITHMETIC)}
"""


def _directives(names: Iterable[str]) -> str:
    """Return the directives that insert the docstrings of these names."""
    return "\n\n".join(f"::: {name}" for name in names)


# -- lists --


def _list(resource: Resource) -> str:
    """Return the page of one list of the API: its columns and its filters."""
    mirrored = f", `Mirror.load_{resource.name}`" if resource.is_mirrored else ""
    return f"""# {resource.words.capitalize()}

A row is {resource.row}. Functions: `load_{resource.name}`, `iter_{resource.name}`{mirrored}; in a terminal,
`galtea-frames export {resource.name}`. The API's path is `{resource.path}`.

## Columns

Every frame has these declared columns, in this order. Other fields that the API sends become columns too, named and
typed like [nested columns](../guide/nested-columns.md). In joins, the columns start with `{resource.singular}.`. With
`dtype_backend="pyarrow"`, dtypes are Arrow's: `string`, `dictionary`, `timestamp[us, tz=UTC]`, `double`, `int64`,
`bool`.

{_column_table(resource)}

## Filters

Each is an argument of the functions, an option in a terminal, and a parameter of the API; [the
guide](../guide/filters.md) shows how to use them.

{_filter_table(resource)}
"""


def _column_table(resource: Resource) -> str:
    rows = list(map(_column_row, resource.columns))
    rows += [(f"`{each.name}`", "", "`string`", f"{each.meaning}, from `{each.source}`") for each in resource.derived]
    return _table(("column", "API name", "dtype", "meaning"), rows)


def _column_row(column: DeclaredColumn) -> tuple[str, ...]:
    return (f"`{column.name}`", f"`{column.api}`", _DTYPES[column.kind], column.meaning)


def _filter_table(resource: Resource) -> str:
    options = {option.name: option for option in query_options(resource)}
    rows = [_filter_row(each, options.pop(each.name)) for each in resource.filters]
    rows += [
        (f"`{name}`", f"`{name}`" if name != "params" else "any", "", _spelled(option), str(option.help))
        for name, option in options.items()
    ]
    return _table(("argument", "API parameter", "value", "option", "selects"), rows)


def _filter_row(wanted: Filter, option: click.Option) -> tuple[str, ...]:
    return (f"`{wanted.name}`", f"`{wanted.api}`", _VALUES[wanted.kind], _spelled(option), wanted.meaning)


def _spelled(option: click.Option) -> str:
    return "<br>".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]] | list[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


# -- the command line --


def _command_line() -> str:
    helps = "\n\n".join(f"## {name}\n\n```text\n{text}\n```" for name, text in _helps("galtea-frames", commands))
    return f"""# Command line

The output of each command's `--help`. [In a terminal](../guide/command-line.md) describes output, exit codes and shell
completion.

{helps}
"""


def _helps(name: str, command: click.Command) -> Iterator[tuple[str, str]]:
    """Yield the full name of each command and its help."""
    context = click.Context(
        command,
        info_name=name,
        terminal_width=_TERMINAL,
        max_content_width=_TERMINAL,
        help_option_names=["-h", "--help"],
    )
    yield name, command.get_help(context)
    for each, inner in getattr(command, "commands", {}).items():
        yield from _helps(f"{name} {each}", inner)


# -- errors --


def _errors() -> str:
    tree = str(errors.__doc__).partition("\n\n")[2]
    own = [name for name in vars(errors) if name in gf.__all__]
    directives = _directives(f"galtea_frames.{name}" for name in own)
    return f"""# Errors and warnings

Import them from `galtea_frames`. [Troubleshooting](../troubleshooting.md) explains every message and what to do.

{tree}
{directives}
"""
