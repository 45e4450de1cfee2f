"""Thresholds: their syntax, errors with positions, and how they are judged."""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from effort import times
from hypothesis import given, settings
from hypothesis import strategies as st

import galtea_frames as gf
from galtea_frames.report.analysis.counts import Counts, numbers_of
from galtea_frames.report.conditions import IN_TOTAL, OF_METRICS, OF_VERSIONS, Comparison
from galtea_frames.report.thresholds import parse, parse_thresholds

READ = [
    ("failure_rate > 0.05", [("failure_rate", ">", "0.05")], False),
    ("failure_rate>5%", [("failure_rate", ">", "0.05")], False),
    ("failure_rate > 5% and n >= 30", [("failure_rate", ">", "0.05"), ("n", ">=", 30)], False),
    ("pending_rate > 2.5 % and n >= 3", [("pending_rate", ">", "0.025"), ("n", ">=", 3)], False),
    ("failure_rate\u00a0>\u00a07.9\u00a0% per version", [("failure_rate", ">", "0.079")], True),
    ("failure_rate_change < \u22120.5\u202f%", [("failure_rate_change", "<", "-0.005")], False),
    ("production_rate < 1 and failure_rate <= 1.0", [("production_rate", "<", 1), ("failure_rate", "<=", 1)], False),
    ("failure_rate > 500% and sessions_change > 2", [("failure_rate", ">", 5), ("sessions_change", ">", 2)], False),
    ("sessions < 1e3 in total", [("sessions", "<", 1000.0)], False),
    (" sessions_change <= -.5 per version ", [("sessions_change", "<=", -0.5)], True),
    ("users == 0 and pending != 3.", [("users", "==", 0.0), ("pending", "!=", 3.0)], False),
    ("sessions < 5 in production", [("sessions", "<", 5)], False),
]


#: Conditions on metrics: the number, the metric, whether it applies per version, and the place.
METRICS = [
    ('score("Accuracy") < 0.8', "score", "Accuracy", False, None),
    ("pass_rate ( 'Accuracy' ) < 90% per version", "pass_rate", "Accuracy", True, None),
    ('pass_rate("Accuracy")<1 in tests', "pass_rate", "Accuracy", False, "tests"),
    ('score_change("a > b and c") < -0.1 per version in production', "score_change", "a > b and c", True, "production"),
    (r"""scored("say \"no\" \\ 'yes'") < 3 in total""", "scored", "say \"no\" \\ 'yes'", False, None),
    ("score('') < 0.5", "score", "", False, None),
    ("score('目标\n2') < 0.5", "score", "目标\n2", False, None),
]


@pytest.mark.parametrize(("text", "name", "metric", "per_version", "place"), METRICS)
def test_conditions_on_metrics_are_read(
    text: str, name: str, metric: str, per_version: bool, place: str | None
) -> None:
    """Names may hold anything; quotes and backslashes have a backslash before them."""
    found = parse(text, "warn")
    (only,) = found.comparisons
    assert (name, metric, per_version, place) == (only.name, only.metric, found.per_version, found.place)
    assert (metric,) == found.metrics


@settings(deadline=None)
@given(st.text(), st.sampled_from("'\""))
def test_any_name_of_a_metric_can_be_written(metric: str, quote: str) -> None:
    """With a backslash before each backslash and quote."""
    written = metric.replace("\\", "\\\\").replace(quote, f"\\{quote}")
    assert (metric,) == parse(f"score({quote}{written}{quote}) > 0", "fail").metrics


@pytest.mark.parametrize(("text", "comparisons", "per_version"), READ)
def test_conditions_are_read(text: str, comparisons: list[tuple[str, str, str | float]], per_version: bool) -> None:
    """Names, operators, limits, and whether it applies per version."""
    found = parse(text, "fail")
    assert [Comparison(name, sign, Fraction(limit)) for name, sign, limit in comparisons] == list(found.comparisons)
    assert (text.strip(), per_version, "fail") == (found.text, found.per_version, found.level)


REFUSED = [
    ("", 1, "expected a name such as failure_rate"),
    ("failure_rat > 1", 1, "unknown name 'failure_rat', use one of sessions, completed"),
    ("failure_rate", 13, "expected one of < <= > >= == !="),
    ("failure_rate = 1", 14, "expected one of"),
    ("failure_rate > many", 16, "expected a number"),
    ("failure_rate > 1e999", 16, "the number is too large"),
    ("n > 1e999999999", 5, "the number is too large, too small"),
    ("n > 1e-999999999", 5, "the number is too large, too small"),
    (f"n > {'9' * 41}", 5, "has more than 40 digits"),
    ("failure_rate > 5", 16, "failure_rate ranges from 0 to 1: write 5% for a percentage"),
    ("n > 3 and pending_rate >= 1.01", 27, "pending_rate ranges from 0 to 1: write 1.01% for a percentage"),
    ("failure_rate_change < -2 per version", 23, "failure_rate_change ranges from -1 to 1: write -2% for a"),
    ("failure_rate_high > 20", 21, "failure_rate_high ranges from 0 to 1: write 20% for"),
    ("production_rate < 90", 19, "production_rate ranges from 0 to 1: write 90% for"),
    ("sessions_change < -20", 19, "sessions_change is at least -1: write -20% for"),
    ("failure_rate > 1 n", 18, "expected 'and', 'per version', 'in total', 'in production', 'in tests' or the end"),
    ("n > 1 or n < 0", 7, "write one threshold per side"),
    ("n > 1 and", 10, "expected a name such as failure_rate"),
    ("n > 1 per session", 11, "expected 'version'"),
    ("n > 1 in all", 10, "expected 'total', 'production' or 'tests'"),
    ("n > 1 and users > 2 per version", 11, "users is only available in total"),
    ("__import__('os').system('x') > 1", 1, "unknown name"),
    ("n > 1\n;", 7, "expected 'and'"),
    ("score < 0.5", 7, 'score needs the name of a metric, as in score("Accuracy")'),
    ("score(Accuracy) < 0.5", 7, 'expected the name of a metric in quotes, as in score("Accuracy")'),
    ('score("Accuracy) < 0.5', 7, "expected the name of a metric in quotes"),
    ('score("a", "b") < 0.5', 10, "expected ')'"),
    ('score("a") < 80', 14, "score ranges from 0 to 1: write 80% for a percentage"),
    ('pass_rate_change("a") < -2', 25, "pass_rate_change ranges from -1 to 1"),
    ('failed("a") < 1', 7, "expected one of <"),
    ('scores("a") < 1', 1, 'scored("…"), score("…")'),
    ("n > 1 per version in total", 22, "expected 'production' or 'tests'"),
    ("users > 2 in tests", 1, "users is only available for all sessions together"),
    ('users > 2 and score("a") < 1', 1, "users is only available for all sessions together"),
]


@pytest.mark.parametrize(("text", "character", "problem"), REFUSED)
def test_what_cannot_be_read_is_pointed_at(text: str, character: int, problem: str) -> None:
    """The error is one line with the problem, the character's number and the position."""
    with pytest.raises(gf.QueryError) as caught:
        parse(text, "fail")
    message = str(caught.value)
    assert message.startswith(f"invalid threshold at character {character}: ")
    assert problem in message
    assert 1 == len(message.splitlines())


@settings(deadline=None)
@given(
    st.text()
    | st.lists(
        st.sampled_from([*IN_TOTAL, *OF_METRICS, *"<>=!%.-+()'\"\\", "and", "per", "version", "in", "tests", "1", " "])
    ).map("".join)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    """It is parsed, or raises a QueryError of one line."""
    said = ""
    try:
        parse(text, "warn")
    except gf.QueryError as error:
        said = str(error)
    assert len(said.splitlines()) <= 1


@settings(deadline=None)
@given(st.sampled_from(sorted(OF_VERSIONS)), st.sampled_from(["<", ">="]), st.floats(-1e9, 1e9))
def test_any_limit_is_read_back(figure: str, operator: str, limit: float) -> None:
    """Exactly, in any notation of Python."""
    percentage = f"{figure} {operator} {limit!r}% per version"
    assert (Comparison(figure, operator, Fraction(repr(limit)) / 100),) == parse(percentage, "fail").comparisons


JUDGED = [
    ("n > 1", {"n": 2}, True),
    ("n > 1", {"n": 1}, False),
    ("n > 1", {"n": None}, None),
    ("n > 1 and failed > 1", {"n": None, "failed": 0}, False),
    ("n > 1 and failed > 1", {"n": None, "failed": 2}, None),
    ("n > 1 and failed > 1", {"n": 2, "failed": 2}, True),
]


@pytest.mark.parametrize(("text", "figures", "expected"), JUDGED)
def test_what_is_missing_is_neither_true_nor_false(
    text: str, figures: dict[str, float | None], expected: bool | None
) -> None:
    """A condition is false if any part is, and unknown if a part that matters is."""
    assert expected is parse(text, "fail").broken(figures)


#: A name, how many of how many failed (or are pending, or sessions) in the period and the one before, and its value.
EXACT = [
    ("failure_rate_change", (7, 100), (5, 100), "2%"),
    ("failure_rate_change", (5, 100), (7, 100), "-2%"),
    ("failure_rate", (29, 1000), (1, 9), "2.9%"),
    ("failure_rate", (57, 1000), (1, 9), "5.7 %"),
    ("failure_rate", (3, 10), (1, 9), "0.3"),
    ("sessions_change", (1, 110), (1, 100), "10%"),
    ("sessions_change", (1, 43), (1, 50), "-14%"),
]


@pytest.mark.parametrize(("figure", "now", "before", "limit"), EXACT)
def test_limits_are_compared_exactly(figure: str, now: tuple[int, int], before: tuple[int, int], limit: str) -> None:
    """A number that equals its limit is neither above nor below."""
    found = numbers_of(*(Counts(n, n - failed, failed, 0) for failed, n in (now, before)))
    outcomes = [
        parse(f"{figure} {sign} {limit} per version", "fail").broken(found)
        for sign in ("<", "<=", "==", "!=", ">=", ">")
    ]
    assert [False, True, True, False, True, False] == outcomes


@settings(max_examples=times(200), deadline=None)
@given(st.integers(1, 2_000), st.integers(0, 2_000), st.integers(-200_000, 200_000), st.sampled_from("<>"))
def test_any_limit_is_compared_exactly(n: int, failed: int, limit: int, sign: str) -> None:
    """Limits may have three decimals of a percent."""
    failed = min(failed, n)
    exactly = Fraction(failed, n) - Fraction(limit, 100_000)
    found = numbers_of(Counts(n, n - failed, failed, 0), None)
    written = f"failure_rate {sign} {limit / 1000:.3f} %"
    assert (exactly < 0 if sign == "<" else exactly > 0) == parse(written, "fail").broken(found)


def levels(given_as: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - whatever a caller may give
    """Return level and text of each threshold."""
    return [(each.level, each.text) for each in parse_thresholds(given_as)]


def test_thresholds_come_in_several_forms(tmp_path: Path) -> None:
    """A condition, a list, a mapping, a TOML file; `fail_if` first, each in its order."""
    assert [("fail", "n > 1")] == levels("n > 1") == levels(["n > 1"]) == levels({"fail_if": "n > 1"})
    both = [("fail", "n > 1"), ("fail", "n > 2"), ("warn", "n > 0")]
    assert both == levels({"warn_if": "n > 0", "fail_if": ["n > 1", "n > 2"]})
    file = tmp_path / "limits.toml"
    file.write_text('fail_if = ["n > 1", "n > 2"]\nwarn_if = "n > 0"\n')
    assert both == levels(file)
    assert [] == levels([]) == levels({})
    assert [("warn", "failure_rate_change_low > 0 and n >= 30 and previous_n >= 30 per version")] == levels(None)


BAD: list[tuple[Any, str]] = [
    ({"fail": "n > 1"}, "unknown key 'fail' in thresholds: use fail_if and warn_if"),
    ({"fail_if": [1]}, "a threshold must be text such as"),
    (7, "a threshold must be text such as"),
    (["n > 1"] * 1_001, "at most 1,000 thresholds of at most 2,000 characters each are supported"),
    ("n > 1" + " and n > 1" * 300, "at most 1,000 thresholds of at most 2,000 characters each are supported"),
    (Path("no/such.toml"), "cannot read thresholds from no.such.toml: no such file"),
]


@pytest.mark.parametrize(("given_as", "message"), BAD)
def test_other_forms_are_refused(given_as: Any, message: str) -> None:  # noqa: ANN401 - whatever a caller may give
    """The error says what is expected."""
    with pytest.raises(gf.QueryError, match=message):
        parse_thresholds(given_as)


@pytest.mark.parametrize("content", [b"fail_if = ", b"\xff"])
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    """The error names the file."""
    file = tmp_path / "limits.toml"
    file.write_bytes(content)
    with pytest.raises(gf.QueryError, match=r"limits\.toml is not valid TOML"):
        parse_thresholds(file)


FILES = {
    "a line of a key that has a hundred thousand parts": ("a" + ".a" * 20_000 + "=1", "has a line of more than 2,500"),
    "lists in lists in lists": ("a=\n" + "[\n" * 20_000, "is not valid TOML"),
    "more than anyone writes": ("# \n" * 50_000, "is larger than 50,000 bytes"),
    "a number of more digits than Python reads": ("fail_if=" + "1" * 2_000 + "\n" + "a=1" + "_1" * 1_200, "."),
}


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_at_once(tmp_path: Path, name: str) -> None:
    """Files that take long to parse are over the limits."""
    file = tmp_path / "limits.toml"
    file.write_text(FILES[name][0])
    with pytest.raises(gf.QueryError, match=FILES[name][1]):
        parse_thresholds(file)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    """Thresholds must be in a regular file."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(gf.QueryError, match="is a pipe, not a regular file"):
        parse_thresholds(tmp_path / "pipe")
