"""The frames that a report is computed from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from galtea_frames.report.analysis.metadata import Metadata


@dataclass(frozen=True, eq=False)
class Inputs:
    """What a report is computed from.

    Attributes:
        sessions: as returned by `load_sessions`.
        versions: as returned by `load_versions`.
        scores: as returned by `load_scores`; None for a report without scores.
        turns: as returned by `load_inference_results`; None for a report without sums of turns.
        metadata: the columns of metadata; None if `sessions` has them.
    """

    sessions: pd.DataFrame
    versions: pd.DataFrame
    scores: pd.DataFrame | None = None
    turns: pd.DataFrame | None = None
    metadata: Metadata | None = None

    @property
    def frames(self) -> dict[str, pd.DataFrame]:
        """The frames by name."""
        optional = {"scores": self.scores, "turns": self.turns}
        given = {name: frame for name, frame in optional.items() if frame is not None}
        return {"sessions": self.sessions, "versions": self.versions} | given
