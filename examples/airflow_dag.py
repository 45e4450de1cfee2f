"""Airflow 3: sync the mirror every night, and write last week's report on Mondays. Save as dags/galtea.py."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

START = datetime(2026, 1, 5, tzinfo=ZoneInfo("Europe/Madrid"))

# Only one sync can run at a time. The API key is in the worker's environment, as GALTEA_API_KEY.
with DAG("galtea_sync", schedule="15 5 * * *", start_date=START, catchup=False, max_active_runs=1):
    BashOperator(
        task_id="sync",
        bash_command="umask 077; galtea-frames sync /var/lib/galtea/mirror --json",
        retries=2,
        retry_delay=timedelta(minutes=10),
    )

# `{{ ds }}` is the date of the run, so clearing an old run makes that week's report again. No retries: exit code 10
# means that a limit is exceeded.
with DAG("galtea_report", schedule="30 6 * * 1", start_date=START, catchup=False, max_active_runs=1):
    BashOperator(
        task_id="report",
        bash_command=(
            "umask 077; galtea-frames report --mirror /var/lib/galtea/mirror --out /var/lib/galtea/report"
            ' --as-of {{ ds }} --timezone Europe/Madrid --fail-if "failure_rate > 10% and n >= 100"'
        ),
    )
