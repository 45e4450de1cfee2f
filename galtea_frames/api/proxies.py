"""The proxy that the environment names: which one is used, and how it is shown to anyone."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from requests.utils import get_environ_proxies, select_proxy

from galtea_frames.api.refusals import one_line


def proxy_for(url: str) -> str | None:
    """Return the proxy for a URL, as the environment currently sets it; None if there is none.

    Plain http is only used for this machine: a proxy would receive the key unencrypted.

    Raises:
        ValueError: the proxy's address is invalid.
    """
    if url.startswith("http:"):
        return None
    proxy = select_proxy(url, get_environ_proxies(url)) or None
    if proxy is not None and not _is_address(proxy):
        raise ValueError("HTTPS_PROXY or ALL_PROXY names a proxy with what is no address")
    return proxy


def through(proxy: str | None) -> str:
    """Return a phrase that names a proxy, without its user name and password."""
    return "" if proxy is None else f" through the proxy {one_line(proxy.rpartition('@')[2].rpartition('//')[2])}"


def without_user(words: str, proxy: str | None) -> str:
    """Return text without the user name and password of a proxy, percent-encoded or not."""
    user = "" if proxy is None else proxy.rpartition("@")[0].rpartition("//")[2]
    for each in {user, unquote(user)} - {""}:
        words = words.replace(each, "…")
    return words


def _is_address(proxy: str) -> bool:
    try:
        parts = urlsplit(proxy if "://" in proxy else f"//{proxy}")
        return bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
