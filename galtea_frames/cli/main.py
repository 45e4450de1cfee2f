"""The command line: parse, call, print."""

from __future__ import annotations

import sys
import time
import warnings
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

import click

from galtea_frames import sample
from galtea_frames._version import __version__
from galtea_frames.api.client import Client
from galtea_frames.api.resources import RESOURCES, SESSIONS, VERSIONS
from galtea_frames.cli.mirror import MIRROR, SYNC
from galtea_frames.cli.options import (
    arguments_of,
    before_asking,
    check_columns,
    client_options,
    client_settings,
    json_option,
    program,
    query_options,
    say,
    tell,
)
from galtea_frames.cli.report import REPORT
from galtea_frames.cli.signals import stop_code, stop_on_signals
from galtea_frames.errors import GalteaFramesError, QueryError, RequestError, ResponseError, SettingsError
from galtea_frames.files.parquet import CODECS, check_target, write_frames, write_parquet
from galtea_frames.files.partitions import MAX_PARTITIONS
from galtea_frames.frames.load import iterate, load
from galtea_frames.frames.load_joined import iterate_joined, load_joined
from galtea_frames.frames.loaders import load_sessions, load_versions
from galtea_frames.mirror.mirror import Mirror
from galtea_frames.streams import standard_streams

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import pandas as pd

    from galtea_frames.api.resource import Resource

#: What the shell gets (design: "Public interface").
DONE, UNEXPECTED, USAGE, FAILED = 0, 1, 2, 3

#: What click raises to show a group's help, from version 8.2 on; before, it showed it without a word.
_NOTHING_ASKED: Any = getattr(click.exceptions, "NoArgsIsHelpError", ())


@dataclass(frozen=True)
class _Kind:
    """What can be exported: whose filters are its options, and what loads it, whole or in parts."""

    resource: Resource
    whole: Callable[[Mapping[str, Any]], pd.DataFrame]
    parts: Callable[[Mapping[str, Any]], Iterator[pd.DataFrame]]


_KINDS = {name: _Kind(each, partial(load, each), partial(iterate, each)) for name, each in RESOURCES.items()}
_KINDS |= {"joined": _Kind(SESSIONS, load_joined, iterate_joined)}

#: Which of these a mirror holds.
_STORED: dict[str, Callable[..., pd.DataFrame]] = {
    "sessions": Mirror.load_sessions,
    "versions": Mirror.load_versions,
    "joined": Mirror.join,
}


def main() -> None:
    """Run the command line and exit with its code."""
    warnings.showwarning = _show_warning
    stop_on_signals()
    with standard_streams() as out:
        code = _run()
        if out.problem is not None:
            tell(f"galtea-frames: not all could be written to standard output: {out.problem}")
            code = code or UNEXPECTED
    sys.exit(code)


def _run() -> int:
    """Run the command line and return its code."""
    try:
        code = commands.main(standalone_mode=False)
    except _NOTHING_ASKED as helpful:
        helpful.show()
        code = USAGE
    except click.ClickException as problem:
        tell(f"galtea-frames: {_one_line(problem)}")
        code = USAGE
    except (KeyboardInterrupt, click.Abort) as stop:
        tell("stopped")
        code = stop_code(stop)
    except (GalteaFramesError, ImportError, OSError) as problem:
        tell(f"galtea-frames: {problem}")
        code = _exit_code(problem)
    return code or DONE


def _one_line(problem: click.ClickException) -> str:
    """Return what is wrong with a command line, and where to read how it is right."""
    words = problem.format_message().rstrip(".")
    asked = problem.ctx.command_path if isinstance(problem, click.UsageError) and problem.ctx else "galtea-frames"
    if isinstance(problem, click.NoSuchOption) and "key" in problem.option_name:
        words += "; a key on the command line is seen by others: set GALTEA_API_KEY, or write ~/.galtea/api-key"
    return f"{words} (see {asked} --help)"


def _exit_code(problem: Exception) -> int:
    if isinstance(problem, SettingsError | QueryError | ImportError):
        return USAGE
    return FAILED if isinstance(problem, RequestError | ResponseError) else UNEXPECTED


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    tell(f"warning: {message}")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="galtea-frames")
def commands() -> None:
    """Sessions and versions of your Galtea products as Parquet files.

    The key comes from GALTEA_API_KEY or the file ~/.galtea/api-key, the address from GALTEA_API_URL.
    """


# -- export --


@commands.group()
def export() -> None:
    """Write sessions, versions, or both joined, to Parquet."""


def _export(
    kind: str,
    *,
    out: str,
    partition_by: tuple[str, ...],
    max_partitions: int,
    compression: str,
    mirror: str | None = None,
    as_json: bool,
    **given: Any,  # noqa: ANN401 - the values of all other options
) -> None:
    started = time.monotonic()
    settings = client_settings(given)
    with before_asking():
        copy = None if mirror is None else Mirror(mirror)
    nested = given.pop("nested")
    asked = arguments_of(given) | {"nested": nested}
    check_columns(
        partition_by, {"": SESSIONS, "version.": VERSIONS} if kind == "joined" else {"": RESOURCES[kind]}, nested
    )
    with before_asking():
        check_target(out, partitioned=bool(partition_by))
    form: dict[str, Any] = {"partition_by": list(partition_by) or None, "compression": compression}
    form |= {"max_partitions": max_partitions}
    if copy is None:
        with Client(**settings) as client:
            first = _from_api(kind, asked | {"client": client}, out, form)
    else:
        first = _from_mirror(kind, copy, asked)
        write_parquet(first, out, **form)
    seconds = time.monotonic() - started
    attrs = first.attrs["galtea_frames"]
    summary = {"rows": attrs["rows"], "columns": first.shape[1], "out": out, "seconds": round(seconds, 3)}
    summary |= {name: attrs[name] for name in ("requests", "retries", "complete", "mixed_columns", "overflow_columns")}
    what = "sessions with their versions" if kind == "joined" else kind
    say(summary, f"{attrs['rows']:,} {what}, {first.shape[1]} columns, in {seconds:.1f} s: {out}", as_json=as_json)


def _from_api(kind: str, asked: dict[str, Any], out: str, form: dict[str, Any]) -> pd.DataFrame:
    """Write what the API answers; return the first of the frames."""
    if form["partition_by"] or any(asked[name] is not None for name in ("sort", "limit", "offset")):
        first = _KINDS[kind].whole(asked)
        write_parquet(first, out, **form)
    else:  # as it comes, however much there is
        frames = _KINDS[kind].parts(asked)
        first = next(frames)
        rows = first.attrs["galtea_frames"]["rows"]
        write_frames(chain([first], frames), rows, out, compression=form["compression"])
    return first


def _from_mirror(kind: str, mirror: Mirror, asked: dict[str, Any]) -> pd.DataFrame:
    """Return what a mirror holds; a filter that it cannot answer is refused."""
    given = {name: value for name, value in asked.items() if value is not None}
    for name, value in given.pop("params", {}).items():  # a mirror takes by name whatever it can filter by
        plain = name.removesuffix("[]")
        if plain in given:
            raise QueryError(f"{plain} is given twice")
        given[plain] = value
    return _STORED[kind](mirror, **given)


_MIRROR_OPTION = click.Option(["--mirror"], metavar="DIR", help="read from this mirror instead of the API")


def _add_export(kind: str) -> None:
    resource = _KINDS[kind].resource
    row, beside = resource.singular, ", with its version" if kind == "joined" else ""
    command = click.Command(
        kind,
        callback=lambda **given: _export(kind, **given),
        help=f"Write every {row} that the filters select{beside}. One row a {row}, by `created_at`, then `id`.",
        params=[
            click.Option(
                ["--out"], required=True, metavar="PATH", help="a .parquet file or a folder; or a URL, s3://…"
            ),
            click.Option(["--partition-by"], multiple=True, metavar="COLUMN", help="makes a dataset of folders"),
            click.Option(
                ["--max-partitions"], default=MAX_PARTITIONS, show_default=True, help="how many folders at most"
            ),
            click.Option(
                ["--compression"],
                default="zstd",
                show_default=True,
                type=click.Choice(CODECS, case_sensitive=False),
                help="codec of the files",
            ),
            click.Option(["--nested"], default="columns", type=click.Choice(["columns", "json", "both"])),
            *([_MIRROR_OPTION] if kind in _STORED else []),
            *query_options(resource),
            *client_options(),
            json_option(),
        ],
    )
    export.add_command(command)


for _kind in _KINDS:
    _add_export(_kind)


# -- the mirror --

commands.add_command(SYNC)
commands.add_command(MIRROR)

# -- the report --

commands.add_command(REPORT)

# -- check --


def _check(*, product_ids: tuple[str, ...], as_json: bool, **given: Any) -> None:  # noqa: ANN401 - as in `_export`
    filters = {"product_ids": list(product_ids)} if product_ids else {}
    with Client(**client_settings(given)) as client:
        newest: Any = {"sort": ("created_at", "desc"), "limit": 1, "client": client, **filters}
        started = time.monotonic()
        frames = {"versions": load_versions(**newest), "sessions": load_sessions(**newest)}
        seconds = time.monotonic() - started
        address, key = client.settings.base_url, str(client.settings.api_key)
    last = {name: None if frame.empty else str(frame["created_at"].iloc[0]) for name, frame in frames.items()}
    summary = {"base_url": address, "key": key, "newest": last, "seconds": round(seconds, 3)}
    lines = [
        f"address   {address}",
        f"key       {key}",
        *(
            f"{name}  {f'the newest is of {when}' if when else 'none that this key may see'}"
            for name, when in last.items()
        ),
        f"all well; {seconds:.1f} s for the newest of each",
    ]
    say(summary, "\n".join(lines), as_json=as_json)


commands.add_command(
    click.Command(
        "check",
        callback=_check,
        help="Ask the API for its newest rows: are key and address right?",
        params=[
            click.Option(["product_ids", "--product-id"], multiple=True, help="look at these products only"),
            *client_options(),
            json_option(),
        ],
    )
)


# -- the stand-in --

_COUNT = click.IntRange(0)

#: Longer than anyone waits.
_HOUR = 3_600


def _latency(_context: click.Context, _option: click.Parameter, seconds: float) -> float:
    if not 0 <= seconds <= _HOUR:  # which is never true of NaN
        raise click.BadParameter(f"{seconds} is no number of seconds from 0 to {_HOUR:,}")
    return seconds


@commands.command("serve-sample")
@click.option("--sessions", default=2_000, show_default=True, type=_COUNT, help="how many sessions it has")
@click.option("--versions", default=8, show_default=True, type=_COUNT, help="how many versions it has")
@click.option("--port", default=0, type=click.IntRange(0, 65_535), help="by default any free one")
@click.option("--cap", type=click.IntRange(1), help="rows a page, at most, whatever is asked for")
@click.option("--latency", default=0.0, metavar="SECONDS", callback=_latency, help="how long every answer takes")
def serve_sample(sessions: int, versions: int, port: int, cap: int | None, latency: float) -> None:
    """Serve sample rows as the API would, until Ctrl-C.

    To try things out without a key.
    """
    with sample.serve(sessions, versions, port=port, cap=cap, latency=latency) as api:
        click.echo(f"serving {sessions:,} sessions and {versions} versions; to connect, in another terminal:\n")
        click.echo(f"  export GALTEA_API_URL={api.url} GALTEA_API_KEY={api.api_key}")
        click.echo(f"  {program()} check\n\nor in Python:\n")
        click.echo(f'  client = gf.Client("{api.api_key}", "{api.url}")\n\nCtrl-C stops it.')
        _wait_for_interrupt()


def _wait_for_interrupt() -> None:
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        tell("stopped")


# -- demo --


@commands.command()
@click.option("--out", default="galtea-demo", show_default=True, metavar="FOLDER", help="where the files go")
def demo(out: str) -> None:
    """Do the main job on sample data, without a key.

    Fetch, type, join, write Parquet, compare versions.
    """
    from galtea_frames.cli.demo import run  # noqa: PLC0415 - rich and the sample server are of no use to other commands

    run(out)
