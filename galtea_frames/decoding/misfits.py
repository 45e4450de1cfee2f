"""Misfits where a caller wants none: the first one ends the load."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from galtea_frames.api.resource import snake_case
from galtea_frames.decoding.column_names import column_name
from galtea_frames.decoding.json_text import json_text
from galtea_frames.errors import SchemaError
from galtea_frames.printable import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from galtea_frames.api.resource import ColumnKind
    from galtea_frames.decoding.column_batch import ColumnBatch
    from galtea_frames.decoding.contract import Contract
    from galtea_frames.decoding.inferred import Chunk

#: The dtypes of declared columns, by kind.
_DECLARED: dict[ColumnKind, str] = {
    "string": "text",
    "category": "text",
    "time": "an ISO 8601 time",
    "number": "a number",
    "integer": "a whole number",
    "flag": "true or false",
    "texts": "a list of text",
}


def refuse_misfits(contract: Contract, batch: ColumnBatch) -> None:
    """Check that every value fits its column.

    Raises:
        SchemaError: one does not; the message names the column, the row's id and the value.
    """
    for row, name, dtype, value in _misfits(contract, batch):
        row_id = quoted(batch.declared["id"][row].as_py())
        raise SchemaError(f"{name} of the {contract.resource.singular} {row_id} is not {dtype}: {_shortened(value)}")


def _misfits(contract: Contract, batch: ColumnBatch) -> Iterator[tuple[int, str, str, str]]:
    """Yield each misfit: its row, its column, what the column takes, and its JSON text."""
    for column in contract.resource.columns:
        for row, api in batch.misfits:
            if api == column.api:
                yield row, column.name, _DECLARED[column.kind], json_text(batch.exact[row][api])
    for api, chunks in batch.objects.items():
        for path, chunk in chunks.items():
            yield from _of_column(contract, column_name(snake_case(api), path), chunk)
    for rank, chunks in enumerate((batch.others, batch.rivals)):
        for (api, *keys), chunk in chunks.items():
            yield from _of_column(contract, column_name(contract.other_names(api)[rank], keys), chunk)


def _of_column(contract: Contract, name: str, chunk: Chunk) -> Iterator[tuple[int, str, str, str]]:
    for index, text in chunk.misfits.items():
        yield index if chunk.rows is None else chunk.rows[index], name, contract.dtypes[name], text


def _shortened(text: str) -> str:
    value: Any = json.loads(text) if text.startswith('"') else None
    return quoted(value) if isinstance(value, str) else quoted(text)[1:-1]
