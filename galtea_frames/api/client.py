"""The client: an API address, a key, limits, and the connections that loaders share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Self

from galtea_frames.api.settings import Settings, find_key, find_url
from galtea_frames.api.transport import Transport
from galtea_frames.printable import html_table

if TYPE_CHECKING:
    from types import TracebackType


class Client:
    """A client of the API, passed to loaders as `client=`.

    Use it as a context manager to close its connections. It can be shared between threads and with forked processes,
    which open connections of their own. Timeouts are in seconds.

    Args:
        api_key: API key; by default `GALTEA_API_KEY`, else the contents of `~/.galtea/api-key`.
        base_url: address of the API; by default `GALTEA_API_URL`, else `https://api.galtea.ai`. Plain http is only
            allowed to this machine.
        page_size: rows to request at a time, up to 10,000; halved while the server fails at pages of this size.
        max_workers: maximum number of concurrent requests.
        connect_timeout: time to wait for a connection.
        read_timeout: time to wait for the next byte of an answer. The API may take up to 60 s.
        max_attempts: maximum number of attempts per request.
        max_elapsed: maximum time for one request, including all attempts and the waits between them.
        max_response_bytes: maximum size of an answer, decompressed. A larger page is requested again in halves; a
            single row that is larger raises ResponseError.
        progress: whether to show progress; "auto" shows it on a terminal and in a notebook.

    Raises:
        SettingsError: no API key was found, or a setting is invalid.
    """

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        *,
        page_size: int = 1000,
        max_workers: int = 4,
        connect_timeout: float = 5.0,
        read_timeout: float = 60.0,
        max_attempts: int = 6,
        max_elapsed: float = 300.0,
        max_response_bytes: int = 100_000_000,
        progress: bool | Literal["auto"] = "auto",
    ) -> None:
        try:
            key = find_key(api_key)
            address = find_url(base_url, key)
        finally:
            # Tools that print tracebacks with local variables would show the key.
            del api_key, base_url
        self.settings: Settings = Settings(
            api_key=key,
            base_url=address,
            page_size=page_size,
            max_workers=max_workers,
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
            max_attempts=max_attempts,
            max_elapsed=max_elapsed,
            max_response_bytes=max_response_bytes,
            progress=progress,
        )
        self.transport: Transport = Transport(self.settings)

    def close(self) -> None:
        """Close the connections."""
        self.transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _repr_html_(self) -> str:
        """Return address, masked key and limits as an HTML table for notebooks."""
        settings = self.settings
        limits: dict[str, object] = {
            "address": settings.base_url,
            "key": settings.api_key,
            "page size": f"{settings.page_size:,} rows",
            "requests at once": f"at most {settings.max_workers}",
            "timeouts": f"{settings.connect_timeout:g} s to connect, {settings.read_timeout:g} s to read",
            "one request": f"at most {settings.max_attempts} attempts within {settings.max_elapsed:g} s",
        }
        return html_table(limits)

    def __repr__(self) -> str:
        if "settings" not in vars(self):  # in a traceback of `__init__`
            return "Client()"
        settings = self.settings
        return (
            f"Client({settings.base_url}, key {settings.api_key}, page_size={settings.page_size},"
            f" max_workers={settings.max_workers})"
        )
