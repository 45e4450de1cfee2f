"""The typing rule: the column type of every mix of values."""

from itertools import permutations
from typing import Any

import pytest
import slow_reference
from page_frames import metadata_of

from galtea_frames.api.times import TIME
from galtea_frames.decoding.json_text import json_text
from galtea_frames.decoding.kinds import arrow_type

BIG = 2**53

#: Values at one path, the type of their column, its cells where they differ from the values, and whether it is mixed.
LADDER = [
    pytest.param([True, None, False], "bool", None, False, id="truth values"),
    pytest.param([1, None, -2], "int64", None, False, id="integers beside nulls"),
    pytest.param([2**63 - 1, -(2**63), None], "int64", None, False, id="the largest integers"),
    pytest.param([BIG + 1, 1], "int64", None, False, id="integers of two sizes"),
    pytest.param([1.5, None], "double", None, False, id="floats"),
    pytest.param([1.0, 2.0], "double", None, False, id="floats that are whole stay floats"),
    pytest.param([1, 1.5, None], "double", [1.0, 1.5, None], False, id="integers widen to floats"),
    pytest.param([BIG, -BIG, 0.5], "double", [float(BIG), float(-BIG), 0.5], False, id="exact up to 2**53"),
    pytest.param([BIG + 1, 0.5], "json", None, True, id="beyond 2**53 nothing widens"),
    pytest.param([-BIG - 1, 0.5], "json", None, True, id="nor below -2**53"),
    pytest.param([2**63], "json", None, True, id="more than 64 bits"),
    pytest.param([-(2**63) - 1, 1], "json", None, True, id="more than 64 bits beside an integer"),
    pytest.param([-0.0, 0.0], "double", None, False, id="minus zero"),
    pytest.param(["a", None, "é"], "string", None, False, id="text"),
    pytest.param([None, None], "string", None, False, id="nulls only"),
    pytest.param(["a", 1], "json", None, True, id="text and a number"),
    pytest.param([True, 1], "json", None, True, id="a truth value is no number"),
    pytest.param(["true", True], "json", None, True, id="text and a truth value"),
    pytest.param([[1, 2], None, [3]], "list<int64>", None, False, id="lists of integers"),
    pytest.param([[1, None], []], "list<int64>", None, False, id="nulls in a list, and an empty list"),
    pytest.param([[1], [0.5]], "list<double>", [[1.0], [0.5]], False, id="lists widen"),
    pytest.param([[1, 0.5]], "list<double>", [[1.0, 0.5]], False, id="within one list as well"),
    pytest.param([[BIG + 1], [0.5]], "json", None, True, id="but only when that is exact"),
    pytest.param([["a"], ["b", "c"]], "list<string>", None, False, id="lists of text"),
    pytest.param([[True]], "list<bool>", None, False, id="lists of truth values"),
    pytest.param([[], []], "list<string>", None, False, id="empty lists only"),
    pytest.param([[None]], "list<string>", None, False, id="a list of null"),
    pytest.param([[1], ["a"]], "json", None, True, id="lists of two types"),
    pytest.param([[1, "a"]], "json", None, True, id="two types in one list"),
    pytest.param([[2**63]], "json", None, True, id="lists of large integers"),
    pytest.param([[1], 1], "json", None, True, id="a list and a scalar"),
    pytest.param([[], 1], "json", None, True, id="an empty list and a scalar"),
    pytest.param([[[1]], [[2]]], "json", None, False, id="lists of lists"),
    pytest.param([[{"a": 1}], []], "json", None, False, id="lists of objects"),
    pytest.param([[{"a": 1}], [1]], "json", None, True, id="lists of objects and of integers"),
    pytest.param([[{"a": 1}, 1]], "json", None, True, id="an object and an integer in one list"),
    pytest.param([{}, {}], "json", None, False, id="empty objects"),
    pytest.param([{}, 1], "json", None, True, id="an empty object and a scalar"),
    pytest.param([slow_reference.Odd("1e400")], "json", None, False, id="more than a double"),
    pytest.param([slow_reference.Odd("1e400"), 1.5], "json", None, True, id="more than a double beside a float"),
    pytest.param([[slow_reference.Odd("1e400")]], "json", None, False, id="a list of more than a double"),
    pytest.param(["\ud800"], "string", ["\ufffd"], False, id="a lone surrogate"),
    pytest.param(["x\ud83dy\udc00\ud83d", "a", None], "string", ["x\ufffdy\ufffd\ufffd", "a", None], False,
                 id="lone surrogates beside text"),
    pytest.param([["\ud800", None], ["a"], []], "list<string>", [["\ufffd", None], ["a"], []], False,
                 id="lists with a lone surrogate"),
    pytest.param(["\ud800", 1], "json", None, True, id="a lone surrogate beside a number"),
    pytest.param([["\ud800"], [1]], "json", None, True, id="lists with a lone surrogate, and of integers"),
    pytest.param([["\ud800"], "\ud800"], "json", None, True, id="a list with a lone surrogate beside one"),
    pytest.param(["\ud800", {}], "json", None, True, id="a lone surrogate beside an empty object"),
    pytest.param(["\ud800", 1, [{"\ud800": ["\udfff", 0.5]}]], "json", None, True, id="lone surrogates everywhere"),
]  # fmt: skip


@pytest.mark.parametrize(("values", "kind", "cells", "mixed"), LADDER)
def test_a_column_has_the_first_type_that_holds_all_values(
    values: list[Any], kind: str, cells: list[Any] | None, mixed: bool
) -> None:
    """The type of a column is decided over all its values in any order, and holds each of them exactly."""
    for order in permutations(range(len(values))):
        columns, types, notes = metadata_of(*({"x": values[at]} for at in order))
        actual = columns["metadata.x"]
        if kind == "json":
            actual = [None if text is None else slow_reference.parse(text) for text in actual]
        expected = [(cells or values)[at] for at in order]
        assert slow_reference.tagged(expected) == slow_reference.tagged(actual)
        assert kind.replace("json", "string") == types["metadata.x"].replace("item: ", "")
        assert (["metadata.x"] if mixed else []) == notes.mixed
        assert ("metadata.x" in notes.json) == (kind == "json")


@pytest.mark.parametrize(("values", "kind", "cells", "mixed"), LADDER)
def test_the_reference_climbs_the_same_ladder(
    values: list[Any], kind: str, cells: list[Any] | None, mixed: bool
) -> None:
    """The independent reference, on which the laws rest, gives these examples the same types."""
    columns, _ = slow_reference.flattened([(row, ("x",), value) for row, value in enumerate(values)], len(values))
    assert {("x",): slow_reference.Column(kind, cells or values, mixed)} == columns


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(10**30, "1" + "0" * 30, id="a large integer"),
        pytest.param([{"a": "a\ud800é"}], '[{"a":"a\\ud800\\u00e9"}]', id="a lone surrogate is an escape"),
        pytest.param({}, "{}", id="an empty object"),
        pytest.param([{"a": [1, 2.5, None, True]}], '[{"a":[1,2.5,null,true]}]', id="no blanks"),
        pytest.param([["é"]], '[["é"]]', id="other text as it is"),
        pytest.param([{}, [], {"\ud800": {}}], '[{},[],{"\\ud800":{}}]', id="empty ones beside a lone surrogate"),
        pytest.param(slow_reference.Odd("1E+400"), "1E+400", id="an odd number as it was written"),
    ],
)
def test_json_text_is_compact_and_exact(value: slow_reference.Json, expected: str) -> None:
    """What no type holds is JSON text without blanks."""
    columns, _, _ = metadata_of({"x": value})
    assert [expected] == columns["metadata.x"]


@pytest.mark.parametrize("depth", [*range(900, 1000, 5), 5_000])
def test_any_depth_is_json_text(depth: int) -> None:
    """However deep a value is nested, it comes whole: as text of its field, or below the 32nd level."""
    columns, _, _ = metadata_of(_deep(depth))
    (name,) = columns
    above = name.count(".a")
    assert above in (0, 32)
    assert ['{"a":' * (depth - above) + "1" + "}" * (depth - above)] == columns[name]


def _deep(depth: int) -> slow_reference.Odd:
    return slow_reference.Odd('{"a":' * depth + "1" + "}" * depth)


def test_text_of_one_batch_is_read_back_when_another_widens_it() -> None:
    """A page of integers and floats, and one of integers only, give the same column as one page of both."""
    columns, types, _ = metadata_of({"x": 1}, {"x": 0.1}, {"x": 1e-7}, {"x": 123456789.125})
    assert types["metadata.x"] == "double"
    assert columns["metadata.x"] == [1.0, 0.1, 1e-7, 123456789.125]


def test_what_is_no_json_has_no_text() -> None:
    """A Python object that no JSON reader gives is an error, never text."""
    with pytest.raises(TypeError, match="complex is not a JSON value"):
        json_text([1j])


def test_times_are_a_kind_of_pinned_columns() -> None:
    """No value of JSON is a time by itself, so only a pin names this kind."""
    arrow_type.cache_clear()
    assert TIME == arrow_type(frozenset({"time"}))
