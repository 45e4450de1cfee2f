"""The formats of a comparison: HTML, Markdown, JSON and cases; the same bytes for the same input."""

from __future__ import annotations

import json
import random
from functools import cache
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from comparison_frames import A, B, compared, evaluation, paired, scores_of, sessions_of, turns_of
from folder_contents import contents

import galtea_frames as gf
from galtea_frames.compare.pages.views import place, reach_of, shade
from galtea_frames.pages.wording import p_value, score, signed_number, signed_score

if TYPE_CHECKING:
    from pathlib import Path


def rows() -> list[dict[str, Any]]:
    """Return evaluations of a metric that got worse, one that got better, one that did not change, and a small one."""
    chance = random.Random(4)
    found = []
    for metric, effect, size in (("m1", -0.2, 40), ("m2", 0.2, 40), ("m3", 0.0, 40), ("m4", 0.1, 5)):
        before = [round(chance.uniform(0.3, 0.7), 2) for _ in range(size)]
        after = [round(each + effect + chance.gauss(0, 0.08), 2) for each in before]
        texts = {"reason": "Because.", "test_case__input__user_message": "Why?", "test_case__expected_output": "So."}
        found += paired(before, after, metric, test_case__language_code="en", **texts)
    return found


@cache
def comparison() -> gf.Comparison:
    """Return a comparison with something in every section of its page."""
    sessions: list[dict[str, Any]] = [
        {
            "id": f"{environment}{version}{n}",
            "version_id": version,
            "status": "FAILED" if n % 5 == 0 else "COMPLETED",
            "test_case_id": test_case,
            "stopping_reason": f"reason {n % 10}",
            "error": f"{'x' * (n % 10)}!",
        }
        for version in (A, B)
        for n in range(30)
        for environment, test_case in (("production", None), ("tests", "c1"))
    ]
    turns = [
        {"id": f"t{each['id']}", "session_id": each["id"], "index": 0, "latency": 100.0 + n, "cost": 0.001 * n}
        for n, each in enumerate(sessions)
    ]
    return gf.compare_versions(
        A,
        B,
        scores=scores_of(rows()),
        sessions=sessions_of(sessions),
        turns=turns_of(turns),
        by="test_case.language_code",
    )


def test_html_markdown_and_json_say_the_same() -> None:
    """The numbers of the tables are on both pages, and null is None in JSON."""
    found = comparison()
    html, markdown, said = found.to_html(), found.to_markdown(), found.to_dict()
    assert said == json.loads(json.dumps(said, allow_nan=False))
    assert ("MIXED", False, ["worse", "better", "no difference shown", "too few"]) == (
        said["verdict"],
        not said["complete"],
        [line["verdict"] for line in said["metrics"]],
    )
    for line in said["metrics"]:
        shown = ("difference", "low", "high") if line["verdict"] != "too few" else ("difference",)
        for number in (line[name] for name in shown):
            assert signed_score(number) in html
            assert signed_score(number) in markdown
    assert len(said["flips"]) == found.metrics[["fixed", "broken"]].sum().sum()
    for page in (html, markdown):
        for words in (found.headline, "Broken", "Fixed", "test_case", "reason 1", "gf.compare_versions", "median"):
            assert words in page.replace("\\", "")
    assert "10 of " in html
    assert "2 more values in comparison.json" in html


def test_a_notebook_shows_the_page() -> None:
    """In a sandboxed frame; Markdown where frames are removed; one line where there is nothing else."""
    found = comparison()
    assert found._repr_html_().startswith('<iframe sandbox title="Comparison"')
    assert found._repr_markdown_() == found.to_markdown()
    assert repr(found).startswith("<Comparison of 'v2' with 'v1': MIXED. Worse on 1 of 4 metrics (Metric m1 \u22120.")


def test_it_is_written_as_one_folder(tmp_path: Path) -> None:
    """Four files, the same bytes each time; an earlier comparison is replaced, anything else is not."""
    folder = tmp_path / "comparison"
    comparison().write(folder)
    first = contents(folder)
    assert {"comparison.html", "comparison.md", "comparison.json", "cases.parquet"} == set(first)
    compared(rows()[:20]).write(folder)
    assert contents(folder) != first
    comparison().write(folder)
    assert contents(folder) == first
    pd.testing.assert_frame_equal(comparison().cases, gf.read_parquet(folder / "cases.parquet"))
    (folder / "comparison.md").write_text("mine")
    with pytest.raises(gf.errors.ReportError, match="holds files that are not part of a comparison"):
        comparison().write(folder)


def test_a_report_does_not_replace_a_comparison(tmp_path: Path) -> None:
    """Each kind of folder only replaces its own."""
    gf.write_parquet(comparison().cases, tmp_path / "data", partition_by="metric_id")
    with pytest.raises(gf.errors.ReportError, match="holds files that are not part of a comparison"):
        comparison().write(tmp_path / "data")


def test_ids_are_links_where_a_template_is_given() -> None:
    """Those of versions, and of the sessions of cases that changed sides; only https, and escaped."""
    some = paired([0.9] * 2, [0.1] * 2, session_id="a b/<c>")
    found = compared(some, session_url="https://example.com/s/{id}", version_url="https://example.com/v/{id}")
    html = found.to_html()
    assert f'href="https://example.com/v/{A}"' in html
    assert 'href="https://example.com/s/a%20b%2F%3Cc%3E"' in html
    assert "session_url='https://example.com/s/{id}'" in found.command
    assert "allow-popups" in found._repr_html_()
    assert f"](https://example.com/v/{A})" in found.to_markdown()
    assert "<a " not in compared(some).to_html()
    with pytest.raises(gf.errors.QueryError, match="session_url must begin with https://"):
        compared(some, session_url="http://example.com/{id}")


@pytest.mark.parametrize("library", ["jinja2", "scipy"])
def test_a_missing_extra_is_one_line(monkeypatch: pytest.MonkeyPatch, library: str) -> None:
    """It says what to install."""
    monkeypatch.setitem(__import__("sys").modules, library, None)
    with pytest.raises(gf.errors.ReportError) as caught:
        compared(rows())
    assert str(caught.value) == f"a comparison needs {library}: pip install 'galtea-frames[report]'"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([], 0.05, id="nothing"),
        pytest.param([("worse", -0.001)], 0.05, id="a small difference does not look large"),
        pytest.param([("worse", -0.11)], 0.2, id="a round number"),
        pytest.param([("better", 0.5)], 0.5, id="just that"),
        pytest.param([("better", 0.62)], 1.0, id="never beyond one"),
        pytest.param([("too few", 0.9), ("worse", -0.1)], 0.1, id="metrics with too few pairs do not stretch it"),
    ],
)
def test_the_scale_of_drawings(values: list[tuple[str, float]], expected: float) -> None:
    """It reaches equally far to both sides."""
    lines: Any = [{"verdict": verdict, "difference": value, "low": value, "high": None} for verdict, value in values]
    assert expected == pytest.approx(reach_of(lines))


@pytest.mark.parametrize(
    ("value", "x", "colour"),
    [
        (0.0, "50.0", "even"),
        (0.2, "97.0", "up4"),
        (-0.2, "3.0", "down4"),
        (0.9, "97.0", "up4"),
        (-0.05, "38.2", "down1"),
        (0.01, "52.4", "even"),
    ],
)
def test_places_and_colours(value: float, x: str, colour: str) -> None:
    """Zero is in the middle; beyond the scale is its end."""
    assert (x, colour) == (place(value, 0.2), shade(value, 0.2))


def test_numbers_are_written_as_readers_expect() -> None:
    """With a minus as wide as the plus, and without a sign if nothing is left after rounding."""
    assert ["0.724", "n/a"] == [score(0.7241), score(None)]
    assert ["+0.082", "\u22120.082", "0.000", "n/a"] == [signed_score(each) for each in (0.082, -0.082, -0.0001, None)]
    assert ["+1,276", "\u22120.0167", "0", "n/a"] == [signed_number(each) for each in (1276.2, -0.0167, 0, None)]
    assert ["0.013", "<\u00a00.001", "n/a"] == [p_value(each) for each in (0.0131, 0.0004, None)]


@pytest.mark.parametrize(
    ("found", "verdict", "headline"),
    [
        pytest.param(
            lambda: compared(paired([0.9] * 12, [0.1] * 12)),
            "WORSE",
            "Worse on 1 of 1 metric (Metric m1 \u22120.800).",
            id="worse",
        ),
        pytest.param(
            lambda: compared(paired([0.1] * 12, [0.9] * 12)),
            "BETTER",
            "Better on 1 of 1 metric (Metric m1 +0.800).",
            id="better",
        ),
        pytest.param(
            lambda: compared(paired([0.5] * 12, [0.5] * 12)),
            "NO DIFFERENCE SHOWN",
            "The one metric shows no difference.",
            id="no difference",
        ),
        pytest.param(
            lambda: compared(paired([0.5] * 3, [0.5] * 3) + paired([0.5] * 3, [0.5] * 3, "m2")),
            "TOO FEW",
            "All 2 metrics have fewer than 10 pairs, too few to say.",
            id="too few",
        ),
        pytest.param(
            lambda: compared([row for n in range(5) for row in paired([0.9] * 12, [0.1] * 12, f"m{n}")]),
            "WORSE",
            "Worse on 5 of 5 metrics (Metric m0 \u22120.800, Metric m1 \u22120.800, Metric m2 \u22120.800 and 2 more).",
            id="many",
        ),
    ],
)
def test_the_headline_says_no_more_than_the_table(found: Any, verdict: str, headline: str) -> None:  # noqa: ANN401
    """Metrics are counted and named, never pooled."""
    made = found()
    assert (verdict, headline) == (made.verdict, made.headline)
    assert "p undefined" in made.to_html() or verdict != "NO DIFFERENCE SHOWN"


def test_many_metrics_and_groups_are_cut_and_counted() -> None:
    """The page shows the first; comparison.json has all."""
    metrics = [row for n in range(62) for row in paired([0.5], [0.6], f"m{n:02}", test_case__language_code="en")]
    groups = [
        evaluation(version, f"c{n}", 0.5, "m00", test_case__language_code=f"l{n}")
        for version in (A, B)
        for n in range(7)
    ]
    found = compared(metrics + groups, by="test_case.language_code")
    html, markdown = found.to_html(), found.to_markdown()
    assert "2 more metrics in comparison.json" in html
    assert "2 more metrics in comparison.json" in markdown
    assert "2 more groups in comparison.json" in html
    assert "no pairs" in html
