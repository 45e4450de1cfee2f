"""`report`: load what a report needs, write it, and exit with the code of its verdict."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from galtea_frames.cli.config import config_option, settle_thresholds
from galtea_frames.cli.options import (
    before_asking,
    client_options,
    client_settings,
    examples,
    json_option,
    say,
    tell,
)
from galtea_frames.errors import QueryError, RequestError, ResponseError, masked

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from galtea_frames.report.report import Report


def _report(
    *,
    out: str | None,
    index: str | None,
    mirror: str | None,
    product_ids: tuple[str, ...],
    as_json: bool,
    eml: bool,
    sender: str | None,
    to: tuple[str, ...],
    scores: bool,
    **given: Any,  # noqa: ANN401 - the values of all other options
) -> int:
    import pyarrow as pa

    from galtea_frames.cli.report_frames import load_inputs
    from galtea_frames.report.inputs import Inputs
    from galtea_frames.report.pages.email import addresses
    from galtea_frames.report.report import compute, require, target_of
    from galtea_frames.report.terms import parse_terms
    from galtea_frames.report.thresholds import check_metrics

    # Arrow's own allocator keeps what is freed for later; a report of a million sessions then takes 90 MB more.
    pa.set_memory_pool(pa.system_memory_pool())
    if index is not None:
        _check_index(index)
    if out is None:
        return _index_alone(index, as_json=as_json)
    settings, written = client_settings(given), _written(given)
    terms = parse_terms(**written)
    if not scores:
        check_metrics(terms.thresholds, None)
    if (sender or to) and not eml:
        raise QueryError("--sender and --to are for the email: add --eml")
    addresses(sender, to)
    with before_asking():
        require()
        target_of(out)
    try:
        inputs = load_inputs(mirror, settings, terms, list(product_ids), scores=scores)
    except (RequestError, ResponseError) as problem:
        tell(f"galtea-frames: {problem}")
        inputs = Inputs(*_unseen(problem))
    report = compute(inputs, terms, _command(written, mirror, product_ids, scores=scores))
    report.write(out, email=report.to_email(sender=sender, to=to) if eml else None)
    summary, line = _summary(report, out), f"{report.verdict}: {report.findings.headline} Written to {out}"
    if index is not None:
        listed = _write_index(index)
        summary, line = summary | listed, f"{line}; {_listed(listed)}"
    say(summary, line, as_json=as_json)
    return report.exit_code


def _index_alone(index: str | None, *, as_json: bool) -> int:
    """Write an index without a report."""
    if index is None:
        raise QueryError("name a folder for the report, --out FOLDER, or one with reports to list, --index DIRECTORY")
    with before_asking():
        listed = _write_index(index)
    say(listed, _listed(listed), as_json=as_json)
    return 0


def _check_index(index: str) -> None:
    from galtea_frames.report.index import check_index
    from galtea_frames.report.report import require

    with before_asking():
        require()
        check_index(index)


def _write_index(index: str) -> dict[str, Any]:
    """Write an index and return what it lists."""
    from galtea_frames.report.index import NAME, write_index

    found = write_index(index)
    if found.warning is not None:
        tell(f"warning: {found.warning}")
    return {"index": str(Path(index, NAME)), "reports": len(found.entries)}


def _listed(listed: dict[str, Any]) -> str:
    return f"index of {listed['reports']:,} report{'s' * (listed['reports'] != 1)}: {listed['index']}"


def _written(given: dict[str, Any]) -> dict[str, Any]:
    """Return the terms of a report from the options."""
    settle_thresholds(given)
    fail_if, warn_if, file = (given.pop(name) for name in ("fail_if", "warn_if", "thresholds"))
    if file is not None and (fail_if or warn_if):
        raise QueryError("thresholds come from a file or from --fail-if and --warn-if, not from both")
    conditions = {"fail_if": list(fail_if), "warn_if": list(warn_if)} if fail_if or warn_if else None
    given["thresholds"] = conditions if file is None else Path(file)
    # The only place where a report reads the clock; the report shows the time, so that it can be reproduced.
    given["as_of"] = datetime.now(UTC).isoformat(timespec="seconds") if given["as_of"] is None else given["as_of"]
    return given


def _unseen(problem: Exception) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return empty frames whose attrs say why they are empty."""
    import pandas as pd

    from galtea_frames.frames.frame import ATTRS

    columns = {name: pd.Series([], dtype="string") for name in ("id", "version_id", "status")}
    sessions = pd.DataFrame(columns | {"created_at": pd.Series([], dtype="datetime64[us, UTC]")})
    sessions.attrs[ATTRS] = {"complete": False, "problem": str(problem)}
    return sessions, pd.DataFrame({"id": pd.Series([], dtype="string")})


def _command(written: dict[str, Any], mirror: str | None, products: Sequence[str], *, scores: bool) -> str:
    """Return a command that makes the same report."""
    thresholds = written["thresholds"]
    words = ["galtea-frames", "report", "--out", "report", "--as-of", written["as_of"], "--period", written["period"]]
    words += ["--timezone", written["timezone"], "--trend-periods", str(written["trend_periods"])]
    words += ["--mirror", mirror] if mirror else []
    words += ["--thresholds", str(thresholds)] if isinstance(thresholds, Path) else []
    words += ["--scores"] if scores else []
    words += ["--include-text"] if written["include_text"] else []
    words += ["--last-report", written["last_report"]] if written["last_report"] else []
    words += ["--session-url", written["session_url"]] if written["session_url"] else []
    words += ["--version-url", written["version_url"]] if written["version_url"] else []
    texts = thresholds if isinstance(thresholds, dict) else {}
    repeated = {"--product-id": products, "--metric": written["metrics"]}
    repeated |= {"--sum": written["sums"], "--by": written["by"]}
    repeated |= {"--fail-if": texts.get("fail_if", ()), "--warn-if": texts.get("warn_if", ())}
    words += [word for option, values in repeated.items() for value in values for word in (option, value)]
    return shlex.join(map(masked, words))


def _summary(report: Report, out: str) -> dict[str, Any]:
    found = report.to_dict()
    summary = {"verdict": found["verdict"], "exit_code": found["exit_code"], "headline": found["headline"]}
    return summary | {"sessions": found["completeness"]["sessions"], "out": out}


REPORT = click.Command(
    "report",
    callback=_report,
    short_help="Report on the last week, by version.",
    help="Write a report on the last full week, day or month, by version, compared with the period before.\n\n"
    "Exit codes: 0; 10 if a --fail-if condition is true; 3 if the data is incomplete. The report is written in all"
    " three cases.",
    epilog=examples(
        "report --out report",
        'report --out report --fail-if "failure_rate > 10%"',
        "report --out report --scores --sum turns.cost",
        "report --out report --period month --timezone Europe/Madrid",
        "report --out report --mirror mirror --as-of 2026-03-30",
    ),
    params=[
        click.Option(["--out"], metavar="FOLDER", help="where to write it; replaces an earlier report"),
        click.Option(
            ["--index"], metavar="DIRECTORY", help="list the reports in this directory in its index.html, newest first"
        ),
        click.Option(["--as-of"], metavar="TIME", help="report on the last period before this time  [default: now]"),
        click.Option(
            ["--period"], default="week", type=click.Choice(["day", "week", "month"]), help="length of a period"
        ),
        click.Option(["--timezone"], default="UTC", metavar="NAME", help="IANA time zone of the periods"),
        click.Option(["--fail-if"], multiple=True, metavar="CONDITION", help="verdict FAIL if true; repeatable"),
        click.Option(
            ["--warn-if"],
            multiple=True,
            metavar="CONDITION",
            help="verdict WARN if true; repeatable  [default: a version got significantly worse]",
        ),
        click.Option(["--thresholds"], metavar="FILE", help="TOML file with fail_if and warn_if"),
        click.Option(
            ["metrics", "--metric"], multiple=True, metavar="COLUMN", help="numeric column to summarize; repeatable"
        ),
        click.Option(["--scores"], is_flag=True, help="compare the scores of metrics by version"),
        click.Option(
            ["sums", "--sum"], multiple=True, metavar="COLUMN", help="column to add up, such as turns.cost; repeatable"
        ),
        click.Option(["--by"], multiple=True, metavar="COLUMN", help="column to group sessions by; repeatable"),
        click.Option(["--trend-periods"], default=12, metavar="N", help="number of periods in trends"),
        click.Option(["--include-text"], is_flag=True, help="include raw text of errors and contexts"),
        click.Option(["--session-url"], metavar="URL", help="https URL with {id}, to link sessions"),
        click.Option(["--version-url"], metavar="URL", help="https URL with {id}, to link versions"),
        click.Option(["--last-report"], metavar="FILE", help="earlier report.json, to find late changes"),
        click.Option(["--eml"], is_flag=True, help="write the report as an email too, report.eml"),
        click.Option(["--sender"], metavar="ADDRESS", help="sender of the email"),
        click.Option(["--to"], multiple=True, metavar="ADDRESS", help="recipient of the email; repeatable"),
        click.Option(["--mirror"], metavar="DIRECTORY", help="read from this mirror instead of the API"),
        click.Option(
            ["product_ids", "--product-id"],
            multiple=True,
            metavar="ID",
            help="only these products; repeatable  [default: all]",
        ),
        config_option("timezone", "product", "metrics", "thresholds", "links"),
        *client_options(),
        json_option(),
    ],
)
