"""The client: one API, one key, one set of limits, and the connections that loaders share."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Literal, Self

from galtea_frames.api.settings import Settings, find_key, find_url
from galtea_frames.api.transport import Transport

if TYPE_CHECKING:
    from types import TracebackType


class Client:
    """A connection to the API, to be passed to loaders as `client=`; a context manager that closes itself.

    Safe to share between threads, and with processes that are forked from this one: each opens connections of its own.
    Times are in seconds.

    Args:
        api_key: the key; by default `GALTEA_API_KEY`, else the file `~/.galtea/api-key`.
        base_url: the API's address; by default `GALTEA_API_URL`, else `https://api.galtea.ai`. Plain http only to
            this machine.
        page_size: rows to ask for at a time, up to 10,000; it halves while the server fails at it.
        max_workers: requests under way at once, at most.
        connect_timeout: how long to wait for a connection.
        read_timeout: how long to wait for the next byte of an answer. The API may take up to 60 s.
        max_attempts: how often one request is sent, at most.
        max_elapsed: how long one request may take, with its attempts and the waits between them; no attempt begins
            later, and none takes longer, however slowly its answer comes in.
        max_response_bytes: how many bytes one answer may have, decompressed. A larger page is asked for again in
            halves; a single row that is larger is a ResponseError.
        progress: True, False, or "auto": on a terminal and in a notebook.

    Raises:
        SettingsError: there is no key, or a setting cannot be used.
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
            # A traceback may be shown with the local variables of its frames: here these are the key's own text.
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
        """Return address, masked key and limits as a table for notebooks, which give tables a style of their own."""
        settings = self.settings
        limits = {
            "address": settings.base_url,
            "key": settings.api_key,
            "page size": f"{settings.page_size:,} rows",
            "requests at once": f"at most {settings.max_workers}",
            "timeouts": f"{settings.connect_timeout:g} s to connect, {settings.read_timeout:g} s to read",
            "one request": f"at most {settings.max_attempts} attempts within {settings.max_elapsed:g} s",
        }
        rows = (f"<tr><th>{name}</th><td>{html.escape(str(value))}</td></tr>" for name, value in limits.items())
        return f"<table>{''.join(rows)}</table>"

    def __repr__(self) -> str:
        if "settings" not in vars(self):  # a traceback of its making may show it
            return "Client()"
        settings = self.settings
        return (
            f"Client({settings.base_url}, key {settings.api_key}, page_size={settings.page_size},"
            f" max_workers={settings.max_workers})"
        )
