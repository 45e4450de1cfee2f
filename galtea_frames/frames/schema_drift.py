"""How the columns of a frame differ from a schema."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from galtea_frames.decoding.column_names import OWN, column_name, overflow_name, split_name
from galtea_frames.decoding.exact import exact_value
from galtea_frames.decoding.json_text import json_text
from galtea_frames.decoding.pins import PINS
from galtea_frames.errors import SchemaError, masked
from galtea_frames.frames.cells import json_values
from galtea_frames.frames.describe import first_value, short_text
from galtea_frames.frames.joins import PREFIX
from galtea_frames.frames.plain import arrow_or_text, cell_text
from galtea_frames.frames.schema_columns import declared_dtype, is_overflow, list_of, status_column
from galtea_frames.printable import more, printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

    from galtea_frames.frames.schema_columns import LoadedColumns

#: Lines of a printed drift, and rows that are searched for the example of a misfit.
_LINES = 50
_SEARCHED = 100_000

#: Characters that are searched for secrets before a value is shortened.
_LONGEST = 2_000


@dataclass(frozen=True)
class ColumnMisfits:
    """Values of a column that do not fit its dtype.

    Attributes:
        count: how many there are.
        dtype: the dtype of the schema.
        example: the JSON text of one, shortened; None if the frame does not hold it.
    """

    count: int
    dtype: str
    example: str | None


@dataclass(frozen=True)
class SchemaDrift:
    """How a frame differs from a schema; false if it does not. Prints as a table.

    Attributes:
        resource: the list.
        rows: the number of rows.
        new_paths: nested columns that the schema does not have, each with its dtype.
        vanished_paths: columns of the schema that no row has.
        misfits: values that do not fit their column, by column.
        changed_dtypes: columns whose dtype cannot become that of the schema: the schema's dtype, and the frame's.
        new_statuses: statuses that the schema does not know, and in how many rows.
        examples: the first value of some of the new paths, shortened.
    """

    resource: str
    rows: int
    new_paths: Mapping[str, str] = field(default_factory=dict)
    vanished_paths: Sequence[str] = ()
    misfits: Mapping[str, ColumnMisfits] = field(default_factory=dict)
    changed_dtypes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    new_statuses: Mapping[str, int] = field(default_factory=dict)
    examples: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Tell whether anything drifted."""
        return any(
            (self.new_paths, self.vanished_paths, self.misfits, self.changed_dtypes, self.new_statuses),
        )

    def __repr__(self) -> str:
        """Return a table of what drifted."""
        changes = list(self._changes())
        cells = [(f"{kind}  ", f"{printable(name)}  ", detail) for kind, name, detail in changes[:_LINES]]
        widths = [max((len(row[number]) for row in cells), default=0) for number in range(2)]
        lines = [f"  {kind:<{widths[0]}}{name:<{widths[1]}}{detail}" for kind, name, detail in cells]
        rest = [f"  …{more(changes, _LINES)}"] if len(changes) > _LINES else []
        return "\n".join([self._title(), *lines, *rest])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr>{''.join(f'<td>{html.escape(printable(cell))}</td>' for cell in change)}</tr>"
            for change in islice(self._changes(), _LINES)
        )
        return f"<p>{html.escape(self._title())}</p>" + (f"<table>{rows}</table>" if rows else "")

    def to_dict(self) -> dict[str, Any]:
        """Return everything as values that JSON can hold."""
        return {
            "list": self.resource,
            "rows": self.rows,
            "drifted": bool(self),
            "new_paths": dict(self.new_paths),
            "vanished_paths": list(self.vanished_paths),
            "misfits": {
                name: {"count": each.count, "dtype": each.dtype, "example": each.example}
                for name, each in self.misfits.items()
            },
            "changed_dtypes": {
                name: {"schema": wanted, "frame": found} for name, (wanted, found) in self.changed_dtypes.items()
            },
            "new_statuses": dict(self.new_statuses),
        }

    def _title(self) -> str:
        of = f"the schema of {self.resource} in {_counted(self.rows, 'row')}"
        return f"Drift from {of}:" if self else f"No drift from {of}"

    def _changes(self) -> Iterator[tuple[str, str, str]]:
        """Yield what drifted: the kind of change, the name, and a detail."""
        for name, dtype in self.new_paths.items():
            example = self.examples.get(name)
            yield "new path", name, dtype + (f", e.g. {example}" if example else "")
        for name in self.vanished_paths:
            yield "vanished path", name, "in no row"
        for name, each in self.misfits.items():
            example = f", e.g. {each.example}" if each.example else ""
            yield "misfits", name, f"{_counted(each.count, 'value')} not {each.dtype}{example}"
        for name, (wanted, found) in self.changed_dtypes.items():
            yield "dtype", name, f"{found} instead of {wanted}"
        for name, count in self.new_statuses.items():
            yield "new status", name, f"in {_counted(count, 'row')}"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def compared(columns: Mapping[str, str], statuses: Sequence[str], loaded: LoadedColumns) -> SchemaDrift:
    """Return how a loaded frame differs from the columns and known statuses of a schema."""
    misfits: dict[str, ColumnMisfits] = {}
    changed: dict[str, tuple[str, str]] = {}
    for name, dtype in columns.items():
        if name not in loaded.frame.columns or is_overflow(name):
            continue
        found = _dtype(name, loaded)
        if found not in PINS or (found != dtype and declared_dtype(name, loaded.resource)):
            changed[name] = (dtype, found)
        elif (each := _misfits(name, dtype, found, loaded)) is not None:
            misfits[name] = each
    new = _new_paths(columns, loaded)
    return SchemaDrift(
        loaded.resource,
        len(loaded.frame),
        {name: _dtype(name, loaded) for name in new},
        _vanished_paths(columns, loaded),
        misfits,
        changed,
        _new_statuses(columns, statuses, loaded),
        {name: example for name in new[:_LINES] if (example := example_of(loaded.frame[name]))},
    )


def example_of(values: pd.Series[Any]) -> str | None:
    """Return the first value of a column on one short line, without secrets; None if there is none."""
    return _shown(cell_text(first_value(values, arrow_or_text(values))))


def _shown(text: str | None) -> str | None:
    return None if text is None else short_text(masked(text[:_LONGEST]))


def _dtype(name: str, loaded: LoadedColumns) -> str:
    """Return the dtype of a column: a schema's, else that of pandas."""
    try:
        return loaded.dtype(name)
    except SchemaError:
        return str(loaded.frame[name].dtype)


# -- paths --


def _new_paths(columns: Mapping[str, str], loaded: LoadedColumns) -> list[str]:
    return [
        name
        for name in loaded.names
        if name not in columns
        and name not in OWN
        and not is_overflow(name)
        and declared_dtype(name, loaded.resource) is None
        and not _is_within_json(name, columns)
    ]


def _is_within_json(name: str, columns: Mapping[str, str]) -> bool:
    """Tell whether a path is part of the JSON text of a path above it."""
    root, keys, _ = split_name(name)
    above = (column_name(root, keys[:length]) for length in range(len(keys)))
    return any(columns.get(each) == "json" and not _below(each, columns) for each in above)


def _below(name: str, columns: Mapping[str, str] | list[str]) -> list[str]:
    return [each for each in columns if each.startswith(f"{name}.") and not is_overflow(each)]


def _vanished_paths(columns: Mapping[str, str], loaded: LoadedColumns) -> list[str]:
    vanished = []
    for name, dtype in columns.items():
        if is_overflow(name):
            continue
        if declared_dtype(name, loaded.resource) is not None:
            is_gone = name not in loaded.frame.columns
        elif name in loaded.frame.columns:
            is_gone = bool(len(loaded.frame)) and name in loaded.absent
        else:
            is_gone = bool(len(loaded.frame)) and not (dtype == "json" and _below(name, loaded.names))
        if is_gone:
            vanished.append(name)
    return vanished


# -- misfits --


def _misfits(name: str, dtype: str, found: str, loaded: LoadedColumns) -> ColumnMisfits | None:
    """Return the misfits of a column that the frame has with some dtype; None if there are none."""
    is_declared = declared_dtype(name, loaded.resource) is not None
    if is_declared or loaded.pinned.get(name) == dtype:
        count = loaded.misfits.get(name, 0)
        # Declared text holds no numbers, which a pin would take.
        strict = "category" if is_declared and dtype == "string" else dtype
        return ColumnMisfits(count, dtype, _kept(name, strict, loaded)) if count else None
    if dtype in (found, "json"):
        return None
    values = json_values(loaded.frame[name])
    if found == "json":
        values = [None if text is None else _parsed(text) for text in values]
    misfits = PINS[dtype].take(values, set(map(type, values)) - {type(None)}).misfits
    return ColumnMisfits(len(misfits), dtype, _shown(next(iter(misfits.values())))) if misfits else None


def _kept(name: str, dtype: str, loaded: LoadedColumns) -> str | None:
    """Return the first misfit of a column among the values that an overflow column keeps."""
    resource, own = list_of(name, loaded.resource)
    prefix = PREFIX if resource.name != loaded.resource and name.startswith(PREFIX) else ""
    root, keys, _ = split_name(own)
    declared = {each.name: each for each in resource.columns}
    is_nested = bool(keys) and root in declared
    api = declared[root].api if root in declared else loaded.fields.get(prefix + root, root)
    path = keys if is_nested else [api, *keys]
    overflow = prefix + overflow_name(root if is_nested else None)
    if overflow not in loaded.frame.columns:
        return None
    for text in loaded.frame[overflow].iloc[:_SEARCHED].dropna():
        value = _parsed(text)
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        if value is not None and PINS[dtype].take([value], {type(value)}).misfits:
            return _shown(json_text(value))
    return None


def _parsed(text: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return the value of a JSON text; other text, which a caller may have put there, is a value itself."""
    try:
        return exact_value(text)
    except ValueError:
        return text


# -- statuses --


def _new_statuses(columns: Mapping[str, str], statuses: Sequence[str], loaded: LoadedColumns) -> dict[str, int]:
    name = status_column(loaded.resource)
    if name is None or name not in columns or name not in loaded.frame.columns:
        return {}
    counts = loaded.frame[name].dropna().value_counts()
    found = {str(status): int(count) for status, count in counts.items() if count and status not in statuses}
    return dict(sorted(found.items()))
