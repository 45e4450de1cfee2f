"""What type checkers make of the public interface; checked by mypy, never executed."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import assert_type

import pandas as pd

import galtea_frames as gf

assert_type(gf.__version__, str)

# Clients

client = gf.Client()
gf.Client("gsk_key", "https://api.galtea.ai")
gf.Client(api_key=None, base_url=None, page_size=100, max_workers=2, progress=False)
gf.Client(connect_timeout=1, read_timeout=2.5, max_attempts=3, max_elapsed=60, progress="auto")
gf.Client(progress="always")  # type: ignore[arg-type]
gf.Client(page_size="100")  # type: ignore[arg-type]
gf.Client(pagesize=100)  # type: ignore[call-arg]
with gf.Client() as opened:
    assert_type(opened, gf.Client)
assert_type(client.close(), None)

# Loaders

assert_type(gf.load_sessions(), pd.DataFrame)
assert_type(gf.load_versions(), pd.DataFrame)
assert_type(gf.load_sessions_with_versions(), pd.DataFrame)
assert_type(gf.iter_sessions(), Iterator[pd.DataFrame])
assert_type(gf.iter_versions(), Iterator[pd.DataFrame])

frame = gf.load_sessions(
    ids=["a"],
    custom_ids=("a", "b"),
    product_ids="a",
    test_ids="",
    exclude_test_ids={"a"},
    version_ids=pd.Series(["a"]),
    test_case_ids=pd.Index(["a"]),
    sort=[("created_at", "desc"), "id"],
    limit=10,
    offset=5,
    from_created_at="2026-03-01",
    to_created_at=datetime(2026, 3, 1, tzinfo=UTC),
    params={"statuses": ["FAILED"]},
    nested="both",
    parse_dates=["custom_id"],
    dtype_backend="pyarrow",
    client=client,
)
gf.load_versions(
    ids=None,
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
)
gf.load_sessions(sort="created_at")
gf.load_sessions(sort=1)  # type: ignore[arg-type]

gf.load_sessions(versoin_ids="a")  # type: ignore[call-arg]
gf.load_sessions(names="a")  # type: ignore[call-arg]
gf.load_versions(version_ids="a")  # type: ignore[call-arg]
gf.load_sessions(version_ids=1)  # type: ignore[arg-type]
gf.load_sessions(limit="10")  # type: ignore[arg-type]
gf.load_sessions(from_created_at=1_772_359_200)  # type: ignore[arg-type]
gf.load_sessions(nested="flat")  # type: ignore[arg-type]
gf.load_sessions(dtype_backend="numpy")  # type: ignore[arg-type]
gf.load_sessions(client="gsk_key")  # type: ignore[arg-type]
gf.load_versions(has_inference_results="true")  # type: ignore[arg-type]
gf.load_sessions("version_1")  # type: ignore[call-arg]

# Frames

versions = gf.load_versions()
assert_type(gf.join_sessions_versions(frame, versions), pd.DataFrame)
assert_type(gf.join_sessions_versions(frame, versions, how="left"), pd.DataFrame)
assert_type(gf.read_parquet("sessions.parquet"), pd.DataFrame)

# The mirror

mirror = gf.Mirror("mirror")
assert_type(mirror.sync(), gf.SyncResult)
mirror.sync(product_ids=["product_1"], lookback="36h", full=True)
mirror.sync(product_ids=5)  # type: ignore[arg-type]
assert_type(mirror.load_sessions(statuses="FAILED", as_of=3, nested="json"), pd.DataFrame)
assert_type(mirror.load_versions(names="a", as_of="2026-03-01", include_removed=True), pd.DataFrame)
assert_type(mirror.join(version_ids=["version_1"], allow_incomplete=True), pd.DataFrame)
mirror.load_sessions(sort=("created_at", "desc"), limit=3, offset=1)
mirror.load_sessions(test_ids="x")  # type: ignore[call-arg]
mirror.load_versions(statuses="FAILED")  # type: ignore[call-arg]
assert_type(mirror.info(), gf.MirrorInfo)
mirror.compact()

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
    command="make report",
)
gf.build_report(frame, versions)  # type: ignore[call-arg]
gf.build_report(frame, versions, as_of="2026-03-30", period="year")  # type: ignore[arg-type]
assert_type(report, gf.Report)
assert_type(report.exit_code, int)
assert_type(report.to_html(), str)
assert_type(report.to_markdown(), str)
assert_type(report.rows, pd.DataFrame)
assert_type(report.write("report"), None)

# Errors

try:
    gf.load_sessions()
except gf.RequestError as error:
    assert_type(error.status, int | None)
    assert_type(error.attempts, int)
    assert_type(error.path, str)

# The stand-in

with gf.sample.serve(sessions=10, versions=2, cap=5, tie_order="shuffled") as api:
    assert_type(api, gf.sample.SampleApi)
    assert_type(api.url, str)
    assert_type(api.api_key, str)
gf.sample.serve(tie_order="random")  # type: ignore[arg-type]
