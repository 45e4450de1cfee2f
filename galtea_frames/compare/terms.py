"""The terms of a comparison, checked before anything is loaded; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from galtea_frames.api.arguments import meant
from galtea_frames.compare.versions import check_wanted
from galtea_frames.errors import QueryError
from galtea_frames.pages.links import Links, parse_template
from galtea_frames.pages.selection import parse_selection
from galtea_frames.printable import quoted

if TYPE_CHECKING:
    from galtea_frames.compare.versions import Wanted

#: Columns to group by.
_MOST = 10


@dataclass(frozen=True, eq=False)
class Terms:
    """What a comparison is to be about.

    Attributes:
        baseline: the version to compare with, as given.
        candidate: the version to judge, as given.
        by: columns of scores to group test cases by.
        selection: which rows these are, if the caller says so.
        links: where sessions and versions can be looked at.
    """

    baseline: Wanted
    candidate: Wanted
    by: tuple[str, ...]
    selection: str | None
    links: Links

    def check_groups(self, columns: list[str]) -> None:
        """Check that scores have the columns to group by.

        Raises:
            QueryError: they lack one.
        """
        for name in self.by:
            if name not in columns:
                likely = [each for each in columns if each.startswith(("test_case.", "test."))]
                raise QueryError(f"scores have no column {quoted(name)} to group by; {meant(name, likely)}")

    def call(self) -> str:
        """Return the call that makes a comparison on these terms."""
        versions = [each if isinstance(each, str) else str(each["id"]) for each in (self.baseline, self.candidate)]
        arguments: dict[str, Any] = {"by": list(self.by)} if self.by else {}
        given = arguments | ({} if self.selection is None else {"selection": self.selection})
        given |= {f"{name}_url": url for name, url in asdict(self.links).items() if url is not None}
        words = [*map(repr, versions), *(f"{name}={value!r}" for name, value in given.items())]
        return f"gf.compare_versions({', '.join(words)})"


def parse_terms(
    baseline: object,
    candidate: object,
    *,
    by: object = (),
    selection: object = None,
    session_url: object = None,
    version_url: object = None,
) -> Terms:
    """Check and return the terms.

    Raises:
        QueryError: an argument is invalid.
    """
    columns = [by] if isinstance(by, str) else by
    if not isinstance(columns, Sequence) or not all(isinstance(each, str) for each in columns):
        raise QueryError(f"by must be a column of scores or a list of columns, not {quoted(by)}")
    if len(columns) > _MOST:
        raise QueryError(f"by must name at most {_MOST} columns, not {len(columns)}")
    return Terms(
        check_wanted(baseline, "baseline"),
        check_wanted(candidate, "candidate"),
        tuple(dict.fromkeys(columns)),
        None if selection is None else parse_selection(selection, "rows"),
        Links(
            session=None if session_url is None else parse_template("session_url", session_url),
            version=None if version_url is None else parse_template("version_url", version_url),
        ),
    )
