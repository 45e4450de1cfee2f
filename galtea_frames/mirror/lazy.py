"""Stored sessions as a Dask DataFrame: one partition per file, read when it is computed."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from galtea_frames.api.resources import SESSIONS
from galtea_frames.decoding.kinds import TEXT
from galtea_frames.errors import MirrorError
from galtea_frames.frames.frame import sorted_table, to_frame
from galtea_frames.mirror.damage import mirror_errors
from galtea_frames.mirror.pinned_columns import DECLARED, PinnedColumn
from galtea_frames.mirror.rows import EXTRA, REMOVED_AT

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from galtea_frames.mirror.delta import StoredTable


_STATUS = next(column.name for column in SESSIONS.columns if column.kind == "status")


def dask_frame(
    table: StoredTable, condition: pc.Expression | None, nested: Sequence[PinnedColumn], *, include_removed: bool
) -> Any:  # noqa: ANN401 - dask is imported only here
    """Return the stored sessions that meet a condition, without reading them yet.

    Raises:
        MirrorError: Dask is not installed, or the mirror cannot be read.
    """
    try:
        dask = import_module("dask.dataframe")
    except ImportError:
        raise MirrorError("to_dask needs Dask: pip install 'galtea-frames[dask]'") from None
    read = _Reader(table.display, condition, tuple(nested), include_removed)
    empty = dask.utils.clear_known_categories(read.frame(table.empty()), cols=[_STATUS])
    fragments = table.fragments(condition)
    return dask.from_map(read, fragments, meta=empty) if fragments else dask.from_pandas(empty, npartitions=1)


@dataclass(frozen=True)
class _Reader:
    """Reads one file; sent to the workers."""

    display: str
    condition: pc.Expression | None
    nested: tuple[PinnedColumn, ...]
    include_removed: bool

    def __call__(self, fragment: Any) -> pd.DataFrame:  # noqa: ANN401 - pyarrow has no types
        with mirror_errors(self.display):
            return self.frame(fragment.to_table(filter=self.condition))

    def frame(self, stored: pa.Table) -> pd.DataFrame:
        """Return stored rows with the columns and dtypes of `load_sessions(nested="json")`, and the nested columns."""
        names = [*DECLARED, EXTRA, *([REMOVED_AT] if self.include_removed else [])]
        columns = {name: stored.column(name) for name in names}
        columns[_STATUS] = _coded(columns[_STATUS])
        for each in self.nested:
            texts = columns[each.source].to_pylist()
            columns[each.name] = pa.chunked_array([each.values(texts)], each.type)
        return to_frame(sorted_table(pa.table(columns), ()), {})


def _coded(statuses: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return statuses as a category: the declared ones first, then any others."""
    others = sorted(set(statuses.unique().drop_null().to_pylist()) - set(SESSIONS.statuses))
    members = pa.array([*SESSIONS.statuses, *others], TEXT)
    codes = pc.index_in(statuses, members).combine_chunks()
    return pa.chunked_array([pa.DictionaryArray.from_arrays(codes, members)])
