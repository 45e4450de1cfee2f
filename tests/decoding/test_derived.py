"""The text of a turn: what the user wrote and what the product answered, from text or from an object."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from page_frames import build

import galtea_frames as gf
from galtea_frames import sample
from galtea_frames.api.resources import INFERENCE_RESULTS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from galtea_frames.decoding.gatherer import Nested

pytestmark = pytest.mark.filterwarnings("ignore::galtea_frames.GalteaFramesWarning")

#: What the API may send in a field, and the text in it.
SHAPES: dict[str, tuple[Any, str | None]] = {
    "text": ("plain", "plain"),
    "empty text": ("", ""),
    "object": ({"KEY": "in an object", "content": [{"type": "text"}]}, "in an object"),
    "object with other keys": ({"KEY": "with others", "a": {"KEY": "deeper"}, "b": [1, 2]}, "with others"),
    "object without the key": ({"content": [{"type": "audio", "uri": "s3://a"}]}, None),
    "empty object": ({}, None),
    "null": (None, None),
    "null in an object": ({"KEY": None}, None),
    "number": (12, None),
    "number in an object": ({"KEY": 12}, None),
    "flag": (True, None),
    "list": (["a"], None),
    "object in an object": ({"KEY": {"KEY": "deeper"}}, None),
    "half an emoji": ("a\ud83d", "a\ufffd"),
    "half an emoji in an object": ({"KEY": "b\ude00"}, "b\ufffd"),
    "text that is JSON": ('{"KEY": "not parsed"}', '{"KEY": "not parsed"}'),
    "text of null": ("null", "null"),
    "quotes": ('"quoted" \\ text\n', '"quoted" \\ text\n'),
    "other scripts": ("¿Puedo devolverlo? 返品 🙂", "¿Puedo devolverlo? 返品 🙂"),
    "long text": ("x" * 300_000, "x" * 300_000),
}


def field(shape: Any, key: str) -> Any:  # noqa: ANN401 - any JSON value
    """A value with the key of one of the two fields."""
    if isinstance(shape, dict):
        return {key if name == "KEY" else name: field(each, key) for name, each in shape.items()}
    return shape


def turn(number: int, shape: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON value
    """A turn with a value in both fields."""
    return {
        "id": f"turn_{number:03}",
        "sessionId": "session_1",
        "input": field(shape, "user_message"),
        "actualOutput": field(shape, "assistant_message"),
        "createdAt": f"2026-01-01T00:00:{number:02}.000Z",
    }


TURNS = [turn(number, shape) for number, (shape, _) in enumerate(SHAPES.values())]
TEXTS = [text for _, text in SHAPES.values()]


@pytest.fixture(scope="module")
def client() -> Iterator[gf.Client]:
    """A client of an API with one turn of each shape, and one that has neither field."""
    bare = {"id": "turn_999", "createdAt": "2026-01-02T00:00:00.000Z"}
    with (
        sample.serve([], [], lists={"inference_results": [*TURNS, bare]}) as api,
        gf.Client(api.api_key, api.url, page_size=7) as client,
    ):
        yield client


def texts(frame: pd.DataFrame, name: str) -> list[str | None]:
    """A column with nulls as None."""
    return [None if pd.isna(each) else each for each in frame[name]]


@pytest.mark.parametrize("backend", ["numpy_nullable", "pyarrow"])
@pytest.mark.parametrize("nested", ["columns", "json", "both"])
def test_text_of_every_shape(client: gf.Client, nested: Any, backend: Any) -> None:  # noqa: ANN401 - literals
    """From either shape, whatever form nested fields take; null where there is no text."""
    frame = gf.load_inference_results(nested=nested, dtype_backend=backend, client=client)
    parts = pd.concat(gf.iter_inference_results(nested=nested, dtype_backend=backend, client=client))
    for name in ("user_message", "assistant_message"):
        assert [*TEXTS, None] == texts(frame, name) == texts(parts, name)
        assert pd.api.types.is_string_dtype(frame[name].dtype)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("columns", [None, ["user_message", "assistant_message"], ["id", "user_message", "input"]])
def test_one_shape_alone(shape: str, columns: list[str] | None) -> None:
    """The dtype is the same whatever shape the rows have, for one row as for many, and whatever else is chosen."""
    sent, text = SHAPES[shape]
    with (
        sample.serve([], [], lists={"inference_results": [turn(1, sent), turn(2, sent)]}) as api,
        gf.Client(api.api_key, api.url) as client,
    ):
        frame = gf.load_inference_results(columns=columns, client=client)
    assert [text, text] == texts(frame, "user_message")
    assert "string" == frame["user_message"].dtype
    if columns is None or "assistant_message" in columns:
        assert [text, text] == texts(frame, "assistant_message")


def test_no_rows() -> None:
    """The columns are there."""
    with (
        sample.serve([], [], lists={"inference_results": []}) as api,
        gf.Client(api.api_key, api.url) as client,
    ):
        frame = gf.load_inference_results(client=client)
        chosen = gf.load_inference_results(columns=["assistant_message"], client=client)
    dtypes = [str(each["assistant_message"].dtype) for each in (frame, chosen)]
    assert (0, ["string", "string"]) == (len(frame), dtypes)


@pytest.mark.parametrize("nested", ["json", "both"])
def test_records_stay_as_sent(client: gf.Client, nested: Any) -> None:  # noqa: ANN401 - literals
    """The text stands beside the raw value, and does not become a part of it."""
    frame = gf.load_inference_results(nested=nested, client=client)
    records = gf.to_records(frame)
    for sent, record in zip(TURNS, records[:-1], strict=True):
        assert json.dumps([sent["input"], sent["actualOutput"]]) == json.dumps(
            [record["input"], record["actualOutput"]]
        )
        assert not {"user_message", "userMessage", "assistant_message"} & set(record)


@pytest.mark.parametrize("nested", ["columns", "json", "both"])
def test_text_survives_files_and_concat(client: gf.Client, tmp_path: Path, nested: Any) -> None:  # noqa: ANN401
    """Written and read, and cut and put together, it is the same text."""
    frame = gf.load_inference_results(nested=nested, client=client)
    gf.write_parquet(frame, tmp_path / "turns.parquet")
    pd.testing.assert_frame_equal(frame, gf.read_parquet(tmp_path / "turns.parquet"))
    again = gf.concat([frame.iloc[:8], frame.iloc[8:]])
    for name in ("user_message", "assistant_message"):
        assert texts(frame, name) == texts(again, name)


def test_a_page_with_one_bad_turn_keeps_the_others(client: gf.Client) -> None:
    """A chosen text column costs none of the others."""
    frame = gf.load_inference_results(columns=["assistant_message", "index"], client=client)
    assert ["assistant_message", "index"] == frame.columns.tolist()
    assert [*TEXTS, None] == texts(frame, "assistant_message")


#: Values that Python's own parser of JSON refuses, or that no Python object holds.
HOSTILE = {
    "a number of 6,000 digits": ("1" * 6_000, None),
    "such a number in an object": ('{"a":%s,"KEY":"hi"}' % ("1" * 6_000), "hi"),
    "200,000 lists in each other": ("[" * 200_000 + "]" * 200_000, None),
    "lists in each other in an object": ('{"a":%s,"KEY":"hi"}' % ("[" * 2_000 + "]" * 2_000), "hi"),
    "a number beyond a double": ("1e999", None),
    "the key twice": ('{"KEY":"first","KEY":"last"}', "last"),
}


@pytest.mark.parametrize("nested", ["columns", "json", "both"])
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_values_end_no_load(name: str, nested: Nested) -> None:
    """They have no text, or the text beside them."""
    sent, text = HOSTILE[name]
    own, answer = sent.replace("KEY", "user_message"), sent.replace("KEY", "assistant_message")
    row = f'{{"id":"a","createdAt":"2026-01-01T00:00:00.000Z","input":{own},"actualOutput":{answer}}}'
    table, _ = build([f"[{row}]".encode()], nested, INFERENCE_RESULTS)
    assert [text] * 2 == [table[each][0].as_py() for each in ("user_message", "assistant_message")]
