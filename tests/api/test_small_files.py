"""Reading small files of others: regular files of limited size only, without ever blocking."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest

from galtea_frames.small_files import SmallFileError, read_private_file, read_small_file, read_small_text

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


@pytest.mark.parametrize(("mode", "hidden"), [(0o600, True), (0o400, True), (0o640, False), (0o604, False)], ids=str)
def test_a_private_file_tells_whether_it_is_one(tmp_path: Path, mode: int, hidden: bool) -> None:
    """Beside what it holds."""
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "file").chmod(mode)
    assert (b"x", hidden) == read_private_file(tmp_path / "file", MOST)


@pytest.mark.parametrize(("me", "owner", "allowed"), [(7, 7, True), (7, 0, True), (7, 8, False), (0, 8, False)])
def test_a_private_file_is_ones_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, me: int, owner: int, allowed: bool
) -> None:
    """Or root's; what another user has written is refused, also by root, but not where there are no owners."""
    file = tmp_path / "file"
    file.write_bytes(b"x")
    real = list(file.stat())
    monkeypatch.setattr("galtea_frames.small_files.os.geteuid", lambda: me)
    monkeypatch.setattr("galtea_frames.small_files.os.fstat", lambda _: os.stat_result([*real[:4], owner, *real[5:]]))
    if allowed:
        assert b"x" == read_private_file(file, MOST)[0]
    else:
        with pytest.raises(SmallFileError, match=r"another user \(number 8\); only yours and root's"):
            read_private_file(file, MOST)
    monkeypatch.setattr("galtea_frames.small_files.os.name", "nt")
    assert (b"x", True) == read_private_file(file, MOST)


def test_text_is_utf_8(tmp_path: Path) -> None:
    """With or without a byte order mark; what is not says where."""
    (tmp_path / "file").write_bytes("\ufeffgrüß".encode())
    assert "grüß" == read_small_text(tmp_path / "file", MOST)
    (tmp_path / "file").write_bytes(b"caf\xe9")
    with pytest.raises(SmallFileError, match="is not UTF-8 text: byte 4 cannot be read"):
        read_small_text(tmp_path / "file", MOST)
