"""Some rows as narrow Arrow arrays, before the types of their columns are known."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

    from galtea_frames.decoding.inferred import Chunks


@dataclass
class ColumnBatch:
    """Some rows as narrow Arrow arrays.

    Attributes:
        rows: the number of rows.
        declared: by API name, the declared columns, with nested ones as JSON text if requested.
        sent_times: by API name, the text of time columns as sent, if requested; none for times sent in milliseconds.
        objects: by API name, the values in declared objects.
        others: the values of undeclared fields, with objects flattened.
        rivals: the same of fields of which something else is wanted if another field has their usual name.
        others_whole: all of them with objects as JSON text, if requested.
        exact: by row, values of declared fields that their column cannot hold exactly.
        misfits: the rows and API names of those of them that it cannot hold at all.
        nulls: by API name, the rows in which an undeclared field was sent as null, if requested.
    """

    rows: int
    declared: dict[str, pa.Array] = field(default_factory=dict)
    sent_times: dict[str, pa.Array] = field(default_factory=dict)
    objects: dict[str, Chunks] = field(default_factory=dict)
    others: Chunks = field(default_factory=dict)
    rivals: Chunks = field(default_factory=dict)
    others_whole: Chunks = field(default_factory=dict)
    exact: dict[int, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))
    misfits: list[tuple[int, str]] = field(default_factory=list)
    nulls: dict[str, list[int]] = field(default_factory=dict)
