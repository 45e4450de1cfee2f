"""`serve-sample`: a stand-in for the API on this machine."""

from __future__ import annotations

import time

import click

import galtea_frames as gf
from galtea_frames.cli.options import examples, program, tell, variable

_COUNT = click.IntRange(0)

#: The longest delay, in seconds.
_HOUR = 3_600


def _latency(_context: click.Context, _option: click.Parameter, seconds: float) -> float:
    if not 0 <= seconds <= _HOUR:  # always true of NaN
        raise click.BadParameter(f"{seconds} is not a number of seconds from 0 to {_HOUR:,}")
    return seconds


@click.command(
    "serve-sample",
    short_help="Serve sample data as the API would.",
    epilog=examples("serve-sample", "serve-sample --sessions 50000 --port 8000"),
)
@click.option("--sessions", default=2_000, metavar="N", type=_COUNT, help="number of sessions")
@click.option("--versions", default=8, metavar="N", type=_COUNT, help="number of versions")
@click.option("--port", default=0, metavar="N", type=click.IntRange(0, 65_535), help="port; 0 picks a free one")
@click.option("--cap", metavar="N", type=click.IntRange(1), help="maximum number of rows per page  [default: none]")
@click.option("--latency", default=0.0, metavar="SECONDS", callback=_latency, help="delay of every response")
def serve_sample(sessions: int, versions: int, port: int, cap: int | None, latency: float) -> None:
    """Serve sample data as the API would, to try things without an API key. Stop it with Ctrl-C."""
    with gf.sample.serve(sessions, versions, port=port, cap=cap, latency=latency) as api:
        click.echo(f"Serving {sessions:,} sessions and {versions} versions. To connect, in another terminal:\n")
        click.echo(f"  {variable('GALTEA_API_URL', api.url)}\n  {variable('GALTEA_API_KEY', api.api_key)}")
        click.echo(f"  {program()} check\n\nOr in Python:\n")
        click.echo(f'  client = gf.Client("{api.api_key}", "{api.url}")\n\nPress Ctrl-C to stop.')
        _wait_for_interrupt()


def _wait_for_interrupt() -> None:
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        tell("stopped")
