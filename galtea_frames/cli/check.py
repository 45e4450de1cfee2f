"""`check`: whether key and address are right."""

from __future__ import annotations

import time
from typing import Any

import click

import galtea_frames as gf
from galtea_frames.cli.options import client_options, client_settings, json_option, say


def _check(*, product_ids: tuple[str, ...], as_json: bool, **given: Any) -> None:  # noqa: ANN401 - as in `_export`
    filters = {"product_ids": list(product_ids)} if product_ids else {}
    with gf.Client(**client_settings(given)) as client:
        newest: Any = {"sort": ("created_at", "desc"), "limit": 1, "client": client, **filters}
        started = time.monotonic()
        frames = {"versions": gf.load_versions(**newest), "sessions": gf.load_sessions(**newest)}
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


CHECK = click.Command(
    "check",
    callback=_check,
    help="Ask the API for its newest rows: are key and address right?",
    params=[
        click.Option(["product_ids", "--product-id"], multiple=True, help="look at these products only"),
        *client_options(),
        json_option(),
    ],
)
