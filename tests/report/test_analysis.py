"""The findings of a report: numbers checked by hand and by plain loops, verdicts, changes, quality."""

from __future__ import annotations

import json
import math
import os
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from effort import times
from hypothesis import given, settings
from hypothesis import strategies as st
from page_frames import frame_of
from report_frames import AS_OF, Record, framed, report_on, sessions, two_weeks, versions, vouched

import galtea_frames as gf
from galtea_frames.api.resources import VERSIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("undrawn_charts")

Totals = dict[str, dict[str, Any]]


def totals_of(report: gf.Report) -> Totals:
    """Return the total lines of a report by name."""
    return {each["name"]: each for each in report.to_dict()["figures"]}


def lines_of(report: gf.Report) -> dict[str | None, dict[str, Any]]:
    """Return the version lines of a report by id."""
    return {each["id"]: each for each in report.to_dict()["versions"]}


# -- totals --


def test_totals_are_those_counted_by_hand() -> None:
    """Counts of both weeks, shares with their samples, differences."""
    found = totals_of(report_on(two_weeks()))
    assert {
        "sessions": (128, 125),
        "completed": (99, 117),
        "failed": (25, 8),
        "pending": (4, 0),
        "users": (2, 3),
        "active_versions": (3, 3),
    } == {name: (each["now"], each["before"]) for name, each in found.items() if each["unit"] == "count"}
    assert (25 / 124, 124, 8 / 125, 125) == tuple(
        found["failure_rate"][key] for key in ("now", "n", "before", "before_n")
    )
    assert (86 / 128, 68 / 125) == (found["production"]["now"], found["production"]["before"])
    assert (42 / 128, 57 / 125) == (found["tests"]["now"], found["tests"]["before"])
    assert 3 == found["sessions"]["change"]["value"]
    assert found["sessions"]["relative"] == pytest.approx(128 / 125 - 1)
    assert found["users"]["relative"] is None, "a share of three users says nothing"
    assert found["failure_rate"]["change"]["value"] == pytest.approx(25 / 124 - 8 / 125)


def test_versions_are_ranked_by_the_lower_end_of_their_rate() -> None:
    """One failure in two does not lead; versions with few sessions come last; sessions without a version have a row."""
    report = report_on(two_weeks())
    assert ["v2", "v1", "v3", None] == [line["id"] for line in report.to_dict()["versions"]]
    found = lines_of(report)
    assert [False, False, True, True] == [found[each]["few"] for each in ("v2", "v1", "v3", None)]
    assert (60, 42, 18) == tuple(found["v2"][key] for key in ("sessions", "completed", "failed"))
    assert 0.3 == found["v2"]["failure_rate"]["value"]
    assert found["v2"]["change"]["value"] == pytest.approx(0.3 - 0.05)
    assert found["v2"]["change"]["low"] > 0
    assert {"value": None, "low": None, "high": None} == found["v3"]["change"]
    assert 1 == pytest.approx(sum(line["share"] for line in found.values()))
    trend = found["v1"]["trend"]
    assert 12 == len(trend)
    assert [5 / 55, 0.1] == [each["value"] for each in trend[-2:]]
    assert {None} == {each["value"] for each in trend[:-2]}


def test_versions_of_one_name_stay_apart() -> None:
    """They have two rows, with the ends of their ids in the labels."""
    world = [*sessions(3, "2026-03-24", version="version_aaaaaa"), *sessions(4, "2026-03-24", version="version_bbbbbb")]
    found = lines_of(report_on(world, versions("version_aaaaaa", "version_bbbbbb", name="1.3.0", modelId="m1")))
    assert {"1.3.0 (…aaaaaa)", "1.3.0 (…bbbbbb)"} == {line["label"] for line in found.values()}
    assert {("1.3.0", "m1", "2026-01-01T00:00:00+00:00")} == {
        (line["name"], line["model"], line["created"]) for line in found.values()
    }


def test_where_a_session_was_is_told_by_is_production_or_else_by_its_test_case() -> None:
    """`isProduction` takes precedence over the test case unless it is null."""
    world = [
        *sessions(1, "2026-03-24", isProduction=True, testCaseId="t"),
        *sessions(2, "2026-03-24", isProduction=False, testCaseId=None),
        *sessions(4, "2026-03-24", isProduction=None, testCaseId=None),
        *sessions(8, "2026-03-24", isProduction=None, testCaseId="t"),
    ]
    found = totals_of(report_on(world))
    assert ((1 + 4) / 15, (2 + 8) / 15) == (found["production"]["now"], found["tests"]["now"])


def test_unknown_statuses_are_counted_as_what_they_are() -> None:
    """Each has a line and is in no rate, as are sessions without a status."""
    world = [
        *sessions(3, "2026-03-24"),
        *sessions(1, "2026-03-24", "FAILED"),
        *sessions(5, "2026-03-24", "CANCELLED"),
        *sessions(6, "2026-03-17", "TIMED_OUT"),
    ]
    world += [record | {"id": "n", "status": None} for record in sessions(1, "2026-03-24", "NONE")]
    found = totals_of(report_on(world))
    assert (10, 0.25, 4) == (found["sessions"]["now"], found["failure_rate"]["now"], found["failure_rate"]["n"])
    shown = {name: (each["now"], each["before"]) for name, each in found.items() if name.startswith("status:")}
    assert {"status:CANCELLED": (5, 0), "status:TIMED_OUT": (0, 6), "status:None": (1, 0)} == shown


def test_a_rate_of_nothing_is_no_rate() -> None:
    """It is None, displayed as n/a, not 0 %."""
    report = report_on([*sessions(3, "2026-03-24", "PENDING"), *sessions(3, "2026-03-17")])
    found = totals_of(report)["failure_rate"]
    assert (None, 0, 0.0, 3, None) == (
        found["now"],
        found["n"],
        found["before"],
        found["before_n"],
        found["change"]["value"],
    )
    assert "none ended yet" in report.findings.headline


def counted_slowly(records: Iterable[Record], first: datetime, days: int, zone: ZoneInfo) -> dict[str, Any]:
    """Return the numbers of a span of local days, by plain loops over records."""
    found: dict[str, Any] = {"statuses": Counter(), "versions": defaultdict(Counter), "days": Counter()}
    users, production = set(), 0
    for record in records:
        local = datetime.fromisoformat(record["createdAt"]).astimezone(zone)
        if not first <= local.replace(tzinfo=None) < first + timedelta(days=days):
            continue
        found["statuses"][record["status"]] += 1
        found["versions"][record["versionId"]][record["status"]] += 1
        found["days"][local.date().isoformat()] += 1
        users.add(record["userId"])
        sent = record.get("isProduction")
        production += (record["testCaseId"] is None) if sent is None else sent
    return found | {"users": len(users - {None}), "production": production}


@pytest.mark.parametrize("zone", ["UTC", "Europe/Madrid", "America/Los_Angeles"])
@pytest.mark.parametrize(
    ("period", "days", "first"), [("week", 7, "2026-03-16"), ("month", 28, "2026-02-01"), ("day", 1, "2026-03-22")]
)
def test_totals_agree_with_plain_loops_over_records(period: Any, days: int, first: str, zone: str) -> None:  # noqa: ANN401 - a literal
    """On sample rows: totals, versions, days, in several zones."""
    rows, versions_of = gf.sample.session_records(3_000), gf.sample.version_records(8)
    slow = counted_slowly(rows, datetime.fromisoformat(first), days, ZoneInfo(zone))
    as_of = {"week": "2026-03-25", "month": "2026-03-02", "day": "2026-03-23T09:00"}[period]
    report = gf.build_report(
        frame_of(rows), frame_of(versions_of, resource=VERSIONS), as_of=as_of, period=period, timezone=zone
    )
    found = totals_of(report)
    assert slow["statuses"].total() == found["sessions"]["now"] > 0
    for status, name in (("COMPLETED", "completed"), ("FAILED", "failed"), ("PENDING", "pending")):
        assert slow["statuses"][status] == found[name]["now"]
    assert (slow["users"], len(slow["versions"])) == (found["users"]["now"], found["active_versions"]["now"])
    assert slow["production"] == round(found["production"]["now"] * found["production"]["n"])
    assert {id_: (each.total(), each["FAILED"]) for id_, each in slow["versions"].items()} == {
        id_: (line["sessions"], line["failed"]) for id_, line in lines_of(report).items()
    }
    by_day = dict(zip(report.findings.by_day.axis, report.findings.by_day.totals, strict=True))
    assert slow["days"] == Counter({day: by_day[day] for day in slow["days"]})


moments = st.integers(0, 40 * 86_400_000).map(
    lambda ms: (datetime(2026, 3, 1) + timedelta(milliseconds=ms)).isoformat(timespec="milliseconds") + "Z"  # noqa: DTZ001 - its zone is written behind it
)
records = st.lists(
    st.tuples(moments, st.sampled_from(["COMPLETED", "FAILED", "PENDING", "ODD"]), st.sampled_from(["a", "b", None])),
    max_size=30,
)


@settings(max_examples=times(60), deadline=None)
@given(records, st.sampled_from(["UTC", "Europe/Madrid", "Asia/Kolkata"]), st.sampled_from(["day", "week", "month"]))
def test_the_days_add_up_to_the_total(rows: list[tuple[str, str, str | None]], zone: str, period: Any) -> None:  # noqa: ANN401 - a literal
    """So do versions and statuses."""
    world = [
        {"id": f"s{number}", "createdAt": created, "status": status, "versionId": version}
        for number, (created, status, version) in enumerate(rows)
    ]
    report = report_on(world, as_of="2026-04-03T10:00", timezone=zone, period=period)
    found, by_day = totals_of(report), report.findings.by_day
    total = found["sessions"]["now"]
    days = len([day for day in by_day.axis if report.findings.scope.period.first_day <= day])
    assert total == sum(by_day.totals[-days:])
    assert total == report.findings.by_period.totals[-1] == sum(line["sessions"] for line in lines_of(report).values())
    assert total == sum(
        found[name]["now"] for name in found if name in ("completed", "failed", "pending") or name.startswith("status:")
    )
    for stack in (by_day, report.findings.by_period):
        parts = np.array([each.values for each in stack.series], dtype=int).reshape(-1, len(stack.axis))  # noqa: PD011 - no frame
        assert list(stack.totals) == parts.sum(axis=0).tolist()


def test_sessions_of_the_repeated_hour_are_counted_once() -> None:
    """When Madrid's clocks go back, both hours from two o'clock belong to Sunday."""
    times = [
        "2026-10-24T21:59:59Z",
        "2026-10-24T22:00:00Z",
        "2026-10-25T00:30:00Z",
        "2026-10-25T01:30:00Z",
        "2026-10-25T22:59:59.999Z",
        "2026-10-25T23:00:00Z",
    ]
    world = [sessions(1, "2026-10-25")[0] | {"id": time, "createdAt": time} for time in times]
    by_day = report_on(world, as_of="2026-10-27", timezone="Europe/Madrid").findings.by_day
    assert [1, 4] == list(by_day.totals)[-2:]
    assert ("2026-10-24", "2026-10-25") == by_day.axis[-2:]


# -- verdicts --

VERDICTS = [
    pytest.param(None, "WARN", 0, id="by default, a version that got worse is worth a look"),
    pytest.param([], "OK", 0, id="no thresholds"),
    pytest.param("failure_rate > 50%", "OK", 0, id="held"),
    pytest.param("failure_rate > 10%", "FAIL", 10, id="broken"),
    pytest.param({"warn_if": "failure_rate > 10%"}, "WARN", 0, id="broken to warn"),
    pytest.param({"fail_if": "n > 1", "warn_if": "n > 1"}, "FAIL", 10, id="the worse of two"),
    pytest.param("failure_rate >= 50% per version", "FAIL", 10, id="a version breaks it"),
    pytest.param("failure_rate >= 50% and n >= 30 per version", "OK", 0, id="no version that counts breaks it"),
    pytest.param("sessions_change > 1000 and users > 1", "OK", 0, id="several numbers"),
    pytest.param("failure_rate > 50 % and n >= 30 per version", "OK", 0, id="a percentage as a report writes it"),
]


@pytest.mark.parametrize(("thresholds", "verdict", "code"), VERDICTS)
def test_thresholds_make_the_verdict(thresholds: Any, verdict: str, code: int) -> None:  # noqa: ANN401 - any form
    """The verdict determines the exit code."""
    report = report_on(two_weeks(), thresholds=thresholds)
    assert (verdict, code) == (report.verdict, report.exit_code)
    said = report.to_dict()
    assert (verdict, code) == (said["verdict"], said["exit_code"])


@settings(max_examples=times(40), deadline=None)
@given(
    st.lists(st.sampled_from(["n > 1", "n > 1e6", "failure_rate > 10%", "failed < 0 per version"])),
    st.lists(st.sampled_from(["n > 1", "n > 1e6", "production_rate > 200%"])),
    st.sampled_from([True, False]),
)
def test_the_exit_code_follows_from_the_verdict(fail_if: list[str], warn_if: list[str], complete: bool) -> None:
    """0 for OK and WARN, 10 for FAIL, 3 for INCOMPLETE, which takes precedence."""
    report = WORLDS[complete](fail_if, warn_if)
    broken = [each for each in report.findings.thresholds if each.outcome == "broken"]
    expected = "FAIL" if any(each.level == "fail" for each in broken) else "WARN" if broken else "OK"
    expected = expected if complete else "INCOMPLETE"
    assert (expected, {"OK": 0, "WARN": 0, "FAIL": 10, "INCOMPLETE": 3}[expected]) == (report.verdict, report.exit_code)


def world_of(*, complete: bool) -> Callable[[list[str], list[str]], gf.Report]:
    """Return a function that builds a report on the same frames with other thresholds."""
    frames = framed(two_weeks(), attrs={"complete": complete, "filters": {}})
    return lambda fail_if, warn_if: gf.build_report(
        *frames, as_of=AS_OF, thresholds={"fail_if": fail_if, "warn_if": warn_if}
    )


WORLDS = {complete: world_of(complete=complete) for complete in (True, False)}


def test_each_threshold_is_shown_with_value_limit_and_outcome() -> None:
    """In total and per version; "held" and "not judged" are separate."""
    report = report_on(two_weeks(), thresholds=["n > 100", "failure_rate_change > 0.2 per version"])
    total, each = report.to_dict()["thresholds"]
    (check,) = total["broken"]
    assert [{"figure": "n", "value": 124, "operator": ">", "limit": 100.0}] == check["readings"]
    assert ["v2"] == [check["version_id"] for check in each["broken"]]
    assert ["v1"] == [check["version_id"] for check in each["held"]]
    assert ["v3"] == [check["version_id"] for check in each["not_judged"]]
    assert report.findings.headline.startswith(
        "“n > 100” is broken, and so is 1 more threshold: 128 sessions, failure rate 20.2"
    )


def test_what_cannot_be_judged_is_worth_a_look() -> None:
    """A rate of no sessions in total is a warning; in a version it is common, and is not."""
    world = [*sessions(3, "2026-03-24", "PENDING"), *sessions(3, "2026-03-17")]
    assert "WARN" == report_on(world, thresholds="failure_rate > 5%").verdict
    assert "OK" == report_on(world, thresholds="failure_rate > 5% per version").verdict
    assert "OK" == report_on(world, thresholds="failure_rate > 5% and n > 0").verdict
    assert "1 threshold could not be judged" in report_on(world, thresholds="failure_rate > 5%").findings.headline


HEADLINES: list[tuple[list[Record], dict[str, Any], str]] = [
    (
        two_weeks(),
        {"thresholds": []},
        (
            "No thresholds were set: 128 sessions, failure rate 20.2\u00a0%"
            " (95 % interval 14.0\u00a0% to 28.1\u00a0%), 13.8 points above the week before."
        ),
    ),
    (two_weeks(), {"thresholds": "n > 500"}, "All thresholds passed (1): 128 sessions"),
    (
        two_weeks(),
        {},
        (
            "“failure_rate_change_low > 0 and n >= 30 and previous_n >= 30 per version” is broken by name of v2"
            " (30.0\u00a0% of 60 failed, failure_rate_change_low +"
        ),
    ),
    (two_weeks()[:125], {}, "No sessions in this period; the week before had 125."),
    (
        two_weeks()[:125],
        {"thresholds": "sessions < 100"},
        "“sessions < 100” is broken: no sessions in this period; the week before had 125.",
    ),
    (
        [*sessions(9, "2026-03-17"), *sessions(9, "2026-03-24")],
        {},
        "0.0\u00a0% to 29.9\u00a0%), unchanged from the week before.",
    ),
    ([*sessions(9, "2026-03-17", "FAILED"), *sessions(9, "2026-03-24")], {}, ", 100.0 points below the week before."),
    (
        [*sessions(9, "2026-03-17", "PENDING"), *sessions(9, "2026-03-24")],
        {},
        "; no sessions ended in the week before.",
    ),
    (sessions(9, "2026-03-24"), {}, "; no previous period: there are no sessions before this week."),
    (
        sessions(3, "2026-03-24", "PENDING"),
        {"thresholds": "failure_rate > 5% per version"},
        "0 of 1 threshold passed, the rest had nothing to judge: 3 sessions, none ended yet.",
    ),
    (
        [each for number in range(5) for each in sessions(1, "2026-03-24", version=f"v{number}")],
        {"thresholds": "n > 0 per version"},
        "is broken by name of v0 (n 1), name of v1 (n 1), name of v2 (n 1) and 2 more; in total 5 sessions",
    ),
    (two_weeks(), {"thresholds": ["n > 0", "n > 1", "n > 2"]}, "“n > 0” is broken, and so are 2 more thresholds: "),
]


@pytest.mark.parametrize(("world", "options", "words"), HEADLINES)
def test_the_headline_is_one_sentence(world: list[Record], options: dict[str, Any], words: str) -> None:
    """It has the verdict's reason, the number of sessions and the failure rate."""
    assert words in report_on(world, **options).findings.headline


# -- periods --


def test_the_first_period_has_no_previous_one() -> None:
    """Nothing is compared, and only versions created in the period are new."""
    report = report_on(two_weeks()[125:], versions("v1", "v2"))
    scope, found = report.to_dict()["scope"], totals_of(report)
    assert "no previous period: there are no sessions before this week" == scope["no_previous"]
    assert {None} == {each["before"] for each in found.values()} | {each["change"]["value"] for each in found.values()}
    changes = report.findings.changes
    assert ((), (), (), ()) == (changes.new_versions, changes.silent_versions, changes.statuses, changes.keys)
    assert not any(error.is_new for error in changes.errors)
    assert "no previous period" in report.to_markdown()


def test_periods_that_were_not_loaded_are_no_zeros() -> None:
    """Periods that were not loaded are unknown, in the trend too."""
    attrs = {"complete": True, "filters": {"from_created_at": "2026-03-09"}}
    report = report_on(two_weeks()[125:], attrs=attrs)
    assert "no previous period: there are no sessions in the 2 weeks before" == report.findings.scope.no_previous
    report = report_on(two_weeks()[125:], attrs={"complete": True, "filters": {"from_created_at": "2026-03-23"}})
    assert "no previous period: the week before was not loaded" == report.findings.scope.no_previous
    assert [None] * 11 == [each for line in report.findings.versions[:1] for each in line.trend[:-1]]
    assert ("2026-W13",) == report.findings.by_period.axis
    assert "2026-03-23" == report.findings.by_day.axis[0]


def test_older_sessions_make_an_empty_week_before_a_week_of_none() -> None:
    """There were sessions earlier, so the zeros are real."""
    report = report_on([*sessions(1, "2025-01-01"), *sessions(3, "2026-03-24")])
    assert report.findings.scope.no_previous is None
    assert (3, 0) == (totals_of(report)["sessions"]["now"], totals_of(report)["sessions"]["before"])
    assert () == report.findings.changes.new_versions, "it was there before the weeks that were looked at"
    report = report_on([*sessions(1, "2025-01-01", version="old"), *sessions(3, "2026-03-24")])
    assert ["v1"] == [each.version_id for each in report.findings.changes.new_versions]


# -- changes --


def test_new_and_silent_versions_are_named() -> None:
    """New: created or first seen in the period. Silent: seen in the previous period only."""
    made = versions("v1", "v2", "v3", "v4") + versions("v5", createdAt="2026-03-26T00:00:00Z")
    report = report_on(two_weeks(), made)
    changes = report.findings.changes
    assert [("v3", 6), ("v5", 0)] == [(each.version_id, each.sessions) for each in changes.new_versions]
    assert [("v4", 10)] == [(each.version_id, each.before) for each in changes.silent_versions]


def test_new_statuses_and_metadata_keys_are_named() -> None:
    """Those are the ones that no earlier period has."""
    world = [
        *sessions(1, "2026-03-17", metadata={"old": 1, "both": 1}),
        *sessions(1, "2026-03-24", "ODD", metadata={"both": 1, "user": {"tier": "pro"}}),
        *sessions(1, "2026-03-30", "LATER", metadata={"later": 1}),
    ]
    changes = report_on(world).findings.changes
    assert (("ODD",), ("metadata.user.tier",)) == (changes.statuses, changes.keys)


def test_keys_are_not_looked_for_in_json_text() -> None:
    """The report says that they were not checked, not that there are none."""
    frames = framed(two_weeks())
    as_text = frame_of([record | {"metadata": {"a": 1}} for record in two_weeks()], "json")
    report = gf.build_report(as_text, frames[1], as_of=AS_OF)
    assert report.findings.changes.keys is None
    assert "not checked" in report.to_markdown()
    assert "not checked" in report.to_html()


def test_errors_are_grouped_by_shape() -> None:
    """Each shape has counts, a trend and the latest ids, whatever the order of rows."""
    for world in (two_weeks(), two_weeks()[::-1]):
        first, second = report_on(world).findings.changes.errors
        assert ("cannot read <text>", 19, 0, True) == (first.shape, first.sessions, first.before, first.is_new)
        assert ("HTTP <n> from host <n>", 6, 8, False) == (second.shape, second.sessions, second.before, second.is_new)
        assert [8, 6] == list(second.trend[-2:])
        assert first.examples[0].startswith("2026-03-29-FAILED-v3")
        assert first.examples[1].startswith("2026-03-25-FAILED-v2")
        assert ["17", "16"] == [each.rpartition("-")[2] for each in first.examples[1:]]
        assert first.message is None


def test_rare_errors_are_counted_together() -> None:
    """Twelve shapes are listed."""
    words = [
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
    ]
    world = [
        each for place, word in enumerate(words) for each in sessions(20 - place, "2026-03-24", "FAILED", error=word)
    ]
    changes = report_on(world).findings.changes
    assert words[:12] == [error.shape for error in changes.errors]
    assert 8 + 7 == changes.other_errors


def test_raw_text_is_left_out_unless_asked_for() -> None:
    """Error messages are quoted, and errors and contexts kept among the rows, with `include_text` only."""
    world = [
        *two_weeks(),
        *sessions(1, "2026-03-24", "FAILED", error="secret 'words' of 7", context={"value": "told in private"}),
    ]
    for include_text in (False, True):
        report = report_on(world, include_text=include_text)
        everything = json.dumps(report.to_dict()) + report.to_markdown() + report.to_html() + report.rows.to_csv()
        assert include_text == ("secret 'words'" in report.rows.to_csv())
        assert include_text == ("told in private" in everything)
        assert include_text == ("secret 'words' of 7" in report.to_markdown())
        assert include_text == ("error" in report.rows.columns)


# -- stopping reasons and metrics --


def test_stopping_reasons_are_the_common_ones_and_others() -> None:
    """Eight are listed, sorted by sessions, then by text."""
    world = [
        each for place in range(10) for each in sessions(20 - place, "2026-03-24", stoppingReason=f"reason {place}")
    ]
    world += sessions(5, "2026-03-17", stoppingReason="reason 0") + sessions(2, "2026-03-17", stoppingReason="reason 9")
    world += sessions(7, "2026-03-25")
    found = report_on(world).findings.stopping_reasons
    assert [f"reason {place}" for place in range(8)] + [None] == [each.text for each in found]
    assert (20, 5, 20 / 155) == (found[0].sessions, found[0].before, found[0].share)
    assert (12 + 11, 2) == (found[-1].sessions, found[-1].before)


def test_metrics_have_quantiles_by_version() -> None:
    """They are numpy's, over the sessions that have a value, in both periods."""
    world = [each | {"metadata": {"ms": place}} for place, each in enumerate(two_weeks()) if place % 3]
    (metric,) = report_on(world, metrics="metadata.ms").findings.metrics
    values: dict[tuple[str, Any], list[int]] = defaultdict(list)
    for each in world:
        week = "now" if each["createdAt"] >= "2026-03-23" else "before"
        values[week, each["versionId"]].append(each["metadata"]["ms"])
        values[week, "all"].append(each["metadata"]["ms"])
    for line, key in [(metric.total, "all"), *((line, line.version_id) for line in metric.versions)]:
        for week, found in (("now", line.now), ("before", line.before)):
            known = values.get((week, key), [])
            expected = [float(np.quantile(known, level)) for level in (0.5, 0.9, 0.95)] if known else [None] * 3
            assert (len(known), *expected) == pytest.approx((found.n, found.median, found.p90, found.p95))
    assert sorted(metric.versions, key=lambda line: -line.now.n) == list(metric.versions)


#: What stands in a metadata field of each of seven sessions, how many of these are values, and their numbers.
MIXTURES: list[tuple[list[Any], int, list[float]]] = [
    ([1, 2, "n/a", 4.5, None, 3, 2], 6, [1, 2, 4.5, 3, 2]),
    ([1, True, {"a": 1}, [2], "3", 1e300, -0.0], 6, [1, 1e300, -0.0]),
    (["n/a"] * 7, 7, []),
    ([None] * 7, 0, []),
    ([True, False] * 3 + [None], 6, []),
    ([[1], [2], None, None, None, None, None], 2, []),
    ([10**400, 5, 5, 5, 5, 5, 5], 7, [5] * 6),
]


@pytest.mark.parametrize(("values", "present", "numbers"), MIXTURES)
def test_metrics_say_how_many_values_are_numbers(values: list[Any], present: int, numbers: list[float]) -> None:
    """Other values are counted and left out; an object has columns of its own."""
    world = [each | {"metadata": {"ms": value}} for each, value in zip(sessions(7, "2026-03-24"), values, strict=True)]
    world += [each | {"metadata": {"ms": 7, "other": 8}} for each in sessions(2, "2026-03-17")]
    report = report_on(world, metrics=["metadata.ms"])
    (metric,) = report.findings.metrics
    assert (len(numbers), present, 7) == (metric.total.now.n, metric.present, metric.sessions)
    assert (float(np.median(numbers)) if numbers else None) == metric.total.now.median
    assert 2 == metric.total.before.n
    assert ("metadata.other" in metric.numeric) == (not numbers)
    said = f"{len(numbers)} of {present} value"
    assert said in report.to_markdown()
    assert said in report.to_html()


def test_a_metric_that_no_session_has_is_told() -> None:
    """The report names numeric columns, since the name may be misspelt; without sessions there are none."""
    report = report_on(sessions(3, "2026-03-24", metadata={"ms": 1.5, "word": "a"}), metrics=["metadata.mss"])
    (metric,) = report.findings.metrics
    assert (0, 0, 3, ("metadata.ms",)) == (metric.total.now.n, metric.present, metric.sessions, metric.numeric)
    assert "Columns with numbers: metadata.ms" in report.to_markdown()
    (metric,) = report_on([], metrics=["metadata.ms"]).findings.metrics
    assert (0, None, (), ()) == (metric.total.now.n, metric.total.now.median, metric.versions, metric.numeric)


@pytest.mark.parametrize("metrics", [7, None, [1], {"metadata.ms"}])
def test_metrics_are_names(metrics: Any) -> None:  # noqa: ANN401 - anything
    """A name or a list of names."""
    with pytest.raises(gf.QueryError, match="metrics must be a column or a list of columns, not"):
        report_on([], metrics=metrics)


# -- quality --


def test_quality_is_counted() -> None:
    """Missing versions, statuses, users and messages, and sessions that may still change."""
    world = [
        *sessions(1, "2026-03-24", version=None, userId="u"),
        *sessions(2, "2026-03-24", version="gone", userId="u"),
        *sessions(4, "2026-03-24", "ODD", userId="u"),
        *sessions(8, "2026-03-24", "FAILED"),
        *sessions(16, "2026-03-24", error="late"),
        *sessions(32, "2026-03-17", "PENDING"),
    ]
    world += [{"id": "no time", "versionId": "v1", "status": "COMPLETED", "createdAt": None}]
    quality = report_on(world, versions("v1")).findings.quality
    assert {
        "No version": (1, 31),
        "Unknown version": (2, 31),
        "No status": (0, 31),
        "Status unknown to this release": (4, 31),
        "No user": (24, 31),
        "Failed without a message": (8, 8),
        "Error, but not failed": (16, 31),
        "Pending since the previous period": (32, 32),
        "No creation time": (1, None),
    } == {line.label: (line.sessions, line.of) for line in quality.lines}


def test_mixed_columns_and_the_day_that_is_not_over_are_told() -> None:
    """Sessions of that day are counted as left out."""
    world = [*sessions(1, "2026-03-24", metadata={"a": 1}), *sessions(2, "2026-03-30", metadata={"a": "x"})]
    assert () == report_on(world).findings.quality.mixed_columns, (
        "a report says nothing of columns that it does not read"
    )
    quality = report_on(world, timezone="Europe/Madrid", metrics="metadata.a").findings.quality
    assert ("metadata.a",) == quality.mixed_columns
    expected = (
        "Sessions from 30 March 2026 on (2 loaded) are left out: that week was not over at the as-of time, 08:00."
    )
    assert expected == quality.partial_day
    assert "nothing is left out" in report_on(world, as_of="2026-03-30").findings.quality.partial_day


def test_late_changes_since_the_last_report_are_listed(tmp_path: Path) -> None:
    """The counts of its period that have changed since, from its dict or its file."""
    before = report_on(two_weeks(), as_of="2026-03-23")
    file = tmp_path / "report.json"
    file.write_text(json.dumps(before.to_dict()))
    now = [*two_weeks(), *sessions(3, "2026-03-18", "FAILED", "v2", error="late")]
    for last in (before.to_dict(), file, str(file)):
        quality = report_on(now, last_report=last).findings.quality
        assert "2026-W12" == quality.late_period
        assert [("Sessions", 125, 128), ("Failed", 8, 11)] == [
            (each.label, each.said, each.now) for each in quality.late_changes
        ]
    page = report_on(now, last_report=file)
    assert "sessions 125 to 128" in page.to_markdown()
    assert "none in 2026-W12" in report_on(two_weeks(), last_report=file).to_markdown()


def test_a_last_report_of_another_time_or_without_numbers_is_not_compared() -> None:
    """Another zone, a period too long ago, or a failed load."""
    lasts = [
        report_on(two_weeks(), as_of="2026-03-23", timezone="Europe/Madrid"),
        report_on(two_weeks(), as_of="2025-03-23"),
        report_on([], attrs={"complete": False}),
    ]
    for last in lasts:
        report = report_on(two_weeks(), last_report=last.to_dict())
        assert (None, ()) == (report.findings.quality.late_period, report.findings.quality.late_changes)


def damaged(**changes: Any) -> str:  # noqa: ANN401 - anything
    """Return a report.json with some values replaced."""
    said = report_on(two_weeks(), as_of="2026-03-23").to_dict()
    said["figures"] = [each | changes if each["name"] == "sessions" else each for each in said["figures"]]
    return json.dumps(said | {name: value for name, value in changes.items() if name in said})


WRONG_COUNTS: list[Any] = [math.inf, math.nan, "12", True, 1.5, -1, 10**400, None, [], {}]

DAMAGED = [
    "[]",
    "{",
    '{"verdict": "OK"}',
    '{"scope": {"period": {}}, "figures": 1}',
    "[" * 100_000,
    '{"a":' * 100_000,
    "9" * 5_000,
    "\ufeff\udcff".encode("utf-8", "surrogatepass"),
    b"\xff\xfe",
    *(damaged(now=each) for each in WRONG_COUNTS),
    damaged(now=0).replace('"now": 0', '"now": 1e999', 1),
    damaged(scope=None),
    damaged(scope={"period": 3, "products": 4}),
    damaged(figures=[3]),
    damaged(figures=None),
    damaged(reproduction={"query": 7}),
]


@pytest.mark.parametrize("content", DAMAGED, ids=range(len(DAMAGED)))
def test_a_file_that_is_not_a_report_is_refused(tmp_path: Path, content: str | bytes) -> None:
    """The error is one line, whatever is wrong."""
    file = tmp_path / "report.json"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(gf.QueryError, match=r"is not a report\.json") as caught:
        report_on(two_weeks(), last_report=file)
    assert 1 == len(str(caught.value).splitlines())


def test_a_last_report_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """The file does not exist, is a pipe, or the value is not a path."""
    os.mkfifo(tmp_path / "pipe")
    for path, words in ((tmp_path / "nowhere", "no such file"), (tmp_path / "pipe", "is a pipe")):
        with pytest.raises(gf.QueryError, match=f"cannot read the last report .*{words}"):
            report_on(two_weeks(), last_report=path)
    with pytest.raises(
        gf.QueryError, match=r"last_report must be the path of a report\.json or the result of to_dict, not 7"
    ):
        report_on(two_weeks(), last_report=7)


OTHER_SCOPES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"versions_of": versions("v1", "v2", "v4", productId="p2")}, {}),
    ({"selection": "voice only"}, {}),
    ({"attrs": {"filters": {"product_ids": ["p1"]}}}, {}),
    ({}, {"selection": "chat only"}),
]


@pytest.mark.parametrize(("then", "now"), OTHER_SCOPES)
def test_a_last_report_of_other_sessions_is_not_compared(then: dict[str, Any], now: dict[str, Any]) -> None:
    """With another product, selection or filter, differences are not late changes."""
    last = report_on(two_weeks()[:100], as_of="2026-03-23", **then)
    report = report_on(two_weeks(), last_report=last.to_dict(), **now)
    assert (None, ()) == (report.findings.quality.late_period, report.findings.quality.late_changes)
    assert "not checked, because no earlier report of the same sessions" in report.to_markdown()


# -- frames --


def test_pyarrow_dtypes_give_the_same_report() -> None:
    """So do rows in another order, and a frame with another index."""
    rows = [
        each | {"metadata": {"ms": place}, "isProduction": place % 2 == 0} for place, each in enumerate(two_weeks())
    ]
    expected = report_on(rows, metrics="metadata.ms").to_dict()
    _, versions_of = framed(rows)
    for frame in (
        frame_of(rows, dtype_backend="pyarrow"),
        frame_of(rows).sample(frac=1, random_state=3),
        frame_of(rows).set_index(pd.Index(range(7, 7 + len(rows)))),
    ):
        assert expected == gf.build_report(vouched(frame), versions_of, as_of=AS_OF, metrics="metadata.ms").to_dict()


def test_a_frame_needs_four_columns_only() -> None:
    """Other missing columns count as null."""
    frame = framed(two_weeks())[0][["id", "version_id", "status", "created_at"]]
    report = gf.build_report(frame, pd.DataFrame({"id": ["v1", "v2", "v3", "v4"]}), as_of=AS_OF)
    assert (128, 0, 1.0) == tuple(totals_of(report)[name]["now"] for name in ("sessions", "users", "production"))
    assert ((), ()) == (report.findings.changes.errors, report.findings.stopping_reasons)
    assert {"Unnamed (…v1)", "Unnamed (…v2)", "Unnamed (…v3)", "No version"} == {
        each.label for each in report.findings.versions
    }


BAD_FRAMES: list[tuple[Callable[[pd.DataFrame, pd.DataFrame], Any], str]] = [
    (lambda s, v: (s.drop(columns="status"), v), "sessions has no column 'status'"),
    (lambda s, v: (s.assign(created_at="soon"), v), "created_at must hold times, not"),
    (lambda s, v: (s.assign(created_at=s["created_at"].dt.tz_localize(None)), v), "created_at has no time zone"),
    (
        lambda s, v: (s.assign(created_at=s["created_at"].dt.tz_localize(None).astype(object)), v),
        "created_at has no time zone",
    ),
    (
        lambda s, v: (s.assign(created_at=s["created_at"].dt.tz_localize(None).astype("timestamp[us][pyarrow]")), v),
        "created_at has no time zone",
    ),
    (lambda s, v: (s, v.assign(created_at=v["created_at"].dt.tz_localize(None))), "created_at has no time zone"),
    (lambda s, v: (pd.concat([s, s[["status"]]], axis=1), v), "sessions has several columns named 'status'"),
    (lambda s, v: (s, pd.concat([v, v[["name"]]], axis=1)), "versions has several columns named 'name'"),
    (lambda _, v: (None, v), "sessions must be a pandas DataFrame as returned by load_sessions, not None"),
    (lambda s, v: (s.to_dict("records"), v), "sessions must be a pandas DataFrame as returned by load_sessions, not"),
    (lambda s, v: (s["id"], v), "sessions must be a pandas DataFrame as returned by load_sessions, not a Series"),
    (lambda s, v: (pa.Table.from_pandas(s), v), "by load_sessions, not a Table of pyarrow"),
    (lambda s, _: (s, None), "versions must be a pandas DataFrame as returned by load_versions, not None"),
    (lambda s, v: (s, v.drop(columns="id")), "versions has no column 'id'"),
    (lambda s, v: (s, pd.concat([v, v])), "versions has 'v1' more than once"),
]


@pytest.mark.parametrize(("change", "message"), BAD_FRAMES)
def test_frames_that_cannot_be_counted_are_refused(change: Any, message: str) -> None:  # noqa: ANN401 - a function
    """The error is one line."""
    with pytest.raises(gf.ReportError, match=message):
        gf.build_report(*change(*framed(two_weeks())), as_of=AS_OF)


@pytest.mark.parametrize("trend_periods", [1, 261, True, "12", 2.5])
def test_trends_go_over_a_few_periods(trend_periods: Any) -> None:  # noqa: ANN401 - anything
    """At least two, because the previous period is one of them."""
    with pytest.raises(gf.QueryError, match="trend_periods must be a number from 2 to 260"):
        report_on([], trend_periods=trend_periods)
    assert 2 == len(report_on(two_weeks(), trend_periods=2).findings.versions[0].trend)


def test_rows_are_those_that_were_counted() -> None:
    """One row per session, with its period, day, version label and error shape."""
    report = report_on([*two_weeks(), *sessions(1, "2026-03-30"), *sessions(1, "2020-01-01")], metrics=[])
    rows = report.rows
    assert len(two_weeks()) == len(rows)
    assert 128 == (rows["period"] == "2026-W13").sum()
    assert {"name of v1", "name of v2", "name of v3", "name of v4", "No version"} == set(rows["version"])
    assert 19 == (rows["error_shape"] == "cannot read <text>").sum()
    assert math.isclose(86, rows.loc[rows["period"] == "2026-W13", "production"].sum())


def test_the_page_of_an_empty_week_shows_what_there_is_not() -> None:
    """It has no charts and no versions, and raises no error."""
    report = report_on(sessions(1, "2026-02-20"), metrics=[])
    assert (0, 0) == (totals_of(report)["sessions"]["now"], totals_of(report)["sessions"]["before"])
    empty = report_on([], metrics=["metadata.ms"])
    assert "data:image" not in empty.to_html()
    assert "metadata.ms" in empty.to_markdown()


def test_libraries_that_are_not_installed_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Findings need neither jinja2 nor matplotlib."""

    def version(name: str) -> str:
        if name == "jinja2":
            raise PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr("galtea_frames.report.analysis.analyse.version", version)
    names = [name for name, _ in report_on(two_weeks()).findings.reproduction.libraries]
    assert ["galtea_frames", "Python", "pandas", "pyarrow", "numpy", "matplotlib"] == names


def test_a_report_says_what_it_is() -> None:
    """Its repr has the week, the verdict and the headline."""
    assert repr(report_on(two_weeks(), thresholds=[])).startswith(
        "<Report 2026-W13 OK: No thresholds were set: 128 sessions"
    )
