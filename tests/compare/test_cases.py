"""One row per pair: what was asked, expected and answered, and why it was scored so."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from comparison_frames import A, B, compared, evaluation, paired, turns_of

from galtea_frames.compare.cases import CASES


def shown(rows: list[dict[str, Any]], turns: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Return the first case of a comparison, null as None."""
    found = compared(rows, turns=None if turns is None else turns_of(turns)).cases
    return {name: None if pd.isna(found[name].iloc[0]) else found[name].iloc[0] for name in found.columns}


def test_a_case_shows_what_happened() -> None:
    """Question and expected answer of the test case, the last answer of each session, and both reasons."""
    texts = {"test_case__input__user_message": "Which colour?", "test_case__expected_output": "Green."}
    rows = [
        evaluation(A, "c1", 0.9, reason="It is right.", **texts),
        evaluation(B, "c1", 0.2, reason="It is wrong.", **texts),
    ]
    turns = [
        {"id": f"{version}{index}", "session_id": f"session_{version}_c1", "index": index, "assistant_message": answer}
        for version, answers in ((A, ["Wait.", "Green."]), (B, ["Wait.", "Red."]))
        for index, answer in enumerate(answers)
    ]
    case = shown(rows, [*turns, turns[0] | {"id": "x", "index": 7, "assistant_message": None}])
    assert list(CASES) == list(case)
    expected = {
        "metric_id": "m1",
        "metric": "Metric m1",
        "test_case_family": "c1",
        "difference": -0.7,
        "flip": "broken",
        "question": "Which colour?",
        "expected": "Green.",
        "baseline_answer": "Green.",
        "candidate_answer": "Red.",
        "baseline_reason": "It is right.",
        "candidate_reason": "It is wrong.",
        "same_revision": True,
        "baseline_session_id": f"session_{A}_c1",
    }
    assert expected == {name: case[name] for name in expected}


def test_without_turns_there_are_no_answers() -> None:
    """The question is that of the test case, and all else is null."""
    case = shown([evaluation(version, "c1", 0.5, test_case__input__user_message="Why?") for version in (A, B)])
    assert ("Why?", None, None) == (case["question"], case["baseline_answer"], case["candidate_answer"])


def test_without_a_test_case_s_question_it_is_the_first_turn_s() -> None:
    """A simulated conversation has no question of its own."""
    turns = [
        {"id": str(index), "session_id": f"session_{A}_c1", "index": index, "user_message": text}
        for index, text in enumerate(["Hello?", "Are you there?"])
    ]
    assert "Hello?" == shown([evaluation(A, "c1", 0.5), evaluation(B, "c1", 0.5)], turns)["question"]


def test_a_scored_turn_shows_its_own_answer() -> None:
    """Of several turns of the latest session, the one with the lowest score."""
    turns = [
        {"id": f"t{turn}", "session_id": "s", "index": turn, "assistant_message": f"answer {turn}"} for turn in range(3)
    ]
    rows = [
        evaluation(
            A, "c1", score, id=f"e{turn}", session_id="s", inference_result_id=f"t{turn}", reason=f"reason {turn}"
        )
        for turn, score in enumerate([0.9, 0.1, 0.5])
    ]
    case = shown([*rows, evaluation(B, "c1", 0.5)], turns)
    assert ("answer 1", "reason 1") == (case["baseline_answer"], case["baseline_reason"])


def test_the_latest_session_is_shown() -> None:
    """Its score counts no more than the others, but its answer is the current one."""
    rows = [
        evaluation(A, "c1", 0.1, id="e1", session_id="old", created_at="2026-01-01T00:00:00Z", reason="old"),
        evaluation(A, "c1", 0.9, id="e2", session_id="new", created_at="2026-02-01T00:00:00Z", reason="new"),
        evaluation(B, "c1", 0.5),
    ]
    case = shown(rows)
    assert ("new", "new", 0.5, 2) == tuple(
        case[name] for name in ("baseline_session_id", "baseline_reason", "baseline_score", "baseline_sessions")
    )


@pytest.mark.parametrize("words", ["The reviewer's.", None])
def test_a_reviewer_s_reason_wins(words: str | None) -> None:
    """Where the reviewer gave none, the judge's is not put in its place."""
    rows = [
        evaluation(A, "c1", 1.0, human_score=1.0, human_reason=words, reason="The judge's."),
        evaluation(B, "c1", 0),
    ]
    assert words == shown(rows)["baseline_reason"]


def test_the_worst_drop_comes_first() -> None:
    """Then equal ones by metric and test case."""
    found = compared(paired([0.5, 0.5, 1.0, 0.2], [0.5, 0.6, 0.1, 0.2])).cases
    assert ["case_002", "case_000", "case_003", "case_001"] == list(found["test_case_family"])
    assert [True, False, False, False] == list(found["flip"] == "broken")
