"""Scores in a report: against plain loops and another library, by place, version and revision; thresholds on them."""

from __future__ import annotations

import json
import math
import statistics
from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from effort import times
from hypothesis import given, settings
from hypothesis import strategies as st
from report_frames import AS_OF, framed, sessions
from score_frames import evaluations, scores_frame
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

import galtea_frames as gf
from galtea_frames.rates import difference, rate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("undrawn_charts")

Record = dict[str, Any]

#: The value of an option, or of any field of a record.
Field = Any

NOW, BEFORE = "2026-03-25", "2026-03-18"


def report_of(
    world: Iterable[Record], records: Iterable[Record], attrs: Record | None = None, **options: Field
) -> gf.Report:
    """Return the report on sessions and evaluations."""
    return gf.build_report(*framed(world), scores=scores_frame(records, **(attrs or {})), **{"as_of": AS_OF, **options})


def lines_of(report: gf.Report) -> dict[tuple[str, str, str | None], Any]:
    """Return the lines of scores by place, metric and label."""
    assert report.findings.scores is not None
    return {
        (metric.place, metric.metric_id, line.label): line
        for metric in report.findings.scores.metrics
        for line in (metric.total, *metric.versions)
    }


def left_out(report: gf.Report) -> dict[str, tuple[int, int]]:
    """Return how many evaluations do not count, by reason."""
    assert report.findings.scores is not None
    return {each.reason: (each.now, each.before) for each in report.findings.scores.left_out}


# -- numbers --


def test_scores_are_those_counted_by_hand() -> None:
    """Pass rates, means, their intervals and changes, by version and in total."""
    now, before = sessions(40, NOW), sessions(50, BEFORE)
    other = sessions(10, NOW, version="v2")
    report = report_of([*now, *before, *other], evaluations([*now, *before, *other], [0.9, 0.9, 0.3, 0.8]))
    found = lines_of(report)
    total, line = found["production", "m1", "All versions"], found["production", "m1", "name of v1"]
    assert (50, 50, 40, 50) == tuple(each.pass_rate.n for each in (total.now, total.before, line.now, line.before))
    assert rate(30, 40) == line.now.pass_rate
    assert difference(rate(30, 40), rate(38, 50)) == line.pass_rate_change
    values = [0.9, 0.9, 0.3, 0.8] * 10
    assert line.now.mean.value == pytest.approx(statistics.fmean(values))
    assert (line.now.mean.low, line.now.mean.high) == pytest.approx(DescrStatsW(values).tconfint_mean())
    earlier = ([0.9, 0.9, 0.3, 0.8] * 13)[:50]
    welch = CompareMeans(DescrStatsW(values), DescrStatsW(earlier)).tconfint_diff(usevar="unequal")
    assert line.mean_change.value == pytest.approx(statistics.fmean(values) - statistics.fmean(earlier))
    assert (line.mean_change.low, line.mean_change.high) == pytest.approx(welch, rel=1e-6, abs=1e-6)
    assert found["production", "m1", "name of v2"].few
    assert not line.few
    assert report.findings.scores is not None
    assert (50, 50) == (report.findings.scores.evaluations, report.findings.scores.sessions)
    assert "OK" == report.verdict


def test_intervals_of_scores_are_scores() -> None:
    """Between 0 and 1, also near the ends."""
    now = sessions(4, NOW)
    records = [*evaluations(now, [0, 0, 0, 0.9], "low"), *evaluations(now, [1, 1, 1, 0.1], "high")]
    found = lines_of(report_of(now, records))
    low, high = (found["production", name, "All versions"].now.mean for name in ("low", "high"))
    assert (0.0, 1.0) == (low.low, high.high)
    assert low.high == pytest.approx(DescrStatsW([0, 0, 0, 0.9]).tconfint_mean()[1])


def test_scores_of_one_session_are_averaged() -> None:
    """Its turns and repeated evaluations are not more cases; what it passes is its average."""
    now = sessions(2, NOW)
    records = [
        *evaluations(now, [0.7, 0.2], inference_result_id="t1"),
        *evaluations(now, [0.8, 0.6], inference_result_id="t2", a=1),
        *evaluations(now, [0.9, 0.6], inference_result_id=None, a=1, b=2),
    ]
    report = report_of(now, records)
    line = lines_of(report)["production", "m1", "All versions"]
    assert (6, 2, 1) == (line.now.evaluations, line.now.pass_rate.n, line.now.pass_rate.count)
    assert report.scores is not None
    assert {0.8: True, 0.466666666667: False} == dict(zip(report.scores["score"], report.scores["passed"], strict=True))


def test_production_and_tests_are_apart() -> None:
    """As `isProduction` says, or else the test case."""
    now = [*sessions(3, NOW), *sessions(4, NOW, testCaseId="c"), *sessions(5, NOW, testCaseId="c", isProduction=True)]
    found = lines_of(report_of(now, evaluations(now, [0.9])))
    assert 8 == found["production", "m1", "All versions"].now.pass_rate.n
    assert 4 == found["tests", "m1", "All versions"].now.pass_rate.n


def test_revisions_are_apart() -> None:
    """Each has lines of its own, a label of its own, and is never compared with the other."""
    now, before = sessions(40, NOW), sessions(40, BEFORE)
    family = {"metric.metric_group_id": "g"}
    records = [*evaluations(before, [0.9], "metric_a", **family), *evaluations(now, [0.1], "metric_b", **family)]
    report = report_of([*now, *before], records)
    assert report.findings.scores is not None
    (metric,) = report.findings.scores.metrics
    assert ("metric_b", "g", "Accuracy (…tric_b)", 2) == (
        metric.metric_id,
        metric.family,
        metric.label,
        metric.revisions,
    )
    assert metric.total.pass_rate_change.value is None
    for page in (report.to_markdown(), report.to_html()):
        assert "1 of 2 revisions" in page
        assert "are not compared with each other" in page


def test_what_does_not_count_is_stated() -> None:
    """By reason and period; excluded metrics are named."""
    now, before = sessions(4, NOW), sessions(4, BEFORE)
    world = [*now, *before]
    gone = [{"id": "gone", "versionId": "v", "createdAt": f"{NOW}T00:00:00Z"}]
    records = [
        *evaluations(world, [0.5, None]),
        *evaluations(now, [None], "m2", why_not="outdated", status="OUTDATED"),
        *evaluations(now, [0.5], "m3", counts=False, why_not="paused"),
        *evaluations(before, [0.5], "m4", reported_score=None),
        *evaluations(now, [0.5], "m5", counts=None, why_not=None),
        *evaluations(world, [0.5], "m6", "Old one", **{"metric.excluded_from_analytics_at": "2026-01-01T00:00:00Z"}),
        *evaluations(gone, [0.5], "m7"),
        *evaluations([gone[0] | {"createdAt": f"{BEFORE}T00:00:00Z"}], [0.5], "m8", **{"session.created_at": None}),
    ]
    report = report_of(world, records)
    assert {
        "pending": (2, 2),
        "outdated": (4, 0),
        "no_score": (0, 4),
        "not_counted": (4, 0),
        "excluded": (4, 4),
        "no_session": (1, 1),
        "paused": (4, 0),
    } == left_out(report)
    assert report.findings.scores is not None
    assert ("Old one",) == report.findings.scores.excluded
    assert {"m1"} == {each.metric_id for each in report.findings.scores.metrics}
    for page in (report.to_markdown(), report.to_html()):
        assert "the session changed after it was scored" in page
        assert "a status unknown to this release" in page
        assert "Metrics excluded from analytics" in page


def test_the_threshold_is_the_rows_or_else_the_metrics_or_else_a_half() -> None:
    """In this order."""
    now = sessions(4, NOW)
    records = [
        *evaluations(now, [0.6], "m1", metric_pass_threshold=0.7),
        *evaluations(now, [0.6], "m2", "Tone", **{"metric.pass_threshold": 0.6}),
        *evaluations(now, [0.5], "m3", "Style", **{"metric.pass_threshold": None}),
        *evaluations(now, [0.4], "m4", "Wit", **{"metric.pass_threshold": None}),
    ]
    found = lines_of(report_of(now, records))
    assert [0, 4, 4, 0] == [found["production", f"m{n}", "All versions"].now.pass_rate.count for n in (1, 2, 3, 4)]


def test_regressions_come_first() -> None:
    """Metrics and versions that fell by more than chance explains, then the lowest; few sessions last."""
    now = {each: sessions(count, NOW, version=each) for each, count in (("v1", 60), ("v2", 60), ("v3", 5))}
    before = {each: sessions(60, BEFORE, version=each) for each in now}
    low, high = [0.1, 0.2, 0.3], [0.9]
    records = []
    for version, its in now.items():
        fell = [0.9, 0.8, 0.1] if version == "v2" else high
        for metric, of_now, of_before in (("low", low, low), ("fell", fell, high), ("high", high, high)):
            records += evaluations(its, of_now, metric, metric)
            records += evaluations(before[version], of_before, metric, metric)
    records += evaluations(now["v3"], [0.0], "rare", "rare")
    report = report_of([each for group in (*now.values(), *before.values()) for each in group], records)
    assert report.findings.scores is not None
    metrics = report.findings.scores.metrics
    assert ["fell", "low", "high", "rare"] == [each.metric_id for each in metrics]
    assert ["v2", "v1", "v3"] == [each.version_id for each in metrics[0].versions]
    assert (metrics[0].versions[0].pass_rate_change.high or 0) < 0
    assert metrics[-1].total.few


@pytest.mark.parametrize(("count", "marks"), [(60, 2), (5, 0)])
def test_only_enough_sessions_are_marked_better_or_worse(count: int, marks: int) -> None:
    """A metric fell in every session: with few sessions, the page shows the change and judges nothing."""
    now, before = sessions(count, NOW), sessions(count, BEFORE)
    records = evaluations(now, [0.1, 0.12], "fell", "fell") + evaluations(before, [0.9, 0.88], "fell", "fell")
    page = report_of([*now, *before], records).to_html().partition('id="scores"')[2].partition("</section>")[0]
    total = page.partition("</tr>")[2].partition("</tr>")[0]
    assert marks == total.count("change worse")


def test_a_period_that_was_not_loaded_is_not_compared() -> None:
    """Neither if no sessions were loaded, nor if no evaluations were."""
    now, before = sessions(40, NOW), sessions(40, BEFORE)
    records = evaluations([*now, *before], [0.9, 0.2])
    late = report_of([*now, *before], records, {"filters": {"from_created_at": "2026-03-23T00:00:00Z"}})
    alone = report_of(now, records)
    for report, words in ((late, "evaluations of the week before were not loaded"), (alone, "there are no sessions")):
        line = lines_of(report)["production", "m1", "All versions"]
        assert (0, None, None) == (line.before.pass_rate.n, line.pass_rate_change.value, line.mean_change.value)
        assert report.findings.scores is not None
        assert words in str(report.findings.scores.no_previous)
    assert "OK" == late.verdict


def test_evaluations_count_once_by_their_last_row() -> None:
    """Their order does not matter otherwise."""
    now = sessions(3, NOW)
    records = [*evaluations(now, [0.1]), *evaluations(now, [0.9])]
    report = report_of(now, records, {"fingerprint": None}, selection="all")
    assert 3 == lines_of(report)["production", "m1", "All versions"].now.pass_rate.count
    assert 3 == lines_of(report)["production", "m1", "All versions"].now.evaluations


def test_frames_that_lack_columns_or_names_are_read() -> None:
    """Only the columns of evaluations are needed; metrics without a name are unknown ones."""
    now = sessions(3, NOW)
    whole = scores_frame([*evaluations(now, [0.9], "m1", None), *evaluations(now, [0.9], "m2", " ")])
    bare = whole[["id", "session_id", "metric_id", "created_at", "reported_score", "counts"]]
    for scores, families in ((whole, ["family of m1", "family of m2"]), (bare, ["m1", "m2"])):
        report = gf.build_report(*framed(now), scores=scores, as_of=AS_OF)
        assert report.findings.scores is not None
        assert ["Unknown metric (…m1)", "Unknown metric (…m2)"] == [
            each.label for each in report.findings.scores.metrics
        ]
        assert families == [each.family for each in report.findings.scores.metrics]


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (lambda scores: scores.drop(columns="counts"), r"scores has no column 'counts': .* galtea_frames.load_scores"),
        (lambda scores: pd.concat([scores, scores[["id"]]], axis=1), "several columns named 'id'"),
        (lambda _: [1], "scores must be a pandas DataFrame as returned by load_scores, not"),
    ],
)
def test_frames_of_something_else_are_refused(broken: Callable[[pd.DataFrame], Any], words: str) -> None:
    """In one line."""
    now = sessions(3, NOW)
    with pytest.raises(gf.ReportError, match=words):
        gf.build_report(*framed(now), scores=broken(scores_frame(evaluations(now, [0.9]))), as_of=AS_OF)


def counted_slowly(records: Iterable[Record], world: Iterable[Record]) -> dict[tuple[str, str, str, bool], list[float]]:
    """Return the sessions' scores by place, metric, version and period, with plain loops."""
    of_session: dict[tuple[str, str], list[float]] = defaultdict(list)
    for record in records:
        if record["counts"] and record["reported_score"] is not None:
            of_session[record["session_id"], record["metric_id"]].append(record["reported_score"])
    found: dict[tuple[str, str, str, bool], list[float]] = defaultdict(list)
    for session in world:
        place = "tests" if session.get("testCaseId") else "production"
        for (session_id, metric), values in of_session.items():
            if session_id == session["id"]:
                is_now = session["createdAt"] >= "2026-03-23"
                for version in (session["versionId"], "all"):
                    found[place, metric, version, is_now].append(statistics.fmean(values))
    return found


EVALUATIONS = st.lists(
    st.tuples(
        st.sampled_from([NOW, BEFORE]),
        st.sampled_from(["v1", "v2"]),
        st.sampled_from([None, "case"]),
        st.sampled_from(["m1", "m2"]),
        st.lists(st.none() | st.sampled_from([0, 0.1, 0.25, 0.5, 0.7, 1]), min_size=1, max_size=3),
    ),
    min_size=1,
    max_size=25,
)


@settings(deadline=None, max_examples=times(40))
@given(EVALUATIONS)
def test_any_evaluations_are_counted_as_plain_loops_count_them(
    drawn: list[tuple[str, str, str | None, str, Any]],
) -> None:
    """Samples, means, pass rates and the numbers that thresholds compare."""
    world, records = [], []
    for number, (day, version, case, metric, values) in enumerate(drawn):
        (session,) = sessions(1, day, version=version, testCaseId=case, userId=f"u{number}")
        world.append(session)
        for turn, value in enumerate(values):
            records += evaluations([session], [value], metric, id=f"{number}-{turn}")
    world += [*sessions(1, NOW, version="v1"), *sessions(1, BEFORE, version="v1")]
    expected = counted_slowly(records, world)
    report = report_of(world, records)
    found = lines_of(report)
    labels = {"all": "All versions", "v1": "name of v1", "v2": "name of v2"}
    assert {key[:3] for key in expected if key[3]} == {
        (place, metric, next(id_ for id_, name in labels.items() if name == label)) for place, metric, label in found
    }
    for (place, metric, version, is_now), values in expected.items():
        if (line := found.get((place, metric, labels[version]))) is not None:
            scored = line.now if is_now else line.before
            assert len(values) == scored.pass_rate.n == scored.mean.n
            assert scored.mean.value == pytest.approx(statistics.fmean(values))
            assert sum(each >= 0.5 - 1e-9 for each in values) == scored.pass_rate.count
    assert report.to_dict() == json.loads(json.dumps(report.to_dict(), allow_nan=False), parse_constant=pytest.fail)


# -- thresholds --


def two_metrics() -> tuple[list[Record], list[Record]]:
    """Return sessions and evaluations: v2 is bad in tests."""
    world, records = [], []
    for day in (NOW, BEFORE):
        for version, value in (("v1", 0.8), ("v2", 0.6)):
            production = sessions(40, day, version=version)
            tests = sessions(20, day, version=version, testCaseId="c")
            world += [*production, *tests]
            records += evaluations(production, [0.8], "m1", "Accuracy")
            records += evaluations(tests, [value if day == NOW else 0.8], "m1", "Accuracy")
            records += evaluations(tests, [0.9, 0.3], "m2", 'Say "no" (politely)')
            records += evaluations(tests[:7], [1.0], "m3", "Rare")
    return world, records


JUDGED = [
    ('score("Accuracy") < 0.8', "broken", [(None, "tests", 0.7)]),
    ('score("Accuracy") < 0.7', "held", []),
    ("score('m1') < 0.8 per version", "broken", [("v2", "tests", 0.6)]),
    ('score("Accuracy") < 0.8 and n >= 30 per version', "held", []),
    (
        'score("Accuracy") <= 80% and n >= 30 per version',
        "broken",
        [("v1", "production", 0.8), ("v2", "production", 0.8)],
    ),
    ('score("Accuracy") <= 0.8 in production', "broken", [(None, "production", 0.8)]),
    ('score("Accuracy") < 0.8 per version in production', "held", []),
    ('score_change("Accuracy") == -0.2 per version in tests', "broken", [("v2", "tests", -0.2)]),
    ('pass_rate("Say \\"no\\" (politely)") < 0.5', "held", []),
    ("pass_rate('Say \"no\" (politely)') <= 0.5", "broken", [(None, "tests", 0.5)]),
    ('pass_rate_change_high("Accuracy") < 0', "held", []),
    ('scored("Accuracy") == 40 and previous_n == 40 and n == 40', "broken", [(None, "tests", 40)]),
    ("pass_rate(\"m2\") < 1 and score('m1') < 1 and n == 40", "broken", [(None, "tests", 0.5)]),
    (
        "failure_rate >= 0 and score('m1') < 1 and n == 20 per version in tests",
        "broken",
        [("v1", "tests", 0), ("v2", "tests", 0)],
    ),
    ('score("Rare") == 1 and score("m1") < 1 and n == 14 and previous_n == 14', "broken", [(None, "tests", 1.0)]),
    ("sessions == 80 in production", "broken", [(None, "production", 80)]),
    ("sessions == 20 per version in tests", "broken", [("v1", "tests", 20), ("v2", "tests", 20)]),
    ('score("m2") < 1 in production', "n/a", []),
    ('score("m2") < 1 per version in production', "n/a", []),
]


@pytest.mark.parametrize(("text", "outcome", "broken"), JUDGED)
def test_conditions_on_metrics_are_judged_by_place(
    text: str, outcome: str, broken: list[tuple[str | None, str, float]]
) -> None:
    """Exactly, per version or for all; `n` is the number of scored sessions."""
    world, records = two_metrics()
    report = report_of(world, records, thresholds=text)
    (result,) = report.findings.thresholds
    assert outcome == result.outcome
    assert [each[:2] for each in broken] == [(each.version_id, each.place) for each in result.broken]
    assert [each[2] for each in broken] == pytest.approx([each.readings[0].value for each in result.broken])
    assert {"broken": "FAIL", "held": "OK", "n/a": "OK" if result.per_version else "WARN"}[outcome] == report.verdict
    for page in (report.to_html(), report.to_markdown()):
        assert result.level in page


def test_the_headline_says_where_a_metric_fell() -> None:
    """The version, the place and the score; in total, the place."""
    world, records = two_metrics()
    report = report_of(world, records, thresholds='score("Accuracy") < 0.7 and n > 3 per version')
    assert '” is broken by name of v2 in tests (score("Accuracy") 0.600); in total' in report.findings.headline
    report = report_of(world, records, thresholds='pass_rate("m2") < 70%')
    assert 'is broken in tests (pass_rate("m2") 50.0\u00a0%): 120 sessions' in report.findings.headline
    assert "in tests" in report.to_markdown()
    report = report_of(world, records, thresholds="sessions > 10 in tests")
    assert "is broken in tests (sessions 40): 120 sessions" in report.findings.headline


def test_each_revision_of_a_name_is_judged() -> None:
    """The label of the one that breaks the condition is shown."""
    now = sessions(40, NOW)
    records = [*evaluations(now, [0.9], "metric_a"), *evaluations(now, [0.2], "metric_b")]
    report = report_of(now, records, thresholds='score("Accuracy") < 0.5')
    (result,) = report.findings.thresholds
    assert [("Accuracy (…tric_b)",)] == [each.revisions for each in result.broken]
    assert [("Accuracy (…tric_a)",)] == [each.revisions for each in result.held]
    assert "in production by Accuracy (…tric\\_b)" in report.to_markdown().replace("…tric_b", "…tric\\_b")
    one = report_of(now, records, thresholds='score("metric_b") < 0.5').findings.thresholds[0]
    assert [()] == [each.revisions for each in one.broken]


@pytest.mark.parametrize("limit", ["0.8", "0.80", "80%"])
@pytest.mark.parametrize("values", [[0.8], [0.7, 0.9], [0.1, 0.8, 1.0, 1.0, 1.0, 0.9]])
def test_means_are_compared_exactly(values: list[float], limit: str) -> None:
    """As the decimal numbers that they are: the mean of ten times 0.8 is neither below nor above 0.8."""
    world = sessions(60, NOW)
    records = evaluations(world, values)
    assert Fraction(8, 10) == sum(Fraction(str(each)) for each in values) / len(values)
    for sign, outcome in (("<", "held"), (">", "held"), ("==", "broken")):
        (result,) = report_of(world, records, thresholds=f'score("Accuracy") {sign} {limit}').findings.thresholds
        assert outcome == result.outcome


@pytest.mark.parametrize(
    ("scores", "words"),
    [
        (True, "thresholds name a metric that does not exist, 'Acuracy', use 'Accuracy'"),
        (False, "needs scores: pass scores=, or --scores on the command line"),
    ],
)
def test_a_metric_that_does_not_exist_is_refused(scores: bool, words: str) -> None:
    """Before anything is computed, with one like it."""
    world, records = two_metrics()
    with pytest.raises(gf.QueryError) as caught:
        gf.build_report(
            *framed(world),
            scores=scores_frame(records) if scores else None,
            as_of=AS_OF,
            thresholds='score("Acuracy") < 0.5',
        )
    assert words in str(caught.value)
    assert 1 == len(str(caught.value).splitlines())


def test_a_condition_on_a_place_needs_no_scores() -> None:
    """It is judged on the sessions of that place."""
    world, _ = two_metrics()
    report = gf.build_report(*framed(world), as_of=AS_OF, thresholds="sessions < 100 in tests")
    assert ("FAIL", None) == (report.verdict, report.findings.scores)


# -- completeness --

PROBLEMS: list[tuple[Record, str]] = [
    ({"complete": False, "problem": "HTTP 503"}, "scores: HTTP 503"),
    ({"filters": {"limit": 5}}, "scores: loaded with limit=5"),
    ({"filters": {"from_created_at": "2026-03-24T00:00:00Z"}}, "scores: loaded from 2026-03-24"),
    ({"filters": {"to_created_at": "2026-03-27T00:00:00Z"}}, "scores: loaded up to 2026-03-27"),
    ({"fetched_at": "2026-03-28T00:00:00Z"}, "scores: fetched at 2026-03-28"),
    ({"filters": {"statuses": ["SUCCESS"]}}, "so other evaluations of the period are not in the frame"),
    ({"filters": {"product_ids": ["p1"]}}, "scores: loaded with other product_ids than the sessions"),
    ({"resource": "evaluations"}, "scores: the frame was loaded as evaluations, not as scores"),
    ({"fingerprint": "x"}, "scores: rows were removed, added or replaced after loading"),
    ({"fetched_at": None}, "so evaluations may be missing"),
    ({"filters": {"metric_ids": ["m1"], "include_excluded_from_analytics": True}}, ""),
    ({"filters": {"from_created_at": "2026-03-16T00:00:00Z"}}, ""),
]


@pytest.mark.parametrize(("attrs", "words"), PROBLEMS)
def test_scores_that_may_be_incomplete_never_pass(attrs: Record, words: str) -> None:
    """The page says why; a selection answers for rows that were left out, and not for those that are missing."""
    world = [*sessions(40, NOW), *sessions(40, BEFORE)]
    report = report_of(world, evaluations(world, [0.9]), attrs)
    assert ("INCOMPLETE" if words else "OK") == report.verdict
    assert words in " ".join(report.findings.completeness.problems)
    answerable = any(each.endswith("which sessions these are") for each in report.findings.completeness.problems)
    selected = report_of(world, evaluations(world, [0.9]), attrs, selection="all but a few")
    assert (answerable or not words) == (selected.verdict == "OK")


# -- files --


def test_scores_are_in_every_format(tmp_path: Path) -> None:
    """HTML, Markdown, JSON, charts and rows of their own; without scores, in none."""
    world, records = two_metrics()
    report = report_of(world, records, thresholds=[])
    report.write(tmp_path / "r")
    names = sorted(each.relative_to(tmp_path / "r").as_posix() for each in (tmp_path / "r").rglob("*.p*"))
    assert {"scores.parquet", "charts/pass_rates_in_production.png", "charts/pass_rates_in_tests.png"} <= set(names)
    report.write(tmp_path / "r")
    rows = gf.read_parquet(tmp_path / "r" / "scores.parquet")
    assert report.scores is not None
    pd.testing.assert_frame_equal(rows, report.scores)
    of_v2 = rows[(rows["version_id"] == "v2") & (rows["metric_id"] == "m1") & ~rows["production"]]
    assert {0.6} == {*of_v2[of_v2["period"] == "2026-W13"]["score"]}
    for page in (report.to_html(), report.to_markdown()):
        assert page.index("Version by version") < page.index("In production") < page.index("In tests")
    assert "gf.build_report(sessions, versions, scores=scores, as_of=" in report.findings.reproduction.command
    without = gf.build_report(*framed(world), as_of=AS_OF)
    assert (None, None) == (without.scores, without.to_dict()["scores"])
    without.write(tmp_path / "r")
    assert not (tmp_path / "r" / "scores.parquet").exists()
    assert "Pass rate" not in without.to_html() + without.to_markdown()


def test_a_page_has_room_for_many_metrics() -> None:
    """Thirty in each place, ten versions of each, and how many more there are."""
    now = [each for number in range(12) for each in sessions(2, NOW, version=f"v{number}")]
    records = [each for number in range(33) for each in evaluations(now, [0.9], f"m{number}", f"metric {number}")]
    report = report_of(now, records)
    for page in (report.to_html(), report.to_markdown()):
        assert "3 more metrics in report.json" in page
        assert "2 more versions in report.json" in page


def test_without_a_score_the_section_says_so() -> None:
    """An empty frame of scores is not the same as none."""
    now = sessions(3, NOW)
    report = report_of(now, [])
    for page in (report.to_html(), report.to_markdown()):
        assert "No session of this week has a score." in page
    assert report.scores is not None
    assert 0 == len(report.scores)
    assert math.isfinite(report.scores.shape[1])


@pytest.mark.parametrize("order", [1, -1])
def test_the_order_of_rows_changes_nothing(order: int) -> None:
    """Not even the last digit of a mean."""
    now = sessions(50, NOW)
    records = evaluations(now, [0.1, 0.2, 0.3, 0.7, 1e-9])[::order]
    found = lines_of(report_of(now, records))["production", "m1", "All versions"].now.mean
    expected = [0.1, 0.2, 0.3, 0.7, 1e-9] * 10
    assert math.fsum(expected) / 50 == found.value
