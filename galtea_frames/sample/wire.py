"""Sockets and threads of the sample API: the only module that needs werkzeug."""

import os
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from werkzeug.exceptions import NotFound
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

#: Answers one request over its connection, and says whether the connection stays open.
Exchange = Callable[["Handler"], bool]

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Handler(WSGIRequestHandler):
    """One connection and its requests."""

    server: "Server"
    close_connection: bool
    protocol_version = "HTTP/1.1"
    # The next part of an answer must not wait for the acknowledgement of the previous one.
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        """Answer one request. Unlike werkzeug's own method, keep the connection open, as the API does."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with suppress(ConnectionError):
            self.close_connection |= not self.server.exchange(self)
            return
        self.close_connection = True

    @property
    def target(self) -> str:
        """Path and query as sent; ``self.path`` loses a second slash at the beginning."""
        return self.requestline.split(" ")[1]

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Log nothing: the API records its requests."""


class Server(ThreadedWSGIServer):
    """The listening socket, with one thread per connection."""

    def __init__(self, host: str, port: int, exchange: Exchange) -> None:
        self.exchange = exchange
        self._open: dict[threading.Thread, socket.socket] = {}
        # If a port is taken, werkzeug prints and exits; our own socket raises OSError.
        with _listening(host, port) as listening:
            # werkzeug also requires an application, which `Handler` never calls.
            super().__init__(host, port, NotFound(), Handler, fd=listening.fileno())
        self._process = os.getpid()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), name="sample API", daemon=True)
        self._thread.start()

    def process_request(self, request: Any, client_address: object) -> None:  # noqa: ANN401 - socketserver's
        """Serve a connection in a thread that `stop` can end and join."""
        thread = threading.Thread(target=self.process_request_thread, args=(request, client_address), daemon=True)
        self._open = {one: its for one, its in self._open.items() if one.is_alive()} | {thread: request}
        thread.start()

    def stop(self) -> None:
        """Close all connections and join their threads; do nothing in a forked process, which has none."""
        if os.getpid() != self._process:
            return
        self.shutdown()
        self._thread.join()
        for connection in self._open.values():
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._open:
            thread.join()


def _listening(host: str, port: int) -> socket.socket:
    """A listening socket.

    Raises:
        OSError: The port is taken, or not permitted.
    """
    try:
        return socket.create_server((host, port), backlog=128)
    except (OSError, OverflowError) as problem:
        reason = getattr(problem, "strerror", None) or problem
        raise OSError(f"cannot serve at {host}:{port} ({reason}): choose another port, or 0 for any free one") from None


def reset(connection: socket.socket) -> None:
    """Close a connection as a killed process does: undelivered data is lost."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    socket.close(connection.detach())
