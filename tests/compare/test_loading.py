"""What a comparison loads, and what it leaves alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import galtea_frames as gf

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.filterwarnings("ignore::galtea_frames.errors.GalteaFramesWarning")

Api = gf.sample.SampleApi


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    """A stand-in whose versions share test cases."""
    with gf.sample.serve(600, 4) as serving:
        yield serving


@pytest.fixture
def client(api: Api) -> Iterator[gf.Client]:
    """A client of it."""
    with gf.Client(api.api_key, api.url) as opened:
        yield opened


def paths(api: Api) -> set[str]:
    """Return the lists that were requested since the last reset."""
    found = {each.path for each in api.requests}
    api.reset()
    return found


def test_what_is_given_is_not_loaded(api: Api, client: gf.Client) -> None:
    """Frames and the client together give what the client alone gives."""
    alone = gf.compare_versions("1.0.0", "1.2.0", client=client).to_dict()
    assert {"/versions", "/sessions", "/evaluations", "/inferenceResults"} <= paths(api)
    versions = gf.load_versions(client=client)
    ids = list(versions["id"][versions["name"].isin(["1.0.0", "1.2.0"])])
    scores = gf.load_scores(version_ids=ids, include_excluded_from_analytics=True, client=client)
    sessions = gf.load_sessions(version_ids=ids, nested="json", client=client)
    turns = gf.load_inference_results(session_ids=sessions["id"], client=client)
    api.reset()
    some = gf.compare_versions("1.0.0", "1.2.0", scores=scores, client=client).to_dict()
    assert "/evaluations" not in paths(api)
    given: dict[str, Any] = {"scores": scores, "sessions": sessions, "versions": versions, "turns": turns}
    whole = gf.compare_versions("1.0.0", "1.2.0", **given, client=client).to_dict()
    frames = gf.compare_versions("1.0.0", "1.2.0", **given).to_dict()
    assert set() == paths(api)
    assert alone == some == whole == frames


def test_without_frames_the_usual_client_loads(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the settings of the environment; turns only if they are wanted."""
    monkeypatch.setenv("GALTEA_API_KEY", api.api_key)
    monkeypatch.setenv("GALTEA_API_URL", api.url)
    api.reset()
    found = gf.compare_versions("1.0.0", "1.2.0", turns=False)
    assert "/inferenceResults" not in paths(api)
    assert () == found.problems
    assert found.cases["baseline_answer"].isna().all()


def test_a_failed_load_raises(api: Api, client: gf.Client) -> None:
    """A comparison of half of the data is never returned."""
    with pytest.raises(gf.errors.QueryError, match=r"test_case\.nope"):
        gf.compare_versions("1.0.0", "1.2.0", by="test_case.nope", client=client)
    with gf.Client("gsk_wrong", api.url) as other, pytest.raises(gf.errors.AuthenticationError):
        gf.compare_versions("1.0.0", "1.2.0", client=other)
