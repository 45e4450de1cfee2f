"""Labels of versions: no two look alike, whatever the names and ids."""

from __future__ import annotations

import unicodedata

import pytest
from effort import times
from hypothesis import given, settings
from hypothesis import strategies as st
from report_frames import Record, report_on, sessions, versions

from galtea_frames.pages.labels import ROOM, labels
from galtea_frames.pages.wording import cut
from galtea_frames.printable import printable

LONG = "assistant for customers of the bank"

CALLED: list[tuple[list[tuple[str, str]], list[str]]] = [
    ([("version_aaaaaa", "1.0"), ("version_bbbbbb", "1.1")], ["1.0", "1.1"]),
    ([("version_aaaaaa", "1.0"), ("version_bbbbbb", "1.0")], ["1.0 (…aaaaaa)", "1.0 (…bbbbbb)"]),
    ([("a_version_xxxxxx", "1.0"), ("b_version_xxxxxx", "1.0")], ["1.0 (…xxxxxx)", "1.0 (…rsion_xxxxxx)"]),
    ([("a_long_version_xxxxxx", "1.0"), ("b_long_version_xxxxxx", "1.0")], ["1.0 (…xxxxxx)", "1.0 (…rsion_xxxxxx)"]),
    (
        [(f"{number}_long_version_xxxxxx", "1.0") for number in range(4)],
        ["1.0 (…xxxxxx)", "1.0 (…rsion_xxxxxx)", "1.0 (…xxxxxx, 2)", "1.0 (…xxxxxx, 3)"],
    ),
    ([("1", f"{LONG} 1"), ("2", f"{LONG} 2")], ["assistant for custom… (…1)", "assistant for custom… (…2)"]),
    ([("1", f"{LONG} 1"), ("2", "another")], [f"{LONG} 1", "another"]),
    ([("1", "v1"), ("2", "V1"), ("3", "\uff56\uff11")], ["v1 (…1)", "V1 (…2)", "\uff56\uff11 (…3)"]),
    ([("1", "v1"), ("2", "v1 "), ("3", "v1\ufe0f")], ["v1 (…1)", "v1 (…2)", "v1 (…3)"]),
    ([("1", "a\u200bb"), ("2", "a\u00adb")], ["a\ufffdb (…1)", "a\ufffdb (…2)"]),
    ([("1", "x (…2)"), ("2", "x"), ("3", "x")], ["x (…2)", "x (…2, 2)", "x (…3)"]),
    (
        [("1", "No version"), ("2", "other"), ("3", "all versions")],
        ["No version (…1)", "other (…2)", "all versions (…3)"],
    ),
    ([("1", ""), ("2", "\n"), ("3", "Unnamed")], ["Unnamed (…1)", "Unnamed (…2)", "Unnamed (…3)"]),
]


@pytest.mark.parametrize(("names", "expected"), CALLED)
def test_a_version_is_called_by_its_name_where_that_is_enough(
    names: list[tuple[str, str]], expected: list[str]
) -> None:
    """Otherwise the end of its id is appended, whatever the order of versions."""
    assert expected == [labels(names)[id_] for id_, _ in names]
    assert labels(names) == labels(reversed(names))


texts = st.text(st.sampled_from("aAbB1. ()…_\u200b\u00ad目\uff41\ufe0f\n")) | st.sampled_from(
    ["Other", "No version", LONG, LONG + "1"]
)


@settings(max_examples=times(200), deadline=None)
@given(st.lists(st.tuples(texts, texts), unique_by=lambda pair: pair[0], max_size=12))
def test_no_two_labels_look_alike(names: list[tuple[str, str]]) -> None:
    """On one line, cut to the least room, ignoring case and width."""
    found = labels(names)
    assert {id_ for id_, _ in names} == set(found)
    shown = [unicodedata.normalize("NFKC", cut(printable(each), ROOM)).casefold() for each in found.values()]
    assert len(names) == len(set(shown))
    assert not {"no version", "other", "all versions", "all sessions", ""} & set(shown)


def test_rows_tell_versions_of_one_name_apart() -> None:
    """Also if ids end alike, or versions are unknown."""
    ids = [f"{number}-version-of-one-end" for number in range(6)]
    world: list[Record] = []
    for number, id_ in enumerate(ids, 1):
        world += sessions(number, "2026-03-24", version=id_)
    report = report_on(world, versions(*ids[:4], name="1.0"), selection="for once")
    counted = report.rows.groupby("version").size().to_dict()
    assert {line.label: line.sessions for line in report.findings.versions} == counted
    assert [1, 2, 3, 4, 5, 6] == sorted(counted.values())
