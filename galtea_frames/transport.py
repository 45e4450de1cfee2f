"""The only network I/O: one GET with its key, its timeouts and its attempts."""

from __future__ import annotations

import email.utils
import platform
import random
import re
import ssl
import sys
import threading
import time
import traceback
from dataclasses import dataclass, field
from datetime import UTC
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from urllib.parse import unquote, urlencode, urljoin, urlsplit

import msgspec
import requests
import tenacity
from requests.adapters import HTTPAdapter

from galtea_frames._version import __version__
from galtea_frames.errors import AuthenticationError, NotFoundError, QueryError, RequestError, ResponseError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from galtea_frames.errors import GalteaFramesError
    from galtea_frames.settings import ApiKey, Settings

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
_LONGEST_WORDS = 300


class PageTooLarge(Exception):  # noqa: N818 - a signal to the page walk, never seen by a caller
    """The server did not manage a page of this size; a smaller one may do."""


class IdsNotFoundError(NotFoundError):
    """The API itself says, in JSON, that a row does not exist; any other 404 says that the address is wrong."""


class LoadAbandonedError(Exception):
    """Nobody waits for this request's load any more; seen by no caller."""


@dataclass
class Tally:
    """What one load cost, and whether anyone still waits for it.

    Attributes:
        requests: requests sent.
        retries: how many of them were sent again.
        abandoned: set when the load failed, or was given up: no request of it is sent any more.
    """

    requests: int = 0
    retries: int = 0
    abandoned: threading.Event = field(default_factory=threading.Event, repr=False)
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
    """No byte came in time."""


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


class _BearerAuth(requests.auth.AuthBase):
    """Carries the key. As an auth object, and not a header, it also keeps a .netrc from replacing it."""

    def __init__(self, key: ApiKey) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key.reveal()}"
        return request


class _Adapter(HTTPAdapter):
    """Opens connections that do not print what they send: `http.client` does when its `debuglevel` is set."""

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as the original
        """Return the pool of connections to a host."""
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        kind = pool.ConnectionCls
        if "debuglevel" not in vars(kind):
            pool.ConnectionCls = type(kind.__name__, (kind,), {"debuglevel": 0})
        return pool


class _Session(requests.Session):
    """A session that sends the key to one origin only, and there in its header only."""

    def __init__(self, key: ApiKey) -> None:
        super().__init__()
        self.auth = _BearerAuth(key)
        self._key = key

    def should_strip_auth(self, old_url: str, new_url: str) -> bool:
        """Tell whether a redirect leaves the origin: `requests` alone lets http become https."""
        return _origin(old_url) != _origin(new_url)

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Return where a redirect leads, but not from https to plain http, nor with the key in it, for logs to show."""
        target = super().get_redirect_target(resp)
        secure = urlsplit(resp.url).scheme == "https"
        if target is None or self._key.is_in(unquote(target)):
            return None
        return None if secure and urlsplit(urljoin(resp.url, target)).scheme != "https" else target

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Take the key from a request that leaves the origin; `requests` would also look for another in .netrc."""
        if self.should_strip_auth(str(response.request.url), str(prepared_request.url)):
            prepared_request.headers.pop("Authorization", None)


class Transport:
    """Sends GET requests to one API with one key; safe to share between threads.

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
        # However many loads share the client, this is how many requests are under way at once.
        self._slots = threading.BoundedSemaphore(settings.max_workers)
        self._session = _open_session(settings)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

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

        retried = tenacity.retry_if_exception_type(_Failure)
        return tenacity.Retrying(stop=stop, wait=wait, retry=retried, sleep=self._pause(call), reraise=True)

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
        try:
            with self._slots:
                answer = self._session.get(call.url, timeout=timeout, proxies=_NO_HTTP_PROXY)
        except requests.ReadTimeout:
            return _Timeout(f"nothing came for {settings.read_timeout:g} s")
        except requests.ConnectTimeout:
            return _Failure(f"no connection within {settings.connect_timeout:g} s")
        # ValueError: a redirect to what is no address, which `requests` leaves to urllib to find out.
        except (requests.RequestException, ValueError) as problem:
            cause = _root_cause(problem)
            words = _one_line(self._without_key(str(cause))) or type(cause).__name__
            if _is_lasting(problem, cause):
                words = f"cannot use {settings.base_url}: {words}"
                return RequestError(words, status=None, attempts=call.attempts, path=call.path)
            return _Timeout(words) if "timed out" in words.lower() else _Failure(words)
        except BaseException as problem:  # Ctrl-C, or a bug: whoever shows its frames must not show the header
            _forget_locals(problem, earlier)
            raise
        for each in (*answer.history, answer):
            del each.request  # which has the header, and would hang on the answer for as long as an error holds that
        return answer

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


def retry_after_seconds(header: str | None, now: float) -> float | None:
    """Return the seconds that a `Retry-After` header asks for, given as seconds or as a date.

    Args:
        header: the header's value, or None.
        now: seconds since 1970, against which a date is measured.
    """
    if header is None:
        return None
    if re.fullmatch(r"\s*\d+(\.\d+)?\s*", header):
        return float(header)
    try:
        moment = email.utils.parsedate_to_datetime(header)
    except ValueError:
        return None
    if moment.tzinfo is None:  # the oldest form of the header's date, which is in GMT too
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, moment.timestamp() - now)


def api_words(content_type: str, body: bytes) -> str:
    """Return what an error answer says, on one line: its message, or the title of its HTML page."""
    text = body.decode("utf-8", "replace")
    if _is_html(body) or "html" in content_type:
        title = re.search(r"<(title|h1)[^>]*>(.*?)</\1>", text, re.IGNORECASE | re.DOTALL)
        return _one_line(re.sub(r"<[^>]*>", " ", title.group(2) if title else text)) or "an HTML page"
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _one_line(text) or "no message"
    if isinstance(value, dict):
        said = dict.fromkeys(str(value[key]) for key in ("message", "error") if value.get(key))
        return _one_line("; ".join(said)) or "no message"
    return _one_line(text)


def refusal_error(status: int, words: str, body: bytes, attempts: int, path: str) -> RequestError:
    """Return the error of an answer that is not worth asking for again, with what to do about it."""
    kind: type[RequestError] = RequestError
    advice = ""
    if status == HTTPStatus.UNAUTHORIZED:
        kind = AuthenticationError
        advice = ": check the key; it comes from api_key=, GALTEA_API_KEY or ~/.galtea/api-key"
    elif status == HTTPStatus.FORBIDDEN:
        kind = AuthenticationError
        advice = ": a firewall refused the query as too long" if _is_html(body) else ": the key may not see this"
    elif status == HTTPStatus.NOT_FOUND and _is_object(body):
        kind = IdsNotFoundError
    elif status == HTTPStatus.NOT_FOUND:
        kind = NotFoundError
        advice = ": is the API's address right? See base_url and GALTEA_API_URL"
    return kind(f"{path} answered {status} ({words}){advice}", status=status, attempts=attempts, path=path)


def _final_error(failure: _Failure, call: _Call[T], max_elapsed: float) -> GalteaFramesError:
    tried = f"after {call.attempts} attempt{'s' if call.attempts > 1 else ''}"
    if isinstance(failure, _Unreadable):
        return ResponseError(f"{call.path} answered what is no list of records, {tried}: {failure.words}")
    what = f"answered {failure.status} ({failure.words})" if failure.status else f"failed ({failure.words})"
    where = call.path if failure.status else call.url.partition("?")[0]
    message = f"{where} {what} {tried}"
    if failure.status is None:
        message += ": raise read_timeout=" if isinstance(failure, _Timeout) else _UNREACHED
    if failure.retry_after is not None:
        message += f"; it asks to wait {failure.retry_after:g} s, and the budget is max_elapsed={max_elapsed:g} s"
    return RequestError(message, status=failure.status, attempts=call.attempts, path=call.path)


def _is_too_large(outcome: requests.Response | Exception) -> bool:
    if isinstance(outcome, requests.Response):
        return outcome.status_code in TOO_LARGE
    return isinstance(outcome, _Timeout)


def _open_session(settings: Settings) -> requests.Session:
    session = _Session(settings.api_key)
    session.max_redirects = 5
    session.headers["User-Agent"] = f"galtea-frames/{__version__} python/{platform.python_version()}"
    session.headers["Accept"] = "application/json"
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = _Adapter(pool_maxsize=max(settings.max_workers, 10))
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


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


def _is_html(body: bytes) -> bool:
    return body.lstrip()[:1] == b"<"


def _is_object(body: bytes) -> bool:
    return body.lstrip()[:1] == b"{"


def _one_line(text: str) -> str:
    # What a server says may be meant for the terminal that shows it: no control characters.
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _LONGEST_WORDS else f"{line[:_LONGEST_WORDS]}…"
