"""What is promised of frames, promised for every list of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import galtea_frames as gf
from galtea_frames.api.resources import RESOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from galtea_frames.api.resource import Resource

pytestmark = [
    pytest.mark.filterwarnings("ignore::galtea_frames.errors.MixedTypesWarning"),
    pytest.mark.filterwarnings("ignore::galtea_frames.errors.AbsentColumnsWarning"),
]

LISTS = pytest.mark.parametrize("resource", [*RESOURCES.values()], ids=lambda each: each.name)


@pytest.fixture(scope="module")
def api() -> Iterator[gf.sample.SampleApi]:
    """A stand-in with some hundred rows of each list."""
    with gf.sample.serve(sessions=120, versions=4) as served:
        yield served


@pytest.fixture(scope="module")
def client(api: gf.sample.SampleApi) -> Iterator[gf.Client]:
    """A client that reads pages of 50 rows."""
    with gf.Client(api.api_key, api.url, page_size=50, progress=False) as opened:
        yield opened


def selection(resource: Resource, client: gf.Client) -> dict[str, Any]:
    """Return the filters that a list cannot be loaded without."""
    if not resource.required:
        return {}
    turns = gf.load_inference_results(limit=20, client=client)
    return {"inference_result_ids": turns["id"]}


def load(resource: Resource, client: gf.Client, **arguments: Any) -> pd.DataFrame:  # noqa: ANN401 - any argument
    """Return the frame of a list."""
    loader = getattr(gf, f"load_{resource.name}")
    frame: pd.DataFrame = loader(**selection(resource, client), **arguments, client=client)
    return frame


@LISTS
def test_frames_have_the_declared_columns_with_their_types(resource: Resource, client: gf.Client) -> None:
    """With rows and without."""
    frame, empty = load(resource, client), load(resource, client, limit=0)
    declared = [name for name in resource.column_names if name in empty]
    assert len(frame) > 1
    assert set(resource.column_names) - {each.name for each in resource.columns if each.kind == "object"} <= {*empty}
    assert empty[declared].dtypes.astype(str).to_dict() == frame[declared].dtypes.astype(str).to_dict()
    assert frame.attrs["galtea_frames"]["misfits"] == {}


@LISTS
def test_records_come_back_as_sent(resource: Resource, client: gf.Client, api: gf.sample.SampleApi) -> None:
    """From JSON text, and through Parquet."""
    frame = load(resource, client, nested="json")
    ids = set(frame["id"])
    nulls = dict.fromkeys(column.api for column in resource.columns)
    sent = {each["id"]: nulls | each for each in api.lists[resource.name] if each["id"] in ids}
    assert sent == {each["id"]: each for each in gf.to_records(frame)}


@LISTS
def test_iterators_yield_the_same_rows(resource: Resource, client: gf.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """In parts that have the columns of the whole."""
    monkeypatch.setattr("galtea_frames.frames.assembly._ROWS_A_FRAME", 7)
    iterate = getattr(gf, f"iter_{resource.name}")
    parts = list(iterate(**selection(resource, client), client=client))
    assert_frame_equal(load(resource, client), pd.concat(parts))


@LISTS
@pytest.mark.parametrize("nested", ["columns", "json", "both"])
def test_files_hold_what_was_loaded(resource: Resource, nested: str, client: gf.Client, tmp_path: Path) -> None:
    """Parquet returns the frame, with its attrs."""
    frame = load(resource, client, nested=nested)
    gf.write_parquet(frame, tmp_path / "rows.parquet")
    read = gf.read_parquet(tmp_path / "rows.parquet")
    assert_frame_equal(frame, read)
    assert frame.attrs == read.attrs
    assert gf.to_records(frame) == gf.to_records(read)


@LISTS
@pytest.mark.parametrize("nested", ["columns", "json", "both"])
def test_parts_put_together_are_the_whole(resource: Resource, nested: str, client: gf.Client) -> None:
    """`concat` types the columns over all rows."""
    frame = load(resource, client, nested=nested)
    first, rest = frame.iloc[: len(frame) // 3], frame.iloc[len(frame) // 3 :]
    assert_frame_equal(frame, gf.concat([rest, first])[frame.columns.tolist()])


@LISTS
def test_columns_can_be_selected(resource: Resource, client: gf.Client) -> None:
    """Each alone, beside the id, is the column of the whole; their parts can be put together."""
    frame = load(resource, client)
    for name in resource.column_names:
        selected = load(resource, client, columns=["id", "created_at", name])
        below = [each for each in frame.columns if each == name or each.startswith(f"{name}.")]
        expected = frame[list(dict.fromkeys(["id", "created_at", *below]))]
        assert_frame_equal(expected, selected[expected.columns.tolist()])
        assert_frame_equal(selected, gf.concat([selected.iloc[:1], selected.iloc[1:]]))


@LISTS
def test_filters_work_whatever_columns_are_selected(resource: Resource, client: gf.Client) -> None:
    """Also those whose effect a column shows that is not selected."""
    frame = load(resource, client)
    loader = getattr(gf, f"load_{resource.name}")
    for each in resource.filters:
        if each.kind != "texts" or each.column is None or frame[each.column].isna().all():
            continue
        value = str(frame[each.column].dropna().iloc[0])
        arguments = selection(resource, client) | {each.name: value}
        expected = frame.loc[(frame[each.column] == value).fillna(False), "id"]
        for nested in ("columns", "json"):
            found = loader(**arguments, columns=["id"], nested=nested, client=client)
            assert expected.tolist() == found["id"].tolist()
            assert ["id"] == list(found.columns)


@LISTS
def test_a_schema_keeps_the_types(resource: Resource, client: gf.Client, tmp_path: Path) -> None:
    """Frames under one schema have one Arrow schema, with rows and without."""
    gf.Schema.of(load(resource, client)).write(tmp_path / "schema.toml")
    frames = [load(resource, client, schema=tmp_path / "schema.toml", limit=limit) for limit in (None, 0)]
    assert list(frames[0].columns) == list(frames[1].columns)
    assert not gf.Schema.read(tmp_path / "schema.toml").check(frames[0])
    for number, frame in enumerate(frames):
        gf.write_parquet(frame, tmp_path / f"{number}.parquet")
    first, second = (gf.read_parquet(tmp_path / f"{number}.parquet").dtypes.astype(str) for number in (0, 1))
    assert first.to_dict() == second.to_dict()


@LISTS
def test_frames_can_be_described_and_handed_on(resource: Resource, client: gf.Client, tmp_path: Path) -> None:
    """`describe`, `to_plain` and CSV take every column."""
    frame = load(resource, client)
    described = gf.describe(frame)
    assert list(frame.columns) == described.index.tolist()
    plain = gf.to_plain(frame)
    assert plain.shape == frame.shape
    plain.to_csv(tmp_path / "rows.csv", index=False)
    assert len(pd.read_csv(tmp_path / "rows.csv")) == len(frame)


def test_spans_need_an_id() -> None:
    """They are loaded by id only; the message says which filters there are."""
    with pytest.raises(gf.QueryError, match="spans are loaded by id: pass session_ids or inference_result_ids"):
        gf.load_spans()
