"""`join`: the key it finds, the columns and counts of the result, and what becomes of joined frames elsewhere."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from page_frames import frame_of

import galtea_frames as gf
from galtea_frames.api.resources import RESOURCES
from galtea_frames.files.exports import kind_of, write_export
from galtea_frames.frames.join_keys import describe_joined, lists_of_columns

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOON = "2026-03-01T12:00:00.000Z"

ROWS: dict[str, list[dict[str, Any]]] = {
    "evaluations": [
        {"id": "e1", "metricId": "m1", "sessionId": "s1", "testCaseId": "c1", "score": 0.5, "status": "SUCCESS"},
        {"id": "e2", "metricId": "gone", "sessionId": "s2", "testCaseId": None, "score": None, "status": "PENDING"},
        {"id": "e3", "metricId": "m1", "sessionId": "s1", "testCaseId": "c2", "score": 1, "status": "SUCCESS"},
    ],
    "metrics": [
        {"id": "m1", "name": "Tone", "tags": ["a"], "passThreshold": 0.5, "parentMetricId": "m0", "odd": [1, {}]},
        {"id": "m2", "name": "Refunds"},
    ],
    "sessions": [
        {"id": "s1", "versionId": "v1", "testCaseId": "c1", "metadata": {"n": 1}},
        {"id": "s2", "versionId": None, "metadata": {"n": 2}},
    ],
    "versions": [{"id": "v1", "name": "1.0", "modelId": None}],
    "test_cases": [{"id": "c1", "testId": "t1", "languageCode": "en", "input": {"user_message": "Hi"}}],
    "tests": [{"id": "t1", "name": "Refunds", "type": "QUALITY"}],
    "runs": [{"id": "r1", "customId": "build-1"}],
    "products": [{"id": "p1", "name": "Shop"}],
}


def of(name: str, **options: Any) -> pd.DataFrame:  # noqa: ANN401 - options of a frame
    """Return the frame of a list above."""
    rows = [{"createdAt": NOON} | each for each in ROWS[name]]
    return frame_of(rows, resource=RESOURCES[name], **options)


def about(joined: pd.DataFrame, prefix: str) -> dict[str, Any]:
    """Return what the attrs say of a join, without the attrs of the right frame."""
    found: dict[str, Any] = joined.attrs["galtea_frames"]["joins"][prefix]
    return {name: each for name, each in found.items() if name != "attrs"}


def texts(column: pd.Series[Any]) -> list[Any]:
    """Return the values of a column, None for nulls."""
    return [None if each else value for value, each in zip(column, column.isna(), strict=True)]


def test_ids_of_any_text_dtype_match() -> None:
    """As Python objects too."""
    left, right = of("evaluations"), of("metrics")
    plain = [frame.astype({name: object}) for frame, name in ((left, "metric_id"), (right, "id"))]
    assert texts(gf.join(plain[0], plain[1])["metric.name"]) == texts(gf.join(left, right)["metric.name"])


@pytest.mark.parametrize("backend", ["numpy_nullable", "pyarrow"])
def test_the_key_comes_from_the_lists(backend: str) -> None:
    """Evaluations get the metric that they refer to, and are themselves left as they are."""
    left, right = of("evaluations", dtype_backend=backend), of("metrics", dtype_backend=backend)
    joined = gf.join(left.set_axis([5, 3, 5]), right)
    pd.testing.assert_frame_equal(left.set_axis([5, 3, 5]), joined[left.columns.tolist()])
    assert texts(joined["metric.name"]) == ["Tone", None, "Tone"]
    own = [f"metric.{name}" for name in right]
    assert (joined.columns.tolist(), joined[own].dtypes.tolist()) == ([*left, *own], right.dtypes.tolist())
    counts = {"matched": 2, "dangling": 1, "null": 0}
    assert about(joined, "metric") == {"list": "metrics", "key": "metric_id", "how": "left"} | counts
    attrs = joined.attrs["galtea_frames"]
    assert (attrs["resource"], attrs["left"], attrs["rows"]) == ("joined", "evaluations", 3)
    assert attrs["joins"]["metric"]["attrs"] == right.attrs["galtea_frames"]


def test_joined_frames_can_be_joined_again() -> None:
    """Keys are found among columns that came with a join, and attrs keep every join."""
    joined = of("evaluations")
    for name in ("metrics", "sessions", "versions", "test_cases", "tests"):
        joined = gf.join(joined, of(name))
    prefixes = ["metric", "session", "version", "test_case", "test"]
    assert list(joined.attrs["galtea_frames"]["joins"]) == prefixes
    keys = [about(joined, each)["key"] for each in prefixes]
    assert keys == ["metric_id", "session_id", "session.version_id", "test_case_id", "test_case.test_id"]
    assert texts(joined["version.name"]) == ["1.0", None, "1.0"]
    assert texts(joined["test.name"]) == ["Refunds", None, None]
    assert about(joined, "test_case") | {"matched": 1, "null": 1, "dangling": 1} == about(joined, "test_case")
    explicit = gf.join(gf.join(of("evaluations"), of("sessions")), of("versions"), on="session.version_id")
    assert texts(explicit["version.name"]) == ["1.0", None, "1.0"]


def test_what_is_joined_may_itself_be_joined() -> None:
    """Prefixes add up, and keys are found below them."""
    joined = gf.join(of("evaluations"), gf.join(of("sessions"), of("versions")))
    assert texts(joined["session.version.name"]) == ["1.0", None, "1.0"]
    expected = {"": "evaluations", "session.": "sessions", "session.version.": "versions"}
    assert expected == lists_of_columns(joined.attrs["galtea_frames"])
    again = gf.join(joined, frame_of([{"id": "x"}], resource=RESOURCES["models"]))
    assert about(again, "model")["key"] == "session.version.model_id"


def test_sessions_with_versions_are_a_case_of_it() -> None:
    """The same rows and attrs, and the count of every join beside them."""
    expected = gf.join_sessions_versions(of("sessions"), of("versions"))
    joined = gf.join(of("sessions"), of("versions"))
    pd.testing.assert_frame_equal(expected, joined)
    attrs = joined.attrs["galtea_frames"]
    assert about(joined, "version") | {"matched": 1, "null": 1, "dangling": 0} == about(joined, "version")
    own = ("left", "joins")
    assert {name: each for name, each in attrs.items() if name not in own} == expected.attrs["galtea_frames"]
    assert gf.Schema.of(joined) == gf.Schema.of(expected)


def test_plain_frames_join_on_a_named_key() -> None:
    """Frames of no load need a key; the prefix follows from it, or is given."""
    left, right = pd.DataFrame({"judge_id": ["a", "b", None]}), pd.DataFrame({"id": ["a"], "n": [1]})
    joined = gf.join(left, right, on="judge_id")
    assert texts(joined["judge.n"]) == [1, None, None]
    counts = {"matched": 1, "dangling": 1, "null": 1}
    assert about(joined, "judge") == {"list": None, "key": "judge_id", "how": "left"} | counts
    other = gf.join(left.rename(columns={"judge_id": "judge"}), right, on="judge", prefix="its.judge.")
    assert texts(other["its.judge.n"]) == [1, None, None]
    named = gf.join(left, of("metrics"), on="judge_id", how="outer")
    assert texts(named["metric.name"]) == [None, None, None, "Tone", "Refunds"]


def test_columns_that_have_the_prefix_are_kept() -> None:
    """A field of the API may be called as the list that is joined; it keeps its values under an escaped name."""
    rows = [each | {"metric": {"name": "mine"}} for each in ROWS["evaluations"]]
    left = frame_of(rows, resource=RESOURCES["evaluations"])
    joined = gf.join(left, of("metrics"))
    assert joined[r"metric\.name"].tolist() == ["mine"] * 3
    assert texts(joined["metric.name"]) == ["Tone", None, "Tone"]
    assert about(joined, "metric")["renamed_columns"] == {"metric.name": r"metric\.name"}


@pytest.mark.parametrize(
    ("left", "right", "given", "message"),
    [
        pytest.param(
            "test_cases",
            "test_cases",
            {},
            "several columns refer to test cases: 'parent_test_case_id', 'source_test_case_id'; pass on= with one of"
            " them",
            id="several keys",
        ),
        pytest.param(
            "metrics",
            "evaluations",
            {},
            "metrics have no column that refers to evaluations, but evaluations refer to metrics in 'metric_id'; swap"
            " the two frames",
            id="swapped",
        ),
        pytest.param(
            "evaluations",
            "versions",
            {},
            "evaluations have no column that refers to versions; pass on= with the key",
            id="no key",
        ),
        pytest.param(
            lambda: of("evaluations").drop(columns="metric_id"),
            "metrics",
            {},
            "evaluations refer to metrics in 'metric_id'; load that column too",
            id="a key that was left out",
        ),
        pytest.param(
            "evaluations",
            "metrics",
            {"on": "metric"},
            "evaluations have no column 'metric'; their columns are id, metric_id, session_id, inference_result_id,"
            " test_case_id and 31 more",
            id="no such column",
        ),
        pytest.param(
            "evaluations", "metrics", {"on": 5}, "on is a column of the left frame, not 5", id="a key that is no text"
        ),
        pytest.param(
            "evaluations",
            "metrics",
            {"prefix": ""},
            "prefix is text such as \"metric\", not ''",
            id="an empty prefix",
        ),
        pytest.param(
            lambda: gf.join(of("evaluations"), of("metrics")),
            "metrics",
            {},
            "columns named metric.* are there from another join; pass another prefix=",
            id="joined before",
        ),
        pytest.param(
            lambda: gf.join(of("evaluations"), of("sessions"), prefix="of.session"),
            "metrics",
            {"prefix": "of"},
            "columns named of.session.* are there from another join; pass another prefix=",
            id="a prefix above another",
        ),
        pytest.param(
            lambda: pd.DataFrame({"metric_id": ["a"]}),
            "metrics",
            {},
            "the left frame does not say which list it is of; pass on= with the key",
            id="a left frame of no list",
        ),
        pytest.param(
            "evaluations",
            lambda: pd.DataFrame({"id": ["a"]}),
            {},
            "the right frame does not say which list it is of; pass on= with the key",
            id="a right frame of no list",
        ),
        pytest.param(
            "evaluations",
            lambda: pd.DataFrame({"id": ["a"]}),
            {"on": "status"},
            "the right frame does not say which list it is of; pass prefix= for its columns",
            id="no prefix",
        ),
        pytest.param(
            "evaluations",
            lambda: pd.concat([of("metrics"), of("metrics")]),
            {"on": "metric_id", "prefix": "metric"},
            "duplicate metric ids would duplicate evaluations: m1, m2",
            id="repeated ids",
        ),
        pytest.param(
            "evaluations",
            lambda: of("metrics").assign(id=None),
            {},
            "a metric without an id cannot be joined; drop it first",
            id="null ids",
        ),
        pytest.param("evaluations", [], {}, "right must be a pandas DataFrame, not []", id="a list"),
        pytest.param(None, "metrics", {}, "left must be a pandas DataFrame, not None", id="None"),
        pytest.param(
            "evaluations",
            "metrics",
            {"how": "cross"},
            'how is "left", "inner", "right" or "outer", not \'cross\'',
            id="an unknown way",
        ),
    ],
)
def test_a_join_that_cannot_be_made_raises(
    left: str | Callable[[], pd.DataFrame] | None,
    right: str | Callable[[], pd.DataFrame] | list[Any],
    given: dict[str, Any],
    message: str,
) -> None:
    """What is not known, or would lose or double rows, is an error that says what to do."""
    one, other = (of(each) if isinstance(each, str) else each() if callable(each) else each for each in (left, right))
    with pytest.raises(gf.JoinError) as caught:
        gf.join(one, other, **given)  # type: ignore[arg-type]
    assert message == str(caught.value)


def everything() -> pd.DataFrame:
    """Return evaluations joined with metrics and with sessions and their versions."""
    return gf.join(gf.join(of("evaluations"), of("metrics")), gf.join(of("sessions"), of("versions")))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        pytest.param(
            gf.to_records,
            gf.QueryError,
            "to_records takes a frame of one list, not evaluations with metric, session; pass the frames that were"
            " joined",
            id="to_records",
        ),
        pytest.param(
            lambda frame: gf.concat([frame]),
            gf.QueryError,
            "frame 1: joined frames cannot be concatenated; concatenate the evaluations, then join",
            id="concat",
        ),
        pytest.param(
            gf.Schema.of,
            gf.SchemaError,
            "a schema is of one list, or of sessions with their versions, not of evaluations with metric, session; take"
            " one of each list",
            id="Schema.of",
        ),
    ],
)
def test_what_takes_one_list_refuses_joined_frames(
    call: Callable[[pd.DataFrame], object], error: type[Exception], message: str
) -> None:
    """It says what is joined, and what to pass instead."""
    with pytest.raises(error) as caught:
        call(everything())
    assert message == str(caught.value)


def test_joined_frames_are_written_and_described(tmp_path: Path) -> None:
    """Parquet keeps dtypes and attrs, notes of columns carry prefixes, and plain copies have all rows."""
    joined = everything()
    gf.write_parquet(joined, tmp_path / "joined.parquet")
    read = gf.read_parquet(tmp_path / "joined.parquet")
    pd.testing.assert_frame_equal(joined, read)
    assert read.attrs == joined.attrs
    described = gf.describe(joined)
    assert described.loc["metric.odd", "notes"] == "values of several types, JSON text"
    assert described.loc["session.version.name", "distinct"] == 1
    assert gf.to_plain(joined).shape == joined.shape
    assert describe_joined(joined.attrs["galtea_frames"]) == "evaluations with metric, session"


def test_lines_of_json_have_the_records_that_were_joined(tmp_path: Path) -> None:
    """One object per row, with the record of each list, or null."""
    path = str(tmp_path / "joined.jsonl")
    kind = kind_of(path)
    assert kind is not None
    write_export(iter([everything()]), path, kind)
    first, second, _ = (
        json.loads(line) for line in (tmp_path / "joined.jsonl").read_text(encoding="utf-8").splitlines()
    )
    assert (first["evaluation"]["score"], first["metric"]["odd"]) == (0.5, [1, {}])
    assert first["session"]["session"]["metadata"] == {"n": 1}
    assert first["session"]["version"]["name"] == "1.0"
    assert (second["metric"], second["session"]["version"]) == (None, None)
