"""Thresholds: what can be written, what is refused and where, and how they are judged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import galtea_frames as gf
from galtea_frames.thresholds import IN_TOTAL, OF_VERSIONS, Comparison, parse, read_thresholds

READ = [
    ("failure_rate > 0.05", [("failure_rate", ">", 0.05)], False),
    ("failure_rate>5%", [("failure_rate", ">", 0.05)], False),
    ("failure_rate > 5% and n >= 30", [("failure_rate", ">", 0.05), ("n", ">=", 30.0)], False),
    ("sessions < 1e3 in total", [("sessions", "<", 1000.0)], False),
    (" sessions_change <= -.5 per version ", [("sessions_change", "<=", -0.5)], True),
    ("users == 0 and pending != 3.", [("users", "==", 0.0), ("pending", "!=", 3.0)], False),
]


@pytest.mark.parametrize(("text", "comparisons", "per_version"), READ)
def test_conditions_are_read(text: str, comparisons: list[tuple[str, str, float]], per_version: bool) -> None:
    """Figures, operators, limits, and whether it is about each version."""
    found = parse(text, "fail")
    assert [Comparison(*each) for each in comparisons] == list(found.comparisons)
    assert (text.strip(), per_version, "fail") == (found.text, found.per_version, found.level)


REFUSED = [
    ("", 1, "expected a figure"),
    ("failure_rat > 1", 1, "there is no figure 'failure_rat', but sessions, completed"),
    ("failure_rate", 13, "expected one of < <= > >= == !="),
    ("failure_rate = 1", 14, "expected one of"),
    ("failure_rate > many", 16, "expected a number"),
    ("failure_rate > 1e999", 16, "the number is too large"),
    ("failure_rate > 1 n", 18, "expected 'and', 'per version', 'in total' or the end"),
    ("n > 1 or n < 0", 7, "write one threshold for each side"),
    ("n > 1 and", 10, "expected a figure"),
    ("n > 1 per session", 11, "expected 'version'"),
    ("n > 1 in all", 10, "expected 'total'"),
    ("n > 1 and users > 2 per version", 11, "users is not known per version"),
    ("__import__('os').system('x') > 1", 1, "there is no figure"),
    ("n > 1\n;", 7, "expected 'and'"),
]


@pytest.mark.parametrize(("text", "character", "problem"), REFUSED)
def test_what_cannot_be_read_is_pointed_at(text: str, character: int, problem: str) -> None:
    """One line with the problem, the character's number and the place."""
    with pytest.raises(gf.QueryError) as caught:
        parse(text, "fail")
    message = str(caught.value)
    assert message.startswith(f"threshold, at character {character}: ")
    assert problem in message
    assert 1 == len(message.splitlines())


@settings(deadline=None)
@given(st.text() | st.lists(st.sampled_from([*IN_TOTAL, *"<>=!%.-+", "and", "per", "version", "1", " "])).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing but a QueryError of one line comes of it."""
    said = ""
    try:
        parse(text, "warn")
    except gf.QueryError as error:
        said = str(error)
    assert len(said.splitlines()) <= 1


@settings(deadline=None)
@given(st.sampled_from(sorted(OF_VERSIONS)), st.sampled_from(["<", ">="]), st.floats(-1e9, 1e9))
def test_any_limit_is_read_back(figure: str, operator: str, limit: float) -> None:
    """As Python writes numbers, with an exponent too."""
    assert (Comparison(figure, operator, limit),) == parse(
        f"{figure} {operator} {limit!r} per version", "fail"
    ).comparisons


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
    """A condition is false where one part is, whatever the others; unknown where one that matters is."""
    assert expected is parse(text, "fail").broken(figures)


def levels(given_as: Any) -> list[tuple[str, str]]:  # noqa: ANN401 - whatever a caller may give
    """Return level and text of each threshold."""
    return [(each.level, each.text) for each in read_thresholds(given_as)]


def test_thresholds_come_in_several_forms(tmp_path: Path) -> None:
    """One condition, a list, a mapping, a TOML file; fails first, each in its order."""
    assert [("fail", "n > 1")] == levels("n > 1") == levels(["n > 1"]) == levels({"fail_if": "n > 1"})
    both = [("fail", "n > 1"), ("fail", "n > 2"), ("warn", "n > 0")]
    assert both == levels({"warn_if": "n > 0", "fail_if": ["n > 1", "n > 2"]})
    file = tmp_path / "limits.toml"
    file.write_text('fail_if = ["n > 1", "n > 2"]\nwarn_if = "n > 0"\n')
    assert both == levels(file)
    assert [] == levels([]) == levels({})
    assert [("warn", "failure_rate_change_low > 0 and n >= 30 and previous_n >= 30 per version")] == levels(None)


BAD: list[tuple[Any, str]] = [
    ({"fail": "n > 1"}, "the keys fail_if and warn_if, not 'fail'"),
    ({"fail_if": [1]}, "a threshold is text such as"),
    (7, "a threshold is text such as"),
    (Path("no/such.toml"), "cannot read thresholds from no.such.toml: No such file"),
]


@pytest.mark.parametrize(("given_as", "message"), BAD)
def test_other_forms_are_refused(given_as: Any, message: str) -> None:  # noqa: ANN401 - whatever a caller may give
    """In one line that says what is wanted."""
    with pytest.raises(gf.QueryError, match=message):
        read_thresholds(given_as)


@pytest.mark.parametrize("content", [b"fail_if = ", b"\xff"])
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    """By its name."""
    file = tmp_path / "limits.toml"
    file.write_bytes(content)
    with pytest.raises(gf.QueryError, match=r"limits\.toml is not TOML"):
        read_thresholds(file)
