"""Ids, split lists and limits: which rows are returned, and with how many requests."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from direct_transport import DirectTransport
from expected_rows import (
    IDS,
    IN_RUNS,
    MANY_TESTS,
    MIDDLE,
    SESSIONS,
    TEST,
    VERSIONS,
    Test,
    created_from,
    expected_ids,
    many,
    owner_of,
)

import galtea_frames as gf
from galtea_frames import sample
from galtea_frames.sample import Reply, Request, SampleApi

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

pytestmark = pytest.mark.filterwarnings("ignore::galtea_frames.MixedTypesWarning")


@pytest.fixture(scope="module")
def shared_api() -> Iterator[SampleApi]:
    """One API for the module; its rows stay as they are."""
    with sample.serve(SESSIONS, VERSIONS, gzip=False) as api:
        yield api


@pytest.fixture
def api(shared_api: SampleApi) -> SampleApi:
    """An API that has seen no request, without a cap."""
    shared_api.reset()
    shared_api.behaviour.cap = None
    return shared_api


@pytest.fixture
def client(api: SampleApi) -> Iterator[gf.Client]:
    """A client of that API whose pages are smaller than most answers."""
    with gf.Client(api.api_key, api.url, page_size=250) as client:
        yield client


MANY_VERSIONS = many("version", [each["id"] for each in VERSIONS])
CASES = list(dict.fromkeys(each["testCaseId"] for each in IN_RUNS))
MANY_CASES = CASES[:120]

LONG_LISTS = [
    pytest.param({"version_ids": MANY_VERSIONS}, lambda s: s["versionId"] in MANY_VERSIONS, id="versions"),
    pytest.param({"test_case_ids": pd.Series(CASES)}, lambda s: s["testCaseId"] in CASES, id="test cases"),
    pytest.param(
        {"version_ids": MANY_VERSIONS, "test_case_ids": MANY_CASES},
        lambda s: s["versionId"] in MANY_VERSIONS and s["testCaseId"] in MANY_CASES,
        id="versions x test cases",
    ),
    pytest.param({"exclude_test_ids": MANY_TESTS}, lambda s: owner_of(s) not in MANY_TESTS, id="exclusions"),
    pytest.param(
        {"exclude_test_ids": ["", *MANY_TESTS]},
        lambda s: owner_of(s) not in (None, *MANY_TESTS),
        id="exclusions with the empty member",
    ),
    pytest.param(
        {"exclude_test_ids": MANY_TESTS, "version_ids": MANY_VERSIONS},
        lambda s: owner_of(s) not in MANY_TESTS and s["versionId"] in MANY_VERSIONS,
        id="exclusions x versions",
    ),
    pytest.param({"ids": IDS[:120]}, lambda s: s["id"] in IDS[:120], id="ids"),
    pytest.param(
        {"ids": IDS[:60], "version_ids": MANY_VERSIONS[:60]},
        lambda s: s["id"] in IDS[:60] and s["versionId"] in MANY_VERSIONS[:60],
        id="ids x versions",
    ),
    pytest.param(
        {"ids": IDS[:120], "exclude_test_ids": MANY_TESTS},
        lambda s: s["id"] in IDS[:120] and owner_of(s) not in MANY_TESTS,
        id="ids x exclusions",
    ),
]


@pytest.mark.parametrize(("arguments", "keep"), LONG_LISTS)
def test_long_lists(api: SampleApi, client: gf.Client, arguments: Mapping[str, Any], keep: Test) -> None:
    """A list of any length gives the ids that are expected, each row once, in requests that no firewall refuses."""
    frame = gf.load_sessions(**arguments, client=client)
    assert expected_ids(SESSIONS, keep) == frame["id"].tolist()
    assert max(len(request.query_string) for request in api.requests) <= 2_000
    assert max(members(request) for request in api.requests) <= 50
    assert {request.status for request in api.requests} <= {200, 404}


@pytest.mark.parametrize("workers", [1, 4])
def test_pages_of_one_selection_are_asked_for_by_all_workers(workers: int) -> None:
    """Whatever the filters: one walk is enough for all workers to share, and no more requests are under way."""
    with (
        sample.serve(SESSIONS, VERSIONS, latency=0.05) as api,
        gf.Client(api.api_key, api.url, max_workers=workers, page_size=20) as client,
    ):
        assert expected_ids(SESSIONS) == gf.load_sessions(client=client)["id"].tolist()
        assert min(workers, 2) <= api.max_concurrent <= workers


@pytest.mark.parametrize(
    ("others", "requests"), [({}, 2), ({"from_created_at": "2000-01-01"}, 4)], ids=["ids alone", "another filter"]
)
def test_ids_are_asked_for_side_by_side(others: Mapping[str, Any], requests: int) -> None:
    """Look-ups wait for each other no more than walks do: here none is answered before another is under way."""
    pair = threading.Barrier(2)

    def wait(_api: SampleApi, _number: int) -> None:
        pair.wait(600)

    with (
        sample.serve(SESSIONS, VERSIONS, on_request=wait) as api,
        gf.Client(api.api_key, api.url, max_workers=2, max_attempts=1) as client,
    ):
        frame = gf.load_sessions(ids=IDS[:60], client=client, **others)
    assert expected_ids(SESSIONS[:60]) == frame["id"].tolist()
    assert requests == len(api.requests)


@pytest.mark.parametrize("status", [413, 504])
def test_ids_whose_rows_are_too_much_for_the_server_are_asked_for_in_halves(status: int) -> None:
    """As many rows as the server manages come in one answer, and all of them in the end, without waiting."""

    def refusal(request: Request) -> Reply | None:
        return Reply(status) if members(request) > 10 else None

    with sample.serve(SESSIONS, VERSIONS, answers=refusal) as api, gf.Client(api.api_key, api.url) as client:
        frame = gf.load_sessions(ids=IDS[:60], client=client)
    assert expected_ids(SESSIONS[:60]) == frame["id"].tolist()
    assert 0 == frame.attrs["galtea_frames"]["retries"]


def members(request: Request) -> int:
    """How many members of lists a request has."""
    return sum(name.endswith("[]") and name != "sort[]" for name, _ in request.query)


def test_a_row_that_two_walks_find_is_one_row() -> None:
    """A session that moves to another version between the walks of a long list comes once."""
    first, last = MANY_VERSIONS[0], MANY_VERSIONS[-1]
    server = DirectTransport([each | {"versionId": first} for each in SESSIONS[:3]])
    moved: list[str] = []

    def move(_number: int) -> None:
        if not moved and last in server.requests[-1].values("versionIds"):
            server.sessions.update(SESSIONS[1]["id"], versionId=last)
            moved.append(SESSIONS[1]["id"])

    server.before = move
    frame = gf.load_sessions(version_ids=MANY_VERSIONS, client=server.client(max_workers=1))
    assert moved
    assert sorted(each["id"] for each in SESSIONS[:3]) == sorted(frame["id"])


@pytest.mark.parametrize("limit", [7, 400])
def test_long_exclusions_with_a_limit(client: gf.Client, limit: int) -> None:
    """A limit counts rows that every one of the walks agrees on."""
    frame = gf.load_sessions(exclude_test_ids=MANY_TESTS, limit=limit, sort=("created_at", "desc"), client=client)
    keep: Test = lambda s: owner_of(s) not in MANY_TESTS  # noqa: E731 - as in the table above
    assert expected_ids(SESSIONS, keep, sort=[("createdAt", True)], limit=limit) == frame["id"].tolist()


NARROWED = [
    pytest.param({"version_ids": VERSIONS[5]["id"]}, lambda s: s["versionId"] == VERSIONS[5]["id"], id="version_ids"),
    pytest.param({"version_ids": "version_unknown"}, lambda _: False, id="unknown version"),
    pytest.param({"test_ids": ""}, lambda s: not owner_of(s), id="test_ids"),
    pytest.param({"exclude_test_ids": TEST}, lambda s: owner_of(s) != TEST, id="exclude_test_ids"),
    pytest.param({"from_created_at": MIDDLE}, created_from(MIDDLE), id="from_created_at"),
    pytest.param({"to_created_at": MIDDLE}, lambda s: s["createdAt"] <= MIDDLE, id="to_created_at"),
    pytest.param({"statuses": ["PENDING"]}, lambda s: s["status"] == "PENDING", id="statuses"),
    pytest.param(
        {"params": {"userIds": IN_RUNS[0]["userId"]}}, lambda s: s["userId"] == IN_RUNS[0]["userId"], id="params"
    ),
    pytest.param({}, lambda _: True, id="nothing else"),
]


@pytest.mark.parametrize("cap", [None, 1, 7, 45], ids=lambda cap: f"cap {cap}")
@pytest.mark.parametrize(("others", "keep"), NARROWED)
def test_ids_with_other_filters(
    api: SampleApi, client: gf.Client, others: Mapping[str, Any], keep: Test, cap: int | None
) -> None:
    """They give the intersection, never a 404, whatever the server's cap."""
    api.behaviour.cap = cap
    wanted = IDS[420:480:2]
    frame = gf.load_sessions(ids=wanted, **others, client=client)
    assert expected_ids(SESSIONS, lambda s: s["id"] in wanted and keep(s)) == frame["id"].tolist()


def test_ids_with_sort_limit_and_offset(client: gf.Client) -> None:
    """Order and limit apply to the rows asked for, and do not reach the server, where they give a false 404."""
    wanted = IDS[100:200]
    frame = gf.load_sessions(ids=wanted, sort=("created_at", "desc"), limit=10, offset=5, client=client)
    expected = expected_ids(SESSIONS[100:200], sort=[("createdAt", True)], limit=10, offset=5)
    assert expected == frame["id"].tolist()


def test_repeated_ids_are_one(api: SampleApi, client: gf.Client) -> None:
    """An id that is given twice is one row and one member of the request."""
    frame = gf.load_sessions(ids=[IDS[0], IDS[1], IDS[0]], client=client)
    assert ([IDS[0], IDS[1]], 2) == (frame["id"].tolist(), members(api.requests[0]))


@pytest.mark.parametrize("others", [{}, {"version_ids": VERSIONS[0]["id"]}], ids=["alone", "with another filter"])
def test_ids_that_do_not_exist(client: gf.Client, others: Mapping[str, Any]) -> None:
    """They are named in the error, and those that exist are not."""
    with pytest.raises(gf.NotFoundError, match=r"^no sessions with these ids: gone_1, gone_2$") as caught:
        gf.load_sessions(ids=["gone_1", *IDS[:60], "gone_2"], **others, client=client)
    assert (caught.value.status, caught.value.path) == (404, "/sessions")
    assert caught.value.attempts > 2


def test_many_ids_that_do_not_exist(client: gf.Client) -> None:
    """Of many the first ten are named, and the rest counted."""
    with pytest.raises(gf.NotFoundError, match=r"^no versions with these ids: gone_0, .*gone_9 and 2 more$"):
        gf.load_versions(ids=[f"gone_{number}" for number in range(12)], client=client)
