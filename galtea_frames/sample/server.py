"""The sample API as a running server."""

import threading
from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from importlib import import_module
from time import monotonic
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

from galtea_frames.sample.answers import Answer, Hangup, Move, Pause
from galtea_frames.sample.behaviour import Behaviour
from galtea_frames.sample.lists import Lists
from galtea_frames.sample.queries import Refusal
from galtea_frames.sample.records import iter_session_records, version_records
from galtea_frames.sample.request import Request
from galtea_frames.sample.routes import Routes

if TYPE_CHECKING:
    from galtea_frames.sample.store import Store
    from galtea_frames.sample.wire import Handler

Answers = Iterable[Answer | None] | Callable[[Request], Answer | None]
OnRequest = Callable[["SampleApi", int], None]
Records = Iterable[Mapping[str, Any]]

API_KEY = "gsk_sample_0123456789abcdef"


class SampleApi:
    """The sample API, which serves from its creation until it is closed.

    Attributes:
        url: Its address, without a trailing slash.
        api_key: The only key that it accepts.
        lists: The rows that it serves, by the name of their list: "sessions", "versions", "evaluations",
            "inference_results", "spans", "test_cases", "tests", "metrics", "specifications", "runs", "products" and
            "models". Rows can be inserted, updated and deleted at any time.
        sessions: The same as ``lists["sessions"]``.
        versions: The same as ``lists["versions"]``.
        behaviour: Its settings, which can be changed at any time.
        on_request: Called before a request is answered, with the API and the request's number.
        requests: The requests so far, in order of arrival.
        max_concurrent: The highest number of requests answered concurrently.
    """

    def __init__(
        self,
        lists: Lists,
        behaviour: Behaviour,
        *,
        api_key: str = API_KEY,
        answers: Answers = (),
        on_request: OnRequest | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.lists = lists
        self.sessions: Store = lists["sessions"]
        self.versions: Store = lists["versions"]
        self.behaviour = behaviour
        self.api_key = api_key
        self.on_request = on_request
        self._routes = Routes(lists, api_key, behaviour)
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._concurrent = 0
        self.reset()
        self.answers = answers
        self._server = _wire().Server(host, port, self._exchange)
        self.url: str = f"http://{host}:{self._server.port}"

    def __repr__(self) -> str:
        where = vars(self).get("url", "not serving")  # in a traceback of `__init__`
        return f"<SampleApi {where}: {len(self.sessions)} sessions, {len(self.versions)} versions>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def answers(self) -> Answers:
        """Answers that replace the API's own.

        One for each successive request (None for the API's own), or a function of the request.
        """
        return self._answers

    @answers.setter
    def answers(self, answers: Answers) -> None:
        self._answers = answers
        self._next_answers = iter(()) if callable(answers) else iter(answers)

    def reset(self) -> None:
        """Clear the recorded requests and the remaining answers; rows and behaviour stay."""
        self.requests: list[Request] = []
        self.max_concurrent: int = 0
        self.answers = ()

    def close(self) -> None:
        """Stop serving: stalled answers end at once, and connections are closed. Can be called repeatedly."""
        if not self._closing.is_set():
            self._closing.set()
            self._server.stop()

    def _exchange(self, handler: "Handler") -> bool:
        """Answer one request; return whether its connection stays open."""
        request = self._arrived(handler)
        *first, last = self._moves(request)
        try:
            stays = all(self._made(move, handler, request) for move in first)
        finally:
            # Before the last move, because then the client may already send its next request.
            self._answered(request)
        return stays and self._made(last, handler, request)

    def _arrived(self, handler: "Handler") -> Request:
        path, _, query = handler.target.partition("?")
        with self._lock:
            request = Request(len(self.requests) + 1, handler.command, path, query, dict(handler.headers.items()))
            self.requests.append(request)
            self._concurrent += 1
            self.max_concurrent = max(self.max_concurrent, self._concurrent)
        return request

    def _answered(self, request: Request) -> None:
        request.ended = monotonic()
        with self._lock:
            self._concurrent -= 1

    def _moves(self, request: Request) -> list[Move]:
        """The moves that answer a request."""
        try:
            if self.on_request is not None:
                self.on_request(self, request.number)
            normal = self._routes.message(request)
            answer = self._answer_to(request)
            moves = [normal.head + normal.body] if answer is None else answer.moves(normal)
            return [Pause(self.behaviour.latency_of(request)), *moves]
        except Exception as error:  # noqa: BLE001 - shown to the client
            # 400, which clients do not retry.
            refusal = Refusal(HTTPStatus.BAD_REQUEST, f"The sample API failed: {error!r}")
            message = self._routes.refused(refusal).message()
            return [message.head + message.body]

    def _answer_to(self, request: Request) -> Answer | None:
        if callable(self._answers):
            return self._answers(request)
        with self._lock:
            return next(self._next_answers, None)

    def _made(self, move: Move, handler: "Handler", request: Request) -> bool:
        """Make one move; return whether another one may follow."""
        if isinstance(move, Pause):
            return not (move.seconds > 0 and self._closing.wait(move.seconds))
        if isinstance(move, Hangup):
            if move.reset:
                _wire().reset(handler.connection)
            return False
        if request.status is None and move.startswith(b"HTTP/"):
            request.status = int(move[9:12])
        handler.connection.sendall(move)
        return True


def _wire() -> ModuleType:
    """The module that needs werkzeug, imported only when something is served."""
    try:
        return import_module("galtea_frames.sample.wire")
    except ImportError as error:
        raise ImportError("serving the sample API needs werkzeug: pip install 'galtea-frames[sample]'") from error


def serve(
    sessions: int | Records = 2_000,
    versions: int | Records = 8,
    *,
    lists: Mapping[str, Records] | None = None,
    api_key: str = API_KEY,
    answers: Answers = (),
    on_request: OnRequest | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    cap: int | None = None,
    default_limit: int = 10_000,
    latency: float | Callable[[Request], float] = 0.0,
    gzip: bool = True,
    tie_order: Literal["stable", "shuffled"] = "stable",
    sort_default: Literal["desc", "asc", "shuffled"] = "desc",
    sortable: tuple[str, ...] = ("createdAt",),
    error_keys: tuple[str, ...] = ("message",),
) -> SampleApi:
    """Serve sample rows, or your own, on this machine, as the real API does.

    The server answers the requests for sessions, versions and the ten further lists, with all their filters. The rows
    of the further lists follow from the sessions and versions, and are made when they are first requested. Like the
    real API, it ignores unknown parameters.

    Example:
        >>> from urllib.request import Request, urlopen
        >>> with serve(sessions=3) as api:
        ...     headers = {"Authorization": f"Bearer {api.api_key}"}
        ...     with urlopen(Request(f"{api.url}/sessions?limit=0", headers=headers)) as answer:
        ...         answer.read()
        b'[]'

    Args:
        sessions: Number of sample sessions, or the records to serve.
        versions: Number of sample versions, or the records to serve.
        lists: Records of further lists to serve instead of those that follow from the sessions, by the list's name
            (see `SampleApi`): ``{"metrics": []}``.
        api_key: The only key that is accepted.
        answers: Answers that replace the API's own: one for each successive request (None for the API's own), or a
            function of the request.
        on_request: Called before each request is answered, with the API and the number of the request.
        host: Host to listen on.
        port: Port to listen on; 0 for any free port.
        cap: Maximum rows in one answer; like all further arguments, an attribute of `Behaviour`.
        default_limit: Maximum rows in an answer to a request without ``limit``.
        latency: Seconds before each answer, or a function of the request.
        gzip: Whether to compress for clients that accept it.
        tie_order: Order of rows with the same ``createdAt``.
        sort_default: Order without ``sort``.
        sortable: Fields that ``sort`` accepts.
        error_keys: Keys of the message in an error's body.

    Returns:
        The running server, a context manager that closes it.

    Raises:
        ImportError: werkzeug is not installed.
        OSError: The port is taken.
        ValueError: A number is too small, or a list is unknown.
    """
    _wire()
    behaviour = Behaviour(
        cap=cap,
        default_limit=default_limit,
        latency=latency,
        gzip=gzip,
        tie_order=tie_order,
        sort_default=sort_default,
        sortable=sortable,
        error_keys=error_keys,
    )
    for name, many in (("sessions", sessions), ("versions", versions)):
        if isinstance(many, int) and many < 0:
            raise ValueError(f"{name} must be a number from 0, or the records themselves, not {many!r}")
    of_versions = version_records(versions) if isinstance(versions, int) else list(versions)
    of_sessions = iter_session_records(sessions, of_versions) if isinstance(sessions, int) else sessions
    return SampleApi(
        Lists({"sessions": of_sessions, "versions": of_versions} | dict(lists or {})),
        behaviour,
        api_key=api_key,
        answers=answers,
        on_request=on_request,
        host=host,
        port=port,
    )
