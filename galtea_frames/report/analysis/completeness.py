"""Whether a frame proves that it holds all sessions of a period, by what it says of its load; pure.

Three things can be wrong. Rows are *missing* where the load failed, was cut, or ended too early. They were *selected*
where a filter left some out. And nothing is *known* of rows that were changed after the load, or that say nothing of
themselves. A caller who says which sessions these are answers the last two, but not the first.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from galtea_frames.errors import QueryError
from galtea_frames.frames.coverage import cut_by
from galtea_frames.frames.fingerprint import Proof
from galtea_frames.frames.origin import attrs_of
from galtea_frames.report.analysis.sessions import microseconds
from galtea_frames.report.periods import parse_moment
from galtea_frames.report.wording import cut, plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from galtea_frames.report.periods import Period

_UTC = ZoneInfo("UTC")

#: The API's times have milliseconds: a filter up to the last one of a period leaves nothing out.
_TICK = timedelta(milliseconds=1)

#: Filters that leave out nothing of a period, or are looked at one by one.
_HARMLESS = frozenset({"sort", "limit", "offset", "from_created_at", "to_created_at", "product_ids"})

_VALUE = 60
_ANSWER = "; if that is meant, say with selection= which sessions these are"


def problems(
    sessions: pd.DataFrame, versions: pd.DataFrame, period: Period, *, unknown: int, selection: str | None
) -> tuple[str, ...]:
    """Return why sessions of a period may be missing from a frame; nothing if it proves that none are.

    Args:
        sessions: the frame.
        versions: the frame of their versions.
        period: the period that is reported on.
        unknown: how many sessions of the period are of versions that the frame of versions has not.
        selection: which sessions these are, if the caller says so.
    """
    attrs = attrs_of(sessions)
    found = [*_missing(attrs, period)]
    if selection is None and not _failed(attrs):
        found += [*_selected(attrs), *_unproved(sessions, attrs)]
        found += [*_versions(attrs, versions, unknown)] if unknown else []
    return tuple(found)


def loaded_since(attrs: Mapping[str, Any]) -> datetime | None:
    """Return from which creation time on a frame has sessions; None if from the first one on."""
    return _moment(_filters(attrs).get("from_created_at"))


def filters_of(attrs: Mapping[str, Any]) -> dict[str, str]:
    """Return the filters that a frame says it was loaded with, as text, by their names."""
    return {str(name): str(value) for name, value in sorted(_filters(attrs).items(), key=lambda pair: str(pair[0]))}


def statement(sessions: int, found: Sequence[str], selection: str | None) -> str:
    """Return in words how complete the sessions are: "4,812 sessions, all fetched"."""
    seen = plural(sessions, "session")
    if found:
        return f"{seen}, not all that there may be"
    return f"{seen}, all fetched" if selection is None else f"{seen}, selected by whoever made this report"


def _missing(attrs: Mapping[str, Any], period: Period) -> Iterator[str]:
    """Yield what is known to be missing."""
    filters = _filters(attrs)
    if _failed(attrs):
        yield str(attrs.get("problem") or "the load did not come to its end")
    if cutting := [f"{name}={filters[name]}" for name in cut_by(filters)]:
        yield f"loaded with {' and '.join(cutting)}, so rows may be missing"
    if filters.get("product_ids") in ([], (), ""):
        yield "loaded with product_ids=[], which selects nothing"
    for name in ("from_created_at", "to_created_at"):
        if filters.get(name) is not None and _moment(filters[name]) is None:
            yield f"loaded with {name}={cut(str(filters[name]), _VALUE)}, which is no time"
    since, until = _moment(filters.get("from_created_at")), _moment(filters.get("to_created_at"))
    if since and since > period.start:
        yield f"loaded from {since.isoformat()} on, after the period begins"
    if until and until < period.end - _TICK:
        yield f"loaded up to {until.isoformat()}, before the period ends"
    fetched = _moment(attrs.get("fetched_at"))
    if fetched and fetched < period.end:
        yield f"fetched at {fetched.isoformat(timespec='seconds')}, before the period was over"


def _failed(attrs: Mapping[str, Any]) -> bool:
    """Tell whether a load did not come to its end; then nothing else about it matters."""
    return bool(attrs) and attrs.get("complete") is not True


def _selected(attrs: Mapping[str, Any]) -> Iterator[str]:
    """Yield which filters left sessions out."""
    narrowing = {name: value for name, value in _filters(attrs).items() if name not in _HARMLESS}
    # Nothing asked for by a further parameter, and nothing left out, is no filter.
    kept = {name: value for name, value in narrowing.items() if value or not _is_void(str(name))}
    if kept:
        shown = ", ".join(f"{name}={cut(str(value), _VALUE)}" for name, value in sorted(kept.items(), key=str))
        yield f"loaded with {shown}, so other sessions of the period are not in the frame{_ANSWER}"
    if _mirror(attrs).get("include_removed"):
        yield f"loaded with include_removed=True, so sessions that the API serves no longer are counted{_ANSWER}"


def _is_void(name: str) -> bool:
    return name == "params" or name.startswith("exclude_")


def _unproved(sessions: pd.DataFrame, attrs: Mapping[str, Any]) -> Iterator[str]:
    """Yield why it is not known whether these are the rows that were loaded."""
    if not attrs:
        yield f"the frame does not say how it was loaded, so sessions may be missing{_ANSWER}"
        return
    resource = attrs.get("resource")
    if resource not in ("sessions", "joined"):
        yield f"the frame was loaded as {cut(str(resource), _VALUE)}, not as sessions{_ANSWER}"
    elif _moment(attrs.get("fetched_at")) is None or not isinstance(attrs.get("filters"), dict):
        yield f"the frame does not say when and with which filters it was loaded, so sessions may be missing{_ANSWER}"
    if problem := _changed(sessions, attrs):
        yield f"{problem}{_ANSWER}"


def _changed(frame: pd.DataFrame, attrs: Mapping[str, Any]) -> str | None:
    """Return how the rows of a frame differ from those that were loaded, or None if they do not."""
    if not isinstance(attrs.get("fingerprint"), str):
        return "the frame does not say which rows were loaded, so some may be missing"
    proof = Proof()
    proof.add(frame["id"], microseconds(frame["created_at"]))
    found = proof.attrs()
    if found["fingerprint"] != attrs["fingerprint"]:
        return f"rows were taken out, added or exchanged after loading: {_rows(frame, attrs.get('rows'))}"
    if attrs.get("dated_fingerprint") not in (None, found["dated_fingerprint"]):
        return "creation times were changed after loading"
    return None


def _rows(frame: pd.DataFrame, loaded: object) -> str:
    known = f"{loaded:,} were loaded, " if type(loaded) is int else ""
    repeated = int(frame["id"].astype(object).map(str).duplicated().sum())
    again = f", {repeated:,} of which repeat another's id" if repeated else ""
    return f"{known}{len(frame):,} are in the frame{again}"


def _versions(of_sessions: Mapping[str, Any], versions: pd.DataFrame, unknown: int) -> Iterator[str]:
    """Yield why versions that sessions name may be missing, and not be deleted."""
    attrs = attrs_of(versions)
    narrowing = {name for name in _filters(attrs) if name not in ("sort", "product_ids")}
    products, wanted = (_filters(each).get("product_ids") for each in (attrs, of_sessions))
    whole = attrs.get("complete") is True and not narrowing and products in (None, wanted)
    if not whole or "created_at" not in versions or _changed(versions, attrs):
        sessions = plural(unknown, "session is of a version", "sessions are of versions")
        yield f"{sessions} that the frame of versions has not, and it does not prove to hold all of them{_ANSWER}"


def _filters(attrs: Mapping[str, Any]) -> Mapping[Any, Any]:
    found = attrs.get("filters")
    return found if isinstance(found, dict) else {}


def _mirror(attrs: Mapping[str, Any]) -> Mapping[Any, Any]:
    found = attrs.get("mirror")
    return found if isinstance(found, dict) else {}


def _moment(value: Any) -> datetime | None:  # noqa: ANN401 - attrs hold plain values
    """Return the instant that attrs name, or None if they name none."""
    try:
        return None if value is None else parse_moment(value, _UTC).astimezone(UTC)
    except QueryError:
        return None
