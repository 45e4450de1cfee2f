"""Frames that do not prove to be complete make a comparison INCOMPLETE, unless the caller answers for them."""

from __future__ import annotations

from typing import Any

import pytest
from comparison_frames import A, B, compared, evaluation, paired, scores_of, sessions_of

import galtea_frames as gf

ROWS = paired([0.5] * 12, [0.5] * 12)
ANSWER = "; if this is intended, pass selection= to say which rows these are"


@pytest.mark.parametrize(
    "attrs",
    [
        pytest.param({}, id="all rows"),
        pytest.param({"filters": {"version_ids": [A, B], "sort": "id", "params": {}}}, id="both versions"),
        pytest.param({"filters": {"version_ids": {"count": 900, "hash": "…"}}}, id="a long list of versions"),
        pytest.param({"filters": {"product_ids": ["p"], "limit": None, "offset": 0}}, id="a product"),
    ],
)
def test_a_whole_load_is_complete(attrs: dict[str, Any]) -> None:
    """Filters that leave out no row of the two versions do no harm."""
    found = gf.compare_versions(A, B, scores=scores_of(ROWS, **attrs))
    assert ((), "NO DIFFERENCE SHOWN") == (found.problems, found.verdict)
    assert "all rows loaded" in found.to_html()


@pytest.mark.parametrize(
    ("attrs", "problem", "can_be_answered"),
    [
        ({"complete": False, "problem": "HTTP 500"}, "HTTP 500", False),
        ({"complete": None}, "the load did not finish", False),
        ({"filters": {"limit": 5}}, "loaded with limit=5, so rows may be missing", False),
        ({"filters": {"version_ids": [A]}}, f"loaded with version_ids that do not include {B}", False),
        ({"filters": {"version_ids": A}}, f"loaded with version_ids that do not include {B}", False),
        (
            {"filters": {"statuses": ["SUCCESS"]}},
            f"loaded with statuses=['SUCCESS'], so other rows of the versions are not in the frame{ANSWER}",
            True,
        ),
        (
            {"mirror": {"include_removed": True}},
            f"loaded with include_removed=True, so rows that the API no longer returns are counted{ANSWER}",
            True,
        ),
        (
            {"fingerprint": "0" * 16, "rows": 30},
            f"rows were removed, added or replaced after loading: 30 loaded, 24 in the frame{ANSWER}",
            True,
        ),
    ],
)
def test_what_does_not_prove_itself_is_said(attrs: dict[str, Any], problem: str, can_be_answered: bool) -> None:
    """Rows that are known to be missing cannot be answered for."""
    scores = scores_of(ROWS, **attrs)
    found = gf.compare_versions(A, B, scores=scores)
    assert ((f"scores: {problem}",), "INCOMPLETE") == (found.problems, found.verdict)
    assert problem[:60] in found.to_markdown().replace("\\", "")
    assert "rows may be missing" in found.to_html()
    answered = gf.compare_versions(A, B, scores=scores, selection="smoke tests only")
    assert can_be_answered == (answered.problems == ())


def test_a_frame_without_attrs_proves_nothing() -> None:
    """A selection answers for it, and is shown."""
    bare = scores_of(ROWS)
    bare.attrs.clear()
    found = gf.compare_versions(A, B, scores=bare)
    assert (f"scores: the frame does not say how it was loaded, so rows may be missing{ANSWER}",) == found.problems
    answered = gf.compare_versions(A, B, scores=bare, selection="smoke\ntests")
    assert () == answered.problems
    assert "Selection: smoke tests" in answered.to_markdown()
    assert "as selected by the author" in answered.to_html()


def test_each_frame_is_named() -> None:
    """Sessions may be incomplete where scores are not."""
    sessions = sessions_of([{"id": "s", "version_id": A, "status": "FAILED"}], complete=False)
    assert ("sessions: the load did not finish",) == compared([evaluation(A, "c1", 0.5)], sessions=sessions).problems
