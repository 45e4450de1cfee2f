"""What type checkers make of the whole public interface; checked by mypy and pyright, both strict, never executed.

A wrong use carries the error of each: one that is an error no longer is reported as an unnecessary comment.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Literal, assert_type
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

import galtea_frames as gf
from galtea_frames import sample

assert_type(gf.__version__, str)

# Clients

client = gf.Client()
gf.Client("gsk_key", "https://api.galtea.ai")
gf.Client(api_key=None, base_url=None, page_size=100, max_workers=2, progress=False)
gf.Client(connect_timeout=1, read_timeout=2.5, max_attempts=3, max_elapsed=60, max_response_bytes=1_000_000)
gf.Client(progress="always")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
gf.Client(page_size="100")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
gf.Client(pagesize=100)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
gf.Client("gsk_key", "https://api.galtea.ai", 100)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
with gf.Client() as opened:
    assert_type(opened, gf.Client)
assert_type(client.close(), None)

# Loaders

assert_type(gf.load_sessions(), pd.DataFrame)
assert_type(gf.load_versions(), pd.DataFrame)
assert_type(gf.load_sessions_with_versions(), pd.DataFrame)
assert_type(gf.load_scores(), pd.DataFrame)
assert_type(gf.iter_sessions(), Iterator[pd.DataFrame])
assert_type(gf.iter_versions(), Iterator[pd.DataFrame])
assert_type(gf.load_evaluations(), pd.DataFrame)
assert_type(gf.load_inference_results(), pd.DataFrame)
assert_type(gf.load_spans(ids=[]), pd.DataFrame)
assert_type(gf.load_test_cases(), pd.DataFrame)
assert_type(gf.load_tests(), pd.DataFrame)
assert_type(gf.load_metrics(), pd.DataFrame)
assert_type(gf.load_specifications(), pd.DataFrame)
assert_type(gf.load_runs(), pd.DataFrame)
assert_type(gf.load_products(), pd.DataFrame)
assert_type(gf.load_models(), pd.DataFrame)
assert_type(gf.iter_evaluations(), Iterator[pd.DataFrame])
assert_type(gf.iter_inference_results(), Iterator[pd.DataFrame])
assert_type(gf.iter_spans(ids=[]), Iterator[pd.DataFrame])
assert_type(gf.iter_test_cases(), Iterator[pd.DataFrame])
assert_type(gf.iter_tests(), Iterator[pd.DataFrame])
assert_type(gf.iter_metrics(), Iterator[pd.DataFrame])
assert_type(gf.iter_specifications(), Iterator[pd.DataFrame])
assert_type(gf.iter_runs(), Iterator[pd.DataFrame])
assert_type(gf.iter_products(), Iterator[pd.DataFrame])
assert_type(gf.iter_models(), Iterator[pd.DataFrame])

frame = gf.load_sessions(
    ids=["a"],
    custom_ids=("a", "b"),
    product_ids="a",
    test_ids="",
    exclude_test_ids={"a"},
    version_ids=pd.Series(["a"]),
    test_case_ids=pd.Index(["a"]),
    statuses=["FAILED"],
    sort=[("created_at", "desc"), "id"],
    limit=10,
    offset=5,
    from_created_at="2026-03-01",
    to_created_at=datetime(2026, 3, 1, tzinfo=UTC),
    params={"userIds": ["user_1"]},
    columns=pd.Index(["id", "metadata.latency_ms"]),
    dtype={"metadata.latency_ms": "Int64"},
    schema=None,
    on_misfit="raise",
    nested="both",
    parse_dates=["custom_id"],
    dtype_backend="pyarrow",
    client=client,
)
gf.load_versions(
    ids=None,
    columns="id",
    dtype=None,
    schema="versions.toml",
    on_misfit="null",
    product_ids="a",
    conversation_endpoint_connection_ids=["", "a"],
    exclude_conversation_endpoint_connection_ids="a",
    names=["1.0"],
    name="1.",
    existent_in_evaluations=True,
    has_inference_results=False,
    sort=("created_at", "desc"),
    limit=None,
    offset=None,
    from_created_at=pd.Timestamp("2026-03-01"),
    to_created_at=date(2026, 3, 1),
    params=None,
    nested="json",
    parse_dates="description",
    dtype_backend="numpy_nullable",
    client=None,
)
gf.load_sessions(version_ids=frame["version_id"])
gf.load_sessions(sort=("created_at", "DESC"), to_created_at=np.datetime64("2026-03-01"))
gf.iter_sessions(test_ids=["test_1"], nested="columns")
gf.iter_versions(name="1.", has_inference_results=True)
gf.load_sessions_with_versions(from_created_at="2026-03-01", nested="json")
gf.load_scores(version_ids=["a", "b"], columns=["reported_score", "metric.name"], dtype_backend="pyarrow")

gf.load_sessions(sort=1)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
gf.load_sessions(sort=[("created_at", "down")])  # type: ignore[list-item] # pyright: ignore[reportArgumentType]
gf.load_sessions(versoin_ids="a")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
gf.load_sessions(names="a")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
gf.load_versions(version_ids="a")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
gf.iter_sessions(names="a")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
gf.iter_versions(version_ids="a")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
gf.load_sessions_with_versions(names="a")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
gf.load_sessions(version_ids=1)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
gf.load_sessions(version_ids=[1])  # type: ignore[list-item] # pyright: ignore[reportArgumentType]
gf.load_sessions(limit="10")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
gf.load_sessions(from_created_at=1_772_359_200)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
gf.load_sessions(params=["statuses"])  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
gf.load_sessions(nested="flat")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
gf.load_sessions(dtype_backend="numpy")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
gf.load_sessions(client="gsk_key")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
gf.load_versions(has_inference_results="true")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
gf.load_versions(name=["1.0"])  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
gf.load_sessions("version_1")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
len(gf.iter_sessions())  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]

# Frames

versions = gf.load_versions()
assert_type(gf.join_sessions_versions(frame, versions), pd.DataFrame)
assert_type(gf.join_sessions_versions(frame, versions, how="outer"), pd.DataFrame)
assert_type(gf.join(frame, versions), pd.DataFrame)
assert_type(gf.join(frame, versions, on="version_id", how="inner", prefix="version"), pd.DataFrame)
assert_type(gf.to_records(frame), list[dict[str, Any]])
assert_type(gf.describe(frame), pd.DataFrame)
assert_type(gf.to_plain(frame), pd.DataFrame)
assert_type(gf.write_parquet(frame, "sessions.parquet"), None)
gf.write_parquet(frame, Path("by_version"), partition_by=["version_id"], compression="snappy", max_partitions=10)
gf.write_parquet(frame, "by_version", partition_by="version_id")
assert_type(gf.read_parquet("sessions.parquet"), pd.DataFrame)
assert_type(gf.read_parquet(Path("sessions.parquet")), pd.DataFrame)

gf.join(frame, "versions")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
gf.join_sessions_versions(frame)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
gf.join_sessions_versions(frame, versions, how="cross")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
assert_type(gf.concat([frame, frame]), pd.DataFrame)
gf.concat(gf.iter_sessions())
gf.concat(["frame"])  # type: ignore[list-item] # pyright: ignore[reportArgumentType]
gf.describe([{"id": "a"}])  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
gf.to_plain({"id": "a"})  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
gf.to_records([{"id": "a"}])  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
gf.write_parquet("sessions.parquet", frame)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
gf.read_parquet(b"sessions.parquet")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]

# The mirror

mirror = gf.Mirror("mirror")
gf.Mirror(Path("mirror"))
assert_type(mirror.sync(), gf.SyncResult)
synced = mirror.sync(client, product_ids=["product_1"], lookback="36h", full=True, allow_all_gone=True)
mirror.sync(lookback=timedelta(days=30), lists=["sessions", "versions", "evaluations"])
assert_type(
    (synced.new, synced.changed, synced.removed, synced.rows, synced.versions, synced.requests),
    tuple[int, int, int, int, int, int],
)
assert_type(synced.seconds, float)
assert_type(synced.lists["sessions"].changed, int)
assert_type(
    mirror.load_sessions(
        ids="a",
        custom_ids="a",
        version_ids=["a"],
        test_case_ids=pd.Series(["a"]),
        from_created_at="2026-03-01",
        to_created_at=date(2026, 3, 1),
        statuses="FAILED",
        sort=("created_at", "desc"),
        limit=3,
        offset=1,
        include_removed=True,
        as_of=3,
        allow_incomplete=True,
        nested="json",
        parse_dates="custom_id",
        dtype_backend="pyarrow",
    ),
    pd.DataFrame,
)
assert_type(mirror.load_versions(names="a", product_ids=["a"], as_of="2026-03-01", include_removed=True), pd.DataFrame)
assert_type(mirror.iter_sessions(statuses="FAILED", nested="json"), Iterator[pd.DataFrame])
assert_type(mirror.iter_versions(names="a", include_removed=True), Iterator[pd.DataFrame])
assert_type(mirror.join(version_ids=["version_1"], allow_incomplete=True, as_of=date(2026, 3, 1)), pd.DataFrame)
mirror.to_dask(dtype={"metadata.latency_ms": "Int64"}, statuses=["FAILED"], from_created_at="2026-03-01", as_of=3)
assert_type(mirror.compact(), None)

mirror.sync(product_ids=5)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
mirror.sync(lookback=7)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
mirror.load_sessions(test_ids="x")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
mirror.load_sessions(as_of=1.5)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
mirror.load_versions(statuses="FAILED")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
mirror.join(product_ids="x")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
mirror.to_dask(ids="x")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
mirror.to_dask(dtype=["metadata.latency_ms"])  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]

info = mirror.info()
assert_type(info, gf.MirrorInfo)
assert_type(info.product_ids, tuple[str, ...] | None)
assert_type(info.complete, bool)
assert_type((info.synced_at, info.oldest, info.newest), tuple[datetime | None, datetime | None, datetime | None])
assert_type((info.rows, info.pending, info.removed, info.versions), tuple[int, int, int, int])
assert_type((info.files, info.bytes), tuple[int, int])
assert_type((info.sessions_version, info.versions_version), tuple[int, int])
assert_type(info.lists["sessions"].pending, int)
info.rows = 3  # type: ignore[misc] # pyright: ignore[reportAttributeAccessIssue]

# Comparisons

comparison = gf.compare_versions("v1", "v2")
gf.compare_versions(
    versions.iloc[0],
    versions.iloc[1:2],
    scores=frame,
    sessions=frame,
    versions=versions,
    turns=False,
    by=["test_case.language_code"],
    selection="smoke tests only",
    session_url="https://example.com/s/{id}",
    version_url="https://example.com/v/{id}",
    command="make comparison",
)
gf.compare_versions("v1", "v2", by="test.name", turns=frame, client=gf.Client())
gf.compare_versions("v1", "v2", mirror="mirror")
gf.compare_versions("v1", "v2", mirror=gf.Mirror("mirror"))

gf.compare_versions("v1")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
gf.compare_versions("v1", 2)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
gf.compare_versions("v1", "v2", turns=True)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]

assert_type(comparison, gf.Comparison)
assert_type(comparison.baseline.id, str)
assert_type(comparison.candidate.name, str | None)
assert_type(comparison.metrics, pd.DataFrame)
assert_type(comparison.cases, pd.DataFrame)
assert_type(comparison.coverage, pd.DataFrame)
assert_type(comparison.sessions, pd.DataFrame)
assert_type(comparison.groups, pd.DataFrame)
assert_type(comparison.notices, tuple[str, ...])
assert_type(comparison.problems, tuple[str, ...])
assert_type(comparison.selection, str | None)
assert_type(comparison.links.session, str | None)
assert_type(comparison.command, str)
assert_type(str(comparison.verdict), str)
assert_type(comparison.headline, str)
assert_type(comparison.to_dict(), dict[str, Any])
assert_type(comparison.to_html(), str)
assert_type(comparison.to_markdown(), str)
assert_type(comparison.write("comparison"), None)
comparison.metrics = frame  # type: ignore[misc] # pyright: ignore[reportAttributeAccessIssue]

# Reports

report = gf.build_report(frame, versions, as_of="2026-03-30")
gf.build_report(
    frame,
    versions,
    as_of=date(2026, 3, 30),
    period="month",
    timezone="Europe/Madrid",
    thresholds={"fail_if": ["n > 1"], "warn_if": "n > 0"},
    metrics=["metadata.latency_ms"],
    trend_periods=8,
    include_text=True,
    last_report=report.to_dict(),
    selection="voice channel only",
    command="make report",
    scores=gf.load_scores(),
    session_url="https://platform.galtea.ai/sessions/{id}",
    version_url="https://platform.galtea.ai/versions/{id}",
)
gf.build_report(frame, versions, as_of=np.datetime64("2026-03-30"), timezone=ZoneInfo("Europe/Madrid"), selection=None)
gf.build_report(frame, versions, as_of="2026-03-30", scores=frame, turns=frame, sums="turns.cost", by=["status"])
gf.build_report(frame, versions, as_of="2026-03-30", session_url="https://example.com/{id}", version_url=None)
gf.build_report(frame, versions, as_of="2026-03-30", thresholds=Path("limits.toml"), last_report="old/report.json")
gf.build_report(frame, versions, as_of="2026-03-30", thresholds="failure_rate > 10%", metrics="metadata.latency_ms")

gf.build_report(frame, versions)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
gf.build_report(frame, versions, as_of="2026-03-30", period="year")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
gf.build_report(frame, versions, as_of=20260330)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]

assert_type(report, gf.Report)
assert_type(report.scores, pd.DataFrame | None)
assert_type(report.exit_code, int)
assert_type(report.verdict.exit_code, int)
assert_type(report.findings.scope.period.title, str)
assert_type(report.findings.versions[0].label, str)
assert_type(report.to_dict(), dict[str, Any])
assert_type(report.to_html(), str)
assert_type(report.to_markdown(), str)
assert_type(report.to_text(), str)
assert_type(report.to_email(sender="a@example.com", to=["b@example.com"], subject="Last week"), EmailMessage)
assert_type(report.scores, pd.DataFrame | None)
assert_type(report.rows, pd.DataFrame)
assert_type(report.write("report"), None)
report.write(Path("report"))

# Errors and warnings

try:
    gf.load_sessions()
except gf.RequestError as error:
    assert_type(error.status, int | None)
    assert_type(error.attempts, int)
    assert_type(error.path, str)

failures: list[type[gf.GalteaFramesError]] = [
    gf.SettingsError,
    gf.QueryError,
    gf.SchemaError,
    gf.RequestError,
    gf.ResponseError,
    gf.JoinError,
    gf.ParquetError,
    gf.MirrorError,
    gf.ReportError,
]
refusals: list[type[gf.RequestError]] = [gf.AuthenticationError, gf.NotFoundError]
mistakes: list[type[ValueError]] = [gf.SettingsError, gf.QueryError, gf.SchemaError, gf.JoinError]
notices: list[type[gf.GalteaFramesWarning]] = [
    gf.MixedTypesWarning,
    gf.ColumnBudgetWarning,
    gf.UnknownStatusWarning,
    gf.MisfitsWarning,
    gf.AbsentColumnsWarning,
    gf.DanglingKeysWarning,
    gf.CaseCollisionWarning,
]
built_in: type[UserWarning] = gf.GalteaFramesWarning

# Schemas

schema = gf.Schema.of(frame)
assert_type(schema, gf.Schema)
assert_type(gf.Schema("sessions", {"id": "string", "metadata.latency_ms": "Int64"}, ["FAILED"]), gf.Schema)
assert_type(schema.resource, str)
assert_type(schema.columns, Mapping[str, str])
assert_type(schema.statuses, tuple[str, ...])
assert_type(schema.dtype, dict[str, str])
assert_type(schema.write(Path("schema.toml")), None)
assert_type(gf.Schema.read("schema.toml"), gf.Schema)
drift = schema.check(frame)
assert_type(drift, gf.SchemaDrift)
assert_type(bool(drift), bool)
assert_type(drift.new_paths, Mapping[str, str])
assert_type(drift.vanished_paths, Sequence[str])
assert_type(drift.new_statuses, Mapping[str, int])
assert_type(drift.to_dict(), dict[str, Any])
assert_type(gf.load_sessions(schema=schema, on_misfit="raise"), pd.DataFrame)
assert_type(gf.load_sessions_with_versions(schema=Path("schema.toml")), pd.DataFrame)
gf.load_sessions(schema=5)  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
gf.Schema("sessions")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]

# The stand-in


def slow(request: sample.Request) -> float:
    """Return how long to wait before an answer."""
    assert_type(request.number, int)
    assert_type(request.query, list[tuple[str, str]])
    assert_type(request.values("ids"), list[str])
    return 0.1 * request.number


def broken(request: sample.Request) -> sample.Answer | None:
    """Return an answer for some requests, and leave the others to the API."""
    return sample.Reply(500, {"message": "later"}) if request.path == "/sessions" else None


def change(api: sample.SampleApi, number: int) -> None:
    """Delete a row before an answer."""
    api.sessions.delete(f"session_{number}")


with gf.sample.serve(sessions=10, versions=2, cap=5, tie_order="shuffled") as api:
    assert_type(api, gf.sample.SampleApi)
    assert_type(api.url, str)
    assert_type(api.api_key, str)
    assert_type(api.sessions, sample.Store)
    assert_type(api.versions, sample.Store)
    assert_type(api.lists["evaluations"], sample.Store)
    assert_type(list(api.lists), list[str])
    assert_type(api.behaviour, sample.Behaviour)
    assert_type(api.behaviour.tie_order, Literal["stable", "shuffled"])
    assert_type(api.requests, list[sample.Request])
    assert_type(api.max_concurrent, int)
    assert_type(api.reset(), None)
    assert_type(api.close(), None)
    api.answers = [sample.RawPage(b"[]"), None, sample.Stall(1, at="body")]
    api.sessions.insert({"id": "session_1"})
    api.sessions.update("session_1", status="FAILED")
    assert_type(api.sessions["session_1"], dict[str, Any])
gf.sample.serve(
    sample.session_records(5, sample.version_records(2), seed=1),
    sample.version_records(2, seed=1),
    api_key="gsk_key",
    answers=broken,
    on_request=change,
    host="127.0.0.1",
    port=8000,
    default_limit=100,
    latency=slow,
    gzip=False,
    sort_default="asc",
    sortable=("createdAt", "id"),
    error_keys=("message", "error"),
    lists={"metrics": [{"id": "metric_1"}], "spans": []},
)
gf.sample.serve(latency=0.5, answers=[sample.Cut(), sample.Truncated(), sample.TruncatedGzip(), sample.Garbled()])
gf.sample.serve(answers=[sample.Trickle(0.1), sample.Trickle(0.1, at="headers")])
gf.sample.serve(answers=[sample.HtmlPage(403), sample.Redirect("https://elsewhere.example"), sample.Cut("body")])
assert_type(sample.owning_test("testCase_1"), str)
assert_type((sample.has_evaluations("version_1"), sample.has_inference_results("version_1")), tuple[bool, bool])
moves: list[bytes | sample.Pause | sample.Hangup] = [sample.Pause(1), sample.Hangup(reset=True)]
assert_type(list(sample.Garbled().moves(sample.Message(200, (), b"[]"))), list[bytes | sample.Pause | sample.Hangup])

gf.sample.serve(tie_order="random")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
gf.sample.serve("2000")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
gf.sample.serve(answers=["500"])  # type: ignore[list-item] # pyright: ignore[reportArgumentType]
gf.sample.serve(session=10)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
