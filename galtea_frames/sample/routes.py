"""The API's normal answers."""

import gzip
from collections.abc import Callable, Sequence
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import unquote

from galtea_frames.sample.answers import Message, Reply, html
from galtea_frames.sample.behaviour import Behaviour
from galtea_frames.sample.dice import Dice
from galtea_frames.sample.lists import Lists
from galtea_frames.sample.queries import Refusal, Selection, is_too_long, parse_selection
from galtea_frames.sample.request import Request
from galtea_frames.sample.resource import Resource
from galtea_frames.sample.resources import RESOURCES, SESSIONS
from galtea_frames.sample.store import Row, Shuffle, Store, encode, encode_page

_JSON = {"Content-Type": "application/json; charset=utf-8"}
_HTML = {"Content-Type": "text/html; charset=utf-8"}
#: Shorter answers are not compressed, as in the API's web framework.
_GZIP_FROM_BYTES = 1_024
#: Each list by the path of its requests.
_PATHS = {f"/{resource.path or resource.name}": resource for resource in RESOURCES.values()}


class Routes:
    """Answers requests from the rows and the behaviour."""

    def __init__(self, lists: Lists, api_key: str, behaviour: Behaviour) -> None:
        self.lists = lists
        self.api_key = api_key
        self.behaviour = behaviour
        self._dice = Dice(0)

    def message(self, request: Request) -> Message:
        """The answer to a request, compressed if the client accepts it."""
        message = self._reply(request).message()
        accepted = self.behaviour.gzip and "gzip" in request.header("Accept-Encoding")
        if not accepted or len(message.body) < _GZIP_FROM_BYTES:
            return message
        return message.with_body(gzip.compress(message.body, 1, mtime=0), Content_Encoding="gzip")

    def refused(self, refusal: Refusal) -> Reply:
        """An error answer with the configured keys."""
        return Reply(refusal.status, dict.fromkeys(self.behaviour.error_keys, refusal.message))

    def _reply(self, request: Request) -> Reply:
        route = self._route(request)
        if is_too_long(request.query_string, request.query, _PATHS.get(request.path, SESSIONS)):
            return Reply(HTTPStatus.FORBIDDEN, html("403 Forbidden"), _HTML)
        if request.method != "GET" or route is None:
            return Reply(HTTPStatus.NOT_FOUND, html(f"Cannot {request.method} {request.path}"), _HTML)
        try:
            self._authorize(request)
            return route(request)
        except Refusal as refusal:
            return self.refused(refusal)

    def _route(self, request: Request) -> Callable[[Request], Reply] | None:
        """The method that answers a path; None for paths that the API does not have."""
        if request.path in _PATHS:
            return self._list
        parent, _, row_id = request.path.rpartition("/")
        if parent in _PATHS and row_id:
            return self._one
        return _any_client if request.path == "/minimum-sdk-version" else None

    def _authorize(self, request: Request) -> None:
        if request.header("Authorization") != f"Bearer {self.api_key}":
            raise Refusal(HTTPStatus.UNAUTHORIZED, "Invalid or missing API key")

    def _list(self, request: Request) -> Reply:
        store = self.lists[_PATHS[request.path].name]
        selection = self._selection(request, store.resource)
        limit = self.behaviour.limit_of(selection.limit)
        rows = store.select(selection, limit, self._shuffle())
        _refuse_missing(selection, rows, store)
        request.rows = len(rows)
        return Reply(HTTPStatus.OK, encode_page(rows), _JSON)

    def _selection(self, request: Request, resource: Resource) -> Selection:
        selection = parse_selection(request.query, resource, self.behaviour.sortable, self.lists.elsewhere)
        default = self.behaviour.sort_default
        if selection.sort or default == "shuffled":
            return selection
        return replace(selection, sort=(("createdAt", default == "desc"),))

    def _shuffle(self) -> Shuffle | None:
        if self.behaviour.tie_order == "stable" and self.behaviour.sort_default != "shuffled":
            return None
        return lambda rows: sorted(rows, key=lambda _: self._dice.roll())

    def _one(self, request: Request) -> Reply:
        parent, _, row_id = request.path.rpartition("/")
        store = self.lists[_PATHS[parent].name]
        if unquote(row_id) not in store:
            raise Refusal(HTTPStatus.NOT_FOUND, f"{store.resource.noun} {unquote(row_id)} not found")
        return Reply(HTTPStatus.OK, encode(store[unquote(row_id)]), _JSON)


def _refuse_missing(selection: Selection, rows: Sequence[Row], store: Store) -> None:
    """Refuse the request if any of its ``ids`` is not among the rows found: ``ids`` is strict."""
    column = store.resource.columns.index("id")
    found = {row.values[column] for row in rows}
    if missing := [row_id for row_id in selection.ids or () if row_id not in found]:
        raise Refusal(HTTPStatus.NOT_FOUND, f"Not found among the {store.resource.nouns}: {', '.join(missing)}")


def _any_client(request: Request) -> Reply:
    """The version check of the vendor's client, which accepts every version."""
    del request
    return Reply(HTTPStatus.OK, {"minimumSdkVersionSupported": "0.0.0", "latestSdkVersionPublished": "0.0.0"})
