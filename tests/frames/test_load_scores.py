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
    from pathlib import Path

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
    with gf.sample.serve(300, 5) as served:
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


def test_columns_leave_lists_out(api: SampleApi, client: gf.Client) -> None:
    """Only lists of which a column is wanted are requested; the columns come in the order asked for."""
    whole = gf.load_scores(client=client)
    for names, paths in (
        (["why_not", "id"], {"/evaluations"}),
        (["metric.name", "reported_score"], {"/evaluations", "/metrics"}),
        (["version.name", "session.metadata"], {"/evaluations", "/sessions", "/versions"}),
        (["test"], {"/evaluations", "/tests", "/testCases"}),
    ):
        before = len(api.requests)
        scores = gf.load_scores(client=client, columns=names)
        assert {each.path for each in api.requests[before:]} == paths
        wanted = [
            each for name in names for each in map(str, whole.columns) if each == name or each.startswith(f"{name}.")
        ]
        pd.testing.assert_frame_equal(whole[wanted], scores)
        assert scores.attrs["galtea_frames"]["columns"] == names


def test_options_apply_to_every_list(client: gf.Client) -> None:
    """Pins, dates and the shape of nested fields, under the names that columns have in the frame."""
    dtype, dates = {"session.metadata.latency_ms": "Float64"}, ["session.metadata.model"]
    with pytest.warns(gf.GalteaFramesWarning, match=r"^parse_dates: session\.metadata\.model is not converted"):
        scores = gf.load_scores(client=client, dtype=dtype, parse_dates=dates)
    assert scores["session.metadata.latency_ms"].dtype == "Float64"
    attrs = scores.attrs["galtea_frames"]
    assert attrs["dtype"] == dtype
    whole = gf.load_scores(client=client, nested="json")
    assert {"session.metadata", "test_case.input"} <= set(whole.columns)
    assert not [name for name in map(str, whole.columns) if name.startswith("session.metadata.")]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"score_gte": 1.5}, "score_gte must be a number from 0 to 1, not 1.5"),
        ({"columns": ["metric.nmae"]}, "columns: unknown column 'metric.nmae'; did you mean 'metric.name'?"),
        ({"columns": []}, "columns is empty; name at least one column, or leave it out to get all of them"),
        ({"dtype": {"counts": "string"}}, "dtype: 'counts' is computed, and its dtype is fixed"),
        ({"custom_ids": "a"}, "unknown argument 'custom_ids'"),
        ({"schema": "schema.toml"}, "unknown argument 'schema'"),
    ],
)
def test_bad_arguments_raise_before_any_request(
    api: SampleApi, client: gf.Client, given: dict[str, Any], message: str
) -> None:
    """One line, whichever list the argument is about."""
    before = len(api.requests)
    with pytest.raises(gf.QueryError) as caught:
        gf.load_scores(client=client, **given)
    assert str(caught.value).startswith(message)
    assert len(api.requests) == before


@pytest.mark.parametrize("path", ["/metrics", "/tests", "/sessions", "/testCases", "/versions"])
def test_a_list_that_fails_ends_the_load(client: gf.Client, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No frame comes back without one of its lists, whether it is loaded alone or beside another."""
    get = client.transport.get

    def failing(asked: str, *rest: Any, **further: Any) -> Any:  # noqa: ANN401 - as the transport's
        if asked == path:
            raise gf.RequestError(f"{path} failed", status=500, attempts=1, path=path)
        return get(asked, *rest, **further)

    monkeypatch.setattr(client.transport, "get", failing)
    with pytest.raises(gf.RequestError, match=f"{path} failed"):
        gf.load_scores(client=client)


def test_a_metric_that_the_list_hides_is_asked_for_by_id(
    api: SampleApi, client: gf.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alone, with no filter beside it, as the API wants it; the names of all metrics are there."""
    get = client.transport.get

    def hiding(asked: str, params: Any, parse: Any, *rest: Any, **further: Any) -> Any:  # noqa: ANN401 - likewise
        if asked == "/metrics" and not any(name == "ids[]" for name, _ in params):
            params = [*params, ("name", "Tone")]
        return get(asked, params, parse, *rest, **further)

    expected = gf.load_scores(client=client)
    monkeypatch.setattr(client.transport, "get", hiding)
    before = len(api.requests)
    scores = gf.load_scores(client=client)
    pd.testing.assert_frame_equal(expected, scores)
    by_id = [each.query for each in api.requests[before:] if each.path == "/metrics" and "ids[]" in dict(each.query)]
    assert by_id
    assert {name for query in by_id for name, _ in query} == {"ids[]"}


def test_cases_are_asked_for_by_id_if_no_test_is_listed(client: gf.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests may be hidden from a key; their cases are found all the same."""
    expected = gf.load_scores(client=client)
    get = client.transport.get

    def without_tests(asked: str, params: Any, parse: Any, *rest: Any, **further: Any) -> Any:  # noqa: ANN401 - likewise
        if asked == "/tests":
            params = [*params, ("name", "there is none")]
        return get(asked, params, parse, *rest, **further)

    monkeypatch.setattr(client.transport, "get", without_tests)
    scores = gf.load_scores(client=client)
    assert scores["test_case.id"].equals(expected["test_case.id"])


def test_scores_survive_a_file(client: gf.Client, tmp_path: Path) -> None:
    """Parquet gives back the frame and its attrs; it is joined again, described and summed up as before."""
    scores = gf.load_scores(client=client)
    gf.write_parquet(scores, tmp_path / "scores.parquet")
    read = gf.read_parquet(tmp_path / "scores.parquet")
    pd.testing.assert_frame_equal(scores, read)
    assert read.attrs == scores.attrs
    again = gf.join(read, gf.load_runs(client=client))
    assert again.attrs["galtea_frames"]["resource"] == "scores"
    assert (
        again["run.id"].notna().sum()
        == read["run_id"].notna().sum() - again.attrs["galtea_frames"]["joins"]["run"]["dangling"]
    )
    with pytest.raises(gf.QueryError, match=r"^frame 1: scores cannot be concatenated; load them with one call"):
        gf.concat([scores])
