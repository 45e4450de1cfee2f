"""`compare`: load two versions, write their comparison, and exit with a code that says whether one got worse."""

from __future__ import annotations

import shlex
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import click

from galtea_frames.cli.config import config_option
from galtea_frames.cli.options import (
    before_asking,
    client_options,
    client_settings,
    examples,
    json_option,
    say,
    tell,
)
from galtea_frames.errors import QueryError, masked
from galtea_frames.printable import listed, quoted

if TYPE_CHECKING:
    from galtea_frames.compare.comparison import Comparison

#: The exit codes of a metric that got worse, and of incomplete data.
_WORSE, _INCOMPLETE = 10, 3

#: Any metric, for `--fail-if-worse`.
_ANY = "any"

#: Metrics to name in a message.
_NAMED = 10


def _compare(*, out: str, as_json: bool, **given: Any) -> int:  # noqa: ANN401 - the values of all other options
    from galtea_frames.api.client import Client
    from galtea_frames.compare.comparison import compute, require, target_of
    from galtea_frames.compare.loading import load_frames
    from galtea_frames.compare.terms import parse_terms
    from galtea_frames.mirror.mirror import Mirror

    settings = client_settings(given)
    options = {name: given[name] for name in ("by", "selection", "session_url", "version_url")}
    terms = parse_terms(given["baseline"], given["candidate"], **options)
    if not all(each.strip() for each in given["fail_if_worse"]):
        raise QueryError(f"--fail-if-worse takes the name or id of a metric, or {_ANY}")
    with before_asking():
        require()
        target_of(out)
        copy = None if given["mirror"] is None else Mirror(given["mirror"])
    with nullcontext() if copy is not None else Client(**settings) as client:
        frames = load_frames(terms, {}, client, copy, turns=given["turns"])
    comparison = compute(terms, frames, _command(given))
    comparison.write(out)
    failed = _worse(comparison, given["fail_if_worse"])
    code = _INCOMPLETE if comparison.problems else _WORSE if failed else 0
    line = f"{comparison.verdict}: {comparison.headline} Written to {out}"
    say(_summary(comparison, code, failed, out), line, as_json=as_json)
    return code


def _worse(comparison: Comparison, wanted: tuple[str, ...]) -> list[str]:
    """Return the ids of the metrics that got worse, of those that were asked for.

    Raises:
        QueryError: neither version was scored by such a metric.
    """
    known = comparison.coverage[["metric_id", "metric"]].dropna(subset=["metric_id"])
    names = [(str(id_), str(name)) for id_, name in zip(known["metric_id"], known["metric"], strict=True)]
    metrics = comparison.metrics
    verdicts = dict(zip(metrics["metric_id"], metrics["verdict"], strict=True))
    failed: list[str] = []
    for each in wanted:
        ids = [id_ for id_, name in names if each in (_ANY, id_, name)]
        if not ids and each != _ANY:
            there_are = listed(sorted({name for _, name in names}), _NAMED) or "no metrics"
            raise QueryError(f"--fail-if-worse {quoted(each)}: neither version has such scores; there are {there_are}")
        if not any(id_ in verdicts for id_ in ids):
            tell(f"warning: --fail-if-worse {quoted(each)} was not judged: the versions share no scores")
        failed += [id_ for id_ in ids if verdicts.get(id_) == "worse" and id_ not in failed]
    return failed


def _command(given: dict[str, Any]) -> str:
    """Return a command that makes the same comparison."""
    words = ["galtea-frames", "compare", given["baseline"], given["candidate"], "--out", "comparison"]
    for name in ("mirror", "selection", "session_url", "version_url"):
        words += [f"--{name.replace('_', '-')}", given[name]] if given[name] else []
    for name in ("by", "fail_if_worse"):
        words += [word for each in given[name] for word in (f"--{name.replace('_', '-')}", each)]
    words += [] if given["turns"] else ["--no-turns"]
    return shlex.join(map(masked, words))


def _summary(comparison: Comparison, code: int, failed: list[str], out: str) -> dict[str, Any]:
    found = comparison.to_dict()
    names = ("metric_id", "metric", "pairs", "difference", "low", "high", "p_adjusted", "verdict")
    return {
        "verdict": found["verdict"],
        "exit_code": code,
        "headline": found["headline"],
        "baseline": found["baseline"],
        "candidate": found["candidate"],
        "complete": found["complete"],
        "worse": failed,
        "metrics": [{name: line[name] for name in names} for line in found["metrics"]],
        "out": out,
    }


COMPARE = click.Command(
    "compare",
    callback=_compare,
    short_help="Compare two versions: is the candidate better?",
    help="Compare two versions, given by id or name: which metrics got better or worse, how sure that is, and on which"
    " test cases.\n\nExit codes: 0; 10 if a --fail-if-worse metric got worse; 3 if the data is incomplete. The"
    " comparison is written in all three cases.",
    epilog=examples(
        "compare v1 v2 --out comparison",
        "compare v1 v2 --out comparison --by test_case.language_code",
        "compare v1 v2 --out comparison --fail-if-worse any",
        "compare v1 v2 --out comparison --mirror mirror",
    ),
    params=[
        click.Argument(["baseline"]),
        click.Argument(["candidate"]),
        click.Option(
            ["--out"], required=True, metavar="FOLDER", help="where to write it; replaces an earlier comparison"
        ),
        click.Option(
            ["--by"], multiple=True, metavar="COLUMN", help="compare groups of test cases by this column; repeatable"
        ),
        click.Option(
            ["--fail-if-worse"],
            multiple=True,
            metavar=f"METRIC|{_ANY}",
            help="exit with 10 if this metric got worse; repeatable",
        ),
        click.Option(["--selection"], metavar="TEXT", help="which rows these are, if some are left out on purpose"),
        click.Option(["--turns/--no-turns"], default=True, help="load answers, latency, cost and tokens of turns, too"),
        click.Option(["--session-url"], metavar="URL", help="https URL with {id}, to link sessions"),
        click.Option(["--version-url"], metavar="URL", help="https URL with {id}, to link versions"),
        click.Option(["--mirror"], metavar="DIRECTORY", help="read from this mirror instead of the API"),
        config_option("links"),
        *client_options(),
        json_option(),
    ],
)
