"""What `report` loads besides sessions and versions: scores, and the turns whose columns are summed."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

import pandas as pd

from galtea_frames.cli.options import tell
from galtea_frames.errors import DanglingKeysWarning, RequestError, ResponseError
from galtea_frames.frames.frame import ATTRS
from galtea_frames.report.analysis.evaluations import COLUMNS
from galtea_frames.report.terms import TURNS
from galtea_frames.report.thresholds import check_metrics

if TYPE_CHECKING:
    from collections.abc import Callable

    from galtea_frames.report.terms import Terms

    #: Loads a list of the API or of a mirror with arguments.
    Load = Callable[..., pd.DataFrame]

#: What the names of the columns of other lists in a frame of scores start with.
PREFIXES = ("metric.", "session.", "version.", "test_case.", "test.")

#: Rows of the sessions that scores are joined to would be loaded once more for this column.
_SCORES = tuple(name for name in COLUMNS if not name.startswith("session."))
_TURNS = ("id", "session_id", "created_at")


def check_metric_names(terms: Terms, load_metrics: Load) -> None:
    """Check that the metrics that thresholds name exist, before anything else is loaded.

    Raises:
        QueryError: one does not.
    """
    if any(each.metrics for each in terms.thresholds):
        metrics = load_metrics(columns=["id", "name"])
        check_metrics(terms.thresholds, {*metrics["id"].dropna(), *metrics["name"].dropna()})


def load_scores(terms: Terms, load: Load, **scope: Any) -> pd.DataFrame:  # noqa: ANN401 - filters
    """Load the evaluations made since the previous period began, with what a report reads of them."""
    wanted = [*_SCORES, *(each for each in terms.by if each.startswith(PREFIXES))]
    # A report counts metrics without a name itself.
    warnings.simplefilter("ignore", DanglingKeysWarning)
    return _since_previous(terms, load, wanted, scope, dict.fromkeys(_SCORES, "object"))


def load_turns(terms: Terms, load: Load, **scope: Any) -> pd.DataFrame | None:  # noqa: ANN401 - filters
    """Load the turns made since the previous period began, with the columns that are summed; None without any."""
    summed = [each.removeprefix(TURNS) for each in terms.sums if each.startswith(TURNS)]
    if not summed:
        return None
    wanted = [*_TURNS, *(each for each in summed if each not in _TURNS)]
    return _since_previous(terms, load, wanted, scope, dict.fromkeys(_TURNS, "object"))


def _since_previous(
    terms: Terms, load: Load, columns: list[str], scope: dict[str, Any], empty: dict[str, str]
) -> pd.DataFrame:
    """Load rows made since the previous period began; if that fails, an empty frame whose attrs say why."""
    try:
        return load(from_created_at=terms.periods[-2].start, columns=list(dict.fromkeys(columns)), **scope)
    except (RequestError, ResponseError) as problem:
        tell(f"galtea-frames: {problem}")
        frame = pd.DataFrame({name: pd.Series([], dtype=dtype) for name, dtype in empty.items()})
        frame = frame.assign(created_at=pd.Series([], dtype="datetime64[us, UTC]"))
        frame.attrs[ATTRS] = {"complete": False, "problem": str(problem)}
        return frame
