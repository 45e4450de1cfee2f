"""Sums of columns and groups of sessions: against plain loops, missing values, many values, and in every format."""

from __future__ import annotations

import json
import math
from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from effort import times
from hypothesis import given, settings
from hypothesis import strategies as st
from report_frames import AS_OF, FETCHED, framed, report_on, sessions, vouched
from score_frames import evaluations, scores_frame

import galtea_frames as gf
from galtea_frames.frames.frame import ATTRS
from galtea_frames.rates import difference, rate

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("undrawn_charts")

Record = dict[str, Any]

#: The value of an option, or of any field of a record.
Field = Any

NOW, BEFORE = "2026-03-25", "2026-03-18"


def turns_frame(records: Iterable[Record], **attrs: Field) -> pd.DataFrame:
    """Return a frame of turns that proves to be complete, except for these attrs."""
    rows = list(records)
    frame = pd.DataFrame(
        {
            "id": pd.array([each["id"] for each in rows], dtype="string"),
            "session_id": pd.array([each["session"] for each in rows], dtype="string"),
            "created_at": pd.to_datetime([f"{NOW}T12:00:00Z"] * len(rows), utc=True).as_unit("us"),
            "cost": pd.array([each["cost"] for each in rows], dtype="Float64"),
            "tokens": pd.array([each.get("tokens") for each in rows], dtype="Int64"),
        }
    )
    frame.attrs[ATTRS] = {"resource": "inference_results", "fetched_at": FETCHED}
    return vouched(frame, **attrs)


# -- sums --


def test_sums_are_those_added_by_hand() -> None:
    """In total and by version, with how many sessions have a value; null is not 0."""
    costs = [0.1, 0.2, None]
    now = [each | {"metadata": {"cost": costs[place % 3]}} for place, each in enumerate(sessions(30, NOW))]
    other = [each | {"metadata": {"cost": 10}} for each in sessions(5, NOW, version="v2")]
    before = [each | {"metadata": {"cost": 0.5}} for each in sessions(4, BEFORE)]
    report = report_on([*now, *other, *before], sums="metadata.cost")
    (found,) = report.findings.sums
    assert ("metadata.cost", ()) == (found.column, found.numeric)
    assert (53.0, 25, 25, 35) == (
        found.total.now.total,
        found.total.now.n,
        found.total.now.with_value,
        found.total.now.sessions,
    )
    assert (2.0, 4, 4) == (found.total.before.total, found.total.before.with_value, found.total.before.sessions)
    assert found.total.relative == pytest.approx(25.5)
    assert [("v2", 50.0, None), ("v1", 3.0, pytest.approx(0.5))] == [
        (each.version_id, each.now.total, each.relative) for each in found.versions
    ]
    assert 0.15 == pytest.approx(found.versions[1].now.per_session)
    for page in (report.to_html(), report.to_markdown()):
        assert "Sum of metadata.cost" in page
        assert "25 of 35" in page
    assert "metadata.cost" in report.rows


def test_turns_are_added_up_by_session() -> None:
    """Each turn once; turns of other sessions, and null, add nothing."""
    now = sessions(3, NOW)
    turns = [
        {"id": "t1", "session": now[0]["id"], "cost": 0.1, "tokens": 5},
        {"id": "t2", "session": now[0]["id"], "cost": 0.2, "tokens": 7},
        {"id": "t3", "session": now[1]["id"], "cost": None, "tokens": None},
        {"id": "t4", "session": "another", "cost": 9.0},
        {"id": "t5", "session": None, "cost": 9.0},
    ]
    report = report_on(now, turns=turns_frame(turns), sums=["turns.cost", "turns.tokens"])
    cost, tokens = report.findings.sums
    assert (0.3, 2, 1, 3) == (
        round(cost.total.now.total or 0, 12),
        cost.total.now.n,
        cost.total.now.with_value,
        cost.total.now.sessions,
    )
    assert 12 == tokens.total.now.total
    assert [12, None, None] == [None if pd.isna(each) else each for each in report.rows["turns.tokens"]]
    assert "OK" == report.verdict
    twice = pd.concat([turns_frame(turns), turns_frame(turns)], ignore_index=True)
    again = report_on(now, turns=twice, sums="turns.cost")
    assert "INCOMPLETE" == again.verdict
    assert cost.total == again.findings.sums[0].total


@pytest.mark.parametrize(
    ("attrs", "words"),
    [
        ({"complete": False, "problem": "HTTP 503"}, "turns: HTTP 503"),
        ({"resource": "sessions"}, "turns: the frame was loaded as sessions, not as inference_results"),
        ({"filters": {"statuses": ["FAILED"]}}, "so other turns of the period are not in the frame"),
    ],
)
def test_turns_that_may_be_incomplete_never_pass(attrs: Record, words: str) -> None:
    """The page says why."""
    now = sessions(3, NOW)
    turns = turns_frame([{"id": "t", "session": now[0]["id"], "cost": 1.0}], **attrs)
    report = report_on(now, turns=turns, sums="turns.cost")
    assert "INCOMPLETE" == report.verdict
    assert words in report.findings.completeness.problems[0]


def test_a_column_without_numbers_names_others() -> None:
    """As it may be misspelt; there is no sum, rather than 0."""
    now = [each | {"metadata": {"cost": 1, "name": "x"}} for each in sessions(3, NOW)]
    turns = turns_frame([{"id": "t", "session": "s", "cost": 1.0}])
    report = report_on(now, sums=["metadata.name", "metadata.costs", "turns.prize"], turns=turns)
    for each in report.findings.sums:
        assert (None, 0, 3) == (each.total.now.total, each.total.now.n, each.total.now.sessions)
        assert ("metadata.cost", "turns.cost", "turns.tokens") == each.numeric
    assert "Columns with numbers" in report.to_html()
    assert "Columns with numbers: metadata.cost" in report.to_markdown()


def test_a_period_that_was_not_loaded_adds_nothing() -> None:
    """Some of its sessions may be missing."""
    world = [*sessions(3, NOW, metadata={"x": 1}), *sessions(2, BEFORE, metadata={"x": 1})]
    late = {"filters": {"from_created_at": f"{BEFORE}T00:00:00Z"}}
    report = report_on(world, attrs=late, sums="metadata.x", by="metadata.x")
    total = report.findings.sums[0].total
    assert (3, None, 0, None) == (total.now.total, total.before.total, total.before.sessions, total.relative)
    assert (0, None) == (
        report.findings.breakdowns[0].groups[0].before,
        report.findings.breakdowns[0].groups[0].change.value,
    )


def test_sums_beyond_numbers_are_none() -> None:
    """JSON has no infinity."""
    now = [each | {"metadata": {"x": 1.7e308}} for each in sessions(3, NOW)]
    before = [each | {"metadata": {"x": 5e-324}} for each in sessions(1, BEFORE)]
    found = report_on([*now, *before], sums="metadata.x").findings.sums[0]
    assert (None, 3, None) == (found.total.now.total, found.total.now.n, found.total.relative)
    one = [each | {"metadata": {"x": 1.7e308}} for each in sessions(1, NOW)]
    assert report_on([*one, *before], sums="metadata.x").findings.sums[0].total.relative is None


def test_turns_are_needed_before_anything_else() -> None:
    """A sum of turns without turns is refused."""
    with pytest.raises(gf.QueryError, match=r"the sum of 'turns\.cost' needs turns: pass turns="):
        report_on(sessions(1, NOW), sums="turns.cost")
    with pytest.raises(gf.QueryError, match="sums must be a column or a list of columns, not 3"):
        report_on(sessions(1, NOW), sums=3)
    with pytest.raises(gf.ReportError, match="turns has no column 'session_id'"):
        report_on(sessions(1, NOW), turns=turns_frame([]).drop(columns="session_id"), sums="turns.cost")


@settings(deadline=None, max_examples=times(40))
@given(
    st.lists(
        st.tuples(
            st.sampled_from([NOW, BEFORE]),
            st.sampled_from(["v1", None]),
            st.none() | st.floats(-1e9, 1e9) | st.integers(-(10**6), 10**6),
            st.none() | st.sampled_from(["a", "b", "c", "Other"]),
            st.booleans(),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_any_sessions_are_added_and_grouped_as_plain_loops_do(drawn: list[Any]) -> None:
    """Sums to the last digit; sessions and failures by value."""
    world = []
    for number, (day, version, value, group, failed) in enumerate(drawn):
        fields = {"metadata": {"x": value, "g": group}}
        world += sessions(1, day, "FAILED" if failed else "COMPLETED", version, userId=f"u{number}", **fields)
    world += sessions(1, BEFORE)
    report = report_on(world, sums="metadata.x", by="metadata.g")
    now = [each for each in drawn if each[0] == NOW]
    (found,), (breakdown,) = report.findings.sums, report.findings.breakdowns
    exact = sum((Fraction(each[2]) for each in now if each[2] is not None), Fraction(0))
    with_value = sum(each[2] is not None for each in now)
    assert (float(exact) if with_value else None) == found.total.now.total
    assert (with_value, len(now)) == (found.total.now.with_value, found.total.now.sessions)
    if breakdown.found:
        counts = Counter(each[3] for each in now)
        assert counts == {group.value: group.sessions for group in breakdown.groups}
        for group in breakdown.groups:
            its = [each[4] for each in now if each[3] == group.value]
            assert rate(sum(its), len(its)) == group.failure_rate
    assert report.to_dict() == json.loads(json.dumps(report.to_dict(), allow_nan=False), parse_constant=pytest.fail)


# -- groups --


def test_groups_have_rates_and_changes() -> None:
    """The most frequent first, then those without a value."""
    world = [
        *sessions(40, NOW, metadata={"channel": "web"}),
        *sessions(10, NOW, "FAILED", metadata={"channel": "web"}),
        *sessions(60, BEFORE, metadata={"channel": "web"}),
        *sessions(5, NOW, "PENDING", metadata={"channel": "voice"}),
        *sessions(7, NOW),
    ]
    report = report_on(world, by="metadata.channel")
    (found,) = report.findings.breakdowns
    web, voice, none = found.groups
    assert [("value", "web"), ("value", "voice"), ("none", None)] == [(each.kind, each.value) for each in found.groups]
    assert (50, 60, rate(10, 50), difference(rate(10, 50), rate(0, 60))) == (
        web.sessions,
        web.before,
        web.failure_rate,
        web.change,
    )
    assert (5, 0, None, True) == (voice.sessions, voice.before, voice.failure_rate.value, voice.few)
    assert 7 / 62 == none.share
    for page in (report.to_html(), report.to_markdown()):
        assert "By metadata.channel" in page
        assert "no value" in page
    assert "metadata.channel" in report.rows


def test_rare_values_are_one_group() -> None:
    """Eight values, and all others."""
    world = [each for number in range(12) for each in sessions(20 - number, NOW, metadata={"n": number})]
    report = report_on(world, by="metadata.n")
    groups = report.findings.breakdowns[0].groups
    assert [*map(str, range(8)), None] == [each.value for each in groups]
    assert ("other", 12 + 11 + 10 + 9) == (groups[-1].kind, groups[-1].sessions)
    assert "all others" in report.to_html()
    assert "all others" in report.to_markdown()


@pytest.mark.parametrize("value", [True, 1.5, "text", {"a": 1}, [1, "x"]])
def test_values_of_any_type_are_text(value: object) -> None:
    """As JSON writes them."""
    report = report_on(sessions(3, NOW, metadata={"x": value, "y": 1}), by=["metadata.x", "status"])
    shown = [group.value for each in report.findings.breakdowns for group in each.groups]
    assert shown[-1] == "COMPLETED"
    if not isinstance(value, dict):
        assert math.prod(each is not None for each in shown)
        assert value == (shown[0] if isinstance(value, str) else json.loads(str(shown[0])))


def test_groups_have_pass_rates_and_may_come_from_scores() -> None:
    """A column that sessions lack is looked up in the scores; both places are named."""
    now = [*sessions(30, NOW), *sessions(10, NOW, testCaseId="c")]
    records = []
    for place, each in enumerate(now):
        variant = {"test_case.variant": "hard" if place % 2 else None}
        records += evaluations([each], [0.9 if place % 2 else 0.1], "m1", "Accuracy", **variant)
    for number in range(7):
        records += evaluations(now, [0.9], f"n{number}", f"metric {number}")
    sessions_of, versions_of = framed(now)
    report = gf.build_report(
        sessions_of, versions_of, scores=scores_frame(records), by=["test_case.variant", "no.such"], as_of=AS_OF
    )
    by_variant, missing = report.findings.breakdowns
    assert ["hard", None] == [each.value for each in by_variant.groups]
    hard = {(each.place, each.metric_id): each.pass_rate for each in by_variant.groups[0].scores}
    assert (rate(15, 15), rate(5, 5)) == (hard["production", "m1"], hard["tests", "m1"])
    assert (False, ()) == (missing.found, missing.groups)
    assert {"hard"} == {*report.rows["test_case.variant"].dropna()}
    for page in (report.to_html(), report.to_markdown()):
        assert "No frame has this column." in page
        assert "metric 3" in page
    assert "10 more in report.json" in report.to_html()


def test_a_period_without_sessions_has_no_groups(tmp_path: Path) -> None:
    """Nor sums; the report can be written."""
    report = report_on(sessions(3, BEFORE, metadata={"x": 1}), sums="metadata.x", by="metadata.x")
    assert () == report.findings.breakdowns[0].groups
    assert report.findings.sums[0].total.now.total is None
    report.write(tmp_path / "r")
    assert "No session of this week." in (tmp_path / "r" / "report.md").read_text("utf-8")


def test_sums_and_groups_are_in_the_call_that_is_shown() -> None:
    """With the frames that it needs."""
    now = sessions(3, NOW)
    turns = turns_frame([{"id": "t", "session": now[0]["id"], "cost": 1.0}])
    sessions_of, versions_of = framed(now)
    report = gf.build_report(sessions_of, versions_of, turns=turns, sums="turns.cost", by="status", as_of=AS_OF)
    names = {"gf": gf, "sessions": sessions_of, "versions": versions_of, "turns": turns}
    again = eval(report.findings.reproduction.command, names)  # noqa: S307 - what it tells users to type
    assert report.to_dict() == again.to_dict()


def test_many_versions_have_room() -> None:
    """Twenty, and how many more there are."""
    world = [each for number in range(22) for each in sessions(1, NOW, version=f"v{number}", metadata={"x": number})]
    for page in ((report := report_on(world, sums="metadata.x")).to_html(), report.to_markdown()):
        assert "2 more versions in report.json" in page
