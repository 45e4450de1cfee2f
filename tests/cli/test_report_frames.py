"""What `galtea-frames report` loads: few columns, and the same report as from whole frames."""

from __future__ import annotations

import itertools
import json
import random
import warnings
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from report_frames import sessions, versions

import galtea_frames as gf
from galtea_frames.report.analysis.metadata import survey
from galtea_frames.report.terms import parse_terms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from command_line import Run

pytestmark = pytest.mark.usefixtures("undrawn_charts")

AS_OF = "2026-03-30T08:00"
WEEKS = ("2026-03-04", "2026-03-11", "2026-03-18", "2026-03-25")


def serving(rows: list[dict[str, Any]]) -> gf.sample.SampleApi:
    """Serve these sessions and their versions."""
    return gf.sample.serve(rows, versions("v1", "v2"))


def world() -> list[dict[str, Any]]:
    """Sessions whose fields have many types, most of which a report does not read."""
    odd: list[dict[str, Any]] = [
        {"context": "plain text"},
        {"context": {"a": [1]}},
        {"novel": 1},
        {"novel": "x"},
        {"error": "HTTP 500"},
    ]
    rows = [row for week in WEEKS for each in odd for row in sessions(2, week, metadata={"ms": 5, "n": "t"}, **each)]
    rows += sessions(3, WEEKS[0], metadata={"rare": 1})
    rows += sessions(2, WEEKS[-1], "FAILED", "v2", metadata={"rare": 2, "new": {"deep": None, "x": 1}, "ms": "slow"})
    rows += sessions(1, WEEKS[-1], metadata={"new": {"deep": None}}, isProduction=True, userId="u", stoppingReason="S")
    return rows + sessions(2, WEEKS[-2], isProduction="yes", testCaseId="t")


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, rows: list[dict[str, Any]]) -> Iterator[gf.sample.SampleApi]:
    """A stand-in with these rows, its key and address in the environment, and an empty folder to work in."""
    with serving(rows) as api:
        monkeypatch.setenv("GALTEA_API_KEY", api.api_key)
        monkeypatch.setenv("GALTEA_API_URL", api.url)
        monkeypatch.chdir(tmp_path)
        yield api


def said(folder: str) -> dict[str, Any]:
    """Return the JSON of a report without its command."""
    found: dict[str, Any] = json.loads(Path(folder, "report.json").read_text())
    return found | {"reproduction": found["reproduction"]["query"]}


MISFIT = [*world(), *sessions(2, WEEKS[-1], userId={"name": "x"})]
#: No column can have this name, so all columns are loaded, to say which ones have numbers.
NO_COLUMN = "status.x"

OPTIONS: list[list[str]] = [
    [],
    ["--metric", "metadata.ms", "--metric", "metadata.none"],
    ["--metric", "novel"],
    ["--metric", NO_COLUMN],
    ["--include-text"],
    ["--product-id", "p1", "--trend-periods", "2"],
]


@pytest.mark.usefixtures("api")
@pytest.mark.filterwarnings("ignore::galtea_frames.GalteaFramesWarning")
@pytest.mark.parametrize("rows", [world(), MISFIT], ids=["plain", "misfit"])
@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
def test_the_report_is_that_of_whole_frames(run: Run, options: list[str]) -> None:
    """From the API and from a mirror; also if a declared column holds values of another type."""
    assert 0 == run("sync", "m")[0]
    whole, scope = _whole(options)
    for folder, source in (("a", []), ("b", ["--mirror", "m"])):
        assert 0 == run("report", "--out", folder, "--as-of", AS_OF, *options, *source)[0]
        expected = json.loads(json.dumps(whole.to_dict()))
        found = said(folder)
        for name in expected.keys() - {"reproduction"}:
            assert expected[name] == found[name], name
        assert scope == [name for name, _ in found["reproduction"]]
        pd.testing.assert_frame_equal(whole.rows, gf.read_parquet(f"{folder}/rows.parquet"))


def _whole(options: list[str]) -> tuple[gf.Report, list[str]]:
    """Return the report on frames with all columns, and the filters that they were loaded with."""
    of_product = "--product-id" in options
    weeks = 2 if of_product else 12
    scope: dict[str, Any] = {"product_ids": ["p1"]} if of_product else {}
    metrics = [value for option, value in itertools.pairwise(options) if option == "--metric"]
    terms: dict[str, Any] = {"metrics": metrics, "include_text": "--include-text" in options, "trend_periods": weeks}
    end = pd.Timestamp("2026-03-30", tz="UTC")
    frame = gf.load_sessions(
        from_created_at=(end - pd.Timedelta(weeks=weeks)).isoformat(),
        to_created_at=(end - pd.Timedelta(microseconds=1)).isoformat(),
        **scope,
        dtype={name: "Float64" for name in metrics if name != NO_COLUMN},
    )
    report = gf.build_report(frame, gf.load_versions(**scope), as_of=AS_OF, **terms)
    return report, [name for name, _ in report.findings.reproduction.query]


@pytest.mark.usefixtures("api")
@pytest.mark.parametrize("rows", [world()])
def test_nothing_is_said_of_columns_that_a_report_does_not_read(run: Run) -> None:
    """Neither that their types are mixed nor that no row has them."""
    run("sync", "m")
    code, _, err = run("report", "--out", "b", "--as-of", AS_OF, "--mirror", "m", "--metric", "metadata.none")
    assert (0, 1) == (code, len(err.splitlines()))
    assert "mixed types, kept as JSON text: 'is_production';" in err
    found = said("b")
    assert ["is_production"] == found["quality"]["mixed_columns"]
    assert ["metadata.new.x"] == found["changes"]["keys"], "`rare` was there three weeks before"


@pytest.mark.parametrize("seed", range(12))
def test_keys_looked_up_apart_are_those_of_a_whole_frame(seed: int) -> None:
    """Whatever type a key has in which week; older weeks are read only for keys that are still missing."""
    chance = random.Random(seed)
    values: list[Any] = [1, "x", None, True, [1], {}, {"y": 2}, {"y": None}, 1.5]
    rows = [
        row
        for number, week in enumerate(WEEKS * 2)
        for row in sessions(
            1, week, odd=number, metadata={k: chance.choice(values) for k in "abcd" if chance.random() < 0.5}
        )
    ]
    periods = parse_terms(
        as_of=AS_OF, period="week", timezone="UTC", thresholds=(), metrics=(), trend_periods=4, include_text=False,
        last_report=None,
    ).periods  # fmt: skip
    asked: list[list[str]] = []
    with serving(rows) as api, gf.Client(api_key=api.api_key, base_url=api.url) as client, warnings.catch_warnings():
        warnings.simplefilter("ignore")

        def load(start: datetime, end: datetime, names: list[str]) -> pd.DataFrame:
            asked.append(names)
            span: dict[str, Any] = {"from_created_at": start, "to_created_at": end - timedelta(microseconds=1)}
            return gf.load_sessions(**span, columns=names, client=client)

        found = survey(load, periods)
        report = gf.build_report(gf.load_sessions(client=client), gf.load_versions(client=client), as_of=AS_OF)
    assert report.findings.changes.keys == found.new
    assert all(later == [name for name in later if name in earlier] for earlier, later in itertools.pairwise(asked[1:]))
