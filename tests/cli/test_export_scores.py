"""`galtea-frames export scores`: its files, options and errors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from pandas.testing import assert_frame_equal

import galtea_frames as gf

if TYPE_CHECKING:
    from command_line import Api, Run


@pytest.fixture
def warned() -> Literal["default", "ignore"]:
    """Do not show that some metrics are gone."""
    return "ignore"


@pytest.mark.filterwarnings("ignore::galtea_frames.DanglingKeysWarning")
def test_the_file_is_what_load_scores_returns(run: Run, api: Api) -> None:
    """With filters and columns; the requests of all lists are counted."""
    version = api.versions[next(iter(api.versions))["id"]]["id"]
    before = len(api.requests)
    done = run(
        "export", "scores", "--out", "f.parquet", "--version-id", version, "--column", "id,why_not,metric", "--json"
    )
    assert (done.code, json.loads(done.out)["requests"]) == (0, len(api.requests) - before)
    with gf.Client() as client:
        expected = gf.load_scores(client=client, version_ids=[version], columns=["id", "why_not", "metric"])
    assert_frame_equal(expected, gf.read_parquet("f.parquet"))
    assert {"id", "why_not", "metric.name"} < set(expected.columns)


def test_lines_of_json_have_the_scores_beside_the_records(run: Run, api: Api) -> None:
    """Each line has what was computed, and the record of every list, or null."""
    assert run("export", "scores", "--out", "f.jsonl").code == 0
    lines = [json.loads(line) for line in Path("f.jsonl").read_text(encoding="utf-8").splitlines()]
    named = ["evaluation", "reported_score", "counts", "why_not", "metric", "session", "version", "test_case", "test"]
    assert [list(line) for line in lines] == [named] * len(lines)
    sent = {each["id"]: each for each in api.lists["evaluations"]}
    for line in lines:
        score, human = line["evaluation"]["score"], line["evaluation"]["humanScore"]
        assert line["evaluation"] == {**dict.fromkeys(line["evaluation"]), **sent[line["evaluation"]["id"]]}
        assert line["reported_score"] == (score if human is None else human)
        assert (line["test_case"] is None) >= (line["evaluation"]["testCaseId"] is None)
        assert line["session"]["id"] == line["evaluation"]["sessionId"]


@pytest.mark.usefixtures("api")
def test_a_dataset_is_partitioned_by_a_joined_or_computed_column(run: Run) -> None:
    """One folder per value."""
    assert run("export", "scores", "--out", "by", "--partition-by", "counts", "--partition-by", "test.type").code == 0
    assert {"counts=true", "counts=false"} <= {each.name for each in Path("by").iterdir()}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--partition-by", "metric.nmae"], "did you mean 'metric.name'?"),
        (["--partition-by", "reported"], "there is no column 'reported' to partition by"),
        (["--score-gte", "1.5"], "--score-gte must be a number from 0 to 1, not 1.5"),
        (["--schema", "schema.toml"], "No such option"),
    ],
)
def test_bad_input_is_refused_before_any_request(run: Run, api: Api, words: list[str], message: str) -> None:
    """In one line that says what would be right."""
    done = run("export", "scores", "--out", "f.parquet", *words)
    assert done.code == 2
    assert message in done.err
    assert api.requests == []
