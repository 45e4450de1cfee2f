"""The only network I/O: one GET with its key, its timeouts and its attempts."""

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
from galtea_frames.api.bodies import BrokenBodyError, OverlongBodyError
from galtea_frames.api.connections import ElsewhereError, open_session, whole_within
from galtea_frames.api.failures import Failure, Overlong, Timeout, Unreadable, final_error, unanswered
from galtea_frames.api.refusals import api_words, one_line, refusal_error, retry_after_seconds
from galtea_frames.errors import QueryError, RequestError, ResponseError
from galtea_frames.per_process import PerProcess

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from galtea_frames.api.connections import Session
    from galtea_frames.api.settings import Settings

T = TypeVar("T")

#: Answers worth asking for again (docs/api.md, "Errors").
RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})

#: Answers that a smaller page may avoid.
TOO_LARGE = frozenset({413, 504})

_FIRST_WAIT = 0.5
_LONGEST_WAIT = 30.0


class PageTooLarge(Exception):  # noqa: N818 - a signal to the page walk, never seen by a caller
    """The server did not manage a page of this size; a smaller one may do."""


class LoadAbandonedError(Exception):
    """Nobody waits for this request's load any more; seen by no caller."""


@dataclass
class Tally:
    """What one load cost, and whether anyone still waits for it.

    Attributes:
        requests: requests sent.
        retries: how many of them were sent again.
        abandoned: set when the load failed, or was given up: no request of it is sent any more.
        tell: shows whoever waits for the load what it waits for.
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
    """One request, however often it is sent."""

    url: str
    path: str
    parse: Callable[[bytes], T]
    tally: Tally
    shrinkable: bool
    attempts: int = 0


@dataclass(frozen=True)
class _Lines:
    """What requests need to go out.

    Attributes:
        session: the connections.
        slots: as many as there may be requests under way at once, however many loads share the client.
    """

    session: Session
    slots: threading.BoundedSemaphore


class Transport:
    """Sends GET requests to one API with one key; safe to share between threads, and with forked processes.

    Args:
        settings: key, address, timeouts and the retry budget.
        sleep: waits that many seconds; by default until then, or until the load is abandoned.
        clock: monotonic seconds.
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
        self._lines = PerProcess(
            lambda: _Lines(open_session(settings), threading.BoundedSemaphore(settings.max_workers))
        )

    def close(self) -> None:
        """Close the connections of this process; those of the process that it was forked from stay open there."""
        self._lines.get().session.close()

    def get(
        self,
        path: str,
        params: Sequence[tuple[str, str]],
        parse: Callable[[bytes], T],
        tally: Tally,
        *,
        shrinkable: bool = False,
    ) -> T:
        """Return the parsed body of the answer, asking again while that may help.

        Args:
            path: path of the request, from the API's address.
            params: the query, in order.
            parse: reads the body; its ValueError counts as a failed attempt.
            tally: counts the requests.
            shrinkable: raise PageTooLarge at once where a smaller page may help.

        Raises:
            PageTooLarge: 413, 504, a read timeout or a body beyond `max_response_bytes`, when `shrinkable`.
            QueryError: the query holds the key.
            RequestError: refused, or not reached within the budget.
            ResponseError: every attempt's body could not be parsed, or it is too large.
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
        # Raised out here, so that no exception in the chain holds the request with its key.
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
            # The limit is the key's, not this request's: whoever shares the transport waits as well.
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
        if isinstance(outcome, Overlong):
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
        """Wait until the key's limit allows another request, or say at once that it takes too long."""
        budget = self._settings.max_elapsed
        # In a loop, because a request of another thread may meet a longer limit meanwhile.
        while (held := self._held_until - self._clock()) > 0 and not call.tally.abandoned.is_set():
            if held > budget:
                wait = f"the API asks to wait {held:.0f} s, and the budget is max_elapsed={budget:g} s"
                status, attempts = HTTPStatus.TOO_MANY_REQUESTS.value, call.attempts
                raise RequestError(f"{call.path}: {wait}", status=status, attempts=attempts, path=call.path)
            self._pause(call)(held)

    def _send(self, call: _Call[T]) -> Answer | Failure | Overlong | RequestError:
        """Return the answer, or why there is none: never raised here, where the chain would hold the key."""
        settings = self._settings
        timeout = (settings.connect_timeout, settings.read_timeout)
        earlier = sys.exception()
        lines = self._lines.get()
        try:
            with lines.slots, whole_within(settings.max_elapsed):
                return ask(lines.session, call.url, timeout, settings.max_response_bytes)
        # OSError: `requests` has its own errors among them, but also says so that a file of certificates is not there.
        # ValueError: an address or a number that cannot be one, which it leaves to others to find out.
        except (OSError, ValueError, ElsewhereError, OverlongBodyError, BrokenBodyError) as problem:
            return unanswered(problem, settings, call.path, call.attempts)
        except BaseException as problem:  # Ctrl-C, or a bug: whoever shows its frames must not show the header
            _forget_locals(problem, earlier)
            raise

    def _refusal(self, answer: Answer, call: _Call[T]) -> Failure | RequestError:
        # Before the words are cut to length, which might cut the key in two.
        body = answer.body.replace(self._settings.api_key.reveal().encode(), b"...")
        words = self._settings.without_key(api_words(answer.content_type, body))
        if answer.status in RETRIED:
            retry_after = retry_after_seconds(answer.retry_after, time.time())
            return Failure(words, status=answer.status, retry_after=retry_after)
        return refusal_error(answer.status, words, body, call.attempts, call.path)


def wait_seconds(attempt: int, retry_after: float | None, chance: float) -> float:
    """Return how long to wait after a failed attempt: exponential with jitter, never under `Retry-After`.

    Args:
        attempt: which attempt failed, from 1.
        retry_after: the seconds that the server asked for, if it did.
        chance: a random number from 0 to 1.
    """
    ceiling = min(_FIRST_WAIT * 2 ** (attempt - 1), _LONGEST_WAIT)
    backoff: float = ceiling * (0.5 + chance / 2)
    return backoff if retry_after is None else retry_after + backoff * 0.1


def _is_too_large(outcome: Answer | Exception) -> bool:
    if isinstance(outcome, Answer):
        return outcome.status in TOO_LARGE
    return isinstance(outcome, Timeout | Overlong)


def _forget_locals(problem: BaseException | None, earlier: BaseException | None) -> None:
    """Clear the local variables of the frames of an error and of those that led to it, up to an earlier one."""
    while problem is not None and problem is not earlier:
        traceback.clear_frames(problem.__traceback__)
        problem = problem.__cause__ or problem.__context__
