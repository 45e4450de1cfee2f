"""Small files of others: regular ones only, of a bounded size, and never waited for."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest

from galtea_frames.small_files import SmallFileError, read_small_file, read_small_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MOST = 1_000


@pytest.mark.parametrize("size", [0, 1, MOST])
def test_a_file_within_the_bound_is_read_whole(tmp_path: Path, size: int) -> None:
    """Up to its last byte, also through a link."""
    (tmp_path / "file").write_bytes(b"x" * size)
    (tmp_path / "link").symlink_to(tmp_path / "file")
    assert b"x" * size == read_small_file(tmp_path / "file", MOST)
    assert b"x" * size == read_small_file(str(tmp_path / "link"), MOST)


def make_pipe(path: Path) -> None:
    """Make a pipe that nobody writes to."""
    os.mkfifo(path)


def make_socket(path: Path) -> None:
    """Make a socket."""
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


def make_large(path: Path) -> None:
    """Make a file that says to have more than any memory, and has nothing."""
    with path.open("wb") as file:
        file.truncate(1 << 40)


def make_link_to_nothing(path: Path) -> None:
    """Make a link that leads nowhere."""
    path.symlink_to("nothing")


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (make_pipe, "is a pipe, not a regular file"),
        (make_socket, "no such device or address"),
        (lambda path: path.mkdir(), "is a folder, not a regular file"),
        (make_large, "is larger than 1,000 bytes"),
        (lambda path: path.write_bytes(b"x" * (MOST + 1)), "is larger than 1,000 bytes"),
        (make_link_to_nothing, "no such file or directory"),
        (lambda _: None, "no such file or directory"),
    ],
    ids=["pipe", "socket", "folder", "terabyte", "one byte more", "dead link", "nothing"],
)
def test_anything_else_is_refused_at_once(tmp_path: Path, make: Callable[[Path], None], reason: str) -> None:
    """With the reason, which callers put behind the name of the file; the error knows whether there is none."""
    make(tmp_path / "file")
    with pytest.raises(SmallFileError) as caught:
        read_small_file(tmp_path / "file", MOST)
    assert (reason, reason.startswith("no such file")) == (str(caught.value), caught.value.missing)


@pytest.mark.parametrize("path", ["a\0b", "half\ud83d", "x" * 5_000])
def test_names_that_no_file_can_have(path: str) -> None:
    """One kind of error, whatever the system makes of them."""
    with pytest.raises(SmallFileError, match="name"):
        read_small_file(path, MOST)


def test_a_file_that_says_less_than_it_has(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """One that grows meanwhile, or that the kernel makes up, is cut off at the bound and refused."""
    (tmp_path / "file").write_bytes(b"x" * 5_000)
    (tmp_path / "small").write_bytes(b"x")
    earlier = (tmp_path / "small").stat()
    monkeypatch.setattr("galtea_frames.small_files.os.fstat", lambda _: earlier)
    with pytest.raises(SmallFileError, match="larger than 1,000 bytes"):
        read_small_file(tmp_path / "file", MOST)


def test_another_users_file_is_refused_where_that_matters(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A private file is this user's or root's."""
    (tmp_path / "file").write_bytes(b"x")
    owner = (tmp_path / "file").stat().st_uid
    assert b"x" == read_small_file(tmp_path / "file", MOST, private=True)
    monkeypatch.setattr("galtea_frames.small_files.os.geteuid", lambda: owner + 1)
    if owner:  # root's files are everyone's
        with pytest.raises(SmallFileError, match="belongs to another user"):
            read_small_file(tmp_path / "file", MOST, private=True)
    assert b"x" == read_small_file(tmp_path / "file", MOST)


def test_no_owner_is_looked_at_where_there_are_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Windows keeps them elsewhere."""
    file = tmp_path / "file"
    file.write_bytes(b"x")
    with file.open("rb") as opened:
        real = os.fstat(opened.fileno())
    others = os.stat_result([*real[:4], 12_345, *real[5:10]])
    monkeypatch.setattr("galtea_frames.small_files.os.fstat", lambda _: others)
    with pytest.raises(SmallFileError, match=r"belongs to another user \(number 12345\)"):
        read_small_file(file, MOST, private=True)
    monkeypatch.setattr("galtea_frames.small_files.os.name", "nt")
    assert b"x" == read_small_file(file, MOST, private=True)


def test_text_is_utf_8(tmp_path: Path) -> None:
    """With or without a byte order mark; what is not says where."""
    (tmp_path / "file").write_bytes("\ufeffgrüß".encode())
    assert "grüß" == read_small_text(tmp_path / "file", MOST)
    (tmp_path / "file").write_bytes(b"caf\xe9")
    with pytest.raises(SmallFileError, match="is not UTF-8 text: byte 4 cannot be read"):
        read_small_text(tmp_path / "file", MOST)
