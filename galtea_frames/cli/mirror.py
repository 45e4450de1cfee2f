"""`sync` and `mirror`: bring a mirror up to date, and show what it holds."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

import click

import galtea_frames as gf
from galtea_frames.api.resources import RESOURCES
from galtea_frames.cli.config import config_option
from galtea_frames.cli.options import (
    before_asking,
    client_options,
    client_settings,
    completing,
    examples,
    json_option,
    say,
)


def _sync(
    *,
    directory: str,
    product_ids: tuple[str, ...],
    lists: tuple[str, ...],
    lookback: str,
    full: bool,
    allow_all_gone: bool,
    as_json: bool,
    **given: Any,  # noqa: ANN401 - the client's options
) -> None:
    from galtea_frames.mirror.lists import DEFAULT_LISTS

    with before_asking():
        copy = gf.Mirror(directory)
    with gf.Client(**client_settings(given)) as client:
        done = copy.sync(
            client,
            product_ids=list(product_ids) or None,
            lists=list(lists) or None,
            lookback=lookback,
            full=full,
            allow_all_gone=allow_all_gone,
        )
    line = (
        f"{done.new:,} new, {done.changed:,} changed, {done.removed:,} removed; now {done.rows:,} sessions and"
        f" {done.versions:,} versions, in {done.requests:,} requests and {done.seconds:.1f} s: {directory}"
    )
    others = [
        f"{name}: {each.new:,} new, {each.changed:,} changed, {each.removed:,} removed; now {each.rows:,}"
        for name, each in done.lists.items()
        if name not in DEFAULT_LISTS
    ]
    plain = asdict(done) | {"seconds": round(done.seconds, 3), "mirror": directory}
    say(plain, "\n".join([line, *others]), as_json=as_json)


def _mirror(*, directory: str, compact: bool, as_json: bool) -> None:
    from galtea_frames.mirror.info import described

    with before_asking():
        mirror = gf.Mirror(directory)
    if compact:
        mirror.compact()
    info = mirror.info()
    plain = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(info).items()}
    rows = described(info)
    width = max(10, *(len(title) + 1 for title in rows))
    lines = [f"{title:{width}}{words}" for title, words in rows.items()]
    say(plain | {"mirror": directory}, "\n".join(lines), as_json=as_json)


SYNC = click.Command(
    "sync",
    callback=_sync,
    short_help="Update a mirror from the API, or create it.",
    help="Update the mirror in DIRECTORY from the API, or create it. Later runs request only what may have changed.",
    epilog=examples("sync mirror", "sync mirror --list evaluations --list metrics", "sync mirror --full"),
    params=[
        click.Argument(["directory"]),
        click.Option(
            ["product_ids", "--product-id"],
            multiple=True,
            metavar="ID",
            help="mirror only these products; repeatable  [default: all]",
        ),
        click.Option(
            ["lists", "--list"],
            multiple=True,
            metavar="LIST",
            help="also mirror this list from now on, or all of them; repeatable",
            shell_complete=completing(["all", *(each.name for each in RESOURCES.values() if each.is_mirrored)]),
        ),
        click.Option(["--lookback"], default="7D", metavar="SPAN", help="how far back to compare every row"),
        click.Option(["--full"], is_flag=True, help="compare all rows, to find late changes and deletions"),
        click.Option(
            ["--allow-all-gone"], is_flag=True, help="mark all rows as removed if the API returns none of them"
        ),
        config_option("product"),
        *client_options(),
        json_option(),
    ],
)

MIRROR = click.Command(
    "mirror",
    callback=_mirror,
    short_help="Show what a mirror holds.",
    help="Show what the mirror in DIRECTORY holds.",
    epilog=examples("mirror mirror", "mirror mirror --compact", "mirror mirror --json"),
    params=[
        click.Argument(["directory"]),
        click.Option(["--compact"], is_flag=True, help="merge small files and delete obsolete ones first"),
        json_option(),
    ],
)
