"""Prefect: sync the mirror every night, and write last week's report on Mondays. Run with `python prefect_flow.py`."""

from datetime import datetime
from zoneinfo import ZoneInfo

from prefect import flow, serve, task
from prefect.schedules import Cron

import galtea_frames as gf

FOLDER = "/var/lib/galtea"
ZONE = "Europe/Madrid"


# The API key is in the environment, as GALTEA_API_KEY.
@task(retries=2, retry_delay_seconds=600)
def sync() -> None:
    """Make the mirror equal to the API."""
    result = gf.Mirror(f"{FOLDER}/mirror").sync()
    print(f"{result.new} new, {result.changed} changed, {result.removed} removed")


@flow(log_prints=True)
def galtea_sync() -> None:
    """Run every night."""
    sync()


@flow
def galtea_report(as_of: datetime | None = None) -> None:
    """Write last week's report; fail if a limit is exceeded or data is missing."""
    mirror = gf.Mirror(f"{FOLDER}/mirror")
    report = gf.build_report(
        mirror.load_sessions(),
        mirror.load_versions(),
        as_of=as_of or datetime.now(ZoneInfo(ZONE)),
        timezone=ZONE,
        thresholds={"fail_if": "failure_rate > 10% and n >= 100"},
    )
    report.write(f"{FOLDER}/report")
    if report.exit_code:
        raise RuntimeError(f"{report.verdict}: {report.findings.headline}")


if __name__ == "__main__":
    serve(
        galtea_sync.to_deployment("nightly", schedule=Cron("15 5 * * *", timezone=ZONE), concurrency_limit=1),
        galtea_report.to_deployment("weekly", schedule=Cron("30 6 * * 1", timezone=ZONE)),
    )
