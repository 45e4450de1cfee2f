"""The columns that a comparison reads of its frames, with one dtype each; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from galtea_frames.errors import ReportError
from galtea_frames.printable import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

_TIME = pd.DatetimeTZDtype("us", "UTC")

#: The columns of scores by name, with their dtypes.
SCORES: dict[str, Any] = {
    "id": "string",
    "metric_id": "string",
    "session_id": "string",
    "inference_result_id": "string",
    "test_case_id": "string",
    "reported_score": "Float64",
    "counts": "boolean",
    "why_not": "string",
    "reason": "string",
    "human_score": "Float64",
    "human_reason": "string",
    "metric_pass_threshold": "Float64",
    "created_at": _TIME,
    "metric.metric_group_id": "string",
    "metric.name": "string",
    "metric.pass_threshold": "Float64",
    "metric.excluded_from_analytics_at": _TIME,
    "session.version_id": "string",
    "version.id": "string",
    "version.name": "string",
    "version.product_id": "string",
    "test_case.test_case_group_id": "string",
    "test_case.input.user_message": "string",
    "test_case.expected_output": "string",
}

SESSIONS: dict[str, Any] = {
    "id": "string",
    "version_id": "string",
    "status": "string",
    "test_case_id": "string",
    "stopping_reason": "string",
    "error": "string",
    "is_production": "boolean",
}

VERSIONS: dict[str, Any] = {"id": "string", "name": "string", "product_id": "string"}

TURNS: dict[str, Any] = {
    "id": "string",
    "session_id": "string",
    "index": "Int64",
    "user_message": "string",
    "assistant_message": "string",
    "latency": "Float64",
    "cost": "Float64",
    "input_tokens": "Int64",
    "output_tokens": "Int64",
    "tokens": "Int64",
    "created_at": _TIME,
}

#: The columns without which a frame says nothing.
_REQUIRED = {
    "scores": ("id", "metric_id", "session_id", "reported_score", "counts"),
    "sessions": ("id", "version_id", "status"),
    "versions": ("id", "name"),
    "turns": ("id", "session_id"),
}

_LOADERS = {"turns": "load_inference_results"}


def check_frame(frame: object, what: str) -> pd.DataFrame:
    """Check that a frame has the columns it needs, each once.

    Args:
        frame: as the loader returns it.
        what: "scores", "sessions", "versions" or "turns".

    Raises:
        ReportError: it is no DataFrame, or lacks a column.
    """
    loader = _LOADERS.get(what, f"load_{what}")
    if not isinstance(frame, pd.DataFrame):
        kind = f"{type(frame).__module__.partition('.')[0]}.{type(frame).__name__}"
        raise ReportError(f"{what} must be a pandas DataFrame as returned by {loader}, not {kind}")
    if missing := [name for name in _REQUIRED[what] if name not in frame.columns]:
        raise ReportError(f"{what} has no column {missing[0]!r}: load the frame with {loader}")
    for name in frame.columns[frame.columns.duplicated()]:
        raise ReportError(f"{what} has several columns named {printable(str(name))!r}: drop all but one")
    return frame


def read_columns(frame: pd.DataFrame, what: str, dtypes: Mapping[str, Any]) -> pd.DataFrame:
    """Return these columns with a fresh index; those that the frame lacks are null.

    Raises:
        ReportError: a column holds values of another type.
    """
    found = {}
    for name, dtype in dtypes.items():
        if name not in frame:
            found[name] = pd.Series(pd.NA, index=range(len(frame)), dtype=dtype)
            continue
        column = frame[name].reset_index(drop=True)
        try:
            # Text is text only: a number as `string` would be its digits.
            found[name] = (column if column.notna().any() else column.astype(object)).astype(dtype)
        except (TypeError, ValueError, OverflowError):
            raise ReportError(f"{what} has {name!r} as {column.dtype}: it must hold {dtype}") from None
    return pd.DataFrame(found)


def empty(dtypes: Mapping[str, Any]) -> pd.DataFrame:
    """Return a frame without rows."""
    return pd.DataFrame({name: pd.Series([], dtype=dtype) for name, dtype in dtypes.items()})


def table(dtypes: Mapping[str, Any], rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    """Return rows of values, in the order of the columns, as a frame; None is null."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(dtypes)
    named = zip(dtypes, columns, strict=True)
    return pd.DataFrame({name: pd.Series(list(values), dtype=dtypes[name]) for name, values in named})
