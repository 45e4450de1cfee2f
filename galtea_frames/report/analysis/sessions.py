"""The sessions of a row of periods as numbers: which period, day, version and status each one is of."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from galtea_frames.api.resource import snake_case
from galtea_frames.decoding.column_names import OVERFLOW
from galtea_frames.errors import ReportError
from galtea_frames.frames.origin import attrs_of
from galtea_frames.report.analysis.fields import flags, json_columns, texts
from galtea_frames.report.periods import midnight

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from galtea_frames.report.periods import Period

#: Their places among the statuses; whatever else the API sends comes after them.
PENDING, COMPLETED, FAILED = range(3)
KNOWN = ("PENDING", "COMPLETED", "FAILED")

_REQUIRED = ("id", "version_id", "status", "created_at")
_TEXTS = ("id", "version_id", "status", "user_id", "test_case_id", "stopping_reason", "error")
_PRODUCTION = "is_production"
_KEPT = (*_REQUIRED, *_TEXTS[3:], _PRODUCTION)
_US_A_SECOND = 1_000_000


@dataclass(frozen=True, eq=False)
class Observations:
    """Sessions created in a row of periods; the arrays have one member a session.

    Attributes:
        rows: the sessions' own columns, as far as a report needs them, in their order and numbered from 0.
        places: where each session stands in the frame it came from.
        periods: oldest first; the last is the one that a report is about.
        days: the local days of all periods.
        period: each session's place in `periods`.
        day: each session's place in `days`.
        version: its place in `version_ids`.
        version_ids: the ids that occur, sorted, and last of all None, for sessions without one.
        status: its place in `statuses`.
        statuses: the known ones, then those unknown to us, sorted, and last of all None.
        production: whether it was in production: `is_production` where that was sent, else whether it ran no test case.
        strange: by column, which sessions have a value that is not of the column's kind, and so counts as unknown.
        repeated: how many further rows the sessions have; each session is counted once, by its last row.
        before: how many sessions of the frame were created before the periods.
        earlier_ids: the versions of these.
        after: how many after them.
        undated: how many have no creation time.
    """

    rows: pd.DataFrame
    places: NDArray[np.int64]
    periods: tuple[Period, ...]
    days: tuple[date, ...]
    period: NDArray[np.int64]
    day: NDArray[np.int64]
    version: NDArray[np.int64]
    version_ids: tuple[str | None, ...]
    status: NDArray[np.int64]
    statuses: tuple[str | None, ...]
    production: NDArray[np.bool_]
    strange: Mapping[str, NDArray[np.bool_]]
    repeated: int
    before: int
    earlier_ids: frozenset[str]
    after: int
    undated: int

    @property
    def current(self) -> int:
        """The place of the period that a report is about."""
        return len(self.periods) - 1

    def by_status(self) -> NDArray[np.int64]:
        """Return how many sessions there are, by period, version and status."""
        return counted((self.period, self.version, self.status), self._sizes)

    def by_day(self) -> NDArray[np.int64]:
        """Return how many sessions there are, by day and version."""
        return counted((self.day, self.version), (len(self.days), len(self.version_ids)))

    @property
    def _sizes(self) -> tuple[int, int, int]:
        return len(self.periods), len(self.version_ids), len(self.statuses)


def counted(places: Sequence[NDArray[np.int64]], sizes: tuple[int, ...]) -> NDArray[np.int64]:
    """Return how often each combination of places occurs, as an array with one dimension for each of them."""
    flat = np.ravel_multi_index(tuple(places), sizes)
    return np.bincount(flat, minlength=int(np.prod(sizes))).reshape(sizes)


def observe(sessions: pd.DataFrame, periods: tuple[Period, ...], columns: Sequence[str] = ()) -> Observations:
    """Return the sessions that were created in these periods.

    Args:
        sessions: one row a session.
        periods: in a row, oldest first.
        columns: what to keep besides the columns that every report needs.

    Raises:
        ReportError: a column is missing, or occurs twice, or creation times are none.
    """
    _check(sessions, columns)
    created = microseconds(sessions["created_at"])
    days = tuple(day for period in periods for day in period.days)
    day_of_row = np.searchsorted(_starts(periods), created, side="right") - 1
    within = (day_of_row >= 0) & (day_of_row < len(days))
    again = _again(sessions["id"], within)
    places = np.flatnonzero(within & ~again)
    kept = [name for name in dict.fromkeys([*_KEPT, *columns]) if name in sessions.columns]
    rows, strange = _read(sessions[kept].iloc[places].reset_index(drop=True), json_columns(attrs_of(sessions)))
    strange = _with_misfits(strange, sessions, places)
    day = day_of_row[places]
    period_of_day = np.repeat(np.arange(len(periods)), [len(period.days) for period in periods])
    version, version_ids = _places(rows["version_id"], ())
    status, statuses = _places(rows["status"], KNOWN)
    dated = sessions["created_at"].notna().to_numpy(dtype=bool)
    older = dated & (day_of_row < 0)
    return Observations(
        rows=rows,
        places=places,
        periods=periods,
        days=days,
        period=period_of_day[day],
        day=day,
        version=version,
        version_ids=version_ids,
        status=status,
        statuses=statuses,
        production=_production(rows),
        strange=strange,
        repeated=int(again.sum()),
        before=int(older.sum()),
        earlier_ids=frozenset(texts(sessions["version_id"].iloc[np.flatnonzero(older)]).found.dropna().unique()),
        after=int((day_of_row >= len(days)).sum()),
        undated=int((~dated).sum()),
    )


def microseconds(times: pd.Series[Any]) -> NDArray[np.int64]:
    """Return times as microseconds since 1970; those that are null as a number before all others.

    Raises:
        ReportError: these are no times, or times without a time zone.
    """
    if _is_naive(times):
        raise ReportError('created_at has no time zone: give it one, as with .dt.tz_localize("UTC")')
    try:
        aware = times.astype(pd.DatetimeTZDtype("us", "UTC"))
    except (TypeError, ValueError, OverflowError):
        raise ReportError(f"created_at are times, not {times.dtype}: load the frame with galtea_frames") from None
    found: NDArray[np.int64] = aware.dt.tz_localize(None).to_numpy("datetime64[us]").astype(np.int64)
    return found


def _is_naive(times: pd.Series[Any]) -> bool:
    """Tell whether any of these times says nothing of its zone."""
    if times.dtype == object:
        return any(isinstance(each, datetime) and each.tzinfo is None for each in times.dropna())
    kind = getattr(times.dtype, "pyarrow_dtype", None)
    is_naive_arrow = kind is not None and pa.types.is_timestamp(kind) and kind.tz is None
    return is_naive_arrow or pd.api.types.is_datetime64_dtype(times)


def _check(sessions: pd.DataFrame, columns: Sequence[str]) -> None:
    if missing := [name for name in _REQUIRED if name not in sessions.columns]:
        raise ReportError(f"sessions have no column {missing[0]!r}: load the frame with galtea_frames")
    check_unique(sessions, "sessions", [*_KEPT, OVERFLOW, *columns])


def check_unique(frame: pd.DataFrame, what: str, names: Sequence[str]) -> None:
    """Refuse a frame in which one of these columns stands twice, or has further levels.

    Raises:
        ReportError: one does.
    """
    for name in names:
        if name in frame.columns and not isinstance(frame[name], pd.Series):
            raise ReportError(f"{what} have several columns {name!r}: rename or drop all but one")


def _again(ids: pd.Series[Any], within: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell of each row of the periods whether a later one is of the same session."""
    again = np.zeros(len(ids), dtype=bool)
    known = np.flatnonzero(within & ids.notna().to_numpy(dtype=bool))
    again[known] = texts(ids.iloc[known]).found.duplicated(keep="last").to_numpy(dtype=bool)
    return again


def _read(rows: pd.DataFrame, is_json: frozenset[str]) -> tuple[pd.DataFrame, dict[str, NDArray[np.bool_]]]:
    """Return the rows with what is not of a column's kind as null, and which values these are, by column."""
    found = {name: texts(rows[name]) for name in _TEXTS if name in rows}
    if _PRODUCTION in rows:
        found[_PRODUCTION] = flags(rows[_PRODUCTION], is_json=_PRODUCTION in is_json)
    # Columns that hold what they should stay as they are: a status remains a category.
    changed = {name: each.found for name, each in found.items() if each.strange.any() or rows[name].dtype == object}
    changed |= {name: each.found for name, each in found.items() if name == _PRODUCTION}
    return rows.assign(**changed), {name: each.strange for name, each in found.items() if each.strange.any()}


def _with_misfits(
    strange: Mapping[str, NDArray[np.bool_]], sessions: pd.DataFrame, places: NDArray[np.int64]
) -> dict[str, NDArray[np.bool_]]:
    """Return what is strange with what the loader found to be so, and left in the column of what fits nowhere."""
    found = dict(strange)
    for name in (each for each in sessions.columns if str(each).startswith(f"{_PRODUCTION}.")):
        # Objects, whose keys became columns of their own.
        cells = sessions[name].iloc[places].notna().to_numpy(dtype=bool)
        found[_PRODUCTION] = found.get(_PRODUCTION, False) | cells
    if OVERFLOW in sessions:
        for place, text in enumerate(sessions[OVERFLOW].iloc[places]):
            for name in _fields_of(text) & set(_KEPT):
                found.setdefault(name, np.zeros(len(places), dtype=bool))[place] = True
    return found


def _fields_of(text: Any) -> set[str]:  # noqa: ANN401 - any value of a frame
    """Return the columns that the fields of a JSON object belong to."""
    try:
        fields = json.loads(text) if isinstance(text, str) else {}
    except (ValueError, RecursionError):
        return set()
    return {snake_case(each) for each in fields} if isinstance(fields, dict) else set()


def _starts(periods: Sequence[Period]) -> NDArray[np.int64]:
    """Return the first instant of each local day, and the first one after the last."""
    moments = [midnight(day, period.zone) for period in periods for day in period.days]
    moments.append(periods[-1].end)
    return np.array([round(moment.timestamp()) * _US_A_SECOND for moment in moments], dtype=np.int64)


def _places(values: pd.Series[Any], known: Sequence[str]) -> tuple[NDArray[np.int64], tuple[str | None, ...]]:
    """Return each value's place in a list of the known values, the others that occur, sorted, and None."""
    codes, found = pd.factorize(values)
    names = [str(each) for each in found]
    members = [*known, *sorted(set(names) - set(known)), None]
    place = {name: index for index, name in enumerate(members)}
    # The code of nulls is -1, so their place is the last one of this table too.
    table = np.array([*(place[name] for name in names), place[None]], dtype=np.int64)
    return table[codes], tuple(members)


def _production(rows: pd.DataFrame) -> NDArray[np.bool_]:
    no_test = rows["test_case_id"].isna() if "test_case_id" in rows else pd.Series(True, index=rows.index)
    if _PRODUCTION not in rows:
        return no_test.to_numpy(dtype=bool)
    sent = rows[_PRODUCTION]
    return sent.fillna(no_test.astype("boolean")).to_numpy(dtype=bool)
