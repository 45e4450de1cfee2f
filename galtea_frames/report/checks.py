"""Judged thresholds as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from galtea_frames.report.conditions import Level, Place

#: Whether a condition is true, false or unknown.
Outcome = Literal["broken", "held", "n/a"]


@dataclass(frozen=True)
class Reading:
    """A number that a threshold names (`figure`), with its value and limit."""

    figure: str
    value: float | None
    operator: str
    limit: float


@dataclass(frozen=True)
class Check:
    """A threshold judged on the total (`version_id` and `label` are None) or on a version; "n/a" if it could not be.

    `place` is where the sessions run, or None for all of them. `revisions` are the labels of the metrics that it was
    judged by, if their names are shared by several revisions.
    """

    version_id: str | None
    label: str | None
    place: Place | None
    revisions: tuple[str, ...]
    readings: tuple[Reading, ...]
    outcome: Outcome

    @property
    def where(self) -> str:
        """What it was judged on besides the version: " in tests by Accuracy (…a1b2c3)"."""
        return (f" in {self.place}" if self.place else "") + "".join(f" by {each}" for each in self.revisions)


@dataclass(frozen=True)
class ThresholdResult:
    """A threshold with its checks; it is broken if any of them is."""

    level: Level
    text: str
    per_version: bool
    outcome: Outcome
    broken: tuple[Check, ...]
    held: tuple[Check, ...]
    not_judged: tuple[Check, ...]
