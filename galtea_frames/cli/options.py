"""Options of the command line that commands share: made from the resources, and read back as arguments."""

from __future__ import annotations

import json
import os
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from galtea_frames.api.arguments import meant
from galtea_frames.errors import GalteaFramesError, QueryError, masked, presentable
from galtea_frames.printable import printable_line, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from galtea_frames.api.resource import Filter, Resource


def _option_names(wanted: Filter) -> list[str]:
    """Return how a filter is spelled as an option: a list's singular reads better when repeated."""
    plain = "--" + wanted.name.replace("_", "-")
    if wanted.kind == "flag":
        return [f"{plain}/--no-{plain.removeprefix('--')}"]
    # `names` has no singular: `name` is another filter.
    single = plain.removesuffix("es" if plain.endswith("ses") else "s")
    return [single, plain] if wanted.kind == "texts" and wanted.name != "names" else [plain]


def _filter_option(wanted: Filter) -> click.Option:
    kind = bool if wanted.kind == "flag" else str
    several = wanted.kind == "texts"
    names = [wanted.name, *_option_names(wanted)]
    return click.Option(names, type=kind, multiple=several, default=None, help=f"{wanted.meaning}")


def query_options(resource: Resource) -> list[click.Option]:
    """Return an option for each filter of a resource, and those that every list has."""
    return [
        *map(_filter_option, resource.filters),
        click.Option(["--sort"], multiple=True, metavar="COLUMN[:asc|desc]", help="order of the rows; repeatable"),
        click.Option(["--limit"], type=int, help="how many rows in all"),
        click.Option(["--offset"], type=int, help="rows of the sorted result to leave out first"),
        click.Option(
            ["params", "--param"],
            multiple=True,
            metavar="NAME=VALUE",
            help="any further filter of the API: NAME=VALUE one value, NAME[]=VALUE, repeatable, a list",
        ),
    ]


def client_options() -> list[click.Option]:
    """Return the options that say how to ask the API."""
    return [
        click.Option(["--base-url"], metavar="URL", help="the API's address"),
        click.Option(["--page-size"], type=int, help="rows to ask for at a time"),
        click.Option(["--max-workers"], type=int, help="requests under way at once, at most"),
        click.Option(["--read-timeout"], type=float, metavar="SECONDS", help="how long to wait for an answer"),
        click.Option(["--max-elapsed"], type=float, metavar="SECONDS", help="how long one request may be retried"),
        click.Option(["--max-response-bytes"], type=int, metavar="BYTES", help="how large one answer may be"),
        click.Option(["--progress/--no-progress"], default=None, help="by default on a terminal only"),
    ]


_CLIENT_SETTINGS = (
    "base_url",
    "page_size",
    "max_workers",
    "read_timeout",
    "max_elapsed",
    "max_response_bytes",
    "progress",
)


def client_settings(given: dict[str, Any]) -> dict[str, Any]:
    """Return the client's settings among the options, taking them out of what was given."""
    settings = {name: given.pop(name) for name in _CLIENT_SETTINGS}
    return {name: value for name, value in settings.items() if value is not None}


def arguments_of(given: dict[str, Any]) -> dict[str, Any]:
    """Return a loader's arguments from the values of `query_options`."""
    sort = [tuple(each.split(":", 1)) if ":" in each else each for each in given.pop("sort")]
    params = _further(given.pop("params"))
    filters = {name: list(value) if isinstance(value, tuple) else value for name, value in given.items() if value != ()}
    return filters | {"sort": sort or None, "params": params or None}


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
    """Return the option that has a command say as JSON what it did."""
    return click.Option(["as_json", "--json"], is_flag=True, help="say what was done as JSON")


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
