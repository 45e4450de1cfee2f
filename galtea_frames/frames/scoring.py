"""The score that an evaluation reports, whether it may be averaged, and if not, why; pure.

| status | what becomes of its score |
|---|---|
| any, with a reviewer's score | counts |
| SUCCESS, with a judge's score | counts, unless the input was too long to trust it |
| PENDING, PENDING_HUMAN | not yet |
| SKIPPED, FAILED, CANCELLED | there is none |
| OUTDATED | does not count: the session changed after it was scored |
| one that this release does not know | does not count |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: The evaluation's columns that decide.
INPUTS = ("status", "score", "human_score", "long_input")

#: The columns that this module adds.
COMPUTED = REPORTED, COUNTS, WHY_NOT = "reported_score", "counts", "why_not"

#: Why a score does not count; of an evaluation that is not finished or has failed, the status says it.
REASONS = ("pending", "pending_human", "skipped", "failed", "outdated", "cancelled", "long_input", "no_score")

#: The reason of an evaluation whose status is unknown because the API sent none.
NO_STATUS = "no_status"

_SCORED = "SUCCESS"


def reported_score(evaluations: pd.DataFrame) -> pd.Series[Any]:
    """Return the reviewer's score of each evaluation, or the judge's if there is none; null if there is neither."""
    human = evaluations["human_score"]
    return human.where(human.notna(), evaluations["score"]).rename(REPORTED)


def counts(reasons: pd.Series[Any]) -> pd.Series[Any]:
    """Return whether each score may be averaged, given `why_not`; never null."""
    return reasons.isna().astype("boolean").rename(COUNTS)


def why_not(evaluations: pd.DataFrame) -> pd.Series[Any]:
    """Return why each score may not be averaged, as a category; null if it may be.

    Categories are `REASONS`, followed by those of unknown statuses, in lower case.
    """
    codes, statuses = pd.factorize(evaluations["status"].astype(object))
    of_status = [None if each == _SCORED else str(each).lower() for each in statuses]
    if (codes < 0).any():
        of_status.append(NO_STATUS)  # the last one, at code -1
    others = sorted({each for each in of_status if each is not None}.difference(REASONS))
    reasons: list[str | None] = [*REASONS, *others, None]
    # Null is the last of the reasons, and so are codes of -1 in a category.
    found = np.array([reasons.index(each) for each in of_status] or [0], dtype=np.intp)[codes]
    null = len(reasons) - 1
    is_scored = found == null
    found[is_scored & _true(evaluations["long_input"].fillna(value=False))] = REASONS.index("long_input")
    found[is_scored & _true(evaluations["score"].isna())] = REASONS.index("no_score")
    found[(found == null) | _true(evaluations["human_score"].notna())] = -1
    categories = pd.Index([*REASONS, *others], dtype=object)
    return pd.Series(pd.Categorical.from_codes(found, categories=categories), evaluations.index, name=WHY_NOT)


def _true(values: pd.Series[Any]) -> NDArray[np.bool_]:
    return values.to_numpy(dtype=bool)
