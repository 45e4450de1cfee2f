"""Which sessions are production traffic; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: The column that says it, where the API does.
PRODUCTION = "is_production"


def in_production(rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell whether each session is in production: `is_production`, or where that is null, whether it ran no test case.

    Args:
        rows: one row per session; `is_production`, if there, is `boolean`.
    """
    no_test = rows["test_case_id"].isna() if "test_case_id" in rows else pd.Series(True, index=rows.index)
    if PRODUCTION not in rows:
        return no_test.to_numpy(dtype=bool)
    sent = rows[PRODUCTION]
    return sent.fillna(no_test.astype("boolean")).to_numpy(dtype=bool)
