"""The rows of the further lists: reproducible, joined to each other, and with a story to find."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from statistics import fmean
from typing import Any

import pytest

from galtea_frames.sample import has_evaluations, has_inference_results, owning_test, serve, session_records
from galtea_frames.sample.lists import Lists
from galtea_frames.sample.records import version_records
from galtea_frames.sample.resources import RESOURCES

Record = dict[str, Any]
Rows = dict[str, dict[str, Record]]

FURTHER = [name for name in RESOURCES if name not in {"sessions", "versions"}]


def made(sessions: int) -> Lists:
    """All lists for a number of sessions."""
    versions = version_records(8)
    return Lists({"sessions": session_records(sessions, versions), "versions": versions})


@pytest.fixture(scope="module")
def rows() -> Rows:
    """All records of all lists by id, with enough sessions for every rarity."""
    lists = made(2_000)
    assert list(lists) == list(RESOURCES)
    return {name: {record["id"]: record for record in lists[name]} for name in RESOURCES}


DIGESTS = {
    "evaluations": "25df46c5f0810eb2",
    "inference_results": "541128ec9929931e",
    "spans": "096abd161292325b",
    "test_cases": "202a443b62189e17",
    "tests": "62a53244333510c7",
    "metrics": "55758404b9cc6010",
    "specifications": "01515526b21011bc",
    "runs": "11bd7bb5b108d997",
    "products": "73a8ef378db15335",
    "models": "b118bed9a1c1aa3e",
}


@pytest.mark.parametrize("name", FURTHER)
def test_further_records_never_change(name: str) -> None:
    """Everybody who asks for the same records gets the same bytes, today and in the next release."""
    text = json.dumps(list(made(200)[name]), sort_keys=True)
    assert DIGESTS[name] == hashlib.sha256(text.encode()).hexdigest()[:16]


def test_rows_do_not_depend_on_other_sessions() -> None:
    """What follows from a session is the same whichever others are served."""
    versions = version_records(8)
    sessions = session_records(300, versions)
    whole, part = (Lists({"sessions": each, "versions": versions}) for each in (sessions, sessions[200:]))
    for name in ("evaluations", "inference_results"):
        kept = {each["id"] for each in sessions[200:]}
        assert [each for each in whole[name] if each["sessionId"] in kept] == list(part[name])


def test_a_list_is_made_when_it_is_needed() -> None:
    """Not before, so that starting an API costs no more than its sessions."""
    lists = made(5)
    assert {"sessions", "versions"} == set(lists._stores)  # noqa: SLF001 - what it costs cannot be seen from outside
    assert len(lists["products"]) == 2
    assert {"sessions", "versions", "products"} == set(lists._stores)  # noqa: SLF001
    assert len(lists) == 12


#: Column, the list it refers to, and whether some values must not be found there.
REFERENCES = [
    ("evaluations", "metricId", "metrics", True),
    ("evaluations", "sessionId", "sessions", False),
    ("evaluations", "inferenceResultId", "inference_results", False),
    ("evaluations", "testCaseId", "test_cases", True),
    ("evaluations", "runId", "runs", False),
    ("evaluations", "productId", "products", False),
    ("sessions", "runId", "runs", True),
    ("sessions", "testCaseId", "test_cases", True),
    ("inference_results", "sessionId", "sessions", False),
    ("spans", "inferenceResultId", "inference_results", False),
    ("spans", "parentTraceId", "spans", True),
    ("test_cases", "testId", "tests", False),
    ("test_cases", "parentTestCaseId", "test_cases", False),
    ("test_cases", "seedSessionId", "sessions", True),
    ("tests", "productId", "products", False),
    ("metrics", "parentMetricId", "metrics", False),
    ("specifications", "productId", "products", False),
    ("runs", "versionId", "versions", True),
    ("runs", "productId", "products", False),
    ("runs", "relaunchedFromRunId", "runs", False),
    ("versions", "productId", "products", False),
    ("versions", "modelId", "models", False),
]


@pytest.mark.parametrize(("name", "column", "other", "dangles"), REFERENCES)
def test_rows_refer_to_each_other(rows: Rows, name: str, column: str, other: str, dangles: bool) -> None:
    """A reference is found in the other list, except where the API's own data have gaps; it is null in some rows."""
    keys = {row.get(column) for row in rows[name].values()} - {None}
    assert keys
    assert dangles == bool(keys - rows[other].keys())
    assert len(keys & rows[other].keys()) > 0 or column == "seedSessionId"


def test_lists_of_ids_refer_to_rows(rows: Rows) -> None:
    """Metrics and specifications name each other, and tests the specifications that they check."""
    for metric in rows["metrics"].values():
        for goal in metric["specificationIds"]:
            assert metric["id"] in rows["specifications"][goal]["metricIds"]
    for test in rows["tests"].values():
        assert set(test["specificationIds"]) <= rows["specifications"].keys()
    assert {"INABILITY"} == {each["type"] for each in rows["specifications"].values() if not each["metricIds"]}


def test_versions_have_what_the_flags_say(rows: Rows) -> None:
    """Versions without evaluations or turns are those that the filters of versions call so."""
    for name, has in (("evaluations", has_evaluations), ("inference_results", has_inference_results)):
        found = {rows["sessions"][each["sessionId"]]["versionId"] for each in rows[name].values()}
        assert {each for each in rows["versions"] if has(each)} == found & rows["versions"].keys()


# -- the story --


def version_named(rows: Rows, name: str) -> str:
    """The id of the only version with a name."""
    (found,) = [each["id"] for each in rows["versions"].values() if each["name"] == name]
    return str(found)


def by_case(rows: Rows, version: str, metric: str, is_wanted: Callable[[Record], bool]) -> dict[str, float]:
    """The mean score of each test case on a version."""
    scores = defaultdict[str, list[float]](list)
    for each in rows["evaluations"].values():
        case = rows["test_cases"].get(each["testCaseId"])
        if (
            case
            and is_wanted(case)
            and each["status"] == "SUCCESS"
            and rows["sessions"][each["sessionId"]]["versionId"] == version
            and rows["metrics"].get(each["metricId"], {}).get("name") == metric
            and each["score"] is not None
        ):
            scores[case["id"]].append(each["score"])
    return {case_id: fmean(each) for case_id, each in scores.items()}


STORY = [
    pytest.param("Refund policy", None, (0.2, 0.4), id="a metric rises"),
    pytest.param("Tone", "paraphrased", (-0.45, -0.2), id="another falls on paraphrased questions"),
    pytest.param("Tone", "original", (-0.12, 0.12), id="and not on others"),
    pytest.param("Tone", "misspelled", (-0.12, 0.12), id="nor on these"),
    pytest.param("Answer relevance", None, (-0.08, 0.08), id="a third stays"),
]


@pytest.mark.parametrize(("metric", "variant", "expected"), STORY)
def test_the_last_version_is_better_and_worse(
    rows: Rows, metric: str, variant: str | None, expected: tuple[float, float]
) -> None:
    """What a comparison of 1.7.0 with 1.6.0 over their common test cases finds."""
    old, new = (
        by_case(rows, version_named(rows, name), metric, lambda case: variant in {None, case["variant"]})
        for name in ("1.6.0", "1.7.0")
    )
    common = old.keys() & new.keys()
    assert len(common) >= (4 if variant else 15)
    assert expected[0] < fmean(new[case] - old[case] for case in common) < expected[1]


def test_a_metric_was_revised_between_the_versions(rows: Rows) -> None:
    """Tool use has another revision, with another threshold, for sessions of 1.7.0 after its second day."""
    revisions = [each for each in rows["metrics"].values() if each["name"] == "Tool use"]
    assert [0.5, 0.8] == [each["passThreshold"] for each in revisions]
    assert 1 == len({each["metricGroupId"] for each in revisions})
    scored = defaultdict[str, set[str]](set)
    for each in rows["evaluations"].values():
        if each["metricId"] in {revision["id"] for revision in revisions}:
            scored[rows["sessions"][each["sessionId"]]["versionId"]].add(each["metricId"])
    assert {1, 2} == {len(scored[version_named(rows, name)]) for name in ("1.4.0", "1.7.0")}


def test_turns_of_the_last_version_cost_more(rows: Rows) -> None:
    """And take longer than those of the version before."""
    measured = defaultdict[str, list[Record]](list)
    for each in rows["inference_results"].values():
        if each["latency"] is not None:
            measured[rows["sessions"][each["sessionId"]]["versionId"]].append(each)
    old, new = (measured[version_named(rows, name)] for name in ("1.6.0", "1.7.0"))
    for column in ("latency", "cost", "outputTokens"):
        assert fmean(each[column] for each in new) > 1.3 * fmean(each[column] for each in old)


def text(value: object) -> str:
    """A value as JSON."""
    return json.dumps(value, ensure_ascii=False)


EVALUATIONS: list[tuple[str, Callable[[Record], object]]] = [
    *((status, lambda row, status=status: row["status"] == status) for status in ("PENDING", "PENDING_HUMAN")),
    ("skipped with its cause", lambda row: row["status"] == "SKIPPED" and row["error"] and row["score"] is None),
    ("failed with its cause", lambda row: row["status"] == "FAILED" and row["error"] and row["canRetry"]),
    ("outdated with a score", lambda row: row["status"] == "OUTDATED" and row["score"] is not None),
    ("reviewer passes", lambda row: row["humanScore"] == 1 and row.get("passed") and (row["score"] or 1) < 0.7),
    ("reviewer fails", lambda row: row["humanScore"] == 0 and row.get("passed") is False and row["score"] > 0.7),
    ("reviewer without words", lambda row: row["humanScore"] is not None and row["humanReason"] is None),
    ("reviewed although failed", lambda row: row["humanScore"] == 1 and row["status"] in {"FAILED", "SKIPPED"}),
    (
        "by reviewers alone",
        lambda row: row["humanScore"] is not None and row["status"] == "SUCCESS" and not row["score"],
    ),
    ("yes or no", lambda row: (row.get("scoreBreakdown") or {}).get("type") == "yes_no" and row["confidence"]),
    ("scale", lambda row: (row.get("scoreBreakdown") or {}).get("type") == "scale"),
    ("long input", lambda row: row.get("longInput") and row["passed"] is None and row["score"] is not None),
    ("production", lambda row: row["testCaseId"] is None and row.get("userId", 1) is None and row["runId"] is None),
    ("of a turn", lambda row: row["inferenceResultId"]),
    ("whole number", lambda row: type(row["score"]) is int),
    ("fraction", lambda row: type(row["score"]) is float),
    ("retired metric", lambda row: row["metricLegacyAt"] and row["metricDisabledAt"]),
    ("superseded case", lambda row: row["testCaseLegacyAt"]),
    ("old", lambda row: "passed" not in row and "runId" not in row),
    ("failed turns", lambda row: row["failedTurns"] == ["1"]),
]


@pytest.mark.parametrize("is_shown", [pytest.param(each, id=name) for name, each in EVALUATIONS])
def test_every_kind_of_evaluation_occurs(rows: Rows, is_shown: Callable[[Record], object]) -> None:
    """Whatever the reference says about evaluations can be found in the sample."""
    assert any(map(is_shown, rows["evaluations"].values()))


def test_scores_are_shares_and_verdicts_follow(rows: Rows) -> None:
    """A verdict compares the reported score, which is a reviewer's if there is one, with the threshold."""
    for each in rows["evaluations"].values():
        reported = each["score"] if each["humanScore"] is None else each["humanScore"]
        assert reported is None or 0 <= reported <= 1
        assert (each["score"] is None) == (each["reason"] is None)
        if "passed" in each:
            counts = reported is not None and not each["longInput"]
            assert each["passed"] == (reported >= each["metricPassThreshold"] if counts else None)


def test_sessions_are_scored_again(rows: Rows) -> None:
    """Some by a later run with the same revision, some turn beside their session."""
    scored = defaultdict[tuple[str, str], list[Record]](list)
    for each in rows["evaluations"].values():
        scored[each["sessionId"], each["metricId"]].append(each)
    several = [each for each in scored.values() if len(each) > 1]
    assert any(len({row["inferenceResultId"] for row in each}) > 1 for each in several)
    replays = {each["id"] for each in rows["runs"].values() if each["kind"] == "REPLAY_METRIC"}
    assert any({row.get("runId") for row in each} & replays for each in several)


def test_reasons_are_sentences(rows: Rows) -> None:
    """They name what was asked, and end like sentences."""
    reasons = {each["reason"] for each in rows["evaluations"].values()} - {None}
    assert all(reason[0].isupper() and reason[-1] in ".”" and "{" not in reason for reason in reasons)
    assert len(reasons) > 50


def test_runs_count_their_rows(rows: Rows) -> None:
    """Sessions and evaluations by run; every kind of run occurs."""
    sessions = Counter(each.get("runId") for each in rows["sessions"].values())
    evaluations = Counter(each.get("runId") for each in rows["evaluations"].values())
    for run in rows["runs"].values():
        assert evaluations[run["id"]] == run["evaluationCount"]
        assert sessions[run["id"]] == run["sessionCount"]
    assert {"LAUNCH", "CALLER"} == {each["openedBy"] for each in rows["runs"].values()}
    assert {None, "GENERATE_INFERENCES", "REPLAY_METRIC"} == {each["kind"] for each in rows["runs"].values()}
    assert len({(each["productId"], each["ordinal"]) for each in rows["runs"].values()}) == len(rows["runs"])


TURNS: list[tuple[str, Callable[[Record], object]]] = [
    ("text as input", lambda row: isinstance(row["input"], str)),
    ("object as input", lambda row: isinstance(row["input"], dict) and "user_message" in row["input"]),
    ("more keys", lambda row: isinstance(row["input"], dict) and "locale" in row["input"]),
    ("audio as input", lambda row: isinstance(row["input"], dict) and "user_message" not in row["input"]),
    ("text as answer", lambda row: isinstance(row["actualOutput"], str)),
    ("object as answer", lambda row: isinstance(row["actualOutput"], dict) and len(row["actualOutput"]) == 1),
    ("file", lambda row: '"file"' in text(row["actualOutput"])),
    (
        "audio as answer",
        lambda row: isinstance(row["actualOutput"], dict) and "assistant_message" not in row["actualOutput"],
    ),
    ("failed", lambda row: row["status"] == "FAILED" and row["error"] and row["actualOutput"] is None),
    ("pending", lambda row: row["status"] == "PENDING" and row["latency"] is None),
    ("no sum of tokens", lambda row: row["tokens"] is None and row["inputTokens"] is not None),
    ("from a cache", lambda row: row["cacheReadInputTokens"]),
    ("dropped spans", lambda row: row["droppedSpanCount"]),
]


@pytest.mark.parametrize("is_shown", [pytest.param(each, id=name) for name, each in TURNS])
def test_every_kind_of_turn_occurs(rows: Rows, is_shown: Callable[[Record], object]) -> None:
    """Whatever the reference says about turns can be found in the sample."""
    assert any(map(is_shown, rows["inference_results"].values()))


def test_copied_turns_share_their_time(rows: Rows) -> None:
    """Nothing was measured, and only their index orders them."""
    turns = defaultdict[tuple[str, str], list[Record]](list)
    for each in rows["inference_results"].values():
        turns[each["sessionId"], each["createdAt"]].append(each)
    copies = [each for each in turns.values() if len(each) > 1]
    assert copies
    for pair in copies:
        assert [0, 1] == sorted(each["index"] for each in pair)
        assert {None} == {each["latency"] for each in pair} | {each["cost"] for each in pair}


def test_spans_are_nested_and_some_are_heavy(rows: Rows) -> None:
    """Kinds, shapes of what was retrieved, missing times, and more JSON than a frame wants."""
    spans = rows["spans"].values()
    assert {"AGENT", "RETRIEVER", "GENERATION", "TOOL", "SPAN"} == {each["type"] for each in spans}
    assert {str, list, dict} == {type(each["outputData"]) for each in spans if each["type"] == "RETRIEVER"}
    assert {True, False} == {each["startTime"] is None for each in spans}
    assert max(len(text(each["outputData"])) for each in spans) > 50_000
    assert any(each["error"] for each in spans)


def test_test_cases_show_what_a_report_groups_by(rows: Rows) -> None:
    """Variants and languages in equal parts; families of two revisions; and cases of every test."""
    cases = rows["test_cases"].values()
    assert {"original", "paraphrased", "misspelled"} == {each["variant"] for each in cases}
    assert {"en", "es", "de"} == {each["languageCode"] for each in cases}
    families = Counter(each["testCaseGroupId"] for each in cases)
    assert [2] * 6 == [count for count in families.values() if count > 1]
    assert all(rows["test_cases"][each["parentTestCaseId"]]["legacyAt"] for each in cases if each["parentTestCaseId"])
    assert all(each["testId"] == owning_test(each["id"]) for each in cases)


def test_tests_are_owned_or_global_and_one_grows(rows: Rows) -> None:
    """Both products own some, others belong to all, and a test that is being extended has no case yet."""
    assert {*rows["products"], None} == {each["productId"] for each in rows["tests"].values()}
    used = {each["testId"] for each in rows["test_cases"].values()}
    assert {"EXTENDING"} == {each["status"] for each in rows["tests"].values() if each["id"] not in used}


def test_models_have_prices_for_one_token(rows: Rows) -> None:
    """One belongs to all organizations."""
    assert all(0 < each["inputCostPerToken"] < 1e-5 for each in rows["models"].values())
    assert {None, "organization_sample"} == {each["organizationId"] for each in rows["models"].values()}


# -- sessions of the caller's own --


def test_own_sessions_have_further_rows_too() -> None:
    """Whatever is missing from them, and whatever their ids."""
    sessions: list[Record] = [
        {"id": "1", "versionId": 5, "testCaseId": "tc", "runId": "run_1", "createdAt": "soon"},
        {"id": "session_1", "versionId": None, "status": "COMPLETED", "createdAt": "2026-03-01T00:00:00"},
        {"id": "x y", "testCaseId": "tc", "createdAt": "2026-03-01T00:00:00+02:00", "runId": 7},
    ]
    with serve(sessions, [{"id": "v1", "productId": "p1"}]) as api:
        assert "tc" in api.lists["test_cases"]
        assert owning_test("tc") == api.lists["test_cases"]["tc"]["testId"]
        assert {"1", "session_1", "x y"} == {each["sessionId"] for each in api.lists["inference_results"]}
        assert {"1", "session_1", "x y"} >= {each["sessionId"] for each in api.lists["evaluations"]}
        assert ["run_1"] == [each["id"] for each in api.lists["runs"]]
        assert ["p1"] == [each["name"] for each in api.lists["products"] if each["id"] != "x"][1:] or api.lists[
            "products"
        ]
        assert 0 < len(api.lists["spans"])
