"""Frames for reports, from sessions written out by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zlib import crc32

from page_frames import frame_of

import galtea_frames as gf
from galtea_frames.api.resources import VERSIONS
from galtea_frames.frames.fingerprint import Proof
from galtea_frames.frames.frame import ATTRS
from galtea_frames.frames.unchanged import microseconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

Record = dict[str, Any]

#: When the reports of these tests are made: the last full week is 2026-W13, from 23 to 29 March.
AS_OF = "2026-03-30T08:00"

#: When their frames say that they were loaded.
FETCHED = "2026-12-01T00:00:00.000+00:00"

#: The value of any field of a record.
Field = Any


def sessions(
    count: int, day: str, status: str = "COMPLETED", version: str | None = "v1", **fields: Field
) -> list[Record]:
    """Return sessions of a day, with unique ids."""
    name = f"{day}-{status}-{version}-{crc32(repr(fields).encode())}"
    return [
        {"id": f"{name}-{number}", "versionId": version, "status": status, "createdAt": f"{day}T12:00:00.{number:03}Z"}
        | fields
        for number in range(count)
    ]


def versions(*ids: str, **fields: Field) -> list[Record]:
    """Return versions named after their ids, created in January."""
    return [
        {"id": each, "name": f"name of {each}", "productId": "p1", "createdAt": "2026-01-01T00:00:00Z"} | fields
        for each in ids
    ]


def framed(
    records: Iterable[Record], versions_of: Iterable[Record] | None = None, attrs: Mapping[str, Any] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return frames of sessions and versions that prove to be complete, except for these attrs."""
    rows = list(records)
    frame = frame_of(rows)
    ids = dict.fromkeys(row["versionId"] for row in rows if isinstance(row["versionId"], str))
    of_versions = frame_of(list(versions(*ids) if versions_of is None else versions_of), resource=VERSIONS)
    return vouched(frame, **(attrs or {})), vouched(of_versions)


def vouched(frame: pd.DataFrame, **attrs: Field) -> pd.DataFrame:
    """Return a frame with the attrs of a complete load, except for these."""
    proof = Proof()
    proof.add(frame["id"], microseconds(frame["created_at"]))
    whole = {"complete": True, "filters": {}, "fetched_at": FETCHED, "rows": len(frame)}
    frame.attrs[ATTRS] |= whole | proof.attrs() | attrs
    return frame


def report_on(
    records: Iterable[Record],
    versions_of: Iterable[Record] | None = None,
    attrs: Mapping[str, Any] | None = None,
    **options: Field,
) -> gf.Report:
    """Return the report on these sessions for 2026-W13."""
    return gf.build_report(*framed(records, versions_of, attrs), **{"as_of": AS_OF, **options})


def two_weeks() -> list[Record]:
    """Return two weeks in which v1 is unchanged, v2 gets worse, v3 is new and small, and v4 goes silent."""
    return [
        *sessions(50, "2026-03-17", version="v1", userId="u1", stoppingReason="GOAL"),
        *sessions(5, "2026-03-17", "FAILED", "v1", error="HTTP 503 from host 7"),
        *sessions(57, "2026-03-18", version="v2", userId="u2", testCaseId="t1"),
        *sessions(3, "2026-03-18", "FAILED", "v2", error="HTTP 503 from host 7"),
        *sessions(10, "2026-03-19", version="v4", userId="u3"),
        *sessions(54, "2026-03-24", version="v1", userId="u1", stoppingReason="GOAL"),
        *sessions(6, "2026-03-24", "FAILED", "v1", error="HTTP 500 from host 12"),
        *sessions(42, "2026-03-25", version="v2", userId="u2", testCaseId="t1", stoppingReason="MAX"),
        *sessions(18, "2026-03-25", "FAILED", "v2", error="cannot read 'x'"),
        *sessions(1, "2026-03-29", "FAILED", "v3", error="cannot read 'y'"),
        *sessions(1, "2026-03-29", version="v3"),
        *sessions(4, "2026-03-29", "PENDING", "v3"),
        *sessions(2, "2026-03-28", version=None),
    ]
