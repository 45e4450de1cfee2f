"""What two versions share, what was left out and why, and what readers should know of the comparison; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from galtea_frames.compare.cases import same_revision
from galtea_frames.compare.columns import table
from galtea_frames.compare.scores import EXCLUDED, KEY
from galtea_frames.pages.wording import plural
from galtea_frames.printable import listed, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from galtea_frames.compare.scores import TwoSides
    from galtea_frames.compare.versions import ComparedVersion

#: What a line of the coverage counts.
CASES, EVALUATIONS, LEFT_OUT = "test cases", "evaluations", "left out"

COVERAGE: Mapping[str, Any] = {
    "what": "string",
    "why": "string",
    "metric_id": "string",
    "metric": "string",
    "baseline": "Int64",
    "candidate": "Int64",
    "shared": "Int64",
}

_NAMED = 5


def coverage_table(two: TwoSides) -> pd.DataFrame:
    """Return the columns of `COVERAGE`: test-case families, in total and by metric revision, then evaluations."""
    return table(COVERAGE, [*_cases(two), *_evaluations(two)])


def _cases(two: TwoSides) -> Iterator[tuple[Any, ...]]:
    names = two.metric_names
    families = two.pairs.index.get_level_values("test_case_family")
    yield CASES, None, None, None, *_distinct(two.scored), families.nunique()
    for id_, rows in two.scored.groupby(two.scored["metric_id"].astype(object), sort=True):
        shared = int((two.pairs.index.get_level_values("metric_id") == id_).sum())
        yield CASES, None, id_, names[str(id_)], *_distinct(rows), shared


def _distinct(rows: pd.DataFrame) -> tuple[int, int]:
    """Return how many test-case families each side has."""
    baseline, candidate = (int(rows.loc[rows["side"] == side, "test_case_family"].nunique()) for side in (0, 1))
    return baseline, candidate


def _evaluations(two: TwoSides) -> Iterator[tuple[Any, ...]]:
    """Yield the evaluations of both sides, then those left out, by reason."""
    side = two.rows["side"]
    yield EVALUATIONS, None, None, None, int((side == 0).sum()), int((side == 1).sum()), None
    for why, rows in two.rows.groupby("why", sort=True):
        yield LEFT_OUT, why, None, None, int((rows["side"] == 0).sum()), int((rows["side"] == 1).sum()), None


def notices(two: TwoSides, baseline: ComparedVersion, candidate: ComparedVersion) -> tuple[str, ...]:
    """Return what readers should know, one sentence each."""
    return (*_products(baseline, candidate), *_revised_metrics(two), *_excluded(two), *_thresholds(two), *_edited(two))


def _products(baseline: ComparedVersion, candidate: ComparedVersion) -> Iterator[str]:
    products = baseline.product_id, candidate.product_id
    if None not in products and products[0] != products[1]:
        yield f"The versions belong to different products: {products[0]} and {products[1]}."


def _revised_metrics(two: TwoSides) -> Iterator[str]:
    """Yield the metrics whose revisions differ between the sides: their scores are never compared."""
    names = two.metric_names
    for _, rows in two.scored.groupby(two.scored["metric_family"].astype(object), sort=True):
        sides = [{str(id_) for id_ in rows.loc[rows["side"] == side, "metric_id"]} for side in (0, 1)]
        if sides[0] == sides[1] or not all(sides):
            continue
        revisions = [f"{listed(sorted(each), _NAMED)}" for each in sides]
        name = names[max(sides[1])] or names[max(sides[0])] or "A metric without a name"
        yield (
            f"The metric {printable(name)} was revised: the baseline was scored by {revisions[0]}, the candidate by"
            f" {revisions[1]}. Scores of different revisions are not compared."
        )


def _excluded(two: TwoSides) -> Iterator[str]:
    rows = two.rows[two.rows["why"] == EXCLUDED]
    if len(rows):
        names = sorted({str(each) for each in rows["metric.name"].fillna(rows["metric_id"])})
        count = plural(rows["id"].nunique(), "evaluation")
        yield f"Left out: {count} by metrics excluded from analytics ({listed(names, _NAMED)})."


def _thresholds(two: TwoSides) -> Iterator[str]:
    names = two.metric_names
    pairs = two.pairs[two.pairs["baseline_threshold"] != two.pairs["candidate_threshold"]]
    for id_, rows in pairs.groupby(level="metric_id", sort=True):
        yield (
            f"The pass threshold of {printable(names[str(id_)] or str(id_))} differs between the versions on"
            f" {plural(len(rows), 'test case')}: a fixed or broken case may have the same score."
        )


def _edited(two: TwoSides) -> Iterator[str]:
    edited = two.pairs.index[~same_revision(two).to_numpy(dtype=bool)].get_level_values(KEY[1]).nunique()
    if edited:
        cases = plural(edited, "test case was", "test cases were")
        yield f"{cases} edited in between: the two versions ran different revisions of it."
