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


#: The placeholder of a value in help texts, by kind of filter.
_METAVARS = {"text": "TEXT", "time": "TIME", "flag": None, "number": "NUMBER", "integer": "N"}

#: The type of a value, by kind of filter.
_TYPES = {"flag": bool, "number": float, "integer": int}

#: The similarity of names from which a filter is suggested.
_ALIKE = 0.85


def _option_names(wanted: Filter) -> list[str]:
    """Return the option names of a filter: a list also has a singular, which reads better when repeated."""
    plain = "--" + wanted.name.replace("_", "-")
    if wanted.kind == "flag":
        return [f"{plain}/--no-{plain.removeprefix('--')}"]
    # `names` has no singular, because `name` is another filter.
    single = (
        f"{plain.removesuffix('ies')}y"
        if plain.endswith("ies")
        else plain.removesuffix("es" if plain.endswith("ses") else "s")
    )
    return [single, plain] if wanted.kind == "texts" and wanted.name != "names" else [plain]


def _filter_option(resource: Resource, wanted: Filter) -> click.Option:
    several = wanted.kind == "texts"
    names = [wanted.name, *_option_names(wanted)]
    members = _members(resource, wanted)
    return click.Option(
        names,
        type=_TYPES.get(wanted.kind, str),
        multiple=several,
        default=None,
        metavar=_METAVARS.get(wanted.kind) if wanted.kind in _METAVARS else _metavar(wanted),
        help=wanted.meaning + (f": {', '.join(members)}" if members else "") + ("; repeatable" * several),
        shell_complete=completing(members),
    )


def _members(resource: Resource, wanted: Filter) -> tuple[str, ...]:
    """Return the known values of a filter: the members of its category."""
    return next((each.members for each in resource.columns if each.name == wanted.column), ())


def _metavar(wanted: Filter) -> str:
    """Return the placeholder of a member: ID, or what the members are."""
    single = "name" if wanted.name == "names" else _option_names(wanted)[0].removeprefix("--")
    return "ID" if wanted.name.endswith("ids") else single.rsplit("-", 1)[-1].upper()


def query_options(resource: Resource) -> list[click.Option]:
    """Return an option for each filter of a resource, and the options common to all lists."""
    return [
        *(_filter_option(resource, each) for each in resource.filters),
        click.Option(
            ["--sort"],
            multiple=True,
            metavar="COLUMN[:asc|desc]",
            help="order of the rows; repeatable  [default: created_at, then id]",
            shell_complete=completing(resource.sortable),
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


#: Settings of the client: name, default, placeholder and meaning. Repeated here so that help imports no client.
_CLIENT_OPTIONS: tuple[tuple[str, str | float | None, str, str], ...] = (
    ("base_url", None, "URL", "address of the API  [default: GALTEA_API_URL, or https://api.galtea.ai]"),
    ("page_size", 1000, "N", "rows per request"),
    ("max_workers", 4, "N", "maximum number of concurrent requests"),
    ("read_timeout", 60.0, "SECONDS", "how long to wait for data from the API"),
    ("max_elapsed", 300.0, "SECONDS", "how long to retry one request"),
    ("max_response_bytes", 100_000_000, "BYTES", "maximum size of one response"),
)


def client_options() -> list[click.Option]:
    """Return the options that configure the client."""
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
    """Return a shell completion function for these names."""
    return lambda _context, _option, begun: [name for name in names if name.startswith(begun)]


def examples(*commands: str) -> str:
    """Return the examples at the end of a help text."""
    return "\b\nExamples:\n" + "\n".join(f"  galtea-frames {each}" for each in commands)


_CLIENT_SETTINGS = (*(name for name, *_ in _CLIENT_OPTIONS), "progress")


def client_settings(given: dict[str, Any]) -> dict[str, Any]:
    """Remove the client's settings from the options and return those that were given."""
    settings = {name: given.pop(name) for name in _CLIENT_SETTINGS}
    return {name: value for name, value in settings.items() if value is not None}


def arguments_of(given: dict[str, Any], resource: Resource) -> dict[str, Any]:
    """Return the arguments of a loader from the values of `query_options`."""
    sort = [_sorting(each) for each in given.pop("sort")]
    params = _further(given.pop("params"))
    filters = {name: list(value) if isinstance(value, tuple) else value for name, value in given.items() if value != ()}
    _warn_of_typos(filters.get("statuses") or (), params, resource)
    return filters | {"sort": sort or None, "params": params or None}


def _sorting(written: str) -> str | tuple[str, str]:
    """Parse COLUMN[:asc|desc]."""
    column, colon, direction = written.partition(":")
    if colon and direction.lower() not in ("asc", "desc"):
        raise QueryError(f"--sort takes COLUMN, COLUMN:asc or COLUMN:desc, not {quoted(written)}")
    return (column, direction) if colon else column


def _warn_of_typos(statuses: Iterable[str], params: Iterable[str], resource: Resource) -> None:
    """Warn of unknown statuses and likely typos; the API may know them, so the request is sent anyway."""
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
    """Turn any error into one of wrong usage, since nothing has been requested from the API yet."""
    try:
        yield
    except GalteaFramesError as problem:
        raise QueryError(str(problem)) from None


def _further(written: Iterable[str]) -> dict[str, str | list[str]]:
    """Parse NAME=VALUE (a single value) and NAME[]=VALUE (a member of a list) into the argument `params`."""
    given: dict[str, list[str]] = {}
    for each in written:
        name, equals, value = each.partition("=")
        if not equals:
            raise QueryError(f"--param takes NAME=VALUE, not {quoted(each)}")
        given.setdefault(name, []).append(value)
    # A repeated name is a list.
    return {name: values if name.endswith("[]") or len(values) > 1 else values[0] for name, values in given.items()}


def check_columns(names: Iterable[str], resources: Mapping[str, Resource], nested: str) -> None:
    """Raise if a column to partition by cannot exist, before anything is requested.

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
    """Return how to start this program: its name if it is on the PATH, else the path it was started with."""
    name = "galtea-frames"
    if shutil.which(name) or Path(sys.argv[0]).stem != name:
        return name
    return sys.argv[0]


def variable(name: str, value: str) -> str:
    """Return the command that sets an environment variable in the usual shell of this system."""
    return f'$env:{name} = "{value}"' if os.name == "nt" else f"export {name}={value}"


def json_option() -> click.Option:
    """Return the option `--json`."""
    return click.Option(["as_json", "--json"], is_flag=True, help="print the result as JSON")


def say(summary: dict[str, Any], text: str, *, as_json: bool) -> None:
    """Print the result: JSON in ASCII, which any stream can carry, or lines of text."""
    lines = [json.dumps(_masked(summary))] if as_json else [printable_line(masked(line)) for line in text.split("\n")]
    click.echo("\n".join(lines))


def tell(words: str) -> None:
    """Print one line to stderr, with secrets masked and control characters replaced."""
    click.echo(presentable(words), err=True)


def _masked(value: Any) -> Any:  # noqa: ANN401 - anything that JSON holds
    """Return a value with the secrets in its strings masked."""
    if isinstance(value, dict):
        return {name: _masked(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(each) for each in value]
    return masked(value) if isinstance(value, str) else value
