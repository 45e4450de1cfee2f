"""Sessions loaded with their versions: which versions are requested, and how unknown ones are counted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from direct_transport import DirectTransport

import galtea_frames as gf
from galtea_frames.api.splitting import sendable_ids
from galtea_frames.frames.load_joined import iterate_joined

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

#: Ids that no request can name, or that name nothing.
ODD_IDS = ["", "v" * 5_000, "v\0", "v\n1", "\ud83d", "gone", "é" * 900, " "]

SESSIONS: list[dict[str, Any]] = [
    {"id": f"s{n}", "versionId": each, "createdAt": f"2026-03-01T10:00:{n:02}.000Z"}
    for n, each in enumerate([*ODD_IDS, "v1", None, "v1", "v2"])
]
VERSIONS: list[dict[str, Any]] = [
    {"id": f"v{n}", "name": f"1.{n}", "productId": "p", "createdAt": "2026-01-01T00:00:00.000Z"} for n in range(1, 6)
]


def ways(tmp_path: Path, versions: list[dict[str, Any]]) -> dict[str, Callable[..., pd.DataFrame]]:
    """Return the ways to sessions beside their versions."""
    client = DirectTransport(SESSIONS, versions).client()
    mirror = gf.Mirror(tmp_path / "mirror")
    mirror.sync(client)

    def iterated(**given: Any) -> pd.DataFrame:  # noqa: ANN401 - a loader's arguments
        parts = list(iterate_joined({"client": client, **given}))
        frame = pd.concat(parts)
        frame.attrs = parts[0].attrs
        return frame

    return {
        "load": lambda **given: gf.load_sessions_with_versions(client=client, **given),
        "of products": lambda **given: gf.load_sessions_with_versions(client=client, product_ids=["p"], **given),
        "iterate": iterated,
        "mirror": mirror.join,
    }


@pytest.mark.parametrize("way", ["load", "iterate", "mirror"])
def test_an_id_that_cannot_be_asked_for_matches_nothing_and_is_counted(way: str, tmp_path: Path) -> None:
    """An empty, endless or unprintable id ends no load: its session has no version, as with one that is gone."""
    frame = ways(tmp_path, VERSIONS)[way]()
    expected = [*[None] * len(ODD_IDS), "1.1", None, "1.1", "1.2"]
    names = frame["version.name"].astype(object)
    assert expected == names.where(names.notna(), None).tolist()
    join = frame.attrs["galtea_frames"]["join"]
    counts = {"matched": 3, "null_version_ids": 1, "unknown_version_ids": len(ODD_IDS)}
    assert counts == {name: join[name] for name in counts}


@pytest.mark.parametrize("way", ["load", "of products", "iterate", "mirror"])
def test_versions_that_do_not_occur_leave_no_trace(way: str, tmp_path: Path) -> None:
    """Their fields make no columns, their types no warnings, and they are not counted among the versions."""
    odd: dict[str, Any] = {"facts": {"only": 1}, "name": 5, "isMine": True}
    versions = [each | (odd if each["id"] not in ("v1", "v2") else {"number": 7}) for each in VERSIONS]
    frame = ways(tmp_path, versions)[way]()
    assert [] == [name for name in frame.columns if name in ("version.facts.only", "version.is_mine", "version.*")]
    assert "Int64" == str(frame["version.number"].dtype)
    about = frame.attrs["galtea_frames"]["join"]["versions"]
    assert (2, {"number": "number"}) == (about["rows"], about["fields"])


@pytest.mark.parametrize("product_ids", [None, ["p"]], ids=["by id", "of products"])
def test_a_whole_account_without_versions_is_joined(product_ids: list[str] | None) -> None:
    """Where no session names a version that can be asked for, the columns are there and null."""
    sessions = [each | {"versionId": ""} for each in SESSIONS]
    server = DirectTransport(sessions, VERSIONS)
    frame = gf.load_sessions_with_versions(client=server.client(), product_ids=product_ids)
    assert frame["version.id"].isna().all()
    assert 0 == frame.attrs["galtea_frames"]["join"]["matched"]


def test_ids_that_a_request_can_name() -> None:
    """Whatever may be an id of the API is asked for."""
    ids = ["version_1", "a/b?c=d&e", "é", "v 1", "x" * 1_000]
    assert ids == sendable_ids([*ids, "", "x" * 2_000, "\0", "\r\n", "\u202e"])


def test_an_export_of_joined_sessions_ends_well(tmp_path: Path) -> None:
    """The command line writes every session, whatever one of them names as its version."""
    with gf.sample.serve(json.loads(json.dumps(SESSIONS)), VERSIONS) as api, gf.Client(api.api_key, api.url) as client:
        joined = gf.load_sessions_with_versions(client=client)
    gf.write_parquet(joined, tmp_path / "joined.parquet")
    pd.testing.assert_frame_equal(joined, gf.read_parquet(tmp_path / "joined.parquet"))


def test_a_pending_session_that_no_request_can_name_ends_no_sync(tmp_path: Path) -> None:
    """An older session of an odd id stays as it is; the others are asked for as ever."""
    ids = ["", "s" * 5_000, "s\0", "plain", "newest"]
    rows: list[dict[str, Any]] = [
        {"id": each, "status": "PENDING", "createdAt": f"2026-0{1 + 3 * (each == 'newest')}-01T10:00:0{n}.000Z"}
        for n, each in enumerate(ids)
    ]
    server = DirectTransport(rows, VERSIONS)
    mirror = gf.Mirror(tmp_path / "mirror")
    mirror.sync(server.client())
    server.sessions.update("plain", status="FAILED")
    mirror.sync(server.client())
    frame = mirror.load_sessions().set_index("id")
    assert dict.fromkeys(ids, "PENDING") | {"plain": "FAILED"} == frame["status"].astype(str).to_dict()
