"""Queries: validation of arguments, parameters sent, and splitting of long lists."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pandas as pd
import pytest

import galtea_frames as gf
from galtea_frames.api.query import Query, build_query
from galtea_frames.api.resource import Filter, Resource, snake_case
from galtea_frames.api.resources import EVALUATIONS, SESSIONS, SPANS, TEST_CASES, VERSIONS
from galtea_frames.api.splitting import MAX_MEMBERS, MAX_QUERY_BYTES, Selection, split_ids, split_lists
from galtea_frames.printable import quoted

MANY = [f"version_{number:024}" for number in range(120)]
CASES = [f"testCase_{number:024}" for number in range(120)]

#: What the walk adds to a request at the most: sort, limit, offset, and both ends of a time.
WALK = [
    ("sort[]", "createdAt"),
    ("sort[]", "desc"),
    ("limit", "10000"),
    ("offset", "1234567890"),
    ("fromCreatedAt", "2026-03-01T10:00:00.123456+00:00"),
    ("toCreatedAt", "2026-03-01T10:00:00.123456Z"),
]


def sessions(**arguments: object) -> Query:
    """The query of a call of `load_sessions`."""
    return build_query(SESSIONS, arguments)


def versions(**arguments: object) -> Query:
    """The query of a call of `load_versions`."""
    return build_query(VERSIONS, arguments)


def sent(query: Query) -> list[list[tuple[str, str]]]:
    """The filters of each walk that a query takes, in order."""
    return [list(pairs) for selection in split_lists(query) for pairs in selection.alternatives]


@pytest.mark.parametrize(
    ("resource", "arguments", "expected"),
    [
        pytest.param(SESSIONS, {}, [], id="none"),
        pytest.param(SESSIONS, {"version_ids": None, "limit": None, "params": None}, [], id="None is not given"),
        pytest.param(SESSIONS, {"version_ids": "a"}, [("versionIds[]", "a")], id="one string"),
        pytest.param(SESSIONS, {"custom_ids": ["a", "b"]}, [("customIds[]", "a"), ("customIds[]", "b")], id="list"),
        pytest.param(
            SESSIONS, {"product_ids": ("b", "a", "b")}, [("productIds[]", "b"), ("productIds[]", "a")], id="once"
        ),
        pytest.param(SESSIONS, {"test_case_ids": pd.Series(["a"])}, [("testCaseIds[]", "a")], id="Series"),
        pytest.param(SESSIONS, {"test_case_ids": pd.Index(["a"])}, [("testCaseIds[]", "a")], id="Index"),
        pytest.param(SESSIONS, {"version_ids": iter(["a"])}, [("versionIds[]", "a")], id="iterator"),
        pytest.param(SESSIONS, {"version_ids": np.array(["a"])}, [("versionIds[]", "a")], id="array"),
        pytest.param(SESSIONS, {"test_ids": ""}, [("testIds[]", "")], id="the empty member"),
        pytest.param(
            SESSIONS,
            {"exclude_test_ids": ["", "t"]},
            [("excludeTestIds[]", ""), ("excludeTestIds[]", "t")],
            id="exclude",
        ),
        pytest.param(SESSIONS, {"version_ids": "a&b=ü +"}, [("versionIds[]", "a&b=ü +")], id="any characters"),
        pytest.param(VERSIONS, {"names": "1.0"}, [("names[]", "1.0")], id="names"),
        pytest.param(VERSIONS, {"name": "1."}, [("name", "1.")], id="name"),
        pytest.param(VERSIONS, {"existent_in_evaluations": True}, [("existentInEvaluations", "true")], id="true"),
        pytest.param(VERSIONS, {"has_inference_results": False}, [("hasInferenceResults", "false")], id="false"),
        pytest.param(
            VERSIONS,
            {"conversation_endpoint_connection_ids": ["c", ""]},
            [("conversationEndpointConnectionIds[]", "c"), ("conversationEndpointConnectionIds[]", "")],
            id="connections",
        ),
        pytest.param(
            VERSIONS,
            {"exclude_conversation_endpoint_connection_ids": "c"},
            [("excludeConversationEndpointConnectionIds[]", "c")],
            id="exclude connections",
        ),
        pytest.param(SESSIONS, {"statuses": "FAILED"}, [("statuses[]", "FAILED")], id="statuses"),
        pytest.param(SESSIONS, {"params": {"statuses": "FAILED"}}, [("statuses[]", "FAILED")], id="statuses in params"),
        pytest.param(
            SESSIONS,
            {"params": {"userIds": ["u", ""]}},
            [("userIds[]", "u"), ("userIds[]", "")],
            id="params list",
        ),
        pytest.param(
            SESSIONS, {"params": {"statuses[]": ["FAILED"]}}, [("statuses[]", "FAILED")], id="params with brackets"
        ),
        pytest.param(
            SESSIONS, {"params": {"statuses": iter(["FAILED"])}}, [("statuses[]", "FAILED")], id="params iterator"
        ),
        pytest.param(SESSIONS, {"params": {"userIds": "u"}}, [("userIds", "u")], id="params text"),
        pytest.param(SESSIONS, {"params": {"isProduction": True}}, [("isProduction", "true")], id="params flag"),
        pytest.param(
            EVALUATIONS,
            {"score_gte": 0.5, "human_score_lt": 1, "passed": False, "include_excluded_from_analytics": False},
            [
                ("scoreGte", "0.5"),
                ("humanScoreLt", "1"),
                ("passed", "false"),
                ("includeExcludedFromAnalytics", "false"),
            ],
            id="numbers",
        ),
        pytest.param(
            SESSIONS,
            {"params": {"fromTurn": "9", "toTurn": "5", "token": "x"}},
            [("fromTurn", "9"), ("toTurn", "5"), ("token", "x")],
            id="params that are no times",
        ),
        pytest.param(EVALUATIONS, {}, [("includeExcludedFromAnalytics", "true")], id="nothing is hidden"),
        pytest.param(TEST_CASES, {"user_score": np.int64(-1)}, [("userScore", "-1")], id="a whole number"),
        pytest.param(SESSIONS, {"params": {"minTurns": 3}}, [("minTurns", "3")], id="params number"),
        pytest.param(
            SESSIONS,
            {"params": {"endedBefore": date(2026, 3, 1)}},
            [("endedBefore", "2026-03-01T00:00:00.000Z")],
            id="params time",
        ),
        pytest.param(SESSIONS, {"params": {}}, [], id="no params"),
        pytest.param(SESSIONS, {"params": {"minScore": np.float64(0.5)}}, [("minScore", "0.5")], id="numpy's number"),
        pytest.param(SESSIONS, {"params": {"isSeed": np.bool_(False)}}, [("isSeed", "false")], id="numpy's flag"),
        pytest.param(SESSIONS, {"params": {"turns": np.array(3)}}, [("turns", "3")], id="an array that is a number"),
        pytest.param(SESSIONS, {"params": {"userIds": np.array(["u"])}}, [("userIds[]", "u")], id="params array"),
        pytest.param(
            SESSIONS,
            {"params": {"endedBefore": np.datetime64("2026-03-01T10:00")}},
            [("endedBefore", "2026-03-01T10:00:00.000Z")],
            id="params time of numpy",
        ),
        pytest.param(
            SESSIONS,
            {"params": {"endedBefore": datetime(2026, 3, 1, 10)}},  # noqa: DTZ001 - that is the point
            [("endedBefore", "2026-03-01T10:00:00.000Z")],
            id="params naive time",
        ),
        pytest.param(VERSIONS, {"name": np.str_("1.")}, [("name", "1.")], id="numpy's text"),
        pytest.param(
            VERSIONS, {"has_inference_results": np.True_}, [("hasInferenceResults", "true")], id="numpy's true"
        ),
    ],
)
def test_arguments_become_wire_parameters(
    resource: Resource, arguments: Mapping[str, Any], expected: list[tuple[str, str]]
) -> None:
    """Each kind of value goes out as the API takes it, each member once."""
    assert [expected] == sent(build_query(resource, arguments))


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("2026-03-01T09:00:00+01:00", id="text"),
        pytest.param(datetime(2026, 3, 1, 8, tzinfo=UTC), id="datetime"),
        pytest.param(pd.Timestamp("2026-03-01 08:00"), id="Timestamp"),
        pytest.param(np.datetime64("2026-03-01T08:00:00"), id="datetime64"),
    ],
)
def test_times_become_wire_texts(value: object) -> None:
    """Both ends of the time come out in UTC, whatever they were given as, and may be the same."""
    query = sessions(from_created_at=value, to_created_at=value)
    assert (query.start, query.end) == ("2026-03-01T08:00:00.000Z", "2026-03-01T08:00:00.000Z")


@pytest.mark.parametrize(
    "day",
    [
        pytest.param("2026-03-08", id="text"),
        pytest.param("20260308", id="text without dashes"),
        pytest.param(date(2026, 3, 8), id="date"),
        pytest.param(np.datetime64("2026-03-08"), id="datetime64"),
    ],
)
def test_a_date_is_a_whole_day(day: object) -> None:
    """From a date is from its midnight, to a date is to its last microsecond; attrs state the instants."""
    query = sessions(from_created_at=day, to_created_at=day)
    assert (query.start, query.end) == ("2026-03-08T00:00:00.000Z", "2026-03-08T23:59:59.999999Z")
    assert query.given == {"from_created_at": query.start, "to_created_at": query.end}


def test_a_timestamp_is_a_moment() -> None:
    """A Timestamp or a datetime has a time, be it midnight, and so has text with one."""
    midnights = (pd.Timestamp("2026-03-08"), datetime(2026, 3, 8, tzinfo=UTC), "2026-03-08T00:00")
    assert ["2026-03-08T00:00:00.000Z"] * 3 == [sessions(to_created_at=each).end for each in midnights]


def test_attrs_stay_small() -> None:
    """Up to 20 members are stated as they were given; more by their number and a hash that no order changes."""
    few = [f"id_{number}" for number in range(20)]
    assert {"custom_ids": few} == sessions(custom_ids=few).given
    many = [f"id_{number:02}" for number in range(21)]
    stated = sessions(custom_ids=pd.Series([*reversed(many), "id_00"])).given["custom_ids"]
    digest = hashlib.sha256(json.dumps(many).encode()).hexdigest()
    assert stated == {"count": 21, "sha256": digest, "first": ["id_00", "id_01", "id_02"]}
    assert stated == sessions(params={"userIds": many}).given["params"]["userIds"]


HALF = "wave \ud83d"


@pytest.mark.parametrize(
    ("resource", "arguments"),
    [
        pytest.param(SESSIONS, {"custom_ids": ["a", HALF]}, id="list"),
        pytest.param(SESSIONS, {"custom_ids": HALF}, id="one"),
        pytest.param(VERSIONS, {"name": HALF}, id="text"),
        pytest.param(SESSIONS, {"params": {"note": HALF}}, id="params text"),
        pytest.param(SESSIONS, {"params": {"note": [HALF]}}, id="params list"),
        pytest.param(SESSIONS, {"params": {HALF: "x"}}, id="params name"),
    ],
)
def test_half_a_character_is_refused(resource: Resource, arguments: Mapping[str, Any]) -> None:
    """A lone surrogate has no bytes to send; the message is one that can be printed."""
    with pytest.raises(gf.QueryError, match=r"half a character.* cannot be sent: 'wave \\ud83d'$") as caught:
        build_query(resource, arguments)
    assert str(caught.value).encode()


BAD_TEXTS = [
    pytest.param(1, "version_ids must be a string", id="number"),
    pytest.param(True, "version_ids must be a string", id="flag"),
    pytest.param({"a": 1}, "version_ids must be a string", id="mapping"),
    pytest.param(b"a", "version_ids must be a string", id="bytes"),
    pytest.param([1], "holds 1, which is not a string", id="list of numbers"),
    pytest.param([b"a"], "holds b'a', which is not a string", id="list of bytes"),
    pytest.param([["a"]], r"holds \['a'\], which is not a string", id="list of lists"),
    pytest.param(["a", None], r"holds None.*drop nulls first \(.dropna\(\)\)", id="None"),
    pytest.param([float("nan")], r"holds nan.*\.dropna\(\)", id="NaN"),
    pytest.param([pd.NA], r"holds <NA>.*\.dropna\(\)", id="NA"),
    pytest.param([pd.NaT], r"holds NaT.*\.dropna\(\)", id="NaT"),
    pytest.param(pd.Series(["a", None], dtype="string"), r"\.dropna\(\)", id="Series with a null"),
    pytest.param(
        pd.DataFrame({"id": ["a"]}), "version_ids must be a string", id="DataFrame, whose column names are no ids"
    ),
    pytest.param(np.array([["a"]]), "version_ids must be a string", id="table of strings"),
    pytest.param(["a", ""], "version_ids holds an empty string", id="empty member where it has no meaning"),
    pytest.param("", "version_ids holds an empty string", id="empty string"),
]


@pytest.mark.parametrize(("value", "words"), BAD_TEXTS)
def test_bad_members(value: object, words: str) -> None:
    """What is no list of strings is refused, with a hint where nulls are the reason."""
    with pytest.raises(gf.QueryError, match=words):
        sessions(version_ids=value)


@pytest.mark.parametrize("name", ["from_created_at", "to_created_at"])
@pytest.mark.parametrize(
    "value",
    [
        pytest.param("yesterday", id="words"),
        pytest.param("", id="empty"),
        pytest.param("2026-13-01", id="no such month"),
        pytest.param(1_772_359_200, id="number"),
        pytest.param(True, id="flag"),
        pytest.param(pd.NaT, id="NaT"),
        pytest.param(np.datetime64("NaT", "us"), id="NaT of numpy"),
        pytest.param(np.datetime64("2026-03"), id="month"),
        pytest.param(np.datetime64(10**14, "s"), id="beyond the calendar"),
        pytest.param(pd.Timestamp("2026-03-01").to_period("D"), id="period"),
        pytest.param(["2026-03-01"], id="list"),
        pytest.param("9999-12-31T23:59:59-10:00", id="beyond the last year"),
    ],
)
def test_bad_times(name: str, value: object) -> None:
    """What is no time is refused by the argument's name, with a time that would do, and no chain of causes."""
    with pytest.raises(gf.QueryError, match=rf"{name} must be a time such as .2026-03-01.") as caught:
        sessions(**{name: value})
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("name", ["limit", "offset"])
@pytest.mark.parametrize(
    "value",
    [-1, True, False, 1.0, "10", float("nan"), [1], np.True_, 2**63, np.array([1]), np.array(True), 10**5_000],
    ids=quoted,
)
def test_bad_counts(name: str, value: object) -> None:
    """A limit or an offset that counts nothing is refused by name, True and 2**63 included."""
    with pytest.raises(gf.QueryError, match=rf"{name} must be a whole number from 0"):
        sessions(**{name: value})


def test_whole_numbers_of_other_libraries_count() -> None:
    """Whatever Python takes for an index is a number of rows; attrs state it as Python's."""

    class Seven:
        def __index__(self) -> int:
            return 7

    query = sessions(limit=Seven(), offset=Seven())
    assert (7, 7, {"limit": 7, "offset": 7}) == (query.limit, query.offset, query.given)


@pytest.mark.parametrize("value", [0, 1, np.int64(7), np.uint8(7), np.array(3), 2**63 - 1], ids=quoted)
def test_good_counts(value: Any) -> None:  # noqa: ANN401 - whatever counts
    """The whole numbers of numpy count as well."""
    query = sessions(limit=value, offset=value)
    assert (query.limit, query.offset, query.given) == (value, value, {"limit": int(value), "offset": int(value)})
    assert [type(each) for each in query.given.values()] == [int, int]


@pytest.mark.parametrize(
    ("resource", "arguments", "words"),
    [
        pytest.param(
            SESSIONS, {"versoin_ids": "a"}, "unknown argument 'versoin_ids': did you mean 'version_ids'", id="typo"
        ),
        pytest.param(SESSIONS, {"versionIds": "a"}, "did you mean 'version_ids'", id="the API's name"),
        pytest.param(SESSIONS, {"ProdIds": "a"}, "did you mean 'product_ids'", id="short for the API's name"),
        pytest.param(SESSIONS, {"names": "a"}, "unknown argument 'names'", id="the other resource's filter"),
        pytest.param(EVALUATIONS, {"score_gte": 1.5}, "score_gte must be a number from 0 to 1, not 1.5", id="above 1"),
        pytest.param(EVALUATIONS, {"score_lt": -0.1}, "score_lt must be a number from 0 to 1", id="below 0"),
        pytest.param(EVALUATIONS, {"score_gt": float("nan")}, "must be a number from 0 to 1, not nan", id="no number"),
        pytest.param(
            EVALUATIONS, {"score_gt": "0.5"}, "must be a number from 0 to 1, not '0.5'", id="text for a number"
        ),
        pytest.param(EVALUATIONS, {"score_gt": True}, "must be a number from 0 to 1, not True", id="flag for a number"),
        pytest.param(TEST_CASES, {"user_score": 0.5}, "must be a whole number from -1 to 1", id="part of a whole"),
        pytest.param(TEST_CASES, {"user_score": 10**400}, "must be a whole number from -1 to 1", id="a huge number"),
        pytest.param(
            EVALUATIONS, {"monitor_alert_ids": list("abcdefghijk")}, "takes at most 10 members, not 11", id="too many"
        ),
        pytest.param(
            SPANS,
            {"ids": "a", "from_start_time": "2026-03-02", "to_start_time": "2026-03-01"},
            "from_start_time 2026-03-02T00:00:00.000Z is after to_start_time 2026-03-01T23:59:59.999999Z",
            id="another span",
        ),
        pytest.param(SPANS, {"ids": "a", "from_created_at": "2026-03-01"}, "unknown argument", id="no such times"),
        pytest.param(SESSIONS, {"zzz": 1}, "there are ids, custom_ids.*offset, params", id="nothing like it"),
        pytest.param(VERSIONS, {"name": ""}, "name must be a non-empty string, not ''", id="empty text"),
        pytest.param(VERSIONS, {"name": ["a"]}, "name must be a non-empty string", id="list for a text"),
        pytest.param(
            VERSIONS, {"has_inference_results": "true"}, "must be True or False, not 'true'", id="text for a flag"
        ),
        pytest.param(VERSIONS, {"existent_in_evaluations": 1}, "must be True or False, not 1", id="number for a flag"),
        pytest.param(
            SESSIONS,
            {"from_created_at": "2026-03-02", "to_created_at": "2026-03-01T23:59:59.999999Z"},
            "from_created_at 2026-03-02T00:00:00.000Z is after to_created_at 2026-03-01T23:59:59.999999Z",
            id="from after to",
        ),
        pytest.param(
            SESSIONS, {"sort": "created"}, "unknown column to sort by 'created': did you", id="unknown column"
        ),
        pytest.param(SESSIONS, {"sort": "createdAt"}, "did you mean 'created_at'", id="the API's name of a column"),
        pytest.param(SESSIONS, {"sort": "metadata"}, "unknown column to sort by 'metadata'", id="nested column"),
        pytest.param(SESSIONS, {"sort": "-created_at"}, "did you mean 'created_at'", id="leading minus"),
        pytest.param(
            SESSIONS, {"sort": ("created_at", "down")}, "unknown column to sort by 'down'", id="bad direction"
        ),
        pytest.param(SESSIONS, {"sort": [("created_at", "asc", "id")]}, "sort takes pairs", id="triple"),
        pytest.param(SESSIONS, {"sort": [1]}, "sort takes pairs", id="number in a list"),
        pytest.param(SESSIONS, {"sort": {"created_at": "asc"}}, "sort must be a column, a pair", id="mapping"),
        pytest.param(SESSIONS, {"sort": 1}, "sort must be a column, a pair", id="number"),
        pytest.param(SESSIONS, {"sort": ["status", ("status", "desc")]}, "sort holds 'status' twice", id="twice"),
        pytest.param(SESSIONS, {"params": ["a"]}, "params must be a mapping", id="params as a list"),
        pytest.param(SESSIONS, {"params": {"limit": 5}}, "'limit', which is the argument limit=", id="params: limit"),
        pytest.param(SESSIONS, {"params": {"sort[]": "x"}}, "'sort', which is the argument sort=", id="params: sort[]"),
        pytest.param(SESSIONS, {"params": {"versionIds": ["a"]}}, "the argument version_ids=", id="params: API name"),
        pytest.param(SESSIONS, {"params": {"version_ids": ["a"]}}, "the argument version_ids=", id="params: own name"),
        pytest.param(SESSIONS, {"params": {"fromCreatedAt": "x"}}, "the argument from_created_at=", id="params: time"),
        pytest.param(
            SESSIONS, {"params": {"": "x"}}, "params holds '', which is not a parameter name", id="params: no name"
        ),
        pytest.param(
            SESSIONS,
            {"params": {" []": "x"}},
            r"params holds ' \[\]', which is not a parameter name",
            id="params: blank",
        ),
        pytest.param(
            SESSIONS, {"params": {5: "x"}}, "params holds 5, which is not a parameter name", id="params: number as name"
        ),
        pytest.param(
            SESSIONS,
            {"params": {"userIds": ["a"], "userIds[]": ["b"]}},
            r"params holds 'userIds' and 'userIds\[\]', which are the same parameter",
            id="params: brackets and none",
        ),
        pytest.param(
            SESSIONS,
            {"params": {"userIds": ["a"], "user_ids": ["b"]}},
            "params holds 'userIds' and 'user_ids', which are the same parameter",
            id="params: camelCase and snake_case",
        ),
        pytest.param(
            SESSIONS, {"statuses": "FAILED", "params": {"statuses[]": []}}, "the argument statuses=", id="params: twice"
        ),
        pytest.param(
            SESSIONS,
            {"params": {"a": {"b": 1}}},
            r"params\['a'\] must be a string, .*not \{'b': 1\}",
            id="params: mapping",
        ),
        pytest.param(SESSIONS, {"params": {"a": [["b"]]}}, r"params\['a'\] holds \['b'\]", id="params: list of lists"),
        pytest.param(
            SESSIONS,
            {"params": {"a": float("inf")}},
            r"params\['a'\] must be a string, .*not inf",
            id="params: infinity",
        ),
        pytest.param(
            SESSIONS,
            {"params": {"a": 10**5_000}},
            r"params\['a'\] must be a string, .*not an int",
            id="params: a huge number",
        ),
        pytest.param(
            SESSIONS, {"params": {"a": object}}, r"params\['a'\] must be a string, .*class", id="params: a class"
        ),
        pytest.param(
            SESSIONS,
            {"params": {"statuses": None}},
            r"params\['statuses'\] must be a string, a list",
            id="params: None",
        ),
        pytest.param(SESSIONS, {"params": {"statuses": [None]}}, r"params\['statuses'\] holds None", id="params: null"),
        pytest.param(SESSIONS, {"params": {"since": pd.NaT}}, r"params\['since'\] must be a time", id="params: NaT"),
    ],
)
def test_bad_arguments(resource: Resource, arguments: Mapping[str, Any], words: str) -> None:
    """What cannot be asked for is refused with what was meant, or what there is."""
    with pytest.raises(gf.QueryError, match=words):
        build_query(resource, arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param({"ids": [None]}, "ids holds None, which is not a string; drop nulls first (.dropna())", id="null"),
        pytest.param({"ids": [5]}, "ids holds 5, which is not a string", id="number"),
        pytest.param(
            {"zzz": 1},
            "unknown argument 'zzz': there are ids, custom_ids, product_ids, test_ids, exclude_test_ids, version_ids,"
            " test_case_ids, statuses, from_created_at, to_created_at, sort, limit, offset, params; pass other filters"
            " of the API in params={…}, by API name",
            id="argument",
        ),
        pytest.param({"limitt": 1}, "unknown argument 'limitt': did you mean 'limit'?", id="argument nearly right"),
        pytest.param(
            {"sort": "zzz"},
            "unknown column to sort by 'zzz': there are id, custom_id, version_id, user_id, test_case_id,"
            " stopping_reason, error, status, created_at, deleted_at",
            id="column",
        ),
    ],
)
def test_messages_are_whole(arguments: Mapping[str, Any], message: str) -> None:
    """Each says all that helps, and nothing that does not."""
    with pytest.raises(gf.QueryError) as caught:
        build_query(SESSIONS, arguments)
    assert message == str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "expected"), [({}, False), ({"offset": 0}, False), ({"offset": 3}, True), ({"limit": 0}, True)]
)
def test_limit_and_offset_leave_some_of_the_rows(arguments: Mapping[str, Any], expected: bool) -> None:
    """Whether they are given is known before a row is there."""
    assert expected == build_query(SESSIONS, arguments).cuts


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("status", (("status", False),), id="column"),
        pytest.param(("created_at", "desc"), (("created_at", True),), id="pair"),
        pytest.param(["created_at", "desc"], (("created_at", True),), id="pair as a list"),
        pytest.param(("created_at", "DESC"), (("created_at", True),), id="in capitals"),
        pytest.param([("created_at", "Asc"), ("id", "Desc")], (("created_at", False), ("id", True)), id="in any case"),
        pytest.param(("status", "created_at"), (("status", False), ("created_at", False)), id="two columns"),
        pytest.param(
            [("status", "asc"), "id", ("created_at", "desc")],
            (("status", False), ("id", False), ("created_at", True)),
            id="list of pairs and columns",
        ),
        pytest.param([], (), id="empty"),
        pytest.param(None, (), id="default"),
    ],
)
def test_forms_of_sort(value: object, expected: tuple[tuple[str, bool], ...]) -> None:
    """A column, a pair, and a list of either say the same thing."""
    assert expected == sessions(sort=value).sort


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param({}, False, id="no filter"),
        pytest.param({"ids": []}, True, id="no ids"),
        pytest.param({"version_ids": []}, True, id="no versions"),
        pytest.param({"version_ids": pd.Series([], dtype="string")}, True, id="empty Series"),
        pytest.param({"version_ids": ["a"], "test_ids": []}, True, id="one of two lists is empty"),
        pytest.param({"exclude_test_ids": []}, False, id="nothing is left out"),
        pytest.param({"params": {"statuses": []}}, True, id="empty list in params"),
        pytest.param({"params": {"excludeUserIds": []}}, False, id="nothing is left out by params"),
        pytest.param({"limit": 0}, True, id="limit 0"),
    ],
)
def test_what_selects_nothing(arguments: Mapping[str, Any], expected: bool) -> None:
    """An empty list of what to keep selects nothing; an empty list of what to leave out leaves all."""
    assert expected is build_query(SESSIONS, arguments).selects_nothing


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"ids": ["a"]}, False),
        ({"ids": ["a"], "limit": 1, "offset": 1, "sort": "id"}, False),
        ({"ids": ["a"], "version_ids": ["b"]}, True),
        ({"ids": ["a"], "exclude_test_ids": ["b"]}, True),
        ({"ids": ["a"], "from_created_at": "2026-03-01"}, True),
        ({"ids": ["a"], "to_created_at": "2026-03-01"}, True),
        ({"ids": ["a"], "params": {"isProduction": True}}, True),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, dict) else "",
)
def test_what_narrows_ids(arguments: Mapping[str, Any], expected: bool) -> None:
    """Another filter beside `ids` narrows them; order and limit do not."""
    assert expected is build_query(SESSIONS, arguments).narrows_ids


def test_given_is_what_json_can_hold() -> None:
    """What a frame says of its filters is plain: lists, numbers and texts, and iterators are not used up."""
    query = sessions(
        version_ids=iter(["a", "b"]),
        test_ids=pd.Series(["t"]),
        sort=("created_at", "desc"),
        limit=np.int64(3),
        from_created_at=date(2026, 3, 1),
        params={"statuses": iter(["FAILED"]), "isProduction": True, "minScore": 0.5},
        offset=None,
    )
    assert query.given == {
        "version_ids": ["a", "b"],
        "test_ids": ["t"],
        "sort": ["created_at", "desc"],
        "limit": 3,
        "from_created_at": "2026-03-01T00:00:00.000Z",
        "params": {"statuses": ["FAILED"], "isProduction": True, "minScore": 0.5},
    }


def requests_of(selections: list[Selection]) -> list[list[tuple[str, str]]]:
    """The filters of each request, ids included."""
    return [
        [*pairs, *(("ids[]", each) for each in selection.ids)]
        for selection in selections
        for pairs in selection.alternatives
    ]


LONG = [
    pytest.param({"version_ids": MANY}, 4, id="120 versions"),
    pytest.param({"version_ids": MANY, "test_case_ids": CASES}, 64, id="120 versions x 120 test cases"),
    pytest.param({"version_ids": MANY, "product_ids": ["p"], "test_ids": ""}, 4, id="two short lists and a long one"),
    pytest.param({"ids": MANY, "version_ids": MANY}, 64, id="ids x versions"),
    pytest.param(
        {"custom_ids": [f"c{n}" for n in range(200)], "product_ids": [f"p{n}" for n in range(200)]},
        64,
        id="many short members of two lists",
    ),
    pytest.param({"exclude_test_ids": MANY}, 4, id="120 exclusions"),
    pytest.param({"exclude_test_ids": MANY, "version_ids": MANY}, 64, id="120 exclusions x 120 versions"),
    pytest.param({"custom_ids": ["ü" * 100, "é" * 100, "a" * 1500]}, 3, id="long members, longer when quoted"),
    pytest.param({"custom_ids": [f"c{n}" for n in range(200)], "params": {"note": "x" * 1200}}, 9, id="long params"),
]


@pytest.mark.parametrize(("arguments", "count"), LONG)
def test_long_lists_are_split(arguments: Mapping[str, Any], count: int) -> None:
    """No request has more than 50 members or 2,000 bytes, with all that the walk adds, and not too many are made."""
    requests = requests_of(split_lists(build_query(SESSIONS, arguments)))
    assert max(sum(name.endswith("[]") for name, _ in pairs) for pairs in requests) <= MAX_MEMBERS
    assert max(len(urlencode([*pairs, *WALK])) for pairs in requests) <= MAX_QUERY_BYTES
    assert len(requests) <= count


@pytest.mark.parametrize(
    "filters", [("version_ids",), ("version_ids", "test_case_ids"), ("ids", "version_ids")], ids="+".join
)
def test_every_combination_of_members_is_asked_for_once(filters: tuple[str, ...]) -> None:
    """Where long lists meet, each member of one is asked for with each member of the other, and only once."""
    lists = dict.fromkeys(filters, MANY)
    asked: list[tuple[str, ...]] = []
    for request in requests_of(split_lists(build_query(SESSIONS, lists))):
        combined: list[tuple[str, ...]] = [()]
        for name in filters:
            values = [value for key, value in request if snake_case(key.removesuffix("[]")) == name]
            combined = [(*some, value) for some in combined for value in values]
        asked += combined
    assert len(asked) == 120 ** len(filters)
    assert len(asked) == len(set(asked))


def test_exclusions_are_alternatives_that_must_all_agree() -> None:
    """A long list of exclusions becomes walks of one selection: a row belongs when every walk finds it."""
    (selection,) = split_lists(sessions(exclude_test_ids=MANY))
    excluded = [value for pairs in selection.alternatives for _, value in pairs]
    assert excluded == MANY


def test_ids_are_split() -> None:
    """Ids that are looked up alone go out 50 at a time, or as many as fit."""
    ids = sessions(ids=MANY).ids
    assert ids is not None
    batches = split_ids(ids)
    assert MANY == [each for batch in batches for each in batch]
    assert [len(batch) for batch in batches] == [40, 40, 40]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param({"params": {"note": "x" * 2_000}}, "^the query is too long", id="a parameter"),
        pytest.param({"version_ids": "x" * 2_000}, "^version_ids: the query is too long.*'x{40}'…$", id="a member"),
        pytest.param(
            {"params": {f"list{n}": ["x"] for n in range(51)}}, "^list0: the query is too long", id="51 lists"
        ),
    ],
)
def test_what_fits_no_request(arguments: Mapping[str, Any], words: str) -> None:
    """A query that no splitting makes short enough is refused, naming the argument."""
    with pytest.raises(gf.QueryError, match=words):
        split_lists(build_query(SESSIONS, arguments))


#: Bytes of a request that filters may take: 2,000, less 260 for what a walk adds.
ROOM = 1_740


def of_bytes(name: str, count: int, start: str = "") -> str:
    """A value with which a parameter of this name takes so many bytes of a request, its `&` among them."""
    return start.ljust(count - len(urlencode({name: ""})) - 1, "x")


@pytest.mark.parametrize("over", [0, 1])
def test_a_request_is_filled_to_its_last_byte(over: int) -> None:
    """A parameter, and a member, of all the bytes that there are goes through; of one more, it does not."""
    for arguments in (
        {"params": {"note": of_bytes("note", ROOM + over)}},
        {"version_ids": of_bytes("versionIds[]", ROOM + over)},
    ):
        query = build_query(SESSIONS, arguments)
        if over:
            with pytest.raises(gf.QueryError, match="the query is too long for a request"):
                split_lists(query)
        else:
            (pairs,) = requests_of(split_lists(query))
            assert len(urlencode(pairs)) + 1 == ROOM


@pytest.mark.parametrize("beside", [{}, {"note": ""}], ids=["alone", "beside a parameter"])
def test_members_share_a_request_while_there_is_room(beside: Mapping[str, str]) -> None:
    """Ten members that fill a request are one request; beside a parameter, however short, nine are."""
    members = [of_bytes("versionIds[]", ROOM // 10, f"v{n}-") for n in range(20)]
    requests = requests_of(split_lists(sessions(params=beside, version_ids=members)))
    expected = [9, 9, 2] if beside else [10, 10]
    assert [sum(name == "versionIds[]" for name, _ in pairs) for pairs in requests] == expected


@pytest.mark.parametrize("resource", [SESSIONS, VERSIONS], ids=lambda resource: resource.name)
def test_filters_have_one_name_each(resource: Resource) -> None:
    """A filter's name, on either side, is no other's, and no filter is called as an option is."""
    names = [each.name for each in resource.filters]
    assert len(names) == len(set(names))
    assert not {"sort", "limit", "offset", "params", "nested", "client"} & set(names)


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        pytest.param(
            SESSIONS,
            "ids customIds productIds testIds excludeTestIds versionIds testCaseIds statuses fromCreatedAt toCreatedAt",
            id="sessions",
        ),
        pytest.param(
            VERSIONS,
            "ids productIds conversationEndpointConnectionIds excludeConversationEndpointConnectionIds names name"
            " existentInEvaluations hasInferenceResults fromCreatedAt toCreatedAt",
            id="versions",
        ),
    ],
)
def test_filters_are_those_of_the_reference(resource: Resource, expected: str) -> None:
    """With sort, limit and offset they are those of the reference pages, and what the API takes since."""
    assert expected.split() == [each.api for each in resource.filters]


@pytest.mark.parametrize(
    ("api", "expected"),
    [
        ("id", "id"),
        ("versionIds", "version_ids"),
        ("conversationEndpointConnectionId", "conversation_endpoint_connection_id"),
        ("webRtcConnectionId", "web_rtc_connection_id"),
        ("URL", "url"),
        ("HTTPStatus", "http_status"),
        ("modelIDs", "model_ids"),
        ("URLs", "urls"),
        ("IDsOfUsers", "ids_of_users"),
        ("getHTTPResponse2XX", "get_http_response2_xx"),
        ("iOSVersion", "i_os_version"),
        ("run_Id", "run__id"),
    ],
)
def test_snake_case(api: str, expected: str) -> None:
    """A Python name is the API's with its capitals parted, a filter's as a column's."""
    assert [expected, expected] == [snake_case(api), Filter(api, "text", "").name]


def test_a_resource_has_a_singular() -> None:
    """What one row is called is what they are called together, without the s."""
    assert ["session", "version"] == [SESSIONS.singular, VERSIONS.singular]
