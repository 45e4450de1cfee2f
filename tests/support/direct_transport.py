"""The stand-in API without a network, for tests that make thousands of requests."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

import galtea_frames as gf
from galtea_frames.api.refusals import IdsNotFoundError
from galtea_frames.api.transport import Tally, Transport
from galtea_frames.sample import Behaviour, Request
from galtea_frames.sample.lists import Lists
from galtea_frames.sample.routes import Routes

KEY = "gsk_direct_0123456789abcdef"

T = TypeVar("T")


class DirectTransport(Transport):
    """Asks the stand-in's routes themselves.

    Attributes:
        sessions: the rows; insert, update and delete at any time.
        versions: likewise.
        lists: all lists by name.
        requests: the requests so far.
        before: called before each answer, with the number of the request.
    """

    def __init__(
        self,
        sessions: Iterable[Mapping[str, Any]] = (),
        versions: Iterable[Mapping[str, Any]] = (),
        lists: Mapping[str, Iterable[Mapping[str, Any]]] | None = None,
        **behaviour: Any,  # noqa: ANN401 - the stand-in's knobs are of several types
    ) -> None:
        self.lists = Lists({"sessions": sessions, "versions": versions} | dict(lists or {}))
        self.sessions = self.lists["sessions"]
        self.versions = self.lists["versions"]
        self.requests: list[Request] = []
        self._lock = threading.Lock()
        self.before: Callable[[int], None] = lambda _: None
        self._routes = Routes(self.lists, KEY, Behaviour(**behaviour))

    def get(
        self,
        path: str,
        params: Sequence[tuple[str, str]],
        parse: Callable[[bytes], T],
        tally: Tally,
        *,
        shrinkable: bool = False,
    ) -> T:
        """Return the parsed body, or raise as a transport does; nothing goes wrong on the way."""
        del shrinkable
        with self._lock:
            return self._answered(path, params, parse, tally)

    def _answered(self, path: str, params: Sequence[tuple[str, str]], parse: Callable[[bytes], T], tally: Tally) -> T:
        tally.count(again=False)
        number = len(self.requests) + 1
        request = Request(number, "GET", path, urlencode(params), {"Authorization": f"Bearer {KEY}"})
        self.requests.append(request)
        self.before(number)
        message = self._routes.message(request)
        if message.status == 404:
            raise IdsNotFoundError("no such row", status=404, attempts=1, path=path)
        assert message.status == 200, message.body
        return parse(message.body)

    def client(self, **settings: Any) -> gf.Client:  # noqa: ANN401 - settings are of several types
        """A client that asks here."""
        client = gf.Client(KEY, "http://localhost:1", **settings)
        client.transport = self
        return client
