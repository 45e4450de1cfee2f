"""Rows whose creation time changes during a walk, or that are served with two: each once, or an error."""

from __future__ import annotations

import json
import random
from collections import Counter
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from changing_rows import Record, moment, row, rows_of, rows_with_ties
from direct_transport import DirectTransport
from effort import times
from hypothesis import given, settings
from hypothesis import strategies as st

import galtea_frames as gf
from galtea_frames import sample
from galtea_frames.sample import RawPage, Request
from galtea_frames.walk.seen import Seen

if TYPE_CHECKING:
    from pathlib import Path


def served(request: Request, records: list[Record]) -> RawPage:
    """What an honest server would answer that has these records, whatever ids they have."""
    start, end = ((request.values(name) or [other])[0] for name, other in (("fromCreatedAt", ""), ("toCreatedAt", "~")))
    offset, limit = (int((request.values(name) or [other])[0]) for name, other in (("offset", "0"), ("limit", "10000")))
    named = {name: set(request.values(name)) for name in ("ids", "versionIds")}
    found = [
        each
        for each in records
        if start <= each["createdAt"] <= end
        and (not named["ids"] or each["id"] in named["ids"])
        and (not named["versionIds"] or each["versionId"] in named["versionIds"])
    ]
    found.sort(key=lambda each: each["createdAt"], reverse="desc" in request.values("sort"))
    return RawPage(json.dumps(found[offset : offset + limit]).encode())


def versioned(records: list[Record]) -> list[Record]:
    """Records of ever other versions."""
    return [each | {"versionId": f"v{number % 70}"} for number, each in enumerate(records)]


#: Two hundred sessions, every ninth of them a second time, somewhere later.
ROWS = versioned(rows_of([1] * 90 + [15] + [1] * 95))
TWICE = ROWS + [
    each | {"createdAt": moment(10 * (number * 37 % 190) + 3)} for number, each in enumerate(ROWS) if number % 9 == 0
]
IDS = {each["id"] for each in ROWS}
NEWEST_FIRST = sorted(
    {each["id"]: each for each in sorted(TWICE, key=lambda each: each["createdAt"])}.values(),
    key=lambda each: each["createdAt"],
    reverse=True,
)

LOADS: dict[str, dict[str, Any]] = {
    "all": {},
    "of many versions": {"version_ids": [f"v{number}" for number in range(70)]},
    "by id": {"ids": sorted(IDS)},
    "by id, filtered": {"ids": sorted(IDS), "version_ids": [f"v{number}" for number in range(70)]},
    "newest first": {"sort": ("created_at", "desc")},
}


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("page_size", [3, 20, 1_000])
@pytest.mark.parametrize("arguments", LOADS.values(), ids=LOADS)
def test_a_row_that_is_served_with_two_times_comes_once(
    arguments: dict[str, Any], page_size: int, workers: int
) -> None:
    """On one page, on two, in two windows, in two batches of a filter: a whole frame has each id once."""
    with (
        sample.serve([], [], answers=lambda request: served(request, TWICE)) as api,
        gf.Client(api.api_key, api.url, page_size=page_size, max_workers=workers) as client,
    ):
        frame = gf.load_sessions(client=client, **arguments)
        parts = pd.concat(gf.iter_sessions(client=client, **arguments))
    for each in (frame, parts):
        assert sorted(IDS) == sorted(each["id"])
        came = set(zip(each["id"], each["created_at"], strict=True))
        assert came <= {(each["id"], pd.Timestamp(each["createdAt"])) for each in TWICE}
    assert 200 == frame.attrs["galtea_frames"]["rows"]


@pytest.mark.parametrize("sort", ["asc", "desc"])
@pytest.mark.parametrize("page_size", [2, 1_000])
@pytest.mark.parametrize("limit", [1, 30, 120, 199, 200, 500])
def test_a_limit_counts_each_id_once(limit: int, page_size: int, sort: str) -> None:
    """As many rows as were asked for, although some of those that came first came again."""
    with (
        sample.serve([], [], answers=lambda request: served(request, TWICE)) as api,
        gf.Client(api.api_key, api.url, page_size=page_size) as client,
    ):
        frame = gf.load_sessions(client=client, limit=limit, sort=("created_at", sort))
    assert min(limit, 200) == len(frame) == frame["id"].nunique()


@pytest.mark.uncounted
@pytest.mark.parametrize("seed", range(times(60)))
def test_rows_that_move_while_they_are_read_come_once(seed: int) -> None:
    """Whatever moves where: no id twice, and each row that stayed in its place is there."""
    dice = random.Random(seed)
    server = DirectTransport(rows_with_ties(dice), tie_order=dice.choice(["stable", "shuffled"]))
    stayed, moves = {each["id"] for each in server.sessions}, dice.choice([1, 10, 60])

    def move(_: int) -> None:
        nonlocal moves
        if moves and stayed:
            moves -= 1
            moved = dice.choice(sorted(each["id"] for each in server.sessions))
            stayed.discard(moved)
            server.sessions.update(moved, createdAt=moment(dice.randrange(300)))

    server.before = move
    client = server.client(page_size=dice.choice([1, 3, 7, 20]), max_workers=dice.choice([1, 4]))
    found = gf.load_sessions(client=client)["id"].tolist()
    assert set() == stayed - set(found)
    assert [] == [each for each, count in Counter(found).items() if count > 1]


def test_rows_that_move_on_for_ever_end_the_walk() -> None:
    """A server that gives all rows a later time with each answer is told from one that has more and more rows."""

    def later(request: Request) -> RawPage:
        rows = [row(number, 10 * request.number + number) for number in range(5)]
        return RawPage(json.dumps(rows).encode())

    with sample.serve([], [], answers=later) as api, gf.Client(api.api_key, api.url, max_workers=1) as client:
        with pytest.raises(gf.ResponseError, match=r"makes no progress at .*: the same rows keep coming back"):
            gf.load_sessions(client=client)
        assert len(api.requests) <= 220


def test_one_row_that_moves_along_with_the_walk_is_no_obstacle() -> None:
    """The walk ends when it has come to the end, though some row always comes behind the last one."""
    records = rows_of([1] * 50)

    def answer(request: Request) -> RawPage:
        ahead = records[-1] | {"id": "restless", "createdAt": moment(min(9 * request.number + 5, 495))}
        return served(request, sorted([*records, ahead], key=lambda each: each["createdAt"]))

    with (
        sample.serve([], [], answers=answer) as api,
        gf.Client(api.api_key, api.url, page_size=3, max_workers=1) as client,
    ):
        frame = gf.load_sessions(client=client)
    assert sorted(["restless", *(each["id"] for each in records)]) == sorted(frame["id"])


def test_a_mirror_stores_each_id_once(tmp_path: Path) -> None:
    """Rows with two times, also in two steps of a sync, are stored once; the next sync changes no number."""
    versions = [{"id": f"v{number}", "createdAt": moment(0)} for number in range(70)]

    def answer(request: Request) -> RawPage | None:
        return served(request, TWICE) if request.path == "/sessions" else None

    with (
        pytest.MonkeyPatch.context() as patch,
        sample.serve([], versions, answers=answer) as api,
        gf.Client(api.api_key, api.url, page_size=20) as client,
    ):
        patch.setattr("galtea_frames.mirror.sync.STEP_ROWS", 50)
        mirror = gf.Mirror(tmp_path / "mirror")
        for _ in range(2):
            mirror.sync(client, full=True)
            assert sorted(IDS) == sorted(mirror.load_sessions()["id"])


@settings(max_examples=times(100))
@given(st.lists(st.lists(st.text(max_size=2), max_size=40), max_size=30))
def test_seen_is_a_set(batches: list[list[str]]) -> None:
    """Whatever ids come, in whatever batches: those that are fresh are those that a set would not have."""
    seen, plain = Seen(), set[str]()
    for batch in batches:
        assert set(batch) - plain == seen.fresh(set(batch))
        plain |= set(batch)


def test_seen_ids_take_sixteen_bytes_each() -> None:
    """However many there are, and in whatever batches they came."""
    seen = Seen()
    for first in range(0, 100_000, 777):
        assert 777 == len(seen.fresh({f"session_{number:024}" for number in range(first, first + 777)}))
    count = 777 * len(range(0, 100_000, 777))
    assert 16 * count == sum(run.nbytes for run in seen._runs)  # noqa: SLF001 - what it keeps
    assert len(seen._runs) <= 10  # noqa: SLF001 - and how many places there are to look into
    assert set() == seen.fresh({f"session_{number:024}" for number in range(0, 100_000, 99)})
