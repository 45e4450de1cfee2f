"""The sessions of a period by the values of a column: the most frequent values, and the rest as one."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from galtea_frames.rates import ENOUGH, difference, rate
from galtea_frames.report.analysis.fields import texts
from galtea_frames.report.analysis.sessions import COMPLETED, FAILED
from galtea_frames.report.groups import Breakdown, GroupLine, GroupScore

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd
    from numpy.typing import NDArray

    from galtea_frames.rates import Rate
    from galtea_frames.report.analysis.evaluations import ObservedScores
    from galtea_frames.report.analysis.sessions import ObservedSessions
    from galtea_frames.report.inputs import Inputs
    from galtea_frames.report.scored import Scores

_GROUPS = 8


def break_down(
    column: str, observed: ObservedSessions, inputs: Inputs, scores: ObservedScores | None, shown: Scores | None
) -> Breakdown:
    """Return the sessions of the last two periods by the values of a column.

    Args:
        column: a column of sessions or, if these do not have it, of scores.
        observed: the sessions of all periods.
        inputs: the frames.
        scores: the scores of the sessions.
        shown: the metrics of the report, in their order.
    """
    values = values_by(column, observed, inputs)
    if values is None:
        return Breakdown(column, found=False, groups=())
    counts = Counter(values[observed.is_current].tolist())
    blank = counts.pop(None, 0)
    ranked = sorted(counts, key=lambda value: (-counts[value], value))
    top, rest = ranked[:_GROUPS], frozenset(ranked[_GROUPS:])
    masks = [("value", value, values == value) for value in top]
    if rest:
        masks.append(("other", None, np.array([each in rest for each in values], dtype=bool)))
    if blank:
        masks.append(("none", None, np.array([each is None for each in values], dtype=bool)))
    lines = (_line(kind, value, mask, observed, _scores(mask, scores, shown)) for kind, value, mask in masks)
    return Breakdown(column, found=True, groups=tuple(lines))


def values_by(column: str, observed: ObservedSessions, inputs: Inputs) -> NDArray[np.object_] | None:
    """Return each session's value as text, or None without one; nothing if no frame has the column."""
    if column in observed.rows:
        return _as_text(observed.rows[column])
    if inputs.scores is None or column not in inputs.scores:
        return None
    found = np.full(len(observed.rows), None, dtype=object)
    positions = observed.positions_of(texts(inputs.scores["session_id"]).found)
    known = (positions >= 0) & inputs.scores[column].notna().to_numpy(dtype=bool)
    found[positions[known]] = _as_text(inputs.scores[column][known])
    return found


def _as_text(column: pd.Series[Any]) -> NDArray[np.object_]:
    cells = column.astype(object).to_numpy(dtype=object)
    present = column.notna().to_numpy(dtype=bool)
    found = np.full(len(cells), None, dtype=object)
    found[present] = [each if isinstance(each, str) else json.dumps(each, default=str) for each in cells[present]]
    return found


def _line(
    kind: Any,  # noqa: ANN401 - one of GroupLine's kinds
    value: str | None,
    mask: NDArray[np.bool_],
    observed: ObservedSessions,
    scores: Iterator[GroupScore],
) -> GroupLine:
    now, before = mask & observed.is_current, mask & observed.is_previous & observed.has_previous
    failing = _failure_rate(now, observed)
    return GroupLine(
        kind=kind,
        value=value,
        sessions=int(now.sum()),
        share=int(now.sum()) / int(observed.is_current.sum()),
        before=int(before.sum()),
        few=failing.n < ENOUGH,
        failure_rate=failing,
        change=difference(failing, _failure_rate(before, observed)),
        scores=tuple(scores),
    )


def _failure_rate(mask: NDArray[np.bool_], observed: ObservedSessions) -> Rate:
    failed, completed = (int((observed.status[mask] == each).sum()) for each in (FAILED, COMPLETED))
    return rate(failed, failed + completed)


def _scores(mask: NDArray[np.bool_], scores: ObservedScores | None, shown: Scores | None) -> Iterator[GroupScore]:
    """Yield the pass rates of sessions in the last period, in the order of the report's metrics."""
    if scores is None or shown is None:
        return
    own = mask[scores.session]
    index = {each.id: number for number, each in enumerate(scores.metrics)}
    for metric in shown.metrics:
        positions = scores.groups[index[metric.metric_id], metric.place, None, True]
        inner = positions[own[positions]]
        if inner.size:
            passed = rate(int(scores.passed[inner].sum()), len(inner))
            yield GroupScore(metric.place, metric.metric_id, metric.label, passed)
