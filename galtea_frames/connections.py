"""Connections that carry the key to one origin, and show it to nobody."""

from __future__ import annotations

import platform
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter

from galtea_frames._version import __version__

if TYPE_CHECKING:
    from galtea_frames.settings import ApiKey, Settings


def open_session(settings: Settings) -> requests.Session:
    """Return a session with the key and limits of the settings; it keeps no cookies."""
    session = _Session(settings.api_key)
    session.max_redirects = 5
    session.headers["User-Agent"] = f"galtea-frames/{__version__} python/{platform.python_version()}"
    session.headers["Accept"] = "application/json"
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = _Adapter(pool_maxsize=max(settings.max_workers, 10))
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


class _Session(requests.Session):
    """A session that sends the key to one origin only, and there in its header only."""

    def __init__(self, key: ApiKey) -> None:
        super().__init__()
        self.auth = _BearerAuth(key)
        self._key = key

    def should_strip_auth(self, old_url: str, new_url: str) -> bool:
        """Tell whether a redirect leaves the origin: `requests` alone lets http become https."""
        return _origin(old_url) != _origin(new_url)

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Return where a redirect leads, but not from https to plain http, nor with the key in it, for logs to show."""
        target = super().get_redirect_target(resp)
        secure = urlsplit(resp.url).scheme == "https"
        if target is None or self._key.is_in(unquote(target)):
            return None
        return None if secure and urlsplit(urljoin(resp.url, target)).scheme != "https" else target

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Take the key from a request that leaves the origin; `requests` would also look for another in .netrc."""
        if self.should_strip_auth(str(response.request.url), str(prepared_request.url)):
            prepared_request.headers.pop("Authorization", None)


class _BearerAuth(requests.auth.AuthBase):
    """Carries the key. As an auth object, and not a header, it also keeps a .netrc from replacing it."""

    def __init__(self, key: ApiKey) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key.reveal()}"
        return request


class _Adapter(HTTPAdapter):
    """Opens connections that do not print what they send: `http.client` does when its `debuglevel` is set."""

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as the original
        """Return the pool of connections to a host."""
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        kind = pool.ConnectionCls
        if "debuglevel" not in vars(kind):
            pool.ConnectionCls = type(kind.__name__, (kind,), {"debuglevel": 0})
        return pool


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
