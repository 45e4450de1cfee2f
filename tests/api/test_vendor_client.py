"""The vendor's client and ours return the same sessions and versions from the same running API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import galtea_frames as gf

if TYPE_CHECKING:
    from collections.abc import Iterator

Galtea = pytest.importorskip("galtea").Galtea

Record = dict[str, Any]


@pytest.fixture(scope="module")
def api() -> Iterator[gf.sample.SampleApi]:
    """A stand-in with enough rows for every shape."""
    with gf.sample.serve(300, 6) as api:
        yield api


@pytest.fixture(scope="module")
def theirs(api: gf.sample.SampleApi) -> Iterator[Any]:
    """The vendor's client, unmodified."""
    with Galtea(api_key=api.api_key, base_url=api.url) as client:
        yield client


@pytest.fixture(scope="module")
def ours(api: gf.sample.SampleApi) -> Iterator[gf.Client]:
    """Our client, with pages smaller than the answers."""
    with gf.Client(api.api_key, api.url, page_size=7) as client:
        yield client


def as_sent(model: Any) -> Record:  # noqa: ANN401 - the vendor's models have no common type
    """What a model of the vendor's says of its record, under the API's names, without nulls."""
    sent: Record = model.model_dump(by_alias=True, mode="json")
    if (data := sent.pop("contextData", None)) is not None:
        sent["context"] = data  # for it shows the context's text as `context`
    return {name: value for name, value in sent.items() if value is not None}


def ours_as_sent(records: list[Record], known: set[str]) -> list[Record]:
    """Our records, without nulls and without the fields that the vendor's models do not know."""
    return [{name: value for name, value in row.items() if name in known and value is not None} for row in records]


def fields(model: Any) -> set[str]:  # noqa: ANN401 - as above
    """The API's names of a model's fields."""
    return set(model.model_dump(by_alias=True)) - {"contextData"}


@pytest.mark.filterwarnings("ignore::galtea_frames.MixedTypesWarning")
def test_sessions_agree(api: gf.sample.SampleApi, theirs: Any, ours: gf.Client) -> None:  # noqa: ANN401 - as above
    """Of each version, the same sessions in the same order with the same values in every field."""
    for version in list(api.versions)[:6]:
        listed = theirs.sessions.list(version_id=version["id"], sort_by_created_at="asc")
        frame = gf.load_sessions(version_ids=version["id"], nested="both", client=ours)
        assert {each.id for each in listed} == set(frame["id"])
        expected = sorted((as_sent(each) for each in listed), key=lambda row: (row["createdAt"], row["id"]))
        assert expected == ours_as_sent(gf.to_records(frame), fields(listed[0]))


@pytest.mark.filterwarnings("ignore::galtea_frames.MixedTypesWarning")
def test_versions_agree(api: gf.sample.SampleApi, theirs: Any, ours: gf.Client) -> None:  # noqa: ANN401 - as above
    """Of each product, the same versions with the same values in every field."""
    for product in sorted({row["productId"] for row in api.versions}):
        listed = theirs.versions.list(product_id=product, sort_by_created_at="asc")
        frame = gf.load_versions(product_ids=product, nested="both", client=ours)
        expected = sorted((as_sent(each) for each in listed), key=lambda row: (row["createdAt"], row["id"]))
        assert expected == ours_as_sent(gf.to_records(frame), fields(listed[0]))


@pytest.mark.parametrize("status", ["COMPLETED", "FAILED", "PENDING"])
@pytest.mark.filterwarnings("ignore::galtea_frames.MixedTypesWarning")
def test_filters_agree(api: gf.sample.SampleApi, theirs: Any, ours: gf.Client, status: str) -> None:  # noqa: ANN401 - as above
    """A version, a status and a time select the same sessions."""
    version = max(api.versions, key=lambda row: row["createdAt"])
    since = "2026-03-20T00:00:00Z"
    listed = theirs.sessions.list(version_id=version["id"], status=status, from_created_at=since)
    frame = gf.load_sessions(
        version_ids=version["id"], from_created_at=since, params={"statuses": status}, nested="json", client=ours
    )
    assert {each.id for each in listed} == set(frame["id"])
    assert {status} >= set(frame["status"])


def test_a_hidden_cap_is_what_sets_us_apart(api: gf.sample.SampleApi, theirs: Any, ours: gf.Client) -> None:  # noqa: ANN401 - as above
    """Where the server returns fewer rows than asked, the vendor's client returns a part, and we everything."""
    product = next(iter(api.versions))["productId"]
    api.behaviour.cap = 2
    try:
        part = theirs.versions.list(product_id=product)
        whole = gf.load_versions(product_ids=product, nested="json", client=ours)
    finally:
        api.behaviour.cap = None
    assert 2 == len(part)
    assert [row["id"] for row in api.versions if row["productId"] == product] == whole["id"].tolist()
