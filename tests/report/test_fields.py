"""Columns of any type: values that are not texts, booleans or numbers count as missing and never break a report."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from report_frames import AS_OF, Record, framed, report_on, sessions, two_weeks

import galtea_frames as gf
from galtea_frames.frames.load_attrs import json_columns
from galtea_frames.report.analysis.fields import flags, numbers, texts

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("undrawn_charts")

NONE = None


def column(values: Any, dtype: Any = None) -> pd.Series[Any]:  # noqa: ANN401 - whatever a caller may have made
    """Return a column of a frame."""
    made: pd.Series[Any] = pd.Series(values, dtype=dtype)
    return made


JSON = column(["true", '"true"', "1", "1e999", "9" * 300, "9" * 5_000, "NaN", "[1]", "nothing", None], dtype="string")

#: A column, and what of it are texts, truth values and numbers.
COLUMNS: list[tuple[pd.Series[Any], list[Any], list[Any], list[Any]]] = [
    (
        column(["a", None, 5, True, [1]], dtype=object),
        ["a", *[NONE] * 4],
        [NONE] * 3 + [True, NONE],
        [NONE, NONE, 5, NONE, NONE],
    ),
    (column(["a", None], dtype="string"), ["a", NONE], [NONE] * 2, [NONE] * 2),
    (column(["12", "true"], dtype="string"), ["12", "true"], [NONE] * 2, [NONE] * 2),
    (column(["a", None], dtype=pd.ArrowDtype(pa.string())), ["a", NONE], [NONE] * 2, [NONE] * 2),
    (column(["a", None], dtype="category"), ["a", NONE], [NONE] * 2, [NONE] * 2),
    (column([1, 2], dtype="category"), [NONE] * 2, [NONE] * 2, [1, 2]),
    (column(["half \ud83d"], dtype=object), ["half \ufffd"], [NONE], [NONE]),
    (column([1, None], dtype="Int64"), [NONE] * 2, [NONE] * 2, [1, NONE]),
    (column([0.5, np.inf, np.nan]), [NONE] * 3, [NONE] * 3, [0.5, NONE, NONE]),
    (column([1.5, None], dtype="float64[pyarrow]"), [NONE] * 2, [NONE] * 2, [1.5, NONE]),
    (column([1 + 2j]), [NONE], [NONE], [NONE]),
    (column([Decimal("1.5")]), [NONE], [NONE], [NONE]),
    (column([10**400], dtype=object), [NONE], [NONE], [NONE]),
    (column([True, None], dtype="boolean"), [NONE] * 2, [True, NONE], [NONE] * 2),
    (column([True, False]), [NONE] * 2, [True, False], [NONE] * 2),
    (column([False, None], dtype="bool[pyarrow]"), [NONE] * 2, [False, NONE], [NONE] * 2),
    (column([[1], None], pd.ArrowDtype(pa.list_(pa.int64()))), [NONE] * 2, [NONE] * 2, [NONE] * 2),
    (column([pd.Timestamp("2026-01-01")]), [NONE], [NONE], [NONE]),
    (column([], dtype="string"), [], [], []),
]


@pytest.mark.parametrize("place", range(len(COLUMNS)))
def test_what_is_of_another_kind_is_null_and_told_apart(place: int) -> None:
    """Values of another type are strange; nulls are not."""
    given, *expected = COLUMNS[place]
    for read, wanted in zip(
        (texts(given), flags(given, is_json=False), numbers(given, is_json=False)), expected, strict=True
    ):
        assert wanted == [None if pd.isna(each) else each for each in read.found]
        there = given.notna().tolist()
        assert [
            each is None and is_there for each, is_there in zip(wanted, there, strict=True)
        ] == read.strange.tolist()


def test_json_text_is_what_it_stands_for() -> None:
    """Only in columns that the attrs call JSON."""
    assert [True] + [None] * 9 == [None if pd.isna(each) else each for each in flags(JSON, is_json=True).found]
    found = [None if pd.isna(each) else each for each in numbers(JSON, is_json=True).found]
    assert [None, None, 1.0, None, float("9" * 300), *[None] * 5] == found


def test_attrs_of_any_kind_name_columns_or_none() -> None:
    """Anyone may have written the attrs of a file."""
    assert {"a", "b", "3"} == json_columns({"json_columns": ["a", 3], "mixed_columns": ("b",)})
    assert set() == json_columns({"json_columns": "abc", "mixed_columns": None})


STRANGE: list[Any] = ["true", 1, {"a": 1}, [True], 0.5]


@pytest.mark.parametrize("value", STRANGE, ids=str)
@pytest.mark.parametrize(
    "field", ["isProduction", "userId", "testCaseId", "stoppingReason", "error", "versionId", "status"]
)
def test_fields_that_change_their_type_count_as_missing(field: str, value: Any, tmp_path: Path) -> None:  # noqa: ANN401 - any JSON
    """In some sessions or in all; the report is written, and says how many and in which field."""
    if isinstance(value, str) and field != "isProduction":
        value = 7
    for world in (mixed(field, value), [each | {field: value} for each in sessions(5, "2026-03-24")]):
        rows = [each | {"versionId": "v1"} for each in world] if field != "versionId" else world
        frame, of_versions = framed(rows, [{"id": "v1", "name": "one"}])
        report = gf.build_report(frame, of_versions, as_of=AS_OF, thresholds=[], include_text=True)
        lines = {line.label: line for line in report.findings.quality.lines}
        line = lines["Values of an undeclared type"]
        assert 5 == line.sessions
        assert "treated as missing: " in line.meaning
        assert "Values of an undeclared type" in report.to_markdown()
        assert "OK" == report.verdict
    report.write(tmp_path / "r")
    assert 5 == len(gf.read_parquet(tmp_path / "r" / "rows.parquet"))


def mixed(field: str, value: Any) -> list[Record]:  # noqa: ANN401 - any JSON
    """Return five sessions with a value in a field, two without it, and two with a usual value."""
    usual = {"isProduction": True, "versionId": "v1", "status": "FAILED"}.get(field, "text")
    return [
        *(each | {field: value} for each in sessions(5, "2026-03-24")),
        *sessions(2, "2026-03-25", version="v1"),
        *(each | {field: usual} for each in sessions(2, "2026-03-26")),
    ]


def test_production_of_another_kind_is_told_by_the_test_case() -> None:
    """As if `isProduction` was null."""
    world = [
        *sessions(3, "2026-03-24", isProduction="true", testCaseId="t"),
        *sessions(2, "2026-03-24", isProduction="false", testCaseId=None),
        *sessions(1, "2026-03-24", isProduction=True, testCaseId="t"),
    ]
    totals = {each["name"]: each for each in report_on(world).to_dict()["figures"]}
    assert (3 / 6, 3 / 6) == (totals["production"]["now"], totals["tests"]["now"])


def test_frames_that_callers_changed_are_counted_as_far_as_they_can_be() -> None:
    """With numbers as ids, lists as reasons and objects elsewhere, the report and its rows can be written."""
    frame, of_versions = framed(two_weeks())
    changed = frame.assign(
        user_id=range(len(frame)),
        stopping_reason=column([[1]] * len(frame)),
        error=column([{"code": 5}] * len(frame)),
        test_case_id=column([None] * len(frame), object),
        status=frame["status"].astype(object),
        **{
            "context": column([{"a": 1}] * len(frame)),
            "metadata.ms": column([1, "x"] * (len(frame) // 2) + [2.5], object),
        },
    )
    report = gf.build_report(changed, of_versions, as_of=AS_OF, metrics=["metadata.ms"], include_text=True)
    line = next(each for each in report.findings.quality.lines if "undeclared type" in each.label)
    assert "treated as missing: error, stopping_reason, user_id" == line.meaning
    assert 128 == line.sessions
    assert "float64" == str(report.rows["metadata.ms"].dtype)
    assert json.dumps(report.to_dict(), allow_nan=False)


def test_a_column_of_misfits_that_is_not_json_is_ignored() -> None:
    """It may be a column of the caller."""
    frame, of_versions = framed(two_weeks())
    cells = [["{", "[" * 100_000, "[1]", '{"userId": 3, "nested": {}}'][place % 4] for place in range(len(frame) - 1)]
    report = gf.build_report(frame.assign(**{"*": column([*cells, 7.0], object)}), of_versions, as_of=AS_OF)
    line = next(each for each in report.findings.quality.lines if "undeclared type" in each.label)
    assert "treated as missing: user_id" == line.meaning
