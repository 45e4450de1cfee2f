"""Laws of the mirror: whatever happens between and during syncs, it ends up equal to the API."""

from __future__ import annotations

import contextlib
import tempfile
import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from direct_transport import DirectTransport
from effort import times
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from mirror_helpers import assert_same, at, session, small_steps, version

import galtea_frames as gf

pytestmark = pytest.mark.uncounted

#: Ten days, in which rows share creation times and fall into and out of a lookback of a week.
DAYS = st.integers(0, 20).map(lambda halves: halves / 2)
STATUSES = st.sampled_from(["PENDING", "COMPLETED", "FAILED", "ARCHIVED"])
VERSION_IDS = st.sampled_from(["version_a", "version_b", "version_gone", None])
VALUES = st.sampled_from([None, {}, {"a": 1}, {"a": 1.5}, {"a": {"b": "x"}}, "bare"])

#: Which of the API's rows a rule takes, however many there are.
PICKS = st.integers(0, 999)


class NoNetworkError(Exception):
    """The connection breaks."""


class MirroredAccount(RuleBasedStateMachine):
    """An account that changes, and a mirror that is synced now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.api = DirectTransport([], [version("a")])
        self.client = self.api.client(page_size=4, max_workers=1)
        self.mirror = gf.Mirror(Path(self.folder.name) / "mirror")
        self.made = 0
        self.complete = False
        self.moved: set[str] = set()

    def picked(self, pick: int) -> str:
        """One of the ids that the API serves."""
        rows = [each["id"] for each in self.api.sessions]
        return str(rows[pick % len(rows)])

    def stored(self, **options: Any) -> pd.DataFrame:  # noqa: ANN401 - any option of the loader
        """What the mirror holds."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self.mirror.load_sessions(nested="json", **options)

    def served(self) -> pd.DataFrame:
        """What the API holds."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return gf.load_sessions(client=self.client, nested="json")

    @rule(days=DAYS, status=STATUSES, version_id=VERSION_IDS, value=VALUES)
    def insert(self, days: float, status: str, version_id: str | None, value: object) -> None:
        """A session begins, or appears with an old creation time."""
        self.made += 1
        self.api.sessions.insert(
            session(self.made, days, status=status, versionId=version_id, metadata=value, context=value)
        )

    @rule(days=DAYS, count=st.integers(2, 9))
    def insert_ties(self, days: float, count: int) -> None:
        """Sessions begin at one moment, more than a page or a step has."""
        for _ in range(count):
            self.made += 1
            self.api.sessions.insert(session(self.made, days))

    @precondition(lambda self: len(self.api.sessions) > 0)
    @rule(pick=PICKS, status=STATUSES)
    def change_status(self, pick: int, status: str) -> None:
        """A session completes, fails, or is reopened."""
        self.api.sessions.update(self.picked(pick), status=status)

    @precondition(lambda self: len(self.api.sessions) > 0)
    @rule(pick=PICKS, value=VALUES)
    def change_value(self, pick: int, value: object) -> None:
        """A session's metadata changes."""
        self.api.sessions.update(self.picked(pick), metadata=value)

    @precondition(lambda self: len(self.api.sessions) > 0)
    @rule(pick=PICKS, days=DAYS)
    def move(self, pick: int, days: float) -> None:
        """A session's creation time is corrected: out of the lookback, only a full sync finds it again."""
        moved = self.picked(pick)
        self.moved.add(moved)
        self.api.sessions.update(moved, createdAt=at(days))

    @precondition(lambda self: len(self.api.sessions) > 0)
    @rule(pick=PICKS)
    def delete(self, pick: int) -> None:
        """A session is deleted."""
        self.api.sessions.delete(self.picked(pick))

    @rule(there=st.booleans())
    def release(self, there: bool) -> None:
        """A version is made, changed, or deleted; one stays for ever, or it would be another account."""
        if "version_b" not in self.api.versions:
            self.api.versions.insert(version("b", 1))
        elif there:
            self.api.versions.update("version_b", description=f"{self.made}")
        else:
            self.api.versions.delete("version_b")

    @rule()
    def sync(self) -> None:
        """An ordinary sync: what lies within the lookback, and what is not final, is as the API says."""
        before = self.stored(allow_incomplete=True, include_removed=True) if self.complete else None
        self.mirror.sync(self.client, allow_all_gone=True)
        if before is not None and len(before):
            begin = before["created_at"].max() - pd.Timedelta("7D")
            stored, served = ((each[each["created_at"] >= begin]) for each in (self.stored(), self.served()))
            assert served["id"].tolist() == stored["id"].tolist()
            assert gf.to_records(served) == gf.to_records(stored)
            asked = before[~before["status"].isin(["COMPLETED", "FAILED"]) & before["removed_at"].isna()]["id"]
            status = {each["id"]: each["status"] for each in self.api.sessions}
            asked = asked[~asked.isin(self.moved)]
            now = dict(zip(self.stored()["id"], self.stored()["status"], strict=True))
            assert {each: status.get(each) for each in asked} == {each: now.get(each) for each in asked}
        self.complete = True

    @rule()
    def sync_all(self) -> None:
        """A full sync: every frame is the API's; another sync finds nothing to do."""
        self.mirror.sync(self.client, full=True, allow_all_gone=True)
        assert_same(self.mirror, self.client)
        again = self.mirror.sync(self.client)
        assert (0, 0, 0) == (again.new, again.changed, again.removed)
        self.complete = True
        self.moved.clear()

    @rule(requests=st.integers(1, 12), full=st.booleans())
    def cut_off(self, requests: int, full: bool) -> None:
        """A sync breaks off after some requests."""
        last = len(self.api.requests) + requests

        def fail(number: int) -> None:
            if number > last:
                raise NoNetworkError

        self.api.before = fail
        try:
            self.mirror.sync(self.client, full=full, allow_all_gone=True)
            self.complete = True
        except NoNetworkError:
            pass
        finally:
            self.api.before = lambda _: None

    @invariant()
    def no_row_is_stored_twice(self) -> None:
        """No id occurs twice, and a mirror that was whole once is always readable."""
        if self.complete:
            everything = self.stored(include_removed=True)
            assert everything["id"].is_unique
            assert everything["removed_at"].isna().sum() == len(self.stored())

    def teardown(self) -> None:
        """However it went, a full sync makes all equal."""
        self.sync_all()
        self.folder.cleanup()


@pytest.fixture(autouse=True)
def _small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """A commit after five rows."""
    small_steps(monkeypatch, 5)


def test_any_interleaving_ends_equal_to_the_api() -> None:
    """Inserts, changes, deletions, moves, releases, syncs, and syncs that break off, in any order."""
    run_state_machine_as_test(
        MirroredAccount,
        settings=settings(
            max_examples=times(8),
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )


@settings(max_examples=times(15), deadline=None, suppress_health_check=list(HealthCheck))
@given(days=st.lists(DAYS, max_size=30), cuts=st.lists(st.integers(1, 9), max_size=4))
def test_a_sync_in_pieces_is_one_full_load(days: list[float], cuts: list[int]) -> None:
    """However often the first sync is cut off, and wherever, the last one makes the loader's frames."""
    rows = [session(number, each) for number, each in enumerate(days)]
    api = DirectTransport(rows, [version("a")])
    client = api.client(page_size=4, max_workers=1)
    with tempfile.TemporaryDirectory() as folder:
        mirror = gf.Mirror(Path(folder) / "mirror")
        for cut in cuts:
            last = len(api.requests) + cut

            def fail(number: int, last: int = last) -> None:
                if number > last:
                    raise NoNetworkError

            api.before = fail
            with contextlib.suppress(NoNetworkError):
                mirror.sync(client)
        api.before = lambda _: None
        mirror.sync(client)
        assert_same(mirror, client)


def test_a_busy_account_is_mirrored_while_it_changes(tmp_path: Path) -> None:
    """Rows come, change and go at every request of a first and a later sync, with several workers at work."""
    rows = [session(number, number / 10) for number in range(120)]
    api = DirectTransport(rows, [version("a")])
    mirror = gf.Mirror(tmp_path / "mirror")

    def stir(number: int) -> None:
        if number > 90:  # a walk that is overtaken for ever has no end
            return
        api.sessions.insert(session(1_000 + number, 12 + number / 100))
        present = [each["id"] for each in api.sessions]
        api.sessions.update(present[number * 7 % len(present)], status="FAILED")
        api.sessions.delete(present[number * 13 % len(present)])

    api.before = stir
    client = api.client(page_size=10, max_workers=3)
    for full in (False, True):
        mirror.sync(client, full=full)
    api.before = lambda _: None
    mirror.sync(client, full=True)
    assert_same(mirror, client)
