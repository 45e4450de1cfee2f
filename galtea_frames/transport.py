"""The only network I/O: one GET with its key, its timeouts and its attempts."""

from __future__ import annotations

import random
import ssl
import sys
import threading
import time
import traceback
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import urlencode

import requests
import tenacity

from galtea_frames.connections import SlowAnswerError, open_session, whole_within
from galtea_frames.errors import QueryError, RequestError, ResponseError
from galtea_frames.per_process import PerProcess
from galtea_frames.refusals import api_words, one_line, refusal_error, retry_after_seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from galtea_frames.errors import GalteaFramesError
    from galtea_frames.settings import Settings

T = TypeVar("T")

#: Answers worth asking for again (design: "Errors").
RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})

#: Answers that a smaller page may avoid.
TOO_LARGE = frozenset({413, 504})

#: Plain http is for this machine: to a proxy that the environment names, the key would go in the clear.
_NO_HTTP_PROXY = {"http": ""}

_UNREACHED = ": check the network, and the API's address (base_url=, GALTEA_API_URL)"

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


class _Failure(Exception):  # noqa: N818 - one attempt's end, never seen by a caller
    """One attempt failed in a way that another may mend."""

    def __init__(self, words: str, *, status: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.status = status
        self.retry_after = retry_after


class _Timeout(_Failure):
    """No byte came in time, or not all of them."""

    def __init__(self, words: str, setting: str = "read_timeout") -> None:
        super().__init__(words)
        self.setting = setting


class _Unreadable(_Failure):
    """The answer was 200, but not what was asked for."""


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

    session: requests.Session
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
            PageTooLarge: 413, 504 or a read timeout, when `shrinkable`.
            QueryError: the query holds the key.
            RequestError: refused, or not reached within the budget.
            ResponseError: every attempt's body could not be parsed.
        """
        if any(self._settings.api_key.is_in(value) for _, value in params):
            raise QueryError("a filter holds the API key, which would then be in logs; pass it as api_key to gf.Client")
        query = f"?{urlencode(params)}" if params else ""
        call = _Call(f"{self._settings.base_url}{path}{query}", path, parse, tally, shrinkable)
        failure: _Failure
        try:
            result: T = self._retrying(call)(self._attempt, call)
        except _Failure as last:
            failure = last
        else:
            return result
        # Raised out here, so that no exception in the chain holds the request with its key.
        raise _final_error(failure, call, self._settings.max_elapsed)

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

        retried = tenacity.retry_if_exception_type(_Failure)
        pause = self._pause(call)
        return tenacity.Retrying(stop=stop, wait=wait, retry=retried, sleep=pause, before_sleep=tell, reraise=True)

    def _wait_after(self, state: tenacity.RetryCallState) -> float:
        failure = state.outcome.exception() if state.outcome else None
        retry_after = failure.retry_after if isinstance(failure, _Failure) else None
        wait = wait_seconds(state.attempt_number, retry_after, random.random())  # noqa: S311 - jitter
        if isinstance(failure, _Failure) and failure.status == HTTPStatus.TOO_MANY_REQUESTS:
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
        if isinstance(outcome, Exception):
            raise outcome
        if outcome.status_code != HTTPStatus.OK:
            raise self._refusal(outcome, call)
        try:
            return call.parse(outcome.content)
        except ValueError as problem:
            words = self._without_key(str(problem))
        raise _Unreadable(words, status=outcome.status_code)

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

    def _send(self, call: _Call[T]) -> requests.Response | _Failure | RequestError:
        """Return the answer, or why there is none: never raised here, where the chain would hold the key."""
        settings = self._settings
        timeout = (settings.connect_timeout, settings.read_timeout)
        earlier = sys.exception()
        lines = self._lines.get()
        try:
            # A copy, to which `requests` adds the proxies that the environment names at the moment.
            with lines.slots, whole_within(settings.max_elapsed):
                answer = lines.session.get(call.url, timeout=timeout, proxies=dict(_NO_HTTP_PROXY))
        # ValueError: a redirect to what is no address, which `requests` leaves to urllib to find out.
        except (requests.RequestException, ValueError) as problem:
            return self._unanswered(problem, call)
        except BaseException as problem:  # Ctrl-C, or a bug: whoever shows its frames must not show the header
            _forget_locals(problem, earlier)
            raise
        for each in (*answer.history, answer):
            del each.request  # which has the header, and would hang on the answer for as long as an error holds that
        return answer

    def _unanswered(self, problem: Exception, call: _Call[T]) -> _Failure | RequestError:
        settings = self._settings
        cause = _root_cause(problem)
        if isinstance(cause, SlowAnswerError):
            return _Timeout(f"the answer was not whole after {settings.max_elapsed:g} s", "max_elapsed")
        if isinstance(problem, requests.ReadTimeout):
            return _Timeout(f"nothing came for {settings.read_timeout:g} s")
        if isinstance(problem, requests.ConnectTimeout):
            return _Failure(f"no connection within {settings.connect_timeout:g} s")
        words = one_line(self._without_key(str(cause))) or type(cause).__name__
        if _is_lasting(problem, cause):
            words = f"cannot use {settings.base_url}: {words}"
            return RequestError(words, status=None, attempts=call.attempts, path=call.path)
        return _Timeout(words) if "timed out" in words.lower() else _Failure(words)

    def _refusal(self, answer: requests.Response, call: _Call[T]) -> _Failure | RequestError:
        # Before the words are cut to length, which might cut the key in two.
        body = answer.content.replace(self._settings.api_key.reveal().encode(), b"...")
        words = self._without_key(api_words(answer.headers.get("Content-Type", ""), body))
        if answer.status_code in RETRIED:
            retry_after = retry_after_seconds(answer.headers.get("Retry-After"), time.time())
            return _Failure(words, status=answer.status_code, retry_after=retry_after)
        return refusal_error(answer.status_code, words, answer.content, call.attempts, call.path)

    def _without_key(self, words: str) -> str:
        """Return words of others without the key, which an API may quote when it refuses it."""
        return words.replace(self._settings.api_key.reveal(), "...")


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


def _final_error(failure: _Failure, call: _Call[T], max_elapsed: float) -> GalteaFramesError:
    tried = f"after {call.attempts} attempt{'s' if call.attempts > 1 else ''}"
    if isinstance(failure, _Unreadable):
        return ResponseError(f"{call.path} answered what is no list of records, {tried}: {failure.words}")
    what = f"answered {failure.status} ({failure.words})" if failure.status else f"failed ({failure.words})"
    where = call.path if failure.status else call.url.partition("?")[0]
    message = f"{where} {what} {tried}"
    if failure.status is None:
        message += f": raise {failure.setting}=" if isinstance(failure, _Timeout) else _UNREACHED
    if failure.retry_after is not None:
        message += f"; it asks to wait {failure.retry_after:g} s, and the budget is max_elapsed={max_elapsed:g} s"
    return RequestError(message, status=failure.status, attempts=call.attempts, path=call.path)


def _is_too_large(outcome: requests.Response | Exception) -> bool:
    if isinstance(outcome, requests.Response):
        return outcome.status_code in TOO_LARGE
    return isinstance(outcome, _Timeout)


def _forget_locals(problem: BaseException | None, earlier: BaseException | None) -> None:
    """Clear the local variables of the frames of an error and of those that led to it, up to an earlier one."""
    while problem is not None and problem is not earlier:
        traceback.clear_frames(problem.__traceback__)
        problem = problem.__cause__ or problem.__context__


def _is_lasting(problem: BaseException, cause: BaseException) -> bool:
    """Tell whether a request that got no answer would get none again: a bad certificate or address."""
    if isinstance(problem, requests.exceptions.SSLError):
        # A connection that ends during the handshake is one that ends, though it looks like a fault of TLS.
        return not isinstance(cause, ssl.SSLEOFError)
    # A header that cannot be read is a ValueError to `requests`, but the answer's and not the address's.
    broken = isinstance(problem, requests.exceptions.InvalidHeader)
    return isinstance(problem, requests.TooManyRedirects | ValueError) and not broken


def _root_cause(problem: BaseException) -> BaseException:
    """Return the innermost reason, which names no address: outer ones quote the whole query."""
    while inner := problem.__cause__ or problem.__context__ or _wrapped(problem):
        problem = inner
    return problem


def _wrapped(problem: BaseException) -> BaseException | None:
    return next((each for each in problem.args if isinstance(each, BaseException)), None)
