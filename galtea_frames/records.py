"""Frame to the records of the API: the way back."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from itertools import repeat
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from galtea_frames.errors import QueryError
from galtea_frames.frames import ATTRS
from galtea_frames.names import OVERFLOW, split_name
from galtea_frames.resources import RESOURCES
from galtea_frames.scan import exact_value
from galtea_frames.times import TIME, USUAL_DIGITS, render

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from galtea_frames.resources import Resource

Record = dict[str, Any]


def to_records(frame: pd.DataFrame) -> list[Record]:
    """Return the API's objects of a frame: one dict a row, in the frame's order, with the API's field names.

    From a frame loaded with `nested="json"` or `"both"` they equal what the API sent, but that a documented field that
    was absent comes back as None. From nested columns, a key whose value was null comes back absent. A number that no
    Python float holds comes back as a Decimal. Text that a column shows with U+FFFD comes back as it was sent, as long
    as the frame has its columns `*` and `metadata.*`.

    Args:
        frame: what `load_sessions` or `load_versions` returned, or some of its rows.

    Raises:
        QueryError: the frame does not say which resource its rows are.
    """
    attrs = frame.attrs.get(ATTRS, {})
    resource = RESOURCES.get(attrs.get("resource", ""))
    if resource is None:
        raise QueryError("to_records takes a frame of load_sessions or load_versions, with its attrs")
    fields = _api_names(resource, attrs)
    empty = {column.api: None for column in resource.columns} | {fields[name]: None for name in attrs["null_fields"]}
    records = [dict(empty) for _ in range(len(frame))]
    # A field's own value comes before what lies in it, and what no column could hold comes last.
    for name in sorted(map(str, frame.columns), key=lambda each: (each == OVERFLOW, each.endswith(".*"), each)):
        _restore(records, name, frame, attrs, fields)
    return records


def _api_names(resource: Resource, attrs: Mapping[str, Any]) -> dict[str, str]:
    return {**{column.name: column.api for column in resource.columns}, **attrs["fields"]}


def _restore(
    records: list[Record], name: str, frame: pd.DataFrame, attrs: Mapping[str, Any], fields: Mapping[str, str]
) -> None:
    """Put a column's values where they stood in the records."""
    root, keys, overflow = split_name(name)
    is_json = name in attrs["json_columns"]
    digits = attrs["time_digits"].get(name, USUAL_DIGITS)
    # Where there is JSON text of the whole field, it says it all.
    told = frame[root].notna() if keys and root in attrs["json_columns"] and root in frame else repeat(False)
    for record, value, is_told in zip(records, _values(frame[name], digits), told, strict=False):
        if value is None or is_told:
            continue
        plain = exact_value(value, _odd_value) if is_json else value
        if name == OVERFLOW:
            record.update(_merged(record, plain))
        elif overflow:
            record[fields[root]] = _merged(record.get(fields[root]), plain)
        elif keys:
            _place(record, [fields[root], *keys], plain)
        elif root in fields:
            record[fields[root]] = plain


def _values(values: pd.Series[Any], digits: int) -> list[Any]:
    array = pa.Array.from_pandas(values)
    if pa.types.is_timestamp(array.type):
        moments = array.cast(TIME).cast(pa.int64()).to_pylist()
        # A layout is noted with JSON text only; without, an instant must at least stay what it is.
        return [None if each is None else render(each, 6 if each % 1000 else digits) for each in moments]
    plain: list[Any] = array.to_pylist()
    return plain


def _place(record: Record, path: list[str], value: object) -> None:
    *parents, last = path
    for key in parents:
        if not isinstance(record.get(key), dict):
            record[key] = {}
        record = record[key]
    record[last] = value


def _merged(old: object, new: Record) -> Record:
    """Return an object with what another one holds besides, level by level."""
    if not isinstance(old, dict):
        return new
    both = old.keys() & new.keys()
    return old | new | {key: _merged(old[key], new[key]) for key in both if isinstance(new[key], dict)}


def _odd_value(text: str) -> Decimal | str:
    try:
        return Decimal(text)
    except InvalidOperation:
        return text
