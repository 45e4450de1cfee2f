"""`check`: which key and address are used, and what they give access to."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

import click

import galtea_frames as gf
from galtea_frames.cli.options import client_options, client_settings, examples, json_option, say

if TYPE_CHECKING:
    import pandas as pd

#: Sessions are counted up to this number, so that a check is quick however many there are.
_MOST = 100


def _check(*, product_ids: tuple[str, ...], as_json: bool, **given: Any) -> None:  # noqa: ANN401 - as in `_export`
    from galtea_frames.api.settings import URL_VARIABLE

    filters: dict[str, Any] = {"product_ids": list(product_ids)} if product_ids else {}
    settings = client_settings(given)
    with gf.Client(**settings) as client:
        filters["client"] = client
        started = time.monotonic()
        versions = gf.load_versions(**filters)
        sessions = gf.load_sessions(sort=("created_at", "desc"), limit=_MOST + 1, nested="json", **filters)
        seconds = time.monotonic() - started
        key, address = client.settings.api_key, client.settings.base_url
    source = "--base-url" if "base_url" in settings else URL_VARIABLE if os.environ.get(URL_VARIABLE) else "the default"
    counts = {"products": versions["product_id"].nunique(), "versions": len(versions)}
    counts["sessions"] = min(len(sessions), _MOST)
    newest = {"versions": _newest(versions), "sessions": _newest(sessions)}
    more = len(sessions) > _MOST
    summary = {"base_url": address, "base_url_from": source, "key": str(key), "key_from": key.source, **counts}
    summary |= {"more_sessions": more, "newest": newest, "seconds": round(seconds, 3)}
    lines = [
        f"key       {key}, from {key.source}",
        f"address   {address}, from {source}",
        f"products  {counts['products'] or 'none visible to this key'}",
        f"versions  {_visible(counts['versions'], newest['versions'])}",
        f"sessions  {'more than ' if more else ''}{_visible(counts['sessions'], newest['sessions'])}",
        f"OK, the API answered in {seconds:.1f} s",
    ]
    say(summary, "\n".join(lines), as_json=as_json)


def _newest(frame: pd.DataFrame) -> str | None:
    return None if frame.empty else str(frame["created_at"].max())


def _visible(count: int, newest: str | None) -> str:
    return f"{count:,}, the newest created at {newest[:19]} UTC" if newest else "none visible to this key"


CHECK = click.Command(
    "check",
    callback=_check,
    short_help="Check the API key and the address.",
    help="Check the API key and the address, and show what they give access to.",
    epilog=examples("check", "check --product-id product_4yrg9r3kdibu4w9pqy5tqhoe", "check --json"),
    params=[
        click.Option(
            ["product_ids", "--product-id"], multiple=True, metavar="ID", help="only these products; repeatable"
        ),
        *client_options(),
        json_option(),
    ],
)
