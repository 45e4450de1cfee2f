"""Every filter of the further lists selects what a loop over the records selects."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from galtea_frames.sample import SampleApi, owning_test, serve
from galtea_frames.sample.resources import RESOURCES

Record = dict[str, Any]
Query = list[tuple[str, str]]
#: All records of all lists by id.
Lists = dict[str, dict[str, Record]]

PATHS = {resource.name: f"/{resource.path or resource.name}" for resource in RESOURCES.values()}


@pytest.fixture(scope="module")
def api() -> Iterator[SampleApi]:
    """One API for all tests, with enough rows for every kind of evaluation."""
    with serve(1_200) as api:
        yield api


@pytest.fixture(scope="module")
def lists(api: SampleApi) -> Lists:
    """All records of all lists by id, oldest first."""
    return {name: {record["id"]: record for record in api.lists[name]} for name in RESOURCES}


def fetch(api: SampleApi, path: str, query: Query) -> requests.Response:
    """What the API answers, as a client sees it."""
    headers = {"Authorization": f"Bearer {api.api_key}"}
    return requests.get(api.url + path, params=query, headers=headers, timeout=600)


def ids(api: SampleApi, name: str, query: Query) -> list[str]:
    """The ids of the rows in an answer, in their order."""
    answer = fetch(api, PATHS[name], [*query, ("limit", "1000000")])
    assert 200 == answer.status_code, answer.text
    return [row["id"] for row in answer.json()]


def version_of(row: Record, lists: Lists) -> Record:
    """The version of an evaluation's session; empty if it is not listed."""
    return lists["versions"].get(lists["sessions"][row["sessionId"]]["versionId"], {})


def its_test(row: Record) -> str | None:
    """The test of a row's test case."""
    return owning_test(row["testCaseId"]) if row["testCaseId"] else None


def visible(row: Record, lists: Lists) -> bool:
    """Whether an evaluation's metric is part of analytics."""
    return not lists["metrics"].get(row["metricId"], {}).get("excludedFromAnalyticsAt")


def first(name: str, column: str, where: Callable[[Record], object] = lambda _: True) -> Callable[..., str]:
    """A value of a column that occurs: that of the last row that has one."""

    def found(lists: Lists) -> str:
        value = next(row[column] for row in reversed(lists[name].values()) if row.get(column) and where(row))
        return str(value[0] if isinstance(value, list) else value)

    return found


SESSION = first("evaluations", "sessionId")
PRODUCT = first("versions", "productId")
VERSION = first("versions", "id")
TURN = first("evaluations", "inferenceResultId")
CASE = first("evaluations", "testCaseId")
RUN = first("evaluations", "runId")
USER = first("evaluations", "userId")
REFUNDS = first("metrics", "metricGroupId", lambda row: row["name"] == "Refund policy")
GOAL = first("metrics", "specificationIds")
FAITHFULNESS = first("metrics", "id", lambda row: row["metricGroupId"] is None)


def same(column: str) -> Callable[..., object]:
    """The field has the value that was sent."""
    return lambda row, _, value: row.get(column) == value


#: List, parameter, the value to send (a text, or a function of all records), and what a selected row is like.
FILTERS: list[tuple[str, str, Any, Callable[..., object]]] = [
    ("evaluations", "sessionIds", SESSION, same("sessionId")),
    ("evaluations", "inferenceResultIds", TURN, same("inferenceResultId")),
    ("evaluations", "testCaseIds", CASE, same("testCaseId")),
    ("evaluations", "testIds", "", lambda row, *_: row["testCaseId"] is None),
    ("evaluations", "excludeTestIds", "", lambda row, *_: row["testCaseId"]),
    (
        "evaluations",
        "testIds",
        lambda lists: owning_test(CASE(lists)),
        lambda row, _, value: its_test(row) == value,
    ),
    (
        "evaluations",
        "excludeTestIds",
        lambda lists: owning_test(CASE(lists)),
        lambda row, _, value: its_test(row) != value,
    ),
    ("evaluations", "productIds", PRODUCT, lambda row, lists, value: version_of(row, lists).get("productId") == value),
    ("evaluations", "versionIds", VERSION, lambda row, lists, value: version_of(row, lists).get("id") == value),
    ("evaluations", "metricIds", first("evaluations", "metricId"), same("metricId")),
    (
        "evaluations",
        "metricGroupIds",
        REFUNDS,
        lambda row, lists, value: lists["metrics"].get(row["metricId"], {}).get("metricGroupId") == value,
    ),
    ("evaluations", "metricGroupIds", FAITHFULNESS, same("metricId")),
    (
        "evaluations",
        "specificationIds",
        GOAL,
        lambda row, lists, value: value in lists["metrics"].get(row["metricId"], {}).get("specificationIds", []),
    ),
    ("evaluations", "runIds", RUN, same("runId")),
    ("evaluations", "userIds", USER, same("userId")),
    (
        "evaluations",
        "monitorIds",
        lambda lists: PRODUCT(lists).replace("product_", "monitor_"),
        lambda row, lists, _: row["testCaseId"] is None and row.get("productId") == PRODUCT(lists),
    ),
    (
        "evaluations",
        "monitorAlertIds",
        lambda lists: PRODUCT(lists).replace("product_", "monitorAlert_") + "_2026-03",
        lambda row, lists, _: (
            row["testCaseId"] is None
            and row.get("productId") == PRODUCT(lists)
            and row["createdAt"].startswith("2026-03")
        ),
    ),
    *(
        ("evaluations", "statuses", status, same("status"))
        for status in ("PENDING", "PENDING_HUMAN", "SUCCESS", "FAILED", "SKIPPED", "OUTDATED")
    ),
    ("evaluations", "canRetry", "true", lambda row, *_: row["canRetry"] is True),
    ("evaluations", "canRetry", "false", lambda row, *_: row["canRetry"] is False),
    ("evaluations", "passed", "true", lambda row, *_: row.get("passed") is True),
    ("evaluations", "passed", "false", lambda row, *_: row.get("passed") is False),
    ("evaluations", "scoreGt", "0.5", lambda row, *_: row["score"] is not None and row["score"] > 0.5),
    ("evaluations", "scoreGte", "1", lambda row, *_: row["score"] == 1),
    ("evaluations", "scoreLt", "1", lambda row, *_: row["score"] is not None and row["score"] < 1),
    ("evaluations", "scoreLte", "0", lambda row, *_: row["score"] == 0),
    ("evaluations", "humanScoreGt", "0", lambda row, *_: (row["humanScore"] or 0) > 0),
    ("evaluations", "humanScoreLte", "0", lambda row, *_: row["humanScore"] == 0),
    ("evaluations", "confidenceGte", "0.8", lambda row, *_: (row.get("confidence") or 0) >= 0.8),
    ("evaluations", "confidenceLt", "0.8", lambda row, *_: 0 < (row.get("confidence") or 0) < 0.8),
    ("inference_results", "sessionIds", SESSION, same("sessionId")),
    (
        "inference_results",
        "evaluationIds",
        first("evaluations", "id", lambda row: row["inferenceResultId"]),
        lambda row, lists, value: row["id"] == lists["evaluations"][value]["inferenceResultId"],
    ),
    ("spans", "inferenceResultIds", TURN, same("inferenceResultId")),
    (
        "spans",
        "sessionIds",
        SESSION,
        lambda row, lists, value: lists["inference_results"][row["inferenceResultId"]]["sessionId"] == value,
    ),
    ("spans", "types", "RETRIEVER", same("type")),
    ("spans", "names", "http_request", same("name")),
    ("spans", "fromStartTime", "2026-03-01T00:00:00Z", lambda row, *_: (row["startTime"] or "") >= "2026-03-01"),
    ("spans", "toStartTime", "2026-03-01T00:00:00Z", lambda row, *_: (row["startTime"] or "3") < "2026-03-01"),
    ("test_cases", "testIds", first("tests", "id", lambda row: row["name"] == "Baggage rules"), same("testId")),
    ("test_cases", "variants", "paraphrased", same("variant")),
    ("test_cases", "strategies", "original", same("strategy")),
    ("test_cases", "languages", "es", same("languageCode")),
    ("test_cases", "sourceFiles", "baggage.pdf", same("sourceFile")),
    ("test_cases", "expectedTools", "get_booking", lambda row, *_: "get_booking" in row["expectedTools"]),
    ("test_cases", "reviewed", "true", lambda row, *_: row["reviewedById"]),
    ("test_cases", "reviewed", "false", lambda row, *_: not row["reviewedById"]),
    ("test_cases", "isAugmented", "true", lambda row, *_: row["isAugmented"]),
    ("test_cases", "userScore", "1", lambda row, *_: row["userScore"] == 1),
    ("test_cases", "userScore", "-1", lambda row, *_: row["userScore"] == -1),
    ("test_cases", "includeLegacy", "false", lambda row, *_: row["legacyAt"] is None),
    ("test_cases", "includeLegacy", "true", lambda *_: True),
    ("test_cases", "input", "REFUND", lambda row, *_: "refund" in json.dumps(row["input"]).casefold()),
    ("tests", "productIds", PRODUCT, same("productId")),
    (
        "tests",
        "testCaseIds",
        first("test_cases", "id"),
        lambda row, lists, value: row["id"] == lists["test_cases"][value]["testId"],
    ),
    (
        "tests",
        "versionIds",
        VERSION,
        lambda row, lists, value: (
            row["id"] in {its_test(each) for each in lists["sessions"].values() if each["versionId"] == value}
        ),
    ),
    ("tests", "names", "Baggage rules", same("name")),
    ("tests", "name", "RULES", lambda row, *_: "rules" in row["name"]),
    ("tests", "types", "RED_TEAMING", same("type")),
    ("tests", "specificationIds", GOAL, lambda row, _, value: value in row["specificationIds"]),
    (
        "tests",
        "existentInEvaluations",
        "true",
        lambda row, lists, _: row["id"] in {its_test(each) for each in lists["evaluations"].values()},
    ),
    (
        "tests",
        "existentInEvaluations",
        "false",
        lambda row, lists, _: row["id"] not in {its_test(each) for each in lists["evaluations"].values()},
    ),
    (
        "tests",
        "hasInferenceResults",
        "false",
        lambda row, lists, _: row["id"] not in {its_test(each) for each in lists["sessions"].values()},
    ),
    ("metrics", "organizationIds", "organization_sample", same("organizationId")),
    (
        "metrics",
        "productIds",
        PRODUCT,
        lambda row, lists, value: (
            row["id"]
            in {
                each["metricId"]
                for each in lists["evaluations"].values()
                if version_of(each, lists).get("productId") == value
            }
        ),
    ),
    ("metrics", "names", "Refund policy", same("name")),
    ("metrics", "name", "POL", lambda row, *_: "pol" in row["name"].casefold()),
    ("metrics", "description", "ANSWER", lambda row, *_: "answer" in row["description"].casefold()),
    ("metrics", "tags", "refund", lambda row, *_: "refund" in row["tags"]),
    ("metrics", "sources", "CLASSIFIER", same("source")),
    ("metrics", "specificationIds", GOAL, lambda row, _, value: value in row["specificationIds"]),
    ("metrics", "userGroupIds", "userGroup_experts", lambda row, *_: row["userGroupIds"]),
    ("metrics", "includeLegacy", "false", lambda row, *_: row["legacyAt"] is None),
    ("metrics", "includeDefaultEntities", "false", lambda row, *_: row["organizationId"]),
    ("metrics", "includeOwnEntities", "false", lambda row, *_: not row["organizationId"]),
    ("specifications", "productIds", PRODUCT, same("productId")),
    ("specifications", "types", "POLICY", same("type")),
    ("specifications", "testTypes", "RED_TEAMING", same("testType")),
    ("specifications", "name", "TONE", lambda row, *_: "tone" in row["name"]),
    ("runs", "productIds", PRODUCT, same("productId")),
    ("runs", "versionIds", VERSION, same("versionId")),
    ("runs", "customIds", first("runs", "customId"), same("customId")),
    ("runs", "statuses", "COMPLETED", same("status")),
    ("runs", "statuses", "FAILED", same("status")),
    ("runs", "search", "BUILD", lambda row, *_: row["customId"]),
    ("products", "organizationIds", "organization_sample", same("organizationId")),
    ("products", "names", "Clinic assistant", same("name")),
    ("products", "name", "CLINIC", lambda row, *_: "Clinic" in row["name"]),
    ("products", "tags", "travel", lambda row, *_: "travel" in row["tags"]),
    ("models", "organizationIds", "organization_sample", same("organizationId")),
    ("models", "names", "global-mini", same("name")),
    ("models", "name", "SMALL", lambda row, *_: "small" in row["name"]),
    ("models", "includeDefaultEntities", "false", lambda row, *_: row["organizationId"]),
    ("models", "includeOwnEntities", "false", lambda row, *_: not row["organizationId"]),
]


@pytest.mark.parametrize(
    "tried", [pytest.param(each, id=f"{each[0]} {each[1]} {'' if callable(each[2]) else each[2]}") for each in FILTERS]
)
def test_a_filter_selects_what_it_says(
    api: SampleApi, lists: Lists, tried: tuple[str, str, Any, Callable[..., object]]
) -> None:
    """In both spellings of an array, and with what the list hides left out."""
    name, parameter, value, is_wanted = tried
    sent = value(lists) if callable(value) else value
    expected = [
        row_id
        for row_id, row in reversed(lists[name].items())
        if is_wanted(row, lists, sent)
        and (name != "evaluations" or visible(row, lists))
        and (name != "metrics" or not row["excludedFromAnalyticsAt"])
    ]
    assert expected == ids(api, name, [(parameter, sent)])
    if parameter in RESOURCES[name].arrays:
        assert expected == ids(api, name, [(f"{parameter}[]", sent)])
    if sent not in {"FAILED", "-1"} or name == "evaluations":
        assert expected, "no row shows what the filter does"


def test_every_filter_is_tried() -> None:
    """The table above misses none, and the lists are those whose filters it has."""
    tried = {(name, parameter) for name, parameter, *_ in FILTERS}
    ends = {f"{name}{end}" for name in ("score", "humanScore", "confidence") for end in ("Gt", "Gte", "Lt", "Lte")}
    for name, resource in RESOURCES.items():
        if name in {"sessions", "versions"}:
            continue
        shared = {"ids", "limit", "offset", "fromCreatedAt", "toCreatedAt", "includeExcludedFromAnalytics"}
        assert set() == {*resource.arrays, *resource.scalars} - ends - shared - {one for of, one in tried if of == name}


BAD = [
    ("evaluations", "scoreGt", "1.01"),
    ("evaluations", "scoreGte", "-0.1"),
    ("evaluations", "humanScoreLt", "nan"),
    ("evaluations", "confidenceLte", "70%"),
    ("evaluations", "scoreLt", ""),
    ("evaluations", "passed", "True"),
    ("evaluations", "includeExcludedFromAnalytics", "1"),
    ("tests", "existentInEvaluations", "yes"),
    ("test_cases", "userScore", "1.0"),
    ("test_cases", "includeLegacy", "no"),
    ("spans", "fromStartTime", "2026-03-01"),
]


@pytest.mark.parametrize(("name", "parameter", "value"), BAD, ids=lambda each: each or "empty")
def test_bad_values_of_further_filters_are_refused(api: SampleApi, name: str, parameter: str, value: str) -> None:
    """With 400 and the parameter's name: numbers beside 0 to 1, and what is no flag, integer or time."""
    answer = fetch(api, PATHS[name], [(parameter, value)])
    assert (400, True) == (answer.status_code, parameter in answer.json()["message"])


def test_ten_alerts_are_the_most(api: SampleApi) -> None:
    """An eleventh is refused."""
    assert [] == ids(api, "evaluations", [("monitorAlertIds[]", f"alert_{number}") for number in range(10)])
    answer = fetch(api, "/evaluations", [("monitorAlertIds[]", f"alert_{number}") for number in range(11)])
    assert (400, "monitorAlertIds must have at most 10 members") == (answer.status_code, answer.json()["message"])


@pytest.mark.parametrize("name", ["evaluations", "metrics"])
def test_rows_out_of_analytics_are_hidden(api: SampleApi, lists: Lists, name: str) -> None:
    """Unless the flag says otherwise, or they are asked for by their ids alone."""
    flag = "includeExcludedFromAnalytics"
    everything = list(reversed(lists[name]))
    shown = ids(api, name, [])
    assert everything == ids(api, name, [(flag, "true")])
    assert shown == ids(api, name, [(flag, "false")])
    hidden = next(each for each in everything if each not in shown)
    assert [hidden] == ids(api, name, [("ids[]", hidden)])
    assert 404 == fetch(api, PATHS[name], [("ids[]", hidden), (flag, "false")]).status_code


def test_tools_must_all_be_expected() -> None:
    """Other arrays select rows with any of their members, this one rows with all of them."""
    cases: list[Record] = [
        {"id": "one", "expectedTools": ["a"]},
        {"id": "two", "expectedTools": ["b", "a"]},
        {"id": "none"},
    ]
    with serve(0, 0, lists={"test_cases": cases}) as api:
        assert {"one", "two"} == set(ids(api, "test_cases", [("expectedTools[]", "a")]))
        assert ["two"] == ids(api, "test_cases", [("expectedTools[]", "a"), ("expectedTools[]", "b")])


def test_several_goals_select_metrics_of_any() -> None:
    """A list matches if it holds one of the members; what is no list matches none."""
    metrics: list[Record] = [{"id": "one", "tags": ["a", 5]}, {"id": "two", "tags": ["b"]}, {"id": "none", "tags": "a"}]
    with serve(0, 0, lists={"metrics": metrics}) as api:
        assert {"one", "two"} == set(ids(api, "metrics", [("tags[]", "a"), ("tags[]", "b")]))


def test_a_change_moves_a_row_to_other_filters() -> None:
    """The rows of a session are found by its id, also after changes of either."""
    turns = [{"id": f"t{number}", "sessionId": f"s{number % 2}"} for number in range(4)]
    with serve(0, 0, lists={"inference_results": turns}) as api:
        api.lists["inference_results"].update("t0", sessionId="s1")
        api.lists["inference_results"].delete("t3")
        api.lists["inference_results"].insert({"id": "t4", "sessionId": "s1"})
        assert ["t0", "t1", "t4"] == sorted(ids(api, "inference_results", [("sessionIds[]", "s1")]))
        assert ["t2"] == ids(api, "inference_results", [("sessionIds[]", "s0")])
        assert ["t0", "t1", "t2", "t4"] == sorted(
            ids(api, "inference_results", [(("sessionIds"), f"s{n}") for n in (0, 1)])
        )


def test_flags_follow_what_was_inserted() -> None:
    """Whether a metric is out of analytics is looked up when evaluations are requested."""
    lists = {"metrics": [{"id": "m1"}], "evaluations": [{"id": "e1", "metricId": "m1"}]}
    with serve(0, 0, lists=lists) as api:
        assert ["e1"] == ids(api, "evaluations", [])
        api.lists["metrics"].update("m1", excludedFromAnalyticsAt="2026-03-01T00:00:00Z")
        assert [] == ids(api, "evaluations", [])


@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize("field", ["score", "confidence"])
def test_scores_can_be_sorted(api: SampleApi, lists: Lists, field: str, direction: str) -> None:
    """In both directions, with evaluations that have none last."""
    received = [
        lists["evaluations"][each].get(field)
        for each in ids(api, "evaluations", [("sort", field), ("sort", direction)])
    ]
    numbers = [each for each in received if each is not None]
    assert sorted(numbers, reverse=direction == "desc") == numbers == received[: len(numbers)]
    assert 0 < len(numbers) < len(received)


def test_spans_can_be_sorted_by_their_start(api: SampleApi, lists: Lists) -> None:
    """Those without a start come last."""
    received = ids(api, "spans", [("sort", "startTime"), ("sort", "asc")])
    starts = [lists["spans"][each]["startTime"] for each in received]
    timed = [each for each in starts if each]
    assert sorted(timed) == timed == starts[: len(timed)]
    assert len(timed) < len(starts)


def test_starts_include_their_moment(api: SampleApi, lists: Lists) -> None:
    """Both ends of the range belong to it."""
    start = next(row["startTime"] for row in lists["spans"].values() if row["startTime"])
    expected = {row_id for row_id, row in lists["spans"].items() if row["startTime"] == start}
    assert expected == set(ids(api, "spans", [("fromStartTime", start), ("toStartTime", start)]))


def test_other_lists_cannot_be_sorted_by_score(api: SampleApi) -> None:
    """Only evaluations have one."""
    assert 400 == fetch(api, "/metrics", [("sort", "score"), ("sort", "asc")]).status_code


def test_spans_know_no_times_of_creation(api: SampleApi, lists: Lists) -> None:
    """These parameters are as good as unknown to the list."""
    query = [("fromCreatedAt", "2030-01-01T00:00:00Z"), ("toCreatedAt", "never")]
    assert len(lists["spans"]) == len(ids(api, "spans", query))
