"""`limit` and `offset`: columns, types, warnings and counts come from the rows of the result only."""

from __future__ import annotations

import random
import warnings
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from direct_transport import DirectTransport
from effort import times

import galtea_frames as gf
from galtea_frames.frames.column_warnings import WARNED_OF_MIXED
from galtea_frames.frames.limit_offset import RowSelector
from galtea_frames.frames.load_joined import iterate_joined

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from galtea_frames.decoding.gatherer import Nested

Row = dict[str, Any]

#: What a load costs, which depends on the pages.
COSTS = ("fetched_at", "pages", "requests", "retries", "filters", "mirror")

VERSIONS = [
    {"id": f"v{n}", "name": str(n), "productId": "p", "createdAt": "2026-01-01T00:00:00.000Z"}
    | ({"onlyOf": n, "facts": {f"f{n}": "x"}} if n > 1 else {})
    for n in range(5)
]


def odd_rows(seed: int, count: int = 40) -> list[Row]:
    """Return sessions in ties, each odd in another way: keys, types, statuses, misfits and half emojis of its own."""
    dice = random.Random(seed)
    values: list[Any] = [1, 0.5, "text", True, [1], ["a"], {"b": 1}, {}, None, 2**60, "cut \ud83d"]
    rows = []
    for n in range(count):
        row: Row = {
            "id": f"s{dice.randrange(10**9):09}{n}",
            "createdAt": f"2026-03-01T10:00:{dice.randrange(20):02}.000Z",
        }
        row["status"] = dice.choice(["PENDING", "COMPLETED", "FAILED", "FAILED", f"NEW{n % 7}", None])
        row["versionId"] = dice.choice(["v0", "v0", "v1", "v2", "v3", "gone", "", None])
        row["customId"] = dice.choice(["a", "b", None, 5, "half \udc00", "é"])
        row["metadata"] = {dice.choice("abc"): dice.choice(values) for _ in range(dice.randrange(3))}
        if not dice.randrange(4):
            row[dice.choice(["note", f"own{n}", "createdAtX"])] = dice.choice(values)
        if not dice.randrange(6):
            row["deletedAt"] = dice.choice(["2026-03-02T00:00:00Z", "soon", 7, "2026-03-02T00:00:00.123456Z"])
        rows.append(row)
    return rows


def said(frame: pd.DataFrame) -> dict[str, Any]:
    """Return what a frame says of itself, but for what it cost."""
    return {name: value for name, value in frame.attrs["galtea_frames"].items() if name not in COSTS}


def heard(load: Callable[..., pd.DataFrame], **arguments: Any) -> tuple[pd.DataFrame, list[str]]:  # noqa: ANN401 - a loader's
    """Return a frame and the warnings that came with it."""
    WARNED_OF_MIXED.forget()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        frame = load(**arguments)
    return frame, sorted(str(each.message) for each in caught)


def load(
    server: DirectTransport,
    arguments: Row,
    page_size: int = 1000,
    **options: Any,  # noqa: ANN401 - a loader's
) -> tuple[pd.DataFrame, list[str]]:
    """Return the frame of sessions that arguments select, and its warnings."""
    return heard(gf.load_sessions, client=server.client(page_size=page_size), **arguments, **options)


def in_parts(server: DirectTransport, arguments: Row, page_size: int, **options: Any) -> tuple[pd.DataFrame, list[str]]:  # noqa: ANN401 - a loader's
    """Return the same from an iterator, whose parts all say the same of the whole."""

    def joined(**given: Any) -> pd.DataFrame:  # noqa: ANN401 - as above
        parts = list(gf.iter_sessions(**given))
        assert all(said(part) == said(parts[0]) for part in parts)
        frame = pd.concat(parts)
        frame.attrs = parts[0].attrs
        return frame

    return heard(joined, client=server.client(page_size=page_size), **arguments, **options)


def own_rows(rows: Sequence[Row], arguments: Row) -> list[Row]:
    """Return the sessions that are in a result, by cutting the whole result."""
    whole, _ = load(DirectTransport(rows, VERSIONS), uncut(arguments))
    start, limit = arguments.get("offset", 0), arguments.get("limit", len(rows))
    kept = set(whole["id"].iloc[start : start + limit])
    return [row for row in rows if row["id"] in kept]


def uncut(arguments: Row) -> Row:
    """Return arguments without those that leave out rows."""
    return {name: value for name, value in arguments.items() if name not in ("limit", "offset")}


def assert_same(one: tuple[pd.DataFrame, list[str]], other: tuple[pd.DataFrame, list[str]]) -> None:
    """Compare columns, dtypes, cells, attrs and warnings."""
    pd.testing.assert_frame_equal(one[0], other[0])
    assert said(one[0]) == said(other[0])
    assert one[1] == other[1]


CUTS = [
    pytest.param({"limit": 7}, id="the first"),
    pytest.param({"limit": 1, "offset": 3}, id="one"),
    pytest.param({"offset": 31}, id="but the first"),
    pytest.param({"limit": 0}, id="none"),
    pytest.param({"limit": 5, "offset": 500}, id="beyond the end"),
    pytest.param({"limit": 9, "sort": ("created_at", "desc")}, id="the newest"),
    pytest.param(
        {"limit": 9, "offset": 2, "sort": [("created_at", "asc"), ("id", "desc")]}, id="by time, then another column"
    ),
    pytest.param({"limit": 9, "sort": "status"}, id="another order"),
    pytest.param(
        {"limit": 9, "offset": 4, "sort": [("custom_id", "desc"), ("status", "asc")]}, id="another order, further on"
    ),
    pytest.param({"offset": 30, "sort": ("deleted_at", "desc")}, id="the end of another order"),
    pytest.param({"limit": 9, "version_ids": [f"v{n}" for n in range(80)]}, id="of many versions"),
    pytest.param({"limit": 9, "offset": 1, "exclude_test_ids": [f"t{n}" for n in range(80)]}, id="but many tests"),
]


@pytest.mark.parametrize("arguments", CUTS)
@pytest.mark.parametrize("nested", ["columns", "json", "both"])
def test_a_cut_result_is_the_frame_of_its_own_rows(
    nested: Nested, arguments: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever rows a result leaves out, and whatever the page size, it equals the load of exactly its rows."""
    monkeypatch.setattr("galtea_frames.frames.assembly._ROWS_A_FRAME", 4)
    for seed in range(times(2)):
        rows = odd_rows(seed)
        own = own_rows(rows, arguments)
        expected = load(DirectTransport(own, VERSIONS), uncut(arguments), nested=nested)
        assert len(expected[0]) == len(own)
        server = DirectTransport(rows, VERSIONS)
        for size in (3, 8, 1000):
            assert_same(expected, load(server, arguments, size, nested=nested))
            assert_same(expected, in_parts(server, arguments, size, nested=nested))


@pytest.mark.parametrize(
    "arguments",
    [{"limit": 7}, {"offset": 21}, {"limit": 9, "sort": "status"}, {"limit": 9, "product_ids": "p"}],
    ids=str,
)
def test_a_cut_join_has_the_columns_of_its_own_rows(arguments: Row) -> None:
    """Sessions that are left out, and versions that none of the others names, leave no trace beside the rest."""
    rows = odd_rows(1)
    own = own_rows(rows, arguments)
    named = {row["versionId"] for row in own}
    server = DirectTransport(own, [each for each in VERSIONS if each["id"] in named])
    expected = heard(gf.load_sessions_with_versions, client=server.client(), **uncut(arguments))
    client = DirectTransport(rows, VERSIONS).client(page_size=7)
    assert_joined(expected, heard(gf.load_sessions_with_versions, client=client, **arguments))
    parts, _ = heard(lambda **given: pd.concat(list(iterate_joined(given))), client=client, **arguments)
    pd.testing.assert_frame_equal(expected[0], parts)


def assert_joined(one: tuple[pd.DataFrame, list[str]], other: tuple[pd.DataFrame, list[str]]) -> None:
    """Compare joined frames and what they say of the sessions, of the join and of the versions."""
    pd.testing.assert_frame_equal(one[0], other[0])
    facts = []
    for frame in (one[0], other[0]):
        about = said(frame)
        join = about.pop("join")
        versions = {name: value for name, value in join.pop("versions").items() if name not in COSTS}
        facts.append((about, join, versions))
    assert facts[0] == facts[1]
    assert one[1] == other[1]


@pytest.mark.parametrize("arguments", CUTS[:10])
def test_a_mirror_cuts_as_the_loaders_do(arguments: Row, tmp_path: Path) -> None:
    """A mirror's cut result equals the loader's, with its columns, dtypes, counts and warnings."""
    server = DirectTransport(odd_rows(3), VERSIONS)
    client = server.client(page_size=7)
    mirror = gf.Mirror(tmp_path / "mirror")
    mirror.sync(client)
    expected = heard(gf.load_sessions, client=client, **arguments)
    assert_same(expected, heard(mirror.load_sessions, **arguments))
    joined = heard(gf.load_sessions_with_versions, client=client, **arguments)
    assert_joined(joined, heard(mirror.join, **arguments))
    removed, _ = heard(mirror.load_sessions, include_removed=True, **arguments)
    assert "removed_at" in removed
    assert len(expected[0]) == len(removed)


@pytest.mark.parametrize("arguments", [{"limit": 4, "sort": "status"}, {"offset": 4}, {"limit": 190}], ids=str)
def test_rows_whose_place_is_known_do_not_wait(arguments: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many rows are looked at for a result, few are held at a time."""
    rows = odd_rows(5, count=200)
    own = own_rows(rows, arguments)
    waiting: list[int] = []

    def counted(chooser: RowSelector) -> Any:  # noqa: ANN401 - a table
        waiting.append(len(chooser._raws))  # noqa: SLF001 - what waits
        return sort(chooser)

    sort = RowSelector._sorted  # noqa: SLF001 - as above
    monkeypatch.setattr("galtea_frames.frames.limit_offset._SPARE", 5)
    monkeypatch.setattr(RowSelector, "_sorted", counted)
    actual, _ = load(DirectTransport(rows, VERSIONS), arguments, page_size=10)
    assert sorted(row["id"] for row in own) == sorted(actual["id"])
    assert max(waiting) <= 60


def test_a_page_that_is_damaged_is_asked_for_again() -> None:
    """Rows that are read later are checked when they come: damage is met while there is still an answer to ask for."""
    page = b'[{"id":"a","createdAt":"2026-03-01T00:00:00.000Z","metadata":{"x":%b}}]'
    for bad in (b"tru", b'"\xff"', b"01", b'"\\u12"', b'"\x01"'):
        with gf.sample.serve([], [], answers=lambda _, bad=bad: gf.sample.RawPage(page % bad)) as api:  # type: ignore[misc]
            client = gf.Client(api.api_key, api.url, max_attempts=2, max_elapsed=5, progress=False)
            with client, pytest.raises(gf.ResponseError):
                gf.load_sessions(client=client, limit=1)
            assert len(api.requests) == 2
