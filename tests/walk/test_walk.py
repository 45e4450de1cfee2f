"""The walk: every row once for any page size, ties, insertions and deletions."""

import contextlib
import itertools
import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Literal
from urllib.parse import urlencode

import pandas as pd
import pytest
from changing_rows import ChangingRows, Record, moment, row, rows_of, rows_with_ties
from direct_transport import DirectTransport
from effort import times
from page_frames import open_page

import galtea_frames as gf
from galtea_frames import sample
from galtea_frames.api.transport import Tally, Transport
from galtea_frames.sample import Answer, HtmlPage, RawPage, Reply, Request, SampleApi, Stall
from galtea_frames.walk.lookup import look_up
from galtea_frames.walk.slices import Slice
from galtea_frames.walk.source import PageSize, Source, sort_pairs, time_pairs
from galtea_frames.walk.ties import TieGroup
from galtea_frames.walk.walk import Walk
from galtea_frames.walk.window import Window

TieOrder = Literal["stable", "shuffled"]

#: 2,500 rows; the largest group of one creation time fills the largest page, the last one is a group too.
TIED = rows_of([1, 1_150, 3, 1, 150, 40, 37, *[1] * 1_078, 40])

#: The like of it with 360 rows, for pages of one row.
FEWER_TIED = rows_of([1, 115, 3, 1, 15, 40, 37, *[1] * 108, 40])


def load(client: gf.Client, **arguments: Any) -> pd.DataFrame:  # noqa: ANN401 - any argument of the loader
    """The sessions, through the public loader."""
    return gf.load_sessions(client=client, **arguments)


def expected_ids(records: Sequence[Record]) -> list[str]:
    """Ids in the default order."""
    return [each["id"] for each in sorted(records, key=lambda each: (each["createdAt"], each["id"]))]


# Every row, once


@pytest.mark.uncounted
@pytest.mark.parametrize("cap", [1, 37, 100, 10_000])
@pytest.mark.parametrize("page_size", [1, 7, 100, 1_000])
def test_every_page_size_meets_every_cap(page_size: int, cap: int) -> None:
    """Whatever is asked a page, and whatever the server secretly allows, all rows come out, each once."""
    honoured = min(page_size, cap)
    records = FEWER_TIED if honoured == 1 else TIED
    with contextlib.ExitStack() as stack:
        server: DirectTransport | SampleApi
        if honoured == 1:
            # A thousand requests and more, too many for HTTP; fewer rows go over it below.
            server = DirectTransport(records, cap=cap)
            client = server.client(page_size=page_size)
        else:
            server = stack.enter_context(sample.serve(records, [], cap=cap, gzip=False))
            client = stack.enter_context(gf.Client(server.api_key, server.url, page_size=page_size))
        frame = load(client)
    assert expected_ids(records) == frame["id"].tolist()
    assert max(request.rows or 0 for request in server.requests) == min(honoured, len(records))
    facts = frame.attrs["galtea_frames"]
    assert (facts["rows"], facts["requests"], facts["retries"]) == (len(records), len(server.requests), 0)
    # Groups of one time are read twice, all else once; a page or two more a group is what it takes to be sure.
    assert len(server.requests) <= 3 * len(records) / honoured + 40


@pytest.mark.parametrize(("page_size", "cap"), [(1, None), (1_000, 1)])
def test_one_row_a_page_over_http(page_size: int, cap: int | None) -> None:
    """A server that gives one row at a time gives them all."""
    records = rows_of([1, 40, 1, 1, 30])
    with (
        sample.serve(records, [], cap=cap) as api,
        gf.Client(api.api_key, api.url, page_size=page_size) as client,
    ):
        assert expected_ids(records) == load(client)["id"].tolist()
        assert {1, 0} == {request.rows for request in api.requests}


@pytest.mark.uncounted
@pytest.mark.filterwarnings("ignore::galtea_frames.MixedTypesWarning")
@pytest.mark.parametrize("tie_order", ["stable", "shuffled"])
@pytest.mark.parametrize("sort_default", ["asc", "desc", "shuffled"])
@pytest.mark.parametrize("cap", [None, 13])
def test_the_frame_is_the_same_however_it_came(tie_order: str, sort_default: str, cap: int | None) -> None:
    """Page size, cap, and the order in which the server lists ties leave no trace in the frame."""
    records = sample.session_records(150)
    with sample.serve(records, 8) as api, gf.Client(api.api_key, api.url) as client:
        expected = load(client)
    server = DirectTransport(records, tie_order=tie_order, sort_default=sort_default, cap=cap)
    for page_size in (1, 3, 17, 40, 149, 150, 151, 10_000):
        frame = load(server.client(page_size=page_size))
        pd.testing.assert_frame_equal(expected, frame)
        assert expected["status"].cat.categories.tolist() == frame["status"].cat.categories.tolist()


@pytest.mark.parametrize(
    "sizes",
    [[], [1], [2], [5], [10], [11], [1, 10], [10, 1], [10, 10], [9, 1], [1, 9], [20], [3, 20, 3], [11, 12, 13]],
    ids=str,
)
@pytest.mark.parametrize("tie_order", ["stable", "shuffled"])
def test_ties_at_the_edges_of_pages(sizes: list[int], tie_order: TieOrder) -> None:
    """Groups that just fill a page, just miss it, or begin or end with it are read whole."""
    records = rows_of(sizes)
    server = DirectTransport(records, tie_order=tie_order)
    assert expected_ids(records) == load(server.client(page_size=10))["id"].tolist()


def test_a_small_result_takes_three_requests() -> None:
    """The page, the question what follows it, and the look back that confirms its last rows."""
    server = DirectTransport(rows_of([1, 1, 2]))
    load(server.client())
    assert [(4, []), (0, ["2"]), (2, [])] == [(request.rows, request.values("offset")) for request in server.requests]


@pytest.mark.parametrize(("page_size", "cap", "first"), [(10, None, [10]), (1_000, 10, [10, 10])])
def test_a_page_is_one_request(page_size: int, cap: int | None, first: list[int]) -> None:
    """Beyond what confirms the end, and one question after the first page where that is shorter than it was asked."""
    server = DirectTransport(rows_of([1] * 60), cap=cap)
    load(server.client(page_size=page_size, max_workers=1))
    # Each page after the first begins with the last row of the one before.
    assert [*first, *[10] * 5, 6, 0, 1] == [request.rows for request in server.requests]


def test_a_start_may_be_finer_than_the_times_that_come() -> None:
    """A row that was created within the millisecond of the start may be listed with the millisecond alone."""
    records = rows_of([1, 1])

    def answer(request: Request) -> list[Record]:
        start = request.values("fromCreatedAt")[0].replace("500Z", "Z")
        return page_of(request, [each for each in records if each["createdAt"] >= start], since=False)

    frame = load(RawServer(answer).client(), from_created_at=moment(0).replace("Z", "500Z"))
    assert frame["id"].tolist() == expected_ids(records)


def test_times_of_any_precision_and_offset() -> None:
    """Rows of one instant that is written in different ways are one group of ties."""
    spellings = ["2026-03-01T10:00:00Z", "2026-03-01T10:00:00.000Z", "2026-03-01T11:00:00+01:00"]
    records = [{"id": f"s{n:02}", "createdAt": spellings[n % 3]} for n in range(20)]
    records += [{"id": "t", "createdAt": "2026-03-01T10:00:00.000001Z"}]
    server = DirectTransport(records)
    assert [each["id"] for each in records] == load(server.client(page_size=4))["id"].tolist()


# While rows come and go


def check(frame: pd.DataFrame, changing: ChangingRows) -> None:
    """Compare a frame with what happened while it was loaded."""
    ids = frame["id"].tolist()
    assert set() == changing.stayed - set(ids), "rows that existed throughout are missing"
    assert [] == [each for each, count in Counter(ids).items() if count > 1], "rows came twice"
    assert set(ids) <= set(changing.ever)
    assert frame[["created_at", "id"]].equals(frame[["created_at", "id"]].sort_values(["created_at", "id"]))


@pytest.mark.uncounted
@pytest.mark.parametrize("seed", range(times(120)))
def test_no_row_is_lost_or_doubled_while_others_come_and_go(seed: int) -> None:
    """Rows that existed throughout are there once, though others are inserted, deleted and changed between pages."""
    dice = random.Random(seed)
    server = DirectTransport(
        rows_with_ties(dice), tie_order=dice.choice(["stable", "shuffled"]), cap=dice.choice([None, 1, 5, 10])
    )
    changing = ChangingRows(server.sessions, dice, changes=80)
    server.before = lambda _: changing.step()
    check(load(server.client(page_size=dice.choice([1, 2, 3, 7, 20, 1_000]))), changing)


@pytest.mark.uncounted
@pytest.mark.parametrize("seed", range(1_000, 1_012))
def test_no_row_is_lost_over_http(seed: int) -> None:
    """The same over HTTP."""
    dice = random.Random(seed)
    order: TieOrder = dice.choice(["stable", "shuffled"])
    with sample.serve(rows_with_ties(dice), [], tie_order=order, cap=dice.choice([None, 5])) as api:
        changing = ChangingRows(api.sessions, dice, changes=60)
        api.on_request = lambda _api, _number: changing.step()
        with gf.Client(api.api_key, api.url, page_size=dice.choice([2, 7, 20])) as client:
            check(load(client), changing)


@pytest.mark.uncounted
@pytest.mark.parametrize("seed", range(20))
def test_no_row_is_lost_of_split_lists(seed: int) -> None:
    """Rows of a query that takes several walks are united without losses or repeats while others come and go."""
    dice = random.Random(seed)
    records = [each | {"versionId": f"v{dice.randrange(120)}"} for each in rows_with_ties(dice)]
    server = DirectTransport(records, tie_order=dice.choice(["stable", "shuffled"]))
    changing = ChangingRows(server.sessions, dice, changes=60)
    server.before = lambda _: changing.step()
    check(load(server.client(page_size=5), version_ids=[f"v{n}" for n in range(120)]), changing)


# Servers that do not keep to the rules

Misbehaviour = Callable[[Request, list[Record]], list[Record]]


def page_of(request: Request, records: list[Record], *, since: bool = True, offset: bool = True) -> list[Record]:
    """What an honest server would answer, but for the parameters that it ignores."""
    start = (request.values("fromCreatedAt") or [""])[0] if since else ""
    first = int((request.values("offset") or ["0"])[0]) if offset else 0
    limit = int(request.values("limit")[0])
    return [each for each in records if each["createdAt"] >= start][first : first + limit]


def ignores_from(request: Request, records: list[Record]) -> list[Record]:
    """`fromCreatedAt` has no effect."""
    return page_of(request, records, since=False)


def ignores_offset(request: Request, records: list[Record]) -> list[Record]:
    """`offset` has no effect."""
    return page_of(request, records, offset=False)


def ignores_sort(request: Request, records: list[Record]) -> list[Record]:
    """Newest first, whatever was asked."""
    return page_of(request, records[::-1])


def shuffles(request: Request, records: list[Record]) -> list[Record]:
    """No order at all."""
    return page_of(request, random.Random(request.number).sample(records, len(records)))


def repeats_first_page(request: Request, records: list[Record]) -> list[Record]:
    """One page for ever."""
    return records[: int(request.values("limit")[0])]


def repeats_last_page(request: Request, records: list[Record]) -> list[Record]:
    """Honest at first, then the last page for ever."""
    return page_of(request, records) or records[-int(request.values("limit")[0]) :]


GROUPS = {"no ties": [1] * 60, "small ties": [2] * 30, "large ties": [1, 30, 1, 30], "one time": [60]}


@pytest.mark.parametrize("sizes", GROUPS.values(), ids=GROUPS)
@pytest.mark.parametrize("page_size", [1, 7, 25, 100])
@pytest.mark.parametrize(
    "misbehaviour",
    [ignores_from, ignores_offset, repeats_first_page, repeats_last_page],
    ids=lambda each: each.__name__,
)
def test_a_server_that_ignores_a_parameter(misbehaviour: Misbehaviour, page_size: int, sizes: list[int]) -> None:
    """Either the parameter was not needed and all rows are there, or it is an error soon; never a part, or a hang."""
    records = rows_of(sizes)
    server = RawServer(lambda request: misbehaviour(request, records))
    found: list[str] | None = None
    with contextlib.suppress(gf.ResponseError):
        found = load(server.client(page_size=page_size))["id"].tolist()
    assert found in (None, expected_ids(records))
    assert len(server.requests) <= 400


class RawServer(DirectTransport):
    """A server whose pages a function makes."""

    def __init__(self, answer: Callable[[Request], list[Record]]) -> None:
        super().__init__([])
        self._answer = answer

    def get(self, path: str, params: Any, parse: Any, tally: Tally, *, shrinkable: bool = False) -> Any:  # noqa: ANN401 - as its parent's
        """Return what the function makes of a request."""
        del shrinkable
        tally.count(again=False)
        self.requests.append(Request(len(self.requests) + 1, "GET", path, urlencode(params), {}))
        assert len(self.requests) <= 500, "the walk does not end"
        self.before(len(self.requests))
        return parse(json.dumps(self._answer(self.requests[-1])).encode())


@pytest.mark.parametrize("sizes", [[1] * 60, [2] * 30, [1, 30, 1, 30, 1]], ids=["no ties", "small ties", "large ties"])
@pytest.mark.parametrize("misbehaviour", [ignores_sort, shuffles], ids=lambda each: each.__name__)
def test_a_server_that_ignores_sort(misbehaviour: Misbehaviour, sizes: list[int]) -> None:
    """Rows in another order are an error at the first page that shows it."""
    records = rows_of(sizes)
    server = RawServer(lambda request: misbehaviour(request, records))
    with pytest.raises(gf.ResponseError, match="/sessions ignores sort or fromCreatedAt"):
        load(server.client(page_size=20))
    assert len(server.requests) <= 3


def test_a_server_that_stops_to_honour_offset_midway() -> None:
    """A walk that began well ends in an error too when the same rows come again and again."""
    records = rows_of([1, 12])
    server = RawServer(lambda request: page_of(request, records, offset=request.number < 6))
    with pytest.raises(gf.ResponseError, match="makes no progress"):
        load(server.client(page_size=5))
    assert len(server.requests) <= 300


def test_a_server_that_ignores_the_start_where_there_is_an_offset() -> None:
    """Rows of an earlier time amid those of one time are an error at once: neither their end nor what follows."""
    records = rows_of([30, 12])
    server = RawServer(lambda request: page_of(request, records, since=not request.values("offset")))
    with pytest.raises(gf.ResponseError, match="ignores sort or fromCreatedAt"):
        load(server.client(page_size=5, max_workers=1))


@pytest.mark.parametrize(("page_size", "requests"), [(7, 102), (20, 102), (1_000, 103)])
def test_a_hundred_pages_without_a_new_row_are_the_most(page_size: int, requests: int) -> None:
    """After the first, and the first that is read as one of ties; no sooner, for a busy list may repeat itself."""
    records = rows_of([20])
    server = RawServer(lambda request: repeats_first_page(request, records))
    message = "rows of this creation time never end; a larger page_size may hold them all$"
    with pytest.raises(gf.ResponseError, match=message):
        load(server.client(page_size=page_size, max_workers=1))
    assert len(server.requests) == requests


@pytest.mark.parametrize("number", range(3, 30))
def test_a_page_of_an_earlier_time_doubles_no_row(number: int) -> None:
    """A page that comes for another one, whichever of several walks had asked for it, ends the load or is harmless."""
    records = rows_of([1] * 60)

    def answer(request: Request) -> list[Record]:
        if "desc" in request.values("sort"):
            return records[-1:]
        return records[:4] if request.number == number else page_of(request, records)

    found = None
    with contextlib.suppress(gf.ResponseError):
        found = load(RawServer(answer).client(page_size=4, max_workers=4))["id"].tolist()
    assert found in (None, expected_ids(records))


def test_one_page_for_ever_over_http() -> None:
    """Over HTTP as well a repeated page ends the walk, and with no frame."""
    page = json.dumps(rows_of([20])).encode()
    with sample.serve(0, 0, answers=lambda _: RawPage(page)) as api, gf.Client(api.api_key, api.url) as client:
        with pytest.raises(gf.ResponseError, match="larger page_size"):
            load(client)
        assert len(api.requests) <= 110


def test_a_group_that_never_settles_is_given_up() -> None:
    """Where rows of one time vanish as fast as they are read the walk gives up; it does not guess."""
    numbers = itertools.count()

    def always_new(request: Request) -> list[Record]:
        return [] if request.values("offset") else [row(next(numbers), 0)]

    server = RawServer(always_new)
    with pytest.raises(gf.ResponseError, match="makes no progress"):
        load(server.client(page_size=1))
    assert len(server.requests) <= 200


def test_repeated_rows_in_one_page_are_dropped() -> None:
    """A server that lists a row twice does not get it into the frame twice."""
    records = rows_of([1, 1, 3])
    server = RawServer(lambda request: [each for each in page_of(request, records) for _ in range(2)])
    assert expected_ids(records) == load(server.client(page_size=100))["id"].tolist()


# Pages that are too large for the server


def limit_of(request: Request) -> int:
    """How many rows a request asks for."""
    return int(request.values("limit")[0])


@pytest.mark.parametrize(
    "answer", [Reply(413, b""), Reply(504, b""), HtmlPage(504), Stall(6_000), Stall(6_000, "body")], ids=str
)
def test_the_page_halves_until_the_server_manages(answer: Answer) -> None:
    """On 413, 504 and a read timeout the page halves, the walk goes on, and all rows come out."""
    records = rows_of([1] * 90 + [30])
    # A good answer that a busy machine makes late is asked for again.
    impatience: dict[str, Any] = {"read_timeout": 0.2, "max_attempts": 100} if isinstance(answer, Stall) else {}
    with (
        sample.serve(records, [], answers=lambda request: answer if limit_of(request) > 30 else None) as api,
        gf.Client(api.api_key, api.url, page_size=100, **impatience) as client,
    ):
        frame = load(client)
        asked = [limit_of(request) for request in api.requests]
    assert expected_ids(records) == frame["id"].tolist()
    assert asked[:3] == [100, 50, 25]
    if not impatience:
        assert frame.attrs["galtea_frames"]["retries"] == 0


def test_the_page_grows_back() -> None:
    """After some good pages the size doubles again, up to what was asked for."""
    records = rows_of([1] * 400)
    answers = [Reply(413, b"")] * 3
    with (
        sample.serve(records, [], answers=answers) as api,
        gf.Client(api.api_key, api.url, page_size=80, max_workers=1) as client,
    ):
        assert expected_ids(records) == load(client)["id"].tolist()
        asked = [limit_of(request) for request in api.requests]
    assert asked[:13] == [80, 40, 20, 10, 10, 10, 10, 20, 20, 20, 20, 40, 40]
    assert max(asked[13:]) == 80


def test_a_page_of_one_row_is_not_halved(monkeypatch: pytest.MonkeyPatch) -> None:
    """When a single row is too much as well, the attempts run out and it is an error."""
    monkeypatch.setattr("galtea_frames.api.transport._FIRST_WAIT", 0.001)
    with (
        sample.serve(5, 1, answers=lambda _: Reply(504, b"")) as api,
        gf.Client(api.api_key, api.url, page_size=4, max_attempts=3) as client,
    ):
        with pytest.raises(gf.RequestError, match=r"answered 504 .* after 3 attempts") as caught:
            load(client)
        assert [4, 2, 1, 1, 1] == [limit_of(request) for request in api.requests]
    assert (caught.value.status, caught.value.attempts) == (504, 3)


def test_page_size_never_leaves_its_bounds() -> None:
    """It halves down to one row and doubles up to the size asked for, no further."""
    size = PageSize(5)
    shrunk = []
    for _ in range(4):
        size.shrink(size.rows)
        shrunk.append(size.rows)
    grown = []
    for _ in range(16):
        size.succeeded()
        grown.append(size.rows)
    assert (shrunk, grown) == ([2, 1, 1, 1], [1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 5, 5, 5, 5, 5])


def test_a_failure_restarts_the_count_of_good_pages() -> None:
    """Only good pages in a row let the size grow."""
    size = PageSize(8)
    size.shrink(size.rows)
    for _ in range(3):
        size.succeeded()
    size.shrink(size.rows)
    for _ in range(3):
        size.succeeded()
    assert size.rows == 2


# Parts


def source(transport: Transport) -> Source[Any]:
    """The list of sessions."""
    return Source(transport, "/sessions", open_page, None, PageSize(100), Tally())


def test_a_group_is_settled_by_rows_seen_before_and_after_its_end() -> None:
    """Rows seen on one side only do not count, for they may have come or gone meanwhile."""
    group = TieGroup({"a"})
    assert {"b"} == group.observe(["a", "b"])
    group.reach_end(3, "later")
    assert {"c"} == group.observe(["c", "a"])
    assert group.resolved is None
    assert set() == group.observe(["b"])
    assert group.resolved is None  # c was not seen before the end
    group.reach_end(3, "later still")
    group.observe(["a", "b", "c"])
    assert group.resolved is not None
    assert group.resolved.beyond == "later still"


def test_a_slice_knows_its_new_rows() -> None:
    """Rows that are skipped count neither among the ids nor among those of the last time."""
    page = open_page(json.dumps([row(0, 0), row(1, 5), row(2, 5), row(3, 5)]).encode())
    each = Slice(page, frozenset({0, 2}))
    last = 1_767_225_600_005_000
    assert (each.rows, each.ids(), each.tail()) == (2, [row(1, 5)["id"], row(3, 5)["id"]], (last, 2))
    only = each.only({row(0, 0)["id"], row(3, 5)["id"]})
    assert (only.ids(), only.tail()) == ([row(3, 5)["id"]], (last, 1))
    assert each.only(set()).ids() == []


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (None, None, ()),
        ("a", None, (("fromCreatedAt", "a"),)),
        (None, "b", (("toCreatedAt", "b"),)),
        ("a", "b", (("fromCreatedAt", "a"), ("toCreatedAt", "b"))),
    ],
)
def test_time_pairs(start: str | None, end: str | None, expected: tuple[tuple[str, str], ...]) -> None:
    """An end that is open is not sent."""
    assert expected == time_pairs(start, end)


@pytest.mark.parametrize(("descending", "direction"), [(False, "asc"), (True, "desc")])
def test_sort_pairs(descending: bool, direction: str) -> None:
    """The sort is one flat array of field and direction."""
    assert (("sort[]", "createdAt"), ("sort[]", direction)) == sort_pairs(descending=descending)


def test_what_the_walk_sends() -> None:
    """Filters, times, sort, limit and offset go out as the API takes them, the times as the last row has them."""
    server = DirectTransport(rows_of([1, 1, 2]))
    window = Window((("versionIds[]", "a"), ("excludeTestIds[]", "b")), moment(0))
    walk = Walk(Source(server, "/sessions", open_page, moment(99), PageSize(10), Tally()), window)
    assert [] == list(walk.slices())
    assert [
        ("versionIds[]", "a"),
        ("excludeTestIds[]", "b"),
        ("fromCreatedAt", moment(0)),
        ("toCreatedAt", moment(99)),
        ("sort[]", "createdAt"),
        ("sort[]", "asc"),
        ("limit", "10"),
    ] == server.requests[0].query
    load(server.client(page_size=3, max_workers=1))
    assert moment(20) == server.requests[-1].values("fromCreatedAt")[0]


# Rows by id


@pytest.mark.parametrize("cap", [None, 1, 7], ids=lambda cap: f"cap {cap}")
@pytest.mark.parametrize(
    "missing", [[], [3], [0, 1, 2], [7, 19], list(range(20))], ids=lambda gone: f"{len(gone)} gone"
)
def test_look_up_tells_found_from_missing(missing: list[int], cap: int | None) -> None:
    """A 404 for one of the ids does not hide the others, whatever the server's cap."""
    records = rows_of([20])
    server = DirectTransport([each for number, each in enumerate(records) if number not in missing], cap=cap)
    ids = [each["id"] for each in records]
    slices, without = look_up(source(server), ids, ())
    found = [each for part in slices for each in part.ids()]
    assert without == [ids[number] for number in missing]
    assert sorted(found) == sorted(set(ids) - set(without))


def lenient(limit: int, records: list[Record]) -> RawServer:
    """A server that leaves out ids it does not have, and answers with few rows at a time."""

    def answer(request: Request) -> list[Record]:
        return [each for each in records if each["id"] in request.values("ids")][:limit]

    return RawServer(answer)


def test_look_up_of_a_lenient_server() -> None:
    """A server that returns some of the ids without a 404 is asked for the rest until it has no more of them."""
    records = rows_of([20])
    ids = [each["id"] for each in records]
    slices, without = look_up(source(lenient(7, records[:15])), ids, ())
    assert sorted(each for part in slices for each in part.ids()) == sorted(ids[:15])
    assert without == ids[15:]


def test_look_up_ignores_rows_that_were_not_asked_for() -> None:
    """A server that ignores `ids` brings no foreign rows in."""
    records = rows_of([20])
    wanted = [each["id"] for each in records[:2]]
    slices, without = look_up(source(RawServer(lambda _: records)), wanted, ())
    assert ([each for part in slices for each in part.ids()], without) == (wanted, [])


def test_look_up_of_a_server_that_ignores_ids() -> None:
    """Where other rows come instead of those that were asked for, none of these is taken for missing."""
    records = rows_of([20])
    with pytest.raises(gf.ResponseError, match="/sessions ignores ids"):
        look_up(source(RawServer(lambda _: records)), ["a", records[0]["id"]], ())


@pytest.mark.parametrize("path", ["/versions", "/sessions"])
def test_a_server_that_has_gone_is_no_missing_id(path: str) -> None:
    """Where the API's words for a missing id come for whatever is asked, no row is taken for missing."""
    arguments: dict[str, Any] = {"ids": ["a"], "version_ids": ["v"]} if path == "/sessions" else {}
    records = [{"id": "a", "versionId": "v", "createdAt": moment(0)}]
    gone = Reply(404, {"message": "Cannot GET"})

    def answer(request: Request) -> Answer | None:
        """All fails from the fetch of versions on, or from the question which ids pass the other filter on."""
        return gone if request.path == path and (path == "/versions" or request.number > 1) else None

    with (
        sample.serve(records, [], answers=answer) as api,
        gf.Client(api.api_key, api.url) as client,
        pytest.raises(gf.NotFoundError, match=f"{path} answered 404"),
    ):
        gf.load_sessions_with_versions(client=client, **arguments)


@pytest.mark.parametrize(("status", "kind"), [(400, None), (401, gf.AuthenticationError)])
def test_a_server_that_wants_a_filter_is_there(status: int, kind: type[Exception] | None) -> None:
    """A list that is refused without a filter shows that the API answers, and that a missing id is missing."""

    def answer(request: Request) -> Answer | None:
        return None if request.values("ids") else Reply(status, {"message": "A filter is required"})

    records = [{"id": "a", "versionId": "v", "createdAt": moment(0)}]
    with sample.serve(records, [], answers=answer) as api, gf.Client(api.api_key, api.url) as client:
        if kind is None:
            frame = gf.load_sessions_with_versions(client=client, ids=["a"])
            assert frame["version.id"].isna().tolist() == [True]
        else:
            with pytest.raises(kind):
                gf.load_sessions_with_versions(client=client, ids=["a"])


def test_a_wrong_address_is_no_missing_id() -> None:
    """A 404 that is an HTML page says that the address is wrong: one request, and no id is blamed."""
    with sample.serve(3, 1) as api, gf.Client(api.api_key, f"{api.url}/v1") as client:
        with pytest.raises(gf.NotFoundError, match="check the API's address") as caught:
            load(client, ids=["a", "b", "c"])
        assert len(api.requests) == 1
    assert caught.value.attempts == 1


def test_the_walk_survives_what_goes_wrong_midway(api_errors: list[Answer], monkeypatch: pytest.MonkeyPatch) -> None:
    """Any failure in the middle of a walk is asked for again, and the result is complete.

    One request at a time, so that a good answer follows each bad one: several requests at once share them by chance.
    """
    monkeypatch.setattr("galtea_frames.api.transport._FIRST_WAIT", 0.001)
    records = rows_of([1] * 40 + [30] + [1] * 30)
    script: list[Answer | None] = [None]
    for answer in api_errors:
        script += [answer, None]
    with (
        sample.serve(records, [], answers=script) as api,
        gf.Client(api.api_key, api.url, page_size=4, max_workers=1) as client,
    ):
        frame = load(client)
        assert len(api.requests) > 2 * len(api_errors)
    assert expected_ids(records) == frame["id"].tolist()
    assert frame.attrs["galtea_frames"]["retries"] == len(api_errors)


@pytest.fixture
def api_errors() -> list[Answer]:
    """One of everything that is tried again."""
    return [
        sample.Cut("before"),
        sample.Cut("headers"),
        sample.Cut("body"),
        sample.Truncated(),
        sample.TruncatedGzip(),
        sample.Garbled(),
        HtmlPage(200),
        HtmlPage(502),
        Reply(429, b""),
        Reply(503, {"error": "busy"}),
    ]
