"""Mirrors whose files are damaged, missing or changed: one line, wherever it is noticed."""

from __future__ import annotations

import json
import os
import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import deltalake
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from direct_transport import DirectTransport
from mirror_helpers import ids, session, version

import galtea_frames as gf
from galtea_frames.mirror.damage import mirror_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Break = Callable[[Path], object]
    Action = dict[str, Any]

posix = pytest.mark.skipif(os.name != "posix", reason="needs pipes and links")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mirror that was synced twice, so that its log has all kinds of actions; no test changes it."""
    folder = tmp_path_factory.mktemp("damage") / "mirror"
    api = DirectTransport([session(number, number) for number in range(9)], [version("a")])
    gf.Mirror(folder).sync(api.client())
    api.sessions.update("session_0003", status="FAILED")
    gf.Mirror(folder).sync(api.client(), full=True)
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """A copy to break."""
    shutil.copytree(whole, tmp_path / "mirror")
    return tmp_path / "mirror"


def commits(folder: Path) -> list[Path]:
    """The commits of the table of sessions, the first one first."""
    return sorted((folder / "sessions" / "_delta_log").glob("*.json"))


def rewritten(kind: str, *keys: str, value: object) -> Break:
    """Damage that gives one number or text of all actions of a kind another value."""

    def damage(folder: Path) -> None:
        for commit in commits(folder):
            actions: list[Action] = [json.loads(line) for line in commit.read_text().splitlines()]
            for action in actions:
                inner = action.get(kind)
                for key in keys[:-1]:
                    inner = None if inner is None else inner[key]
                if inner is not None:
                    inner[keys[-1]] = value
            commit.write_text("".join(f"{json.dumps(action)}\n" for action in actions))

    return damage


def data_files(folder: Path) -> list[Path]:
    """The Parquet files of the table of sessions."""
    return list((folder / "sessions").glob("*.parquet"))


def overwritten(content: Callable[[bytes], bytes], files: Callable[[Path], Iterable[Path]] = data_files) -> Break:
    """Damage that changes what stands in files."""

    def damage(folder: Path) -> None:
        for each in files(folder):
            each.write_bytes(content(each.read_bytes()))

    return damage


def lost_files(folder: Path) -> None:
    """The rows are gone."""
    for each in data_files(folder):
        each.unlink()


def renamed_field(folder: Path) -> None:
    """A column has another name in the log."""
    for commit in commits(folder):
        commit.write_text(commit.read_text().replace('\\"removed_at\\"', '\\"gone_at\\"'))


def retyped_field(folder: Path) -> None:
    """A column has another type in the log."""
    for commit in commits(folder):
        text = commit.read_text()
        commit.write_text(
            text.replace('\\"created_at\\",\\"type\\":\\"timestamp\\"', '\\"created_at\\",\\"type\\":\\"long\\"')
        )


def checkpointed(damage: Callable[[Path], object]) -> Break:
    """Damage to the checkpoint, from which the log is read."""

    def damaged(folder: Path) -> None:
        deltalake.DeltaTable(str(folder / "sessions")).create_checkpoint()
        (checkpoint,) = (folder / "sessions" / "_delta_log").glob("*.checkpoint.parquet")
        damage(checkpoint)

    return damaged


def stored(name: str, value: object) -> Break:
    """Damage to the rows: a value that no sync has stored."""

    def damage(folder: Path) -> None:
        for each in data_files(folder):
            table = pq.read_table(each)
            values = pa.array([value] * table.num_rows, table.schema.field(name).type)
            pq.write_table(table.set_column(table.schema.get_field_index(name), table.schema.field(name), values), each)

    return damage


#: What any reader must find.
LOG: dict[str, Break] = {
    "an empty commit": overwritten(lambda _: b"", lambda folder: commits(folder)[3:4]),
    "a cut commit": overwritten(lambda old: old[: len(old) // 2], lambda folder: commits(folder)[3:4]),
    "a garbled commit": overwritten(lambda _: b"\0" * 99, commits),
    "no text": overwritten(lambda old: old.replace(b"WRITE", b"\xff\xfe"), commits),
    "a missing commit": lambda folder: commits(folder)[2].unlink(),
    "no first commit": lambda folder: commits(folder)[0].unlink(),
    "a renamed field": renamed_field,
    "a retyped field": retyped_field,
    "no schema": rewritten("metaData", "schemaString", value="{"),
    "a size that is text": rewritten("add", "size", value="large"),
    "a number beyond all numbers": rewritten("txn", "version", value=10**30),
    "a time beyond all times": rewritten("txn", "version", value=2**63 - 1),
    "a partition": rewritten("metaData", "partitionColumns", value=["status"]),
    "a later protocol": rewritten("protocol", "minReaderVersion", value=2),
    "a protocol of nobody": rewritten("protocol", "minReaderVersion", value=99),
    "a cut checkpoint": checkpointed(lambda path: path.write_bytes(path.read_bytes()[:-9])),
    "an empty checkpoint": checkpointed(lambda path: path.write_bytes(b"")),
    "a missing checkpoint": checkpointed(Path.unlink),
}

#: What only those find who read rows.
FILES: dict[str, Break] = {
    "a cut file": overwritten(lambda old: old[: len(old) // 2]),
    "a garbled file": overwritten(lambda _: b"garbage" * 99),
    "an empty file": overwritten(lambda _: b""),
    "a missing file": lost_files,
    "a size that is wrong": rewritten("add", "size", value=-1),
}


def one_line(folder: Path, attempt: Callable[[], object]) -> None:
    """See that an attempt ends with a line that names the mirror."""
    with pytest.raises(gf.MirrorError) as caught:
        attempt()
    words = str(caught.value)
    assert str(folder) in words
    assert words.isprintable()
    assert len(words) < 600


def computed(mirror: gf.Mirror) -> object:
    """What Dask makes of all rows."""
    return mirror.to_dask(dtype={"metadata.number": "Int64"}).compute(scheduler="synchronous")


def synced(mirror: gf.Mirror) -> object:
    """A sync that looks at all rows."""
    return mirror.sync(DirectTransport([session(1, 1)], [version("a")]).client(), full=True)


READERS: dict[str, Callable[[gf.Mirror], object]] = {
    "load": gf.Mirror.load_sessions,
    "join": gf.Mirror.join,
    "Dask": computed,
    "sync": synced,
    "filters": lambda mirror: mirror.load_sessions(ids="session_0001", include_removed=True),
}


ALL: dict[str, Callable[[gf.Mirror], object]] = {**READERS, "info": gf.Mirror.info, "compact": gf.Mirror.compact}


@pytest.mark.parametrize("reader", ALL)
@pytest.mark.parametrize("damage", LOG)
def test_a_damaged_log_is_one_line(folder: Path, damage: str, reader: str) -> None:
    """Whatever is asked of the mirror."""
    LOG[damage](folder)
    read = ALL[reader]
    if "beyond all" in damage and reader in ("sync", "compact"):
        read(gf.Mirror(folder))  # which look at no time, or write another
        return
    one_line(folder, lambda: read(gf.Mirror(folder)))


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("damage", FILES)
def test_damaged_files_are_one_line(folder: Path, damage: str, reader: str) -> None:
    """Also where they were whole when the frame was asked for, and are read when it is computed."""
    FILES[damage](folder)
    one_line(folder, lambda: READERS[reader](gf.Mirror(folder)))


def test_a_table_that_may_not_be_looked_at_is_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As root may look at everything, it is simulated."""

    def refuse(_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("galtea_frames.mirror.local_folder.os.scandir", refuse)
    one_line(folder, gf.Mirror(folder).load_sessions)


def test_a_file_that_is_lost_before_dask_computes_is_one_line(folder: Path) -> None:
    """What was asked for was there."""
    lazy = gf.Mirror(folder).to_dask()
    lost_files(folder)
    one_line(folder, lambda: lazy.compute(scheduler="synchronous"))


@pytest.mark.parametrize(
    ("name", "value"), [("extra", "{"), ("metadata", '{"a":'), ("context", "\x00"), ("extra", "[" * 100_000)]
)
def test_rows_that_hold_no_json_are_one_line(folder: Path, name: str, value: str) -> None:
    """Where a reader needs it."""
    stored(name, value)(folder)
    one_line(folder, gf.Mirror(folder).load_sessions)


@pytest.mark.parametrize("value", ["x", 10**18])
def test_a_commit_of_no_time_is_one_line(folder: Path, value: object) -> None:
    """Whoever asks when a version was committed is told; others need not know."""
    rewritten("commitInfo", "timestamp", value=value)(folder)
    one_line(folder, lambda: gf.Mirror(folder).join(as_of=2))
    one_line(folder, lambda: gf.Mirror(folder).load_sessions(as_of="2026-01-01"))


@pytest.mark.parametrize("stats", [None, "{}", '{"numRecords":9}'])
def test_files_without_statistics_are_read(folder: Path, stats: str | None) -> None:
    """Some engines write none: then each file may hold any row."""
    rewritten("add", "stats", value=stats)(folder)
    mirror = gf.Mirror(folder)
    assert 9 == len(mirror.load_sessions()) == len(mirror.to_dask().compute(scheduler="synchronous"))
    assert ["0003"] == ids(mirror.load_sessions(statuses="FAILED"))


@posix
@pytest.mark.parametrize("where", ["a commit", "a data file"])
@pytest.mark.parametrize("kind", ["a pipe", "a link", "a folder"])
def test_what_is_no_file_is_neither_waited_for_nor_followed(folder: Path, where: str, kind: str) -> None:
    """A pipe in the place of a file would hold up the reader for ever."""
    for target in commits(folder)[-1:] if where == "a commit" else data_files(folder):
        moved = target.rename(folder.with_name(target.name))
        if kind == "a pipe":
            os.mkfifo(target)
        elif kind == "a link":
            target.symlink_to(moved)
        else:
            target.mkdir()
    one_line(folder, gf.Mirror(folder).load_sessions)


@pytest.mark.parametrize(
    ("description", "words"),
    [
        ('{"galtea_frames": 1, "product_ids": "abc"}', "the description of the mirror is damaged"),
        ('{"galtea_frames": 1, "product_ids": [5]}', "the description of the mirror is damaged"),
        ('{"galtea_frames": 1, "product_ids": []}', "the description of the mirror is damaged"),
        ('{"galtea_frames": 1, "product_ids": [""]}', "the description of the mirror is damaged"),
        ('{"galtea_frames": 1, "product_ids": {"a": 1}}', "the description of the mirror is damaged"),
        ('{"galtea_frames": 1}', "the description of the mirror is damaged"),
        ('{"galtea_frames": "1", "product_ids": null}', "the description of the mirror is damaged"),
        ('{"galtea_frames": true, "product_ids": null}', "the description of the mirror is damaged"),
        ('{"galtea_frames": 0, "product_ids": null}', "the description of the mirror is damaged"),
        ('{"galtea_frames": null, "product_ids": null}', "the description of the mirror is damaged"),
        ('{"galtea_frames": 1.5, "product_ids": null}', "the description of the mirror is damaged"),
        ('{"galtea_frames": 9, "product_ids": "whatever it may be then"}', "was made by a newer galtea-frames"),
        ("[" * 100_000, "holds other Delta tables"),
        ('{"galtea_frames": ' + "[" * 100_000, "holds other Delta tables"),
        ("", "holds other Delta tables"),
        ("null", "holds other Delta tables"),
        ("5", "holds other Delta tables"),
    ],
)
def test_what_a_mirror_says_of_itself_is_validated(folder: Path, description: str, words: str) -> None:
    """By whoever reads it or writes to it."""
    rewritten("metaData", "description", value=description)(folder)
    for reader in ("load", "info", "sync"):
        with pytest.raises(gf.MirrorError, match=words) as caught:
            ALL[reader](gf.Mirror(folder))
        assert "\n" not in str(caught.value)


def test_unknown_features_reach_no_terminal_as_they_are(folder: Path) -> None:
    """Their names are another program's text."""
    features = ["\x1b[31mevil\x1b[0m"]
    later = {"minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": features, "writerFeatures": features}
    for commit in commits(folder):
        lines = [json.loads(line) for line in commit.read_text().splitlines()]
        lines = [{"protocol": later} if "protocol" in line else line for line in lines]
        commit.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    one_line(folder, gf.Mirror(folder).load_sessions)


@pytest.mark.parametrize(
    "path",
    [
        "../../private/x.parquet",
        "..%2F..%2Fprivate%2Fx.parquet",
        "/private/x.parquet",
        "file:///private/x.parquet",
        "below/x.parquet",
        "../versions/x.parquet",
        "..",
        "%2e%2e",
        ".hidden.parquet",
        "a\\..\\x.parquet",
        "C:\\x.parquet",
        "s3://bucket/x.parquet",
        "x\x00.parquet",
        "%00",
        "x\n.parquet",
        "%1b[31m.parquet",
        "",
    ],
)
def test_a_log_that_names_files_outside_is_refused(folder: Path, path: str) -> None:
    """For whatever they would be read, joined to others or deleted, now and as of then."""
    (folder.parent / "private").mkdir()
    shutil.copy(data_files(folder)[0], folder.parent / "private" / "x.parquet")
    rewritten("add", "path", value=path)(folder)
    mirror = gf.Mirror(folder)
    for read in ALL.values():
        one_line(folder, partial(read, mirror))
    one_line(folder, lambda: mirror.load_sessions(as_of=2))
    assert (folder.parent / "private" / "x.parquet").exists()


def test_compacting_deletes_nothing_outside_that_a_log_once_named(folder: Path) -> None:
    """Only what is gone from the table leads out: nothing reads it, and nothing deletes it."""
    private = folder.parent / "private.parquet"
    private.write_text("mine")
    gone = {
        "path": "../../private.parquet",
        "partitionValues": {},
        "size": 4,
        "modificationTime": 0,
        "dataChange": True,
    }
    stays = {"path": "..%2F..%2Fprivate.parquet", "dataChange": True, "deletionTimestamp": 0, "size": 4}
    with commits(folder)[1].open("a") as log:
        log.write(f"\n{json.dumps({'add': gone})}\n")
    with commits(folder)[3].open("a") as log:
        for removed in (stays, {**stays, "path": gone["path"]}):
            log.write(f"\n{json.dumps({'remove': removed})}\n")
    mirror = gf.Mirror(folder)
    mirror.compact()
    assert "mine" == private.read_text()
    assert 9 == len(mirror.load_sessions())


def test_a_panic_of_the_library_is_one_line() -> None:
    """Rust's panics are no Exceptions in Python, and would go through everything."""

    class PanicException(BaseException):
        """As pyo3 names it."""

    with (
        pytest.raises(gf.MirrorError, match=r"^place cannot be read or written: index out of bounds$"),
        mirror_errors("place"),
    ):
        raise PanicException("index out of bounds")


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit, MemoryError, GeneratorExit])
def test_what_is_no_damage_goes_through(stop: type[BaseException]) -> None:
    """Ctrl-C above all."""
    with pytest.raises(stop), mirror_errors("place"):
        raise stop


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (KeyError("min.created_at"), "'min.created_at' is missing"),
        (ValueError(), "ValueError"),
        (OSError("\x1b[31mred\x1b[0m\n0: somewhere\n1: deeper"), "red"),
        (ValueError("evil \x1b]0;title\x07 \u202e"), "evil \ufffd]0;title\ufffd \ufffd"),
        (ValueError("x" * 5_000), "x" * 300 + "…"),
    ],
)
def test_other_libraries_words_are_one_printable_line(problem: Exception, words: str) -> None:
    """Without colours, traces and whole log entries."""
    with pytest.raises(gf.MirrorError) as caught, mirror_errors("place"):
        raise problem
    assert f"place cannot be read or written: {words}" == str(caught.value)
