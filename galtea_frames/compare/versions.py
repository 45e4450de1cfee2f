"""Which versions to compare: by id, by name, or as rows; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from galtea_frames.api.arguments import meant
from galtea_frames.compare.columns import VERSIONS, read_columns
from galtea_frames.errors import QueryError
from galtea_frames.pages.labels import UNNAMED, labels
from galtea_frames.printable import listed, printable, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Ids to name in a message.
_NAMED = 10

#: A version: its id or name, a row of `load_versions`, or a frame of one row.
Wanted = str | pd.Series | pd.DataFrame


@dataclass(frozen=True)
class ComparedVersion:
    """One of the two versions.

    Attributes:
        id: its id.
        name: its name; None if unknown.
        product_id: the product it belongs to; None if unknown.
        label: how pages call it.
    """

    id: str
    name: str | None
    product_id: str | None
    label: str


def check_wanted(wanted: object, argument: str) -> Wanted:
    """Check the type of a version to compare, before anything is requested.

    Raises:
        QueryError: it is neither text nor one row with an id.
    """
    if isinstance(wanted, str) and wanted.strip():
        return wanted
    if isinstance(wanted, pd.DataFrame) and len(wanted) == 1:
        wanted = wanted.iloc[0]
    if isinstance(wanted, pd.Series) and isinstance(wanted.get("id"), str):
        return wanted
    raise QueryError(
        f"{argument} must be the id or name of a version, or one row of load_versions, not {_kind(wanted)}"
    )


def _kind(wanted: object) -> str:
    rows = f" of {len(wanted):,} rows" if isinstance(wanted, pd.DataFrame) else ""
    return f"{quoted(wanted)}{rows}"


def find_versions(baseline: Wanted, candidate: Wanted, known: pd.DataFrame) -> tuple[ComparedVersion, ComparedVersion]:
    """Return the two versions.

    Args:
        baseline: the version to compare with.
        candidate: the version to judge.
        known: versions with the columns of `VERSIONS`, one row each.

    Raises:
        QueryError: there is no such version, or several have the name.
    """
    found = [_found(wanted, known) for wanted in (baseline, candidate)]
    called = labels({(id_, name or UNNAMED) for id_, name, _ in found})
    first, second = (ComparedVersion(id_, name, product, called[id_]) for id_, name, product in found)
    return first, second


def _found(wanted: Wanted, known: pd.DataFrame) -> tuple[str, str | None, str | None]:
    if not isinstance(wanted, str):
        row = wanted.iloc[0] if isinstance(wanted, pd.DataFrame) else wanted
        return str(row["id"]), _text(row.get("name")), _text(row.get("product_id"))
    rows = known[known["id"] == wanted]
    rows = rows if len(rows) else known[(known["name"] == wanted).fillna(value=False)]
    if len(rows) > 1:
        ids = sorted(map(str, rows["id"]))
        raise QueryError(
            f"{len(ids)} versions are called {quoted(wanted)}: pass the id of one of {listed(ids, _NAMED)}"
        )
    if not len(rows):
        raise QueryError(f"there is no version {quoted(wanted)}{_hint(wanted, known)}")
    row = rows.iloc[0]
    return str(row["id"]), _text(row["name"]), _text(row["product_id"])


def _hint(wanted: str, known: pd.DataFrame) -> str:
    """Return the closest name, or some of the names."""
    names = sorted({printable(str(each)) for each in known["name"].dropna()})
    return f"; {meant(wanted, names)}" if 0 < len(names) <= _NAMED else ""


def _text(value: Any) -> str | None:  # noqa: ANN401 - a value of a row
    return value if isinstance(value, str) else None


def versions_in(
    versions: pd.DataFrame | None, scores: pd.DataFrame | None, sessions: pd.DataFrame | None
) -> pd.DataFrame:
    """Return what the frames know of versions: one row each, with the columns of `VERSIONS`."""
    parts: Sequence[pd.DataFrame] = [
        *([] if versions is None else [read_columns(versions, "versions", VERSIONS)]),
        *([] if scores is None else [_of_scores(scores)]),
        *([] if sessions is None else [_ids(sessions, "version_id", "sessions")]),
    ]
    found = pd.concat(parts, ignore_index=True) if parts else read_columns(pd.DataFrame(), "versions", VERSIONS)
    # What one frame does not know of a version, another may.
    return found.dropna(subset=["id"]).groupby("id", as_index=False, sort=False).first()


def _of_scores(scores: pd.DataFrame) -> pd.DataFrame:
    """Return the versions of scores: those that were joined, then those that sessions only name."""
    named = {f"version.{name}": dtype for name, dtype in VERSIONS.items()}
    joined = read_columns(scores, "scores", named)
    joined.columns = pd.Index(VERSIONS)
    return pd.concat([joined.dropna(subset=["id"]), _ids(scores, "session.version_id", "scores")], ignore_index=True)


def _ids(frame: pd.DataFrame, column: str, what: str) -> pd.DataFrame:
    ids = read_columns(frame, what, {column: "string"})[column].dropna().drop_duplicates()
    return read_columns(pd.DataFrame({"id": ids}), "versions", VERSIONS)
