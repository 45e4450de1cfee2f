"""A frame's rows back to parsed batches, to be gathered together with the rows of other frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from galtea_frames.api.times import USUAL_DIGITS
from galtea_frames.decoding.column_names import OVERFLOW, overflow_name, split_name
from galtea_frames.decoding.exact import parted_value
from galtea_frames.decoding.json_text import json_text
from galtea_frames.decoding.reader import ParsedBatch
from galtea_frames.decoding.shapes import ABSENT, MAX_DEPTH
from galtea_frames.errors import QueryError
from galtea_frames.frames.cells import json_values, plain_number
from galtea_frames.printable import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd

    from galtea_frames.api.resource import DeclaredColumn
    from galtea_frames.decoding.wanted import Path, Wanted
    from galtea_frames.frames.origin import Origin

#: The number of rows per batch.
_TOGETHER = 10_000

#: Values by path below a field, one per row.
_Values = dict["Path", list[Any]]


def parsed_batches(frame: pd.DataFrame, origin: Origin) -> Iterator[ParsedBatch]:
    """Yield the rows of a frame as they were sent, as far as its columns record it.

    Args:
        frame: some rows of one load.
        origin: the origin of the frame, with `nested` set.

    Raises:
        QueryError: a column has values that no loader returns.
    """
    only_null = _only_null(frame, origin)
    for start in range(0, len(frame), _TOGETHER):
        yield _Rows(frame.iloc[start : start + _TOGETHER], origin, only_null).batch()
        only_null = frozenset()


def _only_null(frame: pd.DataFrame, origin: Origin) -> frozenset[str]:
    """Return the undeclared fields that have a column but no values: some row sent them as null."""
    if origin.has_whole_fields:
        return frozenset()
    held = {split_name(name)[0] for name in frame.columns if frame[name].notna().any()}
    there = {split_name(name)[0] for name in frame.columns}
    empty = {api for name, api in origin.undeclared.items() if name in there - held - origin.null_fields}
    # A pinned column is also empty if no value fits it; such values are left over.
    return frozenset(empty.difference(*filter(None, _objects(frame, OVERFLOW))) if empty else ())


def _objects(frame: pd.DataFrame, name: str) -> list[Any]:
    """Return the objects of an overflow column, None for null.

    Raises:
        QueryError: the column holds something else.
    """
    if name not in frame:
        return [None] * len(frame)
    found = _parsed(name, json_values(frame[name]), MAX_DEPTH)
    if any(each is not None and not isinstance(each, dict) for each in found):
        raise QueryError(f"column {quoted(name)} holds text that is not a JSON object; load the rows again")
    return found


def _parsed(name: str, texts: Sequence[Any], depth: int) -> list[Any]:
    """Return the values of JSON text.

    Raises:
        QueryError: some text is not JSON.
    """
    try:
        return [None if text is None else parted_value(text, depth) for text in texts]
    except (ValueError, TypeError, RecursionError):
        raise QueryError(f"column {quoted(name)} holds text that is not JSON; load the rows again") from None


class _Rows:
    """Some rows of a frame.

    Args:
        frame: the rows.
        origin: the origin of the frame.
        only_null: fields that some unknown row sent as null; the first of these rows stands in for it.

    Attributes:
        leftovers: by row, the values of column `*` by API name.
    """

    def __init__(self, frame: pd.DataFrame, origin: Origin, only_null: frozenset[str]) -> None:
        self._frame = frame
        self._only_null = only_null
        self._origin = origin
        self._contract = origin.contract()
        self.leftovers: list[dict[str, Any]] = [each or {} for each in _objects(self._frame, OVERFLOW)]
        self._below: dict[str, list[tuple[Path, str]]] = {}
        for name in frame.columns:
            root, keys, overflow = split_name(name)
            if keys and not overflow:
                self._below.setdefault(root, []).append((tuple(keys), name))
        for each in origin.resource.derived:  # in place of columns that the load did not select
            root = each.source_name
            if each.name in frame and root not in frame and root not in self._below:
                self._below[root] = [((each.key,), each.name)]

    def batch(self) -> ParsedBatch:
        """Return the values of all fields as a batch."""
        declared = self._origin.resource.columns
        fields: dict[str, Sequence[Any]] = {}
        texts = {column.api: self._json_texts(column) for column in declared if column.kind == "json"}
        strays: dict[Path, tuple[Sequence[int], list[Any]]] = {}
        for column in (column for column in declared if column.kind != "json"):
            if column.kind != "object":
                fields[column.api] = self._overlaid(column.api, self._declared(column.name))
            elif self._is_whole(column.name):
                texts[column.api] = json_values(self._frame[column.name])
                if self._origin.nested == "both":
                    fields[column.api] = _parsed(column.name, texts[column.api], MAX_DEPTH)
            elif self._origin.nested != "json":
                own = self._take_below(column.name, column.api, strays)
                if column.name not in self._frame:  # no row has the field, or all have objects
                    own = [ABSENT if value is None else value for value in own]
                fields[column.api] = own
        for name, api in self._origin.undeclared.items():
            if self._origin.names is not None and name not in self._frame and name not in self._below:
                fields[api] = [rest.get(api, ABSENT) for rest in self.leftovers]
            elif self._is_whole(name):
                fields[api] = self._as_sent(api, name, self._overlaid(api, self._own(name)), ())
            else:
                own = self._take_below(name, api, strays)
                below = [values for path, (_, values) in strays.items() if path[0] == api]
                fields[api] = self._as_sent(api, name, own, below)
        return ParsedBatch(len(self._frame), fields, texts, strays)

    # -- fields --

    def _is_whole(self, name: str) -> bool:
        """Tell whether a field has a column with its whole JSON text."""
        return self._origin.has_whole_fields and (name in self._frame or self._origin.names is None)

    def _declared(self, name: str) -> list[Any]:
        if name not in self._frame:  # a column that the load did not select
            return [None] * len(self._frame)
        return json_values(self._frame[name], self._digits(name))

    def _json_texts(self, column: DeclaredColumn) -> list[str | None]:
        """Return the JSON text of a field; of one that the load did not select, as far as derived columns tell it."""
        if column.name in self._frame:
            return json_values(self._frame[column.name])
        derived = [each for each in self._origin.resource.derived if each.source == column.api]
        for each in derived:
            if each.name in self._frame:
                return [None if text is None else json_text(text) for text in json_values(self._frame[each.name])]
        return [None] * len(self._frame)

    def _overlaid(self, api: str, values: list[Any]) -> list[Any]:
        """Return a field's values, with those that its column could not hold exactly taken from the leftovers."""
        return [rest.get(api, value) for value, rest in zip(values, self.leftovers, strict=True)]

    def _own(self, name: str) -> list[Any]:
        return self._column(name, MAX_DEPTH) if name in self._frame else [None] * len(self._frame)

    def _as_sent(self, api: str, name: str, values: list[Any], below: Sequence[list[Any]]) -> list[Any]:
        """Return the values of an undeclared field, ABSENT where it was not sent.

        Args:
            api: the API name of the field.
            name: its column name.
            values: the values of that column, None for null.
            below: the values of the paths below it; where one is set, the field was sent.
        """
        if name in self._origin.null_fields:
            return values
        sent = [api in rest for rest in self.leftovers]
        sent[0] = sent[0] or api in self._only_null
        for column in below:
            sent = [there or value is not None for there, value in zip(sent, column, strict=True)]
        return [value if there or value is not None else ABSENT for there, value in zip(sent, values, strict=True)]

    # -- nested columns --

    def _take_below(self, name: str, api: str, strays: dict[Path, tuple[Sequence[int], list[Any]]]) -> list[Any]:
        """Add the values below a field to the strays; return the field's own values, None where it holds objects."""
        found: _Values = {(): self._own(name)}
        for keys, column in self._below.get(name, ()):
            found[keys] = self._column(column, MAX_DEPTH - len(keys))
        declared = {each.api for each in self._origin.resource.columns}
        wanted = self._contract.record.below(api) if api in declared else self._contract.other(api)
        for row, rest in enumerate(_objects(self._frame, overflow_name(name))):
            self._insert(found, (), rest or None, row, wanted)
        for row, rest in enumerate(self.leftovers):
            self._insert(found, (), rest.get(api), row, wanted)
        own = found.pop(())
        every = range(len(self._frame))
        strays |= {(api, *keys): (every, values) for keys, values in found.items()}
        return own

    def _insert(self, found: _Values, path: Path, value: Any, row: int, wanted: Wanted | None) -> None:  # noqa: ANN401 - any JSON value
        """Insert a value at a path of a row, and the members of an object that is taken apart at their own paths."""
        if type(value) is dict and value and len(path) < MAX_DEPTH and (wanted is None or wanted.takes_apart):
            for key, each in value.items():
                self._insert(found, (*path, key), each, row, wanted and wanted.below(key))
        elif value is not None:
            found.setdefault(path, [None] * len(self._frame))[row] = value

    # -- columns --

    def _column(self, name: str, depth: int) -> list[Any]:
        """Return the values of a column, with JSON text parsed and whole numbers as integers."""
        values = json_values(self._frame[name], dtype=self._origin.dtypes.get(name))
        if name in self._origin.json_columns:
            return _parsed(name, values, depth)
        return list(map(plain_number, values)) if name in self._origin.whole_numbers else values

    def _digits(self, name: str) -> int:
        return self._origin.time_digits.get(name, USUAL_DIGITS)
