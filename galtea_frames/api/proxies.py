"""The proxy that the environment names: which one is used, and how it is shown to anyone."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from requests.utils import get_environ_proxies, select_proxy

from galtea_frames.api.refusals import one_line


def proxy_for(url: str) -> str | None:
    """Return the proxy through which an address is asked, if any, as the environment has it at the moment.

    Plain http is for this machine: to a proxy, the key would go in the clear.

    Raises:
        ValueError: what is named is no address.
    """
    if url.startswith("http:"):
        return None
    proxy = select_proxy(url, get_environ_proxies(url)) or None
    if proxy is not None and not _is_address(proxy):
        raise ValueError("HTTPS_PROXY or ALL_PROXY names a proxy with what is no address")
    return proxy


def through(proxy: str | None) -> str:
    """Return words that name a proxy, without the user and password that may stand before its host."""
    return "" if proxy is None else f" through the proxy {one_line(proxy.rpartition('@')[2].rpartition('//')[2])}"


def without_user(words: str, proxy: str | None) -> str:
    """Return words without the user and password of a proxy, as they were given or as they were read."""
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
