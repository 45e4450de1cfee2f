"""The description of a frame in its Parquet file, validated: whatever a file holds under our key cannot break a reader.

Only its form is checked here; `restoring` compares it with the actual columns of the file.
"""

from __future__ import annotations

import json
from typing import Any

from galtea_frames.api.resources import RESOURCES
from galtea_frames.frames.frame import ATTRS

KEY = b"galtea_frames"
FORMAT = 1

Described = dict[str, Any]

#: The types of the attrs that code relies on; all others may hold anything.
_TEXT, _COUNT, _TRUTH = str, int, bool
_SAID: dict[str, type] = {
    **dict.fromkeys(("resource", "fetched_at", "fingerprint", "problem"), _TEXT),
    **dict.fromkeys(("rows", "pages", "requests", "retries"), _COUNT),
    "complete": _TRUTH,
    **dict.fromkeys(("filters", "fields", "time_digits", "join", "misfits"), dict),
}
_LISTS = ("mixed_columns", "overflow_columns", "json_columns", "null_fields")

#: The attrs that `to_records` needs.
_NEEDED = {"fields", "null_fields", "json_columns", "time_digits"}


class DamagedError(Exception):
    """The description was not written by any release of this package."""


class NewerError(Exception):
    """The description has a format that this release does not know."""


def parse_description(text: bytes) -> Described:
    """Parse and check a description that `write_parquet` stored.

    Raises:
        DamagedError: it is invalid.
        NewerError: a newer release wrote it.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise DamagedError("it is not JSON") from None
    _need(isinstance(found, dict) and isinstance(found.get("format"), int), "it has no format")
    if found["format"] != FORMAT:
        raise NewerError
    _need(_texts(found.get("columns"), _about), "columns")
    _need(_index(found.get("index")), "index")
    _need(_header(found.get("header")), "header")
    _need(isinstance(found.get("attrs"), dict), "attrs")
    _need("length" not in found or _count(found["length"]), "length")
    if "dataset" in found or "rows" in found:
        _need(isinstance(found.get("dataset"), str) and isinstance(found.get("rows"), str), "rows")
        _need(_count(found.get("total")) and _texts(found.get("partition"), _value), "partition")
    return {**found, "attrs": _attrs(found["attrs"])}


def _need(holds: bool, what: str) -> None:
    if not holds:
        raise DamagedError(what)


def _count(value: object) -> bool:
    return type(value) is int and 0 <= value < 2**63


def _texts(values: object, of: Any) -> bool:  # noqa: ANN401 - one of the functions below
    return isinstance(values, dict) and all(map(of, values.values()))


def _about(column: Any) -> bool:  # noqa: ANN401 - whatever JSON holds
    """Tell whether a value is a column's description, as `dtypes.to_arrow` gives it."""
    match column:
        case {"kind": "category", "members": list(members), "of": of, "ordered": bool()}:
            return all(isinstance(each, str | int | float | bool) for each in members) and _about(of)
        case {"kind": "arrow", "type": str()} | {
            "kind": "string",
            "storage": "python" | "pyarrow" | "pyarrow_numpy",
            "nan": bool(),
        }:
            return True
        case {"kind": "arrow"}:
            return "type" not in column
        case {"kind": "pandas", "name": "object"}:
            return column.get("null") in ("None", "nan", "NA", "NaT")
        case {"kind": "pandas", "name": str()}:
            return True
    return False


def _labels(names: object, count: int) -> bool:
    kinds = (str, int, type(None))
    return isinstance(names, list) and len(names) == count and all(type(each) in kinds for each in names)


def _index(index: Any) -> bool:  # noqa: ANN401 - as above
    match index:
        case {"range": range_, "names": names}:
            return _steps(range_) and _labels(names, 1)
        case {"levels": [*levels], "multi": bool(multi), "names": names}:
            texts = levels and all(isinstance(each, str) for each in levels) and len(set(levels)) == len(levels)
            return bool(texts) and _labels(names, len(levels)) and (multi or len(levels) == 1) and _stepped(index)
    return False


def _stepped(index: Described) -> bool:
    return "steps" not in index or (_steps(index["steps"]) and len(index["levels"]) == 1 and not index["multi"])


def _steps(values: object) -> bool:
    if not isinstance(values, list) or [type(each) for each in values] != [int] * 3:
        return False
    return values[2] != 0 and all(abs(each) < 2**62 for each in values)


def _header(header: object) -> bool:
    match header:
        case {"names": names, "of": of}:
            return _labels(names, 1) and (of is None or _about(of))
    return False


def _value(stored: object) -> bool:
    match stored:
        case {"type": str(), "value": str() | int() | float() | bool() | None}:
            return True
    return False


# -- attrs --


def _attrs(attrs: dict[str, Any]) -> dict[str, Any]:
    """Return the attrs of a frame, without our own entry if that is invalid."""
    said = attrs.get(ATTRS, {})
    return attrs if _says(said) else {name: value for name, value in attrs.items() if name != ATTRS}


def _says(said: object) -> bool:
    if not isinstance(said, dict):
        return False
    right = all(type(said[name]) is kind for name, kind in _SAID.items() if name in said)
    return right and all(_texts_only(said.get(name, [])) for name in _LISTS) and _fields(said)


def _texts_only(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(each, str) for each in values)


def _fields(said: dict[str, Any]) -> bool:
    """Tell whether `to_records` can use the names of fields."""
    fields, nulls, digits = (said.get(name, {}) for name in ("fields", "null_fields", "time_digits"))
    resource = RESOURCES.get(said.get("resource", ""))
    if resource is None:
        return True
    known = {*fields, *(column.name for column in resource.columns)}
    named = _texts_only([*fields.values()]) and all(type(each) is int for each in digits.values())
    return named and known >= {*nulls} and said.keys() >= _NEEDED
