"""The loaders: filters, arguments, iterators and errors, against a local server."""

import errno
import json
import os
import random
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import count
from typing import Any, Literal
from urllib.parse import urlencode

import pandas as pd
import pytest
from direct_transport import DirectTransport
from expected_rows import (
    IDS,
    IN_RUNS,
    MANY_TESTS,
    MIDDLE,
    OTHER_TEST,
    SESSIONS,
    TEST,
    VERSIONS,
    Record,
    Test,
    created_from,
    expected_ids,
    owner_of,
)

import galtea_frames as gf
from galtea_frames import sample
from galtea_frames.frames.load_joined import iterate_joined
from galtea_frames.sample import RawPage, Reply, Request, SampleApi

PRODUCT = VERSIONS[0]["productId"]
CONNECTIONS = [one for each in VERSIONS if (one := each["conversationEndpointConnectionId"])]


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


def product_of(session: Record) -> str | None:
    """The product of a session, which it has only through its version."""
    return next((each["productId"] for each in VERSIONS if each["id"] == session["versionId"]), None)


# Filters

SESSION_FILTERS = [
    pytest.param({}, lambda _: True, id="none"),
    pytest.param({"ids": [SESSIONS[7]["id"]]}, lambda s: s["id"] == SESSIONS[7]["id"], id="ids"),
    pytest.param(
        {"custom_ids": "conversation-00003"}, lambda s: s["customId"] == "conversation-00003", id="custom_ids"
    ),
    pytest.param({"product_ids": [PRODUCT]}, lambda s: product_of(s) == PRODUCT, id="product_ids"),
    pytest.param({"product_ids": ["product_none"]}, lambda _: False, id="unknown product"),
    pytest.param({"test_ids": TEST}, lambda s: owner_of(s) == TEST, id="test_ids"),
    pytest.param({"test_ids": ""}, lambda s: owner_of(s) is None, id="without a test"),
    pytest.param({"test_ids": ["", TEST]}, lambda s: owner_of(s) in (None, TEST), id="without a test or of one"),
    pytest.param({"exclude_test_ids": TEST}, lambda s: owner_of(s) != TEST, id="exclude_test_ids"),
    pytest.param({"exclude_test_ids": [""]}, lambda s: owner_of(s) is not None, id="excluding those without a test"),
    pytest.param({"exclude_test_ids": []}, lambda _: True, id="excluding none"),
    pytest.param(
        {"version_ids": [VERSIONS[3]["id"], VERSIONS[4]["id"]]},
        lambda s: s["versionId"] in (VERSIONS[3]["id"], VERSIONS[4]["id"]),
        id="version_ids",
    ),
    pytest.param({"version_ids": "version_unknown"}, lambda _: False, id="unknown version"),
    pytest.param(
        {"test_case_ids": IN_RUNS[5]["testCaseId"]},
        lambda s: s["testCaseId"] == IN_RUNS[5]["testCaseId"],
        id="test_case_ids",
    ),
    pytest.param({"from_created_at": MIDDLE}, created_from(MIDDLE), id="from_created_at, which is inclusive"),
    pytest.param({"to_created_at": MIDDLE}, lambda s: s["createdAt"] <= MIDDLE, id="to_created_at, which is inclusive"),
    pytest.param(
        {"from_created_at": MIDDLE, "to_created_at": MIDDLE}, lambda s: s["createdAt"] == MIDDLE, id="one instant"
    ),
    pytest.param({"from_created_at": date(2026, 2, 1)}, created_from("2026-02-01"), id="a date"),
    pytest.param({"to_created_at": date(2020, 1, 1)}, lambda _: False, id="before everything"),
    pytest.param(
        {"from_created_at": datetime(2026, 2, 1, 5, tzinfo=timezone(timedelta(hours=5)))},
        created_from("2026-02-01"),
        id="a datetime of another zone",
    ),
    pytest.param({"statuses": "FAILED"}, lambda s: s["status"] == "FAILED", id="statuses"),
    pytest.param({"params": {"statuses": ["FAILED"]}}, lambda s: s["status"] == "FAILED", id="params: statuses"),
    pytest.param({"statuses": ["PENDING", "NEW"]}, lambda s: s["status"] == "PENDING", id="an unknown status"),
    pytest.param(
        {"params": {"userIds": IN_RUNS[0]["userId"]}}, lambda s: s["userId"] == IN_RUNS[0]["userId"], id="params: text"
    ),
    pytest.param(
        {"params": {"statuses": ["FAILED"]}, "test_ids": "", "version_ids": [VERSIONS[9]["id"], VERSIONS[8]["id"]]},
        lambda s: (
            s["status"] == "FAILED" and not owner_of(s) and s["versionId"] in (VERSIONS[9]["id"], VERSIONS[8]["id"])
        ),
        id="several",
    ),
]


@pytest.mark.parametrize(("arguments", "keep"), SESSION_FILTERS)
def test_filters_of_sessions(client: gf.Client, arguments: Mapping[str, Any], keep: Test) -> None:
    """Every filter selects what a loop over the records selects, and the frame says which it was."""
    frame = gf.load_sessions(**arguments, client=client)
    assert expected_ids(SESSIONS, keep) == frame["id"].tolist()
    assert set(arguments) == set(frame.attrs["galtea_frames"]["filters"])


VERSION_FILTERS = [
    pytest.param({}, lambda _: True, id="none"),
    pytest.param({"ids": [VERSIONS[7]["id"]]}, lambda v: v["id"] == VERSIONS[7]["id"], id="ids"),
    pytest.param({"product_ids": PRODUCT}, lambda v: v["productId"] == PRODUCT, id="product_ids"),
    pytest.param(
        {"conversation_endpoint_connection_ids": CONNECTIONS[:2]},
        lambda v: v["conversationEndpointConnectionId"] in CONNECTIONS[:2],
        id="conversation_endpoint_connection_ids",
    ),
    pytest.param(
        {"conversation_endpoint_connection_ids": ""},
        lambda v: not v["conversationEndpointConnectionId"],
        id="without a connection",
    ),
    pytest.param(
        {"exclude_conversation_endpoint_connection_ids": ["", CONNECTIONS[0]]},
        lambda v: v["conversationEndpointConnectionId"] not in (None, CONNECTIONS[0]),
        id="exclude_conversation_endpoint_connection_ids",
    ),
    pytest.param({"names": ["1.0.0", "1.3.0"]}, lambda v: v["name"] in ("1.0.0", "1.3.0"), id="names"),
    pytest.param({"names": ["1."]}, lambda _: False, id="names are whole"),
    pytest.param({"name": "2."}, lambda v: "2." in v["name"], id="name"),
    pytest.param({"existent_in_evaluations": True}, lambda v: sample.has_evaluations(v["id"]), id="evaluations"),
    pytest.param({"existent_in_evaluations": False}, lambda v: not sample.has_evaluations(v["id"]), id="none"),
    pytest.param({"has_inference_results": True}, lambda v: sample.has_inference_results(v["id"]), id="results"),
    pytest.param(
        {"has_inference_results": False}, lambda v: not sample.has_inference_results(v["id"]), id="no results"
    ),
    pytest.param({"from_created_at": VERSIONS[9]["createdAt"]}, created_from(VERSIONS[9]["createdAt"]), id="from"),
    pytest.param(
        {"to_created_at": pd.Timestamp(VERSIONS[9]["createdAt"])},
        lambda v: v["createdAt"] <= VERSIONS[9]["createdAt"],
        id="to",
    ),
    pytest.param(
        {"params": {"modelIds": [VERSIONS[0]["modelId"]]}},
        lambda v: v["modelId"] == VERSIONS[0]["modelId"],
        id="params",
    ),
]


@pytest.mark.parametrize(("arguments", "keep"), VERSION_FILTERS)
def test_filters_of_versions(client: gf.Client, arguments: Mapping[str, Any], keep: Test) -> None:
    """Every filter selects what a loop over the records selects."""
    frame = gf.load_versions(**arguments, client=client)
    assert expected_ids(VERSIONS, keep) == frame["id"].tolist()


# Sort, limit, offset

SORTS: list[tuple[Any, list[tuple[str, bool]]]] = [
    (None, []),
    ("created_at", [("createdAt", False)]),
    (("created_at", "asc"), [("createdAt", False)]),
    (("created_at", "desc"), [("createdAt", True)]),
    ([("created_at", "desc"), ("status", "asc")], [("createdAt", True), ("status", False)]),
    ([("created_at", "asc"), ("id", "desc")], [("createdAt", False), ("id", True)]),
    ("status", [("status", False)]),
    (("test_case_id", "desc"), [("testCaseId", True)]),
    (
        [("status", "desc"), ("created_at", "desc"), ("id", "desc")],
        [("status", True), ("createdAt", True), ("id", True)],
    ),
    (("id", "desc"), [("id", True)]),
    ([("custom_id", "asc"), ("version_id", "desc")], [("customId", False), ("versionId", True)]),
]


def cut_in_a_tie() -> int:
    """How many of the first rows end within rows of one creation time."""
    times = [each["createdAt"] for each in SESSIONS]
    return next(n for n in range(300, 900) if times[n - 2] == times[n - 1] == times[n] == times[n + 1])


@pytest.mark.uncounted
@pytest.mark.parametrize(("sort", "keys"), SORTS, ids=[str(sort) for sort, _ in SORTS])
@pytest.mark.parametrize(
    ("limit", "offset"),
    [
        (None, 0),
        (None, 5),
        (1, 0),
        (10, 0),
        (10, 3),
        (cut_in_a_tie(), 0),
        (3, cut_in_a_tie() - 1),
        (899, 0),
        (900, 0),
        (901, 0),
        (5, 898),
        (5, 900),
        (10_000, 10_000),
        (2**63 - 1, 2**63 - 1),
        (0, 0),
    ],
)
def test_sort_limit_and_offset(sort: object, keys: list[tuple[str, bool]], limit: int | None, offset: int) -> None:
    """They give exactly what they would give on the full result, with ties at the cut and beyond the end."""
    server = DirectTransport(SESSIONS, VERSIONS, tie_order="shuffled")
    arguments: dict[str, Any] = {"sort": sort, "limit": limit, "offset": offset}
    frame = gf.load_sessions(**arguments, client=server.client(page_size=150))
    assert expected_ids(SESSIONS, sort=keys, limit=limit, offset=offset) == frame["id"].tolist()
    assert frame.index.equals(pd.RangeIndex(len(frame)))
    assert len(frame) == frame.attrs["galtea_frames"]["rows"]


@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize("page_size", [1, 7, 1_000])
def test_limit_of_filtered_rows_over_http(api: SampleApi, direction: Literal["asc", "desc"], page_size: int) -> None:
    """Limit and offset count rows that pass the filters, whatever the page size."""
    api.behaviour.cap = 40
    with gf.Client(api.api_key, api.url, page_size=page_size) as client:
        frame = gf.load_sessions(
            test_ids=[TEST, OTHER_TEST], sort=("created_at", direction), limit=30, offset=20, client=client
        )
    keys = [("createdAt", direction == "desc")]
    expected = expected_ids(SESSIONS, lambda s: owner_of(s) in (TEST, OTHER_TEST), sort=keys, limit=30, offset=20)
    assert (len(expected), expected) == (30, frame["id"].tolist())


@pytest.mark.parametrize("sort", [None, ("created_at", "desc"), [("created_at", "desc"), ("status", "asc")]], ids=str)
@pytest.mark.parametrize(("limit", "offset"), [(5, 0), (5, 10), (40, 3), (700, 0), (2_000, 0)])
def test_limit_over_several_selections(sort: Any, limit: int, offset: int) -> None:  # noqa: ANN401 - any form of it
    """Where a long list takes several walks the first rows are those of all of them together."""
    versions = [each["id"] for each in VERSIONS] + [f"version_{number:024}" for number in range(120)]
    server = DirectTransport(SESSIONS, VERSIONS)
    frame = gf.load_sessions(
        version_ids=versions[::-1], sort=sort, limit=limit, offset=offset, client=server.client(page_size=100)
    )
    keys = [("createdAt" if name == "created_at" else name, way == "desc") for name, way in as_pairs(sort)]
    known = {each["id"] for each in VERSIONS}
    expected = expected_ids(SESSIONS, lambda s: s["versionId"] in known, sort=keys, limit=limit, offset=offset)
    assert expected == frame["id"].tolist()


def as_pairs(sort: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - any form of it
    """A sort as the list of pairs that it is short for."""
    if sort is None:
        return []
    return [sort] if isinstance(sort, tuple) else sort


@pytest.mark.parametrize(
    ("sort", "most"), [(None, 2), (("created_at", "asc"), 2), (("created_at", "desc"), 5), ("status", 45)], ids=str
)
def test_a_limit_does_not_fetch_everything(
    api: SampleApi,
    sort: Any,  # noqa: ANN401 - any form of it
    most: int,
) -> None:
    """The oldest or newest rows take a few requests; by any other column all rows must be seen."""
    with gf.Client(api.api_key, api.url, page_size=50) as client:
        frame = gf.load_sessions(sort=sort, limit=10, client=client)
    assert (len(frame), len(api.requests) <= most) == (10, True)
    if sort != "status":
        assert sum(request.rows or 0 for request in api.requests) <= 200


def test_limit_0_asks_for_nothing(api: SampleApi, client: gf.Client) -> None:
    """No rows are known without a request, and the frame has all its columns all the same."""
    frame = gf.load_sessions(limit=0, client=client)
    full = gf.load_sessions(limit=1, client=client)
    assert (len(frame), len(api.requests)) == (0, 1)
    assert set(frame.columns) <= set(full.columns)
    assert frame["created_at"].dtype == full["created_at"].dtype


@pytest.mark.parametrize("status", [413, 504])
def test_a_server_that_does_not_manage_one_row(status: int) -> None:
    """What cannot be halved is refused like any request: here the one for where the newest rows begin."""

    def refusal(request: Request) -> Reply | None:
        return Reply(status) if ("limit", "1") in request.query else None

    with (
        sample.serve(9, answers=refusal) as api,
        gf.Client(api.api_key, api.url, max_attempts=1) as client,
        pytest.raises(gf.RequestError, match=f"/sessions answered {status}"),
    ):
        gf.load_sessions(limit=3, sort=("created_at", "desc"), client=client)


@pytest.mark.uncounted
@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize("seed", range(12))
def test_limit_while_rows_vanish(seed: int, direction: Literal["asc", "desc"]) -> None:
    """A limit is filled from the rows that are left, and the rows that stayed are in their right places."""
    dice = random.Random(seed)
    server = DirectTransport(SESSIONS[:200], VERSIONS, tie_order="shuffled")
    left = count(40, -1)

    def delete_some(_number: int) -> None:
        for _ in range(dice.randrange(6)):
            if next(left) > 0:
                server.sessions.delete(dice.choice([each["id"] for each in server.sessions]))

    server.before = delete_some
    frame = gf.load_sessions(sort=("created_at", direction), limit=100, client=server.client(page_size=9))
    stayed = {each["id"] for each in server.sessions}
    keys = [("createdAt", direction == "desc")]
    found = frame["id"].tolist()
    assert len(found) == 100
    assert expected_ids([each for each in SESSIONS[:200] if each["id"] in set(found)], sort=keys) == found
    last = max if direction == "asc" else min
    edge = last(each["createdAt"] for each in SESSIONS[:200] if each["id"] in set(found))
    inside = [
        each["id"]
        for each in SESSIONS[:200]
        if each["id"] in stayed and (each["createdAt"] < edge if direction == "asc" else each["createdAt"] > edge)
    ]
    assert set(inside) <= set(found)


def test_the_newest_rows_when_some_vanish_after_the_first_look() -> None:
    """When fewer rows are left than were counted from the end, the older ones fill the limit."""
    server = DirectTransport(SESSIONS, VERSIONS)

    def delete_newest(number: int) -> None:
        if number == 2:
            for each in SESSIONS[-30:]:
                server.sessions.delete(each["id"])

    server.before = delete_newest
    frame = gf.load_sessions(sort=("created_at", "desc"), limit=20, client=server.client(page_size=200))
    assert expected_ids(SESSIONS[:-30], sort=[("createdAt", True)], limit=20) == frame["id"].tolist()


# Long lists


class _Ignorant(DirectTransport):
    """A server of before the filter by status."""

    def get(self, path: str, params: Any, parse: Any, tally: Any, *, shrinkable: bool = False) -> Any:  # noqa: ANN401
        known = [(name, value) for name, value in params if name != "statuses[]"]
        return super().get(path, known, parse, tally, shrinkable=shrinkable)


@pytest.mark.parametrize(
    "others",
    [
        pytest.param({}, id="alone"),
        pytest.param({"limit": 3}, id="with a limit"),
        pytest.param({"limit": 3, "sort": ("created_at", "desc")}, id="the newest"),
        pytest.param({"exclude_test_ids": MANY_TESTS}, id="with a long list"),
        pytest.param({"nested": "json"}, id="as JSON text"),
    ],
)
@pytest.mark.parametrize("statuses", [{"statuses": "FAILED"}, {"params": {"statuses[]": ["FAILED"]}}])
def test_a_server_that_ignores_statuses_is_found_out(statuses: Mapping[str, Any], others: Mapping[str, Any]) -> None:
    """Rows of other statuses are an error that says so, never a result."""
    with pytest.raises(gf.ResponseError, match=r"^/sessions ignores statuses: it sent '(COMPL|PEND)"):
        gf.load_sessions(client=_Ignorant(SESSIONS, VERSIONS).client(), **statuses, **others)


@pytest.mark.parametrize("statuses", [{"statuses": "FAILED"}, {"params": {"statuses[]": ["FAILED"]}}])
def test_statuses_of_rows_asked_for_by_id_need_no_server(statuses: Mapping[str, Any]) -> None:
    """The rows themselves say which status they have."""
    failed = [each["id"] for each in SESSIONS if each["status"] == "FAILED" and each["id"] in IDS]
    found = gf.load_sessions(client=_Ignorant(SESSIONS, VERSIONS).client(), ids=IDS, **statuses)
    assert sorted(failed) == sorted(found["id"])


def test_a_server_that_ignores_statuses_may_have_no_others() -> None:
    """Rows of the statuses asked for are what was asked for."""
    failed = [each for each in SESSIONS if each["status"] == "FAILED"]
    assert len(failed) == len(gf.load_sessions(client=_Ignorant(failed).client(), statuses=["FAILED"]))


# ids


@pytest.mark.parametrize(
    "arguments",
    [{"ids": []}, {"version_ids": pd.Series([], dtype="string")}, {"ids": [IDS[0]], "test_case_ids": ()}],
    ids=["ids", "Series", "beside ids"],
)
def test_an_empty_list_selects_nothing(api: SampleApi, client: gf.Client, arguments: Mapping[str, Any]) -> None:
    """Nothing is asked for, and nothing asked: an empty frame with its columns."""
    frame = gf.load_sessions(**arguments, client=client)
    assert (len(frame), len(api.requests), "created_at" in frame) == (0, 0, True)
    assert frame.attrs["galtea_frames"]["complete"] is True


def test_nested_selections_name_what_was_given(client: gf.Client) -> None:
    """What a frame says of its origin is complete, and counts the requests that were made."""
    frame = gf.load_sessions(
        version_ids=iter([VERSIONS[0]["id"]]), from_created_at=date(2026, 1, 1), limit=5, client=client
    )
    facts = frame.attrs["galtea_frames"]
    assert facts["filters"] == {
        "version_ids": [VERSIONS[0]["id"]],
        "from_created_at": "2026-01-01T00:00:00.000Z",
        "limit": 5,
    }
    assert (facts["resource"], facts["rows"], facts["complete"]) == ("sessions", len(frame), True)
    assert timedelta(0) <= datetime.now(UTC) - datetime.fromisoformat(facts["fetched_at"]) < timedelta(minutes=1)
    assert facts["pages"] >= 1


# Errors before a request

BAD_CALLS = [
    pytest.param({"versoin_ids": "a"}, "did you mean 'version_ids'", id="typo"),
    pytest.param({"from_created_at": "yesterday"}, "from_created_at must be a time such as", id="bad time"),
    pytest.param({"nested": "flat"}, "nested is 'columns' or 'json' or 'both', not 'flat'", id="nested"),
    pytest.param({"nested": None}, "nested is 'columns'", id="nested None"),
    pytest.param({"dtype_backend": "numpy"}, "dtype_backend is 'numpy_nullable' or 'pyarrow'", id="dtype_backend"),
    pytest.param({"client": "gsk_123"}, "client is a galtea_frames.Client, not str", id="client"),
    pytest.param({"parse_dates": 5}, "parse_dates is a column or a list of columns, not 5", id="parse_dates"),
    pytest.param({"sort": "size"}, "unknown column to sort by 'size'", id="sort"),
]


@pytest.mark.parametrize(
    "loader",
    [gf.load_sessions, gf.load_versions, gf.iter_sessions, gf.iter_versions, gf.load_sessions_with_versions],
    ids=lambda loader: loader.__name__,
)
@pytest.mark.parametrize(("arguments", "words"), BAD_CALLS)
def test_bad_calls(
    api: SampleApi, client: gf.Client, loader: Callable[..., object], arguments: Mapping[str, Any], words: str
) -> None:
    """What is wrong with a call is said before any request, by iterators too before the first frame is taken."""
    if "versoin_ids" in arguments and "versions" in loader.__name__ and "sessions" not in loader.__name__:
        words = "unknown argument 'versoin_ids'"
    with pytest.raises(gf.QueryError, match=words):
        loader(**{"client": client} | dict(arguments))
    assert api.requests == []


def test_positional_arguments_are_refused(client: gf.Client) -> None:
    """Filters have names: a value in the first place could be any of them."""
    load: Any = gf.load_sessions
    with pytest.raises(TypeError):
        load("version_1", client=client)


def test_without_a_client_one_is_made_of_the_settings(api: SampleApi, monkeypatch: pytest.MonkeyPatch) -> None:
    """Key and address come from the environment."""
    monkeypatch.setenv("GALTEA_API_KEY", api.api_key)
    monkeypatch.setenv("GALTEA_API_URL", api.url)
    assert len(gf.load_versions()) == 30


def test_without_a_key_nothing_is_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:  # noqa: ANN401 - a path
    """The error of a missing key comes from the loader as from the client."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.delenv("GALTEA_API_KEY", raising=False)
    with pytest.raises(gf.SettingsError, match="GALTEA_API_KEY"):
        gf.load_sessions()


def test_a_given_client_stays_open(api: SampleApi, client: gf.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that is passed is the caller's to close; one that was made for a call is closed after it."""
    closed: list[gf.Client] = []
    monkeypatch.setattr(gf.Client, "close", lambda self: closed.append(self))  # noqa: PLW0108 - a method needs a function
    gf.load_versions(limit=1, client=client)
    assert closed == []
    monkeypatch.setenv("GALTEA_API_KEY", api.api_key)
    monkeypatch.setenv("GALTEA_API_URL", api.url)
    gf.load_versions(limit=1)
    assert len(closed) == 1


# A walk that fails gives no frame


@pytest.mark.parametrize("at", [1, 2, 4])
def test_no_frame_past_the_budget(api: SampleApi, at: int) -> None:
    """When a request fails for good in the middle of the walk there is an error, and no part of the rows."""
    api.answers = lambda request: Reply(503, {"message": "busy"}) if request.number >= at else None
    with (
        gf.Client(api.api_key, api.url, page_size=100, max_attempts=2, max_workers=1) as client,
        pytest.raises(gf.RequestError, match=r"/sessions answered 503 \(busy\) after 2 attempts") as caught,
    ):
        gf.load_sessions(client=client)
    assert (caught.value.status, caught.value.attempts, caught.value.path) == (503, 2, "/sessions")
    assert len(api.requests) == at + 1


@pytest.mark.parametrize(
    "read",
    [
        lambda client: gf.load_sessions(client=client),
        lambda client: list(gf.iter_sessions(client=client)),
        lambda client: list(iterate_joined({"client": client})),
    ],
    ids=["whole", "in parts", "joined"],
)
def test_an_error_that_is_kept_keeps_no_threads(
    monkeypatch: pytest.MonkeyPatch, read: Callable[[gf.Client], object]
) -> None:
    """Notebooks keep the last one, and with it what every function on its way knew; the load ends all the same."""
    monkeypatch.setattr("galtea_frames.frames.spool.Spool.append", fails)
    with sample.serve(1_000, 5, cap=10) as api, gf.Client(api.api_key, api.url, max_workers=8) as client:
        threads = set(threading.enumerate())
        with pytest.raises(OSError, match="No space left") as kept:
            read(client)
        workers = {each for each in set(threading.enumerate()) - threads if "process_request_thread" not in each.name}
        assert (set(), OSError) == (workers, kept.type)


def fails(*_: object) -> None:
    """Stand for a disk that is full."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_bad_key_is_one_request(api: SampleApi) -> None:
    """401 is not tried again, and the line says where a key comes from."""
    with (
        gf.Client("gsk_wrong", api.url) as client,
        pytest.raises(gf.AuthenticationError, match=r"api_key=, GALTEA_API_KEY or ~/\.galtea/api-key$"),
    ):
        gf.load_sessions(client=client)
    assert len(api.requests) == 1


# Sessions with their versions, and iterators


def test_sessions_with_versions(client: gf.Client) -> None:
    """Only the versions that occur are fetched, those that are gone are left null, and no session is lost."""
    frame = gf.load_sessions_with_versions(test_ids=["", TEST], client=client)
    names = {each["id"]: each["name"] for each in VERSIONS}
    expected = expected_ids(SESSIONS, lambda s: owner_of(s) in (None, TEST))
    assert expected == frame["id"].tolist()
    found = [None if name is pd.NA else name for name in frame["version.name"]]
    assert [names.get(version) for version in frame["version_id"]] == found
    assert None in found


def test_versions_are_fetched_by_product_where_the_filter_allows(api: SampleApi, client: gf.Client) -> None:
    """With products among the filters the versions are asked for by product; else by the ids that occur."""
    frame = gf.load_sessions_with_versions(product_ids=PRODUCT, limit=50, client=client)
    asked = [request for request in api.requests if request.path == "/versions"]
    assert all(request.values("productIds") == [PRODUCT] and not request.values("ids") for request in asked)
    assert (len(frame), frame["version.product_id"].unique().tolist()) == (50, [PRODUCT])
    api.reset()
    frame = gf.load_sessions_with_versions(version_ids=VERSIONS[3]["id"], client=client)
    asked = [request for request in api.requests if request.path == "/versions"]
    assert [[VERSIONS[3]["id"]]] == [request.values("ids") for request in asked]


def test_no_versions_are_asked_for_without_sessions(api: SampleApi, client: gf.Client) -> None:
    """An empty result has the versions' columns all the same."""
    frame = gf.load_sessions_with_versions(version_ids="version_unknown", client=client)
    assert (len(frame), "version.name" in frame) == (0, True)
    assert {"/sessions"} == {request.path for request in api.requests}


@pytest.mark.parametrize(("rows", "expected"), [(0, [0]), (3, [3]), (10_000, [10_000]), (10_001, [10_000, 1])])
def test_iterators_yield_the_rows_of_the_loader(rows: int, expected: list[int]) -> None:
    """In frames of up to ten thousand rows, with one set of columns; one empty frame when there are none."""
    server = DirectTransport([{"id": f"s{n:06}", "createdAt": MIDDLE} for n in range(rows)])
    client = server.client(page_size=10_000)
    frames = list(gf.iter_sessions(client=client))
    assert expected == [len(each) for each in frames]
    full = gf.load_sessions(client=client)
    pd.testing.assert_frame_equal(full, pd.concat(frames))


def test_versions_are_iterated_too(client: gf.Client) -> None:
    """The iterator of versions gives what their loader gives."""
    (frame,) = gf.iter_versions(client=client)
    pd.testing.assert_frame_equal(gf.load_versions(client=client), frame)


def test_a_query_is_sent_as_the_api_takes_it(api: SampleApi, client: gf.Client) -> None:
    """Lists have brackets, the sort is flat, and times are in UTC."""
    gf.load_sessions(test_ids=["", TEST], from_created_at="2026-02-01T01:00:00+01:00", client=client)
    expected = [
        ("testIds[]", ""),
        ("testIds[]", TEST),
        ("fromCreatedAt", "2026-02-01T00:00:00.000Z"),
        ("sort[]", "createdAt"),
        ("sort[]", "asc"),
        ("limit", "250"),
    ]
    assert (expected, urlencode(expected)) == (api.requests[0].query, api.requests[0].query_string)


@pytest.mark.parametrize("nested", ["columns", "json", "both"])
@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param({}, id="all"),
        pytest.param({"offset": 250, "limit": 300}, id="a part"),
        pytest.param({"sort": [("status", "desc"), ("created_at", "desc")]}, id="another order"),
        pytest.param({"sort": "version_id", "offset": 890}, id="the end of another order"),
        pytest.param({"offset": 5000}, id="beyond the end"),
    ],
)
def test_parts_together_are_the_whole(
    monkeypatch: pytest.MonkeyPatch,
    client: gf.Client,
    nested: Literal["columns", "json", "both"],
    arguments: dict[str, Any],
) -> None:
    """Whatever is asked for, the parts of an iterator have the rows, dtypes and attrs of the loader's frame."""
    monkeypatch.setattr("galtea_frames.frames.assembly._ROWS_A_FRAME", 70)
    parts = list(gf.iter_sessions(nested=nested, client=client, **arguments))
    full = gf.load_sessions(nested=nested, client=client, **arguments)
    pd.testing.assert_frame_equal(full, pd.concat(parts))
    costs = ("fetched_at", "pages", "requests")
    said = [{key: value for key, value in each.attrs["galtea_frames"].items() if key not in costs} for each in parts]
    assert all({k: v for k, v in full.attrs["galtea_frames"].items() if k not in costs} == each for each in said)


def test_times_are_read_in_every_part_or_in_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """A column of which one part holds other text stays text in all parts, with one warning."""
    monkeypatch.setattr("galtea_frames.frames.assembly._ROWS_A_FRAME", 2)
    values = [["2026-01-01T00:00:00Z"] * 5, ["2026-01-01T00:00:00Z"] * 4 + ["soon"]]
    rows = [
        {"id": f"s{n}", "createdAt": MIDDLE, "metadata": {"good": good, "bad": bad}}
        for n, (good, bad) in enumerate(zip(*values, strict=True))
    ]
    client = DirectTransport(rows).client()
    with pytest.warns(gf.GalteaFramesWarning) as warned:
        frames = list(gf.iter_sessions(parse_dates=["metadata.good", "metadata.bad", "metadata.none"], client=client))
    assert ["parse_dates: no row has 'metadata.none'", "parse_dates: metadata.bad is not"] == [
        str(each.message).split(" converted")[0] for each in warned
    ]
    kinds = {(str(each["metadata.good"].dtype), str(each["metadata.bad"].dtype)) for each in frames}
    assert {("datetime64[us, UTC]", "string")} == kinds
    assert len(frames) == 3


def test_a_row_without_a_readable_time_is_an_error() -> None:
    """A creation time that cannot be read could stand anywhere, so no walk can be trusted that met one."""
    rows = [{"id": f"s{n}", "createdAt": f"2026-01-01T00:00:{n:02}.000Z"} for n in range(9)]
    page = json.dumps(rows).replace("00:00:04.000Z", "00:00:0x.000Z").encode()
    with (
        sample.serve([], [], answers=lambda _: RawPage(page)) as api,
        gf.Client(api.api_key, api.url, max_attempts=1) as client,
        pytest.raises(gf.ResponseError, match="Invalid isoformat string"),
    ):
        gf.load_sessions(client=client)


def test_the_joined_iterator_counts_all_parts(monkeypatch: pytest.MonkeyPatch, client: gf.Client) -> None:
    """Every part of what the command line exports has the rows of the whole, and says of the join what it would."""
    full = gf.load_sessions_with_versions(client=client)
    monkeypatch.setattr("galtea_frames.frames.assembly._ROWS_A_FRAME", 200)
    parts = list(iterate_joined({"client": client}))
    pd.testing.assert_frame_equal(full, pd.concat(parts))
    counts = ("matched", "null_version_ids", "unknown_version_ids", "how")
    expected = [full.attrs["galtea_frames"]["join"][each] for each in counts]
    for part in parts:
        about = part.attrs["galtea_frames"]
        assert (len(full), expected) == (about["rows"], [about["join"][each] for each in counts])
