"""The vendor's own client, unmodified, against the sample API."""

from collections.abc import Iterator
from typing import Any

import pytest
from galtea import Galtea
from galtea.domain.models.session import Session
from galtea.domain.models.version import Version

from galtea_frames.sample import SampleApi, owning_test, serve, session_records, version_records

Record = dict[str, Any]
VERSIONS = version_records(8)
SESSIONS = session_records(600, VERSIONS)
IDS = [row["id"] for row in VERSIONS]
PRODUCTS = [row["productId"] for row in VERSIONS[:2]]
TESTS = sorted({owning_test(row["testCaseId"]) for row in SESSIONS if row["testCaseId"]})


@pytest.fixture(scope="module")
def api() -> Iterator[SampleApi]:
    """An API with enough rows for every shape."""
    with serve(SESSIONS, VERSIONS) as api:
        yield api


@pytest.fixture(scope="module")
def client(api: SampleApi) -> Iterator[Galtea]:
    """The vendor's client, pointed at it."""
    with Galtea(api_key=api.api_key, base_url=api.url) as client:
        yield client


def as_sent(model: Session | Version) -> Record:
    """What a model of the client says of its record, under the API's names."""
    sent: Record = model.model_dump(by_alias=True, mode="json")
    return sent


def without_nulls(record: Record) -> Record:
    """A record's values; the client's models do not tell null from absent."""
    return {name: value for name, value in record.items() if value is not None}


def expected_session(record: Record) -> Record:
    """A session as the client shows it: a context's text unwrapped, the object under another name."""
    context = record["context"]
    shown = dict(record)
    if isinstance(context, dict):
        shown["contextData"] = context
        shown["context"] = context.get("value")
    return without_nulls(shown)


def test_sessions_arrive_as_the_records_are(client: Galtea) -> None:
    """The client reads every session of a version as it was written, oldest first."""
    version_id = VERSIONS[5]["id"]
    received = client.sessions.list(version_id=version_id, sort_by_created_at="asc")
    expected = [expected_session(row) for row in SESSIONS if row["versionId"] == version_id]
    assert expected == [without_nulls(as_sent(one)) for one in received]


def test_versions_arrive_as_the_records_are(client: Galtea) -> None:
    """The client reads every version of a product, except the fields it has no name for."""
    product_id = VERSIONS[0]["productId"]
    received = client.versions.list(product_id=product_id, sort_by_created_at="asc")
    expected = [without_nulls(row) for row in VERSIONS if row["productId"] == product_id]
    for row in expected:
        row.pop("userId")  # on the reference page, unknown to the client
    assert expected == [without_nulls(as_sent(one)) for one in received]


def test_filters_of_the_client_are_understood(client: Galtea) -> None:
    """Ids, statuses, tests and times, as the client spells them."""
    run_row = next(row for row in SESSIONS if row["testCaseId"])
    test_id = owning_test(run_row["testCaseId"])
    received = client.sessions.list(dataset_id=test_id)
    expected = {r["id"] for r in SESSIONS if r["testCaseId"] and owning_test(r["testCaseId"]) == test_id}
    assert expected == {one.id for one in received}
    assert [run_row["id"]] == [one.id for one in client.sessions.list(id=run_row["id"])]
    version_id = VERSIONS[-1]["id"]
    failed = client.sessions.list(version_id=version_id, status="FAILED", from_created_at="2026-03-20T00:00:00Z")
    expected = {
        row["id"]
        for row in SESSIONS
        if (row["versionId"], row["status"]) == (version_id, "FAILED") and row["createdAt"] >= "2026-03-20"
    }
    assert expected == {one.id for one in failed}


def test_one_row_can_be_got(client: Galtea) -> None:
    """Single sessions and versions are found by their id."""
    assert SESSIONS[0]["id"] == client.sessions.get(SESSIONS[0]["id"]).id
    assert VERSIONS[0]["id"] == client.versions.get(VERSIONS[0]["id"]).id


def test_empty_lists_are_checked_against_their_parents(client: Galtea, api: SampleApi) -> None:
    """For an empty answer the client asks whether the parents exist, and the API knows them."""
    version_id = VERSIONS[0]["id"]
    assert [] == client.sessions.list(version_id=version_id, from_created_at="2030-01-01T00:00:00Z")
    assert "/versions" == api.requests[-1].path
    product_id = VERSIONS[0]["productId"]
    assert [] == client.versions.list(product_id=product_id, from_created_at="2030-01-01T00:00:00Z")
    assert "/products" == api.requests[-1].path
    assert {row["productId"] for row in VERSIONS} == {one.id for one in client.products.list()}


def test_unknown_parents_are_told(client: Galtea) -> None:
    """An unknown product or version is an error of the client's own, with the API's words."""
    with pytest.raises(Exception, match="Not found among the products: product_unknown"):
        client.versions.list(product_id="product_unknown")
    with pytest.raises(Exception, match="Not found among the versions: version_unknown"):
        client.sessions.list(version_id="version_unknown")


#: How the client lists each further list: its service, the list's name here, and the arguments.
FURTHER: list[tuple[str, str, Record]] = [
    ("evaluations", "evaluations", {"version_id": IDS, "include_excluded_from_analytics": True}),
    ("datasets", "tests", {"product_id": PRODUCTS}),
    ("test_cases", "test_cases", {"dataset_id": TESTS}),
    ("metrics", "metrics", {"include_legacy": True, "include_excluded_from_analytics": True}),
    ("traces", "inference_results", {"session_id": [row["id"] for row in SESSIONS[-30:]]}),
    ("spans", "spans", {"session_id": [row["id"] for row in SESSIONS[-5:]]}),
    ("specifications", "specifications", {"product_id": PRODUCTS[0]}),
    ("runs", "runs", {"product_ids": PRODUCTS}),
    ("products", "products", {}),
    ("models", "models", {}),
]


def plain(value: object) -> object:
    """A value without the nulls inside it: the client has models for some objects, and they show what is absent."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items() if each is not None}
    return value


def as_received(model: Any) -> Record:  # noqa: ANN401 - the client's models have no common type
    """A model under the API's names; texts that the client takes out of objects are the objects again."""
    received: Record = model.model_dump(by_alias=True, mode="json")
    for name in ("input", "context", "actualOutput"):
        if received.get(f"{name}Data") is not None:
            received[name] = received[f"{name}Data"]
    return received


@pytest.mark.parametrize(("service", "name", "arguments"), FURTHER, ids=[each[0] for each in FURTHER])
def test_further_lists_arrive_as_the_records_are(
    client: Galtea, api: SampleApi, service: str, name: str, arguments: Record
) -> None:
    """Every row is there, with the same value in every field that the client's model has."""
    received = {row["id"]: row for row in map(as_received, getattr(client, service).list(**arguments))}
    expected = {row["id"]: row for row in api.lists[name] if is_asked(row, name, arguments, api)}
    assert received.keys() == expected.keys()
    assert received
    for row_id, row in received.items():
        known = {field: value for field, value in expected[row_id].items() if field in row}
        assert plain(known) == plain({field: row[field] for field in known})
        assert len(known) > len(expected[row_id]) / 2


def is_asked(row: Record, name: str, arguments: Record, api: SampleApi) -> bool:
    """Whether a record answers the arguments of its list."""
    wanted = next((value for key, value in arguments.items() if not key.startswith("include")), None)
    if wanted is None:
        return True
    if name == "evaluations":
        return api.sessions[row["sessionId"]]["versionId"] in wanted
    if name == "spans":
        row = api.lists["inference_results"][row["inferenceResultId"]]
    column = {"test_cases": "testId", "inference_results": "sessionId", "spans": "sessionId"}.get(name, "productId")
    return row[column] in wanted
