"""The reported score of an evaluation, whether it counts, and why not."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from effort import times
from hypothesis import given, settings
from hypothesis import strategies as st

from galtea_frames.api.resources import EVALUATIONS
from galtea_frames.frames.scoring import NO_STATUS, REASONS, counts, reported_score, why_not

#: Rows of status, score, human score and long input; what is reported, and why it does not count.
RULES: list[tuple[tuple[Any, ...], float | None, str | None]] = [
    (("SUCCESS", 0.4, None, False), 0.4, None),
    (("SUCCESS", 0.0, None, None), 0.0, None),
    (("SUCCESS", 0.4, 1.0, False), 1.0, None),
    (("SUCCESS", 0.4, 0.0, False), 0.0, None),
    (("SUCCESS", 0.4, None, True), 0.4, "long_input"),
    (("SUCCESS", 0.4, 0.5, True), 0.5, None),
    (("SUCCESS", None, None, False), None, "no_score"),
    (("SUCCESS", None, None, True), None, "no_score"),
    (("SUCCESS", None, 0.9, False), 0.9, None),
    (("PENDING", None, None, False), None, "pending"),
    (("PENDING_HUMAN", None, None, False), None, "pending_human"),
    (("PENDING_HUMAN", 0.3, None, False), 0.3, "pending_human"),
    (("PENDING_HUMAN", None, 0.3, False), 0.3, None),
    (("SKIPPED", None, None, False), None, "skipped"),
    (("SKIPPED", None, 0.3, False), 0.3, None),
    (("FAILED", None, None, False), None, "failed"),
    (("FAILED", None, 0.3, False), 0.3, None),
    (("CANCELLED", None, None, False), None, "cancelled"),
    (("OUTDATED", 0.7, None, False), 0.7, "outdated"),
    (("OUTDATED", 0.7, 0.2, False), 0.2, None),
    (("OUTDATED", 0.7, None, True), 0.7, "outdated"),
    (("Paused", 0.7, None, False), 0.7, "paused"),
    (("PAUSED", 0.7, 0.1, False), 0.1, None),
    ((None, 0.7, None, False), 0.7, NO_STATUS),
    ((None, 0.7, 0.1, False), 0.1, None),
]


def frame_of(rows: list[tuple[Any, ...]], backend: str = "numpy_nullable") -> pd.DataFrame:
    """Return evaluations with the columns that decide, typed as loaders type them."""
    status, score, human, long = zip(*rows, strict=True) if rows else ((), (), (), ())
    number: Any
    flag: Any
    number, flag = ("double[pyarrow]", "bool[pyarrow]") if backend == "pyarrow" else ("Float64", "boolean")
    members = next(each.members for each in EVALUATIONS.columns if each.name == "status")
    others = sorted({each for each in status if each} - set(members))
    return pd.DataFrame(
        {
            "status": pd.Categorical(status, categories=pd.Index([*members, *others], dtype=object)),
            "score": pd.array(list(score), dtype=number),
            "human_score": pd.array(list(human), dtype=number),
            "long_input": pd.array(list(long), dtype=flag),
        }
    )


def values(column: pd.Series[Any]) -> list[Any]:
    """Return the values of a column, None for nulls."""
    return [None if pd.isna(each) else each for each in column]


@pytest.mark.parametrize("backend", ["numpy_nullable", "pyarrow"])
@pytest.mark.parametrize(("row", "reported", "reason"), RULES, ids=str)
def test_rules(row: tuple[Any, ...], reported: float | None, reason: str | None, backend: str) -> None:
    """Each status, with and without scores, as the API's reference says."""
    frame = frame_of([row], backend)
    found = why_not(frame)
    assert values(reported_score(frame)) == [reported]
    assert (values(found), values(counts(found))) == ([reason], [reason is None])


@pytest.mark.parametrize("backend", ["numpy_nullable", "pyarrow"])
def test_dtypes(backend: str) -> None:
    """They are the same with any rows and none: scores as loaded, flags without nulls, categories with all reasons."""
    for rows in ([], [row for row, _, _ in RULES]):
        frame = frame_of(rows, backend).set_axis(range(7, 7 + len(rows)))
        found = why_not(frame)
        assert reported_score(frame).dtype == frame["score"].dtype
        assert counts(found).dtype == "boolean"
        assert found.cat.categories[: len(REASONS)].tolist() == list(REASONS)
        assert found.cat.categories[len(REASONS) :].tolist() == (["no_status", "paused"] if rows else [])
        assert [found.index.tolist()] * 2 == [reported_score(frame).index.tolist(), frame.index.tolist()]
        assert (reported_score(frame).name, counts(found).name, found.name) == ("reported_score", "counts", "why_not")


UNIT = st.none() | st.floats(0, 1)
STATUSES = st.sampled_from([*{row[0] for row, _, _ in RULES}, "NEW", "no_score"])
ROWS = st.lists(st.tuples(STATUSES, UNIT, UNIT, st.none() | st.booleans()), max_size=8)


@settings(max_examples=times(200), deadline=None)
@given(ROWS, st.sampled_from(["numpy_nullable", "pyarrow"]))
def test_laws(rows: list[tuple[Any, ...]], backend: str) -> None:
    """What holds of all rows, whatever they hold."""
    frame = frame_of(rows, backend)
    found = why_not(frame)
    flags, reasons, reported = values(counts(found)), values(found), values(reported_score(frame))
    for (status, score, human, long), counted, reason, each in zip(rows, flags, reasons, reported, strict=True):
        assert each == (score if human is None else human)
        assert counted == (human is not None or (status == "SUCCESS" and score is not None and long is not True))
        assert (reason is None) == counted
        assert each is not None or not counted
    # A row's answer depends on no other row.
    assert reasons == [values(why_not(frame_of([row], backend)))[0] for row in rows]
