"""API fields with the names of our own columns: neither replaces the other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, get_args

import pandas as pd
import pytest

import galtea_frames as gf
from galtea_frames.decoding.gatherer import Nested

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OWN: dict[str, Any] = {"removedAt": "theirs", "syncedAt": "theirs", "extra": {"removed_at": 1}, "removed_at": 5}
ROWS: list[dict[str, Any]] = [
    {"id": f"s{n}", "versionId": "v1", "createdAt": f"2026-03-01T10:00:0{n}.000Z", "metadata": OWN, **OWN}
    for n in range(3)
]
VERSIONS: list[dict[str, Any]] = [{"id": "v1", "name": "1", "createdAt": "2026-01-01T00:00:00.000Z", **OWN}]

#: What such fields are called in frames, wherever these come from.
NAMES = {"removedAt": "removedAt", "syncedAt": "synced_at", "removed_at": r"removed\_at"}


@pytest.fixture
def served() -> Iterator[tuple[gf.sample.SampleApi, gf.Client]]:
    """A server of these rows, and a client of it."""
    with gf.sample.serve(ROWS, VERSIONS) as api, gf.Client(api.api_key, api.url, progress=False) as client:
        yield api, client


@pytest.fixture
def mirror(served: tuple[gf.sample.SampleApi, gf.Client], tmp_path: Path) -> gf.Mirror:
    """A mirror of these rows, one of which was deleted since."""
    api, client = served
    mirror = gf.Mirror(tmp_path / "mirror")
    mirror.sync(client)
    api.sessions.delete("s1")
    mirror.sync(client)
    return mirror


@pytest.mark.parametrize("nested", get_args(Nested))
def test_both_are_in_a_mirrors_frame(
    mirror: gf.Mirror, served: tuple[gf.sample.SampleApi, gf.Client], nested: Nested
) -> None:
    """A mirror's frame is the loader's, and beside it `removed_at` says when a row was found gone."""
    fetched, kept = gf.load_sessions(client=served[1], nested=nested), mirror.load_sessions(nested=nested)
    pd.testing.assert_frame_equal(fetched, kept)
    with_removed = mirror.load_sessions(include_removed=True, nested=nested)
    assert [*fetched.columns, "removed_at"] == with_removed.columns.tolist()
    assert [False, True, False] == with_removed["removed_at"].notna().tolist()
    assert "datetime64[us, UTC]" == str(with_removed["removed_at"].dtype)
    for field, name in NAMES.items():
        assert [OWN[field]] * 3 == with_removed[name].tolist()


@pytest.mark.parametrize("nested", get_args(Nested))
def test_records_are_the_apis(mirror: gf.Mirror, nested: Nested) -> None:
    """The way back gives what the API sent, and nothing that the mirror added."""
    for frame in (mirror.load_sessions(include_removed=True, nested=nested), mirror.load_sessions(nested=nested)):
        for record in gf.to_records(frame):
            assert OWN == {name: record[name] for name in OWN} == record["metadata"]


def test_joined_frames_have_both(mirror: gf.Mirror) -> None:
    """Of a joined frame that has removed rows, each side has its own and the API's."""
    joined = mirror.join(include_removed=True)
    assert [False, True, False] == joined["removed_at"].notna().tolist()
    assert joined["version.removed_at"].isna().all()
    for name in ("removedAt", "version.removedAt", "synced_at", "version.synced_at"):
        assert ["theirs"] * 3 == joined[name].tolist()


def test_dask_has_ours_and_reads_the_apis(mirror: gf.Mirror) -> None:
    """`extra` stays the JSON text of all fields that are not declared; the API's `removedAt` can be named."""
    lazy = mirror.to_dask(dtype={"removedAt": "string", "extra.removed_at": "Int64"}, include_removed=True)
    frame = lazy.compute(scheduler="synchronous").sort_values("id")  # files are in no certain order
    assert [OWN] * 3 == [json.loads(text) for text in frame["extra"]]
    assert [False, True, False] == frame["removed_at"].notna().tolist()
    assert (["theirs"] * 3, [1] * 3) == (frame["removedAt"].tolist(), frame["extra.removed_at"].tolist())
