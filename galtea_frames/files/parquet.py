"""Frames to Parquet files and back: writes are atomic, and frames are read as they were written.

Every file is plain Parquet that any engine reads. What Parquet cannot express (exact dtypes, categories, the index,
`attrs`, and in a dataset the order of rows) is stored in the file's metadata, under the key `galtea_frames`.
"""

from __future__ import annotations

import json
import os
import uuid
from collections import defaultdict
from collections.abc import Iterable
from itertools import chain
from typing import IO, TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from galtea_frames.errors import CaseCollisionWarning, ParquetError, warn
from galtea_frames.files.descriptions import FORMAT, KEY
from galtea_frames.files.dtypes import to_arrow
from galtea_frames.files.ownership import DATASET
from galtea_frames.files.partitions import partitions, positions_to_text
from galtea_frames.files.restoring import restored
from galtea_frames.files.seals import Sealed
from galtea_frames.files.settings import CODECS, MAX_PARTITIONS
from galtea_frames.files.targets import Target
from galtea_frames.printable import listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from os import PathLike

    from galtea_frames.files.dtypes import Description
    from galtea_frames.files.ownership import Kind
    from galtea_frames.files.targets import File, Folder


_INDEX = "__index_level_{}__"
_MOST_NAMED = 5

#: Rows per row group: enough to compress well, few enough for engines to read groups in parallel.
_ROW_GROUP = 50_000


def write_parquet(
    frame: pd.DataFrame,
    path: str | PathLike[str],
    *,
    partition_by: str | Sequence[str] | None = None,
    compression: str = "zstd",
    max_partitions: int = MAX_PARTITIONS,
) -> None:
    """Write a frame as one Parquet file, or as a Hive-partitioned dataset, replacing an old one at the path.

    Writes are atomic: a write that fails or is killed leaves the old file unchanged. Times are stored as microseconds
    in UTC, categories as text. Missing parent folders are created.

    A folder is replaced only if it is empty or holds nothing but one dataset written by this function.

    Args:
        frame: any frame whose columns have distinct text names.
        path: a local path, or a URL that fsspec supports: `s3://`, `gs://`, `abfs://`, `memory://`. The suffix is
            `.parquet`, `.pq` or none.
        partition_by: columns whose values become folders (`version_id=…/`) of a dataset at `path`, with one file per
            folder, all with the same schema. In object stores the dataset must not exist yet.
        compression: the Parquet codec: "zstd", "snappy", "gzip", "lz4", "brotli" or "none".
        max_partitions: the most folders to write.

    Raises:
        ParquetError: the frame cannot be stored exactly, the path cannot be written, or something else is there.

    Warns:
        CaseCollisionWarning: column names differ only in case.
    """
    compression = _codec(compression)
    if not isinstance(frame, pd.DataFrame):
        raise ParquetError(f"write_parquet takes a pandas DataFrame, not {type(frame).__name__}")
    table, description = _describe(frame)
    _warn_of_case(frame)
    target = Target.at(path)
    if partition_by is None:
        with target.new_file() as file:
            _write(table, description, file, compression)
        return
    names = _partition_names(partition_by)
    parts = partitions(table.select(list(frame.columns)), names, max_partitions)
    rest = table.drop_columns(names)
    description |= {"dataset": uuid.uuid4().hex, "total": len(frame)}
    with target.new_folder(DATASET) as folder:
        for part in parts:
            own = description | {"partition": part.stored, "rows": positions_to_text(part.rows)}
            with folder.new_file(part.path) as file:
                _write(rest.take(part.rows), own, file, compression)
        if folder.files() != {part.path for part in parts}:
            # Other readers take the values from the folder names.
            raise ParquetError(f"values of {' and '.join(names)} differ in case only, and folders of {path} cannot")


def _partition_names(partition_by: Any) -> list[Any]:  # noqa: ANN401 - checked here
    if isinstance(partition_by, str):
        return [partition_by]
    if not isinstance(partition_by, Iterable):
        raise ParquetError(f"partition_by is the name of a column, or a list of them, not {partition_by!r}")
    return list(partition_by)


def check_target(path: str | PathLike[str], *, partitioned: bool) -> None:
    """Refuse a path that `write_parquet` would refuse, before anything is fetched.

    Raises:
        ParquetError: the path cannot be written, or holds something that this package did not write.
    """
    target = Target.at(path)
    if partitioned:
        target.check_folder(DATASET)
    else:
        target.check_file()


def add_frame(frame: pd.DataFrame, folder: Folder, name: str) -> None:
    """Write a frame as a file of a folder."""
    with folder.new_file(name) as file:
        _write(*_describe(frame), file, _codec("zstd"))


def close_folder(frame: pd.DataFrame, folder: Folder, kind: Kind) -> None:
    """Write a frame as the last file of a folder, with a seal that lists all others."""
    table, description = _describe(frame)
    with folder.new_file(str(kind.closing)) as file:
        _write(table, description, file, _codec("zstd"), closes=kind.name, files=folder.listed())


def write_frames(
    frames: Iterator[pd.DataFrame], rows: int, path: str | PathLike[str], *, compression: str = "zstd"
) -> None:
    """Write frames of one schema to one file, as `write_parquet` would write their concatenation.

    Args:
        frames: at least one, all with the same columns, dtypes and attrs, and a default index.
        rows: their total number of rows.
        path: a local path or a URL.
        compression: a codec of Parquet.

    Raises:
        ParquetError: a frame cannot be stored exactly, or the path cannot be written.
    """
    compression = _codec(compression)
    target = Target.at(path)
    first = next(frames)
    _warn_of_case(first)
    first, description = _describe(first, part=True)
    description |= {"length": rows, "index": _described_range(pd.RangeIndex(rows))}
    schema = _with_description(first, description).schema
    with target.new_file() as file:
        sealed = Sealed(file)
        with pq.ParquetWriter(sealed, schema, compression=compression) as writer:
            for group in _row_groups(chain([first], (_describe(frame, part=True)[0] for frame in frames))):
                writer.write_table(group.cast(schema), row_group_size=max(1, group.num_rows))
            writer.add_key_value_metadata(sealed.seal())


def read_parquet(path: str | PathLike[str]) -> pd.DataFrame:
    """Read the frame that `write_parquet` wrote, with its order of rows, dtypes, index and attrs.

    Other Parquet files are read as they are, with nullable dtypes, and with a column for folders such as `year=2026`.
    So is a file of ours that another program has changed, if it no longer matches its description.

    Args:
        path: a file or the folder of a dataset; a local path or a URL.

    Raises:
        ParquetError: there is no such file, it is not a complete Parquet file, or the files do not belong together.
    """
    files = Target.at(path).files()
    tables = [_read(file) for file in files]
    try:
        return restored(tables, [file.name for file in files], os.fspath(path))
    except (pa.ArrowException, TypeError, ValueError, OverflowError, NotImplementedError) as problem:
        reason = str(problem).splitlines()[0]
        raise ParquetError(f"{path} cannot be read as a frame: {reason}") from problem


def _read(file: File) -> pa.Table:
    with file.open() as opened:
        try:
            # Arrow's threads may release a Python file object while the interpreter shuts down, which aborts the
            # process after all work is done.
            return pq.ParquetFile(opened).read(use_threads=isinstance(opened, pa.NativeFile))
        except (pa.ArrowException, OSError) as problem:
            raise ParquetError(f"{file.path} is not a whole Parquet file: {problem}") from None


# -- pandas to Arrow --


def _describe(frame: pd.DataFrame, *, part: bool = False) -> tuple[pa.Table, dict[str, Any]]:
    """Return the frame as Arrow, and its description; without its index if it is part of a stream."""
    names = _names(frame.columns)
    index, levels = (_described_range(frame.index), {}) if part else _describe_index(frame)
    columns = {name: frame[name] for name in names} | levels
    stored = {name: _stored(name, values) for name, values in columns.items()}
    description = {
        "format": FORMAT,
        "sealed": True,
        "length": len(frame),
        "columns": {name: about for name, (_, about) in stored.items()},
        "index": index,
        "header": _describe_header(frame.columns),
        "attrs": _json_attrs(frame),
    }
    table = pa.table({name: array for name, (array, _) in stored.items()})
    return table.replace_schema_metadata({b"pandas": _pandas_metadata(columns)}), description


def _names(columns: pd.Index[Any]) -> list[str]:
    names: list[Any] = list(columns)
    if others := [name for name in names if not isinstance(name, str)]:
        raise ParquetError(f"column names must be text: {others[:_MOST_NAMED]}")
    if isinstance(columns, pd.CategoricalIndex):
        raise ParquetError("column names must be plain text: frame.columns = list(frame.columns)")
    if not columns.is_unique:
        raise ParquetError(f"columns occur twice: {sorted(set(columns[columns.duplicated()]))[:_MOST_NAMED]}")
    try:
        "".join(names).encode()
    except UnicodeEncodeError as problem:
        raise ParquetError(f"a column's name cannot be stored: {problem}") from None
    return names


def _warn_of_case(frame: pd.DataFrame) -> None:
    """Warn of column names that differ only in case: some engines cannot tell them apart."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name in map(str, frame.columns):
        groups[name.lower()].append(name)
    if alike := [" and ".join(map(repr, group)) for group in groups.values() if len(group) > 1]:
        warn(
            f"columns whose names differ in case only, which other engines mix up: {listed(alike, _MOST_NAMED)};"
            " rename one before you write",
            CaseCollisionWarning,
        )


def _describe_header(columns: pd.Index[Any]) -> dict[str, Any]:
    """Return the description of the columns index; without columns it may be a RangeIndex."""
    plain = isinstance(columns, pd.RangeIndex)
    return {"names": _labels([columns.name]), "of": None if plain else to_arrow(_series(columns))[1]}


def _describe_index(frame: pd.DataFrame) -> tuple[dict[str, Any], dict[str, pd.Series[Any]]]:
    """Return the description of the index, and its levels as columns under unused names."""
    index = frame.index
    if isinstance(index, pd.RangeIndex) and index.start == 0 and index.step == 1:
        return _described_range(index), {}
    stem = _INDEX
    while any(stem.format(number) in frame.columns for number in range(index.nlevels)):
        stem = f"_{stem}"
    levels = {stem.format(number): _series(index.get_level_values(number)) for number in range(index.nlevels)}
    multi = isinstance(index, pd.MultiIndex)
    described = {"levels": list(levels), "multi": multi, "names": _labels(index.names)}
    # If another program sorts the rows, each keeps its label.
    steps = {"steps": [index.start, index.stop, index.step]} if isinstance(index, pd.RangeIndex) else {}
    return described | steps, levels


def _described_range(index: pd.Index[Any]) -> dict[str, Any]:
    return {"range": [0, len(index), 1], "names": _labels([index.name])}


def _series(values: pd.Index[Any]) -> pd.Series[Any]:
    # With its dtype: pandas 3 infers `str` for text objects.
    return pd.Series(values.array, dtype=values.dtype)


def _labels(names: Iterable[Any]) -> list[str | int | None]:
    """Return the names of an index, or of the columns index, if JSON can express them."""
    names = list(names)
    if others := [name for name in names if name is not None and type(name) not in (str, int)]:
        raise ParquetError(f"names of an index must be text or whole numbers: {others[:_MOST_NAMED]}")
    return names


def _stored(name: str, values: pd.Series[Any]) -> tuple[pa.ChunkedArray, Description]:
    try:
        return to_arrow(values)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as problem:
        raise ParquetError(f"column {name!r} cannot be stored: {problem}") from None


def _json_attrs(frame: pd.DataFrame) -> dict[str, Any]:
    try:
        attrs: dict[str, Any] = json.loads(json.dumps(frame.attrs, allow_nan=False))
    except (TypeError, ValueError) as problem:
        raise ParquetError(f"frame.attrs cannot be stored as JSON: {problem}") from None
    if attrs != frame.attrs:
        raise ParquetError("frame.attrs cannot be stored as JSON: tuples and keys other than text would change")
    return attrs


def _pandas_metadata(columns: dict[str, pd.Series[Any]]) -> bytes:
    """Return the metadata by which `pandas.read_parquet` restores the dtypes that it can name."""
    plain = {name: pd.Series([], dtype=_nameable(values.dtype)) for name, values in columns.items()}
    metadata: bytes = pa.Schema.from_pandas(pd.DataFrame(plain)).metadata[b"pandas"]
    return metadata


def _nameable(dtype: Any) -> Any:  # noqa: ANN401 - pandas' dtypes share no typed protocol
    """Return a dtype if pandas finds it by name, else object; lists have no name, categories are stored as text."""
    if isinstance(dtype, pd.CategoricalDtype):
        return object
    try:
        return pd.api.types.pandas_dtype(str(dtype))
    except (TypeError, ValueError, NotImplementedError):
        return object


def _with_description(table: pa.Table, description: dict[str, Any]) -> pa.Table:
    return table.replace_schema_metadata({**(table.schema.metadata or {}), KEY: json.dumps(description).encode()})


def _row_groups(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """Yield the rows in tables large enough for a row group; the last one may be smaller."""
    held: list[pa.Table] = []
    for table in tables:
        held.append(table)
        if sum(each.num_rows for each in held) >= _ROW_GROUP:
            yield pa.concat_tables(held)
            held = []
    if held:
        yield pa.concat_tables(held)


def _write(table: pa.Table, description: dict[str, Any], file: IO[bytes], codec: str, **more: object) -> None:
    """Write a table as one sealed Parquet file; `more` is added to the seal."""
    table = _with_description(table, description)
    sealed = Sealed(file)
    try:
        with pq.ParquetWriter(sealed, table.schema, compression=codec) as writer:
            writer.write_table(table, row_group_size=_ROW_GROUP)
            writer.add_key_value_metadata(sealed.seal(**more))
    except (pa.ArrowException, TypeError, ValueError) as problem:
        raise ParquetError(f"the frame cannot be stored as Parquet: {problem}") from None


def _codec(compression: Any) -> str:  # noqa: ANN401 - checked here
    if not isinstance(compression, str) or compression.lower() not in CODECS:
        raise ParquetError(f"compression is one of {', '.join(CODECS)}, not {compression!r}")
    return compression.lower()
