"""The content of a comparison, from which its pages are made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from galtea_frames.compare.summary import headline, verdict

if TYPE_CHECKING:
    import pandas as pd

    from galtea_frames.compare.summary import Verdict
    from galtea_frames.compare.versions import ComparedVersion
    from galtea_frames.pages.links import Links


@dataclass(frozen=True, eq=False)
class Findings:
    """The tables of a comparison, and what is said of them; `Comparison` describes them."""

    baseline: ComparedVersion
    candidate: ComparedVersion
    metrics: pd.DataFrame = field(repr=False)
    cases: pd.DataFrame = field(repr=False)
    coverage: pd.DataFrame = field(repr=False)
    sessions: pd.DataFrame = field(repr=False)
    groups: pd.DataFrame = field(repr=False)
    notices: tuple[str, ...]
    problems: tuple[str, ...]
    selection: str | None
    links: Links
    command: str

    @property
    def verdict(self) -> Verdict:
        """INCOMPLETE, WORSE, MIXED, BETTER, NO DIFFERENCE SHOWN, TOO FEW or NOTHING SHARED; it is also a `str`."""
        return verdict(self.metrics, self.problems)

    @property
    def headline(self) -> str:
        """The result in a sentence."""
        return headline(self.metrics)
