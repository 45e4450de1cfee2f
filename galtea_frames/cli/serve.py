"""`serve-sample`: the stand-in API, until Ctrl-C."""

from __future__ import annotations

import time

import click

import galtea_frames as gf
from galtea_frames.cli.options import program, tell

_COUNT = click.IntRange(0)

#: Longer than anyone waits.
_HOUR = 3_600


def _latency(_context: click.Context, _option: click.Parameter, seconds: float) -> float:
    if not 0 <= seconds <= _HOUR:  # which is never true of NaN
        raise click.BadParameter(f"{seconds} is no number of seconds from 0 to {_HOUR:,}")
    return seconds


@click.command("serve-sample")
@click.option("--sessions", default=2_000, show_default=True, type=_COUNT, help="how many sessions it has")
@click.option("--versions", default=8, show_default=True, type=_COUNT, help="how many versions it has")
@click.option("--port", default=0, type=click.IntRange(0, 65_535), help="by default any free one")
@click.option("--cap", type=click.IntRange(1), help="rows a page, at most, whatever is asked for")
@click.option("--latency", default=0.0, metavar="SECONDS", callback=_latency, help="how long every answer takes")
def serve_sample(sessions: int, versions: int, port: int, cap: int | None, latency: float) -> None:
    """Serve sample rows as the API would, until Ctrl-C.

    To try things out without a key.
    """
    with gf.sample.serve(sessions, versions, port=port, cap=cap, latency=latency) as api:
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
