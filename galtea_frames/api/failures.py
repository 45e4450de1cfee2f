"""How an attempt at a request fails, and the error to raise after the last one."""

from __future__ import annotations

import os
import ssl
from typing import TYPE_CHECKING

import requests

from galtea_frames.api.bodies import BodyTooLargeError, BrokenBodyError, ShortBodyError
from galtea_frames.api.connections import CrossOriginError, SlowAnswerError
from galtea_frames.api.proxies import proxy_for, through, without_user
from galtea_frames.api.refusals import one_line
from galtea_frames.errors import GalteaFramesError, RequestError, ResponseError

if TYPE_CHECKING:
    from galtea_frames.api.settings import Settings

_UNREACHED = ": check the network, and the API's address (base_url=, GALTEA_API_URL)"
_UNREACHED_BY_PROXY = ": check the network, and the proxy (HTTPS_PROXY, NO_PROXY)"

#: Environment variables that name a file of CA certificates; `requests` reads both.
_BUNDLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


class Failure(Exception):  # noqa: N818 - internal signal, never raised to callers
    """One attempt failed, and another one may succeed.

    Attributes:
        words: what went wrong.
        status: the HTTP status; None if there was no answer.
        retry_after: how long the server asks to wait, in seconds.
        advice: what to do if all attempts fail without an answer.
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
    """No data arrived in time, or the answer was incomplete at the deadline."""

    def __init__(self, words: str, setting: str = "read_timeout") -> None:
        super().__init__(words, advice=f": raise {setting}=")


class Unreadable(Failure):
    """The status was 200, but the body is not a list of records."""


class AnswerTooLarge(Exception):  # noqa: N818 - as above
    """The body is larger than `max_response_bytes`."""


def final_error(failure: Failure, path: str, address: str, attempts: int, max_elapsed: float) -> GalteaFramesError:
    """Return the error of a request whose last attempt failed.

    Args:
        failure: the last failure.
        path: path of the request.
        address: URL of the request, without its query.
        attempts: number of attempts.
        max_elapsed: the retry budget, in seconds.
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


def classify_failure(
    problem: Exception, settings: Settings, path: str, attempts: int
) -> Failure | AnswerTooLarge | RequestError:
    """Classify an exception of an attempt that got no answer, or an incomplete one.

    Args:
        problem: the exception.
        settings: the client's settings.
        path: path of the request.
        attempts: number of attempts so far.
    """
    if isinstance(problem, BodyTooLargeError):
        return AnswerTooLarge()
    if isinstance(problem, ShortBodyError):
        return Unreadable(str(problem))
    if isinstance(problem, CrossOriginError):
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
    # A timeout in the middle of a body is reported as a lost connection.
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
    except ValueError:  # reported as the problem itself
        return None


def _is_lasting(problem: BaseException, cause: BaseException) -> bool:
    """Return whether retrying is pointless: a bad certificate, address or setting."""
    if isinstance(problem, requests.exceptions.SSLError):
        # A connection lost during the TLS handshake is not a TLS fault.
        return not isinstance(cause, ssl.SSLEOFError)
    if not isinstance(problem, requests.RequestException | BrokenBodyError):
        return True
    # An invalid header is also a ValueError in `requests`, but the fault of the answer, not of the address.
    broken = isinstance(problem, requests.exceptions.InvalidHeader)
    return isinstance(problem, requests.TooManyRedirects | ValueError) and not broken


def _root_cause(problem: BaseException) -> BaseException:
    """Return the innermost exception: outer ones quote the whole query."""
    while inner := problem.__cause__ or problem.__context__ or _wrapped(problem):
        problem = inner
    return problem


def _wrapped(problem: BaseException) -> BaseException | None:
    return next((each for each in problem.args if isinstance(each, BaseException)), None)


def _bundle(problem: BaseException) -> str:
    """Return a note that names the user's file of CA certificates, if there is one."""
    named = next((name for name in _BUNDLES if os.environ.get(name)), None)
    about = isinstance(problem, requests.exceptions.SSLError | OSError) and not isinstance(problem, ValueError)
    return f" (certificates are those of {named})" if named and about else ""
