"""Frames to JSON lines: one record of the API per line."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

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
        return restored_records(frame, RawJson)
    sessions, versions = split_joined(frame)
    matched = versions["id"].notna()
    pairs = zip(restored_records(sessions, RawJson), restored_records(versions, RawJson), matched, strict=True)
    return ({"session": session, "version": version if known else None} for session, version, known in pairs)
