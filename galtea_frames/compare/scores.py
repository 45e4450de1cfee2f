"""The scores of two versions: which count, which are left out, and why; pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from galtea_frames.compare.columns import SCORES, read_columns
from galtea_frames.compare.statistics import DECIMALS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


#: The threshold of dashboards before metrics had one of their own.
_THRESHOLD = 0.5

#: Why a score is left out, besides the reasons of `why_not`.
EXCLUDED, NO_METRIC, NO_TEST_CASE, REPEATED = (
    "metric excluded from analytics",
    "no metric",
    "no test case",
    "repeated row",
)
NO_SCORE = "no_score"
UNPAIRED = "the other version has no such score"

#: What identifies a value to be paired.
KEY = ["metric_id", "test_case_family"]


@dataclass(frozen=True, eq=False)
class TwoSides:
    """The evaluations of two versions.

    Attributes:
        rows: one row per evaluation and side: `side` (0 for the baseline, 1 for the candidate), the columns of
            `SCORES`, `metric_family`, `test_case_family`, `threshold`, and `why`, which is null if the score is used.
        pairs: one row per metric revision and test-case family that both sides have, by `KEY`:
            `baseline`, `candidate` and `difference` (scores), `baseline_sessions`, `candidate_sessions`,
            `baseline_threshold` and `candidate_threshold`.
    """

    rows: pd.DataFrame
    pairs: pd.DataFrame

    @cached_property
    def used(self) -> pd.DataFrame:
        """The evaluations that pairs are made of."""
        return self.rows[self.rows["why"].isna()]

    @cached_property
    def scored(self) -> pd.DataFrame:
        """The evaluations that could have been paired."""
        return self.rows[self.rows["why"].isna() | (self.rows["why"] == UNPAIRED)]

    @cached_property
    def metric_names(self) -> dict[str, str | None]:
        """The name of each metric revision of the evaluations; None if it cannot be had."""
        known = self.rows[["metric_id", "metric.name"]].dropna(subset=["metric_id"]).drop_duplicates()
        first = known.sort_values(["metric_id", "metric.name"], kind="stable").drop_duplicates("metric_id")
        names = zip(first["metric_id"], first["metric.name"], strict=True)
        return {str(id_): None if pd.isna(name) else str(name) for id_, name in names}


def read_scores(scores: pd.DataFrame, sides: Sequence[str], further: Sequence[str] = ()) -> TwoSides:
    """Return the evaluations of two versions, and the pairs of their scores.

    Args:
        scores: as returned by `load_scores`.
        sides: the ids of the baseline and of the candidate; they may be the same.
        further: columns to keep as text.

    Raises:
        ReportError: a column holds values of another type.
    """
    rows = read_columns(scores, "scores", SCORES | dict.fromkeys(further, "string"))
    rows["version"] = rows["version.id"].fillna(rows["session.version_id"])
    rows["metric_family"] = rows["metric.metric_group_id"].fillna(rows["metric_id"])
    rows["test_case_family"] = rows["test_case.test_case_group_id"].fillna(rows["test_case_id"])
    # A score without a session stands for itself.
    rows["session"] = rows["session_id"].fillna(rows["id"])
    given = rows["metric_pass_threshold"].fillna(rows["metric.pass_threshold"])
    rows["threshold"] = given.fillna(_THRESHOLD).astype("float64")
    rows["why"] = _why_left_out(rows)
    parts = [rows[(rows["version"] == id_).fillna(value=False)].assign(side=side) for side, id_ in enumerate(sides)]
    both = pd.concat(parts, ignore_index=True)
    pairs = _pairs(both[both["why"].isna()])
    paired = pd.MultiIndex.from_frame(both[KEY].astype(object)).isin(pairs.index)
    both["why"] = both["why"].mask(both["why"].isna() & ~paired, UNPAIRED)
    return TwoSides(both, pairs)


def _why_left_out(rows: pd.DataFrame) -> pd.Series[str]:
    """Return why each score cannot be paired; null if it can."""
    counts = rows["counts"].fillna(value=False).to_numpy(dtype=bool)
    reasons: list[tuple[Any, Any]] = [
        (rows["id"].notna() & rows["id"].duplicated(keep="last"), REPEATED),
        (~counts, rows["why_not"].fillna(NO_SCORE)),
        (rows["reported_score"].isna(), NO_SCORE),
        (rows["metric.excluded_from_analytics_at"].notna(), EXCLUDED),
        (rows["metric_id"].isna(), NO_METRIC),
        (rows["test_case_family"].isna(), NO_TEST_CASE),
    ]
    why = pd.Series(pd.NA, index=rows.index, dtype="string")
    for mask, reason in reasons:
        why = why.mask(why.isna() & mask, reason)
    return why


def _pairs(used: pd.DataFrame) -> pd.DataFrame:
    """Return one row per metric revision and test-case family that both sides have."""
    rows = used[["side", *KEY, "session"]].astype(object)
    rows = rows.assign(score=used["reported_score"].astype("float64"), threshold=used["threshold"])
    # Turns are averaged within their session, so that a long session counts no more than a short one.
    sessions = rows.groupby(["side", *KEY, "session"]).agg(score=("score", "mean"), threshold=("threshold", "max"))
    values = sessions.groupby(["side", *KEY]).agg(
        score=("score", "mean"), sessions=("score", "size"), threshold=("threshold", "max")
    )
    values["score"] = values["score"].round(DECIMALS)
    sides = np.asarray(values.index.get_level_values("side"), dtype=np.int64)
    first, second = (values[sides == each].droplevel("side") for each in (0, 1))
    found = first.add_suffix("_baseline").join(second.add_suffix("_candidate"), how="inner").sort_index()
    return pd.DataFrame(
        {
            "baseline": found["score_baseline"],
            "candidate": found["score_candidate"],
            # Without negative zero.
            "difference": (found["score_candidate"] - found["score_baseline"]).round(DECIMALS) + 0.0,
            "baseline_sessions": found["sessions_baseline"].astype("int64"),
            "candidate_sessions": found["sessions_candidate"].astype("int64"),
            "baseline_threshold": found["threshold_baseline"],
            "candidate_threshold": found["threshold_candidate"],
        }
    )


def passes(pairs: pd.DataFrame, side: str) -> NDArray[np.bool_]:
    """Tell whether the score of a side, "baseline" or "candidate", reaches its threshold, for each pair."""
    found: NDArray[np.bool_] = (pairs[side] >= pairs[f"{side}_threshold"]).to_numpy(dtype=bool)
    return found
