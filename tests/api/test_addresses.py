"""Addresses that the key may be sent to: https, and plain http to this machine only, in any spelling."""

from ipaddress import ip_address
from urllib.parse import urlsplit

import pytest
import requests
from effort import times
from hypothesis import given, settings
from hypothesis import strategies as st
from urllib3.util import parse_url

import galtea_frames as gf
from galtea_frames.api.settings import DEFAULT_URL, ApiKey, find_url

KEY = "gsk_argument_0123456789abcdef"

#: Hosts that one program or another takes for this machine, or that look like it.
ALMOST_LOOPBACK = [
    *("localhost.", "127.0.0.1.", "127.1", "0x7f.1", "2130706433", "017700000001", "127.0.0.01", "0", "0.0.0.0"),
    *("[::]", "[::7f00:1]", "[fe80::1]", "[::ffff:10.0.0.1]", "[::ffff:a00:1]", "xn--localhost-", "127.0.0.1,x"),
    *("localhost%2eevil.example", "localhost%00", "localhost;x", "ⓛocalhost", "127。0。0。1"),
    "\uff11\uff12\uff17.0.0.1",
]

#: What addresses are put together from.
PIECES = [
    *("localhost", "127.0.0.1", "[::1]", "evil.example", "127.1", "0x7f.1", "::ffff:127.0.0.1", "[", "]", "@", ":"),
    *("/", "\\", "?", "#", ".", "..", "%2e", "%00", "%40", ":80", ":80@", "%25eth0", ";", ",", "。", "ⓛ", "\uff11"),
    *("\t", "\n", " ", "\0"),
]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        pytest.param(None, DEFAULT_URL, id="default"),
        pytest.param("", DEFAULT_URL, id="empty"),
        pytest.param("https://galtea.example", "https://galtea.example", id="https"),
        pytest.param(" https://galtea.example/api// ", "https://galtea.example/api", id="path and slashes"),
        pytest.param("http://localhost:8000", "http://localhost:8000", id="localhost"),
        pytest.param("http://127.0.0.1:8000/", "http://127.0.0.1:8000", id="loopback"),
        pytest.param("http://127.8.9.1", "http://127.8.9.1", id="any loopback"),
        pytest.param("http://[::1]:8000", "http://[::1]:8000", id="IPv6 loopback"),
    ],
)
def test_good_addresses(monkeypatch: pytest.MonkeyPatch, address: str | None, expected: str) -> None:
    """An address is taken as it is, without blanks and slashes at its ends."""
    monkeypatch.delenv("GALTEA_API_URL", raising=False)
    assert expected == find_url(address, ApiKey(KEY))


@pytest.mark.parametrize(
    ("address", "words"),
    [
        pytest.param("http://api.galtea.ai", "unencrypted to api.galtea.ai", id="plain http"),
        pytest.param("http://10.0.0.1", "unencrypted", id="plain http in a private net"),
        pytest.param("http://localhost.evil.example", "unencrypted", id="looks like localhost"),
        pytest.param("http://127.0.0.1.evil.example", "unencrypted", id="looks like loopback"),
        pytest.param(
            "http://127.0.0.1@evil.example", "not contain a user name", id="userinfo that looks like loopback"
        ),
        pytest.param("https://me:secret@galtea.example", "not contain a user name", id="user name and password"),
        pytest.param("https://galtea.example?key=secret", "query or fragment", id="query"),
        pytest.param("https://galtea.example/?", "query or fragment", id="empty query"),
        pytest.param("https://galtea.example/#secret", "query or fragment", id="fragment"),
        pytest.param("https://galtea.example/#", "query or fragment", id="empty fragment"),
        pytest.param("galtea.example", "must look like", id="no scheme"),
        pytest.param("localhost:8000", "must look like", id="no scheme but a port"),
        pytest.param("ftp://galtea.example", "must look like", id="another scheme"),
        pytest.param("https://", "must look like", id="no host"),
        pytest.param("https://galtea.example:port", "must look like", id="bad port"),
        pytest.param("https://[::1", "must look like", id="bad IPv6"),
        pytest.param("http://127.0.0.1:80:evil.example", "must look like", id="two ports"),
        pytest.param("http://localhost:99999", "must look like", id="no such port"),
        pytest.param("http:127.0.0.1", "must look like", id="no slashes"),
        pytest.param("http:\\\\evil.example", "must look like", id="backslashes for slashes"),
        pytest.param(
            "http://127.0.0.1\\@evil.example", "not contain a user name|must look like", id="backslash and userinfo"
        ),
        pytest.param("http://127.0.0.1\\.evil.example", "must look like", id="backslash in the host"),
        pytest.param("https://evil.example\\.galtea.ai", "must look like", id="backslash that ends the host for some"),
        pytest.param("http://local\nhost", "must look like", id="line break in the host"),
        pytest.param("http://localhost/\r\nHost: evil.example", "must look like", id="header in the path"),
        pytest.param("https://a b.example", "must look like", id="blank in the host"),
        pytest.param("http://localhost\0.evil.example", "must look like", id="null character"),
        pytest.param("http://localhost\u200b", "must look like", id="character without width"),
        pytest.param("http://\u202elocalhost", "must look like", id="character that turns the text"),
        *[pytest.param(f"http://{host}", "unencrypted", id=host) for host in ALMOST_LOOPBACK],
    ],
)
def test_bad_addresses(address: str, words: str) -> None:
    """Where the key must not be sent, or cannot, the error says why and keeps passwords to itself."""
    with pytest.raises(gf.SettingsError, match=words) as caught:
        gf.Client(KEY, address)
    assert "secret" not in str(caught.value)


@settings(max_examples=times(500), deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=6).map("".join))
def test_plain_http_reaches_this_machine_only(rest: str) -> None:
    """However an address is put together: one that is taken leads to a loopback address, as requests reads it too."""
    try:
        address = find_url(f"http://{rest}", ApiKey(KEY))
        read = requests.Request("GET", f"{address}/sessions").prepare().url or ""
    except (gf.SettingsError, requests.exceptions.InvalidURL):
        return
    hosts = {urlsplit(address).hostname, urlsplit(read).hostname, (parse_url(read).host or "").strip("[]")}
    assert [] == [host for host in hosts if host != "localhost" and not ip_address(str(host)).is_loopback]


def test_the_environments_address_is_checked_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """`GALTEA_API_URL` is used where no address is passed, and must be as good."""
    monkeypatch.setenv("GALTEA_API_URL", "https://eu.galtea.example/")
    assert gf.Client(KEY).settings.base_url == "https://eu.galtea.example"
    monkeypatch.setenv("GALTEA_API_URL", "http://eu.galtea.example/")
    with pytest.raises(gf.SettingsError, match="unencrypted"):
        gf.Client(KEY)
