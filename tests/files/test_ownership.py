"""A folder is replaced only if everything in it is one dataset, report or demo that this package wrote."""

from __future__ import annotations

import json
import os
import shutil
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from comparison_frames import compared, paired
from direct_transport import DirectTransport
from folder_contents import all_of
from mirror_helpers import session, version
from pandas.testing import assert_frame_equal
from report_frames import report_on, two_weeks

import galtea_frames as gf
from galtea_frames import permissions
from galtea_frames.cli import demo
from galtea_frames.files import ownership, staging

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("undrawn_charts")

FRAME = pd.DataFrame({"of": ["x/y", "z", None, "z"], "value": [1, 2, 3, 4]})
OTHER = pd.DataFrame({"of": ["z", "w"], "value": [5, 6]})


def write_dataset(path: Path) -> None:
    """Write a dataset."""
    gf.write_parquet(FRAME, path, partition_by="of")


def write_report(path: Path) -> None:
    """Write a report."""
    report_on(two_weeks()).write(path)


def write_comparison(path: Path) -> None:
    """Write a comparison."""
    compared(paired([0.5, 0.9], [0.6, 0.1])).write(path)


def write_demo(path: Path) -> None:
    """Run the demo, without its words."""
    demo.run(str(path))


WRITES: dict[str, tuple[Callable[[Path], None], str]] = {
    "dataset": (write_dataset, "of=z/part-1.parquet"),
    "report": (write_report, "report.md"),
    "comparison": (write_comparison, "comparison.md"),
    "demo": (write_demo, "sessions_by_version/version_id=version_*/part-*.parquet"),
}
kinds = pytest.mark.parametrize("kind", WRITES)

#: Each kind, and another.
KINDS_AND_OTHERS = list(zip(WRITES, [*WRITES][1:] + [*WRITES][:1], strict=True))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one dataset, report, comparison and demo, each under its name."""
    folder = tmp_path_factory.mktemp("written")
    for name, (write, _) in WRITES.items():
        write(folder / name)
    return folder


@pytest.fixture
def target(written: Path, tmp_path: Path, kind: str) -> Path:
    """A copy of one of them, that copies and backups keep nothing but the bytes of."""
    shutil.copytree(written / kind, tmp_path / "target", copy_function=shutil.copyfile)
    return tmp_path / "target"


# -- what is replaced --


@kinds
@pytest.mark.parametrize("there", ["as written", "some of it deleted", "empty", "nothing"])
def test_what_we_wrote_is_replaced(target: Path, kind: str, there: str) -> None:
    """Whole, though it was copied; or what is left of it; or an empty folder."""
    write, some = WRITES[kind]
    if there in {"empty", "nothing"}:
        shutil.rmtree(target)
    if there == "empty":
        target.mkdir()
    if there == "some of it deleted":
        file = next(target.glob(some))
        file.unlink()
        if kind not in ("report", "comparison"):
            file.parent.rmdir()
    write(target)
    assert ["target"] == [each.name for each in target.parent.iterdir()]
    assert next(target.glob(some)).exists()


def test_a_dataset_of_other_columns_is_replaced(tmp_path: Path) -> None:
    """And one without rows."""
    for frame, by in ((FRAME, "of"), (OTHER, "value"), (OTHER[:0], "of"), (FRAME.assign(n=1), ["value", "n"])):
        gf.write_parquet(frame, tmp_path / "d", partition_by=by)
        assert_frame_equal(frame, gf.read_parquet(tmp_path / "d"))


# -- what is not --


def with_file(name: str, content: bytes = b"mine") -> Callable[[Path], None]:
    """Put a file of the user's own into the folder."""

    def put(folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)

    return put


def a_pipe(folder: Path) -> None:
    """Make a pipe."""
    os.mkfifo(folder / "pipe")


def a_link(folder: Path) -> None:
    """Link to what is elsewhere."""
    (folder.parent / "elsewhere").write_text("mine")
    (folder / "link").symlink_to(folder.parent / "elsewhere")


def a_linked_folder(folder: Path) -> None:
    """Link to a folder that holds a dataset of ours."""
    write_dataset(folder.parent / "elsewhere")
    (folder / "of=w").symlink_to(folder.parent / "elsewhere" / "of=z")


def a_file_of_ours(folder: Path) -> None:
    """Write a frame of the user's own there, with this package."""
    gf.write_parquet(OTHER, folder / "part-9.parquet")


def a_dataset_of_ours(folder: Path) -> None:
    """Write another dataset there."""
    gf.write_parquet(OTHER, folder / "failures", partition_by="of")


def moved_into(folder: Path) -> None:
    """Put a part of another dataset where one of this might be."""
    gf.write_parquet(OTHER, folder.parent / "other", partition_by="of")
    shutil.move(folder.parent / "other" / "of=w", folder / "of=w")


def an_edited_file(folder: Path) -> None:
    """Change a byte of a file, and neither its length nor its times."""
    some = next(
        each for pattern in ("report.md", "comparison.md", "**/part-*.parquet") for each in folder.glob(pattern)
    )
    content, before = bytearray(some.read_bytes()), some.stat()
    content[9] ^= 1
    some.write_bytes(content)
    os.utime(some, ns=(before.st_atime_ns, before.st_mtime_ns))


STRANGERS: dict[str, Callable[[Path], Any]] = {
    "file": with_file("notes.txt"),
    "deep file": with_file("a/b/c/notes.txt"),
    "hidden file": with_file(".env"),
    "what engines leave": with_file("_SUCCESS", b""),
    "what systems leave": with_file("charts/.DS_Store"),
    "chart": with_file("charts/mine.png", b"\x89PNG\r\n\x1a\n"),
    "no Parquet": with_file("part-0.parquet"),
    "Parquet of others": lambda folder: pl.DataFrame({"a": [1]}).write_parquet(folder / "part-7.parquet"),
    "Parquet of ours": a_file_of_ours,
    "dataset of ours": a_dataset_of_ours,
    "empty folder": lambda folder: (folder / "plans").mkdir(),
    "deep empty folder": lambda folder: (folder / "of=z" / "plans").mkdir(parents=True),
    "link": a_link,
    "broken link": lambda folder: (folder / "link").symlink_to("nowhere"),
    "linked folder": a_linked_folder,
    "pipe": a_pipe,
    "edited file": an_edited_file,
}


@kinds
@pytest.mark.parametrize("name", STRANGERS)
def test_what_we_did_not_write_stays(target: Path, kind: str, name: str) -> None:
    """With all that is beside it; one line names it."""
    STRANGERS[name](target)
    before = all_of(target.parent)
    with pytest.raises(gf.GalteaFramesError, match=r"name another folder$") as caught:
        WRITES[kind][0](target)
    assert 1 == len(str(caught.value).splitlines())
    assert before == all_of(target.parent)


def rewritten(folder: Path) -> None:
    """Have another program write a file again, with other values, and all that was said of it."""
    file = next(folder.glob("**/part-0.parquet"))
    table = pq.read_table(file, partitioning=None)
    metadata = {**pq.read_metadata(file).metadata}
    changed = table.set_column(0, "value", pa.array([99] * len(table)))
    pq.write_table(changed.replace_schema_metadata(metadata), file)


def filtered(folder: Path) -> None:
    """Have another program take rows out of a file, and keep what was said of it."""
    file = next(folder.glob("of=z/*.parquet"))
    pq.write_table(pq.read_table(file, partitioning=None)[:1], file)


def copied(folder: Path) -> None:
    """Copy a file of the dataset within it."""
    file = next(folder.glob("of=z/*.parquet"))
    shutil.copy(file, file.with_name("part-5.parquet"))


def moved(folder: Path) -> None:
    """Move a file to the folder of another value."""
    (folder / "of=w").mkdir()
    shutil.move(next(folder.glob("of=z/*.parquet")), folder / "of=w" / "part-1.parquet")


def renamed(folder: Path) -> None:
    """Give a file another name."""
    file = next(folder.glob("of=z/*.parquet"))
    file.rename(file.with_name("failures.parquet"))


def described(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    """Change what a file says of itself, its rows being as they were."""

    def put(folder: Path) -> None:
        file = next(folder.glob("of=z/*.parquet"))
        table, kept = pq.read_table(file, partitioning=None), {**pq.read_metadata(file).metadata}
        description = json.loads(kept[b"galtea_frames"])
        change(description)
        with pq.ParquetWriter(file, table.schema, compression="zstd") as writer:
            writer.write_table(table, row_group_size=50_000)
            kept[b"galtea_frames"] = json.dumps(description).encode()
            writer.add_key_value_metadata({key: value for key, value in kept.items() if key != b"ARROW:schema"})

    return put


IN_DATASETS: dict[str, Callable[[Path], Any]] = {
    "rewritten": rewritten,
    "filtered": filtered,
    "copied": copied,
    "moved": moved,
    "renamed": renamed,
    "of another dataset": moved_into,
    "seal gone": described(lambda each: each.clear()),
    "other rows": described(lambda each: each.update(rows="AAAA")),
    "rows of no sense": described(lambda each: each.update(rows="\ud800")),
    "other type": described(lambda each: each["partition"]["of"].update(type="complex")),
    "too long": described(lambda each: each["partition"]["of"].update(value="x" * 300)),
    "other columns": described(lambda each: each["columns"].pop("value")),
    "newer": described(lambda each: each.update(format=2)),
}


@pytest.mark.parametrize("kind", ["dataset"])
@pytest.mark.parametrize("name", IN_DATASETS)
def test_a_dataset_that_was_worked_on_stays(target: Path, name: str) -> None:
    """Files that say they are of it, and are not as they were, or not where they were."""
    IN_DATASETS[name](target)
    before = all_of(target)
    with pytest.raises(gf.ParquetError, match=r"holds what is not of one dataset that galtea_frames wrote \(of="):
        write_dataset(target)
    assert before == all_of(target)


@pytest.mark.parametrize(("kind", "other"), KINDS_AND_OTHERS)
def test_only_its_like_is_replaced(target: Path, other: str) -> None:
    """A report does not take the place of a dataset."""
    before = all_of(target)
    with pytest.raises(gf.GalteaFramesError, match="name another folder"):
        WRITES[other][0](target)
    assert before == all_of(target)


def test_other_programs_datasets_stay(tmp_path: Path) -> None:
    """Hive's way of naming folders is everybody's."""
    FRAME.to_parquet(tmp_path / "theirs", partition_cols=["of"])
    before = all_of(tmp_path)
    with pytest.raises(gf.ParquetError, match="name another folder"):
        write_dataset(tmp_path / "theirs")
    assert before == all_of(tmp_path)


def test_a_mirrors_table_stays(tmp_path: Path) -> None:
    """With its history."""
    gf.Mirror(tmp_path / "m").sync(DirectTransport([session(1, 1)], [version("a")]).client())
    before = all_of(tmp_path)
    for write in (write_dataset, write_report, write_demo):
        for place in ("m", "m/sessions"):
            with pytest.raises(gf.GalteaFramesError, match="name another folder"):
                write(tmp_path / place)
    assert before == all_of(tmp_path)


@kinds
def test_a_link_to_a_folder_of_others_stays(tmp_path: Path, kind: str) -> None:
    """It is followed, and what it points to is looked at."""
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "notes.txt").write_text("mine")
    (tmp_path / "link").symlink_to("project")
    before = all_of(tmp_path)
    with pytest.raises(gf.GalteaFramesError, match=r"link .*notes\.txt"):
        WRITES[kind][0](tmp_path / "link")
    assert before == all_of(tmp_path)


# -- files of releases without seals --


def unsealed(folder: Path) -> None:
    """Make Parquet files what releases without seals wrote; their reports had no text."""
    (folder / "report.txt").unlink(missing_ok=True)
    for file in folder.rglob("*.parquet"):
        table = pq.read_table(file, partitioning=None)
        description = json.loads(table.schema.metadata[b"galtea_frames"])
        del description["sealed"], description["length"]
        metadata = {**table.schema.metadata, b"galtea_frames": json.dumps(description).encode()}
        pq.write_table(table.replace_schema_metadata(metadata), file, compression="zstd")


@pytest.mark.parametrize("kind", ["dataset", "report"])
def test_what_earlier_releases_wrote_is_replaced(target: Path, kind: str) -> None:
    """Known by what it says of itself."""
    unsealed(target)
    WRITES[kind][0](target)
    assert [] == [each for each in target.parent.iterdir() if each != target]


def rows_of_mine(folder: Path) -> None:
    """Put another frame, of a release without seals too, in the place of a report's."""
    gf.write_parquet(OTHER, folder / "rows.parquet")
    unsealed(folder)


UNSEALED: dict[tuple[str, str], Callable[[Path], Any]] = {
    ("dataset", "a file of the user's"): a_file_of_ours,
    ("dataset", "a part of another"): moved_into,
    ("dataset", "filtered"): filtered,
    ("report", "a chart of the user's"): with_file("charts/mine-2.png"),
    ("report", "an edited page"): with_file("report.md"),
    ("report", "rows of the user's"): rows_of_mine,
    ("demo", "nothing"): lambda _: None,
}


@pytest.mark.parametrize(("kind", "name"), UNSEALED)
def test_among_what_earlier_releases_wrote_others_files_stay(target: Path, kind: str, name: str) -> None:
    """As in any other folder."""
    unsealed(target)
    UNSEALED[kind, name](target)
    before = all_of(target)
    with pytest.raises(gf.GalteaFramesError, match="name another folder"):
        WRITES[kind][0](target)
    assert before == all_of(target)


def test_no_report_is_known_without_its_rows(written: Path, tmp_path: Path) -> None:
    """They say what else is of it."""
    shutil.copytree(written / "report", tmp_path / "r")
    (tmp_path / "r" / "rows.parquet").unlink()
    with pytest.raises(gf.ReportError, match=r"not part of a report \(charts"):
        write_report(tmp_path / "r")


@pytest.mark.parametrize("files", [None, {"report.md": [1]}], ids=["no list", "another list"])
def test_a_seal_that_lists_nothing_proves_nothing(
    written: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: object
) -> None:
    """Whoever wrote it."""
    shutil.copytree(written / "report", tmp_path / "r")
    monkeypatch.setattr("galtea_frames.files.targets.Folder.listed", lambda _: files)
    write_report(tmp_path / "r")
    monkeypatch.undo()
    with pytest.raises(gf.ReportError, match="not part of a report"):
        write_report(tmp_path / "r")


def test_a_seal_of_no_sense_proves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not JSON."""
    monkeypatch.setattr("galtea_frames.files.seals.Sealed.seal", lambda *_, **__: {b"galtea_frames.seal": b"{"})
    write_dataset(tmp_path / "d")
    with pytest.raises(gf.ParquetError, match="name another folder"):
        write_dataset(tmp_path / "d")


# -- files that come meanwhile --


@kinds
def test_a_file_that_comes_while_we_write_stays(target: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is looked at again before it is replaced."""
    before = all_of(target)
    put_folder = staging.StagingFolder.put_folder

    def late(self: staging.StagingFolder, to: Path, refuse: Any) -> bool:  # noqa: ANN401 - as the original
        if to == target:
            (target / "notes.txt").write_text("mine")
        return put_folder(self, to, refuse)

    monkeypatch.setattr(staging.StagingFolder, "put_folder", late)
    with pytest.raises(gf.GalteaFramesError, match=r"notes\.txt"):
        WRITES[kind][0](target)
    assert before | {"notes.txt": b"mine"} == all_of(target)
    assert ["target"] == [each.name for each in target.parent.iterdir()]


@kinds
def test_a_file_that_comes_at_the_last_moment_stays(target: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the last look, right before the renaming: the old folder is put back in its place."""
    before, rename = all_of(target), Path.rename

    def late(path: Path, to: Path) -> Path:
        if path == target:
            (target / "notes.txt").write_text("mine")
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", late)
    with pytest.raises(gf.GalteaFramesError, match=r"notes\.txt"):
        WRITES[kind][0](target)
    assert before | {"notes.txt": b"mine"} == all_of(target)
    assert ["target"] == [each.name for each in target.parent.iterdir()]


def test_what_cannot_be_put_back_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A swap that fails for good, and whose undoing fails too, leaves the old rows where they are found again."""
    write_dataset(tmp_path / "d")
    rename = Path.rename

    def failing(path: Path, to: Path) -> Path:
        if to == tmp_path / "d":
            raise PermissionError(13, "Permission denied")
        return rename(path, to)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", failing)
        with pytest.raises(gf.ParquetError, match="Permission denied"):
            gf.write_parquet(OTHER, tmp_path / "d", partition_by="of")
    assert_frame_equal(FRAME, gf.read_parquet(tmp_path / "d"))
    gf.write_parquet(OTHER, tmp_path / "d", partition_by="of")
    assert_frame_equal(OTHER, gf.read_parquet(tmp_path / "d"))


# -- other writes at the same time --


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[Path], None], times: int) -> None:
    """Do something in a folder right after each of the first times that it was looked at."""
    look, left = ownership._foreign_entry, [times]  # noqa: SLF001 - between two looks

    def looked(folder: Path, kind: ownership.Kind) -> str | None:
        found = look(folder, kind)
        if left[0] and folder.name == "d":
            left[0] -= 1
            act(folder)
            return "a file that was there for a moment"
        return found

    monkeypatch.setattr(ownership, "_foreign_entry", looked)


def test_a_folder_that_another_write_replaces_is_looked_at_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was seen of the one and the other is no reason to refuse."""
    write_dataset(tmp_path / "d")
    write_dataset(tmp_path / "other")

    def replace(folder: Path) -> None:
        shutil.rmtree(folder)
        shutil.copytree(tmp_path / "other", folder)

    meanwhile(monkeypatch, replace, 1)
    gf.write_parquet(OTHER, tmp_path / "d", partition_by="of")
    assert_frame_equal(OTHER, gf.read_parquet(tmp_path / "d"))


def test_a_folder_that_vanishes_meanwhile_holds_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As between the two renamings of another write."""
    write_dataset(tmp_path / "d")
    meanwhile(monkeypatch, shutil.rmtree, 1)
    gf.write_parquet(OTHER, tmp_path / "d", partition_by="of")
    assert_frame_equal(OTHER, gf.read_parquet(tmp_path / "d"))


def test_a_folder_that_is_never_left_alone_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a hundred looks, the write gives up."""
    write_dataset(tmp_path / "d")
    ticks = iter(range(1, 1_000))
    meanwhile(monkeypatch, lambda folder: os.utime(folder, (next(ticks),) * 2), 1_000)
    with pytest.raises(gf.ParquetError, match=r"d: Device or resource busy$"):
        gf.write_parquet(OTHER, tmp_path / "d", partition_by="of")
    assert_frame_equal(FRAME, gf.read_parquet(tmp_path / "d"))


@pytest.mark.parametrize("what", ["target", "old", "staging folder"])
def test_what_another_write_takes_away_is_not_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """The target before its rights are kept, the old folder before it is deleted, or all that is being made."""
    write_dataset(target := tmp_path / "d")
    keep, discard, clean = permissions.copy_permissions, staging.StagingFolder._discard, staging.StagingFolder._clean  # noqa: SLF001

    def before_keep(new: Path, old: Path) -> bool:
        if what == "target":
            shutil.rmtree(old)
        return keep(new, old)

    def before_discard(self: staging.StagingFolder, old: Path, *others: Any) -> None:  # noqa: ANN401 - as the original
        if what == "old":
            shutil.rmtree(old)
        discard(self, old, *others)

    def before_clean(self: staging.StagingFolder) -> None:
        if what == "staging folder":
            shutil.rmtree(self.whole.parent)
        clean(self)

    monkeypatch.setattr(staging, "copy_permissions", before_keep)
    monkeypatch.setattr(staging.StagingFolder, "_discard", before_discard)
    monkeypatch.setattr(staging.StagingFolder, "_clean", before_clean)
    gf.write_parquet(OTHER, target, partition_by="of")
    assert_frame_equal(OTHER, gf.read_parquet(target))
    assert ["d"] == [each.name for each in tmp_path.iterdir()]


# -- the current folder --


@pytest.mark.parametrize("kind", ["dataset", "report", "demo"])  # which have folders in them
@pytest.mark.parametrize("name", [".", "../target", "..", "$PWD"])
def test_the_current_folder_is_not_replaced(
    target: Path, kind: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor one above it: a shell would be left in a deleted folder."""
    inside = next(each for each in target.iterdir() if each.is_dir())
    monkeypatch.chdir(inside if name == ".." else target)
    before = all_of(target)
    with pytest.raises(gf.GalteaFramesError, match="is the current folder, or one above it"):
        WRITES[kind][0](Path(str(target) if name == "$PWD" else name))
    assert before == all_of(target)
    assert Path.cwd().exists()


def test_a_current_folder_that_is_gone_is_in_nobodys_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An absolute path needs none."""
    (tmp_path / "d").mkdir()
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    write_dataset(tmp_path / "d")
    monkeypatch.chdir(tmp_path)


# -- neither files nor folders --


def a_socket(path: Path) -> None:
    """Make a socket; its path must be short."""
    here = Path.cwd()
    os.chdir(path.parent)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)
    os.chdir(here)


SPECIAL: dict[str, Callable[[Path], Any]] = {"a pipe": os.mkfifo, "a socket": a_socket}


@pytest.mark.parametrize("through", ["itself", "a link", "links"])
@pytest.mark.parametrize("what", SPECIAL)
def test_what_is_neither_file_nor_folder_stays(tmp_path: Path, what: str, through: str) -> None:
    """For whatever writes, and whatever reads: nothing waits for it."""
    SPECIAL[what](tmp_path / "x.parquet")
    path = tmp_path / "x.parquet"
    for number in range(["itself", "a link", "links"].index(through)):
        (tmp_path / f"{number}.parquet").symlink_to(path)
        path = tmp_path / f"{number}.parquet"
    inode = (tmp_path / "x.parquet").lstat().st_ino
    acts: list[Callable[[Path], Any]] = [gf.read_parquet, lambda path: gf.write_parquet(FRAME, path)]
    for act in (*acts, write_dataset, write_report, write_demo):
        with pytest.raises(gf.GalteaFramesError, match=f"parquet is {what}"):
            act(path)
    assert inode == (tmp_path / "x.parquet").lstat().st_ino


def test_a_pipe_in_a_dataset_is_not_read(tmp_path: Path) -> None:
    """Whoever reads it would wait for ever."""
    write_dataset(tmp_path / "d")
    os.mkfifo(tmp_path / "d" / "of=z" / "part-9.parquet")
    assert_frame_equal(FRAME, gf.read_parquet(tmp_path / "d"))


# -- names --


@pytest.mark.parametrize("name", ["thesis.txt", "x.csv", "x.XLSX", "a.parquet.gz", "notes.md", "-", "week.2026"])
@pytest.mark.parametrize("by", [None, "of"])
def test_names_of_other_formats_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, by: str | None
) -> None:
    """Whether or not something is there."""
    monkeypatch.chdir(tmp_path)
    for there in (False, True):
        if there:
            Path(name).write_text("mine")
        before = all_of(tmp_path)
        with pytest.raises(gf.ParquetError, match=r"is no name of a (Parquet file; name one that|dataset; name a)"):
            gf.write_parquet(FRAME, name, partition_by=by)
        assert before == all_of(tmp_path)


@pytest.mark.parametrize("name", ["a.parquet", "a.PQ", "a.b.Parquet", "a", ".hidden"])
def test_names_of_parquet_are_taken(tmp_path: Path, name: str) -> None:
    """Twice: what stands there is replaced."""
    for frame in (FRAME, OTHER):
        gf.write_parquet(frame, tmp_path / name)
        assert_frame_equal(frame, gf.read_parquet(tmp_path / name))


def test_a_slash_at_the_end_is_no_part_of_a_name(tmp_path: Path) -> None:
    """A dataset may be called like a file."""
    gf.write_parquet(FRAME, f"{tmp_path}/a.parquet/", partition_by="of")
    assert (tmp_path / "a.parquet").is_dir()


@pytest.mark.parametrize("name", ["Makefile", "link.parquet"])
def test_a_file_of_another_kind_stays(tmp_path: Path, name: str) -> None:
    """A name without a suffix may be that of anything."""
    (tmp_path / "Makefile").write_text("all:")
    (tmp_path / "link.parquet").symlink_to("Makefile")
    with pytest.raises(gf.ParquetError, match="is a file of another kind"):
        gf.write_parquet(FRAME, tmp_path / name)
    assert "all:" == (tmp_path / "Makefile").read_text()


def test_an_empty_file_is_replaced(tmp_path: Path) -> None:
    """As `mktemp` makes it."""
    (tmp_path / "new").touch()
    gf.write_parquet(FRAME, tmp_path / "new")
    assert_frame_equal(FRAME, gf.read_parquet(tmp_path / "new"))


@pytest.mark.parametrize("place", ["{}/data/", "memory://x/"])
def test_a_name_of_a_folder_is_no_file(tmp_path: Path, place: str) -> None:
    """Whoever ends it with a slash wants a folder."""
    with pytest.raises(gf.ParquetError, match="is a folder; name a file, or columns to partition by"):
        gf.write_parquet(FRAME, place.format(tmp_path))
    assert [] == list(tmp_path.iterdir())
