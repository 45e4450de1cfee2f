"""Settings: where the key comes from, and which values are accepted."""

import html
import os
import pickle
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import galtea_frames as gf
from galtea_frames.api.settings import ApiKey, find_key

KEY = "gsk_argument_0123456789abcdef"


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home directory with an empty place for the key file, and an environment without settings."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.delenv("GALTEA_API_KEY", raising=False)
    monkeypatch.delenv("GALTEA_API_URL", raising=False)
    (tmp_path / ".galtea").mkdir()
    return tmp_path / ".galtea" / "api-key"


def write_key(file: Path, text: str = "gsk_from_the_file_0123456789\n", mode: int = 0o600) -> None:
    """Write a key file with these permissions."""
    file.write_text(text, encoding="utf-8")
    file.chmod(mode)


def test_the_argument_comes_first(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that is passed wins over the environment and the file."""
    write_key(key_file)
    monkeypatch.setenv("GALTEA_API_KEY", "gsk_from_the_environment")
    assert find_key(KEY).reveal() == KEY


def test_the_environment_comes_second(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an argument the environment wins over the file."""
    write_key(key_file)
    monkeypatch.setenv("GALTEA_API_KEY", " gsk_from_the_environment\n")
    assert find_key(None).reveal() == "gsk_from_the_environment"


@pytest.mark.parametrize("empty", ["", "  \n"])
def test_the_file_comes_last(key_file: Path, monkeypatch: pytest.MonkeyPatch, empty: str) -> None:
    """Where argument and environment are empty, the file's key is read, without its line break."""
    write_key(key_file)
    monkeypatch.setenv("GALTEA_API_KEY", empty)
    assert find_key(empty).reveal() == "gsk_from_the_file_0123456789"


@pytest.mark.parametrize("content", [None, "", "\n"], ids=["no file", "empty file", "blank file"])
def test_no_key_names_the_variable_and_the_file(key_file: Path, content: str | None) -> None:
    """Without any key the error says where one could stand."""
    if content is not None:
        write_key(key_file, content)
    with pytest.raises(gf.SettingsError, match=r"GALTEA_API_KEY.*~/\.galtea/api-key"):
        gf.Client()


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602], ids=oct)
def test_a_key_file_that_others_can_read_warns(key_file: Path, mode: int) -> None:
    """The warning names the command that mends it, points at the caller, and the key is used all the same."""
    write_key(key_file, mode=mode)
    with pytest.warns(gf.GalteaFramesWarning, match=r"chmod 600 .*api-key") as caught:
        client = gf.Client()
    assert client.settings.api_key.reveal() == "gsk_from_the_file_0123456789"
    assert caught[0].filename == __file__


def make_directory(file: Path) -> None:
    """Put a directory where the key file should be."""
    file.mkdir()


def make_pipe(file: Path) -> None:
    """Put a pipe there that nobody writes to."""
    os.mkfifo(file)


def make_large(file: Path) -> None:
    """Put 300 MB there."""
    with file.open("wb") as opened:
        opened.truncate(300_000_000)


def make_loop(file: Path) -> None:
    """Put a link to itself there."""
    file.symlink_to(file)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (make_directory, "is a folder, not a regular file"),
        (make_pipe, "is a pipe, not a regular file"),
        (make_large, "is larger than 4,096 bytes"),
        (make_loop, "too many levels of symbolic links"),
    ],
)
def test_a_key_file_that_cannot_be_used_is_a_settings_error(
    key_file: Path, make: Callable[[Path], None], reason: str
) -> None:
    """The error names the file and says why, at once."""
    make(key_file)
    with pytest.raises(gf.SettingsError) as caught:
        gf.Client()
    assert f"cannot use the key file {key_file}: {reason}" == str(caught.value)


def test_a_key_file_of_another_user_is_refused(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever can put it there decides to which account everything goes."""
    write_key(key_file)
    owner = key_file.stat().st_uid
    monkeypatch.setattr("galtea_frames.small_files.os.geteuid", lambda: 54_321)
    monkeypatch.setattr("galtea_frames.small_files._ROOT", 12_345)
    with pytest.raises(gf.SettingsError, match=rf"api-key: belongs to another user \(number {owner}\)"):
        gf.Client()


def test_a_user_without_a_home_has_no_key_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container whose user is a number: what is missing is a key."""

    def nobody(*_: object) -> None:
        raise KeyError("uid not found")

    for variable in ("HOME", "USERPROFILE", "HOMEDRIVE", "HOMEPATH", "GALTEA_API_KEY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("pwd.getpwuid", nobody)
    with pytest.raises(gf.SettingsError, match="no API key"):
        gf.Client()
    assert KEY == gf.Client(KEY).settings.api_key.reveal()


@pytest.mark.parametrize(
    "content",
    [
        b"gsk_from_the_file_0123456789\r\n",
        b"\xef\xbb\xbfgsk_from_the_file_0123456789\n",
        "gsk_from_the_file_0123456789\r\n".encode("utf-16"),
        b"\n\n  gsk_from_the_file_0123456789\t\n\n",
    ],
    ids=["CRLF", "byte order mark", "UTF-16 of Windows", "blank lines"],
)
def test_a_key_file_of_any_editor_is_read(key_file: Path, content: bytes) -> None:
    """What editors and shells put around a key is not part of it."""
    key_file.write_bytes(content)
    key_file.chmod(0o600)
    assert "gsk_from_the_file_0123456789" == gf.Client().settings.api_key.reveal()


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        ("GALTEA_API_KEY=gsk_secret_0123456789", "begins with GALTEA_API_KEY=: write the key alone"),
        ("export GALTEA_API_KEY='gsk_secret_0123456789'", "begins with GALTEA_API_KEY=: write the key alone"),
        ("$env:GALTEA_API_KEY = 'gsk_secret_0123456789'", "begins with GALTEA_API_KEY=: write the key alone"),
        ("galtea_api_key: gsk_secret_0123456789", "begins with GALTEA_API_KEY=: write the key alone"),
        ('"gsk_secret_0123456789"', "has quotes around it: write it without them"),
        ("'gsk_secret_0123456789'", "has quotes around it: write it without them"),
        ("“gsk_secret_0123456789”", "has quotes around it: write it without them"),
        ("gsk_secret_0123456789'", "has quotes around it: write it without them"),
        ("Bearer gsk_secret_0123456789", "begins with the name of a header: write the key alone"),
        ("Authorization: Bearer gsk_secret_0123456789", "begins with the name of a header: write the key alone"),
        ("# my key\ngsk_secret_0123456789", "has several lines: write the key alone"),
        ("gsk_secret_0123456789\ngsk_other_0123456789", "has several lines: write the key alone"),
        ("gsk_secret 0123456789", "holds spaces, line breaks or non-ASCII characters"),
    ],
)
@pytest.mark.parametrize("place", ["file", "environment", "argument"])
def test_what_is_copied_along_with_a_key_is_named(
    key_file: Path, monkeypatch: pytest.MonkeyPatch, text: str, flaw: str, place: str
) -> None:
    """Wherever the key stands: it is not sent, and not shown."""
    sources = {"file": str(key_file), "environment": "GALTEA_API_KEY", "argument": "the api_key argument"}
    if place == "file":
        write_key(key_file, text)
    elif place == "environment":
        monkeypatch.setenv("GALTEA_API_KEY", text)
    with pytest.raises(gf.SettingsError) as caught:
        gf.Client(text if place == "argument" else None)
    assert f"the key in {sources[place]} {flaw}" == str(caught.value)
    assert (None, None) == (caught.value.__cause__, caught.value.__context__)


def test_a_key_file_that_is_not_utf_8_is_refused_unquoted(key_file: Path) -> None:
    """Neither the error nor what led to it holds a part of the file."""
    key_file.write_bytes(b"gsk_caf\xe9")
    key_file.chmod(0o600)
    with pytest.raises(gf.SettingsError, match=r"the key in .*api-key holds .*non-ASCII") as caught:
        gf.Client()
    assert "caf" not in str(caught.value)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


@pytest.mark.parametrize("make", [make_directory, write_key], ids=["unreadable", "readable by others"])
def test_the_key_file_is_left_alone_when_a_key_is_passed(key_file: Path, make: Callable[[Path], None]) -> None:
    """Neither its content nor its permissions matter to a caller who passes a key."""
    make(key_file)
    key_file.chmod(0o755)
    assert gf.Client(KEY).settings.api_key.reveal() == KEY


@pytest.mark.parametrize("key", ["gsk two", "gsk\nx", "gsk_\x7f", "gsk_é", "gsk\t"[:3] + "\tx"])
def test_a_key_that_no_header_can_carry_is_refused_unquoted(key: str) -> None:
    """The error says what is wrong with the key, and does not show it."""
    with pytest.raises(gf.SettingsError, match=r"the key in the api_key argument (holds|has several)") as caught:
        find_key(key)
    assert key not in str(caught.value)


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_the_guide_shows_how_to_keep_a_key_unseen(key_file: Path) -> None:
    """Its two lines read a key without echoing it, and keep it where nobody else can read it."""
    page = (Path(__file__).parents[2] / "docs/guide/settings.md").read_text(encoding="utf-8")
    lines = re.findall(r"^read -rs .*\n.*api-key\)$", page, re.MULTILINE)
    assert lines
    key_file.parent.rmdir()
    command = [shutil.which("bash"), "-c", *lines]
    done = subprocess.run(command, input=f"{KEY}\n", capture_output=True, text=True, check=True)  # noqa: S603 - our own
    assert ("", "") == (done.stdout, done.stderr)
    assert 0o600 == key_file.stat().st_mode & 0o777
    assert KEY == gf.Client().settings.api_key.reveal()


def test_a_key_that_is_no_text_is_a_settings_error() -> None:
    """A key object of another library does not pass for a key, and is not shown."""
    with pytest.raises(gf.SettingsError, match="api_key argument is not a string") as caught:
        gf.Client(12345678)  # type: ignore[arg-type] # that is the point
    assert "12345678" not in str(caught.value)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        pytest.param("gsk_0123456789abcdef", "gsk_…cdef", id="long"),
        pytest.param("gsk_0123456789ab", "gsk_…89ab", id="just long enough"),
        pytest.param("gsk_0123456789a", "…", id="too short to show a part"),
    ],
)
def test_a_key_shows_its_ends_at_the_most(key: str, expected: str) -> None:
    """The mask lets a caller tell two keys apart, and no more."""
    assert [expected, expected, expected] == [repr(ApiKey(key)), str(ApiKey(key)), f"{ApiKey(key)}"]


def test_a_key_is_not_pickled() -> None:
    """A client that is sent to another process does not write its key anywhere."""
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(gf.Client(KEY).settings)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("page_size", value) for value in (0, -1, 10_001, 1.5, "10", None, True)],
        *[("max_workers", value) for value in (0, 65, True)],
        *[("max_attempts", value) for value in (0, 101, 2.0)],
        *[("connect_timeout", value) for value in (0, -1, float("inf"), float("nan"), "5", None, True)],
        *[("read_timeout", value) for value in (0, float("nan"))],
        *[("max_elapsed", value) for value in (0, float("inf"))],
        *[("progress", value) for value in ("yes", None, 2)],
    ],
)
def test_bad_limits(name: str, value: object) -> None:
    """A limit that no request could keep is named, with the value."""
    limits: dict[str, Any] = {name: value}
    with pytest.raises(gf.SettingsError, match=name) as caught:
        gf.Client(KEY, **limits)
    assert repr(value) in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("page_size", 1),
        ("page_size", 10_000),
        ("max_workers", 64),
        ("max_attempts", 100),
        ("connect_timeout", 0.1),
        ("read_timeout", 600),
        ("progress", False),
        ("progress", "auto"),
    ],
)
def test_good_limits(name: str, value: object) -> None:
    """The ends of each range are inside it."""
    limits: dict[str, Any] = {name: value}
    assert value == getattr(gf.Client(KEY, **limits).settings, name)


def test_a_client_closes_itself() -> None:
    """As a context manager a client is what it was, and shows its address and limits but not its key."""
    with gf.Client(KEY, "http://localhost:1", page_size=7, max_workers=2) as client:
        shown = repr(client)
    assert shown == "Client(http://localhost:1, key gsk_…cdef, page_size=7, max_workers=2)"


def test_a_notebook_shows_a_client_as_a_table() -> None:
    """Address, masked key and limits, one a row; text that is not ours is escaped."""
    limits: dict[str, Any] = {"max_workers": 2, "read_timeout": 0.5, "max_attempts": 3, "max_elapsed": 60}
    with gf.Client(KEY, "http://localhost:1/<b>&amp;", page_size=5_000, **limits) as client:
        shown = client._repr_html_()
    rows = re.findall("<tr><th>([^<]+)</th><td>([^<]+)</td></tr>", shown)
    assert {
        "address": "http://localhost:1/<b>&amp;",
        "key": "gsk_…cdef",
        "page size": "5,000 rows",
        "requests at once": "at most 2",
        "timeouts": "5 s to connect, 0.5 s to read",
        "one request": "at most 3 attempts within 60 s",
    } == {name: html.unescape(value) for name, value in rows}
    assert f"<table>{''.join(f'<tr><th>{name}</th><td>{value}</td></tr>' for name, value in rows)}</table>" == shown


@pytest.mark.parametrize("address", [5, b"https://api.galtea.ai", ["https://api.galtea.ai"], Path("api")])
def test_an_address_is_text(address: Any) -> None:  # noqa: ANN401 - what a caller may pass by mistake
    """Anything else is refused in one line that shows it."""
    with pytest.raises(gf.SettingsError, match=r"^base_url must be the API's address as a string, not .+$"):
        gf.Client("gsk_0123456789abcdef", base_url=address)
