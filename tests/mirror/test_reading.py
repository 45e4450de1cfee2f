"""Reading a mirror, and the errors of its readers."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
import warnings
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import deltalake
import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from deltalake.fs import DeltaStorageHandler
from direct_transport import DirectTransport
from mirror_helpers import assert_same, at, ids, session, small_steps, version

import galtea_frames as gf
from galtea_frames.api.resources import SESSIONS
from galtea_frames.frames.column_warnings import WARNED_OF_MIXED
from galtea_frames.mirror.location import Location
from galtea_frames.mirror.time_spans import TimesOfFile, spans, times_of_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Break = Callable[[Path], object]

#: Rows with what an API might send.
ODD = [
    session(1, 1, context="bare", facts={"a": 1}, status="ARCHIVED"),
    session(2, 2, context={}, metadata={"deep": {"er": [1, 2]}, "a.b": 1.5}, customId=5, number=None),
    session(3, 3, metadata=None, createdAt="2026-01-04T00:00:00.123456+00:00", error="\ud800"),
    session(4, 4, metadata={"at": "2026-01-04", "mixed": 1}, versionId=None),
    session(
        5, 5, metadata={"mixed": "x"}, versionId="version_gone", customId="mine", testCaseId="case", status="FAILED"
    ),
]

VERSIONS = [version("a", facts={"commit": "c0ffee"}), version("b", 1, productId="product_b", name="a")]


@pytest.fixture(scope="module")
def api() -> DirectTransport:
    """An account with odd rows that no test changes."""
    return DirectTransport(ODD, VERSIONS)


@pytest.fixture(scope="module")
def mirror(api: DirectTransport, tmp_path_factory: pytest.TempPathFactory) -> gf.Mirror:
    """Its mirror, synced once, that no test changes."""
    mirror = gf.Mirror(tmp_path_factory.mktemp("shared") / "mirror")
    mirror.sync(api.client())
    return mirror


@pytest.fixture
def folder(mirror: gf.Mirror, api: DirectTransport, tmp_path: Path) -> Path:
    """A mirror of one's own, to break."""
    del mirror
    gf.Mirror(tmp_path / "own").sync(api.client())
    return tmp_path / "own"


# -- frames --


@pytest.mark.parametrize("dtype_backend", ["numpy_nullable", "pyarrow"])
@pytest.mark.parametrize("nested", ["columns", "json", "both"])
def test_frames_are_the_loaders(api: DirectTransport, mirror: gf.Mirror, nested: str, dtype_backend: str) -> None:
    """Columns, dtypes, order and cells, of sessions, versions and both joined."""
    assert_same(mirror, api.client(), nested=nested, dtype_backend=dtype_backend)


def test_a_frame_says_what_a_loaders_says(api: DirectTransport, mirror: gf.Mirror) -> None:
    """In `attrs` only what fetching cost differs, and that it comes from a mirror."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        loaded = gf.load_sessions(client=api.client(), nested="both").attrs["galtea_frames"]
        read = mirror.load_sessions(nested="both").attrs["galtea_frames"]
    assert {"version": 2} == read.pop("mirror")
    cost = {"fetched_at", "pages", "requests", "retries"}
    assert {name: loaded[name] for name in loaded.keys() - cost} == {name: read[name] for name in read.keys() - cost}
    assert 0 == read["pages"] == read["requests"] == read["retries"]
    assert timedelta(0) <= datetime.now(UTC) - datetime.fromisoformat(read["fetched_at"]) < timedelta(minutes=10)


def test_records_come_back_as_the_api_sent_them(api: DirectTransport, mirror: gf.Mirror) -> None:
    """Through the mirror nothing of a record is lost."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        loaded, read = (load(nested="json") for load in (mirror.load_sessions, mirror.load_sessions))
        assert gf.to_records(gf.load_sessions(client=api.client(), nested="json")) == gf.to_records(read)
    assert loaded.equals(read)


def test_warnings_are_the_loaders(api: DirectTransport, mirror: gf.Mirror) -> None:
    """What a loader warns of, reading warns of, at the caller's line."""
    told = []
    loaders: list[Callable[[], object]] = [partial(gf.load_sessions, client=api.client()), mirror.load_sessions]
    for load in loaders:
        WARNED_OF_MIXED.forget()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            WARNED_OF_MIXED.forget()
            load()
        assert {__file__} == {each.filename for each in caught}
        told.append([(each.category, str(each.message)) for each in caught])
    assert told[0] == told[1] != []


def test_parse_dates_reads_times(mirror: gf.Mirror) -> None:
    """A text column of a nested field as times."""
    frame = mirror.load_sessions(ids="session_0004", parse_dates="metadata.at")
    assert [pd.Timestamp("2026-01-04", tz="UTC")] == frame["metadata.at"].tolist()


@pytest.mark.filterwarnings("ignore::galtea_frames.GalteaFramesWarning")
@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        pytest.param({}, ["0001", "0002", "0003", "0004", "0005"], id="all"),
        pytest.param({"ids": ["session_0002", "session_0001"]}, ["0001", "0002"], id="ids"),
        pytest.param({"version_ids": "version_gone"}, ["0005"], id="version"),
        pytest.param({"version_ids": []}, [], id="no version"),
        pytest.param({"statuses": "FAILED"}, ["0005"], id="status"),
        pytest.param({"statuses": ["FAILED", "ARCHIVED"]}, ["0001", "0005"], id="statuses"),
        pytest.param({"custom_ids": ["mine"]}, ["0005"], id="custom id"),
        pytest.param({"test_case_ids": "case"}, ["0005"], id="test case"),
        pytest.param({"from_created_at": at(4)}, ["0004", "0005"], id="from, inclusive"),
        pytest.param({"to_created_at": at(2)}, ["0001", "0002"], id="to, inclusive"),
        pytest.param({"to_created_at": "2026-01-03"}, ["0001", "0002"], id="to the end of a day"),
        pytest.param({"to_created_at": "2026-01-04T00:00:00.123456Z"}, ["0001", "0002", "0003"], id="microseconds"),
        pytest.param(
            {"from_created_at": "2026-01-04T00:00:00.123456Z", "statuses": "COMPLETED"}, ["0003", "0004"], id="two"
        ),
    ],
)
def test_filters_select_what_the_api_would(
    api: DirectTransport, mirror: gf.Mirror, filters: dict[str, Any], expected: list[str]
) -> None:
    """Each filter of sessions, alone and together; the frame has the columns of the rows it holds."""
    read = mirror.load_sessions(**filters)
    assert expected == ids(read)
    pd.testing.assert_frame_equal(gf.load_sessions(client=api.client(), **filters), read)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        pytest.param({"ids": "version_b"}, ["b"], id="id"),
        pytest.param({"product_ids": ["product_b"]}, ["b"], id="product"),
        pytest.param({"names": "a"}, ["a", "b"], id="name"),
        pytest.param({"names": "a", "product_ids": "product_a"}, ["a"], id="name and product"),
        pytest.param({"from_created_at": at(0.5)}, ["b"], id="from"),
        pytest.param({"to_created_at": at(0.5)}, ["a"], id="to"),
    ],
)
def test_filters_of_versions(mirror: gf.Mirror, filters: dict[str, Any], expected: list[str]) -> None:
    """Each filter of versions."""
    assert expected == ids(mirror.load_versions(**filters))


@pytest.mark.filterwarnings("ignore::galtea_frames.GalteaFramesWarning")
@pytest.mark.parametrize("include_removed", [False, True])
def test_order_and_paging_are_the_loaders(mirror: gf.Mirror, *, include_removed: bool) -> None:
    """`sort`, `offset` and `limit` give a part of the rows in another order, and `attrs` counts them."""
    whole = mirror.load_sessions(include_removed=include_removed)
    part = mirror.load_sessions(sort=("id", "desc"), offset=1, limit=2, include_removed=include_removed)
    expected = whole.sort_values("id", ascending=False).iloc[1:3]
    assert list(expected["id"]) == list(part["id"])
    assert 2 == part.attrs["galtea_frames"]["rows"]
    assert len(whole) == len(mirror.load_sessions(limit=100, include_removed=include_removed))
    if include_removed:
        assert list(expected["removed_at"]) == list(part["removed_at"])


@pytest.mark.filterwarnings("ignore::galtea_frames.GalteaFramesWarning")
@pytest.mark.parametrize("columns", [None, ["removed_at", "created_at", "metadata"]])
def test_iterators_yield_the_rows_of_the_reader(
    api: DirectTransport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: list[str] | None
) -> None:
    """In parts, each with the columns, dtypes and attrs of the whole, removed rows included."""
    monkeypatch.setattr("galtea_frames.frames.assembly._ROWS_A_FRAME", 2)
    mirror = gf.Mirror(tmp_path / "mirror")
    mirror.sync(api.client())
    mirror.sync(DirectTransport([ODD[0], *ODD[2:]], VERSIONS).client())
    given: dict[str, Any] = {"include_removed": True, "columns": columns, "nested": "json"}
    whole, parts = mirror.load_sessions(**given), list(mirror.iter_sessions(**given))
    assert [2, 2, 1] == [len(each) for each in parts]
    pd.testing.assert_frame_equal(whole, pd.concat(parts))
    assert all(whole.attrs == each.attrs for each in parts)
    assert 1 == whole["removed_at"].notna().sum()
    with pytest.raises(gf.QueryError):
        mirror.iter_sessions(limit=-1)  # at once


def test_a_limit_reads_no_more_files_and_row_groups_than_it_must(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest rows are read whatever the order of the files, and later files and row groups are not opened."""
    monkeypatch.setattr("galtea_frames.mirror.delta.ROWS_A_GROUP", 4)
    small_steps(monkeypatch, 10)
    sessions = [session(number, number / 4, status="FAILED" if number % 2 else "COMPLETED") for number in range(40)]
    mirror = gf.Mirror(tmp_path / "mirror")
    mirror.sync(DirectTransport(sessions, []).client())
    for file in sorted((tmp_path / "mirror/sessions").glob("*.parquet"), key=_oldest)[2:]:
        file.write_bytes(b"?" * file.stat().st_size)
    table = Location(tmp_path / "mirror").table(SESSIONS)
    failed = pc.field("status") == "FAILED"
    for wanted, count, rows in ((None, 0, 0), (None, 3, 4), (None, 4, 4), (None, 5, 8), (failed, 6, 7)):
        assert rows == table.first_rows(wanted, ["id", "created_at"], count).num_rows
    assert [f"{number:04}" for number in range(3)] == ids(mirror.load_sessions(limit=3))
    assert ["0005", "0007", "0009", "0011"] == ids(mirror.load_sessions(statuses="FAILED", offset=2, limit=4))
    assert 0 == len(mirror.load_sessions(limit=0))
    with pytest.raises(gf.MirrorError):
        mirror.load_sessions(limit=30)


def _oldest(file: Path) -> Any:  # noqa: ANN401 - pyarrow has no types
    """The creation time of a file's oldest row."""
    return pq.read_table(file, columns=["created_at"])["created_at"][0].as_py()


@pytest.mark.filterwarnings("ignore::galtea_frames.GalteaFramesWarning")
def test_a_join_takes_the_filters_of_sessions(api: DirectTransport, mirror: gf.Mirror) -> None:
    """And is the loader's, counts of the join included."""
    loaded = gf.load_sessions_with_versions(client=api.client(), from_created_at=at(2))
    read = mirror.join(from_created_at=at(2))
    pd.testing.assert_frame_equal(loaded, read)
    about, join = ({**frame.attrs["galtea_frames"]["join"]} for frame in (loaded, read))
    assert about.pop("versions")["filters"] == join.pop("versions")["filters"]
    assert about == join


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(
            {"test_ids": "x"},
            "a mirror of sessions takes no test_ids; it takes .*statuses",
            id="what only the API knows",
        ),
        pytest.param({"limit": -1}, "limit must be a whole number", id="a bad limit"),
        pytest.param({"verson_ids": "x"}, "takes no verson_ids", id="a slip of the pen"),
        pytest.param({"version_ids": 5}, "version_ids must be a string", id="a bad value"),
        pytest.param({"statuses": [5]}, "holds 5, which is not a string", id="a bad status"),
        pytest.param({"from_created_at": "soon"}, "from_created_at must be a time", id="no time"),
        pytest.param({"nested": "flat"}, "nested is", id="a bad option"),
        pytest.param({"as_of": "soon"}, "as_of must be a version", id="as of no time"),
        pytest.param({"as_of": True}, "as_of must be a version", id="as of a truth"),
        pytest.param({"as_of": 1.5}, "as_of must be a version", id="as of half a version"),
    ],
)
def test_arguments_that_cannot_be_used_are_one_line(mirror: gf.Mirror, arguments: Any, words: str) -> None:  # noqa: ANN401
    """A QueryError says what there is instead."""
    with pytest.raises(gf.QueryError, match=words):
        mirror.load_sessions(**arguments)


def test_ids_that_are_not_stored_raise(mirror: gf.Mirror) -> None:
    """As the loaders do: who asks for a session by id expects it; ten are named, the rest counted."""
    missing = [f"session_9{number:03}" for number in range(12)]
    with pytest.raises(gf.MirrorError, match=r"no sessions with these ids.*: session_9000, .* and 2 more"):
        mirror.load_sessions(ids=["session_0001", *missing])


# -- the past --


@pytest.fixture
def past(tmp_path: Path) -> tuple[gf.Mirror, list[datetime]]:
    """A mirror with a session more after each of three syncs, and the times after each."""
    api = DirectTransport([session(0, 0)], [version("a")])
    mirror, moments = gf.Mirror(tmp_path / "past"), []
    for number in range(1, 4):
        mirror.sync(api.client())
        time.sleep(0.01)
        moments.append(datetime.now(UTC))
        time.sleep(0.01)
        api.sessions.insert(session(number, number))
        api.versions.insert(version(str(number), number))
    return mirror, moments


def test_as_of_a_time_reads_what_was_there(past: tuple[gf.Mirror, list[datetime]]) -> None:
    """Sessions, versions and the join, at a datetime, or at its text."""
    mirror, moments = past
    for number, moment in enumerate(moments, 1):
        assert number == len(mirror.load_sessions(as_of=moment)) == len(mirror.join(as_of=moment.isoformat()))
        assert number == len(mirror.load_versions(as_of=pd.Timestamp(moment)))
        naive = np.datetime64(moment.replace(tzinfo=None))
        assert number == len(mirror.load_versions(as_of=naive))  # type: ignore[arg-type] # taken all the same
    assert 3 == len(mirror.load_sessions())


def test_as_of_a_version_reads_what_was_there(past: tuple[gf.Mirror, list[datetime]]) -> None:
    """The number that a frame names gives it again, whatever was synced since; a join finds the versions of then."""
    mirror, moments = past
    then = mirror.load_sessions(as_of=moments[1]).attrs["galtea_frames"]["mirror"]["version"]
    again = mirror.load_sessions(as_of=then)
    assert ["0000", "0001"] == ids(again)
    assert again.attrs["galtea_frames"]["fetched_at"] < mirror.load_sessions().attrs["galtea_frames"]["fetched_at"]
    assert ["a"] == mirror.join(as_of=then)["version.name"].unique().tolist()
    assert 2 == len(mirror.load_versions(as_of=moments[1]))


def test_a_join_as_of_a_version_reads_versions_as_they_were_then(tmp_path: Path) -> None:
    """Whatever was committed since."""
    api = DirectTransport([session(1, 1)], VERSIONS)
    mirror = gf.Mirror(tmp_path / "mirror")
    mirror.sync(api.client())
    then = mirror.info().sessions_version
    for description in ("changed", "changed again"):
        time.sleep(0.002)  # the log counts milliseconds
        api.versions.update("version_a", description=description)
        api.sessions.update("session_0001", error=description)
        mirror.sync(api.client())
    assert mirror.join(as_of=then)["version.description"].isna().all()
    assert ["changed again"] == mirror.join()["version.description"].tolist()


def test_copying_a_mirror_does_not_change_its_past(past: tuple[gf.Mirror, list[datetime]], tmp_path: Path) -> None:
    """Time is read off the log and not off the files' own times, which are those of the copy."""
    _, moments = past
    shutil.copytree(tmp_path / "past", tmp_path / "copy", copy_function=shutil.copyfile)
    assert 1 == len(gf.Mirror(tmp_path / "copy").load_sessions(as_of=moments[0]))


@pytest.mark.parametrize("as_of", [-1, 1_000, "2020-01-01", 0], ids=["negative", "too new", "too old", "not whole yet"])
def test_what_was_not_there_is_an_error(past: tuple[gf.Mirror, list[datetime]], as_of: int | str) -> None:
    """A version or time at which there was no such table, or none that was whole."""
    with pytest.raises(gf.MirrorError, match=r"no version|no sessions were stored yet|not complete"):
        past[0].load_sessions(as_of=as_of)


def test_compacting_keeps_the_week(past: tuple[gf.Mirror, list[datetime]], tmp_path: Path) -> None:
    """One file a table is left to read; older states of the last seven days are there as before."""
    mirror, moments = past
    mirror.compact()
    info = mirror.info()
    assert (2, 3) == (info.files, info.rows)
    assert 3 == len(mirror.load_sessions())
    assert 1 == len(mirror.load_sessions(as_of=moments[0]))
    assert len(list((tmp_path / "past" / "sessions").glob("*.parquet"))) > 1


def test_what_was_vacuumed_is_one_line(past: tuple[gf.Mirror, list[datetime]], tmp_path: Path) -> None:
    """A state whose files are gone says so; the newest is as it was."""
    mirror, moments = past
    mirror.compact()
    table = deltalake.DeltaTable(str(tmp_path / "past" / "sessions"))
    table.vacuum(0, dry_run=False, enforce_retention_duration=False)
    with pytest.raises(
        gf.MirrorError, match="a file of this version is missing; if it is an old version, compacting deleted it"
    ):
        mirror.load_sessions(as_of=moments[0])
    assert 3 == len(mirror.load_sessions())


# -- scope --


def test_a_mirror_holds_the_products_it_was_made_for(tmp_path: Path) -> None:
    """Their versions and sessions alone; later syncs need not name them again."""
    rows = [session(1, 1), session(2, 2, versionId="version_b")]
    api = DirectTransport(rows, VERSIONS)
    mirror = gf.Mirror(tmp_path / "mirror")
    assert (1, 1) == (mirror.sync(api.client(), product_ids="product_b").rows, mirror.info().versions)
    api.sessions.insert(session(3, 3, versionId="version_b"))
    api.sessions.insert(session(4, 4))
    for products in (None, "product_b", ["product_b"]):
        assert 2 == mirror.sync(api.client(), product_ids=products).rows
    assert ("product_b",) == mirror.info().product_ids
    assert ["0002", "0003"] == ids(mirror.load_sessions())


@pytest.mark.parametrize(
    ("made", "asked", "words"),
    [
        (None, ["product_b"], "holds all products, not the products product_b"),
        (
            ["product_a", "product_b"],
            ["product_b"],
            "holds the products product_a, product_b, not the products product_b",
        ),
    ],
    ids=["all", "some"],
)
def test_another_scope_is_refused(tmp_path: Path, made: list[str] | None, asked: list[str], words: str) -> None:
    """One mirror holds one scope; nothing is asked for or written."""
    api = DirectTransport([session(1, 1)], VERSIONS)
    mirror = gf.Mirror(tmp_path / "mirror")
    mirror.sync(api.client(), product_ids=made)
    api.requests.clear()
    with pytest.raises(gf.MirrorError, match=words):
        mirror.sync(api.client(), product_ids=asked)
    assert [] == api.requests


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param({"product_ids": []}, "product_ids is empty", id="no product"),
        pytest.param({"product_ids": [5]}, "product_ids holds 5", id="a product that is no text"),
        pytest.param({"lookback": "soon"}, "lookback must be a span of time", id="no span"),
        pytest.param({"lookback": "-1D"}, "lookback must be a span of time", id="negative"),
        pytest.param({"lookback": 7}, "lookback must be a span of time", id="no unit"),
        pytest.param({"lookback": "NaT"}, "lookback must be a span of time", id="NaT"),
        pytest.param({"lists": 5}, "lists must be a string, a list of strings", id="no lists"),
        pytest.param({"lists": "metric"}, "unknown list 'metric': did you mean 'metrics'", id="a list that is unknown"),
        pytest.param(
            {"lists": ["all", "spans"]},
            "spans cannot be mirrored: load them with load_spans, by ids or session_ids or inference_result_ids",
            id="spans",
        ),
        pytest.param({"client": "key"}, "client is a galtea_frames.Client, not str", id="no client"),
    ],
)
def test_a_sync_with_a_bad_argument_touches_nothing(tmp_path: Path, arguments: dict[str, Any], words: str) -> None:
    """A QueryError before any request; the folder is not even made."""
    api = DirectTransport(ODD, VERSIONS)
    with pytest.raises(gf.QueryError, match=words):
        gf.Mirror(tmp_path / "mirror").sync(**{"client": api.client(), **arguments})
    assert ([], []) == (api.requests, list(tmp_path.iterdir()))


def test_nothing_secret_is_stored(folder: Path, api: DirectTransport) -> None:
    """The key is in no file of a mirror, nor in what it says of itself."""
    key = api.client().settings.api_key
    stored = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    secret = key.reveal() if hasattr(key, "reveal") else "gsk_direct_0123456789abcdef"
    assert secret.encode() not in stored
    mirror = gf.Mirror(folder)
    assert "gsk_" not in repr((mirror, mirror.info())) + mirror._repr_html_()


def test_a_notebook_shows_a_mirror_as_a_table(tmp_path: Path, api: DirectTransport) -> None:
    """So it does what a sync did, and what a mirror holds; one that does not exist says how to make it; all escaped."""
    mirror = gf.Mirror(tmp_path / "<b>")
    assert "&lt;b&gt; is not a mirror; `galtea-frames sync" in mirror._repr_html_()
    done, info = mirror.sync(api.client()), mirror.info()
    assert (
        f"<tr><th>versions</th><td>{done.versions} new, 0 changed, 0 removed; now {done.versions}" in done._repr_html_()
    )
    assert f"<tr><th>sessions</th><td>{done.rows}, of which {info.pending} are not final" in info._repr_html_()
    assert info._repr_html_().removeprefix("<table>") in mirror._repr_html_()
    assert "<b>" not in mirror._repr_html_()


# -- other readers --


def test_other_engines_read_the_tables(folder: Path) -> None:
    """DuckDB reads the files, Polars and deltalake the tables: typed columns, JSON text exactly as sent."""
    sessions = str(folder / "sessions")
    frame = pl.read_delta(sessions)
    assert pl.Datetime("us", "UTC") == frame.schema["created_at"]
    assert (
        json.dumps({"number": 1}, separators=(",", ":")) == frame.filter(pl.col("id") == "session_0001")["metadata"][0]
    )
    table = deltalake.DeltaTable(sessions).to_pyarrow_dataset()
    assert 1 == table.count_rows(filter=pa.compute.field("status") == "FAILED")
    files = deltalake.DeltaTable(sessions).file_uris()
    query = "SELECT count(*) FROM read_parquet($files) WHERE removed_at IS NULL"
    assert [(5,)] == duckdb.execute(query, {"files": files}).fetchall()


def test_pyarrow_filters_text_in_files_that_a_change_has_rewritten(folder: Path, api: DirectTransport) -> None:
    """Changed rows do not turn text into a type that readers of the table cannot compare."""
    changed = DirectTransport(ODD, VERSIONS)
    changed.sessions.update("session_0001", status="FAILED")
    gf.Mirror(folder).sync(changed.client())
    table = deltalake.DeltaTable(str(folder / "sessions")).to_pyarrow_dataset()
    assert 2 == table.count_rows(filter=pa.compute.field("status") == "FAILED")
    del api


# -- what is no mirror, or is broken --


def garble(folder: Path, pattern: str, content: bytes) -> None:
    """Overwrite the files of a mirror that match."""
    for path in folder.rglob(pattern):
        path.write_bytes(content)


def truncate(folder: Path, pattern: str) -> None:
    """Cut files of a mirror in the middle."""
    for path in folder.rglob(pattern):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def lose(folder: Path, pattern: str) -> None:
    """Delete files of a mirror."""
    for path in folder.rglob(pattern):
        path.unlink()


def redescribe(folder: Path, description: str) -> None:
    """Give the table of sessions another description."""
    deltalake.DeltaTable(str(folder / "sessions")).alter.set_table_description(description)


BROKEN: dict[str, tuple[Break, str]] = {
    "a newer format": (
        lambda folder: redescribe(folder, '{"galtea_frames": 2, "product_ids": null}'),
        "was made by a newer galtea-frames",
    ),
    "somebody else's table": (
        lambda folder: redescribe(folder, "sales"),
        "holds other Delta tables, not a mirror",
    ),
    "other JSON": (lambda folder: redescribe(folder, "[1]"), "holds other Delta tables, not a mirror"),
    "no tables": (lambda folder: shutil.rmtree(folder / "sessions"), "holds no sessions yet; run `galtea-frames sync"),
    "a truncated file": (lambda folder: truncate(folder / "sessions", "*.parquet"), "cannot be read or written"),
    "a garbled file": (lambda folder: garble(folder / "sessions", "*.parquet", b"garbage" * 99), "cannot be read"),
    "a missing file": (
        lambda folder: lose(folder / "sessions", "*.parquet"),
        "a file of this version is missing",
    ),
    "a garbled log": (lambda folder: garble(folder / "sessions", "*2.json", b"garbage {"), "cannot be read or written"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_mirror_that_cannot_be_read_is_one_line(folder: Path, name: str) -> None:
    """A MirrorError that names the mirror, and says what to do where one can tell."""
    damage, words = BROKEN[name]
    damage(folder)
    with pytest.raises(gf.MirrorError, match=words) as caught:
        gf.Mirror(folder).load_sessions()
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_what_does_not_exist_is_no_mirror(tmp_path: Path) -> None:
    """Reading says how to make one, and makes nothing."""
    mirror = gf.Mirror(tmp_path / "nothing")
    for read in (mirror.load_sessions, mirror.load_versions, mirror.join, mirror.info):
        with pytest.raises(gf.MirrorError, match=r"is not a mirror; `galtea-frames sync .*nothing` makes one"):
            read()
    assert [] == list(tmp_path.iterdir())


def test_a_mirror_without_versions_has_no_info(tmp_path: Path, api: DirectTransport) -> None:
    """What it lacks is named, with the command that brings it."""
    mirror = gf.Mirror(tmp_path / "mirror")
    mirror.sync(api.client())
    shutil.rmtree(tmp_path / "mirror" / "versions")
    with pytest.raises(gf.MirrorError, match="holds no versions yet; run `galtea-frames sync"):
        mirror.info()


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path, api: DirectTransport) -> None:
    """A slip in the path strews no tables among them."""
    (tmp_path / "notes.txt").touch()
    with pytest.raises(gf.MirrorError, match="is neither a mirror nor empty"):
        gf.Mirror(tmp_path).sync(api.client())
    assert {"notes.txt", ".sync.lock"} >= {each.name for each in tmp_path.iterdir()}


def test_a_place_where_no_folder_can_be_is_one_line(tmp_path: Path, api: DirectTransport) -> None:
    """A file stands in the way."""
    (tmp_path / "file").touch()
    with pytest.raises(gf.MirrorError, match="file/mirror cannot be written: Not a directory"):
        gf.Mirror(tmp_path / "file" / "mirror").sync(api.client())


def test_an_unknown_kind_of_url_is_one_line(api: DirectTransport) -> None:
    """What deltalake says of it, without a traceback."""
    with pytest.raises(gf.MirrorError, match="foo://bucket/mirror"):
        gf.Mirror("foo://bucket/mirror").sync(api.client())


@pytest.mark.parametrize("package", ["deltalake", "filelock"])
def test_a_missing_package_is_one_line(package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what to install."""
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(gf.MirrorError, match=rf"a mirror needs {package}: pip install 'galtea-frames\[mirror\]'"):
        gf.Mirror(tmp_path)


def test_a_home_folder_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, api: DirectTransport) -> None:
    """`~` is the home folder, as in a shell."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    gf.Mirror("~/mirror").sync(api.client())
    assert (tmp_path / "mirror" / "sessions" / "_delta_log").is_dir()
    assert "Mirror('~/mirror')" == repr(gf.Mirror("~/mirror"))


@pytest.mark.parametrize("name", ["a[1", "1]", "a%20b"])
def test_a_folder_that_deltalake_cannot_use_is_refused(tmp_path: Path, name: str) -> None:
    """Before anything is written."""
    with pytest.raises(gf.MirrorError, match=r"does not support .* in a path; name another folder"):
        gf.Mirror(tmp_path / name)
    assert [] == list(tmp_path.iterdir())


def test_local_files_are_read_without_python(mirror: gf.Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    """Arrow's threads are given no files of Python's: letting go of one late would abort an interpreter that ends."""
    monkeypatch.setattr(DeltaStorageHandler, "open_input_file", None)
    assert len(VERSIONS) == len(mirror.load_versions())


def test_a_killed_creation_is_no_hindrance(tmp_path: Path, api: DirectTransport) -> None:
    """With one of two tables made, or an empty log, the next sync makes the rest."""
    mirror = gf.Mirror(tmp_path / "mirror")
    mirror.sync(api.client())
    shutil.rmtree(tmp_path / "mirror" / "sessions")
    (tmp_path / "mirror" / "sessions" / "_delta_log").mkdir(parents=True)
    assert 5 == mirror.sync(api.client()).new


def test_columns_cover_all_times_in_few_spans() -> None:
    """Spans that a commit replaces hold every time, begin at whole milliseconds, and are cut at the widest gaps."""
    times = pa.chunked_array([pa.array([5_001, 1, 5_002, 9_000_000], pa.int64()).cast(pa.timestamp("us", "UTC"))])
    assert [(0, 1), (5_000, 5_001), (5_000, 5_002), (9_000_000, 9_000_000)] == spans(times)
    many = pa.chunked_array([pa.array(range(0, 10**9, 10**6), pa.int64()).cast(pa.timestamp("us", "UTC"))])
    found = spans(many)
    assert 50 == len(found)
    dated = [each for each in found if each is not None]
    assert (0, 999_000_000) == (dated[0][0], dated[-1][1])


#: Files: one of old rows, one of new ones, and their number of rows.
_OLD, _NEW = TimesOfFile(0, 9_999_999, 100), TimesOfFile(10_000_000, 20_000_000, 100)


@pytest.mark.parametrize(
    ("times", "files", "expected"),
    [
        ([1_000, 9_000_000], [_OLD, _NEW], [(1_000, 9_000_000)]),
        ([1_000, 9_000_000], [TimesOfFile(0, 9_999_999, 60_000)], [(1_000, 1_000), (9_000_000, 9_000_000)]),
        ([1_000, 11_000_000, 12_000_000], [_OLD, _NEW], [(1_000, 12_000_000)]),
        ([1_000, 30_000_000, 31_000_000], [_OLD, _NEW], [(1_000, 1_000), (30_000_000, 31_000_000)]),
        ([1_000, 9_000_000], [], [(1_000, 1_000), (9_000_000, 9_000_000)]),
        ([11_000_000], [_OLD, _NEW], [(11_000_000, 11_000_000)]),
    ],
    ids=["one file", "many rows", "two files", "a file between", "no files", "one time"],
)
def test_spans_cover_gaps_whose_files_are_rewritten_anyway(
    times: list[int], files: list[TimesOfFile], expected: list[tuple[int, int]]
) -> None:
    """Unless that concerns another file, or more rows than fit into memory."""
    moments = pa.chunked_array([pa.array(times, pa.int64()).cast(pa.timestamp("us", "UTC"))])
    assert expected == spans(moments, files)


def test_files_without_times_are_left_out() -> None:
    """Nor do rows without a creation time need any."""
    log = {"min.created_at": [5, None], "max.created_at": [6, None], "num_records": [7, 8]}
    assert [TimesOfFile(5, 6, 7)] == times_of_files(pa.table(log))
    assert [] == times_of_files(pa.table({"num_records": [7]}))
    assert [None] == spans(pa.chunked_array([pa.nulls(2, pa.timestamp("us", "UTC"))]))


def test_importing_the_package_needs_no_deltalake() -> None:
    """A plain install without the extra works, the mirror's names included."""
    code = (
        "import sys; sys.modules['deltalake'] = sys.modules['filelock'] = None; import galtea_frames as gf; gf.Mirror"
    )
    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - our own code
