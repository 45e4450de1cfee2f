"""Sessions of two versions, unpaired: how many fail, why they stop, and what a turn takes; pure.

Production and tests are compared apart, and never pooled: they differ in what people ask.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from galtea_frames.compare.columns import SESSIONS, TURNS, read_columns, table
from galtea_frames.compare.statistics import median, median_difference
from galtea_frames.error_shapes import shapes
from galtea_frames.frames.production import in_production
from galtea_frames.rates import difference, rate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from galtea_frames.compare.statistics import Median
    from galtea_frames.rates import Rate

PRODUCTION, TESTS = "production", "tests"

FAILURES, STOPPED, ERRORS = "failure rate", "stopping reason", "error"

#: What is measured of each turn: its column, unit and name.
MEASURES = {
    "latency": ("ms", "latency per turn"),
    "cost": ("USD", "cost per turn"),
    "input_tokens": ("tokens", "input tokens per turn"),
    "output_tokens": ("tokens", "output tokens per turn"),
    "tokens": ("tokens", "tokens per turn"),
}

TABLE: Mapping[str, Any] = {
    "environment": pd.CategoricalDtype([PRODUCTION, TESTS]),
    "measure": "string",
    "value": "string",
    "unit": "string",
    "baseline_count": "Int64",
    "baseline_n": "Int64",
    "baseline": "Float64",
    "baseline_low": "Float64",
    "baseline_high": "Float64",
    "candidate_count": "Int64",
    "candidate_n": "Int64",
    "candidate": "Float64",
    "candidate_low": "Float64",
    "candidate_high": "Float64",
    "difference": "Float64",
    "low": "Float64",
    "high": "Float64",
}

_ENDED = ("COMPLETED", "FAILED")


def sessions_table(sessions: pd.DataFrame, turns: pd.DataFrame | None, sides: Sequence[str]) -> pd.DataFrame:
    """Return the columns of `TABLE`: one row per environment and rate, reason, error shape or measure.

    Args:
        sessions: as returned by `load_sessions`.
        turns: as returned by `load_inference_results`; None if there are none.
        sides: the ids of the baseline and of the candidate.
    """
    rows = _rows(sessions)
    read = None if turns is None else _turns(turns, rows)
    lines: list[tuple[Any, ...]] = []
    for environment, wanted in ((PRODUCTION, True), (TESTS, False)):
        here = rows[rows["production"] == wanted]
        of_sides = [here[here["version_id"] == id_] for id_ in sides]
        if any(map(len, of_sides)):
            lines += ((environment, *line) for line in _lines(of_sides))
        if read is not None:
            turns_here = read[read["production"] == wanted]
            of_turns = [turns_here[turns_here["version_id"] == id_] for id_ in sides]
            # Each version has its own stream, so that swapping the two gives the same intervals, mirrored.
            seeds = (0, 1) if sides[0] <= sides[1] else (1, 0)
            lines += ((environment, *line) for line in _measured(of_turns, seeds))
    return table(TABLE, lines)


def _rows(sessions: pd.DataFrame) -> pd.DataFrame:
    """Return the sessions, each once, and whether each is in production and the shape of its error."""
    dtypes = dict(SESSIONS)
    if "is_production" not in sessions or not pd.api.types.is_bool_dtype(sessions["is_production"]):
        del dtypes["is_production"]
    rows = read_columns(sessions, "sessions", dtypes).drop_duplicates("id", keep="last", ignore_index=True)
    rows["production"] = in_production(rows)
    code, messages = pd.factorize(rows["error"])
    found = shapes(pa.array([str(each) for each in messages], pa.string())).to_pylist()
    rows["shape"] = pd.Series([None if each < 0 else found[each] for each in code], dtype="string")
    return rows


def _turns(turns: pd.DataFrame, sessions: pd.DataFrame) -> pd.DataFrame:
    """Return the turns of these sessions, each once, with their session's version."""
    rows = read_columns(turns, "turns", TURNS).drop_duplicates("id", keep="last", ignore_index=True)
    of_session = sessions[["id", "version_id", "production"]].rename(columns={"id": "session_id"})
    return rows.dropna(subset=["session_id"]).merge(of_session, on="session_id", how="inner")


def _lines(sides: Sequence[pd.DataFrame]) -> Iterator[tuple[Any, ...]]:
    ended = [side[side["status"].isin(_ENDED).fillna(value=False)] for side in sides]
    failed = [int((side["status"] == "FAILED").sum()) for side in ended]
    yield FAILURES, None, *_rates(failed, [len(side) for side in ended])
    stopped = [side["stopping_reason"].dropna() for side in sides]
    yield from _shares(STOPPED, stopped, [len(side) for side in stopped])
    yield from _shares(ERRORS, [side["shape"].dropna() for side in sides], [len(side) for side in sides])


def _shares(measure: str, values: Sequence[pd.Series[Any]], sizes: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    """Yield the share of each value, the most frequent first."""
    counts = [side.value_counts() for side in values]
    names = {str(name): tuple(int(each.get(name, 0)) for each in counts) for each in counts for name in each.index}
    for name, found in sorted(names.items(), key=lambda each: (-sum(each[1]), each[0])):
        yield measure, name, *_rates(found, sizes)


def _rates(counts: Sequence[int], sizes: Sequence[int]) -> tuple[Any, ...]:
    baseline, candidate = (rate(count, size) for count, size in zip(counts, sizes, strict=True))
    found = difference(candidate, baseline)
    return "share", *_rate(baseline), *_rate(candidate), found.value, found.low, found.high


def _rate(of: Rate) -> tuple[Any, ...]:
    return of.count, of.n, of.value, of.low, of.high


def _measured(sides: Sequence[pd.DataFrame], seeds: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    """Yield the medians of what was measured, with intervals; nothing of what neither version has."""
    for column, (unit, measure) in MEASURES.items():
        baseline, candidate = (_median(side, column, seed) for side, seed in zip(sides, seeds, strict=True))
        if baseline.n or candidate.n:
            yield measure, None, unit, *_level(baseline), *_level(candidate), *median_difference(candidate, baseline)


def _median(turns: pd.DataFrame, column: str, seed: int) -> Median:
    present = turns.dropna(subset=[column])
    values = present[column].to_numpy(dtype="float64")
    return median(values, np.asarray(pd.factorize(present["session_id"])[0], dtype=np.int64), seed)


def _level(of: Median) -> tuple[Any, ...]:
    return None, of.n, of.value, of.low, of.high
