"""Laws of frames with chosen and pinned columns: `concat` equals one load, `to_records` gives back what was sent."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
import slow_reference
from effort import times
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from random_pages import OBJECTS, TEXTS, TIMES, VALUES

import galtea_frames as gf
from galtea_frames.api.resources import SESSIONS
from galtea_frames.api.times import instant
from galtea_frames.decoding.contract import Contract
from galtea_frames.decoding.exact import exact_value
from galtea_frames.decoding.gatherer import Gatherer
from galtea_frames.decoding.pins import PINS, Misfit
from galtea_frames.decoding.schema import TableSchema
from galtea_frames.frames.assembly import column_attrs
from galtea_frames.frames.fingerprint import fingerprint
from galtea_frames.frames.frame import sorted_table, to_frame

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from galtea_frames.decoding.gatherer import Nested
    from galtea_frames.frames.frame import DtypeBackend

pytestmark = [pytest.mark.uncounted, pytest.mark.filterwarnings("ignore::galtea_frames.GalteaFramesWarning")]

Record = dict[str, Any]

#: Values that a dtype takes, or nearly takes.
NUMBERS = st.sampled_from(
    [0, 1, -1, 2.0, 0.5, 2**53 + 1, 2**63, 1_772_359_200, 1_772_359_200.123456, 1e11, 253402300800]
)
PINNABLE = (
    NUMBERS
    | st.booleans()
    | st.sampled_from(["12", "-0", "1.5", "1e5", "true", "2026-03-01", "1772359200.25", "a\ud800"])
    | TIMES
    | TEXTS
    | st.lists(st.none() | NUMBERS | st.booleans() | TEXTS | st.sampled_from(["12", "true"]), max_size=3)
    | VALUES
)
FIELD = st.dictionaries(st.sampled_from(["a", "b", "c"]), PINNABLE | st.dictionaries(st.just("b"), PINNABLE)) | PINNABLE
ROWS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "metadata": FIELD,
            "facts": FIELD,
            "context": OBJECTS,
            "runId": PINNABLE,
            "error": TEXTS | st.just(5),
            "status": st.sampled_from(["FAILED", "ODD", 5]),
        },
    ),
    max_size=6,
)
NAMES = ("metadata.a", "metadata.b.b", "metadata.c", "metadata", "facts.a", "facts", "run_id", "context.a")
DTYPES = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(list(PINS)), max_size=4)
CHOICES = st.none() | st.lists(
    st.sampled_from([*NAMES, "metadata.*", "*", "error", "status", "metadata.b"]), min_size=1, max_size=5, unique=True
)
MODES: tuple[Nested, ...] = ("columns", "both")


def contract_of(names: Sequence[str] | None, dtypes: Mapping[str, str], nested: Nested) -> Contract:
    """What a load of these columns and dtypes decodes; with "both", only columns below declared objects are pinned."""
    if nested == "both":
        dtypes = {name: dtype for name, dtype in dtypes.items() if re.match(r"(metadata|context)\.", name)}
    chosen = None if names is None else ("id", "created_at", *names)
    # A column without a dot is declared, known or pinned.
    if chosen and "facts" in chosen and not any(name.split(".")[0] == "facts" for name in dtypes):
        chosen = tuple(name for name in chosen if name != "facts")
    return Contract(SESSIONS, chosen, dtypes, needed=frozenset({"id", "created_at"}), keeps_objects=nested != "columns")


def loaded(
    rows: Sequence[Record], contract: Contract, nested: Nested, backend: DtypeBackend = "numpy_nullable", age: int = 9
) -> pd.DataFrame:
    """The frame of one load of these records."""
    gatherer = Gatherer(SESSIONS, nested, contract)
    batches = list(gatherer.gather(gatherer.reader.read(slow_reference.page(rows))))
    schema = TableSchema(gatherer)
    table = sorted_table(schema.table(batches), ()).select(schema.names)
    about = {"resource": "sessions", "nested": nested, "fetched_at": f"2026-04-01T00:00:00.{age:06}Z"}
    return to_frame(table, about | column_attrs(schema.notes, contract), dtype_backend=backend)


def named(records: Sequence[Record]) -> list[Record]:
    """The records, each with an id and a creation time."""
    return [each | {"id": f"s{index}", "createdAt": "2026-03-01T10:00:00.000Z"} for index, each in enumerate(records)]


def pointed(value: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """A value without numbers such as 2.0: beside a 2, a column of numbers does not tell which of them had a point."""
    if isinstance(value, dict):
        return {key: pointed(each) for key, each in value.items()}
    if isinstance(value, list):
        return list(map(pointed, value))
    return 0.5 if isinstance(value, float) and value.is_integer() and abs(value) <= 2**53 else value


COLUMN_ATTRS = {
    *("columns", "dtype", "absent_columns", "misfits", "mixed_columns", "overflow_columns", "json_columns"),
    *("whole_numbers", "replaced_text"),
}


@pytest.mark.parametrize("nested", MODES)
@settings(max_examples=times(150), deadline=None, suppress_health_check=list(HealthCheck))
@given(
    records=ROWS,
    names=CHOICES,
    dtypes=DTYPES,
    parts=st.lists(st.integers(0, 2), min_size=6, max_size=6),
    arrow=st.booleans(),
)
@example(
    records=[{"metadata": {"a": {"b": 1}}}, {"metadata": {"a": "x"}}],
    names=None,
    dtypes={"metadata.a": "string"},
    parts=[0, 1, 0, 0, 0, 0],
    arrow=False,
)
@example(
    records=[{"metadata": {"a": 1.5}}, {"metadata": {"a": 1e99}}, {"metadata": {"a": "2"}}],
    names=["metadata.a"],
    dtypes={"metadata.a": "epoch_s"},
    parts=[0, 1, 2, 0, 0, 0],
    arrow=False,
)
@example(
    records=[{"metadata": {"a": 1}}, {"metadata": {"a": 2}}],
    names=None,
    dtypes={"metadata.a": "Float64"},
    parts=[0, 1, 2, 0, 0, 0],
    arrow=False,
)
@example(
    records=[{"facts": {}}, {}, {"facts": {}}],
    names=None,
    dtypes={"facts": "string"},
    parts=[0, 1, 1, 0, 0, 0],
    arrow=False,
)
def test_frames_of_one_contract_together_are_one_load(
    nested: Nested,
    records: list[Record],
    names: list[str] | None,
    dtypes: dict[str, str],
    parts: list[int],
    *,
    arrow: bool,
) -> None:
    """In columns, dtypes, cells and in what is said of them."""
    backend: DtypeBackend = "pyarrow" if arrow else "numpy_nullable"
    contract = contract_of(names, dtypes, nested)
    rows = named(pointed(records))
    shares = [[row for index, row in enumerate(rows) if parts[index % 6] == part] for part in range(3)]
    frames = [loaded(share, contract, nested, backend, part) for part, share in enumerate(shares) if share or part == 2]
    # Text of which half an emoji was replaced may be kept in an overflow column alone, or in its own column alone.
    assume(names is None or "\\ud800" not in repr(records))
    expected, found = loaded(rows, contract, nested, backend), gf.concat(frames)
    pd.testing.assert_frame_equal(expected, found)
    said, about = expected.attrs["galtea_frames"], found.attrs["galtea_frames"]
    assert {name: said[name] for name in COLUMN_ATTRS} == {name: about[name] for name in COLUMN_ATTRS}
    assert fingerprint(expected["id"]) == about["fingerprint"]
    back = [slow_reference.plain(each) for each in gf.to_records(found)]
    assert [slow_reference.plain(each) for each in gf.to_records(expected)] == back


def folded(record: Record, dtypes: Mapping[str, str]) -> Record:
    """A record with each value that a pin takes as the column holds it: text in canonical form is the number."""
    record = dict(record)
    for name, dtype in dtypes.items():
        root, *keys = name.replace("run_id", "runId").split(".")
        closed = keys and not any(other.startswith(f"{name}.") for other in dtypes)
        parent: Any = record
        for key in [root, *keys][:-1]:
            parent[key] = dict(parent[key]) if isinstance(parent.get(key), dict) else parent.get(key)
            parent = parent[key] if isinstance(parent[key], dict) else {}
        key = [root, *keys][-1]
        value = parent.get(key)
        if value is not None and dtype != "json" and (closed or not isinstance(value, dict)):
            parent[key] = taken(value, dtype)
    return record


def taken(value: Any, dtype: str) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """A value as a column of this dtype holds it."""
    try:
        found = PINS[dtype].single(exact_value(slow_reference.dump(value)))
    except (Misfit, TypeError):  # a number that no float holds came back as a Decimal
        return value
    return f"{found} in microseconds" if "epoch" in dtype or "datetime" in dtype else found


@settings(max_examples=times(400), deadline=None, suppress_health_check=list(HealthCheck))
@given(records=ROWS, dtypes=DTYPES, arrow=st.booleans())
@example(records=[{"metadata": {"a": {"b": None}}}], dtypes={"metadata.a": "json"}, arrow=False)
def test_records_come_back_from_pinned_columns(records: list[Record], dtypes: dict[str, str], *, arrow: bool) -> None:
    """What was sent is in the column, among the misfits or in what is left over, whatever is pinned to whatever."""
    rows = named(records)
    backend: DtypeBackend = "pyarrow" if arrow else "numpy_nullable"
    frame = loaded(rows, contract_of(None, dtypes, "columns"), "columns", backend)
    back = gf.to_records(frame)
    bare = [slow_reference.without_nulls(row) for row in rows]
    expected = [slow_reference.plain(slow_reference.without_nulls(folded(row, dtypes))) for row in bare]
    found = [slow_reference.without_nulls(row) for row in back]
    assert expected == [slow_reference.plain(slow_reference.without_nulls(folded(row, dtypes))) for row in found]


@settings(max_examples=times(200), deadline=None)
@given(
    moment=st.integers(instant("0001-01-01T00:00:00Z"), instant("9999-12-31T00:00:00Z")),
    unit=st.sampled_from(["epoch_s", "epoch_ms"]),
)
def test_times_come_back_as_numbers(moment: int, unit: str) -> None:
    """That are the same times."""
    value = moment / (1_000_000 if unit == "epoch_s" else 1_000)
    contract = contract_of(None, {"metadata.a": unit}, "columns")
    frame = loaded(named([{"metadata": {"a": value}}]), contract, "columns")
    (record,) = gf.to_records(frame)
    again = loaded(named([{"metadata": record["metadata"]}]), contract, "columns")
    pd.testing.assert_series_equal(frame["metadata.a"], again["metadata.a"])
