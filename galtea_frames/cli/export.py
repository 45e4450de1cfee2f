"""`export`: write what a loader returns, as Parquet, CSV, JSON lines or an Excel workbook."""

from __future__ import annotations

import inspect
import re
import time
from itertools import chain
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

import galtea_frames as gf
from galtea_frames.api.resources import EVALUATIONS, RESOURCES, SESSIONS, VERSIONS
from galtea_frames.cli.options import (
    arguments_of,
    before_asking,
    check_columns,
    client_options,
    client_settings,
    completing,
    examples,
    json_option,
    query_options,
    say,
)
from galtea_frames.errors import QueryError
from galtea_frames.files.settings import CODECS, MAX_PARTITIONS
from galtea_frames.printable import quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import pandas as pd

    from galtea_frames.api.resource import Resource
    from galtea_frames.files.targets import FileKind


#: What has a schema, with the list whose filters become options.
KINDS = RESOURCES | {"joined": SESSIONS}

#: What can be exported.
EXPORTED = KINDS | {"scores": EVALUATIONS}

#: What is one frame, because its rows are joined.
_ONE_FRAME = ("joined", "scores")

#: What a mirror can export, with the method that reads it.
STORED = {name: f"load_{name}" for name, each in RESOURCES.items() if each.is_mirrored}
STORED |= {"joined": "join", "scores": "load_scores"}


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
        copy = None if mirror is None else gf.Mirror(mirror)
    with before_asking():
        file_kind = None if partition_by else _kind_of(out)
    with before_asking():
        _select(given, kind)
    nested = _nested(given, file_kind)
    asked = arguments_of(given, EXPORTED[kind]) | {"nested": nested}
    check_columns([each for each in partition_by if each not in _computed(kind)], _lists_of(kind), nested)
    _check_selected(partition_by, asked["columns"], asked.get("schema"))
    with before_asking():
        _check_out(out, file_kind, asked["limit"], partitioned=bool(partition_by))
    form: dict[str, Any] = {"partition_by": list(partition_by) or None, "compression": compression}
    form |= {"max_partitions": max_partitions, "file_kind": file_kind}
    if copy is None:
        with gf.Client(**settings) as client:
            first = _write(_from_api(kind, asked | {"client": client}, whole=bool(partition_by)), out, **form)
    else:
        first = _write(_from_mirror(kind, copy, asked, whole=bool(partition_by)), out, **form)
    seconds = time.monotonic() - started
    attrs = first.attrs["galtea_frames"]
    summary = {"rows": attrs["rows"], "columns": first.shape[1], "out": out, "seconds": round(seconds, 3)}
    summary |= {name: attrs[name] for name in ("requests", "retries", "complete", "mixed_columns", "overflow_columns")}
    what = _WORDS.get(kind) or RESOURCES[kind].words
    say(summary, f"{attrs['rows']:,} {what}, {first.shape[1]} columns, in {seconds:.1f} s: {out}", as_json=as_json)


def _lists_of(kind: str) -> dict[str, Resource]:
    """Return the lists whose columns are exported, by the prefix of these."""
    if kind == "joined":
        return {"": SESSIONS, "version.": VERSIONS}
    if kind == "scores":
        from galtea_frames.frames.scores import LISTS

        return {"": EVALUATIONS, **{f"{each.prefix}.": RESOURCES[each.name] for each in LISTS}}
    return {"": RESOURCES[kind]}


def _computed(kind: str) -> tuple[str, ...]:
    from galtea_frames.frames.scoring import COMPUTED

    return COMPUTED if kind == "scores" else ()


def _kind_of(out: str) -> FileKind | None:
    """Return the kind of file to write; None for Parquet.

    Raises:
        QueryError: the options are for Parquet only.
    """
    from galtea_frames.files.exports import kind_of

    kind = kind_of(out)
    for option in ("compression", "max_partitions"):
        if kind is not None and _is_given(option):
            raise QueryError(f"--{option.replace('_', '-')} is for Parquet, and {out} is a {kind.name}")
    return kind


def _nested(given: dict[str, Any], kind: FileKind | None) -> str:
    """Take the shape of nested fields out of what was given; JSON text makes lines of JSON exact."""
    from galtea_frames.files.json_lines import JSON_LINES

    nested: str = given.pop("nested")
    is_free = not (_is_given("nested") or given.get("columns") or given.get("schema"))
    return "json" if kind is JSON_LINES and is_free else nested


def _select(given: dict[str, Any], kind: str) -> None:
    """Put the arguments of a loader in place of the values of `--column` and `--schema`."""
    from galtea_frames.frames.schema import schema_for

    given["columns"] = split_columns(given["columns"])
    if given.get("schema") is not None:
        if given["columns"] is not None:
            raise QueryError("--schema names the columns; leave out --column")
        given["schema"] = schema_for(given["schema"], kind)


def split_columns(given: Sequence[str]) -> list[str] | None:
    r"""Return the names in the values of `--column`, separated by commas; a comma in a name is written `\,`."""
    pieces = [each for value in given for each in re.findall(r"(?:[^\\,]|\\.|\\$)+", value, re.DOTALL)]
    if given and not pieces:
        raise QueryError("--column is empty; name at least one column")
    return [re.sub(r"\\(.)", lambda found: "," if found[1] == "," else found[0], each) for each in pieces] or None


def _check_selected(partition_by: Iterable[str], names: list[str] | None, schema: gf.Schema | None) -> None:
    """Check that the columns to partition by are among those that are exported."""
    for column in partition_by:
        if names is not None and not any(f"{column}.".startswith(f"{name}.") for name in names):
            raise QueryError(f"--column leaves out {quoted(column)}, which --partition-by needs")
        if schema is not None and column not in schema.columns:
            raise QueryError(f"the schema leaves out {quoted(column)}, which --partition-by needs")


def _is_given(option: str) -> bool:
    return click.get_current_context().get_parameter_source(option) is not ParameterSource.DEFAULT


def _check_out(out: str, kind: FileKind | None, limit: int | None, *, partitioned: bool) -> None:
    from galtea_frames.files.exports import check_export
    from galtea_frames.files.parquet import check_target

    if kind is None:
        check_target(out, partitioned=partitioned)
    else:
        check_export(out, kind, limit)


def _from_api(kind: str, asked: dict[str, Any], *, whole: bool) -> Iterator[pd.DataFrame]:
    """Return what the API answers: one frame if it must be whole, otherwise frames as they come."""
    from galtea_frames.frames.load import iterate, load
    from galtea_frames.frames.load_joined import iterate_joined, load_joined
    from galtea_frames.frames.load_scores import fetch_scores

    if kind == "scores":
        return iter([fetch_scores(asked)])
    if whole or _is_one_frame(asked):
        return iter([load_joined(asked) if kind == "joined" else load(KINDS[kind], asked)])
    return iterate_joined(asked) if kind == "joined" else iterate(KINDS[kind], asked)


def _write(
    frames: Iterator[pd.DataFrame],
    out: str,
    *,
    file_kind: FileKind | None,
    partition_by: list[str] | None,
    **form: Any,  # noqa: ANN401 - further options of `write_parquet`
) -> pd.DataFrame:
    """Write frames, and return the first of them."""
    from galtea_frames.files.exports import write_export
    from galtea_frames.files.parquet import write_frames

    first = next(frames)
    rows = first.attrs["galtea_frames"]["rows"]
    if file_kind is not None:
        write_export(chain([first], frames), out, file_kind)
    elif partition_by is not None:
        gf.write_parquet(first, out, partition_by=partition_by, **form)
    else:
        write_frames(chain([first], frames), rows, out, compression=form["compression"])
    return first


def from_mirror(kind: str, mirror: gf.Mirror, asked: dict[str, Any]) -> pd.DataFrame:
    """Return the frame from a mirror; raise if the mirror does not support a filter."""
    frame: pd.DataFrame = _read(getattr(mirror, STORED[kind]), kind, asked)
    return frame


def _from_mirror(kind: str, mirror: gf.Mirror, asked: dict[str, Any], *, whole: bool) -> Iterator[pd.DataFrame]:
    """Do the same with what a mirror holds; joined rows are always one frame."""
    if whole or kind in _ONE_FRAME or _is_one_frame(asked):
        return iter([from_mirror(kind, mirror, asked)])
    frames: Iterator[pd.DataFrame] = _read(getattr(mirror, f"iter_{kind}"), kind, asked)
    return frames


def _is_one_frame(asked: Mapping[str, Any]) -> bool:
    """Tell whether the result is a selection of rows, which is loaded as a whole."""
    return any(asked[name] is not None for name in ("sort", "limit", "offset"))


def _read(read: Callable[..., Any], kind: str, asked: dict[str, Any]) -> Any:  # noqa: ANN401 - a frame or frames
    """Call a reader of a mirror; raise if it does not support a filter."""
    taken = inspect.signature(read).parameters
    given = {name: value for name, value in asked.items() if value is not None}
    for name, value in given.pop("params", {}).items():  # a mirror has them as named arguments
        plain = name.removesuffix("[]")
        if plain in given:
            raise QueryError(f"{plain} is given twice")
        given[plain] = value
    for name in given:
        if name not in taken:
            options = [each.opts[0] for each in query_options(EXPORTED[kind]) if each.name in taken]
            raise QueryError(f"a mirror of {EXPORTED[kind].name} takes no {name}; it takes {', '.join(options)}")
    return read(**given)


MIRROR_OPTION = click.Option(["--mirror"], metavar="DIRECTORY", help="read from this mirror instead of the API")

_SCHEMA_OPTION = click.Option(["--schema"], metavar="FILE", help="export the columns of this schema, with its types")

_SHAPES = ["columns", "json", "both"]

#: An example with filters for each list.
_FILTERED = {
    "sessions": "export sessions --out failed.parquet --status FAILED --from-created-at 2026-03-01",
    "versions": "export versions --out latest.parquet --sort created_at:desc --limit 10",
    "joined": "export joined --out by_status --partition-by status",
    "evaluations": "export evaluations --out failed.parquet --no-passed --from-created-at 2026-03-01",
    "inference_results": "export inference_results --out turns.parquet --version-id version_1",
    "scores": "export scores --out scores.parquet --version-id version_1 --version-id version_2",
}

#: What the rows are, if they are not of one list.
_WORDS = {"joined": "sessions with their versions", "scores": "scores"}

#: What stands beside a row.
_BESIDE = {
    "joined": ", with its version",
    "scores": ", with its score, metric, session, version, test case and test",
}

#: What one row is, where it is more than a row of a list.
_ROWS = {"joined": "one session with its version", "scores": "one evaluation with its score, and what explains it"}

#: What the examples of a list select that cannot be loaded as a whole.
SELECTED = {"spans": " --inference-result-id inferenceResult_1"}


def _command(kind: str) -> click.Command:
    resource = EXPORTED[kind]
    one = resource.singular.replace("_", " ")
    beside = _BESIDE.get(kind, "")
    objects = {each.name for each in resource.columns if each.kind == "object"}
    columns = [name for name in resource.column_names if name not in objects]
    lines = [
        f"export {kind} --out {kind}.parquet{SELECTED.get(kind, '')}",
        *([_FILTERED[kind]] if kind in _FILTERED else []),
    ]
    return click.Command(
        kind,
        callback=lambda **given: _export(kind, **given),
        short_help=f"One row is {_ROWS.get(kind, resource.row)}.",
        help=f"Write all {resource.words} that match the filters to a file, one row per {one}{beside}.",
        epilog=examples(*lines, *([f"export {kind} --mirror mirror --out {kind}.parquet"] if kind in STORED else [])),
        params=[
            click.Option(
                ["--out"],
                required=True,
                metavar="PATH",
                help=".parquet, .csv, .jsonl (or .ndjson) or .xlsx file; .csv.gz and .jsonl.gz are compressed; "
                "or folder with --partition-by; may be a URL such as s3://bucket/name.parquet",
            ),
            click.Option(
                ["--partition-by"],
                multiple=True,
                metavar="COLUMN",
                help="write a dataset with one folder per value; repeatable",
                shell_complete=completing(columns),
            ),
            click.Option(["--max-partitions"], default=MAX_PARTITIONS, metavar="N", help="maximum number of folders"),
            click.Option(
                ["--compression"],
                default="zstd",
                type=click.Choice(CODECS, case_sensitive=False),
                help="codec of the files",
            ),
            click.Option(
                ["--nested"],
                default="columns",
                type=click.Choice(_SHAPES),
                help="nested fields as columns, JSON or both",
            ),
            click.Option(
                ["columns", "--column"],
                multiple=True,
                metavar="NAME",
                help="export only this column, and all below it; repeatable, or separated by commas",
                shell_complete=completing(columns),
            ),
            *([_SCHEMA_OPTION] if kind in KINDS else []),
            *([MIRROR_OPTION] if kind in STORED else []),
            *query_options(resource),
            *client_options(),
            json_option(),
        ],
    )


EXPORT = click.Group(
    "export",
    help="Write a list of the API, or scores, to a file.",
    epilog=examples("export sessions --out sessions.parquet", "export scores --help"),
    commands=[_command(kind) for kind in EXPORTED],
)
