"""The report: built from frames, rendered as HTML, Markdown and JSON, written to a folder."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from galtea_frames.errors import ReportError
from galtea_frames.files.ownership import REPORT
from galtea_frames.files.parquet import add_frame, close_folder
from galtea_frames.files.targets import Target
from galtea_frames.pages.formats import json_values, notebook_formats
from galtea_frames.pages.links import Links
from galtea_frames.pages.rendering import draw, require_extra
from galtea_frames.printable import quoted
from galtea_frames.report.analysis.analyse import analyse
from galtea_frames.report.analysis.evaluations import check_scores, metric_names
from galtea_frames.report.conditions import LEVELS
from galtea_frames.report.inputs import Inputs
from galtea_frames.report.pages import charts, rendering
from galtea_frames.report.pages.email import email
from galtea_frames.report.pages.text import text
from galtea_frames.report.terms import Terms, check_turns, parse_terms
from galtea_frames.report.thresholds import check_metrics

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from email.message import EmailMessage
    from os import PathLike
    from zoneinfo import ZoneInfo

    import numpy as np

    from galtea_frames.pages.rendering import Pictures
    from galtea_frames.report.findings import Findings, Verdict
    from galtea_frames.report.periods import Unit
    from galtea_frames.report.terms import LastReport
    from galtea_frames.report.thresholds import Thresholds

_HTML, _MARKDOWN, _TEXT, _JSON = "report.html", "report.md", "report.txt", "report.json"
_EMAIL, _CHARTS, _SCORES = "report.eml", "charts", "scores.parquet"


@dataclass(frozen=True, eq=False)
class Report:
    """A period compared with the previous one; returned by `build_report`.

    Notebooks display it as a page. HTML, Markdown and JSON are rendered from the same findings, and the same input
    gives the same bytes.

    Attributes:
        findings: its content, as plain values.
        rows: the sessions behind it, one row per session of all periods, as they were counted: `id`,
            `created_at` (`datetime64[us, UTC]`), `period` and `day` (category, local), `version_id`, `version`,
            `status`, `production` (`boolean`), `user_id`, `test_case_id`, `stopping_reason`, the metrics, and
            `error_shape` (category).
        scores: the scores behind it, one row per session of the last two periods and metric, as they were counted:
            `session_id`, `period` (category), `version_id`, `version`, `production` (`boolean`), `metric_id`, `metric`,
            `evaluations` (`Int64`, how many were averaged), `score` (`Float64`), `passed` (`boolean`); None in a report
            without scores.
    """

    findings: Findings = field(repr=False)
    rows: pd.DataFrame = field(repr=False)
    scores: pd.DataFrame | None = field(repr=False)

    @property
    def verdict(self) -> Verdict:
        """OK, WARN, FAIL or INCOMPLETE; it is also a `str`."""
        return self.findings.verdict

    @property
    def exit_code(self) -> int:
        """The exit code for schedulers: 0, 10 if a `fail_if` threshold is broken, 3 if the data is incomplete."""
        return self.verdict.exit_code

    def __repr__(self) -> str:
        return f"<Report {self.findings.scope.period.code} {self.verdict}: {self.findings.headline}>"

    def to_dict(self) -> dict[str, Any]:
        """Return the findings as values that JSON can hold, the content of report.json."""
        said: dict[str, Any] = json_values(asdict(self.findings))
        return {"verdict": said["verdict"], "exit_code": self.exit_code} | said

    def to_html(self) -> str:
        """Return one self-contained HTML page, without scripts or requests.

        Raises:
            ReportError: the extra `[report]` is not installed.
        """
        require()
        return rendering.html(self.findings, self._pictures)

    def to_markdown(self) -> str:
        """Return the report as Markdown, without the charts that report.md shows: for a chat or a job summary.

        Raises:
            ReportError: the extra `[report]` is not installed.
        """
        require_extra("a report", "jinja2")
        return rendering.markdown(self.findings)

    def to_text(self) -> str:
        """Return the report as about ten lines of plain text: for a chat, an email or a terminal.

        Nothing in it is markup, a mention or a link.
        """
        return text(self.findings)

    def to_email(
        self, *, sender: str | None = None, to: str | Sequence[str] = (), subject: str | None = None
    ) -> EmailMessage:
        """Return the report as an email: its text, a short page with charts, and report.html attached.

        Send it with `smtplib.SMTP.send_message`, or write its `as_bytes()` to an .eml file. The same report and
        arguments give the same bytes: `Date` is the report's `as_of`, and `Message-ID` is derived from the content.

        Args:
            sender: an address, such as "Ada <ada@example.com>"; by default there is no `From`.
            to: one or more addresses; by default there is no `To`.
            subject: by default the verdict, the period and the selection.

        Raises:
            QueryError: an address is invalid, or the subject has several lines.
            ReportError: the extra `[report]` is not installed.
        """
        return email(self.findings, self.to_html(), self._pictures, sender=sender, to=to, subject=subject)

    def write(self, directory: str | PathLike[str], *, email: EmailMessage | None = None) -> None:
        """Write report.html, .md, .txt and .json, charts/*.png, rows.parquet and, if there are any, scores.parquet.

        Writes are atomic, and replace an earlier report. A folder that holds anything else, or a file that changed
        since, is never replaced.

        Args:
            directory: a local folder, or an fsspec URL where nothing exists yet.
            email: an email to write beside them as report.eml, as returned by `to_email`.

        Raises:
            ReportError: the extra `[report]` is not installed, or the folder holds something else.
            ParquetError: the folder cannot be written.
        """
        require()
        target = target_of(directory)
        pictures = self._pictures
        texts = {
            _HTML: rendering.html(self.findings, pictures),
            _MARKDOWN: rendering.markdown(self.findings, pictures, _CHARTS),
            _TEXT: f"{self.to_text()}\n",
            _JSON: json.dumps(self.to_dict(), indent=2, allow_nan=False) + "\n",
        }
        files = {name: text.encode() for name, text in texts.items()}
        files |= {f"{_CHARTS}/{chart.name}.png": light for chart, (light, _) in pictures.items()}
        files |= {} if email is None else {_EMAIL: email.as_bytes()}
        with target.new_folder(REPORT) as folder:
            for name, content in files.items():
                with folder.new_file(name) as file:
                    file.write(content)
            if self.scores is not None:
                add_frame(self.scores, folder, _SCORES)
            close_folder(self.rows, folder, REPORT)

    @cached_property
    def _pictures(self) -> Pictures:
        """The charts, which take longer to draw than all else."""
        return draw(charts.charts(self.findings))

    def _repr_mimebundle_(self, **_kinds: object) -> dict[str, str]:
        """Return what notebooks can display, without contents: in a frame, their links would lead to the notebook."""
        require()
        page = rendering.html(self.findings, self._pictures, contents=False)
        return notebook_formats("Report", page, self.to_markdown(), repr(self), links=self.findings.links != Links())


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
    scores: pd.DataFrame | None = None,
    turns: pd.DataFrame | None = None,
    sums: str | Sequence[str] = (),
    by: str | Sequence[str] = (),
    selection: str | None = None,
    session_url: str | None = None,
    version_url: str | None = None,
    command: str | None = None,
) -> Report:
    """Report on the last full day, ISO week or month before `as_of`, compared with the previous one.

    Periods run from local midnight to local midnight, so that a week in which clocks change has 167 or 169 hours. A
    session belongs to the period it was created in. Failure rates are failed / (completed + failed), with 95 % Wilson
    intervals; differences of rates have Newcombe's intervals; versions with fewer than 30 ended sessions are marked and
    not ranked. A session is in production if `is_production` is true or, where that is null, if it ran no test case.

    A million sessions take one to three seconds and about 0.25 GB in addition to their frame. Rendering and writing
    take seconds for any number of sessions.

    Args:
        sessions: as returned by `load_sessions`, from the first period of the trend on. Unless the frame proves, by its
            attrs and rows, that it has all sessions of the period, the verdict is INCOMPLETE. You may sort it, add
            columns, or write it to Parquet and read it back, but not remove, add or replace rows.
        versions: as returned by `load_versions`. The verdict is also INCOMPLETE if sessions have versions that are not
            in the frame and the frame may lack some.
        as_of: the time to report for; times without a zone are in `timezone`, and dates are midnight.
        period: "day", "week" or "month".
        timezone: an IANA name, such as "Europe/Madrid", or its `zoneinfo.ZoneInfo`.
        thresholds: one or more conditions to fail on, such as `"failure_rate > 5% and n >= 30 per version"`;
            `{"fail_if": …, "warn_if": …}`; or the `pathlib.Path` of a TOML file with these keys. By default, warns of
            versions whose failure rate rose by more than chance explains.
        metrics: columns to compute quantiles of, such as "metadata.latency_ms". Values that are not numbers are counted
            and left out; load with `dtype={"metadata.latency_ms": "Float64"}`, and one of them does not make all text.
        trend_periods: how many periods trends cover, including the last.
        include_text: quote error messages, and keep errors and contexts in the rows.
        last_report: an earlier report, as returned by `Report.to_dict`, or the path of its report.json, to list counts
            of its period that have changed since.
        selection: which sessions these are, if some were left out on purpose, such as "voice channel only". The page
            shows it next to the period, and the rows are judged as if they were all there are. Rows that are known to
            be missing still make the verdict INCOMPLETE: after a failed load, a load with `limit` or `offset`, and one
            that does not cover the period or was made before its end.
        scores: as returned by `load_scores`, from the first day of the previous period on, to compare metrics by
            version; like the sessions, it must prove to be complete. A score belongs to the period of its session,
            whenever it was evaluated. Several scores of a session by one metric are averaged. Means have 95 % intervals
            by Student's t, their changes Welch's; pass rates have Wilson's and Newcombe's. Revisions of a metric, and
            production and tests, are never pooled.
        turns: as returned by `load_inference_results`, from the first day of the previous period on, to sum their
            columns; like the sessions, it must prove to be complete.
        sums: columns to add up by period and version, such as "metadata.cost_usd", or "turns.cost" if turns are given.
            Sums say how many sessions have a value; null is never 0.
        by: columns to group sessions by, such as "metadata.channel", or "test_case.variant" if scores have it. Groups
            have sessions, failure rate and pass rates; all but the eight most frequent values are one group.
        session_url: where a session can be looked at, such as "https://example.com/sessions/{id}": an https URL with
            `{id}` once, which makes the ids of sessions links in HTML and Markdown.
        version_url: the same for versions.
        command: how to reproduce the report, as shown on the page; by default this call.

    Raises:
        QueryError: an argument is invalid.
        ReportError: the frames are not as the loaders return them.
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
        sums=sums,
        by=by,
        session_url=session_url,
        version_url=version_url,
    )
    if isinstance(scores, pd.DataFrame):
        check_scores(scores)
    check_metrics(terms.thresholds, None if scores is None else metric_names(scores))
    check_turns(terms.sums, has_turns=turns is not None)
    inputs = Inputs(sessions, versions, scores, turns)
    return compute(inputs, terms, command or _call(terms, inputs))


def compute(inputs: Inputs, terms: Terms, command: str) -> Report:
    """Return the report on these terms.

    Args:
        inputs: the frames.
        terms: what the report is to be about.
        command: how to reproduce it.

    Raises:
        ReportError: the frames are not as the loaders return them.
    """
    for name, frame in inputs.frames.items():
        if not isinstance(frame, pd.DataFrame):
            raise ReportError(f"{name} must be a pandas DataFrame as returned by load_{name}, not {_kind(frame)}")
    return Report(*analyse(inputs, terms, command))


def _kind(value: object) -> str:
    """Describe a value for a message; tables of other libraries may also be called DataFrame."""
    library = type(value).__module__.partition(".")[0]
    return f"a {type(value).__name__} of {library}" if hasattr(value, "columns") else quoted(value)


def require() -> None:
    """Check that the extra `[report]` is installed.

    Raises:
        ReportError: it is not; the message says what to install.
    """
    require_extra("a report", "jinja2", "matplotlib")


def target_of(directory: str | PathLike[str]) -> Target:
    """Return the target of a folder that a report may be written to.

    Raises:
        ReportError: the folder holds something else, or is the current one.
        ParquetError: the folder cannot be used.
    """
    target = Target.at(directory)
    target.check_folder(REPORT)
    return target


def _call(terms: Terms, inputs: Inputs) -> str:
    """Return the call that builds a report on these terms."""
    thresholds = {f"{level}_if": [each.text for each in terms.thresholds if each.level == level] for level in LEVELS}
    arguments: dict[str, Any] = {
        "as_of": terms.as_of.isoformat(),
        "period": terms.unit,
        "timezone": terms.zone.key,
        "thresholds": {level: texts for level, texts in thresholds.items() if texts},
    }
    arguments |= {"metrics": list(terms.metrics)} if terms.metrics else {}
    arguments |= {"sums": list(terms.sums)} if terms.sums else {}
    arguments |= {"by": list(terms.by)} if terms.by else {}
    arguments |= {} if terms.selection is None else {"selection": terms.selection}
    arguments |= {f"{name}_url": url for name, url in asdict(terms.links).items() if url is not None}
    arguments |= {"trend_periods": terms.trend_periods, "include_text": terms.include_text}
    given = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
    frames = "".join(f"{name}={name}, " for name in inputs.frames if name not in ("sessions", "versions"))
    return f"gf.build_report(sessions, versions, {frames}{given})"
