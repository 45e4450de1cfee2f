"""The page in a real browser: hostile text runs no script and makes no request, nothing overflows, all can be read."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

import pytest
from browser import Browser, browser
from comparison_frames import A, B, evaluation, paired, scores_of, sessions_of, turns_of, versions_of
from page_checks import faint_texts, overflowing, payloads

import galtea_frames as gf

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.uncounted

LOOKS = [(360, False), (360, True), (1200, False), (1200, True)]
PAGES = ["hostile_page", "usual_page"]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser for all tests of this module."""
    with browser() as opened:
        yield opened


def hostile(texts: list[str]) -> gf.Comparison:
    """Return a comparison with each text in every text field."""
    rows: list[dict[str, Any]] = []
    sessions: list[dict[str, Any]] = []
    turns: list[dict[str, Any]] = []
    for number, text in enumerate(texts):
        for version, score in ((A, 0.9), (B, 0.1)):
            session = f"{version} {text}"
            fields = {
                "id": f"{number} {version}",
                "session_id": session,
                "metric__name": text,
                "metric__metric_group_id": text,
                "reason": text,
                "test_case__expected_output": text,
                "test_case__input__user_message": text,
                "test_case__language_code": text,
                "version__product_id": f"{version} {text}",
            }
            rows.append(evaluation(version, text, score, f"m{text}", **fields))
            revised = fields | {"id": f"{number} {version} revised", "metric__metric_group_id": f"family of {text}"}
            rows.append(evaluation(version, text, score, f"{version} {text}", **revised))
            shared = {"version_id": version, "status": "FAILED", "stopping_reason": text, "error": text}
            sessions.append({"id": session, "test_case_id": text if number % 2 else None} | shared)
            turns.append({"id": session, "session_id": session, "assistant_message": text, "latency": 1e-9 * number})
    names = versions_of(
        [{"id": A, "name": texts[0], "product_id": "p"}, {"id": B, "name": texts[2], "product_id": "q"}]
    )
    return gf.compare_versions(
        A,
        B,
        scores=scores_of(rows, complete=False, problem=" ".join(texts)),
        sessions=sessions_of(sessions),
        turns=turns_of(turns),
        versions=names,
        by=["test_case.language_code"],
        selection=texts[3],
        command=" ".join(texts),
    )


@pytest.fixture(scope="module")
def hostile_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of that comparison."""
    file = tmp_path_factory.mktemp("hostile") / "comparison.html"
    file.write_text(hostile(payloads("http://127.0.0.1:9")).to_html(), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def usual_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with each verdict, groups, flips and sessions."""
    rows = []
    for metric, after in (("m1", 0.2), ("m2", 0.9), ("m3", 0.5)):
        for language in ("en", "es", "fr"):
            some = paired([0.5 + n / 100 for n in range(10)], [after - n / 50 for n in range(10)], metric)
            texts = {
                "test_case.language_code": language,
                "reason": "The policy says thirty days.",
                "metric.name": "Tone",
            }
            rows += [
                row | texts | {"id": row["id"] + language, "test_case_id": row["test_case_id"] + language}
                for row in some
            ]
    sessions = [
        {"id": f"{version}{n}", "version_id": version, "status": "FAILED" if n % 7 == 0 else "COMPLETED"}
        for version in (A, B)
        for n in range(40)
    ]
    turns = [
        {"id": each["id"], "session_id": each["id"], "latency": 900.0 + n, "cost": 0.0012 * n, "tokens": 800 + n}
        for n, each in enumerate(sessions)
    ]
    few = paired([0.1, 0.2], [0.3, 0.4], "m4")
    found = gf.compare_versions(
        A,
        B,
        scores=scores_of([*rows, *few]),
        sessions=sessions_of(sessions),
        turns=turns_of(turns),
        by="test_case.language_code",
    )
    file = tmp_path_factory.mktemp("usual") / "comparison.html"
    file.write_text(found.to_html(), encoding="utf-8")
    return file


@pytest.mark.parametrize(("width", "dark"), LOOKS)
def test_hostile_text_stays_text(chromium: Browser, hostile_page: Path, width: int, dark: bool) -> None:
    """No script runs, no request is made, no dialog opens, no exception is thrown."""
    chromium.open(hostile_page, width, dark=dark)
    assert chromium.evaluate("typeof window.hacked") == "undefined"
    assert [hostile_page.as_uri()] == chromium.requests
    assert [] == chromium.seen("Page.javascriptDialogOpening")
    assert [] == chromium.seen("Runtime.exceptionThrown")
    assert 0 == chromium.evaluate(
        "document.querySelectorAll('script, iframe, form, base, link, video, [onerror]').length"
    )
    assert "<script>window.hacked" in chromium.evaluate("document.body.innerText")


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("page", PAGES)
def test_nothing_overflows_and_all_can_be_read(
    chromium: Browser, look: tuple[int, bool], page: str, request: pytest.FixtureRequest
) -> None:
    """On a phone and on a desktop, light and dark; text has a contrast of at least 4.5 to 1, as WCAG 2.2 requires."""
    width, dark = look
    chromium.open(request.getfixturevalue(page), width, dark=dark)
    assert width == chromium.evaluate("document.documentElement.clientWidth")
    assert [] == overflowing(chromium)
    assert [] == faint_texts(chromium)


def test_the_page_prints(chromium: Browser, usual_page: Path) -> None:
    """On a few pages, in light colours, and no wider than a sheet of paper."""
    chromium.open(usual_page, 720, dark=True)
    printed = base64.b64decode(chromium.call("Page.printToPDF", printBackground=True)["data"])
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 7
    chromium.call("Emulation.setEmulatedMedia", media="print")
    assert chromium.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert 720 >= chromium.evaluate("document.documentElement.scrollWidth")
