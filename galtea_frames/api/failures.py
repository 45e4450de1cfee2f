"""How one attempt at a request fails, and the error that the last one comes to."""

from __future__ import annotations

import os
import ssl
from typing import TYPE_CHECKING

import requests

from galtea_frames.api.bodies import BrokenBodyError, OverlongBodyError, ShortBodyError
from galtea_frames.api.connections import ElsewhereError, SlowAnswerError
from galtea_frames.api.proxies import proxy_for, through, without_user
from galtea_frames.api.refusals import one_line
from galtea_frames.errors import GalteaFramesError, RequestError, ResponseError

if TYPE_CHECKING:
    from galtea_frames.api.settings import Settings

_UNREACHED = ": check the network, and the API's address (base_url=, GALTEA_API_URL)"
_UNREACHED_BY_PROXY = ": check the network, and the proxy (HTTPS_PROXY, NO_PROXY)"

#: What names the file of those who vouch for certificates; `requests` knows both.
_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


class Failure(Exception):  # noqa: N818 - one attempt's end, never seen by a caller
    """One attempt failed in a way that another may mend.

    Attributes:
        words: what went wrong.
        status: the HTTP status, where there was an answer.
        retry_after: the seconds that the server asks to wait.
        advice: what to do if no attempt does better, where there was no answer.
    """

    def __init__(
        self, words: str, *, status: int | None = None, retry_after: float | None = None, advice: str = _UNREACHED
    ) -> None:
        super().__init__(words)
        self.words = words
        self.status = status
        self.retry_after = retry_after
        self.advice = advice


class Timeout(Failure):
    """No byte came in time, or not all of them."""

    def __init__(self, words: str, setting: str = "read_timeout") -> None:
        super().__init__(words, advice=f": raise {setting}=")


class Unreadable(Failure):
    """The answer was 200, but not what was asked for."""


class Overlong(Exception):  # noqa: N818 - likewise
    """The answer is larger than may be."""


def final_error(failure: Failure, path: str, address: str, attempts: int, max_elapsed: float) -> GalteaFramesError:
    """Return the error of a request whose last attempt failed.

    Args:
        failure: how it failed.
        path: the path of the request.
        address: where it went, without its query.
        attempts: how often it was sent.
        max_elapsed: the budget of seconds.
    """
    tried = f"after {attempts} attempt{'s' if attempts > 1 else ''}"
    if isinstance(failure, Unreadable):
        return ResponseError(f"{path} did not answer with a list of records, {tried}: {failure.words}")
    what = f"answered {failure.status} ({failure.words})" if failure.status else f"failed ({failure.words})"
    message = f"{path if failure.status else address} {what} {tried}"
    if failure.status is None:
        message += failure.advice
    if failure.retry_after is not None:
        message += f"; it asks to wait {failure.retry_after:g} s, and the budget is max_elapsed={max_elapsed:g} s"
    return RequestError(message, status=failure.status, attempts=attempts, path=path)


def unanswered(problem: Exception, settings: Settings, path: str, attempts: int) -> Failure | Overlong | RequestError:
    """Return what it comes to that a request got no answer, or not a whole one.

    Args:
        problem: why.
        settings: those of the client.
        path: the path of the request.
        attempts: how often it was sent.
    """
    if isinstance(problem, OverlongBodyError):
        return Overlong()
    if isinstance(problem, ShortBodyError):
        return Unreadable(str(problem))
    if isinstance(problem, ElsewhereError):
        words = f"{path} redirects to another origin, {one_line(problem.origin)}, which is not sent the key"
        advice = "if the API has moved there, set base_url= or GALTEA_API_URL"
        return RequestError(f"{words}: {advice}", status=problem.status, attempts=attempts, path=path)
    cause = _root_cause(problem)
    return _timeout(problem, cause, settings) or _unreached(problem, cause, settings, path, attempts)


def _timeout(problem: Exception, cause: BaseException, settings: Settings) -> Timeout | None:
    if isinstance(cause, SlowAnswerError):
        return Timeout(f"the answer was incomplete after {settings.max_elapsed:g} s", "max_elapsed")
    if isinstance(problem, requests.ReadTimeout):
        return Timeout(f"no data arrived for {settings.read_timeout:g} s")
    # From the middle of a body it comes as a lost connection.
    late = "timed out" in str(cause).lower() and not isinstance(problem, requests.ConnectTimeout)
    return Timeout(one_line(str(cause))) if late else None


def _unreached(
    problem: Exception, cause: BaseException, settings: Settings, path: str, attempts: int
) -> Failure | RequestError:
    proxy = _proxy_for(settings.base_url)
    words = one_line(without_user(settings.without_key(str(cause)), proxy)) or type(cause).__name__
    if isinstance(problem, requests.ConnectTimeout):
        words = f"no connection within {settings.connect_timeout:g} s"
    elif _is_lasting(problem, cause):
        words = f"cannot use {settings.base_url}{through(proxy)}: {words}{_bundle(problem)}"
        return RequestError(words, status=None, attempts=attempts, path=path)
    return Failure(f"{words}{through(proxy)}", advice=_UNREACHED_BY_PROXY if proxy else _UNREACHED)


def _proxy_for(url: str) -> str | None:
    try:
        return proxy_for(url)
    except ValueError:  # which is the problem then
        return None


def _is_lasting(problem: BaseException, cause: BaseException) -> bool:
    """Tell whether a request that got no answer would get none again: a bad certificate, address or setting."""
    if isinstance(problem, requests.exceptions.SSLError):
        # A connection that ends during the handshake is one that ends, though it looks like a fault of TLS.
        return not isinstance(cause, ssl.SSLEOFError)
    if not isinstance(problem, requests.RequestException | BrokenBodyError):
        return True
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


def _bundle(problem: BaseException) -> str:
    """Return words that name the file of certificates, where it is one of the user's."""
    named = next((name for name in _BUNDLES if os.environ.get(name)), None)
    about = isinstance(problem, requests.exceptions.SSLError | OSError) and not isinstance(problem, ValueError)
    return f" (certificates are those of {named})" if named and about else ""
