"""Dagster: a mirror that is synced every night, and a report for each week. Run with `dagster dev -f` and this file."""

import dagster as dg

import galtea_frames as gf

FOLDER = "/var/lib/galtea"
WEEKS = dg.WeeklyPartitionsDefinition(start_date="2026-01-05", day_offset=1, timezone="Europe/Madrid")


# The API key is in the environment, as GALTEA_API_KEY.
@dg.asset(retry_policy=dg.RetryPolicy(max_retries=2, delay=600))
def galtea_mirror() -> dg.MaterializeResult:
    """A local copy of all sessions and versions."""
    result = gf.Mirror(f"{FOLDER}/mirror").sync()
    return dg.MaterializeResult(metadata={"new": result.new, "changed": result.changed, "removed": result.removed})


@dg.asset(deps=[galtea_mirror], partitions_def=WEEKS)
def galtea_report(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """The report of one week; fails if a limit is exceeded or data is missing."""
    mirror = gf.Mirror(f"{FOLDER}/mirror")
    report = gf.build_report(
        mirror.load_sessions(),
        mirror.load_versions(),
        as_of=context.partition_time_window.end,
        timezone="Europe/Madrid",
        thresholds={"fail_if": "failure_rate > 10% and n >= 100"},
    )
    report.write(f"{FOLDER}/report-{context.partition_key}")
    metadata = {"verdict": report.verdict, "report": dg.MetadataValue.md(report.to_markdown())}
    if report.exit_code:
        raise dg.Failure(f"the report's verdict is {report.verdict}", metadata=metadata, allow_retries=False)
    return dg.MaterializeResult(metadata=metadata)


definitions = dg.Definitions(
    assets=[galtea_mirror, galtea_report],
    schedules=[
        dg.ScheduleDefinition(
            name="galtea_nightly",
            target=[galtea_mirror],
            cron_schedule="15 5 * * *",
            execution_timezone="Europe/Madrid",
        ),
        dg.build_schedule_from_partitioned_job(
            dg.define_asset_job("galtea_weekly", [galtea_report], partitions_def=WEEKS),
            hour_of_day=6,
            minute_of_hour=30,
        ),
    ],
)
