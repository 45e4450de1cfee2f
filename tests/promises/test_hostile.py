"""Hostile data from the server to frames, files, joins, mirror and report: correct, or one clear line."""

from __future__ import annotations

import json
import warnings
from datetime import datetime
from typing import TYPE_CHECKING, Any, get_args

import decoder_check
import pandas as pd
import pytest
import slow_reference
from effort import times
from hostile_rows import HOSTILE_ROWS, NOON, REFUSED, TIMES, HostileRow
from hypothesis import given, settings
from hypothesis import strategies as st
from mirror_helpers import assert_same
from random_pages import BATCHES

import galtea_frames as gf
from galtea_frames.api.resources import SESSIONS
from galtea_frames.decoding.gatherer import Nested
from galtea_frames.sample import Answer, RawPage, Request, SampleApi, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

Record = dict[str, Any]

VERSIONS: list[Record] = [{"id": "v1", "name": "\x00", "productId": "p", "createdAt": NOON, "facts": {"": 1}}]
NAMES = [hostile.name for hostile in HOSTILE_ROWS]
LIGHT = [hostile for hostile in HOSTILE_ROWS if hostile.name != "20 MB"]

pytestmark = [pytest.mark.filterwarnings("ignore::galtea_frames.GalteaFramesWarning"), pytest.mark.uncounted]


@pytest.fixture(scope="module")
def api() -> Iterator[SampleApi]:
    """A server for the module, which each test tells what to answer."""
    with serve([], VERSIONS) as api:
        yield api


@pytest.fixture(scope="module")
def client(api: SampleApi) -> Iterator[gf.Client]:
    """A client that asks once, since the same page would come again."""
    with gf.Client(api.api_key, api.url, max_workers=1, max_attempts=1) as client:
        yield client


def answering(*rows: str) -> Callable[[Request], Answer | None]:
    """Return what serves some sessions of one time, given as JSON; versions come as usual."""
    return paging("[" + ",".join(rows) + "]")


def paging(page: str) -> Callable[[Request], Answer | None]:
    """Return what serves this page of sessions, whatever it is, and nothing behind it."""
    whole, end = RawPage(page.encode()), RawPage(b"[]")
    return lambda request: None if request.path != "/sessions" else end if request.values("offset") else whole


def sent(row: str) -> Record:
    """Return a record as the standard library reads it, with the declared fields that it lacks."""
    (record,) = decoder_check.read(f"[{row}]".encode()) or [{}]
    return decoder_check.NO_DECLARED | record


def shown(value: Any) -> Any:  # noqa: ANN401 - any cell
    """Return a cell as `HOSTILE_ROWS` writes it."""
    if isinstance(value, list):
        return value
    if value is None or pd.isna(value):
        return None
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value.item() if hasattr(value, "item") else value


# -- one by one --


@pytest.mark.filterwarnings("default::galtea_frames.GalteaFramesWarning")
@pytest.mark.parametrize("hostile", HOSTILE_ROWS, ids=NAMES)
def test_each_hostile_row_has_its_columns_and_warning(api: SampleApi, client: gf.Client, hostile: HostileRow) -> None:
    """A hostile session becomes the columns, dtypes and values of the table, with the one warning it says, or none."""
    api.answers = answering(hostile.row)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        frame = gf.load_sessions(client=client)
    assert len(frame) == 1
    assert {name: (str(frame[name].dtype), repr(shown(frame[name].iloc[0]))) for name in hostile.columns} == {
        name: (dtype, repr(value)) for name, (dtype, value) in hostile.columns.items()
    }
    assert [each.category for each in caught] == ([hostile.warning] if hostile.warning else [])
    assert all("\n" not in str(each.message) for each in caught)


@pytest.mark.parametrize("hostile", HOSTILE_ROWS, ids=NAMES)
def test_each_hostile_row_comes_back_as_sent(api: SampleApi, client: gf.Client, hostile: HostileRow) -> None:
    """With its JSON text a hostile session comes back to the last letter; what is too deep for Python as that text."""
    api.answers = answering(hostile.row)
    (record,) = gf.to_records(gf.load_sessions(client=client, nested="json"))
    if not hostile.text:
        assert slow_reference.plain(sent(hostile.row)) == slow_reference.plain(record)
    for name in hostile.text:
        assert f'"{name}":{record[name]}' == hostile.fields


@pytest.mark.parametrize("hostile", LIGHT, ids=[hostile.name for hostile in LIGHT])
def test_each_hostile_row_survives_a_file(
    api: SampleApi, client: gf.Client, hostile: HostileRow, tmp_path: Path
) -> None:
    """A hostile session's frame comes back from Parquet as it was, attrs included."""
    api.answers = answering(hostile.row)
    frame = gf.load_sessions(client=client, nested="both")
    gf.write_parquet(frame, tmp_path / "it.parquet")
    back = gf.read_parquet(tmp_path / "it.parquet")
    pd.testing.assert_frame_equal(frame, back)
    assert frame.attrs == back.attrs


@pytest.mark.parametrize("levels", [100_000])
@pytest.mark.parametrize("nested", ["columns", "json"])
def test_a_hundred_thousand_levels_are_text(api: SampleApi, client: gf.Client, levels: int, nested: Nested) -> None:
    """Depth beyond any stack neither fails nor is lost."""
    text = '{"k":' * levels + "1" + "}" * levels
    api.answers = answering(f'{{"id":"a","createdAt":"{NOON}","metadata":{text}}}')
    frame = gf.load_sessions(client=client, nested=nested)
    column = "metadata" + ".k" * (32 if nested == "columns" else 0)
    cut = 32 if nested == "columns" else 0
    assert '{"k":' * (levels - cut) + "1" + "}" * (levels - cut) == frame[column].iloc[0]


@pytest.mark.parametrize("beside", [None, "2026-03-01", "soon"], ids=["alone", "beside a date", "beside no time"])
def test_each_way_to_write_a_time_is_read_as_one_or_kept(api: SampleApi, client: gf.Client, beside: str | None) -> None:
    """A time is read, or kept as text where it is none, whatever times stand beside it; and it comes back as sent."""
    for text, instant in TIMES:
        rows = [{"id": f"s{at}", "createdAt": NOON, "deletedAt": other} for at, other in enumerate(["@", beside])]
        page = json.dumps(rows).replace("@", text)
        api.answers = paging(page)
        frame = gf.load_sessions(client=client, nested="json")
        expected = None if instant is None else slow_reference.microseconds(instant)
        actual = frame["deleted_at"].astype("int64").iloc[0] if frame["deleted_at"].notna().iloc[0] else None
        assert (text, expected) == (text, actual)
        assert json.loads(page)[0]["deletedAt"] == gf.to_records(frame)[0]["deletedAt"]


@pytest.mark.parametrize("page", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("load", ["load", "mirror"])
def test_a_page_that_cannot_be_trusted_is_one_clear_line(
    api: SampleApi, client: gf.Client, page: str, load: str, tmp_path: Path
) -> None:
    """Rows without id or time, and what is no JSON, are a ResponseError of one line, and never a part of the rows."""
    api.answers = paging(page)
    with pytest.raises(gf.ResponseError, match=r"^/sessions did not answer with a list of records[^\n]*$") as caught:
        gf.load_sessions(client=client) if load == "load" else gf.Mirror(tmp_path / "mirror").sync(client)
    assert len(str(caught.value)) < 300
    assert api.api_key not in str(caught.value)


@pytest.mark.parametrize("field", [column.api for column in SESSIONS.columns if column.api not in ("id", "createdAt")])
@pytest.mark.parametrize("value", ["absent", "null", "5", "true", "[1]", '{"a":1}', '"x"'])
def test_any_declared_field_may_be_missing_or_of_any_type(
    api: SampleApi, client: gf.Client, field: str, value: str
) -> None:
    """Whatever a declared field holds, every declared column keeps its dtype and nothing is lost."""
    given = "" if value == "absent" else f',"{field}":{value}'
    row = f'{{"id":"a","createdAt":"{NOON}"{given}}}'
    api.answers = answering(row)
    frame = gf.load_sessions(client=client, nested="json")
    wanted = gf.load_sessions(client=client, nested="json").dtypes.drop("status")
    assert wanted.equals(frame.dtypes[wanted.index])
    assert str(frame["status"].dtype) == "category"
    assert [sent(row)] == gf.to_records(frame)


# -- all at once --


@pytest.fixture(scope="module")
def rows() -> list[str]:
    """All hostile rows but the heaviest."""
    return [hostile.row for hostile in LIGHT]


@pytest.mark.parametrize("nested", ["columns", "json", "both"])
def test_all_hostile_rows_are_the_same_in_parts_and_joined(
    api: SampleApi,
    client: gf.Client,
    rows: list[str],
    nested: Nested,
    tmp_path: Path,
) -> None:
    """All hostile rows in one page: every row once, the same from an iterator, from a file, and beside versions."""
    api.answers = answering(*rows)
    frame = gf.load_sessions(client=client, nested=nested)
    assert sorted(frame["id"]) == sorted(hostile.name for hostile in LIGHT)
    pd.testing.assert_frame_equal(frame, pd.concat(list(gf.iter_sessions(client=client, nested=nested))))
    gf.write_parquet(frame, tmp_path / "all.parquet")
    pd.testing.assert_frame_equal(frame, gf.read_parquet(tmp_path / "all.parquet"))
    joined = gf.join_sessions_versions(frame, gf.load_versions(client=client))
    pd.testing.assert_frame_equal(frame, joined[list(frame.columns)])
    assert joined["version.name"].isna().all()


def test_all_hostile_rows_are_the_same_from_a_mirror(
    api: SampleApi, client: gf.Client, rows: list[str], tmp_path: Path
) -> None:
    """A mirror of all hostile rows gives the frames of the loader, whatever becomes of nested fields."""
    api.answers = answering(*rows)
    mirror = gf.Mirror(tmp_path / "mirror")
    mirror.sync(client)
    for nested in get_args(Nested):
        pd.testing.assert_frame_equal(
            gf.load_sessions(client=client, nested=nested),
            mirror.load_sessions(nested=nested),
        )


def test_all_hostile_rows_make_a_report(api: SampleApi, client: gf.Client, rows: list[str]) -> None:
    """A report of all hostile rows counts every one of them, and its pages can be written."""
    api.answers = answering(*rows)
    sessions, versions = gf.load_sessions(client=client), gf.load_versions(client=client)
    report = gf.build_report(sessions, versions, as_of="2026-03-02T08:00", include_text=True)
    assert f'"sessions": {len(rows)}' in json.dumps(report.to_dict())
    assert report.to_markdown()
    assert report.to_html().encode()


# -- laws --


def numbered(records: list[Record]) -> list[Record]:
    """Return records that a server can send: each with an id and a time."""
    return [record | {"id": f"s{at}", "createdAt": NOON} for at, record in enumerate(records)]


@settings(max_examples=times(30))
@given(records=BATCHES.map(numbered), nested=st.sampled_from(["json", "both"]))
def test_nothing_of_any_record_is_lost_on_its_way(
    api: SampleApi,
    client: gf.Client,
    records: list[Record],
    nested: Nested,
) -> None:
    """Any records, served and loaded with their JSON text, come back as they were sent."""
    api.answers = paging(slow_reference.page(records).decode())
    frame = gf.load_sessions(client=client, nested=nested)
    expected = {each["id"]: slow_reference.plain(decoder_check.NO_DECLARED | each) for each in records}
    assert expected == {each["id"]: slow_reference.plain(each) for each in gf.to_records(frame)}


@settings(max_examples=times(30))
@given(records=BATCHES.map(numbered))
def test_every_leaf_of_any_record_is_found_in_a_column(
    api: SampleApi, client: gf.Client, records: list[Record]
) -> None:
    """Any records, served and loaded as columns and put through a file, give back every value that is not null."""
    api.answers = paging(slow_reference.page(records).decode())
    frame = gf.load_sessions(client=client)
    expected = {each["id"]: slow_reference.plain(slow_reference.without_nulls(each)) for each in records}
    back = {each["id"]: slow_reference.plain(slow_reference.without_nulls(each)) for each in gf.to_records(frame)}
    assert [_in_milliseconds(each) for each in expected.values()] == [_in_milliseconds(each) for each in back.values()]


def _in_milliseconds(record: Any) -> Any:  # noqa: ANN401 - a record
    """Return a record with its times as instants: from columns they come back in one layout."""
    when = record.get("deletedAt")
    moment = slow_reference.microseconds(when) if isinstance(when, str) else None
    return record if moment is None else record | {"deletedAt": moment}


@settings(max_examples=times(4))
@given(records=BATCHES.map(numbered))
def test_a_mirror_of_any_records_gives_the_loaders_frames(
    api: SampleApi, client: gf.Client, tmp_path_factory: pytest.TempPathFactory, records: list[Record]
) -> None:
    """Any records, synced to a mirror, give the frames that a load gives."""
    api.answers = paging(slow_reference.page(records).decode())
    mirror = gf.Mirror(tmp_path_factory.mktemp("any") / "mirror")
    mirror.sync(client)
    assert_same(mirror, client, nested="both")
