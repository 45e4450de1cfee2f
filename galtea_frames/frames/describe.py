"""What the columns of a frame hold, one row per column."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from galtea_frames.frames.join_keys import joined_attrs
from galtea_frames.frames.origin import attrs_of
from galtea_frames.frames.plain import arrow_or_text, cell_text, check_frame
from galtea_frames.printable import printable, quoted

#: Characters of an example, so that a row fits on a line.
_LONGEST = 32

#: The code of a null within a list or an object.
_NULL = "null"

#: What a load counts in a column, by the key of its attrs.
_COUNTED = {"misfits": "misfits", "replaced_text": "texts with U+FFFD"}

_DTYPES = {
    "dtype": "string",
    "filled": "Float64",
    "distinct": "Int64",
    "example": "string",
    "min": "string",
    "max": "string",
    "notes": "string",
}


def describe(frame: pd.DataFrame) -> pd.DataFrame:
    """Return what the columns of a frame hold, one row per column, in the order of the columns.

    The index, named `column`, has the names of the columns. The columns are

    | column | dtype | meaning |
    |---|---|---|
    | `dtype` | `string` | the column's dtype |
    | `filled` | `Float64` | share of the rows that are not null; null for a frame without rows |
    | `distinct` | `Int64` | number of distinct values, nulls not counted; lists count as wholes |
    | `example` | `string` | the first value that is not null, cut to 32 characters |
    | `min`, `max` | `string` | smallest and largest value, cut likewise; null for lists and JSON text |
    | `notes` | `string` | what to know before using the column, from the `attrs` of a load; else empty |

    Notes name JSON text, values of several types, rare paths in one column (overflow), misfits, replaced characters
    and columns that no row has. Objects that Arrow has no type for are compared by their text.

    Args:
        frame: any DataFrame, of a loader or not.

    Raises:
        QueryError: this is not a DataFrame, or a column name occurs twice.
    """
    check_frame(frame, "describe")
    frame = frame.copy(deep=False)
    attrs, frame.attrs = attrs_of(frame), {}  # which pandas copies with each column that is looked at
    notes, json_columns = _notes(attrs), _json_columns(attrs)
    rows = []
    for number, name in enumerate(frame.columns):
        values = frame.iloc[:, number]
        numbers = _numbers(values, ordered=name not in json_columns)
        rows.append({"dtype": str(values.dtype), **numbers, "notes": ", ".join(dict.fromkeys(notes.get(name, [])))})
    described = pd.DataFrame(rows, index=frame.columns, columns=list(_DTYPES)).astype(_DTYPES)
    return described if isinstance(frame.columns, pd.MultiIndex) else described.rename_axis("column")


# -- notes --


def _notes(attrs: Mapping[str, Any]) -> dict[Hashable, list[str]]:
    """Return what a load says of its columns, by column; anyone can change attrs, so what is malformed is ignored."""
    notes: dict[Hashable, list[str]] = defaultdict(list)
    for prefix, source in attrs_sources(attrs):
        mixed, overflow = names_in(source, "mixed_columns"), names_in(source, "overflow_columns")
        for name in sorted({*names_in(source, "json_columns"), *mixed, *overflow}):
            kind = "values of several types, " if name in mixed else "rare paths, " if name in overflow else ""
            notes[prefix + name].append(f"{kind}JSON text")
        for key, words in _COUNTED.items():
            for name, count in mapping_in(source, key).items():
                notes[f"{prefix}{name}"].append(f"{quoted(count)} {words}")
        for name in names_in(source, "absent_columns"):
            notes[prefix + name].append("in no row")
    return notes


def _json_columns(attrs: Mapping[str, Any]) -> set[str]:
    keys = ("json_columns", "mixed_columns", "overflow_columns")
    return {prefix + name for prefix, source in attrs_sources(attrs) for key in keys for name in names_in(source, key)}


def attrs_sources(attrs: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the attrs of a load, and of the frames joined to it, each with the prefix of its columns."""
    found = [("", attrs)]
    for prefix, joined in joined_attrs(attrs).items():
        found += [(prefix + below, each) for below, each in attrs_sources(joined)]
    return found


def mapping_in(attrs: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return a mapping among attrs; an empty one if it is malformed."""
    found = attrs.get(key)
    return found if isinstance(found, Mapping) else {}


def names_in(attrs: Mapping[str, Any], key: str) -> list[str]:
    """Return names among attrs; none if they are malformed."""
    names = attrs.get(key)
    return [each for each in names if isinstance(each, str)] if isinstance(names, list | tuple) else []


# -- values --


def _numbers(values: pd.Series[Any], *, ordered: bool) -> dict[str, Any]:
    array = arrow_or_text(values)
    filled = len(array) - array.null_count
    least, most = _ends(array) if ordered else (None, None)
    return {
        "filled": filled / len(array) if len(array) else None,
        "distinct": _distinct(array),
        "example": short_text(first_value(values, array)),
        "min": short_text(least),
        "max": short_text(most),
    }


def first_value(values: pd.Series[Any], array: pa.ChunkedArray) -> Any:  # noqa: ANN401 - any value of a column
    """Return the first value of a column, given also as Arrow, that is not null; None if there is none."""
    first = pc.index(array.is_valid(), value=True).as_py()
    if first < 0:
        return None
    return values.iloc[first] if values.dtype == object else array[first].as_py()


def _ends(array: pa.ChunkedArray) -> tuple[Any, Any]:
    try:
        ends = pc.min_max(array).as_py()
    except pa.ArrowNotImplementedError:  # lists, objects
        return None, None
    return ends["min"], ends["max"]


def _distinct(array: pa.ChunkedArray) -> int:
    if pa.types.is_nested(array.type):
        array = _codes(array.combine_chunks())
    return len(pc.unique(array)) - bool(array.null_count)


def _codes(array: pa.Array) -> pa.Array:
    """Return text that is equal for equal values, null for nulls: Arrow itself counts no lists and no objects."""
    if pa.types.is_struct(array.type):
        fields = [_codes(field).fill_null(_NULL) for field in array.flatten()]
        codes = pc.binary_join_element_wise(*fields, ",") if fields else pa.array([""] * len(array), pa.string())
        array = pc.if_else(array.is_valid(), codes, None)
    elif pa.types.is_list(array.type) or pa.types.is_large_list(array.type):
        lengths = pc.list_value_length(array).fill_null(0)
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        values = _codes(array.flatten()).fill_null(_NULL)
        codes = pc.binary_join(pa.LargeListArray.from_arrays(pa.array(offsets, pa.int64()), values), ",")
        array = pc.if_else(array.is_valid(), codes, None)
    elif pa.types.is_nested(array.type):  # maps, views, lists of a fixed size: no load gives them
        array = pa.array([None if each is None else str(each) for each in array.to_pylist()], pa.string())
    return array.dictionary_encode().indices.cast(pa.string())


def short_text(value: Any) -> str | None:  # noqa: ANN401 - any value of a column
    """Return a value on one short, printable line."""
    text = cell_text(value)
    if text is None:
        return None
    line = printable(text[: _LONGEST + 1])
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
