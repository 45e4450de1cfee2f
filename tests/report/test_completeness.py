"""A report passes only frames that prove to have all sessions of the period."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from report_frames import AS_OF, FETCHED, framed, report_on, sessions, two_weeks, versions, vouched

import galtea_frames as gf

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [
    pytest.mark.filterwarnings("ignore::galtea_frames.MixedTypesWarning"),
    pytest.mark.usefixtures("undrawn_charts"),
]

ATTRS = "galtea_frames"


def report_of(frame: pd.DataFrame, of_versions: pd.DataFrame, **options: Any) -> gf.Report:  # noqa: ANN401 - any option
    """Return a report without thresholds, so that only completeness decides."""
    return gf.build_report(frame, of_versions, **{"as_of": AS_OF, "thresholds": [], **options})


# -- what is known to be missing --

INCOMPLETE: list[tuple[dict[str, Any], str]] = [
    ({"complete": False}, "the load did not finish"),
    ({"complete": None}, "the load did not finish"),
    ({"complete": False, "problem": "the API said no"}, "the API said no"),
    ({"filters": {"limit": 10}}, "loaded with limit=10, so rows may be missing"),
    ({"filters": {"limit": 0}}, "loaded with limit=0, so rows may be missing"),
    ({"filters": {"limit": 10, "offset": 5}}, "loaded with limit=10 and offset=5"),
    ({"filters": {"product_ids": []}}, "loaded with product_ids=[], which selects nothing"),
    (
        {"filters": {"from_created_at": "2026-03-24"}},
        "loaded from 2026-03-24T00:00:00+00:00 on, after the period began",
    ),
    ({"filters": {"to_created_at": "2026-03-29"}}, "loaded up to 2026-03-29T00:00:00+00:00, before the period ended"),
    ({"filters": {"to_created_at": "once"}}, "loaded with to_created_at=once, which is not a time"),
    (
        {"fetched_at": "2026-03-29T23:59:59.999+00:00"},
        "fetched at 2026-03-29T23:59:59+00:00, before the period ended",
    ),
]


@pytest.mark.parametrize(("attrs", "problem"), INCOMPLETE)
@pytest.mark.parametrize("options", [{}, {"selection": "voice only"}])
def test_what_is_missing_never_passes(attrs: dict[str, Any], problem: str, options: dict[str, Any]) -> None:
    """Whatever the thresholds and the selection; the report says why."""
    for thresholds in ("n > 1e9", "n > 1"):
        report = report_on(two_weeks(), attrs=attrs, thresholds=thresholds, **options)
        assert ("INCOMPLETE", 3) == (report.verdict, report.exit_code)
        assert any(problem in each for each in report.findings.completeness.problems)
        assert problem in report.findings.headline
        assert "128 sessions loaded, some may be missing" == report.findings.completeness.statement


COMPLETE: list[dict[str, Any]] = [
    {"fetched_at": "2026-03-30T00:00:00.000+00:00"},
    {"filters": {"to_created_at": "2026-03-29T23:59:59.999Z", "from_created_at": "2026-01-05", "offset": 0}},
    {"filters": {"product_ids": ["p1"], "sort": "created_at", "params": {}, "exclude_test_ids": []}},
    {"resource": "joined"},
]


@pytest.mark.parametrize("attrs", COMPLETE)
def test_what_covers_the_period_is_complete(attrs: dict[str, Any]) -> None:
    """A load up to the period's last millisecond covers it."""
    report = report_on(two_weeks(), attrs=attrs, thresholds=[])
    assert ("OK", "128 sessions, all fetched") == (report.verdict, report.findings.completeness.statement)


# -- what was selected, and what is not known --

SELECTED: list[tuple[dict[str, Any], str]] = [
    ({"filters": {"statuses": ["FAILED"]}}, "loaded with statuses=['FAILED'], so other sessions of the period are not"),
    ({"filters": {"params": {"statuses": ["FAILED"]}}}, "loaded with params={'statuses': ['FAILED']}"),
    ({"filters": {"version_ids": ["v1"], "test_ids": [""]}}, "loaded with test_ids=[''], version_ids=['v1']"),
    ({"filters": {"ids": []}}, "loaded with ids=[]"),
    ({"filters": {"custom_ids": {"count": 10_000, "sha256": "00"}}}, "loaded with custom_ids={'count': 10000"),
    ({"filters": {"exclude_test_ids": ["t"]}}, "loaded with exclude_test_ids=['t']"),
    ({"filters": {"whatever_comes_next": True}}, "loaded with whatever_comes_next=True"),
    ({"mirror": {"version": 3, "include_removed": True}}, "sessions that the API no longer returns are counted"),
    ({"resource": "versions"}, "the frame was loaded as versions, not as sessions"),
    ({"resource": None}, "the frame was loaded as None, not as sessions"),
    ({"fetched_at": None}, "does not say when and with which filters it was loaded"),
    ({"fetched_at": 7}, "does not say when and with which filters it was loaded"),
    ({"filters": None}, "does not say when and with which filters it was loaded"),
    ({"filters": [["limit", 7]]}, "does not say when and with which filters it was loaded"),
    ({"fingerprint": None}, "the frame does not say which rows were loaded"),
    ({"fingerprint": "0" * 16, "rows": 9}, "added or replaced after loading: 9 loaded, 253 in the frame"),
    ({"fingerprint": "0" * 16, "rows": "9"}, "added or replaced after loading: 253 in the frame"),
    ({"dated_fingerprint": "0" * 16}, "creation times were changed after loading"),
    ({"mirror": [1], "rows": None, "filters": {"sort": 7}}, ""),
]


@pytest.mark.parametrize(("attrs", "problem"), SELECTED)
def test_what_is_not_proved_passes_only_where_the_caller_says_what_it_is(attrs: dict[str, Any], problem: str) -> None:
    """Without a selection the verdict is INCOMPLETE and says what to do; odd attrs raise no error."""
    report = report_on(two_weeks(), attrs=attrs, thresholds=[])
    assert (("INCOMPLETE", 3) if problem else ("OK", 0)) == (report.verdict, report.exit_code)
    problems = report.findings.completeness.problems
    assert [problem in each for each in problems] == ([True] if problem else [])
    assert all("if this is intended, pass selection= to say which sessions these are" in each for each in problems)
    selected = report_on(two_weeks(), attrs=attrs, thresholds=[], selection="of the test bench")
    assert ("OK", ()) == (selected.verdict, selected.findings.completeness.problems)


@pytest.mark.parametrize("attrs", [{}, {ATTRS: None}, {ATTRS: "complete"}, {ATTRS: {}}, {"other": 1}])
def test_a_frame_that_says_nothing_of_itself_is_not_vouched_for(attrs: dict[str, Any]) -> None:
    """It may be complete; its author can say so."""
    frame, of_versions = framed(two_weeks())
    frame.attrs.clear()
    frame.attrs.update(attrs)
    report = report_of(frame, of_versions)
    assert ("INCOMPLETE", 128) == (report.verdict, report.findings.completeness.sessions)
    assert "the frame does not say how it was loaded" in report.findings.headline
    selected = report_of(frame, of_versions, selection="all of March")
    assert ("OK", "128 sessions, as selected by the report's author") == (
        selected.verdict,
        selected.findings.completeness.statement,
    )


# -- what users do with frames --


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Frames as users load them."""
    folder = tmp_path_factory.mktemp("world")
    with gf.sample.serve(600, 8) as api, gf.Client(api.api_key, api.url, page_size=100) as client:
        mirror = gf.Mirror(folder / "m")
        mirror.sync(client)
        first = gf.load_sessions(client=client, to_created_at="2026-03-18T11:59:59.999Z")
        second = gf.load_sessions(client=client, from_created_at="2026-03-18T12:00")
        return {
            "client": client,
            "whole": gf.load_sessions(client=client),
            "joined": gf.load_sessions_with_versions(client=client),
            "mirror": mirror.load_sessions(),
            "parts": list(gf.iter_sessions(client=client)),
            "weeks": [first, second],
            "before": gf.load_sessions(client=client, to_created_at="2026-03-17"),
            "failed": gf.load_sessions(client=client, params={"statuses": ["FAILED"]}),
            "versions": gf.load_versions(client=client),
            "folder": folder,
        }


def as_of_week(world: dict[str, Any], frame: pd.DataFrame, **options: Any) -> gf.Report:  # noqa: ANN401 - any option
    """Return the report of the sample's last full week."""
    return report_of(frame, world["versions"], as_of="2026-03-23", **options)


World = dict[str, Any]


def read_back(world: World, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame written to Parquet and read back."""
    file: Path = world["folder"] / "f.parquet"
    gf.write_parquet(frame, file)
    return gf.read_parquet(file)


PROVING: dict[str, Callable[[World], pd.DataFrame]] = {
    "as loaded": lambda w: w["whole"],
    "joined": lambda w: w["joined"],
    "joined by hand": lambda w: gf.join_sessions_versions(w["whole"], w["versions"]),
    "from a mirror": lambda w: w["mirror"],
    "parts of an iterator put together": lambda w: pd.concat(w["parts"]),
    "sorted": lambda w: w["whole"].sort_values("status"),
    "shuffled": lambda w: w["whole"].sample(frac=1, random_state=1),
    "with another index": lambda w: w["whole"].set_index("custom_id"),
    "reset": lambda w: w["whole"].set_index("id", drop=False).reset_index(drop=True),
    "copied": lambda w: w["whole"].copy(),
    "with a column of one's own": lambda w: w["whole"].assign(mine=1),
    "with fewer columns": lambda w: w["whole"][["id", "version_id", "status", "created_at"]],
    "in another zone": lambda w: w["whole"].assign(created_at=w["whole"]["created_at"].dt.tz_convert("Asia/Tokyo")),
    "times as objects": lambda w: w["whole"].assign(created_at=w["whole"]["created_at"].astype(object)),
    "loads put together": lambda w: gf.concat(w["weeks"]),
    "through a file": lambda w: read_back(w, w["whole"]),
}

NOT_PROVING: dict[str, Callable[[World], pd.DataFrame]] = {
    "only failures": lambda w: w["whole"][w["whole"]["status"] == "FAILED"],
    "the first rows": lambda w: w["whole"].head(500),
    "a sample": lambda w: w["whole"].sample(100, random_state=1),
    "every other row": lambda w: w["whole"].iloc[::2],
    "none of them": lambda w: w["whole"].iloc[:0],
    "one row less": lambda w: w["whole"].drop(index=300),
    "without nulls": lambda w: w["whole"].dropna(subset=["test_case_id"]),
    "a query": lambda w: w["whole"].query("status != 'PENDING'"),
    "masked": lambda w: w["whole"].where(w["whole"]["status"] == "FAILED"),
    "without attrs": lambda w: pd.DataFrame({name: w["whole"][name] for name in w["whole"]}),
    "two partial weeks": lambda w: pd.concat(w["weeks"]),
    "loads with a gap put together": lambda w: gf.concat([w["weeks"][1], w["before"]]),
    "each partial week": lambda w: w["weeks"][0],
    "the other one": lambda w: w["weeks"][1],
    "rows twice": lambda w: pd.concat([w["whole"], w["whole"].tail(40)]),
    "all rows twice": lambda w: pd.concat([w["whole"], w["whole"]]),
    "rows in the place of others": lambda w: pd.concat([w["whole"].iloc[:-30], w["whole"].iloc[:30]]),
    "an inner merge with a table of one's own": lambda w: w["whole"].merge(
        pd.DataFrame({"id": w["whole"]["id"].iloc[::3], "team": "a"}), on="id"
    ),
    "a merge that doubles rows": lambda w: w["whole"].merge(
        pd.DataFrame({"version_id": w["versions"]["id"].repeat(2), "team": "a"}), on="version_id", how="left"
    ),
    "an inner join": lambda w: gf.join_sessions_versions(w["whole"], w["versions"].head(3), how="inner"),
    "an outer join": lambda w: gf.join_sessions_versions(w["whole"].head(9), w["versions"], how="outer"),
    "grouped": lambda w: w["whole"].groupby("version_id").head(5),
    "some parts of an iterator": lambda w: w["parts"][0].head(200),
    "moved by a day": lambda w: w["whole"].assign(created_at=w["whole"]["created_at"] + pd.Timedelta("1D")),
    "one moved out of the week": lambda w: w["whole"].assign(
        created_at=w["whole"]["created_at"].where(w["whole"].index != 200, pd.Timestamp("2020-01-01", tz="UTC"))
    ),
    "other ids": lambda w: w["whole"].assign(id=w["whole"]["id"].str.upper()),
    "a parameter that narrows": lambda w: w["failed"],
    "a part through a file": lambda w: read_back(w, w["whole"].iloc[::2]),
    "versions for sessions": lambda w: w["versions"].assign(version_id=w["versions"]["id"], status="COMPLETED"),
}


@pytest.mark.uncounted
@pytest.mark.parametrize("way", PROVING)
def test_what_still_holds_all_rows_passes(world: World, way: str) -> None:
    """Order, index and further columns do not matter."""
    expected = as_of_week(world, world["whole"]).findings
    found = as_of_week(world, PROVING[way](world)).findings
    assert ("OK", expected.headline) == (found.verdict, found.headline)
    assert "all fetched" in found.completeness.statement


@pytest.mark.uncounted
@pytest.mark.parametrize("way", NOT_PROVING)
def test_what_was_changed_does_not_pass(world: World, way: str) -> None:
    """Not even if all thresholds pass; the page says why, and with a selection it is judged."""
    frame = NOT_PROVING[way](world)
    report = as_of_week(world, frame, thresholds="failure_rate > 100%")
    assert ("INCOMPLETE", 3) == (report.verdict, report.exit_code)
    for page in (report.to_html(), report.to_markdown()):
        assert "The data is incomplete" in page
    if not any(each in way for each in ("week", "other one", "gap")):
        selected = as_of_week(world, frame, selection="as I like it").findings
        assert selected.verdict in ("OK", "WARN")
        assert selected.completeness.complete


def test_rows_of_one_session_are_counted_once(world: World) -> None:
    """The last row counts, and the report says how many rows repeat a session."""
    whole = world["whole"]
    doubled = pd.concat([whole.assign(status="PENDING").tail(300), whole])
    expected, found = (as_of_week(world, each, selection="mine").findings for each in (whole, doubled))
    assert expected.figures == found.figures
    lines = {line.label: line.sessions for line in found.quality.lines}
    assert lines["Duplicate rows"] > 0
    problem = as_of_week(world, doubled).findings.completeness.problems[0]
    assert "600 loaded, 900 in the frame, 300 of them with a repeated id" in problem


def test_a_load_that_failed_is_told_by_its_problem_alone() -> None:
    """No further reasons are given."""
    report = report_on([], attrs={"complete": False, "problem": "503", "filters": None, "fingerprint": None})
    assert ("503",) == report.findings.completeness.problems


def test_a_failed_load_has_no_numbers() -> None:
    """Nothing loaded does not mean that there was nothing."""
    report = report_on([], attrs={"complete": False, "problem": "503"}, thresholds="failure_rate > 1%")
    said = report.to_dict()
    assert ("INCOMPLETE", [], [], [], []) == (
        said["verdict"],
        said["figures"],
        said["versions"],
        said["by_day"]["totals"],
        said["quality"]["lines"],
    )
    assert "n/a" == said["thresholds"][0]["outcome"]
    for page in (report.to_markdown(), report.to_html()):
        assert "Why this is incomplete" in page or "Incomplete because: 503" in page
        assert not [each for each in ("with the previous one", "What changed", "Can the numbers") if each in page]


# -- versions --

PARTIAL_VERSIONS: list[tuple[Callable[[pd.DataFrame], pd.DataFrame], bool]] = [
    (lambda table: table, True),
    (lambda v: v.iloc[::-1], True),
    (lambda v: v[["id", "name", "created_at"]], True),
    (lambda v: v[v["id"] != "v4"], True),  # of no session of the period
    (lambda v: v[v["id"] != "v2"], False),
    (lambda v: v[v["id"] != "v2"][["id"]], False),
    (lambda _: pd.DataFrame({"id": ["v1", "v2", "v3"]}), True),
    (lambda _: pd.DataFrame({"id": ["v1"]}), False),
]


@pytest.mark.parametrize(("change", "passes"), PARTIAL_VERSIONS)
def test_versions_that_were_cut_do_not_pass_where_they_matter(
    change: Callable[[pd.DataFrame], pd.DataFrame], passes: bool
) -> None:
    """An unknown version counts as deleted only if all versions were loaded."""
    frame, of_versions = framed(two_weeks(), versions("v1", "v2", "v3", "v4"))
    report = report_of(frame, change(of_versions))
    assert passes == (report.verdict == "OK")
    if not passes:
        assert "versions not in the frame of versions" in report.findings.headline
        assert "OK" == report_of(frame, change(of_versions), selection="mine").verdict


LOADS_OF_VERSIONS: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({}, {}, True),
    ({}, {"filters": {"product_ids": ["p1"]}}, False),
    ({"filters": {"product_ids": ["p1"]}}, {"filters": {"product_ids": ["p1"]}}, True),
    ({"filters": {"product_ids": ["p1"]}}, {"filters": {}}, True),
    ({}, {"filters": {"ids": ["v1"]}}, False),
    ({}, {"complete": False}, False),
]


@pytest.mark.parametrize(("of_sessions", "of_versions", "passes"), LOADS_OF_VERSIONS)
def test_a_version_is_deleted_only_if_it_was_asked_for(
    of_sessions: dict[str, Any], of_versions: dict[str, Any], passes: bool
) -> None:
    """The versions must come from a complete load of the same products."""
    frame, table = framed(two_weeks(), versions("v1", "v3"), of_sessions)
    report = report_of(frame, vouched(table, **of_versions))
    assert passes == (report.verdict == "OK")


# -- what the caller says --


def test_a_selection_stands_beside_the_period() -> None:
    """In all three formats, escaped, and in the headline."""
    text = "voice <b>channel</b> *only* | [x](y)"
    report = report_on(two_weeks(), selection=f"  {text}\n", thresholds=[])
    assert text == report.to_dict()["scope"]["selection"]
    assert text == json.loads(json.dumps(report.to_dict()))["scope"]["selection"]
    html, markdown = report.to_html(), report.to_markdown()
    assert "Selection: <bdi>voice &lt;b&gt;channel&lt;/b&gt; *only* | [x](y)</bdi>" in "".join(html.split("\n"))
    assert html.index("<h1>Week 13") < html.index("Selection:") < html.index("2026-03-23")
    assert r"- Selection: voice &lt;b>channel&lt;/b> \*only\* \| \[x\](y)" in markdown
    assert f"128 sessions ({text})" in report.findings.headline
    assert "selection='voice" in report.findings.reproduction.command
    assert None is report_on(two_weeks()).to_dict()["scope"]["selection"]
    assert "Selection:" not in report_on(two_weeks()).to_html()


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        ("", "selection must say which sessions these are"),
        (" \n ", "selection must say which sessions these are"),
        (7, "selection must say which sessions these are"),
        (["voice"], "selection must say which sessions these are"),
        (True, "selection must say which sessions these are"),
        ("x" * 201, "selection must have at most 200 characters, not 201"),
        ("voice\u202eonly", "selection contains a character that cannot be displayed"),
        ("\x1b[31mred", "selection contains a character that cannot be displayed"),
        ("half \ud83d", "selection contains a character that cannot be displayed"),
    ],
)
def test_a_selection_is_a_text_that_can_be_read(selection: Any, message: str) -> None:  # noqa: ANN401 - anything
    """Other values raise an error of one line."""
    with pytest.raises(gf.QueryError, match=message) as caught:
        report_on(two_weeks(), selection=selection)
    assert 1 == len(str(caught.value).splitlines())


# -- no sessions at all --


@pytest.mark.parametrize(
    "thresholds", [None, [], "failure_rate > 10% and n >= 100", "n > 3 per version", {"warn_if": "sessions > 1e6"}]
)
def test_a_period_without_sessions_is_worth_a_look(thresholds: Any) -> None:  # noqa: ANN401 - any form
    """Whatever the thresholds: nothing may have been running."""
    report = report_on(two_weeks()[:125], thresholds=thresholds)
    assert ("WARN", 0) == (report.verdict, report.exit_code)
    assert "No sessions in this period; the week before had 125." == report.findings.headline
    empty = report_on([], thresholds=thresholds)
    assert ("WARN", "No sessions in this period; no previous period: there are no sessions before this week.") == (
        empty.verdict,
        empty.findings.headline,
    )


def test_a_condition_of_ones_own_decides_about_no_sessions() -> None:
    """It can make the report fail."""
    report = report_on(two_weeks()[:125], thresholds="sessions < 1", selection="voice")
    assert ("FAIL", 10) == (report.verdict, report.exit_code)
    assert report.findings.headline.endswith("no sessions in this period (voice); the week before had 125.")


def test_a_threshold_that_is_not_broken_does_not_read_as_its_opposite() -> None:
    """Next to "fail if" the outcome is "passed", not "holds"."""
    report = report_on(two_weeks(), thresholds=["failure_rate > 99%", "n > 1e6 per version", "n > 3"])
    for page in (report.to_html(), report.to_markdown()):
        assert "passed" in page
        assert "failed" in page
        assert "holds" not in page.replace("thresholds", "").replace("Thresholds", "")


def test_the_headline_says_a_versions_own_numbers_first() -> None:
    """Then those of all sessions, "in total"."""
    report = report_on(two_weeks(), thresholds="failure_rate > 25 % and n >= 30 per version")
    assert report.findings.headline.startswith(
        "“failure_rate > 25 % and n >= 30 per version” is broken by name of v2 (30.0\u00a0% of 60 failed);"
        " in total 128 sessions, failure rate 20.2\u00a0%"
    )


def test_fetched_is_later_than_any_period_of_these_tests() -> None:
    """So that a test's frames are complete if it says nothing else."""
    assert FETCHED > AS_OF
    assert "OK" == report_on(sessions(3, "2026-03-24"), thresholds=[]).verdict
