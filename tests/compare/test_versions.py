"""Which versions are compared, and what is refused before anything is loaded."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from comparison_frames import A, B, evaluation, scores_of, sessions_of, versions_of

import galtea_frames as gf

ROWS = [evaluation(A, "c1", 0.5), evaluation(B, "c1", 0.5)]


def known() -> pd.DataFrame:
    """Return versions, two of which share a name."""
    return versions_of(
        [
            {"id": A, "name": "first", "product_id": "p"},
            {"id": B, "name": "second", "product_id": "p"},
            {"id": "version_c", "name": "second", "product_id": "q"},
            {"id": "first", "name": "odd"},
        ]
    )


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(B, id="an id"),
        pytest.param("second one", id="a name"),
        pytest.param(known().iloc[1], id="a row"),
        pytest.param(known().iloc[1:2], id="a frame of one row"),
        pytest.param(pd.Series({"id": B, "name": pd.NA}), id="a row without a name"),
    ],
)
def test_a_version_is_named_in_any_way(wanted: Any) -> None:  # noqa: ANN401 - any way
    """By id, by name, or as a row of `load_versions`."""
    versions = known().assign(name=["first", "second one", "second", "odd"])
    assert B == gf.compare_versions(A, wanted, scores=scores_of(ROWS), versions=versions).candidate.id


def test_an_id_goes_before_a_name() -> None:
    """A version whose id is another's name is found by its id."""
    assert "odd" == gf.compare_versions("first", A, scores=scores_of(ROWS), versions=known()).baseline.name


def test_names_come_from_any_frame() -> None:
    """Scores name their versions, sessions only have their ids."""
    found = gf.compare_versions("v1", "v2", scores=scores_of(ROWS))
    assert (A, "v1", "product_1", "v1") == (
        found.baseline.id,
        found.baseline.name,
        found.baseline.product_id,
        found.baseline.label,
    )
    sessions = sessions_of([{"id": "s", "version_id": "version_x", "status": "COMPLETED"}])
    later = gf.compare_versions("v1", "version_x", scores=scores_of(ROWS), sessions=sessions)
    assert "Unnamed (…sion_x)" == later.candidate.label


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"candidate": "second"}, "2 versions are called 'second': pass the id of one of version_b, version_c"),
        ({"candidate": "frist"}, "there is no version 'frist'; did you mean 'first'?"),
        ({"candidate": ""}, "candidate must be the id or name of a version, or one row of load_versions, not ''"),
        ({"baseline": 7}, "baseline must be the id or name of a version, or one row of load_versions, not 7"),
        (
            {"baseline": known()},
            "baseline must be the id or name of a version, or one row of load_versions, not a DataFrame of 4 rows",
        ),
        ({"baseline": pd.Series({"name": "v1"})}, "baseline must be the id or name of a version, or one row of"),
        ({"by": 3}, "by must be a column of scores or a list of columns, not 3"),
        ({"by": list("abcdefghijk")}, "by must name at most 10 columns, not 11"),
        (
            {"by": "test_case.language"},
            "scores have no column 'test_case.language' to group by; did you mean 'test_case.language_code'?",
        ),
        ({"selection": " "}, "selection must say which rows these are, such as 'voice channel only', not ' '"),
        ({"client": object(), "mirror": "copy"}, "pass client= or mirror=, not both"),
    ],
)
def test_what_cannot_be_compared_is_refused(arguments: dict[str, Any], message: str) -> None:
    """In one line that says what to do."""
    given = {"baseline": A, "candidate": B, "scores": scores_of(ROWS), "versions": known()} | arguments
    with pytest.raises(gf.errors.QueryError) as caught:
        gf.compare_versions(given.pop("baseline"), given.pop("candidate"), **given)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("frames", "message"),
    [
        ({"scores": 3}, "scores must be a pandas DataFrame as returned by load_scores, not builtins.int"),
        ({"scores": pd.DataFrame({"id": ["a"]})}, "scores has no column 'metric_id': load the frame with load_scores"),
        ({"turns": pd.DataFrame()}, "turns has no column 'id': load the frame with load_inference_results"),
        (
            {"scores": pd.concat([scores_of(ROWS), scores_of(ROWS)[["reason"]]], axis=1)},
            "scores has several columns named 'reason': drop all but one",
        ),
        (
            {"scores": scores_of(ROWS).assign(reported_score="high")},
            "scores has 'reported_score' as str: it must hold Float64",
        ),
    ],
)
def test_frames_of_another_kind_are_refused(frames: dict[str, Any], message: str) -> None:
    """The message names the column and the loader."""
    with pytest.raises(gf.errors.ReportError) as caught:
        gf.compare_versions(A, B, **{"versions": known(), **frames})
    assert str(caught.value).replace("as object", "as str") == message


def test_frames_of_arrow_are_compared_too() -> None:
    """`dtype_backend="pyarrow"` gives the same numbers."""
    plain = scores_of(ROWS)
    arrow = plain.convert_dtypes(dtype_backend="pyarrow")
    assert (
        gf.compare_versions(A, B, scores=plain).to_dict()["metrics"]
        == gf.compare_versions(A, B, scores=arrow).to_dict()["metrics"]
    )
