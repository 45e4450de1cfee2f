"""The mirror as a Dask DataFrame, computed by two real processes."""

from __future__ import annotations

import re
import sys
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from direct_transport import DirectTransport
from mirror_helpers import at, session, small_steps

import galtea_frames as gf
from galtea_frames.decoding.pins import PINS
from galtea_frames.errors import SchemaError
from galtea_frames.frames.schema import Schema
from galtea_frames.mirror.lazy_columns import lazy_columns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

distributed = pytest.importorskip("distributed")

NESTED = {"metadata.latency_ms": "Int64", "metadata.cost_usd": "Float64", "is_production": "boolean"}


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> gf.Mirror:
    """Sample sessions in several files."""
    mirror = gf.Mirror(tmp_path_factory.mktemp("dask") / "mirror")
    with (
        pytest.MonkeyPatch.context() as patch,
        gf.sample.serve(1_500, 6) as api,
        gf.Client(api.api_key, api.url) as client,
    ):
        small_steps(patch, 400)
        mirror.sync(client)
    return mirror


@pytest.fixture(scope="module")
def sessions(mirror: gf.Mirror) -> pd.DataFrame:
    """What pandas gets."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gf.GalteaFramesWarning)
        return mirror.load_sessions()


@contextmanager
def two_processes() -> Iterator[None]:
    """Two worker processes of one thread each."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of ports and of sockets that are closed late
        with (
            distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
            distributed.Client(cluster),
        ):
            yield


def percentiles(values: pd.Series[Any]) -> pd.Series[Any]:
    """Median, 90th and 95th percentile."""
    return values.astype("float64").quantile([0.5, 0.9, 0.95])


def by_version(frame: Any, **options: Any) -> tuple[Any, Any]:  # noqa: ANN401 - of pandas or of Dask
    """How many sessions each version has and how many of them failed, and the percentiles of their latencies."""
    groups = frame.assign(failed=frame["status"] == "FAILED").groupby("version_id")
    return groups.agg({"id": "count", "failed": "mean"}), groups["metadata.latency_ms"].apply(percentiles, **options)


@pytest.mark.uncounted
@pytest.mark.filterwarnings("ignore")  # the libraries' own, in their own threads
def test_two_processes_get_what_pandas_gets(mirror: gf.Mirror, sessions: pd.DataFrame) -> None:
    """Sessions, failure rate and latency percentiles by version."""
    lazy = mirror.to_dask(dtype=NESTED)
    assert lazy.npartitions >= 3
    lazy_counts, lazy_latencies = by_version(lazy, meta=pd.Series([], dtype="float64", name="metadata.latency_ms"))
    counts, latencies = by_version(sessions)
    with two_processes():
        computed, found = lazy_counts.compute(), lazy_latencies.compute()
    pd.testing.assert_frame_equal(counts.sort_index(), computed.sort_index(), check_dtype=False)
    pd.testing.assert_series_equal(
        latencies.sort_index(), found.sort_index(), check_names=False, check_index_type=False
    )


def test_columns_and_dtypes_are_the_loaders(mirror: gf.Mirror, sessions: pd.DataFrame) -> None:
    """Every declared column, and those that were named, as `load_sessions` gives them; known before computing."""
    frame = mirror.to_dask(dtype=NESTED)
    computed = frame.compute(scheduler="synchronous").reset_index(drop=True)
    as_text = mirror.load_sessions(nested="json")
    declared = [name for name in computed if name not in (*NESTED, "extra")]
    assert list(computed.dtypes.index) == [*declared, "extra", *NESTED] == list(frame.columns)
    pd.testing.assert_frame_equal(as_text[declared], computed[declared])
    pd.testing.assert_frame_equal(sessions[[*NESTED]], computed[[*NESTED]])
    assert {name: str(dtype) for name, dtype in computed.dtypes.items()} == {
        name: str(dtype) for name, dtype in frame.dtypes.items()
    }


def test_filters_reach_the_files(mirror: gf.Mirror, sessions: pd.DataFrame) -> None:
    """A span of time opens only the files that may hold it, and rows are those of the loader."""
    last = sessions["created_at"].iloc[-100]
    some = mirror.to_dask(from_created_at=last, statuses=["FAILED"])
    assert 1 == some.npartitions < mirror.to_dask().npartitions
    expected = sessions[(sessions["created_at"] >= last) & (sessions["status"] == "FAILED")]
    assert list(expected["id"]) == list(some.compute(scheduler="synchronous")["id"])


def test_no_rows_have_columns_too(mirror: gf.Mirror) -> None:
    """Where the filters leave no file, the frame is empty, and typed."""
    none = mirror.to_dask(dtype=NESTED, from_created_at="2090-01-01")
    computed = none.compute(scheduler="synchronous")
    assert 0 == len(computed)
    assert list(mirror.to_dask(dtype=NESTED).columns) == list(computed.columns)


@pytest.fixture
def odd(tmp_path: Path) -> gf.Mirror:
    """A few sessions with odd values, one of them removed."""
    rows = [
        session(1, 0, metadata={"a": 1, "b": {"c": "x"}, "d": 2**60, "e": "\ud800"}, status="ARCHIVED", runId="r1"),
        session(2, 1, metadata={"a": "text", "b": {"c": None}, "d": 0.5}, isSeed=True),
        session(3, 2, metadata="bare", context={"a": [1, {"b": 2}]}),
        session(4, 3),
    ]
    mirror = gf.Mirror(tmp_path / "mirror")
    with gf.sample.serve(rows, []) as api, gf.Client(api.api_key, api.url) as client:
        mirror.sync(client)
        api.sessions.delete("session_0004")
        mirror.sync(client)
    return mirror


@pytest.mark.parametrize(
    ("name", "dtype", "expected"),
    [
        pytest.param("metadata.b.c", "string", ["x", None, None], id="a key below a key"),
        pytest.param("metadata.a", "json", ["1", '"text"', None], id="any value as JSON text"),
        pytest.param("context.a", "json", [None, None, '[1,{"b":2}]'], id="a list"),
        pytest.param("run_id", "string", ["r1", None, None], id="a field that is not declared"),
        pytest.param("is_seed", "boolean", [None, True, None], id="a truth value"),
        pytest.param("metadata.none", "Int64", [None, None, None], id="a key that no row has"),
        pytest.param("metadata.e", "json", ['"\\ud800"', None, None], id="a lone surrogate as JSON text"),
        pytest.param("metadata.e", "string", ["\ufffd", None, None], id="a lone surrogate"),
    ],
)
def test_nested_columns_are_typed_as_named(odd: gf.Mirror, name: str, dtype: str, expected: list[Any]) -> None:
    """A nested column has the type that the caller gave, null where the row has nothing there."""
    values = odd.to_dask(dtype={name: dtype}).compute(scheduler="synchronous")[name]
    assert expected == values.astype(object).where(values.notna(), None).tolist()
    assert dtype.replace("json", "string") == str(values.dtype)


@pytest.mark.parametrize(
    ("name", "dtype", "expected"),
    [
        pytest.param("metadata.a", "Int64", [1, None, None], id="text among integers"),
        pytest.param("metadata.a", "string", ["1", "text", None], id="an integer among text"),
        pytest.param("metadata.d", "Float64", [None, 0.5, None], id="an integer that no double holds"),
        pytest.param("metadata.b", "string", [None, None, None], id="an object"),
        pytest.param("metadata", "string", [None, None, "bare"], id="a whole field"),
    ],
)
def test_a_value_that_does_not_fit_is_null(odd: gf.Mirror, name: str, dtype: str, expected: list[Any]) -> None:
    """As in a frame of the loader."""
    computed = odd.to_dask(dtype={name: dtype}).compute(scheduler="synchronous")[name]
    assert expected == computed.astype(object).where(computed.notna(), None).tolist()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gf.GalteaFramesWarning)
        loaded = odd.load_sessions(dtype={name: dtype})[name]
    pd.testing.assert_series_equal(loaded, computed.reset_index(drop=True))


@pytest.mark.parametrize(
    ("dtype", "message"),
    [
        pytest.param({"metadata.a": "Int64"}, "metadata.a of the session 'session_0002' is not Int64: 'text'"),
        pytest.param({}, "error of the session 'session_0003' is not text: 5", id="a declared column"),
    ],
)
@pytest.mark.parametrize("columns", [None, ["metadata.a", "error"]])
def test_a_value_that_does_not_fit_raises_if_asked(
    tmp_path: Path, dtype: dict[str, str], message: str, columns: list[str] | None
) -> None:
    """With column, id and value, also where the column `extra` is not part of the frame."""
    rows = [session(1, 0, metadata={"a": 1}), session(2, 1, metadata={"a": "text"}), session(3, 2, error=5)]
    mirror = gf.Mirror(tmp_path / "mirror")
    mirror.sync(DirectTransport(rows if not dtype else rows[:2], []).client())
    pins = dtype or {"metadata.a": "json"}
    lazy = mirror.to_dask(columns=columns, dtype=pins, on_misfit="raise")
    with pytest.raises(SchemaError, match=re.escape(message)):
        lazy.compute(scheduler="synchronous")


@pytest.mark.parametrize("number", [1, 9])
def test_objects_of_a_pinned_field_are_no_misfits(tmp_path: Path, number: int) -> None:
    """Their values have columns of their own, which nobody wants here."""
    rows = [session(index, index, metadata={"a": {"b": index}}) for index in range(number)]
    mirror = gf.Mirror(tmp_path / "mirror")
    mirror.sync(DirectTransport([*rows, session(10, 10, metadata="bare")], []).client())
    pinned: dict[str, Any] = {"columns": "metadata", "dtype": {"metadata": "string"}, "on_misfit": "raise"}
    lazy = mirror.to_dask(**pinned).compute(scheduler="synchronous")["metadata"]
    loaded = mirror.load_sessions(schema=Schema("sessions", {"metadata": "string"}), on_misfit="raise")["metadata"]
    assert [number, number] == [int(each.isna().sum()) for each in (lazy, loaded)]


#: A pinned column of each dtype, and values that fit it and that do not.
EVERY_DTYPE = {f"metadata.{number}": dtype for number, dtype in enumerate(PINS)}
VALUES = ["text", 1, 2.5, True, "2026-01-01T00:00:00Z", 1_700_000_000, ["a"], [1], [0.5], [True], {"a": 1}, None]


def test_every_partition_has_the_dtypes_that_were_announced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also partitions without rows, and frames without partitions; the rows are those of the loader."""
    rows = [
        session(number, number, metadata=dict.fromkeys(map(str, range(13)), value))
        for number, value in enumerate(VALUES)
    ]
    mirror = gf.Mirror(tmp_path / "mirror")
    small_steps(monkeypatch, 1)
    for count in (4, 8, len(rows)):
        mirror.sync(DirectTransport(rows[:count], []).client())
    pins = EVERY_DTYPE | {"context.none": "category", "odd_field": "list[string]"}
    names = [*pins, "status", "created_at"]
    lazy = mirror.to_dask(columns=names, dtype=pins)
    assert lazy.npartitions > 1
    parts = [part.compute(scheduler="synchronous") for part in lazy.partitions]
    none = mirror.to_dask(columns=names, dtype=pins, custom_ids="none")
    empty = mirror.to_dask(columns=names, dtype=pins, from_created_at="2090-01-01").compute(scheduler="synchronous")
    parts += [empty, *(part.compute(scheduler="synchronous") for part in none.partitions)]
    announced = {name: str(dtype) for name, dtype in lazy.dtypes.items()}
    for part in parts:
        assert announced == {name: str(dtype) for name, dtype in part.dtypes.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gf.GalteaFramesWarning)
        loaded = mirror.load_sessions(columns=names, dtype=pins)
    computed = lazy.compute(scheduler="synchronous").reset_index(drop=True)
    pd.testing.assert_frame_equal(loaded, computed, check_categorical=False)
    assert {"category"} == {announced[name] for name, dtype in pins.items() if dtype == "category"}


def test_only_the_columns_that_are_named_come_in_this_order(odd: gf.Mirror) -> None:
    """Nested ones below a field too, the mirror's own only by name; stored columns that nobody needs are not read."""
    pins = {"metadata.b.c": "string", "metadata.a": "json", "run_id": "string"}
    columns = ["run_id", "removed_at", "status", "metadata", "extra"]
    lazy = odd.to_dask(columns=columns, dtype=pins, include_removed=True)
    names = ["run_id", "removed_at", "status", "metadata", "metadata.b.c", "metadata.a", "extra"]
    assert names == list(lazy.columns) == list(lazy.compute(scheduler="synchronous").columns)
    assert "removed_at" not in odd.to_dask(columns="id", include_removed=True).columns
    whole = odd.to_dask(dtype={"metadata": "json"}).compute(scheduler="synchronous")
    assert list(odd.to_dask().columns) == list(whole.columns)
    assert '"bare"' in set(whole["metadata"])


@pytest.mark.parametrize(
    ("arguments", "stored"),
    [
        pytest.param({"columns": "status"}, ["id", "status", "created_at"], id="one column"),
        pytest.param(
            {"columns": ["metadata.a"], "dtype": {"metadata.a": "string", "context.b": "string"}},
            ["id", "metadata", "created_at"],
            id="a nested one",
        ),
        pytest.param(
            {"columns": ["run_id"], "dtype": {"run_id": "string"}}, ["id", "created_at", "extra"], id="undeclared"
        ),
        pytest.param(
            {"columns": ["error"], "on_misfit": "raise"}, ["id", "error", "created_at", "extra"], id="without misfits"
        ),
    ],
)
def test_only_stored_columns_that_are_needed_are_read(arguments: dict[str, Any], stored: list[str]) -> None:
    """Those of the frame, and those by which its rows are sorted."""
    assert stored == lazy_columns(arguments, include_removed=False).stored


def test_a_schema_names_columns_and_dtypes(odd: gf.Mirror) -> None:
    """The columns of what is left over are left out, as there is no such text."""
    schema = Schema("sessions", {"id": "string", "metadata.b.c": "string", "metadata.*": "json", "*": "json"})
    lazy = odd.to_dask(schema=schema)
    assert ["id", "metadata.b.c"] == list(lazy.columns)
    assert ["x", None, None] == lazy.compute(scheduler="synchronous")["metadata.b.c"].astype(object).where(
        lambda x: x.notna(), None
    ).tolist()
    with pytest.raises(gf.QueryError, match="schema names the columns and their dtypes; leave out dtype"):
        odd.to_dask(schema=schema, dtype={"metadata.a": "string"})


def test_unknown_statuses_and_removed_rows_are_told(odd: gf.Mirror) -> None:
    """A status that is not declared stands behind the others; `removed_at` comes where removed rows are wanted."""
    computed = odd.to_dask(include_removed=True).compute(scheduler="synchronous")
    assert ["PENDING", "COMPLETED", "FAILED", "ARCHIVED"] == list(computed["status"].cat.categories)
    assert [False, False, False, True] == computed["removed_at"].notna().tolist()
    assert at(3) == computed["created_at"].iloc[3].isoformat(timespec="milliseconds").replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(
            {"dtype": {"metadata.a": "int"}}, "dtype: 'metadata.a' is one of .*, not 'int'", id="no such type"
        ),
        pytest.param({"dtype": {"status": "string"}}, "declared column, whose dtype is fixed", id="a declared column"),
        pytest.param({"dtype": {"metadata.*": "json"}}, "'metadata.*' is always JSON text", id="no column"),
        pytest.param({"dtype": {"extra": "json"}}, "'extra' is a column of the mirror", id="a column of our own"),
        pytest.param({"dtype": {"removed_at": "string"}}, "'removed_at' is a column of the mirror", id="another one"),
        pytest.param({"dtype": {"customId.a": "json"}}, "did you mean 'custom_id.a'", id="below a text"),
        pytest.param({"columns": "removed_at"}, "columns: 'removed_at' needs include_removed=True", id="removed_at"),
        pytest.param({"columns": "metadata.a"}, "pin 'metadata.a', because the types of a lazy", id="not pinned"),
        pytest.param(
            {"columns": "metadata.b", "dtype": {"metadata.b.c": "string"}},
            "pin 'metadata.b', because",
            id="above",
        ),
        pytest.param({"columns": "*"}, r"a lazy frame has no column '\*'; select the whole field", id="what is left"),
        pytest.param({"columns": "metadata.*"}, r"a lazy frame has no column 'metadata\.\*'", id="of a field"),
        pytest.param({"columns": []}, "columns is empty", id="no column"),
        pytest.param({"columns": "state"}, "unknown column 'state'; did you mean 'status'", id="misspelt"),
        pytest.param({"columns": "is_seed"}, "pin 'is_seed', because", id="a field that is not declared"),
        pytest.param({"on_misfit": "drop"}, "on_misfit is 'null' or 'raise'", id="misfits"),
    ],
)
def test_a_column_that_cannot_be_is_refused_at_once(odd: gf.Mirror, arguments: dict[str, Any], message: str) -> None:
    """Before anything is computed."""
    with pytest.raises(gf.QueryError, match=message):
        odd.to_dask(**arguments)


def test_an_unknown_filter_is_refused(odd: gf.Mirror) -> None:
    """`ids` among them: that one is missing would be known too late."""
    with pytest.raises(gf.QueryError, match="takes no ids"):
        odd.to_dask(ids=["session_0001"])  # type: ignore[call-arg]


def test_a_missing_dask_is_named(odd: gf.Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line says what to install."""
    monkeypatch.setitem(sys.modules, "dask.dataframe", None)
    with pytest.raises(gf.MirrorError, match=r"pip install 'galtea-frames\[dask\]'"):
        odd.to_dask()
