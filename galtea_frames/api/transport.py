"""The only network I/O: one GET request, with key, timeouts and retries."""

from __future__ import annotations

import random
import sys
import threading
import time
import traceback
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import urlencode

import tenacity

from galtea_frames.api.answers import Answer, ask
from galtea_frames.api.bodies import BodyTooLargeError, BrokenBodyError
from galtea_frames.api.connections import CrossOriginError, deadline_in, open_session
from galtea_frames.api.failures import AnswerTooLarge, Failure, Timeout, Unreadable, classify_failure, final_error
from galtea_frames.api.refusals import api_message, one_line, refusal_error, retry_after_seconds
from galtea_frames.errors import QueryError, RequestError, ResponseError
from galtea_frames.per_process import PerProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from galtea_frames.api.connections import Session
    from galtea_frames.api.settings import Settings

T = TypeVar("T")

#: Statuses that are retried (docs/api.md, "Errors").
RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})

#: Statuses that a smaller page may avoid.
TOO_LARGE = frozenset({413, 504})

_FIRST_WAIT = 0.5
_LONGEST_WAIT = 30.0


class PageTooLarge(Exception):  # noqa: N818 - internal signal, never raised to callers
    """The server failed at a page of this size; a smaller one may succeed."""


class LoadAbandonedError(Exception):
    """The load of this request was abandoned; never raised to callers."""


@dataclass
class Tally:
    """The requests of one load so far, and whether it was abandoned.

    Attributes:
        requests: number of requests sent, including retries.
        retries: number of retries.
        abandoned: set when the load failed or was given up; no more requests are sent then.
        tell: shows the user what the load is waiting for.
    """

    requests: int = 0
    retries: int = 0
    abandoned: threading.Event = field(default_factory=threading.Event, repr=False)
    tell: Callable[[str], None] = field(default=lambda _: None, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def count(self, *, again: bool) -> None:
        """Count one request."""
        with self._lock:
            self.requests += 1
            self.retries += again


@dataclass
class _Call(Generic[T]):
    """One request and its attempts so far."""

    url: str
    path: str
    parse: Callable[[bytes], T]
    tally: Tally
    shrinkable: bool
    attempts: int = 0


@dataclass(frozen=True)
class _Connections:
    """The connections of one process.

    Attributes:
        session: the connections.
        slots: limits concurrent requests, however many loads share the client.
    """

    session: Session
    slots: threading.BoundedSemaphore


class Transport:
    """Sends GET requests to one API with one key. It can be shared between threads and with forked processes.

    Args:
        settings: key, address, timeouts and the retry budget.
        sleep: waits for a number of seconds; by default, until then or until the load is abandoned.
        clock: returns monotonic seconds.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        sleep: Callable[[float], Any] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._sleep = sleep
        self._clock = clock
        self._held_until = 0.0
        self._connections = PerProcess(
            lambda: _Connections(open_session(settings), threading.BoundedSemaphore(settings.max_workers))
        )

    def close(self) -> None:
        """Close the connections of this process; those of its parent process stay open."""
        self._connections.get().session.close()

    def get(
        self,
        path: str,
        params: Sequence[tuple[str, str]],
        parse: Callable[[bytes], T],
        tally: Tally,
        *,
        shrinkable: bool = False,
    ) -> T:
        """Send a request, with retries, and return the parsed body of the answer.

        Args:
            path: path of the request, relative to the API's address.
            params: the query parameters, in order.
            parse: parses the body; a ValueError counts as a failed attempt.
            tally: counts the requests.
            shrinkable: raise PageTooLarge at once if a smaller page may help.

        Raises:
            PageTooLarge: 413, 504, a read timeout or a body beyond `max_response_bytes`, if `shrinkable`.
            QueryError: the query contains the key.
            RequestError: the API rejected the request, or could not be reached within the retry budget.
            ResponseError: no attempt's body could be parsed, or it is too large.
        """
        if any(self._settings.api_key.is_in(value) for _, value in params):
            raise QueryError(
                "a filter contains the API key, which would then appear in logs; pass it as api_key to gf.Client"
            )
        query = f"?{urlencode(params)}" if params else ""
        call = _Call(f"{self._settings.base_url}{path}{query}", path, parse, tally, shrinkable)
        failure: Failure
        try:
            result: T = self._retrying(call)(self._attempt, call)
        except Failure as last:
            failure = last
        else:
            return result
        # Raised outside of the handler: exceptions in its chain would hold the request, and so the key.
        address = call.url.partition("?")[0]
        raise final_error(failure, path, address, call.attempts, self._settings.max_elapsed)

    def _retrying(self, call: _Call[T]) -> tenacity.Retrying:
        settings = self._settings
        waits: dict[int, float] = {}
        started = self._clock()

        def wait(state: tenacity.RetryCallState) -> float:
            if state.attempt_number not in waits:
                waits[state.attempt_number] = self._wait_after(state)
            return waits[state.attempt_number]

        def stop(state: tenacity.RetryCallState) -> bool:
            elapsed = self._clock() - started
            return state.attempt_number >= settings.max_attempts or elapsed + wait(state) > settings.max_elapsed

        def tell(state: tenacity.RetryCallState) -> None:
            failure = state.outcome.exception() if state.outcome else None
            trial = f"attempt {state.attempt_number + 1} of {settings.max_attempts} in {wait(state):.1f} s"
            call.tally.tell(f"{settings.base_url}: {failure}; {trial}")

        retried = tenacity.retry_if_exception_type(Failure)
        pause = self._pause(call)
        return tenacity.Retrying(stop=stop, wait=wait, retry=retried, sleep=pause, before_sleep=tell, reraise=True)

    def _wait_after(self, state: tenacity.RetryCallState) -> float:
        failure = state.outcome.exception() if state.outcome else None
        retry_after = failure.retry_after if isinstance(failure, Failure) else None
        wait = wait_seconds(state.attempt_number, retry_after, random.random())  # noqa: S311 - jitter
        if isinstance(failure, Failure) and failure.status == HTTPStatus.TOO_MANY_REQUESTS:
            # Rate limits apply to the key, so all requests of this transport wait.
            self._held_until = max(self._held_until, self._clock() + wait)
        return wait

    def _attempt(self, call: _Call[T]) -> T:
        self._hold_back(call)
        if call.tally.abandoned.is_set():
            raise LoadAbandonedError
        if not call.tally.requests:
            call.tally.tell(f"asking {self._settings.base_url}")
        call.tally.count(again=call.attempts > 0)
        call.attempts += 1
        outcome = self._send(call)
        if call.shrinkable and _is_too_large(outcome):
            raise PageTooLarge
        if isinstance(outcome, AnswerTooLarge):
            most = f"{self._settings.max_response_bytes:,}"
            raise ResponseError(f"{call.path} answered more than {most} bytes for one row: raise max_response_bytes=")
        if isinstance(outcome, Exception):
            raise outcome
        if outcome.status != HTTPStatus.OK:
            raise self._refusal(outcome, call)
        try:
            return call.parse(outcome.body)
        except ValueError as problem:
            words = one_line(self._settings.without_key(str(problem)))
        raise Unreadable(words, status=outcome.status)

    def _pause(self, call: _Call[T]) -> Callable[[float], Any]:
        return self._sleep or call.tally.abandoned.wait

    def _hold_back(self, call: _Call[T]) -> None:
        """Wait until the rate limit allows another request; raise at once if that takes too long."""
        budget = self._settings.max_elapsed
        # In a loop, because another thread's request may meanwhile be told to wait longer.
        while (held := self._held_until - self._clock()) > 0 and not call.tally.abandoned.is_set():
            if held > budget:
                wait = f"the API asks to wait {held:.0f} s, and the budget is max_elapsed={budget:g} s"
                status, attempts = HTTPStatus.TOO_MANY_REQUESTS.value, call.attempts
                raise RequestError(f"{call.path}: {wait}", status=status, attempts=attempts, path=call.path)
            self._pause(call)(held)

    def _send(self, call: _Call[T]) -> Answer | Failure | AnswerTooLarge | RequestError:
        """Return the answer, or why there is none; not raised here, because the chain would hold the key."""
        settings = self._settings
        timeout = (settings.connect_timeout, settings.read_timeout)
        earlier = sys.exception()
        connections = self._connections.get()
        try:
            with connections.slots, deadline_in(settings.max_elapsed):
                return ask(connections.session, call.url, timeout, settings.max_response_bytes)
        # OSError: the base of the errors of `requests`, which also raises it for a missing file of CA certificates.
        # ValueError: an invalid address or number, which `requests` does not check itself.
        except (OSError, ValueError, CrossOriginError, BodyTooLargeError, BrokenBodyError) as problem:
            return classify_failure(problem, settings, call.path, call.attempts)
        except BaseException as problem:  # Ctrl-C or a bug: its frames hold the header with the key
            _forget_locals(problem, earlier)
            raise

    def _refusal(self, answer: Answer, call: _Call[T]) -> Failure | RequestError:
        # Before the message is shortened, which might cut the key in two.
        body = answer.body.replace(self._settings.api_key.reveal().encode(), b"...")
        words = self._settings.without_key(api_message(answer.content_type, body))
        if answer.status in RETRIED:
            retry_after = retry_after_seconds(answer.retry_after, time.time())
            return Failure(words, status=answer.status, retry_after=retry_after)
        return refusal_error(answer.status, words, body, call.attempts, call.path)


def wait_seconds(attempt: int, retry_after: float | None, chance: float) -> float:
    """Return how many seconds to wait after a failed attempt: exponential with jitter, at least `Retry-After`.

    Args:
        attempt: number of the failed attempt, from 1.
        retry_after: the seconds that the server asked to wait, if any.
        chance: a random number from 0 to 1.
    """
    ceiling = min(_FIRST_WAIT * 2 ** (attempt - 1), _LONGEST_WAIT)
    backoff: float = ceiling * (0.5 + chance / 2)
    return backoff if retry_after is None else retry_after + backoff * 0.1


def _is_too_large(outcome: Answer | Exception) -> bool:
    if isinstance(outcome, Answer):
        return outcome.status in TOO_LARGE
    return isinstance(outcome, Timeout | AnswerTooLarge)


def _forget_locals(problem: BaseException | None, earlier: BaseException | None) -> None:
    """Clear the local variables in the frames of an exception and of its causes, up to an earlier exception."""
    while problem is not None and problem is not earlier:
        traceback.clear_frames(problem.__traceback__)
        problem = problem.__cause__ or problem.__context__
