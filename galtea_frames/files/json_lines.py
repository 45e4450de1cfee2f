"""Frames to JSON lines: one record of the API per line."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from galtea_frames.api.resources import RESOURCES
from galtea_frames.decoding.column_names import split_name
from galtea_frames.decoding.json_text import RawJson, json_text
from galtea_frames.files.targets import FileKind
from galtea_frames.frames.joins import split_joined
from galtea_frames.frames.origin import attrs_of
from galtea_frames.frames.records import restored_records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

JSON_LINES = FileKind("file of JSON lines", (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz"))


def write_json_lines(frames: Iterator[pd.DataFrame], file: IO[bytes]) -> None:
    """Write the records of frames, one per line, with the API's names and nested objects.

    A line of a join is an object of two records, `session` and `version`; the latter is null if nothing matched.
    """
    for frame in frames:
        file.write("".join(f"{json_text(record)}\n" for record in _records(frame)).encode())


def _records(frame: pd.DataFrame) -> Iterable[dict[str, Any]]:
    if attrs_of(frame).get("resource") != "joined":
        return _selected(frame)
    sessions, versions = split_joined(frame)
    matched = (versions[["id"]] if "id" in versions else versions).notna().any(axis=1)
    pairs = zip(_selected(sessions), _selected(versions), matched, strict=True)
    return ({"session": session, "version": version if known else None} for session, version, known in pairs)


def _selected(frame: pd.DataFrame) -> list[dict[str, Any]]:
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
