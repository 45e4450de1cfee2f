"""The pages of the reference whose source is the package: made when the site is built, so never out of date."""

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
    "status": "`category`",
    "time": "`datetime64[us, UTC]`",
    "object": "[nested columns](../guide/nested-columns.md)",
}

_VALUES: dict[FilterKind, str] = {
    "texts": "text, list or Series",
    "text": "text",
    "flag": "`True` or `False`",
    "time": "text, date, datetime, Timestamp or datetime64",
}

#: What the report computes with, and notebooks/02_compare_versions.ipynb.
_ARITHMETIC = (
    "galtea_frames.rates.rate",
    "galtea_frames.rates.difference",
    "galtea_frames.rates.Rate",
    "galtea_frames.rates.Difference",
    "galtea_frames.rates.ENOUGH",
    "galtea_frames.error_shapes.shapes",
)

_TERMINAL = 100


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages to those that are written."""
    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files


def pages() -> dict[str, str]:
    """Return the text of each generated page by its path."""
    return {
        "reference/python.md": _python(),
        "reference/columns.md": _columns(),
        "reference/filters.md": _filters(),
        "reference/command-line.md": _command_line(),
        "reference/errors.md": _errors(),
    }


# -- Python --


def _python() -> str:
    own = [name for name in gf.__all__ if not hasattr(errors, name) and name not in ("sample", "__version__")]
    documented = [f"galtea_frames.{name}" for name in sorted(own, key=lambda name: (name[0].isupper(), name))]
    documented += [f"galtea_frames.sample.{name}" for name in gf.sample.__all__]
    return f"""# Python

All that is public, by name: `import galtea_frames as gf`. Errors and warnings have [a page of their own](errors.md);
`gf.__version__` is the installed version as text. `gf.sample` is the stand-in API: `serve` starts it, the other names
below are the rows that it serves and the ways in which it can be made to fail. The report's arithmetic, for comparisons
of your own, is in two modules that are imported by name: `galtea_frames.rates` and `galtea_frames.error_shapes`, at the
end of this page.

{_directives(documented)}

{_directives(_ARITHMETIC)}
"""


def _directives(names: Iterable[str]) -> str:
    """What is replaced by the docstrings of these names."""
    return "\n\n".join(f"::: {name}" for name in names)


# -- columns and filters --


def _columns() -> str:
    tables = "\n\n".join(f"## {each.name.capitalize()}\n\n{_column_table(each)}" for each in RESOURCES.values())
    return f"""# Columns

Every frame has these columns, in this order, whatever its rows hold. Fields that the API sends beyond them are columns
too, named and typed as [nested columns](../guide/nested-columns.md) are. After a join, columns of versions begin with
`version.`. With `dtype_backend="pyarrow"` dtypes are Arrow's: `string`, `dictionary`, `timestamp[us, tz=UTC]`.

{tables}
"""


def _column_table(resource: Resource) -> str:
    return _table(("column", "API name", "dtype", "meaning"), map(_column_row, resource.columns))


def _column_row(column: DeclaredColumn) -> tuple[str, ...]:
    return (f"`{column.name}`", f"`{column.api}`", _DTYPES[column.kind], column.meaning)


def _filters() -> str:
    tables = "\n\n".join(f"## {each.name.capitalize()}\n\n{_filter_table(each)}" for each in RESOURCES.values())
    return f"""# Filters

Each is an argument of the loaders, an option of `galtea-frames export`, and a parameter of the API. [How they are
used](../guide/filters.md).

{tables}
"""


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

What each command says with `--help`. Data, or one line of what was done, goes to stdout; progress and warnings go to
stderr.

| exit code | |
|--:|---|
| 0 | done |
| 1 | something unexpected |
| 2 | wrong usage: an option, the key's place or the address |
| 3 | the API failed, or the data would be incomplete |
| 10 | a condition of a report's `--fail-if` is true |
| 130, 143 | stopped by Ctrl-C, by SIGTERM; no half file is left |

{helps}
"""


def _helps(name: str, command: click.Command) -> Iterator[tuple[str, str]]:
    """Yield each command under its whole name, with what `--help` says."""
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

All are importable from `galtea_frames`. What each message means, and what to do about it:
[Troubleshooting](../troubleshooting.md).

{tree}
{directives}
"""
