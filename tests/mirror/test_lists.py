"""Mirrors of all lists: each of them is stored, compared and read like sessions and versions."""

from __future__ import annotations

import json
import shutil
import warnings
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from deltalake import DeltaTable
from direct_transport import DirectTransport
from mirror_helpers import assert_same

import galtea_frames as gf
from galtea_frames.api.resources import EVALUATIONS, INFERENCE_RESULTS, METRICS, TEST_CASES
from galtea_frames.mirror.changes import compare
from galtea_frames.mirror.lists import DEFAULT_LISTS, mirrored_lists
from galtea_frames.mirror.rows import stored_schema, to_stored
from galtea_frames.sample.records import session_records, version_records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from galtea_frames.api.resource import Resource

LISTS = mirrored_lists()
FURTHER = [each for each in LISTS if each.name not in DEFAULT_LISTS]
MANY = [each for each in FURTHER if not each.few]

by_list = pytest.mark.parametrize("resource", LISTS, ids=lambda each: each.name)

#: Another value for a field of each kind; the columns of a mirror have a type for each.
OTHER: dict[str, Any] = {
    "string": "ünlike \ud83d\ude00",
    "category": "NEW_MEMBER",
    "time": "2026-03-04T05:06:07.089Z",
    "number": 0.123456789,
    "integer": 2**53 + 1,
    "flag": True,
    "texts": ["one", None, "two"],
    "json": {"b": [1, {"a": None}]},
    "object": {"new": {"deep": 1.5}},
}

#: A third one.
CHANGED: dict[str, Any] = {
    "string": "",
    "category": "SUCCESS",
    "time": "2026-03-04T05:06:07.090Z",
    "number": 0.1234567891,
    "integer": 2**53 + 2,
    "flag": False,
    "texts": ["one", "two", None],
    "json": {"b": [1, {"a": 0}]},
    "object": {"new": {"deep": 1}},
}

#: A value of another kind for each, which no column can hold.
ODD: dict[str, Any] = {
    "string": {"no": "text"},
    "category": 5,
    "time": "yesterday",
    "number": "0.5 or so",
    "integer": 1.5,
    "flag": "maybe",
    "texts": [1, "two"],
    "json": "\ud800",
    "object": "bare",
}


class Account:
    """An account with rows in each list, and its mirror."""

    def __init__(self, folder: Path, sessions: int = 16) -> None:
        versions = version_records(4)
        self.api = DirectTransport(session_records(sessions, versions), versions)
        self.client = self.api.client(page_size=100, max_workers=1)
        self.folder = folder / "mirror"
        self.mirror = gf.Mirror(self.folder)

    def sync(self, **options: Any) -> dict[str, tuple[int, int, int]]:  # noqa: ANN401 - any option of `sync`
        """Sync, and return how many rows of each list were new, changed and removed."""
        done = self.mirror.sync(self.client, **options)
        return {name: (each.new, each.changed, each.removed) for name, each in done.lists.items()}

    def newest(self, resource: Resource) -> dict[str, Any]:
        """The row of a list that was created last."""
        return list(self.api.lists[resource.name])[-1]

    def agree(self, **options: Any) -> None:  # noqa: ANN401 - any option of the loaders
        """Compare the frame of each list with that of the loader."""
        for resource in LISTS:
            expected, frame = self.frames(resource, **options)
            pd.testing.assert_frame_equal(expected, frame)

    def frames(self, resource: Resource, **options: Any) -> tuple[pd.DataFrame, pd.DataFrame]:  # noqa: ANN401
        """The frame of a list as the loader and as the mirror gives it."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            load, read = (getattr(each, f"load_{resource.name}") for each in (gf, self.mirror))
            return load(client=self.client, **options), read(**options)


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Account:
    """An account that was mirrored once, that no test changes; one row of each list has odd values."""
    account = Account(tmp_path_factory.mktemp("shared"))
    for resource in FURTHER:
        store = account.api.lists[resource.name]
        kept = ("id", "createdAt", *(each.api for each in resource.columns if each.references))
        odd = {each.api: ODD[each.kind] for each in resource.columns if each.api not in kept}
        store.update(account.newest(resource)["id"], **odd, further={"un": ["declared"]})
    account.sync(lists="all")
    return account


@pytest.fixture(scope="module")
def mirrored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a mirror, to copy."""
    account = Account(tmp_path_factory.mktemp("mirrored"))
    account.sync(lists="all")
    return account.folder


@pytest.fixture
def changing(tmp_path: Path, mirrored: Path) -> Account:
    """An account of one's own that was mirrored once."""
    account = Account(tmp_path)
    shutil.copytree(mirrored, account.folder)
    return account


def page(row: dict[str, Any]) -> bytes:
    """A page with one row."""
    return json.dumps([row]).encode()


def stored_rows(resource: Resource, row: dict[str, Any]) -> pa.Table:
    """The row as it is read from a mirror."""
    times = {"synced_at": None, "removed_at": None}
    rows = to_stored(resource, page(row)).to_pylist()
    return pa.Table.from_pylist([each | times for each in rows], stored_schema(resource))


# -- reading --


@by_list
@pytest.mark.parametrize("nested", ["columns", "json", "both"])
def test_frames_are_the_loaders(account: Account, resource: Resource, nested: str) -> None:
    """Columns, dtypes, cells and order, with values in each list that its columns cannot hold."""
    expected, frame = account.frames(resource, nested=nested)
    assert len(frame)
    pd.testing.assert_frame_equal(expected, frame)
    about, stored = (each.attrs["galtea_frames"] for each in (expected, frame))
    by_nature = {"fetched_at", "pages", "requests", "mirror"}
    assert {name: about[name] for name in about.keys() - by_nature} == {
        name: stored[name] for name in stored.keys() - by_nature
    }


@by_list
def test_iterators_yield_the_rows_of_the_reader(account: Account, resource: Resource) -> None:
    """In parts that are put together again here."""
    _, frame = account.frames(resource, nested="json")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parts: Iterator[pd.DataFrame] = getattr(account.mirror, f"iter_{resource.name}")(nested="json")
        pd.testing.assert_frame_equal(frame, pd.concat(list(parts)))


@by_list
def test_a_row_is_found_by_what_it_says(account: Account, resource: Resource) -> None:
    """Each filter of the reader, given what the oldest row says, returns that row, as the API's loader does."""
    (first,) = account.frames(resource, nested="json", limit=1)[1].to_dict("records")
    for each in resource.filters:
        if each.column and isinstance(value := first.get(each.column), str):
            expected, frame = account.frames(resource, nested="json", **{each.name: value})
            assert first["id"] in set(frame["id"])
            assert expected["id"].tolist() == frame["id"].tolist(), each.name


@by_list
def test_records_come_back_as_the_api_sent_them(account: Account, resource: Resource) -> None:
    """Whatever a column cannot hold included; nulls that were sent, and keys that were not, are the same."""
    rows = gf.to_records(account.frames(resource, nested="json")[1])
    sent = sorted(account.api.lists[resource.name], key=lambda each: (each["createdAt"], each["id"]))
    plain = [{name: value for name, value in each.items() if value is not None} for each in sent]
    assert plain == [{name: value for name, value in each.items() if value is not None} for each in rows]


def test_engines_read_columns_of_each_type(account: Account) -> None:
    """Lists of text, numbers, integers and truth values are columns of these types in DuckDB and Polars."""
    metrics, evaluations = (str(account.folder / name) for name in ("metrics", "evaluations"))
    expected = account.frames(METRICS)[1].set_index("id")["tags"]
    for each in pl.read_delta(metrics).select("id", "tags").iter_rows(named=True):
        assert each["tags"] == (None if expected[each["id"]] is None else list(expected[each["id"]]))
    files = DeltaTable(evaluations).file_uris()
    found = duckdb.execute("DESCRIBE SELECT * FROM read_parquet($files)", {"files": files}).fetchall()
    types = {name: kind for name, kind, *_ in found}
    assert {"score": "DOUBLE", "passed": "BOOLEAN", "failed_turns": "VARCHAR[]", "judge_input_tokens": "BIGINT"} == {
        name: types[name] for name in ("score", "passed", "failed_turns", "judge_input_tokens")
    }


# -- syncs --


def test_a_sync_of_unchanged_lists_changes_nothing(changing: Account) -> None:
    """Neither an ordinary one nor a full one."""
    for full in (False, True):
        assert {each.name: (0, 0, 0) for each in LISTS} == changing.sync(full=full)
    changing.agree()


@by_list
def test_a_change_in_any_column_is_a_change(resource: Resource) -> None:
    """Of its kind or another; a value is equal to itself, a null to a null."""
    row = {each.api: OTHER[each.kind] for each in resource.columns} | {"id": "one"}
    nothing = {"id": "one", "createdAt": OTHER["time"]}
    for before in (row, nothing):
        stored = stored_rows(resource, before)
        assert 0 == compare(resource, to_stored(resource, page(before)), stored, stored.slice(0, 0), 0).changed
        for each in resource.columns:
            if each.api != "id" and not (before is nothing and each.api == "createdAt"):
                for value in (ODD[each.kind], CHANGED[each.kind]):
                    fetched = to_stored(resource, page(before | {each.api: value}))
                    assert 1 == compare(resource, fetched, stored, stored.slice(0, 0), 0).changed, each.api


def test_changes_are_stored(changing: Account) -> None:
    """The newest row of each list has other values in all columns but its keys."""
    for resource in FURTHER:
        kept = ("id", "createdAt", *(each.api for each in resource.columns if each.references))
        other = {each.api: OTHER[each.kind] for each in resource.columns if each.api not in kept}
        changing.api.lists[resource.name].update(changing.newest(resource)["id"], **other)
    nothing = dict.fromkeys(DEFAULT_LISTS, (0, 0, 0))
    assert {each.name: (0, 1, 0) for each in FURTHER} | nothing == changing.sync()
    changing.agree()


def test_rows_of_each_list_are_removed_and_come_back(changing: Account) -> None:
    """A deleted row is marked and left out; when the API serves it again, the mark goes."""
    rows = {each.name: changing.newest(each) for each in FURTHER}
    nothing = dict.fromkeys(DEFAULT_LISTS, (0, 0, 0))
    for name, row in rows.items():
        changing.api.lists[name].delete(row["id"])
    assert dict.fromkeys(rows, (0, 0, 1)) | nothing == changing.sync()
    changing.agree()
    for name, row in rows.items():
        removed = getattr(changing.mirror, f"load_{name}")(include_removed=True, nested="json").set_index("id")
        assert not pd.isna(removed["removed_at"][row["id"]])
        changing.api.lists[name].insert(row)
    assert dict.fromkeys(rows, (0, 1, 0)) | nothing == changing.sync()
    changing.agree()


@pytest.mark.parametrize("resource", MANY, ids=lambda each: each.name)
def test_an_ordinary_sync_sees_old_rows_that_were_not_final(changing: Account, resource: Resource) -> None:
    """Others wait for `full=True`, as a human score of an old evaluation does."""
    store = changing.api.lists[resource.name]
    pending, final, *_ = [each["id"] for each in store]
    store.update(pending, status="PENDING")
    store.update(final, status=resource.final_statuses[0])
    changing.sync(full=True)
    for each in (pending, final):
        store.update(each, status=resource.final_statuses[1], error="late")
    assert (0, 1, 0) == changing.sync(lookback="1D")[resource.name]
    assert (0, 0, 0) == changing.sync(lookback="1D")[resource.name]
    assert (0, 1, 0) == changing.sync(full=True)[resource.name]
    changing.agree()


def test_old_rows_of_short_lists_are_compared_by_every_sync(changing: Account) -> None:
    """Legacy stamps of metrics and test cases are set long after they were created."""
    for name in ("metrics", "test_cases"):
        store = changing.api.lists[name]
        store.update(next(iter(store))["id"], legacyAt="2027-01-01T00:00:00.000Z")
    done = changing.sync(lookback="0D")
    assert {"metrics": (0, 1, 0), "test_cases": (0, 1, 0)} == {
        name: counts for name, counts in done.items() if any(counts)
    }


# -- which lists --


def test_a_new_mirror_holds_sessions_and_versions(tmp_path: Path) -> None:
    """Nothing else is requested; a list that is not stored is one line."""
    account = Account(tmp_path)
    assert set(DEFAULT_LISTS) == set(account.sync())
    assert {"/sessions", "/versions"} == {each.path for each in account.api.requests}
    with pytest.raises(gf.MirrorError, match=r"holds no metrics yet; run `galtea-frames sync .*mirror --list metrics`"):
        account.mirror.load_metrics()


def test_lists_are_added_one_after_the_other(tmp_path: Path) -> None:
    """Each is fetched whole when it is named first, and kept by later syncs, whatever these name."""
    account = Account(tmp_path)
    account.sync()
    assert account.sync(lists="metrics")["metrics"] == (len(account.api.lists["metrics"]), 0, 0)
    added = account.sync(lists=["evaluations", "sessions"])
    assert [*DEFAULT_LISTS, "metrics", "evaluations"] == sorted(added, key=[*DEFAULT_LISTS, *added].index)
    assert (0, 0, 0) == added["metrics"]
    assert set(added) == set(account.sync()) == set(account.mirror.info().lists)
    account.mirror.compact()
    assert_same(account.mirror, account.client)
    assert len(account.mirror.load_evaluations()) == len(account.api.lists["evaluations"])


def test_test_cases_bring_their_tests(tmp_path: Path) -> None:
    """By which it is known whose they are."""
    account = Account(tmp_path)
    assert {*DEFAULT_LISTS, "tests", "test_cases"} == set(account.sync(lists="test_cases"))


@pytest.mark.parametrize("requests", [2, 8, 15, 21, 26])
def test_a_sync_that_adds_lists_and_fails_is_completed_by_the_next(tmp_path: Path, requests: int) -> None:
    """However far it came: what was readable before stays so, and what is not complete says so."""
    account = Account(tmp_path)
    account.sync()
    last = len(account.api.requests) + requests

    def fail(number: int) -> None:
        if number == last:
            raise ConnectionError

    account.api.before = fail
    with pytest.raises(ConnectionError):
        account.sync(lists="all")
    assert 16 == len(account.mirror.load_sessions(nested="json"))
    info = account.mirror.info()
    assert info.complete == (set(DEFAULT_LISTS) == set(info.lists))
    for name in set(info.lists) - set(DEFAULT_LISTS):
        try:
            rows = len(getattr(account.mirror, f"load_{name}")(nested="json"))
        except gf.MirrorError as problem:
            assert "is not complete" in str(problem)  # noqa: PT017 - either is right
        else:
            assert rows == len(account.api.lists[name])
    account.sync()
    assert account.mirror.info().complete
    account.sync(lists="all")
    account.agree()


def test_a_list_that_was_empty_may_stay_so_and_be_filled(tmp_path: Path) -> None:
    """An account without runs or evaluations is normal."""
    account = Account(tmp_path)
    rows = {name: list(account.api.lists[name]) for name in ("runs", "evaluations")}
    for name, records in rows.items():
        for each in records:
            account.api.lists[name].delete(each["id"])
    for full in (False, True):
        account.sync(lists="all", full=full)
    assert 0 == len(account.mirror.load_evaluations())
    for name, records in rows.items():
        for each in records:
            account.api.lists[name].insert(each)
    account.sync()
    account.agree()


@pytest.mark.parametrize("resource", [METRICS, TEST_CASES, EVALUATIONS, INFERENCE_RESULTS], ids=lambda each: each.name)
def test_a_list_that_is_suddenly_empty_is_refused(changing: Account, resource: Resource) -> None:
    """Another role may not see it: nothing is marked as removed unless the caller insists."""
    store = changing.api.lists[resource.name]
    count = len(store)
    for each in list(store):
        store.delete(each["id"])
    with pytest.raises(gf.MirrorError, match=rf"holds {resource.name} \({count}\), but the API serves none"):
        changing.sync(full=True)
    assert count == changing.mirror.info().lists[resource.name].rows
    assert (0, 0, count) == changing.sync(full=True, allow_all_gone=True)[resource.name]
