"""Every list of the API: each row once, whatever the server does and whatever changes meanwhile."""

from __future__ import annotations

import random
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from changing_rows import ChangingRows, Record, row, rows_of, rows_with_ties
from direct_transport import DirectTransport
from effort import times
from fake_time import FakeTime

import galtea_frames as gf
from galtea_frames import sample
from galtea_frames.api.resources import RESOURCES
from galtea_frames.api.transport import Transport
from galtea_frames.sample import Answer, Cut, Garbled, HtmlPage, Reply, Request, Truncated

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LISTS = sorted(RESOURCES)
UNDATED = [name for name in LISTS if not RESOURCES[name].has_times]

#: What some lists cannot be loaded without.
REQUIRED: dict[str, dict[str, Any]] = {"spans": {"inference_result_ids": [f"turn_{number}" for number in range(25)]}}


def of_list(name: str, record: Record) -> Record:
    """A row as one of a list, found by what is required of a load of it."""
    extra = {"inferenceResultId": f"turn_{sum(map(ord, record['id'])) % 25}"} if name == "spans" else {}
    return {"id": record["id"], "createdAt": record["createdAt"]} | extra


def records_of(name: str, records: Sequence[Record]) -> list[Record]:
    """Rows as those of a list."""
    return [of_list(name, each) for each in records]


def load(name: str, client: gf.Client, **arguments: Any) -> pd.DataFrame:  # noqa: ANN401 - any argument of a loader
    """A list, through its public loader."""
    frame: pd.DataFrame = getattr(gf, f"load_{name}")(client=client, **REQUIRED.get(name, {}), **arguments)
    return frame


def iterate(name: str, client: gf.Client, **arguments: Any) -> pd.DataFrame:  # noqa: ANN401 - as above
    """The same, through its public iterator."""
    frame: pd.DataFrame = pd.concat(getattr(gf, f"iter_{name}")(client=client, **REQUIRED.get(name, {}), **arguments))
    return frame


def ids_in_order(records: Sequence[Record]) -> list[str]:
    """Ids in the default order, rows without a creation time last."""
    ordered = sorted(records, key=lambda each: (each["createdAt"] is None, each["createdAt"] or "", each["id"]))
    return [each["id"] for each in ordered]


# Every row, once


@pytest.mark.parametrize(("page_size", "cap"), [(7, None), (100, 5), (1_000, None)])
@pytest.mark.parametrize("name", LISTS)
def test_every_page_size_meets_every_cap(name: str, page_size: int, cap: int | None) -> None:
    """Whatever is asked a page, and whatever the server secretly allows, all rows come out, each once."""
    records = records_of(name, rows_of([1, 30, 3, 1, *[1] * 40, 12]))
    server = DirectTransport(lists={name: records}, cap=cap, tie_order="shuffled")
    client = server.client(page_size=page_size)
    expected = ids_in_order(records)
    frame = load(name, client)
    assert expected == frame["id"].tolist()
    assert (len(records), len(server.requests)) == tuple(
        frame.attrs["galtea_frames"][each] for each in ("rows", "requests")
    )
    assert expected == iterate(name, client)["id"].tolist()
    assert expected[3:20] == load(name, client, offset=3, limit=17)["id"].tolist()
    assert (
        expected[:-10:-1] == load(name, client, sort=[("created_at", "desc"), ("id", "desc")], limit=9)["id"].tolist()
    )


@pytest.mark.uncounted
@pytest.mark.parametrize("seed", range(times(2)))
@pytest.mark.parametrize("name", LISTS)
def test_no_row_is_lost_or_doubled_while_others_come_and_go(name: str, seed: int) -> None:
    """Rows that existed throughout are there once, though others are inserted and deleted between pages."""
    dice = random.Random(seed)
    server = DirectTransport(
        lists={name: records_of(name, rows_with_ties(dice))},
        tie_order=dice.choice(["stable", "shuffled"]),
        cap=dice.choice([None, 1, 5, 10]),
    )
    fresh = lambda number: of_list(name, row(number, 0))  # noqa: E731 - short
    changing = ChangingRows(server.lists[name], dice, 60, fresh, lambda number: {"name": f"change {number}"})
    server.before = lambda _: changing.step()
    ids = load(name, server.client(page_size=dice.choice([2, 7, 20, 1_000])))["id"].tolist()
    assert set() == changing.stayed - set(ids), "rows that existed throughout are missing"
    assert [] == [each for each, count in Counter(ids).items() if count > 1], "rows came twice"
    assert set(ids) <= set(changing.ever)


# Faults

FAULTS: dict[str, Answer] = {
    "500": Reply(500, {"message": "Something went wrong"}),
    "429": Reply(429, {"error": "slow down"}, {"Retry-After": "7"}),
    "a proxy's page": HtmlPage(502),
    "a cut": Cut("body"),
    "half a body": Truncated(),
    "broken JSON": Garbled(),
    "no list": Reply(200, {"data": []}),
    "rows without ids": Reply(200, [{"createdAt": "2026-01-01T00:00:00.000Z"}]),
}


@pytest.mark.parametrize("name", LISTS)
def test_faults_pass(name: str) -> None:
    """Each fault is retried, and the frame is the same as without any."""
    records = records_of(name, rows_of([1, 9, *[1] * 9]))
    clock = FakeTime()
    # The fault comes, then the answer.
    answers = [each for fault in FAULTS.values() for each in (fault, None)]
    with (
        sample.serve([], [], lists={name: records}, answers=answers) as api,
        gf.Client(api.api_key, api.url, page_size=7, max_workers=1, max_elapsed=1_000) as client,
    ):
        client.transport = Transport(client.settings, sleep=clock.sleep, clock=clock.clock)
        frames = [load(name, client) for _ in range(4)]
    assert [ids_in_order(records)] * 4 == [each["id"].tolist() for each in frames]
    assert len(FAULTS) == sum(each.attrs["galtea_frames"]["retries"] for each in frames)


@pytest.mark.parametrize("status", [413, 504])
@pytest.mark.parametrize("name", LISTS)
def test_pages_shrink_until_the_server_manages_them(name: str, status: int) -> None:
    """No wait, and all rows."""
    records = records_of(name, rows_of([30, *[1] * 20]))

    def refusal(request: Request) -> Reply | None:
        return Reply(status) if int(request.values("limit")[0]) > 6 else None

    with (
        sample.serve([], [], lists={name: records}, answers=refusal) as api,
        gf.Client(api.api_key, api.url) as client,
    ):
        frame = load(name, client)
    assert (ids_in_order(records), 0) == (frame["id"].tolist(), frame.attrs["galtea_frames"]["retries"])


@pytest.mark.parametrize("name", LISTS)
def test_a_server_that_ignores_the_paging_is_an_error(name: str) -> None:
    """The same page again and again is no end of the list."""
    records = records_of(name, rows_of([40]))
    first = records[:20]
    with (
        sample.serve([], [], answers=lambda _: Reply(200, first)) as api,
        gf.Client(api.api_key, api.url, page_size=20) as client,
        pytest.raises(gf.ResponseError, match="makes no progress"),
    ):
        load(name, client)


# Lists whose pages follow each other by offset


@pytest.mark.parametrize("name", UNDATED)
def test_rows_without_a_creation_time(name: str, tmp_path: Path) -> None:
    """They come like all others, after those that have one."""
    records = records_of(name, rows_of([1] * 60))
    for each in records[::3]:
        each["createdAt"] = None
    server = DirectTransport(lists={name: records}, cap=9)
    client = server.client(page_size=20)
    expected = ids_in_order(records)
    frame = load(name, client)
    assert (expected, 20) == (frame["id"].tolist(), frame["created_at"].isna().sum())
    assert expected == iterate(name, client)["id"].tolist()
    assert expected[35:45] == load(name, client, offset=35, limit=10)["id"].tolist()
    assert expected == gf.concat([frame.iloc[:30], frame.iloc[30:]])["id"].tolist()
    times = {each["id"]: each["createdAt"] for each in records}
    assert [times[each] for each in expected] == [each["createdAt"] for each in gf.to_records(frame)]
    gf.write_parquet(frame, tmp_path / "rows.parquet")
    pd.testing.assert_frame_equal(frame, gf.read_parquet(tmp_path / "rows.parquet"))


@pytest.mark.parametrize("name", UNDATED)
def test_no_row_has_a_creation_time(name: str) -> None:
    """A list of such rows alone, in several batches."""
    records = [each | {"createdAt": None} for each in records_of(name, rows_of([1] * 60))]
    server = DirectTransport(lists={name: records}, cap=3)
    client = server.client()
    assert ids_in_order(records) == load(name, client)["id"].tolist() == iterate(name, client)["id"].tolist()


@pytest.mark.parametrize("name", UNDATED)
def test_no_time_is_sent(name: str) -> None:
    """Pages are sorted by creation time, and no row is selected by it."""
    server = DirectTransport(lists={name: records_of(name, rows_of([1] * 60))})
    load(name, server.client(page_size=20))
    for request in server.requests:
        assert (["createdAt", "asc"], [], []) == tuple(map(request.values, ("sort", "fromCreatedAt", "toCreatedAt")))


def test_creation_times_select_runs() -> None:
    """Where the API has these filters, they are sent with every page."""
    records = records_of("runs", rows_of([1] * 60))
    server = DirectTransport(lists={"runs": records})
    frame = gf.load_runs(from_created_at=records[20]["createdAt"], client=server.client(page_size=7))
    assert ids_in_order(records[20:]) == frame["id"].tolist()


# Spans


def test_spans_are_requested_a_few_at_a_time() -> None:
    """Few rows a page, and few turns a request, so that workers share them."""
    records = [
        {"id": f"span_{number:03}", "inferenceResultId": f"turn_{number % 25}", "createdAt": "2026-01-01T00:00:00Z"}
        for number in range(200)
    ]
    server = DirectTransport(lists={"spans": records})
    client = server.client(page_size=1_000)
    assert 200 == len(gf.load_spans(**REQUIRED["spans"], client=client))
    assert 25 == max(int(request.values("limit")[0]) for request in server.requests)
    assert 10 == max(len(request.values("inferenceResultIds")) for request in server.requests)
    server.requests.clear()
    some = [each["id"] for each in records[:60]]
    assert some == gf.load_spans(ids=some, client=client)["id"].tolist()
    assert [10, 25, 25] == sorted(len(request.values("ids")) for request in server.requests)


def test_spans_of_sessions(client_of_spans: gf.Client) -> None:
    """By session, by turn and by id, the same spans."""
    sessions = gf.load_sessions(limit=12, client=client_of_spans)["id"]
    turns = gf.load_inference_results(session_ids=sessions, client=client_of_spans)["id"]
    by_session = gf.load_spans(session_ids=sessions, client=client_of_spans)
    assert not by_session.empty
    same = partial(pd.testing.assert_frame_equal, by_session)
    same(gf.load_spans(inference_result_ids=turns, client=client_of_spans))
    same(gf.load_spans(ids=by_session["id"], client=client_of_spans))
    kinds = by_session[by_session["type"] == "RETRIEVER"].reset_index(drop=True)
    found = gf.load_spans(
        session_ids=sessions, types="RETRIEVER", client=client_of_spans, columns=["id", "output_data"]
    )
    pd.testing.assert_frame_equal(kinds[["id", "output_data"]], found)


@pytest.fixture
def client_of_spans() -> Any:  # noqa: ANN401 - a generator of clients
    """A client of an API with spans."""
    with sample.serve(sessions=60, versions=3) as api, gf.Client(api.api_key, api.url) as client:
        yield client


def test_large_spans_come_in_small_answers() -> None:
    """Pages shrink to what one answer may hold."""
    records = [
        {
            "id": f"span_{number:02}",
            "inferenceResultId": "turn_1",
            "createdAt": "2026-01-01T00:00:00Z",
            "outputData": {"text": "x" * 90_000},
        }
        for number in range(30)
    ]
    with (
        sample.serve([], [], lists={"spans": records}, gzip=False) as api,
        gf.Client(api.api_key, api.url, max_response_bytes=300_000) as client,
    ):
        frame = gf.load_spans(inference_result_ids="turn_1", client=client)
        ids = gf.load_spans(inference_result_ids="turn_1", client=client, columns=["id"])
    assert 30 == len(frame) == len(ids)
    assert {len('{"text":"') + 90_000 + len('"}')} == set(frame["output_data"].str.len())
    assert ["id"] == ids.columns.tolist()


def test_a_span_beyond_the_limit_of_answers_is_an_error() -> None:
    """The message says which setting to raise."""
    record = {"id": "s", "inferenceResultId": "t", "createdAt": "2026-01-01T00:00:00Z", "metadata": "x" * 90_000}
    with (
        sample.serve([], [], lists={"spans": [record]}, gzip=False) as api,
        gf.Client(api.api_key, api.url, max_response_bytes=50_000) as client,
        pytest.raises(gf.ResponseError, match="raise max_response_bytes="),
    ):
        gf.load_spans(inference_result_ids="t", client=client)
