"""Whether frames prove that they have all sessions of a period, and all their evaluations; pure.

Three things can be wrong. Rows are *missing* if the load failed, was cut short or ended too early. They were *selected*
if a filter left some out. And they are *unproved* if they changed after the load, or have no attrs. Callers can answer
for the last two by stating which sessions these are, but not for the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from galtea_frames.frames.coverage import cut_by
from galtea_frames.frames.join_keys import JOINED, list_of_rows
from galtea_frames.frames.load_attrs import filters_of, mapping_in
from galtea_frames.frames.origin import attrs_of
from galtea_frames.frames.unchanged import changed_since_load
from galtea_frames.pages.wording import cut, plural
from galtea_frames.report.analysis.load_attrs import moment_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from galtea_frames.report.periods import Period

#: The API's times have milliseconds: a filter up to a period's last one leaves nothing out.
_TICK = timedelta(milliseconds=1)

#: Filters that leave out nothing of a period, or that are checked one by one.
_HARMLESS = frozenset({"sort", "limit", "offset", "from_created_at", "to_created_at", "product_ids"})

_VALUE = 60


@dataclass(frozen=True)
class _Kind:
    """What a frame holds.

    Attributes:
        rows: what its rows are.
        resources: the resources that it may have been loaded as.
        harmless: filters that leave out nothing of a period, or that are checked one by one.
        start: what messages start with.
    """

    rows: str
    resources: tuple[str, ...]
    harmless: frozenset[str]
    start: str


_SESSIONS = _Kind("sessions", ("sessions", "joined"), _HARMLESS, "")
#: A report shows the scores of the metrics that were loaded; those of one metric are complete without the others.
_SCORES = _HARMLESS | {"metric_ids", "metric_group_ids", "include_excluded_from_analytics"}
_FURTHER = {
    "scores": _Kind("evaluations", ("scores",), _SCORES, "scores: "),
    "turns": _Kind("turns", ("inference_results",), _HARMLESS, "turns: "),
}
_ANSWER = "; if this is intended, pass selection= to say which sessions these are"


def problems(
    sessions: pd.DataFrame, versions: pd.DataFrame, period: Period, *, unknown: int, selection: str | None
) -> tuple[str, ...]:
    """Return why sessions of a period may be missing from a frame; nothing if none can be.

    Args:
        sessions: the frame of sessions.
        versions: the frame of their versions.
        period: the period of the report.
        unknown: how many sessions of the period have a version that is not in the frame of versions.
        selection: which sessions these are, if the caller says so.
    """
    attrs = attrs_of(sessions)
    found = [*_problems(sessions, _SESSIONS, period, selection)]
    if selection is None and not _failed(attrs):
        found += [*_versions(attrs, versions, unknown)] if unknown else []
    return tuple(found)


def further_problems(
    name: str, frame: pd.DataFrame, sessions: pd.DataFrame, period: Period, *, selection: str | None
) -> tuple[str, ...]:
    """Return why scores or turns of a period's sessions may be missing from a frame; nothing if none can be.

    Args:
        name: "scores" or "turns".
        frame: the frame.
        sessions: the frame of sessions.
        period: the period of the report.
        selection: which sessions these are, if the caller says so.
    """
    kind = _FURTHER[name]
    found = [*_problems(frame, kind, period, selection)]
    own, wanted = (filters_of(attrs_of(each)).get("product_ids") for each in (frame, sessions))
    if selection is None and own not in (None, wanted):
        found.append(f"{kind.start}loaded with other product_ids than the sessions{_ANSWER}")
    return tuple(found)


def _problems(frame: pd.DataFrame, kind: _Kind, period: Period, selection: str | None) -> Iterator[str]:
    attrs = attrs_of(frame)
    found = [*_missing(attrs, period)]
    if selection is None and not _failed(attrs):
        found += [*_selected(attrs, kind), *_unproved(frame, attrs, kind)]
    yield from (f"{kind.start}{each}" for each in found)


def statement(sessions: int, found: Sequence[str], selection: str | None) -> str:
    """Say how complete the sessions are: "4,812 sessions, all fetched"."""
    number = plural(sessions, "session")
    if found:
        return f"{number} loaded, some may be missing"
    return f"{number}, all fetched" if selection is None else f"{number}, as selected by the report's author"


def _missing(attrs: Mapping[str, Any], period: Period) -> Iterator[str]:
    """Yield why rows are missing."""
    filters = filters_of(attrs)
    if _failed(attrs):
        yield str(attrs.get("problem") or "the load did not finish")
    if cutting := [f"{name}={filters[name]}" for name in cut_by(filters)]:
        yield f"loaded with {' and '.join(cutting)}, so rows may be missing"
    if filters.get("product_ids") in ([], (), ""):
        yield "loaded with product_ids=[], which selects nothing"
    for name in ("from_created_at", "to_created_at"):
        if filters.get(name) is not None and moment_of(filters[name]) is None:
            yield f"loaded with {name}={cut(str(filters[name]), _VALUE)}, which is not a time"
    since, until = moment_of(filters.get("from_created_at")), moment_of(filters.get("to_created_at"))
    if since and since > period.start:
        yield f"loaded from {since.isoformat()} on, after the period began"
    if until and until < period.end - _TICK:
        yield f"loaded up to {until.isoformat()}, before the period ended"
    fetched = moment_of(attrs.get("fetched_at"))
    if fetched and fetched < period.end:
        yield f"fetched at {fetched.isoformat(timespec='seconds')}, before the period ended"


def _failed(attrs: Mapping[str, Any]) -> bool:
    """Tell whether a load failed; then nothing else about it matters."""
    return bool(attrs) and attrs.get("complete") is not True


def _selected(attrs: Mapping[str, Any], kind: _Kind) -> Iterator[str]:
    """Yield which filters left rows out."""
    narrowing = {name: value for name, value in filters_of(attrs).items() if name not in kind.harmless}
    # Empty params and exclusions filter nothing.
    kept = {name: value for name, value in narrowing.items() if value or not _is_void(str(name))}
    if kept:
        text = ", ".join(f"{name}={cut(str(value), _VALUE)}" for name, value in sorted(kept.items(), key=str))
        yield f"loaded with {text}, so other {kind.rows} of the period are not in the frame{_ANSWER}"
    if mapping_in("mirror", attrs).get("include_removed"):
        yield f"loaded with include_removed=True, so {kind.rows} that the API no longer returns are counted{_ANSWER}"


def _is_void(name: str) -> bool:
    return name == "params" or name.startswith("exclude_")


def _unproved(frame: pd.DataFrame, attrs: Mapping[str, Any], kind: _Kind) -> Iterator[str]:
    """Yield why these may not be the rows that were loaded."""
    if not attrs:
        yield f"the frame does not say how it was loaded, so {kind.rows} may be missing{_ANSWER}"
        return
    resource = attrs.get("resource")
    if resource not in kind.resources or (resource == JOINED and list_of_rows(attrs) != kind.resources[0]):
        wanted = kind.resources[0]
        yield f"the frame was loaded as {cut(str(resource), _VALUE)}, not as {wanted}{_ANSWER}"
    elif moment_of(attrs.get("fetched_at")) is None or not isinstance(attrs.get("filters"), dict):
        unknown = "the frame does not say when and with which filters it was loaded"
        yield f"{unknown}, so {kind.rows} may be missing{_ANSWER}"
    if problem := changed_since_load(frame, attrs):
        yield f"{problem}{_ANSWER}"


def _versions(of_sessions: Mapping[str, Any], versions: pd.DataFrame, unknown: int) -> Iterator[str]:
    """Yield why unknown versions may be missing rather than deleted."""
    attrs = attrs_of(versions)
    narrowing = {name for name in filters_of(attrs) if name not in ("sort", "product_ids")}
    products, wanted = (filters_of(each).get("product_ids") for each in (attrs, of_sessions))
    whole = attrs.get("complete") is True and not narrowing and products in (None, wanted)
    if not whole or "created_at" not in versions or changed_since_load(versions, attrs):
        sessions = plural(unknown, "session has a version", "sessions have versions")
        yield f"{sessions} not in the frame of versions, which may be incomplete{_ANSWER}"
