"""Fingerprints: whether a frame still has the rows it was loaded with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from effort import times
from hypothesis import given, settings
from hypothesis import strategies as st

import galtea_frames as gf
from galtea_frames.frames.fingerprint import Proof, fingerprint
from galtea_frames.frames.load_joined import iterate_joined

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.filterwarnings("ignore::galtea_frames.MixedTypesWarning")

texts = st.lists(st.text(st.characters(codec="utf-8"), max_size=5), max_size=12)


@settings(max_examples=times(100), deadline=None)
@given(texts, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(ids: list[str], chance: Any) -> None:  # noqa: ANN401 - a random generator
    """Nor does the kind of column that holds them."""
    shuffled = chance.sample(ids, len(ids))
    found = {fingerprint(each) for each in (ids, shuffled, pd.Series(ids, dtype="string"), pd.Index(ids, dtype=object))}
    assert {fingerprint(ids)} == found


@settings(max_examples=times(100), deadline=None)
@given(texts, texts)
def test_other_rows_have_another_fingerprint(one: list[str], other: list[str]) -> None:
    """Each id counts as often as it occurs."""
    assert (sorted(one) == sorted(other)) == (fingerprint(one) == fingerprint(other))


def proved(*parts: tuple[list[str], list[int]]) -> dict[str, str]:
    """Return what parts of a result prove together."""
    proof = Proof()
    for ids, created in parts:
        proof.add(ids, np.array(created, dtype=np.int64))
    return proof.attrs()


def test_parts_prove_what_the_whole_does() -> None:
    """However rows are cut into parts; and another time of an id is told apart, though not by the first fingerprint."""
    whole = proved((["a", "b", "c"], [1, 2, -3]))
    assert whole == proved((["b"], [2]), ([], []), (["c", "a"], [-3, 1]))
    assert fingerprint(["a", "b", "c"]) == whole["fingerprint"]
    moved = proved((["a", "b", "c"], [2, 1, -3]))
    assert whole["fingerprint"] == moved["fingerprint"]
    assert whole["dated_fingerprint"] != moved["dated_fingerprint"]


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    """Ways to load the same sessions."""
    folder: Path = tmp_path_factory.mktemp("mirror")
    with gf.sample.serve(230, 3) as api, gf.Client(api.api_key, api.url, page_size=40) as client:
        mirror = gf.Mirror(folder / "m")
        mirror.sync(client)
        return {
            "sessions": gf.load_sessions(client=client),
            "other order": gf.load_sessions(sort=("created_at", "desc"), client=client),
            "pyarrow": gf.load_sessions(dtype_backend="pyarrow", client=client),
            "joined": gf.load_sessions_with_versions(client=client),
            "parts": pd.concat(gf.iter_sessions(client=client)),
            "joined parts": pd.concat(iterate_joined({"client": client})),
            "mirror": mirror.load_sessions(),
            "mirror joined": mirror.join(),
        }


WAYS = ["sessions", "other order", "pyarrow", "joined", "parts", "joined parts", "mirror", "mirror joined"]


@pytest.mark.parametrize("way", WAYS)
def test_every_load_proves_its_rows(frames: dict[str, pd.DataFrame], way: str) -> None:
    """Whole, in parts, joined, from a mirror: the same proof, and it fits the ids."""
    frame, whole = frames[way], frames["sessions"]
    names = ("fingerprint", "dated_fingerprint")
    said, expected = ([each.attrs["galtea_frames"][name] for name in names] for each in (frame, whole))
    assert expected == said
    assert fingerprint(frame["id"]) == said[0]


@pytest.mark.parametrize("window", [{"limit": 70}, {"offset": 30}, {"limit": 50, "offset": 20}, {"limit": 0}])
def test_a_part_of_the_result_proves_itself(window: dict[str, Any]) -> None:
    """With `limit` and `offset` the fingerprint is that of the rows that come."""
    with gf.sample.serve(90, 2) as api, gf.Client(api.api_key, api.url, page_size=20) as client:
        frame, parts = gf.load_sessions(**window, client=client), list(gf.iter_sessions(**window, client=client))
    for each in (frame, *parts):
        assert fingerprint(frame["id"]) == each.attrs["galtea_frames"]["fingerprint"]
        assert frame.attrs["galtea_frames"]["dated_fingerprint"] == each.attrs["galtea_frames"]["dated_fingerprint"]
