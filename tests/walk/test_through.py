"""Filters that a list does not have: turns of versions and products, test cases of products."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import galtea_frames as gf
from galtea_frames import sample
from galtea_frames.api.resources import RESOURCES
from galtea_frames.sample import Reply, Request, SampleApi

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

pytestmark = pytest.mark.filterwarnings("ignore::galtea_frames.MixedTypesWarning")

Record = dict[str, Any]


@pytest.fixture(scope="module")
def shared_api() -> Iterator[SampleApi]:
    """One API for the module; its rows stay as they are."""
    with sample.serve(sessions=300, versions=5, gzip=False) as api:
        yield api


@pytest.fixture
def api(shared_api: SampleApi) -> SampleApi:
    """An API that has seen no request."""
    shared_api.reset()
    return shared_api


@pytest.fixture
def client(api: SampleApi) -> Iterator[gf.Client]:
    """A client of that API."""
    with gf.Client(api.api_key, api.url, page_size=100) as client:
        yield client


def turns_of(api: SampleApi, keep: Callable[[Record, Record], bool]) -> list[Record]:
    """The turns that a test of turn and session keeps, in the default order."""
    sessions = {each["id"]: each for each in api.sessions}
    turns = [each for each in api.lists["inference_results"] if keep(each, sessions[each["sessionId"]])]
    return sorted(turns, key=lambda each: (each["createdAt"], each["id"]))


def ids_of(records: list[Record]) -> list[str]:
    """The ids of records."""
    return [each["id"] for each in records]


def version_ids(api: SampleApi) -> list[str]:
    """The versions, the busiest first."""
    return pd.Series([each["versionId"] for each in api.sessions]).value_counts().index.tolist()


def product_of(api: SampleApi) -> Mapping[str, str]:
    """The product of each version."""
    return {each["id"]: each["productId"] for each in api.versions}


# What comes out


def test_turns_of_a_version(api: SampleApi, client: gf.Client) -> None:
    """All turns of its sessions come, each once, however many sessions a request can hold."""
    version = version_ids(api)[0]
    expected = ids_of(turns_of(api, lambda _, session: session["versionId"] == version))
    frame = gf.load_inference_results(version_ids=version, client=client)
    assert expected == frame["id"].tolist()
    facts = frame.attrs["galtea_frames"]
    assert ({"version_ids": version}, len(api.requests)) == (facts["filters"], facts["requests"])
    parts = list(gf.iter_inference_results(version_ids=version, client=client))
    assert expected == pd.concat(parts)["id"].tolist()
    asked = {request.path for request in api.requests}
    assert {"/sessions", "/inferenceResults"} == asked
    assert not any("versionIds" in request.query_string for request in api.requests if request.path != "/sessions")
    assert max(len(request.query_string) for request in api.requests) <= 2_000


def test_turns_of_a_product(api: SampleApi, client: gf.Client) -> None:
    """A product's sessions are those of its versions."""
    products = product_of(api)
    product = next(iter(products.values()))
    expected = ids_of(turns_of(api, lambda _, session: products.get(session["versionId"]) == product))
    assert expected
    assert expected == gf.load_inference_results(product_ids=[product], client=client)["id"].tolist()


def test_test_cases_of_a_product(api: SampleApi, client: gf.Client) -> None:
    """The test cases of its tests; global tests belong to no product."""
    product = next(each["productId"] for each in api.lists["tests"] if each["productId"])
    tests = {each["id"] for each in api.lists["tests"] if each["productId"] == product}
    expected = {each["id"] for each in api.lists["test_cases"] if each["testId"] in tests}
    frame = gf.load_test_cases(product_ids=product, client=client)
    assert expected
    assert (sorted(expected), {"/tests", "/testCases"}) == (
        sorted(frame["id"]),
        {request.path for request in api.requests},
    )


def test_filters_are_combined(api: SampleApi, client: gf.Client) -> None:
    """A row passes every filter that is given."""
    first, second = version_ids(api)[:2]
    products = product_of(api)
    sessions = [each["id"] for each in api.sessions if each["versionId"] in {first, second}][::2]
    some = turns_of(api, lambda _, session: session["versionId"] == first)
    middle = some[len(some) // 2]["createdAt"]
    cases: list[tuple[Mapping[str, Any], Callable[[Record, Record], bool]]] = [
        (
            {"version_ids": first, "session_ids": sessions},
            lambda turn, session: session["versionId"] == first and turn["sessionId"] in sessions,
        ),
        (
            {"version_ids": [first, second], "product_ids": products[second]},
            lambda _, session: (
                session["versionId"] in {first, second} and products[session["versionId"]] == products[second]
            ),
        ),
        (
            {"version_ids": first, "from_created_at": middle},
            lambda turn, session: session["versionId"] == first and turn["createdAt"] >= middle,
        ),
    ]
    for arguments, keep in cases:
        expected = ids_of(turns_of(api, keep))
        assert expected, arguments
        assert expected == gf.load_inference_results(**arguments, client=client)["id"].tolist(), arguments


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize(
    "cut",
    [
        {"limit": 7},
        {"limit": 1_000_000},
        {"offset": 5},
        {"limit": 20, "offset": 30},
        {"limit": 15, "sort": ("created_at", "desc")},
        {"limit": 15, "sort": "latency"},
        {"sort": [("index", "desc"), "created_at"]},
    ],
    ids=str,
)
def test_limit_offset_and_sort(api: SampleApi, cut: Mapping[str, Any], workers: int) -> None:
    """They apply to all turns together, not to those of a request."""
    version = version_ids(api)[0]
    with gf.Client(api.api_key, api.url, page_size=10, max_workers=workers) as client:
        whole = gf.load_inference_results(version_ids=version, sort=cut.get("sort"), client=client)
        start = cut.get("offset", 0)
        expected = whole["id"].tolist()[start:][: cut.get("limit")]
        frame = gf.load_inference_results(version_ids=version, **cut, client=client)
        parts = list(gf.iter_inference_results(version_ids=version, **cut, client=client))
    assert expected == frame["id"].tolist() == pd.concat(parts)["id"].tolist()


def test_ids_are_narrowed(api: SampleApi, client: gf.Client) -> None:
    """Of the turns with given ids, those of the version; which their own fields tell."""
    first, second = version_ids(api)[:2]
    wanted = [
        *turns_of(api, lambda _, session: session["versionId"] == first)[::10],
        *turns_of(api, lambda _, session: session["versionId"] == second)[:3],
    ]
    frame = gf.load_inference_results(ids=ids_of(wanted), version_ids=second, client=client)
    assert ids_of(wanted[-3:]) == frame["id"].tolist()
    assert not any("sessionIds" in request.query_string for request in api.requests)
    with pytest.raises(gf.NotFoundError, match="inferenceResult_none"):
        gf.load_inference_results(ids="inferenceResult_none", version_ids=second, client=client)


def test_ids_of_other_versions(api: SampleApi, client: gf.Client) -> None:
    """None of these turns passes, which their sessions tell without another request."""
    first, second = version_ids(api)[:2]
    turns = turns_of(api, lambda _, session: session["versionId"] == first)[:3]
    frame = gf.load_inference_results(ids=ids_of(turns), version_ids=second, client=client)
    assert 0 == len(frame)
    assert not any("sessionIds" in request.query_string for request in api.requests)


# What it costs


@pytest.mark.parametrize(
    ("arguments", "requests"),
    [
        ({"version_ids": []}, 0),
        ({"version_ids": "version_none", "session_ids": []}, 0),
        ({"version_ids": "version_none"}, 1),
        ({"version_ids": "version_none", "limit": 5}, 1),
        ({"version_ids": "version_none", "limit": 0}, 0),
    ],
)
def test_nothing_found_is_an_empty_frame(
    api: SampleApi, client: gf.Client, arguments: Mapping[str, Any], requests: int
) -> None:
    """With all columns, and without further requests."""
    frame = gf.load_inference_results(**arguments, client=client)
    assert (0, requests) == (len(frame), len(api.requests))
    assert (requests, 0) == (frame.attrs["galtea_frames"]["requests"], frame.attrs["galtea_frames"]["pages"])
    whole = gf.load_inference_results(limit=1, client=client)
    assert set(frame.columns) <= set(whole.columns)


def test_batches_are_asked_for_side_by_side(api: SampleApi) -> None:
    """No request of turns is answered here before another is under way."""
    version = version_ids(api)[0]
    pair = threading.Barrier(2)

    def wait(request: Request) -> None:
        if request.path == "/inferenceResults" and "offset" not in request.query_string and len(api.requests) < 4:
            pair.wait(60)

    api.on_request = lambda _api, _number: wait(api.requests[-1])
    try:
        with gf.Client(api.api_key, api.url, max_workers=2, max_attempts=1) as client:
            frame = gf.load_inference_results(version_ids=version, limit=3, client=client)
    finally:
        api.on_request = None
    assert 3 == len(frame)


def test_a_failed_look_up_fails_the_load(api: SampleApi, client: gf.Client) -> None:
    """The error names the list that failed."""
    api.answers = lambda request: Reply(403, {"message": "no"}) if request.path == "/sessions" else None
    with pytest.raises(gf.AuthenticationError) as caught:
        gf.load_inference_results(version_ids="version_1", client=client)
    assert "/sessions" == caught.value.path


def test_a_deleted_session_is_no_error(api: SampleApi) -> None:
    """A session that is deleted after its id was read takes its turns along."""
    version = version_ids(api)[0]
    turns = turns_of(api, lambda _, session: session["versionId"] == version)
    gone = turns[0]["sessionId"]
    with sample.serve(list(api.sessions), list(api.versions)) as own:

        def delete(request: Request) -> None:
            if request.path == "/inferenceResults" and gone in own.sessions:
                own.sessions.delete(gone)

        own.on_request = lambda _api, _number: delete(own.requests[-1])
        with gf.Client(own.api_key, own.url) as client:
            frame = gf.load_inference_results(version_ids=version, client=client)
    assert {each["id"] for each in turns if each["sessionId"] != gone} <= set(frame["id"])


def test_every_such_filter_leads_to_a_list() -> None:
    """The ids are those of a list that has a filter of the same name."""
    found = [(resource, each, each.through) for resource in RESOURCES.values() for each in resource.filters]
    through = [(resource, each, api) for resource, each, api in found if api]
    assert through
    for resource, each, api in through:
        assert RESOURCES[resource.referenced_by(api)].takes(each.name), each
