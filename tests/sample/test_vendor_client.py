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
