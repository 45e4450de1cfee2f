"""Sessions of two versions: rates, shares and medians, by environment."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from comparison_frames import A, B, scores_of, sessions_of, turns_of, versions_of
from effort import times
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.proportion import confint_proportions_2indep

import galtea_frames as gf
from galtea_frames.compare.sessions import TABLE


def session(number: int, version: str, status: str = "COMPLETED", **fields: object) -> dict[str, Any]:
    """Return a session."""
    return {"id": f"{version}{number}", "version_id": version, "status": status, "test_case_id": None} | fields


def compared(
    sessions: list[dict[str, Any]], turns: list[dict[str, Any]] | None = None, sides: tuple[str, str] = (A, B)
) -> pd.DataFrame:
    """Return the table of a comparison of these sessions."""
    known = versions_of([{"id": A}, {"id": B}])
    frames: dict[str, Any] = {"sessions": sessions_of(sessions), "turns": None if turns is None else turns_of(turns)}
    return gf.compare_versions(*sides, scores=scores_of([]), versions=known, **frames).sessions


def one(table: pd.DataFrame, measure: str, environment: str = "production") -> Any:  # noqa: ANN401 - a row
    """Return the only line of a measure."""
    (row,) = table[(table["measure"] == measure) & (table["environment"] == environment)].itertuples(index=False)
    return row


@settings(max_examples=times(20))
@given(*[st.integers(0, 30)] * 4)
def test_failure_rates_have_newcombe_s_interval(ok: int, failed: int, later_ok: int, later_failed: int) -> None:
    """That of statsmodels; sessions that have not ended are in no rate."""
    counts = {(A, "COMPLETED"): ok, (A, "FAILED"): failed, (B, "COMPLETED"): later_ok, (B, "FAILED"): later_failed}
    rows = [
        session(n, version, status, id=f"{version}{status}{n}")
        for (version, status), size in counts.items()
        for n in range(size)
    ]
    rows += [session(99, version, "PENDING") for version in (A, B)]
    found = one(compared(rows), "failure rate")
    assert (failed, ok + failed, later_failed, later_ok + later_failed) == (
        found.baseline_count,
        found.baseline_n,
        found.candidate_count,
        found.candidate_n,
    )
    if not (ok + failed and later_ok + later_failed):
        assert found.difference is pd.NA
        return
    interval = confint_proportions_2indep(
        later_failed, later_ok + later_failed, failed, ok + failed, method="newcomb", compare="diff"
    )
    assert interval == pytest.approx((found.low, found.high), abs=1e-9)
    assert later_failed / (later_ok + later_failed) - failed / (ok + failed) == pytest.approx(found.difference)


def test_production_and_tests_are_never_pooled() -> None:
    """A session is in production if it says so, else if it ran no test case."""
    rows = [
        session(1, A, "FAILED"),
        session(2, A, test_case_id="c1"),
        session(3, A, is_production=True, test_case_id="c1"),
        session(1, B, is_production=False),
    ]
    found = compared(rows)
    assert (1, 2, 0, 0) == one(found, "failure rate")[4:6] + one(found, "failure rate")[9:11]
    assert (0, 1, 0, 1) == one(found, "failure rate", "tests")[4:6] + one(found, "failure rate", "tests")[9:11]
    assert list(TABLE) == list(found.columns)
    strange = sessions_of([session(1, A), session(1, B)]).assign(is_production=["true", "false"])
    loose = gf.compare_versions(A, B, scores=scores_of([]), sessions=strange).sessions
    assert {"production"} == set(loose["environment"])


def test_shares_of_reasons_and_errors() -> None:
    """Reasons are shares of the sessions that have one, errors of all; the most frequent first."""
    rows = [
        *(session(n, A, stopping_reason="GOAL" if n < 3 else None, error=f"HTTP 50{n}") for n in range(4)),
        *(session(n, B, stopping_reason="MAX", error="timeout" if n == 0 else None) for n in range(2)),
        session(1, B, stopping_reason="MAX"),
    ]
    found = compared(rows)
    shares = found[found["measure"] != "failure rate"]
    expected = [
        ("stopping reason", "GOAL", 3, 3, 0, 2, -1.0),
        ("stopping reason", "MAX", 0, 3, 2, 2, 1.0),
        ("error", "HTTP <n>", 4, 4, 0, 2, -1.0),
        ("error", "timeout", 0, 4, 1, 2, 0.5),
    ]
    names = ["measure", "value", "baseline_count", "baseline_n", "candidate_count", "candidate_n", "difference"]
    assert expected == list(shares[names].itertuples(index=False, name=None))


def turn(number: int, version: str, of: int, **fields: object) -> dict[str, Any]:
    """Return a turn of a session."""
    return {"id": f"{version}{of}t{number}", "session_id": f"{version}{of}", "index": number} | fields


def test_medians_of_turns() -> None:
    """Of the turns that were measured; nothing is made of nulls, and what no turn has is left out."""
    chance = np.random.default_rng(3)
    sessions = [session(number, version) for version in (A, B) for number in range(40)]
    turns = [
        turn(index, version, number, latency=float(chance.normal(mean, 10)), cost=None if index else 0.5)
        for version, mean in ((A, 100), (B, 80))
        for number in range(40)
        for index in range(2)
    ]
    stray = [turn(0, "other", 1, latency=9e9), turn(7, A, 1, latency=9e9) | {"session_id": None}]
    found = compared(sessions, [*turns, *stray, turns[0]])
    latency, cost = one(found, "latency per turn"), one(found, "cost per turn")
    expected = [np.median([each["latency"] for each in turns if each["id"].startswith(version)]) for version in (A, B)]
    assert expected == [latency.baseline, latency.candidate]
    assert (80, 80, "ms") == (latency.baseline_n, latency.candidate_n, latency.unit)
    assert expected[1] - expected[0] == pytest.approx(latency.difference)
    assert latency.low < latency.difference < latency.high < 0
    assert latency.baseline_low < expected[0] < latency.baseline_high
    assert (40, 0.5, 0.5, 0.5) == (cost.baseline_n, cost.baseline, cost.baseline_low, cost.baseline_high)
    assert {"failure rate", "latency per turn", "cost per turn"} == set(found["measure"])
    assert latency == one(compared(sessions, turns), "latency per turn")
    swapped = one(compared(sessions, turns, (B, A)), "latency per turn")
    assert (-latency.difference, -latency.high, -latency.low) == pytest.approx(
        (swapped.difference, swapped.low, swapped.high)
    )
    assert (latency.baseline_low, latency.baseline_high) == (swapped.candidate_low, swapped.candidate_high)


def test_a_version_against_itself_has_no_difference() -> None:
    """Its resamples differ, its medians do not."""
    sessions = [session(number, A) for number in range(30)]
    turns = [turn(0, A, number, latency=float(number)) for number in range(30)]
    found = one(compared(sessions, turns, (A, A)), "latency per turn")
    assert (0.0, 14.5, 14.5) == (found.difference, found.baseline, found.candidate)
    assert found.low < 0 < found.high


def test_without_sessions_the_table_is_empty() -> None:
    """With all its columns."""
    found = gf.compare_versions(A, B, scores=scores_of([]), versions=versions_of([{"id": A}, {"id": B}]))
    assert list(TABLE) == list(found.sessions.columns)
    assert 0 == len(found.sessions)
