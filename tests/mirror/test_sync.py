"""What a sync finds, stores and costs."""

from __future__ import annotations

import math
import os
from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import deltalake
import pytest
from direct_transport import DirectTransport
from mirror_helpers import assert_same, at, ids, session, small_steps, version

import galtea_frames as gf

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    Counts = tuple[int, int, int]

#: Forty days, a session a day, the last of day 39; the lookback of a week reaches day 32.
ACCOUNT = [session(number, number) for number in range(40)]


class Account:
    """An account of the API, and its mirror."""

    def __init__(self, folder: Path, sessions: Iterable[dict[str, Any]] = ACCOUNT, **behaviour: Any) -> None:  # noqa: ANN401
        self.api = DirectTransport(sessions, [version("a"), version("b", 1)], **behaviour)
        self.client = self.api.client(page_size=10, max_workers=1)
        self.mirror = gf.Mirror(folder / "mirror")

    def sync(self, **options: Any) -> Counts:  # noqa: ANN401 - any option of `sync`
        """Sync, and return how many sessions were new, changed and removed."""
        done = self.mirror.sync(self.client, **options)
        return done.new, done.changed, done.removed

    def agree(self) -> None:
        """Compare all frames."""
        assert_same(self.mirror, self.client)


@pytest.fixture
def account(tmp_path: Path) -> Account:
    """An account that was synced once."""
    account = Account(tmp_path)
    assert (40, 0, 0) == account.sync()
    return account


# -- what it sees --


def test_the_first_sync_fetches_everything(account: Account) -> None:
    """Afterwards each frame of the mirror is the loader's."""
    account.agree()


def test_a_sync_of_an_unchanged_account_changes_nothing_but_the_time(account: Account) -> None:
    """Sync twice is sync once: no file is written; when it was made is told all the same."""
    before, frame = account.mirror.info(), account.mirror.load_sessions()
    assert (0, 0, 0) == account.sync()
    after, again = account.mirror.info(), account.mirror.load_sessions()
    assert (before.files, before.bytes) == (after.files, after.bytes)
    assert before.synced_at is not None
    assert after.synced_at is not None
    assert before.synced_at < after.synced_at
    assert frame.equals(again)
    assert frame.attrs["galtea_frames"]["fetched_at"] != again.attrs["galtea_frames"]["fetched_at"]


@pytest.mark.parametrize("days", [39, 40, 33.5, 32], ids=["tie", "newer", "in the week", "at its very beginning"])
def test_new_sessions_are_added(account: Account, days: float) -> None:
    """Also with a creation time that lies back, as far as the lookback reaches."""
    account.api.sessions.insert(session(100, days))
    assert (1, 0, 0) == account.sync()
    account.agree()


def test_changes_of_the_looked_back_time_are_stored(account: Account) -> None:
    """A status, a value deep in metadata, a field that is new."""
    account.api.sessions.update("session_0035", status="FAILED")
    account.api.sessions.update("session_0036", metadata={"number": 36, "deep": {"er": 1.5}})
    account.api.sessions.update("session_0037", runId="run_1")
    assert (0, 3, 0) == account.sync()
    account.agree()


def test_reopened_sessions_are_stored_again(account: Account) -> None:
    """COMPLETED, PENDING, COMPLETED: each sync shows what the API says."""
    for status in ("PENDING", "COMPLETED"):
        account.api.sessions.update("session_0038", status=status)
        assert (0, 1, 0) == account.sync()
        account.agree()


def test_deleted_sessions_of_the_looked_back_time_are_marked(account: Account) -> None:
    """They are left out of frames, and keep their values for those who want them."""
    before = account.mirror.load_sessions(nested="json")
    account.api.sessions.delete("session_0035")
    assert (0, 0, 1) == account.sync()
    account.agree()
    removed = account.mirror.load_sessions(nested="json", include_removed=True)
    assert before.equals(removed.drop(columns="removed_at"))
    assert ["0035"] == ids(removed[removed["removed_at"].notna()])


def test_a_session_that_comes_back_is_no_longer_removed(account: Account) -> None:
    """The mark goes when the API serves it again."""
    record = account.api.sessions["session_0035"]
    account.api.sessions.delete("session_0035")
    account.sync()
    account.api.sessions.insert(record)
    assert (0, 1, 0) == account.sync()
    account.agree()
    assert account.mirror.load_sessions(include_removed=True)["removed_at"].isna().all()


@pytest.mark.parametrize("status", ["PENDING", "ARCHIVED", None], ids=str)
def test_sessions_that_are_not_final_are_asked_for_however_old(tmp_path: Path, status: str | None) -> None:
    """What was pending long before the lookback is seen to complete, or to vanish."""
    account = Account(tmp_path, [*ACCOUNT, session(100, 2, status=status), session(101, 3, status=status)])
    account.sync()
    account.api.sessions.update("session_0100", status="COMPLETED")
    account.api.sessions.delete("session_0101")
    assert (0, 1, 1) == account.sync()
    account.agree()
    account.api.requests.clear()
    assert (0, 0, 0) == account.sync()
    assert not any("ids" in request.query_string for request in account.api.requests), "final, or gone: not asked again"


def test_only_full_sees_what_happens_to_old_final_sessions(account: Account) -> None:
    """A change, a deletion and an addition before the lookback wait for `full=True`."""
    account.api.sessions.update("session_0003", status="FAILED")
    account.api.sessions.delete("session_0004")
    account.api.sessions.insert(session(100, 5))
    assert (0, 0, 0) == account.sync()
    assert (1, 1, 1) == account.sync(full=True)
    account.agree()


@pytest.mark.parametrize(
    ("lookback", "expected"), [("0D", 0), ("36h", 1), ("14D", 2), ("40D", 3), ("100000D", 3)], ids=str
)
def test_lookback_says_how_far_changes_are_seen(account: Account, lookback: str, expected: int) -> None:
    """Counted back from the newest stored session."""
    for number in (2, 30, 38):
        account.api.sessions.update(f"session_{number:04}", status="FAILED")
    assert (0, expected, 0) == account.sync(lookback=lookback)


def test_a_session_dated_in_the_future_hides_none(account: Account) -> None:
    """The lookback begins today at the latest, so a wrong clock somewhere does not end the mirroring of this week."""
    account.api.sessions.insert(session(100, 365 * 100))
    account.sync()
    account.api.sessions.insert(session(101, 365))
    account.sync()
    account.agree()


def test_a_session_whose_creation_time_moves_is_stored_once(account: Account) -> None:
    """No id is ever stored twice, wherever the API puts it."""
    account.api.sessions.update("session_0003", createdAt=at(39.5))
    account.api.sessions.update("session_0038", createdAt=at(1.5))
    account.sync()
    account.sync(full=True)
    account.agree()
    everything = account.mirror.load_sessions(include_removed=True)
    assert everything["id"].is_unique


def test_times_with_more_digits_than_are_shown_lose_no_session(tmp_path: Path) -> None:
    """The API may compare microseconds and show milliseconds: nothing at the edge of a step is taken for gone."""
    rows = [session(number, 0) | {"createdAt": f"2026-01-01T00:00:00.{number:03}Z"} for number in range(40)]

    class Rounded(DirectTransport):
        def _answered(self, path: str, params: Sequence[tuple[str, str]], parse: Any, tally: Any) -> Any:  # noqa: ANN401
            # Stored half a millisecond later than shown.
            moved = [(name, value.replace("Z", "500Z") if name == "fromCreatedAt" else value) for name, value in params]
            return super()._answered(path, moved, parse, tally)

    account = Account(tmp_path)
    account.api = Rounded(rows, [version("a")])
    account.client = account.api.client(page_size=100, max_workers=1)
    account.sync()
    assert (0, 0, 0) == account.sync(lookback="10ms")
    assert 40 == len(account.mirror.load_sessions())


# -- versions --


def test_versions_are_compared_whole(account: Account) -> None:
    """New, changed and deleted ones, of any age."""
    account.api.versions.insert(version("c", 0.5))
    account.api.versions.update("version_a", description="changed")
    account.api.versions.delete("version_b")
    account.sync()
    account.agree()
    assert ["a", "b", "c"] == sorted(ids(account.mirror.load_versions(include_removed=True)))


def test_a_version_made_during_a_sync_is_there_for_its_sessions(account: Account) -> None:
    """When a session names a version that was not there when versions were fetched, they are fetched once more."""

    def release(_: int) -> None:
        if account.api.requests[-1].path == "/sessions" and "version_new" not in account.api.versions:
            account.api.versions.insert(version("new", 40))
            account.api.sessions.insert(session(100, 40, versionId="version_new"))

    account.api.before = release
    account.sync()
    assert "new" in account.mirror.join(ids="session_0100")["version.name"].tolist()


def test_another_account_is_refused(account: Account) -> None:
    """A key that is served none of the stored versions would have the whole mirror marked as removed."""
    other = DirectTransport([session(1, 1)], [version("x")])
    before = account.mirror.info()
    with pytest.raises(gf.MirrorError, match="another account"):
        account.mirror.sync(other.client())
    assert before == account.mirror.info()


def test_another_account_without_versions_in_common_nor_sessions_is_refused(account: Account) -> None:
    """Even where it has a product of the same id, and old sessions of the same ids; who insists gets a mix."""
    other = DirectTransport([session(1, 1), session(200, 39)], [version("x"), version("y")])
    for options in ({}, {"full": True}, {"lookback": "0D"}):
        with pytest.raises(gf.MirrorError, match=r"none of its versions, products and sessions.*--allow-all-gone"):
            account.mirror.sync(other.client(), **options)
    account.mirror.sync(other.client(), full=True, allow_all_gone=True)
    assert_same(account.mirror, other.client())


@pytest.mark.parametrize("full", [False, True])
def test_a_mirror_whose_versions_were_all_replaced_goes_on(tmp_path: Path, *, full: bool) -> None:
    """Its sessions say that it is the account that it was."""
    account = Account(tmp_path, [session(number, number) for number in range(5)])
    account.api.versions.delete("version_b")
    account.sync()
    account.api.versions.delete("version_a")
    account.api.versions.insert(version("c", 5, productId="product_new"))
    account.api.sessions.insert(session(9, 5, versionId="version_c"))
    assert (1, 0, 0) == account.sync(full=full)
    account.agree()
    assert (0, 0, 0) == account.sync(full=full)


@pytest.mark.parametrize(("product", "known"), [("product_a", True), ("product_b", False)])
def test_a_mirror_without_sessions_is_known_by_its_products(tmp_path: Path, product: str, *, known: bool) -> None:
    """A new product's only version may be replaced before its first session."""
    account = Account(tmp_path, [])
    account.sync()
    for each in ("version_a", "version_b"):
        account.api.versions.delete(each)
    account.api.versions.insert(version("c", productId=product))
    if known:
        account.sync()
        account.agree()
    else:
        with pytest.raises(gf.MirrorError, match="another account"):
            account.sync()


def test_sessions_without_a_version_are_an_account_too(tmp_path: Path) -> None:
    """No version is stored or served; then the first one is made."""
    account = Account(tmp_path, [session(number, number, versionId=None) for number in range(3)])
    for each in ("version_a", "version_b"):
        account.api.versions.delete(each)
    assert [(3, 0, 0), (0, 0, 0)] == [account.sync(), account.sync()]
    account.api.versions.insert(version("first", 9))
    assert (0, 0, 0) == account.sync()
    account.agree()


GONE: dict[str, tuple[bool, bool, str]] = {
    "nothing at all": (True, True, r"holds versions \(2\), but the API serves none"),
    "no versions": (True, False, r"holds versions \(2\), but the API serves none"),
    "no sessions": (False, True, r"holds sessions \(40\), but the API serves none"),
}


@pytest.mark.parametrize("options", [{}, {"full": True}, {"lookback": "0D"}], ids=str)
@pytest.mark.parametrize("gone", GONE)
def test_an_account_that_suddenly_serves_nothing_is_refused(
    account: Account, gone: str, options: dict[str, Any]
) -> None:
    """Another key or role may see nothing: no row is marked as removed, and the right key goes on as if nothing was."""
    versions, sessions, words = GONE[gone]
    right, before = account.client, account.mirror.load_sessions(include_removed=True)
    served_versions, served_sessions = [] if versions else list(account.api.versions), [] if sessions else ACCOUNT
    account.client = DirectTransport(served_sessions, served_versions).client(page_size=10, max_workers=1)
    with pytest.raises(gf.MirrorError, match=rf"{words}.*--allow-all-gone"):
        account.sync(**options)
    assert before.equals(account.mirror.load_sessions(include_removed=True))
    account.sync(full=True, allow_all_gone=True)
    account.agree()
    account.client = right
    account.sync(full=True)
    account.agree()


def test_a_week_without_any_session_left_is_no_empty_account(account: Account) -> None:
    """What was deleted is marked as removed as long as the API serves any session."""
    for number in range(1, 40):
        account.api.sessions.delete(f"session_{number:04}")
    assert (0, 0, 8) == account.sync()
    assert (0, 0, 31) == account.sync(full=True)
    account.agree()


def test_the_last_pending_sessions_that_go_are_no_empty_account_if_one_stays(tmp_path: Path) -> None:
    """Those that are asked for by id, too: none of them is served, but another one is."""
    account = Account(tmp_path, [session(1, 1, status="PENDING"), session(2, 2), session(3, 30)])
    account.sync()
    for each in ("session_0001", "session_0003"):
        account.api.sessions.delete(each)
    assert (0, 0, 2) == account.sync()
    account.api.sessions.delete("session_0002")
    with pytest.raises(gf.MirrorError, match=r"holds sessions \(1\), but the API serves none"):
        account.sync(full=True)


def test_an_empty_account_may_stay_empty(tmp_path: Path) -> None:
    """Where nothing is stored, nothing can be lost."""
    mirror, api = gf.Mirror(tmp_path / "mirror"), DirectTransport([], [])
    for full in (False, True):
        done = mirror.sync(api.client(), full=full)
        assert (0, 0, 0, 0, 0) == (done.new, done.changed, done.removed, done.rows, done.versions)


# -- what a first sync binds --


class Forbidding(DirectTransport):
    """Knows of one product, and refuses to speak of others, or of sessions."""

    forbidden = "typo"

    def _answered(self, path: str, params: Sequence[tuple[str, str]], parse: Any, tally: Any) -> Any:  # noqa: ANN401
        if self.forbidden in dict(params).values() or self.forbidden == path:
            raise gf.AuthenticationError("not yours", status=403, attempts=1, path=path)
        return super()._answered(path, params, parse, tally)


def test_a_first_sync_that_is_refused_binds_nothing(tmp_path: Path) -> None:
    """After a mistyped product the folder is free for the right one, or for all of them."""
    api = Forbidding([session(1, 1)], [version("a")])
    for number, products in enumerate((["product_a"], None)):
        mirror = gf.Mirror(tmp_path / str(number))
        with pytest.raises(gf.AuthenticationError):
            mirror.sync(api.client(), product_ids="typo")
        with pytest.raises(gf.MirrorError, match="is not complete: its first sync has not finished"):
            mirror.info()
        assert 1 == mirror.sync(api.client(), product_ids=products).rows
        assert (None if products is None else tuple(products)) == mirror.info().product_ids


def test_a_mirror_in_which_nothing_is_stored_takes_another_scope(tmp_path: Path) -> None:
    """The API may know no version of a mistyped product and say so with an empty list: that binds to nothing either."""
    api, mirror = Forbidding([session(1, 1)], [version("a")]), gf.Mirror(tmp_path / "mirror")
    api.forbidden = "nothing"
    assert 0 == mirror.sync(api.client(), product_ids="mistyped").rows
    assert (True, ("mistyped",)) == (mirror.info().complete, mirror.info().product_ids)
    assert 0 == mirror.sync(api.client()).rows, "it need not be repeated"
    api.forbidden = "/sessions"
    with pytest.raises(gf.AuthenticationError):
        mirror.sync(api.client(), product_ids="product_a")
    assert (False, ("product_a",)) == (mirror.info().complete, mirror.info().product_ids)
    api.forbidden = "nothing"
    assert 1 == mirror.sync(api.client()).rows
    with pytest.raises(gf.MirrorError, match="holds the products product_a, not the products mistyped"):
        mirror.sync(api.client(), product_ids="mistyped")


def test_a_change_of_scope_that_was_killed_is_done_again(tmp_path: Path) -> None:
    """Its tables then name two scopes, and hold nothing: the first one counts, or the one that is named."""
    for number, products in enumerate((None, "product_b")):
        api, mirror = DirectTransport([], []), gf.Mirror(tmp_path / str(number))
        mirror.sync(api.client(), product_ids="product_a")
        again = gf.Mirror(tmp_path / str(number))
        table = deltalake.DeltaTable(str(tmp_path / str(number) / "sessions"))
        table.alter.set_table_description('{"galtea_frames": 1, "product_ids": ["other"]}')
        again.sync(api.client(), product_ids=products)
        assert ((products or "product_a"),) == again.info().product_ids


def test_tables_of_two_scopes_that_hold_rows_are_refused(account: Account, tmp_path: Path) -> None:
    """Somebody has put them together."""
    table = deltalake.DeltaTable(str(tmp_path / "mirror" / "sessions"))
    table.alter.set_table_description('{"galtea_frames": 1, "product_ids": ["other"]}')
    with pytest.raises(gf.MirrorError, match="holds the products other, not all products"):
        account.sync()


# -- progress --


def test_progress_names_what_it_counts_and_adds_up(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    """Versions, then all sessions of the run however many steps and ids it takes, then versions again if need be."""
    told: list[tuple[str, list[tuple[int, int]]]] = []

    @contextmanager
    def shown(_wanted: object, what: str) -> Iterator[SimpleNamespace]:
        counts: list[tuple[int, int]] = []
        told.append((what, counts))
        yield SimpleNamespace(count=lambda rows, pages: counts.append((rows, pages)), tell=lambda _: None)

    monkeypatch.setattr("galtea_frames.frames.progress.show_progress", shown)
    small_steps(monkeypatch, 10)
    account.api.sessions.insert(session(100, 40, versionId="version_new"))
    account.sync(full=True)
    assert ["versions", "sessions", "versions"] == [what for what, _ in told]
    assert [(2, 1), (2, 1)] == [told[0][1][-1], told[2][1][-1]]
    rows, pages = zip(*told[1][1], strict=True)
    assert rows == tuple(sorted(rows))
    assert pages == tuple(range(1, len(pages) + 1))
    assert 41 <= rows[-1] <= 41 + 2 * 5, "each of five steps may see rows at its edges twice"


# -- steps --


def test_any_size_of_steps_gives_the_same_mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps of one row, of ties larger than a step, and of all rows at once."""
    tied = [*ACCOUNT, *(session(100 + number, 7) for number in range(25))]
    for rows in (1, 7, 24, 65, 1_000):
        small_steps(monkeypatch, rows)
        account = Account(tmp_path / str(rows), tied)
        assert (65, 0, 0) == account.sync()
        assert (0, 0, 0) == account.sync(full=True)
        account.agree()


def test_steps_go_on_after_a_moment_with_more_rows_than_a_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One step holds that moment whole; those after it are of the usual size, and so is the memory they take."""
    small_steps(monkeypatch, 10)
    account = Account(tmp_path, [*ACCOUNT, *(session(100 + number, 7) for number in range(25))])
    account.sync()
    assert 4 == len(list((tmp_path / "mirror" / "sessions").glob("*.parquet")))


def test_a_first_sync_that_fails_goes_on_where_it_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Committed steps are kept, are not read unless one insists, and are not fetched again but for the lookback."""
    small_steps(monkeypatch, 10)
    account = Account(tmp_path)

    def fail(number: int) -> None:
        if number > 8:
            raise OSError("no network")

    account.api.before = fail
    with pytest.raises(OSError, match="no network"):
        account.sync()
    account.api.before = lambda _: None
    with pytest.raises(gf.MirrorError, match="not complete"):
        account.mirror.load_sessions()
    part = account.mirror.load_sessions(allow_incomplete=True)
    assert 0 < len(part) < 40
    assert part.attrs["galtea_frames"]["complete"] is False
    assert account.mirror.info().complete is False
    assert (40 - len(part), 0, 0) == account.sync()
    account.agree()


def test_a_server_that_ignores_offset_is_mirrored_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a step ends is only a hint: without one there is one large step."""
    small_steps(monkeypatch, 10)

    class NoOffset(DirectTransport):
        def _answered(self, path: str, params: Sequence[tuple[str, str]], parse: Any, tally: Any) -> Any:  # noqa: ANN401
            limit = dict(params).get("limit")
            kept = [pair for pair in params if pair[0] != "offset" or limit != "1"]
            return super()._answered(path, kept, parse, tally)

    account = Account(tmp_path)
    account.api = NoOffset(ACCOUNT, [version("a")])
    account.client = account.api.client(page_size=10, max_workers=1)
    assert (40, 0, 0) == account.sync()
    account.agree()


def test_many_products_are_mirrored_in_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More products than one request can name."""
    small_steps(monkeypatch, 5)
    products = [f"product_{number:03}" for number in range(60)]
    releases = [version(str(number), productId=product) for number, product in enumerate(products)]
    rows = [session(number, number, versionId=f"version_{number}") for number in range(60)]
    api = DirectTransport(rows, [*releases, version("other", productId="other")])
    api.sessions.insert(session(99, 3, versionId="version_other"))
    client, mirror = api.client(max_workers=1), gf.Mirror(tmp_path / "mirror")
    assert 60 == mirror.sync(client, product_ids=products).new
    assert gf.load_sessions(product_ids=products, client=client).equals(mirror.load_sessions())
    assert 0 == mirror.sync(client, full=True).new


# -- what it costs --


@pytest.mark.parametrize("old", [100, 400])
@pytest.mark.parametrize(("pending", "fresh"), [(0, 0), (120, 0), (7, 35), (300, 95)])
def test_requests_are_those_of_the_formula(tmp_path: Path, old: int, pending: int, fresh: int) -> None:
    """They are p + ⌈n / 50⌉ + v + c, however much is stored: c is 5, and a page repeats the last row of another."""
    statuses = ["PENDING" if number < pending else "COMPLETED" for number in range(old)]
    rows = [session(number, number / 10, status=status, id=f"{number}") for number, status in enumerate(statuses)]
    account = Account(tmp_path, rows)
    account.sync()
    for number in range(fresh):
        account.api.sessions.insert(session(1_000 + number, old / 10 + number / 100))
    account.api.requests.clear()
    done = account.mirror.sync(account.client)
    looked_at = 70 + 1 + fresh  # ten a day for a week, both ends included
    sessions, asked = math.ceil(looked_at / 9), math.ceil(min(pending, old - 71) / 50)
    assert len(account.api.requests) == done.requests <= sessions + asked + 1 + 5
    assert asked == sum("ids" in request.query_string for request in account.api.requests)


def test_unchanged_files_are_not_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change rewrites the file that holds the row, and no other."""
    small_steps(monkeypatch, 10)
    account = Account(tmp_path)
    account.sync()
    folder = tmp_path / "mirror" / "sessions"
    before = {each.name for each in folder.glob("*.parquet")}
    account.api.sessions.update("session_0038", status="FAILED")
    account.sync()
    added = {each.name for each in folder.glob("*.parquet")} - before
    assert 4 == len(before)
    assert 1 <= len(added) <= 2
    assert 4 <= account.mirror.info().files - 1 <= 5


def test_many_syncs_leave_few_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sync merges small files once there are many, and only these; earlier versions can still be read."""
    small_steps(monkeypatch, 10)
    monkeypatch.setattr("galtea_frames.mirror.delta._MOST_SMALL", 5)
    monkeypatch.setattr("galtea_frames.mirror.delta._SMALL_ROWS", 8)
    account = Account(tmp_path, [session(number, number, error="x" * 5_000 + str(number)) for number in range(40)])
    account.sync()
    folder = tmp_path / "mirror" / "sessions"
    large = {each.name for each in folder.glob("*.parquet")}
    assert 4 == len(large)
    versions = {}
    for number in range(40, 60):
        account.api.sessions.insert(session(number, number))
        account.sync()
        info = account.mirror.info()
        versions[info.sessions_version] = info.rows
        assert info.files - 1 <= 4 + 5
    account.agree()
    assert {file.name for file in folder.glob("*.parquet")} >= large
    assert versions == {each: len(account.mirror.load_sessions(as_of=each)) for each in versions}
    assert list(folder.glob("_delta_log/*.checkpoint.parquet"))
    in_use = {each.rpartition("/")[2] for each in deltalake.DeltaTable(folder).file_uris()}
    assert len(large & in_use) >= 3  # a lookback of a week writes the last one again


def test_changes_of_new_rows_leave_older_rows_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if one file holds all rows: the first change divides it, and the next ones rewrite only the newest part."""
    monkeypatch.setattr("galtea_frames.mirror.delta._SMALL_ROWS", 1_000)
    account = Account(tmp_path, [session(number, number / 2_000, userId=f"u{number}") for number in range(8_000)])
    account.sync()
    folder = tmp_path / "mirror" / "sessions"
    written, rows = [], []
    for number in range(4):
        for changed in (7_999, 7_990 - number):
            account.api.sessions.update(f"session_{changed}", error=f"{number}")
        before = {each.name: each.stat().st_size for each in folder.glob("*.parquet")}
        account.sync()
        after = {each.name: each.stat().st_size for each in folder.glob("*.parquet")}
        written.append(sum(after[name] for name in after.keys() - before))
        rows.append(account.mirror.info().rows)
    assert {8_000} == set(rows)
    assert max(written[1:]) < written[0] / 2
    account.agree()


def test_compact_shortens_the_log(account: Account, tmp_path: Path) -> None:
    """Commits of the last 30 days stay; older ones go once a checkpoint says the same."""
    log = tmp_path / "mirror" / "sessions" / "_delta_log"
    for _ in range(21):
        account.sync()
    before = sorted(log.glob("*.json"))
    for each in log.iterdir():
        os.utime(each, (0, 0))
    for each in before[22:]:
        os.utime(each)
    account.mirror.compact()
    after = sorted(log.glob("*.json"))
    assert 24 == len(before)
    assert before[19:] == [each for each in after if each in before]
    account.sync()
    account.agree()
