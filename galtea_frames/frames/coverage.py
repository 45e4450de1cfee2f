"""Completeness of combined loads: whether they cover every row of one time span; pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from galtea_frames.api.resource import snake_case
from galtea_frames.api.times import instant, render
from galtea_frames.frames.fingerprint import Proof
from galtea_frames.printable import printable, quoted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

#: Filters that do not select rows, or that are compared one by one.
_APART = ("sort", "limit", "offset", "from_created_at", "to_created_at", "params")

_BEGINNING, _END = -(2**63), 2**63 - 1

#: A millisecond, in microseconds: the resolution of the API's times, as far as is known.
_MILLISECOND = 1000


@dataclass(frozen=True)
class LoadedRows:
    """The attrs of one load, and those of its rows that are present.

    Attributes:
        display: its name in messages: "frame 2".
        attrs: the attrs of its frames.
        ids: the ids present, each once.
        created: their creation times, in microseconds.
    """

    display: str
    attrs: Mapping[str, Any]
    ids: Sequence[str]
    created: NDArray[np.int64]

    @property
    def filters(self) -> Mapping[str, Any]:
        """The filters of the load, according to its attrs."""
        found = self.attrs.get("filters")
        return found if isinstance(found, dict) else {}

    @property
    def fetched(self) -> int | None:
        """When the load started, in microseconds."""
        return _instant(self.attrs.get("fetched_at"))

    @property
    def start(self) -> int:
        """The start of its time span."""
        return _bound(self.filters.get("from_created_at"), _BEGINNING)

    @property
    def end(self) -> int:
        """The end of its time span: not after the start of the load."""
        return min(_bound(self.filters.get("to_created_at"), _END), _END if self.fetched is None else self.fetched)

    def problem(self) -> str | None:
        """Return why it may lack rows that its filters select, or None if it is proven complete."""
        if self.attrs.get("complete") is not True:
            problem = self.attrs.get("problem")
            why = printable(problem) if isinstance(problem, str) else "its load did not finish"
            return f"{self.display} is not complete: {why}"
        if not isinstance(self.attrs.get("filters"), dict) or self.fetched is None:
            return f"{self.display} does not say when and with which filters it was loaded"
        if cut := cut_by(self.filters):
            return (
                f"{self.display} was loaded with {' and '.join(f'{name}={quoted(self.filters[name])}' for name in cut)}"
            )
        proof = Proof()
        proof.add(self.ids, self.created)
        for name, value in proof.attrs().items():
            if _canonical_text(self.attrs.get(name)) != _canonical_text(value):
                return f"{self.display} does not match the rows that were loaded: {self._rows()}"
        return None

    def _rows(self) -> str:
        loaded = self.attrs.get("rows")
        known = f"{loaded:,} loaded, " if type(loaded) is int else ""
        return f"{known}{len(self.ids):,} present"


def combined_attrs(loads: Sequence[LoadedRows]) -> dict[str, Any]:
    """Return the attrs of a frame of several loads: filters, age, cost and completeness."""
    # A span that ends before it starts lies in the future: it has no rows yet.
    spans = [load for load in loads if load.start <= load.end] or loads
    # The load that reaches furthest determines the end of the whole span.
    last = max(spans, key=lambda load: (load.end, load.fetched or _BEGINNING))
    first = min(spans, key=lambda load: load.start)
    problem = _problem(loads)
    common = _common(loads) | {
        name: load.filters[name]
        for name, load in (("from_created_at", first), ("to_created_at", last))
        if load.filters.get(name) is not None
    }
    costs = {name: sum(_count(load.attrs.get(name)) for load in loads) for name in ("pages", "requests", "retries")}
    oldest = min((load.fetched for load in loads if load.fetched is not None), default=None)
    return {
        "filters": common,
        "fetched_at": last.attrs.get("fetched_at"),
        **costs,
        "complete": problem is None,
        **({} if problem is None else {"problem": problem}),
        "loads": {"count": len(loads), "first_fetched_at": None if oldest is None else render(oldest, 3)},
    }


def _problem(loads: Sequence[LoadedRows]) -> str | None:
    """Return why rows of the combined span may be missing, or None if none are."""
    for load in loads:
        if problem := load.problem():
            return problem
    for load in loads[1:]:
        if others := _different(loads[0], load):
            return f"{load.display} was loaded with different {' and '.join(others)} than {loads[0].display}"
    return _gap(loads)


def _gap(loads: Sequence[LoadedRows]) -> str | None:
    """Return the first gap between the spans of the loads, or None."""
    whole = all(not (load.created % _MILLISECOND).any() for load in loads)
    step = _MILLISECOND if whole else 1
    spans = sorted((load.start, load.end) for load in loads if load.start <= load.end)
    reached = spans[0][1] if spans else _END
    for start, end in spans:
        # Both ends are inclusive, so consecutive times leave no gap.
        if start > reached + step:
            return f"no load covers the time from {_time_text(reached)} to {_time_text(start)}"
        reached = max(reached, end)
    return None


def _time_text(moment: int) -> str:
    return render(moment, 3 if moment % _MILLISECOND == 0 else 6)


def _different(one: LoadedRows, other: LoadedRows) -> list[str]:
    """Return the filters in which two loads differ, except the time span."""
    these, those = _canonical(one), _canonical(other)
    return sorted(name for name in these.keys() | those.keys() if these.get(name) != those.get(name))


def _canonical(load: LoadedRows) -> dict[str, str]:
    """Return the filters in canonical form: lists are sets, and one text is a list of one."""
    params = load.filters.get("params")
    filters = {name: value for name, value in load.filters.items() if name not in _APART and value is not None}
    for name, value in (params if isinstance(params, dict) else {}).items():
        filters[snake_case(str(name).removesuffix("[]"))] = value
    mirror = load.attrs.get("mirror")
    for name, value in (mirror if isinstance(mirror, dict) else {}).items():
        if name != "version" and _canonical_text(value) not in ("null", "false", "[]"):
            filters[f"mirror {name}"] = value
    return {name: _canonical_text(value) for name, value in filters.items()}


def _canonical_text(value: Any) -> str:  # noqa: ANN401 - any value of attrs
    """Return a value in canonical form, so that equivalent values are equal."""
    if isinstance(value, list | tuple):
        return to_json(sorted({str(each) if isinstance(each, str) else quoted(each) for each in value}))
    if isinstance(value, dict):
        value = {name: each for name, each in value.items() if name != "first"}
    return to_json([value] if isinstance(value, str) else value)


def to_json(value: Any) -> str:  # noqa: ANN401 - as above
    """Return a value as JSON text if possible, otherwise as quoted text."""
    try:
        return json.dumps(value, sort_keys=True, default=quoted)
    except (TypeError, ValueError, RecursionError):
        return quoted(value)


def cut_by(filters: Mapping[str, Any]) -> list[str]:
    """Return which of `limit` and `offset` may have excluded rows; a limit of 0 excludes all."""
    given = {name: filters[name] for name in ("limit", "offset") if filters.get(name) is not None}
    # Attrs may hold anything, and not all values can be compared.
    return [name for name, value in given.items() if name == "limit" or type(value) is not int or value]


def _common(loads: Sequence[LoadedRows]) -> dict[str, Any]:
    """Return the filters shared by all loads, as written in the first."""
    different = {name for load in loads[1:] for name in _different(loads[0], load)}
    return {
        name: value
        for name, value in loads[0].filters.items()
        if name not in (*_APART[:5], *different) and not (name == "params" and different)
    }


def _count(value: object) -> int:
    return value if type(value) is int else 0


def _bound(text: object, otherwise: int) -> int:
    moment = _instant(text)
    return otherwise if moment is None else moment


def _instant(text: object) -> int | None:
    try:
        return instant(text) if isinstance(text, str) else None
    except ValueError:
        return None
