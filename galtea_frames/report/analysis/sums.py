"""Sums of numeric columns of sessions or of their turns, in total and by version."""

from __future__ import annotations

import math
from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from galtea_frames.errors import ReportError
from galtea_frames.frames.load_attrs import json_columns
from galtea_frames.frames.origin import attrs_of
from galtea_frames.report.analysis.fields import numbers, texts
from galtea_frames.report.analysis.metadata import numeric_columns
from galtea_frames.report.analysis.sessions import check_unique
from galtea_frames.report.groups import Amount, ColumnSum, SumLine
from galtea_frames.report.terms import TURNS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from galtea_frames.report.analysis.known_versions import Roster
    from galtea_frames.report.analysis.sessions import ObservedSessions
    from galtea_frames.report.inputs import Inputs

_HINTS = 8


@dataclass(frozen=True, eq=False)
class Values:
    """The numbers of a column, each with the index of its session."""

    value: NDArray[np.float64]
    session: NDArray[np.int64]


def values_of(column: str, observed: ObservedSessions, inputs: Inputs) -> Values:
    """Return the numbers of a column of sessions, or of turns if its name starts with "turns."."""
    if column.startswith(TURNS) and inputs.turns is not None:
        frame, name = _turns(inputs.turns, column.removeprefix(TURNS)), column.removeprefix(TURNS)
        sessions, attrs = observed.positions_of(texts(frame["session_id"]).found), attrs_of(inputs.turns)
    else:
        frame, name, attrs = observed.rows, column, attrs_of(inputs.sessions)
        sessions = np.arange(len(frame))
    if name not in frame:
        return Values(np.empty(0), np.empty(0, dtype=np.int64))
    found = numbers(frame[name], is_json=name in json_columns(attrs)).found.to_numpy()
    kept = ~np.isnan(found) & (sessions >= 0)
    return Values(found[kept], sessions[kept])


def add_up(column: str, values: Values, observed: ObservedSessions, entries: Roster, inputs: Inputs) -> ColumnSum:
    """Return the sums of a column in the last two periods."""
    period, version = observed.period[values.session], observed.version[values.session]
    places: Any = pd.DataFrame({"p": period, "v": version}).groupby(["p", "v"]).indices
    now, before = (_amounts(values, places, observed, each) for each in (observed.current, observed.current - 1))
    total = _line(None, "All versions", now.pop(None), before.pop(None))
    lines = [
        _line(id_, entries[id_].label, now[index], before[index])
        for index, id_ in enumerate(observed.version_ids)
        if now[index].n
    ]
    lines.sort(key=lambda line: (-(line.now.total or 0.0), line.version_id or ""))
    return ColumnSum(column, total, tuple(lines), () if total.now.n else _numeric(column, inputs))


def by_session(values: Values, sessions: int) -> pd.arrays.FloatingArray:
    """Return each session's sum; null without a value."""
    sums = np.bincount(values.session, weights=values.value, minlength=sessions)
    return pd.arrays.FloatingArray(sums.astype(np.float64), np.bincount(values.session, minlength=sessions) == 0)


def _amounts(
    values: Values, places: Mapping[Any, NDArray[np.int64]], observed: ObservedSessions, period: int
) -> dict[int | None, Amount]:
    """Return the sum of each version's values in a period, by the version's index; None is all versions."""
    comparable = period == observed.current or observed.has_previous
    sessions = observed.by_version[period] if comparable else np.zeros(len(observed.version_ids), dtype=np.int64)
    nowhere: NDArray[np.int64] = np.empty(0, dtype=np.int64)
    own = [places.get((period, index), nowhere) if comparable else nowhere for index in range(len(sessions))]
    found: dict[int | None, Amount] = {
        index: _amount(values, each, int(sessions[index])) for index, each in enumerate(own)
    }
    return found | {None: _amount(values, np.concatenate(own), int(sessions.sum()))}


def _amount(values: Values, positions: NDArray[np.int64], sessions: int) -> Amount:
    """Return the sum of some values, rounded once, whatever their order."""
    with_value = len(np.unique(values.session[positions]))
    try:
        total = fsum(values.value[positions].tolist())
    except OverflowError:
        total = math.inf
    return Amount(total if with_value and math.isfinite(total) else None, len(positions), with_value, sessions)


def _line(id_: str | None, label: str, now: Amount, before: Amount) -> SumLine:
    relative = now.total / before.total - 1 if now.total is not None and before.total else None
    return SumLine(id_, label, now, before, relative if relative is not None and math.isfinite(relative) else None)


def _numeric(column: str, inputs: Inputs) -> tuple[str, ...]:
    """Return columns with numbers: that of the report may be misspelt."""
    names = set(numeric_columns(inputs.sessions)) | set(() if inputs.metadata is None else inputs.metadata.numeric)
    if inputs.turns is not None:
        names |= {f"{TURNS}{each}" for each in numeric_columns(inputs.turns)}
    return tuple(sorted(names - {column})[:_HINTS])


def _turns(turns: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return the turns, each once."""
    if missing := [each for each in ("id", "session_id", "created_at") if each not in turns]:
        raise ReportError(f"turns has no column {missing[0]!r}: load the frame with galtea_frames")
    check_unique(turns, "turns", ("id", "session_id", "created_at", name))
    ids = texts(turns["id"]).found
    return turns[~(ids.notna() & ids.duplicated(keep="last")).to_numpy(dtype=bool)]
