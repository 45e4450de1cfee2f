"""Text with lone surrogates, such as half an emoji: U+FFFD in its column, counted, and exact in the overflow."""

from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING, Any, get_args

import pandas as pd
import pytest
from direct_transport import DirectTransport

import galtea_frames as gf
from galtea_frames.decoding.gatherer import Nested
from galtea_frames.frames.load_joined import iterate_joined

if TYPE_CHECKING:
    from pathlib import Path

NESTED: tuple[Nested, ...] = get_args(Nested)

ROWS = 300
ODD = 217

#: What a cut through an emoji leaves, and how a column shows it.
HALF, SHOWN = "cut \ud83d", "cut \ufffd"

Row = dict[str, Any]


def rows_with(**odd: Any) -> list[Row]:  # noqa: ANN401 - any fields of a session
    """Return some sessions, one of which has other fields."""
    rows: list[Row] = [
        {
            "id": f"s{n:04}",
            "versionId": "v1",
            "createdAt": f"2026-03-01T10:{n // 60:02}:{n % 60:02}.000Z",
            "status": "FAILED",
            "error": "timeout",
            "metadata": {"text": "plain", "tags": ["a", "b"], "deep": {"er": "x"}},
            "note": "n",
        }
        for n in range(ROWS)
    ]
    rows[ODD] |= odd
    return rows


def load(rows: list[Row], **arguments: Any) -> pd.DataFrame:  # noqa: ANN401 - a loader's arguments
    """Return the frame of sessions, fetched in pages of 50, without a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return gf.load_sessions(client=DirectTransport(rows).client(page_size=50), **arguments)


#: Fields with half an emoji, the columns that show it and what each shows there.
ODD_FIELDS = [
    pytest.param({"error": HALF}, {"error": SHOWN}, id="error"),
    pytest.param({"stoppingReason": "\udc00"}, {"stopping_reason": "\ufffd"}, id="stopping reason"),
    pytest.param({"customId": HALF, "userId": HALF}, {"custom_id": SHOWN, "user_id": SHOWN}, id="ids of one's own"),
    pytest.param({"versionId": "v\udfff"}, {"version_id": "v\ufffd"}, id="an id of another list"),
    pytest.param({"id": "s0217\ud800"}, {"id": "s0217\ufffd"}, id="its own id"),
    pytest.param({"metadata": {"text": HALF}}, {"metadata.text": SHOWN}, id="nested text"),
    pytest.param({"metadata": {"deep": {"er": HALF}}}, {"metadata.deep.er": SHOWN}, id="text nested deeper"),
    pytest.param({"metadata": {"tags": ["a", HALF]}}, {"metadata.tags": ["a", SHOWN]}, id="a list of text"),
    pytest.param({"metadata": HALF}, {"metadata": SHOWN}, id="text in place of an object"),
    pytest.param({"context": {"value": HALF}}, {"context.value": SHOWN}, id="context"),
    pytest.param({"note": HALF}, {"note": SHOWN}, id="a field that is not declared"),
    pytest.param({"facts": {"a": HALF}}, {"facts.a": SHOWN}, id="an object that is not declared"),
]


@pytest.mark.parametrize("nested", NESTED)
@pytest.mark.parametrize(("odd", "shown"), ODD_FIELDS)
def test_one_odd_text_changes_its_own_cell_only(odd: Row, shown: dict[str, Any], nested: Nested) -> None:
    """Its column keeps its dtype and all other cells, no warning is given, and the frame counts what was replaced."""
    plain = load(rows_with(**json.loads(json.dumps(odd).replace("\\ud", "\\u00"))), nested=nested)
    frame = load(rows_with(**odd), nested=nested)
    about = frame.attrs["galtea_frames"]
    counted = {name: text for name, text in shown.items() if name in frame and name not in about["json_columns"]}
    assert (dict.fromkeys(counted, 1), []) == (about["replaced_text"], about["mixed_columns"])
    assert {} == plain.attrs["galtea_frames"]["replaced_text"]
    kept = [name for name in plain.columns if name in frame]
    assert [name for name in plain.columns if name not in ("metadata.*", "*")] == kept
    assert plain[kept].dtypes.equals(frame[kept].dtypes)
    others = [row for row in range(ROWS) if row != ODD]
    pd.testing.assert_frame_equal(plain.loc[others, kept], frame.loc[others, kept])
    for name, text in counted.items():
        cell: Any = frame.loc[ODD, name]
        assert text == (cell if isinstance(cell, str) else list(cell))


@pytest.mark.parametrize("nested", NESTED)
@pytest.mark.parametrize(("odd", "shown"), ODD_FIELDS)
def test_the_exact_text_comes_back(odd: Row, shown: dict[str, Any], nested: Nested) -> None:
    """Records have each half emoji as it was sent, whatever became of nested fields; so has their JSON text."""
    del shown
    rows = rows_with(**odd)
    frame = load(rows, nested=nested)
    back = gf.to_records(frame)
    assert rows == [{name: value for name, value in record.items() if value is not None} for record in back]
    if nested != "columns":
        for field in ("metadata", "context"):
            texts = [None if pd.isna(text) else json.loads(text) for text in frame[field]]
            assert [row.get(field) for row in rows] == texts


def test_what_columns_do_not_show_stands_in_the_columns_of_the_rest() -> None:
    """`metadata.*` and `*` hold the exact text, in the rows that sent it and in no other."""
    frame = load(rows_with(error=HALF, note=HALF, metadata={"text": HALF, "deep": {"er": "x"}}))
    assert [ODD] == frame.index[frame["*"].notna()].tolist() == frame.index[frame["metadata.*"].notna()].tolist()
    assert {"error": HALF, "note": HALF} == json.loads(frame["*"][ODD])
    assert {"text": HALF} == json.loads(frame["metadata.*"][ODD])
    assert ["metadata.*", "*"] == frame.attrs["galtea_frames"]["overflow_columns"]


def test_a_column_of_several_types_stays_exact() -> None:
    """JSON text escapes half an emoji, so nothing is replaced there, and nothing counted."""
    rows = rows_with(metadata={"text": HALF})
    rows[3]["metadata"] = {"text": 5}
    with pytest.warns(gf.MixedTypesWarning, match=r"'metadata\.text'"):
        frame = gf.load_sessions(client=DirectTransport(rows).client(page_size=50))
    assert [5, HALF] == [json.loads(frame["metadata.text"][row]) for row in (3, ODD)]
    assert {} == frame.attrs["galtea_frames"]["replaced_text"]
    assert "metadata.*" not in frame


def test_beyond_the_most_columns_text_stays_exact() -> None:
    """The rarest paths are JSON text, exact and not counted, beside the exact text of those that are columns."""
    often = {f"k{at:03}": HALF for at in range(500)}
    rows: list[Row] = [
        {"id": str(at), "createdAt": "2026-03-01T00:00:00.000Z", "metadata": often | rare}
        for at, rare in enumerate([{"rare": HALF}, {}])
    ]
    with pytest.warns(gf.ColumnBudgetWarning):
        frame = gf.load_sessions(client=DirectTransport(rows).client())
    assert dict.fromkeys((f"metadata.{key}" for key in often), 2) == frame.attrs["galtea_frames"]["replaced_text"]
    assert [row["metadata"] for row in rows] == [json.loads(text) for text in frame["metadata.*"]]


def test_a_status_is_one_category() -> None:
    """Half an emoji in a status makes it an unknown one, which is warned of by what the column shows."""
    with pytest.warns(gf.UnknownStatusWarning, match="'FAILED\ufffd'"):
        frame = gf.load_sessions(client=DirectTransport(rows_with(status="FAILED\ud83d")).client(page_size=50))
    assert "FAILED\ufffd" == frame.loc[ODD, "status"]
    assert {"status": 1} == frame.attrs["galtea_frames"]["replaced_text"]
    assert "FAILED\ud83d" == gf.to_records(frame)[ODD]["status"]


def test_keys_keep_their_names() -> None:
    """Two keys that differ in a lone surrogate stay two columns, whose names any file can hold."""
    metadata = dict(zip(["\ud83d", "\udc00", "deep"], [1, 2, {"\ud83d": "x"}], strict=True))
    frame = load(rows_with(metadata=metadata, **{"\ud83d": 3}))
    names = [r"metadata.\ud83d", r"metadata.\udc00", r"metadata.deep.\ud83d", r"\ud83d"]
    assert [1, 2, "x", 3] == [frame.loc[ODD, name] for name in names]
    assert {} == frame.attrs["galtea_frames"]["replaced_text"]
    assert metadata == gf.to_records(frame)[ODD]["metadata"]


def test_each_failure_is_counted() -> None:
    """An error that holds half an emoji is an error, and its row a failed one, in a report as well."""
    frame = load(rows_with(error=HALF))
    assert ROWS == frame["error"].notna().sum()
    versions = gf.load_versions(
        client=DirectTransport([], [{"id": "v1", "name": "1.0", "createdAt": "2026-03-01T00:00:00.000Z"}]).client()
    )
    report = gf.build_report(frame, versions, as_of="2026-03-02T08:00", include_text=True)
    assert f'"failed": {ROWS}' in json.dumps(report.to_dict())


def test_it_is_the_same_in_parts_in_files_joined_and_in_a_mirror(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An iterator, a file, a join and a mirror show and count what the load shows and counts."""
    rows = rows_with(error=HALF, metadata={"text": HALF, "tags": [HALF]}, customId=HALF)
    versions = [{"id": "v1", "name": HALF, "createdAt": "2026-03-01T00:00:00.000Z"}]
    transport = DirectTransport(rows, versions)
    client = transport.client(page_size=50)
    frame = gf.load_sessions(client=client)
    counted = frame.attrs["galtea_frames"]["replaced_text"]
    assert {"custom_id": 1, "error": 1, "metadata.tags": 1, "metadata.text": 1} == counted

    monkeypatch.setattr("galtea_frames.frames.assembly._ROWS_A_FRAME", 90)
    parts = list(gf.iter_sessions(client=client))
    pd.testing.assert_frame_equal(frame, pd.concat(parts))
    assert [counted] * 4 == [part.attrs["galtea_frames"]["replaced_text"] for part in parts]

    gf.write_parquet(frame, tmp_path / "odd.parquet")
    stored = gf.read_parquet(tmp_path / "odd.parquet")
    pd.testing.assert_frame_equal(frame, stored)
    assert counted == stored.attrs["galtea_frames"]["replaced_text"]
    assert rows == [{name: each[name] for name in row} for row, each in zip(rows, gf.to_records(stored), strict=True)]

    joined = gf.load_sessions_with_versions(client=client)
    assert {SHOWN} == set(joined["version.name"])
    about = joined.attrs["galtea_frames"]
    assert (counted, {"name": 1}) == (about["replaced_text"], about["join"]["versions"]["replaced_text"])
    pd.testing.assert_frame_equal(joined, pd.concat(list(iterate_joined({"client": client}))))

    mirror = gf.Mirror(tmp_path / "mirror")
    mirror.sync(client)
    for nested in NESTED:
        fetched, kept = gf.load_sessions(client=client, nested=nested), mirror.load_sessions(nested=nested)
        pd.testing.assert_frame_equal(fetched, kept)
        assert fetched.attrs["galtea_frames"]["replaced_text"] == kept.attrs["galtea_frames"]["replaced_text"]
        assert gf.to_records(fetched) == gf.to_records(kept)
    pd.testing.assert_frame_equal(joined, mirror.join())
    lazy = mirror.to_dask(dtype={"metadata.text": "string"}).compute(scheduler="synchronous")
    assert [SHOWN] * 3 == [lazy.loc[ODD, name] for name in ("error", "custom_id", "metadata.text")]
