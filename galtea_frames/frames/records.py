"""Frames back to records of the API."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from itertools import repeat
from typing import TYPE_CHECKING, Any

import pandas as pd

from galtea_frames.api.times import USUAL_DIGITS
from galtea_frames.decoding.column_names import OVERFLOW, split_name
from galtea_frames.decoding.exact import exact_value
from galtea_frames.errors import QueryError
from galtea_frames.frames.cells import json_values, plain_number
from galtea_frames.frames.join_keys import describe_joined
from galtea_frames.frames.origin import Origin, attrs_of
from galtea_frames.printable import quoted

if TYPE_CHECKING:
    from collections.abc import Callable

Record = dict[str, Any]


def to_records(frame: pd.DataFrame) -> list[Record]:
    """Return the records of a frame: one dict per row, in the frame's order, with the API's field names.

    From a frame loaded with `nested="json"` or `"both"`, they equal what the API sent, except that absent declared
    fields become None. From nested columns, keys with null values become absent. Numbers outside the range of a Python
    float become Decimals. Text shown with U+FFFD is restored as it was sent if the frame still has its overflow columns
    `*` and `metadata.*`.

    Pinned columns give back what was sent as far as they hold it: `epoch_s` and `epoch_ms` numbers, `json` parsed, and
    misfits from the overflow columns. Numbers and truth values that a pin took for text, or text for those, come back
    as what the column holds. Fields that `columns` left out are absent.

    Columns that you added are included only if named like a path below a field, such as `metadata.mine`.

    Args:
        frame: a frame of `load_sessions` or `load_versions`, or some of its rows and columns.

    Raises:
        QueryError: the attrs of the frame do not name its list, or its columns have been changed.
    """
    return restored_records(frame, _odd_value)


def restored_records(frame: pd.DataFrame, odd: Callable[[str], Any]) -> list[Record]:
    """Return what `to_records` does.

    Args:
        frame: a frame of one list.
        odd: converts the JSON text of values that no Python value represents exactly.

    Raises:
        QueryError: as in `to_records`.
    """
    if not isinstance(frame, pd.DataFrame):
        raise QueryError(f"to_records takes a DataFrame of load_sessions or load_versions, not {quoted(frame)}")
    origin = Origin.of(frame)
    if origin is None and (joined := describe_joined(attrs_of(frame))):
        raise QueryError(f"to_records takes a frame of one list, not {joined}; pass the frames that were joined")
    if origin is None:
        raise QueryError("to_records takes a frame of load_sessions or load_versions, with its attrs")
    frame = frame.copy(deep=False)
    frame.attrs = {}  # pandas would copy them with each column accessed
    null = {column.name: column.api for column in origin.resource.columns}
    null |= {name: origin.fields[name] for name in origin.null_fields}
    roots = null.keys() if origin.names is None else {split_name(name)[0] for name in origin.names}
    null_apis = [api for name, api in null.items() if name in roots]
    records: list[Record] = [dict.fromkeys(null_apis) for _ in range(len(frame))]
    # A field's own value comes before the paths below it, and overflow columns come last.
    for name in sorted(
        _restorable_columns(frame, origin), key=lambda each: (each == OVERFLOW, each.endswith(".*"), each)
    ):
        _restore(records, name, frame, origin, odd)
    return records


def _restorable_columns(frame: pd.DataFrame, origin: Origin) -> list[str]:
    """Return the columns that hold fields of records, without those added by the caller.

    Raises:
        QueryError: there are none, or one occurs twice.
    """
    names: list[Any] = frame.columns.tolist()
    ours = [name for name in names if isinstance(name, str) and _is_restored(name, frame, origin)]
    if not ours:
        raise QueryError("to_records takes a frame returned by a loader; none of these columns is a field of the API")
    if repeated := next((name for name in ours if ours.count(name) > 1), None):
        raise QueryError(f"the column {quoted(repeated)} occurs twice; drop one of them first")
    return ours


def _is_restored(name: str, frame: pd.DataFrame, origin: Origin) -> bool:
    root, keys, overflow = split_name(name)
    if overflow and name not in origin.json_columns:
        return False
    # The JSON text of a whole field holds everything below it.
    whole = origin.has_whole_fields and root in origin.json_columns and root in frame
    return name == OVERFLOW or (root in origin.fields and not (whole and (keys or overflow)))


def _restore(records: list[Record], name: str, frame: pd.DataFrame, origin: Origin, odd: Callable[[str], Any]) -> None:
    """Insert a column's values into the records."""
    root, keys, overflow = split_name(name)
    # Frames of earlier releases do not record whether JSON text holds the whole field.
    whole = frame[root].notna() if keys and root in origin.json_columns and root in frame else repeat(False)
    for record, value, is_whole in zip(records, _values(frame[name], name, origin, odd), whole, strict=False):
        if value is None or is_whole:
            continue
        if name == OVERFLOW:
            record.update(_merged(record, value))
        elif overflow:
            record[origin.fields[root]] = _merged(record.get(origin.fields[root]), value)
        else:
            _insert(record, [origin.fields[root], *keys], value)


def _values(column: pd.Series[Any], name: str, origin: Origin, odd: Callable[[str], Any]) -> list[Any]:
    values = json_values(column, origin.time_digits.get(name, USUAL_DIGITS), origin.dtypes.get(name))
    if name not in origin.json_columns:
        return list(map(plain_number, values)) if name in origin.whole_numbers else values
    try:
        read = [None if text is None else exact_value(text, odd) for text in values]
    except (ValueError, TypeError, AttributeError):
        raise QueryError(f"column {quoted(name)} holds text that is not JSON; load the rows again") from None
    if split_name(name)[2] and any(each is not None and not isinstance(each, dict) for each in read):
        raise QueryError(f"column {quoted(name)} holds text that is not a JSON object; load the rows again")
    return read


def _insert(record: Record, path: list[str], value: object) -> None:
    *parents, last = path
    for key in parents:
        if not isinstance(record.get(key), dict):
            record[key] = {}
        record = record[key]
    record[last] = value


def _merged(old: object, new: Record) -> Record:
    """Merge two objects, level by level; the new values win."""
    if not isinstance(old, dict):
        return new
    both = old.keys() & new.keys()
    return old | new | {key: _merged(old[key], new[key]) for key in both if isinstance(new[key], dict)}


def _odd_value(text: str) -> Decimal | str:
    try:
        return Decimal(text)
    except InvalidOperation:
        return text
