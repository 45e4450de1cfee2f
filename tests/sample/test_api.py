"""The sample API answers as the real one does: filters, order, paging and errors."""

import gzip
import http.client
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

import pytest
import requests

from galtea_frames.sample import (
    SampleApi,
    Store,
    has_evaluations,
    has_inference_results,
    owning_test,
    serve,
    session_records,
    version_records,
)
from galtea_frames.sample.queries import Selection
from galtea_frames.sample.store import Row

Record = dict[str, Any]
Query = list[tuple[str, str]]

VERSIONS = version_records(8)
SESSIONS = session_records(400, VERSIONS)
RUN_ROWS = [row for row in SESSIONS if row["testCaseId"]]
PRODUCT = VERSIONS[0]["productId"]
CONNECTION = next(one for row in VERSIONS if (one := row["conversationEndpointConnectionId"]))


@pytest.fixture(scope="module")
def api() -> Iterator[SampleApi]:
    """One API for all tests that only read from it."""
    with serve(SESSIONS, VERSIONS) as api:
        yield api


def fetch(
    api: SampleApi, path: str = "/sessions", query: Query | None = None, headers: dict[str, str] | None = None
) -> requests.Response:
    """What the API answers, as a client sees it."""
    authorized = {"Authorization": f"Bearer {api.api_key}"} | (headers or {})
    return requests.get(api.url + path, params=query, headers=authorized, timeout=600, allow_redirects=False)


def ids(api: SampleApi, path: str = "/sessions", query: Query | None = None) -> list[str]:
    """The ids of the rows in an answer, in their order."""
    answer = fetch(api, path, query)
    assert 200 == answer.status_code, answer.text
    return [row["id"] for row in answer.json()]


def ids_of(rows: list[Record], is_wanted: Callable[[Record], bool] = lambda _: True) -> list[str]:
    """The ids of the records that are wanted, newest first, as the API orders them."""
    return [row["id"] for row in reversed(rows) if is_wanted(row)]


def is_newer(moment: str) -> Callable[[Record], bool]:
    """Whether a record is of that moment or newer."""
    limit = datetime.fromisoformat(moment)
    return lambda row: datetime.fromisoformat(row["createdAt"]) >= limit


SESSION_FILTERS = [
    pytest.param([("ids", SESSIONS[5]["id"])], lambda r: r["id"] == SESSIONS[5]["id"], id="ids"),
    pytest.param(
        [("customIds", "conversation-00001")], lambda r: r["customId"] == "conversation-00001", id="customIds"
    ),
    pytest.param(
        [("productIds", PRODUCT)],
        lambda r: r["versionId"] in {v["id"] for v in VERSIONS if v["productId"] == PRODUCT},
        id="productIds",
    ),
    pytest.param(
        [("testIds", owning_test(RUN_ROWS[0]["testCaseId"]))],
        lambda r: r["testCaseId"] and owning_test(r["testCaseId"]) == owning_test(RUN_ROWS[0]["testCaseId"]),
        id="testIds",
    ),
    pytest.param([("testIds", "")], lambda r: not r["testCaseId"], id="testIds empty"),
    pytest.param(
        [("testIds", ""), ("testIds", owning_test(RUN_ROWS[0]["testCaseId"]))],
        lambda r: not r["testCaseId"] or owning_test(r["testCaseId"]) == owning_test(RUN_ROWS[0]["testCaseId"]),
        id="testIds empty or one",
    ),
    pytest.param(
        [("excludeTestIds", owning_test(RUN_ROWS[0]["testCaseId"]))],
        lambda r: not r["testCaseId"] or owning_test(r["testCaseId"]) != owning_test(RUN_ROWS[0]["testCaseId"]),
        id="excludeTestIds",
    ),
    pytest.param([("excludeTestIds", "")], lambda r: r["testCaseId"], id="excludeTestIds empty"),
    pytest.param(
        [("versionIds", VERSIONS[1]["id"]), ("versionIds", VERSIONS[2]["id"])],
        lambda r: r["versionId"] in {VERSIONS[1]["id"], VERSIONS[2]["id"]},
        id="versionIds",
    ),
    pytest.param([("versionIds", "version_unknown")], lambda _: False, id="versionIds unknown"),
    pytest.param(
        [("testCaseIds", RUN_ROWS[3]["testCaseId"])],
        lambda r: r["testCaseId"] == RUN_ROWS[3]["testCaseId"],
        id="testCaseIds",
    ),
    pytest.param([("statuses", "FAILED")], lambda r: r["status"] == "FAILED", id="statuses"),
    pytest.param([("userIds", RUN_ROWS[0]["userId"])], lambda r: r["userId"] == RUN_ROWS[0]["userId"], id="userIds"),
    pytest.param([("userIds", "")], lambda _: False, id="userIds empty selects nothing"),
    pytest.param([("runIds", RUN_ROWS[-1]["runId"])], lambda r: r.get("runId") == RUN_ROWS[-1]["runId"], id="runIds"),
    pytest.param(
        [("statuses", "FAILED"), ("testIds", "")],
        lambda r: r["status"] == "FAILED" and not r["testCaseId"],
        id="two filters",
    ),
    pytest.param([("surprise", "x"), ("surprises[]", "y")], lambda _: True, id="unknown parameter"),
]


@pytest.mark.parametrize("brackets", ["", "[]"], ids=["bare", "brackets"])
@pytest.mark.parametrize(("query", "is_wanted"), SESSION_FILTERS)
def test_session_filters_select_what_they_say(
    api: SampleApi, query: Query, is_wanted: Callable[[Record], bool], brackets: str
) -> None:
    """Every filter of the sessions agrees with a loop over the records, in both spellings of an array."""
    spelled = [(name + brackets, value) for name, value in query]
    assert ids_of(SESSIONS, is_wanted) == ids(api, query=spelled)


VERSION_FILTERS = [
    pytest.param([("ids[]", VERSIONS[5]["id"])], lambda r: r["id"] == VERSIONS[5]["id"], id="ids"),
    pytest.param([("productIds[]", PRODUCT)], lambda r: r["productId"] == PRODUCT, id="productIds"),
    pytest.param(
        [("conversationEndpointConnectionIds[]", CONNECTION)],
        lambda r: r["conversationEndpointConnectionId"] == CONNECTION,
        id="connection",
    ),
    pytest.param(
        [("conversationEndpointConnectionIds[]", "")],
        lambda r: not r["conversationEndpointConnectionId"],
        id="connection empty",
    ),
    pytest.param(
        [("excludeConversationEndpointConnectionIds[]", CONNECTION)],
        lambda r: r["conversationEndpointConnectionId"] != CONNECTION,
        id="exclude connection",
    ),
    pytest.param(
        [("excludeConversationEndpointConnectionIds[]", "")],
        lambda r: r["conversationEndpointConnectionId"],
        id="exclude connection empty",
    ),
    pytest.param([("names[]", "1.3.0"), ("names[]", "1.0.0")], lambda r: r["name"] in {"1.3.0", "1.0.0"}, id="names"),
    pytest.param([("name", "3.")], lambda r: "3." in r["name"], id="name"),
    pytest.param([("name", "V3")], lambda _: False, id="name unknown"),
    pytest.param([("modelIds", VERSIONS[0]["modelId"])], lambda r: r["modelId"] == VERSIONS[0]["modelId"], id="models"),
    pytest.param(
        [("parentVersionIds[]", VERSIONS[2]["id"])],
        lambda r: r.get("parentVersionId") == VERSIONS[2]["id"],
        id="parents",
    ),
    pytest.param([("existentInEvaluations", "true")], lambda r: has_evaluations(r["id"]), id="evaluations"),
    pytest.param([("existentInEvaluations", "false")], lambda r: not has_evaluations(r["id"]), id="no evaluations"),
    pytest.param([("hasInferenceResults", "true")], lambda r: has_inference_results(r["id"]), id="results"),
    pytest.param([("hasInferenceResults", "false")], lambda r: not has_inference_results(r["id"]), id="no results"),
]


@pytest.mark.parametrize(("query", "is_wanted"), VERSION_FILTERS)
def test_version_filters_select_what_they_say(
    api: SampleApi, query: Query, is_wanted: Callable[[Record], bool]
) -> None:
    """Every filter of the versions agrees with a loop over the records."""
    assert ids_of(VERSIONS, is_wanted) == ids(api, "/versions", query)


def test_name_is_found_in_any_case() -> None:
    """A partial name is compared without regard to case."""
    versions: list[Record] = [{"id": "v1", "name": "Größe-Final"}, {"id": "v2", "name": None}]
    with serve(0, versions) as api:
        assert ["v1"] == ids(api, "/versions", [("name", "größe-f")])


MOMENT = SESSIONS[100]["createdAt"]

TIMES = [
    pytest.param(MOMENT, MOMENT, id="as sent"),
    pytest.param("2026-02-01T00:00:00Z", "2026-02-01T00:00:00Z", id="no fraction"),
    pytest.param("2026-02-01T00:00Z", "2026-02-01T00:00:00Z", id="no seconds"),
    pytest.param("2026-02-01T02:00:00+02:00", "2026-02-01T00:00:00Z", id="offset"),
    pytest.param("2026-01-31T19:30:00.000000-0430", "2026-02-01T00:00:00Z", id="offset without colon"),
    pytest.param(MOMENT[:-1] + "000000Z", MOMENT, id="nanoseconds"),
]


@pytest.mark.parametrize(("sent", "meant"), TIMES)
def test_from_includes_its_moment(api: SampleApi, sent: str, meant: str) -> None:
    """A row of exactly the moment is selected, however the moment is written."""
    assert ids_of(SESSIONS, is_newer(meant)) == ids(api, query=[("fromCreatedAt", sent)])


@pytest.mark.parametrize("sent", [MOMENT, MOMENT[:-1] + "000999Z"], ids=["milliseconds", "nanoseconds"])
def test_to_includes_its_moment(api: SampleApi, sent: str) -> None:
    """A row of exactly the moment is selected at the other end too."""
    until = datetime.fromisoformat(MOMENT)
    expected = ids_of(SESSIONS, lambda row: datetime.fromisoformat(row["createdAt"]) <= until)
    assert expected == ids(api, query=[("toCreatedAt", sent)])


def test_a_nanosecond_later_is_later(api: SampleApi) -> None:
    """Fractions below the millisecond count."""
    later = MOMENT[:-1] + "000001Z"
    assert SESSIONS[100]["id"] not in ids(api, query=[("fromCreatedAt", later)])


def test_from_and_to_make_a_range_that_other_filters_narrow(api: SampleApi) -> None:
    """Both ends and a filter together; ``ids`` outside the range are not found."""
    query = [
        ("fromCreatedAt", SESSIONS[50]["createdAt"]),
        ("toCreatedAt", MOMENT),
        ("statuses[]", "COMPLETED"),
    ]
    begin, end = SESSIONS[50]["createdAt"], MOMENT
    expected = ids_of(SESSIONS, lambda r: begin <= r["createdAt"] <= end and r["status"] == "COMPLETED")
    assert expected == ids(api, query=query)
    assert 404 == fetch(api, query=[("ids[]", SESSIONS[0]["id"]), ("fromCreatedAt", MOMENT)]).status_code


BAD = [
    ("fromCreatedAt", "yesterday"),
    ("fromCreatedAt", "2026-02-01"),
    ("fromCreatedAt", "2026-02-01T00:00:00"),
    ("toCreatedAt", "2026-13-01T00:00:00Z"),
    ("toCreatedAt", "2026-02-01T00:00:00 02:00"),
    ("limit", "-1"),
    ("limit", "ten"),
    ("limit", ""),
    ("limit", "1.0"),
    ("limit", " 1"),
    ("offset", "-1"),
    ("offset", "1_000"),
    ("sort", "createdAt"),
    ("sort", "-createdAt"),
]


@pytest.mark.parametrize(("name", "value"), BAD, ids=[f"{name}={value}" for name, value in BAD])
def test_bad_values_are_refused(api: SampleApi, name: str, value: str) -> None:
    """What the API cannot read is a 400 with a JSON body that says which parameter."""
    answer = fetch(api, query=[(name, value)])
    assert 400 == answer.status_code
    assert name in answer.json()["message"]


@pytest.mark.parametrize(
    "query",
    [
        pytest.param([("limit", "1"), ("limit", "2")], id="limit twice"),
        pytest.param([("sort[]", "status"), ("sort[]", "asc")], id="field not sortable"),
        pytest.param([("sort[]", "createdAt"), ("sort[]", "down")], id="direction"),
    ],
)
def test_contradictory_values_are_refused(api: SampleApi, query: Query) -> None:
    """A scalar given twice, a field that cannot be sorted by, a direction that is none."""
    assert 400 == fetch(api, query=query).status_code


@pytest.mark.parametrize("flag", ["existentInEvaluations", "hasInferenceResults"])
def test_booleans_are_lower_case(api: SampleApi, flag: str) -> None:
    """``True`` is no boolean of this API."""
    assert 400 == fetch(api, "/versions", [(flag, "True")]).status_code


@pytest.mark.parametrize("brackets", ["", "[]"], ids=["bare", "brackets"])
def test_sort_orders_by_time(api: SampleApi, brackets: str) -> None:
    """Ascending and descending; without ``sort`` newest first."""
    name = "sort" + brackets
    oldest_first = [row["id"] for row in SESSIONS]
    assert oldest_first == ids(api, query=[(name, "createdAt"), (name, "asc")])
    assert oldest_first[::-1] == ids(api, query=[(name, "createdAt"), (name, "desc")])
    assert oldest_first[::-1] == ids(api)


@pytest.mark.parametrize("sort", ["asc", "desc"])
def test_the_order_without_sort_can_be_set(sort: Literal["asc", "desc"]) -> None:
    """Some deployment may answer oldest first."""
    with serve(SESSIONS, VERSIONS, sort_default=sort) as api:
        assert ids(api, query=[("sort", "createdAt"), ("sort", sort)]) == ids(api)


def test_the_order_without_sort_can_be_none() -> None:
    """A shuffled API gives the same rows in another order each time, and still obeys ``sort``."""
    with serve(SESSIONS, VERSIONS, sort_default="shuffled") as api:
        one, other = ids(api), ids(api)
        assert one != other
        assert sorted(one) == sorted(other)
        times = [row["createdAt"] for row in fetch(api, query=[("sort", "createdAt"), ("sort", "asc")]).json()]
        assert sorted(times) == times


def test_other_fields_can_be_made_sortable() -> None:
    """Pairs are applied in their order; numbers come before texts, nulls last; time may come second."""
    fields = [("a", "FAILED", 2), ("b", "COMPLETED", 10), ("c", "FAILED", None), ("d", "COMPLETED", "x")]
    rows = [
        {"id": row_id, "status": status, "number": number, "createdAt": f"2026-01-01T00:00:0{at}Z"}
        for at, (row_id, status, number) in enumerate(fields)
    ]
    with serve(rows, 0, sortable=("createdAt", "status", "number")) as api:
        expected = {
            "number,asc": "abdc",
            "status,asc,createdAt,desc": "dbca",
            "createdAt,desc,number,asc": "dcba",
        }
        for sort, order in expected.items():
            assert list(order) == ids(api, query=[("sort[]", member) for member in sort.split(",")])


def test_limit_and_offset_cut_a_page(api: SampleApi) -> None:
    """A page is a part of the whole; past the end it is empty."""
    whole = ids(api)
    assert whole[7:12] == ids(api, query=[("limit", "5"), ("offset", "7")])
    assert [] == ids(api, query=[("limit", "0")])
    assert [] == ids(api, query=[("offset", "400")])
    failed = ids(api, query=[("statuses[]", "FAILED")])
    assert failed[2:4] == ids(api, query=[("statuses[]", "FAILED"), ("limit", "2"), ("offset", "2")])


def test_without_limit_the_default_holds() -> None:
    """An answer ends at the default limit without a word; a larger ``limit`` goes beyond it."""
    with serve(SESSIONS, VERSIONS, default_limit=30) as api:
        assert 30 == len(ids(api))
        assert 50 == len(ids(api, query=[("limit", "50")]))


def test_the_cap_holds_whatever_is_asked() -> None:
    """Pages are never longer than the cap, with or without ``limit``, and the cap can be changed."""
    with serve(SESSIONS, VERSIONS, cap=40) as api:
        assert [40, 40, 3] == [len(ids(api, query=q)) for q in (None, [("limit", "100")], [("limit", "3")])]
        api.behaviour.cap = 10
        assert 10 == len(ids(api))


@pytest.mark.parametrize("path", ["/sessions", "/versions"])
def test_ids_are_strict(api: SampleApi, path: str) -> None:
    """One unknown id fails the request, and the answer names it and no other."""
    known = ids(api, path)[:2]
    assert sorted(known) == sorted(ids(api, path, [("ids[]", row_id) for row_id in [*known, known[0]]]))
    answer = fetch(api, path, [("ids[]", known[0]), ("ids[]", "unknown_1")])
    assert 404 == answer.status_code
    assert "unknown_1" in answer.json()["message"]
    assert known[0] not in answer.json()["message"]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param([("limit", "1")], id="limit"),
        pytest.param([("offset", "1")], id="offset"),
        pytest.param([("versionIds[]", "version_unknown")], id="filter"),
    ],
)
def test_ids_with_another_parameter_give_a_false_404(api: SampleApi, other: Query) -> None:
    """The comparison comes after everything else, so ids that exist are reported missing."""
    assert 404 == fetch(api, query=[("ids[]", SESSIONS[0]["id"]), ("ids[]", SESSIONS[1]["id"]), *other]).status_code


@pytest.mark.parametrize("key", ["", "Bearer ", "Bearer gsk_wrong", "gsk_sample_0123456789abcdef"])
def test_a_wrong_key_is_refused(api: SampleApi, key: str) -> None:
    """Missing, empty, wrong and bare keys are a 401 with a JSON body."""
    answer = fetch(api, headers={"Authorization": key})
    assert 401 == answer.status_code
    assert "API key" in answer.json()["message"]


def test_no_key_at_all_is_refused(api: SampleApi) -> None:
    """A request without the header is a 401 too."""
    assert 401 == requests.get(f"{api.url}/sessions", timeout=600).status_code


@pytest.mark.parametrize("keys", [("message",), ("error",), ("message", "error")], ids="+".join)
def test_errors_can_be_spelled_in_every_way(keys: tuple[str, ...]) -> None:
    """The words stand under ``message``, ``error``, or both."""
    with serve(0, 0, error_keys=keys) as api:
        assert set(keys) == set(fetch(api, headers={"Authorization": ""}).json())


LONG = [
    pytest.param([("versionIds[]", "v")] * 51, 403, id="51 ids"),
    pytest.param([("versionIds[]", "v")] * 50, 200, id="50 ids"),
    pytest.param([("versionIds", "v")] * 51, 403, id="51 ids without brackets"),
    pytest.param([("versionIds[]", "v")] * 30 + [("customIds[]", "c")] * 21, 403, id="51 ids in two arrays"),
    pytest.param([("productIds", "v")] * 51, 403, id="51 products"),
    pytest.param([("versionIds[]", "v")] * 50 + [("sort[]", "createdAt"), ("sort[]", "asc")], 200, id="sort is free"),
    pytest.param([("customIds", "c" * (2_300 - len("customIds=")))], 200, id="2,300 bytes"),
    pytest.param([("customIds", "c" * (2_301 - len("customIds=")))], 403, id="2,301 bytes"),
]


@pytest.mark.parametrize(("query", "status"), LONG)
def test_long_queries_meet_a_firewall(api: SampleApi, query: Query, status: int) -> None:
    """Too many members or bytes are a 403, and its body is HTML."""
    answer = fetch(api, query=query)
    assert status == answer.status_code
    assert (status == 403) == answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    "path", ["/", "/sessions/", "/Sessions", "//sessions", "/v1/sessions", "/sessions//", "/sessions/a/b"]
)
def test_wrong_paths_are_an_html_404(api: SampleApi, path: str) -> None:
    """A slash too many is another path, and the answer is a web server's."""
    connection = http.client.HTTPConnection(urlsplit(api.url).netloc, timeout=600)
    connection.request("GET", path, headers={"Authorization": f"Bearer {api.api_key}"})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert (404, b"<!DOCTYPE") == (answer.status, body[:9])


def test_other_methods_are_an_html_404(api: SampleApi) -> None:
    """The API is read only, and what a client posts does not spoil the connection."""
    with requests.Session() as client:
        client.headers["Authorization"] = f"Bearer {api.api_key}"
        assert 404 == client.post(f"{api.url}/sessions", json={"a": 1}, timeout=600).status_code
        assert 200 == client.get(f"{api.url}/versions", timeout=600).status_code


@pytest.mark.parametrize("rows", [SESSIONS, VERSIONS], ids=["sessions", "versions"])
def test_one_row_can_be_read(api: SampleApi, rows: list[Record]) -> None:
    """A path with an id answers that row, or a JSON 404."""
    path = "/sessions" if rows is SESSIONS else "/versions"
    assert rows[3] == fetch(api, f"{path}/{rows[3]['id']}").json()
    answer = fetch(api, f"{path}/unknown%20id")
    assert (404, True) == (answer.status_code, "unknown id" in answer.json()["message"])


def test_products_are_those_of_the_versions(api: SampleApi) -> None:
    """Clients that check a product find it; unknown ids are a 404."""
    assert {row["productId"] for row in VERSIONS} == set(ids(api, "/products"))
    assert [PRODUCT] == ids(api, "/products", [("ids[]", PRODUCT)])
    assert 404 == fetch(api, "/products", [("ids[]", "product_unknown")]).status_code


def test_rows_arrive_as_they_are(api: SampleApi) -> None:
    """Nothing is added to a record, lost or changed on its way: types, texts, order of keys."""
    received = fetch(api, query=[("sort", "createdAt"), ("sort", "asc")])
    assert json.dumps(SESSIONS) == json.dumps(received.json())
    assert "application/json" in received.headers["Content-Type"]


def test_answers_are_compressed_for_those_who_accept_it(api: SampleApi) -> None:
    """The body is gzip when the client says it can read that, and plain otherwise."""
    plain = fetch(api, headers={"Accept-Encoding": "identity"})
    packed = requests.get(
        f"{api.url}/sessions",
        headers={"Authorization": f"Bearer {api.api_key}", "Accept-Encoding": "gzip"},
        timeout=600,
        stream=True,
    )
    raw = packed.raw.read(decode_content=False)
    assert ("gzip", None) == (packed.headers["Content-Encoding"], plain.headers.get("Content-Encoding"))
    assert plain.content == gzip.decompress(raw)
    assert len(raw) < len(plain.content) / 3


def test_compression_can_be_turned_off() -> None:
    """With ``gzip=False`` answers are plain for everybody."""
    with serve(50, gzip=False) as api:
        assert "Content-Encoding" not in fetch(api, headers={"Accept-Encoding": "gzip"}).headers


TIED = [{"id": f"s{number}", "createdAt": "2026-01-01T00:00:00.000Z"} for number in range(20)]


def test_ties_keep_their_order_unless_shuffled() -> None:
    """Rows of one time are ordered as inserted; backwards when descending."""
    with serve(TIED, 0) as api:
        assert [row["id"] for row in TIED] == ids(api, query=[("sort", "createdAt"), ("sort", "asc")])
        assert [row["id"] for row in reversed(TIED)] == ids(api)


def test_shuffled_ties_change_at_each_request() -> None:
    """Only rows of the same time change places."""
    rows = [*TIED, {"id": "later", "createdAt": "2026-01-02T00:00:00.000Z"}]
    with serve(rows, 0, tie_order="shuffled") as api:
        one, other = ids(api), ids(api)
        assert one != other
        assert sorted(one) == sorted(other)
        assert ("later", "later") == (one[0], other[0])


def test_times_of_any_precision_are_in_order() -> None:
    """Rows are sorted by instant, not by text; what is no time comes first."""
    times = [
        None,
        "soon",
        "2026-01-01T00:00:00.0005Z",
        "2026-01-01T02:00:00.001+02:00",
        "2026-01-01T00:00:01Z",
    ]
    rows = [{"id": str(number), "createdAt": time} for number, time in enumerate(times)]
    with serve(reversed(rows), 0) as api:
        received = ids(api, query=[("sort", "createdAt"), ("sort", "asc")])
        assert ["2", "3", "4"] == received[2:]
        assert {"0", "1"} == set(received[:2])


def test_rows_can_be_inserted_changed_and_deleted_while_serving() -> None:
    """The next answer shows what happened to the rows, and the records can be read back."""
    with serve(TIED, 0) as api:
        api.sessions.insert({"id": "new", "createdAt": "2027-01-01T00:00:00Z"})
        assert "new" == ids(api)[0]
        api.sessions.update("new", createdAt="2025-01-01T00:00:00Z", status="FAILED")
        assert "new" == ids(api)[-1]
        assert ["new"] == ids(api, query=[("statuses[]", "FAILED")])
        assert "FAILED" == api.sessions["new"]["status"]
        api.sessions.delete("new")
        assert "new" not in ids(api)
        assert TIED == list(api.sessions)


def test_insertions_between_pages_are_what_offset_paging_sees() -> None:
    """A row inserted before the second page shifts it, so one row comes twice."""

    def insert(api: SampleApi, number: int) -> None:
        if number == 2:
            api.sessions.insert({"id": "new", "createdAt": "2027-01-01T00:00:00Z"})

    with serve(TIED, 0, on_request=insert) as api:
        first = ids(api, query=[("limit", "5")])
        second = ids(api, query=[("limit", "5"), ("offset", "5")])
        assert first[-1] == second[0]


def test_the_store_refuses_what_it_cannot_serve() -> None:
    """Ids are unique, deletions need a row, and a value must be JSON."""
    with serve(TIED, 0) as api:
        with pytest.raises(ValueError, match="sessions already have a record with the id 's1'"):
            api.sessions.insert({"id": "s1"})
        with pytest.raises(KeyError):
            api.sessions.delete("unknown")
        with pytest.raises(ValueError, match="not JSON compliant"):
            api.sessions.insert({"id": "nan", "metadata": {"score": float("nan")}})
        assert ("<Store of 20 sessions>", 20) == (repr(api.sessions), len(api.sessions))
        assert TIED == list(api.sessions)


def test_fields_of_any_type_are_served_and_filtered_by_their_text_alone() -> None:
    """What is no text where text belongs comes out as it was put in; no filter selects it, and none fails on it."""
    odd = [{"id": f"odd{number}", "testCaseId": value, "userId": value} for number, value in enumerate([5, ["a"], {}])]
    with serve([{"id": "text", "testCaseId": "testCase_1", "userId": "5"}, *odd], 0) as api:
        assert odd == fetch(api, query=[("sort", "createdAt"), ("sort", "asc")]).json()[1:]
        assert ["text"] == ids(api, query=[("userIds[]", "5"), ("userIds[]", "a")])
        assert ["text"] == ids(api, query=[("testCaseIds[]", "testCase_1"), ("testCaseIds[]", "5")])


def test_half_a_surrogate_pair_is_served_escaped() -> None:
    """Text that has no UTF-8 arrives as the API would send it."""
    with serve([{"id": "half", "error": "\ud83d"}], 0) as api:
        assert [{"id": "half", "error": "\ud83d"}] == fetch(api).json()
        assert b"\\ud83d" in fetch(api).content


def test_a_page_of_many_rows_costs_its_own_rows_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page of a time range does not look at the rows outside it."""
    looked: list[object] = []
    matches = Store._matches  # noqa: SLF001 - what it costs cannot be seen from outside

    def counted(store: Store, row: Row, selection: Selection) -> bool:
        looked.append(row)
        return matches(store, row, selection)

    monkeypatch.setattr(Store, "_matches", counted)
    query = [("fromCreatedAt", MOMENT), ("limit", "3"), ("sort", "createdAt"), ("sort", "asc")]
    with serve(SESSIONS, VERSIONS, tie_order="shuffled") as api:
        assert 3 == len(ids(api, query=query))
    assert 3 <= len(looked) < 100
