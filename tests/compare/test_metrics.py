"""Which scores are paired, what is said of them, and the laws that hold for any scores."""

from __future__ import annotations

import random
from typing import Any

import pandas as pd
import pytest
from comparison_frames import A, B, compared, evaluation, paired, scores_of
from effort import times
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

import galtea_frames as gf
from galtea_frames.compare.metrics import METRICS

#: A comparison takes a tenth of a second.
LAW = settings(max_examples=times(20))

STEPS = st.integers(0, 20).map(lambda each: each / 20)


@st.composite
def evaluations(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw evaluations of two versions: several sessions of a case, turns, revisions, and scores that do not count."""
    rows = []
    for number in range(draw(st.integers(0, 40))):
        case = draw(st.sampled_from(["c1", "c2", "c3", "c4", None]))
        metric = draw(st.sampled_from(["m1", "m2", "m3"]))
        score = draw(st.one_of(st.none(), STEPS))
        fields: dict[str, Any] = {
            "id": f"e{number}",
            "session_id": draw(st.sampled_from(["s1", "s2", None])),
            "metric_pass_threshold": draw(st.sampled_from([None, 0.3, 0.7])),
            "metric__metric_group_id": "g1" if metric != "m3" else None,
            "test_case__test_case_group_id": draw(st.sampled_from([None, "f1"])),
            "metric__excluded_from_analytics_at": "2026-01-01T00:00:00Z" if draw(st.integers(0, 9)) == 0 else None,
            "test_case__language_code": draw(st.sampled_from(["en", "es", None])),
        }
        rows.append(evaluation(draw(st.sampled_from([A, B])), case, score, metric, **fields))
    return rows


def expected_pairs(rows: list[dict[str, Any]]) -> dict[tuple[str, str], tuple[float, float]]:
    """Return the two values of each metric revision and test-case family, computed with plain dictionaries."""
    found: dict[tuple[str, str, str], dict[str, list[float]]] = {}
    for row in rows:
        family = row.get("test_case.test_case_group_id") or row["test_case_id"]
        if row["counts"] and family and not row["metric.excluded_from_analytics_at"]:
            sessions = found.setdefault((row["session.version_id"], row["metric_id"], family), {})
            sessions.setdefault(row["session_id"] or row["id"], []).append(row["reported_score"])
    values = {
        key: sum(sum(each) / len(each) for each in sessions.values()) / len(sessions) for key, sessions in found.items()
    }
    keys = {key[1:] for key in values}
    return {key: (values[A, *key], values[B, *key]) for key in keys if (A, *key) in values and (B, *key) in values}


@LAW
@given(evaluations())
def test_pairs_are_those_of_a_plain_reference(rows: list[dict[str, Any]]) -> None:
    """One value per version, metric revision and test-case family: turns, then sessions averaged."""
    found = compared(rows)
    cases = found.cases
    keys = zip(cases["metric_id"], cases["test_case_family"], strict=True)
    scores = zip(cases["baseline_score"], cases["candidate_score"], strict=True)
    assert {key: pytest.approx(pair) for key, pair in expected_pairs(rows).items()} == dict(
        zip(keys, scores, strict=True)
    )
    assert len(cases) == found.metrics["pairs"].sum()
    assert cases["difference"].is_monotonic_increasing
    assert list(METRICS) == list(found.metrics.columns)
    assert {name: str(found.metrics[name].dtype) for name in METRICS} == {
        name: "category" if name == "verdict" else dtype for name, dtype in METRICS.items()
    }


@LAW
@given(evaluations())
def test_every_evaluation_is_used_or_left_out_for_a_reason(rows: list[dict[str, Any]]) -> None:
    """The coverage adds up: what was loaded is what was used and what was left out."""
    found = compared(rows, by="test_case.language_code")
    table = found.coverage.set_index("what")
    pairs = expected_pairs(rows)
    for side, version in (("baseline", A), ("candidate", B)):
        loaded = [row for row in rows if row["session.version_id"] == version]
        used = [
            row
            for row in loaded
            if row["counts"]
            and not row["metric.excluded_from_analytics_at"]
            and (row["metric_id"], row.get("test_case.test_case_group_id") or row["test_case_id"]) in pairs
        ]
        assert len(loaded) == table.loc["evaluations", side]
        left_out = found.coverage.loc[found.coverage["what"] == "left out", side].sum()
        assert len(loaded) - len(used) == left_out
    cases = found.coverage[found.coverage["what"] == "test cases"]
    assert len({family for _, family in pairs}) == cases["shared"].iloc[0]
    assert (cases["shared"] <= cases[["baseline", "candidate"]].min(axis=1)).all()
    assert found.groups["pairs"].sum() == found.metrics["pairs"].sum()


@LAW
@given(evaluations())
def test_swapping_the_versions_mirrors_everything(rows: list[dict[str, Any]]) -> None:
    """Every sign changes, better is worse, and fixed is broken."""
    one, other = compared(rows), compared(rows, B, A)
    left, right = (each.metrics.set_index("metric_id").sort_index() for each in (one, other))
    names = {"baseline_mean": "candidate_mean", "baseline_pass_rate": "candidate_pass_rate", "fixed": "broken"}
    swapped = right.rename(columns=names | {new: old for old, new in names.items()} | {"low": "high", "high": "low"})
    swapped[["difference", "low", "high"]] = -swapped[["difference", "low", "high"]]
    opposite = {"better": "worse", "worse": "better"}
    swapped["verdict"] = [opposite.get(each, each) for each in swapped["verdict"]]
    pd.testing.assert_frame_equal(left, swapped[left.columns], check_dtype=False, check_categorical=False)
    flips = {str(key): value for key, value in one.cases["flip"].value_counts().items()}
    assert flips.get("fixed", 0) == (other.cases["flip"] == "broken").sum()


@LAW
@given(evaluations())
def test_a_version_against_itself_shows_no_difference(rows: list[dict[str, Any]]) -> None:
    """All differences are zero, no case flips, and nothing is called better or worse."""
    found = compared(rows, A, A)
    assert [0.0] * len(found.metrics) == list(found.metrics["difference"])
    assert found.metrics["p_value"].isna().all()
    assert {"no difference shown", "too few"} >= set(found.metrics["verdict"])
    assert found.cases["flip"].isna().all()
    assert found.notices == () or all("Left out" in each for each in found.notices)


@LAW
@given(evaluations(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows: list[dict[str, Any]], chance: random.Random) -> None:
    """The same rows in another order give the same numbers."""
    mixed = list(rows)
    chance.shuffle(mixed)
    one, other = compared(rows, by="test_case.language_code"), compared(mixed, by="test_case.language_code")
    assert one.to_dict() == other.to_dict()


def test_numbers_are_those_of_other_libraries() -> None:
    """Means, intervals, p-values and Holm's adjustment, of three metrics at once."""
    chance = random.Random(7)
    rows, expected = [], []
    for metric, effect in (("m1", -0.2), ("m2", 0.1), ("m3", 0.0)):
        before = [round(chance.uniform(0.2, 0.8), 2) for _ in range(40)]
        after = [round(min(1.0, max(0.0, each + effect + chance.gauss(0, 0.1))), 2) for each in before]
        rows += paired(before, after, metric, metric_pass_threshold=0.5)
        test = stats.ttest_rel(after, before)
        passed = [(one >= 0.5, other >= 0.5) for one, other in zip(before, after, strict=True)]
        expected.append((before, after, test, passed))
    found = compared(rows).metrics.set_index("metric_id")
    adjusted = multipletests([test.pvalue for _, _, test, _ in expected], method="holm")[1]
    for metric, (before, after, test, passed), p_adjusted in zip(("m1", "m2", "m3"), expected, adjusted, strict=True):
        line = found.loc[metric]
        low, high = test.confidence_interval(0.95)
        assert 40 == line["pairs"]
        assert (sum(before) / 40, sum(after) / 40) == pytest.approx((line["baseline_mean"], line["candidate_mean"]))
        assert (low, high) == pytest.approx((line["low"], line["high"]))
        assert (test.pvalue, p_adjusted) == pytest.approx((line["p_value"], line["p_adjusted"]))
        assert sum(one for one, _ in passed) / 40 == line["baseline_pass_rate"]
        assert sum(other for _, other in passed) / 40 == line["candidate_pass_rate"]
        assert sum(other and not one for one, other in passed) == line["fixed"]
        assert sum(one and not other for one, other in passed) == line["broken"]
    assert ["worse", "better", "no difference shown"] == list(found.loc[["m1", "m2", "m3"], "verdict"])


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        pytest.param([0.1, 0.2, 0.3] * 3, [0.9, 0.8, 1.0] * 3, "too few", id="nine pairs"),
        pytest.param([0.1, 0.2] * 5, [0.9, 0.8] * 5, "better", id="ten pairs"),
        pytest.param([1.0] * 12, [0.0] * 12, "worse", id="all worse by the same amount"),
        pytest.param([0.4] * 12, [0.4] * 12, "no difference shown", id="the same"),
        pytest.param([0.5] * 10 + [0.4], [0.5] * 10 + [0.9], "no difference shown", id="one better"),
    ],
)
def test_a_verdict_says_no_more_than_the_data(before: list[float], after: list[float], verdict: str) -> None:
    """With fewer than ten pairs nothing is said; chance is no difference."""
    assert [verdict] == list(compared(paired(before, after)).metrics["verdict"])


@pytest.mark.parametrize(
    ("scores", "own", "of_metric", "passes"),
    [
        pytest.param([0.5], None, None, True, id="0.5 if nothing is known"),
        pytest.param([0.49], None, None, False, id="just below"),
        pytest.param([0.65], None, 0.7, False, id="that of the metric"),
        pytest.param([0.65], 0.6, 0.7, True, id="that of the evaluation wins"),
        pytest.param([0.7, 0.7, 0.7], 0.7, None, True, id="averages of equal scores reach it"),
    ],
)
def test_a_case_passes_at_its_threshold(
    scores: list[float], own: float | None, of_metric: float | None, passes: bool
) -> None:
    """The threshold of the row, else of the metric, else 0.5."""
    rows = [
        evaluation(
            A,
            "c1",
            score,
            id=f"e{place}",
            session_id=f"s{place}",
            metric_pass_threshold=own,
            metric__pass_threshold=of_metric,
        )
        for place, score in enumerate(scores)
    ]
    found = compared([*rows, evaluation(B, "c1", 0.0)])
    assert passes == found.cases["baseline_passed"].iloc[0]
    assert len(scores) == found.cases["baseline_sessions"].iloc[0]


def test_averages_of_equal_scores_are_no_difference() -> None:
    """The mean of three times 0.1 is not 0.1 to a computer, but it is to a reader."""
    rows = [evaluation(A, f"c{case}", 0.1) for case in range(12)]
    for case in range(12):
        rows += [evaluation(B, f"c{case}", 0.1, id=f"{case} {run}", session_id=f"{case} {run}") for run in range(3)]
    line = compared(rows).metrics.iloc[0]
    assert (12, 0.0, "no difference shown") == (line["pairs"], line["difference"], line["verdict"])


def test_turns_are_averaged_within_their_session() -> None:
    """A session of four turns counts as much as one of a single turn."""
    long = [
        evaluation(A, "c1", 0.0, id=f"t{turn}", session_id="long", inference_result_id=f"t{turn}") for turn in range(4)
    ]
    short = [evaluation(A, "c1", 1.0, id="t9", session_id="short", inference_result_id="t9")]
    found = compared([*long, *short, evaluation(B, "c1", 0.25)]).cases.iloc[0]
    assert (0.5, 0.25, -0.25, 2, 1) == tuple(
        found[["baseline_score", "candidate_score", "difference", "baseline_sessions", "candidate_sessions"]]
    )


def test_revisions_of_a_metric_are_never_pooled() -> None:
    """Where the revision changed, there is nothing to compare, and the comparison says so."""
    rows = paired([0.5] * 12, [0.5] * 12, "m1")
    family = {"metric__metric_group_id": "g", "metric__name": "Tone"}
    rows += [evaluation(A, f"case_{case:03}", 0.9, "old", **family) for case in range(12)]
    rows += [evaluation(B, f"case_{case:03}", 0.1, "new", **family) for case in range(12)]
    found = compared(rows)
    assert ["m1"] == list(found.metrics["metric_id"])
    assert (
        (
            "The metric Tone was revised: the baseline was scored by old, the candidate by new. Scores of different"
            " revisions are not compared."
        ),
    ) == found.notices
    left_out = found.coverage[found.coverage["what"] == "left out"].iloc[0]
    assert ("the other version has no such score", 12, 12) == tuple(left_out[["why", "baseline", "candidate"]])


def test_what_readers_should_know_is_said() -> None:
    """Edited test cases, changed thresholds, excluded metrics, and versions of two products."""
    group = {"test_case__test_case_group_id": "f1"}
    rows = [
        evaluation(A, "c1", 0.6, metric_pass_threshold=0.5, **group),
        evaluation(B, "c2", 0.6, metric_pass_threshold=0.7, version__product_id="product_2", **group),
        evaluation(A, "c3", 0.6, "m2", metric__excluded_from_analytics_at="2026-01-01T00:00:00Z"),
    ]
    found = compared(rows)
    assert (
        "The versions belong to different products: product_1 and product_2.",
        "Left out: 1 evaluation by metrics excluded from analytics (Metric m2).",
        (
            "The pass threshold of Metric m1 differs between the versions on 1 test case: a fixed or broken case may"
            " have the same score."
        ),
        "1 test case was edited in between: the two versions ran different revisions of it.",
    ) == found.notices
    case = found.cases.iloc[0]
    assert ("f1", "broken", False, "c1", "c2") == tuple(
        case[["test_case_family", "flip", "same_revision", "baseline_test_case_id", "candidate_test_case_id"]]
    )


@pytest.mark.parametrize(
    ("row", "why"),
    [
        pytest.param({"counts": False, "why_not": "outdated"}, "outdated", id="does not count"),
        pytest.param({"counts": False}, "no_score", id="does not count, without a reason"),
        pytest.param({"counts": True, "reported_score": None}, "no_score", id="no score after all"),
        pytest.param({"metric_id": None}, "no metric", id="no metric"),
        pytest.param({"test_case_id": None}, "no test case", id="production"),
        pytest.param({"id": "twice"}, "repeated row", id="a repeated row"),
    ],
)
def test_what_is_left_out_is_counted_by_reason(row: dict[str, Any], why: str) -> None:
    """Each reason has its line."""
    rows = [*paired([0.5, 0.6], [0.5, 0.6]), evaluation(A, "case_000", 0.1, id="odd") | row]
    rows += [evaluation(A, "case_000", 0.5, id="twice")] if why == "repeated row" else []
    found = compared(rows)
    left_out = found.coverage[found.coverage["what"] == "left out"]
    assert [(why, 1, 0)] == list(left_out[["why", "baseline", "candidate"]].itertuples(index=False, name=None))
    assert 0.5 == found.cases["baseline_score"].min()


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([], id="no rows"),
        pytest.param([evaluation(A, "c1", 0.5), evaluation(B, "c2", 0.5)], id="other cases"),
        pytest.param([evaluation(A, "c1", 0.5), evaluation(B, "c1", 0.5, "m2")], id="other metrics"),
        pytest.param([evaluation(A, "c1", None), evaluation(B, "c1", 0.5)], id="no score"),
    ],
)
def test_nothing_shared_is_said(rows: list[dict[str, Any]]) -> None:
    """Coverage is zero, tables are empty with all their columns, and pages are made."""
    versions = [{"id": A, "name": "v1"}, {"id": B, "name": "v2"}]
    found = gf.compare_versions(A, B, scores=scores_of(rows), versions=pd.DataFrame(versions), by="test_case_id")
    assert 0 == found.coverage["shared"].iloc[0]
    assert [0, 0, 0] == [len(each) for each in (found.metrics, found.cases, found.groups)]
    assert list(METRICS) == list(found.metrics.columns)
    assert "NOTHING SHARED" == found.verdict
    assert "share no test case" in found.headline
    assert "NOTHING SHARED" in found.to_html()
    assert "NOTHING SHARED" in found.to_markdown()


def test_groups_of_test_cases_are_compared_apart() -> None:
    """A group is a value that all evaluations of a test case have; others have none."""
    rows = []
    for case, language in enumerate(["en", "en", "es", None]):
        rows += [
            evaluation(version, f"c{case}", score, test_case__language_code=language)
            for version, score in ((A, 0.5), (B, 0.5 + case / 10))
        ]
    rows.append(evaluation(B, "c2", 0.7, id="again", test_case__language_code="fr"))
    found = compared(rows, by=["test_case.language_code"])
    expected = [("en", 2, pytest.approx(0.05)), (None, 2, pytest.approx(0.25))]
    shown = (
        found.groups[["group", "pairs", "difference"]]
        .astype(object)
        .where(found.groups[["group"]].notna().all(axis=1), None)
    )
    assert [each[1:] for each in expected] == list(
        found.groups[["pairs", "difference"]].itertuples(index=False, name=None)
    )
    assert "en" == shown["group"].iloc[0]
    assert pd.isna(found.groups["group"].iloc[1])
    assert {"en"} == set(found.cases["test_case.language_code"].dropna())
