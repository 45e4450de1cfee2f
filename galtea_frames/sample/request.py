"""A request that the sample API received."""

from dataclasses import dataclass, field
from time import monotonic
from urllib.parse import parse_qsl


@dataclass(slots=True)
class Request:
    """A request and its outcome.

    Attributes:
        number: 1 for the first since the API started or was reset.
        method: The HTTP method, usually ``GET``.
        path: The path as sent, without the query string.
        query_string: The query string as sent.
        query: The decoded parameters, in order; brackets are part of a name.
        headers: The headers as sent. They contain the key, so they are not in the repr.
        started: When the request arrived, as of `time.monotonic`.
        ended: When the last part of the answer was about to be sent; None before that.
        status: The status of the answer; None if no status line was sent.
        rows: Number of rows in the API's own answer.
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
        """The values of a parameter, whether sent with or without brackets."""
        return [value for key, value in self.query if key.removesuffix("[]") == name]

    def header(self, name: str) -> str:
        """The value of a header, case-insensitive; empty if it was not sent."""
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), "")
