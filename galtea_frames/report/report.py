"""The report: computed from frames, shown as HTML, Markdown and JSON, written as a folder."""

from __future__ import annotations

import html
import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from galtea_frames.errors import ReportError
from galtea_frames.files.ownership import REPORT
from galtea_frames.files.parquet import close_folder
from galtea_frames.files.targets import Target
from galtea_frames.printable import quoted
from galtea_frames.report.analysis.analyse import analyse
from galtea_frames.report.pages import charts, rendering
from galtea_frames.report.pages.lettering import matplotlib_alone
from galtea_frames.report.terms import Terms, parse_terms
from galtea_frames.report.thresholds import LEVELS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from os import PathLike
    from zoneinfo import ZoneInfo

    import numpy as np

    from galtea_frames.files.targets import Folder
    from galtea_frames.report.findings import Findings, Verdict
    from galtea_frames.report.pages.charts import Chart
    from galtea_frames.report.periods import Unit
    from galtea_frames.report.terms import LastReport
    from galtea_frames.report.thresholds import Thresholds

_HTML, _MARKDOWN, _JSON, _CHARTS = "report.html", "report.md", "report.json", "charts"


@dataclass(frozen=True, eq=False)
class Report:
    """What a period was like beside the one before; made by `build_report`.

    In a notebook it shows itself. HTML, Markdown and JSON are made of the same findings, and the same input gives the
    same bytes.

    Attributes:
        findings: all that it says, as plain values.
        rows: the sessions behind it, one row a session of the periods that were looked at, as they were counted:
            `id`, `created_at` (`datetime64[us, UTC]`), `period` and `day` (category, local), `version_id`, `version`,
            `status`, `production` (`boolean`), `user_id`, `test_case_id`, `stopping_reason`, the metrics, and
            `error_shape` (category).
    """

    findings: Findings = field(repr=False)
    rows: pd.DataFrame = field(repr=False)

    @property
    def verdict(self) -> Verdict:
        """OK, WARN, FAIL or INCOMPLETE, which is text as well."""
        return self.findings.verdict

    @property
    def exit_code(self) -> int:
        """What a scheduler goes by: 0; 10 if a threshold to fail on is broken; 3 if the data is incomplete."""
        return self.verdict.exit_code

    def __repr__(self) -> str:
        return f"<Report {self.findings.scope.period.code} {self.verdict}: {self.findings.headline}>"

    def to_dict(self) -> dict[str, Any]:
        """Return all that it says as dicts, lists, text, numbers, true and false, and None: as JSON has it."""
        said: dict[str, Any] = _plain(asdict(self.findings))
        return {"verdict": said["verdict"], "exit_code": self.exit_code} | said

    def to_html(self) -> str:
        """Return one HTML page with everything in it: no script, and nothing that is fetched from anywhere.

        Raises:
            ReportError: the extra `[report]` is not installed.
        """
        require()
        return rendering.html(self.findings, self._pictures())

    def to_markdown(self) -> str:
        """Return the same as Markdown, without the charts: for a chat, or a job's summary.

        Raises:
            ReportError: the extra `[report]` is not installed.
        """
        rendering.require("jinja2")
        return rendering.markdown(self.findings)

    def write(self, directory: str | PathLike[str]) -> None:
        """Write report.html, report.md, report.json, charts/*.png and rows.parquet.

        The folder appears when it is whole, in the place of an earlier report. A folder in which there is anything
        else, or a file of that report that was changed since, is left as it is.

        Args:
            directory: a local folder, or a URL that fsspec knows, where there must be nothing yet.

        Raises:
            ReportError: the extra `[report]` is not installed, or the folder holds something else.
            ParquetError: the folder cannot be written.
        """
        require()
        target = place(directory)
        pictures = self._pictures()
        texts = {
            _HTML: rendering.html(self.findings, pictures),
            _MARKDOWN: rendering.markdown(self.findings),
            _JSON: json.dumps(self.to_dict(), indent=2, allow_nan=False) + "\n",
        }
        files = {name: text.encode() for name, text in texts.items()}
        files |= {f"{_CHARTS}/{chart.name}.png": light for chart, (light, _) in pictures.items()}
        with target.new_folder(REPORT) as folder:
            for name, content in files.items():
                _write(folder, name, content)
            close_folder(self.rows, folder, REPORT)

    def _pictures(self) -> dict[Chart, tuple[bytes, bytes]]:
        with matplotlib_alone():
            drawn = charts.charts(self.findings)
            return {chart: (chart.png(charts.LIGHT), chart.png(charts.DARK)) for chart in drawn}

    def _repr_mimebundle_(self, **_kinds: object) -> dict[str, str]:
        """Return what a notebook may show: the page where it may be framed, else Markdown, else one line.

        The page is in a frame of its own, so that its style and the notebook's leave each other alone. Where frames are
        not shown, on code hosts and in notebooks that are not trusted, Markdown says the same.
        """
        page = html.escape(self.to_html())
        style = "width:100%;height:46rem;border:1px solid #8884;border-radius:8px"
        frame = f'<iframe sandbox title="Report" style="{style}" srcdoc="{page}"></iframe>'
        return {"text/html": frame, "text/markdown": self.to_markdown(), "text/plain": repr(self)}


def build_report(
    sessions: pd.DataFrame,
    versions: pd.DataFrame,
    *,
    as_of: str | date | np.datetime64,
    period: Unit = "week",
    timezone: str | ZoneInfo = "UTC",
    thresholds: Thresholds | None = None,
    metrics: str | Sequence[str] = (),
    trend_periods: int = 12,
    include_text: bool = False,
    last_report: LastReport | None = None,
    selection: str | None = None,
    command: str | None = None,
) -> Report:
    """Return what the last full day, ISO week or month before `as_of` was like, beside the one before.

    A period is a full one of the time zone: from local midnight to local midnight, so that a week in which clocks
    change has 167 or 169 hours. A session is of the period in which it was created. Failure rates are failed /
    (completed + failed), with 95 % Wilson intervals; differences of rates have Newcombe's intervals; versions of which
    fewer than 30 sessions have ended are marked and not ranked. A session is in production if `is_production` says so,
    and where that was not sent if it ran no test case.

    A million sessions take one to three seconds and, besides their frame, about 0.25 GB: a copy of the ten columns
    that are needed, and four numbers a session. Showing and writing take seconds, however many there are.

    Args:
        sessions: as `load_sessions` returns them, from the first of the trend's periods on. A frame passes only if it
            proves, by its attrs and its rows, that it holds all sessions of the period; else the verdict is INCOMPLETE.
            Sorting it, adding columns, writing it to Parquet and reading it back leave the proof as it is; taking out,
            adding or exchanging rows does not.
        versions: as `load_versions` returns them. If it does not prove to be whole, and sessions are of versions that
            it has not, the verdict is INCOMPLETE as well.
        as_of: the time that the report is made for; what names no zone is in `timezone`, and a date its midnight.
        period: "day", "week" or "month".
        timezone: an IANA name, such as "Europe/Madrid", or its `zoneinfo.ZoneInfo`.
        thresholds: one condition or a list of them to fail on, such as `"failure_rate > 5% and n >= 30 per version"`;
            `{"fail_if": …, "warn_if": …}`; or a `pathlib.Path` of a TOML file with these two keys. By default it warns
            of each version whose failure rate has risen by more than chance explains. README, "Thresholds".
        metrics: columns to give quantiles of, such as "metadata.latency_ms". Values that are no numbers are counted
            and left out.
        trend_periods: how many periods trends go back, the last one included.
        include_text: quote error messages, and keep errors and contexts among the rows.
        last_report: an earlier report, as `Report.to_dict` gives it or the path of its report.json: figures of its
            period that have changed since are listed.
        selection: which sessions these are, where some were left out on purpose, such as "voice channel only". The
            page shows it beside the period, and rows that were selected, or of which nothing is known, are judged as
            if they were all. What is known to be missing stays so: a load that failed, that was cut by `limit` or
            `offset`, that does not cover the period, or was made before it was over.
        command: what to show as the way to get the same report; by default this call.

    Raises:
        QueryError: an argument cannot be used.
        ReportError: the frames are not such as the loaders return.
    """
    terms = parse_terms(
        as_of=as_of,
        period=period,
        timezone=timezone,
        thresholds=thresholds,
        metrics=metrics,
        trend_periods=trend_periods,
        include_text=include_text,
        last_report=last_report,
        selection=selection,
    )
    return compute(sessions, versions, terms, command or _call(terms))


def compute(sessions: pd.DataFrame, versions: pd.DataFrame, terms: Terms, command: str) -> Report:
    """Return the report on these terms, which says that `command` gives the same one.

    Raises:
        QueryError: the terms' earlier report is none.
        ReportError: the frames are not such as the loaders return.
    """
    for name, frame in (("sessions", sessions), ("versions", versions)):
        if not isinstance(frame, pd.DataFrame):
            raise ReportError(f"{name} is a pandas DataFrame, as load_{name} returns it, not {_kind(frame)}")
    return Report(*analyse(sessions, versions, terms, command))


def _kind(value: object) -> str:
    """Return what a message calls a value: tables of other libraries have the same name."""
    library = type(value).__module__.partition(".")[0]
    return f"a {type(value).__name__} of {library}" if hasattr(value, "columns") else quoted(value)


def require() -> None:
    """Refuse, with what to install, if the extra `[report]` is missing.

    Raises:
        ReportError: it is.
    """
    rendering.require("jinja2", "matplotlib")


def place(directory: str | PathLike[str]) -> Target:
    """Return where a report is to be written, if nothing else is there: writing one replaces the folder whole.

    Raises:
        ReportError: the folder holds something else, or is the current one.
        ParquetError: the folder cannot be used.
    """
    target = Target.at(directory)
    target.check_folder(REPORT)
    return target


def _call(terms: Terms) -> str:
    """Return the call that makes a report on these terms."""
    thresholds = {f"{level}_if": [each.text for each in terms.thresholds if each.level == level] for level in LEVELS}
    arguments: dict[str, Any] = {
        "as_of": terms.as_of.isoformat(),
        "period": terms.unit,
        "timezone": terms.zone.key,
        "thresholds": {level: texts for level, texts in thresholds.items() if texts},
    }
    arguments |= {"metrics": list(terms.metrics)} if terms.metrics else {}
    arguments |= {} if terms.selection is None else {"selection": terms.selection}
    arguments |= {"trend_periods": terms.trend_periods, "include_text": terms.include_text}
    given = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
    return f"gf.build_report(sessions, versions, {given})"


def _plain(value: Any) -> Any:  # noqa: ANN401 - any value of a finding
    """Return a value as JSON has it."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, str) else value


def _write(folder: Folder, name: str, content: bytes) -> None:
    with folder.new_file(name) as file:
        file.write(content)
