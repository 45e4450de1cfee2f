"""Every list of the sample API answers alike: order, paging, ids, errors and changes of its rows."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from galtea_frames.sample import Answer, Cut, Garbled, HtmlPage, Reply, SampleApi, Truncated, serve
from galtea_frames.sample.resources import RESOURCES

Record = dict[str, Any]
Query = list[tuple[str, str]]

PATHS = {resource.name: f"/{resource.path or resource.name}" for resource in RESOURCES.values()}
#: Parameters with which a list holds nothing back.
EVERYTHING: dict[str, Query] = {
    "evaluations": [("includeExcludedFromAnalytics", "true")],
    "metrics": [("includeExcludedFromAnalytics", "true")],
}


@pytest.fixture(scope="module")
def api() -> Iterator[SampleApi]:
    """One API for all tests that only read from it."""
    with serve(300) as api:
        yield api


def fetch(api: SampleApi, path: str, query: Query | None = None) -> requests.Response:
    """What the API answers, as a client sees it."""
    headers = {"Authorization": f"Bearer {api.api_key}"}
    return requests.get(api.url + path, params=query, headers=headers, timeout=600)


def listed(api: SampleApi, name: str, query: Query | None = None) -> list[Record]:
    """The rows of an answer with everything that a list has, in their order."""
    answer = fetch(api, PATHS[name], [*EVERYTHING.get(name, []), *(query or [])])
    assert 200 == answer.status_code, answer.text
    rows: list[Record] = answer.json()
    return rows


ASCENDING = [("sort[]", "createdAt"), ("sort[]", "asc")]


@pytest.mark.parametrize("name", RESOURCES)
def test_a_list_holds_its_records(api: SampleApi, name: str) -> None:
    """Newest first, or oldest first if asked; all of them, as they are."""
    records = list(api.lists[name])
    assert records
    assert len(records) == len({each["id"] for each in records}) == len(api.lists[name])
    assert records == listed(api, name, [*ASCENDING, ("limit", "100000")])
    assert records[::-1] == listed(api, name, [("limit", "100000")])


@pytest.mark.parametrize("name", RESOURCES)
def test_pages_are_parts_of_the_whole(api: SampleApi, name: str) -> None:
    """A page begins at the offset and ends at the limit."""
    records = list(api.lists[name])
    page = listed(api, name, [*ASCENDING, ("limit", "3"), ("offset", "2")])
    assert records[2:5] == page
    assert [] == listed(api, name, [("offset", str(len(records)))])


@pytest.mark.parametrize("name", RESOURCES)
def test_ids_are_strict_in_every_list(api: SampleApi, name: str) -> None:
    """One unknown id, or a limit below the number of ids, is a 404 that names what was not found."""
    known = [each["id"] for each in api.lists[name]][:2]
    wanted = [("ids[]", each) for each in known]
    assert set(known) == {each["id"] for each in fetch(api, PATHS[name], wanted).json()}
    answer = fetch(api, PATHS[name], [*wanted, ("ids[]", "unknown")])
    assert (404, True) == (answer.status_code, answer.json()["message"].endswith(": unknown"))
    assert 404 == fetch(api, PATHS[name], [*wanted, ("limit", "1")]).status_code


NOUNS = {"inference_results": "Trace", "spans": "Span", "tests": "Dataset", "test_cases": "Test case"}


@pytest.mark.parametrize("name", RESOURCES)
def test_one_row_of_every_list_can_be_read(api: SampleApi, name: str) -> None:
    """By its id in the path; messages call a row what the dashboard calls it."""
    record = next(iter(api.lists[name]))
    assert record == fetch(api, f"{PATHS[name]}/{record['id']}").json()
    answer = fetch(api, f"{PATHS[name]}/unknown")
    noun = NOUNS.get(name, name.removesuffix("s").capitalize())
    assert (404, f"{noun} unknown not found") == (answer.status_code, answer.json()["message"])


@pytest.mark.parametrize("name", RESOURCES)
def test_rows_of_every_list_can_be_changed(name: str) -> None:
    """The next answer shows rows that were inserted, changed and deleted, also of a list not requested before."""
    with serve(20) as api:
        rows = api.lists[name]
        first = next(iter(rows))["id"]
        rows.insert({"id": "new", "createdAt": "2027-01-01T00:00:00Z"})
        rows.update(first, createdAt="2025-01-01T00:00:00Z")
        received = [each["id"] for each in listed(api, name, [("limit", "100000")])]
        assert ("new", first) == (received[0], received[-1])
        rows.delete("new")
        rows.delete(first)
        assert received[1:-1] == [each["id"] for each in listed(api, name, [("limit", "100000")])]


@pytest.mark.parametrize("name", RESOURCES)
def test_records_of_every_list_can_be_given(name: str) -> None:
    """Instead of those that follow from the sessions."""
    given = [{"id": "one", "createdAt": "2026-01-01T00:00:00Z", "anything": [1, {"a": None}]}]
    with serve(5, lists={name: given}) as api:
        assert given == listed(api, name)
    with serve(5, lists={name: []}) as api:
        assert [] == listed(api, name)


@pytest.mark.parametrize("name", RESOURCES)
def test_settings_hold_for_every_list(name: str) -> None:
    """The cap, the default limit, the order without a sort, ties, and the keys of an error's body."""
    given = [{"id": f"r{number}", "createdAt": f"2026-01-0{number // 4 + 1}T00:00:00Z"} for number in range(8)]
    with serve(0, 0, lists={name: given}, cap=6, default_limit=5, sort_default="asc", error_keys=("error",)) as api:
        assert given[:5] == listed(api, name)
        assert given[:6] == listed(api, name, [("limit", "8")])
        assert ["error"] == list(fetch(api, PATHS[name], [("limit", "-1")]).json())
        api.behaviour.tie_order = "shuffled"
        orders = [[each["id"] for each in listed(api, name, [("limit", "6")])] for _ in range(20)]
        assert len(set(map(tuple, orders))) > 1
        assert {frozenset(each["id"] for each in given[:4])} == {frozenset(order[:4]) for order in orders}


FAULTS: list[Answer] = [Cut(), Truncated(), HtmlPage(503), Garbled(), Reply(500, {"message": "Something went wrong"})]


@pytest.mark.parametrize("name", RESOURCES)
def test_answers_of_every_list_can_be_replaced(name: str) -> None:
    """A fault comes once, and then the list answers again."""
    with serve(5, lists={name: [{"id": "one"}]}) as api:
        api.answers = FAULTS
        for _ in FAULTS:
            with pytest.raises((requests.RequestException, AssertionError)):
                listed(api, name)
        assert [{"id": "one"}] == listed(api, name)


@pytest.mark.parametrize("name", RESOURCES)
def test_long_queries_of_every_list_meet_the_firewall(api: SampleApi, name: str) -> None:
    """The 51st member of an array is one too many, in every array that the list has."""
    for parameter in sorted(RESOURCES[name].arrays - RESOURCES[name].most.keys()):
        answer = fetch(api, PATHS[name], [(parameter, "x")] * 51)
        assert (403, "text/html; charset=utf-8") == (answer.status_code, answer.headers["Content-Type"])
        assert 403 != fetch(api, PATHS[name], [(parameter, "x")] * 50).status_code


def test_threads_get_the_same_list() -> None:
    """A list that several requests need first is made once."""
    with serve(300) as api, ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: api.lists["evaluations"], range(4)))
        assert {id(api.lists["evaluations"])} == set(map(id, found))


def test_an_unknown_list_cannot_be_given() -> None:
    """The names are those of `SampleApi.lists`."""
    with pytest.raises(ValueError, match=r"'traces' is not a list of the API: use one of sessions, versions, "):
        serve(5, lists={"traces": []})
