"""Pinned columns: nested columns with a type chosen by the caller."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from galtea_frames.api.resource import snake_case
from galtea_frames.api.resources import SESSIONS
from galtea_frames.decoding.column_names import split_name
from galtea_frames.decoding.exact import exact_value
from galtea_frames.decoding.json_text import json_text
from galtea_frames.decoding.kinds import TEXT, arrow_type, convert, narrow, replaced
from galtea_frames.errors import MirrorError, QueryError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from galtea_frames.decoding.json_text import RawJson


#: Pinned types by pandas name, each with the kind of value it holds (`kinds.py`). "json" holds the JSON text of any
#: value.
_KINDS = {"string": "string", "Int64": "long", "Float64": "float", "boolean": "bool", "json": "json"}

DECLARED = {column.name: column for column in SESSIONS.columns}


@dataclass(frozen=True)
class PinnedColumn:
    """A nested column with a pinned type.

    Attributes:
        name: the column name, as in `load_sessions`.
        source: the stored column whose JSON text holds the values.
        keys: the path below it; if the source holds several fields, the first key is the field, in snake_case.
        dtype: one of `_KINDS`.
    """

    name: str
    source: str
    keys: tuple[str, ...]
    dtype: str

    @classmethod
    def named(cls, name: str, dtype: str, *, rest: str, own: Collection[str]) -> PinnedColumn:
        """Return the column with a name.

        Args:
            name: the column name, as in `load_sessions`.
            dtype: one of `_KINDS`.
            rest: the stored column that holds all fields without a column of their own.
            own: column names reserved by the store.

        Raises:
            QueryError: the name is not that of a nested column, or the type is unknown.
        """
        if dtype not in _KINDS:
            raise QueryError(f"unknown dtype {dtype!r} for {name!r}; use one of {', '.join(_KINDS)}")
        if name in own:
            raise QueryError(f"{name!r} is a column of the mirror's own; a field of that name is in {rest!r}")
        root, keys, overflow = split_name(name)
        if overflow or (root in DECLARED and not (keys and DECLARED[root].kind == "object")):
            raise QueryError(f"{name!r} is not a nested column such as 'metadata.latency_ms'")
        return cls(name, root, tuple(keys), dtype) if root in DECLARED else cls(name, rest, (root, *keys), dtype)

    @property
    def type(self) -> pa.DataType:
        """The Arrow type."""
        return arrow_type(frozenset({_KINDS[self.dtype]})) or TEXT

    def values(self, texts: Sequence[str | None]) -> pa.Array:
        """Return the column's values, extracted from JSON texts.

        Raises:
            MirrorError: a value has another type.
        """
        found = [None if text is None else self._found(text) for text in texts]
        if self.dtype == "json":
            return pa.array([None if value is None else json_text(value) for value in found], TEXT)
        types = set(map(type, found)) - {type(None)}
        try:
            values, kinds = narrow(found, types)
        except UnicodeEncodeError:  # a lone surrogate: replaced, as in the loaders' columns
            values, kinds = narrow(replaced(found), types)
        if arrow_type(kinds | {_KINDS[self.dtype]}) != self.type:
            raise MirrorError(f'{self.name} has values that are not {self.dtype}; use "json", which holds any value')
        return convert(values, kinds, self.type)

    def _found(self, text: str) -> Any:  # noqa: ANN401 - any JSON value
        value: Any | RawJson = exact_value(text)
        for depth, key in enumerate(self.keys):
            if not isinstance(value, dict):
                return None
            value = value.get(_field(value, key) if self.source not in DECLARED and not depth else key)
        return value


def _field(fields: Mapping[str, Any], name: str) -> str:
    """Return the field with this column name."""
    return next((each for each in fields if snake_case(each) == name), name)
