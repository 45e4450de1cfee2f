"""Options that several commands share: made from the table of resources, and turned back into arguments."""

from __future__ import annotations

import difflib
import json
import os
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from galtea_frames.api.arguments import meant
from galtea_frames.api.resource import snake_case
from galtea_frames.errors import GalteaFramesError, QueryError, masked, presentable
from galtea_frames.printable import printable_line, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from galtea_frames.api.resource import Filter, Resource


#: What a value is called in help texts, by the kind of its filter.
_METAVARS = {"text": "TEXT", "time": "TIME", "flag": None}

#: How much a parameter's name must be like a filter's for the filter to be suggested.
_ALIKE = 0.85


def _option_names(wanted: Filter) -> list[str]:
    """Return how a filter is spelled as an option: a list's singular reads better when repeated."""
    plain = "--" + wanted.name.replace("_", "-")
    if wanted.kind == "flag":
        return [f"{plain}/--no-{plain.removeprefix('--')}"]
    # `names` has no singular: `name` is another filter.
    single = plain.removesuffix("es" if plain.endswith("ses") else "s")
    return [single, plain] if wanted.kind == "texts" and wanted.name != "names" else [plain]


def _filter_option(resource: Resource, wanted: Filter) -> click.Option:
    several = wanted.kind == "texts"
    names = [wanted.name, *_option_names(wanted)]
    statuses = wanted.name == "statuses"
    return click.Option(
        names,
        type=bool if wanted.kind == "flag" else str,
        multiple=several,
        default=None,
        metavar=_METAVARS.get(wanted.kind, "STATUS" if statuses else "NAME" if wanted.name == "names" else "ID"),
        help=wanted.meaning + (f": {', '.join(resource.statuses)}" if statuses else "") + ("; repeatable" * several),
        shell_complete=completing(resource.statuses if statuses else ()),
    )


def query_options(resource: Resource) -> list[click.Option]:
    """Return an option for each filter of a resource, and those that every list has."""
    columns = [each.name for each in resource.columns if each.kind != "object"]
    return [
        *(_filter_option(resource, each) for each in resource.filters),
        click.Option(
            ["--sort"],
            multiple=True,
            metavar="COLUMN[:asc|desc]",
            help="order of the rows; repeatable  [default: created_at, then id]",
            shell_complete=completing(columns),
        ),
        click.Option(["--limit"], type=int, metavar="N", help="total number of rows  [default: all]"),
        click.Option(["--offset"], type=int, metavar="N", help="rows to skip in the sorted result  [default: 0]"),
        click.Option(
            ["params", "--param"],
            multiple=True,
            metavar="NAME=VALUE",
            help="any other filter of the API, by its API name; NAME[]=VALUE for a list; repeatable",
        ),
    ]


#: Settings of the client: name, default, what the value is called, and meaning. The client is not imported for help.
_CLIENT_OPTIONS: tuple[tuple[str, str | float | None, str, str], ...] = (
    ("base_url", None, "URL", "address of the API  [default: GALTEA_API_URL, or https://api.galtea.ai]"),
    ("page_size", 1000, "N", "rows per request"),
    ("max_workers", 4, "N", "maximum number of concurrent requests"),
    ("read_timeout", 60.0, "SECONDS", "how long to wait for data from the API"),
    ("max_elapsed", 300.0, "SECONDS", "how long to retry one request"),
    ("max_response_bytes", 100_000_000, "BYTES", "maximum size of one response"),
)


def client_options() -> list[click.Option]:
    """Return the options that say how to ask the API."""
    return [
        *(
            click.Option([f"--{name.replace('_', '-')}"], default=default, metavar=metavar, help=meaning)
            for name, default, metavar, meaning in _CLIENT_OPTIONS
        ),
        click.Option(
            ["--progress/--no-progress"], default=None, help="show progress on stderr  [default: in a terminal]"
        ),
    ]


def completing(names: Sequence[str]) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """Return what completes a value in the shell from these names."""
    return lambda _context, _option, begun: [name for name in names if name.startswith(begun)]


def examples(*commands: str) -> str:
    """Return the end of a help text: commands to copy."""
    return "\b\nExamples:\n" + "\n".join(f"  galtea-frames {each}" for each in commands)


_CLIENT_SETTINGS = (*(name for name, *_ in _CLIENT_OPTIONS), "progress")


def client_settings(given: dict[str, Any]) -> dict[str, Any]:
    """Return the client's settings among the options, taking them out of what was given."""
    settings = {name: given.pop(name) for name in _CLIENT_SETTINGS}
    return {name: value for name, value in settings.items() if value is not None}


def arguments_of(given: dict[str, Any], resource: Resource) -> dict[str, Any]:
    """Return a loader's arguments from the values of `query_options`."""
    sort = [_sorting(each) for each in given.pop("sort")]
    params = _further(given.pop("params"))
    filters = {name: list(value) if isinstance(value, tuple) else value for name, value in given.items() if value != ()}
    _warn_of_typos(filters.get("statuses") or (), params, resource)
    return filters | {"sort": sort or None, "params": params or None}


def _sorting(written: str) -> str | tuple[str, str]:
    """Return what to sort by of COLUMN[:asc|desc]."""
    column, colon, direction = written.partition(":")
    if colon and direction.lower() not in ("asc", "desc"):
        raise QueryError(f"--sort takes COLUMN, COLUMN:asc or COLUMN:desc, not {quoted(written)}")
    return (column, direction) if colon else column


def _warn_of_typos(statuses: Iterable[str], params: Iterable[str], resource: Resource) -> None:
    """Point out what this release does not know; the API may, so it is asked all the same."""
    for status in statuses:
        if status not in resource.statuses:
            close = difflib.get_close_matches(status.upper(), resource.statuses, n=1)
            hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(resource.statuses)}"
            tell(f"warning: unknown status {quoted(status)}: {hint}")
    options = {each.name: _option_names(each)[0] for each in resource.filters}
    for name in params:
        plain = snake_case(name.removesuffix("[]"))
        if plain not in options and (close := difflib.get_close_matches(plain, options, n=1, cutoff=_ALIKE)):
            tell(f"warning: unknown filter {quoted(name)}, which the API may ignore: did you mean {options[close[0]]}?")


@contextmanager
def before_asking() -> Iterator[None]:
    """Have what is refused in here end as wrong usage, whatever its kind: the API was not asked for anything yet."""
    try:
        yield
    except GalteaFramesError as problem:
        raise QueryError(str(problem)) from None


def _further(written: Iterable[str]) -> dict[str, str | list[str]]:
    """Return the argument `params` of NAME=VALUE, a single value, and NAME[]=VALUE, one of a list."""
    given: dict[str, list[str]] = {}
    for each in written:
        name, equals, value = each.partition("=")
        if not equals:
            raise QueryError(f"--param takes NAME=VALUE, not {quoted(each)}")
        given.setdefault(name, []).append(value)
    # One name with several values can only be a list.
    return {name: values if name.endswith("[]") or len(values) > 1 else values[0] for name, values in given.items()}


def check_columns(names: Iterable[str], resources: Mapping[str, Resource], nested: str) -> None:
    """Refuse, before anything is asked for, columns to partition by that no frame can have.

    Args:
        names: the columns; those below a field that the API does not document may be there.
        resources: whose columns a frame has, by what their names begin with.
        nested: "columns", "json" or "both".

    Raises:
        QueryError: one is no declared column, or lies in a field that is kept as JSON text.
    """
    columns = {f"{start}{each.name}": each.kind for start, of in resources.items() for each in of.columns}
    for name in names:
        start = max((start for start in resources if name.startswith(start)), key=len)
        field, dot, _ = name.removeprefix(start).partition(".")
        kept_as_text = nested == "json" and columns.get(start + field) == "object"
        if name not in columns and (not dot or kept_as_text):
            raise QueryError(f"there is no column {quoted(name)} to partition by; {meant(name, list(columns))}")


def program() -> str:
    """Return what starts this program from the shell: its name, where the environment that it is in is active."""
    name = "galtea-frames"
    if shutil.which(name) or Path(sys.argv[0]).stem != name:
        return name
    return sys.argv[0]


def variable(name: str, value: str) -> str:
    """Return the command that sets an environment variable in the usual shell of this system."""
    return f'$env:{name} = "{value}"' if os.name == "nt" else f"export {name}={value}"


def json_option() -> click.Option:
    """Return the option for machines."""
    return click.Option(["as_json", "--json"], is_flag=True, help="print the result as JSON")


def say(summary: dict[str, Any], text: str, *, as_json: bool) -> None:
    """Print what was done: a summary for machines, in ASCII so that any stream can carry it, or lines for people."""
    lines = [json.dumps(_masked(summary))] if as_json else [printable_line(masked(line)) for line in text.split("\n")]
    click.echo("\n".join(lines))


def tell(words: str) -> None:
    """Print a line to stderr, whoever wrote the words in it."""
    click.echo(presentable(words), err=True)


def _masked(value: Any) -> Any:  # noqa: ANN401 - anything that JSON holds
    """Return a value without the secrets that its texts hold."""
    if isinstance(value, dict):
        return {name: _masked(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(each) for each in value]
    return masked(value) if isinstance(value, str) else value
