"""Links from ids to where they can be looked at: templates of URLs, checked before anything is fetched; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from galtea_frames.errors import QueryError
from galtea_frames.printable import quoted

#: What stands for the id in a template.
_ID = "{id}"

#: A template: a host without user or password, and characters that neither HTML nor Markdown needs escaped, except `&`.
_TEMPLATE = re.compile(r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?[/?#][A-Za-z0-9/?#:@!$&+,;=%._~{}-]*")

#: The longest template, in characters.
_LONGEST = 2_000

#: Ids that name a folder, not something in it.
_FOLDERS = frozenset({"", ".", ".."})


@dataclass(frozen=True)
class Links:
    """Templates of URLs, such as "https://example.com/sessions/{id}"; None for no links.

    Attributes:
        session: where a session can be looked at.
        version: where a version can be looked at.
    """

    session: str | None = None
    version: str | None = None


def parse_template(name: str, given: object) -> str:
    """Return the template of a URL.

    Args:
        name: the name of the argument.
        given: its value.

    Raises:
        QueryError: it is no https URL with exactly one `{id}` after its host.
    """
    text = given.strip() if isinstance(given, str) else ""
    if (problem := _problem(text)) is not None:
        raise QueryError(f"{name} {problem}, such as 'https://example.com/sessions/{_ID}', not {quoted(given)}")
    return text


def url(id_: str, template: str) -> str | None:
    """Return the URL of an id; None if it cannot be part of a URL."""
    return None if id_ in _FOLDERS else template.replace(_ID, quote(id_, safe="", errors="replace"))


def _problem(text: str) -> str | None:
    if not text.startswith("https://"):
        return "must begin with https://"
    if text.count(_ID) != 1 or text.count("{") != 1 or text.count("}") != 1:
        return f"must have {_ID} exactly once, and no other braces"
    if len(text) > _LONGEST:
        return f"must have at most {_LONGEST:,} characters"
    if not _TEMPLATE.fullmatch(text):
        return f"must name a host without a user, and have {_ID} after it, in ASCII without quotes and parentheses"
    return None
