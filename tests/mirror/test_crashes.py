"""Mirrors under failure: killed syncs, full disks, two syncs at once, readers during a sync."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import warnings
from typing import TYPE_CHECKING, Any

import deltalake
import kill_runner
import pandas as pd
import pytest
from direct_transport import DirectTransport
from effort import times
from mirror_helpers import assert_same, ids, session, small_steps, version

import galtea_frames as gf

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Api = gf.sample.SampleApi

posix = pytest.mark.skipif(os.name != "posix", reason="needs signals, forks and limits of a process")

_KILLS = times(20)


@pytest.fixture
def api() -> Iterator[Api]:
    """The stand-in, with enough sessions for several steps."""
    with gf.sample.serve(300, 5) as api:
        yield api


@pytest.fixture
def client(api: Api) -> Iterator[gf.Client]:
    """A client of it."""
    with gf.Client(api.api_key, api.url) as client:
        yield client


def kill(api: Api, monkeypatch: pytest.MonkeyPatch, folders: list[Path]) -> None:
    """Have `galtea-frames sync` killed in each folder."""
    monkeypatch.setenv("GALTEA_API_KEY", api.api_key)
    monkeypatch.setenv("GALTEA_API_URL", api.url)
    for folder in folders:
        folder.mkdir(exist_ok=True)
    kill_runner.run("killed_syncs.py", 0.4, *folders)


def read(mirror: gf.Mirror, **options: Any) -> pd.DataFrame:  # noqa: ANN401 - any option of the loader
    """The stored sessions, without warnings of mixed columns."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return mirror.load_sessions(**options)


def assert_same_evaluations(mirror: gf.Mirror, client: gf.Client) -> None:
    """Compare them with those of the API."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pd.testing.assert_frame_equal(gf.load_evaluations(client=client), mirror.load_evaluations())


# -- kills --


@posix
@pytest.mark.uncounted
def test_a_first_sync_killed_at_any_moment_is_completed_by_the_next(
    api: Api, client: gf.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left is no mirror yet, or one that says it is not complete, or a whole one; never a wrong one."""
    folders = [tmp_path / str(number) for number in range(_KILLS)]
    kill(api, monkeypatch, folders)
    served = {each["id"] for each in api.sessions}
    for folder in folders:
        mirror = gf.Mirror(folder / "mirror")
        if (folder / "mirror" / "sessions" / "_delta_log" / f"{0:020}.json").exists():
            part = read(mirror, allow_incomplete=True)
            assert part["id"].is_unique
            assert set(part["id"]) <= served
            complete = part.attrs["galtea_frames"]["complete"]
            assert complete <= (len(part) == len(served))
            if not complete:
                with pytest.raises(gf.MirrorError):
                    mirror.load_sessions()
        else:
            with pytest.raises(gf.MirrorError):
                mirror.load_sessions()
        mirror.sync(client, lists="evaluations")
        assert_same(mirror, client)
        assert_same_evaluations(mirror, client)


@posix
@pytest.mark.uncounted
def test_a_later_sync_killed_at_any_moment_leaves_each_row_old_or_new(
    api: Api, client: gf.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every stored row is as it was or as it is; the mirror stays complete, and the next sync makes it equal."""
    folders = [tmp_path / str(number) for number in range(_KILLS)]
    for folder in folders:
        gf.Mirror(folder / "mirror").sync(client)
    before = {each["id"]: each for each in api.sessions}
    for number, each in enumerate(list(before)):
        if number % 3 == 0:
            api.sessions.update(each, error=f"changed {number}")
        elif number % 7 == 0:
            api.sessions.delete(each)
    after = {each["id"]: each for each in api.sessions}
    kill(api, monkeypatch, folders)
    for folder in folders:
        mirror = gf.Mirror(folder / "mirror")
        errors = read(mirror).set_index("id")["error"]
        assert errors.index.is_unique
        assert set(after) <= set(errors.index) <= set(before)
        for each, error in errors.astype(object).where(errors.notna(), None).items():
            assert error in {rows[each]["error"] for rows in (before, after) if each in rows}
        mirror.sync(client, full=True, lists="evaluations")
        assert_same(mirror, client)
        assert_same_evaluations(mirror, client)


# -- a disk that is full --

TOO_LARGE = """
import resource, sys
import galtea_frames as gf
client = gf.Client(sys.argv[2], sys.argv[1], progress=False)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), int(sys.argv[4])))
try:
    gf.Mirror(sys.argv[3]).sync(client, full=True)
except gf.MirrorError as problem:
    print(problem)
"""


@posix
@pytest.mark.uncounted  # or the process would not be able to write what it counted
@pytest.mark.parametrize("limit", [100, 4_000], ids=["not even the log", "not the rows"])
def test_a_disk_that_refuses_bytes_leaves_the_old_state(
    api: Api, client: gf.Client, tmp_path: Path, limit: int
) -> None:
    """One line that says so, and frames as before; once there is room, the next sync makes all equal."""
    mirror = gf.Mirror(tmp_path / "mirror")
    mirror.sync(client)
    before = read(mirror)
    for each in list(api.sessions):
        api.sessions.update(each["id"], error=f"another error of {each['id']}")
    command = [sys.executable, "-c", TOO_LARGE, api.url, api.api_key, str(tmp_path / "mirror"), str(limit)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)  # noqa: S603 - our own
    assert done.stdout.startswith(f"{tmp_path}/mirror cannot be read or written: ")
    assert "File too large" in done.stdout
    assert 1 == done.stdout.count("\n")
    assert before.equals(read(mirror))
    mirror.sync(client, full=True)
    assert_same(mirror, client)


# -- two at once --


def test_a_second_sync_fails_at_once(tmp_path: Path) -> None:
    """While one is at work another one says so, and the first one ends well; so does compacting."""
    api = DirectTransport([session(1, 1)], [version("a")])
    mirror, refused = gf.Mirror(tmp_path / "mirror"), []

    def second(number: int) -> None:
        if number == 2:
            for attempt in (lambda: gf.Mirror(tmp_path / "mirror").sync(api.client()), mirror.compact):
                with pytest.raises(gf.MirrorError, match=r"mirror: another sync is running; wait until it finishes"):
                    attempt()
                refused.append(number)

    api.before = second
    mirror.sync(api.client(max_workers=1))
    assert [2, 2] == refused
    assert ["0001"] == ids(mirror.load_sessions())
    assert 0 == mirror.sync(api.client()).new, "the lock is let go of"


@posix
@pytest.mark.parametrize("what", ["changed", "new"])
def test_two_syncs_without_a_lock_never_double_a_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """At a URL there is no lock: whoever commits first stops the other, and nothing is lost or doubled."""
    small_steps(monkeypatch, 10)
    rows = [session(number, number) for number in range(40)]
    api, other = DirectTransport(rows, [version("a")]), DirectTransport(rows, [version("a")])
    (tmp_path / "mirror").mkdir()
    mirror = gf.Mirror(f"file://{tmp_path}/mirror")
    mirror.sync(api.client())
    for number in range(40):
        for each in (api, other):
            if what == "changed":
                each.sessions.update(f"session_{number:04}", status="FAILED")
            else:
                each.sessions.insert(session(100 + number, 50 + number))
    middle = len(api.requests) + 9

    def overtaken(number: int) -> None:
        if number == middle:
            mirror.sync(other.client(), full=True)

    api.before = overtaken
    with pytest.raises(
        gf.MirrorError, match="another sync committed at the same time, so this one stopped; run it again"
    ):
        mirror.sync(api.client(page_size=10, max_workers=1), full=what == "changed")
    assert read(mirror, include_removed=True)["id"].is_unique
    assert_same(mirror, other.client())
    again = mirror.sync(other.client(), full=True)
    assert (0, 0, 0) == (again.new, again.changed, again.removed)


# -- readers at work --


def test_readers_see_the_old_or_the_new_state(tmp_path: Path, api: Api, client: gf.Client) -> None:
    """While syncs go on, each frame that is read is one that the API gave, whole."""
    mirror = gf.Mirror(tmp_path / "mirror")
    mirror.sync(client)
    states = {0}
    failures: list[BaseException] = []

    def sync_often() -> None:
        try:
            for state in range(1, 12):
                for each in list(api.sessions)[::50]:
                    api.sessions.update(each["id"], error=str(state))
                states.add(state)
                mirror.sync(client, full=True)
        except BaseException as problem:  # noqa: BLE001 - for the test to raise
            failures.append(problem)

    writer = threading.Thread(target=sync_often)
    seen = set()
    writer.start()
    while writer.is_alive():
        frame = read(gf.Mirror(tmp_path / "mirror"), nested="json")
        assert 300 == len(frame)
        errors = set(frame["error"].iloc[::50].dropna())
        assert len(errors) <= 1, "six rows, changed together"
        seen |= errors
    writer.join()
    assert [] == failures
    assert len(seen) > 1, "it was read meanwhile"


def test_an_old_state_stays_readable_while_it_is_compacted(tmp_path: Path, api: Api, client: gf.Client) -> None:
    """Who has opened the table before reads it to the end after: files of the last week are kept."""
    mirror = gf.Mirror(tmp_path / "mirror")
    mirror.sync(client)
    opened = deltalake.DeltaTable(str(tmp_path / "mirror" / "sessions"))
    api.sessions.update(next(iter(api.sessions))["id"], error="changed")
    mirror.sync(client, full=True)
    mirror.compact()
    assert 300 == opened.to_pyarrow_table().num_rows


def test_odd_names_of_folders_are_taken_as_they_are(tmp_path: Path) -> None:
    """Blanks, percent signs, stars and letters of any language."""
    api = DirectTransport([session(1, 1)], [version("a")])
    folder = tmp_path / "50% of ünï* #?"
    for new in (1, 0):
        assert new == gf.Mirror(folder).sync(api.client()).new
    assert ["0001"] == ids(gf.Mirror(folder).load_sessions())
    assert [folder] == list(tmp_path.iterdir())
    assert (folder / "sessions" / "_delta_log").is_dir()
