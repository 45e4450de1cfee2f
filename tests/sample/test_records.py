"""Sample records: reproducible, and like those of a real product."""

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from galtea_frames.sample import owning_test, session_records, version_records

Record = dict[str, Any]

SESSION_FIELDS = {
    "id",
    "customId",
    "versionId",
    "userId",
    "testCaseId",
    "context",
    "stoppingReason",
    "error",
    "status",
    "metadata",
    "createdAt",
    "deletedAt",
}
VERSION_FIELDS = {
    "id",
    "productId",
    "userId",
    "name",
    "description",
    "modelId",
    "systemPrompt",
    "datasetUri",
    "datasetDescription",
    "guardrails",
    "initializationEndpointConnectionId",
    "conversationEndpointConnectionId",
    "finalizationEndpointConnectionId",
    "createdAt",
    "deletedAt",
}
NEW_SESSION_FIELDS = {"isProduction", "isSeed", "recordingUri", "runId"}
NEW_VERSION_FIELDS = {
    "number",
    "parentVersionId",
    "phoneConnectionId",
    "webRtcConnectionId",
    "facts",
    "otelInputSourceRule",
    "otelOutputSourceRule",
}


@pytest.fixture(scope="module")
def sessions() -> list[Record]:
    """Enough sessions for every rarity to occur."""
    return session_records(5_000)


@pytest.fixture(scope="module")
def versions() -> list[Record]:
    """The versions of those sessions."""
    return version_records(8)


def digest(records: list[Record]) -> str:
    """What pins records to the byte."""
    return hashlib.sha256(json.dumps(records, sort_keys=True).encode()).hexdigest()


def test_records_never_change() -> None:
    """Everybody who asks for the same records gets the same bytes, today and in the next release."""
    expected = (
        "dbedc4b1cf33846dc4dd25f5c950caf03233065a5288b1a43f50db243983145a",
        "559e202fd6a8b399cfafdde3820807f7610d09c518765d81e32dce9ac6f7364c",
    )
    assert expected == (digest(session_records(500)), digest(version_records(8)))


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_records_do_not_depend_on_the_hash_seed(hash_seed: str) -> None:
    """Another process, with another order of sets, writes the same records."""
    code = "import json, galtea_frames.sample as sample; print(json.dumps(sample.session_records(50)))"
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, check=True, env=environment)  # noqa: S603 - our own code
    assert session_records(50) == json.loads(done.stdout)


def test_another_seed_gives_other_records() -> None:
    """Two seeds have no id in common."""
    one, other = session_records(50, seed=1), session_records(50, seed=2)
    assert not {row["id"] for row in one} & {row["id"] for row in other}


@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_any_count_of_sessions_works(count: int) -> None:
    """None, one and few sessions are possible, also when there is no version they could belong to."""
    assert (count, count) == (len(session_records(count)), len(session_records(count, versions=0)))


@pytest.mark.parametrize("count", [0, 1, 8, 30])
def test_any_count_of_versions_works(count: int) -> None:
    """None, one and many versions are possible."""
    assert count == len({row["id"] for row in version_records(count)})


def test_fields_are_those_of_the_reference_pages(sessions: list[Record], versions: list[Record]) -> None:
    """Every row has all declared fields; newer fields come all together or not at all."""
    assert {frozenset(SESSION_FIELDS), frozenset(SESSION_FIELDS | NEW_SESSION_FIELDS)} == {
        frozenset(row) for row in sessions
    }
    assert {frozenset(VERSION_FIELDS), frozenset(VERSION_FIELDS | NEW_VERSION_FIELDS)} == {
        frozenset(row) for row in versions
    }


def test_sessions_come_in_the_order_of_their_times(sessions: list[Record]) -> None:
    """They cover twelve weeks, oldest first, and ids do not repeat."""
    times = [row["createdAt"] for row in sessions]
    assert sorted(times) == times
    assert ("2026-01-05", "2026-03-29") == (times[0][:10], times[-1][:10])
    assert len(sessions) == len({row["id"] for row in sessions})


def test_traffic_grows_and_rests_at_weekends(sessions: list[Record]) -> None:
    """The last week is busier than the first, a Wednesday than a Sunday."""
    days = Counter(row["createdAt"][:10] for row in sessions)
    assert sum(days[f"2026-01-{day:02}"] for day in range(5, 12)) * 2 < sum(
        days[f"2026-03-{day}"] for day in range(23, 30)
    )
    assert sum(days[f"2026-03-{day:02}"] for day in (1, 8, 15)) < sum(days[f"2026-03-{day:02}"] for day in (4, 11, 18))


def test_runs_write_many_sessions_at_one_time(sessions: list[Record]) -> None:
    """Sessions of a run share time, version, user and test; up to forty of them."""
    runs: dict[str, list[Record]] = {}
    for row in sessions:
        if row.get("runId"):
            runs.setdefault(row["runId"], []).append(row)
    assert 30 < max(map(len, runs.values())) <= 40
    for rows in runs.values():
        shared = {(r["createdAt"], r["versionId"], r["userId"], owning_test(r["testCaseId"])) for r in rows}
        assert 1 == len(shared)


def test_versions_fail_at_different_rates(sessions: list[Record], versions: list[Record]) -> None:
    """The last version fails clearly more often than all others."""
    closed = Counter(row["versionId"] for row in sessions if row["status"] != "PENDING")
    failed = Counter(row["versionId"] for row in sessions if row["status"] == "FAILED")
    rates = [failed[row["id"]] / closed[row["id"]] for row in versions]
    assert 0.18 < rates[-1] < 0.32
    assert max(rates[:-1]) < 0.16
    assert min(rates) < 0.05


def test_versions_are_rolled_out_over_time(sessions: list[Record], versions: list[Record]) -> None:
    """No session is older than its version."""
    created = {row["id"]: row["createdAt"] for row in versions}
    assert [] == [row for row in sessions if created.get(row["versionId"], "") > row["createdAt"]]


def test_some_versions_are_gone(sessions: list[Record], versions: list[Record]) -> None:
    """About one session in a hundred belongs to a version that is not listed."""
    known = {row["id"] for row in versions}
    assert 0.003 < sum(row["versionId"] not in known for row in sessions) / len(sessions) < 0.03


def test_a_version_name_is_given_twice(versions: list[Record]) -> None:
    """Two versions of one product have the same name, so a name is no key."""
    names = Counter((row["productId"], row["name"]) for row in versions)
    assert [2] == [count for count in names.values() if count > 1]


def test_parents_are_versions_of_the_same_product(versions: list[Record]) -> None:
    """A parent is listed, older, and of the same product."""
    products = {row["id"]: row["productId"] for row in versions}
    children = [row for row in versions if row.get("parentVersionId")]
    assert children
    assert all(row["productId"] == products[row["parentVersionId"]] for row in children)


def test_custom_ids_are_unique_per_version_only(sessions: list[Record]) -> None:
    """The same custom id occurs under several versions, never twice under one."""
    pairs = Counter((row["versionId"], row["customId"]) for row in sessions if row["customId"])
    assert {1} == set(pairs.values())
    assert len({custom_id for _, custom_id in pairs}) < len(pairs)


def test_old_rows_lack_the_new_fields(sessions: list[Record]) -> None:
    """Rows before mid January were written before the API knew these fields."""
    assert all(("runId" in row) == (row["createdAt"] >= "2026-01-15") for row in sessions)


SHAPES: list[Any] = [
    pytest.param(lambda row: row["metadata"] is None, id="metadata null"),
    pytest.param(lambda row: row["metadata"] == {}, id="metadata empty"),
    pytest.param(lambda row: row["context"] is None, id="context null"),
    pytest.param(lambda row: row["context"] == {}, id="context empty"),
    pytest.param(lambda row: isinstance(row["context"], str), id="context a bare string"),
    pytest.param(lambda row: isinstance(row["context"], dict) and "channel" in row["context"], id="context free"),
    pytest.param(lambda row: type(meta(row).get("score")) is int, id="score int"),
    pytest.param(lambda row: type(meta(row).get("score")) is float, id="score float"),
    pytest.param(lambda row: type(meta(row).get("retries")) is int, id="retries int"),
    pytest.param(lambda row: meta(row).get("retries") == "unlimited", id="retries text"),
    pytest.param(lambda row: bool(meta(row).get("tool_calls")), id="list of objects"),
    pytest.param(lambda row: meta(row).get("tags") == [], id="empty list"),
    pytest.param(lambda row: {"user", "user.tier"} <= set(meta(row)), id="dotted key beside a nested one"),
    pytest.param(lambda row: row["status"] == "PENDING" and bool(row["error"]), id="pending with error"),
    pytest.param(lambda row: row["status"] == "FAILED" and row["error"] is None, id="failed without error"),
    pytest.param(lambda row: len(row["error"] or "") > 3_000, id="long error"),
    pytest.param(lambda row: bool(row.get("recordingUri")), id="recording"),
    pytest.param(lambda row: row.get("isSeed") is True, id="seed"),
]


def meta(row: Record) -> Record:
    """The metadata of a row, empty when it has none."""
    return row["metadata"] or {}


@pytest.mark.parametrize("is_shown", SHAPES)
def test_every_shape_of_row_occurs(is_shown: Callable[[Record], bool], sessions: list[Record]) -> None:
    """Whatever a real product's rows show can be found in the sample."""
    assert any(map(is_shown, sessions))


@pytest.mark.parametrize("sign", ["😀", "客", "ל", "\u0301", "س"])
def test_every_script_occurs(sign: str, sessions: list[Record]) -> None:
    """Emoji, Chinese, Hebrew, Arabic and combining signs are in the texts."""
    assert any(sign in json.dumps(row, ensure_ascii=False) for row in sessions)


def test_test_cases_recur_from_run_to_run() -> None:
    """A test has at most 36 cases, so that versions that ran the same test can be compared case by case."""
    cases = defaultdict[str, set[str]](set)
    for row in session_records(2_000):
        if row["testCaseId"]:
            cases[row["testCaseId"]].add(row["versionId"])
    tests = Counter(map(owning_test, cases))
    assert max(tests.values()) <= 36
    assert sum(len(versions) > 1 for versions in cases.values()) > 100


def test_tests_of_test_cases_are_told_from_the_id() -> None:
    """Test cases with the same beginning belong to one test; any id has a test."""
    one, same, other = (owning_test(f"testCase_{head}{'x' * 12}") for head in ("a" * 12, "a" * 12, "b" * 12))
    assert one == same != other
    assert owning_test("tc_1").startswith("test_1")


def test_runs_differ_in_time(sessions: list[Record]) -> None:
    """Ties are groups among rows that differ, not the rule."""
    times = [row["createdAt"] for row in sessions]
    assert sum(one == other for one, other in pairwise(times)) < 0.4 * len(times)
