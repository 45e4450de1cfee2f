"""Stored sessions as a Dask DataFrame: one partition per file, read when it is computed."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from galtea_frames.api.resources import SESSIONS
from galtea_frames.decoding.gatherer import Gatherer
from galtea_frames.decoding.kinds import TEXT
from galtea_frames.decoding.schema import TableSchema
from galtea_frames.errors import MirrorError
from galtea_frames.frames.frame import sorted_table, to_frame
from galtea_frames.mirror.damage import mirror_errors
from galtea_frames.mirror.rows import EXTRA
from galtea_frames.mirror.stored_rows import StoredReader

if TYPE_CHECKING:
    import pandas as pd

    from galtea_frames.decoding.contract import Contract
    from galtea_frames.mirror.delta import StoredTable
    from galtea_frames.mirror.lazy_columns import LazyColumns


def dask_frame(table: StoredTable, condition: pc.Expression | None, columns: LazyColumns) -> Any:  # noqa: ANN401 - dask is imported only here
    """Return the stored sessions that meet a condition, without reading them yet.

    Raises:
        MirrorError: Dask is not installed, or the mirror cannot be read.
    """
    try:
        dask = import_module("dask.dataframe")
    except ImportError:
        raise MirrorError("to_dask needs Dask: pip install 'galtea-frames[dask]'") from None
    read = _Reader(table.display, condition, columns)
    empty = dask.utils.clear_known_categories(read.frame(table.empty()), cols=columns.categories)
    fragments = table.fragments(condition)
    return dask.from_map(read, fragments, meta=empty) if fragments else dask.from_pandas(empty, npartitions=1)


@dataclass(frozen=True)
class _Reader:
    """Reads one file; sent to the workers."""

    display: str
    condition: pc.Expression | None
    columns: LazyColumns

    def __call__(self, fragment: Any) -> pd.DataFrame:  # noqa: ANN401 - pyarrow has no types
        with mirror_errors(self.display):
            return self.frame(fragment.to_table(columns=self.columns.stored, filter=self.condition))

    def frame(self, stored: pa.Table) -> pd.DataFrame:
        """Return stored rows as a frame with these columns."""
        rows = sorted_table(stored, ())
        decoded = _decoded(rows, self.columns.contract)
        columns = {
            name: (decoded if name in decoded.column_names else rows).column(name) for name in self.columns.names
        }
        return to_frame(pa.table(columns), {})


def _decoded(rows: pa.Table, contract: Contract) -> pa.Table:
    """Return the decoded columns of stored rows, in the same order."""
    if EXTRA not in rows.column_names:
        rows = rows.append_column(EXTRA, pa.nulls(rows.num_rows, TEXT))
    gatherer = Gatherer(SESSIONS, "columns", contract)
    reader = StoredReader(SESSIONS, gatherer.reader)
    batches = [batch for each in rows.to_batches() for batch in gatherer.gather(reader.rows(each))]
    decoded = TableSchema(gatherer).table(batches)
    return decoded.take(pc.index_in(rows.column("id").combine_chunks(), decoded.column("id").combine_chunks()))
