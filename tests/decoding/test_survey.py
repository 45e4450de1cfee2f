"""Nested values flattened to columns, and the column budget."""

import json
from typing import Any

import pytest
import slow_reference
from page_frames import build, metadata_of

from galtea_frames.api.resources import SESSIONS
from galtea_frames.decoding.gatherer import Nested

BUDGET = 500


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([{"a": 1}, {"a": 2}], {"metadata.a": [1, 2]}, id="a key"),
        pytest.param([{"a": {"b": {"c": 1}}}], {"metadata.a.b.c": [1]}, id="keys below keys"),
        pytest.param([None, None], {}, id="null"),
        pytest.param([{}], {"metadata": ["{}"]}, id="an empty object"),
        pytest.param([{"a": {}}], {"metadata.a": ["{}"]}, id="an empty object at a key"),
        pytest.param(["text"], {"metadata": ["text"]}, id="a bare string"),
        pytest.param(["{}", {}], {"metadata": ['"{}"', "{}"]}, id="text that looks like an empty object"),
        pytest.param(["text", {"a": 1}], {"metadata": ["text", None], "metadata.a": [None, 1]}, id="text and object"),
        pytest.param([{"a": {"b": 1}}, {"a": 5}], {"metadata.a": [None, 5], "metadata.a.b": [1, None]}, id="both"),
        pytest.param([{"a": {"b": 1}}, {"a": None}], {"metadata.a.b": [1, None]}, id="object and null"),
        pytest.param([{"a": None}], {"metadata.a": [None]}, id="a key that is always null"),
        pytest.param([{"a.b": 1, "a": {"b": 2}}], {r"metadata.a\.b": [1], "metadata.a.b": [2]}, id="the separator"),
        pytest.param([{"": 1, "a": {"": 2}}], {"metadata.": [1], "metadata.a.": [2]}, id="empty keys"),
        pytest.param([{"*": 1}], {r"metadata.\*": [1]}, id="a star"),
        pytest.param([{"id": 1, "status": 2}], {"metadata.id": [1], "metadata.status": [2]}, id="declared names"),
        pytest.param([{"a": [{"b": 1}, {}]}], {"metadata.a": ['[{"b":1},{}]']}, id="a list of objects"),
        pytest.param([[{"b": 1}]], {"metadata": ['[{"b":1}]']}, id="a list of objects instead of an object"),
        pytest.param(
            [{"\ud800": "\ud800"}],
            {r"metadata.\ud800": ["\ufffd"], "metadata.*": [r'{"\ud800":"\ud800"}']},
            id="lone surrogates",
        ),
    ],
)
def test_each_path_is_a_column(values: list[Any], expected: dict[str, list[Any]]) -> None:
    """Objects are taken apart key by key; what is no object keeps the column of its own path."""
    assert expected == metadata_of(*values)[0]


@pytest.mark.parametrize("text", ["s3", "", "é"])
def test_text_after_a_page_of_lists_of_text_is_no_list_of_its_letters(text: str) -> None:
    """A column that held only lists of text so far takes text as text, in the field itself and in those below it."""
    rows: list[Any] = [{"metadata": {"a": value}, "new": value} for value in (["x"], text)]
    table, notes = build([slow_reference.page([row]) for row in rows])
    for name in ("metadata.a", "new"):
        assert ['["x"]', json.dumps(text, ensure_ascii=False)] == table[name].to_pylist()
    assert notes.mixed == ["metadata.a", "new"]


def test_a_repeated_key_counts_once_with_its_last_value() -> None:
    """Of a key that stands twice in an object the last one counts, as every JSON reader has it."""
    table, _ = build([b'[{"metadata":{"a":1,"b":0,"a":2}}]'])
    assert [2] == table["metadata.a"].to_pylist()


@pytest.mark.parametrize(("depth", "levels"), [(31, 31), (32, 32), (33, 32), (40, 32)])
def test_objects_below_32_levels_are_json_text(depth: int, levels: int) -> None:
    """The 32nd key is the last to have a column; an object there is JSON text."""
    columns, _, notes = metadata_of(json.loads('{"k":' * depth + "1" + "}" * depth))
    rest = depth - levels
    expected = '{"k":' * rest + "1" + "}" * rest if rest else 1
    assert {"metadata" + ".k" * levels: [expected]} == columns
    assert notes.mixed == []


@pytest.mark.parametrize(
    ("keys", "columns"),
    [pytest.param(BUDGET, BUDGET, id="just enough"), pytest.param(BUDGET + 1, BUDGET + 1, id="one more")],
)
def test_the_budget_is_500_columns(keys: int, columns: int) -> None:
    """Up to 500 paths have a column each; with more of them, one column of JSON text takes the rest."""
    actual, _, notes = metadata_of({f"k{at:04}": at for at in range(keys)})
    assert columns == len(actual)
    assert (["metadata.*"] if keys > BUDGET else []) == notes.overflow
    if keys > BUDGET:
        assert ['{"k0500":500}'] == actual["metadata.*"]


def test_3000_keys_keep_500_columns_and_lose_nothing() -> None:
    """Of 3,000 different keys the most frequent have columns, the rest is in one of JSON text, and no value is lost."""
    rows = [{"often": row, f"k{row:04}": {"x": row, "y": None}} for row in range(2_999)]
    rows += [{"k2998": {"x": 1}}]
    columns, types, notes = metadata_of(*rows)
    assert len(columns) == BUDGET + 1
    assert types["metadata.often"] == "int64"
    assert columns["metadata.k2998.x"] == [None] * 2_998 + [2_998, 1]
    assert notes.overflow == ["metadata.*"]
    assert notes.json == ["metadata.*"]
    assert notes.mixed == []
    rest = columns.pop("metadata.*")
    for row, record in enumerate(rows):
        found = json.loads(rest[row] or "{}")
        for name, cells in columns.items():
            if cells[row] is not None:
                _, key, *below = name.split(".")
                found[key] = {below[0]: cells[row]} if below else cells[row]
        assert slow_reference.without_nulls(record) == found


def test_the_rarest_paths_are_those_with_the_fewest_values() -> None:
    """Nulls do not count, and among equally rare paths the name decides."""
    common = {f"c{at:03}": at for at in range(BUDGET - 1)}
    columns, _, _ = metadata_of({**common, "nulls": None, "b": 1, "a": 1}, {**common, "nulls": None})
    assert "metadata.a" in columns
    assert ['{"b":1}', None] == columns["metadata.*"]


def test_a_rare_bare_text_beside_more_keys_than_columns_has_its_column() -> None:
    """What is no object has the field's own column however rare it is: no object of the rest could hold it."""
    keys = {f"k{at:03}": at for at in range(BUDGET)}
    columns, _, notes = metadata_of(keys, keys, "bare")
    assert [None, None, "bare"] == columns["metadata"]
    assert ['{"k499":499}', '{"k499":499}', None] == columns["metadata.*"]
    assert ["metadata.*"] == notes.crowded


def test_every_row_with_keys_of_its_own() -> None:
    """A page in which 20,000 rows have five keys each that no other row has is read whole."""
    rows = [{"metadata": {f"k{row}_{key}": row for key in range(5)}} for row in range(20_000)]
    table, notes = build([slow_reference.page(rows)])
    assert len([name for name in table.column_names if name.startswith("metadata.")]) == BUDGET + 1
    assert notes.overflow == ["metadata.*"]
    held = sum(table[name].null_count < len(rows) for name in table.column_names if name.startswith("metadata.k"))
    rest = [json.loads(text) for text in table["metadata.*"].to_pylist() if text is not None]
    assert held + sum(map(len, rest)) == 100_000
    assert all(value == int(key[1:].split("_")[0]) for cell in rest for key, value in cell.items())


def test_rare_keys_stand_in_their_rows() -> None:
    """A key that few rows have, and a path below it, hold their values in the rows that sent them."""
    rows: list[Any] = [{"common": row} for row in range(100)]
    rows[7] = {"rare": {"deep": {"x": 7}, "y": "seven"}}
    rows[93] = {"rare": {"deep": 93}}
    columns, _, _ = metadata_of(*rows, None)
    expected: dict[str, dict[int, Any]] = {
        "metadata.rare.deep.x": {7: 7},
        "metadata.rare.y": {7: "seven"},
        "metadata.rare.deep": {93: 93},
        "metadata.common": {row: row for row in range(100) if row not in (7, 93)},
    }
    for name, cells in expected.items():
        assert [cells.get(row) for row in range(101)] == columns[name]


def test_a_page_without_the_rarest_paths_has_none_of_them() -> None:
    """Where a page has nothing of what shares one column, that column is null there."""
    usual = {f"k{number:03}": 1 for number in range(BUDGET)}
    pages = [slow_reference.page([{"metadata": row}]) for row in (usual, usual, usual | {"rare": "x"})]
    table, notes = build(pages)
    assert ["metadata.*"] == notes.overflow
    assert [None, None, '{"rare":"x"}'] == table["metadata.*"].to_pylist()


@pytest.mark.parametrize("nested", ["columns", "both"])
def test_a_field_has_no_columns_in_json_mode_alone(nested: Nested) -> None:
    """`nested="json"` gives one column a field; the other modes give the columns of its paths."""
    page = slow_reference.page([{"metadata": {"a": 1}, "context": "c", "facts": {"b": "x"}}])
    whole = {column.name for column in SESSIONS.columns}
    assert whole | {"facts"} == set(build([page], "json")[0].column_names)
    names = {"metadata.a", "facts.b"}
    expected = whole - {"metadata"} | names if nested == "columns" else whole | names | {"facts"}
    assert expected == set(build([page], nested)[0].column_names)
