"""Stored sessions as a Dask DataFrame: a partition a file, read when it is computed and not before."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from galtea_frames.api.resource import snake_case
from galtea_frames.api.resources import SESSIONS
from galtea_frames.decoding.column_names import split_name
from galtea_frames.decoding.exact import exact_value
from galtea_frames.decoding.kinds import TEXT, arrow_type, convert, json_text, narrow, replaced
from galtea_frames.errors import MirrorError, QueryError
from galtea_frames.frames.frame import sorted_table, to_frame
from galtea_frames.mirror.damage import told_of
from galtea_frames.mirror.rows import EXTRA, REMOVED_AT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from galtea_frames.decoding.exact import RawJson
    from galtea_frames.mirror.delta import StoredTable

#: Types of nested columns by their names in pandas, each with a kind of value that has it (`kinds.py`). What "json"
#: names holds the JSON text of any value.
_KINDS = {"string": "string", "Int64": "long", "Float64": "float", "boolean": "bool", "json": "json"}

_DOCUMENTED = {column.name: column for column in SESSIONS.columns}
_STATUS = next(column.name for column in SESSIONS.columns if column.kind == "status")


@dataclass(frozen=True)
class NestedColumn:
    """A nested column that a caller named, with its type.

    Attributes:
        name: as `load_sessions` names it.
        source: the stored column in whose JSON text it lies.
        keys: the keys below; where the source is `extra`, the first is the field, in snake_case.
        dtype: one of `_KINDS`.
    """

    name: str
    source: str
    keys: tuple[str, ...]
    dtype: str

    @classmethod
    def named(cls, name: str, dtype: str) -> NestedColumn:
        """Return the column of a name.

        Raises:
            QueryError: it is no nested column, or the type is none that one can have.
        """
        if dtype not in _KINDS:
            raise QueryError(f"nested columns are of type {', '.join(_KINDS)}, not {dtype!r} ({name!r})")
        if name in (EXTRA, REMOVED_AT):
            raise QueryError(f"{name!r} is a column of the mirror's own; a field of that name stands in {EXTRA!r}")
        root, keys, overflow = split_name(name)
        if overflow or (root in _DOCUMENTED and not (keys and _DOCUMENTED[root].kind == "object")):
            raise QueryError(f"{name!r} is no nested column such as 'metadata.latency_ms'")
        return cls(name, root, tuple(keys), dtype) if root in _DOCUMENTED else cls(name, EXTRA, (root, *keys), dtype)

    @property
    def type(self) -> pa.DataType:
        """Its Arrow type."""
        return arrow_type(frozenset({_KINDS[self.dtype]})) or TEXT

    def values(self, texts: Sequence[str | None]) -> pa.Array:
        """Return what the JSON texts hold there.

        Raises:
            MirrorError: a value is of another type.
        """
        found = [None if text is None else self._found(text) for text in texts]
        if self.dtype == "json":
            return pa.array([None if value is None else json_text(value) for value in found], TEXT)
        types = set(map(type, found)) - {type(None)}
        try:
            values, kinds = narrow(found, types)
        except UnicodeEncodeError:  # a lone surrogate: as the loaders' columns show it
            values, kinds = narrow(replaced(found), types)
        if arrow_type(kinds | {_KINDS[self.dtype]}) != self.type:
            raise MirrorError(f'{self.name} holds values that are no {self.dtype}; the type "json" takes all of them')
        return convert(values, kinds, self.type)

    def _found(self, text: str) -> Any:  # noqa: ANN401 - whatever JSON can hold
        value: Any | RawJson = exact_value(text)
        for depth, key in enumerate(self.keys):
            if not isinstance(value, dict):
                return None
            value = value.get(_field(value, key) if self.source == EXTRA and not depth else key)
        return value


def _field(fields: Mapping[str, Any], name: str) -> str:
    """Return the field whose column has a name."""
    return next((each for each in fields if snake_case(each) == name), name)


def dask_frame(
    table: StoredTable, condition: pc.Expression | None, nested: Sequence[NestedColumn], *, include_removed: bool
) -> Any:  # noqa: ANN401 - dask is imported here and not before
    """Return the stored sessions that meet a condition, nothing of them read yet.

    Raises:
        MirrorError: Dask is not installed, or the mirror cannot be read.
    """
    try:
        dask = import_module("dask.dataframe")
    except ImportError:
        raise MirrorError("to_dask needs Dask: pip install 'galtea-frames[dask]'") from None
    read = _Reader(table.shown, condition, tuple(nested), include_removed)
    empty = dask.utils.clear_known_categories(read.frame(table.empty()), cols=[_STATUS])
    fragments = table.fragments(condition)
    return dask.from_map(read, fragments, meta=empty) if fragments else dask.from_pandas(empty, npartitions=1)


@dataclass(frozen=True)
class _Reader:
    """What a worker does with a file; it travels there."""

    shown: str
    condition: pc.Expression | None
    nested: tuple[NestedColumn, ...]
    include_removed: bool

    def __call__(self, fragment: Any) -> pd.DataFrame:  # noqa: ANN401 - pyarrow has no types
        with told_of(self.shown):
            return self.frame(fragment.to_table(filter=self.condition))

    def frame(self, stored: pa.Table) -> pd.DataFrame:
        """Return stored rows with the columns and dtypes of `load_sessions(nested="json")`, and the nested columns."""
        names = [*_DOCUMENTED, EXTRA, *([REMOVED_AT] if self.include_removed else [])]
        columns = {name: stored.column(name) for name in names}
        columns[_STATUS] = _coded(columns[_STATUS])
        for each in self.nested:
            texts = columns[each.source].to_pylist()
            columns[each.name] = pa.chunked_array([each.values(texts)], each.type)
        return to_frame(sorted_table(pa.table(columns), ()), {})


def _coded(statuses: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return statuses as codes of the documented ones, with any others behind them."""
    others = sorted(set(statuses.unique().drop_null().to_pylist()) - set(SESSIONS.statuses))
    members = pa.array([*SESSIONS.statuses, *others], TEXT)
    codes = pc.index_in(statuses, members).combine_chunks()
    return pa.chunked_array([pa.DictionaryArray.from_arrays(codes, members)])
