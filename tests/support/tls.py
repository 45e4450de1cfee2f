"""A TLS front for the stand-in API: connections break differently there than over plain HTTP."""

import contextlib
import select
import socket
import ssl
import threading
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import trustme

from galtea_frames.sample.wire import reset


class TlsFront:
    """Passes bytes on between TLS clients and a server, and breaks its side when the server breaks its own.

    Attributes:
        url: its address.
        authority: who vouches for its certificate; nobody trusts it unless told to.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._behind = (parts.hostname, parts.port)
        self.authority = trustme.CA()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert("localhost").configure_cert(self._context)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://localhost:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Closing alone does not wake a thread that is accepting.
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def trust(self, folder: Path) -> Path:
        """Write the authority's certificate to a file, for `REQUESTS_CA_BUNDLE`."""
        path = folder / "authority.pem"
        self.authority.cert_pem.write_to_path(str(path))
        return path

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        # OSError: the client does not trust the certificate, or is gone.
        with (
            contextlib.suppress(OSError),
            self._context.wrap_socket(connection, server_side=True) as client,
            socket.create_connection(self._behind) as server,
        ):
            try:
                _pass_on(client, server)
            except ConnectionResetError:
                reset(client)


def _pass_on(client: ssl.SSLSocket, server: socket.socket) -> None:
    """Pass bytes on until either side ends; the other then ends without TLS's farewell, as by a crash."""
    while True:
        readable, _, _ = select.select([client, server], [], [])
        for source in readable:
            received = source.recv(65_536)
            if not received:
                return
            (server if source is client else client).sendall(received)
