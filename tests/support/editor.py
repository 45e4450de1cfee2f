"""A minimal Language Server Protocol client, to ask pyright about a position in a file."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import count
from threading import Timer
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from pathlib import Path

#: What an editor says it can show.
CAPABILITIES = {
    "textDocument": {"hover": {"contentFormat": ["markdown"]}},
    "workspace": {"configuration": True},
}

_PATIENCE = 120.0


class Editor:
    """An editor with one file open, and pyright beside it; a context manager that ends both.

    Args:
        file: where the file would be; it need not exist.
        text: what stands in it.
    """

    def __init__(self, file: Path, text: str) -> None:
        self._lines = text.splitlines()
        self._document = {"uri": file.as_uri()}
        self._numbers = count(1)
        self._server = subprocess.Popen(
            [sys.executable, "-m", "pyright.langserver", "--stdio"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._patience = Timer(_PATIENCE, self._server.kill)  # an answer that never comes must not hold up all tests
        self._patience.start()
        folder = {"uri": file.parent.as_uri(), "name": "notes"}
        self._ask("initialize", processId=None, capabilities=CAPABILITIES, workspaceFolders=[folder])
        self._send(method="initialized", params={})
        opened = {**self._document, "languageId": "python", "version": 1, "text": text}
        self._send(method="textDocument/didOpen", params={"textDocument": opened})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._patience.cancel()
        self._server.kill()
        self._server.communicate()

    def hover(self, words: str) -> str:
        """Return what is shown of the name that these words end with."""
        return str(self._at("hover", words, back=1)["contents"]["value"])

    def signature(self, words: str) -> dict[str, Any]:
        """Return the signature shown of the call in which these words end."""
        (signature,) = self._at("signatureHelp", words)["signatures"]
        return dict(signature)

    def completions(self, words: str) -> list[str]:
        """Return what is offered after these words."""
        return [each["label"] for each in self._at("completion", words)["items"]]

    def _at(self, what: str, words: str, *, back: int = 0) -> Any:  # noqa: ANN401 - the answers differ as the questions do
        """Ask about the place where these words end, in the only line that begins with them, or so far before it."""
        (line,) = [number for number, line in enumerate(self._lines) if line.startswith(words)]
        place = {"line": line, "character": len(words) - back}
        return self._ask(f"textDocument/{what}", textDocument=self._document, position=place)

    def _ask(self, method: str, **params: object) -> Any:  # noqa: ANN401 - as above
        number = next(self._numbers)
        self._send(id=number, method=method, params=params)
        while (message := self._receive()).get("id") != number or "method" in message:
            if "id" in message:  # pyright asks for settings
                wanted = [each.get("section") for each in message["params"].get("items", ())]
                settings = [{"pythonPath": sys.executable} if each == "python" else {} for each in wanted]
                self._send(id=message["id"], result=settings)
        return message["result"]

    def _send(self, **message: object) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._server.stdin is not None
        self._server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._server.stdin.flush()

    def _receive(self) -> dict[str, Any]:
        assert self._server.stdout is not None
        length = 0
        while line := self._server.stdout.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name == b"Content-Length" else length
        assert length, "pyright has ended, or said nothing for two minutes"
        message: dict[str, Any] = json.loads(self._server.stdout.read(length))
        return message
