"""Bytes of pages in memory to a typed pandas frame."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pandas as pd
import pyarrow.parquet as pq

from benchmarks.contender import Contender, installed, problems, take_turns
from benchmarks.rows import pages
from benchmarks.table import Table, ratio, seconds
from galtea_frames.api.resources import SESSIONS
from galtea_frames.decoding.contract import Contract
from galtea_frames.decoding.gatherer import Gatherer
from galtea_frames.decoding.schema import TableSchema
from galtea_frames.frames.frame import sorted_table, to_frame
from galtea_frames.frames.gc_pause import GC_PAUSE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.contender import Outcome, Shape
    from benchmarks.plan import Plan
    from benchmarks.rows import Kind


#: No report over the network, no words on the terminal, no compression of what lies between its steps.
_DLT_SETTINGS = {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "CRITICAL",
    "NORMALIZE__DATA_WRITER__DISABLE_COMPRESSION": "true",
}


@dataclass(frozen=True)
class Bodies:
    """The bytes of all pages.

    Attributes:
        pages: in memory.
        folder: the same as files, for a contender that reads nothing else, and room for one that must write.
    """

    pages: Sequence[bytes]
    folder: Path

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield the rows as dictionaries, parsed as fast as any library does."""
        for page in self.pages:
            yield from msgspec.json.decode(page)


# -- the floor --


def _kept(given: Bodies) -> object:
    loads = import_module("orjson").loads
    return [loads(page) for page in given.pages]


def _dropped(given: Bodies) -> object:
    loads = import_module("orjson").loads
    return sum(len(loads(page)) for page in given.pages)


# -- contenders --


def ours(given: Bodies) -> pd.DataFrame:
    """Return the frame that `load_sessions` makes of the pages: all that it does between bytes and frame."""
    return frame_under(Contract(SESSIONS), given)


def frame_under(contract: Contract, given: Bodies) -> pd.DataFrame:
    """Return the frame that a load makes of the pages under a contract on its columns."""
    gatherer = Gatherer(SESSIONS, contract=contract)
    with GC_PAUSE:
        batches = [batch for page in given.pages for batch in gatherer.gather(gatherer.reader.open(page).rows)]
    schema = TableSchema(gatherer)
    return to_frame(sorted_table(schema.table(batches), ()).select(schema.names), {})


def _normalize(given: Bodies) -> object:
    return pd.json_normalize(list(given.records()))


def _polars(given: Bodies) -> object:
    whole = b"[" + b",".join(page[1:-1] for page in given.pages) + b"]"
    # Types are inferred from all rows; inferred from the first hundred, they would reject the rest.
    return import_module("polars").read_json(whole, infer_schema_length=None).to_pandas()


def _vendor(given: Bodies) -> object:
    session = import_module("galtea.domain.models.session").Session
    return pd.DataFrame([session(**record).model_dump() for record in given.records()])


def _dlt(given: Bodies) -> object:
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        dlt = import_module("dlt")
        os.environ |= _DLT_SETTINGS
        store = dlt.destinations.filesystem(bucket_url=Path(folder, "out").as_uri())
        sessions = dlt.pipeline("benchmark", destination=store, dataset_name="api", pipelines_dir=folder)
        parsed = map(msgspec.json.decode, given.pages)
        sessions.run(parsed, table_name="sessions", loader_file_format="parquet")
        files = list(Path(folder, "out", "api", "sessions").glob("*.parquet"))
        return sum(pq.read_metadata(file).num_rows for file in files), pq.read_schema(files[0])


def _duckdb(given: Bodies) -> object:
    # Types are inferred from all rows, as above. Its buffers are multiples of the largest page it is told of.
    options = {"format": "array", "sample_size": -1, "maximum_object_size": max(map(len, given.pages)) + 1}
    return import_module("duckdb").read_json(str(given.folder / "*.json"), **options).df()


# -- shapes --


def _of_lists(result: Any) -> Shape:  # noqa: ANN401 - what came of another library
    return sum(map(len, result)), None


def _of_count(result: Any) -> Shape:  # noqa: ANN401 - as above
    return result, None


def of_frame(result: Any) -> Shape:  # noqa: ANN401 - as above
    """Return rows and columns of a frame."""
    rows, columns = result.shape
    return rows, columns


def _of_files(result: Any) -> Shape:  # noqa: ANN401 - as above
    rows, schema = result
    return rows, len(schema.names)


KEPT = Contender("orjson.loads, kept", _kept, _of_lists, "orjson", collector=False)
DROPPED = Contender("orjson.loads, dropped", _dropped, _of_count, "orjson", collector=False)
OURS = Contender("galtea_frames", ours, of_frame)
CONTENDERS = (
    KEPT,
    DROPPED,
    OURS,
    Contender("pandas.json_normalize", _normalize, of_frame, "pandas"),
    Contender("polars.read_json, to pandas", _polars, of_frame, "polars"),
    Contender("vendor's models, DataFrame", _vendor, of_frame, "galtea"),
    Contender("dlt, to Parquet", _dlt, _of_files, "dlt"),
    Contender("DuckDB read_json, to pandas", _duckdb, of_frame, "duckdb"),
)


def tables(plan: Plan) -> Iterator[Table]:
    """Yield a table for rows without type conflicts, and one for mixed rows."""
    for kind in ("plain", "mixed"):
        yield _table(kind, measure(kind, plan.rows, plan.rounds), plan)


def measure(kind: Kind, rows: int, rounds: int) -> list[Outcome]:
    """Return what came of every contender that is installed."""
    able, _ = installed(CONTENDERS)
    with tempfile.TemporaryDirectory() as folder:
        given = Bodies(list(pages(rows, kind)), Path(folder))
        for number, page in enumerate(given.pages):
            Path(folder, f"page_{number:06}.json").write_bytes(page)
        # Without the floor, the ratios are to ours.
        return take_turns(able, [each for each in _bases() if not each.missing], given, rounds)


def _bases() -> list[Contender[Bodies]]:
    return [OURS] if KEPT.missing else [KEPT, DROPPED]


def _table(kind: Kind, outcomes: Sequence[Outcome], plan: Plan) -> Table:
    bases = [each.name for each in _bases()]
    _, missing = installed(CONTENDERS)
    return Table(
        f"Decode: {plan.rows:,} {kind} rows, bytes in memory to a frame",
        ["", *(f"of {name}" for name in bases), "seconds", "rows", "columns"],
        [
            [
                each.name,
                *(ratio(each.ratio(base)) for base in bases),
                seconds(each.median_seconds()),
                f"{each.shape[0]:,}",
                "-" if each.shape[1] is None else f"{each.shape[1]:,}",
            ]
            for each in outcomes
        ],
        [*missing, *problems(outcomes)],
    )
