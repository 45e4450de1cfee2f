"""How the sample API behaves: every knob, in one place."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from galtea_frames.sample.request import Request


@dataclass(kw_only=True, slots=True)
class Behaviour:
    """The knobs of `serve`; they can be turned while the API is serving.

    Attributes:
        cap: The most rows in one answer, whatever ``limit`` asks for; None for no such cap.
        default_limit: The most rows in an answer to a request without ``limit``.
        latency: Seconds before each answer, or what tells them from the request.
        gzip: Whether answers are compressed for clients that accept it.
        tie_order: The order of rows the sort leaves equal: always the same, or another one at each request.
        sort_default: The order without ``sort``: newest first, oldest first, or another one at each request.
        sortable: The fields that ``sort`` accepts.
        error_keys: Where an error's body has its words: ``message``, ``error``, or both.
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
        if not callable(self.latency) and not 0 <= self.latency < float("inf"):  # neither of which NaN is
            raise ValueError(f"latency must be a number of seconds from 0, not {self.latency!r}")

    def latency_of(self, request: Request) -> float:
        """How long this request has to wait."""
        return self.latency(request) if callable(self.latency) else self.latency

    def limit_of(self, limit: int | None) -> int:
        """How many rows an answer may hold."""
        wanted = self.default_limit if limit is None else limit
        return wanted if self.cap is None else min(wanted, self.cap)


def _check(name: str, number: int, least: int) -> None:
    if number < least:
        raise ValueError(f"{name} must be a whole number from {least}, not {number!r}")
