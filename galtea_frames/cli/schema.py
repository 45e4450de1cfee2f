"""`schema`: print or write the columns of a list, or compare them with a file."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import click

import galtea_frames as gf
from galtea_frames.cli.export import KINDS, MIRROR_OPTION, SELECTED, STORED, from_mirror
from galtea_frames.cli.options import (
    arguments_of,
    before_asking,
    client_options,
    client_settings,
    examples,
    json_option,
    query_options,
    say,
)
from galtea_frames.errors import QueryError

if TYPE_CHECKING:
    import pandas as pd

#: The exit code of `--check` when something drifted.
DRIFTED = 4


def _schema(
    kind: str,
    *,
    out: str | None,
    check: str | None,
    as_json: bool,
    mirror: str | None = None,
    **given: Any,  # noqa: ANN401 - the values of all other options
) -> int:
    from galtea_frames.frames.schema import check_schema_target, schema_for

    settings = client_settings(given)
    asked = arguments_of(given, KINDS[kind])
    if out is not None and check is not None:
        raise QueryError("--out writes a schema and --check compares with one; use one of them")
    with before_asking():
        copy = None if mirror is None else gf.Mirror(mirror)
        if out is not None:
            check_schema_target(out)
        wanted = None if check is None else schema_for(check, kind)
    if wanted is not None:  # all columns, those of the schema with its dtypes
        asked["dtype"] = wanted.dtype
    with warnings.catch_warnings():
        if wanted is not None:  # the drift says the same
            warnings.simplefilter("ignore", gf.GalteaFramesWarning)
        if copy is None:
            with gf.Client(**settings) as client:
                frame = _from_api(kind, asked | {"client": client})
        else:
            frame = from_mirror(kind, copy, asked)
    if wanted is not None:
        drift = wanted.check(frame)
        say(drift.to_dict(), repr(drift), as_json=as_json)
        return DRIFTED if drift else 0
    found = gf.Schema.of(frame)
    if out is None:
        say(found.to_dict(), str(found), as_json=as_json)
        return 0
    found.write(out)
    summary = {"list": kind, "rows": len(frame), "columns": len(found.columns), "out": out}
    say(summary, f"schema of {kind}: {len(found.columns)} columns, from {len(frame):,} rows: {out}", as_json=as_json)
    return 0


def _from_api(kind: str, asked: dict[str, Any]) -> pd.DataFrame:
    from galtea_frames.frames.load import load
    from galtea_frames.frames.load_joined import load_joined

    return load_joined(asked) if kind == "joined" else load(KINDS[kind], asked)


def _command(kind: str) -> click.Command:
    resource = KINDS[kind]
    beside = " with their versions" if kind == "joined" else ""
    selected = SELECTED.get(kind, "")
    return click.Command(
        kind,
        callback=lambda **given: _schema(kind, **given),
        short_help=f"The columns of {resource.words}{beside}.",
        help=f"Print the columns of {resource.words}{beside}: path, type, how often filled, and an example.\n\n"
        "With --out, write them to a file for `schema=` and `export --schema`. With --check, compare them with such a "
        "file; the exit code is 4 if new paths, vanished paths, misfits or new statuses are found.",
        epilog=examples(
            f"schema {kind}{selected}",
            f"schema {kind} --limit 10000 --out {kind}.toml{selected}",
            f"schema {kind} --check {kind}.toml{selected or ' --from-created-at 2026-03-01'}",
        ),
        params=[
            click.Option(["--out"], metavar="FILE", help="write the schema to this file (TOML)"),
            click.Option(["--check"], metavar="FILE", help="compare with the schema in this file"),
            *([MIRROR_OPTION] if kind in STORED else []),
            *query_options(resource),
            *client_options(),
            json_option(),
        ],
    )


SCHEMA = click.Group(
    "schema",
    help="Print, write or check the columns of a list.",
    epilog=examples("schema sessions --out sessions.toml", "schema sessions --check sessions.toml"),
    commands=[_command(kind) for kind in KINDS],
)
