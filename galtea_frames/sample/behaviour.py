"""The settings of the sample API."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from galtea_frames.sample.request import Request


@dataclass(kw_only=True, slots=True)
class Behaviour:
    """The settings of `serve`, which can be changed while the API is serving.

    Attributes:
        cap: Maximum rows in one answer, whatever the ``limit``; None for no cap.
        default_limit: Maximum rows in an answer to a request without ``limit``.
        latency: Seconds before each answer, or a function of the request that returns them.
        gzip: Whether answers are compressed for clients that accept it.
        tie_order: Order of rows that are equal under the sort: stable, or shuffled at each request.
        sort_default: Order without ``sort``: newest first, oldest first, or shuffled at each request.
        sortable: The fields that ``sort`` accepts.
        error_keys: Keys of the message in an error's body: ``message``, ``error``, or both.
    """

    cap: int | None = None
    default_limit: int = 10_000
    latency: float | Callable[[Request], float] = 0.0
    gzip: bool = True
    tie_order: Literal["stable", "shuffled"] = "stable"
    sort_default: Literal["desc", "asc", "shuffled"] = "desc"
    sortable: tuple[str, ...] = ("createdAt",)
    error_keys: tuple[str, ...] = ("message",)

    def __post_init__(self) -> None:
        _check("cap", 1 if self.cap is None else self.cap, 1)
        _check("default_limit", self.default_limit, 0)
        if not callable(self.latency) and not 0 <= self.latency < float("inf"):  # both are false for NaN
            raise ValueError(f"latency must be a number of seconds from 0, not {self.latency!r}")

    def latency_of(self, request: Request) -> float:
        """The seconds to wait before answering a request."""
        return self.latency(request) if callable(self.latency) else self.latency

    def limit_of(self, limit: int | None) -> int:
        """The maximum number of rows for a request with this ``limit``."""
        wanted = self.default_limit if limit is None else limit
        return wanted if self.cap is None else min(wanted, self.cap)


def _check(name: str, number: int, least: int) -> None:
    if number < least:
        raise ValueError(f"{name} must be a whole number from {least}, not {number!r}")
