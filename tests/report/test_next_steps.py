"""What a report says to look at next: the most pressing first, at most five lines, with commands that can be typed."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import pytest
from command_line import parse
from report_frames import report_on, sessions, two_weeks, versions
from score_frames import report_with_scores

if TYPE_CHECKING:
    import galtea_frames as gf

pytestmark = pytest.mark.usefixtures("undrawn_charts")

SPAN = "--from-created-at 2026-03-23T00:00:00+00:00 --to-created-at 2026-03-29T23:59:59.999999+00:00"


def steps_of(report: gf.Report) -> list[tuple[str, str | None]]:
    """Return the lines with their commands."""
    return [(each["text"].replace("\u00a0", " "), each["command"]) for each in report.to_dict()["next_steps"]]


def test_it_names_the_version_and_the_error_with_their_commands() -> None:
    """v2 got worse by more than chance; the newest error is the most frequent one."""
    version, error = steps_of(report_on(two_weeks()))
    change = "(30.0 %, 25.0 points more than in 2026-W12)"
    assert f"name of v2: 18 of 60 ended sessions failed {change}." == version[0]
    assert f"galtea-frames export sessions --out sessions.parquet --version-id v2 --status FAILED {SPAN}" == version[1]
    assert "A new error, in 19 sessions: “cannot read <text>”." == error[0]
    assert error[1]
    assert 3 == shlex.split(error[1]).count("--id")


def aged(**created: str | None) -> list[dict[str, Any]]:
    """Return versions created on these days."""
    return [each | {"createdAt": created[each["id"]]} for each in versions(*created)]


COMPARED: list[tuple[dict[str, str | None], str | None]] = [
    ({"v1": "2026-01-01", "v2": "2026-02-01", "v3": "2026-01-15"}, "v1"),
    ({"v1": "2026-02-02", "v2": "2026-02-01", "v3": "2026-01-15"}, "v3"),
    ({"v1": "2026-02-02", "v2": "2026-02-01", "v3": "2026-02-02"}, None),
    ({"v1": "2026-01-01", "v2": None, "v3": "2026-01-15"}, None),
    ({"v1": None, "v2": "2026-02-01", "v3": None}, None),
]


def test_versions_of_other_products_are_not_compared() -> None:
    """The one before it is of the same product, however few sessions it has."""
    known = aged(v1="2026-01-20", v2="2026-02-01", v3="2026-01-15")
    products = {"v1": "product_1", "v2": "product_2", "v3": "product_2"}
    found = steps_of(report_on(two_weeks(), [each | {"productId": products[each["id"]]} for each in known]))
    assert ["galtea-frames compare v3 v2 --out comparison"] == [each[1] for each in found if each[0].startswith("Comp")]


@pytest.mark.parametrize(("created", "before"), COMPARED)
def test_a_version_that_got_worse_is_compared_with_the_one_before_it(
    created: dict[str, str | None], before: str | None
) -> None:
    """The latest of the older ones with enough sessions; v3 has few."""
    found = steps_of(report_on(two_weeks(), aged(**created)))
    command = f"galtea-frames compare {before} v2 --out comparison"
    expected = (f"Compare name of v2 with name of {before}, the version before it.", command)
    assert ([] if before is None else [expected]) == [each for each in found if each[0].startswith("Compare")]
    if before is not None:
        assert expected == found[1]
        parse(command.removeprefix("galtea-frames "))


@pytest.mark.parametrize("id_", ["--out", "a\x00b"])
def test_a_version_whose_id_cannot_be_an_argument_is_not_compared(id_: str) -> None:
    """An option would be another command."""
    world = [each | {"versionId": id_ if each["versionId"] == "v1" else each["versionId"]} for each in two_weeks()]
    created = {id_: "2026-01-01", "v2": "2026-02-01"}
    assert not [text for text, _ in steps_of(report_on(world, aged(**created))) if text.startswith("Compare")]


def test_a_broken_threshold_comes_before_a_rise() -> None:
    """Each version once."""
    report = report_on(two_weeks(), thresholds="failed > 5 and failure_rate < 20% per version")
    assert ["name of v1", "name of v2"] == [text.partition(":")[0] for text, _ in steps_of(report)[:2]]


CHANGES = [(0.1, "10.0 points less than in"), (0, "as in"), (-0.1, "10.0 points more than in")]


@pytest.mark.parametrize(("more", "words"), CHANGES)
def test_the_change_is_told_in_words(more: float, words: str) -> None:
    """In percentage points, or as none."""
    before = int(100 * (0.3 + more))
    world = [*sessions(70, "2026-03-24"), *sessions(30, "2026-03-24", "FAILED")]
    world += [*sessions(100 - before, "2026-03-17"), *sessions(before, "2026-03-17", "FAILED")]
    ((text, _),) = steps_of(report_on(world, thresholds="failed > 5 per version"))
    assert f"(30.0 %, {words} 2026-W12)" in text


def test_what_rose_but_is_not_new_and_what_fell() -> None:
    """An error that fell is no line; without a period before, the most frequent error is one."""
    rose = [*sessions(5, "2026-03-24", "FAILED", error="bad 1"), *sessions(2, "2026-03-17", "FAILED", error="bad 2")]
    ((text, _),) = steps_of(report_on(rose, thresholds=[]))
    assert "An error in 5 sessions, 2 before: “bad <n>”." == text
    fell = [*sessions(2, "2026-03-24", "FAILED", error="bad 1"), *sessions(5, "2026-03-17", "FAILED", error="bad 2")]
    assert [] == steps_of(report_on(fell, thresholds=[]))
    late = {"filters": {"from_created_at": "2026-03-23T00:00:00+00:00"}}
    ((text, _),) = steps_of(report_on(rose[:5], attrs=late, thresholds=[]))
    assert text.startswith("The most frequent error, in 5 sessions: ")


@pytest.mark.parametrize(("options", "is_told"), [({}, True), ({"fell": False}, False), ({"few": True}, False)])
def test_a_metric_that_fell_has_a_line(options: dict[str, bool], is_told: bool) -> None:
    """By more than chance explains, of at least 30 sessions."""
    found = steps_of(report_with_scores(**options))
    line = ("Tone, in tests: 50.0 % of 40 sessions pass, 50.0 points less than in 2026-W12.", None)
    assert ([line] if is_told else []) == found


def test_silent_versions_and_late_changes_have_a_line() -> None:
    """A version with few sessions may well have none."""
    world = [
        *sessions(3, "2026-03-24"),
        *sessions(40, "2026-03-17", version="v4"),
        *sessions(9, "2026-03-17", version="v5"),
    ]
    earlier = report_on(world[1:], as_of="2026-03-23").to_dict()
    found = steps_of(report_on([*world, *sessions(1, "2026-03-18", version="v4")], last_report=earlier))
    silent = ("name of v4 had 41 sessions in 2026-W12 and has none now.", None)
    assert [silent, ("Numbers of 2026-W12 have changed since its report was made; make it again.", None)] == found


def test_there_are_five_at_most() -> None:
    """Two of them about versions."""
    world: list[dict[str, Any]] = [*sessions(40, "2026-03-17", version="v9")]
    for number in range(5):
        world += sessions(40, "2026-03-24", "FAILED", f"v{number}", error=f"bad {'x' * number}")
    earlier = report_on(sessions(3, "2026-03-17"), as_of="2026-03-23").to_dict()
    assert 5 == len(steps_of(report_on(world, thresholds="failed > 3 per version", last_report=earlier)))


def test_an_incomplete_report_is_to_be_made_again() -> None:
    """With the command that made it, and nothing else."""
    report = report_on(two_weeks(), attrs={"complete": False}, command="galtea-frames report --out r")
    ((text, command),) = steps_of(report)
    assert text.startswith("Make the report again when the data is complete")
    assert "galtea-frames report --out r" == command


def test_nothing_stands_out() -> None:
    """There is no line, and no heading."""
    report = report_on([*sessions(50, "2026-03-24"), *sessions(50, "2026-03-17")])
    assert [] == steps_of(report)
    assert "What to look at next" not in report.to_html() + report.to_markdown()


@pytest.mark.parametrize("id_", ["v; rm -rf ~", "$(id)", "`id`", "--out", "it's", "a b", "*"])
def test_commands_can_be_typed_whatever_the_ids_are(id_: str) -> None:
    """The shell takes each id as one word."""
    world = [*sessions(40, "2026-03-24", "FAILED", id_, error="bad"), *sessions(40, "2026-03-17", version=id_)]
    for _, command in steps_of(report_on(world, versions(id_))):
        assert command
        parse(command.removeprefix("galtea-frames "))
        assert not set(";$`|&<>*~ ") & set("".join(shlex.split(command))) - set(id_)
    command = steps_of(report_on(world, versions(id_)))[0][1]
    assert command
    assert id_ == shlex.split(command)[6]


@pytest.mark.parametrize("id_", ["a\x00b", "a\u202eb", "", None])
def test_an_id_that_cannot_be_typed_has_no_command(id_: str | None) -> None:
    """The line remains."""
    world = [*sessions(40, "2026-03-24", "FAILED", id_), *sessions(40, "2026-03-17", version=id_)]
    ((_, command),) = steps_of(report_on(world))
    assert command is None
