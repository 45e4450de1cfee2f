"""A request as the sample API received it."""

from dataclasses import dataclass, field
from time import monotonic
from urllib.parse import parse_qsl


@dataclass(slots=True)
class Request:
    """A request and what became of it.

    Attributes:
        number: 1 for the first since the API started or was reset.
        method: ``GET``, as a rule.
        path: As sent, without the query string.
        query_string: As sent.
        query: The parameters, decoded, in order; brackets are part of a name.
        headers: As sent. They hold the key, so they are not in the repr.
        started: On the clock of `time.monotonic`.
        ended: When the last part of the answer was about to be sent; None before that.
        status: Of the answer sent; None when no status line went out.
        rows: How many rows the API's own answer held.
    """

    number: int
    method: str
    path: str
    query_string: str
    headers: dict[str, str] = field(repr=False)
    started: float = field(default_factory=monotonic)
    ended: float | None = None
    status: int | None = None
    rows: int | None = None
    query: list[tuple[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        self.query = parse_qsl(self.query_string, keep_blank_values=True)

    def values(self, name: str) -> list[str]:
        """The values of a parameter, written with or without brackets."""
        return [value for key, value in self.query if key.removesuffix("[]") == name]

    def header(self, name: str) -> str:
        """The value of a header, whatever the case of its name; empty when it was not sent."""
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), "")
