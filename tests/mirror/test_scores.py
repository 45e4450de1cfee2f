"""`Mirror.load_scores`: the frame of `gf.load_scores`, without a request."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from direct_transport import DirectTransport

import galtea_frames as gf
from galtea_frames.sample.records import session_records, version_records

if TYPE_CHECKING:
    from pathlib import Path

NEEDED = ("evaluations", "metrics", "test_cases")
VERSIONS = version_records(4)
PRODUCT = VERSIONS[-1]["productId"]


@pytest.fixture(scope="module")
def api() -> DirectTransport:
    """An account with a global test, a metric that is gone, and human scores."""
    api = DirectTransport(session_records(60, VERSIONS), VERSIONS)
    api.lists["evaluations"].update(next(iter(api.lists["evaluations"]))["id"], humanScore=0.25)
    tests = {each["id"]: each["productId"] for each in api.lists["tests"]}
    cases = {each["id"]: each["testId"] for each in api.lists["test_cases"]}
    judged = [cases[each["testCaseId"]] for each in api.lists["evaluations"] if each["testCaseId"] in cases]
    api.lists["tests"].update(next(each for each in judged if tests[each] == PRODUCT), productId=None)
    api.lists["metrics"].delete(next(iter(api.lists["evaluations"]))["metricId"])
    return api


@pytest.fixture(scope="module")
def mirror(api: DirectTransport, tmp_path_factory: pytest.TempPathFactory) -> gf.Mirror:
    """Its mirror, that no test changes."""
    mirror = gf.Mirror(tmp_path_factory.mktemp("scores") / "mirror")
    mirror.sync(api.client(), lists=NEEDED)
    return mirror


def quietly(load: Any, **options: Any) -> pd.DataFrame:  # noqa: ANN401 - any loader or reader
    """The frame of a loader or reader, without warnings of what dangles."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame: pd.DataFrame = load(**options)
    return frame


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({}, id="everything"),
        pytest.param({"nested": "json", "dtype_backend": "pyarrow"}, id="as JSON, in Arrow"),
        pytest.param({"statuses": "SUCCESS", "sort": ("score", "desc"), "limit": 20}, id="some"),
        pytest.param({"columns": ["id", "reported_score", "metric.name", "test.name"]}, id="some columns"),
        pytest.param({"columns": ["reported_score"]}, id="columns of evaluations alone"),
        pytest.param({"from_created_at": "2030-01-01"}, id="nothing"),
    ],
)
def test_frames_are_the_loaders(api: DirectTransport, mirror: gf.Mirror, options: dict[str, Any]) -> None:
    """Cell by cell, and what attrs say of joins."""
    expected = quietly(gf.load_scores, client=api.client(), **options)
    api.requests.clear()
    frame = quietly(mirror.load_scores, **options)
    assert [] == api.requests
    pd.testing.assert_frame_equal(expected, frame)
    about, stored = (each.attrs["galtea_frames"] for each in (expected, frame))
    by_nature = {"fetched_at", "pages", "requests", "mirror", "joins"}
    assert {name: about[name] for name in about.keys() - by_nature} == {
        name: stored[name] for name in stored.keys() - by_nature
    }
    counted = ("matched", "dangling", "null")
    assert {prefix: [each[name] for name in counted] for prefix, each in about["joins"].items()} == {
        prefix: [each[name] for name in counted] for prefix, each in stored["joins"].items()
    }


def test_what_dangles_is_warned_of(mirror: gf.Mirror) -> None:
    """As by the loader."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        mirror.load_scores(nested="json")
    assert any("in metric.*" in str(each.message) for each in caught), [str(each.message) for each in caught]


def test_a_mirror_of_a_product_knows_global_tests(api: DirectTransport, tmp_path: Path) -> None:
    """Scores of its product are the loader's, names of tests that belong to no product included."""
    mirror = gf.Mirror(tmp_path / "mirror")
    mirror.sync(api.client(), lists=NEEDED, product_ids=PRODUCT)
    expected = quietly(gf.load_scores, client=api.client(), product_ids=PRODUCT)
    frame = quietly(mirror.load_scores)
    pd.testing.assert_frame_equal(expected, frame)
    is_global = frame["test.id"].notna() & frame["test.product_id"].isna()
    assert is_global.any()
    assert (frame["test.product_id"].dropna() == PRODUCT).all()


def test_all_lists_are_read_as_they_were(tmp_path: Path) -> None:
    """A version of the table of evaluations is a time for the others; removed rows come with the time of that."""
    api = DirectTransport(session_records(16, VERSIONS), VERSIONS)
    mirror = gf.Mirror(tmp_path / "mirror")
    mirror.sync(api.client(), lists=NEEDED)
    before = quietly(mirror.load_scores)
    version = mirror.info().lists["evaluations"].version
    first = next(iter(api.lists["evaluations"]))
    api.lists["metrics"].update(first["metricId"], name="renamed")
    api.lists["evaluations"].delete(first["id"])
    mirror.sync(api.client(), full=True)
    after = quietly(mirror.load_scores)
    assert len(before) == len(after) + 1
    assert "renamed" in set(after["metric.name"])
    pd.testing.assert_frame_equal(before, quietly(mirror.load_scores, as_of=version))
    everything = quietly(mirror.load_scores, include_removed=True)
    assert [first["id"]] == everything[everything["removed_at"].notna()]["id"].tolist()


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"columns": "metric.naem"}, gf.QueryError, r"metric\.naem"),
        ({"dtype": {"counts": "Int64"}}, gf.QueryError, "'counts' is computed"),
        ({"version_ids": "version_1"}, gf.QueryError, "a mirror of evaluations takes no version_ids"),
        ({"columns": ["metric.removed_at"]}, gf.QueryError, r"'metric\.removed_at' needs include_removed=True"),
        ({}, gf.MirrorError, "holds no evaluations, metrics, test_cases, tests yet; run .* --list evaluations --list"),
        ({"columns": ["id", "metric.name"]}, gf.MirrorError, "holds no evaluations, metrics yet; run "),
    ],
    ids=str,
)
def test_what_cannot_be_read_is_one_line(
    tmp_path: Path, arguments: dict[str, Any], error: type[Exception], words: str
) -> None:
    """A wrong name raises before a list is looked for; lists that are missing are named together."""
    mirror = gf.Mirror(tmp_path / "mirror")
    mirror.sync(DirectTransport(session_records(3, VERSIONS), VERSIONS).client())
    with pytest.raises(error, match=words):
        mirror.load_scores(**arguments)
