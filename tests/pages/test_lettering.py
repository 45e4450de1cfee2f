"""Text in charts: no boxes, no wrong scripts, no two names alike, nothing on stderr."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from matplotlib.font_manager import fontManager
from report_frames import report_on, sessions, versions

from galtea_frames.pages import lettering

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Names, and whether matplotlib's own font has them.
WRITTEN = [
    ("1.7.0", True),
    ("Größe, naïve", True),
    ("Ελληνικά", True),
    ("Версия 2", True),
    ("$x_1$ \\alpha", True),
    ("目标", False),
    ("バージョン", False),
    ("한국어", False),
    ("हिन्दी", False),
    ("ไทย", False),
    ("مرحبا", False),
    ("שלום", False),
    ("v2 🚀", False),
    ("👩‍🚀", False),
]


def forget() -> None:
    """Clear the caches of fonts."""
    lettering.fonts.cache_clear()
    lettering.letters.cache_clear()


@pytest.fixture(autouse=True)
def other_fonts() -> Iterator[None]:
    """Clear the caches before and after each test."""
    forget()
    yield
    forget()


@pytest.fixture
def only_matplotlibs_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without a font for Chinese."""
    monkeypatch.setattr(lettering, "WIDE", ())


@pytest.mark.usefixtures("only_matplotlibs_fonts")
@pytest.mark.parametrize(("name", "written"), WRITTEN)
def test_a_name_that_cannot_be_written_is_told_by_its_id(name: str, written: bool) -> None:
    """By a number if the id cannot be drawn either."""
    found = lettering.names([(name, "version_abcdefghijkl"), (name, "versión 目标")], "version")
    expected = [name, "version 2"] if written else ["…abcdefghijkl", "version 2"]
    assert expected == found
    assert written == lettering.can_draw(name)


def test_no_two_names_are_alike() -> None:
    """Not even if labels are cut or ids end alike."""
    long = "a name of more letters than there is room for"
    labels: list[tuple[str, str | None]] = [
        (f"{long} {number}", f"{number}version_abcdefghijkl") for number in range(3)
    ]
    labels += [("हिन्दी", "1-version_abcdefghijkl"), ("हिन्दी", "2-version_abcdefghijkl"), ("version 9", None)]
    found = lettering.names(labels, "version")
    assert len(labels) == len(set(found))
    assert ["a name of more letters th…", "…abcdefghijkl", "version 3"] == found[:3]


def test_fonts_that_are_installed_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """For wide characters only: matplotlib cannot join the characters of other scripts."""
    other = next(each for each in fontManager.ttflist if each.name == "STIXGeneral")
    monkeypatch.setattr(lettering, "WIDE", ("no such font", other.name))
    assert (lettering.PLAIN, "STIXGeneral") == lettering.fonts()
    assert lettering.letters()[1]
    monkeypatch.setattr(lettering, "letters", lambda: (frozenset("a…"), frozenset("目标हि")))
    assert lettering.can_draw("a目标")
    assert not lettering.can_draw("हि")
    assert ["目标" * 6 + "…"] == lettering.names([("目标" * 20, None)], "version")


def test_charts_of_names_in_all_scripts_are_drawn() -> None:
    """The page and the alternative texts have the names."""
    world, known = [], []
    for number, (name, _) in enumerate(WRITTEN):
        world += sessions(2, "2026-03-24", version=f"v{number:06}", stoppingReason=name, metadata={name: number})
        known += versions(f"v{number:06}", name=name)
    report = report_on(world, known, metrics=[f"metadata.{name}" for name, _ in WRITTEN[:6]])
    page = report.to_html()
    assert "目标" in page
    assert "□" not in page


SCRIPT = """
import sys
sys.path.insert(0, sys.argv[1])
from report_frames import report_on, two_weeks
report_on(two_weeks()).to_html()
"""


def test_matplotlib_says_nothing_on_stderr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even if it cannot write its font cache."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path / "file" / "below"))
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", SCRIPT, str(Path(__file__).parents[1] / "support")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ("", "") == (done.stdout, done.stderr)
