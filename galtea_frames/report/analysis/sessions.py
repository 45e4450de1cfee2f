"""The sessions of a series of periods as arrays: each one's period, day, version and status."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from galtea_frames.api.resource import snake_case
from galtea_frames.decoding.column_names import OVERFLOW
from galtea_frames.error_shapes import shapes
from galtea_frames.errors import ReportError
from galtea_frames.frames.fingerprint import hashes_of
from galtea_frames.frames.load_attrs import json_columns
from galtea_frames.frames.origin import attrs_of
from galtea_frames.frames.production import PRODUCTION, in_production
from galtea_frames.frames.unchanged import microseconds
from galtea_frames.report.analysis.fields import flags, texts
from galtea_frames.report.analysis.load_attrs import loaded_since
from galtea_frames.report.periods import midnight

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from numpy.typing import NDArray

    from galtea_frames.report.periods import Period

#: Indices of the statuses that the API declares; other statuses follow.
PENDING, COMPLETED, FAILED = range(3)
KNOWN = ("PENDING", "COMPLETED", "FAILED")

_REQUIRED = ("id", "version_id", "status", "created_at")
_TEXTS = ("id", "version_id", "status", "user_id", "test_case_id", "stopping_reason", "error")

#: The columns that a report reads, besides metrics and `metadata`.
COLUMNS = (*_REQUIRED, *_TEXTS[3:], PRODUCTION)
_US_PER_SECOND = 1_000_000


@dataclass(frozen=True, eq=False)
class ObservedSessions:
    """Sessions created in a series of periods, and their counts; arrays have one element per session.

    Attributes:
        rows: the columns that a report needs, in the frame's order, with a fresh index.
        positions: each session's position in the frame.
        periods: oldest first; the report is about the last one.
        loaded: how many periods, counted from the last, the frame has all sessions of; at least 1.
        since: the creation time from which on sessions were loaded; None for all.
        days: the local days of all periods.
        period: each session's index in `periods`.
        day: each session's index in `days`.
        version: each session's index in `version_ids`.
        version_ids: the ids that occur, sorted, then None for sessions without a version.
        status: each session's index in `statuses`.
        statuses: the declared ones, then all others, sorted, then None.
        production: `is_production`, or where that is null, whether the session ran no test case.
        strange: by column, which sessions have a value of another type, which counts as missing.
        repeated: how many rows repeat a session; the last row of each session counts.
        before: how many sessions were created before the periods.
        earlier_ids: the versions of those.
        after: how many sessions were created after the periods.
        undated: how many sessions have no creation time.
    """

    rows: pd.DataFrame
    positions: NDArray[np.int64]
    periods: tuple[Period, ...]
    loaded: int
    since: datetime | None
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
        """The index of the period that the report is about."""
        return len(self.periods) - 1

    @cached_property
    def is_current(self) -> NDArray[np.bool_]:
        """Whether each session is in the period that the report is about."""
        found: NDArray[np.bool_] = self.period == self.current
        return found

    @cached_property
    def is_previous(self) -> NDArray[np.bool_]:
        """Whether each session is in the period before."""
        found: NDArray[np.bool_] = self.period == self.current - 1
        return found

    @cached_property
    def no_previous(self) -> str | None:
        """Why there is nothing to compare the last period with; None if there is."""
        unit = self.periods[-1].unit
        if self.loaded == 1:
            return f"no previous period: the {unit} before was not loaded"
        if self.before or not self.is_current.all():
            return None
        earlier = f"before this {unit}" if self.since is None else f"in the {self.loaded - 1} {unit}s before"
        return f"no previous period: there are no sessions {earlier}"

    @property
    def has_previous(self) -> bool:
        """Whether the last period can be compared with the one before."""
        return self.no_previous is None

    @cached_property
    def by_status(self) -> NDArray[np.int64]:
        """The number of sessions by period, version and status."""
        sizes = (len(self.periods), len(self.version_ids), len(self.statuses))
        return count_combinations((self.period, self.version, self.status), sizes)

    @cached_property
    def by_version(self) -> NDArray[np.int64]:
        """The number of sessions by period and version."""
        found: NDArray[np.int64] = self.by_status.sum(axis=2)
        return found

    @cached_property
    def totals(self) -> NDArray[np.int64]:
        """The number of sessions of all versions, by period and status."""
        found: NDArray[np.int64] = self.by_status.sum(axis=1)
        return found

    @cached_property
    def by_day(self) -> NDArray[np.int64]:
        """The number of sessions by day and version."""
        return count_combinations((self.day, self.version), (len(self.days), len(self.version_ids)))

    @cached_property
    def version_index(self) -> Mapping[str | None, int]:
        """The index of each version's id."""
        return {id_: index for index, id_ in enumerate(self.version_ids)}

    def positions_of(self, ids: pd.Series[Any]) -> NDArray[np.int64]:
        """Return the index of the session of each id; -1 if it is null or not among them."""
        known = self.rows["id"]
        places = np.flatnonzero(known.notna().to_numpy(dtype=bool))
        index = pd.Index(known.iloc[places].astype(object)).get_indexer(pd.Index(ids.astype(object)))
        # The last element of the table is that of ids that are not known.
        found: NDArray[np.int64] = np.append(places, -1)[index]
        return np.where(ids.isna().to_numpy(dtype=bool), -1, found)

    @cached_property
    def error_shape(self) -> pd.Categorical:
        """The shape of each session's error message; null without one."""
        if "error" not in self.rows:
            return pd.Categorical.from_codes([-1] * len(self.rows), categories=pd.Index([], dtype=object))
        # Many sessions share a message, so each message is looked at once.
        code, messages = pd.factorize(self.rows["error"])
        found = shapes(pa.array([str(each) for each in messages], pa.string())).to_numpy(zero_copy_only=False)
        names, index = np.unique(found.astype(object), return_inverse=True)
        # The code of null is -1, the last element of this table.
        categories = pd.Index([str(each) for each in names], dtype=object)
        return pd.Categorical.from_codes(np.append(index, -1)[code], categories=categories)


def count_combinations(indices: Sequence[NDArray[np.int64]], sizes: tuple[int, ...]) -> NDArray[np.int64]:
    """Return how often each combination of indices occurs, as an array with one dimension per index."""
    flat = np.ravel_multi_index(tuple(indices), sizes)
    return np.bincount(flat, minlength=int(np.prod(sizes))).reshape(sizes)


def observe(sessions: pd.DataFrame, periods: tuple[Period, ...], columns: Sequence[str] = ()) -> ObservedSessions:
    """Return the sessions created in these periods.

    Args:
        sessions: one row per session.
        periods: consecutive, oldest first.
        columns: further columns to keep.

    Raises:
        ReportError: a column is missing, occurs twice, or is not of the type that it must have.
    """
    _check(sessions, columns)
    attrs = attrs_of(sessions)
    created = microseconds(sessions["created_at"])
    days = tuple(day for period in periods for day in period.days)
    day_of_row = np.searchsorted(_starts(periods), created, side="right") - 1
    within = (day_of_row >= 0) & (day_of_row < len(days))
    repeated = _repeated(sessions["id"], within)
    positions = np.flatnonzero(within & ~repeated)
    kept = [name for name in dict.fromkeys([*COLUMNS, *columns]) if name in sessions.columns]
    # All rows are left as they are: a copy would double their memory.
    chosen = sessions[kept] if len(positions) == len(sessions) else sessions[kept].iloc[positions]
    rows, strange = _typed(chosen.reset_index(drop=True), json_columns(attrs))
    day = day_of_row[positions]
    period_of_day = np.repeat(np.arange(len(periods)), [len(period.days) for period in periods])
    version, version_ids = _indexed(rows["version_id"], ())
    status, statuses = _indexed(rows["status"], KNOWN)
    dated = sessions["created_at"].notna().to_numpy(dtype=bool)
    older, since = dated & (day_of_row < 0), loaded_since(attrs)
    return ObservedSessions(
        rows=rows,
        positions=positions,
        periods=periods,
        loaded=max(1, sum(since is None or since <= period.start for period in periods)),
        since=since,
        days=days,
        period=period_of_day[day],
        day=day,
        version=version,
        version_ids=version_ids,
        status=status,
        statuses=statuses,
        production=in_production(rows),
        strange=_with_misfits(strange, sessions, positions),
        repeated=int(repeated.sum()),
        before=int(older.sum()),
        earlier_ids=frozenset(texts(sessions["version_id"].iloc[np.flatnonzero(older)]).found.dropna().unique()),
        after=int((day_of_row >= len(days)).sum()),
        undated=int((~dated).sum()),
    )


def _check(sessions: pd.DataFrame, columns: Sequence[str]) -> None:
    if missing := [name for name in _REQUIRED if name not in sessions.columns]:
        raise ReportError(f"sessions has no column {missing[0]!r}: load the frame with galtea_frames")
    check_unique(sessions, "sessions", [*COLUMNS, OVERFLOW, *columns])


def check_unique(frame: pd.DataFrame, what: str, names: Sequence[str]) -> None:
    """Check that none of these columns occurs twice or has further levels.

    Raises:
        ReportError: one does.
    """
    for name in names:
        if name in frame.columns and not isinstance(frame[name], pd.Series):
            raise ReportError(f"{what} has several columns named {name!r}: rename or drop all but one")


def _repeated(ids: pd.Series[Any], within: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell whether a later row within the periods has the same id, for each row."""
    repeated = np.zeros(len(ids), dtype=bool)
    known = np.flatnonzero(within & ids.notna().to_numpy(dtype=bool))
    found = texts(ids if len(known) == len(ids) else ids.iloc[known]).found
    # Comparing the ids themselves takes three times as much memory as they do, and is hardly ever needed.
    if (np.diff(np.sort(hashes_of(found))) == 0).any():
        repeated[known] = found.duplicated(keep="last").to_numpy(dtype=bool)
    return repeated


def _typed(rows: pd.DataFrame, is_json: frozenset[str]) -> tuple[pd.DataFrame, dict[str, NDArray[np.bool_]]]:
    """Return the rows with values of another type as null, and where these are, by column."""
    found = {name: texts(rows[name]) for name in _TEXTS if name in rows}
    if PRODUCTION in rows:
        found[PRODUCTION] = flags(rows[PRODUCTION], is_json=PRODUCTION in is_json)
    # Columns without such values stay as they are: a status remains a category.
    changed = {name: each.found for name, each in found.items() if each.strange.any() or rows[name].dtype == object}
    changed |= {name: each.found for name, each in found.items() if name == PRODUCTION}
    return rows.assign(**changed), {name: each.strange for name, each in found.items() if each.strange.any()}


def _with_misfits(
    strange: Mapping[str, NDArray[np.bool_]], sessions: pd.DataFrame, positions: NDArray[np.int64]
) -> dict[str, NDArray[np.bool_]]:
    """Add the misfits that the loader found, which are in columns of their own."""
    found = dict(strange)
    for name in (each for each in sessions.columns if str(each).startswith(f"{PRODUCTION}.")):
        # The keys of objects are columns.
        cells = sessions[name].iloc[positions].notna().to_numpy(dtype=bool)
        found[PRODUCTION] = found.get(PRODUCTION, False) | cells
    if OVERFLOW in sessions:
        for index, text in enumerate(sessions[OVERFLOW].iloc[positions]):
            for name in _fields_of(text) & set(COLUMNS):
                found.setdefault(name, np.zeros(len(positions), dtype=bool))[index] = True
    return found


def _fields_of(text: Any) -> set[str]:  # noqa: ANN401 - any value of a frame
    """Return the columns of the fields in a JSON object."""
    try:
        fields = json.loads(text) if isinstance(text, str) else {}
    except (ValueError, RecursionError):
        return set()
    return {snake_case(each) for each in fields} if isinstance(fields, dict) else set()


def _starts(periods: Sequence[Period]) -> NDArray[np.int64]:
    """Return the start of each local day and the end of the last, in microseconds."""
    moments = [midnight(day, period.zone) for period in periods for day in period.days]
    moments.append(periods[-1].end)
    return np.array([round(moment.timestamp()) * _US_PER_SECOND for moment in moments], dtype=np.int64)


def _indexed(values: pd.Series[Any], known: Sequence[str]) -> tuple[NDArray[np.int64], tuple[str | None, ...]]:
    """Return each value's index in the known values, then all others, sorted, then None; and that list."""
    codes, found = pd.factorize(values)
    names = [str(each) for each in found]
    members = [*known, *sorted(set(names) - set(known)), None]
    index_of = {name: index for index, name in enumerate(members)}
    # The code of null is -1, the last element of this table.
    table = np.array([*(index_of[name] for name in names), index_of[None]], dtype=np.int64)
    return table[codes], tuple(members)
