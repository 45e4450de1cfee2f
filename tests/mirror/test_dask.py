"""The mirror as a Dask DataFrame, computed by two real processes."""

from __future__ import annotations

import sys
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from mirror_helpers import at, session, small_steps

import galtea_frames as gf

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
    lazy = mirror.to_dask(NESTED)
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
    frame = mirror.to_dask(NESTED)
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
    none = mirror.to_dask(NESTED, from_created_at="2090-01-01")
    computed = none.compute(scheduler="synchronous")
    assert 0 == len(computed)
    assert list(mirror.to_dask(NESTED).columns) == list(computed.columns)


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
    values = odd.to_dask({name: dtype}).compute(scheduler="synchronous")[name]
    assert expected == values.astype(object).where(values.notna(), None).tolist()
    assert dtype.replace("json", "string") == str(values.dtype)


@pytest.mark.parametrize(
    ("name", "dtype"),
    [
        pytest.param("metadata.a", "Int64", id="text among integers"),
        pytest.param("metadata.a", "string", id="an integer among text"),
        pytest.param("metadata.d", "Float64", id="an integer that no double holds"),
        pytest.param("metadata.b", "string", id="an object"),
    ],
)
def test_a_value_of_another_type_is_an_error(odd: gf.Mirror, name: str, dtype: str) -> None:
    """Nothing is bent to fit; the message says what takes all values."""
    with pytest.raises(gf.MirrorError, match=rf'{name} has values that are not {dtype}; use "json"'):
        odd.to_dask({name: dtype}).compute(scheduler="synchronous")


def test_unknown_statuses_and_removed_rows_are_told(odd: gf.Mirror) -> None:
    """A status that is not declared stands behind the others; `removed_at` comes where removed rows are wanted."""
    computed = odd.to_dask(include_removed=True).compute(scheduler="synchronous")
    assert ["PENDING", "COMPLETED", "FAILED", "ARCHIVED"] == list(computed["status"].cat.categories)
    assert [False, False, False, True] == computed["removed_at"].notna().tolist()
    assert at(3) == computed["created_at"].iloc[3].isoformat(timespec="milliseconds").replace("+00:00", "Z")


@pytest.mark.parametrize(
    ("nested", "message"),
    [
        pytest.param({"metadata.a": "int"}, "unknown dtype 'int'", id="no such type"),
        pytest.param({"status": "string"}, "not a nested column", id="a declared column"),
        pytest.param({"metadata": "string"}, "not a nested column", id="a whole field"),
        pytest.param({"metadata.*": "json"}, "not a nested column", id="what has no column"),
        pytest.param({"extra": "json"}, "'extra' is a column of the mirror's own", id="a column of our own"),
        pytest.param({"removed_at": "string"}, "'removed_at' is a column of the mirror's own", id="another one"),
        pytest.param({"customId.a": "json"}, None, id="below a field that may exist"),
    ],
)
def test_a_column_that_cannot_be_is_refused_at_once(
    odd: gf.Mirror, nested: dict[str, str], message: str | None
) -> None:
    """Before anything is computed."""
    if message is None:
        assert odd.to_dask(nested).compute(scheduler="synchronous")["customId.a"].isna().all()
        return
    with pytest.raises(gf.QueryError, match=message):
        odd.to_dask(nested)


def test_an_unknown_filter_is_refused(odd: gf.Mirror) -> None:
    """`ids` among them: that one is missing would be known too late."""
    with pytest.raises(gf.QueryError, match="takes no ids"):
        odd.to_dask(ids=["session_0001"])  # type: ignore[call-arg]


def test_a_missing_dask_is_named(odd: gf.Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line says what to install."""
    monkeypatch.setitem(sys.modules, "dask.dataframe", None)
    with pytest.raises(gf.MirrorError, match=r"pip install 'galtea-frames\[dask\]'"):
        odd.to_dask()
