"""Connections that send the key to one origin only, never reveal it, and enforce a deadline."""

from __future__ import annotations

import io
import math
import platform
import time
from contextlib import contextmanager
from contextvars import ContextVar
from http.client import HTTPResponse
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter

from galtea_frames._version import __version__
from galtea_frames.api.bodies import CODINGS

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from galtea_frames.api.settings import ApiKey, Settings

#: When the answer to this thread's request must be complete, in seconds of the monotonic clock.
_deadline: ContextVar[float] = ContextVar("deadline", default=math.inf)


class CrossOriginError(Exception):
    """A redirect leads to another origin.

    Attributes:
        status: the HTTP status of the redirect.
        origin: the origin that it leads to.
    """

    def __init__(self, status: int, origin: str) -> None:
        super().__init__(status, origin)
        self.status = status
        self.origin = origin


class SlowAnswerError(TimeoutError):
    """The answer was incomplete at the deadline, although bytes kept arriving."""


@contextmanager
def deadline_in(seconds: float) -> Iterator[None]:
    """Make requests raise SlowAnswerError, as the root cause, if their answer is incomplete after this many seconds."""
    token = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)


def open_session(settings: Settings) -> Session:
    """Return a session with the key and limits of the settings. It keeps no cookies."""
    session = Session(settings.api_key)
    session.headers["User-Agent"] = f"galtea-frames/{__version__} python/{platform.python_version()}"
    session.headers["Accept"] = "application/json"
    session.headers["Accept-Encoding"] = CODINGS
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = _Adapter(pool_maxsize=max(settings.max_workers, 10))
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


class Session(requests.Session):
    """A session that sends the key only in its header, and does not follow redirects by itself."""

    def __init__(self, key: ApiKey) -> None:
        super().__init__()
        self.auth: requests.auth.AuthBase = _BearerAuth(key)
        self._key = key

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return None: `requests` would read the whole body of a redirect before following it."""

    def next_address(self, answer: requests.Response) -> str | None:
        """Return the URL that a redirect leads to.

        None for any other answer, and for a URL that holds the key, which would then appear in logs.

        Raises:
            CrossOriginError: the URL is of another origin.
            ValueError: the URL is invalid.
        """
        target = super().get_redirect_target(answer)
        if target is None or self._key.is_in(unquote(target)):
            return None
        address = urljoin(answer.url, requests.utils.requote_uri(target))
        if _origin(address) != _origin(answer.url):
            raise CrossOriginError(answer.status_code, "{}://{}".format(*_origin(address)))
        return address


class _BearerAuth(requests.auth.AuthBase):
    """Adds the key to a request. Unlike a plain header, an auth object is not overridden by a .netrc file."""

    def __init__(self, key: ApiKey) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key.reveal()}"
        return request


class _Adapter(HTTPAdapter):
    """Opens connections that respect the deadline, and never print headers even if `http.client.debuglevel` is set."""

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as the original
        """Return the pool of connections to a host."""
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        kind = pool.ConnectionCls
        if "debuglevel" not in vars(kind):
            ours = {"debuglevel": 0, "response_class": staticmethod(_response_in_time)}
            pool.ConnectionCls = type(kind.__name__, (kind,), ours)
        return pool


def _response_in_time(sock: socket.socket, *, method: str | None = None) -> HTTPResponse:
    return HTTPResponse(_Deadlined(sock, _deadline.get()), method=method)  # type: ignore[arg-type]


class _Deadlined(io.RawIOBase):
    """Reads from a socket until a deadline.

    A socket's own timeout restarts with each byte, so a server that sends one now and then could stall forever.
    """

    def __init__(self, sock: socket.socket, deadline: float) -> None:
        self._sock = sock
        # Keeps the socket open when its connection releases it.
        self._received = sock.makefile("rb", buffering=0)
        self._deadline = deadline

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return the buffered file that `http.client` reads the answer from."""
        return io.BufferedReader(self)

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401 - anything writable, for which 3.11 has no name
        """Receive bytes into the buffer and return how many; 0 at the end."""
        of_each_byte = self._sock.gettimeout()
        left = self._deadline - time.monotonic()
        if left > 0:
            try:
                self._sock.settimeout(left if of_each_byte is None else min(left, of_each_byte))
                return self._received.readinto(buffer)
            except TimeoutError:
                if time.monotonic() < self._deadline:
                    raise
            finally:
                self._sock.settimeout(of_each_byte)
        raise SlowAnswerError

    def close(self) -> None:
        """Release the socket."""
        self._received.close()
        super().close()


def _origin(url: str) -> tuple[str, str]:
    """Return the normalized scheme and host with port of a URL."""
    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, f"{parts.hostname}:{port}" if port else f"{parts.hostname}"
