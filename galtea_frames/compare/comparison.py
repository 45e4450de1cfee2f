"""The comparison of two versions: built from frames, shown as HTML, Markdown and JSON, written to a folder."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from galtea_frames.compare.cases import cases_table
from galtea_frames.compare.columns import check_frame, empty
from galtea_frames.compare.completeness import problems
from galtea_frames.compare.coverage import coverage_table, notices
from galtea_frames.compare.findings import Findings
from galtea_frames.compare.loading import load_frames
from galtea_frames.compare.metrics import groups_table, metrics_table
from galtea_frames.compare.pages import rendering
from galtea_frames.compare.scores import read_scores
from galtea_frames.compare.sessions import TABLE, sessions_table
from galtea_frames.compare.terms import Terms, parse_terms
from galtea_frames.compare.versions import find_versions, versions_in
from galtea_frames.errors import QueryError
from galtea_frames.files.ownership import COMPARISON
from galtea_frames.files.parquet import close_folder
from galtea_frames.files.targets import Target
from galtea_frames.pages.formats import notebook_formats
from galtea_frames.pages.links import Links
from galtea_frames.pages.rendering import require_extra

if TYPE_CHECKING:
    from collections.abc import Sequence
    from os import PathLike

    from galtea_frames.api.client import Client
    from galtea_frames.compare.loading import Frames
    from galtea_frames.compare.versions import Wanted
    from galtea_frames.mirror.mirror import Mirror

_HTML, _MARKDOWN, _JSON = "comparison.html", "comparison.md", "comparison.json"


class Comparison(Findings):
    """Two versions compared; returned by `compare_versions`.

    Notebooks display it as a page. HTML, Markdown and JSON are made from the same tables, and the same input gives the
    same bytes. Scores and their differences are between 0 and 1, and differences are candidate minus baseline.

    Attributes:
        baseline: the version to compare with: its `id`, `name`, `product_id` and `label`.
        candidate: the version that is judged.
        metrics: one row per metric revision that both versions share, worse ones first: `metric_id`, `metric`
            (`string`), `pairs` (`Int64`), `baseline_mean`, `candidate_mean`, `difference`, `low`, `high`, `p_value`,
            `p_adjusted`, `baseline_pass_rate`, `candidate_pass_rate` (`Float64`), `fixed`, `broken` (`Int64`),
            `verdict` (category: worse, better, no difference shown, too few).
        cases: one row per metric revision and test-case family that both versions share, the worst drop first:
            `baseline_score`, `candidate_score`, `difference`, `flip` (category: broken, fixed; null if neither),
            how many sessions were averaged, question, expected answer, both answers and both reasons (`string`; those
            of the latest session), whether both ran the same revision of the test case, and the columns of `by`.
        coverage: what was counted (`what`: test cases, evaluations, left out), with `baseline`, `candidate` and
            `shared` (`Int64`): test-case families in total (first row) and by metric revision, evaluations, and those
            left out by reason (`why`).
        sessions: one row per environment (production, tests; never pooled) and rate, stopping reason, shape of an
            error or measure per turn: `baseline` and `candidate` with their intervals, and `difference` with its own.
        groups: one row per column of `by`, group of test cases and metric revision: the columns of `metrics` up to
            `high`.
        notices: what readers should know, such as revised metrics, one sentence each.
        problems: why rows may be missing; empty if the frames prove to be complete.
        selection: which rows these are, if the caller said so.
        links: where sessions and versions can be looked at.
        command: how to reproduce it.
    """

    def __repr__(self) -> str:
        return f"<Comparison of {self.candidate.label!r} with {self.baseline.label!r}: {self.verdict}. {self.headline}>"

    def to_dict(self) -> dict[str, Any]:
        """Return all of it but the cases as values that JSON can hold, the content of comparison.json; null is None."""
        tables = {name: _records(getattr(self, name)) for name in ("metrics", "groups", "coverage", "sessions")}
        return {
            "verdict": str(self.verdict),
            "headline": self.headline,
            "baseline": asdict(self.baseline),
            "candidate": asdict(self.candidate),
            "selection": self.selection,
            "complete": not self.problems,
            "problems": list(self.problems),
            "notices": list(self.notices),
            **tables,
            "flips": _records(self.cases[self.cases["flip"].notna()]),
            "command": self.command,
        }

    def to_html(self) -> str:
        """Return one self-contained HTML page, without scripts or requests.

        Raises:
            ReportError: the extra `[report]` is not installed.
        """
        require()
        return rendering.html(self)

    def to_markdown(self) -> str:
        """Return the comparison as Markdown: for a pull request, a chat or a job summary.

        Raises:
            ReportError: the extra `[report]` is not installed.
        """
        require()
        return rendering.markdown(self)

    def write(self, directory: str | PathLike[str]) -> None:
        """Write comparison.html, comparison.md, comparison.json and cases.parquet.

        Writes are atomic, and replace an earlier comparison. A folder that holds anything else, or a file that changed
        since, is never replaced.

        Args:
            directory: a local folder, or an fsspec URL where nothing exists yet.

        Raises:
            ReportError: the extra `[report]` is not installed, or the folder holds something else.
            ParquetError: the folder cannot be written.
        """
        require()
        target = target_of(directory)
        texts = {
            _HTML: rendering.html(self),
            _MARKDOWN: rendering.markdown(self),
            _JSON: json.dumps(self.to_dict(), indent=2, allow_nan=False) + "\n",
        }
        with target.new_folder(COMPARISON) as folder:
            for name, text in texts.items():
                with folder.new_file(name) as file:
                    file.write(text.encode())
            close_folder(self.cases, folder, COMPARISON)

    def _repr_html_(self) -> str:
        """Return the page in a frame, for notebooks."""
        return notebook_formats("Comparison", self.to_html(), "", "", links=self.links != Links())["text/html"]

    def _repr_markdown_(self) -> str:
        """Return Markdown, for where frames are removed."""
        return self.to_markdown()


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as dictionaries; null is None."""
    columns = {name: [None if pd.isna(each) else each for each in frame[name].tolist()] for name in frame.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def require() -> None:
    """Check that the extra `[report]` is installed.

    Raises:
        ReportError: it is not; the message says what to install.
    """
    require_extra("a comparison", "jinja2", "scipy")


def target_of(directory: str | PathLike[str]) -> Target:
    """Return the target of a folder that a comparison may be written to.

    Raises:
        ReportError: the folder holds something else, or is the current one.
        ParquetError: the folder cannot be used.
    """
    target = Target.at(directory)
    target.check_folder(COMPARISON)
    return target


def compare_versions(
    baseline: Wanted,
    candidate: Wanted,
    *,
    scores: pd.DataFrame | None = None,
    sessions: pd.DataFrame | None = None,
    versions: pd.DataFrame | None = None,
    turns: pd.DataFrame | Literal[False] | None = None,
    by: str | Sequence[str] = (),
    selection: str | None = None,
    session_url: str | None = None,
    version_url: str | None = None,
    command: str | None = None,
    client: Client | None = None,
    mirror: Mirror | str | PathLike[str] | None = None,
) -> Comparison:
    """Compare two versions: which metrics got better or worse, how sure that is, and on which test cases.

    Scores are paired. Each version has one value per metric revision and test-case family
    (`test_case.test_case_group_id`, else the test case): turns are averaged within their session, then sessions. Only
    families that both versions have are compared, and never two revisions of a metric. Scores that do not count, and
    those of metrics excluded from analytics, are left out and listed in `coverage`.

    Differences of means have 95 % intervals and p-values by the paired t-test; p-values are adjusted for the number of
    metrics by Holm's method. A metric is better or worse if its adjusted p-value is below 0.05 and there are at least
    ten pairs. If all pairs differ by the same amount, the t-test is undefined; the p-value is then that of the sign
    test, and the interval is that amount. A pair passes if its score reaches the threshold of the evaluation, else of
    the metric, else 0.5.

    Sessions are not paired. Failure rates and shares have Wilson's intervals, and their differences Newcombe's; medians
    per turn have percentile bootstrap intervals from 1,000 resamples of sessions, always the same ones.

    Args:
        baseline: the version to compare with: its id, its name, or its row of `load_versions`.
        candidate: the version to judge.
        scores: as returned by `load_scores`.
        sessions: as returned by `load_sessions`; without it, sessions are not compared.
        versions: as returned by `load_versions`, to find versions by name.
        turns: as returned by `load_inference_results`, for answers, latency, cost and tokens; False to do without.
        by: columns of scores to compare groups of test cases by, such as "test_case.language_code".
        selection: which rows these are, if some were left out on purpose, such as "smoke tests only". Pages show it,
            and frames are taken as all there is, unless rows are known to be missing.
        session_url: where a session can be looked at, such as "https://example.com/sessions/{id}": an https URL with
            `{id}` once, which makes the ids of sessions links.
        version_url: the same for versions.
        command: how to reproduce the comparison, as shown on the page; by default this call.
        client: loads what is not given. If no frame is given, and no mirror, that is a client with the usual settings.
        mirror: a mirror, or its folder, to read what is not given from.

    Raises:
        QueryError: a version is unknown or its name is not unique, or another argument is invalid.
        ReportError: a frame is not as the loader returns it, or the extra `[report]` is not installed.
        RequestError, ResponseError, MirrorError: data could not be loaded.
    """
    terms = parse_terms(
        baseline, candidate, by=by, selection=selection, session_url=session_url, version_url=version_url
    )
    if client is not None and mirror is not None:
        raise QueryError("pass client= or mirror=, not both")
    given = {"scores": scores, "sessions": sessions, "versions": versions, "turns": turns}
    wanted = {name: frame for name, frame in given.items() if frame is not None and frame is not False}
    frames: Frames = {name: check_frame(frame, name) for name, frame in wanted.items()}
    require()
    if client is not None or mirror is not None or not frames:
        frames = load_frames(terms, frames, client, mirror, turns=turns is not False)
    return compute(terms, frames, command or terms.call())


def compute(terms: Terms, frames: Frames, command: str) -> Comparison:
    """Return the comparison on these terms.

    Raises:
        QueryError: a version is unknown or its name is not unique, or there is no column to group by.
        ReportError: a column holds values of another type.
    """
    scores, sessions, turns = frames.get("scores"), frames.get("sessions"), frames.get("turns")
    known = versions_in(frames.get("versions"), scores, sessions)
    baseline, candidate = find_versions(terms.baseline, terms.candidate, known)
    sides = (baseline.id, candidate.id)
    terms.check_groups([] if scores is None else list(map(str, scores.columns)))
    two = read_scores(pd.DataFrame() if scores is None else scores, sides, terms.by)
    return Comparison(
        baseline=baseline,
        candidate=candidate,
        metrics=metrics_table(two),
        cases=cases_table(two, turns, terms.by),
        coverage=coverage_table(two),
        sessions=empty(TABLE) if sessions is None else sessions_table(sessions, turns, sides),
        groups=groups_table(two, terms.by),
        notices=notices(two, baseline, candidate),
        problems=problems({"scores": scores, "sessions": sessions, "turns": turns}, sides, terms.selection),
        selection=terms.selection,
        links=terms.links,
        command=command,
    )
