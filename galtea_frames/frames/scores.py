"""Evaluations and the lists that explain them, put together as a frame of scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from galtea_frames.errors import DanglingKeysWarning, warn
from galtea_frames.frames import scoring
from galtea_frames.frames.frame import ATTRS
from galtea_frames.frames.join_keys import SCORES
from galtea_frames.frames.joins import join
from galtea_frames.frames.origin import attrs_of

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class JoinedList:
    """A list that explains evaluations.

    Attributes:
        name: the list.
        prefix: what the names of its columns begin with, before the dot.
        of: the list whose rows refer to it.
        column: the column in which they do.
    """

    name: str
    prefix: str
    of: str
    column: str


#: The lists in the order of their columns; each refers to one before it.
LISTS = (
    JoinedList("metrics", "metric", "evaluations", "metric_id"),
    JoinedList("sessions", "session", "evaluations", "session_id"),
    JoinedList("versions", "version", "sessions", "version_id"),
    JoinedList("test_cases", "test_case", "evaluations", "test_case_id"),
    JoinedList("tests", "test", "test_cases", "test_id"),
)

#: How often each list was asked.
_COSTS = ("pages", "requests", "retries")


def assemble_scores(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return evaluations with the columns of `scoring`, and prefixed columns of the lists that they refer to.

    Rows, order and index are those of the evaluations, and so are the attrs, which say that the frame is complete;
    `joins` counts the keys of each list, and what it cost to load them is added up. Keys that no row has are warned of
    once.

    Args:
        frames: the evaluations, and any of `LISTS`, each with what it is joined by; by name.
    """
    evaluations = frames["evaluations"]
    scores = _with_scores(evaluations)
    for each in LISTS:
        if each.name in frames:
            scores = join(scores, frames[each.name], on=_key(each), prefix=each.prefix)
    attrs = scores.attrs[ATTRS] | {"resource": SCORES, "left": "evaluations"}
    attrs |= {name: sum(_cost(frame, name) for frame in frames.values()) for name in _COSTS}
    scores.attrs[ATTRS] = attrs | {"joins": attrs.get("joins", {})}
    _warn_of_dangling(attrs.get("joins", {}))
    return scores


def _with_scores(evaluations: pd.DataFrame) -> pd.DataFrame:
    attrs = evaluations.attrs
    plain = evaluations.copy(deep=False)
    plain.attrs = {}  # pandas would copy them with each column
    reason = scoring.why_not(plain)
    added = {
        scoring.REPORTED: scoring.reported_score(plain),
        scoring.COUNTS: scoring.counts(reason),
        scoring.WHY_NOT: reason,
    }
    scores = pd.concat([plain, pd.DataFrame(added, copy=False)], axis=1)
    scores.attrs = {**attrs, ATTRS: {**attrs_of(evaluations), "resource": SCORES}}
    return scores


def _key(each: JoinedList) -> str:
    prefix = next((other.prefix for other in LISTS if other.name == each.of), None)
    return each.column if prefix is None else f"{prefix}.{each.column}"


def _cost(frame: pd.DataFrame, name: str) -> int:
    found = attrs_of(frame).get(name)
    return found if type(found) is int else 0


def _warn_of_dangling(joins: Mapping[str, Any]) -> None:
    dangling = {prefix: about["dangling"] for prefix, about in joins.items() if about["dangling"]}
    if dangling:
        counted = ", ".join(f"{rows:,} in {prefix}.*" for prefix, rows in dangling.items())
        warn(f"rows are null where the API does not return what they refer to: {counted}", DanglingKeysWarning)
