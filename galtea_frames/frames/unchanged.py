"""Whether a frame still has the rows that were loaded; pure."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from galtea_frames.errors import ReportError
from galtea_frames.frames.fingerprint import Proof

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray


def changed_since_load(frame: pd.DataFrame, attrs: Mapping[str, Any]) -> str | None:
    """Return how the rows of a frame differ from those that were loaded, or None if they do not."""
    if not isinstance(attrs.get("fingerprint"), str):
        return "the frame does not say which rows were loaded, so some may be missing"
    proof = Proof()
    proof.add(frame["id"], microseconds(frame["created_at"]))
    found = proof.attrs()
    if found["fingerprint"] != attrs["fingerprint"]:
        return f"rows were removed, added or replaced after loading: {_rows(frame, attrs.get('rows'))}"
    if attrs.get("dated_fingerprint") not in (None, found["dated_fingerprint"]):
        return "creation times were changed after loading"
    return None


def _rows(frame: pd.DataFrame, loaded: object) -> str:
    known = f"{loaded:,} loaded, " if type(loaded) is int else ""
    repeated = int(frame["id"].astype(object).map(str).duplicated().sum())
    again = f", {repeated:,} of them with a repeated id" if repeated else ""
    return f"{known}{len(frame):,} in the frame{again}"


def microseconds(times: pd.Series[Any]) -> NDArray[np.int64]:
    """Return times as microseconds since 1970; null is a number below all times.

    Raises:
        ReportError: the column does not hold times with a time zone.
    """
    if _is_naive(times):
        raise ReportError('created_at has no time zone: set one, for example with .dt.tz_localize("UTC")')
    try:
        aware = times.astype(pd.DatetimeTZDtype("us", "UTC"))
    except (TypeError, ValueError, OverflowError):
        raise ReportError(f"created_at must hold times, not {times.dtype}: load the frame with galtea_frames") from None
    found: NDArray[np.int64] = aware.dt.tz_localize(None).to_numpy("datetime64[us]").astype(np.int64)
    return found


def _is_naive(times: pd.Series[Any]) -> bool:
    """Tell whether any of these times has no time zone."""
    if times.dtype == object:
        return any(isinstance(each, datetime) and each.tzinfo is None for each in times.dropna())
    kind = getattr(times.dtype, "pyarrow_dtype", None)
    is_naive_arrow = kind is not None and pa.types.is_timestamp(kind) and kind.tz is None
    return is_naive_arrow or pd.api.types.is_datetime64_dtype(times)
