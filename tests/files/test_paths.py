"""Data that looks like paths: whatever rows hold, files are written only where they were asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

import galtea_frames as gf
from galtea_frames.sample import session_records, version_records

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("ignore::galtea_frames.GalteaFramesWarning")

#: What each text field of a row holds in turn; ELSEWHERE is a folder that nothing may be written to.
HOSTILE = [
    *("../../../elsewhere/x", "ELSEWHERE/x", "file://ELSEWHERE/x", "..", ".", "/", "~/x", "a/b", "..\\..\\x", "C:\\x"),
    *("CON", "a\nb", "\0", "%2e%2e%2f%2e%2e%2fx", "-rf", "=", "x" * 200, "\u202ex", "", "_delta_log", "_delta_log/x"),
]


def hostile(record: dict[str, Any], number: int, elsewhere: Path) -> dict[str, Any]:
    """A record whose texts and keys are hostile, but for what says when and how it ended; its id is its own."""
    text = HOSTILE[number % len(HOSTILE)].replace("ELSEWHERE", str(elsewhere))
    kept = {"createdAt", "deletedAt", "status"}
    changed = {name: text if isinstance(each, str) and name not in kept else each for name, each in record.items()}
    return changed | {"id": f"{text}/{number}", "userId": text, "metadata": {text: {text: text}}, f"{text} ": text}


@pytest.fixture
def api(tmp_path: Path) -> Iterator[gf.sample.SampleApi]:
    """A stand-in with hostile rows, whose sessions are of its versions."""
    plain = version_records(4)
    versions = [hostile(each, number, tmp_path / "elsewhere") for number, each in enumerate(plain)]
    sessions = [hostile(each, number, tmp_path / "elsewhere") for number, each in enumerate(session_records(60, plain))]
    for number, each in enumerate(sessions):
        each["versionId"] = versions[number % 4]["id"]
    with gf.sample.serve(sessions, versions) as api:
        yield api


def exported(api: gf.sample.SampleApi, target: Path) -> None:
    """A dataset, by what an attacker chose."""
    frame = gf.load_sessions(client=gf.Client(api.api_key, api.url))
    gf.write_parquet(frame, target, partition_by=["user_id", "version_id"])
    assert frame.equals(gf.read_parquet(target))


def mirrored(api: gf.sample.SampleApi, target: Path) -> None:
    """A mirror of products that are named like that, synced twice and joined to larger files."""
    client, mirror = gf.Client(api.api_key, api.url), gf.Mirror(target)
    mirror.sync(client, product_ids=sorted({each["productId"] for each in api.versions}))
    mirror.sync(client, full=True)
    mirror.compact()
    assert len(api.sessions) == len(mirror.load_sessions())


def reported(api: gf.sample.SampleApi, target: Path) -> None:
    """A report of all that happened, with raw text."""
    client = gf.Client(api.api_key, api.url)
    frames = gf.load_sessions(client=client), gf.load_versions(client=client)
    gf.build_report(*frames, as_of="2026-04-01", period="month", include_text=True).write(target)


NUMBER = r"[0-9a-f-]+"
PLACES: dict[str, tuple[Callable[[gf.sample.SampleApi, Path], None], str]] = {
    "dataset": (exported, r"user_id=[^/]*/version_id=[^/]*/part-\d+\.parquet"),
    "mirror": (
        mirrored,
        rf"\.sync\.lock|(sessions|versions)/(part-{NUMBER}(-c000)?(\.zstd)?\.parquet|_delta_log/\d+(\.checkpoint)?\.\w+)",
    ),
    "report": (reported, r"report\.(html|md|json|txt)|rows\.parquet|charts/[a-z_]+\.png"),
}


@pytest.mark.parametrize("name", PLACES)
def test_files_have_our_names_in_our_place(api: gf.sample.SampleApi, tmp_path: Path, name: str) -> None:
    """Every file that is made lies below the target, under a name that the rows did not choose."""
    write, names = PLACES[name]
    target = tmp_path / "a" / "b" / "target"
    write(api, target)
    made = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert len(made) > 5
    inside = [each.relative_to(target).as_posix() for each in made if target in each.parents]
    assert len(made) == len(inside)
    assert [] == [each for each in inside if not re.fullmatch(names, each)]
