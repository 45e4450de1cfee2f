"""One row per pair of scores, the worst drop first, with what was asked, expected and answered; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from galtea_frames.compare.columns import TURNS, read_columns
from galtea_frames.compare.metrics import group_of_pairs
from galtea_frames.compare.scores import KEY, passes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from galtea_frames.compare.scores import TwoSides

FIXED, BROKEN = "fixed", "broken"

_SIDES = ("baseline", "candidate")

CASES: dict[str, Any] = {
    "metric_id": "string",
    "metric": "string",
    "test_case_family": "string",
    "baseline_score": "Float64",
    "candidate_score": "Float64",
    "difference": "Float64",
    "flip": pd.CategoricalDtype([BROKEN, FIXED]),
    "baseline_passed": "boolean",
    "candidate_passed": "boolean",
    "baseline_sessions": "Int64",
    "candidate_sessions": "Int64",
    "question": "string",
    "expected": "string",
    "baseline_answer": "string",
    "candidate_answer": "string",
    "baseline_reason": "string",
    "candidate_reason": "string",
    "same_revision": "boolean",
    "baseline_test_case_id": "string",
    "candidate_test_case_id": "string",
    "baseline_session_id": "string",
    "candidate_session_id": "string",
}


def cases_table(two: TwoSides, turns: pd.DataFrame | None, by: Sequence[str] = ()) -> pd.DataFrame:
    """Return the columns of `CASES`, and those of `by`: one row per metric revision and test-case family.

    Answers and reasons are those of the latest session: of several evaluations of it, the one with the lowest score.

    Args:
        two: the evaluations, with columns of `by`.
        turns: as returned by `load_inference_results`; None if there are none.
        by: further columns.
    """
    names = two.metric_names
    pairs = two.pairs
    before, after = passes(pairs, "baseline"), passes(pairs, "candidate")
    of_sides = _shown(two, None if turns is None else read_columns(turns, "turns", TURNS))
    shown = {name: side.reindex(pairs.index) for name, side in zip(_SIDES, of_sides, strict=True)}
    columns: dict[str, Any] = {
        "metric_id": pairs.index.get_level_values(0),
        "metric": [names[str(id_)] for id_ in pairs.index.get_level_values(0)],
        "test_case_family": pairs.index.get_level_values(1),
        "baseline_score": pairs["baseline"],
        "candidate_score": pairs["candidate"],
        "difference": pairs["difference"],
        "flip": np.select([before & ~after, after & ~before], [BROKEN, FIXED], default=""),
        "baseline_passed": before,
        "candidate_passed": after,
        "baseline_sessions": pairs["baseline_sessions"],
        "candidate_sessions": pairs["candidate_sessions"],
        "question": shown["candidate"]["question"].fillna(shown["baseline"]["question"]),
        "expected": shown["candidate"]["expected"].fillna(shown["baseline"]["expected"]),
        "same_revision": same_revision(two),
    }
    for name in _SIDES:
        for what in ("answer", "reason", "test_case_id", "session_id"):
            columns[f"{name}_{what}"] = shown[name][what]
    for name in by:
        columns[name] = group_of_pairs(two, name)
    dtypes = CASES | dict.fromkeys(by, "string")
    columns["flip"] = [each or None for each in columns["flip"]]
    made = {name: pd.Series(list(columns[name]), dtype=dtype) for name, dtype in dtypes.items()}
    return pd.DataFrame(made).sort_values(["difference", *KEY], kind="stable", ignore_index=True)


def same_revision(two: TwoSides) -> pd.Series[bool]:
    """Tell whether both sides ran the same revisions of a test case, for each pair."""
    used = two.used[["side", *KEY, "test_case_id"]].astype(object).drop_duplicates()
    sides = used.groupby([*KEY, "test_case_id"], dropna=False)["side"].size()
    return (sides.groupby(level=KEY).min() == len(_SIDES)).reindex(two.pairs.index)


def _shown(two: TwoSides, turns: pd.DataFrame | None) -> list[pd.DataFrame]:
    """Return what to show of each side: one row per pair of it, by `KEY`."""
    used = two.used
    keys = [used[name].astype(object) for name in KEY]
    latest = used.groupby([used["side"], *keys, "session"])["created_at"].transform("max")
    ordered = used.assign(latest=latest).sort_values(
        ["latest", "session", "reported_score", "created_at", "id"], ascending=[False, True, True, False, True]
    )
    one = ordered.drop_duplicates(["side", *KEY])
    one = one.assign(
        # A reviewer who gave no reason did not give the judge's.
        reason=one["reason"].where(one["human_score"].isna(), one["human_reason"]),
        expected=one["test_case.expected_output"],
        **_words(one, turns),
    )
    one[KEY] = one[KEY].astype(object)
    wanted = ["question", "expected", "answer", "reason", "test_case_id", "session_id"]
    return [one[one["side"] == side].set_index(KEY)[wanted] for side in (0, 1)]


def _words(rows: pd.DataFrame, turns: pd.DataFrame | None) -> dict[str, pd.Series[Any]]:
    """Return question and answer of evaluations: of the turn that was scored, else of the test case and last turn."""
    question = rows["test_case.input.user_message"]
    if turns is None:
        return {"question": question, "answer": pd.Series(pd.NA, index=rows.index, dtype="string")}
    ordered = turns.sort_values(["session_id", "index", "created_at", "id"])
    asked = ordered.dropna(subset=["user_message"]).drop_duplicates("session_id").set_index("session_id")
    answered = ordered.dropna(subset=["assistant_message"])
    last = answered.drop_duplicates("session_id", keep="last").set_index("session_id")["assistant_message"]
    of_turn = answered.drop_duplicates("id").set_index("id")["assistant_message"]
    whole = rows["inference_result_id"].isna()
    return {
        "question": question.fillna(rows["session_id"].map(asked["user_message"]).astype("string")),
        "answer": rows["inference_result_id"].map(of_turn).where(~whole, rows["session_id"].map(last)).astype("string"),
    }
