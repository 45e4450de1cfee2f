"""`load_scores`: rows, columns and requests, against the lists themselves."""

from __future__ import annotations

import warnings
from collections import Counter
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import galtea_frames as gf

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from galtea_frames.frames.frame import DtypeBackend
    from galtea_frames.sample import SampleApi

pytestmark = [
    pytest.mark.filterwarnings("ignore::galtea_frames.DanglingKeysWarning"),
    pytest.mark.filterwarnings("ignore::galtea_frames.MixedTypesWarning"),
]

#: Each list beside the evaluations: the key, and the prefix of its columns.
JOINS = {
    "metrics": ("metric_id", "metric"),
    "sessions": ("session_id", "session"),
    "versions": ("session.version_id", "version"),
    "test_cases": ("test_case_id", "test_case"),
    "tests": ("test_case.test_id", "test"),
}


@pytest.fixture(scope="module")
def api() -> Iterator[SampleApi]:
    """Serve the story."""
    with gf.sample.serve(600, 6) as served:
        yield served


@pytest.fixture(scope="module")
def client(api: SampleApi) -> Iterator[gf.Client]:
    """Return a client of it."""
    with gf.Client(api.api_key, api.url) as opened:
        yield opened


def ids(api: SampleApi, name: str) -> list[str]:
    """Return the ids of a list."""
    return [each["id"] for each in api.lists[name]]


def load(name: str, client: gf.Client, **given: Any) -> pd.DataFrame:  # noqa: ANN401 - a loader's arguments
    """Return a list."""
    frame: pd.DataFrame = getattr(gf, f"load_{name}")(client=client, **given)
    return frame


@pytest.mark.parametrize("backend", ["numpy_nullable", "pyarrow"])
def test_every_column_is_that_of_its_list(client: gf.Client, backend: DtypeBackend) -> None:
    """Evaluations are as loaded alone, and beside each stands the very row of every list that it refers to."""
    scores = gf.load_scores(client=client, dtype_backend=backend)
    evaluations = gf.load_evaluations(client=client, dtype_backend=backend)
    pd.testing.assert_frame_equal(evaluations, scores[evaluations.columns.tolist()])
    assert scores.columns[evaluations.shape[1] :][:3].tolist() == ["reported_score", "counts", "why_not"]
    for name, (key, prefix) in JOINS.items():
        rows = load(name, client, dtype_backend=backend)
        occurring = rows[rows["id"].isin(scores[key])].set_index("id", drop=False)
        columns = [each for each in map(str, scores.columns) if each.startswith(f"{prefix}.")]
        own = scores[scores[key].isin(occurring["id"]).astype(bool)][columns]
        expected = occurring.reindex(scores.loc[own.index, key]).set_axis(own.index).add_prefix(f"{prefix}.")
        pd.testing.assert_frame_equal(expected[columns], own, check_dtype=False)
        assert {f"{prefix}.{each}" for each in rows if occurring[each].notna().any()} <= set(columns)


@pytest.mark.parametrize("name", ["test_case.variant", "session.status", "version.name", "test.type", "metric.name"])
def test_a_column_of_any_list_can_be_selected(client: gf.Client, name: str) -> None:
    """Alone, though the rows of its list are selected by other columns."""
    whole = gf.load_scores(client=client)
    selected = gf.load_scores(client=client, columns=["id", name])
    pd.testing.assert_frame_equal(whole[["id", name]], selected)


def test_a_frame_proves_that_it_is_whole(client: gf.Client) -> None:
    """Its attrs are those of the evaluations, with a count per list."""
    scores = gf.load_scores(client=client)
    attrs = scores.attrs["galtea_frames"]
    assert (attrs["resource"], attrs["rows"], attrs["complete"]) == ("scores", len(scores), True)
    assert attrs["fingerprint"] == gf.load_evaluations(client=client).attrs["galtea_frames"]["fingerprint"]
    assert list(attrs["joins"]) == [prefix for _, prefix in JOINS.values()]
    for name, (key, prefix) in JOINS.items():
        about = attrs["joins"][prefix]
        matched, null = scores[f"{prefix}.id"].notna().sum(), scores[key].isna().sum()
        counted = {"list": name, "key": key, "matched": matched, "null": null}
        counted["dangling"] = len(scores) - matched - null
        assert counted == {each: about[each] for each in counted}


def test_requests_are_few_and_counted(api: SampleApi, client: gf.Client) -> None:
    """Each list is walked once, however many rows refer to it, and attrs have the number of all requests."""
    before = len(api.requests)
    scores = gf.load_scores(client=client)
    asked = Counter(each.path for each in api.requests[before:])
    assert scores.attrs["galtea_frames"]["requests"] == asked.total()
    assert asked.total() <= 45
    assert {"/evaluations", "/metrics", "/sessions", "/versions", "/tests", "/testCases"} == set(asked)


def test_nothing_is_asked_for_without_evaluations(api: SampleApi, client: gf.Client) -> None:
    """An empty load has all columns, with their dtypes."""
    before = len(api.requests)
    empty = gf.load_scores(client=client, from_created_at="2099-01-01")
    assert {"/evaluations"} == {each.path for each in api.requests[before:]}
    full = gf.load_scores(client=client)
    assert empty.empty
    assert full[empty.columns.tolist()].dtypes.astype(str).tolist() == empty.dtypes.astype(str).tolist()


def test_what_is_gone_is_said_once(api: SampleApi, client: gf.Client) -> None:
    """A deleted metric has no name: one warning counts the rows, list by list."""
    del api
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        scores = gf.load_scores(client=client)
    said = [str(each.message) for each in caught if "does not return" in str(each.message)]
    joins = scores.attrs["galtea_frames"]["joins"]
    counted = [f"{about['dangling']:,} in {prefix}.*" for prefix, about in joins.items() if about["dangling"]]
    assert counted
    assert said == [f"rows are null where the API does not return what they refer to: {', '.join(counted)}"]


@pytest.mark.parametrize("page_size", [5, 1000])
@pytest.mark.parametrize(
    "filters",
    [
        pytest.param(lambda api: {"version_ids": ids(api, "versions")[-2:]}, id="versions"),
        pytest.param(lambda api: {"product_ids": ids(api, "products")[0]}, id="a product"),
        pytest.param(lambda api: {"test_ids": ids(api, "tests")[0]}, id="a test"),
        pytest.param(lambda api: {"test_ids": ["", ids(api, "tests")[0]]}, id="a test, and none"),
        pytest.param(lambda api: {"metric_ids": ids(api, "metrics")[-3:]}, id="metrics"),
        pytest.param(lambda _: {"exclude_test_ids": [""], "sort": ("score", "desc"), "limit": 90}, id="limit"),
        pytest.param(lambda _: {"from_created_at": "2026-03-20"}, id="time"),
    ],
)
def test_filters_change_no_neighbor(
    api: SampleApi, client: gf.Client, filters: Callable[[SampleApi], dict[str, Any]], page_size: int
) -> None:
    """Whichever way a list is loaded, by id or by filters: what exists is found."""
    given = filters(api)
    with gf.Client(api.api_key, api.url, page_size=page_size) as small:
        scores = gf.load_scores(client=small, **given)
    assert len(scores)
    expected = gf.load_evaluations(client=client, **given)
    assert scores["id"].tolist() == expected["id"].tolist()
    for name, (key, prefix) in JOINS.items():
        known = set(load(name, client)["id"])
        found = scores[f"{prefix}.id"].astype(object)
        wanted = [
            each if each in known else None for each in scores[key].astype(object).where(scores[key].notna(), None)
        ]
        assert found.where(found.notna(), None).tolist() == wanted
