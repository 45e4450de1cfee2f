"""Frames to JSON lines: one record of the API per line."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from galtea_frames.api.resources import RESOURCES
from galtea_frames.decoding.column_names import split_name
from galtea_frames.decoding.json_text import RawJson, json_text
from galtea_frames.files.targets import FileKind
from galtea_frames.frames.cells import json_values
from galtea_frames.frames.join_keys import JOINED, SCORES
from galtea_frames.frames.joins import split_joined
from galtea_frames.frames.origin import attrs_of
from galtea_frames.frames.records import restored_records
from galtea_frames.frames.scoring import COMPUTED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

JSON_LINES = FileKind("file of JSON lines", (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz"))


def write_json_lines(frames: Iterator[pd.DataFrame], file: IO[bytes]) -> None:
    """Write the records of frames, one per line, with the API's names and nested objects.

    A line of a join is an object of the records that were joined, such as `session` and `version`; a record is null if
    nothing matched. In lines of scores, what was computed stands beside them.
    """
    for frame in frames:
        file.write("".join(f"{json_text(record)}\n" for record in _records(frame)).encode())


def _records(frame: pd.DataFrame) -> Sequence[dict[str, Any] | None]:
    resource = attrs_of(frame).get("resource")
    if resource not in (JOINED, SCORES):
        return _selected(frame)
    (one, left), *others = split_joined(frame).items()
    parts: dict[str, Sequence[Any]] = {one: _selected(left)}
    parts |= {name: json_values(left[name]) for name in COMPUTED if resource == SCORES and name in left}
    for name, part in others:
        matched = (part[["id"]] if "id" in part else part).notna().any(axis=1)
        parts[name] = [record if known else None for record, known in zip(_records(part), matched, strict=True)]
    return [dict(zip(parts, row, strict=True)) for row in zip(*parts.values(), strict=True)]


def _selected(frame: pd.DataFrame) -> Sequence[dict[str, Any] | None]:
    """Return the records of one list, without the declared fields that a load left out."""
    if not frame.shape[1]:
        return [{} for _ in range(len(frame))]
    records = restored_records(frame, RawJson)
    if attrs_of(frame).get("columns") is None:
        return records
    columns = RESOURCES[attrs_of(frame)["resource"]].columns
    roots = {split_name(name)[0] for name in frame.columns}
    absent = {column.api for column in columns if column.name not in roots}
    return [{key: value for key, value in record.items() if key not in absent} for record in records]
